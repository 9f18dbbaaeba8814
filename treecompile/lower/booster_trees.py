"""What the models of boosting libraries share: node arrays, checked; categories."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..errors import DAMAGED
from ..program import Bands, Category, Constant, Feature, Match, State, Test, Tree
from ..read.budget import EXPRESSION, NODE, TREE, charge
from ..read.records import Record
from .build import Member
from .flow import Flow, Raw


def booster_of(record: Record) -> Any:
    """The Booster record of a fitted model (a bare Booster is its own), or None."""
    if record.name == "Booster":
        return record
    booster = record.get("_Booster")
    return booster if isinstance(booster, Record) else None


def coded(
    flow: Flow,
    raw: Raw,
    categories: Iterable[tuple[int, Sequence[Constant]]],
    *,
    closed: bool,
) -> Flow:
    """What flows in, with codes for the categories that the model keeps of a frame's
    columns (by their place); ``closed`` refuses others, else they count as missing."""
    features = list(flow.features)
    for i, values in categories:
        charge(EXPRESSION * len(values))
        table = tuple((value, float(code)) for code, value in enumerate(values))
        value = features[i].value
        known: list[Category] = [*values, State.MISSING] if closed else [*values]
        numeric = all(type(x) in (int, float) for x in values)
        raw.categories(value, known, closed, numeric)
        features[i] = Feature(features[i].name, Match(value, table, math.nan))
    return replace(flow, features=tuple(features))


def sum_of(count: int) -> str:
    """How the trees combine, in words."""
    return "one tree" if count == 1 else f"the sum of {count} trees"


def tree_of(
    member: Member,
    left: Sequence[int],
    right: Sequence[int],
    test: Callable[[int], Test],
) -> tuple[Tree, list[int]]:
    """The tree whose children are given by node, and the nodes that are its leaves.

    A child of -1 (or, as a bitwise complement, below) is a leaf's; ``left[i]`` of a
    leaf is -1 itself. Nodes that cannot be reached are left out. Refused where a node
    is reached twice or is not there.
    """
    count = len(left)
    charge(TREE + 2 * NODE * count)
    order, place = [0], {0: 0}
    lefts: list[int] = []
    rights: list[int] = []
    tests: list[Test | None] = []
    leaf: list[int] = []
    leaves: list[int] = []
    depth = [0]
    deepest = 0
    for node in order:
        here = depth[len(tests)]
        if left[node] == -1 and right[node] == -1:
            tests.append(None)
            lefts.append(-1)
            rights.append(-1)
            leaf.append(len(leaves))
            leaves.append(node)
            continue
        for child in (left[node], right[node]):
            if not 0 <= child < count or child in place:
                raise member.refuse(
                    "the tree cannot be trusted: its nodes are not one tree", DAMAGED
                )
            place[child] = len(order)
            order.append(child)
            depth.append(here + 1)
        deepest = max(deepest, here + 1)
        tests.append(test(node))
        leaf.append(-1)
        lefts.append(place[left[node]])
        rights.append(place[right[node]])
    build = member.build
    build.nodes += len(order)
    build.leaves += len(leaves)
    build.depth = max(build.depth, deepest)
    return Tree(tuple(tests), tuple(lefts), tuple(rights), tuple(leaf)), leaves


def bands(
    feature: int, pieces: Iterable[tuple[float, bool]], first: bool, missing_left: bool
) -> Bands:
    """A test by pieces of the number line: ``first`` says whether the lowest numbers go
    left, and each (cut, left) how those above the cut do. The cuts ascend."""
    cuts: list[float] = []
    inside = first
    for cut, left in pieces:
        if left != inside:
            if cuts and cuts[-1] == cut:
                cuts.pop()
            else:
                cuts.append(cut)
            inside = left
    return Bands(feature, tuple(cuts), missing_left, first)
