"""What scikit-learn makes of XGBoost's answers, which are singles, to the last bit.

The installed numpy is 2 or later; what numpy 1 made of them is held against the files
that old versions wrote (``test_old_boosters.py``).
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import scipy
from booster_reference import CANCER, DIABETES, IRIS, agree, rows_at_edges, scorer_of
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    FixedThresholdClassifier,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import compile_model, verify
from treecompile.errors import UnsupportedModel
from treecompile.exactness import promise
from treecompile.lower import lower
from treecompile.proof.report import Verdict
from treecompile.read import read_bytes

xgboost = pytest.importorskip("xgboost")


def classifier(count: int = 3, **options: Any) -> Any:
    return xgboost.XGBClassifier(n_estimators=count, max_depth=3, n_jobs=1, **options)


def regressor(count: int = 3) -> Any:
    return xgboost.XGBRegressor(n_estimators=count, max_depth=3, n_jobs=1)


def voting() -> Any:
    return VotingClassifier([("a", classifier()), ("b", classifier(2))], voting="soft")


def stacking(final: Any) -> Any:
    return StackingClassifier([("a", classifier()), ("b", classifier(2))], final, cv=2)


def scipy_version() -> tuple[int, ...]:
    return tuple(map(int, scipy.__version__.split(".")[:2]))


CLASSIFIERS = {
    "sigmoid": CalibratedClassifierCV(classifier(), cv=2),
    "sigmoid, one": CalibratedClassifierCV(classifier(), cv=2, ensemble=False),
    "isotonic": CalibratedClassifierCV(classifier(), cv=2, method="isotonic"),
    "a calibrated vote": CalibratedClassifierCV(voting(), cv=2),
    "against the rest": OneVsRestClassifier(classifier()),
    "votes against the rest": OneVsRestClassifier(voting()),
    "that, calibrated": CalibratedClassifierCV(OneVsRestClassifier(classifier()), cv=2),
    "a stack under a tree": stacking(DecisionTreeClassifier(max_depth=4)),
    "a calibrated stack": CalibratedClassifierCV(stacking(classifier(2)), cv=2),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("data", [CANCER, IRIS], ids=["two", "three"])
def test_classifiers(name: str, data: Any) -> None:
    if name == "isotonic" and scipy_version() >= (1, 18):
        pytest.skip("scipy's curve is another since 1.18 (test_old_boosters.py)")
    agree(CLASSIFIERS[name].fit(*data), data[0])


def test_classifiers_of_several_outputs() -> None:
    X, y = IRIS
    both = np.stack([y == 0, y == 1], axis=1).astype(int)
    model = MultiOutputClassifier(classifier()).fit(X, both)
    scorer = scorer_of(model)
    rows = rows_at_edges(scorer, X)
    expected = np.stack(model.predict_proba(rows), axis=1).tolist()
    for row, told in zip(rows.tolist(), expected):
        found = scorer.predict_proba(dict(zip(scorer.COLUMNS, row)))
        assert [list(output) for output in found] == told
    agree(ClassifierChain(classifier()).fit(X, both), X, missing=False)


REGRESSORS = {
    "a mean": BaggingRegressor(regressor(), 7, max_features=0.5, random_state=0),
    "a scaled vote": VotingRegressor([("a", regressor()), ("b", regressor(2))]),
    "a stack": StackingRegressor([("a", regressor())], regressor(2), cv=2),
    "two outputs": MultiOutputRegressor(regressor()),
}
SCALERS = {
    "standard": StandardScaler(),
    "without mean": StandardScaler(with_mean=False),
    "range": MinMaxScaler(),
    "largest": MaxAbsScaler(),
    "robust": RobustScaler(),
}


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("scaler", [None, StandardScaler()], ids=["bare", "scaled"])
def test_regressors(name: str, scaler: Any) -> None:
    X, y = DIABETES
    y = np.stack([y, -y], axis=1) if name == "two outputs" else y
    model = REGRESSORS[name]
    if scaler is not None:
        model = TransformedTargetRegressor(model, transformer=scaler)
    agree(model.fit(X, y), X)


@pytest.mark.parametrize("name", SCALERS)
def test_targets_are_taken_back_in_single_precision(name: str) -> None:
    X, y = DIABETES
    model = TransformedTargetRegressor(regressor(), transformer=SCALERS[name])
    agree(model.fit(X, y), X)
    median = AdaBoostRegressor(regressor(), n_estimators=3, random_state=0)
    around = TransformedTargetRegressor(median, transformer=SCALERS[name])
    agree(around.fit(X, y), X, missing=False)


@pytest.mark.parametrize("name", [*SCALERS, "clipped"])
def test_scalers_between_a_stack_and_its_last_model(name: str) -> None:
    X, y = DIABETES
    scaler = SCALERS.get(name, MinMaxScaler(feature_range=(0.1, 0.7), clip=True))
    final = make_pipeline(scaler, DecisionTreeRegressor(max_depth=5))
    model = StackingRegressor([("a", regressor()), ("b", regressor(2))], final, cv=2)
    agree(model.fit(X, y), X)


def test_a_function_of_the_target() -> None:
    X, y = DIABETES
    exact = TransformedTargetRegressor(
        regressor(), func=np.sqrt, inverse_func=np.square
    )
    agree(exact.fit(X, y), X)
    model = TransformedTargetRegressor(
        regressor(), func=np.log1p, inverse_func=np.expm1
    )
    near(model.fit(X, y), X, "predict", "within 4 ulp of single precision")


def near(model: Any, X: Any, name: str, words: str) -> None:
    """Answers as far as the scorer's promise says, and one in single precision."""
    told = promise(lower(read_bytes(pickle.dumps(model))), "python")
    assert told is not None and told.words.startswith(words)
    scorer = scorer_of(model)
    assert "single precision" in " ".join(scorer.__doc__.split())
    rows = rows_at_edges(scorer, X)
    rows = rows[~np.isnan(rows).any(axis=1)]
    for row, answer in zip(rows.tolist(), getattr(model, name)(rows).tolist()):
        found = getattr(scorer, name)(dict(zip(scorer.COLUMNS, row)))
        answer = tuple(answer) if isinstance(answer, list) else answer
        assert told.near(found, answer)
        for x, y in zip(
            *((z if isinstance(z, tuple) else (z,)) for z in (found, answer))
        ):
            assert np.float32(x) == x and np.float32(y) == y


def test_columns_that_a_model_has_chosen() -> None:
    X, y = IRIS
    for selector in (
        RFE(classifier(), n_features_to_select=3),
        SequentialFeatureSelector(classifier(1), n_features_to_select=2, cv=2),
    ):
        agree(make_pipeline(selector, classifier()).fit(X, y), X)


@pytest.mark.parametrize("data", [CANCER, IRIS], ids=["two", "three"])
def test_linear_models_of_singles(data: Any) -> None:
    X, y = data
    words = "in the last places of single precision"
    near(stacking(LogisticRegression()).fit(X, y), X, "predict_proba", words)
    near(stacking(RidgeClassifier()).fit(X, y), X, "decision_function", words)


def test_a_linear_regression_of_singles() -> None:
    X, y = DIABETES
    for final in (LinearRegression(), LinearRegression(fit_intercept=False)):
        model = StackingRegressor(
            [("a", regressor()), ("b", regressor(2))], final, cv=2
        )
        near(model.fit(X, y), X, "predict", "in the last places of single precision")


@pytest.mark.parametrize("threshold", [0.3, 0.1, "auto", np.float64(0.3)])
@pytest.mark.parametrize("positive", [None, 0])
def test_thresholds(threshold: Any, positive: Any) -> None:
    """A plain number is rounded to single, and a double of numpy is not."""
    X, y = CANCER
    model = FixedThresholdClassifier(
        classifier(), threshold=threshold, pos_label=positive
    )
    agree(model.fit(X, y), X)


@pytest.mark.parametrize("kind", [float, np.float64])
def test_a_threshold_that_is_met_exactly(kind: Any) -> None:
    """0.3 as a single is above 0.3: a share that is the single beside it."""
    X, y = CANCER
    model = classifier(1).fit(X, y)
    share = float(np.unique(model.predict_proba(X)[:, 1])[1])
    for threshold in np.nextafter(share, [0.0, 1.0]).tolist():
        fixed = FixedThresholdClassifier(model, threshold=kind(threshold))
        agree(fixed.fit(X, y), X)


def test_a_tuned_threshold() -> None:
    agree(TunedThresholdClassifierCV(classifier(), cv=3).fit(*CANCER), CANCER[0])


def test_softmax_is_that_of_scipy() -> None:
    X, y = IRIS
    model = classifier(12, objective="multi:softmax").fit(X, y)
    agree(model, X, ("predict",))
    near(model, X, "predict_proba", "within 4 ulp of single precision")


@pytest.mark.parametrize(
    "around, words",
    [
        (
            StackingRegressor(
                [("a", regressor())],
                make_pipeline(PowerTransformer(), DecisionTreeRegressor()),
                cv=2,
            ),
            "PowerTransformer: it computes in float32",
        ),
        (
            CalibratedClassifierCV(classifier(), cv=2, method="temperature"),
            "its method is 'temperature'",
        ),
    ],
)
def test_what_cannot_be_compiled_is_refused(around: Any, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=words):
        compile_model(around.fit(*CANCER))


def test_verify_shows_what_can_be_shown_without_the_library(tmp_path: Any) -> None:
    model, scorer = tmp_path / "model.pkl", tmp_path / "scorer.py"
    model.write_bytes(pickle.dumps(CLASSIFIERS["isotonic"].fit(*IRIS)))
    scorer.write_text(compile_model(model))
    emission, *rest = verify(model, scorer).parts
    assert emission.verdict is Verdict.SHOWN
    for part in rest:
        assert part.verdict is Verdict.NOT_SHOWN
        assert "a model of XGBoost (XGBClassifier), and these are not" in part.words
