"""What other tools say of scorers in JavaScript: prettier, TypeScript, a browser.

They run where they are found: the first two in a folder ``node_modules`` that NODE_TOOLS
names, or in build/node (npm install --prefix build/node prettier@3.10.1 typescript).
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from javascript import node
from runners import load
from strategies import programs, scaled, with_layout
from test_ensemble_programs import ensembles
from test_golden import PROGRAMS
from test_javascript import in_javascript
from test_javascript_models import MODELS, program

from treecompile.emit import MOST_LINES_TO_FORMAT, emit
from treecompile.fold import fold
from treecompile.program import Program
from treecompile.targets.javascript.types import declaration

pytestmark = pytest.mark.engines
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


def written(folder: Path, name: str, program: Program, typed: bool = True) -> None:
    text = emit(in_javascript(program))
    if text.count("\n") <= LINES:
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
        if typed:
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
        of = fold(with_layout(drawn, layout))
        written(tmp_path, f"drawn{next(count)}", of, typed=False)

    write_some()
    assert len(list(tmp_path.iterdir())) > 2 * len(MODELS)
    files = [str(tmp_path), str(ROOT / "templates/javascript/*.mjs")]
    run = subprocess.run(
        [*prettier, "--list-different", *files], capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


USE = """import {
  EXAMPLE,
  InvalidRecord,
  predict,
  predictMany,
  predictProba,
  type Label,
  type Row,
} from "./forest.mjs";

const row: Row = { "petal length": 1.5, "petal width": null };
const label: Label = predict(row);
const text: string = predict(new Map(Object.entries(row)));
const shares: number[] = predictProba(EXAMPLE);
const labels: Label[] = predictMany([row]);
try {
  predict(row);
} catch (error) {
  if (!(error instanceof InvalidRecord)) throw error;
  const column: string | null = error.errors()[0].column;
  console.log(column, error.missing.length);
}
// @ts-expect-error a text is no number
predict({ "petal length": "long", "petal width": 1 });
// @ts-expect-error it has no such label
const tulip: "tulip" = predict(row);
console.log(label, text, shares, labels, tulip);
"""


def test_typescript_takes_the_types(tmp_path: Path) -> None:
    tsc = tool("typescript", "bin/tsc")
    for name in PROGRAMS:
        written(tmp_path, name, fold(PROGRAMS[name]()))
    (tmp_path / "use.mts").write_text(USE)
    files = [str(path) for path in tmp_path.glob("*.mts")]
    options = "--strict --noEmit --module nodenext --target es2022".split()
    run = subprocess.run([*tsc, *options, *files], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


PAGE = """<!doctype html>
<meta charset="utf-8" />
<title>waiting</title>
<script type="module">
  import { EXAMPLE, predictProba, COLUMNS } from "./scorer.mjs";
  const worker = new Worker("worker.mjs", { type: "module" });
  worker.onmessage = ({ data }) => {
    document.title = JSON.stringify([predictProba(EXAMPLE), data]);
    fetch("/done", { method: "POST", body: document.title });
  };
  worker.postMessage({ ...EXAMPLE, [COLUMNS[0]]: "x" });
</script>
"""
WORKER = """import { EXAMPLE, InvalidRecord, predictProba } from "./scorer.mjs";
onmessage = ({ data }) => {
  try {
    predictProba(data);
  } catch (error) {
    const refused = error instanceof InvalidRecord && error.errors()[0].code;
    postMessage([predictProba(EXAMPLE), refused]);
  }
};
"""


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; what a page posts is put into ``told``."""

    extensions_map = {".html": "text/html", ".mjs": "text/javascript"}

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.told.put(self.rfile.read(length))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        pass


def test_a_page_and_its_worker_score(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    source = emit(in_javascript(fold(PROGRAMS["boosting"]())))
    files = {"scorer.mjs": source, "worker.mjs": WORKER, "index.html": PAGE}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    handler = functools.partial(Pages, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.told = queue.SimpleQueue()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = ["--headless", "--no-sandbox", "--disable-gpu"]
        options += [f"--user-data-dir={tmp_path / 'profile'}", "--disable-extensions"]
        url = f"http://127.0.0.1:{server.server_port}/index.html"
        browser = subprocess.Popen(
            [chromium, *options, "--remote-debugging-port=0", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            told = json.loads(server.told.get(timeout=120))  # type: ignore[attr-defined]
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    python = load(emit(fold(PROGRAMS["boosting"]()), format=False))
    shares = list(python.predict_proba(python.EXAMPLE))
    assert told == [shares, [shares, "not_a_number"]]
