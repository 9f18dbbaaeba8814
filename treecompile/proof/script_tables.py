"""Trees that are a table in a scorer in JavaScript, read back: its arrays, and who walks
them. ``walking.py`` holds them against a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..program import Ensemble, Number, SingleTree, Trees
from ..targets.javascript.nodes import (
    Assign,
    Block,
    Declare,
    Evaluate,
    Expression,
    For,
    Function,
    Return,
    While,
)
from .reading import Reading
from .scripts import Script
from .source import Strange
from .walking import Item, TableWalk, Terms

_NUMBERS, _AT, _FOUND = ("name", "numbers"), ("name", "at"), ("name", "found")
_VALIDATED = ("call", ("name", "validate"), (("name", "record"),))
_FROUND = ("member", ("name", "Math"), "fround")


def has_table(score: Function) -> bool:
    """Whether ``score`` walks a table."""
    return any(_root(stmt) or isinstance(stmt, (For, Block)) for stmt in score.body)


def _root(stmt: Any) -> Expression | None:
    """The root from which a statement has a record walk."""
    match stmt:
        case Declare(_, "const", ("found",), False, value) | Return(_, value):
            match value:
                case ("call", ("name", "leaf"), (numbers, root)) if numbers == _NUMBERS:
                    return root  # type: ignore[no-any-return]
    return None


@dataclass(frozen=True)
class Walked:
    """A walk through some trees: the expression of their root, the first and the end of
    them in a loop, and the statements that add what the leaf holds."""

    root: Expression
    some: tuple[int, int] | None
    adds: list[Any]


class ScriptTable(TableWalk):
    """The arrays of a scorer, and what the nodes in them test."""

    def __init__(self, reader: Reading, script: Script) -> None:
        self.script = script
        names = _arrays(self.script.function("leaf"))
        super().__init__(reader, [self._array(name) for name in names])

    def _array(self, name: str) -> tuple[Any, ...]:
        """Numbers of a typed array: whole ones as they count places, and doubles."""
        match self.script.expression(name):
            case ("call", ("name", "unpacked"), _):
                return self.script.constant(name)  # type: ignore[no-any-return]
        raise Strange(f"{name} is not an array", self.script.line_of(name))

    def _some(self, name: str, some: tuple[int, int]) -> tuple[Any, ...]:
        """The numbers of an array from one place to another, which it has."""
        numbers, (first, end) = self._array(name), some
        if not 0 <= first <= end <= len(numbers):
            raise Strange(f"{name} has no such places", self.script.line_of(name))
        return numbers[first:end]

    # --- What answers -----------------------------------------------------------------

    def single(self, model: SingleTree) -> None:
        """A single tree: its leaves are places in PREDICTIONS."""
        body = self.reader.score.body
        self._list(body)
        last = body[-1]
        root = _root(last)
        if root is None or not isinstance(last, Return):
            raise Strange("score does not answer a leaf", last)
        self.compare_single(self._whole(root, last), model)

    def ensemble(self, model: Ensemble) -> None:
        """Stages of trees: every leaf adds what it adds in the program."""
        body = self.reader.score.body
        self._list(body)
        place = 0
        for stage in model.stages:
            if isinstance(stage, Trees) and stage.trees:
                place = self._stage(body, place, stage)
        if any(isinstance(stmt, (For, Block)) for stmt in body[place:]):
            raise Strange("score walks more trees", self.reader.score)

    def _stage(self, body: list[Any], place: int, stage: Trees) -> int:
        """One stage of trees; the place behind it."""
        while place < len(body) and not isinstance(body[place], (For, Block)):
            place += 1
        if not 0 < place < len(body):
            raise Strange("score does not walk the trees", self.reader.score)
        walked = self._walked(body[place])
        self._starts(body[place - 1], stage)
        roots: tuple[Any, ...]
        if walked.some is None:
            roots = (self._whole(walked.root, self.reader.score),)
        else:
            match walked.root:
                case ("index", ("name", name), ("name", "tree")):
                    roots = self._some(name, walked.some)
                case _:
                    raise Strange("the trees begin elsewhere", self.reader.score)
        if len(roots) != len(stage.trees):
            raise Strange("score walks another number of trees", self.reader.score)
        self._added(walked, stage, roots)
        return place + 1

    def _walked(self, stmt: For | Block) -> Walked:
        root = _root(stmt.body[0]) if stmt.body else None
        if root is None or isinstance(stmt.body[0], Return):
            raise Strange("score does not walk the trees", stmt)
        if isinstance(stmt, Block):
            return Walked(root, None, stmt.body[1:])
        tree = ("name", "tree")
        match stmt.start, stmt.test, stmt.step:
            case (
                Declare(_, "let", ("tree",), False, ("value", float(first))),
                ("binary", "<", t, ("value", float(end_))),
                Assign(_, u, "+=", ("value", 1.0)),
            ) if (
                t == u == tree
            ):
                return Walked(root, (int(first), int(end_)), stmt.body[1:])
        raise Strange("the trees are walked in another way", stmt)

    def _starts(self, stmt: Any, stage: Trees) -> None:
        """The numbers that the sums start from, in the statement just before."""
        given: list[Any]
        match stmt:
            case Declare(_, "let", (_,), False, value) if len(stage.start) == 1:
                given = [value]
            case Declare(_, "const", (_,), False, ("array", items)):
                given = list(items)
            case _:
                raise Strange("the sums of the trees start nowhere", stmt)
        if len(given) != len(stage.start):
            raise Strange("the sums of the trees are others", stmt)
        for start, x in zip(stage.start, given):
            if isinstance(start, Number):
                number = self.script.value_of(x, stmt)
                self.reader.start_is(stage, start.value, number, stmt)

    def _added(self, walked: Walked, stage: Trees, roots: Sequence[Any]) -> None:
        """What the statements behind a walk add."""
        count, single = len(stage.trees), stage.single
        sums: tuple[Any, ...] = (0,) * count
        match walked.adds:
            case [Assign() as stmt]:
                to, term = _addition(stmt, single)
                match to, term:
                    case ("name", _), ("index", ("name", held), at) if at == _FOUND:
                        if len(stage.start) == 1:
                            values = self._array(held)
                            return self.compare_stage(stage, roots, sums, values, None)
                    case ("index", _, of), ("index", ("name", held), at) if (
                        at == _FOUND
                    ):
                        sums = self._sums(of, walked, stmt)
                        values = self._array(held)
                        return self.compare_stage(stage, roots, sums, values, None)
            case [
                Declare(_, "const", ("row",), False, ("index", ("name", rows), at)),
                For() as loop,
            ] if (
                at == _FOUND
            ):
                held_rows = self._array(rows)
                terms = self._terms(loop, single)
                return self.compare_stage(stage, roots, sums, held_rows, terms)
        raise Strange("a leaf adds in another way", self.reader.score)

    def _sums(self, of: Expression, walked: Walked, stmt: Any) -> tuple[Any, ...]:
        """The sum that each of the trees adds to."""
        match of:
            case ("index", ("name", name), ("name", "tree")) if walked.some:
                return self._some(name, walked.some)
            case ("value", float(k)) if walked.some is None:
                return (int(k),)
        raise Strange("a leaf adds to another sum", stmt)

    def _terms(self, loop: For, single: bool) -> Terms:
        """The arrays of what leaves add to several sums."""
        row, term = ("name", "row"), ("name", "term")
        after = ("binary", "+", row, ("value", 1.0))
        match loop:
            case For(
                _,
                Declare(_, "let", ("term",), False, ("index", ("name", a), first)),
                ("binary", "<", t, ("index", ("name", b), next_)),
                Assign(_, u, "+=", ("value", 1.0)),
                [Assign() as stmt],
            ) if (
                t == u == term and first == row and next_ == after and a == b
            ):
                match _addition(stmt, single):
                    case (
                        ("index", ("name", _), ("index", ("name", slots), i)),
                        ("index", ("name", values), j),
                    ) if (
                        i == j == term
                    ):
                        return Terms(*map(self._array, (a, slots, values)))
        raise Strange("a leaf adds in another way", loop)

    # --- apply ------------------------------------------------------------------------

    def applied(self, model: Ensemble) -> None:
        """What ``apply`` answers for each leaf."""
        assert model.applies is not None
        stage = model.stages[model.applies]
        assert isinstance(stage, Trees)
        apply = self.script.function("apply")
        if len(apply.body) != 4:
            raise Strange("apply is another", apply)
        numbers, roots_, leaves, answer = apply.body
        self.numbers = []
        match numbers:
            case Declare(_, "const", ("numbers",), False, of) if of == _VALIDATED:
                self.numbers += [("name", name) for name in self.reader.columns]
            case Declare(
                _,
                "const",
                ("numbers",),
                False,
                ("call", ("name", "numbersOf"), (("spread", of),)),
            ) if (
                of == _VALIDATED
            ):
                self._list(self._lister().body)
            case _:
                raise Strange("apply is another", numbers)
        roots = self._roots(roots_)
        held = self._held(leaves)
        names = ("name", "leaves")
        width = ("value", float(model.applies_width))
        whole = ("call", ("name", "rowsOf"), (names, width))
        if not isinstance(answer, Return) or answer.value != (
            whole if model.applies_width else names
        ):
            raise Strange("apply is another", answer)
        if len(roots) != len(stage.trees):
            raise Strange("apply has other trees", apply)
        self.compare_applied(stage, roots, held)

    def _roots(self, stmt: Any) -> tuple[Any, ...]:
        match stmt:
            case Declare(
                _, "const", ("roots",), False, ("call", of, (some,))
            ) if of == ("member", ("name", "Array"), "from"):
                match some:
                    case ("name", name):
                        return self._array(name)
                    case (
                        "call",
                        ("member", ("name", name), "subarray"),
                        (("value", float(first)), ("value", float(end))),
                    ):
                        return self._some(name, (int(first), int(end)))
        raise Strange("apply is another", stmt)

    def _held(self, stmt: Any) -> tuple[Any, ...]:
        """The array of what it answers for each leaf."""
        walk = ("call", ("name", "leaf"), (_NUMBERS, ("name", "root")))
        match stmt:
            case Declare(
                _,
                "const",
                ("leaves",),
                False,
                (
                    "call",
                    ("member", ("name", "roots"), "map"),
                    (("arrow", ("root",), ("index", ("name", name), of)),),
                ),
            ) if (
                of == walk
            ):
                return self._array(name)
        raise Strange("apply is another", stmt)

    # --- Numbers ----------------------------------------------------------------------

    def _lister(self) -> Function:
        """The function that makes the list, of the columns that score takes."""
        found = self.script.function("numbersOf")
        if found.parameters != tuple(self.reader.columns):
            raise Strange("numbersOf takes other columns", found)
        return found

    def _list(self, body: list[Any]) -> None:
        """What the list of numbers holds, as the statements put it together."""
        for stmt in body:
            match stmt:
                case Declare(_, "const", ("numbers",), False, ("array", items)):
                    self.numbers += items
                case Declare(
                    _, "const", ("numbers",), False, ("call", of, given)
                ) if of == ("name", "numbersOf"):
                    lister = self._lister()
                    if given != tuple(("name", x) for x in lister.parameters):
                        raise Strange("numbersOf is given other columns", stmt)
                    self._list(lister.body)
                case Evaluate(_, ("call", ("member", of, "push"), items)) if (
                    of == _NUMBERS
                ):
                    self.numbers += items
                case Return(_, ("array", items)) if body is not self.reader.score.body:
                    self.numbers += items

    def item(self, given: Expression) -> Item:
        match given:
            case ("unary", "-", ("name", name)) if not self.reader.has_states(name):
                return Item(name, minus=True)
            case ("name", name) if not self.reader.has_states(name):
                return Item(name)
            case ("call", ("name", "Number"), (condition,)):
                name, truth = self.reader.truth(condition)
                return Item(name, truth=truth)
        raise Strange("the trees test something that is no number", self.reader.score)

    def _whole(self, node: Expression, where: Any) -> int:
        x = self.script.value_of(node, where)
        if type(x) is not float or x % 1:
            raise Strange("a node is no whole number", where)
        return int(x)


def _arrays(leaf: Function) -> Sequence[str]:
    """The names of the arrays that ``leaf`` walks: what is tested, cuts, and both ways."""
    down = ("binary", "-", ("unary", "-", ("value", 1.0)), _AT)
    inner = ("binary", ">=", _AT, ("value", 0.0))
    match leaf.parameters, leaf.body:
        case (
            ("numbers", "node"),
            [
                Declare(_, "let", ("at",), False, ("name", "node")),
                While(_, test, [Assign(_, to, "=", ("choice", goes, then, other))]),
                Return(_, end),
            ],
        ) if (
            test == inner and to == _AT and end == down
        ):
            match goes, then, other:
                case (
                    (
                        "binary",
                        "<=",
                        ("index", ("name", "numbers"), ("index", ("name", tested), a)),
                        ("index", ("name", cuts), b),
                    ),
                    ("index", ("name", holds), c),
                    ("index", ("name", fails), d),
                ) if (
                    a == b == c == d == _AT
                ):
                    return tested, cuts, holds, fails
    raise Strange("its table is walked in another way", leaf)


def _addition(stmt: Assign, single: bool) -> tuple[Expression, Expression]:
    """What a statement adds to, and what; each sum is rounded if ``single``."""
    match stmt:
        case Assign(_, to, "+=", term) if not single:
            return to, term
        case Assign(_, to, "=", ("call", of, (("binary", "+", left, term),))) if (
            single and of == _FROUND and left == to
        ):
            return to, term
    raise Strange("a sum is added or rounded in another way", stmt)
