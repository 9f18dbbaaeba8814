"""An encoder that a model cannot have been fitted behind is refused, as its cuts show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load
from sklearn.ensemble import RandomForestRegressor
from sklearn.preprocessing import LabelEncoder, OneHotEncoder
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model
from treecompile.errors import UnsupportedModel

DRAW = np.random.default_rng(0)
RAW = pd.DataFrame(
    {
        "country": DRAW.choice(["fr", "it", "us"], 200),
        "town": DRAW.choice([f"town {i}" for i in range(9)], 200),
        "w": DRAW.normal(size=200).round(2) + 3.0,
    }
)
COUNTRY, TOWN = LabelEncoder().fit(RAW.country), LabelEncoder().fit(RAW.town)
OHE = OneHotEncoder().fit(RAW[["country"]])
MODELS = [DecisionTreeRegressor(), RandomForestRegressor(3)]


def coded() -> Any:
    X = RAW[["w"]].copy()
    X["country"] = COUNTRY.transform(RAW.country)
    X["town"] = TOWN.transform(RAW.town)
    return X


@pytest.mark.parametrize("model", MODELS)
def test_the_encoder_of_another_column(model: Any) -> None:
    X = coded()
    saved = {"model": model.fit(X, X.town + X.w), "a": COUNTRY, "b": TOWN}
    wrong = {"town": "['a']", "country": "['b']"}
    words = "numbers from 0 to 2 of column 'town', and the model tests whether that is"
    with pytest.raises(UnsupportedModel, match=words):
        compile_model(saved, encode=wrong)
    scorer = load(compile_model(saved, encode={"town": "['b']", "country": "['a']"}))
    told = model.predict(X).tolist()
    assert list(map(scorer.predict, RAW.to_dict("records"))) == told


@pytest.mark.parametrize("model", MODELS)
def test_an_encoder_that_is_put_over_other_columns(model: Any) -> None:
    """The names that it gives its columns are not the model's, so they are taken to stand
    from the first one on; the numbers that stand there are none of its."""
    dummies = OHE.transform(RAW[["country"]]).toarray()
    X = np.column_stack([RAW.w, dummies])
    saved = {"model": model.fit(X, X @ [1.0, 2.0, 3.0, 9.0]), "ohe": OHE}
    with pytest.raises(
        UnsupportedModel, match="it makes numbers from 0 to 1 of col.*x0"
    ):
        compile_model(saved, encode={"x0": "['ohe']"})
    options: Any = {"encode": {"x1": "['ohe']"}}
    scorer = load(compile_model(saved, **options))
    record = {"x0": 3.5, "x1": "us"}
    expected = model.predict([[3.5, 0.0, 0.0, 1.0]])[0]
    assert scorer.predict(record) == expected
    names = ["w", *OHE.get_feature_names_out()]
    scorer = load(compile_model(saved, names=names, encode={"country": "['ohe']"}))
    assert scorer.predict({"w": 3.5, "country": "us"}) == expected


def test_a_test_for_missing_values_is_none_of_numbers() -> None:
    """Trees tell missing values from all numbers by a cut at infinity."""
    X = coded()
    X.loc[:60, "country"] = np.nan
    saved = {"model": DecisionTreeRegressor().fit(X, X.country.isna() * 9.0)}
    codes = {name: code for code, name in enumerate(COUNTRY.classes_)}
    compile_model({**saved, "codes": codes}, encode={"country": "['codes']"})
