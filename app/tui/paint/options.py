"""Something to choose from: one option a row, with the cursor, a number to press and a word about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span, fitted, on
from app.tui.text import cells, cut, fit


@dataclass(frozen=True, slots=True)
class Option:
    """One of them. `why_not` says why it cannot be chosen now."""

    value: str
    label: str
    says: str = ""
    key: str = ""  # what to press for it; without one, its number
    why_not: str = ""


def key_of(option: Option, number: int) -> str:
    """What to press for it."""
    return option.key or (str(number) if number < 10 else "")


def options(listed: Sequence[Option], cursor: int | None, width: int, glyphs: Glyphs) -> list[Row]:
    """A row each."""
    label = max((cells(option.label) for option in listed), default=0)
    label = min(label, max(8, width // 2))
    return [
        _option(option, key_of(option, number), number - 1 == cursor, label, width, glyphs)
        for number, option in enumerate(listed, 1)
    ]


def _option(option: Option, key: str, chosen: bool, label: int, width: int, glyphs: Glyphs) -> Row:
    off = bool(option.why_not)
    spans: Row = (
        Span(f"{glyphs.cursor if chosen else ' '} ", "accent bold"),
        Span(f"{key:<2}", "faint" if off else "accent bold"),
        Span(fit(option.label, label), "faint" if off else "text bold" if chosen else "text"),
        Span(f"  {cut(option.why_not or option.says, max(0, width - label - 6))}", "faint" if off else "muted"),
    )
    spans = fitted(spans, width)
    return on(spans, "selection") if chosen else spans
