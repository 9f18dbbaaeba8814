"""What stands around a model, or beside it, and is no part of scikit-learn."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
from runners import load, same

from treecompile import compile_model
from treecompile.errors import UnreadableFile, UnsupportedModel
from treecompile.lower import lower
from treecompile.lower.compose import SAMPLERS
from treecompile.read import read_bytes
from treecompile.read.allowed import is_class

IMBLEARN = sorted((Path(__file__).parent / "read_files/imblearn").glob("*.json"))
# Probabilities that pass through exp, of which numpy has kernels of its own.
CURVED = {"easy_ensemble": 4, "columns": 4, "function": 4}


@pytest.mark.parametrize("path", IMBLEARN, ids=lambda path: path.stem)
def test_imblearn(path: Path) -> None:
    """Samplers do nothing at predict; what balances is fitted otherwise, not asked so."""
    expected = json.loads(path.read_text())
    scorer = load(compile_model(path.with_suffix(".joblib"), format=False))
    answers = zip(expected["rows"], expected["predict"], expected["predict_proba"])
    for row, label, shares in answers:
        record = dict(zip(expected["columns"], row))
        assert scorer.predict(record) == label
        found = scorer.predict_proba(record)
        if ulps := CURVED.get(path.stem):
            ends = zip(found, shares, strict=True)
            assert all(abs(x - y) <= ulps * math.ulp(y) for x, y in ends)
        else:
            assert same(found, shares)
    assert len({*expected["predict"]}) == 2


def test_there_are_imblearn_files() -> None:
    assert len(IMBLEARN) >= 10
    assert all(is_class("imblearn.over_sampling._smote", name) for _, name in SAMPLERS)


def pickled(module: str, name: str, **attributes: Any) -> bytes:
    """A pickle of an object of that class with these attributes."""
    start = b"\x80\x02c" + f"{module}\n{name}\n".encode() + b")\x81"
    return start + pickle.dumps(attributes, 2)[2:-1] + b"b."


def refusal(data: bytes) -> str:
    with pytest.raises((UnsupportedModel, UnreadableFile)) as caught:
        lower(read_bytes(data))
    return str(caught.value)


@pytest.mark.parametrize(
    "module, name, words",
    [
        ("imblearn.ensemble._weight_boosting", "RUSBoostClassifier", "RUSBoost"),
        ("sklearn_pandas.dataframe_mapper", "DataFrameMapper", "DataFrameMapper"),
        ("xgboost.sklearn", "XGBClassifier", "XGBClassifier"),
        ("lightgbm.sklearn", "LGBMRegressor", "LGBMRegressor"),
        ("catboost.core", "CatBoostClassifier", "CatBoostClassifier"),
        ("sklearn.svm._classes", "SVC", "SVC"),
        ("__main__", "ChurnModel", "class of its own, __main__.ChurnModel"),
        ("mlops.models", "Wrapper", "class of its own, mlops.models.Wrapper"),
    ],
)
def test_what_is_no_model_of_ours_is_refused_by_name(
    module: str, name: str, words: str
) -> None:
    text = refusal(pickled(module, name, classes_=[0, 1], n_features_in_=2))
    assert words in text
    assert "\n" in text or ". " in text  # and what to do


def test_a_mapper_in_a_pipeline_is_refused_by_place() -> None:
    tree = b"c__builtin__\nobject\n)R"
    data = (
        b"\x80\x02csklearn.pipeline\nPipeline\n)\x81}X\x05\x00\x00\x00steps]("
        b"X\x03\x00\x00\x00mapcsklearn_pandas.dataframe_mapper\nDataFrameMapper\n)\x81"
        b"}X\x08\x00\x00\x00features]sb\x86X\x04\x00\x00\x00tree"
        b"csklearn.tree.tree\nDecisionTreeClassifier\n)\x81}X\x08\x00\x00\x00classes_"
        b"NsX\x0b\x00\x00\x00n_features_K\x02sX\x05\x00\x00\x00tree_"
        + tree
        + b"sb\x86esb."
    )
    text = refusal(data)
    assert "step 'map': DataFrameMapper" in text and "ColumnTransformer can" in text
