"""Python: trees as one table of numbers, for models that are too many nodes for ifs.

CPython takes some 3 kB and 15 us to compile one node of nested ifs, so that a million
of them take gigabytes. A table is data: it takes a few bytes a node, nothing to
compile, and is slower to walk. Everything else in the scorer stays as it is.

The form of it, which ``templates/python/packed.py.jinja`` prints:

- ``score`` puts what the trees test into a list, ``numbers``: a column or a computed
  feature as it is, the same with its sign changed, or a condition (True or False).
- At an inner node n the way goes on to ``_HOLDS[n]`` if ``numbers[_TESTED[n]] <=
  _CUTS[n]``, else to ``_FAILS[n]``. A comparison with NaN fails: a test that sends what
  is missing to the left asks for the right, ``-x <= -next(cut)``.
- A child below zero is a leaf: leaf k is written -1 - k. Leaves are counted through all
  trees. The root of tree t is ``_ROOTS[t]``, trees in the order of the stages.
- Where there is an ``apply``, it answers ``_NODES[k]`` for each tree, and the list
  is made by ``_numbers``, or is what ``validate`` answers. Beside nested ifs, the table
  is there for it alone, as pairs of a code and a text that are read when ``apply`` is
  first called: to read it at once took a third of the time from the import to the first
  answer (benchmarks/coldstart.py).
- Of a single tree, k is the place in PREDICTIONS. Of a stage of trees that add to one
  sum, leaf k adds ``_VALUES[k]``; where each adds to one of several, tree t adds
  to the sum number ``_SUMS[t]``. Of any other, it adds ``_TERMS[i]`` to the sum number
  ``_SLOTS[i]``, for each i from ``_STARTS[r]`` up to ``_STARTS[r + 1]``, r being
  ``_ROWS[k]``.
- Every array is ``_packed(code, text)``: the code of a memoryview (B, h and H, i and d:
  1, 2, 4 and 8 bytes), and base64 of the numbers, least byte first. A memoryview takes
  no import, and as ``array`` does, a fifth of the memory of a tuple.
"""

from __future__ import annotations

import base64
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sys import byteorder
from typing import Any

from ..layout import plain_sense
from ..program import Cuts, Program, SingleTree, Test, Threshold, Tree, Trees
from .python_spelling import Spelling
from .python_text import WIDTH, list_lines, width

# What an array may be of: what a memoryview calls it.
CODES = ("B", "H", "h", "i", "d")

# Above so many nodes, trees are packed unless it is asked for otherwise. So many nested
# ones take CPython 3.11 some 0.9 s and 225 MB to compile (270 MB of one tree), when they
# are first imported: half of a container of 512 MB. Packed ones take 0.02 s and 6 MB at
# every import, and answer 2 to 5 times as slowly (benchmarks/imports.py).
MOST_NESTED_NODES = 75_000


def is_packed(program: Program, layout: str) -> bool:
    """Whether a program's trees come out as a table: ``layout`` is auto, nested or
    table. Without a tree there is nothing to put into one."""
    if layout != "auto":
        return layout == "table" and next(program.trees(), None) is not None
    return sum(len(tree.tests) for tree in program.trees()) > MOST_NESTED_NODES


# More distinct answers than this are packed, not spelt.
MOST_SPELT = 1_000


class PackedTrees:
    """The arrays of all trees of a program, while they grow."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        stems = [*(stem for stem, _, _ in _ARRAYS), "read"]
        self.names = dict(zip(stems, spelling.constant_names(stems)))
        self.trees = sum(1 for _ in spelling.program.trees())
        self.root, self._row_name, self._term, self._sum = spelling.names(
            ["node", "row", "i", "k"]
        )
        self.numbers: dict[str, int] = {}  # what is tested, as source text -> its place
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
        self._places: dict[Test, int] = {}
        self._row_numbers: dict[Any, int] = {}

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
            (cut,), name = test.cuts, self.spelling.ids[test.column]
            may_be_missing = self.spelling.program.columns[test.column].missing
        elif isinstance(test, Threshold):
            cut, name = test.cut, self.spelling.variable(test.feature)
            may_be_missing = True
        else:
            return self._condition(test)
        if not (may_be_missing and test.missing_left):
            return self._place(name), cut, True
        # x > cut, which fails where x is missing; nothing is above infinity.
        after = math.nan if cut == math.inf else -math.nextafter(cut, math.inf)
        return self._place(f"-{name}"), after, False

    def _condition(self, test: Test) -> tuple[int, float, bool]:
        """A test that is no comparison: its condition is worth 0 or 1."""
        sense = plain_sense(test)
        if test not in self._places:
            self._places[test] = self._place(self.spelling.condition(test, sense))
        return self._places[test], 0.5, not sense

    def _place(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def tests_only(self, columns: list[str]) -> bool:
        """Whether the trees test nothing but these columns; they are then the numbers,
        in this order."""
        if not set(self.numbers) <= set(columns):
            return False
        places = [columns.index(name) for name in self.numbers]
        self.tested = [places[place] for place in self.tested]
        self.numbers = {name: place for place, name in enumerate(columns)}
        return True

    # --- Lines of score ---------------------------------------------------------------

    def listed(self, first: str = "numbers: list[float] =") -> list[str]:
        """The line that puts into the list what the trees added so far test.

        ``first`` is how it begins where there is no list yet.
        """
        items = list(self.numbers)[self._taken :]
        lead = "numbers +=" if self._listed else first
        if self._listed and not items:
            return []
        self._taken, self._listed = len(self.numbers), True
        return list_lines(f"    {lead} ", items)

    def loop(self, first: int, end: int) -> str:
        """The line that goes through some of the trees."""
        some = "" if (first, end) == (0, self.trees) else f"[{first}:{end}]"
        return f"    for {self.root} in {self.names['roots']}{some}:"

    def loop_of_sums(self, first: int, end: int) -> str:
        """The line that goes through some of the trees, each with the one sum that it
        adds to."""
        some = "" if (first, end) == (0, self.trees) else f"[{first}:{end}]"
        roots, sums = self.names["roots"], self.names["sums"]
        line = f"    for {self.root}, {self._sum} in zip({roots}{some}, {sums}{some}):"
        if width(line) <= WIDTH:
            return line
        return (
            f"    for {self.root}, {self._sum} in zip(\n        {roots}{some}, "
            f"{sums}{some}\n    ):"
        )

    def to_its_sum(self, total: str) -> str:
        """The sum that the tree of such a loop adds to."""
        return f"{total}[{self._sum}]"

    def walk(self) -> list[str]:
        """The lines of such a loop that go on from the root to a leaf: without a call,
        which costs as much as two nodes."""
        names, node = self.names, self.root
        return [
            f"        while {node} >= 0:",
            f"            if numbers[{names['tested']}[{node}]] <= {names['cuts']}[{node}]:",
            f"                {node} = {names['holds']}[{node}]",
            "            else:",
            f"                {node} = {names['fails']}[{node}]",
        ]

    def leaf(self, root: str) -> str:
        """The leaf that a record falls into, below a root."""
        return f"_leaf(numbers, {root})"

    def terms_of(self, leaf: str, total: str, indent: str, wide: str = "") -> list[str]:
        """The lines that add what a leaf adds to several sums, each rounded to single
        precision if there is a name for what is ``wide``."""
        names, row, i = self.names, self._row_name, self._term
        starts = names["starts"]
        lines = [
            f"{indent}{row} = {names['rows']}[{leaf}]",
            f"{indent}for {i} in range({starts}[{row}], {starts}[{row} + 1]):",
            f"{indent}    {total}[{names['slots']}[{i}]] += {names['terms']}[{i}]",
        ]
        if wide:
            name = f"{total}[{names['slots']}[{i}]]"
            lines.append(rounded(name, wide, f"{indent}    "))
        return lines

    # --- Leaves -----------------------------------------------------------------------

    def add_stage(self, stage: Trees, keeps_zeros: bool) -> tuple[int, int]:
        """Adds the trees of a stage and what their leaves add; the number of its first
        tree, and of the first after it.

        Zeros are left away unless ``keeps_zeros``: to a sum that is not -0.0 they add
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

    # --- Text -------------------------------------------------------------------------

    def arrays(self) -> list[Packed]:
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

    def of_leaves(self, model: SingleTree) -> list[Packed]:
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

    def _chosen(self, name: str, stem: str, values: Sequence[Any]) -> Packed:
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
            (of,) = self.spelling.constant_names([stem])
            return array_of(of, "d", numbers, result=name, width=len(distinct[0]))
        self.spelt += tuple(distinct)
        of, among = self.spelling.constant_names([f"{stem}_places", f"{stem}_table"])
        return array_of(of, "", chosen, result=name, among=among, distinct=distinct)


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
class Packed:
    """An array of numbers, as the template prints it.

    ``result``, if there is one, is made of them: rows of ``width`` numbers each, or the
    values at these places ``among`` some ``distinct`` ones.
    """

    name: str
    code: str
    text: str
    words: str = ""
    width: int = 0
    result: str = ""
    among: str = ""
    distinct: Sequence[Any] = ()


def array_of(name: str, code: str, numbers: Sequence[Any], **more: Any) -> Packed:
    """An array, of the narrowest code for whole numbers if none is given."""
    code = code or narrowest(numbers)
    return Packed(name, code, packed(code, numbers), **more)


def _is_row(value: Any) -> bool:
    return type(value) is tuple and all(type(x) is float for x in value)


def rounded(name: str, wide: str, indent: str) -> str:
    """The line that rounds a sum of two singles to a single."""
    line = f"{indent}{name} = ({wide} := {name} * 536870912.0) - ({wide} - {name})"
    if width(line) <= WIDTH:
        return line
    return f"{indent}{wide} = {name} * 536870912.0\n{indent}{name} = {wide} - ({wide} - {name})"


def is_simple(stage: Trees) -> bool:
    """Whether every tree of a stage adds to one and the same sum."""
    return len(stage.start) == 1 and all(slots == (0,) for slots in stage.slots)


def adds_to_one(stage: Trees) -> bool:
    """Whether every tree of a stage adds to one sum, each to one of its own."""
    return all(len(slots) == 1 for slots in stage.slots)


def narrowest(numbers: Sequence[int]) -> str:
    """The code of the narrowest array that holds some whole numbers."""
    least, most = min(numbers, default=0), max(numbers, default=0)
    if least < 0:
        return "h" if -(2**15) <= least and most < 2**15 else "i"
    return "B" if most < 2**8 else "H" if most < 2**16 else "i"


def packed(code: str, numbers: Iterable[float]) -> str:
    """Numbers as text: base64 of their bytes in lines, the least byte first."""
    values: Any = array(code, numbers)
    if byteorder == "big":
        values.byteswap()
    return base64.encodebytes(values.tobytes()).decode().rstrip("\n")


def unpacked(code: str, text: str) -> list[Any]:
    """The numbers of a text that :func:`packed` made, as a scorer reads them."""
    values: Any = array(code, base64.b64decode(text))
    if byteorder == "big":
        values.byteswap()
    return list(values)
