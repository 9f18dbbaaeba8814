"""Schemas: from data, from files, and the one that a scorer carries.

A scorer's SCHEMA admits a JSON record exactly when its ``validate`` does, but for what
JSON Schema cannot say: see :func:`beyond_schema`.
"""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from jsonschema import Draft202012Validator
from runners import load
from sklearn.tree import DecisionTreeClassifier
from strategies import edges, programs, scaled, texts

from treecompile import cli, compile_model
from treecompile.emit import emit
from treecompile.errors import BadSchema
from treecompile.fold import fold
from treecompile.program import LARGEST, Column
from treecompile.schema import (
    columns_of_schema,
    parse_schema,
    property_of,
    schema_of,
)
from treecompile.table import columns_of_csv

EXAMPLES = Path(__file__).parents[1] / "examples"
MUSHROOM = Path(__file__).parents[2] / "shared" / "data" / "mushroom"


def run(*arguments: Any) -> bytes:
    result = CliRunner().invoke(cli.main, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


# --- From data to a schema and back ---------------------------------------------------


def check_same_build(model: Path, data: Path, folder: Path) -> str:
    """``schema`` writes down all that ``build --data`` makes of the data."""
    by_data = run("build", model, "--data", data)
    run("schema", data, "-o", folder / "schema.json")
    by_schema = run("build", model, "--schema", folder / "schema.json")
    assert by_schema == by_data
    assert compile_model(model, data=data).encode() == by_data
    return by_data.decode()


def test_schema_is_data_for_the_mushrooms(tmp_path: Path) -> None:
    if not MUSHROOM.is_dir():
        pytest.skip("the mushroom data is not here")
    model, data = MUSHROOM / "example_model.pkl", MUSHROOM / "mushrooms.csv"
    assert 'odor == "n"' in check_same_build(model, data, tmp_path)


FRAMES: dict[str, tuple[dict[str, list[Any]], dict[str, Any]]] = {
    "text": ({"odor": ["a", "n", "?"], "cap": ["x", "y", "A"]}, {}),
    "missing text": ({"odor": ["a", "n", None]}, {"dummy_na": True}),
    "numbers": (
        {"legs": [2, 4, 6], "odor": ["a", "b", "a"]},
        {"columns": ["legs", "odor"]},
    ),
    "numbers as they are": ({"legs": [2, 4, 6], "odor": ["a", "b", "c"]}, {}),
    "floats": ({"half": [0.5, 1.5, 2.0]}, {"columns": ["half"]}),
    "missing numbers": (
        {"legs": [2.0, None, 6.0], "odor": ["a", "b", "c"]},
        {"columns": ["legs", "odor"], "dummy_na": True},
    ),
    "booleans": ({"wet": [True, False, True], "odor": ["a", "b", "c"]}, {}),
    "boolean dummies": (
        {"wet": [True, False, True], "odor": ["a", "b", "c"]},
        {"columns": ["wet", "odor"]},
    ),
    "large numbers": ({"id": [2**53 + 1, 1e300, -1e-300]}, {"columns": ["id"]}),
    "zeros": ({"x": [0.0, -0.0, 1.0]}, {"columns": ["x"]}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_schema_is_data(tmp_path: Path, name: str) -> None:
    pd = pytest.importorskip("pandas")
    columns, options = FRAMES[name]
    frame = pd.concat([pd.DataFrame(columns)] * 9, ignore_index=True)
    encoded = pd.get_dummies(frame, **options).astype(float)
    model = DecisionTreeClassifier(random_state=0)
    model.fit(encoded, np.arange(len(frame)) % 3)
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    frame.to_csv(tmp_path / "raw.csv", index=False)
    check_same_build(tmp_path / "model.pkl", tmp_path / "raw.csv", tmp_path)


cells = st.one_of(
    texts.filter(lambda text: "\0" not in text),
    st.sampled_from(
        ("", "NA", "1", "2", "2.0", "1e3", "-0", "True", "false", "inf", "nan")
    ),
    st.integers(-5, 5).map(str),
    st.floats(allow_nan=False).map(repr),
)


@scaled(100)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=8))
def test_what_a_csv_says_its_schema_says(rows: list[list[str]]) -> None:
    import csv
    import io

    stream = io.StringIO()
    csv.writer(stream).writerows([["a", "b", "c"], *rows])
    described = columns_of_csv(stream.getvalue().encode("utf-8", "replace"), "data")
    schema = schema_of(tuple(d.column for d in described), exact=False)
    Draft202012Validator.check_schema(schema)
    again = parse_schema(json.dumps(schema))
    assert [d.column for d in again] == [d.column for d in described]


# --- Reading schemas ------------------------------------------------------------------


def column(**rule: Any) -> Column:
    (described,) = columns_of_schema({"properties": {"a": rule}})
    assert described.column.name == "a"
    return described.column


def number(**more: Any) -> Column:
    """A column of numbers; without a bound it may hold an infinity."""
    return Column("a", **{"low": -math.inf, "high": math.inf, **more})


def test_keywords_mean_what_they_mean() -> None:
    assert column(type="number") == number()
    assert column(type=["number", "null"]) == number(missing=True)
    assert column(type="integer") == number(integer=True)
    assert column(type=["integer", "number"]) == number()
    assert column(type="number", minimum=1, maximum=2.5) == number(low=1.0, high=2.5)
    assert column(type="number", exclusiveMinimum=1) == number(
        low=math.nextafter(1.0, 2.0)
    )
    assert column(type="number", exclusiveMaximum=1, maximum=1) == number(
        high=math.nextafter(1.0, 0.0)
    )
    assert column(type="number", exclusiveMinimum=-LARGEST).low > -LARGEST
    assert column(type="boolean") == Column("a", (False, True))
    assert column(type=["boolean", "null"]) == Column("a", (False, True), missing=True)
    assert column(enum=["x", "y"]) == Column("a", ("x", "y"))
    assert column(enum=["x", None]) == Column("a", ("x",), missing=True)
    assert column(const="x") == Column("a", ("x",))
    assert column(enum=["x", 1, 1.5, None], type="string") == Column("a", ("x",))
    assert column(enum=["x", 1, 1.5, None], type=["integer", "null"]) == Column(
        "a", (1,), missing=True
    )
    assert column(enum=["x", "y", "x"]) == Column("a", ("x", "y"))
    assert column(title="A", description="an a", type="number") == number()


def test_not_leaves_out_ranges_of_numbers() -> None:
    def hole(low: float, high: float) -> dict[str, Any]:
        return {"type": "number", "minimum": low, "maximum": high}

    out = {"anyOf": [hole(0.0, 0.0), hole(1.0, 2.5)]}
    read = column(type=["number", "null"], minimum=-1, **{"not": out})
    assert read == number(low=-1.0, holes=((0.0, 0.0), (1.0, 2.5)), missing=True)
    assert property_of(read)["not"] == out
    for wrong in (
        {"const": 0},
        {"anyOf": []},
        {"anyOf": [{"minimum": 0.0}]},
        {"anyOf": [hole(0.0, 1.0), {"const": 5}]},
        {"anyOf": [hole(1.0, 0.0)]},
        {"anyOf": [hole(3.0, 4.0), hole(1.0, 2.0)]},
        {"anyOf": [hole(0.0, 1.0)], "title": "a"},
        [],
    ):
        with pytest.raises(BadSchema, match="'not'"):
            column(type="number", **{"not": wrong})
    with pytest.raises(BadSchema, match="of numbers alone"):
        column(type="string", **{"not": out})


# --- The schema of a scorer -----------------------------------------------------------

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
        st.sampled_from(
            (0, 1, 2, -1, 0.0, -0.0, 1.0, 1.5, 1e300, -1e300, 2**53, -(2**53))
        ),
    ),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def is_json(value: Any) -> bool:
    """Whether a value can stand in a JSON text, and comes back as itself."""
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (bool, int, str)


@st.composite
def near_records(draw: st.DrawFn, columns: list[Column]) -> dict[str, Any]:
    """A record that is nearly valid, of values that JSON can hold."""
    record: dict[str, Any] = {}
    for each in columns:
        near = [value for value in edges(each, {0.5}) if is_json(value)]
        kind = draw(st.sampled_from(("near",) * 8 + ("any", "absent")))
        if kind != "absent":
            values = st.sampled_from(near) if kind == "near" else json_values
            record[each.name] = draw(values)
    record.update(draw(st.dictionaries(texts, json_values, max_size=1)))
    return record


def beyond_schema(value: Any, column: Column) -> bool:
    """The two exceptions that ``treecompile.schema`` names. To JSON Schema 2**53 and
    2.0**53 are one value, and a boolean is no number that has bounds.
    """
    if type(value) is bool:
        both = column.holds(0.0) and column.holds(1.0)
        return column.categories is None and not both
    return type(value) is int and abs(value) > 2**53


@scaled(200)
@given(st.data())
def test_the_schema_admits_what_validate_admits(data: st.DataObject) -> None:
    program = data.draw(programs(most_leaves=4))
    program = fold(program, require_all=data.draw(st.booleans()))
    for each in program.columns:  # two surrogates come back as the one character
        known = list(each.categories or ())
        assume(json.loads(json.dumps(known)) == known)
    scorer = load(emit(program, format=False), "<scorer>")
    schema = json.loads(json.dumps(scorer.SCHEMA))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    bare = {key: x for key, x in schema.items() if key not in ("title", "examples")}
    bare["properties"] = {
        name: {key: x for key, x in rule.items() if key != "title"}
        for name, rule in schema["properties"].items()
    }
    assert bare == json.loads(
        json.dumps(schema_of(tuple(program.columns[i] for i in program.required)))
    )
    required = [program.columns[i] for i in program.required]
    base = {
        c.name: next(v for v in edges(c, set()) if _takes(scorer, c, v))
        for c in required
    }
    records = [
        {**base, c.name: v} for c in required for v in edges(c, {0.5}) if is_json(v)
    ]
    records += data.draw(
        st.lists(near_records(list(program.columns)), min_size=5, max_size=5)
    )
    for record in records:
        record = json.loads(json.dumps(record))
        if any(beyond_schema(record.get(c.name), c) for c in required):
            continue
        assert accepts(scorer, record) == validator.is_valid(record), record


def _takes(scorer: Any, column: Column, value: Any) -> bool:
    try:
        scorer._clean(column.name, value)
    except (TypeError, ValueError, ArithmeticError):
        return False
    return is_json(value)


def accepts(scorer: Any, record: dict[str, Any]) -> bool:
    try:
        scorer.validate(record)
    except scorer.InvalidRecord:
        return False
    return True


@scaled(60)
@given(st.data())
def test_a_schema_reads_back_as_its_columns(data: st.DataObject) -> None:
    """What a scorer says of its records can be fed to ``build --schema`` again.

    It lists 1 beside True, since a record may hold either: one category, read again."""
    program = data.draw(programs(most_leaves=2))
    columns = [replace(c, unknown=False) for c in program.columns]
    again = [d.column for d in parse_schema(json.dumps(schema_of(tuple(columns))))]
    for was, is_now in zip(columns, again, strict=True):
        assert was == is_now
    for was in columns:
        if was.categories is None and was.low > was.high:
            with pytest.raises(BadSchema):
                columns_of_schema(schema_of((was,)))


@pytest.mark.parametrize("example", ["iris", "mushroom", "penguins"])
def test_the_schema_of_a_model_is_its_scorers_and_builds_it_again(
    example: str, tmp_path: Path
) -> None:
    model, path = EXAMPLES / example / "model.pkl", tmp_path / "schema.json"
    line = ["schema", str(model), "-o", str(path)]
    assert CliRunner().invoke(cli.main, line).exit_code == 0
    schema, scorer = json.loads(path.read_text()), load(compile_model(model))
    properties = {name: schema["properties"][name] for name in scorer.COLUMNS}
    own = json.loads(json.dumps(scorer.SCHEMA))
    assert {**schema, "properties": properties} == own
    assert set(schema["properties"]) == set(scorer.RULES)
    again = compile_model(model, schema=str(path)).splitlines()
    changed = [text for text in again if not text.startswith("Columns: as --data")]
    assert changed == compile_model(model).splitlines()
