"""Small pictures of amounts: a line of bars for a series, and a line of three parts for a limit."""

from __future__ import annotations

from collections.abc import Sequence

from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span


def sparkline(series: Sequence[float], width: int, glyphs: Glyphs) -> str:
    """A bar for each of the last values; where nothing was, there is nothing to see.

    The highest leaves air above it, so that two lines below one another do not grow together.
    """
    shown = list(series[-width:]) if width > 0 else []
    top = max(shown, default=0.0)
    bars = glyphs.sparks[:-1]
    drawn = "".join(_bar(value / top, bars) if top > 0 and value > 0 else " " for value in shown)
    return drawn.rjust(width)


def gauge(spent: tuple[float, str], width: int, glyphs: Glyphs, held: float = 0.0) -> Row:
    """A line of so many cells in three parts: what is spent, what is held, what is free; each drawn otherwise.

    What is spent is drawn to half a cell; whatever is not nothing can be seen.
    """
    share, style = spent
    full, half = divmod(_cells(share, 2 * width, 2 * width), 2)
    if glyphs.line_half == glyphs.line_empty:  # there is no half line to draw with
        full, half = min(width, full + half), 0
    late = _cells(held, width, width - full - half)
    parts = (
        Span(glyphs.line_full * full + glyphs.line_half * half, style),
        Span(glyphs.rail_late * late, "muted"),
        Span(glyphs.line_empty * (width - full - half - late), "track"),
    )
    return tuple(part for part in parts if part.text)


def _cells(share: float, width: int, most: int) -> int:
    return min(most, max(1, round(share * width))) if share > 0 else 0


def _bar(share: float, bars: Sequence[str]) -> str:
    return bars[min(len(bars) - 1, int(share * len(bars)))]
