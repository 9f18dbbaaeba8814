"""ClassifierChain and RegressorChain: each model sees what those before it answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import (
    LARGEST,
    Apply,
    Expression,
    Feature,
    Inside,
    Match,
    elements_of,
)
from ..read.records import Record
from .bounds import bounds
from .build import Answering, Member, Vector, classes_of
from .committees import chosen_code, is_tree, number_of, probabilities
from .compose import steps_of
from .embedding import boxes_of
from .flow import Flow
from .forests import shares_of
from .nodes import node_table
from .paths import counted

# Whose predict_log_proba is numpy.log of predict_proba. That of bagging is not: it adds
# up the logarithms of its models.
_LOGARITHMIC = frozenset(
    {
        "AdaBoostClassifier",
        "DecisionTreeClassifier",
        "ExtraTreeClassifier",
        "ExtraTreesClassifier",
        "GradientBoostingClassifier",
        "RandomForestClassifier",
    }
)
# More leaves than this are no rule that anybody reads.
_MOST_LEAVES = 64


def chain(member: Member) -> Answering:
    """ClassifierChain and RegressorChain: each model sees what those before it answer."""
    record = member.record
    models = member.fitted_list("estimators_")
    order = np.asarray(member.fitted("order_")).tolist()
    if not isinstance(order, list) or sorted(order) != list(range(len(models))):
        raise member.refuse("its order_ does not fit its models: the file is damaged")
    member.check_columns(False, LARGEST)
    method = record.get("chain_method_", "predict")
    features = list(member.flow.features)
    answered: list[Expression] = []
    shares: list[Expression] = []
    decisions: list[Expression] = []
    for number, model in enumerate(models):
        flow = Flow(tuple(features), sparse=member.flow.sparse)
        inner = member.inner(model, f"estimator {number}", flow)
        answering = inner.answers()
        passed = answer = _number(inner, answering)
        if record.name == "ClassifierChain" and answering.shares is not None:
            both = probabilities(answering, inner)
            if len(both) == 2:  # of others, scikit-learn has no row of shares
                shares.append(both[1])
        decision = answering.decided()
        if decision is not None and len(decision) == 1:
            decisions.append(decision[0])
        answered.append(answer)
        if number == len(models) - 1:
            break  # what it would pass on, nobody asks for
        if method != "predict":
            passed = _passed(inner, answering, method, shares, decision)
        features.append(Feature(f"chain_{number}", passed))
    places = [order.index(output) for output in range(len(order))]
    words = f"a chain of {counted(len(models), 'model')}"
    numbers = tuple(answered[place] for place in places)
    flat = None
    if len(shares) == len(models):
        kept = tuple(shares[place] for place in places)

        def flat() -> tuple[Vector, ...]:
            return (kept,)

    decision = None
    if len(decisions) == len(models):
        decision = tuple(decisions[place] for place in places)
    return Answering(
        None,
        numbers,
        words,
        shares=flat,
        decision=decision,
        several=True,
        one_row_of_shares=True,
    )


def _number(inner: Member, answering: Answering) -> Expression:
    """The answer as a number: that of a regressor, or a label that is one."""
    if answering.classes is None:
        return number_of(answering, inner)
    labels = classes_of(inner, answering)
    if any(isinstance(label, str) for label in labels):
        raise inner.refuse("its labels are not numbers")
    chosen = chosen_code(answering, inner)
    if labels == tuple(range(len(labels))):
        return chosen
    table = tuple((float(i), float(x)) for i, x in enumerate(labels))  # type: ignore[arg-type]
    return Match(chosen, table, 0.0)


def _passed(
    inner: Member,
    answering: Answering,
    method: str,
    shares: list[Expression],
    decision: Vector | None,
) -> Expression:
    """What the next models see."""
    two = answering.shares is not None and len(classes_of(inner, answering)) == 2
    if method == "predict_proba" and two:
        return shares[-1]
    if method == "predict_log_proba" and two:
        return _logarithm(inner, shares[-1])
    if method == "decision_function" and decision is not None:
        return decision[0]
    raise inner.refuse(
        f"its chain_method {method!r} is not supported",
        "Fit the chain with chain_method='predict'.",
    )


# --- The logarithm of a share -----------------------------------------------------------


def _logarithm(inner: Member, share: Expression) -> Expression:
    """The logarithm of a share, which the next model takes where it is finite."""
    last = _last(inner.record, inner.path)
    if last.kind[0] != "sklearn" or last.name not in _LOGARITHMIC:
        raise inner.refuse(
            f"its chain_method is 'predict_log_proba', and that of {last.name} is not "
            "numpy's logarithm of its probabilities",
            "Fit the chain with chain_method='predict' or 'predict_proba'.",
        )
    if not bounds(share, inner.build.stages)[0] > 0.0:
        if not is_tree(inner.record):
            raise _infinite(inner, "it can come to a share of 0")
        _leave_out(inner)
    return inner.build.values([Apply("log", share)], "log")[0]


def _last(record: Record, path: str) -> Record:
    """The model at the end of a pipeline."""
    for _ in range(50):
        if record.name != "Pipeline":
            break
        inner = steps_of(record, path)[-1][1]
        if not isinstance(inner, Record):
            break
        record = inner
    return record


def _leave_out(inner: Member) -> None:
    """Records that come to a leaf without a share of the second class are invalid: the
    next model refuses the -inf that is its logarithm."""
    record, flow = inner.record, inner.flow
    table = node_table(record["tree_"], inner.here, len(flow.features))
    held = shares_of(inner, record, table, [2])
    boxes = boxes_of(table)
    pure = [leaf for leaf, row in zip(boxes, held.tolist()) if not row[1] > 0.0]
    if len(pure) > _MOST_LEAVES:
        raise _infinite(inner, f"{len(pure)} of its leaves have a share of 0")
    for leaf in pure:
        places = sorted(boxes[leaf])
        values = tuple(flow.features[i].value for i in places)
        if not places or any(map(elements_of, values)):
            raise _infinite(inner, "a leaf of it has a share of 0")
        box = Inside(values, tuple(boxes[leaf][i] for i in places))
        inner.build.raw.check(box, missing=False, low=0.0, high=0.0)


def _infinite(inner: Member, why: str) -> Any:
    return inner.refuse(
        f"its chain_method is 'predict_log_proba', and {why}: the next model of the chain "
        "refuses the logarithm of that, which is -inf",
        "scikit-learn refuses such records as well, with all others of their batch. Fit "
        "the chain with\nchain_method='predict_proba', or trees of a larger "
        "min_samples_leaf.",
    )
