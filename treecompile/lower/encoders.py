"""Encoders of categories: OneHotEncoder, OrdinalEncoder, TargetEncoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..program import Category, Expression, Fill, Match, State
from ..read.budget import EXPRESSION, LABEL, charge
from .early_encoder import early_one_hot, is_early
from .flow import Flow, Step, dtype_names, flow_of
from .paths import kind_of
from .registry import Row, TransformerRow


@dataclass(frozen=True)
class Known:
    """The categories of one column as an encoder knows them, in its order.

    ``codes`` maps each to the code that it is given, infrequent ones to a common one;
    ``labels`` are they as texts; ``numeric`` says that the encoder compares numbers. A
    category that is None is one that no record can hold.
    """

    categories: list[Category]
    codes: list[int]
    labels: list[str]
    numeric: bool

    @property
    def width(self) -> int:
        return max(self.codes, default=-1) + 1

    @property
    def held(self) -> list[Category]:
        """The categories that a record can hold."""
        return [category for category in self.categories if category is not None]

    def table(self, worth: list[float]) -> tuple[tuple[Category, float], ...]:
        """The categories that a record can hold, each with its worth."""
        pairs = zip(self.categories, worth, strict=True)
        return tuple((category, x) for category, x in pairs if category is not None)


def plain_categories(step: Step, array: Any) -> tuple[list[Category], list[str]]:
    """One of ``categories_`` as plain values, and as texts.

    None and NaN are State.MISSING: a record's None and NaN are the same to a scorer.
    Where an encoder knows both, they are its NaN.
    """
    if not isinstance(array, np.ndarray) or array.ndim != 1:
        raise step.refuse("its categories_ are not arrays: the file is damaged")
    charge(EXPRESSION * len(array))
    plain: list[Category] = []
    for value in array.tolist():
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or value != value:
            value = State.MISSING
        elif isinstance(value, float) and math.isinf(value):
            raise step.refuse(
                "a category is infinite",
                "Supported are text, numbers and booleans; replace infinities in the "
                "data, and fit again.",
            )
        elif type(value) not in (str, bool, int, float):
            raise step.refuse(
                f"a category is a {kind_of(value)}",
                "Supported are text, numbers and booleans.",
            )
        plain.append(value)
    for place in [i for i, value in enumerate(plain) if value is State.MISSING][:-1]:
        plain[place] = None
    return plain, [str(value) for value in array]


def known_categories(step: Step, index: int, array: Any) -> Known:
    """The categories of one column with their codes, infrequent ones grouped."""
    categories, labels = plain_categories(step, array)
    mappings = step.record.get("_default_to_infrequent_mappings")
    mapping = mappings[index] if mappings is not None else None
    codes = list(range(len(categories)))
    if step.record.get("_infrequent_enabled", False) and mapping is not None:
        codes = [int(code) for code in mapping]
        if index in (step.record.get("_missing_indices") or {}):
            codes.append(len(codes))  # the last category, which has a code of its own
        count = len(categories)
        if len(codes) != count or not all(0 <= code <= count for code in codes):
            raise step.refuse(
                "its infrequent categories do not fit: the file is damaged"
            )
    return Known(categories, codes, labels, array.dtype.kind in "iuf")


def each_column(
    step: Step, missing_since: tuple[int, int]
) -> list[tuple[str, Expression, Known]]:
    """Name, expression and categories of each column that the encoder reads, which
    takes missing values since some version of scikit-learn."""
    step.finite(missing=step.version >= missing_since)
    step.equality()
    arrays = step.record.get("categories_")
    if not isinstance(arrays, (list, tuple)):
        raise step.refuse("it is not fitted", "Call fit() first.")
    arrays = list(arrays)
    if len(arrays) != len(step.flow.features):
        raise step.refuse("its categories_ do not fit its columns: the file is damaged")
    columns = []
    for i, (feature, array) in enumerate(zip(step.flow.features, arrays)):
        known = known_categories(step, i, array)
        columns.append((feature.name, _as_met(step, feature.value, known), known))
    return columns


def _as_met(step: Step, value: Expression, known: Known) -> Expression:
    """What an encoder reads. An imputer before it fills in for NaN or for None, which
    are one to a scorer. Where the encoder met missing values all the same, the data held
    the other one, and the imputer let them pass."""
    learnt = step.record.get("categories", "auto") == "auto"
    while learnt and State.MISSING in known.categories and isinstance(value, Fill):
        value = value.operand
    return value


# --- OneHotEncoder --------------------------------------------------------------------


def one_hot(step: Step) -> Flow:
    """A column of zeros and ones for each category (docs/arithmetic.md, One-hot
    encoding)."""
    record = step.record
    if is_early(record):
        return early_one_hot(step)
    how = record.get("handle_unknown", "error")
    grouped = how in ("infrequent_if_exist", "warn")
    dropped = _dropped(step)
    pairs: list[tuple[str, Expression]] = []
    for i, (name, value, known) in enumerate(each_column(step, (0, 24))):
        step.raw.categories(value, known.held, how == "error", known.numeric)
        infrequent = known.width - 1 if _has_infrequent(step, i) else None
        members: list[list[int]] = [[] for _ in range(known.width)]
        for place, code in enumerate(known.codes):
            members[code].append(place)
        for code, places in enumerate(members):
            if code == dropped[i]:
                continue
            label, worth = known.labels[places[0]], 1.0
            if code == infrequent:
                label = "infrequent_sklearn"
                if grouped:  # every category that is not frequent is in this column
                    worth = 0.0
                    places = [p for p, k in enumerate(known.codes) if k != code]
            listed = [known.categories[place] for place in places]
            table = tuple(
                (category, worth) for category in listed if category is not None
            )
            pairs.append((f"{name}_{label}", Match(value, table, 1.0 - worth)))
    sparse = bool(record.get("sparse_output", record.get("sparse", True)))
    return flow_of(pairs, sparse, dtype_names(record.get("dtype", "float64")))


def _has_infrequent(step: Step, index: int) -> bool:
    indices = step.record.get("_infrequent_indices")
    enabled = step.record.get("_infrequent_enabled", False)
    return bool(enabled and indices is not None and indices[index] is not None)


def _dropped(step: Step) -> list[int | None]:
    """The code that each column leaves out, if any."""
    record = step.record
    fitted = record.get("_drop_idx_after_grouping", record.get("drop_idx_"))
    if fitted is None:
        return [None] * len(step.flow.features)
    return [
        None if index is None else int(index)
        for index in step.per_column(fitted, "drop_idx_")
    ]


# --- OrdinalEncoder -------------------------------------------------------------------


def ordinal(step: Step) -> Flow:
    """The position of each category (docs/arithmetic.md, Ordinal encoding)."""
    record = step.record
    closed = record.get("handle_unknown", "error") == "error"
    unknown = float("nan") if closed else _as_float(record.get("unknown_value"))
    missing = _as_float(record.get("encoded_missing_value", float("nan")))
    missing_places = record.get("_missing_indices") or {}
    values: list[Expression] = []
    for i, (_, value, known) in enumerate(each_column(step, (1, 0))):
        step.raw.categories(value, known.held, closed, known.numeric)
        codes = [float(code) for code in known.codes]
        if i in missing_places:
            codes[int(missing_places[i])] = missing
        values.append(Match(value, known.table(codes), unknown))
        _check_fits(step, [*codes, unknown])
    dtypes = dtype_names(record.get("dtype", "float64"))
    return flow_of(zip(step.flow.names, values), dtypes=dtypes)


def _check_fits(step: Step, codes: list[float]) -> None:
    """Refused where the encoder's dtype cannot hold a code."""
    (dtype,) = dtype_names(step.record.get("dtype", "float64"))
    with np.errstate(all="ignore"):
        numbers = np.array([code for code in codes if code == code])
        if not np.array_equal(numbers.astype(dtype).astype(np.float64), numbers):
            raise step.refuse(
                f"its dtype {dtype} cannot hold its codes",
                "Leave its dtype at the default and fit again.",
            )


def _as_float(value: Any) -> float:
    return float("nan") if value is None else float(value)


# --- TargetEncoder --------------------------------------------------------------------


def target(step: Step) -> Flow:
    """The mean of the target for each category; the overall mean for an unknown one
    (docs/arithmetic.md, Target encoding). Several classes: a column for each, feature
    by feature."""
    record = step.record
    encodings = list(record["encodings_"])
    means = np.atleast_1d(np.asarray(record["target_mean_"], dtype=float)).tolist()
    several = record.get("target_type_") == "multiclass"
    labels = record["classes_"].tolist() if several else [None]
    columns = each_column(step, (1, 3))
    if len(encodings) != len(columns) * len(labels):
        raise step.refuse("its encodings_ do not fit its columns: the file is damaged")
    pairs: list[tuple[str, Expression]] = []
    for i, (name, value, known) in enumerate(columns):
        step.raw.categories(value, known.held, False, known.numeric)
        for k, label in enumerate(labels):
            charge(LABEL * len(known.categories))
            numbers = np.asarray(encodings[i * len(labels) + k], dtype=float).tolist()
            title = f"{name}_{label}" if several else name
            pairs.append((title, Match(value, known.table(numbers), means[k])))
    return flow_of(pairs)


ROWS: tuple[TransformerRow, ...] = (
    Row("OneHotEncoder", "sklearn.preprocessing", one_hot),
    Row("OrdinalEncoder", "sklearn.preprocessing", ordinal),
    Row("TargetEncoder", "sklearn.preprocessing", target),
)
