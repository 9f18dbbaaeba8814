"""Tests on features -> tests on raw columns."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import Any

from ..interpret import evaluate
from ..program import (
    Always,
    Among,
    Bands,
    Cuts,
    Expression,
    Program,
    Read,
    Test,
    Threshold,
    Tree,
    columns_of,
    elements_of,
)
from .doubles import double, index
from .region import Region, at_most, pull_back
from .states import Table, tabulate


class RawTests:
    """The tests of a program's trees, put to the raw columns where they can be.

    What is left are tests on features that mix columns, or that an earlier stage of an
    ensemble computes. Trees share their tests, so each is worked out once.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._tests: dict[Test | None, Test | None] = {None: None}
        self._reads: dict[int, int] = {}
        self._tables: dict[int, Table] = {}
        self._columns: dict[int, frozenset[int] | None] = {}

    def of(self, tree: Tree) -> Tree:
        """The tree with its tests put to the raw columns."""
        known = self._tests
        tests: list[Test | None] = []
        for test in tree.tests:
            if type(test) is Threshold:
                column = self._read(test.feature)
                if column >= 0:  # by far the most of them, and not worth looking up
                    cut = test.cut + 0.0  # -0.0 is 0.0
                    tests.append(Cuts(column, (cut,), test.missing_left))
                    continue
            if test not in known:
                assert isinstance(test, (Threshold, Bands))
                known[test] = self._raw(test)
            tests.append(known[test])
        return replace(tree, tests=tuple(tests))

    def _read(self, feature: int) -> int:
        """The number column that a feature is, or -1 where it is anything else."""
        if feature not in self._reads:
            value = self._program.feature(feature).value
            column = value.column if isinstance(value, Read) else -1
            if column >= 0 and self._program.columns[column].categories is not None:
                column = -1
            self._reads[feature] = column
        return self._reads[feature]

    def _raw(self, test: Threshold | Bands) -> Test:
        program = self._program
        expression = program.feature(test.feature).value
        columns = self._columns_of(test.feature, expression)
        if columns is None or len(columns) > 1:
            return test
        if not columns:
            return Always(goes_left(test, evaluate(expression, {})))
        (column,) = columns
        if program.columns[column].categories is not None:
            if test.feature not in self._tables:
                self._tables[test.feature] = tabulate(
                    expression, program.columns[column]
                )
            return _among(test, column, self._tables[test.feature])
        region = pull_back(expression, _region(test))
        return test if region is None else cuts_of(column, region)

    def _columns_of(self, feature: int, expression: Expression) -> Any:
        """The columns that a feature is read from; None where a stage computes it."""
        if feature not in self._columns:
            computed = bool(elements_of(expression))
            self._columns[feature] = None if computed else columns_of(expression)
        return self._columns[feature]


def _region(test: Threshold | Bands) -> Region:
    if isinstance(test, Threshold):
        return at_most(test.cut, test.missing_left)
    return Region(tuple(map(index, test.cuts)), test.first, test.missing_left)


def cuts_of(column: int, region: Region) -> Cuts:
    """A region as a test on a number column."""
    cuts = tuple(map(double, region.cuts))
    return Cuts(column, cuts, region.missing, region.first)


def _among(test: Threshold | Bands, column: int, table: Table) -> Among:
    """Left where the feature's value goes left."""
    default = goes_left(test, table.default)
    states = frozenset(
        state for state, x in table.exceptions.items() if goes_left(test, x) != default
    )
    return Among(column, states, inside=not default)


def goes_left(test: Threshold | Bands, x: float) -> bool:
    """Which way a value of the feature goes."""
    if x != x:
        return test.missing_left
    if isinstance(test, Threshold):
        return x <= test.cut
    return (bisect_left(test.cuts, x) % 2 == 0) == test.first
