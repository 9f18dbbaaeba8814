"""What the model asks of numbers on the way -> what a column may hold.

A check on one column becomes its bounds, its categories and whether it may be missing,
so that the validator speaks of the column. A check that mixes columns stays.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..program import (
    LARGEST,
    Check,
    Column,
    Cuts,
    Program,
    State,
    columns_of,
    elements_of,
)
from .doubles import index
from .region import Region, pull_back
from .rewrite import cuts_of
from .states import tabulate


def constrain(program: Program) -> Program:
    """The program with its single-column checks moved into the columns.

    What bounds cannot say (a hole in the numbers that a column may hold) stays a check.
    """
    columns = list(program.columns)
    left: list[Check] = []
    for check in dict.fromkeys(program.checks):
        if elements_of(check.value):
            continue  # what trees come to is finite, and in no record
        used = columns_of(check.value)
        if len(used) != 1:
            if used:
                left.append(check)
            continue
        (i,) = used
        if columns[i].categories is not None:
            columns[i] = _categories(columns[i], check)
            continue
        allowed = pull_back(check.value, _allowed(check))
        if allowed is None:
            left.append(check)
            continue
        columns[i], whole = _numbers(columns[i], allowed)
        if not whole:
            left.append(check)
    return replace(program, columns=tuple(columns), checks=tuple(left))


def _allowed(check: Check) -> Region:
    below = index(check.low) - 1
    return Region((below, index(check.high)), False, check.missing)


def _categories(column: Column, check: Check) -> Column:
    """The column without the states that fail."""
    table = tabulate(check.value, column)

    def passes(x: float) -> bool:
        return check.missing if x != x else check.low <= x <= check.high

    others = passes(table.default)
    apart = {s for s, x in table.exceptions.items() if passes(x) != others}
    if others and not apart:
        return column
    assert column.categories is not None
    return replace(
        column,
        categories=tuple(c for c in column.categories if (c in apart) != others),
        missing=column.missing and (State.MISSING in apart) != others,
        unknown=column.unknown and (State.UNKNOWN in apart) != others,
    )


def _numbers(column: Column, allowed: Region) -> tuple[Column, bool]:
    """The column within the least and greatest number allowed, and whether all between
    them are."""
    test: Cuts = cuts_of(0, allowed)
    stretches = _stretches(test.cuts, column)
    missing = column.missing and allowed.missing
    if not stretches:
        return replace(column, low=LARGEST, high=-LARGEST, missing=missing), True
    low, high = stretches[0][0], stretches[-1][1]
    return replace(column, low=low, high=high, missing=missing), len(stretches) == 1


def _stretches(cuts: tuple[float, ...], column: Column) -> list[tuple[float, float]]:
    """The allowed intervals within the column's bounds, both ends included."""
    found, low, inside = [], column.low, True
    for cut in (*cuts, math.inf):
        high = min(cut, column.high)
        if inside and low <= high:
            found.append((low, high))
        low = max(low, math.nextafter(cut, math.inf))
        inside = not inside
    return found
