"""The fitted model, asked about records: the side of scikit-learn.

A record is put to the model as it was fitted: numbers as doubles, all other columns as
objects, in a frame if it was fitted on one. Answers come from one batch, whose members
all work alone (``n_jobs`` 1); a batch that the model refuses is halved until some records
are known that it refuses. Those of it that were not come to are ``UNASKED``.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..edges import Row
from ..interpret import value_of
from ..program import Program, State, columns_of
from .holes import holes_of
from .rebuild import CannotRebuild, one_job, rebuild

# So many records that a model refuses are looked for. Each costs some calls of it.
_MOST_REFUSED = 12


class Refused:
    """What a model answers that refuses a record: the message."""

    def __init__(self, message: str) -> None:
        self.message = message


class Unasked:
    """What stands for the answer to a record that was not put to the model."""


UNASKED = Unasked()
NO_ANSWER = (Refused, Unasked)


class Fitted:
    """A fitted model, put together again from the records of its file."""

    def __init__(self, root: Any, program: Program) -> None:
        self.model = rebuild(root)
        if self.model is None or not hasattr(self.model, "predict"):
            raise CannotRebuild(
                "it is of no class of scikit-learn's that is known here"
            )
        one_job(self.model)
        self.program = program
        self.numbers = [self._is_number(feature.value) for feature in program.inputs]
        self.transformers, self.last = _unwrapped(self.model)
        self.holes = holes_of(self.model, self.transformers, len(program.inputs))
        self.looked_for = _MOST_REFUSED
        if program.frame:
            self.pandas = _pandas()

    def _is_number(self, value: Any) -> bool:
        columns = [self.program.columns[i] for i in columns_of(value)]
        passes = type(value).__name__ in ("Read", "Fill", "Replace")
        return not passes or all(column.categories is None for column in columns)

    # --- Records ----------------------------------------------------------------------

    def given(self, rows: Sequence[Row], holes: Sequence[Any]) -> Any:
        """Records as the model takes them; ``holes`` are what is missing in each column."""
        columns = []
        for feature, number, hole in zip(self.program.inputs, self.numbers, holes):
            values = [self._value(feature.value, row, hole) for row in rows]
            if number:
                columns.append(np.array(values, dtype=np.float64))
            else:
                array = np.empty(len(values), dtype=object)
                array[:] = values
                columns.append(self._column(array))
        if not self.program.frame:
            matrix = np.empty(
                (len(rows), len(columns)), dtype=float if all(self.numbers) else object
            )
            for place, column in enumerate(columns):
                matrix[:, place] = column
            return matrix
        names = [feature.name for feature in self.program.inputs]
        return self.pandas.DataFrame(dict(zip(names, columns)), columns=names)

    def _column(self, array: Any) -> Any:
        """A column of objects. In a frame it stays one: pandas 3 makes text of an array
        of None and text, and NaN of its None."""
        return self.pandas.Series(array, dtype=object) if self.program.frame else array

    def _value(self, expression: Any, row: Row, hole: Any) -> Any:
        record, values = row
        value = value_of(expression, values)
        if value is State.MISSING:
            return hole
        if value is State.UNKNOWN:
            (column,) = columns_of(expression)
            return record[self.program.columns[column].name]
        return value

    # --- Answers ----------------------------------------------------------------------

    def answers(self, rows: Sequence[Row], name: str) -> list[Any]:
        """What a method of the model answers for each, Refused where it refuses it."""
        method = self._method(name)
        self.looked_for = _MOST_REFUSED
        return self._asked(rows, lambda X: _rows(method(X), len(X)))

    def has(self, name: str) -> bool:
        try:
            self._method(name)
        except AttributeError:
            return False
        return True

    def _method(self, name: str) -> Callable[[Any], Any]:
        if name != "apply" or not self.transformers:
            on = self.last if name == "apply" else self.model
            found: Callable[[Any], Any] = getattr(on, name)
            return found
        apply = self.last.apply
        return lambda X: apply(self._through(X))

    def features(self, rows: Sequence[Row], which: Sequence[int]) -> list[Any]:
        """Some of the numbers that each is transformed to, Refused where it is."""
        self.looked_for = _MOST_REFUSED
        return self._asked(rows, lambda X: list(_some(self._through(X), which)))

    def _through(self, X: Any) -> Any:
        for transformer in self.transformers:
            X = transformer.transform(X)
        return X

    def _asked(self, rows: Sequence[Row], ask: Callable[[Any], list[Any]]) -> list[Any]:
        if not rows:
            return []
        error: Exception | None = None
        # One row alone may be summed in another order than a row of a batch.
        batch = rows if len(rows) > 1 else [*rows, *rows]
        for holes in (self.holes, [None] * len(self.holes)):
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    return ask(self.given(batch, holes))[: len(rows)]
            except (ValueError, TypeError, OverflowError) as refused:
                error = error or refused
            except Exception as failure:  # of an attribute that was not kept
                raise CannotRebuild(
                    f"it does not answer ({type(failure).__name__}: {failure})"
                ) from failure
        if len(rows) == 1:
            self.looked_for -= 1
            return [Refused(str(error).partition("\n")[0])]
        if self.looked_for <= 0:
            return [UNASKED] * len(rows)
        half = len(rows) // 2
        return self._asked(rows[:half], ask) + self._asked(rows[half:], ask)


def _pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError:
        raise CannotRebuild(
            "it was fitted on a frame, and there is no pandas here (pip install pandas)"
        ) from None


def _rows(answer: Any, count: int) -> list[Any]:
    """An answer for many records as one for each, in plain values: tuples, not arrays."""
    if isinstance(answer, list):  # one array for each output
        outputs = [_rows(output, count) for output in answer]
        return [tuple(row) for row in zip(*outputs)]
    return list(map(_plain, np.asarray(answer).tolist()))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _some(matrix: Any, which: Sequence[int]) -> Any:
    """Some columns of a matrix or a frame, as an array of doubles."""
    if hasattr(matrix, "toarray"):
        return np.asarray(matrix.tocsc()[:, which].toarray(), dtype=np.float64)
    if hasattr(matrix, "iloc"):
        matrix = matrix.iloc[:, list(which)].to_numpy()
        return np.asarray(matrix, dtype=np.float64)
    return np.asarray(np.asarray(matrix)[:, which], dtype=np.float64)


def _unwrapped(model: Any) -> tuple[list[Any], Any]:
    """The transformers that a record passes, and the estimator behind them."""
    transformers: list[Any] = []
    for _ in range(50):
        name = type(model).__name__
        if name == "Pipeline":
            parts = [
                part for _, part in model.steps if part not in (None, "passthrough")
            ]
            transformers += parts[:-1]
            model = parts[-1]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif name in ("FixedThresholdClassifier", "TunedThresholdClassifierCV"):
            model = getattr(model, "estimator_", model.estimator)
        elif name == "FrozenEstimator":
            model = model.estimator
        elif name == "TransformedTargetRegressor":
            model = model.regressor_
        else:
            break
    return transformers, model
