"""UBJSON, the binary JSON of XGBoost's models, as plain values (ubjson.org, draft 12).

What XGBoost writes of it: numbers, text, objects and arrays of big-endian values, the
lengths of which stand before them; an array of numbers of one type becomes a numpy
array. Every length is held against what is left of the data before it is believed, and
nesting is kept on a list, so that no data can exhaust memory or the stack.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from treecompile.errors import UnreadableFile
from treecompile.read.budget import TEXT, Budget

_NUMBERS = {
    ord("i"): ">i1",
    ord("U"): ">u1",
    ord("I"): ">i2",
    ord("l"): ">i4",
    ord("L"): ">i8",
    ord("d"): ">f4",
    ord("D"): ">f8",
}
_FORMATS = {
    ord("i"): struct.Struct(">b"),
    ord("U"): struct.Struct(">B"),
    ord("I"): struct.Struct(">h"),
    ord("l"): struct.Struct(">i"),
    ord("L"): struct.Struct(">q"),
    ord("d"): struct.Struct(">f"),
    ord("D"): struct.Struct(">d"),
}
_CONSTANTS = {ord("T"): True, ord("F"): False, ord("Z"): None}
_INTEGERS = frozenset(b"iUIlL")
_DEEPEST = 64
# Bytes in memory: a value with its place (and the key's, in an object), a container.
_VALUE, _CONTAINER = 100, 120


def damaged(problem: str) -> UnreadableFile:
    return UnreadableFile(
        f"the XGBoost model in the file is damaged: {problem}. "
        "Save the fitted model again"
    )


def loads(data: bytes, budget: Budget) -> Any:
    """The value that the data holds; UnreadableFile where it is no UBJSON, or where it
    would take more than the file may."""
    return _Reader(data, budget).value()


class _Reader:
    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.at = 0

    def value(self) -> Any:
        """One value, and everything inside it."""
        top: list[Any] = []
        # Each open container, and how many of its items are to come (None: until the
        # closing bracket).
        containers: list[tuple[list[Any] | dict[str, Any], int | None]] = [(top, 1)]
        while True:
            container, left = containers[-1]
            if left == 0 or (left is None and self._closes(container)):
                containers.pop()
                if not containers:
                    return top[0]
                continue
            if left is not None:
                containers[-1] = container, left - 1
            key = self._text() if isinstance(container, dict) else None
            item, opened = self._item()
            if isinstance(container, dict):
                assert key is not None
                container[key] = item
            else:
                container.append(item)
            if opened is not None:
                if len(containers) >= _DEEPEST:
                    raise damaged("it is nested too deeply")
                containers.append((item, opened[0]))

    def _item(self) -> tuple[Any, tuple[int | None] | None]:
        """A value; for a container that is still empty, how many items it takes."""
        marker = self._marker()
        self.budget.charge(_VALUE)
        self.budget.work(1)
        if marker in _FORMATS:
            return self._number(marker), None
        if marker in _CONSTANTS:
            return _CONSTANTS[marker], None
        if marker in b"SH":
            return self._text(), None
        if marker == ord("C"):
            return chr(self._bytes(1)[0]), None
        if marker == ord("{"):
            self.budget.charge(2 * _CONTAINER)
            return {}, (self._count(),)
        if marker == ord("["):
            self.budget.charge(_CONTAINER)
            return self._array()
        raise damaged("it holds a value of an unknown kind")

    def _array(self) -> tuple[Any, tuple[int | None] | None]:
        if self._peek() != ord("$"):
            return [], (self._count(),)
        self.at += 1
        kind = self._marker()
        if kind not in _NUMBERS or self._peek() != ord("#"):
            raise damaged("it holds an array of an unknown kind")
        count = self._count()
        assert count is not None
        dtype = np.dtype(_NUMBERS[kind])
        size = count * dtype.itemsize
        self.budget.charge(2 * min(size, len(self.data)))
        raw = self._bytes(size)
        return np.frombuffer(raw, dtype).astype(dtype.newbyteorder("=")), None

    def _count(self) -> int | None:
        """The number of items where one is given; each takes a byte or more."""
        if self._peek() != ord("#"):
            return None
        self.at += 1
        count = self._length()
        if count > len(self.data) - self.at:
            raise damaged("it holds less than it says")
        return count

    def _closes(self, container: list[Any] | dict[str, Any]) -> bool:
        closing = ord("]") if isinstance(container, list) else ord("}")
        while self._peek() == ord("N"):  # no value: only fills up
            self.at += 1
        if self._peek() != closing:
            return False
        self.at += 1
        return True

    def _number(self, marker: int) -> Any:
        form = _FORMATS[marker]
        return form.unpack(self._bytes(form.size))[0]

    def _length(self) -> int:
        marker = self._marker()
        length = self._number(marker) if marker in _INTEGERS else -1
        if length < 0:
            raise damaged("it holds a length that is none")
        return int(length)

    def _text(self) -> str:
        length = self._length()
        raw = self._bytes(length)
        self.budget.charge(TEXT + length * (1 if raw.isascii() else 4))
        return raw.decode("utf-8", "surrogateescape")

    def _peek(self) -> int:
        if self.at >= len(self.data):
            raise damaged("it ends too early")
        return self.data[self.at]

    def _marker(self) -> int:
        marker = self._peek()
        self.at += 1
        return marker

    def _bytes(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise damaged("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]
