"""Records of the user's own: the rows of a CSV file, of a frame, or any mappings."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from ..errors import BadSchema
from ..read.files import whole

Rows = Callable[[ModuleType], Iterable[dict[str, Any]]]


def rows_of(data: Any) -> Rows | None:
    """The records in ``data``, for an accepted scorer, whose reading of cells is used."""
    if data is None:
        return None
    if isinstance(data, (str, os.PathLike)):
        text = _text(data)
        return lambda scorer: _of_csv(text, scorer)
    if hasattr(data, "to_dict"):
        data = data.to_dict("records")
    records = [{str(k): _plain(v) for k, v in record.items()} for record in data]
    return lambda scorer: _renamed(records, scorer)


def _text(path: Any) -> str:
    try:
        data = whole(path)
    except OSError as error:
        raise BadSchema(f"Cannot read {path}: {error.strerror}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _of_csv(text: str, scorer: ModuleType) -> Iterator[dict[str, Any]]:
    header = text.partition("\n")[0]
    delimiter = max(",;\t|", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = _names(rows.fieldnames or (), scorer)
    try:
        for row in rows:
            yield {
                name: scorer._cell(name, row[own])
                for own, name in names.items()
                if own in row
            }
    except csv.Error as error:
        raise BadSchema(f"The data is not a CSV file: {error}") from None


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
