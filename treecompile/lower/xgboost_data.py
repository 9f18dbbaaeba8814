"""A pickled XGBoost booster -> its trees and what is around them, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnreadableFile, UnsupportedModel
from ..read import json_text
from ..read.budget import NODE, TEXT, TREE, charge, current
from ..read.records import Record
from ..read.xgboost_payload import model_of
from .booster_trees import booster_of
from .xgboost_form import has_known_form

#: The newest XGBoost whose arithmetic is known here.
NEWEST = (3, 4)

# The integers of categories that UBJSON, which has no such type, stores as signed ones.
_UNSIGNED = {12: np.uint16, 14: np.uint32, 16: np.uint64}

# Of a model of no trees: nothing else in it says how many there are.
_MOST_OUTPUTS = 1_000

_DEFAULT_NAME = re.compile(r"f(0|[1-9][0-9]*)\Z")


@dataclass(frozen=True)
class XgboostTree:
    """The nodes of one tree; -1 in ``left`` and ``right`` at a leaf, the value of which
    stands in ``conditions``. ``chosen`` are the categories that a node sends right."""

    left: list[int]
    right: list[int]
    features: list[int]
    conditions: NDArray[np.float32]
    default_left: list[bool]
    chosen: dict[int, list[int]]


@dataclass(frozen=True)
class XgboostModel:
    """A model: ``groups`` says to which output each tree adds, ``base`` what the file
    says of the start; ``weights`` are those of DART."""

    version: tuple[int, int, int]  # (0, 0, 0) up to 0.90, which did not say
    version_text: str | None
    objective: str
    base: tuple[float, ...]
    width: int
    outputs: int
    trees: tuple[XgboostTree, ...]
    groups: tuple[int, ...]
    weights: tuple[float, ...] | None
    per_round: int
    best_iteration: int | None
    names: tuple[str, ...] | None
    typed: bool  # it names the types of its columns, as it does of a frame's
    categories: tuple[tuple[Any, ...] | None, ...] | None
    estimator: str | None  # what the estimator that saved its own file noted

    @property
    def is_newer(self) -> bool:
        """Whether a version wrote it that is newer than the newest known."""
        return self.version[:2] > NEWEST


def xgboost_model(record: Record, path: str) -> XgboostModel:
    """The model that a record of the package ``xgboost`` holds."""
    booster = booster_of(record)
    handle = booster.get("handle") if booster is not None else None
    if not isinstance(handle, (bytes, bytearray)):
        raise UnsupportedModel(path, "it is not fitted", "Call fit() first.")
    try:
        charge(len(handle))
        model = _model(bytes(handle), path)
    except UnreadableFile as error:
        raise UnsupportedModel(path, str(error)) from error
    if model.names is None:  # before 1.4 the names stood beside the payload
        names = _names(booster.get("feature_names"))
        object.__setattr__(model, "names", names)
        typed = bool(booster.get("feature_types"))
        object.__setattr__(model, "typed", model.typed or typed)
    return model


@lru_cache(maxsize=4)
def _model(payload: bytes, path: str) -> XgboostModel:
    return _Parts(model_of(payload, current()), path).model()


class _Parts:
    """The parts of the JSON form of a model, each checked as it is taken."""

    def __init__(self, model: Mapping[str, Any], path: str) -> None:
        self.learner: Mapping[str, Any] = model["learner"]
        self.path = path
        self.version_text: str | None = None
        self.version = self._version(model)
        self.parallel = _parallel(model.get("config"))

    def model(self) -> XgboostModel:
        booster = self.learner["gradient_booster"]
        forest, dropped = self._forest(booster)
        weights = None
        if dropped is not None:
            weights = tuple(self._floats(dropped).tolist())
        parameters = self.learner["learner_model_param"]
        outputs = max(
            1,
            int(parameters.get("num_class", "0")),
            int(parameters.get("num_target", "1")),
        )
        width = int(parameters["num_feature"])
        trees = tuple(
            self._tree(tree, width, number)
            for number, tree in enumerate(forest["trees"])
        )
        base = self._base(str(parameters["base_score"]))
        if outputs > max(len(trees), len(base), _MOST_OUTPUTS):
            raise self._damaged("it says that it has more outputs than trees")
        groups = tuple(self._integers(forest["tree_info"]).tolist())
        if len(groups) != len(trees) or not all(0 <= g < outputs for g in groups):
            raise self._damaged("its trees do not fit its outputs")
        if weights is not None and len(weights) != len(trees):
            raise self._damaged("it has not one weight for each tree")
        parallel = int(forest["gbtree_model_param"].get("num_parallel_tree", "0"))
        parallel = parallel or self.parallel
        return XgboostModel(
            version=self.version,
            version_text=self.version_text,
            objective=str(self.learner["objective"]["name"]),
            base=self._starts(base, outputs),
            width=width,
            outputs=outputs,
            trees=trees,
            groups=groups,
            weights=weights,
            per_round=parallel * outputs,
            best_iteration=self._best(),
            names=_names(self.learner.get("feature_names")),
            typed=bool(self.learner.get("feature_types")),
            categories=self._categories(forest.get("cats"), width),
            estimator=self._attribute("scikit_learn"),
        )

    def _forest(self, booster: Mapping[str, Any]) -> tuple[Mapping[str, Any], Any]:
        """The trees, and the weights of DART, if it is that: since 3.3 it is called
        gbtree too, with weights beside the trees in 3.3 and among them since 3.4."""
        name = booster.get("name")
        if name == "gbtree":
            forest: Mapping[str, Any] = booster["model"]
            for holder in (forest, booster):
                weights = holder.get("weight_drop")
                if weights is not None and len(weights):
                    return forest, weights
            return forest, None
        if name != "dart":
            raise self._refuse(
                f"its booster is {name!r}, which is not a sum of trees",
                "Supported are the boosters gbtree and dart.",
            )
        if self.version < (1, 0, 0):
            raise self._refuse(
                "its booster is dart, whose predict dropped trees at random in "
                "XGBoost 0.90 and before",
                "Fit the model with XGBoost 1.0 or later.",
            )
        return booster["gbtree"]["model"], booster["weight_drop"]

    def _tree(self, tree: Mapping[str, Any], width: int, number: int) -> XgboostTree:
        left, right, features, default_left = (
            self._integers(tree[key])
            for key in (
                "left_children",
                "right_children",
                "split_indices",
                "default_left",
            )
        )
        conditions = self._floats(tree["split_conditions"])
        count = len(left)
        if int(tree["tree_param"].get("size_leaf_vector", "1") or 0) > 1:
            raise self._refuse(
                "a leaf of its trees holds several numbers (multi_strategy="
                "'multi_output_tree')",
                "Fit it with multi_strategy='one_output_per_tree'.",
            )
        arrays = (right, features, default_left, conditions)
        charge(TREE + NODE * count)
        if not count or any(len(array) != count for array in arrays):
            raise self._damaged(f"the arrays of tree {number} do not fit together")
        inner = left != -1
        if (inner & ((features < 0) | (features >= width))).any():
            raise self._damaged(f"tree {number} tests a feature that is not there")
        if tree.get("id", number) != number:
            raise self._damaged(f"tree {number} is numbered as another")
        chosen = self._chosen(tree, count)
        # A test for categories has no number to compare with: NaN up to 3.0, then 0.
        numbers = np.ones(count, dtype=bool)
        numbers[[node for node in chosen if inner[node]]] = False
        if np.isnan(conditions[numbers]).any():
            raise self._damaged(f"tree {number} holds NaN in place of a number")
        return XgboostTree(
            left=left.tolist(),
            right=right.tolist(),
            features=features.tolist(),
            conditions=conditions,
            default_left=default_left.astype(bool).tolist(),
            chosen=chosen,
        )

    def _chosen(self, tree: Mapping[str, Any], count: int) -> dict[int, list[int]]:
        """The categories of each node that splits by them."""
        kinds = self._integers(tree.get("split_type", []))
        if not kinds.any():
            return {}
        nodes, starts, sizes, codes = (
            self._integers(tree[f"categories{part}"]).tolist()
            for part in ("_nodes", "_segments", "_sizes", "")
        )
        if not len(nodes) == len(starts) == len(sizes) or len(kinds) != count:
            raise self._damaged("its category splits do not fit together")
        chosen = {}
        for node, start, size in zip(nodes, starts, sizes):
            if not (0 <= node < count and 0 <= start <= start + size <= len(codes)):
                raise self._damaged("its category splits do not fit together")
            charge(8 * size)  # they may all be the same
            chosen[node] = codes[start : start + size]
        if set(chosen) != set(np.flatnonzero(kinds).tolist()):
            raise self._damaged("its category splits do not fit together")
        return chosen

    def _categories(
        self, cats: Any, width: int
    ) -> tuple[tuple[Any, ...] | None, ...] | None:
        """The categories of each column, as the model knows them since 3.1."""
        if not isinstance(cats, Mapping) or not cats.get("enc"):
            return None
        found: list[tuple[Any, ...] | None] = []
        for encoding in cats["enc"]:
            found.append(self._values(encoding))
        if len(found) != width:
            raise self._damaged("its categories do not fit its columns")
        return tuple(found) if any(found) else None

    def _values(self, encoding: Mapping[str, Any]) -> tuple[Any, ...] | None:
        values = encoding.get("values")
        if "offsets" in encoding:
            ends = self._integers(encoding["offsets"]).tolist()
            charge(
                TEXT * len(ends) + sum(max(0, b - a) for a, b in zip(ends, ends[1:]))
            )
            raw = bytes(int(x) & 0xFF for x in self._integers(values).tolist())
            if any(not 0 <= a <= b <= len(raw) for a, b in zip(ends, ends[1:])):
                raise self._damaged("its categories do not fit together")
            if not raw.isascii() and self.version < (3, 4, 0):
                # XGBoost of a pandas frame counts characters and stores as many bytes.
                raise self._refuse(
                    "its categories hold letters beyond ASCII, which XGBoost before 3.4 "
                    "stores cut in the wrong places, so the file does not say which they "
                    "are",
                    "Fit it with XGBoost 3.4 or later, encode these columns before the "
                    "model, as by an OrdinalEncoder in a Pipeline, or fit it on "
                    "categories of ASCII letters alone.",
                )
            try:
                texts = [raw[a:b].decode("utf-8") for a, b in zip(ends, ends[1:])]
            except UnicodeDecodeError:
                raise self._damaged("a category is not text") from None
            return tuple(texts) or None
        array = np.asarray(values)
        kind = encoding.get("type")
        if isinstance(values, np.ndarray) and isinstance(kind, int):
            unsigned = _UNSIGNED.get(kind)
            if unsigned is not None and array.dtype.kind == "i":
                array = array.astype(unsigned)  # the same bits, for they are as wide
        if array.size and array.dtype.kind not in "iuf":
            raise self._refuse(
                "its categories are of a kind that is not supported",
                "Supported are text and numbers.",
            )
        return tuple(array.tolist()) if array.size else None

    def _base(self, text: str) -> list[float]:
        """The start of the outputs: one number up to 3.0, since then a list."""
        listed = text.startswith("[")
        found = json_text.loads(text, current()) if listed else [float(text)]
        return [float(np.float32(x)) for x in found]

    def _starts(self, numbers: list[float], outputs: int) -> tuple[float, ...]:
        """The start of each output."""
        if len(numbers) == 1:
            numbers = numbers * outputs
        if len(numbers) != outputs or not np.isfinite(numbers).all():
            raise self._damaged("its base_score is not a number")
        return tuple(numbers)

    def _best(self) -> int | None:
        text = self._attribute("best_iteration")
        return int(text) if text is not None else None

    def _attribute(self, name: str) -> str | None:
        """One of the texts that a user or an estimator put beside the model."""
        attributes = self.learner.get("attributes")
        text = attributes.get(name) if isinstance(attributes, Mapping) else None
        return text if isinstance(text, str) else None

    def _version(self, model: Mapping[str, Any]) -> tuple[int, int, int]:
        known = [int(x) for x in model.get("version") or ()]
        major, minor, patch = (known + [0, 0, 0])[:3]
        if (major, minor) > NEWEST:
            form = {key: part for key, part in model.items() if key != "config"}
            if major != NEWEST[0] or not has_known_form(form):
                raise self._refuse(
                    f"it was written by XGBoost {major}.{minor}, and this "
                    "treecompile knows the arithmetic of versions up to "
                    f"{NEWEST[0]}.{NEWEST[1]}",
                    "Update treecompile, or fit the model with an older XGBoost.",
                )
        self.version_text = ".".join(map(str, known)) or None
        return major, minor, patch

    def _integers(self, value: Any) -> NDArray[np.int64]:
        array = np.asarray(value)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iub"):
            raise self._damaged("it holds no list of integers where one must be")
        return array.astype(np.int64)

    def _floats(self, value: Any) -> NDArray[np.float32]:
        array = np.asarray(value)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iuf"):
            raise self._damaged("it holds no list of numbers where one must be")
        return array.astype(np.float32)

    def _damaged(self, problem: str) -> UnsupportedModel:
        return self._refuse(f"it cannot be trusted: {problem}", DAMAGED)

    def _refuse(self, problem: str, advice: str) -> UnsupportedModel:
        return UnsupportedModel(self.path, problem, advice)


def _parallel(config: Any) -> int:
    """The number of trees a round and output, which stood there alone up to 1.5."""
    for key in ("learner", "gradient_booster", "gbtree_train_param"):
        config = config.get(key) if isinstance(config, Mapping) else None
    if not isinstance(config, Mapping):
        return 1
    return int(config.get("num_parallel_tree", "1")) or 1


def _names(names: Any) -> tuple[str, ...] | None:
    """The names of the columns, None where XGBoost made them up (f0, f1, ...)."""
    if not isinstance(names, (list, tuple)) or not names:
        return None
    if not all(isinstance(name, str) for name in names):
        return None
    if all(_DEFAULT_NAME.match(x) and int(x[1:]) == i for i, x in enumerate(names)):
        return None
    return tuple(names)
