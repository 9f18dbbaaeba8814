"""Models of CatBoost against the library itself, edges included."""

from __future__ import annotations

import io
import math
import pickle
import random
import struct
from pathlib import Path
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
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from runners import load
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model, verify
from treecompile.emit import emit
from treecompile.errors import TreecompileError, UnsupportedModel
from treecompile.fold import fold
from treecompile.functions import exp_by_table
from treecompile.lower import lower
from treecompile.lower.catboost_hash import category_hash
from treecompile.read import read_bytes
from treecompile.read.budget import Budget
from treecompile.read.flatbuffers import root_of

catboost = pytest.importorskip("catboost")

LARGEST_SINGLE = 3.4028234663852886e38
# Beside the last double that rounds to it, beyond which CatBoost takes an infinity.
EDGE = 3.4028235677973362e38
FAR = [-1e300, -EDGE, -LARGEST_SINGLE, -1e38, 1e38, LARGEST_SINGLE, EDGE, 1e300]
FAR += [math.nextafter(x, y) for x in (EDGE, -EDGE) for y in (-1e300, 1e300)]


def fitted(kind: str, X: Any, y: Any, **parameters: Any) -> Any:
    parameters = {
        "iterations": 12,
        "depth": 3,
        "random_seed": 0,
        "verbose": False,
        "thread_count": 1,
        "allow_writing_files": False,
        **parameters,
    }
    columns = parameters.pop("cat_features", None)
    model = getattr(catboost, kind)(parameters) if kind == "CatBoost" else None
    if model is None:
        model = getattr(catboost, kind)(**parameters)
    return model.fit(X, y, cat_features=columns)


def answers_of(model: Any, name: str, rows: Any) -> list[Any]:
    """What the library answers: its labels of many classes stand in a column."""
    told = np.asarray(getattr(model, name)(rows))
    if name == "predict" and hasattr(model, "predict_proba") and told.ndim == 2:
        told = told[:, 0]
    return [tuple(x) if isinstance(x, list) else x for x in told.tolist()]


def check(model: Any, X: Any, seed: int = 0) -> Any:
    """That a scorer answers each row as the library does, to the last bit, be it alone
    or one of many; the scorer."""
    scorer = scorer_of(model)
    rows = rows_at_edges(scorer, X, seed)
    draw = random.Random(seed)
    far = [list(map(float, X[draw.randrange(len(X))])) for _ in FAR]
    for row, x in zip(far, FAR):
        row[draw.randrange(len(row))] = x
    rows = np.concatenate([rows, far])
    records = [dict(zip(scorer.COLUMNS, row)) for row in rows.tolist()]
    for name in ("predict", "predict_proba"):
        if not hasattr(scorer, name):
            assert not hasattr(model, name)
            continue
        found = [getattr(scorer, name)(record) for record in records]
        assert found == answers_of(model, name, rows), name
        assert found[:9] == [answers_of(model, name, [row])[0] for row in rows[:9]]
    return scorer


REGRESSORS: dict[str, dict[str, Any]] = {
    "plain": {},
    "many trees": {"iterations": 90, "depth": 6},
    "stumps": {"depth": 1},
    "deep": {"depth": 10, "iterations": 3},
    "lossguide": {"grow_policy": "Lossguide", "max_leaves": 9},
    "depthwise": {"grow_policy": "Depthwise", "depth": 5},
    "missing are largest": {"nan_mode": "Max"},
    "missing are largest, by node": {"nan_mode": "Max", "grow_policy": "Depthwise"},
    "absolute": {"loss_function": "MAE"},
    "quantile": {"loss_function": "Quantile:alpha=0.8"},
    "poisson": {"loss_function": "Poisson"},
    "tweedie": {"objective": "Tweedie:variance_power=1.3"},
    "logarithmic": {"loss_function": "LogLinQuantile"},
    "huber": {"loss_function": "Huber:delta=2"},
    "uncertain": {"loss_function": "RMSEWithUncertainty"},
    "several quantiles": {"loss_function": "MultiQuantile:alpha=0.1,0.5,0.9"},
    "few borders": {"border_count": 3},
    "ordered": {"boosting_type": "Ordered"},
    "from zero": {"boost_from_average": False},
    "shrinking": {"model_shrink_rate": 0.2, "boost_from_average": False},
}


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors(name: str) -> None:
    X, y = DIABETES
    check(fitted("CatBoostRegressor", holed(X), y, **REGRESSORS[name]), X)


@pytest.mark.parametrize("policy", ["SymmetricTree", "Lossguide"])
def test_several_outputs(policy: str) -> None:
    X, y = DIABETES
    both = np.stack([y, np.sqrt(y), -y], axis=1)
    options = {"loss_function": "MultiRMSE", "grow_policy": policy}
    check(fitted("CatBoostRegressor", X, both, **options), X)


def test_what_had_no_missing_values_takes_them_for_the_smallest() -> None:
    X, y = DIABETES
    check(fitted("CatBoostRegressor", X, y), holed(X, 0.3))


@pytest.mark.parametrize("mode", ["Min", "Max"])
@pytest.mark.parametrize("policy", ["SymmetricTree", "Depthwise"])
def test_borders_at_the_infinities_of_single_precision(mode: str, policy: str) -> None:
    numbers = [0, 1, math.nan, 1e300, 3e38, -1e300, LARGEST_SINGLE, -LARGEST_SINGLE]
    X = np.array(numbers * 4)[:, None]
    options = {"learning_rate": 1, "l2_leaf_reg": 0, "depth": 6, "nan_mode": mode}
    y = np.arange(len(X)) % len(numbers)
    check(fitted("CatBoostRegressor", X, y, grow_policy=policy, **options), X)


CLASSIFIERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "deep": {"iterations": 60, "depth": 6},
    "lossguide": {"grow_policy": "Lossguide", "max_leaves": 5},
    "depthwise": {"grow_policy": "Depthwise"},
    "balanced": {"auto_class_weights": "Balanced"},
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("data", ["two", "three"])
def test_classifiers(name: str, data: str) -> None:
    X, y = CANCER if data == "two" else IRIS
    check(fitted("CatBoostClassifier", holed(X), y, **CLASSIFIERS[name]), X)


@pytest.mark.parametrize(
    "loss", ["CrossEntropy", "Focal:focal_alpha=0.6;focal_gamma=2"]
)
def test_other_losses_of_two_classes(loss: str) -> None:
    X, y = CANCER
    check(fitted("CatBoostClassifier", X, y, loss_function=loss), X)


@pytest.mark.parametrize("count", range(3, 13))
def test_many_classes(count: int) -> None:
    X, y = load_digits(return_X_y=True)
    y = (y + 3 * (X[:, 20] > 8) + 7 * (X[:, 30] > 6)) % count
    loss = "MultiClass" if count % 3 else "MultiClassOneVsAll"
    check(fitted("CatBoostClassifier", X[::7], y[::7], loss_function=loss), X[::7])


@pytest.mark.parametrize("scale", [1.0, 0.3, -2.5, 900.0, -70.0, 1e9])
@pytest.mark.parametrize("data", ["two", "three", "five", "counts", "numbers"])
def test_scales_and_biases(scale: float, data: str) -> None:
    """They also take the exponentials to where they end."""
    X, y = IRIS
    if data == "five":
        y = (y + 2 * (X[:, 0] > 5.5)) % 5
    kind = "CatBoostClassifier"
    options = {}
    if data in ("counts", "numbers"):
        kind = "CatBoostRegressor"
        options = {"loss_function": "Poisson" if data == "counts" else "MultiRMSE"}
        y = np.stack([y, 1 - y], axis=1) if data == "numbers" else y
    elif data == "two":
        y = y > 0
    model = fitted(kind, X, y, **options)
    biases = np.atleast_1d(model.get_scale_and_bias()[1]) + 0.1
    model.set_scale_and_bias(
        scale, float(biases[0]) if len(biases) == 1 else biases.tolist()
    )
    if data == "counts":  # alone, since many rows end above zero (README)
        scorer = scorer_of(model)
        for row in X.tolist():
            assert scorer.score(*row) == model.predict([row])[0]
    else:
        check(model, X)


def test_the_exponential_is_that_of_catboost() -> None:
    X, y = IRIS
    model = fitted("CatBoostRegressor", X, y, loss_function="Poisson", iterations=1)
    draw = random.Random(0)
    points = [draw.uniform(-708.4, 709.8) for _ in range(300)]
    points += [draw.gauss(0.0, 2.0) for _ in range(300)]
    low, high = -708.3964185322641, 709.7827128933841
    points += [0.0, -0.0, 1e-300, -1e-17, 1e300, -1e300, low, high]
    points += [math.nextafter(x, y) for x in (low, high) for y in (-1e9, 1e9)]
    points += [709.7826, 709.78260, 709.78265, 709.7827]
    scorer = scorer_of(model)
    for x in points:
        model.set_scale_and_bias(1e-300, x)
        raw = model.predict(X[:1], prediction_type="RawFormulaVal")[0]
        assert abs(raw - x) <= 1e-290
        assert exp_by_table(float(raw)) == model.predict(X[:1])[0], x
        assert scorer._exp_by_table(float(raw)) == exp_by_table(float(raw)), x


LABELS: dict[str, tuple[Any, ...]] = {
    "booleans": (False, True),
    "integers": (-1, 4),
    "fractions": (0.25, 2.0),
    "text": ("no", 'y"\\es\n'),
    "three integers": (7, 3, 5),
    "three fractions": (0.5, 0.0, -1.5),
    "three texts": ("b", "a", "c"),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels(name: str) -> None:
    X, y = IRIS
    labels = np.array(LABELS[name])
    model = fitted("CatBoostClassifier", X, labels[y % len(labels)])
    scorer = check(model, X)
    assert list(scorer.CLASSES) == model.classes_.tolist()
    assert type(scorer.predict(dict(zip(scorer.COLUMNS, X[0])))) is type(
        labels.tolist()[0]
    )


@pytest.mark.parametrize("loss", ["MultiClass", "MultiClassOneVsAll"])
@pytest.mark.parametrize(
    "options",
    [{"class_names": [2, 9, 1, 0]}, {"classes_count": 6}, {"class_names": [2, 1, 0]}],
)
def test_classes_in_an_order_of_their_own(loss: str, options: dict[str, Any]) -> None:
    """Some of them had no rows, so that they have no sum."""
    X, y = IRIS
    model = fitted("CatBoostClassifier", X, y, loss_function=loss, **options)
    assert list(check(model, X).CLASSES) == model.classes_.tolist()


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_probability_threshold_is_obeyed(share: float) -> None:
    X, y = CANCER
    model = fitted("CatBoostClassifier", X, y, iterations=2)
    model.set_probability_threshold(share)
    check(model, X)


def test_a_threshold_that_is_none_is_refused() -> None:
    model = fitted("CatBoostClassifier", *CANCER, iterations=2)
    model.set_probability_threshold(0.3)
    payload = payload_of(model)
    text = b"\x03\0\0\x000.3"
    assert payload.count(text) == 1
    for other in (b"1.3", b"nan", b"1.0", b"0.0", b"x.3", b"-.3"):
        changed = payload.replace(text, text[:4] + other)
        with pytest.raises(UnsupportedModel, match="threshold is not a number between"):
            lower(read_bytes(forged(changed, "CatBoostClassifier")))


def test_names_of_a_frame() -> None:
    X, y = IRIS
    names = ["sepal length", "class", "", "x0"]
    model = fitted("CatBoostRegressor", pd.DataFrame(X, columns=names), y)
    scorer = scorer_of(model)
    assert list(scorer.COLUMNS) == model.feature_names_
    for row, told in zip(X.tolist(), model.predict(X).tolist()):
        assert scorer.predict(dict(zip(scorer.COLUMNS, row))) == told
    numbered = fitted("CatBoostRegressor", pd.DataFrame(X), y)
    assert scorer_of(numbered).COLUMNS == ("x0", "x1", "x2", "x3")


def test_columns_that_were_ignored_stay_columns() -> None:
    X, y = IRIS
    model = fitted("CatBoostRegressor", X, y, ignored_features=[1, 3])
    scorer = check(model, X)
    assert scorer.COLUMNS == ("x0", "x1", "x2", "x3")


@pytest.mark.parametrize("loss", ["RMSE", "Logloss", "MultiClass", "Poisson"])
def test_the_plain_class_answers_sums(loss: str) -> None:
    X, y = IRIS
    check(
        fitted("CatBoost", X, y > 0 if loss == "Logloss" else y, loss_function=loss), X
    )


def test_ranker() -> None:
    X, y = DIABETES
    model = catboost.CatBoostRanker(
        iterations=5, depth=3, verbose=False, thread_count=1, allow_writing_files=False
    )
    model.fit(X, (y > 150).astype(int), group_id=np.arange(442) // 17)
    scorer = scorer_of(model)
    rows = rows_at_edges(scorer, X)
    assert [scorer.score(*row) for row in rows.tolist()] == model.predict(rows).tolist()


def test_early_stopping_keeps_the_best_trees() -> None:
    X, y = IRIS
    model = catboost.CatBoostClassifier(
        iterations=200, verbose=False, allow_writing_files=False, thread_count=1
    )
    model.fit(X[::2], y[::2], eval_set=(X[1::2], y[1::2]), early_stopping_rounds=3)
    assert 0 < model.tree_count_ < 200
    assert compile_model(model).count("# Tree ") == model.tree_count_
    check(model, X)


def test_inside_what_is_around_it() -> None:
    X, y = CANCER

    def small(kind: str, depth: int) -> Any:
        return getattr(catboost, kind)(
            iterations=4,
            depth=depth,
            verbose=False,
            allow_writing_files=False,
            thread_count=1,
        )

    model = small("CatBoostClassifier", 3)
    agree(make_pipeline(StandardScaler(), model).fit(X, y), X)
    search = GridSearchCV(small("CatBoostRegressor", 3), {"depth": [2, 3]}, cv=2)
    agree(search.fit(*DIABETES), DIABETES[0])
    three = [(str(n), small("CatBoostClassifier", n)) for n in (1, 2, 3)]
    agree(VotingClassifier(three, voting="soft").fit(X, y), X)
    agree(VotingClassifier(three, voting="hard").fit(X, y), X, ("predict",))
    many = [(str(n), small("CatBoostRegressor", n)) for n in (1, 2, 3)]
    agree(VotingRegressor(many).fit(*DIABETES), DIABETES[0])
    tree = DecisionTreeRegressor(max_depth=4)
    agree(StackingRegressor(many, tree, cv=2).fit(*DIABETES), DIABETES[0])
    agree(StackingClassifier(three[:2], three[2][1], cv=2).fit(X, y), X)


def test_the_scorer_says_what_is_true_of_catboost() -> None:
    source = compile_model(fitted("CatBoostClassifier", *IRIS))
    top = " ".join(source.partition("from __future__")[0].split())
    assert top.startswith('"""A CatBoostClassifier in plain Python')
    assert f"from a model of CatBoost {catboost.__version__}" in top
    assert "of its own on x86-64" in top and "numpy" not in top
    assert "rounds it to single precision" in top
    two = compile_model(fitted("CatBoostClassifier", *CANCER))
    assert "pass through exp" not in two.partition("from __future__")[0]


# --- Categories -----------------------------------------------------------------------

TOWNS = ["oslo", "rome", "köln", "", "x" * 20, "São Paulo " * 4, "\"';\n", "12", "None"]


def frame_of_categories() -> tuple[Any, Any]:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "town": draw.choice(TOWNS, 400),
            "age": draw.rand(400).round(2) * 50,
            "rooms": draw.choice([1, 2, 3, -4, 100_000], 400),
            "flat": draw.choice(["yes", "no"], 400),
        }
    )
    y = frame.age + 30 * (frame.town < "p") + frame.rooms.clip(0, 9) * 5
    return frame, y + 20 * (frame.flat == "no") * (frame.town > "p")


@pytest.mark.parametrize("policy", ["SymmetricTree", "Lossguide"])
@pytest.mark.parametrize("kind", ["CatBoostRegressor", "CatBoostClassifier"])
def test_one_hot_categories_that_the_data_tells(kind: str, policy: str) -> None:
    frame, y = frame_of_categories()
    columns = ["town", "rooms", "flat"]
    model = fitted(
        kind,
        frame,
        y if kind == "CatBoostRegressor" else y > 60,
        cat_features=columns,
        one_hot_max_size=20,
        iterations=40,
        grow_policy=policy,
    )
    properties: dict[str, Any] = {"age": {"type": "number"}}
    for name in columns:
        properties[name] = {"enum": frame[name].drop_duplicates().tolist()}
    schema = {"properties": properties}
    scorer = load(compile_model(model, schema=schema, format=False))
    records = frame.to_dict("records")
    found = [scorer.predict(record) for record in records]
    assert found == model.predict(frame).tolist()
    for name, bad in (("town", "paris"), ("town", None), ("flat", 1), ("rooms", 7)):
        with pytest.raises(scorer.InvalidRecord):
            scorer.predict({**records[0], name: bad})


def test_hashes_of_categories() -> None:
    draw = random.Random(0)
    letters = "abcXYZ 0189_é漢😀"
    texts = {"".join(draw.choices(letters, k=n // 2)) for n in range(2, 60)}
    texts |= {"a" * n for n in range(65)}
    known = sorted(text for text in texts if len(text.encode()) <= 64)
    X = pd.DataFrame({"text": known * 3})
    model = fitted(
        "CatBoostRegressor",
        X,
        np.arange(len(X)) % len(known),
        cat_features=["text"],
        one_hot_max_size=255,
        iterations=300,
        depth=1,
        learning_rate=0.5,
        l2_leaf_reg=0,
    )
    root = root_of(payload_of(model)[8:], Budget(0)).table(1)
    assert root is not None
    (feature,) = root.tables(6)
    hashes = set(feature.array(1, "<i4").tolist())
    assert len(hashes) > 40
    assert hashes <= {category_hash(text) for text in known}
    with pytest.raises(ValueError, match="64 bytes"):
        category_hash("a" * 65)


def test_categories_that_nothing_tells_are_refused() -> None:
    model = with_categories(50)
    with pytest.raises(UnsupportedModel, match="'town' holds categories.*\n.*--data"):
        compile_model(model)
    town: dict[str, Any] = {"enum": ["t1", "t2" * 40]}
    schema = {"properties": {"age": {"type": "number"}, "town": town}}
    with pytest.raises(UnsupportedModel, match="more than 64 bytes"):
        compile_model(model, schema=schema)
    for open_one in ({"type": "string"}, {"enum": ["t1", 0.5]}, {"type": "integer"}):
        schema["properties"]["town"] = open_one
        with pytest.raises(UnsupportedModel, match='does not say which.*\n.*"enum"'):
            compile_model(model, schema=schema)


def test_the_data_tells_the_categories() -> None:
    frame, y = frame_of_categories()
    frame = frame[["age", "flat"]]
    model = fitted("CatBoostRegressor", frame, y, cat_features=["flat"])
    source = compile_model(model, data=frame)
    assert 'if flat == "' in source or 'if flat != "' in source
    scorer = load(source)
    records = frame.to_dict("records")
    assert [scorer.predict(r) for r in records] == model.predict(frame).tolist()


def test_booleans_and_integers_are_categories_too(tmp_path: Path) -> None:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "vip": draw.choice([True, False], 200),
            "rooms": draw.randint(0, 3, 200),
            "age": draw.rand(200).round(2),
        }
    )
    y = frame.vip * 1.0 + (frame.rooms == 1) * 2 + frame.age
    columns = ["vip", "rooms"]
    model = fitted(
        "CatBoostRegressor", frame, y, cat_features=columns, one_hot_max_size=9
    )
    path = tmp_path / "raw.csv"
    frame.to_csv(path, index=False)
    properties: dict[str, Any] = {"age": {"type": "number"}}
    properties |= {"vip": {"enum": [True, False]}, "rooms": {"enum": [0, 1, 2]}}
    records = frame.to_dict("records")
    saved = tmp_path / "model.pkl"
    saved.write_bytes(pickle.dumps(model))
    described: list[dict[str, Any]] = [{"data": path}]
    described.append({"schema": {"properties": properties}})
    for options in described:
        source = compile_model(saved, **options)
        scorer = load(source)
        found = [scorer.predict(record) for record in records]
        assert found == model.predict(frame).tolist()
        with pytest.raises(scorer.InvalidRecord):
            scorer.predict({**records[0], "rooms": 3})
        assert verify(saved, source, load=False).ok


def test_categories_in_another_form_are_refused() -> None:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {"vip": draw.choice([True, False], 200), "age": draw.rand(200)}
    )
    y = frame.vip * 1.0 + frame.age
    texts = frame.assign(vip=frame.vip.astype(str))
    model = fitted(
        "CatBoostRegressor", texts, y, cat_features=["vip"], one_hot_max_size=9
    )
    properties: dict[str, Any] = {"age": {"type": "number"}}
    said = {"properties": {**properties, "vip": {"enum": [True, False]}}}
    with pytest.raises(UnsupportedModel, match='tests none.*\n[^$]*"True", "False"'):
        compile_model(model, schema=said)
    advised = {"properties": {**properties, "vip": {"enum": ["True", "False"]}}}
    scorer = load(compile_model(model, schema=advised))
    found = [scorer.predict(record) for record in texts.to_dict("records")]
    assert found == model.predict(texts).tolist()


# --- What is refused ------------------------------------------------------------------


def with_categories(limit: int, values: int = 40) -> Any:
    draw = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "age": draw.rand(300),
            "town": draw.choice([f"t{n}" for n in range(values)], 300),
        }
    )
    y = frame.age + (frame.town < "t2")
    return fitted(
        "CatBoostRegressor", frame, y, cat_features=["town"], one_hot_max_size=limit
    )


def test_what_cannot_be_compiled_is_refused() -> None:
    X, y = IRIS
    with pytest.raises(UnsupportedModel, match=r"\(CTR\).*\n.*OrdinalEncoder"):
        compile_model(with_categories(2))
    frame = pd.DataFrame({"said": ["good day", "bad night", "good night"] * 50})
    frame["age"] = np.arange(150)
    words = catboost.CatBoostRegressor(
        iterations=3, verbose=False, allow_writing_files=False, thread_count=1
    )
    words.fit(frame, y, text_features=["said"])
    with pytest.raises(UnsupportedModel, match="fitted with .*text"):
        compile_model(words)
    several = fitted(
        "CatBoostClassifier", X, np.eye(3)[y].astype(int), loss_function="MultiLogloss"
    )
    with pytest.raises(UnsupportedModel, match="'MultiLogloss' cannot be compiled"):
        compile_model(several)
    with pytest.raises(UnsupportedModel, match="not fitted"):
        compile_model(catboost.CatBoostClassifier())
    model = fitted("CatBoostRegressor", X, y)
    narrow = make_pipeline(SelectKBest(k=2).fit(X, y), model)
    with pytest.raises(UnsupportedModel, match="fitted on 4 columns, and 2 reach it"):
        compile_model(narrow)
    model.set_scale_and_bias(1e300, 0.0)
    with pytest.raises(UnsupportedModel, match="overflow double precision"):
        compile_model(model)
    padded = np.insert(X, 0, 0.0, axis=1)
    model = fitted("CatBoostRegressor", padded, y, depth=1, iterations=1)
    model.drop_unused_features()
    with pytest.raises(UnsupportedModel, match="drop_unused_features"):
        compile_model(model)


def payload_of(model: Any) -> bytes:
    payload = model.__getstate__()["__model"]
    assert isinstance(payload, bytes)
    return payload


class _Holder:
    """Stands for a model in a pickle whose state is made by hand."""

    def __init__(self, kind: str, state: Any) -> None:
        self.kind, self.state = kind, state


class _Forger(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, _Holder):
            return getattr(catboost, value.kind), (), value.state
        return NotImplemented


def forged(payload: Any, kind: str = "CatBoostRegressor", **state: Any) -> bytes:
    """The pickle of a model that holds these bytes."""
    file = io.BytesIO()
    _Forger(file, 4).dump(_Holder(kind, {"__model": payload, **state}))
    return file.getvalue()


def outcome(data: bytes) -> str | None:
    """The scorer that a file comes to, or None where it is refused in one message."""
    try:
        return emit(fold(lower(read_bytes(data))), False)
    except TreecompileError as error:
        assert 10 < len(str(error)) < 700
        return None


STEPS = (-8, -4, -2, -1, 1, 2, 4, 8)
SIZES = (0, 1, -1, 2, 16, 17, 31, 255, 65535, 10**6, 10**7, 2**31 - 1, -(2**31))


def damaged(payload: bytes, chance: random.Random) -> bytes:
    """The bytes after a few accidents, most of them where no text is."""
    made = bytearray(payload)
    words = [
        at
        for at in range(8, len(payload) - 4, 4)
        if sum(32 <= byte < 127 for byte in payload[at : at + 4]) < 3
    ]
    for _ in range(chance.choice([1, 1, 2, 3])):
        at = chance.choice(words)
        kind = chance.randrange(5)
        if kind == 0:
            struct.pack_into("<i", made, at, chance.choice(SIZES))
        elif kind == 1:
            (word,) = struct.unpack_from("<I", made, at)
            moved = word + chance.choice(STEPS) & 0xFFFFFFFF
            struct.pack_into("<I", made, at, moved)
        elif kind == 2:
            made[at + chance.randrange(4)] ^= 1 << chance.randrange(8)
        elif kind == 3:
            struct.pack_into("<H", made, at, chance.choice([0, 4, 6, 60, 65535]))
        else:
            other = chance.choice(words)
            made[at : at + 4] = made[other : other + 4]
    if chance.random() < 0.1:
        del made[chance.choice(words) :][: chance.choice([1, 4, 1000])]
    return bytes(made)


@pytest.mark.parametrize("kind", ["one", "many", "by node"])
def test_damaged_models_are_refused_or_compiled(kind: str) -> None:
    X, y = IRIS
    options = {"grow_policy": "Lossguide"} if kind == "by node" else {}
    name = "CatBoostClassifier" if kind == "many" else "CatBoostRegressor"
    payload = payload_of(fitted(name, X, y, iterations=3, **options))
    chance = random.Random(len(kind))
    files = [damaged(payload, chance) for _ in range(250)]
    files += [payload[:end] for end in range(0, len(payload), 1 + len(payload) // 60)]
    compiled = [outcome(forged(file, name)) is not None for file in files]
    assert outcome(forged(payload, name)) is not None
    assert 0.1 < sum(compiled) / len(files) < 0.9


# Fields of the trees, and of a column, by their number in CatBoost's schema.
DIMENSION, SPLITS, TREE_SIZES, COLUMNS, VALUES, NODES, LEAVES, BIASES = (
    0,
    1,
    2,
    5,
    8,
    10,
    11,
    16,
)
FLAT_INDEX, BORDERS = 2, 3


class _Changes:
    """Changes of single parts of the bytes of a model."""

    def __init__(self, payload: bytes) -> None:
        self.made = bytearray(payload)
        trees = root_of(payload[8:], Budget(0)).table(1)
        assert trees is not None
        self.trees = trees

    def item(self, field: int, index: int, value: float, form: str = "<i") -> _Changes:
        start, _ = self.trees._vector(field, 1)
        place = 8 + start + index * struct.calcsize(form)
        struct.pack_into(form, self.made, place, value)
        return self

    def length(self, field: int, count: int) -> _Changes:
        start, _ = self.trees._vector(field, 1)
        struct.pack_into("<I", self.made, 4 + start, count)
        return self

    def field(self, table: Any, field: int, value: int) -> _Changes:
        struct.pack_into("<i", self.made, 8 + table._place(field), value)
        return self

    def all_leaves(self, value: int) -> _Changes:
        for index in range(self.trees.count(LEAVES)):
            self.item(LEAVES, index, value)
        return self

    def border(self, column: int, value: float) -> _Changes:
        start, _ = self.trees.tables(COLUMNS)[column]._vector(BORDERS, 4)
        struct.pack_into("<f", self.made, 8 + start, value)
        return self

    def column(self, column: int, value: int) -> _Changes:
        return self.field(self.trees.tables(COLUMNS)[column], FLAT_INDEX, value)


CHANGES: dict[str, tuple[Any, str]] = {
    "split below": (lambda x: x.item(SPLITS, 0, -1), "a border that is not there"),
    "split above": (lambda x: x.item(SPLITS, 0, 9999), "a border that is not there"),
    "size": (lambda x: x.item(TREE_SIZES, 0, 4), "do not fit their splits"),
    "sizes": (
        lambda x: x.item(TREE_SIZES, 0, 7).item(TREE_SIZES, 1, -1),
        "do not fit their splits",
    ),
    "depth": (
        lambda x: x.item(TREE_SIZES, 0, 9)
        .item(TREE_SIZES, 1, 0)
        .item(TREE_SIZES, 2, 0),
        "do not fit their leaves",
    ),
    "leaf": (lambda x: x.item(VALUES, 3, math.nan, "<d"), "leaf of it holds no number"),
    "far leaf": (
        lambda x: x.item(VALUES, 3, -math.inf, "<d"),
        "leaf of it holds no number",
    ),
    "leaves": (lambda x: x.length(VALUES, 23), "do not fit their leaves"),
    "border": (lambda x: x.border(2, math.nan), "border of it is not a number"),
    "infinite border": (
        lambda x: x.border(2, math.inf),
        "do not ascend",
    ),
    "border out of order": (
        lambda x: x.border(2, 1e30),
        "do not ascend",
    ),
    "column twice": (lambda x: x.column(1, 2), "not numbered one after the other"),
    "column below": (lambda x: x.column(1, -7), "not numbered one after the other"),
    "column above": (lambda x: x.column(1, 2**31 - 1), "drop_unused_features"),
    "dimension": (lambda x: x.field(x.trees, DIMENSION, 0), "numbers a leaf holds"),
    "dimensions": (
        lambda x: x.field(x.trees, DIMENSION, 2**30),
        "numbers a leaf holds",
    ),
    "outputs": (lambda x: x.field(x.trees, DIMENSION, 2), "do not fit"),
    "biases": (lambda x: x.length(BIASES, 2), "its biases do not fit"),
    "bias": (lambda x: x.item(BIASES, 0, math.nan, "<d"), "added to its sums"),
    "too long": (lambda x: x.length(VALUES, 2**31), "holds less than it says"),
}
CHANGES_BY_NODE: dict[str, tuple[Any, str]] = {
    "split": (lambda x: x.item(SPLITS, 0, 9999), "a border that is not there"),
    "itself": (lambda x: x.item(NODES, 0, 0x00010001), "its nodes are not one tree"),
    "outside": (lambda x: x.item(NODES, 0, 0x7FFF0001), "its nodes are not one tree"),
    "leaf": (lambda x: x.leaf(10**6), "do not fit their leaves"),
    "nodes": (lambda x: x.length(LEAVES, 1), "do not fit their nodes"),
    "steps": (lambda x: x.length(NODES, 1), "do not fit their nodes"),
    "leaves": (lambda x: x.length(VALUES, 5), "do not fit their leaves"),
    "shared leaf": (lambda x: x.all_leaves(0).length(VALUES, 1), "fit their leaves"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_contradiction_is_told(name: str) -> None:
    X, y = IRIS
    change, problem = CHANGES[name]
    payload = payload_of(fitted("CatBoostRegressor", X, y, iterations=3))
    changed = change(_Changes(payload)).made
    with pytest.raises(UnsupportedModel, match=problem):
        lower(read_bytes(forged(bytes(changed))))


@pytest.mark.parametrize("name", CHANGES_BY_NODE)
def test_each_contradiction_of_nodes_is_told(name: str) -> None:
    X, y = IRIS
    change, problem = CHANGES_BY_NODE[name]
    model = fitted("CatBoostRegressor", X, y, iterations=3, grow_policy="Lossguide")
    changes = _Changes(payload_of(model))
    first = changes.trees.array(LEAVES, "<i4").tolist().index(0)
    changes.leaf = lambda value: changes.item(LEAVES, first, value)  # type: ignore[attr-defined]
    with pytest.raises(UnsupportedModel, match=problem):
        lower(read_bytes(forged(bytes(change(changes).made))))


class _Buffer:
    """A FlatBuffer, written forwards: what a table points at is put down after it."""

    def __init__(self) -> None:
        self.data = bytearray(4)

    def table(self, *fields: bytes | None, root: bool = False) -> int:
        """Puts a table down, its fields as they are; the places of these (the first of
        them four bytes behind the table)."""
        places, size = [], 4
        for field in fields:
            places.append(size if field is not None else 0)
            size += len(field or b"")
        vtable = struct.pack(f"<{2 + len(fields)}H", 4 + 2 * len(fields), size, *places)
        vtable += bytes(-len(vtable) % 4)
        at = len(self.data) + len(vtable)
        self.data += vtable + struct.pack("<i", len(vtable))
        self.data += b"".join(field or b"" for field in fields)
        if root:
            struct.pack_into("<I", self.data, 0, at)
        return at

    def vector(self, count: int, items: bytes) -> int:
        at = len(self.data)
        self.data += struct.pack("<I", count) + items
        return at

    def point(self, at: int, to: int) -> None:
        struct.pack_into("<I", self.data, at, (to - at) & 0xFFFFFFFF)

    def payload(self) -> bytes:
        return b"CBM1" + struct.pack("<I", len(self.data)) + bytes(self.data)


def reference() -> bytes:
    return bytes(4)


def model_of_parts(count: int, shared: int) -> bytes:
    """``count`` texts that all are one and the same, of ``shared`` bytes."""
    buffer = _Buffer()
    root = buffer.table(reference(), reference(), reference(), root=True)
    form = b"FlabuffersModel_v1"
    buffer.point(root + 4, buffer.vector(len(form), form + bytes(2)))
    buffer.point(root + 8, buffer.table(struct.pack("<i", 1)))
    pairs = buffer.vector(count, bytes(4 * count))
    buffer.point(root + 12, pairs)
    pair = buffer.table(reference(), reference())
    text = buffer.vector(shared, b"x" * shared)
    buffer.point(pair + 4, text)
    buffer.point(pair + 8, text)
    for number in range(count):
        buffer.point(pairs + 4 + 4 * number, pair)
    return buffer.payload()


def test_parts_that_lie_over_one_another_are_refused_at_once() -> None:
    """20 GB of text, by what the file says."""
    with pytest.raises(UnsupportedModel, match="lie over one another"):
        lower(read_bytes(forged(model_of_parts(100_000, 100_000))))


def test_tables_that_hold_themselves_are_refused() -> None:
    buffer = _Buffer()
    root = buffer.table(reference(), reference(), root=True)
    form = b"FlabuffersModel_v1"
    buffer.point(root + 4, buffer.vector(len(form), form + bytes(2)))
    buffer.point(root + 8, root)
    with pytest.raises(UnsupportedModel, match="lies outside|holds no trees"):
        lower(read_bytes(forged(buffer.payload())))


@pytest.mark.parametrize(
    "payload, problem",
    [
        (b"", "ends too early"),
        (b"CBM1", "ends too early"),
        (b"CBM1\xff\xff\xff\xff" + bytes(50), "ends too early"),
        (b"CBM2\x08\0\0\0" + bytes(8), "does not start"),
        (b"CBM1\0\0\0\0", "lies outside of it"),
        (b"CBM1\x08\0\0\0" + bytes(8), "no fields"),
        (b"CBM1\x08\0\0\0\4\0\0\0\xff\xff\xff\x7f", "lies outside of it"),
        (model_of_parts(1, 5), "holds no trees"),
        ("text", "not fitted"),
        ([1, 2], "not fitted"),
    ],
)
def test_what_is_no_model_is_refused(payload: Any, problem: str) -> None:
    with pytest.raises(UnsupportedModel, match=problem):
        lower(read_bytes(forged(payload)))


def test_texts_that_are_not_what_they_should_be() -> None:
    X, y = IRIS
    model = fitted("CatBoostClassifier", X, y, iterations=2)
    payload = payload_of(model)
    known = b'"class_names":[0,1,2]'
    assert payload.count(known) == 2  # also in what it was trained with
    start = payload.index(b'{"classes_count":0,' + known)
    for names in (b"[0,1,1]", b"[0,1,9", b"[0,1,{]", b'["","]', b"[NaN,]", b"[[],5]"):
        changed = bytearray(payload)
        at = start + len(b'{"classes_count":0,"class_names":')
        changed[at : at + 7] = names.ljust(7)
        assert outcome(forged(bytes(changed), "CatBoostClassifier")) is None, names
    places = b'"class_to_label":[0,1,2]'
    assert payload.count(places) == 1
    for others in (
        b"[0,1,1]",
        b"[0,1,3]",
        b"[0,1]",
        b"[0,{}]",
        b"[0,-1,2",
        b"0",
        b"{}",
    ):
        changed = payload.replace(places, places[:-7] + others.ljust(7))
        assert outcome(forged(changed, "CatBoostClassifier")) is None, others
    deep = payload.replace(known, b"[" * len(known))
    assert outcome(forged(deep, "CatBoostClassifier")) is None
    start = payload.index(b'{"detailed_profile"')
    (length,) = struct.unpack_from("<I", payload, start - 4)
    deep = payload[:start] + b"[" * length + payload[start + length :]
    assert outcome(forged(deep, "CatBoostClassifier")) is None
    other = payload.replace(b"FlabuffersModel_v1", b"FlabuffersModel_v9")
    assert outcome(forged(other, "CatBoostClassifier")) is None
    # A newer one computes as we do not know.
    for version, told in ((b"1.2.10", True), (b"1.9.10", False)):
        text = payload.replace(
            catboost.__version__.encode(), version[: len(catboost.__version__)]
        )
        assert (outcome(forged(text, "CatBoostClassifier")) is not None) == told


@settings(max_examples=60)
@given(st.data())
def test_any_numbers(data: Any) -> None:
    """Small models of numbers that are near one another, tiny, huge or missing."""
    numbers = st.one_of(
        st.sampled_from([0.0, 1.0, 1.0 + 2**-23, 1.0 + 2**-24, math.nan, -0.0, *FAR]),
        st.floats(-1e30, 1e30),
        st.floats(-1e-30, 1e-30),
    )
    rows = st.lists(st.tuples(numbers, numbers), min_size=6, max_size=20)
    X = np.array(data.draw(rows))
    y = np.arange(len(X)) % data.draw(st.integers(2, 5))
    try:
        model = fitted(
            "CatBoostClassifier",
            X,
            y,
            iterations=data.draw(st.integers(1, 5)),
            depth=data.draw(st.integers(1, 4)),
            nan_mode=data.draw(st.sampled_from(["Min", "Max"])),
            learning_rate=data.draw(st.sampled_from([1.0, 0.3])),
            grow_policy=data.draw(st.sampled_from(["SymmetricTree", "Depthwise"])),
        )
    except catboost.CatBoostError:  # it cannot fit such numbers
        assume(False)
    check(model, X)
