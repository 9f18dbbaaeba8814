"""No file, however damaged or forged, does more than be refused or compiled.

``fuzz.py`` does the work in processes of their own, since an audit hook cannot be taken
back. TREECOMPILE_FUZZ=500000 sets how many files, TREECOMPILE_SEED where to begin.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COUNT = int(os.environ.get("TREECOMPILE_FUZZ", "20000"))
SEED = int(os.environ.get("TREECOMPILE_SEED", "0"))
PARTS = 4


def report(count: int, seed: int, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            *options,
            "tests/fuzz.py",
            str(count),
            str(seed),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_and_forged_files(part: int) -> None:
    count = -(-COUNT // PARTS)
    found = report(count, SEED * PARTS + part)
    problems = "\n\n".join(f"file {n}: {text}" for n, text in found["problems"])
    assert not problems, f"seed {SEED * PARTS + part}:\n{problems}"
    assert found["files"] > 500
    # The mutations neither spare nor kill them all.
    assert 0.2 < found["read"] / count < 0.6
    assert 0.1 < found["lowered"] / count < 0.4
    assert found["forged"] > count / 4
    assert found["asked"] > count / 1000
    assert found["slowest"] < 10
    assert found.get("peak", 0) < 512 << 20


def test_the_watcher_sees() -> None:
    """A reader that opened a file, or let another error out, would be noticed."""
    spoiled = (
        "import sys; sys.argv = ['fuzz.py', '60', '1']; sys.path.insert(0, 'tests')\n"
        "import fuzz, json\n"
        "sys.addaudithook(fuzz._hook)\n"
        "true = fuzz.lower\n"
        "def lower(file, calls=[]):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 12: open('/dev/null').close()\n"
        "    if len(calls) == 15: raise KeyError('spoiled')\n"
        "    return true(file)\n"
        "fuzz.lower = lower\n"
        "print(json.dumps(fuzz.Run(60, 1).all()['problems']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", spoiled],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=True,
    )
    problems = [text for _, text in json.loads(done.stdout)]
    assert len(problems) == 2
    assert "open" in problems[0] and "/dev/null" in problems[0]
    assert "KeyError" in problems[1]
