"""What a file may cost: one account, on which everything that is made of it is charged.

A file announces numbers, and a few bytes can announce a great deal: an array of 10 GB,
100 million classes, one tree in 400,000 places. Two rules keep that from its reader:

- a number that a file announces is held against the bytes that are there;
- whatever is made (bytes that are unfolded, text at its real width, the values in a JSON
  text, lists, records, categories, trees) is charged, at about what it takes in memory,
  *before* it is made, each time that it is made.

The account grows with the size of the file on the disk, so a large model that is all
there has all that it needs. What is charged is never given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from treecompile.errors import UnreadableFile

#: Bytes that any file may come to, whatever its size. With what Python, numpy and the
#: command take themselves, this stays below the 512 MB that are promised.
FREE = 340 << 20
# Bytes that each byte on the disk may come to beyond that; it counts for more where it
# is of a compressed file, for as much as it unfolds to at most.
_RATE = 20
_PACKED_RATE = 40
#: Opcodes, and other small steps of work, that any file may ask for.
FREE_STEPS = 4_000_000

# What the parts of an object take in memory, about.
OBJECT = 72
TEXT = 56
PAIR = 100  # of a dictionary
NODE = 100  # of a tree, with its test and its leaf
TREE = 5_000  # around the nodes
LABEL = 100
COLUMN = 1_600  # of a record, with what the scorer says and asks of it
EXPRESSION = 300  # a feature, with its name and what it is computed by


class Exhausted(UnreadableFile):
    """A file comes to more than its size can hold."""


class Budget:
    """The account of one file of so many bytes (those that are really there)."""

    def __init__(self, stored: int) -> None:
        self.stored = stored
        self.limit = max(FREE, _RATE * stored)
        self.spent = 0
        self.steps = FREE_STEPS + stored

    def packed(self) -> None:
        """The file is compressed."""
        self.limit = max(FREE, _PACKED_RATE * self.stored)

    def unpacked(self, size: int) -> None:
        """It unfolded to so many bytes."""
        most = min(_PACKED_RATE * self.stored, _RATE * size)
        self.limit = max(FREE, _RATE * self.stored, most)

    def charge(self, count: int) -> None:
        """Account for ``count`` bytes about to be made."""
        self.spent += count
        if self.spent > self.limit:
            raise exhausted()

    def work(self, steps: int) -> None:
        """Account for steps about to be taken that leave nothing behind."""
        self.steps -= steps
        if self.steps < 0:
            raise exhausted()

    def copy(self) -> Budget:
        """What is left now: a file is read once, and may be lowered more than once."""
        made = Budget(self.stored)
        made.limit, made.spent, made.steps = self.limit, self.spent, self.steps
        return made


_at_work: ContextVar[Budget | None] = ContextVar("budget", default=None)


def current() -> Budget:
    """The account of the file that is at work; a fresh one where none is."""
    return _at_work.get() or Budget(0)


def charge(count: int) -> None:
    """Account for ``count`` bytes about to be made of the file that is at work."""
    budget = _at_work.get()
    if budget is not None:
        budget.charge(count)


@contextmanager
def at_work(budget: Budget) -> Iterator[Budget]:
    """Whatever is charged meanwhile is charged on this account."""
    token = _at_work.set(budget)
    try:
        yield budget
    finally:
        _at_work.reset(token)


def exhausted() -> Exhausted:
    return Exhausted(
        "the file unfolds into far more objects than its size can hold: "
        "it is damaged, or made to exhaust the memory of its reader. Do not load it; "
        "if you made it yourself, save the model without compression"
    )
