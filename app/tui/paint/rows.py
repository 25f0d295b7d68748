"""What a picture is made of: rows of spans, each a text and the words that say how it looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from app.tui.text import cells, cut, fit


class Span(NamedTuple):
    """A piece of a row. `style` is words that a Palette understands: "role:cyan bold", "muted on:panel"."""

    text: str
    style: str = "text"


Row = tuple[Span, ...]


def row(*spans: Span | str) -> Row:
    """A row; a bare text is plain."""
    return tuple(span if isinstance(span, Span) else Span(span) for span in spans)


def width_of(spans: Iterable[Span]) -> int:
    """How many cells it takes."""
    return sum(cells(span.text) for span in spans)


def fitted(spans: Row, width: int, style: str = "text") -> Row:
    """The row in exactly so many cells: cut with an ellipsis, or filled up."""
    taken = width_of(spans)
    if taken <= width:
        return (*spans, Span(" " * (width - taken), style)) if taken < width else spans
    kept: list[Span] = []
    left = width
    for span in spans:
        size = cells(span.text)
        if size >= left:
            kept.append(Span(cut(span.text + ("…" if size == left else ""), left), span.style))
            break
        kept.append(span)
        left -= size
    return fitted(tuple(kept), width, style) if width_of(kept) < width else tuple(kept)


def joined(pieces: Iterable[tuple[str, str]]) -> Row:
    """Neighbours that look the same, as one span."""
    spans: list[Span] = []
    for text, style in pieces:
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + text, style)
        else:
            spans.append(Span(text, style))
    return tuple(spans)


def spread(left: Row, right: Row, width: int) -> Row:
    """Two rows on one line, one at each end; the left one gives way."""
    room = width - width_of(right)
    if room <= 0:
        return fitted(right, width)
    return (*fitted(left, room), *right)


def line(text: str, width: int, style: str = "text") -> Row:
    """One text in exactly so many cells."""
    return (Span(fit(text, width), style),)


def key_words(*keys: tuple[str, str]) -> Row:
    """Keys, each with what it does."""
    spans = [each for key, says in keys for each in (Span(key, "accent bold"), Span(f" {says}  ", "muted"))]
    return (*spans[:-1], Span(spans[-1].text.rstrip(), "muted"))


def on(spans: Row, ground: str) -> Row:
    """The same row on another ground, where it names none."""
    return tuple(span if " on:" in f" {span.style}" else Span(span.text, f"{span.style} on:{ground}") for span in spans)
