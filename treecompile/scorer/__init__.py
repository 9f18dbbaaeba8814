"""A scorer in this process: what ``treecompile.load`` answers.

It is made of the source text alone, which runs as a module of its own, and is pickled as
that text. How records come in is in ``inputs.py``, how answers go out in ``answers.py``.
"""

from __future__ import annotations

import functools
import inspect
import os
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .answers import collected
from .faults import Faults, InvalidRecords
from .inputs import Columns, Records, many_records, one_record
from .module import loaded
from .picture import Picture

if TYPE_CHECKING:
    from ..options import Options
    from ..read import ModelFile
    from ..schema import Described

__all__ = ["InvalidRecords", "Origin", "Scorer"]

#: What answers records, where a scorer has it.
METHODS = (
    "predict",
    "predict_proba",
    "decision_function",
    "score_samples",
    "apply",
)
_HINTS = {
    "classes_": "The labels of a classifier are CLASSES.",
    "feature_names_in_": "The columns that the model was fitted on are FEATURES.",
    "fit": "A Scorer is not fitted: fit the model, and load that.",
    "transform": "A Scorer answers; encode(record) is what its model sees of a record.",
    "get_params": "A Scorer has no parameters: its model has.",
}


@dataclass(frozen=True)
class Origin:
    """What a scorer was made of: a model, and how it was asked for."""

    file: ModelFile
    described: tuple[Described, ...] | None
    options: Options


class Scorer:
    """A compiled model, as a module in this process.

    ``predict`` and, where the model has them, ``predict_proba``, ``decision_function``,
    ``score_samples`` and ``apply`` take one record (a mapping or a Series) or many (a
    DataFrame, a 2-d array, a list of mappings). One record gets the answer as the
    generated module has it, many get an array. Other names of the module, as
    ``COLUMNS``, ``validate`` and ``InvalidRecord``, are attributes.
    """

    def __init__(
        self,
        source: str,
        *,
        picture: Picture | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._source = source
        self._picture = picture
        self._origin = origin
        self._loaded = loaded(source)
        self.module = self._loaded.module
        self._columns = Columns(self.module)
        for name in _public(self.module):
            function = getattr(self.module, name)
            if name in METHODS:
                setattr(self, name, _method(self, name, function))
            elif isinstance(function, types.FunctionType):
                setattr(self, name, _bound(self, function))

    # --- What it is -------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The text of the module."""
        return self._source

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a record."""
        found: dict[str, Any] = self.module.SCHEMA
        return found

    def __getattr__(self, name: str) -> Any:
        module = self.__dict__.get("module")
        if module is not None and not name.startswith("_") and name in _public(module):
            return getattr(module, name)
        hint = _HINTS.get(name, "")
        if not hint and name in (*METHODS, "explain"):
            hint = f"This scorer has no {name}."
        text = f"'Scorer' object has no attribute {name!r}"
        raise AttributeError(f"{text}. {hint}" if hint else text)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_public(self.module)})

    def __repr__(self) -> str:
        return f"<Scorer: {self._heading()}>"

    def _repr_html_(self) -> str:
        from .html import page_of

        doc = (self.module.__doc__ or "").partition("\n>>> ")[0]
        words = " ".join(doc.split("\n\n", 1)[-1].split()) if "\n\n" in doc else ""
        return page_of(f"Scorer: {self._heading()}", words, self._picture, self._source)

    def _heading(self) -> str:
        first = (self.module.__doc__ or "").strip().split("\n\n")[0]
        return " ".join(first.split()).rstrip(".")

    # --- What is made of it -----------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the module to a file, whole or not at all; its path."""
        from ..output import write_file

        write_file(os.fspath(path), self._source.encode())
        return Path(path)

    def verify(self, model: Any = None, *, data: Any = None, load: bool = True) -> Any:
        """What can be shown of this scorer: that it is its model. ``treecompile.verify``,
        with the model that it was loaded from, or the one that is given."""
        from ..given import model_file, name_of
        from ..proof import prove
        from ..proof.rows import rows_of

        origin, named = self._origin, "its model"
        if model is not None:
            file, named = model_file(model), name_of(model)
        elif origin is not None:
            file = origin.file
        else:
            raise ValueError(
                "This scorer came from a pickle, without its model: give it, as in "
                "scorer.verify('model.pkl')."
            )
        return prove(
            file,
            self._source,
            model_name=named,
            described=None if origin is None else origin.described,
            options=None if origin is None else origin.options,
            data=rows_of(data),
            load=load,
        )

    # --- Copies -----------------------------------------------------------------------

    def __reduce__(self) -> Any:
        return _restored, (self._source, self._picture)

    def __copy__(self) -> Scorer:
        return self  # nothing in it ever changes

    def __deepcopy__(self, memo: Any) -> Scorer:
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scorer):
            return NotImplemented
        return self._source == other._source

    def __hash__(self) -> int:
        return hash(self._source)

    # --- Answers ----------------------------------------------------------------------

    def _answer(self, name: str, function: Callable[[Any], Any], given: Any) -> Any:
        record = one_record(given, self._columns)
        if record is not None:
            try:
                return function(record)
            except ValueError:
                _no_columns_of_several(record)
                raise
        records = many_records(given, self._columns)
        classes = getattr(self.module, "CLASSES", None)
        return collected(self._answers(function, records), name, classes)

    def _answers(self, function: Callable[[Any], Any], given: Records) -> list[Any]:
        """The answer to each record, or InvalidRecords once all have been looked at."""
        answers: list[Any] = []
        faults, count = Faults(), 0
        invalid = (self.module.InvalidRecord, TypeError)
        for record in given.records:
            try:
                answers.append(function(record))
            except invalid as error:
                faults.add(count, error)
            count += 1
        if faults.rows:
            raise faults.error(count, given.row)
        return answers


def _method(scorer: Scorer, name: str, function: Callable[[Any], Any]) -> Any:
    """A method of a scorer, whose source is that of the generated function."""

    def method(self: Scorer, records: Any) -> Any:
        return self._answer(name, function, records)

    functools.update_wrapper(method, function)
    method.__doc__ = (
        f"{function.__doc__}\n\nOf one record (a mapping or a Series) that answer; of "
        "many (a DataFrame, a 2-d array,\na list of mappings) an array of them."
    )
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind) for name in ("self", "records")]
    method.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return _as_method(scorer, method)


def _bound(scorer: Scorer, function: Callable[..., Any]) -> Any:
    """Another function of the module, which pickles as a method of the scorer."""

    def method(self: Scorer, *values: Any, **named: Any) -> Any:
        if function.__name__ == "score":
            _no_data_of_scikit_learn(values)
        return function(*values, **named)

    functools.update_wrapper(method, function)
    signature = inspect.signature(function)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[own, *signature.parameters.values()]
    )
    return _as_method(scorer, method)


def _as_method(scorer: Scorer, function: Any) -> types.MethodType:
    function.__qualname__ = f"Scorer.{function.__name__}"
    function.__module__ = __name__
    return types.MethodType(function, scorer)


def _no_data_of_scikit_learn(values: tuple[Any, ...]) -> None:
    """TypeError for who takes the score of a module for that of scikit-learn."""
    if len(values) == 2 and all(hasattr(value, "__len__") for value in values):
        if not all(isinstance(value, str) for value in values):
            raise TypeError(
                "score takes the clean values of one record, as validate answers "
                "them; the share of right answers is (scorer.predict(X) == y).mean()"
            )


def _no_columns_of_several(record: Any) -> None:
    """TypeError where the values of a record are columns of several records."""
    values = [record[name] for name in list(record.keys())[:1_000]]
    lengths = {
        len(v) for v in values if hasattr(v, "__len__") and not isinstance(v, str)
    }
    if values and len(lengths) == 1 and all(_is_column(value) for value in values):
        _several(lengths.pop())


def _is_column(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1


def _several(length: int) -> NoReturn:
    raise TypeError(
        f"the values of a record are one number or category each, and these are columns "
        f"of {length:,}: give pandas.DataFrame(columns) for several records"
    ) from None


def _restored(source: str, picture: Picture | None) -> Scorer:
    return Scorer(source, picture=picture)


def _public(module: types.ModuleType) -> list[str]:
    """The names that a module defines for others, without those that it imports."""
    hidden = {"annotations", "TYPE_CHECKING", "nan", "inf"}
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and name not in hidden
        and getattr(value, "__module__", module.__name__) == module.__name__
    ]
