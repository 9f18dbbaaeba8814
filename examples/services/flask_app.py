"""Scores mushrooms over HTTP, with Flask: JSON in, JSON out, errors with status 400.

gunicorn --workers 2 --preload flask_app:app
"""

import logging
import os

from flask import Flask, request
from scorer import CLASSES, MODEL, SCHEMA, InvalidRecord, predict, predict_proba
from werkzeug.exceptions import HTTPException

app = Flask(__name__)
log = logging.getLogger("scores")
# What answers: it stands in each answer and in the log.
VERSION = MODEL["digest"][:12]


@app.post("/score")
def score():
    try:
        record = request.get_json()  # null, too, which is no record
    except (HTTPException, RecursionError):  # that is nested without end
        message = "The body is not JSON (application/json)."
        return {"message": message, "errors": []}, 400
    try:
        shares = dict(zip(map(str, CLASSES), predict_proba(record)))
        answer = {"prediction": predict(record), "probability": shares}
    except InvalidRecord as error:
        # The message is for people, and the errors are for programs.
        return {"message": str(error), "errors": error.errors()}, 400
    log.info("model %s answers %r", VERSION, answer["prediction"])
    return answer


@app.get("/model")
def model():
    """What this is: the model that it was compiled from, and what a record holds."""
    return {"model": MODEL, "schema": SCHEMA}


@app.after_request
def stamp(response):
    response.headers["X-Model"] = VERSION
    return response


if __name__ == "__main__":
    logging.basicConfig(level="INFO")
    app.run(port=int(os.environ.get("PORT", "5000")))
