"""``treecompile.load``: a scorer in this process, and all that people hand to it."""

from __future__ import annotations

import ast
import copy
import gc
import inspect
import linecache
import pickle
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from collections import namedtuple
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import treecompile
from treecompile import BadSchema, compile_model, load
from treecompile.scorer import InvalidRecords, Scorer
from treecompile.scorer.highlight import highlighted
from treecompile.scorer.html import MOST_LETTERS

ROOT = Path(__file__).parents[1]
MUSHROOM = ROOT / "examples" / "mushroom"
X, Y = load_iris(return_X_y=True, as_frame=True)
X.columns = ["sepal length", "sepal width", "petal length", "petal width"]
FOREST = RandomForestClassifier(5, max_depth=4, random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def forest() -> Scorer:
    return load(FOREST)


@pytest.fixture(scope="module")
def mushroom() -> Scorer:
    return load(MUSHROOM / "model.pkl", data=MUSHROOM / "mushrooms.csv")


def raised(call: Any, kind: type[Exception] = ValueError) -> str:
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


# --- What comes in ----------------------------------------------------------------------

Row = namedtuple("Row", ["petal_length", "petal_width"])


class Table:
    """What a table of pyarrow can do, whose presence changes what pandas does."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.column_names = list(frame.columns)
        self.to_pylist = lambda: frame.to_dict("records")


FORMS = {
    "DataFrame": lambda x: x,
    "with more columns, in another order": lambda x: x.assign(more="?").iloc[:, ::-1],
    "nullable": lambda x: x.convert_dtypes(),
    "objects": lambda x: x.astype(object),
    "labels of its own": lambda x: x.set_index(x.index.astype(str) + "a"),
    "polars": pl.from_pandas,
    "a table": lambda x: Table(x),
    "array": lambda x: x.to_numpy(),
    "numbers for names": lambda x: pd.DataFrame(x.to_numpy()),
    "fields": lambda x: x.to_records(index=False),
    "sparse": lambda x: sparse.csr_matrix(x.to_numpy()),
    "lists": lambda x: x.to_numpy().tolist(),
    "tuples": lambda x: list(x.itertuples(index=False, name=None)),
    "rows of an array": lambda x: list(x.to_numpy()),
    "mappings": lambda x: x.to_dict("records"),
    "a generator": lambda x: (row for row in x.to_dict("records")),
    "Series": lambda x: [row for _, row in x.iterrows()],
}


@pytest.mark.parametrize("form", FORMS)
def test_many_records_in_any_form(forest: Scorer, form: str) -> None:
    for method in ("predict", "predict_proba", "apply"):
        found = getattr(forest, method)(FORMS[form](X))
        expected = getattr(FOREST, method)(X)
        assert type(found) is np.ndarray
        assert found.dtype == expected.dtype and found.shape == expected.shape
        assert (found == expected).all()


def test_one_record_in_any_form(forest: Scorer) -> None:
    row = X.iloc[70]
    fields = X.to_records(index=False)[70]
    for record in (dict(row), row, fields, fields.item() and fields):
        label = forest.predict(record)
        assert label == FOREST.predict(X.iloc[[70]])[0] and type(label) is int
        shares = forest.predict_proba(record)
        assert shares == tuple(FOREST.predict_proba(X.iloc[[70]])[0])
    one_row = X.iloc[[70]]
    assert forest.predict(one_row).tolist() == [label]
    named = X.rename(columns=lambda c: c.replace(" ", "_"))
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(named, Y)
    row = Row(5.0, 2.0)
    assert load(tree).predict(row) == load(tree).predict(row._asdict())


def test_of_no_records_there_are_no_answers(forest: Scorer) -> None:
    for nothing in (X[:0], X[:0].to_numpy(), [], pl.from_pandas(X[:0]), iter(())):
        found = forest.predict(nothing)
        assert found.shape == (0,) and found.dtype == FOREST.predict(X).dtype
        assert forest.predict_proba(nothing).shape == (0, 3)


def test_categories_and_missing_values(mushroom: Scorer) -> None:
    frame = pd.read_csv(MUSHROOM / "mushrooms.csv")
    expected = mushroom.module.predict_many(frame.to_dict("records"))
    for form in (frame, frame.astype("category"), frame.astype("string")):
        assert mushroom.predict(form).tolist() == expected
    assert mushroom.predict(frame).dtype == bool
    assert mushroom.predict(frame.iloc[3]) is expected[3]
    x = pd.DataFrame({"a": [1, 2, None, 4, 5, 6], "b": [1.0, None, 3, 4, 5, 6]})
    tree = DecisionTreeRegressor(random_state=0).fit(x, [1, 2, 3, 4, 5, 6])
    for form in (x, x.astype("Float64"), x.astype("Int64"), pl.from_pandas(x)):
        assert (load(tree).predict(form) == tree.predict(x)).all()


# --- What does not fit ------------------------------------------------------------------


def test_a_frame_that_lacks_columns_is_refused_once(forest: Scorer) -> None:
    renamed = X.rename(columns={"petal width": "Petal width"})
    for frame in (renamed, renamed[:0], pl.from_pandas(renamed)):
        text = raised(lambda: forest.predict(frame), InvalidRecords)  # noqa: B023
        assert text == (
            "The DataFrame lacks columns that the scorer reads:\n"
            "    petal width (did you mean 'Petal width'?)"
        )
    with pytest.raises(InvalidRecords) as error:
        forest.predict(X[["sepal width"]])
    assert error.value.missing == ("sepal length", "petal length", "petal width")
    twice = pd.concat([X, X[["petal width"]]], axis=1)
    assert "two columns 'petal width'" in raised(lambda: forest.predict(twice))


def test_spaces_that_lightgbm_took_from_the_names(forest: Scorer) -> None:
    columns = {name: name.replace(" ", "_") for name in X}
    model = RandomForestClassifier(2, max_depth=2, random_state=0)
    scorer = load(model.fit(X.rename(columns=columns), X["petal width"] > 1))
    text = raised(lambda: scorer.predict(X), InvalidRecords)
    text = " ".join(text.split())
    assert "LightGBM saves spaces in names as _." in text
    assert (
        "Give the names that the model was fitted on, all of them in their order"
        in text
    )
    assert "load(model, names=[...])" in text
    spaced = load(
        RandomForestClassifier(2).fit(X.to_numpy(), X["petal width"] > 1), names=list(X)
    )
    assert len(spaced.predict(X)) == len(X)
    assert "LightGBM" not in raised(lambda: forest.predict(X[["petal width"]]))


def test_rows_that_cannot_be_scored_are_all_named(forest: Scorer) -> None:
    frame = X.astype(object)
    frame.iloc[[3, 8, 140], 2] = "?"
    frame.iloc[8, 3] = "!"
    with pytest.raises(InvalidRecords) as error:
        forest.predict(frame)
    assert error.value.rows == (3, 8, 140)
    assert list(error.value.faults) == [3, 8, 140]
    assert error.value.faults[3].invalid == {"petal length": "?"}
    lines = str(error.value).split("\n")
    assert lines[0] == "3 of 150 records cannot be scored."
    assert lines[1] == "Row 3, row 140:"
    assert 'not a valid value for "petal length"' in lines[3]
    assert "Row 8:" in lines
    named = frame.set_index(frame.index.astype(str) + "a")
    assert "Row 3 (index '3a'), row 140 (index '140a')" in raised(
        lambda: forest.predict(named)
    )
    again = pickle.loads(pickle.dumps(error.value))
    assert str(again) == str(error.value) and again.rows == error.value.rows


def test_equal_complaints_of_many_rows_are_told_once(forest: Scorer) -> None:
    text = raised(lambda: forest.predict([{}] * 3_000), InvalidRecords)
    assert text.startswith("3,000 of 3,000 records cannot be scored.\nRow 0, row 1,")
    assert "row 7 and 992 more:" in text and text.endswith("And 2,000 more.")
    assert len(text) < 1_000


def test_one_record_that_cannot_be_scored(forest: Scorer) -> None:
    with pytest.raises(forest.InvalidRecord) as error:
        forest.predict({"petal width": "x"})
    assert error.value.invalid == {"petal width": "x"}
    with pytest.raises(forest.InvalidRecord):
        forest.predict(X.iloc[0].drop("petal width"))


def test_arrays_of_other_widths_say_which_fit(mushroom: Scorer) -> None:
    text = raised(lambda: mushroom.predict([["a"] * 7]))
    assert "as many columns as COLUMNS (3: 'odor'," in text
    assert "or RULES (4: " in text and "this one has 7" in text
    record = {"odor": "n", "stalk_surface_below_ring": "y", "spore_print_color": "w"}
    three, four = list(record.values()), ["n", "b", "y", "w"]
    expected = [mushroom.predict(record)]
    assert mushroom.predict([three]).tolist() == expected  # COLUMNS
    assert mushroom.predict([four]).tolist() == expected  # all raw columns
    tree = DecisionTreeClassifier(max_depth=1).fit(X, Y)
    narrow = load(tree)
    assert len(narrow.COLUMNS) == 1 and len(narrow.FEATURES) == 4
    whole = X.to_numpy()
    assert (narrow.predict(whole) == tree.predict(X)).all()
    used = X[list(narrow.COLUMNS)].to_numpy()
    assert (narrow.predict(used) == tree.predict(X)).all()
    assert "COLUMNS (1:" in raised(lambda: narrow.predict(whole[:, :2]))


@pytest.mark.parametrize(
    "given, says",
    [
        (None, "and this is a NoneType"),
        ("petal", "and this is a str"),
        (3.0, "and this is a float"),
        ([1.0, 2.0, 3.0, 4.0], "this one begins with 1.0: of one record"),
        (np.zeros(4), "this one has 1. Of one record, give [record]"),
        (np.zeros((2, 2, 4)), "this one has 3."),
        (X["petal width"], "a Series is one record"),
        (X.to_dict("list"), "these are columns of 150: give pandas.DataFrame(columns)"),
        (pl.from_pandas(X).lazy(), "call its collect() first"),
    ],
    ids=range(9),
)
def test_what_holds_no_records_is_refused(
    forest: Scorer, given: Any, says: str
) -> None:
    assert says in raised(lambda: forest.predict(given), (TypeError, ValueError))


def test_names_for_a_model_that_was_fitted_without() -> None:
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X.to_numpy(), Y)
    with pytest.warns(UserWarning, match="fitted without names"):
        found = load(model).predict(X)
    assert (found == model.predict(X.to_numpy())).all()


# --- What goes out ----------------------------------------------------------------------


def test_answers_have_the_type_of_the_labels() -> None:
    for labels in (["b", "a", "c"], [True, False, True], [3, 1, 7], [1.0, 2.0, 5.0]):
        y = np.array(labels)[Y]
        model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)
        found = load(model).predict(X)
        assert found.dtype == model.predict(X).dtype
        assert (found == model.predict(X)).all()


def test_several_outputs() -> None:
    y = np.column_stack([Y, Y % 2])
    model = RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, y)
    scorer = load(model)
    assert (scorer.predict(X) == model.predict(X)).all()
    for found, expected in zip(
        scorer.predict_proba(X), model.predict_proba(X), strict=True
    ):
        assert (found == expected).all()
    assert [found.shape for found in scorer.predict_proba(X[:0])] == [(0, 3), (0, 2)]
    numbers = RandomForestRegressor(3, random_state=0).fit(X, y.astype(float))
    assert (load(numbers).predict(X) == numbers.predict(X)).all()


def test_the_methods_are_those_of_the_model(forest: Scorer) -> None:
    isolation = IsolationForest(n_estimators=5, random_state=0).fit(X)
    boosting = GradientBoostingClassifier(n_estimators=3).fit(X, Y)
    scorer = load(isolation)
    assert (scorer.predict(X) == isolation.predict(X)).all()
    found = scorer.score_samples(X)
    assert np.abs(found - isolation.score_samples(X)).max() < 1e-15
    found = load(boosting).decision_function(X)
    assert (found == boosting.decision_function(X)).all()
    assert not hasattr(scorer, "predict_proba") and not hasattr(forest, "score_samples")
    assert "no predict_proba" in raised(lambda: scorer.predict_proba, AttributeError)
    assert "not fitted" in raised(lambda: scorer.fit, AttributeError)
    assert "(scorer.predict(X) == y).mean()" in raised(
        lambda: forest.score(X, Y), TypeError
    )
    assert {"predict", "COLUMNS", "InvalidRecord", "save"} <= set(dir(forest))
    assert not {"isnan", "nan", "exp", "Any"} & {*dir(forest), *dir(load(boosting))}
    assert "are CLASSES" in raised(lambda: forest.classes_, AttributeError)


def test_without_numpy_there_are_lists(tmp_path: Path) -> None:
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, Y)
    (tmp_path / "scorer.pkl").write_bytes(pickle.dumps(load(tree)))
    code = """
import pickle, sys
with open(sys.argv[1], "rb") as stream:
    scorer = pickle.load(stream)
assert "numpy" not in sys.modules and "pandas" not in sys.modules
print(scorer.predict([[5.1, 3.5, 1.4, 0.2], [5.9, 3.0, 5.1, 1.8]]))
"""
    command = [sys.executable, "-c", code, str(tmp_path / "scorer.pkl")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[0, 2]\n", done.stderr


# --- What it is -------------------------------------------------------------------------


def test_source_and_options(tmp_path: Path) -> None:
    scorer = load(MUSHROOM / "model.pkl", data=MUSHROOM / "mushrooms.csv")
    assert scorer.source == (MUSHROOM / "scorer.py").read_text()
    assert scorer.schema == scorer.SCHEMA and set(scorer.schema["properties"])
    path = tmp_path / "saved.py"
    path.write_text("old")
    assert scorer.save(str(path)) == path and path.read_text() == scorer.source
    with pytest.raises(OSError):
        scorer.save(tmp_path)
    with pytest.raises(FileNotFoundError) as missing:  # names no file beside it
        scorer.save(tmp_path / "none" / "scorer.py")
    assert missing.value.filename == str(tmp_path / "none" / "scorer.py")
    assert list(tmp_path.iterdir()) == [path]
    assert load(FOREST, columns="all", layout="table").source == compile_model(
        FOREST, columns="all", layout="table"
    )
    assert "wide" in raised(lambda: load(FOREST, wide=1), TypeError)
    assert "one of 'python'" in raised(lambda: load(FOREST, target="sql"))


def test_verify(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes((MUSHROOM / "model.pkl").read_bytes())
    scorer = load(path, data=MUSHROOM / "mushrooms.csv")
    path.unlink()  # it has been read
    report = scorer.verify(data=pd.read_csv(MUSHROOM / "mushrooms.csv"))
    assert report.ok and report.complete
    assert not load(FOREST).verify(MUSHROOM / "model.pkl", load=False).ok
    again = pickle.loads(pickle.dumps(scorer))
    assert "give it" in raised(again.verify)
    assert again.verify(MUSHROOM / "model.pkl", load=False).ok


def test_it_pickles_and_copies(forest: Scorer) -> None:
    again = pickle.loads(pickle.dumps(forest))
    assert again == forest and hash(again) == hash(forest) and again is not forest
    assert (again.predict(X) == forest.predict(X)).all()
    assert again._repr_html_() == forest._repr_html_()
    assert copy.deepcopy([forest])[0] == copy.copy(forest) == forest
    assert forest != load(FOREST, layout="table") and forest != forest.source


def test_its_functions_show_their_source(forest: Scorer) -> None:
    for name in ("predict", "score", "validate", "InvalidRecord"):
        found = inspect.getsource(getattr(forest, name))
        assert found in forest.source and f" {name}(" in found
    linecache.checkcache()
    assert inspect.getsource(forest.score) in forest.source
    assert str(inspect.signature(forest.predict)) == "(records)"
    assert forest.predict.__doc__.startswith("The answer for one record")


def test_it_leaves_nothing_behind() -> None:
    before = {name for name in sys.modules if name.startswith("treecompile_scorer")}
    scorer = load(DecisionTreeClassifier(max_depth=1).fit(X, Y))
    name = scorer.module.__name__
    assert name in sys.modules and f"<{name}>" in linecache.cache
    del scorer
    gc.collect()
    after = {name for name in sys.modules if name.startswith("treecompile_scorer")}
    assert after <= before and f"<{name}>" not in linecache.cache


def test_a_refusal_of_one_record_pickles(forest: Scorer) -> None:
    with pytest.raises(forest.InvalidRecord) as error:
        forest.predict({})
    again = pickle.loads(pickle.dumps(error.value))
    assert str(again) == str(error.value)


# --- In a notebook ----------------------------------------------------------------------


class Checked(HTMLParser):
    """Every tag is closed, and all text is collected."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def svg_of(page: str) -> Any:
    start, end = page.index("<svg"), page.index("</svg>") + len("</svg>")
    return xml.fromstring(page[start:end])


def test_a_page_shows_what_it_is_the_tree_and_the_source(mushroom: Scorer) -> None:
    assert repr(mushroom) == (
        "<Scorer: A DecisionTreeClassifier in plain Python: 3 columns in, one of 2 "
        "classes out>"
    )
    page = mushroom._repr_html_()
    text = "".join(Checked(page).text)
    assert "3 columns in, one of 2 classes out" in text
    assert "scikit-learn 1.9.1 (15 nodes, 8 leaves, depth 5;" in text
    assert mushroom.source in text
    words = [e.text for e in svg_of(page).iter() if e.tag.endswith("text")]
    assert (
        words.count("yes") == words.count("no") == 6
    )  # tests, down to the depth shown
    assert "3 nodes" in words
    assert "odor = l" in words and "True" in words


HOSTILE = [
    "</pre><script>alert(1)</script>",
    '"><img onerror=x>',
    "&lt;b&gt;",
    "\x1b[1m",
]


def test_nothing_of_a_model_becomes_html() -> None:
    x = pd.DataFrame(np.eye(4), columns=HOSTILE)
    model = DecisionTreeClassifier(random_state=0).fit(x, HOSTILE)
    page = load(model)._repr_html_()
    found = Checked(page)
    assert found.tags <= {
        *("div", "style", "b", "details", "summary", "pre", "span"),
        *("svg", "line", "rect", "text"),
    }
    assert "script>alert(1)" in "".join(found.text)
    assert "\x1b" not in page
    assert svg_of(page) is not None


def test_a_page_of_a_large_model_is_small() -> None:
    x, y = make_classification(3_000, random_state=0, flip_y=0.5)
    scorer = load(RandomForestClassifier(20, random_state=0).fit(x, y))
    page = scorer._repr_html_()
    assert len(scorer.source) > 1_000_000 > 4 * len(page)
    assert len(page) < MOST_LETTERS * 3
    assert re.search(r"The source, the first [\d,]+ of [\d,]+ lines", page)
    assert "The top of tree 1 of 20" in page
    assert len(page) < 250_000
    Checked(page)


def test_the_source_is_marked_by_kind() -> None:
    source = 'if x <= 1.5:  # a < b\n    y = "<&>"\n'
    assert highlighted(source) == (
        '<span class="tc-k">if</span> x &lt;= <span class="tc-n">1.5</span>:  '
        '<span class="tc-c"># a &lt; b</span>\n'
        '    y = <span class="tc-s">&quot;&lt;&amp;&gt;&quot;</span>\n'
    )
    broken = 'x = """<no end\n'
    assert highlighted(broken) == "x = &quot;&quot;&quot;&lt;no end\n"
    assert "".join(Checked(highlighted(compile_model(FOREST))).text) == compile_model(
        FOREST
    )


def test_it_is_exported() -> None:
    assert treecompile.load is load and isinstance(load(FOREST), Scorer)
    ast.parse(load(FOREST).source)


IN_A_POOL = """
import pickle, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import treecompile

if __name__ == "__main__":
    scorer = treecompile.load(sys.argv[1])
    records = [scorer.EXAMPLE, {**scorer.EXAMPLE, sorted(scorer.EXAMPLE)[0]: "wide"}]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for name in ("predict", "predict_proba", "validate", "predict_many"):
            function = getattr(scorer, name)
            given = records[:1] if name == "predict_many" else records[0]
            assert list(pool.submit(function, given).result()) == list(function(given))
        error = pool.submit(scorer.predict, records[1]).exception()
        assert isinstance(error, scorer.InvalidRecord), error
        values = scorer.validate(records[0])
        assert pool.submit(scorer.score, *values).result() == scorer.score(*values)
    print(error)
"""


def test_functions_and_refusals_go_to_another_process_and_back(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(IN_A_POOL)
    model = ROOT / "examples" / "iris" / "model.pkl"
    done = subprocess.run(
        [sys.executable, "pool.py", model], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert '"wide" is not a valid value' in done.stdout


def test_a_refusal_is_read_where_its_scorer_is_not() -> None:
    scorer = load(ROOT / "examples" / "iris" / "model.pkl")
    with pytest.raises(scorer.InvalidRecord) as caught:
        scorer.predict({"petal length (cm)": "wide"})
    data, text = pickle.dumps(caught.value), str(caught.value)
    code = f"import pickle; print(pickle.loads({data!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == text + "\n", done.stderr


def test_scorers_of_one_text_share_what_they_raise(forest: Scorer) -> None:
    again = Scorer(forest.source)
    with pytest.raises(again.InvalidRecord):
        forest.predict({})


def test_columns_without_names_are_not_taken_by_their_places(forest: Scorer) -> None:
    values = X.head(3).to_numpy()
    expected = forest.predict(X.head(3)).tolist()
    assert forest.predict(pd.DataFrame(values)).tolist() == expected  # 0, 1, 2, 3
    for names in ([3, 2, 1, 0], [1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5], list(zip("abcd"))):
        frame = pd.DataFrame(values)
        frame.columns = pd.Index(names, tupleize_cols=False)
        text = raised(lambda frame=frame: forest.predict(frame))
        assert "name them as the scorer does" in text and "'petal width'" in text
        text = raised(lambda frame=frame: forest.predict(frame.iloc[0]))
        assert "name them as the scorer does" in text


def test_rows_of_a_list_are_of_one_kind(forest: Scorer) -> None:
    record, values = X.iloc[0].to_dict(), X.iloc[0].tolist()
    narrow = treecompile.load(DecisionTreeClassifier(max_depth=1).fit(X, Y))
    wide = [1.0] * len(narrow.FEATURES)
    for scorer, rows in (
        (forest, [record, values]),
        (forest, [values, record]),
        (narrow, [wide, [1.0]]),
        (narrow, [[1.0], wide]),
    ):
        text = raised(lambda scorer=scorer, rows=rows: scorer.predict(rows))
        assert "of one kind" in text and "row 1 is" in text
    assert forest.predict([record, X.iloc[1], record]).shape == (3,)


def test_records_to_verify_with_are_tried_or_refused() -> None:
    iris = load_iris(as_frame=True).data
    tree = DecisionTreeClassifier(max_depth=2, random_state=0)
    scorer = load(tree.fit(iris, load_iris().target))
    wide = iris.iloc[:3]
    for data in (wide, pl.from_pandas(wide), wide.to_dict("records"), wide.to_numpy()):
        report = scorer.verify(data=data)
        assert "3 of the data;" in str(report) and report.ok
        assert "combination shown" in repr(report)
    holes = wide.astype(object).assign(**{wide.columns[3]: ["x", 1.0, 1.0]})
    assert "2 of the data (but for 1 that the scorer refuses)" in str(
        scorer.verify(data=holes)
    )
    lacking = wide.iloc[:, :3]
    for data, words in (
        (lacking, "The data lack columns that the scorer asks for"),
        (np.ones((2, 9)), "The array has 9 columns"),
        (
            [1, 2],
            "Give the path of a CSV file, a DataFrame, an array or a list of dicts",
        ),
    ):
        assert words in raised(lambda data=data: scorer.verify(data=data), BadSchema)
