"""The decisions of a scorer, read back from its syntax tree and held against a program.

This knows nothing of how a test was spelt or a tree laid out. A condition is taken for
what it says (``../truth.py``); a tree is walked in the text and in the program at once,
test by test, to each of its leaves. Both must say the same everywhere.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from ..program import Element, Ensemble, Number, Program, SingleTree, State, Sums, Trees
from ..targets.python.text import FEW
from ..truth import Line, States, Truth, compared
from .reading import Differs, Reading, is_alone, read_as, starts_plainly
from .source import Source, Strange, same_constant, value_of
from .tables import TableReader, has_table

__all__ = ["Differs", "Reader", "read_back"]

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.LtE: "<=",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.Gt: ">",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_MIRRORED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}


def read_back(source: Source, program: Program) -> dict[str, int]:
    """How many trees, tests, leaves and constants were read and are equal.

    Raises Differs for the first that is not, and Strange for what is no decision.
    """
    reader = Reader(source, program)
    return read_as(reader, reader.single, reader.ensemble)


_VOTES = re.compile(r"(\w+), (\w+) = \(?[^()\n]+\)?(?:\n|$)")


class Reader(Reading):
    branch = ast.If

    def __init__(self, source: Source, program: Program) -> None:
        self.source = source
        if "score" not in source.functions:
            raise Strange("it has no function score")
        score = source.functions["score"]
        super().__init__(program, score, [a.arg for a in score.args.args])
        self._named: dict[str, frozenset[Any]] = {}

    # --- What the text says -----------------------------------------------------------

    def words(self, stmt: ast.If) -> str:
        return ast.unparse(stmt.test)

    def constant(self, name: str) -> tuple[Any, int]:
        value = self.source.constant(name)
        return value, self.source.assigned[name].lineno

    def line_of(self, name: str, place: int) -> int | None:
        node = self.source.assigned.get(name)
        if isinstance(node, ast.Tuple) and place < len(node.elts):
            return node.elts[place].lineno
        return None

    def returns(self, stmt: ast.stmt) -> bool:
        return isinstance(stmt, ast.Return)

    def returned(self, stmt: ast.stmt) -> Any:
        if not isinstance(stmt, ast.Return):
            raise Strange("a leaf is no return of a number", stmt)
        return value_of(stmt.value, {}) if stmt.value else None

    def body(self) -> tuple[list[ast.stmt], bool]:
        return _body(self.score), not has_table(self.source)

    # --- Models -----------------------------------------------------------------------

    def single(self, model: SingleTree) -> None:
        """One tree whose leaves are places in tables."""
        self.answers_of_leaves(model)
        if has_table(self.source):
            return TableReader(self, self.source).single(model)
        body = _body(self.score)
        first = 0
        while first < len(body) and isinstance(body[first], ast.Assign):
            first += 1

        self.walk_to_leaf(body, first, model)

    def ensemble(self, model: Ensemble) -> None:
        """Stages of trees, each a block whose leaves add to variables."""
        if has_table(self.source):
            TableReader(self, self.source).ensemble(model)
        else:
            self._stages(model)
        if model.applies is not None:
            TableReader(self, self.source).applied(model)

    def _stages(self, model: Ensemble) -> None:
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
        self.sets = is_alone(stage)
        if self.sets:
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
            stmt = self.statement(body, place)
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
        names = [self.addition(stmt)[0] for stmt in block[at : at + len(stage.start)]]
        if len(set(names)) != len(stage.start):
            raise Strange("a leaf does not set what the tree comes to", self.score)
        order = sorted(range(len(names)), key=stage.slots[0].__getitem__)
        names = [names[i] for i in order]
        self.elements |= {Element(number, i): name for i, name in enumerate(names)}
        return self._tree(body, place, 0, stage, names)

    def _sets(self, statements: list[ast.stmt], stage: Trees) -> bool:
        """Whether these statements are those of a tree of one leaf."""
        try:
            numbers = [self.addition(s)[1] for s in statements[: len(stage.start)]]
        except Strange:
            return False
        return same_constant(tuple(numbers), stage.rows[0][0])

    def _starts(self, body: list[ast.stmt], place: int, stage: Trees) -> None:
        """The constants that the sums start from, in the statements just before."""
        for expression, given in zip(stage.start, _assigned(body, place, stage)):
            if isinstance(expression, Number):
                self.start_is(stage, expression.value, value_of(given, {}), given)

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
        plain = starts_plainly(stage)
        votes: list[tuple[int, str, ast.Assign, int]] = []

        def leaf(statements: list[ast.stmt], start: int, node: int) -> None:
            match statements[start:]:
                case [ast.Assign([ast.Name(to)], ast.Constant(int(k))) as vote, *rest]:
                    if list(map(type, rest)) in ([], [ast.Break]):
                        votes.append((node, to, vote, k))
                        return
            own = statements[start:]
            if own and isinstance(own[-1], ast.Break):
                own.pop()
            given = self.additions([s for s in own if not isinstance(s, ast.Pass)])
            where = statements[start] if start < len(statements) else None
            self.compare_leaf(
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
            count = self.additions_of(body, place, expected, plain)
            leaf(body[place : place + count], 0, 0)
            self.counts["trees"] += 1
            self.counts["leaves"] += 1
            return place + count
        stmt = self.statement(body, place)
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
            self.compare_leaf(given, expected, plain, index, stage, node, vote)
        return place + 1 + len(behind)

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

    def addition(self, stmt: ast.stmt) -> tuple[str, float]:
        """The variable that a statement adds a constant to, and the constant."""
        match stmt:
            case ast.AugAssign(ast.Name(name), ast.Add(), value) if not self.sets:
                x = value_of(value, self.source.assigned)
            case ast.AugAssign(ast.Name(name), ast.Sub(), value) if not self.sets:
                x = -value_of(value, self.source.assigned)
            case ast.Assign([ast.Name(name)], value) if self.sets:
                x = value_of(value, self.source.assigned)
            case _:
                raise Strange("a leaf does something other than add", stmt)
        if type(x) is not float:
            raise Strange("a leaf adds something that is not a float", stmt)
        return name, x

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
    return starts_plainly(stage) and all(
        len(tree.tests) == 1 and not any(rows[0])
        for tree, rows in zip(stage.trees, stage.rows)
    )


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
