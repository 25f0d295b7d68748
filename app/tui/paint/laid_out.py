"""Text that was laid out, a chart above all, in as many cells as there are: its bars become shorter, its words stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.tui.paint.rows import Row, Span
from app.tui.text import cells, cut

_BLOCKS = re.compile(r"([\u2580-\u259f\u2800-\u28ff]+)")
_LEFT = 6  # columns of bars without which there is nothing to compare
_SPACES = re.compile(r" {2,}")


def laid_out(lines: Sequence[str], room: int, *, may_shrink: bool) -> tuple[Row, ...]:
    """Each line as it stands. One that is too long is drawn smaller where that changes no proportion, else cut."""
    shown = _shrunk(lines, room) if may_shrink and any(cells(line) > room for line in lines) else lines
    return tuple(_coloured(cut(line, room)) for line in shown)


def _shrunk(lines: Sequence[str], room: int) -> Sequence[str]:
    """Leave out every so many of the columns in which there is nothing but bars."""
    drawn = [line for line in lines if _BLOCKS.search(line)]
    width = max(map(len, drawn), default=0)
    if width <= room or any(cells(line) != len(line) for line in lines):
        return lines
    filled = [line.ljust(width) for line in drawn]
    bars = [at for at in range(width) if _is_of_bars([line[at] for line in filled])]
    over = width - room
    if len(bars) - over < _LEFT:
        return lines
    left_out = {bars[number * len(bars) // over] for number in range(over)}
    return [_without(line, left_out) if _BLOCKS.search(line) else _closer(line, room) for line in lines]


def _is_of_bars(column: Sequence[str]) -> bool:
    return any(map(_BLOCKS.match, column)) and all(sign == " " or _BLOCKS.match(sign) for sign in column)


def _without(line: str, columns: set[int]) -> str:
    return "".join(sign for at, sign in enumerate(line) if at not in columns)


def _closer(line: str, room: int) -> str:
    """Words that stand far apart move together."""
    over = cells(line) - room
    gaps = list(_SPACES.finditer(line.rstrip()))
    if over <= 0 or not gaps:
        return line
    widest = max(gaps, key=lambda gap: len(gap[0]))
    return line[: widest.start()] + " " * max(1, len(widest[0]) - over) + line[widest.end() :]


def _coloured(line: str) -> Row:
    """What is drawn stands out from what is written."""
    return tuple(Span(piece, "info" if _BLOCKS.match(piece) else "text") for piece in _BLOCKS.split(line) if piece)
