"""Lists and pages for ears: plain sentences, for whoever has a screen read to them (FOOTLIGHTS_SCREEN_READER=1)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from app.cli.tables import Cell
from app.safety import one_line

_UNPRICED = re.compile(r"\? \+ (?=≈?\$)")


def is_spoken() -> bool:
    """Did the reader ask for sentences?"""
    return os.environ.get("FOOTLIGHTS_SCREEN_READER", "") not in ("", "0")


def sentence(*parts: str) -> str:
    """Parts as one sentence, those that say nothing left out."""
    text = aloud(", ".join(part for part in parts if part))
    return text if text.endswith((".", ":", "!", "?")) else f"{text}."


def aloud(text: str) -> str:
    """A text without the marks that a voice would spell out."""
    return _UNPRICED.sub("an unknown price and ", text).replace("≈", "about ").replace(" · ", ", ")


def spoken_rows(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A table as a sentence a row, each figure with its name."""
    for row in rows:
        yield sentence(*(f"{name} {said(cell.text)}" for name, cell in zip(head, row, strict=True) if cell.text))


def said(text: str) -> str:
    """A text without the glyph before it, which a voice would spell out."""
    first, _, rest = one_line(text).partition(" ")
    return rest if rest and not first.isascii() and len(first) == 1 else one_line(text)
