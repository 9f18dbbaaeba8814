"""The language-neutral middle: what a scorer computes, in plain Python values.

A :class:`Program` is what lowering makes of a model and what every target prints.
It knows neither scikit-learn nor any language: columns of a raw record, features as
expressions over them, trees as node tables, and the answer of each leaf.
``interpret.py`` says in some sixty lines what all of it means.

Every number is a Python float (an IEEE double). Comparisons are in double: where a
model compares in single precision, lowering has moved the cut so that the same
records pass (``lower/precision.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

#: The largest double that is finite.
LARGEST = sys.float_info.max

Constant = bool | int | float | str | None


class State(Enum):
    """What a category column holds when it holds none of its known categories."""

    MISSING = "missing"
    UNKNOWN = "unknown"


Category = Constant | State


# --- Columns: what a raw record holds -------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a raw record, and what it may hold.

    A column with ``categories`` is answered by equality (booleans are the categories
    False and True); one without holds a number from ``low`` to ``high``, inclusive, but
    for those in ``holes``, from one number to another, inclusive. A bound that is
    infinite is none: the column may hold that infinity.
    """

    name: str
    categories: tuple[Constant, ...] | None = None
    missing: bool = False  # None and NaN are accepted
    unknown: bool = False  # a category outside ``categories`` is accepted
    integer: bool = False  # a number without a fraction
    low: float = -LARGEST
    high: float = LARGEST
    holes: tuple[tuple[float, float], ...] = ()

    def holds(self, x: float) -> bool:
        """Whether a number (not NaN) may stand in a column of numbers."""
        return (
            self.low <= x <= self.high
            and not any(low <= x <= high for low, high in self.holes)
            and not (self.integer and not x.is_integer())
        )

    @property
    def boolean(self) -> bool:
        return (
            self.categories is not None
            and bool(self.categories)
            and all(isinstance(category, bool) for category in self.categories)
        )


# --- Expressions: how one feature comes from the columns ------------------------------
#
# Numbers are floats, and NaN is a missing one. A category is one of a column's
# categories, State.MISSING or State.UNKNOWN; only Read, Fill and Replace pass it on.


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a column: a number or a category."""

    column: int


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Fill:
    """The operand, or this value (number or category) where it is missing."""

    operand: Expression
    value: Constant


@dataclass(frozen=True, slots=True)
class Replace:
    """The operand, or ``new`` where it equals ``old``; a ``new`` of None is missing."""

    operand: Expression
    old: Constant
    new: Constant


@dataclass(frozen=True, slots=True)
class Match:
    """The number beside the operand's category (or number) in the table, else the
    default. ``State.MISSING`` and ``State.UNKNOWN`` may stand in the table."""

    operand: Expression
    table: tuple[tuple[Category, float], ...]
    default: float


@dataclass(frozen=True, slots=True)
class IsMissing:
    """1.0 where the operand is missing, else 0.0."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One correctly rounded operation, ``+ - * /``, of two numbers."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Clip:
    """The operand, brought between two numbers."""

    operand: Expression
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Steps:
    """How many of the ascending edges are at most the operand; NaN if it is missing."""

    operand: Expression
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of ``functions.py``, by name, with its parameters."""

    function: str
    operand: Expression
    parameters: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Norm:
    """The length of a vector: ``l1``, ``l2``, ``max``, or ``largest`` (signs count).

    A length below ``least`` is taken for one. Sums run from left to right, or, if
    ``paired``, in the order in which numpy sums a row in memory.
    """

    kind: str
    operands: tuple[Expression, ...]
    least: float
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """1.0 where every operand is in its range, else 0.0: a leaf of a tree, as a number.

    A range is what the operand is above, what it is at most, and whether it may be
    missing.
    """

    operands: tuple[Expression, ...]
    ranges: tuple[tuple[float, float, bool], ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One number of what an earlier stage of an ensemble computed, or, where ``stage``
    is :data:`SCORES`, of what all its stages come to."""

    stage: int
    index: int


SCORES = -1

Expression = (
    Read
    | Number
    | Element
    | Fill
    | Replace
    | Match
    | IsMissing
    | Arithmetic
    | Clip
    | Steps
    | Apply
    | Norm
    | Inside
)


def equals(operand: Expression, category: Category) -> Match:
    """1.0 where the operand is this category, else 0.0."""
    return Match(operand, ((category, 1.0),), 0.0)


def operands(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is computed from."""
    if isinstance(expression, (Read, Number, Element)):
        return ()
    if isinstance(expression, Arithmetic):
        return expression.left, expression.right
    if isinstance(expression, (Norm, Inside)):
        return expression.operands
    return (expression.operand,)


def parts(*expressions: Expression) -> Iterator[Expression]:
    """Some expressions, and everything that they are computed from: each part once,
    though it may stand in many places."""
    todo = list(expressions)
    seen: set[int] = set()
    while todo:
        expression = todo.pop()
        if id(expression) not in seen:
            seen.add(id(expression))
            yield expression
            todo.extend(operands(expression))


def columns_of(*expressions: Expression) -> frozenset[int]:
    """The columns that expressions read themselves."""
    return frozenset(e.column for e in parts(*expressions) if isinstance(e, Read))


def elements_of(expression: Expression) -> tuple[Element, ...]:
    """The numbers of earlier stages that an expression reads, each once."""
    found = (e for e in parts(expression) if isinstance(e, Element))
    return tuple(dict.fromkeys(found))


def with_elements(
    expression: Expression, change: Callable[[Element], Expression]
) -> Expression:
    """The expression with every number of an earlier stage replaced."""
    if isinstance(expression, Element):
        return change(expression)
    if isinstance(expression, (Read, Number)):
        return expression
    if isinstance(expression, Arithmetic):
        return replace(
            expression,
            left=with_elements(expression.left, change),
            right=with_elements(expression.right, change),
        )
    if isinstance(expression, (Norm, Inside)):
        changed = tuple(with_elements(x, change) for x in expression.operands)
        return replace(expression, operands=changed)
    return replace(expression, operand=with_elements(expression.operand, change))


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the vector that the fitted model sees."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Check:
    """What the model asks of a number on the way: between two bounds, inclusive, and
    not missing unless so said. A record that fails is invalid."""

    value: Expression
    low: float
    high: float
    missing: bool


# --- Tests: which way a record goes at a node -----------------------------------------


@dataclass(frozen=True, slots=True)
class Threshold:
    """Left where the feature is at most ``cut``; a missing one goes as said.

    What folding leaves of these are features that mix columns."""

    feature: int
    cut: float
    missing_left: bool


@dataclass(frozen=True, slots=True)
class Bands:
    """Left up to the first of ``cuts`` (which ascend), if ``first``, then right up to
    the second, and so on; a missing feature goes as said. The codes of a category split
    are bands."""

    feature: int
    cuts: tuple[float, ...]
    missing_left: bool
    first: bool = True


@dataclass(frozen=True, slots=True)
class Cuts:
    """Left up to the first of ``cuts`` (which ascend), if ``first``, then right up to
    the second, and so on.

    One cut t is ``x <= t``; (a, b), not ``first``, is ``a < x <= b``; none at all is
    every number or, not ``first``, no number, so that missing values alone go the other
    way. Infinities are numbers like others: ``x <= -inf`` is one of them.
    """

    column: int
    cuts: tuple[float, ...]
    missing_left: bool
    first: bool = True


@dataclass(frozen=True, slots=True)
class Among:
    """Left where the column's category is one of ``states``, if ``inside``; else where
    it is none of them. ``State.MISSING`` and ``State.UNKNOWN`` may be among them."""

    column: int
    states: frozenset[Category]
    inside: bool


@dataclass(frozen=True, slots=True)
class Always:
    """Decided for every record: what a feature that never varies leaves of a test."""

    left: bool


Test = Threshold | Bands | Cuts | Among | Always


# --- Trees and answers ----------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """A node table. Node 0 is the root, and children follow their parent.

    ``tests[i]`` is None where node i is a leaf; ``leaf[i]`` is then the number of the
    leaf (an index into the answers), and -1 elsewhere.
    """

    tests: tuple[Test | None, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    leaf: tuple[int, ...]


Answer = Constant | tuple[Constant, ...]
Probabilities = tuple[float | tuple[float, ...], ...]


@dataclass(frozen=True)
class SingleTree:
    """A tree whose leaves are answers.

    ``predictions[k]`` is what leaf k predicts: a label or a float, a tuple of them for
    several outputs. ``probabilities[k]`` is the share of each class (a tuple of such
    tuples for several outputs), or there are none. ``nodes[k]`` is the number that
    scikit-learn's ``apply`` gives the leaf.
    """

    tree: Tree
    predictions: tuple[Answer, ...]
    probabilities: tuple[Probabilities, ...] | None
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Trees:
    """A stage of many trees: from ``start``, tree after tree adds what its leaf holds.

    ``rows[t][k]`` are the numbers that leaf k of tree t holds, and ``slots[t]`` the
    elements to which it adds them, one rounded addition each. ``nodes[t][k]`` is the
    number that ``apply`` gives the leaf. ``single`` says that every number is a single
    (a float of 24 bits), and that each addition is rounded to one. ``title`` says for
    people which model inside the ensemble they are, if not all of it.
    """

    start: tuple[Expression, ...]
    trees: tuple[Tree, ...]
    rows: tuple[tuple[tuple[float, ...], ...], ...]
    slots: tuple[tuple[int, ...], ...]
    nodes: tuple[tuple[int, ...], ...]
    name: str
    single: bool = False
    title: str = ""


@dataclass(frozen=True)
class Values:
    """A stage of numbers, each computed on its own."""

    of: tuple[Expression, ...]
    name: str


@dataclass(frozen=True)
class Sums:
    """A stage of sums, the terms of each added up from left to right, from 0.0 on."""

    of: tuple[tuple[Expression, ...], ...]
    name: str


@dataclass(frozen=True)
class Joint:
    """A stage: a function of some numbers together, by its name in ``vectors.py``, with
    its parameters.

    ``loose`` says that the model computes it by an exp of its own in single precision,
    whose last places differ.
    """

    function: str
    of: tuple[Expression, ...]
    name: str
    parameters: tuple[float, ...] = ()
    loose: bool = False


@dataclass(frozen=True)
class Choice:
    """A stage of one number: which of several is chosen.

    The first largest of ``of`` where ``cut`` is None; else 1 where the one number is
    above ``cut`` (at least ``cut``, if ``inclusive``), and 0 where it is not; the other
    way round if ``flipped``. ``last`` takes the last largest instead of the first.
    """

    of: tuple[Expression, ...]
    cut: float | None = None
    inclusive: bool = False
    flipped: bool = False
    last: bool = False
    name: str = "choice"


@dataclass(frozen=True)
class WeightedMedian:
    """A stage of one number: the first of ``of``, in ascending order, at which the sum
    of the ``weights`` so far is at least half of the whole."""

    of: tuple[Expression, ...]
    weights: tuple[float, ...]
    name: str = "median"


@dataclass(frozen=True)
class Ascending:
    """A stage: the same numbers in ascending order."""

    of: tuple[Expression, ...]
    name: str = "ascending"


Stage = Trees | Values | Sums | Joint | Choice | WeightedMedian | Ascending


def inputs_of(stage: Stage) -> tuple[Expression, ...]:
    """What a stage is computed from, beside what its trees test."""
    if isinstance(stage, Trees):
        return stage.start
    if isinstance(stage, Sums):
        return tuple(term for terms in stage.of for term in terms)
    return stage.of


@dataclass(frozen=True)
class Ensemble:
    """A model of many trees: vectors computed stage by stage, and the answers.

    ``scores`` are the numbers that all ``stages`` come to, and that everything below is
    made of (as ``Element(SCORES, i)``). A classifier's ``answers`` hold, for each
    output, the Choice among its ``classes``; a regressor's the number itself.
    ``one_row`` says that ``predict_proba`` answers one row for all of them.
    ``links`` are stages that only the ``probabilities`` need (Element(i, k) there is
    of ``links[i]``). ``several`` outputs are answered with a tuple; ``decision`` is
    what ``decision_function`` answers, one number or several; ``applies`` is the stage
    whose leaves ``apply`` answers, in rows of ``applies_width`` where that is not 0.
    ``words`` say for people how the trees combine, ``notes`` what is not promised.
    ``linear`` says that a linear model is part of it, whose sum has no order of its own,
    and ``linear_in_singles`` that it is made in single precision.
    """

    stages: tuple[Stage, ...]
    scores: tuple[Expression, ...]
    answers: tuple[Choice, ...] | tuple[Expression, ...]
    several: bool
    links: tuple[Stage, ...] = ()
    probabilities: tuple[tuple[Expression, ...], ...] | None = None
    decision: tuple[Expression, ...] | None = None
    samples: tuple[Expression, ...] | None = None
    applies: int | None = None
    applies_width: int = 0
    one_row: bool = False
    words: str = ""
    notes: tuple[str, ...] = ()
    linear: bool = False
    linear_in_singles: bool = False


@dataclass(frozen=True)
class Origin:
    """Where a program comes from, for the people who read the scorer.

    ``mixed`` are parts that were put around the model and written by another version
    of the library, and that version."""

    estimator: str
    steps: tuple[str, ...]
    library: str
    version: str | None
    sha256: str
    nodes: int
    leaves: int
    depth: int
    rounded: bool = True  # the model compares in single precision, so cuts were moved
    options: tuple[tuple[str, Any], ...] = ()  # of the build, by name
    mixed: tuple[tuple[str, str], ...] = ()
    described: bool = False  # the columns are those of a schema or of the data


@dataclass(frozen=True)
class Sample:
    """A record, and what each function of a scorer answers to it, by name."""

    record: tuple[tuple[str, Constant], ...]
    answers: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Program:
    """A scorer. ``required`` are the columns (by index) that a record must hold.

    ``classes`` are the labels in the order of the probabilities (a tuple of them for
    each of several outputs), None for a regressor. ``inputs`` are the columns that the
    fitted model itself takes, in a ``frame`` if it was fitted on one. ``self_test`` are
    records for the scorer to carry along, with what it has to answer.
    """

    columns: tuple[Column, ...]
    required: tuple[int, ...]
    features: tuple[Feature, ...]
    model: SingleTree | Ensemble
    classes: tuple[Constant, ...] | tuple[tuple[Constant, ...], ...] | None
    origin: Origin
    checks: tuple[Check, ...] = ()
    inner: tuple[Feature, ...] = ()
    inputs: tuple[Feature, ...] = ()
    frame: bool = False
    self_test: tuple[Sample, ...] = ()

    def feature(self, index: int) -> Feature:
        """A feature by the number that tests know it by: ``inner`` ones, which the
        models inside an ensemble see, are numbered after ``features``."""
        count = len(self.features)
        return self.features[index] if index < count else self.inner[index - count]

    def trees(self) -> Iterator[Tree]:
        """Every tree of the model, stage by stage."""
        if isinstance(self.model, SingleTree):
            yield self.model.tree
        else:
            for stage in self.model.stages:
                if isinstance(stage, Trees):
                    yield from stage.trees
