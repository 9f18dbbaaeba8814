"""Records for a scorer to carry along, with what it has to answer to them."""

from __future__ import annotations

from typing import Any

from .answers import answers
from .edges import Row, tried
from .program import Program, Sample

FUNCTIONS = ("predict", "predict_proba", "decision_function", "score_samples", "apply")


def samples(before: Program, after: Program, count: int) -> tuple[Sample, ...]:
    """So many valid records, on the edges of the tests and at random, and the answers.

    The answers are those of the program as it was read from the model (``before``), not
    of the one that the scorer is printed from (``after``, folded).
    """
    on_edges, at_random = tried(after, edges=4 * count, others=count)
    rows = _spread(on_edges, count - count // 4)
    rows += _spread(at_random, count - len(rows))
    return tuple(_sample(before, after, row) for row in rows)


def _spread(rows: list[Row], count: int) -> list[Row]:
    """So many of the rows, from the first to the last."""
    if len(rows) <= count:
        return rows
    return [rows[i * len(rows) // count] for i in range(count)]


def _sample(before: Program, after: Program, row: Row) -> Sample:
    record, values = row
    names = [after.columns[i].name for i in after.required]
    says = answers(before, values)
    pairs: list[tuple[str, Any]] = [(name, getattr(says, name)) for name in FUNCTIONS]
    return Sample(
        tuple((name, record[name]) for name in names),
        tuple((name, answer) for name, answer in pairs if answer is not None),
    )
