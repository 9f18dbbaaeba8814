"""PowerTransformer and QuantileTransformer: a curve for each column."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..program import Apply, Expression
from ..read.records import Record
from .flow import Flow, Step
from .registry import Row, TransformerRow
from .scalers import SMALLEST, accepted, operate


def power(step: Step) -> Flow:
    """Yeo-Johnson or Box-Cox with the fitted powers, then standardised
    (docs/arithmetic.md, Powers).

    scikit-learn 1.9 leaves Yeo-Johnson to scipy, which computes it by ``expm1``; before,
    it raised to the power itself.
    """
    record = step.record
    method = record.get("method", "yeo-johnson")
    values = accepted(step)
    if method == "box-cox":
        name = "box_cox"
        for value in values:
            step.raw.check(value, missing=True, low=SMALLEST)
    elif method == "yeo-johnson":
        name = "yeo_johnson" if step.version >= (1, 9) else "yeo_johnson_by_power"
    else:
        raise step.refuse(f"its method {method!r} is not known")
    powers = step.per_column(record["lambdas_"], "lambdas_")
    values = [Apply(name, v, (float(p),)) for v, p in zip(values, powers)]
    if record.get("standardize", True):
        values = _standardized(step, values)
    return step.flow.computed(values)


def _standardized(step: Step, values: list[Expression]) -> list[Expression]:
    scaler = step.record.get("_scaler")
    if not isinstance(scaler, Record) or "scale_" not in scaler:
        raise step.refuse("it has no fitted scaler: the file is damaged")
    for value in values:
        step.raw.check(value, missing=True)
    means = step.per_column(scaler["mean_"], "mean_")
    scales = step.per_column(scaler["scale_"], "scale_")
    return [
        operate("/", operate("-", value, mean), scale)
        for value, mean, scale in zip(values, means, scales)
    ]


def quantile(step: Step) -> Flow:
    """The share of the fitted data below a number, by interpolation between quantiles
    from below and from above (docs/arithmetic.md, Quantiles)."""
    record = step.record
    if record.get("output_distribution", "uniform") != "uniform":
        raise step.refuse(
            "its output_distribution is 'normal', and the curve that a library draws "
            "for it does not rise steadily in the last bits",
            "Use output_distribution='uniform': a tree answers the same on either.",
        )
    if step.flow.sparse:
        raise step.refuse(
            "on a sparse matrix it leaves out the zeros",
            "Give it a dense matrix (sparse_output=False, sparse_threshold=0).",
        )
    values = accepted(step)
    quantiles = np.asarray(record["quantiles_"], dtype=np.float64)
    references = np.asarray(record["references_"], dtype=np.float64)
    if quantiles.shape != (len(references), len(values)):
        raise step.refuse("its quantiles_ do not fit its columns: the file is damaged")
    shares = tuple(references.tolist())
    columns = quantiles.T.tolist()
    if not all(_ascends(numbers) for numbers in (shares, *columns)):
        raise step.refuse("its quantiles_ do not ascend: the file is damaged")
    return step.flow.computed(
        Apply("quantile", value, (*numbers, *shares))
        for value, numbers in zip(values, columns)
    )


def _ascends(numbers: list[float] | tuple[float, ...]) -> bool:
    return all(a <= b for a, b in pairwise(numbers))


ROWS: tuple[TransformerRow, ...] = (
    Row("PowerTransformer", "sklearn.preprocessing", power),
    Row("QuantileTransformer", "sklearn.preprocessing", quantile),
)
