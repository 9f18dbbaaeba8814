"""What a model of XGBoost shows of the matrix that it was fitted on: sparse or dense.

Of a sparse matrix it takes what is not there, so every zero, for missing. A column of
zeros and ones holds ones alone then, and is cut below or above them; of a dense one it
is cut between. And no test is made under which all rows go one way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..program import Arithmetic, Expression, Inside, IsMissing, Match, Number
from ..read.records import Record
from ..single import single
from .flow import Flow
from .xgboost_data import XgboostModel

_MOST_VALUES = 10_000


def shows(model: XgboostModel, record: Record, flow: Flow, sparse: bool) -> bool:
    """Whether a model can have been fitted on a sparse matrix, or on a dense one.

    Tells by the columns of which it is known what they may hold, such as dummies. A
    frame, whose columns have names, is dense.
    """
    if _misses_zeros(record):
        return True
    if sparse and _of_frame(model, record):
        return False
    held = [_ends(_values(value), sparse) for value in flow.values]
    for column, cut, default_left in _splits(model):
        ends = held[column]
        if ends is None:
            continue
        sides = {ends.least < cut, ends.most < cut}
        if ends.missing:
            sides.add(default_left)
        if len(sides) == 1:
            return False
        # The lowest cut of what a sparse matrix holds is below zero.
        if sparse and 0.0 < cut <= ends.least:
            return False
    return True


@dataclass(frozen=True)
class _Ends:
    """The least and the largest number of a column, as singles, and whether it can be
    missing."""

    least: float
    most: float
    missing: bool


def _ends(values: set[float] | None, sparse: bool) -> _Ends | None:
    """Those of a column that holds zeros among others, in a sparse or a dense matrix;
    None of any other."""
    if values is None or 0.0 not in values:
        return None
    numbers = [single(x) for x in values if x == x and not (sparse and x == 0.0)]
    if not numbers or len(values) == 1:
        return None
    missing = sparse or len(numbers) < len(values)
    return _Ends(min(numbers), max(numbers), missing)


def zeros_matter(model: XgboostModel, record: Record, flow: Flow) -> bool:
    """Whether a zero goes another way, at any test, than what is missing."""
    if _misses_zeros(record):
        return False
    values = map(_values, flow.values)
    zero = [found is None or 0.0 in found for found in values]
    for column, cut, default_left in _splits(model):
        if zero[column] and (cut > 0.0) != default_left:
            return True
    return any(tree.chosen for tree in model.trees)


def _misses_zeros(record: Record) -> bool:
    """Whether zeros count as missing in any matrix, as the user chose."""
    missing = record.get("missing")
    return isinstance(missing, (int, float, np.number)) and bool(missing == 0)


def _splits(model: XgboostModel) -> Iterator[tuple[int, float, bool]]:
    """The tests of numbers: the column, the cut, and the way of what is missing."""
    for tree in model.trees:
        conditions = tree.conditions.tolist()
        for node, left in enumerate(tree.left):
            if left != -1 and node not in tree.chosen:
                yield tree.features[node], conditions[node], tree.default_left[node]


def _of_frame(model: XgboostModel, record: Record) -> bool:
    """Whether it was fitted on a frame. The names alone do not tell of a bare Booster,
    which may have been given them; a frame gives the types of its columns, too."""
    return model.names is not None and (record.name != "Booster" or model.typed)


def _values(expression: Expression) -> set[float] | None:
    """The numbers that an expression comes to, if these are few; None if not known."""
    constants: list[Arithmetic] = []
    while isinstance(expression, Arithmetic) and isinstance(expression.right, Number):
        constants.append(expression)
        expression = expression.left
    if isinstance(expression, Match):
        found = {expression.default, *(x for _, x in expression.table)}
    elif isinstance(expression, (IsMissing, Inside)):
        found = {0.0, 1.0}
    elif isinstance(expression, Number):
        found = {expression.value}
    else:
        return None
    for each in reversed(constants):
        found = {_operated(each, x) for x in found}
    if len(found) > _MOST_VALUES:
        return None
    missing = {math.nan} if any(x != x for x in found) else set()
    return {x for x in found if x == x} | missing


def _operated(operation: Arithmetic, x: float) -> float:
    assert isinstance(operation.right, Number)
    y = operation.right.value
    with np.errstate(all="ignore"):
        if operation.operator == "+":
            return x + y
        if operation.operator == "-":
            return x - y
        if operation.operator == "*":
            return x * y
        return float(np.float64(x) / np.float64(y))
