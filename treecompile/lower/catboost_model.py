"""CatBoost's models: trees that are added in double precision, from zero, in order.

A value is rounded to single and goes right where it is above the border of the node;
missing ones count as the smallest or the largest number, as the column says. A category
goes right where its hash is that of the node. The sum is scaled and moved at the end.
The logistic function is the C library's, the exponential and the softmax go through a
formula of CatBoost's own (functions.exp_by_table; see docs/arithmetic.md, CatBoost).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModel
from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Bands,
    Choice,
    Expression,
    Feature,
    Joint,
    Match,
    Number,
    Read,
    Test,
    Threshold,
    Trees,
)
from ..read.records import Record
from .booster_trees import sum_of, tree_of
from .build import Answering, Labels, Member, Vector
from .catboost_data import catboost_model
from .catboost_form import CatboostModel, CatboostTree
from .catboost_hash import category_hash
from .flow import Flow, Raw
from .precision import LARGEST_SINGLE, SINGLE_LIMIT, double_cuts

_TWO = {"Logloss", "CrossEntropy", "Focal"}
_MANY = {"MultiClass", "MultiClassOneVsAll"}
_EXPONENTIAL = ("Poisson", "Tweedie")


def own_codes(record: Record, flow: Flow, path: str, raw: Raw) -> Flow:
    """What flows in with the hash of each category in its place. The model knows hashes
    alone, so which categories there are is for the schema or the data to say."""
    model = catboost_model(record, path)
    if not model.categorical or len(flow.features) != model.width:
        return flow
    features = list(flow.features)
    for i in sorted(model.categorical):
        name, value = features[i].name, features[i].value
        known = _known(value, raw)
        if known is None and raw.described is not None:
            raise UnsupportedModel(
                path,
                f"column {name!r} holds categories, of which the file keeps hashes "
                "alone, and the data or the schema does not say which there are",
                'List them in a schema, as "enum": [1, 2, 3] in the place of its type: '
                "`treecompile schema raw.csv` writes one to begin with, for --schema.",
            )
        if known is None:
            raise UnsupportedModel(
                path,
                f"column {name!r} holds categories, of which the file keeps hashes alone",
                "Say which there are: give the raw training data with --data, or a "
                "schema that lists them with --schema.",
            )
        try:
            table = tuple((x, float(category_hash(x))) for x in known)
        except ValueError as error:
            raise UnsupportedModel(path, f"column {name!r} holds {error}") from error
        _check_categories(model, i, table, path, name)
        raw.categories(value, list(known), closed=True, numeric=False)
        features[i] = Feature(name, Match(value, table, math.nan))
    return replace(flow, features=tuple(features))


def _known(value: Expression, raw: Raw) -> tuple[str | int, ...] | None:
    """The categories of a column, if they are said to be all, and text, integers or
    booleans. The integers of a number column are those that the data holds."""
    if not isinstance(value, Read) or raw.described is None:
        return None
    column = raw.described[value.column]
    known = column.categories
    if known is None:
        seen = raw.told.seen
        known = seen[value.column] if value.column < len(seen) else ()
        if not known or column.missing:
            return None
    if column.unknown:
        return None
    found = tuple(x for x in known if type(x) in (str, int, bool))
    return found if len(found) == len(known) else None  # type: ignore[return-value]


def _check_categories(
    model: CatboostModel,
    column: int,
    table: Sequence[tuple[Any, float]],
    path: str,
    name: str,
) -> None:
    """Refused where the model tests no category that there is said to be: then it was
    fitted on others, as on "True" where the data now holds True, which is 1 to it."""
    tested = {x.value for x in model.splits if x.category and x.column == column}
    if tested and tested.isdisjoint(code for _, code in table):
        shown = ", ".join(repr(x) for x, _ in table[:3])
        raise UnsupportedModel(
            path,
            f"column {name!r}: the model tests none of the categories that there are "
            f"said to be ({shown}{', ...' * (len(table) > 3)})",
            "It was fitted on others, or on the same in another form: as text, say, "
            'where the data holds True or 1. List them as they were, as "enum": '
            '["True", "False"], in a schema: `treecompile schema raw.csv` writes one to '
            "begin with, for --schema.",
        )


def catboost(member: Member) -> Answering:
    """CatBoostClassifier, CatBoostRegressor, CatBoostRanker and CatBoost."""
    record = member.record
    model = catboost_model(record, member.here)
    member.check_width(model.width)
    member.check_columns(True, math.inf)
    raw = _scaled(member, model, _sum(member, model))
    words = sum_of(len(model.trees))
    if record.name == "CatBoostClassifier":
        return _classifier(member, model, raw, words)
    loss = _asked_loss(record) if record.name == "CatBoostRegressor" else ""
    if loss.startswith(_EXPONENTIAL):
        raw = member.build.values([Apply("exp_by_table", raw[0], ())], "value")
        words = f"the exponential of {words}"
    elif loss == "RMSEWithUncertainty" and len(raw) == 2:
        mean, logarithm = raw
        double = Arithmetic("*", Number(2.0), logarithm)
        variance = Apply("exp_by_table", double, ())
        raw = member.build.values([mean, variance], "value")
        words = f"the mean and the variance, of {words}"
    return Answering(None, raw, words, several=len(raw) > 1)


def _asked_loss(record: Record) -> str:
    """The loss that was asked for, which says how a regressor answers."""
    loss = record.get("objective", record.get("loss_function"))
    return loss if isinstance(loss, str) else ""


def _classifier(
    member: Member, model: CatboostModel, raw: Vector, words: str
) -> Answering:
    known = _TWO if len(raw) == 1 else _MANY
    if model.loss and model.loss not in known:
        raise member.refuse(
            f"a classifier with the loss {model.loss!r} cannot be compiled",
            f"Supported are {', '.join(sorted(_TWO | _MANY))}.",
        )
    if model.classes is None:
        raise member.refuse(
            "it does not name its classes, as CatBoost did not up to 0.23",
            "Fit it with a newer CatBoost.",
        )
    if len(raw) == 1:
        return _two(member, model, model.classes, raw, words)
    build = member.build
    sums: list[Any] = [Number(-LARGEST)] * len(model.classes)
    for value, place in zip(raw, model.outputs):
        sums[place] = value
    vector = tuple(sums)

    def shares() -> tuple[Vector, ...]:
        if model.loss == "MultiClassOneVsAll":
            return (build.values([Apply("expit", x, ()) for x in vector], "share"),)
        return (build.stage(Joint("softmax_by_table", vector, "share")),)

    return Answering((model.classes,), (Choice(vector),), words, shares)


def _two(
    member: Member, model: CatboostModel, classes: Labels, raw: Vector, words: str
) -> Answering:
    """Two classes: the second where the sum is above zero, or above what a threshold
    on its share says."""

    def shares() -> tuple[Vector, ...]:
        (second,) = member.build.values([Apply("expit", raw[0], ())], "second")
        return ((Arithmetic("-", Number(1.0), second), second),)

    cut = 0.0 if model.cut is None else -math.log(1.0 / model.cut - 1.0)
    return Answering((classes,), (Choice(raw, cut),), words, shares)


# --- The sum --------------------------------------------------------------------------


def _sum(member: Member, model: CatboostModel) -> Vector:
    places = member.build.places(member.flow)
    cuts = _cuts(model)
    width = len(model.biases)
    member.build.rounded = True
    found, rows, nodes = [], [], []
    for number, tree in enumerate(model.trees):
        inner = member.inner(member.record, f"tree {number}")
        test = _tests(model, tree, places, cuts)
        added, ends = tree_of(inner, tree.left, tree.right, test)
        leaves = [tree.leaves[node] for node in ends]
        found.append(added)
        rows.append(tuple(map(tuple, tree.values[leaves].tolist())))
        nodes.append(tuple(leaves))
    _check_range(member, model, rows)
    return member.build.stage(
        Trees(
            start=(Number(0.0),) * width,
            trees=tuple(found),
            rows=tuple(rows),
            slots=(tuple(range(width)),) * len(found),
            nodes=tuple(nodes),
            name="raw",
        )
    )


def _check_range(
    member: Member, model: CatboostModel, rows: Sequence[Sequence[Sequence[float]]]
) -> None:
    """The sums stay far from the largest double, beyond which they would be infinite."""
    most = sum(max(abs(x) for leaf in leaves for x in leaf) for leaves in rows)
    if not most * max(1.0, abs(model.scale)) + max(map(abs, model.biases)) < 1e300:
        raise member.refuse("its sums can overflow double precision")


def _scaled(member: Member, model: CatboostModel, raw: Vector) -> Vector:
    """The sums times the scale, plus their biases."""
    if model.scale == 1.0 and not any(model.biases):
        return raw
    scaled: Vector = raw
    if model.scale != 1.0:
        scaled = tuple(Arithmetic("*", x, Number(model.scale)) for x in raw)
    pairs = zip(scaled, model.biases)
    moved = [Arithmetic("+", x, Number(bias)) for x, bias in pairs]
    return member.build.values(moved, "value")


def _cuts(model: CatboostModel) -> list[float]:
    """The borders as cuts on doubles. What is beyond all singles is an infinity to
    CatBoost: above every border that is a number, or below."""
    values = np.array([split.value for split in model.splits])
    cuts = double_cuts(values)
    cuts[values == float(LARGEST_SINGLE)] = SINGLE_LIMIT
    cuts[values == -np.inf] = np.nextafter(-SINGLE_LIMIT, -np.inf)
    return list(map(float, cuts))


def _tests(
    model: CatboostModel,
    tree: CatboostTree,
    places: NDArray[np.int64],
    cuts: list[float],
) -> Callable[[int], Test]:
    def test(node: int) -> Test:
        number = tree.tests[node]
        split = model.splits[number]
        column = split.column
        if split.category:
            cuts_around = (split.value - 1.0, split.value)
            return Bands(int(places[column]), cuts_around, missing_left=True)
        # Nothing is above an infinity, be it a missing value.
        missing_left = column not in model.missing_right or cuts[number] == math.inf
        return Threshold(int(places[column]), cuts[number], missing_left)

    return test
