"""Tests on features -> tests on raw columns."""

from __future__ import annotations

from dataclasses import replace

from ..interpret import evaluate
from ..program import (
    Always,
    Among,
    Cuts,
    Program,
    Test,
    Threshold,
    Tree,
    columns_of,
)
from .doubles import double
from .region import Region, at_most, pull_back
from .states import Table, tabulate


def raw_tests(program: Program) -> Tree:
    """The program's tree with every test put to a raw column, where it can be.

    What is left are Thresholds on features that mix columns.
    """
    tests: dict[Test | None, Test | None] = {None: None}
    tables: dict[int, Table] = {}
    tree = program.model.tree
    for test in tree.tests:
        if test not in tests:
            assert isinstance(test, Threshold)
            tests[test] = _raw(test, program, tables)
    return replace(tree, tests=tuple(map(tests.__getitem__, tree.tests)))


def _raw(test: Threshold, program: Program, tables: dict[int, Table]) -> Test:
    expression = program.features[test.feature].value
    columns = columns_of(expression)
    if not columns:
        return Always(_goes_left(test, evaluate(expression, {})))
    if len(columns) > 1:
        return test
    (column,) = columns
    if program.columns[column].categories is not None:
        if test.feature not in tables:
            tables[test.feature] = tabulate(expression, program.columns[column])
        return _among(test, column, tables[test.feature])
    region = pull_back(expression, at_most(test.cut, test.missing_left))
    return test if region is None else cuts_of(column, region)


def cuts_of(column: int, region: Region) -> Cuts:
    """A region as a test on a number column."""
    cuts = tuple(map(double, region.cuts))
    return Cuts(
        column, cuts if region.first else (-float("inf"), *cuts), region.missing
    )


def _among(test: Threshold, column: int, table: Table) -> Among:
    """Left where the feature's value goes left."""
    default = _goes_left(test, table.default)
    states = frozenset(
        state for state, x in table.exceptions.items() if _goes_left(test, x) != default
    )
    return Among(column, states, inside=not default)


def _goes_left(test: Threshold, x: float) -> bool:
    return test.missing_left if x != x else x <= test.cut
