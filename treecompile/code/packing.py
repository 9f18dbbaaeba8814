"""Numbers as text: base64 of their bytes, the least byte first, in every language."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterable
from sys import byteorder
from typing import Any

# What an array may be of, as Python's array calls it: unsigned numbers of 1 and 2 bytes,
# signed ones of 2 and 4, and doubles.
CODES = ("B", "H", "h", "i", "d")


def packed(code: str, numbers: Iterable[float]) -> str:
    """Numbers as text, in lines of 76 letters."""
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
