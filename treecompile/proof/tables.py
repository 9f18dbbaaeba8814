"""Trees that are a table in a scorer in Python, read back: its arrays, and who walks
them. ``walking.py`` holds them against a program."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Sequence
from typing import Any

from ..program import Ensemble, SingleTree, Trees
from ..targets.python.packing import CODES, unpacked
from .reading import Reading
from .source import Source, Strange
from .walking import Item, TableWalk, Terms

_LEAF = re.compile(
    r"while node >= 0:\n"
    r"    if numbers\[(\w+)\[node\]\] <= (\w+)\[node\]:\n"
    r"        node = (\w+)\[node\]\n"
    r"    else:\n"
    r"        node = (\w+)\[node\]\n"
    r"return -1 - node"
)
_LEAVES = (
    "roots, tested, cuts, holds, fails, nodes = _table()\n"
    "leaves = []\n"
    "for node in roots:\n"
    "    while node >= 0:\n"
    "        if numbers[tested[node]] <= cuts[node]:\n"
    "            node = holds[node]\n"
    "        else:\n"
    "            node = fails[node]\n"
    "    leaves.append(nodes[-1 - node])\n"
    "return leaves"
)
_TABLE = re.compile(
    r"if not (\w+):\n"
    r"    texts = \((\w+), (\w+), (\w+), (\w+), (\w+), (\w+)\)\n"
    r"    \1\[:\] = \[_packed\(code, text\) for code, text in texts\]\n"
    r"return \1"
)
_PACKED = (
    "from binascii import a2b_base64\n"
    "from sys import byteorder\n"
    "data = a2b_base64(text)\n"
    "if code == 'B':\n"
    "    return data\n"
    "numbers = memoryview(data).cast(code)\n"
    "if byteorder == 'big':\n"
    "    from array import array\n"
    "    swapped = array(code, numbers.tobytes())\n"
    "    swapped.byteswap()\n"
    "    numbers = memoryview(swapped)\n"
    "return numbers"
)
_LOOP = re.compile(r"for \w+ in (\w+)(?:\[(\d+):(\d+)\])?:")
_WALK = re.compile(
    r"(?<=:)\n    while (\w+) >= 0:\n"
    r"        if numbers\[(\w+)\[\1\]\] <= (\w+)\[\1\]:\n"
    r"            \1 = (\w+)\[\1\]\n"
    r"        else:\n"
    r"            \1 = (\w+)\[\1\](?=\n)"
)
# The same, where each tree adds to one of several sums.
_LOOP_OF_SUMS = re.compile(
    r"for (?P<root>\w+), (?P<sum>\w+) in "
    r"zip\((?P<roots>\w+)(?P<some>\[(?P<first>\d+):(?P<end>\d+)\])?, "
    r"(?P<sums>\w+)(?(some)\[(?P=first):(?P=end)\])\):\n"
    r" +\w+\[(?P=sum)\] \+= \w+\[_leaf\(numbers, (?P=root)\)\]"
)
_ONE_SUM = re.compile(r"\w+\[(\d+)\] \+= ")
_APPLIED = re.compile(
    r"leaves = \[(\w+)\[_leaf\(numbers, root\)\] for root in (\w+)(?:\[(\d+):(\d+)\])?"
)
_APPLIED_LATE = re.compile(
    r"leaves = _leaves\((_numbers\(\*validate\(record\)\)|validate\(record\))\)\n"
)
_LISTS = ("numbers: ", "numbers = ", "numbers += ", "return [")
_AT_LEAF = re.compile(r"(\w+)\[_leaf\(numbers, (\w+|-?\d+)\)\]")
_TERMS = re.compile(
    r"for (\w+) in range\((\w+)\[(\w+)\], \2\[\3 \+ 1\]\):\n"
    r" +(\w+)\[(\w+)\[\1\]\] \+= (\w+)\[\1\]"
)


def has_table(source: Source) -> bool:
    """Whether ``score`` walks a table."""
    score = source.functions.get("score")
    return score is not None and any(map(_walks, score.body))


def _walks(stmt: ast.stmt) -> bool:
    """Whether a statement walks the table; nested ifs, which can be long, do not."""
    if isinstance(stmt, (ast.If, ast.While)):
        return False
    if isinstance(stmt, ast.For) and isinstance(stmt.body[0], ast.While):
        return True
    return "_leaf(numbers, " in ast.unparse(stmt)


class TableReader(TableWalk):
    """The arrays of a scorer, and what the nodes in them test."""

    def __init__(self, reader: Reading, source: Source) -> None:
        self.source = source
        functions = self.source.functions
        walk = _LEAF.fullmatch(_text(functions.get("_leaf")))
        names: Sequence[str] = walk.groups() if walk is not None else ()
        self.late: Sequence[str] = ()  # the names of the arrays that apply alone reads
        if walk is None and _text(functions.get("_leaves")) == _LEAVES:
            table = _TABLE.fullmatch(_text(functions.get("_table")))
            if table is not None and not self.source.constant(table[1]):
                self.late = table.groups()[1:]
                names = self.late[1:5]
        if not names or _text(functions.get("_packed")) != _PACKED:
            raise Strange("its table is walked or read in another way")
        self.names = tuple(names)
        super().__init__(reader, list(map(self._array, names)))

    def _array(self, name: str) -> tuple[Any, ...]:
        numbers = self.source.constant(name)
        if name not in self.late and isinstance(numbers, tuple):
            return numbers
        match numbers:
            case (str(code), str(text)) if name in self.late and code in CODES:
                with contextlib.suppress(ValueError):
                    return tuple(unpacked(code, text))
        raise Strange(f"{name} is not an array", self.source.assigned[name])

    # --- What answers -----------------------------------------------------------------

    def single(self, model: SingleTree) -> None:
        """A single tree: its leaves are places in PREDICTIONS."""
        body = self.reader.score.body
        self._list(body)
        last = re.fullmatch(r"return _leaf\(numbers, (-?\d+)\)", ast.unparse(body[-1]))
        if last is None:
            raise Strange("score does not answer a leaf", body[-1])
        self.compare_single(int(last[1]), model)

    def ensemble(self, model: Ensemble) -> None:
        """Stages of trees: every leaf adds what it adds in the program."""
        body = self.reader.score.body
        self._list(body)
        walks = list(filter(_walks, body))
        stages = [s for s in model.stages if isinstance(s, Trees) and s.trees]
        if len(walks) != len(stages):
            raise Strange(
                "score does not walk the trees stage by stage", self.reader.score
            )
        for stmt, stage in zip(walks, stages):
            # Of a lone tree, what its leaf adds stands in the next statement.
            behind = body[body.index(stmt) + 1]
            text = self._called("\n".join(map(ast.unparse, (stmt, behind))), stmt)
            self._stage(text, stmt, stage)

    def _called(self, text: str, stmt: ast.stmt) -> str:
        """The text of a loop through trees with ``_leaf`` called, where its lines stand
        in the loop itself."""
        walk = _WALK.search(text)
        if walk is None:
            return text
        if walk.groups()[1:] != self.names:
            raise Strange("the trees are walked in another table", stmt)
        rest = text[: walk.start()] + text[walk.end() :]
        return rest.replace(f"[-1 - {walk[1]}]", f"[_leaf(numbers, {walk[1]})]")

    def _stage(self, text: str, stmt: ast.stmt, stage: Trees) -> None:
        loop, at_leaf = _LOOP.match(text), _AT_LEAF.search(text)
        if at_leaf is None:
            raise Strange("a leaf is not a place in an array", stmt)
        roots: tuple[Any, ...] = ()
        sums: tuple[Any, ...] = (0,) * len(stage.trees)
        if loop is not None:
            roots = self._array(loop[1])
            roots = roots[int(loop[2]) : int(loop[3])] if loop[2] else roots
        elif at_leaf[2].lstrip("-").isdigit():
            roots = (int(at_leaf[2]),)
        held = self._array(at_leaf[1])
        of_sums, one = _LOOP_OF_SUMS.match(text), _ONE_SUM.match(text)
        if of_sums is not None:
            roots, sums = self._array(of_sums["roots"]), self._array(of_sums["sums"])
            if of_sums["some"]:
                part = slice(int(of_sums["first"]), int(of_sums["end"]))
                roots, sums = roots[part], sums[part]
        elif loop is None:
            sums = (int(one[1]) if one is not None else 0,)
        if len(roots) != len(stage.trees) or len(sums) < len(roots):
            raise Strange("score walks another number of trees", stmt)
        terms = _TERMS.search(text) if "range(" in text else None
        found = Terms(*map(self._array, terms.group(2, 5, 6))) if terms else None
        self.compare_stage(stage, roots, sums, held, found)

    def applied(self, model: Ensemble) -> None:
        """What ``apply`` answers for each leaf."""
        assert model.applies is not None
        stage = model.stages[model.applies]
        assert isinstance(stage, Trees)
        text = ast.unparse(self.source.functions["apply"])
        form = (_APPLIED_LATE if self.late else _APPLIED).search(text)
        columns = self.late and form is not None and form[1] == "validate(record)"
        if form is None or not columns and "_numbers" not in self.source.functions:
            raise Strange("apply is another", self.source.functions["apply"])
        if self.late:
            roots, held = self._array(self.late[0]), self._array(self.late[5])
        else:
            held, roots = self._array(form[1]), self._array(form[2])
            if form[3]:
                roots = roots[int(form[3]) : int(form[4])]
        self.numbers = []
        if columns:
            here = self.source.functions["apply"]
            names = map(ast.Name, self.reader.columns)
            self.numbers += [ast.copy_location(name, here) for name in names]
        else:
            self._list(self.source.functions["_numbers"].body)
        if len(roots) < len(stage.trees):
            raise Strange("apply has fewer trees", self.source.functions["apply"])
        self.compare_applied(stage, roots, held)

    # --- Nodes ------------------------------------------------------------------------

    def _list(self, body: Sequence[ast.stmt]) -> None:
        """What the list of numbers holds, as the statements put it together."""
        for stmt in body:
            value = getattr(stmt, "value", None)
            names = ast.unparse(stmt).startswith(_LISTS)
            if names and isinstance(value, ast.List):
                self.numbers += value.elts
            elif names and ast.unparse(stmt).startswith("numbers = _numbers("):
                self._list(self.source.functions["_numbers"].body)

    def item(self, given: ast.expr) -> Item:
        match given:
            case ast.UnaryOp(ast.USub(), ast.Name(name)):
                return Item(name, minus=True)
            case ast.Name(name) if not self.reader.has_states(name):
                return Item(name)
        name, truth = self.reader.truth(given)
        return Item(name, truth=truth)


def _text(function: ast.FunctionDef | None) -> str:
    """The statements of a function, its docstring aside."""
    body = function.body if function is not None else []
    return "\n".join(map(ast.unparse, body[1:]))
