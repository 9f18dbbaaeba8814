"""What stands beside a model: encoders of its columns, a preprocessing, the labels.

Many people save no pipeline, but a model and the parts that its records go through
before it: a dict of both, or a second file. Here these parts are put where a pipeline
would have them: the encoders first, then the preprocessing, then the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..program import Constant, Feature, Match, Program, Read, SingleTree, columns_of
from ..read.records import Record
from ..suggest import did_you_mean
from .compose import TRANSFORMERS, is_fitted, transform
from .flow import Flow, Raw, Step, flow_of
from .labels import ENCODERS, mapping_of
from .names import fitted_names, input_names
from .parts import answers, is_container, listed, records_of
from .paths import counted, name_part
from .predict_as import advice_for_labels
from .versions import version_text


@dataclass(frozen=True)
class Part:
    """Something beside the model: where it stands, in the words of the user, and what
    it is, as data."""

    where: str
    value: Any


@dataclass(frozen=True)
class Beside:
    """What is put around a model.

    ``encode`` are columns (one name, or several with commas between) and the encoder
    that takes them; ``preprocess`` are transformers in the order in which a record
    meets them; ``labels`` says what the model's labels stand for; ``names`` are those
    of its columns.
    """

    encode: tuple[tuple[str, Part], ...] = ()
    preprocess: tuple[Part, ...] = ()
    labels: Part | None = None
    names: Part | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that takes part in the arithmetic."""
        return (*(part for _, part in self.encode), *self.preprocess)


@dataclass(frozen=True)
class Encoded:
    """Columns of a record that an encoder makes columns of the model of.

    ``sources`` are their names, and ``places`` those of what it makes, in the model's
    order of columns.
    """

    part: Part
    sources: tuple[str, ...]
    places: tuple[int, ...]


# --- Encoders -------------------------------------------------------------------------


def encodings(
    names: tuple[str, ...], beside: Beside, frame: bool
) -> tuple[Encoded, ...]:
    """Which of the columns of the model each encoder makes, and of which it does.

    An encoder that makes as many columns as it takes stands for them. One that makes
    others stands where the model has columns of the names that it gives them, as
    ``country_US``, or else from the place of its first column on.
    """
    found: list[Encoded] = []
    taken: dict[int, str] = {}
    for text, part in beside.encode:
        encoded = _encoding(text, part, names)
        if frame and beside.names is None:
            _check_names(encoded, names)
        for place in encoded.places:
            if place in taken:
                raise UnsupportedModel(
                    part.where,
                    f"column {names[place]!r} of the model is made by {taken[place]} "
                    "already",
                )
            taken[place] = part.where
        found.append(encoded)
    return tuple(found)


def _encoding(text: str, part: Part, names: tuple[str, ...]) -> Encoded:
    columns = _columns(text, names)
    _check_order(part, columns)
    made = _encode(part, flow_of((c, Read(i)) for i, c in enumerate(columns)), Raw(()))
    width = len(made.features)
    if width == len(columns) and all(column in names for column in columns):
        return Encoded(part, columns, tuple(map(names.index, columns)))
    if all(name in names for name in made.names):
        return Encoded(part, columns, tuple(map(names.index, made.names)))
    if columns[0] not in names:
        raise UnsupportedModel(part.where, *_no_column(columns[0], names, made))
    start = names.index(columns[0])
    if start + width > len(names):
        raise UnsupportedModel(
            name_part(part.where, part.value),
            f"it makes {width} columns, and the model has {len(names) - start} from "
            f"{columns[0]!r} on",
            "Name the first of the columns that it makes.",
        )
    return Encoded(part, columns, tuple(range(start, start + width)))


def _check_order(part: Part, columns: tuple[str, ...]) -> None:
    """Refused where the encoder was fitted on these columns in another order."""
    value = part.value
    fitted = fitted_names([value]) if isinstance(value, Record) else None
    if fitted and fitted != columns and sorted(fitted) == sorted(columns):
        raise UnsupportedModel(
            name_part(part.where, value),
            f"it was fitted on these columns in another order: {','.join(fitted)}",
            "Name them in that order.",
        )


def _check_names(encoded: Encoded, names: tuple[str, ...]) -> None:
    """Refused where an encoder would make columns of a frame that have other names: the
    name of each is to end in the category, as that of ``country_US`` does."""
    part, columns = encoded.part, encoded.sources
    made = _encode(part, flow_of((c, Read(i)) for i, c in enumerate(columns)), Raw(()))
    if len(made.features) == len(columns):
        return
    ends = [name.removeprefix(f"{columns[0]}_") for name in made.names]
    own = [names[place] for place in encoded.places]
    if not all(a.endswith(b) for a, b in zip(own, ends, strict=True)):
        raise UnsupportedModel(
            name_part(part.where, part.value),
            f"it makes the columns {_listed(made.names)}, and those of the model are "
            f"called {_listed(own)}",
            "If they are the same, call them as the encoder does, with --names for all "
            "columns of the model.",
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:6])) + (", ..." if len(names) > 6 else "")


def _columns(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that the user means, by name or by position."""
    if text in names:
        return (text,)
    return tuple(_column(column.strip(), names) for column in text.split(","))


def _column(text: str, names: tuple[str, ...]) -> str:
    # Digits alone are a position, unless they are a name.
    place = int(text) if text.isdecimal() and len(text) < 8 else -1
    return names[place] if text not in names and 0 <= place < len(names) else text


def _no_column(column: str, names: tuple[str, ...], made: Flow) -> tuple[str, str]:
    made_names = [name for name in made.names if name not in names]
    hint = did_you_mean(column, names)
    some = ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
    problem = f"the model has no column {column!r}{hint}"
    if len(made.features) > 1:
        problem += f", and none {made_names[0]!r}, which it would make"
    return problem, f"Its columns are {some}."


def raw_names(names: tuple[str, ...], encoded: Sequence[Encoded]) -> tuple[str, ...]:
    """The columns of a record: those of the model, but for the ones that are made.

    The sources of an encoder stand where the first column that it makes would."""
    instead: dict[int, tuple[str, ...]] = {}
    for each in encoded:
        instead.update(dict.fromkeys(each.places, ()))
        instead[min(each.places)] = each.sources
    raw = [
        name for place, own in enumerate(names) for name in instead.get(place, (own,))
    ]
    seen: set[str] = set()
    for name in raw:
        if name in seen:
            raise UnsupportedModel("", f"Two columns of a record are called {name!r}.")
        seen.add(name)
    return tuple(raw)


def encode(
    names: tuple[str, ...], flow: Flow, encoded: Sequence[Encoded], raw: Raw
) -> Flow:
    """The columns of the model, made of those of a record (``flow``)."""
    given = {feature.name: feature for feature in flow.features}
    made: dict[int, Feature] = {}
    sparse = flow.sparse
    for each in encoded:
        taken = replace(flow, features=tuple(given[name] for name in each.sources))
        block = _encode(each.part, taken, raw)
        if block.sparse:
            raw.told.made_sparse.append(each.part.where)
            sparse = bool(raw.told.sparse)
        for place, value in zip(each.places, block.values, strict=True):
            made[place] = Feature(names[place], value)
            raw.told.encoded[value] = (names[place], each.part.where)
    features = tuple(
        made[place] if place in made else given[name]
        for place, name in enumerate(names)
    )
    return replace(flow, features=features, sparse=sparse)


def _encode(part: Part, flow: Flow, raw: Raw) -> Flow:
    """What an encoder makes of some columns."""
    value = part.value
    if isinstance(value, dict):
        return _looked_up(part, flow, raw)
    step = Step(value, flow, part.where, raw)
    if isinstance(value, Record) and value.kind in ENCODERS:
        return ENCODERS[value.kind](step)
    if isinstance(value, Record) and not answers(value):
        _check_fitted(part)
        return transform(step)
    raise UnsupportedModel(
        name_part(part.where, value),
        "it encodes no column",
        "--encode takes a LabelEncoder, a LabelBinarizer, any transformer that a "
        "pipeline may hold, or a dict of\nvalues and their numbers.",
    )


def _looked_up(part: Part, flow: Flow, raw: Raw) -> Flow:
    """A dict of values and their numbers; any other value is refused."""
    here = name_part(part.where, part.value)
    if len(flow.features) != 1:
        raise UnsupportedModel(here, "a dict encodes one column")
    table = []
    for key, code in part.value.items():
        key, code = (x.item() if isinstance(x, np.generic) else x for x in (key, code))
        if type(key) not in (str, bool, int, float) or key != key:
            raise UnsupportedModel(here, "a key of it is neither text nor a number")
        if type(code) not in (bool, int, float) or abs(code) > 2**53:
            raise UnsupportedModel(here, f"what it has for {key!r} is not a number")
        table.append((key, float(code)))
    if not table:
        raise UnsupportedModel(here, "it is empty")
    (feature,) = flow.features
    raw.categories(feature.value, [key for key, _ in table], True, False)
    return flow.with_values([Match(feature.value, tuple(table), float("nan"))])


# --- Preprocessing --------------------------------------------------------------------


def start_names(beside: Beside, records: list[Any], path: str) -> tuple[str, ...]:
    """The names of the columns of the first part that a record meets.

    Those that it was fitted with, or else the model's own, if the parts before it keep
    every column in its place.
    """
    for part in beside.preprocess:
        _check_transformer(part)
    before = [part.value for part in beside.preprocess]
    own = input_names(before or records, path)
    if beside.names is not None:
        return _given_names(beside.names, own)
    names = fitted_names(records) if before and fitted_names(before) is None else None
    if names is None or len(names) != len(own):
        return own
    raw = Raw(own)
    flow = preprocess(flow_of((n, Read(i)) for i, n in enumerate(own)), beside, raw)
    in_place = len(flow.features) == len(own) and all(
        columns_of(value) <= {i} for i, value in enumerate(flow.values)
    )
    return names if in_place else own


def _given_names(part: Part, own: tuple[str, ...]) -> tuple[str, ...]:
    value = part.value
    if isinstance(value, Record):  # a pandas Index
        value = value.get("data", value.get("_data"))
    names = list(value) if isinstance(value, (list, tuple, np.ndarray)) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise UnsupportedModel(part.where, "it is not a list of names")
    if len(names) != len(own):
        raise UnsupportedModel(
            part.where,
            f"it has {counted(len(names), 'name')}, and the model has "
            f"{counted(len(own), 'column')}",
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnsupportedModel(part.where, f"it has the name {twice[0]!r} twice")
    return tuple(map(str, names))


def preprocess(flow: Flow, beside: Beside, raw: Raw) -> Flow:
    """The flow behind the preprocessing."""
    for part in beside.preprocess:
        flow = transform(Step(part.value, flow, part.where, raw))
        if flow.sparse:
            raw.told.made_sparse.append(part.where)
            if raw.told.sparse is False:
                flow = replace(flow, sparse=False)
    return flow


def fit_to(flow: Flow, beside: Beside, records: list[Any], path: str) -> Flow:
    """The flow behind the preprocessing as the model takes it.

    A model that was fitted on the same names in another order gets them in its own.
    Refused where the number of columns is another.
    """
    if not beside.preprocess:
        return flow
    names = fitted_names(records)
    count = len(input_names(records, path))
    if len(flow.features) != count:
        last = beside.preprocess[-1]
        raise UnsupportedModel(
            name_part(last.where, last.value),
            f"it makes {len(flow.features)} columns, and the model was fitted on {count}",
            "If it takes some of the columns only, name them: "
            f"--encode COLUMN,COLUMN={last.where}",
        )
    if names is None or set(names) != set(flow.names):
        return flow
    by_name = {feature.name: feature for feature in flow.features}
    return replace(flow, features=tuple(by_name[name] for name in names))


def _check_transformer(part: Part) -> None:
    """Refused where a part is no transformer, or not fitted."""
    _check_fitted(part)
    if part.value.kind in ENCODERS:
        raise UnsupportedModel(
            name_part(part.where, part.value),
            "it takes one column, and no records",
            f"Say which: --encode COLUMN={part.where}",
        )
    if part.value.kind not in TRANSFORMERS:
        transform(Step(part.value, Flow(()), part.where, Raw(())))  # says why


def _check_fitted(part: Part) -> None:
    record = part.value
    if not isinstance(record, Record) or answers(record):
        raise UnsupportedModel(
            name_part(part.where, record),
            "it is not a transformer",
            listed(records_of(record)) if is_container(record) else "",
        )
    if not is_fitted(record):
        raise UnsupportedModel(
            name_part(part.where, record),
            "it is not fitted",
            "Call fit() first.",
        )


# --- Labels ---------------------------------------------------------------------------


def relabel(program: Program, beside: Beside, record: Record, path: str) -> Program:
    """The program with what its labels stand for in their place."""
    part = beside.labels
    if part is None:
        return program
    classes: Any = program.classes
    if classes is None:
        raise UnsupportedModel(
            path,
            "it answers numbers, and --labels names classes",
            advice_for_labels(record) or "Leave it out.",
        )
    if isinstance(classes[0], tuple):
        raise UnsupportedModel(
            path,
            f"it has {len(classes)} outputs, and --labels names the classes of one",
            "Leave it out.",
        )
    meaning = mapping_of(part.value, part.where)
    model = program.model
    if isinstance(model, SingleTree):
        answers: Any = model.predictions
        model = replace(model, predictions=tuple(map(meaning, answers)))
    labels: tuple[Constant, ...] = tuple(map(meaning, classes))
    return replace(program, classes=labels, model=model)


def versions_beside(beside: Beside, own: str | None) -> tuple[tuple[str, str], ...]:
    """The parts that another scikit-learn wrote than the model, with its version."""
    records = [(part.where, part.value) for part in beside.parts]
    versions = [(w, version_text(r)) for w, r in records if isinstance(r, Record)]
    return tuple((where, v) for where, v in versions if v and own and v != own)
