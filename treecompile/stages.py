"""From a model file to its program, with the options of a build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .errors import not_too_deep
from .fold import fold
from .lower import lower
from .options import Options, names_in
from .program import Program
from .progress import Progress, silent
from .read import ModelFile
from .samples import samples
from .schema import Described
from .sources import beside


def program_of(
    file: ModelFile,
    described: tuple[Described, ...] | None = None,
    options: Options | None = None,
    others: Iterable[ModelFile] = (),
) -> Program:
    """The folded program of a model file, built with these options.

    ``described`` are the raw columns as a schema or the data describes them; ``others``
    are files that the options name by their content.
    """
    return folded(lowered(file, described, options, others), options)


def lowered(
    file: ModelFile,
    described: tuple[Described, ...] | None = None,
    options: Options | None = None,
    others: Iterable[ModelFile] = (),
) -> Program:
    """The same before folding: tests on the features that the model sees."""
    with not_too_deep():
        around, options = beside(file, options or Options(), others)
        program = lower(
            file,
            described,
            options.threshold,
            reject_unknown=options.unknown == "reject",
            part=options.part,
            beside=around,
            category_dtype=names_in(options.category_dtype),
            sparse=options.sparse,
            predict_as=options.predict_as,
            dummies=options.dummies,
        )
        # What the description of the columns told, a scorer says as if it was asked.
        options = replace(options, **dict(program.origin.options))
    origin = replace(
        program.origin, options=options.given(), described=described is not None
    )
    return replace(program, origin=origin)


def folded(
    program: Program, options: Options | None = None, progress: Progress = silent
) -> Program:
    """A lowered program, folded as the options ask for."""
    options = options or Options()
    with not_too_deep():
        require_all = options.columns == "all"
        after = fold(program, require_all=require_all, progress=progress)
    if not options.self_test:
        return after
    return replace(after, self_test=samples(program, after, options.self_test))
