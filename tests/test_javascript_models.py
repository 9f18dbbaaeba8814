"""Fitted models of every family in JavaScript: the bits of the Python scorer, and its
refusals, on edges and beside them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from strategies import cuts_of, edge_records, with_layout
from test_ensembles import (
    EXAMPLES,
    FRAME,
    HIST,
    HOLES,
    NUMBER,
    THREE,
    TWO,
    WORDS,
    X,
    boosting,
    fit,
    forest,
    line,
    name_of,
    numbers,
    tree,
)
from test_javascript import agree

from treecompile.program import Column, Program
from treecompile.sources import read_model
from treecompile.stages import program_of

POSITIVE = np.abs(X) + 0.1
TEXTS = FRAME.assign(kind=FRAME.kind.where(np.arange(len(FRAME)) % 9 > 0))


def encoded(*encoders: Any) -> Any:
    """Columns of text through encoders, and numbers through a scaler."""
    parts = [(f"e{i}", encoder, ["kind"]) for i, encoder in enumerate(encoders)]
    parts += [("n", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "size"])]
    return ColumnTransformer(parts)


PIPELINES: dict[str, Callable[[], Any]] = {
    "scalers": lambda: fit(
        make_pipeline(RobustScaler(), MinMaxScaler(clip=True), tree()), X, THREE
    ),
    "powers": lambda: fit(make_pipeline(PowerTransformer(), numbers()), X, NUMBER),
    "Box-Cox": lambda: fit(
        make_pipeline(PowerTransformer("box-cox"), tree()), POSITIVE, THREE
    ),
    "quantiles": lambda: fit(
        make_pipeline(QuantileTransformer(n_quantiles=9), line()), X, NUMBER
    ),
    "polynomials": lambda: fit(make_pipeline(PolynomialFeatures(2), tree()), X, THREE),
    "bins": lambda: fit(
        make_pipeline(KBinsDiscretizer(4, quantile_method="linear"), forest()), X, TWO
    ),
    "lengths": lambda: fit(make_pipeline(Normalizer(), boosting()), X, WORDS),
    "functions": lambda: fit(
        make_pipeline(FunctionTransformer(np.log1p), tree()), POSITIVE, TWO
    ),
    "holes filled in": lambda: fit(
        make_pipeline(SimpleImputer(strategy="median", add_indicator=True), tree()),
        HOLES,
        THREE,
    ),
    "dummies": lambda: fit(
        make_pipeline(encoded(OneHotEncoder(handle_unknown="ignore")), forest()),
        TEXTS,
        THREE,
    ),
    "codes": lambda: fit(
        make_pipeline(
            encoded(
                OrdinalEncoder(
                    handle_unknown="use_encoded_value",
                    unknown_value=-1,
                    encoded_missing_value=-2,
                )
            ),
            numbers(),
        ),
        TEXTS,
        NUMBER,
    ),
    "codes of what was missing": lambda: fit(
        make_pipeline(
            SimpleImputer(strategy="most_frequent", add_indicator=True),
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            tree(),
        ),
        TEXTS[["kind"]],
        THREE,
    ),
    "means of targets": lambda: fit(
        make_pipeline(encoded(TargetEncoder(cv=2)), tree()), FRAME, WORDS
    ),
    "two readers": lambda: fit(
        make_pipeline(encoded(OneHotEncoder(), OrdinalEncoder()), tree()), FRAME, TWO
    ),
    "histograms of categories": lambda: fit(
        HistGradientBoostingClassifier(categorical_features=["kind"], **HIST),
        TEXTS,
        THREE,
    ),
    "histograms of numbered categories": lambda: fit(
        HistGradientBoostingRegressor(categorical_features=[1], **HIST), HOLES, NUMBER
    ),
    "binary boosting": lambda: fit(boosting(), X, WORDS),
    "bagging of votes": lambda: fit(
        BaggingClassifier(
            VotingClassifier([("a", tree()), ("b", forest())]), 2, random_state=0
        ),
        X,
        THREE,
    ),
    "two single trees": lambda: fit(
        VotingClassifier(
            [("a", tree()), ("b", tree(splitter="random"))], voting="soft"
        ),
        X,
        THREE,
    ),
    "one class": lambda: fit(tree(), X, np.zeros(len(X))),
}


def _xgboost(kind: str, target: Any, **options: Any) -> Any:
    xgboost = pytest.importorskip("xgboost")
    model = getattr(xgboost, f"XGB{kind}")(n_estimators=3, max_depth=3, **options)
    return model.fit(HOLES, target)


def _lightgbm(kind: str, target: Any, data: Any = HOLES, **options: Any) -> Any:
    lightgbm = pytest.importorskip("lightgbm")
    options = {"n_estimators": 3, "min_child_samples": 3, "verbose": -1, **options}
    return getattr(lightgbm, f"LGBM{kind}")(**options).fit(data, target)


def _catboost(kind: str, target: Any, data: Any = HOLES, **options: Any) -> Any:
    catboost = pytest.importorskip("catboost")
    options = {"iterations": 3, "depth": 3, "verbose": False, **options}
    options["allow_writing_files"] = False
    return getattr(catboost, f"CatBoost{kind}")(**options).fit(data, target)


BOOSTERS: dict[str, Callable[[], Any]] = {
    "XGBoost, two": lambda: _xgboost("Classifier", TWO),
    "XGBoost, three": lambda: _xgboost("Classifier", THREE),
    "XGBoost, numbers": lambda: _xgboost("Regressor", NUMBER),
    "XGBoost, counts": lambda: _xgboost("Regressor", THREE, objective="count:poisson"),
    "LightGBM, two": lambda: _lightgbm("Classifier", TWO),
    "LightGBM, three": lambda: _lightgbm("Classifier", THREE),
    "LightGBM, forest": lambda: _lightgbm(
        "Regressor", NUMBER, boosting_type="rf", bagging_freq=1, bagging_fraction=0.7
    ),
    "LightGBM, categories": lambda: _lightgbm(
        "Classifier", TWO, FRAME.astype({"kind": "category"}), min_data_per_group=3
    ),
    "CatBoost, two": lambda: _catboost("Classifier", WORDS),
    "CatBoost, three": lambda: _catboost("Classifier", THREE),
    "CatBoost, numbers": lambda: _catboost("Regressor", NUMBER),
}

MODELS: dict[str, Callable[[], Any]] = {
    **{
        f"{name_of(example)} {i}": lambda example=example: fit(*example[:3])
        for i, example in enumerate(EXAMPLES)
    },
    **PIPELINES,
    **BOOSTERS,
}


@cache
def program(name: str) -> Program:
    return program_of(read_model(MODELS[name]()))


def some_records(program: Program, most: int = 70) -> Iterator[dict[str, Any]]:
    """Records at edges, and others of a mixture of values, some of them missing."""
    choose = random.Random(0)
    edges = list(islice(edge_records(program), 4_000))
    yield from edges[:1]
    yield from choose.sample(edges, min(len(edges), most))
    cuts = [sorted(cuts) for cuts in cuts_of(program).values()]
    for _ in range(most // 2):
        pairs = zip(program.columns, cuts)
        yield {column.name: _value(column, near, choose) for column, near in pairs}


def _value(column: Column, cuts: list[float], choose: random.Random) -> Any:
    if column.missing and choose.random() < 0.1:
        return None
    if column.categories is not None:
        new = [*column.categories[:3], "new"] if column.unknown else []
        return choose.choice([*column.categories, *new] or ["any"])
    x = choose.choice([*choose.sample(cuts, min(len(cuts), 6)), choose.gauss(0, 3)])
    x = min(max(x, column.low), column.high)
    return float(round(x)) if column.integer else x


@pytest.mark.parametrize("name", MODELS)
def test_fitted_models(name: str) -> None:
    model = program(name)
    agree(model, some_records(model))
    if sum(1 for _ in model.trees()) > 1:
        agree(with_layout(model, "table"), some_records(model, 20))
