"""What a scorer says of itself in words, for people: the same in every language."""

from __future__ import annotations

from .. import __version__
from ..options import as_line, digest_of_rules
from ..program import Cuts, Ensemble, Program

# Names that are said with a vowel first: "an XGBClassifier".
_SPOKEN_WITH_A_VOWEL = (*"AEIOU", "HGB", "LGBM", "XGB")


def title(program: Program, language: str) -> str:
    """The first line: the estimator, what goes in, and what comes out."""
    estimator, classes = program.origin.estimator, program.classes
    article = "An" if estimator.startswith(_SPOKEN_WITH_A_VOWEL) else "A"
    count = len(program.required)
    columns = "1 column" if count == 1 else f"{count} columns"
    several = outputs(program)
    if several > 1:
        out = f"{several} {'numbers' if classes is None else 'labels'}"
    elif classes is None:
        out = "a number"
    else:
        out = f"one of {len(classes)} classes" if len(classes) > 1 else "its only class"
    return f"{article} {estimator} in plain {language}: {columns} in, {out} out."


def made_of(program: Program) -> str:
    """How many trees combine, which a reader wants to know first; "" of a single one."""
    if not isinstance(program.model, Ensemble):
        return ""
    return f"In score, an answer is made of {program.model.words}."


def outputs(program: Program) -> int:
    """How many labels or numbers the model answers."""
    model = program.model
    if isinstance(model, Ensemble):
        return len(model.answers)
    first = model.predictions[0]
    return len(first) if isinstance(first, tuple) else 1


def origin(program: Program) -> str:
    """What the scorer was compiled from, and by."""
    of = program.origin
    version = f" {of.version}" if of.version else ""
    size = ", ".join(
        (
            "1 node" if of.nodes == 1 else f"{of.nodes} nodes",
            "1 leaf" if of.leaves == 1 else f"{of.leaves} leaves",
            f"depth {of.depth}",
        )
    )
    return (
        f"Compiled by treecompile {__version__} from a model of {of.library}"
        f"{version} ({size}; sha256 of its file {of.sha256[:16]}). "
        "Do not edit: compile again."
    )


def options(program: Program) -> list[str]:
    """What was asked for, if it was not the default: `verify` builds it again so."""
    of = program.origin
    lines = [f"Options: {as_line(of.options)}"] if of.options else []
    if of.described:
        sha256 = digest_of_rules(program.columns)
        lines.append(f"Columns: as --data or --schema described them (RULES {sha256}).")
    return lines


def notes(program: Program) -> tuple[str, ...]:
    """What is not promised, in paragraphs."""
    return program.model.notes if isinstance(program.model, Ensemble) else ()


def has_rounded_cuts(program: Program) -> bool:
    """Whether a cut is not the model's own number, but stands for its rounding."""
    return program.origin.rounded and any(
        isinstance(test, Cuts) for tree in program.trees() for test in tree.tests
    )
