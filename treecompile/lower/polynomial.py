"""PolynomialFeatures: products of columns (docs/arithmetic.md, Polynomials)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement
from math import comb

from ..program import Arithmetic, Expression, Number
from .bins import not_missing
from .flow import Flow, Step, flow_of
from .registry import Row, TransformerRow

_HIGHEST_DEGREE = 100
# More factors than this, in all products together, come out of no matrix that anybody
# fits; and a file says them in a few bytes.
MOST = 300_000


def polynomial(step: Step) -> Flow:
    """Every product of up to so many columns: ``x_i * (x_j * x_k)``, in that order."""
    if step.flow.sparse:
        raise step.refuse(
            "on a sparse matrix it multiplies in another order",
            "Give it a dense matrix (sparse_output=False, sparse_threshold=0).",
        )
    step.doubles()
    names, values = step.flow.names, not_missing(step)
    pairs: list[tuple[str, Expression]] = []
    for chosen in _chosen(step):
        product: Expression = Number(1.0)
        for i in reversed(chosen):
            is_first = product == Number(1.0)
            product = values[i] if is_first else Arithmetic("*", product, values[i])
        pairs.append((_name(chosen, names), product))
    return flow_of(pairs)


def _chosen(step: Step) -> Iterator[tuple[int, ...]]:
    """The places of the columns that each product takes, in scikit-learn's order."""
    record = step.record
    degree = record.get("degree", 2)
    least, most = (0, degree) if isinstance(degree, int) else degree
    if int(most) > _HIGHEST_DEGREE:
        raise step.refuse(
            f"its degree is {most}, and the highest here {_HIGHEST_DEGREE}"
        )
    choose = (
        combinations
        if record.get("interaction_only", False)
        else combinations_with_replacement
    )
    count = len(step.flow.features)
    sizes = range(max(1, int(least)), int(most) + 1)
    apart = 0 if choose is combinations else 1
    if sum(size * comb(count + apart * (size - 1), size) for size in sizes) > MOST:
        raise step.refuse(f"its columns are products of more than {MOST:,} factors")
    if record.get("include_bias", True):
        yield ()
    for size in sizes:
        yield from choose(range(count), size)


def _name(chosen: tuple[int, ...], names: list[str]) -> str:
    if not chosen:
        return "1"
    factors = [
        names[i] if times == 1 else f"{names[i]}^{times}"
        for i, times in Counter(chosen).items()
    ]
    return " ".join(factors)


ROWS: tuple[TransformerRow, ...] = (
    Row("PolynomialFeatures", "sklearn.preprocessing", polynomial),
)
