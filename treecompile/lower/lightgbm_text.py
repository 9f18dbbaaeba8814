"""LightGBM's own text form of a model, which its pickles hold -> trees, checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from ..errors import DAMAGED, UnsupportedModel
from ..read import json_text
from ..read.budget import charge, current
from ..read.records import Record
from .booster_trees import booster_of

#: The forms of the text whose meaning is known here: LightGBM 2.1 to 4.
FORMS = ("v2", "v3", "v4")

#: The bit of a decision that says that it is one by categories.
CATEGORICAL = 1

_DEFAULT_NAME = re.compile(r"Column_(0|[1-9][0-9]*)\Z")
_MOST = 2**31 - 1
# Of a model without trees: nothing else in it says how many there are.
_MOST_OUTPUTS = 1_000
_T = TypeVar("_T", int, float)


@dataclass(frozen=True)
class LightgbmTree:
    """The inner nodes of one tree by number; a child below zero is leaf ``-1 - child``.
    ``decisions`` are LightGBM's bits; ``bitsets`` the words of each category split."""

    features: list[int]
    thresholds: list[float]
    decisions: list[int]
    left: list[int]
    right: list[int]
    values: list[float]
    bitsets: list[list[int]]


@dataclass(frozen=True)
class LightgbmModel:
    """A model; ``objective`` is its name, ``options`` what stands behind it.

    ``infos`` are what it notes of each column; ``lists`` the categories of the columns
    of a frame that were of dtype category, which it does not name; ``forced_bins`` says
    that the user chose where columns are cut.
    """

    objective: str
    options: dict[str, str]
    outputs: int
    average: bool
    width: int
    names: tuple[str, ...] | None
    infos: tuple[str, ...]
    lists: tuple[tuple[Any, ...], ...]
    forced_bins: bool
    trees: tuple[LightgbmTree, ...]


def lightgbm_model(record: Record, path: str) -> LightgbmModel:
    """The model that a record of the package ``lightgbm`` holds."""
    booster = booster_of(record)
    text = None
    if booster is not None:
        text = booster.get("_handle", booster.get("handle", booster.get("model_str")))
    if not isinstance(text, str):
        raise UnsupportedModel(path, "it is not fitted", "Call fit() first.")
    model = _model(text, path)
    # Up to 2.1 the categories stood beside the text alone; what stands there is what
    # predict goes by.
    beside = booster.get("pandas_categorical") if booster is not None else None
    return model if beside is None else replace(model, lists=_lists(beside, path))


@lru_cache(maxsize=4)
def _model(text: str, path: str) -> LightgbmModel:
    try:
        return _Text(text, path).model()
    except (KeyError, ValueError, IndexError, OverflowError) as error:
        raise UnsupportedModel(
            path, f"the text of its model cannot be read ({error})", DAMAGED
        ) from error


class _Text:
    """The lines of a model: a header, the trees, and what it was trained with."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        # Its lines and words, and the numbers that they are.
        charge(len(text) * (4 if text.isascii() else 16) + 60 * text.count(" "))
        head, *trees = re.split(r"^Tree=\d+\s*$", text, flags=re.MULTILINE)
        self.tail = ""
        if trees:
            trees[-1], _, self.tail = trees[-1].partition("end of trees")
        else:
            head, _, self.tail = head.partition("end of trees")
        self.lines = head.splitlines()
        self.head = _pairs(self.lines)
        self.trees = trees

    def model(self) -> LightgbmModel:
        if self.lines[:1] != ["tree"] or self.head.get("version") not in FORMS:
            raise self.refuse(
                "its model is in a form that is not known here",
                "Known are the forms of LightGBM 2.1 to 4; fit the model with one of them.",
            )
        width = self.integer("max_feature_idx") + 1
        outputs = self.integer("num_tree_per_iteration")
        if not 0 < width <= _MOST or not 0 < outputs <= _MOST:
            raise self.damaged("its sizes are not numbers")
        trees = tuple(self.tree(text, width, n) for n, text in enumerate(self.trees))
        # As many trees as outputs, or none at all.
        if len(trees) % outputs or outputs > max(len(trees), _MOST_OUTPUTS):
            raise self.damaged("its trees do not fit its outputs")
        objective, *options = self.head.get("objective", "").split() or [""]
        names = self.head["feature_names"].split(" ")
        if len(names) != width:
            raise self.damaged("it has not one name for each column")
        return LightgbmModel(
            objective=objective,
            options=_options(options),
            outputs=outputs,
            average="average_output" in self.lines,
            width=width,
            names=_given(names),
            infos=self.infos(width),
            lists=self.lists(),
            forced_bins=bool(
                re.search(r"^\[forcedbins_filename: [^\]\n]", self.tail, re.MULTILINE)
            ),
            trees=trees,
        )

    def tree(self, text: str, width: int, number: int) -> LightgbmTree:
        pairs = _pairs(text.splitlines())
        if pairs.get("is_linear", "0") != "0":
            raise self.refuse(
                "its leaves hold linear models (linear_tree)",
                "Fit it without linear_tree.",
            )
        leaves = int(pairs["num_leaves"])
        values = _numbers(float, pairs["leaf_value"], leaves)
        if any(value != value for value in values):
            raise self.damaged(f"tree {number} holds NaN in place of a number")
        if leaves == 1:
            return LightgbmTree([], [], [], [], [], values, [])
        inner = leaves - 1
        features = _numbers(int, pairs["split_feature"], inner)
        if not all(0 <= feature < width for feature in features):
            raise self.damaged(f"tree {number} tests a column that is not there")
        thresholds = _numbers(float, pairs["threshold"], inner)
        if any(threshold != threshold for threshold in thresholds):
            raise self.damaged(f"tree {number} holds NaN in place of a number")
        return LightgbmTree(
            features=features,
            thresholds=thresholds,
            decisions=_numbers(int, pairs["decision_type"], inner),
            left=_numbers(int, pairs["left_child"], inner),
            right=_numbers(int, pairs["right_child"], inner),
            values=values,
            bitsets=self.bitsets(pairs),
        )

    def bitsets(self, pairs: dict[str, str]) -> list[list[int]]:
        count = int(pairs.get("num_cat", "0"))
        if not count:
            return []
        ends = _numbers(int, pairs["cat_boundaries"], count + 1)
        words = _numbers(int, pairs["cat_threshold"], ends[-1])
        if not all(0 <= word < 2**32 for word in words):
            raise self.damaged("its category splits do not fit together")
        if ends[0] != 0 or any(b < a for a, b in zip(ends, ends[1:])):
            raise self.damaged("its category splits do not fit together")
        return [words[a:b] for a, b in zip(ends, ends[1:])]

    def lists(self) -> tuple[tuple[Any, ...], ...]:
        """The categories of the columns of dtype category of the frame."""
        found = re.search(r"^pandas_categorical:(.*)$", self.tail, re.MULTILINE)
        lists = json_text.loads(found[1], current()) if found else None
        return _lists(lists, self.path)

    def infos(self, width: int) -> tuple[str, ...]:
        """What LightGBM noted of each column: its range, or its codes."""
        infos = self.head.get("feature_infos", "").split()
        return tuple(infos) if len(infos) == width else ("",) * width

    def integer(self, key: str) -> int:
        return int(self.head[key])

    def damaged(self, problem: str) -> UnsupportedModel:
        return self.refuse(f"it cannot be trusted: {problem}", DAMAGED)

    def refuse(self, problem: str, advice: str) -> UnsupportedModel:
        return UnsupportedModel(self.path, problem, advice)


def _lists(lists: Any, path: str) -> tuple[tuple[Any, ...], ...]:
    """Lists of categories, as plain values; refused where they are none."""
    if lists is None:
        return ()
    found = []
    for values in lists if isinstance(lists, (list, tuple)) else [None]:
        values = values.tolist() if isinstance(values, np.ndarray) else values
        if not isinstance(values, (list, tuple)):
            raise UnsupportedModel(path, "its categories are not lists", DAMAGED)
        plain = [x.item() if isinstance(x, np.generic) else x for x in values]
        if not all(type(x) in (str, bool, int, float) for x in plain):
            raise UnsupportedModel(
                path,
                "its categories are of a kind that is not supported",
                "Supported are text, numbers and booleans.",
            )
        found.append(tuple(plain))
    return tuple(found)


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _options(words: list[str]) -> dict[str, str]:
    """``["sigmoid:1", "sqrt"]`` as ``{"sigmoid": "1", "sqrt": ""}``."""
    return {key: value for key, _, value in (word.partition(":") for word in words)}


def _numbers(kind: Callable[[str], _T], text: str, count: int) -> list[_T]:
    """Numbers parted by spaces, as many as there must be; ValueError otherwise."""
    words = text.split()
    if len(words) != count:
        raise ValueError(f"{len(words)} numbers where {count} must be")
    return list(map(kind, words))


def _given(names: list[str]) -> tuple[str, ...] | None:
    """The names of the columns, None where LightGBM made them up (Column_0, ...)."""
    if all(
        (m := _DEFAULT_NAME.match(x)) and int(m[1]) == i for i, x in enumerate(names)
    ):
        return None
    return tuple(names)
