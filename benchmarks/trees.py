"""How fast are the scorers of single trees, beside scikit-learn and code by hand?

    python benchmarks/trees.py

The mushroom example (raw categories in, through dummy columns) and a tree of 2,000
leaves over 20 numbers. scikit-learn gets its encoded row as a list and as a frame of one
row, and 10,000 rows in one call. A visit is one test on a record's way to its leaf.
"""

from __future__ import annotations

import itertools
import pickle
import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier
from timing import ROUNDS, Contender, module, race, report, scorer

MUSHROOM = Path(__file__).parent.parent / "examples" / "mushroom"
BATCH = 10_000
FEW = 20  # of what is slow, in each round

try:
    import m2cgen
except ImportError:
    m2cgen = None


# --- What a careful person would write by hand for the mushrooms ----------------------

ODORS = frozenset("acflmnpsy")
SURFACES = frozenset("fksy")
PRINTS = frozenset("bhknoruwy")


def by_hand(record: Any) -> bool:
    """Check the record, then answer as the tree does."""
    odor = record["odor"]
    surface = record["stalk_surface_below_ring"]
    spore_print = record["spore_print_color"]
    if odor not in ODORS or surface not in SURFACES or spore_print not in PRINTS:
        raise ValueError(record)
    return by_hand_tree(odor, surface, spore_print)


def by_hand_tree(odor: str, surface: str, spore_print: str) -> bool:
    if odor == "l" or odor == "a":
        return spore_print == "r"
    if odor == "n":
        return surface == "y" or spore_print == "r"
    return True


def mushrooms() -> None:
    model_file = MUSHROOM / "model.pkl"
    ours = scorer(str(model_file), data=str(MUSHROOM / "mushrooms.csv"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an older scikit-learn made the file
        model = pickle.loads(model_file.read_bytes())
    columns = {"odor": ODORS, "stalk_root": "?bcer"}
    columns |= {"stalk_surface_below_ring": SURFACES, "spore_print_color": PRINTS}
    every = itertools.product(*map(sorted, columns.values()))
    records = [dict(zip(columns, values)) for values in every]
    np.random.default_rng(0).shuffle(records)
    assert [by_hand(r) for r in records] == [ours.predict(r) for r in records]
    names = list(model.feature_names_in_)
    frame = pd.DataFrame(list(map(ours.encode, records)), columns=names)
    assert model.predict(frame).tolist() == [ours.predict(r) for r in records]
    rows = frame.to_numpy().tolist()
    frames = [frame.iloc[[i]] for i in range(ROUNDS * FEW)]
    many = pd.concat([frame] * 7)[:BATCH]
    report(
        "Mushrooms: predict(record), validated, from a dict",
        [
            Contender("treecompile", ours.predict, records),
            Contender("by hand", by_hand, records),
            slow("scikit-learn, a list", unnamed(model), rows),
            slow("scikit-learn, a frame of one row", model.predict, frames),
            Contender("scikit-learn, of 10,000", model.predict, [many] * ROUNDS, BATCH),
        ],
    )


def unnamed(model: Any) -> Any:
    """predict of a list, without scikit-learn's warning that it has no names."""
    copy = deepcopy(model)
    del copy.feature_names_in_
    return lambda row: copy.predict([row])


def slow(name: str, function: Any, arguments: Any) -> Contender:
    return Contender(name, function, arguments[: ROUNDS * FEW])


def large() -> None:
    x, y = make_classification(
        60_000, 20, n_informative=10, flip_y=0.05, random_state=0
    )
    model = DecisionTreeClassifier(max_leaf_nodes=2_000, random_state=0)
    model.fit(x[:40_000], y[:40_000])
    x = x[40_000:]
    ours = scorer(model)
    names = list(ours.FEATURES)
    framed = clone(model).fit(pd.DataFrame(x[:1_000], columns=names), y[:1_000])
    framed.tree_ = model.tree_
    used = [names.index(name) for name in ours.COLUMNS]
    rows, values = x.tolist(), x[:, used].tolist()
    records = [dict(zip(names, row)) for row in rows]
    assert list(map(ours.predict, records)) == model.predict(x).tolist()
    score, shares = ours.score, ours.PROBABILITIES
    first = Contender("treecompile, from a list", lambda v: shares[score(*v)], values)
    contenders = [
        first,
        Contender("treecompile, from a dict", ours.predict_proba, records),
        slow("scikit-learn, a list", lambda row: model.predict_proba([row]), rows),
        slow(
            "scikit-learn, a frame of one row",
            framed.predict_proba,
            [pd.DataFrame([row], columns=names) for row in rows[: ROUNDS * FEW]],
        ),
        Contender(
            "scikit-learn, of 10,000", model.predict_proba, [x[:BATCH]] * ROUNDS, BATCH
        ),
    ]
    if m2cgen is not None:
        generated = module(m2cgen.export_to_python(model)).score
        contenders.append(Contender("m2cgen, from a list", generated, rows))
    title = f"A tree of {model.get_n_leaves():,} leaves: probabilities"
    report(title, contenders)
    visits = model.decision_path(x).getnnz() / len(x) - 1
    per_visit = np.median(first.times) / visits * 1e9
    print(f"    {visits:.1f} visits a record, {per_visit:.1f} ns each on new records")
    warm = Contender("warm", lambda v: score(*v), values[:300] * ROUNDS)
    empty = Contender("empty", lambda v: empty_score(*v), values[:300] * ROUNDS)
    race([warm, empty])
    took = min(a - b for a, b in zip(warm.times, empty.times)) / visits * 1e9
    print(f"    warm (300 records again and again), the calls aside: {took:.1f} ns\n")


def empty_score(*values: float) -> int:
    return 0


if __name__ == "__main__":
    mushrooms()
    large()
