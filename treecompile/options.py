"""What a build was asked for, and the line of the scorer that says so.

A scorer that was built with other options than the defaults says which in its
docstring, so that ``verify`` can build it again from the model and the scorer alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from .program import Column
from .schema import property_of

_OPTION = re.compile(r'--([a-z-]+) ("(?:[^"\\]|\\.)*"|[^\s"]+)')


@dataclass(frozen=True)
class Options:
    """The options of a build that change what the scorer does."""

    threshold: float | None = None
    columns: str = "used"
    unknown: str = "model"
    part: str | None = None

    def given(self) -> tuple[tuple[str, Any], ...]:
        """Those that are not as they are by default, by name."""
        default = Options()
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return tuple((n, v) for n, v in pairs if v != getattr(default, n))


def as_line(given: Iterable[tuple[str, Any]]) -> str:
    """Options as they stand on a command line: ``--threshold 0.3 --columns all``."""
    return " ".join(f"--{name.replace('_', '-')} {_word(x)}" for name, x in given)


def _word(value: Any) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.+-]+", text, re.ASCII) else json.dumps(text)


def from_line(line: str) -> Options:
    """The options that :func:`as_line` wrote; ValueError for any other text."""
    found: dict[str, Any] = {}
    for name, word in _OPTION.findall(line):
        text = json.loads(word) if word.startswith('"') else word
        found[name.replace("-", "_")] = float(text) if name == "threshold" else text
    try:
        options = Options(**found)
    except TypeError:
        raise ValueError(f"not the options of a build: {line}") from None
    if as_line(options.given()) != line:
        raise ValueError(f"not the options of a build: {line}")
    return options


def digest_of_rules(columns: Iterable[Column]) -> str:
    """What a scorer over described columns says of them, so that a change of its RULES
    is no other description."""
    return digest({column.name: property_of(column) for column in columns})


def digest(rules: Any) -> str:
    """The first 16 hex digits of the sha256 of RULES, as JSON."""
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:16]
