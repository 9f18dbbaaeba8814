"""What a Program answers, executable: the second half of the reference interpreter.

``interpret.py`` says which way a record goes; this says what its leaves come to, stage
by stage, in the order in which the additions are made.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .functions import exp_by_table
from .interpret import Known, evaluate, leaf, left_to_right, numpy_sum
from .program import (
    SCORES,
    Ascending,
    Choice,
    Element,
    Ensemble,
    Program,
    Shares,
    SingleTree,
    Softmax,
    Stage,
    Sums,
    Trees,
    Values,
    WeightedMedian,
)
from .single import exp_single, single


@dataclass(frozen=True)
class Answers:
    """Everything that a scorer answers for one record; None for what it has not."""

    predict: Any
    predict_proba: Any
    decision_function: Any
    score_samples: Any
    apply: Any


def answers(program: Program, values: Known) -> Answers:
    """The answers of a program for the clean values of a record."""
    model = program.model
    if isinstance(model, SingleTree):
        k = leaf(program, model.tree, values)
        shares = model.probabilities and model.probabilities[k]
        return Answers(model.predictions[k], shares, None, None, model.nodes[k])
    known = dict(values)
    leaves: dict[int, list[int]] = {}
    for number, stage in enumerate(model.stages):
        if isinstance(stage, Trees):
            leaves[number] = [leaf(program, tree, known) for tree in stage.trees]
        _keep(known, number, vector(stage, known, leaves.get(number)))
    scores = [evaluate(expression, known) for expression in model.scores]
    return _answers(program, model, scores, leaves)


def _keep(known: dict[Any, Any], number: int, numbers: Sequence[float]) -> None:
    known.update((Element(number, i), x) for i, x in enumerate(numbers))


def _answers(
    program: Program, model: Ensemble, scores: list[float], leaves: dict[int, list[int]]
) -> Answers:
    known: dict[Any, Any] = {}
    _keep(known, SCORES, scores)
    predict: Any = tuple(_answer(program, k, known) for k in range(len(model.answers)))
    decision: Any = model.decision and tuple(evaluate(x, known) for x in model.decision)
    samples: Any = model.samples and tuple(evaluate(x, known) for x in model.samples)
    for number, stage in enumerate(model.links):
        _keep(known, number, vector(stage, known))
    shares: Any = model.probabilities and tuple(
        tuple(evaluate(x, known) for x in output) for output in model.probabilities
    )
    return Answers(
        predict if model.several else predict[0],
        shares if model.several and not model.one_row else shares and shares[0],
        decision[0] if decision and len(decision) == 1 else decision,
        samples and samples[0],
        _applied(model, leaves),
    )


def _answer(program: Program, output: int, known: Known) -> Any:
    answer = program.model.answers[output]  # type: ignore[union-attr]
    if not isinstance(answer, Choice):
        return evaluate(answer, known)
    classes: Any = program.classes
    if program.model.several:  # type: ignore[union-attr]
        classes = classes[output]
    return classes[int(vector(answer, known)[0])]


def _applied(model: Ensemble, leaves: dict[int, list[int]]) -> Any:
    if model.applies is None:
        return None
    stage, width = model.stages[model.applies], model.applies_width
    assert isinstance(stage, Trees)
    flat = tuple(
        nodes[k] for nodes, k in zip(stage.nodes, leaves[model.applies], strict=True)
    )
    if not width:
        return flat
    return tuple(flat[i : i + width] for i in range(0, len(flat), width))


def vector(
    stage: Stage, known: Known, leaves: list[int] | None = None
) -> tuple[float, ...]:
    """The numbers that a stage comes to; ``leaves`` are those of its trees."""
    if isinstance(stage, Trees):
        assert leaves is not None
        totals = [evaluate(x, known) for x in stage.start]
        for rows, slots, k in zip(stage.rows, stage.slots, leaves, strict=True):
            for slot, x in zip(slots, rows[k], strict=True):
                totals[slot] += x
                if stage.single:
                    totals[slot] = single(totals[slot])
        return tuple(totals)
    if isinstance(stage, Sums):
        return tuple(
            left_to_right([evaluate(x, known) for x in terms]) for terms in stage.of
        )
    numbers = [evaluate(x, known) for x in stage.of]
    if isinstance(stage, Values):
        return tuple(numbers)
    if isinstance(stage, Softmax):
        return softmax(stage, numbers)
    if isinstance(stage, Shares):
        return shares(stage, numbers)
    if isinstance(stage, Ascending):
        return tuple(sorted(numbers))
    if isinstance(stage, WeightedMedian):
        return (weighted_median(numbers, stage.weights),)
    return (float(choice(stage, numbers)),)


def choice(stage: Choice, numbers: Sequence[float]) -> int:
    """The place of the first largest number, or which side of the cut it is on."""
    if stage.cut is None:
        places = range(len(numbers))
        order = reversed(places) if stage.last else places
        return max(order, key=numbers.__getitem__)
    x = numbers[0]
    return int((x >= stage.cut if stage.inclusive else x > stage.cut) != stage.flipped)


def shares(stage: Shares, numbers: Sequence[float]) -> tuple[float, ...]:
    """Numbers over the sum of them all."""
    if stage.single:
        total = 0.0
        for x in numbers:
            total = single(total + x)
        return tuple(single(x / total) if total else stage.otherwise for x in numbers)
    total = numpy_sum(numbers) if stage.paired else left_to_right(numbers)
    return tuple(x / total if total else stage.otherwise for x in numbers)


def softmax(stage: Softmax, numbers: Sequence[float]) -> tuple[float, ...]:
    """exp(x) over the sum of them all, the largest taken off first (semantics 3.4)."""
    largest = max(numbers)
    if stage.single:
        powers = [exp_single(single(x - largest)) for x in numbers]
        whole = single(left_to_right(powers))
        return tuple(single(x / whole) for x in powers)
    if stage.by_table:
        powers = [exp_by_table(x - largest) for x in numbers]
        fours = len(powers) // 4 * 4
        powers[:fours] = [max(x, sys.float_info.min) for x in powers[:fours]]
        whole = left_to_right(powers)
        return tuple(x / whole for x in powers)
    powers = [math.exp(x - largest) for x in numbers]
    total = numpy_sum(powers) if stage.paired else left_to_right(powers)
    if stage.logarithmic:
        whole = math.log(total) + largest
        return tuple(math.exp(x - whole) for x in numbers)
    return tuple(x / total for x in powers)


def weighted_median(numbers: Sequence[float], weights: Sequence[float]) -> float:
    """The median of AdaBoostRegressor (semantics 5.2)."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    sums = []
    total = 0.0
    for i in order:
        total += weights[i]
        sums.append(total)
    return next(numbers[i] for i, x in zip(order, sums) if x >= 0.5 * total)
