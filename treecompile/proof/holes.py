"""None or NaN: what a missing value is to the encoders of a fitted model.

To a scorer both are missing. An encoder knows one of them or both, column by column, so
the model is given the one that it knows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

_DEEPEST = 20


def holes_of(model: Any, transformers: Sequence[Any], width: int) -> list[Any]:
    """What stands for a missing value in each column that a model is given."""
    votes = [(False, False)] * width
    if transformers and _look(transformers[0], list(range(width)), votes, 0):
        return [None if none and not nan else math.nan for none, nan in votes]
    none, nan = _anywhere(model)
    return [None if none and not nan else math.nan] * width


def _look(part: Any, places: list[int], votes: list[Any], depth: int) -> bool:
    """Adds to the votes what a transformer of these columns says: whether it knows None,
    and whether NaN. False where its columns cannot be told apart."""
    name = type(part).__name__
    if depth > _DEEPEST:
        return False
    if name == "ColumnTransformer":
        indices = getattr(part, "_transformer_to_input_indices", None)
        if indices is None:
            return False
        return all(
            _look(inner, [places[i] for i in indices[key]], votes, depth + 1)
            for key, inner, _ in part.transformers_
            if key in indices
        )
    if name == "FeatureUnion":
        inners = [inner for _, inner in part.transformer_list]
        told = [_look(inner, places, votes, depth + 1) for inner in inners]
        return all(told)
    if name == "Pipeline":
        steps = [s for _, s in part.steps if s not in (None, "passthrough")]
        return not steps or _look(steps[0], places, votes, depth + 1)
    if name == "SimpleImputer":
        known = [(part.missing_values is None, part.missing_values is not None)]
        known *= len(places)
    else:
        known = [_known(array) for array in _categories(part)]
        if not known:
            return True
    if len(known) != len(places):
        return False
    for place, (none, nan) in zip(places, known):
        was = votes[place]
        votes[place] = was[0] or none, was[1] or nan
    return True


def _categories(part: Any) -> Any:
    found = getattr(part, "__dict__", {}).get("categories_")
    return found if isinstance(found, (list, tuple)) else ()


def _known(array: Any) -> tuple[bool, bool]:
    """Whether None is among some categories, and whether NaN is."""
    if getattr(getattr(array, "dtype", None), "kind", "") == "f":
        return False, bool((array != array).any())
    if getattr(getattr(array, "dtype", None), "kind", "") != "O":
        return False, False
    values = array.tolist()
    return any(x is None for x in values), any(x != x for x in values)


def _anywhere(model: Any) -> tuple[bool, bool]:
    """The same of all encoders in a model at once."""
    seen: set[int] = set()
    todo = [model]
    none = nan = False
    while todo:
        part = todo.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, (list, tuple)):
            todo += part
        elif isinstance(part, dict):
            todo += part.values()
        elif hasattr(part, "__dict__") and type(part).__module__.startswith("sklearn."):
            for array in _categories(part):
                knows = _known(array)
                none, nan = none or knows[0], nan or knows[1]
            todo += part.__dict__.values()
    return none, nan
