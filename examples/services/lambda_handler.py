"""Scores mushrooms as a function behind an HTTP gateway (AWS Lambda's proxy events)."""

import base64
import json
import logging

from scorer import CLASSES, MODEL, InvalidRecord, predict, predict_proba

log = logging.getLogger()
VERSION = MODEL["digest"][:12]


def handler(event, context=None):
    record = event.get("body")
    try:
        if event.get("isBase64Encoded"):
            record = base64.b64decode(record)
        if not isinstance(record, dict):  # which a direct call may give
            record = json.loads(record or "")
    except (TypeError, ValueError, RecursionError):
        return answer(400, {"message": "The body is not JSON.", "errors": []})
    try:
        shares = dict(zip(map(str, CLASSES), predict_proba(record)))
        found = {"prediction": predict(record), "probability": shares}
    except InvalidRecord as error:
        return answer(400, {"message": str(error), "errors": error.errors()})
    log.info("model %s answers %r", VERSION, found["prediction"])
    return answer(200, found)


def answer(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "X-Model": VERSION},
        "body": json.dumps(content),
    }
