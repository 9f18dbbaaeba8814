"""How fast are scorers in JavaScript, beside m2cgen's and with trees in both layouts?

    python benchmarks/javascript.py    # node on the PATH; m2cgen where it is installed

For each model: how long node takes to load the scorer and to answer once, then one record
from an object, and 10,000 records. m2cgen's function takes an array and checks nothing.
Every contender has a process of its own; these take turns, round by round.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, make_classification
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from treecompile import compile_model

try:
    import m2cgen
except ImportError:
    m2cgen = None

ROUNDS = 5
NODE = """
import { readFileSync } from "node:fs";
const [path, data, names] = process.argv.slice(2);
const start = performance.now();
const scorer = await import(path);
const rows = JSON.parse(readFileSync(data, "utf8"));
const columns = scorer.COLUMNS ?? null;
const records = columns
  ? rows.map((row) => Object.fromEntries(columns.map((c) => [c, row[Number(c.slice(1))]])))
  : rows;
const one = scorer.predictProba;
const loading = performance.now();
const again = await import(path + "?again");
again.predictProba(records[0]);
const loaded = performance.now() - loading;
let sum = 0;
const first = performance.now();
for (let i = 0; i < 1000; i += 1) sum += one(records[i])[0];
const early = (performance.now() - first) / 1000;
for (let i = 0; i < 10000; i += 1) sum += one(records[i])[0];
const from = performance.now();
for (let i = 10000; i < 20000; i += 1) sum += one(records[i])[0];
const late = (performance.now() - from) / 10000;
console.log(JSON.stringify([loaded, early * 1000, late * 1000, sum]));
"""


def models() -> dict[str, tuple[Any, Any]]:
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(1)
    records = x[rng.integers(0, len(x), 20_000)]
    records = np.clip(records + rng.integers(-2, 3, records.shape), 0, 16)
    wide, classes = make_classification(30_000, 20, n_informative=10, random_state=0)
    few = GradientBoostingClassifier(random_state=0).fit(
        wide[:10_000], classes[:10_000]
    )
    some = {
        "forest of 100 on digits": (RandomForestClassifier(100, random_state=0), x, y),
        "forest of 10 on digits": (RandomForestClassifier(10, random_state=0), x, y),
    }
    fitted = {name: (m.fit(x, y), records) for name, (m, x, y) in some.items()}
    tree = DecisionTreeClassifier(random_state=0).fit(wide[:10_000], classes[:10_000])
    noisy = np.where(rng.random(10_000) < 0.3, 1 - classes[:10_000], classes[:10_000])
    large = DecisionTreeClassifier(random_state=0).fit(wide[:10_000], noisy)
    fitted["boosting of 100"] = few, wide[10_000:]
    fitted[f"a tree of {tree.tree_.node_count} nodes"] = tree, wide[10_000:]
    fitted[f"a tree of {large.tree_.node_count} nodes"] = large, wide[10_000:]
    return fitted


def contenders(model: Any, folder: Path) -> dict[str, Path]:
    found = {}
    for layout in ("nested", "table"):
        path = folder / f"{layout}.mjs"
        text = compile_model(model, target="javascript", layout=layout, columns="all")
        path.write_text(text)
        found[layout] = path
    if m2cgen is not None:
        sys.setrecursionlimit(100_000)
        path = folder / "m2cgen.mjs"
        try:
            text = m2cgen.export_to_javascript(model)
        except NotImplementedError:
            return found  # it does not know every model
        path.write_text(text + "\nexport { score as predictProba };\n")
        found["m2cgen"] = path
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script, data = folder / "time.mjs", folder / "rows.json"
        script.write_text(NODE)
        for title, (model, rows) in models().items():
            data.write_text(json.dumps(rows[:20_000].tolist()))
            times: dict[str, list[list[float]]] = {}
            paths = contenders(model, folder)
            for _ in range(ROUNDS):
                for contender, path in paths.items():
                    command = ["node", str(script), str(path), str(data)]
                    run = subprocess.run(command, capture_output=True, text=True)
                    times.setdefault(contender, []).append(json.loads(run.stdout))
            print(f"\n{title}: ms to load, us a record in the first 1,000, in 10,000")
            for contender, of in times.items():
                load, early, late = map(statistics.median, list(zip(*of))[:3])
                print(f"  {contender:8} {load:8.1f} {early:8.2f} {late:8.2f}")


if __name__ == "__main__":
    main()
