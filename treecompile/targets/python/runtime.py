"""Python: the functions of ``templates/python/runtime.py``, and what each of them needs;
and the command line in ``main.py`` beside it.

These files are plain Python, which linters and tests read as such. A scorer takes from
the runtime the functions that its text calls, and those that these call in turn: they are found in
the text of the functions themselves, and so are the names that they use of ``math``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class RuntimeFunction:
    """A function of the runtime: its source text, the other functions of the runtime
    that it calls, and the names that it uses of ``math``."""

    name: str
    text: str
    calls: frozenset[str]
    math: frozenset[str]


@cache
def runtime() -> dict[str, RuntimeFunction]:
    """Every function of the runtime by name, in the order of the file."""
    text = _text("runtime.py")
    body = ast.parse(text).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    own = {function.name for function in functions}
    math = {
        alias.name
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module == "math"
        for alias in node.names
    }
    lines, found = text.splitlines(), {}
    for function in functions:
        used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        found[function.name] = RuntimeFunction(
            function.name,
            "\n".join(lines[function.lineno - 1 : function.end_lineno]),
            frozenset(used & own - {function.name}),
            frozenset(used & math),
        )
    return found


def taken_along(called: Iterable[str]) -> list[RuntimeFunction]:
    """The functions that a scorer needs which calls these, in the order of the file;
    KeyError for a name that is no function of the runtime."""
    todo, needed = list(called), set[str]()
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo.extend(runtime()[name].calls)
    return [function for name, function in runtime().items() if name in needed]


@cache
def command_line() -> str:
    """The command line of a scorer: what stands below the line in ``main.py``."""
    return _text("main.py").partition(f"\n# {'-' * 86}\n")[2].lstrip("\n")


def _text(name: str) -> str:
    file = resources.files("treecompile.templates") / "python" / name
    return file.read_text(encoding="utf-8")
