"""Containers: a dict, list or tuple that holds a model and what belongs to it.

``{"model": clf, "columns": [...], "encoder": enc}`` is how many people save a model.
Where it holds exactly one estimator that answers, that is the one; where it holds
several, the user names the part.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import UnsupportedModel
from ..read.native import OwnFile
from ..read.records import Record, Several
from ..suggest import did_you_mean

# How deep, and how many entries of, a container are looked at.
DEEPEST = 4
MOST_ENTRIES = 10_000
MOST_LISTED = 30
LONGEST_PATH = 200

#: Names that end so answer; what else a file holds (encoders, scalers) does not.
ANSWERING = (
    "Chain",
    "Classifier",
    "Ranker",
    "Regressor",
    "SearchCV",
    "ClassifierCV",
    "Forest",
    "Pipeline",
)
#: Models of boosting libraries that no name of scikit-learn's kind is given.
_BARE = {("xgboost", "Booster"), ("lightgbm", "Booster"), ("catboost", "CatBoost")}


def find_part(root: Any, part: str | None, predict_as: str | None = None) -> Any:
    """The estimator that the user means: the root itself, or one in a container.

    A booster's own file is the estimator that it is to answer as. Raises UnsupportedModel where there is none, where there are several and no part is
    named, or where the named one is not there.
    """
    from .predict_as import as_asked  # which reads what boosters hold

    return as_asked(_found(root, part), predict_as)


def _found(root: Any, part: str | None) -> Any:
    if not is_container(root):
        if part is not None:
            kind = root.name if isinstance(root, Record) else type(root).__name__
            raise UnsupportedModel(
                "",
                f"The file holds one {kind}, and no part {part!r}.",
                "Leave --part out.",
            )
        return root
    if part is not None:
        return value_at(root, part)
    if isinstance(root, Several) and _has_one(root[0]):
        return _found(root[0], None)  # as load() would have it
    models = models_of(root)
    if len(models) == 1:
        return next(iter(models.values()))
    if models:
        raise UnsupportedModel(
            "",
            f"The file holds {len(models)} estimators.",
            f"Name the one to compile with --part PATH:\n{listed(models)}",
        )
    from .models import role_beside  # which imports this module

    kind = "Bunch" if isinstance(root, Record) else type(root).__name__
    beside = {path: x for path, x in records_of(root).items() if role_beside(x)}
    raise UnsupportedModel(
        "",
        f"The file holds a {kind} without an estimator that answers.",
        (
            "Build the model, and put parts of this file around it with --encode, "
            "--preprocess or\n--labels, each as FILE and its path, as in "
            f"FILE{next(iter(beside))}:\n{listed(beside)}"
            if beside
            else ""
        ),
    )


def _has_one(root: Any) -> bool:
    """Whether a file of this alone would hold the model."""
    if is_container(root):
        return len(models_of(root)) == 1
    return isinstance(root, Record) and answers(root)


def is_container(root: Any) -> bool:
    """Whether the file holds a dict, a list, a tuple or a Bunch of things."""
    return isinstance(root, (dict, list, tuple)) or _is_bunch(root)


def models_of(root: Any) -> dict[str, Record]:
    """The estimators in a container that answer, by their paths.

    A Booster that stands beside the estimator it belongs to is no second one.
    """
    found = {
        path: record for path, record in records_of(root).items() if answers(record)
    }
    inner = {id(record.get("_Booster")) for record in found.values()}
    # Beside an estimator, a booster that was saved as its own file is a copy of it.
    if any(not isinstance(record.state, OwnFile) for record in found.values()):
        inner |= {id(x) for x in found.values() if isinstance(x.state, OwnFile)}
    return {path: record for path, record in found.items() if id(record) not in inner}


def records_of(root: Any) -> dict[str, Record]:
    """Every record in a container, by its path as Python would index it."""
    return {
        spelt(keys): value
        for keys, value in entries(root)
        if isinstance(value, Record) and not _is_bunch(value)
    }


def value_at(root: Any, part: str) -> Any:
    """What stands at a path in a container.

    The path is spelt as Python would index the container, ``['encoders']['country']``;
    a shell may have taken the quotes away, and a key may stand for itself where it is
    the only one. Raises UnsupportedModel, with what there is, where nothing is there.
    """
    return _entry_of(root, part)[1]


def path_of(root: Any, part: str) -> str:
    """A path in a container, spelt as Python would index it."""
    return spelt(_entry_of(root, part)[0])


def _entry_of(root: Any, part: str) -> tuple[tuple[Any, ...], Any]:
    """The same; of several pickles, the first needs no number in front."""
    if isinstance(root, Several) and is_container(root[0]):
        try:
            keys, value = _entry(root[0], part)
        except UnsupportedModel:
            return _entry(root, part)
        return (0, *keys), value
    return _entry(root, part)


def _entry(root: Any, part: str) -> tuple[tuple[Any, ...], Any]:
    found = list(entries(root))
    for spelling in (spelt, _unquoted, _dotted, _last):
        meant = [entry for entry in found if spelling(entry[0]) == part]
        if len(meant) == 1:
            return meant[0]
    paths = {spelt(keys): value for keys, value in found if not _is_plain(value)}
    near = did_you_mean(part, paths) or did_you_mean(f"[{part!r}]", paths)
    raise UnsupportedModel("", f"There is no part {part!r}{near}.\n{listed(paths)}")


def entries(root: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything in nested containers with the keys that lead to it, the nearest first."""
    todo: deque[tuple[tuple[Any, ...], Any]] = deque([((), root)])
    seen = 0
    while todo:
        keys, value = todo.popleft()
        if keys:
            yield keys, value
        if len(keys) > DEEPEST:
            continue
        if _is_bunch(value):
            value = value.attributes
        inside: Any = ()
        if isinstance(value, Mapping):
            inside = value.items()
        elif isinstance(value, (list, tuple)):
            inside = enumerate(value)
        for key, entry in inside:
            if seen >= MOST_ENTRIES:
                break
            seen += 1
            todo.append(((*keys, key), entry))


def spelt(keys: tuple[Any, ...]) -> str:
    """The path of some keys, as Python would index the container."""
    return "".join(f"[{key!r}]" for key in keys)


def _unquoted(keys: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" for key in keys)


def _dotted(keys: tuple[Any, ...]) -> str:
    return ".".join(map(str, keys))


def _last(keys: tuple[Any, ...]) -> str:
    return str(keys[-1])


def _is_bunch(value: Any) -> bool:
    return isinstance(value, Record) and value.kind == ("sklearn", "Bunch")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, complex, bytes))


def answers(record: Record) -> bool:
    """Whether an estimator answers, as its name has it."""
    for _ in range(50):
        if record.name == "FrozenEstimator":
            inner = record.get("estimator")
        elif record.name == "Pipeline":
            steps = record.get("steps")
            last = steps[-1] if isinstance(steps, (list, tuple)) and steps else None
            inner = last[-1] if isinstance(last, (list, tuple)) and last else None
        else:
            break
        if not isinstance(inner, Record):
            return False
        record = inner
    named = record.name.endswith(ANSWERING) or record.kind in _BARE
    return named or "best_estimator_" in record


def listed(values: Mapping[str, Any]) -> str:
    """The paths of some parts, each with what is there, one a line."""
    lines = [
        f"    {path}: {value.name if isinstance(value, Record) else type(value).__name__}"
        for path, value in values.items()
        if len(path) <= LONGEST_PATH
    ]
    more = len(lines) - MOST_LISTED
    if more > 0:
        lines[MOST_LISTED:] = [f"    and {more} more"]
    return "\n".join(lines)
