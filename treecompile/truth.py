"""For which values of one column a condition holds: exactly, whatever its spelling.

The numbers of a column are the doubles in their order (``fold/doubles.py``), so a
condition is a run of stretches; the states of a category column are a set. Two
conditions mean the same if and only if these are equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .fold.doubles import HIGHEST, LOWEST, double, index
from .program import Among, Bands, Category, Column, Cuts, State, Threshold

_FIRST, _LAST = LOWEST, HIGHEST  # the infinities


@dataclass(frozen=True, slots=True)
class Line:
    """True or not up to and with the first of ``turns``, then the other way round, and
    so on; as said for a missing value."""

    first: bool
    turns: tuple[int, ...]
    missing: bool

    def __invert__(self) -> Line:
        return Line(not self.first, self.turns, not self.missing)

    def __or__(self, other: Line) -> Line:
        return _both(self, other, any)

    def __and__(self, other: Line) -> Line:
        return _both(self, other, all)

    def at(self, place: int) -> bool:
        return (sum(turn < place for turn in self.turns) % 2 == 0) == self.first

    def holds(self, x: float) -> bool:
        return self.missing if x != x else self.at(index(x))

    def equals(self, other: Line, missing: bool) -> bool:
        """Whether both say the same of every double, and, if it ``missing`` can be, of
        a missing value."""
        return (
            self.turns == other.turns
            and self.first == other.first
            and (not missing or self.missing == other.missing)
        )

    def some(self, column: Column) -> float | None:
        """A plain number of the column for which it is true; None where there is none."""
        low, high = index(column.low), index(column.high)
        ends = [low - 1, *(t for t in self.turns if low <= t < high), high]
        best: float | None = None
        for start, end in zip(ends, ends[1:]):
            if not self.at(start + 1) or start >= end:
                continue
            for x in _plain_numbers(start + 1, end):
                if not column.holds(x):
                    continue
                if best is None or abs(x) < abs(best):
                    best = x
                break
        if best is None and self.missing and column.missing:
            return math.nan
        return best


def _plain_numbers(first: int, last: int) -> list[float]:
    """Numbers between two places, the shortest to write first; infinities where there
    is nothing else."""
    if first < last:
        first, last = max(first, LOWEST + 1), min(last, HIGHEST - 1)
    low, high = double(first), double(last)
    found = [0.0] if low <= 0.0 <= high else []
    middle = low / 2 + high / 2
    for digits in (1, 2, 3, 5, 8, 12, 17):
        for x in (middle, low, high):
            short = float(f"{x:.{digits}g}")
            if low <= short <= high:
                found.append(short)
    whole = float(math.ceil(low)) if abs(low) < 2**53 else low
    return [*found, *([whole] if low <= whole <= high else []), low, high]


def line(first: bool, turns: list[int], missing: bool) -> Line:
    """The line of turns that ascend, without those that no double lies beyond."""
    kept: list[int] = []
    for turn in turns:
        if turn < _FIRST:
            first = not first
        elif turn < _LAST:
            if kept and kept[-1] == turn:
                kept.pop()
            else:
                kept.append(turn)
    return Line(first, tuple(kept), missing)


def compared(operator: str, x: float) -> Line:
    """``column OPERATOR x``; every comparison with a missing value but != is false."""
    if x != x:
        return Line(operator == "!=", (), operator == "!=")
    place = index(x)
    if operator in ("<=", ">"):
        return line(operator == "<=", [place], False)
    if operator in ("<", ">="):
        return line(operator == "<", [place - 1], False)
    return line(operator == "!=", [place - 1, place], operator == "!=")


def _both(a: Line, b: Line, how: object) -> Line:
    turns = []
    together = how([a.at(_FIRST), b.at(_FIRST)])  # type: ignore[operator]
    first = together
    for turn in sorted({*a.turns, *b.turns}):
        now = how([a.at(turn + 1), b.at(turn + 1)])  # type: ignore[operator]
        if now != together:
            turns.append(turn)
            together = now
    return Line(first, tuple(turns), how([a.missing, b.missing]))  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class States:
    """True of these states, if ``inside``, else of all others."""

    states: frozenset[Category]
    inside: bool

    def __invert__(self) -> States:
        return States(self.states, not self.inside)

    def __or__(self, other: States) -> States:
        return ~(~self & ~other)

    def __and__(self, other: States) -> States:
        a, b = self, other
        if a.inside and b.inside:
            return States(a.states & b.states, True)
        if not a.inside and not b.inside:
            return States(a.states | b.states, False)
        named, others = (a, b) if a.inside else (b, a)
        return States(named.states - others.states, True)

    def holds(self, state: Category) -> bool:
        return (state in self.states) == self.inside

    def equals(self, other: States, column: Column) -> bool:
        """Whether both say the same of every state that the column may be in."""
        drop = frozenset() if column.missing else frozenset({State.MISSING})
        mine, others = self.states - drop, other.states - drop
        if self.inside == other.inside:
            return mine == others
        return mine.isdisjoint(others) and all(
            state in mine or state in others for state in states_of(column)
        )

    def some(self, column: Column) -> Category | None:
        """A state of the column of which it is true; None where there is none."""
        return next((s for s in states_of(column) if self.holds(s)), None)


def states_of(column: Column) -> list[Category]:
    """Every state that a category column may be in."""
    found: list[Category] = list(column.categories or ())
    found += [State.MISSING] * column.missing
    return found + [State.UNKNOWN] * column.unknown


Truth = Line | States


def of_test(test: Threshold | Bands | Cuts | Among) -> Truth:
    """For which values a test of a program goes left."""
    if isinstance(test, Among):
        return States(test.states, test.inside)
    if isinstance(test, Threshold):
        return line(True, [index(test.cut)], test.missing_left)
    return line(test.first, [index(cut) for cut in test.cuts], test.missing_left)
