"""Whether a model can have been fitted on what an encoder makes, as the user says.

No test is made under which every row of the training data goes one way. So a model that
cuts a column beyond all that the encoder makes of it was fitted on something else.
"""

from __future__ import annotations

import math

from ..errors import UnsupportedModel
from ..program import Expression, Feature, Match, Program, Threshold
from .flow import Told


def check_encoded(program: Program, told: Told, of_trees: bool) -> None:
    """UnsupportedModel where a test shows that an encoder is not that of a column.

    Boosting libraries may cut beyond the numbers that there are to tell them from
    missing ones; the trees of scikit-learn (``of_trees``) are cut at infinity for that.
    """
    features = [*program.features, *program.inner]
    ends = {i: _ends(feature) for i, feature in enumerate(features)}
    known = {i: e for i, e in ends.items() if e and features[i].value in told.encoded}
    if not known:
        return
    for tree in program.trees():
        for test in tree.tests:
            if not isinstance(test, Threshold) or test.feature not in known:
                continue
            low, high = known[test.feature]
            left, right = high <= test.cut, test.cut < low
            of_missing = test.missing_left if right else not test.missing_left
            if of_trees:
                of_missing = math.isinf(test.cut)
            if (left or right) and not of_missing:
                raise _other(told, features[test.feature].value, low, high, test.cut)


def _ends(feature: Feature) -> tuple[float, float] | None:
    """The least and the largest number that an encoder makes of categories."""
    value = feature.value
    if not isinstance(value, Match):
        return None
    made = [x for x in (value.default, *(x for _, x in value.table)) if x == x]
    return (min(made), max(made)) if made else None


def _other(
    told: Told, value: Expression, low: float, high: float, cut: float
) -> UnsupportedModel:
    column, where = told.encoded[value]
    made = f"{low:g}" if low == high else f"numbers from {low:g} to {high:g}"
    return UnsupportedModel(
        where,
        f"it makes {made} of column {column!r}, and the model tests whether that is "
        f"above {cut:.6g}, so it was not fitted on them",
        "It is the encoder of another column, or makes others of the model's columns: "
        "name the first of them,\nor give the names of all columns with --names.",
    )
