"""The decisions of a scorer, read back from its syntax tree and held against a program.

This knows nothing of how a test was spelt or a tree laid out. A condition is taken for
what it says (``../truth.py``); a tree is walked in the text and in the program at once,
test by test, to each of its leaves. Both must say the same everywhere.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from ..answers import answers
from ..interpret import clean
from ..program import (
    Among,
    Bands,
    Cuts,
    Element,
    Ensemble,
    Number,
    Program,
    SingleTree,
    State,
    Sums,
    Test,
    Threshold,
    Tree,
    Trees,
)
from ..targets.python.text import FEW
from ..truth import Line, States, Truth, compared, of_test
from .paths import path_to, record_for, step
from .report import Disagreement
from .source import Source, Strange, same_constant, value_of
from .tables import TableReader, has_table

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.LtE: "<=",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.Gt: ">",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_MIRRORED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}


class Differs(Exception):
    """The scorer decides otherwise than the program."""

    def __init__(self, disagreement: Disagreement) -> None:
        super().__init__(disagreement.what)
        self.disagreement = disagreement


def read_back(source: Source, program: Program) -> dict[str, int]:
    """How many trees, tests, leaves and constants were read and are equal.

    Raises Differs for the first that is not, and Strange for what is no decision.
    """
    reader = Reader(source, program)
    model = program.model
    try:
        reader.constants()
        if isinstance(model, SingleTree):
            reader.single(model)
        else:
            reader.ensemble(model)
            if model.applies is not None:
                TableReader(reader).applied(model)
    except IndexError:
        raise Strange("a table points beyond its end") from None
    return reader.counts


_VOTES = re.compile(r"(\w+), (\w+) = \(?[^()\n]+\)?(?:\n|$)")


class Reader:
    def __init__(self, source: Source, program: Program) -> None:
        self.source = source
        self.program = program
        self.counts = {"trees": 0, "tests": 0, "leaves": 0, "constants": 0}
        if "score" not in source.functions:
            raise Strange("it has no function score")
        self.score = source.functions["score"]
        names = [argument.arg for argument in self.score.args.args]
        if len(names) != len(program.required):
            raise Strange("score does not take the columns of the model", self.score)
        self.columns = dict(zip(names, program.required))
        self.features: dict[str, int] = {}  # what variables stand for in the tests
        self.elements: dict[Element, str] = {}
        self._named: dict[str, frozenset[Any]] = {}
        self._tests: dict[Test, Truth] = {}

    # --- Constants --------------------------------------------------------------------

    def constants(self) -> None:
        program = self.program
        self.table("COLUMNS", tuple(program.columns[i].name for i in program.required))
        self.table("FEATURES", tuple(f.name for f in program.features))
        if program.classes is not None:
            self.table("CLASSES", program.classes)

    def table(self, name: str, expected: tuple[Any, ...]) -> None:
        given = self.source.constant(name)
        where = self.source.assigned[name].lineno
        if not isinstance(given, tuple) or len(given) != len(expected):
            count = len(given) if isinstance(given, tuple) else "no"
            raise Differs(
                Disagreement(
                    f"{name} is another table",
                    f"{len(expected)} entries",
                    f"{count} entries",
                    where,
                )
            )
        for place, (x, y) in enumerate(zip(given, expected)):
            if not same_constant(x, y):
                what = f"{name}[{place}] is another"
                raise Differs(self._entry(name, place, what, repr(y), repr(x), where))
        self.counts["constants"] += len(expected)

    def _entry(
        self, name: str, place: int, what: str, model: str, scorer: str, where: int
    ) -> Disagreement:
        """A wrong entry of a table; of a table of leaves, with a record that meets it."""
        model_, line = self.program.model, _line_of(self.source, name, place) or where
        if name not in ("PREDICTIONS", "PROBABILITIES", "LEAVES") or not isinstance(
            model_, SingleTree
        ):
            return Disagreement(what, model, scorer, line)
        path = path_to(model_.tree, model_.tree.leaf.index(place))
        record = record_for(self.program, path)
        return Disagreement(
            what,
            model,
            scorer,
            line,
            tuple(step(self.program, test, left) for test, left in path),
            record,
            self._answers(record) if record is not None else None,
        )

    # --- Models -----------------------------------------------------------------------

    def single(self, model: SingleTree) -> None:
        """One tree whose leaves are places in tables."""
        self.table("PREDICTIONS", model.predictions)
        if model.probabilities is not None:
            self.table("PROBABILITIES", model.probabilities)
        self.table("LEAVES", model.nodes)
        if has_table(self.source):
            return TableReader(self).single(model)
        body = _body(self.score)
        first = 0
        while first < len(body) and isinstance(body[first], ast.Assign):
            first += 1

        def leaf(statements: list[ast.stmt], place: int, node: int) -> None:
            stmt = self._statement(statements, place)
            number = model.tree.leaf[node]
            if not isinstance(stmt, ast.Return) or place != len(statements) - 1:
                raise Strange("a leaf is no return of a number", stmt)
            given = value_of(stmt.value, {}) if stmt.value else None
            if not same_constant(given, number):
                raise Differs(
                    self._differs(
                        "a leaf is another",
                        model.tree,
                        node,
                        f"leaf {number}, which predicts {model.predictions[number]!r}",
                        _leaf_words(given, model),
                        stmt,
                    )
                )

        self.walk(body, first, model.tree, leaf, inline=False)

    def ensemble(self, model: Ensemble) -> None:
        """Stages of trees, each a block whose leaves add to variables."""
        if has_table(self.source):
            return TableReader(self).ensemble(model)
        body = self._expanded(_body(self.score))
        place = 0
        for number, stage in enumerate(model.stages):
            if isinstance(stage, Trees):
                place = self._trees(body, place, number, stage)
            elif isinstance(stage, Sums):
                place = self._sums(body, place, stage)

    def _expanded(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements, and in place of a call of a function of trees its own."""
        found: list[ast.stmt] = []
        for stmt in body:
            function = self._called(stmt)
            if function is None:
                found.append(stmt)
                continue
            assert isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Call)
            parameters = [argument.arg for argument in function.args.args]
            inner = _body(function)
            last = inner[-1] if inner else None
            if (
                [getattr(a, "id", None) for a in stmt.value.args] != parameters
                or not isinstance(last, ast.Return)
                or _names(last.value) != _names(stmt.targets[0])
            ):
                raise Strange("a function of trees takes or returns others", stmt)
            found += inner[:-1]
        return found

    def _called(self, stmt: ast.stmt) -> ast.FunctionDef | None:
        """The function of trees that a statement calls: it changes what it is given."""
        if not isinstance(stmt, ast.Assign) or not isinstance(stmt.value, ast.Call):
            return None
        names, call = _names(stmt.targets[0]), stmt.value
        given = {a.id for a in call.args if isinstance(a, ast.Name)}
        if not names or not set(names) <= given or not isinstance(call.func, ast.Name):
            return None
        return self.source.functions.get(call.func.id)

    def _sums(self, body: list[ast.stmt], place: int, stage: Sums) -> int:
        """Behind the last of a stage's sums that are a loop's worth of statements, which
        begin with a 0.0 each. One of few terms is one assignment, as the others are."""
        for terms in stage.of:
            if len(terms) <= FEW:
                continue
            while place + 1 < len(body) and not (
                isinstance(body[place], ast.Assign)
                and isinstance(body[place + 1], ast.AugAssign)
            ):
                place += 1
            place += 1 + len(terms)
        return place

    def _trees(
        self, body: list[ast.stmt], place: int, number: int, stage: Trees
    ) -> int:
        """One stage of trees; the place behind it."""
        alone = len(stage.trees) == 1 and len(stage.slots[0]) == len(stage.start)
        if alone and all(map(_is_no_start, stage.start)):
            return self._only_tree(body, place, number, stage)
        assigned: list[str] = []
        silent = _adds_nothing(stage)  # so the text goes on where the sums start
        while place < len(body) and isinstance(body[place], ast.Assign):
            stmt = body[place]
            assert isinstance(stmt, ast.Assign)
            for target in stmt.targets:
                assigned += _names(target)
            place += 1
            if silent and self._starts_here(body, place, stage):
                break
        names = assigned[-len(stage.start) :]
        if len(names) < len(stage.start):
            raise Strange("the sums of the trees start nowhere", self.score)
        self.elements |= {Element(number, i): name for i, name in enumerate(names)}
        self._starts(body, place, stage)
        for index in range(len(stage.trees)):
            before = place
            place = self._tree(body, place, index, stage, names)
            if stage.single and place > before:
                place = self._roundings(body, place, index, stage, names)
        return place

    def _roundings(
        self,
        body: list[ast.stmt],
        place: int,
        index: int,
        stage: Trees,
        names: list[str],
    ) -> int:
        """Behind the statements that round the sums to which a tree added to singles."""
        for slot in stage.slots[index]:
            stmt = self._statement(body, place)
            match stmt:
                case ast.Assign(
                    [ast.Name(to)],
                    ast.BinOp(
                        ast.NamedExpr(
                            ast.Name(wide),
                            ast.BinOp(ast.Name(of), ast.Mult(), ast.Constant(factor)),
                        ),
                        ast.Sub(),
                        ast.BinOp(ast.Name(minuend), ast.Sub(), ast.Name(less)),
                    ),
                ) if (
                    {to, of, less} == {names[slot]}
                    and wide == minuend
                    and wide not in names
                    and same_constant(factor, 2.0**29)
                ):
                    place += 1
                case _:  # in two statements, where it is long for one
                    both = "\n".join(map(ast.unparse, body[place : place + 2]))
                    name = names[slot]
                    form = rf"(\w+) = {name} \* 536870912\.0\n{name} = \1 - \(\1 - {name}\)"
                    if not re.fullmatch(form, both):
                        raise Strange("a sum is not rounded to single precision", stmt)
                    place += 2
        return place

    def _only_tree(
        self, body: list[ast.stmt], place: int, number: int, stage: Trees
    ) -> int:
        """A stage of one tree, whose leaves set the variables."""
        tree = stage.trees[0]
        while place < len(body) and isinstance(body[place], ast.Assign):
            if len(tree.tests) == 1 and self._sets(body[place:], stage):
                break
            place += 1
        block, at = body, place
        while at < len(block) and isinstance(block[at], (ast.If, ast.While)):
            block, at = block[at].body, 0  # type: ignore[attr-defined]
        names = [self._addition(stmt)[0] for stmt in block[at : at + len(stage.start)]]
        if len(set(names)) != len(stage.start):
            raise Strange("a leaf does not set what the tree comes to", self.score)
        order = sorted(range(len(names)), key=stage.slots[0].__getitem__)
        names = [names[i] for i in order]
        self.elements |= {Element(number, i): name for i, name in enumerate(names)}
        return self._tree(body, place, 0, stage, names)

    def _sets(self, statements: list[ast.stmt], stage: Trees) -> bool:
        """Whether these statements are those of a tree of one leaf."""
        try:
            numbers = [self._addition(s)[1] for s in statements[: len(stage.start)]]
        except Strange:
            return False
        return same_constant(tuple(numbers), stage.rows[0][0])

    def _starts(self, body: list[ast.stmt], place: int, stage: Trees) -> None:
        """The constants that the sums start from, in the statements just before."""
        for expression, given in zip(stage.start, _assigned(body, place, stage)):
            if isinstance(expression, Number):
                x = value_of(given, {})
                if not same_constant(x, expression.value):
                    raise Differs(
                        Disagreement(
                            f"the sum of the trees ({stage.name}) starts elsewhere",
                            repr(expression.value),
                            repr(x),
                            given.lineno,
                        )
                    )
                self.counts["constants"] += 1

    def _starts_here(self, body: list[ast.stmt], place: int, stage: Trees) -> bool:
        """Whether the statements just before are the constants of the start."""
        given = _assigned(body, place, stage)
        try:
            return len(given) == len(stage.start) and all(
                isinstance(x, Number) and same_constant(value_of(y, {}), x.value)
                for x, y in zip(stage.start, given)
            )
        except Strange:
            return False

    def _tree(
        self,
        body: list[ast.stmt],
        place: int,
        index: int,
        stage: Trees,
        names: list[str],
    ) -> int:
        tree, rows = stage.trees[index], stage.rows[index]
        targets = [names[slot] for slot in stage.slots[index]]
        plain = all(
            isinstance(x, Number) and not same_constant(x.value, -0.0)
            for x in stage.start
        )

        votes: list[tuple[int, str, ast.Assign, int]] = []

        def leaf(statements: list[ast.stmt], start: int, node: int) -> None:
            match statements[start:]:
                case [ast.Assign([ast.Name(to)], ast.Constant(int(k))) as vote, *rest]:
                    if list(map(type, rest)) in ([], [ast.Break]):
                        votes.append((node, to, vote, k))
                        return
            given: dict[str, float] = {}
            for at in range(start, len(statements)):
                stmt = statements[at]
                if isinstance(stmt, ast.Break) and at == len(statements) - 1:
                    break
                if not isinstance(stmt, ast.Pass):
                    name, x = self._addition(stmt)
                    if name in given:
                        raise Strange("a leaf adds to one sum twice", stmt)
                    given[name] = x
            where = statements[start] if start < len(statements) else None
            self._compare_leaf(
                given,
                dict(zip(targets, rows[tree.leaf[node]])),
                plain,
                index,
                stage,
                node,
                where,
            )

        if len(tree.tests) == 1:
            expected = dict(zip(targets, rows[0]))
            count = self._additions_of(body, place, expected, plain)
            leaf(body[place : place + count], 0, 0)
            self.counts["trees"] += 1
            self.counts["leaves"] += 1
            return place + count
        stmt = self._statement(body, place)
        if isinstance(stmt, ast.While):
            if not _is_true(stmt.test) or stmt.orelse:
                raise Strange("a loop around a tree is no plain one", stmt)
            self._in_loop(stmt.body)
            self.walk(stmt.body, 0, tree, leaf, inline=False)
        else:
            self.walk([stmt], 0, tree, leaf, inline=True)
        if not votes:
            return place + 1
        if len(votes) != len(rows):
            raise Strange("some leaves vote, and some add", stmt)
        behind = body[place + 1 : place + 2 + len(targets)]
        own, others = self._voted(behind, targets, {to for _, to, _, _ in votes}, stmt)
        for node, _, vote, chosen in votes:
            given = dict.fromkeys(targets, others)
            if 0 <= chosen < len(targets):
                given[targets[chosen]] = own
            expected = dict(zip(targets, rows[tree.leaf[node]]))
            self._compare_leaf(given, expected, plain, index, stage, node, vote)
        return place + 1 + len(behind)

    def _additions_of(
        self, body: list[ast.stmt], place: int, expected: dict[str, float], plain: bool
    ) -> int:
        """How many statements are those of a tree of one leaf.

        Nothing marks their end: what follows may be the additions of another such tree,
        to the same sums. So a statement is taken for this tree's if the model has it
        here, and the first that is not is one too, if something is yet to be added.
        """
        left = dict(expected)
        for count in range(len(body) - place):
            try:
                name, x = self._addition(body[place + count])
            except Strange:
                return count
            y = left.pop(name, None)
            if y is None or not same_constant(x, y):
                if y is not None:
                    left[name] = y
                silent = plain and not any(left.values())
                return count if silent or not left else count + 1
        return len(body) - place

    def _voted(
        self,
        behind: list[ast.stmt],
        targets: list[str],
        voted: set[str],
        tree: ast.stmt,
    ) -> tuple[float, float]:
        """What the statements behind a tree add to the sum of the place that its leaves
        set a variable to (the only one of ``voted``), and to the other sums."""
        text = "\n".join(map(ast.unparse, behind))
        first = _VOTES.match(text)
        own, others = first.groups() if first is not None else ("", "")
        to, *more = voted
        lines = [
            f"{name} += {own} if {to} == {place} else {others}"
            for place, name in enumerate(targets)
        ]
        distinct = len({own, others, to, *targets}) == 3 + len(targets)
        if more or not distinct or text.split("\n")[1:] != lines:
            raise Strange("what a vote adds is said in another way", tree)
        assert isinstance(behind[0], ast.Assign)
        values = value_of(behind[0].value, self.source.assigned)
        if not isinstance(values, tuple) or list(map(type, values)) != [float, float]:
            raise Strange("what a vote adds is not a number", behind[0])
        return values

    def _in_loop(self, body: list[ast.stmt]) -> None:
        """Every way through a loop leaves it: each block ends with break, or in a test."""
        todo = [body]
        while todo:
            block = todo.pop()
            if not isinstance(block[-1], (ast.Break, ast.If)) or (
                isinstance(block[-1], ast.If) and not block[-1].orelse
            ):
                raise Strange("a leaf does not leave its tree", block[-1])
            for stmt in block:
                if isinstance(stmt, ast.If):
                    todo += [b for b in (stmt.body, stmt.orelse) if b]

    def _addition(self, stmt: ast.stmt) -> tuple[str, float]:
        """The variable that a statement adds a constant to, and the constant."""
        match stmt:
            case ast.AugAssign(ast.Name(name), ast.Add(), value):
                x = value_of(value, self.source.assigned)
            case ast.AugAssign(ast.Name(name), ast.Sub(), value):
                x = -value_of(value, self.source.assigned)
            case ast.Assign([ast.Name(name)], value):
                x = value_of(value, self.source.assigned)
            case _:
                raise Strange("a leaf does something else than to add", stmt)
        if type(x) is not float:
            raise Strange("a leaf adds something that is not a float", stmt)
        return name, x

    def _compare_leaf(
        self,
        given: dict[str, float],
        expected: dict[str, float],
        plain: bool,
        index: int,
        stage: Trees,
        node: int,
        where: ast.stmt | None,
    ) -> None:
        for name in {**expected, **given}:
            x, y = given.get(name), expected.get(name)
            # To a sum that is not -0.0, nothing is added by adding zero.
            same = x is not None and y is not None and same_constant(x, y)
            if same or (x is None and y == 0.0 and plain):
                continue
            raise Differs(
                self._differs(
                    f"a leaf of tree {index + 1} adds another number to {name}",
                    stage.trees[index],
                    node,
                    "nothing" if y is None else repr(y),
                    "nothing" if x is None else repr(x),
                    where,
                )
            )

    # --- One tree ---------------------------------------------------------------------

    def walk(
        self,
        statements: list[ast.stmt],
        place: int,
        tree: Tree,
        leaf: Callable[[list[ast.stmt], int, int], None],
        *,
        inline: bool,
    ) -> None:
        """Walk a tree in the text and in the program at once.

        ``inline`` is a tree after which the text goes on: a test without an else then
        ends in a leaf that does nothing.
        """
        todo = [(statements, place, 0)]
        tests = leaves = 0
        while todo:
            block, at, node = todo.pop()
            test = tree.tests[node]
            if test is None:
                leaf(block, at, node)
                leaves += 1
                continue
            tests += 1
            stmt = self._statement(block, at)
            if not isinstance(stmt, ast.If):
                raise Differs(
                    self._differs(
                        "a test is missing",
                        tree,
                        node,
                        f"tests {step(self.program, test, True)}",
                        "a leaf",
                        stmt,
                    )
                )
            then, other = tree.left[node], tree.right[node]
            if not self.sense(stmt, test, tree, node):
                then, other = other, then
            if stmt.orelse or (inline and at == len(block) - 1):
                if at != len(block) - 1:
                    raise Strange("something stands behind a test", block[at + 1])
                todo.append((stmt.orelse, 0, other))
            else:
                todo.append((block, at + 1, other))
            todo.append((stmt.body, 0, then))
        self.counts["trees"] += 1
        self.counts["tests"] += tests
        self.counts["leaves"] += leaves

    def _statement(self, block: list[ast.stmt], at: int) -> ast.stmt:
        if at < len(block):
            return block[at]
        raise Strange(
            "a way through the tree ends in nothing", block[-1] if block else None
        )

    def sense(self, stmt: ast.If, test: Test, tree: Tree, node: int) -> bool:
        """Whether the condition says "goes left" (or else "goes right")."""
        name, given = self.truth(stmt.test)
        assert isinstance(test, (Threshold, Bands, Cuts, Among))
        expected = self._tests.get(test)
        if expected is None:
            expected = self._tests[test] = of_test(test)
        if self._stands_for(name, test):
            if isinstance(given, Line) and isinstance(expected, Line):
                column = isinstance(test, Cuts)
                missing = not column or self.program.columns[test.column].missing  # type: ignore[union-attr]
                if given.equals(expected, missing):
                    return True
                if (~given).equals(expected, missing):
                    return False
            elif isinstance(given, States) and isinstance(expected, States):
                assert isinstance(test, Among)
                of = self.program.columns[test.column]
                if given.equals(expected, of):
                    return True
                if (~given).equals(expected, of):
                    return False
        raise Differs(
            self._differs(
                "a test is another",
                tree,
                node,
                step(self.program, test, True),
                ast.unparse(stmt.test),
                stmt,
                given,
            )
        )

    def differing(self, what: str, tree: Tree, node: int, scorer: str) -> Differs:
        """The error for a node of the table that is another."""
        test, leaf = tree.tests[node], tree.leaf[node]
        model = (
            f"leaf {leaf}"
            if test is None
            else f"tests {step(self.program, test, True)}"
        )
        return Differs(self._differs(what, tree, node, model, scorer, self.score))

    def _stands_for(self, name: str, test: Threshold | Bands | Cuts | Among) -> bool:
        """Whether a variable of the text is what a test of the program asks about."""
        if isinstance(test, (Cuts, Among)):
            return self.columns.get(name) == test.column
        value = self.program.feature(test.feature).value
        if isinstance(value, Element) and value in self.elements:
            return self.elements[value] == name
        known = self.features.setdefault(name, test.feature)
        return known == test.feature and name not in self.columns

    def _differs(
        self,
        what: str,
        tree: Tree,
        node: int,
        model: str,
        scorer: str,
        where: ast.AST | None,
        given: Truth | None = None,
    ) -> Disagreement:
        """The disagreement at a node, with a record that shows it where one is found."""
        path = path_to(tree, node)
        steps = tuple(step(self.program, test, left) for test, left in path)
        record = record_for(self.program, path, tree.tests[node], given)
        answers_ = self._answers(record) if record is not None else None
        line = getattr(where, "lineno", None)
        return Disagreement(what, model, scorer, line, steps, record, answers_)

    def _answers(self, record: dict[str, Any]) -> tuple[Any, Any] | None:
        """What the program answers to a record, and what the text says that the scorer
        would: of a single tree as nested ifs. Nothing runs."""
        model, values = self.program.model, clean(self.program, record)[0]
        if not isinstance(model, SingleTree) or has_table(self.source):
            return None
        block, at = _body(self.score), 0
        try:
            while at < len(block):
                stmt = block[at]
                if isinstance(stmt, ast.Return) and stmt.value is not None:
                    place = value_of(stmt.value, {})
                    given = self.source.constant("PREDICTIONS")[place]
                    return answers(self.program, values).predict, given
                if isinstance(stmt, ast.If):
                    name, truth = self.truth(stmt.test)
                    if truth.holds(values[self.columns[name]]):  # type: ignore[arg-type]
                        block, at = stmt.body, 0
                        continue
                    if stmt.orelse:
                        block, at = stmt.orelse, 0
                        continue
                at += 1
        except (Strange, LookupError, TypeError):
            pass  # a computed feature, or what is no decision at all
        return None

    # --- Conditions -------------------------------------------------------------------

    def truth(self, node: ast.expr) -> tuple[str, Truth]:
        """The variable that a condition asks about, and where it holds."""
        match node:
            case ast.Compare(ast.Name(name), [op], [right]):
                return name, self._compared(name, op, right, node)
            case ast.Compare(left, [op1, op2], [ast.Name(name), right]):
                low = _MIRRORED[_OPERATORS.get(type(op1), "==")]
                low_line = compared(low, self._float(left))
                high = compared(_OPERATORS.get(type(op2), "=="), self._float(right))
                if type(op1) in _OPERATORS and type(op2) in _OPERATORS:
                    return name, low_line & high
            case ast.UnaryOp(ast.Not(), operand):
                name, truth = self.truth(operand)
                return name, ~truth
            case ast.BoolOp(op, values):
                parts = [self.truth(value) for value in values]
                if len({name for name, _ in parts}) == 1:
                    whole = parts[0][1]
                    for _, part in parts[1:]:
                        if type(part) is not type(whole):
                            raise Strange("a condition mixes kinds", node)
                        either = isinstance(op, ast.Or)
                        whole = whole | part if either else whole & part  # type: ignore[operator]
                    return parts[0][0], whole
            case ast.Call(ast.Name("isnan"), [ast.Name(name)], []):
                return name, Line(False, (), True)
            case ast.Name(name) if self.has_states(name):
                return name, States(frozenset({True}), True)
        raise Strange("a condition asks something that no test does", node)

    def has_states(self, name: str) -> bool:
        index = self.columns.get(name)
        return index is not None and self.program.columns[index].categories is not None

    def _compared(
        self, name: str, op: ast.cmpop, right: ast.expr, node: ast.expr
    ) -> Truth:
        if isinstance(op, (ast.In, ast.NotIn)):
            truth = self._among(name, self._set(right))
            return truth if isinstance(op, ast.In) else ~truth
        if isinstance(op, (ast.Is, ast.IsNot)):
            if value_of(right, {}) is not None:
                raise Strange("a condition asks something that no test does", node)
            missing = States(frozenset({State.MISSING}), True)
            return missing if isinstance(op, ast.Is) else ~missing
        operator = _OPERATORS[type(op)]
        if self.has_states(name):
            if operator not in ("==", "!="):
                raise Strange("categories have no order", node)
            truth = self._among(name, frozenset({value_of(right, {})}))
            return truth if operator == "==" else ~truth
        return compared(operator, self._float(right))

    def _float(self, node: ast.expr) -> float:
        x = value_of(node, self.source.assigned)
        if type(x) is not float:
            raise Strange(
                "a number is compared with something that is not a float", node
            )
        return x

    def _set(self, node: ast.expr) -> frozenset[Any]:
        if not isinstance(node, ast.Name):
            return frozenset(value_of(node, {}))
        if node.id not in self._named:
            self._named[node.id] = frozenset(self.source.constant(node.id))
        return self._named[node.id]

    def _among(self, name: str, values: frozenset[Any]) -> Truth:
        if self.has_states(name):
            states = {State.MISSING if x is None else x for x in values}
            return States(frozenset(states), True)
        whole = Line(False, (), False)
        for x in values:
            if type(x) is not float:
                raise Strange("a number is compared with something that is not a float")
            whole = whole | compared("==", x)
        return whole


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function behind its docstring."""
    body = function.body
    return body[1:] if isinstance(body[0], ast.Expr) else body


def _names(target: ast.AST | None) -> list[str]:
    """The names in a name or a tuple of names."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _assigned(body: list[ast.stmt], place: int, stage: Trees) -> list[ast.expr]:
    """What the last variables before a place are assigned, one for each sum."""
    values: list[ast.expr] = []
    while place and len(values) < len(stage.start):
        place -= 1
        stmt = body[place]
        if not isinstance(stmt, ast.Assign):
            break
        count = sum(len(_names(target)) for target in stmt.targets)
        values[:0] = [stmt.value] * count
    return values[-len(stage.start) :]


def _adds_nothing(stage: Trees) -> bool:
    """Whether there is no statement for any tree: each is one leaf, and that a zero."""
    return all(
        isinstance(x, Number) and not same_constant(x.value, -0.0) for x in stage.start
    ) and all(
        len(tree.tests) == 1 and not any(rows[0])
        for tree, rows in zip(stage.trees, stage.rows)
    )


def _is_no_start(start: Any) -> bool:
    """-0.0, to which a number is added without any change to it."""
    return isinstance(start, Number) and same_constant(start.value, -0.0)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _leaf_words(number: Any, model: SingleTree) -> str:
    if type(number) is int and 0 <= number < len(model.predictions):
        return f"leaf {number}, which predicts {model.predictions[number]!r}"
    return f"leaf {number!r}, which there is not"


def _line_of(source: Source, name: str, place: int) -> int | None:
    """The line in which an entry of a table stands."""
    node = source.assigned.get(name)
    if isinstance(node, ast.Tuple) and place < len(node.elts):
        return node.elts[place].lineno
    return None
