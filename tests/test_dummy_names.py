"""Dummies are matched with the categories that they are of, and with no others that are
but spelt alike: where the data is a sample, these are other categories."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load
from sklearn.tree import DecisionTreeRegressor

import treecompile
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


# --- Dummies that are not named after their column ------------------------------------

PLANS = pd.DataFrame(
    {
        "plan": DRAW.choice(["pro", "free", "a:b=c"], 90),
        "seats": DRAW.choice([1, 2, 3], 90),
        "w": DRAW.normal(size=90).round(2),
    }
)
JOINED = {
    "no prefix": pd.concat([PLANS[["seats", "w"]], pd.get_dummies(PLANS.plan)], axis=1),
    "drop_first": pd.concat(
        [PLANS[["seats", "w"]], pd.get_dummies(PLANS.plan, drop_first=True)], axis=1
    ),
    "prefix": pd.get_dummies(PLANS, columns=["plan"], prefix="p=q"),
    "numbers": pd.concat(
        [pd.get_dummies(PLANS.seats, prefix="s"), PLANS[["w"]]], axis=1
    ),
}


@pytest.mark.parametrize("name", JOINED)
def test_the_user_says_what_dummies_are_of(name: str) -> None:
    """As the message advises it, and as a mapping; the scorer notes it for verify."""
    X = JOINED[name]
    wanted = PLANS.plan.str.len() * 3 + PLANS.seats + (PLANS.w > 0)
    model = DecisionTreeRegressor(max_depth=5).fit(X, wanted)
    with pytest.raises(BadSchema) as caught:
        compile_model(model, data=PLANS)
    advised = re.findall(r'--dummies (".*")$', str(caught.value), re.MULTILINE)
    texts = list(map(json.loads, advised))
    assert texts
    source = compile_model(model, data=PLANS, dummies=texts)
    scorer = load(source)
    rows = PLANS.to_dict("records")
    assert list(map(scorer.predict, rows)) == model.predict(X).tolist()
    assert set(scorer.COLUMNS) <= set(PLANS)
    with pytest.raises(scorer.InvalidRecord):
        scorer.predict({**rows[0], "plan": "other", "seats": 9})
    assert treecompile.verify(model, source, load=False).ok
    if name == "no prefix":
        said = {"plan": {x: x for x in sorted(set(PLANS.plan))}}
        assert compile_model(model, data=PLANS, dummies=said) == source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plans=pro:pro", "no column 'plans'.*'plan'"),
        ("plan=pra:pro", "on no feature 'pra'.*'pro'"),
        ("plan=pro:prp", "'plan' holds no 'prp': it holds"),
        ("plan=pro", "of the form COLUMN=FEATURE:CATEGORY"),
    ],
)
def test_dummies_of_what_is_not_there(text: str, words: str) -> None:
    X = JOINED["no prefix"]
    model = DecisionTreeRegressor(max_depth=2).fit(X, PLANS.w)
    with pytest.raises(BadSchema, match=words):
        compile_model(model, data=PLANS, dummies=[text])
    with pytest.raises(BadSchema, match="give the raw training data with --data"):
        compile_model(model, dummies=[text])


def test_one_feature_is_of_one_thing() -> None:
    X = JOINED["no prefix"]
    model = DecisionTreeRegressor(max_depth=2).fit(X, PLANS.w)
    twice = ["plan=pro:pro", "plan=pro:free"]
    with pytest.raises(BadSchema, match="says twice what the feature 'pro' is of"):
        compile_model(model, data=PLANS, dummies=twice)


def test_flags_behind_a_column_transformer_are_no_dummies() -> None:
    names = ["remainder__is_a", "remainder__is_b", "remainder__c", "remainder__d"]
    X = pd.DataFrame(DRAW.random((90, 4)) < 0.5, columns=names)
    model = DecisionTreeRegressor(max_depth=4).fit(X, X.sum(axis=1))
    assert treecompile.inspect(model).as_dict()["dummies"] == []
