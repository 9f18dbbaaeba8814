"""Part 1, emission: the text of the scorer is what its model comes to. Complete.

Two things are shown. Everything in the text is, as a syntax tree, what treecompile
writes for this model: so it holds nothing else, and is safe to run as such. And its
decisions, read back without a look at how they were written, are those of the program.
"""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from ..emit import MOST_LINES_TO_FORMAT, emit, formatted, target_of
from ..errors import TreecompileError
from ..options import Options, from_line
from ..program import Program
from ..schema import Described, columns_of_schema
from .bytecode import instead_of
from .decisions import read_back
from .reading import Differs
from .report import Disagreement, Part, Verdict
from .script_decisions import read_script_back
from .scripts import Script, parse_script
from .source import Source, Strange, check_names, difference, parse, quick

_OPTIONS = re.compile(r"^Options: (.*)$", re.MULTILINE)
_COLUMNS = re.compile(r"^Columns: as .* \(RULES ([0-9a-f]{16})\)\.$", re.MULTILINE)
_ORIGIN = re.compile(
    r"^Compiled by treecompile\s(\S+)\s[^>]*?sha256\sof\sits\sfile\s([0-9a-f]{16})\)",
    re.MULTILINE,
)


# A scorer in JavaScript begins with a comment; nothing in Python begins so.
_SCRIPT = re.compile(rb"\s*/[*/]")
_EXPORTS = re.compile(rb"^export function predict\(", re.MULTILINE)

Text = Source | Script


def parsed(data: bytes | str) -> Text:
    """The source of a scorer in whatever language its text is in; Strange where it is
    none."""
    head = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
    head = head.removeprefix(b"\xef\xbb\xbf")
    python = head.lstrip()[:1] in (b'"', b"'", b"#")
    if _SCRIPT.match(head) or (_EXPORTS.search(head) and not python):
        return parse_script(data)
    return parse(data)


@dataclass(frozen=True)
class Asked:
    """What a scorer was built with: the options, and the raw columns if they were
    described."""

    options: Options
    described: tuple[Described, ...] | None


def asked(source: Text) -> Asked:
    """What a scorer says that it was built with; Strange where that cannot be."""
    line = _OPTIONS.search(source.heading)
    try:
        options = from_line(line[1]) if line else Options()
    except ValueError as error:
        raise Strange(str(error), 1) from None
    if options.target != source.target:
        raise Strange("it is not in the language that its options name", 1)
    said = _COLUMNS.search(source.heading)
    if said is None:
        return Asked(options, None)
    rules = source.rules(said[1])
    if rules is None:
        raise Strange(
            "its RULES are not those that stand at its top: the description of the "
            "columns was changed",
            source.line_of("RULES"),
        )
    try:
        described = columns_of_schema({"type": "object", "properties": rules})
    except TreecompileError as error:
        raise Strange(f"its RULES describe no columns: {error}") from None
    return Asked(options, described)


def check(
    data: bytes | str, program_of: Callable[[Any], Program]
) -> tuple[Part, Text | None, Program | None]:
    """Part 1 for the text of a scorer; the source and the program where it holds.

    ``program_of`` is the folded program that the source has to be the text of.
    """
    try:
        source = parsed(data)
    except Strange as error:
        return _part(_no_scorer(error)), None, None
    if isinstance(source, Script):
        return check_script(source, program_of)
    return check_source(source, program_of)


def check_script(
    script: Script, program_of: Callable[[Any], Program]
) -> tuple[Part, Script | None, Program | None]:
    """Part 1 for a text in JavaScript, every byte of which counts."""
    try:
        program = program_of(script)
        if target_of(program) != script.target:
            raise Strange("it is in another language than was asked for", 1)
        expected = emit(program)
    except Strange as error:
        return _part(_no_scorer(error)), None, None
    line = _first_other(script.text, expected)
    try:
        counts = read_script_back(script, program)
    except Differs as error:
        return _part(error.disagreement), None, None
    except Strange as error:
        if not line:
            return _part(_no_scorer(error)), None, None
    if line:
        return _part(_another(script, expected, line, line)), None, None
    return _shown(program, counts, True), script, program


def _first_other(text: str, expected: str) -> int:
    """The first line in which two texts differ; 0 where they are equal."""
    if text == expected:
        return 0
    pairs = zip_longest(text.split("\n"), expected.split("\n"))
    return next(line for line, (a, b) in enumerate(pairs, 1) if a != b)


def check_source(
    source: Source, program_of: Callable[[Source], Program]
) -> tuple[Part, Source | None, Program | None]:
    """The same for a text that has been parsed."""
    try:
        program = program_of(source)
        expected = emit(program, format=False)
        where = None
        with quick():
            if source.text != expected:
                check_names(source)
                where = difference(source.tree, _tree_of(expected))
            counts = read_back(source, program)
    except Differs as error:
        return _part(error.disagreement), None, None
    except Strange as error:
        return _part(_no_scorer(error)), None, None
    if where is not None:
        return _part(_explained(source, expected, *where)), None, None
    exact = _is_exact(source.text, expected)
    if not exact and expected.count("\n") > MOST_LINES_TO_FORMAT:
        # Nothing formats so long a text, unless it is asked to: every byte counts.
        line = _other_comment(source.text, expected)
        if line:
            return _part(_of_comments(line)), None, None
    return _shown(program, counts, exact), source, program


def _other_comment(text: str, expected: str) -> int:
    """The line of the first comment that is not as it is expected; 0 if all are."""
    pairs = zip_longest(_comments(text), _comments(expected), fillvalue=(1, ""))
    return next((line for (line, a), (_, b) in pairs if a != b), 0)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a text that has been parsed, each with its line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _of_comments(line: int) -> Disagreement:
    return Disagreement(
        "a comment is not as treecompile writes it",
        "the comment that treecompile writes there",
        "another, or none",
        line,
    )


def _is_exact(text: str, expected: str) -> bool:
    """Whether a text is to the byte what treecompile writes, formatted or not."""
    if text == expected:
        return True
    short = expected.count("\n") <= MOST_LINES_TO_FORMAT
    return short and text == formatted(expected)


def _tree_of(text: str) -> ast.Module:
    return ast.parse(text)


def _no_scorer(error: Strange) -> Disagreement:
    return Disagreement(
        "this is not a scorer that treecompile wrote for this model",
        "another text",
        error.problem,
        error.line,
    )


def _shown(program: Program, counts: dict[str, int], exact: bool) -> Part:
    trees, tests, leaves = counts["trees"], counts["tests"], counts["leaves"]
    but = "" if exact else ", but for its comments and layout"
    words = (
        f"The text is what treecompile writes for this model{but}. Read back from it: "
        f"{_count(trees, 'tree')}, {_count(tests, 'test')}, "
        f"{_count(leaves, 'leaf', 'leaves')}, {_count(counts['constants'], 'constant')}, "
        "each as in the model."
    )
    given = program.origin.options
    if given or program.origin.described:
        from ..options import as_line

        with_ = [as_line(given)] if given else []
        with_ += ["columns as described"] if program.origin.described else []
        words += f" Built with {' and '.join(with_)}."
    return Part("emission", Verdict.SHOWN, words, counts)


def in_its_place(part: Part, path: str | os.PathLike[str], data: bytes | str) -> Part:
    """The part, once what stands beside the scorer has been looked at: Python must not
    run another code in its place."""
    text = data if isinstance(data, bytes) else data.encode()
    found = instead_of(path, text)
    if not found:
        return part
    words = "The text is what treecompile writes, but Python may run another file."
    how = f"Delete {found[0].path}: Python makes what it needs again."
    return replace(
        part,
        verdict=Verdict.DIFFERS if any(f.known for f in found) else Verdict.NOT_SHOWN,
        words=words,
        disagreements=tuple(
            Disagreement(
                "importing the scorer may run another file in its place",
                "the code of the scorer's text",
                f"{each.path}: {each.why}",
            )
            for each in found
        ),
        how=how,
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _part(found: Disagreement) -> Part:
    words = "The text is not what treecompile writes for this model."
    how = "Compile the model again, and deploy what comes out as it is."
    return Part("emission", Verdict.DIFFERS, words, {}, (found,), how)


def _explained(
    source: Source, expected: str, given: ast.AST, wanted: ast.AST | None
) -> Disagreement:
    """The first difference between two texts in Python, in words."""
    there = getattr(wanted, "lineno", None)
    return _another(source, expected, getattr(given, "lineno", 1), there)


def _another(source: Text, expected: str, line: int, there: int | None) -> Disagreement:
    """What is said of a text that differs in a line from the expected one (``there``)."""
    mine, theirs = _origin(source.heading), _origin(_heading(source, expected))
    if mine and theirs and mine[0] != theirs[0]:
        return Disagreement(
            "the scorer was written by another version of treecompile",
            f"this is treecompile {theirs[0]}",
            f"written by treecompile {mine[0]}",
            1,
        )
    if mine and theirs and mine[1] != theirs[1]:
        return Disagreement(
            "the scorer was compiled from another file",
            f"a file whose sha256 begins with {theirs[1]}",
            f"a file whose sha256 begins with {mine[1]}",
            1,
        )
    return Disagreement(
        "the text is another",
        _line(expected, there),
        _line(source.text, line),
        line,
    )


def _heading(source: Text, expected: str) -> str:
    """What stands at the top of the expected text."""
    if isinstance(source, Script):
        return Script(expected, b"").heading
    return ast.get_docstring(ast.parse(expected), clean=False) or ""


def _origin(docstring: str) -> tuple[str, str] | None:
    found = _ORIGIN.search(docstring)
    return (found[1], found[2]) if found else None


def _line(text: str, number: int | None) -> str:
    lines = text.split("\n")
    if number is None or not 0 < number <= len(lines):
        return "(nothing)"
    return lines[number - 1].strip()
