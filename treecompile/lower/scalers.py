"""Scalers: arithmetic on each column with fitted constants (docs/arithmetic.md, Scalers;
Sums of squares)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from ..program import Arithmetic, Clip, Expression, Norm, Number
from ..single import single
from .flow import FLOAT32, FLOAT64, Flow, OtherMatrix, Step
from .registry import Row, TransformerRow
from .singles import rounded

# What scikit-learn takes a length for one below, since 1.0: before, only zero.
TEN_EPSILONS = 10 * float(np.finfo(np.float64).eps)
SMALLEST = float(np.nextafter(0.0, 1.0))


def operate(operator: str, value: Expression, constant: Any) -> Expression:
    """The value and a fitted constant under one operation."""
    return Arithmetic(operator, value, Number(float(constant)))


def standard(step: Step) -> Flow:
    """``(x - mean_) / scale_``, either part optional; ``x * (1 / scale_)`` if sparse."""
    record, values = step.record, _accepted(step)
    # Since 1.8 the constants of this one are rounded to single before they meet singles.
    narrow = step.flow.dtypes == FLOAT32 and step.version >= (1, 8)
    if record.get("with_mean", True) and _is_dense(step):
        values = by_column(step, "-", values, "mean_", narrow)
    if record.get("with_std", True) and record["scale_"] is not None:
        values = divided(step, values, narrow)
    return scaled(step, values)


def min_max(step: Step) -> Flow:
    """``x * scale_ + min_``, then into feature_range where so asked."""
    _is_dense(step)
    values = by_column(step, "*", _accepted(step), "scale_")
    values = by_column(step, "+", values, "min_")
    if step.record.get("clip", False):
        low, high = map(float, step.record["feature_range"])
        if step.flow.dtypes == FLOAT32:
            low, high = single(low), single(high)
        values = [Clip(value, low, high) for value in values]
    return scaled(step, values)


def _is_dense(step: Step) -> bool:
    """Whether the matrix is dense. One that moves zeros was fitted on such: where a
    matrix is but supposed to be sparse, that shows that it is not."""
    if step.flow.sparse and step.raw.told.trial:
        raise OtherMatrix(
            step.here, "it moves zeros, which it cannot in a sparse matrix"
        )
    return not step.flow.sparse


def max_abs(step: Step) -> Flow:
    """``x / scale_``, then into -1 to 1 where so asked."""
    values = divided(step, _accepted(step))
    if step.record.get("clip", False):
        values = [Clip(value, -1.0, 1.0) for value in values]
    return scaled(step, values)


def robust(step: Step) -> Flow:
    """``(x - center_) / scale_``, either part optional; the scale may be infinite."""
    record, values = step.record, _accepted(step)
    if record.get("with_centering", True) and _is_dense(step):
        values = by_column(step, "-", values, "center_")
    if record.get("with_scaling", True):
        values = divided(step, values)
    return scaled(step, values)


def scaled(step: Step, values: Iterable[Expression]) -> Flow:
    """The columns with other numbers, of the precision that they had."""
    dtypes = FLOAT32 if step.flow.dtypes == FLOAT32 else FLOAT64
    return replace(step.flow.computed(values), dtypes=dtypes)


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
    """What flows in, checked as scikit-learn checks it: doubles, finite, and perhaps
    missing."""
    step.doubles()
    return _checked(step, missing)


def _accepted(step: Step) -> list[Expression]:
    """The same, for what is computed in place: singles may flow in, and stay singles."""
    if step.flow.dtypes != FLOAT32 or step.flow.sparse:
        step.doubles()
    return _checked(step, True)


def _checked(step: Step, missing: bool) -> list[Expression]:
    for value in step.flow.values:
        step.raw.check(value, missing)
    return step.flow.values


def by_column(
    step: Step,
    operator: str,
    values: list[Expression],
    attribute: str,
    narrow: bool = False,
) -> list[Expression]:
    """Each column under one operation with its own fitted constant (in singles, rounded
    before if ``narrow``), and rounded to single where it is one."""
    constants = step.per_column(step.record[attribute], attribute)
    if narrow:
        constants = [single(float(x)) for x in constants]
    found = [operate(operator, v, c) for v, c in zip(values, constants)]
    return list(map(rounded, found)) if step.flow.dtypes == FLOAT32 else found


def divided(
    step: Step, values: list[Expression], narrow: bool = False
) -> list[Expression]:
    """Over ``scale_``, or times its inverse where the matrix is sparse."""
    if not step.flow.sparse:
        return by_column(step, "/", values, "scale_", narrow)
    scales = step.per_column(step.record["scale_"], "scale_")
    inverse = (1.0 / np.array(scales, dtype=np.float64)).tolist()
    return [operate("*", v, factor) for v, factor in zip(values, inverse)]


ROWS: tuple[TransformerRow, ...] = (
    Row("StandardScaler", "sklearn.preprocessing", standard),
    Row("MinMaxScaler", "sklearn.preprocessing", min_max),
    Row("MaxAbsScaler", "sklearn.preprocessing", max_abs),
    Row("RobustScaler", "sklearn.preprocessing", robust),
    Row("Normalizer", "sklearn.preprocessing", normalizer, stateless=True),
)
