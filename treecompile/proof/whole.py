"""Records that the model takes, too, in the columns that a scorer does not ask for.

A scorer takes a record whatever stands there; the model may refuse it for that.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..edges import Row, pools, record_at_random, valid
from ..program import Element, Expression, Program, operands

_TRIES = 500


class Whole:
    """Makes records whole that a program takes before and after folding."""

    def __init__(self, before: Program, after: Program) -> None:
        checks = tuple(c for c in before.checks if not _inside(c.value))
        self.before, self.after = replace(before, checks=checks), after
        self.names = {before.columns[i].name for i in before.required}
        self.names -= {after.columns[i].name for i in after.required}

    @cached_property
    def _others(self) -> dict[str, Any]:
        """What a record holds in the columns that are not asked for."""
        chance, choices = random.Random(0), pools(self.after)
        for _ in range(_TRIES):
            record = record_at_random(self.after, choices, chance)
            if valid(self.before, record) is not None:
                return {name: record[name] for name in self.names}
        return {}

    def row(self, row: Row) -> Row:
        """The row, or one that is the same to the scorer and that the model takes."""
        if not self.names or valid(self.before, row[0]) is not None:
            return row
        return valid(self.after, {**row[0], **self._others}) or row


def _inside(expression: Expression) -> bool:
    """Whether an expression is of what the model computes on its way."""
    todo = [expression]
    while todo:
        expression = todo.pop()
        if isinstance(expression, Element):
            return True
        todo.extend(operands(expression))
    return False
