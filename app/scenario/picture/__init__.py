"""The drawing of a scenario's steps as a layered graph in the terminal: pure text with named styles.

The styles are title, kind, condition, mark, dim, edge, border, border.gate, border.condition and border.loop, and those
of the spans that a box comes with. Without any of them the picture says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.scenario.picture.cards import Box
from app.scenario.picture.graph import Group, block
from app.scenario.picture.text import Line, Span, line_of, line_width

__all__ = ["Box", "Line", "Picture", "Span", "draw"]

NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """What was drawn: its lines, the cells of the widest one, and whether it is a graph throughout."""

    lines: tuple[Line, ...]
    width: int
    fits: bool


def draw(boxes: Sequence[Box], width: int) -> Picture:
    """Draw steps from top to bottom in a width (20 at least): as a graph, or as an outline where that has no room."""
    if not boxes:
        return Picture((), 0, True)
    sheet = block(Group.of(boxes), max(width, NARROWEST))
    lines = tuple(line_of(cells) for cells in sheet.rows)
    return Picture(lines, max(map(line_width, lines)), sheet.whole)
