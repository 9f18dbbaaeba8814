"""Terms and conditions as text: nesting, precedence, and what a missing number does.

A :class:`Printer` is for languages in which a comparison with NaN is false. It says what
all of them share; a subclass has the words of one. A text is a string, or a document of
``document.py`` where the language says how its lines are broken.
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


Text = Any  # a string, or a document
Printed = tuple[Text, Level]

_LEVELS = {"+": Level.SUM, "-": Level.SUM, "*": Level.PRODUCT, "/": Level.PRODUCT}


class Printer:
    """The text of terms and conditions; ``functions`` are those that it calls."""

    AND = "and"
    OR = "or"
    IS = "=="
    IS_NOT = "!="
    NEGATED = "not {}"
    TRUTHS = {True: "True", False: "False"}
    ENCLOSES_SIGNS = True  # a negative right side of an operator

    def __init__(self) -> None:
        self.functions: set[str] = set()

    # --- Terms ------------------------------------------------------------------------

    def term(self, term: Term) -> Text:
        """A term, as it stands on its own."""
        return self.printed(term)[0]

    def atom(self, term: Term, least: Level = Level.ATOM) -> Text:
        """A term, in parentheses if it binds less tightly than asked."""
        text, level = self.printed(term)
        return text if level >= least else self.enclosed(text)

    # --- How texts are put together ---------------------------------------------------

    def infix(self, left: Text, sign: str, right: Text) -> Text:
        """An operator between its two sides."""
        return f"{left} {sign} {right}"

    def minus(self, text: Text) -> Text:
        return f"-{text}"

    def chain(self, word: str, texts: list[Text]) -> Text:
        """Conditions, all joined by one word."""
        return f" {word} ".join(texts)

    def enclosed(self, text: Text) -> Text:
        """A text in parentheses."""
        return f"({text})"

    # --- Every kind of term -----------------------------------------------------------

    def printed(self, term: Term) -> Printed:
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
                return self.minus(self.atom(operand)), Level.SIGN
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

    def _operation(self, operation: Operation) -> Text:
        """Both sides as they are read from left to right. Where products and quotients
        mix, parentheses say which comes first."""
        sign, level = operation.operator, _LEVELS[operation.operator]
        left, binds = self.printed(operation.left)
        mixed = isinstance(operation.left, Operation) and {
            sign,
            operation.left.operator,
        } == {"*", "/"}
        if binds < level or mixed:
            left = self.enclosed(left)
        right, binds = self.printed(operation.right)
        if binds <= level or (binds == Level.SIGN and self.ENCLOSES_SIGNS):
            right = self.enclosed(right)
        return self.infix(left, sign, right)

    def value(self, value: Any) -> str:
        raise NotImplementedError

    def call(self, function: str, arguments: Iterable[Term]) -> Text:
        raise NotImplementedError

    def either(self, condition: Condition, then: Term, otherwise: Term) -> Text:
        raise NotImplementedError

    def row(self, items: list[Text]) -> Text:
        raise NotImplementedError

    def as_number(self, of: Term, may_be_missing: bool) -> Printed:
        raise NotImplementedError

    def clamp(self, operand: Term, low: float | None, high: float) -> Text:
        raise NotImplementedError

    def ascending(self, of: Term) -> Text:
        raise NotImplementedError

    def look_up(self, table: str, key: Term, default: float) -> Printed:
        raise NotImplementedError

    def dummies(self, operand: Term, table: str) -> Text:
        raise NotImplementedError

    def label(self, label: Label) -> Printed:
        raise NotImplementedError

    # --- Conditions -------------------------------------------------------------------

    def condition(self, condition: Condition) -> Text:
        """A condition, as it stands on its own."""
        return self.decided(condition)[0]

    def decided(self, condition: Condition) -> Printed:
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
                return self.compared(self.operand(x), sign, value)
            case Bounded():
                return self.bounded(condition)
            case All(of):
                texts = [self._within(each, Level.AND) for each in of]
                if not texts:
                    return self.TRUTHS[True], Level.ATOM
                if len(texts) == 1:
                    return self.decided(of[0])
                return self.chain(self.AND, texts), Level.AND
            case Not(of):
                return self.negated(*self.decided(of))
        raise TypeError(f"not a condition: {condition!r}")

    def _within(self, condition: Condition, level: Level) -> Text:
        text, binds = self.decided(condition)
        return text if binds >= level else self.enclosed(text)

    def compared(self, x: Text, sign: str, value: float) -> Printed:
        return self.infix(x, sign, self.value(value)), Level.COMPARISON

    def operand(self, x: Term) -> Text:
        """A term as a side of a comparison."""
        return self.atom(x, Level.SUM)

    def _ranges(self, ranges: Ranges) -> Printed:
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
            return self.compared(x, self.IS_NOT, stretches[0][1])
        return self.negated(*self._union(x, stretches))

    def cut(self, name: str, cut: float, below: bool, negated: bool) -> str:
        """The most frequent condition, in short: at most a cut, or above it."""
        text = f"{name} {'<=' if below else '>'} {self.value(cut)}"
        return self.NEGATED.format(text) if negated else text

    def _union(self, x: Text, stretches: list[Stretch]) -> Printed:
        if len(stretches) > 1 and all(map(is_point, stretches)):
            return self.among(x, [high for _, high in stretches])
        texts = [self._stretch(x, low, high) for low, high in stretches]
        if len(texts) == 1:
            return texts[0]
        alone = [t if level > Level.AND else self.enclosed(t) for t, level in texts]
        return self.chain(self.OR, alone), Level.OR

    def _stretch(self, x: Text, low: float | None, high: float) -> Printed:
        if is_point((low, high)):
            return self.compared(x, self.IS, high)
        if low is None:
            return self.compared(x, "<=", high)
        if high == math.inf:
            return self.compared(x, ">", low)
        return self.between(x, low, high)

    def among(self, x: Text, numbers: list[float]) -> Printed:
        """The condition that a number is one of several."""
        raise NotImplementedError

    def between(self, x: Text, low: float, high: float) -> Printed:
        """The condition that a number is above one and at most another."""
        raise NotImplementedError

    def bounded(self, bounded: Bounded) -> Printed:
        raise NotImplementedError

    def one_of(self, one: OneOf) -> Printed:
        raise NotImplementedError

    def missing(self, x: Term, category: bool) -> Printed:
        raise NotImplementedError

    def negated(self, text: Text, level: Level) -> Printed:
        raise NotImplementedError


def _one_point(stretches: list[Stretch]) -> bool:
    return len(stretches) == 1 and is_point(stretches[0])
