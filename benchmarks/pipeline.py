"""How fast is the scorer of a whole pipeline, beside scikit-learn's own predict?

    python benchmarks/pipeline.py

A pipeline of imputer, scaler, one-hot encoder and tree, from raw records (dicts) to the
label. All ratios are of times taken in turn in one run, on distinct records, so that
neither side profits from a warmer cache or a quieter machine:

- one record at a time, against ``predict`` on a frame of one row;
- each record of a batch, against ``predict`` on the whole frame of 10,000 rows;
- a column of 1,000 categories against one of 10: a test asks for the category, so what
  a record costs does not grow with the dummy columns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from treecompile import compile_model

ROWS = 10_000
ROUNDS = 7
SINGLE = 200  # one-row frames are slow to score, so each round takes this many


def people(categories: int, seed: int) -> tuple[pd.DataFrame, Any]:
    """Records with two numbers (some missing) and two categories, and their label."""
    rng = np.random.default_rng(seed)
    cities = np.array([f"city {i:04d}" for i in range(categories)], dtype=object)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, ROWS).astype(float),
            "fare": rng.lognormal(3.0, 1.0, ROWS).round(2),
            "plan": rng.choice(["free", "pro", "team"], ROWS),
            "city": cities[rng.integers(0, categories, ROWS)],
        }
    )
    frame.loc[rng.random(ROWS) < 0.1, "age"] = np.nan
    # A tenth of the records lives in the first city, whatever the number of the others,
    # so that the trees come out alike and differ in the width of the dummies alone.
    frame.loc[rng.random(ROWS) < 0.1, "city"] = cities[0]
    risk = (frame["age"] > 50) & (frame["plan"] != "pro") | (frame["fare"] > 40)
    return frame, np.where(risk ^ (frame["city"] == cities[0]), "yes", "no")


def pipeline(categories: int) -> Pipeline:
    """The pipeline, fitted on records of one seed."""
    frame, label = people(categories, seed=0)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer(
        [
            ("number", numbers, ["age", "fare"]),
            ("category", OneHotEncoder(handle_unknown="ignore"), ["plan", "city"]),
        ]
    )
    tree = DecisionTreeClassifier(max_leaf_nodes=24, random_state=0)
    return make_pipeline(columns, tree).fit(frame, label)


def compiled(model: Pipeline) -> Callable[[Any], Any]:
    module: dict[str, Any] = {"__name__": "scorer"}
    exec(compile(compile_model(model, format=False), "scorer", "exec"), module)
    predict: Callable[[Any], Any] = module["predict"]
    return predict


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def each(predict: Callable[[Any], Any], records: Sequence[Any]) -> Callable[[], None]:
    def work() -> None:
        for record in records:
            predict(record)

    return work


def main() -> None:
    model, wide = pipeline(10), pipeline(1_000)
    ours, ours_wide = compiled(model), compiled(wide)
    frame, _ = people(10, seed=1)
    records = frame.to_dict("records")
    wide_records = people(1_000, seed=1)[0].to_dict("records")
    assert [ours(record) for record in records] == model.predict(frame).tolist()
    rows = [frame.iloc[[i]] for i in range(ROUNDS * SINGLE)]

    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        one_row = rows[turn * SINGLE : (turn + 1) * SINGLE]
        for name, work, count in (
            ("ours", each(ours, records), ROWS),
            ("ours, 1,000 categories", each(ours_wide, wide_records), ROWS),
            ("one-row frame", each(model.predict, one_row), SINGLE),
            ("batch", lambda: model.predict(frame), ROWS),
        ):
            times.setdefault(name, []).append(seconds(work) / count)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours_took = medians["ours"]
    print(f"one record, from a dict:        {ours_took * 1e9:8.0f} ns")
    for name in ("one-row frame", "batch", "ours, 1,000 categories"):
        took = medians[name]
        print(f"{name + ':':<31} {took * 1e9:8.0f} ns  {took / ours_took:9.1f} x")


if __name__ == "__main__":
    main()
