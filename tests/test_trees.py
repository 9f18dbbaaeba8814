"""Fitted trees of all four classes answer as scikit-learn's own predict does.

Zero tolerance, on ordinary rows and on the edges: each threshold, its neighbours in
double and in single precision and the midpoints between them, zeros of both signs,
subnormals, missing values and the ends of the range.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runners import load, pythons, run, same
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from sklearn.tree._tree import Tree

from treecompile import compile_model

CLASSIFIERS = [DecisionTreeClassifier, ExtraTreeClassifier]
REGRESSORS = [DecisionTreeRegressor, ExtraTreeRegressor]
LABELS: list[list[Any]] = [
    ["a", 'quo"te', "new\nline", "{{ x }}"],
    [True, False],
    [3, -7, 0],
    [1.0, -2.0, 1e15],  # floats, as long as they are whole
    ["only one"],
    list(range(12)),
]
LARGEST = 3.4028235677973362e38  # the largest double that a single can hold


def fitted(seed: int, cls: type, labels: list[Any], outputs: int) -> Any:
    """A tree of this class on random data, with options drawn from the seed."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(4, 150)), int(rng.integers(1, 7))
    x = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-30, 30)
    if rng.random() < 0.4:
        x = np.round(rng.normal(size=(n, p)), 1)
    options: dict[str, Any] = {"random_state": seed}
    options["max_depth"] = [None, 1, 3, 8][rng.integers(4)]
    if rng.random() < 0.3:
        options["max_leaf_nodes"] = int(rng.integers(2, 20))
    if rng.random() < 0.2:
        options["ccp_alpha"] = 0.01
    with_missing = rng.random() < 0.5
    if cls in CLASSIFIERS:
        options["criterion"] = ["gini", "entropy", "log_loss"][rng.integers(3)]
        if rng.random() < 0.3 and outputs == 1:
            options["class_weight"] = "balanced"
        y = np.array(labels)[rng.integers(0, len(labels), (n, outputs))]
    else:
        names = ["squared_error", "absolute_error", "friedman_mse", "poisson"]
        options["criterion"] = names[rng.integers(4)]
        y = np.abs(rng.normal(size=(n, outputs))) + 0.1
        if rng.random() < 0.2 and outputs == 1 and cls is DecisionTreeRegressor:
            options["monotonic_cst"] = rng.integers(-1, 2, p).tolist()
            options["criterion"], with_missing = "squared_error", False
    if with_missing:
        x[rng.random((n, p)) < 0.2] = np.nan
    weights = rng.random(n) + 0.01 if rng.random() < 0.5 else None
    target = y.ravel() if outputs == 1 else y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cls(**options).fit(x, target, sample_weight=weights)


def edge_rows(tree: Any, seed: int, count: int = 60) -> np.ndarray:
    """Rows with values on and beside the tree's thresholds, and at the ends."""
    rng = np.random.default_rng(seed)
    inner = np.flatnonzero(tree.tree_.children_left != -1)
    rows = rng.normal(size=(count, tree.n_features_in_))
    for row in rows:
        for _ in range(rng.integers(1, 4) if len(inner) else 0):
            node = rng.choice(inner)
            t = tree.tree_.threshold[node]
            with np.errstate(over="ignore"):
                f = np.float32(t)
                g = np.nextafter(f, np.float32(rng.choice([-np.inf, np.inf])))
                middle = float(f) / 2 + float(g) / 2
            near = [t, float(f), float(g), middle]
            value = near[rng.integers(4)]
            value = [value, np.nextafter(value, np.inf), np.nextafter(value, -np.inf)][
                rng.integers(3)
            ]
            if math.isfinite(value):
                row[tree.tree_.feature[node]] = value
        if rng.random() < 0.3:
            ends = [0.0, -0.0, 5e-324, math.nan, LARGEST, -LARGEST, LARGEST * 1.01]
            row[rng.integers(len(row))] = ends[rng.integers(len(ends))]
    return rows


def answers(tree: Any, row: np.ndarray) -> tuple[Any, Any, Any] | None:
    """What scikit-learn answers (label, shares, leaf), None where it refuses."""
    try:
        label = tree.predict([row])[0].tolist()
    except ValueError:
        return None
    shares: Any = None
    if hasattr(tree, "predict_proba"):
        shares = tree.predict_proba([row])
        several = isinstance(shares, list)
        shares = [s[0].tolist() for s in shares] if several else shares[0].tolist()
    return label, shares, int(tree.apply([row])[0])


def check(tree: Any, seed: int) -> None:
    scorer = load(compile_model(tree, format=False))
    for row in edge_rows(tree, seed):
        record = {f"x{i}": float(value) for i, value in enumerate(row)}
        expected = answers(tree, row)
        if expected is None:
            if any(abs(record[name]) > LARGEST for name in scorer.COLUMNS):
                with pytest.raises(scorer.InvalidRecord):
                    scorer.predict(record)
            continue
        label, shares, leaf = expected
        assert same(scorer.predict(record), label)
        assert shares is None or same(scorer.predict_proba(record), shares)
        assert scorer.apply(record) == leaf
        assert same(scorer.encode(record), row.tolist())


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(CLASSIFIERS),
    st.sampled_from(LABELS),
    st.integers(1, 3),
)
def test_classifiers(seed: int, cls: type, labels: list[Any], outputs: int) -> None:
    check(fitted(seed, cls, labels, outputs), seed)


@given(st.integers(0, 2**32 - 1), st.sampled_from(REGRESSORS), st.integers(1, 3))
def test_regressors(seed: int, cls: type, outputs: int) -> None:
    check(fitted(seed, cls, [], outputs), seed)


def chain(depth: int) -> DecisionTreeRegressor:
    """A tree that tests x0 against 0.5, 1.5, ... one below the other."""
    tree = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    state = tree.tree_.__getstate__()
    tree.tree_ = Tree(1, np.array([1]), 1)
    count = 2 * depth + 1
    nodes, values = np.zeros(count, state["nodes"].dtype), np.zeros((count, 1, 1))
    nodes["left_child"], nodes["right_child"], nodes["feature"] = -1, -1, -2
    for level in range(depth):
        node = 2 * level
        nodes["left_child"][node], nodes["right_child"][node] = node + 1, node + 2
        nodes["feature"][node], nodes["threshold"][node] = 0, level + 0.5
        values[node + 1] = level
    values[-1] = depth
    changed = {
        "nodes": nodes,
        "values": values,
        "node_count": count,
        "max_depth": depth,
    }
    tree.tree_.__setstate__({**state, **changed})
    return tree


@pytest.mark.parametrize("python", pythons(), ids=lambda p: Path(p).name)
def test_a_chain_of_1200_tests(python: str, tmp_path: Path) -> None:
    tree = chain(1_200)
    path = tmp_path / "scorer.py"
    path.write_text(compile_model(tree), encoding="utf-8")
    rows = [-1.0, 0.0, 0.5, 600.2, 1_198.7, 1_199.5, 1_199.6, 5_000.0]
    found = run(python, path, [{"x0": x} for x in rows], ["predict", "apply"])
    for x, (label, leaf) in zip(rows, found, strict=True):
        assert same(label, tree.predict([[x]])[0].item())
        assert leaf == tree.apply([[x]])[0]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100_000, 5))
    tree = DecisionTreeRegressor(random_state=0).fit(x, rng.normal(size=len(x)))
    assert tree.get_n_leaves() == 100_000
    path = tmp_path_factory.mktemp("large") / "scorer.py"
    path.write_text(compile_model(tree), encoding="utf-8")
    return tree, path


@pytest.mark.parametrize("python", pythons(), ids=lambda p: Path(p).name)
def test_a_tree_of_100000_leaves(python: str, large: tuple[Any, Path]) -> None:
    tree, path = large
    rows = np.random.default_rng(1).normal(size=(50, 5))
    records = [{f"x{i}": float(v) for i, v in enumerate(row)} for row in rows]
    found = run(python, path, records, ["predict", "apply"])
    labels, leaves = tree.predict(rows).tolist(), tree.apply(rows).tolist()
    for (label, leaf), expected, number in zip(found, labels, leaves, strict=True):
        assert same(label, expected) and leaf == number
