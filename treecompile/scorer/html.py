"""What a notebook shows of a scorer: what it is, its first tree, its source.

Everything that comes from a model is escaped; what is shown has a bounded size,
whatever the size of the scorer.
"""

from __future__ import annotations

from html import escape

from .highlight import highlighted
from .picture import Picture

MOST_LINES = 1_200
MOST_LETTERS = 60_000

_STYLE = """
.tc-scorer{font-family:sans-serif;font-size:13px;max-width:100%}
.tc-scorer pre{font-size:12px;line-height:1.35;max-height:24em;overflow:auto;\
padding:.6em;margin:.3em 0;border:1px solid rgba(128,128,128,.4);text-align:left;\
background:transparent;color:inherit;white-space:pre}
.tc-scorer .tc-picture{overflow:auto;margin:.4em 0}
.tc-scorer svg{font:11px monospace;fill:currentColor}
.tc-scorer svg text{text-anchor:middle}
.tc-scorer svg line{stroke:rgba(128,128,128,.8)}
.tc-scorer svg .tc-way{font-size:9px;opacity:.7}
.tc-scorer rect{stroke:rgba(128,128,128,.9);fill:rgba(80,140,220,.15)}
.tc-scorer .tc-leaf{fill:rgba(90,170,90,.18)}
.tc-scorer .tc-cut{fill:none;stroke-dasharray:3 3}
.tc-scorer summary{cursor:pointer}
.tc-k{color:#a626a4}.tc-s{color:#50a14f}.tc-n{color:#b76b01}.tc-c{color:#8a8f98}\
.tc-b{color:#4078f2}
"""


def page_of(heading: str, words: str, picture: Picture | None, source: str) -> str:
    """The HTML of a scorer. ``words`` are what its docstring says of it."""
    parts = [
        f"<style>{_STYLE}</style>",
        f"<b>{escape(heading)}</b>",
        f"<div>{escape(words)}</div>" if words else "",
        _pictured(picture),
        _shown(source),
    ]
    return f'<div class="tc-scorer">{"".join(parts)}</div>'


def _pictured(picture: Picture | None) -> str:
    if picture is None:
        return ""
    of_many = f"tree 1 of {picture.trees:,}" if picture.trees > 1 else "the tree"
    cut = any(node.cut for node in picture.nodes)
    title = f"The top of {of_many}" if cut else of_many[0].upper() + of_many[1:]
    return (
        f"<details open><summary>{title}</summary>"
        f'<div class="tc-picture">{picture.svg()}</div></details>'
    )


def _shown(source: str) -> str:
    lines = source[:MOST_LETTERS].split("\n")[:MOST_LINES]
    if len("\n".join(lines)) < len(source.rstrip("\n")):
        lines = lines[:-1] or [lines[0]]
    part = "\n".join(lines) + "\n"
    total = source.count("\n")
    note = (
        f", the first {len(lines):,} of {total:,} lines" if len(lines) < total else ""
    )
    return (
        f"<details><summary>The source{note}</summary>"
        f"<pre>{highlighted(part)}</pre></details>"
    )
