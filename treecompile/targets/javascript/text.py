"""JavaScript's literals and names: the one door from model content to source text.

Everything that came out of a model file passes through :func:`literal`,
:func:`comment`, :func:`prose` or :func:`identifiers` before it stands in a scorer.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from ...printing.document import (
    LINE,
    SOFT,
    Document,
    Fill,
    Group,
    IfBroken,
    Nest,
    joined,
    printed,
)
from ...visible import is_visible

WIDTH = 80
# More constants than these, one to a line, are no longer read as a list.
LONGEST_COLUMN = 40
LONGEST_ROWS = 64
# Above these, an integer is a BigInt: a number would be another one.
LARGEST_INTEGER = 2**53

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


def literal(value: Any) -> str:
    """The JavaScript source of a constant, as prettier writes it.

    Takes None, bool, int, float and str, of exactly these types, and raises TypeError
    for any other. Integers beyond 2**53 come out as BigInts.
    """
    kind = type(value)
    if kind is float:
        return _number(value)
    if kind is str:
        return quoted(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value) if abs(value) <= LARGEST_INTEGER else f"{value}n"
    raise TypeError(f"no literal for a {kind.__name__}")


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    digits, _, exponent = repr(value).partition("e")
    digits = digits.removesuffix(".0")
    return f"{digits}e{int(exponent)}" if exponent else digits


def quoted(text: str) -> str:
    """A string literal: printable text as it is, everything else escaped.

    Double quotes, unless single ones need fewer backslashes. What could end a script in
    a page of HTML is escaped, too.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = "".join(_escaped(character, quote) for character in text)
    for end in ("</", "<!"):
        body = body.replace(end, "\\x3c" + end[1:])
    return f"{quote}{body}{quote}"


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + character
    if character in _ESCAPES:
        return _ESCAPES[character]
    if is_visible(character):
        return character
    code = ord(character)
    if code < 256:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"


def comment(value: Any, longest: int = 40) -> str:
    """A constant for a comment: its literal on one line, cut where it is long."""
    text = literal(value)
    text = text if len(text) <= longest else text[: longest - 3] + "..."
    return text.replace("*/", "*\\/")


def prose(text: str) -> str:
    """Text for inside a comment, which it must not end."""
    lines = text.replace("*/", "*\\/").split("\n")
    return "\n".join("".join(_escaped_prose(c) for c in line) for line in lines)


def _escaped_prose(character: str) -> str:
    return character if is_visible(character) else _escaped(character, '"')


# --- Names ----------------------------------------------------------------------------

# Words of the language, what every module finds, and the names that a scorer uses
# itself: no variable shadows one of them.
_WORDS = """
arguments as async await break case catch class const continue debugger default delete do
else enum eval export extends false finally for from function get if implements import in
instanceof interface let new null of package private protected public return set static
super switch this throw true try typeof undefined var void while with yield

Array BigInt Boolean Date Error Float64Array Infinity Int16Array Int32Array JSON Map Math
NaN Number Object Proxy RangeError Reflect RegExp Set String Symbol Uint16Array Uint8Array
atob console global globalThis isFinite isNaN parseFloat parseInt process self window

COLUMNS CLASSES FEATURES MODEL EXAMPLE SCHEMA RULES NUMBER PREDICTIONS PROBABILITIES LEAVES
InvalidRecord validate encode score predict predictProba decisionFunction scoreSamples apply
predictMany predictProbaMany main answer shares decision sample leaf leaves misfits
found row term tree chosen numbers numbersOf sharesOf record records value values name names known scores l O I
"""
OWN_NAMES = frozenset(_WORDS.split())


def identifiers(
    names: Iterable[str], taken: Iterable[str] = (), upper: bool = False
) -> list[str]:
    """A distinct identifier for each name, as like it as can be, in camelCase.

    No two are equal, and none is a word of the language, a name of the module's own or
    one of ``taken``. With ``upper`` they are constants, LIKE_THIS.
    """
    from .runtime import own_names

    reserved = {*OWN_NAMES, *own_names(), *taken}
    result = []
    for name in names:
        candidate = word = _upper(name) if upper else camel(name)
        count = 1
        while candidate in reserved:
            count += 1
            candidate = f"{word}_{count}"
        reserved.add(candidate)
        result.append(candidate)
    return result


def camel(name: str) -> str:
    """A name in camelCase, of what an identifier can hold."""
    words = _words(name)
    first = words[0]
    first = first.lower() if first.isupper() else first[0].lower() + first[1:]
    rest = [word[0].upper() + word[1:] for word in words[1:]]
    return _valid("".join([first, *rest]))


def _upper(name: str) -> str:
    return _valid("_".join(word.upper() for word in _words(name)))


def _words(name: str, longest: int = 30) -> list[str]:
    characters = [c if _safe(c) else "_" for c in unicodedata.normalize("NFKC", name)]
    words, room = [], longest
    for word in "".join(characters).split("_"):
        if word and room > 0:
            words.append(word[:room])
            room -= len(word)
    return words or ["x"]


def _valid(word: str) -> str:
    return word if not word[0].isdigit() else f"x{word}"


def _safe(character: str) -> bool:
    """Whether an identifier can hold a character in every engine: ASCII letters and
    digits, and old letters that run from left to right, one for one in capitals."""
    if character.isascii():
        return character.isalnum()
    return (
        character.isalpha()
        and is_visible(character)
        and unicodedata.bidirectional(character) == "L"
        and unicodedata.ucd_3_2_0.category(character).startswith("L")
        and unicodedata.normalize("NFKC", character) == character
        and len(character.upper()) == 1
    )


def _is_letter(character: str) -> bool:
    """Whether it is a letter of the Unicode that ECMAScript 5 knows."""
    if character.isascii():
        return character.isalpha()
    category = unicodedata.ucd_3_2_0.category(character)
    return is_visible(character) and category in ("Lu", "Ll", "Lt", "Lm", "Lo")


class JavaScript:
    """How JavaScript writes constants and names, for ``code/``."""

    literal = staticmethod(literal)
    identifiers = staticmethod(identifiers)

    @staticmethod
    def private(name: str) -> str:
        """The name of a function of the module's own."""
        return camel(name)

    @staticmethod
    def is_short(texts: Sequence[str]) -> bool:
        """Whether so many constants are tested one by one, not looked up in a set."""
        return len(texts) <= 3 and sum(map(len, texts)) <= 40


# --- Arrays and objects, broken where prettier breaks them -----------------------------


def array(items: Sequence[Document], numbers: bool = False) -> Document:
    """An array of sources; numbers fill their lines."""
    if not items:
        return "[]"
    if numbers and len(items) > 1:
        words = tuple(map(str, items))
        return Group(("[", Nest((SOFT, Fill(words))), SOFT, "]"))
    inner = joined((",", LINE), items)
    return Group(("[", Nest((SOFT, inner)), IfBroken(","), SOFT, "]"))


def call(function: str, arguments: Sequence[Document]) -> Document:
    """A call, its arguments a line each where they do not fit beside it."""
    inner = Nest((SOFT, joined((",", LINE), arguments)))
    return Group((f"{function}(", inner, IfBroken(","), SOFT, ")"))


def source(value: Any) -> Document:
    """The document of a constant: as :func:`literal`, and tuples, lists and dicts of
    such, which become arrays and objects."""
    if isinstance(value, dict):
        return obj([_pair(key_of(k), source(v)) for k, v in value.items()])
    if not isinstance(value, (tuple, list)):
        return literal(value)
    items = [source(item) for item in value]
    if len(value) > 1 and all(type(x) in (int, float) for x in value):
        return array(items, numbers=all(x == x and abs(x) != math.inf for x in value))
    whole = array(items)
    rows = len(value) > 1 and (
        all(isinstance(x, (tuple, list)) and len(x) > 1 for x in value)
        or all(isinstance(x, dict) and len(x) > 1 for x in value)
    )
    if rows and isinstance(whole, Group):
        return Group(whole.of, broken=True)
    return whole


def _pair(key: str, value: Document) -> Document:
    """A key and its value, a long string on a line of its own."""
    if isinstance(value, str) and value.startswith(('"', "'")):
        return Group((f"{key}:", Nest((LINE, value))))
    return (f"{key}: ", value)


def obj(pairs: Sequence[Document], broken: bool = False) -> Document:
    """An object of some pairs of a key and a value."""
    if not pairs:
        return "{}"
    inner = joined((",", LINE), pairs)
    return Group(("{", Nest((LINE, inner)), IfBroken(","), LINE, "}"), broken)


def key_of(name: str) -> str:
    """A key of an object; ``__proto__`` in brackets, or it would be another thing."""
    if name == "__proto__":
        return '["__proto__"]'
    if re.fullmatch(r"0|[1-9][0-9]{0,14}", name):
        return name  # which is the same key
    letters = [c in "$_" or _is_letter(c) for c in name]
    is_name = (
        name != ""
        and letters[0]
        and all(letter or c.isdigit() for letter, c in zip(letters, name))
    )
    return name if is_name else quoted(name)


def assigned(lead: str, value: Document, tail: str = ";") -> str:
    """``lead``, a constant and a semicolon, in lines of 80 letters."""
    return printed((lead, value, tail), WIDTH)


def declared(name: str, value: Any, exported: bool = False) -> str:
    """A constant of the module; a long one fills its lines, kept from prettier, which
    would give each item a line of its own."""
    lead = f"{'export ' * exported}const {name} = "
    if not isinstance(value, (tuple, list)):
        return assigned(lead, source(value))
    rows = value and isinstance(value[0], (tuple, list))
    text = assigned(lead, source(value))
    most = LONGEST_ROWS if rows else LONGEST_COLUMN
    if text.count("\n") <= most:
        return text
    words = [printed(source(item), 10**9).strip() for item in value]
    return f"// prettier-ignore\n{lead}[\n{filled(words)}\n];"


def filled(words: Iterable[str]) -> str:
    """Lines of as many items as there is room for."""
    lines, line = [], " "
    for word in words:
        if len(line) + len(word) + 2 > WIDTH and line != " ":
            lines.append(line)
            line = " "
        line += f" {word},"
    return "\n".join([*lines, line])
