"""The colours of a picture that may have 256: those of the cells, and the steps between a letter and its ground.

Nothing is guessed and nothing is dithered: what a cell asks for is in the palette, and a letter has as many steps
at its edges as there is room for.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

Colour = tuple[int, int, int]
Pair = tuple[Colour, Colour]  # a letter's, and its ground's
_Counted = TypeVar("_Counted", Colour, Pair)

CLEAR = 255  # no colour: what was there stays
_MOST = CLEAR  # colours
_STEPS = (8, 6, 4, 3)  # from the ground to the letter; more are not seen, and cost as much again


class Inks:
    """A palette, and where in it each shade between two colours is."""

    def __init__(self, grounds: Counter[Colour], pairs: Counter[Pair]) -> None:
        solid = Counter(grounds)
        for (colour, _), count in pairs.items():
            solid[colour] += count
        ranked = _ranked(solid)
        self.steps = next((steps for steps in _STEPS if len(ranked) + (steps - 1) * len(pairs) <= _MOST), _STEPS[-1])
        between = (shade for pair in _ranked(pairs) for shade in self._shades(pair)[1:-1])
        self.colours = list(dict.fromkeys((*ranked, *between)))[:_MOST]
        self._where = {colour: at for at, colour in enumerate(self.colours)}
        self._tables: dict[Pair, bytes] = {}

    def at(self, colour: Colour) -> int:
        """Where a colour is; of one that found no room, the nearest."""
        known = self._where.get(colour)
        if known is None:
            known = self._where[colour] = min(range(len(self.colours)), key=lambda at: _apart(self.colours[at], colour))
        return known

    def table(self, pair: Pair) -> bytes:
        """For each strength of a letter from 0 to 255, where its shade is."""
        table = self._tables.get(pair)
        if table is None:
            shades = [self.at(shade) for shade in self._shades(pair)]
            table = self._tables[pair] = bytes(shades[round(strength * self.steps / 255)] for strength in range(256))
        return table

    def _shades(self, pair: Pair) -> list[Colour]:
        colour, ground = pair
        return [_between(ground, colour, step / self.steps) for step in range(self.steps + 1)]


def _ranked(counted: Counter[_Counted]) -> list[_Counted]:
    """The most frequent first; of as frequent ones always the same first."""
    return sorted(counted, key=lambda each: (-counted[each], each))


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _apart(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
