"""A scorer in a service: what it says of a bad record, of itself, and frames."""

from __future__ import annotations

import difflib
import json
import pickle
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from runners import load
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import __version__, cli, compile_model, verify
from treecompile.read import read_file

EXAMPLES = Path(__file__).parents[1] / "examples"
MUSHROOM = EXAMPLES / "mushroom"
KEYS = ["column", "code", "message", "expected", "nearest", "value"]
GOOD = {"odor": "n", "stalk_surface_below_ring": "y", "spore_print_color": "w"}


def scorer_of(model: Any, **options: Any) -> ModuleType:
    return load(compile_model(model, **options))


@pytest.fixture(scope="module")
def mushroom() -> ModuleType:
    return load((MUSHROOM / "scorer.py").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def numbers() -> ModuleType:
    """A number with and without bounds, a whole one, and a category."""
    schema = {
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0, "maximum": 120},
            "income": {"type": "number"},
        },
    }
    X = pd.DataFrame({"age": [20, 30, 40, 50], "income": [1.0, 2.0, 3.0, 1.0]})
    model = DecisionTreeClassifier(random_state=0).fit(X, ["a", "b", "b", "c"])
    return scorer_of(model, schema=schema)


def faults(scorer: ModuleType, record: Any) -> list[dict[str, Any]]:
    with pytest.raises(scorer.InvalidRecord) as caught:
        scorer.predict(record)
    errors: list[dict[str, Any]] = caught.value.errors()
    assert json.loads(json.dumps(errors, allow_nan=False)) == errors
    json.dumps(errors, ensure_ascii=False).encode()  # no lone surrogates
    assert all(list(error) == KEYS for error in errors)
    return errors


# --- InvalidRecord --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "code", "words"),
    [
        ("age", None, "missing_value", "an integer from 0.0 to 120.0"),
        ("age", float("nan"), "missing_value", "an integer"),
        ("age", "20", "not_a_number", "an integer"),
        ("age", [20], "not_a_number", "an integer"),
        ("age", 20.5, "not_an_integer", "an integer from 0.0 to 120.0"),
        ("age", 121, "out_of_range", "an integer from 0.0 to 120.0"),
        ("income", 2**60, "integer_too_large", "integers up to 2**53"),
        ("income", float("inf"), "out_of_range", "a number from -3.40282356"),
        ("income", Decimal("1e400"), "out_of_range", "a number from"),
        ("income", {}, "not_a_number", "a number"),
    ],
)
def test_the_reason_of_a_fault_is_true(
    numbers: ModuleType, column: str, value: Any, code: str, words: str
) -> None:
    (error,) = faults(numbers, {"age": 30, "income": 1.5, column: value})
    assert (error["column"], error["code"]) == (column, code)
    assert error["expected"].startswith(words) or words in error["expected"]
    assert error["expected"] in error["message"]


def test_every_fault_in_the_order_of_the_columns(mushroom: ModuleType) -> None:
    record = {"odor": "x", "stalk-surface-below-ring": "y", "spore_print_color": None}
    found = faults(mushroom, record)
    assert [error["column"] for error in found] == list(mushroom.COLUMNS)
    codes = ["unknown_category", "missing_column", "missing_value"]
    assert [error["code"] for error in found] == codes
    assert [error["value"] for error in found] == ["x", None, None]
    assert found[1]["nearest"] == "stalk-surface-below-ring"
    with pytest.raises(mushroom.InvalidRecord) as caught:
        mushroom.predict(record)
    assert caught.value.missing == ("stalk_surface_below_ring",)
    assert caught.value.invalid == {"odor": "x", "spore_print_color": None}


@pytest.mark.parametrize("record", [None, 7, "n", b"n", [GOOD], (), {"n"}, iter(())])
def test_what_is_no_mapping_is_an_invalid_record(
    mushroom: ModuleType, record: Any
) -> None:
    for function in (mushroom.predict, mushroom.predict_proba, mushroom.encode):
        with pytest.raises(mushroom.InvalidRecord) as caught:
            function(record)
        (error,) = caught.value.errors()
        assert error["code"] == "not_a_mapping" and error["column"] is None
        assert str(caught.value) == error["message"]
        assert type(record).__name__ in error["message"]
        assert not caught.value.missing and not caught.value.invalid


def test_values_that_json_does_not_hold_are_shown(mushroom: ModuleType) -> None:
    for value in ("\ud800", 10**5000, float("inf"), np.int64(3), object(), ["a"], 1j):
        (error,) = faults(mushroom, {**GOOD, "odor": value})
        assert isinstance(error["value"], str) and len(error["value"]) <= 80
    for value in ("x", 7, 1.5, True, np.float64(1.5)):
        (error,) = faults(mushroom, {**GOOD, "odor": value})
        assert error["value"] == value and type(error["value"]) in (
            str,
            int,
            float,
            bool,
        )


def test_what_hides_itself_is_refused_all_the_same(mushroom: ModuleType) -> None:
    class Shy:
        def __repr__(self) -> str:
            raise KeyError("no")

    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    for value in (Shy(), nested):
        (error,) = faults(mushroom, {**GOOD, "odor": value})
        assert error["value"].endswith("(...)")
    while nested:  # or Python itself would end when it lets go of them
        nested = nested.pop()


def test_an_invalid_record_pickles(tmp_path: Path) -> None:
    """Also into another process that has the scorer."""
    code = (
        "import pickle, sys, scorer\n"
        "try: scorer.predict({'odor': 'x', 'other': 1})\n"
        "except ValueError as error: made = error\n"
        "back = pickle.loads(pickle.dumps(made))\n"
        "assert type(back) is scorer.InvalidRecord and str(back) == str(made)\n"
        "assert back.errors() == made.errors() and back.missing == made.missing\n"
        "made.row = 7\n"
        "assert pickle.loads(pickle.dumps(made)).row == 7\n"
        "try: scorer.predict(7)\n"
        "except ValueError as error: made = error\n"
        "assert str(pickle.loads(pickle.dumps(made))) == str(made)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=MUSHROOM, check=True)
    assert pickle  # used in the code above


def test_a_refusal_of_what_cannot_be_pickled_pickles_as_it_is_shown() -> None:
    code = (
        "import pickle, threading, scorer\n"
        "class Once:\n"
        "    def __reduce__(self): return Once, (1,)\n"
        "for value in threading.Lock(), (x for x in ()), Once(), lambda: 0:\n"
        "    try: scorer.predict({'odor': value, threading.Lock(): 1})\n"
        "    except ValueError as error: made = error\n"
        "    back = pickle.loads(pickle.dumps(made))\n"
        "    assert str(back) == str(made) and back.errors() == made.errors()\n"
        "    assert back.invalid == {'odor': made.errors()[0]['value']}\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=MUSHROOM, check=True)


def test_one_except_serves_for_all_scorers(
    mushroom: ModuleType, numbers: ModuleType
) -> None:
    """The class of a scorer is its attribute; and no other ValueError comes out."""
    for scorer in (mushroom, numbers):
        for record in ({}, [], {name: object() for name in scorer.COLUMNS}):
            try:
                scorer.predict(record)
            except ValueError as error:
                assert isinstance(error, scorer.InvalidRecord) and error.errors()


# Of 1,000,000 pairs of letters each of at most four ratios is asked.
MOST = 4_000_000


class Counted:
    """How many times words are compared, whatever for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.letters = 0
        for name in ("ratio", "quick_ratio", "real_quick_ratio"):
            monkeypatch.setattr(
                difflib.SequenceMatcher,
                name,
                self.counted(getattr(difflib.SequenceMatcher, name)),
            )

    def counted(self, method: Any) -> Any:
        def count(matcher: Any) -> Any:
            self.letters += len(matcher.a) * len(matcher.b)
            return method(matcher)

        return count


@pytest.mark.parametrize("keys", [10, 1_000, 20_000])
def test_a_record_of_strange_keys_is_refused_in_bounded_work(
    keys: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X = pd.DataFrame(np.eye(200), columns=[f"column_{i}" for i in range(200)])
    scorer = scorer_of(DecisionTreeRegressor().fit(X, range(200)), columns="all")
    record = {f"column-{i}": 1 for i in range(keys)}
    counted = Counted(monkeypatch)
    found = faults(scorer, record)
    assert len(found) == 200
    assert 0 < counted.letters <= MOST
    assert found[0]["nearest"] == "column-0"


def test_categories_are_compared_in_bounded_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    categories = [f"category {i:05d}" for i in range(3_000)]
    schema = {
        "type": "object",
        "properties": {
            name: {"enum": [f"{name}_{c}" for c in categories]} for name in "abcdef"
        },
    }
    names = [f"{n}_{n}_{c}" for n in "abcdef" for c in categories[:3]]
    X = np.eye(len(names))
    model = DecisionTreeClassifier(random_state=0)
    model.fit(pd.DataFrame(X, columns=names), range(len(names)))
    scorer = scorer_of(model, schema=schema)
    counted, shown = Counted(monkeypatch), []
    inner = vars(scorer)["_shown"]
    monkeypatch.setitem(
        vars(scorer), "_shown", lambda value: shown.append(1) or inner(value)
    )
    faults(scorer, {name: f"{name}_category 0000x" for name in scorer.COLUMNS})
    assert 0 < counted.letters <= MOST
    assert len(shown) <= len(scorer.COLUMNS) * 30


# --- MODEL ----------------------------------------------------------------------------


def saved(path: Path, model: Any) -> Path:
    path.write_bytes(pickle.dumps(model))
    return path


def test_the_model_says_what_it_was_compiled_from(mushroom: ModuleType) -> None:
    assert {k: v for k, v in mushroom.MODEL.items() if k != "digest"} == {
        "estimator": "DecisionTreeClassifier",
        "library": "scikit-learn",
        "version": "1.9.1",
        "sha256": read_file(MUSHROOM / "model.pkl").sha256,
        "treecompile": __version__,
        "stamp": {},
    }


def test_the_digest_is_that_of_the_trees(tmp_path: Path) -> None:
    X, y = np.random.default_rng(0).random((200, 3)), np.arange(200) % 3
    first = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)
    again = DecisionTreeClassifier(max_depth=3, random_state=0, ccp_alpha=1e-12)
    again.fit(X.copy(), y)
    other = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X[:-1], y[:-1])
    one, two, three = (
        load(compile_model(saved(tmp_path / f"{i}.pkl", model))).MODEL
        for i, model in enumerate((first, again, other))
    )
    assert one["digest"] == two["digest"] != three["digest"]
    assert one["sha256"] != two["sha256"]
    tabled = scorer_of(first, layout="table", stamp={"a": "b"}, self_test=2).MODEL
    assert tabled["digest"] == one["digest"]
    assert scorer_of(first, columns="all").MODEL["digest"] == one["digest"]
    labelled = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y + 1)
    assert scorer_of(labelled).MODEL["digest"] != one["digest"]


def test_a_stamp_is_recorded_and_verified(tmp_path: Path) -> None:
    model, out = MUSHROOM / "model.pkl", tmp_path / "scorer.py"
    stamps = ["commit=1a2b3c", 'note=a "b" = \\ \u202e', "empty="]
    line = ["build", str(model), "-o", str(out)]
    for stamp in stamps:
        line += ["--stamp", stamp]
    done = CliRunner().invoke(cli.main, line)
    assert done.exit_code == 0, done.output
    expected = {"commit": "1a2b3c", "note": 'a "b" = \\ \u202e', "empty": ""}
    assert load(out.read_text(encoding="utf-8")).MODEL["stamp"] == expected
    report = verify(model, out, load=False)
    assert report.ok
    changed = out.read_text(encoding="utf-8").replace('"1a2b3c"', '"0a2b3c"')
    assert not verify(model, changed, load=False).ok
    said = subprocess.run(
        [sys.executable, "-I", "-S", out, "--version"], capture_output=True, check=True
    )
    assert json.loads(said.stdout)["stamp"] == expected


@pytest.mark.parametrize("stamp", [["commit"], ["=x"], ["a=1", "a=2"]])
def test_a_stamp_that_is_none_is_wrong_usage(stamp: list[str]) -> None:
    line = ["build", str(MUSHROOM / "model.pkl")]
    for text in stamp:
        line += ["--stamp", text]
    assert CliRunner().invoke(cli.main, line).exit_code == 2


@pytest.mark.parametrize("example", ["mushroom", "iris", "penguins"])
def test_the_public_names_and_the_example_are_right(example: str) -> None:
    scorer = load((EXAMPLES / example / "scorer.py").read_text(encoding="utf-8"))
    assert len(set(scorer.__all__)) == len(scorer.__all__)
    ours = {
        name
        for name, value in vars(scorer).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "scorer") == "scorer"
    }
    inner = {"LIMIT", "RULES", "TYPE_CHECKING", "annotations", "nan", "inf", "isnan"}
    assert ours - inner == set(scorer.__all__)
    scorer.predict(scorer.EXAMPLE)
    schema = Draft202012Validator(scorer.SCHEMA)
    assert scorer.SCHEMA["examples"] == [scorer.EXAMPLE]
    assert scorer.SCHEMA["title"] and schema.is_valid(scorer.EXAMPLE)
    for name, rule in scorer.SCHEMA["properties"].items():
        assert rule["title"] == name


TYPED = f"""
from scorer import predict
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from scorer import Label, Record

    record: Record = {GOOD}
    label: Label = predict(record)
    bad: Record = {{"odor": "n"}}
    worse: Label = "nonsense"
"""


def test_editors_know_the_record_and_the_label(tmp_path: Path) -> None:
    (tmp_path / "scorer.py").write_bytes((MUSHROOM / "scorer.py").read_bytes())
    (tmp_path / "use.py").write_text(TYPED)
    line = [sys.executable, "-m", "mypy", "--strict", "--config-file="]
    line += ["--no-incremental", "--cache-dir", "/dev/null", "use.py"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    wrong = [text for text in done.stdout.splitlines() if ": error:" in text]
    assert len(wrong) == 2 and all("use.py" in text for text in wrong), done.stdout
    assert "Missing keys" in done.stdout and "nonsense" in done.stdout


# --- Frames ---------------------------------------------------------------------------


def test_frames_are_answered_row_by_row(mushroom: ModuleType) -> None:
    rows = [GOOD, {**GOOD, "odor": "a"}]
    expected = [mushroom.predict(row) for row in rows]
    shares = [mushroom.predict_proba(row) for row in rows]

    class OfRecords:
        def to_dict(self, orient: str) -> Any:
            assert orient == "records"
            return rows

    class OfRows:
        def iter_rows(self, named: bool = False) -> Any:
            assert named
            return iter(rows)

    series = pd.Series(rows)
    for frame in (pd.DataFrame(rows), pl.DataFrame(rows), OfRecords(), OfRows(), rows):
        assert mushroom.predict_many(frame) == expected
        assert mushroom.predict_proba_many(frame) == shares
    assert (
        mushroom.predict_many(series) == expected == mushroom.predict_many(iter(rows))
    )
    assert mushroom.predict(pd.DataFrame(rows).iloc[0]) == expected[0]


def test_the_row_of_a_refusal_is_said(mushroom: ModuleType) -> None:
    rows = [GOOD, GOOD, {**GOOD, "odor": "x"}, GOOD]
    for function in (mushroom.predict_many, mushroom.predict_proba_many):
        for given in (rows, iter(rows), pd.DataFrame(rows), pl.DataFrame(rows)):
            with pytest.raises(mushroom.InvalidRecord) as caught:
                function(given)
            assert caught.value.row == 2
            assert str(caught.value).startswith("row 2: Input is invalid:\n")
    with pytest.raises(mushroom.InvalidRecord) as caught:
        mushroom.predict({**GOOD, "odor": "x"})
    assert caught.value.row is None and str(caught.value).startswith("Input is")


def test_one_record_is_not_many(mushroom: ModuleType) -> None:
    for function in (mushroom.predict_many, mushroom.predict_proba_many):
        with pytest.raises(
            mushroom.InvalidRecord, match="this is one record"
        ) as caught:
            function(GOOD)
        assert caught.value.errors()[0]["code"] == "not_a_mapping"


def test_a_frame_with_two_columns_of_one_name_is_refused(mushroom: ModuleType) -> None:
    frame = pd.DataFrame([GOOD, GOOD])
    twice = pd.concat([frame, frame[["odor"]]], axis=1)
    with pytest.raises(mushroom.InvalidRecord, match="two columns 'odor'"):
        mushroom.predict_many(twice)
    frame.insert(0, "other", 1)
    twice = pd.concat([frame, frame[["other"]]], axis=1)
    with pytest.warns(UserWarning):
        assert mushroom.predict_many(twice) == [True, True]


def test_one_frame_is_no_record(mushroom: ModuleType, numbers: ModuleType) -> None:
    for frame in (pd.DataFrame([GOOD]), pl.DataFrame([GOOD]), [GOOD]):
        (error,) = faults(mushroom, frame)
        assert error["code"] == "not_a_mapping" and "predict_many" in error["message"]
        assert mushroom.predict_many(frame) == [True]
    frame = pd.DataFrame([{"age": 30, "income": 1.5}])
    (error,) = faults(numbers, frame)
    assert error["code"] == "not_a_mapping"
    assert len(numbers.predict_many(frame)) == 1


# --- Unknown categories ---------------------------------------------------------------


def test_a_build_says_where_unknown_categories_pass(tmp_path: Path) -> None:
    """And what it advises, refuses them and says nothing more."""
    X = pd.DataFrame({"city": ["Bern", "Rom", "Ulm"] * 4, "size": range(12)})
    for handle, passes in (("error", False), ("ignore", True)):
        encoder = make_column_transformer(
            (OneHotEncoder(handle_unknown=handle), ["city"]), remainder="passthrough"
        )
        model = make_pipeline(encoder, DecisionTreeClassifier(random_state=0))
        path = saved(tmp_path / "model.pkl", model.fit(X, ["a", "b", "c"] * 4))
        done = CliRunner().invoke(cli.main, ["build", str(path)])
        assert done.exit_code == 0
        assert ("'city'" in done.stderr and "--unknown reject" in done.stderr) is passes
    odd = {"city": "Atlantis", "size": 1}
    assert scorer_of(path).predict(odd)
    done = CliRunner().invoke(cli.main, ["build", str(path), "--unknown", "reject"])
    assert done.exit_code == 0 and done.stderr == ""
    (error,) = faults(load(done.stdout), odd)
    assert error["code"] == "unknown_category"
