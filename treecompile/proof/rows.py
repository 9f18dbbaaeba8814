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
    if getattr(data, "ndim", 0) == 2 and not hasattr(data, "columns"):
        rows = data.tolist()
        return lambda scorer: _renamed(_named(rows, scorer), scorer)
    if hasattr(data, "iter_rows"):
        data = data.iter_rows(named=True)
    elif hasattr(data, "to_dict"):
        data = data.to_dict("records")
    records = []
    for record in data:
        if not hasattr(record, "items"):
            raise BadSchema(
                f"The data hold a {type(record).__name__} where a record must be. Give "
                "the path of a CSV file, a DataFrame, an array or a list of dicts."
            )
        records.append({str(k): _plain(v) for k, v in record.items()})
    return lambda scorer: _renamed(records, scorer)


def _named(rows: list[Any], scorer: ModuleType) -> list[dict[str, Any]]:
    """The rows of an array by the names of the columns in their order: of all that the
    model was fitted on, or of those that the scorer asks for."""
    for names in (tuple(scorer.RULES), scorer.COLUMNS):
        if rows and len(rows[0]) == len(names):
            return [dict(zip(names, map(_plain, row))) for row in rows]
    if not rows:
        return []
    raise BadSchema(
        f"The array has {len(rows[0])} columns, and the model {len(scorer.RULES)}."
    )


def _complete(names: Iterable[str], scorer: ModuleType) -> None:
    """BadSchema where the data lack a column that the scorer asks for."""
    have = set(names)
    absent = [name for name in scorer.COLUMNS if name not in have]
    if absent:
        some = ", ".join(repr(name) for name in absent[:5])
        more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
        raise BadSchema(
            f"The data lack columns that the scorer asks for: {some}{more}."
        )


def _content(path: Any) -> bytes:
    try:
        return whole(path)
    except OSError as error:
        where = printable(os.fsdecode(path))
        raise BadSchema(f"Cannot read {where}: {error.strerror}.") from None


def _of_csv(data: bytes, name: str, scorer: ModuleType) -> Iterator[dict[str, Any]]:
    header, rows = rows_of_csv(data, name)
    _complete(_names(header, scorer).values(), scorer)
    readers = [
        (name, header.index(own), scorer._reader(name, "."))
        for own, name in _names(header, scorer).items()
    ]
    for _, row in rows:
        yield {name: read(row[place]) for name, place, read in readers}


def _renamed(
    records: list[dict[str, Any]], scorer: ModuleType
) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(records):
        names = _names(record, scorer)
        if not number:
            _complete(names.values(), scorer)
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
