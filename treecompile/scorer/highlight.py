"""Python source as HTML, with its words marked by kind; everything is escaped."""

from __future__ import annotations

import builtins
import io
import keyword
import token
import tokenize
from collections.abc import Iterator
from html import escape

#: The kinds of words, and the class of HTML that each has.
KEYWORD, STRING, NUMBER, COMMENT, NAME = "tc-k", "tc-s", "tc-n", "tc-c", "tc-b"

_BUILTINS = frozenset(dir(builtins))


def highlighted(source: str) -> str:
    """The text as HTML that stands in a ``pre``. What is no Python stays as it is."""
    lines = source.splitlines(keepends=True)
    parts, row, column = [], 1, 0
    for kind, (top, left), (bottom, right) in _marked(source):
        if (top, left) < (row, column):
            continue
        parts.append(escape(_between(lines, row, column, top, left)))
        word = escape(_between(lines, top, left, bottom, right))
        parts.append(f'<span class="{kind}">{word}</span>')
        row, column = bottom, right
    parts.append(escape(_between(lines, row, column, len(lines) + 1, 0)))
    return "".join(parts)


def _between(lines: list[str], row: int, column: int, end: int, right: int) -> str:
    """The text from one place to another; rows are counted from 1."""
    if row > len(lines):
        return ""
    if row == end:
        return lines[row - 1][column:right]
    tail = lines[end - 1][:right] if end <= len(lines) else ""
    return lines[row - 1][column:] + "".join(lines[row : end - 1]) + tail


_Place = tuple[int, int]


def _marked(source: str) -> Iterator[tuple[str, _Place, _Place]]:
    try:
        for found in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = _kind(found)
            if kind:
                yield kind, found.start, found.end
    except (tokenize.TokenError, SyntaxError):
        return  # a part of a module ends anywhere


def _kind(found: tokenize.TokenInfo) -> str:
    if found.type == token.NAME:
        if keyword.iskeyword(found.string):
            return KEYWORD
        return NAME if found.string in _BUILTINS else ""
    if found.type == token.STRING:
        return STRING
    if found.type == token.NUMBER:
        return NUMBER
    return COMMENT if found.type == tokenize.COMMENT else ""
