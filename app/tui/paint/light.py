"""Light from below: whoever acts stands on a bright edge, and a warm glow rises from it over the last rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from app.tui.paint.rows import Row, Span, on

LEVELS = 4
REACH = 4  # rows that the light can touch, the edge among them; one less in a low panel
RESTING = 0.6  # its strength on somebody who acts and is silent
_LOW = 12  # rows
_FASTEST = 90.0  # tokens a second from which it is as strong as it gets


def strength_of(tokens_a_second: float) -> float:
    """How strong the light is at a rate of speech."""
    return RESTING + (1 - RESTING) * min(1.0, max(0.0, tokens_a_second) / _FASTEST)


def lit_from_below(rows: Sequence[Row], strength: float) -> list[Row]:
    """The rows with the light on the last of them: only their ground is warmer, what is written stays as it is."""
    shown = list(rows)
    reach = REACH if len(shown) >= _LOW else REACH - 1
    for above in range(min(reach, len(shown) - 1)):
        level = level_of(above, strength, reach)
        if level:
            shown[-1 - above] = on(shown[-1 - above], f"light:{level}")
    return shown


def faintly_lit(rows: Sequence[Row]) -> list[Row]:
    """The rows of somebody who acts beside the light: one faint step of it, on the last of them."""
    return [*rows[:-1], *(on(row, "light:1") for row in rows[-1:])]


def level_of(above: int, strength: float, reach: int = REACH) -> int:
    """How bright the ground is so many rows above the edge: 0 for not at all."""
    share = strength * (1 - above / reach)
    return max(0, min(LEVELS, ceil(share * LEVELS - 0.3)))


def bright_edge(edge: Row, border: str, strength: float) -> Row:
    """The border at the foot in the colour of the light; the words in it keep theirs."""
    if strength <= 0:
        return edge
    return tuple(Span(span.text, "accent") if span.style == border else span for span in edge)
