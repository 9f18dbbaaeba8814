"""Python's literals and names: the one door from model content to source text.

Everything that came out of a model file passes through :func:`literal`,
:func:`comment`, :func:`prose` or :func:`identifiers` before it stands in a scorer.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from ...printing.width import width
from ...visible import is_visible, printable

WIDTH = 88
# More numbers than this are not given a name each where they can do without, and more
# terms not added up in one line.
FEW = 8

# A set of categories that takes no more room than this is written where it is tested.
INLINE_SET = 40

# More constants than these, one to a line, are no longer read as a list.
LONGEST_COLUMN = 12
LONGEST_ROWS = 64


def literal(value: Any) -> str:
    """The Python source of a constant, as black writes it.

    Takes None, bool, int, float, str and tuples of them, of exactly these types (a
    numpy float prints as something else), and raises TypeError for any other.
    Infinities and NaN come out as the names ``inf`` and ``nan``.
    """
    kind = type(value)
    if kind is float:
        text = repr(value)
        return text.replace("e+", "e") if "e" in text else text
    if kind is str:
        return quoted(value)
    if value is None or kind in (bool, int):
        return repr(value)
    if kind is tuple:
        items = ", ".join(map(literal, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    raise TypeError(f"no literal for a {kind.__name__}")


def quoted(text: str) -> str:
    """A string literal: printable text as it is, everything else escaped.

    Double quotes, unless single ones need fewer backslashes (black's rule). Format
    characters (right-to-left marks and their kind) are not printable, so what a
    reviewer sees is what the string holds.
    """
    if is_visible(text) and not ({'"', "'", "\\"} & set(text)):
        return f'"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = "".join(_escaped(character, quote) for character in text)
    return f"{quote}{body}{quote}"


def _escaped(character: str, quote: str) -> str:
    if character == quote or character == "\\":
        return "\\" + character
    if is_visible(character):
        return character
    return ascii(character)[1:-1]


def comment(value: Any, longest: int = 40) -> str:
    """A constant for a comment: its literal on one line, cut where it is long."""
    text = literal(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def prose(text: str) -> str:
    """Text for inside a docstring, where it must read back as itself."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "\n".join(map(printable, text.split("\n")))


# Names that the module uses itself, or that linters call ambiguous.
OWN_NAMES = frozenset(
    "annotations Any Callable Iterable Iterator Mapping TYPE_CHECKING COLUMNS CLASSES FEATURES "
    "EXAMPLE MODEL Label Literal Record TypedDict "
    "LIMIT RULES SCHEMA PREDICTIONS PROBABILITIES LEAVES _NUMBER _PLAIN _MISSING _CELLS _FLOATS itemgetter hypot _ANSWERS _SHARES "
    "InvalidRecord "
    "validate encode score predict predict_proba decision_function apply predict_many "
    "predict_proba_many main SELF_TEST self_test record records value values number numbers name names columns "
    "inf nan isnan near hint known self l O I".split()
)


def identifiers(
    names: Iterable[str], taken: Iterable[str] = (), upper: bool = False
) -> list[str]:
    """A distinct Python identifier for each name, as like it as can be.

    No two are equal, and none is a keyword, a builtin, a name of the module's own or
    one of ``taken``. With ``upper`` they are private constants, ``_LIKE_THIS``.
    """
    reserved = {*OWN_NAMES, *dir(builtins), *keyword.kwlist, *taken}
    result = []
    for name in names:
        word = _word(name)
        if upper:  # as Python reads it, or two that look alike would be one
            word = unicodedata.normalize("NFKC", "_" + word.upper())
        candidate, count = word, 1
        while candidate in reserved:
            count += 1
            candidate = f"{word}_" if count == 2 else f"{word}_{count - 1}"
        reserved.add(candidate)
        result.append(candidate)
    return result


def _word(name: str, longest: int = 40) -> str:
    """The name with ``_`` for all that an identifier cannot hold."""
    characters = [c if _safe(c) else "_" for c in unicodedata.normalize("NFKC", name)]
    words = [word for word in "".join(characters).split("_") if word]
    word = "_".join(words)[:longest]
    while width(word) > longest:
        word = word[:-1]
    word = word.rstrip("_")
    if not word:
        return "x"
    return word if word.isidentifier() else f"x_{word}"


def _safe(character: str) -> bool:
    """Whether a character may stand in an identifier, on any CPython from 3.8 on.

    ASCII letters and digits, and letters that run from left to right, are old enough
    (Unicode 3.2) for every Python and are their own normal form.
    """
    if character.isascii():
        return character.isalnum()
    return (
        character.isalpha()
        and is_visible(character)
        and ("a" + character).isidentifier()
        and unicodedata.bidirectional(character) == "L"
        and unicodedata.ucd_3_2_0.category(character).startswith("L")
        and unicodedata.normalize("NFKC", character) == character
    )


# --- Lines, broken where black breaks them --------------------------------------------


def listing(items: Iterable[Any]) -> str:
    """A list display of constants, on one line."""
    return "[" + ", ".join(map(literal, items)) + "]"


def display(
    items: Iterable[Any], lead: str = "", indent: int = 0, tail: str = ""
) -> str:
    """``lead`` and a tuple display of constants, one to a line where it is long."""
    values = tuple(items)
    line = f"{lead}{literal(values)}{tail}"
    if indent + width(line) <= WIDTH or not values:
        return line
    inner = indent + 4
    lines = [
        " " * inner
        + (
            display(value, "", inner, ",")
            if type(value) is tuple
            else literal(value) + ","
        )
        for value in values
    ]
    return "\n".join([f"{lead}(", *lines, " " * indent + ")" + tail])


def table(items: Iterable[Any], lead: str, longest_column: int = LONGEST_COLUMN) -> str:
    """A tuple display of many constants: a long one fills its lines, kept from black,
    which would give each number a line of its own."""
    values = tuple(items)
    rows = values and type(values[0]) is tuple
    line = f"{lead}{literal(values)}"
    most = LONGEST_ROWS if rows else longest_column
    if width(line) <= WIDTH or len(values) <= most:
        return display(values, lead)
    words = [f" {literal(value)}," for value in values]
    lines = _filled(words) if rows or str in map(type, values) else _wrapped(words)
    return "\n".join(["# fmt: off", f"{lead}(", *lines, ")", "# fmt: on"])


def _filled(words: list[str]) -> list[str]:
    """Lines of as many words as there is room for."""
    lines, line = [], "   "
    for word in words:
        if width(line) + width(word) > WIDTH and line != "   ":
            lines.append(line)
            line = "   "
        line += word
    return [*lines, line]


def _wrapped(words: list[str]) -> list[str]:
    """The same of numbers, which begin with their only space: there can be many."""
    text, room = "".join(words), WIDTH - 3
    lines, start = [], 0
    while len(text) - start > room:
        end = text.rfind(" ", start + 1, start + room + 1)
        if end < 0:  # a number that is longer than the line
            end = text.find(" ", start + 1)
        if end < 0:
            break
        lines.append("   " + text[start:end])
        start = end
    return [*lines, "   " + text[start:]]


def mapping(
    pairs: Iterable[tuple[str, str]], lead: str, indent: int = 0, tail: str = ""
) -> str:
    """A dict display of keys and source texts, one to a line where it is long."""
    items = [f"{literal(key)}: {source}" for key, source in pairs]
    line = lead + "{" + ", ".join(items) + "}" + tail
    if indent + width(line) <= WIDTH:
        return line
    inner = " " * (indent + 4)
    return "\n".join(
        [lead + "{", *(f"{inner}{i}," for i in items), " " * indent + "}" + tail]
    )


def bare(names: Iterable[str], lead: str = "", indent: int = 0, tail: str = "") -> str:
    """A tuple of source texts without its parentheses where it fits on the line."""
    words = list(names)
    if len(words) == 1:
        return f"{lead}({words[0]},){tail}"
    line = f"{lead}{', '.join(words)}{tail}"
    if indent + width(line) <= WIDTH:
        return line
    inner = " " * (indent + 4)
    return "\n".join(
        [f"{lead}(", *(f"{inner}{w}," for w in words), f"{' ' * indent}){tail}"]
    )


def returned(items: Iterable[str], indent: int = 4) -> str:
    """``return`` and a tuple of source texts, one to a line; a single one needs none."""
    words = list(items)
    outer, inner = " " * indent, " " * (indent + 4)
    if len(words) == 1 and width(f"{outer}return ({words[0]},)") <= WIDTH:
        return f"return ({words[0]},)"
    if any(indent + 5 + width(w) > WIDTH and " and " in w for w in words):
        whole = f"{outer}return ({', '.join(words)},)"
        return "\n".join(laid_out([whole])).strip()
    lines = [f"{inner}{_choice(word, indent + 4)}," for word in words]
    return "\n".join(["return (", *lines, outer + ")"])


def _choice(source: str, indent: int) -> str:
    """``a if b else c`` in parentheses and on three lines where it is long."""
    parts = re.fullmatch(r"(\S+) (if .*) (else \S+)", source)
    if width(source) + indent + 1 <= WIDTH or parts is None:
        return source
    inner = " " * (indent + 4)
    lines: list[str] = []
    for part in parts.groups():
        lines += [part] if indent + 4 + width(part) <= WIDTH else _operands(part)
    return "\n".join(["(", *(inner + line for line in lines), " " * indent + ")"])


def lookup(target: str, holder: str, key: str, indent: int) -> str:
    """``target = holder[key]``, the key on a line of its own where that is long."""
    line = f"{target} = {holder}[{key}]"
    if indent + width(line) <= WIDTH:
        return line
    outer = " " * indent
    return f"{target} = {holder}[\n{outer}    {key}\n{outer}]"


def call(lead: str, argument: str, indent: int = 0) -> str:
    """A call of one argument, that on a line of its own where it is long."""
    line = f"{lead}({argument})"
    if indent + width(line) <= WIDTH:
        return line
    outer = " " * indent
    return f"{lead}(\n{outer}    {argument}\n{outer})"


def laid_out(lines: list[str]) -> list[str]:
    """Statements in a function, as black lays them out where a line is too long."""
    if all("\n" not in line and width(line) <= WIDTH for line in lines):
        return lines
    import black

    function = "\n".join(["def f():", *lines, ""])
    return black.format_str(function, mode=black.Mode()).splitlines()[1:]


def bared(condition: str) -> str:
    """A condition without the parentheses that it has as an operand."""
    return condition[1:-1] if condition.startswith("(") else condition


def conjunction(conditions: Iterable[str], indent: int = 0) -> str:
    """``if a and b:``, a condition to a line where it is long."""
    terms = list(conditions)
    if len(terms) == 1:
        terms = [bared(terms[0])]
    line = f"if {' and '.join(terms)}:"
    if indent + width(line) <= WIDTH:
        return line
    inner = " " * (indent + 4)
    if len(terms) == 2 and bared(terms[1]) != terms[1]:
        first = f"if {terms[0]} and ("
        if indent + width(first) <= WIDTH:
            return "\n".join([first, inner + bared(terms[1]), " " * indent + "):"])
    if len(terms) == 2 or any(width(f"{inner}and {term}") > WIDTH for term in terms):
        return _as_black(line, indent)
    terms = [terms[0], *(f"and {term}" for term in terms[1:])]
    lines = [_alternatives(inner + term, inner) for term in terms]
    return "\n".join(["if (", *lines, " " * indent + "):"])


def _as_black(line: str, indent: int) -> str:
    """An ``if`` line so far to the right, as black breaks it."""
    import black

    deep = range(0, indent, 4)
    above = [" " * step + "if x:" for step in deep]
    text = "\n".join([*above, " " * indent + line, " " * (indent + 4) + "pass", ""])
    lines = black.format_str(text, mode=black.Mode()).splitlines()
    return "\n".join(lines[len(above) : -1]).strip()


def _alternatives(line: str, indent: str) -> str:
    """``and (a or b)`` in three lines where it is long for one."""
    start, _, inside = line.partition("(")
    if width(line) <= WIDTH or " or " not in inside:
        return line
    first, _, second = inside[:-1].partition(" or ")
    return f"{start}(\n{indent}    {first}\n{indent}    or {second}\n{indent})"


def branch(lead: str, condition: str) -> str:
    """One ``if`` or ``elif`` line; ``lead`` is its indentation and keyword."""
    line = f"{lead}{condition}:"
    if width(line) <= WIDTH:
        return line
    indent = " " * (len(lead) - len(lead.lstrip()))
    inner = indent + "    "
    head, _, items = condition.partition(" {")
    if items.endswith("}") and width(f"{lead}{head} {{") <= WIDTH:
        lines = [f"{inner}{item}," for item in re.findall(_ITEM, items[:-1])]
        return "\n".join([f"{lead}{head} {{", *lines, f"{indent}}}:"])
    if " or " in condition and width(inner + condition) > WIDTH:
        broken = _as_black(line.strip().replace("elif ", "if ", 1), len(indent))
        return lead + broken.removeprefix("if ")
    lines = [condition] if width(inner + condition) <= WIDTH else _operands(condition)
    return "\n".join([f"{lead}(", *(inner + line for line in lines), f"{indent}):"])


_STRING = r"""\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"""
_ITEM = rf"{_STRING}|[^,\s]+"
_COMPARISON = r" (?=(?:<=|<|>|==|!=|not in|in|is not|is) )"


def _operands(condition: str) -> list[str]:
    """A condition with each comparison at the beginning of a line."""
    numbers_only = '"' not in condition and "'" not in condition
    return re.split(_COMPARISON, condition, maxsplit=0 if numbers_only else 1)


def signature(parameters: Iterable[str], returns: str, name: str = "score") -> str:
    """The first lines of a function, a parameter to a line where they are many."""
    words = list(parameters)
    line = f"def {name}({', '.join(words)}) -> {returns}:"
    if width(line) <= WIDTH:
        return line
    last = f") -> {returns}:"
    return "\n".join([f"def {name}(", *(f"    {word}," for word in words), last])


def constant(items: Iterable[str], name: str, kind: str) -> str:
    """A named frozenset, dict or tuple of source texts, one to a line where it is long."""
    words = list(items)
    if kind == "set":
        line = f"{name} = frozenset(({', '.join(words)}))"
        opening, closing, step = ["frozenset(", "    ("], ["    )", ")"], 8
    else:
        left, right = "{}" if kind == "dict" else "()"
        only = "," if kind == "tuple" and len(words) == 1 else ""
        line = f"{name} = {left}{', '.join(words)}{only}{right}"
        opening, closing, step = [left], [right], 4
    if width(line) <= WIDTH:
        return line
    body = [" " * step + word + "," for word in words]
    return "\n".join([f"{name} = {opening[0]}", *opening[1:], *body, *closing])


def list_lines(lead: str, items: Iterable[str]) -> list[str]:
    """``lead`` and a list of source texts, an item to a line where it is long."""
    words = list(items)
    line = f"{lead}[{', '.join(words)}]"
    if width(line) <= WIDTH:
        return [line]
    indent = " " * (len(lead) - len(lead.lstrip()))
    inner = indent + "    "
    if any(width(f"{inner}{word},") > WIDTH and " or " in word for word in words):
        return laid_out([line])
    return [f"{lead}[", *(f"{inner}{word}," for word in words), f"{indent}]"]


class Python:
    """How Python writes constants and names, for ``code/``."""

    literal = staticmethod(literal)
    identifiers = staticmethod(identifiers)

    @staticmethod
    def private(name: str) -> str:
        """The name of a function of the module's own."""
        return f"_{name}"

    @staticmethod
    def is_short(texts: Sequence[str]) -> bool:
        """Whether a set of so many constants is written where it is tested."""
        return sum(len(text) + 2 for text in texts) <= INLINE_SET
