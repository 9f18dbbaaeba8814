"""What a scorer's text decides, held against a program: in no language.

A reader of a language says what its text holds: which variable a condition asks about and
where it is true, and what a statement adds. Here that is compared with the program, node
by node and leaf by leaf, and what differs is put into words.

A block is a list of statements. Of a statement that tests, ``test``, ``body`` and
``orelse`` are its condition and its two blocks; ``lineno`` is the line of any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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
    Test,
    Threshold,
    Tree,
    Trees,
)
from ..truth import Line, States, Truth, of_test
from .paths import path_to, record_for, step
from .report import Disagreement
from .source import Strange, same_constant


class Differs(Exception):
    """The scorer decides otherwise than the program."""

    def __init__(self, disagreement: Disagreement) -> None:
        super().__init__(disagreement.what)
        self.disagreement = disagreement


class Reading:
    """The part of a reader that knows no language. ``parameters`` are those of ``score``,
    which is ``score`` itself; ``branch`` is what a statement that tests is made of."""

    branch: type[Any]

    def __init__(self, program: Program, score: Any, parameters: Sequence[str]) -> None:
        if len(parameters) != len(program.required):
            raise Strange("score does not take the columns of the model", score)
        self.program = program
        self.score = score
        self.counts = {"trees": 0, "tests": 0, "leaves": 0, "constants": 0}
        self.columns = dict(zip(parameters, program.required))
        self.features: dict[str, int] = {}  # what variables stand for in the tests
        self.elements: dict[Element, str] = {}
        self.sets = False  # whether leaves set the sums, and do not add to them
        self._tests: dict[Test, Truth] = {}

    # --- What a language says ---------------------------------------------------------

    def truth(self, test: Any) -> tuple[str, Truth]:
        """The variable that a condition asks about, and where it holds."""
        raise NotImplementedError

    def words(self, stmt: Any) -> str:
        """The condition of a statement that tests, as it stands in the text."""
        raise NotImplementedError

    def constant(self, name: str) -> tuple[Any, int]:
        """A constant of the module, and the line in which it stands."""
        raise NotImplementedError

    def line_of(self, name: str, place: int) -> int | None:
        """The line in which an entry of a table stands, if that is known."""
        raise NotImplementedError

    def addition(self, stmt: Any) -> tuple[str, float]:
        """The variable that a statement adds a constant to, or sets, and the constant."""
        raise NotImplementedError

    def returned(self, stmt: Any) -> Any:
        """The constant that a statement returns; Strange where it returns none."""
        raise NotImplementedError

    def body(self) -> tuple[list[Any], bool]:
        """The statements of ``score``, and whether they are ifs, not a table."""
        raise NotImplementedError

    def same(self, given: Any, expected: Any) -> bool:
        """Whether a constant of the text is one of the program."""
        return same_constant(given, expected)

    # --- Constants --------------------------------------------------------------------

    def constants(self) -> None:
        program = self.program
        self.table("COLUMNS", tuple(program.columns[i].name for i in program.required))
        self.table("FEATURES", tuple(f.name for f in program.features))
        if program.classes is not None:
            self.table("CLASSES", program.classes)

    def answers_of_leaves(self, model: SingleTree) -> None:
        """The tables of what the leaves of a single tree answer."""
        self.table("PREDICTIONS", model.predictions)
        if model.probabilities is not None:
            self.table("PROBABILITIES", model.probabilities)
        self.table("LEAVES", model.nodes)

    def table(self, name: str, expected: tuple[Any, ...]) -> None:
        given, where = self.constant(name)
        if not isinstance(given, tuple) or len(given) != len(expected):
            count = len(given) if isinstance(given, tuple) else "no"
            entries = f"{len(expected)} entries", f"{count} entries"
            raise Differs(Disagreement(f"{name} is another table", *entries, where))
        for place, (x, y) in enumerate(zip(given, expected)):
            if not self.same(x, y):
                what = f"{name}[{place}] is another"
                raise Differs(self._entry(name, place, what, repr(y), repr(x), where))
        self.counts["constants"] += len(expected)

    def _entry(
        self, name: str, place: int, what: str, model: str, scorer: str, where: int
    ) -> Disagreement:
        """A wrong entry of a table; of a table of leaves, with a record that meets it."""
        model_, line = self.program.model, self.line_of(name, place) or where
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

    # --- One tree ---------------------------------------------------------------------

    def walk(
        self,
        statements: list[Any],
        place: int,
        tree: Tree,
        leaf: Callable[[list[Any], int, int], None],
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
            stmt = self.statement(block, at)
            if not isinstance(stmt, self.branch):
                model = f"tests {step(self.program, test, True)}"
                raise Differs(
                    self.differs("a test is missing", tree, node, model, "a leaf", stmt)
                )
            then, other = tree.left[node], tree.right[node]
            name, given = self.truth(stmt.test)
            said = partial(self.words, stmt)
            if not self.sense(name, given, test, tree, node, said, stmt):
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

    def walk_to_leaf(self, body: list[Any], first: int, model: SingleTree) -> None:
        """Walk a single tree, whose leaves return their places in the tables."""

        def leaf(statements: list[Any], place: int, node: int) -> None:
            stmt = self.statement(statements, place)
            number = model.tree.leaf[node]
            if place != len(statements) - 1:
                raise Strange("a leaf is no return of a number", stmt)
            given = self.returned(stmt)
            if not self.same(given, number):
                what = f"leaf {number}, which predicts {model.predictions[number]!r}"
                words = _leaf_words(given, model)
                raise Differs(
                    self.differs(
                        "a leaf is another", model.tree, node, what, words, stmt
                    )
                )

        self.walk(body, first, model.tree, leaf, inline=False)

    def statement(self, block: list[Any], at: int) -> Any:
        if at < len(block):
            return block[at]
        raise Strange(
            "a way through the tree ends in nothing", block[-1] if block else None
        )

    def sense(
        self,
        name: str,
        given: Truth,
        test: Test,
        tree: Tree,
        node: int,
        said: Callable[[], str],
        where: Any,
    ) -> bool:
        """Whether a condition, which asks about ``name`` and holds as ``given``, says
        "goes left" (or else "goes right"); ``said`` is its text."""
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
        words = step(self.program, test, True)
        raise Differs(
            self.differs(
                "a test is another",
                tree,
                node,
                words,
                said(),
                where,
                given,
            )
        )

    def has_states(self, name: str) -> bool:
        index = self.columns.get(name)
        return index is not None and self.program.columns[index].categories is not None

    def _stands_for(self, name: str, test: Threshold | Bands | Cuts | Among) -> bool:
        """Whether a variable of the text is what a test of the program asks about."""
        if isinstance(test, (Cuts, Among)):
            return self.columns.get(name) == test.column
        value = self.program.feature(test.feature).value
        if isinstance(value, Element) and value in self.elements:
            return self.elements[value] == name
        known = self.features.setdefault(name, test.feature)
        return known == test.feature and name not in self.columns

    # --- What leaves add --------------------------------------------------------------

    def additions(self, statements: list[Any]) -> dict[str, float]:
        """What the statements of a leaf add to which variable."""
        given: dict[str, float] = {}
        for stmt in statements:
            name, x = self.addition(stmt)
            if name in given:
                raise Strange("a leaf adds to one sum twice", stmt)
            given[name] = x
        return given

    def additions_of(
        self, body: list[Any], place: int, expected: dict[str, float], plain: bool
    ) -> int:
        """How many statements are those of a tree of one leaf.

        Nothing marks their end: what follows may be the additions of another such tree,
        to the same sums. So a statement is taken for this tree's if the model has it
        here, and the first that is not is one too, if something is yet to be added.
        """
        left = dict(expected)
        for count in range(len(body) - place):
            try:
                name, x = self.addition(body[place + count])
            except Strange:
                return count
            y = left.pop(name, None)
            if y is None or not same_constant(x, y):
                if y is not None:
                    left[name] = y
                silent = plain and not any(left.values())
                return count if silent or not left else count + 1
        return len(body) - place

    def compare_leaf(
        self,
        given: dict[str, float],
        expected: dict[str, float],
        plain: bool,
        index: int,
        stage: Trees,
        node: int,
        where: Any,
    ) -> None:
        for name in {**expected, **given}:
            x, y = given.get(name), expected.get(name)
            # To a sum that is not -0.0, nothing is added by adding zero.
            same = x is not None and y is not None and same_constant(x, y)
            if same or (x is None and y == 0.0 and plain):
                continue
            raise Differs(
                self.differs(
                    f"a leaf of tree {index + 1} adds another number to {name}",
                    stage.trees[index],
                    node,
                    "nothing" if y is None else repr(y),
                    "nothing" if x is None else repr(x),
                    where,
                )
            )

    def start_is(self, stage: Trees, x: float, given: Any, where: Any) -> None:
        """Differs where a sum of trees starts from another number than ``x``."""
        if not same_constant(given, x):
            what = f"the sum of the trees ({stage.name}) starts elsewhere"
            line = getattr(where, "lineno", None)
            raise Differs(Disagreement(what, repr(x), repr(given), line))
        self.counts["constants"] += 1

    # --- What differs, in words -------------------------------------------------------

    def differing(self, what: str, tree: Tree, node: int, scorer: str) -> Differs:
        """The error for a node of the table that is another."""
        test, leaf = tree.tests[node], tree.leaf[node]
        model = (
            f"leaf {leaf}"
            if test is None
            else f"tests {step(self.program, test, True)}"
        )
        return Differs(self.differs(what, tree, node, model, scorer, self.score))

    def differs(
        self,
        what: str,
        tree: Tree,
        node: int,
        model: str,
        scorer: str,
        where: Any,
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
        block, nested = self.body()
        if not isinstance(model, SingleTree) or not nested:
            return None
        at = 0
        try:
            while at < len(block):
                stmt = block[at]
                if isinstance(stmt, self.branch):
                    name, truth = self.truth(stmt.test)
                    if truth.holds(values[self.columns[name]]):  # type: ignore[arg-type]
                        block, at = stmt.body, 0
                        continue
                    if stmt.orelse:
                        block, at = stmt.orelse, 0
                        continue
                elif self.returns(stmt):
                    given = self.constant("PREDICTIONS")[0][int(self.returned(stmt))]
                    return answers(self.program, values).predict, given
                at += 1
        except (Strange, LookupError, TypeError, ValueError):
            pass  # a computed feature, or what is no decision at all
        return None

    def returns(self, stmt: Any) -> bool:
        """Whether a statement returns something."""
        raise NotImplementedError


def starts_plainly(stage: Trees) -> bool:
    """Whether the sums of trees start from numbers to which adding a zero adds nothing."""
    return all(
        isinstance(x, Number) and not same_constant(x.value, -0.0) for x in stage.start
    )


def is_alone(stage: Trees) -> bool:
    """Whether the leaves of a stage's only tree set its numbers: added to -0.0 each."""
    one = len(stage.trees) == 1 and len(stage.slots[0]) == len(stage.start)
    return one and all(
        isinstance(x, Number) and same_constant(x.value, -0.0) for x in stage.start
    )


def read_as(
    reader: Reading, single: Callable[[Any], None], ensemble: Callable[[Any], None]
) -> dict[str, int]:
    """What a reader has compared, by either function of the form of the model."""
    model = reader.program.model
    try:
        reader.constants()
        if isinstance(model, Ensemble):
            ensemble(model)
        else:
            single(model)
    except IndexError:
        raise Strange("a table points beyond its end") from None
    return reader.counts


def _leaf_words(number: Any, model: SingleTree) -> str:
    whole = type(number) in (int, float) and number % 1 == 0
    if whole and 0 <= number < len(model.predictions):
        place = int(number)
        return f"leaf {place}, which predicts {model.predictions[place]!r}"
    return f"leaf {number!r}, which there is not"
