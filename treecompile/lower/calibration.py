"""CalibratedClassifierCV: scores put through fitted curves (semantics 5.6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Choice,
    Clip,
    Expression,
    Number,
    Shares,
)
from ..read.records import Record
from .build import Answering, Labels, Member, Vector, classes_of, divided
from .committees import in_doubles, of_class, probabilities
from .tree import class_labels


def calibrated(member: Member) -> Answering:
    """The mean over the calibrated classifiers, one for each fold."""
    build = member.build
    (classes,) = class_labels(member.fitted("classes_"), member.here)
    folds = list(member.fitted("calibrated_classifiers_"))
    rows = []
    for number, fold in enumerate(folds):
        inner = member.inner(fold, f"calibrated classifier {number}")
        if not isinstance(fold, Record):
            raise inner.refuse("it is not fitted")
        with build.inside(*build.members, (inner.word, fold.name)):
            rows.append(_fold(inner, classes))
    total = build.sums(list(zip(*rows)), "total")
    mean = build.values(divided(total, len(folds)), "share")
    words = f"the mean of {len(folds)} calibrated models"
    return Answering((classes,), (Choice(mean),), words, lambda: (mean,))


def _fold(inner: Member, classes: Labels) -> Vector:
    record, build = inner.record, inner.build
    model = record.get("estimator", record.get("base_estimator"))
    base = inner.inner(model, "estimator")
    answering = in_doubles(base.answers(), base)
    known = classes_of(base, answering)
    if answering.decision is not None:
        scores = answering.decision
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
    places = [of_class(classes, label) for label in known]
    shares: list[Expression] = [Number(0.0)] * len(classes)
    for place, score, curve in zip(places, scores, calibrators):
        if place is None:
            raise inner.refuse("its classes do not fit: the file is damaged")
        calibrate = _isotonic if curve.name == "IsotonicRegression" else _sigmoid
        shares[place + (len(classes) == 2)] = calibrate(inner, curve, score)
    if len(classes) == 2:
        (second,) = build.values(shares[1:], "second")
        return Arithmetic("-", Number(1.0), second), second
    return build.stage(Shares(tuple(shares), True, 1.0 / len(classes), "share"))


def _sigmoid(inner: Member, curve: Record, score: Expression) -> Expression:
    """expit(-(a * score + b))."""
    a, b = (float(np.asarray(curve[name])) for name in ("a_", "b_"))
    line = Arithmetic("+", Arithmetic("*", Number(a), score), Number(b))
    return Apply("expit", Arithmetic("*", line, Number(-1.0)), ())


def _isotonic(inner: Member, curve: Record, score: Expression) -> Expression:
    """numpy.interp between the thresholds; beyond them the nearest one."""
    xs, ys = (_doubles(inner, curve, f"{axis}_thresholds_") for axis in "Xy")
    if curve.get("out_of_bounds") != "clip":
        raise inner.refuse("its isotonic regression does not clip: damaged file")
    if len(xs) != len(ys) or not xs or xs != sorted(xs):
        raise inner.refuse("its isotonic thresholds do not fit: the file is damaged")
    value: Expression = Number(ys[0])
    if len(xs) > 1:
        low, high = (float(curve[name]) for name in ("X_min_", "X_max_"))
        within = Clip(score, low, high)
        value = Apply("interpolated", within, (*xs, *ys))
    return Clip(value, -LARGEST, 1.0)


def _doubles(inner: Member, curve: Record, name: str) -> list[float]:
    # Up to 0.23 they were hidden: _necessary_X_ and _necessary_y_.
    if "X_" in curve:
        raise inner.refuse(
            "its isotonic regression is one of before scikit-learn 0.18, which was "
            "computed otherwise",
            "Fit it with a newer scikit-learn.",
        )
    array: Any = curve.get(name, curve.get(f"_necessary_{name[0]}_"))
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise inner.refuse("its isotonic thresholds are no doubles")
    return [float(x) for x in array.tolist()]
