"""Models that versions of CatBoost wrote answer as those versions did.

``tests/catboost_versions/make.py`` made each file in an environment of its version. The
library is not needed here.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runners import load

from treecompile import compile_model

HERE = Path(__file__).parent / "catboost_versions"
CASES = sorted(HERE.glob("*/*.json"))


def test_there_are_files_of_every_version() -> None:
    versions = {path.parent.name for path in CASES}
    assert versions >= {"0.24.4", "0.26.1", "1.0.6", "1.1.1", "1.2", "1.2.7"}
    assert all(len(list((HERE / version).glob("*.json"))) == 8 for version in versions)


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name} {p.stem}")
def test_answers_as_its_version_did(path: Path) -> None:
    told = json.loads(path.read_text())
    scorer = load(compile_model(path.with_suffix(".pkl"), columns="all", format=False))
    records = [dict(zip(scorer.COLUMNS, row)) for row in told.pop("rows")]
    assert told.pop("classes", []) == list(getattr(scorer, "CLASSES", ()))
    for name, answers in told.items():
        for record, answer in zip(records, answers):
            found = getattr(scorer, name)(record)
            answer = tuple(answer) if isinstance(answer, list) else answer
            assert found == answer and type(found) is type(answer), (name, record)
