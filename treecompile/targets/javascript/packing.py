"""JavaScript: tables of numbers as text, which a scorer reads when it is loaded.

Every array is ``unpacked(type, text)``: a typed array, and base64 of its bytes, the least
byte first.
"""

from __future__ import annotations

from ...code.packing import packed, unpacked

__all__ = ["TYPES", "packed", "unpacked"]

# What JavaScript calls the arrays that ``code/table.py`` makes.
TYPES = {
    "B": "Uint8Array",
    "H": "Uint16Array",
    "h": "Int16Array",
    "i": "Int32Array",
    "d": "Float64Array",
}
