"""A pandas Series in a file: its index and its values, as plain lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..read.budget import charge
from ..read.records import Record

_BYTES = 60


def series(value: Any) -> list[tuple[Any, Any]] | None:
    """The pairs of index and value of a Series, in order; None of anything else.

    A missing entry of the index, in whichever form, is None.
    """
    if not isinstance(value, Record) or value.kind != ("pandas", "Series"):
        return None
    manager = value.get("_mgr", value.get("_data"))
    state = manager.state if isinstance(manager, Record) else None
    if not isinstance(state, tuple) or len(state) < 3:
        return None
    axes, blocks = state[0], state[1]
    if not isinstance(axes, list) or not isinstance(blocks, list):
        return None
    if len(axes) != 1 or len(blocks) != 1:
        return None
    index, values = _index(axes[0]), _values(blocks[0])
    if index is None or values is None or len(index) != len(values):
        return None
    return list(zip(map(_plain, index), values))


def _index(record: Any) -> list[Any] | None:
    if not isinstance(record, Record) or record.name not in ("Index", "Int64Index"):
        return None
    data = record.get("data")
    if isinstance(data, Record):  # an array of texts
        state = data.state if isinstance(data.state, tuple) else ()
        arrays = [x for x in state if isinstance(x, np.ndarray)]
        data = arrays[0] if len(arrays) == 1 else None
    return _values(data)


def _values(array: Any) -> list[Any] | None:
    if not isinstance(array, np.ndarray):
        return None
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 1 or array.dtype.kind not in "Oifb":
        return None
    charge(_BYTES * array.size)
    return list(array.tolist())


def _plain(x: Any) -> Any:
    missing = x is None or x != x or (isinstance(x, Record) and x.kind[0] == "pandas")
    return None if missing else x
