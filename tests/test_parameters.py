"""Options that are none, given from Python: one clear sentence, before anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import LabelEncoder

from treecompile import compile_model, inspect, load
from treecompile.parameters import options_of

MODEL = Path(__file__).parents[1] / "examples" / "mushroom" / "model.pkl"

WRONG: list[tuple[str, Any, type[Exception], str]] = [
    ("unknown", "rejct", ValueError, "must be one of 'model', 'reject'. Got 'rejct'"),
    ("unknown", None, ValueError, "must be one of 'model', 'reject'. Got None"),
    ("columns", ["odor"], ValueError, "must be one of 'used', 'all'. Got ['odor']"),
    ("layout", "tabel", ValueError, "must be one of 'auto', 'nested', 'table'"),
    ("target", "java", ValueError, "must be one of 'python', 'javascript'. Got 'java'"),
    ("threshold", 1.5, ValueError, "must be a number from 0 to 1, or None. Got 1.5"),
    ("threshold", -0.1, ValueError, "must be a number from 0 to 1"),
    ("threshold", float("nan"), ValueError, "must be a number from 0 to 1"),
    ("threshold", "0.5", TypeError, "must be a number from 0 to 1, or None. Got '0.5'"),
    ("threshold", True, TypeError, "must be a number from 0 to 1"),
    (
        "encode",
        ["odor"],
        TypeError,
        "must be a dict of column and encoder. Got ['odor']",
    ),
    ("encode", LabelEncoder(), TypeError, "must be a dict of column and encoder"),
    ("encode", {1: "x"}, TypeError, "with names as its keys"),
    ("stamp", "commit=1", TypeError, "must be a dict of texts. Got 'commit=1'"),
    ("stamp", {"a": ["x"]}, TypeError, "must be a dict of texts"),
    ("stamp", {"a=b": "x"}, ValueError, "keys hold no '='"),
    ("self_test", 1.5, TypeError, "must be an integer from 0 to 100,000. Got 1.5"),
    ("self_test", -1, ValueError, "must be an integer from 0 to 100,000"),
    ("schema", 7, TypeError, "must be a dict or the path of a JSON file. Got 7"),
    ("schema", ["odor"], TypeError, "must be a dict or the path of a JSON file"),
    ("data", 7, TypeError, "must be a DataFrame or the path of a CSV file. Got 7"),
    ("data", np.eye(3), TypeError, "must be a DataFrame or the path of a CSV file"),
    ("part", 0, TypeError, "must be a str"),
    ("names", 3, TypeError, "must be a str or a list of names"),
    ("category_dtype", 3, TypeError, "must be a str or a list of names"),
    ("category_dtype", [3], TypeError, "must be a str or a list of names"),
    ("sparse", "yes", TypeError, "must be True or False. Got 'yes'"),
    (
        "predict_as",
        "ranker",
        ValueError,
        "must be one of 'classifier', 'regressor', 'boo",
    ),
    ("format", "black", TypeError, "must be True, False or None. Got 'black'"),
]


@pytest.mark.parametrize(
    ("name", "value", "kind", "words"), WRONG, ids=lambda x: str(x)[:20]
)
def test_a_wrong_option_is_one_sentence(
    name: str, value: Any, kind: type[Exception], words: str
) -> None:
    for function in (compile_model, load):
        with pytest.raises(kind) as caught:
            function(MODEL, **{name: value})
        text = str(caught.value)
        assert text.startswith(f"The {name!r} parameter must be ") and words in text
        assert "\n" not in text and len(text) < 160


def test_inspect_checks_its_options_too() -> None:
    with pytest.raises(ValueError, match="The 'predict_as' parameter must be one of"):
        inspect(MODEL, predict_as="ranker")


def test_an_option_that_there_is_not_is_a_type_error() -> None:
    for function in (compile_model, load):
        with pytest.raises(TypeError, match="unknwn"):
            function(MODEL, unknwn="reject")
    with pytest.raises(TypeError) as caught:
        load(MODEL, threshhold=0.3)
    wrong = "unexpected keyword argument 'threshhold' (did you mean 'threshold'?)"
    assert str(caught.value) == f"load() got an {wrong}"


def test_numbers_of_numpy_are_numbers() -> None:
    options = options_of(threshold=np.float32(0.25), self_test=np.int64(3))
    assert (options.threshold, options.self_test) == (0.25, 3)
    assert type(options.threshold) is float and type(options.self_test) is int


def test_from_python_and_from_the_command_line_options_are_the_same() -> None:
    given = {"encode": {"a": "x.pkl"}, "stamp": {"b": 1}, "preprocess": "y.pkl"}
    line = {
        "encode": (("a", "x.pkl"),),
        "stamp": (("b", "1"),),
        "preprocess": ("y.pkl",),
    }
    assert options_of(**given) == options_of(**line)
