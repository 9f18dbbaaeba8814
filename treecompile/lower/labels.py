"""LabelEncoder and LabelBinarizer, for columns and for the label of a model.

scikit-learn means them for the label alone, so no pipeline holds them as a step; people
keep them beside the model, in a dict or a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..program import Category, Constant, IsMissing, Match, State
from ..read.records import Record
from .encoders import plain_categories
from .flow import Flow, Step, flow_of
from .paths import name_part
from .tree import class_labels

INTEGERS = frozenset({"int64"})


def label_encoder(step: Step) -> Flow:
    """The position of each class; a LabelEncoder refuses what it has not seen."""
    known, _ = _classes(step)
    (feature,) = step.flow.features
    step.raw.categories(feature.value, known, True, False)
    table = tuple((category, float(code)) for code, category in enumerate(known))
    return flow_of(
        [(feature.name, Match(feature.value, table, float("nan")))], dtypes=INTEGERS
    )


def label_binarizer(step: Step) -> Flow:
    """A column of two numbers for each class, or one column where there are two.

    A text that it has not seen is in none of the classes; of numbers it has seen, it
    cannot be told whether the others are classes or measurements, so these are refused.
    """
    known, labels = _classes(step)
    (feature,) = step.flow.features
    numeric = not all(isinstance(category, str) for category in known)
    step.raw.categories(feature.value, known, numeric, False)
    if not numeric:
        step.raw.check(IsMissing(feature.value), missing=False, low=0.0, high=0.0)
    low = float(step.record.get("neg_label", 0))
    high = float(step.record.get("pos_label", 1))
    shown = list(zip(known, labels))
    if len(known) <= 2:  # the second class, or none
        shown = shown[1:]
    values = [
        (f"{feature.name}_{label}", Match(feature.value, ((category, high),), low))
        for category, label in shown
    ]
    if not values:
        values = [(feature.name, Match(feature.value, ((known[0], low),), low))]
    sparse = bool(step.record.get("sparse_output", False))
    return flow_of(values, sparse, INTEGERS)


def _classes(step: Step) -> tuple[list[Category], list[str]]:
    """``classes_`` as plain values and as texts; refused where a code is not sure."""
    array = step.record.get("classes_")
    if array is None:
        raise step.refuse("it is not fitted", "Call fit() first.")
    if len(step.flow.features) != 1:
        raise step.refuse(f"it encodes one column, not {len(step.flow.features)}")
    if isinstance(array, (list, tuple)):  # put there by hand
        array = np.array(array, dtype=object)
    known, labels = plain_categories(step, array)
    if None in known or len(set(known)) != len(known) or not known:
        raise step.refuse("its classes_ are not distinct: the file is damaged")
    plain: list[Any] = [c for c in known if not isinstance(c, State)]
    in_order = array.dtype == object and step.version >= (0, 20)  # looked up by a dict
    if not in_order and any(not a < b for a, b in zip(plain, plain[1:])):
        raise step.refuse(
            "its classes_ are not sorted, and it would look for values in them as if "
            "they were",
            "They were put there by hand; fit the encoder and pickle it again.",
        )
    return known, labels


ENCODERS: dict[tuple[str, str], Callable[[Step], Flow]] = {
    ("sklearn", "LabelEncoder"): label_encoder,
    ("sklearn", "LabelBinarizer"): label_binarizer,
}


def mapping_of(value: Any, where: str) -> Callable[[Constant], Constant]:
    """What a label of the model stands for: a function from one to the other.

    ``value`` is a LabelEncoder, an OrdinalEncoder of one column, a list of labels by
    number, or a dict. Raises UnsupportedModel for any other, and the function does for
    a label that has no place there.
    """
    if isinstance(value, dict):
        pairs = [(_plain(key), _plain(label)) for key, label in value.items()]
        if any(type(key) not in (bool, int, float, str) for key, _ in pairs):
            raise UnsupportedModel(where, "its keys are not labels")
        table: dict[Any, Any] = dict(pairs)
        labels = list(table.values())
    else:
        labels = _list_of_labels(value, where)
        table = dict(enumerate(labels))
    if labels:
        labels = list(class_labels(np.array(labels, dtype=object), where)[0])
    if len(set(labels)) != len(labels):
        raise UnsupportedModel(where, "two of its labels are the same")

    def meaning(label: Constant) -> Constant:
        code = not isinstance(value, dict) and isinstance(label, (bool, str))
        if code or label not in table:
            raise UnsupportedModel(
                where,
                f"the model answers {label!r}, and this has no such place: it holds "
                f"{len(table)} labels",
                "It is not the encoder of this model's label, or the model was fitted "
                "on the labels as they are;\nleave --labels out.",
            )
        answer: Constant = table[label]
        return answer

    return meaning


def _list_of_labels(value: Any, where: str) -> list[Any]:
    if isinstance(value, Record):
        value = _labels_of_encoder(value, where)
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        raise _no_labels(value, where)
    return [_plain(label) for label in value]


def _labels_of_encoder(record: Record, where: str) -> Any:
    if record.kind == ("sklearn", "LabelEncoder"):
        labels = record.get("classes_")
    elif record.kind == ("sklearn", "OrdinalEncoder"):
        arrays = record.get("categories_")
        grouped = record.get("_infrequent_enabled", False)
        if grouped or (arrays is not None and len(arrays) != 1):
            raise _no_labels(record, where)
        labels = arrays and arrays[0]
    else:
        raise _no_labels(record, where)
    if labels is None:
        raise UnsupportedModel(
            name_part(where, record),
            "it is not fitted",
            "Call fit() first.",
        )
    return labels


def _no_labels(value: Any, where: str) -> UnsupportedModel:
    return UnsupportedModel(
        name_part(where, value),
        "it does not say what the labels of a model stand for",
        "--labels takes a LabelEncoder, an OrdinalEncoder of one column, a list of "
        "labels or a dict.",
    )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
