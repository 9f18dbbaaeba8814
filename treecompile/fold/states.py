"""What an expression is worth for each state of one category column.

Most states of a dummy column are worth the same (0.0), so a table is a default and the
states that differ from it: a column with 1,000 categories and a dummy for each costs
1,000 small tables, not a million numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..interpret import Clean, arithmetic, evaluate, is_missing
from ..program import (
    Arithmetic,
    Category,
    Column,
    Expression,
    Fill,
    Inside,
    IsMissing,
    Match,
    Norm,
    Number,
    Read,
    Replace,
    State,
)


@dataclass(frozen=True)
class Table:
    """The number for each state: that of ``exceptions``, else the default."""

    default: float
    exceptions: dict[Category, float]

    def at(self, state: Category) -> float:
        return self.exceptions.get(state, self.default)


def tabulate(expression: Expression, column: Column) -> Table:
    """The table of a numeric expression that reads this category column alone."""
    match expression:
        case Number(value):
            return Table(value, {})
        case Match(operand, table, default) if _passes_categories(operand):
            entries = dict(table)
            return _of_states(
                operand,
                {*entries, State.MISSING},
                default,
                lambda state: entries.get(state, default),
            )
        case IsMissing(operand) if _passes_categories(operand):
            return _of_states(
                operand, {State.MISSING}, 0.0, lambda s: float(s is State.MISSING)
            )
        case Arithmetic(operator, left, right):
            a, b = tabulate(left, column), tabulate(right, column)
            states = {**a.exceptions, **b.exceptions}
            return Table(
                arithmetic(operator, a.default, b.default),
                {s: arithmetic(operator, a.at(s), b.at(s)) for s in states},
            )
        case Read() | Fill() | Replace() if _passes_categories(expression):
            # The categories are numbers themselves, and are read as such.
            assert column.categories is not None
            return _of_states(
                expression, {*column.categories, State.MISSING}, math.nan, _as_number
            )
        case Norm() | Inside():
            parts = [tabulate(operand, column) for operand in expression.operands]
            length = replace(expression, operands=tuple(map(Read, range(len(parts)))))
            differ = {state for part in parts for state in part.exceptions}
            return Table(
                evaluate(length, dict(enumerate(p.default for p in parts))),
                {
                    s: evaluate(length, dict(enumerate(p.at(s) for p in parts)))
                    for s in differ
                },
            )
    inner = tabulate(expression.operand, column)  # type: ignore[union-attr]
    return Table(
        _on(expression, inner.default),
        {state: _on(expression, x) for state, x in inner.exceptions.items()},
    )


def _passes_categories(expression: Expression) -> bool:
    while isinstance(expression, (Fill, Replace)):
        expression = expression.operand
    return isinstance(expression, Read)


def _of_states(
    operand: Expression,
    states: set[Category],
    default: float,
    worth: Callable[[Category], float],
) -> Table:
    """The table over the states that the operand passes on, changed or not."""
    changes, inner = [], operand
    while isinstance(inner, (Fill, Replace)):
        changes.append(inner)
        inner = inner.operand
    states = states | {c.old for c in changes if isinstance(c, Replace)}
    exceptions = {}
    for state in states:
        becomes: Category = state
        for change in reversed(changes):
            becomes = _changed(change, becomes)
        exceptions[state] = worth(becomes)
    return Table(default, exceptions)


def _changed(change: Fill | Replace, state: Category) -> Category:
    if isinstance(change, Fill):
        return change.value if state is State.MISSING else state
    if state is State.MISSING or state != change.old:
        return state
    return State.MISSING if change.new is None else change.new


def _as_number(state: Category) -> float:
    if state is State.MISSING or state is State.UNKNOWN:
        return math.nan
    return float(state)  # type: ignore[arg-type]


def _on(expression: Expression, x: float) -> float:
    """The outermost operation of an expression, on the worth of its operand."""
    operand: Clean = State.MISSING if is_missing(x) else x
    return evaluate(replace(expression, operand=Read(0)), {0: operand})  # type: ignore[arg-type]
