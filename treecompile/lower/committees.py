"""Models that put other models' answers together: AdaBoost*, Bagging*, Voting*."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import DAMAGED
from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Choice,
    Expression,
    Joint,
    Match,
    Number,
    Trees,
    WeightedMedian,
)
from ..read.budget import charge, current
from ..read.records import Record
from .build import (
    Answering,
    Builder,
    Labels,
    Member,
    Vector,
    classes_of,
    divided,
    one_output,
)
from .forests import added_tree, logarithms, nodes_of, rows_of, shares_of
from .nodes import NodeTable
from .paths import counted
from .precision import SINGLE_LIMIT
from .singles import mean_of_singles
from .tree import class_labels, leaf_means
from .versions import accepts_missing

Rows = tuple[tuple[float, ...], ...]
_PLACE = 32  # a column of a subset


def is_tree(record: Any) -> bool:
    """Whether a record is one tree of scikit-learn, fitted."""
    return (
        isinstance(record, Record)
        and record.kind[0] == "sklearn"
        and record.name
        in (
            "DecisionTreeClassifier",
            "DecisionTreeRegressor",
            "ExtraTreeClassifier",
            "ExtraTreeRegressor",
        )
        and "tree_" in record
    )


def chosen_code(answering: Answering, member: Member) -> Expression:
    """The place of the chosen class among the model's own, as a number."""
    choice, build = answering.answers[0], member.build
    assert isinstance(choice, Choice)
    with build.inside(*build.members, (member.word, member.record.name)):
        return build.stage(choice)[0]


def numbers_of(answering: Answering, member: Member) -> Vector:
    """What a regressor answers, a number for each of its outputs."""
    if answering.classes is not None:
        raise member.refuse("a model inside it is not a regressor")
    return tuple(x for x in answering.answers if not isinstance(x, Choice))


def number_of(answering: Answering, member: Member) -> Expression:
    """What a regressor of one output answers."""
    numbers = numbers_of(answering, member)
    if len(numbers) != 1:
        raise member.refuse("a model inside it is not a regressor of one output")
    return numbers[0]


def probabilities(answering: Answering, member: Member) -> Vector:
    """The shares of a classifier of one output; refused where it has none."""
    classes_of(member, answering)
    if answering.shares is None:
        raise member.refuse("a model inside it has no predict_proba")
    return answering.shares()[0]


def in_doubles(answering: Answering, member: Member) -> Answering:
    """The same; refused where it answers in single precision, of which numpy makes other
    sums and products than of doubles, and not the same in its versions."""
    if answering.single:
        raise member.refuse(
            "it answers in single precision, and the sums of old that are made of that "
            "around it are not known here",
            "Compile the model alone, or fit what is around it with a newer "
            "scikit-learn.",
        )
    return answering


def of_class(known: Labels, label: Any) -> int | None:
    """The place of a label; True is not 1 here, where both are labels."""
    for place, other in enumerate(known):
        if other == label:
            return place
    return None


# --- AdaBoost -------------------------------------------------------------------------


def ada_classifier(member: Member) -> Answering:
    """AdaBoostClassifier: each model gives its weight to the class it answers, or,
    under SAMME.R (up to scikit-learn 1.7), its logarithms (docs/arithmetic.md, AdaBoost).
    """
    record, build = member.record, member.build
    models = member.fitted_list("estimators_")
    weights = member.weights(len(models))
    (classes,) = class_labels(member.fitted("classes_"), member.here)
    member.check_columns(False, LARGEST)
    count = len(classes)
    whole = float(weights.sum())
    words = f"the weighted votes of {counted(len(models), 'model')}"
    if count == 1:
        ones = build.values([Number(1.0)], "share")
        zero = None  # up to 1.2 it was a mean of the weights
        if member.version >= (1, 3):
            zero = build.values([Number(0.0)], "decision")
        return Answering((classes,), (Choice(ones),), words, lambda: (ones,), zero)
    if not 0.0 < whole < math.inf:
        raise member.refuse(f"its estimator_weights_ add up to {whole}", DAMAGED)
    early = member.version < (0, 22)
    if record.get("algorithm", "SAMME") == "SAMME.R":
        total = _logarithms(member, models, count)
        summed = total
    else:
        votes = []
        for model, weight in zip(models, weights.tolist()):
            other = -1.0 / (count - 1) * weight if member.version >= (1, 3) else 0.0
            votes.append((model, weight, other))
        total = _votes(member, votes, classes, shares=early)
        total, summed = total[:count], total[count:]
    mean = divided(total, whole)
    if count == 2:
        minus = Arithmetic("*", mean[0], Number(-1.0))
        decision = build.values([Arithmetic("+", minus, mean[1])], "decision")
        halves = (
            Arithmetic("/", Arithmetic("*", decision[0], Number(-1.0)), Number(2.0)),
            Arithmetic("/", decision[0], Number(2.0)),
        )
        return Answering(
            (classes,),
            (Choice(decision, 0.0),),
            words,
            lambda: (
                (
                    _early_shares(member, divided(summed, whole))
                    if early
                    else build.stage(Joint("softmax", halves, "share"))
                ),
            ),
            decision,
        )
    decision = build.values(mean, "decision")
    return Answering(
        (classes,),
        (Choice(decision),),
        words,
        lambda: (
            (
                _early_shares(member, divided(summed, whole))
                if early
                else build.stage(
                    Joint("softmax", divided(decision, count - 1), "share")
                )
            ),
        ),
        decision,
    )


def _early_shares(member: Member, mean: Vector) -> Vector:
    """The shares up to scikit-learn 0.21: the largest number is not taken off before the
    exponential."""
    factor = Number(1.0 / (len(mean) - 1))
    powers = [Apply("exp", Arithmetic("*", factor, x), ()) for x in mean]
    ready = member.build.values(powers, "power")
    return member.build.stage(Joint("normalized_paired", ready, "share", (1.0,)))


def _votes(
    member: Member,
    votes: list[tuple[Any, float, float]],
    classes: Labels,
    shares: bool = False,
) -> Vector:
    """The sum, over the models, of a weight for the answer and another for the rest;
    behind it, if asked for, the sum of their weighted shares (which make the
    probabilities up to scikit-learn 0.21)."""
    build, count = member.build, len(classes)
    if all(is_tree(model) for model, _, _ in votes):
        places = build.places(member.flow)
        found, rows, nodes = [], [], []
        for number, (model, weight, other) in enumerate(votes):
            inner = member.inner(model, f"estimator {number}")
            inner.check_columns(_missing(inner), SINGLE_LIMIT)
            tree, table = added_tree(inner, model, places)
            labels = _leaf_labels(inner, model, table)
            found.append(tree)
            nodes.append(nodes_of(table))
            row: Rows = tuple(
                tuple(weight if c == label else other for c in classes)
                for label in labels
            )
            if shares:
                more = rows_of(weight * shares_of(inner, model, table, [count]))
                row = tuple(map(operator.add, row, more))
            rows.append(row)
        width = 2 * count if shares else count
        return build.stage(
            Trees(
                start=(Number(0.0),) * width,
                trees=tuple(found),
                rows=tuple(rows),
                slots=(tuple(range(width)),) * len(found),
                nodes=tuple(nodes),
                name="vote",
            )
        )
    terms: list[list[Expression]] = [[] for _ in classes]
    weighted: list[list[Expression]] = [[] for _ in classes if shares]
    for number, (model, weight, other) in enumerate(votes):
        inner = member.inner(model, f"estimator {number}")
        answering = inner.answers()
        known = classes_of(inner, answering)
        code = chosen_code(answering, inner)
        for j, label in enumerate(classes):
            place = of_class(known, label)
            table_ = () if place is None else ((float(place), weight),)
            terms[j].append(Match(code, table_, other))
        if shares:
            answering = in_doubles(answering, inner)
            for j, share in enumerate(probabilities(answering, inner)):
                weighted[j].append(Arithmetic("*", share, Number(weight)))
    return build.sums([*terms, *weighted], "vote")


def _logarithms(member: Member, models: list[Any], count: int) -> Vector:
    """SAMME.R: the logarithms of the shares at the leaves, less their mean."""
    places = member.build.places(member.flow)
    found, rows, nodes = [], [], []
    for number, model in enumerate(models):
        inner = member.inner(model, f"estimator {number}")
        if not is_tree(model):
            raise inner.refuse(
                "under algorithm='SAMME.R' only trees can be compiled",
                "Fit it with algorithm='SAMME'.",
            )
        if "_sklearn_version" not in member.record and "presort" not in model:
            raise inner.refuse(
                "scikit-learn before 0.17 wrote it, whose SAMME.R is not known here",
                "Fit it with a newer scikit-learn.",
            )
        inner.check_columns(_missing(inner), SINGLE_LIMIT)
        tree, table = added_tree(inner, model, places)
        shares = shares_of(inner, model, table, [count])
        logs = logarithms(np.clip(shares, np.finfo(np.float64).eps, None))
        values = (count - 1) * (logs - (1.0 / count) * logs.sum(axis=1)[:, np.newaxis])
        found.append(tree)
        rows.append(rows_of(values))
        nodes.append(nodes_of(table))
    return member.build.stage(
        Trees(
            start=(Number(0.0),) * count,
            trees=tuple(found),
            rows=tuple(rows),
            slots=(tuple(range(count)),) * len(found),
            nodes=tuple(nodes),
            name="vote",
        )
    )


def _missing(inner: Member) -> bool:
    return accepts_missing(inner.version, inner.record) and not inner.flow.sparse


def _leaf_labels(inner: Member, model: Record, table: NodeTable) -> list[Any]:
    (labels,) = class_labels(model["classes_"], inner.here)
    values = table.values[table.leaves][:, 0, : len(labels)]
    return [labels[i] for i in np.argmax(values, axis=1).tolist()]


def ada_regressor(member: Member) -> Answering:
    """AdaBoostRegressor: the weighted median of the models
    (docs/arithmetic.md, Weighted medians)."""
    models = member.fitted_list("estimators_")
    weights = member.weights(len(models))
    member.check_columns(False, LARGEST)
    numbers = []
    single = True
    for number, model in enumerate(models):
        inner = member.inner(model, f"estimator {number}")
        answering = inner.answers()
        single &= answering.single
        numbers.append(number_of(answering, inner))
    kept = tuple(weights.tolist()[: len(models)])
    median = member.build.stage(WeightedMedian(tuple(numbers), kept))
    words = f"the weighted median of {counted(len(models), 'model')}"
    return Answering(None, median, words, single=single)


# --- Bagging --------------------------------------------------------------------------


def bagging(member: Member) -> Answering:
    """BaggingClassifier and BaggingRegressor: the mean over the models, each of which
    sees some of the columns (docs/arithmetic.md, Bagging)."""
    record, build = member.record, member.build
    models = member.fitted_list("estimators_")
    chosen = member.fitted_list("estimators_features_")
    member.check_width(record.get("n_features_in_", record.get("n_features_")))
    classes = None
    if "classes_" in record:
        (classes,) = class_labels(record["classes_"], member.here)
    by = record.get("n_estimators", len(models))
    if not isinstance(by, (int, np.integer)) or by < 1:
        raise member.refuse(f"its n_estimators is {by!r}", DAMAGED)
    by = float(by)
    words = f"the mean of {counted(len(models), 'model')}"
    if len(models) != len(chosen):
        raise member.refuse("its models do not fit their columns: the file is damaged")
    members = []
    for number, (model, places) in enumerate(zip(models, chosen)):
        columns = columns_of_array(places)
        if any(not 0 <= int(i) < len(member.flow.features) for i in columns):
            raise member.refuse(
                "a model sees a column that is not there: the file is damaged"
            )
        flow = member.flow
        if columns != list(range(len(flow.features))):
            flow = subset(flow, columns)
        members.append(member.inner(model, f"estimator {number}", flow))
    decision = None
    if all(map(is_tree, models)):
        total = _bagged_trees(member, members, classes)
    else:
        answers = [inner.answers() for inner in members]
        if classes is None and any(answering.single for answering in answers):
            return _bagged_singles(member, members, answers, by)
        rows = [_bagged(*pair, classes) for pair in zip(members, answers)]
        total = build.sums(list(zip(*rows, strict=True)), "total")
        decision = _mean_decision(build, answers, by)
    mean = build.values(divided(total, by), "mean" if classes is None else "share")
    if classes is None:
        return Answering(None, mean, words, several=len(mean) > 1)
    return Answering(
        (classes,),
        (Choice(mean),),
        words,
        lambda: (mean,),
        later_decision=decision,
    )


def _mean_decision(
    build: Builder, answered: list[Answering], by: float
) -> Callable[[], Vector | None] | None:
    """The mean of what the models' decision_function answers, if they all have one.

    Calibration and OneVsRestClassifier ask for it before they ask for probabilities.
    """
    if any(a.decision is None and a.later_decision is None for a in answered):
        return None

    def decision() -> Vector | None:
        rows = [a.decided() or () for a in answered]
        if len(set(map(len, rows))) > 1:  # of fewer classes: scikit-learn fails, too
            return None
        total = build.sums(list(zip(*rows)), "decision_total")
        return build.values(divided(total, by), "decision")

    return decision


def columns_of_array(places: Any) -> list[Any]:
    """The columns that a model sees. Many models of a file may name one array."""
    array = np.asarray(places)
    current().work(array.size)
    return list(array.tolist())


def subset(flow: Any, columns: Sequence[int]) -> Any:
    """Some columns of a flow, as an array has them."""
    charge(_PLACE * len(columns))
    return replace(flow, features=tuple(flow.features[i] for i in columns), frame=False)


def _bagged_trees(
    member: Member, members: list[Member], classes: Labels | None
) -> Vector:
    found, rows, slots, nodes = [], [], [], []
    width = 1 if classes is None else len(classes)
    for inner in members:
        inner.check_columns(_missing(inner), SINGLE_LIMIT)
        places = inner.build.places(inner.flow)
        tree, table = added_tree(inner, inner.record, places)
        if classes is None:
            values = leaf_means(table, inner.here)
            slot = tuple(range(values.shape[1]))
            width = max(width, len(slot))
        else:
            (codes,) = class_labels(inner.record["classes_"], inner.here)
            values = shares_of(inner, inner.record, table, [len(codes)])
            slot = tuple(_slot(inner, code, width) for code in codes)
        found.append(tree)
        rows.append(rows_of(values))
        slots.append(slot)
        nodes.append(nodes_of(table))
    return member.build.stage(
        Trees(
            start=(Number(0.0),) * width,
            trees=tuple(found),
            rows=tuple(rows),
            slots=tuple(slots),
            nodes=tuple(nodes),
            name="total",
        )
    )


def _slot(inner: Member, code: Any, width: int) -> int:
    """The class that a member's label stands for: they are fitted on codes."""
    if isinstance(code, str) or not 0 <= code < width or int(code) != code:
        raise inner.refuse(f"its class {code!r} is not the code of a class")
    return int(code)


def _bagged_singles(
    member: Member, members: list[Member], answers: list[Answering], by: float
) -> Answering:
    """The mean of regressors that answer in single precision: it is made there."""
    if not all(answering.single for answering in answers):
        raise member.refuse("some of its models answer in single precision, some not")
    rows = [numbers_of(*pair) for pair in zip(answers, members)]
    columns = [mean_of_singles(terms, by) for terms in zip(*rows, strict=True)]
    mean = member.build.values(columns, "mean")
    words = f"the mean of {counted(len(members), 'model')}"
    return Answering(None, mean, words, several=len(mean) > 1, single=True)


def _bagged(inner: Member, answering: Answering, classes: Labels | None) -> Vector:
    """What a model adds: a number for each output, or for each class."""
    if classes is None:
        return numbers_of(answering, inner)
    codes = classes_of(inner, answering)
    terms: list[Expression] = [Number(0.0)] * len(classes)
    if answering.shares is not None:
        for code, share in zip(codes, probabilities(answering, inner), strict=True):
            terms[_slot(inner, code, len(classes))] = share
        return tuple(terms)
    chosen = chosen_code(answering, inner)
    for place, code in enumerate(codes):
        slot = _slot(inner, code, len(classes))
        terms[slot] = Match(chosen, ((float(place), 1.0),), 0.0)
    return tuple(terms)


# --- Voting ---------------------------------------------------------------------------


def _voters(member: Member) -> tuple[list[Member], list[float] | None]:
    """The models that are not dropped, and their weights."""
    record = member.record
    names = [
        (str(name), model)
        for name, model in member.fitted("estimators")
        if model != "drop"
    ]
    models = member.fitted_list("estimators_")
    weights = record.get("weights")
    if weights is not None:
        kept = [
            float(weight)
            for weight, (_, model) in zip(
                np.asarray(weights).tolist(), record["estimators"], strict=True
            )
            if not isinstance(model, str) and model is not None
        ]
    labels = [name for name, model in names if model is not None]
    if len(labels) != len(models):
        labels = [str(i) for i in range(len(models))]
    members = [
        member.inner(model, f"estimator {label!r}")
        for label, model in zip(labels, models, strict=True)
    ]
    if weights is not None and len(kept) != len(members):
        raise member.refuse("its weights do not fit its models: the file is damaged")
    return members, None if weights is None else kept


def voting_classifier(member: Member) -> Answering:
    """VotingClassifier, soft and hard (docs/arithmetic.md, Votes)."""
    members, weights = _voters(member)
    encoder = member.record.get("le_", member.record.get("_le"))
    (classes,) = class_labels(
        member.record.get("classes_", encoder and encoder.get("classes_")), member.here
    )
    words = f"the votes of {counted(len(members), 'model')}"
    build, count = member.build, len(classes)
    if member.record.get("voting", "hard") == "soft":
        rows = []
        single = weights is None
        for inner in members:
            answering = one_output(inner, inner.answers())
            single &= answering.single
            shares = probabilities(answering, inner)
            if len(shares) != count:
                raise inner.refuse("it does not know all of the classes")
            rows.append(shares)
        mean = build.values(_average(build, rows, weights, single), "share")
        return Answering(
            (classes,), (Choice(mean),), words, lambda: (mean,), single=single
        )
    tally: list[list[Expression]] = [[] for _ in classes]
    for inner, weight in zip(members, weights or [1.0] * len(members)):
        answering = inner.answers()
        codes = classes_of(inner, answering)
        chosen = chosen_code(answering, inner)
        for place, code in enumerate(codes):
            tally[_slot(inner, code, count)].append(
                Match(chosen, ((float(place), weight),), 0.0)
            )
    votes = build.sums(tally, "vote")
    return Answering((classes,), (Choice(votes),), words)


def _average(
    build: Builder,
    rows: list[Vector],
    weights: list[float] | None,
    single: bool = False,
) -> tuple[Expression, ...]:
    """numpy.average over the models: products, a sum from left to right, a division;
    each rounded to single precision if every model answers so, and without weights."""
    if single:
        return tuple(mean_of_singles(x, float(len(x))) for x in zip(*rows))
    if weights is None:
        return divided(build.sums(list(zip(*rows)), "total"), len(rows))
    total = 0.0
    for weight in weights:
        total += weight
    products = [
        [
            x if w == 1.0 else Arithmetic("*", x, Number(w))
            for x, w in zip(column, weights)
        ]
        for column in zip(*rows)
    ]
    return divided(build.sums(products, "total"), total)


def voting_regressor(member: Member) -> Answering:
    """VotingRegressor: the (weighted) mean, as a batch call has it."""
    members, weights = _voters(member)
    answers = [inner.answers() for inner in members]
    single = weights is None and all(answering.single for answering in answers)
    rows: list[Vector] = [
        (number_of(answering, inner),) for answering, inner in zip(answers, members)
    ]
    mean = member.build.values(_average(member.build, rows, weights, single), "mean")
    return Answering(
        None, mean, f"the mean of {counted(len(members), 'model')}", single=single
    )
