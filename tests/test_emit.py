"""Emitted code answers as the interpreter does: random programs, no scikit-learn.

    interpret(program) == interpret(fold(program)) == the emitted scorer

on ordinary records and on every edge of every column, down to which records are taken.
"""

from __future__ import annotations

import doctest
from dataclasses import replace
from typing import Any

import black
import hypothesis.strategies as st
import pytest
from hypothesis import given
from runners import load, same
from strategies import (
    HOSTILE,
    any_text,
    edge_records,
    programs,
    records,
    scaled,
    with_layout,
)

from treecompile import interpret
from treecompile.answers import answers
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.program import Program, State, columns_of
from treecompile.targets.python.module import docstring
from treecompile.targets.python.text import identifiers, literal


def with_columns_of_features(program: Program) -> Program:
    read = set[int]().union(
        *(columns_of(feature.value) for feature in program.features)
    )
    return replace(program, required=tuple(sorted(read)))


def meaning(program: Program, record: dict[str, Any]) -> Any:
    """What the interpreter says: the leaf's answers, or what is wrong."""
    values, missing, invalid = interpret.clean(program, record)
    if missing or invalid:
        return missing, list(invalid)
    says = answers(program, values)
    return says.predict, says.predict_proba, says.apply


def answer(scorer: Any, record: dict[str, Any]) -> Any:
    """What the scorer says, in the same words."""
    try:
        values = scorer.validate(record)
    except scorer.InvalidRecord as error:
        assert str(error) and str(error).isprintable() is False  # it has line breaks
        assert all(line.isprintable() for line in str(error).split("\n"))
        assert all(same_object(error.invalid[k], record[k]) for k in error.invalid)
        for function in (scorer.predict, scorer.apply):
            with pytest.raises(scorer.InvalidRecord):
                function(record)
        return error.missing, list(error.invalid)
    place = scorer.score(*values)
    predicted, node = scorer.predict(record), scorer.apply(record)
    shares = scorer.predict_proba(record) if hasattr(scorer, "predict_proba") else None
    assert same(predicted, scorer.PREDICTIONS[place]) and node == scorer.LEAVES[place]
    assert same(scorer.predict_many([record, record]), [predicted] * 2)
    return predicted, shares, node


def same_object(a: Any, b: Any) -> bool:
    return a is b


def check_clean_values(program: Program, scorer: Any, record: dict[str, Any]) -> None:
    values, missing, invalid = interpret.clean(program, record)
    if missing or invalid:
        return
    for index, value in zip(program.required, scorer.validate(record), strict=True):
        expected = None if values[index] is State.MISSING else values[index]
        if program.columns[index].categories is None:
            assert same(value, expected)
        else:
            assert value is expected if expected is None else value == expected


def check_encoding(program: Program, scorer: Any, record: dict[str, Any]) -> None:
    """``encode`` asks for every column that a feature is read from, required or not."""
    everything = with_columns_of_features(program)
    values, missing, invalid = interpret.clean(everything, record)
    if missing or invalid:
        with pytest.raises(scorer.InvalidRecord) as caught:
            scorer.encode(record)
        if everything.required == program.required:
            assert caught.value.missing == missing
            assert list(caught.value.invalid) == list(invalid)
        else:
            assert set(caught.value.missing) == set(missing)
            assert set(caught.value.invalid) == set(invalid)
    else:
        vector = interpret.features(program, values)
        for x, y in zip(scorer.encode(record), vector, strict=True):
            # The category 0 may be said as -0.0, which is as good to every test.
            assert same(x, y) or x == y == 0.0


def check(
    program: Program, folded: Program, scorer: Any, record: dict[str, Any]
) -> None:
    expected = meaning(folded, record)
    assert same(answer(scorer, record), expected)
    before = meaning(program, record)
    if isinstance(before[1], list):  # refused; folding may only ask for less
        assert set(expected[0]) <= set(before[0]) if expected[1:] == ([],) else True
    else:
        assert same(before, expected)
    check_clean_values(folded, scorer, record)
    check_encoding(folded, scorer, record)


@scaled(150)
@given(st.data())
def test_emitted_code_means_what_the_program_means(data: st.DataObject) -> None:
    program = data.draw(programs())
    folded = fold(program, require_all=data.draw(st.booleans()))
    folded = with_layout(folded, data.draw(st.sampled_from(("nested", "table"))))
    source = emit(folded, format=False)
    scorer = load(source, "<scorer>")
    assert scorer.COLUMNS == tuple(folded.columns[i].name for i in folded.required)
    assert scorer.FEATURES == tuple(feature.name for feature in program.features)
    if program.classes is not None:
        assert same(scorer.CLASSES, program.classes)
    for record in edge_records(program):
        check(program, folded, scorer, record)
    for record in data.draw(st.lists(records(program), min_size=5, max_size=5)):
        check(program, folded, scorer, record)
    doctests(scorer)


@scaled(50)
@given(st.data())
def test_emitted_text_is_as_black_would_have_it(data: st.DataObject) -> None:
    program = fold(data.draw(programs()), require_all=data.draw(st.booleans()))
    program = with_layout(program, data.draw(st.sampled_from(("nested", "table"))))
    source = emit(program, format=False)
    assert black.format_str(source, mode=black.Mode()) == source


@scaled(10)
@given(st.data())
def test_larger_trees(data: st.DataObject) -> None:
    """The early-return form, and answers in long tables."""
    program = data.draw(programs(most_leaves=70))
    folded = fold(program)
    source = emit(folded, format=False)
    scorer = load(source, "<scorer>")
    for record in data.draw(st.lists(records(program), min_size=20, max_size=20)):
        check(program, folded, scorer, record)
    assert black.format_str(source, mode=black.Mode()) == source


def doctests(scorer: Any) -> None:
    """The session in the module's docstring says what the module does."""
    test = doctest.DocTestParser().get_doctest(
        scorer.__doc__, dict(vars(scorer)), "scorer", None, 0
    )
    assert len(test.examples) >= 2
    result = doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None)
    assert result.failed == 0 and result.attempted == len(test.examples)


# --- Literals and names ---------------------------------------------------------------

constants = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    any_text,
    st.sampled_from(HOSTILE),
)


rows = st.lists(constants, max_size=3).map(tuple)


@scaled(300)
@given(st.one_of(constants, rows, st.lists(st.one_of(constants, rows)).map(tuple)))
def test_a_literal_reads_back_as_itself(value: Any) -> None:
    text = literal(value)
    assert text.isprintable() and text.isascii() | text.encode().decode().isprintable()
    assert same(eval(text, {"inf": float("inf"), "nan": float("nan")}), value)


@pytest.mark.parametrize("value", [[1], {1}, b"x", 1j, object(), ..., int])
def test_what_has_no_literal_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_numpy_scalars_have_no_literal() -> None:
    import numpy as np

    for value in (
        np.float64(1.5),
        np.str_("x"),
        np.bool_(True),
        np.int64(1),
        (np.float64(1),),
    ):
        with pytest.raises(TypeError):
            literal(value)


@scaled(300)
@given(
    st.lists(st.one_of(any_text, st.sampled_from(HOSTILE)), unique=True), st.booleans()
)
def test_identifiers_are_distinct_and_safe(names: list[str], upper: bool) -> None:
    import builtins
    import keyword
    import unicodedata

    found = identifiers(names, upper=upper)
    assert len(found) == len(names)
    # The parser reads identifiers in NFKC form, so that is where they must differ.
    assert len({unicodedata.normalize("NFKC", word) for word in found}) == len(names)
    for word in found:
        assert word.isidentifier() and not keyword.iskeyword(word)
        assert word not in dir(builtins)
        assert word.startswith("_") == upper
        assert len(word) < 60


def test_the_docstring_of_a_function_stands_as_black_would_have_it() -> None:
    for length in range(60, 250):
        words = ("trees of nine " * 20)[: length - 1].replace(" ", "s", 1).strip() + "."
        text = f"def score() -> int:\n    {docstring(words)}\n    return 0\n"
        assert max(map(len, text.splitlines())) <= 88
        assert black.format_str(text, mode=black.Mode()) == text
