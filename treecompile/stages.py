"""From a model file to its program, with the options of a build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .errors import TreecompileError, not_too_deep
from .fold import fold
from .lower import lower
from .lower.names import columns_of_model
from .lower.parts import find_part
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
        options = _with_signature(file, options or Options())
        around, options = beside(file, options, others)
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


def _with_signature(file: ModelFile, options: Options) -> Options:
    """The options with the names of a signature, where the model has none of its own."""
    names = file.columns
    if names is None or options.names is not None or any("," in x for x in names):
        return options
    try:
        columns = columns_of_model(find_part(file.root, options.part))
    except TreecompileError:  # which lowering says
        return options
    if columns is None or columns != tuple(f"x{i}" for i in range(len(names))):
        return options
    return replace(options, names=",".join(names))


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
