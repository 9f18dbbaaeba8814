"""The options of a build as they are given: from Python, and from the command line.

What is given is checked here, once: a value of another kind is a TypeError, and one that
is not allowed a ValueError, in one sentence that says what is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect import Signature

    from .options import Options

CHOICES = {
    "columns": ("used", "all"),
    "unknown": ("model", "reject"),
    "layout": ("auto", "nested", "table"),
    "target": ("python", "javascript"),
}
PREDICT_AS = ("classifier", "regressor", "booster")
MOST_SAMPLES = 100_000


def options_of(
    *,
    encode: Any = None,
    preprocess: Any = None,
    category_dtype: Any = None,
    dummies: Any = None,
    stamp: Any = None,
    **others: Any,
) -> Options:
    """The options of a build. TypeError or ValueError for what is none."""
    from .options import Options  # which imports numpy, and no help needs that

    for name in CHOICES.keys() & others.keys():
        check_choice(name, others[name])
    check_predict_as(others.get("predict_as"))
    for name, kinds, words in (
        ("part", (str,), "a str, as \"['model']\""),
        ("sparse", (bool,), "True or False"),
        ("names", (str, os.PathLike, Iterable), "a str or a list of names"),
    ):
        if others.get(name) is not None and not isinstance(others[name], kinds):
            raise _wrong(name, words, others[name])
    if "threshold" in others:
        others["threshold"] = _threshold(others["threshold"])
    if "self_test" in others:
        others["self_test"] = _self_test(others["self_test"])
    if others.get("self_test") and others.get("target", "python") != "python":
        raise ValueError("The 'self_test' parameter is for scorers in Python.")
    return Options(
        encode=_pairs("encode", encode, "a dict of column and encoder"),
        preprocess=_several(preprocess),
        category_dtype=_names("category_dtype", category_dtype),
        dummies=_dummies(dummies),
        stamp=_stamp(stamp),
        **others,
    )


def check_choice(name: str, value: Any) -> None:
    """ValueError where an option is none of the values that it may have."""
    check_one_of(name, value, CHOICES[name])


def check_names(function: str, known: Signature, given: Iterable[str]) -> Signature:
    """What is known; TypeError where an option is given that is not among it."""
    from .suggest import did_you_mean

    for name in given:
        if name not in known.parameters:
            near = did_you_mean(name, known.parameters)
            raise TypeError(
                f"{function}() got an unexpected keyword argument {name!r}{near}"
            )
    return known


def check_one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """ValueError where a value is none of those that are allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise _wrong(name, _one_of(allowed), value, ValueError)


def check_predict_as(value: Any) -> None:
    """ValueError where a booster cannot be asked to answer so."""
    if value is not None:
        check_one_of("predict_as", value, PREDICT_AS)


def check_switch(name: str, value: Any) -> None:
    """TypeError where an option is neither True, False nor None."""
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, "True, False or None", value)


def check_description(schema: Any, data: Any) -> None:
    """TypeError where what is to describe the columns is of another kind."""
    if schema is not None and not isinstance(schema, (str, os.PathLike, Mapping)):
        raise _wrong("schema", "a dict or the path of a JSON file", schema)
    framed = hasattr(data, "columns") and hasattr(data, "__getitem__")
    if data is not None and not framed and not isinstance(data, (str, os.PathLike)):
        raise _wrong("data", "a DataFrame or the path of a CSV file", data)


def _one_of(values: Iterable[str]) -> str:
    return "one of " + ", ".join(map(repr, values))


def _wrong(
    name: str, wanted: str, value: Any, kind: type[Exception] = TypeError
) -> Exception:
    shown = repr(value)
    if len(shown) > 60 or not shown.isprintable():
        shown = f"a {type(value).__name__}"
    return kind(f"The {name!r} parameter must be {wanted}. Got {shown} instead.")


def _threshold(value: Any) -> float | None:
    wanted = "a number from 0 to 1, or None"
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _wrong("threshold", wanted, value)
    if not 0.0 <= float(value) <= 1.0:  # nan is not within it
        raise _wrong("threshold", wanted, value, ValueError)
    return math.fabs(float(value))  # -0.0 is 0.0


def _self_test(value: Any) -> int:
    wanted = f"an integer from 0 to {MOST_SAMPLES:,}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _wrong("self_test", wanted, value)
    if not 0 <= int(value) <= MOST_SAMPLES:
        raise _wrong("self_test", wanted, value, ValueError)
    return int(value)


def _pairs(name: str, given: Any, wanted: str) -> tuple[tuple[str, Any], ...]:
    """What is given as a dict; from the command line, as pairs."""
    if given is None or given == ():
        return ()
    pairs = tuple(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, tuple) or not all(isinstance(p, tuple) for p in pairs):
        raise _wrong(name, wanted, given)
    for key, _ in pairs:
        if not isinstance(key, str) or not key:
            raise _wrong(name, f"{wanted}, with names as its keys", given)
    return pairs


def _stamp(given: Any) -> tuple[tuple[str, str], ...]:
    pairs = _pairs("stamp", given, "a dict of texts")
    for key, value in pairs:
        if not isinstance(value, (str, int, float)):
            raise _wrong("stamp", "a dict of texts", given)
        if "=" in key:
            raise _wrong("stamp", "a dict whose keys hold no '='", given, ValueError)
    return tuple((key, str(value)) for key, value in pairs)


def _dummies(given: Any) -> tuple[str, ...]:
    """Texts as on the command line, or the features and categories of each column."""
    wanted = "a dict of column and a dict of feature and category"
    if isinstance(given, Mapping):
        if not all(isinstance(each, Mapping) for each in given.values()):
            raise _wrong("dummies", wanted, given)
        return tuple(
            f"{column}={feature}:{category}"
            for column, features in given.items()
            for feature, category in features.items()
        )
    texts = _several(given)
    if not all(isinstance(text, str) for text in texts):
        raise _wrong("dummies", wanted, given)
    return texts


def _several(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)


def _names(name: str, given: Any) -> str | None:
    if given is None or isinstance(given, str):
        return given
    names: list[Any] = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(each, str) for each in names):
        raise _wrong(name, "a str or a list of names", given)
    return ",".join(names)
