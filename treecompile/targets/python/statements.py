"""Python: statements as lines of a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...code.statements import (
    AboutSingle,
    Blank,
    CallNumbers,
    CallPart,
    Let,
    List,
    Remark,
    Return,
    ReturnLeaf,
    Round,
    Start,
    Statement,
    TableNames,
    Total,
    Unpack,
    Walk,
    WalkTable,
    WalkToLeaf,
)
from ...code.terms import Call, Operation, Row, Term, Value, is_condition
from ...layout import early_return, is_plain, leaf_counts, plain
from ...layout import statements as in_its_layout
from ...printing.width import width
from ...program import LARGEST, Cuts, Test
from ...visible import is_visible
from .printer import PythonPrinter
from .text import FEW, WIDTH, branch, comment, laid_out, list_lines

LONGEST_TITLE = 75
# Above this many leaves their answers are not repeated beside them.
COMMENTED_LEAVES = 1_000


# For every sum of two singles that is no infinity, 2**29 * x - (2**29 * x - x) is x
# rounded to the nearest single, ties to even: to 24 bits, or exactly below 2**-126.
_ABOUT_SINGLE = (
    "    # The model adds in single precision: after each tree its sum is rounded to the",
    "    # nearest single, which x * 2**29 - (x * 2**29 - x) is: x less its last 29 bits.",
)


class PythonStatements:
    """The lines of the functions of a scorer."""

    def __init__(self, printer: PythonPrinter) -> None:
        self.printer = printer

    def body(self, statements: Iterable[Statement]) -> list[str]:
        """The lines of a function, with no two blank ones together."""
        lines: list[str] = []
        for statement in statements:
            lines += self.lines(statement)
        kept = [line for line, before in zip(lines, ["", *lines]) if line or before]
        return kept[:-1] if kept and not kept[-1] else kept

    def lines(self, statement: Statement) -> Iterable[str]:
        """The lines of a statement, in a function."""
        term = self.printer.term
        match statement:
            case Walk():
                return self._walk(statement)
            case Blank():
                return [""]
            case Remark(text):
                return [f"    # {_sentence(text)}"]
            case AboutSingle():
                return _ABOUT_SINGLE
            case Let(name, Call(_, (Value(), Row())) as norm):
                return self.printer.norm(name, norm)
            case Let(name, of):
                return laid_out([f"    {name} = {term(of)}"])
            case Unpack(names, row):
                left = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
                return laid_out([f"    {left} = {term(row)}"])
            case Start(names, terms):
                return _assigned(names, list(map(term, terms)))
            case Total(name, terms):
                return laid_out(self._sum(name, terms))
            case WalkToLeaf():
                return self._to_leaf(statement)
            case Round(name, wide):
                return [rounded(name, wide, "    ")]
            case CallPart(function, arguments, names):
                call = f"{function}{self._arguments(arguments)}"
                return [f"    {', '.join(names)} = {call}"]
            case List(items, how):
                return self._list(items, how)
            case CallNumbers(columns):
                return [f"    numbers = _numbers{self._arguments(columns)}"]
            case WalkTable():
                return self._walk_table(statement)
            case ReturnLeaf(root=root):
                return [f"    return {_leaf_of(root)}"]
            case Return(of):
                return laid_out([f"    return {term(of)}"])
        raise TypeError(f"not a statement: {statement!r}")

    def _sum(self, name: str, terms: tuple[Term, ...]) -> list[str]:
        """A sum from left to right. It starts at 0.0, which matters to a -0.0."""
        if len(terms) > FEW:
            added = map(self.printer.term, terms)
            return [f"    {name} = 0.0", *(f"    {name} += {text}" for text in added)]
        total: Term = Value(0.0)
        for term in terms:
            total = Operation("+", total, term)
        return [f"    {name} = {self.printer.term(total)}"]

    def _arguments(self, names: tuple[str, ...]) -> str:
        """The names in parentheses, as a call has them."""
        return f"({names[0]})" if len(names) == 1 else self.printer.row(list(names))

    # --- Trees ------------------------------------------------------------------------

    def test(self, test: Test, sense: bool) -> str:
        """The condition that holds when the test goes left, if ``sense``; else right."""
        coder = self.printer.coder
        if type(test) is Cuts and len(test.cuts) == 1 and test.first:  # most of them
            (cut,) = test.cuts
            if -LARGEST < cut < LARGEST:
                missing = coder.may_be_missing_in[test.column]
                negated = missing and test.missing_left == sense
                name = coder.ids[test.column]
                return self.printer.cut(name, cut, sense != negated, negated)
        text: str = self.printer.condition(coder.condition(test, sense))
        return text

    def _to_leaf(self, walk: WalkToLeaf) -> Iterator[str]:
        """A tree whose leaves are returned by their numbers, with what they answer."""
        answers = walk.model.predictions
        remarks = [""] * len(answers)
        if len(remarks) <= COMMENTED_LEAVES:
            remarks = [f"  # {comment(answer)}" for answer in answers]
        for op, depth, test, sense, number in in_its_layout(walk.model.tree):
            indent = "    " * (depth + 1)
            if op == "return":
                yield f"{indent}return {number}{remarks[number]}"
            else:
                yield self._branch(indent, op, test, sense)

    def _branch(self, indent: str, op: str, test: Test | None, sense: bool) -> str:
        """One ``if``, ``elif`` or ``else``."""
        if test is None:
            return f"{indent}{op}:"
        condition = self.test(test, sense)
        line = f"{indent}{op} {condition}:"
        if len(line) > WIDTH or not line.isascii():
            return branch(f"{indent}{op} ", condition)
        return line

    def _walk(self, walk: Walk) -> list[str]:
        """One tree whose leaves add to the variables, or set them."""
        sign, number = "=" if walk.sets else "+=", self.printer.value
        votes = walk.votes
        if votes is not None:
            (chosen, own, others), both = votes.names, (votes.own, votes.others)
            return [
                *self._branches(walk, [[f"{chosen} = {k}"] for k in votes.places]),
                f"    {own}, {others} = {', '.join(map(number, both))}",
                *(
                    f"    {name} += {own} if {chosen} == {place} else {others}"
                    for place, name in enumerate(walk.names)
                ),
            ]
        # To a sum that is not -0.0, nothing is added by adding zero.
        rows = [
            [
                f"{name} {sign} {number(x)}"
                for name, x in zip(walk.names, row)
                if walk.keeps_zeros or x
            ]
            for row in walk.rows
        ]
        return self._branches(walk, rows)

    def _branches(self, walk: Walk, rows: list[list[str]]) -> list[str]:
        """A tree as nested ifs, with the lines of a row at each leaf."""
        tree = walk.tree
        if len(tree.tests) == 1:
            return [f"    {line}" for line in rows[0]]
        counts = leaf_counts(tree)
        in_loop = not is_plain(tree, counts)
        indents = ["    " * (depth + 1 + in_loop) for depth in range(100)]
        lines = ["    while True:"] if in_loop else []
        for op, depth, test, sense, place in (
            early_return(tree, counts) if in_loop else plain(tree)
        ):
            indent = indents[depth]
            if op != "return":
                lines.append(self._branch(indent, op, test, sense))
                continue
            row = [*rows[place], "break"] if in_loop else rows[place]
            if row:
                lines.append(indent + f"\n{indent}".join(row))
            elif lines[-1].endswith("else:"):
                lines.pop()  # nothing is to be done: not worth two lines
            else:
                lines.append(f"{indent}pass")
        return lines

    # --- Tables -----------------------------------------------------------------------

    def _list(self, items: Iterable[Any], how: str) -> list[str]:
        """The line that puts into the list what the trees test."""
        lead = {"new": "numbers: list[float] =", "more": "numbers +="}.get(how, how)
        term, condition = self.printer.term, self.printer.condition
        texts = [condition(x) if is_condition(x) else term(x) for x in items]
        return list_lines(f"    {lead} ", texts)

    def _walk_table(self, walk: WalkTable) -> list[str]:
        """The lines that walk some trees of the table and add what their leaves hold."""
        packed, names = walk.table, walk.table.names
        start = list(map(self.printer.term, walk.start))
        about = list(_ABOUT_SINGLE) if walk.wide else []
        lines: list[str] = []
        if walk.end - walk.first == 1:
            leaf, indent, loop = _leaf_of(walk.root), "    ", []
        else:
            leaf, indent = f"-1 - {packed.root}", "        "
            loop = [_loop(walk), *_to_a_leaf(packed)]
        value = f"{names['values']}[{leaf}]"
        if walk.form == "one":
            (name,) = walk.names
            if not loop and start == ["-0.0"]:
                return [f"    {name} = {value}"]
            lines = [f"    {name} = {start[0]}", *about, *loop]
            lines.append(f"{indent}{name} += {value}")
            return lines + ([rounded(name, walk.wide, indent)] if walk.wide else [])
        total = walk.total
        if len(set(start)) == 1:
            lines.append(f"    {total} = [{start[0]}] * {len(start)}")
        else:
            lines += list_lines(f"    {total} = ", start)
        lines += about
        if walk.form == "own":
            place = packed.sum if loop else str(walk.slot)
            name = f"{total}[{place}]"
            lines += [*loop, f"{indent}{name} += {value}"]
            if walk.wide:
                lines.append(rounded(name, walk.wide, indent))
        else:
            lines += [*loop, *_terms_of(packed, leaf, total, indent, walk.wide)]
        comma = "," * (len(walk.names) == 1)
        return [*lines, f"    {', '.join(walk.names)}{comma} = {total}"]


def _loop(walk: WalkTable) -> str:
    """The line that goes through some of the trees; each with the one sum that it adds
    to, where there are several."""
    packed, names = walk.table, walk.table.names
    whole = (walk.first, walk.end) == (0, packed.trees)
    some = "" if whole else f"[{walk.first}:{walk.end}]"
    if walk.form != "own":
        return f"    for {packed.root} in {names['roots']}{some}:"
    pair, of = f"{packed.root}, {packed.sum}", f"{names['roots']}{some}"
    zipped = f"{of}, {names['sums']}{some}"
    line = f"    for {pair} in zip({zipped}):"
    if width(line) <= WIDTH:
        return line
    return f"    for {pair} in zip(\n        {zipped}\n    ):"


def _to_a_leaf(packed: TableNames) -> list[str]:
    """The lines of such a loop that go on from the root to a leaf: without a call, which
    costs as much as two nodes."""
    names, node = packed.names, packed.root
    return [
        f"        while {node} >= 0:",
        f"            if numbers[{names['tested']}[{node}]] <= {names['cuts']}[{node}]:",
        f"                {node} = {names['holds']}[{node}]",
        "            else:",
        f"                {node} = {names['fails']}[{node}]",
    ]


def _leaf_of(root: int) -> str:
    """The leaf that a record falls into, below a root."""
    return f"_leaf(numbers, {root})"


def _terms_of(
    packed: TableNames, leaf: str, total: str, indent: str, wide: str
) -> list[str]:
    """The lines that add what a leaf adds to several sums, each rounded to single
    precision if there is a name for what is ``wide``."""
    names, row, i = packed.names, packed.row, packed.term
    starts = names["starts"]
    name = f"{total}[{names['slots']}[{i}]]"
    lines = [
        f"{indent}{row} = {names['rows']}[{leaf}]",
        f"{indent}for {i} in range({starts}[{row}], {starts}[{row} + 1]):",
        f"{indent}    {name} += {names['terms']}[{i}]",
    ]
    return lines + ([rounded(name, wide, f"{indent}    ")] if wide else [])


def rounded(name: str, wide: str, indent: str) -> str:
    """The line that rounds a sum of two singles to a single."""
    line = f"{indent}{name} = ({wide} := {name} * 536870912.0) - ({wide} - {name})"
    if width(line) <= WIDTH:
        return line
    return f"{indent}{wide} = {name} * 536870912.0\n{indent}{name} = {wide} - ({wide} - {name})"


def _sentence(title: str) -> str:
    """A title as a comment of one line; it may hold names out of the model."""
    if not is_visible(title):
        return comment(title, LONGEST_TITLE)
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "..."


def _assigned(names: tuple[str, ...], starts: list[str]) -> list[str]:
    """The first values, equal ones in one line."""
    if len(set(starts)) == 1 and len(names) <= FEW:
        line = f"    {' = '.join(names)} = {starts[0]}"
        if width(line) <= WIDTH:
            return [line]
    return [f"    {name} = {start}" for name, start in zip(names, starts)]
