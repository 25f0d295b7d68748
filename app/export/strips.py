"""A film as strips: each part of the screen that ever changes, with every state it is in and when.

What never changes is drawn once. A part is as small as it can be: what changes beside it, at other times and apart from
it, is another one. The upright lines of a frame are parts of their own, as high as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.export.diff import blank, changed
from app.export.film import Film, Frame
from app.export.picture.box_drawing import arms
from app.export.picture.cells import Cell, Look, Row, runs

State = tuple[Row, ...]
_NEAR = 2  # cells between two changes that are one


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of the screen, and what it shows from when on."""

    row: int
    start: int
    end: int
    states: tuple[tuple[float, State], ...]

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.states[0][1])

    def goes_on_in(self, other: Strip) -> bool:
        """Is the other one right below it, and does it change whenever this one does?"""
        mine = (self.row + self.height, self.start, self.end, [at for at, _ in self.states])
        return mine == (other.row, other.start, other.end, [at for at, _ in other.states])

    def with_(self, below: Strip) -> Strip:
        """Both as one."""
        states = zip(self.states, below.states, strict=True)
        return replace(self, states=tuple((at, above + under) for (at, above), (_, under) in states))


def strips_of(film: Film) -> list[Strip]:
    """Every one."""
    found: dict[tuple[int, int], list[Strip]] = {}
    for row in range(film.size[1]):
        for strip in _in_row(film.frames, row):
            above = found.setdefault((strip.start, strip.end), [])
            if above and above[-1].goes_on_in(strip):
                above[-1] = above[-1].with_(strip)
            else:
                above.append(strip)
    return sorted((strip for column in found.values() for strip in column), key=lambda strip: (strip.row, strip.start))


def _in_row(frames: Sequence[Frame], row: int) -> Iterator[Strip]:
    seen = [(frame.at, frame.rows[row]) for frame in frames]
    states = seen[:1] + [now for before, now in pairwise(seen) if now[1] is not before[1]]
    for start, end in _joined(_changes([cells for _, cells in states])):
        parts = [(at, _plain(cells[start:end])) for at, cells in states]
        kept = parts[:1] + [now for was, now in pairwise(parts) if now[1] != was[1]]
        yield Strip(row, start, end, tuple((at, (part,)) for at, part in kept))


def _changes(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """From where to where each row differs from the one before; an upright line is by itself."""
    for was, now in pairwise(rows):
        for start, end in changed(was, now, _NEAR):
            lines = [at if _is_upright(was[at]) or _is_upright(now[at]) else -1 for at in range(start, end)]
            for first, last in runs(lines):
                yield start + first, start + last


def _is_upright(cell: Cell) -> bool:
    found = arms(cell.text)
    return found is not None and bool(found.up and found.down) and not (found.left or found.right)


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that overlap are one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(set(stretches)):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _plain(cells: Row) -> Row:
    """The same to look at: an empty cell looks like the one before it, wherever nobody sees a difference."""
    plain: list[Cell] = []
    for cell in cells:
        if cell.text == " ":
            seen = blank(cell.look)
            before = plain[-1].look if plain else None
            cell = Cell(" ", before if before is not None and blank(before) == seen else _empty(*seen))
        plain.append(cell)
    return tuple(plain)


def _empty(ground: str, underline: bool, strike: bool, colour: str) -> Look:
    return Look(colour, ground, underline=underline, strike=strike)
