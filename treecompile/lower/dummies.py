"""Features named after raw columns: ``odor_n`` is "the column odor holds n".

A model that was fitted on ``pandas.get_dummies`` knows its features by name alone.
Once a schema or the training data says that ``odor`` is a column and ``n`` one of its
categories, the feature is read from the raw column. Names are matched exactly where
they can be, else as identifiers (``stalk-root`` and ``stalk_root`` are one name), else
without regard to the case of the column. That is of columns: the category is matched as
it is, since another spelling may be another category, which the data lacks; but for
LightGBM, which makes underscores of spaces. A feature that two columns could explain is
refused, and so are two that would be read from one value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import BadSchema
from ..program import (
    Column,
    Constant,
    Expression,
    Feature,
    IsMissing,
    Program,
    Read,
    Threshold,
    equals,
)
from ..schema import Described
from ..suggest import did_you_mean
from .given_dummies import FORM, given_dummies, suggested
from .precision import double_cuts

_SEPARATORS = "_-=.: /|"


@dataclass(frozen=True)
class Meaning:
    """What a feature reads: a column as a number, or whether it holds a category
    (None: whether it is missing)."""

    source: int
    dummy: bool = False
    category: Constant = None


def match_columns(
    names: tuple[str, ...],
    described: tuple[Described, ...],
    spaceless: bool = False,
    dummies: tuple[str, ...] = (),
) -> tuple[tuple[Described, ...], tuple[Feature, ...]]:
    """The raw columns that the features come from, and each feature over them.

    Columns carry the model's own spelling, in the order in which the features first
    use them. ``spaceless`` says that the model made underscores of the spaces in names;
    ``dummies`` are the features that the user says what they are of. Raises BadSchema for a feature that no column explains, or that two do.
    """
    index = _Index(described, spaceless)
    given = _given(names, described, dummies)
    found = [given.get(name) or index.meaning(name) for name in names]
    unexplained = [name for name, meaning in zip(names, found) if meaning is None]
    if unexplained:
        raise BadSchema(_no_column(unexplained, described))
    meanings = [meaning for meaning in found if meaning is not None]
    _check_distinct(names, meanings, described)
    by_source: dict[int, list[Meaning]] = defaultdict(list)
    spelling: dict[int, str] = {}
    for name, meaning in zip(names, meanings):
        by_source[meaning.source].append(meaning)
        own = described[meaning.source].column.name
        part = own if name in given else _column_part(name, meaning, described)
        spelling.setdefault(meaning.source, part)
    if len(set(spelling.values())) != len(spelling):
        raise BadSchema("Two columns of the data would have one name in the model.")
    columns = tuple(
        _column(described[i], spelling[i], uses) for i, uses in by_source.items()
    )
    place = {source: position for position, source in enumerate(by_source)}
    return columns, tuple(
        Feature(name, _expression(meaning, Read(place[meaning.source])))
        for name, meaning in zip(names, meanings)
    )


def _given(
    names: tuple[str, ...], described: tuple[Described, ...], dummies: tuple[str, ...]
) -> dict[str, Meaning]:
    """What the user says of features."""
    places = {each.column.name: i for i, each in enumerate(described)}
    told = given_dummies(dummies, names, _known(described))
    return {
        feature: Meaning(places[column], True, category)
        for feature, (column, category) in told.items()
    }


def _known(described: tuple[Described, ...]) -> dict[str, list[tuple[Constant, str]]]:
    return {each.column.name: list(_texts(each)) for each in described}


class _Index:
    """Which meanings a name can have, by ever looser readings of the name."""

    def __init__(self, described: tuple[Described, ...], spaceless: bool) -> None:
        self.described = described
        self.spaceless = spaceless
        self.exact: dict[str, set[Meaning]] = defaultdict(set)
        self.parts: dict[tuple[str, str], set[Meaning]] = defaultdict(set)
        self.caseless: dict[tuple[str, str], set[Meaning]] = defaultdict(set)
        self.loose: dict[str, set[Meaning]] = defaultdict(set)
        self.looser: dict[str, set[Meaning]] = defaultdict(set)
        for source, column in enumerate(described):
            name = column.column.name
            self._add(name, Meaning(source))
            for category, text in _texts(column):
                meaning = Meaning(source, True, category)
                self.exact[f"{name}_{text}"].add(meaning)
                self.parts[_identifier(name), text].add(meaning)
                self.caseless[_identifier(name).casefold(), text].add(meaning)
                if self.spaceless:
                    self.parts[_identifier(name), text.replace(" ", "_")].add(meaning)

    def _add(self, name: str, meaning: Meaning) -> None:
        self.exact[name].add(meaning)
        self.loose[_identifier(name)].add(meaning)
        self.looser[_identifier(name).casefold()].add(meaning)

    def meaning(self, name: str) -> Meaning | None:
        """The one meaning of a feature's name; BadSchema where it could have two."""
        for meanings in self._readings(name):
            if len(meanings) > 1:
                columns = sorted(
                    repr(self.described[m.source].column.name) for m in meanings
                )
                raise BadSchema(
                    f"The feature {name!r} of the model can be read in two ways from "
                    f"the columns {' and '.join(dict.fromkeys(columns))}.\n"
                    "Describe only one of them with --schema."
                )
            if meanings:
                return next(iter(meanings))
        return None

    def _readings(self, name: str) -> Iterator[set[Meaning]]:
        yield self.exact.get(name, set())
        yield self._parted(name, self.parts, _identifier)
        yield self.loose.get(_identifier(name), set())
        yield self._parted(name, self.caseless, lambda x: _identifier(x).casefold())
        yield self.looser.get(_identifier(name).casefold(), set())
        yield self._never_missing(name)

    def _parted(
        self,
        name: str,
        known: dict[tuple[str, str], set[Meaning]],
        spelt: Callable[[str], str],
    ) -> set[Meaning]:
        """The meanings as a column, in some spelling, and the category itself."""
        found: set[Meaning] = set()
        for prefix, text in _splits(name):
            found |= known.get((spelt(prefix), text), set())
        return found

    def _never_missing(self, name: str) -> set[Meaning]:
        """``odor_nan``, which get_dummies(dummy_na=True) makes of every column, where
        the column has no missing values."""
        columns = {
            source
            for prefix, text in _splits(name)
            for source, column in enumerate(self.described)
            if text == "nan" and _identifier(prefix) == _identifier(column.column.name)
        }
        return {Meaning(source, True) for source in columns}


def _check_distinct(
    names: tuple[str, ...], meanings: list[Meaning], described: tuple[Described, ...]
) -> None:
    """BadSchema where two features would be read from the same thing."""
    first: dict[Meaning, str] = {}
    for name, meaning in zip(names, meanings):
        other = first.setdefault(meaning, name)
        if other != name:
            column = described[meaning.source].column.name
            raise BadSchema(
                f"The features {other!r} and {name!r} of the model would both be read "
                f"from one value of the column {column!r}.\n"
                "The data lacks what one of them stands for: describe every category, in "
                "the spelling of the model."
            )


def _identifier(name: str) -> str:
    """The name with every run of other characters than letters and digits as ``_``."""
    return re.sub(r"[\W_]+", "_", name).strip("_")


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """Every way to take a name as a column, separators and a category."""
    for i in range(1, len(name)):
        if name[i - 1] in _SEPARATORS:
            yield name[:i].rstrip(_SEPARATORS), name[i:]


def _texts(described: Described) -> Iterator[tuple[Constant, str]]:
    """Each category with the ways in which a dummy column may have spelt it."""
    for value in described.seen:
        yield value, str(value)
        if type(value) is int:  # a column with missing values is read as floats
            yield value, f"{value}.0"
        elif type(value) is float and value.is_integer():
            yield value, str(int(value))
    if described.column.missing:
        yield None, "nan"


def _column_part(name: str, meaning: Meaning, described: tuple[Described, ...]) -> str:
    """The model's own spelling of the column in the name of a feature."""
    own = described[meaning.source].column.name
    if not meaning.dummy:
        return name
    if name.startswith(own):
        return own
    for prefix, _ in _splits(name):
        if _identifier(prefix).casefold() == _identifier(own).casefold():
            return prefix
    return own


def _column(described: Described, name: str, uses: list[Meaning]) -> Described:
    """The column as the data knew it; dummies make categories of its numbers."""
    column = replace(described.column, name=name)
    if column.categories is None and any(meaning.dummy for meaning in uses):
        column = Column(name, described.seen, missing=column.missing)
    return replace(described, column=column)


def _expression(meaning: Meaning, read: Read) -> Expression:
    if not meaning.dummy:
        return read
    return (
        IsMissing(read) if meaning.category is None else equals(read, meaning.category)
    )


def _no_column(unexplained: list[str], described: tuple[Described, ...]) -> str:
    """The message for features that the data does not explain."""
    names = [d.column.name for d in described]
    lines = ["The model was fitted on features that no column of the data explains:"]
    for name in unexplained[:10]:
        hint = did_you_mean(name, names)
        lines.append(f"    {name!r}{hint}")
    if len(unexplained) > 10:
        lines.append(f"    and {len(unexplained) - 10} more")
    if options := suggested(unexplained, _known(described)):
        lines.append("They may be dummies of a column under another name; if so, give")
        return "\n".join([*lines, *(f"    {option}" for option in options)])
    lines.append(
        "A feature is a column of numbers, or a column and one of its values, as in "
        "'odor_n'.\nThe value is spelt as in the feature: where names were changed after "
        "get_dummies, change the\nvalues of the data alike. A dummy of another name: "
        f"--dummies {FORM}."
    )
    return "\n".join(lines)


# What flags begin with that are of no column: is_active, has_garden.
_FLAGS = frozenset(
    "is was are were has have had can could may did does do will with without no not "
    "non any in on opt use uses used flag ind indicator bool remainder".split()
)


def _is_flag(prefix: str) -> bool:
    """Whether a prefix is what flags begin with, or what a ColumnTransformer puts in
    front of columns that it leaves as they are: remainder__is."""
    first, *_ = prefix.casefold().partition("__")
    return first == "remainder" or prefix.casefold() in _FLAGS


def dummy_like(program: Program) -> list[str]:
    """The features that look like dummy columns: raw columns, at least two of which are
    named like one column and a value, none of which is asked anything but whether it is
    0 or 1. Flags of the user's own, as is_active beside is_new, are not meant."""
    if program.origin.steps:
        return []
    asked: dict[int, set[float]] = defaultdict(set)
    for tree in program.trees():
        for test in tree.tests:
            if isinstance(test, Threshold):
                asked[test.feature].add(test.cut)
    halves = {0.5, *double_cuts(np.array([0.5])).tolist()}
    groups: dict[str, set[int]] = defaultdict(set)
    for index, feature in enumerate(program.features):
        for prefix, _ in _splits(feature.name):
            if isinstance(feature.value, Read) and not _is_flag(prefix):
                groups[prefix].add(index)
    found: set[int] = set()
    for members in groups.values():
        tested = [index for index in members if asked[index]]
        if len(members) > 1 and all(asked[index] <= halves for index in tested):
            found.update(tested)
    return [program.features[index].name for index in sorted(found)]
