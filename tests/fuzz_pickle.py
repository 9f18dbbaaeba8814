"""Random pickles, to the reader and to Python's two unpicklers: do all make the same?

    python -m tests.fuzz_pickle --seconds 600 [--seed 1]

A pickle is a random program over harmless classes: lists, dicts, sets, their kin, numbers,
text, arrays and objects of a class of our own that stands for an estimator. Where the
reader makes something of it, Python's C unpickler and the one in Python make the same:
the same values of the same types, and one object wherever it is one object there. Where
one of them refuses the pickle, so does the reader. The reader may refuse more.

Prints one line of JSON: how many were made, read and refused, and what went wrong.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import json
import pickle
import random
import struct
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from treecompile.errors import TreecompileError
from treecompile.read import Name, Record, read_bytes
from treecompile.read.context import Unfinished

#: The reader keeps instances of this name as records; here they are Things.
THING = ("sklearn.tree._classes", "DecisionTreeClassifier")
ITEMS = ("sklearn.utils", "Bunch")


class Thing:
    """Takes any arguments and remembers none; its attributes are those of its state."""

    def __new__(cls, *args: Any, **options: Any) -> Thing:
        return object.__new__(cls)

    def __init__(self, *args: Any, **options: Any) -> None:
        pass


class Items(dict):  # type: ignore[type-arg]
    """A dict whose state is forgotten, as that of a Bunch."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__()

    def __setstate__(self, state: Any) -> None:
        pass


NAMES: dict[tuple[str, str], Any] = {
    THING: Thing,
    ITEMS: Items,
    ("builtins", "list"): list,
    ("builtins", "tuple"): tuple,
    ("builtins", "dict"): dict,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "bytearray"): bytearray,
    ("builtins", "bytes"): bytes,
    ("builtins", "str"): str,
    ("builtins", "int"): int,
    ("builtins", "float"): float,
    ("builtins", "complex"): complex,
    ("builtins", "range"): range,
    ("builtins", "slice"): slice,
    ("builtins", "object"): object,
    ("__builtin__", "list"): list,
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("collections", "Counter"): collections.Counter,
    ("collections", "defaultdict"): collections.defaultdict,
    ("collections", "deque"): collections.deque,
}
FUNCTIONS: tuple[tuple[str, str], ...] = (
    ("copyreg", "_reconstructor"),
    ("copyreg", "__newobj__"),
    ("copyreg", "__newobj_ex__"),
    ("_codecs", "encode"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
)


def _find(module: str, name: str) -> Any:
    if (module, name) in NAMES:
        return NAMES[module, name]
    if (module, name) in (*FUNCTIONS, ("numpy", "ndarray"), ("numpy", "dtype")):
        __import__(module)
        return getattr(sys.modules[module], name)
    raise pickle.UnpicklingError("no harmless name")


class InC(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _find(module, name)


class InPython(pickle._Unpickler):  # type: ignore[name-defined,misc]
    def find_class(self, module: str, name: str) -> Any:
        return _find(module, name)


# --- What was made, in one form for both sides -----------------------------------------


def shape(root: Any) -> list[Any]:
    """A graph of objects as a flat list: each in the order in which it is met, with its
    kind, its plain value and the places of its parts. Equal for graphs that are alike,
    with the same things shared."""
    places: dict[int, int] = {}
    kept: list[Any] = []
    flat: list[Any] = []

    def place(value: Any) -> Any:
        value = _plain(value)
        plain = _constant(value)
        if plain is not None:
            return plain
        if id(value) not in places:
            places[id(value)] = len(kept)
            kept.append(value)
        return places[id(value)]

    first = place(root)
    done = 0
    while done < len(kept):
        flat.append(_parts(kept[done], place))
        done += 1
    return [first, *flat]


def _plain(value: Any) -> Any:
    return bytes(value) if type(value) is memoryview else value


def _constant(value: Any) -> Any:
    """What has no identity that counts: numbers, text, names."""
    if value is None or type(value) in (bool, int, str, bytes, range):
        return (type(value).__name__, repr(value))
    if type(value) in (float, complex):
        return (type(value).__name__, repr(value))
    if isinstance(value, np.generic):
        return ("scalar", value.dtype.str, value.tobytes())
    if isinstance(value, np.dtype):
        return ("dtype", value.str)
    if isinstance(value, Name):
        known = NAMES.get((value.module, value.name))
        kind = known.__name__ if known is not None else value.name
        return ("name", kind)
    if isinstance(value, type) or callable(value):
        return ("name", value.__name__)
    return None


_LISTS = (list, collections.deque)
_DICTS = (dict, collections.OrderedDict, collections.Counter, collections.defaultdict)


def _parts(value: Any, place: Callable[[Any], Any]) -> Any:
    kind = type(value)
    if kind in _LISTS:
        return ("list", [place(x) for x in value])
    if kind is tuple:
        return ("tuple", [place(x) for x in value])
    if kind is slice:
        return ("slice", [place(x) for x in (value.start, value.stop, value.step)])
    if kind in _DICTS:
        return ("dict", [(place(k), place(v)) for k, v in value.items()])
    if kind in (set, frozenset):
        return (kind.__name__, sorted(repr(place(x)) for x in value))
    if kind is bytearray:
        return ("bytearray", bytes(value))
    if kind is np.ndarray:
        if value.dtype == object:
            return ("array", value.shape, [place(x) for x in value.ravel().tolist()])
        # numpy turns some into the order of this machine, and keeps what they hold.
        native = value.astype(value.dtype.newbyteorder("="))
        return ("array", native.dtype.str, value.shape, native.tobytes())
    if kind in (Items, Thing):
        items = value if kind is Items else value.__dict__
        return (kind.__name__, [(place(k), place(v)) for k, v in items.items()])
    if isinstance(value, Record) and not isinstance(value, Unfinished):
        pairs = list(value.attributes.items())
        if value.name == ITEMS[1]:
            # Items that are no attributes are kept apart, so their order is not known.
            pairs += list((value.state or {}).items())
            return ("Items", [(place(k), place(v)) for k, v in pairs])
        if value.name == "object":
            return ("name", "object")
        if value.state is None:
            return ("Thing", [(place(k), place(v)) for k, v in pairs])
    if kind is object:
        return ("name", "object")
    raise Unknown(kind.__name__)


class Unknown(Exception):
    """A value that is none of those that are compared."""


# --- Random pickles -------------------------------------------------------------------


class Writer:
    """Writes one random pickle; it knows about how many values are on the stack."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.out = bytearray()
        self.stack = 0
        self.marks: list[int] = []
        self.memo = 0

    def program(self) -> bytes:
        chance = self.chance
        self.out += chance.choice([b"", b"\x80\x02", b"\x80\x04", b"\x80\x05"])
        for _ in range(chance.choice([3, 8, 20, 40])):
            chance.choices(self.STEPS, self.WEIGHTS)[0](self)
        if chance.random() < 0.9:
            self.close()
        self.out += b"."
        return bytes(self.out)

    def put(self, code: bytes, takes: int, gives: int) -> None:
        self.out += code
        self.stack = max(0, self.stack - takes) + gives

    def close(self) -> None:
        """One value is left: all others in a tuple with it."""
        while self.marks:
            self.out += b"t"
            self.stack = self.marks.pop() + 1
        while self.stack > 3:
            self.put(b"\x87", 3, 1)
        if self.stack > 1:
            self.put({2: b"\x86", 3: b"\x87"}[self.stack], self.stack, 1)

    def value(self) -> None:
        chance = self.chance
        self.put(
            chance.choice(
                [b"N", b"\x88", b"\x89", b"K\x01", b"K\x05", b"]", b"}", b")", b"\x8f"]
                + [b"]", b"}", b"J\xff\xff\xff\xff", b"M\x01\x02", b"I5\n", b"I01\n"]
                + [b"I010\n", b"I-0\n", b"L7L\n", b"L-7\n", b"F1.5\n", b"F1e999\n"]
                + [b"Finf\n", b"F 1\n", b"I 1\n", b"L07L\n", b"I+1\n", b"I0x1f\n"]
                + [b"G" + struct.pack(">d", 0.5), b"U\x01a", b"X\x01\x00\x00\x00b"]
                + [
                    b"\x8c\x01a",
                    b"\x8c\x01b",
                    b"\x8c\x01c",
                    b"C\x02xy",
                    b"\x8a\x01\x80",
                ]
                + [b"\x96\x02\x00\x00\x00\x00\x00\x00\x00xy", b"S'a\\x41\\n'\n"]
                + [b"S'\\x4'\n", b'S"q\\q"\n', b"S'\\\\'\n", b"S'\\'\n", b"Va\\u0041\n"]
                + [b"S'\\477'\n", b"S'a' \n", b"S''\n", b"S'\n", b"I1_0\n", b"F1_0\n"]
            ),
            0,
            1,
        )

    def name(self) -> None:
        module, name = self.chance.choice([*NAMES, *FUNCTIONS, THING, THING, ITEMS])
        if self.chance.random() < 0.5:
            self.put(f"c{module}\n{name}\n".encode(), 0, 1)
        else:
            for part in (module, name):
                self.out += b"\x8c" + bytes([len(part)]) + part.encode()
            self.put(b"\x93", 0, 1)

    def thing(self) -> None:
        """An object, and mostly its state."""
        module, name = self.chance.choice([THING, THING, THING, ITEMS])
        self.out += f"c{module}\n{name}\n".encode()
        self.put(self.chance.choice([b")\x81", b")R", b")}\x92"]), 0, 1)
        self.keep()
        self.state()

    def state(self) -> None:
        chance = self.chance
        form = chance.randrange(6)
        if form == 0:
            self.put(b"b", 2, 1)  # whatever is there
        elif form == 1:
            self.out += b"N}\x8c\x01bK\x01s\x86b"
        elif form == 2 and self.memo:
            self.recall()
            self.put(b"b", 2, 1)
        else:
            self.out += b"}"
            if chance.random() < 0.5:
                self.out += b"\x94"
                self.memo += 1
            self.stack += 1
            for _ in range(chance.randrange(3)):
                self.out += b"\x8c\x01" + chance.choice([b"a", b"b", b"c"])
                self.stack += 1
                self.part()
                self.put(b"s", 2, 0)
            self.put(b"b", 1, 0)

    def part(self) -> None:
        if self.memo and self.chance.random() < 0.5:
            self.recall()
        else:
            self.value()

    def array(self) -> None:
        """An array, of numbers or of what the memo holds."""
        self.out += b"cnumpy._core.multiarray\n_reconstruct\n"
        self.out += b"cnumpy\nndarray\nK\x00\x85C\x01b\x87R"
        self.stack += 1
        self.keep()
        self.out += b"(K\x01K\x01\x85cnumpy\ndtype\n"
        if self.chance.random() < 0.5:
            self.out += b"\x8c\x02O8\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\xff\xff\xff"
            self.out += b"J\xff\xff\xff\xffK?tb\x89]"
            self.part()
            self.stack -= 1
            self.out += b"atb"
        else:
            self.out += b"\x8c\x02u2\x89\x88\x87R(K\x03\x8c\x01" + self.chance.choice(
                [b"<", b">"]
            )
            self.out += (
                b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C\x02\x01\x02tb"
            )

    def keep(self) -> None:
        chance = self.chance
        if chance.random() < 0.3:
            return
        if chance.random() < 0.7:
            self.out += b"\x94"
            self.memo += 1
        else:
            key = chance.randrange(6)
            self.out += chance.choice(
                [b"q" + bytes([key]), b"r" + struct.pack("<I", key), b"p%d\n" % key]
            )
            self.memo = max(self.memo, 1)

    def recall(self) -> None:
        key = self.chance.randrange(max(1, self.memo) + (self.chance.random() < 0.05))
        form = self.chance.randrange(3)
        code = (b"h" + bytes([key]), b"j" + struct.pack("<I", key), b"g%d\n" % key)[
            form
        ]
        self.put(code, 0, 1)

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.out += b"("
        self.stack = 0

    def collect(self) -> None:
        """What is above a mark, as a collection or into one."""
        if not self.marks and self.chance.random() < 0.95:
            return
        code = self.chance.choice(
            [b"t", b"l", b"d", b"e", b"u", b"\x90", b"\x91", b"1"]
        )
        code = self.chance.choice([code, code, b"o", b"i__builtin__\nlist\n"])
        self.out += code
        self.stack = self.marks.pop() if self.marks else 0
        self.stack += code not in (b"e", b"u", b"\x90", b"1")

    def combine(self) -> None:
        code, takes, gives = self.chance.choice(
            [(b"a", 2, 1), (b"s", 3, 1), (b"\x85", 1, 1), (b"\x86", 2, 1), (b"b", 2, 1)]
            + [(b"\x87", 3, 1), (b"0", 1, 0), (b"2", 1, 2), (b"R", 2, 1), (b"a", 2, 1)]
            + [(b"\x81", 2, 1), (b"\x92", 3, 1), (b"\x98", 1, 1), (b"s", 3, 1)]
        )
        if self.stack >= takes or self.chance.random() < 0.03:
            self.put(code, takes, gives)

    def call(self) -> None:
        """A call of a type, with a few arguments."""
        self.name()
        count = self.chance.choice([0, 1, 1, 2, 3])
        for _ in range(count):
            self.part()
        self.put((b")", b"\x85", b"\x86", b"\x87")[count], count, 1)
        self.put(self.chance.choice([b"R", b"R", b"\x81"]), 2, 1)
        self.keep()

    def keep_top(self) -> None:
        if self.stack:
            self.keep()

    STEPS = (value, name, thing, array, keep_top, recall, mark, collect, combine, call)
    WEIGHTS = (10, 1, 4, 1, 5, 6, 3, 4, 9, 4)


# --- The comparison -------------------------------------------------------------------


def loaded(data: bytes, unpickler: Any) -> tuple[bool, Any]:
    """What Python makes of a pickle, or what it says."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return True, unpickler(io.BytesIO(data), encoding="latin1").load()
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"


def compared(data: bytes) -> str | None:
    """What is wrong with how the reader reads a pickle; "refused" where it does not."""
    try:
        read = read_bytes(data).root
    except TreecompileError:
        return "refused"
    try:
        ours = shape(read)
    except Unknown:
        return "refused"  # a shell without its state: nobody takes it for a value
    for unpickler in (InC, InPython):
        there, theirs = loaded(data, unpickler)
        if not there and "tate is not a dict" in theirs:
            return "refused"  # some classes take such a state: it is kept, unread
        if not there:
            return f"{unpickler.__name__} refuses it: {theirs}"
        with contextlib.suppress(Unknown):
            if shape(theirs) != ours:
                return f"{unpickler.__name__} makes {shape(theirs)}, not {ours}"
    return None


def run(count: int | None, seconds: float | None, seed: int) -> dict[str, Any]:
    """So many pickles, or as many as fit into a time: what came of them."""
    chance = random.Random(seed)
    report: dict[str, Any] = {"made": 0, "read": 0, "problems": []}
    end = None if seconds is None else time.monotonic() + seconds
    while (count is None or report["made"] < count) and len(report["problems"]) < 20:
        if end is not None and time.monotonic() > end:
            break
        data = Writer(chance).program()
        report["made"] += 1
        found = compared(data)
        report["read"] += found is None
        if found not in (None, "refused"):
            report["problems"].append([repr(data), found])
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzz the reader of pickles.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    report = run(None, given.seconds, given.seed)
    print(json.dumps(report))
    sys.exit(bool(report["problems"]))


if __name__ == "__main__":
    main()
