"""What the panes beside lists are made of: headings, facts in columns, wrapped text, bars, times as people say them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.state.words import plural
from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span
from app.tui.paint.said import start_of
from app.tui.text import cells, cut, fit, size, wrap

if TYPE_CHECKING:
    from app.tui.history import Ledger

SECOND = 1_000_000  # microseconds
_SPANS = ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h"), (7 * 86400, 86400, "d"))


def ago(at: int, now: int) -> str:
    """How long ago a moment was, both as wall clock in microseconds; after a week, its date."""
    seconds = max(0, (now - at) // SECOND)
    if seconds < 10:
        return "just now"
    for most, span, unit in _SPANS:
        if seconds < most:
            return f"{seconds // span} {unit} ago"
    return time.strftime("%d %b %Y", time.localtime(at / SECOND)).lstrip("0")


def lasting(seconds: float) -> str:
    """How long something still lasts: 40 s, 12 min, 3 h 5 min, 2 d."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86400:
        return f"{whole // 3600} h {whole // 60 % 60} min" if whole // 60 % 60 else f"{whole // 3600} h"
    return f"{whole // 86400} d"


def over(ledger: Ledger) -> str:
    """In how many runs something was counted."""
    return f"over {plural(ledger.runs, 'run')}" if ledger.is_all else f"over the last {plural(ledger.runs, 'run')}"


def heading(text: str, right: str = "") -> list[Row]:
    """A line of air and the name of what follows."""
    return [(), (Span(text, "accent"), Span(f"  {right}" if right else "", "muted"))]


def prose(text: str, width: int, style: str = "text", *, most: int = 0, indent: int = 0) -> list[Row]:
    """A text wrapped to a width; of a long one only the first lines, and how many more there are."""
    lines = wrap(text.strip("\n"), width - indent)
    rows: list[Row] = [(Span(" " * indent), Span(line, style)) for line in lines]
    if most and len(rows) > most + 1:
        return [*rows[:most], (Span(f"{' ' * indent}{len(rows) - most} more lines", "muted"),)]
    return rows


def excerpt(text: str, width: int, glyphs: Glyphs, *, most: int, indent: int = 2) -> list[Row]:
    """The first rows of what a model said, data as keys and values; and how many more there are."""
    lead = Span(" " * indent)
    shown = start_of(text, width - indent, most, glyphs)
    rows: list[Row] = [(lead, *row) for row in shown.rows]
    return [*rows, (lead, Span(f"{size(shown.hidden)} more", "muted"))] if shown.hidden else rows


def facts(pairs: Iterable[tuple[str, Row | str]], width: int) -> list[Row]:
    """Names in a column, and what is said of each beside it; what is empty is left out."""
    filled = [(name, told if isinstance(told, tuple) else (Span(told),)) for name, told in pairs if told]
    column = min(max((cells(name) for name, _ in filled), default=0), max(6, width // 3))
    rows: list[Row] = []
    for name, told in filled:
        rows += _fact(fit(name, column), told, width)
    return rows


def _fact(name: str, told: Row, width: int) -> Iterator[Row]:
    lead = Span(f"{name}  ", "muted")
    room = width - cells(lead.text)
    if len(told) > 1 or cells(told[0].text) <= room:
        yield (lead, *told)
        return
    for line in wrap(told[0].text, room):
        yield (lead, Span(line, told[0].style))
        lead = Span(" " * cells(lead.text))


def columns(lines: Sequence[tuple[str, Row]], width: int) -> list[Row]:
    """Names with the same room for each, and what stands beside them."""
    widest = min(max((cells(name) for name, _ in lines), default=0), width // 2)
    return [(Span(fit(name, widest)), Span("  "), *beside) for name, beside in lines]


def bar(share: float, width: int, style: str, glyphs: Glyphs) -> Row:
    """A line that is filled so far."""
    share = min(1.0, max(0.0, share))
    full = round(share * width)
    if share > 0 and not full:
        full = 1
    return (Span(glyphs.line_full * full, style), Span(glyphs.line_empty * (width - full), "edge"))


def invitation(title: str, *lines: str, width: int = 60) -> list[Row]:
    """What stands where there is nothing yet: a word about it, and what to do."""
    rows: list[Row] = [(Span(title, "text bold"),), ()]
    rows += [(Span(cut(line, width), "muted"),) for line in lines]
    return rows
