"""The answers to many records, as a library of arrays would have them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any


def collected(answers: list[Any], method: str, classes: Any) -> Any:
    """The answers of a method to many records: an array where numpy is loaded, else the
    list as it is.

    Labels have the type of CLASSES; of several outputs, a column each. Probabilities of
    several outputs are a list of arrays, one an output, as scikit-learn has them.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return answers
    several = _has_several(classes)
    if method == "predict":
        return _labels(answers, classes, several, numpy)
    if method == "predict_proba" and several:
        if not answers or isinstance(answers[0][0], tuple):
            return [
                numpy.array([row[k] for row in answers], dtype=float).reshape(
                    len(answers), len(labels)
                )
                for k, labels in enumerate(classes)
            ]
    if not answers:
        wide = method == "predict_proba" and classes is not None
        return numpy.empty((0, len(classes)) if wide else (0,), dtype=float)
    return numpy.array(answers)


def _labels(answers: list[Any], classes: Any, several: bool, numpy: Any) -> Any:
    if classes is None:  # numbers, and what an IsolationForest answers
        return numpy.array(answers, dtype=None if answers else float)
    if not several:
        return _array(answers, classes, (len(answers),), numpy)
    labels = [label for output in classes for label in output]
    kinds = {type(label) for label in labels}
    shape = (len(answers), len(classes))
    return _array(answers, labels if len(kinds) == 1 else [None], shape, numpy)


def _array(answers: Sequence[Any], labels: Any, shape: Any, numpy: Any) -> Any:
    """An array of labels, of their own type where they all have one that arrays have."""
    kinds = {type(label) for label in labels}
    if len(kinds) == 1 and kinds <= {bool, int, float, str}:
        dtype = numpy.asarray(labels).dtype
        return numpy.array(answers, dtype=dtype).reshape(shape)
    array = numpy.empty(shape, dtype=object)
    for row, answer in enumerate(answers):
        array[row] = answer
    return array


def _has_several(classes: Any) -> bool:
    """Whether these are the classes of several outputs: a tuple of labels for each."""
    return bool(classes) and all(isinstance(labels, tuple) for labels in classes)
