"""TransformedTargetRegressor: the way back from what the tree predicts to the target.

A tree's answers are known when it is compiled, so the inverse is applied to the leaves
(docs/arithmetic.md, Targets taken back), one rounded operation at a time, as
scikit-learn's inverse_transform
does it. A function of numpy is applied with numpy itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..functions import numpy_function
from ..interpret import evaluate
from ..program import Answer, Apply, Arithmetic, Element, Expression, Number
from ..read.records import Name, Record
from ..single import single
from .compose import skipped, steps_of
from .flow import DEEPEST
from .paths import join, name_part
from .singles import rounded
from .tree import Lowered
from .versions import version_of

SUPPORTED_INVERSES = (
    "StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PowerTransformer,\n"
    "QuantileTransformer (uniform), functions of numpy, and a Pipeline of these"
)


def with_inverse(lowered: Lowered, record: Record, path: str) -> Lowered:
    """The regressor's answers, taken back through ``transformer_``."""
    model = lowered.model
    transformer, leaf = record.get("transformer_"), Element(0, 0)

    @cache
    def back(output: int) -> Expression:
        return inverse_expression(transformer, path, output, leaf, False)

    def taken(answer: Answer) -> Answer:
        numbers: Any = answer if isinstance(answer, tuple) else (answer,)
        found = [evaluate(back(k), {leaf: x}) for k, x in enumerate(numbers)]
        return tuple(found) if isinstance(answer, tuple) else found[0]

    predictions = tuple(map(taken, model.predictions))
    return replace(lowered, model=replace(model, predictions=predictions))


def inverse_expression(
    transformer: Any, path: str, output: int, x: Expression, in_singles: bool
) -> Expression:
    """One output of the regressor, taken back. Each step is rounded where the number is
    a single: scikit-learn computes in place."""
    for part, where in reversed(_steps(transformer, join(path, "transformer"))):
        x = _back(part, where, output, x, in_singles)
    return x


def _steps(transformer: Any, path: str) -> list[tuple[Any, str]]:
    """The transformers of the target, in the order of fitting, and where they sit."""
    found: list[tuple[Any, str]] = []
    todo = [(transformer, path)]
    while todo:
        part, where = todo.pop()
        if isinstance(part, Record) and part.kind == ("sklearn", "Pipeline"):
            if where.count(",") > DEEPEST:
                raise UnsupportedModel(where[:200], "it is wrapped in itself")
            here = name_part(where, part)
            todo += [
                (inner, join(where, f"step {name!r}"))
                for name, inner in reversed(steps_of(part, here))
                if not skipped(inner)
            ]
        else:
            found.append((part, where))
    return found


def _back(
    part: Any, path: str, output: int, x: Expression, in_singles: bool
) -> Expression:
    """The inverse of one transformer."""
    here = name_part(path, part)
    if isinstance(part, Record) and part.kind[0] == "sklearn":
        if part.name in _AFFINE:
            return _affine(part, here, output, x, in_singles)
        if part.name == "FunctionTransformer":
            known = _known_function(part, here)
            if known is None:
                return x
            return rounded(Apply(known, x, ())) if in_singles else Apply(known, x, ())
        curve = {"PowerTransformer": _power, "QuantileTransformer": _quantile}
        if part.name in curve and not in_singles:
            return curve[part.name](part, here, output, x)
    raise UnsupportedModel(
        here,
        "its inverse cannot be computed exactly",
        f"Supported around a target are {SUPPORTED_INVERSES}.",
    )


def _affine(
    record: Record, here: str, output: int, x: Expression, in_singles: bool
) -> Expression:
    # Since 1.8 this one rounds its constants to single first.
    narrow = in_singles and record.name == "StandardScaler"
    narrow = narrow and version_of(record, here) >= (1, 8)
    for operator, attribute, switch in _AFFINE[record.name]:
        if switch is None or record.get(switch, True):
            constant = _constant(record, attribute, output)
            x = Arithmetic(
                operator, x, Number(single(constant) if narrow else constant)
            )
            x = rounded(x) if in_singles else x
    return x


def _constant(record: Record, attribute: str, output: int) -> float:
    return float(np.asarray(record[attribute], dtype=np.float64).reshape(-1)[output])


def _power(record: Record, here: str, output: int, x: Expression) -> Expression:
    """The scaler's inverse, then that of the curve (scikit-learn computes Yeo-Johnson's
    with numpy's power, and leaves Box-Cox's to scipy)."""
    if record.get("standardize", True):
        x = _affine(record["_scaler"], here, output, x, False)
    function = {"box-cox": "box_cox_inverse", "yeo-johnson": "yeo_johnson_inverse"}
    method = record.get("method", "yeo-johnson")
    return Apply(function[method], x, (_constant(record, "lambdas_", output),))


def _quantile(record: Record, here: str, output: int, x: Expression) -> Expression:
    """numpy.interp between the quantiles."""
    if record.get("output_distribution", "uniform") != "uniform":
        raise UnsupportedModel(
            here,
            "its output_distribution is 'normal', whose inverse is a function of scipy",
            "Use output_distribution='uniform', or fit on the target as it is.",
        )
    shares = np.asarray(record["references_"], dtype=np.float64).tolist()
    quantiles = np.asarray(record["quantiles_"], dtype=np.float64)[:, output].tolist()
    if len(shares) != len(quantiles) or shares != sorted(shares):
        raise UnsupportedModel(here, "its quantiles_ do not fit: the file is damaged")
    return Apply("interpolated", x, (*shares, *quantiles))


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


def _known_function(record: Record, here: str) -> str | None:
    """The key in FUNCTIONS of its inverse, None where it changes nothing."""
    function = record.get("inverse_func")
    if record.get("inv_kw_args"):
        raise UnsupportedModel(
            here,
            "its inverse function takes arguments",
            "Use a function of numpy that takes none, and fit again.",
        )
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
