"""Scores mushrooms over HTTP: ``python app.py``, then POST a record to /score."""

import os

from flask import Flask, request
from scorer import InvalidRecord, predict, predict_proba

app = Flask(__name__)


@app.post("/score")
def score():
    try:
        record = request.get_json(silent=True)  # None if the body is not JSON
    except RecursionError:  # it is, and nested without end
        record = None
    if not isinstance(record, dict):
        return refusal("The body is not a JSON object (application/json).")
    try:
        _, poisonous = predict_proba(record)  # in the order of CLASSES
        return {"poisonous": predict(record), "probability": poisonous}
    except InvalidRecord as error:
        return refusal(str(error))


def refusal(text):
    return text + "\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
