"""What is given in Python in place of a file: its bytes, an open file, a live object.

``model_file`` answers what a model file holds, whichever of these it is given as, and
says in one sentence what was given instead where it is none of them.
"""

from __future__ import annotations

import os
import pickle
import types
from collections.abc import Iterator
from typing import Any

from .errors import UnreadableFile, UnsupportedModel, wrapped
from .read import ModelFile, native, read_bytes, read_file

#: What a model may be given as, in words.
WANTED = "the path of a model file, its bytes, an open file or a fitted estimator"

_LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn")
_PLAIN = (bool, int, float, complex, set, frozenset, range)
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.ModuleType,
)


def model_file(given: Any, *, lenient: bool = False) -> ModelFile:
    """What a model file holds, by its path, as bytes, open, or before it is saved.

    ``lenient`` is as for ``read_file``. Raises UnreadableFile, and UnsupportedModel
    where what is given is no model in any of these forms.
    """
    if isinstance(given, ModelFile):
        return given
    if isinstance(given, str) and native.kind_of(given[:100].encode("utf-8", "ignore")):
        return read_bytes(given.encode("utf-8", "surrogatepass"), "the str")
    if isinstance(given, (str, os.PathLike)):
        _check_path(given)
        return read_file(given, lenient=lenient)
    if isinstance(given, (bytes, bytearray, memoryview)):
        return read_bytes(bytes(given), f"the {kind(given)}", lenient=lenient)
    if is_open_file(given):
        return read_bytes(content_of(given), _name_of(given), lenient=lenient)
    _check_model(given)
    return live(given, lenient=lenient)


def live(given: Any, *, lenient: bool = False) -> ModelFile:
    """What a live object is when it is saved. Raises UnreadableFile where it cannot be."""
    try:
        data = pickle.dumps(given, protocol=4)
    except Exception as error:  # whatever the parts of a live object raise
        raise UnreadableFile(_not_pickled(given, error)) from error
    try:
        return read_bytes(data, f"the {kind(given)}", lenient=lenient)
    except UnreadableFile:
        if derived := _derived(given):
            raise UnsupportedModel("", derived) from None
        raise


def name_of(given: Any) -> str:
    """How messages and reports call what was given: its path, or what it is."""
    if isinstance(given, (str, os.PathLike)):
        return os.fsdecode(given)
    return _name_of(given) if is_open_file(given) else f"the {kind(given)}"


def kind(given: Any) -> str:
    """The class of a thing, by its own name."""
    return type(given).__name__


# --- Open files -------------------------------------------------------------------------


def is_open_file(given: Any) -> bool:
    """Whether this can be read from, as an open file can."""
    return not isinstance(given, type) and callable(getattr(given, "read", None))


def content_of(stream: Any) -> bytes:
    """The bytes of an open file from where it stands. Raises UnreadableFile."""
    name = _name_of(stream)
    try:
        data = stream.read()
    except (OSError, ValueError) as error:  # closed, or open for writing alone
        raise UnreadableFile(
            f"{name}: it cannot be read ({error}); open it with mode 'rb'"
        ) from None
    if not isinstance(data, (bytes, bytearray)):
        raise UnreadableFile(f"{name}: it is open as text; open it with mode 'rb'")
    if not data and _has_been_read(stream):
        raise UnreadableFile(
            f"{name}: nothing is left to read; it has been read or written to its end: "
            "go back with seek(0)"
        )
    return bytes(data)


def _has_been_read(stream: Any) -> bool:
    try:
        return bool(stream.tell() > 0)
    except (AttributeError, OSError, ValueError):
        return False


def _name_of(given: Any) -> str:
    name = getattr(given, "name", None)
    return name if isinstance(name, str) and name else f"the {kind(given)}"


# --- What is no model -------------------------------------------------------------------


def _check_path(given: str | os.PathLike[str]) -> None:
    """UnreadableFile for a text that is no path."""
    text = os.fsdecode(given)
    if not text:
        raise UnreadableFile(f"The path is empty: give {WANTED}.")
    if "\n" in text and not os.path.exists(text):
        if "Compiled by treecompile" in text[:2_000]:
            raise UnreadableFile(f"{_SCORER_TEXT}.")
        raise UnreadableFile(f"This text is not the path of a file: give {WANTED}.")
    if text.endswith(".py") and _is_scorer(text):
        raise UnreadableFile(f"{text}: {_SCORER_TEXT[0].lower()}{_SCORER_TEXT[1:]}.")


_SCORER_TEXT = (
    "This is a scorer already, and no model: it is Python, so import it, or give the "
    "model file that it was made of"
)


def _is_scorer(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return b"Compiled by treecompile" in stream.read(2_000)
    except (OSError, ValueError):
        return False


def _check_model(given: Any) -> None:
    """UnsupportedModel for what is no model, saying what it is."""
    if given is None:
        raise _no_model("None is not a model")
    if isinstance(given, type):
        name = given.__name__
        if not hasattr(given, "fit"):
            raise _no_model(f"{name} is a class, and no model")
        raise UnsupportedModel(
            "",
            f"{name} is a class: give an instance of it that was fitted, as in "
            f"{name}().fit(X, y).",
        )
    if _package(type(given)) == "treecompile":
        raise _no_model(f"{_one(given)} of treecompile is not a model")
    if _answers(given) or isinstance(given, (dict, list, tuple)):
        return
    if hasattr(given, "columns") or hasattr(given, "__array__"):
        raise _no_model(f"{_one(given)} holds data, and is not a model")
    if isinstance(given, (*_PLAIN, *_FUNCTIONS)) or not _has_attributes(given):
        named = f" ({given.__name__})" if isinstance(given, _FUNCTIONS) else ""
        raise _no_model(f"{_one(given)}{named} is not a model")


def _one(given: Any) -> str:
    name = kind(given)
    return f"an {name}" if name.startswith(("a", "e", "i", "nd", "o")) else f"a {name}"


def _no_model(problem: str) -> UnsupportedModel:
    problem = problem[0].upper() + problem[1:]
    return UnsupportedModel("", f"{problem}: give {WANTED}.")


def _answers(given: Any) -> bool:
    return hasattr(given, "predict") or hasattr(given, "fit")


def _has_attributes(given: Any) -> bool:
    return hasattr(given, "__dict__") or hasattr(given, "__getstate__")


# --- What cannot be saved, or is of a class of one's own --------------------------------


def _not_pickled(given: Any, error: Exception) -> str:
    """Which part of a live object keeps it from being saved."""
    path, part = _unpicklable(given)
    what = f"its {path} is a {kind(part)} that" if path else "it"
    problem = f"This {kind(given)} cannot be pickled: {what} cannot be saved ({error})."
    if not isinstance(part, types.FunctionType):
        return problem
    return (
        f"{problem}\nFunctions are code, which is never read. A FunctionTransformer "
        "compiles with functions of numpy,\nas numpy.log1p; apply others to the data "
        "before the model."
    )


def _unpicklable(given: Any) -> tuple[str, Any]:
    """The innermost part that cannot be pickled, and how Python would get to it."""
    path, part = "", given
    for _ in range(20):
        for step, inside in _inside(part):
            if not _can_be_pickled(inside):
                path, part = path + step, inside
                break
        else:
            break
    return path.lstrip("."), part


def _inside(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield from ((f"[{key!r}]", value) for key, value in part.items())
    elif isinstance(part, (list, tuple)):
        yield from ((f"[{i}]", value) for i, value in enumerate(part))
    elif not isinstance(part, (*_FUNCTIONS, type)):
        attributes = getattr(part, "__dict__", {})
        yield from ((f".{name}", value) for name, value in attributes.items())


def _can_be_pickled(part: Any) -> bool:
    try:
        pickle.dumps(part, protocol=4)
    except Exception:  # whatever it raises
        return False
    return True


def _derived(given: Any) -> str:
    """What to say of an instance of a class of one's own that extends a known one."""
    mine = type(given)
    if _package(mine) in _LIBRARIES or isinstance(given, (dict, list, tuple)):
        return ""
    known = [cls for cls in mine.__mro__ if _package(cls) in _LIBRARIES]
    bases = [cls.__name__ for cls in known if hasattr(cls, "predict")]
    if bases:
        return wrapped(
            f"{mine.__name__} is a class of your own that extends {bases[0]}. What it "
            f"changes is code, and no code is ever read: fit a {bases[0]} itself."
        )
    inside = [
        f", its {name} (a {kind(value)})"
        for name, value in getattr(given, "__dict__", {}).items()
        if _package(type(value)) in _LIBRARIES and hasattr(value, "predict")
    ]
    return wrapped(
        f"{mine.__name__} is a class of your own, which is code, and no code is ever "
        f"read: give the fitted estimator inside it{inside[0] if inside else ''}."
    )


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]
