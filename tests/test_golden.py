"""Golden files: what the Python target prints for programs written by hand.

``pytest tests/test_golden.py --regen`` writes them anew; read the difference before it is
committed. They are held against black, mypy, ruff, doctest, the interpreter, and every
CPython that the machine has.
"""

from __future__ import annotations

import doctest
import itertools
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import black
import pytest
from runners import load, pythons, run, same
from strategies import LIMIT, edge_records, with_layout

from treecompile import interpret
from treecompile.answers import answers
from treecompile.emit import emit
from treecompile.fold import fold
from treecompile.program import (
    SCORES,
    Apply,
    Arithmetic,
    Choice,
    Column,
    Element,
    Ensemble,
    Feature,
    IsMissing,
    Joint,
    Number,
    Origin,
    Program,
    Read,
    SingleTree,
    Sums,
    Threshold,
    Tree,
    Trees,
    Values,
    equals,
)

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


# --- Programs by hand -----------------------------------------------------------------

# A leaf is its answer; a node is (feature, cut, left, right), or with a fifth part
# where missing values go left.
Nested = Any


def table(nested: Nested) -> tuple[Tree, list[Any], list[int]]:
    """A nested tree as a node table in preorder, its answers, and its leaves' nodes."""
    tests: list[Threshold | None] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[int] = []
    answers: list[Any] = []
    nodes: list[int] = []
    todo: list[tuple[Nested, list[int], int]] = [(nested, [], 0)]
    while todo:
        node, side, parent = todo.pop()
        place = len(tests)
        if side:
            side[parent] = place
        inner = type(node) is tuple and type(node[0]) is int
        left.append(-1)
        right.append(-1)
        if inner:
            feature, cut, lower, upper, *missing_left = node
            tests.append(Threshold(feature, cut, bool(missing_left)))
            leaf.append(-1)
            todo.append((upper, right, place))
            todo.append((lower, left, place))
        else:
            tests.append(None)
            leaf.append(len(answers))
            answers.append(node)
            nodes.append(place)
    return Tree(tuple(tests), tuple(left), tuple(right), tuple(leaf)), answers, nodes


def program(
    columns: list[Column],
    features: list[Feature],
    nested: Nested,
    classes: Any = None,
    probabilities: Any = None,
    estimator: str = "DecisionTreeClassifier",
    version: str | None = "1.9.1",
) -> Program:
    tree, answers, nodes = table(nested)
    depth = [0] * len(tree.tests)
    for node, test in enumerate(tree.tests):
        if test is not None:
            depth[tree.left[node]] = depth[tree.right[node]] = depth[node] + 1
    if classes is None:
        estimator = estimator.replace("Classifier", "Regressor")
    return Program(
        columns=tuple(columns),
        required=tuple(range(len(columns))),
        features=tuple(features),
        model=SingleTree(
            tree, tuple(answers), probabilities and probabilities(answers), tuple(nodes)
        ),
        classes=classes,
        origin=Origin(
            estimator=estimator,
            steps=(),
            library="scikit-learn",
            version=version,
            sha256="0123456789abcdef" * 4,
            nodes=len(tree.tests),
            leaves=len(answers),
            depth=max(depth),
        ),
    )


def sure(classes: Any) -> Callable[[list[Any]], Any]:
    """Leaves that are sure of their class, but for the first one."""

    def shares(answers: list[Any]) -> Any:
        rows = [tuple(float(c == answer) for c in classes) for answer in answers]
        even = tuple(1.0 / len(classes) for _ in classes)
        return (even, *rows[1:])

    return shares


def number(name: str, **options: Any) -> Column:
    return Column(name, **{"low": -LIMIT, "high": LIMIT, **options})


def numbers(names: list[str], **options: Any) -> tuple[list[Column], list[Feature]]:
    return (
        [number(name, **options) for name in names],
        [Feature(name, Read(i)) for i, name in enumerate(names)],
    )


def plain() -> Program:
    """Three numbers, three classes, if and else as a person would write them."""
    kinds = ("setosa", "versicolor", "virginica")
    nested = (
        *(1, 0.800000011920929, kinds[0]),
        (1, 1.75, (0, 4.950000047683716, kinds[1], kinds[2]), kinds[2]),
    )
    columns, features = numbers(["petal length", "petal width", "never asked"])
    return program(columns, features, nested, kinds, sure(kinds))


def deep() -> Program:
    """A chain of 40 tests: every branch returns, and nothing is nested."""
    columns, features = numbers(["age", "income"])
    nested: Nested = 40.5
    for step in reversed(range(40)):
        nested = (step % 2, float(step), step / 4, nested)
    return program(columns, features, nested)


def missing() -> Program:
    """Missing values, cuts that only they can pass, infinities, one-sided bounds."""
    columns = [
        number("height", missing=True),
        number("weight", missing=True, low=0.0, high=500.0),
        number("depth", low=-0.5),
    ]
    features = [
        *(Feature(c.name, Read(i)) for i, c in enumerate(columns)),
        Feature("height_nan", IsMissing(Read(0))),
    ]
    nested = (
        *(0, 1.5),
        (1, math.inf, "a", "b", True),
        (
            *(3, 0.5),
            (1, 80.0, (1, 40.0, "a", "b"), (2, 0.0, "b", "c"), True),
            (2, -0.0, (1, math.inf, "c", "a"), "d"),
        ),
    )
    classes = ("a", "b", "c", "d")
    return program(columns, features, nested, classes, sure(classes))


def categories() -> Program:
    """Dummy columns of three columns, named sets, inline ones, a missing category."""
    fruits = ("apple", "banana", "cherry", "damson", "elderberry", "fig", "grape")
    columns = [
        Column("fruit", fruits, missing=True),
        Column("size", ("S", "M", "L")),
        Column("grade", (1, 2, 3)),
    ]
    features = [
        *(Feature(f"fruit_{f}", equals(Read(0), f)) for f in fruits),
        Feature("fruit_nan", IsMissing(Read(0))),
        *(
            Feature(f"size_{s}", equals(Read(1), s))
            for s in columns[1].categories or ()
        ),
        Feature("grade", Read(2)),
    ]
    one_of_five: Nested = (9, 0.5, (8, 0.5, "no", "yes"), "maybe")
    for fruit in range(5):
        one_of_five = (fruit, 0.5, one_of_five, (10, 0.5, "yes", "no"))
    nested = (
        11,
        2.5,
        one_of_five,
        (7, 0.5, (0, 0.5, (5, 0.5, "no", "yes"), "yes"), "no"),
    )
    classes = ("maybe", "no", "yes")
    return program(
        columns, features, nested, classes, sure(classes), "ExtraTreeClassifier"
    )


def kinds() -> Program:
    """Booleans, whole numbers, labels that are booleans."""
    columns = [
        Column("member", (False, True)),
        Column("active", (False, True), missing=True),
        Column("children", integer=True, low=0.0, high=30.0),
        Column("rooms", integer=True, missing=True, low=1.0, high=LIMIT),
        Column("level", (0, 1, 2.5)),
    ]
    features = [
        Feature("member", Read(0)),
        Feature("active", Read(1)),
        Feature("active_nan", IsMissing(Read(1))),
        Feature("children", Read(2)),
        Feature("rooms", Read(3)),
        Feature("level_2.5", equals(Read(4), 2.5)),
        Feature("level", Read(4)),
    ]
    nested = (
        *(0, 0.5),
        (1, 0.5, (3, 2.7, True, False), (2, 0.5, False, True), True),
        (4, 3.5, (5, 0.5, (6, 0.5, True, False), True), False, True),
    )
    return program(columns, features, nested, (False, True), sure((False, True)))


def outputs() -> Program:
    """A regressor of two outputs, bits that must survive, and no version."""
    columns, features = numbers(["x0", "x1"], missing=True)
    nested = (
        *(0, 0.5),
        (1, 5e-324, (0.1 + 0.2, -0.0), (1e22, 5e-324), True),
        (1, -1e300, (math.inf, -math.inf), (1 / 3, 1e16)),
    )
    return program(columns, features, nested, version=None)


def hostile() -> Program:
    """Names, categories and labels that try to be code."""
    columns = [
        number('"""; import os #', missing=True),
        number("predict"),
        number("{{ 7 * 7 }}"),
        Column("a b", ("'", '"', "\\", "\n", 'it\'s "both"', "\u202e", "\ud800", "{%")),
        Column("a-b", ("", "é", "日本", "'); import os #", "None")),
        Column("class", ("x" * 100, "y")),
        number("record"),
        number("列" * 30),
    ]
    features = [
        *(Feature(columns[i].name, Read(i)) for i in (0, 1, 2, 6, 7)),
        Feature('a b_"', equals(Read(3), '"')),
        Feature("a b_\\", equals(Read(3), "\\")),
        Feature("a b_\ud800", equals(Read(3), "\ud800")),
        Feature("a-b_", equals(Read(4), "")),
        Feature("a-b_'); import os #", equals(Read(4), "'); import os #")),
        Feature("class_", equals(Read(5), "x" * 100)),
    ]
    labels = ("'", '"""', "\n", "\\", "'); import os #", "\u200f", "日" * 30, "")
    leaves = itertools.cycle(labels)
    nested: Nested = next(leaves)
    for feature in range(11):
        other = (1, float(feature), next(leaves), next(leaves))
        nested = (feature, 0.5, nested, other if feature % 3 else next(leaves))
    return program(columns, features, nested, labels, sure(labels))


def wide() -> Program:
    """More columns than anybody wants to read, most of them asked."""
    columns, features = numbers([f"sensor {i:02}" for i in range(16)])
    nested: Nested = ("on", "hot")
    for i in reversed(range(15)):
        nested = (i, i / 8, ("off", "cold"), nested)
    classes = (("off", "on"), ("cold", "hot"))

    def shares(answers: list[Any]) -> Any:
        return tuple(
            tuple(tuple(float(c == a) for c in of) for of, a in zip(classes, answer))
            for answer in answers
        )

    return program(columns, features, nested, classes, shares)


def leaf() -> Program:
    """One leaf: it asks for nothing."""
    columns, features = numbers(["x0", "x1"])
    return program(columns, features, 2.5)


def in_table(make: Callable[[], Program]) -> Callable[[], Program]:
    """The same program, its tree as a table."""

    def made() -> Program:
        return with_layout(make(), "table")

    made.__name__ = f"{make.__name__}_table"
    return made


def grove(
    columns: list[Column],
    features: list[Feature],
    trees: list[Nested],
    name: str,
    start: tuple[float, ...],
    slots: list[tuple[int, ...]] | None = None,
    title: str = "",
) -> tuple[Trees, Origin]:
    """A stage of trees, whose leaves are tuples of numbers."""
    made = [program(columns, features, nested) for nested in trees]
    models = [p.model for p in made if isinstance(p.model, SingleTree)]
    every = tuple(range(len(start)))
    stage = Trees(
        start=tuple(map(Number, start)),
        trees=tuple(m.tree for m in models),
        rows=tuple(m.predictions for m in models),  # type: ignore[misc]
        slots=tuple(slots or [every] * len(models)),
        nodes=tuple(m.nodes for m in models),
        name=name,
        title=title,
    )
    origin = replace(
        made[0].origin,
        nodes=sum(p.origin.nodes for p in made),
        leaves=sum(p.origin.leaves for p in made),
        depth=max(p.origin.depth for p in made),
    )
    return stage, origin


def ensemble(
    columns: list[Column],
    features: list[Feature],
    model: Ensemble,
    classes: Any,
    origin: Any,
) -> Program:
    every = tuple(range(len(columns)))
    return Program(tuple(columns), every, tuple(features), model, classes, origin)


def elements(stage: int, count: int) -> tuple[Element, ...]:
    return tuple(Element(stage, i) for i in range(count))


def forest() -> Program:
    """The mean of three trees, with equal leaves and one of a single node."""
    columns, features = numbers(["petal length", "petal width"], missing=True)
    trees: list[Nested] = [
        (0, 2.45, (1.0, 0.0, 0.0), (1, 1.75, (0.0, 0.9, 0.1), (0.0, 0.1, 0.9))),
        (1, 0.8, (1.0, 0.0, 0.0), (0, 4.85, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), True)),
        (0.25, 0.25, 0.5),
    ]
    stage, origin = grove(columns, features, trees, "total", (0.0, 0.0, 0.0))
    mean = Values(
        tuple(Arithmetic("/", e, Number(3.0)) for e in elements(0, 3)), "share"
    )
    model = Ensemble(
        stages=(stage, mean),
        scores=elements(1, 3),
        answers=(Choice(elements(SCORES, 3)),),
        several=False,
        probabilities=(elements(SCORES, 3),),
        applies=0,
        words="the mean of 3 trees",
    )
    classes = ("setosa", "versicolor", "virginica")
    origin = replace(origin, estimator="RandomForestClassifier")
    return ensemble(columns, features, model, classes, origin)


def boosting() -> Program:
    """A sum of trees and the shares of two classes; a loop around a deep tree."""
    columns, features = numbers(["age", "income"])
    nested: Nested = (0.5,)
    for step in reversed(range(12)):
        nested = (step % 2, float(step), (step / 8,), nested)
    trees: list[Nested] = [(0, 30.5, (-0.25,), (0.75,)), nested]
    stage, origin = grove(columns, features, trees, "raw", (0.125,))
    (raw,) = elements(SCORES, 1)
    second = Values((Apply("expit", raw, ()),), "second")
    (share,) = elements(0, 1)
    model = Ensemble(
        stages=(stage,),
        scores=elements(0, 1),
        answers=(Choice((raw,), 0.0, inclusive=True),),
        several=False,
        links=(second,),
        probabilities=((Arithmetic("-", Number(1.0), share), share),),
        decision=(raw,),
        applies=0,
        applies_width=1,
        words="the sum of 2 trees",
        notes=(
            "A note on what is promised of the last bits, long enough for two lines.",
        ),
    )
    origin = replace(origin, estimator="GradientBoostingClassifier")
    return ensemble(columns, features, model, ("no", "yes"), origin)


def votes() -> Program:
    """A tree and a forest inside an ensemble, and the average of what they say."""
    columns, features = numbers(["x0", "x1"])
    one: list[Nested] = [(0, 0.5, (1.0, 0.0), (0.25, 0.75))]
    first, origin = grove(
        columns, features, one, "a", (-0.0, -0.0), title="estimator 'a': ExtraTree"
    )
    more: list[Nested] = [
        (1, -0.5, (0.5, 0.5), (0.0, 1.0)),
        (0, 3.5, (1.0, 0.0), (0.1, 0.9)),
    ]
    second, _ = grove(
        columns,
        features,
        more,
        '"b"_total',
        (0.0, 0.0),
        title="estimator '\"b\"': Forest",
    )
    terms = tuple(
        (Element(0, i), Arithmetic("*", Element(1, i), Number(0.5))) for i in range(2)
    )
    shares = Joint("normalized", elements(2, 2), "share", (0.5,))
    model = Ensemble(
        stages=(first, second, Sums(terms, "total"), shares),
        scores=elements(3, 2),
        answers=(Choice(elements(SCORES, 2)),),
        several=False,
        probabilities=(elements(SCORES, 2),),
        words="the votes of 2 models",
    )
    origin = replace(origin, estimator="VotingClassifier", nodes=9, leaves=6)
    return ensemble(columns, features, model, (7, 11), origin)


PROGRAMS = {
    make.__name__: make
    for make in (
        *(plain, deep, missing, categories, kinds),
        *(outputs, hostile, wide, leaf, forest, boosting, votes),
        *map(in_table, (plain, missing, categories, outputs, leaf)),
    )
}
each = pytest.mark.parametrize("name", PROGRAMS)


def golden(name: str) -> Path:
    return GOLDEN / name / "scorer.py"


def emitted(name: str) -> str:
    return emit(fold(PROGRAMS[name]()), format=False)


# --- The text -------------------------------------------------------------------------


@each
def test_text(name: str, regen: bool) -> None:
    if regen:
        golden(name).write_text(emitted(name), encoding="utf-8")
    assert emitted(name) == golden(name).read_text(encoding="utf-8")


def test_no_other_files() -> None:
    assert {path.parent.name for path in GOLDEN.glob("*/scorer.py")} == set(PROGRAMS)


@each
def test_black_changes_nothing(name: str) -> None:
    text = golden(name).read_text(encoding="utf-8")
    assert black.format_str(text, mode=black.Mode()) == text
    assert emit(fold(PROGRAMS[name]()), format=True) == text


@pytest.mark.parametrize("seed", ["0", "1", "12345"])
def test_the_same_text_whatever_the_hash_seed(seed: str) -> None:
    code = (
        "import hashlib, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from test_golden import PROGRAMS, emitted\n"
        "for name in PROGRAMS: print(name, hashlib.sha256(emitted(name).encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert done.returncode == 0, done.stderr
    import hashlib

    digests = dict(line.split() for line in done.stdout.splitlines())
    assert digests == {
        name: hashlib.sha256(golden(name).read_bytes()).hexdigest() for name in PROGRAMS
    }


def test_mypy_and_ruff(tmp_path: Path) -> None:
    files = []
    for name in PROGRAMS:  # to mypy, two modules of one name are one
        files.append(str(shutil.copy(golden(name), tmp_path / f"{name}.py")))
    for tool in (
        [
            "mypy",
            "--strict",
            "--no-incremental",
            "--config-file=",
            "--cache-dir",
            os.devnull,
        ],
        ["ruff", "check", "--isolated", "--no-cache"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *tool, *files], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


# --- The code -------------------------------------------------------------------------


@each
def test_doctest(name: str) -> None:
    scorer = load(golden(name).read_text(encoding="utf-8"))
    result = doctest.testmod(scorer)
    assert result.attempted >= 2 and result.failed == 0


def answer(scorer: Any, record: dict[str, Any]) -> Any:
    try:
        shares = getattr(scorer, "predict_proba", lambda record: None)
        leaves = getattr(scorer, "apply", lambda record: None)
        return scorer.predict(record), shares(record), leaves(record)
    except scorer.InvalidRecord as error:
        return {"missing": list(error.missing), "invalid": list(error.invalid)}


def meaning(program: Program, record: dict[str, Any]) -> Any:
    values, missing, invalid = interpret.clean(program, record)
    if missing or invalid:
        return {"missing": list(missing), "invalid": list(invalid)}
    says = answers(program, values)
    return says.predict, says.predict_proba, says.apply


@each
def test_answers_are_those_of_the_interpreter(name: str) -> None:
    program = PROGRAMS[name]()
    scorer = load(golden(name).read_text(encoding="utf-8"))
    folded, leaves = fold(program), set()
    for record in edge_records(program):
        found, expected = answer(scorer, record), meaning(folded, record)
        if isinstance(expected, dict):
            assert found == expected
        else:
            assert same(found, expected)
            assert same(meaning(program, record), expected) or isinstance(
                meaning(program, record), dict
            )
            leaves.add(found[2])
    assert len(leaves) >= min(2, len(getattr(scorer, "LEAVES", (0,))))


@each
def test_answers_on_every_python(name: str) -> None:
    """The same on CPython 3.8 and later, alone: no site, no environment."""
    program = PROGRAMS[name]()
    scorer = load(golden(name).read_text(encoding="utf-8"))
    records = [
        record
        for record in edge_records(program)
        if all(type(v) in (float, int, str, bool, type(None)) for v in record.values())
    ]
    every = ("predict", "apply", "predict_proba", "decision_function")
    functions = [name for name in every if hasattr(scorer, name)]
    expected = []
    for record in records:
        try:
            expected.append(tuple(getattr(scorer, f)(record) for f in functions))
        except scorer.InvalidRecord as error:
            expected.append(
                {"missing": tuple(error.missing), "invalid": tuple(error.invalid)}
            )
    assert len(pythons()) >= 1 and len(records) > 10
    for python in pythons():
        found = run(python, golden(name), records, functions)
        for was, should in zip(found, expected, strict=True):
            if isinstance(should, dict):
                assert {k: tuple(v) for k, v in was.items()} == should
            else:
                assert same(was, should), python


def test_doctest_on_every_python() -> None:
    code = (
        "import doctest, importlib.util, sys\n"
        "for path in sys.argv[1:]:\n"
        "    spec = importlib.util.spec_from_file_location('scorer', path)\n"
        "    scorer = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(scorer)\n"
        "    result = doctest.testmod(scorer)\n"
        "    assert not result.failed and result.attempted >= 2, path\n"
    )
    files = [str(golden(name)) for name in PROGRAMS]
    for python in pythons():
        done = subprocess.run(
            [python, "-I", "-S", "-X", "utf8", "-W", "error", "-c", code, *files],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
