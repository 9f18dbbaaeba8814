"""The bytes of a scorer as text, read as its language reads them, or not at all.

What Python, or an engine of JavaScript, makes of a file hangs on more than its text: on
an encoding that its first lines name, on marks in front, on what ends a line. Where two
readers could see two texts there is no text here, but a reason.
"""

from __future__ import annotations

import re

# PEP 263. Looked for in both of the first two lines, whatever the first one holds.
_COOKIE = re.compile(r"^[ \t]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF_8 = ("utf-8", "utf_8", "utf8")
_MARK = b"\xef\xbb\xbf"
# What a terminal or an editor acts upon, or does not show: such a text reads otherwise
# than it runs. treecompile escapes all of them where a model brings them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


class NotPlain(ValueError):
    """Why some bytes are not plain text, and in which line that shows."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def plain(data: bytes | str) -> str:
    """The text of a scorer in Python, as :func:`alike`; NotPlain, too, where it names
    another encoding."""
    text = alike(data)
    marked = isinstance(data, bytes) and data.startswith(_MARK)
    for number, line in enumerate(text.split("\n", 2)[:2], 1):
        cookie = _COOKIE.match(line)
        if cookie is None:
            continue
        if cookie[1].lower() not in _UTF_8:
            raise NotPlain("it says that it is not written in UTF-8", number)
        if marked:
            raise NotPlain("it has a byte order mark and names an encoding", number)
    return text


def alike(data: bytes | str) -> str:
    """The text of a scorer, its lines ended by a line feed. NotPlain for bytes that are
    not UTF-8, and for all that its language could read in another way than we do."""
    text = data if isinstance(data, str) else _decoded(data)
    if "\r" in text:
        text = _with_line_feeds(text)
    unseen = _UNSEEN.search(text)
    if unseen:
        raise NotPlain(
            f"it holds the character U+{ord(unseen[0]):04X}, which treecompile never "
            "writes",
            text.count("\n", 0, unseen.start()) + 1,
        )
    return text


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotPlain("it is not written in UTF-8", line) from None


def _with_line_feeds(text: str) -> str:
    """Lines that end in CR and LF throughout, as in LF; a CR means nothing else."""
    made = text.replace("\r\n", "\n")
    if "\r" in made:
        line = made.count("\n", 0, made.index("\r")) + 1
        raise NotPlain("it holds a carriage return that ends no line", line)
    if text.count("\n") != text.count("\r\n"):
        raise NotPlain("some of its lines end in CR LF, and some in LF", 1)
    return made
