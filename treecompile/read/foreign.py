"""Where in a file an object of a class of its own stands, and what to do about it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read import allowed
from treecompile.read.context import shown, which_object
from treecompile.read.records import Name, Record

MOST_LOOKED_AT = 20_000

#: Attributes that hold named parts, and what such a part is called.
_NAMED = {
    "steps": "step",
    "transformers": "transformer",
    "transformers_": "transformer",
    "transformer_list": "transformer",
    "estimators": "estimator",
}
_OF_A_KIND = {
    "best_estimator_": "best estimator",
    "estimator": "estimator",
    "base_estimator": "estimator",
    "regressor": "regressor",
    "regressor_": "regressor",
    "init": "initial estimator",
    "init_": "initial estimator",
    "transformer": "transformer of the target",
    "func": "function",
    "criterion": "criterion",
    "objective": "objective",
    "loss": "loss",
}
_ANSWERING = ("Classifier", "Regressor", "Ranker", "Pipeline", "SearchCV", "Booster")
_OF_FITTED = ("steps", "_Booster", "handle", "_handle", "estimators_")
_NO_CODE = "Only classes of known libraries can be read without running foreign code."


class ForeignClass(UnreadableFile):
    """The file holds an object of a class that is of no known library."""

    def __init__(self, name: Name, message: str) -> None:
        super().__init__(message)
        self.name = name


def foreign(name: Name) -> ForeignClass:
    """The error for a class of its own, before it is known where it stands."""
    if name.package == "treecompile":
        return ForeignClass(
            name,
            f"the file holds a {shown(name.name)} of treecompile, not a model: load it "
            "with pickle.load, or compile the model file that it was made of",
        )
    return ForeignClass(
        name,
        f"the file holds an object of a class of its own, {shown(name)}; only classes "
        "of known libraries can be read without running foreign code. Take the fitted "
        "scikit-learn estimator or Pipeline out of that object, save it alone and "
        "compile that file",
    )


def placed(error: ForeignClass, root: Any) -> UnreadableFile:
    """The same error, saying where in what a lenient read found the object stands.

    It stays as it is where the object is what was saved, or is around the estimators.
    """
    found = _find(root, error.name)
    if found is None or error.name.package == "treecompile":
        return error
    path, holder = found
    if holder is None or not path:
        return _around(error, root)
    what = f"{path} of the {holder}" if holder else path
    is_step = path.rpartition(", ")[2].startswith(("step", "transformer '"))
    advice = (
        "Apply what it does to the data before the model: fit the model without it, and "
        "put it in front of the scorer in code of your own. Or put a transformer of "
        "scikit-learn in its place"
        if is_step
        else "Fit the model again with what scikit-learn has in its place"
    )
    return UnreadableFile(
        f"{what} is of a class of its own, {shown(error.name)}, and what that does is "
        f"code. {_NO_CODE} {advice}"
    )


def _around(error: ForeignClass, root: Any) -> UnreadableFile:
    """The same error for an object that is around what was fitted: where in it that is,
    as in the wrappers of TPOT, FLAML and AutoGluon."""
    found = _estimators(error.name, root)
    if not found:
        return error
    where, record = found[0]
    return UnreadableFile(
        f"the file holds an object of a class of its own, {shown(error.name)}, which is "
        f"code. {_NO_CODE} Inside it, at {where}, is a {shown(record.name)}: take that "
        "out, save it alone, and compile that file. What the object around it does to "
        "records and to answers is then for you to do"
    )


def _estimators(name: Name, root: Any) -> list[tuple[str, Record]]:
    """The estimators of known libraries inside an object of a class of its own, as Python
    would get to them; the nearest first, and of several as near a pipeline."""
    todo: deque[tuple[str, bool, Any]] = deque([("", False, root)])
    seen: set[int] = set()
    found: list[tuple[str, Record]] = []
    while todo and len(seen) < MOST_LOOKED_AT:
        path, inside, value = todo.popleft()
        if which_object(value) in seen:
            continue
        seen.add(which_object(value))
        parts: Any = ()
        if isinstance(value, Record):
            inside = inside or value.cls == name
            if value.cls.package not in allowed.PACKAGES:
                parts = ((f".{k}", v) for k, v in value.attributes.items())
            elif inside and value.name.endswith(_ANSWERING) and _is_fitted(value):
                found.append((path, value))
        elif isinstance(value, dict):
            parts = ((f"[{shown(repr(k))}]", v) for k, v in value.items())
        elif isinstance(value, (list, tuple)):
            parts = ((f"[{i}]", v) for i, v in enumerate(value))
        todo.extend((path + step, inside, part) for step, part in parts)
    return sorted(found, key=lambda x: (x[0].count(".") + x[0].count("["), _late(x[1])))


def _late(record: Record) -> bool:
    return record.name != "Pipeline"


def _is_fitted(record: Record) -> bool:
    """Whether fitting left something: an attribute that ends in an underscore, steps, or
    what boosters hold."""
    names = [name for name in record.attributes if not name.startswith("__")]
    return any(name.endswith("_") or name in _OF_FITTED for name in names) or (
        "__model" in record.attributes
    )


def _find(root: Any, name: Name) -> tuple[str, str | None] | None:
    """The shortest way to an object of this class: its path, and the class of the
    outermost estimator around it, if there is one."""
    todo: deque[tuple[str, str | None, Any]] = deque([("", None, root)])
    seen: set[int] = set()
    while todo and len(seen) < MOST_LOOKED_AT:
        path, holder, value = todo.popleft()
        if isinstance(value, Record) and value.cls == name:
            return path, holder
        if isinstance(value, Name) and value == name and holder:
            return path, holder
        if which_object(value) in seen:
            continue
        seen.add(which_object(value))
        if isinstance(value, Record):
            if value.cls.package not in allowed.PACKAGES:
                continue
            holder = holder or shown(value.name)
            todo.extend((p, holder, v) for p, v in _of_record(path, value))
        elif isinstance(value, dict):
            todo.extend(
                (f"{path}[{shown(repr(k))}]", holder, v) for k, v in value.items()
            )
        elif isinstance(value, (list, tuple)):
            todo.extend((f"{path}[{i}]", holder, v) for i, v in enumerate(value))
    return None


def _of_record(path: str, record: Record) -> Iterator[tuple[str, Any]]:
    for attribute, value in record.attributes.items():
        word = _NAMED.get(attribute)
        if word is not None and isinstance(value, list):
            for entry in value:
                if isinstance(entry, tuple) and len(entry) >= 2:
                    yield _join(path, f"{word} {shown(repr(entry[0]))}"), entry[1]
        else:
            yield _join(path, _OF_A_KIND.get(attribute, shown(attribute))), value


def _join(path: str, part: str) -> str:
    return f"{path}, {part}" if path else part
