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
            found.append(scorer.predict(record))
        except scorer.InvalidRecord:
            found.append(None)
    assert found == told["answers"]
    assert None in found or name == "tails"
