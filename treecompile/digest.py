"""What a model computes, as a digest: equal for two files that hold the same trees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from .program import Column, Cuts, Norm, Program, Threshold, Tree

# What people read of a part, and no answer depends on.
_WORDS = {"name", "title", "words", "notes", "linear", "linear_in_singles"}
_PLAIN = {bool, int, float, str, type(None)}
_NAMED = {"Column", "Feature"}  # the names of these are part of a record


def digest_of(program: Program) -> str:
    """The sha256 of all that the answers of a program depend on.

    Not of the file, nor of the options that change the text alone: another training
    that gives the same trees has the same digest.
    """
    parts = (
        tuple(map(_as_tested, program.columns)),
        program.features,
        program.inner,
        program.checks,
        program.classes,
        program.model,
    )
    return _hashed(_texts(parts, {}))


def _hashed(texts: Iterable[str]) -> str:
    found = hashlib.sha256()
    for text in texts:
        found.update(text.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _as_tested(column: Column) -> Column:
    """A column without what says nothing of it: a category has no bounds."""
    if column.categories is None:
        return column
    return Column(column.name, column.categories, column.missing, column.unknown)


def _texts(value: Any, norms: dict[int, str]) -> Iterator[str]:
    """A value as texts that no other value has. The length of a row stands in each of
    its columns; ``norms`` has the digest of those that were met."""
    if isinstance(value, Tree):
        yield repr((value.left, value.right, value.leaf))
        for test in value.tests:  # of which there can be millions
            if isinstance(test, Cuts):
                yield f"cuts {test.column} {test.cuts} {test.missing_left} {test.first};"
            elif isinstance(test, Threshold):
                yield f"threshold {test.feature} {test.cut!r} {test.missing_left};"
            else:
                yield from _texts(test, norms)
    elif isinstance(value, Norm):
        if id(value) not in norms:
            of = (value.kind, value.operands, value.least, value.paired)
            norms[id(value)] = _hashed(_texts(of, norms))
        yield f"norm {norms[id(value)]};"
    elif is_dataclass(value):
        kind = type(value).__name__
        yield f"{kind}("
        for field in fields(value):
            if kind in _NAMED or field.name not in _WORDS:
                yield from _texts(getattr(value, field.name), norms)
        yield ")"
    elif isinstance(value, tuple) and _PLAIN.issuperset(map(type, value)):
        yield repr(value)
    elif isinstance(value, tuple):
        yield f"({len(value)} "
        for item in value:
            yield from _texts(item, norms)
        yield ")"
    elif isinstance(value, frozenset):
        yield f"{{{len(value)} "
        yield from sorted("".join(_texts(item, norms)) for item in value)
        yield "}"
    elif isinstance(value, Enum):
        yield f"{value.name};"
    else:
        yield f"{value!r};"
