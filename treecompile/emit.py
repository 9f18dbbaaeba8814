"""emit: a folded Program -> the source text of a target, through its templates."""

from __future__ import annotations

from functools import cache

import jinja2

from .errors import not_too_deep
from .parameters import CHOICES
from .program import Program
from .targets import python

TARGETS = {"python": python}
LAYOUTS = CHOICES["layout"]

# black takes a quarter of a second for a thousand lines, and more in proportion as
# they grow; what is emitted is laid out as black would have it anyway.
MOST_LINES_TO_FORMAT = 2_000


def emit(
    program: Program,
    target: str = "python",
    format: bool | None = None,
) -> str:
    """The program as source text.

    ``format`` runs black over it: by default up to 2,000 lines. Among the options that
    the program was built with, ``layout`` says how trees stand in it: as "nested" ifs,
    as a "table", or by their size ("auto"). Raises ValueError for any other.
    """
    layout = dict(program.origin.options).get("layout", "auto")
    if layout not in LAYOUTS:
        raise ValueError(f"layout is one of {', '.join(LAYOUTS)}, not {layout!r}")
    language = TARGETS[target]
    template = _environment(target).get_template(language.TEMPLATE)
    with not_too_deep():
        source = template.render(language.context(program, layout))
    if format is None:
        format = source.count("\n") <= MOST_LINES_TO_FORMAT
    return formatted(source) if format else source


def formatted(source: str) -> str:
    """The text of a scorer as black lays it out."""
    import black

    return black.format_str(source, mode=black.Mode())


@cache
def _environment(target: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("treecompile.templates", ""),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(TARGETS[target].FILTERS)
    return environment
