"""What is asked of a model of XGBoost, LightGBM or CatBoost before it is lowered."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UnsupportedModel
from ..read.records import Record
from .catboost_data import catboost_model
from .lightgbm_text import lightgbm_model
from .versions import version_text
from .xgboost_data import xgboost_model

_PACKAGES = ("xgboost", "lightgbm", "catboost")


@dataclass(frozen=True)
class Library:
    """The library that wrote a model, and its version where the file says it."""

    name: str
    version: str | None


def is_booster(record: object) -> bool:
    """Whether the record is of one of the boosting libraries."""
    return isinstance(record, Record) and record.kind[0] in _PACKAGES


def library_of(record: Record, path: str) -> Library:
    """The library and the version that a model was written by."""
    package = record.kind[0]
    if package == "xgboost":
        text = xgboost_model(record, path).version_text
        return Library("XGBoost", text or "0.90 or older")
    if package == "lightgbm":
        lightgbm_model(record, path)  # one that was not fitted is refused here
        return Library("LightGBM", None)  # it does not say its version
    if package == "catboost":
        version = catboost_model(record, path).version
        return Library("CatBoost", version or "1.1 or older")
    return Library("scikit-learn", version_text(record))


def booster_columns(record: Record) -> tuple[tuple[str, ...] | None, int] | None:
    """The names of the columns that a booster takes (None where it was fitted without)
    and their number; None of what is no fitted booster."""
    try:
        if record.kind[0] == "xgboost":
            model = xgboost_model(record, record.name)
            return model.names, model.width
        if record.kind[0] == "lightgbm":
            text = lightgbm_model(record, record.name)
            return text.names, text.width
        if record.kind[0] == "catboost":
            trees = catboost_model(record, record.name)
            return trees.names, trees.width
    except UnsupportedModel:
        # One that was not fitted, as a part of what was; or lowering says why not.
        return None
    return None
