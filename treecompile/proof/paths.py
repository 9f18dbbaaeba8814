"""The way to a node of a tree: in words, and a record that goes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..edges import STRANGER
from ..example import example
from ..fold.doubles import double, index
from ..interpret import clean
from ..program import (
    Always,
    Among,
    Column,
    Cuts,
    Program,
    State,
    Test,
    Tree,
)
from ..truth import Line, States, Truth, of_test, states_of

Path = Sequence[tuple[Test, bool]]


def path_to(tree: Tree, node: int) -> list[tuple[Test, bool]]:
    """The tests above a node, from the root down, and whether its way goes left."""
    above = {}
    for parent, test in enumerate(tree.tests[:node]):
        if test is not None:
            above[tree.left[parent]] = (parent, test, True)
            above[tree.right[parent]] = (parent, test, False)
    found: list[tuple[Test, bool]] = []
    while node in above:
        node, test, left = above[node]
        found.append((test, left))
    return found[::-1]


def step(program: Program, test: Test, left: bool) -> str:
    """What a record that goes left (or right) at a test holds, in the user's units."""
    if isinstance(test, Always):
        return "(always)"
    if isinstance(test, Among):
        column = program.columns[test.column]
        inside = test.inside == left
        names = sorted(map(_state, test.states))
        if len(names) == 1:
            return f"{column.name} {'is' if inside else 'is not'} {names[0]}"
        listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        return f"{column.name} is {'' if inside else 'not '}one of {listed}"
    if isinstance(test, Cuts):
        name = program.columns[test.column].name
        may_be_missing = program.columns[test.column].missing
    else:
        name, may_be_missing = program.feature(test.feature).name, True
    where = of_test(test)
    assert isinstance(where, Line)
    where = where if left else ~where
    return numbers(name, where, may_be_missing)


def numbers(name: str, where: Line, may_be_missing: bool) -> str:
    """Where a number lies, in words: ``age <= 42.5``, ``2.0 < age <= 3.0 or missing``."""
    parts: list[str] = []
    ends = [None, *where.turns, None]
    holds = where.first
    for low, high in zip(ends, ends[1:]):
        if holds:
            if low is None and high is None:
                parts.append(f"{name} is a number")
            elif low is None:
                assert high is not None
                parts.append(f"{name} <= {double(high)!r}")
            elif high is None:
                parts.append(f"{name} > {double(low)!r}")
            elif high == low + 1:
                parts.append(f"{name} == {double(high)!r}")
            else:
                parts.append(f"{double(low)!r} < {name} <= {double(high)!r}")
        holds = not holds
    if where.missing and may_be_missing:
        parts.append(f"{name} is missing")
    return " or ".join(parts) or f"{name} is nothing"


def _state(state: Any) -> str:
    return str(state.value) if isinstance(state, State) else repr(state)


def record_for(
    program: Program,
    path: Path,
    test: Test | None = None,
    given: Truth | None = None,
) -> dict[str, Any] | None:
    """A valid record that goes this way, and of which, if there is a ``test``, that says
    otherwise than ``given``. None where none was found."""
    wanted: dict[int, Truth] = {}
    for above, left in path:
        if not isinstance(above, (Cuts, Among)):
            continue
        truth = of_test(above)
        _narrow(wanted, above.column, truth if left else ~truth)
    choices: list[dict[int, Truth]] = [wanted]
    if isinstance(test, (Cuts, Among)) and given is not None:
        expected = of_test(test)
        choices = []
        column = program.columns[test.column]
        # Which branch is meant is not known: the one in which less is different.
        both = [_apart(expected, truth) for truth in (given, ~given)]
        apart = [truth for truth in both if truth is not None]
        for truth in sorted(apart, key=lambda truth: _size(truth, column)):
            choice = dict(wanted)
            _narrow(choice, test.column, truth)
            choices.append(choice)
    for choice in choices:
        record = _record(program, choice)
        if record is not None and _goes(program, record, path):
            return record
    return None


def _narrow(wanted: dict[int, Truth], column: int, truth: Truth) -> None:
    known = wanted.get(column)
    wanted[column] = truth if known is None else known & truth  # type: ignore[operator]


def _apart(a: Truth, b: Truth) -> Truth | None:
    """Where one of two holds, and the other one does not."""
    if isinstance(a, Line) and isinstance(b, Line):
        return (a & ~b) | (~a & b)
    if isinstance(a, States) and isinstance(b, States):
        return (a & ~b) | (~a & b)
    return None


def _size(truth: Truth, column: Column) -> int:
    """How many values of a column a truth holds for."""
    if isinstance(truth, States):
        return sum(map(truth.holds, states_of(column)))
    ends = [index(column.low) - 1, *truth.turns, index(column.high)]
    return sum(
        max(0, high - low)
        for low, high in zip(ends, ends[1:])
        if truth.at(max(low + 1, index(column.low)))
    )


def _record(program: Program, wanted: dict[int, Truth]) -> dict[str, Any] | None:
    record = example(program)
    for i, truth in wanted.items():
        column = program.columns[i]
        if isinstance(truth, Line):
            x = truth.some(column)
            if x is None:
                return None
            record[column.name] = None if math.isnan(x) else x
            continue
        state = truth.some(column)
        if state is None:
            return None
        record[column.name] = (
            None
            if state is State.MISSING
            else STRANGER if state is State.UNKNOWN else state
        )
    return record


def _goes(program: Program, record: dict[str, Any], path: Path) -> bool:
    """Whether a record is valid and goes this way."""
    from ..interpret import goes_left

    values, absent, invalid = clean(program, record)
    if absent or invalid:
        return False
    try:
        return all(goes_left(program, test, values) == left for test, left in path)
    except KeyError:  # a test on what a stage computes
        return False
