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
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_NUMBER = re.compile(
    r"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|Inf|INF|[iI]nfinity)\s*",
    re.ASCII,
)
# More distinct values than this are no categories that anybody encoded; they are
# counted, not kept, so that a long file of free text costs no memory.
MOST_CATEGORIES = 100_000


def columns_of_csv(data: bytes, name: str) -> tuple[Described, ...]:
    """The columns of a CSV file with a header line; BadSchema where it is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text[:4096]:
        raise BadSchema(f"{name} is not a CSV file: it holds binary data.")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = next(rows, [])
        distinct = _distinct(header, rows, name)
    except csv.Error as error:
        raise BadSchema(f"{name} is not a CSV file: {error}") from None
    return tuple(_described(c, d, name) for c, d in zip(header, distinct) if c)


def _delimiter(text: str) -> str:
    """What parts the cells, told by the header line."""
    header = text.partition("\n")[0]
    return max(",;\t|", key=lambda character: header.count(character))


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
        kind = Column(column, None, missing, low=-math.inf, high=math.inf)
        return Described(kind, tuple(numbers))
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
