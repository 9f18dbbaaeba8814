"""Python: the functions of a scorer of many trees.

Every tree stands in ``score`` as nested ifs whose leaves add to local variables, one
rounded addition each; what the sums come to is put together after them. The text around
these lines is in ``templates/python/ensemble.py.jinja``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..layout import early_return, is_plain, leaf_counts, plain
from ..program import (
    SCORES,
    Ascending,
    Choice,
    Element,
    Ensemble,
    Expression,
    Number,
    Program,
    Shares,
    Softmax,
    Stage,
    Sums,
    Tree,
    Trees,
    Values,
    WeightedMedian,
)
from ..visible import is_visible
from .python_spelling import Spelling
from .python_table import PackedTrees, adds_to_one, is_simple, rounded
from .python_text import (
    FEW,
    WIDTH,
    branch,
    comment,
    identifiers,
    laid_out,
    list_lines,
    literal,
    width,
)

# Trees of more nodes than this together are parted into functions of about so many
# each: CPython takes a time and a memory to compile one that grow faster than it does.
MOST_NODES_IN_SCORE = 40_000
NODES_IN_FUNCTION = 10_000
LONGEST_TITLE = 75


# For every sum of two singles that is no infinity, 2**29 * x - (2**29 * x - x) is x
# rounded to the nearest single, ties to even: to 24 bits, or exactly below 2**-126.
_ABOUT_SINGLE = (
    "    # The model adds in single precision: after each tree its sum is rounded to the",
    "    # nearest single, which x * 2**29 - (x * 2**29 - x) is: x less its last 29 bits.",
)


@dataclass(frozen=True)
class Function:
    """A function of its own for some of the trees."""

    name: str
    title: str
    arguments: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Leaves:
    """What ``apply`` walks: a table of the trees, and the lines that put what they test
    into a list; none where they test nothing but the columns.

    In score a leaf adds what it holds and is gone. To keep count of them there would
    slow it down, and to print the trees twice would double the file.
    """

    packed: PackedTrees
    some: str  # which of the roots, if not all
    lines: tuple[str, ...]
    width: int


class EnsembleText:
    """The source text of an ensemble's functions, line by line."""

    def __init__(
        self,
        program: Program,
        spelling: Spelling,
        columns: list[str],
        packed: PackedTrees | None = None,
    ):
        assert isinstance(program.model, Ensemble)
        self.model: Ensemble = program.model
        self.program = program
        self.spelling = spelling
        self.columns = columns  # the parameters of score
        self._voting: list[str] = []  # the variables of trees whose leaves are votes
        self.packed = packed  # the table of the trees, if they are not nested ifs
        self.whole = tuple(Element(SCORES, i) for i in range(len(self.model.scores)))
        self.functions: list[Function] = []
        self._listing: list[str] = []  # the body of _numbers
        self._ranges: dict[int, tuple[int, int]] = {}  # stage -> its roots in the table
        self._computed: list[str] = []

    # --- score ------------------------------------------------------------------------

    def score(self) -> list[str]:
        """The body of ``score``."""
        return _spaced(self._score())

    def _score(self) -> list[str]:
        lines: list[str] = []
        stages = self.model.stages
        for number, stage in enumerate(stages):
            last = number == len(stages) - 1
            whole = self._elements(number, stage) == self.model.scores
            if last and whole and self._can_return(stage):
                items = self._items(stage)
                return lines + self._before() + self._returned(items)
            own = self._stage(number, stage)
            lines += self._before() + own
        names = [self.spelling.number(score) for score in self.model.scores]
        return lines + self._returned(names)

    def _can_return(self, stage: Stage) -> bool:
        """Whether score can return the numbers of a stage without naming them."""
        if isinstance(stage, (Softmax, Shares)):
            return len(self.model.scores) > 1  # they come as a tuple
        return isinstance(stage, Values)

    def _before(self) -> list[str]:
        """What the lines made since need named before them."""
        self._computed += self.spelling.pending()
        return _bound(self.spelling)

    def _returned(self, items: list[str] | str) -> list[str]:
        if not isinstance(items, str):
            items = _tuple(items, 4) if len(items) > 1 else items[0]
        return laid_out([f"    return {items}"])

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
        stems = [f"{stage.name}_{word}" for word in self._words(len(elements))]
        names = self.spelling.names(stems if len(stems) > 1 else [stage.name])
        self.spelling.elements.update(zip(elements, names))
        return names

    def _words(self, count: int) -> list[str]:
        """What tells the numbers of a stage apart: the labels of the classes, where
        these are short words and as many."""
        labels: Any = self.program.classes
        if labels is not None and not self.model.several and len(labels) == count:
            words = [str(label) for label in labels]
            if all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_ -]{0,15}", w) for w in words):
                return words
        return [str(i) for i in range(count)]

    def _stage(self, number: int, stage: Stage) -> list[str]:
        if isinstance(stage, Trees) and stage.trees and self.packed is not None:
            return self._packed_trees(self.packed, number, stage)
        if isinstance(stage, Trees):
            return self._trees(number, stage)
        if isinstance(stage, Sums):
            return self._sums(number, stage)
        items = self._items(stage)
        names = self._named(number, stage)
        if isinstance(items, str):
            left = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
            return laid_out([f"    {left} = {items}"])
        return laid_out([f"    {name} = {item}" for name, item in zip(names, items)])

    def _sums(self, number: int, stage: Sums) -> list[str]:
        terms = [list(map(self.spelling.term, column)) for column in stage.of]
        names = self._named(number, stage)
        return laid_out([line for pair in zip(names, terms) for line in _sum(*pair)])

    def _items(self, stage: Stage) -> list[str] | str:
        """The numbers of a stage: a text for each, or one text for a tuple of them."""
        help_ = self.spelling.helper
        assert not isinstance(stage, (Trees, Sums))
        texts = list(map(self.spelling.number, stage.of))
        if isinstance(stage, Values):
            return texts
        vector = self._vector(stage.of)
        if isinstance(stage, Softmax):
            name = "_softmax" + "_of_log" * stage.logarithmic + "_single" * stage.single
            name += "_by_table" * stage.by_table + "_paired" * stage.paired
            return f"{help_(name)}({vector})"
        if isinstance(stage, Shares):
            order = "_single" if stage.single else "_paired" * stage.paired
            name = help_("_normalized" + order)
            return f"{name}({vector}, {literal(stage.otherwise)})"
        if isinstance(stage, Ascending):
            return f"sorted({vector})"
        if isinstance(stage, WeightedMedian):
            weights = self.spelling.table("weights", map(literal, stage.weights))
            return [f"{help_('_weighted_median')}({vector}, {weights})"]
        if stage.cut is None:
            return [f"float({self._place(stage)})"]
        return [f"1.0 if {self._condition(stage)} else 0.0"]

    def _vector(self, of: tuple[Expression, ...]) -> str:
        if of == self.whole and len(of) > 1:
            return "scores"
        return _tuple(list(map(self.spelling.number, of)), 4)

    def _place(self, choice: Choice) -> str:
        name = self.spelling.helper(
            "_last_largest" if choice.last else "_first_largest"
        )
        return f"{name}({self._vector(choice.of)})"

    def _condition(self, choice: Choice) -> str:
        """The condition under which the second of two is chosen."""
        x = self.spelling.number(choice.of[0])
        sign = ">=" if choice.inclusive else ">"
        if choice.flipped:
            sign = "<" if choice.inclusive else "<="
        assert choice.cut is not None
        return f"{x} {sign} {literal(choice.cut)}"

    # --- Trees ------------------------------------------------------------------------

    def _trees(self, number: int, stage: Trees) -> list[str]:
        start = list(map(self.spelling.number, stage.start))
        names = self._named(number, stage)
        count = len(stage.trees)
        title = ["", f"    # {_sentence(stage.title)}"] if stage.title else []
        if _is_set_by_one_tree(stage):
            one = self._tree(stage.trees[0], stage.rows[0], stage.slots[0], names, "=")
            return [*title, *one, ""]
        keeps_zeros = _keeps_zeros(stage)
        lines = title + _assigned(names, start)
        if stage.single:
            lines += ["", *_ABOUT_SINGLE]
            (wide,) = self.spelling.names(["wide"])
        total = sum(len(tree.tests) for tree in stage.trees)
        parted = total > MOST_NODES_IN_SCORE
        body: list[str] = []
        first = size = 0
        for i, tree in enumerate(stage.trees):
            alone = len(names) > 1 and len(stage.slots[i]) == 1
            of = f", for {names[stage.slots[i][0]]}" if alone else ""
            body += ["", f"    # Tree {i + 1} of {count}{of}."]
            added = self._tree(
                tree, stage.rows[i], stage.slots[i], names, "+=", keeps_zeros
            )
            body += added
            if stage.single and added:
                body += [rounded(names[slot], wide, "    ") for slot in stage.slots[i]]
            size += len(tree.tests)
            if parted and (size > NODES_IN_FUNCTION or i == count - 1):
                lines += self._parted(first, i, stage.name, names, body)
                body, first, size = [], i + 1, 0
        return lines + body + [""]

    def _packed_trees(
        self, packed: PackedTrees, number: int, stage: Trees
    ) -> list[str]:
        """The lines that walk the trees of a stage in the table."""
        start = list(map(self.spelling.number, stage.start))
        lines: list[str] = []
        if number <= (-1 if self.model.applies is None else self.model.applies):
            if not self._listing:
                self._share_numbers(packed)
                arguments = _tuple(self.columns, 4)
                if len(self.columns) == 1:
                    arguments = f"({self.columns[0]})"
                lines = [f"    numbers = _numbers{arguments}"]
            first, end = self._ranges[number]
        else:
            first, end = packed.add_stage(stage, _keeps_zeros(stage))
            lines = packed.listed()
        names = self._named(number, stage)
        wide = self.spelling.names(["wide"])[0] if stage.single else ""
        if len(stage.trees) == 1:
            leaf = packed.leaf(str(packed.roots[first]))
            loop, walk, indent = "", [], "    "
        else:
            loop, walk = packed.loop(first, end), packed.walk()
            leaf, indent = f"-1 - {packed.root}", "        "
        if is_simple(stage):
            (name,) = names
            value = f"{packed.names['values']}[{leaf}]"
            if not loop and start == ["-0.0"]:
                return [*lines, f"    {name} = {value}"]
            lines += [f"    {name} = {start[0]}", *_ABOUT_SINGLE[: 2 * stage.single]]
            lines += [loop, *walk, f"{indent}{name} += {value}"]
            if stage.single:
                lines.append(rounded(name, wide, indent))
            return [line for line in lines if line]
        (total,) = [names[0]] if len(names) == 1 else self.spelling.names([stage.name])
        if len(set(start)) == 1:
            lines.append(f"    {total} = [{start[0]}] * {len(start)}")
        else:
            lines += list_lines(f"    {total} = ", start)
        lines += _ABOUT_SINGLE[: 2 * stage.single]
        if adds_to_one(stage):
            if loop:
                loop, name = packed.loop_of_sums(first, end), packed.to_its_sum(total)
            else:
                name = f"{total}[{stage.slots[0][0]}]"
            value = f"{packed.names['values']}[{leaf}]"
            lines += [loop, *walk, f"{indent}{name} += {value}"]
            if stage.single:
                lines.append(rounded(name, wide, indent))
        else:
            lines += [loop, *walk, *packed.terms_of(leaf, total, indent, wide)]
        lines.append(f"    {', '.join(names)}{',' * (len(names) == 1)} = {total}")
        return [line for line in lines if line]

    def _share_numbers(self, packed: PackedTrees) -> None:
        """Put the trees that apply walks into the table, and those of the stages before
        them: what they test is listed by a function of its own."""
        applies = self.model.applies
        assert applies is not None
        packed.spelling = self.spelling.for_another_function()
        for number, stage in enumerate(self.model.stages[: applies + 1]):
            if isinstance(stage, Trees):
                self._ranges[number] = packed.add_stage(stage, _keeps_zeros(stage))
        stage = self.model.stages[applies]
        assert isinstance(stage, Trees)
        packed.add_nodes(stage)
        self._list_numbers(packed)
        packed.spelling = self.spelling

    def _parted(
        self, first: int, last: int, stem: str, names: list[str], body: list[str]
    ) -> list[str]:
        """A function of its own for some trees; the line that calls it."""
        before = self._before()
        (stem,) = identifiers([stem])
        name = f"_{stem}_of_trees_{first + 1}_to_{last + 1}"
        if any(name == function.name for function in self.functions):
            name += f"_{len(self.functions)}"
        tested = self.spelling.tested.values()
        arguments = (*self.columns, *self._computed, *tested, *names)
        result = f"    return {', '.join(names)}"
        self.functions.append(
            Function(
                name=name,
                title=f"Trees {first + 1} to {last + 1}: what they add.",
                arguments=arguments,
                body="\n".join((*body[1:], "", result)),
            )
        )
        call = f"{name}{_tuple(list(arguments), 4)}"
        return [*before, f"    {', '.join(names)} = {call}"]

    def _tree(
        self,
        tree: Tree,
        rows: Sequence[tuple[float, ...]],
        slots: tuple[int, ...],
        names: list[str],
        sign: str,
        keeps_zeros: bool = True,
    ) -> list[str]:
        """One tree whose leaves add to the variables, or set them."""
        targets = [names[slot] for slot in slots]
        number = self.spelling.constant_number

        def of_row(row: tuple[float, ...]) -> list[str]:
            # To a sum that is not -0.0, nothing is added by adding zero.
            return [
                f"{name} {sign} {number(x)}"
                for name, x in zip(targets, row)
                if keeps_zeros or x
            ]

        votes = _votes(rows) if sign == "+=" else None
        if votes is None:
            return self._branches(tree, rows, of_row)
        if not self._voting:
            self._voting = self.spelling.names(["chosen", "own", "others"])
        chosen, own, others = self._voting
        places = [(place,) for place in votes.places]
        return [
            *self._branches(tree, places, lambda row: [f"{chosen} = {row[0]}"]),
            f"    {own}, {others} = {literal(votes.own)}, {literal(votes.others)}",
            *(
                f"    {name} += {own} if {chosen} == {place} else {others}"
                for place, name in enumerate(targets)
            ),
        ]

    def _branches(
        self,
        tree: Tree,
        rows: Sequence[tuple[Any, ...]],
        of_row: Callable[[tuple[Any, ...]], list[str]],
    ) -> list[str]:
        """A tree as nested ifs, with the lines of a row at each leaf."""
        counts = leaf_counts(tree)
        in_loop = not is_plain(tree, counts)
        indents = ["    " * (depth + 1 + in_loop) for depth in range(100)]

        def leaf(row: tuple[Any, ...], depth: int) -> str:
            lines = of_row(row)
            if in_loop:
                lines.append("break")
            indent = indents[depth]
            return indent + f"\n{indent}".join(lines or ["pass"])

        if len(tree.tests) == 1:
            text = leaf(rows[0], 0)
            return [] if text.endswith("pass") else [text]
        spelt = self.spelling.condition
        lines = ["    while True:"] if in_loop else []
        layout = early_return(tree, counts) if in_loop else plain(tree)
        for op, depth, test, sense, place in layout:
            if op == "return":
                text = leaf(rows[place], depth)
                if text.endswith("pass") and lines[-1].endswith("else:"):
                    lines.pop()  # nothing is to be done: not worth two lines
                else:
                    lines.append(text)
            elif op == "else":
                lines.append(f"{indents[depth]}else:")
            else:
                assert test is not None
                condition = spelt(test, sense)
                line = f"{indents[depth]}{op} {condition}:"
                if len(line) > WIDTH or not line.isascii():
                    line = branch(f"{indents[depth]}{op} ", condition)
                lines.append(line)
        return lines

    # --- Answers ----------------------------------------------------------------------

    def answer(self) -> list[str]:
        """The body of ``_answer``; none where the scores are the answer."""
        model = self.model
        if model.answers == self.whole and model.several == (len(self.whole) > 1):
            return []
        self._score_names()
        items = [self._answer(k) for k in range(len(model.answers))]
        result = _tuple(items, 4) if model.several else items[0]
        return self._unpacked([f"    return {result}"])

    def _answer(self, output: int) -> str:
        answer = self.model.answers[output]
        if not isinstance(answer, Choice):
            return self.spelling.number(answer)
        classes = f"CLASSES[{output}]" if self.model.several else "CLASSES"
        if answer.cut is None:
            if len(answer.of) == 1:
                return f"{classes}[0]"
            if not answer.last and self._vector(answer.of) == "scores":
                return f"{classes}[scores.index(max(scores))]"
            return f"{classes}[{self._place(answer)}]"
        return f"{classes}[1] if {self._condition(answer)} else {classes}[0]"

    def shares(self) -> list[str]:
        """The body of ``_shares_of``; none where the scores are the shares."""
        model = self.model
        if model.probabilities is None:
            return []
        if model.probabilities == (self.whole,) and len(self.whole) > 1:
            return []
        self._score_names()
        lines: list[str] = []
        for number, stage in enumerate(model.links):
            last = number == len(model.links) - 1
            whole = model.probabilities == (self._elements(number, stage),)
            if last and whole and not isinstance(stage, Sums):
                items = self._items(stage)
                result = items if isinstance(items, str) else _tuple(items, 4)
                return self._unpacked([*lines, f"    return {result}"])
            lines += self._stage(number, stage)
        rows = [
            _tuple(list(map(self.spelling.number, output)), 4)
            for output in model.probabilities
        ]
        one = model.one_row or not model.several
        result = rows[0] if one else _tuple(rows, 4)
        return self._unpacked([*lines, f"    return {result}"])

    def numbers(self, vector: tuple[Expression, ...] | None) -> list[str]:
        """The body of a function that answers some numbers; none where these are the
        scores."""
        if vector is None or vector == self.whole:
            return []
        self._score_names()
        items = list(map(self.spelling.number, vector))
        result = items[0] if len(items) == 1 else _tuple(items, 4)
        return self._unpacked([f"    return {result}"])

    # --- Leaves -----------------------------------------------------------------------

    def leaves(self) -> Leaves | None:
        """What ``apply`` needs, of a model that has it."""
        number = self.model.applies
        if number is None:
            return None
        packed, some = self.packed, ""
        if packed is not None:
            first, end = self._ranges[number]
            if (first, end) != (0, packed.trees):
                some = f"[{first}:{end}]"
        else:
            stage = self.model.stages[number]
            assert isinstance(stage, Trees)
            packed = PackedTrees(self.spelling.for_another_function())
            for tree in stage.trees:
                packed.add(tree)
            packed.add_nodes(stage)
            if not packed.tests_only(self.columns):
                self._list_numbers(packed)
        return Leaves(packed, some, tuple(self._listing), self.model.applies_width)

    def _list_numbers(self, packed: PackedTrees) -> None:
        """The body of ``_numbers``, of all that the trees test so far."""
        lines = packed.listed("return")
        self._listing = [*_bound(packed.spelling), *lines]

    @property
    def parameter(self) -> str:
        """What the functions of the scores call them."""
        return "scores" if len(self.model.scores) > 1 else self._score_names()[0]

    def _score_names(self) -> list[str]:
        if self.whole[0] not in self.spelling.elements:
            stems = [self._stem(score) for score in self.model.scores]
            names = identifiers(stems, {"scores"})
            self.spelling.take(names)
            self.spelling.elements.update(zip(self.whole, names))
        return [self.spelling.elements[element] for element in self.whole]

    def _stem(self, score: Expression) -> str:
        if isinstance(score, Element):
            name = self.model.stages[score.stage].name
            if len(self.model.scores) == 1:
                return name
            count = len(self._elements(score.stage, self.model.stages[score.stage]))
            return f"{name}_{self._words(count)[score.index]}" if count > 1 else name
        return "score"

    def _unpacked(self, body: list[str]) -> list[str]:
        """The body, and before it the scores by their names where it uses these."""
        names = self._score_names()
        words = set(re.findall(r"\w+", "\n".join(body)))
        if len(names) == 1 or words.isdisjoint(names):
            return laid_out(body)
        return laid_out([f"    {', '.join(names)} = scores", *body])


@dataclass(frozen=True)
class Votes:
    """Leaves that each add ``own`` to one of the sums and ``others`` to all others."""

    own: float
    others: float
    places: tuple[int, ...]  # for each leaf: the sum that gets its own


def _votes(rows: Sequence[tuple[float, ...]]) -> Votes | None:
    """The rows of the leaves of a tree as votes; None where they are not, or where they
    are as soon spelt in full."""
    width, leaves = len(rows[0]), len(rows)
    if width < 3 or width * leaves <= 2 * (width + leaves + 1):
        return None
    shown = [tuple(map(literal, row)) for row in rows]  # tells -0.0 from 0.0
    kinds = sorted(set(shown[0]), key=shown[0].count)
    if len(kinds) != 2:
        return None
    own, others = kinds
    if any(row.count(own) != 1 or row.count(others) != width - 1 for row in shown):
        return None
    places = tuple(row.index(own) for row in shown)
    first, rest = rows[0][places[0]], rows[0][places[0] - 1]
    return Votes(first, rest, places) if rest else None  # zeros are left away


def _bound(spelling: Spelling) -> list[str]:
    """The lines that name what the text made since needs named before it."""
    computed = [f"    {name} = {source}" for name, source in spelling.take_computed()]
    bindings = [
        f"    {name} = {call}[{', '.join(items)}])"
        for name, call, items in spelling.take_bindings()
    ]
    return laid_out(bindings + computed)


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


def _sentence(title: str) -> str:
    """A title as a comment of one line; it may hold names out of the model."""
    if not is_visible(title):
        return comment(title, LONGEST_TITLE)
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "..."


def _sum(name: str, terms: list[str]) -> list[str]:
    """A sum from left to right. It starts at 0.0, which matters to a -0.0."""
    if len(terms) > FEW:
        return [f"    {name} = 0.0", *(f"    {name} += {term}" for term in terms)]
    return [f"    {name} = {' + '.join(['0.0', *terms])}"]


def _spaced(lines: list[str]) -> list[str]:
    """The lines with no two blank ones together, and none at either end."""
    kept = [line for line, before in zip(lines, ["", *lines]) if line or before]
    return kept[:-1] if kept and not kept[-1] else kept


def _assigned(names: list[str], starts: list[str]) -> list[str]:
    """The first values, equal ones in one line."""
    if len(set(starts)) == 1 and len(names) <= FEW:
        line = f"    {' = '.join(names)} = {starts[0]}"
        if width(line) <= WIDTH:
            return [line]
    return [f"    {name} = {start}" for name, start in zip(names, starts)]


def _tuple(items: list[str], indent: int) -> str:
    """A tuple of source texts, with parentheses where it is to stand alone."""
    line = ", ".join(items) + ("," if len(items) == 1 else "")
    if indent + width(line) + 20 <= WIDTH:
        return f"({line})"
    inner = " " * (indent + 4)
    return "\n".join(["(", *(f"{inner}{item}," for item in items), " " * indent + ")"])
