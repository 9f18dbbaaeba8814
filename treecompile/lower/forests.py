"""Trees that are added up: forests, and single trees inside other models."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..program import Choice, Number, Tree, Trees
from ..read.budget import NODE, charge
from ..read.records import Record
from .build import Answering, Labels, Member, Vector, divided
from .nodes import NodeTable, check_outputs, node_table
from .paths import counted
from .precision import SINGLE_LIMIT
from .tree import (
    classifies,
    depth_of,
    labels_of,
    leaf_means,
    leaf_shares,
    tests_of,
)
from .versions import accepts_missing

Rows = tuple[tuple[float, ...], ...]
# What a node takes in all that is made of it.
_AGAIN = 4 * NODE


def added_tree(
    member: Member, record: Any, places: NDArray[np.int64], infinite: bool = False
) -> tuple[Tree, NodeTable]:
    """The tree of a fitted tree record over the features at ``places``, which may be
    ``infinite``."""
    if not isinstance(record, Record) or "tree_" not in record:
        raise member.refuse("it is not fitted", "Call fit() first.")
    build = member.build
    build.raw.visit(record["tree_"], member.here)
    table = node_table(record["tree_"], member.here, len(places))
    if build.raw.visits[id(record["tree_"])] > 1:  # of which the file has one alone
        charge(_AGAIN * len(table.left))
    check_outputs(record, table, member.here)
    build.rounded = True
    build.nodes += len(table.left)
    build.leaves += int(table.leaves.sum())
    build.depth = max(build.depth, depth_of(table))
    return tests_of(table, places, infinite), table


def shares_of(
    member: Member, record: Record, table: NodeTable, sizes: list[int]
) -> Any:
    """The shares at the leaves of a tree: an array (leaf, class of every output)."""
    shares = leaf_shares(record, table, sizes, member.here)
    return np.concatenate(shares, axis=1)


def logarithms(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of each, as libm has it: numpy's own depends on the processor, and
    one model makes one text."""
    logs = [math.log(x) for x in numbers.reshape(-1).tolist()]
    return np.array(logs, dtype=np.float64).reshape(numbers.shape)


def rows_of(values: NDArray[np.float64]) -> Rows:
    return tuple(map(tuple, values.tolist()))


def nodes_of(table: NodeTable) -> tuple[int, ...]:
    return tuple(table.leaves.nonzero()[0].tolist())


def outputs_of(vector: Vector, classes: tuple[Labels, ...]) -> tuple[Vector, ...]:
    """The numbers of all classes, cut into those of each output."""
    outputs, at = [], 0
    for labels in classes:
        outputs.append(vector[at : at + len(labels)])
        at += len(labels)
    return tuple(outputs)


def forest(member: Member) -> Answering:
    """RandomForest* and ExtraTrees*: the mean of the trees, in their order
    (docs/arithmetic.md, Forests)."""
    record = member.record
    trees = member.fitted_list("estimators_")
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    member.check_columns(_accepts_missing(member, trees[0]), SINGLE_LIMIT)
    classes = None
    if classifies(record):
        classes = labels_of(record, member.here)
    places = member.build.places(member.flow)
    found, rows, nodes = [], [], []
    width = 0
    for number, tree in enumerate(trees):
        inner = member.inner(tree, f"tree {number}")
        added, table = added_tree(inner, tree, places)
        if classes is None:
            values = leaf_means(table, inner.here)
        else:
            values = shares_of(inner, tree, table, list(map(len, classes)))
        if number and values.shape[1] != width:
            raise member.refuse("its trees do not fit together: the file is damaged")
        width = values.shape[1]
        found.append(added)
        rows.append(rows_of(values))
        nodes.append(nodes_of(table))
    slots = tuple(range(width))
    start = (Number(0.0),) * width
    stage = Trees(
        start, tuple(found), tuple(rows), (slots,) * len(found), tuple(nodes), "total"
    )
    total = member.build.stage(stage)
    applies = len(member.build.stages) - 1
    mean = member.build.values(
        divided(total, len(trees)), "share" if classes else "mean"
    )
    words = f"the mean of {counted(len(trees), 'tree')}"
    return _answering(classes, mean, words, applies)


def _accepts_missing(member: Member, tree: Any) -> bool:
    """Whether ``predict`` accepts NaN, as the forest's own version has it
    (docs/arithmetic.md, Missing values in trees): a RandomForest since 1.4, ExtraTrees
    since 1.6."""
    since = (1, 4) if "RandomForest" in member.record.name else (1, 6)
    return (
        member.version >= since
        and isinstance(tree, Record)
        and accepts_missing(member.version, tree)
        and not member.flow.sparse
    )


def single(member: Member) -> Answering:
    """One tree inside another model: a stage of its own."""
    record = member.record
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    missing = accepts_missing(member.version, record) and not member.flow.sparse
    member.check_columns(missing, SINGLE_LIMIT)
    tree, table = added_tree(member, record, member.build.places(member.flow))
    classes = None
    if classifies(record):
        classes = labels_of(record, member.here)
        values = shares_of(member, record, table, list(map(len, classes)))
    else:
        values = leaf_means(table, member.here)
    vector = one_tree(member, tree, values, nodes_of(table))
    words = "one tree"
    return _answering(classes, vector, words)


def _answering(
    classes: tuple[Labels, ...] | None,
    vector: Vector,
    words: str,
    applies: int | None = None,
) -> Answering:
    """Shares of classes, the largest of which is the answer; or a regressor's numbers."""
    if classes is None:
        several = len(vector) > 1
        return Answering(None, vector, words, several=several, applies=applies)
    outputs = outputs_of(vector, classes)
    return Answering(
        classes,
        tuple(map(Choice, outputs)),
        words,
        shares=lambda: outputs,
        several=len(classes) > 1,
        applies=applies,
    )


def one_tree(
    member: Member, tree: Tree, values: NDArray[np.float64], nodes: tuple[int, ...]
) -> Vector:
    """A stage of one tree: what its leaf holds. It starts from -0.0, to which any
    double can be added and stays as it is."""
    width = values.shape[1]
    return member.build.stage(
        Trees(
            start=(Number(-0.0),) * width,
            trees=(tree,),
            rows=(rows_of(values),),
            slots=(tuple(range(width)),),
            nodes=(nodes,),
            name="tree",
        )
    )
