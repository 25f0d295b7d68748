"""What a picture of a terminal is made of: cells, how each looks, and where it is on the paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 8.4, 18.0  # of a cell
MARGIN, TITLE = 14.0, 34.0
TOP = TITLE + 8.0


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks: its colour, what is behind it where that is not the window, and how letters stand in it."""

    colour: str
    ground: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False


class Cell(NamedTuple):
    """One cell; what is two cells wide has an empty one after it."""

    text: str
    look: Look


class Box(NamedTuple):
    """A part of the paper, or of a cell."""

    left: float
    top: float
    right: float
    bottom: float


Row = tuple[Cell, ...]
Rows = Sequence[Sequence[Cell]]


def x_of(column: float) -> float:
    """Where a column begins."""
    return MARGIN + column * WIDTH


def y_of(row: float) -> float:
    """Where a row begins."""
    return TOP + row * HEIGHT


def short(number: float) -> str:
    """A coordinate, as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0")


def runs(values: Sequence[object]) -> Iterator[tuple[int, int]]:
    """From where to where the same goes on."""
    start = 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[start]:
            yield start, at
            start = at


def filled(boxes: Iterable[Box], colour: str, opacity: float = 1.0) -> str:
    """A path of rectangles."""
    path = "".join(f"M{short(a)} {short(b)}H{short(c)}V{short(d)}H{short(a)}z" for a, b, c, d in boxes)
    shade = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'<path fill="{colour}"{shade} shape-rendering="crispEdges" d="{path}"/>'
