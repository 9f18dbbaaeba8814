"""Raw training data in a CSV file, as the columns that a record will hold.

The rules are those of the reader that most models were trained behind, pandas'
``read_csv``: the same texts are missing, a column of numbers is numeric, one of True
and False is boolean, and everything else is text, each distinct text a category.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .errors import BadSchema
from .program import Column, Constant
from .schema import Described

#: The texts that pandas reads as missing.
MISSING_TEXTS = frozenset(
    "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL"
    "|NaN|None|n/a|nan|null".split("|")
)
BOOLEAN_TEXTS = {
    "True": True,
    "TRUE": True,
    "true": True,
    "False": False,
    "FALSE": False,
    "false": False,
}
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_NUMBER = re.compile(
    r"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|Inf|INF|[iI]nfinity)\s*",
    re.ASCII,
)
# So many lines tell by what their cells are parted.
_LINES_LOOKED_AT = 100
# More distinct values than this are no categories that anybody encoded; they are
# counted, not kept, so that a long file of free text costs no memory.
MOST_CATEGORIES = 100_000
#: The most columns of a file, and the most cells (or what parts them) of a row.
MOST_COLUMNS = 100_000
_MOST_CELLS = 1_000_000


_WHOLE_ROWS = (
    "Give each row as many cells as the header line has: an empty one where a value is "
    "missing."
)
_AS_UTF_8 = (
    "Save it as UTF-8: a spreadsheet calls that CSV UTF-8, and with the name of the "
    "encoding\nthat it has now, so does `iconv -f WINDOWS-1252 -t UTF-8`."
)


def columns_of_csv(data: bytes, name: str) -> tuple[Described, ...]:
    """The columns of a CSV file with a header line; BadSchema where it is none."""
    header, rows = rows_of_csv(data, name)
    distinct = _distinct(header, rows, name)
    return tuple(_described(c, d, name) for c, d in zip(header, distinct) if c)


def rows_of_csv(
    data: bytes, name: str
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header of a CSV file, and its rows with the numbers of their lines.

    Every row has a cell for each column. Raises BadSchema, with the line, where one has
    not, and where the file is no CSV file.
    """
    delimiter = _delimiter(_head(_text(data, name)), name)
    lines = _Lines(data, delimiter, name)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = next(rows, [])
    except csv.Error as error:
        raise _no_csv(name, rows.line_num, error) from None
    lines.cells = 0
    if len(header) > MOST_COLUMNS:
        raise BadSchema(
            f"{name} has {len(header):,} columns; at most {MOST_COLUMNS:,} are read.\n"
            "Leave out those that the model was not fitted on."
        )
    if not any(header):
        raise BadSchema(f"{name} has no header line with the names of the columns.")
    if len(set(header)) != len(header):
        twice = next(c for c in header if header.count(c) > 1)
        raise BadSchema(f"{name} has two columns {twice!r}.")
    return header, _whole_rows(rows, lines, len(header), name)


class _Lines:
    """The lines of a file, decoded one at a time. ``cells`` is how many cells those hold
    that the reader of rows has asked for since it was set to 0."""

    def __init__(self, data: bytes, delimiter: str, name: str) -> None:
        self.lines = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
        self.delimiter, self.name = delimiter, name
        self.cells = self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.number += 1
        self.cells += line.count(self.delimiter)
        if self.cells > _MOST_CELLS:
            raise BadSchema(
                f"{self.name}, line {self.number}: a row of more than {_MOST_CELLS:,} "
                f"cells.\n{_WHOLE_ROWS}"
            )
        return line


def _head(text: str) -> str:
    """The lines that tell by what the cells are parted."""
    place = 0
    for _ in range(_LINES_LOOKED_AT):
        place = text.find("\n", place) + 1
        if not place:
            return text
    return text[:place]


def _text(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadSchema(f"{name} is UTF-16, not UTF-8.\n{_AS_UTF_8}")
    if b"\0" in data[:4096]:
        raise BadSchema(f"{name} is not a CSV file: it holds binary data.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The BOM is left away by the decoder, and not counted by it.
        text = data.decode("utf-8", "surrogateescape")
        bad = re.search("[\udc80-\udcff]", text)
        assert bad is not None
        line, byte = text.count("\n", 0, bad.start()) + 1, ord(bad[0]) - 0xDC00
        raise BadSchema(
            f"{name}, line {line}: the byte 0x{byte:02x} is not UTF-8.\n{_AS_UTF_8}"
        ) from None


def _no_csv(name: str, line: int, error: csv.Error) -> BadSchema:
    return BadSchema(f"{name} is not a CSV file: line {line}: {error}")


def _several(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _whole_rows(
    rows: Any, lines: _Lines, columns: int, name: str
) -> Iterator[tuple[int, list[str]]]:
    while True:
        lines.cells = 0
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _no_csv(name, rows.line_num, error) from None
        if row is None:
            return
        if row and len(row) != columns:
            raise BadSchema(
                f"{name}, line {rows.line_num}: {_several(len(row), 'cell')} under "
                f"{_several(columns, 'column')}.\n{_WHOLE_ROWS}"
            )
        if row:
            yield rows.line_num, row


def _delimiter(text: str, name: str) -> str:
    """What parts the cells: the one character that parts the header line and, if several
    do, the lines below it in as many cells. BadSchema where that is not one."""
    lines = text.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]
    widths: dict[str, list[int]] = {}
    for character in ",;\t|":
        if max(line.count(character) for line in lines) > _MOST_CELLS:
            continue
        if character in lines[0]:
            try:
                rows = list(filter(None, csv.reader(lines, delimiter=character)))
            except csv.Error:
                continue
            # One that parts what quotes hold together parts none.
            if not any('"' in cell for cell in rows[0]):
                widths[character] = [len(row) for row in rows]
    parting = {c: found for c, found in widths.items() if found and found[0] > 1}
    if len(parting) > 1:
        even = {c: found for c, found in parting.items() if len(set(found)) == 1}
        parting = even or parting
    if len(parting) > 1:
        raise BadSchema(
            f"{name}: its header line can be parted by {' or '.join(map(repr, parting))}.\n"
            "Save it with one of these alone, or with quotes around cells that hold one."
        )
    return next(iter(parting), ",")


def _distinct(
    header: list[str], rows: Iterable[tuple[int, list[str]]], name: str
) -> list[dict[str, None]]:
    """The distinct texts of each column, in the order of first appearance."""
    distinct: list[dict[str, None]] = [{} for _ in header]
    count = 0
    for _, row in rows:
        count += 1
        for texts, cell in zip(distinct, row):
            if cell not in texts and len(texts) <= MOST_CATEGORIES:
                texts[cell] = None
    if not count:
        raise BadSchema(f"{name} has no rows below its header line.")
    return distinct


def _described(column: str, distinct: dict[str, None], name: str) -> Described:
    texts = [text for text in distinct if text not in MISSING_TEXTS]
    missing = len(texts) < len(distinct)
    if texts and all(text in BOOLEAN_TEXTS for text in texts):
        seen: tuple[Constant, ...] = tuple(sorted({BOOLEAN_TEXTS[t] for t in texts}))
        return Described(Column(column, (False, True), missing), seen)
    if all(_NUMBER.fullmatch(text) for text in texts):
        integer = all(_INTEGER.fullmatch(text) for text in texts)
        numbers = (
            sorted({int(t) for t in texts if len(t) < 300})
            if integer
            else sorted({x for x in map(float, texts) if math.isfinite(x)})
        )
        kind = Column(column, None, missing, low=-math.inf, high=math.inf)
        return Described(kind, tuple(numbers))
    if len(texts) > MOST_CATEGORIES:
        return Described(Column(column, (), missing, unknown=True))
    known = tuple(sorted(texts))
    return Described(Column(column, known, missing), known)
