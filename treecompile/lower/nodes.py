"""scikit-learn's node tables, checked before they are believed.

A file is somebody else's data: an index out of range would read another node, a child
that stands before its parent would loop for ever, and a field that is not known may
change what the others mean (scikit-learn 1.10 adds category splits that way).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnsupportedModel
from ..read.budget import NODE, TREE, charge
from ..read.records import Record
from .early_nodes import nodes_of, values_of

KNOWN_FIELDS = {
    "left_child",
    "right_child",
    "feature",
    "threshold",
    "impurity",
    "n_node_samples",
    "weighted_n_node_samples",
    "missing_go_to_left",  # since scikit-learn 1.3
}
NEEDED_FIELDS = ("left_child", "right_child", "feature", "threshold")


@dataclass(frozen=True)
class NodeTable:
    """One tree as arrays of length n_nodes, every index of which is in range.

    ``left`` and ``right`` are -1 at leaves; ``values`` has the shape
    (n_nodes, n_outputs, n_classes at most), and is 1 wide for a regressor.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    values: NDArray[np.float64]

    @property
    def leaves(self) -> NDArray[np.bool_]:
        return np.equal(self.left, -1)


def node_table(tree: Any, path: str, n_features: int) -> NodeTable:
    """The nodes of a ``sklearn.tree._tree.Tree`` record.

    Raises UnsupportedModel, naming what is wrong, where the table cannot be believed.
    """
    if not (isinstance(tree, Record) and tree.kind == ("sklearn", "Tree")):
        raise UnsupportedModel(path, "its tree_ is not a scikit-learn tree")
    if "nodes" not in tree and "children" in tree:
        raise UnsupportedModel(
            path,
            "scikit-learn 0.11 or older wrote it, whose trees have a form that is not "
            "known here",
            "Fit it with scikit-learn 0.12 or later.",
        )
    nodes, values = nodes_of(tree), values_of(tree)
    _check_layout(nodes, values, path)
    charge(TREE + NODE * len(nodes))
    left = nodes["left_child"].astype(np.int64)
    right = nodes["right_child"].astype(np.int64)
    feature = nodes["feature"].astype(np.int64)
    fields = nodes.dtype.names
    flags = nodes["missing_go_to_left"] if "missing_go_to_left" in fields else left * 0
    _check_shape(left, right, path)
    inner = left != -1
    outside = inner & ((feature < 0) | (feature >= n_features))
    if outside.any():
        _damaged(path, f"node {outside.argmax()} tests a feature that is not there")
    if tree.get("node_count", len(nodes)) != len(nodes):
        _damaged(path, "it does not hold as many nodes as it says")
    return NodeTable(
        left=left,
        right=right,
        feature=feature,
        threshold=nodes["threshold"].astype(np.float64),
        missing_left=flags.astype(bool),
        values=values.astype(np.float64),
    )


def check_outputs(record: Record, table: NodeTable, path: str) -> None:
    """That the tree has as many outputs as the estimator around it says."""
    count = table.values.shape[1]
    said = [record.get("n_outputs_", count)]
    if len(record["tree_"].args) == 3:
        said.append(record["tree_"].args[2])
    for number in said:
        if isinstance(number, bool) or number != count:
            _damaged(
                path, f"it has values of {count} outputs, and announces {number!r}"
            )


def _check_layout(nodes: Any, values: Any, path: str) -> None:
    """The fields, types and dimensions of both arrays."""
    if not isinstance(nodes, np.ndarray) or not nodes.dtype.names or nodes.ndim != 1:
        _damaged(path, "it holds no node table")
    unknown = sorted(set(nodes.dtype.names) - KNOWN_FIELDS)
    if unknown:
        raise UnsupportedModel(
            path,
            f"its tree has node fields that are not known here: {', '.join(unknown)}",
            "A newer scikit-learn wrote it, and such a field can change what a node "
            "means.\nUpdate treecompile, or fit the model with scikit-learn 1.9.",
        )
    lacking = [name for name in NEEDED_FIELDS if name not in nodes.dtype.names]
    if lacking:
        _damaged(path, f"its node table lacks {', '.join(lacking)}")
    for name in ("left_child", "right_child", "feature"):
        if nodes.dtype[name].kind not in "iu":
            _damaged(path, f"its node table has a {name} that is not an integer")
    if nodes.dtype["threshold"].kind != "f":
        _damaged(path, "its node table has a threshold that is not a float")
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        _damaged(path, "it holds no node values")
    if len(nodes) == 0:
        _damaged(path, "it has no nodes")
    if values.ndim != 3 or len(values) != len(nodes) or not values.size:
        _damaged(path, f"its values have the shape {values.shape}")


def _check_shape(left: Any, right: Any, path: str) -> None:
    """That the children make one tree: later than their parent, each used once."""
    n = len(left)
    if ((left == -1) != (right == -1)).any():
        _damaged(path, "a node has one child")
    parents = np.flatnonzero(left != -1)
    children = np.concatenate([left[parents], right[parents]])
    twice = np.concatenate([parents, parents])
    if ((children <= twice) | (children >= n)).any():
        _damaged(path, "a child does not come after its parent")
    if len(children) != n - 1 or len(np.unique(children)) != n - 1:
        _damaged(path, "its nodes are not one tree")


def _damaged(path: str, problem: str) -> None:
    raise UnsupportedModel(
        path,
        f"the tree cannot be trusted: {problem}",
        DAMAGED,
    )
