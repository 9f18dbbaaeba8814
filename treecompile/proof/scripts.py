"""The text of a scorer in JavaScript: what it declares, and the constants in it.

Nothing of it runs. Its declarations stand at the left margin; each is read where it is
asked for.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, islice, product
from typing import Any, TypeVar

from ..code.packing import unpacked
from ..options import digest
from ..targets.javascript.nodes import Expression, Function
from ..targets.javascript.packing import TYPES
from ..targets.javascript.reader import Misread, Reader
from ..targets.javascript.runtime import declarations
from .plain import NotPlain, alike
from .source import MOST_ITEMS, Strange

_DECLARED = re.compile(
    r"^(?:export )?(?:(?:async )?(?P<is>function)\*? (?P<function>\w+)"
    r"|class (?P<class>\w+)|(?:const|let|var) (?P<constant>\w+) = )",
    re.MULTILINE,
)
_HEADING = re.compile(r"/\*\*\n((?: \*(?: [^\n]*)?\n)*) \*/\n")
_CODES = {name: code for code, name in TYPES.items()}
_MOST_TRIED = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Script:
    """The text of a scorer in JavaScript, and the bytes that it came in."""

    target = "javascript"
    text: str
    data: bytes
    # What has been read of it so far, by name.
    _functions: dict[str, Function] = field(default_factory=dict)
    _expressions: dict[str, Expression] = field(default_factory=dict)
    _values: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def heading(self) -> str:
        """The comment at the top, without its stars."""
        found = _HEADING.match(self.text)
        lines = found[1].split("\n") if found else []
        # What would end the comment has a backslash inside.
        return "\n".join(line[3:].replace("*\\/", "*/") for line in lines)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.text)

    @cached_property
    def places(self) -> dict[str, re.Match[str]]:
        """Where what a module declares stands, by name."""
        found: dict[str, re.Match[str]] = {}
        for match in _DECLARED.finditer(self.text):
            name = match["function"] or match["class"] or match["constant"]
            if name in found:
                line = self._reader.line(match.start())
                raise Strange(f"it declares {name} twice", line)
            found[name] = match
        return found

    def line_of(self, name: str) -> int:
        """The line in which a name of the module is declared."""
        return self._reader.line(self.places[name].start())

    def function(self, name: str) -> Function:
        """A function of the module; Strange where there is none."""
        if name not in self._functions:
            found = self.places.get(name)
            if found is None or not found["is"]:
                raise Strange(f"it has no function {name}")
            place = found.start("is")
            self._functions[name] = _read(lambda: self._reader.function(place))
        return self._functions[name]

    def has(self, name: str) -> bool:
        """Whether the module declares a name."""
        return name in self.places

    def expression(self, name: str) -> Expression:
        """What a constant of the module is, as it is written."""
        if name not in self._expressions:
            found = self.places.get(name)
            if found is None or not found["constant"]:
                raise Strange(f"it has no {name}")
            place = found.end()
            self._expressions[name] = _read(lambda: self._reader.value(place))
        return self._expressions[name]

    def constant(self, name: str) -> Any:
        """The constant that a name of the module stands for: numbers as floats, arrays
        and sets as tuples, objects and maps as dicts."""
        if name not in self._values:
            self._values[name] = None  # no name stands for itself
            self._values[name] = self.value_of(
                self.expression(name), self.line_of(name)
            )
        return self._values[name]

    def value_of(self, node: Expression, line: Any) -> Any:
        """The value of an expression made of constants; Strange for any other."""
        try:
            return self._value(node, line)
        except (KeyError, TypeError, ValueError, IndexError, RecursionError):
            raise _no_constant(line) from None

    def _value(self, node: Expression, line: Any) -> Any:
        match node:
            case ("value", x):
                return x
            case ("unary", "-", ("value", float(x) | int(x))) if type(x) is not bool:
                return -x
            case ("array", items):
                return tuple([self._value(item, line) for item in items])
            case ("object", pairs):
                return {key: self._value(x, line) for key, x in pairs}
            case ("name", name):
                return self.constant(name)
            case ("new", "Set", (inner,)):
                return self._value(inner, line)
            case ("new", "Map", (inner,)):
                return dict(self._value(inner, line))
            case ("call", ("name", "unpacked"), (("name", kind), ("value", str(text)))):
                self.is_own("unpacked")
                letters = re.sub(r"[ \n]+", "", text)
                base64.b64decode(letters, validate=True)
                return tuple(unpacked(_CODES[kind], letters))
            case ("call", ("name", "rowsOf"), (of, ("value", float(width)))):
                self.is_own("rowsOf")
                numbers, count = self._value(of, line), int(width)
                return tuple(zip(*[iter(numbers)] * count, strict=True))
            case (
                "call",
                ("member", ("name", "Array"), "from"),
                (of, ("arrow", (i,), ("index", among, ("name", j)))),
            ) if (
                i == j
            ):
                table = self._value(among, line)
                return tuple([table[place] for place in self._value(of, line)])
        raise _no_constant(line)

    def is_own(self, name: str) -> None:
        """Strange where a function of the runtime is not the one that is known."""
        text = declarations("support.mjs")[name].text
        found = self.places.get(name)
        start = self.text.rfind("\n/**", 0, found.start()) + 1 if found else 0
        if found is None or not self.text.startswith(f"{text}\n", start):
            raise Strange(
                f"its {name} is another", self.line_of(name) if found else None
            )

    # --- Rules ------------------------------------------------------------------------

    def rules(self, wanted: str) -> Any:
        """RULES as they are in Python, so that their digest is as ``wanted``; None where
        they are not so in any way.

        JavaScript tells 1 from neither 1.0 nor, in a column of several kinds, from true:
        the digest says which was meant.
        """
        rules = self.constant("RULES")
        if not isinstance(rules, dict):
            return None
        ways = {name: _ways(rule) for name, rule in rules.items()}
        for found in islice(_together(ways), _MOST_TRIED):
            if digest(found) == wanted:
                return found
        return None


def _together(ways: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """What all columns may be together: first the likeliest of each, then all but one,
    but two, and so on."""
    likely = {name: of[0] for name, of in ways.items()}
    open_ = [name for name, of in ways.items() if len(of) > 1]
    for count in range(len(open_) + 1):
        for names in combinations(open_, count):
            for some in product(*(ways[name][1:] for name in names)):
                yield likely | dict(zip(names, some))


def _ways(rule: Any) -> list[Any]:
    """What a rule of one column may be in Python, the likeliest first."""
    key = "enum" if "enum" in rule else "examples"
    rule = {name: list(x) if isinstance(x, tuple) else x for name, x in rule.items()}
    if "not" in rule:
        rule["not"] = {"anyOf": list(rule["not"]["anyOf"])}
    values = rule.get(key, [])
    whole = [int(x) if type(x) is float and x.is_integer() else x for x in values]
    found = [whole]
    if not any(type(x) is bool for x in values[:1]):  # or it is a column of truths
        found += [*_with_truths(whole, key == "enum"), values]
    distinct = {repr(x): x for x in found}
    return [{**rule, key: x} if key in rule else rule for x in distinct.values()]


def _with_truths(values: list[Any], listed: bool) -> list[list[Any]]:
    """The same with truths where they may have been: a 1 that has its twin behind it."""
    twins = [x for x in (0, 1) if _is_in(x, values) and _is_in(bool(x), values)]
    if not listed:
        kept = [x for x in values if type(x) is not bool]
        return [[bool(x) if type(x) is int and x in twins else x for x in kept]]
    some = [[x] for x in twins] + [twins] * (len(twins) > 1)
    return [
        [_twin(x) if x in of and type(x) in (bool, int) else x for x in values]
        for of in some
    ]


def _twin(x: Any) -> Any:
    return int(x) if type(x) is bool else bool(x)


def _is_in(x: Any, values: list[Any]) -> bool:
    return any(type(x) is type(y) and x == y for y in values)


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except Misread as error:
        raise Strange(error.problem, error.lineno) from None
    except RecursionError:
        raise Strange("its statements are nested too deeply") from None


def _no_constant(line: Any) -> Strange:
    return Strange("there is something that is not a constant", line)


def parse_script(data: bytes | str) -> Script:
    """The source of a scorer in JavaScript; Strange where an engine could read another
    text in these bytes than we do."""
    try:
        text = alike(data)
    except NotPlain as error:
        raise Strange(error.problem, error.line) from None
    raw = data if isinstance(data, bytes) else data.encode()
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Strange("it begins with a byte order mark", 1)
    if len(text) > 20 * MOST_ITEMS:
        raise Strange("it is larger than any scorer")
    return Script(text, raw)
