"""Whoever does what a message says gets further.

Each row is a message: a build that provokes it, words of it and of its advice, and the
same build with the advice followed, which compiles.
"""

from __future__ import annotations

import base64
import datetime
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from catboost import CatBoostClassifier, CatBoostRegressor
from click.testing import CliRunner
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.feature_selection import RFE
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    LabelBinarizer,
    LabelEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

from treecompile import TreecompileError, cli, compile_model
from treecompile.read import read_bytes

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(80, 2)).round(2)
Y = (X[:, 0] > 0).astype(int)
BOTH = np.c_[Y, X[:, 1] > 0].astype(int)
THREE = Y + (X[:, 1] > 0)
TEXT = RANDOM.choice(["a", "b", "c"], 80)
FRAME = pd.DataFrame({"t": TEXT, "n": X[:, 0]})
CATEGORICAL = FRAME.astype({"t": "category"})

#: A model and the options of its build.
Build = tuple[Any, dict[str, Any]]


def tree(**options: Any) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_depth=2, random_state=0, **options)


def number(**options: Any) -> DecisionTreeRegressor:
    return DecisionTreeRegressor(max_depth=2, random_state=0, **options)


def fitted(model: Any, x: Any = X, y: Any = Y, **options: Any) -> Build:
    return model.fit(x, y), options


def own_objective(y: Any, p: Any) -> tuple[Any, Any]:
    return p - y, np.ones_like(p)


def lgbm(**options: Any) -> LGBMClassifier:
    return LGBMClassifier(n_estimators=2, verbose=-1, min_child_samples=5, **options)


def xgb(**options: Any) -> XGBClassifier:
    return XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1, **options)


def cat(kind: Any = CatBoostClassifier, **options: Any) -> Any:
    return kind(iterations=2, depth=2, verbose=0, allow_writing_files=False, **options)


def forged(model: Any, old: str, new: str) -> Build:
    """A file in which one text stands for another."""
    data = pickle.dumps(model.fit(X, Y), protocol=0)
    assert old.encode() in data
    return data.replace(old.encode(), new.encode()), {}


def dates(of: int) -> Any:
    return np.array([datetime.date(2020, 1, 1 + i % 2) for i in range(80)], object)[:of]


def block(*steps: Any, weight: Any = None, dtype: Any = np.int32) -> Build:
    transformer = ColumnTransformer(
        [("o", OrdinalEncoder(dtype=dtype), ["t"])],
        transformer_weights=None if weight is None else {"o": weight},
    )
    return fitted(make_pipeline(transformer, *steps, tree()), FRAME)


class Unknown(TransformerMixin, BaseEstimator):
    """Stands for a class of the same name in another library."""

    def fit(self, x: Any, y: Any = None) -> Unknown:
        self.fitted_ = True
        return self

    def transform(self, x: Any) -> Any:
        return x


ROWS: dict[str, tuple[Callable[[], Build], str, Callable[[], Build]]] = {
    **{
        f"not fitted: {type(model).__name__}": (
            lambda model=model: (model, {}),  # type: ignore[misc]
            r"not fitted.*\n?.*Call fit\(\) first",
            lambda model=model: fitted(model),  # type: ignore[misc]
        )
        for model in (tree(), xgb(), lgbm(), cat())
    },
    "a search that was not fitted": (
        lambda: (GridSearchCV(tree(), {"max_depth": [1]}), {}),
        r"best_estimator_: it was not fitted.*\nCall fit\(\) first, with refit=True",
        lambda: fitted(GridSearchCV(tree(), {"max_depth": [1]}, cv=2)),
    ),
    "an encoder that was not fitted": (
        lambda: fitted(tree(), encode={"x0": LabelEncoder()}),
        r"Call fit\(\) first",
        lambda: fitted(tree(), encode={"x0": LabelEncoder().fit(TEXT)}),
    ),
    "labels that were not fitted": (
        lambda: fitted(tree(), labels=LabelEncoder()),
        r"Call fit\(\) first",
        lambda: fitted(tree(), labels=LabelEncoder().fit(["no", "yes"])),
    ),
    "what encodes no column": (
        lambda: fitted(tree(), encode={"x0": number().fit(X, Y)}),
        "encodes no column\n--encode takes a LabelEncoder",
        lambda: fitted(tree(), encode={"x0": LabelEncoder().fit(TEXT)}),
    ),
    "a preprocessing of other columns": (
        lambda: fitted(tree(), preprocess=PolynomialFeatures(2).fit(X)),
        "makes 6 columns.*\nIf it takes some of the columns only, name them: --encode",
        lambda: fitted(tree(), encode={"x0,x1": StandardScaler().fit(X)}),
    ),
    "an encoder of one column in front of a model": (
        lambda: fitted(tree(), preprocess=LabelEncoder().fit(TEXT)),
        "Say which: --encode COLUMN=",
        lambda: fitted(tree(), encode={"x1": LabelEncoder().fit(TEXT)}),
    ),
    "labels of a model of numbers": (
        lambda: fitted(number(), labels=LabelEncoder().fit(["p", "q"])),
        "--labels names classes\nLeave it out",
        lambda: fitted(number()),
    ),
    "labels that do not fit": (
        lambda: fitted(tree(), y=np.where(Y, "p", "q"), labels=["no", "yes"]),
        "leave --labels out",
        lambda: fitted(tree(), y=np.where(Y, "p", "q")),
    ),
    "labels that say nothing": (
        lambda: fitted(tree(), labels=StandardScaler().fit(X)),
        "--labels takes a LabelEncoder",
        lambda: fitted(tree(), labels=["no", "yes"]),
    ),
    "bins in single precision": (
        lambda: fitted(make_pipeline(KBinsDiscretizer(3, dtype=np.float32), tree())),
        "Leave its dtype at the default",
        lambda: fitted(make_pipeline(KBinsDiscretizer(3), tree())),
    ),
    "an init": (
        lambda: fitted(
            GradientBoostingClassifier(n_estimators=2, init=LogisticRegression())
        ),
        "Supported are init='zero'",
        lambda: fitted(GradientBoostingClassifier(n_estimators=2, init="zero")),
    ),
    "temperature": (
        lambda: fitted(CalibratedClassifierCV(tree(), method="temperature", cv=2)),
        "Supported are method='sigmoid'",
        lambda: fitted(CalibratedClassifierCV(tree(), method="sigmoid", cv=2)),
    ),
    "a transformer that is not compiled": (
        lambda: fitted(make_pipeline(PCA(), tree())),
        "PCA: this transformer.*cannot(.|\n)*Supported transformers(.|\n)*Do this step before the records reach",
        lambda: fitted(make_pipeline(tree()), PCA().fit_transform(X)),
    ),
    "a class of another library": (
        lambda: forged(
            make_pipeline(Unknown(), tree()),
            f"c{__name__}\nUnknown\n",
            "ccategory_encoders.one_hot\nOneHotEncoder\n",
        ),
        "category_encoders cannot(.|\n)*of category_encoders are(.|\n)*before",
        lambda: fitted(make_pipeline(tree())),
    ),
    "an integer weight": (
        lambda: block(weight=2),
        "Make the weight a float",
        lambda: block(weight=2.0),
    ),
    "categories of no kind": (
        lambda: fitted(
            make_pipeline(OneHotEncoder(), tree()), dates(80).reshape(-1, 1)
        ),
        "a category is a date\nSupported are text, numbers and booleans",
        lambda: fitted(
            make_pipeline(OneHotEncoder(), tree()), dates(80).astype(str).reshape(-1, 1)
        ),
    ),
    "a narrow dtype before a scaler": (
        lambda: fitted(
            make_pipeline(
                OneHotEncoder(dtype=np.float32, sparse_output=False),
                PolynomialFeatures(2),
                tree(),
            ),
            FRAME[["t"]],
        ),
        "Leave the dtype of a step before it at its default",
        lambda: fitted(
            make_pipeline(
                OneHotEncoder(sparse_output=False), PolynomialFeatures(2), tree()
            ),
            FRAME[["t"]],
        ),
    ),
    "categories behind a function": (
        lambda: fitted(
            make_pipeline(FunctionTransformer(np.exp), OrdinalEncoder(), tree())
        ),
        "Give it the numbers from before that function",
        lambda: fitted(make_pipeline(OrdinalEncoder(), tree())),
    ),
    "a function of no doubles": (
        lambda: fitted(
            make_pipeline(
                OrdinalEncoder(dtype=np.float32), FunctionTransformer(np.log1p), tree()
            ),
            FRAME[["t"]],
        ),
        "Leave the dtype of the steps before it at their defaults",
        lambda: fitted(
            make_pipeline(OrdinalEncoder(), FunctionTransformer(np.log1p), tree()),
            FRAME[["t"]],
        ),
    ),
    "a function": (
        lambda: fitted(make_pipeline(FunctionTransformer(np.sort), tree())),
        "can be. Apply any other before the records reach the scorer",
        lambda: fitted(make_pipeline(FunctionTransformer(np.log1p), tree()), abs(X)),
    ),
    "a product of sparse columns": (
        lambda: fitted(
            make_pipeline(OneHotEncoder(), PolynomialFeatures(2), tree()), FRAME[["t"]]
        ),
        "Give it a dense matrix",
        lambda: fitted(
            make_pipeline(
                OneHotEncoder(sparse_output=False), PolynomialFeatures(2), tree()
            ),
            FRAME[["t"]],
        ),
    ),
    "a curve": (
        lambda: fitted(
            make_pipeline(
                QuantileTransformer(n_quantiles=9, output_distribution="normal"), tree()
            )
        ),
        "Use output_distribution='uniform'",
        lambda: fitted(make_pipeline(QuantileTransformer(n_quantiles=9), tree())),
    ),
    "a curve of the target": (
        lambda: fitted(
            TransformedTargetRegressor(
                number(),
                transformer=QuantileTransformer(
                    n_quantiles=9, output_distribution="normal"
                ),
            ),
            y=X[:, 0],
        ),
        "Use output_distribution='uniform'",
        lambda: fitted(
            TransformedTargetRegressor(
                number(), transformer=QuantileTransformer(n_quantiles=9)
            ),
            y=X[:, 0],
        ),
    ),
    "a linear model": (
        lambda: fitted(VotingRegressor([("l", LinearRegression()), ("t", number())])),
        "can only be the final estimator of a stack",
        lambda: fitted(StackingRegressor([("t", number())], LinearRegression(), cv=2)),
    ),
    "a threshold of numbers": (
        lambda: fitted(number(), threshold=0.5),
        "this is a regressor\nLeave --threshold out",
        lambda: fitted(number()),
    ),
    "a threshold of three classes": (
        lambda: fitted(RandomForestClassifier(2), y=THREE, threshold=0.5),
        "Leave --threshold out",
        lambda: fitted(RandomForestClassifier(2), y=THREE),
    ),
    "several estimators": (
        lambda: ({"a": tree().fit(X, Y), "b": number().fit(X, Y)}, {}),
        r"with --part PATH:\n    \['a'\]",
        lambda: ({"a": tree().fit(X, Y), "b": number().fit(X, Y)}, {"part": "['a']"}),
    ),
    "a part that is not there": (
        lambda: ({"tree": tree().fit(X, Y)}, {"part": "['tre']"}),
        r"did you mean \"\['tree'\]\"",
        lambda: ({"tree": tree().fit(X, Y)}, {"part": "['tree']"}),
    ),
    "a scaler alone": (
        lambda: (StandardScaler().fit(X), {}),
        "answers nothing\nBuild the model, and put this file in front.*--preprocess",
        lambda: fitted(tree(), preprocess=StandardScaler().fit(X)),
    ),
    "a pipeline of transformers alone": (
        lambda: (make_pipeline(StandardScaler(), PolynomialFeatures(1)).fit(X), {}),
        "answers nothing\nBuild the model.*--preprocess",
        lambda: fitted(tree(), preprocess=make_pipeline(StandardScaler()).fit(X)),
    ),
    "a scaler alone, for some columns": (
        lambda: (StandardScaler().fit(X[:, :1]), {}),
        "in front of\nsome of its columns with --encode COLUMN,COLUMN=FILE",
        lambda: fitted(tree(), encode={"x1": StandardScaler().fit(X[:, :1])}),
    ),
    "a binarizer alone": (
        lambda: (LabelBinarizer().fit(TEXT[:2]), {}),
        "--encode COLUMN=FILE.$",
        lambda: fitted(tree(), encode={"x0": LabelBinarizer().fit(["a", "b"])}),
    ),
    "a selector that answers": (
        lambda: fitted(RFE(tree())),
        "RFE: it cannot be compiled\nSupported are",
        lambda: fitted(make_pipeline(RFE(tree()), tree())),
    ),
    "labels of an encoder alone": (
        lambda: (LabelEncoder().fit(TEXT), {}),
        "as that of the label with --labels FILE",
        lambda: fitted(tree(), labels=LabelEncoder().fit(["no", "yes"])),
    ),
    "an encoder alone": (
        lambda: (LabelEncoder().fit(TEXT), {}),
        "answers nothing\nBuild the model(.|\n)*--encode COLUMN=FILE.*--labels FILE",
        lambda: fitted(tree(), encode={"x0": LabelEncoder().fit(TEXT)}),
    ),
    "a version to come": (
        lambda: forged(tree(), sklearn.__version__, "9.9.0"),
        "Update treecompile, or fit the model with an older scikit-learn",
        lambda: fitted(tree()),
    ),
    "XGBoost: one class": (
        lambda: fitted(xgb(base_score=0.5), y=np.zeros(80, int)),
        "Fit it on two classes or more",
        lambda: fitted(xgb()),
    ),
    "XGBoost: linear": (
        lambda: fitted(XGBRegressor(booster="gblinear", n_estimators=2)),
        "Supported are the boosters gbtree and dart",
        lambda: fitted(XGBRegressor(booster="gbtree", n_estimators=2)),
    ),
    "XGBoost: leaves of several numbers": (
        lambda: fitted(
            XGBRegressor(
                n_estimators=2, multi_strategy="multi_output_tree", tree_method="hist"
            ),
            y=X,
        ),
        "Fit it with multi_strategy='one_output_per_tree'",
        lambda: fitted(XGBRegressor(n_estimators=2), y=X),
    ),
    "XGBoost: several outputs": (
        lambda: fitted(xgb(), y=BOTH),
        "Fit a MultiOutputClassifier around an XGBClassifier",
        lambda: fitted(MultiOutputClassifier(xgb()), y=BOTH),
    ),
    "XGBoost: no label": (
        lambda: fitted(xgb(objective="binary:logitraw")),
        "Supported are binary:logistic",
        lambda: fitted(xgb(objective="binary:logistic")),
    ),
    "XGBoost: letters beyond ASCII": (
        lambda: fitted(
            xgb(enable_categorical=True),
            pd.DataFrame({"t": pd.Categorical(np.where(Y, "\u00e9", "a"))}),
        ),
        "encode these columns before the model.*or fit it on categories of ASCII",
        lambda: fitted(
            xgb(enable_categorical=True),
            pd.DataFrame({"t": pd.Categorical(np.where(Y, "e", "a"))}),
        ),
    ),
    "LightGBM: linear leaves": (
        lambda: fitted(lgbm(linear_tree=True)),
        "Fit it without linear_tree",
        lambda: fitted(lgbm()),
    ),
    "LightGBM: an objective of your own": (
        lambda: fitted(lgbm(objective=own_objective)),
        "or compile its booster_",
        lambda: (lgbm(objective=own_objective).fit(X, Y).booster_, {}),
    ),
    "CatBoost: categories": (
        lambda: fitted(cat(cat_features=["t"], one_hot_max_size=9), FRAME),
        "Say which there are: give the raw training data with --data, or a schema that "
        "lists them with --schema",
        lambda: fitted(cat(cat_features=["t"], one_hot_max_size=9), FRAME, data=FRAME),
    ),
    "CatBoost: statistics of categories": (
        lambda: fitted(
            cat(cat_features=["t"], one_hot_max_size=1),
            FRAME,
            (TEXT == "a").astype(int),
        ),
        "Encode these columns before the model, as by an OrdinalEncoder in a Pipeline",
        lambda: fitted(
            make_pipeline(
                ColumnTransformer(
                    [("t", OrdinalEncoder(), ["t"])], remainder="passthrough"
                ),
                cat(),
            ),
            FRAME,
        ),
    ),
    "CatBoost: a loss": (
        lambda: fitted(cat(loss_function="MultiLogloss"), y=BOTH),
        "Supported are",
        lambda: fitted(cat(loss_function="Logloss")),
    ),
    "CatBoost: statistics in a regressor": (
        lambda: fitted(cat(CatBoostRegressor, cat_features=["t"]), FRAME),
        "Encode these columns before the model|with --data",
        lambda: fitted(cat(CatBoostRegressor), FRAME[["n"]]),
    ),
    "text where a number was": (
        lambda: fitted(tree(), schema=described(x0={"type": "string"}, x1=NUMBER)),
        "Column 'x0' holds text(.|\n)*records must hold the encoded number;\ndescribe",
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER)),
    ),
    "a keyword that is not obeyed": (
        lambda: fitted(
            tree(), schema=described(x0=NUMBER | {"multipleOf": 2}, x1=NUMBER)
        ),
        "cannot obey 'multipleOf'.\nSupported are",
        lambda: fitted(tree(), schema=described(x0=NUMBER | {"minimum": 2}, x1=NUMBER)),
    ),
    "no type": (
        lambda: fitted(tree(), schema=described(x0={}, x1=NUMBER)),
        "it needs a type",
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER)),
    ),
    "a column that is not described": (
        lambda: fitted(tree(), schema=described(x0=NUMBER)),
        "no column of the data explains:\n    'x1'",
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER)),
    ),
    "schema and data": (
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER), data=FRAME),
        "Give a schema or data, not both",
        lambda: fitted(tree(), schema=described(x0=NUMBER, x1=NUMBER)),
    ),
}
NUMBER = {"type": "number"}


def described(**columns: Any) -> dict[str, Any]:
    return {"type": "object", "properties": columns}


def built(build: Build, folder: Path) -> str:
    model, options = build
    if isinstance(model, bytes):
        path = folder / "model.pkl"
        path.write_bytes(model)
        return compile_model(path, **options)
    return compile_model(model, **options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_whoever_does_what_a_message_says_gets_further(
    name: str, tmp_path: Path
) -> None:
    provoked, words, followed = ROWS[name]
    with pytest.raises(TreecompileError, match=words):
        built(provoked(), tmp_path)
    assert built(followed(), tmp_path)


# --- Files and notes, on the command line ---------------------------------------------


def run(folder: Path, line: str) -> Any:
    """A command, and nothing of it a traceback."""
    words = [word.replace("~", " ") for word in line.split()]
    result = CliRunner().invoke(cli.main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(name: str, *objects: Any) -> None:
    with open(name, "wb") as stream:
        for each in objects:
            pickle.dump(each, stream)


FITTED = tree().fit(X, Y)
SCALER = StandardScaler().fit(X)
OTHER = RandomForestClassifier(n_estimators=2, max_depth=2).fit(X, Y)


def test_files_that_are_no_models(folder: Path) -> None:
    """What each message says to do first, done."""
    data = pickle.dumps(FITTED)
    Path("m.b64").write_bytes(base64.b64encode(data))
    message = run(folder, "build m.b64").stderr
    assert "base64 text; decode it first (base64 -d)" in message
    Path("m.pkl").write_bytes(base64.b64decode(Path("m.b64").read_bytes()))
    assert run(folder, "build m.pkl").exit_code == 0
    assert "did you mean m.pkl in it?" in run(folder, "build .").stderr
    save("encoders.pkl", {"a": LabelEncoder().fit(TEXT), "b": LabelEncoder().fit(TEXT)})
    message = run(folder, "build m.pkl --encode x0=encoders.pkl").stderr
    assert "Name the one that is meant, as in encoders.pkl['a']" in message
    assert run(folder, "build m.pkl --encode x0=encoders.pkl['a']").exit_code == 0
    message = run(folder, "build encoders.pkl").stderr
    assert "--labels, each as FILE and its path, as in FILE['a']:" in message


class Service:
    """What people put around a model, and save with it."""

    def __init__(self, model: Any) -> None:
        self.model = model


def test_what_holds_a_model_is_taken_away(folder: Path) -> None:
    save("m.pkl", Service(FITTED))
    message = run(folder, "build m.pkl").stderr
    assert "class of its own, test_advice.Service" in message
    assert "Inside it, at .model, is a DecisionTreeClassifier: take that out" in message
    save("m.pkl", [{"a": Service({"raw": tree(), "p": make_pipeline(OTHER)})}, FITTED])
    message = run(folder, "build m.pkl").stderr
    assert "at [0]['a'].model['p'], is a Pipeline" in message
    save("m.pkl", Service("nothing fitted"))
    message = run(folder, "build m.pkl").stderr
    assert "Take the fitted scikit-learn estimator or Pipeline out of that object" in (
        message
    )
    save("m.pkl", Service(FITTED).model)
    assert run(folder, "build m.pkl").exit_code == 0


def test_a_protocol_to_come(folder: Path) -> None:
    data = pickle.dumps(FITTED)
    Path("m.pkl").write_bytes(b"\x80\x09" + data[2:])
    assert "with protocol=5" in run(folder, "build m.pkl").stderr
    Path("m.pkl").write_bytes(pickle.dumps(FITTED, protocol=5))
    assert run(folder, "build m.pkl").exit_code == 0


@pytest.mark.parametrize(
    ("line", "words", "followed"),
    [
        (
            "build m.pkl --schema s.json --data d.csv",
            "Give --schema or --data, not both.",
            "build m.pkl --schema s.json",
        ),
        (
            "build m.pkl --encode x0",
            "not COLUMN=PATH: x0.",
            "build m.pkl --encode x0=le.pkl",
        ),
        (
            "build m.pkl --encode x9=le.pkl",
            "x9",
            "build m.pkl --encode x0=le.pkl",
        ),
        (
            "build m.pkl --names one",
            "",
            "build m.pkl --names one,two",
        ),
        ("build m.pkl --part ['a']", "no part", "build m.pkl"),
        ("build m.pkl --threshold nan", "from 0 to 1", "build m.pkl --threshold 0.1"),
    ],
)
def test_options(folder: Path, line: str, words: str, followed: str) -> None:
    save("m.pkl", FITTED)
    save("le.pkl", LabelEncoder().fit(TEXT))
    Path("s.json").write_text(json.dumps(described(x0=NUMBER, x1=NUMBER)))
    Path("d.csv").write_text("x0,x1\n1,2\n")
    refused = run(folder, line)
    assert refused.exit_code in (1, 2) and words in refused.stderr
    done = run(folder, followed)
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "head",
    "Pclass PassengerId PAR1 MZ RDX GIF8 CBM1 binf Rar! id cap Name Survived I F g".split(),
)
def test_a_table_is_a_table_whatever_it_begins_with(folder: Path, head: str) -> None:
    Path("d.csv").write_text(f"{head},age\n1,2\n3,4\n")
    message = run(folder, "build d.csv").stderr
    assert "looks like a CSV file (data rather than a model)" in message
    assert run(folder, "schema d.csv").exit_code == 0


def test_what_runs_is_still_named(folder: Path) -> None:
    for data in (b"cos\nsystem\n(S'id'\ntR.", b"(S'id'\nios\nsystem\n."):
        Path("m.pkl").write_bytes(data)
        assert "os.system" in run(folder, "build m.pkl").stderr


def test_several_pickles_in_one_file(folder: Path) -> None:
    save("m.pkl", FITTED, SCALER, {"a": 1})
    done = run(folder, "build m.pkl")
    assert done.exit_code == 0
    assert "(DecisionTreeClassifier) the file holds 2 more: StandardScaler, dict." in (
        done.stderr
    )
    shown = " ".join(run(folder, "inspect m.pkl").stdout.split())
    assert "holds 2 more: StandardScaler" in shown
    told = json.loads(run(folder, "inspect m.pkl --json").stdout)
    assert told["following"] == ["StandardScaler", "dict"]
    assert "[1]: StandardScaler" in shown
    # What it advises: the parts, by their number.
    done = run(folder, "build m.pkl --preprocess [1]")
    assert done.exit_code == 0
    save("both.pkl", {"model": FITTED, "scaler": SCALER})
    both = run(folder, "build both.pkl --preprocess ['scaler']")
    assert (both.exit_code, both.stderr) == (0, "")
    assert done.stdout.partition("def ")[2] == both.stdout.partition("def ")[2]
    save("m.pkl", SCALER, FITTED)  # load() would give the scaler
    assert run(folder, "build m.pkl").exit_code == 0
    save("m.pkl", {"m": FITTED}, {"m": OTHER})
    first, second = (run(folder, f"build m.pkl {x}") for x in ("", "--part [1]['m']"))
    assert "DecisionTreeClassifier" in first.stdout
    assert "RandomForestClassifier" in second.stdout
    by_name = run(folder, "build m.pkl --part ['m']").stdout
    assert by_name.partition("def ")[2] == first.stdout.partition("def ")[2]


def test_a_pickle_behind_that_cannot_be_read(folder: Path) -> None:
    """The first is compiled as ever; the others are no parts."""
    save("m.pkl", FITTED)
    with open("m.pkl", "ab") as stream:
        stream.write(b"cos\nsystem\n(S'id'\ntR.")
    done = run(folder, "build m.pkl")
    assert done.exit_code == 0 and "os.system" not in done.stdout
    assert run(folder, "build m.pkl --part [1]").exit_code == 1


def test_padding_is_no_pickle(folder: Path) -> None:
    for tail in (b"\n", bytes(100), b"checksum", b"\x80\x04broken"):
        assert read_bytes(pickle.dumps(FITTED) + tail).following == ()


def test_parts_beside_a_model_are_named_with_their_options(folder: Path) -> None:
    vectorizer = DictVectorizer().fit([{"a": 1}])
    save("m.pkl", {"m": FITTED, "le": LabelEncoder().fit(TEXT), "s": SCALER})
    note = run(folder, "build m.pkl").stderr
    assert (
        """['le'] (LabelEncoder): --encode "COLUMN=['le']" or --labels "['le']\""""
        in note
    )
    assert """['s'] (StandardScaler): --preprocess "['s']\"""" in note
    done = run(folder, "build m.pkl --preprocess ['s'] --encode x0=['le']")
    assert (done.exit_code, done.stderr) == (0, "")
    beside = {"m": FITTED, "medians": {"a": 1.5}, "cols": ["a"], "own": ["x0", "x1"]}
    save("m.pkl", beside)
    note = run(folder, "build m.pkl").stderr
    assert (
        "['medians'] (dict): numbers by name" in note
        and "['cols'] (list): 1 text" in note
    )
    assert "['own']" not in note
    save("m.pkl", (vectorizer, FITTED))
    note = run(folder, "build m.pkl").stderr
    assert "[0] (DictVectorizer): --preprocess '[0]'" in note
    save("m.pkl", (HashingVectorizer().fit(["a"]), FITTED, PCA().fit(X)))
    note = run(folder, "build m.pkl").stderr
    assert "[2] (PCA): cannot be compiled" in note
    save("m.pkl", (vectorizer, FITTED))
    assert "[0]: DictVectorizer" in run(folder, "inspect m.pkl").stdout


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["odor_a", "odor_b"], True),
        (["is_new", "is_vip"], False),
        (["has_pool", "paid_out"], False),
        (["vip", "new"], False),
        (["remainder__vip", "remainder__new"], False),
    ],
)
def test_dummies_are_told_from_flags(
    folder: Path, names: list[str], said: bool
) -> None:
    frame = pd.get_dummies(pd.DataFrame({"odor": TEXT}))[["odor_a", "odor_b"]]
    frame.columns = pd.Index(names)
    save("m.pkl", tree().fit(frame, TEXT))
    note = run(folder, "build m.pkl").stderr
    assert ("get_dummies" in note) == said
    if said:  # with --data, as it advises
        Path("raw.csv").write_text("odor\na\nb\nc\n")
        done = run(folder, "build m.pkl --data raw.csv")
        assert (done.exit_code, done.stderr) == (0, "")


def test_an_unknown_class_is_no_reason_for_distrust() -> None:
    for name, words, not_words in (
        ("ImputerOfTomorrow", "the class sklearn.impute.ImputerOf", "unless you know"),
        ("load_things", "named as a function", "the class"),
    ):
        data = b"csklearn.impute\n%b\n)R." % name.encode()
        with pytest.raises(TreecompileError) as caught:
            read_bytes(data)
        assert words in str(caught.value) and not_words not in str(caught.value)


def test_an_imputer_that_iterates_is_refused_by_its_step() -> None:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    model = make_pipeline(IterativeImputer(max_iter=1), tree()).fit(X, Y)
    with pytest.raises(TreecompileError, match="step 'iterativeimputer': Iterative"):
        compile_model(model)
