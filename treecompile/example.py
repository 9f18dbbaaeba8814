"""One valid record of a program, for people to see what a record looks like."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from typing import Any

from .program import Column, Cuts, Program

# More columns than this are shown as one line of zeros, where zeros are valid.
MOST_NAMED = 20


def example(program: Program) -> dict[str, Any]:
    """A record with every required column and a plausible value for each."""
    columns = [program.columns[i] for i in program.required]
    if len(columns) > MOST_NAMED and all(
        column.categories is None and column.holds(0.0) for column in columns
    ):
        return dict.fromkeys((column.name for column in columns), 0.0)
    cuts: dict[int, list[float]] = defaultdict(list)
    for tree in program.trees():
        for test in tree.tests:
            if isinstance(test, Cuts):
                cuts[test.column] += [cut for cut in test.cuts if abs(cut) < 1e15]
    return {
        program.columns[i].name: _value(program.columns[i], cuts[i])
        for i in program.required
    }


def _value(column: Column, cuts: list[float]) -> Any:
    """The first category, or a short number from the middle of the column's cuts."""
    if column.categories is not None:
        return column.categories[0] if column.categories else None
    middle = float(f"{statistics.median_low(cuts):.3g}") if cuts else 0.0
    if column.integer:
        middle = float(round(middle))
    middle = min(max(middle, column.low), column.high)
    ends = (math.nextafter(high, math.inf) for _, high in column.holes)
    return next(filter(column.holds, (middle, 1.0, *ends)), middle)
