"""Random programs, and records for them: ordinary ones, and those on the edges."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from treecompile.program import (
    Bands,
    Column,
    Cuts,
    Expression,
    Feature,
    IsMissing,
    Origin,
    Program,
    Read,
    SingleTree,
    Threshold,
    Tree,
    columns_of,
    equals,
)

#: The largest double that rounds to a finite single: what most columns are bounded by.
LIMIT = float(np.nextafter(2.0**128 - 2.0**103, 0.0))
TINY = 5e-324

#: Texts that try to be more than data, wherever they end up.
HOSTILE = (
    "",
    " ",
    "'",
    '"',
    '"""',
    "'''",
    '\\"""',
    "\\",
    "\\\\",
    "\\'",
    "\\N{BULLET}",
    "a\nb",
    "a\r\nb",
    "\n",
    "\t",
    "a\x0cb",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# note #}",
    "{}",
    "{0}",
    "%s %(x)s",
    "${x}",
    "'); import os #",
    '"); import os #',
    "\nimport os\n",
    '"""\nimport os\n"""',
    "# comment",
    "#",
    "x; fmt: off; y",
    "# fmt: skip",
    "# type: ignore",
    "# noqa",
    "# doctest: +SKIP",
    ">>> 1 / 0",
    "...",
    "\u200fright to left\u200e",
    "\u202eoverride\u202c",
    "\u2066isolate\u2069",
    "שלום",
    "مرحبا",
    "\ufeffmark",
    "a\0b",
    "\0",
    "\x85next line",
    "\u2028line\u2029paragraph",
    "\ud800",
    "\udfff lone",
    "\ud83d\ude00",  # a pair of surrogates, which is not the character they stand for
    "😀",
    "👩‍👩‍👧",
    "日本語の列",
    "naïve",
    "nai\u0308ve",
    "ﬁ",
    "fi",
    "ſ",
    "s",
    "S",
    "ß",
    "SS",
    "İ",
    "ŉ",
    "ΐ",
    "²",
    "٣",
    "ªº",
    "a b",
    "a-b",
    "a_b",
    "a.b",
    "a__b",
    "_a_b_",
    "A_b",
    "A_B",
    "1",
    "1a",
    "-1",
    "1e5",
    "0x10",
    "None",
    "True",
    "False",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "-inf",
    "and",
    "class",
    "lambda",
    "async",
    "await",
    "match",
    "case",
    "type",
    "_",
    "__",
    "print",
    "len",
    "abs",
    "sum",
    "float",
    "frozenset",
    "exec",
    "__import__",
    "__class__",
    "__init__",
    "__debug__",
    "__name__",
    "__doc__",
    "annotations",
    "Any",
    "TYPE_CHECKING",
    "COLUMNS",
    "CLASSES",
    "FEATURES",
    "SCHEMA",
    "RULES",
    "LIMIT",
    "NUMBER",
    "number",
    "_NUMBER",
    "_number",
    "_checked",
    "_clean",
    "_shown",
    "_nearest",
    "_expected",
    "InvalidRecord",
    "ValueError",
    "validate",
    "encode",
    "score",
    "predict",
    "predict_proba",
    "predict_many",
    "apply",
    "main",
    "PREDICTIONS",
    "PROBABILITIES",
    "LEAVES",
    "record",
    "records",
    "value",
    "values",
    "name",
    "names",
    "columns",
    "rule",
    "missing",
    "invalid",
    "others",
    "isnan",
    "self",
    "x",
    "x0",
    "l",
    "O",
    "I",
    "set",
    "_SET",
    "a_set",
    "A_SET",
    "../../etc/passwd",
    "$(reboot)",
    "`reboot`",
    "<script>alert(1)</script>",
    "a" * 39,
    "a" * 40,
    "a" * 41,
    "a" * 300,
    "an " * 200,
    "列" * 60,
    "'\"" * 60,
)

#: Any text at all that a Python str may hold, lone surrogates too.
any_text = st.text(st.characters(exclude_categories=()), max_size=12)
texts = st.one_of(st.sampled_from(HOSTILE), any_text, st.text("ab_-. ", max_size=4))

cuts = st.one_of(
    st.sampled_from(
        (0.0, -0.0, 0.5, -0.5, 1.0, 2.5, -3.0, 1e-3, TINY, -TINY, 2.0**53, 1e22, 1e300)
        + (LIMIT, -LIMIT, math.inf, -math.inf, float(np.float32(0.1)), 2.0**-126)
    ),
    st.floats(allow_nan=False),
    st.floats(-10, 10),
    st.integers(-5, 5).map(float),
)


def cuts_for(
    value: Expression, columns: tuple[Column, ...]
) -> st.SearchStrategy[float]:
    """Cuts that part what a feature can be, and now and then others."""
    if not isinstance(value, Read):
        return st.sampled_from((0.5,) * 9 + (0.0, 1.0, -1.0, math.inf, -math.inf))
    column = columns[value.column]
    if column.categories is not None:
        near = {f(x) for x in map(float, column.categories) for f in (_below, float)}
        return st.one_of(st.sampled_from(sorted(near)), cuts)
    return st.one_of(st.floats(column.low, column.high), cuts)


def scaled(examples: int) -> settings:
    """As many examples as said in the profile that is looked at every time."""
    return settings(
        max_examples=max(1, examples * settings.default.max_examples // 100)
    )


# --- Columns and features -------------------------------------------------------------


@st.composite
def number_columns(draw: st.DrawFn, name: str) -> Column:
    low, high = -LIMIT, LIMIT
    if draw(st.booleans()):
        bounds = st.sampled_from((-1e300, -10.0, -1.0, -0.0, 0.0, 1.0, 10.0, 1e300))
        low, high = sorted(
            (draw(bounds), draw(bounds)), key=lambda x: (x, math.copysign(1.0, x))
        )
    missing, integer = draw(st.booleans()), draw(st.sampled_from((False, False, True)))
    low = draw(st.sampled_from((low, low, -math.inf)))
    high = draw(st.sampled_from((high, high, math.inf)))
    holes = draw(st.sampled_from(((), (), ((0.0, 0.0),), ((-2.0, -1.5), (0.0, 0.5)))))
    if not (low < -2.0 and high > 0.5):
        holes = ()
    return Column(name, None, missing, False, integer, low, high, holes)


def distinct(values: st.SearchStrategy[Any], most: int = 8) -> st.SearchStrategy[Any]:
    """Tuples of values no two of which are equal (1, 1.0 and True are)."""
    return st.lists(values, min_size=1, max_size=most, unique=True).map(tuple)


categories = st.one_of(
    distinct(texts, 12),
    distinct(st.sampled_from("abcdefgh")),
    distinct(st.integers(-3, 9)),
    distinct(st.sampled_from((0.5, 1.5, -0.0, 2.0, 1e300, TINY))),
    distinct(st.one_of(texts, st.integers(-2, 2), st.booleans(), st.just(1.5))),
    st.sampled_from(((True,), (False,), (True, False), (False, True))),
)


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    if draw(st.booleans()):
        return draw(number_columns(name))
    known = draw(categories)
    return Column(name, known, missing=draw(st.booleans()))


@st.composite
def features(draw: st.DrawFn, columns: tuple[Column, ...]) -> tuple[Feature, ...]:
    """The columns themselves, where they are numbers, or a mix of readings."""
    if all(c.categories is None for c in columns) and draw(st.booleans()):
        return tuple(Feature(c.name, Read(i)) for i, c in enumerate(columns))
    count = draw(st.integers(1, 6))
    return tuple(
        Feature(f"{draw(texts)} {k}", draw(expressions(columns))) for k in range(count)
    )


@st.composite
def expressions(draw: st.DrawFn, columns: tuple[Column, ...]) -> Expression:
    index = draw(st.integers(0, len(columns) - 1))
    column, read = columns[index], Read(index)
    if column.missing and draw(st.integers(0, 3)) == 0:
        return IsMissing(read)
    if column.categories is None:
        return read
    numbers = all(isinstance(c, (bool, int, float)) for c in column.categories)
    if numbers and draw(st.booleans()):
        return read
    return equals(read, draw(st.sampled_from(column.categories)))


# --- Trees and answers ----------------------------------------------------------------


@st.composite
def trees(
    draw: st.DrawFn, features: tuple[Feature, ...], cut: dict[int, Any], most: int
) -> Tree:
    """A node table in which children follow their parent, in no other order."""
    tests: list[Threshold | Bands | None] = [None]
    left, right, leaves = [-1], [-1], [0]
    for _ in range(draw(st.sampled_from((most // 2, most - 1, 3, 2, 1, 0)))):
        node = leaves.pop(draw(st.integers(0, len(leaves) - 1)))
        feature = draw(st.integers(0, len(features) - 1))
        missing_left = draw(st.booleans())
        if draw(st.integers(0, 7)):
            tests[node] = Threshold(feature, draw(cut[feature]), missing_left)
        else:
            ends = tuple(sorted(draw(st.sets(cut[feature], max_size=3))))
            tests[node] = Bands(feature, ends, missing_left, draw(st.booleans()))
        left[node], right[node] = len(tests), len(tests) + 1
        leaves += [len(tests), len(tests) + 1]
        tests += [None, None]
        left += [-1, -1]
        right += [-1, -1]
    numbers = iter(draw(st.permutations(range(len(leaves)))))
    leaf = tuple(next(numbers) if test is None else -1 for test in tests)
    return Tree(tuple(tests), tuple(left), tuple(right), leaf)


labels = st.one_of(
    distinct(texts, 4),
    distinct(st.integers(-(2**70), 2**70), 4),
    distinct(st.integers(0, 3), 4),
    distinct(st.floats(allow_nan=False), 3),
    distinct(st.booleans(), 2),
)
shares = st.sampled_from((0.0, 1.0, 0.25, 1 / 3, 0.1, TINY, 0.30000000000000004))
means = st.one_of(
    st.sampled_from((0.0, -0.0, 1.0, TINY, 1e22, 1e16, math.inf, -math.inf, 0.1)),
    st.floats(allow_nan=False),
)


@st.composite
def answers(draw: st.DrawFn, leaves: int) -> tuple[Any, Any, Any]:
    """What each leaf predicts, the share of each class there, and the classes."""
    outputs = draw(st.sampled_from((1, 1, 1, 2, 3)))

    def joined(of_each_output: list[list[Any]]) -> tuple[Any, ...]:
        if outputs == 1:
            return tuple(of_each_output[0])
        return tuple(zip(*of_each_output))

    def some(values: Any) -> list[Any]:
        return draw(st.lists(values, min_size=leaves, max_size=leaves))

    if draw(st.integers(0, 2)) == 0:
        return joined([some(means) for _ in range(outputs)]), None, None
    classes = [draw(labels) for _ in range(outputs)]
    predictions = joined([some(st.sampled_from(c)) for c in classes])
    probabilities = joined([some(st.tuples(*[shares] * len(c))) for c in classes])
    return predictions, probabilities, classes[0] if outputs == 1 else tuple(classes)


@st.composite
def programs(draw: st.DrawFn, most_leaves: int = 12) -> Program:
    """Programs as lowering makes them: tests on features, every column required."""
    names = draw(
        st.one_of(
            st.lists(texts, min_size=1, max_size=5, unique=True),
            st.just([f"x{i}" for i in range(draw(st.integers(1, 16)))]),
        )
    )
    if draw(st.booleans()):
        same = draw(number_columns(""))
        inputs = tuple(
            Column(name, None, same.missing, False, same.integer, same.low, same.high)
            for name in names
        )
    else:
        inputs = tuple(draw(columns(name)) for name in names)
    vector = draw(features(inputs))
    pools = {k: cuts_for(f.value, inputs) for k, f in enumerate(vector)}
    tree = draw(trees(vector, pools, most_leaves))
    leaves = sum(test is None for test in tree.tests)
    predictions, probabilities, classes = draw(answers(leaves))
    numbers = sorted(draw(st.permutations(range(len(tree.tests))))[:leaves])
    return Program(
        columns=inputs,
        required=tuple(range(len(inputs))),
        features=vector,
        model=SingleTree(tree, predictions, probabilities, tuple(numbers)),
        classes=classes,
        origin=origin(
            tree, "DecisionTreeRegressor" if classes is None else "ExtraTreeClassifier"
        ),
    )


def with_layout(program: Program, layout: str) -> Program:
    """The program, its trees laid out so."""
    origin = replace(program.origin, options=(("layout", layout),))
    return replace(program, origin=origin)


def origin(tree: Tree, estimator: str) -> Origin:
    leaves = sum(test is None for test in tree.tests)
    return Origin(
        estimator=estimator,
        steps=(),
        library="scikit-learn",
        version="1.9.1",
        sha256="0" * 64,
        nodes=len(tree.tests),
        leaves=leaves,
        depth=3,
    )


# --- Records --------------------------------------------------------------------------

# Of pandas, if it is there: what is missing, and what is not, and equals nothing.
try:
    from pandas import NA
    from pandas import NaT as NAT
except ImportError:
    NA, NAT = None, math.nan

ODD_NUMBERS = (
    None,
    math.nan,
    math.inf,
    -math.inf,
    0,
    0.0,
    -0.0,
    TINY,
    -TINY,
    1,
    True,
    False,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    10**400,
    LIMIT,
    -LIMIT,
    math.nextafter(LIMIT, math.inf),
    math.nextafter(-LIMIT, -math.inf),
    1.7976931348623157e308,
    Decimal("0.1"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("1e999"),
    Decimal(2**53 + 1),
    Fraction(1, 3),
    Fraction(10**400, 3),
    np.float64(0.5),
    np.float32(0.1),
    np.float16(1.5),
    np.float64("nan"),
    np.int64(3),
    np.int64(2**60),
    np.uint8(1),
    np.bool_(True),
    np.array(2.0),
    1j,
    np.complex128(1 + 5j),
    np.complex64(2),
    NA,
    NAT,
    np.datetime64("2020-01-01"),
    np.timedelta64(1, "s"),
    "1.5",
    "",
    b"1",
    [1.0],
    {},
    object,
    np.datetime64("NaT"),
)
ODD_CATEGORIES = (
    None,
    math.nan,
    Decimal("NaN"),
    Decimal("sNaN"),
    "no such category",
    "",
    0,
    1,
    0.0,
    1.0,
    -0.0,
    True,
    False,
    Decimal(1),
    Fraction(1, 1),
    np.str_("a"),
    np.int64(1),
    np.float64(1.5),
    np.bool_(False),
    np.array([1, 2]),
    1 + 0j,
    np.complex64(1),
    NA,
    NAT,
    np.timedelta64(1, "s"),
    b"a",
    (),
    [],
    {},
    frozenset(),
    object,
    np.datetime64("NaT"),
)


def cuts_of(program: Program) -> dict[int, set[float]]:
    """The cuts that each column is compared with, through the features."""
    found: dict[int, set[float]] = {i: set() for i in range(len(program.columns))}
    for test in [test for tree in program.trees() for test in tree.tests]:
        if isinstance(test, Cuts):
            found[test.column].update(test.cuts)
        elif isinstance(test, (Threshold, Bands)):
            cuts = test.cuts if isinstance(test, Bands) else (test.cut,)
            used = columns_of(program.feature(test.feature).value)
            for column in used:
                found[column].update(cuts)
    return found


def edges(column: Column, cuts: set[float]) -> list[Any]:
    """The values at which the column, or a test on it, changes its mind."""
    if column.categories is not None:
        return [*column.categories, *ODD_CATEGORIES]
    places = {*cuts, column.low, column.high, 0.0, 1.0}
    if column.integer:
        places |= {float(math.floor(x)) for x in cuts if math.isfinite(x)}
    near = [f(x) for x in sorted(places) for f in (_below, float, _above)]
    return [*near, *ODD_NUMBERS]


def _below(x: float) -> float:
    return math.nextafter(x, -math.inf)


def _above(x: float) -> float:
    return math.nextafter(x, math.inf)


def valid_value(column: Column) -> Any:
    if column.categories is not None:
        return column.categories[0] if column.categories else "any"
    return min(max(0.0, column.low), column.high)


def edge_records(program: Program) -> Iterator[dict[str, Any]]:
    """A valid record, and for each column it with each edge and without the column."""
    base = {column.name: valid_value(column) for column in program.columns}
    cuts = cuts_of(program)
    yield base
    for index, column in enumerate(program.columns):
        yield {name: value for name, value in base.items() if name != column.name}
        for value in edges(column, cuts[index]):
            yield {**base, column.name: value}


@st.composite
def records(draw: st.DrawFn, program: Program) -> dict[str, Any]:
    """A record of edges and ordinary values, most often a valid one."""
    record: dict[str, Any] = {}
    cuts = cuts_of(program)
    for index, column in enumerate(program.columns):
        kind = draw(st.sampled_from(("good",) * 12 + ("edge",) * 3 + ("absent",)))
        if kind == "edge":
            record[column.name] = draw(st.sampled_from(edges(column, cuts[index])))
        elif kind == "good" and column.categories is not None:
            record[column.name] = draw(st.sampled_from(column.categories))
        elif kind == "good":
            inside = [x for c in cuts[index] for x in (_below(c), c, _above(c))]
            inside = [x for x in inside if column.low <= x <= column.high]
            value = draw(
                st.one_of(
                    st.floats(column.low, column.high),
                    st.sampled_from(inside or [valid_value(column)]),
                )
            )
            whole = column.integer and math.isfinite(value)
            record[column.name] = float(math.floor(value)) if whole else value
    if draw(st.booleans()):
        record[draw(texts)] = draw(st.sampled_from((1.0, "x", None)))
    return record
