"""JavaScript: what ``templates/javascript/*.mjs`` declare, and what each of it needs.

Those files are plain JavaScript, which node and prettier read as such. A scorer takes
from them the functions and constants that it uses, and those that these use in turn:
they are found in the text of the declarations themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

FILES = ("record.mjs", "runtime.mjs", "support.mjs", "main.mjs")
# What those files declare for the linter's sake, and every scorer has of its own.
PLACEHOLDERS = frozenset(
    "COLUMNS CLASSES RULES MODEL SCHEMA predict predictProba".split()
)

# A comment, if there is one, and a function, a class or a constant at the left margin.
_DECLARATION = re.compile(
    r"(?:^/\*\*(?:(?!\*/).)*\*/\n)?"
    r"^(?:(?:async )?function\*? (?P<function>\w+)\(.*?^\}"
    r"|class (?P<class>\w+)\b.*?^\}"
    r"|const (?P<constant>\w+) =.*?;)$",
    re.MULTILINE | re.DOTALL,
)
_NOT_CODE = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class Declaration:
    """A function, a class or a constant: its name, its text with its comment, and the
    other names of these files that it uses. ``constant`` says that it is run at once.
    """

    name: str
    text: str
    uses: frozenset[str]
    constant: bool


@cache
def declarations(file: str) -> dict[str, Declaration]:
    """What a file declares, by name and in its order."""
    every = own_names()
    found = {}
    for name, text, constant in _declared(file):
        code = _NOT_CODE.sub("", text)
        words = set(re.findall(r"(?<![.\w])[A-Za-z_]\w*", code))
        own = set(re.findall(r"\b(?:const|let)\s+(\w+)", code))
        uses = frozenset(words & every - own - {name})
        found[name] = Declaration(name, text, uses, constant)
    return found


@cache
def own_names() -> frozenset[str]:
    """The names of everything that these files declare."""
    return frozenset(name for file in FILES for name, _, _ in _declared(file))


@cache
def _declared(file: str) -> tuple[tuple[str, str, bool], ...]:
    path = resources.files("treecompile.templates") / "javascript" / file
    text = path.read_text(encoding="utf-8")
    return tuple(
        (name, match[0], match["constant"] is not None)
        for match in _DECLARATION.finditer(text)
        if (name := match["function"] or match["class"] or match["constant"])
        not in PLACEHOLDERS
    )


def taken_along(called: Iterable[str], file: str) -> list[Declaration]:
    """What a scorer that uses these names needs of a file, in its order; names that it
    does not declare are left to the others."""
    todo, needed = list(called), set[str]()
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        needed.add(name)
        for other in FILES:
            if name in declarations(other):
                todo.extend(declarations(other)[name].uses)
    return [found for name, found in declarations(file).items() if name in needed]
