"""What a scorer's text computes, in no language: terms, and conditions on them.

A :class:`~treecompile.program.Program` says what a feature is worth; a term says how a
scorer computes it: which variable, which call of which function, which table. Every
language prints the same terms (``printing/``).

What a missing value does is part of a condition. That a comparison with NaN is false is
the way of some languages, and how it is used is left to their printers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, get_args

from ..program import Category, Constant, State

# --- Terms ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a constant of the module."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A constant: a number, a text, a truth, or None for a missing category."""

    of: Constant


@dataclass(frozen=True, slots=True)
class AsNumber:
    """A whole number or a category as a number; NaN for None, if it may be missing."""

    of: Term
    may_be_missing: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """``+ - * /`` of two numbers, as IEEE 754 has it."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Term


@dataclass(frozen=True, slots=True)
class Either:
    """One of two terms."""

    condition: Condition
    then: Term
    otherwise: Term


@dataclass(frozen=True, slots=True)
class Clamp:
    """The operand brought between two numbers; ``low`` is None where it has no bound."""

    operand: Term
    low: float | None
    high: float


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the runtime, by its name in ``functions.py``."""

    function: str
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Several terms, as one argument or answer."""

    of: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The same numbers in ascending order."""

    of: Term


@dataclass(frozen=True, slots=True)
class LookUp:
    """What stands beside a category or a number in a table of the module."""

    table: str
    key: Term
    default: float


@dataclass(frozen=True, slots=True)
class Dummies:
    """For each category of a table: 1 where the operand is this one, else 0."""

    operand: Term
    table: str


@dataclass(frozen=True, slots=True)
class Label:
    """One of the labels of an output: by a place, or the second under a condition."""

    output: int | None
    place: Term | int | None = None
    condition: Condition | None = None


Term = (
    Name
    | Value
    | AsNumber
    | Operation
    | Negative
    | Either
    | Clamp
    | Call
    | Row
    | Sorted
    | LookUp
    | Dummies
    | Label
)

# --- Conditions -----------------------------------------------------------------------

# What a number is above, None where it may be the lowest, and what it is at most.
Stretch = tuple[float | None, float]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Whether a number is in one of some stretches, which ascend and do not touch.

    They begin below the first of ``cuts`` if ``first``, else below the second, and so on.
    ``missing`` says what a missing number does, which there is if ``may_be_missing``.
    """

    x: Term
    cuts: tuple[float, ...]
    first: bool
    missing: bool
    may_be_missing: bool

    def stretches(self, inside: bool = True) -> list[Stretch]:
        """The stretches in which the condition holds, or does not."""
        lows: list[float | None] = [None, *self.cuts]
        pairs = list(zip(lows, (*self.cuts, math.inf)))
        pairs = pairs[0 if inside == self.first else 1 :: 2]
        return [(low, high) for low, high in pairs if low is None or low < high]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a category is one of some ``values`` (None is a missing one), if
    ``inside``; else whether it is none of them. ``table`` is a constant of the module
    that holds them, where they are many."""

    x: Term
    values: tuple[Constant, ...]
    inside: bool
    table: str = ""


@dataclass(frozen=True, slots=True)
class IsTrue:
    """Whether a variable of truths holds True, or, if not ``sense``, False."""

    name: str
    sense: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether a number or, if ``category``, a category is missing."""

    x: Term
    category: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A number against a constant; false where it is missing."""

    x: Term
    sign: str
    value: float


@dataclass(frozen=True, slots=True)
class Bounded:
    """Whether a number is from ``low`` to ``high``, inclusive, and not missing unless
    so said."""

    x: Term
    low: float
    high: float
    missing: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Whether all of some conditions hold."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Condition


Condition = Ranges | OneOf | IsTrue | Missing | Compare | Bounded | All | Not


def is_condition(thing: Any) -> bool:
    """Whether it is a condition, and no term."""
    return isinstance(thing, get_args(Condition))


def is_point(stretch: Stretch) -> bool:
    """Whether a stretch holds one number."""
    low, high = stretch
    if low is None:
        return high == -math.inf
    return math.nextafter(low, math.inf) == high


def constant(state: Category) -> Any:
    """A category as a constant of a table: None where it is missing."""
    return None if state is State.MISSING else state


def comparable(state: Category) -> Any:
    """A category to compare with: True is 1, since a record may hold either."""
    return int(state) if isinstance(state, bool) else constant(state)


def same(a: float, b: float) -> bool:
    """Whether two numbers are equal, or both missing."""
    return a == b or (a != a and b != b)
