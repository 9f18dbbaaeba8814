"""proof: a scorer and its model -> a report of what was shown. ``treecompile verify``.

    emission       the text of the scorer is what the model comes to (emission.py)
    folding        every cut and category, before and after folding (folding.py)
    combination    whole records, against the model's own answers (combination.py)

The text of a scorer is only read until emission is shown; it is run for combination.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import TreecompileError
from ..options import Options
from ..program import Program
from ..read import ModelFile
from ..schema import Described
from ..stages import folded, lowered
from .emission import Asked, asked, check
from .report import Report
from .source import Source, Strange

__all__ = ["Report", "prove"]


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
    described: tuple[Described, ...] | None = None,
    options: Options | None = None,
    others: Iterable[ModelFile] = (),
) -> Report:
    """What can be shown of a scorer: that it is the model of the file.

    ``described`` and ``options`` are what it was built with; what is None, the scorer
    itself says; ``others`` are the files that its options name by content. Raises UnsupportedModel where the model cannot be compiled at all.
    """
    built: list[Built] = []

    def program_of(source: Source) -> Program:
        said = asked(source)
        with_ = Asked(options or said.options, described or said.described)
        try:
            before = lowered(file, with_.described, with_.options, others)
        except TreecompileError as error:
            if with_ == Asked(Options(), None):
                raise
            raise Strange(f"the model cannot be built as it says: {error}", 1) from None
        built.append(Built(with_, before, folded(before, with_.options)))
        return built[0].after

    emission, source, program = check(scorer, program_of)
    return Report(model_name, scorer_name, (emission,))
