"""Which columns of a frame the lists of categories are of that LightGBM keeps.

It keeps one list for each column of dtype ``category``, in the order of the columns, and
not their names. Which columns it splits as categories says nothing of it: ordered
categories are numbers to it, and ``categorical_feature`` may name columns of integers.
What the file does say of a column is in which range its numbers lay, or which codes it
held, and where the trees cut it: the codes of k categories are 0 to k - 1. Where more
than one assignment is left, the user's own description of the columns decides, or the
user names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..errors import DAMAGED, UnsupportedModel
from ..program import Constant, Read
from ..suggest import did_you_mean
from .flow import Flow, Raw
from .lightgbm_text import CATEGORICAL, LightgbmModel

_RANGE = re.compile(r"\[([^:\[\]]+):([^:\[\]]+)\]\Z")
# What stands for "any number at all" in a test, and for missing values among codes.
_ANY_NUMBER = 1e300
_MISSING_CODE = -1
# Pairs of columns and lists that are looked at; no frame has so many.
_MOST_PAIRS = 2_000_000
_MOST_SHOWN = 6

Lists = Sequence[tuple[Any, ...]]


def category_columns(
    model: LightgbmModel, flow: Flow, raw: Raw, path: str
) -> dict[int, tuple[Any, ...]]:
    """The categories of each column of the frame that held some, by its place.

    Refused where that is not sure, with what to do.
    """
    lists = model.lists
    if not lists:
        return {}
    names = model.names or tuple(flow.names)
    chosen = _named(model, names, raw, path)
    if chosen is None:
        chosen = _only(model, flow, raw, path)
    if chosen is None:
        raise _open(model, names, raw, path)
    return dict(zip(chosen, lists))


# --- What the file says ---------------------------------------------------------------


def _least(model: LightgbmModel) -> list[int | None]:
    """For each column, how many categories it had at least, if it held codes of some;
    None where it held other numbers."""
    least = [_told_by(info) for info in model.infos]
    for tree in model.trees:
        for feature, threshold, decision in zip(
            tree.features, tree.thresholds, tree.decisions
        ):
            known = least[feature]
            if known is None:
                continue
            if decision & CATEGORICAL:
                number = int(threshold)
                words = tree.bitsets[number] if number < len(tree.bitsets) else []
                least[feature] = max(known, _highest(words) + 1)
            elif not model.forced_bins and not _between_codes(threshold):
                least[feature] = None
    return least


def _told_by(info: str) -> int | None:
    """The same of what LightGBM noted of a column: ``[0:3]``, ``2:0:1`` or ``none``."""
    found = _RANGE.match(info)
    try:
        if found is not None:
            low, high = float(found[1]), float(found[2])
            whole = low.is_integer() and high.is_integer()
            return int(high) + 1 if whole and 0.0 <= low <= high else None
        if info[:1].isdigit() or info[:1] == "-":
            codes = [int(code) for code in info.split(":")]
            return max(codes) + 1 if min(codes) >= _MISSING_CODE else None
    except (ValueError, OverflowError):
        pass
    return 0  # it was constant, or says nothing


def _highest(words: list[int]) -> int:
    """The highest bit that is set in words of 32 bits, -1 where none is."""
    bits = (32 * i + (w & 2**32 - 1).bit_length() - 1 for i, w in enumerate(words) if w)
    return max(bits, default=-1)


def _between_codes(threshold: float) -> bool:
    """Whether a cut can lie between whole numbers: LightGBM cuts in the middle."""
    if abs(threshold) >= _ANY_NUMBER:
        return True
    twice = 2.0 * threshold
    return abs(twice - round(twice)) <= 1e-9 * max(1.0, abs(twice))


def _between(
    sizes: Sequence[int], fits: Callable[[int, int], bool], width: int
) -> tuple[list[int], list[int]] | None:
    """The lowest and the highest places of lists, in order, on columns that they fit:
    ``fits(column, list)``. They are the same where one assignment is left; None where
    there is none."""
    lowest: list[int] = []
    column = 0
    for k in range(len(sizes)):
        while column < width and not fits(column, k):
            column += 1
        if column == width:
            return None
        lowest.append(column)
        column += 1
    highest: list[int] = []
    column = width - 1
    for k in reversed(range(len(sizes))):
        while not fits(column, k):
            column -= 1
        highest.append(column)
        column -= 1
    return lowest, highest[::-1]


# --- What the user says ---------------------------------------------------------------


def _named(
    model: LightgbmModel, names: Sequence[str], raw: Raw, path: str
) -> list[int] | None:
    """The columns that the user named, checked; None where none were."""
    if raw.told.category_dtype is None:
        return None
    raw.told.category_used = True
    wrong = [name for name in raw.told.category_dtype if name not in names]
    if wrong:
        raise UnsupportedModel(
            path,
            f"it has no column {wrong[0]!r}{did_you_mean(wrong[0], names)}, which "
            "--category-dtype names",
        )
    chosen = sorted({names.index(name) for name in raw.told.category_dtype})
    if len(chosen) != len(model.lists):
        raise UnsupportedModel(
            path,
            f"--category-dtype names {len(chosen)} columns, and the frame that it was "
            f"fitted on had {len(model.lists)} of dtype category",
            f"Their categories are, in this order:\n{_listed(model.lists)}",
        )
    least = _least(model)
    for column, values in zip(chosen, model.lists):
        if not _fits(least[column], values):
            raise UnsupportedModel(
                path,
                f"column {names[column]!r} held other numbers than the codes of "
                f"{_shown(values)}, so it was not of dtype category",
                f"These columns may have been: {_names(_possible(model), names)}.",
            )
    return chosen


def _fits(least: int | None, values: tuple[Any, ...]) -> bool:
    return least is not None and least <= len(values)


def _only(model: LightgbmModel, flow: Flow, raw: Raw, path: str) -> list[int] | None:
    """The columns, where the file leaves no choice, or else where what describes the
    raw columns leaves none; None where there is one."""
    least, lists = _least(model), model.lists
    sizes = list(map(len, lists))
    ends = _between(sizes, lambda i, k: _fits(least[i], lists[k]), model.width)
    if ends is None:
        raise UnsupportedModel(
            path,
            f"it holds {len(lists)} lists of categories that fit none of its columns",
            DAMAGED,
        )
    if ends[0] == ends[1]:
        return ends[0]
    chosen = _described(model, flow, raw, least)
    if chosen is not None:
        names = model.names or tuple(flow.names)
        raw.told.decided = tuple(names[i] for i in chosen)
    return chosen


def _described(
    model: LightgbmModel, flow: Flow, raw: Raw, least: list[int | None]
) -> list[int] | None:
    """The one choice of columns under which every column holds what it was described to
    hold: categories of its list, or numbers that were in the training data."""
    if raw.described is None or model.width * len(model.lists) > _MOST_PAIRS:
        return None
    columns = [_Column(value, raw) for value in flow.values]
    known = [_Known(values) for values in model.lists]
    # ways[k]: how the first k lists can lie on the columns so far; two are as good as
    # many. Each is the last column and the way of the lists before.
    ways: list[list[Any]] = [[()], *([] for _ in model.lists)]
    for i, column in enumerate(columns):
        plain = column.may_be_number(model.infos[i])
        after = [ways[0] if plain else []]
        for k, values in enumerate(known):
            found = ways[k + 1] if plain else []
            fits = ways[k] and _fits(least[i], model.lists[k])
            if fits and column.may_be_of(values):
                found = [*found, *((i, way) for way in ways[k])][:2]
            after.append(found)
        ways = after
    if len(ways[-1]) != 1:
        return None
    chosen, way = [], ways[-1][0]
    while way:
        i, way = way
        chosen.append(i)
    return chosen[::-1]


class _Known:
    """The categories of a list, to be looked up."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = {(isinstance(x, str), x) for x in values}
        self.texts = {x for x in values if isinstance(x, str)}

    def __contains__(self, x: Constant) -> bool:
        # A CSV file does not tell the text "1" from the number.
        return (isinstance(x, str), x) in self.values or str(x) in self.texts


class _Column:
    """What the user's description says of a column that the model takes as it is."""

    def __init__(self, value: Any, raw: Raw) -> None:
        self.seen: tuple[Constant, ...] = ()
        self.text = self.category = False
        if isinstance(value, Read) and raw.described is not None:
            column = raw.described[value.column]
            self.seen = raw.told.seen[value.column]
            self.text = column.categories == () or any(
                isinstance(x, str) for x in (*self.seen, *(column.categories or ()))
            )
            self.category = raw.told.of_category[value.column]

    def may_be_number(self, info: str) -> bool:
        """Whether it can have been a number to LightGBM: it takes no text, and the
        numbers are those of the training data."""
        if self.text or self.category:
            return False
        numbers = [float(x) for x in self.seen if isinstance(x, (int, float))]
        found = _RANGE.match(info)
        try:
            if found is not None:
                low, high = float(found[1]), float(found[2])
                return all(low <= x <= high for x in numbers)
        except ValueError:
            pass
        return True

    def may_be_of(self, known: _Known) -> bool:
        """Whether it can have held these categories: it holds no other value."""
        return all(x in known for x in self.seen)


# --- What is said where it stays open -------------------------------------------------


def _possible(model: LightgbmModel) -> list[int]:
    """The columns that can have been of dtype category."""
    most = max(map(len, model.lists))
    return [i for i, x in enumerate(_least(model)) if x is not None and x <= most]


def _open(
    model: LightgbmModel, names: Sequence[str], raw: Raw, path: str
) -> UnsupportedModel:
    number = len(model.lists)
    told = "" if raw.described is None else ", nor does the description of the columns"
    columns = "column" if number == 1 else "columns"
    data = (
        ""
        if raw.described is not None
        else "\nOr give the data that it was fitted on, with --data, if that tells."
    )
    return UnsupportedModel(
        path,
        f"it was fitted on a frame with {number} {columns} of dtype category, and its "
        f"file does not say which{told}",
        f"Name {'it' if number == 1 else 'them'}: --category-dtype "
        f"{'NAME' if number == 1 else 'NAME,NAME,...'}. The categories are"
        f"{', in the order of the columns' if number > 1 else ''}:\n"
        f"{_listed(model.lists)}\n"
        f"These columns may have been: {_names(_possible(model), names)}.{data}",
    )


def _names(places: Iterable[int], names: Sequence[str]) -> str:
    shown = [repr(names[i]) for i in places]
    return ", ".join(shown[:30]) + (", ..." if len(shown) > 30 else "")


def _listed(lists: Lists) -> str:
    lines = [f"    {_shown(values)}" for values in lists[:20]]
    more = len(lists) - len(lines)
    return "\n".join(lines + [f"    and {more} more"] * bool(more))


def _shown(values: tuple[Any, ...]) -> str:
    more = ", ..." if len(values) > _MOST_SHOWN else ""
    return ", ".join(repr(x)[:40] for x in values[:_MOST_SHOWN]) + more
