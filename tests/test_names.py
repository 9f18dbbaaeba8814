"""No name of the generated text can meet a column, a category or a label.

Every name that a scorer binds or reads is tried as the name of a column, in every layout.
"""

from __future__ import annotations

import ast
import pickle
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from runners import load, same
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from strategies import with_layout
from test_golden import PROGRAMS

from treecompile import compile_model
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.lower import lower
from treecompile.program import Program
from treecompile.read import read_bytes

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(80, 5)).round(2)
y = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.5])
TREE = DecisionTreeClassifier(max_depth=2, random_state=0)
FOREST = RandomForestClassifier(2, max_depth=2, random_state=0)
MODELS = {
    "tree": TREE,
    "isolation": IsolationForest(n_estimators=3, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=2, max_depth=2),
    "histograms": HistGradientBoostingRegressor(max_iter=2, max_leaf_nodes=3),
    "votes": VotingClassifier([("numbers", TREE), ("leaves", FOREST)], voting="hard"),
    "stack": StackingClassifier([("scores", TREE)], FOREST, cv=2),
    "lengths": make_pipeline(Normalizer(), StandardScaler(), FOREST),
    "dummies": make_pipeline(
        OneHotEncoder(handle_unknown="ignore"), DecisionTreeClassifier(max_depth=4)
    ),
}


@cache
def program_of(name: str) -> Program:
    rows = np.digitize(X, [-1, -0.3, 0.3, 1]) if name == "dummies" else X
    return lower(read_bytes(pickle.dumps(MODELS[name].fit(rows, y))))


@cache
def names_of(source: str) -> frozenset[str]:
    """Every name in a module: what it binds, reads and calls its functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
    return frozenset(found)


@cache
def all_names() -> tuple[str, ...]:
    found: set[str] = set()
    for make in PROGRAMS.values():
        found |= names_of(emit(fold(make()), format=False))
    for name in MODELS:
        for layout in ("nested", "table"):
            source = emit(fold(with_layout(program_of(name), layout)), format=False)
            found |= names_of(source)
    return tuple(sorted(found))


def beside_columns(source: str, columns: list[str]) -> set[str]:
    """The names in the functions in which variables are called after columns."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            names = names_of(ast.unparse(node))
            if names & set(columns):
                found |= names
    return found


def answers_of(source: str, records: list[dict[str, Any]]) -> list[Any]:
    scorer = load(source)
    functions = ("predict", "predict_proba", "decision_function", "apply", "encode")
    return [
        getattr(scorer, name)(record)
        for name in functions
        if hasattr(scorer, name)
        for record in records
    ]


def test_there_are_names_to_try() -> None:
    names = all_names()
    assert len(names) > 150
    assert {"numbers", "scores", "leaves", "_answer", "known", "isnan"} <= {*names}


@pytest.mark.parametrize("layout", ["nested", "table"])
@pytest.mark.parametrize("name", MODELS)
def test_a_column_may_be_called_as_any_of_them(name: str, layout: str) -> None:
    program = with_layout(program_of(name), layout)
    count = len(program.columns)
    rows = np.digitize(X, [-1, -0.3, 0.3, 1]) if name == "dummies" else X

    def renamed(names: tuple[str, ...]) -> Program:
        columns = tuple(replace(c, name=n) for c, n in zip(program.columns, names))
        return replace(program, columns=columns)

    def records(names: tuple[str, ...]) -> list[dict[str, Any]]:
        return [dict(zip(names, row)) for row in rows[:5].tolist()]

    own = tuple(f"column{i}" for i in range(count))
    plain = emit(fold(renamed(own)), format=False)
    wanted = answers_of(plain, records(own))
    names = sorted(beside_columns(plain, [*own])) + ["numbers", "wide", "root", "row"]
    names += [n for n in all_names() if n not in names][:: 1 if name == "votes" else 7]
    for start in range(0, len(names), count):
        some = tuple(names[start : start + count])
        some += tuple(f"spare{i}" for i in range(count - len(some)))
        found = answers_of(emit(fold(renamed(some)), format=False), records(some))
        assert all(map(same, found, wanted)), some


@pytest.mark.parametrize("layout", ["nested", "table"])
def test_so_may_a_label(layout: str) -> None:
    labels = ["numbers", "scores", "leaves", "wide", "root", "row", "total", "max"]
    model = RandomForestClassifier(3, max_depth=3, random_state=0)
    model.fit(X, np.array(labels)[RANDOM.randint(0, len(labels), len(X))])
    scorer = load(compile_model(model, layout=layout))
    for row, label, shares in zip(X, model.predict(X), model.predict_proba(X)):
        record = dict(zip(scorer.COLUMNS, row.tolist()))
        assert scorer.predict(record) == label
        assert scorer.predict_proba(record) == tuple(shares.tolist())
