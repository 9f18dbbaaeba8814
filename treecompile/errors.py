"""The one family of errors that a user of treecompile is meant to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import fill

from .visible import printable

_LONGEST_LINE = 3_000


#: What to do about a file whose parts contradict one another.
DAMAGED = "The file is damaged or was made by hand; pickle the fitted model again."


class TreecompileError(Exception):
    """The input cannot be used; the message says what, where and what to do.

    A message quotes the file (names of steps, of columns, of classes), so its text is
    made safe for a terminal: what is not printable is escaped, and lines end somewhere.
    """

    def __str__(self) -> str:
        return "\n".join(map(_shortened, super().__str__().split("\n")))


def wrapped(text: str) -> str:
    """A long list of names in lines that a terminal shows whole."""
    return fill(text, 79, break_long_words=False, break_on_hyphens=False)


def _shortened(line: str) -> str:
    if len(line) > _LONGEST_LINE:
        line = line[:_LONGEST_LINE] + "..."
    return printable(line)


class UnreadableFile(TreecompileError):
    """The file is not a model file, is damaged, or asks for what is never done."""


class UnsupportedModel(TreecompileError):
    """A part of the model cannot be compiled exactly."""

    def __init__(self, path: str, problem: str, advice: str = "") -> None:
        self.path = path
        self.problem = problem
        self.advice = advice
        text = f"{path}: {problem}" if path else problem
        super().__init__(f"{text}\n{advice}" if advice else text)


class BadSchema(TreecompileError):
    """The schema or the data does not describe the records of this model."""


@contextmanager
def not_too_deep() -> Iterator[None]:
    """UnsupportedModel in place of a RecursionError: parts that stand one after the
    other by the hundred make expressions that no stage can follow."""
    try:
        yield
    except RecursionError:
        raise UnsupportedModel(
            "", "The parts of the model are nested too deeply to be compiled."
        ) from None
