"""How fast are the scorers of ensembles, one record at a time, beside their peers?

    make bench    # or: python benchmarks/ensembles.py

A random forest of 100 trees on scikit-learn's digits, gradient boosting of 100 trees of
depth 3, and histogram gradient boosting of 100 trees of 31 leaves. Each contender gets a
record as a Python list of floats and answers with probabilities (m2cgen and onnxruntime
where they are installed and can take the model); scikit-learn gets the list in a list.
``from a dict`` is what a service calls: ``predict_proba(record)``, validation and all.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from timing import ROUNDS, Contender, module, report, scorer

try:
    import m2cgen
except ImportError:
    m2cgen = None
try:
    import onnxruntime
    import skl2onnx
except ImportError:
    onnxruntime = skl2onnx = None

RECORDS = 600  # a round
FEW = 20  # of what is slow


def digits() -> tuple[Any, Any]:
    """The forest, and records like those it was fitted on."""
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(1)
    model = RandomForestClassifier(100, random_state=0).fit(x[:1300], y[:1300])
    records = x[rng.integers(1300, len(x), ROUNDS * RECORDS * 2)]
    records = np.clip(records + rng.integers(-2, 3, records.shape), 0, 16)
    return model, records


def boosted(model: Any) -> tuple[Any, Any]:
    x, y = make_classification(30_000, 20, n_informative=10, random_state=0)
    return model.fit(x[:10_000], y[:10_000]), x[10_000:]


def by_treecompile(ours: SimpleNamespace) -> Any:
    """Probabilities from a list of values; COLUMNS are all that the model has."""
    score, shares = ours.score, getattr(ours, "_shares", None)
    if shares is None:
        return lambda row: score(*row)
    return lambda row: shares(score(*row))


def by_onnxruntime(model: Any, width: int) -> Any:
    kind = skl2onnx.common.data_types.FloatTensorType([None, width])
    graph = skl2onnx.to_onnx(
        model, initial_types=[("x", kind)], options={"zipmap": False}
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    run = onnxruntime.InferenceSession(graph.SerializeToString(), options).run
    return lambda row: run(None, {"x": np.array([row], dtype=np.float32)})[1]


def contest(title: str, model: Any, records: Any) -> None:
    ours = scorer(model)
    names = list(ours.FEATURES)
    places = [names.index(name) for name in ours.COLUMNS]
    rows = records.tolist()
    used = records[:, places].tolist()
    dicts = [dict(zip(names, row)) for row in rows]
    from_values = by_treecompile(ours)
    expected = model.predict_proba(records[:50])
    got = np.array([ours.predict_proba(record) for record in dicts[:50]])
    assert np.array_equal(expected, got), "the scorer answers otherwise"

    def slow(what: Any) -> Contender:
        return Contender(what[0], what[1], rows[: ROUNDS * FEW])

    contenders = [
        Contender("treecompile, from a list", from_values, used),
        Contender("treecompile, from a dict", ours.predict_proba, dicts),
        slow(("scikit-learn", lambda row: model.predict_proba([row]))),
    ]
    for name, make in (("m2cgen", by_m2cgen), ("onnxruntime", by_onnxruntime)):
        if (m2cgen if name == "m2cgen" else onnxruntime) is None:
            print(f"{name} is not installed")
            continue
        try:
            function = make(model, len(names))
        except Exception as error:  # whatever a converter does with what it cannot
            print(f"{name} cannot take the {type(model).__name__}: {error}"[:150])
            continue
        contenders.append(Contender(name, function, rows))
    report(title, contenders)


def by_m2cgen(model: Any, width: int) -> Any:
    return module(m2cgen.export_to_python(model)).score


def main() -> None:
    model, records = digits()
    nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    contest(f"Random forest on digits: 100 trees, {nodes:,} nodes", model, records)
    model, records = boosted(GradientBoostingClassifier(random_state=0))
    contest("Gradient boosting: 100 trees of depth 3", model, records)
    model, records = boosted(HistGradientBoostingClassifier(random_state=0))
    contest("Histogram gradient boosting: 100 trees of 31 leaves", model, records)


if __name__ == "__main__":
    main()
