"""Records to try: on both sides of every cut that they can reach, and at random."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from .example import example
from .fold.doubles import HIGHEST, LOWEST, double, index
from .interpret import Clean, clean, clean_value
from .program import Among, Column, Cuts, Program, State, Tree, Trees
from .truth import Line, States, Truth, of_test, states_of

#: A text that is hardly a category of anybody's.
STRANGER = "no such category"
Row = tuple[dict[str, Any], dict[int, Clean]]  # a record, and its clean values
_NUMBERS = (0.0, -0.0, 1.0, -1.0, 5e-324, 1e-40, 1e30, -1e30, math.nan)
MOST_EDGES = 20_000
RANDOM = 2_000


def pools(program: Program) -> dict[int, list[Any]]:
    """Values of each column on its edges: categories, cuts and their neighbours."""
    found: dict[int, set[int]] = {i: set() for i in range(len(program.columns))}
    for tree in program.trees():
        for test in tree.tests:
            if isinstance(test, Cuts):
                found[test.column].update(index(cut) for cut in test.cuts)
    pools: dict[int, list[Any]] = {}
    for i, column in enumerate(program.columns):
        if column.categories is not None:
            pools[i] = _of_states(column)
            continue
        places = {p for cut in found[i] for p in _beside(cut)}
        numbers = [*map(double, sorted(places | _bounds(column))), *_NUMBERS]
        if column.integer:
            numbers += [float(math.floor(x)) for x in numbers if abs(x) < 2**53]
        pools[i] = [x for x in map(raw, numbers) if _takes(column, x)]
    return pools


def _beside(place: int) -> list[int]:
    """The places of a double and of those on both sides of it."""
    return [p for p in (place - 1, place, place + 1) if LOWEST <= p <= HIGHEST]


def _bounds(column: Column) -> set[int]:
    """The places of the least and greatest numbers that a column may hold, and of those
    around its holes."""
    ends = {index(column.low), index(column.high)}
    for low, high in column.holes:
        ends |= {index(low) - 1, index(high) + 1}
    return ends


def _of_states(column: Column) -> list[Any]:
    """A value for each state of a category column; for an unknown one a text and, where
    some categories are numbers, a number."""
    values = [raw(state) for state in states_of(column)]
    numbers = [float(x) for x in column.categories or () if isinstance(x, (int, float))]
    if column.unknown and numbers:
        values.append(max(numbers) + 1.5)
    return values


def raw(state: Any) -> Any:
    """A clean value as it stands in a record."""
    if state is State.MISSING or state != state:
        return None
    return STRANGER if state is State.UNKNOWN else state


def _takes(column: Any, x: float | None) -> bool:
    if x is None:
        return bool(column.missing)
    return bool(column.holds(x))


def tried(
    program: Program, seed: int = 0, edges: int = MOST_EDGES, others: int = RANDOM
) -> tuple[list[Row], list[Row]]:
    """Valid records on the edges, and at random."""
    rng = random.Random(seed)
    choices = pools(program)
    on_edges: dict[str, Row] = {}
    for record in _edges(program, choices, rng, edges):
        _keep(program, record, on_edges)
    at_random: dict[str, Row] = {}
    for _ in range(others):
        _keep(program, record_at_random(program, choices, rng), at_random)
    return list(on_edges.values()), list(at_random.values())


def _keep(program: Program, record: dict[str, Any], kept: dict[str, Row]) -> None:
    row = valid(program, record)
    if row is not None:
        kept[repr(record)] = row


def valid(program: Program, record: dict[str, Any]) -> Row | None:
    """A record and its clean values, None if it cannot be scored.

    Columns that are not required are cleaned too: the model itself asks for them.
    """
    values, absent, invalid = clean(program, record)
    if absent or invalid:
        return None
    for i, column in enumerate(program.columns):
        if i not in values:
            try:
                values[i] = clean_value(column, record.get(column.name))
            except (TypeError, ValueError, ArithmeticError):
                return None
    return record, values


def at_edges(
    program: Program, column: int, cuts: Iterable[float]
) -> Iterator[dict[str, Any]]:
    """A plain record with each value of one column that is on an edge: the categories,
    or the numbers on both sides of the cuts."""
    base = example(replace(program, required=tuple(range(len(program.columns)))))
    at = program.columns[column]
    if at.categories is not None:
        values = _of_states(at)
    else:
        places = {p for cut in map(index, cuts) for p in _beside(cut) if p >= cut}
        numbers = [*map(double, sorted(places | _bounds(at)))]
        if at.integer:
            numbers = [f(x) for x in numbers for f in (_floor, _ceil)]
        values = list(map(raw, [*dict.fromkeys(numbers), *_NUMBERS]))
    for value in values:
        if at.categories is not None or _takes(at, value):
            yield {**base, at.name: value}


def _floor(x: float) -> float:
    return x if math.isinf(x) else float(math.floor(x))


def _ceil(x: float) -> float:
    return x if math.isinf(x) else float(math.ceil(x))


def record_at_random(
    program: Program, choices: dict[int, list[Any]], rng: random.Random
) -> dict[str, Any]:
    """A record of the edges of its columns, and of what lies between."""
    record = {}
    for i, column in enumerate(program.columns):
        pool = choices[i]
        value = rng.choice(pool) if pool else None
        if column.categories is None and rng.random() < 0.5:
            known = [x for x in pool if x is not None and abs(x) < 1e15]
            if known:
                x = rng.uniform(min(known), max(known))
                x = float(round(x)) if column.integer else x
                value = x if _takes(column, x) else value
        record[column.name] = value
    return record


def _edges(
    program: Program, choices: dict[int, list[Any]], rng: random.Random, most: int
) -> Iterator[dict[str, Any]]:
    """For each test of each tree a record that reaches it for each side of each of its
    cuts; of very many tests, some."""
    tests = sum(t is not None for tree in program.trees() for t in tree.tests)
    share = min(1.0, most / max(1, 2 * tests))
    for tree in _trees(program):
        for node, box in _boxes(program, tree):
            if share < 1.0 and rng.random() > share:
                continue
            test = tree.tests[node]
            assert isinstance(test, (Cuts, Among))
            for value in _sides(program, test, box.get(test.column)):
                record = _inside(program, box, choices, rng)
                record[program.columns[test.column].name] = value
                yield record


def _trees(program: Program) -> Iterator[Tree]:
    """The trees whose tests are all on columns, or the parts of them that are."""
    model = program.model
    if hasattr(model, "tree"):
        yield model.tree
        return
    for stage in model.stages:
        if isinstance(stage, Trees):
            yield from stage.trees


def _boxes(program: Program, tree: Tree) -> Iterator[tuple[int, dict[int, Truth]]]:
    """Each test on a column, and what the columns hold of a record that reaches it."""
    todo: list[tuple[int, dict[int, Truth]]] = [(0, {})]
    while todo:
        node, box = todo.pop()
        test = tree.tests[node]
        if test is None:
            continue
        if not isinstance(test, (Cuts, Among)):
            todo += [(tree.right[node], box), (tree.left[node], box)]
            continue
        yield node, box
        truth = of_test(test)
        here = box.get(test.column)
        for child, side in ((tree.right[node], ~truth), (tree.left[node], truth)):
            inside = side if here is None else here & side  # type: ignore[operator]
            todo.append((child, {**box, test.column: inside}))


def _sides(program: Program, test: Cuts | Among, here: Truth | None) -> list[Any]:
    """Values on both sides of a test, of those that reach it."""
    column = program.columns[test.column]
    if isinstance(test, Among):
        known = here if isinstance(here, States) else States(frozenset(), False)
        truth = of_test(test)
        assert isinstance(truth, States)
        sides = [(known & truth).some(column), (known & ~truth).some(column)]
        return [raw(state) for state in sides if state is not None]
    found = []
    for cut in test.cuts:
        place = index(cut)
        for at in (place, place + 1):
            if LOWEST <= at <= HIGHEST:
                x = double(at)
                if column.integer:
                    x = _floor(x) if at == place else _ceil(x)
                if _takes(column, x) and (here is None or here.holds(x)):
                    found.append(x)
    if column.missing and (here is None or here.holds(math.nan)):
        found.append(None)  # type: ignore[arg-type]
    return found


def _inside(
    program: Program,
    box: dict[int, Truth],
    choices: dict[int, list[Any]],
    rng: random.Random,
) -> dict[str, Any]:
    """A record that reaches a node, other columns at random."""
    record = {}
    for i, column in enumerate(program.columns):
        truth = box.get(i)
        value = rng.choice(choices[i]) if choices[i] else None
        if isinstance(truth, Line):
            x = math.nan if value is None else value
            if not truth.holds(x):
                value = truth.some(column)
                value = None if value is None or value != value else value
        elif isinstance(truth, States):
            state = State.MISSING if value is None else value
            if value is not None and value not in (column.categories or ()):
                state = State.UNKNOWN
            if not truth.holds(state):
                value = raw(truth.some(column))
        record[column.name] = value
    return record
