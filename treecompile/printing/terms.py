"""Terms and conditions as text: nesting, precedence, and what a missing number does.

A :class:`Printer` is for languages in which a comparison with NaN is false. It says what
all of them share; a subclass has the words of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from ..code.terms import (
    All,
    AsNumber,
    Bounded,
    Call,
    Clamp,
    Compare,
    Condition,
    Dummies,
    Either,
    IsTrue,
    Label,
    LookUp,
    Missing,
    Name,
    Negative,
    Not,
    OneOf,
    Operation,
    Ranges,
    Row,
    Sorted,
    Stretch,
    Term,
    Value,
    is_point,
)


class Level(IntEnum):
    """How tightly the outermost part of a text binds."""

    EITHER = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    ATOM = 8


_LEVELS = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT, "/": Level.PRODUCT}
_DECIDED = {True: "True", False: "False"}


class Printer:
    """The text of terms and conditions; ``functions`` are those that it calls."""

    AND = "and"
    OR = "or"
    IS = "=="
    IS_NOT = "!="
    TRUTHS = _DECIDED

    def __init__(self) -> None:
        self.functions: set[str] = set()

    # --- Terms ------------------------------------------------------------------------

    def term(self, term: Term) -> str:
        """A term, as it stands on its own."""
        return self.printed(term)[0]

    def atom(self, term: Term, least: Level = Level.ATOM) -> str:
        """A term, in parentheses if it binds less tightly than asked."""
        text, level = self.printed(term)
        return text if level >= least else f"({text})"

    def printed(self, term: Term) -> tuple[str, Level]:
        """The text of a term, and how tightly it binds."""
        match term:
            case Name(text):
                return text, Level.ATOM
            case Value(value):
                text = self.value(value)
                return text, Level.SIGN if text.startswith("-") else Level.ATOM
            case Operation():
                return self._operation(term), _LEVELS[term.operator]
            case Negative(operand):
                return f"-{self.atom(operand)}", Level.SIGN
            case Either(condition, then, otherwise):
                return self.either(condition, then, otherwise), Level.EITHER
            case Call(function, arguments):
                return self.call(function, arguments), Level.ATOM
            case Row(of):
                return self.row(list(map(self.term, of))), Level.ATOM
            case AsNumber(of, may_be_missing):
                return self.as_number(of, may_be_missing)
            case Clamp(operand, low, high):
                return self.clamp(operand, low, high), Level.ATOM
            case Sorted(of):
                return self.ascending(of), Level.ATOM
            case LookUp(table, key, default):
                return self.look_up(table, key, default)
            case Dummies(operand, table):
                return self.dummies(operand, table), Level.ATOM
            case Label():
                return self.label(term)
        raise TypeError(f"not a term: {term!r}")

    def _operation(self, operation: Operation) -> str:
        """Both sides as they are read from left to right. Where products and quotients
        mix, parentheses say which comes first."""
        sign, level = operation.operator, _LEVELS[operation.operator]
        left, binds = self.printed(operation.left)
        mixed = isinstance(operation.left, Operation) and {
            sign,
            operation.left.operator,
        } == {"*", "/"}
        if binds < level or mixed:
            left = f"({left})"
        right = self.atom(operation.right, Level(level + 1))
        if right.startswith("-"):
            right = f"({right})"
        return f"{left} {sign} {right}"

    def value(self, value: Any) -> str:
        raise NotImplementedError

    def call(self, function: str, arguments: Iterable[Term]) -> str:
        raise NotImplementedError

    def either(self, condition: Condition, then: Term, otherwise: Term) -> str:
        raise NotImplementedError

    def row(self, items: list[str]) -> str:
        raise NotImplementedError

    def as_number(self, of: Term, may_be_missing: bool) -> tuple[str, Level]:
        raise NotImplementedError

    def clamp(self, operand: Term, low: float | None, high: float) -> str:
        raise NotImplementedError

    def ascending(self, of: Term) -> str:
        raise NotImplementedError

    def look_up(self, table: str, key: Term, default: float) -> tuple[str, Level]:
        raise NotImplementedError

    def dummies(self, operand: Term, table: str) -> str:
        raise NotImplementedError

    def label(self, label: Label) -> tuple[str, Level]:
        raise NotImplementedError

    # --- Conditions -------------------------------------------------------------------

    def condition(self, condition: Condition) -> str:
        """A condition, as it stands on its own."""
        return self.decided(condition)[0]

    def decided(self, condition: Condition) -> tuple[str, Level]:
        """The text of a condition, and how tightly it binds."""
        match condition:
            case Ranges():
                return self._ranges(condition)
            case OneOf():
                return self.one_of(condition)
            case IsTrue(name, sense):
                return (name, Level.ATOM) if sense else self.negated(name, Level.ATOM)
            case Missing(x, category):
                return self.missing(x, category)
            case Compare(x, sign, value):
                return f"{self.operand(x)} {sign} {self.value(value)}", Level.COMPARISON
            case Bounded():
                return self.bounded(condition)
            case All(of):
                texts = [self._within(each, Level.AND) for each in of]
                if not texts:
                    return self.TRUTHS[True], Level.ATOM
                if len(texts) == 1:
                    return self.decided(of[0])
                return f" {self.AND} ".join(texts), Level.AND
            case Not(of):
                return self.negated(*self.decided(of))
        raise TypeError(f"not a condition: {condition!r}")

    def _within(self, condition: Condition, level: Level) -> str:
        text, binds = self.decided(condition)
        return text if binds > level else f"({text})"

    def operand(self, x: Term) -> str:
        """A term as a side of a comparison."""
        return self.atom(x, Level.SUM)

    def _ranges(self, ranges: Ranges) -> tuple[str, Level]:
        """A comparison with NaN is false, so what is spelt out is the side on which a
        missing value is not; the other one is its negation."""
        inside, outside = ranges.stretches(True), ranges.stretches(False)
        if not inside or not outside:
            # Every number goes one way, so that only a missing value may go the other.
            if bool(inside) == ranges.missing:
                return self.TRUTHS[ranges.missing], Level.ATOM
            found = self.missing(ranges.x, False)
            return found if ranges.missing else self.negated(*found)
        negated = ranges.may_be_missing and ranges.missing
        if not ranges.may_be_missing:
            negated = len(outside) < len(inside) or _one_point(outside)
        stretches = outside if negated else inside
        x = self.operand(ranges.x)
        if not negated:
            return self._union(x, stretches)
        if _one_point(stretches) and not ranges.may_be_missing:
            return f"{x} {self.IS_NOT} {self.value(stretches[0][1])}", Level.COMPARISON
        return self.negated(*self._union(x, stretches))

    def cut(self, name: str, cut: float, below: bool, negated: bool) -> str:
        """The most frequent condition, in short: at most a cut, or above it."""
        text = f"{name} {'<=' if below else '>'} {self.value(cut)}"
        return self.negated(text, Level.COMPARISON)[0] if negated else text

    def _union(self, x: str, stretches: list[Stretch]) -> tuple[str, Level]:
        if len(stretches) > 1 and all(map(is_point, stretches)):
            return self.among(x, [high for _, high in stretches])
        texts = [self._stretch(x, low, high) for low, high in stretches]
        if len(texts) == 1:
            return texts[0]
        alone = [t if level > Level.AND else f"({t})" for t, level in texts]
        return f" {self.OR} ".join(alone), Level.OR

    def _stretch(self, x: str, low: float | None, high: float) -> tuple[str, Level]:
        if is_point((low, high)):
            return f"{x} {self.IS} {self.value(high)}", Level.COMPARISON
        if low is None:
            return f"{x} <= {self.value(high)}", Level.COMPARISON
        if high == math.inf:
            return f"{x} > {self.value(low)}", Level.COMPARISON
        return self.between(x, low, high)

    def among(self, x: str, numbers: list[float]) -> tuple[str, Level]:
        """The condition that a number is one of several."""
        raise NotImplementedError

    def between(self, x: str, low: float, high: float) -> tuple[str, Level]:
        """The condition that a number is above one and at most another."""
        raise NotImplementedError

    def bounded(self, bounded: Bounded) -> tuple[str, Level]:
        raise NotImplementedError

    def one_of(self, one: OneOf) -> tuple[str, Level]:
        raise NotImplementedError

    def missing(self, x: Term, category: bool) -> tuple[str, Level]:
        raise NotImplementedError

    def negated(self, text: str, level: Level) -> tuple[str, Level]:
        raise NotImplementedError


def _one_point(stretches: list[Stretch]) -> bool:
    return len(stretches) == 1 and is_point(stretches[0])
