"""``verify`` cannot be made to approve a scorer that does something else.

Every trick is played on a right scorer: the file that Python runs is not the text that a
reader sees, a text that reads the same is another, another file runs in its place.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import pickle
import py_compile
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import UnsupportedModel, cli, compile_model, verify
from treecompile.proof.report import Report, Verdict
from treecompile.proof.source import Source

EXAMPLES = Path(__file__).parents[1] / "examples"
MODEL = EXAMPLES / "mushroom" / "model.pkl"
TEXT = (EXAMPLES / "mushroom" / "scorer.py").read_bytes()
FUTURE = b"from __future__ import annotations\n"
HIDDEN = b"# \\u000aopen('OWNED', 'w')\\u000a#\n"


def checked(data: bytes) -> Report:
    return verify(MODEL, data, load=False)


def emission(report: Report) -> Verdict:
    return report.parts[0].verdict


# --- Bytes that Python reads as another text ---------------------------------------------

BYTES = {
    "a cookie behind a carriage return": b"\r# coding: raw_unicode_escape\r"
    + TEXT.replace(FUTURE, FUTURE + HIDDEN, 1),
    "a cookie": b"# -*- coding: raw_unicode_escape -*-\n"
    + TEXT.replace(FUTURE, FUTURE + HIDDEN, 1),
    "a cookie in the second line": b"#!/usr/bin/python\n# vim: set fileencoding=utf-7 :\n"
    + TEXT,
    "a cookie that only starts as UTF-8": b"# coding: utf-8-sig\n" + TEXT,
    "a cookie behind a form feed": b"\x0c# coding: utf-7\n" + TEXT,
    "a byte order mark and a cookie": b"\xef\xbb\xbf# coding: utf-8\n" + TEXT,
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT,
    "UTF-16": TEXT.decode().encode("utf-16"),
    "latin-1": b"# caf\xe9\n" + TEXT,
    "an overlong character": b"# \xc0\x8a\n" + TEXT,
    "a surrogate": b"# \xed\xa0\x80\n" + TEXT,
    "a null byte": TEXT + b"# a\0b\n",
    "a form feed": TEXT + b"\x0c\n",
    "a vertical tab": TEXT + b"# \x0b\n",
    "an end of file of DOS": TEXT + b"\x1a",
    "a lone carriage return": TEXT + b"# a\rX = 1\n",
    "carriage returns alone": TEXT.replace(b"\n", b"\r"),
    "two kinds of line ends": TEXT.replace(b"\n", b"\r\n", 3),
    "a line separator": TEXT + "# a\u2028X = 1\n".encode(),
    "text that runs from right to left": TEXT + "# \u202e1 nruter\n".encode(),
    "an invisible letter": TEXT + "# a\u200bb\n".encode(),
    "tags": TEXT + "# a\U000e0041\n".encode(),
    "a control character": TEXT + "# \x9b31m\n".encode(),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_can_be_read_in_two_ways_are_refused(name: str) -> None:
    report = checked(BYTES[name])
    assert report.exit_code == 1 and emission(report) is Verdict.DIFFERS, name
    assert report.parts[0].disagreements[0].line


def test_plain_bytes_are_taken() -> None:
    for data in (
        TEXT,
        TEXT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TEXT,
        b"# -*- coding: utf-8 -*-\n" + TEXT,
        TEXT + "# café, naïve\n".encode(),
    ):
        assert checked(data).exit_code == 0


def test_what_is_only_laid_out_otherwise_is_said() -> None:
    but = "but for its comments and layout"
    assert but not in checked(TEXT).parts[0].words
    assert but not in checked(TEXT.replace(b"\n", b"\r\n")).parts[0].words
    assert but in checked(TEXT + b"# fmt: off\n").parts[0].words
    raw = compile_model(MODEL, format=False).encode()
    assert but not in checked(raw).parts[0].words
    assert but in checked(raw + b"\n").parts[0].words


def test_a_comment_counts_where_nothing_is_formatted() -> None:
    rng = np.random.RandomState(0)
    forest = RandomForestClassifier(30, random_state=0)
    forest.fit(rng.rand(400, 3), rng.randint(0, 2, 400))
    text = compile_model(forest)
    assert text.count("\n") > 2_000
    assert verify(forest, text, load=False).exit_code == 0
    assert verify(forest, text.replace("\n\n\n", "\n\n\n\n"), load=False).exit_code == 0
    for other in (text + "# seen\n", text.replace("# Tree 2 of", "# Tree 3 of", 1)):
        report = verify(forest, other, load=False)
        assert report.exit_code == 1
        assert "comment" in report.text()


# --- Texts that are another program ------------------------------------------------------


def letters(text: str) -> str:
    """The names of a scorer in letters that only look like letters."""
    return text.replace("odor ==", "".join(map(_script, "odor")) + " ==")


def _script(letter: str) -> str:
    return (
        unicodedata.lookup(f"MATHEMATICAL SCRIPT SMALL {letter.upper()}")
        if (letter in "dr")
        else unicodedata.lookup(f"MATHEMATICAL BOLD SMALL {letter.upper()}")
    )


def after(line: str, more: str) -> Callable[[str], str]:
    return lambda text: text.replace(line, line + more, 1)


def instead(was: str, becomes: str) -> Callable[[str], str]:
    return lambda text: text.replace(was, becomes, 1)


def at_the_end(more: str) -> Callable[[str], str]:
    return lambda text: text + more


TRICKS: dict[str, Callable[[str], str]] = {
    "letters that look alike": letters,
    "__debug__": instead("    if odor ==", "    if __debug__ and odor =="),
    "an assertion": after(
        "FUTURE\n".replace("FUTURE", FUTURE.decode().strip()), "assert 1\n"
    ),
    "a decorator": instead("def predict(", "@staticmethod\ndef predict("),
    "a default argument": instead("def score(odor: str", "def score(odor: str = 'l'"),
    "a star import": after(FUTURE.decode(), "from math import *\n"),
    "another future": after(FUTURE.decode(), "from __future__ import generator_stop\n"),
    "a builtin that is shadowed": at_the_end("float = int\n"),
    "a function that is replaced": at_the_end("predict = lambda record: True\n"),
    "a function of the module": at_the_end("def __getattr__(name):\n    return 1\n"),
    "a deleted name": at_the_end("del validate\n"),
    "a global that is changed": at_the_end("PREDICTIONS = PREDICTIONS[::-1]\n"),
    "a class attribute": instead(
        "class InvalidRecord(ValueError):", "class InvalidRecord(KeyError):"
    ),
    "a string in place of a docstring": instead(
        '    """The place', '    f"""The place'
    ),
    "another category": instead('"a", "c"', '"c", "a"'),
    "code behind a comment": instead("# True", "\n        # True"),
    "code on one line": at_the_end("X = 1; predict = None\n"),
    "a walrus": instead('if odor == "l"', 'if (odor := "l") == "l"'),
    "an annotation that runs": at_the_end("X: print('ran') = 1\n"),
    "a docstring": instead('"""', '""" '),
    "COLUMNS": instead("COLUMNS = (", "COLUMNS = ('x',"),
    "SCHEMA": instead('"additionalProperties"', '"additionalproperties"'),
    "main": instead('if __name__ == "__main__":', "if True:"),
    "a bytes literal": instead('"odor"', 'b"odor"'),
    "an int for a bool": instead("True", "1"),
    "unreachable code": at_the_end("if 0:\n    X = 1\n"),
    "a lazy exit": at_the_end("raise SystemExit\n"),
    "an exec": at_the_end("exec('')\n"),
    "a semicolon": at_the_end(";\n"),
    "a continued line": at_the_end("\\\npass\n"),
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_text_that_is_another_program_is_found(name: str) -> None:
    text = TEXT.decode()
    edited = TRICKS[name](text)
    if edited == text:
        pytest.skip("this scorer has no such line")
    report = checked(edited.encode())
    if name == "code behind a comment":
        assert report.exit_code == 0  # it is a comment still
    else:
        assert report.exit_code == 1 and emission(report) is Verdict.DIFFERS


# --- Another file in its place -----------------------------------------------------------


def placed(folder: Path) -> Path:
    path = folder / "scorer.py"
    path.write_bytes(TEXT)
    return path


def compiled(path: Path, code: bytes, **options: Any) -> Path:
    """What stands in __pycache__ for a scorer of another text."""
    was = path.stat()
    path.write_bytes(code)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    made = Path(py_compile.compile(str(path), doraise=True, **options))
    path.write_bytes(TEXT)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    return made


def other_code() -> bytes:
    """Another scorer of the same length."""
    edited = TEXT.replace(b"return 7", b"return 6")
    assert edited != TEXT and len(edited) == len(TEXT)
    return edited


def imported(path: Path) -> str:
    line = "import scorer; print(scorer.score('l', 'y', 'r'))"
    done = subprocess.run(
        [sys.executable, "-B", "-c", line],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def at_path(path: Path) -> Report:
    return verify(MODEL, path, load=False)


def test_compiled_code_that_python_takes_is_looked_at(tmp_path: Path) -> None:
    path = placed(tmp_path)
    assert at_path(path).exit_code == 0 and imported(path) == "7"
    made = compiled(path, other_code())
    assert imported(path) == "6"
    report = at_path(path)
    assert report.exit_code == 1 and str(made) in report.text()
    # What the report advises helps.
    assert f"Delete {made}" in report.text()
    made.unlink()
    assert at_path(path).exit_code == 0


@pytest.mark.parametrize("optimize", [0, 1, 2])
@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_compiled_code_of_every_kind(
    tmp_path: Path, optimize: int, mode: py_compile.PycInvalidationMode
) -> None:
    path = placed(tmp_path)
    compiled(path, TEXT, optimize=optimize, invalidation_mode=mode)
    assert at_path(path).exit_code == 0
    compiled(path, other_code(), optimize=optimize, invalidation_mode=mode)
    # One whose hash is checked is not taken: the hash is that of the other text.
    checked = mode is py_compile.PycInvalidationMode.CHECKED_HASH
    assert at_path(path).exit_code == (0 if checked else 1)


def test_old_compiled_code_is_none(tmp_path: Path) -> None:
    """Python itself does not take code of another time or another length."""
    path = placed(tmp_path)
    compiled(path, other_code() + b"X = 1\n")
    assert at_path(path).exit_code == 0 and imported(path) == "7"
    compiled(path, other_code())
    os.utime(path, (1, 1))
    assert at_path(path).exit_code == 0 and imported(path) == "7"


def test_code_of_another_python_cannot_be_told(tmp_path: Path) -> None:
    path = placed(tmp_path)
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    header = b"\x42\x0d\r\n" + struct.pack(
        "<III", 0, int(path.stat().st_mtime), len(TEXT)
    )
    (cache / "scorer.cpython-38.pyc").write_bytes(header + b"c")
    report = at_path(path)
    assert report.exit_code == 3 and emission(report) is Verdict.NOT_SHOWN
    (cache / "scorer.cpython-38.pyc").write_bytes(header[:8] + bytes(8) + b"c")
    assert at_path(path).exit_code == 0  # of another time
    for broken in (b"", b"c", importlib.util.MAGIC_NUMBER):
        (cache / "scorer.cpython-38.pyc").write_bytes(broken)
        assert at_path(path).exit_code == 0


def test_forged_code_ends_in_a_word(tmp_path: Path) -> None:
    """Bytes that no Python wrote are other code, and are not loaded."""
    path = placed(tmp_path)
    made = compiled(path, TEXT)
    right = made.read_bytes()
    for code in (right[:-40], right[:16], right[:16] + b"\xff" * 60):
        made.write_bytes(code)
        assert at_path(path).exit_code == 1
    made.write_bytes(right[:16] + b"(\xff\xff\xff\x7f" * 40)
    assert at_path(path).exit_code == 1
    made.write_bytes(right[:16] + b"\xa9\x02" * 5_000)
    assert at_path(path).exit_code == 1
    made.write_bytes(right)
    assert at_path(path).exit_code == 0


def test_a_module_that_goes_first_is_found(tmp_path: Path) -> None:
    path = placed(tmp_path)
    package = tmp_path / "scorer"
    package.mkdir()
    assert at_path(path).exit_code == 0  # a folder alone is no package
    (package / "__init__.py").write_text("score = lambda *a: 6\n")
    assert imported(path) == "6" and at_path(path).exit_code == 1
    shutil.rmtree(package)
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        extension = tmp_path / f"scorer{suffix}"
        extension.write_bytes(b"\x7fELF")
        assert at_path(path).exit_code == 1
        extension.unlink()
    py_compile.compile(str(path), str(tmp_path / "scorer.pyc"))
    assert at_path(path).exit_code == 0
    path.write_bytes(other_code())
    py_compile.compile(str(path), str(tmp_path / "scorer.pyc"))
    path.write_bytes(TEXT)
    assert at_path(path).exit_code == 1


def test_a_link_has_the_code_beside_its_end_looked_at(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    path = placed(tmp_path / "there")
    link = tmp_path / "here" / "scorer.py"
    link.symlink_to(path)
    assert at_path(link).exit_code == 0
    compiled(path, other_code())
    assert at_path(link).exit_code == 1


def test_what_was_read_is_what_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is changed once it was read does not run."""
    from treecompile.proof import running

    path = placed(tmp_path)
    right = running.loaded

    def changed(source: Source) -> Any:
        path.write_text("raise SystemExit('it ran')\n")
        return right(source)

    monkeypatch.setattr(running, "loaded", changed)
    assert verify(MODEL, path).ok
    assert path.read_text().startswith("raise")


# --- Files that answer otherwise than they are read ---------------------------------------

X, Y = load_iris(return_X_y=True)


def scaled() -> Any:
    return make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=3)).fit(
        X, Y
    )


SHADOWS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "transform": lambda p: p.steps[0][1].__dict__,
    "predict": lambda p: p.steps[1][1].__dict__,
    "predict_proba": lambda p: p.__dict__,
    "_validate_X_predict": lambda p: p.steps[1][1].__dict__,
    "_iter": lambda p: p.__dict__,
    "classes_": lambda p: p.__dict__,
    "__sklearn_tags__": lambda p: p.steps[1][1].__dict__,
}


@pytest.mark.parametrize("name", SHADOWS)
@pytest.mark.parametrize("value", [np.asarray, None, [1, 2]])
def test_an_attribute_in_the_way_of_a_method_is_refused(name: str, value: Any) -> None:
    model = scaled()
    SHADOWS[name](model)[name] = value
    with pytest.raises(UnsupportedModel, match=f"attribute {name!r}") as refused:
        compile_model(model)
    # The advice helps.
    place = str(refused.value).split("del model")[1].strip()
    scope = {"model": model}
    if not name.startswith("__") and name != "classes_":
        exec(f"del model{place}", scope)
        assert compile_model(model)


def test_an_object_made_by_a_call_is_refused() -> None:
    """Its constructor would set what the file does not hold."""
    model = pickle.dumps(DecisionTreeClassifier(max_depth=2).fit(X, Y), 2)
    made = b"csklearn.tree._classes\nDecisionTreeClassifier\n"
    start = model.index(b")\x81")
    assert made in model[:start]
    from treecompile.lower import lower
    from treecompile.read import read_bytes

    assert lower(read_bytes(model))
    with pytest.raises(UnsupportedModel, match="by a call of its class"):
        lower(read_bytes(model.replace(b")\x81", b"K\x01\x85R", 1)))


# --- Nothing asked is not shown -------------------------------------------------------------


def run(*line: Any) -> Any:
    return CliRunner().invoke(cli.main, [str(word) for word in line])


def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, scorer = tmp_path / "m.pkl", tmp_path / "s.py"
    model.write_bytes(pickle.dumps(scaled()))
    scorer.write_text(compile_model(model))
    assert run("verify", model, scorer).exit_code == 0
    alone = run("verify", model, scorer, "--no-model")
    assert alone.exit_code == 0 and "no more was asked for" in alone.stdout
    edited = tmp_path / "e.py"
    edited.write_text(scorer.read_text().replace("return 0", "return 1"))
    assert run("verify", model, edited).exit_code == 1
    assert run("verify", model, edited, "--no-model").exit_code == 1
    for wrong in (
        (tmp_path / "none.pkl", scorer),
        (model, tmp_path / "none.py"),
        (scorer, scorer),
        (model, scorer, "--data", tmp_path / "none.csv"),
        (model, scorer, "--with", tmp_path / "none.pkl"),
        (model,),
    ):
        assert run("verify", *wrong).exit_code == 2, wrong
    monkeypatch.setattr("treecompile.proof.installed", lambda: None)
    done = run("verify", model, scorer)
    assert done.exit_code == 3 and "not shown" in done.stdout
    assert run("verify", model, scorer, "--no-model").exit_code == 0


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
def test_boosters_are_not_shown(library: str) -> None:
    made = pytest.importorskip(library)
    model = {
        "xgboost": lambda: made.XGBClassifier(n_estimators=2, n_jobs=1),
        "lightgbm": lambda: made.LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1),
        "catboost": lambda: made.CatBoostClassifier(iterations=2, verbose=0),
    }[library]().fit(X, Y)
    for whole in (model, make_pipeline(StandardScaler().fit(X), model)):
        source = compile_model(whole)
        report = verify(whole, source)
        assert report.exit_code == 3 and report.ok and not report.complete
        assert "--no-model" in report.text()  # and that helps:
        assert verify(whole, source, load=False).exit_code == 0


def test_a_model_that_answers_nothing_shows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(*_: Any) -> None:
        raise ValueError("I take no records")

    model, calls = scaled(), []
    source = compile_model(model)
    monkeypatch.setattr(StandardScaler, "transform", refuses)
    report = verify(model, source)
    assert report.exit_code == 3
    for part in report.parts[1:]:
        assert part.verdict is Verdict.NOT_SHOWN and "I take no records" in part.words
    monkeypatch.setattr(
        StandardScaler, "transform", lambda *a: calls.append(1) or refuses()
    )
    verify(model, source)
    assert len(calls) < 1_000  # not thousands, for thousands of records


def test_a_record_that_only_the_model_refuses_is_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = DecisionTreeClassifier.predict

    def refuses(self: Any, given: Any) -> Any:
        if (np.asarray(given)[:, 2] > 2).any():
            raise ValueError("too long")
        return right(self, given)

    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y)
    source = compile_model(tree)
    monkeypatch.setattr(DecisionTreeClassifier, "predict", refuses)
    report = verify(tree, source)
    assert report.exit_code == 1
    _, _, combination = report.parts
    assert "too long" in combination.text() and combination.disagreements[0].record


def test_what_no_column_of_the_scorer_holds_is_no_difference() -> None:
    """The model refuses log(0) in a column that no test reads; the scorer never sees it."""
    logs = make_pipeline(
        FunctionTransformer(np.log1p), DecisionTreeClassifier(max_depth=2)
    ).fit(np.c_[X, X[:, 0] * 0], Y)
    source = compile_model(logs)
    report = verify(logs, source)
    assert report.exit_code == 0, report.text()
    assert report.parts[2].counts["refused"] == 0


HOLED = pd.DataFrame(
    {
        "c": pd.Series([None] * 30 + ["a"] * 40 + ["b"] * 40 + ["d"] * 5, dtype=object),
        "e": pd.Series(([np.nan, "u", "v"] * 39)[:115], dtype=object),
        "x": np.arange(115) * 7 % 23 / 2.0,
    }
)


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        TargetEncoder(random_state=0),
    ],
)
def test_none_stays_none_where_an_encoder_knows_it(encoder: Any) -> None:
    """Under pandas 3, too, and beside a column whose encoder knows NaN."""
    y = pd.factorize(HOLED.c)[0] + 2.0 * HOLED.x + HOLED.e.isna()
    for columns in (["c"], ["c", "e"]):
        parts = [("enc", encoder, columns)]
        model = make_pipeline(
            ColumnTransformer(parts, remainder="passthrough"),
            DecisionTreeRegressor(max_depth=6, random_state=0),
        )
        frame = HOLED[[*columns, "x"]]
        model.fit(frame, y)
        report = verify(model, compile_model(model))
        assert report.exit_code == 0, report.text()
