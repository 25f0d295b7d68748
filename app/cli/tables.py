"""Rows in columns: as wide as their texts, but for the one column that gives way when the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.cli.ink import Ink, cell_width
from app.cli.narrator_text import one_line, shortened

_GAP = 2
_NARROWEST = 8


class Cell(NamedTuple):
    """A text with its colour; numbers stand at the right of their column."""

    text: str
    style: str = ""
    right: bool = False


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], ink: Ink, *, yielding: int) -> list[str]:
    """The lines of a table whose column number `yielding` is cut to what is left of the width."""
    cleaned = [[cell._replace(text=one_line(cell.text)) for cell in row] for row in rows]
    widths = [
        max(cell_width(name), *(cell_width(row[column].text) for row in cleaned)) if cleaned else cell_width(name)
        for column, name in enumerate(head)
    ]
    others = sum(widths) - widths[yielding] + _GAP * (len(widths) - 1)
    widths[yielding] = min(widths[yielding], max(_NARROWEST, ink.width - others))
    top = [Cell(name, "dim", cleaned[0][column].right if cleaned else False) for column, name in enumerate(head)]
    return [ink.glyphs(_line(row, widths, ink)) for row in [top, *cleaned]]


def _line(row: Sequence[Cell], widths: list[int], ink: Ink) -> str:
    shown = []
    for cell, width in zip(row, widths, strict=True):
        text = shortened(cell.text, width)
        space = " " * (width - cell_width(text))
        painted = ink.paint(text, cell.style) if cell.style else text
        shown.append(space + painted if cell.right else painted + space)
    return (" " * _GAP).join(shown).rstrip()
