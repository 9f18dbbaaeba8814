"""The arrays that joblib writes outside of the pickle stream.

joblib pickles a small wrapper in the place of each array. Since 0.10 the array's bytes
follow the wrapper inline, in the middle of the opcodes; before, each array had a file of
its own beside the pickle, either ``.npy`` or a compressed "ZF" file.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from treecompile.errors import UnreadableFile
from treecompile.read import arrays, container
from treecompile.read.context import Context, Damaged, Stream, Unfinished, shown

_LONGEST_HEADER = 65_536


class JoblibWrapper(Unfinished):
    """What joblib pickles in the place of an array."""

    __slots__ = ()

    def recalled(self) -> Any:
        # In the memo, joblib leaves the wrapper where the array should be.
        raise Damaged("a joblib array is malformed")

    def finish(self, state: Any, machine: Stream) -> arrays.Array:
        # The array of objects that a wrapper brings is a plain pickle. Were wrappers
        # allowed in it, two files could name each other without end.
        if type(state) is not dict or machine.inner:
            raise Damaged("a joblib array is malformed")
        machine.context.joblib_arrays += 1
        return self.read(state, machine)

    def read(self, state: dict[Any, Any], machine: Stream) -> arrays.Array:
        """The array that the wrapper stands for."""
        raise NotImplementedError


class InlineArray(JoblibWrapper):
    """``NumpyArrayWrapper``: the array follows in the stream."""

    __slots__ = ()

    def read(self, state: dict[Any, Any], machine: Stream) -> arrays.Array:
        dtype = arrays.as_dtype(state.get("dtype"))
        shape = arrays.as_shape(state.get("shape"))
        if dtype.hasobject:
            return _is_array(machine.nested())
        if state.get("numpy_array_alignment_bytes") is not None:
            machine.take(machine.take(1)[0])
        order = state.get("order")
        if type(order) is not str:
            raise Damaged("a joblib array comes without its memory order")
        array = arrays.array_from(
            machine.data,
            dtype,
            shape,
            order,
            machine.context,
            machine.position,
            whole=False,
        )
        machine.skip(arrays.element_count(shape) * dtype.itemsize)
        return array


class NpyFileArray(JoblibWrapper):
    """``NDArrayWrapper``: the array is a ``.npy`` file beside the pickle."""

    __slots__ = ()

    def read(self, state: dict[Any, Any], machine: Stream) -> arrays.Array:
        content = _sibling(state, machine.context)
        return read_npy(content, machine.context, machine.beside)


class ZFileArray(JoblibWrapper):
    """``ZNDArrayWrapper``: the array's bytes are a compressed file beside the pickle."""

    __slots__ = ()

    def read(self, state: dict[Any, Any], machine: Stream) -> arrays.Array:
        data = container.unwrap_z_file(
            _sibling(state, machine.context), machine.context.budget
        )
        parts = state.get("state")
        if type(parts) is not tuple:
            raise Damaged("a joblib array is malformed")
        shell = arrays.UnfinishedArray(self.cls)
        return shell.finish((*parts, data), machine)


def _sibling(state: dict[Any, Any], context: Context) -> bytes:
    """The bytes of the file that a wrapper of old joblib names."""
    filename = state.get("filename")
    if type(filename) is not str or not filename:
        raise Damaged("a joblib array is malformed")
    if context.sibling is None:
        raise UnreadableFile(
            "the file was written by a joblib older than 0.10, which kept each array in "
            f"a file of its own ({shown(filename)}, ...): give the path of the file in "
            "the folder where all of them are"
        )
    if os.path.basename(filename) != filename or "\\" in filename or "\0" in filename:
        raise UnreadableFile(
            f"the file asks for {shown(filename)}, which is not in its own folder. "
            "Nothing was read from there; do not trust this file"
        )
    if filename in context.siblings:
        raise Damaged("two joblib arrays are said to be in the same file")
    context.siblings.add(filename)
    return context.sibling(filename)


def read_npy(
    data: bytes, context: Context, objects: Callable[[bytes, int], Any]
) -> arrays.Array:
    """The array of a ``.npy`` file. ``objects`` reads those of an array of objects, which
    are a pickle from a position on."""
    if data[:6] != b"\x93NUMPY" or len(data) < 12:
        raise Damaged("an array's file is not the .npy file that it should be")
    wide = data[6] > 1
    start = 12 if wide else 10
    length = int.from_bytes(data[8:start], "little")
    if length > min(_LONGEST_HEADER, len(data) - start):
        raise Damaged("a .npy file has a damaged header")
    encoding = "utf-8" if data[6] > 2 else "latin-1"
    try:
        text = data[start : start + length].decode(encoding)
        header = ast.literal_eval(text.strip())
        description, order = header["descr"], header["fortran_order"]
        shape = arrays.as_shape(header["shape"])
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError) as error:
        raise Damaged("a .npy file has a damaged header") from error
    body = start + length
    if type(description) is str and description.lstrip("|<>=") == "O":
        return _is_array(objects(data, body))
    dtype = _described(description, context)
    order = "F" if order is True else "C"
    return arrays.array_from(data, dtype, shape, order, context, body)


def _is_array(value: Any) -> arrays.Array:
    if isinstance(value, np.ndarray):
        return value
    raise Damaged("a joblib array of objects is malformed")


def _described(description: Any, context: Context, depth: int = 0) -> arrays.DType:
    """The dtype of a ``.npy`` header: a code, or a list of fields."""
    if type(description) is str:
        order = description[:1] if description[:1] in "|<>=" else ""
        dtype = arrays.simple_dtype(description[len(order) :])
        return arrays.in_order(dtype, order)
    if type(description) is not list or depth > 8:
        raise Damaged("a .npy file has a damaged header")
    fields: dict[str, tuple[arrays.DType, int]] = {}
    size = 0
    for field in description:
        if type(field) is not tuple or len(field) not in (2, 3):
            raise Damaged("a .npy file has a damaged header")
        name = field[0][-1:] if type(field[0]) is tuple else field[0:1]
        dtype = _described(field[1], context, depth + 1)
        if len(field) == 3:
            dtype = arrays.subarray_dtype(dtype, field[2])
        # Padding is described as a field without a name.
        if name != ("",):
            if type(name[0]) is not str or name[0] in fields:
                raise Damaged("a .npy file has a damaged header")
            fields[name[0]] = dtype, size
        size += dtype.itemsize
    return arrays.structured_dtype(tuple(fields), fields, size, context)
