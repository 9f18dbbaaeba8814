"""category_encoders: encoders that are a table at predict, of columns of texts.

OrdinalEncoder gives each text its number, -1 to one that it has not seen and -2 to what is
missing (unless there was some in fit, which then has a number of its own). Those that go by
the target look up another number under that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..program import Category, Expression, IsMissing, Match, State
from ..read.budget import EXPRESSION, charge
from ..read.records import Record
from .flow import Flow, Step, flow_of
from .pandas_series import series

_BY_TARGET = ("TargetEncoder", "MEstimateEncoder", "JamesSteinEncoder", "WOEEncoder")
_UNKNOWN, _MISSING = -1.0, -2.0
_POLICIES = ("value", "return_nan", "error")
#: What else may change columns, by the attribute that shows it, and is not known here.
_OTHERS = {
    "min_group_lumping_": "min_group_size",
    "composite_members_": "composite_cols",
    "invariant_cols": "drop_invariant",
    "hierarchy": "hierarchy",
}


def ordinal(step: Step) -> Flow:
    """The number of each text."""
    return _changed(step, _codes(step, step.record), {})


def by_target(step: Step) -> Flow:
    """A number that was learnt of the target for each text."""
    inner = step.record.get("ordinal_encoder")
    if not isinstance(inner, Record) or inner.kind != (
        "category_encoders",
        "OrdinalEncoder",
    ):
        raise step.refuse("it holds no OrdinalEncoder of its own")
    if (inner.get("handle_unknown"), inner.get("handle_missing")) != ("value", "value"):
        raise step.refuse("its OrdinalEncoder is not as it makes one")
    mapping = step.record.get("mapping")
    if not isinstance(mapping, Mapping):
        raise step.refuse("what it learnt is no table")
    learnt = {}
    for name, table in mapping.items():
        pairs = series(table)
        if pairs is None:
            raise step.refuse(f"what it learnt of {name!r} is no table")
        learnt[name] = {_number(step, code): _number(step, x) for code, x in pairs}
    codes = _codes(step, inner)
    if set(codes) != set(learnt):
        raise step.refuse("its tables are not of the same columns")
    return _changed(step, codes, learnt)


def _codes(step: Step, record: Record) -> dict[Any, dict[Any, float]]:
    """The number of each text by column; that of None is for what is missing."""
    found: dict[Any, dict[Any, float]] = {}
    mapping = record.get("mapping")
    for each in mapping if isinstance(mapping, (list, tuple)) else [None]:
        pairs = series(each.get("mapping")) if isinstance(each, Mapping) else None
        if pairs is None or not isinstance(each, Mapping):
            raise step.refuse("its mapping is no table of texts and numbers")
        table = {}
        for text, code in pairs:
            if text is not None and not isinstance(text, str):
                raise step.refuse(
                    f"it encodes the column {each.get('col')!r}, which held something "
                    "other than texts",
                    "Convert that column to text before fit, or use the OrdinalEncoder "
                    "of scikit-learn.",
                )
            table[text] = _number(step, code)
        if len(table) != len(pairs):
            raise step.refuse("its mapping has one category twice")
        found[each.get("col")] = table
    return found


def _changed(
    step: Step,
    codes: Mapping[Any, Mapping[Any, float]],
    learnt: Mapping[Any, Mapping[float, float]],
) -> Flow:
    """The columns in their order, with numbers in the place of texts."""
    record = step.record
    for attribute, parameter in _OTHERS.items():
        value = record.get(attribute)
        if value is not None and not (isinstance(value, (list, dict)) and not value):
            raise step.refuse(
                f"its {parameter} changes columns, which cannot be compiled",
                f"Fit it without {parameter}.",
            )
    # These encoders keep every column in its place; 2.6.0 noted what comes out alone.
    names = record.get("feature_names_in_", record.get("feature_names_out_"))
    if not isinstance(names, (list, np.ndarray)) or list(names) != list(
        step.flow.names
    ):
        raise step.refuse(
            "the columns that reach it are not those that it was fitted on, by name",
            "Fit the whole pipeline on a frame, with category_encoders 2.6 or later.",
        )
    if not set(codes) <= set(names):
        raise step.refuse("it was fitted on columns that are not there")
    pairs = [
        (
            feature.name,
            (
                _column(
                    step, feature.value, codes[feature.name], learnt.get(feature.name)
                )
                if feature.name in codes
                else feature.value
            ),
        )
        for feature in step.flow.features
    ]
    return flow_of(pairs)


def _column(
    step: Step,
    value: Expression,
    codes: Mapping[Any, float],
    learnt: Mapping[float, float] | None,
) -> Expression:
    unknown, missing = (_policy(step, f"handle_{x}") for x in ("unknown", "missing"))
    ordinal_ = learnt is None

    def worth(code: float) -> float:
        return code if learnt is None else learnt.get(code, math.nan)

    texts: list[tuple[Category, float]] = [
        (text, worth(code)) for text, code in codes.items() if text is not None
    ]
    charge(EXPRESSION * len(texts))
    default = worth(_UNKNOWN)
    if ordinal_ and unknown == "return_nan":
        default = math.nan
    lacking = codes.get(None, _UNKNOWN)
    if ordinal_ and missing == "return_nan" and lacking == _MISSING:
        lacking = math.nan
    filled = worth(lacking) if lacking == lacking else lacking
    known: list[Category] = [text for text, _ in texts]
    closed = unknown == "error"
    if missing != "error":
        known.append(State.MISSING)
        texts.append((State.MISSING, filled))
    elif not closed:
        step.raw.check(IsMissing(value), missing=False, low=0.0, high=0.0)
    step.raw.categories(value, known, closed, False)
    return Match(value, tuple(texts), default)


def _policy(step: Step, parameter: str) -> str:
    policy = step.record.get(parameter, "value")
    if not isinstance(policy, str) or policy not in _POLICIES:
        raise step.refuse(
            f"its {parameter} is not 'value', 'return_nan' or 'error'",
            f"Set {parameter} to one of these, and fit again.",
        )
    return policy


def _number(step: Step, x: Any) -> float:
    if type(x) not in (int, float) or math.isinf(x):
        raise step.refuse("it holds something else where a number must be")
    return float(x)


TRANSFORMERS: dict[tuple[str, str], Callable[[Step], Flow]] = {
    ("category_encoders", "OrdinalEncoder"): ordinal,
    **{("category_encoders", name): by_target for name in _BY_TARGET},
}
