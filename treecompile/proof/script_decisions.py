"""The decisions of a scorer in JavaScript, read back and held against a program.

As ``decisions.py`` for Python, this knows nothing of how a test was spelt or a tree laid
out. A condition is taken for what the language says that it means: a comparison with NaN
is false, ``!==`` with it is true, and no category is of two types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..program import (
    Column,
    Element,
    Ensemble,
    Number,
    Program,
    SingleTree,
    State,
    Sums,
    Trees,
)
from ..targets.javascript.nodes import (
    Assign,
    Break,
    Declare,
    Expression,
    Function,
    If,
    Labelled,
    Return,
    names_of,
)
from ..truth import Line, States, Truth, compared
from .reading import Reading, is_alone, read_as, starts_plainly
from .script_tables import ScriptTable, has_table
from .scripts import Script
from .source import Strange

_SIGNS = {"<=": "<=", "<": "<", ">=": ">=", ">": ">", "===": "==", "!==": "!="}
_MIRRORED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
_IS_NAN = ("member", ("name", "Number"), "isNaN")
_FROUND = ("member", ("name", "Math"), "fround")
# Above this, an integer is a BigInt.
_LARGEST = 2**53


def read_script_back(script: Script, program: Program) -> dict[str, int]:
    """How many trees, tests, leaves and constants were read and are equal.

    Raises Differs for the first that is not, and Strange for what is no decision.
    """
    reader = ScriptReader(script, program)
    return read_as(reader, reader.single, reader.ensemble)


class ScriptReader(Reading):
    branch = If

    def __init__(self, script: Script, program: Program) -> None:
        self.script = script
        score = script.function("score")
        super().__init__(program, score, score.parameters)
        self._states: dict[int, dict[Any, Any]] = {}

    # --- What the text says -----------------------------------------------------------

    def words(self, stmt: If) -> str:
        return stmt.said

    def constant(self, name: str) -> tuple[Any, int]:
        return self.script.constant(name), self.script.line_of(name)

    def line_of(self, name: str, place: int) -> int | None:
        return None

    def returns(self, stmt: Any) -> bool:
        return isinstance(stmt, Return)

    def returned(self, stmt: Any) -> Any:
        if not isinstance(stmt, Return):
            raise Strange("a leaf is no return of a number", stmt)
        return self.script.value_of(stmt.value, stmt)

    def body(self) -> tuple[list[Any], bool]:
        return self.score.body, not has_table(self.score)

    def same(self, given: Any, expected: Any) -> bool:
        return same_in_javascript(given, expected)

    def addition(self, stmt: Any) -> tuple[str, float]:
        match stmt:
            case Assign(_, ("name", name), sign, value) if (sign == "=") == self.sets:
                x = self.script.value_of(value, stmt)
                if type(x) is float:
                    return name, x
                raise Strange("a leaf adds something that is not a number", stmt)
        raise Strange("a leaf does something other than add", stmt)

    # --- Models -----------------------------------------------------------------------

    def single(self, model: SingleTree) -> None:
        """One tree whose leaves are places in tables."""
        self.answers_of_leaves(model)
        body = self.score.body
        if has_table(self.score):
            return ScriptTable(self, self.script).single(model)
        first = 0
        while first < len(body) and _is_constant(body[first]):
            first += 1
        self.walk_to_leaf(body, first, model)

    def ensemble(self, model: Ensemble) -> None:
        """Stages of trees, each a block whose leaves add to variables."""
        if has_table(self.score):
            ScriptTable(self, self.script).ensemble(model)
        else:
            body = self._expanded(self.score.body)
            place = 0
            for number, stage in enumerate(model.stages):
                if isinstance(stage, Trees):
                    place = self._trees(body, place, number, stage)
                elif isinstance(stage, Sums):
                    place = self._sums(body, place, number, stage)
        if model.applies is not None:
            ScriptTable(self, self.script).applied(model)

    def _expanded(self, body: list[Any]) -> list[Any]:
        """The statements, and in place of a call of a function of trees its own."""
        found: list[Any] = []
        for stmt in body:
            function = self._called(stmt)
            if function is None:
                found.append(stmt)
                continue
            last = function.body[-1] if function.body else None
            given = [x[1] if x[0] == "name" else "" for x in stmt.value[2]]
            if (
                given != list(function.parameters)
                or not isinstance(last, Return)
                or last.value != stmt.target
            ):
                raise Strange("a function of trees takes or returns others", stmt)
            found += function.body[:-1]
        return found

    def _called(self, stmt: Any) -> Function | None:
        """The function of trees that a statement calls: it changes what it is given."""
        match stmt:
            case Assign(_, target, "=", ("call", ("name", name), of)):
                names = names_of(target)
                given = {x[1] for x in of if x[0] == "name"}
                if names and set(names) <= given:
                    return self.script.function(name)
        return None

    def _sums(self, body: list[Any], place: int, number: int, stage: Sums) -> int:
        """The place behind a stage's sums: each begins with 0, and terms are added."""
        for index, terms in enumerate(stage.of):
            place = _behind_constants(body, place)
            match self.statement(body, place):
                case Declare(_, "let", (name,), False, ("value", float(x))) if not x:
                    place += 1
                case stmt:
                    raise Strange("a sum starts nowhere", stmt)
            for _ in terms:
                stmt = self.statement(body, place)
                match stmt:
                    case Assign(_, ("name", to), "+=", _) if to == name:
                        place += 1
                    case _:
                        raise Strange("a term is missing in a sum", stmt)
            self.elements[Element(number, index)] = name
        return place

    def _trees(self, body: list[Any], place: int, number: int, stage: Trees) -> int:
        """One stage of trees; the place behind it."""
        place = _behind_constants(body, place)
        alone = is_alone(stage)
        names: list[str] = []
        for i in range(len(stage.start)):
            stmt = self.statement(body, place)
            match stmt:
                case Declare(_, "let", (name,), False, value):
                    names.append(name)
                case _:
                    raise Strange("the sums of the trees start nowhere", stmt)
            if (value is None) != alone:
                raise Strange("a sum of the trees starts in another way", stmt)
            start = stage.start[i]
            if value is not None and isinstance(start, Number):
                x = self.script.value_of(value, stmt)
                self.start_is(stage, start.value, x, stmt)
            place += 1
        if alone:  # they stand there as the leaves hold them
            of = dict(zip(stage.slots[0], names))
            names = [of[i] for i in range(len(names))]
        self.elements |= {Element(number, i): name for i, name in enumerate(names)}
        self.sets = alone
        for index in range(len(stage.trees)):
            before = place
            place = self._tree(body, place, index, stage, names)
            if stage.single and not alone and place > before:
                place = self._roundings(body, place, index, stage, names)
        return place

    def _roundings(
        self,
        body: list[Any],
        place: int,
        index: int,
        stage: Trees,
        names: Sequence[str],
    ) -> int:
        """Behind the statements that round the sums to which a tree added to singles."""
        for slot in stage.slots[index]:
            stmt, name = self.statement(body, place), ("name", names[slot])
            match stmt:
                case Assign(_, to, "=", ("call", of, (x,))) if (
                    to == x == name and of == _FROUND
                ):
                    place += 1
                case _:
                    raise Strange("a sum is not rounded to single precision", stmt)
        return place

    def _tree(
        self,
        body: list[Any],
        place: int,
        index: int,
        stage: Trees,
        names: Sequence[str],
    ) -> int:
        tree, rows = stage.trees[index], stage.rows[index]
        targets = [names[slot] for slot in stage.slots[index]]
        plain = starts_plainly(stage)
        votes: list[tuple[int, str, Assign, Any]] = []
        label, outermost = "", list[Any]()

        def leaf(statements: list[Any], start: int, node: int) -> None:
            own = statements[start:]
            if own and isinstance(own[-1], Break) and own[-1].label == label:
                own.pop()
            elif label and statements is not outermost:  # which ends with the tree
                raise Strange("a leaf does not leave its tree", *own[-1:])
            match own:
                case [Assign(_, ("name", to), "=", ("value", k)) as vote] if (
                    to not in targets
                ):
                    votes.append((node, to, vote, k))
                    return
            expected = dict(zip(targets, rows[tree.leaf[node]]))
            where = own[0] if own else None
            given = self.additions(own)
            self.compare_leaf(given, expected, plain, index, stage, node, where)

        if len(tree.tests) == 1:
            expected = dict(zip(targets, rows[0]))
            count = self.additions_of(body, place, expected, plain)
            leaf(body[place : place + count], 0, 0)
            self.counts["trees"] += 1
            self.counts["leaves"] += 1
            return place + count
        stmt = self.statement(body, place)
        if isinstance(stmt, Declare) and stmt.kind == "let" and stmt.value is None:
            place += 1  # the variable of votes, where it is used first
            stmt = self.statement(body, place)
        if isinstance(stmt, Labelled):
            label, outermost = stmt.label, stmt.body
            self.walk(stmt.body, 0, tree, leaf, inline=False)
        else:
            self.walk([stmt], 0, tree, leaf, inline=True)
        if not votes:
            return place + 1
        if len(votes) != len(rows):
            raise Strange("some leaves vote, and some add", stmt)
        behind = body[place + 1 : place + 1 + len(targets)]
        chosen = {to for _, to, _, _ in votes}
        own, others = self._voted(behind, targets, chosen, stmt)
        for node, _, vote, k in votes:
            given = dict.fromkeys(targets, others)
            if type(k) is float and k in range(len(targets)):
                given[targets[int(k)]] = own
            expected = dict(zip(targets, rows[tree.leaf[node]]))
            self.compare_leaf(given, expected, plain, index, stage, node, vote)
        return place + 1 + len(behind)

    def _voted(
        self, behind: list[Any], targets: list[str], chosen: set[str], tree: Any
    ) -> tuple[float, float]:
        """What the statements behind a tree add to the sum of the place that its leaves
        set a variable to (the only one of ``chosen``), and to the other sums."""
        to, *more = chosen
        found: set[Any] = set()
        for place, (name, stmt) in enumerate(zip(targets, behind)):
            asks = ("binary", "===", ("name", to), ("value", float(place)))
            match stmt:
                case Assign(_, ("name", of), "+=", ("choice", test, own, others)) if (
                    of == name and test == asks
                ):
                    both = [self.script.value_of(x, stmt) for x in (own, others)]
                    found.add(tuple(both))
                case _:
                    raise Strange("what a vote adds is said in another way", stmt)
        if more or len(found) != 1 or len(behind) != len(targets):
            raise Strange("what a vote adds is said in another way", tree)
        (values,) = found
        if list(map(type, values)) != [float, float]:
            raise Strange("what a vote adds is not a number", tree)
        return values  # type: ignore[no-any-return]

    # --- Conditions -------------------------------------------------------------------

    def truth(self, test: Expression) -> tuple[str, Truth]:
        match test:
            case ("unary", "!", inner):
                name, truth = self.truth(inner)
                return name, ~truth
            case ("binary", ("&&" | "||") as sign, left, right):
                (name, a), (other, b) = self.truth(left), self.truth(right)
                if name == other and type(a) is type(b):
                    return name, a | b if sign == "||" else a & b  # type: ignore[operator]
            case ("binary", sign, ("name", name), right) if sign in _SIGNS:
                if (value := _constant(right)) is not None:
                    return name, self._compared(name, _SIGNS[sign], value[0])
            case ("binary", sign, left, ("name", name)) if sign in _SIGNS:
                if (value := _constant(left)) is not None:
                    operator = _MIRRORED[_SIGNS[sign]]
                    return name, self._compared(name, operator, value[0])
            case ("call", of, (("name", name),)) if of == _IS_NAN:
                if not self.has_states(name):
                    return name, Line(False, (), True)
            case ("call", ("member", ("name", table), "has"), (("name", name),)):
                if self._is_set(table):
                    return name, self._among(name, self.script.constant(table))
            case ("name", name) if self.has_states(name):
                if self.program.columns[self.columns[name]].boolean:
                    return name, States(frozenset({True}), True)
        raise Strange("a condition asks something that no test does", self.score)

    def _is_set(self, name: str) -> bool:
        return self.script.expression(name)[:2] == ("new", "Set")

    def _compared(self, name: str, operator: str, value: Any) -> Truth:
        if not self.has_states(name):
            return compared(operator, _number(value))
        if operator not in ("==", "!="):
            raise Strange("categories have no order", self.score)
        truth = self._among(name, (value,))
        return truth if operator == "==" else ~truth

    def _among(self, name: str, values: Sequence[Any]) -> Truth:
        if self.has_states(name):
            index = self.columns[name]
            return States(frozenset(self._state(index, x) for x in values), True)
        whole = Line(False, (), False)
        for x in values:
            if x != x:  # which a set has, and nothing equals
                raise Strange("a number is looked for that is none", self.score)
            whole = whole | compared("==", _number(x))
        return whole

    def _state(self, index: int, value: Any) -> Any:
        """The category of a column that a variable holds as this value."""
        column = self.program.columns[index]
        known = self._states.get(index)
        if known is None:
            known = {_key(_held(column, c)): c for c in column.categories or ()}
            known[_key(None)] = State.MISSING
            self._states[index] = known
        key = _key(value)
        if key in known:
            return known[key]
        if column.boolean or type(value) is bool or value != value:
            raise Strange("a category is one that the column never holds", self.score)
        return value


def _is_constant(stmt: Any) -> bool:
    return isinstance(stmt, Declare) and stmt.kind == "const"


def _behind_constants(body: list[Any], place: int) -> int:
    while place < len(body) and _is_constant(body[place]):
        place += 1
    return place


def _constant(node: Expression) -> tuple[Any] | None:
    """The constant that an expression is, in a tuple; None where it is none."""
    match node:
        case ("value", x):
            return (x,)
        case ("unary", "-", ("value", x)) if type(x) in (int, float):
            return (-x,)
    return None


def _number(value: Any) -> float:
    if type(value) is not float:
        raise Strange("a number is compared with something that is not a number")
    return value


def _held(column: Column, category: Any) -> Any:
    """A category as a variable holds it: a truth among others is 1 or 0."""
    truth = type(category) is bool and not column.boolean
    return int(category) if truth else category


def _key(value: Any) -> tuple[str, Any]:
    """A constant of Python or JavaScript as JavaScript tells it from others."""
    if type(value) is int and abs(value) <= _LARGEST:
        value = float(value)
    return type(value).__name__, value


def same_in_javascript(given: Any, expected: Any) -> bool:
    """Whether a value of JavaScript is one of Python, to the last bit; 1 is 1.0."""
    if isinstance(given, tuple) and isinstance(expected, tuple):
        return len(given) == len(expected) and all(
            map(same_in_javascript, given, expected)
        )
    a, b = _key(given), _key(expected)
    if a[0] == b[0] == "float":
        return bool(a[1].hex() == b[1].hex())
    return a == b
