"""The boosters' own model files, told by their content.

XGBoost, LightGBM and CatBoost save their models in forms of their own, and a pickle of
theirs holds the same bytes. So such a file becomes the record that a pickle would hold,
with an :class:`OwnFile` for its state; what is made of it is for ``lower/predict_as.py``
to say. The same forms are found as texts and bytes in what a pickle or a JSON file holds.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from treecompile.errors import UnreadableFile
from treecompile.read import json_text
from treecompile.read.budget import Budget
from treecompile.read.records import Name, Record

XGBOOST_JSON = "XGBoost JSON"
XGBOOST_UBJSON = "XGBoost UBJSON"
XGBOOST_BINARY = "XGBoost binary"
LIGHTGBM_TEXT = "LightGBM text"
CATBOOST_BINARY = "CatBoost binary"
CATBOOST_JSON = "CatBoost JSON"
#: JSON of another kind, which may hold a model.
JSON = "JSON"

_LIGHTGBM = re.compile(rb"\s{0,8}tree\r?\nversion=v")
_UBJSON = re.compile(rb"\{[LlIUi$][\x00-\xff]{0,12}?[a-z]")
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s{0,64}(?:[{\[]|"tree\\nversion=v)')
_FIRST_KEY = re.compile(rb'(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,64}"(\w{1,64})"')
_FIRST_KEYS = {
    b"learner": XGBOOST_JSON,
    b"version": XGBOOST_JSON,
    b"features_info": CATBOOST_JSON,
    b"ctr_data": CATBOOST_JSON,
}
# XGBoost's binary form: numbers, then the names of the objective and of the booster.
_NUMBERS_OF_LEARNER = 136
_LENGTH = struct.Struct("<Q")
_OBJECTIVE = re.compile(rb"[a-z]+:[\w:]+\Z")
_BOOSTERS = (b"gbtree", b"gblinear", b"dart")
_LONGEST_NAME = 64
#: As much of a file as ``kind_of`` looks at.
HEAD = 4096

# As deep, and as many entries of, a container are looked at.
_DEEPEST = 4
_MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class OwnFile:
    """What marks the record of a booster that no pickle made: the form it was in."""

    form: str


def kind_of(data: bytes) -> str:
    """The form of a booster's own file, by its head; ``JSON`` where that may hold one,
    empty for anything else."""
    head = bytes(data[:HEAD])
    if head.startswith(b"CBM1") and min(head[4:], default=9) < 9:  # else it is a text
        return CATBOOST_BINARY
    if _LIGHTGBM.match(head):
        return LIGHTGBM_TEXT
    if _UBJSON.match(head) and b"learner" in head:
        return XGBOOST_UBJSON
    if _is_xgboost_binary(head.removeprefix(b"binf")):
        return XGBOOST_BINARY
    if _JSON.match(head):
        first = _FIRST_KEY.match(head)
        return _FIRST_KEYS.get(first[1], JSON) if first else JSON
    return ""


def record_of(data: bytes, kind: str, budget: Budget) -> Any:
    """What a file of a form holds: the record of a booster or, of other JSON, the values
    in it. Raises UnreadableFile."""
    if kind in _MAKERS:
        return _MAKERS[kind](data, kind, budget)
    try:
        root = json_text.loads(data, budget)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            "the file looks like JSON but is not valid: it was cut short when it was "
            "written or copied, or edited. Copy it again, or save the model again"
        ) from error
    kind = _kind_of_json(root)
    if kind:
        return _MAKERS[kind](data, kind, budget)
    if _is_a_list(root):
        return _with_numbers(root)
    found = with_boosters(root, budget)
    if not _holds_boosters(found):
        raise UnreadableFile(_other_json(root))
    return found


def form_of(root: Any, kind: str) -> str:
    """The form of a file, in words."""
    return root.state.form if isinstance(root, Record) else kind


def with_boosters(root: Any, budget: Budget) -> Any:
    """What a file holds, with a record in the place of each text or bytes that is a
    booster's own file: such a text is what ``model_to_string`` gives, such bytes
    ``save_raw``."""
    return _Replacing(budget).of(root, 0)


class _Replacing:
    """Looks through containers, to some depth and some entries."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.left = _MOST_ENTRIES

    def of(self, value: Any, depth: int) -> Any:
        if isinstance(value, (str, bytes, bytearray)):
            return self._of_text(value)
        if not isinstance(value, (dict, list, tuple)) or depth > _DEEPEST:
            return value
        keys = list(value) if isinstance(value, dict) else range(len(value))
        changed = {}
        for key in keys[: self.left]:
            self.left -= 1
            found = self.of(value[key], depth + 1)
            if found is not value[key]:
                changed[key] = found
        if isinstance(value, tuple):
            entries = (changed.get(i, entry) for i, entry in enumerate(value))
            return tuple(entries) if changed else value
        for key, found in changed.items():
            value[key] = found
        return value

    def _of_text(self, value: str | bytes | bytearray) -> Any:
        kind = kind_of(_head_of(value))
        if kind not in _MAKERS:
            return value
        self.budget.charge(len(value) * (4 if isinstance(value, str) else 1))
        data = (
            value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        )
        return _MAKERS[kind](bytes(data), kind, self.budget)


def _head_of(value: str | bytes | bytearray) -> bytes:
    """The beginning of a text or bytes."""
    head = value[:HEAD]
    if isinstance(head, str):
        return head.encode("utf-8", "surrogatepass")
    return bytes(head)


# --- Records ----------------------------------------------------------------------------


def _xgboost(data: bytes, kind: str, budget: Budget) -> Record:
    return _record("xgboost.core", "Booster", "handle", data, kind)


def _lightgbm(data: bytes, kind: str, budget: Budget) -> Record:
    budget.charge(len(data) * (1 if data.isascii() else 4))
    text = data.decode("utf-8", "surrogateescape").lstrip().replace("\r\n", "\n")
    return _record("lightgbm.basic", "Booster", "handle", text, kind)


def _catboost(data: bytes, kind: str, budget: Budget) -> Record:
    return _record("catboost.core", "CatBoost", "__model", data, kind)


def _record(module: str, name: str, attribute: str, value: Any, kind: str) -> Record:
    record = Record(Name(module, name))
    record.attributes = {attribute: value}
    record.state = OwnFile(kind)
    return record


_MAKERS: dict[str, Callable[[bytes, str, Budget], Record]] = {
    XGBOOST_JSON: _xgboost,
    XGBOOST_UBJSON: _xgboost,
    XGBOOST_BINARY: _xgboost,
    LIGHTGBM_TEXT: _lightgbm,
    CATBOOST_BINARY: _catboost,
    CATBOOST_JSON: _catboost,
}


# --- By content -------------------------------------------------------------------------


def _is_xgboost_binary(head: bytes) -> bool:
    """Whether the names of an objective and of a booster stand where they must."""
    objective, after = _name_at(head, _NUMBERS_OF_LEARNER)
    booster, _ = _name_at(head, after)
    return bool(_OBJECTIVE.match(objective)) and booster in _BOOSTERS


def _name_at(head: bytes, at: int) -> tuple[bytes, int]:
    """A text behind its length, and where it ends; empty where there is none."""
    if not 0 <= at <= len(head) - _LENGTH.size:
        return b"", -1
    (length,) = _LENGTH.unpack_from(head, at)
    at += _LENGTH.size
    if length > _LONGEST_NAME:
        return b"", -1
    return head[at : at + length], at + length


def _kind_of_json(root: Any) -> str:
    """The form of a booster, by the keys at the top, whichever is the first."""
    if not isinstance(root, dict):
        return ""
    if "learner" in root:
        return XGBOOST_JSON
    if "features_info" in root and ("oblivious_trees" in root or "trees" in root):
        return CATBOOST_JSON
    return ""


def _holds_boosters(root: Any) -> bool:
    """Whether a record was put into a container that was there."""
    todo, left = [root], _MOST_ENTRIES
    while todo and left > 0:
        value, left = todo.pop(), left - 1
        if isinstance(value, Record):
            return True
        if isinstance(value, dict):
            todo += list(value.values())[:left]
        elif isinstance(value, list):
            todo += value[:left]
    return False


def _is_a_list(root: Any) -> bool:
    """Whether JSON holds names, labels or codes: what may stand beside a model."""
    if not isinstance(root, (dict, list)):
        return False
    plain = root.values() if isinstance(root, dict) else root
    return bool(root) and all(
        type(x) in (int, float, bool)
        or (isinstance(x, str) and kind_of(_head_of(x)) not in _MAKERS)
        for x in plain
    )


def _with_numbers(root: Any) -> Any:
    """The same, with numbers for keys where these are labels by number: JSON has texts
    for keys alone."""
    if isinstance(root, dict) and all(map(str.isdecimal, root)):
        if all(isinstance(x, str) for x in root.values()):
            return {int(key): x for key, x in root.items() if len(key) < 10}
    return root


def _other_json(root: Any) -> str:
    """What JSON without a booster seems to be, and what to give instead."""
    if isinstance(root, dict) and isinstance(root.get("tree_info"), list):
        return (
            "the file is a dump of a LightGBM model (dump_model), which cannot be loaded "
            "again: give the file that save_model writes"
        )
    first = root[0] if isinstance(root, list) and root else None
    if isinstance(first, dict) and "nodeid" in first:
        return (
            "the file is a dump of an XGBoost model (dump_model), whose numbers are "
            "rounded: give the file that save_model writes"
        )
    return (
        "the file is JSON, and holds no model: give the file that save_model, pickle.dump "
        "or joblib.dump wrote"
    )
