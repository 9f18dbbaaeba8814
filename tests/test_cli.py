"""The command line: products, messages, exit codes; and what is refused, and how."""

from __future__ import annotations

import itertools
import json
import math
import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from click.testing import CliRunner, Result
from runners import load, same
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
from sklearn.tree._tree import Tree

from treecompile import cli, compile_model
from treecompile.read import read_file

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3)).astype(np.float32).astype(np.float64)
Y = np.array(["no", "yes"])[(X[:, 0] + RANDOM.normal(size=200) > 0).astype(int)]
Z = np.array(["a", "b", "c"])[RANDOM.integers(0, 3, 200)]
CSV = b"odor,cap,label\na,x,1\nn,y,0\na,y,1\n"


def tree(**options: Any) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_depth=4, random_state=0, **options)


FITTED = tree().fit(X, Y)


def cli_run(*arguments: Any, input: bytes | None = None) -> Result:
    """The command in this process; whatever happens, never a traceback."""
    result = CliRunner().invoke(cli.main, [str(a) for a in arguments], input=input)
    assert result.exception is None or isinstance(
        result.exception, SystemExit
    ), result.exception
    assert "Traceback" not in result.output
    assert result.exit_code in (0, 1, 2)
    return result


def command(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as users type it."""
    return subprocess.run(
        [sys.executable, "-m", "treecompile", *map(str, arguments)],
        capture_output=True,
        check=False,
        **options,
    )


def saved(folder: Path, model: Any, name: str = "model.pkl") -> Path:
    path = folder / name
    path.write_bytes(pickle.dumps(model))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return saved(tmp_path, FITTED)


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def refused(folder: Path, *arguments: Any, code: int = 1, **options: Any) -> str:
    """The message of a build that fails and leaves no trace in the folder."""
    before = contents(folder)
    result = cli_run("build", *arguments, **options)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert contents(folder) == before
    if code == 1:
        assert result.stderr.startswith("Error: ") and result.stderr.endswith("\n")
        assert result.stderr.count("Error: ") == 1
    return result.stderr


# --- Products -------------------------------------------------------------------------


def test_the_scorer_goes_to_standard_output(model: Path) -> None:
    result = cli_run("build", model)
    assert result.exit_code == 0 and result.stderr == ""
    scorer = load(result.stdout)
    record = dict(zip(("x0", "x1", "x2"), X[0].tolist()))
    assert scorer.predict(record) == FITTED.predict(X[:1])[0]


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_or_to_a_file(model: Path, tmp_path: Path, option: str) -> None:
    result = cli_run("build", model, option, tmp_path / "scorer.py")
    assert (result.exit_code, result.output) == (0, "")
    expected = cli_run("build", model).stdout_bytes
    assert (tmp_path / "scorer.py").read_bytes() == expected
    assert sorted(contents(tmp_path)) == ["model.pkl", "scorer.py"]


def test_a_dash_is_standard_output(model: Path) -> None:
    assert cli_run("build", model, "-o", "-").stdout == cli_run("build", model).stdout


def test_the_model_from_standard_input(model: Path) -> None:
    expected = cli_run("build", model).stdout_bytes
    assert cli_run("build", "-", input=model.read_bytes()).stdout_bytes == expected
    done = command("build", "-", input=model.read_bytes())
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


def test_python_m_treecompile(model: Path) -> None:
    done = command("build", model)
    assert done.returncode == 0 and done.stderr == b""
    assert done.stdout == cli_run("build", model).stdout_bytes
    assert command("--version").stdout.startswith(b"treecompile")


def test_the_same_bytes_for_the_same_model(model: Path, tmp_path: Path) -> None:
    once = cli_run("build", model).stdout_bytes
    assert cli_run("build", model).stdout_bytes == once
    copy = tmp_path / "elsewhere" / "another name.bin"
    copy.parent.mkdir()
    copy.write_bytes(model.read_bytes())
    assert cli_run("build", copy).stdout_bytes == once
    assert compile_model(model).encode() == once
    for seed in "1", "2":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        assert command("build", model, env=environment).stdout == once


def test_a_live_estimator_compiles_to_the_same_code(model: Path) -> None:
    """Only the digest of the file differs: pickles of one model need not be equal."""
    live, read = compile_model(FITTED), compile_model(model)
    assert live.split('"""', 2)[2] == read.split('"""', 2)[2]


def code_of(result: Any) -> str:
    """A scorer without its docstring, and without the digest of its file."""
    code = result.stdout.split('"""', 2)[2]
    return "".join(x for x in code.splitlines(True) if '"sha256":' not in x)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("xz", 3)], ids=str)
def test_joblib_files(tmp_path: Path, model: Path, compress: Any) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(FITTED, path, compress=compress)
    assert code_of(cli_run("build", path)) == code_of(cli_run("build", model))


def test_an_existing_file_is_replaced_and_keeps_its_mode(
    model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "scorer.py"
    path.write_text("old")
    path.chmod(0o640)
    assert cli_run("build", model, "-o", path).exit_code == 0
    assert path.read_bytes() == cli_run("build", model).stdout_bytes
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_gets_the_usual_mode(model: Path, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    cli_run("build", model, "-o", tmp_path / "scorer.py")
    assert (tmp_path / "scorer.py").stat().st_mode == (
        tmp_path / "usual"
    ).stat().st_mode


def test_a_link_stays_a_link(model: Path, tmp_path: Path) -> None:
    (tmp_path / "target.py").write_text("old")
    (tmp_path / "link.py").symlink_to("target.py")
    assert cli_run("build", model, "-o", tmp_path / "link.py").exit_code == 0
    assert (tmp_path / "link.py").is_symlink()
    assert b"def predict" in (tmp_path / "target.py").read_bytes()


def test_a_device_is_written_to(model: Path) -> None:
    assert cli_run("build", model, "-o", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


def test_no_format_lays_out_the_same(model: Path) -> None:
    result = cli_run("build", model, "--no-format")
    assert result.stdout == cli_run("build", model, "--format").stdout


def test_the_columns_that_are_used_or_all(tmp_path: Path) -> None:
    y = (X[:, 1] > 0).astype(int)
    path = saved(tmp_path, DecisionTreeClassifier().fit(X, y))
    assert load(cli_run("build", path).stdout).COLUMNS == ("x1",)
    everything = load(cli_run("build", path, "--columns", "all").stdout)
    assert everything.COLUMNS == ("x0", "x1", "x2")
    record = {"x0": 0.0, "x1": 1.0, "x2": 0.0}
    assert everything.predict(record) == 1
    with pytest.raises(everything.InvalidRecord):
        everything.predict({"x1": 1.0})


# --- Light to start -------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["--help"], ["build", "--help"], ["schema", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from treecompile.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as done:\n    assert not done.code\n"
        "heavy = {'numpy', 'sklearn', 'jinja2', 'black', 'pandas', 'scipy', 'joblib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"") and done.stdout


def test_a_build_does_not_import_scikit_learn(model: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from treecompile.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "bad = {'sklearn', 'joblib', 'pandas', 'scipy'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    arguments = ["build", str(model), "-o", str(tmp_path / "s.py")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


# --- Wrong usage, and places that cannot be written -----------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["MODEL", "MODEL"],
        ["MODEL", "--schema", "a", "--data", "b"],
        ["MODEL", "--threshold", "1.5"],
        ["MODEL", "--threshold", "-0.1"],
        ["MODEL", "--threshold", "nan"],
        ["MODEL", "--threshold", "half"],
        ["MODEL", "--target", "cobol"],
        ["MODEL", "--columns", "some"],
        ["MODEL", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage(model: Path, tmp_path: Path, arguments: list[str]) -> None:
    arguments = [str(model) if a == "MODEL" else a for a in arguments]
    out = tmp_path / "scorer.py"
    message = refused(tmp_path, *arguments, "-o", out, code=2)
    assert message.startswith("Usage: ") and "Error: " in message


def test_wrong_usage_in_a_subprocess(model: Path) -> None:
    assert command("build", model, "--threshold", "2").returncode == 2
    assert command("no-such-command").returncode == 2
    done = command("build", model.parent / "nowhere.pkl")
    assert done.returncode == 1 and done.stdout == b""
    assert b"nowhere.pkl" in done.stderr and b"Traceback" not in done.stderr


def test_output_in_a_folder_that_is_not_there(model: Path, tmp_path: Path) -> None:
    message = refused(tmp_path, model, "-o", tmp_path / "no" / "scorer.py")
    assert "scorer.py" in message and "No such file or directory" in message


def test_output_that_is_a_folder(model: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    message = refused(tmp_path, model, "-o", tmp_path / "folder")
    assert "folder" in message and "Is a directory" in message


def test_output_below_a_file(model: Path, tmp_path: Path) -> None:
    assert "Not a directory" in refused(tmp_path, model, "-o", model / "scorer.py")


def test_output_with_too_long_a_name(model: Path, tmp_path: Path) -> None:
    assert "too long" in refused(tmp_path, model, "-o", tmp_path / ("x" * 300))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_to_a_full_disk(model: Path, tmp_path: Path) -> None:
    assert "No space left" in refused(tmp_path, model, "-o", "/dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "treecompile", "build", str(model)],
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: ") and b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_that_may_not_be_written(model: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert "Permission denied" in refused(tmp_path, model, "-o", locked / "scorer.py")


def test_a_disk_that_fills_up_leaves_what_was_there(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scorer.py").write_text("old")

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    message = refused(tmp_path, model, "-o", tmp_path / "scorer.py")
    assert "No space left" in message


# --- Files that are no models ---------------------------------------------------------


def not_models() -> dict[str, tuple[bytes, str]]:
    whole = pickle.dumps(FITTED)
    return {
        "empty": (b"", "empty"),
        "text": (b"hello world\n", "not a pickle"),
        "csv": (CSV, "CSV"),
        "half": (whole[: len(whole) // 2], ""),
        "zeros": (bytes(1000), "zero bytes"),
        "random": (np.random.default_rng(1).bytes(1000), ""),
        "a dict": (pickle.dumps({"a": 1}), "a dict without an estimator"),
        "a text": (pickle.dumps("tree"), "not a fitted estimator"),
        "nothing": (pickle.dumps(None), "not a fitted estimator"),
        "an array": (pickle.dumps(np.zeros(3)), "not a fitted estimator"),
        "several models": (pickle.dumps([FITTED, FITTED]), "--part"),
    }


@pytest.mark.parametrize("name", not_models())
def test_what_is_no_model_is_refused(tmp_path: Path, name: str) -> None:
    data, words = not_models()[name]
    path = tmp_path / "model.pkl"
    path.write_bytes(data)
    out = tmp_path / "scorer.py"
    out.write_text("what was there")
    message = refused(tmp_path, path, "-o", out)
    assert words in message
    assert words in refused(tmp_path, "-", "-o", out, input=data)


def test_no_such_model(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path, tmp_path / "nowhere.pkl")


def test_a_folder_is_no_model(tmp_path: Path, model: Path) -> None:
    message = refused(tmp_path, tmp_path)
    assert "folder" in message and "model.pkl" in message


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


def test_a_pickle_that_runs_something_is_refused_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path, Evil(tmp_path / "ran"))
    assert "system" in refused(tmp_path, path, "-o", tmp_path / "scorer.py")
    assert not (tmp_path / "ran").exists()


# --- Models that are not supported ----------------------------------------------------


def unsupported() -> dict[str, tuple[Any, list[str]]]:
    first = LogisticRegression().fit(X, Y)
    last = KNeighborsClassifier().fit(X, Y)
    svc = Pipeline([("clf", SVC())]).fit(X, Y)
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2).fit(X, Y)
    inside = Pipeline([("search", search)])
    unfitted = Pipeline([("m", tree())])
    return {
        "LogisticRegression": (first, ["LogisticRegression", "Supported"]),
        "KNeighbors": (last, ["KNeighborsClassifier", "Supported"]),
        "a step": (svc, ["step 'clf': SVC", "DecisionTreeClassifier"]),
        "a search": (search, ["best estimator: LogisticRegression"]),
        "nested": (inside, ["best estimator: LogisticRegression"]),
        "unfitted": (tree(), ["DecisionTreeClassifier", "not fitted"]),
        "an unfitted search": (
            GridSearchCV(tree(), {}),
            ["GridSearchCV", "not fitted"],
        ),
        "an unfitted step": (
            unfitted,
            ["step 'm': DecisionTreeClassifier", "not fitted"],
        ),
    }


@pytest.mark.parametrize("name", unsupported())
def test_what_is_not_supported_is_refused_by_name(tmp_path: Path, name: str) -> None:
    model, words = unsupported()[name]
    message = refused(tmp_path, saved(tmp_path, model), "-o", tmp_path / "scorer.py")
    for word in words:
        assert word in message


# --- Thresholds -----------------------------------------------------------------------


def shares_and_neighbours() -> list[float]:
    shares = sorted(set(FITTED.predict_proba(X)[:, 1].tolist()))
    near = [f(s) for s in shares for f in (_down, float, _up)]
    return [0.0, 1.0, 0.5, *(x for x in near if 0 <= x <= 1)]


def _down(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _up(x: float) -> float:
    return math.nextafter(x, math.inf)


def answers(scorer: Any, rows: Any, names: Any = None) -> list[Any]:
    names = names or [f"x{i}" for i in range(rows.shape[1])]
    return scorer.predict_many([dict(zip(names, row)) for row in rows.tolist()])


def test_threshold_is_that_of_fixed_threshold_classifier(model: Path) -> None:
    seen = set()
    for threshold in shares_and_neighbours():
        reference = FixedThresholdClassifier(
            FrozenEstimator(FITTED), threshold=threshold
        )
        expected = reference.fit(X, Y).predict(X).tolist()
        source = cli_run("build", model, "--threshold", repr(threshold)).stdout
        assert answers(load(source), X) == expected
        seen.add(tuple(expected))
    assert len(seen) > 4


def test_threshold_outdoes_the_one_in_the_model(tmp_path: Path) -> None:
    """It is the share of the model's own positive class."""
    inner = FixedThresholdClassifier(tree(), threshold=0.9, pos_label="no").fit(X, Y)
    path = saved(tmp_path, inner)
    reference = FixedThresholdClassifier(
        FrozenEstimator(FITTED), threshold=0.2, pos_label="no"
    ).fit(X, Y)
    scorer = load(cli_run("build", path, "--threshold", "0.2").stdout)
    assert answers(scorer, X) == reference.predict(X).tolist()
    assert answers(scorer, X) != inner.predict(X).tolist()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (DecisionTreeRegressor(max_depth=2).fit(X, X[:, 0]), "regressor"),
        (tree().fit(X, Z), "two classes"),
        (tree().fit(X, ["one"] * 200), "two classes"),
        (tree().fit(X, np.array([Y, Y]).T), "two classes"),
    ],
    ids=["regressor", "three classes", "one class", "two outputs"],
)
def test_threshold_needs_two_classes(tmp_path: Path, model: Any, words: str) -> None:
    message = refused(tmp_path, saved(tmp_path, model), "--threshold", "0.5")
    assert words in message and "--threshold" in message


# --- Estimators in estimators ---------------------------------------------------------

BINARY = (Y == "yes").astype(int)


def grid(estimator: Any) -> GridSearchCV:
    depths = [k for k in estimator.get_params() if k.endswith("max_depth")]
    return GridSearchCV(estimator, {name: [1, 3] for name in depths[:1]}, cv=2)


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "pipeline": lambda inner: Pipeline([("only", inner)]),
    "passthrough": lambda inner: Pipeline([("no", "passthrough"), ("last", inner)]),
    "grid": grid,
    "random": lambda inner: RandomizedSearchCV(
        inner, {}, n_iter=1, cv=2, random_state=0
    ),
    "frozen": lambda inner: FrozenEstimator(inner.fit(X, Y)),
    "fixed": lambda inner: FixedThresholdClassifier(inner, threshold=0.7),
    "fixed auto": FixedThresholdClassifier,
    "fixed no": lambda inner: FixedThresholdClassifier(
        inner, threshold=0.3, pos_label="no", response_method="predict_proba"
    ),
    "tuned": lambda inner: TunedThresholdClassifierCV(inner, cv=3, thresholds=20),
    "tuned f1": lambda inner: TunedThresholdClassifierCV(
        inner, scoring=make_scorer(f1_score, pos_label="no"), cv=3
    ),
}


@pytest.mark.parametrize(
    "names",
    [
        *((name,) for name in WRAPPERS),
        *itertools.permutations(("pipeline", "grid", "fixed", "tuned"), 2),
        *((name, "frozen") for name in ("pipeline", "fixed", "tuned")),
        *(("frozen", name) for name in ("pipeline", "fixed", "tuned", "grid")),
        ("pipeline", "random", "fixed no"),
        ("fixed", "pipeline", "grid", "pipeline"),
        ("fixed no", "fixed"),
        ("tuned", "fixed no", "pipeline"),
        ("frozen", "frozen", "pipeline", "fixed"),
    ],
    ids="(".join,
)
def test_wrappers_answer_as_scikit_learn(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    estimator: Any = tree(min_samples_leaf=5)
    for name in reversed(names):
        estimator = WRAPPERS[name](estimator)
    estimator.fit(X, Y)
    scorer = load(cli_run("build", saved(tmp_path, estimator)).stdout)
    assert answers(scorer, X) == estimator.predict(X).tolist()
    for row, shares in zip(X.tolist(), estimator.predict_proba(X).tolist()):
        record = dict(zip(("x0", "x1", "x2"), row))
        assert same(scorer.predict_proba(record), shares)


def test_the_metrics_with_a_positive_label_of_their_own(tmp_path: Path) -> None:
    """f1 is about the label 1, whatever its place; balanced accuracy the second one."""
    for scoring, labels in itertools.product(
        ("f1", "balanced_accuracy"), ((0, 1), (1, 2))
    ):
        y = np.array(labels)[BINARY]
        model = TunedThresholdClassifierCV(tree(), scoring=scoring, cv=3).fit(X, y)
        scorer = load(cli_run("build", saved(tmp_path, model)).stdout)
        assert answers(scorer, X) == model.predict(X).tolist()


@pytest.mark.parametrize("kind", [DecisionTreeRegressor, ExtraTreeRegressor])
def test_searched_regressors(tmp_path: Path, kind: Any) -> None:
    model = GridSearchCV(kind(random_state=0), {"max_depth": [2, 5]}, cv=2)
    model.fit(X, X @ [1.0, 0.1, 0.01])
    scorer = load(cli_run("build", saved(tmp_path, Pipeline([("m", model)]))).stdout)
    assert same(answers(scorer, X), model.predict(X).tolist())


def test_a_search_without_refit_is_refused(tmp_path: Path) -> None:
    search = GridSearchCV(tree(), {"max_depth": [1]}, cv=2, refit=False).fit(X, Y)
    assert "refit=False" in refused(tmp_path, saved(tmp_path, search))


# --- Node tables that lie -------------------------------------------------------------


class Forger(pickle._Pickler):
    """A pickler that edits the state of the trees that it meets."""

    edit: Callable[[dict[str, Any]], None]

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, Tree):
            return NotImplemented
        kind, arguments, state = value.__reduce__()
        state = {k: v.copy() if hasattr(v, "copy") else v for k, v in state.items()}
        self.edit(state)
        return kind, arguments, state


def forged(path: Path, model: Any, edit: Callable[[dict[str, Any]], None]) -> Path:
    with path.open("wb") as stream:
        forger = Forger(stream, protocol=4)
        forger.edit = edit  # type: ignore[method-assign]
        forger.dump(model)
    return path


def setting(field: str, node: int, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(state: dict[str, Any]) -> None:
        state["nodes"][field][node] = value

    return edit


def with_field(name: str, kind: str) -> Callable[[dict[str, Any]], None]:
    def edit(state: dict[str, Any]) -> None:
        old = state["nodes"]
        new = np.zeros(len(old), dtype=[*old.dtype.descr, (name, kind)])
        for field in old.dtype.names:
            new[field] = old[field]
        state["nodes"] = new

    return edit


def without_field(name: str) -> Callable[[dict[str, Any]], None]:
    def edit(state: dict[str, Any]) -> None:
        kept = [n for n in state["nodes"].dtype.names if n != name]
        state["nodes"] = np.ascontiguousarray(state["nodes"][kept])

    return edit


def values(change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def edit(state: dict[str, Any]) -> None:
        state["values"] = change(state["values"])

    return edit


def a_leaf(state: dict[str, Any]) -> int:
    return int(np.flatnonzero(state["nodes"]["left_child"] == -1)[0])


def leaf_with_a_child(state: dict[str, Any]) -> None:
    state["nodes"]["left_child"][a_leaf(state)] = len(state["nodes"]) - 1


def swapped_with_root(state: dict[str, Any]) -> None:
    """Every node in reverse: a tree still, but its root is the last node."""
    last = len(state["nodes"]) - 1
    state["nodes"] = state["nodes"][::-1].copy()
    for side in "left_child", "right_child":
        children = state["nodes"][side]
        children[children != -1] = last - children[children != -1]
    state["values"] = state["values"][::-1].copy()


def shared_child(state: dict[str, Any]) -> None:
    state["nodes"]["right_child"][0] = state["nodes"]["left_child"][0]


def cut_off(state: dict[str, Any]) -> None:
    state["nodes"] = state["nodes"][:-1].copy()
    state["values"] = state["values"][:-1].copy()
    state["node_count"] -= 1


def too_many_nodes(state: dict[str, Any]) -> None:
    state["nodes"] = np.append(state["nodes"], state["nodes"][-1:])
    state["values"] = np.append(state["values"], state["values"][-1:], axis=0)
    state["node_count"] += 1


def no_nodes(state: dict[str, Any]) -> None:
    state["nodes"], state["values"] = state["nodes"][:0], state["values"][:0]
    state["node_count"] = 0


def wrong_count(state: dict[str, Any]) -> None:
    state["node_count"] += 1


def text_for_nodes(state: dict[str, Any]) -> None:
    state["nodes"] = "nodes"


def flat_nodes(state: dict[str, Any]) -> None:
    state["nodes"] = np.zeros(len(state["nodes"]))


def nan_in_a_leaf(state: dict[str, Any]) -> None:
    state["values"][a_leaf(state)] = np.nan


LIES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "child beyond the end": (setting("left_child", 0, 10_000), "child"),
    "child far below": (setting("right_child", 0, -2), "child"),
    "child before the start": (setting("left_child", 0, -(2**40)), "child"),
    "its own child": (setting("left_child", 0, 0), "child"),
    "a cycle": (setting("right_child", 1, 0), "child"),
    "a shared child": (shared_child, "not one tree"),
    "one child only": (setting("right_child", 0, -1), "one child"),
    "a leaf with a child": (leaf_with_a_child, "one child"),
    "upside down": (swapped_with_root, "child"),
    "a node too few": (cut_off, ""),
    "a node too many": (too_many_nodes, "not one tree"),
    "no nodes": (no_nodes, "no nodes"),
    "feature beyond the end": (setting("feature", 0, 3), "feature"),
    "feature below zero": (setting("feature", 0, -2), "feature"),
    "a wrong node count": (wrong_count, "nodes"),
    "no node table": (text_for_nodes, "node table"),
    "plain nodes": (flat_nodes, "node table"),
    "a flat table of values": (values(lambda v: v[:, 0]), "shape"),
    "values of fewer nodes": (values(lambda v: v[:-1]), "shape"),
    "values of two outputs": (values(lambda v: np.repeat(v, 2, axis=1)), "2 outputs"),
    "values of one class": (values(lambda v: v[:, :, :1].copy()), "classes_"),
    "values that are not numbers": (values(lambda v: v.astype("U9")), "values"),
    "values that are integers": (values(lambda v: v.astype(int)), "values"),
    "no share in a leaf": (nan_in_a_leaf, "no number in place of a share"),
    "split_kind": (with_field("split_kind", "<i8"), "split_kind"),
    "left_cat_bitset": (with_field("left_cat_bitset", "<u8"), "left_cat_bitset"),
    "any other field": (with_field("new_in_2031", "<f8"), "new_in_2031"),
    "no thresholds": (without_field("threshold"), "threshold"),
    "no children": (without_field("left_child"), "left_child"),
}


@pytest.mark.parametrize("name", LIES)
def test_node_tables_that_lie_are_refused(tmp_path: Path, name: str) -> None:
    edit, words = LIES[name]
    path = forged(tmp_path / "model.pkl", FITTED, edit)
    message = refused(tmp_path, path, "-o", tmp_path / "scorer.py")
    assert words in message
    assert "DecisionTreeClassifier" in message


def test_an_honest_forger_changes_nothing(tmp_path: Path, model: Path) -> None:
    """So what is refused above is the lie."""
    path = forged(tmp_path / "forged.pkl", FITTED, lambda state: None)
    assert code_of(cli_run("build", path)) == code_of(cli_run("build", model))


def test_values_of_more_classes_than_the_regressor_has(tmp_path: Path) -> None:
    model = DecisionTreeRegressor(max_depth=2).fit(X, X[:, 0])
    edit = values(lambda v: np.repeat(v, 2, axis=2))
    message = refused(tmp_path, forged(tmp_path / "m.pkl", model, edit))
    assert "regressor" in message


def attributes() -> dict[str, Any]:
    return {
        "classes_": [None, 1, "ab", [], np.array([]), np.array([1, 2, 3]), {}, [[1]]],
        "n_outputs_": [None, "x", 0, 5, [1]],
        "n_features_in_": [None, 0, 2, 4, "3", 1e9, 10**9, []],
        "feature_names_in_": [5, "abc", ["a", "b"], ["a", "a", "b"], np.array(1), {}],
        "tree_": [None, 1, "tree", FITTED],
        "_sklearn_version": [
            None,
            19,
            "9" * 5000 + ".1",
            "1.10.0",
            "2.0",
            "x'\n",
            "١.٩",
        ],
    }


@pytest.mark.parametrize("name", attributes())
def test_attributes_that_lie_make_no_traceback(tmp_path: Path, name: str) -> None:
    """Refused with a message, or built where the attribute does not matter."""
    for value in attributes()[name]:
        model = pickle.loads(pickle.dumps(FITTED))
        state = {**model.__getstate__(), name: value}
        path = tmp_path / "model.pkl"
        path.write_bytes(pickle.dumps(Stated(DecisionTreeClassifier, state)))
        result = cli_run("build", path)
        if result.exit_code:
            assert result.stdout == "" and result.stderr.startswith("Error: ")
            continue
        assert answers(load(result.stdout), X) == FITTED.predict(X).tolist(), value


class Stated:
    """Pickles as an instance of another class with this state."""

    def __init__(self, kind: type, state: dict[str, Any]) -> None:
        self.kind, self.state = kind, state

    def __reduce__(self) -> Any:
        return self.kind, (), self.state


# --- Dummy columns and what they came from --------------------------------------------

pd = pytest.importorskip("pandas")


def dummy_case(
    folder: Path, frame: Any, encoded: Any, **options: Any
) -> tuple[Any, Any, list[str]]:
    """A tree over dummy columns, its scorer over the raw ones, and both's answers."""
    y = RANDOM.integers(0, 4, len(frame))
    model = DecisionTreeClassifier(random_state=0).fit(encoded.astype(float), y)
    frame.to_csv(folder / "raw.csv", index=False)
    path = saved(folder, model)
    result = cli_run("build", path, "--data", folder / "raw.csv", **options)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    scorer = load(result.stdout)
    expected = model.predict(encoded.astype(float)).tolist()
    for column in frame:  # a record may hold what pandas holds, or plain values
        assert column in scorer.COLUMNS or column not in " ".join(encoded.columns)
    rows = frame.to_dict("records")
    assert scorer.predict_many(rows) == expected
    assert len(set(expected)) > 1
    return scorer, rows, expected


def cycle(values: list[Any], count: int = 60) -> list[Any]:
    return [values[i % len(values)] for i in range(count)]


def test_dummies_of_text(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"odor": cycle(["a", "n", "?"]), "cap": cycle(["x y", "A", "a", "-"])}
    )
    scorer, *_ = dummy_case(tmp_path, frame, pd.get_dummies(frame))
    assert scorer.COLUMNS == ("odor", "cap")
    with pytest.raises(scorer.InvalidRecord):
        scorer.predict({"odor": "b", "cap": "A"})


def test_dummies_beside_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "size": np.linspace(0, 1, 60),
            "odor": cycle(["a", "n"]),
            "legs": cycle([2, 4, 6]),
        }
    )
    scorer, *_ = dummy_case(tmp_path, frame, pd.get_dummies(frame))
    assert scorer.RULES["odor"] == {"enum": ["a", "n"]}


def test_dummies_of_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"legs": cycle([2, 4, 6]), "half": cycle([0.5, 1.5, 2.0, 4.0])}
    )
    scorer, rows, expected = dummy_case(
        tmp_path, frame, pd.get_dummies(frame, columns=["legs", "half"])
    )
    floats = [{k: float(v) for k, v in row.items()} for row in rows]
    assert scorer.predict_many(floats) == expected


def test_dummies_of_numbers_with_missing_ones(tmp_path: Path) -> None:
    """pandas reads integers beside missing values as floats: legs_2.0."""
    frame = pd.DataFrame({"legs": cycle([2, 4, None, 6])})
    encoded = pd.get_dummies(frame, columns=["legs"], dummy_na=True)
    assert list(encoded) == ["legs_2.0", "legs_4.0", "legs_6.0", "legs_nan"]
    scorer, *_ = dummy_case(tmp_path, frame, encoded)
    assert scorer.predict({"legs": None}) == scorer.predict({"legs": math.nan})


def test_dummies_of_booleans(tmp_path: Path) -> None:
    frame = pd.DataFrame({"wet": cycle([True, False]), "odor": cycle(["a", "b", "c"])})
    encoded = pd.get_dummies(frame, columns=["wet", "odor"])
    assert "wet_True" in encoded
    scorer, *_ = dummy_case(tmp_path, frame, encoded)
    assert scorer.predict({"wet": 1, "odor": "a"}) == scorer.predict(
        {"wet": True, "odor": "a"}
    )


def test_booleans_as_they_are(tmp_path: Path) -> None:
    frame = pd.DataFrame({"wet": cycle([True, False]), "odor": cycle(["a", "b", "c"])})
    encoded = pd.get_dummies(frame)
    assert "wet" in encoded
    dummy_case(tmp_path, frame, encoded)


def test_dummies_with_missing_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"odor": cycle(["a", None, "n", "b"])})
    scorer, *_ = dummy_case(tmp_path, frame, pd.get_dummies(frame, dummy_na=True))
    assert scorer.predict({"odor": math.nan}) == scorer.predict({"odor": None})


def test_dummies_that_know_no_missing(tmp_path: Path) -> None:
    """Missing was all zeros: so it is to the scorer."""
    frame = pd.DataFrame({"odor": cycle(["a", None, "n", "b"])})
    encoded = pd.get_dummies(frame)
    assert list(encoded) == ["odor_a", "odor_b", "odor_n"]
    dummy_case(tmp_path, frame, encoded)


def test_dummies_without_the_first(tmp_path: Path) -> None:
    frame = pd.DataFrame({"odor": cycle(["a", "n", "b"]), "cap": cycle(["x", "y"])})
    scorer, *_ = dummy_case(tmp_path, frame, pd.get_dummies(frame, drop_first=True))
    assert scorer.RULES["odor"] == {"enum": ["a", "b", "n"]}


@pytest.mark.parametrize("separator", ["=", "-", ".", ": ", "__", " is "])
def test_other_separators(tmp_path: Path, separator: str) -> None:
    frame = pd.DataFrame({"odor": cycle(["a", "n", "b"]), "cap": cycle(["x", "y"])})
    if separator == " is ":
        pytest.xfail("words between the column and its value are not understood")
    scorer, *_ = dummy_case(
        tmp_path, frame, pd.get_dummies(frame, prefix_sep=separator)
    )
    assert scorer.COLUMNS == ("odor", "cap")


def test_names_that_were_made_identifiers(tmp_path: Path) -> None:
    """The model's spelling is the one that records use."""
    frame = pd.DataFrame(
        {"stalk-root": cycle(["b", "c", "?"]), "cap size": cycle(["x", "y"])}
    )
    encoded = pd.get_dummies(frame)
    encoded.columns = [c.replace("-", "_").replace(" ", "_") for c in encoded]
    model = DecisionTreeClassifier(random_state=0).fit(encoded, cycle([0, 1, 2, 0]))
    frame.to_csv(tmp_path / "raw.csv", index=False)
    result = cli_run("build", saved(tmp_path, model), "--data", tmp_path / "raw.csv")
    scorer = load(result.stdout)
    assert scorer.COLUMNS == ("stalk_root", "cap_size")
    rows = [
        {k.replace("-", "_").replace(" ", "_"): v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]
    assert scorer.predict_many(rows) == model.predict(encoded).tolist()
    with pytest.raises(
        scorer.InvalidRecord, match='"stalk-root".*did you mean "stalk_root"'
    ):
        scorer.predict({"stalk-root": "b", "cap_size": "x"})


def test_categories_that_differ_only_in_case(tmp_path: Path) -> None:
    frame = pd.DataFrame({"odor": cycle(["a", "A", "b"]), "Odor": cycle(["x", "X"])})
    scorer, *_ = dummy_case(tmp_path, frame, pd.get_dummies(frame))
    assert scorer.COLUMNS == ("odor", "Odor")


def test_a_name_with_two_meanings_is_refused(tmp_path: Path) -> None:
    """odor_cap_x: odor is "cap_x", or odor_cap is "x"?"""
    frame = pd.DataFrame(
        {"odor": cycle(["cap_x", "b"]), "odor_cap": cycle(["x", "y", "z"])}
    )
    encoded = pd.DataFrame({"odor_cap_x": cycle([0.0, 1.0])})
    model = DecisionTreeClassifier().fit(encoded, cycle([0, 1]))
    frame.to_csv(tmp_path / "raw.csv", index=False)
    message = refused(tmp_path, saved(tmp_path, model), "--data", tmp_path / "raw.csv")
    assert "'odor_cap_x'" in message and "two ways" in message
    assert "'odor'" in message and "'odor_cap'" in message


def test_features_that_no_column_explains(tmp_path: Path) -> None:
    encoded = pd.DataFrame(
        {"odor_a": cycle([0.0, 1.0]), "ring": cycle([1.0, 0.0, 2.0])}
    )
    model = DecisionTreeClassifier().fit(encoded, cycle([0, 1, 2]))
    (tmp_path / "raw.csv").write_text("odor,rings\na,1\nb,2\n")
    message = refused(tmp_path, saved(tmp_path, model), "--data", tmp_path / "raw.csv")
    assert "'ring'" in message and "did you mean 'rings'?" in message
    assert "'odor_a'" not in message


def test_text_where_the_model_wants_a_number(tmp_path: Path) -> None:
    model = DecisionTreeClassifier().fit(pd.DataFrame({"odor": [0.0, 1.0]}), [0, 1])
    (tmp_path / "raw.csv").write_text("odor\na\nb\n")
    message = refused(tmp_path, saved(tmp_path, model), "--data", tmp_path / "raw.csv")
    assert "'odor'" in message and "text" in message


def test_without_data_dummies_are_numbers_and_a_note_says_so(tmp_path: Path) -> None:
    encoded = pd.get_dummies(pd.DataFrame({"odor": cycle(["a", "n", "b"])})).astype(
        float
    )
    model = DecisionTreeClassifier().fit(encoded, cycle([0, 1, 2]))
    result = cli_run("build", saved(tmp_path, model), "-o", tmp_path / "s.py")
    assert result.exit_code == 0 and result.stdout == ""
    assert "--data" in result.stderr and "'odor_" in result.stderr
    scorer = load((tmp_path / "s.py").read_text())
    assert scorer.predict({"odor_a": 1.0, "odor_n": 0, "odor_b": False}) == 0


# --- Data and schemas that cannot be used ---------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no header"),
        (b"\n\n", "no header"),
        (b"\xef\xbb\xbf", "no header"),
        (b"odor,cap\n", "no rows"),
        (b"odor,odor\na,b\n", "two columns 'odor'"),
        (b"odor,cap\na,b,c\n", "line 2"),
        (b"PAR1\0\0\0\1", "binary"),
        (b'odor\n"' + b"x" * 200_000 + b'"\n', "field larger than field limit"),
        (bytes(range(256)), "binary"),
    ],
    ids=[
        "empty",
        "blank",
        "mark",
        "no rows",
        "twice",
        "ragged",
        "binary",
        "huge",
        "bytes",
    ],
)
def test_data_that_is_no_csv(
    model: Path, tmp_path: Path, data: bytes, words: str
) -> None:
    (tmp_path / "raw.csv").write_bytes(data)
    message = refused(tmp_path, model, "--data", tmp_path / "raw.csv")
    assert words in message and "raw.csv" in message
    result = cli_run("schema", tmp_path / "raw.csv")
    assert result.exit_code == 1 and result.stdout == ""


@pytest.mark.parametrize("option", ["--data", "--schema"])
def test_data_and_schemas_that_cannot_be_read(
    model: Path, tmp_path: Path, option: str
) -> None:
    assert "No such file" in refused(tmp_path, model, option, tmp_path / "nowhere")
    assert "directory" in refused(tmp_path, model, option, tmp_path)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\xff", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "properties"),
        ('{"properties": []}', "properties"),
        ('{"type": "array", "properties": {}}', "object"),
        ('{"allOf": [], "properties": {}}', "'allOf'"),
        ('{"properties": {"a": 1}}', "column 'a'"),
        ('{"properties": {"a": {}}}', "column 'a'"),
        ('{"properties": {"a": {"type": "null"}}}', "column 'a'"),
        ('{"properties": {"a": {"type": "banana"}}}', "banana"),
        ('{"properties": {"a": {"type": 5}}}', "column 'a'"),
        ('{"properties": {"a": {"type": [[]]}}}', "column 'a'"),
        ('{"properties": {"a": {"type": {"number": 1}}}}', "column 'a'"),
        ('{"properties": {"a": {"type": []}}}', "column 'a'"),
        ('{"properties": {"a": {"enum": []}}}', "column 'a'"),
        ('{"properties": {"a": {"enum": "ab"}}}', "column 'a'"),
        ('{"properties": {"a": {"enum": [[1]]}}}', "column 'a'"),
        ('{"properties": {"a": {"enum": [NaN]}}}', "nan is not a category"),
        ('{"properties": {"a": {"enum": [1e999]}}}', "inf is not a category"),
        ('{"properties": {"a": {"const": {}}}}', "column 'a'"),
        ('{"properties": {"a": {"type": "string", "enum": [1]}}}', "column 'a'"),
        ('{"properties": {"a": {"type": "number", "pattern": "x"}}}', "'pattern'"),
        ('{"properties": {"a": {"type": "number", "minimum": "1"}}}', "minimum"),
        ('{"properties": {"a": {"type": "number", "minimum": NaN}}}', "minimum"),
        (
            '{"properties": {"a": {"type": "number", "minimum": 2, "maximum": 1}}}',
            "column 'a'",
        ),
        ('{"properties": {"a": {"type": "number", "maximum": 1e999}}}', "maximum"),
        (
            '{"properties": {"a": {"type": "number", "maximum": 1%s}}}' % ("0" * 400),
            "maximum",
        ),
    ],
)
def test_schemas_that_cannot_be_obeyed(
    model: Path, tmp_path: Path, schema: str, words: str
) -> None:
    path = tmp_path / "schema.json"
    path.write_bytes(schema.encode("latin-1"))
    assert words in refused(tmp_path, model, "--schema", path)


def test_a_schema_without_a_column_of_the_model(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"properties": {"x0": {"type": "number"}}}))
    assert "'x1'" in refused(tmp_path, model, "--schema", path)


# --- The schema command ---------------------------------------------------------------


def test_schema_of_a_csv(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_bytes(CSV)
    result = cli_run("schema", tmp_path / "raw.csv")
    assert result.exit_code == 0 and result.stderr == ""
    assert json.loads(result.stdout)["properties"]["odor"] == {"enum": ["a", "n"]}
    assert cli_run("schema", "-", input=CSV).stdout == result.stdout
    out = tmp_path / "schema.json"
    assert cli_run("schema", tmp_path / "raw.csv", "-o", out).output == ""
    assert out.read_text() == result.stdout


def test_schema_of_a_csv_of_one_column(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    for header in "odor", "stalk_root", "stalk root", "stalk-root":
        path.write_text(f"{header}\na\nb\n")
        result = cli_run("schema", path)
        assert list(json.loads(result.stdout)["properties"]) == [header]


def test_schema_of_a_model(model: Path) -> None:
    result = cli_run("schema", model)
    scorer = load(cli_run("build", model).stdout)
    said = json.loads(result.stdout)
    for name in scorer.COLUMNS:
        assert said["properties"][name] == scorer.SCHEMA["properties"][name]
    assert said["required"] == list(scorer.COLUMNS)
    assert said["title"] == scorer.SCHEMA["title"]
    assert scorer.EXAMPLE.items() <= said["examples"][0].items()
    assert cli_run("schema", "-", input=model.read_bytes()).stdout == result.stdout


def test_schema_of_what_is_neither(tmp_path: Path) -> None:
    for data in b"", bytes(100), b"hello world":
        (tmp_path / "file").write_bytes(data)
        result = cli_run("schema", tmp_path / "file", "-o", tmp_path / "out")
        assert result.exit_code == 1 and result.stderr.startswith("Error: ")
        assert list(contents(tmp_path)) == ["file"]
    assert cli_run("schema", tmp_path / "nowhere").exit_code == 1
    assert cli_run("schema", tmp_path).exit_code == 1


# --- The mushrooms --------------------------------------------------------------------

MUSHROOM = Path(__file__).parents[2] / "shared" / "data" / "mushroom"
KNOWN = {
    "odor": "acflmnpsy",
    "stalk_root": "?bcer",
    "stalk_surface_below_ring": "fksy",
    "spore_print_color": "bhknoruwy",
}


@pytest.fixture(scope="module")
def mushroom_scorer() -> Any:
    if not MUSHROOM.is_dir():
        pytest.skip("the mushroom data is not here")
    result = cli_run(
        "build", MUSHROOM / "example_model.pkl", "--data", MUSHROOM / "mushrooms.csv"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    return load(result.stdout)


def walk(record: dict[str, str]) -> tuple[bool, list[float], int]:
    """What the tree in the file answers, by hand: today's scikit-learn loads a file of
    1.3 with a warning and answers wrongly (its leaves hold counts)."""
    model = read_file(MUSHROOM / "example_model.pkl").root
    nodes, values = model["tree_"].get("nodes"), model["tree_"].get("values")
    names = [str(n) for n in model["feature_names_in_"]]
    node = 0
    while nodes["left_child"][node] != -1:
        column, _, value = names[nodes["feature"][node]].rpartition("_")
        x = float(record[column] == value)
        left = x <= nodes["threshold"][node]
        node = nodes["left_child" if left else "right_child"][node]
    counts = values[node, 0]
    shares = (counts / counts.sum()).tolist()
    return bool(model["classes_"][np.argmax(counts)]), shares, int(node)


def test_mushrooms(mushroom_scorer: Any) -> None:
    assert mushroom_scorer.COLUMNS == tuple(KNOWN)
    seen = set()
    for combination in itertools.product(*KNOWN.values()):
        record = dict(zip(KNOWN, combination))
        label, shares, node = walk(record)
        assert mushroom_scorer.predict(record) is label
        assert same(mushroom_scorer.predict_proba(record), shares)
        assert mushroom_scorer.apply(record) == node
        seen.add(node)
    assert len(seen) == 10 == len(mushroom_scorer.LEAVES)


def test_mushrooms_that_cannot_be_scored(mushroom_scorer: Any) -> None:
    record = {"odor": "x", "stalk_root": "c", "stalk_surface_below_ring": "y"}
    with pytest.raises(mushroom_scorer.InvalidRecord) as caught:
        mushroom_scorer.predict(record)
    assert str(caught.value) == (
        "Not all columns were specified for model. Missing columns:\n"
        "    spore_print_color\n"
        "Input is invalid:\n"
        '    "x" is not a valid value for "odor" '
        '(expected one of "a", "c", "f", "l", "m", "n", "p", "s", "y")'
    )
    assert caught.value.missing == ("spore_print_color",)
    assert caught.value.invalid == {"odor": "x"}


def test_mushrooms_without_data(tmp_path: Path) -> None:
    if not MUSHROOM.is_dir():
        pytest.skip("the mushroom data is not here")
    result = cli_run("build", MUSHROOM / "example_model.pkl")
    assert result.exit_code == 0 and "--data" in result.stderr
    scorer = load(result.stdout)
    assert len(scorer.COLUMNS) == 6
    for combination in itertools.product(*KNOWN.values()):
        record = dict(zip(KNOWN, combination))
        dummies = {
            name: float(record[name.rpartition("_")[0]] == name.rpartition("_")[2])
            for name in scorer.COLUMNS
        }
        assert scorer.predict(dummies) is walk(record)[0]


@pytest.mark.parametrize("kind", [ExtraTreeClassifier, ExtraTreeRegressor])
def test_extra_trees(tmp_path: Path, kind: Any) -> None:
    y = Y if kind is ExtraTreeClassifier else X[:, 0]
    model = kind(random_state=0).fit(X, y)
    scorer = load(cli_run("build", saved(tmp_path, model)).stdout)
    assert same(answers(scorer, X), model.predict(X).tolist())


@pytest.mark.parametrize(
    "content, says",
    [
        (b",".join(b"c%d" % i for i in range(100_001)) + b"\n1\n", "has 100,001 columns"),
        (b"x0,x1\n1,2\n" + b"," * 1_000_001 + b"\n", "line 3: a row of more than 1,000,000 cells"),
        (b'x0,x1\n1,2\n' + b'"\n",' * 1_000_001 + b"\n", "a row of more than 1,000,000 cells"),
    ],
)  # fmt: skip
def test_a_csv_file_of_too_many_cells(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(content)
    result = cli_run("schema", path)
    assert result.exit_code == 1 and says in result.stderr
