"""What is announced, shared or packed comes to no more than a file may: in memory, and in
calls of functions, which are counted (a clock says more of the machine than of the code).

Each file is read and lowered, and looked at as `inspect` does, in a process of its own
that cannot have more memory than is promised.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hostile import CONSTRUCTS, announced

from treecompile.errors import TreecompileError
from treecompile.read import json_text, read_bytes
from treecompile.read.budget import FREE, Budget, Exhausted, at_work, charge

HERE = Path(__file__).parent
MOST_CALLS = 30_000_000  # some ten seconds

# For each file: what came of it, the most memory that it took, and how many functions
# were called meanwhile.
LIMITED = """
import itertools, json, os, pathlib, resource, sys
from treecompile.errors import TreecompileError, not_too_deep
from treecompile.lower import lower
from treecompile.overview import overview
from treecompile.overview_text import as_text
from treecompile.read import read_bytes

MEMORY = 512 << 20

def status(key):
    text = pathlib.Path("/proc/self/status").read_text()
    return int(text.partition(key + ":")[2].split()[0]) * 1024

def build(data):
    lower(read_bytes(data, "FILE"))

def inspect(data):
    as_text(overview(read_bytes(data, "FILE", lenient=True)), "FILE")

def one(path, work):
    space = status("VmSize") - status("VmRSS") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    data = pathlib.Path(path).read_bytes()
    calls = itertools.count()
    sys.setprofile(lambda frame, event, arg: next(calls))
    try:
        with not_too_deep():
            work(data)
        outcome = "done", ""
    except TreecompileError as error:
        outcome = "refused", str(error)
    except BaseException as error:
        outcome = "raised", repr(error)[:500]
    sys.setprofile(None)
    print(json.dumps([*outcome, next(calls)]), flush=True)

for path in sys.argv[1:]:
    for work in (build, inspect):
        child = os.fork()
        if not child:
            one(path, work)
            os._exit(0)
        _, ended, used = os.wait4(child, 0)
        print(json.dumps([ended, used.ru_maxrss << 10]), flush=True)
"""


def limited(*paths: Path) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, paths)],
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [[*a, *b] for a, b in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_what_is_small_stays_small(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONSTRUCTS[name]())
    build, inspect = limited(path)
    for kind, text, calls, ended, memory in (build, inspect):
        assert not ended and kind != "raised", text
        # The limit of the process was not met: what was refused, was so beforehand.
        assert "memory of this machine" not in text, text
        assert calls < MOST_CALLS, calls
        assert memory < 512 << 20, f"{memory >> 20} MB"
    assert build[0] == "refused", build
    assert "not known (" not in build[1]


def test_the_limits_are_seen(tmp_path: Path) -> None:
    """A reader without an account would be noticed."""
    spoiled = LIMITED.replace(
        "MEMORY = 512",
        "from treecompile.read.budget import Budget\n"
        "Budget.charge = Budget.work = lambda self, count: None\nMEMORY = 512",
    )
    path = tmp_path / "file"
    path.write_bytes(CONSTRUCTS["text of four bytes a letter"]())
    done = subprocess.run(
        [sys.executable, "-c", spoiled, str(path)],
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=True,
    )
    assert "memory of this machine" in done.stdout


def test_announced_numbers(tmp_path: Path) -> None:
    """In the place of each number of real files, one that is too large."""
    paths = []
    for number, data in enumerate(announced(4, 0)):
        paths.append(tmp_path / f"{number:04}")
        paths[-1].write_bytes(data)
    for place, (kind, text, calls, ended, memory) in enumerate(limited(*paths)):
        where = f"{paths[place // 2]}: {text}"
        assert not ended and kind != "raised", where
        assert "memory of this machine" not in text, where
        assert calls < MOST_CALLS and memory < 512 << 20, where


# --- The account ------------------------------------------------------------------------


def test_it_grows_with_what_is_there() -> None:
    assert Budget(0).limit == Budget(1 << 20).limit == FREE
    assert Budget(100 << 20).limit == 2_000 << 20
    packed = Budget(20 << 20)
    packed.packed()
    assert packed.limit == 800 << 20
    packed.unpacked(30 << 20)  # hardly anything was packed
    assert packed.limit == 600 << 20


def test_what_is_charged_is_refused_before() -> None:
    budget = Budget(0)
    budget.charge(FREE)
    with pytest.raises(Exhausted):
        budget.charge(1)
    with at_work(Budget(0)) as budget:
        charge(FREE)
        with at_work(budget.copy()), pytest.raises(Exhausted):
            charge(1)
        assert budget.spent == FREE


def test_json_is_charged_for_what_it_becomes() -> None:
    budget = Budget(0)
    text = '{"":0},' * 1_000
    assert json_text.loads(f"[{text}0]", budget)[0] == {"": 0}
    assert budget.spent > 232 * 1_000
    for wide in ('"\\u1234"', '"\U0001f600"', '"\U0001f600"'.encode()):
        budget = Budget(0)
        json_text.loads(wide, budget)
        assert budget.spent >= 4 * 3


def test_a_file_may_be_lowered_again(tmp_path: Path) -> None:
    """What lowering charges is not charged on what was read."""
    from treecompile.lower import lower

    data = next(iter((HERE / "read_files").glob("*.pkl"))).read_bytes()
    file = read_bytes(data)
    spent = file.budget.spent
    for _ in range(2):
        try:
            lower(file)
        except TreecompileError:
            pass
        assert file.budget.spent == spent > 0
