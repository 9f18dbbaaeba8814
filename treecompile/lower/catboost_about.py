"""What a CatBoost model says of itself in words: its version, loss, classes, threshold.

A ``.cbm`` holds each as a text of JSON, a ``.json`` as what that text stands for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, cast

from ..errors import DAMAGED, UnsupportedModel
from ..program import Constant
from ..read import json_text
from ..read.budget import current
from ..read.flatbuffers import damaged

#: The newest CatBoost whose arithmetic is known here.
NEWEST = (1, 2)

_VERSION = re.compile(r"(?:tags/v|CatBoost release )(\d{1,4})\.(\d{1,4})((?:\.\d+)*)")
_MOST_CLASSES = 100_000


class About:
    """The words of a model by their key, each checked as it is taken."""

    def __init__(self, texts: Mapping[str, Any], path: str) -> None:
        self.texts = texts
        self.path = path

    def loss(self) -> str:
        """The name of the loss; none in a sum of models."""
        asked = self._json("params").get("loss_function")
        loss = self._json("loss_function") or asked
        name = loss.get("type") if isinstance(loss, Mapping) else None
        return name if isinstance(name, str) else ""

    def classes(
        self, dimension: int
    ) -> tuple[tuple[Constant, ...] | None, tuple[int, ...]]:
        """The labels, and which of them each sum is for: a class that the training data
        had no row of has none."""
        known = self._json("class_params")
        if not known:
            return None, ()
        names, places = known.get("class_names"), known.get("class_to_label")
        count = known.get("classes_count", 0)
        if not isinstance(names, list) or not isinstance(places, list):
            raise self._damaged("it does not name its classes")
        if not names and isinstance(count, int) and 0 < count <= _MOST_CLASSES:
            names = list(range(count))
        if not names:  # they are the labels themselves
            names, places = places, list(range(len(places)))
        kind = known.get("class_label_type")
        labels = tuple(self._label(name, kind) for name in names)
        sums = 2 if dimension == 1 else dimension
        numbers = dict(zip(range(len(labels)), range(len(labels))))
        try:
            outputs = tuple(numbers[place] for place in places)
        except (KeyError, TypeError) as error:
            raise self._damaged("its classes are not numbered") from error
        if len(outputs) != sums or len(set(outputs)) != sums:
            raise self._damaged("its classes do not fit its leaves")
        if len(set(labels)) != len(labels) or (dimension == 1 and len(labels) != 2):
            raise self._damaged("its classes do not fit its leaves")
        return labels, outputs

    def _label(self, name: Any, kind: Any) -> Constant:
        if kind == "Float" and type(name) is int and abs(name) < 2**53:
            return float(name)
        types = {"Integer": int, "Float": float, "String": str, "Boolean": bool}
        if type(name) is not types.get(kind) or name != name:
            raise self._damaged("its classes are of a kind that is not known")
        return cast(Constant, name)

    def cut(self) -> float | None:
        """The share of the second class above which that is the answer, if it says."""
        text = self.texts.get("binclass_probability_threshold")
        if text is None:
            return None
        try:
            share = float(text)
        except (TypeError, ValueError):
            share = math.nan
        if not 0.0 < share < 1.0:
            raise self._damaged(
                "its probability threshold is not a number between 0 and 1"
            )
        return share

    def version(self) -> str | None:
        """The version, which it says since 1.2."""
        found = _VERSION.search(str(self.texts.get("catboost_version_info", "")))
        if found is None:
            return None
        if (int(found[1]), int(found[2])) > NEWEST:
            raise self._refuse(
                f"it was written by CatBoost {found[1]}.{found[2]}, and this "
                "treecompile knows the arithmetic of versions up to "
                f"{NEWEST[0]}.{NEWEST[1]}",
                "Update treecompile, or fit the model with an older CatBoost.",
            )
        return f"{found[1]}.{found[2]}{found[3]}"

    def _json(self, key: str) -> Mapping[str, Any]:
        """What stands under a key, empty where nothing does."""
        text = self.texts.get(key)
        if text is None:
            return {}
        if isinstance(text, Mapping):
            return text
        try:
            value = json_text.loads(text, current())
        except (ValueError, RecursionError) as error:
            raise damaged(f"its {key} are no JSON") from error
        if not isinstance(value, dict):
            raise damaged(f"its {key} are no JSON object")
        return value

    def _damaged(self, problem: str) -> UnsupportedModel:
        return self._refuse(f"it cannot be trusted: {problem}", DAMAGED)

    def _refuse(self, problem: str, advice: str) -> UnsupportedModel:
        return UnsupportedModel(self.path, problem, advice)
