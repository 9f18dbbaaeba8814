"""What the parts of a container are to the model in it, as far as that can be told.

``{"model": tree, "le_country": LabelEncoder, "columns": [...]}`` says by its names and
sizes which encoder is for which column. This only proposes: the user says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import Any

import numpy as np

from ..program import Program, Read, Threshold
from ..read.records import Record
from .compose import TRANSFORMERS
from .labels import ENCODERS
from .parts import MOST_ENTRIES, answers, entries, is_container, spelt

MOST_SHOWN = 100
MOST_FITTING = 6

# What people put around the name of a column when they name its encoder.
_AFFIXES = r"^(le|lb|enc|encoder|label_?encoder|ohe|oe)_|_(le|lb|enc|encoder|label_?encoder|ohe|oe)$"
_OF_THE_LABEL = {"label", "labels", "target", "y", "class", "classes", "output"}
_CATEGORIES = {("sklearn", "OneHotEncoder"), ("sklearn", "OrdinalEncoder")}
_LIBRARIES = {"sklearn", "imblearn", "category_encoders", "feature_engine"}


@dataclass(frozen=True)
class Role:
    """A part of a container: where it stands, what it is, what it is for.

    ``options`` are those of ``build`` that put it to use; ``fits`` are the columns that
    an encoder could be for, where its name does not say; ``holds`` are its labels,
    categories or names, and ``count`` how many there are.
    """

    path: str
    keys: tuple[Any, ...]
    kind: str
    role: str
    holds: tuple[Any, ...] = ()
    count: int = 0
    options: tuple[tuple[str, str], ...] = ()
    fits: tuple[str, ...] = ()


def roles(root: Any, model: Any, program: Program | None) -> tuple[Role, ...]:
    """The parts of a container, the model's among them, or the one encoder or
    transformer that a file holds. ``program`` is the model, lowered as it is, if it can
    be."""
    if not is_container(root):
        alone = _role(root, None) if isinstance(root, Record) else ""
        if alone not in ("encoder", "transformer"):
            return ()
        return (Role("", (), root.name, alone, *_holds(root)),)
    known: dict[int, str] = {}  # what stands in many places is looked at once
    found = []
    for keys, value in entries(root):
        role = known.get(id(value))
        if role is None:
            role = known[id(value)] = _role(value, model)
        if role:
            kind = value.name if isinstance(value, Record) else type(value).__name__
            found.append(Role(spelt(keys), keys, kind, role, *_holds(value)))
    return tuple(_Matching(found, program).all())


def _role(value: Any, model: Any) -> str:
    """What a part is; nothing for what is of no use to a scorer."""
    if isinstance(value, Record):
        if value is model:
            return "model"
        if value.kind in ENCODERS or value.kind in _CATEGORIES:
            return "encoder"
        if answers(value):
            return "another model"
        if value.kind in TRANSFORMERS:
            return "transformer"
        return "not compiled" if _is_estimator(value) else ""
    if _is_texts(value):
        return "texts"
    if isinstance(value, dict) and 0 < len(value) <= MOST_ENTRIES:
        codes = [x.item() if isinstance(x, np.generic) else x for x in value.values()]
        if all(type(code) in (int, float) for code in codes):
            return "codes"
    return ""


def _is_estimator(record: Record) -> bool:
    """Whether a record of a class that is not compiled was fitted to something."""
    return record.cls.package in _LIBRARIES and any(
        name.endswith("_") and not name.startswith("_") for name in record
    )


def _is_texts(value: Any) -> bool:
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "OU":
        value = value[: MOST_ENTRIES + 1].tolist()
    if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_ENTRIES:
        return False
    return all(isinstance(text, str) for text in value)


def _holds(value: Any) -> tuple[tuple[Any, ...], int]:
    """What a part knows: labels, categories, names."""
    if isinstance(value, Record):
        known = value.get("classes_")
        arrays = value.get("categories_")
        if known is None and isinstance(arrays, (list, tuple)) and len(arrays) == 1:
            known = arrays[0]
        if answers(value) or not isinstance(known, np.ndarray) or known.ndim != 1:
            return (), 0
        return tuple(known[:MOST_SHOWN].tolist()), len(known)
    return tuple(islice(value, MOST_SHOWN)), len(value)


class _Matching:
    """Which encoder is for which column."""

    def __init__(self, found: list[Role], program: Program | None) -> None:
        self.found = found
        self.names: tuple[str, ...] = ()
        self.ranges: dict[str, tuple[float, float]] = {}
        self.codes: int | None = (
            None  # one more than the largest label, if all are codes
        )
        self.list_of_names: Role | None = None
        if program is not None:
            self._look(program)

    def _look(self, program: Program) -> None:
        names = tuple(column.name for column in program.columns)
        lists = [r for r in self.found if r.role == "texts" and r.count == len(names)]
        unnamed = names == tuple(f"x{i}" for i in range(len(names)))
        distinct = [r for r in lists if len(set(r.holds)) == r.count]
        if unnamed and len(distinct) == 1 and distinct[0].count <= MOST_SHOWN:
            self.list_of_names = distinct[0]
            names = tuple(map(str, distinct[0].holds))
        self.names = names
        self.ranges = {names[i]: bounds for i, bounds in _ranges(program).items()}
        classes: Any = program.classes or ()
        if classes and all(type(c) is int and c >= 0 for c in classes):
            self.codes = max(classes) + 1

    def all(self) -> Iterable[Role]:
        for role in self.found:
            yield self._matched(role)

    def _matched(self, role: Role) -> Role:
        def with_options(*options: tuple[str, str]) -> Role:
            return Role(**{**vars(role), "options": options})

        if role.role == "another model":
            return with_options(("--part", role.path))
        if role is self.list_of_names:
            return with_options(("--names", role.path))
        if role.role == "transformer" and self.names:
            return with_options(("--preprocess", role.path))
        if role.role not in ("encoder", "codes") or not self.names:
            return role
        name = _stem(str(role.keys[-1]))
        column = self._column(name)
        if column is not None:
            return with_options(("--encode", f"{column}={role.path}"))
        if self.codes is not None and role.kind == "LabelEncoder":
            alone = sum(r.kind == "LabelEncoder" for r in self.found) == 1
            fits = self.codes <= role.count
            if fits and (name in _OF_THE_LABEL or (alone and self.codes == role.count)):
                return with_options(("--labels", role.path))
        fits_in = [
            column
            for column, (low, high) in self.ranges.items()
            if low >= 0.0 and high < role.count - 1
        ]
        return Role(**{**vars(role), "fits": tuple(fits_in[:MOST_FITTING])})

    def _column(self, stem: str) -> str | None:
        """The column that an encoder's name means."""
        meant = [name for name in self.names if _plain(name) == _plain(stem)]
        return meant[0] if len(meant) == 1 else None


def _stem(key: str) -> str:
    """The name of an encoder without what says that it is one."""
    name = key.strip().lower().replace(" ", "_").replace("-", "_")
    shorter = re.sub(_AFFIXES, "", name)
    return "label" if shorter in ("le", "encoder", "labelencoder", "") else shorter


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name).strip("_").casefold()


def _ranges(program: Program) -> dict[int, tuple[float, float]]:
    """Between which numbers the tests on each column cut that is read as it is."""
    columns = {
        place: feature.value.column
        for place, feature in enumerate(program.features)
        if isinstance(feature.value, Read)
    }
    bounds: dict[int, tuple[float, float]] = defaultdict(lambda: (inf, -inf))
    for tree in program.trees():
        for test in tree.tests:
            if isinstance(test, Threshold) and test.feature in columns:
                low, high = bounds[columns[test.feature]]
                bounds[columns[test.feature]] = min(low, test.cut), max(high, test.cut)
    return dict(bounds)
