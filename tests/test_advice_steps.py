"""Refusals of steps, of those of other libraries too, and of votes of pairs, each with its
advice done: see test_advice.py."""

from __future__ import annotations

import pickle
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.cluster import FeatureAgglomeration
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.impute import SimpleImputer
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from test_advice import FRAME, TEXT, THREE, Build, X, Y, built, fitted, tree, xgb
from test_advice_models import Row

from treecompile import TreecompileError

RECORDS = [{"t": text, "n": x} for text, x in zip(TEXT.tolist(), X[:, 0].tolist())]


def written_by(version: str, model: Any) -> Build:
    """A file of a model as another version of scikit-learn wrote it."""
    data = pickle.dumps(model, protocol=0)
    return data.replace(sklearn.__version__.encode(), version.encode()), {}


def pooled(**options: Any) -> Any:
    return make_pipeline(FeatureAgglomeration(2, **options), tree()).fit(np.c_[X, X], Y)


def dicts(records: Any = RECORDS, *steps: Any, **options: Any) -> Build:
    return fitted(make_pipeline(DictVectorizer(**options), *steps), records)


def pairs(y: Any = Y) -> Any:
    return OneVsOneClassifier(tree()).fit(X, y)


def keyed(key: Any) -> list[dict[Any, float]]:
    return [{key: x} for x in X[:, 0].tolist()]


def mixed(text: Any) -> list[dict[str, Any]]:
    return [{"t": text if y else 1.0} for y in Y.tolist()]


def sex(**options: Any) -> Build:
    dummies = pd.get_dummies(FRAME.t)
    return fitted(tree(), dummies, Y, dummies=["t=a:a", "t=b:b", "t=c:c"], **options)


# --- Steps of libraries that are not here -----------------------------------------------


def other(module: str, name: str, **attributes: Any) -> Any:
    """A step as a library that is not here leaves it: a class of its name, and what it
    learnt of the columns t and n."""
    for end, letter in enumerate(module + "."):
        if letter == ".":
            sys.modules.setdefault(module[:end], types.ModuleType(module[:end]))
    of = {"__module__": module, "__sklearn_is_fitted__": lambda self: True}
    cls = type(name, (BaseEstimator,), of)
    setattr(sys.modules[module], name, cls)
    step = cls()
    step.__dict__.update({"feature_names_in_": ["t", "n"], **attributes})
    return step


def before_a_tree(step: Any, *first: Any) -> Build:
    numbers = np.c_[np.unique(TEXT, return_inverse=True)[1], X[:, 0]]
    steps = [*((str(i), each) for i, each in enumerate((*first, step)))]
    return Pipeline([*steps, ("tree", tree().fit(numbers, Y))]), {}


def coded(texts: Any = ("a", "b", "c"), **attributes: Any) -> Build:
    """OrdinalEncoder of category_encoders."""
    table = pd.Series(range(1, len(texts) + 1), index=pd.Index(texts, dtype=object))
    step = other(
        "category_encoders.ordinal",
        "OrdinalEncoder",
        mapping=[{"col": "t", "mapping": table}],
        **attributes,
    )
    return before_a_tree(step)


def engineered(texts: Any = "abc", **attributes: Any) -> Build:
    """OrdinalEncoder of feature_engine."""
    learnt = {"t": {text: place for place, text in enumerate(texts)}}
    given = {"encoder_dict_": learnt, **attributes}
    return before_a_tree(
        other("feature_engine.encoding.ordinal", "OrdinalEncoder", **given)
    )


def capped(low: float = -1.0, high: float = 1.0, **attributes: Any) -> Build:
    """ArbitraryOutlierCapper of feature_engine, behind an encoder."""
    step = other(
        "feature_engine.outliers.artbitrary",
        "ArbitraryOutlierCapper",
        left_tail_caps_={"n": low},
        right_tail_caps_={"n": high},
        **attributes,
    )
    return before_a_tree(step, engineered()[0].steps[0][1])


def behind_an_imputer(**attributes: Any) -> Build:
    """Which gives an encoder an array, or with set_output(transform="pandas") a frame."""
    imputer = SimpleImputer(strategy="most_frequent").fit(FRAME)
    return before_a_tree(engineered(**attributes)[0].steps[0][1], imputer)


def encoded_by_scikit_learn() -> Build:
    numbers = pd.DataFrame({"t": THREE, "n": X[:, 0]})
    encoder = ColumnTransformer(
        [("o", OrdinalEncoder(), ["t"])], remainder="passthrough"
    )
    return fitted(make_pipeline(encoder, tree()), numbers)


AS_TEXT = (
    "held something other than texts\n"
    "Convert that column to text before fit, or use the OrdinalEncoder of scikit-learn"
)
ROWS: dict[str, Row] = {
    "dummies of a column that nothing describes": (
        sex,
        "give the raw training data with --data as well, or a schema with --schema",
        lambda: sex(data=FRAME[["t"]]),
    ),
    "another pool": (
        lambda: (pooled(pooling_func=np.median), {}),
        "not numpy.mean\nLeave its pooling_func at the default and fit again",
        lambda: (pooled(), {}),
    ),
    "a pool of old": (
        lambda: written_by("0.21.3", pooled()),
        "Fit it again with scikit-learn 0.22 or later",
        lambda: written_by("0.22.1", pooled()),
    ),
    "dicts: texts and numbers": (
        lambda: dicts(mixed("a"), tree()),
        r"texts and numbers \(or None\)\n"
        "Fit it on a column of texts alone, or of numbers alone",
        lambda: dicts(mixed(2.0), tree()),
    ),
    "dicts: single precision": (
        lambda: dicts(RECORDS, tree(), dtype=np.float32),
        "of dtype float32\nFit it with dtype float64",
        lambda: dicts(RECORDS, tree(), dtype=np.float64),
    ),
    "dicts: keys that are numbers": (
        lambda: dicts(keyed(1), tree()),
        "something other than texts\nFit it on records whose keys are texts",
        lambda: dicts(keyed("1"), tree()),
    ),
    "dicts: nothing that separates": (
        lambda: dicts(RECORDS, tree(), separator=""),
        "Choose a separator that no name and no text holds",
        lambda: dicts(RECORDS, tree(), separator="|"),
    ),
    "dicts: zeros of a sparse matrix": (
        lambda: dicts(RECORDS, StandardScaler(with_mean=False), xgb()),
        "Fit the DictVectorizer with sparse=False",
        lambda: dicts(RECORDS, StandardScaler(), xgb(), sparse=False),
    ),
    "pairs of old": (
        lambda: written_by("0.20.3", pairs()),
        "Fit it with scikit-learn 0.21 or later",
        lambda: written_by("0.21.3", pairs()),
    ),
    "pairs of two, of some versions": (
        lambda: written_by("1.1.0", pairs()),
        "Fit its estimator on the two classes, without OneVsOneClassifier",
        lambda: written_by("1.1.0", tree().fit(X, Y)),
    ),
    "category_encoders: numbers": (lambda: coded((1, 2, 3)), AS_TEXT, coded),
    "category_encoders: numbers, encoded otherwise": (
        lambda: coded((1, 2, 3)),
        AS_TEXT,
        encoded_by_scikit_learn,
    ),
    "category_encoders: columns without names": (
        lambda: coded(feature_names_in_=None),
        "Fit the whole pipeline on a frame, with category_encoders 2.6 or later",
        coded,
    ),
    "category_encoders: numbers for what is unknown": (
        lambda: coded(handle_unknown=7.0),
        "its handle_unknown is not 'value', 'return_nan' or 'error'\n"
        "Set handle_unknown to one of these, and fit again",
        lambda: coded(handle_unknown="return_nan"),
    ),
    "category_encoders: columns that are gone": (
        lambda: coded(invariant_cols=["n"]),
        "Fit it without drop_invariant",
        lambda: coded(invariant_cols=[]),
    ),
    "category_encoders: a hierarchy": (
        lambda: coded(hierarchy=pd.DataFrame({"t": ["d", "e"]})),
        "Fit it without hierarchy",
        lambda: coded(hierarchy=None),
    ),
    "feature_engine: numbers": (lambda: engineered((1, 2, 3)), AS_TEXT, engineered),
    "feature_engine: columns without names": (
        lambda: behind_an_imputer(feature_names_in_=["x0", "x1"]),
        "by name\nFit the whole pipeline on a frame",
        behind_an_imputer,
    ),
    "feature_engine: what is missing, taken and refused": (
        lambda: engineered(unseen="raise", missing_values="ignore"),
        "Fit it with missing_values='raise', which refuses the same records",
        lambda: engineered(unseen="raise", missing_values="raise"),
    ),
    "feature_engine: more columns": (
        lambda: capped(add_indicators=True),
        "Fit it with add_indicators=False",
        lambda: capped(add_indicators=False),
    ),
    "feature_engine: bounds that cross": (
        lambda: capped(low=2.0),
        "is 2.0, above the upper one, 1.0\n"
        "Give a lower bound that is not above the upper one, and fit again",
        lambda: capped(low=1.0),
    ),
}


def of_libraries() -> list[str]:
    names = ("category_encoders", "feature_engine")
    return [name for name in sys.modules if name.partition(".")[0] in names]


@pytest.fixture(autouse=True)
def libraries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What stands for the libraries goes again, and they come back where they are."""
    for name in of_libraries():
        monkeypatch.delitem(sys.modules, name)
    yield
    for name in of_libraries():
        del sys.modules[name]


@pytest.mark.parametrize("name", ROWS)
def test_whoever_does_what_a_message_says_gets_further(
    name: str, tmp_path: Path
) -> None:
    provoked, words, followed = ROWS[name]
    with pytest.raises(TreecompileError, match=words):
        built(provoked(), tmp_path)
    assert built(followed(), tmp_path)


def test_more_classes_than_pairs_are_taken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treecompile.lower.pairs._MOST_CLASSES", 2)
    words = "it has 3 classes\nSupported are 2 to 2; for more, fit a model that takes"
    with pytest.raises(TreecompileError, match=words):
        built((pairs(THREE), {}), tmp_path)
    assert built(fitted(tree(), y=THREE), tmp_path)
    assert built(fitted(OneVsRestClassifier(tree()), y=THREE), tmp_path)
