"""Scorers in JavaScript answer as those in Python do: the bits, and what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from javascript import Refused, answers_of, same
from runners import load
from strategies import edge_records, programs, records, scaled, with_layout
from test_ensemble_programs import ensembles
from test_golden import GOLDEN, PROGRAMS

from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.program import Program

# What a scorer in Python calls a function, and in JavaScript.
FUNCTIONS = {
    "predict": "predict",
    "predict_proba": "predictProba",
    "decision_function": "decisionFunction",
    "score_samples": "scoreSamples",
    "apply": "apply",
    "encode": "encode",
}
SIMPLE = (str, float, int, bool, type(None))


def is_simple(record: dict[str, Any]) -> bool:
    """Whether JavaScript has values as those of a record."""
    return all(
        type(value) in SIMPLE or (type(value) is list and not value)
        for value in record.values()
    )


def in_javascript(program: Program) -> Program:
    """The program, as if it was built for JavaScript."""
    options = (("target", "javascript"), *program.origin.options)
    return replace(program, origin=replace(program.origin, options=options))


def agree(program: Program, some: Iterable[dict[str, Any]]) -> str:
    """Both scorers of a program answer, and refuse, alike; the text in JavaScript."""
    python = load(emit(program, format=False), "<scorer>")
    source = emit(in_javascript(program))
    kept = list(filter(is_simple, some))
    names = [name for name in FUNCTIONS if hasattr(python, name)]
    calls = list(itertools.product(names, kept))
    given = answers_of(source, [(FUNCTIONS[name], record) for name, record in calls])
    for (name, record), answer in zip(calls, given, strict=True):
        try:
            expected = getattr(python, name)(record)
        except python.InvalidRecord as error:
            assert isinstance(answer, Refused), (name, record, answer)
            compare(answer, error.errors(), record, python.RULES)
            continue
        assert same_but_truth(answer, expected), (name, record, answer, expected)
    return source


def same_but_truth(answer: Any, expected: Any) -> bool:
    """The same; where Python passes a truth on as a number, JavaScript has a number."""
    if isinstance(expected, tuple) and isinstance(answer, tuple):
        pairs = zip(answer, expected)
        return len(answer) == len(expected) and all(same_but_truth(*p) for p in pairs)
    return same(answer, expected) or (answer == 0.0 == expected)


def compare(
    refused: Refused,
    errors: list[dict[str, Any]],
    record: dict[str, Any],
    rules: dict[str, Any],
) -> None:
    """The same columns and codes in the same order, and the same words for texts."""
    for mine, theirs in zip(refused.errors, errors, strict=True):
        assert mine["code"] == theirs["code"], record
        if "\\ud" in theirs["column"]:
            continue  # halves of a pair are one letter in JavaScript
        assert mine["column"] == theirs["column"], record
        if theirs["nearest"] is not None:
            continue  # hints are Python's alone
        known = rules[theirs["column"]].get("enum", ())
        is_text = type(record.get(theirs["column"], "")) is str
        is_text = is_text and "\\" not in theirs["message"]  # by Unicode's version
        if is_text and all(type(x) in (str, type(None)) for x in known):
            assert mine["message"] == theirs["message"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_golden_programs(name: str, regen: bool) -> None:
    program = fold(PROGRAMS[name]())
    text = agree(program, itertools.islice(edge_records(PROGRAMS[name]()), 200))
    path = GOLDEN / name / "scorer.mjs"
    if regen:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@scaled(40)
@given(st.data())
def test_single_trees(data: st.DataObject) -> None:
    program = data.draw(programs())
    folded = fold(program, require_all=data.draw(st.booleans()))
    layout = data.draw(st.sampled_from(("nested", "table")))
    agree(with_layout(folded, layout), edge_records(program))


@scaled(10)
@given(st.data())
def test_larger_trees(data: st.DataObject) -> None:
    program = data.draw(programs(most_leaves=70))
    some = data.draw(st.lists(records(program), min_size=20, max_size=20))
    agree(fold(program), some)


@scaled(60)
@given(st.data())
def test_ensembles(data: st.DataObject) -> None:
    program = data.draw(ensembles())
    some = [*edge_records(program)][::3]
    some += data.draw(st.lists(records(program), min_size=4, max_size=4))
    layout = data.draw(st.sampled_from(("nested", "table")))
    agree(fold(with_layout(program, layout)), some)


def test_what_javascript_has_of_its_own() -> None:
    program = PROGRAMS["plain"]()
    record, *_ = edge_records(program)
    name, source = next(iter(record)), emit(in_javascript(fold(program)))
    (as_object,) = answers_of(source, [("predict", record)])
    (as_map,) = answers_of(source, [("predict", record, "map")])
    assert same(as_object, as_map)
    many = {**record, name: 2**53 + 1}
    (refused,) = answers_of(source, [("predict", many)])
    assert refused.errors[0]["code"] == "integer_too_large"
    (inherited,) = answers_of(source, [("predict", {})])
    assert set(inherited.missing) == set(record) - {"never asked"}


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "hasOwn"])
def test_names_of_every_object_are_data(name: str) -> None:
    program = PROGRAMS["plain"]()
    first, *rest = program.columns
    program = replace(program, columns=(replace(first, name=name), *rest))
    assert name in {program.columns[i].name for i in program.required}
    some = list(itertools.islice(edge_records(program), 60))
    source = agree(fold(program), some)
    absent = {key: x for key, x in some[0].items() if key != name}
    (refused,) = answers_of(source, [("predict", absent)])
    assert refused.missing == [name]


def test_nothing_is_imported() -> None:
    for name in PROGRAMS:
        text = (GOLDEN / name / "scorer.mjs").read_text(encoding="utf-8")
        assert "\nimport " not in text
        assert 'from "' not in text
