"""Numbers into steps: Binarizer and KBinsDiscretizer (docs/arithmetic.md, Steps)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..program import Apply, Expression, Steps, equals
from .flow import FLOAT64, Flow, OtherMatrix, Step, dtype_names, flow_of
from .registry import Row, TransformerRow


def binarizer(step: Step) -> Flow:
    """One where the number is above the threshold, else zero."""
    threshold = float(step.record.get("threshold", 0.0))
    if step.flow.sparse and threshold < 0:
        raise OtherMatrix(
            step.here, "on a sparse matrix its threshold cannot be below zero"
        )
    step.doubles()
    least = math.nextafter(threshold, math.inf)
    flow = step.flow.with_values(Steps(v, (least,)) for v in not_missing(step))
    if flow.sparse:  # it drops the zeros that it makes
        step.raw.stored.update(flow.values)
    return flow


def discretizer(step: Step) -> Flow:
    """The number of inner edges that are at most the number, as it is or one-hot.

    Up to scikit-learn 1.0 every number is first moved up by a little (``nudged``).
    """
    record, names = step.record, step.flow.names
    dtypes = _dtypes(step)
    edges = list(record["bin_edges_"])
    if len(edges) != len(names):
        raise step.refuse("its bin_edges_ do not fit its columns: the file is damaged")
    values: list[Expression] = []
    for value, ends in zip(not_missing(step), edges):
        inner = tuple(np.asarray(ends, dtype=np.float64).tolist()[1:-1])
        if step.version < (1, 1):
            value = Apply("nudged", value)
        values.append(Steps(value, inner))
    how = record.get("encode", "onehot")
    if how == "ordinal":
        return flow_of(zip(names, values), dtypes=dtypes)
    if how not in ("onehot", "onehot-dense"):
        raise step.refuse(f"its encoding {how!r} is not known")
    counts = step.per_column(record["n_bins_"], "n_bins_")
    if any(int(n) != len(ends) - 1 for n, ends in zip(counts, edges)):
        raise step.refuse("its n_bins_ do not fit its bin_edges_: the file is damaged")
    pairs = [
        (f"{name}_{float(number)}", equals(value, float(number)))
        for name, value, count in zip(names, values, counts)
        for number in range(int(count))
    ]
    return flow_of(pairs, sparse=how == "onehot", dtypes=dtypes)


def _dtypes(step: Step) -> frozenset[str]:
    """What it computes in: doubles, or what is asked for."""
    dtype: Any = step.record.get("dtype")
    if dtype is None:
        step.doubles()
        return FLOAT64
    names = dtype_names(dtype)
    if names != FLOAT64:
        raise step.refuse(
            f"it rounds its numbers to {next(iter(names))}",
            "Leave its dtype at the default and fit again.",
        )
    return names


def not_missing(step: Step) -> list[Expression]:
    """What flows in, checked to be finite."""
    for value in step.flow.values:
        step.raw.check(value, missing=False)
    return step.flow.values


ROWS: tuple[TransformerRow, ...] = (
    Row("Binarizer", "sklearn.preprocessing", binarizer, stateless=True),
    Row("KBinsDiscretizer", "sklearn.preprocessing", discretizer),
)
