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

#: What a path starts with that names another file by its content.
DIGEST = "sha256:"

_NUMBERS: dict[str, Any] = {"threshold": float, "self-test": int}
_FLAGS = {"sparse": True, "dense": False}
_OPTION = re.compile(
    r'--(sparse|dense)(?=\s|\Z)|--([a-z-]+) ("(?:[^"\\]|\\.)*"|[^\s"]+)'
)


@dataclass(frozen=True)
class Options:
    """The options of a build that change the scorer.

    ``self_test`` is how many records the scorer holds, with the answers to them.
    ``encode``, ``preprocess``, ``labels`` and ``names`` say where parts beside the model
    stand (``sources.py``); from Python, they may be these parts themselves.
    ``category_dtype`` are names with commas between; ``sparse`` is None where it is not
    said. ``predict_as`` is as what a booster answers; ``dummies`` are features and what
    they are of (``lower/given_dummies.py``). ``stamp`` is what the builder wants
    MODEL to say. ``target`` is the language.
    """

    target: str = "python"
    threshold: float | None = None
    columns: str = "used"
    unknown: str = "model"
    part: str | None = None
    encode: tuple[tuple[str, Any], ...] = ()
    preprocess: tuple[Any, ...] = ()
    labels: Any = None
    names: Any = None
    category_dtype: str | None = None
    sparse: bool | None = None
    predict_as: str | None = None
    dummies: tuple[str, ...] = ()
    layout: str = "auto"
    self_test: int = 0
    stamp: tuple[tuple[str, str], ...] = ()

    def given(self) -> tuple[tuple[str, Any], ...]:
        """Those that are not as they are by default, by name, as texts and numbers."""
        default = Options()
        pairs: list[tuple[str, Any]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("encode", "stamp"):
                pairs += [(field.name, f"{key}={x}") for key, x in value]
            elif field.name in ("preprocess", "dummies"):
                pairs += [(field.name, path) for path in value]
            elif field.name == "sparse":
                if value is not None:
                    pairs.append(("sparse" if value else "dense", True))
            elif value != getattr(default, field.name):
                pairs.append((field.name, value))
        return tuple(pairs)


def as_line(given: Iterable[tuple[str, Any]]) -> str:
    """Options as they stand on a command line: ``--threshold 0.3 --columns all``."""
    return " ".join(_option(name.replace("_", "-"), x) for name, x in given)


def _option(name: str, value: Any) -> str:
    return f"--{name}" if name in _FLAGS else f"--{name} {_word(value)}"


def _word(value: Any) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.+-]+", text, re.ASCII) else json.dumps(text)


def from_line(line: str) -> Options:
    """The options that :func:`as_line` wrote; ValueError for any other text."""
    found: dict[str, Any] = {}
    for flag, name, word in _OPTION.findall(line):
        if flag:
            found["sparse"] = _FLAGS[flag]
            continue
        text = json.loads(word) if word.startswith('"') else word
        if name == "encode":
            found[name] = (*found.get(name, ()), split_encode(text))
        elif name == "stamp":
            found[name] = (*found.get(name, ()), split_stamp(text))
        elif name in ("preprocess", "dummies"):
            found[name] = (*found.get(name, ()), text)
        else:
            found[name.replace("-", "_")] = _NUMBERS.get(name, str)(text)
    try:
        options = Options(**found)
    except TypeError:
        raise ValueError(f"not the options of a build: {line}") from None
    if as_line(options.given()) != line:
        raise ValueError(f"not the options of a build: {line}")
    return options


def split_encode(text: str) -> tuple[str, str]:
    """``COLUMN=PATH`` as its two parts; ValueError where it is none.

    A column may hold ``=`` where the path shows where it starts.
    """
    starts = [sign for sign in map(text.find, ("=[", f"={DIGEST}")) if sign >= 0]
    sign = min(starts) if starts else text.find("=")
    column, path = text[: max(sign, 0)], text[sign + 1 :]
    if not column or not path:
        raise ValueError(f"not COLUMN=PATH: {text}")
    return column, path


def names_in(text: str | None) -> tuple[str, ...] | None:
    """The names in ``NAME,NAME,...``; None where nothing was said."""
    if text is None:
        return None
    return tuple(name.strip() for name in text.split(",") if name.strip())


def split_stamp(text: str) -> tuple[str, str]:
    """``KEY=VALUE`` as its two parts; ValueError where it is none."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise ValueError(f"not KEY=VALUE: {text}")
    return key, value


def digest_of_rules(columns: Iterable[Column]) -> str:
    """What a scorer over described columns says of them, so that a change of its RULES
    is no other description."""
    return digest({column.name: property_of(column) for column in columns})


def digest(rules: Any) -> str:
    """The first 16 hex digits of the sha256 of RULES, as JSON."""
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:16]
