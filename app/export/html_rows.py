"""Packs the frames of a film for the player: each distinct part, row and look once, and of a frame only what changed.

A frame names rows, a row names parts, a part is a piece of text in one look. What stands still or comes back costs a
number, and a row that is nearly the one before it only what differs. The player draws with the geometry that every
other export is drawn with: it is given the outline of each character that has to meet its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree

from app.export.film import Frame
from app.export.picture.cells import HEIGHT, WIDTH, Cell, Look, runs, short, x_of, y_of
from app.export.picture.drawing import BASELINE, Looks, pieces

_FEW = 4  # cells: fewer of the same are not worth to be counted


def packed(frames: Sequence[Frame]) -> dict[str, Any]:
    """What the player is given, as plain data."""
    book = _Book()
    changes = list(_changes(frames, book))
    rows = {id(row): row for frame in frames for row in frame.rows}
    characters = sorted({cell.text for row in rows.values() for cell in row})
    outlines = {character: outline(character) for character in characters}
    return {
        "cell": [WIDTH, HEIGHT, BASELINE],
        "frames": changes,
        "rows": book.written,
        "parts": book.parts.values,
        "looks": book.looks.values,
        "outlines": {character: found for character, found in outlines.items() if found},
    }


def _changes(frames: Iterable[Frame], book: _Book) -> Iterator[list[int]]:
    """Of each frame its milliseconds, and every row that is not what it was, by number."""
    shown: dict[int, int] = {}
    for frame in frames:
        rows = {number: book.row(row, shown.get(number)) for number, row in enumerate(frame.rows)}
        changed = {number: row for number, row in rows.items() if shown.get(number) != row}
        if changed:
            yield [round(frame.at * 1000), *(part for change in changed.items() for part in change)]
            shown = rows


class _Once:
    """Values by number, each of them once."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self.values: list[Any] = []

    def number(self, key: Any, value: Any) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


class _Book:
    """All rows, parts and looks so far."""

    def __init__(self) -> None:
        self._rows, self.parts, self.looks = _Once(), _Once(), _Once()
        self._known: dict[int, int] = {}  # by identity: frames share the rows that stand still
        self.written: list[list[Any]] = []  # the rows, each as short as it can be said

    def row(self, cells: Sequence[Cell], before: int | None) -> int:
        """The number of a row that stands where another stood before."""
        if id(cells) not in self._known:
            codes = tuple(self._codes(cells))
            number = self._rows.number(codes, codes)
            if number == len(self.written):
                self.written.append(
                    list(codes) if before is None else _unlike(codes, self._rows.values[before], before)
                )
            self._known[id(cells)] = number
        return self._known[id(cells)]

    def _codes(self, cells: Sequence[Cell]) -> Iterator[int]:
        """The parts of a row; a number below zero is that many cells in which nothing is."""
        for start, end in runs([cell.look for cell in cells]):
            look = cells[start].look
            texts = [cell.text for cell in cells[start:end]]
            is_plain = not (look.ground or look.underline or look.strike)
            for text, times in _stretches(texts):
                if text == " " and is_plain:
                    yield -times
                else:
                    yield self._part(look, text, times)

    def _part(self, look: Look, text: str | tuple[str, ...], times: int) -> int:
        style = look.bold + 2 * look.italic + 4 * look.underline + 8 * look.strike
        number = self.looks.number(look, _without_end([look.colour, look.ground, style]))
        return self.parts.number((number, text, times), [number, text, *[times] * (times > 1)])


def _unlike(codes: Sequence[int], like: Sequence[int], number: int | None) -> list[Any]:
    """A row as the number of one like it, how much of its beginning and its end is the same, and what is not."""
    room = min(len(codes), len(like))
    start = next((at for at in range(room) if codes[at] != like[at]), room)
    end = next((at for at in range(room - start) if codes[-1 - at] != like[-1 - at]), room - start)
    kept = [number, start, end]
    return [kept, *codes[start : len(codes) - end]] if start + end > len(kept) else list(codes)


def _without_end(values: list[Any]) -> list[Any]:
    """Without what is nothing at the end."""
    while values and not values[-1]:
        values.pop()
    return values


def _stretches(texts: Sequence[str]) -> Iterator[tuple[str | tuple[str, ...], int]]:
    """Texts of cells: as one string where each has one character; where many are the same, one and how many."""
    waiting: list[str] = []
    for start, end in runs(texts):
        is_many = end - start >= _FEW and len(texts[start]) == 1
        if not is_many:
            waiting += texts[start:end]
            continue
        if waiting:
            yield _joined(waiting), 1
        waiting = []
        yield texts[start], end - start
    if waiting:
        yield _joined(waiting), 1


def _joined(texts: list[str]) -> str | tuple[str, ...]:
    return "".join(texts) if all(len(text) == 1 for text in texts) else tuple(texts)


@cache
def outline(character: str) -> list[list[Any]]:
    """What a drawn character is made of, from the top left of its cell: path, width of the stroke, dashes or opacity.

    A path without a width is filled. Of letters there is none.
    """
    if not character.isprintable():
        return []
    drawn = pieces([[Cell(character, Look("fill"))]], Looks())
    return [
        _stroke(piece.attrib) for piece in ElementTree.fromstring(f"<g>{''.join(drawn)}</g>") if piece.tag == "path"
    ]


def _stroke(path: dict[str, str]) -> list[Any]:
    width = float(path.get("stroke-width", 1)) if "stroke" in path else 0
    more = path.get("stroke-dasharray") or path.get("fill-opacity") or ""
    return _without_end([relative(path["d"], x_of(0), y_of(0)), width, more])


def relative(path: str, x: float, y: float) -> str:
    """A path that starts wherever it is put, made of one that was drawn at a place."""
    said: list[str] = []
    start = x, y
    for command, told in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", told)]
        match command:
            case "H":
                said.append(f"h{short(numbers[0] - x)}")
                x = numbers[0]
            case "V":
                said.append(f"v{short(numbers[0] - y)}")
                y = numbers[0]
            case "M" | "L" | "Q":
                offsets = (short(number - (y if at % 2 else x)) for at, number in enumerate(numbers))
                said.append(command.lower() + " ".join(offsets))
                x, y = numbers[-2:]
                start = (x, y) if command == "M" else start
            case "z":
                said.append("z")
                x, y = start
            case _:  # an arc, which is relative as it is
                said.append(command + told.strip())
                x, y = x + numbers[-2], y + numbers[-1]
    return "".join(said)
