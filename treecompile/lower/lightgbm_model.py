"""LightGBM's models: trees that are added in double precision, from zero, in order.

The rules are those of its prediction code: a number of at most 1e-35 counts for zero, a
missing one for zero too unless the node knows missing ones; a code of a category is cut
to an integer, and goes left if its bit is set (docs/arithmetic.md, LightGBM).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED
from ..program import (
    Apply,
    Arithmetic,
    Choice,
    Expression,
    Joint,
    Number,
    Test,
    Threshold,
    Tree,
    Trees,
)
from ..read.budget import charge
from ..read.records import Record
from .booster_trees import bands, booster_of, coded, sum_of, tree_of
from .boosting import last_even
from .build import Answering, Labels, Member, Vector, divided
from .flow import Flow, Raw
from .lightgbm_categories import category_columns
from .lightgbm_text import CATEGORICAL, LightgbmModel, LightgbmTree, lightgbm_model
from .tree import class_labels

# Answered as they are summed, or squared if the numbers were fitted as their roots.
_PLAIN = {
    "regression",
    "regression_l1",
    "huber",
    "fair",
    "quantile",
    "mape",
    "lambdarank",
    "rank_xendcg",
}
# A function of your own: predict answers the sums.
_OWN = {"", "custom"}
_EXPONENTIAL = {"poisson", "gamma", "tweedie"}
_SOFTPLUS = {"cross_entropy_lambda"}
_LOGISTIC = {"binary", "cross_entropy"}
_MANY = {"multiclass", "multiclassova"}
# What counts for zero: 1e-35 as a single.
_ZERO = float(np.float32(1e-35))
_DEFAULT_LEFT = 2
# Bytes in memory of a category that goes left: two cuts, and how they were found.
_BIT = 300
_MISSING_IS_ZERO, _MISSING_IS_NAN = 1, 2
# Parameters of a model that change what predict does.
_OF_PREDICT = (
    "pred_early_stop",
    "predict_raw_score",
    "raw_score",
    "num_iteration_predict",
    "start_iteration_predict",
    "predict_leaf_index",
    "predict_contrib",
    "pred_leaf",
    "pred_contrib",
    "start_iteration",
    "num_iteration",
)


def own_codes(record: Record, flow: Flow, path: str, raw: Raw) -> Flow:
    """What flows in with the codes of its categories; others are missing."""
    model = lightgbm_model(record, path)
    if not model.lists or len(flow.features) != model.width:
        return flow
    found = category_columns(model, flow, raw, path)
    return coded(flow, raw, found.items(), closed=False)


def lightgbm(member: Member) -> Answering:
    """LGBMClassifier, LGBMRegressor, LGBMRanker and the bare Booster."""
    record = member.record
    model = lightgbm_model(record, member.here)
    _check(member, model)
    member.check_width(model.width)
    member.check_columns(True, math.inf)
    raw, count = _sum(member, model)
    # Since 4.7 a classifier has a decision_function, and notes this when it is fitted.
    decision = raw if "_fitted_with_feature_names" in record else None
    words = sum_of(count)
    if model.average:
        raw = member.build.values(divided(raw, count // model.outputs), "mean")
        words = f"the mean of {count} trees"
    classifies = record.name.endswith("Classifier")
    if classifies and model.objective not in _MANY | {"binary"}:
        raise member.refuse(
            f"a classifier with the objective {model.objective!r} cannot be compiled",
            "Supported are binary, multiclass and multiclassova.",
        )
    if classifies and model.objective == "binary":
        return replace(_two(member, model, raw, words), decision=decision)
    answers = raw
    build = member.build
    if model.objective == "multiclass":
        answers = build.stage(Joint("softmax", raw, "share"))
    elif model.objective in _LOGISTIC | _MANY:
        answers = build.values([_logistic(model, x) for x in raw], "share")
        words = f"the logistic function of {words}"
    elif model.objective in _EXPONENTIAL:
        answers = build.values([Apply("libm_exp", x, ()) for x in raw], "value")
        words = f"the exponential of {words}"
    elif model.objective in _SOFTPLUS:
        powers = [Apply("libm_exp", x, ()) for x in raw]
        answers = build.values([Apply("libm_log1p", x, ()) for x in powers], "value")
        words = f"log(1 + exp(x)) of {words}"
    elif "sqrt" in model.options:
        answers = build.values([_signed_square(x) for x in raw], "value")
    if not classifies:
        return Answering(None, answers, words, several=len(answers) > 1)
    return Answering(
        (_classes(member, len(raw)),),
        (Choice(answers),),
        words,
        lambda: (answers,),
        decision,
    )


def _check(member: Member, model: LightgbmModel) -> None:
    record = member.record
    known = _PLAIN | _EXPONENTIAL | _SOFTPLUS | _LOGISTIC | _MANY
    if record.name.endswith("Classifier") and model.objective in _OWN:
        raise member.refuse(
            "its objective is a function of your own, under which a classifier of "
            "LightGBM answers no labels",
            "Fit it with the objective binary, multiclass or multiclassova, or compile "
            "its booster_, which answers the same sums.",
        )
    if model.objective not in known | _OWN:
        raise member.refuse(
            f"its objective {model.objective or 'none'!r} cannot be compiled exactly",
            f"Supported are {', '.join(sorted(known))}.",
        )
    others = record.get("_other_params")
    for name in _OF_PREDICT:
        if isinstance(others, dict) and others.get(name):
            raise member.refuse(
                f"its parameter {name} changes what predict does",
                "Fit it without that parameter.",
            )


def _two(member: Member, model: LightgbmModel, raw: Vector, words: str) -> Answering:
    """Two classes: the second where its share is above that of the first."""
    second = _logistic(model, raw[0])
    scaled = second.operand

    def shares() -> tuple[Vector, ...]:
        (share,) = member.build.values([second], "second")
        return ((Arithmetic("-", Number(1.0), share), share),)

    return Answering(
        (_classes(member, 2),), (Choice((scaled,), last_even()),), words, shares
    )


def _logistic(model: LightgbmModel, x: Expression) -> Apply:
    factor = float(model.options.get("sigmoid", "1"))
    if factor != 1.0:
        x = Arithmetic("*", Number(factor), x)
    return Apply("expit", x, ())


def _signed_square(x: Expression) -> Expression:
    return Arithmetic("*", Arithmetic("*", Apply("sign", x, ()), x), x)


def _classes(member: Member, count: int) -> Labels:
    record = member.record
    encoder = record.get("_le")
    known = encoder.get("classes_") if isinstance(encoder, Record) else None
    if known is None:
        known = record.get("_classes", record.get("classes_"))
    if known is None:
        raise member.refuse("it does not name its classes", DAMAGED)
    (labels,) = class_labels(np.asarray(known), member.here)
    if len(labels) == 1 != count:
        raise member.refuse(
            "it was fitted on one class alone", "Fit it on two classes or more."
        )
    if len(labels) != count:
        raise member.refuse(
            f"it has {len(labels)} classes, and its trees are for {count}", DAMAGED
        )
    return labels


# --- The sum --------------------------------------------------------------------------


def _sum(member: Member, model: LightgbmModel) -> tuple[Vector, int]:
    """The sums, and of how many trees they are."""
    places = member.build.places(member.flow)
    count = _used(member, model)
    found, rows, nodes = [], [], []
    for number, tree in enumerate(model.trees[:count]):
        inner = member.inner(member.record, f"tree {number}")
        added, leaves = _tree(inner, tree, places)
        found.append(added)
        rows.append(tuple((tree.values[k],) for k in leaves))
        nodes.append(tuple(leaves))
    outputs = model.outputs
    raw = member.build.stage(
        Trees(
            start=(Number(0.0),) * outputs,
            trees=tuple(found),
            rows=tuple(rows),
            slots=tuple((k,) for k in range(outputs)) * (count // outputs),
            nodes=tuple(nodes),
            name="raw",
        )
    )
    return raw, count


def _used(member: Member, model: LightgbmModel) -> int:
    """How many trees ``predict`` uses: up to the best iteration of early stopping."""
    booster = booster_of(member.record)
    best = booster.get("best_iteration")
    every = len(model.trees)
    if not isinstance(best, (int, np.integer)) or best <= 0:
        return every
    return min(int(best) * model.outputs, every)


def _tree(
    inner: Member, tree: LightgbmTree, places: NDArray[np.int64]
) -> tuple[Tree, list[int]]:
    """The tree, and its leaves by LightGBM's number, in table order."""
    count = len(tree.features)

    def place(child: int) -> int:  # leaves are numbered after the inner nodes
        return child if child >= 0 else count - 1 - child

    ends = [-1] * len(tree.values)
    left = [*map(place, tree.left), *ends]
    right = [*map(place, tree.right), *ends]
    added, leaves = tree_of(inner, left, right, _tests(inner, tree, places))
    if len(leaves) != len(tree.values):
        raise inner.refuse("the tree cannot be trusted: a leaf is not in it", DAMAGED)
    return added, [leaf - count for leaf in leaves]


def _tests(
    inner: Member, tree: LightgbmTree, places: NDArray[np.int64]
) -> Callable[[int], Test]:
    def test(node: int) -> Test:
        place, decision = int(places[tree.features[node]]), tree.decisions[node]
        threshold = tree.thresholds[node]
        if not decision & CATEGORICAL:
            return _numeric_test(place, threshold, decision)
        number = int(threshold)
        if not 0 <= number < len(tree.bitsets):
            raise inner.refuse("its category splits do not fit together", DAMAGED)
        return _category_test(place, tree.bitsets[number])

    return test


def _numeric_test(place: int, threshold: float, decision: int) -> Test:
    """Left where a number is at most the threshold, all tiny ones being zero."""
    missing = decision >> 2 & 3
    default_left = bool(decision & _DEFAULT_LEFT)
    zero_left = default_left if missing == _MISSING_IS_ZERO else threshold >= 0.0
    missing_left = default_left if missing == _MISSING_IS_NAN else zero_left
    below, above = math.nextafter(-_ZERO, -math.inf), _ZERO
    if missing == _MISSING_IS_ZERO or -_ZERO <= threshold <= _ZERO:
        # What is smaller than any zero, the zeros, and what is greater.
        pieces = [(below, zero_left), (above, threshold > _ZERO)]
        if threshold < below:
            pieces.insert(0, (threshold, False))
        if threshold > above:
            pieces.append((threshold, False))
        return _simplest(place, pieces, True, missing_left)
    return Threshold(place, threshold, missing_left)


def _simplest(
    place: int, pieces: list[tuple[float, bool]], first: bool, missing_left: bool
) -> Test:
    test = bands(place, pieces, first, missing_left)
    if len(test.cuts) == 1:
        return Threshold(place, test.cuts[0], missing_left)
    return test


def _category_test(place: int, words: list[int]) -> Test:
    """Left where the bit of the code is set. Codes are cut to integers, so that what
    is above -1 is code 0; missing ones go right."""
    pieces = []
    charge(_BIT * sum(word.bit_count() for word in words))
    for index, word in enumerate(words):
        for bit in range(32):
            code = 32 * index + bit
            if word >> bit & 1:
                start = math.nextafter(float(code), -math.inf) if code else -1.0
                end = math.nextafter(float(code + 1), -math.inf)
                pieces += [(start, True), (end, False)]
    return bands(place, pieces, False, False)
