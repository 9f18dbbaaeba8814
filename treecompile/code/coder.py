"""A program's tests and expressions as terms and conditions, and what these name.

What is decided here is the same in every language: which variables and constants there
are, what is computed before it is used, which function is called, and the shortest form
of a table of categories. How it is written is left to ``printing/`` and to a language.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from ..layout import statements
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
    Tree,
    columns_of,
    operands,
    parts,
)
from .terms import (
    All,
    AsNumber,
    Bounded,
    Call,
    Clamp,
    Condition,
    Dummies,
    Either,
    IsTrue,
    LookUp,
    Missing,
    Name,
    Negative,
    Not,
    OneOf,
    Operation,
    Ranges,
    Row,
    Term,
    Value,
    comparable,
    constant,
    same,
)

# Functions that take no longer than to keep what they answer.
_CHEAP = ("abs", "negative", "square", "single", "nudged")

# An expression of more parts than this is not looked for a second time.
_MOST_PARTS = 24

# What the parameters of a function of two tables are called.
_TABLES = {
    "quantile": ("quantiles", "shares"),
    "interpolated": ("abscissas", "ordinates"),
    "interpolated_single": ("abscissas", "ordinates"),
}


class Words(Protocol):
    """What the layer asks of a language: how it writes constants and names."""

    def literal(self, value: Any) -> str: ...

    def identifiers(
        self, names: Iterable[str], taken: Iterable[str] = (), upper: bool = False
    ) -> list[str]: ...

    def private(self, name: str) -> str: ...

    def is_short(self, texts: Sequence[str]) -> bool: ...


@dataclass(frozen=True)
class Table:
    """A constant of the module: a "set" or "tuple" of values, or a "dict" of pairs."""

    name: str
    kind: str
    items: tuple[Any, ...]


class Coder:
    """The terms and conditions of a program.

    ``ids`` are the variables of the columns. ``constants`` collects the tables and sets
    that are too long to stand where they are used.
    """

    def __init__(self, program: Program, ids: list[str], words: Words) -> None:
        self.program = program
        self.ids = ids
        self.words = words
        self.constants: dict[str, Table] = {}
        self._names: dict[Any, str] = {}  # of constants
        self._reserved: set[str] = set()  # the same; no variable begins as these do
        self._norms: dict[Norm, str] = {}
        self._met_norms: dict[int, tuple[Norm, str]] = {}
        self._taken = set(ids)
        self.computed: dict[int, str] = {}  # feature -> the variable that holds it
        self.elements: dict[Element, str] = {}  # the variables of earlier stages
        self.tested: dict[Element, str] = {}  # those of them that trees test
        self._computing: list[int] = []
        self.may_be_missing_in = [column.missing for column in program.columns]
        # What is named before it is used, and everything that the function has named.
        self._bindings: list[tuple[str, Term]] = []
        self._bound: set[str] = set()
        self._once: dict[Expression, str] = {}  # what is computed once -> its name
        self._shared: dict[Expression, str] = {}  # the same, of this function

    def reserve(self, name: str, categories: tuple[Constant, ...] = ()) -> None:
        """A constant that the module has already: a tuple of these categories."""
        self._reserved.add(name)
        if categories:
            self._names["tuple", _key(categories)] = name

    def for_another_function(self) -> Coder:
        """The same constants, and variables of its own."""
        other = Coder(self.program, self.ids, self.words)
        other.constants = self.constants
        other._names, other._reserved = self._names, self._reserved
        return other

    # --- Names ------------------------------------------------------------------------

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
        names = self.words.identifiers(stems, self._taken)
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
        names = self.words.identifiers(stems, self._reserved, upper=True)
        self._reserved.update(names)
        return names

    def take_computed(self) -> list[tuple[str, Term]]:
        """The variables that the text so far needs computed before it, and their terms."""
        taken, self._computing = self._computing, []
        return [
            (self.computed[i], self.number(self.program.feature(i).value))
            for i in taken
        ]

    def take_bindings(self) -> list[tuple[str, Term]]:
        """What the text since the last time needs named before it."""
        taken, self._bindings = self._bindings, []
        return taken

    def begin(self, expressions: Iterable[Expression] = ()) -> None:
        """Begin a function: nothing is named in it yet. What several of its
        ``expressions`` apply a function to is to be computed once."""
        self._bound, self._shared = set(), {}
        counts: dict[Expression, int] = {}
        todo, lengths = list(expressions)[::-1], set[int]()
        while todo:
            part = todo.pop()
            if isinstance(part, Norm):  # which all columns of a row share
                if id(part) in lengths:
                    continue
                lengths.add(id(part))
            if _takes_time(part):
                counts[part] = counts.get(part, 0) + 1
                if counts[part] > 1:
                    continue  # what is in it is computed with it
            todo += operands(part)[::-1]
        often = [part for part, count in counts.items() if count > 1]
        new = [part for part in often if part not in self._once]
        self._once.update(zip(new, self.names([self._stem(part) for part in new])))
        self._shared = {part: self._once[part] for part in often}

    def _stem(self, part: Expression) -> str:
        """What to call what is computed once: its only column, and what became of it."""
        columns = sorted(columns_of(part))
        of = self.program.columns[columns[0]].name if len(columns) == 1 else "x"
        if isinstance(part, Apply):
            return f"{of}_{part.function.removeprefix('libm_')}"
        return f"{of}_scaled"

    def _bind(self, name: str, term: Term) -> None:
        """Let a variable hold a term, from here on in the function."""
        self._bound.add(name)
        self._bindings.append((name, term))

    def table(self, stem: str, items: Iterable[Any], kind: str = "tuple") -> str:
        """The name of a constant of the module that holds these items."""
        values = tuple(items)
        key = kind, _key(values)
        if key not in self._names:
            (name,) = self.constant_names([stem])
            self._names[key] = name
            self.constants[name] = Table(name, kind, values)
        return self._names[key]

    # --- Tests ------------------------------------------------------------------------

    def begin_tree(self, tree: Tree) -> None:
        """Begin a function of one tree."""
        tested = tested_features(tree.tests)
        self.begin(self.program.feature(index).value for index in tested)
        self.name_tests(tree)

    def name_tests(self, tree: Tree) -> None:
        """Give names to the features that a tree tests and that are computed, in the
        order in which they will stand."""
        if any(type(test) in (Threshold, Bands) for test in tree.tests):
            for _, _, test, _, _ in statements(tree):
                if isinstance(test, (Threshold, Bands)):
                    self.variable(test.feature)

    def condition(self, test: Test, sense: bool = True) -> Condition:
        """The condition that holds when the test goes left, if ``sense``; else right."""
        if isinstance(test, Among):
            return self._among(test, test.inside == sense)
        if isinstance(test, (Threshold, Bands)):
            name, may_be_missing = self.variable(test.feature), True
        else:
            assert isinstance(test, Cuts)
            name = self.ids[test.column]
            may_be_missing = self.may_be_missing_in[test.column]
        first = isinstance(test, Threshold) or test.first
        cuts = (test.cut,) if isinstance(test, Threshold) else test.cuts
        missing = test.missing_left == sense
        return Ranges(Name(name), cuts, first == sense, missing, may_be_missing)

    def _among(self, test: Among, positive: bool) -> Condition:
        column, name = self.program.columns[test.column], self.ids[test.column]
        known = [c for c in column.categories or () if c in test.states]
        others = test.states - set(known) - {State.MISSING, State.UNKNOWN}
        values = [*known, *sorted(others, key=repr)]
        values += [None] * (State.MISSING in test.states)
        if len(test.states) == 1:
            (value,) = values
            if isinstance(value, bool) and column.boolean and not column.missing:
                return IsTrue(name, positive == value)
        values = [_canonical(column, value) for value in values]
        return self._one_of(Name(name), name, values, positive)

    def _one_of(
        self, x: Term, stem: str, values: list[Any], inside: bool = True
    ) -> OneOf:
        """A test of categories, these in a constant of the module where they are many."""
        texts = [self.words.literal(value) for value in values]
        table = ""
        if len(texts) > 1 and not self.words.is_short(texts):
            table = self.table(f"{stem}_set", values, "set")
        return OneOf(x, tuple(values), inside, table)

    # --- Expressions ------------------------------------------------------------------

    def number(self, expression: Expression) -> Term:
        """An expression whose value is a number."""
        name = self._shared.get(expression) if self._shared else None
        if name is None:
            return self._number(expression)
        if name not in self._bound:
            self._bind(name, self._number(expression))
        return Name(name)

    def _number(self, expression: Expression) -> Term:
        match expression:
            case Number(value):
                return Value(value)
            case Element():
                return Name(self.elements[expression])
            case Read(index):
                column, name = self.program.columns[index], self.ids[index]
                if column.categories is None:
                    return Name(name)
                return AsNumber(Name(name), column.missing)
            case Fill(operand, value):
                filled = Value(float(value) if isinstance(value, bool) else value)
                x = self.number(operand)
                if isinstance(operand, Read) and not self._is_category(operand):
                    return Either(Missing(x, False), filled, x)
                return _call("fill", x, filled)
            case Replace(operand, old, new):
                new = float(new) if isinstance(new, bool) else new
                becomes = Value(math.nan if new is None else new)
                return _call("replace", self.number(operand), Value(old), becomes)
            case Match():
                return self._match(expression)
            case IsMissing(operand):
                return _truth(self._missing(operand))
            case Arithmetic("*", operand, Number(-1.0)):
                return Negative(self.number(operand))
            case Arithmetic(operator, left, right):
                return Operation(operator, self.number(left), self.number(right))
            case Clip(operand, low, high):
                bound = None if low == -LARGEST else low
                return Clamp(self.number(operand), bound, high)
            case Steps(operand, edges):
                table = Name(self.table("edges", edges))
                return _call("steps", self.number(operand), table)
            case Norm():
                return self._norm(expression)
            case Inside(operands, ranges):
                return _truth(All(tuple(map(self._within, operands, ranges))))
            case Apply(function, operand, parameters) if function in _TABLES:
                half = len(parameters) // 2
                halves = zip(_TABLES[function], (parameters[:half], parameters[half:]))
                tables = [Name(self.table(stem, numbers)) for stem, numbers in halves]
                return _call(function, self.number(operand), *tables)
            case Apply(function, operand, parameters):
                rest = map(Value, parameters)
                name = function.removeprefix("libm_")
                return _call(name, self.number(operand), *rest)
        raise TypeError(f"not an expression: {expression!r}")

    def _within(
        self, operand: Expression, bounds: tuple[float, float, bool]
    ) -> Condition:
        """The condition that a number is in a range."""
        low, high, missing = bounds
        first = low == -math.inf
        cuts: tuple[float, ...] = () if first else (low,)
        cuts += () if high == math.inf else (high,)
        may_be_missing = self._may_be_missing(operand)
        return Ranges(self.number(operand), cuts, first, missing, may_be_missing)

    def _norm(self, norm: Norm) -> Name:
        """The variable of a length, which every column of its row is divided by."""
        met, name = self._met_norms.get(id(norm), (None, ""))
        if met is not norm:  # to look for its equal takes as long as it is
            if norm not in self._norms:
                (self._norms[norm],) = self.names(["norm"])
            name = self._norms[norm]
            self._met_norms[id(norm)] = norm, name
        if name not in self._bound:
            function = norm.kind + "_paired" * norm.paired
            row = Row(tuple(map(self.number, norm.operands)))
            self._bind(name, _call(function, Value(norm.least), row))
        return Name(name)

    def passed_on(self, expression: Expression) -> Term | None:
        """An expression that is the text in a column; None for one that is a number."""
        if not self._is_category(expression):
            return None
        (index,) = columns_of(expression)
        categories = self.program.columns[index].categories or ()
        if not any(isinstance(c, str) for c in categories):
            return None
        return self._category(expression)

    def _is_category(self, expression: Expression) -> bool:
        """Whether an expression passes on the category of a column."""
        while isinstance(expression, (Fill, Replace)):
            expression = expression.operand
        if not isinstance(expression, Read):
            return False
        return self.program.columns[expression.column].categories is not None

    def _column(self, expression: Expression) -> Column:
        """The column whose category an expression passes on."""
        (index,) = columns_of(expression)
        return self.program.columns[index]

    def _category(self, expression: Expression) -> Term:
        """An expression that passes a category on, None where it is missing."""
        match expression:
            case Fill(operand, value):
                x = self._category(operand)
                return Either(Missing(x, True), Value(value), x)
            case Replace(operand, old, new):
                x = self._category(operand)
                old = _canonical(self._column(expression), old)
                return Either(OneOf(x, (old,), True), Value(new), x)
        assert isinstance(expression, Read)
        return Name(self.ids[expression.column])

    def _missing(self, operand: Expression) -> Missing:
        if self._is_category(operand):
            return Missing(self._category(operand), True)
        return Missing(self.number(operand), False)

    def _match(self, match: Match) -> Term:
        operand, default = match.operand, match.default
        is_category = self._is_category(operand)
        entries = dict(match.table)
        while is_category and isinstance(operand, Fill):
            # A missing category is worth what is filled in for it.
            worth_of_missing = entries.get(operand.value, default)
            entries.pop(State.MISSING, None)
            if not same(worth_of_missing, default):
                entries[State.MISSING] = worth_of_missing
            operand = operand.operand
        if State.MISSING in entries and not self._may_be_missing(operand):
            del entries[State.MISSING]
        if not entries:
            return Value(default)
        x = self._category(operand) if is_category else self.number(operand)
        keys = self._keys(operand, entries)
        worth = set(entries.values())
        if len(worth) == 1 and not math.isnan(default):
            test: Condition | None = None
            if list(entries) == [State.MISSING]:
                test = self._missing(operand)
            elif len(entries) == 1 or is_category or State.MISSING not in entries:
                test = self._one_of(x, "known", keys)
            if test is not None:
                return Either(test, Value(worth.pop()), Value(default))
        if State.MISSING in entries and not is_category:
            x = _call("known", x)
        items = tuple(zip(keys, entries.values()))
        return LookUp(self.table("codes", items, "dict"), x, default)

    def dummies(self, operand: Expression, known: list[Category]) -> Dummies:
        """A one for the category that the operand holds, zeros for all the others."""
        is_category = self._is_category(operand)
        x = self._category(operand) if is_category else self.number(operand)
        stem = f"{self.ids[min(columns_of(operand))]}_known"
        return Dummies(x, self.table(stem, self._keys(operand, known)))

    def _keys(self, operand: Expression, states: Iterable[Category]) -> list[Any]:
        """Categories, or numbers, as a variable of the operand holds them."""
        if not self._is_category(operand):
            return [comparable(state) for state in states]
        column = self._column(operand)
        return [_canonical(column, state) for state in states]

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

    def misfit(self, check: Check) -> tuple[Condition, list[str]]:
        """The condition under which a check fails, and the columns that it mixes."""
        x = self.number(check.value)
        names = [self.program.columns[i].name for i in sorted(columns_of(check.value))]
        return Not(Bounded(x, check.low, check.high, check.missing)), names


def tested_features(tests: Iterable[Test | None]) -> list[int]:
    """The features that some tests compute, each once."""
    features = {
        test.feature: None
        for test in tests
        if type(test) is Threshold or type(test) is Bands
    }
    return list(features)


def _takes_time(part: Expression) -> bool:
    """Whether an expression is worth a name where it is needed twice: it applies a
    function, or does two operations. Of long ones the inner parts are looked at alone,
    so that to compare expressions takes no time either."""
    if isinstance(part, Arithmetic):
        if not any(isinstance(x, (Apply, Arithmetic)) for x in operands(part)):
            return False
    elif not isinstance(part, Apply) or part.function in _CHEAP:
        return False
    return sum(1 for _ in islice(parts(part), _MOST_PARTS + 1)) <= _MOST_PARTS


def _call(function: str, *arguments: Term) -> Call:
    return Call(function, arguments)


def _truth(condition: Condition) -> Either:
    return Either(condition, Value(1.0), Value(0.0))


def _canonical(column: Column, value: Any) -> Any:
    """A category as a variable of its column holds it: a truth among others is 1 or 0,
    which a record may hold as well."""
    return constant(value) if column.boolean else comparable(value)


def _key(values: Iterable[Any]) -> tuple[Any, ...]:
    """Constants so that 0.0 is not -0.0, and True not 1."""
    return tuple([(type(value), repr(value)) for value in values])
