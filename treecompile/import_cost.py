"""What a scorer costs to import: when its trees become a table, and what ``build`` notes.

CPython compiles nested ifs when a scorer is first imported, and keeps the result in a
.pyc file where it may write one. The figures here are those of ``benchmarks/imports.py``:
memory is that of CPython 3.11, and seconds are those of a fast machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import wrapped
from .program import Program, SingleTree
from .targets.python.packing import is_packed

# What is said only where an import takes more than this.
MOST_MEMORY = 100e6
MOST_SECONDS = 1.0


@dataclass(frozen=True)
class Cost:
    """Bytes and seconds of the first import, which compiles, and of one with a .pyc."""

    first_bytes: float
    first_seconds: float
    bytes: float
    seconds: float

    def is_high(self) -> bool:
        return self.first_bytes > MOST_MEMORY or self.first_seconds > MOST_SECONDS


#: Of one node: of a lone tree as nested ifs, of many of them, and of a table.
_ONE_TREE = Cost(3_600, 12e-6, 135, 0.13e-6)
_MANY_TREES = Cost(3_000, 11e-6, 130, 0.12e-6)
_TABLE = Cost(85, 0.3e-6, 45, 0.11e-6)


def import_cost(nodes: int, packed: bool, one_tree: bool = False) -> Cost:
    """What a scorer of so many nodes costs to import, to a third or so."""
    each = _TABLE if packed else _ONE_TREE if one_tree else _MANY_TREES
    return Cost(
        nodes * each.first_bytes,
        nodes * each.first_seconds,
        nodes * each.bytes,
        nodes * each.seconds,
    )


def import_note(program: Program, layout: str) -> str:
    """What to say of the import of a program's scorer; nothing where it costs little."""
    packed = is_packed(program, layout)
    nodes = sum(len(tree.tests) for tree in program.trees())
    one_tree = isinstance(program.model, SingleTree)
    nested = import_cost(nodes, False, one_tree)
    table = import_cost(nodes, True)
    chosen = packed and layout == "auto"
    if not (chosen or (table if packed else nested).is_high()):
        return ""
    if packed:
        return wrapped(
            f"Note: the {nodes:,} nodes are a table, which takes {_words(table)} to "
            f"import. With --layout nested the first import takes {_words(nested)}, to "
            f"compile it, and {_again(nested)} once there is a .pyc; a record then takes "
            "a half to a fifth of the time."
        )
    return wrapped(
        f"Note: the first import of this scorer takes {_words(nested)}, to compile "
        f"{nodes:,} nodes, and {_again(nested)} once there is a .pyc (python -m "
        f"compileall). With --layout table every import takes {_words(table)}; a record "
        "then takes 2 to 5 times as long."
    )


def _words(cost: Cost) -> str:
    return f"some {_memory(cost.first_bytes)} and {_time(cost.first_seconds)}"


def _again(cost: Cost) -> str:
    return f"{_memory(cost.bytes)} and {_time(cost.seconds)}"


def _memory(size: float) -> str:
    """In megabytes, of two digits."""
    return f"{float(f'{max(size / 1e6, 1):.2g}'):,.0f} MB"


def _time(seconds: float) -> str:
    return f"{max(seconds, 0.01):.2g} s"
