"""Models of which many trees are but a leaf, and the smallest that can be fitted."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import numpy as np
import pytest
from runners import load, same
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.tree import DecisionTreeClassifier

from treecompile import UnsupportedModel, compile_model
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.lower import lower
from treecompile.program import Ensemble, Trees
from treecompile.proof.decisions import Differs, read_back
from treecompile.proof.source import Strange, parse
from treecompile.read import read_bytes

TWO, FIVE = np.array([[0.0], [1.0]]), np.array(
    [[0.0, 3], [1, 2], [2, 2], [3, 9], [5, 0]]
)
Y = {1: [0, 0, 0, 0, 0], 2: [0, 1, 0, 1, 1], 3: [0, 1, 2, 1, 0]}
MODELS: dict[str, Any] = {
    "forest": lambda n, d, s: RandomForestClassifier(n, max_depth=d, random_state=s),
    "numbers": lambda n, d, s: RandomForestRegressor(n, max_depth=d, random_state=s),
    "extra": lambda n, d, s: ExtraTreesClassifier(
        n, max_depth=d, bootstrap=True, random_state=s
    ),
    "boosting": lambda n, d, s: GradientBoostingClassifier(
        n_estimators=n, max_depth=d, min_samples_leaf=1 + s, random_state=s
    ),
    "boosted": lambda n, d, s: GradientBoostingRegressor(
        n_estimators=n, max_depth=d, subsample=0.5, random_state=s
    ),
    "histograms": lambda n, d, s: HistGradientBoostingClassifier(
        max_iter=n, max_depth=d, min_samples_leaf=1 + s
    ),
    "histogram": lambda n, d, s: HistGradientBoostingRegressor(
        max_iter=n, max_depth=d, min_samples_leaf=1 + s
    ),
    "ada": lambda n, d, s: AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=d), n_estimators=n, random_state=s
    ),
    "bagging": lambda n, d, s: BaggingRegressor(n_estimators=n, random_state=s),
    "votes": lambda n, d, s: VotingClassifier(
        [
            ("a", DecisionTreeClassifier(max_depth=d)),
            ("b", RandomForestClassifier(n, max_depth=d, random_state=s)),
        ],
        voting="soft",
    ),
    "outliers": lambda n, d, s: IsolationForest(
        n_estimators=n, max_samples=1 + s, bootstrap=True, random_state=s
    ),
}


def agree(model: Any, X: Any) -> None:
    for layout in ("nested", "table"):
        scorer = load(compile_model(model, layout=layout, format=False))
        records = [dict(zip(scorer.FEATURES, row)) for row in X.tolist()]
        for name in ("predict", "predict_proba", "decision_function"):
            # The order in which MultiOutputClassifier answers shares is another.
            if not hasattr(model, name) or type(model) is MultiOutputClassifier:
                continue
            expected = np.asarray(getattr(model, name)(X)).tolist()
            if name == "decision_function" and not hasattr(scorer, name):
                continue
            for record, told in zip(records, expected):
                found = getattr(scorer, name)(record)
                told = tuple(told) if isinstance(told, list) else told
                assert found == told or name != "predict" and near(found, told)


def near(a: Any, b: Any) -> bool:
    return bool(np.allclose(a, b, rtol=1e-15, atol=1e-15))


@pytest.mark.parametrize("name", MODELS)
def test_trees_of_one_leaf(name: str) -> None:
    sizes = itertools.product((1, 2, 7), (1, 2, None), (0, 1, 2))
    for number, (n, depth, seed) in enumerate(sizes):
        X = (TWO, FIVE)[number % 2]
        classes = 2 if len(X) == 2 else 2 + seed % 2
        y = np.array(Y[classes][: len(X)])
        model = MODELS[name](n, depth, seed)
        agree(model.fit(X) if name == "outliers" else model.fit(X, y), X)


@pytest.mark.parametrize("name", ["forest", "numbers", "boosted", "histogram", "ada"])
def test_one_class_and_constant_numbers(name: str) -> None:
    for n, X in itertools.product((1, 3), (TWO, FIVE, np.ones((3, 1)))):
        agree(MODELS[name](n, None, 0).fit(X, np.array(Y[1][: len(X)])), X)


def test_several_outputs() -> None:
    for seed in range(4):
        forest = RandomForestClassifier(10, random_state=seed)
        model = MultiOutputClassifier(forest).fit(TWO, [[0, 1], [1, 0]])
        scorer = load(compile_model(model))
        found = [scorer.predict({"x0": x}) for (x,) in TWO.tolist()]
        assert same(found, [*map(tuple, model.predict(TWO).tolist())])


def test_a_changed_leaf_is_found_among_many() -> None:
    """Of trees that are a leaf each, every number is read back as its own tree's."""
    model = RandomForestClassifier(10, random_state=0).fit(TWO, [0, 1])
    program = fold(lower(read_bytes(pickle.dumps(model))))
    assert isinstance(program.model, Ensemble)
    (stage,) = [s for s in program.model.stages if isinstance(s, Trees)]
    assert sum(len(tree.tests) == 1 for tree in stage.trees) > 2
    source = emit(program, format=False)
    counts = read_back(parse(source), program)
    assert counts["trees"] == 10
    lines = source.split("\n")
    added = [i for i, line in enumerate(lines) if line.startswith("    total_")]
    added = [i for i in added if " += " in lines[i]]
    assert len(added) > 2
    for i in added:
        line = lines[i]
        other = line.replace("_0 ", "_9 ").replace("_1 ", "_0 ").replace("_9 ", "_1 ")
        for instead in ([line + "5"], [other], [], [line, line]):
            changed = "\n".join([*lines[:i], *instead, *lines[i + 1 :]])
            with pytest.raises((Differs, Strange)):
                read_back(parse(changed), program)


def test_models_of_xgboost_without_a_tree() -> None:
    xgboost = pytest.importorskip("xgboost")
    agree(xgboost.XGBRegressor(n_estimators=0, n_jobs=1).fit(FIVE, Y[3]), FIVE)
    model = xgboost.XGBClassifier(n_estimators=0, n_jobs=1).fit(FIVE, Y[2])
    with pytest.raises(UnsupportedModel, match="no tree.*\n.*n_estimators=1"):
        compile_model(model)
