"""Between which numbers an expression of an ensemble lies, for every record.

Rounded addition rises with what is added, so the least and the largest that each tree
holds, added up in the order of the trees, bound the sum as it is computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..functions import EVERYWHERE, FUNCTIONS
from ..program import (
    Apply,
    Arithmetic,
    Element,
    Expression,
    Joint,
    Number,
    Stage,
    Trees,
    Values,
)

Bounds = tuple[float, float]
ANYTHING: Bounds = (-math.inf, math.inf)
# Numbers that are this far apart at most have exponentials that are not 0, even
# beside one another.
_SPREAD = 600.0


def bounds(expression: Expression, stages: Sequence[Stage]) -> Bounds:
    """The least and the largest that an expression over these stages can be, or numbers
    beyond that."""
    if isinstance(expression, Number):
        return expression.value, expression.value
    if isinstance(expression, Element):
        return _of_stage(stages[expression.stage], expression.index, stages)
    if isinstance(expression, Apply) and not expression.parameters:
        function = FUNCTIONS[expression.function]
        if function.pieces == EVERYWHERE:
            low, high = bounds(expression.operand, stages)
            return function.apply(low), function.apply(high)
    if isinstance(expression, Arithmetic):
        return _of_two(
            expression.operator,
            bounds(expression.left, stages),
            bounds(expression.right, stages),
        )
    return ANYTHING


def _of_two(operator: str, left: Bounds, right: Bounds) -> Bounds:
    if operator == "+":
        found = [left[0] + right[0], left[1] + right[1]]
    elif operator == "-":
        found = [left[0] - right[1], left[1] - right[0]]
    elif operator == "*":
        found = [x * y for x in left for y in right]
    elif right[0] > 0.0 or right[1] < 0.0:
        found = [x / y for x in left for y in right]
    else:
        return ANYTHING
    return ANYTHING if any(map(math.isnan, found)) else (min(found), max(found))


def _of_stage(stage: Stage, index: int, stages: Sequence[Stage]) -> Bounds:
    if isinstance(stage, Values):
        return bounds(stage.of[index], stages)
    if isinstance(stage, Trees):
        return _of_trees(stage, index, stages)
    if isinstance(stage, Joint) and stage.function.startswith("softmax"):
        found = [bounds(x, stages) for x in stage.of]
        low, high = min(low for low, _ in found), max(high for _, high in found)
        return (math.exp(-_SPREAD) / len(found) if high - low < _SPREAD else 0.0), 1.0
    return ANYTHING


def _of_trees(stage: Trees, index: int, stages: Sequence[Stage]) -> Bounds:
    low, high = bounds(stage.start[index], stages)
    for rows, slots in zip(stage.rows, stage.slots, strict=True):
        for place, slot in enumerate(slots):
            if slot == index:
                held = [row[place] for row in rows]
                low, high = low + min(held), high + max(held)
    return low, high
