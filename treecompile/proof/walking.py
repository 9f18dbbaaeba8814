"""Trees that are a table in the scorer, held against a program: in no language.

The form of the table is described in ``code/table.py``. As with nested ifs, a test is
taken for what it says: ``numbers[place] <= cut`` is put together again as a condition on
what stands at that place of the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..program import SingleTree, Tree, Trees
from ..truth import Truth, compared
from .reading import Reading
from .source import Strange, same_constant


@dataclass(frozen=True)
class Item:
    """What stands at a place of the list: a variable, ``minus`` it, or, where there is a
    ``truth``, whether that holds of it (1 or 0)."""

    name: str
    minus: bool = False
    truth: Truth | None = None


@dataclass(frozen=True)
class Terms:
    """For each leaf its row, for each row where its terms begin, and for each term the
    sum that it is added to, and the term."""

    starts: Sequence[Any]
    slots: Sequence[Any]
    values: Sequence[Any]


class TableWalk:
    """The arrays of a scorer, and what the nodes in them test: ``numbers`` as the text
    has it."""

    def __init__(self, reader: Reading, arrays: Sequence[Sequence[Any]]) -> None:
        self.reader = reader
        self.tested, self.cuts, self.holds, self.fails = arrays
        if len(set(map(len, arrays))) != 1:
            raise Strange("the arrays of its table are not equally long")
        self.numbers: list[Any] = []
        self._truths: dict[tuple[int, float], tuple[str, Truth]] = {}

    def item(self, given: Any) -> Item:
        """What an item of the list is."""
        raise NotImplementedError

    # --- What leaves hold -------------------------------------------------------------

    def compare_single(self, root: int, model: SingleTree) -> None:
        """A single tree: its leaves are places in PREDICTIONS."""

        def leaf(number: int, node: int) -> str:
            return "" if number == model.tree.leaf[node] else f"leaf {number}"

        self.walk(root, model.tree, leaf)

    def compare_stage(
        self,
        stage: Trees,
        roots: Sequence[Any],
        sums: Sequence[Any],
        held: Sequence[Any],
        terms: Terms | None,
    ) -> None:
        """A stage of trees: a leaf adds what it holds to one of ``sums``, or ``terms``."""
        for t, root in enumerate(roots):

            def leaf(number: int, node: int, t: int = t) -> str:
                row = stage.rows[t][stage.trees[t].leaf[node]]
                expected = dict(zip(stage.slots[t], row))
                if terms:
                    row_ = held[number]
                    some = slice(terms.starts[row_], terms.starts[row_ + 1])
                    given = dict(zip(terms.slots[some], terms.values[some]))
                    if len(given) != some.stop - some.start:
                        return "adds to one sum twice"
                else:
                    given = {sums[t]: held[number]}
                return "" if _adds_alike(given, expected) else f"adds {given}"

            self.walk(root, stage.trees[t], leaf)

    def compare_applied(
        self, stage: Trees, roots: Sequence[Any], held: Sequence[Any]
    ) -> None:
        """What ``apply`` answers for each leaf of a stage."""
        counts = dict(self.reader.counts)
        for tree, nodes, root in zip(stage.trees, stage.nodes, roots):

            def leaf(
                number: int, node: int, tree: Tree = tree, nodes: Any = nodes
            ) -> str:
                same = held[number] == nodes[tree.leaf[node]]
                return "" if same else f"leaf number {held[number]}"

            self.walk(root, tree, leaf)
        self.reader.counts.update(counts)  # they are the trees of score

    # --- Nodes ------------------------------------------------------------------------

    def walk(self, root: int, tree: Tree, leaf: Callable[[int, int], str]) -> None:
        """Walk a tree in the table and in the program at once."""
        reader = self.reader
        todo = [(root, 0)]
        tests = leaves = 0
        while todo:
            here, node = todo.pop()
            test = tree.tests[node]
            if test is None or here < 0:
                says = f"tests node {here}" if here >= 0 else "a leaf"
                if test is None and here < 0:
                    says = leaf(-1 - here, node)
                if says:
                    what = "a leaf is another" if test is None else "a test is missing"
                    raise reader.differing(what, tree, node, says)
                leaves += 1
                continue
            tests += 1
            then, other = tree.left[node], tree.right[node]
            place, cut = self.tested[here], self.cuts[here]
            name, truth = self._truth(place, cut)
            said, where = partial(self.words, place, cut), self.numbers[place]
            if not reader.sense(name, truth, test, tree, node, said, where):
                then, other = other, then
            todo.append((self.fails[here], other))
            todo.append((self.holds[here], then))
        reader.counts["trees"] += 1
        reader.counts["tests"] += tests
        reader.counts["leaves"] += leaves

    def words(self, place: int, cut: float) -> str:
        """What a node tests, in words."""
        item = self.item(self.numbers[place])
        if item.truth is not None:
            return f"a condition on {item.name}"
        return f"{'-' * item.minus}{item.name} <= {cut!r}"

    def _truth(self, place: int, cut: float) -> tuple[str, Truth]:
        """``numbers[place] <= cut`` as a condition on what stands there."""
        known = self._truths.get((place, cut))
        if known is not None:
            return known
        given = self.item(self.numbers[place])
        truth: Truth
        if given.truth is not None:
            if cut != 0.5:
                raise Strange("a condition is compared with a number")
            truth = ~given.truth
        elif given.minus:
            above = compared(">", math.inf)  # which no number is
            truth = compared(">=", -cut) if cut == cut else above
        else:
            truth = compared("<=", cut)
        self._truths[place, cut] = given.name, truth
        return given.name, truth


def _adds_alike(given: dict[int, float], expected: dict[int, float]) -> bool:
    """Whether two leaves add the same: zeros may be left away, if they are so by text."""
    return all(
        same_constant(given[slot], x) if slot in given else x == 0.0
        for slot, x in expected.items()
    ) and set(given) <= set(expected)
