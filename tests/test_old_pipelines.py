"""Pipelines that old versions of scikit-learn wrote answer as those versions did.

``tests/old_versions/make.py`` made each file in an environment of its version, with what
that version answered for rows on and beside the cuts of the raw columns.
"""

from __future__ import annotations

import json
import math
import types
from pathlib import Path
from typing import Any

import pytest
from runners import load, same

from treecompile import compile_model
from treecompile.fold.doubles import double, index

HERE = Path(__file__).parent / "old_versions"
CASES = sorted(HERE.glob("*/pipelines/*.json"))

# The models whose numbers pass through log1p, log or pow. numpy's kernels for these
# depend on its version and on the processor, and differ in the last bit, so the double
# at which a test turns may lie this many doubles beside that of another kernel.
CURVED = ("log1p", "log1p_column", "power", "power_box_cox")
BESIDE = 8


def name_of(path: Path) -> str:
    return f"{path.parts[-3]}-{path.stem}"


def names_of(expected: dict[str, Any], scorer: types.ModuleType) -> list[str]:
    """The columns of a row; before 1.0 most models forgot the names of theirs."""
    columns: list[str] | None = expected["columns"]
    if columns and set(scorer.COLUMNS) <= set(columns):
        return columns
    return [f"x{i}" for i in range(len(expected["rows"][0]))]


def answers(
    scorer: types.ModuleType, expected: dict[str, Any], i: int, record: dict[str, Any]
) -> bool:
    """Whether the scorer answers a record as the version answered row i."""
    agree = same(scorer.predict(record), expected["predict"][i])
    if expected["predict_proba"] is not None:
        shares = scorer.predict_proba(record)
        agree = agree and same(shares, expected["predict_proba"][i])
    if expected["apply"] is not None:
        agree = agree and scorer.apply(record) == expected["apply"][i]
    return agree


def beside(record: dict[str, Any], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """The record with one of its numbers moved by some doubles."""
    return [
        {**record, name: double(index(record[name]) + move)}
        for name in columns
        for move in range(-BESIDE, BESIDE + 1)
    ]


def test_there_are_files_of_every_version() -> None:
    versions = {path.parts[-3] for path in CASES}
    assert len(versions) >= 18
    assert min(len(list((HERE / v).glob("pipelines/*.json"))) for v in versions) >= 12


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_answers_as_its_version_did(path: Path) -> None:
    expected = json.loads(path.read_text())
    scorer = load(compile_model(path.with_name(expected["file"]), format=False))
    columns = names_of(expected, scorer)
    accepted = moved = 0
    for i, row in enumerate(expected["rows"]):
        values = [math.nan if value is None else value for value in row]
        record = dict(zip(columns, values))
        if expected["predict"][i] == {"error": True}:
            if set(scorer.COLUMNS) == set(columns):
                with pytest.raises(scorer.InvalidRecord):
                    scorer.predict(record)
            continue
        accepted += 1
        if not answers(scorer, expected, i, record):
            assert path.stem in CURVED
            near = beside(record, scorer.COLUMNS)
            assert any(answers(scorer, expected, i, other) for other in near)
            moved += 1
    assert accepted > 5
    assert moved <= 3
