"""DictVectorizer in a pipeline and beside a model; and pipelines of other classes."""

from __future__ import annotations

import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runners import load
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier

from treecompile import UnsupportedModel, compile_model

DRAW = np.random.default_rng(0)
RECORDS: list[dict[str, Any]] = [
    {"age": age, "town": town, "plan": plan}
    for age, town, plan in zip(
        [0.0, *DRAW.integers(-3, 4, 119).astype(float).tolist()],
        DRAW.choice(["rome", "oslo", "bern"], 120).tolist(),
        DRAW.choice(["pro", "free"], 120).tolist(),
    )
]
Y = [
    int((r["age"] > 0) ^ (r["town"] == "oslo") ^ (r["plan"] == "pro" and r["age"] == 0))
    for r in RECORDS
]
# What was not seen is in no feature, and so is what is missing.
ASKED = [
    *RECORDS[:40],
    {"age": 1.0, "town": "paris", "plan": "pro"},
    {"age": 1.0, "town": None, "plan": "free"},
]
MODELS: dict[str, Any] = {
    "tree": DecisionTreeClassifier(max_depth=4),
    "forest": RandomForestClassifier(n_estimators=3, max_depth=4, random_state=0),
    "xgboost": XGBClassifier(n_estimators=3, max_depth=3),
}


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_as_the_pipeline(name: str, sparse: bool) -> None:
    """A zero that a sparse matrix holds is a zero to XGBoost, and what it does not hold
    is missing."""
    vectorizer = DictVectorizer(sparse=sparse)
    model = make_pipeline(vectorizer, MODELS[name]).fit(RECORDS, Y)
    scorer = load(compile_model(model, format=False, columns="all"))
    assert set(scorer.COLUMNS) == {"age", "town", "plan"}
    found = [list(scorer.predict_proba(record)) for record in ASKED]
    assert found == model.predict_proba(ASKED).tolist()


def test_beside_a_model() -> None:
    """As a much-copied course saves them."""
    vectorizer = DictVectorizer(sparse=False)
    model = DecisionTreeClassifier(max_depth=4)
    model.fit(vectorizer.fit_transform(RECORDS), Y)
    both = pickle.dumps((vectorizer, model))
    scorer = load(compile_model(both, preprocess="[0]", format=False))
    found = [scorer.predict(record) for record in RECORDS]
    assert found == model.predict(vectorizer.transform(RECORDS)).tolist()
    options: dict[str, Any] = {"preprocess": vectorizer, "format": False}
    assert [load(compile_model(model, **options)).predict(r) for r in RECORDS[:1]]


@pytest.mark.parametrize(
    ("records", "options", "words"),
    [
        ([{"a": "b=c"}, {"a": "d"}], {}, "'a=b=c' can be read in two ways"),
        ([{"a": "b"}, {"a": 1.0}], {}, "column 'a' held texts and numbers"),
        ([{"a": 1.0}, {"a": 2.0}], {"dtype": np.float32}, "dtype float32"),
    ],
)
def test_refused(records: Any, options: Any, words: str) -> None:
    model = make_pipeline(DictVectorizer(**options), DecisionTreeRegressor())
    with pytest.raises(UnsupportedModel, match=words):
        compile_model(model.fit(records, [0.0, 1.0]))
    if "two ways" in words:  # the advice
        other = make_pipeline(DictVectorizer(separator="|"), DecisionTreeRegressor())
        other.fit(records, [0.0, 1.0])
        scorer = load(compile_model(other, format=False))
        assert [scorer.predict(r) for r in records] == [0.0, 1.0]


def test_a_scaler_behind_it() -> None:
    """In a dense matrix it is but another number; in a sparse one, zeros may move."""
    for sparse in (False, True):
        steps = [DictVectorizer(sparse=sparse), StandardScaler(with_mean=False)]
        model = make_pipeline(*steps, MODELS["xgboost"]).fit(RECORDS, Y)
        if sparse:
            with pytest.raises(UnsupportedModel, match="sparse=False"):
                compile_model(model)
            continue
        scorer = load(compile_model(model, format=False))
        found = [list(scorer.predict_proba(record)) for record in RECORDS]
        assert found == model.predict_proba(RECORDS).tolist()


def test_a_subclass_that_changes_nothing(monkeypatch: Any, tmp_path: Path) -> None:
    """PMMLPipeline of sklearn2pmml predicts as a Pipeline."""
    for name in ("sklearn2pmml", "sklearn2pmml.pipeline"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    other = type("PMMLPipeline", (Pipeline,), {"__module__": "sklearn2pmml.pipeline"})
    sys.modules["sklearn2pmml.pipeline"].PMMLPipeline = other  # type: ignore[attr-defined]
    X = [[r["age"]] for r in RECORDS]
    steps = [
        ("scaler", StandardScaler()),
        ("tree", DecisionTreeClassifier(max_depth=2)),
    ]
    model = other(steps).fit(X, Y)
    model.active_fields = np.array(["age"])
    scorer = load(compile_model(pickle.dumps(model), format=False))
    assert [scorer.predict({"x0": x}) for (x,) in X] == model.predict(X).tolist()
