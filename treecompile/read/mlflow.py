"""A model folder of MLflow: which file in it is the model, and what its columns are.

``MLmodel`` is YAML. Of that, only the part is read which MLflow writes: mappings by
indentation, with plain and quoted scalars. Nothing of YAML's that makes objects is known
here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read import files, json_text
from treecompile.read.budget import Budget

NAME = "MLmodel"
_LONGEST = 4 << 20
_LINE = re.compile(r"( *)([\w.\-]+):(?:[ \t]+(.*))?\Z")
# The flavors, by how well they keep what was saved, and where each says its file is.
_FLAVORS = ("sklearn", "xgboost", "lightgbm", "catboost", "python_function")
_KEYS = ("pickled_model", "data", "model_path")
_INSIDE: tuple[str, ...] = (
    "model.pkl",
    "model.xgb",
    "model.ubj",
    "model.json",
    "model.lgb",
    "model.txt",
)
_INSIDE += ("model.cb", "model.cbm")


@dataclass(frozen=True)
class Folder:
    """The model's file in a folder, and the names of its columns by the signature."""

    path: Path
    columns: tuple[str, ...] | None


def folder_at(path: Path) -> Folder | None:
    """The MLflow model in a folder; None where there is none. Raises UnreadableFile."""
    try:
        if not (path / NAME).is_file():
            return None
        raw = files.whole(path / NAME)
    except OSError as error:
        raise UnreadableFile(f"{NAME} in it cannot be read: {error.strerror}") from None
    if len(raw) > _LONGEST:
        raise UnreadableFile(f"{NAME} in it is far too long for one")
    told = _mapping(raw.decode("utf-8", "replace"))
    return Folder(_model(path, told), _columns(told))


def _model(path: Path, told: Mapping[str, Any]) -> Path:
    """The file that the flavors name, which lies within the folder."""
    flavors = told.get("flavors")
    flavors = flavors if isinstance(flavors, Mapping) else {}
    for flavor in _FLAVORS:
        said = flavors.get(flavor)
        keys = said if isinstance(said, Mapping) else {}
        for name in map(keys.get, _KEYS):
            if isinstance(name, str) and name:
                found = _within(path, name)
                if found is not None:
                    return found
    raise UnreadableFile(
        f"this is a folder of MLflow, and {NAME} names no file in it that could hold a "
        "model of scikit-learn, XGBoost, LightGBM or CatBoost"
    )


def _within(path: Path, name: str) -> Path | None:
    """A file of the folder by its name, written on Windows perhaps; a folder in it may
    hold the model itself."""
    parts = [part for part in re.split(r"[\\/]+", name) if part not in ("", ".")]
    if ".." in parts or any(":" in part for part in parts):
        return None
    found = path.joinpath(*parts)
    if found.is_dir():
        inside = [found / each for each in _INSIDE if (found / each).is_file()]
        return inside[0] if inside else None
    return found if found.is_file() else None


def _columns(told: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names of the signature's inputs, in order."""
    signature = told.get("signature")
    text = signature.get("inputs") if isinstance(signature, Mapping) else None
    if not isinstance(text, str):
        return None
    try:
        inputs = json_text.loads(text, Budget(len(text)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(inputs, list) or not inputs:
        return None
    said = [each.get("name") for each in inputs if isinstance(each, dict)]
    names = [name for name in said if isinstance(name, str)]
    if len(names) != len(inputs):
        return None
    return tuple(names) if len(set(names)) == len(names) else None


# --- As much of YAML --------------------------------------------------------------------


def _mapping(text: str) -> dict[str, Any]:
    """Mappings inside one another, of texts; what is written otherwise is passed over."""
    root: dict[str, Any] = {}
    open_: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    lines = iter(text.splitlines())
    for line in lines:
        found = _LINE.match(line.rstrip())
        if found is None:
            continue
        indent, key, value = len(found[1]), found[2], (found[3] or "").strip()
        while open_[-1][0] >= indent:
            open_.pop()
        if not value:
            inside: dict[str, Any] = {}
            open_[-1][1][key] = inside
            open_.append((indent, inside))
            continue
        while value[:1] in "'\"" and not _is_closed(value):  # goes on, folded
            more = next(lines, None)
            if more is None:
                return root
            value = f"{value} {more.strip()}"
        open_[-1][1][key] = _scalar(value)
    return root


def _is_closed(value: str) -> bool:
    if value[0] == "'":
        return len(re.findall("'", value)) % 2 == 0
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"', value) is not None


def _scalar(value: str) -> str:
    if value[:1] == "'":
        return value[1:-1].replace("''", "'")
    if value[:1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value[1:-1]
    return value
