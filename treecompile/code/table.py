"""Trees as one table of numbers, for models that are too many nodes for ifs.

A table is data: it takes a few bytes a node, nothing to compile, and is slower to walk.
The form of it, in every language:

- ``score`` puts what the trees test into a list, ``numbers``: a column or a computed
  feature as it is, the same with its sign changed, or a condition (1 or 0).
- At an inner node n the way goes on to ``holds[n]`` if ``numbers[tested[n]] <=
  cuts[n]``, else to ``fails[n]``. A comparison with NaN fails: a test that sends what is
  missing to the left asks for the right, ``-x <= -next(cut)``.
- A child below zero is a leaf: leaf k is written -1 - k. Leaves are counted through all
  trees. The root of tree t is ``roots[t]``, trees in the order of the stages.
- Where there is an ``apply``, it answers ``nodes[k]`` for each tree.
- Of a single tree, k is the place among its answers. Of a stage of trees that add to one
  sum, leaf k adds ``values[k]``; where each adds to one of several, tree t adds to the
  sum number ``sums[t]``. Of any other, it adds ``terms[i]`` to the sum number
  ``slots[i]``, for each i from ``starts[r]`` up to ``starts[r + 1]``, r being
  ``rows[k]``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..layout import plain_sense
from ..program import Cuts, Program, SingleTree, Test, Threshold, Tree, Trees
from .coder import Coder
from .statements import List, TableNames
from .terms import Condition, Name, Negative, Term

# More distinct answers than this are packed, not spelt.
MOST_SPELT = 1_000

_ARRAYS = (
    ("roots", "i", "The root of each tree."),
    ("sums", "", "For each tree: the number of the sum that it adds to."),
    ("tested", "", "For each inner node: which of the numbers it tests,"),
    ("cuts", "d", "the cut that this is compared with,"),
    ("holds", "", "the node after it where it is at most the cut,"),
    ("fails", "", "and where it is not. Below zero are leaves: leaf k is -1 - k."),
    ("nodes", "", "For each leaf: the number that apply answers."),
    ("values", "d", "For each leaf: what it adds."),
    ("rows", "i", "For each leaf: its row in what follows."),
    ("starts", "i", "For each row: where its terms begin,"),
    ("slots", "", "to which sum each term is added,"),
    ("terms", "d", "and the terms."),
)


@dataclass(frozen=True)
class Array:
    """An array of numbers. ``code`` says of which kind: "d" of doubles, else the
    narrowest of "B", "H", "h" and "i" (1, 2, 2 and 4 bytes, those of small letters
    signed).

    ``result``, if there is one, is made of them: rows of ``width`` numbers each, or the
    values at these places ``among`` some ``distinct`` ones.
    """

    name: str
    code: str
    numbers: Sequence[Any]
    words: str = ""
    width: int = 0
    result: str = ""
    among: str = ""
    distinct: Sequence[Any] = ()


class PackedTrees:
    """The arrays of all trees of a program, while they grow."""

    def __init__(self, coder: Coder) -> None:
        self.coder = coder
        stems = [*(stem for stem, _, _ in _ARRAYS), "read"]
        self.names = dict(zip(stems, coder.constant_names(stems)))
        self.trees = sum(1 for _ in coder.program.trees())
        self.root, self.row, self.term, self.sum = coder.names(
            ["node", "row", "i", "k"]
        )
        # What is tested -> its place in the list.
        self.numbers: dict[Term | Condition, int] = {}
        self._taken = 0  # so many of them are in the list already
        self._listed = False
        self.roots: list[int] = []
        self.tested: list[int] = []
        self.cuts: list[float] = []
        self.holds: list[int] = []
        self.fails: list[int] = []
        self.sums: list[int] = []
        self.values: list[float] = []
        self.nodes: list[int] = []
        self.rows: list[int] = []
        self.starts: list[int] = [0]
        self.slots: list[int] = []
        self.terms: list[float] = []
        self.leaves = 0
        self.spelt: tuple[Any, ...] = ()  # the answers that stand there as literals
        self._places: dict[Any, int] = {}
        self._row_numbers: dict[Any, int] = {}

    @property
    def called(self) -> TableNames:
        """What its arrays and variables are called."""
        of = self.names, self.root, self.row, self.term, self.sum
        return TableNames(*of, self.trees)

    # --- Nodes ------------------------------------------------------------------------

    def add(self, tree: Tree) -> int:
        """Adds the nodes of a tree; its number among the trees."""
        inner = len(self.tested)
        numbers = []
        for test, leaf in zip(tree.tests, tree.leaf):
            if test is None:
                numbers.append(-1 - self.leaves - leaf)
            else:
                numbers.append(inner)
                inner += 1
        tested, cuts, holds, fails = self.tested, self.cuts, self.holds, self.fails
        for test, left, right in zip(tree.tests, tree.left, tree.right):
            if test is None:
                continue
            place, cut, is_left = self._comparison(test)
            tested.append(place)
            cuts.append(cut)
            holds.append(numbers[left if is_left else right])
            fails.append(numbers[right if is_left else left])
        self.leaves += (len(numbers) + 1) // 2
        self.roots.append(numbers[0])
        return len(self.roots) - 1

    def _comparison(self, test: Test) -> tuple[int, float, bool]:
        """A test as ``numbers[place] <= cut``, and whether left is where that holds."""
        if isinstance(test, Cuts) and len(test.cuts) == 1 and test.first:
            (cut,), name = test.cuts, self.coder.ids[test.column]
            may_be_missing = self.coder.may_be_missing_in[test.column]
        elif isinstance(test, Threshold):
            cut, name = test.cut, self.coder.variable(test.feature)
            may_be_missing = True
        else:
            return self._condition(test)
        if not (may_be_missing and test.missing_left):
            return self._place(name, False), cut, True
        # x > cut, which fails where x is missing; nothing is above infinity.
        after = math.nan if cut == math.inf else -math.nextafter(cut, math.inf)
        return self._place(name, True), after, False

    def _condition(self, test: Test) -> tuple[int, float, bool]:
        """A test that is no comparison: its condition is worth 0 or 1."""
        sense = plain_sense(test)
        if test not in self._places:
            condition = self.coder.condition(test, sense)
            place = self.numbers.setdefault(condition, len(self.numbers))
            self._places[test] = place
        return self._places[test], 0.5, not sense

    def _place(self, name: str, negative: bool) -> int:
        place = self._places.get((name, negative))
        if place is None:
            term = Negative(Name(name)) if negative else Name(name)
            place = self.numbers.setdefault(term, len(self.numbers))
            self._places[name, negative] = place
        return place

    def tests_only(self, columns: list[str]) -> bool:
        """Whether the trees test nothing but these columns; they are then the numbers,
        in this order."""
        names = list(map(Name, columns))
        if not set(self.numbers) <= set(names):
            return False
        places = [names.index(x) for x in self.numbers]  # type: ignore[arg-type]
        self.tested = [places[place] for place in self.tested]
        self.numbers = {name: place for place, name in enumerate(names)}
        return True

    def listed(self, how: str = "new") -> list[List]:
        """The statement that puts into the list what the trees added so far test."""
        items = tuple(self.numbers)[self._taken :]
        if self._listed and not items:
            return []
        how = "more" if self._listed else how
        self._taken, self._listed = len(self.numbers), True
        return [List(items, how)]

    # --- Leaves -----------------------------------------------------------------------

    def add_stage(self, stage: Trees, keeps_zeros: bool) -> tuple[int, int]:
        """Adds the trees of a stage and what their leaves add; the number of its first
        tree, and of the first after it.

        Zeros are left out unless ``keeps_zeros``: to a sum that is not -0.0 they add
        nothing.
        """
        first = len(self.roots)
        simple = adds_to_one(stage)
        for tree, rows, slots in zip(stage.trees, stage.rows, stage.slots):
            # Leaves of other stages have no value here, and no row.
            if simple:
                self.values += [0.0] * (self.leaves - len(self.values))
            else:
                self.rows += [0] * (self.leaves - len(self.rows))
            self.add(tree)
            if simple and len(stage.trees) > 1 and not is_simple(stage):
                self.sums += [0] * (len(self.roots) - 1 - len(self.sums))
                self.sums += slots
            if simple:
                self.values += [x for (x,) in rows]
            else:
                self.rows += [self._row(slots, row, keeps_zeros) for row in rows]
        return first, len(self.roots)

    def add_nodes(self, stage: Trees) -> None:
        """What ``apply`` answers for the leaves of a stage, which has been added last."""
        self.nodes += [0] * (self.leaves - len(self.nodes) - sum(map(len, stage.nodes)))
        for nodes in stage.nodes:
            self.nodes += nodes

    def _row(
        self, slots: Sequence[int], row: Sequence[float], keeps_zeros: bool
    ) -> int:
        """The number of the row that adds this; equal rows are kept once."""
        key = (slots, row, keeps_zeros)
        known = self._row_numbers.get(key)
        if known is None or 0.0 in row:  # for 0.0 and -0.0 are equal
            pairs = [(s, x) for s, x in zip(slots, row) if x or keeps_zeros]
            exact = tuple((slot, x, math.copysign(1.0, x)) for slot, x in pairs)
            known = self._row_numbers.get(exact)
            if known is None:
                known = self._row_numbers[exact] = len(self.starts) - 1
                self.slots += [slot for slot, _ in pairs]
                self.terms += [x for _, x in pairs]
                self.starts.append(len(self.terms))
            self._row_numbers[key] = known
        return known

    # --- Arrays -----------------------------------------------------------------------

    def arrays(self) -> list[Array]:
        """The arrays of the trees, those that are used."""
        unused: set[str] = set()
        if not self.roots:
            unused.add("roots")
        if not self.nodes:
            unused.add("nodes")
        if not self.values:
            unused.add("values")
        if not self.sums:
            unused.add("sums")
        else:
            self.sums += [0] * (len(self.roots) - len(self.sums))
        if not self.rows:
            unused.update(("rows", "starts", "slots", "terms"))
        return [
            array_of(self.names[stem], code, getattr(self, stem), words=words)
            for stem, code, words in _ARRAYS
            if stem not in unused
        ]

    def of_leaves(self, model: SingleTree) -> list[Array]:
        """PREDICTIONS, PROBABILITIES and LEAVES of a single tree."""
        predictions: Any = model.predictions
        if all(type(answer) is float for answer in predictions):
            found = [array_of("PREDICTIONS", "d", predictions)]
        else:
            found = [self._chosen("PREDICTIONS", "answer", predictions)]
        shares: Any = model.probabilities
        if shares is not None:
            found.append(self._chosen("PROBABILITIES", "shares", shares))
        return [*found, array_of("LEAVES", "i", model.nodes)]

    def _chosen(self, name: str, stem: str, values: Sequence[Any]) -> Array:
        """A table of few values that come again and again; or, where they are many
        rows of numbers, of all of them."""
        places: dict[str, int] = {}
        distinct: list[Any] = []
        chosen: list[int] = []
        for value in values:
            place = places.setdefault(repr(value), len(distinct))  # tells -0.0 from 0.0
            if place == len(distinct):
                distinct.append(value)
            chosen.append(place)
        if len(distinct) > MOST_SPELT and all(map(_is_row, distinct)):
            numbers = [x for row in values for x in row]
            (of,) = self.coder.constant_names([stem])
            return array_of(of, "d", numbers, result=name, width=len(distinct[0]))
        self.spelt += tuple(distinct)
        of, among = self.coder.constant_names([f"{stem}_places", f"{stem}_table"])
        return array_of(of, "", chosen, result=name, among=among, distinct=distinct)


def is_packed(program: Program, layout: str, most_nested: int) -> bool:
    """Whether a program's trees come out as a table: ``layout`` is "nested", "table" or
    "auto", a table above ``most_nested`` nodes. Without a tree there is nothing to put
    into one."""
    if layout != "auto":
        return layout == "table" and next(program.trees(), None) is not None
    return sum(len(tree.tests) for tree in program.trees()) > most_nested


def array_of(name: str, code: str, numbers: Sequence[Any], **more: Any) -> Array:
    """An array, of the narrowest code for whole numbers if none is given."""
    return Array(name, code or narrowest(numbers), numbers, **more)


def narrowest(numbers: Sequence[int]) -> str:
    """The code of the narrowest array that holds some whole numbers."""
    least, most = min(numbers, default=0), max(numbers, default=0)
    if least < 0:
        return "h" if -(2**15) <= least and most < 2**15 else "i"
    return "B" if most < 2**8 else "H" if most < 2**16 else "i"


def is_simple(stage: Trees) -> bool:
    """Whether every tree of a stage adds to one and the same sum."""
    return len(stage.start) == 1 and all(slots == (0,) for slots in stage.slots)


def adds_to_one(stage: Trees) -> bool:
    """Whether every tree of a stage adds to one sum, each to one of its own."""
    return all(len(slots) == 1 for slots in stage.slots)


def _is_row(value: Any) -> bool:
    return type(value) is tuple and all(type(x) is float for x in value)
