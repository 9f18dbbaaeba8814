"""Data that is a frame is read as it is, and not as its CSV file would be."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runners import load
from sklearn.tree import DecisionTreeRegressor

from treecompile import compile_model
from treecompile.errors import BadSchema
from treecompile.frame import columns_of_frame

FRAME = pd.DataFrame(
    {
        "text": ["1", "2", None, "NA", "None"],
        "number": [1, 2, 3, 4, np.nan],
        "flag": [True, False, True, True, True],
        "category": pd.Categorical(["x", "y", "x", None, "y"], categories=list("xyz")),
        "day": pd.date_range("2020", periods=5),
        "Int64": pd.array([1, 2, None, 3, 4], dtype="Int64"),
        "string": pd.array(["a", "", None, "1", "2"], dtype="string"),
        "boolean": pd.array([True, None, False, True, True], dtype="boolean"),
        "mixed": pd.Series([1, "1", 2.5, None, pd.NA], dtype=object),
        "odd": pd.Series([{}, [], np.array([1, 2]), b"", pd.NaT], dtype=object),
        "codes": pd.Categorical([3, 1, 3, 3, 3], ordered=True),
        "nothing": [None] * 5,
        5: np.array([1, 2, 3, 4, 5], dtype=object),
    }
)
EXPECTED: dict[str, tuple[Any, Any, bool, bool]] = {
    "text": (("1", "2", "NA", "None"), ("1", "2", "NA", "None"), True, False),
    "number": (None, (1.0, 2.0, 3.0, 4.0), True, False),
    "flag": ((False, True), (False, True), False, False),
    "category": (("x", "y", "z"), ("x", "y", "z"), True, True),
    "Int64": (None, (1, 2, 3, 4), True, False),
    "string": (("", "1", "2", "a"), ("", "1", "2", "a"), True, False),
    "boolean": ((False, True), (False, True), True, False),
    "mixed": ((2.5, 1, "1"), (2.5, 1, "1"), True, False),
    "codes": (None, (1, 3), False, True),
    "nothing": (None, (), True, False),
    "5": (None, (1, 2, 3, 4, 5), False, False),
}


def test_each_column_is_what_it_holds() -> None:
    found = {
        d.column.name: (d.column.categories, d.seen, d.column.missing, d.category)
        for d in columns_of_frame(FRAME)
    }
    assert found == EXPECTED
    kinds = {name: list(map(type, seen)) for name, (_, seen, _, _) in found.items()}
    assert kinds == {
        name: list(map(type, seen)) for name, (_, seen, _, _) in EXPECTED.items()
    }


def test_texts_that_look_like_numbers_or_like_nothing() -> None:
    draw = np.random.default_rng(0)
    raw = pd.DataFrame(
        {
            "code": draw.choice(["1", "2", "NA", "None", "True"], 200).astype(object),
            "n": draw.normal(size=200),
        }
    )
    X = pd.get_dummies(raw)
    model = DecisionTreeRegressor(max_depth=6).fit(X, (raw.code == "NA") + raw.n)
    scorer = load(compile_model(model, data=raw, columns="all"))
    found = list(map(scorer.predict, raw.to_dict("records")))
    assert found == model.predict(X).tolist()
    for value in (1, None, True):
        with pytest.raises(ValueError, match="not a valid value"):
            scorer.predict({"code": value, "n": 0.0})


REFUSED = {
    "no columns": (FRAME[[]], "is a DataFrame, and no frame with named columns"),
    "no rows": (FRAME[:0], "no rows"),
    "one name twice": (FRAME[["text", "text"]], "two columns 'text'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_data_is_refused(name: str) -> None:
    data, words = REFUSED[name]
    model = DecisionTreeRegressor().fit([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(BadSchema, match=words):
        compile_model(model, data=data)


def test_dates_are_in_nobodys_way() -> None:
    """A column that no record can hold is no column, where the model has none such."""
    raw = FRAME[["number", "day"]].fillna(0.0)
    raw["date"] = [datetime.date(2020, 1, 1)] * 5
    model = DecisionTreeRegressor().fit(raw[["number"]], [1, 2, 3, 4, 5])
    scorer = load(compile_model(model, data=raw))
    assert scorer.predict({"number": 4.0}) == 4.0


MODEL = DecisionTreeRegressor().fit(
    pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}), [1.0, 2.0]
)
PARTED = {
    "commas": "x,y\n1,3\n2,4\n",
    "semicolons": "x;y\n1;3\n2;4\n",
    "tabs": "x\ty\n1\t3\n",
    "quotes": '"a;b,c",x,y\nu,1,3\n',
    "a name that holds one": "a|b,x,y\nu,1,3\n",
    "a quoted line end": 'a,x,y\n"u\nv",1,3\n',
    "decimal commas below": "x;y;a,b\n1;3;1,5\n2;4;2,5\n",
}


@pytest.mark.parametrize("name", PARTED)
def test_what_parts_the_cells_is_told_by_all_lines(name: str, tmp_path: Any) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(PARTED[name])
    if name == "decimal commas below":
        with pytest.raises(
            BadSchema, match="can be parted by ',' or ';'.*\nSave it wi"
        ):
            compile_model(MODEL, data=path)
        path.write_text('x;y;"a,b"\n1;3;"1,5"\n')  # the advice
    compile_model(MODEL, data=path)


def test_a_csv_file_that_is_not_utf_8_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "raw.csv"
    text = "x,y,town\n1,3,Bern\n2,4,Zürich\n"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(
        BadSchema, match="line 3: the byte 0x.. is not UTF-8.*\nSave it as UTF-8"
    ):
        compile_model(MODEL, data=path)
    path.write_bytes(text.encode())
    compile_model(MODEL, data=path)
