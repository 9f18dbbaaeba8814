"""Each transformer before a tree: the scorer against scikit-learn, bit for bit.

``reference.compare`` puts the same records to both: rows of the data, and edges (the
cuts of the raw columns and the doubles beside them, the bounds of what is accepted,
missing values, every category, unseen ones and lookalikes such as True for 1).
"""

from __future__ import annotations

import functools
import random
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference import Reference, compare
from runners import load, same
from sklearn.cluster import FeatureAgglomeration
from sklearn.compose import (
    ColumnTransformer,
    make_column_selector,
    make_column_transformer,
)
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
)
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from treecompile import UnsupportedModel, compile_model

ROWS = 250


@functools.cache
def numbers(holes: bool, positive: bool = False) -> np.ndarray:
    """Four columns of numbers: a bell, a long tail, few whole numbers, hundreds."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(ROWS, 4))
    X[:, 1] = np.exp(2 * X[:, 1])
    X[:, 2] = np.round(3 * X[:, 2])
    X[:, 3] = 100 * X[:, 3] + 300
    if positive:
        X = np.abs(X) + 0.25
    if holes:
        X[rng.random(X.shape) < 0.1] = np.nan
    return X


@functools.cache
def frame(hole: Any = None) -> pd.DataFrame:
    """Columns of every kind: numbers, text, booleans, whole numbers, a mixture."""
    rng = np.random.default_rng(8)
    data = pd.DataFrame(numbers(True), columns=["bell", "tail", "few", "hundreds"])
    data["whole"] = rng.integers(-2, 4, ROWS)
    data["empty"] = np.nan
    city = rng.choice(["Rome", "Oslo", "Lima", "Pune", "Cork", "a 'b'"], ROWS, p=P6)
    data["city"] = pd.Series(city, dtype=object)
    data["grade"] = pd.Series(rng.choice(["low", "mid", "high"], ROWS), dtype=object)
    data["flag"] = rng.random(ROWS) < 0.4
    mixture = rng.choice(np.array([1, 2.5, 7, 30], dtype=object), ROWS)
    data["mixture"] = pd.Series(mixture, dtype=object)
    if hole is not ...:
        for name in ("city", "mixture"):
            data[name] = data[name].mask(rng.random(ROWS) < 0.08, hole)
            data[name] = data[name].astype(object)
    return data


P6 = [0.35, 0.25, 0.2, 0.12, 0.06, 0.02]


def target(X: Any, kind: str) -> Any:
    """An answer that depends on every column."""
    total = np.zeros(len(X))
    columns = [X[n] for n in X] if isinstance(X, pd.DataFrame) else list(X.T)
    for k, column in enumerate(columns):
        codes = pd.factorize(pd.Series(column))[0] if column.dtype == object else column
        total += (k + 1) * np.nan_to_num(
            pd.Series(codes).rank(pct=True).to_numpy(float)
        )
    total += np.random.default_rng(9).normal(size=len(X))
    if kind == "number":
        return total
    labels = np.array(["no", "maybe", "yes"])
    return labels[np.digitize(total, np.quantile(total, [0.35, 0.7]))]


def tree(kind: str) -> Any:
    if kind == "number":
        return DecisionTreeRegressor(max_depth=6, random_state=0)
    return DecisionTreeClassifier(max_depth=6, random_state=0)


def fitted(transformer: Any, X: Any, kind: str = "label") -> Pipeline:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return make_pipeline(transformer, tree(kind)).fit(X, target(X, kind))


def id_of(case: Any) -> str:
    """The case in a line; without addresses, which differ from process to process."""
    text = " ".join(re.sub(r" at 0x[0-9a-f]+", "", str(case)).split())
    return text if len(text) < 80 else text[:77] + "..."


# --- Numbers, on arrays ---------------------------------------------------------------

STEADY = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False, with_std=False),
    MinMaxScaler(),
    MinMaxScaler(feature_range=(-1, 2.5)),
    MinMaxScaler(feature_range=(-0.5, 0.25), clip=True),
    MaxAbsScaler(),
    MaxAbsScaler(clip=True),
    RobustScaler(),
    RobustScaler(with_centering=False, quantile_range=(10.0, 95.0)),
    RobustScaler(with_scaling=False),
    RobustScaler(quantile_range=(50, 50), unit_variance=True),
    QuantileTransformer(n_quantiles=40),
    QuantileTransformer(n_quantiles=250),
    FunctionTransformer(),
    FunctionTransformer(None, validate=False),
    *(
        FunctionTransformer(function)
        for function in (
            np.abs,
            np.square,
            np.negative,
            np.floor,
            np.ceil,
            np.trunc,
            np.fix,
            np.rint,
            np.sign,
            np.sqrt,
            np.fabs,
            np.positive,
            np.deg2rad,
            np.degrees,
        )
    ),
    SimpleImputer(),
    SimpleImputer(strategy="median", add_indicator=True),
    SimpleImputer(strategy="most_frequent"),
    SimpleImputer(strategy="constant", fill_value=-7.5),
    SimpleImputer(strategy="constant"),
    SimpleImputer(strategy=np.max),
    MissingIndicator(),
    MissingIndicator(features="all", sparse=True),
    MissingIndicator(error_on_new=False, sparse=False),
    VarianceThreshold(),
    VarianceThreshold(threshold=20.0),
]
WHOLE = [
    FeatureAgglomeration(2),
    FeatureAgglomeration(4),
    Normalizer("l1"),
    Normalizer("max"),
    Binarizer(),
    Binarizer(threshold=0.7),
    KBinsDiscretizer(4),
    KBinsDiscretizer(5, encode="onehot-dense", strategy="uniform"),
    KBinsDiscretizer([2, 3, 9, 5], encode="ordinal", strategy="kmeans"),
    PolynomialFeatures(),
    PolynomialFeatures(3, order="F"),
    PolynomialFeatures((2, 3), interaction_only=True, include_bias=False),
    PolynomialFeatures(1, include_bias=False),
    PolynomialFeatures((0, 2), include_bias=False),
    FunctionTransformer(np.abs, validate=True),
    FunctionTransformer(None, validate=True),
    SelectKBest(k=2),
    SelectKBest(k="all"),
    SelectPercentile(percentile=50),
    SelectPercentile(percentile=100),
    SelectFpr(alpha=0.9),
    SelectFdr(alpha=0.9),
    SelectFwe(alpha=0.9),
    GenericUnivariateSelect(mode="k_best", param=3),
    GenericUnivariateSelect(mode="percentile", param=30),
    GenericUnivariateSelect(mode="fpr", param=0.5),
    GenericUnivariateSelect(mode="fdr", param=0.5),
    GenericUnivariateSelect(mode="fwe", param=0.5),
    SimpleImputer(missing_values=-1.0, strategy="median", add_indicator=True),
    SimpleImputer(missing_values=0, strategy="constant", fill_value=9),
    MissingIndicator(missing_values=-1.0),
    MissingIndicator(missing_values=1, features="all"),
]
CURVED = [
    PowerTransformer(),
    PowerTransformer(standardize=False),
    PowerTransformer("box-cox"),
    PowerTransformer("box-cox", standardize=False),
    *(
        FunctionTransformer(function)
        for function in (
            np.log,
            np.log2,
            np.log10,
            np.log1p,
            np.exp,
            np.expm1,
            np.tanh,
            np.arcsinh,
            np.arctan,
        )
    ),
]


@pytest.mark.parametrize("kind", ["label", "number"])
@pytest.mark.parametrize("transformer", STEADY, ids=id_of)
def test_numbers_that_may_be_missing(transformer: Any, kind: str) -> None:
    X = numbers(True)
    compare(fitted(transformer, X, kind), X)


@pytest.mark.parametrize("transformer", WHOLE, ids=id_of)
def test_numbers_that_may_not(transformer: Any) -> None:
    X = numbers(False)
    compare(fitted(transformer, X), X)


@pytest.mark.parametrize("transformer", CURVED, ids=id_of)
def test_curves(transformer: Any) -> None:
    X = numbers(True, positive=True)
    X = np.minimum(X, 20.0) if "exp" in str(transformer) else X
    compare(fitted(transformer, X), X, curved=True)


@pytest.mark.parametrize("columns", [1, 2, 3, 7, 8, 9, 20, 131, 300])
@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_lengths_are_summed_as_numpy_does(norm: str, columns: int) -> None:
    X = np.random.default_rng(columns).normal(size=(60, columns))
    X[:3], X[3] = 0.0, 1e-17
    pipe = fitted(Normalizer(norm), X)
    scorer = load(compile_model(pipe, format=False))
    expected = pipe.predict(X).tolist()
    for row, vector, answer in zip(X, pipe[0].transform(X).tolist(), expected):
        record = dict(zip(scorer.FEATURES, row.tolist()))
        assert same(scorer.encode(record), vector)
        assert scorer.predict(record) == answer
    if columns < 9:
        compare(pipe, X, by_row=True, rows=20)


def test_means_of_columns_are_added_up_from_zero() -> None:
    """A mean of negative zeros is a positive zero, of thirty columns no pairwise sum;
    and columns of single precision are added up as doubles."""
    X = np.random.default_rng(3).normal(size=(60, 30)) ** 3
    X[:9] = -0.0
    pipe = fitted(FeatureAgglomeration(3), X)
    scorer = load(compile_model(pipe, format=False))
    for row, vector in zip(X, pipe[0].transform(X).tolist()):
        record = {f"x{k}": x for k, x in enumerate(row.tolist())}
        assert same(scorer.encode(record), vector)
    words = frame()[["grade", "flag"]]
    singles = OneHotEncoder(sparse_output=False, dtype=np.float32)
    compare(fitted(make_pipeline(singles, FeatureAgglomeration(2)), words), words)


def test_other_pools_of_columns_are_refused() -> None:
    X = numbers(False)
    with pytest.raises(UnsupportedModel, match="pooling_func is not numpy.mean"):
        compile_model(fitted(FeatureAgglomeration(2, pooling_func=np.median), X))
    damaged = fitted(FeatureAgglomeration(2), X)
    damaged[0].labels_ = damaged[0].labels_ * 2
    with pytest.raises(UnsupportedModel, match="do not number clusters"):
        compile_model(damaged)


def test_chains_of_curves() -> None:
    X = numbers(True)
    pipe = make_pipeline(
        SimpleImputer(strategy="median"),
        FunctionTransformer(np.abs),
        FunctionTransformer(np.log1p),
        StandardScaler(),
        PowerTransformer(),
        MinMaxScaler(clip=True),
    )
    compare(fitted(pipe, X), X, curved=True)


# --- Selectors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "selector",
    [
        SelectFromModel(DecisionTreeClassifier(random_state=0)),
        SelectFromModel(DecisionTreeClassifier(random_state=0), threshold="median"),
        SelectFromModel(
            RandomForestClassifier(5, random_state=0), threshold="0.9*mean"
        ),
        SelectFromModel(ExtraTreesClassifier(5, random_state=0), max_features=2),
        SelectFromModel(GradientBoostingClassifier(n_estimators=3), threshold=0.2),
        SelectFromModel(AdaBoostClassifier(n_estimators=3), threshold="median"),
        SelectFromModel(LogisticRegression(max_iter=50)),
        SelectFromModel(LogisticRegression(max_iter=50), norm_order=2, max_features=3),
        SelectFromModel(LogisticRegression(l1_ratio=1.0, solver="saga", C=0.01)),
        SelectFromModel(
            make_pipeline(StandardScaler(), LogisticRegression()),
            importance_getter="named_steps.logisticregression.coef_",
        ),
        SelectFromModel(
            RandomForestClassifier(3, random_state=0),
            max_features=lambda X: X.shape[1] - 1,
            threshold=-np.inf,
        ),
        RFE(DecisionTreeClassifier(random_state=0), n_features_to_select=2),
        RFECV(DecisionTreeClassifier(random_state=0), cv=2),
        SequentialFeatureSelector(DecisionTreeClassifier(random_state=0), cv=2),
    ],
    ids=id_of,
)
def test_selectors_by_an_estimator(selector: Any) -> None:
    X = numbers(False)
    if callable(getattr(selector, "max_features", None)):
        pipe = fitted(selector, X)
        pipe[0].max_features = 3  # a lambda cannot be pickled; the fitted one counts
        pipe[0].max_features_ = 3
        return compare(pipe, X) and None
    compare(fitted(selector, X), X)


def test_selector_prefit_and_lasso() -> None:
    X = numbers(False)
    model = Lasso(alpha=0.2).fit(StandardScaler().fit_transform(X), target(X, "number"))
    pipe = make_pipeline(StandardScaler(), SelectFromModel(model, prefit=True))
    compare(fitted(pipe, X), X)


@pytest.mark.parametrize("frames", [False, True])
def test_selectors_between_frames_check_nothing(frames: bool) -> None:
    X = frame()[["bell", "tail", "few", "hundreds"]]
    pipe = make_pipeline(SimpleImputer(), SelectKBest(k=2))
    pipe = pipe.set_output(transform="pandas" if frames else "default")
    compare(fitted(pipe, X), X)
    pipe = Pipeline([("select", SelectKBest(k=2)), ("tree", tree("label"))])
    whole = X.fillna(0.0)
    pipe.fit(whole, target(whole, "label"))
    if frames:
        pipe[:-1].set_output(transform="pandas")
    compare(pipe, X)


# --- Categories -----------------------------------------------------------------------

HOLES = [None, np.nan]
ONE_HOT = [
    OneHotEncoder(),
    OneHotEncoder(handle_unknown="ignore"),
    OneHotEncoder(handle_unknown="ignore", sparse_output=False, drop="first"),
    OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=30),
    OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3, drop="first"),
    OneHotEncoder(handle_unknown="infrequent_if_exist"),
    OneHotEncoder(handle_unknown="ignore", min_frequency=0.1, drop="if_binary"),
    OneHotEncoder(handle_unknown="error", max_categories=2),
    OneHotEncoder(handle_unknown="error", drop="if_binary"),
    OneHotEncoder(handle_unknown="warn", min_frequency=40, sparse_output=False),
    OneHotEncoder(handle_unknown="ignore", dtype=np.float32),
    OneHotEncoder(handle_unknown="ignore", dtype=int, sparse_output=False),
    OneHotEncoder(feature_name_combiner="concat", handle_unknown="ignore"),
]
ORDINAL = [
    *(
        make_pipeline(OrdinalEncoder(dtype=np.float32), scaler)
        for scaler in (
            StandardScaler(),
            MinMaxScaler((0.1, 0.7), clip=True),
            MaxAbsScaler(),
            RobustScaler(),
        )
    ),
    OrdinalEncoder(),
    OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
    OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        encoded_missing_value=-2,
        dtype=np.int16,
    ),
    OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        min_frequency=30,
        encoded_missing_value=-9.5,
    ),
    OrdinalEncoder(max_categories=3),
    OrdinalEncoder(encoded_missing_value=77),
]
KINDS = [["city"], ["grade", "flag"], ["whole", "few"], ["mixture"]]


@pytest.mark.parametrize("hole", HOLES, ids=str)
@pytest.mark.parametrize("encoder", ONE_HOT + ORDINAL, ids=id_of)
def test_encoders(encoder: Any, hole: Any) -> None:
    for names in [*KINDS, ["city", "grade", "flag", "whole", "mixture"]]:
        X = frame(hole)[names]
        compare(fitted(encoder, X), X, rows=30)


@pytest.mark.parametrize("hole", HOLES, ids=str)
@pytest.mark.parametrize("kind", ["label", "number"])
@pytest.mark.parametrize("smooth", ["auto", 3.0])
def test_target_encoder(smooth: Any, kind: str, hole: Any) -> None:
    X = frame(hole)[["city", "grade", "whole", "mixture"]]
    compare(fitted(TargetEncoder(smooth=smooth, random_state=0), X, kind), X)
    two = np.where(target(X, "label") == "no", "a", "b")
    pipe = make_pipeline(TargetEncoder(smooth=smooth, random_state=0), tree("label"))
    compare(pipe.fit(X[["city"]], two), X[["city"]])


def test_encoders_with_categories_of_their_own() -> None:
    X = frame(...)[["grade", "flag"]]
    lists = [["low", "mid", "high", "top"], [False, True]]
    compare(fitted(OrdinalEncoder(categories=lists), X), X)
    one_hot = OneHotEncoder(categories=[["mid", "low", "high", np.nan]], drop=["mid"])
    compare(fitted(one_hot, X[["grade"]]), X[["grade"]], hole=np.nan)


def test_an_encoder_that_knows_none_and_nan() -> None:
    """Both are the missing value, and that is the encoder's NaN."""
    X = frame(None)[["city"]].copy()
    X.loc[:20, "city"] = np.nan
    pipe = fitted(OneHotEncoder(sparse_output=False), X)
    reference = Reference(pipe, X)
    reference.frame = X.iloc[:5]
    scorer = load(compile_model(pipe, format=False))
    for hole in (None, np.nan):
        record = {"city": hole}
        (answer,) = reference.answers([record])
        assert answer is not None
        assert same(scorer.encode(record), answer.features)
        assert scorer.predict(record) == answer.said["predict"]


def test_columns_of_new_pandas_text() -> None:
    X = frame(np.nan)[["city", "grade"]].astype("str").where(frame()["city"].notna())
    compare(fitted(OneHotEncoder(handle_unknown="ignore"), X), X)


# --- Imputers on frames ---------------------------------------------------------------

FILL = [
    SimpleImputer(strategy="most_frequent"),
    SimpleImputer(strategy="constant", fill_value="gone"),
    SimpleImputer(strategy="constant"),
    SimpleImputer(strategy="most_frequent", add_indicator=True),
]


@pytest.mark.parametrize("hole", HOLES, ids=str)
@pytest.mark.parametrize("imputer", FILL, ids=id_of)
def test_imputed_text(imputer: SimpleImputer, hole: Any) -> None:
    X = frame(hole)[["city", "grade"]]
    imputer = imputer.set_params(missing_values=hole)
    for encoder in (
        OneHotEncoder(),
        OneHotEncoder(handle_unknown="ignore"),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        TargetEncoder(random_state=0),
    ):
        compare(fitted(make_pipeline(imputer, encoder), X), X)


def test_text_that_stands_for_missing() -> None:
    X = frame(...)[["city", "grade"]]
    for imputer in (
        SimpleImputer(missing_values="Oslo", strategy="most_frequent"),
        SimpleImputer(
            missing_values="Rome",
            strategy="constant",
            fill_value="x",
            add_indicator=True,
        ),
    ):
        for encoder in (OneHotEncoder(), OneHotEncoder(handle_unknown="ignore")):
            compare(fitted(make_pipeline(imputer, encoder), X), X, hole=np.nan)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("strategy", ["mean", "most_frequent", "constant"])
def test_a_column_that_was_empty(strategy: str, keep: bool) -> None:
    X = frame()[["bell", "empty", "whole", "few"]]
    imputer = SimpleImputer(
        strategy=strategy, keep_empty_features=keep, add_indicator=True
    )
    compare(fitted(imputer, X), X)


# --- Put together ---------------------------------------------------------------------


def mixed(**options: Any) -> ColumnTransformer:
    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer(
        [
            ("n", numeric, ["bell", "tail"]),
            ("c", OneHotEncoder(handle_unknown="ignore"), ["city", "grade"]),
            ("b", OrdinalEncoder(), ["flag"]),
        ],
        **options,
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sparse_threshold": 0},
        {"sparse_threshold": 1.0},
        {"remainder": "drop"},
        {"remainder": "passthrough"},
        {"remainder": MinMaxScaler()},
        {"remainder": SimpleImputer(add_indicator=True)},
        {"verbose_feature_names_out": False},
        {"verbose_feature_names_out": "{feature_name}<-{transformer_name}"},
        {"transformer_weights": {"n": 0.1, "c": -3.0, "b": 2}},
    ],
    ids=id_of,
)
def test_column_transformers(options: dict[str, Any]) -> None:
    X = frame()[["few", "city", "bell", "flag", "hundreds", "grade", "tail"]]
    compare(fitted(mixed(**options), X), X)


@pytest.mark.parametrize(
    "columns",
    [
        ["tail", "bell"],
        [0, 2],
        [-1, -4],
        slice(0, 2),
        slice("tail", "hundreds"),
        np.array([True, False, True, False]),
        [False, False, True, True],
        make_column_selector(dtype_include=float),
        make_column_selector(pattern="e"),
        lambda X: ["few"],
    ],
    ids=id_of,
)
@pytest.mark.parametrize("remainder", ["drop", "passthrough"])
def test_ways_to_select_columns(columns: Any, remainder: str) -> None:
    X = frame()[["bell", "tail", "few", "hundreds"]]
    part = SimpleImputer()
    transformer = ColumnTransformer([("p", part, columns)], remainder=remainder)
    pipe = fitted(transformer, X)
    for k, (name, spec, chosen) in enumerate(pipe[0].transformers):
        if callable(chosen):  # of no use when fitted, and a lambda cannot be pickled
            pipe[0].transformers[k] = (name, spec, [0])
    compare(pipe, X)


def test_columns_by_place_on_arrays() -> None:
    X = numbers(True)
    transformer = make_column_transformer(
        (StandardScaler(), [3, 0]),
        (make_pipeline(SimpleImputer(), KBinsDiscretizer(3)), slice(1, 3)),
        ("drop", [2]),
        (SimpleImputer(add_indicator=True), [-1]),
        remainder="passthrough",
        sparse_threshold=0,
    )
    compare(fitted(transformer, X), X)


def test_nothing_selected() -> None:
    X = frame()[["bell", "tail"]]
    transformer = ColumnTransformer(
        [("none", StandardScaler(), []), ("some", SimpleImputer(), ["tail"])]
    )
    compare(fitted(transformer, X), X)


def test_three_deep() -> None:
    X = frame()[["bell", "tail", "few", "hundreds", "city", "grade", "whole"]]
    inner = FeatureUnion(
        [
            ("scaled", make_pipeline(SimpleImputer(), RobustScaler())),
            ("binned", make_pipeline(SimpleImputer(), KBinsDiscretizer(3))),
            ("holes", MissingIndicator(features="all")),
            ("nothing", "drop"),
            ("asis", "passthrough"),
        ],
        transformer_weights={"scaled": 0.5, "binned": 3.0},
    )
    words = Pipeline(
        [
            ("fill", SimpleImputer(missing_values=None, strategy="most_frequent")),
            ("skip", "passthrough"),
            ("encode", OneHotEncoder(min_frequency=20, handle_unknown="ignore")),
            ("select", SelectKBest(k=4)),
        ]
    )
    outer = ColumnTransformer(
        [
            ("numbers", inner, ["bell", "tail", "few"]),
            ("words", words, ["city", "grade"]),
        ],
        remainder="passthrough",
        sparse_threshold=0,
    )
    compare(fitted(outer, X), X)
    compare(fitted(make_pipeline(outer, VarianceThreshold(0.05)), X, "number"), X)


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_frames_between_steps(output: str) -> None:
    X = frame()[["bell", "tail", "few", "grade", "flag", "whole"]]
    first = ColumnTransformer(
        [
            ("fill", SimpleImputer(add_indicator=True), ["bell", "tail"]),
            ("code", OrdinalEncoder(), ["grade", "flag"]),
        ],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    names = ["tail", "grade"] if output == "pandas" else [1, 3]
    second = ColumnTransformer(
        [("scale", StandardScaler(), names)],
        remainder=SimpleImputer(strategy="constant", fill_value=-1.0),
    )
    pipe = make_pipeline(first, second).set_output(transform=output)
    compare(fitted(pipe, X), X)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_sparse_matrices_between_steps(hole: Any) -> None:
    X = frame(hole)[["city", "grade", "whole", "hundreds"]].fillna({"hundreds": 0.5})
    encode = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore"), ["city", "grade"]),
            ("rest", "passthrough", ["whole", "hundreds"]),
        ],
        sparse_threshold=1.0,
    )
    for scaler in (
        StandardScaler(with_mean=False),
        MaxAbsScaler(),
        MaxAbsScaler(clip=True),
        RobustScaler(with_centering=False),
        Normalizer("l1"),
        Normalizer("l2"),
        Normalizer("max"),
        Binarizer(threshold=2.0),
        SimpleImputer(),
        MissingIndicator(features="all"),
        FunctionTransformer(np.abs),
        SelectKBest(k=5),
        VarianceThreshold(0.1),
        make_pipeline(FunctionTransformer(np.abs), FunctionTransformer(np.sqrt)),
    ):
        compare(fitted(make_pipeline(encode, scaler), X), X, rows=30)


# --- Anything at all ------------------------------------------------------------------


class Maker:
    """Random transformers, pipelines, unions and column transformers, three deep."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.curved = False

    def transformer(self, X: pd.DataFrame) -> Any:
        """Something for all columns of a frame."""
        rng = self.rng
        words = [n for n in X if X[n].dtype == object or X[n].dtype == bool]
        figures = [n for n in X if n not in words]
        parts = [(f"w{k}", self.encoder(), n) for k, n in enumerate(self.split(words))]
        parts += [
            (f"f{k}", self.numeric(2), n) for k, n in enumerate(self.split(figures))
        ]
        rng.shuffle(parts)
        rest = "drop"
        if rng.random() < 0.4 and parts[0][0][0] == "f":
            del parts[0]
            rest = rng.choice(["passthrough", SimpleImputer(), MinMaxScaler()])
        if not parts:
            return self.numeric(2)
        first = ColumnTransformer(
            [(name, part, self.spelt(n, list(X))) for name, part, n in parts],
            remainder=rest,
            sparse_threshold=rng.choice([0, 0.3, 1.0]),
            transformer_weights=rng.choice([None, {parts[0][0]: 0.7}]),
            verbose_feature_names_out=rng.random() < 0.8,
        )
        if rng.random() < 0.5:
            return first
        return make_pipeline(first, *self.after())

    def after(self) -> list[Any]:
        """Steps for whatever comes out of a column transformer."""
        rng = self.rng
        half = ColumnTransformer(
            [("h", MaxAbsScaler(), slice(0, None, 2))],
            remainder=rng.choice(["drop", "passthrough"]),
        )
        steps = [
            half,
            SelectKBest(k=rng.choice([2, "all"])),
            VarianceThreshold(0.01),
            SelectFromModel(DecisionTreeClassifier(random_state=0)),
            SimpleImputer(strategy="median"),
            "passthrough",
            MaxAbsScaler(),
            RFE(DecisionTreeRegressor(max_depth=3, random_state=0), step=0.5),
        ]
        return rng.sample(steps, rng.randint(1, 3))

    def spelt(self, names: list[str], of: list[str]) -> Any:
        """Some columns by their names, their places or a mask."""
        places = [of.index(name) for name in names]
        mask = [name in names for name in of]
        shifted = [place - len(of) for place in places]
        return self.rng.choice([names, names, places, shifted, mask])

    def split(self, names: list[str]) -> list[list[str]]:
        names = self.rng.sample(names, len(names))
        cut = self.rng.randint(0, len(names))
        return [part for part in (names[:cut], names[cut:]) if part]

    def encoder(self) -> Any:
        rng = self.rng
        encoder = rng.choice(
            [
                OneHotEncoder(
                    handle_unknown=rng.choice(
                        ["error", "ignore", "infrequent_if_exist"]
                    ),
                    min_frequency=rng.choice([None, 5, 30, 0.2]),
                    max_categories=rng.choice([None, 2, 4]),
                    drop=rng.choice([None, "first", "if_binary"]),
                    sparse_output=rng.random() < 0.5,
                ),
                OrdinalEncoder(
                    handle_unknown="use_encoded_value",
                    unknown_value=rng.choice([-1, np.nan]),
                    encoded_missing_value=rng.choice([np.nan, -2]),
                    min_frequency=rng.choice([None, 30]),
                ),
                TargetEncoder(random_state=0),
            ]
        )
        if rng.random() < 0.4:
            fill = SimpleImputer(missing_values=None, strategy="most_frequent")
            encoder = make_pipeline(fill, encoder)
        return encoder

    def numeric(self, depth: int) -> Any:
        rng = self.rng
        if depth and rng.random() < 0.4:
            parts = [
                (f"u{k}", self.numeric(depth - 1)) for k in range(rng.randint(1, 3))
            ]
            return FeatureUnion(
                parts, transformer_weights=rng.choice([None, {"u0": -2}])
            )
        steps: list[Any] = []
        if rng.random() < 0.2:
            steps.append(QuantileTransformer(n_quantiles=30))
        if rng.random() < 0.6:
            strategy = rng.choice(["mean", "median", "most_frequent", "constant"])
            steps.append(
                SimpleImputer(strategy=strategy, add_indicator=rng.random() < 0.3)
            )
            if rng.random() < 0.4:
                encode = rng.choice(["ordinal", "onehot-dense", "onehot"])
                steps.append(
                    rng.choice(
                        [
                            KBinsDiscretizer(rng.randint(2, 6), encode=encode),
                            Binarizer(threshold=rng.choice([0.0, 1.5])),
                            PolynomialFeatures(2, include_bias=False),
                            Normalizer("max"),
                            SelectKBest(k="all"),
                        ]
                    )
                )
        for _ in range(rng.randint(0, 3)):
            steps.append(
                rng.choice(
                    [
                        StandardScaler(with_mean=False),
                        MaxAbsScaler(clip=rng.random() < 0.5),
                        RobustScaler(with_centering=False),
                        FunctionTransformer(rng.choice([np.abs, np.square])),
                        "passthrough",
                        VarianceThreshold(),
                        self.curve(),
                    ]
                )
            )
        named = [(f"s{k}", step) for k, step in enumerate(steps)]
        return Pipeline(named or [("s", "passthrough")])

    def curve(self) -> Any:
        self.curved = True
        return self.rng.choice(
            [
                PowerTransformer(),
                FunctionTransformer(np.arcsinh),
            ]
        )


@pytest.mark.parametrize("seed", range(60))
def test_random_pipelines(seed: int) -> None:
    maker = Maker(seed)
    hole = maker.rng.choice([None, ...])
    X = frame(hole).drop(columns="empty")
    X = X[maker.rng.sample(list(X), maker.rng.randint(2, 9))]
    for _ in range(50):
        transformer = maker.transformer(X)
        kind = maker.rng.choice(["label", "number"])
        if maker.rng.random() < 0.3:
            transformer.set_output(transform="pandas")
        try:
            pipe = fitted(transformer, X, kind)
        except (TypeError, ValueError):  # it does not go together
            continue
        compare(pipe, X, rows=20, seed=seed, curved=maker.curved)
        return
    pytest.fail("nothing could be fitted")


# --- What is refused ------------------------------------------------------------------


MISSING = MissingIndicator(features="all")


def double_it(X: Any) -> Any:
    return 2 * X


@pytest.mark.parametrize(
    ("transformer", "words"),
    [
        (PCA(2), "PCA"),
        (TruncatedSVD(2), "TruncatedSVD"),
        (SplineTransformer(), "SplineTransformer"),
        (KNNImputer(), "KNNImputer"),
        (QuantileTransformer(n_quantiles=20, output_distribution="normal"), "uniform"),
        (FunctionTransformer(double_it), "double_it"),
        (FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}), "arguments"),
        (FunctionTransformer(np.sin), "numpy.sin"),
        (FunctionTransformer(np.cbrt), "numpy.cbrt"),
        (KBinsDiscretizer(3, encode="ordinal", dtype=np.float32), "float32"),
        (
            make_pipeline(OrdinalEncoder(dtype=np.float32), PowerTransformer()),
            "float32",
        ),
        (make_pipeline(MISSING, FunctionTransformer(np.exp)), "doubles"),
    ],
    ids=id_of,
)
def test_what_cannot_be_exact_is_refused(transformer: Any, words: str) -> None:
    X = numbers(False)[:, :3]
    pipe = fitted(transformer, X)
    with pytest.raises(UnsupportedModel, match=words):
        compile_model(pipe)


def test_products_of_a_column_without_a_name() -> None:
    frame = pd.DataFrame({"": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 5.0]})
    model = make_pipeline(PolynomialFeatures(2), DecisionTreeRegressor())
    model.fit(frame, frame["b"])
    expected = tuple(model[:-1].get_feature_names_out())
    assert load(compile_model(model)).FEATURES == expected
