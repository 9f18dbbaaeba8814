"""Files, and what is given in Python: who does what a message says gets further."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from test_advice import FRAME, TEXT, THREE, X, Y, number, save, tree

import treecompile
from treecompile import TreecompileError, cli, compile_model

HERE = Path(__file__).parent
FITTED = tree().fit(X, Y)
DATA = pickle.dumps(FITTED)
SKOPS = HERE / "read_files" / "pipeline.skops"
OLD_JOBLIB = HERE / "read_files" / "old_joblib.pkl"


class Own(TransformerMixin, BaseEstimator):
    """A transformer of one's own."""

    def fit(self, x: Any, y: Any = None) -> Own:
        self.fitted_ = True
        return self

    def transform(self, x: Any) -> Any:
        return x

    def inverse_transform(self, x: Any) -> Any:
        return x


class Mine(DecisionTreeClassifier):
    """A class of one's own that extends a tree."""


class Holder:
    """Something that holds a model, and has a method of its name."""

    def __init__(self) -> None:
        self.model = FITTED

    def predict(self, x: Any) -> Any:
        return self.model.predict(x)


def run(line: str, given: bytes = b"") -> Any:
    result = CliRunner().invoke(cli.main, line.split(), input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def said(line: str, given: bytes = b"") -> str:
    """The message of a command that refuses, in one line."""
    result = run(line, given)
    assert result.exit_code in (1, 2), result.output
    return " ".join(result.stderr.split())


def done(line: str) -> None:
    result = run(line)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tar(data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("model.pkl")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def zipped(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model.pkl", data)
    return stream.getvalue()


def skops_with(old: bytes, new: bytes) -> bytes:
    """The skops file with other words in its schema."""
    stream = io.BytesIO()
    with zipfile.ZipFile(SKOPS) as there, zipfile.ZipFile(stream, "w") as archive:
        for name in there.namelist():
            content = there.read(name)
            if name == "schema.json":
                assert old in content
                content = content.replace(old, new)
            archive.writestr(name, content)
    return stream.getvalue()


def buffered() -> bytes:
    return pickle.dumps(FITTED, protocol=5, buffer_callback=lambda _: None)


AGAIN = "give the file that pickle.dump or joblib.dump wrote for the fitted scikit-learn model"


#: What is in a file in place of the model that is meant, and what to do.
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "save the model again, or copy the file again"),
    "zeros": (lambda: bytes(99), "copy it again, or save the model again"),
    "half of it": (
        lambda: DATA[: len(DATA) // 2],
        "Copy it again, or save the model again",
    ),
    "half of a compressed one": (
        lambda: gzip.compress(DATA)[:200],
        "Copy it again, or save the model again",
    ),
    "a compressed one with a dent": (
        lambda: gzip.compress(DATA)[:300] + bytes(40) + gzip.compress(DATA)[340:],
        "copy it again, or save the model again",
    ),
    "a pointer": (
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n",
        "run `git lfs pull` first",
    ),
    "a page": (
        lambda: b"<!DOCTYPE html><html><body>Please log in</body></html>",
        "open it in a browser to see, and download the model again",
    ),
    "a text": (lambda: b"hello\n", AGAIN),
    "a tar archive": (lambda: tar(DATA), f"a tar archive; unpack it first; {AGAIN}"),
    "a zip archive": (
        lambda: zipped(DATA),
        "a zip archive with model.pkl in it: unpack it first",
    ),
    "a RAR archive": (lambda: b"Rar!\x1a\x07\x01\0" + bytes(9), "unpack it first"),
    "zstd": (
        lambda: b"\x28\xb5\x2f\xfd" + bytes(99),
        "unpack it first (zstd -d FILE), then give the unpacked file",
    ),
    "base64": (lambda: b"gASVEAAA" * 20, "decode it first (base64 -d)"),
    "a dent": (
        lambda: DATA[:99] + b"\xff" + DATA[100:],
        "Copy the file again, or save the model again",
    ),
    "an archive with a dent": (
        lambda: SKOPS.read_bytes()[:99] + bytes(30) + SKOPS.read_bytes()[129:],
        "copy the file again, or save the model again",
    ),
    "half of an archive": (
        lambda: SKOPS.read_bytes()[:500],
        "copy it again, or save the model again",
    ),
    "a skops file to come": (
        lambda: skops_with(b'"protocol": ', b'"protocol": 9'),
        "save the model as a pickle",
    ),
    "arrays beside it": (
        buffered,
        "save the model again without buffer_callback",
    ),
    "a protocol to come": (
        lambda: b"\x80\x09" + DATA[2:],
        "save the model again with protocol=5",
    ),
    "code": (
        lambda: b"ccloudpickle.cloudpickle\n_make_function\n)R.",
        "Save the fitted scikit-learn model alone, without functions and classes of "
        "your own",
    ),
    "an unknown class": (
        lambda: b"csklearn.impute\nImputerOfTomorrow\n)R.",
        "Take the model out of what holds that object, or leave it out, and save the "
        "model alone",
    ),
    "a scorer": (
        lambda: pickle.dumps(treecompile.load(FITTED)),
        "load it with pickle.load, or compile the model file that it was made of",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(name: str) -> None:
    """Each advice comes down to the file of the model itself."""
    content, words = FILES[name]
    Path("m.pkl").write_bytes(content())
    assert words in said("build m.pkl")
    Path("m.pkl").write_bytes(DATA)
    done("build m.pkl")


def test_archives_are_unpacked() -> None:
    for name, make, opened in (
        ("a", tar, tarfile.open),
        ("b", zipped, zipfile.ZipFile),
    ):
        Path(name).write_bytes(make(DATA))
        with opened(name) as archive:
            archive.extract("model.pkl", name + "_")
        done(f"build {name}_/model.pkl")


def test_arrays_in_files_of_their_own() -> None:
    message = said("build -", OLD_JOBLIB.read_bytes())
    assert "give the path of the file in the folder where all of them are" in message
    assert run(f"build {OLD_JOBLIB}").exit_code == 0


def test_a_class_of_ones_own() -> None:
    save("m.pkl", make_pipeline(Own(), tree()).fit(X, Y))
    message = said("build m.pkl")
    assert (
        "Apply what it does to the data before the model: fit the model without it, and "
        "put it in front of the scorer in code of your own" in message
    )
    save("m.pkl", tree().fit(Own().fit(X).transform(X), Y))
    done("build m.pkl")
    save("m.pkl", TransformedTargetRegressor(number(), transformer=Own()).fit(X, Y))
    message = said("build m.pkl")
    assert "Fit the model again with what scikit-learn has in its place" in message
    scaled = TransformedTargetRegressor(number(), transformer=StandardScaler())
    save("m.pkl", scaled.fit(X, Y))
    done("build m.pkl")


def test_what_is_given_in_python() -> None:
    save("m.pkl", FITTED)
    scorer = compile_model("m.pkl")

    def refused(given: Any, words: str) -> None:
        with pytest.raises(TreecompileError) as caught:
            compile_model(given)
        assert words in " ".join(str(caught.value).split())

    with open("m.pkl", encoding="latin-1") as text:
        refused(text, "open it with mode 'rb'")
    with open("m.pkl", "rb") as stream:
        stream.read()
        refused(stream, "go back with seek(0)")
        stream.seek(0)
        assert compile_model(stream)
    with open("w.pkl", "wb") as stream:
        refused(stream, "open it with mode 'rb'")
    refused(
        DecisionTreeClassifier,
        "give an instance of it that was fitted, as in DecisionTreeClassifier().fit",
    )
    assert compile_model(DecisionTreeClassifier().fit(X, Y))
    refused(
        make_pipeline(FunctionTransformer(lambda x: np.log1p(x)), tree()).fit(X**2, Y),
        "apply others to the data before the model",
    )
    assert compile_model(tree().fit(np.log1p(X**2), Y))
    refused(Mine().fit(X, Y), "fit a DecisionTreeClassifier itself")
    refused(Holder(), "give the fitted estimator inside it, its model")
    assert compile_model(Holder().model)
    refused(None, "give the path of a model file, its bytes, an open file or a fitted")
    with pytest.raises(ValueError, match="must be one of 'python', 'javascript'"):
        treecompile.load(FITTED, target="c")
    with pytest.raises(ValueError, match="leave target out"):
        treecompile.load(FITTED, target="javascript")
    with pytest.raises(TreecompileError, match="give the path of one, or its text"):
        treecompile.verify(FITTED, 3)
    assert treecompile.verify(FITTED, scorer)


def test_what_a_loaded_scorer_is_given() -> None:
    scorer = treecompile.load(FITTED, columns="all")
    with pytest.raises(
        TypeError, match="give pandas.DataFrame\\(columns\\) for several"
    ):
        scorer.predict({"x0": [1.0, 2.0], "x1": [1.0, 2.0]})
    assert len(scorer.predict(pd.DataFrame({"x0": [1.0, 2.0], "x1": [1.0, 2.0]}))) == 2
    with pytest.raises(AttributeError, match="fit the model, and load that"):
        scorer.fit(X, Y)
    again = pickle.loads(pickle.dumps(scorer))
    with pytest.raises(
        ValueError, match="give it, as in scorer.verify\\('model.pkl'\\)"
    ):
        again.verify()
    save("m.pkl", FITTED)
    assert again.verify("m.pkl")


def test_data() -> None:
    save("m.pkl", tree().fit(pd.get_dummies(FRAME[["t"]]), TEXT == "a"))
    for content, words, mended in (
        (
            b"t,u\na,1\nb\n",
            "Give each row as many cells as the header line has",
            b"t,u\na,1\nb,\nc,2\n",
        ),
        (b"t\na\nb\nc\n\xe9\n", "Save it as UTF-8", "t\na\nb\nc\n\u00e9\n".encode()),
        (
            b"t;u,v\na;1,2\n",
            "Save it with one of these alone, or with quotes around cells that hold one",
            b't;"u,v"\na;"1,2"\nb;""\nc;""\n',
        ),
    ):
        Path("d.csv").write_bytes(content)
        assert words in said("build m.pkl --data d.csv")
        Path("d.csv").write_bytes(mended)
        assert run("build m.pkl --data d.csv").exit_code == 0, content


def test_inputs_are_kept() -> None:
    save("m.pkl", FITTED)
    assert "Give the output another name" in said("build m.pkl -o m.pkl")
    done("build m.pkl -o scorer.py")


def test_what_verify_says_to_do() -> None:
    save("m.pkl", FITTED)
    save("le.pkl", LabelEncoder().fit(TEXT))
    done("build m.pkl -o s.py")
    text = Path("s.py").read_text(encoding="utf-8")
    Path("s.py").write_text(text.replace(" <= ", " < "), encoding="utf-8")
    assert "Compile the model again, and deploy what comes out as it is" in " ".join(
        run("verify m.pkl s.py").output.split()
    )
    done("build m.pkl -o s.py")
    result = run("verify m.pkl s.py --no-model --json")
    how = [part.get("how") for part in json.loads(result.stdout)["parts"]]
    assert "To show it, leave out --no-model." in how
    assert run("verify m.pkl s.py").exit_code == 0
    done("build m.pkl --encode x0=le.pkl -o s.py")
    assert "Give it: --with FILE" in said("verify m.pkl s.py")
    assert run("verify m.pkl s.py --with le.pkl").exit_code in (0, 3)


def test_parts_without_a_model() -> None:
    save("le.pkl", {"a": LabelEncoder().fit(TEXT)})
    message = said("build le.pkl")
    assert (
        "Build the model, and put parts of this file around it with --encode, "
        "--preprocess or --labels" in message
    )
    save("m.pkl", FITTED)
    done("build m.pkl --encode x0=le.pkl['a']")


def test_a_stream_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treecompile.read.files.LONGEST_STREAM", 100)
    message = said("build -", DATA)
    assert "save what comes out of it in a file, and give its path" in message
    Path("m.pkl").write_bytes(DATA)
    done("build m.pkl")


def test_arrays_that_may_be_in_two_orders() -> None:
    frame = pd.DataFrame({"b": X[:, 0], "a": X[:, 1]})
    turned = ColumnTransformer(
        [("x", "passthrough", ["a"]), ("y", "passthrough", ["b"])]
    )
    turned.set_params(verbose_feature_names_out=False)
    scorer = treecompile.load(make_pipeline(turned, tree()).fit(frame, THREE))
    with pytest.raises(
        ValueError, match="give a DataFrame, or mappings of column to v"
    ):
        scorer.predict(X)
    records = [dict(row) for _, row in frame.iterrows()]
    assert (scorer.predict(frame) == scorer.predict(records)).all()


def test_a_schema_that_is_none() -> None:
    save("m.pkl", FITTED)
    Path("d.csv").write_text("x0,x1\n1,2\n3,4\n", encoding="utf-8")
    message = said("build m.pkl --schema d.csv")
    assert (
        "d.csv is not JSON. It looks like a CSV file: give it with --data." in message
    )
    done("build m.pkl --data d.csv")
    Path("s.json").write_text('{"type": "object",', encoding="utf-8")
    assert "s.json is not JSON: " in said("build m.pkl --schema s.json")
    assert "m.pkl is not JSON: it is not UTF-8." in said("build m.pkl --schema m.pkl")


@pytest.mark.parametrize(
    "line",
    [
        "build EMPTY",
        "inspect EMPTY",
        "schema EMPTY",
        "verify m.pkl EMPTY",
        "build m.pkl -o EMPTY",
        "build m.pkl --data EMPTY",
        "build m.pkl --schema EMPTY",
        "schema m.pkl -o EMPTY",
    ],
)
def test_a_path_that_is_empty(line: str) -> None:
    """As of a variable that is not set: it is not the working folder."""
    save("m.pkl", FITTED)
    words = ["" if word == "EMPTY" else word for word in line.split()]
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code == 2 and "the path is empty." in result.stderr


def test_names_of_files_cannot_break_a_line() -> None:
    save("m.pkl", FITTED)
    for words in (
        ["schema", "a\nb"],
        ["build", "m.pkl", "--data", "a\nb"],
        ["build", "m.pkl", "--schema", "a\nb"],
        ["verify", "m.pkl", "a\nb"],
        ["verify", "m.pkl", "m.pkl", "--data", "a\nb"],
    ):
        result = CliRunner().invoke(cli.main, words)
        assert result.exit_code in (1, 2)
        assert "Cannot read a\\nb: " in result.stderr


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("x,x", "it has the name 'x' twice"),
        ("a", "it has 1 name, and the model has 2 columns"),
    ],
)
def test_names_that_do_not_fit(names: str, words: str) -> None:
    save("m.pkl", FITTED)
    assert words in said(f"build m.pkl --names {names}")
    done("build m.pkl --names a,b")
