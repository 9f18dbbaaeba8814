"""The statements of a scorer's functions, in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..program import SingleTree, Tree
from .terms import Condition, Term


@dataclass(frozen=True)
class Blank:
    """An empty line."""


@dataclass(frozen=True)
class Remark:
    """A comment of one line; it may hold names out of the model."""

    text: str


@dataclass(frozen=True)
class AboutSingle:
    """The comment that says how a sum is rounded to single precision."""


@dataclass(frozen=True)
class Let:
    """A variable is what a term comes to."""

    name: str
    term: Term


@dataclass(frozen=True)
class Unpack:
    """Variables are the items of a row, in order."""

    names: tuple[str, ...]
    row: Term


@dataclass(frozen=True)
class Start:
    """Variables that are added to from here on, and their first values."""

    names: tuple[str, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Total:
    """A variable is the sum of some terms, added up from left to right from 0.0 on."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Votes:
    """Leaves that each add ``own`` to one of the sums and ``others`` to all others.

    ``names`` are three variables; ``places`` are, for each leaf, the sum that gets its
    own.
    """

    names: tuple[str, str, str]
    own: float
    others: float
    places: tuple[int, ...]


@dataclass(frozen=True)
class Walk:
    """A record walks through a tree, whose leaf adds what it holds to the variables, or
    sets them. What is zero is not added, unless ``keeps_zeros``."""

    tree: Tree
    rows: tuple[tuple[float, ...], ...]
    names: tuple[str, ...]
    sets: bool
    keeps_zeros: bool
    votes: Votes | None = None


@dataclass(frozen=True)
class WalkToLeaf:
    """A record walks through a tree, and the number of its leaf is returned."""

    model: SingleTree


@dataclass(frozen=True)
class Round:
    """A sum of two singles is rounded to a single; ``wide`` is a variable for that."""

    name: str
    wide: str


@dataclass(frozen=True)
class CallPart:
    """A function of the module adds to variables, which are among its arguments."""

    function: str
    arguments: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class List:
    """What the trees of a table test, as a list: a new one, ``more`` of it, or what the
    function returns."""

    items: tuple[Term | Condition, ...]
    how: str  # "new", "more" or "return"


@dataclass(frozen=True)
class CallNumbers:
    """The list, as the function of the module that makes it answers it."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class TableNames:
    """What the arrays of a table of trees are called, by what is in them, and the
    variables that walk through it; ``trees`` is how many it is of (``table.py``)."""

    names: Mapping[str, str]
    root: str
    row: str
    term: str
    sum: str
    trees: int


@dataclass(frozen=True)
class WalkTable:
    """A record walks through some trees of the table, from the root number ``first`` up
    to ``end``, whose leaves add to variables.

    ``form`` is "one" where all trees add to the same sum, "own" where each adds to one
    of several, "terms" where a leaf adds to several. ``total`` is a variable for the
    list of several sums. Of an only tree ``root`` is the root, and ``slot`` the sum that
    it adds to.
    """

    table: TableNames
    first: int
    end: int
    names: tuple[str, ...]
    start: tuple[Term, ...]
    form: str
    total: str
    root: int
    slot: int
    wide: str  # a variable, if each sum is rounded to single precision

    @property
    def one(self) -> bool:
        """Whether it is an only tree, whose root can be written out."""
        return self.end - self.first == 1


@dataclass(frozen=True)
class ReturnLeaf:
    """The number of the leaf of the table's only tree is returned."""

    root: int


@dataclass(frozen=True)
class Return:
    """What the function answers."""

    term: Term


@dataclass(frozen=True)
class Function:
    """A function of the module beside those that every scorer has."""

    name: str
    title: str
    arguments: tuple[str, ...]
    body: tuple[Statement, ...]


Statement = (
    Blank
    | Remark
    | AboutSingle
    | Let
    | Unpack
    | Start
    | Total
    | Walk
    | WalkToLeaf
    | Round
    | CallPart
    | List
    | CallNumbers
    | WalkTable
    | ReturnLeaf
    | Return
)
