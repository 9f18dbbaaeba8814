"""The kind of each raw column, which comes from everything that reads it.

An encoder reads a column as a category, and so may another step as a number. Where some
encoder refuses what it does not know, the column holds categories: there are no others.
Else a column that anything reads as a number holds numbers, any number, and an encoder
looks among them for its own. A column that encoders alone read holds categories, and all
that any of them knows are told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from math import inf
from typing import Any

from ..errors import BadSchema, UnsupportedModel
from ..program import (
    LARGEST,
    Bands,
    Category,
    Check,
    Column,
    Constant,
    Expression,
    Feature,
    Fill,
    IsMissing,
    Match,
    Program,
    Read,
    Replace,
    SingleTree,
    State,
    Threshold,
    Trees,
    columns_of,
    inputs_of,
    operands,
)
from .flow import Raw, source_of

Chain = list[Fill | Replace]


@dataclass
class Reads:
    """What some expressions ask of each raw column: which they read as numbers, and the
    values that they tell from others where they do not. ``seen`` are the parts that were
    looked at, as a number or not: all columns of a row may share one."""

    numbers: set[int] = field(default_factory=set)
    named: dict[int, dict[Constant, None]] = field(default_factory=dict)
    seen: dict[tuple[int, bool], Expression] = field(default_factory=dict)

    def of(self, expression: Expression, as_number: bool) -> None:
        """Adds what an expression reads; ``as_number`` says that itself is a number."""
        todo = [(expression, as_number)]
        while todo:
            part, number = todo.pop()
            if (id(part), number) in self.seen:
                continue
            self.seen[id(part), number] = part  # kept, so that no other gets its id
            if isinstance(part, (Match, IsMissing)):
                number = False
                if isinstance(part, Match):
                    self._name(part.operand, (key for key, _ in part.table))
            elif isinstance(part, Replace):
                self._name(part.operand, [part.old])
            elif isinstance(part, Read) and number:
                self.numbers.add(part.column)
            elif not isinstance(part, Fill):
                number = True
            todo += [(operand, number) for operand in operands(part)]

    def _name(self, operand: Expression, values: Iterable[Category]) -> None:
        column = source_of(operand)
        if column is not None:
            known = self.named.setdefault(column, {})
            known.update((x, None) for x in values if not isinstance(x, State))


def with_kinds(program: Program, raw: Raw) -> tuple[Program, tuple[Column, ...]]:
    """The raw columns, and the program with what it reads of them put accordingly.

    Where a schema or the data describes them, they hold what it says and the model
    accepts. Else a column that no step reads, since it was dropped before, may hold
    anything. What a column may not hold is said by the checks.
    """
    reads = Reads()
    for expression in read_as_numbers(program):
        reads.of(expression, True)
    for expression in _all_of(program):
        reads.of(expression, False)
    for check in raw.checks:
        reads.of(check.value, True)
    met = raw.met | columns_of(*_all_of(program))
    columns = tuple(
        _kind(raw, i, reads, i in met) for i in range(len(raw.described or raw.names))
    )
    _check_text(read_as_numbers(program), columns, raw)
    for column in raw.looked_at:
        if columns[column].categories is None:
            raw.checks.append(Check(Read(column), -LARGEST, LARGEST, True))
    raw.checks[:] = [check for check in raw.checks if not _says_nothing(check)]
    change = _AsNumbers(
        (i for i, column in enumerate(columns) if _is_looked_in(column, raw, i)),
        columns,
    )
    raw.checks[:] = map(change.within, raw.checks)
    return change.within(program), columns


def _says_nothing(check: Check) -> bool:
    """Whether every number passes a check, and what is missing."""
    return check.missing and check.low == -inf and check.high == inf


def _is_looked_in(column: Column, raw: Raw, i: int) -> bool:
    """Whether an encoder looks among numbers for what it learnt among other values."""
    readers = raw.readers.get(i, ())
    return column.categories is None and not all(r.numeric for r in readers)


def read_as_numbers(program: Program) -> list[Expression]:
    """What a model reads as numbers. Of the columns of a model of pipelines, each of
    which has an encoder of its own, those are not that no tree and no sum reads."""
    model = program.model
    if isinstance(model, SingleTree):
        return [feature.value for feature in program.features]
    tests = (test for tree in program.trees() for test in tree.tests)
    read = {test.feature for test in tests if isinstance(test, (Threshold, Bands))}
    found = [program.feature(i).value for i in sorted(read)]
    for stage in (*model.stages, *model.links):
        found += inputs_of(stage)
    return found


def _all_of(program: Program) -> Iterator[Expression]:
    """Every feature of a program, and what its stages are computed from."""
    for feature in (*program.features, *program.inner):
        yield feature.value
    if not isinstance(program.model, SingleTree):
        for stage in (*program.model.stages, *program.model.links):
            yield from inputs_of(stage)


# --- Columns --------------------------------------------------------------------------


def _kind(raw: Raw, i: int, reads: Reads, met: bool) -> Column:
    """One raw column."""
    readers = raw.readers.get(i, ())
    named: dict[Constant, None] = {}
    for reader in sorted(readers, key=lambda reader: reader.apart):
        named.update(dict.fromkeys(reader.known))
    named.update(reads.named.get(i, {}))
    closed = any(reader.closed for reader in readers)
    number = i in reads.numbers or any(reader.numeric for reader in readers)
    holds_numbers = not closed and (number or not readers)
    if raw.described is not None:
        return _described(raw.described[i], named, bool(readers), holds_numbers)
    if holds_numbers and met:
        return Column(raw.names[i], None, True, low=-inf, high=inf)
    return Column(raw.names[i], tuple(named), True, True)


def _described(
    column: Column, named: dict[Constant, None], encoded: bool, number: bool
) -> Column:
    if not encoded or (column.categories is not None and not column.unknown):
        return column
    if column.categories is None and number and not _has_text(named):
        return column
    known = {**dict.fromkeys(column.categories or ()), **named}
    return replace(column, categories=tuple(known))


def _has_text(values: Iterable[Any]) -> bool:
    return any(isinstance(value, str) for value in values)


def _check_text(
    expressions: Iterable[Expression], columns: tuple[Column, ...], raw: Raw
) -> None:
    """BadSchema where a column of text is read as a number."""
    reads = Reads()
    for expression in expressions:
        reads.of(expression, True)
    for i in sorted(reads.numbers):
        column = columns[i]
        closed = any(reader.closed for reader in raw.readers.get(i, ()))
        if column.categories is not None and (
            _has_text(column.categories) or (column.unknown and not closed)
        ):
            raise BadSchema(
                f"Column {column.name!r} holds text, and the model was fitted on "
                "it as a number.\nIf it was encoded before the model was fitted, "
                "records must hold the encoded number;\ndescribe it so."
            )


# --- Encoders that look for their categories among numbers ----------------------------


class _AsNumbers:
    """Puts what encoders ask of columns of numbers as questions about numbers: there is
    no text among them, and what is filled in as text is worth what that is worth."""

    def __init__(self, indices: Iterable[int], columns: tuple[Column, ...]) -> None:
        self.indices = frozenset(indices)
        self.columns = columns

    def within(self, part: Any) -> Any:
        """A part of a program with its expressions so put; itself where nothing is."""
        if not self.indices:
            return part
        if isinstance(part, Program):
            features = tuple(map(self.within, part.features))
            inner = tuple(map(self.within, part.inner))
            model = self.within(part.model)
            return replace(part, features=features, inner=inner, model=model)
        if isinstance(part, tuple):
            return tuple(map(self.within, part))
        if isinstance(part, (Feature, Check)):
            return replace(part, value=self._put(part.value))
        if isinstance(part, Trees):
            return replace(part, start=tuple(map(self._put, part.start)))
        if isinstance(part, SingleTree) or not is_dataclass(part):
            return part
        if isinstance(part, Expression):
            return self._put(part)
        changed = {
            f.name: self.within(getattr(part, f.name))
            for f in fields(part)
            if isinstance(getattr(part, f.name), tuple)
        }
        return replace(part, **changed)  # type: ignore[type-var]

    def _put(self, expression: Expression) -> Expression:
        if not columns_of(expression) & self.indices:
            return expression
        if isinstance(expression, (Match, IsMissing)):
            column, chain = _chain(expression.operand)
            if column in self.indices:
                return self._asked(expression, column, chain)
        if isinstance(expression, (Fill, Replace)):
            self._numbers_alone(expression)
        changed = {
            f.name: self._operand(getattr(expression, f.name))
            for f in fields(expression)
            if f.name in ("operand", "operands", "left", "right")
        }
        return replace(expression, **changed) if changed else expression

    def _operand(self, operand: Any) -> Any:
        if isinstance(operand, tuple):
            return tuple(map(self._put, operand))
        return self._put(operand)

    def _asked(
        self, question: Match | IsMissing, column: int, chain: Chain
    ) -> Expression:
        """A question about what a chain makes of a column, as one about the column."""
        entries: dict[Any, float] = {State.MISSING: 1.0}
        default = 0.0
        if isinstance(question, Match):
            entries, default = dict(question.table), question.default
        points: list[Category] = [State.MISSING, *_olds(chain)]
        points += entries
        table: dict[Category, float] = {}
        for point in points:
            if isinstance(point, str) or point is State.UNKNOWN:
                continue
            key = point if isinstance(point, State) else float(point)  # type: ignore[arg-type]
            worth = entries.get(_through(chain, key), default)
            if repr(worth) != repr(default):
                table.setdefault(key, worth)
        read = Read(column)
        if table == {State.MISSING: 1.0} and default == 0.0:
            return IsMissing(read)
        missing = table.pop(State.MISSING, None)
        if missing is not None:
            table[State.MISSING] = missing  # the last, as encoders have it
        return Match(read, tuple(table.items()), default)

    def _numbers_alone(self, change: Fill | Replace) -> None:
        """Refused where text is filled into what is read as a number."""
        new = change.value if isinstance(change, Fill) else change.new
        if isinstance(new, str):
            (column,) = columns_of(change)
            raise UnsupportedModel(
                "",
                f"Column {self.columns[column].name!r} is read as a number, and {new!r} "
                "is filled in for what is missing in it.",
                "Fill in a number, and fit again.",
            )


def _chain(operand: Expression) -> tuple[int, Chain]:
    """The column that an operand is, and what is filled in or replaced, first to last;
    the column is -1 where it is anything else."""
    chain: Chain = []
    while isinstance(operand, (Fill, Replace)):
        chain.insert(0, operand)
        operand = operand.operand
    return (operand.column if isinstance(operand, Read) else -1), chain


def _olds(chain: Chain) -> list[Constant]:
    return [change.old for change in chain if isinstance(change, Replace)]


def _through(chain: Chain, state: Category) -> Category:
    """What becomes of a number, or of what is missing."""
    for change in chain:
        if isinstance(change, Fill):
            state = change.value if state is State.MISSING else state
        elif state is not State.MISSING and state == change.old:
            state = State.MISSING if change.new is None else change.new
    return state
