"""``node scorer.mjs FILE``: the answers of ``python scorer.py`` for the same file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from javascript import node
from test_shell import IRIS

from treecompile import compile_model

ROOT = Path(__file__).parents[1]
HEAD = "petal length (cm),petal width (cm)"
OBJECT = '{"petal length (cm)": %s, "petal width (cm)": %s}'
FILES: dict[str, bytes] = {
    "plain.csv": f"{HEAD}\n1.4,0.2\n4.7,1.4\n6,2.5\n".encode(),
    "mark.csv": f"\ufeff{HEAD}\r\n1.4,0.2\r\n4.7,1.4\r\n".encode(),
    "semicolons.csv": f"{HEAD.replace(',', ';')};note\n1.4;0.2;a,b\n".encode(),
    "quotes.csv": f'note,{HEAD}\n"two\nlines, ""so""",1.4,0.2\n"",4.7,1.4\n'.encode(),
    "open.csv": f'{HEAD},note\n1.4,0.2,"a\n4.7,1.4,b\n'.encode(),
    "bad.csv": f"{HEAD}\n1.4,0.2\nwide,1\n,\n4.7,1.4,9\n1e400,1\n4.7,1.4\n".encode(),
    "bytes.csv": f"{HEAD},note\n1.4,0.2,caf\u00e9\n4.7,1.4,x\n".encode("latin-1"),
    "absent.csv": b"petal length (cm)\n1.4\n",
    "twice.csv": f"{HEAD},petal width (cm)\n1.4,0.2,3\n".encode(),
    "lines.jsonl": "\n".join(
        [OBJECT % (1.4, 0.2), "", "[1]", "{", OBJECT % ("null", 1), OBJECT % (5, 2)]
    ).encode(),
    "array.json": f"[{OBJECT % (1.4, 0.2)},\n {OBJECT % (5, 2)}, 3]".encode(),
    "empty.csv": b"",
    "cut.json": f"[{OBJECT % (1.4, 0.2)}".encode(),
}


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scorer") / "scorer.mjs"
    model = ROOT / "examples/iris/model.pkl"
    path.write_text(compile_model(model, target="javascript"), encoding="utf-8")
    return path


def run(
    command: list[str], given: bytes | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, input=given, capture_output=True)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@pytest.mark.parametrize("name", FILES)
def test_the_answers_of_python(name: str, scorer: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    options = ["--proba"] * (len(name) % 2)
    mine = run([node(), str(scorer), str(path), *options])
    python = run([sys.executable, "-I", "-S", str(IRIS), str(path), *options])
    assert (mine.returncode, "    at " in mine.stderr) == (python.returncode, False)
    answers = [json.loads(line) for line in mine.stdout.splitlines()]
    assert answers == [json.loads(line) for line in python.stdout.splitlines()]
    assert bool(mine.stderr) == bool(python.stderr)


def test_standard_input_and_a_reader_that_leaves(scorer: Path, tmp_path: Path) -> None:
    given = run([node(), str(scorer), "-"], FILES["plain.csv"])
    assert (given.returncode, given.stdout.count("\n")) == (0, 3)
    rows = f"{HEAD},note\n" + f"1.4,0.2,{'long ' * 100}\n" * 60_000
    (tmp_path / "many.csv").write_text(rows)
    line = f"{node()} --max-old-space-size=40 {scorer} {tmp_path / 'many.csv'}"
    first = run(["bash", "-c", f"{line} | head -1"])
    assert first.stdout == '"setosa"\n' and "    at " not in first.stderr
    whole = run(["bash", "-c", line])
    assert (whole.returncode, whole.stdout.count("\n")) == (0, 60_000)
