"""How many rows does generated code answer otherwise than the model it came from?

    python benchmarks/exactness.py

Single regression trees on scikit-learn's diabetes data (442 rows): one fitted on all
rows, and the 25 trees of a small forest, each fitted on a bootstrap sample of them. All
442 rows are then put to the tree's own ``predict`` and to the code that was generated
from it, and an answer counts as different unless it is the same float. Last, a tree
whose training data had missing values, which gives it the threshold +inf.

The result is a table in Markdown. treecompile is measured always, m2cgen where it is
installed (``pip install m2cgen``).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model

try:
    import m2cgen
except ImportError:
    m2cgen = None

TREES = 25
Rows = NDArray[np.float64]
Scorer = Callable[[list[float]], float]


def by_treecompile(tree: DecisionTreeRegressor) -> Scorer:
    scorer = run(compile_model(tree, format=False))
    return lambda row: scorer["predict"](dict(zip(scorer["FEATURES"], row)))


def by_m2cgen(tree: DecisionTreeRegressor) -> Scorer:
    return run(m2cgen.export_to_python(tree))["score"]


def run(source: str) -> dict[str, Any]:
    """The names that a module defines, from its text."""
    module: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated", "exec"), module)
    return module


def errors(tree: DecisionTreeRegressor, scorer: Scorer, x: Rows) -> Rows:
    """How far off each answer is."""
    return np.abs(np.array([scorer(row) for row in x.tolist()]) - tree.predict(x))


def measure(generate: Callable[[DecisionTreeRegressor], Scorer]) -> dict[str, str]:
    """What one generator's code answers otherwise, in words."""
    x, y = load_diabetes(return_X_y=True)
    whole = DecisionTreeRegressor(random_state=0).fit(x, y)
    forest = RandomForestRegressor(TREES, random_state=0).fit(x, y)
    one = errors(whole, generate(whole), x)
    many = np.array([errors(tree, generate(tree), x) for tree in forest.estimators_])
    return {
        "one tree fitted on all rows: rows answered differently": of(one != 0.0),
        f"{TREES} trees fitted on samples: answers that differ": of(many != 0.0),
        "... trees with such an answer": of((many != 0.0).any(axis=1)),
        "... rows with such an answer": of((many != 0.0).any(axis=0)),
        f"... largest error (the target runs from {y.min():g} to {y.max():g})": (
            f"{many.max():g}"
        ),
        "a tree with a threshold of +inf": with_missing_values(generate),
    }


def of(differs: NDArray[np.bool_]) -> str:
    return f"{differs.sum()} of {differs.size:,}"


def with_missing_values(generate: Callable[[DecisionTreeRegressor], Scorer]) -> str:
    """The one test of this tree parts the numbers from the missing: ``x <= inf``."""
    x = np.array([[1.0], [2.0], [np.nan], [np.nan]])
    tree = DecisionTreeRegressor(random_state=0).fit(x, [0.0, 0.0, 1.0, 1.0])
    try:
        return of(errors(tree, generate(tree), x) != 0.0)
    except NameError as error:
        return f"NameError: {error}"


def main() -> None:
    generators = {"treecompile": by_treecompile}
    if m2cgen is not None:
        generators[f"m2cgen {importlib.metadata.version('m2cgen')}"] = by_m2cgen
    measured = [measure(generate) for generate in generators.values()]
    print("|", " | ".join(["", *generators]), "|")
    print("|---|" + "---:|" * len(generators))
    for what in measured[0]:
        print("|", " | ".join([what, *(column[what] for column in measured)]), "|")


if __name__ == "__main__":
    main()
