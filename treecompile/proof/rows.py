"""Records of the user's own: the rows of a CSV file, of a frame, or any mappings."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from ..errors import BadSchema
from ..read.files import whole
from ..table import rows_of_csv
from ..visible import printable

Rows = Callable[[ModuleType], Iterable[dict[str, Any]]]


def rows_of(data: Any) -> Rows | None:
    """The records in ``data``, for an accepted scorer, whose reading of cells is used."""
    if data is None:
        return None
    if isinstance(data, (str, os.PathLike)):
        content, name = _content(data), os.path.basename(data)
        return lambda scorer: _of_csv(content, str(name), scorer)
    if hasattr(data, "to_dict"):
        data = data.to_dict("records")
    records = [{str(k): _plain(v) for k, v in record.items()} for record in data]
    return lambda scorer: _renamed(records, scorer)


def _content(path: Any) -> bytes:
    try:
        return whole(path)
    except OSError as error:
        where = printable(os.fsdecode(path))
        raise BadSchema(f"Cannot read {where}: {error.strerror}.") from None


def _of_csv(data: bytes, name: str, scorer: ModuleType) -> Iterator[dict[str, Any]]:
    header, rows = rows_of_csv(data, name)
    readers = [
        (name, header.index(own), scorer._reader(name, "."))
        for own, name in _names(header, scorer).items()
    ]
    for _, row in rows:
        yield {name: read(row[place]) for name, place, read in readers}


def _renamed(
    records: list[dict[str, Any]], scorer: ModuleType
) -> Iterator[dict[str, Any]]:
    for record in records:
        names = _names(record, scorer)
        yield {name: record[own] for own, name in names.items()}


def _names(own: Iterable[str], scorer: ModuleType) -> dict[str, str]:
    """The columns of the data that the model knows, by their own names: ``stalk-root``
    is ``stalk_root``."""
    known = {_identifier(name): name for name in scorer.RULES}
    return {
        name: name if name in scorer.RULES else known[_identifier(name)]
        for name in own
        if name in scorer.RULES or _identifier(name) in known
    }


def _identifier(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name).strip("_").casefold()


def _plain(value: Any) -> Any:
    """A value of a frame as Python has it; NaN is missing."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value
