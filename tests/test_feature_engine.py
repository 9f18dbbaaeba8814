"""Pipelines with steps of feature_engine answer as it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runners import load

from treecompile import compile_model

HERE = Path(__file__).parent / "feature_engine_files"


@pytest.mark.parametrize("name", ["imputed", "tails", "capped"])
def test_as_the_pipeline(name: str) -> None:
    told = json.loads((HERE / f"{name}.json").read_text())
    source = compile_model(HERE / f"{name}.pkl", columns="all", format=False)
    scorer = load(source)
    found = []
    for record in told["records"]:
        try:
            made = [None if x != x else x for x in scorer.encode(record)]
            found.append([scorer.predict(record), made])
        except scorer.InvalidRecord:
            found.append([None, None])
    assert found == told["answers"]
    assert [None, None] in found or name == "tails"
