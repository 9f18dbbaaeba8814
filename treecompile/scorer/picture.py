"""The first tree of a scorer as a picture: the top of it, drawn as SVG.

Texts of the model (columns, categories, labels) come in as data: each is cut to a length,
and escaped where it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

# Sizes in pixels, for letters of 11.
_LEAF_WIDTH, _TEST_WIDTH = 84, 176
_HEIGHT, _STEP, _GAP = 22, 58, 10


@dataclass(frozen=True)
class Node:
    """A test or a leaf: its text, and the numbers of the two nodes below it, that where
    it holds first. ``cut`` are the tests and leaves below it that are left out."""

    text: str
    below: tuple[int, ...] = ()
    cut: int = 0


@dataclass(frozen=True)
class Picture:
    """The top of a tree, its root first, and how many trees there are."""

    nodes: tuple[Node, ...]
    trees: int

    def svg(self) -> str:
        return _drawn(self.nodes)


# --- Drawing ----------------------------------------------------------------------------


def _drawn(nodes: tuple[Node, ...]) -> str:
    """An SVG of its own size; what holds goes to the left."""
    widths = _widths(nodes)
    centres, depths = _places(nodes, widths)
    width, height = widths[0], _STEP * max(depths) + _HEIGHT + 2
    lines, boxes = [], []
    for number, node in enumerate(nodes):
        x, y = centres[number], _STEP * depths[number] + 1
        for way, below in zip(("yes", "no"), node.below):
            x2, y2 = centres[below], y + _STEP
            lines.append(
                f'<line x1="{x:g}" y1="{y + _HEIGHT:g}" x2="{x2:g}" y2="{y2:g}"/>'
                f'<text x="{(x + x2) / 2:g}" y="{(y + _HEIGHT + y2) / 2:g}" '
                f'class="tc-way">{way}</text>'
            )
        half = (_TEST_WIDTH if node.below else _LEAF_WIDTH) / 2
        kind = "tc-test" if node.below else "tc-cut" if node.cut else "tc-leaf"
        boxes.append(
            f'<rect x="{x - half:g}" y="{y:g}" width="{2 * half:g}" height="{_HEIGHT}" '
            f'rx="4" class="{kind}"/>'
            f'<text x="{x:g}" y="{y + 15:g}">{escape(_drawable(node.text))}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="the first tree">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _widths(nodes: tuple[Node, ...]) -> list[float]:
    """How wide each node is with all below it; nodes follow those above them."""
    widths: list[float] = [0.0] * len(nodes)
    for number in range(len(nodes) - 1, -1, -1):
        below = nodes[number].below
        own = _TEST_WIDTH if below else _LEAF_WIDTH
        widths[number] = max(own + _GAP, sum(widths[child] for child in below))
    return widths


def _places(
    nodes: tuple[Node, ...], widths: list[float]
) -> tuple[list[float], list[int]]:
    """The middle of each node, and how deep it is."""
    starts, centres = [0.0] * len(nodes), [0.0] * len(nodes)
    depths = [0] * len(nodes)
    for number, node in enumerate(nodes):
        centres[number] = starts[number] + widths[number] / 2
        used = sum(widths[child] for child in node.below)
        start = starts[number] + (widths[number] - used) / 2
        for child in node.below:
            starts[child], depths[child] = start, depths[number] + 1
            start += widths[child]
    return centres, depths


def _drawable(text: str) -> str:
    """Text without what a browser or a terminal would act upon."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
