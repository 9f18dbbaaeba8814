"""What a booster's own file answers: as a classifier, a regressor or the bare booster.

Such a file holds trees, and two of the library's interfaces may read it. ``XGBClassifier``
answers labels where ``Booster.predict`` answers probabilities. Which one is meant, the
file may say (XGBoost's attribute ``scikit_learn``), or the loss of the model; the user
has the last word (``--predict-as``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..read import json_text
from ..read.budget import charge, current
from ..read.native import OwnFile
from ..read.records import Name, Record
from .booster_trees import booster_of
from .catboost_data import catboost_model
from .catboost_form import CatboostModel
from .lightgbm_text import lightgbm_model
from .xgboost_data import XgboostModel, xgboost_model

_BARE = {("xgboost", "Booster"), ("lightgbm", "Booster"), ("catboost", "CatBoost")}
# What XGBoost's estimators keep in their file up to 1.7, and load again.
_KEPT = ("best_ntree_limit", "missing", "n_classes_", "predictor")
_MOST_CLASSES = 100_000
_XGBOOST = {"classifier": "XGBClassifier", "regressor": "XGBRegressor"}
_LIGHTGBM = {"classifier": "LGBMClassifier", "regressor": "LGBMRegressor"}
_CATBOOST = {"classifier": "CatBoostClassifier", "regressor": "CatBoostRegressor"}


def is_bare(value: Any) -> bool:
    """Whether this is a booster without an estimator around it."""
    return isinstance(value, Record) and value.kind in _BARE


def as_asked(value: Any, how: str | None) -> Any:
    """The estimator that is meant by a booster; whatever else is given as it is.

    Raises UnsupportedModel where it cannot be what is asked for.
    """
    if not is_bare(value):
        return value if how is None else _of_estimator(value, how)
    if how is None and not isinstance(value.state, OwnFile):
        return value  # of a pickle: the user had it so
    return _MAKERS[value.kind[0]](value, how)


def said_of(record: Record) -> str:
    """What the answers of a booster's own file are, for people; nothing for others."""
    if not isinstance(record.state, OwnFile):
        return ""
    if record.name == "Booster":
        return "Answers are those of Booster.predict."
    name = f"{'a' if record.name.startswith('C') else 'an'} {record.name}"
    if record.kind[0] != "lightgbm":
        return f"Answers are those of {name} after load_model."
    said = f"Answers are those of {name} over the booster that the file holds"
    if record.name.endswith("Classifier"):
        said += ", which knows its classes by number"
    return f"{said}."


def advice_for_labels(record: Record) -> str:
    """What has a bare booster that was fitted on classes answer labels; nothing where
    it was not, or answers them."""
    if not is_bare(record):
        return ""
    library = record.kind[0]
    if library == "xgboost":
        objective = xgboost_model(record, record.name).objective
        classes = objective.startswith(("binary:logistic", "binary:hinge", "multi:"))
    elif library == "lightgbm":
        objective = lightgbm_model(record, record.name).objective
        classes = objective in ("binary", "multiclass", "multiclassova")
    else:
        classes = catboost_model(record, record.name).classes is not None
    if not classes:
        return ""
    return "For the answers of a classifier, which are labels, give --predict-as classifier."


def _of_estimator(value: Any, how: str) -> Any:
    """An estimator of a library, as what is asked for: itself, or its booster."""
    if isinstance(value, Record):
        if value.name.lower().endswith(how):
            return value
        booster = (
            booster_of(value) if value.kind[0] in ("xgboost", "lightgbm") else None
        )
        if how == "booster" and booster is not None:
            return booster
        if how == "booster" and value.kind[0] == "catboost":
            return _copy(value, "CatBoost", {})
    name = value.name if isinstance(value, Record) else type(value).__name__
    raise UnsupportedModel(
        "",
        f"The file holds a {name}, which is not to be had as a {how}.",
        "Leave --predict-as out: it is for files of XGBoost, LightGBM and CatBoost.",
    )


def _copy(record: Record, name: str, attributes: Mapping[str, Any]) -> Record:
    made = Record(Name(record.cls.module, name))
    made.attributes = {**record.attributes, **attributes}
    made.state = record.state
    return made


def _around(booster: Record, name: str, attributes: Mapping[str, Any]) -> Record:
    """An estimator that holds a booster."""
    made = Record(Name(f"{booster.cls.package}.sklearn", name))
    made.attributes = {"_Booster": booster, **attributes}
    made.state = booster.state
    return made


# --- XGBoost ----------------------------------------------------------------------------


def _xgboost(booster: Record, how: str | None) -> Record:
    model = xgboost_model(booster, booster.name)
    meta = _meta(model)
    said = _said_type(meta)
    how = how or said or "booster"
    if how == "booster":
        return booster
    if said and how != said:
        raise UnsupportedModel(
            booster.name,
            f"the file says that it was a {said}, and XGBoost loads it as no {how}",
            f"Give --predict-as {said} or --predict-as booster.",
        )
    kept: dict[str, Any] = {}
    if model.version < (2, 0, 0):  # since then, the type alone is looked at
        kept = {key: meta[key] for key in _KEPT if key in meta}
    if how == "classifier":
        count = kept.get("n_classes_")
        if type(count) is not int or not 0 < count <= _MOST_CLASSES:
            count = max(2, model.outputs if model.objective.startswith("multi:") else 2)
        kept["n_classes_"] = count
        if model.version < (2, 0, 0):
            kept.update(_labels(meta))
    name = "XGBRanker" if how == "ranker" else _XGBOOST[how]
    return _around(booster, name, kept)


def _meta(model: XgboostModel) -> Mapping[str, Any]:
    """What the estimator that saved the file noted beside the trees."""
    if model.estimator is None:
        return {}
    try:
        meta = json_text.loads(model.estimator, current())
    except (ValueError, RecursionError):
        return {}
    return meta if isinstance(meta, dict) else {}


def _said_type(meta: Mapping[str, Any]) -> str | None:
    """The type of estimator that a file names: up to 1.2 by its class."""
    said = meta.get("_estimator_type", meta.get("type"))
    if not isinstance(said, str):
        return None
    for kind in ("classifier", "regressor", "ranker"):
        if said.lower().endswith(kind):
            return kind
    return None


def _labels(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The labels that estimators kept up to 1.7, where the encoder was one of theirs."""
    encoder = meta.get("_le")
    known = encoder.get("classes_") if isinstance(encoder, dict) else None
    if not isinstance(known, list) or not known:
        return {}
    charge(100 * len(known))
    return {"classes_": np.array(known)}


# --- LightGBM and CatBoost --------------------------------------------------------------


def _lightgbm(booster: Record, how: str | None) -> Record:
    model = lightgbm_model(booster, booster.name)
    if how in (None, "booster"):
        return booster
    assert how is not None
    if how == "regressor":
        return _around(booster, _LIGHTGBM[how], {})
    count = max(2, model.outputs)
    charge(100 * count)
    return _around(booster, _LIGHTGBM[how], {"_classes": np.arange(count)})


def _catboost(record: Record, how: str | None) -> Record:
    if how == "booster":
        return record
    model = catboost_model(record, record.name)
    if how is None:
        how = "classifier" if model.classes is not None else "regressor"
    return _copy(record, _CATBOOST[how], _loss(model) if how == "regressor" else {})


def _loss(model: CatboostModel) -> dict[str, Any]:
    """The loss, which says how a regressor answers, as load_model takes it over."""
    return {"loss_function": model.loss} if model.loss else {}


_MAKERS: dict[str, Callable[[Record, str | None], Record]] = {
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "catboost": _catboost,
}
