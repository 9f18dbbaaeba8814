"""The functions of a scorer of many trees, as statements.

Every tree stands in ``score`` as nested ifs whose leaves add to local variables, one
rounded addition each, or in a table; what the sums come to is put together after them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ..program import (
    SCORES,
    Ascending,
    Choice,
    Element,
    Ensemble,
    Expression,
    Joint,
    Number,
    Program,
    Stage,
    Sums,
    Trees,
    Values,
    WeightedMedian,
    inputs_of,
)
from .coder import Coder, tested_features
from .statements import (
    AboutSingle,
    Blank,
    CallNumbers,
    CallPart,
    Function,
    Let,
    Remark,
    Return,
    Round,
    Start,
    Statement,
    Total,
    Unpack,
    Votes,
    Walk,
    WalkTable,
)
from .table import PackedTrees, adds_to_one, is_simple
from .terms import (
    AsNumber,
    Call,
    Compare,
    Either,
    Label,
    Name,
    Row,
    Sorted,
    Term,
    Value,
)


@dataclass(frozen=True)
class Leaves:
    """What ``apply`` walks: a table of the trees, and the statements that make the list
    of what they test; none where they test nothing but the columns.

    In score a leaf adds what it holds and is gone. To keep count of them there would
    slow it down, and to print the trees twice would double the file. ``some`` are the
    first and the end of the roots, if not all; ``width`` that of a row of answers.
    """

    packed: PackedTrees
    some: tuple[int, int] | None
    body: tuple[Statement, ...]
    width: int


@dataclass(frozen=True)
class Sizes:
    """Trees of more than ``most`` nodes together are parted into functions of about
    ``part`` nodes each."""

    most: int
    part: int


class StageCoder:
    """The statements of an ensemble's functions.

    ``columns`` are the parameters of ``score``; ``packed`` is the table of the trees, if
    they are not nested ifs.
    """

    def __init__(
        self,
        program: Program,
        coder: Coder,
        columns: list[str],
        sizes: Sizes,
        packed: PackedTrees | None = None,
    ):
        assert isinstance(program.model, Ensemble)
        self.model: Ensemble = program.model
        self.program = program
        self.coder = coder
        self.columns = columns
        self.sizes = sizes
        self._voting: list[str] = []  # the variables of trees whose leaves are votes
        self.packed = packed
        self.whole = tuple(Element(SCORES, i) for i in range(len(self.model.scores)))
        self.functions: list[Function] = []
        self._listing: list[Statement] = []  # the body of the function of the numbers
        self._ranges: dict[int, tuple[int, int]] = {}  # stage -> its roots in the table
        self._computed: list[str] = []

    # --- score ------------------------------------------------------------------------

    def score(self) -> list[Statement]:
        """The body of ``score``."""
        self.coder.begin(self._computed_in_score())
        body: list[Statement] = []
        stages = self.model.stages
        for number, stage in enumerate(stages):
            last = number == len(stages) - 1
            whole = self._elements(number, stage) == self.model.scores
            if last and whole and self._can_return(stage):
                row = self._row(stage)
                if isinstance(row, Row) and len(row.of) == 1:
                    (row,) = row.of
                return body + self._before() + [Return(row)]
            own = self._stage(number, stage)
            body += self._before() + own
        items = tuple(map(self.coder.number, self.model.scores))
        return [*body, Return(Row(items) if len(items) > 1 else items[0])]

    def _computed_in_score(self) -> Iterator[Expression]:
        """What its trees test, each feature once, and what its stages are made of."""
        tests = (test for tree in self.program.trees() for test in tree.tests)
        for feature in tested_features(tests):
            value = self.program.feature(feature).value
            if not isinstance(value, Element):
                yield value
        for stage in self.model.stages:
            yield from inputs_of(stage)

    def _can_return(self, stage: Stage) -> bool:
        """Whether score can return the numbers of a stage without naming them."""
        if isinstance(stage, Joint):
            return len(self.model.scores) > 1  # they come as a row
        return isinstance(stage, Values)

    def _before(self) -> list[Statement]:
        """What the statements made since need named before them."""
        self._computed += self.coder.pending()
        return bound(self.coder)

    def _elements(self, number: int, stage: Stage) -> tuple[Element, ...]:
        if isinstance(stage, Trees):
            count = len(stage.start)
        else:
            one = isinstance(stage, (Choice, WeightedMedian))
            count = 1 if one else len(stage.of)
        return tuple(Element(number, i) for i in range(count))

    def _named(self, number: int, stage: Stage) -> list[str]:
        """Names for the numbers of a stage."""
        elements = self._elements(number, stage)
        stems = [f"{stage.name}_{word}" for word in self._labels(len(elements))]
        names = self.coder.names(stems if len(stems) > 1 else [stage.name])
        self.coder.elements.update(zip(elements, names))
        return names

    def _labels(self, count: int) -> list[str]:
        """What tells the numbers of a stage apart: the labels of the classes, where
        these are short words and as many."""
        labels: Any = self.program.classes
        if labels is not None and not self.model.several and len(labels) == count:
            words = [str(label) for label in labels]
            if all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,15}", w) for w in words):
                return words
        return [str(i) for i in range(count)]

    def _stage(self, number: int, stage: Stage) -> list[Statement]:
        if isinstance(stage, Trees) and stage.trees and self.packed is not None:
            return self._packed_trees(self.packed, number, stage)
        if isinstance(stage, Trees):
            return self._trees(number, stage)
        if isinstance(stage, Sums):
            sums = [tuple(map(self.coder.number, terms)) for terms in stage.of]
            names = self._named(number, stage)
            return [Total(name, terms) for name, terms in zip(names, sums)]
        row = self._row(stage)
        names = self._named(number, stage)
        if isinstance(row, Row):
            return [Let(name, item) for name, item in zip(names, row.of)]
        return [Unpack(tuple(names), row)]

    def _row(self, stage: Stage) -> Term:
        """The numbers of a stage: a Row of them, or a term that comes to one."""
        assert not isinstance(stage, (Trees, Sums))
        if isinstance(stage, Values):
            return Row(tuple(map(self.coder.number, stage.of)))
        vector = self._vector(stage.of)
        if isinstance(stage, Joint):
            return Call(stage.function, (vector, *map(Value, stage.parameters)))
        if isinstance(stage, Ascending):
            return Sorted(vector)
        if isinstance(stage, WeightedMedian):
            weights = Name(self.coder.table("weights", stage.weights))
            return Row((Call("weighted_median", (vector, weights)),))
        if stage.cut is None:
            return Row((AsNumber(self._place(stage), False),))
        return Row((Either(self._chosen(stage), Value(1.0), Value(0.0)),))

    def _vector(self, of: tuple[Expression, ...]) -> Term:
        if of == self.whole and len(of) > 1:
            return Name("scores")
        return Row(tuple(map(self.coder.number, of)))

    def _place(self, choice: Choice) -> Term:
        function = "last_largest" if choice.last else "first_largest"
        return Call(function, (self._vector(choice.of),))

    def _chosen(self, choice: Choice) -> Compare:
        """The condition under which the second of two is chosen."""
        sign = ">=" if choice.inclusive else ">"
        if choice.flipped:
            sign = "<" if choice.inclusive else "<="
        assert choice.cut is not None
        return Compare(self.coder.number(choice.of[0]), sign, choice.cut)

    # --- Trees ------------------------------------------------------------------------

    def _trees(self, number: int, stage: Trees) -> list[Statement]:
        start = tuple(map(self.coder.number, stage.start))
        names = self._named(number, stage)
        count = len(stage.trees)
        title: list[Statement] = []
        if stage.title:
            title = [Blank(), Remark(stage.title)]
        if _is_set_by_one_tree(stage):
            (slots,) = stage.slots
            targets = tuple(names[slot] for slot in slots)
            walk = Walk(stage.trees[0], stage.rows[0], targets, True, True)
            self.coder.name_tests(stage.trees[0])
            return [*title, walk, Blank()]
        keeps_zeros = _keeps_zeros(stage)
        body = [*title, Start(tuple(names), start)]
        wide = ""
        if stage.single:
            body += [Blank(), AboutSingle()]
            (wide,) = self.coder.names(["wide"])
        total = sum(len(tree.tests) for tree in stage.trees)
        parted = total > self.sizes.most
        some: list[Statement] = []
        first = size = 0
        for i, (tree, rows, slots) in enumerate(
            zip(stage.trees, stage.rows, stage.slots)
        ):
            alone = len(names) > 1 and len(slots) == 1
            of = f", for {names[slots[0]]}" if alone else ""
            some += [Blank(), Remark(f"Tree {i + 1} of {count}{of}.")]
            targets = tuple(names[slot] for slot in slots)
            if keeps_zeros or len(rows) > 1 or any(rows[0]):
                self.coder.name_tests(tree)
                votes = self._votes(rows)
                some.append(Walk(tree, rows, targets, False, keeps_zeros, votes))
                if stage.single:
                    some += [Round(name, wide) for name in targets]
            size += len(tree.tests)
            if parted and (size > self.sizes.part or i == count - 1):
                body += self._parted(first, i, stage.name, names, some)
                some, first, size = [], i + 1, 0
        return [*body, *some, Blank()]

    def _votes(self, rows: Sequence[tuple[float, ...]]) -> Votes | None:
        """The rows of the leaves of a tree as votes; None where they are not, or where
        they are as soon spelt in full."""
        width, leaves = len(rows[0]), len(rows)
        if width < 3 or width * leaves <= 2 * (width + leaves + 1):
            return None
        # repr tells -0.0 from 0.0.
        shown = [tuple(map(repr, row)) for row in rows]
        counts = Counter(shown[0])
        if len(counts) != 2:
            return None
        own, others = sorted(counts, key=counts.__getitem__)
        if any(row.count(own) != 1 or row.count(others) != width - 1 for row in shown):
            return None
        places = tuple(row.index(own) for row in shown)
        first, rest = rows[0][places[0]], rows[0][places[0] - 1]
        if not rest:
            return None  # zeros are left out
        if not self._voting:
            self._voting = self.coder.names(["chosen", "own", "others"])
        chosen, mine, theirs = self._voting
        return Votes((chosen, mine, theirs), first, rest, places)

    def _packed_trees(
        self, packed: PackedTrees, number: int, stage: Trees
    ) -> list[Statement]:
        """The statements that walk the trees of a stage in the table."""
        start = tuple(map(self.coder.number, stage.start))
        body: list[Statement] = []
        if number <= (-1 if self.model.applies is None else self.model.applies):
            if not self._listing:
                self._share_numbers(packed)
                body = [CallNumbers(tuple(self.columns))]
            first, end = self._ranges[number]
        else:
            first, end = packed.add_stage(stage, _keeps_zeros(stage))
            body = [*packed.listed()]
        names = self._named(number, stage)
        wide = self.coder.names(["wide"])[0] if stage.single else ""
        form = "terms"
        if adds_to_one(stage):
            form = "one" if is_simple(stage) else "own"
        total, slot = "", 0
        if form != "one":
            (total,) = self.coder.names([stage.name])
        if form == "own":
            slot = stage.slots[0][0]
        walk = WalkTable(
            packed.called,
            first,
            end,
            tuple(names),
            start,
            form,
            total,
            packed.roots[first],
            slot,
            wide,
        )
        return [*body, walk]

    def _share_numbers(self, packed: PackedTrees) -> None:
        """Put the trees that apply walks into the table, and those of the stages before
        them: what they test is listed by a function of its own."""
        applies = self.model.applies
        assert applies is not None
        packed.coder = self.coder.for_another_function()
        for number, stage in enumerate(self.model.stages[: applies + 1]):
            if isinstance(stage, Trees):
                self._ranges[number] = packed.add_stage(stage, _keeps_zeros(stage))
        stage = self.model.stages[applies]
        assert isinstance(stage, Trees)
        packed.add_nodes(stage)
        self._list_numbers(packed)
        packed.coder = self.coder

    def _parted(
        self,
        first: int,
        last: int,
        stem: str,
        names: list[str],
        body: list[Statement],
    ) -> list[Statement]:
        """A function of its own for some trees; the statement that calls it."""
        before = self._before()
        (stem,) = self.coder.words.identifiers([stem])
        name = self.coder.words.private(f"{stem}_of_trees_{first + 1}_to_{last + 1}")
        if any(name == function.name for function in self.functions):
            name += f"_{len(self.functions)}"
        tested = self.coder.tested.values()
        arguments = (*self.columns, *self._computed, *tested, *names)
        title = f"Trees {first + 1} to {last + 1}: what they add."
        results = tuple(map(Name, names))
        result = Return(Row(results) if len(names) > 1 else results[0])
        whole = (*body[1:], Blank(), result)
        self.functions.append(Function(name, title, arguments, whole))
        return [*before, CallPart(name, arguments, tuple(names))]

    # --- Answers ----------------------------------------------------------------------

    def answer(self) -> list[Statement]:
        """The body of what answers; none where the scores are the answer."""
        self.coder.begin()
        model = self.model
        if model.answers == self.whole and model.several == (len(self.whole) > 1):
            return []
        self._score_names()
        items = tuple(self._answer(k) for k in range(len(model.answers)))
        return self._unpacked([Return(Row(items) if model.several else items[0])])

    def _answer(self, output: int) -> Term:
        answer = self.model.answers[output]
        if not isinstance(answer, Choice):
            return self.coder.number(answer)
        of = output if self.model.several else None
        if answer.cut is not None:
            return Label(of, condition=self._chosen(answer))
        return Label(of, 0 if len(answer.of) == 1 else self._place(answer))

    def shares(self) -> list[Statement]:
        """The body of what answers probabilities; none where the scores are these."""
        model = self.model
        if model.probabilities is None:
            return []
        if model.probabilities == (self.whole,) and len(self.whole) > 1:
            return []
        self._score_names()
        body: list[Statement] = []
        for number, stage in enumerate(model.links):
            last = number == len(model.links) - 1
            whole = model.probabilities == (self._elements(number, stage),)
            if last and whole and not isinstance(stage, Sums):
                return self._unpacked([*body, Return(self._row(stage))])
            body += self._stage(number, stage)
        rows = [Row(tuple(map(self.coder.number, of))) for of in model.probabilities]
        one = model.one_row or not model.several
        return self._unpacked([*body, Return(rows[0] if one else Row(tuple(rows)))])

    def numbers(self, vector: tuple[Expression, ...] | None) -> list[Statement]:
        """The body of a function that answers some numbers; none where these are the
        scores."""
        if vector is None or vector == self.whole:
            return []
        self._score_names()
        items = tuple(map(self.coder.number, vector))
        return self._unpacked([Return(items[0] if len(items) == 1 else Row(items))])

    # --- Leaves -----------------------------------------------------------------------

    def leaves(self) -> Leaves | None:
        """What ``apply`` needs, of a model that has it."""
        number = self.model.applies
        if number is None:
            return None
        packed, some = self.packed, None
        if packed is not None:
            if self._ranges[number] != (0, packed.trees):
                some = self._ranges[number]
        else:
            stage = self.model.stages[number]
            assert isinstance(stage, Trees)
            packed = PackedTrees(self.coder.for_another_function())
            for tree in stage.trees:
                packed.add(tree)
            packed.add_nodes(stage)
            if not packed.tests_only(self.columns):
                self._list_numbers(packed)
        return Leaves(packed, some, tuple(self._listing), self.model.applies_width)

    def _list_numbers(self, packed: PackedTrees) -> None:
        """The body of the function that lists all that the trees test so far."""
        listed = packed.listed("return")
        self._listing = [*bound(packed.coder), *listed]

    @property
    def parameter(self) -> str:
        """What the functions of the scores call them."""
        return "scores" if len(self.model.scores) > 1 else self._score_names()[0]

    def _score_names(self) -> list[str]:
        if self.whole[0] not in self.coder.elements:
            stems = [self._stem(score) for score in self.model.scores]
            names = self.coder.words.identifiers(stems, {"scores"})
            self.coder.take(names)
            self.coder.elements.update(zip(self.whole, names))
        return [self.coder.elements[element] for element in self.whole]

    def _stem(self, score: Expression) -> str:
        if isinstance(score, Element):
            name = self.model.stages[score.stage].name
            if len(self.model.scores) == 1:
                return name
            count = len(self._elements(score.stage, self.model.stages[score.stage]))
            return f"{name}_{self._labels(count)[score.index]}" if count > 1 else name
        return "score"

    def _unpacked(self, body: list[Statement]) -> list[Statement]:
        """The body, and before it the scores by their names where it uses these."""
        names = self._score_names()
        if len(names) == 1 or names_in(body).isdisjoint(names):
            return body
        return [Unpack(tuple(names), Name("scores")), *body]


def bound(coder: Coder) -> list[Statement]:
    """The statements that name what was made since and needs a name before it."""
    computed = coder.take_computed()
    return [Let(*pair) for pair in (*coder.take_bindings(), *computed)]


def names_in(things: Sequence[Any]) -> set[str]:
    """The variables that statements and terms read."""
    return {thing.text for thing in _inside(things) if isinstance(thing, Name)}


def _inside(things: Sequence[Any]) -> Iterator[Any]:
    todo = list(things)
    while todo:
        thing = todo.pop()
        yield thing
        if isinstance(thing, tuple):
            todo += thing
        elif is_dataclass(thing):
            todo += [getattr(thing, field.name) for field in fields(thing)]


def _is_set_by_one_tree(stage: Trees) -> bool:
    """Whether the numbers are what one leaf holds: all of them, added to nothing."""
    if len(stage.trees) != 1 or len(stage.slots[0]) != len(stage.start):
        return False
    return all(x == Number(-0.0) and _is_negative(x) for x in stage.start)


def _keeps_zeros(stage: Trees) -> bool:
    """Whether a sum may be -0.0, to which adding zero is not nothing."""
    return any(not isinstance(x, Number) or _is_negative(x) for x in stage.start)


def _is_negative(x: Expression) -> bool:
    return isinstance(x, Number) and math.copysign(1.0, x.value) < 0.0 and not x.value
