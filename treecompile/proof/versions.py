"""Which installed scikit-learn answers as the one that wrote a file
(docs/arithmetic.md, What versions share)."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterable

Version = tuple[int, int]

#: Models of which the versions from the first to the last one answer the same: what
#: their leaves hold changed in 1.4, and nothing about them since.
_SINCE_1_4 = frozenset(
    """DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier
    ExtraTreeRegressor ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier
    RandomForestRegressor Tree""".split()
)
#: The same of what may stand before them, whose attributes changed until 1.7.
_SINCE_1_7 = _SINCE_1_4 | frozenset(
    """Binarizer ColumnTransformer FunctionTransformer MaxAbsScaler MinMaxScaler
    OneHotEncoder OrdinalEncoder Pipeline StandardScaler""".split()
)
NEWEST = (1, 9)


def installed() -> str | None:
    """The version of scikit-learn here, None where there is none."""
    if importlib.util.find_spec("sklearn") is None:
        return None
    return str(importlib.import_module("sklearn").__version__)


def pair(text: str) -> Version:
    """(1, 9) of "1.9.1"."""
    major, minor = re.findall(r"[0-9]+", text)[:2]
    return int(major), int(minor)


def answers_the_same(wrote: str, here: str, names: Iterable[str]) -> bool:
    """Whether scikit-learn ``here`` answers as ``wrote`` did, for a model of classes of
    these names. Where it is not known, it does not."""
    old, new = pair(wrote), pair(here)
    if old == new:
        return True
    used = set(names)
    if not max(old, new) <= NEWEST:
        return False
    if used <= _SINCE_1_4:
        return min(old, new) >= (1, 4)
    return used <= _SINCE_1_7 and (1, 7) <= old < new
