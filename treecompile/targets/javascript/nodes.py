"""JavaScript: what ``reader.py`` makes of the text of a scorer.

Expressions are tuples that begin with what they are: ("value", x), ("name", name),
("array", items), ("object", pairs), ("unary", sign, x), ("binary", sign, a, b),
("choice", test, a, b), ("call", of, arguments), ("member", of, name), ("index", of, x),
("new", name, arguments), ("arrow", names, x), ("spread", x). A number is a float, a
BigInt an int.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Expression = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Declare:
    """``const`` or ``let``; ``several`` are the items of an array, by their names."""

    lineno: int
    kind: str
    names: tuple[str, ...]
    several: bool
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Assign:
    lineno: int
    target: Expression
    sign: str  # "=" or "+="
    value: Expression


@dataclass(frozen=True, slots=True)
class Evaluate:
    lineno: int
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """``said`` is the condition as it stands in the text."""

    lineno: int
    test: Expression
    said: str
    body: list[Any]
    orelse: list[Any]


@dataclass(frozen=True, slots=True)
class Labelled:
    lineno: int
    label: str
    body: list[Any]


@dataclass(frozen=True, slots=True)
class Block:
    """Statements whose names are their own."""

    lineno: int
    body: list[Any]


@dataclass(frozen=True, slots=True)
class Break:
    lineno: int
    label: str


@dataclass(frozen=True, slots=True)
class Return:
    lineno: int
    value: Expression


@dataclass(frozen=True, slots=True)
class While:
    lineno: int
    test: Expression
    body: list[Any]


@dataclass(frozen=True, slots=True)
class For:
    """``for (let name = first; test; step) {...}``"""

    lineno: int
    start: Declare
    test: Expression
    step: Assign
    body: list[Any]


@dataclass(frozen=True, slots=True)
class Function:
    lineno: int
    name: str
    parameters: tuple[str, ...]
    body: list[Any]


def names_of(target: Expression) -> Sequence[str]:
    """The names in a name, or in an array of names."""
    items = target[1] if target[0] == "array" else (target,)
    return [item[1] for item in items if item[0] == "name"]
