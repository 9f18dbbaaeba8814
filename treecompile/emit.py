"""emit: a folded Program -> the source text of a target, through its templates."""

from __future__ import annotations

from functools import cache

import jinja2

from .errors import not_too_deep
from .parameters import CHOICES
from .program import Program
from .targets import javascript, python

TARGETS = {"python": python, "javascript": javascript}
LAYOUTS = CHOICES["layout"]

# black takes a quarter of a second for a thousand lines, and more in proportion as
# they grow; what is emitted is laid out as black would have it anyway.
MOST_LINES_TO_FORMAT = 2_000


def emit(program: Program, format: bool | None = None) -> str:
    """The program as source text.

    Among the options that the program was built with, ``target`` is the language and
    ``layout`` says how trees stand in it: as "nested" ifs, as a "table", or by their size
    ("auto"). ``format`` runs black over Python: by default up to 2,000 lines. Raises
    ValueError for another language or layout.
    """
    layout = dict(program.origin.options).get("layout", "auto")
    target = target_of(program)
    if layout not in LAYOUTS:
        raise ValueError(f"layout is one of {', '.join(LAYOUTS)}, not {layout!r}")
    if target not in TARGETS:
        raise ValueError(f"target is one of {', '.join(TARGETS)}, not {target!r}")
    language = TARGETS[target]
    template = _environment(target).get_template(language.TEMPLATE)
    with not_too_deep():
        source = template.render(language.context(program, layout))
    if format is None:
        format = source.count("\n") <= MOST_LINES_TO_FORMAT
    return formatted(source) if format and target == "python" else source


def target_of(program: Program) -> str:
    """The language that a program was built for."""
    return str(dict(program.origin.options).get("target", "python"))


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
