"""Boosting libraries beside a scorer: the same rows to both, on edges too."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import numpy as np
from runners import load
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from treecompile import compile_model

CANCER, DIABETES, IRIS = (
    data(return_X_y=True) for data in (load_breast_cancer, load_diabetes, load_iris)
)
MOST_ROWS = 150


def holed(X: Any, share: float = 0.1, seed: int = 0) -> Any:
    X = X.copy()
    X[np.random.RandomState(seed).rand(*X.shape) < share] = math.nan
    return X


def rows_at_edges(scorer: Any, X: Any, seed: int = 0) -> Any:
    """Rows of X, and such rows with one number on a cut, beside it or far away."""
    source = scorer.__loader_source__
    choose = random.Random(seed)
    cuts = {float(text) for text in re.findall(r"<=? (-?[\d.]+(?:e-?\d+)?)", source)}
    cuts |= {float(text) for text in re.findall(r"> (-?[\d.]+(?:e-?\d+)?)", source)}
    near = [
        y
        for x in sorted(cuts)
        for y in (math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf))
    ]
    near += [0.0, -0.0, 5e-324, 1e-40, -1e-36, 1e-35, 1e30, -1e30, math.nan]
    near = [x for x in near if abs(x) <= 1e37 or x != x]
    rows = [list(map(float, row)) for row in X[:: max(1, len(X) // 60)]]
    for x in choose.sample(near, min(len(near), MOST_ROWS)):
        row = list(map(float, X[choose.randrange(len(X))]))
        row[choose.randrange(len(row))] = x
        rows.append(row)
    return np.array(rows, dtype=np.float64)


def scorer_of(model: Any) -> Any:
    source = compile_model(model, columns="all", format=False)
    scorer = load(source)
    scorer.__loader_source__ = source
    return scorer


def agree(
    model: Any, X: Any, functions: tuple[str, ...] = (), missing: bool = True
) -> None:
    """That a scorer answers each row as the library does, to the last bit."""
    scorer = scorer_of(model)
    rows = rows_at_edges(scorer, X)
    if not missing:
        rows = rows[~np.isnan(rows).any(axis=1)]
    records = [dict(zip(scorer.COLUMNS, row)) for row in rows.tolist()]
    for name in functions or ("predict", "predict_proba"):
        if not hasattr(model, name):
            assert not hasattr(scorer, name)
            continue
        expected = np.asarray(getattr(model, name)(rows)).astype(float).tolist()
        found = [getattr(scorer, name)(record) for record in records]
        for row, said, told in zip(rows.tolist(), found, expected):
            told = tuple(told) if isinstance(told, list) else told
            assert said == told, (name, row)
