"""The boosters' own model files answer as the library answers that loads them.

``tests/own_files/make.py`` made each file in an environment of its version, with what
that version answered for it as a classifier, a regressor or the bare booster.
"""

from __future__ import annotations

import gzip
import json
import pickle
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from runners import load

import treecompile
from treecompile import UnreadableFile, UnsupportedModel, compile_model
from treecompile.cli import main
from treecompile.lower.catboost_number import number_of
from treecompile.read import read_file
from treecompile.stages import program_of

HERE = Path(__file__).parent / "own_files"
FILES = sorted(p for p in HERE.glob("*/*") if p.name != "answers.json")
NEWEST = HERE / "xgboost-3.2.0"
BINARY = HERE / "xgboost-1.7.6" / "two.model"
LIGHTGBM = HERE / "lightgbm-4.7.0"
CATBOOST = HERE / "catboost-1.2.10"


@cache
def told(folder: Path) -> Any:
    return json.loads((folder / "answers.json").read_text())


def compiled(model: Any, **options: Any) -> str:
    return compile_model(model, format=False, **options)


def records(scorer: Any, rows: list[list[float | None]]) -> list[dict[str, Any]]:
    names = list(scorer.FEATURES)
    return [dict(zip(names, row)) for row in rows]


def plain(x: Any) -> Any:
    return list(map(plain, x)) if isinstance(x, (tuple, list)) else x


def check(source: str, answers: dict[str, Any], rows: Any) -> None:
    scorer = load(source)
    for method, expected in answers.items():
        ask = getattr(scorer, method)
        found = [plain(ask(record)) for record in records(scorer, rows)]
        assert found == expected, method


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_answers_of_its_version(path: Path) -> None:
    made = told(path.parent)[path.name]
    names = set()
    for how, answers in made["answers"].items():
        source = compiled(path, columns="all", predict_as=how)
        check(source, answers, made["rows"])
        if how == made["default"]:
            names.add(load(source).MODEL["estimator"])
    names.add(program_of(read_file(path)).origin.estimator)
    assert len(names) == 1


# --- Told by content ------------------------------------------------------------------


def in_one(*paths: Path) -> list[str]:
    return [treecompile.inspect(path).as_dict()["file"]["container"] for path in paths]


def test_told_by_content(tmp_path: Path) -> None:
    two = [NEWEST / "two.json", NEWEST / "two.ubj", BINARY, LIGHTGBM / "two.txt"]
    renamed = [tmp_path / f"{i}.pkl" for i in range(len(two))]
    for path, as_ in zip(two, renamed):
        as_.write_bytes(path.read_bytes())
    assert in_one(*renamed) == [
        "XGBoost JSON",
        "XGBoost UBJSON",
        "XGBoost binary",
        "LightGBM text",
    ]
    catboost = [CATBOOST / "two.cbm.gz", CATBOOST / "two.json.gz"]
    assert in_one(*catboost) == ["CatBoost binary, gzip", "CatBoost JSON, gzip"]


def test_of_windows_and_of_another_order() -> None:
    """Line ends and the order of keys say nothing."""
    text = (LIGHTGBM / "two.txt").read_bytes()
    changed = text.replace(b"\n", b"\r\n")
    assert tail(compiled(changed)) == tail(compiled(text))
    model = (NEWEST / "two.json").read_bytes()
    turned = json.dumps(dict(reversed(json.loads(model).items())), indent=1).encode()
    assert tail(compiled(turned)) == tail(compiled(model))
    behind = json.dumps({"note": 1, **json.loads(model)}).encode()
    assert tail(compiled(behind)) == tail(compiled(model))


def tail(source: str) -> str:
    """A scorer without what it says of its file."""
    return source.partition("def score")[2]


def test_a_text_is_a_model_too(tmp_path: Path) -> None:
    """As model_to_string gives it, alone or in a dict, in a pickle or in JSON."""
    text = (LIGHTGBM / "two.txt").read_text()
    expected = tail(compiled(LIGHTGBM / "two.txt"))
    assert tail(compiled(text)) == expected
    for value in (text, {"model": text, "columns": ["a"]}, ([1, {"m": text}],)):
        assert tail(compiled(pickle.dumps(value))) == expected
        assert tail(compiled(json.dumps(value).encode())) == expected
    raw = bytearray((NEWEST / "two.ubj").read_bytes())  # as save_raw gives it
    found = compiled(pickle.dumps({"model": raw}))
    assert tail(found) == tail(compiled(NEWEST / "two.ubj"))


def test_beside_an_estimator_it_is_a_copy() -> None:
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=1).fit([[0.0], [1.0]], [0, 1])
    both = {"model": tree, "text": (LIGHTGBM / "two.txt").read_text()}
    assert "DecisionTreeClassifier" in compiled(pickle.dumps(both))
    assert "LightGBM" in compiled(pickle.dumps(both), part="['text']")


# --- What a file does not hold --------------------------------------------------------


def test_labels_names_and_threshold(tmp_path: Path) -> None:
    path = LIGHTGBM / "two.txt"
    made = told(LIGHTGBM)["two.txt"]
    beside = tmp_path / "labels.json"
    beside.write_text('{"0": "no", "1": "yes"}')
    for labels in ("no,yes", str(beside)):
        source = compiled(
            path,
            labels=labels,
            names="a,b,c",
            threshold=0.69,
            predict_as="classifier",
            columns="all",
        )
        scorer = load(source)
        assert (scorer.FEATURES, scorer.CLASSES) == (("a", "b", "c"), ("no", "yes"))
        shares = [p for _, p in made["answers"]["classifier"]["predict_proba"]]
        found = [scorer.predict(record) for record in records(scorer, made["rows"])]
        assert found == [("no", "yes")[p >= 0.69] for p in shares]
        assert "no" in found and "yes" in found
        others = [str(beside)] if labels == str(beside) else []
        assert treecompile.verify(path, source, others=others, load=False).ok


def test_says_which_it_is(tmp_path: Path) -> None:
    said = [
        (
            NEWEST / "two.json",
            None,
            "Answers are those of an XGBClassifier after load_model.",
        ),
        (NEWEST / "two.json", "booster", "Answers are those of Booster.predict."),
        (LIGHTGBM / "two.txt", None, "Answers are those of Booster.predict."),
        (
            CATBOOST / "two.cbm.gz",
            "booster",
            "Answers are those of a CatBoost after load_model.",
        ),
    ]
    for path, how, words in said:
        assert words in compiled(path, predict_as=how)
        assert words in " ".join(str(treecompile.inspect(path, predict_as=how)).split())
    run = CliRunner().invoke(main, ["build", str(LIGHTGBM / "two.txt")])
    assert "give --predict-as classifier" in run.stderr
    out = str(tmp_path / "scorer.py")
    advised = [
        "build",
        str(LIGHTGBM / "two.txt"),
        "--predict-as",
        "classifier",
        "-o",
        out,
    ]
    run = CliRunner().invoke(main, advised)
    assert (run.exit_code, run.stderr) == (0, "")


@pytest.mark.parametrize("path", [NEWEST / "two.json", LIGHTGBM / "two.txt", BINARY])
def test_its_schema(path: Path) -> None:
    done = CliRunner().invoke(main, ["schema", str(path)])
    assert done.exit_code == 0 and '"x0"' in done.stdout


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        (LIGHTGBM / "two.txt", {"threshold": 0.5}, "give --predict-as classifier"),
        (LIGHTGBM / "two.txt", {"labels": "a,b"}, "give --predict-as classifier"),
        (
            NEWEST / "two.json",
            {"predict_as": "regressor"},
            "the file says that it was a classifier, and XGBoost loads it as no regressor",
        ),
        (NEWEST / "counts.json", {"predict_as": "classifier"}, "it was a regressor"),
        (
            LIGHTGBM / "numbers.txt",
            {"predict_as": "classifier"},
            "objective 'regression'",
        ),
    ],
)
def test_refused(path: Path, options: Any, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=words):
        compiled(path, **options)


def test_a_pickled_estimator_as_its_booster() -> None:
    """And not as another estimator."""
    from lightgbm import LGBMClassifier
    from sklearn.tree import DecisionTreeRegressor

    X = [[float(i % 5), float(i % 3)] for i in range(60)]
    model = LGBMClassifier(n_estimators=2, verbose=-1).fit(
        X, [i % 2 for i in range(60)]
    )
    scorer = load(compiled(model, predict_as="booster"))
    record = {"x0": 1.0, "x1": 2.0}
    assert scorer.predict(record) == model.booster_.predict([[1.0, 2.0]])[0]
    tree = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(UnsupportedModel, match="Leave --predict-as out"):
        compiled(tree, predict_as="booster")


# --- What is none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"name": "tree", "tree_info": []}', "dump of a LightGBM model"),
        (b'[{"nodeid": 0, "leaf": 1.0}]', "dump of an XGBoost model"),
        (b'{"a": {}}', "the file is JSON, and holds no model"),
        (b'{"a": {}', "the file looks like JSON but is not valid"),
        (b'["a", "b"]', "list without an estimator"),
        (b'{"learner": {}, "version": [3, 2, 0]}', "do not fit together|damaged"),
        (b'{"features_info": {}, "oblivious_trees": [{}]}', "damaged"),
        (b"tree\nversion=v4\n", "cannot be read"),
        (b"CBM1\x08\0\0\0", "it ends too early"),
    ],
)
def test_no_model(data: bytes, words: str) -> None:
    with pytest.raises((UnreadableFile, UnsupportedModel), match=words):
        compiled(data)


@pytest.mark.parametrize("path", [BINARY, NEWEST / "two.ubj", NEWEST / "two.json"])
def test_cut_short(path: Path) -> None:
    data = path.read_bytes()
    for size in range(200, len(data) - 8, len(data) // 7):
        with pytest.raises((UnreadableFile, UnsupportedModel)):
            compiled(data[:size])


def test_numbers_as_catboost_reads_them() -> None:
    """RapidJSON's, which are not always the double next to the text."""
    assert number_of("0.9011201503953835") == 0.9011201503953836
    assert [number_of(x) for x in ("-0.5", "1e-3", "12.25E+2")] == [-0.5, 0.001, 1225.0]
    assert number_of("2.2250738585072014e-320") == 2.2253e-320  # in two steps
    for text in ("1e400", "99999999999999999999.5", "0.5x"):
        with pytest.raises(ValueError):
            number_of(text)
    bounds = gzip.decompress((CATBOOST / "two.json.gz").read_bytes())
    large = re.sub(rb'(?<="scale_and_bias":)\s*\[\s*1,', b"[9007199254740993,", bounds)
    assert large != bounds
    with pytest.raises(
        UnsupportedModel, match="something else in the place of a number"
    ):
        compiled(large)
