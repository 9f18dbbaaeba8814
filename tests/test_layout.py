"""Trees as a table answer as nested ifs do, and large models come out as one.

Single trees, on random programs, are in ``test_emit.py``, and the text in
``test_golden.py``.
"""

from __future__ import annotations

import array
import math
import pickle
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from runners import load, same
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from strategies import origin, scaled, with_layout

from treecompile import cli, compile_model, import_cost
from treecompile.cli import main
from treecompile.code import table as code_table
from treecompile.emit import emit
from treecompile.import_cost import import_note
from treecompile.options import Options
from treecompile.program import (
    LARGEST,
    Arithmetic,
    Column,
    Feature,
    Program,
    Read,
    SingleTree,
    Threshold,
    Tree,
)
from treecompile.proof.decisions import Differs, read_back
from treecompile.proof.source import Strange, parse
from treecompile.read import read_bytes, read_file
from treecompile.stages import folded, lowered, program_of
from treecompile.targets.python import packing
from treecompile.targets.python.packing import packed, unpacked

ANSWERS = ("predict", "predict_proba", "decision_function", "score_samples", "apply")

MODELS = {
    "forest": RandomForestClassifier(7, max_depth=4, random_state=0),
    "forest of several outputs": RandomForestClassifier(3, max_depth=3, random_state=0),
    "regressor": ExtraTreesRegressor(5, max_depth=4, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=4, random_state=0),
    "boosted regressor": GradientBoostingRegressor(n_estimators=9, random_state=0),
    "histograms": HistGradientBoostingClassifier(
        max_iter=5, categorical_features=[0], random_state=0
    ),
    "histograms of numbers": HistGradientBoostingRegressor(max_iter=5, random_state=0),
    "ada": AdaBoostClassifier(n_estimators=4, random_state=0),
    "ada regressor": AdaBoostRegressor(n_estimators=4, random_state=0),
    "bagging": BaggingClassifier(
        DecisionTreeClassifier(max_depth=3), 4, max_features=0.5, random_state=0
    ),
    "isolation": IsolationForest(n_estimators=5, max_samples=40, random_state=0),
    "stacking": StackingClassifier(
        [
            ("a", DecisionTreeClassifier(max_depth=2, random_state=0)),
            ("b", RandomForestClassifier(3, max_depth=2, random_state=0)),
        ],
        DecisionTreeClassifier(max_depth=3, random_state=0),
        passthrough=True,
    ),
    "voting": VotingClassifier(
        [
            ("a", GradientBoostingClassifier(n_estimators=2, random_state=0)),
            ("b", RandomForestClassifier(3, max_depth=3, random_state=0)),
        ],
        voting="soft",
    ),
}
#: What a scorer says whose trees are a table.
TABLE = "# The trees are a table"
TAKES_MISSING = ("forest", "forest of several outputs", "regressor", "histograms")


def data(name: str) -> tuple[Any, Any]:
    """Columns of few distinct numbers, so that cuts are met, and a label."""
    x, y = make_classification(
        160, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=1
    )
    x = np.round(x * 2.0)
    x[:, 0] = np.abs(x[:, 0]) % 5
    if name.startswith("histograms") or name in TAKES_MISSING:
        x[::7, 1] = x[::5, 0] = np.nan
    if "several" in name:
        y = np.column_stack([y, y > 1])
    return x, y


def scorers(model: Any) -> tuple[Any, Any]:
    """The scorer as nested ifs, and as a table."""
    nested, table = (
        compile_model(model, layout=layout, format=False)
        for layout in ("nested", "table")
    )
    assert TABLE in table and TABLE not in nested
    return load(nested), load(table)


@pytest.mark.parametrize("name", MODELS)
def test_a_table_answers_as_nested_ifs_do(name: str) -> None:
    x, y = data(name)
    nested, table = scorers(clone(MODELS[name]).fit(x, y))
    assert nested.COLUMNS == table.COLUMNS
    rng = np.random.default_rng(0)
    rows = [*x, *rng.choice(np.arange(-6.0, 7.0, 0.5), (100, 5))]
    answered = 0
    for row in rows:
        for step in (0.0, 1.0, -1.0):  # the numbers, and their neighbours
            record = {f"x{i}": _beside(float(v), step) for i, v in enumerate(row)}
            for function in filter(lambda f: hasattr(nested, f), ANSWERS):
                expected = _answer(nested, function, record)
                assert same(_answer(table, function, record), expected)
                answered += expected is not None
    assert answered > 300


def _beside(x: float, step: float) -> float:
    """The number of single precision beside this one."""
    if not step:
        return x
    return float(np.nextafter(np.float32(x), np.float32(step * math.inf)))


def _answer(scorer: Any, function: str, record: dict[str, Any]) -> Any:
    """What a function answers; None where the record is not valid."""
    try:
        return getattr(scorer, function)(record)
    except scorer.InvalidRecord:
        return None


@pytest.mark.parametrize("missing_left", [False, True])
@pytest.mark.parametrize("cut", [-math.inf, -LARGEST, -5e-324, 0.0, LARGEST, math.inf])
def test_a_computed_number_can_be_infinite(cut: float, missing_left: bool) -> None:
    tree = Tree(
        (Threshold(0, cut, missing_left), None, None),
        left=(1, -1, -1),
        right=(2, -1, -1),
        leaf=(-1, 0, 1),
    )
    program = Program(
        columns=tuple(Column(name, missing=True) for name in "ab"),
        required=(0, 1),
        features=(Feature("a + b", Arithmetic("+", Read(0), Read(1))),),
        model=SingleTree(tree, (1.0, 2.0), None, (1, 2)),
        classes=None,
        origin=origin(tree, "DecisionTreeRegressor"),
    )
    predict = load(emit(with_layout(program, "table"))).predict
    for x in (LARGEST, 1.0, 0.0, -5e-324, -1.0, -LARGEST):
        assert predict({"a": x, "b": x}) == (1.0 if x + x <= cut else 2.0)
    assert predict({"a": None, "b": 0.0}) == (1.0 if missing_left else 2.0)


def test_many_distinct_rows_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_table, "MOST_SPELT", 3)
    x, y = data("")
    model = DecisionTreeClassifier(min_samples_leaf=7, random_state=0).fit(x, y)
    nested, table = scorers(model)
    assert len(set(nested.PROBABILITIES)) > 3
    assert table.PROBABILITIES == nested.PROBABILITIES
    assert table.PREDICTIONS == nested.PREDICTIONS
    assert tuple(table.LEAVES) == nested.LEAVES


# --- Which layout ---------------------------------------------------------------------


def test_large_models_are_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    model = DecisionTreeRegressor(random_state=0).fit(*data(""))
    nodes = model.tree_.node_count
    monkeypatch.setattr(packing, "MOST_NESTED_NODES", nodes)
    assert TABLE not in compile_model(model)
    monkeypatch.setattr(packing, "MOST_NESTED_NODES", nodes - 3)
    source = compile_model(model)
    assert TABLE in source and "Options:" not in source
    assert TABLE not in compile_model(model, layout="nested")


def test_the_option(tmp_path: Any) -> None:
    model = DecisionTreeRegressor(random_state=0).fit(*data(""))
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    arguments = ["build", str(tmp_path / "model.pkl"), "--layout", "table"]
    source = CliRunner().invoke(main, arguments).stdout
    assert TABLE in source
    assert "\nOptions: --layout table\n" in (load(source).__doc__ or "")
    assert compile_model(model, layout="table") == source
    with pytest.raises(ValueError, match="must be one of 'auto', 'nested', 'table'"):
        compile_model(model, layout="wide")


# --- Arrays ---------------------------------------------------------------------------


@scaled(100)
@given(
    st.one_of(
        st.tuples(st.just("d"), st.lists(st.floats())),
        st.tuples(st.just("i"), st.lists(st.integers(-(2**31), 2**31 - 1))),
        st.tuples(st.just("H"), st.lists(st.integers(0, 2**16 - 1))),
        st.tuples(st.just("B"), st.lists(st.integers(0, 2**8 - 1))),
    )
)
def test_packed_numbers_are_read_back(pair: tuple[str, list[Any]]) -> None:
    code, numbers = pair
    text = packed(code, numbers)
    assert same(unpacked(code, text), numbers)
    assert all(len(line) <= 76 for line in text.split("\n"))


def test_arrays_are_read_alike_on_machines_of_the_other_byte_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = compile_model(DecisionTreeRegressor().fit(*data("")), layout="table")
    scorer = load(source)
    other = "big" if sys.byteorder == "little" else "little"
    text = packed("d", [1.5, -0.0])
    assert list(scorer._packed("d", text)) == [1.5, -0.0]
    monkeypatch.setattr(sys, "byteorder", other)
    swapped = array.array("d", [1.5, -0.0])
    swapped.byteswap()
    assert scorer._packed("d", text).tobytes() == swapped.tobytes()


# --- Read back ------------------------------------------------------------------------


def array_in(source: str, name: str) -> re.Match[str] | None:
    """Where an array stands in a scorer: its code and its text."""
    return re.search(
        rf'^{name}(?:: .*|) = .*\(\n    "(\w)",\n    """\n([^"]*)\n""",', source, re.M
    )


def changed(source: str, name: str, change: Any) -> str:
    """The scorer with the numbers of one of its arrays changed."""
    found = array_in(source, name)
    assert found is not None
    numbers = unpacked(found[1], found[2])
    change(numbers)
    return source[: found.start(2)] + packed(found[1], numbers) + source[found.end(2) :]


def nudge(numbers: list[float]) -> None:
    numbers[1] = math.nextafter(numbers[1], math.inf)


def swap(numbers: list[int]) -> None:
    numbers[0], numbers[2] = numbers[2], numbers[0]


@pytest.mark.parametrize(
    ("model", "arrays"),
    [
        (
            RandomForestClassifier(3, max_depth=3, random_state=0),
            {"_CUTS": nudge, "_TERMS": nudge, "_HOLDS": swap, "_NODES": swap},
        ),
        (GradientBoostingRegressor(n_estimators=3), {"_VALUES": nudge}),
        (DecisionTreeClassifier(max_depth=3), {"_CUTS": nudge, "LEAVES": swap}),
        (DecisionTreeRegressor(max_depth=3), {"PREDICTIONS": nudge, "_FAILS": swap}),
    ],
)
@pytest.mark.parametrize("layout", ["nested", "table"])
def test_a_changed_table_does_not_read_back(
    model: Any, arrays: dict[str, Any], layout: str, tmp_path: Any
) -> None:
    x, y = data("")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(clone(model).fit(x, y)))
    options = Options(layout=layout)
    program = program_of(read_file(str(tmp_path / "model.pkl")), None, options)
    source = emit(program, format=False)
    counts = read_back(parse(source), program)
    trees = list(program.trees())
    assert counts["trees"] == len(trees)
    assert counts["tests"] + counts["leaves"] == sum(len(t.tests) for t in trees)
    expected = set(arrays) & {"_CUTS", "_HOLDS", "_NODES"}
    if layout == "table":
        expected = set(arrays)
    elif not isinstance(model, RandomForestClassifier):
        expected = set()
    found = {name for name in arrays if array_in(source, name)}
    assert found == expected
    for name, change in arrays.items():
        if name in found:
            with pytest.raises(Differs):
                read_back(parse(changed(source, name, change)), program)


@pytest.mark.parametrize(
    "old, new",
    [
        (
            "                node = _HOLDS[node]\n",
            "                node = _FAILS[node]\n",
        ),
        ("while node >= 0:\n            if", "while node > 0:\n            if"),
        ("raw[k] += _VALUES[-1 - node]", "raw[k] += _VALUES[-2 - node]"),
        ("raw[k] += _VALUES[-1 - node]", "raw[0] += _VALUES[-1 - node]"),
        ("in zip(_ROOTS, _SUMS):", "in zip(_ROOTS[1:9], _SUMS[1:9]):"),
        ("in zip(_ROOTS, _SUMS):", "in zip(_ROOTS[0:9], _SUMS[3:12]):"),
        ("in zip(_ROOTS, _SUMS):", "in zip(_ROOTS, _TESTED):"),
        (
            "<= _CUTS[node]:\n                node",
            "< _CUTS[node]:\n                node",
        ),
    ],
)
def test_a_changed_walk_does_not_read_back(old: str, new: str) -> None:
    model = GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0)
    file = read_bytes(pickle.dumps(model.fit(*data(""))))
    program = program_of(file, None, Options(layout="table"))
    source = emit(program, format=False)
    assert read_back(parse(source), program)
    start = source.index("def score(")
    assert source.count(old, start) == 1
    edited = source[:start] + source[start:].replace(old, new)
    with pytest.raises((Differs, Strange)):
        read_back(parse(edited), program)


# --- Progress -------------------------------------------------------------------------


@pytest.mark.parametrize("watched", [False, True])
def test_progress_is_shown_on_a_terminal_alone(
    watched: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    seconds = iter(range(100))
    monkeypatch.setattr(cli.time, "monotonic", lambda: float(next(seconds)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched)
    with cli.Progress() as progress:
        model = RandomForestClassifier(4).fit(*data(""))
        file = read_bytes(pickle.dumps(model))
        folded(lowered(file), progress=progress.at)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("Folding" in err and "75%" in err and err.endswith("\r")) == watched
    assert watched or err == ""


def test_a_quick_build_shows_no_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(cli.time, "monotonic", lambda: 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with cli.Progress() as progress:
        progress.at("Folding", 1, 2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("first", ["sums", "terms"])
def test_stages_of_both_forms_keep_their_leaves_apart(first: str) -> None:
    """Trees that add to one sum stand before trees that add to several, or behind."""
    x, y = data("")
    sums = GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0)
    terms = RandomForestClassifier(3, max_depth=3, random_state=0)
    parts = [("a", sums), ("b", terms), ("c", clone(sums))]
    if first == "terms":
        parts = parts[1:]
    model = VotingClassifier(parts, voting="soft").fit(x, y == 1)
    nested, table = scorers(model)
    for row in x.tolist():
        record = dict(zip(nested.FEATURES, row))
        expected = nested.predict_proba(record)
        assert same(table.predict_proba(record), expected)
    program = program_of(read_bytes(pickle.dumps(model)), None, Options(layout="table"))
    assert read_back(parse(emit(program)), program)


# --- What an import costs ---------------------------------------------------------------


@pytest.mark.parametrize(
    "nodes, layout, first, says",
    [
        (30_000, "auto", "", ()),
        (50_000, "auto", "first import of this scorer", ("150 MB", "--layout table")),
        (75_000, "nested", "first import of this scorer", ("220 MB and 0.82 s",)),
        (
            75_002,
            "auto",
            "are a table",
            ("--layout nested", "230 MB and 0.83 s", "10 MB and 0.01"),
        ),
        (200_000, "table", "", ()),  # as it was asked for, and cheap
        (2_000_000, "table", "are a table", ("170 MB", "6,000 MB and 22 s")),
    ],
)
def test_what_an_import_costs_is_said_where_it_is_much(
    nodes: int, layout: str, first: str, says: tuple[str, ...]
) -> None:
    trees = [SimpleNamespace(tests=range(nodes))]
    program: Any = SimpleNamespace(trees=lambda: iter(trees), model=None)
    text = import_note(program, layout)
    assert all(len(line) <= 79 for line in text.split("\n"))
    text = " ".join(text.split())
    assert (first in text) if first else not text
    assert all(words in text for words in says), text


def test_a_note_of_build_says_so_and_its_advice_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_cost, "MOST_MEMORY", 1_000)
    model = tmp_path / "model.pkl"
    model.write_bytes(pickle.dumps(DecisionTreeRegressor().fit(*data(""))))
    run = CliRunner().invoke
    done = run(cli.main, ["build", str(model), "-o", str(tmp_path / "a.py")])
    assert "With --layout table every import" in " ".join(done.stderr.split())
    done = run(
        cli.main,
        ["build", str(model), "--layout", "table", "-o", str(tmp_path / "b.py")],
    )
    assert "With --layout nested the first" in " ".join(done.stderr.split())
    assert TABLE in (tmp_path / "b.py").read_text()
