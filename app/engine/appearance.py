"""Tells the cast apart on stage: whoever has no sign and colour of their own is given ones that nobody else has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle

import msgspec

from app.events import Performer

SIGNS = "●■▲◆▼◉▣◈◐▤◍▧"
COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "bright_cyan", "bright_yellow", "bright_magenta")
_PLAIN = Performer(id="")


def told_apart(cast: Sequence[Performer]) -> tuple[Performer, ...]:
    """The cast in its order. What a card or a scenario chose stays; what repeats is given out again from the start."""
    plain = [who for who in cast if (who.glyph, who.color) == (_PLAIN.glyph, _PLAIN.color)]
    chosen = [who for who in cast if who not in plain]
    signs = _unused(SIGNS, (who.glyph for who in chosen))
    colours = _unused(COLOURS, (who.color for who in chosen))
    given = {who.id: (sign, colour) for who, sign, colour in zip(plain, cycle(signs), cycle(colours), strict=False)}
    return tuple(
        msgspec.structs.replace(who, glyph=given[who.id][0], color=given[who.id][1]) if who.id in given else who
        for who in cast
    )


def _unused(choice: Iterable[str], used: Iterable[str]) -> list[str]:
    """Those that are free; if none is, all of them."""
    taken = set(used)
    every = list(choice)
    return [each for each in every if each not in taken] or every
