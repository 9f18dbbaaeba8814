"""Scalers: arithmetic on each column with fitted constants (semantics 6.7, 6.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..program import Arithmetic, Clip, Expression, Norm, Number
from .flow import Flow, Step

# What scikit-learn takes a length for one below, since 1.0: before, only zero.
TEN_EPSILONS = 10 * float(np.finfo(np.float64).eps)
SMALLEST = float(np.nextafter(0.0, 1.0))


def operate(operator: str, value: Expression, constant: Any) -> Expression:
    """The value and a fitted constant under one operation."""
    return Arithmetic(operator, value, Number(float(constant)))


def standard(step: Step) -> Flow:
    """``(x - mean_) / scale_``, either part optional; ``x * (1 / scale_)`` if sparse."""
    record, values = step.record, accepted(step)
    if record.get("with_mean", True) and not step.flow.sparse:
        values = by_column(step, "-", values, "mean_")
    if record.get("with_std", True) and record["scale_"] is not None:
        values = divided(step, values)
    return step.flow.computed(values)


def min_max(step: Step) -> Flow:
    """``x * scale_ + min_``, then into feature_range where so asked."""
    values = by_column(step, "*", accepted(step), "scale_")
    values = by_column(step, "+", values, "min_")
    if step.record.get("clip", False):
        low, high = map(float, step.record["feature_range"])
        values = [Clip(value, low, high) for value in values]
    return step.flow.computed(values)


def max_abs(step: Step) -> Flow:
    """``x / scale_``, then into -1 to 1 where so asked."""
    values = divided(step, accepted(step))
    if step.record.get("clip", False):
        values = [Clip(value, -1.0, 1.0) for value in values]
    return step.flow.computed(values)


def robust(step: Step) -> Flow:
    """``(x - center_) / scale_``, either part optional; the scale may be infinite."""
    record, values = step.record, accepted(step)
    if record.get("with_centering", True) and not step.flow.sparse:
        values = by_column(step, "-", values, "center_")
    if record.get("with_scaling", True):
        values = divided(step, values)
    return step.flow.computed(values)


def normalizer(step: Step) -> Flow:
    """Each row over its length: the sum, the root of the sum of squares, or the
    greatest, of its magnitudes. The sums are numpy's own for rows that lie in one
    piece, as a single row always does."""
    record, flow = step.record, step.flow
    values = accepted(step, missing=False)
    kind = record.get("norm", "l2")
    if kind not in ("l1", "l2", "max"):
        raise step.refuse(f"its norm {kind!r} is not known")
    if kind == "max" and step.version < (0, 23):
        kind = "largest"  # without regard to signs
    if kind == "l2" and len(values) > 2 and not flow.sparse and step.version < (1, 0):
        raise step.refuse(
            "in the numpy of its day, the order in which squares are summed differs",
            "Fit it again with scikit-learn 1.0 or later.",
        )
    old = flow.sparse or step.version < (1, 0)
    paired = not flow.sparse and len(values) >= {"l1": 8, "l2": 3}.get(kind, 2**63)
    length = Norm(kind, tuple(values), SMALLEST if old else TEN_EPSILONS, paired)
    return flow.computed(Arithmetic("/", value, length) for value in values)


def accepted(step: Step, missing: bool = True) -> list[Expression]:
    """What flows in, checked as scikit-learn checks it: finite, and perhaps missing."""
    step.doubles()
    for value in step.flow.values:
        step.raw.check(value, missing)
    return step.flow.values


def by_column(
    step: Step, operator: str, values: list[Expression], attribute: str
) -> list[Expression]:
    """Each column under one operation with its own fitted constant."""
    constants = step.per_column(step.record[attribute], attribute)
    return [operate(operator, v, c) for v, c in zip(values, constants)]


def divided(step: Step, values: list[Expression]) -> list[Expression]:
    """Over ``scale_``, or times its inverse where the matrix is sparse."""
    scales = step.per_column(step.record["scale_"], "scale_")
    if step.flow.sparse:
        inverse = (1.0 / np.array(scales, dtype=np.float64)).tolist()
        return [operate("*", v, factor) for v, factor in zip(values, inverse)]
    return [operate("/", v, scale) for v, scale in zip(values, scales)]


TRANSFORMERS: dict[tuple[str, str], Callable[[Step], Flow]] = {
    ("sklearn", "StandardScaler"): standard,
    ("sklearn", "MinMaxScaler"): min_max,
    ("sklearn", "MaxAbsScaler"): max_abs,
    ("sklearn", "RobustScaler"): robust,
    ("sklearn", "Normalizer"): normalizer,
}
