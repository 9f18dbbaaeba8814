"""The examples are products: built anew they are the same, and do what they say."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from runners import load, pythons

from treecompile.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples"
MUSHROOM, IRIS, PENGUINS = (
    EXAMPLES / name for name in ("mushroom", "iris", "penguins")
)
SCORERS = [folder / "scorer.py" for folder in (MUSHROOM, IRIS, PENGUINS)]

GOOD = {"odor": "n", "stalk_surface_below_ring": "y", "spore_print_color": "w"}
REFUSED = """\
Not all columns were specified for model. Missing columns:
    spore_print_color
Input is invalid:
    "x" is not a valid value for "odor" (expected one of\
 "a", "c", "f", "l", "m", "n", "p", "s", "y")
"""


PYTHONS = pythons() or (sys.executable,)


def example_of(path: Path) -> str:
    return path.parent.name


def command(*arguments: str | Path) -> str:
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def run(*line: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        line, input=stdin, capture_output=True, text=True, check=False
    )


# --- What is committed is what is made ------------------------------------------------


def test_the_mushroom_scorer_is_a_fresh_build() -> None:
    model, committed = MUSHROOM / "model.pkl", (MUSHROOM / "scorer.py").read_text()
    data, schema = MUSHROOM / "mushrooms.csv", MUSHROOM / "schema.json"
    assert command("build", model, "--data", data) == committed
    assert command("build", model, "--schema", schema) == committed


@pytest.mark.parametrize("folder", [IRIS, PENGUINS], ids=lambda path: path.name)
def test_the_scorer_is_a_fresh_build(folder: Path) -> None:
    committed = (folder / "scorer.py").read_text()
    assert command("build", folder / "model.pkl") == committed


def test_the_mushroom_schema_is_that_of_the_data() -> None:
    committed = (MUSHROOM / "schema.json").read_text()
    assert command("schema", MUSHROOM / "mushrooms.csv") == committed


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a mushroom model that is trained here and now."""
    folder = tmp_path_factory.mktemp("trained")
    done = run(sys.executable, MUSHROOM / "train.py", "--rules", "--into", folder)
    assert done.returncode == 0, done.stderr
    assert "a stand-in for the data" in done.stdout
    return folder


def test_training_makes_the_committed_records(trained: Path) -> None:
    made = (trained / "mushrooms.csv").read_bytes()
    assert made == (MUSHROOM / "mushrooms.csv").read_bytes()


def test_the_mushroom_scorer_answers_as_a_model_trained_now(trained: Path) -> None:
    pandas = pytest.importorskip("pandas")
    records = pandas.read_csv(trained / "mushrooms.csv")
    model = pandas.read_pickle(trained / "model.pkl")
    dummies = pandas.get_dummies(records)[list(model.feature_names_in_)]
    scorer = load((MUSHROOM / "scorer.py").read_text())
    rows = records.to_dict("records")
    assert len(rows) == 9 * 5 * 4 * 9
    assert scorer.predict_many(rows) == model.predict(dummies).tolist()
    shares = [list(share) for share in scorer.predict_proba_many(rows)]
    assert shares == model.predict_proba(dummies).tolist()


def test_the_training_script_reads_a_csv_file_of_the_data(tmp_path: Path) -> None:
    """The file of the data set spells columns with hyphens, and has more of them."""
    with open(MUSHROOM / "mushrooms.csv", newline="") as stream:
        rows = [{**row, "cap-shape": "x"} for row in csv.DictReader(stream)]
    with open(tmp_path / "uci.csv", "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(name.replace("_", "-") for name in rows[0])
        writer.writerows(row.values() for row in rows)
    source = ("--csv", tmp_path / "uci.csv", "--into", tmp_path)
    done = run(sys.executable, MUSHROOM / "train.py", *source)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "mushrooms.csv").read_bytes()
    assert made == (MUSHROOM / "mushrooms.csv").read_bytes()


# --- The scorers, as files ------------------------------------------------------------


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).name)
@pytest.mark.parametrize("scorer", SCORERS, ids=example_of)
def test_the_session_in_the_docstring_is_true(scorer: Path, python: str) -> None:
    done = run(python, "-B", "-I", "-S", "-m", "doctest", "-v", scorer)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b3 passed", done.stdout)  # the record, predict, predict_proba


def score(
    scorer: Path, *arguments: str | Path, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """What ``python scorer.py`` does, on the oldest Python there is."""
    return run(PYTHONS[0], "-I", "-S", scorer, *arguments, stdin=stdin)


def test_a_scorer_scores_a_csv_file() -> None:
    done = score(MUSHROOM / "scorer.py", MUSHROOM / "mushrooms.csv")
    assert (done.returncode, done.stderr) == (0, "1620 scored, 0 refused\n")
    assert done.stdout.splitlines()[:2] == ["false", "false"]
    assert len(done.stdout.splitlines()) == 1620


def test_the_penguins_are_told_apart_as_a_pipeline_trained_now_does(
    tmp_path: Path,
) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("palmerpenguins")
    done = run(sys.executable, PENGUINS / "train.py", "--into", tmp_path)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "penguins.csv").read_bytes()
    assert made == (PENGUINS / "penguins.csv").read_bytes()
    penguins = pandas.read_csv(tmp_path / "penguins.csv")
    model = pandas.read_pickle(tmp_path / "model.pkl")
    scored = score(PENGUINS / "scorer.py", PENGUINS / "penguins.csv")
    assert (scored.returncode, scored.stderr) == (0, "344 scored, 0 refused\n")
    answers = [json.loads(line) for line in scored.stdout.splitlines()]
    assert answers == model.predict(penguins).tolist()
    counts = [f'{answers.count(name):7} "{name}"' for name in sorted(set(answers))]
    text = (PENGUINS / "README.md").read_text()
    assert "".join(f"    {line}\n" for line in counts) in text
    scored = score(PENGUINS / "scorer.py", PENGUINS / "penguins.csv", "--proba")
    shares = [json.loads(line) for line in scored.stdout.splitlines()]
    expected = [
        dict(zip(model.classes_.tolist(), row))
        for row in model.predict_proba(penguins).tolist()
    ]
    assert shares == expected


def test_a_value_that_cannot_be_shown_is_refused_all_the_same() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise ValueError("no")

    scorer = load((MUSHROOM / "scorer.py").read_text())
    for value in (10**5000, Shy()):
        with pytest.raises(scorer.InvalidRecord) as caught:
            scorer.predict({**GOOD, "odor": value})
        assert 'is not a valid value for "odor"' in str(caught.value)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(",".join(["odor", *GOOD]) + "\na,n,y,w\n")
    done = score(MUSHROOM / "scorer.py", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{path}: there are two columns 'odor'\n"


def test_json_nested_without_end_is_a_bad_record() -> None:
    nested = json.dumps(GOOD) + "\n" + "[" * 200_000 + "\n" + json.dumps(GOOD)
    done = score(MUSHROOM / "scorer.py", stdin=nested)
    assert (done.returncode, done.stdout) == (1, "true\nnull\ntrue\n")
    assert done.stderr.startswith("line 2: it is not JSON: maximum recursion depth")


def test_whoever_reads_the_answers_may_stop(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text((json.dumps(GOOD) + "\n") * 100_000)
    line = [PYTHONS[0], "-I", "-S", MUSHROOM / "scorer.py", path]
    with subprocess.Popen(line, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == "true\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_a_scorer_scores_json_lines(tmp_path: Path) -> None:
    lines = tmp_path / "records.jsonl"
    lines.write_text(
        json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, "odor": "a"}) + "\n"
    )
    done = score(MUSHROOM / "scorer.py", lines)
    assert (done.stdout, done.returncode) == ("true\nfalse\n", 0)
    assert done.stderr == "2 scored, 0 refused\n"


def test_a_scorer_scores_standard_input() -> None:
    as_json = score(MUSHROOM / "scorer.py", stdin=json.dumps(GOOD))
    assert (as_json.stdout, as_json.returncode) == ("true\n", 0)
    as_csv = score(IRIS / "scorer.py", "-", stdin=IRIS_CSV)
    assert as_csv.stdout == '"versicolor"\n"setosa"\n'


IRIS_CSV = "petal length (cm),petal width (cm)\n4.9,1.6\n1.4,0.2\n"


def test_a_scorer_gives_probabilities() -> None:
    done = score(IRIS / "scorer.py", "--proba", stdin=IRIS_CSV)
    first, second = map(json.loads, done.stdout.splitlines())
    assert list(first) == list(second) == ["setosa", "versicolor", "virginica"]
    assert list(first.values()) == [0.0, 47 / 48, 1 / 48]
    assert list(second.values()) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("scorer", SCORERS, ids=example_of)
def test_a_scorer_prints_its_schema(scorer: Path) -> None:
    done = score(scorer, "--schema")
    assert json.loads(done.stdout) == load(scorer.read_text()).SCHEMA


def test_bad_json_lines_are_reported_and_answered_with_null() -> None:
    bad = [{**GOOD, "odor": "x"}, {}, [1], None, 7]
    lines = [json.dumps(record) for record in [GOOD, *bad, GOOD]] + ["{", ""]
    done = score(MUSHROOM / "scorer.py", stdin="\n".join(lines))
    assert done.returncode == 1
    assert done.stdout.split() == ["true", *["null"] * 5, "true", "null"]
    reported = re.findall(r"^line (\d+): ", done.stderr, re.MULTILINE)
    assert reported == ["2", "3", "4", "5", "6", "8"]
    assert '"x" is not a valid value for "odor"' in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rows_are_reported_and_answered_with_null(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(IRIS_CSV + "wide,0.2\n5.1,\n5.1,2.3\n")
    done = score(IRIS / "scorer.py", rows)
    assert done.returncode == 1
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert answers == ["versicolor", "setosa", None, "virginica", "virginica"]
    reported = re.findall(r"^line (\d+): ", done.stderr, re.MULTILINE)
    assert reported == ["4"]  # the tree accepts a missing number, but no text


def test_a_missing_column_of_a_csv_file_is_said_once(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("odor,spore-print-color\n" + "n,w\n" * 3)
    done = score(MUSHROOM / "scorer.py", rows)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("Missing columns:") == 1
    assert "stalk_surface_below_ring" in done.stderr
    assert 'did you mean "spore_print_color"?' in done.stderr


def test_the_three_lines_of_use() -> None:
    done = run(sys.executable, "-B", IRIS / "use.py")
    assert done.stdout == "versicolor\n"
    statements = (IRIS / "use.py").read_text().split("\n")
    assert sum(map(bool, statements)) == 3


# --- The app, over HTTP --------------------------------------------------------------


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the mushroom app, started as its README says."""
    pytest.importorskip("flask")
    folder = tmp_path_factory.mktemp("app")
    for name in ("app.py", "scorer.py"):
        shutil.copy(MUSHROOM / name, folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "log"
    with open(log, "w") as stream:
        server = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=folder,
            env={**os.environ, "PORT": str(port)},
            stdout=stream,
            stderr=stream,
        )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/score"
    finally:
        server.kill()
        server.wait()
    assert "Traceback" not in log.read_text()


def post(url: str, body: Any, kind: str = "application/json") -> tuple[int, str, str]:
    """The status of the answer, its content type and its text."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = direct.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read().decode()
        return answer.status, answer.headers.get_content_type(), text


def test_the_app_answers_a_good_record(app: str) -> None:
    status, kind, text = post(app, GOOD)
    assert (status, kind) == (200, "application/json")
    assert json.loads(text) == {"poisonous": True, "probability": 40 / 45}
    status, _, text = post(app, {**GOOD, "odor": "a", "stalk_root": "c"})
    assert json.loads(text) == {"poisonous": False, "probability": 0.0}


def test_the_app_says_all_that_is_wrong_with_a_record(app: str) -> None:
    record = {"odor": "x", "stalk_root": "c", "stalk_surface_below_ring": "y"}
    assert post(app, record) == (400, "text/plain", REFUSED)


@pytest.mark.parametrize(
    "value", [None, 7, 0.5, True, [], ["n"], {}, "", "\ud800", "<script>", "n" * 10**5]
)
def test_the_app_refuses_what_is_no_category(app: str, value: Any) -> None:
    status, kind, text = post(app, {**GOOD, "odor": value})
    assert (status, kind) == (400, "text/plain")
    assert text.startswith("Input is invalid:\n") and len(text) < 300


@pytest.mark.parametrize(
    "body",
    [[], [GOOD], None, 7, "n", b"", b"{", b"odor=n", b"\xff", b"[" * 100_000],
    ids=lambda body: repr(body)[:20],
)
def test_the_app_refuses_what_is_no_json_object(app: str, body: Any) -> None:
    status, kind, text = post(app, body)
    assert (status, kind) == (400, "text/plain")
    assert text.startswith("The body is not a JSON object")


def test_the_app_refuses_another_content_type(app: str) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "nonsense"):
        status, _, text = post(app, GOOD, kind)
        assert status == 400 and text.startswith("The body is not a JSON object")
