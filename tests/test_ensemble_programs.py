"""Emitted code of many trees answers as the program means: no scikit-learn.

    answers(program) == answers(fold(program)) == the emitted scorer

on random ensembles, in both layouts; ``test_ensembles.py`` shows the other half.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import black
import hypothesis.strategies as st
from hypothesis import given
from runners import load, same
from strategies import columns as any_columns
from strategies import (
    cuts_for,
    distinct,
    edge_records,
    features,
    number_columns,
    origin,
    records,
    scaled,
    shares,
    texts,
    trees,
)

from treecompile import interpret
from treecompile.answers import answers
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.program import (
    SCORES,
    Apply,
    Arithmetic,
    Choice,
    Clip,
    Column,
    Element,
    Ensemble,
    Expression,
    Feature,
    Inside,
    Joint,
    Number,
    Program,
    Read,
    Stage,
    Sums,
    Tree,
    Trees,
    Values,
    WeightedMedian,
)
from treecompile.single import single
from treecompile.vectors import VECTORS

FUNCTIONS = ("predict", "predict_proba", "decision_function", "score_samples", "apply")
# What a tree adds: no infinities, whose differences are no numbers.
added = st.one_of(
    shares, st.sampled_from((0.0, -0.0, 0.1, 1e16, 5e-324, -1.0)), st.floats(-1e9, 1e9)
)


def numbers_of(stage: int, width: int) -> tuple[Element, ...]:
    return tuple(Element(stage, i) for i in range(width))


@st.composite
def groves(
    draw: st.DrawFn,
    vector: tuple[Feature, ...],
    pools: dict[int, Any],
    width: int,
    name: str,
) -> Trees:
    """A stage of trees that add to so many sums, or a single tree that sets them."""
    alone = draw(st.integers(0, 3)) == 0
    made, rows, slots, nodes = [], [], [], []
    for _ in range(1 if alone else draw(st.integers(1, 4))):
        tree = draw(trees(vector, pools, 6))
        leaves = sum(test is None for test in tree.tests)
        slot = tuple(range(width))
        if not alone and draw(st.booleans()):
            slot = (draw(st.integers(0, width - 1)),)
        row = st.tuples(*[added] * len(slot))
        some = draw(st.lists(row, min_size=1, max_size=3))
        made.append(tree)
        rows.append(
            tuple(
                draw(st.lists(st.sampled_from(some), min_size=leaves, max_size=leaves))
            )
        )
        slots.append(slot)
        nodes.append(tuple(draw(st.permutations(range(2 * leaves)))[:leaves]))
    zero = -0.0 if alone else draw(st.sampled_from((0.0, -0.0, 0.25)))
    return Trees(
        start=(Number(zero),) * width,
        trees=tuple(made),
        rows=tuple(rows),
        slots=tuple(slots),
        nodes=tuple(nodes),
        name=name,
        title=draw(st.sampled_from(("", "estimator 'a': Forest", "x\n#"))),
    )


@st.composite
def combined(draw: st.DrawFn, last: int, width: int) -> Stage:
    """A stage made of the numbers of the one before."""
    of = numbers_of(last, width)
    name = draw(st.sampled_from(("share", "mean", "total", "predict")))
    kind = draw(st.integers(0, 8))
    if kind == 0:
        return Values(tuple(Arithmetic("/", x, Number(3.0)) for x in of), name)
    if kind == 1:
        terms = tuple(
            (x, Arithmetic("*", of[0], Number(-1.0)), Arithmetic("-", x, of[-1]))
            for x in of
        )
        return Sums(terms, name)
    if kind == 2:
        bounded = tuple(Clip(x, -30.0, 30.0) for x in of)
        if draw(st.booleans()):
            wide = tuple(Arithmetic("*", x, Number(1e4)) for x in of)
            return Joint("softmax_by_table", wide, name)
        kinds = [
            x for x in VECTORS if x.endswith(("x", "log", "paired")) and "soft" in x
        ]
        return Joint(draw(st.sampled_from(kinds)), bounded, name)
    if kind == 3:
        absolute = tuple(Apply("abs", x, ()) for x in of)
        return Joint(
            draw(st.sampled_from(("normalized", "normalized_paired"))),
            absolute,
            name,
            (0.5,),
        )
    if kind == 7:
        small = tuple(Apply("single", Clip(x, -9.0, 9.0), ()) for x in of)
        absolute = tuple(Apply("abs", x, ()) for x in small)
        return Joint("normalized_single", absolute, name, (0.5,))
    if kind == 8:
        small = tuple(Apply("single", Clip(x, -9.0, 9.0), ()) for x in of)
        points = tuple(map(single, (-9.0, -0.1, 0.3, 9.0, 0.0, 0.2, 0.7, 1.0)))
        lines = [Apply("interpolated_single", x, points) for x in small]
        return Values(tuple(lines), name)
    if kind == 4:
        weights = st.sampled_from((0.5, 1.0, 2.0))
        return WeightedMedian(of, tuple(draw(weights) for _ in of), name)
    if kind == 5:
        return Choice(of, last=draw(st.booleans()), name=name)
    function = draw(st.sampled_from(("expit", "exp_by_table")))
    return Values(tuple(Apply(function, x, ()) for x in of), name)


def width_of(stage: Stage) -> int:
    if isinstance(stage, Trees):
        return len(stage.start)
    return 1 if isinstance(stage, (Choice, WeightedMedian)) else len(stage.of)


@st.composite
def ensembles(draw: st.DrawFn) -> Program:
    names = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    kind = draw(st.sampled_from((number_columns, any_columns)))
    inputs = tuple(draw(kind(name)) for name in names)
    vector = draw(features(inputs))
    if all(column.categories is None for column in inputs) and draw(st.booleans()):
        box = Inside(
            tuple(map(Read, range(len(inputs)))), ((-1.0, 2.5, True),) * len(inputs)
        )
        vector += (Feature("leaf", box),)
    pools = {k: cuts_for(f.value, inputs) for k, f in enumerate(vector)}
    width = draw(st.integers(1, 9))
    stages: list[Stage] = [draw(groves(vector, pools, width, "total"))]
    for _ in range(draw(st.integers(0, 2))):
        stages.append(draw(combined(len(stages) - 1, width_of(stages[-1]))))
    inner: tuple[Feature, ...] = ()
    if draw(st.booleans()):  # trees that test what came before
        inner = tuple(
            Feature(f"e{i}", e)
            for i, e in enumerate(numbers_of(len(stages) - 1, width_of(stages[-1])))
        )
        seen = (*vector, *inner)
        more = {
            **pools,
            **{
                len(vector) + i: st.sampled_from((0.0, 0.25, 1.0, -0.5))
                for i in range(len(inner))
            },
        }
        stages.append(draw(groves(seen, more, width, "final")))
    count = width_of(stages[-1])
    whole = numbers_of(SCORES, count)
    # No tree before those that are asked for tests what came before.
    applies = draw(st.sampled_from((None, 0)))
    model = Ensemble(
        stages=tuple(stages),
        scores=numbers_of(len(stages) - 1, count),
        answers=whole,
        several=count > 1,
        applies=applies,
        applies_width=draw(st.sampled_from((0, 1, 2))) if applies == 0 else 0,
        samples=draw(st.sampled_from((None, whole[:1]))),
        words="of trees",
    )
    classes = None
    if draw(st.booleans()):
        classes = (
            draw(
                distinct(st.one_of(texts, st.integers(-3, 12)), 9).filter(
                    lambda c: len(c) == count
                )
            )
            if count < 3
            else tuple(range(count))
        )
        links: tuple[Stage, ...] = (
            Values(tuple(Clip(x, 0.0, 1.0) for x in whole), "share"),
        )
        of: tuple[Expression, ...] = numbers_of(0, count)
        if draw(st.booleans()):
            links, of = (), whole
        model = replace(
            model,
            answers=(Choice(whole, last=draw(st.booleans())),),
            several=False,
            links=links,
            probabilities=(of,),
            decision=draw(st.sampled_from((None, whole))),
        )
    first = stages[0]
    assert isinstance(first, Trees)
    return Program(
        columns=inputs,
        required=tuple(range(len(inputs))),
        features=vector,
        model=model,
        classes=classes,
        origin=origin(first.trees[0], "VotingRegressor"),
        inner=inner,
    )  # fmt: skip


def meaning(program: Program, record: dict[str, Any]) -> Any:
    values, missing, invalid = interpret.clean(program, record)
    if missing or invalid:
        return missing, list(invalid)
    says = answers(program, values)
    return [getattr(says, name) for name in FUNCTIONS]


def answer(scorer: Any, record: dict[str, Any]) -> Any:
    try:
        scorer.predict(record)
    except scorer.InvalidRecord as error:
        return error.missing, list(error.invalid)
    return [
        getattr(scorer, name)(record) if hasattr(scorer, name) else None
        for name in FUNCTIONS
    ]


def check(program: Program, layout: str, some: list[dict[str, Any]]) -> str:
    laid = replace(program.origin, options=(("layout", layout),))
    folded = fold(replace(program, origin=laid))
    text = emit(folded, format=False)
    scorer = load(text, "<scorer>")
    for record in some:
        expected = meaning(folded, record)
        assert same(answer(scorer, record), expected), record
        before = meaning(program, record)
        if isinstance(before, list):  # and not refused
            assert same(before, expected), record
    return text


@scaled(60)
@given(st.data())
def test_emitted_code_means_what_the_program_means(data: st.DataObject) -> None:
    program = data.draw(ensembles())
    some = [*edge_records(program)][::3]
    some += data.draw(st.lists(records(program), min_size=4, max_size=4))
    text = check(program, "nested", some)
    if data.draw(st.integers(0, 3)) == 0:
        assert black.format_str(text, mode=black.Mode()) == text


@scaled(30)
@given(st.data())
def test_a_table_means_what_the_program_means(data: st.DataObject) -> None:
    program = data.draw(ensembles())
    check(
        program, "table", data.draw(st.lists(records(program), min_size=6, max_size=6))
    )


def test_a_difference_is_one_term_of_a_sum() -> None:
    """1e16 + (1 - 1e16) is not (1e16 + 1) - 1e16."""
    inner = Arithmetic("-", Number(1.0), Number(1e16))
    total = Sums(((Number(1e16), inner),), "total")
    model = Ensemble((total,), numbers_of(0, 1), numbers_of(SCORES, 1), several=False)
    x = Column("x")
    tree = Tree((None,), (-1,), (-1,), (0,))
    program = Program(
        (x,), (0,), (Feature("x", Read(0)),), model, None, origin(tree, "Mean")
    )
    check(program, "nested", [{"x": 0.0}])
    assert answer(load(emit(program), "<scorer>"), {"x": 0.0})[0] == 1e16 + (1.0 - 1e16)


def test_sums_start_at_zero() -> None:
    """0.0 + -0.0 is 0.0: a sum of one term is not that term."""
    zero = Sums(((Number(-0.0),),), "total")
    model = Ensemble((zero,), numbers_of(0, 1), numbers_of(SCORES, 1), several=False)
    x = Column("x")
    nothing = origin(Tree((None,), (-1,), (-1,), (0,)), "VotingRegressor")
    program = Program((x,), (), (Feature("x", Read(0)),), model, None, nothing)
    scorer = load(emit(program, format=False))
    assert math.copysign(1.0, scorer.predict({})) == 1.0
    assert same(scorer.predict({}), answers(program, {}).predict)
