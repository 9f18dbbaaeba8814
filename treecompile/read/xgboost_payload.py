"""The bytes that a pickled XGBoost Booster holds, or its own file, as plain values.

Five forms: UBJSON (since 1.6), JSON (since 1.3; smaller models only), a binary model
with a JSON configuration behind it (``CONFIG-offset:``, 1.0 to 1.2), and that binary
model alone with or without ``binf`` before it (up to 0.90, in files of its own to 3.0).
What comes out is the JSON form of the model in every case, with numpy arrays where XGBoost has arrays of numbers.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from treecompile.read import json_text, ubjson
from treecompile.read.budget import NODE, TEXT, TREE, Budget
from treecompile.read.ubjson import damaged

_CONFIGURED = b"CONFIG-offset:"
_LEARNER = struct.Struct("<fIiiiII108x")
_FOREST = struct.Struct("<iiiiqii128x")
_TREE = struct.Struct("<iiiiii124x")
_NODE = np.dtype(
    [
        ("parent", "<i4"),
        ("left", "<i4"),
        ("right", "<i4"),
        ("index", "<u4"),
        ("value", "<f4"),
    ]
)
_STATISTICS = 16  # bytes a node, of no use to a scorer
_LONG = struct.Struct("<Q")


def model_of(payload: bytes, budget: Budget) -> dict[str, Any]:
    """The model in a payload: the object that holds ``learner`` and ``version``; beside
    them the ``config`` that it was trained with, where there is one.

    Raises UnreadableFile where the bytes are none of the known forms, or damaged, and
    where they come to more than the file may (``budget``).
    """
    budget.charge(2 * len(payload))  # what is cut off it, in front and behind
    if payload.startswith(_CONFIGURED):
        binary = payload[len(_CONFIGURED) + 8 :].removeprefix(b"binf")
        return _Binary(binary, budget).model()
    if payload[:1] == b"{" and payload[1:2] in (b"L", b"l", b"I", b"U", b"i", b"$"):
        snapshot = ubjson.loads(payload, budget)
    elif payload[:1] == b"{":
        snapshot = _json(payload, budget)
    else:
        return _Binary(payload.removeprefix(b"binf"), budget).model()
    model = snapshot.get("Model", snapshot) if isinstance(snapshot, dict) else None
    if not isinstance(model, dict) or not isinstance(model.get("learner"), dict):
        raise damaged("it holds no learner")
    return {**model, "config": snapshot.get("Config")}


def _json(payload: bytes, budget: Budget) -> Any:
    try:
        return json_text.loads(payload.rstrip(b"\0"), budget)
    except (ValueError, RecursionError) as error:
        raise damaged("it is no JSON") from error


class _Binary:
    """The binary form: structures of a fixed size, one after the other."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.at = 0

    def model(self) -> dict[str, Any]:
        base, width, classes, attributes, _, major, minor = self._take(_LEARNER)
        objective, booster = self._text(), self._text()
        if booster not in ("gbtree", "dart"):
            return {"learner": {"gradient_booster": {"name": booster}}, "version": []}
        forest: dict[str, Any] = {"name": "gbtree", "model": self._forest()}
        if booster == "dart":
            weights = self._array("<f4", self._take(_LONG)[0])
            forest = {"name": "dart", "gbtree": forest, "weight_drop": weights}
        learner = {
            "learner_model_param": {
                "base_score": str(base),
                "num_class": str(classes),
                "num_feature": str(width),
            },
            "objective": {"name": objective},
            "gradient_booster": forest,
            "attributes": self._attributes() if attributes else {},
        }
        # Before 1.0 there was no version here, and the base was a margin already.
        version = [major, minor] if 1 <= major < 100 else []
        return {"learner": learner, "version": version}

    def _forest(self) -> dict[str, Any]:
        count, _, _, _, _, _, vector = self._take(_FOREST)
        if vector not in (0, 1):  # 1 since 2.0
            raise damaged("its leaves hold vectors, as no such model does")
        if not 0 <= count <= len(self.data) // _TREE.size:
            raise damaged("it holds less than it says")
        trees = [self._tree() for _ in range(count)]
        return {
            "trees": trees,
            "tree_info": self._array("<i4", count),
            "gbtree_model_param": {"num_trees": str(count)},
        }

    def _tree(self) -> dict[str, Any]:
        _, count, _, _, width, vector = self._take(_TREE)
        if vector not in (0, 1):  # 1 since 2.0
            raise damaged("its leaves hold vectors, as no such model does")
        if not 0 <= count <= len(self.data) // _NODE.itemsize:
            raise damaged("it holds less than it says")
        self.budget.charge(TREE + NODE * count)
        nodes = np.frombuffer(self._bytes(count * _NODE.itemsize), _NODE)
        self._bytes(count * _STATISTICS)
        return {
            "tree_param": {"num_nodes": str(count), "num_feature": str(width)},
            "left_children": nodes["left"].astype(np.int64),
            "right_children": nodes["right"].astype(np.int64),
            "split_indices": (nodes["index"] & 0x7FFFFFFF).astype(np.int64),
            "split_conditions": nodes["value"].astype(np.float32),
            "default_left": (nodes["index"] >> 31).astype(np.uint8),
        }

    def _attributes(self) -> dict[str, str]:
        (count,) = self._take(_LONG)
        if count > len(self.data) // 16:
            raise damaged("it holds less than it says")
        return {self._text(): self._text() for _ in range(count)}

    def _text(self) -> str:
        raw = self._bytes(self._take(_LONG)[0])
        self.budget.charge(TEXT + len(raw) * (1 if raw.isascii() else 4))
        return raw.decode("utf-8", "surrogateescape")

    def _array(self, dtype: str, count: int) -> Any:
        raw = self._bytes(count * np.dtype(dtype).itemsize)
        return np.frombuffer(raw, dtype)

    def _take(self, form: struct.Struct) -> tuple[Any, ...]:
        return form.unpack(self._bytes(form.size))

    def _bytes(self, count: int) -> bytes:
        if not 0 <= count <= len(self.data) - self.at:
            raise damaged("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]
