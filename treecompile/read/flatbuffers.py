"""FlatBuffers, the binary tables of CatBoost's models, as checked views (flatbuffers.dev).

A table starts with the distance back to its vtable, which says where each of its fields
lies; what is larger than a number is the distance on to it. Any of these may be a lie:
each place is held against the data before it is read, and the length of a vector against
what is left behind it. A table can point at one that holds it, so nothing here follows
a reference that was not asked for.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treecompile.errors import UnreadableFile
from treecompile.read.budget import TEXT, Budget

_SHORT = struct.Struct("<H")
_UNSIGNED = struct.Struct("<I")
_SIGNED = struct.Struct("<i")
_DOUBLE = struct.Struct("<d")
_TABLE = 100  # bytes in memory of a table, and its place in a list
_HEADER = 4  # bytes of a vtable, before the places of the fields


def damaged(problem: str) -> UnreadableFile:
    return UnreadableFile(
        f"the CatBoost model in the file is damaged: {problem}. "
        "Save the fitted model again"
    )


def root_of(data: bytes, budget: Budget) -> Table:
    """The table that the data is of; UnreadableFile where there is none. What is made
    of it, and of those in it, is charged on the budget."""
    return Table(data, _unpack(_UNSIGNED, data, 0), budget)


class Table:
    """A table of a FlatBuffer, its fields by number. A field that is not there has its
    default. Everything raises UnreadableFile where the data cannot be as it says."""

    __slots__ = ("_at", "_budget", "_data", "_fields", "_vtable")

    def __init__(self, data: bytes, at: int, budget: Budget) -> None:
        vtable = at - _unpack(_SIGNED, data, at)
        size = _unpack(_SHORT, data, vtable)
        if size < _HEADER or size % 2 or vtable + size > len(data):
            raise damaged("a table of it has no fields")
        self._data = data
        self._budget = budget
        self._at = at
        self._vtable = vtable
        self._fields = (size - _HEADER) // 2

    def integer(self, field: int, default: int = 0) -> int:
        """A field of 32 bits with a sign."""
        return int(self._number(_SIGNED, field, default))

    def double(self, field: int, default: float) -> float:
        """A field of double precision."""
        return float(self._number(_DOUBLE, field, default))

    def byte(self, field: int) -> int:
        """A field of 8 bits, without a sign: a boolean, or one of a few names."""
        place = self._place(field)
        if place is None:
            return 0
        if place >= len(self._data):
            raise damaged("it ends too early")
        return self._data[place]

    def table(self, field: int) -> Table | None:
        """A field that is a table."""
        place = self._place(field)
        return None if place is None else self._table(place)

    def text(self, field: int) -> str:
        """A field that is text, empty where it is not there."""
        found = self.array(field, "u1")
        self._budget.charge(TEXT + 5 * len(found))
        raw = bytes(found)
        return raw.decode("utf-8", "surrogateescape")

    def array(self, field: int, dtype: str) -> NDArray[Any]:
        """A field that is a vector of numbers; none where it is not there."""
        start, count = self._vector(field, np.dtype(dtype).itemsize)
        return np.frombuffer(self._data, dtype, count, start)

    def count(self, field: int) -> int:
        """How many tables a vector of them holds."""
        return self._vector(field, _UNSIGNED.size)[1]

    def tables(self, field: int) -> list[Table]:
        """A field that is a vector of tables."""
        start, count = self._vector(field, _UNSIGNED.size)
        self._budget.charge(_TABLE * count)
        self._budget.work(4 * count)
        places = range(start, start + count * _UNSIGNED.size, _UNSIGNED.size)
        return [self._table(place) for place in places]

    def _table(self, place: int) -> Table:
        return Table(self._data, self._followed(place), self._budget)

    def _vector(self, field: int, width: int) -> tuple[int, int]:
        """Where the items of a vector start, and how many there are."""
        place = self._place(field)
        if place is None:
            return 0, 0
        at = self._followed(place)
        count = _unpack(_UNSIGNED, self._data, at)
        start = at + _UNSIGNED.size
        if count > (len(self._data) - start) // width:
            raise damaged("it holds less than it says")
        return start, count

    def _number(self, form: struct.Struct, field: int, default: float) -> Any:
        place = self._place(field)
        return default if place is None else _unpack(form, self._data, place)

    def _place(self, field: int) -> int | None:
        """Where a field lies, None where it is not there."""
        if field >= self._fields:
            return None
        place = int(_unpack(_SHORT, self._data, self._vtable + _HEADER + 2 * field))
        return self._at + place if place else None

    def _followed(self, place: int) -> int:
        """What a reference points at: always further on."""
        return place + int(_unpack(_UNSIGNED, self._data, place))


def _unpack(form: struct.Struct, data: bytes, at: int) -> Any:
    if not 0 <= at <= len(data) - form.size:
        raise damaged("a part of it lies outside of it")
    return form.unpack_from(data, at)[0]
