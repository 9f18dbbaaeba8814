"""A scorer whose text has been accepted, running: in this process, or in node."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import threading
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from ..edges import Row, raw
from ..emit import emit
from ..program import Program
from ..targets.javascript.text import camel
from .scripts import Script
from .source import Source, parse

# So many seconds node has to load a scorer, or to answer some records.
SECONDS = 120.0
OLDEST_NODE = 18
HOW = f"To show it: install node {OLDEST_NODE} or later, then verify again."
_SENT = (bool, int, float, str, type(None))


class CannotRun(Exception):
    """Why a scorer could not be run here; ``how`` is what to do."""

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.how = how


class DoesNotLoad(Exception):
    """What an engine says of a scorer that it does not take."""


class Running:
    """A scorer that answers records."""

    def has(self, name: str) -> bool:
        """Whether it has a function, by its name in Python."""
        raise NotImplementedError

    def answers(self, name: str, rows: Sequence[Row]) -> list[Any]:
        """What a function answers to each; the text of a refusal where it refuses."""
        raise NotImplementedError

    def like(self, given: Any, expected: Any) -> Any:
        """An answer, as Python has it where it is the expected one."""
        return given

    def reader(self) -> types.ModuleType:
        """A module that reads the cells of a file as the scorer in Python does."""
        raise NotImplementedError


@contextmanager
def run(source: Source | Script, program: Program) -> Iterator[Running]:
    """A scorer, as long as it is needed; CannotRun or DoesNotLoad where it does not."""
    if isinstance(source, Source):
        yield InPython(source)
        return
    path = _node()
    with tempfile.TemporaryDirectory(prefix="treecompile-") as folder:
        yield from InNode.started(path, Path(folder), source, program)


def loaded(source: Source) -> types.ModuleType:
    """A scorer in Python, as a module."""
    module = types.ModuleType("scorer")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source.tree, "<scorer>", "exec"), module.__dict__)
    return module


class InPython(Running):
    def __init__(self, source: Source) -> None:
        self.module = loaded(source)

    def has(self, name: str) -> bool:
        return hasattr(self.module, name)

    def answers(self, name: str, rows: Sequence[Row]) -> list[Any]:
        function = getattr(self.module, name)
        return [_answer(function, record) for record, _ in rows]

    def reader(self) -> types.ModuleType:
        return self.module


def _answer(function: Any, record: dict[str, Any]) -> Any:
    try:
        return function(record)
    except ValueError as error:
        return f"refused: {error}"


# --- node -------------------------------------------------------------------------------


def _node() -> str:
    """The path of node; CannotRun where there is none, or an old one."""
    path = shutil.which("node")
    if path is None:
        raise CannotRun("There is no node here.", HOW)
    try:
        said = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=_environment(),
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        raise CannotRun("The node that is here does not run.", HOW) from None
    version = re.match(r"v(\d+)\.", said)
    if version is None or int(version[1]) < OLDEST_NODE:
        raise CannotRun(f"The node that is here is too old ({said or 'unknown'}).", HOW)
    return path


def _environment() -> dict[str, str]:
    """The environment without what has node load other code as well."""
    return {k: x for k, x in os.environ.items() if not k.startswith("NODE_")}


class InNode(Running):
    """A scorer in JavaScript, in a process of its own: the bytes that were read, in a
    folder that nobody else writes to."""

    def __init__(self, process: subprocess.Popen[str], program: Program) -> None:
        self.process = process
        self.program = program
        self.required = [(program.columns[i].name, i) for i in program.required]
        said = self._line()
        if isinstance(said, dict):
            raise DoesNotLoad(said["failed"])
        self.exports = frozenset(said)

    @classmethod
    def started(
        cls, node: str, folder: Path, script: Script, program: Program
    ) -> Iterator[InNode]:
        driver, scorer = folder / "node.mjs", folder / "scorer.mjs"
        own = resources.files("treecompile.proof") / "node.mjs"
        driver.write_bytes(own.read_bytes())
        scorer.write_bytes(script.data)
        process = subprocess.Popen(
            [node, str(driver), scorer.as_uri()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(),
            text=True,
            encoding="utf-8",
            errors="surrogatepass",
        )
        try:
            yield cls(process, program)
        finally:
            process.kill()
            process.communicate()

    def has(self, name: str) -> bool:
        return camel(name) in self.exports

    def answers(self, name: str, rows: Sequence[Row]) -> list[Any]:
        columns = [column for column, _ in self.required]
        some = [[self._sent(row, *each) for each in self.required] for row in rows]
        found = self._line([camel(name), columns, some])
        return [_received(answer) for answer in found]

    def _sent(self, row: Row, column: str, index: int) -> Any:
        value = row[0][column]
        if type(value) not in _SENT:
            value = raw(row[1][index])
        return _sent(value)

    def _line(self, request: Any = None) -> Any:
        """The next line that node writes, after a request if there is one."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        timer = threading.Timer(SECONDS, self.process.kill)
        timer.start()
        try:
            if request is not None:
                stdin.write(json.dumps(request) + "\n")
                stdin.flush()
            return json.loads(stdout.readline())
        except (OSError, ValueError):
            late = not timer.is_alive()
            why = f"does not answer in {SECONDS:.0f} s" if late else "ended early"
            raise CannotRun(f"The scorer was run in node, which {why}.", HOW) from None
        finally:
            timer.cancel()

    def like(self, given: Any, expected: Any) -> Any:
        if isinstance(given, tuple) and isinstance(expected, tuple):
            pairs = zip(given, expected)
            return (*(self.like(*pair) for pair in pairs), *given[len(expected) :])
        if type(given) is float and type(expected) is int and abs(expected) <= 2**53:
            return expected if given.hex() == float(expected).hex() else given
        return given

    def reader(self) -> types.ModuleType:
        origin = self.program.origin
        options = tuple(pair for pair in origin.options if pair[0] != "target")
        program = replace(self.program, origin=replace(origin, options=options))
        return loaded(parse(emit(program, format=False)))


def _sent(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, int):
        return f"n{value}" if abs(value) > 2**53 else _sent(float(value))
    return f"s{value}"


def _received(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, message),) = value.items()
        return f"{kind}: {message}"
    if isinstance(value, list):
        return tuple(map(_received, value))
    if isinstance(value, str):
        kind, text = value[0], value[1:]
        if kind == "f":
            (number,) = struct.unpack(">d", bytes.fromhex(text))
            return number
        return int(text) if kind == "n" else text
    return value
