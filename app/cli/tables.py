"""Rows in columns: as wide as their texts, but for the one column that gives way when the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened, shortened_apart
from app.safety import one_line

_GAP = 2
_NARROWEST = 8


class Cell(NamedTuple):
    """A text with its colour; numbers stand at the right of their column."""

    text: str
    style: str = ""
    right: bool = False


class Giving(NamedTuple):
    """How a table gives way where the terminal is narrow: one column is cut, and others leave, in this order."""

    column: int
    leaving: tuple[int, ...] = ()
    least: int = _NARROWEST  # cells it keeps while another can leave
    apart: bool = False  # it names the row, so two names that differ are cut to two that differ


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], ink: Ink, *, yielding: Giving) -> list[str]:
    """The lines of a table, as far as they fit the width."""
    cleaned = [[cell._replace(text=one_line(cell.text)) for cell in row] for row in rows]
    widths = {
        column: max([cell_width(name), *(cell_width(row[column].text) for row in cleaned)])
        for column, name in enumerate(head)
    }
    leaving = iter(yielding.leaving)
    while (room := _room_for(yielding.column, widths, ink)) < yielding.least:
        if (gone := next(leaving, None)) is None:
            break
        del widths[gone]
    widths[yielding.column] = min(widths[yielding.column], max(_NARROWEST, room))
    if yielding.apart:
        names = shortened_apart([row[yielding.column].text for row in cleaned], widths[yielding.column])
        for row, name in zip(cleaned, names, strict=True):
            row[yielding.column] = row[yielding.column]._replace(text=name)
    top = [Cell(name, "dim", cleaned[0][column].right if cleaned else False) for column, name in enumerate(head)]
    return [ink.glyphs(_line(row, widths, ink)) for row in [top, *cleaned]]


def _room_for(column: int, widths: dict[int, int], ink: Ink) -> int:
    return ink.width - sum(widths.values()) + widths[column] - _GAP * (len(widths) - 1)


def _line(row: Sequence[Cell], widths: dict[int, int], ink: Ink) -> str:
    shown = []
    for column, width in widths.items():
        cell = row[column]
        text = shortened(cell.text, width)
        space = " " * (width - cell_width(text))
        painted = ink.paint(text, cell.style) if cell.style else text
        shown.append(space + painted if cell.right else painted + space)
    return (" " * _GAP).join(shown).rstrip()
