"""DecisionTree* and ExtraTree*: one tree whose leaves are the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnsupportedModel
from ..program import (
    Answer,
    Bands,
    Constant,
    Probabilities,
    SingleTree,
    Threshold,
    Tree,
)
from ..read.budget import LABEL, charge
from ..read.records import Record
from .nodes import NodeTable, check_outputs, node_table
from .paths import kind_of
from .precision import double_cuts
from .versions import leaves_hold_counts, version_of

Labels = tuple[Constant, ...]


@dataclass(frozen=True)
class Positive:
    """Answer the class ``label`` where its share is at least ``threshold``, else the
    other one of two (scikit-learn's threshold classifiers; ``>=``, and no argmax).
    ``said`` is the threshold as the file has it, where it is from there."""

    label: Constant | None  # None: the second class
    threshold: float
    decision: bool = False  # not its share, but what decision_function answers
    said: Any = None


@dataclass(frozen=True)
class Lowered:
    """A lowered tree: the model, its labels, and its size for people to read."""

    model: SingleTree
    classes: Labels | tuple[Labels, ...] | None
    nodes: int
    leaves: int
    depth: int


def lower_tree(tree: Record, path: str, n_features: int) -> Lowered:
    """A fitted DecisionTree* or ExtraTree* record as a program's model.

    Raises UnsupportedModel where the record is not fitted, or cannot be believed.
    """
    table = node_table(tree["tree_"], path, n_features)
    check_outputs(tree, table, path)
    leaf_nodes = table.leaves.nonzero()[0]
    if classifies(tree):
        classes = labels_of(tree, path)
        predictions, probabilities = _shares(tree, table, classes, path)
        several = tree["n_outputs_"] > 1
        labels: Any = classes if several else classes[0]
    else:
        predictions, probabilities, labels = _means(table, path), None, None
    model = SingleTree(
        tree=tests_of(table),
        predictions=predictions,
        probabilities=probabilities,
        nodes=tuple(leaf_nodes.tolist()),
    )
    return Lowered(model, labels, len(table.left), len(leaf_nodes), depth_of(table))


def tests_of(
    table: NodeTable, places: NDArray[np.int64] | None = None, infinite: bool = False
) -> Tree:
    """The node table with double-precision cuts; leaves numbered in table order.

    ``places`` are the numbers of its features in the program, if not 0, 1, 2...
    ``infinite`` says that a number may be too large for single precision.
    """
    cuts = double_cuts(table.threshold, infinite).tolist()
    features = table.feature
    if places is not None:
        features = places[np.where(table.leaves, 0, features)]
    is_leaf = table.leaves
    numbers = np.where(is_leaf, np.cumsum(is_leaf) - 1, -1)
    rows = zip(is_leaf.tolist(), features.tolist(), cuts, table.missing_left.tolist())
    return Tree(
        tests=tuple(
            None if leaf else _test(feature, cut, missing_left)
            for leaf, feature, cut, missing_left in rows
        ),
        left=tuple(table.left.tolist()),
        right=tuple(table.right.tolist()),
        leaf=tuple(numbers.tolist()),
    )


def _test(feature: int, cut: float, missing_left: bool) -> Threshold | Bands:
    """A test of one cut, which is NaN where no number passes."""
    if cut != cut:
        return Bands(feature, (), missing_left, first=False)
    return Threshold(feature, cut, missing_left)


def depth_of(table: NodeTable) -> int:
    """The number of tests on the longest way to a leaf."""
    depth = [0] * len(table.left)
    for node, (left, right) in enumerate(
        zip(table.left.tolist(), table.right.tolist())
    ):
        if left != -1:
            depth[left] = depth[right] = depth[node] + 1
    return max(depth)


def classifies(record: Record) -> bool:
    """Whether a tree or a forest answers labels.

    Up to scikit-learn 0.21 trees that answer numbers have classes_, too: a None for
    each output.
    """
    return "classes_" in record and not record.name.endswith("Regressor")


def labels_of(record: Record, path: str) -> tuple[Labels, ...]:
    """The labels that a tree or a forest answers, one tuple for each output.

    Up to scikit-learn 0.20 those of several outputs are doubles, whatever they were.
    """
    labels = class_labels(record["classes_"], path)
    _check_counts(record, labels, path)
    if len(labels) == 1 or version_of(record, path) >= (0, 21):
        return labels
    if any(isinstance(label, str) for output in labels for label in output):
        raise UnsupportedModel(
            path,
            "it has several outputs with labels that are text, which its own predict "
            "cannot answer before scikit-learn 0.21",
            "Fit it with a newer scikit-learn.",
        )
    return tuple(
        tuple(float(label) for label in output if label is not None)
        for output in labels
    )


def _check_counts(record: Record, labels: tuple[Labels, ...], path: str) -> None:
    """That there are as many outputs, and as many classes of each, as are announced:
    scikit-learn cuts its answers to these numbers."""
    classes = record.get("n_classes_")
    if not labels or record.get("n_outputs_", len(labels)) != len(labels):
        raise UnsupportedModel(
            path, "its n_outputs_ does not fit its classes_", DAMAGED
        )
    if classes is not None:
        if np.asarray(classes).reshape(-1).tolist() != list(map(len, labels)):
            raise UnsupportedModel(
                path, "its n_classes_ does not fit its classes_", DAMAGED
            )


def class_labels(classes: Any, path: str) -> tuple[Labels, ...]:
    """``classes_`` as one tuple of plain labels for each output."""
    outputs = classes if isinstance(classes, (list, tuple)) else [classes]
    labels = []
    for output in outputs:
        charge(
            LABEL * len(output) if isinstance(output, np.ndarray) and output.ndim else 0
        )
        plain = output.tolist() if isinstance(output, np.ndarray) else None
        if not isinstance(plain, list) or not plain:
            raise UnsupportedModel(path, "its classes_ are not a list of labels")
        plain = [x.item() if isinstance(x, np.generic) else x for x in plain]
        for label in plain:
            if type(label) not in (bool, int, float, str):
                raise UnsupportedModel(
                    path,
                    f"a class label is a {kind_of(label)}",
                    "Supported are text, numbers and booleans; "
                    "fit the model on labels of those kinds.",
                )
        labels.append(tuple(plain))
    return tuple(labels)


def _shares(
    tree: Record, table: NodeTable, classes: tuple[Labels, ...], path: str
) -> tuple[tuple[Answer, ...], tuple[Probabilities, ...]]:
    """The label and the share of each class at every leaf, in table order.

    The label is the first largest of the values as they stand.
    """
    values = table.values[table.leaves]
    rows = leaf_shares(tree, table, list(map(len, classes)), path)
    labels = []
    for k, names in enumerate(classes):
        best = np.argmax(values[:, k], axis=1).tolist()
        if max(best) >= len(names):
            raise UnsupportedModel(path, "a leaf is for a class that is not there")
        labels.append([names[i] for i in best])
    shares = [[tuple(row) for row in output.tolist()] for output in rows]
    if len(classes) == 1:
        return tuple(labels[0]), tuple(shares[0])
    return tuple(zip(*labels)), tuple(zip(*shares))


def leaf_shares(
    tree: Record, table: NodeTable, sizes: list[int], path: str
) -> list[NDArray[np.float64]]:
    """The share of each class at every leaf, in table order: for each output an array
    (leaf, class).

    Up to scikit-learn 1.3 a leaf holds weighted counts, and the shares are they over
    their sum (1 where it is 0); the sum is numpy's own, as scikit-learn's is.
    """
    values = table.values[table.leaves]
    if values.shape[1] != len(sizes) or values.shape[2] < max(sizes):
        raise UnsupportedModel(path, "its leaf values do not fit its classes_")
    if not np.isfinite(values).all():
        raise UnsupportedModel(path, "a leaf holds no number in place of a share")
    shares = [values[:, k, :size] for k, size in enumerate(sizes)]
    if leaves_hold_counts(version_of(tree, path)):
        shares = list(map(_over_sum, shares))
    return shares


def _over_sum(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = counts.sum(axis=1)[:, np.newaxis]
    total[total == 0.0] = 1.0
    shares: NDArray[np.float64] = counts / total
    return shares


def _means(table: NodeTable, path: str) -> tuple[Answer, ...]:
    """What a regressor answers at every leaf: a float, or a tuple of them."""
    rows = leaf_means(table, path).tolist()
    if len(rows[0]) == 1:
        return tuple(row[0] for row in rows)
    return tuple(map(tuple, rows))


def leaf_means(table: NodeTable, path: str) -> NDArray[np.float64]:
    """What a regressor holds at every leaf, in table order: an array (leaf, output)."""
    values = table.values[table.leaves]
    if values.shape[2] != 1:
        raise UnsupportedModel(path, "its leaf values are not those of a regressor")
    if np.isnan(values).any():
        raise UnsupportedModel(path, "a leaf holds NaN in place of a number")
    return values[:, :, 0]


def with_positive(lowered: Lowered, positive: Positive, path: str) -> Lowered:
    """The same tree, answering by a threshold on the share of one of two classes."""
    classes, model = lowered.classes, lowered.model
    if classes is None or isinstance(classes[0], tuple) or len(classes) != 2:
        what = "a regressor" if classes is None else "not a classifier of two classes"
        raise UnsupportedModel(
            path,
            f"a decision threshold needs two classes, and this is {what}",
            "Leave --threshold out.",
        )
    if positive.decision:
        raise UnsupportedModel(
            path, "its response_method is decision_function, and a tree has none"
        )
    second = _index(classes, positive.label, path)
    shares: Any = model.probabilities
    predictions = tuple(
        classes[second] if share[second] >= positive.threshold else classes[1 - second]
        for share in shares
    )
    changed = SingleTree(model.tree, predictions, model.probabilities, model.nodes)
    return Lowered(changed, classes, lowered.nodes, lowered.leaves, lowered.depth)


def _index(classes: Sequence[Any], label: Constant | None, path: str) -> int:
    if label is None:
        return 1
    if label in classes:
        return classes.index(label)
    raise UnsupportedModel(path, f"its positive label {label!r} is not a class")
