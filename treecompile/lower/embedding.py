"""RandomTreesEmbedding: which leaf of each tree, as a column for every leaf."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..program import Expression, Inside
from ..read.records import Record
from .flow import Flow, Step, flow_of
from .nodes import NodeTable, node_table
from .paths import join, name_part
from .precision import SINGLE_LIMIT, double_cuts
from .registry import Row, TransformerRow
from .versions import accepts_missing

Range = tuple[float, float, bool]
EVERYTHING: Range = (-math.inf, math.inf, True)


def random_trees(step: Step) -> Flow:
    """A one in the column of the leaf that a record falls into, for every tree."""
    record, flow = step.record, step.flow
    trees = record.get("estimators_")
    encoder = record.get("one_hot_encoder_")
    if not isinstance(trees, (list, tuple)) or not isinstance(encoder, Record):
        raise step.refuse("it is not fitted", "Call fit() first.")
    known = list(encoder["categories_"])
    if len(known) != len(trees) or not trees:
        raise step.refuse("its trees do not fit its leaves: the file is damaged")
    missing = accepts_missing(step.version, trees[0]) and not flow.sparse
    for value in flow.values:
        step.raw.check(value, missing, -SINGLE_LIMIT, SINGLE_LIMIT)
    pairs: list[tuple[str, Expression]] = []
    for number, (tree, leaves) in enumerate(zip(trees, known)):
        here = name_part(join(step.path, f"tree {number}"), tree)
        table = node_table(tree["tree_"], here, len(flow.features))
        boxes = boxes_of(table)
        if sorted(boxes) != [int(leaf) for leaf in np.asarray(leaves).tolist()]:
            raise step.refuse("its trees do not fit its leaves: the file is damaged")
        pairs += [
            (f"randomtreesembedding_{number}_{leaf}", _inside(boxes[leaf], flow))
            for leaf in sorted(boxes)
        ]
    return flow_of(pairs, sparse=_is_sparse(record))


def _is_sparse(record: Record) -> bool:
    return bool(record.get("sparse_output", True))


def _inside(box: dict[int, Range], flow: Flow) -> Inside:
    places = sorted(box)
    return Inside(
        tuple(flow.features[i].value for i in places), tuple(box[i] for i in places)
    )


def boxes_of(table: NodeTable) -> dict[int, dict[int, Range]]:
    """For each leaf the range of every feature that is asked for on the way to it, and
    whether a missing value gets there."""
    cuts: list[Any] = double_cuts(table.threshold).tolist()
    at: list[dict[int, Range]] = [{} for _ in cuts]
    rows = zip(
        table.left.tolist(),
        table.right.tolist(),
        table.feature.tolist(),
        cuts,
        table.missing_left.tolist(),
    )
    boxes: dict[int, dict[int, Range]] = {}
    for node, (left, right, feature, cut, missing_left) in enumerate(rows):
        box = at[node]
        if left == -1:
            boxes[node] = box
            continue
        low, high, missing = box.get(feature, EVERYTHING)
        at[left] = {**box, feature: (low, min(high, cut), missing and missing_left)}
        at[right] = {
            **box,
            feature: (max(low, cut), high, missing and not missing_left),
        }
    return boxes


ROWS: tuple[TransformerRow, ...] = (
    Row("RandomTreesEmbedding", "sklearn.ensemble", random_trees),
)
