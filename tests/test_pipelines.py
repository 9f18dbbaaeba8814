"""Whole pipelines as people write them: the rows of a frame are the records."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load, same
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier

from treecompile import UnsupportedModel, compile_model

ROWS = 120


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    towns = np.array(["Rome", "Oslo", "Lima", None], dtype=object)
    return pd.DataFrame(
        {
            "name": [f"number {i}" for i in range(ROWS)],
            "town": pd.Series(rng.choice(towns, ROWS), dtype=object),
            "age": rng.normal(40, 10, ROWS),
            "pay": np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS)),
            "kids": rng.integers(0, 6, ROWS),
            "mood": rng.choice(["up", "down"], ROWS),
        }
    )


def fitted(*steps: Any) -> Pipeline:
    X = frame()
    y = (X.age + 9 * X.kids + 20 * (X.town == "Rome") > 65) ^ (X.mood == "up")
    return make_pipeline(*steps, DecisionTreeClassifier(random_state=0)).fit(X, y)


def agree(pipe: Pipeline, **options: Any) -> types.ModuleType:
    """The scorer, held against the pipeline on every row as ``to_dict`` gives it."""
    X = frame()
    scorer = load(compile_model(pipe, **options))
    features = pipe[:-1].transform(X)
    features = features.toarray() if hasattr(features, "toarray") else features
    rows = zip(
        X.to_dict("records"),
        pipe.predict(X).tolist(),
        pipe.predict_proba(X).tolist(),
        np.asarray(features, dtype=float).tolist(),
    )
    for record, answer, shares, vector in rows:
        assert scorer.predict(record) == answer
        assert same(scorer.predict_proba(record), shares)
        assert same(scorer.encode(record), vector)
        assert all(type(x) is float for x in scorer.encode(record))
    return scorer


@pytest.mark.parametrize("columns", ["used", "all"])
def test_a_dropped_column_may_hold_anything(columns: str) -> None:
    prep = ColumnTransformer(
        [
            ("out", "drop", ["name"]),
            ("number", StandardScaler(), ["age", "kids"]),
            ("mood", OneHotEncoder(), ["mood"]),
        ]
    )
    scorer = agree(fitted(prep), columns=columns)
    record = {"age": 33, "kids": 2, "mood": "up"}
    assert len(scorer.encode(record)) == 4
    if columns == "all":
        assert list(scorer.COLUMNS) == list(frame())
        with pytest.raises(scorer.InvalidRecord) as caught:
            scorer.predict(record)
        assert caught.value.missing == ("name", "town", "pay")
        record.update(name=None, town=7, pay=True)
        assert scorer.predict(record) in (True, False)


@pytest.mark.parametrize(
    "columns",
    [
        frame().select_dtypes("number").columns,
        pd.Series(["age", "pay", "kids"]),
        pd.Index([2, 3, 4]),
        frame().dtypes.map(lambda dtype: dtype.kind in "if"),
    ],
    ids=lambda columns: type(columns).__name__,
)
def test_columns_selected_with_pandas(columns: Any) -> None:
    prep = ColumnTransformer([("number", StandardScaler(), columns)])
    assert agree(fitted(prep)).FEATURES == (
        "number__age",
        "number__pay",
        "number__kids",
    )


@pytest.mark.parametrize("frames", [False, True])
@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(sparse_output=False),
        OrdinalEncoder(encoded_missing_value=-2),
        TargetEncoder(random_state=0),
    ],
)
def test_none_passes_an_imputer_of_nan(encoder: Any, frames: bool) -> None:
    # scikit-learn fills in for NaN; None reaches the encoder, which learns it.
    texts = make_pipeline(SimpleImputer(strategy="most_frequent"), encoder)
    prep = ColumnTransformer(
        [("text", texts, ["town", "mood"])], remainder=StandardScaler()
    )
    prep = ColumnTransformer([("all", prep, ["town", "mood", "age", "kids"])])
    prep.set_output(transform="pandas" if frames else "default")
    scorer = agree(fitted(prep))
    known = frame().to_dict("records")[0]
    assert same(
        scorer.encode({**known, "town": None}),
        scorer.encode({**known, "town": float("nan")}),
    )


def test_weights_on_whole_numbers() -> None:
    prep = ColumnTransformer(
        [
            ("mood", OneHotEncoder(dtype=int), ["mood"]),
            ("bins", KBinsDiscretizer(3, encode="ordinal"), ["age"]),
            ("flags", OneHotEncoder(dtype=bool), ["kids"]),
        ],
        transformer_weights={"mood": 0.7, "bins": -2, "flags": 1.5},
    )
    agree(fitted(prep))


def test_weights_that_may_not_fit() -> None:
    prep = ColumnTransformer(
        [("mood", OrdinalEncoder(dtype=np.int8), ["mood"])],
        transformer_weights={"mood": 3},
    )
    with pytest.raises(UnsupportedModel, match="Make the weight a float"):
        compile_model(fitted(prep))


def test_dummies_of_a_number_that_was_filled_in() -> None:
    filled = make_pipeline(
        SimpleImputer(strategy="median"),
        OneHotEncoder(handle_unknown="ignore", min_frequency=2),
    )
    agree(fitted(ColumnTransformer([("pay", filled, ["pay"])])))
    every = make_pipeline(
        SimpleImputer(strategy="median"), OneHotEncoder(handle_unknown="ignore")
    )
    agree(fitted(ColumnTransformer([("pay", every, ["pay"])])))


def test_a_model_that_reads_no_column() -> None:
    constant = make_pipeline(StandardScaler(), PolynomialFeatures(0))
    scorer = agree(fitted(ColumnTransformer([("age", constant, ["age"])])))
    assert scorer.COLUMNS == ()
    assert scorer.encode({}) == (1.0,)


def test_a_computed_number_that_is_only_ever_missing_or_not() -> None:
    # The root of a product is missing below zero: a threshold of +inf, which all pass.
    X = np.random.default_rng(5).normal(size=(80, 2))
    steps = (PolynomialFeatures(include_bias=False), FunctionTransformer(np.sqrt))
    with np.errstate(invalid="ignore"):
        pipe = make_pipeline(*steps, DecisionTreeClassifier(random_state=0))
        pipe.fit(X, X[:, 0] * X[:, 1] < 0)
        expected = pipe.predict(X).tolist()
    source = compile_model(pipe)
    assert "isnan(x0_x1)" in source and "inf" not in source.split("def score")[1][:500]
    scorer = load(source)
    rows = [dict(zip(("x0", "x1"), row)) for row in X.tolist()]
    assert scorer.predict_many(rows) == expected


def test_a_truth_that_is_filled_in_is_a_number() -> None:
    X = pd.DataFrame({"a": [True, None, False, True] * 20, "b": range(80)}).astype(
        {"a": object}
    )
    filled = SimpleImputer(missing_values=None, strategy="most_frequent")
    pipe = make_pipeline(filled, OrdinalEncoder(), DecisionTreeClassifier())
    pipe.fit(X, X.b % 4 < 2)
    scorer = load(compile_model(pipe))
    for record, answer in zip(X.to_dict("records"), pipe.predict(X).tolist()):
        assert scorer.predict(record) == answer


@pytest.mark.parametrize(
    "step",
    [
        OneHotEncoder(),
        OrdinalEncoder(),
        TargetEncoder(),
        SimpleImputer(missing_values=0),
    ],
)
@pytest.mark.parametrize("curve", [PowerTransformer(), FunctionTransformer(np.exp)])
def test_equality_behind_a_function_that_rounds_differently(
    curve: Any, step: Any
) -> None:
    prep = ColumnTransformer([("kids", make_pipeline(curve, step), ["kids"])])
    with pytest.raises(UnsupportedModel, match="last bit differs between machines"):
        compile_model(fitted(prep))


def test_bins_behind_such_a_function_hide_it() -> None:
    steps = make_pipeline(
        FunctionTransformer(np.exp), Binarizer(threshold=9.5), OrdinalEncoder()
    )
    agree(fitted(ColumnTransformer([("kids", steps, ["kids"])])))
