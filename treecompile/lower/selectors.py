"""Selectors: transformers that leave columns out (docs/arithmetic.md, Selectors).

scikit-learn finds what is selected anew at each call, from scores and parameters; here
that is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..read.records import Record
from .flow import Flow, Step
from .importances import importances, tolerates_missing
from .registry import Row, TransformerRow

Mask = NDArray[np.bool_]


def selected(
    mask_of: Callable[[Step], Mask], missing: Callable[[Step], bool]
) -> Callable[[Step], Flow]:
    """A selector from what it keeps and whether it lets missing values through, and
    infinite ones with them.

    Else every column that flows in is checked, also those that it drops; from a frame
    to a frame, none is (since 1.3).
    """

    def selector(step: Step) -> Flow:
        flow = step.flow
        config = step.record.get("_sklearn_output_config") or {}
        frames = config.get("transform", "default") != "default"
        unchecked = flow.frame and frames and step.version >= (1, 3)
        if not unchecked and not missing(step):
            for value in flow.values:
                step.raw.check(value, missing=False)
        mask = step.per_column(mask_of(step), "mask")
        kept = tuple(f for f, keep in zip(flow.features, mask) if keep)
        return Flow(kept, flow.sparse, flow.dtypes)

    return selector


def _never(step: Step) -> bool:
    return False


def _always(step: Step) -> bool:
    return True


def _as_estimator(step: Step) -> bool:
    return tolerates_missing(step, step.record.get("estimator"))


# --- By the score of each column ------------------------------------------------------


def _scores(step: Step) -> NDArray[np.float64]:
    """The scores, NaN as the least of all."""
    scores = np.array(step.record["scores_"])
    if scores.dtype.kind != "f":
        scores = scores.astype(np.float64)
    scores[np.isnan(scores)] = np.finfo(scores.dtype).min
    return scores


def _k_best(step: Step, k: Any = None) -> Mask:
    scores = _scores(step)
    k = step.record.get("k", 10) if k is None else k
    if isinstance(k, str):
        return np.ones(scores.shape, dtype=bool)
    mask = np.zeros(scores.shape, dtype=bool)
    if k:
        mask[np.argsort(scores, kind="mergesort")[-int(k) :]] = True
    return mask


def _percentile(step: Step, percentile: Any = None) -> Mask:
    scores = _scores(step)
    percentile = step.record.get("percentile", 10) if percentile is None else percentile
    if percentile == 100 or percentile == 0:
        return np.full(scores.shape, percentile == 100)
    threshold = np.percentile(scores, 100 - percentile)
    mask = np.asarray(scores > threshold)
    ties = np.flatnonzero(scores == threshold)
    if len(ties):
        most = int(len(scores) * percentile / 100)
        mask[ties[: most - mask.sum()]] = True
    return mask


def _p_values(step: Step) -> NDArray[np.float64]:
    values = step.record["pvalues_"]
    if values is None:
        raise step.refuse("its score function gives no p-values")
    return np.asarray(values)


def _fpr(step: Step, alpha: Any = None) -> Mask:
    return np.asarray(_p_values(step) < _alpha(step, alpha))


def _fwe(step: Step, alpha: Any = None) -> Mask:
    values = _p_values(step)
    return np.asarray(values < _alpha(step, alpha) / len(values))


def _fdr(step: Step, alpha: Any = None) -> Mask:
    """Benjamini and Hochberg's procedure."""
    values, n = _p_values(step), len(_p_values(step))
    ordered = np.sort(values)
    bounds = float(_alpha(step, alpha)) / n * np.arange(1, n + 1)
    passed = ordered[ordered <= bounds]
    if passed.size == 0:
        return np.zeros(n, dtype=bool)
    return np.asarray(values <= passed.max())


def _alpha(step: Step, alpha: Any) -> Any:
    return step.record.get("alpha", 0.05) if alpha is None else alpha


def _generic(step: Step) -> Mask:
    mode = step.record.get("mode", "percentile")
    if mode not in MODES:
        raise step.refuse(f"its mode {mode!r} is not known")
    return MODES[mode](step, step.record.get("param", 1e-5))


MODES: dict[str, Callable[[Step, Any], Mask]] = {
    "percentile": _percentile,
    "k_best": _k_best,
    "fpr": _fpr,
    "fdr": _fdr,
    "fwe": _fwe,
}


# --- By a fitted estimator, by variance, by a search ----------------------------------


def _from_model(step: Step) -> Mask:
    """Importances from the threshold on, and at most so many of them."""
    record = step.record
    estimator = record.get("estimator_", record.get("estimator"))
    found = importances(step, estimator)
    if found.ndim == 1:
        scores = np.abs(found)
    else:
        scores = np.linalg.norm(found, axis=0, ord=record.get("norm_order", 1))
    threshold = _threshold(step, estimator, scores)
    mask = np.ones(scores.shape, dtype=bool)
    if record.get("max_features") is not None:
        most = record.get("max_features_", record["max_features"])
        if not isinstance(most, (int, np.integer)):
            raise step.refuse(
                "its max_features is a function", "Give a number, and fit again."
            )
        mask = np.zeros(scores.shape, dtype=bool)
        mask[np.argsort(-scores, kind="mergesort")[:most]] = True
    mask[scores < threshold] = False
    return mask


def _threshold(step: Step, estimator: Any, scores: NDArray[np.float64]) -> Any:
    """The least importance that is kept: a number, or a multiple of the mean."""
    threshold = step.record.get("threshold")
    if threshold is None:
        threshold = 1e-5 if _is_sparse_model(step, estimator) else "mean"
    if not isinstance(threshold, str):
        return float(threshold)
    factor, star, reference = threshold.rpartition("*")
    if reference.strip() not in ("mean", "median"):
        raise step.refuse(f"its threshold {threshold!r} is not known")
    value = np.mean(scores) if reference.strip() == "mean" else np.median(scores)
    return float(factor.strip()) * value if star else value


def _is_sparse_model(step: Step, estimator: Record) -> bool:
    """Whether the estimator was fitted with an l1 penalty, which makes zeros."""
    name, version = estimator.name, step.version
    if estimator.get("penalty") == "l1" or "Lasso" in name:
        return True

    def is_one(attribute: str) -> bool:
        ratio = estimator.get(attribute)
        return ratio is not None and bool(np.all(np.isclose(ratio, 1.0)))

    if (1, 1) <= version < (1, 7) and "ElasticNet" in name:
        return is_one("l1_ratio_") or is_one("l1_ratio")
    pure = {"ElasticNet": "l1_ratio", "ElasticNetCV": "l1_ratio_"}
    if version >= (1, 8):
        pure["LogisticRegression"] = "l1_ratio"
        pure["LogisticRegressionCV"] = "l1_ratio_"
    return version >= (1, 7) and name in pure and is_one(pure[name])


def _varied(step: Step) -> Mask:
    threshold = step.record.get("threshold", 0.0)
    return np.asarray(np.asarray(step.record["variances_"]) > threshold)


def _support(step: Step) -> Mask:
    return np.asarray(step.record["support_"], dtype=bool)


ROWS: tuple[TransformerRow, ...] = (
    Row("SelectKBest", "sklearn.feature_selection", selected(_k_best, _never)),
    Row("SelectPercentile", "sklearn.feature_selection", selected(_percentile, _never)),
    Row("SelectFpr", "sklearn.feature_selection", selected(_fpr, _never)),
    Row("SelectFdr", "sklearn.feature_selection", selected(_fdr, _never)),
    Row("SelectFwe", "sklearn.feature_selection", selected(_fwe, _never)),
    Row(
        "GenericUnivariateSelect",
        "sklearn.feature_selection",
        selected(_generic, _never),
    ),
    Row(
        "SelectFromModel",
        "sklearn.feature_selection",
        selected(_from_model, _as_estimator),
    ),
    Row("VarianceThreshold", "sklearn.feature_selection", selected(_varied, _always)),
    Row("RFE", "sklearn.feature_selection", selected(_support, _as_estimator)),
    Row("RFECV", "sklearn.feature_selection", selected(_support, _as_estimator)),
    Row(
        "SequentialFeatureSelector",
        "sklearn.feature_selection",
        selected(_support, _as_estimator),
    ),
)
