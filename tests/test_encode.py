"""Parts beside a model: --encode, --labels, --preprocess and --names.

What a scorer must equal is what people do by hand: ``encoder.transform``, then
``model.predict``, then ``encoder.inverse_transform``, bit for bit.
"""

from __future__ import annotations

import itertools
import pickle
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from runners import load, same
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import (
    LabelBinarizer,
    LabelEncoder,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import treecompile
from treecompile import UnsupportedModel, cli, compile_model
from treecompile.options import Options, as_line, from_line, split_encode
from treecompile.read import read_file
from treecompile.stages import program_of

RANDOM = np.random.default_rng(0)
COUNTRIES = ["Côte d'Ivoire", "Germany", "India", "United States"]
DEGREES = ["BSc", "MSc", "PhD"]
N = 300
COUNTRY = RANDOM.choice(COUNTRIES, N)
DEGREE = RANDOM.choice(DEGREES, N)
YEARS = RANDOM.integers(0, 40, N)
PAY = (
    YEARS * 100.0
    + np.char.str_len(COUNTRY) * 400.0 * (DEGREE == "PhD")
    + 900.0 * (COUNTRY == "India")
)
LABEL = np.array(["high", "low", "mid"])[np.digitize(PAY, [2000, 4000])]
LE_COUNTRY, LE_DEGREE = LabelEncoder().fit(COUNTRY), LabelEncoder().fit(DEGREE)
LE_LABEL = LabelEncoder().fit(LABEL)
CODES = np.c_[LE_COUNTRY.transform(COUNTRY), LE_DEGREE.transform(DEGREE), YEARS]
RECORDS = [
    {"x0": country, "x1": degree, "x2": float(years)}
    for country, degree in itertools.product(COUNTRIES, DEGREES)
    for years in (0.0, 3.5, 17.0, 39.0)
]


def regressor(X: Any = CODES, y: Any = PAY) -> DecisionTreeRegressor:
    return DecisionTreeRegressor(max_depth=6, random_state=0).fit(X, y)


def classifier(X: Any = CODES, y: Any = None) -> DecisionTreeClassifier:
    y = LE_LABEL.transform(LABEL) if y is None else y
    return DecisionTreeClassifier(max_depth=6, random_state=0).fit(X, y)


def tutorial() -> dict[str, Any]:
    """The dict of a much-copied tutorial."""
    return {"model": regressor(), "le_country": LE_COUNTRY, "le_education": LE_DEGREE}


ENCODE = {"x0": "['le_country']", "x1": "['le_education']"}


def scorer(model: Any, **options: Any) -> types.ModuleType:
    return load(compile_model(model, **options))


def coded(record: dict[str, Any]) -> list[Any]:
    return [
        LE_COUNTRY.transform([record["x0"]])[0],
        LE_DEGREE.transform([record["x1"]])[0],
        record["x2"],
    ]


def refused(model: Any, **options: Any) -> str:
    with pytest.raises(treecompile.TreecompileError) as error:
        compile_model(model, **options)
    return str(error.value)


def saved(folder: Path, value: Any, name: str = "model.pkl") -> str:
    path = folder / name
    path.write_bytes(pickle.dumps(value))
    return str(path)


def cli_run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


# --- The dict of a model and its LabelEncoders ----------------------------------------


def test_the_tutorial_takes_raw_values() -> None:
    source = compile_model(tutorial(), encode=ENCODE)
    assert 'x0 == "India"' in source and 'x1 == "PhD"' in source
    module = load(source)
    model = regressor()
    assert module.COLUMNS == ("x0", "x1", "x2")
    for record in RECORDS:
        row = [coded(record)]
        assert same(module.predict(record), model.predict(row)[0])
        assert same(module.encode(record), tuple(map(float, row[0])))
        assert module.apply(record) == model.apply(row)[0]


@pytest.mark.parametrize("value", ["Atlantis", "india", "", None, float("nan"), 1, 2.0])
def test_what_an_encoder_has_not_seen_is_refused(value: Any) -> None:
    module = scorer(tutorial(), encode=ENCODE)
    with pytest.raises(module.InvalidRecord) as error:
        module.predict({**RECORDS[0], "x0": value})
    assert list(error.value.invalid) == ["x0"]


def test_columns_by_position_and_under_given_names() -> None:
    module = scorer(
        {**tutorial(), "features": ["country", "education", "years"]},
        names="features",
        encode={"country": "le_country", "1": "le_education"},
    )
    assert module.FEATURES == ("country", "education", "years")
    model = regressor()
    for record in RECORDS:
        named = dict(zip(module.FEATURES, record.values()))
        assert same(module.predict(named), model.predict([coded(record)])[0])


def test_names_with_commas_between() -> None:
    module = scorer(regressor(), names="country, education,years")
    assert module.COLUMNS == ("country", "education", "years")


@pytest.mark.parametrize("spelling", ["['enc']['c']", "[enc][c]", "enc.c", "c"])
def test_a_path_survives_the_shell(spelling: str) -> None:
    held = {"model": regressor(), "enc": {"c": LE_COUNTRY, "d": LE_DEGREE}}
    module = scorer(held, encode={"x0": spelling, "x1": "['enc']['d']"})
    assert same(module.predict(RECORDS[5]), regressor().predict([coded(RECORDS[5])])[0])


def test_labels_are_answered_raw() -> None:
    module = scorer(
        {"model": classifier(), "le": LE_LABEL, "c": LE_COUNTRY, "d": LE_DEGREE},
        encode={"x0": "['c']", "x1": "['d']"},
        labels="['le']",
    )
    model = classifier()
    assert module.CLASSES == ("high", "low", "mid")
    for record in RECORDS:
        row = [coded(record)]
        answer = LE_LABEL.inverse_transform(model.predict(row))[0]
        assert module.predict(record) == answer
        assert same(module.predict_proba(record), tuple(model.predict_proba(row)[0]))


@pytest.mark.parametrize(
    "labels",
    [
        LE_LABEL,
        ["high", "low", "mid"],
        {0: "high", 1: "low", 2: "mid"},
        LE_LABEL.classes_,
        OrdinalEncoder().fit(LABEL.reshape(-1, 1)),
    ],
)
def test_what_says_the_labels(labels: Any) -> None:
    forest = RandomForestClassifier(5, random_state=0)
    forest.fit(CODES, LE_LABEL.transform(LABEL))
    module = scorer(forest, labels=labels)
    assert module.CLASSES == ("high", "low", "mid")
    for row in CODES[:50].astype(float).tolist():
        record = dict(zip(("x0", "x1", "x2"), row))
        assert module.predict(record) == LE_LABEL.classes_[forest.predict([row])[0]]


def test_a_model_that_has_not_seen_every_label() -> None:
    y = LE_LABEL.transform(LABEL)
    model = classifier(CODES[y != 1], y[y != 1])
    module = scorer(model, labels=LE_LABEL)
    assert module.CLASSES == ("high", "mid")


def test_a_threshold_goes_by_the_second_class() -> None:
    y = (LABEL == "low").astype(int)
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(CODES, y)
    encoder = LabelEncoder().fit(["no", "yes"])
    module = scorer(model, labels=encoder, threshold=0.2)
    for row in CODES[:80].astype(float).tolist():
        record = dict(zip(("x0", "x1", "x2"), row))
        share = model.predict_proba([row])[0, 1]
        assert module.predict(record) == ("yes" if share >= 0.2 else "no")


# --- Encoders of every kind -----------------------------------------------------------


def test_classes_of_numbers_and_booleans() -> None:
    zips = RANDOM.choice([10115, 20095, 80331], N)
    paid = RANDOM.choice([False, True], N)
    le_zip, le_paid = LabelEncoder().fit(zips), LabelEncoder().fit(paid)
    X = np.c_[le_zip.transform(zips), le_paid.transform(paid)]
    model = regressor(X, PAY + 1000.0 * (zips == 20095) * paid)
    module = scorer(model, encode={"x0": le_zip, "x1": le_paid})
    for z, p in itertools.product(le_zip.classes_.tolist(), (False, True)):
        row = [[le_zip.transform([z])[0], le_paid.transform([p])[0]]]
        for same_z in (z, float(z)):
            assert same(module.predict({"x0": same_z, "x1": p}), model.predict(row)[0])
    for bad in (10115.5, "10115", 0, 1, None):
        with pytest.raises(module.InvalidRecord):
            module.predict({"x0": bad, "x1": True})


def test_a_missing_class() -> None:
    values = np.array(["a", "b", None], dtype=object)[RANDOM.integers(0, 3, N)]
    values = np.array([np.nan if v is None else v for v in values], dtype=object)
    encoder = LabelEncoder().fit(values)
    X = encoder.transform(values).reshape(-1, 1)
    model = regressor(X, X[:, 0] ** 2.0)
    module = scorer(model, encode={"x0": encoder})
    for value in ("a", "b", np.nan):
        code = encoder.transform(np.array([value], dtype=object))
        assert same(module.predict({"x0": value}), model.predict([code])[0])
    assert same(module.predict({"x0": None}), model.predict([[2]])[0])


@pytest.mark.parametrize("drop", [None, "first"])
def test_one_hot_from_the_place_of_its_column(drop: str | None) -> None:
    encoder = OneHotEncoder(drop=drop, sparse_output=False)
    dummies = encoder.fit_transform(COUNTRY.reshape(-1, 1))
    X = np.c_[YEARS, dummies, LE_DEGREE.transform(DEGREE)]
    model = regressor(X)
    module = scorer(model, encode={"x1": encoder})
    last = f"x{X.shape[1] - 1}"
    assert set(module.COLUMNS) <= {"x0", "x1", last}
    for country in COUNTRIES:
        for years, degree in itertools.product((0, 20, 39), (0, 1, 2)):
            row = [[years, *encoder.transform([[country]])[0], degree]]
            record = {"x0": years, "x1": country, last: degree}
            assert same(module.predict(record), model.predict(row)[0])
            assert same(module.encode(record), tuple(map(float, row[0])))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("numbers", [(0, 1), (-1, 3)])
def test_a_label_binarizer(classes: int, numbers: tuple[int, int]) -> None:
    binarizer = LabelBinarizer(neg_label=numbers[0], pos_label=numbers[1])
    known = COUNTRIES[:classes]
    values = RANDOM.choice(known, N)
    X = np.c_[binarizer.fit_transform(values), YEARS]
    model = regressor(X, YEARS + 50.0 * (values == known[1]))
    last = f"x{X.shape[1] - 1}"
    module = scorer(model, encode={"x0": binarizer})
    for value in [*known, "Atlantis"]:
        row = [[*binarizer.transform([value])[0], 7]]
        record = {"x0": value, last: 7}
        assert same(module.predict(record), model.predict(row)[0])
        assert same(module.encode(record), tuple(map(float, row[0])))
    for bad in (None, float("nan")):
        with pytest.raises(module.InvalidRecord):
            module.encode({"x0": bad, last: 7})


def test_dummies_by_their_names() -> None:
    encoder = OneHotEncoder(sparse_output=False).fit(pd.DataFrame({"country": COUNTRY}))
    frame = pd.DataFrame(
        encoder.transform(pd.DataFrame({"country": COUNTRY})),
        columns=encoder.get_feature_names_out(),
    ).assign(years=YEARS)
    frame = frame[["years", *sorted(frame.columns[:-1], reverse=True)]]
    model = regressor(frame)
    module = scorer(model, encode={"country": encoder})
    assert module.COLUMNS == ("years", "country")
    for country in COUNTRIES:
        raw = pd.DataFrame({"country": [country]})
        dummies = dict(zip(encoder.get_feature_names_out(), encoder.transform(raw)[0]))
        row = pd.DataFrame([{"years": 11, **dummies}])[frame.columns]
        record = {"country": country, "years": 11}
        assert same(module.predict(record), model.predict(row)[0])


def test_an_encoder_of_several_columns() -> None:
    encoder = OrdinalEncoder().fit(np.c_[COUNTRY, DEGREE])
    X = np.c_[encoder.transform(np.c_[COUNTRY, DEGREE]), YEARS]
    model = regressor(X)
    module = scorer(model, encode={"x0,x1": encoder})
    for record in RECORDS:
        codes = encoder.transform([[record["x0"], record["x1"]]])[0]
        assert same(module.predict(record), model.predict([[*codes, record["x2"]]])[0])


def test_a_dict_of_values_and_numbers() -> None:
    table = {"BSc": 0, "MSc": 1, "PhD": 2}
    held = {"model": regressor(), "map": {"education": table}}
    module = scorer(held, encode={"x1": "['map']['education']"})
    for record in RECORDS:
        row = coded(record)
        assert same(
            module.predict({**record, "x0": float(row[0])}),
            regressor().predict([row])[0],
        )
    with pytest.raises(module.InvalidRecord):
        module.predict({"x0": 0, "x1": "Magister", "x2": 1})


def test_a_described_column_is_encoded(tmp_path: Path) -> None:
    """The data holds two countries of four: the others are refused."""
    data = tmp_path / "raw.csv"
    data.write_text("country,education,years\nIndia,PhD,3\nGermany,BSc,4\n")
    module = scorer(
        tutorial(),
        names="country,education,years",
        encode={"country": "['le_country']", "education": "['le_education']"},
        data=str(data),
    )
    record = {"country": "India", "education": "PhD", "years": 3.0}
    row = [LE_COUNTRY.transform(["India"])[0], 2, 3.0]
    assert same(module.predict(record), regressor().predict([row])[0])
    with pytest.raises(module.InvalidRecord):
        module.predict({**record, "country": "United States"})


# --- Preprocessing in a file of its own -----------------------------------------------


def test_a_scaler_in_its_own_file(tmp_path: Path) -> None:
    scaler = StandardScaler().fit(CODES)
    model = saved(tmp_path, classifier(scaler.transform(CODES)))
    path = saved(tmp_path, scaler, "scaler.pkl")
    out = tmp_path / "scorer.py"
    done = cli_run("build", model, "--preprocess", path, "-o", str(out))
    assert done.exit_code == 0 and done.stderr == ""
    source = out.read_text()
    digest = read_file(path).sha256[:16]
    assert f'Options: --preprocess "sha256:{digest}"' in source
    assert str(tmp_path) not in source
    module = load(source)
    fitted = pickle.loads(Path(model).read_bytes())
    for row in CODES.astype(float).tolist():
        record = dict(zip(("x0", "x1", "x2"), row))
        scaled = scaler.transform([row])
        assert module.predict(record) == fitted.predict(scaled)[0]
        assert same(module.encode(record), tuple(scaled[0]))


def test_encoders_scaler_and_model_in_one_dict() -> None:
    scaler = MinMaxScaler().fit(CODES)
    held = {**tutorial(), "scaler": scaler, "model": regressor(scaler.transform(CODES))}
    module = scorer(held, encode=ENCODE, preprocess="['scaler']")
    for record in RECORDS:
        row = scaler.transform([coded(record)])
        assert same(module.predict(record), held["model"].predict(row)[0])


def test_a_column_transformer_in_front() -> None:
    frame = pd.DataFrame({"c": COUNTRY, "d": DEGREE, "y": YEARS})
    before = ColumnTransformer(
        [("cat", OneHotEncoder(), ["c", "d"]), ("num", StandardScaler(), ["y"])],
        sparse_threshold=0,
    )
    X = before.fit_transform(frame)
    model = regressor(X)
    module = scorer(model, preprocess=[before])
    assert module.COLUMNS == ("c", "d", "y")
    for record in RECORDS:
        named = dict(zip("cdy", record.values()))
        row = before.transform(pd.DataFrame([named]))
        assert same(module.predict(named), model.predict(row)[0])


def test_the_names_of_the_model_pass_through_a_scaler_alone() -> None:
    names = ["country", "degree", "years"]
    scaler = StandardScaler().fit(CODES)
    model = regressor(pd.DataFrame(scaler.transform(CODES), columns=names))
    assert scorer(model, preprocess=scaler).FEATURES == tuple(names)
    # A ColumnTransformer moves the columns: the names are not those of what it takes.
    moved = ColumnTransformer([("b", "passthrough", [2]), ("a", "passthrough", [0, 1])])
    moved.fit(CODES)
    model = regressor(pd.DataFrame(moved.transform(CODES), columns=names))
    module = scorer(model, preprocess=moved)
    assert set(module.COLUMNS) <= {"x0", "x1", "x2"}
    for row in CODES[:50].astype(float).tolist():
        x = pd.DataFrame(moved.transform([row]), columns=names)
        record = dict(zip(("x0", "x1", "x2"), row))
        assert same(module.predict(record), model.predict(x)[0])


def test_the_model_takes_the_columns_in_its_own_order() -> None:
    frame = pd.DataFrame(CODES, columns=["a", "b", "c"]).astype(float)
    scaler = StandardScaler().set_output(transform="pandas").fit(frame)
    order = ["c", "a", "b"]
    model = regressor(scaler.transform(frame)[order])
    module = scorer(model, preprocess=scaler)
    for row in CODES[:50].astype(float).tolist():
        record = dict(zip("abc", row))
        x = scaler.transform(pd.DataFrame([record]))[order]
        assert same(module.predict(record), model.predict(x)[0])


# --- Files --------------------------------------------------------------------------------


def test_a_part_of_another_file(tmp_path: Path) -> None:
    model = saved(tmp_path, regressor())
    encoders = saved(tmp_path, {"c": LE_COUNTRY, "d": LE_DEGREE}, "encoders.pkl")
    single = saved(tmp_path, {"only": LE_DEGREE}, "degree.pkl")
    options = ["--encode", f"x0={encoders}['c']", "--encode", f"x1={single}"]
    done = cli_run("build", model, *options)
    assert done.exit_code == 0, done.stderr
    digest = read_file(encoders).sha256[:16]
    assert (
        f"x0=sha256:{digest}['c']" in done.stdout and str(tmp_path) not in done.stdout
    )
    module = load(done.stdout)
    for record in RECORDS:
        assert same(module.predict(record), regressor().predict([coded(record)])[0])
    schema = cli_run("schema", model, *options)
    assert schema.exit_code == 0
    assert '"India"' in schema.stdout and '"Atlantis"' not in schema.stdout


def test_versions_that_differ_are_told(tmp_path: Path) -> None:
    old = Path(__file__).parent / "old_versions" / "1.2.2" / "trees" / "iris_frame.pkl"
    scaler = StandardScaler().fit(RANDOM.normal(size=(20, 4)))
    path = saved(tmp_path, scaler, "scaler.pkl")
    done = cli_run("build", str(old), "--preprocess", path)
    assert done.exit_code == 0
    assert "scaler.pkl was written by scikit-learn 1." in done.stderr
    assert "1.2.2. Each is compiled" in done.stderr


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a=b.pkl", ("a", "b.pkl")),
        ("a=['b=c']", ("a", "['b=c']")),
        ("a=b=['c']", ("a=b", "['c']")),
        ("a= b=c", ("a", " b=c")),
    ],
)
def test_column_and_path(text: str, parts: tuple[str, str]) -> None:
    assert split_encode(text) == parts


@pytest.mark.parametrize("text", ["", "=", "a=", "=b", "a"])
def test_no_column_or_no_path_is_wrong_usage(text: str, tmp_path: Path) -> None:
    done = cli_run("build", saved(tmp_path, regressor()), "--encode", text)
    assert done.exit_code == 2 and "not COLUMN=PATH" in done.stderr


def test_a_program_is_built_again_from_the_line_of_its_scorer(tmp_path: Path) -> None:
    scaler = StandardScaler().fit(CODES)
    held = {**tutorial(), "model": regressor(scaler.transform(CODES)), "=\n": LE_DEGREE}
    model = read_file(saved(tmp_path, held))
    other = saved(tmp_path, {"deep": {"scaler": scaler}, "x": LE_LABEL}, "s.pkl")
    options = Options(
        encode=(("x0", "le_country"), ("x1", "['=\\n']")),
        preprocess=(f"{other}[deep][scaler]",),
    )
    program = program_of(model, None, options)
    line = as_line(program.origin.options)
    again = from_line(line)
    assert again.encode == (("x0", "['le_country']"), ("x1", "['=\\n']"))
    assert repr(program_of(model, None, again, [read_file(other)])) == repr(program)
    with pytest.raises(UnsupportedModel, match="is needed, too"):
        program_of(model, None, again)


# --- Refusals -----------------------------------------------------------------------------


def unsorted_encoder() -> LabelEncoder:
    encoder = LabelEncoder().fit(COUNTRY)
    encoder.classes_ = encoder.classes_[::-1].copy()
    return encoder


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encode": {"x0": "['le_contry']"}}, "did you mean \"['le_country']\"?"),
        ({"encode": {"x0": "['le_contry']"}}, "['le_education']: LabelEncoder"),
        (
            {"encode": {"x9": "['le_country']"}},
            "no column 'x9'\nIts columns are 'x0', 'x1', 'x2'.",
        ),
        (
            {"encode": {"contry": "['le_country']"}, "names": "country,b,c"},
            "no column 'contry' (did you mean 'country'?)",
        ),
        ({"encode": {"x0": "nowhere.pkl"}}, "There is no part 'nowhere.pkl'"),
        ({"encode": {"x0": "['model']"}}, "DecisionTreeRegressor"),
        ({"encode": {"x0,x1": "['le_country']"}}, "it encodes one column, not 2"),
        ({"encode": {"x0": LabelEncoder()}}, "it is not fitted"),
        ({"encode": {"x0": StandardScaler()}}, "it is not fitted"),
        ({"encode": {"x0": TfidfVectorizer().fit(["ab cd"])}}, "TfidfVectorizer"),
        ({"encode": {"x0": unsorted_encoder()}}, "not sorted"),
        ({"encode": {"x0": {"a": "b"}}}, "is not a number"),
        ({"encode": {"x0": {}}}, "it is empty"),
        ({"encode": {"x0": "['le_country']", "0": "['le_education']"}}, "already"),
        (
            {"encode": {"x1": OneHotEncoder().fit(COUNTRY.reshape(-1, 1))}},
            "makes 4 columns, and the model has 2 from 'x1' on",
        ),
        ({"preprocess": StandardScaler()}, "it is not fitted"),
        ({"preprocess": StandardScaler().fit(CODES[:, :2])}, "it makes 2 columns"),
        ({"preprocess": "['le_country']"}, "LabelEncoder"),
        ({"labels": "['le_country']"}, "it answers numbers"),
        ({"names": "a,b"}, "it has 2 names, and the model has 3 columns"),
        ({"names": "a,b,a"}, "the name 'a' twice"),
        ({"names": ["a", "b"]}, "it has 2 names"),
        ({"names": "['le_country']"}, "it is not a list of names"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    assert message in refused(tutorial(), **options)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LabelEncoder().fit(["a", "b"]), "the model answers 2"),
        (["a", "a", "b"], "two of its labels are the same"),
        ([None, "a", "b"], "a class label is a NoneType"),
        (LabelEncoder(), "it is not fitted"),
        (StandardScaler().fit(CODES), "does not say what the labels"),
        (OrdinalEncoder().fit(np.c_[COUNTRY, DEGREE]), "does not say what the labels"),
        (5, "does not say what the labels"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: Any, message: str) -> None:
    assert message in refused(classifier(), labels=labels)


def test_labels_of_text_stand_for_nothing_else() -> None:
    assert "the model answers 'high'" in refused(classifier(y=LABEL), labels=LE_LABEL)


def test_a_model_alone_has_no_parts(tmp_path: Path) -> None:
    assert "holds one DecisionTreeRegressor" in refused(
        regressor(), encode={"x0": "['le']"}
    )
    assert "no such file" in refused(regressor(), encode={"x0": "le.pkl"})
    path = saved(tmp_path, {"a": LE_COUNTRY, "b": LE_DEGREE}, "two.pkl")
    message = refused(regressor(), encode={"x0": path})
    assert "holds 2 parts" in message and "two.pkl['a']" in message
    with pytest.raises(UnsupportedModel):
        compile_model(regressor(), encode={"x0": f"{path}['z']"})


HOSTILE = ['"); import os #', "{{ x }}", '"""', "\\", "\n", "\u202e", "__import__"]


def test_hostile_classes_and_paths_stay_data() -> None:
    encoder = LabelEncoder().fit(HOSTILE)
    X = np.arange(len(HOSTILE)).reshape(-1, 1)
    model = DecisionTreeClassifier(random_state=0).fit(X, X[:, 0])
    module = scorer(
        {"model": model, '"""\n': encoder},
        encode={"x0": '[\'"""\\n\']'},
        labels=encoder,
    )
    for value in HOSTILE:
        assert module.predict({"x0": value}) == value
