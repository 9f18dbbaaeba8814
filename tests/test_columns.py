"""What a raw column may hold comes from all that reads it: encoders and steps that read
numbers side by side, infinities where the model takes them, and what is no value at all.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import lightgbm
import numpy as np
import pandas as pd
import pytest
from catboost import CatBoostRegressor
from hypothesis import given
from hypothesis import strategies as st
from runners import load
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    BaggingRegressor,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestRegressor,
)
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeRegressor
from strategies import scaled
from xgboost import XGBRegressor

from treecompile import compile_model, verify
from treecompile.errors import BadSchema, UnsupportedModel
from treecompile.interpret import clean_value
from treecompile.program import Column, State
from treecompile.schema import columns_of_schema

INF = math.inf
RNG = np.random.default_rng(0)
STATE = RNG.bit_generator.state
ROWS = 150
FRAME = pd.DataFrame(
    {
        "code": RNG.choice([0, 1, 2, 5], ROWS),
        "flag": RNG.random(ROWS) < 0.5,
        "city": pd.Series(RNG.choice(["a", "b"], ROWS), dtype=object),
        "x": np.abs(RNG.normal(size=ROWS)),
    }
)
TARGET = FRAME.code * 2.0 + (FRAME.code == 2) * FRAME.x + 3 * FRAME.flag
RECORD = {"code": 1, "flag": True, "city": "a", "x": 0.5}
STUMP = DecisionTreeRegressor(max_depth=5, random_state=0)


@pytest.fixture(autouse=True)
def _the_same_numbers() -> None:
    """Draw what a test draws whatever ran before it."""
    RNG.bit_generator.state = STATE


def histograms(**more: Any) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(max_iter=4, min_samples_leaf=2, **more)


def gradients(**more: Any) -> lightgbm.LGBMRegressor:
    return lightgbm.LGBMRegressor(
        n_estimators=4, min_child_samples=2, verbose=-1, n_jobs=1, **more
    )


def beside_numbers(encoder: Any, columns: list[str], number: Any, model: Any) -> Any:
    parts = [("c", encoder, columns), ("n", number, ["code", "x", "flag"])]
    return make_pipeline(ColumnTransformer(parts), model).fit(FRAME, TARGET)


def asked(model: Any, record: dict[str, Any], **types: Any) -> float | None:
    """What a model answers to a frame of a record twice, None where it refuses it."""
    frame = pd.DataFrame([record] * 2).astype({"city": object, **types})
    try:
        return float(model.predict(frame)[0])
    except (ValueError, TypeError):
        return None


def answered(scorer: Any, record: dict[str, Any]) -> float | None:
    try:
        return float(scorer.predict(record))
    except scorer.InvalidRecord:
        return None


# --- One column, two readers ----------------------------------------------------------

UNSEEN = (0.0, 3, 4.0, 9, -7.0, 1.5, 2**40, 1, 2.0, 5, True, False)


@pytest.mark.parametrize("number", ["passthrough", StandardScaler()], ids=str)
@pytest.mark.parametrize("behind", ["an imputer, beside text", "nothing, of booleans"])
@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=40),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
        TargetEncoder(random_state=0),
    ],
    ids=lambda encoder: type(encoder).__name__,
)
def test_a_category_to_one_and_a_number_to_another(
    encoder: Any, behind: str, number: Any
) -> None:
    columns = ["flag"]
    if "imputer" in behind:
        encoder = make_pipeline(SimpleImputer(strategy="most_frequent"), encoder)
        columns = ["city", "code"]
    model = beside_numbers(encoder, columns, number, STUMP)
    scorer = load(compile_model(model, format=False))
    name = columns[-1]
    for value in UNSEEN:
        record = {**RECORD, name: value}
        assert answered(scorer, record) == asked(model, record), record
    for bad in ("zzz", INF, -INF, 1e39):
        record = {**RECORD, name: bad}
        assert asked(model, record) is None is answered(scorer, record), record
    assert scorer.SCHEMA["properties"][name]["type"][:2] == ["number", "boolean"]


def test_verify_tries_numbers_that_fit_did_not_see() -> None:
    encoder = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    model = beside_numbers(encoder, ["city", "code"], "passthrough", STUMP)
    assert verify(model, compile_model(model)).ok


def test_what_one_of_two_encoders_knows() -> None:
    """One that compares numbers, and one that learnt among texts."""
    some = [1, 2, 9]
    parts = [
        ("n", OneHotEncoder(categories=[some], handle_unknown="ignore"), ["code"]),
        (
            "o",
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            ["city", "code"],
        ),
    ]
    data = FRAME.assign(code=FRAME.code.where(FRAME.code != 2, 5))
    model = make_pipeline(ColumnTransformer(parts), STUMP).fit(data, TARGET)
    scorer = load(compile_model(model, format=False))
    for value in (0, 1, 2, 5, 9, 2.0, 3.5):
        record = {**RECORD, "code": value}
        assert answered(scorer, record) == asked(model, record), record


def test_what_an_indicator_looks_for_in_a_column_of_categories() -> None:
    """-1 is unknown to the encoder, and not so to the indicator."""
    text = pd.Series(RNG.choice(["a", "b", "?"], ROWS), dtype=object)
    data = pd.DataFrame({"city": text})
    known = OneHotEncoder(categories=[["a", "b"]], handle_unknown="ignore")
    parts = [
        ("c", known, ["city"]),
        ("m", MissingIndicator(missing_values="?", features="all"), ["city"]),
    ]
    model = make_pipeline(ColumnTransformer(parts, sparse_threshold=0), STUMP)
    model.fit(data, (text == "?") * 2.0 + (text == "a"))
    scorer = load(compile_model(model, format=False))
    for city in ("a", "b", "?", "zzz"):
        assert answered(scorer, {"city": city}) == asked(model, {"city": city}), city


def test_text_filled_into_numbers() -> None:
    """It is a category to the encoder; as a number it cannot be read."""
    fill = SimpleImputer(strategy="constant", fill_value="none")
    encoder = make_pipeline(fill, OneHotEncoder(handle_unknown="ignore"))
    data = FRAME.assign(code=FRAME.code.astype(object))
    parts = [
        ("c", encoder, ["city", "code"]),
        ("n", SimpleImputer(strategy="median"), ["code"]),
    ]
    model = make_pipeline(ColumnTransformer(parts), STUMP).fit(data, TARGET)
    scorer = load(compile_model(model, format=False))
    for value in (0, 1, 2, 3, np.nan):
        record = {**RECORD, "code": value}
        assert answered(scorer, record) == asked(model, record, code=object), record
    assert answered(scorer, {**RECORD, "code": None}) is not None
    parts = [("c", encoder, ["city", "code"]), ("n", fill, ["code"])]
    model = make_pipeline(ColumnTransformer(parts), STUMP)
    model.fit(data, TARGET)
    with pytest.raises(UnsupportedModel, match="'none' is filled in"):
        compile_model(model)


def test_a_schema_that_opens_a_column_of_numbers() -> None:
    model = DecisionTreeRegressor().fit(FRAME[["code", "x"]], TARGET)
    schema = {"properties": {"code": {"type": "string"}, "x": {"type": "number"}}}
    with pytest.raises(BadSchema, match="'code' holds text"):
        compile_model(model, schema=schema)
    schema["properties"]["code"]["type"] = "number"  # as it says: describe it so
    assert compile_model(model, schema=schema)


ENCODERS = (
    OneHotEncoder(handle_unknown="ignore"),
    OneHotEncoder(handle_unknown="ignore", drop="if_binary"),
    OneHotEncoder(),
    OrdinalEncoder(),
    OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-2),
    TargetEncoder(random_state=0),
)
FRONTS = (
    None,
    SimpleImputer(strategy="most_frequent"),
    SimpleImputer(strategy="constant", fill_value="missing"),
    SimpleImputer(strategy="most_frequent", missing_values=5),
)
NUMBERS = (
    "passthrough",
    "drop",
    StandardScaler(),
    SimpleImputer(strategy="median", add_indicator=True),
    make_pipeline(SimpleImputer(), KBinsDiscretizer(3, encode="ordinal")),
    FunctionTransformer(np.log),
    FunctionTransformer(np.arctan),
    MissingIndicator(features="all"),
    MissingIndicator(features="all", missing_values=5),
)
KINDS = {
    "whole": FRAME.code.astype(float),
    "holes": FRAME.code.where(FRAME.code != 1).astype(float),
    "objects": FRAME.code.astype(object),
    "booleans": FRAME.flag,
}
VALUES = (0.0, 1.0, 2.0, 5.0, 3.0, -7.0, 1.5, "zzz", None, INF, -INF, 1e39)


@scaled(8)
@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(
        st.tuples(
            st.sampled_from(ENCODERS),
            st.sampled_from(FRONTS),
            st.sampled_from((["code"], ["city", "code"])),
        ),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from(NUMBERS),
    st.sampled_from((STUMP, histograms(), gradients())),
)
def test_readers_of_one_column_at_random(
    kind: str, encoders: list[Any], number: Any, model: Any
) -> None:
    data = FRAME.assign(code=KINDS[kind])
    parts: list[Any] = [("n", number, ["code", "x"])]
    for k, (encoder, front, columns) in enumerate(encoders):
        both = encoder if front is None else make_pipeline(front, encoder)
        parts.append((f"c{k}", both, columns))
    pipe = make_pipeline(ColumnTransformer(parts, sparse_threshold=0), model)
    try:
        pipe.fit(data, TARGET)
        scorer = load(compile_model(pipe, format=False, columns="all"))
    except (ValueError, TypeError, UnsupportedModel):
        return  # such a pipeline there is not
    for value in VALUES:
        record = {**RECORD, "code": np.nan if value is None else value}
        says = [asked(pipe, record), asked(pipe, record, code=object)]
        given = answered(scorer, record)
        if given is not None:
            assert given in says, (record, given, says)
        elif isinstance(value, float) and abs(value) < 1e30:
            assert None in says, (record, says)


# --- Infinities -----------------------------------------------------------------------

POINTS = [-INF, -1e39, -1e300, -2.0, -0.0, 0.4, 2.0, 1e38, 3.5e38, 1e300, INF, np.nan]


def with_infinities() -> Any:
    X = RNG.normal(size=(ROWS, 2))
    X[::7, 0], X[1::7, 0], X[2::7, 1] = INF, np.nan, -INF
    return X


@pytest.mark.parametrize("layout", ["nested", "table"])
@pytest.mark.parametrize(
    "model",
    [
        histograms(),
        gradients(),
        gradients(zero_as_missing=True),
        BaggingRegressor(histograms(), 2, random_state=0),
        CatBoostRegressor(
            iterations=4, verbose=0, allow_writing_files=False, thread_count=1
        ),
        IsolationForest(n_estimators=4, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("trained", ["on numbers", "on infinities"])
def test_infinities_go_where_the_model_sends_them(
    model: Any, layout: str, trained: str
) -> None:
    X = with_infinities() if trained == "on infinities" else RNG.normal(size=(ROWS, 2))
    if trained == "on infinities" and isinstance(model, IsolationForest):
        X[:, 1] = RNG.normal(size=ROWS)  # not between infinities of both signs
    y = np.nan_to_num(X[:, 0], posinf=3.0, neginf=-3.0) + (X[:, 1] == -INF)
    model = model.fit(X, y)
    scorer = load(compile_model(model, format=False, layout=layout, columns="all"))
    points = [[a, b] for a in POINTS for b in POINTS]
    expected = model.predict(np.array(points)).tolist()
    for (a, b), says in zip(points, expected):
        assert scorer.predict(dict(zip(scorer.FEATURES, (a, b)))) == says, (a, b)
    (rule,) = {id(rule): rule for rule in scorer.RULES.values()}.values()
    assert rule == {"type": ["number", "boolean", "null"]}
    record = dict.fromkeys(scorer.FEATURES, "a")
    with pytest.raises(scorer.InvalidRecord, match="expected a number\\)"):
        scorer.predict(record)


def test_a_scorer_that_takes_infinities_is_verified() -> None:
    model = histograms().fit(with_infinities(), RNG.normal(size=ROWS))
    source = compile_model(model, self_test=200)
    report = verify(model, source)
    assert report.ok, report.text()
    assert "-inf" in source and "import inf" in source
    assert load(source).self_test() == 0


@pytest.mark.parametrize("function", [np.log, np.log10, np.reciprocal])
@pytest.mark.parametrize("last", [histograms(), gradients()], ids=["hgb", "lightgbm"])
def test_a_finite_record_whose_feature_is_infinite(function: Any, last: Any) -> None:
    X = RNG.integers(0, 6, (ROWS, 1)).astype(float)
    model = make_pipeline(FunctionTransformer(function), last).fit(X, X[:, 0])
    scorer = load(compile_model(model, format=False))
    points = [0.0, -0.0, 1.0, -1.0, 5.0, 5e-324, INF, -INF, np.nan]
    expected = model.predict(np.array(points).reshape(-1, 1)).tolist()
    assert [scorer.predict({"x0": x}) for x in points] == expected
    assert jsonschema.Draft202012Validator(scorer.SCHEMA).is_valid({"x0": 0.0})


@pytest.mark.parametrize(
    "step",
    [
        FunctionTransformer(np.log),
        FunctionTransformer(np.reciprocal),
        make_pipeline(StandardScaler(), FunctionTransformer(np.reciprocal)),
        FunctionTransformer(np.exp),
        FunctionTransformer(np.square),
        PolynomialFeatures(3),
        make_pipeline(StandardScaler(), PolynomialFeatures((4, 4))),
    ],
    ids=str,
)
def test_schema_message_and_validator_say_the_same(step: Any) -> None:
    """Of one column before a tree, whose single precision is the bound."""
    X = np.exp(RNG.normal(size=(ROWS, 1)))
    model = make_pipeline(step, DecisionTreeRegressor(max_depth=3)).fit(X, X[:, 0])
    scorer = load(compile_model(model, format=False, columns="all"))
    schema = jsonschema.Draft202012Validator(scorer.SCHEMA)
    rule = scorer.RULES["x0"]
    ends = [rule.get("minimum", 0.0), rule.get("maximum", 0.0), X.mean()]
    for hole in rule.get("not", {}).get("anyOf", ()):
        ends += [hole["minimum"], hole["maximum"]]
    near = [math.nextafter(x, to) for x in ends for to in (-INF, INF)]
    others = [0.0, -0.0, 1.0, -1.0, 9e15, 1e13, 1e200, 1e308, 1e-320, -1e-320, INF]
    for x in (*ends, *near, *others, -INF, None):
        try:
            model.predict([[np.nan if x is None else x]] * 2)
            taken = True
        except ValueError:
            taken = False
        assert schema.is_valid({"x0": x}) == taken, (x, rule)
        assert (answered(scorer, {"x0": x}) is not None) == taken, (x, rule)


def test_a_schema_with_holes_is_one_to_build_from() -> None:
    X = np.exp(RNG.normal(size=(ROWS, 1)))
    model = make_pipeline(FunctionTransformer(np.log), DecisionTreeRegressor())
    model.fit(X, X[:, 0])
    first = load(compile_model(model, format=False))
    source = compile_model(model, schema=first.SCHEMA)
    assert load(source).SCHEMA == first.SCHEMA and "not" in first.RULES["x0"]
    assert verify(model, source).ok
    with pytest.raises(first.InvalidRecord, match=r"at most 1.79\S+, but not 0.0\)"):
        first.predict({"x0": 0.0})


def test_columns_that_go_together_to_what_is_too_large() -> None:
    X = RNG.normal(size=(ROWS, 2))
    step = PolynomialFeatures(2, interaction_only=True)
    model = make_pipeline(step, DecisionTreeRegressor()).fit(X, X[:, 0] * X[:, 1])
    scorer = load(compile_model(model))
    with pytest.raises(scorer.InvalidRecord) as error:
        scorer.predict({"x0": 1e30, "x1": 1e30})
    assert str(error.value).count("together they come to a number that the model") == 2
    with pytest.raises(scorer.InvalidRecord, match="expected a number from"):
        scorer.predict({"x0": 1e39, "x1": 1e30})


def test_infinities_stay_out_of_what_takes_none() -> None:
    X = RNG.normal(size=(ROWS, 2))
    for model in (RandomForestRegressor(2), XGBRegressor(n_estimators=2), STUMP):
        scorer = load(compile_model(model.fit(X, X[:, 0]), format=False))
        for bad in (INF, -INF, 1e39):
            assert answered(scorer, dict.fromkeys(scorer.FEATURES, bad)) is None
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    model = beside_numbers(encoder, ["code"], "passthrough", histograms())
    scorer = load(compile_model(model, format=False))
    assert asked(model, {**RECORD, "code": INF}) is None
    assert answered(scorer, {**RECORD, "code": INF}) is None
    assert answered(scorer, {**RECORD, "x": INF}) == asked(model, {**RECORD, "x": INF})


def test_a_threshold_that_is_no_number() -> None:
    model = histograms().fit(RNG.normal(size=(ROWS, 2)), RNG.normal(size=ROWS))
    nodes = model._predictors[0][0].nodes.copy()
    nodes["num_threshold"][0] = np.nan
    model._predictors[0][0].nodes = nodes
    with pytest.raises(UnsupportedModel, match="node 0 is NaN"):
        compile_model(model)


def test_a_category_that_is_infinite() -> None:
    data = pd.DataFrame({"c": pd.Series([1.0, INF, 2.0] * 5, dtype=object)})
    model = make_pipeline(OrdinalEncoder(), DecisionTreeRegressor())
    model.fit(data, range(15))
    with pytest.raises(UnsupportedModel, match="a category is infinite"):
        compile_model(model)


# --- What is no value -----------------------------------------------------------------

NO_NUMBERS = (
    1 + 0j,
    np.complex128(1 + 5j),
    np.complex64(1),
    pd.NaT,
    np.datetime64("NaT"),
    np.datetime64(1, "s"),
    np.timedelta64(1, "s"),
)


def test_complex_numbers_and_dates_are_no_numbers() -> None:
    X = [[0.0], [1.0]]
    scorer = load(compile_model(DecisionTreeRegressor().fit(X, [1.0, 2.0])))
    for bad in NO_NUMBERS:
        assert answered(scorer, {"x0": bad}) is None, bad
        with pytest.raises((TypeError, ValueError)):
            clean_value(Column("x0"), bad)
    assert answered(scorer, {"x0": pd.NA}) == answered(scorer, {"x0": None}) == 2.0
    assert clean_value(Column("x0", missing=True), pd.NA) != 0.0


def test_complex_numbers_and_dates_are_no_categories() -> None:
    whole = pd.DataFrame({"k": RNG.choice([0, 1, 2], ROWS)})
    model = make_pipeline(OneHotEncoder(), DecisionTreeRegressor()).fit(whole, whole.k)
    scorer = load(compile_model(model))
    column = Column("k", (0, 1, 2))
    for bad in NO_NUMBERS:
        assert answered(scorer, {"k": bad}) is None, bad
        with pytest.raises((TypeError, ValueError)):
            clean_value(column, bad)
    for good in (1, 1.0, True, np.int64(1), np.float32(1)):
        assert answered(scorer, {"k": good}) == 1.0


def test_nat_is_unknown_and_na_is_missing() -> None:
    text = pd.Series(RNG.choice(["a", "b", None], ROWS), dtype=object)
    data, y = pd.DataFrame({"c": text}), pd.factorize(text)[0] * 1.0
    for encoder in (
        TargetEncoder(random_state=0),
        OneHotEncoder(handle_unknown="ignore"),
    ):
        model = make_pipeline(encoder, DecisionTreeRegressor()).fit(data, y)
        scorer = load(compile_model(model, format=False))
        odd = pd.DataFrame({"c": pd.Series([pd.NaT] * 2, dtype=object)})
        assert scorer.predict({"c": pd.NaT}) == model.predict(odd)[0]
        assert scorer.predict({"c": pd.NA}) == scorer.predict({"c": None})
    column = Column("c", ("a",), missing=True, unknown=True)
    assert clean_value(column, pd.NaT) is State.UNKNOWN
    assert clean_value(column, pd.NA) is State.MISSING


def test_what_is_no_number_in_a_csv_file(tmp_path: Path) -> None:
    X = RNG.normal(size=(ROWS, 1))
    model = histograms().fit(X, X[:, 0])
    (tmp_path / "scorer.py").write_text(compile_model(model))
    cells = ["1_0", "\uff11\uff12", "10", " 10 ", "-inf", "<NA>"]
    (tmp_path / "data.csv").write_text("x0\n" + "\n".join(cells), encoding="utf-8")
    line = [sys.executable, "-I", "scorer.py", "data.csv"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("expected a number)") == 2
    expected = model.predict([[10.0], [10.0], [-INF], [np.nan]]).tolist()
    assert list(map(json.loads, done.stdout.split())) == [None, None, *expected]


def test_the_schema_of_a_column_without_bounds() -> None:
    (described,) = columns_of_schema({"properties": {"a": {"type": "number"}}})
    assert (described.column.low, described.column.high) == (-INF, INF)
    integer = Column("a", integer=True, low=-INF, high=INF)
    for bad in (INF, -INF, 0.5):
        with pytest.raises(ValueError):
            clean_value(integer, bad)
