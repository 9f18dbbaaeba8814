"""Python: terms and conditions as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...code.coder import Coder
from ...code.terms import (
    Bounded,
    Call,
    Condition,
    Label,
    Name,
    OneOf,
    Operation,
    Row,
    Term,
)
from ...printing.terms import Level, Printer
from ...printing.width import width
from .text import WIDTH, laid_out, literal


class PythonPrinter(Printer):
    """The text of terms and conditions.

    ``functions`` are those of ``templates/python/runtime.py`` that the text calls, and
    ``math`` what it uses of ``math`` itself; ``limit`` is the number that is LIMIT.
    """

    def __init__(self, coder: Coder, limit: float | None = None) -> None:
        super().__init__()
        self.coder = coder
        self.limit = limit
        self.math: set[str] = set()

    # --- Terms ------------------------------------------------------------------------

    def value(self, value: Any) -> str:
        if type(value) is float and value - value != 0:
            self.math.add("nan" if value != value else "inf")
        return literal(value)

    def bound(self, value: float) -> str:
        """A number as a bound of a column."""
        if self.limit is not None and abs(value) == self.limit:
            return "LIMIT" if value > 0 else "-LIMIT"
        return self.value(value)

    def call(self, function: str, arguments: Iterable[Term]) -> str:
        self.functions.add(f"_{function}")
        return f"_{function}({', '.join(map(self.term, arguments))})"

    def norm(self, name: str, call: Call) -> list[str]:
        """The lines of a variable that is the length of a row, an item to a line where
        it is long."""
        least, row = call.arguments
        assert isinstance(row, Row)
        self.functions.add(f"_{call.function}")
        head, items = f"    {name} = _{call.function}(", list(map(self.term, row.of))
        line = f"{head}{self.term(least)}, [{', '.join(items)}])"
        if width(line) <= WIDTH:
            return [line]
        inner = [f"            {item}," for item in items]
        lines = [head, f"        {self.term(least)},", "        [", *inner]
        return [*lines, "        ],", "    )"]

    def either(self, condition: Condition, then: Term, otherwise: Term) -> str:
        above = Level(Level.EITHER + 1)
        one, other = self.atom(then, above), self.atom(otherwise, above)
        return f"{one} if {self.condition(condition)} else {other}"

    def row(self, items: list[str], indent: int = 4) -> str:
        """A tuple, with parentheses where it is to stand alone."""
        line = ", ".join(items) + ("," if len(items) == 1 else "")
        if indent + width(line) + 20 <= WIDTH:
            return f"({line})"
        inner = " " * (indent + 4)
        lines = [f"{inner}{item}," for item in items]
        return "\n".join(["(", *lines, " " * indent + ")"])

    def as_number(self, of: Term, may_be_missing: bool) -> tuple[str, Level]:
        text = self.term(of)
        if not may_be_missing:
            return f"float({text})", Level.ATOM
        self.math.add("nan")
        return f"nan if {text} is None else float({text})", Level.EITHER

    def clamp(self, operand: Term, low: float | None, high: float) -> str:
        text = self.term(operand)
        if low is not None:
            text = f"max({text}, {self.value(low)})"
        return f"min({text}, {self.value(high)})"

    def ascending(self, of: Term) -> str:
        return f"sorted({self.term(of)})"

    def look_up(self, table: str, key: Term, default: float) -> tuple[str, Level]:
        return f"{table}.get({self.term(key)}, {self.value(default)})", Level.ATOM

    def dummies(self, operand: Term, table: str) -> str:
        x = self.operand(operand)
        return f"*[1.0 if {x} == known else 0.0 for known in {table}]"

    def label(self, label: Label) -> tuple[str, Level]:
        classes = "CLASSES" if label.output is None else f"CLASSES[{label.output}]"
        if label.condition is not None:
            condition = self.condition(label.condition)
            return f"{classes}[1] if {condition} else {classes}[0]", Level.EITHER
        if label.place == Call("first_largest", (Name("scores"),)):
            return f"{classes}[scores.index(max(scores))]", Level.ATOM
        place = label.place
        text = str(place) if isinstance(place, int) else self.term(place)  # type: ignore[arg-type]
        return f"{classes}[{text}]", Level.ATOM

    # --- Conditions -------------------------------------------------------------------

    def among(self, x: str, numbers: list[float]) -> tuple[str, Level]:
        items = list(map(self.value, numbers))
        if not self.coder.words.is_short(items):
            table = self.coder.table(f"{x}_set", numbers, "set")
            return f"{x} in {table}", Level.COMPARISON
        return f"{x} in {{{', '.join(items)}}}", Level.COMPARISON

    def between(self, x: str, low: float, high: float) -> tuple[str, Level]:
        return f"{self.value(low)} < {x} <= {self.value(high)}", Level.COMPARISON

    def bounded(self, bounded: Bounded) -> tuple[str, Level]:
        x, low, high = bounded.x, self.bound(bounded.low), self.bound(bounded.high)
        if low == f"-{high}":
            inside = f"abs({self.term(x)}) <= {high}"
        else:
            inside = f"{low} <= {self.operand(x)} <= {high}"
        if not bounded.missing:
            return inside, Level.COMPARISON
        return f"{inside} or {self.missing(x, False)[0]}", Level.OR

    def one_of(self, one: OneOf) -> tuple[str, Level]:
        x = self.operand(one.x)
        if len(one.values) == 1:
            (value,) = one.values
            if value is None:
                return f"{x} {'is' if one.inside else 'is not'} None", Level.COMPARISON
            if isinstance(value, bool):  # a record may hold 1 in place of True
                value = int(value)
            return (
                f"{x} {'==' if one.inside else '!='} {literal(value)}",
                Level.COMPARISON,
            )
        among = one.table or "{" + ", ".join(map(literal, one.values)) + "}"
        return f"{x} {'in' if one.inside else 'not in'} {among}", Level.COMPARISON

    def missing(self, x: Term, category: bool) -> tuple[str, Level]:
        if category:
            return f"{self.operand(x)} is None", Level.COMPARISON
        self.math.add("isnan")
        return f"isnan({self.term(x)})", Level.ATOM

    def negated(self, text: str, level: Level) -> tuple[str, Level]:
        return (f"not {text}" if level >= Level.NOT else f"not ({text})"), Level.NOT

    def item(self, term: Term) -> str:
        """A term as an item of a tuple of eight spaces, as black breaks it."""
        text: str = self.term(term)
        if 8 + width(text) + 1 <= WIDTH or not isinstance(term, Operation):
            return text
        lines = laid_out([f"    x = ({text}, 1,)"])
        return "\n".join(lines[1:-2]).strip().rstrip(",")
