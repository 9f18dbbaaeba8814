"""A model of many trees -> a Program: its stages, its scores and its answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import Any

from ..errors import UnsupportedModel
from ..exactness import rounds_a_function
from ..functions import FUNCTIONS
from ..program import (
    SCORES,
    Apply,
    Choice,
    Element,
    Ensemble,
    Expression,
    Joint,
    Origin,
    Program,
    Stage,
    Sums,
    Trees,
    elements_of,
    inputs_of,
    parts,
    with_elements,
)
from ..vectors import VECTORS
from .build import Answering, Builder, Vector
from .flow import Flow, Raw
from .models import (
    encoded_by_itself,
    lower_flow,
    lower_member,
    with_inverse,
    with_positive,
)
from .predict_as import advice_for_labels, said_of
from .tree import Positive
from .wrappers import Unwrapped

# The functions that are those of a library, and not numpy's.
_OF_XGBOOST = {"exp_single", "expit_single"}
_OF_CATBOOST = {"exp_by_table"}
# scipy's expit is the C library's everywhere.
CURVED = {name for name, f in FUNCTIONS.items() if not f.exact}
CURVED -= {"expit", "box_cox_inverse"}
_POWERS = {"exp2", "yeo_johnson_inverse"}

# Boosters are C++ and call no function of numpy.
_OF_BOOSTERS = {
    "xgboost": "pass through exp in single precision, by the formula of Linux's C "
    "library. On another system XGBoost's own may differ in the last bit.",
    "catboost": "pass through exp, by the formula that CatBoost has of its own on x86-64. "
    "On another processor CatBoost's own may differ in the last places.",
    "lightgbm": "pass through exp, which is the C library's, here and in LightGBM.",
}


def lower_ensemble(
    unwrapped: Unwrapped, path: str, flow: Flow, raw: Raw, positive: Positive | None
) -> Program:
    """The program of an ensemble behind its transformers, its columns still open."""
    record = unwrapped.record
    build = Builder(raw, lower_member)
    if said := said_of(record):
        build.remarks.append(said)
    seen = encoded_by_itself(record, flow, path, raw)  # as encode() gives it
    build.features.extend(seen.features)
    for place, feature in enumerate(seen.features):
        build.known_at(feature.value, place)
    answering = lower_flow(record, unwrapped.path, flow, build)
    if positive is not None:
        if answering.classes is None and (advice := advice_for_labels(record)):
            problem = "it answers numbers, and a decision threshold needs two classes"
            raise UnsupportedModel(path, problem, advice)
        answering = with_positive(answering, positive, build, path)
    for where, regressor in reversed(unwrapped.targets):
        answering = with_inverse(answering, regressor, build, where)
    count = len(seen.features)
    classes: Any = answering.classes
    if classes is not None and not answering.several:
        classes = classes[0]
    return Program(
        columns=(),
        required=(),
        features=seen.features,
        model=_ensemble(answering, build, record.kind[0]),
        classes=classes,
        origin=Origin(
            estimator=record.name,
            steps=(),
            library="",
            version=None,
            sha256="",
            nodes=build.nodes,
            leaves=build.leaves,
            depth=build.depth,
            rounded=build.rounded,
        ),
        inner=tuple(build.features[count:]),
    )


def _ensemble(answering: Answering, build: Builder, package: str) -> Ensemble:
    """The answers, made of the scores; what only the probabilities need comes after."""
    decision = answering.decided()
    count = len(build.stages)
    shares = answering.shares() if answering.shares is not None else None
    stages, links = build.stages[:count], build.stages[count:]
    used: dict[Element, None] = {}

    def look(expressions: Iterable[Expression]) -> None:
        for expression in expressions:
            for element in elements_of(expression):
                if element.stage < count:
                    used[element] = None

    for answer in answering.answers:
        look(answer.of if isinstance(answer, Choice) else [answer])
    look(decision or ())
    look(answering.samples or ())
    for link in links:
        look(inputs_of(link))
    for output in shares or ():
        look(output)
    places = {element: Element(SCORES, i) for i, element in enumerate(used)}

    def renamed(expression: Expression) -> Expression:
        return with_elements(
            expression,
            lambda e: (
                places[e] if e.stage < count else Element(e.stage - count, e.index)
            ),
        )

    def all_renamed(vector: Vector) -> Vector:
        return tuple(map(renamed, vector))

    answers: Any = tuple(
        (
            replace(answer, of=all_renamed(answer.of))
            if isinstance(answer, Choice)
            else renamed(answer)
        )
        for answer in answering.answers
    )
    after = tuple(_with_inputs(link, all_renamed) for link in links)
    return Ensemble(
        stages=tuple(stages),
        scores=tuple(used),
        answers=answers,
        several=answering.several,
        links=after,
        probabilities=shares and tuple(map(all_renamed, shares)),
        decision=decision and all_renamed(decision),
        samples=answering.samples and all_renamed(answering.samples),
        applies=answering.applies,
        applies_width=answering.applies_width,
        one_row=answering.one_row_of_shares,
        words=answering.words,
        linear=build.linear,
        linear_in_singles=build.linear_in_singles,
        notes=_notes(answering, stages, after, build, package),
    )


def _notes(
    answering: Answering,
    stages: Sequence[Stage],
    links: Sequence[Stage],
    build: Builder,
    package: str,
) -> tuple[str, ...]:
    """What is not promised of the last bits (docs/arithmetic.md, Functions of
    libraries; Matrix products)."""
    notes = list(dict.fromkeys(build.remarks))
    labels = isinstance(answering.answers[0], Choice)
    if any(map(_is_curved, [*stages, *links])):
        all_of_it = any(map(_is_curved, stages))
        what = "Answers" if all_of_it else "Probabilities"
        curved = filter(_is_curved, [*stages, *links])
        packages = sorted({_computed_by(stage, package) for stage in curved})
        for name in packages:
            if name in _OF_BOOSTERS:
                notes.append(f"{what} {_OF_BOOSTERS[name]}")
        if not _OF_BOOSTERS.keys() >= set(packages):
            function = _function([*stages, *links])
            note = (
                f"{what} pass through {function}, which is the C library's here. Where "
                "numpy has one of its own (on processors with AVX-512), the model's own "
                "differ by a few units in the last place."
            )
            if any(map(_rounds_a_function, [*stages, *links])):
                note = (
                    f"{what} pass through {function} or its like, which numpy computes "
                    "in single precision here, by ways of its own: the model's own "
                    "differ by a few units in the last place of that precision."
                )
            if labels:
                note += " Labels are equal" + " but for ties that close." * all_of_it
                note += "." * (not all_of_it)
            notes.append(note)
    if build.raw.of_numpy_2 is not False and _interpolates([*stages, *links]):
        notes.append(
            "Between the points of an isotonic regression, numbers of single precision "
            "are computed as scipy does up to 1.17. Since 1.18 it takes another way, on "
            "which the last places of that precision differ, and labels at a tie."
        )
    if build.linear:
        note = (
            "The last model is linear. scikit-learn leaves the order of its sum to BLAS, "
            "and that differs between machines; here it runs from left to right. So the "
            "last bits of an answer"
            + ", those of single precision," * build.linear_in_singles
            + " may differ"
        )
        notes.append(
            note + (", and labels where it is close to a tie." if labels else ".")
        )
    return tuple(notes)


def _function(stages: Sequence[Stage]) -> str:
    """The function that the answers pass through, in a word."""
    if not any(_is_curved(stage, CURVED - {"log"}) for stage in stages):
        return "a logarithm"
    softmax = any(map(_exp_of, stages))
    power = any(_is_curved(stage, _POWERS) for stage in stages)
    return "a power" if power and not softmax else "exp"


def _is_curved(stage: Stage, functions: Set[str] = CURVED) -> bool:
    """Whether exp or its like have a part in it, of which machines have their own."""
    if isinstance(stage, Joint):
        return bool(_exp_of(stage))
    return any(
        isinstance(part, Apply) and part.function in functions
        for expression in inputs_of(stage)
        for part in parts(expression)
    )


def _exp_of(stage: Stage) -> str:
    """The library whose exp a function of several numbers passes through, if one."""
    return VECTORS[stage.function].exp if isinstance(stage, Joint) else ""


def _computed_by(stage: Stage, package: str) -> str:
    """The library whose exp a curved stage of a model of a package passes through."""
    if isinstance(stage, Joint):
        if not stage.loose and _exp_of(stage) != "numpy":
            return _exp_of(stage)
    elif not _is_curved(stage, CURVED - _OF_CATBOOST):
        return "catboost"
    elif not _is_curved(stage, CURVED - _OF_XGBOOST):
        return "xgboost"
    return package if package == "lightgbm" else "numpy"


def _interpolates(stages: Iterable[Stage]) -> bool:
    """Whether scipy's interpolation of singles has a part in them."""
    return any(
        isinstance(part, Apply) and part.function == "interpolated_single"
        for stage in stages
        for expression in inputs_of(stage)
        for part in parts(expression)
    )


def _rounds_a_function(stage: Stage) -> bool:
    if isinstance(stage, Joint):
        return stage.loose
    return any(map(rounds_a_function, inputs_of(stage)))


def _with_inputs(stage: Stage, renamed: Any) -> Stage:
    if isinstance(stage, Trees):
        raise TypeError("a probability is not a sum of trees")
    if isinstance(stage, Sums):
        return replace(stage, of=tuple(map(renamed, stage.of)))
    return replace(stage, of=renamed(stage.of))
