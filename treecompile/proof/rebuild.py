"""The fitted model itself, put together again from the records of its file.

The pickle is not loaded here either. Each record that the reader made becomes an
instance of the class that it names, if that stands in the exact list below, with the
attributes that the file gives it; what no scorer needs (random states, the results of a
search, functions) becomes None. So the code that runs is the installed scikit-learn's,
over numbers that have been checked, and nothing that a file brings.
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np

from ..functions import numpy_function
from ..lower.compose import ROWS as TRANSFORMERS
from ..lower.models import ROWS as MODELS
from ..lower.wrappers import AROUND
from ..read.records import Name, Record

# What they are made of, and what is around them; estimators come from their rows.
_MODULES = {
    "sklearn.calibration": "_CalibratedClassifier _SigmoidCalibration",
    "sklearn.dummy": "DummyClassifier DummyRegressor",
    "sklearn.ensemble._hist_gradient_boosting.binning": "_BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor",
    "sklearn._loss.link": """HalfLogitLink IdentityLink Interval LogLink LogitLink
        MultinomialLogit""",
    "sklearn._loss.loss": """AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss
        HalfMultinomialLoss HalfPoissonLoss HalfSquaredError HuberLoss PinballLoss""",
    "sklearn.isotonic": "IsotonicRegression",
    "sklearn.metrics._scorer": "_CurveScorer",
    "sklearn.multiclass": "_ConstantPredictor",
    "sklearn.preprocessing": "LabelBinarizer LabelEncoder",
    "sklearn.tree._tree": "Tree",
    "sklearn.utils": "Bunch",
}
#: Every class that may be made, and the module that it is taken from.
CLASSES = {
    **{row.name: row.module for row in TRANSFORMERS if row.kind[0] == "sklearn"},
    **{row.name: row.module for row in MODELS},
    **{row.name: row.module for row in AROUND},
    **{name: module for module, names in _MODULES.items() for name in names.split()},
}
_TYPES = {"float16", "float32", "float64", "int32", "int64", "bool_", "object_", "bool"}
_FUNCTIONS_AROUND = {"mean", "positive", "deg2rad", "radians", "rad2deg", "degrees"}
_BUILTINS = {"float": float, "int": int, "bool": bool, "str": str, "object": object}
_DEEPEST = 200
# Their code would read bytes of the file that nobody has checked.
_NOT_LOADED = {"xgboost": "XGBoost", "lightgbm": "LightGBM", "catboost": "CatBoost"}


class CannotRebuild(Exception):
    """The model cannot be put together again, and why."""


def rebuild(root: Any) -> Any:
    """The fitted estimator that a record stands for; CannotRebuild where it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions: they have been compared
            return _Builder().build(root, 0)
    except CannotRebuild:
        raise
    except Exception as error:  # whatever a class says of a state that is not its own
        raise CannotRebuild(
            f"scikit-learn does not take its parts ({type(error).__name__}: {error})"
        ) from error


class _Builder:
    def __init__(self) -> None:
        self.made: dict[int, Any] = {}
        self.kept: list[Any] = []  # so that no id is used again

    def build(self, part: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            raise CannotRebuild("its parts are nested too deeply")
        if isinstance(part, (Record, Name, list, tuple, dict, np.ndarray)):
            if id(part) not in self.made:
                self.kept.append(part)
                self._make(part, depth + 1)
            return self.made[id(part)]
        return part

    def _make(self, part: Any, depth: int) -> None:
        key = id(part)
        if isinstance(part, Record):
            self._object(part, depth)
        elif isinstance(part, Name):
            self.made[key] = _mention(part)
        elif isinstance(part, list):
            self.made[key] = made = []
            made += [self.build(item, depth) for item in part]
        elif isinstance(part, tuple):
            self.made[key] = tuple(self.build(item, depth) for item in part)
        elif isinstance(part, dict):
            made_dict: dict[Any, Any] = {}
            self.made[key] = made_dict
            made_dict.update((k, self.build(v, depth)) for k, v in part.items())
        elif part.dtype == object:
            array = np.empty_like(part)
            self.made[key] = array
            for place, item in np.ndenumerate(part):
                array[place] = self.build(item, depth)
        else:
            self.made[key] = part

    def _object(self, record: Record, depth: int) -> None:
        library = _NOT_LOADED.get(record.cls.package)
        if library is not None:
            raise CannotRebuild(
                f"it holds a model of {library} ({record.name}), and these are not loaded"
            )
        module = CLASSES.get(record.name)
        if record.cls.package not in ("sklearn", "_loss") or module is None:
            self.made[id(record)] = None
            return
        try:
            cls = getattr(importlib.import_module(module), record.name)
        except (ImportError, AttributeError):
            raise CannotRebuild(
                f"the installed scikit-learn has no {record.name}"
            ) from None
        if record.name == "Tree":
            made = cls(*(self.build(argument, depth) for argument in record.args))
        else:
            made = cls.__new__(cls)
        self.made[id(record)] = made
        state = {k: self.build(v, depth) for k, v in record.attributes.items()}
        if isinstance(made, dict):  # a Bunch
            made.update(state)
        elif hasattr(made, "__setstate__"):
            made.__setstate__(state)
        else:
            for name, value in state.items():
                object.__setattr__(made, name, value)  # some are frozen


def _mention(name: Name) -> Any:
    """A type, a function of numpy or a metric that is only named; None for any other."""
    if name.package == "numpy":
        if name.name in _TYPES:
            return getattr(np, name.name, None)
        known = numpy_function(name.module, name.name)
        if known is not None or name.name in _FUNCTIONS_AROUND:
            return getattr(np, known or name.name, None)
    if name.package == "sklearn":
        # A scorer's metric: of it nothing but its signature is looked at, for pos_label.
        metrics = importlib.import_module("sklearn.metrics")
        return getattr(metrics, name.name) if name.name in metrics.__all__ else None
    if name.module in ("builtins", "__builtin__"):
        return _BUILTINS.get(name.name)
    return None


def names_in(root: Any) -> set[str]:
    """The names of the classes of scikit-learn that a model is made of."""
    found: set[str] = set()
    seen: set[int] = set()
    todo = [root]
    while todo:
        part = todo.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Record):
            if part.cls.package in ("sklearn", "_loss"):
                found.add(part.name)
            todo += part.attributes.values()
        elif isinstance(part, (list, tuple)):
            todo += part
        elif isinstance(part, dict):
            todo += part.values()
        elif isinstance(part, np.ndarray) and part.dtype == object:
            todo += part.ravel().tolist()
    return found


def one_job(part: Any, seen: set[int] | None = None) -> None:
    """Have everything in a model work alone: sums run in the order of the list."""
    seen = set() if seen is None else seen
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, (list, tuple)):
        inner: Any = part
    elif isinstance(part, dict):
        inner = part.values()
    elif isinstance(part, np.ndarray):
        inner = part.ravel().tolist() if part.dtype == object else ()
    elif type(part).__module__.startswith("sklearn.") and hasattr(part, "__dict__"):
        if "n_jobs" in part.__dict__:
            part.__dict__["n_jobs"] = 1
        inner = part.__dict__.values()
    else:
        return
    for item in list(inner):
        one_job(item, seen)
