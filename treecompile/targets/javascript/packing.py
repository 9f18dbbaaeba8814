"""JavaScript: tables of numbers as text, which a scorer reads when it is loaded.

Every array is ``unpacked(type, text)``: a typed array, and base64 of its bytes, the least
byte first.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterable
from sys import byteorder
from typing import Any

# What JavaScript calls the arrays that ``code/table.py`` makes.
TYPES = {
    "B": "Uint8Array",
    "H": "Uint16Array",
    "h": "Int16Array",
    "i": "Int32Array",
    "d": "Float64Array",
}


def packed(code: str, numbers: Iterable[float]) -> str:
    """Numbers as text: base64 of their bytes, the least byte first, in lines of 76."""
    values: Any = array(code, numbers)
    if byteorder == "big":
        values.byteswap()
    return base64.encodebytes(values.tobytes()).decode().rstrip("\n")
