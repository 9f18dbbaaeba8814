"""Mutated model files, as many as asked for: python fuzz.py COUNT SEED.

Real files are damaged in every way (bytes flipped, cut, spliced, opcodes and sizes put
in), and what was read of real files is changed part by part, as a forger would change it
who knows the format. Each is read and lowered, some are compiled and asked; what comes of
it is a program or a TreecompileError. Audit hooks watch: nothing is imported, opened,
started or compiled meanwhile.

Prints one line of JSON: how many were read, lowered and asked, and what went wrong.
"""

from __future__ import annotations

import codecs
import json
import random
import signal
import sys
import time
import traceback
import types
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from treecompile.emit import emit
from treecompile.errors import TreecompileError
from treecompile.fold import fold
from treecompile.lower import lower
from treecompile.overview import overview
from treecompile.overview_text import as_text
from treecompile.read import ModelFile, Record, read_bytes

HERE = Path(__file__).parent
SECONDS = 10  # that one file may take
LARGEST = 40_000
OPCODES = b"().012FIJKLMNPQRSTUVXabcdeghijlopqrstu]}GBC" + bytes(range(0x80, 0x99))
SIZES = (b"\xff" * 4, b"\x00" * 4, b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80")
# Events of what a file could make happen: all but the memory and the numbers of Python.
HARMLESS = ("builtins.id", "object.", "sys._getframe", "gc.")

events: list[str] = []
watching = False


def _hook(event: str, args: Any) -> None:
    if watching and not event.startswith(HARMLESS):
        # Headers of arrays are parsed by ast.literal_eval, which compiles but does not run.
        if not (event == "compile" and args[1] == "<unknown>"):
            events.append(f"{event} {args!r:.200}")


def real_files() -> list[bytes]:
    """Small files of every container, version and family; unpacked, too."""
    paths = sorted(HERE.glob("read_files/*.pkl")) + sorted(
        HERE.glob("read_files/*.skops")
    )
    paths += sorted(HERE.glob("catboost_versions/*/by_node.pkl"))
    for folder in sorted(HERE.glob("old_versions/*/*/")):
        found = sorted(p for p in folder.iterdir() if p.suffix in (".pkl", ".joblib"))
        paths += found[:: max(1, len(found) // 7)]
    contents = [path.read_bytes() for path in paths]
    unpacked = [zlib.decompress(data) for data in contents if data[:1] == b"x"]
    return [data for data in contents + unpacked if len(data) < LARGEST]


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """``data`` after a few accidents: bytes flipped, cut, spliced, overwritten."""
    made = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        at = chance.randrange(len(made) + 1)
        accident = chance.randrange(7)
        if accident == 0:
            made[at : at + 1] = bytes([chance.randrange(256)])
        elif accident == 1:
            made[at : at + 1] = bytes(
                byte ^ 1 << chance.randrange(8) for byte in made[at : at + 1]
            )
        elif accident == 2:
            del made[at:]
        elif accident == 3:
            del made[at : at + chance.choice([1, 2, 4, 16])]
        elif accident == 4:
            count = chance.choice([0, 1, 2, 4])
            made[at : at + 1] = bytes(chance.choices(OPCODES, k=count))
        elif accident == 5:
            other = chance.choice(others)
            start = chance.randrange(len(other))
            made[at:at] = other[start : start + chance.choice([4, 30, 300])]
        else:
            made[at : at + 4] = chance.choice(SIZES)
    return bytes(made)


def records_in(root: Any) -> Iterator[Record]:
    """The records of an object, in a fixed order."""
    todo, seen = [root], set()
    while todo and len(seen) < 2_000:
        part = todo.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Record):
            yield part
            todo.extend(part.attributes.values())
        elif isinstance(part, dict):
            todo.extend(part.values())
        elif isinstance(part, (list, tuple)):
            todo.extend(part)
        elif isinstance(part, np.ndarray) and part.dtype == object:
            todo.extend(part.reshape(-1).tolist())


def forge(root: Any, chance: random.Random) -> None:
    """Changes some attributes of what was read of a file."""
    records = [record for record in records_in(root) if record.attributes]
    for _ in range(chance.choice([1, 1, 1, 2, 4])) if records else ():
        record = chance.choice(records)
        name = chance.choice(list(record.attributes))
        kind = chance.randrange(8)
        if kind == 0:
            del record.attributes[name]
            if not record.attributes:
                return
        elif kind == 1:
            other = chance.choice(records)
            record.attributes[name] = chance.choice(list(other.attributes.values()))
        elif kind == 2:
            record.attributes[name] = chance.choice(records)
        else:
            old = record.attributes[name]
            record.attributes[name] = _other(old, chance)


def _other(old: Any, chance: random.Random) -> Any:
    """Another value in the place of one."""
    if isinstance(old, np.ndarray) and old.size and chance.random() < 0.7:
        return _other_array(old, chance)
    if isinstance(old, (list, tuple)) and old and chance.random() < 0.5:
        items = list(old)
        at = chance.randrange(len(items))
        if chance.random() < 0.5:
            items[at] = _other(items[at], chance)
        else:
            del items[at]
        return type(old)(items)
    if isinstance(old, dict) and old and chance.random() < 0.5:
        items_ = dict(old)
        items_[chance.choice(list(items_))] = _other(None, chance)
        return items_
    choices: list[Any] = [None, True, 0, 1, -1, 7, 2**31, -(2**63), 2**70, 0.5, -0.0]
    choices += [
        float("nan"),
        float("inf"),
        "",
        "text",
        "drop",
        "log_loss",
        b"b",
        [],
        {},
    ]
    choices += [(), [[]], [None], ["a", "a"], {"a": 1}, slice(None), set(), range(3)]
    choices += [np.array(None), np.zeros(0), np.zeros((2, 3)), np.array(["a", "b"])]
    choices += [
        np.float64("nan"),
        np.int8(-3),
        np.str_("é"),
        np.array([[1, "x"]], object),
    ]
    return chance.choice(choices)


def _other_array(old: Any, chance: random.Random) -> Any:
    made = old.copy()
    if made.dtype.names and chance.random() < 0.8:
        part = made[chance.choice(made.dtype.names)]
        _poke(part, chance)
        return made
    kind = chance.randrange(6)
    if kind == 0:
        return made[: chance.randrange(len(made) + 1)] if made.ndim else made
    if kind == 1:
        return made.reshape(-1)
    if kind == 2:
        return np.concatenate([made, made]) if made.ndim else made
    if kind == 3:
        return made[..., np.newaxis]
    if kind == 4 and made.dtype.names is None and made.dtype.kind in "iufb":
        with np.errstate(all="ignore"):
            return made.astype(
                chance.choice(["f4", "i8", "u1", "?", "O", "U8", "c16", ">f8"])
            )
    _poke(made, chance)
    return made


def _poke(part: Any, chance: random.Random) -> None:
    """Puts odd numbers into an array."""
    flat = part.reshape(-1)
    if not flat.size or flat.dtype.names is not None:
        return
    odd: list[Any] = ["a", "", "é" * 3]
    if part.dtype.kind in "iub":
        odd = [0, 1, -1, 2, 127, 2**31 - 1, -(2**31), len(flat), len(flat) - 1]
        if part.dtype.kind == "u":
            odd = [abs(x) for x in odd]
        if part.dtype.itemsize < 4:
            odd = [0, 1, 2, 100]
    elif part.dtype.kind == "f":
        odd = [0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e300, 5e-324, 0.5]
    elif part.dtype.kind == "O":
        odd = [None, 1, 0.5, "a", float("nan"), (1,), [], {}]
    elif part.dtype.kind not in "US":
        return
    for _ in range(chance.choice([1, 1, 3])):
        at = chance.randrange(flat.size)
        index = np.unravel_index(at, part.shape)
        part[index] = chance.choice(odd)


def ask(source: str, chance: random.Random) -> None:
    """The scorer is Python, and answers or refuses records."""
    scorer = types.ModuleType("scorer")
    exec(compile(source, "<scorer>", "exec"), scorer.__dict__)
    for _ in range(3):
        record = {}
        for column in scorer.COLUMNS:
            known = scorer.SCHEMA["properties"][column].get("enum")
            numbers = [0.0, 1.0, -1.0, 0.5, 3.7, 1e6, None]
            record[column] = chance.choice(known or numbers)
        for method in ("predict", "predict_proba", "apply", "decision_function"):
            try:
                getattr(scorer, method, lambda record: None)(record)
            except scorer.InvalidRecord:
                pass


class Hangs(BaseException):
    """A file takes longer than it may."""


def _late(*_: Any) -> None:
    raise Hangs


class Run:
    """One run; ``report`` is what came of it."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.chance = random.Random(seed)
        self.files = real_files()
        self.report: dict[str, Any] = {
            "files": len(self.files),
            "read": 0,
            "forged": 0,
            "lowered": 0,
            "asked": 0,
            "refused": 0,
            "slowest": 0.0,
            "problems": [],
        }

    def watched(self, work: Callable[[], Any], strictly: bool = True) -> Any:
        """What the work comes to; None if it is refused."""
        global watching
        events.clear()
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        watching = True
        try:
            return work()
        except TreecompileError as error:
            self.report["refused"] += 1
            text = str(error)
            # The last resort is for what nobody thought of: a check is missing.
            if "not known (" in text:
                self.problem(text)
            if not text.replace("\n", "").isprintable():
                self.problem(f"not printable: {text!r}")
            return None
        except BaseException as error:
            watching = False
            lines = traceback.format_exception(error)[-9:]
            self.problem(f"{type(error).__name__}: {''.join(lines)}")
            return None
        finally:
            watching = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if events and strictly:
                self.problem(f"events: {events}")

    def problem(self, text: str) -> None:
        self.report["problems"].append([self.number, text[-3000:]])

    def one(self, number: int) -> None:
        chance, report = self.chance, self.report
        self.number = number
        data = chance.choice(self.files)
        forged = number % 3 == 0
        if not forged:
            data = mutated(data, self.files, chance)
        file = self.watched(lambda: read_bytes(data, lenient=number % 10 == 1))
        if file is None:
            return
        assert isinstance(file, ModelFile)
        report["read"] += 1
        if forged:
            report["forged"] += 1
            forge(file.root, chance)
        if number % 20 == 1:
            self.watched(lambda: as_text(overview(file), "FILE"), False)
        program = self.watched(lambda: lower(file))
        if program is None:
            return
        report["lowered"] += 1
        if chance.random() < 0.04:
            # From here on, text of our own is compiled.
            source = self.watched(lambda: emit(fold(program), False), False)
            if source is not None:
                report["asked"] += 1
                self.watched(lambda: ask(source, chance), False)

    def all(self) -> dict[str, Any]:
        signal.signal(signal.SIGVTALRM, _late)
        self.number = -1
        for encoding in ("raw_unicode_escape", "cp437"):  # of protocol 0, and of zip
            codecs.lookup(encoding)
        for data in self.files[-3:]:  # imports and templates, once and for all
            emit(fold(lower(read_bytes(data))), False)
        for number in range(self.count):
            start = time.process_time()
            self.one(number)
            seconds = time.process_time() - start
            self.report["slowest"] = max(self.report["slowest"], seconds)
            if len(self.report["problems"]) > 40:
                break
        status = Path("/proc/self/status")
        if status.exists():  # the most memory that it ever had
            text = status.read_text()
            self.report["peak"] = int(text.partition("VmHWM:")[2].split()[0]) * 1024
        return self.report


if __name__ == "__main__":
    sys.addaudithook(_hook)
    print(json.dumps(Run(int(sys.argv[1]), int(sys.argv[2])).all()))
