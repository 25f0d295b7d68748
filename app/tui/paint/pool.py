"""A pool of light on the stage of the presenter: around whoever acts, rising from the edge; it goes with a handoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from app.tui.paint.lane import Traffic, eased
from app.tui.paint.light import LEVELS
from app.tui.paint.rows import Row, Span
from app.tui.text import cells

_SOFT = 0.25  # of a level: below it nothing is seen


@dataclass(frozen=True, slots=True)
class Pool:
    """Where it is, how large and how strong."""

    middle: float
    reach: int  # rows, from the edge up
    wide: float  # cells from its middle to where it ends, at the edge
    strength: float

    def level(self, cell: int, above: int) -> int:
        """How bright a cell is so many rows above the edge: 0 for not at all."""
        wide = self.wide * (1 - above / (self.reach + 2))
        share = (1 - (abs(cell - self.middle) / wide) ** 2) * self.strength * (1 - above / (self.reach + 1))
        return max(0, min(LEVELS, ceil(share * LEVELS - _SOFT)))


def pool_of(lane: Traffic, places: Mapping[str, int], reach: int, wide: float, strength: float) -> Pool | None:
    """At the feet of whoever acts; on its way, while something is handed over."""
    flight = next((flight for flight in lane.flights if flight.giver in places and flight.taker in places), None)
    if strength <= 0 or (flight is None and lane.lit not in places):
        return None
    if flight is None:
        return Pool(places[lane.lit], reach, wide, strength)
    giver, taker = places[flight.giver], places[flight.taker]
    gone = {"lift": 0.0, "land": 1.0}.get(flight.phase, eased(flight.progress))
    return Pool(round(giver + (taker - giver) * gone), reach, wide, strength)


def lit_by(row: Row, pool: Pool, above: int) -> Row:
    """The row with the light on it: only its ground is warmer, what is written stays as it is."""
    spans: list[Span] = []
    at = 0
    for span in row:
        for character in span.text:
            level = pool.level(at, above)
            style = f"{span.style} on:light:{level}" if level and " on:" not in span.style else span.style
            if spans and spans[-1].style == style:
                spans[-1] = Span(spans[-1].text + character, style)
            else:
                spans.append(Span(character, style))
            at += cells(character)
    return tuple(spans)
