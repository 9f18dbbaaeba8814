"""Models of LightGBM against the library itself, edges included."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from booster_reference import (
    CANCER,
    DIABETES,
    IRIS,
    agree,
    holed,
    rows_at_edges,
    scorer_of,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from treecompile import compile_model
from treecompile.errors import UnsupportedModel

lightgbm = pytest.importorskip("lightgbm")

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")

# Numbers that LightGBM takes for zero, or just not.
ZERO = 1.0000000180025095e-35
NEAR_ZERO = [
    0.0,
    -0.0,
    1e-36,
    ZERO,
    -ZERO,
    math.nextafter(ZERO, 1.0),
    -math.nextafter(ZERO, 1.0),
    5e-324,
    math.nan,
]


def fitted(kind: str, X: Any, y: Any, **parameters: Any) -> Any:
    parameters = {
        "n_estimators": 12,
        "num_leaves": 8,
        "min_child_samples": 5,
        "n_jobs": 1,
        "verbose": -1,
        **parameters,
    }
    categories = parameters.pop("categorical_feature", "auto")
    model = getattr(lightgbm, kind)(**parameters)
    return model.fit(X, y, categorical_feature=categories)


REGRESSORS: dict[str, dict[str, Any]] = {
    "plain": {},
    "many trees": {"n_estimators": 120, "num_leaves": 31},
    "absolute": {"objective": "regression_l1"},
    "huber": {"objective": "huber"},
    "fair": {"objective": "fair"},
    "quantile": {"objective": "quantile", "alpha": 0.9},
    "mape": {"objective": "mape"},
    "poisson": {"objective": "poisson"},
    "gamma": {"objective": "gamma"},
    "tweedie": {"objective": "tweedie"},
    "root": {"reg_sqrt": True},
    "dart": {"boosting_type": "dart", "drop_rate": 0.5},
    "forest": {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
    "goss": {"boosting_type": "goss"},
    "zero is missing": {"zero_as_missing": True},
    "no missing": {"use_missing": False},
    "extra": {"extra_trees": True},
    "path smooth": {"path_smooth": 1.0, "max_depth": 3},
    "monotone": {"monotone_constraints": [1, -1] + [0] * 8},
    "forest of exponentials": {
        "objective": "poisson",
        "boosting_type": "rf",
        "bagging_freq": 1,
        "bagging_fraction": 0.6,
    },
}


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name: str) -> None:
    X, y = DIABETES
    agree(fitted("LGBMRegressor", holed(X), y, **REGRESSORS[name]), X)


def test_probabilities_as_a_target() -> None:
    X, y = DIABETES
    for objective in ("cross_entropy", "cross_entropy_lambda"):
        agree(fitted("LGBMRegressor", X, y / 400, objective=objective), X)


CLASSIFIERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sigmoid": {"sigmoid": 0.7},
    "balanced": {"class_weight": "balanced"},
    "unbalanced": {"is_unbalance": True},
    "goss": {"boosting_type": "goss"},
    "dart": {"boosting_type": "dart"},
    "forest": {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
    "deep": {"n_estimators": 100, "num_leaves": 31},
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("data", ["two", "three"])
def test_classifiers(name: str, data: str) -> None:
    X, y = CANCER if data == "two" else IRIS
    agree(fitted("LGBMClassifier", holed(X), y, **CLASSIFIERS[name]), X)


@pytest.mark.parametrize("name", ["plain", "sigmoid", "forest"])
@pytest.mark.parametrize("data", ["two", "three"])
def test_the_decision_function_of_4_7(name: str, data: str) -> None:
    """It answers the sums, and models around it ask for it before predict_proba."""
    X, y = CANCER if data == "two" else IRIS
    model = fitted("LGBMClassifier", X, y, **CLASSIFIERS[name])
    agree(model, X, ("decision_function",) * hasattr(model, "decision_function"))
    for around in (
        CalibratedClassifierCV(model, cv=2),
        CalibratedClassifierCV(model, cv=2, method="isotonic"),
        OneVsRestClassifier(model),
    ):
        agree(around.fit(X, y), X)


def test_one_against_all() -> None:
    model = fitted("LGBMClassifier", *IRIS, objective="multiclassova", sigmoid=2.0)
    agree(model, IRIS[0])


def test_labels_are_those_of_the_model() -> None:
    X, y = IRIS
    model = fitted("LGBMClassifier", X, np.array(["a", "b", "c"])[y])
    scorer = scorer_of(model)
    for row, label in zip(X.tolist(), model.predict(X).tolist()):
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == label
    assert scorer.CLASSES == ("a", "b", "c")


def test_ranker() -> None:
    X, y = DIABETES
    for objective in ("lambdarank", "rank_xendcg"):
        options = {"n_estimators": 5, "verbose": -1, "n_jobs": 1}
        model = lightgbm.LGBMRanker(objective=objective, **options)
        agree(model.fit(X, (y > 150).astype(int), group=[442]), X)


def test_early_stopping_ends_at_the_best_round() -> None:
    X, y = IRIS
    model = lightgbm.LGBMClassifier(
        n_estimators=100, verbose=-1, min_child_samples=3, n_jobs=1
    )
    stop = lightgbm.early_stopping(2, verbose=False)
    model.fit(X[::2], y[::2], eval_set=[(X[1::2], y[1::2])], callbacks=[stop])
    assert 0 < model.best_iteration_ < 100
    assert compile_model(model).count("# Tree ") == 3 * model.best_iteration_
    agree(model, X)


def test_training_that_went_on_from_another_model() -> None:
    X, y = DIABETES
    first = fitted("LGBMRegressor", X, y, n_estimators=3)
    model = lightgbm.LGBMRegressor(n_estimators=4, num_leaves=8, verbose=-1, n_jobs=1)
    model.fit(X, y, init_model=first)
    assert compile_model(model).count("# Tree ") == 7
    agree(model, X)


def test_a_choice_that_is_not_in_the_file_is_refused() -> None:
    X, y = DIABETES
    chosen = SelectFromModel(fitted("LGBMRegressor", X, y), threshold="median")
    model = make_pipeline(chosen, fitted("LGBMRegressor", X, y, n_estimators=2))
    with pytest.raises(UnsupportedModel, match="not in the file\nSelect by a tree"):
        compile_model(model.fit(X, y))


def test_a_classifier_of_one_class_is_refused() -> None:
    X, y = CANCER
    with pytest.raises(UnsupportedModel, match="fitted on one class alone\nFit it on"):
        compile_model(fitted("LGBMClassifier", X, y * 0))


@pytest.mark.parametrize("fill", [True, False])
@pytest.mark.parametrize("options", [{}, {"zero_as_missing": True}])
def test_numbers_near_zero(fill: bool, options: dict[str, Any]) -> None:
    X, y = DIABETES
    X = np.round(holed(X) * 100) / 10
    X[::3, 2:] = np.abs(X[::3, 2:])
    model = fitted("LGBMRegressor", np.nan_to_num(X) if fill else X, y, **options)
    scorer = scorer_of(model)
    draw = np.random.RandomState(1)
    rows = np.where(draw.rand(*X.shape) < 0.5, draw.choice(NEAR_ZERO, X.shape), X)
    for row, told in zip(rows.tolist(), model.predict(rows).tolist()):
        assert scorer.score(*row) == told


def with_codes() -> tuple[Any, Any]:
    draw = np.random.RandomState(3)
    X, y = DIABETES
    X = X.copy()
    for column, count in ((0, 12), (1, 70), (2, 3)):
        X[:, column] = draw.randint(0, count, len(X))
    return X, y + 30 * np.sin(X[:, 0]) + 40 * np.cos(X[:, 1]) + 50 * (X[:, 2] == 1)


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_codes_of_categories(missing: float) -> None:
    X, y = with_codes()
    model = fitted("LGBMRegressor", holed(X, missing), y, categorical_feature=[0, 1, 2])
    scorer = scorer_of(model)
    strange = [math.nan, -1, -0.5, 0.5, 1.5, 2.999999, 69.5, 71, 1000, -1e9, 3e9, 1e300]
    draw = np.random.RandomState(4)
    rows = np.where(draw.rand(*X.shape) < 0.3, draw.choice(strange, X.shape), X)
    for row, told in zip(rows.tolist(), model.predict(rows).tolist()):
        assert scorer.score(*row) == told


@pytest.mark.parametrize("objective", ["binary", "multiclass", "regression", "poisson"])
def test_a_bare_booster_answers_as_its_predict_does(objective: str) -> None:
    X, y = IRIS
    parameters = {"objective": objective, "verbose": -1, "num_threads": 1}
    if objective == "multiclass":
        parameters["num_class"] = 3
    y = (y > 0).astype(int) if objective == "binary" else y
    booster = lightgbm.train(parameters, lightgbm.Dataset(X, label=y), 8)
    scorer = scorer_of(booster)
    rows = rows_at_edges(scorer, X)
    for row, told in zip(rows.tolist(), booster.predict(rows).tolist()):
        told = tuple(told) if isinstance(told, list) else told
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == told


def test_inside_what_is_around_it() -> None:
    X, y = IRIS
    agree(make_pipeline(StandardScaler(), fitted("LGBMClassifier", X, y)).fit(X, y), X)
    search = GridSearchCV(
        lightgbm.LGBMRegressor(n_estimators=4, verbose=-1, n_jobs=1),
        {"num_leaves": [3, 5]},
        cv=2,
    )
    agree(search.fit(*DIABETES), DIABETES[0])
    voting = VotingClassifier(
        [
            (str(n), lightgbm.LGBMClassifier(n_estimators=n, verbose=-1, n_jobs=1))
            for n in (2, 3, 5)
        ],
        voting="soft",
    )
    agree(voting.fit(X, y), X)


def test_the_docstring_names_the_library() -> None:
    source = compile_model(fitted("LGBMClassifier", *IRIS))
    assert "from a model of LightGBM" in " ".join(source[:400].split())
    assert source.startswith('"""An LGBMClassifier')


def log_loss(y: Any, raw: Any) -> tuple[Any, Any]:
    return raw - y, np.ones_like(y)


def test_a_function_of_ones_own_leaves_the_sums() -> None:
    X, y = DIABETES
    agree(fitted("LGBMRegressor", holed(X), y, objective=log_loss), X)
    model = fitted("LGBMClassifier", X, y > 150, objective=log_loss)
    with pytest.raises(UnsupportedModel, match="answers no labels"):
        compile_model(model)
    agree(model.booster_, X, ("predict",))


@pytest.mark.parametrize(
    "parameters, problem",
    [
        ({"linear_tree": True}, "linear"),
        ({"pred_early_stop": True}, "pred_early_stop"),
    ],
)
def test_what_cannot_be_compiled_is_refused(
    parameters: dict[str, Any], problem: str
) -> None:
    X, y = DIABETES
    model = fitted("LGBMRegressor", X, y / 400, **parameters)
    with pytest.raises(UnsupportedModel, match=problem):
        compile_model(model)


def test_an_unfitted_model_is_refused() -> None:
    with pytest.raises(UnsupportedModel, match="not fitted"):
        compile_model(lightgbm.LGBMClassifier())


@settings(max_examples=12)
@given(st.data())
def test_any_numbers(data: Any) -> None:
    """Small models of numbers that are near one another, tiny, huge or missing."""
    numbers = st.one_of(
        st.sampled_from([*NEAR_ZERO, 1.0, 1.0 + 2**-52, 1.0 + 2**-24]),
        st.floats(-1e30, 1e30),
        st.floats(-1e-30, 1e-30),
    )
    rows = st.lists(st.tuples(numbers, numbers), min_size=6, max_size=20)
    X = np.array(data.draw(rows))
    y = np.arange(len(X)) % data.draw(st.integers(2, 5))
    try:
        model = fitted(
            "LGBMClassifier",
            X,
            y,
            n_estimators=data.draw(st.integers(1, 5)),
            min_child_samples=1,
            min_child_weight=0,
            min_data_in_bin=1,
            zero_as_missing=data.draw(st.booleans()),
            learning_rate=data.draw(st.sampled_from([1.0, 0.3])),
        )
    except lightgbm.basic.LightGBMError:  # it cannot fit such numbers
        assume(False)
    agree(model, X)


def test_the_scorer_says_what_is_true_of_lightgbm() -> None:
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    source = compile_model(
        lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(X, y)
    )
    top = " ".join(source.partition("from __future__")[0].split())
    assert "here and in LightGBM" in top
    assert "numpy" not in top and "single precision" not in top
