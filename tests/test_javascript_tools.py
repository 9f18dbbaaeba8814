"""What other tools say of scorers in JavaScript: prettier, TypeScript, a browser.

They run where they are found: the first two in a folder ``node_modules`` that NODE_TOOLS
names, or in build/node (npm install --prefix build/node prettier@3.10.1 typescript).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from javascript import node
from strategies import programs, scaled, with_layout
from test_ensemble_programs import ensembles
from test_golden import PROGRAMS
from test_javascript import in_javascript
from test_javascript_models import MODELS, program

from treecompile.emit import MOST_LINES_TO_FORMAT, emit
from treecompile.fold import fold
from treecompile.program import Program
from treecompile.targets.javascript.types import declaration

ROOT = Path(__file__).parents[1]
# What prettier leaves is promised up to this many lines.
LINES = MOST_LINES_TO_FORMAT


def tool(package: str, script: str) -> list[str]:
    """The command of a tool from npm; skips the test where it is not installed."""
    node_tools = os.environ.get("NODE_TOOLS", ROOT / "build/node/node_modules")
    path = Path(node_tools) / package / script
    if not path.is_file():
        pytest.skip(f"{package} is not installed (NODE_TOOLS, or build/node)")
    return [node(), str(path)]


def written(folder: Path, name: str, program: Program) -> None:
    text = emit(in_javascript(program))
    if text.count("\n") <= LINES:
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
        types = declaration(program)
        (folder / f"{name}.d.mts").write_text(types, encoding="utf-8")


def test_prettier_leaves_scorers_as_they_are(tmp_path: Path) -> None:
    prettier = tool("prettier", "bin/prettier.cjs")
    count = iter(range(10_000))
    for name in PROGRAMS:
        written(tmp_path, name, fold(PROGRAMS[name]()))
    for name in MODELS:
        number = next(count)
        layout = "nested" if number % 4 else "table"
        written(tmp_path, f"model{number}", with_layout(program(name), layout))

    @scaled(30)
    @given(st.data())
    def write_some(data: st.DataObject) -> None:
        drawn = data.draw(ensembles() if data.draw(st.booleans()) else programs(40))
        layout = data.draw(st.sampled_from(("nested", "table")))
        written(tmp_path, f"drawn{next(count)}", fold(with_layout(drawn, layout)))

    write_some()
    assert len(list(tmp_path.iterdir())) > 2 * len(MODELS)
    files = [str(tmp_path), str(ROOT / "templates/javascript/*.mjs")]
    run = subprocess.run(
        [*prettier, "--list-different", *files], capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
