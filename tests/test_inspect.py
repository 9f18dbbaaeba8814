"""``treecompile inspect``: what a file holds, for people and for programs.

Whatever the file is, no line is wider than 80 columns, no character of it reaches a
terminal that acts upon it, and nothing runs.
"""

from __future__ import annotations

import json
import os
import pickle
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import RFE
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import UnsupportedModel, cli, compile_model
from treecompile.overview import cost, overview
from treecompile.printing.width import width
from treecompile.read import read_bytes
from treecompile.stages import lowered

ROOT = Path(__file__).parents[1]
OLD = Path(__file__).parent / "old_versions"
X, Y = load_iris(return_X_y=True, as_frame=True)
RANDOM = np.random.default_rng(0)

FRAME = pd.DataFrame(
    {
        "text": ["ab cd", "ef gh", "ab gh"] * 20,
        "island": RANDOM.choice(["Biscoe", "Dream"], 60),
        "n": np.arange(60) % 7,
    }
)
FRAME.loc[3, "n"] = np.nan
TWO = np.arange(60) % 2


def saved(folder: Path, value: Any, name: str = "model.pkl") -> str:
    path = folder / name
    path.write_bytes(pickle.dumps(value))
    return str(path)


def run(*arguments: str, **options: Any) -> Result:
    result = CliRunner().invoke(cli.main, ["inspect", *arguments], **options)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def text_of(path: str, *options: str) -> str:
    """What is printed for people: 80 columns, and no character that does something."""
    done = run(path, *options)
    assert done.exit_code == 0 and done.stderr == "", done.output
    for line in done.stdout.splitlines():
        assert width(line) <= 80 and line.isprintable(), line
    return done.stdout


def json_of(path: str, *options: str) -> dict[str, Any]:
    done = run(path, "--json", *options)
    assert done.exit_code == 0 and done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout, parse_constant=refuse_constant)
    return found


def refuse_constant(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


# --- What is said -------------------------------------------------------------------------


def pipeline() -> Pipeline:
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer(
        [("num", numbers, ["n"]), ("cat", OneHotEncoder(), ["island"])]
    )
    return Pipeline(
        [("prep", columns), ("tree", DecisionTreeClassifier(max_depth=3))]
    ).fit(FRAME[["island", "n"]], np.array(["no", "yes"])[TWO])


def test_a_pipeline(tmp_path: Path) -> None:
    path = saved(tmp_path, pipeline())
    text = text_of(path)
    for line in (
        "  holds       Pipeline",
        "Compiles  yes",
        "      transformer 'num' of n: Pipeline",
        "        step 'simpleimputer': SimpleImputer(strategy=\"median\")",
        "    step 'tree': DecisionTreeClassifier(max_depth=3)",
        "Columns  2 of 2 can change the answer",
        '  "no", "yes"',
        "    sklearn.tree._classes.DecisionTreeClassifier",
    ):
        assert line in text.splitlines(), text
    assert '"Biscoe", "Dream"\n' in text
    said = json_of(path)
    assert said["compiles"] and said["problems"] == []
    assert said["file"]["protocol"] == 4 and said["file"]["size"] > 0
    island, n = said["columns"]
    assert island["categories"] == ["Biscoe", "Dream"] and island["count"] == 2
    assert (island["kind"], island["missing"], island["unknown"]) == (
        "category",
        False,
        False,
    )
    assert n["kind"] == "number" and n["missing"]
    assert n["tests"] + island["tests"] == said["trees"]["nodes"] // 2
    assert said["classes"] == ["no", "yes"]
    assert [step["role"] for step in said["estimators"][0]["inside"]] == [
        "step 'prep'",
        "step 'tree'",
    ]


def test_sizes_are_those_of_the_trees(tmp_path: Path) -> None:
    forest = RandomForestClassifier(7, random_state=0).fit(X, Y)
    trees = [tree.tree_ for tree in forest.estimators_]
    said = json_of(saved(tmp_path, forest))
    assert said["trees"] == {
        "trees": 7,
        "nodes": sum(t.node_count for t in trees),
        "leaves": sum(t.n_leaves for t in trees),
        "depth": max(t.max_depth for t in trees),
    }
    (inner,) = said["estimators"][0]["inside"]
    assert inner["name"] == "DecisionTreeClassifier" and inner["count"] == 7
    assert inner["trees"] == said["trees"]
    features = np.concatenate([t.feature[t.feature >= 0] for t in trees])
    counts = np.bincount(features, minlength=4).tolist()
    assert [column["tests"] for column in said["columns"]] == counts


def test_a_model_that_does_not_compile_has_its_size_too(tmp_path: Path) -> None:
    voting = VotingClassifier(
        [
            ("rf", RandomForestClassifier(3, random_state=0)),
            ("h", HistGradientBoostingClassifier(max_iter=4)),
            ("knn", KNeighborsClassifier()),
        ]
    ).fit(X, Y)
    said = json_of(saved(tmp_path, voting))
    assert not said["compiles"] and said["scorer"] is None
    forest, hist, _ = voting.estimators_
    trees = [tree.tree_ for tree in forest.estimators_]
    tables = [p.nodes for each in hist._predictors for p in each]
    nodes = sum(t.node_count for t in trees) + sum(map(len, tables))
    leaves = sum(t.n_leaves for t in trees)
    leaves += sum(int(table["is_leaf"].sum()) for table in tables)
    assert said["trees"]["trees"] == 3 + 12
    assert said["trees"]["nodes"] == nodes and said["trees"]["leaves"] == leaves
    assert said["trees"]["depth"] == max(
        *(t.max_depth for t in trees), *(int(t["depth"].max()) for t in tables)
    )
    assert [column["name"] for column in said["columns"]] == list(X.columns)
    assert {column["tests"] for column in said["columns"]} == {None}
    assert said["classes"] == [0, 1, 2]


def test_every_problem_is_named(tmp_path: Path) -> None:
    columns = ColumnTransformer(
        [("t", TfidfVectorizer(), "text"), ("k", KNNImputer(), ["n"])]
    )
    models = [("dt", DecisionTreeClassifier()), ("knn", KNeighborsClassifier())]
    model = Pipeline([("prep", columns), ("m", VotingClassifier(models))])
    path = saved(tmp_path, model.fit(FRAME, TWO))
    paths = [problem["path"] for problem in json_of(path)["problems"]]
    assert paths == [
        "step 'prep', transformer 't': TfidfVectorizer",
        "step 'prep', transformer 'k': KNNImputer",
        "step 'm', estimator 'knn': KNeighborsClassifier",
    ]
    text = text_of(path)
    assert "Compiles  no" in text and "Scorer" not in text
    assert "Supported" not in text


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (RandomForestClassifier(), "RandomForestClassifier: it is not fitted"),
        (GridSearchCV(DecisionTreeClassifier(), {}), "it has no best_estimator_"),
        (KNeighborsClassifier(), "KNeighborsClassifier: it cannot be compiled"),
        (LabelEncoder().fit(["a"]), "LabelEncoder: it cannot be compiled"),
        ({}, "a dict without an estimator that answers"),
        ([1, 2], "a list without an estimator"),
        ("text", "The file holds a str, and no estimator"),
        (np.zeros(3), "The file holds a ndarray, and no estimator"),
        (None, "The file holds a NoneType, and no estimator"),
    ],
)
def test_what_is_no_fitted_model(model: Any, problem: str, tmp_path: Path) -> None:
    path = saved(tmp_path, model)
    assert problem in " ".join(text_of(path).split())
    assert not json_of(path)["compiles"]


def test_a_newer_version(tmp_path: Path) -> None:
    data = pickle.dumps(DecisionTreeClassifier().fit(X, Y)).replace(
        b"\x8c\x051.9.1", b"\x8c\x052.0.0"
    )
    path = tmp_path / "model.pkl"
    path.write_bytes(data)
    if b"2.0.0" not in data:
        pytest.skip("this scikit-learn is another one")
    text = text_of(str(path))
    assert "scikit-learn 2.0.0" in text and "Compiles  no" in text


@pytest.mark.parametrize("path", sorted(OLD.glob("0.22*/*/*.pkl"))[:12])
def test_old_files(path: Path) -> None:
    said = json_of(str(path))
    assert said["compiles"] and said["versions"]["scikit-learn"] == "0.22.2.post1"
    assert said["versions"]["numpy"] == "before 2.0"
    text_of(str(path))


def test_containers_and_standard_input(tmp_path: Path) -> None:
    model = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    joblib.dump(model, tmp_path / "m.joblib", compress=3)
    assert json_of(str(tmp_path / "m.joblib"))["file"]["container"] == "joblib, zlib"
    done = run("-", input=pickle.dumps(model, protocol=2))
    assert done.exit_code == 0 and "pickle protocol 2" in done.stdout
    assert done.stdout.startswith("standard input\n")


# --- What the scorer would be -----------------------------------------------------------


def test_the_size_of_a_small_scorer_is_that_of_the_file(tmp_path: Path) -> None:
    model = pipeline()
    source = compile_model(model, format=False)
    said = json_of(saved(tmp_path, model))["scorer"]
    assert said["exact"] and said["size"] == len(source.encode())
    assert said["lines"] == source.count("\n") and said["columns"] == 2


@pytest.mark.parametrize("layout", ["nested", "table"])
@pytest.mark.parametrize("kind", ["forest", "tree", "stacking"])
def test_the_size_of_a_large_scorer_is_about_right(
    kind: str, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = RANDOM.normal(size=(6_000, 5))
    y = RANDOM.integers(0, 2, 6_000)
    forest = RandomForestClassifier(12, max_samples=1_500, random_state=0)
    if kind == "forest":
        model: Any = forest.fit(x, y)
    elif kind == "tree":
        model = DecisionTreeRegressor(random_state=0).fit(x, x[:, 0] * x[:, 1])
    else:
        inner = [("rf", forest), ("dt", DecisionTreeClassifier(max_depth=3))]
        final = DecisionTreeClassifier(max_depth=3)
        model = StackingClassifier(inner, final, cv=2).fit(x, y)
    if layout == "table":
        monkeypatch.setattr("treecompile.overview.is_packed", lambda *_: True)
    said = cost(lowered(read_bytes(pickle.dumps(model))), None, 2_500)
    source = compile_model(model, format=False, layout=layout)
    assert not said.exact and ("table" in said.layout) == (layout == "table")
    assert abs(said.size / len(source.encode()) - 1) < 0.15
    assert abs(said.lines / source.count("\n") - 1) < 0.15


# --- Containers of several ----------------------------------------------------------------


def tutorial() -> dict[str, Any]:
    country = RANDOM.choice(["Chad", "Peru", "Togo"], 60)
    encoder = LabelEncoder().fit(country)
    rows = np.c_[encoder.transform(country), RANDOM.normal(size=60)]
    model = DecisionTreeClassifier(max_depth=6, random_state=0).fit(rows, TWO)
    return {
        "model": model,
        "le_country": encoder,
        "le_target": LabelEncoder().fit(["no", "yes"]),
        "features": ["country", "years"],
        "accuracy": 0.93,
        "scaler": StandardScaler().fit(rows),
    }


def test_parts_say_what_they_are_for(tmp_path: Path) -> None:
    path = saved(tmp_path, tutorial())
    parts = {part["path"]: part for part in json_of(path)["parts"]}
    assert list(parts) == [
        "['model']",
        "['le_country']",
        "['le_target']",
        "['features']",
        "['scaler']",
    ]
    assert parts["['model']"]["role"] == "model"
    assert parts["['le_country']"]["options"] == [
        ["--encode", "country=['le_country']"]
    ]
    assert parts["['le_country']"]["holds"] == ["Chad", "Peru", "Togo"]
    assert parts["['le_target']"]["options"] == [["--labels", "['le_target']"]]
    assert parts["['features']"]["options"] == [["--names", "['features']"]]
    text = text_of(path)
    assert '  [\'le_country\']: LabelEncoder of 3\n      "Chad", "Peru"' in text


def test_the_command_that_is_proposed_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = tutorial()
    del held["scaler"]
    saved(tmp_path, held)
    monkeypatch.chdir(tmp_path)
    said = text_of("model.pkl").partition("treecompile build")[2].partition("\n\n")[0]
    script = f'"{sys.executable}" -m treecompile build {said}'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"country"' in done.stdout and '"no"' in done.stdout and done.stderr == ""


def test_build_says_which_parts_it_leaves_out(tmp_path: Path) -> None:
    path = saved(tmp_path, tutorial())
    line = ["build", path, "--labels", "['le_target']"]
    done = CliRunner().invoke(cli.main, line)
    assert done.exit_code == 0
    assert "['le_country'] (LabelEncoder): --encode \"COLUMN=['" in done.stderr
    assert "['scaler'] (StandardScaler): --preprocess \"['scaler']\"\n" in done.stderr
    assert "le_target" not in done.stderr


def test_several_models(tmp_path: Path) -> None:
    held = {"a": DecisionTreeClassifier(max_depth=2).fit(X, Y), "b": pipeline()}
    path = saved(tmp_path, held)
    said = json_of(path)
    assert [e["part"] for e in said["estimators"]] == ["['a']", "['b']"]
    assert "holds 2 estimators" in said["problems"][0]["problem"]
    assert "--part ['b']" in text_of(path)
    chosen = json_of(path, "--part", "b")
    assert chosen["compiles"] and chosen["classes"] == ["no", "yes"]
    done = run(path, "--part", "['c']")
    assert done.exit_code == 1 and "There is no part" in done.stderr


def test_encoders_without_a_model(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    held = tutorial()
    saved(tmp_path, {"c": held["le_country"], "s": held["scaler"]}, "parts.pkl")
    text = text_of("parts.pkl")
    assert "      --encode COLUMN=parts.pkl['c']\n" in text
    assert "      --preprocess parts.pkl['s']\n" in text
    assert "treecompile build" not in text
    saved(tmp_path, held["scaler"], "scaler.pkl")
    assert "      --preprocess scaler.pkl\n" in text_of("scaler.pkl")
    (part,) = json_of("scaler.pkl")["parts"]
    assert (part["path"], part["role"]) == ("", "transformer")


# --- Other people's files -----------------------------------------------------------------


class Call:
    """An object whose pickle asks for a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def test_a_malicious_file_is_looked_at_and_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    held = {
        "model": DecisionTreeClassifier().fit(X, Y),
        "other": Call(os.system, f"touch {trace}"),
    }
    path = saved(tmp_path, held)
    said = json_of(path)
    assert not trace.exists() and not said["compiles"] and said["scorer"] is None
    verdicts = {name["name"]: name["verdict"] for name in said["names"]}
    assert verdicts[f"{os.system.__module__}.system"] == "refused"
    assert verdicts["sklearn.tree._classes.DecisionTreeClassifier"] == "compiled"
    assert "malicious pickle" in " ".join(text_of(path).split())


HOSTILE = ["\x1b[31mred", "\u202eabc", "a" * 5_000, "日本語" * 30, "\r\n\x07", "\udc80"]


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    frame = pd.DataFrame(RANDOM.normal(size=(60, len(HOSTILE))), columns=HOSTILE)
    labels = np.array(HOSTILE, dtype=object)[np.arange(60) % len(HOSTILE)]
    tree = DecisionTreeClassifier(random_state=0).fit(frame, labels)
    step = Pipeline([("\x1b[2J", tree)])
    held = {"\x1b]0;title\x07": step, "\u202e": LabelEncoder().fit(HOSTILE)}
    path = saved(tmp_path, held)
    assert "\\x1b[31mred" in text_of(path)
    text = run(path, "--json").stdout
    assert text.isascii() and "\x1b" not in text
    assert json.loads(text)["columns"][0]["name"] == HOSTILE[0]


def test_a_hostile_class_and_a_hostile_file_name(tmp_path: Path) -> None:
    name = "\x1b[31m" + "x" * 50
    data = f"c{name}\n{name}\n)R.".encode()
    path = tmp_path / "\x1b[32m\u202e.pkl"
    path.write_bytes(data)
    assert json_of(str(path))["names"][0]["verdict"] == "refused"
    text_of(str(path))


def test_long_lists_are_cut(tmp_path: Path) -> None:
    many = [f"category {i:05}" for i in range(5_000)]
    frame = pd.DataFrame({"c": many})
    model = make_pipeline(OneHotEncoder(), DecisionTreeRegressor(max_depth=3))
    model.fit(frame, np.arange(5_000) % 17)
    path = saved(tmp_path, model)
    (column,) = json_of(path)["columns"]
    assert column["count"] == 5_000 and len(column["categories"]) == 100
    assert len(text_of(path)) < 10_000


def test_what_is_wound_around_itself(tmp_path: Path) -> None:
    held: dict[str, Any] = {"model": DecisionTreeClassifier().fit(X, Y)}
    held["self"] = held
    text_of(saved(tmp_path, held))
    search = GridSearchCV(DecisionTreeClassifier(), {})
    search.best_estimator_ = search
    path = saved(tmp_path, search)
    assert "wrapped in itself" in text_of(path)
    union = VotingClassifier([])
    union.estimators_ = [union] * 50
    union.classes_ = np.array([0, 1])
    assert not json_of(saved(tmp_path, union))["compiles"]


def unfolding(kind: str) -> Any:
    """A small file whose parts hold one another and unfold to 2**30 of them, or make
    expressions of any depth."""
    x = RANDOM.normal(size=(60, 2))
    tree = DecisionTreeClassifier(max_depth=2).fit(x, TWO)
    part: Any = tree if kind == "voting" else StandardScaler().fit(x)
    if kind == "chain":
        steps = [(f"s{i}", StandardScaler().fit(x)) for i in range(800)]
        return Pipeline([*steps, ("tree", tree)])
    for _ in range(30):
        if kind == "voting":
            outer = VotingClassifier([("a", tree), ("b", tree)], voting="soft")
            outer.estimators_, outer.classes_ = [part, part], np.array([0, 1])
            outer.le_ = LabelEncoder().fit([0, 1])
            part = outer
        elif kind == "union":
            part = FeatureUnion([("a", part), ("b", part)])
        else:
            part = Pipeline([("a", part), ("b", part)])
    return part if kind == "voting" else make_pipeline(part, tree)


@pytest.mark.parametrize("kind", ["voting", "union", "pipeline", "chain"])
def test_what_unfolds_without_end_is_refused(kind: str, tmp_path: Path) -> None:
    path = saved(tmp_path, unfolding(kind))
    said = "nested too deeply" if kind == "chain" else "in 1000 places of the model"
    assert said in " ".join(text_of(path).split())
    done = CliRunner().invoke(cli.main, ["build", path])
    assert done.exit_code == 1 and said in done.stderr and done.stdout == ""
    with pytest.raises(UnsupportedModel, match=said):
        compile_model(path)


def test_a_long_list_in_many_places_is_looked_at_once(tmp_path: Path) -> None:
    names = ["a"] * 9_999
    held = {"model": DecisionTreeClassifier().fit(X, Y), "names": [names] * 9_000}
    path = saved(tmp_path, held)
    assert json_of(path)["compiles"]
    union = VotingClassifier([])
    union.estimators_, union.classes_ = [union] * 50_000, np.array([0, 1])
    assert "50,000 x VotingClassifier" in text_of(saved(tmp_path, union))


def test_an_object_of_a_class_of_its_own(tmp_path: Path) -> None:
    held = Wrapper(pipeline())
    path = saved(tmp_path, held)
    text = text_of(path)
    assert "holds an object of a class of its own" in " ".join(text.split())
    assert "    attribute 'inner': Pipeline" in text


class Wrapper:
    def __init__(self, inner: Any) -> None:
        self.inner = inner


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.pkl"
    path.write_text("<!doctype html><p>404")
    done = run(str(path))
    assert done.exit_code == 1 and done.stdout == ""
    assert "HTML page" in done.stderr and done.stderr.count("\n") == 1


def test_the_result_is_the_same_each_time(tmp_path: Path) -> None:
    path = saved(tmp_path, tutorial())
    seen = overview(read_bytes(Path(path).read_bytes(), lenient=True))
    assert seen.holds == "dict"
    assert run(path, "--json").stdout == run(path, "--json").stdout


def test_scikit_learn_is_not_imported(tmp_path: Path) -> None:
    path = saved(tmp_path, pipeline())
    code = (
        "import sys; from treecompile.cli import main\n"
        "try: main(['inspect', sys.argv[1]])\n"
        "finally: assert not {'sklearn', 'scipy', 'pandas'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True)
    assert done.returncode == 0 and b"Compiles  yes" in done.stdout


# --- Terminals ----------------------------------------------------------------------------


def on_a_terminal(path: str, **environment: str) -> str:
    """What the command writes to a terminal."""
    master, slave = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    command = [sys.executable, "-m", "treecompile", "inspect", path]
    process = subprocess.Popen(
        command, stdout=slave, env={**clean, "TERM": "xterm", **environment}
    )
    os.close(slave)
    written = b""
    while True:
        try:
            chunk = os.read(master, 65_536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        written += chunk
    os.close(master)
    assert process.wait() == 0
    return written.decode().replace("\r\n", "\n")


def test_colours_on_a_terminal_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, tutorial())
    plain = text_of(path)
    coloured = on_a_terminal(path, NO_COLOR="")  # an empty one is none
    assert "\x1b[1mCompiles\x1b[0m  \x1b[32myes\x1b[0m" in coloured
    assert on_a_terminal(path, NO_COLOR="1") == plain


def test_a_terminal_of_few_letters(tmp_path: Path) -> None:
    frame = pd.DataFrame({"größe": RANDOM.normal(size=60)})
    path = saved(tmp_path, DecisionTreeClassifier(max_depth=2).fit(frame, TWO))
    done = subprocess.run(
        [sys.executable, "-m", "treecompile", "inspect", path],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0 and b"gr\\xf6\\xdfe" in done.stdout


def test_the_estimator_inside_a_selector_is_no_transformer(tmp_path: Path) -> None:
    for estimator in (
        DecisionTreeClassifier(max_depth=3),
        RandomForestClassifier(3, max_depth=3),
        pytest.importorskip("xgboost").XGBClassifier(n_estimators=2),
    ):
        selector = RFE(estimator, n_features_to_select=2)
        model = make_pipeline(selector, DecisionTreeClassifier(max_depth=3)).fit(X, Y)
        compile_model(model)
        said = json_of(saved(tmp_path, model))
        assert said["compiles"] and said["problems"] == []
