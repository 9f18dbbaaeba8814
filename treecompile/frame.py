"""Raw training data in a frame, as the columns that a record will hold.

A frame is read as it is: the text "1" is a text, and "NA" is no missing value. Of pandas
nothing is imported; what a frame holds says what it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .errors import BadSchema
from .program import Column, Constant
from .schema import Described
from .table import MOST_CATEGORIES

# Missing values that are neither None nor NaN, by the name of their type.
_MISSING = {"NAType", "NaTType"}


def columns_of_frame(frame: Any) -> tuple[Described, ...]:
    """The columns of a frame; BadSchema where it is none.

    A column of other things than numbers, texts and booleans, as of dates, is left out:
    no record can hold it.
    """
    names = [str(name) for name in getattr(frame, "columns", ())]
    if not names or not hasattr(frame, "__getitem__"):
        raise BadSchema(
            f"The data is a {type(frame).__name__}, and no frame with named columns; give "
            "a frame, or the path of a CSV file."
        )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadSchema(f"The data has two columns {twice!r}.")
    if not len(frame):
        raise BadSchema("The data has no rows.")
    found = (_described(name, frame[own]) for name, own in zip(names, frame.columns))
    return tuple(described for described in found if described is not None)


def _described(name: str, series: Any) -> Described | None:
    """One column, None where it holds what no record can."""
    distinct, missing = _distinct(_values(series))
    dtype: Any = getattr(series, "dtype", None)
    category = type(dtype).__name__ == "CategoricalDtype"
    if category:
        distinct = {**_distinct(_values(dtype.categories))[0], **distinct}
    values = list(distinct.values())
    if any(type(value) not in (str, bool, int, float) for value in values):
        return None
    if values and all(isinstance(value, bool) for value in values):
        seen: tuple[Constant, ...] = tuple(sorted(values))
        return Described(Column(name, (False, True), missing), seen, category)
    if all(not isinstance(value, (str, bool)) for value in values):
        finite = (value for value in values if math.isfinite(value))
        return Described(Column(name, None, missing), tuple(sorted(finite)), category)
    if len(values) > MOST_CATEGORIES:
        return Described(Column(name, (), missing, unknown=True), (), category)
    known = tuple(sorted(values, key=lambda x: (type(x).__name__, x)))
    return Described(Column(name, known, missing), known, category)


def _values(series: Any) -> Iterable[Any]:
    listed = getattr(series, "tolist", None) or getattr(series, "to_list", None)
    return listed() if listed is not None else list(series)


def _distinct(values: Iterable[Any]) -> tuple[dict[Any, Any], bool]:
    """The distinct values as Python has them, and whether some are missing. Of texts,
    more than are ever categories are counted, not kept."""
    found: dict[Any, Any] = {}
    missing = False
    for value in values:
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            value = value.item()
        kind = type(value)
        if value is None or kind.__name__ in _MISSING:
            missing = True
        elif kind not in (str, bool, int, float):
            found.setdefault(kind, value)
        elif value != value:
            missing = True
        elif len(found) <= MOST_CATEGORIES or kind is not str:
            found.setdefault(value, value)
    return found, missing
