"""Reading: what pickle and joblib wrote comes back, as data, bit for bit."""

from __future__ import annotations

import bz2
import collections
import copyreg
import dataclasses
import datetime
import decimal
import functools
import gzip
import hashlib
import io
import json
import lzma
import math
import os
import pathlib
import pickle
import random
import subprocess
import sys
import threading
import types
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as arrays_of
import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelEncoder,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import Bunch

from treecompile.errors import UnreadableFile
from treecompile.read import ModelFile, Name, Record, container, read_bytes, read_file

HERE = Path(__file__).parent
FILES = HERE / "read_files"
MUSHROOM = HERE.parent.parent / "shared" / "data" / "mushroom" / "example_model.pkl"
PROTOCOLS = range(6)
COMPRESSIONS: list[Any] = [0, 3, *[(kind, 3) for kind in ("gzip", "bz2", "xz", "lzma")]]


# What a live object should be read as


class Comparison:
    """Compares what was read with the live objects that were saved."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.compared = 0

    def same(self, read: Any, live: Any, path: str = "root") -> None:
        self.compared += 1
        plain = (bool, int, str, bytes, bytearray, range, type(None))
        if isinstance(live, plain) and not isinstance(live, np.generic):
            assert type(read) is type(live) and read == live, path
        elif isinstance(live, (float, complex)) and not isinstance(live, np.generic):
            assert type(read) is type(live) and repr(read) == repr(live), path
        elif isinstance(live, (type, types.FunctionType, np.ufunc)):
            assert isinstance(read, Name), path
            assert read.name in (live.__name__, getattr(live, "__qualname__", "")), path
        elif isinstance(live, np.dtype):
            assert isinstance(read, np.dtype) and read == live, path
            assert read.byteorder == live.byteorder, path
        elif isinstance(live, np.generic):
            assert type(read) is type(live), path
            self.same_array(np.asarray(read), np.asarray(live), path)
        elif type(live) in (np.ndarray, np.memmap, np.matrix):
            self.same_array(read, np.asarray(live), path)
        elif isinstance(live, (list, tuple, collections.deque)):
            kind = list if isinstance(live, collections.deque) else type(live)
            if kind not in (list, tuple):  # a namedtuple or _RemainderColsList
                self.same_object(read, live, path)
                return
            assert type(read) is kind and len(read) == len(live), path
            for index, (one, other) in enumerate(zip(read, live)):
                self.same(one, other, f"{path}[{index}]")
        elif isinstance(live, (set, frozenset)):
            assert type(read) is type(live), path
            # By their text, since NaN are not equal; their order is their own.
            assert sorted(map(repr, read)) == sorted(map(repr, live)), path
        elif isinstance(live, slice):
            assert read == live, path
        elif isinstance(live, dict) and not isinstance(live, Bunch):
            assert type(read) is dict and len(read) == len(live), path
            for (key, one), (live_key, other) in zip(read.items(), live.items()):
                self.same(key, live_key, f"{path} key")
                self.same(one, other, f"{path}[{live_key!r}]")
        else:
            self.same_object(read, live, path)

    def same_array(self, read: Any, live: Any, path: str) -> None:
        assert isinstance(read, np.ndarray), path
        assert read.dtype == live.dtype, path
        assert read.shape == live.shape, path
        if live.dtype.hasobject:
            self.same(read.tolist(), live.tolist(), path)
            return
        # Void padding between fields is copied, but nobody's business.
        assert read.tobytes() == live.tobytes(), path
        if live.ndim > 1 and live.size and live.flags.f_contiguous:
            assert read.flags.f_contiguous, path

    def same_object(self, read: Any, live: Any, path: str) -> None:
        """An object is what its own ``__reduce_ex__`` says: the state, piece by piece."""
        if id(live) in self.seen:
            return
        self.seen.add(id(live))
        reduced = live.__reduce_ex__(4)
        if isinstance(reduced, str):
            assert isinstance(read, Name) and read.name == reduced, path
            return
        maker, args, *rest = (*reduced, None, None, None)[:5]
        assert isinstance(read, Record), path
        expected = type(live).__name__
        by_class = maker in (type(live), copyreg.__newobj__)
        if by_class:
            assert read.name == expected, path
            live_args = args[1:] if maker is copyreg.__newobj__ else args
            self.same(read.args, live_args, f"{path}.args")
        else:  # a function that makes it
            assert read.name in (expected, maker.__name__), path
            self.same(read.args, args, f"{path}.args")
        state, _, items = rest
        if isinstance(live, Bunch):
            for key, item in items:
                self.same(read[key], item, f"{path}.{key}")
            return
        if isinstance(state, dict):
            assert list(read.attributes) == list(state), path
            for key, part in state.items():
                self.same(read[key], part, f"{path}.{key}")
        elif state is not None:
            assert not read.attributes or isinstance(state, tuple), path
            if read.state is not None:
                self.same(read.state, state, f"{path}.state")


def check_same(read: Any, live: Any, at_least: int = 1) -> None:
    comparison = Comparison()
    comparison.same(read, live)
    assert comparison.compared >= at_least, comparison.compared


def frame(rows: int = 30) -> tuple[pd.DataFrame, Any]:
    chance = np.random.RandomState(0)
    data = pd.DataFrame(
        {
            "colour": chance.choice(["red", "grün", "b'lue"], rows),
            "size": chance.normal(size=rows),
            "count": chance.randint(0, 5, rows),
        }
    )
    return data, np.where(data["size"] + data["count"] > 2, "yes", "no")


def column_pipeline() -> Any:
    data, labels = frame()
    columns = ColumnTransformer(
        [
            ("one", OneHotEncoder(handle_unknown="ignore"), ["colour"]),
            (
                "number",
                Pipeline([("i", SimpleImputer()), ("s", StandardScaler())]),
                [1],
            ),
            ("function", FunctionTransformer(np.log1p), ["count"]),
        ],
        remainder="drop",
    )
    forest = RandomForestClassifier(3, random_state=np.random.RandomState(1))
    return Pipeline([("columns", columns), ("forest", forest)]).fit(data, labels)


def boosting_with_categories() -> Any:
    data, labels = frame(60)
    data["colour"] = data["colour"].astype("category")
    model = HistGradientBoostingClassifier(
        max_iter=3, min_samples_leaf=2, categorical_features=[0]
    )
    return model.fit(data.assign(colour=data["colour"].cat.codes), labels)


def numbers() -> tuple[Any, Any]:
    chance = np.random.RandomState(0)
    return chance.normal(size=(40, 3)), chance.randint(0, 3, 40)


def fitted(model: Any) -> Callable[[], Any]:
    return lambda: model.fit(*numbers())


def search(model: Any) -> Any:
    return model.fit(*numbers())


def grid_search() -> Any:
    grid = {"max_depth": [1, None], "criterion": ["gini", "entropy"]}
    return search(GridSearchCV(DecisionTreeClassifier(), grid, cv=2))


def random_search() -> Any:
    ranges = {
        "max_depth": scipy.stats.randint(1, 5),
        "ccp_alpha": scipy.stats.uniform(),
    }
    model = RandomizedSearchCV(DecisionTreeClassifier(), ranges, n_iter=2, cv=2)
    return search(model)


def model_in_a_dict() -> Any:
    codes = LabelEncoder().fit(["a", "b", "c"])
    tree = DecisionTreeClassifier().fit(*numbers())
    return {"model": tree, "le": codes, "again": tree, "made": None, 7: ("x", 1.5)}


MODELS: dict[str, Callable[[], Any]] = {
    "tree": fitted(DecisionTreeClassifier()),
    "regression tree": fitted(DecisionTreeRegressor(max_depth=3)),
    "forest": fitted(RandomForestClassifier(4, class_weight={0: 1, 1: 2, 2: 3})),
    "extra trees": fitted(ExtraTreesRegressor(2, n_jobs=1)),
    "boosting": fitted(GradientBoostingClassifier(n_estimators=2)),
    "histogram boosting": boosting_with_categories,
    "adaboost": fitted(AdaBoostClassifier(n_estimators=3)),
    "isolation forest": fitted(IsolationForest(n_estimators=5)),
    "neighbours": fitted(KNeighborsClassifier(algorithm="kd_tree")),
    "transformed target": fitted(TransformedTargetRegressor(DecisionTreeRegressor())),
    "voting": fitted(
        VotingClassifier([("t", DecisionTreeClassifier()), ("l", LogisticRegression())])
    ),
    "columns": column_pipeline,
    "grid search": grid_search,
    "random search": random_search,
    "dict": model_in_a_dict,
    "unfitted": DecisionTreeClassifier,
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: Any) -> Any:
    return MODELS[request.param]()


def joblib_bytes(thing: Any, compress: Any = 0) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(thing, buffer, compress=compress)
    return buffer.getvalue()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickles_of_models(model: Any, protocol: int) -> None:
    data = pickle.dumps(model, protocol)
    file = read_bytes(data)
    check_same(file.root, model, at_least=10)
    assert file.container == f"pickle protocol {protocol}"
    assert file.protocol == protocol
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert not file.refused


@pytest.mark.parametrize("compress", COMPRESSIONS, ids=str)
def test_joblib_files_of_models(model: Any, compress: Any) -> None:
    file = read_bytes(joblib_bytes(model, compress))
    check_same(file.root, model, at_least=10)
    kind = {0: "", 3: ", zlib"}.get(compress) if type(compress) is int else None
    kind = f", {compress[0]}" if kind is None else kind
    has_arrays = file.container.startswith("joblib")
    assert file.container == (f"joblib{kind}" if has_arrays else file.container)
    assert has_arrays or not hasattr(model, "classes_")


def test_the_comparison_can_fail() -> None:
    """The oracle of this file sees each kind of difference."""
    live = DecisionTreeClassifier().fit(*numbers())
    for change in (
        lambda read: read.attributes.update(max_depth=3),
        lambda read: read.attributes.pop("splitter"),
        lambda read: read.attributes.update(classes_=live.classes_.astype("i4")),
        lambda read: read.attributes.update(classes_=live.classes_[::-1]),
        lambda read: read["tree_"].attributes.update(node_count=True),
        lambda read: read["tree_"].attributes.update(
            values=np.nextafter(read["tree_"]["values"], 2)
        ),
        lambda read: read.attributes.update(tree_=read),
    ):
        read = read_bytes(pickle.dumps(live)).root
        check_same(read, live)
        change(read)
        with pytest.raises(AssertionError):
            check_same(read, live)


def test_node_tables() -> None:
    live = DecisionTreeClassifier().fit(*numbers())
    read = read_bytes(pickle.dumps(live)).root
    nodes = read["tree_"]["nodes"]
    assert nodes.dtype.names[:4] == (
        "left_child",
        "right_child",
        "feature",
        "threshold",
    )
    assert nodes["threshold"].tobytes() == live.tree_.threshold.tobytes()
    assert read["tree_"]["values"].tobytes() == live.tree_.value.tobytes()
    assert read["_sklearn_version"] and read.kind == (
        "sklearn",
        live.__class__.__name__,
    )
    assert read["tree_"].args[0] == 3 and read["tree_"].name == "Tree"


def test_names_in_order_of_first_use() -> None:
    file = read_bytes(pickle.dumps([len, np.float64, len, DecisionTreeClassifier()]))
    assert [str(name) for name in file.names] == [
        "builtins.len",
        "numpy.float64",
        "sklearn.tree._classes.DecisionTreeClassifier",
    ]


def test_records() -> None:
    read = read_bytes(pickle.dumps(DecisionTreeClassifier(max_depth=3))).root
    assert read["max_depth"] == 3 and read.get("splitter") == "best"
    assert read.get("tree_") is None and "tree_" not in read and "max_depth" in read
    with pytest.raises(KeyError):
        read["tree_"]
    assert list(read)[:2] == ["criterion", "splitter"]
    assert read.cls.package == "sklearn" and read.name == "DecisionTreeClassifier"
    assert repr(read).startswith("<sklearn.tree._classes.DecisionTreeClassifier with")


def test_model_files_are_frozen() -> None:
    file = read_bytes(pickle.dumps(1))
    assert isinstance(file, ModelFile)
    with pytest.raises(dataclasses.FrozenInstanceError):
        file.root = 2  # type: ignore[misc]


# Arrays


def round_trips(thing: Any) -> None:
    for protocol in PROTOCOLS:
        check_same(read_bytes(pickle.dumps(thing, protocol)).root, thing)
    for compress in (0, 3):
        check_same(read_bytes(joblib_bytes(thing, compress)).root, thing)


def dtypes() -> Any:
    plain = arrays_of.scalar_dtypes()
    text = st.one_of(
        arrays_of.unicode_string_dtypes(max_len=9),
        arrays_of.byte_string_dtypes(max_len=9),
    )
    return st.one_of(
        plain,
        text,
        arrays_of.array_dtypes(plain, allow_subarrays=True),
        arrays_of.datetime64_dtypes(),
        arrays_of.timedelta64_dtypes(),
    )


@given(st.data(), dtypes(), st.sampled_from("CF"))
@settings(max_examples=300, deadline=None)
def test_any_array(data: Any, dtype: Any, order: str) -> None:
    shapes = arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    array = np.asarray(data.draw(arrays_of.arrays(dtype, shapes)), order=order)
    read = read_bytes(pickle.dumps(array, data.draw(st.sampled_from(PROTOCOLS)))).root
    Comparison().same(read, array)
    Comparison().same(read_bytes(joblib_bytes(array)).root, array)
    if array.dtype.subdtype is None:
        Comparison().same(read_bytes(pickle.dumps(array.dtype)).root, array.dtype)


ARRAYS: dict[str, Any] = {
    "Fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "transposed twice": np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
    "strided": np.arange(10)[::-2],
    "big-endian": np.arange(3, dtype=">f8"),
    "big-endian text": np.array(["a", "é", "\U0001f333"], dtype=">U2"),
    "bytes": np.array([b"a", b"bc\x00d"]),
    "0-d": np.array(1.5),
    "0-d object": np.array(None, dtype=object),
    "empty": np.empty((0, 3)),
    "empty objects": np.empty((0, 3), dtype=object),
    "empty text": np.array([], dtype="U0"),
    "bool": np.array([True, False]),
    "complex": np.array([1 + 2j]),
    "half": np.array([1.5], dtype="f2"),
    "NaN with a payload": np.array([0x7FF8000000000123], "u8").view("f8"),
    "dates": np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
    "25 s": np.array([1], dtype="m8[25s]"),
    "objects": np.array([None, 1, "a", 2.5, (1, 2), [3]], dtype=object),
    "objects, 2-d": np.array([[1, "a"], [None, 2.5]], dtype=object, order="F"),
    "records": np.array(
        [(1, 2.5, b"x")], dtype=[("a", "<i2"), ("b", ">f8"), ("c", "S3")]
    ),
    "aligned": np.zeros(2, dtype=np.dtype("i1,f8", align=True)),
    "titled": np.zeros(1, dtype=[(("title", "a"), "i4")]),
    "nested": np.zeros(
        2, dtype=[("a", [("b", "f4"), ("c", "U2")]), ("d", "i2", (2, 3))]
    ),
    "many": list(np.eye(3)),
    "the same twice": [np.eye(2)] * 2,
    "scalars": [
        np.float64(0.1),
        np.int8(-1),
        np.str_("é"),
        np.bool_(True),
        np.bytes_(b"x"),
    ],
    "dates as scalars": [np.datetime64("2020-01-01"), np.timedelta64(5, "s")],
    "dtypes": [
        np.dtype("f8"),
        np.dtype(">i4"),
        np.dtype("O"),
        np.dtype("U7"),
        np.dtype("M8"),
    ],
    "matrix": np.matrix([[1, 2]]),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str) -> None:
    round_trips(ARRAYS[name])


def test_structured_scalars() -> None:
    record = np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])[0]
    read = read_bytes(pickle.dumps(record)).root
    assert read.dtype == record.dtype and read.tolist() == (1, 2.5)


def test_identity_is_kept() -> None:
    array = np.arange(3.0)
    read = read_bytes(pickle.dumps([array, array, array.dtype])).root
    assert read[0] is read[1]
    tree = DecisionTreeClassifier()
    one, two = read_bytes(pickle.dumps((tree, [tree]))).root
    assert two[0] is one


def test_no_array_is_copied() -> None:
    data = joblib_bytes(np.arange(1000.0))
    assert read_bytes(data).root.base is not None


def test_memmaps(tmp_path: Path) -> None:
    array = np.memmap(tmp_path / "map", dtype="f8", mode="w+", shape=(3,))
    array[:] = [1, 2, 3]
    for data in (pickle.dumps(array), joblib_bytes(array)):
        assert read_bytes(data).root.tolist() == [1, 2, 3]


def test_arrays_outside_of_the_pickle() -> None:
    array = np.arange(5.0)
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps([array, array[1:]], 5, buffer_callback=buffers.append)
    read = read_bytes(data, buffers=[bytes(buffer.raw()) for buffer in buffers]).root
    check_same(read, [array, array[1:]])
    check_same(read_bytes(data, buffers=buffers).root, [array, array[1:]])
    with pytest.raises(UnreadableFile, match="buffers outside of the file"):
        read_bytes(data)
    with pytest.raises(UnreadableFile, match="more buffers"):
        read_bytes(data, buffers=[])


# Plain values and the simple types of Python


def plain_values() -> Any:
    keys = st.one_of(
        st.text(max_size=5),
        st.integers(-(2**63), 2**63),
        st.booleans(),
        st.none(),
        st.floats(),
        st.binary(max_size=3),
        st.tuples(st.integers(0, 9), st.text(max_size=2)),
    )
    leaves = st.one_of(
        keys,
        st.integers(-(2**300), 2**300),
        st.complex_numbers(),
        st.binary(max_size=300),
        st.builds(bytearray, st.binary(max_size=9)),
        st.text(st.characters(), max_size=300),
        st.sets(keys, max_size=3),
        st.frozensets(keys, max_size=3),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.lists(inner, max_size=4).map(tuple),
            st.dictionaries(keys, inner, max_size=4),
        ),
        max_leaves=20,
    )


@given(plain_values(), st.sampled_from(PROTOCOLS))
@settings(max_examples=500, deadline=None)
def test_any_plain_value(value: Any, protocol: int) -> None:
    Comparison().same(read_bytes(pickle.dumps(value, protocol)).root, value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_long_values(protocol: int) -> None:
    values = [
        "é" * 300,
        b"\xff" * 70_000,
        "x" * 70_000,
        2**2_000,
        -(2**63),
        list(range(3000)),
    ]
    assert read_bytes(pickle.dumps(values, protocol)).root == values


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_simple_types_of_python(protocol: int) -> None:
    partial = functools.partial(int, base=2)
    values = {
        "ordered": collections.OrderedDict(b=1, a=2),
        "counter": collections.Counter("aab"),
        "default": collections.defaultdict(list, a=[1]),
        "deque": collections.deque([1, 2], 5),
        "range": range(1, 9, 2),
        "slice": slice(None, 3),
        "none": type(None),
        "function": math.sqrt,
        "partial": partial,
        "date": datetime.date(2020, 1, 2),
        "decimal": decimal.Decimal("1.5"),
        "path": pathlib.PurePosixPath("a/b"),
        "random": random.Random(0),
        "generator": np.random.default_rng(0),
        "state": np.random.RandomState(0),
        "masked": np.ma.masked_array([1, 2], [0, 1]),
        "sparse": scipy.sparse.csr_matrix(np.eye(2)),
        "bunch": Bunch(a=1, b=Bunch(c=2)),
        "method": "a,b".split,
        "object": object(),
        "ellipsis": ...,
    }
    read = read_bytes(pickle.dumps(values, protocol)).root
    assert read["ordered"] == {"b": 1, "a": 2} and list(read["ordered"]) == ["b", "a"]
    assert read["counter"] == {"a": 2, "b": 1}
    assert read["default"] == {"a": [1]}
    assert read["deque"] == [1, 2]
    assert read["range"] == range(1, 9, 2) and read["slice"] == slice(None, 3)
    assert read["none"] == Name("builtins", "NoneType")
    assert read["function"] == Name("math", "sqrt")
    assert read["partial"].kind == ("functools", "partial")
    assert read["partial"].state[2] == {"base": 2}
    assert read["date"].kind == ("datetime", "date")
    assert read["decimal"].args == ("1.5",)
    assert read["path"].kind[1] == "PurePosixPath"
    assert read["random"].name == "Random"
    assert read["generator"].kind[0] == read["state"].kind[0] == "numpy"
    assert read["masked"].kind == ("numpy", "MaskedArray")
    assert read["sparse"].kind == ("scipy", "csr_matrix")
    assert read["sparse"]["data"].tolist() == [1, 1]
    assert read["bunch"]["a"] == 1 and read["bunch"]["b"]["c"] == 2
    assert read["method"].args == ("a,b", "split")
    assert read["object"].kind[1] == "object"
    assert read["ellipsis"].name == "Ellipsis"


def test_objects_with_slots_and_of_list_or_dict_classes() -> None:
    """States of every form, written by hand: no class of a test is on the list."""
    cls = b"csklearn.pipeline\nPipeline\n"
    base = b"\x80\x02" + cls + b")\x81"
    slots = read_bytes(base + b"N}X\x01\x00\x00\x00aK\x01s\x86b.").root
    assert slots.attributes == {"a": 1}
    both = read_bytes(
        base + b"}X\x01\x00\x00\x00bK\x02s}X\x01\x00\x00\x00aK\x01s\x86b."
    )
    assert both.root.attributes == {"b": 2, "a": 1}
    odd = read_bytes(base + b"}K\x01K\x02sb.").root
    assert odd.attributes == {} and odd.state == {1: 2}
    frozen = b"\x80\x02cpandas.core.indexes.frozen\nFrozenList\n)\x81"
    like_list = read_bytes(frozen + b"K\x01a(K\x02K\x03e.").root
    assert like_list.state == [1, 2, 3]
    bunch = b"\x80\x02csklearn.utils\nBunch\n)\x81"
    items = b"X\x01\x00\x00\x00aK\x01sK\x01K\x02s"
    like_dict = read_bytes(bunch + items + b".").root
    assert like_dict["a"] == 1 and like_dict.state == {1: 2}
    for wrong in (b"K\x01a", b"(K\x02K\x03e", items):
        with pytest.raises(UnreadableFile, match="what is no"):
            read_bytes(base + wrong + b".")
    old_style = read_bytes(b"(isklearn.pipeline\nPipeline\n}Va\nI1\nsb.").root
    assert old_style["a"] == 1


def test_extension_types() -> None:
    """Cython's functions and ``newObj`` stand for the class that they make."""
    live = KNeighborsClassifier(algorithm="ball_tree").fit(*numbers())
    read = read_bytes(pickle.dumps(live)).root
    assert read["_tree"].kind == ("sklearn", type(live._tree).__name__)
    boosted = boosting_with_categories()
    loss = read_bytes(pickle.dumps(boosted)).root["_loss"]["closs"]
    assert loss.name == "CyHalfBinomialLoss"


def test_a_live_estimator_changes_nothing() -> None:
    """Reading does not touch the object, and needs no copy of it."""
    live = column_pipeline()
    before = pickle.dumps(live)
    check_same(read_bytes(before).root, live)
    assert pickle.dumps(live) == before


# Old files


def old_tree() -> dict[str, Any]:
    parts: dict[str, Any] = json.loads((FILES / "tree.json").read_text())
    return parts


OLD = {
    "python2_protocol0.pkl": "pickle protocol 0",
    "python2_protocol1.pkl": "pickle protocol 1",
    "python2_protocol2.pkl": "pickle protocol 2",
    "python2_carriage_returns.pkl": "pickle protocol 0",
    "old_joblib.pkl": "joblib",
    "old_joblib_zf.pkl": "joblib, ZF",
    "old_joblib_zf_wide.pkl": "joblib, ZF",
    "old_joblib_zf_files.pkl": "joblib, ZF",
}


@pytest.mark.parametrize("name", OLD)
def test_python_2_and_old_joblib(name: str) -> None:
    file = read_file(FILES / name)
    assert file.container == OLD[name]
    assert file.sha256 == hashlib.sha256((FILES / name).read_bytes()).hexdigest()
    root, expected = file.root, old_tree()
    assert root.kind == ("sklearn", "DecisionTreeClassifier")
    assert root["classes_"].tolist() == expected["classes"]
    nodes = root["tree_"]["nodes"]
    assert nodes["feature"].tolist() == expected["feature"]
    assert nodes["threshold"].tolist() == expected["threshold"]
    assert nodes.dtype.itemsize == 56
    assert root["tree_"]["values"].tolist() == expected["value"]
    assert root["tree_"].args[0] == 2
    assert root["random_state_"].state[0] == "MT19937"


def test_arrays_in_files_of_their_own(tmp_path: Path) -> None:
    names = [path.name for path in FILES.glob("old_joblib.pkl*")]
    assert len(names) == 6
    for name in names:
        (tmp_path / name).write_bytes((FILES / name).read_bytes())
    assert read_file(tmp_path / "old_joblib.pkl").root["classes_"].size == 3
    (tmp_path / "old_joblib.pkl_03.npy").unlink()
    with pytest.raises(UnreadableFile, match=r"old_joblib\.pkl_03\.npy.*no such file"):
        read_file(tmp_path / "old_joblib.pkl")
    (tmp_path / "old_joblib.pkl_03.npy").write_bytes(b"text")
    with pytest.raises(UnreadableFile, match="not the .npy file"):
        read_file(tmp_path / "old_joblib.pkl")
    with pytest.raises(UnreadableFile, match="the folder where all of them are"):
        read_bytes((FILES / "old_joblib.pkl").read_bytes())


@pytest.mark.parametrize("name", ["../a.npy", "b/../a.npy", "/etc/passwd", "..\\a.npy"])
def test_arrays_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "inside" / "b").mkdir(parents=True)
    np.save(tmp_path / "a.npy", np.arange(3))
    wrapper = b"\x80\x02cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}"
    wrapper += pickle.dumps("filename", 2)[2:-1] + pickle.dumps(name, 2)[2:-1] + b"sb."
    (tmp_path / "inside" / "model.pkl").write_bytes(wrapper)
    with pytest.raises(UnreadableFile, match="not in its own folder"):
        read_file(tmp_path / "inside" / "model.pkl")


@pytest.mark.parametrize("array", [ARRAYS["objects"], ARRAYS["objects, 2-d"]])
def test_files_of_objects(tmp_path: Path, array: Any) -> None:
    """numpy puts a pickle into such a file; it is read as data like any other."""
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    wrapper = (
        b"\x80\x02csklearn.externals.joblib.numpy_pickle\nNDArrayWrapper\n)\x81}"
        b"X\x08\x00\x00\x00filenameX\x05\x00\x00\x00a.npysb."
    )
    (tmp_path / "model.pkl").write_bytes(wrapper)
    check_same(read_file(tmp_path / "model.pkl").root, array)
    harm = b"\x93NUMPY\x01\x00\x39\x00" + (
        b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
    )
    (tmp_path / "a.npy").write_bytes(harm + b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(UnreadableFile, match=r"os\.system"):
        read_file(tmp_path / "model.pkl")
    (tmp_path / "a.npy").write_bytes(harm + wrapper)  # a file that asks for itself
    with pytest.raises(UnreadableFile, match="malformed"):
        read_file(tmp_path / "model.pkl")


def test_the_mushroom_model() -> None:
    if not MUSHROOM.exists():
        pytest.skip("the shared data are not here")
    root = read_file(MUSHROOM).root
    assert root["_sklearn_version"] == "1.3.1"
    assert root["feature_names_in_"].tolist()[0].startswith("odor")
    assert root["tree_"]["node_count"] == len(root["tree_"]["nodes"])


# Containers


def test_compressed_pickles() -> None:
    live = DecisionTreeClassifier().fit(*numbers())
    data = pickle.dumps(live, 4)
    cases = {
        "gzip": gzip.compress(data),
        "bz2": bz2.compress(data),
        "xz": lzma.compress(data),
        "lzma": lzma.compress(data, lzma.FORMAT_ALONE),
        "zlib": zlib.compress(data, 9),
    }
    for kind, packed in cases.items():
        file = read_bytes(packed)
        assert file.container == f"pickle protocol 4, {kind}"
        assert file.sha256 == hashlib.sha256(packed).hexdigest()
        check_same(file.root, live)
    for level in range(10):
        check_same(read_bytes(zlib.compress(data, level)).root, live)
    twice = read_bytes(gzip.compress(joblib_bytes(live, 3)))
    assert twice.container == "joblib, gzip, zlib"
    check_same(twice.root, live)
    for join in (gzip.compress, bz2.compress, lzma.compress):
        check_same(read_bytes(join(data[:99]) + join(data[99:])).root, live)


def test_large_files_in_all_compressions() -> None:
    array = np.random.RandomState(0).randint(0, 9, 700_000)
    for compress in COMPRESSIONS:
        check_same(
            read_bytes(joblib_bytes({"a": array, "b": 1}, compress)).root["a"], array
        )


def test_lz4() -> None:
    frame = pytest.importorskip("lz4.frame")
    data = frame.compress(pickle.dumps([1, 2]))
    assert read_bytes(data).root == [1, 2]


def test_lz4_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    with pytest.raises(UnreadableFile, match="pip install lz4"):
        read_bytes(b"\x04\x22\x4d\x18" + b"\x00" * 30)


def test_skops_files() -> None:
    skops = read_file(FILES / "pipeline.skops")
    pickled = read_file(FILES / "pipeline.pkl")
    assert skops.container == "skops 0.16.0" and skops.protocol is None
    compared = same_records(skops.root, pickled.root)
    assert compared > 400
    assert Name("numpy", "log1p") in skops.names
    assert skops.root["_sklearn_version"] == "1.9.1"


def same_records(one: Any, other: Any, path: str = "root") -> int:
    """Do a skops file and a pickle of one object give the same records?"""
    if isinstance(other, Record):
        assert one.kind == other.kind, path
        if other.kind[0] in ("numpy", "joblib"):
            return 1
        if other.name not in ("KDTree", "CyHalfBinomialLoss"):  # told differently
            assert len(one.args) == len(other.args), path
        left = [key for key in other if key != "_deprecated_key_to_warnings"]
        assert [
            key for key in one if key != "_deprecated_key_to_warnings"
        ] == left, path
        return 1 + sum(
            same_records(one[key], other[key], f"{path}.{key}") for key in left
        )
    if isinstance(other, Name):
        assert isinstance(one, Name) and one.name == other.name, path
        return 1
    if isinstance(other, np.ndarray):
        assert one.dtype == other.dtype and one.shape == other.shape, path
        if other.dtype == object:
            return same_records(one.tolist(), other.tolist(), path)
        assert one.tobytes() == other.tobytes(), path
        return 1
    if isinstance(other, np.generic):
        other = other.item()
        one = one.item() if isinstance(one, np.generic) else one
    assert type(one) is type(other), path
    if isinstance(other, (list, tuple)):
        assert len(one) == len(other), path
        return 1 + sum(same_records(a, b, f"{path}[]") for a, b in zip(one, other))
    if isinstance(other, dict):
        assert list(one) == list(other), path
        return 1 + sum(same_records(one[key], other[key], path) for key in other)
    assert repr(one) == repr(other), path
    return 1


# What is no model


def zip_of(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return buffer.getvalue()


PICKLE = pickle.dumps({"a": list(range(300))}, 4)
NO_MODELS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "zeros": (b"\x00" * 5000, "nothing but zero bytes"),
    "html": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
    "html after xml": (b"<?xml version='1.0'?><html></html>", "an HTML page"),
    "pmml": (b"<?xml version='1.0'?>\n<PMML version='4.4'></PMML>", "a PMML model"),
    "xml": (b"<?xml version='1.0'?><a></a>", "an XML file"),
    "json": (b'{"a": [1, 2]}', "the file is JSON, and holds no model"),
    "json list": (b"[[1, 2]]", "the file is JSON, and holds no model"),
    "json, cut short": (b'{"a": [1, 2', "the file looks like JSON but is not valid"),
    "csv": (b"class,odor\np,n\ne,a\ne,a\n", "a CSV file"),
    "csv, German": (b"a;b\n1;2\n3;4\n", "a CSV file"),
    "csv, one column c": (b"cat\ndog\ncow\n", "a text file"),
    "table": (b"a\tb\n1\t2\n3\t4\n", "a table"),
    "text": (b"Dear colleague,\nhere is the model.\n", "a text file"),
    "text in utf-16": ("model\nmodel\n".encode("utf-16"), "a text file"),
    "error": (b"Traceback (most recent call last):\n", "an error message"),
    "source": (b"import sklearn\n\nmodel = 1\n", "Python source code"),
    "git lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        "git lfs pull",
    ),
    "base64": (b"gASVCwAAAAAAAAB9lIwBYZRLAXMu" * 4, "base64"),
    "onnx": (b"\x08\x08\x12\x08skl2onnx\x1a\x04ai.onnx.ml", "an ONNX model"),
    "hdf5": (b"\x89HDF\r\n\x1a\n\x00", "HDF5"),
    "numpy": (b"\x93NUMPY\x01\x00v\x00{'descr'", "numpy array"),
    "parquet": (b"PAR1\x15\x04", "Parquet"),
    "java": (b"\xac\xed\x00\x05sr", "Java"),
    "pdf": (b"%PDF-1.4", "PDF"),
    "tar": (b"a" * 257 + b"ustar\x0000", "tar archive"),
    "torch": (zip_of("archive/data.pkl", "archive/version"), "PyTorch"),
    "npz": (zip_of("a.npy", "b.npy"), "numpy arrays"),
    "zip": (zip_of("readme.txt"), "a zip archive without a model"),
    "zip of a model": (zip_of("a/model.pkl"), "a/model.pkl in it: unpack it first"),
    "spreadsheet": (zip_of("[Content_Types].xml"), "an office document"),
    "random": (bytes(range(200, 256)), "a binary file of an unknown kind"),
    "zstd": (b"\x28\xb5\x2f\xfd\x00\x00", "zstd -d"),
    "cut short": (PICKLE[:-5], "cut short"),
    "cut short in gzip": (gzip.compress(PICKLE)[:-20], "cut short"),
    "damaged": (PICKLE[:40] + b"\xff" + PICKLE[41:], "damaged"),
    "damaged in zlib": (zlib.compress(PICKLE)[:-1] + b"\xff", "damaged"),
    "protocol 9": (b"\x80\x09K\x01.", "protocol 9"),
    "text in gzip": (gzip.compress(b"Dear colleague,\n"), "a text file"),
    "torch, old": (
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02",
        "an old PyTorch checkpoint",
    ),
}


@pytest.mark.parametrize("name", NO_MODELS)
def test_what_is_no_model(name: str) -> None:
    data, words = NO_MODELS[name]
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(data, "thing.pkl")
    message = str(caught.value)
    assert message.startswith("thing.pkl: ") and words in message, message
    assert message.isprintable() and "Error" not in message
    # What to do, in some form.
    assert any(
        verb in message for verb in ("give ", "again", "first", "unpack")
    ), message


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    def message(path: Any) -> str:
        with pytest.raises(UnreadableFile) as caught:
            read_file(path)
        return str(caught.value)

    assert message(tmp_path / "none.pkl").endswith("none.pkl: there is no such file")
    assert "this is a folder" in message(tmp_path)
    (tmp_path / "model.joblib").write_bytes(b"")
    assert "did you mean model.joblib in it?" in message(tmp_path)
    assert "the file is empty" in message(str(tmp_path / "model.joblib"))
    assert "file name" in message("a\0b")
    assert "a device" in message("/dev/null")
    assert "too long" in message("x" * 5000)


def test_standard_input() -> None:
    code = "from treecompile.read import read_file; print(read_file('-').root)"
    for data, words in (
        (pickle.dumps([1, 2]), "[1, 2]"),
        (b"", "standard input: the file"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], input=data, capture_output=True, check=False
        )
        assert words in (done.stdout + done.stderr).decode()


def test_pipes(tmp_path: Path) -> None:
    """What ``treecompile build <(curl ...)`` gives is a pipe."""
    os.mkfifo(tmp_path / "pipe")
    content = pickle.dumps([1, 2])
    writer = threading.Thread(
        target=lambda: (tmp_path / "pipe").write_bytes(content), daemon=True
    )
    writer.start()
    assert read_file(tmp_path / "pipe").root == [1, 2]
    writer.join(10)


def test_nothing_of_the_file_is_imported() -> None:
    """scikit-learn and joblib are not needed, and not imported if they are there."""
    paths = [str(FILES / "pipeline.pkl"), str(FILES / "pipeline.skops")]
    code = f"""
import sys
from treecompile.read import read_file
before = set(sys.modules)
for path in {paths!r}:
    print(read_file(path).root.name)
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(new - {{"encodings"}}))
print([name for name in ("sklearn", "joblib", "pandas", "scipy", "pickle") if name in
       set(sys.modules) - {{"pickle"}}])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:4] == ["Pipeline", "Pipeline", "[]", "[]"]


def test_deep_chains_of_estimators() -> None:
    model: Any = DecisionTreeClassifier()
    for _ in range(50):
        model = Pipeline([("step", model)])
    read = read_bytes(pickle.dumps(model)).root
    for _ in range(50):
        read = read["steps"][0][1]
    assert read.name == "DecisionTreeClassifier"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "does not fit into the memory"),
        (RecursionError(), "nests its objects too deeply"),
        (KeyError("\x1b[31mx"), r"damaged, or of a kind .*\(KeyError: '\\x1b\[31mx'\)"),
    ],
)
def test_no_other_error_gets_out(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(container, "unwrap", fail)
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_bytes(pickle.dumps(1))
    assert str(caught.value).isprintable()
