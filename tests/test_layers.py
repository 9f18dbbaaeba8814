"""What each stage may know of the others, as docs/how-it-works.md says it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "treecompile"

# Small modules that know nothing of models: errors and words, functions of numbers.
PLAIN = {"errors", "visible", "progress", "suggest"}
NUMBERS = {"functions", "single", "vectors"}
MEANING = {"program", "interpret", "layout", "exactness", *NUMBERS}
DESCRIBED = {"schema", "options", "__version__"}

MAY_KNOW = {
    "read": PLAIN,
    "program": set[str](),
    "interpret": {"program", "functions"},
    "lower": {*PLAIN, *MEANING, "read", "schema"},
    "fold": {*PLAIN, *MEANING},
    "code": {*MEANING, *DESCRIBED},
    "printing": {"code"},
    "targets": {
        *(*PLAIN, *MEANING, *DESCRIBED, "code", "printing"),
        *("answers", "digest", "example"),
    },
}


@pytest.mark.parametrize("stage", MAY_KNOW)
def test_a_stage_knows_no_more_than_it_may(stage: str) -> None:
    folder = PACKAGE / stage
    paths = [*folder.rglob("*.py")] or [folder.with_suffix(".py")]
    known = {name for path in paths for name in imported(path)}
    assert known - {stage} <= MAY_KNOW[stage]


def imported(path: Path) -> set[str]:
    """The modules and folders of the package that a file imports from."""
    inside = ["treecompile", *path.relative_to(PACKAGE).parts[:-1]]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module.split(".") if node.module else []
            above = inside[: len(inside) + 1 - node.level] if node.level else []
            start = [*above, *module]
            modules = [[*start, alias.name] for alias in node.names]
        else:
            continue
        names |= {m[1] for m in modules if m[0] == "treecompile" and len(m) > 1}
    return names
