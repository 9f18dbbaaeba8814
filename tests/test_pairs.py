"""OneVsOneClassifier: the votes of a model for each pair of classes, to the last bit."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from runners import load
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.multiclass import OneVsOneClassifier
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from treecompile import UnsupportedModel, compile_model
from treecompile.read import read_bytes
from treecompile.stages import program_of

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(120, 3)).round(1)
FOUR = np.digitize(X[:, 0] + X[:, 1] ** 2, [0, 1, 2])
TARGETS = {"four": np.array(list("abcd"))[FOUR], "two": (FOUR > 1) + 5}
MEMBERS = (
    DecisionTreeClassifier(max_depth=3),
    RandomForestClassifier(n_estimators=2, max_depth=3, random_state=0),
    GradientBoostingClassifier(n_estimators=2),
    XGBClassifier(n_estimators=2, max_depth=2),
    LGBMClassifier(n_estimators=2, num_leaves=3, verbose=-1),
)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: type(m).__name__)
def test_votes(member: Any, target: str) -> None:
    model = OneVsOneClassifier(member).fit(X, TARGETS[target])
    scorer = load(compile_model(model, columns="all", format=False))
    rows = [{f"x{i}": x for i, x in enumerate(row)} for row in X[:60].tolist()]
    assert list(map(scorer.predict, rows)) == model.predict(X[:60]).tolist()
    found = np.array(list(map(scorer.decision_function, rows)))
    assert found.tolist() == model.decision_function(X[:60]).tolist()


@pytest.mark.parametrize(
    ("version", "cut"), [(b"1.0.2", 0.0), (b"1.1.0", None), (b"1.3.2", 0.5)]
)
def test_two_classes_of_shares(version: bytes, cut: float | None) -> None:
    """By version; a decision_function was always cut at 0."""
    import sklearn

    now = sklearn.__version__.encode()
    model = OneVsOneClassifier(MEMBERS[1]).fit(X, TARGETS["two"])
    data = pickle.dumps(model).replace(now, version)
    if cut is None:
        with pytest.raises(UnsupportedModel, match="changed around scikit-learn"):
            compile_model(data)
    else:
        choice: Any = program_of(read_bytes(data)).model.answers[0]  # type: ignore[union-attr]
        assert choice.cut == cut
    old = pickle.dumps(model).replace(now, b"0.20.4"[: len(now)].ljust(len(now), b"0"))
    with pytest.raises(UnsupportedModel, match="may depend on the rows beside it"):
        compile_model(old)


def test_a_file_that_contradicts_itself() -> None:
    model = OneVsOneClassifier(MEMBERS[0]).fit(X, TARGETS["four"])
    model.estimators_ = model.estimators_[:-1]
    with pytest.raises(UnsupportedModel, match="do not fit its classes"):
        compile_model(model)
