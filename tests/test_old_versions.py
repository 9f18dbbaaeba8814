"""Files that old versions of scikit-learn wrote answer as those versions did.

``tests/old_versions/make.py`` made each file in an environment of its version, with what
that version answered for rows on and beside the cuts.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from runners import load, same

from treecompile import compile_model
from treecompile.lower.versions import accepts_missing
from treecompile.read.records import Name, Record

HERE = Path(__file__).parent / "old_versions"
CASES = sorted(HERE.glob("*/trees/*.json"))


def name_of(path: Path) -> str:
    return f"{path.parts[-3]}-{path.stem}"


def raw(columns: list[str], row: list[Any]) -> dict[str, Any]:
    return {c: math.nan if v is None else v for c, v in zip(columns, row)}


def test_there_are_files_of_every_version() -> None:
    versions = {path.parts[-3] for path in CASES}
    assert (
        len(versions) >= 18
        and min(len(list((HERE / v).glob("trees/*.json"))) for v in versions) >= 20
    )


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_answers_as_its_version_did(path: Path) -> None:
    expected = json.loads(path.read_text())
    scorer = load(compile_model(path.with_name(expected["file"]), format=False))
    columns = [f"x{i}" for i in range(len(expected["rows"][0]))]
    if expected["columns"] and tuple(map(int, expected["sklearn"].split(".")[:2])) >= (
        1,
        0,
    ):
        columns = expected["columns"]  # before 1.0 a tree does not record them
    accepted = 0
    for i, row in enumerate(expected["rows"]):
        record = raw(columns, row)
        answer = expected["predict"][i]
        if answer == {"error": True}:
            if set(scorer.COLUMNS) == set(columns):
                with pytest.raises(scorer.InvalidRecord):
                    scorer.predict(record)
            continue
        accepted += 1
        assert same(scorer.predict(record), answer)
        if expected["predict_proba"] is not None:
            assert same(scorer.predict_proba(record), expected["predict_proba"][i])
        if expected["apply"] is not None:
            assert scorer.apply(record) == expected["apply"][i]
    assert accepted >= 3


@pytest.mark.parametrize(
    "path", sorted(HERE.glob("*/missing.json")), ids=lambda p: p.parts[-2]
)
def test_which_trees_accept_missing_values(path: Path) -> None:
    found = json.loads(path.read_text())
    version = tuple(int(part) for part in found["sklearn"].split(".")[:2])
    for name, splitter, criteria, monotonic, _, fits, accepts in found["found"]:
        if not fits:
            continue
        for criterion in criteria:
            tree = Record(Name("sklearn.tree._classes", name))
            tree.attributes.update(
                splitter=splitter, criterion=criterion, monotonic_cst=monotonic
            )
            assert accepts_missing(version, tree) is accepts
