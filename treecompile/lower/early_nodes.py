"""The nodes of a tree of scikit-learn before 0.15: arrays of their own, and no table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..read.records import Record

_FIELDS = {
    "children_left": "left_child",
    "children_right": "right_child",
    "feature": "feature",
    "threshold": "threshold",
}


def nodes_of(tree: Record) -> Any:
    """The node table of a ``Tree`` record; of an early one, the table that its arrays
    make. What is none comes out as it is."""
    return _early_nodes(tree) if is_early(tree) else tree.get("nodes")


def values_of(tree: Record) -> Any:
    """What the nodes hold: (nodes, outputs, classes), flat in 0.14."""
    values = tree.get("values")
    if not is_early(tree):
        return values
    values, count = tree["value"], len(tree["children_left"])
    outputs = tree.args[2] if len(tree.args) > 2 else 0
    if not isinstance(values, np.ndarray) or type(outputs) is not int:
        return None
    if values.ndim != 1:
        return values
    if outputs < 1 or not count or not values.size or values.size % (count * outputs):
        return None
    return values.reshape(count, outputs, -1)


def is_early(tree: Record) -> bool:
    """Whether a ``Tree`` record holds arrays of its own."""
    return "nodes" not in tree and all(
        isinstance(tree.get(name), np.ndarray) for name in (*_FIELDS, "value")
    )


def _early_nodes(tree: Record) -> NDArray[Any] | None:
    arrays = {new: tree[old] for old, new in _FIELDS.items()}
    count = len(arrays["left_child"]) if arrays["left_child"].ndim == 1 else -1
    if any(array.shape != (count,) for array in arrays.values()):
        return None
    samples = tree.get("n_node_samples", tree.get("n_samples"))
    if isinstance(samples, np.ndarray) and samples.shape == (count,):
        arrays["n_node_samples"] = samples
    types = [(name, array.dtype) for name, array in arrays.items()]
    nodes = np.empty(count, dtype=types)
    for name, array in arrays.items():
        nodes[name] = array
    return nodes
