"""Python: tables of numbers as text, which a scorer reads at import.

CPython takes some 3 kB and 15 us to compile one node of nested ifs, so that a million of
them take gigabytes; a table is data (``code/table.py`` says what is in it). Every array
is ``_packed(code, text)``: the code of a memoryview (B, h and H, i and d: 1, 2, 4 and 8
bytes), and base64 of the numbers, least byte first. A memoryview takes no import, and as
``array`` does, a fifth of the memory of a tuple.

Beside nested ifs, the table is there for ``apply`` alone, as pairs of a code and a text
that are read when it is first called: to read it at once took a third of the time from
the import to the first answer (benchmarks/coldstart.py).
"""

from __future__ import annotations

from ...code import table
from ...code.packing import CODES, packed, unpacked
from ...program import Program

__all__ = ["CODES", "MOST_NESTED_NODES", "is_packed", "packed", "unpacked"]

# Above so many nodes, trees are packed unless it is asked for otherwise. So many nested
# ones take CPython 3.11 some 0.9 s and 225 MB to compile (270 MB of one tree), when they
# are first imported: half of a container of 512 MB. Packed ones take 0.02 s and 6 MB at
# every import, and answer 2 to 5 times as slowly (benchmarks/imports.py).
MOST_NESTED_NODES = 75_000


def is_packed(program: Program, layout: str) -> bool:
    """Whether a program's trees come out as a table: see ``code/table.py``."""
    return table.is_packed(program, layout, MOST_NESTED_NODES)
