"""Tests that the tests above them have decided, and branches no record can reach.

One walk from the root down, with what is known of each column on the way: the numbers
or the categories that can still be there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..program import (
    Always,
    Among,
    Bands,
    Category,
    Column,
    Cuts,
    Program,
    State,
    Test,
    Threshold,
    Tree,
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a number column can hold: ``low < x <= high``, or nothing at all; and, if
    ``lowest``, what lies above no number, -inf."""

    low: float
    high: float
    missing: bool
    lowest: bool = False


Known = Numbers | frozenset[Category]
Split = tuple[Test | bool, Known, Known]

NO_NUMBERS = (-math.inf, -math.inf)


def prune(
    tree: Tree, program: Program, everything: Everything
) -> tuple[Tree, tuple[int, ...]]:
    """The tree without decided tests, and the old number of each leaf that is left.

    Nodes come out in preorder, the left branch first, and leaves are numbered so.
    ``everything`` is what is known before any test, shared between the trees.
    """
    tests: list[Test | None] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[int] = []
    kept: list[int] = []
    todo: list[tuple[int, dict[int, Known], int]] = [(0, {}, -1)]
    while todo:
        node, known, parent = todo.pop()
        while (test := tree.tests[node]) is not None:
            if isinstance(test, Always):
                decided: Test | bool = test.left
            else:
                key = _key(test)
                here = known[key] if key in known else everything[key]
                decided, if_left, if_right = _split(test, here, program)
            if not isinstance(decided, bool):
                break
            node = tree.left[node] if decided else tree.right[node]
        new = len(tests)
        if parent >= 0:
            side = left if left[parent] == -1 else right
            side[parent] = new
        left.append(-1)
        right.append(-1)
        if test is None:
            tests.append(None)
            leaf.append(len(kept))
            kept.append(tree.leaf[node])
        else:
            tests.append(decided)  # type: ignore[arg-type]
            leaf.append(-1)
            todo.append((tree.right[node], {**known, key: if_right}, new))
            todo.append((tree.left[node], {**known, key: if_left}, new))
    return Tree(tuple(tests), tuple(left), tuple(right), tuple(leaf)), tuple(kept)


def merged(tree: Tree, rows: Sequence[tuple[float, ...]]) -> Tree:
    """The tree without the tests whose branches come to the same, leaf by leaf."""
    same: list[str | None] = [None] * len(tree.tests)  # what all leaves below hold
    leaf = list(tree.leaf)
    tests = list(tree.tests)
    for node in reversed(range(len(tests))):  # children follow their parent
        if tests[node] is None:
            same[node] = repr(rows[leaf[node]])  # tells -0.0 from 0.0
            continue
        left, right = tree.left[node], tree.right[node]
        if same[left] is not None and same[left] == same[right]:
            same[node], leaf[node], tests[node] = same[left], leaf[left], None
    return replace(tree, tests=tuple(tests), leaf=tuple(leaf))


def _key(test: Threshold | Bands | Cuts | Among) -> int:
    """The column of a test, or -1, -2, ... for a computed feature."""
    return test.column if isinstance(test, (Cuts, Among)) else -1 - test.feature


class Everything(dict[int, Known]):
    """What a column or a computed feature can hold before any test, by its key."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def __missing__(self, key: int) -> Known:
        if key >= 0:
            self[key] = _everything(self.program.columns[key])
        else:
            value = self.program.feature(-1 - key).value
            checks = [check for check in self.program.checks if check.value == value]
            missing = all(check.missing for check in checks)
            self[key] = Numbers(-math.inf, math.inf, missing, True)
        return self[key]


def _everything(column: Column) -> Known:
    if column.categories is None:
        low = math.nextafter(column.low, -math.inf)
        return Numbers(low, column.high, column.missing, column.low == -math.inf)
    states: set[Category] = set(column.categories)
    if column.missing:
        states.add(State.MISSING)
    if column.unknown:
        states.add(State.UNKNOWN)
    return frozenset(states)


def _split(
    test: Threshold | Bands | Cuts | Among, known: Known, program: Program
) -> Split:
    """The test as it stands among what is known: decided, or put as simply as it can
    be; and what is then known on either side of it."""
    if isinstance(test, Among):
        assert isinstance(known, frozenset)
        return _split_categories(test, known)
    assert isinstance(known, Numbers)
    if isinstance(test, (Threshold, Bands)):
        if isinstance(test, Threshold):
            cuts = Cuts(0, (test.cut,), test.missing_left)
        else:
            cuts = Cuts(0, test.cuts, test.missing_left, test.first)
        decided, if_left, if_right = _split_numbers(cuts, known, integer=False)
        return decided if isinstance(decided, bool) else test, if_left, if_right
    return _split_numbers(test, known, program.columns[test.column].integer)


def _split_categories(test: Among, known: frozenset[Category]) -> Split:
    named, others = known & test.states, known - test.states
    inside, outside = (named, others) if test.inside else (others, named)
    if not named or not others:
        return bool(inside), inside, outside
    # Said by the shorter list of categories; what is unknown cannot be listed.
    lists_others = len(others) < len(named) or State.UNKNOWN in named
    if lists_others and State.UNKNOWN not in others:
        return Among(test.column, others, not test.inside), inside, outside
    return Among(test.column, named, test.inside), inside, outside


def _split_numbers(test: Cuts, known: Numbers, integer: bool) -> Split:
    cuts = test.cuts
    if (
        len(cuts) == 1
        and known.low < cuts[0] < known.high
        and test.first
        and not integer
    ):
        missing_left = known.missing and test.missing_left
        if missing_left != test.missing_left:
            test = Cuts(test.column, cuts, missing_left)
        return (
            test,
            Numbers(known.low, cuts[0], missing_left, known.lowest),
            Numbers(cuts[0], known.high, known.missing and not missing_left),
        )
    if integer:
        cuts = tuple(c if math.isinf(c) else float(math.floor(c)) for c in cuts)
    low, high = known.low, known.high
    low_left = (sum(cut <= low for cut in cuts) % 2 == 0) == test.first
    inner = tuple(cut for cut in cuts if low < cut < high)
    missing_left = known.missing and test.missing_left
    left_missing, right_missing = missing_left, known.missing and not missing_left
    if not low < high and not known.lowest:
        return test.missing_left, known, known
    # The lowest number of all goes left by itself, or right: -inf is a cut.
    apart = known.lowest and low < high and low_left != test.first
    starts_left = test.first if known.lowest else low_left
    if not inner and not apart:
        nothing = NO_NUMBERS
        left_range, right_range = (low, high), nothing
        if not starts_left:
            left_range, right_range = nothing, (low, high)
        decided: Test | bool = starts_left
        if known.missing and missing_left != starts_left:
            decided = Cuts(test.column, (), missing_left, starts_left)
    else:
        parts = (-math.inf, *inner) if apart else inner
        # Free to choose where none can be missing: so that the side of fewer intervals
        # is the one to ask for.
        simpler_right = not known.missing and (len(parts) + (not starts_left)) % 2 == 0
        decided = Cuts(test.column, parts, missing_left or simpler_right, starts_left)
        if inner:
            left_range, right_range = _hulls(inner, low_left, low, high)
        else:
            left_range, right_range = (low, high), NO_NUMBERS
            if not low_left:
                left_range, right_range = right_range, left_range
    return (
        decided,
        Numbers(*left_range, left_missing, known.lowest and test.first),
        Numbers(*right_range, right_missing, known.lowest and not test.first),
    )


def _hulls(
    inner: tuple[float, ...], low_left: bool, low: float, high: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and greatest numbers that can go left, and those that can go right."""
    first, last = inner[0], inner[-1]
    starts, other = (low, high), (first, high)
    if len(inner) % 2:
        starts = (low, last)
    else:
        other = (first, last)
    return (starts, other) if low_left else (other, starts)
