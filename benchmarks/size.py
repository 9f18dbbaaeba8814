"""How long do large models take to emit, to compile and to import, and in what memory?

    python benchmarks/size.py [--million]

Forests of regression trees of 250,000 nodes and (if asked for) of a million: the time of
``emit``; of CPython's ``compile`` in a process of its own, with its peak of memory; of an
import with a .pyc; and what a record costs as nested ifs and as a table. From these the
size is taken above which ``--layout auto`` makes a table.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from timing import Contender, module, report

from treecompile.emit import emit
from treecompile.read import read_bytes
from treecompile.stages import folded, lowered

COLUMNS = 12
COMPILE = """
import re, sys, time
source = open(sys.argv[1]).read()
start = time.process_time()
code = compile(source, "scorer", "exec")
took = time.process_time() - start
# Not getrusage: a process begins with the peak of the one that started it.
peak = re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())
print(f"{took:.2f} s, {int(peak[1]) / 1024:.0f} MB")
"""
IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[1])
start = time.process_time()
import scorer
print(f"{(time.process_time() - start) * 1e3:.1f} ms")
"""


def forest(trees: int) -> Any:
    """A forest of some 25,000 nodes a tree."""
    rng = np.random.default_rng(0)
    x = rng.random((20_000, COLUMNS))
    y = x @ rng.random(COLUMNS) + rng.normal(0.0, 0.3, len(x))
    return RandomForestRegressor(trees, random_state=0).fit(x, y)


def run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-I", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def measure(trees: int, layouts: tuple[str, ...]) -> None:
    data = pickle.dumps(forest(trees))
    start = time.process_time()
    before = lowered(read_bytes(data))
    lower = time.process_time() - start
    program = folded(before)
    fold = time.process_time() - start - lower
    nodes = sum(len(tree.tests) for tree in program.trees())
    print(f"{nodes:,} nodes: read and lowered {lower:.2f} s, folded {fold:.2f} s")
    contenders = []
    values = np.random.default_rng(1).random((4_500, COLUMNS)).tolist()
    for layout in layouts:
        origin = replace(program.origin, options=(("layout", layout),))
        start = time.process_time()
        source = emit(replace(program, origin=origin), format=False)
        emitted = time.process_time() - start
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "scorer.py")
            path.write_text(source)
            compiled = run(COMPILE, str(path))
            run(IMPORT, folder)  # leaves the .pyc
            imported = run(IMPORT, folder)
        print(
            f"    {layout}: {len(source) / 1e6:.1f} MB, emitted {emitted:.2f} s, "
            f"compiled {compiled}, imported {imported}"
        )
        score = module(source).score
        contenders.append(Contender(layout, lambda v, score=score: score(*v), values))
    report("A record", contenders)


if __name__ == "__main__":
    measure(10, ("nested", "table"))
    if "--million" in sys.argv:
        measure(40, ("table",))
