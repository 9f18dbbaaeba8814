"""What flows between the steps of a pipeline: one expression for each column.

Lowering a pipeline is symbolic execution. It starts with one ``Read`` for each raw
column; a transformer is a function from a flow to a flow; what is left at the end is
the feature vector. What is learnt of the raw columns on the way (which hold categories,
which, and what the model asks of its numbers) is kept in ``Raw``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf, nan
from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..functions import FUNCTIONS
from ..program import (
    LARGEST,
    Apply,
    Arithmetic,
    Category,
    Check,
    Clip,
    Column,
    Constant,
    Expression,
    Feature,
    Fill,
    Inside,
    IsMissing,
    Match,
    Norm,
    Number,
    Read,
    Replace,
    State,
    Steps,
    operands,
)
from ..read.budget import EXPRESSION, LABEL, charge
from ..read.records import Name, Record
from .paths import name_part
from .versions import Version, version_of

# No model that was fitted holds one part so often, or has so many columns.
MOST_VISITS = 1_000
# Parts inside one another, each of which adds its name to the path.
DEEPEST = 40
MOST_COLUMNS = 1_000_000
# What all columns are computed of, at one step: the length of a row counts once, and in
# each of the columns that it divides.
MOST_PARTS = 1_200_000
MOST_WITH_LENGTHS = 16_000_000

FLOAT64 = frozenset({"float64"})
FLOAT32 = frozenset({"float32"})
_WHOLE = frozenset(
    {"bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))}
)


@dataclass(frozen=True)
class Flow:
    """The columns between two steps: named expressions, and what holds them there.

    scikit-learn computes some things otherwise on a ``sparse`` matrix, on numbers that
    are no doubles (``dtypes`` names their types), or in a pandas ``frame``.
    """

    features: tuple[Feature, ...]
    sparse: bool = False
    dtypes: frozenset[str] = FLOAT64
    frame: bool = False

    @property
    def names(self) -> list[str]:
        return [feature.name for feature in self.features]

    @property
    def values(self) -> list[Expression]:
        return [feature.value for feature in self.features]

    def with_values(self, values: Iterable[Expression]) -> Flow:
        """The same columns, each with another expression."""
        charge(EXPRESSION * len(self.features))
        pairs = zip(self.features, values, strict=True)
        return replace(self, features=tuple(Feature(f.name, v) for f, v in pairs))

    def computed(self, values: Iterable[Expression]) -> Flow:
        """The same columns, each with a number computed from it."""
        return replace(self.with_values(values), dtypes=FLOAT64)

    def with_names(self, names: Iterable[str]) -> Flow:
        """The same columns under other names."""
        pairs = zip(names, self.features, strict=True)
        return replace(self, features=tuple(Feature(n, f.value) for n, f in pairs))


def flow_of(
    pairs: Iterable[tuple[str, Expression]],
    sparse: bool = False,
    dtypes: frozenset[str] = FLOAT64,
) -> Flow:
    return Flow(tuple(Feature(name, value) for name, value in pairs), sparse, dtypes)


def side_by_side(blocks: list[Flow], sparse: bool, frame: bool) -> Flow:
    """Blocks of columns as one: an array has one type, a frame one a column."""
    charge(LABEL * sum(len(block.features) for block in blocks))
    dtypes = frozenset(name for block in blocks for name in block.dtypes) or FLOAT64
    if not frame:
        dtypes = frozenset({np.result_type(*dtypes).name})
    features = tuple(feature for block in blocks for feature in block.features)
    if len(features) > MOST_COLUMNS:
        raise UnsupportedModel(
            "", f"Its transformers make more than {MOST_COLUMNS:,} columns."
        )
    return Flow(features, sparse, dtypes, frame)


def parts_of(values: Iterable[Expression]) -> tuple[int, int]:
    """How many parts some expressions have, each counted as often as it stands there:
    with each length of a row once, since it is computed once, and without exception.
    They may share parts, so each is looked at once."""
    values = list(values)
    text: dict[int, int] = {}
    whole: dict[int, int] = {}
    lengths = 0
    todo = list(values)
    while todo:
        value = todo[-1]
        if id(value) in whole:
            todo.pop()
            continue
        inner = operands(value)
        new = [x for x in inner if id(x) not in whole]
        if new:
            todo += new
            continue
        todo.pop()
        whole[id(value)] = 1 + sum(whole[id(x)] for x in inner)
        text[id(value)] = 1 + sum(text[id(x)] for x in inner)
        if isinstance(value, Norm):
            lengths, text[id(value)] = lengths + text[id(value)], 1
    once = lengths + sum(text[id(value)] for value in values)
    return once, sum(whole[id(value)] for value in values)


def dtype_names(dtype: Any) -> frozenset[str]:
    """The name of a dtype parameter, be it numpy's class, a dtype or a text."""
    if isinstance(dtype, Name):
        dtype = dtype.name
    return frozenset({np.dtype(dtype).name})


@dataclass(frozen=True)
class Reader:
    """An encoder of a raw column: the categories that it knows, whether it is ``closed``
    to others, and whether it compares numbers (``numeric``)."""

    known: tuple[Constant, ...]
    closed: bool
    numeric: bool

    @property
    def apart(self) -> bool:
        """Whether it tells numbers apart, and not the categories of a list."""
        return self.numeric and not self.closed


@dataclass
class Told:
    """What the user says where a file does not, and what came of it.

    ``category_dtype`` are the columns that were of dtype category in the frame that a
    model of LightGBM was fitted on (``category_used`` notes that one asked for them);
    ``decided`` are they where the description of the columns told. ``seen`` and
    ``of_category`` say of each described column which values it holds, and whether it is
    of that dtype.

    ``dummies`` are features and the columns that they are of (``given_dummies.py``).

    ``sparse`` says whether what comes out of the parts beside a model is a sparse matrix.
    On ``trial`` it is but supposed, and what shows that it is otherwise raises
    OtherMatrix. ``made_sparse`` are the parts that make one, and ``encoded`` the columns
    of the model that an encoder makes, each with its name and the encoder's place.
    """

    category_dtype: tuple[str, ...] | None = None
    category_used: bool = False
    decided: tuple[str, ...] | None = None
    seen: tuple[tuple[Constant, ...], ...] = ()
    of_category: tuple[bool, ...] = ()
    sparse: bool | None = None
    dummies: tuple[str, ...] = ()
    trial: bool = False
    encoded: dict[Expression, tuple[str, str]] = field(default_factory=dict)
    made_sparse: list[str] = field(default_factory=list)


class OtherMatrix(UnsupportedModel):
    """A part of the model shows that the matrix it was fitted on was dense where it is
    supposed to be sparse, or the other way round."""


@dataclass
class Raw:
    """What lowering learns of the raw columns. ``reject_unknown`` closes encoders that
    would take any category. ``readers`` are the encoders by column, ``looked_at`` the
    columns in whose numbers a step looks for infinities. ``met`` are the columns that a
    transformer has met. ``of_numpy_2`` is what the file says of the numpy that wrote it,
    if anything. ``told`` is what the user says where a file does not. ``stored`` are
    numbers that a sparse matrix was made of: it holds those that were not zero then,
    whatever they become. ``held`` are numbers that it holds even where they are zero.
    """

    names: tuple[str, ...]
    reject_unknown: bool = False
    described: tuple[Column, ...] | None = None
    told: Told = field(default_factory=lambda: Told())
    stored: set[Expression] = field(default_factory=set)
    held: set[Expression] = field(default_factory=set)
    readers: dict[int, list[Reader]] = field(default_factory=dict)
    looked_at: dict[int, None] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    met: set[int] = field(default_factory=set)
    visits: Counter[int] = field(default_factory=Counter)
    of_numpy_2: bool | None = None

    def visit(self, record: Record, here: str) -> None:
        """Called for each part on the way; refused where it is met again and again, as
        in a file whose few parts hold one another and unfold without end."""
        if here.count(",") > DEEPEST:
            raise UnsupportedModel(here[:200], "it is wrapped in itself")
        self.visits[id(record)] += 1
        if self.visits[id(record)] > MOST_VISITS:
            raise UnsupportedModel(
                here,
                f"one and the same part stands in {MOST_VISITS} places of the model",
            )

    def check(
        self,
        value: Expression,
        missing: bool,
        low: float = -LARGEST,
        high: float = LARGEST,
    ) -> None:
        """The model refuses a record where this is out of bounds, or missing."""
        if not _always_within(value, low, high, missing):
            self.checks.append(Check(value, low, high, missing))

    def finite(self, value: Expression) -> None:
        """A step looks for infinities in a value, and finds them where it is a number."""
        column = source_of(value)
        if column is None:
            self.check(value, missing=True)
        else:
            self.looked_at[column] = None

    def categories(
        self, value: Expression, known: list[Category], closed: bool, numeric: bool
    ) -> None:
        """An encoder reads ``value`` and knows these categories (State.MISSING among
        them where it does); ``closed`` says that it refuses any other. ``numeric`` says
        that it compares numbers."""
        closed = closed or self.reject_unknown
        column = source_of(value)
        if column is not None:
            names = tuple(c for c in known if not isinstance(c, State))
            reader = Reader(names, closed, numeric)
            self.readers.setdefault(column, []).append(reader)
        if closed:
            table = tuple((category, 0.0) for category in known)
            self.checks.append(Check(Match(value, table, nan), 0.0, 0.0, False))


def source_of(value: Expression) -> int | None:
    """The column that a value is of, as given or as it was filled in or replaced."""
    while isinstance(value, (Fill, Replace)):
        value = value.operand
    return value.column if isinstance(value, Read) else None


def _always_within(value: Expression, low: float, high: float, missing: bool) -> bool:
    """Whether a check passes for every record: dummies and their kin, which are many."""
    if isinstance(value, Number):
        worth = {value.value}
    elif isinstance(value, Match):
        worth = {value.default, *(x for _, x in value.table)}
    elif isinstance(value, (Inside, IsMissing)):
        worth = {0.0, 1.0}
    elif isinstance(value, Clip) and missing:
        worth = {value.low, value.high}
    elif isinstance(value, Steps):  # of numbers that have been checked
        worth = {0.0, float(len(value.edges))}
    elif isinstance(value, Arithmetic) and isinstance(value.right, Norm):
        # A part of a vector over its length, give or take a rounding.
        worth = {-inf, inf} if value.right.kind == "largest" else {-2.0, 2.0}
    else:
        return False
    return all(missing if x != x else low <= x <= high for x in worth)


@dataclass(frozen=True)
class Step:
    """A transformer at work: its record, what flows in, where it sits, what is learnt."""

    record: Record
    flow: Flow
    path: str
    raw: Raw

    @property
    def here(self) -> str:
        """Where the transformer sits, with its class, for messages."""
        return name_part(self.path, self.record)

    @property
    def version(self) -> Version:
        return version_of(self.record, self.here)

    def refuse(self, problem: str, advice: str = "") -> UnsupportedModel:
        """The error for something that cannot be compiled exactly."""
        return UnsupportedModel(self.here, problem, advice)

    def finite(self, missing: bool) -> None:
        """scikit-learn looks for infinities in what flows in: in what was computed, and
        in columns of a record that turn out to hold numbers, not categories."""
        for value in self.flow.values:
            if source_of(value) is None:
                self.raw.check(value, missing)
                continue
            self.raw.finite(value)
            if not missing:
                self.raw.check(IsMissing(value), missing=False, low=0.0, high=0.0)

    def doubles(self) -> None:
        """Refused where the columns are of single precision: what is computed from them
        then is rounded otherwise. scikit-learn makes doubles of whole numbers."""
        narrow = sorted(self.flow.dtypes - FLOAT64 - _WHOLE)
        if narrow:
            raise self.refuse(
                f"it computes in {narrow[0]}, since what comes before it is of that dtype",
                "Leave the dtype of a step before it at its default and fit again; behind "
                "models of XGBoost, leave this step out.",
            )

    def equality(self) -> None:
        """Refused where numbers are to equal fitted ones and come out of a function that
        libraries round differently."""
        for value in self.flow.values:
            todo: list[Expression] = [value]
            while todo:
                part = todo.pop()
                if isinstance(part, Apply) and not FUNCTIONS[part.function].exact:
                    raise self.refuse(
                        f"it looks for numbers that come out of {part.function}, whose "
                        "last bit differs between machines",
                        "Give it the numbers from before that function.",
                    )
                if not isinstance(part, (Steps, Match, IsMissing)):
                    todo.extend(operands(part))

    def per_column(self, array: Any, what: str) -> list[Any]:
        """A fitted attribute with one entry a column, as a list; refused otherwise."""
        entries = list(array.tolist() if hasattr(array, "tolist") else array)
        if len(entries) != len(self.flow.features):
            raise self.refuse(
                f"its {what} has {len(entries)} entries for "
                f"{len(self.flow.features)} columns: the file is damaged"
            )
        return entries
