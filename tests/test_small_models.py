"""Models of next to nothing: a few rows, one leaf, one class, one column, constants; and
of very many categories. Every estimator and encoder of the README builds from them.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from runners import load
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from xgboost import XGBClassifier, XGBRegressor

from treecompile import compile_model, verify
from treecompile.errors import UnsupportedModel

TREE = DecisionTreeClassifier(random_state=0)
LINE = DecisionTreeRegressor(random_state=0)
STUB = DecisionTreeClassifier(max_depth=1, random_state=0)
QUIET = {"verbose": 0, "allow_writing_files": False, "thread_count": 1}

REGRESSORS = (
    LINE,
    ExtraTreeRegressor(random_state=0),
    RandomForestRegressor(3, random_state=0),
    ExtraTreesRegressor(3, random_state=0),
    GradientBoostingRegressor(n_estimators=3, random_state=0),
    HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=1),
    AdaBoostRegressor(n_estimators=3, random_state=0),
    BaggingRegressor(n_estimators=3, random_state=0),
    VotingRegressor([("a", LINE), ("b", LINE)]),
    StackingRegressor([("a", LINE)], LINE, cv=2),
    MultiOutputRegressor(LINE),
    RegressorChain(LINE),
    LGBMRegressor(n_estimators=3, min_child_samples=1, verbose=-1, n_jobs=1),
    XGBRegressor(n_estimators=3, n_jobs=1),
    CatBoostRegressor(iterations=3, **QUIET),
)
CLASSIFIERS = (
    TREE,
    ExtraTreeClassifier(random_state=0),
    RandomForestClassifier(3, random_state=0),
    ExtraTreesClassifier(3, random_state=0),
    GradientBoostingClassifier(n_estimators=3, random_state=0),
    HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1),
    AdaBoostClassifier(n_estimators=3, random_state=0),
    BaggingClassifier(n_estimators=3, random_state=0),
    VotingClassifier([("a", TREE), ("b", STUB)]),
    VotingClassifier([("a", TREE), ("b", STUB)], voting="soft"),
    StackingClassifier([("a", TREE)], TREE, cv=2),
    CalibratedClassifierCV(TREE, cv=2),
    CalibratedClassifierCV(TREE, cv=2, method="isotonic"),
    MultiOutputClassifier(TREE),
    ClassifierChain(TREE),
    OneVsRestClassifier(TREE),
    LGBMClassifier(n_estimators=3, min_child_samples=1, verbose=-1, n_jobs=1),
    XGBClassifier(n_estimators=3, n_jobs=1),
    CatBoostClassifier(iterations=3, **QUIET),
    IsolationForest(n_estimators=3, random_state=0),
)
SIX = np.array([[0.0, 1], [1, 1], [2, 0], [3, 5], [4, 1], [5, 2]])
#: The columns, a number and a class for each row.
DATA: dict[str, tuple[Any, list[float], list[Any]]] = {
    "one row": (SIX[:1], [1.0], [0]),
    "two rows": (SIX[:2], [0.5, 1.5], [0, 1]),
    "three rows": (SIX[:3], [0.5, 1.5, 1.5], [0, 1, 0]),
    "six rows": (SIX, [0, 1, 2, 3, 4, 5.0], [0, 1, 2, 0, 1, 2]),
    "one leaf": (np.ones((5, 2)), [1.0] * 5, [0, 1, 0, 1, 0]),
    "one class": (SIX, [2.0] * 6, [0] * 6),
    "one column": (SIX[:, :1], [0, 1, 2, 3, 4, 5.0], [0, 1] * 3),
    "a constant column": (np.c_[SIX, np.ones(6)], [0, 1] * 3, [0, 1] * 3),
    "nothing but constants": (np.ones((4, 1)), [0, 1, 0, 1.0], [0, 1, 0, 1]),
}
SEVERAL = ("MultiOutput", "Chain")


def fitted(model: Any, X: Any, y: list[Any]) -> Any:
    """The model, fitted; None where the library does not fit it on so little."""
    target: Any = np.array(y)
    if any(word in type(model).__name__ for word in SEVERAL):
        target = np.column_stack([target, target])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return clone(model).fit(X, target)
        except Exception:
            return None


def label(answer: Any, given: Any) -> Any:
    """What a model answers, in the form that the scorer has."""
    if isinstance(answer, list):
        return tuple(answer) if isinstance(given, tuple) else answer[0]
    return answer


@pytest.mark.parametrize("kind", ["numbers", "classes"])
@pytest.mark.parametrize("name", DATA)
def test_every_estimator_on_little_data(name: str, kind: str) -> None:
    X, numbers, classes = DATA[name]
    count = 0
    for model in REGRESSORS if kind == "numbers" else CLASSIFIERS:
        model = fitted(model, X, numbers if kind == "numbers" else classes)
        if model is None:
            continue
        try:
            scorer = load(compile_model(model, format=False))
        except UnsupportedModel as error:
            assert "it was fitted on one class alone" in str(error), error
            continue
        count += 1
        expected = model.predict(np.vstack([X, X])).tolist()
        for row, says in zip(X.tolist(), expected):
            given = scorer.predict(dict(zip(scorer.FEATURES, row)))
            assert given == label(says, given), (type(model).__name__, row)
        if not type(model).__name__.startswith(("LGBM", "XGB", "CatBoost")):
            has = hasattr(model, "decision_function")
            assert has == hasattr(scorer, "decision_function"), type(model).__name__
    assert count > 8


@pytest.mark.parametrize("name", ["one row", "one leaf", "one class"])
def test_the_smallest_models_are_verified(name: str) -> None:
    X, numbers, classes = DATA[name]
    for model, y in (
        (LINE, numbers),
        (REGRESSORS[5], numbers),
        (TREE, classes),
        (CLASSIFIERS[6], classes),
    ):
        model = fitted(model, X, y)
        if model is not None:
            report = verify(model, compile_model(model))
            assert report.ok, report.text()


COUNT = 5_000
WORDS = [f"c{i:04}" for i in range(COUNT)]


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        TargetEncoder(random_state=0),
        None,
    ],
    ids=lambda encoder: type(encoder).__name__,
)
@pytest.mark.parametrize("of", ["texts", "numbers"])
def test_five_thousand_categories(encoder: Any, of: str) -> None:
    words: Any = WORDS if of == "texts" else list(range(COUNT))
    column = pd.Series(words * 2, dtype=object if of == "texts" else None)
    X = pd.DataFrame({"c": column if encoder else column.astype("category")})
    y = np.arange(2 * COUNT) % 7 + (np.arange(2 * COUNT) % COUNT > 900)
    if encoder is None:
        model = LGBMRegressor(n_estimators=2, verbose=-1, n_jobs=1).fit(X, y)
    else:
        tree = DecisionTreeRegressor(max_leaf_nodes=9, random_state=0)
        model = make_pipeline(encoder, tree).fit(X, y)
    scorer = load(compile_model(model, format=False))
    asked = [0, 1, 899, 900, 901, 4998, COUNT - 1]
    expected = model.predict(X.iloc[asked]).tolist()
    assert [scorer.predict({"c": words[i]}) for i in asked] == expected
    if encoder is not None:
        strange = pd.DataFrame({"c": ["zzz"] * 2 if of == "texts" else [-1, -1]})
        says = model.predict(strange.astype(X.dtypes))[0]
        assert scorer.predict({"c": strange.c[0]}) == says
