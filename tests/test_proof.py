"""``verify``: what is right is shown, and what is wrong is found.

The strength of the first part is measured by mutation: each literal and each operator of
generated scorers is changed, one at a time, and each change has to be found by reading
the text alone.
"""

from __future__ import annotations

import ast
import json
import math
import pickle
import random
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from runners import load, pythons
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.impute import SimpleImputer
from sklearn.model_selection import HalvingGridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from strategies import programs, scaled

from treecompile import cli, compile_model, verify
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.fold.doubles import double, index
from treecompile.options import Options
from treecompile.proof import emission, rebuild
from treecompile.proof.decisions import Differs, read_back
from treecompile.proof.report import Report, Verdict
from treecompile.proof.source import Source, Strange, parse
from treecompile.proof.versions import answers_the_same
from treecompile.sources import read_model
from treecompile.stages import program_of
from treecompile.truth import Line, compared

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"

X, Y = load_iris(return_X_y=True)
XD, YD = load_diabetes(return_X_y=True)
HOLES = X.copy()
HOLES[::7, 2] = math.nan
FRAME = pd.DataFrame(
    {
        "size": np.where(np.arange(150) % 11 == 0, np.nan, X[:, 0]),
        "colour": [("red", "green", "blue", "no 'colour'")[i % 4] for i in range(150)],
        "shape": [("round", "flat", None)[i % 3] for i in range(150)],
        "width": X[:, 3],
    }
)


def tree() -> Any:
    return DecisionTreeClassifier(max_depth=3, random_state=0)


def pipeline(*last: Any) -> Any:
    columns = ColumnTransformer(
        [
            ("one", OneHotEncoder(handle_unknown="ignore"), ["colour"]),
            ("two", OrdinalEncoder(encoded_missing_value=-1), ["shape"]),
            (
                "num",
                make_pipeline(SimpleImputer(), StandardScaler()),
                ["size", "width"],
            ),
        ]
    )
    return make_pipeline(columns, *last)


def hist(**options: Any) -> dict[str, Any]:
    return {"max_iter": 3, "min_samples_leaf": 3, "random_state": 0, **options}


#: Fitted models of all the forms that a scorer can have, by name.
MODELS: dict[str, Callable[[], Any]] = {
    "tree": lambda: tree().fit(X, Y),
    "missing": lambda: DecisionTreeClassifier(max_depth=4).fit(HOLES, Y),
    "long tree": lambda: DecisionTreeRegressor(max_leaf_nodes=40).fit(XD, YD),
    "outputs": lambda: DecisionTreeClassifier(max_depth=3).fit(X, np.c_[Y, Y > 0]),
    "one leaf": lambda: DecisionTreeRegressor(max_depth=1).fit(X, 0 * Y + 0.5),
    "pipeline": lambda: pipeline(tree()).fit(FRAME, Y),
    "pipeline of a forest": lambda: pipeline(
        RandomForestClassifier(2, max_depth=4, n_jobs=2, random_state=0)
    ).fit(FRAME, Y),
    "mixed columns": lambda: make_pipeline(Normalizer(), tree()).fit(X, Y),
    "log": lambda: make_pipeline(FunctionTransformer(np.log1p), tree()).fit(X, Y),
    "forest": lambda: RandomForestClassifier(3, random_state=0).fit(HOLES, Y),
    "regressors": lambda: RandomForestRegressor(3, random_state=0).fit(XD, YD),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=2).fit(X, Y),
    "boosting of two": lambda: GradientBoostingClassifier(n_estimators=3).fit(X, Y > 0),
    "boosting from a tree": lambda: GradientBoostingRegressor(
        n_estimators=2, init=DecisionTreeRegressor(max_depth=2)
    ).fit(XD, YD),
    "hist": lambda: HistGradientBoostingClassifier(**hist()).fit(HOLES, Y),
    "poisson": lambda: HistGradientBoostingRegressor(
        **hist(loss="poisson", categorical_features=[1], max_leaf_nodes=36, max_iter=2)
    ).fit(XD, YD),
    "ada": lambda: AdaBoostClassifier(n_estimators=3, random_state=0).fit(X, Y),
    "ada of five": lambda: AdaBoostClassifier(tree(), n_estimators=2).fit(
        X, np.arange(150) * 7 % 11 % 5
    ),
    "median": lambda: AdaBoostRegressor(n_estimators=3, random_state=0).fit(XD, YD),
    "bagging": lambda: BaggingClassifier(tree(), 3, max_features=2).fit(X, Y),
    "votes": lambda: VotingClassifier(
        [("a", tree()), ("b", RandomForestClassifier(2, max_depth=3))], voting="soft"
    ).fit(X, Y),
    "stack": lambda: StackingClassifier(
        [("a", tree()), ("b", RandomForestClassifier(2, max_depth=3))],
        final_estimator=DecisionTreeClassifier(max_depth=3),
        passthrough=True,
    ).fit(X, Y),
    "linear stack": lambda: StackingClassifier([("a", tree())]).fit(X, Y),
    "votes of votes": lambda: VotingClassifier(
        [("a", VotingClassifier([("a", tree())])), ("b", tree())], voting="hard"
    ).fit(X, Y),
    "bags of boosting": lambda: BaggingClassifier(
        BaggingClassifier(GradientBoostingClassifier(n_estimators=2), 2), 2
    ).fit(X, np.repeat([0, 1, 2], [35, 50, 65])),
    "nothing to add": lambda: IsolationForest(n_estimators=2, max_samples=1).fit(X),
    "zeros": lambda: RandomForestRegressor(2).fit(X, 0.0 * Y),
    "target taken back": lambda: TransformedTargetRegressor(
        RandomForestRegressor(2, max_depth=3),
        transformer=make_pipeline(StandardScaler(), PowerTransformer()),
    ).fit(X, Y),
    "target of one column": lambda: TransformedTargetRegressor(
        RandomForestRegressor(2, max_depth=3), transformer=StandardScaler()
    ).fit(X, YD[:, np.newaxis][: len(X)]),
    "search by halves": lambda: HalvingGridSearchCV(
        tree(), {"max_depth": [2, 3]}, cv=2
    ).fit(X, Y),
    "threshold": lambda: TunedThresholdClassifierCV(
        RandomForestClassifier(2, max_depth=3), cv=2
    ).fit(X, Y > 0),
    "isolation": lambda: IsolationForest(n_estimators=3, random_state=0).fit(X),
}


@cache
def model(name: str) -> Any:
    return MODELS[name]()


# --- What is right is shown -----------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_scorer_is_shown_to_be_its_model(name: str) -> None:
    source = compile_model(model(name), self_test=4)
    report = verify(model(name), source)
    assert report.ok and report.complete, report.text()
    emission_, folding, combination = report.parts
    assert emission_.counts["leaves"] >= emission_.counts["trees"] >= 1
    assert combination.counts["edges"] + combination.counts["random"] > 100


def test_a_model_of_no_trees_is_shown() -> None:
    """Of one class it answers integers, where a scorer answers floats."""
    with pytest.warns(UserWarning, match="present in all"):
        constant = OneVsRestClassifier(tree()).fit(X, 0 * Y)
    report = verify(constant, compile_model(constant))
    assert report.ok and report.complete, report.text()


@pytest.mark.parametrize("name", ["tree", "pipeline of a forest", "poisson", "outputs"])
def test_a_table_is_read_back_as_well(name: str) -> None:
    report = verify(model(name), compile_model(model(name), layout="table"))
    assert report.ok and report.complete, report.text()
    nested = verify(model(name), compile_model(model(name)), load=False)
    for count in ("trees", "tests", "leaves"):
        assert report.parts[0].counts[count] == nested.parts[0].counts[count]


@given(programs())
@scaled(60)
def test_random_programs_read_back(program: Any) -> None:
    folded = fold(program)
    counts = read_back(parse(emit(folded, format=False)), folded)
    assert counts["tests"] == counts["leaves"] - 1


@pytest.mark.parametrize("name", ["mushroom", "iris", "penguins"])
def test_the_examples_are_their_models(name: str) -> None:
    folder = EXAMPLES / name
    data = next(iter(folder.glob("*.csv")), None)
    report = verify(folder / "model.pkl", folder / "scorer.py", data=data)
    assert report.ok and report.complete, report.text()
    assert (report.parts[2].counts["data"] > 300) == (data is not None)


def test_comments_and_layout_do_not_matter() -> None:
    source = compile_model(model("tree"))
    again = ast.unparse(ast.parse(source))
    for text in (f"# seen by me\n{source}\n\n", source.replace("\n\n\n", "\n"), again):
        assert verify(model("tree"), text, load=False).ok


def test_the_options_are_taken_from_the_scorer(tmp_path: Path) -> None:
    two = DecisionTreeClassifier(max_depth=2).fit(X, Y == 1)
    path = tmp_path / "parts.pkl"
    path.write_bytes(pickle.dumps({"a b\n'": two, "other": tree().fit(X, Y)}))
    source = compile_model(
        path, threshold=0.3, columns="all", unknown="reject", part="""["a b\\n'"]"""
    )
    report = verify(path, source)
    assert report.ok and report.complete, report.text()
    assert "--threshold 0.3 --columns all --unknown reject" in report.parts[0].words
    for was, is_ in (("--threshold 0.3", "--threshold 1.0"), ("columns all", "x y")):
        assert was in source
        assert not verify(path, source.replace(was, is_), load=False).ok


def test_the_description_of_the_columns_is_taken_from_the_scorer() -> None:
    path = EXAMPLES / "mushroom" / "model.pkl"
    schema = json.loads((EXAMPLES / "mushroom" / "schema.json").read_text())
    source = compile_model(path, schema=schema)
    assert verify(path, source, load=False).ok
    assert verify(path, source, schema=schema, load=False).ok
    # Another description is another scorer, unless the scorer says so itself.
    assert not verify(path, source.replace('"m",', '"w",'), load=False).ok


# --- What is wrong is found -----------------------------------------------------------

_OTHER: dict[type, type] = {
    ast.LtE: ast.Lt,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


def other_constant(value: Any) -> Any:
    """The nearest other constant of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return math.nextafter(value, math.inf)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    return 0


def mutants(tree: ast.Module) -> Iterator[ast.AST]:
    """The tree with one literal or operator changed, for each in turn."""
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.Constant):
            value, node.value = node.value, other_constant(node.value)
            yield node
            node.value = value
        elif isinstance(node, ast.Compare):
            for place, op in enumerate(node.ops):
                node.ops[place] = _OTHER[type(op)]()
                yield node
                node.ops[place] = op
        elif isinstance(node, (ast.BoolOp, ast.BinOp, ast.AugAssign)):
            was = node.op
            if type(was) in _OTHER:
                node.op = _OTHER[type(was)]()
                yield node
                node.op = was


MUTATED = ("missing", "pipeline of a forest", "poisson", "stack", "long tree", "log")


@pytest.mark.parametrize("name", MUTATED)
def test_every_mutant_is_found_by_reading_the_text(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read_model(model(name))
    text = compile_model(model(name))
    known: dict[Any, Any] = {}

    def of(source: Source) -> Any:
        asked = emission.asked(source)
        if asked not in known:
            known[asked] = program_of(file, asked.described, asked.options)
        return known[asked]

    monkeypatch.setattr(emission, "emit", cache(emission.emit))
    monkeypatch.setattr(emission, "_tree_of", cache(ast.parse))
    tree = ast.parse(text)
    assert emission.check_source(Source("", tree), of)[1] is not None
    count = 0
    # Of the mutants of a kind each is like the next: every third is tried.
    for node in islice(mutants(tree), 0, None, 3):
        part, accepted, _ = emission.check_source(Source("", tree), of)
        assert accepted is None and part.verdict is Verdict.DIFFERS, ast.dump(node)
        count += 1
    assert emission.check_source(Source("", tree), of)[1] is not None
    assert count > 200


@pytest.mark.parametrize(
    "name", ["missing", "pipeline of a forest", "poisson", "stack", "ada of five"]
)
def test_reading_back_alone_finds_what_is_wrong_in_a_decision(name: str) -> None:
    """Without a look at what treecompile writes: the reader on its own."""
    program = program_of(read_model(model(name)))
    tree = ast.parse(emit(program, format=False))
    (score,) = (n for n in tree.body if getattr(n, "name", "") == "score")
    trees = [
        s
        for s in score.body  # type: ignore[attr-defined]
        if isinstance(s, (ast.If, ast.While)) or "others" in ast.unparse(s)
    ]
    assert (name == "ada of five") == any(isinstance(s, ast.AugAssign) for s in trees)
    count = 0
    for block in trees:
        if isinstance(block, ast.While):
            block = ast.Module(block.body, [])  # type: ignore[assignment]
        for node in mutants(block):  # type: ignore[arg-type]
            with pytest.raises((Differs, Strange)):
                read_back(Source("", tree), program)
                pytest.fail(ast.dump(node))
            count += 1
    assert count > 15


def test_a_leaf_that_sets_a_sum_does_not_add_to_it() -> None:
    program = program_of(read_model(model("regressors")))
    text = emit(program, format=False)
    head, score, tail = text.partition("def score")
    edited = head + score + tail.replace(" += ", " = ", 1)
    assert read_back(parse(text), program) and edited != text
    with pytest.raises(Strange, match="something other than add"):
        read_back(parse(edited), program)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("missing", "table"),
        ("pipeline of a forest", "table"),
        ("boosting of two", "table"),
        ("pipeline of a forest", "nested"),
        ("boosting of two", "nested"),
    ],
)
def test_reading_back_alone_finds_what_is_wrong_in_a_table(
    name: str, layout: str
) -> None:
    file = read_model(model(name))
    program = program_of(file, None, Options(layout=layout))
    text = emit(program, format=False)
    starts = list(re.finditer(r' = (?:_packed)?\(\s*"\w",\s*"""\n', text))
    assert len(starts) > 5
    for start in starts:
        first = text[start.end()]
        other = "B" if first != "B" else "C"
        edited = text[: start.end()] + other + text[start.end() + 1 :]
        with pytest.raises((Differs, Strange)):
            read_back(parse(edited), program)
            pytest.fail(start[0])


@pytest.mark.parametrize("seed", range(3))
def test_a_text_with_one_character_changed_is_another(seed: int) -> None:
    """A digit of a cut, a letter of a name: no text but the scorer's own is taken."""
    rng = random.Random(seed)
    text = compile_model(model("pipeline"))
    wanted = ast.dump(ast.parse(text))
    for _ in range(60):
        place = rng.randrange(len(text))
        other = text[:place] + rng.choice("0123456789abc=<. '") + text[place + 1 :]
        try:
            same = ast.dump(ast.parse(other)) == wanted
        except (SyntaxError, ValueError):
            same = False
        report = verify(model("pipeline"), other, load=False)
        assert report.ok == same, (text[place - 20 : place + 20], other[place])


def differing(report: Report) -> Any:
    assert not report.ok
    (found,) = report.parts[0].disagreements
    return found


def test_a_wrong_cut_is_named_with_a_record_that_shows_it() -> None:
    path = EXAMPLES / "iris" / "model.pkl"
    text = (EXAMPLES / "iris" / "scorer.py").read_text()
    was = "petal_width_cm <= 0.8000000417232512"
    assert was in text
    found = differing(verify(path, text.replace(was, "petal_width_cm <= 0.8")))
    assert found.model == "petal width (cm) <= 0.8000000417232512"
    assert found.scorer == "petal_width_cm <= 0.8"
    assert text.split("\n")[found.line - 1].strip() == f"if {was}:"
    right, wrong = load(text), load(text.replace(was, "petal_width_cm <= 0.8"))
    both = (right.predict(found.record), wrong.predict(found.record))
    assert both == found.answers and both[0] != both[1]


def test_a_wrong_leaf_is_named_with_the_path_to_it() -> None:
    path = EXAMPLES / "mushroom" / "model.pkl"
    text = (EXAMPLES / "mushroom" / "scorer.py").read_text()
    edited = text.replace("return 7", "return 6")
    found = differing(verify(path, edited))
    assert found.path == ("odor is 'l'", "spore_print_color is 'r'")
    assert load(text).predict(found.record) is True
    assert load(edited).predict(found.record) is False
    assert found.answers == (True, False)
    assert "leaf 7, which predicts True" in found.model


def test_a_scorer_of_another_model_is_none() -> None:
    report = verify(model("tree"), compile_model(model("missing")))
    assert not report.ok and len(report.parts) == 1
    text = (EXAMPLES / "iris" / "scorer.py").read_text()
    other = text.replace("by treecompile 0", "by treecompile 9")
    found = differing(verify(EXAMPLES / "iris" / "model.pkl", other))
    assert "another version of treecompile" in found.what


@pytest.mark.parametrize(
    "was, becomes", [('odor == "l"', 'odor == "a"'), ('"n"', '"y"')]
)
def test_a_wrong_category_is_named_with_a_record_that_shows_it(
    was: str, becomes: str
) -> None:
    path = EXAMPLES / "mushroom" / "model.pkl"
    text = (EXAMPLES / "mushroom" / "scorer.py").read_text()
    head, score, tail = text.partition("def score")
    assert was in tail
    edited = head + score + tail.replace(was, becomes, 1)
    found = differing(verify(path, edited))
    if found.answers:
        assert load(text).predict(found.record) == found.answers[0]
        assert load(edited).predict(found.record) == found.answers[1]
    assert found.record is not None and found.line


HOSTILE = (
    "import os; os.system('touch {0}')",
    "open({0!r}, 'w')",
    "X = __import__('pathlib').Path({0!r}).touch()",
    "class A:\n    open({0!r}, 'w')",
    "@open\ndef f({0!r}): pass",
    "RULES = open({0!r}, 'w')",
)


@pytest.mark.parametrize("code", HOSTILE)
def test_nothing_of_a_strange_scorer_runs(code: str, tmp_path: Path) -> None:
    sentinel = tmp_path / "it ran"
    text = (EXAMPLES / "mushroom" / "scorer.py").read_text()
    code = code.format(str(sentinel))
    for edited in (f"{text}\n{code}\n", f"{code}\n", text.replace("\nclass", code)):
        report = verify(EXAMPLES / "mushroom" / "model.pkl", edited)
        assert not report.ok
    assert not sentinel.exists()


@pytest.mark.parametrize(
    "text",
    ["", "\0", "(" * 5000, "x = 1\n", '"""Options: --part"""\n', "\udcff\n", "if x:\n"]
    + [
        "# coding: utf-7\nx = 1\n",
        "RULES = [*A]\nA = [*RULES]\n",
        "def score(): pass\n",
    ]
    + ['"""\nOptions: --threshold x\n"""\n', '"""\nOptions: --nonsense 1\n"""\n'],
)
def test_what_is_no_scorer_is_said_to_be_none(text: str) -> None:
    report = verify(EXAMPLES / "iris" / "model.pkl", text.encode("utf-8", "replace"))
    assert not report.ok and "emission" in report.text()


# --- The model itself -----------------------------------------------------------------


def test_a_fault_of_folding_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fold that is one double off, in all that treecompile does itself: the fitted
    transformers and the model say otherwise."""
    from treecompile.fold import rewrite

    right = rewrite.cuts_of

    def wrong(column: int, region: Any) -> Any:
        test = right(column, region)
        cuts = tuple(math.nextafter(cut, math.inf) for cut in test.cuts)
        return type(test)(column, cuts, test.missing_left)

    monkeypatch.setattr(rewrite, "cuts_of", wrong)
    report = verify(model("pipeline"), compile_model(model("pipeline")))
    emission_, folding, combination = report.parts
    assert emission_.verdict is Verdict.SHOWN
    assert folding.verdict is combination.verdict is Verdict.DIFFERS
    assert folding.disagreements[0].record and combination.disagreements[0].path
    found = verify(model("pipeline"), compile_model(model("pipeline")), load=False)
    assert found.parts[2].verdict is Verdict.DIFFERS


def test_what_cannot_be_loaded_is_said_not_to_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = compile_model(model("tree"))
    for part in verify(model("tree"), source, load=False).parts[1:]:
        assert part.verdict is Verdict.NOT_SHOWN and "--no-model" in part.how
    monkeypatch.setattr("treecompile.proof.installed", lambda: "1.2.2")
    report = verify(model("tree"), source)
    assert report.ok and not report.complete
    assert "pip install scikit-learn==" in report.parts[2].how
    assert "every answer is equal" in report.parts[2].words
    monkeypatch.setattr("treecompile.proof.installed", lambda: None)
    assert "no scikit-learn here" in verify(model("tree"), source).text()


def test_versions_that_answer_the_same() -> None:
    tree = {"DecisionTreeClassifier", "Tree"}
    assert answers_the_same("1.4.0", "1.9.1", tree)
    assert answers_the_same("1.9.1", "1.5.2", tree | {"RandomForestClassifier"})
    assert answers_the_same("0.22.2.post1", "0.22.1", {"anything"})
    assert not answers_the_same("1.3.2", "1.9.1", tree)
    assert not answers_the_same("1.9.1", "1.10.0", tree)
    boosting = tree | {"GradientBoostingClassifier"}
    assert not answers_the_same("1.8.0", "1.9.1", boosting)
    assert answers_the_same("1.7.2", "1.9.1", tree | {"Pipeline", "OneHotEncoder"})
    assert not answers_the_same("1.6.1", "1.9.1", tree | {"Pipeline", "OneHotEncoder"})
    assert not answers_the_same("1.7.2", "1.9.1", tree | {"SimpleImputer"})


def test_only_listed_classes_are_made() -> None:
    for name, module in rebuild.CLASSES.items():
        assert module.startswith("sklearn."), name
    record = read_model(EXAMPLES / "iris" / "model.pkl").root
    record.attributes["extra"] = types.SimpleNamespace  # nothing of a file's own
    made = rebuild.rebuild(record)
    assert type(made).__name__ == "DecisionTreeClassifier"
    assert made.predict(X[:3]).shape == (3,)


# --- Truth ----------------------------------------------------------------------------

floats = st.floats(-3, 3) | st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308])
operators = st.sampled_from(["<=", "<", ">=", ">", "==", "!="])


@given(st.lists(st.tuples(operators, floats), min_size=1, max_size=4), floats)
@scaled(200)
def test_a_condition_is_taken_for_what_python_takes_it_for(
    terms: list[tuple[str, float]], x: float
) -> None:
    either = Line(False, (), False)
    both = ~either
    for operator, cut in terms:
        either, both = either | compared(operator, cut), both & compared(operator, cut)
    near = {x, *(double(index(cut) + d) for _, cut in terms for d in (-1, 0, 1))}
    for value in (*near, math.nan):
        says = [eval(f"x {o} c", {"x": value, "c": c}) for o, c in terms]
        assert either.holds(value) == any(says), (terms, value)
        if value == value:
            assert both.holds(value) == all(says), (terms, value)
        assert (~either).holds(value) != any(says)


# --- The commands ---------------------------------------------------------------------


def run(*line: Any) -> Any:
    return CliRunner().invoke(cli.main, [str(word) for word in line])


def test_the_command_says_what_was_shown(tmp_path: Path) -> None:
    folder = EXAMPLES / "penguins"
    line = ("verify", folder / "model.pkl", folder / "scorer.py")
    done = run(*line, "--data", folder / "penguins.csv")
    assert done.exit_code == 0 and done.stdout.count(": ") >= 3
    assert "344 of the data" in done.stdout
    report = json.loads(run(*line, "--json", "--no-model").stdout)
    assert report["ok"] and not report["complete"]
    assert [part["name"] for part in report["parts"]] == [
        "emission",
        "folding",
        "combination",
    ]
    edited = tmp_path / "edited.py"
    edited.write_text(
        (folder / "scorer.py").read_text().replace("return 1 ", "return 2 ")
    )
    done = run("verify", folder / "model.pkl", edited)
    assert done.exit_code == 1 and "the record: {" in done.stdout
    report = json.loads(run("verify", folder / "model.pkl", edited, "--json").stdout)
    assert not report["ok"] and report["parts"][0]["disagreements"][0]["record"]
    assert run("verify", folder / "model.pkl", tmp_path / "none.py").exit_code == 2


def test_build_verifies_and_writes_nothing_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = EXAMPLES / "penguins" / "model.pkl", tmp_path / "scorer.py"
    done = run("build", path, "--verify", "-o", out, "--self-test", 3)
    assert done.exit_code == 0 and out.exists(), done.stderr
    assert "combination: shown" in done.stderr
    out.unlink()
    import treecompile.emit as emitting

    right = emitting.emit  # and with a fault: one leaf is another's
    monkeypatch.setattr(
        emitting, "emit", lambda *a: right(*a).replace("return 1 ", "return 2 ")
    )
    for options in (["--verify"], []):
        done = run("build", path, "-o", out, *options)
        assert done.exit_code == 1 and not out.exists()
    assert run("build", path, "-o", out, "--no-verify").exit_code == 0


@pytest.mark.parametrize("name", ["pipeline", "hist", "outputs", "isolation"])
def test_a_scorer_tests_itself(name: str, tmp_path: Path) -> None:
    text = compile_model(model(name), self_test=9)
    path = tmp_path / "scorer.py"
    path.write_text(text)
    count = len(load(text).SELF_TEST)
    assert 5 <= count <= 9
    for python in pythons()[:1] + pythons()[-1:]:
        line = [python, "-I", "-S", path, "--self-test"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "answers are the model's to the last bit" in done.stdout
    assert "def self_test" not in compile_model(model(name))


def test_a_self_test_finds_another_answer(tmp_path: Path) -> None:
    text = compile_model(EXAMPLES / "iris" / "model.pkl", self_test=20)
    path = tmp_path / "scorer.py"
    path.write_text(text.replace("0.8000000417232512:", "2.3:"))
    line = [sys.executable, path, "--self-test"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "answers are not the model's" in done.stderr
    assert "predict({" in done.stderr and "should be" in done.stderr
