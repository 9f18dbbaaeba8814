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
from collections.abc import Iterable

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
_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
_NUMBER = re.compile(
    r"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|Inf|INF|[iI]nfinity)\s*"
)
# So many lines tell by what their cells are parted.
_LINES_LOOKED_AT = 100
# More distinct values than this are no categories that anybody encoded; they are
# counted, not kept, so that a long file of free text costs no memory.
MOST_CATEGORIES = 100_000


def columns_of_csv(data: bytes, name: str) -> tuple[Described, ...]:
    """The columns of a CSV file with a header line; BadSchema where it is none."""
    if b"\0" in data[:4096]:
        raise BadSchema(f"{name} is not a CSV file: it holds binary data.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSchema(
            f"{name}, line {line}: this is not UTF-8, and in which encoding it is, no file "
            "says.\nSave it as UTF-8: iconv -f LATIN1 -t UTF-8 FILE, if that is its own."
        ) from None
    delimiter = _delimiter(text, name)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(rows, [])
        distinct = _distinct(header, rows, name)
    except csv.Error as error:
        raise BadSchema(f"{name} is not a CSV file: {error}") from None
    return tuple(_described(c, d, name) for c, d in zip(header, distinct) if c)


def _delimiter(text: str, name: str) -> str:
    """What parts the cells: the one character that parts the header line and, if several
    do, the lines below it in as many cells. BadSchema where that is not one."""
    lines = text.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]
    widths: dict[str, list[int]] = {}
    for character in ",;\t|":
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
    header: list[str], rows: Iterable[list[str]], name: str
) -> list[dict[str, None]]:
    """The distinct texts of each column, in the order of first appearance."""
    if not any(header):
        raise BadSchema(f"{name} has no header line with the names of the columns.")
    if len(set(header)) != len(header):
        twice = next(c for c in header if header.count(c) > 1)
        raise BadSchema(f"{name} has two columns {twice!r}.")
    distinct: list[dict[str, None]] = [{} for _ in header]
    count = 0
    for line, row in enumerate(rows, 2):
        if not row:
            continue
        if len(row) > len(header):
            raise BadSchema(
                f"{name}, line {line}: {len(row)} cells under {len(header)} columns."
            )
        count += 1
        row += [""] * (len(header) - len(row))
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
        return Described(Column(column, None, missing), tuple(numbers))
    if len(texts) > MOST_CATEGORIES:
        return Described(Column(column, (), missing, unknown=True))
    known = tuple(sorted(texts))
    return Described(Column(column, known, missing), known)


def looks_like_csv(data: bytes) -> bool:
    """Whether a file is text with a header line of several or plain-worded columns,
    and so no pickle: the first line of a pickle of protocol 0 is an opcode's."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if not head or any(byte < 9 for byte in head):
        return False
    header = head.partition(b"\n")[0]
    return any(mark in header for mark in b",;\t|") or header.strip().isalnum()
