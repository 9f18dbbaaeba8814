"""``python scorer.py FILE``: an answer for each row, in order, whatever the file holds."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load, pythons
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import compile_model

IRIS = Path(__file__).parents[1] / "examples" / "iris" / "scorer.py"
MUSHROOM = Path(__file__).parents[1] / "examples" / "mushroom" / "scorer.py"
HEADER = "petal length (cm),petal width (cm)\n"
FLOWERS = HEADER + "4.9,1.6\n1.4,0.2\n"
KINDS = ["versicolor", "setosa"]


def run(
    scorer: Path, *arguments: Any, stdin: str | bytes = b"", python: str = ""
) -> subprocess.CompletedProcess[str]:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    line = [python or pythons()[0], "-I", "-S", scorer, *arguments]
    done = subprocess.run(line, input=given, capture_output=True)
    assert b"Traceback" not in done.stderr, done.stderr
    return subprocess.CompletedProcess(
        line, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def answers(done: subprocess.CompletedProcess[str]) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def scorer_file(folder: Path, model: Any, **options: Any) -> Path:
    path = folder / "scorer.py"
    path.write_text(compile_model(model, **options), encoding="utf-8")
    return path


# --- Every row has its answer ---------------------------------------------------------

BAD_ROWS = {
    "text": ("wide,0.2", 'line 3: Input is invalid:\n    "wide" is not'),
    "short": ("1.4", "line 3: 1 cells, where the header line has 2"),
    "long": ("1.4,0.2,7", "line 3: 3 cells, where the header line has 2"),
    "underscore": ("1_4,0.2", '"1_4" is not a valid value'),
    "other digits": ("１.4,0.2", '"１.4" is not a valid value'),
    "quote": ('"1.4"x,0.2', "line 3: ',' expected after '\"'"),
    "byte": (b"1.4,\xff", "line 3: byte 0xff cannot be decoded"),
    "long cell": ("1.4," + "9" * 1_000_001, "line 3: field larger than field limit"),
    "escape": ("\x1b[2J,0.2", r'"\x1b[2J" is not a valid value'),
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_bad_row_is_answered_with_nothing_and_the_others_as_ever(bad: str) -> None:
    row, words = BAD_ROWS[bad]
    data = HEADER.encode() + b"4.9,1.6\n"
    data += (row.encode() if isinstance(row, str) else row) + b"\n1.4,0.2\n"
    done = run(IRIS, "-", stdin=data)
    assert done.returncode == 1
    assert answers(done) == ["versicolor", None, "setosa"]
    assert words in done.stderr and done.stderr.endswith("2 scored, 1 refused\n")
    table = run(IRIS, "-", "--csv", stdin=data).stdout
    assert table == 'prediction\nversicolor\n""\nsetosa\n'


def test_a_quote_that_is_never_closed_shifts_nothing() -> None:
    data = FLOWERS + '"1.4,0.2\n' + "4.9,1.6\n" * 3
    done = run(IRIS, "-", stdin=data)
    assert done.returncode == 1
    assert answers(done) == [*KINDS, None, None, None, None]
    assert "line 4: unexpected end of data" in done.stderr
    assert "line 5: it was lost in the row of line 4" in done.stderr


def test_the_errors_are_written_as_json(tmp_path: Path) -> None:
    log = tmp_path / "errors.jsonl"
    done = run(IRIS, "-", "--errors", log, stdin=FLOWERS + "wide,\n1\n")
    assert done.returncode == 1 and len(answers(done)) == 4
    first, second = map(json.loads, log.read_text().splitlines())
    assert first["line"] == 4 and second["line"] == 5
    assert first["errors"][0]["code"] == "not_a_number"
    assert first["errors"][0]["value"] == "wide"
    assert second["errors"][0]["code"] == "not_a_mapping"


def test_equal_complaints_are_counted() -> None:
    done = run(IRIS, "-", stdin=HEADER + "wide,0.2\n" * 3000 + "1.4,0.2\n")
    assert len(answers(done)) == 3001 and answers(done)[-1] == "setosa"
    assert len(done.stderr.splitlines()) == 4
    assert "line 2: the same in 2999 more\n1 scored, 3000 refused\n" in done.stderr
    rows = "".join(f"w{i},0.2\n" for i in range(3000))
    done = run(IRIS, "-", stdin=HEADER + rows)
    assert len(done.stderr.splitlines()) == 202
    assert "... and 2900 more, all of which --errors FILE writes" in done.stderr


# --- What is written ------------------------------------------------------------------


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_beside_kept_columns(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        'a,petal length (cm),b,petal width (cm)\nx,4.9,"p,q",1.6\n,wide,é,0\n'
    )
    out = tmp_path / "out.csv"
    done = run(IRIS, path, "--csv", "--id", "b", "--id", "a", "-o", out)
    assert (done.returncode, done.stdout) == (1, "")
    text = out.read_text(encoding="utf-8")
    assert text == 'b,a,prediction\n"p,q",x,versicolor\né,,\n'
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    first, _ = read(run(IRIS, path, "--csv", "--proba", "--all-columns").stdout)
    assert list(first)[:5] == [
        "a",
        *HEADER.strip().split(",")[:1],
        "b",
        "petal width (cm)",
        "prediction",
    ]
    assert list(first)[5:] == [
        f"probability_{k}" for k in ("setosa", "versicolor", "virginica")
    ]
    assert float(first["probability_versicolor"]) == 47 / 48


def test_names_that_meet_are_numbered(tmp_path: Path) -> None:
    X = np.arange(6.0).reshape(-1, 1)
    for labels in (["a", "A", "b"] * 2, ["x" * 60, "y", "z"] * 2):
        model = DecisionTreeClassifier().fit(X, labels)
        done = run(
            scorer_file(tmp_path, model), "-", "--csv", "--proba", stdin="x0\n0\n"
        )
        numbered = "prediction,probability_0,probability_1,probability_2"
        assert done.stdout.splitlines()[0] == numbered
        assert "numbered, in the order of CLASSES" in done.stderr
    model = DecisionTreeClassifier().fit(X, ["a", "b", "c"] * 2)
    scorer = scorer_file(tmp_path, model)
    line = ["-", "--csv", "--proba", "--id", "Probability_B"]
    done = run(scorer, *line, stdin="x0,Probability_B\n0,1\n")
    assert done.stdout.startswith("Probability_B,prediction,probability_0,")
    for kept in ("prediction", "Problem"):
        done = run(scorer, "-", "--csv", "--id", kept, stdin=f"x0,{kept}\n0,1\n")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"is called {kept.lower()!r}" in done.stderr


def test_several_outputs(tmp_path: Path) -> None:
    X, y = make_classification(random_state=0)
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    model.fit(X[:, :2], np.stack([y, np.where(y, "p", "q")], axis=1))
    scorer = scorer_file(tmp_path, model)
    record = json.dumps(load(scorer.read_text()).EXAMPLE) + "\n"
    (row,) = read(run(scorer, "-", "--csv", "--proba", stdin=record).stdout)
    assert list(row)[:2] == ["prediction_0", "prediction_1"]
    assert list(row)[2:] == [f"probability_{x}" for x in ("0_0", "0_1", "1_p", "1_q")]
    (both,) = answers(run(scorer, "-", "--proba", stdin=record))
    assert [list(of) for of in both] == [["0", "1"], ["p", "q"]]
    regressor = DecisionTreeRegressor(max_depth=2).fit(X[:, :2], X[:, 2:4])
    scorer = scorer_file(tmp_path, regressor)
    (row,) = read(run(scorer, "-", "--csv", stdin=record).stdout)
    assert list(row) == ["prediction_0", "prediction_1"]


def test_nothing_is_written_over_what_is_read(tmp_path: Path) -> None:
    path, link = tmp_path / "in.csv", tmp_path / "link.csv"
    path.write_text(FLOWERS)
    link.symlink_to(path)
    for option in ("-o", "--errors"):
        for name in (path, link, tmp_path / "." / "in.csv"):
            done = run(IRIS, path, option, name)
            assert done.returncode == 2 and "must be different files" in done.stderr
            assert path.read_text() == FLOWERS
    done = run(IRIS, tmp_path / "none.csv", "-o", tmp_path / "out.csv")
    assert done.returncode == 2 and not (tmp_path / "out.csv").exists()
    done = run(IRIS, path, "-o", tmp_path / "no" / "out.csv")
    assert done.returncode == 1 and "cannot write" in done.stderr


def test_a_file_that_ends_too_soon_replaces_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv.gz", tmp_path / "out"
    path.write_bytes(gzip.compress((HEADER + "1.4,0.2\n" * 100_000).encode())[:-400])
    out.write_text("old")
    done = run(IRIS, path, "-o", out)
    assert done.returncode == 1 and "cannot be read to its end" in done.stderr
    assert out.read_text() == "old" and len(list(tmp_path.iterdir())) == 2


# --- What is read ---------------------------------------------------------------------

TABLE = "id;petal length (cm);petal width (cm)\n1;4,9;1,6\n2;1,4;0,2\n"
GERMAN = TABLE.replace("id;", "größe;")
OTHER_WAYS = {
    "decimal comma": (TABLE.encode(), ["--decimal", ","]),
    "sep": (b"sep=;\r\n" + TABLE.replace("\n", "\r\n").encode(), ["--decimal", ","]),
    "delimiter": (TABLE.replace(";", "#").encode(), ["--decimal=,", "--delimiter=#"]),
    "cp1252": (GERMAN.encode("cp1252"), ["--decimal", ",", "--encoding", "cp1252"]),
    "utf-8 with its mark": (b"\xef\xbb\xbf" + GERMAN.encode(), ["--decimal", ","]),
    "utf-16": (GERMAN.encode("utf-16"), ["--decimal", ","]),
    "utf-16-be": (b"\xfe\xff" + GERMAN.encode("utf-16-be"), ["--decimal", ","]),
    "gzip": (gzip.compress(FLOWERS.encode()), []),
    "old lines": (FLOWERS.replace("\n", "\r").encode(), []),
    "empty lines": (FLOWERS.replace("\n", "\n\n").encode(), []),
    "tabs": (FLOWERS.replace(",", "\t").encode(), []),
}
RECORDS = [
    {"petal length (cm)": 4.9, "petal width (cm)": 1.6, "id": [1, "]"]},
    {"petal length (cm)": 1.4, "petal width (cm)": 0.2, "id": {}},
]
for _name, _text in {
    "array": json.dumps(RECORDS),
    "array in lines": json.dumps(RECORDS, indent=4),
    "lines": "\n".join(map(json.dumps, RECORDS)),
}.items():
    OTHER_WAYS[_name] = (_text.encode(), [])


@pytest.mark.parametrize("way", OTHER_WAYS)
@pytest.mark.parametrize("python", [pythons()[0], pythons()[-1]])
def test_other_ways_to_write_the_same(way: str, python: str, tmp_path: Path) -> None:
    data, options = OTHER_WAYS[way]
    path = tmp_path / "file"
    path.write_bytes(data)
    for done in (
        run(IRIS, path, *options, python=python),
        run(IRIS, "-", *options, stdin=data, python=python),
    ):
        assert (answers(done), done.stderr) == (KINDS, "2 scored, 0 refused\n")
        assert done.returncode == 0


def test_a_decimal_comma_leaves_no_point() -> None:
    done = run(IRIS, "-", "--decimal", ",", stdin=TABLE + "3;1.4;0,2\n")
    assert answers(done) == [*KINDS, None] and '"1.4" is not' in done.stderr


def test_an_array_of_many_records(tmp_path: Path) -> None:
    """In pieces, a line of each; a bad one has its own line."""
    text = json.dumps(RECORDS * 3000, indent=1)
    done = run(IRIS, "-", stdin=text)
    assert answers(done) == KINDS * 3000
    lines = [json.dumps(r) + "," for r in RECORDS]
    done = run(IRIS, "-", stdin="\n".join(["[", lines[0], "7,", lines[1][:-1], "]"]))
    assert answers(done) == ["versicolor", None, "setosa"]
    assert done.stderr.startswith("line 3: a record is a mapping")
    done = run(IRIS, "-", stdin="[" + lines[0] + lines[1][:-1])
    assert answers(done) == KINDS[:1] and done.returncode == 1
    assert "line 1: it is not JSON: Unterminated array" in done.stderr


KINDS_OF_FILES = {
    "Excel": (b"PK\x03\x04" + b"\0" * 30, "Excel"),
    "Parquet": (b"PAR1" + b"\0" * 30, "Parquet"),
    "pickle": (b"\x80\x04\x95\0\0", "pickle"),
    "HTML": (b"<!DOCTYPE html>\n", "HTML"),
    "SQLite": (b"SQLite format 3\0", "SQLite"),
    "utf-16 without its mark": (FLOWERS.encode("utf-16-le"), "--encoding"),
}


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_a_file_of_another_kind_is_called_by_it(kind: str) -> None:
    data, words = KINDS_OF_FILES[kind]
    done = run(IRIS, "-", stdin=data)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
    if "encoding" in words:  # what is advised, helps
        done = run(IRIS, "-", "--encoding", "utf-16-le", stdin=data)
        assert answers(done) == KINDS


def test_missing_cells_are_what_pandas_takes_for_them(tmp_path: Path) -> None:
    X = pd.DataFrame(
        {"kind": ["NA", "b", "c", "b"] * 5, "size": [1.0, 2, 3, np.nan] * 5}
    )
    y = ["one", "two", "three", "four"] * 5
    raw = tmp_path / "raw.json"
    schema = {
        "properties": {
            "kind": {"enum": ["NA", "b", "c"]},
            "size": {"type": ["number", "null"]},
        }
    }
    raw.write_text(json.dumps({"type": "object", **schema}))
    model = DecisionTreeClassifier(random_state=0)
    model.fit(pd.get_dummies(X, columns=["kind"]).astype(float), y)
    scorer = scorer_file(tmp_path, model, schema=str(raw))
    missing = sorted(pd._libs.parsers.STR_NA_VALUES)  # type: ignore[attr-defined]
    data = "kind,size\n" + "".join(f"b,{cell}\n" for cell in missing)
    done = run(scorer, "-", stdin=data)
    assert answers(done) == ["four"] * len(missing), done.stderr
    assert answers(run(scorer, "-", stdin="kind,size\nNA,1\nN/A,1\n")) == ["one", None]


# --- Streams --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("S f.csv >&-", 1, "cannot write: standard output is closed"),
        ("S f.csv >/dev/full", 1, "cannot write: No space left on device"),
        ("S --schema >/dev/full", 1, "cannot write: No space left on device"),
        ("S --version >/dev/full", 1, "cannot write: No space left on device"),
        ("S --help >/dev/full", 1, "cannot write: No space left on device"),
        ("S -o /dev/full f.csv", 1, "cannot write"),
        ("S - <&-", 2, "standard input is closed"),
        ("S f.csv 2>&-", 1, ""),
        ("S f.csv 2>/dev/full", 1, ""),
    ],
)
def test_streams_that_are_closed_or_full(
    line: str, code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "f.csv").write_text(FLOWERS + "wide,1\n")
    line = line.replace("S", f"{sys.executable} -I -S {IRIS}")
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == code, done
    assert words in done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    if not words:
        assert done.stdout == '"versicolor"\n"setosa"\nnull\n'


def at_a_terminal(*arguments: Any) -> tuple[int, str]:
    """What a scorer says on standard error, where that and standard input are one."""
    master, slave = pty.openpty()
    line = [sys.executable, "-I", "-S", str(IRIS), *map(str, arguments)]
    with subprocess.Popen(line, stdin=slave, stderr=slave, stdout=-1) as process:
        os.close(slave)
        said = b""
        try:
            while piece := os.read(master, 4096):
                said += piece
        except OSError:
            pass
        os.close(master)
    return process.returncode, said.decode()


def test_nothing_waits_silently_at_a_terminal() -> None:
    code, said = at_a_terminal()
    assert code == 2 and "a FILE is missing" in said
