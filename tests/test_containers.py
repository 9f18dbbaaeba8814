"""Models in dicts, tuples and lists: bare Boosters too are seen."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from runners import load
from sklearn.ensemble import RandomForestRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.multioutput import RegressorChain
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from treecompile import UnsupportedModel, compile_model
from treecompile.lower import lower
from treecompile.read import read_bytes

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")
catboost = pytest.importorskip("catboost")

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(100, 2).round(2)
y = (X[:, 0] * 2 + X[:, 1]).round(1)
GROUPS = np.full(10, 10)


def booster_of_xgboost() -> Any:
    parameters = {"max_depth": 2, "nthread": 1}
    return xgboost.train(parameters, xgboost.DMatrix(X, y), 3)


def booster_of_lightgbm() -> Any:
    parameters = {"verbose": -1, "num_threads": 1, "min_child_samples": 5}
    return lightgbm.train(parameters, lightgbm.Dataset(X, y), 3)


def bare_catboost() -> Any:
    options = {"iterations": 3, "verbose": 0, "allow_writing_files": False}
    return catboost.CatBoost({**options, "thread_count": 1}).fit(X, y)


def ranker() -> Any:
    model = xgboost.XGBRanker(n_estimators=2, max_depth=2, n_jobs=1)
    return model.fit(X, (y > 1).astype(int), group=GROUPS)


def chain() -> Any:
    return RegressorChain(DecisionTreeRegressor(max_depth=2, random_state=0)).fit(
        X, np.c_[y, -y]
    )


def frozen() -> Any:
    return FrozenEstimator(DecisionTreeRegressor(max_depth=2, random_state=0).fit(X, y))


MAKERS = (
    *(booster_of_xgboost, booster_of_lightgbm, bare_catboost),
    *(ranker, chain, frozen),
)


@pytest.mark.parametrize("make", MAKERS)
def test_the_one_model_in_a_container(make: Any) -> None:
    model = make()
    alone = load(compile_model(model))
    rows = [dict(zip(alone.FEATURES, row)) for row in X[:9].tolist()]
    scaler = StandardScaler().fit(X)
    for container in ({"model": model, "scaler": scaler}, (["a"], model), [model]):
        scorer = load(compile_model(container))
        assert [*map(scorer.predict, rows)] == [*map(alone.predict, rows)]
    with pytest.raises(UnsupportedModel) as caught:
        compile_model([model, make()])
    assert "holds 2 estimators" in str(caught.value)
    assert "[0]: " in str(caught.value) and "--part" in str(caught.value)
    scorer = load(compile_model([model, make()], part="[1]"))
    assert [*map(scorer.predict, rows)] == [*map(alone.predict, rows)]


def test_a_booster_beside_its_estimator_is_no_second_one() -> None:
    model = xgboost.XGBRegressor(n_estimators=2, max_depth=2, n_jobs=1).fit(X, y)
    scorer = load(compile_model({"model": model, "booster": model.get_booster()}))
    record = dict(zip(scorer.COLUMNS, X[0].tolist()))
    assert scorer.predict(record) == float(model.predict(X[:1])[0])
    forest = RandomForestRegressor(2, max_depth=2).fit(X, y)
    with pytest.raises(UnsupportedModel, match="holds 2 estimators"):
        compile_model({"model": forest, "booster": model.get_booster()})


def test_a_frozen_transformer_does_not_answer() -> None:
    data = pickle.dumps({"scaler": FrozenEstimator(StandardScaler().fit(X))})
    with pytest.raises(UnsupportedModel, match="without an estimator that answers"):
        lower(read_bytes(data))
