"""Films for tests: small ones made by hand, and that of the sprint, as everybody would see it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.export.film import Colours, Cut, Film, Frame, filmed
from app.export.picture.cells import Cell, Look
from app.journal.recording import Recording
from app.tui.text import cells
from docs.rehearsed import Rehearsal, still_house

NIGHT = Colours("#13100d", "#1b1713", "#ede5d9", "#b6ab9b", "#423a32", "#f6ba4f", is_dark=True)
PLAIN = Look("#ede5d9")
RUN = "01KJVD9RB0FT3N6Y8A4KXZ9Q2M"


def by_hand(*screens: Sequence[str], title: str = "A small film", **more: Any) -> Film:
    """A film of screens of text, a second each."""
    width = max(cells(line) for screen in screens for line in screen)
    frames = [Frame(float(at), tuple(row_of(line, width) for line in screen)) for at, screen in enumerate(screens)]
    seconds = more.pop("seconds", float(len(screens)))
    return Film(title, RUN, (width, len(screens[0])), NIGHT, tuple(frames), seconds, **more)


def row_of(line: str, width: int = 0, look: Look = PLAIN) -> tuple[Cell, ...]:
    """A row of a screen in one look."""
    row = [cell for letter in line for cell in (Cell(letter, look), *[Cell("", look)] * (cells(letter) - 1))]
    return tuple(row + [Cell(" ", look)] * (width - len(row)))


async def sprint(**cut: Any) -> Film:
    """The film of a rehearsed sprint, in the cut that an export has by default unless another is asked for."""
    key = tuple(sorted(cut.items()))
    if key not in _films():
        _films()[key] = await filmed(await sprinted(), Cut(**cut))
    return _films()[key]


async def sprinted() -> Recording:
    """A rehearsed sprint."""
    if RUN not in _recordings():
        with tempfile.TemporaryDirectory() as folder, still_house(Path(folder)):
            _recordings()[RUN] = await Rehearsal("feature-sprint").record(RUN, Path(folder))
    return _recordings()[RUN]


@cache
def _films() -> dict[Any, Film]:
    return {}


@cache
def _recordings() -> dict[str, Recording]:
    return {}
