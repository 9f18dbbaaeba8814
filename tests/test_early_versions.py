"""Models that scikit-learn before 0.15 wrote answer as those versions did.

``tests/early_versions/make.py`` made each file with its version. The nodes of their trees
are arrays of their own, and the values are flat.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runners import load

from treecompile import UnsupportedModel, compile_model
from treecompile.lower.nodes import node_table
from treecompile.lower.outline import size_of
from treecompile.read import read_file
from treecompile.read.records import Name, Record

HERE = Path(__file__).parent / "early_versions"
FILES = sorted(HERE.glob("*/*.pkl"))
SAMME_R = [path for path in FILES if path.stem == "boosted"]


@cache
def told(folder: Path) -> Any:
    return json.loads((folder / "answers.json").read_text())


def as_tuples(value: Any) -> Any:
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def test_there_are_files() -> None:
    assert {path.parent.name for path in FILES} >= {"0.13.1", "0.14.1"}
    assert len(FILES) > 20


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path not in SAMME_R],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_answers_as_its_version_did(path: Path) -> None:
    expected = told(path.parent)[path.stem]
    scorer = load(compile_model(path, format=False, columns="all"))
    for name in ("predict", "predict_proba"):
        assert (name in expected) == hasattr(scorer, name)
    for i, row in enumerate(expected["rows"]):
        record = dict(zip(scorer.COLUMNS, row))
        for name in expected.keys() - {"rows"}:
            assert getattr(scorer, name)(record) == as_tuples(expected[name][i]), row


@pytest.mark.parametrize("path", SAMME_R)
def test_boosting_by_probabilities_is_refused(path: Path) -> None:
    with pytest.raises(UnsupportedModel, match="before 0.17 wrote it.*SAMME.R"):
        compile_model(path)


def early_tree(**changed: Any) -> Record:
    tree = Record(Name("sklearn.tree._tree", "Tree"), (2, np.array([1]), 1))
    tree.attributes = {
        "node_count": 3,
        "children_left": np.array([1, -1, -1]),
        "children_right": np.array([2, -1, -1]),
        "feature": np.array([1, -2, -2]),
        "threshold": np.array([0.5, -2.0, -2.0]),
        "value": np.array([1.0, 2.0, 3.0]),
        **changed,
    }
    return tree


def test_damaged_arrays_are_refused() -> None:
    table = node_table(early_tree(), "tree", 2)
    assert table.values.shape == (3, 1, 1) and table.feature[0] == 1
    for changed in (
        {"children_left": np.array([1, -1])},
        {"children_left": np.array([1.0, -1.0, -1.0])},
        {"children_right": np.array([1, -1, -1])},
        {"feature": np.array([2, -2, -2])},
        {"threshold": np.array(0.5)},
        {"value": np.array([1.0, 2.0])},
        {"value": np.array([])},
        {"node_count": 5},
        {"children_left": None},
    ):
        with pytest.raises(UnsupportedModel, match="cannot be trusted"):
            node_table(early_tree(**changed), "tree", 2)
    tree = Record(Name("sklearn.tree.tree", "Tree"), ())
    tree.attributes = {"children": np.array([[1, 2], [-1, -1], [-1, -1]])}
    with pytest.raises(
        UnsupportedModel,
        match="0.11 or older.*\nFit it with scikit-learn 0.12 or later",
    ):
        node_table(tree, "tree", 2)
    tree = early_tree()
    tree.args = (2, np.array([1]), 0)
    with pytest.raises(UnsupportedModel, match="cannot be trusted"):
        node_table(tree, "tree", 2)


def test_its_size_is_told() -> None:
    record = read_file(HERE / "0.14.1" / "tree.pkl").root
    size = size_of(record)
    assert size.trees == 1 and size.nodes == record["tree_"]["node_count"]
