"""CalibratedClassifierCV: scores put through fitted curves
(docs/arithmetic.md, Calibration)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Choice,
    Clip,
    Expression,
    Joint,
    Number,
)
from ..read.records import Record
from .build import Answering, Labels, Member, Vector, classes_of, divided
from .committees import of_class, probabilities
from .paths import counted
from .singles import operated, rounded, scalar
from .tree import class_labels


def calibrated(member: Member) -> Answering:
    """The mean over the calibrated classifiers, one for each fold."""
    build = member.build
    (classes,) = class_labels(member.fitted("classes_"), member.here)
    folds = member.fitted_list("calibrated_classifiers_")
    rows = []
    for number, fold in enumerate(folds):
        inner = member.inner(fold, f"calibrated classifier {number}")
        if not isinstance(fold, Record):
            raise inner.refuse("it is not fitted", "Call fit() first.")
        with build.inside(*build.members, (inner.word, fold.name)):
            rows.append(_fold(inner, classes))
    total = build.sums(list(zip(*rows)), "total")
    mean = build.values(divided(total, len(folds)), "share")
    words = f"the mean of {counted(len(folds), 'calibrated model')}"
    return Answering((classes,), (Choice(mean),), words, lambda: (mean,))


def _fold(inner: Member, classes: Labels) -> Vector:
    record, build = inner.record, inner.build
    model = record.get("estimator", record.get("base_estimator"))
    base = inner.inner(model, "estimator")
    answering = base.answers()
    known = classes_of(base, answering)
    decision = answering.decided()
    if decision is not None:
        scores = decision
    else:
        scores = probabilities(answering, base)
        if len(scores) == 2:
            scores = scores[1:]
    method = record.get("method", "sigmoid")
    calibrators = record.get("calibrators", record.get("calibrators_"))
    if method not in ("sigmoid", "isotonic") or not isinstance(calibrators, list):
        raise inner.refuse(
            f"its method is {method!r}, whose answer for a record depends on the others "
            "in its batch",
            "Supported are method='sigmoid' and method='isotonic'.",
        )
    if len(calibrators) != len(scores):
        raise inner.refuse("its calibrators do not fit its scores: the file is damaged")
    places = [of_class(classes, label) for label in known]
    shares: list[Expression] = [Number(0.0)] * len(classes)
    for place, score, curve in zip(places, scores, calibrators):
        if place is None:
            raise inner.refuse("its classes do not fit: the file is damaged")
        if curve.name == "IsotonicRegression":
            share = _isotonic(inner, curve, score, answering.single)
        elif answering.single:
            share = _sigmoid_of_single(inner, curve, score)
        else:
            share = _sigmoid(curve, score)
        shares[place + (len(classes) == 2)] = share
    if len(classes) == 2:
        (second,) = build.values(shares[1:], "second")
        return Arithmetic("-", Number(1.0), second), second
    return build.stage(
        Joint("normalized_paired", tuple(shares), "share", (1.0 / len(classes),))
    )


def _sigmoid(curve: Record, score: Expression) -> Expression:
    """expit(-(a * score + b))."""
    a, b = (float(np.asarray(curve[name])) for name in ("a_", "b_"))
    line = Arithmetic("+", Arithmetic("*", Number(a), score), Number(b))
    return Apply("expit", Arithmetic("*", line, Number(-1.0)), ())


def _sigmoid_of_single(inner: Member, curve: Record, score: Expression) -> Expression:
    """The same of a score of single precision, in which all of it is computed where
    neither number is a double to numpy."""
    a, b = (scalar(inner.build, inner.here, curve[name]) for name in ("a_", "b_"))
    if a.single != b.single:
        raise inner.refuse(
            "its numbers a_ and b_ are not of one kind: the file is damaged"
        )
    if not a.single:
        return _sigmoid(curve, score)
    line = operated("+", operated("*", score, a), b)
    minus = Arithmetic("*", line, Number(-1.0))
    return Apply("expit_single", minus, (math.inf,))


def _isotonic(
    inner: Member, curve: Record, score: Expression, single: bool
) -> Expression:
    """numpy.interp between the thresholds; beyond them the nearest one. Thresholds of
    single precision, as of XGBoost's scores, take scipy another way."""
    xs, ys = (_thresholds(inner, curve, f"{axis}_thresholds_") for axis in "Xy")
    if curve.get("out_of_bounds") != "clip":
        raise inner.refuse("its isotonic regression does not clip: the file is damaged")
    x, y = xs.tolist(), ys.tolist()
    if len(x) != len(y) or not x or x != sorted(x):
        raise inner.refuse("its isotonic thresholds do not fit: the file is damaged")
    singles = xs.dtype == np.float32
    if singles != (ys.dtype == np.float32):
        raise inner.refuse("its isotonic thresholds are not of one precision")
    value: Expression = Number(y[0])
    if len(x) > 1:
        low, high = (float(curve[name]) for name in ("X_min_", "X_max_"))
        if singles:
            _check_slopes(inner, xs, ys)
            within = Clip(score if single else rounded(score), low, high)
            value = Apply("interpolated_single", within, (*x, *y))
        else:
            value = Apply("interpolated", Clip(score, low, high), (*x, *y))
    return Clip(value, -LARGEST, 1.0)


def _check_slopes(inner: Member, xs: Any, ys: Any) -> None:
    """Between no two points does the slope overflow single precision."""
    with np.errstate(all="ignore"):
        slopes = np.diff(ys) / np.diff(xs)
    if not np.isfinite(slopes).all():
        raise inner.refuse("the slopes of its isotonic regression overflow")


def _thresholds(inner: Member, curve: Record, name: str) -> Any:
    # Up to 0.23 they were hidden: _necessary_X_ and _necessary_y_.
    if "X_" in curve:
        raise inner.refuse(
            "its isotonic regression is one of before scikit-learn 0.18, which was "
            "computed otherwise",
            "Fit it with a newer scikit-learn.",
        )
    array: Any = curve.get(name, curve.get(f"_necessary_{name[0]}_"))
    if not isinstance(array, np.ndarray) or array.dtype not in (np.float64, np.float32):
        raise inner.refuse("its isotonic thresholds are not numbers")
    return array
