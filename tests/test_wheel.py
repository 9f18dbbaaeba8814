"""The wheel holds all that the tool needs, the templates too."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHERE = "import treecompile, treecompile.templates as t; print(treecompile.__file__, t)"


def test_each_folder_of_the_code_is_a_package_of_the_wheel() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = re.search(r"^packages = (\[\n.*?^\])", text, re.DOTALL | re.MULTILINE)
    assert listed is not None
    folders = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "treecompile").rglob("*.py")
    }
    assert set(ast.literal_eval(listed[1])) == {*folders, "treecompile.templates"}


def test_what_a_wheel_installs_builds_the_committed_scorer(tmp_path: Path) -> None:
    place = tmp_path / "installed"
    environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"}

    def python(*arguments: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    python("-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("treecompile-*.whl")
    python("-m", "pip", "install", "-q", "--no-deps", "--target", place, wheel)
    assert python("-c", WHERE).count(str(place)) == 2
    model = ROOT / "examples" / "iris" / "model.pkl"
    built = python("-m", "treecompile", "build", model)
    assert built == (ROOT / "examples" / "iris" / "scorer.py").read_text()
    scorer = tmp_path / "scorer.mjs"
    python("-m", "treecompile", "build", model, "--target", "javascript", "-o", scorer)
    assert "is what treecompile writes" in python(
        "-m", "treecompile", "verify", "--no-model", model, scorer
    )
    # Type checkers look for this file before they believe the hints of a package.
    assert (place / "treecompile" / "py.typed").is_file()
