"""Pipelines with steps of feature_engine and category_encoders answer as these do.

The scripts ``make.py`` beside the files made them, with what the libraries answered.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runners import load

from treecompile import compile_model

HERE = Path(__file__).parent
FILES = sorted(
    path
    for library in ("feature_engine_files", "category_encoders_files")
    for path in (HERE / library).rglob("*.pkl")
)
#: Those that refuse some of the records.
REFUSE = {"imputed", "capped", "ordinal_error", "target_error"}


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_as_the_pipeline(path: Path) -> None:
    told = json.loads(path.with_suffix(".json").read_text())
    scorer = load(compile_model(path, columns="all", format=False))
    found = []
    for record in told["records"]:
        try:
            made = [None if x != x else x for x in scorer.encode(record)]
            found.append([scorer.predict(record), made])
        except scorer.InvalidRecord:
            found.append([None, None])
    assert found == told["answers"]
    assert ([None, None] in found) == (path.stem in REFUSE)
