"""The list of plays on Home: companies and their plays, one or two rows each, with what a live run of each needs."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from app.state.words import plural
from app.tui.library import Heading, Line, Mark, Play
from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span, fitted, on, spread
from app.tui.text import cells, cut

STYLES: dict[Mark, str] = {"people": "gate", "network": "info", "key": "warning"}


class Placed(NamedTuple):
    """A line of the list, and the rows it takes."""

    line: Line
    first: int
    height: int


def mark_of(mark: Mark, glyphs: Glyphs) -> str:
    """The sign of something that a live run needs."""
    return {"people": glyphs.person, "network": glyphs.up, "key": "$"}[mark]


def placed(lines: Sequence[Line], *, tall: bool) -> list[Placed]:
    """Where each line stands; `tall` gives each play a second row, and air above a company."""
    found: list[Placed] = []
    at = 0
    for line in lines:
        is_heading = isinstance(line, Heading)
        at += is_heading and tall and bool(found)
        height = 2 if tall and not is_heading else 1
        found.append(Placed(line, at, height))
        at += height
    return found


def library(
    places: Sequence[Placed],
    chosen: Play | None,
    broken: Container[str],
    top: int,
    width: int,
    height: int,
    glyphs: Glyphs,
) -> list[Row]:
    """The rows from `top` on; `broken` are those that are known to have errors."""
    rows: list[Row] = [()] * height
    for line, first, size in places:
        if first + size <= top or first >= top + height:
            continue
        if isinstance(line, Heading):
            painted = [_heading(line, width)]
        else:
            painted = _play(line, line == chosen, bool(line.mistake) or line.name in broken, width, size, glyphs)
        for offset, row in enumerate(painted):
            if 0 <= first + offset - top < height:
                rows[first + offset - top] = row
    return rows


def _heading(line: Heading, width: int) -> Row:
    whose = "" if line.origin == "built in" else "yours " if line.origin == "user" else f"{line.origin} "
    name = (line.company or "plays").replace("/", " / ")
    return spread((Span(f" {name.upper()}", "accent"),), (Span(whose, "muted"),), width)


def _play(play: Play, chosen: bool, broken: bool, width: int, size: int, glyphs: Glyphs) -> list[Row]:
    edge = Span(f"{glyphs.upright_lit} " if chosen else "  ", "accent")
    if broken:
        right: Row = (Span(f"{glyphs.failed} ", "error"),)
    else:
        right = (*(Span(mark_of(mark, glyphs), STYLES[mark]) for mark in play.marks), Span(" "))
    title = Span(play.title, "text bold" if chosen else "text")
    rows = [spread((edge, title), (Span(" "), *right), width)]
    if size > 1:
        rows.append(fitted((edge, *_about(play, width - 3)), width))
    return [on(row, "selection") for row in rows] if chosen else rows


def _about(play: Play, room: int) -> Row:
    """What it is called on the command line, and its tags."""
    if play.mistake:
        return (Span(cut(play.mistake, room), "error"),)
    more = "  ".join(play.tags) if play.tags else plural(play.steps, "step")
    return (Span(play.short, "muted"), Span(cut(f"  {more}", max(0, room - cells(play.short))), "muted dim"))
