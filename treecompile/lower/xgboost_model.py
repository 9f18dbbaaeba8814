"""XGBoost's models: trees that are added up in single precision.

A value is rounded to single and compared with ``x < condition``; a missing one goes the
default way of the node. From the base score on, tree after tree adds its leaf, each
addition rounded to single. The link is computed in single precision with glibc's expf
(docs/arithmetic.md, XGBoost).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnsupportedModel
from ..program import (
    Apply,
    Arithmetic,
    Ascending,
    Choice,
    Expression,
    Joint,
    Match,
    Number,
    Replace,
    Test,
    Threshold,
    Trees,
    columns_of,
    operands,
)
from ..read.budget import charge
from ..read.records import Name, Record
from ..single import exp_single, log_single, single
from .booster_trees import bands, coded, sum_of, tree_of
from .build import Answering, Labels, Member, Vector
from .dict_vectorizer import refuse_held
from .flow import Flow, OtherMatrix, Raw
from .precision import SINGLE_LIMIT, double_cuts
from .tree import class_labels
from .xgboost_data import NEWEST, XgboostModel, XgboostTree, xgboost_model
from .xgboost_zeros import shows, zeros_matter

_LOGISTIC = {"binary:logistic", "reg:logistic"}
_EXPONENTIAL = {
    "count:poisson",
    "reg:gamma",
    "reg:tweedie",
    "survival:cox",
    "survival:aft",
}
_PLAIN = {
    "reg:squarederror",
    "reg:linear",
    "reg:squaredlogerror",
    "reg:absoluteerror",
    "reg:pseudohubererror",
    "reg:quantileerror",
    "reg:expectileerror",
    "rank:pairwise",
    "rank:ndcg",
    "rank:map",
    "binary:logitraw",
}
# 1 where the sum is above 0, else 0.
_HINGE = "binary:hinge"
_MANY = {"multi:softprob", "multi:softmax"}
_KNOWN = _LOGISTIC | _EXPONENTIAL | _PLAIN | _MANY | {_HINGE}
# Codes of categories from here on are taken for none.
_OUT_OF_RANGE = 2**24
# Bytes in memory of a category that goes right: two cuts, and how they were found.
_CODE = 300


def own_codes(record: Record, flow: Flow, path: str, raw: Raw) -> Flow:
    """What flows in with the codes of the categories of a frame, which the model keeps
    since XGBoost 3.1; it refuses others."""
    model = xgboost_model(record, path)
    if model.categories is None or len(flow.features) != model.width:
        return flow
    held = [(i, x) for i, x in enumerate(model.categories) if x is not None]
    return coded(flow, raw, held, closed=True)


def xgboost(member: Member) -> Answering:
    """XGBClassifier, XGBRegressor, XGBRF*, XGBRanker and the bare Booster."""
    record = member.record
    model = xgboost_model(record, member.here)
    _check_objective(member, model)
    if model.is_newer:
        member.build.remarks.append(
            f"XGBoost {model.version_text} wrote the model, which is newer than this "
            "treecompile. What it wrote has the form of "
            f"{NEWEST[0]}.{NEWEST[1]}, and is computed as there: compare some answers."
        )
    member.check_width(model.width)
    member.check_columns(_takes_missing(member, model), SINGLE_LIMIT)
    two = record.name.endswith("Classifier") and model.objective not in _MANY
    classes = _classes(member, 2) if two else ()
    raw = _sum(member, model, _missing(member, model))
    words = sum_of(_used(member, model))
    if model.objective in _MANY:
        return _many(member, model, raw, words)
    value = raw
    if model.objective in _LOGISTIC:
        value = tuple(_logistic(model, x) for x in raw)
        words = f"the logistic function of {words}"
    elif model.objective in _EXPONENTIAL:
        value = tuple(Apply("exp_single", x, ()) for x in raw)
        words = f"the exponential of {words}"
    elif model.objective == _HINGE:
        value = tuple(member.build.stage(Choice((x,), 0.0))[0] for x in raw)
        words = f"whether {words} is above 0"
    elif _sorts(model):
        value = member.build.stage(Ascending(raw, "quantile"))
        words = f"{words}, in ascending order"
    if not two:
        answers = value if value == raw else member.build.values(value, "value")
        return Answering(None, answers, words, several=len(raw) > 1, single=True)
    if len(raw) > 1:
        raise member.refuse(
            "a classifier of several outputs cannot be compiled",
            "Fit a MultiOutputClassifier around an XGBClassifier instead.",
        )
    if model.objective not in _LOGISTIC | {_HINGE}:
        raise member.refuse(
            f"a classifier with the objective {model.objective!r} cannot be compiled",
            "Supported are binary:logistic, binary:hinge and the multi: objectives.",
        )

    def shares() -> tuple[Vector, ...]:
        (second,) = member.build.values(value, "second")
        first = Apply("single", Arithmetic("-", Number(1.0), second), ())
        return ((first, second),)

    cut = 0.0 if model.objective == _HINGE else _last_even()
    return Answering((classes,), (Choice(raw, cut),), words, shares, single=True)


def _check_objective(member: Member, model: XgboostModel) -> None:
    curved = model.objective in _LOGISTIC | _EXPONENTIAL
    if not model.trees and curved and model.version >= (1, 0, 0):
        # XGBoost 3.2 takes the base score for the sum itself then: 0.62, not 0.5.
        raise member.refuse(
            "it has no tree, and what its objective makes of the base score alone "
            "differs between versions of XGBoost",
            "Fit it with n_estimators=1 or more.",
        )
    # What it was fitted by, where that is a function of your own, is no part of predict:
    # the file says the objective whose answers it gives.
    if model.objective not in _KNOWN:
        raise member.refuse(
            f"its objective {model.objective!r} cannot be compiled exactly",
            f"Supported are {', '.join(sorted(_KNOWN))}.",
        )
    if model.objective == "reg:expectileerror" and model.outputs > 1:
        # Each is the one before plus log1p(exp(x)), by a log1pf that is not known here.
        raise member.refuse(
            "several expectiles at once cannot be compiled exactly",
            "Fit a model for each of them.",
        )


def _sorts(model: XgboostModel) -> bool:
    """Whether the quantiles of a row are put in order, as they are since 3.4."""
    several = model.objective == "reg:quantileerror" and model.outputs > 1
    return several and model.version >= (3, 4, 0)


def _many(member: Member, model: XgboostModel, raw: Vector, words: str) -> Answering:
    """One number for each of several classes. The label is that of the largest share,
    and shares can be equal where the numbers are not."""
    build = member.build
    if model.objective == "multi:softmax":
        choice = Choice(raw)
        if not member.record.name.endswith("Classifier"):
            return Answering(None, build.stage(choice), f"the largest of {words}")
        return Answering(
            (_classes(member, len(raw)),),
            (choice,),
            words,
            _shares_of_softmax(member, model, raw),
            single=True,
        )
    classifies = member.record.name.endswith("Classifier")
    if classifies and len(raw) == 2 and model.version >= (1, 6, 0):
        raise member.refuse(
            f"under {model.objective} with two classes, its predict answers no label but "
            "a row of two numbers",
            "Fit it with objective='binary:logistic'.",
        )
    shares = build.stage(Joint("softmax_single", raw, "share"))
    if not member.record.name.endswith("Classifier"):
        return Answering(None, shares, words, several=True, single=True)
    classes = _classes(member, len(raw))
    return Answering(
        (classes,), (Choice(shares),), words, lambda: (shares,), single=True
    )


def _shares_of_softmax(
    member: Member, model: XgboostModel, raw: Vector
) -> Callable[[], tuple[Vector, ...]] | None:
    """What predict_proba answers under multi:softmax, which is made for labels alone:
    nothing of use up to 1.3 nor in 1.6, the sums in 1.4 and 1.5, and since 1.7 the
    softmax, by scipy."""
    if (1, 4, 0) <= model.version < (1, 6, 0):
        return lambda: (raw,)
    if model.version < (1, 7, 0):
        return None
    softmax = Joint("softmax_single", raw, "share", loose=True)
    return lambda: (member.build.stage(softmax),)


def _classes(member: Member, count: int) -> Labels:
    """The labels: 0, 1, ... unless the model of old encoded them itself."""
    record = member.record
    encoder = record.get("_le")
    known = encoder.get("classes_") if isinstance(encoder, Record) else None
    if known is None:
        known = record.get("classes_")
    if known is None:
        known = range(int(member.fitted("n_classes_")))
        if len(known) not in (1, count):
            raise _misfit(member, len(known), count)
    (labels,) = class_labels(np.asarray(known), member.here)
    if len(labels) == 1 != count:
        raise member.refuse(
            "it was fitted on one class alone", "Fit it on two classes or more."
        )
    if len(labels) != count:
        raise _misfit(member, len(labels), count)
    return labels


def _misfit(member: Member, classes: int, count: int) -> UnsupportedModel:
    return member.refuse(
        f"it has {classes} classes, and its trees are for {count}", DAMAGED
    )


# --- The sum --------------------------------------------------------------------------


def _sum(member: Member, model: XgboostModel, flow: Flow) -> Vector:
    base = _margins(member, model)
    places = member.build.places(flow)
    count = _used(member, model)
    old = _base_last(model)
    # Asked so, the trees of DART are weighted by themselves (see _dropped).
    bare = member.record.name == "Booster"
    bare |= member.record.get("predictor") not in (None, "auto")
    member.build.rounded = True
    found, rows, nodes = [], [], []
    for number in range(count):
        inner = member.inner(member.record, f"tree {number}")
        tree, leaves = tree_of(
            inner,
            model.trees[number].left,
            model.trees[number].right,
            _tests(model.trees[number], places, model.version),
        )
        values = model.trees[number].conditions[leaves]
        if model.weights is not None:
            plain = old or bare or model.version >= (3, 3, 0)
            start = 0.0 if plain else base[model.groups[number]]
            values = _dropped(values, start, model.weights[number])
        found.append(tree)
        rows.append(tuple((x,) for x in values.astype(np.float64).tolist()))
        nodes.append(tuple(leaves))
    _check_range(member, base, rows)
    zeros = (0.0,) * len(base)
    raw = member.build.stage(
        Trees(
            start=tuple(map(Number, zeros if old else base)),
            trees=tuple(found),
            rows=tuple(rows),
            slots=tuple((group,) for group in model.groups[:count]),
            nodes=tuple(nodes),
            name="raw",
            single=True,
        )
    )
    if not old:
        return raw
    sums = [Arithmetic("+", Number(b), x) for b, x in zip(base, raw)]
    return member.build.values([Apply("single", x, ()) for x in sums], "margin")


def _base_last(model: XgboostModel) -> bool:
    """Whether the sum starts from zero, and the base score is added at the end: so it
    was up to 1.2, and in DART up to 1.3."""
    return model.version < ((1, 3, 0) if model.weights is None else (1, 4, 0))


def _dropped(
    values: NDArray[np.float32], base: float, weight: float
) -> NDArray[np.float32]:
    """What a tree of DART adds: its sum with the base, less the base, times a weight.

    The base is 0 where a Booster predicts a DMatrix, and for all since 3.3.
    """
    start, factor = np.float32(base), np.float32(weight)
    return ((start + values) - start) * factor


def _check_range(
    member: Member, base: Sequence[float], rows: Sequence[Sequence[Sequence[float]]]
) -> None:
    """The sums stay far from the largest single, beyond which they would be infinite."""
    most = max(map(abs, base)) + sum(max(abs(x) for (x,) in row) for row in rows)
    if not most < 2.0**127:
        raise member.refuse("its sums can overflow single precision")


def _used(member: Member, model: XgboostModel) -> int:
    """How many trees ``predict`` uses: up to the best iteration of early stopping."""
    every = len(model.trees)
    if member.record.name == "Booster":
        return every
    limit = member.record.get("best_ntree_limit")
    if model.version < (1, 4, 0):
        rounds = int(limit) if limit is not None else 0
        return min(rounds * model.outputs, every) or every
    if model.best_iteration is None:
        return every
    return min((model.best_iteration + 1) * model.per_round, every)


def _margins(member: Member, model: XgboostModel) -> tuple[float, ...]:
    """The base score as what the trees are added to."""
    if model.version < (1, 0, 0):
        return model.base
    raw = model.objective == "binary:logitraw" and model.version < (1, 3, 0)
    if raw or model.objective in _LOGISTIC:
        if not all(0.0 < x < 1.0 for x in model.base):
            raise member.refuse("its base_score is not between 0 and 1")
        return tuple(-log_single(single(single(1.0 / x) - 1.0)) for x in model.base)
    if model.objective in _EXPONENTIAL:
        if not all(x > 0.0 for x in model.base):
            raise member.refuse("its base_score is not above 0")
        return tuple(log_single(x) for x in model.base)
    return model.base


# --- The tests ------------------------------------------------------------------------


def _takes_missing(member: Member, model: XgboostModel) -> bool:
    """Up to 0.90, one with a number for what is missing refuses what is no number."""
    number = member.record.get("missing")
    return model.version >= (1, 0, 0) or number is None or number != number


def _missing(member: Member, model: XgboostModel) -> Flow:
    """What flows in, without what the model takes for missing."""
    flow = member.flow
    if _zeros_are_missing(member, model):
        stored = member.build.raw.stored
        given = member.build.raw.held
        for x in flow.values:
            if x not in given and any(columns_of(x) == columns_of(y) for y in given):
                raise refuse_held(member.here)
        flow = flow.with_values(
            x if x in given else _held(x, stored) for x in flow.values
        )
    missing = member.record.get("missing")
    if missing is None or missing != missing:
        return flow
    if isinstance(missing, Name) or not isinstance(missing, (int, float, np.number)):
        raise member.refuse(f"its missing value {missing!r} is not a number")
    value = single(float(missing))
    if abs(value) == float("inf"):
        return flow
    return flow.with_values(
        Replace(Apply("single", x, ()), value, None) for x in flow.values
    )


def _held(value: Expression, stored: Set[Expression]) -> Expression:
    """A number of a sparse matrix, missing where it was zero when that was made: a zero
    that it became since is held as one."""
    todo = [value]
    while todo and todo[0] not in stored:
        todo += operands(todo.pop(0))
    if not todo or todo[0] == value:
        return Replace(value, 0.0, None)
    return Arithmetic("+", value, Match(todo[0], ((0.0, math.nan),), 0.0))


def _zeros_are_missing(member: Member, model: XgboostModel) -> bool:
    """Whether what flows in is a sparse matrix: what it does not hold is missing.

    Where that is but supposed, OtherMatrix says that the model shows otherwise; and it
    is no matter where a zero goes the same way at all tests.
    """
    told = member.build.raw.told
    if not told.trial or told.sparse is not member.flow.sparse:
        return member.flow.sparse
    if not shows(model, member.record, member.flow, member.flow.sparse):
        kind = "sparse" if member.flow.sparse else "dense"
        raise OtherMatrix(member.here, f"it was not fitted on a {kind} matrix")
    return member.flow.sparse and zeros_matter(model, member.record, member.flow)


def _tests(
    tree: XgboostTree, places: NDArray[np.int64], version: tuple[int, int, int]
) -> Callable[[int], Test]:
    # x < c of singles is x <= the single before c.
    before = np.nextafter(tree.conditions, np.float32(-np.inf))
    cuts = double_cuts(before.astype(np.float64)).tolist()

    def test(node: int) -> Test:
        place = int(places[tree.features[node]])
        missing_left = tree.default_left[node]
        if node in tree.chosen:
            return _category_test(place, tree.chosen[node], missing_left, version)
        return Threshold(place, cuts[node], missing_left)

    return test


def _category_test(
    place: int, chosen: list[int], missing_left: bool, version: tuple[int, int, int]
) -> Test:
    """Right where the code, cut to an integer, is one of the chosen.

    What is no code, below 0 or too large, goes left; in 1.6 it goes the way of a missing
    value, and so does what is beyond the chosen ones, rounded up to a multiple of 32.
    Up to 1.5 what lies between -1 and 0 is cut to 0.
    """
    charge(_CODE * len(chosen))
    codes = sorted({code for code in chosen if 0 <= code < _OUT_OF_RANGE})
    edges = np.array([[code, code + 1] for code in codes], dtype=np.float32)
    if codes and codes[0] == 0 and version < (1, 6, 0):
        edges[0, 0] = np.nextafter(np.float32(-1.0), np.float32(0.0))
    below = double_cuts(np.nextafter(edges, np.float32(-np.inf)).astype(np.float64))
    pieces = [piece for a, b in below.tolist() for piece in ((a, False), (b, True))]
    if (1, 6, 0) <= version < (1, 7, 0) and codes and not missing_left:
        ends = np.array([0, min(codes[-1] // 32 * 32 + 32, _OUT_OF_RANGE)], np.float32)
        first, last = double_cuts(
            np.nextafter(ends, np.float32(-np.inf)).astype(np.float64)
        ).tolist()
        return bands(place, [(first, True), *pieces, (last, False)], False, False)
    return bands(place, pieces, True, missing_left)


@lru_cache(maxsize=1)
def _last_even() -> float:
    """The largest sum for which the share of the second class is not above a half."""
    low, high = 0, int(np.float32(1.0).view(np.uint32))
    while high - low > 1:
        middle = (low + high) // 2
        x = float(np.uint32(middle).view(np.float32))
        share = single(1.0 / single(1.0 + exp_single(-x)))
        low, high = (low, middle) if share > 0.5 else (middle, high)
    return float(np.uint32(low).view(np.float32))


def _logistic(model: XgboostModel, x: object) -> Apply:
    most = single(88.7) if model.version >= (1, 6, 0) else float("inf")
    return Apply("expit_single", x, (most,))  # type: ignore[arg-type]
