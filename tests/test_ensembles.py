"""Models of many trees: lowered, folded and emitted, they answer as scikit-learn does.

Each is held against a batch call of the estimator itself, on rows of its data and on the
edges of every column (``reference.py``). ``test_ensemble_programs.py`` shows the other
half of the claim without scikit-learn: the text means what the program means.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import black
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from reference import compare
from runners import load
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
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
    RandomTreesEmbedding,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    HuberRegressor,
    Lasso,
    LassoCV,
    LassoLars,
    LinearRegression,
    LogisticRegression,
    QuantileRegressor,
    Ridge,
    SGDRegressor,
)
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import (
    OneVsOneClassifier,
    OneVsRestClassifier,
    OutputCodeClassifier,
)
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from strategies import HOSTILE, scaled

from treecompile import UnsupportedModel, compile_model
from treecompile.lower.models import ENSEMBLES, TREES

# Where numpy's exp is its own, each exponential is off by one unit in the last place at
# most, and so is their sum: a quotient of them by four.
EXP = {"predict_proba": 8}
POWER = {"score_samples": 2, "decision_function": 2}
BLAS = {"predict": 400, "predict_proba": 400, "decision_function": 400}
SMALL = {"n_estimators": 3, "max_depth": 3, "random_state": 0}
HIST = {"max_iter": 3, "min_samples_leaf": 4, "random_state": 0}

ROWS = 100
_random = np.random.default_rng(0)
X = np.column_stack(
    [
        _random.normal(size=ROWS),
        _random.integers(0, 6, ROWS),
        np.round(_random.normal(size=ROWS), 1),
        _random.normal(size=ROWS) * 1e3,
    ]
)
HOLES = X.copy()
HOLES[::7, 0] = HOLES[::5, 2] = np.nan
TWO = (X[:, 0] + X[:, 1] > 2).astype(int)
WORDS = np.array(["no", "yes"])[TWO]
THREE = np.digitize(X[:, 0] + X[:, 1], [1, 3])
SOME_LABELS = np.column_stack([TWO, TWO[::-1], THREE > 1]).astype(int)
TWELVE = np.array(list("abcdefghijkl"))[_random.integers(0, 12, ROWS)]
NUMBER = X[:, 0] * 3 + X[:, 1] + _random.normal(size=ROWS) * 0.3
BOTH_CLASSES = np.column_stack([THREE, TWO])
BOTH_NUMBERS = np.column_stack([NUMBER, NUMBER**2])
FRAME = pd.DataFrame(
    {
        "age": X[:, 0],
        "kind": np.array(list("uvwxyz"), dtype=object)[X[:, 1].astype(int)],
        "size": X[:, 2],
    }
)


def tree(**options: Any) -> Any:
    return DecisionTreeClassifier(max_depth=3, random_state=0, **options)


def line(**options: Any) -> Any:
    return DecisionTreeRegressor(max_depth=3, random_state=0, **options)


def forest(**options: Any) -> Any:
    return RandomForestClassifier(**{**SMALL, **options})


def numbers(**options: Any) -> Any:
    return RandomForestRegressor(**{**SMALL, **options})


def boosting(**options: Any) -> Any:
    return GradientBoostingClassifier(**{**SMALL, **options})


def embedding(**options: Any) -> Any:
    return RandomTreesEmbedding(**SMALL, **options)


def dummies() -> Any:
    return ColumnTransformer(
        [("o", OneHotEncoder(), ["kind"])], remainder="passthrough"
    )


def fit(model: Any, data: Any, target: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return model.fit(data) if target is None else model.fit(data, target)


def check(model: Any, data: Any, target: Any, **options: Any) -> Any:
    return compare(fit(model, data, target), data, rows=12, **options)


# --- One model for every row of the README's table ------------------------------------

Case = tuple[Any, Any, Any, dict[str, Any]]


def case(model: Any, data: Any, target: Any, **options: Any) -> Case:
    return model, data, target, options


EXAMPLES: list[Case] = [
    case(tree(), HOLES, THREE),
    case(line(), HOLES, NUMBER),
    case(ExtraTreeClassifier(max_depth=3, random_state=0), X, THREE),
    case(ExtraTreeRegressor(max_depth=3, random_state=0), X, NUMBER),
    case(forest(), HOLES, THREE),
    case(numbers(), HOLES, NUMBER),
    case(ExtraTreesClassifier(**SMALL), HOLES, WORDS),
    case(ExtraTreesRegressor(**SMALL), HOLES, NUMBER),
    case(boosting(), X, TWELVE, within=EXP),
    case(GradientBoostingRegressor(**SMALL), X, NUMBER),
    case(HistGradientBoostingClassifier(**HIST), HOLES, THREE, within=EXP),
    case(HistGradientBoostingRegressor(**HIST), HOLES, NUMBER),
    case(AdaBoostClassifier(tree(), n_estimators=4), X, THREE, within=EXP),
    case(AdaBoostRegressor(line(), n_estimators=5, random_state=0), X, NUMBER),
    case(BaggingClassifier(tree(), max_features=3, random_state=0), HOLES, THREE),
    case(BaggingRegressor(line(), max_features=0.5, random_state=0), HOLES, NUMBER),
    case(VotingClassifier([("a", tree()), ("b", forest())]), X, WORDS),
    case(VotingRegressor([("a", line()), ("b", numbers())], weights=[1, 2]), X, NUMBER),
    case(StackingClassifier([("a", tree()), ("b", forest())], tree(), cv=2), X, THREE),
    case(StackingRegressor([("a", line())], line(), cv=2, passthrough=True), X, NUMBER),
    case(
        IsolationForest(n_estimators=4, contamination=0.1, random_state=0),
        HOLES,
        None,
        within=POWER,
    ),
    case(CalibratedClassifierCV(tree(), cv=2), X, THREE),
    case(MultiOutputClassifier(forest()), X, BOTH_CLASSES),
    case(MultiOutputRegressor(numbers()), X, BOTH_NUMBERS),
    case(ClassifierChain(forest(), order=[1, 0]), X, np.column_stack([TWO, TWO[::-1]])),
    case(RegressorChain(numbers(), order=[1, 0]), X, BOTH_NUMBERS),
    case(OneVsRestClassifier(boosting()), X, THREE),
    case(OneVsOneClassifier(tree()), X, THREE),
    case(GridSearchCV(forest(), {"max_depth": [2]}, cv=2), X, THREE),
    case(FixedThresholdClassifier(forest(), threshold=0.3), X, WORDS),
    case(TunedThresholdClassifierCV(forest(), cv=2), X, TWO),
    case(
        TransformedTargetRegressor(numbers(), transformer=StandardScaler()), X, NUMBER
    ),
    case(FrozenEstimator(forest().fit(X, THREE)), X, THREE),
    case(make_pipeline(embedding(), forest()), X, THREE),
]


def name_of(example: Case) -> str:
    return type(example[0]).__name__


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_every_supported_model(example: Case) -> None:
    model, data, target, options = example
    check(model, data, target, **options)


def test_every_model_of_the_registry_has_an_example() -> None:
    named = {name_of(example) for example in EXAMPLES}
    known = {name for library, name in ENSEMBLES if library == "sklearn"}
    assert not {*known, *TREES} - named


# --- Random models --------------------------------------------------------------------

LABELS: dict[str, Callable[[int], list[Any]]] = {
    "numbers": lambda count: list(range(count)),
    "words": lambda count: [f"w{'abcdefghijkl'[i]}" for i in range(count)],
    "far apart": lambda count: [7 * i - 20 for i in range(count)],
    "floats": lambda count: [float(i) for i in range(count)],
}


@st.composite
def data_sets(draw: st.DrawFn, missing: bool) -> tuple[np.ndarray, np.random.Generator]:
    """Some columns of whole numbers, rounded ones, large ones; ties and holes."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = draw(st.integers(30, 90))
    kinds = draw(
        st.lists(
            st.sampled_from("whole round large tiny".split()), min_size=1, max_size=4
        )
    )
    columns = []
    for kind in kinds:
        column = random.normal(size=rows)
        if kind == "whole":
            column = np.floor(column * 3)
        elif kind == "round":
            column = np.round(column, 1)
        else:
            column *= 1e30 if kind == "large" else 1e-42
        if missing and draw(st.booleans()):
            column[random.random(rows) < 0.2] = np.nan
        columns.append(column)
    return np.column_stack(columns), random


@st.composite
def classifiers(draw: st.DrawFn, deep: bool = False) -> tuple[Any, bool]:
    """A classifier that is not fitted, and whether it takes missing values."""
    depth, seed = draw(st.integers(1, 5)), draw(st.integers(0, 9))
    trees = {"max_depth": depth, "random_state": seed}
    count = draw(st.integers(1, 4))
    single = draw(st.sampled_from((DecisionTreeClassifier, ExtraTreeClassifier)))(
        **trees
    )
    if deep:
        return single, False
    member, _ = draw(classifiers(deep=True))
    kind = draw(st.sampled_from(range(10)))
    weights = draw(st.sampled_from((None, [1, 2], [0.3, 0.7], [2.5, 0])))
    two = [("first one", member), ("b", RandomForestClassifier(count, **trees))]
    balance = draw(st.sampled_from((None, "balanced")))
    init = draw(st.sampled_from((None, "zero", single, DummyClassifier())))
    return [
        (RandomForestClassifier(count, class_weight=balance, **trees), True),
        (ExtraTreesClassifier(count, bootstrap=True, **trees), True),
        (GradientBoostingClassifier(n_estimators=count, init=init, **trees), False),
        (HistGradientBoostingClassifier(max_iter=count, max_depth=depth, min_samples_leaf=3), True),
        (AdaBoostClassifier(member, n_estimators=count, random_state=seed), False),
        (BaggingClassifier(member, n_estimators=count, max_features=0.7, bootstrap_features=True, random_state=seed), False),
        (VotingClassifier(two, voting="soft", weights=weights), False),
        (VotingClassifier(two, weights=weights), False),
        (CalibratedClassifierCV(member, method=draw(st.sampled_from(("sigmoid", "isotonic"))), cv=2), False),
        (OneVsRestClassifier(two[draw(st.integers(0, 1))][1]), False),
    ][kind]  # fmt: skip


@scaled(30)
@given(st.data())
def test_random_classifiers(data: st.DataObject) -> None:
    model, takes_missing = data.draw(classifiers())
    table, random = data.draw(data_sets(takes_missing))
    count = data.draw(st.integers(2, 12))
    labels = LABELS[data.draw(st.sampled_from(sorted(LABELS)))](count)
    # Twice each at least, since some are fitted on folds.
    codes = np.concatenate(
        [np.arange(count), np.arange(count), random.integers(0, count, len(table))]
    )
    target = np.array(labels)[codes[: len(table)]]
    if len(set(target)) < 2:
        return
    check(model, table, target, within=EXP)


@st.composite
def regressors(draw: st.DrawFn) -> tuple[Any, bool, dict[str, Any]]:
    depth, seed = draw(st.integers(1, 5)), draw(st.integers(0, 9))
    trees = {"max_depth": depth, "random_state": seed}
    count, rate = draw(st.integers(1, 4)), draw(st.sampled_from((1.0, 0.1, 0.3)))
    single = draw(st.sampled_from((DecisionTreeRegressor, ExtraTreeRegressor)))(**trees)
    member = draw(st.sampled_from((single, RandomForestRegressor(2, **trees))))
    loss = draw(
        st.sampled_from(("squared_error", "absolute_error", "huber", "quantile"))
    )
    other = draw(
        st.sampled_from(
            ("squared_error", "absolute_error", "gamma", "poisson", "quantile")
        )
    )
    init = draw(
        st.sampled_from((None, "zero", single, DummyRegressor(strategy="median")))
    )
    two = [("a", member), ("b", single)]
    return draw(st.sampled_from([
        (RandomForestRegressor(count, **trees), True, {}),
        (ExtraTreesRegressor(count, **trees), True, {}),
        (GradientBoostingRegressor(loss=loss, n_estimators=count, learning_rate=rate, init=init, **trees), False, {}),
        (HistGradientBoostingRegressor(loss=other, quantile=0.4, max_iter=count, max_depth=depth, min_samples_leaf=3), True, {"predict": 2 * (other in ("gamma", "poisson"))}),
        (AdaBoostRegressor(member, n_estimators=count, random_state=seed), False, {}),
        (BaggingRegressor(member, n_estimators=count, max_features=0.7, random_state=seed), False, {}),
        (VotingRegressor(two, weights=draw(st.sampled_from((None, [1, 3], [0.1, 0.2])))), False, {}),
        (StackingRegressor(two, single, cv=2, passthrough=draw(st.booleans())), False, {}),
    ]))  # fmt: skip


@scaled(25)
@given(st.data())
def test_random_regressors(data: st.DataObject) -> None:
    model, takes_missing, within = data.draw(regressors())
    table, random = data.draw(data_sets(takes_missing))
    target = (
        np.abs(np.nan_to_num(table[:, 0]) % 3 + random.normal(size=len(table))) + 0.1
    )
    if data.draw(st.booleans()):
        target = np.round(target, 1)
    check(model, table, target, within=within)


# --- Nested in one another, wrapped, and on the edges of what there is ---------------

NESTED: dict[str, Case] = {
    "several outputs, classes": case(forest(), HOLES, BOTH_CLASSES),
    "several outputs, numbers": case(numbers(), HOLES, BOTH_NUMBERS),
    "several labels": case(forest(), X, np.column_stack([TWO, TWO[::-1]])),
    "labels by decisions": case(OneVsRestClassifier(boosting()), X, SOME_LABELS),
    "labels by shares": case(OneVsRestClassifier(tree()), X, SOME_LABELS),
    "labels, the first one constant": case(
        OneVsRestClassifier(boosting()), X, np.column_stack([0 * TWO + 1, SOME_LABELS])
    ),
    "options of fitting": case(
        forest(oob_score=True, warm_start=True, class_weight="balanced_subsample", bootstrap=True), X, THREE
    ),
    "booleans": case(forest(), X, TWO.astype(bool)),
    "exponential loss": case(boosting(loss="exponential"), X, WORDS),
    "init of a tree": case(boosting(init=tree()), X, WORDS),
    "zero init": case(boosting(init="zero"), X, THREE, within=EXP),
    "early stopping": case(boosting(n_estimators=30, n_iter_no_change=1), X, TWO),
    "monotonic": case(HistGradientBoostingRegressor(monotonic_cst=[1, 0, -1, 0], **HIST), HOLES, NUMBER),
    "bagging of outputs": case(BaggingRegressor(line(), 3, random_state=0), X, BOTH_NUMBERS),
    "bagging of forests": case(BaggingClassifier(forest(), 2, max_samples=9, random_state=0), X, TWELVE),
    "bagging of histograms": case(
        BaggingRegressor(HistGradientBoostingRegressor(**HIST), 2, random_state=0), HOLES, NUMBER
    ),
    "bagging of votes": case(
        BaggingClassifier(VotingClassifier([("a", tree()), ("b", forest())]), 2, random_state=0), X, THREE
    ),
    "soft votes of boosting alone": case(
        VotingClassifier([("a", boosting()), ("b", boosting(max_depth=1))], voting="soft"), X, TWO
    ),
    "soft votes of boosting": case(
        VotingClassifier([("a", tree()), ("b", boosting())], voting="soft", weights=[1, 0.3]),
        X, THREE, within=EXP,
    ),
    "a voter left out": case(
        VotingClassifier([("a", tree()), ("b", "drop"), ("c", forest())], voting="soft", weights=[1, 9, 2]), X, WORDS
    ),
    "a hard voter left out": case(
        VotingClassifier([("a", tree()), ("b", "drop"), ("c", forest())], weights=[1, 9, 2]), X, THREE
    ),
    "nine regressors": case(VotingRegressor([(f"r{i}", line(splitter="random")) for i in range(9)]), X, NUMBER),
    "a regressor left out": case(
        VotingRegressor([("a", line()), ("b", "drop"), ("c", numbers())], weights=[1, 9, 2]), X, NUMBER
    ),
    "frozen voters": case(
        VotingClassifier([("a", FrozenEstimator(forest().fit(X, THREE))), ("b", tree())], voting="soft"), X, THREE
    ),
    "pipelines inside": case(
        make_pipeline(
            StandardScaler(),
            VotingClassifier([("a", make_pipeline(MinMaxScaler(), tree())), ("b", forest())], voting="soft"),
        ),
        X, THREE,
    ),
    "a stack with a column left out": case(
        StackingRegressor([("a", line()), ("b", "drop")], numbers(), cv=2), X, NUMBER
    ),
    "a stack of labels": case(
        StackingClassifier([("a", tree()), ("b", forest())], tree(), cv=2, stack_method="predict"), X, THREE
    ),
    "a stack with boosting last": case(
        StackingClassifier([("a", tree())], boosting(), cv=2, passthrough=True), X, WORDS, within=EXP
    ),
    "a logistic stack": case(
        StackingClassifier([("a", tree()), ("b", boosting())], LogisticRegression(), cv=2, passthrough=True),
        X, WORDS, within=BLAS,
    ),
    "a linear stack": case(
        StackingRegressor([("a", line()), ("b", numbers())], LinearRegression(), cv=2), X, NUMBER, within=BLAS
    ),
    **{
        f"a stack with {type(last).__name__}": case(
            StackingRegressor([("a", line()), ("b", numbers())], last, cv=2), X, NUMBER, within=BLAS
        )
        for last in (
            Lasso(0.1), LassoCV(cv=2), ElasticNet(), ElasticNetCV(cv=2), LassoLars(0.1), BayesianRidge(),
            HuberRegressor(), QuantileRegressor(alpha=0), SGDRegressor(), LinearSVR(),
        )
    },
    "a stack with LinearSVC, two classes": case(
        StackingClassifier([("a", tree()), ("b", forest())], LinearSVC(), cv=2), X, WORDS, within=BLAS
    ),
    "a stack with LinearSVC": case(
        StackingClassifier([("a", tree()), ("b", forest())], LinearSVC(), cv=2), X, THREE, within=BLAS
    ),
    "a stack with a ridge": case(StackingRegressor([("a", line())], cv=2), X, NUMBER, within=BLAS),
    "isolation of some columns": case(
        IsolationForest(n_estimators=4, max_features=2, max_samples=30, random_state=0),
        X, None, within=POWER,
    ),
    "isotonic": case(CalibratedClassifierCV(forest(), method="isotonic", cv=2), X, TWELVE[:ROWS]),
    "calibrated on its decision": case(
        CalibratedClassifierCV(boosting(), cv=2, ensemble=False), X, WORDS
    ),
    "calibrated on the decision of bags": case(
        CalibratedClassifierCV(BaggingClassifier(boosting(), 2, random_state=0), cv=2), X, WORDS
    ),
    "calibrated on the decisions of bags of pipelines": case(
        CalibratedClassifierCV(
            BaggingClassifier(make_pipeline(MinMaxScaler(), boosting()), 2, max_features=3, random_state=0), cv=2
        ),
        X, THREE, within=EXP,
    ),
    "bags in bags": case(
        BaggingClassifier(BaggingClassifier(boosting(), 2, random_state=0), 2, random_state=0), X, TWO
    ),
    "one against the rest, by bags": case(
        OneVsRestClassifier(BaggingClassifier(boosting(), 2, random_state=0)), X, THREE
    ),
    "a chain of the decisions of bags": case(
        ClassifierChain(BaggingClassifier(boosting(), 2, random_state=0), chain_method="decision_function"),
        X, np.column_stack([TWO, TWO[::-1]]),
    ),
    "a threshold on the decision of bags": case(
        FixedThresholdClassifier(
            BaggingClassifier(boosting(), 2, random_state=0), threshold=0.3, response_method="decision_function"
        ),
        X, WORDS,
    ),
    "votes of pipelines with encoders": case(
        VotingClassifier([("a", make_pipeline(dummies(), forest())), ("b", make_pipeline(dummies(), tree()))]),
        FRAME, THREE,
    ),
    "calibrated pipelines with encoders": case(
        CalibratedClassifierCV(make_pipeline(dummies(), forest()), cv=2, method="isotonic"), FRAME, WORDS
    ),
    "calibrated, fitted before": case(CalibratedClassifierCV(FrozenEstimator(forest().fit(X, THREE))), X, THREE),
    "a chain of shares": case(
        ClassifierChain(forest(), chain_method="predict_proba"), X, np.column_stack([TWO, TWO[::-1]])
    ),
    "a chain of decisions": case(
        ClassifierChain(boosting(), chain_method="decision_function"), X, np.column_stack([TWO, TWO[::-1]])
    ),
    "a chain of logarithms of boosting": case(
        ClassifierChain(boosting(), chain_method="predict_log_proba", cv=2), X, np.column_stack([TWO, TWO[::-1]])
    ),
    "a chain of logarithms of AdaBoost": case(
        ClassifierChain(AdaBoostClassifier(tree(), n_estimators=3), chain_method="predict_log_proba"),
        X, np.column_stack([TWO, TWO[::-1]]), within=EXP,
    ),
    "a chain of logarithms of a pipeline": case(
        ClassifierChain(make_pipeline(MinMaxScaler(), boosting()), chain_method="predict_log_proba"),
        X, np.column_stack([TWO, TWO[::-1]]),
    ),
    "a chain of logarithms, of which one is refused": case(
        ClassifierChain(DecisionTreeClassifier(max_depth=2), chain_method="predict_log_proba"),
        X, np.column_stack([TWO, X[:, 1] > 1, TWO[::-1]]).astype(int),
    ),
    "a chain of three classes": case(ClassifierChain(forest()), X, BOTH_CLASSES),
    "outputs of boosting": case(MultiOutputClassifier(boosting()), X, BOTH_CLASSES, within=EXP),
    "boosted forests": case(AdaBoostClassifier(forest(), n_estimators=2, random_state=0), X, THREE, within=EXP),
    "boosted boosting": case(
        AdaBoostRegressor(GradientBoostingRegressor(**SMALL), n_estimators=3, random_state=0), X, NUMBER
    ),
    "one against the rest of two": case(OneVsRestClassifier(boosting()), X, WORDS),
    "one against the rest, shares": case(OneVsRestClassifier(forest()), X, TWELVE),
    "a threshold on boosting": case(FixedThresholdClassifier(boosting(), threshold=0.3), X, WORDS),
    "a threshold on the decision": case(
        FixedThresholdClassifier(boosting(), threshold=0.3, response_method="decision_function"), X, WORDS
    ),
    "a threshold on the first class": case(
        FixedThresholdClassifier(boosting(), pos_label="no", threshold=-0.2, response_method="decision_function"),
        X, WORDS,
    ),
    "a threshold that was tuned on the decision": case(
        TunedThresholdClassifierCV(boosting(), response_method="decision_function", cv=2), X, TWO
    ),
    "a target taken back": case(
        TransformedTargetRegressor(GradientBoostingRegressor(**SMALL), func=np.log1p, inverse_func=np.expm1),
        X, np.abs(NUMBER), within={"predict": 4},
    ),
    "targets taken back": case(
        TransformedTargetRegressor(numbers(), transformer=StandardScaler()), X, BOTH_NUMBERS
    ),
    **{
        f"a target taken back, {name}": case(
            TransformedTargetRegressor(model, transformer=transformer), X, np.abs(NUMBER) + 0.1, **options
        )
        for model in (numbers(), line())
        for name, transformer, options in (
            (f"Yeo-Johnson, {model}", PowerTransformer(), {"within": {"predict": 40}}),
            (f"powers alone, {model}", PowerTransformer(standardize=False), {"within": {"predict": 40}}),
            (f"Box-Cox, {model}", PowerTransformer("box-cox"), {}),
            (f"quantiles, {model}", QuantileTransformer(n_quantiles=30), {}),
            (f"a pipeline, {model}", make_pipeline(MinMaxScaler(), "passthrough", StandardScaler()), {}),
            (
                f"pipelines, {model}",
                make_pipeline(make_pipeline(FunctionTransformer(np.sqrt, np.square), None), QuantileTransformer(n_quantiles=9)),
                {},
            ),
        )
    },
    "leaves of random trees before a tree": case(make_pipeline(embedding(), tree()), X, THREE),
    "leaves with holes": case(make_pipeline(embedding(sparse_output=False), forest()), HOLES, THREE),
    "leaves of one column": case(
        make_pipeline(embedding(sparse_output=False), numbers()), X[:, :1], NUMBER
    ),
    "leaves beside numbers": case(
        make_pipeline(
            StandardScaler(), FeatureUnion([("e", embedding(sparse_output=False)), ("s", MinMaxScaler())]), numbers()
        ),
        X, NUMBER,
    ),
    "dummies": case(make_pipeline(dummies(), forest()), FRAME, THREE),
    "leaves of dummies": case(
        make_pipeline(
            ColumnTransformer([("o", OneHotEncoder(sparse_output=False), ["kind"])], remainder="passthrough"),
            embedding(sparse_output=False),
            numbers(),
        ),
        FRAME, NUMBER,
    ),
    "categories by their type": case(
        HistGradientBoostingClassifier(**HIST), FRAME.astype({"kind": "category"}), THREE, within=EXP
    ),
    "categories by name, some missing": case(
        HistGradientBoostingRegressor(categorical_features=["kind"], **HIST),
        FRAME.where(np.tile(np.arange(ROWS)[:, None] % 9 > 0, 3)), NUMBER,
    ),
    "categories that are numbers": case(
        HistGradientBoostingClassifier(categorical_features=[1], **HIST), HOLES, THREE, within=EXP
    ),
    "one class": case(forest(), X, np.zeros(ROWS)),
    "one class, bagged": case(BaggingClassifier(tree(), 2), X, np.array(["x"] * ROWS)),
    "trees of one node": case(forest(min_samples_leaf=ROWS), X, THREE),
    "minus zero, a forest": case(numbers(), X, np.full(ROWS, -0.0)),
    "minus zero, boosting": case(GradientBoostingRegressor(**SMALL), X, np.full(ROWS, -0.0)),
    "minus zero, histograms": case(HistGradientBoostingRegressor(**HIST), X, np.full(ROWS, -0.0)),
    "minus zero, bagging": case(BaggingRegressor(line(), 3), X, np.full(ROWS, -0.0)),
    "minus zero, one vote": case(VotingRegressor([("a", line())]), X, np.full(ROWS, -0.0)),
    "minus zero, a stack": case(StackingRegressor([("a", line())], line()), X, np.full(ROWS, -0.0)),
    "minus zero, a median": case(AdaBoostRegressor(line(), n_estimators=3), X, np.full(ROWS, -0.0)),
    "minus zero, outputs": case(MultiOutputRegressor(line()), X, np.full((ROWS, 2), -0.0)),
}  # fmt: skip


def test_pipelines_inside_see_the_text_that_is_encoded_to_them() -> None:
    model = VotingClassifier([("a", make_pipeline(dummies(), forest()))])
    scorer = load(compile_model(fit(model, FRAME, THREE), format=False))
    for record in FRAME.to_dict("records"):
        assert scorer.encode(record) == tuple(record.values())


@pytest.mark.parametrize("name", NESTED)
def test_nested(name: str) -> None:
    model, data, target, options = NESTED[name]
    check(model, data, target, **options)


def test_no_function_stands_in_a_scorer_twice() -> None:
    model, data, target, _ = NESTED["bagging of votes"]
    text = compile_model(fit(model, data, target), format=False)
    names = re.findall(r"^def (\w+)", text, re.MULTILINE)
    assert len(set(names)) == len(names)


def test_jobs_count_as_one() -> None:
    """With more jobs than one, scikit-learn's own sums depend on them."""
    for model in (
        BaggingClassifier(tree(), 3, n_jobs=2, random_state=0),
        forest(n_jobs=2),
    ):
        text = compile_model(fit(model, X, THREE), format=False)
        model.set_params(n_jobs=1)
        scorer = load(text)
        for row, shares in zip(X.tolist(), model.predict_proba(X).tolist()):
            assert list(scorer.predict_proba(dict(zip(scorer.FEATURES, row)))) == shares


@pytest.mark.parametrize("layout", ["nested", "table"])
def test_names_of_members_are_no_code(layout: str) -> None:
    """They stand in comments, and variables are named after them."""
    names = [name for name in HOSTILE if "__" not in name and name != "self"]
    voters = [(name, tree(criterion="entropy")) for name in names]
    model = VotingClassifier([*voters, ("forest \n #", forest())], voting="soft")
    text = compile_model(fit(model, X, WORDS), format=False, layout=layout)
    if layout == "nested":
        assert black.format_str(text, mode=black.Mode()) == text
    scorer = load(text)
    for row, shares in zip(X.tolist(), model.predict_proba(X).tolist()):
        assert list(scorer.predict_proba(dict(zip(scorer.FEATURES, row)))) == shares


@pytest.mark.parametrize("layout", ["nested", "table"])
def test_apply_of_boosting_after_a_tree(layout: str) -> None:
    """The tree that it starts from is none of those that apply tells of."""
    model = fit(boosting(init=tree()), X, WORDS)
    scorer = load(compile_model(model, layout=layout, format=False))
    for row, leaves in zip(X.tolist(), model.apply(X).tolist()):
        found = scorer.apply(dict(zip(scorer.FEATURES, row)))
        assert [list(stage) for stage in found] == leaves


def test_boolean_columns() -> None:
    data = FRAME.assign(kind=FRAME["kind"].astype("category"), flag=TWO[::-1] == 1)
    model = HistGradientBoostingClassifier(**HIST).fit(data, THREE)
    scorer = load(compile_model(model, format=False))
    said = [scorer.predict(record) for record in data.to_dict("records")]
    assert said == model.predict(data).tolist()


@pytest.mark.parametrize("share", [0.0, 0.25, 1 / 3, 0.5, 1.0])
def test_a_threshold_from_the_command_line(share: float) -> None:
    for model in (forest(), boosting(), CalibratedClassifierCV(tree(), cv=2)):
        fit(model, X, WORDS)
        scorer = load(compile_model(model, threshold=share, format=False))
        second = model.predict_proba(X)[:, 1] >= share
        for row, yes in zip(X.tolist(), second.tolist()):
            assert scorer.predict(dict(zip(scorer.FEATURES, row))) == ("no", "yes")[yes]


# --- What is refused, and where it says that it is -----------------------------------


LOGARITHMS: dict[str, Any] = {"chain_method": "predict_log_proba"}
BOTH_OF_TWO = np.column_stack([TWO, TWO[::-1]])


@pytest.mark.parametrize(
    "model, why",
    [
        (BaggingClassifier(boosting(), 2, random_state=0), "that of BaggingClassifier is not numpy's logarithm"),
        (forest(), "it can come to a share of 0"),
    ],
)  # fmt: skip
def test_logarithms_that_are_refused(model: Any, why: str) -> None:
    chain = ClassifierChain(model, **LOGARITHMS).fit(X, BOTH_OF_TWO)
    with pytest.raises(UnsupportedModel, match=why):
        compile_model(chain)


def test_a_chain_of_logarithms_says_that_it_has_some() -> None:
    chain = ClassifierChain(DecisionTreeClassifier(max_depth=2), **LOGARITHMS)
    source = compile_model(chain.fit(X, BOTH_OF_TWO))
    assert "pass through a logarithm, which" in source


@pytest.mark.parametrize(
    "model, where, why",
    [
        (AdaBoostClassifier(LogisticRegression(), n_estimators=2), "estimator 0: LogisticRegression", "BLAS"),
        (VotingClassifier([("lin", LogisticRegression()), ("t", tree())]), "estimator 'lin': LogisticRegression", "BLAS"),
        (StackingClassifier([("lin", LogisticRegression())], tree(), cv=2), "estimator 'lin': LogisticRegression", "BLAS"),
        (CalibratedClassifierCV(tree(), method="temperature", cv=2), "calibrated classifier 0", "temperature"),
        (OutputCodeClassifier(tree()), "OutputCodeClassifier", "Supported are"),
        (boosting(init=forest()), "init: RandomForestClassifier", "init='zero'"),
        (
            TransformedTargetRegressor(
                numbers(), transformer=make_pipeline(QuantileTransformer(n_quantiles=9, output_distribution="normal"))
            ),
            "step 'quantiletransformer': QuantileTransformer", "output_distribution='uniform'",
        ),
        (Ridge(), "Ridge", "Supported are"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "LogisticRegression", "Supported are"),
    ],
)  # fmt: skip
def test_refused(model: Any, where: str, why: str) -> None:
    fit(model, X, THREE if is_classifier(model) else NUMBER)
    with pytest.raises(UnsupportedModel) as caught:
        compile_model(model)
    assert where in str(caught.value) and why in str(caught.value)
    assert max(map(len, str(caught.value).split("\n"))) < 200


def test_a_table_of_one_label_is_refused() -> None:
    model = OneVsRestClassifier(tree()).fit(X, TWO)
    model.label_binarizer_.y_type_ = "multilabel-indicator"
    with pytest.raises(UnsupportedModel, match="a table of one label"):
        compile_model(model)


# --- The promise for exp --------------------------------------------------------------

_EXACT = """
import math, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
points = np.random.default_rng(0).normal(size=20_000) * 5
if np.exp(points).tolist() != list(map(math.exp, points.tolist())):
    sys.exit(7)
from test_ensembles import *
for model, target in (
    (boosting(), THREE), (boosting(), TWELVE),
    (HistGradientBoostingClassifier(**HIST), TWELVE),
    (AdaBoostClassifier(tree(), n_estimators=4), TWELVE),
    (AdaBoostClassifier(tree(), n_estimators=4), TWO),
):
    fit(model, X, target)
    scorer = load(compile_model(model, format=False))
    records = [dict(zip(scorer.FEATURES, row)) for row in X.tolist()]
    shares = model.predict_proba(X).tolist()
    assert [list(scorer.predict_proba(record)) for record in records] == shares
model = IsolationForest(n_estimators=4, random_state=0).fit(X)
scorer = load(compile_model(model, format=False))
scores = [scorer.score_samples(dict(zip(scorer.FEATURES, row))) for row in X.tolist()]
assert scores == model.score_samples(X).tolist()
"""


def test_bit_equal_where_the_exp_of_numpy_is_that_of_the_c_library() -> None:
    """numpy has kernels of its own on some processors, and can be told to use none."""
    found = np._core._multiarray_umath.__cpu_dispatch__ if hasattr(np, "_core") else []
    off = {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _EXACT, here],
        env={**os.environ, **off},
        capture_output=True,
        text=True,
    )
    if done.returncode == 7:
        pytest.skip("this numpy has an exp of its own, whatever it is told")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "model, target, says, silent",
    [
        (forest(), THREE, "", "exp, which"),
        (boosting(), WORDS, "", "exp, which"),
        (boosting(), THREE, "Labels are equal.", "but for ties"),
        (NESTED["a logistic stack"][0], WORDS, "The last model is linear.", ""),
    ],
)
def test_the_module_says_what_is_promised(
    model: Any, target: Any, says: str, silent: str
) -> None:
    words = " ".join(load(compile_model(fit(model, X, target))).__doc__.split())
    assert says in words and (not silent or silent not in words)


def test_the_largest_number_is_first_in_a_tie() -> None:
    """Two trees that contradict each other."""
    data = np.array([[0.0], [1.0]])
    one = DecisionTreeClassifier().fit(data, [0, 1])
    other = DecisionTreeClassifier().fit(data, [1, 0])
    model = VotingClassifier([("a", one), ("b", other)], voting="soft").fit(
        data, [0, 1]
    )
    model.estimators_ = [one, other]
    scorer = load(compile_model(model, format=False))
    for x in (0.0, 1.0):
        assert scorer.predict_proba({"x0": x}) == (0.5, 0.5)
        assert scorer.predict({"x0": x}) == model.predict([[x]])[0] == 0


def test_booleans_of_a_csv_file_are_numbers(tmp_path: Path) -> None:
    """As pandas writes them; a frame of booleans is one of numbers to a model."""
    data = pd.DataFrame({"size": X[:, 0], "flag": TWO == 1})
    model = fit(forest(), data, THREE)
    (tmp_path / "scorer.py").write_text(compile_model(model, format=False))
    data.to_csv(tmp_path / "data.csv", index=False)
    line = [sys.executable, "-I", "-S", "scorer.py", "data.csv"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == f"{len(data)} scored, 0 refused\n"
    assert list(map(int, done.stdout.split())) == model.predict(data).tolist()


@pytest.mark.parametrize(
    "model, target, words",
    [
        (forest(n_estimators=1), THREE, "the mean of 1 tree."),
        (OneVsRestClassifier(boosting()), TWO, "a model of the second class against the first."),
        (
            TransformedTargetRegressor(numbers(), transformer=StandardScaler()), NUMBER,
            "the mean of 3 trees, taken back to the target.",
        ),
        (
            TransformedTargetRegressor(BaggingRegressor(numbers(), 2), transformer=StandardScaler()), NUMBER,
            "the mean of 2 models, taken back to the target.",
        ),
    ],
)  # fmt: skip
def test_the_module_says_how_its_models_combine(
    model: Any, target: Any, words: str
) -> None:
    text = compile_model(fit(model, X, target), format=False)
    assert " ".join(load(text).__doc__.split()).count(f"made of {words}") == 1
    assert " ".join(load(text).score.__doc__.split()).endswith(f"made of: {words}")
    assert max(map(len, text.partition("def score")[2].split("\n")[:3])) <= 88
    assert " / 1.0" not in text


def test_choices_are_named_after_their_models() -> None:
    """And a chain has no CLASSES to tell of."""
    model = ClassifierChain(forest(), order=[1, 0])
    text = compile_model(fit(model, X, np.column_stack([TWO, TWO[::-1]])), format=False)
    assert (
        "estimator_1_choice" in text and "choice_" not in text and "_CODES" not in text
    )
    scoring, _, _ = text.partition(
        "\ndef main("
    )  # the command line has CLASSES in mind
    assert "second class of each output" in scoring and "of CLASSES" not in scoring
