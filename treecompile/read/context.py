"""What all streams of one file share: its names, its limits and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from treecompile.errors import UnreadableFile
from treecompile.read.budget import OBJECT, Budget
from treecompile.read.records import Name, Record
from treecompile.visible import printable

_LONGEST_NAME = 1_000
_LONGEST_SHOWN = 120

Maker = Callable[[Name, tuple[Any, ...], "Context"], Any]


class Damaged(UnreadableFile):
    """The bytes are not what a pickle (or the container around it) may hold."""


class CutShort(Damaged):
    """The bytes end in the middle."""


class Context:
    """The state of reading one file.

    ``budget`` is its account (:mod:`.budget`). ``sibling`` gives the bytes of a file beside this one, for the
    joblib of old that put each array into a file of its own. A ``lenient`` context
    notes calls that are not allowed in ``refused`` and keeps them as records.
    """

    def __init__(
        self,
        budget: Budget,
        sibling: Callable[[str], bytes] | None = None,
        buffers: Iterable[Any] | None = None,
        lenient: bool = False,
    ) -> None:
        self.budget = budget
        self.sibling = sibling
        self.siblings: set[str] = set()
        self.buffers: Iterator[Any] | None = (
            None if buffers is None else iter(list(buffers))
        )
        self.lenient = lenient
        self.names: dict[tuple[str, str], Name] = {}
        self.makers: dict[Name, Maker] = {}
        self.refused: dict[Name, None] = {}
        self.joblib_arrays = 0
        self.python2 = False  # whether the stream holds the text of Python 2
        self.seconds_for_keys = 2.0
        self._with_attributes: dict[int, dict[Any, Any]] = {}
        self._with_limit: dict[int, tuple[list[Any], int]] = {}

    def charge(self, count: int) -> None:
        """Account for ``count`` objects about to be made."""
        self.budget.charge(OBJECT * count)

    def charge_bytes(self, count: int) -> None:
        """Account for ``count`` bytes about to be made, or copied."""
        self.budget.charge(count)

    def look(self, count: int) -> None:
        """Account for ``count`` bytes about to be looked through."""
        self.budget.work(count // 64)

    def with_attributes(self, made: dict[Any, Any]) -> dict[Any, Any]:
        """Remember a dict that stands for one that may have attributes as well."""
        self._with_attributes[which_object(made)] = made
        return made

    def with_limit(self, made: list[Any], limit: int) -> list[Any]:
        """Remember how many items a list takes before it loses the first ones."""
        self._with_limit[which_object(made)] = made, limit
        return made

    def has_place(self, target: list[Any]) -> bool:
        """Whether a list holds all that was put into it."""
        if not self._with_limit:
            return True
        known = self._with_limit.get(which_object(target))
        return known is None or len(target) <= known[1]

    def takes_attributes(self, target: Any, state: Any) -> bool:
        """Whether a plain value may be given this state, which is then forgotten."""
        parts = state if type(state) is tuple and len(state) == 2 else (state,)
        if len(parts) == 2 and type(parts[1]) is not dict:
            return False
        known = which_object(target) in self._with_attributes
        return known and (parts[0] is None or type(parts[0]) is dict)

    def name(self, module: str, name: str) -> Name:
        """The one :class:`Name` of this file for a module and a name in it."""
        if len(module) + len(name) > _LONGEST_NAME:
            raise Damaged("a class or function has a name of absurd length")
        known = self.names.get((module, name))
        if known is None:
            known = self.names[module, name] = Name(module, name)
        return known


# Which object something is, while it lives. To ask with id() is an audit event, and reading
# a file is not to have any.
which_object = object.__hash__


class Stream(Protocol):
    """What a value that is finished may ask of the run that met it."""

    data: bytes
    position: int
    context: Context
    inner: bool

    def take(self, size: int) -> bytes:
        """So many bytes of the stream."""

    def skip(self, size: int) -> None:
        """Go on behind so many bytes."""

    def nested(self) -> Any:
        """The object of a stream within the stream."""

    def beside(self, data: bytes, position: int) -> Any:
        """The object of another stream of the same file."""


class Unfinished(Record):
    """A record that the next BUILD turns into a value of another type.

    Arrays and dtypes are pickled as an empty shell and a state. The shell may have been
    memoized meanwhile: who recalls it gets the value, and who recalls it too early makes
    something that only Python can make, an object that changes where it already is.
    """

    __slots__ = ("early",)

    def __init__(self, cls: Name, args: tuple[Any, ...] = ()) -> None:
        super().__init__(cls, args)
        self.early = False

    def recalled(self) -> Any:
        """What stands in the memo for it."""
        if self.built:
            return self.state
        self.early = True
        return self

    def finished(self, state: Any, machine: Stream) -> Any:
        """The value, from now on."""
        if self.built or self.early:
            raise Damaged("an array or a type is used before it is whole")
        self.state = self.finish(state, machine)
        self.built = True
        return self.state

    def finish(self, state: Any, machine: Stream) -> Any:
        """The value that the shell and its state stand for."""
        raise NotImplementedError


def shown(text: object) -> str:
    """Text from a file, made safe and short enough for a terminal."""
    plain = str(text)
    if len(plain) > _LONGEST_SHOWN:
        plain = plain[:_LONGEST_SHOWN] + "..."
    return printable(plain)
