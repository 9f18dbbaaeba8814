"""Scores mushrooms over HTTP, with FastAPI: /docs knows what a record holds.

uvicorn fastapi_app:app
"""

import json
import logging
from typing import Annotated, Any

from fastapi import Body, FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, WithJsonSchema
from scorer import (
    CLASSES,
    EXAMPLE,
    MODEL,
    SCHEMA,
    InvalidRecord,
    predict,
    predict_proba,
)

app = FastAPI(title=SCHEMA["title"], version=MODEL["digest"][:12])
log = logging.getLogger("uvicorn.error")

# The scorer checks the record, and OpenAPI shows what it takes.
Record = Annotated[
    dict[str, Any],
    WithJsonSchema({key: SCHEMA[key] for key in SCHEMA if key != "$schema"}),
]


class Answer(BaseModel):
    prediction: type(CLASSES[0])
    probability: dict[str, float]


@app.post("/score")
def score(record: Annotated[Record, Body(examples=[EXAMPLE])]) -> Answer:
    try:
        shares = dict(zip(map(str, CLASSES), predict_proba(record)))
        answer = Answer(prediction=predict(record), probability=shares)
    except InvalidRecord as error:
        raise RequestValidationError(list(map(fault, error.errors()))) from None
    log.info("model %s answers %r", app.version, answer.prediction)
    return answer


@app.get("/model")
def model() -> dict[str, Any]:
    """What this was compiled from."""
    return MODEL


@app.middleware("http")
async def stamp(request: Request, answer: Any) -> Response:
    """Every response says which model stands behind it."""
    response = await answer(request)
    response.headers["X-Model"] = app.version
    return response


def fault(error: dict[str, Any]) -> dict[str, Any]:
    """A fault of a record, in the form that FastAPI has for its own."""
    where = ("body",) if error["column"] is None else ("body", error["column"])
    context = {key: error[key] for key in ("expected", "nearest") if error[key]}
    found = {"type": error["code"], "loc": where, "msg": error["message"]}
    return {**found, "input": error["value"], "ctx": context}


@app.exception_handler(RequestValidationError)
def refused(request: Request, error: RequestValidationError) -> Response:
    """As FastAPI answers, but for what it cannot encode: half of a surrogate pair, NaN."""
    detail = jsonable_encoder(error.errors())
    try:
        text = json.dumps({"detail": detail}, allow_nan=False)
    except ValueError:
        for one in detail:
            one.pop("input", None)
        text = json.dumps({"detail": detail})
    return Response(text, 422, media_type="application/json")
