"""The names of a model's raw columns: as fitted, else ``x0``, ``x1`` and so on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..read.budget import current
from ..read.records import Record
from .boosters import booster_columns
from .dict_vectorizer import KIND as DICT_VECTORIZER
from .dict_vectorizer import dict_columns
from .early_encoder import is_early, width_before

# Where the names stand: since 1.0, in 0.24, and before that in ColumnTransformer.
_NAMES = ("feature_names_in_", "_feature_names_in", "_df_columns")
# Where the number of columns stands, in scikit-learn's own words through the years.
_COUNTS = ("n_features_in_", "_n_features", "n_features_", "n_input_features_")
# A number is four bytes in a file, and as many columns as it says, of which each takes
# as much time as if it were so large.
_ANNOUNCED = 3_400
# Fitted attributes with one entry a column, for transformers that say no number.
_PER_COLUMN = (
    "categories_",
    "statistics_",
    "scale_",
    "mean_",
    "center_",
    "bin_edges_",
    "lambdas_",
    "variances_",
    "scores_",
    "support_",
)


def input_names(records: list[Any], path: str) -> tuple[str, ...]:
    """The names of the columns that the first of the records takes.

    ``records`` are the estimator, what is around it and the transformers before it, in
    the order in which a record meets them; the first that says something is believed.
    """
    names = fitted_names(records)
    meets = [inner for record in records for inner in _inside(record)]
    if names is not None:
        if len(set(names)) != len(names):
            raise UnsupportedModel(
                path,
                "two of its columns have the same name",
                "Give each column a name of its own, and fit again.",
            )
        return names
    count = _first_count(meets)
    if count is None or count <= 0:
        raise UnsupportedModel(path, "it does not say how many columns it takes")
    most = current().limit // _ANNOUNCED
    if count > most:
        raise UnsupportedModel(
            path,
            f"it says that it takes {count:,} columns, and names none; one that is no "
            f"larger than this file is compiled up to {most:,}",
            "Fit it on a frame, whose columns have names, or select columns first.",
        )
    return tuple(f"x{i}" for i in range(count))


def columns_of_model(model: Any) -> tuple[str, ...] | None:
    """The names of the columns that a model takes, x0 and so on where it has none; None
    where that cannot be told."""
    from .wrappers import unwrap  # which imports this module

    try:
        unwrapped = unwrap(model)
        parts = [part for _, part in unwrapped.transformers]
        return input_names([*unwrapped.outer, *parts, unwrapped.record], "")
    except (UnsupportedModel, AttributeError, LookupError, TypeError, ValueError):
        return None


def _first_count(meets: list[Record]) -> int | None:
    """How many columns the first record takes that says so."""
    for place, record in enumerate(meets):
        if is_early(record):
            rest = [other for other in meets[place:] if other is not record]
            count = width_before(record, _first_count(rest))
        else:
            count = _count(record)
        if count is not None:
            return count
    return None


def fitted_names(records: list[Any]) -> tuple[str, ...] | None:
    """The names as fitted, None where it was fitted on an array."""
    meets = (inner for record in records for inner in _inside(record))
    return next((n for n in map(_names, meets) if n is not None), None)


def _inside(record: Any) -> list[Record]:
    """A record and the first parts within it, which take the same columns."""
    found: list[Record] = []
    while isinstance(record, Record) and len(found) < 50:
        found.append(record)
        record = _first_part(record)
    return found


def _first_part(record: Record) -> Any:
    """A part of a record that takes the columns which the record takes."""
    if record.name == "SelectFromModel":  # says nothing itself
        return record.get("estimator_", record.get("estimator"))
    if record.name == "FrozenEstimator":
        return record.get("estimator")
    for wrapped in ("best_estimator_", "regressor_", "estimator_"):
        if isinstance(record.get(wrapped), Record):
            return record[wrapped]
    folds = record.get("calibrated_classifiers_")
    if isinstance(folds, list) and folds and isinstance(folds[0], Record):
        return folds[0].get("estimator", folds[0].get("base_estimator"))
    members = record.get("estimators_")  # of an ensemble that looks at every column
    if isinstance(members, list) and members and isinstance(members[0], Record):
        return None if "estimators_features_" in record else members[0]
    parts = record.get("steps") or record.get("transformer_list")
    if not isinstance(parts, (list, tuple)):
        return None
    # What is no record passes all columns on, or is left out.
    return next((part[-1] for part in parts if isinstance(part[-1], Record)), None)


def _names(record: Record) -> tuple[str, ...] | None:
    columns = booster_columns(record)
    if columns is not None:
        return columns[0]
    if record.kind == DICT_VECTORIZER:
        return dict_columns(record)
    for attribute in _NAMES:
        names = record.get(attribute)
        if isinstance(names, Record):  # a pandas Index
            names = names.get("data", names.get("_data"))
        if isinstance(names, (list, np.ndarray)):
            plain = list(names)
            if plain and all(isinstance(name, str) for name in plain):
                return tuple(str(name) for name in plain)
    return None


def _count(record: Record) -> int | None:
    columns = booster_columns(record)
    if columns is not None:
        return columns[1]
    for attribute in _COUNTS:
        count = record.get(attribute)
        if attribute == "n_features_" and record.name in ("RFE", "RFECV"):
            continue  # the number of columns that are left
        if isinstance(count, (int, np.integer)):
            return int(count)
    if record.name.startswith("GradientBoosting"):  # up to 0.18
        count = record.get("n_features")
        if isinstance(count, (int, np.integer)):
            return int(count)
    for attribute in _PER_COLUMN:
        fitted = record.get(attribute)
        if isinstance(fitted, (list, np.ndarray)):
            return len(fitted)
    coefficients = record.get("coef_")
    if isinstance(coefficients, np.ndarray) and coefficients.ndim:
        return int(coefficients.shape[-1])
    tree = record.get("tree_")
    if isinstance(tree, Record) and tree.args:  # before 0.24 only the tree itself says
        return int(tree.args[0])
    return None
