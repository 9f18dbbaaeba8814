"""A CatBoost model, pickled or in its own file -> its trees and what is around them, checked.

The pickle holds what ``save_model`` writes: ``CBM1``, a length, and a FlatBuffer of that
length, the schema of which is catboost/libs/model/flatbuffers/model.fbs. Fields are
known by their numbers there.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnreadableFile, UnsupportedModel
from ..read.budget import NODE, TREE, charge, current
from ..read.flatbuffers import Table, damaged, root_of
from ..read.records import Record
from .catboost_about import About
from .catboost_form import CatboostModel, CatboostTree, Split, symmetric
from .catboost_json import model_in_json

_HEADER = struct.Struct("<4sI")
_FORM = "FlabuffersModel_v1"  # so it is spelt there
# Fields of the root, of its trees, of a feature and of a pair in the map of texts.
_FORMAT, _TREES, _TEXTS = 0, 1, 2
_DIMENSION, _SPLITS, _SIZES = 0, 1, 2
_CATEGORICAL, _FLOATS, _ONE_HOT, _CTRS = 4, 5, 6, 7
_VALUES, _STEPS, _STEP_LEAVES = 8, 10, 11
_OF_TEXT, _ESTIMATED, _SCALE, _BIAS, _BIASES, _EMBEDDED = 12, 13, 14, 15, 16, 18
_FLAT_INDEX, _BORDERS, _NAME, _MISSING = 2, 3, 4, 5
_CATEGORY_INDEX, _CATEGORY_FLAT_INDEX, _CATEGORY_NAME = 0, 1, 2
_ONE_HOT_INDEX, _ONE_HOT_VALUES = 0, 1
_KEY, _TEXT = 0, 1
_MISSING_IS_LARGEST = 2

# Bytes in memory of a number that becomes a split, a size or a part of a leaf.
_VALUE = 40
_SPLIT = 150


@dataclass(frozen=True)
class _Columns:
    names: tuple[str, ...] | None
    width: int
    missing_right: frozenset[int]
    categorical: frozenset[int]
    splits: tuple[Split, ...]


def catboost_model(record: Record, path: str) -> CatboostModel:
    """The model that a record of the package ``catboost`` holds."""
    payload = record.get("__model")
    if not isinstance(payload, (bytes, bytearray)):
        raise UnsupportedModel(path, "it is not fitted", "Call fit() first.")
    try:
        charge(2 * len(payload))
        return _model(bytes(payload), path)
    except UnreadableFile as error:
        raise UnsupportedModel(path, str(error)) from error


@lru_cache(maxsize=4)
def _model(payload: bytes, path: str) -> CatboostModel:
    if payload[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return model_in_json(payload, path)
    if len(payload) < _HEADER.size:
        raise damaged("it ends too early")
    magic, size = _HEADER.unpack_from(payload)
    if magic != b"CBM1":
        raise damaged("it does not start as such models do")
    if size > len(payload) - _HEADER.size:
        raise damaged("it ends too early")
    return _Parts(payload[_HEADER.size : _HEADER.size + size], path).model()


class _Parts:
    """The parts of a model, each checked as it is taken."""

    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        self.left = len(data)  # bytes that may still be read, none of them twice
        root = root_of(data, current())
        if root.text(_FORMAT) != _FORM:
            raise self._refuse("its format is not known", "Update treecompile.")
        trees = root.table(_TREES)
        if trees is None:
            raise damaged("it holds no trees")
        self.trees = trees
        texts = {
            self._text(pair, _KEY): self._text(pair, _TEXT)
            for pair in self._tables(root, _TEXTS)
        }
        self.about = About(texts, path)

    def model(self) -> CatboostModel:
        version = self.about.version()
        self._check_features()
        trees = self.trees
        dimension = trees.integer(_DIMENSION)
        values = self._spent(trees.array(_VALUES, "<f8"))
        if not 1 <= dimension <= max(1, len(values)):
            raise self._damaged(
                "it says how many numbers a leaf holds, and it does not"
            )
        if not np.isfinite(values).all():
            raise self._damaged("a leaf of it holds no number")
        columns = self._columns()
        forest = self._forest(dimension, values, len(columns.splits))
        if not forest:
            raise self._refuse("it holds no trees", "CatBoost cannot predict with it.")
        classes, outputs = self.about.classes(dimension)
        return CatboostModel(
            version=version,
            loss=self.about.loss(),
            names=columns.names,
            width=columns.width,
            missing_right=columns.missing_right,
            categorical=columns.categorical,
            splits=columns.splits,
            trees=forest,
            scale=self._finite(trees.double(_SCALE, 1.0)),
            biases=self._biases(dimension),
            classes=classes,
            outputs=outputs,
            cut=self.about.cut(),
        )

    # --- Columns ----------------------------------------------------------------------

    def _check_features(self) -> None:
        trees = self.trees
        kinds = (
            (_CTRS, "statistics of the target by category (CTR)"),
            (_ESTIMATED, "features made of text or embeddings"),
            (_OF_TEXT, "text features"),
            (_EMBEDDED, "embedding features"),
        )
        for field, words in kinds:
            if trees.count(field):
                raise self._refuse(
                    f"it was fitted with {words}, which cannot be compiled",
                    "Encode these columns before the model, as by an OrdinalEncoder in "
                    "a Pipeline, and fit it on numbers.",
                )

    def _columns(self) -> _Columns:
        """The columns and the tests: those of numbers first, then those of categories."""
        numbers = self._tables(self.trees, _FLOATS)
        categories = self._tables(self.trees, _CATEGORICAL)
        width = len(numbers) + len(categories)
        names: dict[int, str] = {}
        splits: list[Split] = []
        missing_right = set()
        for feature in numbers:
            column = self._column(feature, _FLAT_INDEX, width, names)
            found = self._spent(feature.array(_BORDERS, "<f4")).astype(np.float64)
            if np.isnan(found).any():
                raise self._damaged("a border of it is not a number")
            if (found[1:] <= found[:-1]).any():
                raise self._damaged("its borders do not ascend")
            charge(_SPLIT * len(found))
            splits += [Split(column, value, False) for value in found.tolist()]
            if feature.byte(_MISSING) == _MISSING_IS_LARGEST:
                missing_right.add(column)
        places = {}
        for feature in categories:
            column = self._column(feature, _CATEGORY_FLAT_INDEX, width, names)
            places[feature.integer(_CATEGORY_INDEX, -1)] = column
        for feature in self._tables(self.trees, _ONE_HOT):
            place = places.get(feature.integer(_ONE_HOT_INDEX, -1))
            if place is None:
                raise self._damaged("a category of it is of no column")
            values = self._spent(feature.array(_ONE_HOT_VALUES, "<i4")).tolist()
            charge(_SPLIT * len(values))
            splits += [Split(place, float(value), True) for value in values]
        given = [(names[i], str(i)) for i in range(width)]
        made_up = all(name in ("", number) for name, number in given)
        return _Columns(
            names=None if made_up else tuple(x or number for x, number in given),
            width=width,
            missing_right=frozenset(missing_right),
            categorical=frozenset(places.values()),
            splits=tuple(splits),
        )

    def _column(
        self, feature: Table, field: int, width: int, names: dict[int, str]
    ) -> int:
        """The number of a column, and its name beside the others."""
        column = feature.integer(field, -1)
        if column >= width:
            raise self._refuse(
                "columns that it was fitted on are no longer in it",
                "Pickle it before drop_unused_features() is called.",
            )
        if column < 0 or column in names:
            raise self._damaged("its columns are not numbered one after the other")
        is_category = field == _CATEGORY_FLAT_INDEX
        name = self._text(feature, _CATEGORY_NAME if is_category else _NAME)
        names[column] = name
        return column

    # --- Trees ------------------------------------------------------------------------

    def _forest(
        self, dimension: int, values: NDArray[np.float64], tests: int
    ) -> tuple[CatboostTree, ...]:
        trees = self.trees
        splits = self._spent(trees.array(_SPLITS, "<i4"))
        sizes = self._spent(trees.array(_SIZES, "<i4")).tolist()
        if any(size < 0 for size in sizes) or sum(sizes) != len(splits):
            raise self._damaged("its trees do not fit their splits")
        if trees.count(_STEPS):
            return self._by_node(dimension, values, tests, splits, sizes)
        if len(splits) and not 0 <= splits.min() <= splits.max() < tests:
            raise self._damaged("a tree of it tests a border that is not there")
        found, start, first = [], 0, 0
        for size in sizes:
            if first + (dimension << size) > len(values):
                raise self._damaged("its trees do not fit their leaves")
            end = first + (dimension << size)
            table = values[first:end].reshape(-1, dimension)
            found.append(symmetric(splits[start : start + size].tolist(), table))
            start, first = start + size, end
        return tuple(found)

    def _by_node(
        self,
        dimension: int,
        values: NDArray[np.float64],
        tests: int,
        splits: NDArray[np.int32],
        sizes: list[int],
    ) -> tuple[CatboostTree, ...]:
        """Trees whose nodes say how far on their children are; one that is no step on
        is a leaf, the number of which stands beside the node."""
        steps = self._pairs()
        places = self._spent(self.trees.array(_STEP_LEAVES, "<u4")).astype(np.int64)
        if not len(steps) == len(places) == len(splits):
            raise self._damaged("its trees do not fit their nodes")
        table = values[: len(values) // dimension * dimension].reshape(-1, dimension)
        found, start, ends = [], 0, 0
        for size in sizes:
            part = slice(start, start + size)
            tree = self._tree(splits[part], steps[part], places[part], tests, table)
            ends += tree.tests.count(-1)
            if ends > len(table):
                raise self._damaged("its trees do not fit their leaves")
            found.append(tree)
            start += size
        return tuple(found)

    def _pairs(self) -> NDArray[np.int64]:
        """A vector of structures of two numbers of 16 bits: its length counts pairs."""
        pairs = self._spent(self.trees.array(_STEPS, "<u4")).astype(np.int64)
        return np.stack([pairs & 0xFFFF, pairs >> 16], axis=1)

    def _tree(
        self,
        splits: NDArray[np.int32],
        steps: NDArray[np.int64],
        places: NDArray[np.int64],
        tests: int,
        table: NDArray[np.float64],
    ) -> CatboostTree:
        count, dimension = len(splits), table.shape[1]
        charge(TREE + NODE * count)
        numbers = splits.tolist()
        left = [-1] * count
        right = [-1] * count
        leaves = places.tolist()
        for node, (step_left, step_right) in enumerate(steps.tolist()):
            if not step_left and not step_right:
                numbers[node] = -1
                continue
            if not 0 <= numbers[node] < tests:
                raise self._damaged("a tree of it tests a border that is not there")
            for children, step in ((left, step_left), (right, step_right)):
                children[node] = node + step if step else len(left)
                if not step:  # it ends here on this side
                    numbers.append(-1)
                    left.append(-1)
                    right.append(-1)
                    leaves.append(leaves[node])
        ends = [leaf for leaf, test in zip(leaves, numbers) if test == -1]
        if any(x % dimension or x // dimension >= len(table) for x in ends):
            raise self._damaged("its trees do not fit their leaves")
        rows = [leaf // dimension for leaf in leaves]
        return CatboostTree(numbers, left, right, rows, table)

    # --- What is around them ----------------------------------------------------------

    def _biases(self, dimension: int) -> tuple[float, ...]:
        """What is added at the end: a number for each sum, up to 0.24 one at most."""
        several = self._spent(self.trees.array(_BIASES, "<f8")).tolist()
        if not several:
            several = [self.trees.double(_BIAS, 0.0)] + [0.0] * (dimension - 1)
        if len(several) != dimension:
            raise self._damaged("its biases do not fit its leaves")
        return tuple(map(self._finite, several))

    # --- What is read -----------------------------------------------------------------

    def _text(self, table: Table, field: int) -> str:
        text = table.text(field)
        self._spend(len(text))
        return text

    def _tables(self, table: Table, field: int) -> list[Table]:
        self._spend(4 * table.count(field))
        return table.tables(field)

    def _spent(self, array: NDArray[Any]) -> NDArray[Any]:
        self._spend(array.nbytes)
        charge(_VALUE * array.size)
        return array

    def _spend(self, count: int) -> None:
        """No file that was written by CatBoost holds one part in two places."""
        self.left -= count
        if self.left < 0:
            raise self._damaged("its parts lie over one another")

    def _finite(self, x: float) -> float:
        if not math.isfinite(x):
            raise self._damaged("what is added to its sums is not a number")
        return x

    def _damaged(self, problem: str) -> UnsupportedModel:
        return self._refuse(f"it cannot be trusted: {problem}", DAMAGED)

    def _refuse(self, problem: str, advice: str) -> UnsupportedModel:
        return UnsupportedModel(self.path, problem, advice)
