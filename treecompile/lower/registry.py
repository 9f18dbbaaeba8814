"""A row for each estimator that can be compiled, beside the function that lowers it.

The files of ``lower/`` end in their rows; ``compose.py`` and ``models.py`` collect them.
From the rows come the dispatch, the tables of the README (``tests/test_docs.py``), the
advice of refusals, what ``inspect`` calls compiled, and the classes that ``verify`` may
take from scikit-learn (``proof/rebuild.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .flow import Flow, Step

T = TypeVar("T")

#: A package and a class in it. Subclasses are none of it: they may override anything.
Kind = tuple[str, str]


@dataclass(frozen=True)
class Row(Generic[T]):
    """An estimator: its class, the module that exports it, what lowers it.

    ``stateless`` is one whose fit leaves no attribute that ends in an underscore.
    """

    name: str
    module: str
    lowering: T
    stateless: bool = False

    @property
    def kind(self) -> Kind:
        return self.module.partition(".")[0], self.name


TransformerRow = Row[Callable[[Step], Flow]]


@dataclass(frozen=True)
class Family(Generic[T]):
    """Models that one function lowers, and the row of the README that names them."""

    title: str
    names: tuple[str, ...]
    module: str
    lowering: T
    words: str

    @property
    def rows(self) -> tuple[Row[T], ...]:
        return tuple(Row(name, self.module, self.lowering) for name in self.names)


def by_kind(rows: Iterable[Row[T]]) -> dict[Kind, T]:
    """What lowers each estimator; each has one row."""
    rows = list(rows)
    table = {row.kind: row.lowering for row in rows}
    assert len(table) == len(rows)
    return table
