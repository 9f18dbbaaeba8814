"""Models that old versions of XGBoost and LightGBM wrote answer as those versions did.

``tests/old_boosters/make.py`` made each file in an environment of its version, with what
that version answered for rows beside the cuts, and with missing values. Around some of
them are models of scikit-learn, with the numpy of their day.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from runners import load

from treecompile import compile_model

HERE = Path(__file__).parent / "old_boosters"
FILES = sorted(HERE.glob("*/*.joblib"))
# Units in the last place, where the answers pass through numpy's own exp.
ULPS_OF_EXP, ULPS_OF_EXP_OF_SINGLES = 2, 4 * 2**29


@cache
def told(folder: Path) -> Any:
    return json.loads((folder / "answers.json").read_text())["models"]


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def near(found: Any, expected: Any, ulps: int) -> bool:
    if isinstance(found, tuple):
        return len(found) == len(expected) and all(
            near(x, y, ulps) for x, y in zip(found, expected)
        )
    if not ulps or not isinstance(found, float):
        return bool(found == expected)
    return abs(found - expected) <= ulps * math.ulp(max(abs(found), abs(expected)))


def test_there_are_files_of_every_kind() -> None:
    folders = {path.parent.name for path in FILES}
    assert {name.split("-")[0] for name in folders} == {"xgboost", "lightgbm"}
    assert len(folders) >= 13
    for folder in folders:
        names = {path.stem for path in FILES if path.parent.name == folder}
        assert names == told(HERE / folder).keys()
        assert names >= {"binary", "many", "regressor", "pipeline", "stopped"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_answers_as_its_version_did(path: Path) -> None:
    expected = told(path.parent)[path.stem]
    scorer = load(compile_model(path, format=False, columns="all"))
    for i, row in enumerate(expected["rows"]):
        numbers = [math.nan if x is None else x for x in row]
        record = dict(zip(scorer.COLUMNS, numbers))
        assert near(scorer.predict(record), expected["predict"][i], 0), row
        if not hasattr(scorer, "predict_proba"):
            continue
        ulps = ULPS_OF_EXP_OF_SINGLES if expected.get("single") else 0
        found = scorer.predict_proba(record)
        assert near(found, expected["predict_proba"][i], ulps), row
