"""Numbers and lists that a forged file sets to nothing: refused in words of their own."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.tree._tree import Tree

from treecompile import UnsupportedModel, compile_model

X = np.arange(60.0).reshape(20, 3) * 7 % 9
YES = (X[:, 0] > 4).astype(int)
THREE = (X[:, 0] % 3).astype(int)
SMALL: dict[str, Any] = {"n_estimators": 2, "random_state": 0}

Parts = tuple[Any, tuple[int, Any, int], dict[str, Any]]


def no_outputs(parts: Parts) -> Parts:
    make, (features, classes, _), state = parts
    return make, (features, classes, 0), state


def no_values(parts: Parts) -> Parts:
    """Consistent in itself: no outputs anywhere."""
    make, (features, classes, _), state = parts
    state = state | {"values": state["values"][:, :0]}
    return make, (features, classes[:0], 0), state


def no_classes(parts: Parts) -> Parts:
    make, (features, classes, outputs), state = parts
    state = state | {"values": state["values"][:, :, :0]}
    return make, (features, classes * 0, outputs), state


def no_nodes(parts: Parts) -> Parts:
    make, arguments, state = parts
    held = {name: state[name][:0] for name in ("nodes", "values")}
    return make, arguments, state | held | {"node_count": 0}


def forged(model: Any, change: Callable[[Parts], Parts]) -> bytes:
    """A pickle of a model whose trees are changed."""

    class Pickler(pickle.Pickler):
        def reducer_override(self, thing: Any) -> Any:
            if isinstance(thing, Tree):
                return change(thing.__reduce__())  # type: ignore[arg-type]
            return NotImplemented

    stream = io.BytesIO()
    Pickler(stream).dump(model)
    return stream.getvalue()


TREES = [
    DecisionTreeClassifier(max_depth=2).fit(X, YES),
    DecisionTreeClassifier(max_depth=2).fit(X, np.c_[YES, THREE]),
    DecisionTreeRegressor(max_depth=2).fit(X, X[:, 1]),
    RandomForestClassifier(**SMALL).fit(X, YES),
    GradientBoostingClassifier(**SMALL).fit(X, YES),
    AdaBoostClassifier(DecisionTreeClassifier(max_depth=1), **SMALL).fit(X, YES),
    BaggingClassifier(**SMALL).fit(X, YES),
    IsolationForest(**SMALL).fit(X),
]


@pytest.mark.parametrize("change", [no_outputs, no_values, no_classes, no_nodes])
@pytest.mark.parametrize("model", TREES, ids=lambda model: type(model).__name__)
def test_trees_of_nothing(model: Any, change: Callable[[Parts], Parts]) -> None:
    with pytest.raises(UnsupportedModel) as caught:
        compile_model(forged(model, change))
    assert "the tree cannot be trusted: it" in str(caught.value)


@pytest.mark.parametrize(
    "model, name, value, says",
    [
        (TREES[0], "n_outputs_", 0, "values of 1 outputs, and announces 0"),
        (TREES[0], "n_classes_", 0, "n_classes_ does not fit"),
        (TREES[0], "classes_", np.array([]), "not a list of labels"),
        (TREES[1], "classes_", [], "n_outputs_ does not fit"),
        (TREES[1], "n_classes_", [], "n_classes_ does not fit"),
        (TREES[2], "n_outputs_", 0, "values of 1 outputs, and announces 0"),
        (TREES[3], "estimators_", [], "estimators_ is empty"),
        (TREES[3], "estimators_", None, "estimators_ is no list"),
        (TREES[3], "n_classes_", 0, "n_classes_ does not fit"),
        (ExtraTreesRegressor(**SMALL).fit(X, X), "n_outputs_", 0, "n_outputs_ is not"),
        (TREES[4], "estimators_", np.empty((0, 1)), "not a table of trees"),
        (TREES[5], "estimators_", [], "estimators_ is empty"),
        (TREES[5], "estimator_weights_", np.zeros(2), "add up to 0.0"),
        (TREES[5], "estimator_weights_", np.zeros(0), "do not fit its models"),
        (TREES[5], "n_classes_", 0, "n_classes_ does not fit"),
        (TREES[6], "n_estimators", 0, "n_estimators is 0"),
        (TREES[6], "estimators_", [], "estimators_ is empty"),
        (TREES[6], "estimators_features_", [], "estimators_features_ is empty"),
        (TREES[7], "estimators_", [], "estimators_ is empty"),
    ],
)
def test_counts_of_nothing(model: Any, name: str, value: Any, says: str) -> None:
    refused(model, name, value, says)


@pytest.mark.parametrize(
    "model, target, name, value, says",
    [
        (AdaBoostRegressor(**SMALL), X[:, 1], "estimators_", [], "is empty"),
        (AdaBoostRegressor(**SMALL), X[:, 1], "estimator_weights_", np.zeros(0), "do not fit"),
        (HistGradientBoostingRegressor(max_iter=2), X[:, 1], "_baseline_prediction", None, "is not a number"),
        (StackingClassifier([("a", DecisionTreeClassifier())], DecisionTreeClassifier(), cv=2), YES, "estimators_", [], "how many columns"),
        (StackingClassifier([("a", DecisionTreeClassifier())], DecisionTreeClassifier(), cv=2), YES, "stack_method_", ["fit"], "is 'fit'"),
        (VotingRegressor([("a", DecisionTreeRegressor())]), X[:, 1], "estimators_", [], "how many columns"),
        (MultiOutputRegressor(DecisionTreeRegressor()), X, "estimators_", [], "is empty"),
        (ClassifierChain(DecisionTreeClassifier()), np.c_[YES, 1 - YES], "estimators_", [], "is empty"),
        (ClassifierChain(DecisionTreeClassifier()), np.c_[YES, 1 - YES], "order_", [], "order_ does not fit"),
        (OneVsRestClassifier(DecisionTreeClassifier()), THREE, "estimators_", [], "is empty"),
        (CalibratedClassifierCV(DecisionTreeClassifier(), cv=2), YES, "calibrated_classifiers_", [], "is empty"),
    ],
)  # fmt: skip
def test_models_of_no_models(
    model: Any, target: Any, name: str, value: Any, says: str
) -> None:
    refused(model.fit(X, target), name, value, says)


def refused(model: Any, name: str, value: Any, says: str) -> None:
    changed = copy.copy(model)
    setattr(changed, name, value)
    with pytest.raises(UnsupportedModel) as caught:
        compile_model(pickle.dumps(changed))
    assert says in str(caught.value)
    assert "do not fit together" not in str(caught.value)
