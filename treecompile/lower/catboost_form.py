"""What CatBoost's models hold, however they are saved: columns, splits and trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..program import Constant
from ..read.budget import NODE, TREE, charge


@dataclass(frozen=True)
class Split:
    """A test: right where the column's number, as a single, is above the value; or, of
    a ``category``, where the hash of it is the value."""

    column: int
    value: float
    category: bool


@dataclass(frozen=True)
class CatboostTree:
    """The nodes of one tree: the number of a test and two children, all -1 at a leaf;
    ``leaves`` are the numbers of the leaves in ``values``, by node."""

    tests: list[int]
    left: list[int]
    right: list[int]
    leaves: list[int]
    values: NDArray[np.float64]  # a row a leaf


@dataclass(frozen=True)
class CatboostModel:
    """A model: ``names`` are None where it was fitted on an array, ``missing_right``
    the columns whose missing values count as the largest, ``categorical`` those that
    hold categories. ``loss`` is its name, ``outputs`` the class that each sum is of, and
    ``cut`` the share of the second class above which that is the answer, if not 1/2.
    """

    version: str | None
    loss: str
    names: tuple[str, ...] | None
    width: int
    missing_right: frozenset[int]
    categorical: frozenset[int]
    splits: tuple[Split, ...]
    trees: tuple[CatboostTree, ...]
    scale: float
    biases: tuple[float, ...]
    classes: tuple[Constant, ...] | None
    outputs: tuple[int, ...]
    cut: float | None


def symmetric(splits: list[int], table: NDArray[np.float64]) -> CatboostTree:
    """The tree that tests the same border in all nodes of a level. Split k sets bit k of
    the number of the leaf."""
    depth = len(splits)
    charge(TREE + (NODE << depth))
    inner = 2**depth - 1
    tests, leaves = [], [0]
    for level, split in enumerate(splits):
        tests += [split] * 2**level
        leaves = [leaf | bit << level for leaf in leaves for bit in (0, 1)]
    ends = [-1] * 2**depth
    return CatboostTree(
        tests=tests + ends,
        left=[*range(1, 2 * inner, 2), *ends],
        right=[*range(2, 2 * inner + 1, 2), *ends],
        leaves=[0] * inner + leaves,
        values=table,
    )
