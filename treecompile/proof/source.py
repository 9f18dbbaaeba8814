"""The text of a scorer as a syntax tree, and the constants in it. Nothing of it runs."""

from __future__ import annotations

import ast
import gc
import io
import math
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..options import digest
from ..targets.python.packing import CODES, unpacked
from .plain import NotPlain, plain


class Strange(Exception):
    """A text that is no scorer of treecompile's; ``line`` is where that shows."""

    def __init__(self, problem: str, where: Any = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line: int | None = getattr(where, "lineno", where)


@dataclass(frozen=True)
class Source:
    """The text of a scorer and its syntax tree."""

    target = "python"
    text: str
    tree: ast.Module

    @property
    def heading(self) -> str:
        """What stands at the top, for people."""
        return self.docstring

    def line_of(self, name: str) -> int:
        """The line in which a name of the module is assigned."""
        return self.assigned[name].lineno

    def rules(self, wanted: str) -> Any:
        """RULES as JSON takes them, where their digest is as ``wanted``; else None."""
        rules = self.constant("RULES")
        same = isinstance(rules, dict) and digest(_listed(rules)) == wanted
        return rules if same else None

    @cached_property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree, clean=False) or ""

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions of the module by name."""
        found = [s for s in self.tree.body if isinstance(s, ast.FunctionDef)]
        return {function.name: function for function in found}

    @cached_property
    def assigned(self) -> dict[str, ast.expr]:
        """What the names of the module are assigned, as expressions."""
        found: dict[str, ast.expr] = {}
        for s in self.tree.body:
            if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name):
                found[s.targets[0].id] = s.value
            elif (
                isinstance(s, ast.AnnAssign)
                and isinstance(s.target, ast.Name)
                and s.value is not None
            ):
                found[s.target.id] = s.value
        return found

    def constant(self, name: str) -> Any:
        """The constant that a name of the module stands for."""
        if name not in self.assigned:
            raise Strange(f"it has no {name}")
        return value_of(self.assigned[name], self.assigned)


def _listed(rules: object) -> object:
    """RULES as JSON takes them."""
    if isinstance(rules, dict):
        return {key: _listed(value) for key, value in rules.items()}
    return list(rules) if isinstance(rules, tuple) else rules


def parse(data: bytes | str) -> Source:
    """The source of a scorer; Strange where it is no Python, or where Python could read
    another text in these bytes than we do."""
    try:
        text = plain(data)
        with quick(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Source(text, ast.parse(text))
    except NotPlain as error:
        raise Strange(error.problem, error.line) from None
    except SyntaxError as error:
        raise Strange(f"it is not Python: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Strange(f"it is not Python: {error}") from None


def check_names(source: Source) -> None:
    """Strange where a name is written in letters that only look like its own: Python
    takes them for the same name, and a person may not."""
    if unicodedata.is_normalized("NFKC", source.text):
        return
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        name = token.string
        if token.type == tokenize.NAME and not unicodedata.is_normalized("NFKC", name):
            raise Strange(
                f"it writes a name as {name!a}, which Python takes for another",
                token.start[0],
            )


@contextmanager
def quick() -> Iterator[None]:
    """Without looking for garbage meanwhile: a million nodes of a tree are none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


# A table of a scorer is long, but not longer than this.
MOST_ITEMS = 50_000_000


def value_of(node: ast.expr, names: Mapping[str, ast.expr]) -> Any:
    """The value of an expression made of constants, displays and names of such; Strange
    for any other. No code runs: what may stand there is listed here."""
    try:
        return _Constants(names).value(node, 0)
    except (KeyError, TypeError, ValueError):
        raise Strange("there is something that is not a constant", node) from None


class _Constants:
    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names
        self.left = MOST_ITEMS

    def items(self, parts: list[ast.expr], depth: int) -> list[Any]:
        found: list[Any] = []
        for part in parts:
            if isinstance(part, ast.Constant):
                found.append(part.value)
            elif isinstance(part, ast.Starred):
                found += self.value(part.value, depth + 1)
            else:
                found.append(self.value(part, depth + 1))
        self.left -= len(found)
        if self.left < 0:
            raise Strange("its constants are larger than those of any scorer", parts[0])
        return found

    def value(self, node: ast.expr, depth: int) -> Any:
        if depth > 20:
            raise Strange("a constant is made of too many others", node)
        match node:
            case ast.Constant(x):
                return x
            case ast.UnaryOp(ast.USub(), operand):
                x = self.value(operand, depth + 1)
                if type(x) in (int, float):
                    return -x
            case ast.Tuple(parts):
                return tuple(self.items(parts, depth))
            case ast.List(parts):
                return self.items(parts, depth)
            case ast.Set(parts):
                return frozenset(self.items(parts, depth))
            case ast.Dict(keys, values):
                known = [key for key in keys if key is not None]
                if len(known) == len(keys):
                    pairs = zip(self.items(known, depth), self.items(values, depth))
                    return dict(pairs)
            case ast.Name("inf"):
                return math.inf
            case ast.Name("nan"):
                return math.nan
            case ast.Name(name) if name in self.names:
                return self.value(self.names[name], depth + 1)
            case ast.Call(ast.Name("frozenset"), [inner], []):
                return frozenset(self.value(inner, depth + 1))
            case ast.Call(ast.Attribute(ast.Name("dict"), "fromkeys"), [of, each], []):
                return dict.fromkeys(
                    self.value(of, depth + 1), self.value(each, depth + 1)
                )
            case ast.Call(
                ast.Name("_packed"), [ast.Constant(str(code)), ast.Constant(str(text))]
            ) if (code in CODES):
                return tuple(unpacked(code, text))
            case ast.Call(
                ast.Name("tuple"),
                [
                    ast.ListComp(
                        ast.Subscript(among, ast.Name("i")),
                        [ast.comprehension(ast.Name("i"), places, [], 0)],
                    )
                ],
                [],
            ):
                table = self.value(among, depth + 1)
                return tuple([table[i] for i in self.value(places, depth + 1)])
            case ast.Call(
                ast.Name("tuple"),
                [
                    ast.Call(
                        ast.Name("zip"),
                        [
                            ast.Starred(
                                ast.BinOp(
                                    ast.List([ast.Call(ast.Name("iter"), [of], [])]),
                                    ast.Mult(),
                                    ast.Constant(int(width)),
                                )
                            )
                        ],
                        [],
                    )
                ],
                [],
            ):
                numbers = self.value(of, depth + 1)
                return tuple(zip(*[iter(numbers)] * width))
            case ast.Subscript(of, ast.Constant(key)):
                return self.value(of, depth + 1)[key]
        raise Strange("there is something that is not a constant", node)


def difference(
    given: ast.AST, expected: ast.AST
) -> tuple[ast.AST, ast.AST | None] | None:
    """The first places where two syntax trees differ, None where they are equal.

    Constants are equal if they are of one type and to the last bit. The second place is
    None where the expected text has nothing more.
    """
    todo: list[tuple[Any, Any, ast.AST, ast.AST]] = [(given, expected, given, expected)]
    while todo:
        a, b, here, there = todo.pop()
        if type(a) is not type(b):
            return _place(a, here), _place(b, there)
        if isinstance(a, ast.AST):
            here, there = _place(a, here), _place(b, there)
            for field in reversed(a._fields):
                if field != "kind":
                    x, y = getattr(a, field, None), getattr(b, field, None)
                    if x is not y:
                        todo.append((x, y, here, there))
        elif isinstance(a, list):
            if len(a) != len(b):
                place = next(
                    (i for i, (x, y) in enumerate(zip(a, b)) if difference(x, y)),
                    min(len(a), len(b)),
                )
                return (
                    a[place] if place < len(a) else here,
                    b[place] if place < len(b) else there,
                )
            todo.extend((x, y, here, there) for x, y in zip(a[::-1], b[::-1]))
        elif not same_constant(a, b):
            return here, there
    return None


def same_constant(a: Any, b: Any) -> bool:
    """Whether two constants are equal to the last bit, and of one type."""
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, float):
        return a.hex() == float(b).hex()
    if isinstance(a, complex):
        return same_constant((a.real, a.imag), (b.real, b.imag))
    return bool(a == b)


def _place(node: Any, otherwise: ast.AST) -> ast.AST:
    """The node, if it stands in a line of the text."""
    return node if isinstance(node, ast.AST) and hasattr(node, "lineno") else otherwise
