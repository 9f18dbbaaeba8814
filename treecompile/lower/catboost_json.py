"""A CatBoost model in the JSON that ``save_model(format="json")`` writes -> its trees.

Splits stand in the trees themselves, with the border or the hash of the category.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import DAMAGED, UnsupportedModel
from ..read import json_text
from ..read.budget import NODE, TREE, charge, current
from ..read.flatbuffers import damaged
from .catboost_about import About
from .catboost_form import CatboostModel, CatboostTree, Split, symmetric
from .catboost_number import number_of

_NOT_COMPILED = (
    ("ctrs", "statistics of the target by category (CTR)"),
    ("text_features", "text features"),
    ("embedding_features", "embedding features"),
    ("estimated_features", "features made of text or embeddings"),
)
_MISSING_IS_LARGEST = "AsTrue"
_LARGEST_WHOLE = 2**53  # CatBoost takes larger ones for zero
# A tree of more levels has more leaves than a file could hold.
_DEEPEST = 40


def model_in_json(payload: bytes, path: str) -> CatboostModel:
    """The model in the bytes of a JSON file."""
    try:
        model = json_text.loads(payload, current(), number_of)
    except (ValueError, RecursionError) as error:
        raise damaged("it is no JSON") from error
    try:
        return _Json(model, path).model()
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise damaged(f"it lacks {error}, or holds another thing there") from error


class _Json:
    """The parts of a model, each checked as it is taken."""

    def __init__(self, model: Mapping[str, Any], path: str) -> None:
        self.root = model
        self.path = path
        self.info: Mapping[str, Any] = model["features_info"]
        self.about = About(model.get("model_info", {}), path)
        self.names: dict[int, str] = {}
        self.missing_right: set[int] = set()
        self.numbers: dict[Any, int] = {}  # columns by the number of their kind
        self.categories: dict[Any, int] = {}
        self.splits: dict[Split, int] = {}

    def model(self) -> CatboostModel:
        version = self.about.version()
        for key, words in _NOT_COMPILED:
            if self.info.get(key):
                raise self._refuse(
                    f"it was fitted with {words}, which cannot be compiled",
                    "Encode these columns before the model, as by an OrdinalEncoder in "
                    "a Pipeline, and fit it on numbers.",
                )
        width = self._columns()
        scale, biases = self.root["scale_and_bias"]
        biases = [*map(self._finite, biases if isinstance(biases, list) else [biases])]
        trees = self._forest()
        if not trees:
            raise self._refuse("it holds no trees", "CatBoost cannot predict with it.")
        dimension = trees[0].values.shape[1]
        if len(biases) != dimension:  # up to 0.24 one at most
            if biases[1:]:
                raise self._damaged("its biases do not fit its leaves")
            biases += [0.0] * (dimension - 1)
        classes, outputs = self.about.classes(dimension)
        given = [(self.names[i], str(i)) for i in range(width)]
        made_up = all(name in ("", number) for name, number in given)
        return CatboostModel(
            version=version,
            loss=self.about.loss(),
            names=None if made_up else tuple(x or number for x, number in given),
            width=width,
            missing_right=frozenset(self.missing_right),
            categorical=frozenset(self.categories.values()),
            splits=tuple(self.splits),
            trees=trees,
            scale=self._finite(scale),
            biases=tuple(biases),
            classes=classes,
            outputs=outputs,
            cut=self.about.cut(),
        )

    def _columns(self) -> int:
        """How many columns there are; which those of numbers and of categories are."""
        numbers = self.info.get("float_features", [])
        categories = self.info.get("categorical_features", [])
        width = len(numbers) + len(categories)
        for features, places in (
            (numbers, self.numbers),
            (categories, self.categories),
        ):
            for feature in features:
                column = feature["flat_feature_index"]
                if type(column) is not int or column < 0 or column in self.names:
                    raise self._damaged("its columns are not numbered one by one")
                if column >= width:
                    raise self._refuse(
                        "columns that it was fitted on are no longer in it",
                        "Save it before drop_unused_features() is called.",
                    )
                self.names[column] = str(feature.get("feature_id", ""))
                places[feature["feature_index"]] = column
                if feature.get("nan_value_treatment") == _MISSING_IS_LARGEST:
                    self.missing_right.add(column)
        return width

    # --- Trees ------------------------------------------------------------------------

    def _forest(self) -> tuple[CatboostTree, ...]:
        symmetric_trees = self.root.get("oblivious_trees")
        if symmetric_trees is None:
            return tuple(map(self._by_node, self.root["trees"]))
        return tuple(map(self._symmetric, symmetric_trees))

    def _symmetric(self, tree: Mapping[str, Any]) -> CatboostTree:
        splits = [self._split(split) for split in tree.get("splits") or ()]
        leaves = tree["leaf_values"]
        ends = 1 << len(splits) if len(splits) <= _DEEPEST else 0
        if not leaves or not ends or len(leaves) % ends:
            raise self._damaged("its trees do not fit their leaves")
        values = np.array([*map(self._finite, leaves)], dtype=np.float64)
        return symmetric(splits, values.reshape(ends, -1))

    def _by_node(self, root: Mapping[str, Any]) -> CatboostTree:
        """A tree of nodes inside one another."""
        tests: list[int] = []
        left: list[int] = []
        right: list[int] = []
        leaves: list[int] = []
        rows: list[list[float]] = []
        todo: list[tuple[Mapping[str, Any], list[int], int]] = [(root, [0], 0)]
        charge(TREE)
        while todo:
            node, children, parent = todo.pop()
            charge(NODE)
            children[parent] = here = len(tests)
            left.append(-1)
            right.append(-1)
            if "split" in node:
                tests.append(self._split(node["split"]))
                leaves.append(0)
                todo += [(node["right"], right, here), (node["left"], left, here)]
                continue
            value = node["value"]
            tests.append(-1)
            leaves.append(len(rows))
            several = value if isinstance(value, list) else [value]
            rows.append([*map(self._finite, several)])
        if any(len(row) != len(rows[0]) for row in rows):
            raise self._damaged("its trees do not fit their leaves")
        return CatboostTree(tests, left, right, leaves, np.array(rows))

    def _split(self, split: Mapping[str, Any]) -> int:
        """The number of a split, the same for all that are alike."""
        kind = split.get("split_type", "FloatFeature")
        if kind == "FloatFeature":
            column = self.numbers[split["float_feature_index"]]
            border = float(np.float32(self._number(split["border"])))
            if border != border:
                raise self._damaged("a border of it is not a number")
            found = Split(column, border, False)
        elif kind == "OneHotFeature":
            column = self.categories[split["cat_feature_index"]]
            found = Split(column, self._finite(split["value"]), True)
        else:
            raise self._refuse(
                f"a tree of it has a split of the kind {kind!r}, which cannot be compiled",
                "Fit it on numbers.",
            )
        return self.splits.setdefault(found, len(self.splits))

    # --- Numbers ----------------------------------------------------------------------

    def _number(self, x: Any) -> float:
        if type(x) not in (int, float) or (type(x) is int and abs(x) > _LARGEST_WHOLE):
            raise self._damaged("it holds something else in the place of a number")
        return float(x)

    def _finite(self, x: Any) -> float:
        number = self._number(x)
        if not math.isfinite(number):
            raise self._damaged("it holds a number that is not finite")
        return number

    def _damaged(self, problem: str) -> UnsupportedModel:
        return self._refuse(f"it cannot be trusted: {problem}", DAMAGED)

    def _refuse(self, problem: str, advice: str) -> UnsupportedModel:
        return UnsupportedModel(self.path, problem, advice)
