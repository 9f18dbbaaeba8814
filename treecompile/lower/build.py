"""What lowering an ensemble adds to, and what each model inside one offers.

An ensemble is lowered as a pipeline is, by symbolic execution: each model adds the
stages that it is computed in, and hands on expressions for what it answers. A model
around it makes its own stages of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DAMAGED, UnsupportedModel
from ..program import (
    Arithmetic,
    Choice,
    Constant,
    Element,
    Expression,
    Feature,
    Number,
    Stage,
    Sums,
    Trees,
    Values,
    WeightedMedian,
)
from ..read.budget import current
from ..read.records import Record
from .flow import Flow, Raw
from .paths import join, name_part
from .versions import Version, version_of

Labels = tuple[Constant, ...]
Vector = tuple[Expression, ...]


@dataclass
class Builder:
    """The stages and the features of an ensemble, so far."""

    raw: Raw
    lower: Callable[[Member], Answering]
    features: list[Feature] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    nodes: int = 0
    leaves: int = 0
    depth: int = 0
    rounded: bool = False  # a tree compares in single precision
    linear: bool = False  # a linear model is among them
    linear_in_singles: bool = False
    #: What is to be said of the whole, beside what is not promised of the last bits.
    remarks: list[str] = field(default_factory=list)
    #: The models inside one another that stages are added for: where, and which class.
    members: tuple[tuple[str, str], ...] = ()
    #: The flows whose numbers are checked, by what they are checked for.
    checked: dict[tuple[int, bool, float], Flow] = field(default_factory=dict)
    _places: dict[Expression, int] = field(default_factory=dict)
    _flows: dict[int, tuple[Flow, NDArray[np.int64]]] = field(default_factory=dict)

    def stage(self, stage: Stage) -> Vector:
        """Adds a stage, named after the model that it is for; the numbers that it comes
        to."""
        number = len(self.stages)
        stems = [stem for stem in map(_stem, self._words) if stem][-2:]
        if stems:
            kept = [] if stage.name == "tree" else [stage.name]
            stage = replace(stage, name="_".join([*stems, *kept]))
        if isinstance(stage, Trees) and self.members:
            name = self.members[-1][1]
            stage = replace(stage, title=f"{', '.join(self._words)}: {name}")
        self.stages.append(stage)
        if isinstance(stage, Trees):
            width = len(stage.start)
        else:
            width = len(stage.of) if not is_one(stage) else 1
        return tuple(Element(number, i) for i in range(width))

    def values(self, of: Iterable[Expression], name: str) -> Vector:
        """Adds a stage of numbers, each computed on its own."""
        return self.stage(Values(tuple(of), name))

    def sums(self, columns: Sequence[Sequence[Expression]], name: str) -> Vector:
        """Adds a stage of sums of terms."""
        return self.stage(Sums(tuple(map(tuple, columns)), name))

    @contextmanager
    def inside(self, *members: tuple[str, str]) -> Iterator[None]:
        """The stages that are added meanwhile are for these models, one in another."""
        before, self.members = self.members, members
        yield
        self.members = before

    @property
    def _words(self) -> list[str]:
        return [words for words, _ in self.members]

    def known_at(self, value: Expression, place: int) -> None:
        """An expression that is a feature already."""
        self._places.setdefault(value, place)

    def places(self, flow: Flow) -> NDArray[np.int64]:
        """The numbers by which tests know the columns of a flow."""
        known = self._flows.get(id(flow))
        if known is None:
            places = [self._place(feature) for feature in flow.features]
            known = self._flows[id(flow)] = (flow, np.array(places, dtype=np.int64))
        return known[1]

    def _place(self, feature: Feature) -> int:
        if feature.value not in self._places:
            self._places[feature.value] = len(self.features)
            self.features.append(feature)
        return self._places[feature.value]


def _stem(words: str) -> str:
    """A short name for a model inside another: ``estimator 'a'`` is a, tree 3 tree_3."""
    found = re.fullmatch(r"\w+ ['\"](.*)['\"]", words)
    if found is not None:
        return found[1]
    return (
        "" if words == "estimator" else words.replace("calibrated classifier", "fold")
    )


def is_one(stage: Stage) -> bool:
    """Whether a stage comes to one number, however many it is made of."""
    return isinstance(stage, (Choice, WeightedMedian))


@dataclass(frozen=True)
class Member:
    """A fitted model inside an ensemble: its record, where it sits, what flows in."""

    record: Record
    path: str
    flow: Flow
    build: Builder
    word: str = ""  # where in the model around it

    @property
    def here(self) -> str:
        return name_part(self.path, self.record)

    @property
    def version(self) -> Version:
        return version_of(self.record, self.here)

    def answers(self) -> Answering:
        """What this model answers, its stages added to the builder."""
        return self.build.lower(self)

    def refuse(self, problem: str, advice: str = "") -> UnsupportedModel:
        """The error for something that cannot be compiled exactly."""
        return UnsupportedModel(self.here, problem, advice)

    def fitted(self, *names: str) -> Any:
        """The first of some attributes that the record has; refused where none is."""
        for name in names:
            if name in self.record:
                return self.record[name]
        raise self.refuse("it is not fitted", "Call fit() first.")

    def fitted_list(self, name: str) -> list[Any]:
        """A fitted attribute that is a list of one entry or more."""
        found = self.fitted(name)
        if isinstance(found, np.ndarray) and found.ndim == 0:
            found = None
        if not isinstance(found, (list, tuple, np.ndarray)):
            raise self.refuse(f"its {name} is no list: the file is damaged")
        if not len(found):
            raise self.refuse(f"its {name} is empty", DAMAGED)
        return list(found)

    def weights(self, count: int) -> NDArray[np.float64]:
        """The weights of so many models, of which some behind them may be left."""
        found = np.asarray(self.fitted("estimator_weights_"))
        if found.ndim != 1 or found.dtype.kind != "f" or len(found) < count:
            raise self.refuse("its estimator_weights_ do not fit its models", DAMAGED)
        return found.astype(np.float64)

    def inner(self, record: Any, word: str, flow: Flow | None = None) -> Member:
        """A model inside this one."""
        return Member(
            record,
            join(self.path, word),
            self.flow if flow is None else flow,
            self.build,
            word,
        )

    def check_columns(self, missing: bool, limit: float) -> None:
        """The model refuses what is missing (if so said) or beyond the limit."""
        key = (id(self.flow), missing, limit)
        if key in self.build.checked:
            return
        self.build.checked[key] = self.flow  # which keeps its id its own
        current().work(len(self.flow.features))
        for value in self.flow.values:
            self.build.raw.check(value, missing, -limit, limit)

    def check_width(self, said: Any) -> None:
        """The columns that reach the model are as many as it was fitted on."""
        width = len(self.flow.features)
        if said is not None and said != width:
            raise self.refuse(
                f"it was fitted on {said} columns, and {width} reach it",
                DAMAGED,
            )


@dataclass(frozen=True)
class Answering:
    """What a lowered model offers to what is around it.

    ``answers`` are a Choice for each output of a classifier, a number for each of a
    regressor. ``shares`` adds the stages of the probabilities when they are asked for.
    ``words`` say how the trees combine. ``single`` says that the library answers with
    numbers of single precision, which numpy does not add up as doubles.
    ``later_decision`` adds the stages of a ``decision`` that the answers do without.
    """

    classes: tuple[Labels, ...] | None
    answers: tuple[Choice, ...] | tuple[Expression, ...]
    words: str
    shares: Callable[[], tuple[Vector, ...]] | None = None
    decision: Vector | None = None
    later_decision: Callable[[], Vector | None] | None = None
    several: bool = False
    samples: Vector | None = None
    applies: int | None = None
    applies_width: int = 0
    one_row_of_shares: bool = False
    single: bool = False

    def decided(self) -> Vector | None:
        """What decision_function answers, its stages added; None where there is none."""
        if self.later_decision is not None:
            return self.later_decision()
        return self.decision


def divided(vector: Sequence[Expression], by: float) -> Vector:
    """Each number over a constant, which is left away if it is 1."""
    if by == 1.0:
        return tuple(vector)
    return tuple(Arithmetic("/", x, Number(float(by))) for x in vector)


def one_output(member: Member, answering: Answering) -> Answering:
    """The same; refused where it has several outputs."""
    if answering.several:
        raise member.refuse(
            "a model of several outputs inside it is not supported",
            "Fit one for each output, as MultiOutputClassifier and MultiOutputRegressor do.",
        )
    return answering


def classes_of(member: Member, answering: Answering) -> Labels:
    """The labels of a classifier of one output; refused for anything else."""
    if answering.classes is None or answering.several:
        raise member.refuse("a model inside it is not a classifier of one output")
    return answering.classes[0]
