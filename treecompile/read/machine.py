"""The pickle machine: opcodes in, inert data out.

A pickle is a program for a small stack machine. This is that machine, for protocols 0 to
5 and for the streams of Python 2, with one difference to Python's own: where a pickle
names a class or a function, nothing is imported; the name itself goes on the stack, and
:mod:`.calls` says what calling it yields.

Text of Python 2 is read as latin-1 (``encoding="latin1"`` of ``pickle.load``).
"""

from __future__ import annotations

import codecs
import re
import struct
import warnings
from collections.abc import Callable
from math import inf
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read.budget import PAIR, TEXT
from treecompile.read.calls import (
    BUILTINS,
    fill_mapping,
    is_class,
    maker_of,
    new_object,
    refusal,
)
from treecompile.read.context import (
    Context,
    CutShort,
    Damaged,
    Unfinished,
    shown,
)
from treecompile.read.keys import DICTS, checked_keys
from treecompile.read.records import Name, Record

_NEWEST_PROTOCOL = 5
_LONGEST_NUMBER = 1_000
# Python refuses to print integers of more than 4,300 digits.
_LONGEST_INT = 1_024
_MISSING = object()
# Libraries whose classes are no lists, and but for these no dicts.
_NO_COLLECTIONS = (
    "sklearn _loss xgboost lightgbm catboost _catboost builtins __builtin__".split()
)
# As pickle writes them. Others it reads in two ways, its C code and its Python code:
# 010 is 8, or no number.
_WHOLE = re.compile(rb"-?[1-9][0-9]*|0")
_PLACE = re.compile(rb"[0-9]+")
_FLOAT = re.compile(rb"[+-]?([0-9.]+(e[+-]?[0-9]+)?|inf|nan)", re.IGNORECASE)
# Opcodes are charged by the block; what a value on the stack takes, a place in the memo
# and a mark.
_BLOCK = 65_536
_VALUE, _MEMO, _MARK = 24, 90, 90
# Letters of so many bytes in UTF-8 make a text wider, all of it.
_WIDE, _WIDER = re.compile(rb"[\xc4-\xef]"), re.compile(rb"[\xf0-\xff]")


class _Stop(Exception):
    """The STOP opcode was met."""


class Machine:
    """One run over one stream, from ``position`` on.

    ``run`` gives the object; afterwards ``position`` is just behind its STOP opcode and
    ``protocol`` is what the stream said or used. Raises ``UnreadableFile``.
    """

    def __init__(
        self, data: bytes, position: int, context: Context, *, inner: bool = False
    ) -> None:
        self.data = data
        self.position = position
        self.context = context
        self.inner = inner
        self.protocol = 1
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks under the marks
        self.memo: dict[int, Any] = {}
        self.kept = 0  # bytes of memo and marks that are charged

    def run(self) -> Any:
        data = self.data
        opcodes = _OPCODES
        ahead = done = 0
        try:
            while True:
                ahead = self.account()
                for done in range(ahead):  # noqa: B007 (read when the pickle stops)
                    code = data[self.position]
                    self.position += 1
                    opcodes[code](self)
        except _Stop:
            self.context.budget.charge(-_VALUE * (ahead - done))
            self.context.budget.work(done - ahead)
            if len(self.stack) != 1 or self.below:
                raise Damaged("the pickle ends with its work half done") from None
            return self.stack.pop()
        except IndexError:
            if self.position >= len(data):
                raise self.cut_short() from None
            raise Damaged(
                f"the pickle is damaged at byte {self.position:,}: it takes more values "
                "than it has"
            ) from None

    def account(self) -> int:
        """Charge a block of opcodes, the number of which it gives: what most of them
        leave on the stack, and what those before left in the memo and of marks."""
        budget = self.context.budget
        ahead = min(_BLOCK, len(self.data) - self.position)
        if ahead <= 0:
            raise self.cut_short()
        budget.work(ahead)
        budget.charge(_VALUE * ahead)
        kept = _MEMO * len(self.memo) + _MARK * len(self.below)
        if kept > self.kept:
            budget.charge(kept - self.kept)
            self.kept = kept
        return ahead

    def cut_short(self) -> Damaged:
        return CutShort(
            f"the file ends in the middle (after {len(self.data):,} bytes of pickle): it "
            "was cut short when it was written or copied. Copy it again, or save the "
            "model again"
        )

    def damage(self, problem: str) -> Damaged:
        return Damaged(f"the pickle is damaged at byte {self.position:,}: {problem}")

    # Reading the bytes behind an opcode

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, which are there or the file is cut short."""
        start = self.position
        end = start + size
        if end > len(self.data):
            raise self.cut_short()
        self.position = end
        return self.data[start:end]

    def content(self, size: int) -> bytes:
        """The next ``size`` bytes as a value, charged before they are copied."""
        if size <= len(self.data) - self.position:
            self.context.charge_bytes(TEXT + size)
        return self.take(size)

    def skip(self, size: int) -> None:
        if self.position + size > len(self.data):
            raise self.cut_short()
        self.position += size

    def take_size(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def take_line(self, longest: int | None = None) -> bytes:
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise self.cut_short()
        if longest is not None and end - self.position > longest:
            raise self.damage("a number of absurd length")
        self.context.charge_bytes(end - self.position)
        line = self.data[self.position : end]
        self.position = end + 1
        return line

    def take_text_line(self) -> str:
        try:
            return self.take_line().decode("utf-8")
        except UnicodeDecodeError:
            raise self.damage("a name that is no text") from None

    def nested(self) -> Any:
        """The object of a stream within the stream: joblib's arrays of objects."""
        machine = Machine(self.data, self.position, self.context, inner=True)
        value = machine.run()
        self.position = machine.position
        return value

    def beside(self, data: bytes, position: int) -> Any:
        """The object of another stream of the same file."""
        return Machine(data, position, self.context, inner=True).run()

    # The stack

    def pop_mark(self) -> list[Any]:
        """The values above the last mark."""
        if not self.below:
            raise self.damage("a mark is missing")
        values = self.stack
        self.stack = self.below.pop()
        return values

    def drop_mark(self) -> None:
        self.pop_mark()

    def mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def pop(self) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.pop_mark()

    def duplicate(self) -> None:
        value = self.stack[-1]
        if isinstance(value, Unfinished):
            value = value.recalled()
        self.stack.append(value)

    def stop(self) -> None:
        raise _Stop

    # The memo

    def put(self) -> None:
        if self.protocol == 1:
            self.protocol = 0
        self.memo[self.place_line()] = self.stack[-1]

    def binput(self) -> None:
        self.memo[self.data[self.position]] = self.stack[-1]
        self.position += 1

    def long_binput(self) -> None:
        self.memo[self.take_size(4)] = self.stack[-1]

    def memoize(self) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def recall(self, key: int) -> None:
        value = self.memo.get(key, _MISSING)
        if value is _MISSING:
            raise self.damage("it refers to a value that was never stored")
        if isinstance(value, Unfinished):
            value = value.recalled()
        self.stack.append(value)

    def get(self) -> None:
        self.recall(self.place_line())

    def binget(self) -> None:
        key = self.data[self.position]
        self.position += 1
        self.recall(key)

    def long_binget(self) -> None:
        self.recall(self.take_size(4))

    # Numbers

    def place_line(self) -> int:
        """A place in the memo."""
        line = self.take_line(_LONGEST_NUMBER).rstrip()
        if not _PLACE.fullmatch(line):
            raise self.damage("a number that is malformed")
        return int(line)

    def whole_number(self, line: bytes) -> int:
        if not _WHOLE.fullmatch(line):
            raise self.damage("a number that is malformed")
        return int(line)

    def int_line(self) -> None:
        line = self.take_line(_LONGEST_NUMBER)
        if line in (b"00", b"01"):
            self.stack.append(line == b"01")
        else:
            self.stack.append(self.whole_number(line.rstrip()))

    def long_line(self) -> None:
        line = self.take_line(_LONGEST_NUMBER)
        self.stack.append(self.whole_number(line.removesuffix(b"L")))

    def float_line(self) -> None:
        line = self.take_line(_LONGEST_NUMBER)
        try:
            value = float(line) if _FLOAT.fullmatch(line) else None
        except ValueError:
            value = None
        # Too large a number is an error to pickle's C code, and infinite to its other.
        if value is None or (value in (inf, -inf) and b"n" not in line.lower()):
            raise self.damage("a number that is malformed")
        self.stack.append(value)

    def binint(self) -> None:
        self.stack.append(int.from_bytes(self.take(4), "little", signed=True))

    def binint1(self) -> None:
        self.stack.append(self.data[self.position])
        self.position += 1

    def binint2(self) -> None:
        self.stack.append(int.from_bytes(self.take(2), "little"))

    def long1(self) -> None:
        self.long_integer(self.take_size(1))

    def long4(self) -> None:
        self.long_integer(self.take_size(4))

    def long_integer(self, size: int) -> None:
        if size > _LONGEST_INT:
            raise self.damage(f"an integer of {size:,} bytes")
        self.stack.append(int.from_bytes(self.take(size), "little", signed=True))

    def binfloat(self) -> None:
        self.stack.append(struct.unpack(">d", self.take(8))[0])

    # Text and bytes

    def string_line(self) -> None:
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise self.cut_short()
        line = memoryview(self.data)[self.position : end]
        self.position = end + 1
        if len(line) < 2 or line[0] != line[-1] or line[0] not in b"'\"":
            raise self.damage("a text without its quotes")
        self.context.charge_bytes(len(line))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes that stand for themselves
                text = codecs.escape_decode(line[1:-1])[0]
        except ValueError:
            raise self.damage("a text that cannot be decoded") from None
        self.python2_text(text)

    def binstring(self) -> None:
        self.python2_text(self.content(self.take_size(4)))

    def short_binstring(self) -> None:
        self.python2_text(self.content(self.take_size(1)))

    def python2_text(self, text: bytes) -> None:
        self.context.python2 = True  # Python 3 writes no such opcode
        self.context.charge_bytes(TEXT + len(text))
        self.stack.append(text.decode("latin-1"))

    def unicode_line(self) -> None:
        line = self.take_line()
        width = 4 if b"\\u" in line or b"\\U" in line else 1
        self.context.charge_bytes(TEXT + width * len(line))
        try:
            self.stack.append(line.decode("raw-unicode-escape"))
        except UnicodeDecodeError:
            raise self.damage("a text that cannot be decoded") from None

    def text(self, size: int) -> None:
        raw = self.content(size)
        self.charge_text(raw)
        try:
            self.stack.append(raw.decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            raise self.damage("a text that cannot be decoded") from None

    def charge_text(self, raw: bytes) -> None:
        """Account for a text in UTF-8 at the width that it will have."""
        width = 1
        if not raw.isascii():
            width = 4 if _WIDER.search(raw) else 2 if _WIDE.search(raw) else 1
        self.context.charge_bytes(TEXT + width * len(raw))

    def binunicode(self) -> None:
        self.text(self.take_size(4))

    def short_binunicode(self) -> None:
        self.text(self.take_size(1))

    def binunicode8(self) -> None:
        self.text(self.take_size(8))

    def binbytes(self) -> None:
        self.stack.append(self.content(self.take_size(4)))

    def short_binbytes(self) -> None:
        self.stack.append(self.content(self.take_size(1)))

    def binbytes8(self) -> None:
        self.stack.append(self.content(self.take_size(8)))

    def bytearray8(self) -> None:
        raw = self.content(self.take_size(8))
        self.context.charge_bytes(len(raw))
        self.stack.append(bytearray(raw))

    def next_buffer(self) -> None:
        if self.context.buffers is None:
            raise UnreadableFile(
                "the pickle keeps its arrays in buffers outside of the file (protocol 5, "
                "out-of-band): save the model again without buffer_callback"
            )
        buffer = next(self.context.buffers, None)
        if buffer is None:
            raise UnreadableFile("the pickle asks for more buffers than were given")
        self.stack.append(bytes(buffer))

    def readonly_buffer(self) -> None:
        buffer = self.stack[-1]
        if type(buffer) not in (bytes, bytearray):
            raise self.damage("a buffer that is none")
        if type(buffer) is bytearray:
            self.context.charge_bytes(len(buffer))
            self.stack[-1] = bytes(buffer)

    # Constants

    def none(self) -> None:
        self.stack.append(None)

    def true(self) -> None:
        self.stack.append(True)

    def false(self) -> None:
        self.stack.append(False)

    # Collections

    def empty_tuple(self) -> None:
        self.stack.append(())

    def empty_list(self) -> None:
        self.context.charge(1)
        self.stack.append([])

    def empty_dict(self) -> None:
        self.context.charge(1)
        self.stack.append({})

    def empty_set(self) -> None:
        self.context.charge(3)
        self.stack.append(set())

    def tuple_of_mark(self) -> None:
        self.context.charge(1)
        values = tuple(self.pop_mark())
        self.stack.append(values)

    def tuple1(self) -> None:
        self.context.charge(1)
        self.stack[-1] = (self.stack[-1],)

    def tuple2(self) -> None:
        self.context.charge(1)
        last = self.stack.pop()
        self.stack[-1] = (self.stack[-1], last)

    def tuple3(self) -> None:
        self.context.charge(1)
        last = self.stack.pop()
        middle = self.stack.pop()
        self.stack[-1] = (self.stack[-1], middle, last)

    def list_of_mark(self) -> None:
        self.context.charge(1)
        values = self.pop_mark()
        self.stack.append(values)

    def dict_of_mark(self) -> None:
        self.context.charge(1)
        items = self.pop_mark()
        made: dict[Any, Any] = {}
        self.fill_dict(made, items)
        self.stack.append(made)

    def frozenset_of_mark(self) -> None:
        items = self.pop_mark()
        self.context.charge(3 + len(items))
        values = frozenset(checked_keys(items, self.context))
        self.stack.append(values)

    def append(self) -> None:
        value = self.stack.pop()
        self.extend(self.stack[-1], [value])

    def appends(self) -> None:
        values = self.pop_mark()
        self.extend(self.stack[-1], values)

    def extend(self, target: Any, values: list[Any]) -> None:
        if type(target) is list:
            target.extend(values)
            if not self.context.has_place(target):
                raise self.damage("a deque is given more items than it takes")
        elif self.may_hold(target, "list"):
            if type(target.state) is not list:
                target.state = []
            target.state.extend(values)
        else:
            raise self.damage("values are appended to what is no list")

    def may_hold(self, target: Any, kind: str) -> bool:
        """Whether a record may be of a class that is a list or a dict."""
        if not isinstance(target, Record) or isinstance(target, Unfinished):
            return False
        known = target.cls.package in _NO_COLLECTIONS and not self.context.lenient
        return not known or (kind == "dict" and target.name in DICTS)

    def setitem(self) -> None:
        value = self.stack.pop()
        key = self.stack.pop()
        self.set_items(self.stack[-1], [key, value])

    def setitems(self) -> None:
        items = self.pop_mark()
        self.set_items(self.stack[-1], items)

    def set_items(self, target: Any, items: list[Any]) -> None:
        if type(target) is dict:
            self.fill_dict(target, items)
        elif self.may_hold(target, "dict"):
            made: dict[Any, Any] = {}
            self.fill_dict(made, items)
            fill_mapping(target, made)
        else:
            raise self.damage("items are set in what is no dictionary")

    def fill_dict(self, target: dict[Any, Any], items: list[Any]) -> None:
        if len(items) % 2:
            raise self.damage("a dictionary has a key without a value")
        self.context.charge_bytes(PAIR * (len(items) // 2))
        keys, values = items[::2], items[1::2]
        for value, key in zip(values, checked_keys(keys, self.context)):
            target[key] = value

    def additems(self) -> None:
        values = self.pop_mark()
        if type(self.stack[-1]) is not set:
            raise self.damage("members are added to what is no set")
        self.context.charge(len(values))
        self.stack[-1].update(checked_keys(values, self.context))

    # Names and the objects made from them

    def global_lines(self) -> None:
        self.context.charge(1)
        module = self.take_text_line()
        self.stack.append(self.context.name(module, self.take_text_line()))

    def stack_global(self) -> None:
        self.context.charge(1)
        name = self.stack.pop()
        module = self.stack.pop()
        if type(name) is not str or type(module) is not str:
            raise self.damage("a name that is no text")
        self.stack.append(self.context.name(module, name))

    def reduce(self) -> None:
        args = self.stack.pop()
        self.stack[-1] = self.call(self.stack[-1], args)

    def newobj(self) -> None:
        args = self.stack.pop()
        self.stack[-1] = self.make(self.stack[-1], args)

    def newobj_ex(self) -> None:
        keywords = self.stack.pop()
        args = self.stack.pop()
        if type(keywords) is not dict:
            raise self.damage("an object is made from malformed arguments")
        self.stack[-1] = self.make(self.stack[-1], args, keywords)

    def inst(self) -> None:
        self.global_lines()
        name = self.stack.pop()
        args = tuple(self.pop_mark())
        self.stack.append(self.instance(name, args))

    def obj(self) -> None:
        values = self.pop_mark()
        self.stack.append(self.instance(values[0], tuple(values[1:])))

    def instance(self, cls: Any, args: tuple[Any, ...]) -> Any:
        """Without arguments, Python makes an object and does not initialise it."""
        if args or not (type(cls) is Name and is_class(cls)):
            return self.call(cls, args)
        return self.make(cls, args)

    def make(self, cls: Any, args: Any, keywords: dict[str, Any] | None = None) -> Any:
        """What ``cls.__new__(cls, *args)`` yields: an object that is not initialised."""
        if type(cls) is not Name and not isinstance(cls, Record):
            raise self.damage("an object is made of what is no class")
        if type(args) is not tuple:
            raise self.damage("an object is made from malformed arguments")
        if type(cls) is Name:
            self.context.charge(1)
            return new_object(cls, args, keywords, self.context)
        return self.call(cls, args)

    def call(self, function: Any, args: Any) -> Any:
        """What calling ``function`` yields: a record, or a value of a known function."""
        context = self.context
        context.charge(2)
        if type(function) is not Name:
            if not isinstance(function, Record):
                raise self.damage("it calls what is no function")
            if not context.lenient:
                raise refusal(function.cls)
            context.refused[function.cls] = None
            return Record(function.cls, (args,))
        if type(args) is not tuple:
            raise self.damage(f"{shown(function)} is called without arguments")
        maker = context.makers.get(function)
        if maker is None:
            maker = context.makers[function] = maker_of(function, context)
        value = maker(function, args, context)
        if type(value) is Record and value.cls is function:
            value.called = True
        return value

    def build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Unfinished):
            self.stack[-1] = target.finished(state, self)
        elif isinstance(target, Record):
            self.set_state(target, state)
        elif not self.context.takes_attributes(target, state):
            raise self.damage("a state is given to what has none")

    def set_state(self, record: Record, state: Any) -> None:
        """The state of a record: its attributes, copied as pickle copies them."""
        if record.cls.module in BUILTINS and state is not None:
            raise self.damage("a state is given to what has none")
        if record.built:
            # Each class has its own way to take a second state, or none.
            raise self.damage("an object is given its state twice")
        record.built = True
        if record.kind == ("sklearn", "Bunch"):
            return  # its class forgets it
        attributes, slots = state, None
        if type(state) is tuple and len(state) == 2 and type(state[1]) is dict:
            attributes, slots = state  # what an object with __slots__ is pickled as
        for part in (attributes, slots):
            if part is not None and not self.is_attributes(part):
                record.state = state
                return
        for part in (attributes, slots):
            if part:
                self.context.charge_bytes(PAIR * len(part))
                record.attributes.update(part)

    def is_attributes(self, state: Any) -> bool:
        if type(state) is not dict:
            return False
        self.context.budget.work(len(state))
        return all(type(key) is str for key in state)

    # Opcodes about the stream itself

    def proto(self) -> None:
        self.protocol = self.take_size(1)
        if self.protocol > _NEWEST_PROTOCOL:
            if self.protocol > 2 * _NEWEST_PROTOCOL:
                raise self.damage(f"there is no protocol {self.protocol}")
            raise UnreadableFile(
                f"it starts like a pickle of protocol {self.protocol}, and this "
                f"treecompile knows them up to {_NEWEST_PROTOCOL}: save the model again "
                f"with protocol={_NEWEST_PROTOCOL}"
            )

    def frame(self) -> None:
        size = self.take_size(8)
        if self.position + size > len(self.data):
            raise self.cut_short()

    def persistent(self) -> None:
        raise UnreadableFile(
            "the pickle refers to objects that are stored outside of it (persistent "
            "ids: a PyTorch checkpoint, or a database); only files that hold the whole "
            "model can be read"
        )

    def extension(self) -> None:
        raise UnreadableFile(
            "the pickle refers to classes by numbers of a private registry (EXT "
            "opcodes); no scikit-learn model does that, and nobody can tell what they are"
        )

    def unknown(self) -> None:
        code = self.data[self.position - 1]
        raise self.damage(f"{code:#04x} is no pickle opcode")


_BY_OPCODE: dict[bytes, Callable[[Machine], None]] = {
    # protocol 0
    b"(": Machine.mark,
    b".": Machine.stop,
    b"0": Machine.pop,
    b"1": Machine.drop_mark,
    b"2": Machine.duplicate,
    b"F": Machine.float_line,
    b"I": Machine.int_line,
    b"L": Machine.long_line,
    b"N": Machine.none,
    b"P": Machine.persistent,
    b"R": Machine.reduce,
    b"S": Machine.string_line,
    b"V": Machine.unicode_line,
    b"a": Machine.append,
    b"b": Machine.build,
    b"c": Machine.global_lines,
    b"d": Machine.dict_of_mark,
    b"g": Machine.get,
    b"i": Machine.inst,
    b"l": Machine.list_of_mark,
    b"p": Machine.put,
    b"s": Machine.setitem,
    b"t": Machine.tuple_of_mark,
    # protocol 1
    b"G": Machine.binfloat,
    b"J": Machine.binint,
    b"K": Machine.binint1,
    b"M": Machine.binint2,
    b"Q": Machine.persistent,
    b"T": Machine.binstring,
    b"U": Machine.short_binstring,
    b"X": Machine.binunicode,
    b")": Machine.empty_tuple,
    b"]": Machine.empty_list,
    b"}": Machine.empty_dict,
    b"e": Machine.appends,
    b"h": Machine.binget,
    b"j": Machine.long_binget,
    b"o": Machine.obj,
    b"q": Machine.binput,
    b"r": Machine.long_binput,
    b"u": Machine.setitems,
    # protocol 2
    b"\x80": Machine.proto,
    b"\x81": Machine.newobj,
    b"\x82": Machine.extension,
    b"\x83": Machine.extension,
    b"\x84": Machine.extension,
    b"\x85": Machine.tuple1,
    b"\x86": Machine.tuple2,
    b"\x87": Machine.tuple3,
    b"\x88": Machine.true,
    b"\x89": Machine.false,
    b"\x8a": Machine.long1,
    b"\x8b": Machine.long4,
    # protocol 3
    b"B": Machine.binbytes,
    b"C": Machine.short_binbytes,
    # protocol 4
    b"\x8c": Machine.short_binunicode,
    b"\x8d": Machine.binunicode8,
    b"\x8e": Machine.binbytes8,
    b"\x8f": Machine.empty_set,
    b"\x90": Machine.additems,
    b"\x91": Machine.frozenset_of_mark,
    b"\x92": Machine.newobj_ex,
    b"\x93": Machine.stack_global,
    b"\x94": Machine.memoize,
    b"\x95": Machine.frame,
    # protocol 5
    b"\x96": Machine.bytearray8,
    b"\x97": Machine.next_buffer,
    b"\x98": Machine.readonly_buffer,
}
_OPCODES = [_BY_OPCODE.get(bytes([code]), Machine.unknown) for code in range(256)]
