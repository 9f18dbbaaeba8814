"""The README tells the truth; ``pytest --regen`` rewrites what is copied into it.

Copied are the help texts, the part of the mushroom scorer, what inspect says, and the
row of transformers.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from treecompile import __version__, cli
from treecompile.lower.compose import TRANSFORMERS
from treecompile.lower.models import FAMILIES, SUPPORTED, TREE_FAMILY, Family

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MUSHROOM = ROOT / "examples" / "mushroom"


def help_of(command: str) -> str:
    """What ``treecompile COMMAND --help`` prints on a terminal of 80 columns."""
    line = [command, "--help"]
    done = CliRunner().invoke(
        cli.main, line, prog_name="treecompile", terminal_width=78
    )
    assert done.exit_code == 0
    return done.output


def tree_of_the_example() -> str:
    """The function ``score`` of the committed mushroom scorer."""
    scorer = (MUSHROOM / "scorer.py").read_text()
    found = re.search(r"^def score\(.*?(?=\n\n\n)", scorer, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0] + "\n"


def inspected() -> str:
    """What ``inspect`` prints of the penguins example."""
    path = "examples/penguins/model.pkl"
    here = os.getcwd()
    os.chdir(ROOT)
    try:
        done = CliRunner().invoke(cli.main, ["inspect", path])
    finally:
        os.chdir(here)
    assert done.exit_code == 0
    return done.output


def transformers() -> str:
    names = {
        name for package, name in TRANSFORMERS if package in ("sklearn", "imblearn")
    }
    return ", ".join(f"`{name}`" for name in sorted(names))


def row_of(family: Family[Any]) -> str:
    """The row of the registry in the README's table."""
    named = ", ".join(f"`{name}`" for name in family.names)
    return f"| {family.title} | {named}: {family.words} |\n"


def trees() -> str:
    return row_of(TREE_FAMILY)


def ensembles() -> str:
    return "".join(map(row_of, FAMILIES))


#: What stands before and after each copied text, and the text.
COPIES: dict[str, tuple[str, str, Callable[[], str]]] = {
    "tree": ("and\n\n```python\n", "```\n", tree_of_the_example),
    "trees": ("## Models\n\n| | |\n|---|---|\n", "| of many trees", trees),
    "ensembles": (
        "| of many trees, | alone or inside one another |\n",
        "| of XGBoost |",
        ensembles,
    ),
    "transformers": ("| before them, in a pipeline | ", " |\n", transformers),
    "inspected": (
        "```text\n$ treecompile inspect examples/penguins/model.pkl\n",
        "```\n",
        inspected,
    ),
    **{
        command: (
            f"```text\n$ treecompile {command} --help\n",
            "```\n",
            partial(help_of, command),
        )
        for command in cli.main.commands
    },
}


@pytest.mark.parametrize("name", COPIES)
def test_what_is_copied_is_current(name: str, regen: bool) -> None:
    before, after, current = COPIES[name]
    text = README.read_text()
    assert text.count(before) == 1
    start = text.index(before) + len(before)
    end = text.index(after, start)
    if regen:
        README.write_text(text[:start] + current() + text[end:])
    else:
        assert text[start:end] == current()


def test_the_sessions_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried >= 5 and not failed


def test_the_refusal_is_the_one_that_the_scorer_gives() -> None:
    record = '{"odor": "x", "stalk_root": "c", "stalk_surface_below_ring": "y"}'
    scorer: list[str | Path] = [sys.executable, MUSHROOM / "scorer.py"]
    done = subprocess.run(
        scorer, input=record, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    said = done.stderr.removeprefix("line 1: ").removesuffix("0 scored, 1 refused\n")
    assert f"```text\n{said}```\n" in README.read_text()


def test_every_supported_estimator_is_named() -> None:
    text = README.read_text()
    for name in re.findall(r"\b(?:[A-Z]+[a-z]+){2,}(?:CV)?\b", SUPPORTED):
        assert f"`{name}`" in text, name


def test_every_link_leads_somewhere() -> None:
    for page in [README, *ROOT.glob("examples/*/README.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([\w./:-]+)", page.read_text()):
            assert target.startswith("https://") or (page.parent / target).exists()


def test_every_fact_of_the_arithmetic_has_its_section() -> None:
    """Comments name a heading of docs/arithmetic.md, and each heading is named."""
    named: set[str] = set()
    for folder in ("treecompile", "tests", "templates"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix not in (".py", ".jinja", ".mjs") or path == Path(__file__):
                continue
            text = re.sub(r"\n[ #/*]*", " ", path.read_text())
            assert "(semantics" not in text, path
            found = re.findall(r"docs/arithmetic\.md, ([^)]+)\)", text)
            assert len(found) == text.count("arithmetic.md"), path
            named.update(name for names in found for name in names.split("; "))
    page = (ROOT / "docs" / "arithmetic.md").read_text()
    assert named == set(re.findall(r"^### (.+)$", page, re.MULTILINE))


def test_the_sizes_of_files_are_about_true() -> None:
    """The page on languages says how long each file is, give or take a fourth."""
    page = (ROOT / "docs" / "add-a-language.md").read_text()
    rows = re.findall(r"^\| `([\w/.]+)` \| (\d+) \|", page, re.MULTILINE)
    assert len(rows) >= 10
    for name, lines in rows:
        count = len((ROOT / name).read_text().splitlines())
        assert abs(count - int(lines)) <= max(30, count / 4), (name, count)


def test_the_pages_name_what_there_is() -> None:
    """Files of tests and of the package, wherever a page of docs/ names one."""
    known = {path.name for path in ROOT.rglob("*.py")}
    for name in ("how-it-works", "add-an-estimator", "add-a-language", "arithmetic"):
        text = (ROOT / "docs" / f"{name}.md").read_text()
        own = re.findall(r"`(?:treecompile/|tests/|lower/|code/)?([\w/]+\.py)`", text)
        ours = [x for x in own if not (ROOT / "docs" / x).exists()]
        if name != "arithmetic":  # which names files of scikit-learn
            assert {Path(x).name for x in ours} <= known, name


def test_every_file_that_is_named_exists() -> None:
    pipeline = README.read_text().partition("## How it works")[2].partition("\n## ")[0]
    named = re.findall(r"^    (\w+(?:/|\.py))", pipeline, re.MULTILINE)
    named += re.findall(r"\(?(\w+\.py)\b", pipeline)
    assert len(named) >= 8
    for name in named:
        assert list((ROOT / "treecompile").rglob(name.rstrip("/"))), name
    assert len(pipeline.splitlines()) <= 40


def test_the_make_targets_are_the_ones_that_the_readme_gives() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:`|    )make (\w+)", README.read_text())) <= targets
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"## {__version__}" in changelog


def test_the_measured_table_is_what_the_benchmark_prints() -> None:
    """Of m2cgen only where it is installed: the tests do not need it."""
    script: list[str | Path] = [sys.executable, ROOT / "benchmarks" / "exactness.py"]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    printed = [line.split(" | ") for line in done.stdout.splitlines()]
    found = re.search(
        r"^\| +\| treecompile.*?\n\n", README.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    shown = [line.split(" | ") for line in found[0].splitlines() if line]
    columns = 3 if importlib.util.find_spec("m2cgen") else 2
    assert len(printed) == len(shown)
    for is_, was in zip(printed[2:], shown[2:]):
        assert [cell.strip("| ") for cell in is_[:columns]] == [
            cell.strip("| ") for cell in was[:columns]
        ]
