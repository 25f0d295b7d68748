"""Differences with their intervals, drawn around zero: ├──●──┤."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDEST_SCALE = 100.0  # points or per cent; what reaches farther ends in an arrow
LEAST = 11  # cells


class Span(NamedTuple):
    """A difference and its interval, in points or per cent."""

    middle: float
    low: float
    high: float


class Forest:
    """Draws spans in so many cells, all on one scale, with zero in the middle."""

    def __init__(self, spans: Sequence[Span | None], width: int) -> None:
        self._half = (max(LEAST, width) - 1) // 2
        reach = max((abs(edge) for span in spans if span is not None for edge in span), default=0.0)
        self.scale = min(WIDEST_SCALE, reach) or 1.0
        self.width = 2 * self._half + 1

    def drawn(self, span: Span | None) -> str:
        """One row."""
        cells = [" "] * self.width
        cells[self._half] = "│"
        if span is None:
            return "".join(cells)
        low, middle, high = self._cell(span.low), self._cell(span.middle), self._cell(span.high)
        for cell in range(low, high + 1):
            cells[cell] = "┼" if cell == self._half else "─"
        cells[low] = "◄" if span.low < -self.scale else "├"
        cells[high] = "►" if span.high > self.scale else "┤"
        cells[middle] = "●"
        return "".join(cells)

    def axis(self) -> str:
        """What stands below: the ends of the scale, and zero."""
        left, right = f"{-self.scale:.0f}", f"+{self.scale:.0f}"
        before = self._half - len(left)
        return f"{left}{' ' * before}0{' ' * (self._half - len(right))}{right}"

    def _cell(self, value: float) -> int:
        inside = max(-self.scale, min(self.scale, value))
        return self._half + round(inside / self.scale * self._half)
