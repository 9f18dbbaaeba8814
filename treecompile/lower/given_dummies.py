"""Dummy columns whose names say nothing of their column: the user says what they are of.

``pd.get_dummies(df["Sex"])`` joined to a frame makes the feature ``male``, and with
``prefix="p"`` it is ``p_male``. ``--dummies "Sex=male:male"`` says that the feature before
the colon is 1 where the column holds the category behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..errors import BadSchema
from ..program import Constant
from ..suggest import did_you_mean

#: The categories of each column of a description, as texts that a dummy may have.
Known = Mapping[str, Sequence[tuple[Constant, str]]]

FORM = "COLUMN=FEATURE:CATEGORY"
_MOST_SHOWN = 10
_SEPARATORS = "_-=.: /|"


def given_dummies(
    texts: Iterable[str], features: Sequence[str], known: Known
) -> dict[str, tuple[str, Constant]]:
    """The column and the category that each named feature is of.

    Raises BadSchema where a text names what is not there, or where two texts name one
    feature.
    """
    found: dict[str, tuple[str, Constant]] = {}
    for text in texts:
        feature, column, category = _resolved(text, features, known)
        if found.setdefault(feature, (column, category)) != (column, category):
            raise BadSchema(f"--dummies says twice what the feature {feature!r} is of.")
    return found


def _resolved(
    text: str, features: Sequence[str], known: Known
) -> tuple[str, str, Constant]:
    """Names may hold ``=`` and ``:`` themselves: what is there decides."""
    meant = [
        (feature, column, category)
        for column, feature, wanted in _splits(text)
        if feature in features
        for category, spelt in known.get(column, ())
        if spelt == wanted
    ]
    if not meant:
        raise BadSchema(_why_not(text, features, known))
    if len(meant) > 1:
        raise BadSchema(f"--dummies {json.dumps(text)} can be read in two ways.")
    return meant[0]


def _splits(text: str) -> Iterator[tuple[str, str, str]]:
    """Every way to take a text as a column, a feature and a category."""
    for i, sign in enumerate(text):
        if sign == "=" and i:
            for j in range(i + 2, len(text)):
                if text[j] == ":":
                    yield text[:i], text[i + 1 : j], text[j + 1 :]


def is_form(text: str) -> bool:
    """Whether a text can be taken as COLUMN=FEATURE:CATEGORY at all."""
    return any(True for _ in _splits(text))


def _why_not(text: str, features: Sequence[str], known: Known) -> str:
    """The part of a text that is not there."""
    splits = list(_splits(text))
    if not splits:
        return f"--dummies is of the form {FORM}, and not {text!r}."
    there = [split for split in splits if split[0] in known]
    column, feature, category = (there or splits)[0]
    if not there:
        hint = did_you_mean(column, list(known))
        return f"--dummies: the description has no column {column!r}{hint}."
    named = [split for split in there if split[1] in features]
    if not named:
        hint = did_you_mean(feature, features)
        return f"--dummies: the model was fitted on no feature {feature!r}{hint}."
    column, feature, category = named[0]
    held = [spelt for _, spelt in known[column]]
    some = ", ".join(map(repr, dict.fromkeys(held[:_MOST_SHOWN])))
    return (
        f"--dummies: the column {column!r} holds no {category!r}: it holds "
        f"{some or 'no categories that are known'}"
        f"{', ...' * (len(held) > _MOST_SHOWN)}."
    )


def suggested(unexplained: Sequence[str], known: Known) -> list[str]:
    """The options that would explain features, where each is the name of a category of
    just one column, alone or behind a prefix; none where some are not."""
    options = []
    for feature in unexplained:
        found = [
            (column, spelt)
            for column, categories in known.items()
            for _, spelt in categories
            if _ends_with(feature, spelt)
        ]
        longest = max((len(spelt) for _, spelt in found), default=0)
        best = {pair for pair in found if len(pair[1]) == longest}
        if len(best) != 1:
            return []
        ((column, spelt),) = best
        options.append(f"--dummies {json.dumps(f'{column}={feature}:{spelt}')}")
    return options


def _ends_with(feature: str, category: str) -> bool:
    before = feature[: len(feature) - len(category)]
    return (
        bool(category)
        and feature.endswith(category)
        and (not before or (len(before) > 1 and before[-1] in _SEPARATORS))
    )
