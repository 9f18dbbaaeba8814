"""How a generated scorer is run: in this process, and as users run it."""

from __future__ import annotations

import functools
import itertools
import json
import linecache
import os
import shutil
import subprocess
import types
from pathlib import Path
from typing import Any

_count = itertools.count()


def load(source: str, name: str = "") -> types.ModuleType:
    """The scorer as a module of this process; tracebacks show its lines.

    Hypothesis tells failures apart by file name: it wants the same name every time."""
    name = name or f"<scorer {next(_count)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    module = types.ModuleType("scorer")
    exec(compile(source, name, "exec"), module.__dict__)
    return module


@functools.cache
def pythons() -> tuple[str, ...]:
    """Every CPython from 3.8 on that the machine has, one of each minor version."""
    found: dict[tuple[int, int], str] = {}
    homes = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    homes += sorted(pyenv.glob("*/bin")) if pyenv.is_dir() else []
    for minor in range(8, 30):
        for home in homes:
            candidate = shutil.which(f"python3.{minor}", path=str(home))
            if candidate and (3, minor) not in found and _is(candidate, minor):
                found[3, minor] = candidate
    return tuple(found.values())


def _is(python: str, minor: int) -> bool:
    code = "import sys; print(*sys.version_info[:2], sys.implementation.name)"
    try:
        run = subprocess.run([python, "-c", code], capture_output=True, text=True)
    except OSError:
        return False
    return run.stdout.split() == ["3", str(minor), "cpython"]


# Floats travel as hexadecimal texts, so that NaN, infinities and -0.0 arrive.
_DRIVER = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("scorer", sys.argv[1])
scorer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scorer)
def thaw(x): return float.fromhex(x["f"]) if isinstance(x, dict) else x
def freeze(x):
    if isinstance(x, float): return {"f": x.hex()}
    if isinstance(x, (tuple, list)): return [freeze(y) for y in x]
    return x
answers = []
for record in json.load(sys.stdin):
    record = {k: thaw(v) for k, v in record}
    try:
        answer = [
            getattr(scorer, name)(record)
            for name in sys.argv[2:]
        ]
    except scorer.InvalidRecord as error:
        answer = {"missing": list(error.missing), "invalid": list(error.invalid)}
    answers.append(freeze(answer))
print(json.dumps(answers))
"""


def run(
    python: str, path: Path, records: list[dict[str, Any]], functions: list[str]
) -> list[Any]:
    """What a scorer file answers in a fresh ``python -I -S``: for each record the
    answers of the functions, or the missing and invalid columns as a dict."""
    frozen = [[[k, freeze(v)] for k, v in record.items()] for record in records]
    done = subprocess.run(
        [python, "-I", "-S", "-c", _DRIVER, str(path), *functions],
        input=json.dumps(frozen),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    return [thaw(answer) for answer in json.loads(done.stdout)]


def freeze(value: Any) -> Any:
    if isinstance(value, float):
        return {"f": value.hex()}
    return value


def thaw(value: Any) -> Any:
    if isinstance(value, dict):
        return float.fromhex(value["f"]) if "f" in value else value
    if isinstance(value, list):
        return tuple(thaw(item) for item in value)
    return value


def same(a: Any, b: Any) -> bool:
    """Equal to the last bit, and of one type: -0.0 is not 0.0, nan is nan, 1 not True."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return a.hex() == b.hex()
    return type(a) is type(b) and a == b
