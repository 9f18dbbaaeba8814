"""Data stays data: names, categories, labels and versions that try to be code.

Each scorer is held against its twin, compiled from the same tree with harmless texts in
place of the hostile ones: but for constants, and for the names of variables and of
private constants, which are put in one-to-one, both must be the same program.
"""

from __future__ import annotations

import ast
import io
import pickle
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from runners import load, pythons, run, same
from sklearn.tree import DecisionTreeClassifier
from strategies import HOSTILE, any_text, scaled
from test_emit import doctests

import treecompile
from treecompile import cli
from treecompile.errors import BadSchema

RANDOM = np.random.default_rng(7)


def compile_model(model: Any, **options: Any) -> str:
    """Not formatted: what black makes of a text is no other program."""
    return treecompile.compile_model(model, format=False, **options)


def chunks(texts: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    return [texts[i : i + size] for i in range(0, len(texts), size)]


def fitted(n_features: int, n_classes: int, rows: int = 120) -> tuple[Any, Any]:
    X = RANDOM.integers(0, 9, (rows, n_features)) / 2.0
    y = np.arange(rows) % n_classes
    return DecisionTreeClassifier(max_depth=7, random_state=0).fit(X, y), X


def renamed(
    model: Any, names: Any = None, labels: Any = None, **attributes: Any
) -> Any:
    """The same tree with other names of features and other labels."""
    model = pickle.loads(pickle.dumps(model))
    if names is not None:
        model.feature_names_in_ = np.array([*names, None], dtype=object)[:-1]
    if labels is not None:
        model.classes_ = np.array([*labels, None], dtype=object)[:-1]
    for name, value in attributes.items():
        setattr(model, name, value)
    return model


# --- Twins ----------------------------------------------------------------------------


WITH_VARIABLES = ("validate", "encode", "score", "_misfits")


class Blank(ast.NodeTransformer):
    """Constants by kind alone; by role what a scorer may call as it likes: private
    constants, and the variables of the columns in the functions that have them."""

    def __init__(self, tree: ast.Module) -> None:
        self.constants: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        self.here: dict[str, str] = {}
        for node in tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id.startswith("_"):
                self.constants[target.id] = f"constant {len(self.constants)}"
            if isinstance(node, ast.FunctionDef) and node.name == "score":
                for place, argument in enumerate(node.args.args):
                    self.parameters[argument.arg] = f"parameter {place}"

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        set_here = {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
        if node.name == "score" or set_here >= {*self.parameters}:
            self.here = self.parameters if node.name in WITH_VARIABLES else {}
        self.generic_visit(node)
        self.here = {}
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(type(node.value).__name__)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        name = self.here.get(node.id) or self.constants.get(node.id, node.id)
        return ast.Name(name, node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.generic_visit(node)
        node.arg = self.here.get(node.arg, node.arg)
        return node


def shape(source: str) -> str:
    tree = ast.parse(source)
    return ast.dump(Blank(tree).visit(tree), indent=1)


def check_twins(hostile: str, harmless: str) -> None:
    a, b = shape(hostile), shape(harmless)
    if a != b:
        for x, y in zip(a.splitlines(), b.splitlines()):
            assert x == y, "not the same program"
    assert a == b


def check_text(source: str) -> None:
    """What a reviewer sees is what is there: one line is one line, nothing hidden."""
    assert source.encode("utf-8").decode("utf-8") == source
    for line in source.split("\n"):
        assert line.isprintable()
    assert not any(unicodedata.category(c) == "Cf" for c in source)


# --- Names ----------------------------------------------------------------------------


def rows_of(X: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names, row)) for row in X.tolist()]


def check_names(names: tuple[str, ...], model: Any, X: Any) -> Any:
    model = renamed(model, names)
    source = compile_model(model, columns="all")
    check_text(source)
    scorer = load(source, "<scorer>")
    assert scorer.COLUMNS == names == scorer.FEATURES
    assert tuple(scorer.SCHEMA["properties"]) == names
    assert tuple(scorer.SCHEMA["required"]) == names
    records = rows_of(X, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = model.predict(X).tolist()
        shares = model.predict_proba(X).tolist()
        leaves = model.apply(X).tolist()
    assert scorer.predict_many(records) == expected
    assert same([list(p) for p in scorer.predict_proba_many(records)], shares)
    assert [scorer.apply(r) for r in records] == leaves
    assert same([list(scorer.encode(r)) for r in records], X.tolist())
    for name in names:
        with pytest.raises(scorer.InvalidRecord) as caught:
            scorer.predict({**records[0], name: "text"})
        assert caught.value.invalid == {name: "text"} and not caught.value.missing
        assert len(str(caught.value).split("\n")) == 2 and caught.value.args
        with pytest.raises(scorer.InvalidRecord) as caught:
            scorer.predict({k: v for k, v in records[0].items() if k != name})
        assert caught.value.missing == (name,)
        assert len(str(caught.value).split("\n")) == 2
    doctests(scorer)
    return source


def harmless_names(count: int) -> tuple[str, ...]:
    return tuple(f"column {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(count))


@pytest.mark.parametrize("names", chunks(HOSTILE, 6), ids=range(-(-len(HOSTILE) // 6)))
def test_hostile_names(names: tuple[str, ...]) -> None:
    model, X = fitted(len(names), 3)
    source = check_names(names, model, X)
    twin = compile_model(renamed(model, harmless_names(len(names))), columns="all")
    check_twins(source, twin)


def test_all_hostile_names_at_once() -> None:
    model, X = fitted(len(HOSTILE), 3)
    source = check_names(HOSTILE, model, X)
    twin = compile_model(renamed(model, harmless_names(len(HOSTILE))), columns="all")
    check_twins(source, twin)


def own_words() -> list[str]:
    """Every identifier that a scorer holds, whatever for."""
    schema = {
        "properties": {"a": {"enum": [*"uvwxyz", None]}, "b": {"type": "integer"}}
    }
    X = np.column_stack([np.eye(6)[np.arange(60) % 6], np.arange(60) % 7])
    model = DecisionTreeClassifier().fit(X, np.arange(60) % 5)
    names = [*(f"a_{c}" for c in "uvwxyz"), "b"]
    words = set()
    for source in (
        compile_model(renamed(model, names), schema=schema),
        compile_model(fitted(20, 3)[0]),
    ):
        for node in ast.walk(ast.parse(source)):
            for word in ("id", "arg", "attr", "name"):
                words.add(getattr(node, word, None))
    return sorted(word for word in words if isinstance(word, str))


def test_names_of_everything_in_the_module() -> None:
    """A column may have the name of any variable, parameter, function or method."""
    words = own_words()
    assert {"record", "RULES", "_number", "isnan", "values", "_A"} <= set(words)
    for names in chunks(tuple(words), 10):
        check_names(names, *fitted(len(names), 2))


def test_names_of_everything_as_columns_of_categories() -> None:
    words = own_words()
    for names in chunks(tuple(words), 10):
        X = RANDOM.integers(0, 2, (80, len(names))).astype(float)
        model = DecisionTreeClassifier(max_depth=7).fit(X, np.arange(80) % 3)
        schema = {"properties": {name: {"enum": ["v", "w"]} for name in names}}
        dummies = renamed(model, [f"{name}_v" for name in names])
        scorer = load(compile_model(dummies, schema=schema, columns="all"))
        assert scorer.COLUMNS == names
        rows = [{n: "wv"[int(x)] for n, x in zip(names, row)} for row in X]
        assert scorer.predict_many(rows) == model.predict(X).tolist()
        assert same([list(scorer.encode(r)) for r in rows], X.tolist())


sets_of_names = st.lists(
    st.one_of(any_text, st.sampled_from(HOSTILE)), min_size=4, max_size=4, unique=True
).map(tuple)
FOUR = fitted(4, 4)
FOUR_TWIN = compile_model(renamed(FOUR[0], harmless_names(4)), columns="all")


@scaled(40)
@given(sets_of_names)
def test_any_names(names: tuple[str, ...]) -> None:
    check_twins(check_names(names, *FOUR), FOUR_TWIN)


# --- Labels ---------------------------------------------------------------------------


def check_labels(labels: tuple[Any, ...], model: Any, X: Any) -> str:
    model = renamed(model, labels=labels)
    source = compile_model(model, columns="all")
    check_text(source)
    scorer = load(source, "<scorer>")
    assert same(scorer.CLASSES, labels)
    expected = model.predict(X).tolist()
    assert same(scorer.predict_many(rows_of(X, scorer.COLUMNS)), expected)
    doctests(scorer)
    return source


@pytest.mark.parametrize(
    "labels", chunks(HOSTILE, 12), ids=range(-(-len(HOSTILE) // 12))
)
def test_hostile_labels(labels: tuple[str, ...]) -> None:
    model, X = fitted(3, len(labels))
    source = check_labels(labels, model, X)
    harmless = tuple(f"label {i}" for i in range(len(labels)))
    check_twins(source, check_labels(harmless, model, X))


@scaled(40)
@given(st.lists(any_text, min_size=4, max_size=4, unique=True).map(tuple))
def test_any_labels(labels: tuple[str, ...]) -> None:
    check_twins(check_labels(labels, *FOUR), check_labels(("k", "l", "m", "n"), *FOUR))


# --- Categories -----------------------------------------------------------------------


def dummy_model(categories: tuple[Any, ...], column: str) -> tuple[Any, Any]:
    """A tree that asks for every category, over columns named as get_dummies does."""
    codes = np.arange(6 * len(categories)) % len(categories)
    X = np.column_stack([np.eye(len(categories))[codes], RANDOM.random(len(codes))])
    model = DecisionTreeClassifier(random_state=0).fit(X, codes % 4)
    return renamed(model, [*(f"{column}_{c}" for c in categories), "size"]), X


def check_categories(
    categories: tuple[Any, ...], model: Any, X: Any, column: str, **described: Any
) -> str:
    source = compile_model(model, **described, columns="all")
    check_text(source)
    scorer = load(source, "<scorer>")
    assert scorer.COLUMNS == (column, "size")
    allowed = scorer.SCHEMA["properties"][column]["enum"]
    assert sorted(map(repr, allowed)) == sorted(map(repr, categories))
    records = [
        {column: categories[int(np.argmax(row[:-1]))], "size": float(row[-1])}
        for row in X
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = model.predict(X).tolist()
    assert scorer.predict_many(records) == expected
    assert same([list(scorer.encode(r)) for r in records], X.tolist())
    with pytest.raises(scorer.InvalidRecord) as caught:
        scorer.predict({column: "none of them", "size": 0.5})
    assert caught.value.invalid == {column: "none of them"}
    assert len(str(caught.value).split("\n")) == 2
    doctests(scorer)
    return source


def by_schema(categories: tuple[Any, ...], column: str = "odor") -> dict[str, Any]:
    rules = {column: {"enum": list(categories)}, "size": {"type": "number"}}
    return {"type": "object", "properties": rules}


@pytest.mark.parametrize("size", [4, 16, len(HOSTILE)])
def test_hostile_categories(size: int) -> None:
    for categories in chunks(HOSTILE, size):
        model, X = dummy_model(categories, "odor")
        source = check_categories(
            categories, model, X, "odor", schema=by_schema(categories)
        )
        names = (*(f"odor_v{i}" for i in range(len(categories))), "size")
        plain = tuple(f"v{i}" for i in range(len(categories)))
        twin = compile_model(
            renamed(model, names), schema=by_schema(plain), columns="all"
        )
        # A set is named or written out by the length of its texts.
        if len(categories) == len(HOSTILE):
            check_twins(source, twin)


@pytest.mark.parametrize("column", [c for c in HOSTILE if len(c) < 60])
def test_hostile_columns_of_categories(column: str) -> None:
    categories = ("a", "b", "'", "class", "c")
    model, X = dummy_model(categories, column)
    try:
        compile_model(model, schema=by_schema(categories, column))
    except BadSchema as error:
        # With separators alone the name of the column cannot be told from the rest.
        assert "two" in str(error) or not any(map(str.isalnum, column))
        return
    check_categories(categories, model, X, column, schema=by_schema(categories, column))


def test_hostile_categories_in_a_csv(tmp_path: Path) -> None:
    """What a CSV file can hold of them, with pandas' idea of what is missing."""
    pd = pytest.importorskip("pandas")
    kept = [c for c in HOSTILE if not any(0xD800 <= ord(x) < 0xE000 for x in c)]
    texts = pd.DataFrame({"odor": [c for c in kept if "\0" not in c], "size": 0.5})
    path = tmp_path / "raw.csv"
    texts.to_csv(path, index=False)
    read = pd.read_csv(path)
    categories = tuple(read["odor"].dropna().unique().tolist())
    missing = {"", "None", "nan", "NaN"}
    assert missing.isdisjoint(categories) and len(categories) > len(HOSTILE) - 12
    model, X = dummy_model(categories, "odor")
    source = compile_model(model, data=path, columns="all")
    scorer = load(source)
    assert set(scorer.SCHEMA["properties"]["odor"]["enum"]) == {*categories, None}
    records = [
        {"odor": categories[int(np.argmax(r[:-1]))], "size": float(r[-1])} for r in X
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert scorer.predict_many(records) == model.predict(X).tolist()


@scaled(40)
@given(st.lists(any_text, min_size=2, max_size=6, unique=True).map(tuple))
def test_any_categories(categories: tuple[str, ...]) -> None:
    model, X = dummy_model(categories, "odor")
    check_categories(categories, model, X, "odor", schema=by_schema(categories))


# --- Versions, and everything at once -------------------------------------------------


def test_hostile_versions() -> None:
    """A version is shown only where it is one; what is none is as if there were none."""
    model, _ = fitted(2, 2)

    def scorer(version: Any) -> str:
        state = {**vars(model), "_sklearn_version": version}
        return compile_model(Stated(DecisionTreeClassifier, state))

    twin = scorer(None)
    assert "scikit-learn 1.8.0 (" in scorer("1.8.0")
    for version in [
        *HOSTILE,
        '1.9.1"""',
        "1.9\n1.9",
        "1.9{{ 7 }}",
        "1.\u0663",
        "1.9\u202e",
    ]:
        source = scorer(version)
        check_text(source)
        assert shape(source) == shape(twin)
        assert "scikit-learn (" in source.replace("\n", " ")


class Stated:
    """Pickles as an instance of another class with this state."""

    def __init__(self, kind: type, state: dict[str, Any]) -> None:
        self.kind, self.state = kind, state

    def __reduce__(self) -> Any:
        return self.kind, (), self.state


def everything() -> tuple[str, list[dict[str, Any]], list[Any]]:
    """Hostile names, categories and labels in one scorer, and records for it."""
    names = [n for n in HOSTILE if len(n) < 60][:40]
    # JSON, in which records and answers travel here, makes one character of a pair.
    categories = tuple(c for c in HOSTILE if c != "\ud83d\ude00")
    codes = np.arange(4 * len(categories)) % len(categories)
    numbers = RANDOM.integers(0, 9, (len(codes), len(names))) / 2.0
    X = np.column_stack([np.eye(len(categories))[codes], numbers])
    model = DecisionTreeClassifier(random_state=0, splitter="random")
    model.fit(X, codes)
    model = renamed(
        model, [*(f"odor_{c}" for c in categories), *names], labels=categories
    )
    rules: dict[str, Any] = {n: {"type": "number"} for n in names}
    schema = {"properties": {"odor": {"enum": list(categories)}, **rules}}
    source = compile_model(model, schema=schema, columns="all")
    records = [
        {"odor": categories[code], **dict(zip(names, row))}
        for code, row in zip(codes.tolist(), numbers.tolist())
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return source, records, model.predict(X).tolist()


@pytest.mark.parametrize("python", pythons(), ids=lambda path: path[-4:])
def test_everything_on_every_python(tmp_path: Path, python: str) -> None:
    source, records, expected = everything()
    path = tmp_path / "scorer.py"
    path.write_text(source, encoding="utf-8")
    found = run(python, path, records, ["predict"])
    assert [answer for (answer,) in found] == expected
    assert len(set(expected)) > 50


# --- Through the command line ---------------------------------------------------------


def test_hostile_texts_through_the_command_line(tmp_path: Path) -> None:
    """Files are UTF-8, and a lone surrogate, which UTF-8 cannot hold, is escaped."""
    model, X = fitted(len(HOSTILE), 3)
    model = renamed(model, HOSTILE)
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(model))
    for command in "build", "schema":
        for arguments in ([], ["-o", str(tmp_path / "out")]):
            result = CliRunner().invoke(cli.main, [command, str(path), *arguments])
            assert result.exit_code == 0, result.output
            text = result.stdout_bytes
            if arguments:
                text = (tmp_path / "out").read_bytes()
            assert b"\xed\xa0" not in text and text.decode("utf-8")


def test_hostile_texts_in_messages(tmp_path: Path) -> None:
    """Whatever a message quotes, it is text that a terminal can show."""
    model, _ = fitted(3, 2)
    for name in HOSTILE:
        hostile = renamed(model, ("a", "b", f"{name}."))
        path = tmp_path / "model.pkl"
        path.write_bytes(pickle.dumps(hostile))
        (tmp_path / "raw.csv").write_text("a,b\n1,2\n")
        arguments = ["build", str(path), "--data", str(tmp_path / "raw.csv")]
        result = CliRunner().invoke(cli.main, arguments)
        assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
        assert all(line.isprintable() for line in result.stderr.splitlines())


def test_a_scorer_prints_hostile_answers(tmp_path: Path) -> None:
    """One line of JSON an answer, in ASCII, whatever the label."""
    import json
    import subprocess
    import sys

    model, X = fitted(2, len(HOSTILE), 2 * len(HOSTILE))
    model = renamed(model, labels=HOSTILE)
    path = tmp_path / "scorer.py"
    path.write_text(compile_model(model), encoding="utf-8")
    rows = [dict(zip(("x0", "x1"), row)) for row in X.tolist()]
    lines = "\n".join(json.dumps(row) for row in [*rows, {"x0": "\ud800"}])
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(path)],
        input=lines,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0"},
    )
    answers = [json.loads(line) for line in io.StringIO(done.stdout)]
    assert answers == [*json.loads(json.dumps(model.predict(X).tolist())), None]
    assert done.returncode == 1 and "ud800" in done.stderr
    assert "Traceback" not in done.stderr
