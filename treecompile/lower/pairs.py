"""OneVsOneClassifier: a model for each pair of classes, and the votes of them all.

A class gets a vote of each model that prefers it, and a part of a vote, less than 1/3, by
how sure the models are: sum / (3 * (|sum| + 1)).
"""

from __future__ import annotations

from typing import Any

from ..errors import DAMAGED
from ..program import Apply, Arithmetic, Choice, Expression, Number
from .build import Answering, Member, classes_of
from .committees import chosen_code, probabilities
from .tree import class_labels

# Before, how sure the models are was set against the other rows of the batch.
_PER_RECORD = (0, 21)
# Of models that answer shares alone, scores were cut at 0 up to the one version, and are
# at 1/2 since the other.
_CUT_AT_ZERO, _CUT_BY_SHARE = (1, 0), (1, 3)
#: Of more, an answer would be a sum of thousands of terms.
_MOST_CLASSES = 60


def one_vs_one(member: Member) -> Answering:
    """The class with the most votes; the first of several with as many."""
    if member.version < _PER_RECORD:
        raise member.refuse(
            "before scikit-learn 0.21 its answer may depend on the rows beside it",
            "Fit it with scikit-learn 0.21 or later.",
        )
    (classes,) = class_labels(member.fitted("classes_"), member.here)
    models = list(member.fitted("estimators_"))
    count = len(classes)
    if member.record.get("pairwise_indices_") is not None:
        raise member.refuse("it is of a kernel, which looks at the rows of fit")
    if not 2 <= count <= _MOST_CLASSES:
        raise member.refuse(
            f"it has {count} classes",
            f"Supported are 2 to {_MOST_CLASSES}; for more, fit a model that takes them "
            "all at once, as its estimator may, or OneVsRestClassifier.",
        )
    if len(models) != count * (count - 1) // 2:
        raise member.refuse("its models do not fit its classes", DAMAGED)
    votes: list[Expression] = [Number(0.0)] * count
    sums: list[Expression] = [Number(0.0)] * count
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    decides = True
    for number, ((i, j), model) in enumerate(zip(pairs, models)):
        inner = member.inner(model, f"estimator {number}")
        preferred, sure, by_decision = _of_pair(inner)
        decides &= by_decision
        first = Arithmetic("-", Number(1.0), preferred)
        votes[i] = Arithmetic("+", votes[i], first)
        votes[j] = Arithmetic("+", votes[j], preferred)
        sums[i] = Arithmetic("-", sums[i], sure)
        sums[j] = Arithmetic("+", sums[j], sure)
    build = member.build
    voted, summed = build.values(votes, "votes"), build.values(sums, "confidence")
    scores = [Arithmetic("+", v, _part(s)) for v, s in zip(voted, summed)]
    words = f"the votes of {len(models)} models, one of each pair of classes"
    if count == 2:
        words = "a model of the two classes"
        raw = build.values(scores[1:], "score")
        if not decides and _CUT_AT_ZERO < member.version < _CUT_BY_SHARE:
            raise member.refuse(
                "the score that decides between two classes changed around scikit-learn "
                "1.1 and 1.2, and one of these wrote it",
                "Fit its estimator on the two classes, without OneVsOneClassifier.",
            )
        old = member.version <= _CUT_AT_ZERO
        cut = 0.0 if decides or old else 0.5
        return Answering((classes,), (Choice(raw, cut),), words, decision=raw)
    raw = build.values(scores, "score")
    return Answering((classes,), (Choice(raw),), words, decision=raw)


def _part(x: Expression) -> Expression:
    """x / (3 * (|x| + 1))"""
    above = Arithmetic("+", Apply("abs", x, ()), Number(1.0))
    return Arithmetic("/", x, Arithmetic("*", Number(3.0), above))


def _of_pair(inner: Member) -> tuple[Expression, Expression, bool]:
    """1 where a model prefers the second class of its pair, how sure it is of that, and
    whether its decision_function says so."""
    answering = inner.answers()
    if answering.classes is None or tuple(classes_of(inner, answering)) != (0, 1):
        raise inner.refuse("it does not part one class from another")
    code: Any = chosen_code(answering, inner)
    decision = answering.decided()
    if decision is not None:
        return code, decision[0], True
    if answering.shares is None:
        raise inner.refuse("it has neither decision_function nor predict_proba")
    return code, probabilities(answering, inner)[1], False
