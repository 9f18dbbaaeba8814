"""JavaScript: terms and conditions as documents."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...code.coder import Coder
from ...code.terms import (
    Bounded,
    Condition,
    Label,
    Not,
    OneOf,
    Row,
    Term,
)
from ...printing.document import (
    LINE,
    SOFT,
    Beside,
    Document,
    Group,
    IfBroken,
    Nest,
    joined,
)
from ...printing.terms import Level, Printed, Printer, Text
from .text import JavaScript, array, call, camel, literal

_PRODUCTS = ("*", "/")


@dataclass(frozen=True, slots=True)
class Infix:
    """Operands and the operators between them, all of one level: how they are broken
    into lines depends on where they stand."""

    parts: tuple[Document, ...]
    sign: str


@dataclass(frozen=True, slots=True)
class Ternary:
    """One of two documents by a condition that is an :class:`Infix`."""

    of: Document


@dataclass(frozen=True, slots=True)
class Negation:
    """That a condition does not hold, which takes parentheses of its own."""

    inner: Document


def settled(text: Text) -> Document:
    """A text as a document that can stand anywhere."""
    if isinstance(text, Negation):
        return ("!(", Group((Nest((SOFT, text.inner)), SOFT)), ")")
    if isinstance(text, Ternary):
        return text.of
    if not isinstance(text, Infix):
        return text  # type: ignore[no-any-return]
    head, *rest = text.parts
    return Group((head, Nest(tuple(rest))))


def returned(text: Text) -> Document:
    """A text behind ``return``: in parentheses where it takes several lines."""
    if not isinstance(text, Infix):
        return settled(text)
    return Group((IfBroken("("), Nest((SOFT, text.parts)), SOFT, IfBroken(")")))


def assigned_to(name: Document, sign: str, text: Text) -> Document:
    """An assignment. A long operation, or a choice by one, begins on the next line."""
    if isinstance(text, (Infix, Ternary)):
        return (name, f" {sign}", Group(Nest((LINE, settled(text)))), ";")
    return (name, f" {sign}", Beside(settled(text)), ";")


def in_if(text: Text) -> Document:
    """A condition, in the parentheses of an ``if``."""
    if isinstance(text, Negation):
        return ("(", settled(text), ")")
    inner = text.parts if isinstance(text, Infix) else settled(text)
    return Group(("(", Nest((SOFT, inner)), SOFT, ")"))


class JavaScriptPrinter(Printer):
    """The documents of terms and conditions; ``functions`` are those of
    ``templates/javascript/runtime.mjs`` that the text calls."""

    AND = "&&"
    OR = "||"
    IS = "==="
    IS_NOT = "!=="
    NEGATED = "!({})"
    TRUTHS = {True: "true", False: "false"}
    ENCLOSES_SIGNS = False

    def __init__(self, coder: Coder) -> None:
        super().__init__()
        self.coder = coder

    # --- How texts are put together ---------------------------------------------------

    def infix(self, left: Text, sign: str, right: Text) -> Text:
        tail = (f" {sign}", LINE, settled(right))
        if isinstance(left, Infix) and _flows(sign, left.sign):
            return Infix((*left.parts, *tail), sign)
        return Infix((settled(left), *tail), sign)

    def chain(self, word: str, texts: list[Text]) -> Text:
        parts: list[Document] = []
        for text in texts:
            if parts:
                parts += [f" {word}", LINE]
            same = isinstance(text, Infix) and text.sign == word
            parts += text.parts if same else [settled(text)]
        return Infix(tuple(parts), word)

    def enclosed(self, text: Text) -> Text:
        return ("(", settled(text), ")")

    def minus(self, text: Text) -> Text:
        return ("-", text)

    # --- Terms ------------------------------------------------------------------------

    def value(self, value: Any) -> str:
        return literal(value)

    def call(self, function: str, arguments: Iterable[Term]) -> Text:
        name, of = camel(function), list(arguments)
        self.functions.add(name)
        texts = [settled(self.term(x)) for x in of]
        if isinstance(of[-1], Row):  # an array in the last place is broken itself
            return (f"{name}(", joined(", ", texts), ")")
        return call(name, texts)

    def either(self, condition: Condition, then: Term, otherwise: Term) -> Text:
        ways = settled(self.term(then)), settled(self.term(otherwise))
        return self.ternary(self.condition(condition), *ways)

    def ternary(self, condition: Text, then: Document, otherwise: Document) -> Text:
        tail = Nest((LINE, "? ", then, LINE, ": ", otherwise))
        if isinstance(condition, Infix):
            return Ternary(Group((Group(condition.parts), tail)))
        return Group((settled(condition), tail))

    def row(self, items: list[Text]) -> Text:
        return array(list(map(settled, items)))

    def as_number(self, of: Term, may_be_missing: bool) -> Printed:
        text = self.term(of)
        number = f"Number({text})" if isinstance(text, str) else text
        if not may_be_missing:
            return number, Level.ATOM
        return self.ternary(f"{text} === null", "NaN", number), Level.EITHER

    def clamp(self, operand: Term, low: float | None, high: float) -> Text:
        self.functions.add("clip")
        least = -math.inf if low is None else low
        x = settled(self.term(operand))
        return call("clip", [x, self.value(least), self.value(high)])

    def ascending(self, of: Term) -> Text:
        self.functions.add("ascending")
        return ("ascending(", settled(self.term(of)), ")")

    def look_up(self, table: str, key: Term, default: float) -> Printed:
        found = (f"{table}.get(", settled(self.term(key)), ")")
        return self.infix(found, "??", self.value(default)), Level.EITHER

    def dummies(self, operand: Term, table: str) -> Text:
        x = self.operand(operand)
        same = f"(known) => ({x} === known ? 1 : 0)"
        return f"...{table}.map({same})"

    def label(self, label: Label) -> Printed:
        classes = "CLASSES" if label.output is None else f"CLASSES[{label.output}]"
        if label.condition is not None:
            ways = f"{classes}[1]", f"{classes}[0]"
            condition = self.condition(label.condition)
            return self.ternary(condition, *ways), Level.EITHER
        if isinstance(label.place, int):
            return f"{classes}[{label.place}]", Level.ATOM
        assert label.place is not None
        place = Nest((SOFT, settled(self.term(label.place))))
        return (classes, Group(("[", place, SOFT, "]"))), Level.ATOM

    # --- Conditions -------------------------------------------------------------------

    def among(self, x: Text, numbers: list[float]) -> Printed:
        texts = list(map(self.value, numbers))
        if JavaScript.is_short(texts):
            return self._one_by_one(x, texts, True)
        table = self.coder.table(f"{x}_set", numbers, "set")
        return (f"{table}.has(", settled(x), ")"), Level.ATOM

    def _one_by_one(self, x: Text, texts: list[str], inside: bool) -> Printed:
        sign = self.IS if inside else self.IS_NOT
        tests = [self.infix(x, sign, text) for text in texts]
        if len(tests) == 1:
            return tests[0], Level.COMPARISON
        if inside:
            return self.chain(self.OR, tests), Level.OR
        return self.chain(self.AND, tests), Level.AND

    def between(self, x: Text, low: float, high: float) -> Printed:
        above = self.infix(self.value(low), "<", x)
        up_to = self.infix(x, "<=", self.value(high))
        return self.chain(self.AND, [above, up_to]), Level.AND

    def bounded(self, bounded: Bounded) -> Printed:
        x = self.operand(bounded.x)
        above = self.infix(self.value(bounded.low), "<=", x)
        up_to = self.infix(x, "<=", self.value(bounded.high))
        inside = self.chain(self.AND, [above, up_to])
        if not bounded.missing:
            return inside, Level.AND
        missing = self.missing(bounded.x, False)[0]
        return self.chain(self.OR, [self.enclosed(inside), missing]), Level.OR

    def decided(self, condition: Condition) -> Printed:
        match condition:
            case Not(Bounded(of, low, high, missing=True)):  # NaN is not beyond either
                x = self.operand(of)
                below, above = self.compared(x, "<", low), self.compared(x, ">", high)
                return self.chain(self.OR, [below[0], above[0]]), Level.OR
        return super().decided(condition)

    def one_of(self, one: OneOf) -> Printed:
        x = self.operand(one.x)
        if not one.table:
            return self._one_by_one(x, list(map(literal, one.values)), one.inside)
        found = (f"{one.table}.has(", settled(x), ")")
        return (found if one.inside else ("!", found)), Level.ATOM

    def missing(self, x: Term, category: bool) -> Printed:
        if category:
            return self.infix(self.operand(x), "===", "null"), Level.COMPARISON
        return call("Number.isNaN", [settled(self.term(x))]), Level.ATOM

    def negated(self, text: Text, level: Level) -> Printed:
        if level == Level.ATOM:
            return ("!", text), Level.NOT
        inner = text.parts if isinstance(text, Infix) else settled(text)
        return Negation(inner), Level.NOT


def _flows(sign: str, left: str) -> bool:
    """Whether two operators of one level need no parentheses between them."""
    if sign in _PRODUCTS:
        return left == sign
    return sign in "+-" and left in ("+", "-")
