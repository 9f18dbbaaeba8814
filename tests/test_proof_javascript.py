"""``verify`` for scorers in JavaScript: what is right is shown, and what is wrong is found."""

from __future__ import annotations

import itertools
import math
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from javascript import node
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier
from strategies import programs, scaled, with_layout
from test_ensemble_programs import ensembles
from test_golden import PROGRAMS
from test_javascript import in_javascript

from treecompile import cli, compile_model, exactness, verify
from treecompile.emit import emit
from treecompile.errors import TreecompileError
from treecompile.fold import fold
from treecompile.options import Options
from treecompile.program import Program
from treecompile.proof import running
from treecompile.proof.emission import asked, parsed
from treecompile.proof.reading import Differs
from treecompile.proof.report import Report, Verdict
from treecompile.proof.script_decisions import read_script_back
from treecompile.proof.scripts import Script, parse_script
from treecompile.proof.source import Source, Strange, parse
from treecompile.schema import columns_of_schema
from treecompile.sources import read_model
from treecompile.stages import program_of as made
from treecompile.targets.javascript.reader import Misread, Reader

X, Y = load_iris(return_X_y=True)
HOLES = X.copy()
HOLES[::7, 2] = math.nan
FRAME = pd.DataFrame(
    {
        "size": X[:, 0],
        "colour": [
            ("red", "green", "it's \u2028 */", "a\\")[i % 4] for i in range(150)
        ],
        "shape": [("round", "flat", True)[i % 3] for i in range(150)],
    }
)


def tree(**options: Any) -> Any:
    return DecisionTreeClassifier(**{"max_depth": 3, "random_state": 0, **options})


#: Fitted models of the forms that a scorer can have, by name.
MODELS: dict[str, Callable[[], Any]] = {
    "missing": lambda: tree(max_depth=4).fit(HOLES, Y),
    "long tree": lambda: tree(max_depth=None, max_leaf_nodes=35).fit(
        X, np.arange(150) * 7 % 11 % 3
    ),
    "categories": lambda: make_pipeline(
        OneHotEncoder(handle_unknown="ignore"), tree()
    ).fit(FRAME[["colour"]], Y),
    "forest": lambda: RandomForestClassifier(3, max_depth=4, random_state=0).fit(X, Y),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=2).fit(X, Y),
    "singles": lambda: HistGradientBoostingRegressor(
        loss="poisson", max_iter=2, max_leaf_nodes=5, categorical_features=[1]
    ).fit(HOLES, Y + 0.5),
    "votes": lambda: VotingClassifier(
        [("a", tree()), ("b", RandomForestClassifier(2, max_depth=3)), ("c", tree())],
        voting="soft",
    ).fit(X, Y),
}


@cache
def model(name: str) -> Any:
    return MODELS[name]()


@cache
def text(name: str, **options: Any) -> str:
    return compile_model(model(name), target="javascript", **options)


# --- What is right is shown -----------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_scorer_is_shown_to_be_its_model(name: str) -> None:
    node()
    report = verify(model(name), text(name))
    assert report.ok and report.complete and not report.exit_code, report.text()
    counts = report.parts[0].counts
    assert counts["leaves"] >= counts["trees"] >= 1
    combination = report.parts[2].counts
    assert combination["edges"] + combination["random"] >= 10
    # And as a table: the trees, tests and leaves are the same.
    report = verify(model(name), text(name, layout="table"), load=False)
    assert report.ok, report.text()
    for count in ("trees", "tests", "leaves"):
        assert report.parts[0].counts[count] == counts[count]


@scaled(40)
@given(st.data())
def test_random_programs_read_back(data: st.DataObject) -> None:
    program = fold(data.draw(st.one_of(programs(), ensembles())))
    layout = data.draw(st.sampled_from(("nested", "table")))
    made = in_javascript(with_layout(program, layout))
    counts = read_script_back(parse_script(emit(made)), made)
    assert counts["tests"] == counts["leaves"] - counts["trees"]


def test_the_language_is_told_by_the_text() -> None:
    assert isinstance(parsed(text("missing")), Script)
    assert isinstance(parsed("import 'x';\n" + text("missing")), Script)
    assert isinstance(parsed(compile_model(model("missing"))), Source)
    lines = text("missing").encode().replace(b"\n", b"\r\n")
    assert verify(model("missing"), lines, load=False).ok


def test_the_options_and_the_columns_are_taken_from_the_scorer(tmp_path: Path) -> None:
    path = tmp_path / "parts.pkl"
    two = tree().fit(X, Y == 1)
    path.write_bytes(pickle.dumps({"a b\n'*/": two, "other": tree().fit(X, Y)}))
    source = compile_model(
        path,
        target="javascript",
        threshold=0.3,
        columns="all",
        part="""["a b\\n'*/"]""",
    )
    report = verify(path, source)
    assert report.ok and report.complete, report.text()
    assert "--threshold 0.3 --columns all" in report.parts[0].words
    for was, is_ in (("--threshold 0.3", "--threshold 1.0"), ("columns all", "x y")):
        assert was in source
        assert not verify(path, source.replace(was, is_), load=False).ok


COLUMNS: list[dict[str, Any]] = [
    {"enum": [True, "a"]},
    {"enum": [1, "a", 0]},
    {"enum": [1.0, 2.5, None]},
    {"enum": [False, 1, "</script>", None]},
    {"type": ["string", "null"], "examples": [True, "a", 0]},
    {"type": ["number", "null"], "minimum": 1, "maximum": 1e300},
    {"type": "boolean"},
]


def test_every_description_of_columns_is_read_again() -> None:
    """What JavaScript does not tell apart, 1 and 1.0 or true, the digest does."""
    properties = {f"c{i}": column for i, column in enumerate(COLUMNS)}
    described = columns_of_schema({"properties": properties})
    program = PROGRAMS["kinds"]()
    columns = (*program.columns, *(each.column for each in described))
    origin = replace(program.origin, described=True)
    program = replace(program, columns=columns, origin=origin)
    script = parse_script(emit(in_javascript(program)))
    given = asked(script).described
    assert repr(given) == repr(asked(parse(emit(program))).described)
    assert given is not None and len(given) == len(columns)
    assert repr([each.column for each in given[-len(COLUMNS) :]]) == repr(
        [each.column for each in described]
    )
    edited = script.text.replace("2.5", "2.25")
    with pytest.raises(Strange, match="RULES are not those") as found:
        asked(parse_script(edited))
    assert found.value.line == script.line_of("RULES")


def test_the_data_is_tried_too(tmp_path: Path) -> None:
    node()
    path, csv = tmp_path / "model.pkl", tmp_path / "data.csv"
    frame = FRAME[["colour"]].assign(colour=FRAME["colour"].map(ascii))
    fitted = make_pipeline(OneHotEncoder(handle_unknown="ignore"), tree()).fit(frame, Y)
    path.write_bytes(pickle.dumps(fitted))
    frame.to_csv(csv, index=False)
    built = tmp_path / "scorer.mjs"
    asked = [str(path), "--target", "javascript", "--data", str(csv)]
    done = CliRunner().invoke(cli.main, ["build", *asked, "-o", str(built), "--verify"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(
        cli.main, ["verify", str(path), str(built), "--data", str(csv)]
    )
    assert done.exit_code == 0 and "150 of the data" in done.output, done.output


# --- What is wrong is found -----------------------------------------------------------


def differing(report: Report) -> Any:
    assert not report.ok and report.exit_code == 1 and len(report.parts) == 1
    (found,) = report.parts[0].disagreements
    return found


@cache
def program_of(name: str, layout: str = "auto") -> Program:
    options = Options(target="javascript", layout=layout)
    return made(read_model(model(name)), None, options)


_MUTABLE = re.compile(
    r'(?P<number>(?<![\w.])\d[\d.e+-]*(?![\w.]))|(?P<text>"[^"]+")'
    r"|(?P<sign><=|>=|===|!==|\+=|&&|\|\||[<>!](?!=))"
)
_OTHER = {"<=": "<", "<": "<=", ">": ">=", ">=": ">", "===": "!==", "!==": "==="}
_OTHER |= {"+=": "=", "&&": "||", "||": "&&", "!": ""}


def mutants(source: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The text with one literal or operator in a part of it changed, for each in turn."""
    for found in _MUTABLE.finditer(source, start, end):
        word, other = found[0], _OTHER.get(found[0], "")
        if found["number"]:
            other = (
                str(int(word) + 1) if word.isdigit() else repr(float(word) * 1.0000001)
            )
        elif found["text"]:
            other = f'{word[:-1]}x"'
        if "//" not in source[source.rfind("\n", 0, found.start()) : found.start()]:
            yield source.count("\n", 0, found.start()) + 1, (
                source[: found.start()] + other + source[found.end() :]
            )


# A test, a leaf, or where sums start: not what they come to.
_DECISION = re.compile(r" +(\} else )?if |  +return \d+;|  +(let )?\w+ \+?= -?[\d.]+;")
MUTATED = ("missing", "long tree", "categories", "forest", "singles", "votes")


@pytest.mark.parametrize("name", MUTATED)
def test_reading_back_alone_finds_what_is_wrong_in_a_decision(name: str) -> None:
    """Without a look at what treecompile writes: the reader on its own."""
    source, program = text(name), program_of(name)
    read_script_back(parse_script(source), program)
    start = source.index("\n", source.index("export function score"))
    end = source.index("\n}\n", start)
    count = 0
    for line, edited in mutants(source, start, end):
        if not _DECISION.match(source.split("\n")[line - 1]):
            continue
        with pytest.raises((Differs, Strange)):
            read_script_back(parse_script(edited), program)
            pytest.fail(edited.split("\n")[line - 1])
        count += 1
    assert count >= 10


@pytest.mark.parametrize("name", ["missing", "forest", "singles", "boosting"])
def test_reading_back_alone_finds_what_is_wrong_in_a_table(name: str) -> None:
    source, program = text(name, layout="table"), program_of(name, "table")
    read_script_back(parse_script(source), program)
    starts = list(re.finditer(r"const (\w+) = unpacked\(\w+, `\n", source))
    assert len(starts) > 4
    walk = source.index("  while (at >= 0)")
    score = source.index("\n", source.index("export function score"))
    end = source.index("  return", score)
    for line, edited in (
        *((1, _with_another_letter(source, found.end())) for found in starts),
        *mutants(source, walk, source.index("\n}\n", walk)),
        *(() if name == "missing" else mutants(source, score, end)),
    ):
        with pytest.raises((Differs, Strange)):
            read_script_back(parse_script(edited), program)
            pytest.fail(edited.split("\n")[line - 1])


def _with_another_letter(source: str, at: int) -> str:
    other = "B" if source[at] != "B" else "C"
    return source[:at] + other + source[at + 1 :]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r"<= (\d+)\.", r"<= 1\1."),  # a cut
        (r" <= ", " < "),  # a sign
        (r"return 1;", "return 2;"),  # a leaf
        (r"  return rule\.examples && plain", "  return plain"),  # of the runtime
        (r"minimum: ", "minimum: 1"),  # a rule
        (r" in plain ", " in good "),  # a comment
        (r"\n// What each", "\n// what each"),
        (r"class Fault", "class  Fault"),  # a blank
        (r"\}\n$", "}"),  # the end
        (r"$", "fetch('x');\n"),
        (r"sha256 of its file (\S)", r"sha256 of its file 0"),
        (r"by treecompile 0", "by treecompile 9"),
    ],
)
def test_a_change_is_found(was: str, becomes: str) -> None:
    whole = text("missing")
    edited = re.sub(was, becomes, whole, count=1)
    assert edited != whole
    found = differing(verify(model("missing"), edited))
    lines = edited.split("\n"), whole.split("\n")
    pairs = itertools.zip_longest(*lines)
    first = next(i for i, (a, b) in enumerate(pairs, 1) if a != b)
    assert found.line == (1 if "treecompile" in was or "sha256" in was else first)


def test_a_wrong_cut_and_a_wrong_leaf_are_shown_by_a_record() -> None:
    source = text("missing")
    cut = re.search(r"if \((.*)\) \{", source)
    assert cut is not None
    wrong = cut[1].replace(" <= ", " <= 1")
    found = differing(verify(model("missing"), source.replace(cut[1], wrong)))
    assert found.scorer == wrong and found.record is not None
    assert found.answers is None or found.answers[0] != found.answers[1]
    found = differing(
        verify(model("missing"), source.replace("return 0;", "return 1;"))
    )
    assert found.path and found.record is not None
    assert "leaf 0, which predicts 0" in found.model and "leaf 1" in found.scorer


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\xef\xbb\xbf/** */\n", "byte order mark"),
        (b"/**\n */\r\n", "CR LF"),
        (b"/**\r */", "carriage return"),
        (b"/** \0 */", "U+0000"),
        ("/** \u2028 */".encode(), "U+2028"),
        (b"/** \xff */", "UTF-8"),
        (b"/**\n * Options: --nonsense 1\n */\n", "not the options"),
        (b"/**\n */\n", "language"),
    ],
)
def test_what_is_no_scorer_is_said_to_be_none(data: bytes, problem: str) -> None:
    found = differing(verify(model("missing"), data))
    assert problem in found.scorer


@pytest.mark.parametrize(
    "source",
    ["", "f", "function f(", "function f() { ( }", "function f() { `${x}` }"]
    + ["function f() { if (a) b; }", "function f() { const a = 1; let a = 2; }"]
    + ["function f() {" + "(" * 5000 + "}", "function f() { /x/; }", "function f(a) {"]
    + ["function f() { x = 010; }", "function f() { '\\q'; }", "function f() { a++; }"],
)
def test_what_is_not_understood_is_said(source: str) -> None:
    with pytest.raises((Misread, RecursionError)):
        Reader(source).function(0)


# --- Where it runs ----------------------------------------------------------------------


def test_without_node_combination_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.shutil, "which", lambda name: None)
    report = verify(model("missing"), text("missing"))
    verdicts = [part.verdict for part in report.parts]
    assert verdicts == [Verdict.SHOWN, Verdict.SHOWN, Verdict.NOT_SHOWN]
    assert report.ok and report.exit_code == 3
    assert "install node 18 or later, then verify again" in report.parts[2].how
    assert not verify(model("missing"), text("missing"), load=False).exit_code


def test_a_node_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "node"
    for says, why in (
        ("echo v16.4.0", "too old (v16.4.0)"),
        ("test $1 = --version && echo v18.0.0", "ended early"),
        ("test $1 = --version && echo v20.1.0 || exec sleep 60", "does not answer"),
    ):
        path.write_text(f"#!/bin/sh\n{says}\n")
        path.chmod(0o755)
        monkeypatch.setattr(running.shutil, "which", lambda name: str(path))
        monkeypatch.setattr(running, "SECONDS", 0.3)
        report = verify(model("missing"), text("missing"))
        assert report.exit_code == 3 and why in report.parts[2].words, report.text()


@pytest.mark.parametrize(
    ("was", "becomes", "what"),
    [
        ("return 0;", "return 1;", "predict answers otherwise"),
        ("$", "const COLUMNS = 1;", "node does not take it"),
        ("return values;", "throw new TypeError('x');", "predict answers otherwise"),
    ],
)
def test_what_node_says_otherwise_is_found(
    was: str, becomes: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a fault of the printer that reading does not find."""
    node()
    monkeypatch.setenv("NODE_OPTIONS", "--require ./nothing.js")  # which is left out
    write = Path.write_bytes

    def another(path: Path, data: bytes) -> int:
        if path.name == "scorer.mjs":
            data = re.sub(
                re.escape(was) if was != "$" else was, becomes, data.decode()
            ).encode()
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", another)
    report = verify(model("missing"), text("missing"))
    assert report.exit_code == 1 and report.parts[1].verdict is Verdict.SHOWN
    assert report.parts[2].disagreements[0].what == what


def test_the_promise_is_that_of_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of("boosting")
    of_python = exactness.promise(program, "python")
    assert exactness.promise(program, "javascript") == of_python is not None
    other = exactness.Promise(2, 0.0, "within 2 ulp")
    monkeypatch.setitem(exactness._BY_EXP, "javascript", other)
    assert exactness.promise(program, "javascript") == other
    assert exactness.promise(program_of("missing"), "javascript") is None


def test_a_build_reads_back_what_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    from treecompile.targets.javascript.printer import JavaScriptPrinter

    monkeypatch.setattr(
        JavaScriptPrinter, "cut", lambda self, name, cut, *_: f"{name} < {cut}"
    )
    with pytest.raises(TreecompileError, match="does not read back as the model"):
        compile_model(model("missing"), target="javascript")


def test_a_leaf_that_goes_on_into_its_tree_is_found() -> None:
    program = in_javascript(fold(PROGRAMS["boosting"]()))
    lines = emit(program).split("\n")
    assert read_script_back(parse_script("\n".join(lines)), program)
    leaves = [i for i, line in enumerate(lines) if line.strip() == "break tree1;"]
    assert len(leaves) > 10
    for i in leaves:
        edited = "\n".join(lines[:i] + lines[i + 1 :])
        with pytest.raises(Strange, match="does not leave its tree"):
            read_script_back(parse_script(edited), program)
