"""Rare refusals of models, each with its advice done: see test_advice.py."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    StackingClassifier,
)
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelEncoder,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)
from test_advice import (
    BOTH,
    CATEGORICAL,
    FRAME,
    NUMBER,
    TEXT,
    THREE,
    Build,
    X,
    Y,
    built,
    cat,
    dates,
    described,
    fitted,
    lgbm,
    number,
    tree,
    xgb,
)
from xgboost import XGBClassifier

from treecompile import TreecompileError

HERE = Path(__file__).parent
Row = tuple[Callable[[], Build], str, Callable[[], Build]]


def changed(build: Build, **attributes: Any) -> Build:
    """A model with attributes as another version, or a hand, wrote them; a path of
    parts is written with ``/``."""
    model = pickle.loads(pickle.dumps(build[0]))
    for path, value in attributes.items():
        *parts, name = path.split("/")
        part = model
        for each in parts:
            part = part[int(each)] if each.isdecimal() else getattr(part, each)
        setattr(part, name, value)
    return model, build[1]


def old(path: str, **options: Any) -> Build:
    return (HERE / path).read_bytes(), options


def tampered(model: Any, *words: tuple[bytes, bytes]) -> Build:
    """The file of a model in which bytes stand for others of the same number."""
    data = pickle.dumps(model, protocol=4)
    for there, then in words:
        assert there in data and len(there) == len(then)
        data = data.replace(there, then)
    return data, {}


def accuracy(y: Any, p: Any, pos_label: Any = 1) -> float:
    return float(np.mean(y == p))


def wide(count: int) -> Any:
    """A column of so many categories."""
    return np.array([f"c{i % count:03}" for i in range(400)]).reshape(-1, 1)


def boosted(**options: Any) -> AdaBoostClassifier:
    return AdaBoostClassifier(tree(), n_estimators=2, random_state=0, **options)


def names_twice() -> Build:
    model = number().fit(FRAME[["n"]].assign(m=X[:, 1]), Y)
    return changed((model, {}), feature_names_in_=np.array(["n", "n"], object))


ROWS: dict[str, Row] = {
    "an offset that is none": (
        lambda: changed(
            fitted(IsolationForest(n_estimators=2, random_state=0)), offset_=np.nan
        ),
        "its offset_ is NaN\nThe file is damaged or was made by hand",
        lambda: fitted(IsolationForest(n_estimators=2, random_state=0)),
    ),
    "damaged": (
        lambda: changed(fitted(tree()), n_features_in_=7),
        r"The file is damaged or was made by hand; pickle the fitted model again",
        lambda: fitted(tree()),
    ),
    "an init that draws": (
        lambda: fitted(
            GradientBoostingClassifier(
                n_estimators=2, init=DummyClassifier(strategy="stratified")
            )
        ),
        r"draws at random\nFit it with strategy='prior'",
        lambda: fitted(
            GradientBoostingClassifier(
                n_estimators=2, init=DummyClassifier(strategy="prior")
            )
        ),
    ),
    "several outputs inside": (
        lambda: fitted(StackingClassifier([("t", tree())], tree(), cv=2), y=BOTH),
        "Fit one for each output, as MultiOutputClassifier and MultiOutputRegressor do",
        lambda: fitted(StackingClassifier([("t", tree())], tree(), cv=2), y=BOTH[:, 0]),
    ),
    "codes that do not fit": (
        lambda: fitted(
            make_pipeline(OrdinalEncoder(dtype=np.int8), tree()),
            wide(200),
            np.tile([0, 1], 200),
        ),
        "cannot hold its codes\nLeave its dtype at the default and fit again",
        lambda: fitted(
            make_pipeline(OrdinalEncoder(), tree()), wide(200), np.tile([0, 1], 200)
        ),
    ),
    "importances by a function": (
        lambda: _by_function(),
        "Give it the name of an attribute, as 'feature_importances_', and fit again",
        lambda: fitted(
            make_pipeline(
                SelectFromModel(tree(), importance_getter="feature_importances_"),
                tree(),
            )
        ),
    ),
    "importances that are not in the file": (
        lambda: fitted(make_pipeline(SelectFromModel(xgb()), tree())),
        "Select by a tree, a forest or a linear model of scikit-learn, or select these "
        "columns before the model",
        lambda: fitted(make_pipeline(SelectFromModel(tree()), tree())),
    ),
    "a number of columns by a function": (
        lambda: changed(
            fitted(make_pipeline(SelectFromModel(tree(), max_features=1), tree())),
            **{
                "steps/0/1/max_features": len,
                "steps/0/1/max_features_": len,
            },
        ),
        "its max_features is a function\nGive a number, and fit again",
        lambda: fitted(make_pipeline(SelectFromModel(tree(), max_features=1), tree())),
    ),
    "an inverse with arguments": (
        lambda: fitted(
            TransformedTargetRegressor(
                number(),
                transformer=FunctionTransformer(
                    np.log1p, np.expm1, inv_kw_args={"casting": "same_kind"}
                ),
            ),
            y=abs(X[:, 0]),
        ),
        "its inverse function takes arguments\n"
        "Use a function of numpy that takes none, and fit again",
        lambda: fitted(
            TransformedTargetRegressor(
                number(), transformer=FunctionTransformer(np.log1p, np.expm1)
            ),
            y=abs(X[:, 0]),
        ),
    ),
    "an inverse that is not known": (
        lambda: fitted(
            TransformedTargetRegressor(
                number(), func=np.sinh, inverse_func=np.sort, check_inverse=False
            ),
            y=X[:, 0],
        ),
        "Supported around a target are",
        lambda: fitted(
            TransformedTargetRegressor(number(), func=np.log1p, inverse_func=np.expm1),
            y=abs(X[:, 0]),
        ),
    ),
    "LightGBM stops early in predict": (
        lambda: fitted(lgbm(pred_early_stop=True)),
        "changes what predict does\nFit it without that parameter",
        lambda: fitted(lgbm()),
    ),
    "LightGBM: an objective of no classifier": (
        lambda: fitted(lgbm(objective="cross_entropy")),
        "Supported are binary, multiclass and multiclassova",
        lambda: fitted(lgbm(objective="binary")),
    ),
    "LightGBM: which columns": (
        lambda: fitted(
            lgbm(),
            CATEGORICAL.assign(b=Y.astype(bool)),
            Y,
        ),
        "Or give the data that it was fitted on, with --data, if that tells",
        lambda: fitted(
            lgbm(),
            CATEGORICAL.assign(b=Y.astype(bool)),
            Y,
            data=FRAME.assign(b=Y.astype(bool)),
        ),
    ),
    "two columns of one name": (
        names_twice,
        "the same name\nGive each column a name of its own, and fit again",
        lambda: fitted(number(), FRAME[["n"]].assign(m=X[:, 1])),
    ),
    "a function with arguments": (
        lambda: fitted(
            make_pipeline(
                FunctionTransformer(np.abs, kw_args={"casting": "same_kind"}), tree()
            )
        ),
        "Apply it before the records reach the scorer, and fit the model without it",
        lambda: fitted(tree(), abs(X)),
    ),
    "a function that is not known": (
        lambda: fitted(make_pipeline(FunctionTransformer(np.sort), tree())),
        "Apply any other before the records reach the scorer, and fit the model without",
        lambda: fitted(tree(), np.sort(X)),
    ),
    "a part of what has none": (
        lambda: fitted(tree(), part="['model']"),
        "no part \"\\['model'\\]\"|Leave --part out",
        lambda: fitted(tree()),
    ),
    "one-vs-rest in a stack": (
        lambda: changed(
            fitted(
                StackingClassifier([("t", tree())], LogisticRegression(), cv=2), y=THREE
            ),
            **{"final_estimator_/multi_class": "ovr"},
        ),
        "Fit it without multi_class='ovr'",
        lambda: fitted(
            StackingClassifier([("t", tree())], LogisticRegression(), cv=2), y=THREE
        ),
    ),
    "SAMME.R over others": (
        lambda: changed(
            fitted(
                AdaBoostClassifier(
                    GradientBoostingClassifier(n_estimators=1), n_estimators=2
                )
            ),
            algorithm="SAMME.R",
        ),
        "only trees can be compiled\nFit it with algorithm='SAMME'",
        lambda: fitted(
            AdaBoostClassifier(
                GradientBoostingClassifier(n_estimators=1), n_estimators=2
            )
        ),
    ),
    "an encoder over columns of other names": (
        lambda: _named_dummies(),
        "If they are the same, call them as the encoder does, with --names for all",
        lambda: _named_dummies(names="n,t_a,t_b,t_c"),
    ),
    "columns in another order": (
        lambda: _scaled("m,n"),
        "in another order: n,m\nName them in that order",
        lambda: _scaled("n,m"),
    ),
    "SAMME.R of before 0.17": (
        lambda: old("early_versions/0.14.1/boosted.pkl"),
        "SAMME.R is not known here\nFit it with a newer scikit-learn",
        lambda: fitted(boosted()),
    ),
    "labels of a kind": (
        lambda: changed(fitted(tree()), classes_=dates(2)),
        "a class label is a date\nSupported are text, numbers and booleans; fit the "
        "model on labels of those kinds",
        lambda: fitted(tree(), y=dates(80).astype(str)),
    ),
    "an infinite category": (
        lambda: changed(
            fitted(make_pipeline(OrdinalEncoder(), tree())),
            **{"steps/0/1/categories_": [np.array([0.0, np.inf])] * 2},
        ),
        "Supported are text, numbers and booleans; replace infinities in the data, and "
        "fit again",
        lambda: fitted(make_pipeline(OrdinalEncoder(), tree())),
    ),
    "labels out of order": (
        lambda: fitted(
            tree(),
            encode={
                "x0": changed(
                    (LabelEncoder().fit(TEXT), {}), classes_=np.array(["c", "a"])
                )[0]
            },
        ),
        "They were put there by hand; fit the encoder and pickle it again",
        lambda: fitted(tree(), encode={"x0": LabelEncoder().fit(TEXT)}),
    ),
    "a chain of labels of several": (
        lambda: fitted(
            ClassifierChain(
                BaggingClassifier(tree(), 2), chain_method="predict_log_proba"
            ),
            y=BOTH,
        ),
        "Fit the chain with chain_method='predict' or 'predict_proba'",
        lambda: fitted(ClassifierChain(tree(), chain_method="predict_proba"), y=BOTH),
    ),
    "a chain of decisions": (
        lambda: changed(
            fitted(ClassifierChain(tree()), y=BOTH), chain_method_="predict_else"
        ),
        "Fit the chain with chain_method='predict'",
        lambda: fitted(ClassifierChain(tree(), chain_method="predict"), y=BOTH),
    ),
    "a table of one label": (
        lambda: changed(
            fitted(OneVsRestClassifier(tree())),
            **{"label_binarizer_/y_type_": "multilabel-indicator"},
        ),
        "Fit it on the column of that label",
        lambda: fitted(OneVsRestClassifier(tree()), y=BOTH[:, 0]),
    ),
    "a metric of one's own": (
        lambda: fitted(
            TunedThresholdClassifierCV(
                tree(), scoring=make_scorer(accuracy), cv=2, thresholds=3
            )
        ),
        r"Give the scorer a pos_label \(make_scorer\(..., pos_label=...\)\) and fit again",
        lambda: fitted(
            TunedThresholdClassifierCV(
                tree(), scoring=make_scorer(accuracy, pos_label=1), cv=2, thresholds=3
            )
        ),
    ),
    "an attribute in the way": (
        lambda: changed(fitted(tree()), predict=np.asarray),
        "Pickle the model without it: del model.predict",
        lambda: fitted(tree()),
    ),
    "XGBoost: probabilities of two": (
        lambda: fitted(xgb(objective="multi:softprob", num_class=2)),
        "Fit it with objective='binary:logistic'",
        lambda: fitted(xgb(objective="binary:logistic")),
    ),
    "XGBoost: no tree": (
        lambda: fitted(XGBClassifier(n_estimators=0)),
        "Fit it with n_estimators=1 or more",
        lambda: fitted(XGBClassifier(n_estimators=1)),
    ),
    "CatBoost: other categories in the data": (
        lambda: fitted(
            cat(cat_features=["t"], one_hot_max_size=9),
            FRAME,
            (TEXT == "a").astype(int),
            data=FRAME.assign(t="z"),
        ),
        'List them as they were, as "enum":',
        lambda: fitted(
            cat(cat_features=["t"], one_hot_max_size=9),
            FRAME,
            schema=described(t={"enum": ["a", "b", "c"]}, n=NUMBER),
        ),
    ),
    "CatBoost: categories without a list": (
        lambda: fitted(
            cat(cat_features=["t"], one_hot_max_size=9),
            FRAME,
            schema=described(t={"type": "string"}, n=NUMBER),
        ),
        'List them in a schema, as "enum": ',
        lambda: fitted(
            cat(cat_features=["t"], one_hot_max_size=9),
            FRAME,
            schema=described(t={"enum": ["a", "b", "c"]}, n=NUMBER),
        ),
    ),
    "a sparse matrix or a dense one": (
        lambda: _either_way(),
        "Say which one reaches the model: --sparse",
        lambda: _either_way(sparse=False),
    ),
    "two readings of a dummy": (
        lambda: _two_readings(a_b={"enum": ["c", "d"]}, a={"enum": ["b_c", "b_d"]}),
        "Describe only one of them with --schema",
        lambda: _two_readings(a_b={"enum": ["c", "d"]}),
    ),
    "a schema of holes": (
        lambda: fitted(
            tree(), schema=described(x0=NUMBER | {"not": {"const": 3}}, x1=NUMBER)
        ),
        'Supported is {"anyOf":',
        lambda: fitted(
            tree(),
            schema=described(
                x0=NUMBER
                | {"not": {"anyOf": [{"type": "number", "minimum": 1, "maximum": 2}]}},
                x1=NUMBER,
            ),
        ),
    ),
    "a frame without columns": (
        lambda: fitted(tree(), data=pd.DataFrame(index=[0, 1])),
        "give a frame, or the path of a CSV file",
        lambda: fitted(tree(), data=pd.DataFrame(X, columns=["x0", "x1"])),
    ),
    "an option of LightGBM alone": (
        lambda: fitted(tree(), category_dtype="x0"),
        "and this is not one\nLeave it out",
        lambda: fitted(tree()),
    ),
    "labels of several outputs": (
        lambda: fitted(tree(), y=BOTH, labels=["no", "yes"]),
        "--labels names the classes of one\nLeave it out",
        lambda: fitted(tree(), y=BOTH),
    ),
    "columns that an encoder makes, from too late on": (
        lambda: _dummies("x4"),
        "Name the first of the columns that it makes",
        lambda: _dummies("x2"),
    ),
    "an encoder of other columns": (
        lambda: _dummies("x0"),
        "name the first of them",
        lambda: _dummies("x2"),
    ),
    "an axis of rows": (
        lambda: _by_rows(1),
        "Supported is axis=0, the default",
        lambda: _by_rows(0),
    ),
    "a curve of the target, as it is": (
        lambda: fitted(
            TransformedTargetRegressor(
                number(),
                transformer=QuantileTransformer(
                    n_quantiles=9, output_distribution="normal"
                ),
            ),
            y=X[:, 0],
        ),
        "Use output_distribution='uniform', or fit on the target as it is",
        lambda: fitted(number(), y=X[:, 0]),
    ),
    "a made call": (
        lambda: _called(),
        "Load it with the library that made it, and pickle it again",
        lambda: fitted(tree()),
    ),
    "more columns than anybody names": (
        lambda: changed(fitted(number()), n_features_in_=2_000_000),
        "Fit it on a frame, whose columns have names, or select columns first",
        lambda: fitted(number(), FRAME[["n"]]),
    ),
    "a tree of a form to come": (
        lambda: _new_field(),
        "Update treecompile, or fit the model with scikit-learn 1.9",
        lambda: fitted(tree()),
    ),
    "a switch that is neither on nor off": (
        lambda: _switched(Decimal(0)),
        "is a decimal.Decimal, where True or False belongs\nSet it to True or False",
        lambda: _switched(False),
    ),
    "a switch that is masked": (
        lambda: _switched(np.ma.masked),
        "Set it to True or False, and pickle the model again",
        lambda: _switched(True),
    ),
    "CatBoost: columns that are gone": (
        lambda: _dropped(True),
        r"Pickle it before drop_unused_features\(\) is called",
        lambda: _dropped(False),
    ),
    "dummies of categories that the data lacks": (
        lambda: _spelt(True),
        "describe every category, in the spelling of the model",
        lambda: _spelt(False),
    ),
    "a text that was encoded": (
        lambda: fitted(tree(), schema=described(x0={"type": "string"}, x1=NUMBER)),
        "records must hold the encoded number;\ndescribe it so",
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER)),
    ),
    "a regressor asked for a threshold": (
        lambda: fitted(number(), threshold=0.5),
        "Leave --threshold out",
        lambda: fitted(number()),
    ),
    "columns as a frame's index": (
        lambda: _by_index(pd.Index(["t"])),
        "Give them as a list, and fit again",
        lambda: _by_index(["t"]),
    ),
    "a scaler of lengths, of old": (
        lambda: _written_by("0.24.2"),
        "Fit it again with scikit-learn 1.0 or later",
        lambda: _written_by("1.0.2"),
    ),
    "infinities of both signs": (
        lambda: _infinite(np.nan),
        "Fit it on data in which infinities of one sign alone stand in a column",
        lambda: _infinite(0.0),
    ),
    "LightGBM: a form to come": (
        lambda: tampered(lgbm().fit(X, Y), (b"version=v4", b"version=v9")),
        "fit the model with one of them",
        lambda: fitted(lgbm()),
    ),
    "CatBoost: classes without names": (
        lambda: tampered(cat().fit(X, Y), (b"class_params", b"class_paramz")),
        "as CatBoost did not up to 0.23\nFit it with a newer CatBoost",
        lambda: fitted(cat()),
    ),
    "CatBoost: damaged": (
        lambda: tampered(cat().fit(X, Y), (b"CBM1", b"CBM9")),
        "Save the fitted model again",
        lambda: fitted(cat()),
    ),
    "XGBoost: damaged": (
        lambda: tampered(xgb().fit(X, Y), (b"learner", b"learned")),
        "Save the fitted model again",
        lambda: fitted(xgb()),
    ),
}


def _by_index(columns: Any) -> Build:
    both = ColumnTransformer([("e", OrdinalEncoder(), columns)])
    model = make_pipeline(both, tree()).fit(FRAME, Y)
    if not isinstance(columns, list):  # as scikit-learn before 1.0 left it
        del both._transformer_to_input_indices
    return model, {}


def _written_by(version: str) -> Build:
    model = make_pipeline(Normalizer(), tree()).fit(np.c_[X, X], Y)
    data = pickle.dumps(model, protocol=0)
    return data.replace(sklearn.__version__.encode(), version.encode()), {}


def _infinite(threshold: float) -> Build:
    """A cut between infinities of both signs, and one between numbers."""
    model = HistGradientBoostingRegressor(max_iter=1).fit(X, X[:, 0])
    model._predictors[0][0].nodes["num_threshold"][0] = threshold
    return model, {}


def _dummies(first: str) -> Build:
    """A model over two columns and three dummies, the first of which is x2."""
    encoder = OneHotEncoder().fit(FRAME[["t"]])
    dummies = encoder.transform(FRAME[["t"]]).toarray()
    model = tree().fit(np.c_[40 + X, dummies], (TEXT == "a") ^ (X[:, 0] > 0.2))
    return model, {"encode": {first: encoder}}


def _named_dummies(**options: Any) -> Build:
    """A frame whose columns could be three dummies by their number alone."""
    frame = pd.DataFrame({"n": X[:, 0], "t": Y, "old": 1 - Y, "rich": Y})
    encoder = OneHotEncoder(sparse_output=False).fit(FRAME[["t"]])
    return tree().fit(frame, Y), {"encode": {"t": encoder}, **options}


def _scaled(columns: str) -> Build:
    frame = pd.DataFrame({"m": X[:, 1], "n": X[:, 0]})
    scaler = StandardScaler().fit(frame[["n", "m"]])
    return tree().fit(frame, Y), {"encode": {columns: scaler}}


def _by_rows(axis: int) -> Build:
    """The Imputer that scikit-learn had up to 0.21, as a file of then holds it."""
    data, options = old("old_versions/0.17.1/pipelines/imputer_mean.pkl")
    there = re.search(rb"axisq.K\x00", data, re.DOTALL)
    assert there is not None
    data = data[: there.end() - 1] + bytes([axis]) + data[there.end() :]
    return data, options


def _called() -> Build:
    """An estimator that its file makes by a call with arguments."""
    model = tree().fit(X, Y)
    reduced = (type(model), (model.criterion,), model.__getstate__())

    class Called:
        def __reduce__(self) -> Any:
            return reduced

    return pickle.dumps(Called()), {}


def _new_field() -> Build:
    model = tree().fit(X, Y)
    data = pickle.dumps(model, protocol=4)
    assert b"weighted_n_node_samples" in data
    return data.replace(b"missing_go_to_left", b"missing_go_to_felt"), {}


def _dropped(gone: bool) -> Build:
    model = cat()
    model.fit(np.c_[X, np.zeros(80), X[:, 1]], Y)
    if gone:
        model.drop_unused_features()
    return model, {}


def _switched(to: Any) -> Build:
    """A scaler whose switch was set to something after it was fitted."""
    model, options = fitted(make_pipeline(StandardScaler(), tree()))
    model.steps[0][1].with_mean = to
    return model, options


def _spelt(twice: bool) -> Build:
    """Two features that stand for one category, and two for two."""
    frame = pd.DataFrame({"t.a b": Y, "t-a b" if twice else "t_a": 1 - Y})
    told = {"enum": ["a b", "c"] if twice else ["a b", "a"]}
    return tree().fit(frame, Y), {"schema": described(t=told)}


def _by_function() -> Build:
    model, options = fitted(make_pipeline(SelectFromModel(tree()), tree()))
    model.steps[0][1].importance_getter = np.ravel
    return model, options


def _either_way(**options: Any) -> Build:
    """A step that computes otherwise of a sparse matrix, behind an encoder."""
    encoder = OneHotEncoder().fit(FRAME[["t"]])
    dummies = encoder.transform(FRAME[["t"]]).toarray()
    model = make_pipeline(PolynomialFeatures(), number()).fit(np.c_[dummies, X], Y)
    return model, {"encode": {"x0": encoder}, **options}


def _two_readings(**columns: Any) -> Build:
    frame = pd.DataFrame({"a_b_c": Y, "a_b_d": 1 - Y})
    return tree().fit(frame, Y), {"schema": described(**columns)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_whoever_does_what_a_message_says_gets_further(
    name: str, tmp_path: Path
) -> None:
    provoked, words, followed = ROWS[name]
    with pytest.raises(TreecompileError, match=words):
        built(provoked(), tmp_path)
    assert built(followed(), tmp_path)


@pytest.mark.parametrize(
    ("module", "model"),
    [("xgboost_data", xgb), ("catboost_about", cat)],
)
def test_a_booster_to_come(
    module: str, model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"xgboost_data": "XGBoost", "catboost_about": "CatBoost"}[module]
    build = fitted(model())
    with monkeypatch.context() as patch:
        patch.setattr(f"treecompile.lower.{module}.NEWEST", (0, 9))
        with pytest.raises(
            TreecompileError, match="Update treecompile, or fit the"
        ) as e:
            built(
                fitted(model(random_seed=1) if model is cat else model(seed=1)),
                tmp_path,
            )
        assert f"Update treecompile, or fit the model with an older {name}" in str(
            e.value
        )
    assert built(build, tmp_path)
