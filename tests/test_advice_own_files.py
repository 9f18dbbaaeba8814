"""The boosters' own files, and models on many columns: who does what a message says
gets further."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from test_advice import FRAME, X, Y, cat, lgbm, tree, xgb

from treecompile import TreecompileError, compile_model


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(model: Any, **options: Any) -> str:
    with pytest.raises(TreecompileError) as raised:
        compile_model(model, format=False, **options)
    return " ".join(str(raised.value).split())


def built(model: Any, **options: Any) -> str:
    return compile_model(model, format=False, **options)


# --- XGBoost, LightGBM and CatBoost -----------------------------------------------------


def test_what_an_own_file_is_read_as() -> None:
    xgb().fit(X, Y).save_model("model.json")
    model = Path("model.json")
    words = said(model, predict_as="regressor")
    assert "Give --predict-as classifier or --predict-as booster" in words
    assert built(model, predict_as="classifier")
    assert built(model, predict_as="booster")

    fitted = tree().fit(X, Y)
    assert "Leave --predict-as out" in said(fitted, predict_as="booster")
    assert built(fitted)


@pytest.mark.parametrize(("maker", "name"), [(xgb, "model.ubj"), (cat, "model.cbm")])
def test_a_damaged_file(maker: Any, name: str) -> None:
    maker().fit(X, Y).save_model(name)
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole[: len(whole) // 2])
    assert "it ends too early. Save the fitted model again" in said(Path(name))
    maker().fit(X, Y).save_model(name)
    assert built(Path(name))


def test_what_is_no_model_file() -> None:
    """Dumps are for people to read, and other JSON is no model."""
    boosted = lgbm().fit(X, Y)
    Path("dump.json").write_text(json.dumps(boosted.booster_.dump_model()))
    words = "(dump_model), which cannot be loaded again: give the file that save_model"
    assert words in said(Path("dump.json"))
    boosted.booster_.save_model("model.txt")
    assert built(Path("model.txt"))

    model = xgb().fit(X, Y)
    model.get_booster().dump_model("dump.json", dump_format="json")
    words = "whose numbers are rounded: give the file that save_model writes"
    assert words in said(Path("dump.json"))
    model.save_model("model.json")
    assert built(Path("model.json"))

    Path("options.json").write_text(json.dumps({"model": model.get_params()}))
    words = "give the file that save_model, pickle.dump or joblib.dump wrote"
    assert words in said(Path("options.json"))
    Path("model.pkl").write_bytes(pickle.dumps(model))
    assert built(Path("model.pkl"))


def test_catboost_as_json() -> None:
    columns = np.c_[np.zeros(80), X]
    model = cat().fit(columns, Y)
    model.save_model("whole.json", format="json")
    model.drop_unused_features()
    model.save_model("model.json", format="json")
    words = "Save it before drop_unused_features() is called"
    assert words in said(Path("model.json"))
    assert built(Path("whole.json"))

    other = Path("whole.json").read_text().replace("FloatFeature", "TextFeature")
    words = (
        "a split of the kind 'TextFeature', which cannot be compiled Fit it on numbers"
    )
    assert words in said(other.encode())
    assert built(Path("whole.json"))


# --- Many columns -----------------------------------------------------------------------


def test_a_table_of_too_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treecompile.table.MOST_COLUMNS", 100)
    model = tree().fit(FRAME[["n"]], Y)
    FRAME.join(pd.DataFrame(0, FRAME.index, range(200))).to_csv("all.csv")
    words = "at most 100 are read. Leave out those that the model was not fitted on"
    assert words in said(model, data="all.csv")
    FRAME[["n"]].to_csv("some.csv", index=False)
    assert built(model, data="some.csv")


def test_steps_that_mix_too_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treecompile.lower.compose.MOST_WITH_LENGTHS", 4000)
    columns = np.random.default_rng(0).normal(size=(80, 20))
    mixing = [Normalizer() for _ in range(2)]
    words = "Select columns before it, or leave out one of the steps that mix them"
    assert words in said(make_pipeline(*mixing, tree()).fit(columns, Y))
    selected = make_pipeline(SelectKBest(k=5), *mixing, tree()).fit(columns, Y)
    assert built(selected)
    assert built(make_pipeline(tree()).fit(columns, Y))
