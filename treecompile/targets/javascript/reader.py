"""JavaScript: text -> tree, for the little of the language that scorers decide in.

A scorer's runtime uses more of the language; it is copied from files, and nobody reads
it back. What is not understood here is a :class:`Misread`, so nothing passes unseen.
"""

from __future__ import annotations

import math
import re
from bisect import bisect
from collections.abc import Sequence
from typing import Any

from .nodes import (
    Assign,
    Block,
    Break,
    Declare,
    Evaluate,
    Expression,
    For,
    Function,
    If,
    Labelled,
    Return,
    While,
)


class Misread(Exception):
    """A text that is not of the form that scorers have; ``lineno`` is where."""

    def __init__(self, problem: str, lineno: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.lineno = lineno


# --- Tokens ---------------------------------------------------------------------------

_TOKEN = re.compile(
    r"(?P<blank>(?:[ \n]+|//[^\n]*|/\*.*?\*/)+)"
    r"|(?P<number>(?:0|[1-9][0-9]*)(?:n|(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)(?![\w.]))"
    r"|(?P<name>[^\W\d]\w*)"
    r"""|(?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`\\$]*`)"""
    r"|(?P<sign>\.\.\.|===|!==|=>|<=|>=|&&|\|\||\?\?|\+=|[-+*/<>!?:;,.=(){}\[\]])",
    re.DOTALL,
)
_ARROW = re.compile(r"\((?P<names>\w+(?:, \w+)*)\) =>")
_LABEL = re.compile(r"\w+: \{")
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{5,6})\}|(.))", re.DOTALL
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_WORTH: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
}
# How tightly the operators bind; all run from left to right.
_BINDS = {"??": 1, "||": 2, "&&": 3, "===": 4, "!==": 4, "<": 5, "<=": 5, ">": 5}
_BINDS |= {">=": 5, "+": 6, "-": 6, "*": 7, "/": 7}


class Reader:
    """The trees of pieces of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._breaks = [m.start() for m in re.finditer("\n", text)]
        self.at = self.end = 0
        self.kind = self.word = ""

    def line(self, place: int) -> int:
        return bisect(self._breaks, place - 1) + 1

    def function(self, place: int) -> Function:
        """The function whose ``function`` stands at a place of the text."""
        self._begin(place)
        line = self._here
        self._take("function")
        name = self._name()
        self._take("(")
        parameters = []
        while self.word != ")":
            parameters.append(self._name())
            if self.word != ")":
                self._take(",")
        self._take(")")
        return Function(line, name, tuple(parameters), self._block(parameters))

    def value(self, place: int) -> Expression:
        """The expression at a place of the text, which a semicolon ends."""
        self._begin(place)
        found = self._expression()
        if self.word != ";":
            raise self._strange()
        return found

    # --- Words ------------------------------------------------------------------------

    def _begin(self, place: int) -> None:
        self.end = place
        self._next()

    def _next(self) -> None:
        while True:
            found = _TOKEN.match(self.text, self.end)
            if found is None:
                self.at, self.kind, self.word = self.end, "", ""
                if self.end < len(self.text):
                    raise self._strange()
                return
            self.at, self.end = found.span()
            if found.lastgroup != "blank":
                self.kind, self.word = found.lastgroup or "", found[0]
                return

    @property
    def _here(self) -> int:
        return self.line(self.at)

    def _strange(self) -> Misread:
        some = self.text[self.at : self.at + 20].partition("\n")[0]
        what = f"by {some!r}" if some else "by the end of the text"
        return Misread(f"a statement goes on in an unknown way, {what}", self._here)

    def _take(self, word: str) -> None:
        if self.word != word:  # that of a text begins with a quote
            raise self._strange()
        self._next()

    def _name(self) -> str:
        if self.kind != "name" or self.word in _WORTH:
            raise self._strange()
        word = self.word
        self._next()
        return word

    # --- Statements -------------------------------------------------------------------

    def _block(self, known: Sequence[str] = ()) -> list[Any]:
        """A block; ``known`` are the parameters of a function, of which it is the body.
        No name is declared twice in one, or an engine would not load it."""
        self._take("{")
        found, names = [], set(known)
        while self.word != "}":
            stmt = self._statement()
            for name in stmt.names if isinstance(stmt, Declare) else ():
                if name in names:
                    raise Misread(f"{name} is declared twice", stmt.lineno)
                names.add(name)
            found.append(stmt)
        self._take("}")
        return found

    def _statement(self) -> Any:
        line, word = self._here, self.word if self.kind == "name" else ""
        if self.word == "{":
            return Block(line, self._block())
        if word == "if":
            return self._if()
        if word in ("const", "let"):
            found = self._declaration()
            self._take(";")
            return found
        if word in ("return", "break"):
            self._next()
            of: Any = self._expression() if word == "return" else self._name()
            self._take(";")
            return Return(line, of) if word == "return" else Break(line, of)
        if word == "while":
            self._next()
            self._take("(")
            test = self._expression()
            self._take(")")
            return While(line, test, self._block())
        if word == "for":
            return self._for()
        if word and _LABEL.match(self.text, self.at):
            self._next()
            self._take(":")
            return Labelled(line, word, self._block())
        changed = self._change()
        self._take(";")
        return changed

    def _declaration(self) -> Declare:
        line, kind = self._here, self.word
        self._next()
        several, names = self.word == "[", []
        if several:
            self._next()
            while self.word != "]":
                names.append(self._name())
                if self.word != "]":
                    self._take(",")
            self._take("]")
        else:
            names.append(self._name())
        value = None
        if self.word == "=":
            self._next()
            value = self._expression()
        return Declare(line, kind, tuple(names), several, value)

    def _change(self) -> Assign | Evaluate:
        line, target = self._here, self._expression()
        if self.word not in ("=", "+="):
            return Evaluate(line, target)
        sign = self.word
        self._next()
        return Assign(line, target, sign, self._expression())

    def _if(self) -> If:
        """An if, and the ifs behind its else: one after the other, not one in another."""
        ways: list[tuple[int, Expression, str, list[Any]]] = []
        last: list[Any] = []
        while True:
            line = self._here
            self._take("if")
            self._take("(")
            start = self.at
            test = self._expression()
            said = " ".join(self.text[start : self.at].split())
            self._take(")")
            ways.append((line, test, said, self._block()))
            if self.word != "else":
                break
            self._next()
            if self.word != "if":
                last = self._block()
                break
        for line, test, said, body in reversed(ways):
            last = [If(line, test, said, body, last)]
        return last[0]  # type: ignore[no-any-return]

    def _for(self) -> For:
        line = self._here
        self._take("for")
        self._take("(")
        start = self._declaration()
        self._take(";")
        test = self._expression()
        self._take(";")
        step = self._change()
        self._take(")")
        if not isinstance(step, Assign):
            raise self._strange()
        return For(line, start, test, step, self._block())

    # --- Expressions ------------------------------------------------------------------

    def _expression(self) -> Expression:
        test = self._binary(1)
        if self.word != "?":
            return test
        self._next()
        then = self._expression()
        self._take(":")
        return ("choice", test, then, self._expression())

    def _binary(self, least: int) -> Expression:
        left = self._unary()
        while self.kind == "sign" and _BINDS.get(self.word, 0) >= least:
            sign = self.word
            self._next()
            left = ("binary", sign, left, self._binary(_BINDS[sign] + 1))
        return left

    def _unary(self) -> Expression:
        if self.kind == "sign" and self.word in ("-", "!"):
            sign = self.word
            self._next()
            return ("unary", sign, self._unary())
        found = self._primary()
        while self.kind == "sign" and self.word in ("(", "[", "."):
            sign = self.word
            self._next()
            if sign == "(":
                found = ("call", found, self._items(")"))
            elif sign == ".":
                found = ("member", found, self._name())
            else:
                found = ("index", found, self._expression())
                self._take("]")
        return found

    def _primary(self) -> Expression:
        kind, word = self.kind, self.word
        arrow = _ARROW.match(self.text, self.at) if word == "(" else None
        if arrow:
            self._begin(arrow.end())
            return ("arrow", tuple(arrow["names"].split(", ")), self._expression())
        self._next()
        if kind == "number":
            whole = word.endswith("n")
            return ("value", int(word[:-1]) if whole else float(word))
        if kind == "text":
            return ("value", self._text(word))
        if kind == "name":
            if word == "new":
                name = self._name()
                self._take("(")
                return ("new", name, self._items(")"))
            return ("value", _WORTH[word]) if word in _WORTH else ("name", word)
        if word == "(":
            inner = self._expression()
            self._take(")")
            return inner
        if word == "[":
            return ("array", self._items("]"))
        if word == "{":
            return ("object", self._pairs())
        raise self._strange()

    def _items(self, end: str) -> tuple[Expression, ...]:
        """Expressions with commas between, up to the end."""
        found: list[Expression] = []
        while self.word != end:
            spread = self.word == "..."
            if spread:
                self._next()
            item = self._expression()
            found.append(("spread", item) if spread else item)
            if self.word != end:
                self._take(",")
        self._take(end)
        return tuple(found)

    def _pairs(self) -> tuple[tuple[str, Expression], ...]:
        """The keys and values of an object."""
        found = []
        while self.word != "}":
            key = self._text(self.word) if self.kind == "text" else self.word
            if self.kind not in ("text", "name"):
                raise self._strange()
            self._next()
            self._take(":")
            found.append((key, self._expression()))
            if self.word != "}":
                self._take(",")
        self._take("}")
        return tuple(found)

    def _text(self, word: str) -> str:
        """What a literal of text holds."""

        def letter(found: re.Match[str]) -> str:
            code = found[1] or found[2] or found[3]
            if code:
                return chr(int(code, 16))
            if found[4] not in _LETTERS:
                raise self._strange()
            return _LETTERS[found[4]]

        try:
            return _ESCAPE.sub(letter, word[1:-1])
        except (ValueError, OverflowError):
            raise self._strange() from None
