"""What is given in Python in place of a path: bytes, open files, live objects, mistakes."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from own_classes import Holder, OwnTree, Passing
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import treecompile
from treecompile import TreecompileError, cli, compile_model, verify

X, Y = load_iris(return_X_y=True)
TREE = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, Y)
DATA = pickle.dumps(TREE, protocol=4)
SOURCE = compile_model(TREE)


def message(given: Any, **options: Any) -> str:
    with pytest.raises(TreecompileError) as raised:
        compile_model(given, **options)
    return str(raised.value)


# --- What is read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [DATA, bytearray(DATA), memoryview(DATA), io.BytesIO(DATA)],
    ids=lambda given: type(given).__name__,
)
def test_bytes_and_open_files_are_read_as_a_file_is(given: Any) -> None:
    assert compile_model(given) == SOURCE
    if hasattr(given, "seek"):
        given.seek(0)
    assert verify(given, SOURCE, load=False).ok
    if hasattr(given, "seek"):
        given.seek(0)
    assert treecompile.inspect(given).compiles


def test_files_on_disk_open_or_by_path(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(DATA)
    assert compile_model(path) == compile_model(str(path)) == SOURCE
    with open(path, "rb") as stream:
        assert compile_model(stream) == SOURCE


def test_a_part_beside_the_model_may_be_open_or_bytes() -> None:
    encoder = LabelEncoder().fit(["a", "b", "c"])
    live = compile_model(TREE, labels=encoder)
    data = pickle.dumps(encoder, protocol=4)
    assert compile_model(TREE, labels=data) == live
    assert compile_model(TREE, labels=io.BytesIO(data)) == live
    named = compile_model(TREE, names=["a", "b", "c", "d"])
    assert 'COLUMNS = ("c", "d")' in named


def test_the_scorer_may_be_what_load_answers_or_an_open_file() -> None:
    for scorer in (treecompile.load(TREE), io.BytesIO(SOURCE.encode()), SOURCE):
        assert verify(TREE, scorer, load=False).ok
    with pytest.raises(TreecompileError, match="This int is not a scorer"):
        verify(TREE, 3)


# --- What is no model -------------------------------------------------------------------

WANTED = "give the path of a model file, its bytes, an open file or a fitted estimator."


@pytest.mark.parametrize(
    "given, begins",
    [
        (None, "None is not a model"),
        (3, "An int is not a model"),
        (True, "A bool is not a model"),
        (len, "A builtin_function_or_method (len) is not a model"),
        (treecompile, "A module (treecompile) is not a model"),
        (pd.DataFrame(X), "A DataFrame holds data, and is not a model"),
        (pd.Series(Y), "A Series holds data, and is not a model"),
        (X, "An ndarray holds data, and is not a model"),
        ("", "The path is empty"),
        ("some\ntext", "This text is not the path of a file"),
        (treecompile.load(TREE), "A Scorer of treecompile is not a model"),
    ],
    ids=str,
)
def test_what_is_no_model_is_said_in_a_sentence(given: Any, begins: str) -> None:
    assert message(given) == f"{begins}: {WANTED}"


def test_a_class_is_to_be_fitted_first() -> None:
    text = message(DecisionTreeClassifier)
    assert text == (
        "DecisionTreeClassifier is a class: give an instance of it that was fitted, as "
        "in DecisionTreeClassifier().fit(X, y)."
    )


def test_a_scorer_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "scorer.py"
    path.write_text(SOURCE)
    said = "this is a scorer already, and no model: it is Python, so import it"
    assert said in message(path) and str(path) in message(path)
    assert said in message(SOURCE).replace("This", "this")
    pickled = tmp_path / "scorer.pkl"
    pickled.write_bytes(pickle.dumps(treecompile.load(TREE)))
    assert "of treecompile, not a model: load it with pickle.load" in message(pickled)
    assert pickle.loads(pickled.read_bytes()).predict(X[:1]).tolist() == [0]


def test_open_files_that_cannot_be_read(tmp_path: Path) -> None:
    stream = io.BytesIO()
    pickle.dump(TREE, stream)
    assert "go back with seek(0)" in message(stream)
    stream.seek(0)
    assert compile_model(stream)
    path = tmp_path / "model.pkl"
    path.write_bytes(DATA)
    with open(path, encoding="latin-1") as text:
        assert message(text) == f"{path}: it is open as text; open it with mode 'rb'"
    assert "cannot be read (" in message(text)
    assert "the bytes: the file is empty" in message(b"")
    assert "the bytes: the file is not a pickle" in message(b"hello")


@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeClassifier(),
        make_pipeline(StandardScaler(), RandomForestClassifier()),
        VotingClassifier([("a", TREE)]),
        StackingClassifier([("a", TREE)]),
        BaggingClassifier(),
        AdaBoostClassifier(),
        HistGradientBoostingClassifier(),
        IsolationForest(),
        GridSearchCV(TREE, {"max_depth": [3]}),
    ],
    ids=lambda model: type(model).__name__,
)
def test_what_is_not_fitted_is_said_to_be_so(model: Any) -> None:
    text = message(model)
    assert "not fitted" in text
    assert compile_model(model.fit(X, Y))


# --- Classes and functions of one's own -------------------------------------------------


def in_a_pipeline() -> Any:
    return make_pipeline(Passing(), TREE.__class__(max_depth=3)).fit(X, Y)


def test_a_transformer_of_ones_own_is_named_by_its_step(tmp_path: Path) -> None:
    model = in_a_pipeline()
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(model))
    for given, name in ((model, "the Pipeline"), (path, path)):
        text = message(given)
        assert text.startswith(f"{name}: step 'passing' of the Pipeline is of a class")
        assert "own_classes.Passing" in text
        assert "out of that object" not in text
        assert "fit the model without it" in text
    without = DecisionTreeClassifier(max_depth=3).fit(Passing().fit_transform(X), Y)
    assert compile_model(without)


def test_it_is_found_wherever_it_stands() -> None:
    columns = ColumnTransformer([("mine", Passing(), [0, 1])], remainder="passthrough")
    model = make_pipeline(columns, DecisionTreeClassifier(max_depth=2)).fit(X, Y)
    text = message({"model": model})
    assert "step 'columntransformer', transformer 'mine' of the Pipeline" in text


def test_inspect_says_the_same(tmp_path: Path) -> None:
    model = in_a_pipeline()
    problems = treecompile.inspect(model).problems
    assert any("step 'passing' of the Pipeline" in str(p) for p in problems)


def test_a_class_that_extends_a_known_one() -> None:
    text = " ".join(message(OwnTree(max_depth=2).fit(X, Y)).split())
    assert text == (
        "OwnTree is a class of your own that extends DecisionTreeClassifier. What it "
        "changes is code, and no code is ever read: fit a DecisionTreeClassifier itself."
    )


def test_an_object_around_a_model() -> None:
    text = " ".join(message(Holder(TREE)).split())
    assert text == (
        "Holder is a class of your own, which is code, and no code is ever read: give "
        "the fitted estimator inside it, its model (a DecisionTreeClassifier)."
    )
    assert compile_model(Holder(TREE).model) == SOURCE


def test_a_function_that_cannot_be_saved_is_found() -> None:
    step = FunctionTransformer(lambda x: x)
    text = message(make_pipeline(step, DecisionTreeClassifier()).fit(X, Y))
    assert "its steps[0][1].func is a function that cannot be saved" in text
    known = make_pipeline(FunctionTransformer(np.log1p), DecisionTreeClassifier())
    assert compile_model(known.fit(X, Y))  # as the message says


# --- inspect ----------------------------------------------------------------------------


def test_inspect_is_what_the_command_line_says(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(DATA)
    found = treecompile.inspect(path)
    run = CliRunner().invoke
    assert str(found) == run(cli.main, ["inspect", str(path)]).output
    said = run(cli.main, ["inspect", str(path), "--json"]).output
    assert found.as_json() == said
    assert found.as_dict() == json.loads(said)
    assert repr(found) == "<Inspection of a DecisionTreeClassifier: compiles>"
    assert found.compiles and not found.problems


def test_inspect_of_a_live_model_and_of_a_part() -> None:
    found = treecompile.inspect(TREE)
    assert str(found).startswith("the DecisionTreeClassifier\n")
    both = {"a": TREE, "b": RandomForestClassifier(2).fit(X, Y)}
    assert not treecompile.inspect(both).compiles
    assert treecompile.inspect(both, part="['b']").as_dict()["trees"]["trees"] == 2


def test_inspect_in_a_notebook_is_escaped() -> None:
    tree = DecisionTreeClassifier(max_depth=1).fit(
        pd.DataFrame({"<b>x</b>": X[:, 2]}), Y
    )
    found = treecompile.inspect(tree)
    assert "<b>" not in found._repr_html_() and "&lt;b&gt;" in found._repr_html_()
