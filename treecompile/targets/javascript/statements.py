"""JavaScript: statements as lines of a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from ...code.terms import Term, is_condition
from ...layout import Statement as Laid
from ...layout import early_return, is_plain, leaf_counts, plain
from ...layout import statements as in_its_layout
from ...printing.document import Document
from ...printing.document import printed as lines_of
from ...program import LARGEST, Cuts, Test
from ...visible import is_visible
from .printer import JavaScriptPrinter, assigned_to, in_if, returned, settled
from .text import WIDTH, array, call, comment

LONGEST_TITLE = 70
# Above this many leaves their answers are not repeated beside them.
COMMENTED_LEAVES = 1_000
# More terms than this are not added up in one statement.
FEW = 8


class JavaScriptStatements:
    """The lines of the functions of a scorer."""

    def __init__(self, printer: JavaScriptPrinter) -> None:
        self.printer = printer
        self._labels = 0  # of trees so far
        self._voting = set[str]()  # the variables of votes so far

    def body(self, statements: Iterable[Statement]) -> str:
        """The text of a function's body, with no two blank lines together."""
        lines: list[str] = []
        self._labels, self._voting = 0, set()
        for statement in statements:
            lines += self.lines(statement)
        kept = [line for line, before in zip(lines, ["", *lines]) if line or before]
        return "\n".join(kept[:-1] if kept and not kept[-1] else kept)

    def lines(self, statement: Statement) -> Iterable[str]:
        """The lines of a statement, in a function."""
        match statement:
            case Walk():
                return self._walk(statement)
            case Blank():
                return [""]
            case Remark(text):
                return [f"  // {_sentence(text)}"]
            case AboutSingle():
                return ["  // The model adds in single precision: each sum is rounded."]
            case Let(name, of):
                return self._let(f"const {name}", of)
            case Unpack(names, row):
                return [self._unpack(names, row)]
            case Start(names, terms):
                pairs = zip(names, terms)
                return [line for n, x in pairs for line in self._let(f"let {n}", x)]
            case Total(name, terms):
                return self._total(name, terms)
            case WalkToLeaf():
                return self._to_leaf(statement)
            case Round(name=name):
                return [f"  {name} = Math.fround({name});"]
            case CallPart(function, arguments, names):
                left = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
                return [_statement((f"{left} = ", call(function, arguments), ";"))]
            case List(items, how):
                return self._list(items, how)
            case CallNumbers(columns):
                numbers = call("numbersOf", columns)
                return [_statement(("const numbers = ", numbers, ";"))]
            case WalkTable():
                return self._walk_table(statement)
            case ReturnLeaf(root=root):
                return [f"  return leaf(numbers, {root});"]
            case Return(of):
                return [_statement(("return ", returned(self.printer.term(of)), ";"))]
        raise TypeError(f"not a statement: {statement!r}")

    def _let(self, lead: str, term: Term) -> list[str]:
        text = self.printer.term(term)
        if isinstance(text, str):
            whole = f"  {lead} = {text};"
            if len(whole) <= WIDTH:
                return [whole]
        return [_statement(assigned_to(lead, "=", text))]

    def _unpack(self, names: tuple[str, ...], row: Term) -> str:
        lead = ("const ", array(names))
        return _statement(assigned_to(lead, "=", self.printer.term(row)))

    def _total(self, name: str, terms: tuple[Term, ...]) -> list[str]:
        """A sum from left to right. It starts at 0, which matters to a -0."""
        texts = map(self.printer.term, terms)
        adding = [_statement(assigned_to(name, "+=", text)) for text in texts]
        return [f"  let {name} = 0;", *adding]

    # --- Trees ------------------------------------------------------------------------

    def _branch(self, indent: str, lead: str, test: Test, sense: bool) -> str:
        """One ``if`` that holds when the test goes left, if ``sense``; else right."""
        coder = self.printer.coder
        if type(test) is Cuts and len(test.cuts) == 1 and test.first:  # most of them
            (cut,) = test.cuts
            if -LARGEST < cut < LARGEST:
                missing = coder.may_be_missing_in[test.column]
                negated = missing and test.missing_left == sense
                name = coder.ids[test.column]
                text = self.printer.cut(name, cut, sense != negated, negated)
                line = f"{indent}{lead}({text}) {{"
                if len(line) <= WIDTH and line.isascii():
                    return line
        condition = in_if(self.printer.condition(coder.condition(test, sense)))
        return lines_of((lead, condition, " {"), WIDTH, len(indent))

    def _to_leaf(self, walk: WalkToLeaf) -> Iterator[str]:
        """A tree whose leaves are returned by their numbers, with what they answer."""
        answers = walk.model.predictions
        remarks = [""] * len(answers)
        if len(remarks) <= COMMENTED_LEAVES and not isinstance(answers[0], tuple):
            remarks = [f" // {comment(answer)}" for answer in answers]
        rows = [[f"return {k};{remark}"] for k, remark in enumerate(remarks)]
        return self._branches(in_its_layout(walk.model.tree), rows, 1)

    def _branches(
        self, layout: Iterator[Laid], rows: list[list[str]], level: int
    ) -> Iterator[str]:
        """A tree as nested ifs, with the lines of a row at each leaf."""
        opened = level  # of the block that is written now
        for op, depth, test, sense, place in layout:
            depth += level
            while opened > depth + (op in ("elif", "else")):
                opened -= 1
                yield "  " * opened + "}"
            indent = "  " * depth
            if op == "return":
                for line in rows[place]:
                    yield indent + line
                continue
            if test is None:
                yield f"{indent}}} else {{"
            else:
                lead = "if " if op == "if" else "} else if "
                yield self._branch(indent, lead, test, sense)
            opened = depth + 1
        while opened > level:
            opened -= 1
            yield "  " * opened + "}"

    def _walk(self, walk: Walk) -> Iterable[str]:
        """One tree whose leaves add to the variables, or set them."""
        sign, value = "=" if walk.sets else "+=", self.printer.value
        votes = walk.votes
        if votes is not None:
            chosen = votes.names[0]
            rows = [[f"{chosen} = {k};"] for k in votes.places]
            own, others = value(votes.own), value(votes.others)
            return [
                f"  let {chosen};" if self._first(chosen) else "",
                *self._tree(walk, rows),
                *(
                    f"  {name} += {chosen} === {place} ? {own} : {others};"
                    for place, name in enumerate(walk.names)
                ),
            ]
        # To a sum that is not -0, nothing is added by adding zero.
        rows = [
            [
                f"{name} {sign} {value(x)};"
                for name, x in zip(walk.names, row)
                if walk.keeps_zeros or x
            ]
            for row in walk.rows
        ]
        lines = self._tree(walk, rows)
        return [*(f"  let {name};" for name in walk.names * walk.sets), *lines]

    def _first(self, name: str) -> bool:
        """Whether a variable of votes is used for the first time in the function."""
        first = name not in self._voting
        self._voting.add(name)
        return first

    def _tree(self, walk: Walk, rows: list[list[str]]) -> list[str]:
        tree = walk.tree
        if len(tree.tests) == 1:
            return [f"  {line}" for line in rows[0]]
        counts = leaf_counts(tree)
        if is_plain(tree, counts):
            return list(self._branches(plain(tree), rows, 1))
        self._labels += 1
        label = f"tree{self._labels}"
        rows = [[*row, f"break {label};"] for row in rows]
        *inner, _ = self._branches(early_return(tree, counts), rows, 2)
        return [f"  {label}: {{", *inner, "  }"]  # whose end the last leaf comes to

    # --- Tables -----------------------------------------------------------------------

    def _list(self, items: Iterable[Any], how: str) -> list[str]:
        """The line that puts into the list what the trees test."""
        texts: list[Document] = []
        for item in items:
            if is_condition(item):
                condition = settled(self.printer.condition(item))
                texts.append(call("Number", [condition]))
            else:
                texts.append(settled(self.printer.term(item)))
        if how == "more":
            return [_statement((call("numbers.push", texts), ";"))]
        lead = "return " if how == "return" else "const numbers = "
        return [_statement((lead, array(texts), ";"))]

    def _walk_table(self, walk: WalkTable) -> list[str]:
        """The lines that walk some trees of the table and add what their leaves hold."""
        packed, names = walk.table, walk.table.names
        indent = "    "
        if walk.one:  # in a block of its own, since other stages find a leaf as well
            root = str(walk.root)
            lines = ["  {"]
        else:
            root = f"{names['roots']}[tree]"
            lines = [
                f"  for (let tree = {walk.first}; tree < {walk.end}; tree += 1) {{"
            ]
        lines.append(f"{indent}const found = leaf(numbers, {root});")
        value = f"{names['values']}[found]"
        about = list(self.lines(AboutSingle())) if walk.wide else []
        close = ["  }"]
        if walk.form == "one":
            (name,) = walk.names
            (start,) = self._let(f"let {name}", walk.start[0])
            add = [f"{indent}{name} += {value};"]
            if walk.wide:
                add = [f"{indent}{name} = Math.fround({name} + {value});"]
            return [start, *about, *lines, *add, *close]
        total = walk.total
        starts = [settled(self.printer.term(x)) for x in walk.start]
        numbers = all(
            isinstance(x, str) and x.lstrip("-")[:1].isdigit() for x in starts
        )
        first = _statement((f"const {total} = ", array(starts, numbers), ";"))
        if walk.form == "own":
            place = str(walk.slot) if walk.one else f"{names['sums']}[tree]"
            name = f"{total}[{place}]"
            add = [f"{indent}{name} += {value};"]
            if walk.wide:
                add = [f"{indent}{name} = Math.fround({name} + {value});"]
        else:
            row = "const row"
            add = [f"{indent}{row} = {names['rows']}[found];"]
            add += _terms_of(packed, total, indent, bool(walk.wide))
        taken = unpacked(walk.names, total)
        return [first, *about, *lines, *add, *close, taken]


def _terms_of(packed: TableNames, total: str, indent: str, single: bool) -> list[str]:
    """The lines that add what a leaf adds to several sums."""
    names, row, i = packed.names, "row", "term"
    starts, slot = names["starts"], f"{total}[{names['slots']}[{i}]]"
    term = f"{names['terms']}[{i}]"
    add = f"{slot} = Math.fround({slot} + {term});" if single else f"{slot} += {term};"
    return [
        f"{indent}for (let {i} = {starts}[{row}]; {i} < {starts}[{row} + 1]; {i} += 1) {{",
        f"{indent}  {add}",
        f"{indent}}}",
    ]


def unpacked(names: Sequence[str], variable: str) -> str:
    """The statement that names what a variable holds in a row."""
    return _statement(assigned_to(("const ", array(names)), "=", variable))


def _statement(document: Document) -> str:
    """A statement of a function, in lines of 80 letters."""
    return lines_of(document, WIDTH, 2)


def _sentence(title: str) -> str:
    """A title as a comment of one line; it may hold names out of the model."""
    if not is_visible(title):
        return comment(title, LONGEST_TITLE)
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "..."
