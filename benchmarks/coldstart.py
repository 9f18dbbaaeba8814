"""How long does a fresh process take to its first answer, and in what memory?

    python benchmarks/coldstart.py

The digits forest of ``ensembles.py``: bare Python, the scorer with its .pyc and without,
and scikit-learn, which is imported to unpickle. Each in processes of their own, started
in turn from a small parent (a child begins with the memory of the one that forks it).
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from ensembles import digits

from treecompile import compile_model

ROUNDS = 15
SCORER = """
import sys
sys.path.insert(0, {folder!r})
import scorer
scorer.predict_proba(dict.fromkeys(scorer.COLUMNS, 0.0))
"""
MODEL = """
import pickle
model = pickle.load(open({folder!r} + "/model.pkl", "rb"))
model.predict_proba([[0.0] * 64])
"""
# Runs the commands in turn; the wall time (ms) and the peak of memory (MB) of each.
PARENT = """
import json, os, sys, time
found = []
for command in json.load(sys.stdin):
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, dict(os.environ))
    _, status, usage = os.wait4(pid, 0)
    took = time.perf_counter() - start
    assert status == 0, command
    found.append([took * 1e3, usage.ru_maxrss / 1024])
json.dump(found, sys.stdout)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        model, _ = digits()
        Path(folder, "scorer.py").write_text(compile_model(model, format=False))
        Path(folder, "model.pkl").write_bytes(pickle.dumps(model))
        script = Path(folder, "first.py")
        script.write_text(SCORER.format(folder=folder))
        unpickle = Path(folder, "unpickle.py")
        unpickle.write_text(MODEL.format(folder=folder))
        python = os.path.realpath(sys.executable)
        alone = [python, "-I", "-S"]
        commands = {
            "bare Python": [*alone, "-c", "pass"],
            "the scorer, with its .pyc": [*alone, str(script)],
            "the scorer, no .pyc kept": [*alone, "-B", "-Xpycache_prefix=/nowhere"]
            + [str(script)],
            "unpickle and predict": [sys.executable, str(unpickle)],
        }
        subprocess.run(commands["the scorer, with its .pyc"], check=True)
        todo = list(commands.values()) * ROUNDS
        done = subprocess.run(
            [*alone, "-c", PARENT],
            input=json.dumps(todo),
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
    for k, name in enumerate(commands):
        times, sizes = zip(*found[k :: len(commands)])
        # The least of them: what other processes take is not the scorer's.
        print(f"{name:<28} {min(times):8.1f} ms {min(sizes):7.1f} MB")


if __name__ == "__main__":
    main()
