"""What has to meet its neighbours, pixel by pixel: lines, blocks, dots and signs of a cell as shapes to be filled.

The shapes are those of `app.export.picture`; here they lie on whole pixels, so that no border has a gap.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from math import cos, pi, sin
from typing import NamedTuple

from app.export.picture.box_drawing import DASHES, Arms, arms
from app.export.picture.signs import SHADES, SIGNS, block

Point = tuple[float, float]
_ROUND = 48  # corners of what is round


class Size(NamedTuple):
    """Of a cell in pixels; `line` is how thick a light line is."""

    width: int
    height: int
    line: int


class Shape(NamedTuple):
    """A polygon, how much of its colour is seen, and whether its corners lie on whole pixels."""

    corners: tuple[Point, ...]
    strength: float = 1.0
    is_sharp: bool = False


@cache
def shapes(character: str, size: Size) -> tuple[Shape, ...] | None:
    """What to fill for a character, one shape over the other; none, of what is written with letters."""
    if len(character) != 1:
        return None
    if (found := arms(character)) is not None:
        return tuple(_arc(found, size) if found.is_arc else _strokes(found, size))
    if (part := block(character)) is not None:
        return (_share(*part, size, SHADES.get(character, 1.0)),)
    if character in SIGNS:
        return tuple(_sign(character, size))
    if 0x2800 <= ord(character) <= 0x28FF:
        return tuple(_dots(ord(character) - 0x2800, size))
    name = unicodedata.name(character, "")
    if name.startswith("QUADRANT "):
        return tuple(_quadrants(name, size))
    return tuple(_diagonals(character, size)) or None


def rectangle(left: float, top: float, right: float, bottom: float, strength: float = 1.0) -> Shape:
    """One that lies on whole pixels."""
    return Shape(((left, top), (right, top), (right, bottom), (left, bottom)), strength, is_sharp=True)


# Lines


def _strokes(found: Arms, size: Size) -> Iterator[Shape]:
    """From each side to the middle, as far as it takes to meet the others."""
    horizontal, vertical = (found.left, found.right), (found.up, found.down)
    for weight, to_the_end, opposite, beside, is_across in (
        (found.left, False, found.right, vertical, True),
        (found.right, True, found.left, vertical, True),
        (found.up, False, found.down, horizontal, False),
        (found.down, True, found.up, horizontal, False),
    ):
        along, over = (size.width, size.height) if is_across else (size.height, size.width)
        for offset in (-1, 1) if weight == "DOUBLE" else (0,) if weight else ():
            first, last = _lane(over, weight, offset, size)
            near, far = _meets(along, offset, weight, opposite, beside, size)
            start, end = (near, along) if to_the_end else (0, far)
            for begin, stop in _dashed(start, end, along, found.dash):
                yield rectangle(begin, first, stop, last) if is_across else rectangle(first, begin, last, stop)


def _lane(room: int, weight: str, offset: int, size: Size) -> tuple[int, int]:
    """From where to where a stroke is thick."""
    thick = 2 * size.line if weight == "HEAVY" else size.line
    first = (room - thick) // 2 + offset * size.line
    return first, first + thick


def _meets(room: int, offset: int, weight: str, opposite: str, beside: tuple[str, str], size: Size) -> tuple[int, int]:
    """Where a stroke begins that goes to the end of its cell, and where one ends that comes from its beginning."""
    near, far = beside if offset <= 0 else beside[::-1]
    doubles = beside.count("DOUBLE")
    if (offset and near == "DOUBLE") or (not offset and doubles == 2 and not opposite):
        return _lane(room, "DOUBLE", 1, size)[0], _lane(room, "DOUBLE", -1, size)[1]
    if (offset and not near and far == "DOUBLE") or (not offset and doubles == 1):
        return _lane(room, "DOUBLE", -1, size)[0], _lane(room, "DOUBLE", 1, size)[1]
    crossing = next((each for each in ("HEAVY", "LIGHT", "SINGLE") if each in beside), weight)
    return _lane(room, "LIGHT" if crossing == "DOUBLE" else crossing, 0, size)


def _dashed(start: int, end: int, room: int, dash: str) -> Iterator[tuple[int, int]]:
    if not dash:
        yield start, end
        return
    count = {length: number for number, length in enumerate(DASHES.values(), start=2)}[dash]
    for number in range(count):
        begin = round(number * room / count)
        stop = max(begin + 1, round((number + 0.6) * room / count))
        if start <= begin < end:
            yield begin, min(stop, end)


def _arc(found: Arms, size: Size) -> Iterator[Shape]:
    """A quarter round between two straight ends."""
    left, right = _lane(size.width, "LIGHT", 0, size)
    top, bottom = _lane(size.height, "LIGHT", 0, size)
    across, down = (1 if found.right else -1), (1 if found.down else -1)
    radius = size.width - left if found.right else right  # outside; as wide as the way to the side
    x, y = (left if found.right else right) + across * radius, (top if found.down else bottom) + down * radius
    outside = list(_quarter((x, y), radius, -across, -down))
    inside = list(_quarter((x, y), radius - size.line, -across, -down))
    yield Shape((*outside, *reversed(inside)))
    edge = size.height if found.down else 0
    yield rectangle(left, min(edge, y), right, max(edge, y))


def _quarter(middle: Point, radius: float, across: int, down: int) -> Iterator[Point]:
    for number in range(_ROUND // 4 + 1):
        angle = pi / 2 * number / (_ROUND // 4)
        yield middle[0] + across * radius * cos(angle), middle[1] + down * radius * sin(angle)


def _diagonals(character: str, size: Size) -> Iterator[Shape]:
    half = size.line * 0.6
    width, height = size.width, size.height
    if character in "╱╳":
        yield Shape(((width - half, 0), (width + half, 0), (half, height), (-half, height)))
    if character in "╲╳":
        yield Shape(((-half, 0), (half, 0), (width + half, height), (width - half, height)))


# Blocks and dots


def _share(left: float, top: float, right: float, bottom: float, size: Size, strength: float = 1.0) -> Shape:
    """A part of the cell, given in shares of it."""
    width, height = size.width, size.height
    return rectangle(round(left * width), round(top * height), round(right * width), round(bottom * height), strength)


def _quadrants(name: str, size: Size) -> Iterator[Shape]:
    for part in name.removeprefix("QUADRANT ").split(" AND "):
        left, top = 0.5 * ("RIGHT" in part), 0.5 * ("LOWER" in part)
        yield _share(left, top, left + 0.5, top + 0.5, size)


def _dots(pattern: int, size: Size) -> Iterator[Shape]:
    """Braille: two columns of four, evenly spaced from cell to cell."""
    across, down, half = size.width / 2, size.height / 4, size.line
    for bit, (column, row) in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
        if pattern >> bit & 1:
            x, y = round((column + 0.5) * across), round((row + 0.5) * down)
            yield rectangle(x - half, y - half, x + half, y + half)


# Signs


def _sign(character: str, size: Size) -> Iterator[Shape]:
    corners, is_full, scale = SIGNS[character]
    width, height = size.width, size.height
    middle = (width / 2, 0.48 * height)
    if corners:
        placed = [
            (middle[0] + (along - 0.5) * scale * width, middle[1] + (down - 0.48) * scale * height)
            for along, down in corners
        ]
    else:
        radius = 0.43 * width
        turns = (2 * pi * number / _ROUND for number in range(_ROUND))
        placed = [(middle[0] + radius * cos(turn), middle[1] + radius * sin(turn)) for turn in turns]
    yield Shape(tuple(placed))
    if not is_full:
        yield Shape(tuple(_within(placed, size.line)), strength=0.0)


def _within(corners: list[Point], line: float) -> Iterable[Point]:
    """The same shape inside an outline."""
    x = sum(corner[0] for corner in corners) / len(corners)
    y = sum(corner[1] for corner in corners) / len(corners)
    half = min(max(abs(corner[0] - x) for corner in corners), max(abs(corner[1] - y) for corner in corners))
    shrunk = 1 - 1.4 * line / half
    return ((x + (corner[0] - x) * shrunk, y + (corner[1] - y) * shrunk) for corner in corners)
