"""Compiled code in the form of marshal, compared without being loaded.

``marshal.loads`` believes what it reads, and what it makes of forged bytes can end the
interpreter. Here the bytes are taken apart as data; equal parts become equal numbers, so
two codes are equal where their numbers are, whatever of them is shared.
"""

from __future__ import annotations

import struct
import sys
from typing import Any

_DEEPEST = 100
_REFERABLE = 0x80
_CONSTANTS = b"NFT.S"
_TEXTS = b"tuaAzZ"
# What a code object is made of: numbers, parts, a number, parts. Its file name, which
# says where it was compiled and nothing about what it does, is the part of this place.
_HEAD, _PARTS, _TAIL = (5, 8, 2) if sys.version_info >= (3, 11) else (6, 8, 1)
_FILE_NAME = 5 if sys.version_info >= (3, 11) else 6


class Unreadable(Exception):
    """The bytes are no marshalled code, or of a form that is not known here."""


class Marshalled:
    """Numbers for marshalled objects; ``number`` gives one for the object in some bytes."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def number(self, data: bytes) -> int:
        """The number of an object: two are equal in all but file names if theirs are."""
        try:
            return _Reader(data, self._numbers).read(0)
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from None


class _Reader:
    def __init__(self, data: bytes, numbers: dict[Any, int]) -> None:
        self.data, self.at = data, 0
        self.numbers = numbers
        self.shared: list[int | None] = []

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.at:
            raise Unreadable("it ends in the middle")
        self.at += size
        return self.data[self.at - size : self.at]

    def long(self) -> int:
        return int.from_bytes(self.take(4), "little", signed=True)

    def read(self, depth: int) -> int:
        if depth > _DEEPEST:
            raise Unreadable("it is nested too deeply")
        code = self.take(1)[0]
        kind = bytes([code & ~_REFERABLE])
        if kind == b"r":
            place = self.long()
            found = self.shared[place] if place >= 0 else None
            if found is None:
                raise Unreadable("it refers to what is not there")
            return found
        if kind in _CONSTANTS:
            return self.known(kind)
        place = len(self.shared)
        if code & _REFERABLE:
            self.shared.append(None)
        number = self.known(self.parts(kind, depth + 1))
        if code & _REFERABLE:
            self.shared[place] = number
        return number

    def known(self, value: Any) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    def parts(self, kind: bytes, depth: int) -> tuple[Any, ...]:
        """What an object is made of: plain values, and the numbers of its parts."""
        if kind == b"i":
            return "int", self.long()
        if kind == b"l":
            size = self.long()
            return "int", self._digits(abs(size)) * (-1 if size < 0 else 1)
        if kind == b"g":
            return "float", self.take(8)
        if kind == b"y":
            return "complex", self.take(16)
        if kind == b"s":
            return "bytes", self.take(self.long())
        if kind in _TEXTS:
            short = kind in b"zZ"
            text = self.take(self.take(1)[0] if short else self.long())
            wide = kind in b"tu"
            return "str", text.decode("utf-8" if wide else "latin-1", "surrogatepass")
        if kind in b"()":
            size = self.take(1)[0] if kind == b")" else self.long()
            return "tuple", *self.several(size, depth)
        if kind == b">":
            return "frozenset", *sorted(self.several(self.long(), depth))
        if kind == b":":
            return "slice", *self.several(3, depth)
        if kind == b"c":
            return self.code(depth)
        raise Unreadable(f"{kind!r} is nothing that code is made of")

    def _digits(self, size: int) -> int:
        digits = self.take(2 * size)
        return sum(
            int.from_bytes(digits[2 * i : 2 * i + 2], "little") << 15 * i
            for i in range(size)
        )

    def several(self, size: int, depth: int) -> list[int]:
        if not 0 <= size <= len(self.data):
            raise Unreadable("it ends in the middle")
        return [self.read(depth) for _ in range(size)]

    def code(self, depth: int) -> tuple[Any, ...]:
        head = [self.long() for _ in range(_HEAD)]
        parts = self.several(_PARTS, depth)
        line = self.long()
        tail = self.several(_TAIL, depth)
        del parts[_FILE_NAME]
        return "code", *head, *parts, line, *tail
