"""TransformedTargetRegressor: the way back from what the tree predicts to the target.

A tree's answers are known when it is compiled, so the inverse is applied to the leaves
(semantics 5.10), one rounded operation at a time, as scikit-learn's inverse_transform
does it. A function of numpy is applied with numpy itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..functions import FUNCTIONS, numpy_function
from ..program import Answer, Apply, Arithmetic, Expression, Number
from ..read.records import Name, Record
from ..single import single
from .paths import join, name_part
from .singles import rounded
from .tree import Lowered
from .versions import version_of

Inverse = Callable[[int, float], float]  # of an output and its number

SUPPORTED_INVERSES = (
    "StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, and functions of numpy"
)


def with_inverse(lowered: Lowered, record: Record, path: str) -> Lowered:
    """The regressor's answers, taken back through ``transformer_``."""
    inverse = inverse_of(record.get("transformer_"), join(path, "transformer"))
    model = lowered.model

    def back(answer: Answer) -> Answer:
        if isinstance(answer, tuple):
            return tuple(inverse(k, x) for k, x in enumerate(answer))  # type: ignore[arg-type]
        return inverse(0, answer)  # type: ignore[arg-type]

    predictions = tuple(map(back, model.predictions))
    return replace(lowered, model=replace(model, predictions=predictions))


def inverse_expression(
    transformer: Any, path: str, output: int, x: Expression, in_singles: bool
) -> Expression:
    """The same inverse of one output, on a number that is computed. Each step is rounded
    where the number is a single: scikit-learn computes in place."""
    path = join(path, "transformer")
    here = name_part(path, transformer)
    if isinstance(transformer, Record) and transformer.name in _AFFINE:
        # Since 1.8 this one rounds its constants to single first.
        narrow = in_singles and transformer.name == "StandardScaler"
        narrow = narrow and version_of(transformer, here) >= (1, 8)
        for operator, attribute, switch in _AFFINE[transformer.name]:
            if switch is None or transformer.get(switch, True):
                constants = np.asarray(transformer[attribute], dtype=float).tolist()
                constant = single(constants[output]) if narrow else constants[output]
                x = Arithmetic(operator, x, Number(constant))
                x = rounded(x) if in_singles else x
        return x
    if isinstance(transformer, Record) and transformer.name == "FunctionTransformer":
        known = _known_function(transformer, here)
        if known is None:
            return x
        return rounded(Apply(known, x, ())) if in_singles else Apply(known, x, ())
    raise _refused(here)


def inverse_of(transformer: Any, path: str) -> Inverse:
    """The inverse of a fitted transformer of the target, for one number at a time."""
    here = name_part(path, transformer)
    if isinstance(transformer, Record) and transformer.kind[0] == "sklearn":
        if transformer.name in _AFFINE:
            return _affine(transformer, _AFFINE[transformer.name])
        if transformer.name == "FunctionTransformer":
            return _function(transformer, here)
    raise _refused(here)


def _refused(here: str) -> UnsupportedModel:
    return UnsupportedModel(
        here,
        "its inverse cannot be computed exactly",
        f"Supported around a target are {SUPPORTED_INVERSES}.",
    )


# (operator, fitted attribute, the parameter that turns it off), in order.
_AFFINE: dict[str, tuple[tuple[str, str, str | None], ...]] = {
    "StandardScaler": (("*", "scale_", "with_std"), ("+", "mean_", "with_mean")),
    "RobustScaler": (
        ("*", "scale_", "with_scaling"),
        ("+", "center_", "with_centering"),
    ),
    "MinMaxScaler": (("-", "min_", None), ("/", "scale_", None)),
    "MaxAbsScaler": (("*", "scale_", None),),
}
_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def _affine(record: Record, steps: tuple[tuple[str, str, str | None], ...]) -> Inverse:
    constants = [
        (_OPERATIONS[operator], np.asarray(record[attribute], dtype=float).tolist())
        for operator, attribute, switch in steps
        if switch is None or record.get(switch, True)
    ]

    def inverse(output: int, x: float) -> float:
        for operation, values in constants:
            x = operation(x, values[output])
        return x

    return inverse


def _function(record: Record, here: str) -> Inverse:
    known = _known_function(record, here)
    if known is None:
        return lambda output, x: x
    return lambda output, x: FUNCTIONS[known].apply(x)


def _known_function(record: Record, here: str) -> str | None:
    """The key in FUNCTIONS of its inverse, None where it changes nothing."""
    function = record.get("inverse_func")
    if record.get("inv_kw_args"):
        raise UnsupportedModel(here, "its inverse function takes arguments")
    if function is None:
        return None
    known = None
    if isinstance(function, Name):
        known = numpy_function(function.module, function.name)
    if known is None:
        raise UnsupportedModel(
            here,
            f"its inverse is {function!r}, and a file holds no more than its name",
            f"Supported around a target are {SUPPORTED_INVERSES}.",
        )
    return known
