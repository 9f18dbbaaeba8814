"""Containers: a dict, list or tuple that holds a model and what belongs to it.

``{"model": clf, "columns": [...], "encoder": enc}`` is how many people save a model.
Where it holds exactly one estimator that answers, that is the one; where it holds
several, the user names the part.
"""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedModel
from ..read.records import Record
from ..suggest import did_you_mean

# How deep, and how many entries of, a container are looked at for estimators.
DEEPEST = 4
MOST_ENTRIES = 10_000

#: Names that end so answer; what else a file holds (encoders, scalers) does not.
ANSWERING = (
    "Classifier",
    "Regressor",
    "SearchCV",
    "ClassifierCV",
    "Forest",
    "Pipeline",
)


def find_part(root: Any, part: str | None) -> Any:
    """The estimator that the user means: the root itself, or one in a container.

    Raises UnsupportedModel where there is none, where there are several and no part is
    named, or where the named one is not there.
    """
    if isinstance(root, Record) and root.kind != ("sklearn", "Bunch"):
        if part is not None:
            raise UnsupportedModel(
                "", f"The file holds one {root.name}, and no part {part!r}."
            )
        return root
    found = dict(_records(root))
    if part is not None:
        if part in found:
            return found[part]
        hint = did_you_mean(part, found)
        raise UnsupportedModel(
            "", f"There is no part {part!r}{hint}.\n{_listed(found)}"
        )
    models = {path: record for path, record in found.items() if _answers(record)}
    if len(models) == 1:
        return next(iter(models.values()))
    if models:
        raise UnsupportedModel(
            "",
            f"The file holds {len(models)} estimators.",
            f"Name the one to compile with --part PATH:\n{_listed(models)}",
        )
    if isinstance(root, (dict, list, tuple)):
        kind = type(root).__name__
        raise UnsupportedModel(
            "", f"The file holds a {kind} without an estimator that answers."
        )
    return root


def _records(root: Any) -> list[tuple[str, Record]]:
    """Every record in nested containers, with its path as Python would index it."""
    found: list[tuple[str, Record]] = []
    todo: list[tuple[str, Any, int]] = [("", root, 0)]
    seen = 0
    while todo and seen < MOST_ENTRIES:
        path, value, depth = todo.pop()
        seen += 1
        if isinstance(value, Record):
            if path:
                found.append((path, value))
                continue
            value = value.attributes  # a Bunch
        if depth > DEEPEST:
            continue
        entries: list[tuple[Any, Any]] = []
        if isinstance(value, dict):
            entries = list(value.items())
        elif isinstance(value, (list, tuple)):
            entries = list(enumerate(value))
        below = [(f"{path}[{key!r}]", entry, depth + 1) for key, entry in entries]
        todo.extend(reversed(below))
    return found


def _answers(record: Record) -> bool:
    if record.name == "Pipeline":
        steps = record.get("steps") or [(None, None)]
        last = steps[-1][-1]
        return isinstance(last, Record) and _answers(last)
    return record.name.endswith(ANSWERING) or "best_estimator_" in record


def _listed(records: dict[str, Record]) -> str:
    return "\n".join(f"    {path}: {record.name}" for path, record in records.items())
