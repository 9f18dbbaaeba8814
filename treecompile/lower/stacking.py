"""Stacking*: the answers of some models are the columns of another
(docs/arithmetic.md, Stacks; Matrix products)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Choice,
    Expression,
    Feature,
    Joint,
    Number,
)
from ..read.records import Record
from .boosting import two_shares
from .build import Answering, Member, Vector, classes_of
from .committees import chosen_code, number_of, probabilities
from .flow import FLOAT32, FLOAT64, Flow, side_by_side
from .paths import counted
from .singles import rounded, scalar
from .tree import class_labels


def stacking(member: Member) -> Answering:
    """StackingClassifier and StackingRegressor."""
    record = member.record
    models = member.fitted_list("estimators_")
    methods = member.fitted_list("stack_method_")
    if len(methods) != len(models):
        raise member.refuse("its models do not fit their methods: the file is damaged")
    names = [
        str(name)
        for name, model in record["estimators"]
        if model is not None and not isinstance(model, str)
    ]
    if len(names) != len(models):
        names = [str(i) for i in range(len(models))]
    classes = None
    if "classes_" in record or record.name == "StackingClassifier":
        encoder = record.get("_label_encoder", record.get("_le"))
        found = record.get("classes_")
        if found is None and isinstance(encoder, Record):
            found = encoder.get("classes_")
        classes = class_labels(found, member.here)
        if len(classes) > 1 or isinstance(encoder, list):
            raise member.refuse(
                "several outputs are not supported here",
                "Fit one for each output, as MultiOutputClassifier and MultiOutputRegressor do.",
            )
    columns: list[Feature] = []
    single = not record.get("passthrough")
    for name, model, method in zip(names, models, methods):
        inner = member.inner(model, f"estimator {name!r}")
        answering = inner.answers()
        # The codes of labels are whole numbers, of which doubles are made.
        codes = method == "predict" and answering.classes is not None
        single &= answering.single and not codes
        for i, value in enumerate(_column(inner, answering, method, classes)):
            columns.append(Feature(f"{name}_{i}", value))
    flow = Flow(tuple(columns), dtypes=FLOAT32 if single else FLOAT64)
    if record.get("passthrough"):
        flow = replace(
            side_by_side([flow, member.flow], member.flow.sparse, False), dtypes=FLOAT64
        )
    final = member.inner(member.fitted("final_estimator_"), "final estimator", flow)
    answering = final.answers()
    answered = counted(len(models), "model")
    words = f"{answered}, and a final one over their answers"
    if classes is None:
        value = number_of(answering, final)
        return Answering(None, (value,), words, single=answering.single)
    if len(classes_of(final, answering)) != len(classes[0]):
        raise final.refuse("its classes do not fit: the file is damaged")
    return replace(answering, classes=classes, words=words, applies=None)


def _column(inner: Member, answering: Answering, method: str, classes: Any) -> Vector:
    if method == "predict_proba":
        shares = probabilities(answering, inner)
        return shares[1:] if len(classes[0]) == 2 else shares
    if method == "decision_function":
        decision = answering.decided()
        if decision is None:
            raise inner.refuse("it has no decision_function")
        return decision
    if method != "predict":
        raise inner.refuse(f"its stack_method_ is {method!r}: the file is damaged")
    if answering.classes is None:
        return (number_of(answering, inner),)
    codes = classes_of(inner, answering)
    if list(codes) != list(range(len(codes))):
        raise inner.refuse("its classes are not codes: the file is damaged")
    return (chosen_code(answering, inner),)


# --- Linear models, as the last of a stack --------------------------------------------


def linear(member: Member) -> Answering:
    """A linear model: a sum from left to right, where scikit-learn leaves the order to
    BLAS, so that the last bits may differ; those of a single, where columns and
    coefficients are singles."""
    record = member.record
    if member.word != "final estimator":
        raise member.refuse(
            "its sum is left to BLAS, whose order differs between machines, and what "
            "other models make of it may turn on the last bit",
            "A linear model can only be the final estimator of a stack.",
        )
    build = member.build
    build.linear = True
    coefficients = np.asarray(member.fitted("coef_"))
    weights = coefficients.astype(np.float64).reshape(-1, coefficients.shape[-1])
    single = member.flow.dtypes == FLOAT32 and coefficients.dtype == np.float32
    build.linear_in_singles |= single
    count = len(member.flow.features)
    if weights.shape[1] != count or not np.isfinite(weights).all():
        raise member.refuse(
            "its coefficients do not fit its columns: the file is damaged"
        )
    member.check_columns(False, LARGEST)
    values = member.flow.values
    products = [
        [Arithmetic("*", value, Number(x)) for value, x in zip(values, row)]
        for row in weights.tolist()
    ]
    sums = build.sums(products, "product")
    intercept = record.get("intercept_", 0.0)
    if single:
        sums = tuple(map(rounded, sums))
        single = np.ndim(intercept) == 0 or intercept.dtype == np.float32
    if single and np.ndim(intercept) == 0:
        shift = scalar(build, member.here, intercept)
        single = shift.single
        intercept = shift.value
    shifts = np.asarray(intercept, dtype=np.float64).reshape(-1)
    shifts = np.broadcast_to(shifts, (len(weights),))
    moved = [Arithmetic("+", x, Number(b)) for x, b in zip(sums, shifts.tolist())]
    decision = build.values(map(rounded, moved) if single else moved, "decision")
    if "classes_" not in record:
        if len(decision) != 1:
            raise member.refuse(
                "several outputs are not supported here",
                "Fit one for each output, as MultiOutputClassifier and MultiOutputRegressor do.",
            )
        return Answering(None, decision, "a linear model", single=single)
    classes = class_labels(record["classes_"], member.here)
    if len(decision) == 1:
        return Answering(
            classes,
            (Choice(decision, 0.0),),
            "a linear model",
            _two_logistic(member, decision[0], single),
            decision,
            single=single,
        )
    shares = None
    if record.name.startswith("LogisticRegression"):
        if record.get("multi_class", "auto") == "ovr":
            raise member.refuse(
                "multi_class='ovr' is not supported",
                "Fit it without multi_class='ovr'.",
            )

        def shares() -> tuple[Vector, ...]:
            function = "softmax_single" if single else "softmax"
            softmax = Joint(function, decision, "share", loose=single)
            return (build.stage(softmax),)

    choice = (Choice(decision),)
    words = "a linear model"
    return Answering(classes, choice, words, shares, decision, single=single)


def _two_logistic(member: Member, decision: Expression, single: bool) -> Any:
    if not member.record.name.startswith("LogisticRegression"):
        return None
    if member.record.get("multi_class") == "multinomial":
        return None
    if not single:
        return lambda: (two_shares(member, decision),)

    def shares() -> tuple[Vector, ...]:
        share = Apply("expit_single", decision, (math.inf,))
        (second,) = member.build.values([share], "second")
        return ((rounded(Arithmetic("-", Number(1.0), second)), second),)

    return shares
