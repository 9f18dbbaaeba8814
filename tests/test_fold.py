"""Folding: a question about a feature, put to the column, has the same answer.

Random chains of operations on one column, asked on random numbers and on the doubles
beside every cut that folding found: the folded question and the computed feature agree.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treecompile.fold.doubles import HIGHEST, LOWEST, double, index, last_true
from treecompile.fold.region import Region, at_most, pull_back
from treecompile.fold.states import tabulate
from treecompile.interpret import evaluate
from treecompile.program import (
    LARGEST,
    Apply,
    Arithmetic,
    Clip,
    Column,
    Expression,
    Fill,
    IsMissing,
    Match,
    Number,
    Read,
    Replace,
    State,
    Steps,
)

#: Numbers of every size, and those that scalers and cuts are made of.
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-50, 50).map(float),
    st.floats(-100, 100),
    st.sampled_from([0.0, -0.0, 5e-324, -5e-324, LARGEST, -LARGEST, 1.0, 1e-300]),
)
CONSTANTS = st.one_of(
    st.floats(-1e6, 1e6).filter(bool), st.sampled_from([1.0, -1.0, 2.0**1000, 1e-310])
)
EXACT = ["abs", "square", "sqrt", "negative", "floor", "ceil", "trunc", "rint", "sign"]
WAVERING = ["exp", "expm1", "log", "log1p", "log2", "log10", "tanh", "arcsinh"]


def chains() -> st.SearchStrategy[Expression]:
    """Operations on the number in column 0, one upon the other."""

    def more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        sides = st.tuples(st.sampled_from("+-*/"), inner, CONSTANTS.map(Number))
        return st.one_of(
            sides.map(lambda t: Arithmetic(t[0], t[1], t[2])),
            st.tuples(st.sampled_from("+-*"), CONSTANTS.map(Number), inner).map(
                lambda t: Arithmetic(*t)
            ),
            st.builds(Fill, inner, NUMBERS),
            st.builds(Replace, inner, NUMBERS, NUMBERS | st.none()),
            st.builds(IsMissing, inner),
            st.tuples(inner, NUMBERS, NUMBERS).map(
                lambda t: Clip(t[0], min(t[1:]), max(t[1:]))
            ),
            st.tuples(inner, st.lists(NUMBERS, min_size=1, max_size=4)).map(
                lambda t: Steps(t[0], tuple(sorted(t[1])))
            ),
            st.tuples(
                inner,
                st.lists(
                    st.tuples(NUMBERS | st.just(State.MISSING), NUMBERS), max_size=4
                ),
                NUMBERS,
            ).map(lambda t: Match(t[0], tuple(t[1]), t[2])),
            st.tuples(st.sampled_from(EXACT + WAVERING), inner).map(
                lambda t: Apply(*t)
            ),
        )

    return st.recursive(st.just(Read(0)), more, max_leaves=4)


@given(chains(), NUMBERS, st.booleans(), st.lists(NUMBERS, max_size=20))
def test_a_cut_on_a_feature_is_cuts_on_its_column(
    chain: Expression, cut: float, missing: bool, numbers: list[float]
) -> None:
    region = pull_back(chain, at_most(cut, missing))
    assert region is not None
    near = [
        double(min(max(place + step, LOWEST + 1), HIGHEST - 1))
        for place in region.cuts
        for step in (-2, -1, 0, 1, 2)
    ]
    for x in [*numbers, *near, 0.0, LARGEST, -LARGEST, math.nan]:
        value = evaluate(chain, {0: x})
        expected = missing if value != value else value <= cut
        assert region.holds(x) == expected, (x, value)


ONE_OPERATION: list[Expression] = [
    *(Apply(name, Read(0)) for name in [*EXACT, *WAVERING]),
    *(Apply("yeo_johnson", Read(0), (power,)) for power in (-1.0, 0.0, 0.5, 2.0, 3.0)),
    *(Apply("box_cox", Read(0), (power,)) for power in (-1.0, 0.0, 0.5)),
    *(
        Arithmetic(operator, Read(0), Number(c))
        for operator in "+-*/"
        for c in (3.7, -0.1)
    ),
    *(
        Arithmetic(operator, Number(c), Read(0))
        for operator in "+-*"
        for c in (3.7, -0.1)
    ),
    Clip(Read(0), -1.5, 2.5),
    Steps(Read(0), (-1.0, 0.0, 0.5, 2.0)),
    Fill(Read(0), 0.5),
    Replace(Read(0), -1.0, 7.0),
    Replace(Read(0), 0.0, None),
    Match(Read(0), ((1.0, 3.0), (-2.0, 0.25), (State.MISSING, -1.0)), 0.5),
    IsMissing(Read(0)),
]
LADDER = [x / 4 for x in range(-40, 41)] + [-1e300, 1e300, 5e-324, -5e-324, math.nan]


@pytest.mark.parametrize("operation", ONE_OPERATION, ids=str)
@given(st.lists(st.floats(-4, 4), max_size=4), st.booleans(), st.booleans())
def test_each_operation_with_any_question(
    operation: Expression, cuts: list[float], first: bool, missing: bool
) -> None:
    asked = Region(tuple(sorted({index(cut) for cut in cuts})), first, missing)
    region = pull_back(operation, asked)
    assert region is not None
    near = [double(place + step) for place in region.cuts for step in (-1, 0, 1)]
    for x in [*LADDER, *filter(math.isfinite, near)]:
        value = evaluate(operation, {0: x})
        assert region.holds(x) == asked.holds(value), (x, value)


CATEGORIES = ("a", "b", "c", 1, 2.5)
STATES = [*CATEGORIES, State.MISSING, State.UNKNOWN]


def category_features() -> st.SearchStrategy[Expression]:
    """Numbers made of the category in column 0, imputed or not."""
    passed = st.recursive(
        st.just(Read(0)),
        lambda inner: st.one_of(
            st.builds(Fill, inner, st.sampled_from(CATEGORIES)),
            st.builds(
                Replace,
                inner,
                st.sampled_from(CATEGORIES),
                st.sampled_from([*CATEGORIES, None]),
            ),
        ),
        max_leaves=3,
    )
    known = st.sampled_from([*CATEGORIES, State.MISSING])
    table = st.lists(st.tuples(known, NUMBERS), max_size=5).map(tuple)
    match = st.builds(Match, passed, table, NUMBERS | st.just(math.nan))
    return st.recursive(
        match | st.builds(IsMissing, passed),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from("+-*"), inner, inner | CONSTANTS.map(Number)).map(
                lambda t: Arithmetic(*t)
            ),
            st.builds(Fill, inner, NUMBERS),
            st.tuples(st.sampled_from(EXACT), inner).map(lambda t: Apply(*t)),
        ),
        max_leaves=3,
    )


@given(category_features())
def test_a_table_of_states_says_what_each_is_worth(feature: Expression) -> None:
    table = tabulate(feature, Column("c", CATEGORIES, missing=True, unknown=True))
    for state in STATES:
        found, expected = table.at(state), evaluate(feature, {0: state})
        assert found == expected or (found != found and expected != expected)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_places_of_doubles_are_in_their_order(a: float, b: float) -> None:
    assert (index(a) < index(b)) == (a < b)
    assert double(index(a)) == a
    assert LOWEST <= index(a) <= HIGHEST


@given(
    st.integers(LOWEST, HIGHEST),
    st.none() | st.floats(),
    st.tuples(st.integers(LOWEST, HIGHEST), st.integers(LOWEST, HIGHEST)).map(sorted),
)
def test_last_true_finds_the_step(
    step: int, guess: float | None, ends: list[int]
) -> None:
    low, high = ends
    found = last_true(lambda x: index(x) <= step, low, high, guess)
    assert found == min(max(step, low - 1), high)


def test_a_region_counts_the_cuts_below() -> None:
    region = Region((index(1.0), index(2.0)), True, False)
    inside = [region.holds(x) for x in (0.5, 1.0, math.nextafter(1.0, 2), 2.0, 2.5)]
    assert inside == [True, True, False, False, True]
    assert not region.holds(math.nan)
