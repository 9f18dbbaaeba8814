"""What does a scorer cost to import, as nested ifs and as a table, by kind and size?

    python benchmarks/imports.py [KIND ...] [--sizes N ...] [--json FILE]

For single trees, forests and boosting of 5,000 to 250,000 nodes: the text in MB; the
processor time and the peak of memory of a first import, which compiles, and of the next
ones, which find a .pyc; and the time of a record that the process has not seen before.
Each import is a process of its own, and its memory is what it takes beyond bare Python.
From these, ``--layout auto`` and the note of ``build`` have their figures
(``treecompile/import_cost.py``).
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeRegressor

from treecompile.emit import emit
from treecompile.read import read_bytes
from treecompile.stages import folded, lowered

COLUMNS = 12
SIZES = (5_000, 15_000, 30_000, 60_000, 120_000, 250_000)
ROUNDS = 3
IMPORT = """
import re, sys, time
def peak():
    # Not getrusage: a process begins with the peak of the one that started it.
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
sys.path.insert(0, sys.argv[1])
bare, start = peak(), time.process_time()
import scorer
print(time.process_time() - start, (peak() - bare) / 1024)
"""
RECORDS = """
import random, statistics, sys, time
sys.path.insert(0, sys.argv[1])
import scorer
rng, times = random.Random(0), []
for _ in range(2000):
    values = [rng.random() for _ in scorer.COLUMNS]
    start = time.perf_counter()
    scorer.score(*values)
    times.append(time.perf_counter() - start)
print(statistics.median(times[200:]))
"""


def rows(count: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.random((count, COLUMNS))
    return x, x @ rng.random(COLUMNS) + rng.normal(0.0, 0.3, count)


def one_tree(nodes: int) -> Any:
    x, y = rows(nodes // 2)
    return DecisionTreeRegressor(random_state=0).fit(x, y)


def forest(nodes: int) -> Any:
    x, y = rows(int(nodes / 126) + 4)
    return RandomForestRegressor(100, random_state=0).fit(x, y)


def forest_of_classes(nodes: int) -> Any:
    x, y = rows(int(nodes / 65) + 4)
    labels = np.digitize(y, np.quantile(y, [0.3, 0.6]))
    return RandomForestClassifier(100, random_state=0).fit(x, labels)


def boosting(nodes: int) -> Any:
    x, y = rows(2_000)
    return GradientBoostingRegressor(
        n_estimators=nodes // 55, max_depth=5, subsample=0.5, random_state=0
    ).fit(x, y)


def boosting_of_classes(nodes: int) -> Any:
    x, y = rows(1_000)
    labels = np.digitize(y, np.quantile(y, [0.3, 0.6]))
    return GradientBoostingClassifier(
        n_estimators=nodes // 45, max_depth=3, subsample=0.5, random_state=0
    ).fit(x, labels)


KINDS: dict[str, Callable[[int], Any]] = {
    "one tree": one_tree,
    "forest": forest,
    "forest of 3 classes": forest_of_classes,
    "boosting": boosting,
    "boosting of 3 classes": boosting_of_classes,
}


def run(code: str, folder: str, *flags: str) -> list[float]:
    command = [sys.executable, "-I", *flags, "-c", code, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def least(code: str, folder: str, *flags: str) -> list[float]:
    """The least of some runs: what other processes take is not the scorer's."""
    return [
        min(found) for found in zip(*(run(code, folder, *flags) for _ in range(ROUNDS)))
    ]


def measured(source: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "scorer.py").write_text(source)
        first = least(IMPORT, folder, "-B")
        run(IMPORT, folder)  # leaves the .pyc
        again = least(IMPORT, folder)
        (record,) = least(RECORDS, folder)
    return {
        "MB": len(source.encode()) / 1e6,
        "first_s": first[0],
        "first_MB": first[1],
        "again_s": again[0],
        "again_MB": again[1],
        "record_us": record * 1e6,
    }


def main(kinds: list[str], sizes: tuple[int, ...], output: str | None) -> None:
    found = []
    print(
        f"{'':22} {'nodes':>8} {'':6} {'text':>8} {'first import':>17} {'with .pyc':>17} {'a record':>10}"
    )
    for kind in kinds or list(KINDS):
        for size in sizes:
            program = folded(lowered(read_bytes(pickle.dumps(KINDS[kind](size)))))
            nodes = sum(len(tree.tests) for tree in program.trees())
            for layout in ("nested", "table"):
                origin = replace(program.origin, options=(("layout", layout),))
                m = measured(emit(replace(program, origin=origin), format=False))
                found.append({"kind": kind, "nodes": nodes, "layout": layout, **m})
                print(
                    f"{kind:22} {nodes:8,} {layout:6} {m['MB']:5.1f} MB"
                    f" {m['first_s']:6.2f} s {m['first_MB']:5.0f} MB"
                    f" {m['again_s']:6.3f} s {m['again_MB']:5.0f} MB"
                    f" {m['record_us']:7.1f} us",
                    flush=True,
                )
    if output:
        Path(output).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    main(options.kinds, tuple(options.sizes), options.json)
