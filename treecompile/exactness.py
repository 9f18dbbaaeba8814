"""When two answers are the same: to the last bit, or as far as is promised."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from .functions import FUNCTIONS
from .program import (
    Apply,
    Arithmetic,
    Ensemble,
    Expression,
    Joint,
    Number,
    Program,
    inputs_of,
    parts,
)
from .vectors import VECTORS


def same(a: Any, b: Any) -> bool:
    """Equal to the last bit, and of one kind: -0.0 is not 0.0, nan is nan, 1 not True."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a.hex() == b.hex()
    return type(a) is type(b) and bool(a == b)


# A unit in the last place of a single, in those of a double.
_ULPS_OF_SINGLE = 2**29
_OF_SINGLE = "within 4 ulp of single precision"


@dataclass(frozen=True)
class Promise:
    """How far a number may be off: so many ulp of it, or of ``scale`` if that is more.

    ``decisions`` is that scale for decision_function: raw numbers start from logarithms
    and may cancel out. ``words`` say so, and why.
    """

    ulps: int
    scale: float
    words: str
    decisions: float = 0.0

    def of(self, function: str) -> Promise:
        """The promise for what one of the functions of a scorer answers."""
        if function != "decision_function":
            return self
        return replace(self, scale=max(self.scale, self.decisions))

    def near(self, a: Any, b: Any) -> bool:
        """The same, but for the last places of numbers."""
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(map(self.near, a, b))
        if isinstance(a, float) and isinstance(b, float):
            if a != a or b != b or math.isinf(a) or math.isinf(b):
                return same(a, b)
            return abs(a - b) <= self.ulps * math.ulp(max(abs(a), abs(b), self.scale))
        return same(a, b)


# Two softmaxes by two kernels of exp, each right within 1 ulp, and sums rounded apart:
# of 170 million shares of 3 to 12 classes, 0.8% were 2 ulp apart, 1 in 8,000 3 ulp or
# more, and one 6 (numpy 2.4 with AVX-512 against glibc).
_BY_GLIBC = Promise(8, 0.0, "within 8 ulp, nearly all of them within 2", decisions=1.0)
# What is promised on a target of what passes through exp, log or their kin. Python calls
# the C library's; the functions of a scorer in JavaScript go the steps of glibc's, to the
# same bits (templates/javascript/runtime.mjs).
_BY_EXP = {"python": _BY_GLIBC, "javascript": _BY_GLIBC}


def promise(program: Program, target: str) -> Promise | None:
    """What is promised of the answers of a program on a target, beside equal labels; None
    where that is equality to the last bit."""
    model = program.model
    if isinstance(model, Ensemble):
        # scikit-learn leaves them to BLAS (docs/arithmetic.md, Matrix products).
        if model.linear:
            places = "places of single precision" * model.linear_in_singles or "places"
            return Promise(
                512 * (_ULPS_OF_SINGLE if model.linear_in_singles else 1),
                1.0,
                f"in the last {places}, since BLAS adds up in an order of its own",
            )
        if model.samples is not None:  # from which an offset is taken
            return Promise(2, 1.0, "within 2 ulp of 1.0")
        if any(isinstance(x, Joint) and x.loose for x in (*model.stages, *model.links)):
            return Promise(4 * _ULPS_OF_SINGLE, 0.0, _OF_SINGLE)
    if "interpolated_single" in _functions(program):  # scipy's own way since 1.18
        return Promise(4 * _ULPS_OF_SINGLE, 1.0, _OF_SINGLE)
    if rounds_a_function(*_expressions(program)):
        return Promise(4 * _ULPS_OF_SINGLE, 0.0, _OF_SINGLE)
    if not passes_through_exp(program):
        return None
    scale = _shift(program)
    more = f" of them, or of {scale!r} where that is more" if scale else ""
    found = _BY_EXP[target]
    return replace(found, scale=scale, words=found.words + more)


def _shift(program: Program) -> float:
    """The most that is added to what a function computes on the way to a regressor's
    answers: the sum can be next to nothing, and is then off by units of that."""
    model = program.model
    if program.classes is not None or not isinstance(model, Ensemble):
        return 0.0
    most = 0.0
    for part in (p for s in model.stages for x in inputs_of(s) for p in parts(x)):
        if isinstance(part, Apply) and part.function == "yeo_johnson_inverse":
            most = max(most, 1.0)
        if isinstance(part, Arithmetic) and isinstance(part.right, Number):
            inexact = part.operator in "+-" and any(
                isinstance(p, Apply) and not FUNCTIONS[p.function].exact
                for p in parts(part.left)
            )
            most = max(most, abs(part.right.value) * inexact)
    return most


def rounds_a_function(*expressions: Expression) -> bool:
    """Whether a function of numpy is computed in single precision, in which it has
    kernels of its own, less exact than the C library's."""
    return any(
        isinstance(part, Apply)
        and part.function == "single"
        and isinstance(part.operand, Apply)
        and not FUNCTIONS[part.operand.function].exact
        for part in parts(*expressions)
    )


def passes_through_exp(program: Program) -> bool:
    """Whether some answer, or some feature, passes through exp, log or their kin."""
    model = program.model
    if isinstance(model, Ensemble):
        stages = (*model.stages, *model.links)
        if any(isinstance(x, Joint) and VECTORS[x.function].exp for x in stages):
            return True
    return any(not FUNCTIONS[name].exact for name in _functions(program))


def _functions(program: Program) -> set[str]:
    """The functions that some expression applies."""
    return {
        part.function
        for part in parts(*_expressions(program))
        if isinstance(part, Apply)
    }


def _expressions(program: Program) -> Iterator[Expression]:
    yield from (feature.value for feature in (*program.features, *program.inner))
    yield from (check.value for check in program.checks)
    model = program.model
    if isinstance(model, Ensemble):
        for stage in (*model.stages, *model.links):
            yield from inputs_of(stage)
        yield from model.scores
        yield from model.decision or ()
        yield from model.samples or ()
        for output in model.probabilities or ():
            yield from output


@cache
def flavour() -> str:
    """What numpy's exp on this machine is, in words: it is not the same on each."""
    points = np.random.default_rng(0).uniform(-20.0, 20.0, 4000)
    libm = np.array([math.exp(x) for x in points.tolist()])
    others = int(np.count_nonzero(np.exp(points) != libm))
    if not others:
        return f"numpy's exp on this machine is libm's (numpy {np.__version__})"
    return (
        f"numpy's exp on this machine is not libm's (numpy {np.__version__}: it differs "
        f"in the last bit of {others} of 4000 values)"
    )
