"""What a Program answers, executable: the second half of the reference interpreter.

``interpret.py`` says which way a record goes; this says what its leaves come to, stage
by stage, in the order in which the additions are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .interpret import Known, evaluate, leaf, left_to_right
from .program import (
    SCORES,
    Ascending,
    Choice,
    Element,
    Ensemble,
    Joint,
    Program,
    SingleTree,
    Stage,
    Sums,
    Trees,
    Values,
    WeightedMedian,
)
from .single import single
from .vectors import VECTORS


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
    if isinstance(stage, Joint):
        return VECTORS[stage.function].apply(numbers, *stage.parameters)
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


def weighted_median(numbers: Sequence[float], weights: Sequence[float]) -> float:
    """The median of AdaBoostRegressor (docs/arithmetic.md, Weighted medians)."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    sums = []
    total = 0.0
    for i in order:
        total += weights[i]
        sums.append(total)
    return next(numbers[i] for i, x in zip(order, sums) if x >= 0.5 * total)
