"""Estimators that hold the one that answers: search objects, pipelines, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedModel
from ..read.records import Name, Record
from .compose import skipped, steps_of
from .paths import join, name_part
from .tree import Positive

SEARCHES = {
    "GridSearchCV",
    "RandomizedSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
}

# The metrics of scikit-learn that have a positive label of their own, which is 1 where
# the scorer was not given another; with every other metric it is the second class.
METRICS_WITH_POSITIVE_1 = {
    "f1_score",
    "fbeta_score",
    "precision_score",
    "recall_score",
    "jaccard_score",
    "average_precision_score",
}


@dataclass(frozen=True)
class Unwrapped:
    """The estimator that answers, where it sits, and what is around it.

    ``transformers`` are the (path, part) that a record passes before it; ``positive``
    says how its shares become a label, if not by the largest; ``targets`` are the
    TransformedTargetRegressors (and their paths) that take its answer back; ``outer`` are the records
    around it, from the outside in.
    """

    record: Any
    path: str
    transformers: tuple[tuple[str, Any], ...]
    positive: Positive | None
    targets: tuple[tuple[str, Record], ...]
    outer: tuple[Record, ...]


def unwrap(root: Any, path: str = "") -> Unwrapped:
    """Follow the wrappers of a model down to the estimator that answers."""
    record: Any = root
    positive: Positive | None = None
    outer: list[Record] = []
    transformers: list[tuple[str, Any]] = []
    targets: list[tuple[str, Record]] = []
    while isinstance(record, Record) and record.kind[0] in ("sklearn", "imblearn"):
        if len(outer) > 50:
            raise UnsupportedModel(path, "it is wrapped in itself")
        here = name_part(path, record)
        if record.name in SEARCHES:
            inner = _fitted(record, "best_estimator_", here)
            path = join(path, "best estimator")
        elif record.name == "Pipeline":
            *before, last = [
                (join(path, f"step {name!r}"), part)
                for name, part in steps_of(record, here)
            ]
            transformers += [
                (where, part) for where, part in before if not skipped(part)
            ]
            path, inner = last
        elif record.name == "FrozenEstimator":
            inner = _fitted(record, "estimator", here)
        elif record.name == "FixedThresholdClassifier":
            inner = record.get("estimator_", record.get("estimator"))
            positive = positive or _fixed(record, here)
        elif record.name == "TunedThresholdClassifierCV":
            inner = _fitted(record, "estimator_", here)
            positive = positive or _tuned(record, here)
        elif record.name == "TransformedTargetRegressor":
            inner = _fitted(record, "regressor_", here)
            targets.append((here, record))
            path = join(path, "regressor")
        else:
            break
        outer.append(record)
        record = inner
    return Unwrapped(
        record, path, tuple(transformers), positive, tuple(targets), tuple(outer)
    )


def _fitted(record: Record, attribute: str, here: str) -> Any:
    if attribute in record:
        return record[attribute]
    raise UnsupportedModel(
        here,
        f"it has no {attribute}: it was not fitted"
        + (", or with refit=False" if attribute == "best_estimator_" else ""),
        "Call fit() first, with refit=True.",
    )


def _fixed(record: Record, here: str) -> Positive:
    threshold, decision = record.get("threshold", "auto"), _asks_decision(record)
    if threshold == "auto":
        threshold = 0.0 if decision else 0.5
    label = _label(record.get("pos_label"))
    return Positive(label, float(threshold), decision, threshold)


def _asks_decision(record: Record) -> bool:
    """Whether it asks for decision_function; "auto" asks for predict_proba first."""
    return bool(record.get("response_method", "auto") == "decision_function")


def _tuned(record: Record, here: str) -> Positive:
    scorer = _fitted(record, "_curve_scorer", here)
    said = _fitted(record, "best_threshold_", here)
    threshold = float(said)
    decision = _asks_decision(record)
    function, options = scorer.get("_score_func"), scorer.get("_kwargs") or {}
    if "pos_label" in options:
        return Positive(_label(options["pos_label"]), threshold, decision, said)
    if not isinstance(function, Name) or function.package != "sklearn":
        raise UnsupportedModel(
            here,
            f"the positive label of its metric {function!r} is not known",
            "Give the scorer a pos_label (make_scorer(..., pos_label=...)) and fit again.",
        )
    label = 1 if function.name in METRICS_WITH_POSITIVE_1 else None
    return Positive(label, threshold, decision, said)


def _label(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label
