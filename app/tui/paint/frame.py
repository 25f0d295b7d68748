"""Boxes: a border around rows, with a title, a word at the right and a foot written into the border."""

from __future__ import annotations

from collections.abc import Sequence

from app.tui.look.glyphs import UNICODE, Border, Glyphs
from app.tui.paint.rows import Row, Span, fitted, spread, width_of

BORDERS = 2  # rows of a box that are border
INSETS = 4  # cells of each of its rows that are border and air


def inside(width: int, height: int) -> tuple[int, int]:
    """What a box of this size leaves for its rows."""
    if width <= INSETS or height <= BORDERS:
        return max(0, width), max(0, height - 1)
    return width - INSETS, height - BORDERS


def framed(
    rows: Sequence[Row],
    width: int,
    height: int,
    *,
    title: Row | str = "",
    right: Row | str = "",
    foot: Row | str = "",
    foot_right: Row | str = "",
    style: str = "edge",
    heavy: bool = False,
    border: Border | None = None,
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """The rows in a box of exactly this size; where there is no room for a border, the title and what fits below it."""
    if width <= 0 or height <= 0:
        return []
    head, status = _row(title, style), _row(right, style)
    if width <= INSETS or height <= BORDERS:
        return _bare(rows, width, height, spread(head, status, width))
    border = border or (glyphs.heavy if heavy else glyphs.rounded)
    start, end = (Span(border.left, style), Span(" ")), (Span(" "), Span(border.right, style))
    shown = list(rows[: height - BORDERS])
    shown += [()] * (height - BORDERS - len(shown))
    return [
        _edge(border.top_left + border.top, border.top + border.top_right, border.top, head, status, width, style),
        *((*start, *fitted(row, width - INSETS), *end) for row in shown),
        _bottom(border, _row(foot, style), _row(foot_right, style), width, style),
    ]


def _bottom(border: Border, foot: Row, right: Row, width: int, style: str) -> Row:
    start, end = border.bottom_left + border.bottom, border.bottom + border.bottom_right
    return _edge(start, end, border.bottom, foot, right, width, style)


def _edge(start: str, end: str, across: str, left: Row, right: Row, width: int, style: str) -> Row:
    """A border with words in it. The left ones are cut to what the right ones leave; if that is nothing, these go."""
    room = width - INSETS
    right = (Span(" "), *right, Span(" ")) if right else ()
    if width_of(right) > room - (4 if left else 0):
        right = ()
    room -= width_of(right)
    if left and room > 2:
        taken = min(width_of(left), room - 2)
        left = (Span(" "), *fitted(left, taken), Span(" "))
        room -= taken + 2
    else:
        left = ()
    return (Span(start, style), *left, Span(across * room, style), *right, Span(end, style))


def _bare(rows: Sequence[Row], width: int, height: int, head: Row) -> list[Row]:
    shown = [head, *rows][:height]
    shown += [()] * (height - len(shown))
    return [fitted(row, width) for row in shown]


def _row(said: Row | str, style: str) -> Row:
    if isinstance(said, str):
        return (Span(said, style),) if said else ()
    return said
