"""How much each column matters to a fitted estimator, as scikit-learn says it.

Coefficients are in the file; the importances of trees are not, and are added up from
their node tables in scikit-learn's own order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..read.records import Record
from .boosters import is_booster
from .early_nodes import nodes_of
from .flow import Step
from .nodes import node_table
from .versions import accepts_missing

TREES = {
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
}
FORESTS = {
    "RandomForestClassifier": "DecisionTreeClassifier",
    "RandomForestRegressor": "DecisionTreeRegressor",
    "ExtraTreesClassifier": "ExtraTreeClassifier",
    "ExtraTreesRegressor": "ExtraTreeRegressor",
}
#: What to do where the choice of a selector cannot be told.
SELECTED = (
    "Select by a tree, a forest or a linear model of scikit-learn, or select these "
    "columns before the model."
)
BOOSTINGS = {"GradientBoostingClassifier", "GradientBoostingRegressor"}
ADAPTIVE = {"AdaBoostClassifier", "AdaBoostRegressor"}


def importances(step: Step, estimator: Any) -> NDArray[np.float64]:
    """What ``importance_getter`` gets from the estimator: one number a column, or one
    row of them for each class."""
    getter = step.record.get("importance_getter", "auto")
    if not isinstance(getter, str):
        raise step.refuse(
            "its importance_getter is a function",
            "Give it the name of an attribute, as 'feature_importances_', and fit again.",
        )
    if getter != "auto":
        *path, attribute = getter.split(".")
        for name in path:
            estimator = _part(step, estimator, name)
    else:
        attribute = _own(step, estimator)
    if attribute == "feature_importances_":
        return _of_trees(step, estimator)
    found = estimator.get(attribute) if isinstance(estimator, Record) else None
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
        raise step.refuse(f"the {attribute} of its estimator cannot be read")
    return found


def _part(step: Step, estimator: Any, name: str) -> Any:
    """One attribute on the way to the importances."""
    if isinstance(estimator, Record) and name == "named_steps":
        return dict(estimator.get("steps") or ())
    if isinstance(estimator, dict) and name in estimator:
        return estimator[name]
    if isinstance(estimator, Record) and name in estimator:
        return estimator[name]
    raise step.refuse(f"its estimator has no {name}")


def _own(step: Step, estimator: Any) -> str:
    """Which of the two it is that this kind of estimator has."""
    if not isinstance(estimator, Record):
        raise step.refuse("its estimator is not fitted")
    return "coef_" if "coef_" in estimator else "feature_importances_"


def _of_trees(step: Step, estimator: Any) -> NDArray[np.float64]:
    """``feature_importances_`` of a tree or an ensemble of them."""
    if not isinstance(estimator, Record) or estimator.kind[0] != "sklearn":
        raise step.refuse(
            "the feature_importances_ of its estimator are not in the file", SELECTED
        )
    if estimator.name in TREES:
        return _of_tree(step, estimator, normalize=True)
    if estimator.name in FORESTS:
        trees = [t for t in estimator["estimators_"] if _size(t) > 1]
        return _mean(step, [_of_tree(step, t, normalize=True) for t in trees])
    if estimator.name in BOOSTINGS:
        trees = [t for stage in estimator["estimators_"] for t in stage if _size(t) > 1]
        return _mean(step, [_of_tree(step, t, normalize=False) for t in trees])
    if estimator.name in ADAPTIVE:
        weights = estimator["estimator_weights_"]
        parts = [
            weight * _of_trees(step, member)
            for weight, member in zip(weights, estimator["estimators_"])
        ]
        return np.asarray(sum(parts) / weights.sum())
    raise step.refuse(
        f"the importances of its estimator, a {estimator.name}, are not in the file",
        SELECTED,
    )


def _size(tree: Record) -> int:
    nodes = nodes_of(tree["tree_"])
    return len(nodes) if nodes is not None else 0


def _mean(step: Step, rows: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    if not rows:
        return np.zeros(len(step.flow.features))
    mean = np.mean(rows, axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(mean / np.sum(mean))


def _of_tree(step: Step, tree: Record, normalize: bool) -> NDArray[np.float64]:
    """The impurity that each column's tests take away, node by node."""
    width = len(step.flow.features)
    table = node_table(tree["tree_"], step.here, width)
    nodes = nodes_of(tree["tree_"])
    if "weighted_n_node_samples" not in nodes.dtype.names:
        raise step.refuse(
            "its choice is by importances of scikit-learn before 0.15, which are not "
            "known here",
            "Fit it with a newer scikit-learn.",
        )
    weights, impurity = nodes["weighted_n_node_samples"], nodes["impurity"]
    inner = ~table.leaves
    left, right = table.left[inner], table.right[inner]
    gains = (
        weights[inner] * impurity[inner]
        - weights[left] * impurity[left]
        - weights[right] * impurity[right]
    )
    gained = np.bincount(table.feature[inner], weights=gains, minlength=width)
    amount: NDArray[np.float64] = np.asarray(gained / weights[0], dtype=np.float64)
    total = np.sum(amount)
    if normalize and total > 0.0:
        amount = np.asarray(amount / total, dtype=np.float64)
    return amount


def tolerates_missing(step: Step, estimator: Any) -> bool:
    """The ``allow_nan`` tag of an estimator, as its own version of scikit-learn has it."""
    version = step.version
    booster = is_booster(estimator) and estimator.kind[0] != "catboost"
    if booster and version >= (1, 0):  # XGBoost since 1.1, LightGBM since 2.3
        return True
    if not isinstance(estimator, Record) or estimator.kind[0] != "sklearn":
        raise step.refuse(
            "whether its estimator accepts missing values is not known", SELECTED
        )
    name = estimator.name
    if name.startswith("HistGradientBoosting"):
        return True
    if name in TREES:
        return _tree_tolerates(step, estimator, name)
    if name in FORESTS and version >= (1, 4):
        return _tree_tolerates(step, estimator, FORESTS[name])
    if name.startswith("Bagging") and version >= (1, 3):
        inner = estimator.get("estimator", estimator.get("base_estimator"))
        if inner is None:
            return accepts_missing(version, Record(estimator.cls))
        return tolerates_missing(step, inner)
    if name.startswith(("Voting", "Stacking")) and version >= (1, 4):
        members = [part for _, part in estimator["estimators"]]
        return all(m == "drop" or tolerates_missing(step, m) for m in members)
    if name == "IsolationForest":
        return version >= (1, 6)
    if name in ("SelectFromModel", "RFE", "RFECV", "SequentialFeatureSelector"):
        return tolerates_missing(step, estimator["estimator"])
    if name == "FrozenEstimator":
        return tolerates_missing(step, estimator["estimator"])
    return False


def _tree_tolerates(step: Step, estimator: Record, name: str) -> bool:
    """The tag of a tree of this class with the estimator's criterion."""
    tree = Record(type(estimator.cls)(estimator.cls.module, name))
    splitter = "random" if name.startswith("Extra") else "best"
    tree.attributes["splitter"] = estimator.get("splitter", splitter)
    tree.attributes["criterion"] = estimator.get("criterion", "gini")
    return accepts_missing(step.version, tree)
