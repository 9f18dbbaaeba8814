"""Functions of several numbers together: how each is computed, and by whose exp.

A row says what a stage of these means (``answers.py``), by which name a scorer's runtime
has it in every language, and what can be promised of it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .functions import exp_by_table
from .interpret import left_to_right, numpy_sum
from .single import exp_single, single

Numbers = Sequence[float]
Vector = tuple[float, ...]


@dataclass(frozen=True)
class VectorFunction:
    """A function of some numbers and its parameters, which answers as many.

    ``exp`` is the library whose exponential it passes through: "numpy", "xgboost" or
    "catboost"; "" where it passes through none, so that every machine computes the same.
    """

    apply: Callable[..., Vector]
    exp: str = ""


def _softmax(numbers: Numbers, total: Callable[[Numbers], float]) -> Vector:
    """exp(x) over the sum of them all, the largest taken off first, as scikit-learn's
    ``softmax`` has it."""
    largest = max(numbers)
    powers = [math.exp(x - largest) for x in numbers]
    whole = total(powers)
    return tuple(x / whole for x in powers)


def _softmax_of_log(numbers: Numbers, total: Callable[[Numbers], float]) -> Vector:
    """The same, with the logarithm of the sum taken off before the exponential, as
    ``scipy.special.logsumexp`` has it."""
    largest = max(numbers)
    whole = math.log(total([math.exp(x - largest) for x in numbers])) + largest
    return tuple(math.exp(x - whole) for x in numbers)


def _softmax_single(numbers: Numbers) -> Vector:
    """The same in single precision; the sum is rounded to it once it is whole."""
    largest = max(numbers)
    powers = [exp_single(single(x - largest)) for x in numbers]
    whole = single(left_to_right(powers))
    return tuple(single(x / whole) for x in powers)


def _softmax_by_table(numbers: Numbers) -> Vector:
    """The same by CatBoost's exp, four at a time: those of a whole four are never below
    the smallest normal double."""
    largest = max(numbers)
    powers = [exp_by_table(x - largest) for x in numbers]
    fours = len(powers) // 4 * 4
    powers[:fours] = [max(x, sys.float_info.min) for x in powers[:fours]]
    whole = left_to_right(powers)
    return tuple(x / whole for x in powers)


def _normalized(
    numbers: Numbers, otherwise: float, total: Callable[[Numbers], float]
) -> Vector:
    """Numbers over their sum; where that is 0, each is ``otherwise``."""
    whole = total(numbers)
    return tuple(x / whole if whole else otherwise for x in numbers)


def _normalized_single(numbers: Numbers, otherwise: float) -> Vector:
    """The same in single precision, each addition and each share rounded to it."""
    whole = 0.0
    for x in numbers:
        whole = single(whole + x)
    return tuple(single(x / whole) if whole else otherwise for x in numbers)


#: Those that end in "paired" sum in the order of numpy.sum, the others from the left.
VECTORS = {
    "softmax": VectorFunction(lambda xs: _softmax(xs, left_to_right), "numpy"),
    "softmax_paired": VectorFunction(lambda xs: _softmax(xs, numpy_sum), "numpy"),
    "softmax_of_log": VectorFunction(
        lambda xs: _softmax_of_log(xs, left_to_right), "numpy"
    ),
    "softmax_of_log_paired": VectorFunction(
        lambda xs: _softmax_of_log(xs, numpy_sum), "numpy"
    ),
    "softmax_single": VectorFunction(_softmax_single, "xgboost"),
    "softmax_by_table": VectorFunction(_softmax_by_table, "catboost"),
    "normalized": VectorFunction(lambda xs, y: _normalized(xs, y, left_to_right)),
    "normalized_paired": VectorFunction(lambda xs, y: _normalized(xs, y, numpy_sum)),
    "normalized_single": VectorFunction(_normalized_single),
}
