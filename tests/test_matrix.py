"""Whether the matrix between parts that were saved apart was sparse or dense: the model
shows it, or the user says it. An encoder's own option is no proof."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from click.testing import CliRunner
from runners import load
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.tree import DecisionTreeRegressor

from treecompile import cli, compile_model, verify
from treecompile.errors import UnsupportedModel
from treecompile.options import Options, as_line, from_line
from treecompile.proof.report import Verdict

xgboost = pytest.importorskip("xgboost")

DRAW = np.random.default_rng(0)
ROWS = 300
DATA = pd.DataFrame(
    {
        "colour": DRAW.choice(["red", "blue", "green", "grey"], ROWS),
        "size": DRAW.choice(["S", "M", "L"], ROWS),
        "w": DRAW.integers(-1, 2, ROWS) * 1.0,
    }
)
CATEGORIES = ["colour", "size"]
LABELS = (DATA.colour.isin(["red", "grey"]) ^ (DATA["size"] == "M") ^ (DATA.w > 0)) * 1
OHE = OneHotEncoder(handle_unknown="ignore").fit(DATA[CATEGORIES])
NAMES = OHE.get_feature_names_out()
PREPROCESS: dict[str, Any] = {"preprocess": "['ohe']"}
ENCODE: dict[str, Any] = {"encode": {"colour,size": "['ohe']"}}
NAMED: dict[str, Any] = {**ENCODE, "names": [*NAMES, "w"]}


def sparse(x: Any) -> Any:
    return OHE.transform(x[CATEGORIES])


def dense(x: Any) -> Any:
    return sparse(x).toarray()


def frame(x: Any) -> Any:
    return pd.DataFrame(dense(x), columns=NAMES)


def wide_frame(x: Any) -> Any:
    return pd.concat([frame(x), x[["w"]]], axis=1)


def sparse_frame(x: Any) -> Any:
    return pd.DataFrame.sparse.from_spmatrix(sparse(x), columns=NAMES)


def wide_sparse(x: Any) -> Any:
    return sp.hstack([sparse(x), sp.csr_matrix(x[["w"]].values)]).tocsr()


def wide_dense(x: Any) -> Any:
    return np.hstack([dense(x), x[["w"]].values])


MADE = {
    "the matrix itself": (sparse, PREPROCESS),
    "toarray": (dense, PREPROCESS),
    "a frame": (frame, PREPROCESS),
    "a sparse frame": (sparse_frame, PREPROCESS),
    "the matrix, encoded": (sparse, {**ENCODE, "names": list(NAMES)}),
    "toarray, encoded": (dense, {**ENCODE, "names": list(NAMES)}),
    "a frame, encoded": (frame, ENCODE),
    "a frame and a number": (wide_frame, ENCODE),
    "side by side, sparse": (wide_sparse, NAMED),
    "side by side, dense": (wide_dense, NAMED),
}


def answers_as(model: Any, make: Any, parts: Any = None, **options: Any) -> None:
    saved = {"model": model, "ohe": OHE} if parts is None else parts
    scorer = load(compile_model(saved, columns="all", format=False, **options))
    told = model.predict(make(DATA)).tolist()
    assert list(map(scorer.predict, DATA.to_dict("records"))) == told


@pytest.mark.parametrize("method", ["hist", "exact", "approx"])
@pytest.mark.parametrize("name", MADE)
def test_the_trees_show_it(name: str, method: str) -> None:
    make, options = MADE[name]
    model = xgboost.XGBRegressor(n_estimators=4, max_depth=4, tree_method=method)
    answers_as(model.fit(make(DATA), LABELS), make, **options)


@pytest.mark.parametrize("make", [wide_sparse, wide_dense])
def test_a_bare_booster_that_was_given_names(make: Any) -> None:
    """Names alone are no frame: a sparse matrix may be given some."""
    data = xgboost.DMatrix(make(DATA), label=LABELS, feature_names=[*NAMES, "w"])
    booster = xgboost.train({"max_depth": 4}, data, 4)
    scorer = load(
        compile_model({"model": booster, "ohe": OHE}, part="['model']", **ENCODE)
    )
    told = booster.predict(data).tolist()
    assert list(map(scorer.predict, DATA.to_dict("records"))) == told


def undecided(make: Any) -> Any:
    """A model that looks at the number alone, whose zeros may be missing."""
    model = xgboost.XGBRegressor(n_estimators=3, max_depth=2)
    return model.fit(make(DATA), DATA.w.abs())


@pytest.mark.parametrize("make", [wide_sparse, wide_dense])
def test_what_it_does_not_show_is_asked(make: Any, tmp_path: Path) -> None:
    model, scorer = tmp_path / "model.pkl", tmp_path / "scorer.py"
    fitted = undecided(make)
    model.write_bytes(pickle.dumps({"model": fitted, "ohe": OHE}))
    line = ["build", str(model), "-o", str(scorer), "--names", ",".join(NAMED["names"])]
    line += ["--encode", "colour,size=['ohe']"]
    done = CliRunner().invoke(cli.main, line)
    assert done.exit_code == 1 and not scorer.exists()
    assert "does not show whether" in done.output
    assert re.findall(r"--sparse|--dense", done.output) == ["--sparse", "--dense"]
    advised = "--sparse" if make is wide_sparse else "--dense"
    done = CliRunner().invoke(cli.main, [*line, advised])
    assert done.exit_code == 0, done.output
    text = scorer.read_text()
    assert advised in text.partition("from __future__")[0]
    told = fitted.predict(make(DATA)).tolist()
    assert list(map(load(text).predict, DATA.to_dict("records"))) == told
    assert verify(model, scorer).parts[0].verdict is Verdict.SHOWN


def test_nothing_is_asked_where_it_is_no_matter() -> None:
    """Each test sends a zero the way of what is missing, or no column holds one."""
    model = xgboost.XGBRegressor(n_estimators=3, max_depth=1, tree_method="exact")
    model.fit(wide_dense(DATA), DATA.w == 1)
    answers_as(model, wide_dense, **NAMED)
    zeros = xgboost.XGBRegressor(n_estimators=3, max_depth=2, missing=0.0)
    answers_as(zeros.fit(wide_dense(DATA), DATA.w.abs()), wide_dense, **NAMED)


def test_encoders_that_make_nothing_sparse_are_not_asked_of() -> None:
    encoder = LabelEncoder().fit(DATA.colour)
    X = np.stack([encoder.transform(DATA.colour), DATA.w], axis=1)
    model = xgboost.XGBRegressor(n_estimators=3, max_depth=3).fit(X, LABELS)
    saved = {"model": model, "le": encoder}
    made = lambda x: np.stack([encoder.transform(x.colour), x.w], axis=1)  # noqa: E731
    options = {"encode": {"colour": "['le']"}, "names": ["colour", "w"]}
    answers_as(model, made, saved, **options)
    matrix = lambda x: sp.csr_matrix(made(x))  # noqa: E731
    model = xgboost.XGBRegressor(n_estimators=3, max_depth=3)
    model.fit(matrix(DATA), DATA.colour == "red")
    answers_as(model, matrix, {"model": model, "le": encoder}, sparse=True, **options)


def test_a_model_that_fits_neither_is_asked_about() -> None:
    """Dummies that another encoder made: their cuts lie beyond all numbers."""
    model = xgboost.XGBRegressor(n_estimators=3, max_depth=4)
    model.fit(frame(DATA).replace(0.0, np.nan), LABELS)
    with pytest.raises(UnsupportedModel, match="fits neither it nor a dense one\nSay"):
        compile_model({"model": model, "ohe": OHE}, **PREPROCESS)
    answers_as(
        model, lambda x: frame(x).replace(0.0, np.nan), sparse=True, **PREPROCESS
    )


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler((0.5, 1.5))])
def test_what_moves_zeros_shows_a_dense_matrix(scaler: Any) -> None:
    model = make_pipeline(scaler, DecisionTreeRegressor(max_depth=5))
    answers_as(model.fit(dense(DATA), LABELS), dense, **PREPROCESS)
    saved = {"ohe": OHE, "scaler": scaler.fit(dense(DATA))}
    saved["model"] = DecisionTreeRegressor().fit(scaler.transform(dense(DATA)), LABELS)
    scorer = load(compile_model(saved, preprocess=["['ohe']", "['scaler']"]))
    told = saved["model"].predict(scaler.transform(dense(DATA))).tolist()
    assert list(map(scorer.predict, DATA.to_dict("records"))) == told


def test_a_model_that_takes_no_sparse_matrix_shows_a_dense_one() -> None:
    model = HistGradientBoostingRegressor(max_iter=4, min_samples_leaf=3)
    answers_as(model.fit(dense(DATA), LABELS), dense, **PREPROCESS)


def test_a_step_that_computes_otherwise_is_asked_about() -> None:
    model = make_pipeline(PolynomialFeatures(), DecisionTreeRegressor(max_depth=4))
    model.fit(dense(DATA), LABELS)
    with pytest.raises(UnsupportedModel, match="Say which one reaches the model"):
        compile_model({"model": model, "ohe": OHE}, **PREPROCESS)
    answers_as(model, dense, sparse=False, **PREPROCESS)


def test_trees_take_missing_values_behind_a_frame_alone() -> None:
    """scikit-learn refuses missing values in a sparse matrix, and takes them else."""
    for made, options, taken in ((wide_frame, {}, True), (wide_sparse, NAMED, False)):
        model = DecisionTreeRegressor(max_depth=4).fit(made(DATA), LABELS)
        source = compile_model(
            {"model": model, "ohe": OHE}, columns="all", **{**ENCODE, **options}
        )
        record = {**DATA.to_dict("records")[0], "w": None}
        if taken:
            load(source).predict(record)
        else:
            with pytest.raises(ValueError, match="not a valid value for .w"):
                load(source).predict(record)


def test_options_are_written_and_read() -> None:
    for given in (True, False, None):
        options = Options(threshold=0.5, sparse=given, category_dtype="a b,c")
        assert from_line(as_line(options.given())) == options
    assert as_line(Options(sparse=False).given()) == "--dense"
    with pytest.raises(ValueError, match="not the options of a build"):
        from_line("--sparse --dense")


TINY = (5e-324, -3.5e-323, 1e-310, 1e-46, 0.0, -0.0, 1.0)


@pytest.mark.parametrize("scaler", [StandardScaler(with_mean=False), MaxAbsScaler()])
def test_a_number_that_becomes_zero_in_a_sparse_matrix_is_held(scaler: Any) -> None:
    """What was no zero when the matrix was made is not missing, whatever it became."""
    X = pd.DataFrame({"c": DATA.colour, "x": DRAW.integers(0, 40, ROWS)})
    first = ColumnTransformer(
        [("c", OneHotEncoder(), ["c"])], remainder="passthrough", sparse_threshold=1.0
    )
    model = make_pipeline(first, scaler, xgboost.XGBRegressor(n_estimators=3, n_jobs=1))
    model.fit(X, X.x * 1.0 + (X.c == "red"))
    scorer = load(compile_model(model))
    for x in TINY:
        told = float(model.predict(pd.DataFrame({"c": ["red"] * 2, "x": [x] * 2}))[0])
        assert scorer.predict({"c": "red", "x": x}) == told


def test_a_number_that_is_zero_before_the_matrix_is_made_is_missing() -> None:
    scaled = make_pipeline(FunctionTransformer(np.floor), MaxAbsScaler())
    X = pd.DataFrame({"c": DATA.colour, "x": DRAW.integers(0, 40, ROWS) / 4})
    first = ColumnTransformer(
        [("c", OneHotEncoder(), ["c"]), ("x", scaled, ["x"])], sparse_threshold=1.0
    )
    model = make_pipeline(first, xgboost.XGBRegressor(n_estimators=3, n_jobs=1))
    model.fit(X, X.x * 1.0 + (X.c == "red"))
    scorer = load(compile_model(model))
    for x in (*TINY, 0.25, 0.5):
        told = float(model.predict(pd.DataFrame({"c": ["red"] * 2, "x": [x] * 2}))[0])
        assert scorer.predict({"c": "red", "x": x}) == told
