"""GradientBoosting*: trees added up from an initial prediction
(docs/arithmetic.md, Gradient boosting)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..program import Apply, Arithmetic, Choice, Expression, Joint, Number, Trees
from ..read.records import Record
from .build import Answering, Member, Vector
from .forests import added_tree, logarithms, nodes_of, rows_of
from .nodes import node_table
from .paths import counted
from .precision import SINGLE_LIMIT
from .tree import class_labels, leaf_means, leaf_shares

Start = tuple[Expression, ...]


def boosting(member: Member) -> Answering:
    """GradientBoostingClassifier and GradientBoostingRegressor."""
    record = member.record
    stages = member.fitted("estimators_")
    if not isinstance(stages, np.ndarray) or stages.ndim != 2 or not stages.size:
        raise member.refuse(
            "its estimators_ are not a table of trees: the file is damaged"
        )
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    member.check_columns(False, SINGLE_LIMIT)
    classes = None
    if record.name == "GradientBoostingClassifier":
        classes = class_labels(member.fitted("classes_"), member.here)
    width = stages.shape[1]
    if classes is not None and width != (len(classes[0]) if len(classes[0]) > 2 else 1):
        raise member.refuse("its trees do not fit its classes_: the file is damaged")
    rate = float(record["learning_rate"])
    places = member.build.places(member.flow)
    found, rows, nodes = [], [], []
    for number, row in enumerate(stages.tolist()):
        for k, tree in enumerate(row):
            inner = member.inner(tree, f"tree {number * width + k}")
            added, table = added_tree(inner, tree, places)
            found.append(added)
            rows.append(rows_of(rate * leaf_means(table, inner.here)))
            nodes.append(nodes_of(table))
    raw = member.build.stage(
        Trees(
            start=_start(member, classes is not None, width),
            trees=tuple(found),
            rows=tuple(rows),
            slots=tuple((k,) for k in range(width)) * len(stages),
            nodes=tuple(nodes),
            name="raw",
        )
    )
    applies = len(member.build.stages) - 1
    words = f"the sum of {counted(len(found), 'tree')}"
    if classes is None:
        return Answering(None, raw, words, applies=applies)
    if width > 1:
        softmax = (
            "softmax_of_log_paired" if member.version < (1, 4) else "softmax_paired"
        )
        return Answering(
            classes,
            (Choice(raw),),
            words,
            lambda: (member.build.stage(Joint(softmax, raw, "share")),),
            raw,
            applies=applies,
            applies_width=width,
        )
    factor = 2.0 if _is_exponential(record) else 1.0
    choice = Choice(raw, 0.0, inclusive=True)
    if member.version < (1, 4) and factor == 1.0:
        choice = Choice(raw, last_even())
    return Answering(
        classes,
        (choice,),
        words,
        lambda: (two_shares(member, raw[0], factor),),
        raw,
        applies=applies,
        applies_width=1,
    )


def two_shares(member: Member, raw: Expression, factor: float = 1.0) -> Vector:
    """The shares of two classes: of the second expit(factor * raw), of the first what
    is left of 1."""
    if factor != 1.0:
        raw = Arithmetic("*", Number(factor), raw)
    (second,) = member.build.values([Apply("expit", raw, ())], "second")
    return Arithmetic("-", Number(1.0), second), second


def last_even() -> float:
    """The largest raw number for which the share of the second of two classes is not
    above that of the first, as the argmax of both has it."""
    low, high = 0.0, 1.0
    while math.nextafter(low, high) < high:
        middle = (low + high) / 2.0
        second = 1.0 / (1.0 + math.exp(-middle))
        low, high = (low, middle) if second > 1.0 - second else (middle, high)
    return low


def _is_exponential(record: Record) -> bool:
    loss = record.get("_loss", record.get("loss_"))
    if isinstance(loss, Record):
        return loss.name == "ExponentialLoss"
    return bool(record.get("loss") == "exponential")


# --- The initial prediction -----------------------------------------------------------


_INITS = "Supported are init='zero', the default, and dummy and tree estimators."


def _start(member: Member, classifies: bool, width: int) -> Start:
    init = member.fitted("init_")
    if isinstance(init, str) and init == "zero":
        return (Number(0.0),) * width
    inner = member.inner(init, "init")
    if not isinstance(init, Record) or init.kind[0] != "sklearn":
        raise inner.refuse("this init cannot be compiled exactly", _INITS)
    link = _link(member, width) if classifies else np.asarray
    if init.name in ("DummyClassifier", "DummyRegressor"):
        return _numbers(_dummy(inner, classifies), link, width)
    if init.name == "ZeroEstimator":
        return (Number(0.0),) * width
    if init.name in _OLD_INITS:  # scikit-learn up to 0.20
        return _OLD_INITS[init.name](inner, width)
    if "tree_" in init and init.name.startswith(("DecisionTree", "ExtraTree")):
        return _tree(inner, classifies, link, width)
    raise inner.refuse(
        "this init cannot be compiled exactly",
        _INITS,
    )


def _numbers(row: NDArray[np.float64], link: Callable[[Any], Any], width: int) -> Start:
    # A batch of two, as scikit-learn computes it: one row alone is summed otherwise.
    raw = np.asarray(link(np.stack([row, row])), dtype=np.float64).reshape(2, -1)
    if raw.shape[1] != width:
        raise ValueError("the initial prediction does not fit the trees")
    return tuple(map(Number, raw[0].tolist()))


def _dummy(inner: Member, classifies: bool) -> NDArray[np.float64]:
    """What a dummy estimator answers: the shares of the classes, or a number."""
    record = inner.record
    if not classifies:
        constant = np.asarray(record["constant_"])
        if constant.dtype.kind not in "iuf":
            raise inner.refuse("its constant is not a number")
        return constant.astype(np.float64).reshape(-1)
    strategy = record.get("_strategy", record.get("strategy"))
    prior = np.asarray(record["class_prior_"], dtype=np.float64)
    count = len(prior)
    if strategy == "prior":
        return prior
    if strategy == "uniform":
        return np.full(count, 1.0 / count)
    if strategy == "most_frequent":
        return np.asarray(np.eye(count)[prior.argmax()])
    if strategy == "constant":
        known = np.asarray(record["classes_"]).tolist()
        constant = np.asarray(record["constant"]).reshape(-1).tolist()[0]
        return np.asarray(np.eye(count)[known.index(constant)])
    raise inner.refuse(
        f"its strategy {strategy!r} draws at random", "Fit it with strategy='prior'."
    )


def _tree(
    inner: Member, classifies: bool, link: Callable[[Any], Any], width: int
) -> Start:
    """A tree as init: the link is applied to its leaves."""
    record = inner.record
    table = node_table(record["tree_"], inner.here, len(inner.flow.features))
    if classifies:
        labels = class_labels(record["classes_"], inner.here)
        (values,) = leaf_shares(record, table, [len(labels[0])], inner.here)
        values = np.ascontiguousarray(values)
    else:
        values = leaf_means(table, inner.here)
    raw = np.asarray(link(np.concatenate([values, values])))[: len(values)]
    raw = raw.reshape(len(values), -1)
    if raw.shape[1] != width:
        raise inner.refuse("it does not fit the trees: the file is damaged")
    places = inner.build.places(inner.flow)
    tree, table = added_tree(inner, record, places)
    return inner.build.stage(
        Trees(
            start=(Number(-0.0),) * width,
            trees=(tree,),
            rows=(rows_of(raw),),
            slots=(tuple(range(width)),),
            nodes=(nodes_of(table),),
            name="init",
        )
    )


def _link(member: Member, width: int) -> Callable[[Any], Any]:
    """Shares -> raw numbers, as the version of the model has it
    (docs/arithmetic.md, Initial predictions)."""
    version, record = member.version, member.record
    eps = float(np.finfo(np.float64 if version >= (1, 8) else np.float32).eps)
    half = _is_exponential(record)

    def link(shares: NDArray[np.float64]) -> Any:
        clipped = np.clip(shares, eps, 1.0 - eps)
        if width > 1:
            if version < (1, 4):
                return logarithms(clipped)
            means = logarithms(clipped).mean(axis=1).tolist()
            mean = np.array([math.exp(x) for x in means])
            return logarithms(clipped / mean[:, np.newaxis])
        raw = np.array([_logit(x, version) for x in clipped[:, 1].tolist()])
        return 0.5 * raw if half else raw

    return link


def _logit(p: float, version: tuple[int, int]) -> float:
    """scipy.special.logit; that of scipy 1.15 and later for scikit-learn 1.7 and later,
    since a file does not say which scipy it was fitted with."""
    if version < (1, 4):
        return math.log(p / (1.0 - p))
    if version < (1, 7) or p < 0.3 or p > 0.65:
        return math.log(p / (1.0 - p))
    s = 2.0 * (p - 0.5)
    return math.log1p(s) - math.log1p(-s)


def _old_mean(inner: Member, width: int) -> Start:
    mean = inner.record.get("mean", inner.record.get("quantile"))
    return (Number(float(mean)),) * width


def _old_prior(inner: Member, width: int) -> Start:
    return _old_numbers(inner, "prior", width)


def _old_numbers(inner: Member, attribute: str, width: int) -> Start:
    prior = np.asarray(inner.record[attribute], dtype=np.float64).reshape(-1)
    if len(prior) != width:
        raise inner.refuse("it does not fit the trees: the file is damaged")
    return tuple(map(Number, prior.tolist()))


_OLD_INITS: dict[str, Callable[[Member, int], Start]] = {
    "MeanEstimator": _old_mean,
    "QuantileEstimator": _old_mean,
    "LogOddsEstimator": _old_prior,
    "ScaledLogOddsEstimator": _old_prior,
    "PriorProbabilityEstimator": lambda inner, width: _old_numbers(
        inner, "priors", width
    ),
}
