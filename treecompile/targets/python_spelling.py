"""How tests and expressions are spelt in Python."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from ..program import (
    LARGEST,
    Among,
    Apply,
    Arithmetic,
    Bands,
    Category,
    Check,
    Clip,
    Column,
    Constant,
    Cuts,
    Element,
    Expression,
    Fill,
    Inside,
    IsMissing,
    Match,
    Norm,
    Number,
    Program,
    Read,
    Replace,
    State,
    Steps,
    Test,
    Threshold,
    columns_of,
)
from .python_text import WIDTH, identifiers, literal

# A set of categories that takes no more room than this is written where it is tested.
INLINE_SET = 40


# What a number is above, None where it may be the lowest, and what it is at most.
Stretch = tuple[float | None, float]

_TABLES = {
    "quantile": ("quantiles", "shares"),
    "interpolated": ("abscissas", "ordinates"),
    "interpolated_single": ("abscissas", "ordinates"),
}


class Spelling:
    """The source text of a program's tests and expressions.

    ``ids`` are the variables of the columns. ``constants`` collects the tables and sets
    that are too long to stand where they are used, ``helpers`` the functions of
    ``templates/python/runtime.py`` that the text calls, and ``math_names`` what it uses
    of ``math`` itself.
    """

    def __init__(self, program: Program, ids: list[str]) -> None:
        self.program = program
        self.ids = ids
        self.constants: dict[str, tuple[str, list[str]]] = {}
        self.helpers: set[str] = set()
        self.math_names: set[str] = set()
        self._names: dict[Any, str] = {}  # of constants
        self._reserved: set[str] = set()  # the same; no variable begins as these do
        self._norms: dict[Norm, str] = {}
        self._taken = set(ids)
        self.computed: dict[int, str] = {}  # feature -> the variable that holds it
        self.elements: dict[Element, str] = {}  # the variables of earlier stages
        self.tested: dict[Element, str] = {}  # those of them that trees test
        self._computing: list[int] = []
        self._may_be_missing_in = [column.missing for column in program.columns]
        # What is named before it is used, as (name, function, arguments).
        self.bindings: list[tuple[str, str, list[str]]] = []

    def reserve(self, name: str, categories: tuple[Constant, ...] = ()) -> None:
        """A constant that the module has already: a tuple of these categories."""
        self._reserved.add(name)
        if categories:
            self._names["tuple", tuple(map(literal, categories))] = name

    def for_another_function(self) -> Spelling:
        """The same constants and helpers, and variables of its own."""
        other = Spelling(self.program, self.ids)
        other.constants, other.helpers = self.constants, self.helpers
        other.math_names = self.math_names
        other._names, other._reserved = self._names, self._reserved
        return other

    # --- Tests ------------------------------------------------------------------------

    def condition(self, test: Test, sense: bool) -> str:
        """The condition that holds when the test goes left, if ``sense``; else right."""
        if type(test) is Cuts and len(test.cuts) == 1 and test.first:  # most of them
            (cut,) = test.cuts
            if -LARGEST < cut < LARGEST:
                left = sense
                missing = self._may_be_missing_in[test.column]
                if missing and test.missing_left == sense:
                    left = not sense
                sign = "<=" if left else ">"
                text = f"{self.ids[test.column]} {sign} {literal(cut)}"
                return text if left == sense else f"not {text}"
        if isinstance(test, Among):
            return self._among(test, test.inside == sense)
        if isinstance(test, (Threshold, Bands)):
            name = self.variable(test.feature)
            missing = True
        else:
            assert isinstance(test, Cuts)
            name = self.ids[test.column]
            missing = self.program.columns[test.column].missing
        first, cuts = True, tuple(getattr(test, "cuts", ()))
        if isinstance(test, Threshold):
            cuts = (test.cut,)
        else:
            first = test.first
        return self._intervals(name, first, cuts, test.missing_left, sense, missing)

    def variable(self, feature: int) -> str:
        """The variable of a feature that is computed from several columns."""
        if feature not in self.computed:
            value = self.program.feature(feature).value
            if isinstance(value, Element):
                return self.tested.setdefault(value, self.elements[value])
            (name,) = self.names([self.program.feature(feature).name])
            self.computed[feature] = name
            self._computing.append(feature)
        return self.computed[feature]

    def names(self, stems: list[str]) -> list[str]:
        """New variables, named after the stems."""
        names = identifiers(stems, self._taken)
        self.take(names)
        return names

    def take(self, names: Iterable[str]) -> None:
        """Give these names to no variable from here on."""
        self._taken.update(names)

    def pending(self) -> list[str]:
        """The variables that :meth:`take_computed` will tell of."""
        return [self.computed[i] for i in self._computing]

    def constant_names(self, stems: Iterable[str]) -> list[str]:
        """New private constants, named after the stems."""
        names = identifiers(stems, self._reserved, upper=True)
        self._reserved.update(names)
        return names

    def take_computed(self) -> list[tuple[str, str]]:
        """The variables that the text so far needs computed before it, and their source."""
        taken, self._computing = self._computing, []
        return [
            (self.computed[i], self.number(self.program.feature(i).value))
            for i in taken
        ]

    def _intervals(
        self,
        name: str,
        first: bool,
        cuts: tuple[float, ...],
        missing_left: bool,
        sense: bool,
        may_be_missing: bool,
    ) -> str:
        """A comparison with a NaN is false, so what is spelt out is the side on which a
        missing value is not; the other one is its ``not``."""
        if not all(_stretches(first, cuts, side) for side in (True, False)):
            # Every number goes one way, so that only a missing value may go the other.
            numbers = bool(_stretches(first, cuts, sense))
            missing = missing_left == sense
            if numbers == missing:
                return str(numbers)
            self.math_names.add("isnan")
            return f"isnan({name})" if missing else f"not isnan({name})"
        wanted = sense
        if may_be_missing and missing_left == sense:
            wanted = not sense
        stretches = _stretches(first, cuts, wanted)
        if not may_be_missing:
            others = _stretches(first, cuts, not sense)
            if len(others) < len(stretches) or _is_point(others):
                stretches, wanted = others, not sense
        text = self._union(name, stretches)
        if wanted == sense:
            return text
        if len(stretches) == 1 and not may_be_missing and _is_point(stretches):
            return text.replace(" == ", " != ", 1)
        return f"not {text}" if len(stretches) == 1 else f"not ({text})"

    def _union(self, name: str, stretches: list[Stretch]) -> str:
        points = [high for low, high in stretches if _is_point([(low, high)])]
        for low, high in stretches:
            if low == -math.inf or (low is None and math.isinf(high)):
                self.math_names.add("inf")
        if len(points) == len(stretches) > 1:
            return f"{name} in {self._set(name, [literal(x) for x in points])}"
        return " or ".join(_stretch(name, low, high) for low, high in stretches)

    def _among(self, test: Among, positive: bool) -> str:
        column = self.program.columns[test.column]
        name = self.ids[test.column]
        if len(test.states) == 1:
            (state,) = test.states
            return self._is(column, name, state, positive)
        items = self._items(column, test.states)
        return f"{name} {'in' if positive else 'not in'} {self._set(name, items)}"

    def _is(self, column: Column, name: str, state: Category, positive: bool) -> str:
        if state is State.MISSING:
            return f"{name} is None" if positive else f"{name} is not None"
        if isinstance(state, bool) and column.boolean and not column.missing:
            return name if positive == state else f"not {name}"
        return f"{name} {'==' if positive else '!='} {_comparable(state)}"

    def _items(self, column: Column, states: frozenset[Category]) -> list[str]:
        known = [c for c in column.categories or () if c in states]
        others = states - set(known) - {State.MISSING, State.UNKNOWN}
        items = [literal(c) for c in [*known, *sorted(others, key=repr)]]
        return items + ["None"] * (State.MISSING in states)

    def _set(self, name: str, items: list[str]) -> str:
        """A set display where it is short, else the name of a constant."""
        if sum(len(item) + 2 for item in items) <= INLINE_SET:
            return "{" + ", ".join(items) + "}"
        return self._constant(f"{name}_set", "set", items)

    def _constant(self, stem: str, kind: str, items: list[str]) -> str:
        key = (kind, tuple(items))
        if key not in self._names:
            (name,) = self.constant_names([stem])
            self._names[key] = name
            self.constants[name] = (kind, items)
        return self._names[key]

    def table(self, stem: str, items: Iterable[str]) -> str:
        """A named tuple of source texts."""
        return self._constant(stem, "tuple", list(items))

    def helper(self, name: str) -> str:
        """A function of the runtime that the text calls."""
        self.helpers.add(name)
        return name

    def constant_number(self, x: float) -> str:
        """A number as it stands in a statement."""
        if math.isinf(x):
            self.math_names.add("inf")
        return literal(x)

    # --- Expressions ------------------------------------------------------------------

    def number(self, expression: Expression) -> str:
        """An expression whose value is a float, as it stands on its own."""
        text = self._number(expression)
        return text[1:-1] if _enclosed(text) else text

    def term(self, expression: Expression) -> str:
        """The same as a term of a sum."""
        text = self._number(expression)
        product = isinstance(expression, Arithmetic) and expression.operator in "*/"
        return text[1:-1] if product else text

    def item(self, expression: Expression, indent: int) -> str:
        """The same as an item of a tuple, in two lines where it is long for one."""
        text = self.number(expression)
        if indent + len(text) + 1 <= WIDTH or not isinstance(expression, Arithmetic):
            return text
        last = f" {expression.operator} {self._number(expression.right)}"
        if not text.endswith(last):
            return text
        return f"{text[: -len(last)]}\n{' ' * indent}{last[1:]}"

    def _number(self, expression: Expression) -> str:
        """The same, so that it can be an operand."""
        match expression:
            case Number(value):
                if math.isinf(value):
                    self.math_names.add("inf")
                return literal(value) if value >= 0 else f"({literal(value)})"
            case Element():
                return self.elements[expression]
            case Read(column):
                return self._read(column)
            case Fill(operand, value):
                value = float(value) if isinstance(value, bool) else value
                x = self._number(operand)
                if isinstance(operand, Read) and not self._is_category(operand):
                    self.math_names.add("isnan")
                    return f"({literal(value)} if isnan({x}) else {x})"
                return (
                    f"{self.helper('_fill')}({self.number(operand)}, {literal(value)})"
                )
            case Replace(operand, old, new):
                new = float(new) if isinstance(new, bool) else new
                becomes = "nan" if new is None else literal(new)
                return f"{self.helper('_replace')}({self.number(operand)}, {literal(old)}, {becomes})"
            case Match(operand, table, default):
                return self._match(operand, table, default)
            case IsMissing(operand):
                return f"(1.0 if {self._missing(operand)} else 0.0)"
            case Arithmetic("*", operand, Number(-1.0)):
                return f"(-{self._number(operand)})"
            case Arithmetic(operator, left, right):
                first = self.term(left) if operator in "+-" else self._number(left)
                if isinstance(left, Number):
                    first = self.number(left)
                return f"({first} {operator} {self._number(right)})"
            case Clip(operand, low, high) if low == -LARGEST:
                return f"min({self.number(operand)}, {literal(high)})"
            case Clip(operand, low, high):
                x = self.number(operand)
                return f"min(max({x}, {literal(low)}), {literal(high)})"
            case Steps(operand, edges):
                name = self._constant("edges", "tuple", [literal(e) for e in edges])
                return f"{self.helper('_steps')}({self.number(operand)}, {name})"
            case Norm():
                return self._norm(expression)
            case Inside(operands, ranges):
                terms = list(map(self._within, operands, ranges))
                return f"(1.0 if {' and '.join(terms) or 'True'} else 0.0)"
            case Apply(name, operand, parameters) if name in _TABLES:
                half = len(parameters) // 2
                tables = [
                    self._constant(stem, "tuple", list(map(literal, numbers)))
                    for stem, numbers in (
                        (_TABLES[name][0], parameters[:half]),
                        (_TABLES[name][1], parameters[half:]),
                    )
                ]
                arguments = ", ".join([self.number(operand), *tables])
                return f"{self.helper('_' + name)}({arguments})"
            case Apply(function, operand, parameters):
                rest = "".join(f", {literal(p)}" for p in parameters)
                helper = self.helper("_" + function.removeprefix("libm_"))
                return f"{helper}({self.number(operand)}{rest})"
        raise TypeError(f"not an expression: {expression!r}")

    def _within(self, operand: Expression, bounds: tuple[float, float, bool]) -> str:
        """The condition that a number is in a range."""
        low, high, missing = bounds
        first = low == -math.inf
        cuts: tuple[float, ...] = () if first else (low,)
        cuts += () if high == math.inf else (high,)
        if first and cuts and not missing:
            return f"{self._number(operand)} <= {literal(high)}"
        may_be_missing = self._may_be_missing(operand)
        text = self._intervals(
            self._number(operand), first, cuts, missing, True, may_be_missing
        )
        return f"({text})" if " or " in text and not text.startswith("not") else text

    def _norm(self, norm: Norm) -> str:
        """The variable of a length, which every column of its row is divided by."""
        if norm not in self._norms:
            (self._norms[norm],) = self.names(["norm"])
        name = self._norms[norm]
        if all(name != bound for bound, _, _ in self.bindings):
            helper = self.helper(f"_{norm.kind}" + "_paired" * norm.paired)
            arguments = [self.number(operand) for operand in norm.operands]
            self.bindings.append((name, f"{helper}({literal(norm.least)}, ", arguments))
        return name

    def take_bindings(self) -> list[tuple[str, str, list[str]]]:
        """What the text so far needs named before it; the next begins anew."""
        taken, self.bindings = self.bindings, []
        return taken

    def _read(self, index: int) -> str:
        column, name = self.program.columns[index], self.ids[index]
        if column.categories is None:
            return name
        if column.missing:
            self.math_names.add("nan")
            return f"(nan if {name} is None else float({name}))"
        return f"float({name})"

    def passed_on(self, expression: Expression) -> str | None:
        """An expression that is the text in a column; None for one that is a number."""
        if not self._is_category(expression):
            return None
        (index,) = columns_of(expression)
        categories = self.program.columns[index].categories or ()
        if not any(isinstance(c, str) for c in categories):
            return None
        text = self._category(expression)
        return text[1:-1] if _enclosed(text) else text

    def _is_category(self, expression: Expression) -> bool:
        """Whether an expression passes on the category of a column."""
        while isinstance(expression, (Fill, Replace)):
            expression = expression.operand
        if not isinstance(expression, Read):
            return False
        return self.program.columns[expression.column].categories is not None

    def _category(self, expression: Expression) -> str:
        """An expression that passes a category on, None where it is missing."""
        match expression:
            case Fill(operand, value):
                x = self._category(operand)
                return f"({literal(value)} if {x} is None else {x})"
            case Replace(operand, old, new):
                x = self._category(operand)
                return f"({literal(new)} if {x} == {_comparable(old)} else {x})"
        assert isinstance(expression, Read)
        return self.ids[expression.column]

    def _missing(self, operand: Expression) -> str:
        if self._is_category(operand):
            return f"{self._category(operand)} is None"
        self.math_names.add("isnan")
        return f"isnan({self.number(operand)})"

    def _match(
        self,
        operand: Expression,
        table: tuple[tuple[Category, float], ...],
        default: float,
    ) -> str:
        is_category = self._is_category(operand)
        entries = dict(table)
        while is_category and isinstance(operand, Fill):
            # A missing category is worth what is filled in for it.
            worth_of_missing = entries.get(operand.value, default)
            entries.pop(State.MISSING, None)
            if not _same(worth_of_missing, default):
                entries[State.MISSING] = worth_of_missing
            operand = operand.operand
        if State.MISSING in entries and not self._may_be_missing(operand):
            del entries[State.MISSING]
        x = self._category(operand) if is_category else self._number(operand)
        worth = set(entries.values())
        if not entries:
            return literal(default)
        if len(worth) == 1 and not math.isnan(default):
            (value,) = worth
            if list(entries) == [State.MISSING]:
                test = self._missing(operand)
            elif len(entries) == 1:
                test = f"{x} == {_comparable(next(iter(entries)))}"
            elif State.MISSING in entries and not is_category:
                test = ""
            else:
                known = [_state(c) for c in entries]
                test = f"{x} in {self._set('known', known)}"
            if test:
                return f"({literal(value)} if {test} else {literal(default)})"
        items = [f"{_state(c)}: {literal(v)}" for c, v in entries.items()]
        for value in (*worth, default):
            if value != value:
                self.math_names.add("nan")
        codes = self._constant("codes", "dict", items)
        if State.MISSING in entries and not is_category:
            x = f"{self.helper('_known')}({self.number(operand)})"
        return f"{codes}.get({x}, {literal(default)})"

    def dummies(self, operand: Expression, known: list[Category]) -> str:
        """A one for the category that the operand holds, zeros for all the others."""
        is_category = self._is_category(operand)
        x = self._category(operand) if is_category else self._number(operand)
        stem = f"{self.ids[min(columns_of(operand))]}_known"
        table = self._constant(stem, "tuple", [_state(c) for c in known])
        return f"*[1.0 if {x} == known else 0.0 for known in {table}]"

    def _may_be_missing(self, operand: Expression) -> bool:
        while not isinstance(operand, Read):
            if isinstance(operand, Fill):
                return False
            if isinstance(
                operand,
                (Number, Element, Match, IsMissing, Arithmetic, Norm, Inside),
            ):
                return True
            operand = operand.operand
        return self.program.columns[operand.column].missing

    def misfit(self, check: Check, bound: Any) -> tuple[str, list[str]]:
        """The condition under which a check fails, and the columns that it mixes."""
        x = self._number(check.value)
        low, high = bound(check.low), bound(check.high)
        if math.isinf(check.low) or math.isinf(check.high):
            self.math_names.add("inf")
        if low == f"-{high}":
            inside = f"abs({self.number(check.value)}) <= {high}"
        else:
            inside = f"{low} <= {x} <= {high}"
        names = [self.program.columns[i].name for i in sorted(columns_of(check.value))]
        if not check.missing:
            return f"not {inside}", names
        return f"not ({inside} or {self._missing(check.value)})", names


def _stretches(first: bool, cuts: tuple[float, ...], left: bool) -> list[Stretch]:
    """The intervals (above, up to) that go left, or right."""
    lows: list[float | None] = [None, *cuts]
    pairs = list(zip(lows, (*cuts, math.inf)))[0 if left == first else 1 :: 2]
    return [(low, high) for low, high in pairs if low is None or low < high]


def _is_point(stretches: list[Stretch]) -> bool:
    (low, high), *more = stretches
    if low is None:
        return not more and high == -math.inf
    return not more and math.nextafter(low, math.inf) == high


def _stretch(name: str, low: float | None, high: float) -> str:
    if _is_point([(low, high)]):
        return f"{name} == {literal(high)}"
    if low is None:
        return f"{name} <= {literal(high)}"
    if high == math.inf:
        return f"{name} > {literal(low)}"
    return f"{literal(low)} < {name} <= {literal(high)}"


def _comparable(state: Category) -> str:
    """A category to compare with: True is 1, since a record may hold either."""
    return literal(int(state) if isinstance(state, bool) else state)


def _state(state: Category) -> str:
    return "None" if state is State.MISSING else literal(state)


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _enclosed(text: str) -> bool:
    """Whether one pair of parentheses encloses all of a text."""
    if not text.startswith("(") or not text.endswith(")"):
        return False
    depth = 0
    for token in re.finditer(r"""[()]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", text):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and token.end() < len(text):
            return False
    return True
