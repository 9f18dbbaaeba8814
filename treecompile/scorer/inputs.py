"""Whatever people keep records in -> records, one mapping each.

Frames, arrays and tables are told apart by what they can do, so that no library of
theirs is imported: pandas, polars, numpy, pyarrow, scipy.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .faults import InvalidRecords

Record = Mapping[str, Any]

ROWS_AT_ONCE = 1_000
_NOTHING = object()
WANTED = "a mapping of column to value, a DataFrame, a 2-d array or a list of mappings"


@dataclass(frozen=True)
class Records:
    """Many records, and what a message calls a row: its number and, where the rows have
    labels of their own, its label."""

    records: Iterable[Any]
    labels: Any = None

    def row(self, number: int) -> str:
        if self.labels is None:
            return f"row {number}"
        return f"row {number} (index {self.labels[number]!r})"


class Columns:
    """The columns of a scorer, and which of them the places of an array stand for."""

    def __init__(self, module: Any) -> None:
        self.columns: tuple[str, ...] = module.COLUMNS
        self.features: tuple[str, ...] = module.FEATURES
        self.raw: tuple[str, ...] = tuple(getattr(module, "RULES", ()))
        # Those of a model that was fitted without names.
        self.unnamed = self.features == tuple(
            f"x{i}" for i in range(len(self.features))
        )

    def places(self, width: int) -> tuple[str, ...]:
        """The names of the columns of an array that is so wide. ValueError where it is
        not known which these are."""
        wanted = set(self.columns)
        fits = {
            names: None
            for names in (self.columns, self.features, self.raw)
            if len(names) == width and wanted <= set(names)
        }
        if len(fits) == 1:
            return next(iter(fits))
        if fits:
            raise ValueError(
                f"an array of {_columns(width)} may hold them in more than one order: "
                "give a DataFrame, or mappings of column to value"
            )
        raise ValueError(
            f"an array has as many columns as {self._widths()}; this one has {width:,}"
        )

    def _widths(self) -> str:
        known = [("COLUMNS", self.columns)]
        for name, names in (("FEATURES", self.features), ("RULES", self.raw)):
            if len(names) not in [len(other) for _, other in known]:
                if set(self.columns) <= set(names):
                    known.append((name, names))
        return " or ".join(f"{name} ({_listed(names)})" for name, names in known)


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number:,} columns"


def _listed(names: tuple[str, ...]) -> str:
    some = ", ".join(map(repr, names[:6])) + (", ..." if len(names) > 6 else "")
    return f"{len(names):,}: {some}" if names else "0"


def one_record(given: Any, columns: Columns) -> Record | None:
    """The record, where one is given: a mapping, a Series, a row of a structured array;
    None where it is something else."""
    if _is_series(given):
        names = list(given.index)
        values = map(plain, given.tolist())
        return _record(names, list(values), columns, "Series")
    if isinstance(given, Mapping):
        return given
    fields = _fields(given)
    if fields and getattr(given, "shape", None) == ():
        return dict(zip(fields, given.item()))
    if isinstance(given, tuple) and hasattr(given, "_asdict"):
        record: dict[str, Any] = given._asdict()
        return record
    is_mapping = hasattr(given, "keys") and hasattr(given, "__getitem__")
    return given if is_mapping and not hasattr(given, "columns") else None


def many_records(given: Any, columns: Columns) -> Records:
    """The records in what holds several. TypeError or ValueError where it holds none."""
    # Frames of polars come first, and its lazy ones before what would collect them.
    if hasattr(given, "iter_rows"):
        names = list(given.columns)
        return Records(_zipped(names, given.iter_rows(), columns, _kind(given)))
    if hasattr(given, "collect_schema") and not hasattr(given, "to_dict"):
        raise TypeError(f"a {_kind(given)} has no rows yet: call its collect() first")
    if hasattr(given, "columns") and hasattr(given, "iloc"):  # pandas
        return _of_pandas(given, columns)
    if hasattr(given, "to_pylist") and hasattr(given, "column_names"):  # pyarrow
        names = list(given.column_names)
        rows = (tuple(row.values()) for row in given.to_pylist())
        return Records(_zipped(names, rows, columns, _kind(given)))
    if fields := _fields(given):
        return Records(
            _zipped(list(fields), given.reshape(-1).tolist(), columns, "array")
        )
    if hasattr(given, "toarray") and hasattr(given, "tocsr"):  # scipy
        _two_dimensions(given)
        rows = given.tocsr()
        return Records(_of_array(_dense(rows), given.shape[1], columns))
    if hasattr(given, "shape") and hasattr(given, "tolist"):
        _two_dimensions(given)
        return Records(_of_array(_in_pieces(given), given.shape[1], columns))
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(f"a record is {WANTED}, and this is a {_kind(given)}")
    return Records(_of_list(given, columns))


def plain(value: Any) -> Any:
    """A value of a frame as a scorer takes it: what pandas holds for a missing one, of
    whatever type of column, is None."""
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _fields(given: Any) -> tuple[str, ...]:
    """The names of the fields of a structured array."""
    return getattr(getattr(given, "dtype", None), "names", None) or ()


def _kind(given: Any) -> str:
    return type(given).__name__


def _is_series(given: Any) -> bool:
    return (
        hasattr(given, "index")
        and hasattr(given, "iloc")
        and not hasattr(given, "columns")
    )


def _two_dimensions(given: Any) -> None:
    if len(given.shape) != 2:
        raise ValueError(
            f"an array holds records as its rows and has 2 dimensions; this one has "
            f"{len(given.shape)}. Of one record, give [record]"
        )


# --- Frames -----------------------------------------------------------------------------


def _of_pandas(frame: Any, columns: Columns) -> Records:
    """The rows of a frame of pandas, of the columns that the scorer reads."""
    names = list(frame.columns)
    taken = _names(names, columns, "DataFrame")
    wanted = set(columns.columns)
    places = [i for i, name in enumerate(taken) if name in wanted]
    lists = [list(map(plain, frame.iloc[:, i].tolist())) for i in places]
    kept = [taken[i] for i in places]
    rows: Iterable[tuple[Any, ...]] = zip(*lists) if lists else [()] * len(frame)
    labels = None if _is_count(frame.index) else frame.index
    return Records((dict(zip(kept, row)) for row in rows), labels)


def _is_count(index: Any) -> bool:
    """Whether the rows of a frame have no labels but their numbers."""
    return getattr(index, "start", None) == 0 and getattr(index, "step", None) == 1


def _zipped(
    names: list[Any], rows: Iterable[Any], columns: Columns, what: str
) -> Iterator[dict[str, Any]]:
    taken = _names(names, columns, what)
    return (dict(zip(taken, row)) for row in rows)


def _record(names: list[Any], values: list[Any], columns: Columns, what: str) -> Record:
    return dict(zip(_names(names, columns, what), values))


def _names(names: list[Any], columns: Columns, what: str) -> tuple[Any, ...]:
    """What the columns of a frame are to the scorer: their names; or, where they have
    none or the model was fitted without, what stands at their places."""
    for name in columns.columns:
        if names.count(name) > 1:
            raise ValueError(f"there are two columns {name!r} in the {what}")
    if not any(isinstance(name, str) for name in names):
        return _without_names(names, columns, what)
    wanted = set(columns.columns)
    if columns.unnamed and wanted.isdisjoint(names):
        taken = columns.places(len(names))
        warnings.warn(
            f"The model was fitted without names, so that the columns of the {what} are "
            "taken in their order.",
            UserWarning,
            stacklevel=5,
        )
        return taken
    lacking = [name for name in columns.columns if name not in names]
    if lacking and what != "Series":  # of a single record, the scorer says so itself
        raise InvalidRecords.lacking(what, lacking, names)
    return tuple(names)


def _without_names(names: list[Any], columns: Columns, what: str) -> tuple[Any, ...]:
    """The same where no column has a name. Numbers from 0 on, which pandas gives, say
    no more than the places; any others would."""
    if not names:
        return ()
    if names != list(range(len(names))):
        some = ", ".join(map(_shown, names[:5])) + (", ..." if len(names) > 5 else "")
        raise ValueError(
            f"the columns of the {what} are called {some}: name them as the scorer does, "
            f"{_listed(columns.columns)}"
        )
    try:
        return columns.places(len(names))
    except ValueError as error:
        if what != "Series":
            raise
        raise ValueError(
            f"a Series is one record, a value for each column, and this one has no "
            f"names of columns. By its places: {error}"
        ) from None


# --- Arrays and lists -------------------------------------------------------------------


def _of_array(
    rows: Iterable[list[Any]], width: int, columns: Columns
) -> Iterator[dict[str, Any]]:
    names = columns.places(width)
    return (dict(zip(names, row)) for row in rows)


def _in_pieces(array: Any) -> Iterator[list[Any]]:
    for start in range(0, array.shape[0], ROWS_AT_ONCE):
        yield from array[start : start + ROWS_AT_ONCE].tolist()


def _dense(rows: Any) -> Iterator[list[Any]]:
    for start in range(0, rows.shape[0], ROWS_AT_ONCE):
        yield from rows[start : start + ROWS_AT_ONCE].toarray().tolist()


def _of_list(given: Iterable[Any], columns: Columns) -> Iterator[Any]:
    """Mappings as they are; rows of values by their places."""
    rows = iter(given)
    first = next(rows, _NOTHING)
    if first is _NOTHING:
        return iter(())
    if isinstance(first, (str, bytes)) or not (
        one_record(first, columns) is not None or hasattr(first, "__len__")
    ):
        raise ValueError(
            f"a list holds records, and this one begins with {_shown(first)}: of one "
            "record, give a mapping of column to value, or [record]"
        )
    width = _width(first, columns)
    rows = itertools.chain([first], rows)
    return (_item(i, item, width, columns) for i, item in enumerate(rows))


def _width(item: Any, columns: Columns) -> int | None:
    """How many values a row has that is given by its places; None of other items."""
    row = hasattr(item, "__len__") and not isinstance(item, (str, bytes))
    return len(item) if row and one_record(item, columns) is None else None


def _item(row: int, item: Any, width: int | None, columns: Columns) -> Any:
    """A record of a list, all of which are mappings, or rows of one width."""
    own = _width(item, columns)
    if own != width and (own is not None or one_record(item, columns) is not None):
        kinds = ["a mapping" if w is None else f"{_columns(w)}" for w in (width, own)]
        raise ValueError(
            f"the records of a list are of one kind, and row 0 is {kinds[0]}, but row "
            f"{row} is {kinds[1]}"
        )
    if own is None:
        record = one_record(item, columns)
        return item if record is None else record  # the scorer says that it is none
    values = item.tolist() if hasattr(item, "tolist") else list(item)
    return dict(zip(columns.places(own), values))
