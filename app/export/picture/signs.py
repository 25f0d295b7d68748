"""Draws blocks as rectangles and the common signs as shapes: fonts differ in how wide and how high these are."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from app.export.picture.cells import HEIGHT, WIDTH, Box, Rows, filled, runs, short, x_of, y_of

SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
EIGHTHS = {
    "ONE EIGHTH": 1, "ONE QUARTER": 2, "THREE EIGHTHS": 3, "HALF": 4, "FIVE EIGHTHS": 5, "THREE QUARTERS": 6,
    "SEVEN EIGHTHS": 7,
}  # fmt: skip
WHOLE = Box(0.0, 0.0, 1.0, 1.0)
QUADRANTS = {
    "UPPER LEFT": Box(0.0, 0.0, 0.5, 0.5), "UPPER RIGHT": Box(0.5, 0.0, 1.0, 0.5),
    "LOWER LEFT": Box(0.0, 0.5, 0.5, 1.0), "LOWER RIGHT": Box(0.5, 0.5, 1.0, 1.0),
}  # fmt: skip

# The corners of shapes, as shares of a cell; a circle has none.
_SMALL = 0.7
_CIRCLE: tuple[tuple[float, float], ...] = ()
_SQUARE = ((0.12, 0.3), (0.88, 0.3), (0.88, 0.66), (0.12, 0.66))
_DIAMOND = ((0.5, 0.24), (1.0, 0.48), (0.5, 0.72), (0.0, 0.48))
_UP, _DOWN = ((0.5, 0.27), (0.98, 0.67), (0.02, 0.67)), ((0.5, 0.69), (0.98, 0.29), (0.02, 0.29))
_RIGHT, _LEFT = ((0.95, 0.48), (0.1, 0.27), (0.1, 0.69)), ((0.05, 0.48), (0.9, 0.27), (0.9, 0.69))
SIGNS = {
    "●": (_CIRCLE, True, 1.0), "○": (_CIRCLE, False, 1.0), "■": (_SQUARE, True, 1.0), "□": (_SQUARE, False, 1.0),
    "◆": (_DIAMOND, True, 1.0), "◇": (_DIAMOND, False, 1.0), "▲": (_UP, True, 1.0), "△": (_UP, False, 1.0),
    "▼": (_DOWN, True, 1.0), "▽": (_DOWN, False, 1.0), "▶": (_RIGHT, True, 1.0), "◀": (_LEFT, True, 1.0),
    "▸": (_RIGHT, True, _SMALL), "◂": (_LEFT, True, _SMALL), "▴": (_UP, True, _SMALL), "▾": (_DOWN, True, _SMALL),
}  # fmt: skip


def blocks(rows: Rows) -> Iterator[str]:
    """A path for each colour and shade."""
    boxes: dict[tuple[str, float], list[Box]] = defaultdict(list)
    for number, row in enumerate(rows):
        for start, end in runs(row):
            cell = row[start]
            for part in parts_of(cell.text):
                is_through = part.left == 0.0 and part.right == 1.0
                top, bottom = y_of(number + part.top), y_of(number + part.bottom)
                for left, right in [(start, end)] if is_through else [(at, at + 1) for at in range(start, end)]:
                    box = Box(x_of(left + part.left), top, x_of(right - 1 + part.right), bottom)
                    boxes[cell.look.colour, SHADES.get(cell.text, 1.0)].append(box)
    for (colour, shade), found in boxes.items():
        yield filled(found, colour, shade)


@cache
def parts_of(character: str) -> tuple[Box, ...]:
    """The parts of its cell that a block or some quadrants fill; none, of what is neither."""
    name = unicodedata.name(character, "") if len(character) == 1 else ""
    if name.startswith("QUADRANT "):
        return tuple(QUADRANTS[quarter] for quarter in name.removeprefix("QUADRANT ").split(" AND "))
    whole = block(character)
    return () if whole is None else (whole,)


@cache
def block(character: str) -> Box | None:
    """The part of its cell that a block fills; none, of what is no block."""
    if character in SHADES or character == "█":
        return WHOLE
    name = unicodedata.name(character, "") if len(character) == 1 else ""
    found = re.fullmatch(r"(LOWER|UPPER|LEFT|RIGHT) ([A-Z ]+) BLOCK", name)
    if found is None:
        return None
    share = EIGHTHS[found[2]] / 8
    side = {"LOWER": {"top": 1 - share}, "UPPER": {"bottom": share}, "LEFT": {"right": share}}
    return WHOLE._replace(**side.get(found[1], {"left": 1 - share}))


def is_sign(character: str) -> bool:
    """Is it drawn as a shape?"""
    return character in SIGNS


def signs(rows: Rows) -> Iterator[str]:
    """A path for each colour, of those that are full; and one of those that are hollow."""
    paths: dict[tuple[str, bool], str] = defaultdict(str)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.text in SIGNS:
                paths[cell.look.colour, SIGNS[cell.text][1]] += _shape(cell.text, column, number)
    for (colour, is_full), path in paths.items():
        paint = f'fill="{colour}"' if is_full else f'fill="none" stroke="{colour}"'
        yield f'<path {paint} d="{path}"/>'


def _shape(character: str, column: int, row: int) -> str:
    corners, is_full, scale = SIGNS[character]
    x, y = x_of(column + 0.5), y_of(row + 0.48)
    if not corners:
        radius = 3.6 if is_full else 3.2
        half = f"a{radius} {radius} 0 1 0 "
        return f"M{short(x - radius)} {short(y)}{half}{short(2 * radius)} 0{half}{short(-2 * radius)} 0z"
    placed = ((x + (along - 0.5) * WIDTH * scale, y + (down - 0.48) * HEIGHT * scale) for along, down in corners)
    return "M" + "L".join(f"{short(one)} {short(other)}" for one, other in placed) + "z"
