"""Draws braille patterns as dots: hardly any font for terminals has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from app.export.picture.cells import HEIGHT, WIDTH, Rows, short, x_of, y_of

RADIUS = 1.3
_FIRST, _LAST = "\u2800", "\u28ff"
# Where each bit of a pattern stands: column and row of eight dots. The last row was added to the code later.
_PLACES = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


def is_braille(character: str) -> bool:
    """Is it drawn as dots?"""
    return len(character) == 1 and _FIRST <= character <= _LAST


@cache
def places(character: str) -> tuple[tuple[float, float], ...]:
    """The middle of each dot, as shares of a cell."""
    bits = ord(character) - ord(_FIRST)
    return tuple(((2 * x + 1) / 4, (2 * y + 1) / 8) for bit, (x, y) in enumerate(_PLACES) if bits >> bit & 1)


def dots(rows: Rows) -> Iterator[str]:
    """A path for each colour."""
    paths: dict[str, str] = defaultdict(str)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if is_braille(cell.text):
                paths[cell.look.colour] += "".join(
                    _dot(x_of(column) + x * WIDTH, y_of(number) + y * HEIGHT) for x, y in places(cell.text)
                )
    for colour, path in paths.items():
        if path:
            yield f'<path fill="{colour}" d="{path}"/>'


def _dot(x: float, y: float) -> str:
    half = f"a{RADIUS} {RADIUS} 0 1 0 "
    return f"M{short(x - RADIUS)} {short(y)}{half}{short(2 * RADIUS)} 0{half}{short(-2 * RADIUS)} 0z"
