"""What depends on the version of scikit-learn that wrote the file."""

from __future__ import annotations

import re
from typing import Any

from ..errors import UnsupportedModel
from ..read.records import Record

#: The newest scikit-learn whose arithmetic is known here.
NEWEST = (1, 9)

Version = tuple[int, int]

_DEEPEST = 8

_EARLY_CRITERIA = {
    "gini",
    "entropy",
    "log_loss",
    "mse",
    "squared_error",
    "friedman_mse",
    "poisson",
}


def version_text(record: Record) -> str | None:
    """The version that the record was written by, as the file says it.

    None where none is recorded, or where what stands there is no version.
    """
    inner: Any = record
    for _ in range(_DEEPEST):  # classes of imblearn do not record it, those in them do
        if not isinstance(inner, Record) or inner.kind[0] != "imblearn":
            break
        members = inner.get("estimators_") or inner.get("steps") or [None]
        inner = members[-1]
        if isinstance(inner, tuple):
            inner = inner[-1]
    text = inner.get("_sklearn_version") if isinstance(inner, Record) else None
    if isinstance(text, str) and re.fullmatch(
        r"[0-9]{1,4}\.[0-9]{1,4}[0-9A-Za-z.+]{0,24}", text
    ):
        return text
    return None


def version_of(record: Record, path: str) -> Version:
    """``(major, minor)`` of the writer; (0, 17) where the file is too old to say.

    Raises UnsupportedModel for a version newer than :data:`NEWEST`.
    """
    text = version_text(record)
    if text is None:
        return (0, 17)  # the version is recorded since 0.18
    major, minor = map(int, re.findall(r"[0-9]+", text)[:2])
    if (major, minor) > NEWEST:
        raise UnsupportedModel(
            path,
            f"it was written by scikit-learn {text}, and this treecompile knows the "
            f"arithmetic of versions up to {NEWEST[0]}.{NEWEST[1]}",
            "Update treecompile, or fit the model with an older scikit-learn.",
        )
    return major, minor


def leaves_hold_counts(version: Version) -> bool:
    """Whether a classifier's leaf values are weighted counts (up to 1.3), not shares."""
    return version < (1, 4)


def accepts_missing(version: Version, tree: Record) -> bool:
    """Whether ``predict`` of a single tree accepts NaN, as its own version has it.

    Read from the ``allow_nan`` tags of scikit-learn 1.3 to 1.9: the best splitter since
    1.3, the random one since 1.6, every criterion since 1.9; from 1.4 to 1.8 not with
    monotonic constraints. Up to 1.5 extra trees have the tags of decision trees, and in
    1.6 ExtraTreeRegressor still does (the override there assigns nothing).
    """
    if version < (1, 3):
        return False
    splitter = tree.get("splitter", "best")
    own_tags = tree.name == "ExtraTreeClassifier" and version >= (1, 6)
    own_tags |= tree.name == "ExtraTreeRegressor" and version >= (1, 7)
    if own_tags:
        splitters: tuple[str, ...] = ("random",)
    elif version < (1, 6):
        splitters = ("best",)
    else:
        splitters = ("best", "random")
    if version >= (1, 9):
        return splitter in splitters
    return (
        splitter in splitters
        and tree.get("criterion") in _EARLY_CRITERIA
        and tree.get("monotonic_cst") is None
    )
