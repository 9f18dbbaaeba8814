"""The top of the first tree of a program, as its picture shows it."""

from __future__ import annotations

from typing import Any

from ..layout import plain_sense
from ..program import (
    Among,
    Bands,
    Cuts,
    Program,
    SingleTree,
    State,
    Test,
    Threshold,
    Trees,
)
from .picture import Node, Picture

DEEPEST = 4
LONGEST = 26
LONGEST_LEAF = 12


def picture_of(program: Program) -> Picture | None:
    """The top of the first tree of a folded program; None where it has no trees."""
    tree = next(iter(program.trees()), None)
    if tree is None:
        return None
    answer = _answers(program)
    nodes: list[Node | None] = [None]
    todo = [(0, 0, 0)]
    sizes = _sizes(tree)
    while todo:
        node, place, depth = todo.pop()
        test = tree.tests[node]
        if test is None:
            nodes[place] = Node(_short(answer(tree.leaf[node]), LONGEST_LEAF))
        elif depth == DEEPEST:
            nodes[place] = Node(f"{sizes[node]:,} nodes", (), sizes[node])
        else:
            sense = plain_sense(test)
            ways = (tree.left[node], tree.right[node])
            first, second = ways if sense else ways[::-1]
            below = (len(nodes), len(nodes) + 1)
            nodes += [None, None]
            nodes[place] = Node(_condition(program, test, sense), below)
            todo += [(first, below[0], depth + 1), (second, below[1], depth + 1)]
    count = sum(1 for _ in program.trees())
    return Picture(tuple(node for node in nodes if node is not None), count)


def _sizes(tree: Any) -> list[int]:
    sizes = [1] * len(tree.tests)
    for node in range(len(sizes) - 1, -1, -1):
        if tree.tests[node] is not None:
            sizes[node] += sizes[tree.left[node]] + sizes[tree.right[node]]
    return sizes


def _condition(program: Program, test: Test, sense: bool) -> str:
    """The condition that holds when the test goes left, if ``sense``, in a few letters:
    of a long name, the beginning."""
    if isinstance(test, (Cuts, Among)):
        name = program.columns[test.column].name
    elif isinstance(test, (Threshold, Bands)):
        name = program.feature(test.feature).name
    else:
        return "always" if test.left == sense else "never"
    if isinstance(test, Among):
        states = sorted(map(_state, test.states))
        signs = ("=", "≠") if len(states) == 1 else ("in", "not in")
        sign, right = signs[test.inside != sense], ", ".join(states)
    elif isinstance(test, (Cuts, Threshold)) and len(_cuts(test)) == 1:
        sign, right = "≤" if sense else ">", f"{_cuts(test)[0]:.5g}"
    elif isinstance(test, Cuts) and not test.cuts:
        sign, right = (
            ("is", "missing") if sense == test.missing_left else ("is", "known")
        )
    else:
        sign, right = ("in" if sense else "not in"), "some intervals"
    right = _short(right, LONGEST - 10)
    return f"{_short(name, LONGEST - len(right) - len(sign) - 2)} {sign} {right}"


def _cuts(test: Cuts | Threshold) -> tuple[float, ...]:
    return (test.cut,) if isinstance(test, Threshold) else test.cuts


def _state(state: Any) -> str:
    return state.value if isinstance(state, State) else str(state)


def _answers(program: Program) -> Any:
    """What stands at a leaf of the first tree: the answer, or what it adds."""
    model = program.model
    if isinstance(model, SingleTree):
        return lambda leaf: _value(model.predictions[leaf])
    stage = next(s for s in model.stages if isinstance(s, Trees) and s.trees)
    rows = stage.rows[0]
    return lambda leaf: _value(rows[leaf][0] if len(rows[leaf]) == 1 else rows[leaf])


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    return value if isinstance(value, str) else repr(value)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
