"""IsolationForest: how deep a record falls, against what is usual
(docs/arithmetic.md, Isolation forests)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import DAMAGED
from ..program import Apply, Arithmetic, Choice, Expression, Number, Trees
from ..read.records import Record
from .build import Answering, Member
from .committees import columns_of_array, subset
from .forests import Rows, added_tree, logarithms, nodes_of
from .nodes import NodeTable
from .paths import counted
from .precision import SINGLE_LIMIT
from .versions import Version


def isolation_forest(member: Member) -> Answering:
    """IsolationForest: 1 for a record that falls deep enough, else -1."""
    record, build, version = member.record, member.build, member.version
    models = member.fitted_list("estimators_")
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    # Since 1.6 it looks for nothing in a record, not even for infinities.
    anything = version >= (1, 6)
    member.check_columns(anything, math.inf if anything else SINGLE_LIMIT)
    chosen = record.get("estimators_features_")
    if chosen is not None and len(chosen) != len(models):
        raise member.refuse("its trees do not fit their columns: the file is damaged")
    every = list(range(len(member.flow.features)))
    found, rows, nodes = [], [], []
    for number, model in enumerate(models):
        columns = every if chosen is None else columns_of_array(chosen[number])
        flow = member.flow if columns == every else subset(member.flow, columns)
        inner = member.inner(model, f"tree {number}", flow)
        tree, table = added_tree(inner, model, build.places(flow), anything)
        found.append(tree)
        rows.append(_path_lengths(table, model, version))
        nodes.append(nodes_of(table))
    stage = Trees(
        start=(Number(0.0),),
        trees=tuple(found),
        rows=tuple(rows),
        slots=((0,),) * len(found),
        nodes=tuple(nodes),
        name="depth",
    )
    (depth,) = build.stage(stage)
    drawn = int(record.get("_max_samples", record.get("max_samples_", 0)))
    usual = float(average_path_length(np.array([drawn]), version)[0])
    share: Expression = Number(1.0)
    if version < (0, 21):
        mean = Arithmetic("/", depth, Number(float(len(models))))
        share = Arithmetic("/", mean, Number(usual))
    elif usual:
        share = Arithmetic("/", depth, Number(len(models) * usual))
    power = Apply("exp2", Arithmetic("*", share, Number(-1.0)), ())
    score = Arithmetic("*", power, Number(-1.0))
    (sample,) = build.values([score], "score")
    offset = float(record.get("offset_", -0.5))
    decision = build.values([Arithmetic("-", sample, Number(offset))], "decision")
    cut = 0.0
    if version < (0, 20):
        cut = float(member.fitted("threshold_"))
    elif version < (0, 22) and record.get("behaviour", "old") == "old":
        cut = float(member.fitted("_threshold_"))
    if math.isnan(offset) or math.isnan(cut):  # nothing is below it
        raise member.refuse("its offset_ is NaN", DAMAGED)
    return Answering(
        ((-1, 1),),
        (Choice(decision, cut, inclusive=version >= (0, 20)),),
        f"how deep a record falls in {counted(len(models), 'tree')}",
        decision=decision,
        samples=(sample,) if version >= (0, 20) else None,
    )


def _path_lengths(table: NodeTable, model: Record, version: Version) -> Rows:
    """What each leaf adds: the nodes on the way, and the usual depth of what is left of
    the sample there, less one."""
    count = len(table.left)
    depth = [1.0] * count
    for node, (a, b) in enumerate(zip(table.left.tolist(), table.right.tolist())):
        if a != -1:
            depth[a] = depth[b] = depth[node] + 1.0
    samples = model["tree_"].get("nodes")["n_node_samples"]
    average = average_path_length(samples, version).tolist()
    leaves = table.leaves.nonzero()[0].tolist()
    if version < (0, 21):
        return tuple(((depth[i] - 1.0) + average[i],) for i in leaves)
    return tuple(((depth[i] + average[i]) - 1.0,) for i in leaves)


def average_path_length(samples: Any, version: Version) -> Any:
    """The usual depth of a search tree over so many samples (Liu et al., 2008).

    Up to scikit-learn 0.20 it is 1 over one sample, and that of two follows the formula;
    0.18 takes the logarithm of all samples, and a constant of ten digits.
    """
    samples = np.asarray(samples).reshape(-1)
    average = np.zeros(len(samples), dtype=np.float64)
    if version < (0, 21):
        average[:] = 1.0
        more = samples > 1
    else:
        average[samples == 2] = 1.0
        more = samples > 2
    n = samples[more]
    if version < (0, 19):
        harmonic = logarithms(n * 1.0) + 0.5772156649
    else:
        harmonic = logarithms(n - 1.0) + np.euler_gamma
    average[more] = 2.0 * harmonic - 2.0 * (n - 1.0) / n
    return average
