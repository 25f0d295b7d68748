"""A table: a row of titles, the items that fit, a bar at the right that tells where one is in a long list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span, fitted, on, width_of
from app.tui.table import GAP, Column, Heading, Listing, columns_in
from app.tui.text import cells, fit

Item = TypeVar("Item")

GUTTER = 3  # cells before the first column: the cursor, the mark, air
HEAD = 1  # rows of titles


def rows_for(height: int) -> int:
    """How many items are seen in a table of this height."""
    return max(0, height - HEAD)


def table(
    listing: Listing[Item], width: int, height: int, top: int, glyphs: Glyphs, *, empty: Sequence[Row] = ()
) -> list[Row]:
    """As many rows as there is room for, from the line `top` on."""
    if height <= 0 or width <= GUTTER:
        return []
    if not listing.lines:
        return _in_the_middle(empty, width, height)
    seen = rows_for(height)
    has_bar = len(listing.lines) > seen
    room = width - GUTTER - (2 if has_bar else 0)
    columns = columns_in(listing.columns, room)
    found = _finder(listing.query)
    rows = [_titles(listing, columns, glyphs)]
    for at in range(top, min(top + seen, len(listing.lines))):
        line = listing.lines[at]
        if isinstance(line, Heading):
            rows.append(_heading(line, room + GUTTER, glyphs))
        else:
            rows.append(_item(listing, line, at == listing.cursor, columns, room, found, glyphs))
    return _with_bar(rows, width, height, top, len(listing.lines), glyphs) if has_bar else rows


def column_at(listing: Listing[Item], width: int, height: int, x: int) -> Column[Item] | None:
    """The column whose title stands at a place, for whoever clicks on it."""
    end = GUTTER
    for column, wide in columns_in(listing.columns, width - GUTTER - (2 if len(listing.lines) > height - HEAD else 0)):
        end += wide + GAP
        if x < end:
            return column
    return None


def _titles(listing: Listing[Item], columns: Sequence[tuple[Column[Item], int]], glyphs: Glyphs) -> Row:
    spans = [Span(" " * GUTTER)]
    for at, (column, width) in enumerate(columns):
        is_sorted = column is listing.sorted_by
        arrow = (glyphs.falling if listing.falling else glyphs.rising) if is_sorted else ""
        text = f"{column.title} {arrow}" if arrow else column.title
        text = " " * (width - cells(text)) + text if column.right else text
        spans += [Span(" " * GAP)] if at else []
        spans.append(Span(fit(text, width), "accent" if is_sorted else "muted"))
    return tuple(spans)


def _heading(heading: Heading, width: int, glyphs: Glyphs) -> Row:
    text, more = f" {heading.text} ", f" {heading.more} " if heading.more else ""
    rule = glyphs.rule_faint * max(0, width - cells(text) - cells(more))
    return fitted((Span(text, "text bold"), Span(more, "muted"), Span(rule, "edge")), width)


def _item(
    listing: Listing[Item],
    item: Item,
    is_chosen: bool,
    columns: Sequence[tuple[Column[Item], int]],
    room: int,
    found: re.Pattern[str] | None,
    glyphs: Glyphs,
) -> Row:
    is_marked = listing.key(item) in listing.marks
    spans: list[Span] = [
        Span(glyphs.cursor if is_chosen else " ", "accent bold"),
        Span(f"{glyphs.on if is_marked else ' '} ", "accent"),
    ]
    for at, (column, width) in enumerate(columns):
        shown = _marked(column.show(item), found)
        space = width - width_of(shown)
        spans += [Span(" " * GAP)] if at else []
        spans += [Span(" " * space), *shown] if column.right and space > 0 else fitted(shown, width)
    row = fitted(tuple(spans), room + GUTTER)
    return on(row, "selection") if is_chosen else row


def _finder(query: str) -> re.Pattern[str] | None:
    words = sorted(query.split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None


def _marked(row: Row, found: re.Pattern[str] | None) -> Row:
    if found is None:
        return row
    spans: list[Span] = []
    for span in row:
        at = 0
        for match in found.finditer(span.text):
            spans += [Span(span.text[at : match.start()], span.style)] if match.start() > at else []
            spans.append(Span(match[0], f"{span.style} accent bold underline"))
            at = match.end()
        spans += [Span(span.text[at:], span.style)] if at < len(span.text) else []
    return tuple(spans)


def _with_bar(rows: list[Row], width: int, height: int, top: int, count: int, glyphs: Glyphs) -> list[Row]:
    seen = rows_for(height)
    size = max(1, seen * seen // count)
    first = round((seen - size) * top / max(1, count - seen))
    drawn = [fitted(rows[0], width)]
    for at, row in enumerate(rows[HEAD:]):
        thumb = first <= at < first + size
        bar = Span(glyphs.upright_lit, "muted") if thumb else Span(glyphs.upright, "edge")
        drawn.append((*fitted(row, width - 2), Span(" "), bar))
    return drawn


def _in_the_middle(said: Sequence[Row], width: int, height: int) -> list[Row]:
    above = max(0, (height - len(said)) // 2 - 1)
    rows: list[Row] = [()] * above
    for row in said:
        rows.append((Span(" " * max(0, (width - width_of(row)) // 2)), *row))
    return rows[:height]
