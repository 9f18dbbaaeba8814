"""SimpleImputer and MissingIndicator (docs/arithmetic.md, Imputers).

Both work on numbers and on categories, which they pass on; what a column may hold is
for the encoder behind them to say. None and NaN are one missing value to a scorer.
"""

from __future__ import annotations

import numpy as np

from ..program import (
    Constant,
    Expression,
    Fill,
    IsMissing,
    Replace,
    equals,
)
from ..read.records import Name, Record
from .flow import Flow, Step, flow_of
from .registry import Row, TransformerRow


def imputer(step: Step) -> Flow:
    """Each column with its statistic where it is missing; then, if so asked, whether it
    was missing. Columns that had no value at all when it was fitted are left out."""
    record, flow = step.record, step.flow
    step.doubles()
    sentinel = _sentinel(step)
    step.finite(missing=sentinel is None)
    if sentinel is not None:
        step.equality()
    statistics = _statistics(step)
    pairs: list[tuple[str, Expression]] = []
    for feature, statistic in zip(flow.features, statistics):
        if statistic is None or statistic != statistic:
            if statistic is not None and not _keeps_empty(step):
                continue
            value = feature.value  # filled with what is missing: as it was
        elif sentinel is None:
            value = Fill(feature.value, statistic)
        else:
            value = Replace(feature.value, sentinel, statistic)
        pairs.append((feature.name, value))
    if record.get("add_indicator", False):
        indicator_ = record.get("indicator_")
        if not isinstance(indicator_, Record):
            raise step.refuse("it has no fitted indicator: the file is damaged")
        pairs += _indicators(step, indicator_, sentinel)
    return flow_of(pairs, sparse=flow.sparse)


def _keeps_empty(step: Step) -> bool:
    """Whether columns without a statistic stay."""
    record = step.record
    if record.get("keep_empty_features", False):
        return True
    return step.version < (1, 8) and record.get("strategy", "mean") == "constant"


def _statistics(step: Step) -> list[Constant]:
    """What each column is filled with; NaN where there was nothing to go by."""
    dtype = step.record.get("_fill_dtype")  # since 1.8: what statistics are rounded to
    found: list[Constant] = []
    for statistic in step.per_column(step.record["statistics_"], "statistics_"):
        if isinstance(statistic, np.generic):
            statistic = statistic.item()
        if statistic is None or isinstance(statistic, (str, bool)):
            found.append(statistic)
        elif isinstance(statistic, (int, float)):
            if isinstance(dtype, np.dtype) and dtype.kind == "f":
                statistic = np.asarray(statistic).astype(dtype).item()
            found.append(float(statistic))
        else:
            kind = type(statistic).__name__
            raise step.refuse(f"it fills a column with a {kind}")
    return found


def _sentinel(step: Step) -> Constant:
    """What stands for a missing value, None where that is None or NaN."""
    value = step.record.get("missing_values", np.nan)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (Name, Record)):
        if value.kind[0] == "pandas":  # pandas.NA
            return None
        raise step.refuse("what it takes for missing is not known")
    if value is None or value != value:
        return None
    if isinstance(value, (str, bool)):
        return value
    return float(value)


def _indicators(
    step: Step, indicator_: Record, sentinel: Constant
) -> list[tuple[str, Expression]]:
    """Zero or one for each column that an indicator speaks of."""
    places = np.asarray(indicator_["features_"]).tolist()
    features = [step.flow.features[int(place)] for place in places]
    return [
        (f"missingindicator_{feature.name}", _is_missing(feature.value, sentinel))
        for feature in features
    ]


def _is_missing(value: Expression, sentinel: Constant) -> Expression:
    return IsMissing(value) if sentinel is None else equals(value, sentinel)


def indicator(step: Step) -> Flow:
    """Zero or one for each column that was missing somewhere when it was fitted, or for
    all; a missing value in another column can be an error."""
    record, flow = step.record, step.flow
    sentinel = _sentinel(step)
    step.finite(missing=sentinel is None)
    if sentinel is not None:
        step.equality()
    told = {int(place) for place in np.asarray(record["features_"]).tolist()}
    if record.get("features", "missing-only") == "missing-only" and record.get(
        "error_on_new", True
    ):
        for i, value in enumerate(flow.values):
            if i not in told:
                sign = _is_missing(value, sentinel)
                step.raw.check(sign, missing=False, low=0.0, high=0.0)
    sparse = record.get("sparse", "auto")
    sparse = flow.sparse if sparse == "auto" else bool(sparse)
    pairs = _indicators(step, record, sentinel)
    if sparse:  # it drops the zeros that it makes
        step.raw.stored.update(value for _, value in pairs)
    return flow_of(pairs, sparse, frozenset({"bool"}))


def early_imputer(step: Step) -> Flow:
    """Imputer, up to scikit-learn 0.21: of numbers, and it looks for no infinities."""
    record, flow = step.record, step.flow
    if record.get("axis", 0) != 0:
        raise step.refuse(
            "with axis=1 it fills a value from the others of its row",
            "Supported is axis=0, the default.",
        )
    step.doubles()
    marked = record.get("missing_values", "NaN")
    sentinel = None
    if not isinstance(marked, str) and float(marked) == float(marked):
        sentinel = float(marked)
    pairs: list[tuple[str, Expression]] = []
    for feature, statistic in zip(flow.features, _statistics(step)):
        if not isinstance(statistic, float):
            raise step.refuse("its statistics are not numbers: the file is damaged")
        if statistic != statistic:
            continue  # nothing to go by: such columns are left out
        if sentinel is None:
            value: Expression = Fill(feature.value, statistic)
        else:
            value = Replace(feature.value, sentinel, statistic)
        pairs.append((feature.name, value))
    return flow_of(pairs, sparse=flow.sparse and sentinel != 0.0)


ROWS: tuple[TransformerRow, ...] = (
    Row("Imputer", "sklearn.preprocessing", early_imputer),
    Row("SimpleImputer", "sklearn.impute", imputer),
    Row("MissingIndicator", "sklearn.impute", indicator),
)
