"""What the model asks of numbers on the way -> what a column may hold.

A check on one column becomes its bounds and holes, its categories and whether it may be
missing, so that the validator speaks of the column. A check that mixes columns stays.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from ..program import (
    LARGEST,
    Check,
    Column,
    Program,
    State,
    columns_of,
    elements_of,
)
from .doubles import HIGHEST, LOWEST, double, index
from .region import Region, pull_back
from .states import tabulate

# More holes than this are no rule that anybody reads.
MOST_HOLES = 8


def constrain(program: Program) -> Program:
    """The program with its single-column checks moved into the columns.

    What these cannot say (more than a few holes in the numbers that a column may hold)
    stays a check.
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
        allowed = pull_back(check.value, _allowed(check), of_check=True)
        if allowed is None:
            left.append(check)
            continue
        columns[i], whole = _numbers(columns[i], allowed)
        if not whole:
            left.append(check)
    return replace(program, columns=tuple(columns), checks=tuple(left))


def _allowed(check: Check) -> Region:
    cuts: list[int] = []
    if check.low > -math.inf:
        cuts.append(index(check.low) - 1)
    first = not cuts
    if check.high < math.inf:
        cuts.append(index(check.high))
    return Region(tuple(cuts), first, check.missing)


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
    """The column with the numbers that are allowed, and whether it says all of that."""
    found = _within(allowed, _stretches(column))
    missing = column.missing and allowed.missing
    # An infinity alone is no bound that a schema can say, nor a number to be served.
    if not found or found[0][0] == HIGHEST or found[-1][1] == LOWEST:
        return replace(column, low=LARGEST, high=-LARGEST, missing=missing), True
    whole = len(found) <= MOST_HOLES + 1
    gaps = tuple(
        (double(end + 1), double(start - 1))
        for (_, end), (start, _) in pairwise(found if whole else ())
    )
    return (
        replace(
            column,
            low=double(found[0][0]),
            high=double(found[-1][1]),
            holes=gaps,
            missing=missing,
        ),
        whole,
    )


def _stretches(column: Column) -> list[tuple[int, int]]:
    """The places of the doubles that a column may hold, from one to another."""
    found, start = [], index(column.low)
    for low, high in column.holes:
        found.append((start, index(low) - 1))
        start = index(high) + 1
    return [*found, (start, index(column.high))]


def _within(allowed: Region, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of some stretches that are allowed."""
    found = []
    for first, last in stretches:
        low, inside = LOWEST, allowed.first
        for cut in (*allowed.cuts, HIGHEST):
            start, end = max(low, first), min(cut, last)
            if inside and start <= end:
                found.append((start, end))
            low, inside = cut + 1, not inside
    return found
