"""proof: a scorer and its model -> a report of what was shown. ``treecompile verify``.

    emission       the text of the scorer is what the model comes to (emission.py)
    folding        every cut and category, before and after folding (folding.py)
    combination    whole records, against the model's own answers (combination.py)

The text of a scorer is only read until emission is shown; it is run for combination.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from ..emit import MOST_LINES_TO_FORMAT, target_of
from ..errors import TreecompileError
from ..lower.parts import find_part
from ..options import Options
from ..program import Program
from ..progress import Progress, silent
from ..read import ModelFile
from ..schema import Described
from ..stages import folded, lowered
from . import folding
from .asked import Fitted
from .combination import Combination
from .decisions import read_back
from .emission import Asked, Text, asked, check, in_its_place
from .reading import Differs
from .rebuild import CannotRebuild, names_in
from .report import Disagreement, Part, Report, Verdict
from .running import CannotRun, DoesNotLoad, run
from .script_decisions import read_script_back
from .scripts import parse_script
from .source import Source, Strange, parse
from .versions import answers_the_same, installed

__all__ = ["Report", "prove", "read_back_if_short"]

ALONE = "To ask for emission alone, give --no-model."


@dataclass(frozen=True)
class Built:
    """A scorer's program before folding and after it, and what it was built with."""

    asked: Asked
    before: Program
    after: Program


def prove(
    file: ModelFile,
    scorer: bytes | str,
    *,
    model_name: str = "the model",
    scorer_name: str = "the scorer",
    scorer_path: str | os.PathLike[str] | None = None,
    described: tuple[Described, ...] | None = None,
    options: Options | None = None,
    others: Iterable[ModelFile] = (),
    data: Callable[[ModuleType], Iterable[dict[str, Any]]] | None = None,
    load: bool = True,
    progress: Progress = silent,
) -> Report:
    """What can be shown of a scorer: that it is the model of the file.

    ``described`` and ``options`` are what it was built with; what is None, the scorer
    itself says; ``others`` are the files that its options name by content. ``data`` gives records to try. ``load`` has the fitted model itself
    asked, where the scikit-learn for it is installed. ``scorer_path`` is where the scorer
    stands, if it does: what Python would run in its place is looked for there. Raises UnsupportedModel where the model cannot be compiled at all.
    """
    built: list[Built] = []

    def program_of(source: Text) -> Program:
        said = asked(source)
        with_ = Asked(options or said.options, described or said.described)
        try:
            before = lowered(file, with_.described, with_.options, others)
        except TreecompileError as error:
            if with_ == Asked(Options(), None):
                raise
            if "sha256:" in str(error):  # a file that stood beside the model
                raise TreecompileError(f"{error}\nGive it: --with FILE.") from None
            raise Strange(f"the model cannot be built as it says: {error}", 1) from None
        built.append(Built(with_, before, folded(before, with_.options)))
        return built[0].after

    emission, source, program = check(scorer, program_of)
    if source is None or program is None:
        return Report(model_name, scorer_name, (emission,))
    if scorer_path is not None and isinstance(source, Source):
        emission = in_its_place(emission, scorer_path, scorer)
    others_ = _with_the_model(file, source, built[0], data, load, progress)
    return Report(model_name, scorer_name, (emission, *others_))


def read_back_if_short(source: str, program: Program) -> None:
    """The first part, for a scorer that was just written, if it is short.

    One that black has formatted is read back in a part of the time that this took; for a
    longer one, reading takes longer than the whole build. Raises TreecompileError where
    the scorer decides otherwise than the program.
    """
    if source.count("\n") > MOST_LINES_TO_FORMAT:
        return
    try:
        if target_of(program) == "javascript":
            read_script_back(parse_script(source), program)
        else:
            read_back(parse(source), program)
    except (Differs, Strange) as error:
        raise TreecompileError(
            f"The scorer does not read back as the model: {error}.\n"
            "This is a fault of treecompile. Nothing was written; please report it."
        ) from error


def _with_the_model(
    file: ModelFile,
    source: Text,
    built: Built,
    data: Callable[[ModuleType], Iterable[dict[str, Any]]] | None,
    load: bool,
    progress: Progress,
) -> tuple[Part, Part]:
    """Parts 2 and 3, or why they are not shown."""
    before, after, with_ = built.before, built.after, built.asked.options
    root = find_part(file.root, with_.part, with_.predict_as)
    why, how = _why_not(root, before, load)

    def combined(put: Callable[[Combination], Part]) -> Part:
        return _combined(source, built, put, progress)

    if not why:
        try:
            fitted = Fitted(root, before)
            return (
                folding.check(before, after, fitted, progress),
                combined(lambda c: c.against_the_model(fitted, data)),
            )
        except CannotRebuild as error:
            why = f"The fitted model could not be put together again: {error}."
            how = ALONE
    words = f"{why} The fitted transformers were not run."
    folding_ = Part("folding", Verdict.NOT_SHOWN, words, {}, (), how, load)
    part = combined(lambda c: c.against_the_program(why, how))
    return folding_, replace(part, asked=load)


def _combined(
    source: Text,
    built: Built,
    put: Callable[[Combination], Part],
    progress: Progress,
) -> Part:
    """Part 3, with records ``put`` to the scorer where it runs."""
    before, after = built.before, built.after
    threshold = built.asked.options.threshold
    try:
        with run(source, after) as scorer:
            return put(Combination(scorer, before, after, threshold, progress))
    except CannotRun as error:
        words = f"{error} No record was put to the scorer."
        return Part("combination", Verdict.NOT_SHOWN, words, {}, (), error.how)
    except DoesNotLoad as error:
        words = "The scorer does not load."
        found = Disagreement("node does not take it", "a module", str(error))
        return Part("combination", Verdict.DIFFERS, words, {}, (found,))


def _why_not(root: Any, program: Program, load: bool) -> tuple[str, str]:
    """Why the fitted model itself is not asked, and how it would be; nothing if it is."""
    wrote = program.origin.version
    exact = f"scikit-learn=={wrote}" if wrote else "scikit-learn of its version"
    how = f"To show it: pip install {exact}, then verify again."
    if load and program.origin.library != "scikit-learn":
        return f"Models of {program.origin.library} are not loaded.", ALONE
    if not load:
        return "The model was not to be loaded.", "To show it, leave out --no-model."
    here = installed()
    if here is None:
        return "There is no scikit-learn here.", how
    if wrote is None:
        return "The file does not say which scikit-learn wrote it.", ALONE
    if not answers_the_same(wrote, here, names_in(root)):
        return (
            f"The model was written by scikit-learn {wrote}, and that of {here} is not "
            "known to answer the same.",
            how,
        )
    return "", ""
