"""Files that are small and would come to a great deal: one or more for each format.

``CONSTRUCTS`` are they by name, as functions that make them. ``announced`` sets the
numbers in real files to what is not there.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from fuzz_hostile import KINDS, booster, of_lightgbm, of_npy, of_xgboost, pickled, seeds
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
)
from sklearn.tree import DecisionTreeClassifier

MANY = 10_000
X = np.arange(180.0).reshape(60, 3) * 7 % 9
Y = X[:, 0] > 4


# --- Pickles --------------------------------------------------------------------------


def scalars(code: str, kept: bool) -> bytes:
    text = b"X" + struct.pack("<I", len(code)) + code.encode()
    made = b"\x80\x02cnumpy\ndtype\n(" + text + b"K\x00K\x01tRq\x010"
    made += b"cnumpy.core.multiarray\nscalar\nq\x020("
    one = b"h\x02h\x01\x85R" if kept else b"h\x02h\x01\x85R0"
    return made + one * 50 + (b"l." if kept else b"1N.")


def binary(opcode: bytes, content: bytes) -> bytes:
    size = struct.pack("<Q", len(content))
    return gzip.compress(b"\x80\x05" + opcode + size + content + b".", 1)


def labels_of_one_byte() -> bytes:
    """A tree whose classes are 100 million small numbers, compressed to 100 KB."""
    model = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    model.classes_ = np.zeros(100_000_000, dtype=np.uint8)
    return gzip.compress(pickle.dumps(model, 5), 1)


def empty_shapes() -> bytes:
    model = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    model.classes_ = [np.zeros((90_000_000, 0))] * 9
    return pickle.dumps(model)


# --- skops ----------------------------------------------------------------------------


def skops(schema: Any, pad: int = 0, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        text = schema if isinstance(schema, bytes) else json.dumps(schema)
        archive.writestr("schema.json", text)
        if pad:
            archive.writestr("pad", random.Random(0).randbytes(pad))
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def node(loader: str, **parts: Any) -> dict[str, Any]:
    kind = {"__module__": "builtins", "__class__": "list", "__loader__": loader}
    return {**kind, "protocol": 2, **parts}


def many_nodes(one: dict[str, Any], count: int, **members: bytes) -> bytes:
    return skops(node("ListNode", content=[one] * count), **members)


MATRIX = node("SparseMatrixNode", type="scipy", file="a") | {
    "__module__": "scipy.sparse._csr",
    "__class__": "csr_matrix",
}


def one_entry(count: int) -> bytes:
    """A zip archive whose directory names one entry many times."""
    npy = io.BytesIO()
    np.save(npy, np.array([1.0]))
    data, name = npy.getvalue(), b"data.npy"
    sizes = (zlib.crc32(data), len(data), len(data))
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, *sizes, len(name), 0)
    head += name + data
    fields = (20, 0, 20, 0, 0, 0, 0, 0, *sizes, len(name), 0, 0, 0, 0, 0, 0)
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", *fields) + name
    body = head + entry * count
    end = (44, 45, 45, 0, 0, count, count, len(entry) * count, len(head))
    tail = struct.pack("<4sQ2H2L4Q", b"PK\6\6", *end)
    tail += struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    last = (0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + tail + struct.pack("<4s4H2LH", b"PK\5\6", *last)


# --- Boosters -------------------------------------------------------------------------


def xgboost_json(**parameters: str) -> bytes:
    forest = {"trees": [], "tree_info": [], "gbtree_model_param": {"num_trees": "0"}}
    known = {"base_score": "0.5", "num_class": "0", "num_feature": "2"}
    learner = {
        "learner_model_param": known | parameters,
        "objective": {"name": "multi:softprob"},
        "attributes": {},
        "gradient_booster": {"name": "gbtree", "model": forest},
    }
    return json.dumps({"version": [2, 0, 3], "learner": learner}).encode()


def announced_classes() -> bytes:
    state = {"n_classes_": 10**11, "_Booster": None}
    state["_Booster"] = booster("xgboost", "handle", bytearray(xgboost_json()))
    return pickled("xgboost.sklearn", "XGBClassifier", state)


def lightgbm(nodes: int, words: int, outputs: int = 1, trees: bool = True) -> bytes:
    text = (
        f"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration={outputs}\n"
        "label_index=0\nmax_feature_idx=0\nobjective=regression\n"
        "feature_names=Column_0\nfeature_infos=none\ntree_sizes=1\n\n"
    )
    if trees:
        zeros, ones = " ".join("0" * nodes), " ".join("1" * nodes)
        left = " ".join(
            str(i + 1 if i + 1 < nodes else -nodes - 1) for i in range(nodes)
        )
        text += (
            f"Tree=0\nnum_leaves={nodes + 1}\nnum_cat=1\nsplit_feature={zeros}\n"
            f"threshold={zeros}\ndecision_type={ones}\nleft_child={left}\n"
            f"right_child={' '.join(str(-1 - i) for i in range(nodes))}\n"
            f"leaf_value={ones} 1\ncat_boundaries=0 {words}\n"
            f"cat_threshold={' '.join([str(0x55555555)] * words)}\nis_linear=0\n\n\n"
        )
    return of_lightgbm(f"{text}end of trees\n\npandas_categorical:null\n".encode())


def catboost_tables(count: int) -> bytes:
    """A model whose vector of texts points at one table so many times."""
    name = b"FlabuffersModel_v1"
    made = bytearray(struct.pack("<I", 0))

    def unsigned(number: int) -> None:
        made.extend(struct.pack("<I", number))

    made += struct.pack("<HHHHHH", 10, 12, 4, 8, 0, 0)
    root = len(made)
    made += struct.pack("<iII", root - 4, 0, 0)
    struct.pack_into("<I", made, 0, root)
    struct.pack_into("<I", made, root + 4, len(made) - root - 4)
    unsigned(len(name))
    made += name + b"\0\0"
    table = len(made)
    made += struct.pack("<22H", 44, 12, *[0] * 20)
    trees = len(made)
    made += struct.pack("<iII", trees - table, 1, 0)
    struct.pack_into("<H", made, table + 4, 4)
    struct.pack_into("<H", made, table + 14, 8)
    struct.pack_into("<I", made, root + 8, trees - root - 8)
    struct.pack_into("<I", made, trees + 8, len(made) - trees - 8)
    unsigned(count)
    start = len(made)
    end = start + 4 * count
    places = (end + 8 - start - 4 * np.arange(count, dtype=np.int64)).astype("<u4")
    body = bytes(made) + places.tobytes()
    body += struct.pack("<HHIi", 4, 4, 0, 8)
    payload = b"CBM1" + struct.pack("<I", len(body)) + body
    state = {"__model": payload}
    return gzip.compress(pickled("catboost.core", "CatBoostRegressor", state), 1)


# --- One part in many places -------------------------------------------------------------


def forest_of_one() -> bytes:
    model = RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, Y)
    model.estimators_ = [model.estimators_[0]] * MANY
    return pickle.dumps(model)


def adaptive_of_one() -> bytes:
    model = AdaBoostClassifier(n_estimators=3).fit(X, Y)
    model.estimators_ = [model.estimators_[0]] * MANY
    model.estimator_weights_ = np.ones(MANY)
    return gzip.compress(pickle.dumps(model))


def bagging_of_one() -> bytes:
    model = BaggingClassifier(n_estimators=2).fit(X, Y)
    model.estimators_ = [model.estimators_[0]] * MANY
    model.estimators_features_ = [model.estimators_features_[0]] * MANY
    return pickle.dumps(model)


def boosting_of_one() -> bytes:
    model = GradientBoostingClassifier(n_estimators=2).fit(X, Y)
    model.estimators_ = np.array([[model.estimators_[0, 0]]] * MANY, dtype=object)
    return pickle.dumps(model)


def histograms_of_one() -> bytes:
    model = HistGradientBoostingClassifier(max_iter=2).fit(X, Y)
    model._predictors = [model._predictors[0]] * MANY
    return pickle.dumps(model)


def categories_of_many_columns(encoder: Any) -> bytes:
    """Ten thousand columns, each with the same 10,000 categories."""
    tree = DecisionTreeClassifier(max_depth=2)
    model = make_pipeline(encoder, tree).fit(np.arange(4).reshape(2, 2), [0, 1])
    encoder.categories_ = [np.arange(10_000)] * 10_000
    encoder.n_features_in_ = 10_000
    encoder.__dict__.pop("feature_names_in_", None)
    return pickle.dumps(model)


def columns_of_many_parts() -> bytes:
    names = list(range(3))
    columns = ColumnTransformer([("a", "passthrough", names)])
    model = make_pipeline(columns, DecisionTreeClassifier(max_depth=2)).fit(X, Y)
    columns.transformers_ = [("a", "passthrough", names * 10_000)] * 1_000
    return pickle.dumps(model)


def labels_of_many_outputs() -> bytes:
    model = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    model.classes_ = [np.arange(100_000)] * 100_000
    model.n_outputs_ = 100_000
    return pickle.dumps(model)


N = 250_000_000
LETTER = "\U0001f600".encode()
# --- What unfolds behind the reader -----------------------------------------------------


def tree_of_width(width: int) -> DecisionTreeClassifier:
    """One leaf, to which a few bytes give so many columns."""
    model = DecisionTreeClassifier().fit(np.zeros((2, 1)), [0, 0])
    made, (_, classes, outputs), state = model.tree_.__reduce__()
    model.tree_ = made(width, classes, outputs)
    model.tree_.__setstate__(state)
    model.n_features_in_ = width
    return model


def steps_again(*steps: Any, width: int = 3) -> bytes:
    return pickle.dumps(make_pipeline(*steps, tree_of_width(width)))


def polynomial_of(width: int) -> bytes:
    powers = PolynomialFeatures(2).fit(np.zeros((1, width)))
    return steps_again(powers, width=powers.n_output_features_)


def bags_of_one_list(width: int, models: int) -> bytes:
    model = BaggingClassifier(n_estimators=models, random_state=0).fit(X, Y)
    model.estimators_ = [tree_of_width(width)] * models
    model.estimators_features_ = [np.arange(width)] * models
    model.n_features_in_ = width
    return pickle.dumps(model)


def one_large_tree(times: int) -> bytes:
    chance = np.random.default_rng(0)
    tree = DecisionTreeClassifier(random_state=0)
    tree.fit(chance.normal(size=(3_000, 3)), chance.integers(0, 2, 3_000))
    model = RandomForestClassifier(2, random_state=0).fit(X, Y)
    model.estimators_ = [tree] * times
    return pickle.dumps(model)


CONSTRUCTS: dict[str, Callable[[], bytes]] = {
    "columns without names": lambda: pickle.dumps(tree_of_width(110_000)),
    "products of all columns": lambda: polynomial_of(1_000),
    "steps that mix all columns": lambda: steps_again(*[Normalizer().fit(X)] * 12),
    "bags that share their columns": lambda: bags_of_one_list(20_000, 400),
    "one large tree many times": lambda: one_large_tree(900),
    "text of four bytes a letter": lambda: binary(b"\x8d", LETTER + b"a" * (N - 4)),
    "line of four bytes a letter": lambda: gzip.compress(
        b"V" + b"a" * N + b"\\U0001F600\n.", 1
    ),
    "bytes beside their payload": lambda: binary(b"\x8e", b"a" * N),
    "a bytearray beside its payload": lambda: binary(b"\x96", b"a" * (N // 2)),
    "a payload in a payload": lambda: gzip.compress(
        zlib.compress(b"\x80\x04" + b"N0" * (N // 2), 0), 1
    ),
    "scalars of a wide dtype": lambda: scalars("S2000000000", False),
    "scalars of a wide dtype, kept": lambda: scalars("V500000000", True),
    "labels of one byte": labels_of_one_byte,
    "arrays of no columns": empty_shapes,
    "skops: objects": lambda: skops(b"[" + b'{"":0},' * 3_400_000 + b"0]"),
    "skops: objects and padding": lambda: skops(
        b"[" + b'{"":0},' * 8_000_000 + b"0]", 5_100_000
    ),
    "skops: objects in a node": lambda: skops(
        node("JsonNode", content="[" + '{"":0},' * 3_400_000 + "0]")
    ),
    "skops: one entry many times": lambda: many_nodes(MATRIX, 20, a=one_entry(100_000)),
    "skops: one matrix many times": lambda: many_nodes(
        MATRIX, 1_500, a=one_entry(1_000)
    ),
    "skops: one file many times": lambda: many_nodes(
        node("BytearrayNode", file="a"), 2_000, a=bytes(5_000_000)
    ),
    "skops: nodes in nodes": lambda: skops(
        b'{"__loader__":"ListNode","content":[' * 900 + b"]}" * 900
    ),
    "npy: announced": lambda: of_npy(
        b"\x93NUMPY\x01\x00\x4e\x00"
        + b"{'descr': '<U9999999', 'fortran_order': False, 'shape': (99999999,), }".ljust(
            78
        )
    ),
    "xgboost: JSON": lambda: gzip.compress(
        of_xgboost(b'{"learner":[' + b"[]," * 33_000_000 + b"0]}"), 1
    ),
    "xgboost: num_class": lambda: of_xgboost(xgboost_json(num_class=str(10**8))),
    "xgboost: num_target": lambda: of_xgboost(xgboost_json(num_target=str(10**10))),
    "xgboost: num_feature": lambda: of_xgboost(xgboost_json(num_feature=str(10**9))),
    "xgboost: n_classes_": announced_classes,
    "xgboost: UBJSON of nothings": lambda: gzip.compress(
        of_xgboost(b"{L\0\0\0\0\0\0\0\1a[" + b"[]" * 40_000_000 + b"]}"), 1
    ),
    "xgboost: UBJSON, deep": lambda: of_xgboost(b"{L\0\0\0\0\0\0\0\1a" + b"[" * 10**6),
    "xgboost: UBJSON, announced": lambda: of_xgboost(
        b"{L\0\0\0\0\0\0\0\1a[$d#L\0\0\0\x7f\xff\xff\xff\xff"
    ),
    "lightgbm: outputs": lambda: lightgbm(1, 1, 10**8, trees=False),
    "lightgbm: one bitset": lambda: lightgbm(500, 10_000),
    "catboost: one table": lambda: catboost_tables(20_000_000),
    "one tree in a forest": forest_of_one,
    "one tree in AdaBoost": adaptive_of_one,
    "one tree in a bagging": bagging_of_one,
    "one tree in gradient boosting": boosting_of_one,
    "one tree in histograms": histograms_of_one,
    "categories of many columns": lambda: categories_of_many_columns(OneHotEncoder()),
    "codes of many columns": lambda: categories_of_many_columns(OrdinalEncoder()),
    "one list of columns": columns_of_many_parts,
    "one array of labels": labels_of_many_outputs,
}

HUGE = (b"\xff\xff\xff\x7f", b"\x7f\xff\xff\xff", b"\xff" * 8, b"\x00\x00\x00\x40")


def announced(each: int, seed: int) -> Iterator[bytes]:
    """Real files of every kind, in each of which a number is another, and a huge one."""
    chance = random.Random(seed)
    known = seeds()
    for kind in range(len(KINDS) - 1):
        some = [data for data in known if data[0] == kind]
        some = [data for data in some if len(data) < 20_000] or some
        for _ in range(each):
            data = bytearray(chance.choice(some))
            at = chance.randrange(1, len(data))
            huge = chance.choice(HUGE)
            digits = bytes(data[at : at + 1]).isdigit()
            data[at : at + (1 if digits else len(huge))] = (
                b"999999999" if digits else huge
            )
            yield KINDS[kind](bytes(data[1:]))
