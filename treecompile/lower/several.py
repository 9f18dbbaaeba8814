"""One model for each output or class: MultiOutput*, OneVsRestClassifier."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import (
    Arithmetic,
    Choice,
    Expression,
    Joint,
    Number,
)
from ..read.records import Record
from .build import Answering, Labels, Member, Vector, classes_of
from .committees import number_of, probabilities
from .paths import counted
from .singles import rounded
from .tree import class_labels


def multi_output(member: Member) -> Answering:
    """MultiOutputClassifier and MultiOutputRegressor: a model for each output."""
    models = member.fitted_list("estimators_")
    words = f"{counted(len(models), 'model')}, one for each output"
    inners = [member.inner(m, f"estimator {i}") for i, m in enumerate(models)]
    answers = [inner.answers() for inner in inners]
    if member.record.name.endswith("Regressor"):
        numbers = [number_of(a, inner) for a, inner in zip(answers, inners)]
        single = all(a.single for a in answers)
        return Answering(None, tuple(numbers), words, several=True, single=single)
    classes = tuple(classes_of(inner, a) for inner, a in zip(inners, answers))
    choices = [choice for a in answers for choice in a.answers]
    shares = None
    if all(a.shares is not None for a in answers):

        def shares() -> tuple[Vector, ...]:
            return tuple(probabilities(a, inner) for a, inner in zip(answers, inners))

    return Answering(
        classes,
        tuple(choice for choice in choices if isinstance(choice, Choice)),
        words,
        shares,
        several=True,
        single=all(a.single for a in answers),
    )


# --- One against the rest -------------------------------------------------------------


def one_vs_rest(member: Member) -> Answering:
    """OneVsRestClassifier: the class whose own model is the surest
    (docs/arithmetic.md, One against the rest)."""
    build = member.build
    models = member.fitted_list("estimators_")
    binarizer = member.fitted("label_binarizer_")
    (classes,) = class_labels(binarizer.get("classes_"), member.here)
    if str(binarizer.get("y_type_")).startswith("multilabel"):
        return _labels_at_once(member, models)
    if not str(binarizer.get("y_type_")).startswith(("multiclass", "binary")):
        raise member.refuse("the labels that it was fitted on are of no known type")
    scores: list[Expression] = []
    rows: list[Expression] = []
    decides = single = True
    for number, model in enumerate(models):
        inner = member.inner(model, f"estimator {number}")
        score, share, by_decision, in_singles = _against_rest(inner)
        scores.append(score)
        decides &= by_decision
        single &= in_singles
        if share is not None:
            rows.append(share)
    words = f"{len(models)} models, each of one class against the rest"
    if len(models) == 1:
        words = "a model of the second class against the first"
    shares = None
    if len(rows) == len(models):

        def shares() -> tuple[Vector, ...]:
            both = tuple(rows)
            if len(both) == 1:
                rest: Expression = Arithmetic("-", Number(1.0), both[0])
                both = (rounded(rest) if single else rest, both[0])
            function = "normalized_single" if single else "normalized"
            return (build.stage(Joint(function, both, "share", (0.0,))),)

    raw = build.values(scores, "score")
    decision = raw if decides else None
    if len(models) == 1:
        above = Choice(raw, 0.0 if decides else 0.5)
        return Answering((classes,), (above,), words, shares, decision, single=single)
    if len(models) != len(classes):
        raise member.refuse("its models do not fit its classes: the file is damaged")
    choice = _first_or_last(member, raw)
    return Answering((classes,), (choice,), words, shares, decision, single=single)


def _labels_at_once(member: Member, models: list[Any]) -> Answering:
    """Labels that do not rule each other out, each by a model of its own: 1 or 0, as
    its score is above what is the middle for the first of the models."""
    if len(models) < 2:
        raise member.refuse(
            "it was fitted on a table of one label alone",
            "Fit it on the column of that label.",
        )
    inners = [member.inner(m, f"estimator {i}") for i, m in enumerate(models)]
    parts = [_against_rest(inner) for inner in inners]
    constant = inners[0].record.name == "_ConstantPredictor"  # which is no classifier
    middle = 0.0 if parts[0][2] and not constant else 0.5
    single = all(in_singles for _, _, _, in_singles in parts)
    raw = member.build.values([score for score, _, _, _ in parts], "score")
    rows = tuple(share for _, share, _, _ in parts if share is not None)
    shares = None
    if len(rows) == len(models):

        def shares() -> tuple[Vector, ...]:
            return (rows,)

    return Answering(
        ((0, 1),) * len(models),
        tuple(Choice((score,), middle) for score in raw),
        f"{len(models)} models, each of one label or not",
        shares,
        raw if all(by_decision for _, _, by_decision, _ in parts) else None,
        several=True,
        one_row_of_shares=True,
        single=single,
    )


def _first_or_last(member: Member, raw: Vector) -> Choice:
    """Up to scikit-learn 1.7 the last of several that are equally sure was taken."""
    return Choice(raw, last=member.version < (1, 8))


def _against_rest(inner: Member) -> tuple[Expression, Expression | None, bool, bool]:
    """The score by which models are compared, the share of the class, whether the score
    is what the model's decision_function answers, and whether they are singles."""
    record = inner.record
    if isinstance(record, Record) and record.name == "_ConstantPredictor":
        value = float(np.asarray(record["y_"]).reshape(-1)[0])
        return Number(value), Number(value), True, False
    answering = inner.answers()
    labels: Labels = classes_of(inner, answering)
    if len(labels) != 2:
        raise inner.refuse("it does not part one class from the rest")
    share: Any = None
    if answering.shares is not None:
        share = probabilities(answering, inner)[1]
    decision = answering.decided()
    if decision is not None:
        return decision[0], share, True, answering.single
    if share is None:
        raise inner.refuse("it has neither decision_function nor predict_proba")
    return share, share, False, answering.single
