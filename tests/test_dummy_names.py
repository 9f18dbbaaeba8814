"""Dummies are matched with the categories that they are of, and with no others that are
but spelt alike: where the data is a sample, these are other categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model
from treecompile.errors import BadSchema

DRAW = np.random.default_rng(0)
ALIKE = {
    "case": ["n", "N", "x"],
    "a sign": [1, -1, 2],
    "a letter": ["a_b", "a b", "c"],
    "underscores": ["a_b", "a__b", "c"],
    "a mark": ["a-b", "a?b", "c"],
}


def raw_of(values: list[Any]) -> Any:
    return pd.DataFrame({"odor": DRAW.choice(np.array(values, dtype=object), 90)})


def fitted(X: Any, raw: Any) -> Any:
    return DecisionTreeRegressor().fit(X, pd.factorize(raw.odor)[0])


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("name", ALIKE)
def test_a_category_that_the_data_lacks_is_no_other(name: str, drop: bool) -> None:
    values = ALIKE[name]
    raw = raw_of(values)
    X = pd.get_dummies(raw, columns=["odor"], drop_first=drop)
    model = fitted(X, raw)
    answers = dict(zip(raw.odor, model.predict(X).tolist()))
    scorer = load(compile_model(model, data=raw))
    assert {v: scorer.predict({"odor": v}) for v in values} == answers
    for lacking in values[:2]:
        sample = raw[raw.odor != lacking]
        if f"odor_{lacking}" in X:
            with pytest.raises(BadSchema, match="no column of the|both be read"):
                compile_model(model, data=sample)
        else:
            scorer = load(compile_model(model, data=sample))
            held = set(sample.odor)
            assert {v: scorer.predict({"odor": v}) for v in held} == {
                v: answers[v] for v in held
            }


def test_two_features_are_not_read_from_one_value() -> None:
    raw = raw_of(["a b", "c"])
    X = pd.get_dummies(raw).rename(columns={"odor_a b": "odor.a b"})
    X["odor-a b"] = X["odor.a b"]
    message = "'odor.a b' and 'odor-a b' of the model would both be read"
    with pytest.raises(BadSchema, match=message):
        compile_model(fitted(X, raw), data=raw)


def test_names_that_were_changed_after_get_dummies() -> None:
    """The advice: values of the data that are changed alike."""
    raw = raw_of(["a b", "c d", "e"])
    X = pd.get_dummies(raw)
    X.columns = X.columns.str.replace(" ", "_")
    model = fitted(X, raw)
    with pytest.raises(BadSchema, match="change the\nvalues of the data alike"):
        compile_model(model, data=raw)
    alike = pd.DataFrame({"odor": raw.odor.str.replace(" ", "_")})
    scorer = load(compile_model(model, data=alike))
    found = list(map(scorer.predict, alike.to_dict("records")))
    assert found == model.predict(X).tolist()


def test_lightgbm_makes_underscores_of_spaces() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    raw = raw_of(["a b", "c d", "e"])
    X = pd.get_dummies(raw)
    model = lightgbm.LGBMRegressor(n_estimators=3, min_child_samples=2, verbose=-1)
    model.fit(X, pd.factorize(raw.odor)[0])
    scorer = load(compile_model(model, data=raw))
    told = model.predict(X).tolist()
    assert list(map(scorer.predict, raw.to_dict("records"))) == told


def test_the_case_of_a_column_does_not_count() -> None:
    raw = raw_of(["A", "b"])
    X = pd.get_dummies(raw)
    model = fitted(X, raw)
    scorer = load(compile_model(model, data=raw.rename(columns={"odor": "ODOR"})))
    assert scorer.COLUMNS == ("odor",)
    assert (
        list(map(scorer.predict, raw.to_dict("records"))) == model.predict(X).tolist()
    )
