"""A document printer: text that knows where it may be broken into lines.

After Wadler, "A prettier printer", with the groups of Oppen: a group stands on one line
if it fits there, and is else broken at each of its own lines. A document is a text, a
tuple of documents, or one of the classes here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .width import width as room_of


@dataclass(frozen=True, slots=True)
class Group:
    """On one line if it fits, else broken at its lines; always if ``broken``."""

    of: Document
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Nest:
    """Two spaces further to the right, after each line within."""

    of: Document


@dataclass(frozen=True, slots=True)
class Line:
    """A new line where the group is broken, else a space, or nothing if ``soft``."""

    soft: bool = False


@dataclass(frozen=True, slots=True)
class IfBroken:
    """A text where the group is broken, else another."""

    broken: str
    flat: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """Items that stand on a line as many as fit, with a comma after each but the last."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A document behind a space, or on a line of its own, further to the right, if not
    even its beginning fits beside what stands before it."""

    of: Document


Document = str | tuple["Document", ...] | Group | Nest | Line | IfBroken | Fill | Beside

LINE, SOFT = Line(), Line(soft=True)


def joined(separator: Document, items: Iterable[Document]) -> tuple[Document, ...]:
    """The items with a separator between each two."""
    parts: list[Document] = []
    for item in items:
        parts += [separator, item] if parts else [item]
    return tuple(parts)


def flat(document: Document) -> str | None:
    """The document on one line; None where a group of it is to be broken."""
    parts: list[str] = []
    todo: list[Document] = [document]
    while todo:
        item = todo.pop()
        match item:
            case str():
                parts.append(item)
            case tuple():
                todo.extend(reversed(item))
            case Group(of, broken):
                if broken:
                    return None
                todo.append(of)
            case Nest(of):
                todo.append(of)
            case Line(soft):
                parts.append("" if soft else " ")
            case IfBroken(flat=text):
                parts.append(text)
            case Fill(items):
                parts.append(", ".join(items))
            case Beside(of):
                todo += [of, " "]
    return "".join(parts)


def printed(document: Document, width: int, indent: int = 0) -> str:
    """The document in lines of ``width`` letters where it can be, the first of which
    begins after ``indent`` spaces (these are part of the answer)."""
    out: list[str] = [" " * indent]
    column = indent
    todo: list[tuple[int, bool, Document]] = [(indent, True, document)]
    while todo:
        level, broken, item = todo.pop()
        match item:
            case str():
                out.append(item)
                column += room_of(item)
            case tuple():
                todo.extend((level, broken, part) for part in reversed(item))
            case Group(of, must):
                fits = not must and _fits(of, width - column, todo)
                todo.append((level, not fits, of))
            case Nest(of):
                todo.append((level + 2, broken, of))
            case Line(soft):
                if broken:
                    out.append("\n" + " " * level)
                    column = level
                elif not soft:
                    out.append(" ")
                    column += 1
            case IfBroken(text, other):
                out.append(text if broken else other)
                column += room_of(out[-1])
            case Beside(of):
                todo.append((level, True, of))
                if _fits(" ", width - column, todo):
                    out.append(" ")
                    column += 1
                else:
                    todo[-1] = (level + 2, True, of)
                    out.append("\n" + " " * (level + 2))
                    column = level + 2
            case Fill(items):
                for i, word in enumerate(items):
                    text = word + "," * (i < len(items) - 1 or broken)
                    if i and column + 1 + len(text) > width and broken:
                        out.append("\n" + " " * level)
                        column = level
                    elif i:
                        out.append(" ")
                        column += 1
                    out.append(text)
                    column += len(text)
    lines = "".join(out).split("\n")
    return "\n".join(line if line.strip() else "" for line in lines)


def _fits(
    document: Document, room: int, rest: list[tuple[int, bool, Document]]
) -> bool:
    """Whether a document fits flat, with what follows it up to the next line."""
    text = flat(document)
    if text is None:
        return False
    room -= room_of(text)
    place = len(rest)
    todo: list[tuple[bool, Document]] = []
    while room >= 0:
        if not todo:
            if not place:
                return True
            place -= 1
            _, broken, item = rest[place]
            todo.append((broken, item))
        broken, item = todo.pop()
        match item:
            case str():
                room -= room_of(item)
            case tuple():
                todo.extend((broken, part) for part in reversed(item))
            case Group(of, must):
                todo.append((must or broken, of))
            case Nest(of):
                todo.append((broken, of))
            case Line(soft):
                if broken:
                    return True
                room -= not soft
            case IfBroken(text_broken, text_flat):
                room -= len(text_broken if broken else text_flat)
            case Fill(items):
                room -= len(", ".join(items))
            case Beside(of):
                if broken:
                    return True
                todo += [(broken, of), (broken, " ")]
    return False
