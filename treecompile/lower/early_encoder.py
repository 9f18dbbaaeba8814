"""The OneHotEncoder of scikit-learn up to 0.19, and of 0.20 and 0.21 in legacy mode.

It takes columns of integers, which are cut off toward zero if they are none, and gives a
column to each number from 0 up to the largest that it saw (``n_values_``). Where it
counted for itself (``n_values="auto"``), only the numbers that it saw keep theirs.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np

from ..program import Expression, Feature, Steps, equals
from ..read.budget import EXPRESSION, LABEL, charge
from ..read.records import Record
from .flow import Flow, OtherMatrix, Step, dtype_names, flow_of, side_by_side

_LARGEST_INTEGER = math.nextafter(2.0**63, 0.0)


def is_early(record: Record) -> bool:
    """Whether an encoder works in this way."""
    return "feature_indices_" in record or bool(record.get("_legacy_mode", False))


def width_before(record: Record, after: int | None) -> int | None:
    """How many columns it was fitted on; None if it does not say. ``after`` is how many
    come out of it."""
    counts = record.get("n_values_", record.get("_n_values_"))
    if not isinstance(counts, np.ndarray):
        return None
    which = record.get("_categorical_features", record.get("categorical_features"))
    if isinstance(which, str):
        return len(counts)
    marks = np.asarray(which)
    if marks.dtype == bool:
        return len(marks)
    array = record.get("active_features_", record.get("_active_features_"))
    if after is None:
        return None
    made = int(counts.sum()) if array is None else len(np.asarray(array))
    return after - made + len(counts)


def early_one_hot(step: Step) -> Flow:
    """The columns that it encodes; to the right of them, those that it does not."""
    record, flow = step.record, step.flow
    if flow.sparse:
        raise OtherMatrix(step.here, "it takes no sparse matrix, and one reaches it")
    chosen = _chosen(step)
    rest = [f for f, wanted in zip(flow.features, chosen) if not wanted]
    if not any(chosen):
        return flow
    features = [f for f, wanted in zip(flow.features, chosen) if wanted]
    block = flow_of(
        _indicators(step, features),
        bool(record.get("sparse", True)),
        dtype_names(record.get("dtype", "float64")),
    )
    if not rest:
        return block
    for feature in rest:
        step.raw.check(feature.value, missing=False)
    return side_by_side([block, Flow(tuple(rest))], block.sparse, frame=False)


def _chosen(step: Step) -> list[bool]:
    """For each column, whether it is encoded."""
    record, width = step.record, len(step.flow.features)
    which = record.get("_categorical_features", record.get("categorical_features"))
    if isinstance(which, str) and which == "all":
        return [True] * width
    chosen = np.zeros(width, dtype=bool)
    chosen[np.asarray(which)] = True  # of places, or a mask
    return [bool(wanted) for wanted in chosen]


def _indicators(step: Step, features: list[Feature]) -> list[tuple[str, Expression]]:
    """One or zero for each number that has a column, of each of the features."""
    record = step.record
    counts = _integers(step, "n_values_", len(features))
    starts = _integers(step, "feature_indices_", len(features) + 1)
    active, ordered = None, []
    counted = record.get("_n_values", record.get("n_values", "auto"))
    if isinstance(counted, str):
        array = record.get("active_features_", record.get("_active_features_"))
        active = np.asarray(array).reshape(-1)
        charge(LABEL * len(active))
        ordered = sorted({int(place) for place in active.tolist()})
    closed = record.get("handle_unknown", "error") == "error"
    pairs: list[tuple[str, Expression]] = []
    for feature, count, start in zip(features, counts, starts):
        high = math.nextafter(float(count), -math.inf) if closed else _LARGEST_INTEGER
        step.raw.check(feature.value, False, math.nextafter(-1.0, 0.0), high)
        if active is None:
            charge(2 * EXPRESSION * count)
            numbers = list(range(count))
        else:
            numbers = [n - start for n in ordered[_within(ordered, start, count)]]
            charge(2 * EXPRESSION * len(numbers))
        ends = {float(n) for n in numbers if n} | {n + 1.0 for n in numbers}
        edges = tuple(sorted(ends))
        place = Steps(feature.value, edges)
        pairs += [
            (f"{feature.name}_{n}", equals(place, float(bisect_right(edges, n))))
            for n in numbers
        ]
    return pairs


def _within(ordered: list[int], start: int, count: int) -> slice:
    """Where the numbers from ``start`` on stand that are below ``start + count``."""
    return slice(bisect_left(ordered, start), bisect_left(ordered, start + count))


def _integers(step: Step, name: str, length: int) -> list[int]:
    array: Any = step.record.get(name, step.record.get(f"_{name}"))
    found = [int(number) for number in np.asarray(array).reshape(-1).tolist()]
    if len(found) != length or not all(0 <= number < 10_000_000 for number in found):
        raise step.refuse(f"its {name} do not fit its columns: the file is damaged")
    return found
