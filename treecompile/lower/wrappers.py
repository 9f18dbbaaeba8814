"""Estimators that hold the one that answers: search objects, pipelines, thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedModel
from ..read.records import Name, Record
from .compose import skipped, steps_of
from .paths import join, name_part
from .registry import Row, by_kind
from .tree import Positive

_HALVING = "sklearn.model_selection._search_successive_halving"

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
    while isinstance(record, Record) and record.kind in WRAPPERS:
        if len(outer) > 50:
            raise UnsupportedModel(path, "it is wrapped in itself")
        here = name_part(path, record)
        found = WRAPPERS[record.kind](record, path, here)
        transformers += found.transformers
        if found.positive is not None and positive is None:
            positive = found.positive(record, here)
        if found.takes_back:
            targets.append((here, record))
        outer.append(record)
        record, path = found.record, found.path
    return Unwrapped(
        record, path, tuple(transformers), positive, tuple(targets), tuple(outer)
    )


@dataclass(frozen=True)
class Inside:
    """What one of them holds and where; the ``transformers`` before it, what makes its
    shares a label, and whether its answer is ``takes_back`` to the target."""

    record: Any
    path: str
    transformers: tuple[tuple[str, Any], ...] = ()
    positive: Callable[[Record, str], Positive] | None = None
    takes_back: bool = False


def _search(record: Record, path: str, here: str) -> Inside:
    inner = _fitted(record, "best_estimator_", here)
    return Inside(inner, join(path, "best estimator"))


def _pipeline(record: Record, path: str, here: str) -> Inside:
    *before, (last_path, last) = [
        (join(path, f"step {name!r}"), part) for name, part in steps_of(record, here)
    ]
    passed = tuple((where, part) for where, part in before if not skipped(part))
    return Inside(last, last_path, passed)


def _frozen(record: Record, path: str, here: str) -> Inside:
    return Inside(_fitted(record, "estimator", here), path)


def _fixed_threshold(record: Record, path: str, here: str) -> Inside:
    inner = record.get("estimator_", record.get("estimator"))
    return Inside(inner, path, positive=_fixed)


def _tuned_threshold(record: Record, path: str, here: str) -> Inside:
    return Inside(_fitted(record, "estimator_", here), path, positive=_tuned)


def _transformed_target(record: Record, path: str, here: str) -> Inside:
    inner = _fitted(record, "regressor_", here)
    return Inside(inner, join(path, "regressor"), takes_back=True)


Wrapper = Callable[[Record, str, str], Inside]

_SEARCHES: tuple[Row[Wrapper], ...] = tuple(
    Row(name, module, _search)
    for name, module in (
        ("GridSearchCV", "sklearn.model_selection"),
        ("HalvingGridSearchCV", _HALVING),
        ("HalvingRandomSearchCV", _HALVING),
        ("RandomizedSearchCV", "sklearn.model_selection"),
    )
)
_PIPELINES: tuple[Row[Wrapper], ...] = (
    Row("Pipeline", "sklearn.pipeline", _pipeline),
    Row("Pipeline", "imblearn.pipeline", _pipeline),
)
#: What a model may be inside of, but for pipelines.
AROUND: tuple[Row[Wrapper], ...] = (
    *_SEARCHES,
    Row("FixedThresholdClassifier", "sklearn.model_selection", _fixed_threshold),
    Row("TunedThresholdClassifierCV", "sklearn.model_selection", _tuned_threshold),
    Row("TransformedTargetRegressor", "sklearn.compose", _transformed_target),
    Row("FrozenEstimator", "sklearn.frozen", _frozen),
)
WRAPPERS = by_kind((*_PIPELINES, *AROUND))


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
