"""Part 2, folding: each test on a feature and the test on a column that came of it.

The fitted transformers are run on the doubles on both sides of each cut, on each
category, on an unknown one and on a missing value; each must go the same way at the
model's own test as at the folded one. Folding admits chains of rising and falling
pieces only, so that two tests which agree on both sides of every cut agree everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..edges import Row, at_edges, valid
from ..fold.constrain import constrain
from ..fold.doubles import index
from ..fold.rewrite import RawTests
from ..program import Among, Bands, Cuts, Program, Test, Threshold, Tree
from ..progress import Progress
from ..truth import Line, of_test
from .asked import NO_ANSWER, Fitted, Refused
from .paths import step
from .report import Disagreement, Part, Verdict
from .whole import Whole

# Cells of the transformed matrix at a time.
_CELLS = 20_000_000
_MOST_SHOWN = 3


def check(before: Program, after: Program, fitted: Fitted, progress: Progress) -> Part:
    """Part 2 for a program before and after folding, and its fitted model."""
    pairs, others = _pairs(before)
    counts = {"tests": 0, "columns": len(pairs), "values": 0, "comparisons": 0}
    found: list[Disagreement] = []
    refused: list[tuple[Row, Refused]] = []
    whole = Whole(before, after)
    for done, (column, tests) in enumerate(sorted(pairs.items())):
        progress("folding", done, len(pairs))
        rows, states = _rows(after, column, [raw for _, raw in tests])
        rows = list(map(whole.row, rows))
        features = sorted({test.feature for test, _ in tests})
        at_once = max(1, _CELLS // len(features))
        counts["tests"] += len(tests)
        for first in range(0, len(rows), at_once):
            some = rows[first : first + at_once]
            vectors = fitted.features(some, features)
            kept = [i for i, x in enumerate(vectors) if not isinstance(x, NO_ANSWER)]
            refused += [
                (row, says)
                for row, says in zip(some, vectors)
                if isinstance(says, Refused)
            ]
            counts["values"] += len(kept)
            counts["comparisons"] += len(kept) * len(tests)
            if kept:
                matrix = np.array([vectors[i] for i in kept])
                here = [states[first + i] for i in kept]
                place = {feature: i for i, feature in enumerate(features)}
                for test, raw in tests:
                    way = _ways(test, matrix[:, place[test.feature]])
                    folded = _folded(raw, here)
                    for i in np.flatnonzero(way != folded)[:_MOST_SHOWN].tolist():
                        found.append(
                            _disagreement(
                                before, test, raw, rows[first + kept[i]], way[i]
                            )
                        )
    return _part(counts, others, refused, found, len(fitted.transformers))


def _pairs(
    before: Program,
) -> tuple[dict[int, list[tuple[Threshold | Bands, Cuts | Among]]], int]:
    """For each column the distinct tests on features that were put to it, with what
    became of each; and how many tests were put to no column."""
    program = constrain(before)
    raw_tests = RawTests(program)
    distinct = dict.fromkeys(
        test for tree in before.trees() for test in tree.tests if test is not None
    )
    pairs: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    others = 0
    tree = _table(list(distinct))
    for test, raw in zip(distinct, raw_tests.of(tree).tests):
        # Bands are the splits of HistGradientBoosting on codes that it makes itself.
        outside = isinstance(test, Threshold) and test.feature < len(before.features)
        if outside and isinstance(raw, (Cuts, Among)):
            pairs[raw.column].append((test, raw))
        else:
            others += 1
    return pairs, others


def _table(tests: list[Test]) -> Tree:
    nothing = (-1,) * len(tests)
    return Tree(tuple(tests), nothing, nothing, nothing)


def _rows(
    after: Program, column: int, tests: list[Cuts | Among]
) -> tuple[list[Row], list[Any]]:
    """A valid record for each value on an edge of a column, and that value, clean."""
    rows: list[Row] = []
    states: list[Any] = []
    cuts = {cut for test in tests if isinstance(test, Cuts) for cut in test.cuts}
    for record in at_edges(after, column, cuts):
        row = valid(after, record)
        if row is not None:
            rows.append(row)
            states.append(row[1][column])
    return rows, states


def _ways(test: Threshold | Bands, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which way the numbers of a feature go at the model's own test."""
    cuts = np.array(test.cuts if isinstance(test, Bands) else (test.cut,))
    left = np.searchsorted(cuts, numbers, side="left") % 2 == 0
    return np.where(np.isnan(numbers), test.missing_left, left)


def _folded(test: Cuts | Among, states: list[Any]) -> NDArray[np.bool_]:
    """Which way the values of a column go at the folded test."""
    if isinstance(test, Among):
        return np.array([(s in test.states) == test.inside for s in states])
    truth = of_test(test)
    assert isinstance(truth, Line)
    missing = np.array([x != x for x in states])
    places = np.array([0 if x != x else index(x) for x in states], dtype=object)
    places = places.astype(np.int64)
    turns = np.array(truth.turns, dtype=np.int64)
    even = np.searchsorted(turns, places, side="left") % 2 == 0
    return np.where(missing, truth.missing, even == truth.first)


def _disagreement(
    before: Program, test: Threshold | Bands, raw: Cuts | Among, row: Row, left: bool
) -> Disagreement:
    column = before.columns[raw.column].name
    ways = {True: "goes left", False: "goes right"}
    return Disagreement(
        f"the test of the model on {before.feature(test.feature).name!r}, folded to "
        f"{step(before, raw, True)!r}, goes another way at {column} = {row[0][column]!r}",
        f"{ways[bool(left)]} ({step(before, test, True)} is left)",
        ways[not left],
        record=row[0],
    )


def _part(
    counts: dict[str, int],
    others: int,
    refused: list[tuple[Row, Refused]],
    found: list[Disagreement],
    transformers: int,
) -> Part:
    counts |= {"others": others, "refused": len(refused)}
    behind = (
        f"behind {transformers} fitted transformer{'s' * (transformers > 1)}"
        if transformers
        else "of a model without transformers"
    )
    words = (
        f"{counts['tests']:,} distinct tests {behind}, on {counts['columns']:,} columns: "
        f"put to {counts['values']:,} values (both sides of each cut, each category, "
        "unknown, missing), "
    )
    if found:
        words += "and some go another way than in the scorer."
        return Part(
            "folding", Verdict.DIFFERS, words, counts, tuple(found[:_MOST_SHOWN])
        )
    if refused and not counts["values"]:
        words += f"all of which the transformers refuse ({refused[0][1].message})."
        return Part("folding", Verdict.NOT_SHOWN, words, counts)
    if refused:
        words += "some of which the transformers refuse, and the scorer takes."
        shown = tuple(map(_refusal, refused[:_MOST_SHOWN]))
        return Part("folding", Verdict.DIFFERS, words, counts, shown)
    words += "each goes the way that it goes in the scorer."
    if others:
        words += (
            f" {others:,} tests inside of the model, or on features that mix columns, "
            "are not folded so: they are left to the next part."
        )
    return Part("folding", Verdict.SHOWN, words, counts)


def _refusal(refused: tuple[Row, Refused]) -> Disagreement:
    (record, _), says = refused
    return Disagreement(
        "the fitted transformers refuse a record that the scorer takes",
        f"refused: {says.message}",
        "taken",
        record=record,
    )
