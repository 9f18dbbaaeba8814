"""Reading model files: bytes in, inert data out. Nothing in a file ever runs.

    read_file("model.pkl").root    the object that was saved, as a Record
    read_bytes(data).root          the same, from memory

A pickle is a program. It is interpreted here by a machine of our own (:mod:`.machine`)
that imports nothing and calls nothing that a file names: classes of known libraries
become a :class:`Record` of arguments and attributes, numpy arrays are rebuilt from checked
parts (:mod:`.arrays`), and what is on no list (:mod:`.allowed`, :mod:`.calls`) is refused
by name.
"""

from __future__ import annotations

import copy
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read import (
    archive,
    container,
    files,
    looks,
    mlflow,
    native,
    skops_file,
)
from treecompile.read.budget import Budget
from treecompile.read.calls import verdict
from treecompile.read.context import Context, CutShort, Damaged, shown
from treecompile.read.foreign import ForeignClass, placed
from treecompile.read.machine import Machine
from treecompile.read.records import Name, Record, Several

__all__ = ["ModelFile", "Name", "Record", "read_bytes", "read_file", "verdict"]

_ZIP = b"PK\x03\x04"
#: As many pickles that follow the first are told of.
MOST_FOLLOWING = 20
# What a pickle of protocol 2 begins with, or one of an object in protocol 0 or 1.
_BEGINNINGS = b"\x80(c]}"
_START_AGAIN = "Copy the file again, or save the model again"


@dataclass(frozen=True)
class ModelFile:
    """What a model file holds.

    ``root`` is the saved object, as data. ``container`` says how it was saved
    ("pickle protocol 4", "joblib, zlib"), ``sha256`` is the digest of the file as it
    stands, ``names`` are all classes and functions that it mentions, in order of first
    use. ``refused`` is empty unless it was read leniently. ``size`` is that of the file
    in bytes. ``following`` are what further pickles hold that stand behind the first in
    the file, in a word each; ``root`` is then a Several of all that can be read.
    ``columns`` are those of the signature of an MLflow folder. ``budget`` is what the file may still come
    to: see :mod:`.budget`.
    """

    root: Any = field(repr=False)  # may be of any size, and hold itself
    container: str
    sha256: str
    names: tuple[Name, ...]
    protocol: int | None
    refused: tuple[Name, ...] = ()
    size: int = 0
    following: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    budget: Budget = field(default_factory=lambda: Budget(0), repr=False, compare=False)

    @property
    def of_numpy_2(self) -> bool | None:
        """Whether numpy 2 or later wrote it; None where the names do not say."""
        modules = [name.module for name in self.names]
        if any(module.startswith("numpy._core") for module in modules):
            return True
        old = any(module.startswith("numpy.core") for module in modules)
        return False if old else None


def read_file(path: str | os.PathLike[str], *, lenient: bool = False) -> ModelFile:
    """The content of the model file at ``path``, or of the one in a model folder of
    MLflow; ``"-"`` is standard input.

    Raises ``UnreadableFile``, whose message starts with the path. A ``lenient`` read
    keeps calls that are not allowed as records and lists them in ``refused``: still
    nothing runs, but the result is for looking at, not for compiling.
    """
    text = os.fspath(path)
    try:
        if text == "-":
            data, there = _opened(
                lambda: files.of_stream(sys.stdin.buffer, look_at_model, piped=True)
            )
            return _read(data, there, None, None, lenient)
        path = Path(text)
        folder = mlflow.folder_at(path)
        if folder is not None:
            path = folder.path
        data, there = _file(path)
        file = _read(data, there, _beside(path), None, lenient)
        return file if folder is None else replace(file, columns=folder.columns)
    except UnreadableFile as problem:
        where = "standard input" if text == "-" else shown(text)
        raise UnreadableFile(f"{where}: {problem}") from None


def read_bytes(
    data: bytes,
    name: str = "model",
    *,
    buffers: Iterable[Any] | None = None,
    lenient: bool = False,
) -> ModelFile:
    """The content of a model file that is in memory.

    ``name`` stands in front of error messages; ``buffers`` are the out-of-band buffers
    of a pickle of protocol 5. Raises ``UnreadableFile``.
    """
    try:
        return _read(bytes(data), len(data), None, buffers, lenient)
    except UnreadableFile as problem:
        raise UnreadableFile(f"{shown(name)}: {problem}") from None


def _read(
    data: bytes,
    there: int,
    sibling: Callable[[str], bytes] | None,
    buffers: Iterable[Any] | None,
    lenient: bool,
) -> ModelFile:
    buffers = None if buffers is None else list(buffers)
    try:
        return _read_checked(data, there, sibling, buffers, lenient)
    except ForeignClass as problem:
        found = _looked_at(data, there, sibling, buffers)
        raise placed(problem, found) from None
    except Damaged as problem:
        advice = "" if "again" in str(problem) else f". {_START_AGAIN}"
        raise UnreadableFile(f"{problem}{advice}") from problem
    except UnreadableFile:
        raise
    except MemoryError:
        raise _too_large() from None
    except RecursionError:
        raise UnreadableFile("the file nests its objects too deeply") from None
    except Exception as error:
        # The last resort: each known way to be damaged has a message of its own.
        raise UnreadableFile(
            f"the file is damaged, or of a kind that is not known "
            f"({type(error).__name__}: {shown(error)})"
        ) from error


def _read_checked(
    data: bytes,
    there: int,
    sibling: Callable[[str], bytes] | None,
    buffers: Iterable[Any] | None,
    lenient: bool,
) -> ModelFile:
    if not data:
        raise UnreadableFile(
            "the file is empty: save the model again, or copy the file again"
        )
    digest = hashlib.sha256(data).hexdigest()
    budget = Budget(there)
    # A booster's own file may begin as a compressed one does.
    payload, layers = data, list[str]()
    if not (kind := native.kind_of(data)):
        payload, layers = container.unwrap(data, budget)
        kind = native.kind_of(payload)
    if kind:
        root = native.record_of(payload, kind, budget)
        form = native.form_of(root, kind)
        return ModelFile(
            root=root,
            container=", ".join([form, *layers]),
            sha256=digest,
            names=(),
            protocol=None,
            size=len(data),
            budget=budget,
        )
    payload = _without_carriage_returns(payload)
    context = Context(budget, sibling, buffers, lenient)
    protocol = None
    following: tuple[str, ...] = ()
    if looks_like := looks.signature(payload):
        raise _not_a_pickle(looks.description(payload, looks_like))
    if payload[:4] == _ZIP:
        root, form = _read_archive(payload, context)
    else:
        machine = Machine(payload, 0, context)
        root = _run(machine)
        protocol = machine.protocol
        joblib = context.joblib_arrays or "ZF" in layers
        form = "joblib" if joblib else f"pickle protocol {protocol}"
        following, more = _following(machine)
        root = Several([root, *more]) if more else root
    return ModelFile(
        root=native.with_boosters(root, budget),
        container=", ".join([form, *layers]),
        sha256=digest,
        names=tuple(context.names.values()),
        protocol=protocol,
        refused=tuple(context.refused),
        size=len(data),
        following=following,
        budget=budget,
    )


def _following(first: Machine) -> tuple[tuple[str, ...], list[Any]]:
    """What pickles behind the first hold, in a word each, and those of them that can be
    read, up to one that cannot: dump() was called again."""
    found: list[str] = []
    roots: list[Any] = []
    position = first.position
    while position < len(first.data) and len(found) < MOST_FOLLOWING:
        # What is no pickle, padding or a checksum, is nothing to tell of.
        if first.data[position] not in _BEGINNINGS:
            break
        context = copy.copy(first.context)
        context.names, context.makers, context.refused = {}, {}, {}
        context.lenient = True
        machine = Machine(first.data, position, context)
        try:
            root = machine.run()
        except UnreadableFile:
            break
        found.append(root.name if isinstance(root, Record) else type(root).__name__)
        if len(roots) + 1 == len(found) and not context.refused:
            roots.append(root)
            first.context.names.update(context.names)
        position = machine.position
    return tuple(found), roots


def _looked_at(
    data: bytes,
    there: int,
    sibling: Callable[[str], bytes] | None,
    buffers: Iterable[Any] | None,
) -> Any:
    """What a file holds as far as it can be told, None where it cannot."""
    try:
        return _read_checked(data, there, sibling, buffers, lenient=True).root
    except Exception:  # the error that led here is the one to tell
        return None


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        "the file does not fit into the memory of this machine: read it on a larger "
        "one, or save a smaller model"
    )


def _run(machine: Machine) -> Any:
    try:
        return machine.run()
    except Damaged as problem:
        if _is_a_pickle(machine):
            raise
        raise _not_a_pickle(looks.description(machine.data)) from problem
    except UnreadableFile as problem:
        # A text may begin with a letter that is an opcode (P asks for an object that is
        # elsewhere, c and i name a class): what it seems to ask for is no name.
        if not looks.is_text(machine.data) or _names_something(machine):
            raise
        raise _not_a_pickle(looks.description(machine.data)) from problem


def _not_a_pickle(looks_like: str) -> UnreadableFile:
    return UnreadableFile(f"the file is not a pickle: {looks_like}")


def _read_archive(payload: bytes, context: Context) -> tuple[Any, str]:
    """The object in a skops file, and the name of the format."""
    members = archive.Archive(payload, context.budget)
    if skops_file.SCHEMA not in members.names():
        raise _not_a_pickle(looks.description(payload, archive.kind(members.names())))
    root, version = skops_file.Reader(members, context).run()
    return root, f"skops {version}".strip()


def _names_something(machine: Machine) -> bool:
    """Whether all that a stream names could be a class or a function, and something is
    named."""
    names = list(machine.context.names.values())
    if any(verdict(name) == "rebuilt" for name in names):
        return True  # no text begins with the name of one of Python's own makers
    return bool(names) and all(
        name.name.replace(".", "").isidentifier()
        and name.module.replace(".", "").isidentifier()
        for name in names
    )


def _is_a_pickle(machine: Machine) -> bool:
    """Is this a pickle, if a damaged one? Protocols 0 and 1 have no header."""
    if machine.data[:1] == b"\x80" and b"\x02" <= machine.data[1:2] <= b"\x05":
        return True
    # A text may start with letters that are opcodes, but hardly goes on with names of
    # modules and with stores into the memo.
    return bool(machine.memo) and any(
        name.name.isidentifier() and name.module.replace(".", "").isidentifier()
        for name in machine.context.names.values()
    )


def _without_carriage_returns(data: bytes) -> bytes:
    """Undo what Windows does to a pickle of protocol 0 that is written as text."""
    if data[:1] == b"\x80" or b"\r\n" not in data[:1000]:
        return data
    if data.count(b"\n") != data.count(b"\r\n"):
        return data
    return data.replace(b"\r\n", b"\n")


def _file(path: Path) -> tuple[bytes, int]:
    def content() -> tuple[bytes, int]:
        with open(path, "rb") as file:
            return files.of_stream(file, look_at_model)

    try:
        return _opened(content)
    except IsADirectoryError:
        raise UnreadableFile(_about_directory(path)) from None


def look_at_model(head: bytes) -> None:
    """Refuse, by its head, a long file that is no model file."""
    if native.kind_of(head):
        return
    if kind := looks.signature(head):
        raise _not_a_pickle(looks.description(head, kind))
    if container.compression_of(head) or head[:4] == _ZIP:
        return
    machine = Machine(head, 0, Context(Budget(len(head)), lenient=True))
    try:
        machine.run()
    except CutShort:
        pass
    except Damaged as problem:  # for it ends in the middle, perhaps of an array
        if not _is_a_pickle(machine):
            raise _not_a_pickle(looks.description(head)) from problem
    except UnreadableFile:
        pass  # to be said of the whole file


def _opened(content: Callable[[], tuple[bytes, int]]) -> tuple[bytes, int]:
    """What ``content`` reads; the ways in which that fails, as messages."""
    try:
        return content()
    except FileNotFoundError:
        raise UnreadableFile("there is no such file") from None
    except IsADirectoryError:
        raise
    except files.IsADevice as device:
        raise UnreadableFile(device.strerror) from None
    except PermissionError:
        raise UnreadableFile("you have no permission to read this file") from None
    except ValueError:  # a null byte
        raise UnreadableFile("this is not a valid file name") from None
    except OSError as error:
        raise UnreadableFile(f"the file cannot be read: {error.strerror}") from None
    except MemoryError:
        raise _too_large() from None


def _about_directory(path: Path) -> str:
    endings = (".pkl", ".pickle", ".joblib", ".skops", ".cbm", ".ubj")
    try:
        inside = sorted(entry.name for entry in path.iterdir())
    except OSError:
        inside = []
    models = [name for name in inside if name.endswith(endings)]
    advice = f"; did you mean {shown(models[0])} in it?" if models else ""
    return f"this is a folder, not a file{advice}"


def _beside(path: Path) -> Callable[[str], bytes]:
    def sibling(name: str) -> bytes:
        try:
            return _file(path.parent / name)[0]
        except UnreadableFile as problem:
            raise UnreadableFile(
                "the file was written by a joblib older than 0.10, which kept each "
                f"array in a file of its own; {shown(name)}, beside it, is needed: "
                f"{problem}"
            ) from None

    return sibling
