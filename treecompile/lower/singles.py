"""What numpy computes of numbers of single precision, which XGBoost answers with.

An operation on an array of singles and a plain number of Python, or an array of
singles, is rounded to single. With a double of numpy it is not, since numpy 2 (NEP 50);
before, a lone double counted for no more than a plain number. An array of doubles makes
doubles in every version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..program import Apply, Arithmetic, Expression, Number
from ..single import single
from .build import Builder


def rounded(x: Expression) -> Expression:
    """A number, rounded to single precision."""
    return Apply("single", x, ())


def sum_of_singles(terms: Sequence[Expression]) -> Expression:
    """The sum from left to right, each addition rounded."""
    total = terms[0]
    for x in terms[1:]:
        total = rounded(Arithmetic("+", total, x))
    return total


def mean_of_singles(terms: Sequence[Expression], by: float) -> Expression:
    """That sum over a plain number."""
    return rounded(Arithmetic("/", sum_of_singles(terms), Number(by)))


@dataclass(frozen=True)
class Scalar:
    """A lone number that meets singles, and whether what comes of it is one of them."""

    value: float
    single: bool


def scalar(build: Builder, path: str, number: Any) -> Scalar:
    """A number of a record beside singles. Refused where it is a double of numpy, and
    the file does not say of which numpy."""
    value = float(np.asarray(number))
    if isinstance(number, np.ndarray):
        number = number[()]
    if isinstance(number, np.generic) and number.dtype.itemsize > 4:
        if build.raw.of_numpy_2 is None:
            raise UnsupportedModel(
                path,
                "it puts doubles beside the numbers of single precision that XGBoost "
                "answers with, the file does not say whether numpy 2 wrote it, and they "
                "come to other numbers since",
                "Save the model with pickle or joblib.",
            )
        if build.raw.of_numpy_2:
            return Scalar(value, False)
    return Scalar(single(value), True)


def operated(operator: str, x: Expression, other: Scalar) -> Expression:
    """A single and a lone number under one operation, as numpy has it."""
    result = Arithmetic(operator, x, Number(other.value))
    return rounded(result) if other.single else result
