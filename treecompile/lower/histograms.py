"""HistGradientBoosting*: trees in double precision, with native categories
(docs/arithmetic.md, Histograms)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED
from ..program import (
    LARGEST,
    Apply,
    Bands,
    Choice,
    Feature,
    Joint,
    Match,
    Number,
    State,
    Test,
    Threshold,
    Tree,
    Trees,
)
from ..read.budget import NODE, TREE, charge
from ..read.records import Record
from .boosting import last_even, two_shares
from .build import Answering, Member
from .encoders import plain_categories
from .flow import Flow, OtherMatrix, Step
from .paths import counted
from .tree import class_labels
from .versions import Version

# Bytes in memory that a word of 32 categories, and that a code, comes to at most.
_BITS, _CODE = 32 * 200, 200
_FIELDS = {
    "value",
    "count",
    "feature_idx",
    "num_threshold",
    "threshold",  # up to 0.24
    "missing_go_to_left",
    "left",
    "right",
    "gain",
    "depth",
    "is_leaf",
    "bin_threshold",
    "is_categorical",
    "bitset_idx",
}


def own_encoding(record: Record, flow: Flow, path: str, raw: Any) -> Flow:
    """What flows in with the codes that the model itself gives its categories, since
    scikit-learn 1.4; a category that it does not know is missing."""
    encoder = _encoder(record)
    marks = record.get("is_categorical_")
    if encoder is None or marks is None:
        return flow
    step = Step(record, flow, path, raw)
    columns = np.flatnonzero(np.asarray(marks, dtype=bool)).tolist()
    arrays = list(encoder["categories_"])
    if len(arrays) != len(columns) or len(marks) != len(flow.features):
        raise step.refuse("its categories do not fit its columns: the file is damaged")
    features = list(flow.features)
    for i, array in zip(columns, arrays, strict=True):
        categories, _ = plain_categories(step, array)
        table = tuple(
            (category, float(code))
            for code, category in enumerate(categories)
            if category is not None and category is not State.MISSING
        )
        value = features[i].value
        known = [category for category, _ in table]
        numeric = array.dtype.kind in "iuf"
        raw.categories(value, known, False, numeric)
        raw.finite(value)
        features[i] = Feature(features[i].name, Match(value, table, math.nan))
    return replace(flow, features=tuple(features))


def _encoder(record: Record) -> Record | None:
    """The OrdinalEncoder of its categories."""
    preprocessor = record.get("_preprocessor")
    if not isinstance(preprocessor, Record):
        return None
    for name, part, *_ in preprocessor.get("transformers_") or ():
        if name == "encoder" and isinstance(part, Record):
            return part
    return None


def histogram_boosting(member: Member) -> Answering:
    """HistGradientBoostingClassifier and HistGradientBoostingRegressor, whose
    categories are codes already."""
    record, build = member.record, member.build
    iterations = member.fitted("_predictors")
    if member.flow.sparse:
        raise OtherMatrix(member.here, "it takes no sparse matrix, and one reaches it")
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    # Up to 0.21 it took neither missing values nor infinities.
    old = member.version < (0, 22)
    member.check_columns(not old, LARGEST if old else math.inf)
    check_old_codes(member)
    classes = None
    if record.name.endswith("Classifier"):
        classes = class_labels(member.fitted("classes_"), member.here)
    baseline = np.asarray(record["_baseline_prediction"]).reshape(-1)
    if baseline.dtype.kind not in "fiu" or not np.isfinite(baseline).all():
        raise member.refuse("its baseline is not a number: the file is damaged")
    baseline = baseline.astype(np.float64)
    width = len(baseline)
    if classes is not None and width != (len(classes[0]) if len(classes[0]) > 2 else 1):
        raise member.refuse(
            "its baseline does not fit its classes_: the file is damaged"
        )
    order = _order(member)
    places = build.places(member.flow)[order]
    found, rows, nodes = [], [], []
    for number, iteration in enumerate(iterations):
        if len(iteration) != width:
            raise member.refuse(
                "its trees do not fit its classes_: the file is damaged"
            )
        for k, predictor in enumerate(iteration):
            inner = member.inner(predictor, f"tree {number * width + k}")
            tree, values, ids = _tree(inner, member, places, order)
            found.append(tree)
            rows.append(tuple((value,) for value in values))
            nodes.append(ids)
    raw = build.stage(
        Trees(
            start=tuple(Number(0.0 + x) for x in baseline.tolist()),
            trees=tuple(found),
            rows=tuple(rows),
            slots=tuple((k,) for k in range(width)) * len(iterations),
            nodes=tuple(nodes),
            name="raw",
        )
    )
    words = f"the sum of {counted(len(found), 'tree')}"
    if classes is None:
        if _has_log_link(record):
            raw = build.values([Apply("exp", x, ()) for x in raw], "mean")
            words = f"the exponential of {words}"
        return Answering(None, raw, words)
    if width > 1:
        softmax = "softmax_of_log" if member.version < (1, 1) else "softmax"
        choice = Choice(raw)
        return Answering(
            classes,
            (choice,),
            words,
            lambda: (build.stage(Joint(softmax, raw, "share")),),
            raw,
        )
    cut = last_even() if member.version < (1, 5) else 0.0
    return Answering(
        classes, (Choice(raw, cut),), words, lambda: (two_shares(member, raw[0]),), raw
    )


def _has_log_link(record: Record) -> bool:
    loss = record.get("_loss")
    name = loss.name if isinstance(loss, Record) else record.get("loss")
    return name in ("HalfPoissonLoss", "HalfGammaLoss", "Poisson", "poisson", "gamma")


def _order(member: Member) -> NDArray[np.int64]:
    """The columns in the order in which its nodes count them: since scikit-learn 1.4
    the categories come first, where there are some."""
    marks = member.record.get("is_categorical_")
    every = np.arange(len(member.flow.features))
    if marks is None or _encoder(member.record) is None:
        return every
    chosen = np.asarray(marks, dtype=bool)
    return np.concatenate([every[chosen], every[~chosen]])


def _tree(
    inner: Member, member: Member, places: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[Tree, list[float], tuple[int, ...]]:
    """The tree of a TreePredictor over the features at ``places``; the values of its
    leaves and their numbers."""
    predictor = inner.record
    nodes = predictor.get("nodes") if isinstance(predictor, Record) else None
    _check(inner, nodes, len(places))
    assert isinstance(nodes, np.ndarray)
    inner.build.raw.visit(predictor, inner.here)
    charge(TREE + 2 * NODE * len(nodes))
    is_leaf = nodes["is_leaf"].astype(bool)
    thresholds = nodes[
        "threshold" if "threshold" in nodes.dtype.names else "num_threshold"
    ]
    missing = [False] * len(nodes)
    if "missing_go_to_left" in nodes.dtype.names:  # since 0.22
        missing = nodes["missing_go_to_left"].astype(bool).tolist()
    categorical = [False] * len(nodes)
    if "is_categorical" in nodes.dtype.names:
        categorical = nodes["is_categorical"].astype(bool).tolist()
    columns = np.where(is_leaf, 0, nodes["feature_idx"].astype(np.int64))
    tests: list[Test | None] = []
    leaf: list[int] = []
    values: list[float] = []
    ids: list[int] = []
    for i, (ends, cut) in enumerate(zip(is_leaf.tolist(), thresholds.tolist())):
        if ends:
            tests.append(None)
            leaf.append(len(values))
            values.append(float(nodes["value"][i]))
            ids.append(i)
            continue
        leaf.append(-1)
        place = int(places[columns[i]])
        if categorical[i]:
            codes = _left_codes(inner, int(nodes["bitset_idx"][i]))
            known = _known_codes(member, int(order[columns[i]]))
            tests.append(
                _category_test(place, codes, known, missing[i], member.version)
            )
        elif cut != cut:
            raise inner.refuse(
                f"the threshold of node {i} is NaN, which no number is at most",
                "Fit it on data in which infinities of one sign alone stand in a column: "
                "halfway between them there is no threshold. If there are none in the "
                f"data, {DAMAGED[0].lower()}{DAMAGED[1:]}",
            )
        else:
            tests.append(Threshold(place, float(cut), missing[i]))
    left = np.where(is_leaf, -1, nodes["left"].astype(np.int64)).tolist()
    right = np.where(is_leaf, -1, nodes["right"].astype(np.int64)).tolist()
    _count(inner, left, right, len(values))
    return (
        Tree(tuple(tests), tuple(left), tuple(right), tuple(leaf)),
        values,
        tuple(ids),
    )


def _count(inner: Member, left: list[int], right: list[int], leaves: int) -> None:
    depth = [0] * len(left)
    for node, (a, b) in enumerate(zip(left, right)):
        if a != -1:
            depth[a] = depth[b] = depth[node] + 1
    build = inner.build
    build.nodes += len(left)
    build.leaves += leaves
    build.depth = max(build.depth, *depth)


def _check(inner: Member, nodes: Any, width: int) -> None:
    """That the nodes are one tree whose fields are all known."""
    if not isinstance(nodes, np.ndarray) or not nodes.dtype.names or nodes.ndim != 1:
        raise inner.refuse("it holds no table of nodes")
    unknown = sorted(set(nodes.dtype.names) - _FIELDS)
    if unknown:
        raise inner.refuse(
            f"it has node fields that are not known here: {', '.join(unknown)}",
            "Update treecompile, or fit the model with scikit-learn 1.9.",
        )
    count = len(nodes)
    inner_nodes = np.flatnonzero(~nodes["is_leaf"].astype(bool))
    children = np.concatenate(
        [nodes[side][inner_nodes].astype(np.int64) for side in ("left", "right")]
    )
    columns = nodes["feature_idx"][inner_nodes].astype(np.int64)
    if (
        not count
        or (children <= np.concatenate([inner_nodes, inner_nodes])).any()
        or (children >= count).any()
        or len(children) != count - 1
        or len(np.unique(children)) != count - 1
        or ((columns < 0) | (columns >= width)).any()
        or np.isnan(nodes["value"][nodes["is_leaf"].astype(bool)]).any()
    ):
        raise inner.refuse(
            "the tree cannot be trusted: its nodes do not fit together",
            DAMAGED,
        )


def _left_codes(inner: Member, index: int) -> list[int]:
    """The codes whose bit is set."""
    bitsets = inner.record.get("raw_left_cat_bitsets")
    if not isinstance(bitsets, np.ndarray) or not 0 <= index < len(bitsets):
        raise inner.refuse("its category splits do not fit: the file is damaged")
    words = np.asarray(bitsets[index]).reshape(-1)
    charge(_BITS * len(words))  # nodes may share one
    return _bits(words)


def _bits(words: Any) -> list[int]:
    return [
        32 * place + bit
        for place, word in enumerate(np.asarray(words).tolist())
        for bit in range(32)
        if int(word) >> bit & 1
    ]


def _known_codes(member: Member, column: int) -> list[int] | None:
    """The codes that the model knows of a column, None where it knows all that reach
    it (since 1.4 an unknown category is missing before it gets here)."""
    if _encoder(member.record) is not None:
        return None
    mapper = member.record.get("_bin_mapper")
    thresholds = mapper.get("bin_thresholds_") if isinstance(mapper, Record) else None
    if thresholds is None:
        raise member.refuse("it does not say which categories it knows")
    codes = np.asarray(thresholds[column]).reshape(-1)
    charge(_CODE * len(codes))
    return [int(code) for code in codes.tolist()]


def _category_test(
    place: int,
    left: list[int],
    known: list[int] | None,
    missing_left: bool,
    version: Version,
) -> Test:
    """Left where the code is one of ``left``.

    Codes that are not known go as missing ones do, and so do negative ones. Up to
    scikit-learn 1.3 a code was a number of the record, cut to an integer: what lies
    between two codes is the lower one, and, up to 1.2, what is above -1 is 0.
    """
    goes_left = set(left)
    if known is not None and missing_left:
        goes_left |= set(range(256)) - set(known)
    cuts: list[float] = []
    inside = missing_left
    for code in range(257):
        if (code in goes_left) != inside:
            first = math.nextafter(float(code), -math.inf)
            cuts.append(-1.0 if code == 0 and version < (1, 3) else first)
            inside = not inside
    return Bands(place, tuple(cuts), missing_left, missing_left)


def check_old_codes(member: Member) -> None:
    """Up to 1.3 a category was a number, cut to an integer below 256: what is beyond
    went astray, and is refused (docs/arithmetic.md, Old categories
    of histograms)."""
    marks = member.record.get("is_categorical_")
    if marks is None or _encoder(member.record) is not None:
        return
    known = np.asarray(marks).tolist()
    if len(known) != len(member.flow.values):
        raise member.refuse("its is_categorical_ does not fit its columns", DAMAGED)
    for value, categorical in zip(member.flow.values, known):
        if categorical:
            below = math.nextafter(256.0, 0.0)
            member.build.raw.check(value, True, -LARGEST, below)
