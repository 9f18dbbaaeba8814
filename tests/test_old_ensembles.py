"""Ensembles that old versions of scikit-learn wrote answer as those versions did.

``tests/old_versions/make.py`` made each file in an environment of its version, with what
that version answered for rows on and beside the cuts, missing values, and a number that
is infinite in single precision.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from runners import load, same
from test_old_pipelines import name_of, names_of

from treecompile import compile_model

HERE = Path(__file__).parent / "old_versions"
CASES = sorted(HERE.glob("*/ensembles/*.json"))

# What passes through exp, log or pow, by the family of the file: numpy has kernels of
# its own for these, which depend on its version and the processor. So many units in the
# last place, those of 1 at least where differences are taken.
CURVED = {
    "boosting_binary": {"predict_proba": 2, "decision_function": 2},
    "boosting_many": {"predict_proba": 2},
    "hist_many": {"predict_proba": 2},
    "ada_binary": {"predict_proba": 2, "decision_function": 2},
    "ada_samme": {"predict_proba": 2},
    # Of a share of 1e-9, the exponent itself has lost these bits.
    "ada_samme_r": {"predict_proba": 32, "decision_function": 4},
    "isolation": {"decision_function": 2},
    "isolation_contamination": {"decision_function": 2},
}


def agree(found: Any, expected: Any, ulps: int, least: float) -> bool:
    if isinstance(found, tuple) and isinstance(expected, list):
        return len(found) == len(expected) and all(
            agree(x, y, ulps, least) for x, y in zip(found, expected)
        )
    if not ulps or not isinstance(found, float):
        return same(found, expected)
    return abs(found - expected) <= ulps * math.ulp(max(abs(expected), least))


def test_there_are_files_of_every_version() -> None:
    versions = {path.parts[-3] for path in CASES}
    assert len(versions) >= 18
    assert min(len(list((HERE / v).glob("ensembles/*.json"))) for v in versions) >= 18
    assert {path.stem for path in CASES} >= CURVED.keys()


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_answers_as_its_version_did(path: Path) -> None:
    expected = json.loads(path.read_text())
    file = path.with_name(expected["file"])
    scorer = load(compile_model(file, format=False, columns="all"))
    columns = names_of(expected, scorer)
    accepted = 0
    for i, row in enumerate(expected["rows"]):
        record = {n: math.nan if v is None else v for n, v in zip(columns, row)}
        if expected["predict"][i] == {"error": True}:
            with pytest.raises(scorer.InvalidRecord):
                scorer.predict(record)
            continue
        accepted += 1
        assert same(scorer.predict(record), expected["predict"][i]), row
        for name in ("predict_proba", "decision_function", "apply"):
            if expected[name] is None:
                continue
            found = getattr(scorer, name)(record)
            if name == "apply":  # GradientBoosting* answers floats
                assert listed(found) == expected[name][i]
                continue
            ulps = CURVED.get(path.stem, {}).get(name, 0)
            least = 1.0 if name == "decision_function" else 0.0
            assert agree(found, expected[name][i], ulps, least), (row, name, found)
    assert accepted > 5


def listed(answer: Any) -> Any:
    return list(map(listed, answer)) if isinstance(answer, tuple) else answer
