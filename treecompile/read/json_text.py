"""JSON within limits: what a text becomes is charged before it is parsed.

Parsed, a text takes up to forty times its size: ``{"":0},`` is 7 bytes, and 232 in
memory. Its punctuation says beforehand how much that is at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from treecompile.read.budget import Budget

# Bytes in memory: an object with its first item, a list, a further value and its place,
# a further item of an object, half of a text (it has two quotes).
_OBJECT, _LIST, _VALUE, _ITEM, _QUOTE = 240, 90, 40, 60, 28
_WIDE = re.compile("[^\x00-\xff]")


def loads(
    text: str | bytes | bytearray,
    budget: Budget,
    number: Callable[[str], float] | None = None,
) -> Any:
    """The value of a JSON text; ``number`` reads those with a point or an exponent. Raises ValueError or RecursionError where it is none,
    and UnreadableFile where it would take more than the file may."""
    if isinstance(text, (bytes, bytearray)):
        budget.charge(len(text) * (1 if text.isascii() else 4))
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    # What its texts take: the letters, at their width, which an escape can hide.
    escaped = "\\u" in text
    wide = escaped or (not text.isascii() and _WIDE.search(text) is not None)
    budget.charge(
        len(text) * (4 if wide else 1)
        + _OBJECT * text.count("{")
        + _LIST * text.count("[")
        + _VALUE * text.count(",")
        + _ITEM * text.count(":")
        + _QUOTE * text.count('"')
    )
    return json.loads(text, parse_float=number)
