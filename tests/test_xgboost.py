"""Models of XGBoost against the library itself, edges included."""

from __future__ import annotations

import json
import math
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
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
from hypothesis import given, settings
from hypothesis import strategies as st
from runners import load
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    BaggingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model
from treecompile.errors import UnsupportedModel
from treecompile.lower.xgboost_data import NEWEST, xgboost_model
from treecompile.read import read_bytes

xgboost = pytest.importorskip("xgboost")
VERSION = tuple(map(int, xgboost.__version__.split(".")[:2]))


def fitted(kind: str, X: Any, y: Any, **parameters: Any) -> Any:
    parameters = {"n_estimators": 12, "max_depth": 4, "n_jobs": 1, **parameters}
    return getattr(xgboost, kind)(**parameters).fit(X, y)


REGRESSORS = {
    "plain": {},
    "many trees": {"n_estimators": 150, "max_depth": 2},
    "base": {"base_score": 77.3},
    "poisson": {"objective": "count:poisson"},
    "gamma": {"objective": "reg:gamma", "base_score": 3.0},
    "tweedie": {"objective": "reg:tweedie"},
    "absolute": {"objective": "reg:absoluteerror"},
    "huber": {"objective": "reg:pseudohubererror", "base_score": 100},
    "squared log": {"objective": "reg:squaredlogerror", "base_score": 1.5},
    "cox": {"objective": "survival:cox"},
    "quantiles": {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.9]},
    "dart": {"booster": "dart", "rate_drop": 0.3},
    "dart of forests": {"booster": "dart", "rate_drop": 0.4, "num_parallel_tree": 2},
    "missing": {"missing": 0.05},
    "leaves": {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0},
    "parallel": {"num_parallel_tree": 3, "subsample": 0.5, "random_state": 0},
    "pruned": {"gamma": 3000.0, "max_depth": 6},
    "exact": {"tree_method": "exact"},
    "monotone": {"monotone_constraints": (1, -1) + (0,) * 8},
    "margin": {"objective": "binary:logitraw", "base_score": 0.3},
    "hinge": {"objective": "binary:hinge"},
    "none": {"n_estimators": 0},
}


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name: str) -> None:
    X, y = DIABETES
    y = y > 150 if name in ("margin", "hinge") else y
    agree(fitted("XGBRegressor", holed(X), y, **REGRESSORS[name]), X)


@pytest.mark.parametrize("number", [-999, 0, 1e30, math.inf, -math.inf])
def test_a_number_for_what_is_missing(number: float) -> None:
    X, y = DIABETES
    Z = np.where(np.isnan(holed(X)), number if math.isfinite(number) else 5.0, X)
    agree(fitted("XGBRegressor", Z, y, missing=number), Z)


def squares(y: Any, sums: Any) -> tuple[Any, Any]:
    return sums - y, np.ones_like(y)


def test_a_function_of_ones_own_is_no_part_of_predict() -> None:
    X, y = DIABETES
    agree(fitted("XGBRegressor", holed(X), y, objective=squares), X)
    agree(fitted("XGBClassifier", holed(X), y > 150, objective=squares), X)


def test_accelerated_failure_times() -> None:
    X, y = DIABETES
    data = xgboost.DMatrix(X)
    data.set_float_info("label_lower_bound", y)
    data.set_float_info("label_upper_bound", np.where(y > 150, math.inf, y + 3))
    parameters = {"objective": "survival:aft", "max_depth": 3, "nthread": 1}
    booster = xgboost.train(parameters, data, 8)
    scorer = scorer_of(booster)
    rows = rows_at_edges(scorer, X)
    expected = booster.predict(xgboost.DMatrix(rows)).astype(float).tolist()
    for row, told in zip(rows.tolist(), expected):
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == told


CLASSIFIERS = {
    "plain": {},
    "base": {"base_score": 0.3},
    "deep": {"max_depth": 8, "n_estimators": 40, "learning_rate": 0.05},
    "dart": {"booster": "dart", "rate_drop": 0.3, "one_drop": True},
    "weighted": {"scale_pos_weight": 3.0},
    "logistic": {"objective": "reg:logistic"},
    "hinge": {"objective": "binary:hinge"},
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("data", ["two", "three"])
def test_classifiers(name: str, data: str) -> None:
    X, y = CANCER if data == "two" else IRIS
    agree(fitted("XGBClassifier", holed(X), y, **CLASSIFIERS[name]), X)


def test_forests_and_rankers() -> None:
    X, y = DIABETES
    agree(fitted("XGBRFRegressor", X, y), X)
    agree(fitted("XGBRFClassifier", *IRIS), IRIS[0])
    for objective in ("rank:pairwise", "rank:ndcg", "rank:map"):
        ranker = xgboost.XGBRanker(n_estimators=5, max_depth=3, objective=objective)
        agree(ranker.fit(X, (y > 150).astype(int), qid=np.arange(len(y)) // 20), X)


def test_several_outputs() -> None:
    X, y = DIABETES
    agree(fitted("XGBRegressor", X, np.stack([y, -y, y * y], axis=1)), X)


def test_early_stopping_ends_at_the_best_round() -> None:
    X, y = IRIS
    model = xgboost.XGBClassifier(
        n_estimators=60, max_depth=4, early_stopping_rounds=2, n_jobs=1
    )
    model.fit(X[::2], y[::2], eval_set=[(X[1::2], y[1::2])], verbose=False)
    assert model.best_iteration < 50
    assert len(re.findall("# Tree ", compile_model(model))) == 3 * (
        model.best_iteration + 1
    )
    agree(model, X)


@pytest.mark.parametrize("options", [{"num_parallel_tree": 2}, {"booster": "dart"}])
def test_early_stopping_of_rounds_of_several_trees(options: Any) -> None:
    X, y = IRIS
    model = xgboost.XGBClassifier(
        n_estimators=60, early_stopping_rounds=2, n_jobs=1, subsample=0.5, **options
    )
    model.fit(X[::2], y[::2], eval_set=[(X[1::2], y[1::2])], verbose=False)
    assert model.best_iteration < 57
    agree(model, X)


@pytest.mark.parametrize(
    "objective", ["binary:logistic", "multi:softprob", "multi:softmax", "reg:gamma"]
)
def test_a_bare_booster_answers_as_its_predict_does(objective: str) -> None:
    X, y = IRIS
    y = y if objective.startswith("multi") else (y > 0) + (objective == "reg:gamma")
    parameters = {"objective": objective, "max_depth": 3, "nthread": 1}
    if objective.startswith("multi"):
        parameters["num_class"] = 3
    booster = xgboost.train(parameters, xgboost.DMatrix(X, label=y), 8)
    scorer = scorer_of(booster)
    rows = rows_at_edges(scorer, X)
    expected = booster.predict(xgboost.DMatrix(rows)).astype(float).tolist()
    for row, told in zip(rows.tolist(), expected):
        told = tuple(told) if isinstance(told, list) else told
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == told


def test_inside_what_is_around_it() -> None:
    X, y = IRIS
    pipeline = make_pipeline(StandardScaler(), fitted("XGBClassifier", X, y))
    agree(pipeline.fit(X, y), X)
    search = GridSearchCV(
        xgboost.XGBRegressor(n_estimators=4, n_jobs=1), {"max_depth": [2, 3]}, cv=2
    )
    agree(search.fit(*DIABETES), DIABETES[0])


def test_as_a_table() -> None:
    for name, kind in (("XGBClassifier", IRIS), ("XGBRegressor", DIABETES)):
        model = fitted(name, holed(kind[0]), kind[1])
        nested, packed = scorer_of(model), load(
            compile_model(model, columns="all", layout="table")
        )
        for row in rows_at_edges(nested, kind[0]).tolist():
            record = dict(zip(nested.COLUMNS, row))
            assert nested.score(*row) == packed.score(*row)
            assert nested.predict(record) == packed.predict(record)


def test_names_are_those_of_the_frame() -> None:
    frame = load_iris(as_frame=True)
    scorer = scorer_of(fitted("XGBClassifier", frame.data, frame.target))
    assert scorer.COLUMNS == tuple(frame.data.columns)
    assert scorer_of(fitted("XGBClassifier", *IRIS)).COLUMNS == ("x0", "x1", "x2", "x3")


def test_the_docstring_names_the_library() -> None:
    source = compile_model(fitted("XGBClassifier", *IRIS))
    assert f"of XGBoost {xgboost.__version__}" in " ".join(source[:400].split())
    assert source.startswith('"""An XGBClassifier')


@pytest.mark.parametrize(
    "parameters, problem",
    [
        ({"booster": "gblinear"}, "gblinear"),
        ({"multi_strategy": "multi_output_tree"}, "multi_strategy"),
    ],
)
def test_what_cannot_be_compiled_is_refused(
    parameters: dict[str, Any], problem: str
) -> None:
    X, y = DIABETES
    if "multi_strategy" in parameters:
        y = np.stack([y, y], axis=1)
    model = fitted("XGBRegressor", X, y, **parameters)
    with pytest.raises(UnsupportedModel, match=problem):
        compile_model(model)


@pytest.mark.parametrize(
    "parameters, problem",
    [
        ({"objective": "binary:logitraw"}, "binary:logitraw"),
        ({"objective": "multi:softprob", "num_class": 2}, "a row of two numbers"),
    ],
)
def test_classifiers_that_are_refused(parameters: Any, problem: str) -> None:
    X, y = CANCER
    with pytest.raises(UnsupportedModel, match=problem):
        compile_model(fitted("XGBClassifier", X, y, **parameters))


def test_a_classifier_of_one_class_is_refused() -> None:
    X, y = CANCER
    with pytest.raises(
        UnsupportedModel, match="fitted on one class alone\nFit it on two"
    ):
        compile_model(fitted("XGBClassifier", X, y * 0))


def test_an_unfitted_model_is_refused() -> None:
    with pytest.raises(UnsupportedModel, match="not fitted"):
        compile_model(pickle.loads(pickle.dumps(xgboost.XGBClassifier())))


@settings(max_examples=12)
@given(st.data())
def test_any_numbers(data: Any) -> None:
    """Small models of numbers that are near one another, tiny, huge or missing."""
    numbers = st.one_of(
        st.sampled_from([0.0, 1.0, 1.0 + 2**-23, 1.0 + 2**-24, math.nan, -0.0]),
        st.floats(-1e30, 1e30),
        st.floats(-1e-30, 1e-30),
    )
    X = np.array(
        data.draw(st.lists(st.tuples(numbers, numbers), min_size=6, max_size=20))
    )
    classes = data.draw(st.integers(2, 5))
    y = np.arange(len(X)) % classes
    model = xgboost.XGBClassifier(
        n_estimators=data.draw(st.integers(1, 5)),
        max_depth=3,
        min_child_weight=0,
        n_jobs=1,
        learning_rate=data.draw(st.sampled_from([1.0, 0.3])),
    ).fit(X, y)
    agree(model, X)


def members(kind: str, count: int = 3) -> list[tuple[str, Any]]:
    return [
        (str(n), getattr(xgboost, kind)(n_estimators=n + 2, max_depth=3, n_jobs=1))
        for n in range(count)
    ]


@pytest.mark.parametrize("weights", [None, [1, 2, 0.7]])
def test_votes(weights: Any) -> None:
    """numpy adds the answers up in single precision, or in double if there are weights
    or a member that answers in double."""
    for data in (CANCER, IRIS):
        X, y = data
        for soft in ("soft", "hard"):
            voting = VotingClassifier(
                members("XGBClassifier"), voting=soft, weights=weights
            )
            agree(
                voting.fit(X, y),
                X,
                ("predict", "predict_proba")[: 1 + (soft == "soft")],
            )
    X, y = DIABETES
    agree(VotingRegressor(members("XGBRegressor"), weights=weights).fit(X, y), X)
    mixed = [*members("XGBRegressor", 2), ("tree", DecisionTreeRegressor(max_depth=3))]
    agree(VotingRegressor(mixed, weights=weights).fit(X, y), X)


def test_inside_what_hands_its_answers_on() -> None:
    X, y = DIABETES
    both = np.stack([y, -y], axis=1)
    model = xgboost.XGBRegressor(n_estimators=3, n_jobs=1)
    agree(MultiOutputRegressor(model).fit(X, both), X)
    agree(RegressorChain(model).fit(X, both), X, missing=False)
    stack = StackingRegressor(
        members("XGBRegressor"), DecisionTreeRegressor(max_depth=4), cv=2
    )
    agree(stack.fit(X, y), X)
    bagging = BaggingClassifier(members("XGBClassifier")[0][1], 3, random_state=0)
    agree(bagging.fit(*IRIS), IRIS[0])


@pytest.mark.parametrize("options", [{}, {"max_cat_to_onehot": 1}])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_codes_of_categories(options: dict[str, Any], missing: float) -> None:
    draw = np.random.RandomState(3)
    X, y = DIABETES
    X = X.copy()
    for column, count in ((0, 12), (1, 70), (2, 3)):
        X[:, column] = draw.randint(0, count, len(X))
    y = y + 30 * np.sin(X[:, 0]) + 40 * np.cos(X[:, 1]) + 50 * (X[:, 2] == 1)
    kinds = ["c"] * 3 + ["q"] * 7
    options = {"enable_categorical": True, "feature_types": kinds, **options}
    model = fitted("XGBRegressor", holed(X, missing), y, **options)
    scorer = scorer_of(model)
    strange = [math.nan, 0.5, 1.5, 2.999999, 2.99999999, 69.5, 71, 1000, -1, -0.5, 3e7]
    rows = np.where(draw.rand(*X.shape) < 0.3, draw.choice(strange, X.shape), X)
    for row, told in zip(rows.tolist(), model.predict(rows).tolist()):
        assert scorer.score(*row) == told


def test_categories_of_a_frame() -> None:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "age": draw.rand(600) * 50,
            "town": pd.Categorical(draw.choice(["rome", "oslo", "bern", None], 600)),
            "size": pd.Categorical(draw.choice([10, 20, 30, 40], 600)),
        }
    )
    y = frame.age + frame["size"].astype(float) + 9 * (frame.town == "oslo")
    model = fitted("XGBRegressor", frame, y, enable_categorical=True)
    scorer = scorer_of(model)
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    if "oslo" not in scorer.__loader_source__:  # XGBoost keeps them since 3.1
        return
    assert [scorer.predict(r) for r in records] == model.predict(frame).tolist()
    with pytest.raises(scorer.InvalidRecord):
        scorer.predict({**records[0], "town": "paris"})


def test_categories_that_xgboost_stores_cut_in_the_wrong_places_are_refused() -> None:
    draw = np.random.RandomState(0)
    for towns in (["rome", "oslo", "köln"], ["éa", "b"]):  # the second reads as é and a
        town = pd.Categorical(draw.choice(towns, 300))
        frame = pd.DataFrame({"age": draw.rand(300), "town": town})
        y = frame.age + 9 * town.codes
        model = fitted("XGBRegressor", frame, y, enable_categorical=True)
        if b"offsets" not in bytes(model.get_booster().save_raw("json")):
            return  # XGBoost keeps them since 3.1
        if VERSION >= (3, 4):  # which stores them as they are
            scorer = scorer_of(model)
            records = frame.astype(object).to_dict("records")
            found = [scorer.predict(record) for record in records]
            assert found == model.predict(frame).tolist()
            continue
        with pytest.raises(UnsupportedModel, match="beyond ASCII.*\n.*OrdinalEncoder"):
            compile_model(model)


def changed(model: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    """A model whose Booster holds a document that was changed, as JSON."""
    document = json.loads(bytes(model.get_booster().save_raw("json")))
    change(document)
    record = read_bytes(pickle.dumps(model)).root
    payload = bytearray(json.dumps(document).encode())
    record["_Booster"].attributes["handle"] = payload
    return record


def lowered_as(model: Any, version: list[int], **keys: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        document["version"] = version
        document["learner"].update(keys)

    return xgboost_model(changed(model, change), "model")


def test_a_newer_version_is_read_where_its_form_is_known() -> None:
    X, y = IRIS
    model = fitted("XGBClassifier", X, y)
    newer = [NEWEST[0], NEWEST[1] + 1, 0]
    assert lowered_as(model, newer).is_newer
    assert not lowered_as(model, [*NEWEST, 9]).is_newer
    refused = pytest.raises(
        UnsupportedModel, match="knows the arithmetic of versions up"
    )
    with refused:
        lowered_as(model, [NEWEST[0] + 1, 0, 0])
    with refused:
        lowered_as(model, newer, temperature="0.5")
    with refused:
        lowered_as(model, newer, objective={"name": "reg:quantileerror"})
    known = {"name": "multi:softprob", "softmax_multiclass_param": {"num_class": "3"}}
    assert lowered_as(model, newer, objective=known).is_newer
    known["softmax_multiclass_param"] = {"num_class": "3", "temperature": "2"}
    with refused:
        lowered_as(model, newer, objective=known)


def test_damaged_trees_are_refused() -> None:
    X, y = DIABETES
    model = fitted("XGBRegressor", X, y)

    def trees(document: dict[str, Any]) -> Any:
        return document["learner"]["gradient_booster"]["model"]["trees"]

    for problem, change in (
        ("NaN", lambda d: trees(d)[0]["split_conditions"].__setitem__(0, math.nan)),
        ("NaN", lambda d: trees(d)[0]["split_conditions"].__setitem__(-1, math.nan)),
        ("numbered as another", lambda d: trees(d)[1].update(id=0)),
    ):
        with pytest.raises(UnsupportedModel, match=f"cannot be trusted.*{problem}"):
            xgboost_model(changed(model, change), "model")


def test_quantiles_and_expectiles() -> None:
    X, y = DIABETES
    alphas = {"quantile_alpha": [0.1, 0.5, 0.9], "objective": "reg:quantileerror"}
    agree(fitted("XGBRegressor", X, y, **alphas), X)
    if VERSION < (3, 3):
        return
    one = {"expectile_alpha": 0.2, "objective": "reg:expectileerror"}
    agree(fitted("XGBRegressor", X, y, **one), X)
    one["expectile_alpha"] = [0.2, 0.5]
    with pytest.raises(UnsupportedModel, match="Fit a model for each of them"):
        compile_model(fitted("XGBRegressor", X, y, **one))


def test_a_booster_of_dart_weights_each_tree_by_itself() -> None:
    X, y = DIABETES
    dart = {"booster": "dart", "rate_drop": 0.5, "base_score": 77.3, "nthread": 1}
    booster = xgboost.train(dart, xgboost.DMatrix(X, y), 12)
    scorer = scorer_of(booster)
    rows = rows_at_edges(scorer, X)
    expected = booster.predict(xgboost.DMatrix(rows)).astype(float).tolist()
    for row, told in zip(rows.tolist(), expected):
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == told


def test_what_a_sparse_matrix_does_not_hold_is_missing() -> None:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "age": draw.rand(300).round(1) * 50,
            "town": draw.choice(["rome", "oslo", "bern"], 300),
        }
    )
    y = frame.age + 9 * (frame.town == "oslo")
    for threshold in (0.0, 1.0):
        encoder = ColumnTransformer(
            [("town", OneHotEncoder(handle_unknown="ignore"), ["town"])],
            remainder="passthrough",
            sparse_threshold=threshold,
        )
        model = xgboost.XGBRegressor(n_estimators=5, max_depth=3, n_jobs=1)
        pipeline = make_pipeline(encoder, model).fit(frame, y)
        scorer = scorer_of(pipeline)
        found = [scorer.predict(record) for record in frame.to_dict("records")]
        assert found == pipeline.predict(frame).tolist()


def test_the_scorer_says_what_is_true_of_xgboost() -> None:
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    source = compile_model(xgboost.XGBClassifier(n_estimators=2).fit(X, y))
    top = " ".join(source.partition("from __future__")[0].split())
    assert "by the formula of Linux's C library" in top
    assert "numpy" not in top and "rounds it to single precision" in top
