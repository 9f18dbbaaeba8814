"""numpy dtypes, arrays and scalars, rebuilt from checked parts.

numpy's own ``__setstate__`` believes what it is given: a forged state can make it read
memory that is not the array's. So every part is checked here, and only constructors that
check again (``np.dtype``, ``np.frombuffer``) see them. Arrays are views of the bytes that
were read; a size that a file announces takes no memory.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np

from treecompile.read.budget import TEXT
from treecompile.read.context import Context, Damaged, Stream, Unfinished, shown
from treecompile.read.records import Name, Record

_DTYPE_CODE = re.compile(
    r"(?:[?bBhHiIlLqQefdgFDGOSUVMmacu])\d{0,10}(?:\[\d{0,9}[a-zA-Z]{1,7}\])?"
)
_TIME_UNITS = frozenset(
    ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "generic"]
)
_VOID_TYPES = frozenset(["void", "record"])
_ARRAY_TYPES = frozenset(
    ["ndarray", "matrix", "memmap", "recarray", "chararray"]
    # A masked array inside a joblib wrapper comes without its mask: see finish().
)
_MOST_DIMENSIONS = 32
# Enough for any table of no columns; more would only hang whoever loops over it.
_LONGEST_EMPTY = 100_000_000
_LAST_CODE_POINT = 0x10FFFF

DType = np.dtype[Any]
Array = np.ndarray[Any, DType]


class UnfinishedDType(Unfinished):
    """``numpy.dtype(code)``, before the BUILD that sets byte order and fields."""

    __slots__ = ("plain",)

    def __init__(self, cls: Name, args: tuple[Any, ...], plain: DType) -> None:
        super().__init__(cls, args)
        self.plain = plain

    def finish(self, state: Any, machine: Stream) -> DType:
        if type(state) is not tuple or not 5 <= len(state) <= 9:
            raise Damaged("the state of a numpy dtype is malformed")
        if type(state[0]) is int:
            order, subarray, names, fields = state[1:5]
            size = state[5] if len(state) > 5 else -1
        else:  # before numpy 1.0 there was no version in front
            order, subarray, names, fields = "<", None, None, None
            size = -1
        if type(order) is not str or order not in ("<", ">", "=", "|"):
            raise Damaged("a numpy dtype has no valid byte order")
        if subarray is not None:
            return _subarray_state(subarray, self.plain)
        if names is not None or fields is not None:
            return structured_dtype(names, fields, size, machine.context)
        dtype = self.plain
        if dtype.kind in "mM" and len(state) == 9:
            dtype = _time_dtype(dtype, state[8])
        if dtype.kind in "SUV" and type(size) is int and size > 0:
            # Old pickles give the length here alone.
            unit = 4 if dtype.kind == "U" else 1
            dtype = simple_dtype(f"{dtype.kind}{size // unit}")
        return in_order(dtype, order)


def in_order(dtype: DType, order: str) -> DType:
    """A native ``dtype`` in the byte order ``"<"`` or ``">"``, or as it is."""
    foreign = ">" if sys.byteorder == "little" else "<"
    return dtype.newbyteorder("S") if order == foreign else dtype


def make_dtype(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``numpy.dtype("f8", False, True)``, still without its state."""
    code = args[0] if args else None
    if isinstance(code, bytes):
        code = code.decode("latin-1")
    if isinstance(code, Name) and code.package == "numpy" and code.name in _VOID_TYPES:
        code = "V"
    return UnfinishedDType(name, args, simple_dtype(code))


def simple_dtype(code: Any) -> DType:
    """The dtype of a type code such as ``"f8"``; never more than numpy's own types."""
    # numpy parses whole little languages out of a string; only plain codes get there.
    if type(code) is not str:
        raise Damaged("a numpy dtype is made from something that is no type code")
    if not _DTYPE_CODE.fullmatch(code):
        raise Damaged(f"unknown numpy dtype {shown(repr(code))}")
    code = "S" + code[1:] if code[0] == "a" else code  # an alias that numpy 2 dropped
    code = "O" if code in ("O4", "O8") else code
    try:
        made: DType = np.dtype(code)
    except (TypeError, ValueError, OverflowError) as error:
        raise Damaged(
            f"the numpy dtype {shown(repr(code))} does not exist on this machine"
        ) from error
    return made


def _subarray_state(subarray: Any, plain: DType) -> DType:
    if type(subarray) is not tuple or len(subarray) != 2 or plain.kind != "V":
        raise Damaged("a numpy subarray dtype is malformed")
    return subarray_dtype(as_dtype(subarray[0]), subarray[1])


def subarray_dtype(base: DType, shape: Any) -> DType:
    """The dtype of arrays of this shape as elements."""
    try:
        made: DType = np.dtype((base, as_shape(shape)))
    except (TypeError, ValueError, OverflowError) as error:
        raise Damaged("a numpy subarray dtype is malformed") from error
    return made


def structured_dtype(names: Any, fields: Any, size: Any, context: Context) -> DType:
    """The dtype of records: ``fields`` gives the dtype and offset of each name."""
    if type(names) is not tuple or type(fields) is not dict or type(size) is not int:
        raise Damaged("a structured numpy dtype is malformed")
    context.charge(4 * len(names))
    formats, offsets, titles = [], [], []
    for field in names:
        entry = fields.get(field) if type(field) is str else None
        if type(entry) is not tuple or len(entry) not in (2, 3):
            raise Damaged("a structured numpy dtype is malformed")
        formats.append(_field_dtype(as_dtype(entry[0]), context))
        offset = entry[1]
        if type(offset) is not int or not 0 <= offset <= size - formats[-1].itemsize:
            raise Damaged("a field of a structured numpy dtype lies outside of it")
        offsets.append(offset)
        titles.append(_title(entry))
    layout: dict[str, Any] = {
        "names": list(names),
        "formats": formats,
        "offsets": offsets,
        "itemsize": size,
    }
    if any(title is not None for title in titles):
        layout["titles"] = titles
    try:
        made: DType = np.dtype(layout)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError) as error:
        raise Damaged("a structured numpy dtype is malformed") from error
    return made


def _title(entry: tuple[Any, ...]) -> str | None:
    """The second name that a field may have."""
    title = entry[2] if len(entry) == 3 else None
    if title is not None and type(title) is not str:
        raise Damaged("a structured numpy dtype is malformed")
    return title


def _field_dtype(dtype: DType, context: Context) -> DType:
    """``dtype``, which may be structured itself, but no deeper than that.

    Deeper ones are found in no model, and numpy follows them without a limit.
    """
    inner = dtype.base
    if inner.names is not None:
        context.charge(len(inner.names))
        if any(inner[name].base.names is not None for name in inner.names):
            raise Damaged("a structured numpy dtype is nested too deeply")
    return dtype


def _time_dtype(dtype: DType, metadata: Any) -> DType:
    if type(metadata) is not tuple or len(metadata) != 2:
        raise Damaged("a numpy datetime dtype is malformed")
    if type(metadata[1]) is not tuple or len(metadata[1]) < 2:
        raise Damaged("a numpy datetime dtype is malformed")
    unit, count = metadata[1][:2]
    if type(unit) is bytes:
        unit = unit.decode("latin-1")
    if type(unit) is not str or type(count) is not int:
        raise Damaged("a numpy datetime dtype is malformed")
    if unit not in _TIME_UNITS or not 0 < count < 2**31:
        raise Damaged("a numpy datetime dtype has an unknown unit")
    code = dtype.kind + "8" + ("" if unit == "generic" else f"[{count}{unit}]")
    return np.dtype(code)


def as_dtype(value: Any) -> DType:
    """``value``, which has to be a dtype."""
    if isinstance(value, np.dtype):
        return value
    if isinstance(value, UnfinishedDType):
        return value.plain
    raise Damaged("an array comes with something that is no numpy dtype")


def as_shape(value: Any) -> tuple[int, ...]:
    """``value``, which has to be the shape of an array."""
    if type(value) is int:
        value = (value,)
    if type(value) is not tuple or len(value) > _MOST_DIMENSIONS:
        raise Damaged("an array comes with something that is no shape")
    shape = []
    for length in value:
        if isinstance(length, np.integer):
            length = int(length)
        if type(length) is not int or not 0 <= length < 2**62:
            raise Damaged("an array comes with something that is no shape")
        shape.append(length)
    if not element_count(tuple(shape)) and max(shape) > _LONGEST_EMPTY:
        raise Damaged("an empty array has an impossible shape")
    return tuple(shape)


def element_count(shape: tuple[int, ...]) -> int:
    """How many elements an array of this shape has, exactly."""
    count = 1
    for length in shape:
        count *= length
    return count


def array_from(
    data: bytes | bytearray,
    dtype: DType,
    shape: tuple[int, ...],
    order: str,
    context: Context,
    offset: int = 0,
    whole: bool = True,
) -> Array:
    """A view of ``data``, from ``offset`` on, as an array.

    With ``whole``, the array has to end where the data end.
    """
    if dtype.hasobject:
        raise Damaged("an array of Python objects comes as raw bytes")
    count = element_count(shape)
    size = count * dtype.itemsize
    available = len(data) - offset
    if size > available:
        raise Damaged(
            f"an array announces {size:,} bytes where {max(available, 0):,} are left"
        )
    if whole and size != available:
        raise Damaged(f"an array of {size:,} bytes comes with {available:,}")
    if dtype.subdtype is not None:
        raise Damaged("an array has a dtype that is an array itself")
    if size == 0:
        if count > _LONGEST_EMPTY:
            raise Damaged("an array of empty elements has an impossible shape")
        # As many lists, in the lists of its elements.
        context.charge(max(count, element_count(tuple(n for n in shape if n))))
        return np.zeros(shape, dtype, order="F" if order == "F" else "C")
    flat = np.frombuffer(data, dtype, count, offset)
    if dtype.kind == "S" and context.python2:
        flat = _as_text(flat, context)
    _check_text(flat, context)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _as_text(flat: Array, context: Context) -> Array:
    """The text of Python 2, which are bytes, as text: latin-1, as everywhere here."""
    context.charge_bytes(8 * flat.nbytes)
    codes = flat.view(np.uint8).reshape(flat.size, -1).astype(np.uint32)
    return codes.view(f"U{flat.dtype.itemsize}").reshape(-1)


def _check_text(flat: Array, context: Context) -> None:
    """Refuse code points that do not exist: reading such an element would fail."""
    dtype = flat.dtype
    if dtype.kind == "U":
        context.look(flat.nbytes)
        if not flat.flags.c_contiguous:
            context.charge_bytes(flat.nbytes)
        codes = np.dtype(np.uint32).newbyteorder(dtype.byteorder)
        points = np.ascontiguousarray(flat).view(codes)
        if points.size and points.max() > _LAST_CODE_POINT:
            raise Damaged("an array of text holds characters that do not exist")
    elif dtype.names is not None:
        context.charge(len(dtype.names))
        for name in dtype.names:
            if flat[name].dtype.kind in "UV":
                _check_text(flat[name].reshape(-1), context)


def object_array(items: list[Any], shape: tuple[int, ...]) -> Array:
    """An array of Python objects from the list of them, row by row."""
    if len(items) != element_count(shape):
        raise Damaged(
            f"an array of {element_count(shape):,} objects comes with {len(items):,}"
        )
    flat = np.empty(len(items), dtype=object)  # of items that are charged
    for index, item in enumerate(items):  # a slice would look into nested sequences
        flat[index] = item
    return flat.reshape(shape)


class UnfinishedArray(Unfinished):
    """``numpy._reconstruct(ndarray, (0,), b"b")``, before the BUILD with all of it."""

    __slots__ = ()

    def finish(self, state: Any, machine: Stream) -> Array:
        return self.array(state, machine.context)

    def array(self, state: Any, context: Context) -> Array:
        """The array of this state, ``(version, shape, dtype, is_fortran, data)``."""
        if type(state) is tuple and len(state) == 5 and type(state[0]) is int:
            state = state[1:]
        if type(state) is not tuple or len(state) != 4:
            raise Damaged("the state of a numpy array is malformed")
        shape, dtype = as_shape(state[0]), as_dtype(state[1])
        if type(state[2]) not in (bool, int):
            raise Damaged("a numpy array comes without its memory order")
        order, data = "F" if state[2] else "C", state[3]
        if type(data) is list:
            if dtype != np.dtype(object):
                raise Damaged("an array of Python objects has the wrong dtype")
            context.charge(len(data))
            return object_array(data, shape)  # listed row by row, whatever the order
        return array_from(as_bytes(data, context), dtype, shape, order, context)


def dill_array(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``dill._dill._create_array(_reconstruct, args, state, attributes)``."""
    if len(args) not in (3, 4) or type(args[1]) is not tuple:
        raise Damaged("a numpy array is made from malformed arguments")
    if not isinstance(args[0], Name) or args[0].name != "_reconstruct":
        raise Damaged("a numpy array is made from malformed arguments")
    shell = reconstruct(name, args[1], context)
    if isinstance(shell, UnfinishedArray):
        return shell.array(args[2], context)
    shell.state = args[2]
    return shell


def as_bytes(value: Any, context: Context) -> bytes | bytearray:
    """``value``, which has to be raw bytes; Python 2 wrote them as text."""
    if isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, str):
        context.charge_bytes(len(value))
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError:
            pass
    raise Damaged("an array comes without its bytes")


def reconstruct(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``numpy._core.multiarray._reconstruct(ndarray, (0,), b"b")``."""
    if len(args) != 3 or not isinstance(args[0], Name):
        raise Damaged("a numpy array is made from malformed arguments")
    cls = args[0]
    if cls.package == "numpy" and cls.name in _ARRAY_TYPES:
        return UnfinishedArray(cls, args[1:])
    return Record(cls, args[1:])


def from_buffer(name: Name, args: tuple[Any, ...], context: Context) -> Array:
    """``numpy._core.numeric._frombuffer(buffer, dtype, shape, order, axes=None)``."""
    if len(args) not in (4, 5):
        raise Damaged("a numpy array is made from malformed arguments")
    data, dtype, shape, order = args[:4]
    axes = args[4] if len(args) == 5 else None
    if type(order) is not str:
        raise Damaged("a numpy array comes without its memory order")
    shape, raw = as_shape(shape), as_bytes(data, context)
    if axes is None:
        return array_from(raw, as_dtype(dtype), shape, order, context)
    if type(axes) is not tuple or any(type(axis) is not int for axis in axes):
        raise Damaged("a numpy array comes with axes that it does not have")
    if sorted(axes) != list(range(len(shape))):
        raise Damaged("a numpy array comes with axes that it does not have")
    return array_from(raw, as_dtype(dtype), shape, "C", context).transpose(axes)


def scalar(name: Name, args: tuple[Any, ...], context: Context) -> Any:
    """``numpy._core.multiarray.scalar(dtype, bytes)``."""
    if not 1 <= len(args) <= 2:
        raise Damaged("a numpy scalar is made from malformed arguments")
    dtype = as_dtype(args[0])
    if dtype == np.dtype(object):
        return args[1] if len(args) == 2 else None
    # A number that the dtype announces, where no bytes are there to hold it against; and
    # a copy of them where they are.
    context.charge_bytes(TEXT + 4 * dtype.itemsize)
    if len(args) == 1:
        return np.zeros((), dtype)[()]
    return array_from(as_bytes(args[1], context), dtype, (), "C", context)[()]
