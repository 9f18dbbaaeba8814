"""feature_engine: imputers, encoders and outlier cappers, which are tables and bounds.

They take a frame, change some of its columns and pass the others on, in the order of fit.
What they learnt are dicts by the name of the column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..program import (
    LARGEST,
    Category,
    Clip,
    Constant,
    Expression,
    Fill,
    IsMissing,
    Match,
)
from ..read.budget import EXPRESSION, charge
from .flow import Flow, Step, flow_of

_FILLERS = (
    "MeanMedianImputer",
    "ArbitraryNumberImputer",
    "EndTailImputer",
    "CategoricalImputer",
)
_ENCODERS = ("OrdinalEncoder", "MeanEncoder", "CountFrequencyEncoder")
_CAPPERS = ("Winsorizer", "ArbitraryOutlierCapper")
_NAN = float("nan")


def imputer(step: Step) -> Flow:
    """Numbers or texts in the place of what is missing."""
    values = _dict(step, "imputer_dict_")

    def filled(name: str, value: Expression) -> Expression:
        return Fill(value, _constant(step, values[name]))

    return _changed(step, values, filled)


def encoder(step: Step) -> Flow:
    """A number for each text that was seen in fit."""
    record = step.record
    tables = _dict(step, "encoder_dict_")
    unseen = record.get("unseen", record.get("errors", "ignore"))
    takes_missing = record.get("missing_values", "raise") == "ignore"
    if unseen not in ("ignore", "raise", "encode"):
        raise step.refuse(f"its parameter unseen is {unseen!r}")
    default = _NAN
    if unseen == "encode":
        default = _number(step, record.get("_unseen"))

    def encoded(name: str, value: Expression) -> Expression:
        if not isinstance(tables[name], Mapping):
            raise step.refuse(f"what it learnt of {name!r} is no table")
        table = [
            (_text(step, name, x), _number(step, y)) for x, y in tables[name].items()
        ]
        charge(EXPRESSION * len(table))
        known: list[Category] = [text for text, _ in table]
        closed = unseen == "raise"
        if closed and takes_missing:
            raise step.refuse(
                "with unseen='raise' it refuses missing values in spite of "
                "missing_values='ignore'",
                "Fit it with missing_values='raise', which refuses the same records.",
            )
        step.raw.categories(value, known, closed, False)
        if not takes_missing and not closed:
            step.raw.check(IsMissing(value), missing=False, low=0.0, high=0.0)
        entries: list[tuple[Category, float]] = list(table)
        return Match(value, tuple(entries), default)

    return _changed(step, tables, encoded)


def capper(step: Step) -> Flow:
    """Numbers brought between two bounds, or below or above one."""
    if step.record.get("add_indicators", False):
        raise step.refuse(
            "with add_indicators it adds columns that say what it capped",
            "Fit it with add_indicators=False.",
        )
    highs, lows = _dict(step, "right_tail_caps_"), _dict(step, "left_tail_caps_")
    takes_missing = step.record.get("missing_values", "raise") == "ignore"
    step.finite(missing=True)

    def capped(name: str, value: Expression) -> Expression:
        low = _number(step, lows[name]) if name in lows else -LARGEST
        high = _number(step, highs[name]) if name in highs else LARGEST
        if not low <= high:
            raise step.refuse(
                f"its lower bound of {name!r} is {low}, above the upper one, {high}",
                "Give a lower bound that is not above the upper one, and fit again.",
            )
        step.raw.check(value, missing=takes_missing)
        return Clip(value, low, high)

    return _changed(step, {**highs, **lows}, capped)


def _changed(
    step: Step, told: Mapping[Any, Any], change: Callable[[str, Expression], Expression]
) -> Flow:
    """What flows in, in the order of fit, with some columns changed."""
    order = step.record.get("feature_names_in_")
    names = list(order) if isinstance(order, (list, tuple, np.ndarray)) else []
    by_name = {feature.name: feature.value for feature in step.flow.features}
    if len(by_name) != len(step.flow.features) or set(by_name) != set(names):
        raise step.refuse(
            "the columns that reach it are not those that it was fitted on, by name",
            "Fit the whole pipeline on a frame.",
        )
    if not set(told) <= set(names):
        raise step.refuse("it was fitted on columns that are not there")
    pairs = [
        (str(name), change(name, by_name[name]) if name in told else by_name[name])
        for name in names
    ]
    return flow_of(pairs)


def _dict(step: Step, attribute: str) -> Mapping[Any, Any]:
    found = step.record.get(attribute)
    if not isinstance(found, Mapping):
        raise step.refuse(f"its {attribute} is no dict")
    return found


def _constant(step: Step, x: Any) -> Constant:
    return x if isinstance(x, str) else _number(step, x)


def _number(step: Step, x: Any) -> float:
    x = x.item() if isinstance(x, np.generic) else x
    if type(x) not in (int, float) or not -LARGEST <= x <= LARGEST:
        raise step.refuse("it holds something else where a number must be")
    return float(x)


def _text(step: Step, name: str, x: Any) -> str:
    if not isinstance(x, str):
        raise step.refuse(
            f"it encodes the column {name!r}, which held something other than texts",
            "Convert that column to text before fit, or use the OrdinalEncoder of "
            "scikit-learn.",
        )
    return str(x)


TRANSFORMERS: dict[tuple[str, str], Callable[[Step], Flow]] = {
    ("feature_engine", name): function
    for names, function in (
        (_FILLERS, imputer),
        (_ENCODERS, encoder),
        (_CAPPERS, capper),
    )
    for name in names
}
