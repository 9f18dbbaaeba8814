"""DictVectorizer: a column of numbers as it is, and a 1 for each text that it has seen.

Its features are ``age`` and ``country=US``: the columns of a record are what stands before
the separator. It takes what a record lacks for 0, and a scorer asks for every column. A
text in a column of numbers, or one that it has not seen, is in none of its features.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import UnsupportedModel
from ..program import Expression, Match, Read
from ..read.budget import LABEL, charge
from ..read.records import Name, Record
from .flow import Flow, Step, flow_of

KIND = ("sklearn", "DictVectorizer")
Found = tuple[str, str | None]
_CHOOSE = (
    "Choose a separator that no name and no text holds: DictVectorizer(separator='|')."
)


def dict_columns(record: Record) -> tuple[str, ...] | None:
    """The columns of the records that a DictVectorizer takes; None where it was not
    fitted, or does not show them."""
    parts = list(_parts(record))
    return tuple(dict.fromkeys(column for column, _ in parts)) or None


def dict_vectorizer(step: Step) -> Flow:
    """A number for each feature that was seen in fit."""
    parts = list(_parts(step.record))
    names = step.record.get("feature_names_")
    if not isinstance(names, (list, np.ndarray)) or not len(names):
        raise step.refuse("it is not fitted", "Call fit() first.")
    _check(step, parts)
    places = {name: i for i, name in enumerate(step.flow.names)}
    values = step.flow.values
    if any(values[places[column]] != Read(places[column]) for column, _ in parts):
        raise step.refuse("it stands behind other steps, which make no dicts")
    sparse = bool(step.record.get("sparse", True))
    charge(LABEL * len(parts))
    seen: dict[str, list[str]] = {}
    for column, text in parts:
        if text is not None:
            seen.setdefault(column, []).append(text)
    for column, texts in seen.items():
        step.raw.categories(values[places[column]], list(texts), False, False)
    features: list[tuple[str, Expression]] = []
    separator = str(step.record.get("separator", "="))
    for column, text in parts:
        value = values[places[column]]
        if text is None:
            features.append((column, value))
            if sparse:  # a zero is held like any other number
                step.raw.held.add(value)
        else:
            one = Match(value, ((text, 1.0),), 0.0)
            features.append((f"{column}{separator}{text}", one))
    return flow_of(features, sparse)


def _parts(record: Record) -> Iterator[Found]:
    """The column of each feature, and the text that it stands for, if it does."""
    names = record.get("feature_names_")
    separator = record.get("separator", "=")
    if not isinstance(names, (list, np.ndarray)) or not isinstance(separator, str):
        return
    for name in names:
        if isinstance(name, str) and separator:
            column, sign, text = name.partition(separator)
            yield (str(column), str(text)) if sign else (str(name), None)


def _check(step: Step, parts: list[Found]) -> None:
    record = step.record
    names, separator = record["feature_names_"], record.get("separator", "=")
    if not isinstance(separator, str) or not separator:
        raise step.refuse("nothing separates a name and a text", _CHOOSE)
    if len(parts) != len(names):
        raise step.refuse(
            "the keys of its records are something other than texts",
            "Fit it on records whose keys are texts.",
        )
    vocabulary = record.get("vocabulary_")
    expected = {name: place for place, name in enumerate(names)}
    if not isinstance(vocabulary, dict) or vocabulary != expected:
        raise step.refuse("its vocabulary does not fit its features")
    dtype = record.get("dtype")
    if isinstance(dtype, Name) and dtype.name not in ("float64", "float"):
        raise step.refuse(
            f"it makes numbers of dtype {dtype.name}", "Fit it with dtype float64."
        )
    for column, text in parts:
        if text is not None and (separator in text or not column):
            raise step.refuse(
                f"its feature {column + separator + text!r} can be read in two ways, for "
                f"it holds {separator!r} twice",
                _CHOOSE,
            )
    numbers = {column for column, text in parts if text is None}
    both = [column for column, text in parts if text is not None and column in numbers]
    if both:
        raise step.refuse(
            f"its column {both[0]!r} held texts and numbers (or None)",
            "Fit it on a column of texts alone, or of numbers alone.",
        )


def refuse_held(here: str) -> UnsupportedModel:
    """The error for a number of a sparse matrix that is changed behind the vectorizer."""
    return UnsupportedModel(
        here,
        "a step between a DictVectorizer that makes a sparse matrix and XGBoost changes "
        "which zeros that matrix holds",
        "Fit the DictVectorizer with sparse=False.",
    )
