"""Draws box-drawing characters as lines, so that they meet whatever the font; Unicode's own names say where they go."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.export.picture.cells import HEIGHT, WIDTH, Rows, short, x_of, y_of

GAP = 1.5  # from the middle of a double line to each of its strokes
WEIGHTS = {"LIGHT": 1.0, "SINGLE": 1.0, "DOUBLE": 1.0, "HEAVY": 2.2}
DASHES = {"DOUBLE": "4.2 4.2", "TRIPLE": "2.8 2.8", "QUADRUPLE": "2.1 2.1"}
SIDES = {
    "UP": ["up"], "RIGHT": ["right"], "DOWN": ["down"], "LEFT": ["left"],
    "VERTICAL": ["up", "down"], "HORIZONTAL": ["left", "right"],
}  # fmt: skip


class Pen(NamedTuple):
    """What all strokes of one path share."""

    colour: str
    width: float
    dash: str


class Stretch(NamedTuple):
    """A straight stroke: where it is on one axis, and from where to where on the other."""

    at: float
    start: float
    end: float


def lines(rows: Rows) -> Iterator[str]:
    """A path for each pen; strokes that go on in the next cell are one."""
    across: dict[Pen, list[Stretch]] = defaultdict(list)
    upright: dict[Pen, list[Stretch]] = defaultdict(list)
    arcs: dict[Pen, str] = defaultdict(str)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            found = arms(cell.text)
            if found is None:
                continue
            x, y = x_of(column), y_of(number)
            if found.is_arc:
                arcs[Pen(cell.look.colour, 1.0, "")] += _arc(found, x, y)
                continue
            for weight, is_across, stretch in _strokes(found, x, y):
                pen = Pen(cell.look.colour, WEIGHTS[weight], found.dash)
                (across if is_across else upright)[pen].append(stretch)
    for pen in dict.fromkeys((*across, *upright, *arcs)):
        path = "".join(f"M{short(start)} {short(at)}H{short(end)}" for at, start, end in _joined(across[pen]))
        path += "".join(f"M{short(at)} {short(start)}V{short(end)}" for at, start, end in _joined(upright[pen]))
        yield _path(pen, path + arcs[pen])


def _path(pen: Pen, path: str) -> str:
    ends = f'stroke-dasharray="{pen.dash}"' if pen.dash else 'stroke-linecap="square"'
    width = f' stroke-width="{short(pen.width)}"' if pen.width != 1 else ""
    return f'<path fill="none" stroke="{pen.colour}"{width} {ends} d="{path}"/>'


class Arms(NamedTuple):
    """The weights of the lines from the middle of a character to its sides; empty, where there is none."""

    up: str = ""
    right: str = ""
    down: str = ""
    left: str = ""
    dash: str = ""
    is_arc: bool = False


@cache
def arms(character: str) -> Arms | None:
    """The arms of LIGHT DOWN AND RIGHT, of VERTICAL SINGLE AND RIGHT DOUBLE; none, of what is no line."""
    name = unicodedata.name(character, "") if len(character) == 1 else ""
    if not name.startswith("BOX DRAWINGS ") or "DIAGONAL" in name:
        return None
    dash = re.search(r"(\w+) DASH ", name)
    words = (name.replace(dash[0], "") if dash else name).split()[2:]
    if words[0] not in WEIGHTS:  # the weight of a side stands after it
        words.reverse()
    found: dict[str, str] = {}
    weight = ""
    for word in words:
        weight = word if word in WEIGHTS else weight
        found |= dict.fromkeys(SIDES.get(word, ()), weight)
    return Arms(**found, dash=DASHES[dash[1]] if dash else "", is_arc="ARC" in words)


def _strokes(found: Arms, x: float, y: float) -> Iterator[tuple[str, bool, Stretch]]:
    """The strokes of one character: the weight of each, whether it goes across, and where it is."""
    middle, centre = y + HEIGHT / 2, x + WIDTH / 2
    for weight, is_across, edge, to, at, beside in (
        (found.left, True, x, centre, middle, (found.up, found.down)),
        (found.right, True, x + WIDTH, centre, middle, (found.up, found.down)),
        (found.up, False, y, middle, centre, (found.left, found.right)),
        (found.down, False, y + HEIGHT, middle, centre, (found.left, found.right)),
    ):
        for offset in (-GAP, GAP) if weight == "DOUBLE" else (0.0,) if weight else ():
            end = to + (1 if edge > to else -1) * _before_the_middle(offset, *beside)
            yield weight, is_across, Stretch(at + offset, min(edge, end), max(edge, end))


def _before_the_middle(offset: float, one: str, other: str) -> float:
    """How far before the middle a stroke ends: inside a corner of double lines it is shorter, outside it is longer."""
    if not offset:
        return GAP if "DOUBLE" in (one, other) and one != other else 0.0
    near, far = (one, other) if offset < 0 else (other, one)
    if near:
        return GAP if near == "DOUBLE" else 0.0
    return -GAP if far == "DOUBLE" else 0.0


def _arc(found: Arms, x: float, y: float) -> str:
    """A quarter round."""
    middle, centre = y + HEIGHT / 2, x + WIDTH / 2
    side, end = x + WIDTH if found.right else x, y + HEIGHT if found.down else y
    turned = middle + (WIDTH if found.down else -WIDTH) / 2
    return (
        f"M{short(side)} {short(middle)}Q{short(centre)} {short(middle)} {short(centre)} {short(turned)}V{short(end)}"
    )


def _joined(stretches: list[Stretch]) -> Iterator[Stretch]:
    """Strokes that touch become one."""
    last: Stretch | None = None
    for at, start, end in sorted((round(at, 2), round(start, 2), round(end, 2)) for at, start, end in stretches):
        if last is not None and last.at == at and start <= last.end + 0.05:
            last = last._replace(end=max(end, last.end))
            continue
        if last is not None:
            yield last
        last = Stretch(at, start, end)
    if last is not None:
        yield last
