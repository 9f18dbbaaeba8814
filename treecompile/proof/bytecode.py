"""What Python could run in place of a scorer's text: compiled code, a module of its name.

``import scorer`` takes ``__pycache__/scorer.cpython-312.pyc`` for the text, if its header
says so, and a folder or an extension module of that name before it. Nothing of what
stands there is loaded: its bytes are looked at.
"""

from __future__ import annotations

import importlib.util
import marshal
import os
import sys
from dataclasses import dataclass

from .marshalled import Marshalled, Unreadable

_HEADER = 16
_EXTENSIONS = (".so", ".pyd", ".dll")


@dataclass(frozen=True)
class Instead:
    """A file that Python would run in place of a scorer; ``known`` is whether it is known
    to hold other code."""

    path: str
    why: str
    known: bool


def instead_of(path: str | os.PathLike[str], data: bytes) -> list[Instead]:
    """The files that Python would run in place of the scorer at ``path``, whose text is
    ``data``, but for those that hold the same code."""
    text = os.fspath(path)
    found: dict[str, Instead] = {}
    for each in dict.fromkeys((os.path.abspath(text), os.path.realpath(text))):
        for one in _beside(each, data):
            found.setdefault(one.path, one)
    return list(found.values())


def _beside(path: str, data: bytes) -> list[Instead]:
    folder, name = os.path.split(path)
    stem = os.path.splitext(name)[0]
    found = []
    for other in _listed(folder):
        place = os.path.join(folder, other)
        if other == stem and any(
            inner.startswith("__init__.") for inner in _listed(place)
        ):
            found.append(Instead(place, "a package of that name goes first", True))
        elif other.startswith(stem + ".") and other.endswith(_EXTENSIONS):
            found.append(Instead(place, "an extension module goes first", True))
        elif other == stem + ".pyc":
            found += _compiled(place, data, path, 0, None)
    cached = importlib.util.cache_from_source(path, optimization="")
    for cache in dict.fromkeys(
        (os.path.join(folder, "__pycache__"), os.path.dirname(cached))
    ):
        for other in _listed(cache):
            tag, optimised = _tag(other, stem)
            if tag:
                place = os.path.join(cache, other)
                found += _compiled(place, data, path, optimised, tag)
    return found


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _tag(name: str, stem: str) -> tuple[str, int]:
    """Which Python a file of compiled code is for, and how far it is optimised."""
    if not (name.startswith(stem + ".") and name.endswith(".pyc")):
        return "", 0
    tag, _, optimised = name[len(stem) + 1 : -4].partition(".opt-")
    return ("" if "." in tag else tag), (
        min(2, int(optimised)) if (optimised.isdigit() and optimised.isascii()) else 0
    )


def _compiled(
    place: str, data: bytes, source: str, optimised: int, tag: str | None
) -> list[Instead]:
    """What is to be said of a file of compiled code; one without a ``tag`` has no text
    that it is compared with when it is imported."""
    try:
        with open(place, "rb") as stream:
            code = stream.read()
    except OSError as error:
        return [Instead(place, f"it cannot be read ({error.strerror})", False)]
    if tag is not None and not _taken(code, data, source):
        return []
    ours = code[:4] == importlib.util.MAGIC_NUMBER
    if tag is not None and (tag == sys.implementation.cache_tag) != ours:
        return []  # of another Python than it says: that one does not take it
    if not ours:
        return [Instead(place, "it was compiled by another Python", False)]
    try:
        right = compile(data, source, "exec", dont_inherit=True, optimize=optimised)
        numbers = Marshalled()
        expected = numbers.number(marshal.dumps(right))
    except (Unreadable, SyntaxError, ValueError, MemoryError, RecursionError):
        return [Instead(place, "what it holds cannot be told", False)]
    try:
        same = numbers.number(code[_HEADER:]) == expected
    except Unreadable:
        same = False
    return [] if same else [Instead(place, "it holds other code", True)]


def _taken(code: bytes, data: bytes, source: str) -> bool:
    """Whether Python takes compiled code for that of a text, by the header alone."""
    flags = int.from_bytes(code[4:8], "little")
    if len(code) < _HEADER or flags > 3:
        return False
    if flags & 1:
        ours = code[:4] == importlib.util.MAGIC_NUMBER
        checked = bool(flags & 2) and ours
        return not checked or code[8:16] == importlib.util.source_hash(data)
    try:
        modified = int(os.stat(source).st_mtime) & 0xFFFFFFFF
    except OSError:
        return True
    size = len(data) & 0xFFFFFFFF
    return code[8:16] == struct_of(modified, size)


def struct_of(modified: int, size: int) -> bytes:
    """A time and a size as the header of compiled code holds them."""
    return modified.to_bytes(4, "little") + size.to_bytes(4, "little")
