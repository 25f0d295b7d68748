"""The picture of a scenario's steps, in the colours of the theme; pure, and drawn once for each width."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.tui.look.glyphs import ASCII, UNICODE, Glyphs
from app.tui.look.themes import ROLES
from app.tui.paint.rows import Row, Span, width_of
from app.tui.text import cells

if TYPE_CHECKING:
    from app.scenario.picture import Box, Line
    from app.scenario.picture import Span as Written

WIDEST = 240  # columns, beyond which a picture that does not fit is left an outline
_WIDER = 24  # how much more room it is given at a time

_STYLES = {
    "": "text", "border": "muted", "edge": "muted", "dim": "muted", "title": "text bold", "kind": "muted",
    "condition": "warning", "mark": "info", "border.gate": "gate", "border.condition": "muted", "border.loop": "info",
}  # fmt: skip


class Drawn(NamedTuple):
    """A picture: its rows and how wide it is."""

    rows: tuple[Row, ...]
    width: int
    is_graph: bool  # else it is an outline, at least in parts


@lru_cache(maxsize=64)
def graph(boxes: tuple[Box, ...], width: int, glyphs: Glyphs = UNICODE) -> Drawn:
    """The steps in so many columns: a graph where there is room, an outline where there is not."""
    from app.scenario.picture import draw

    found = draw(boxes, width)
    return _drawn(found.lines, glyphs, is_graph=found.fits)


@lru_cache(maxsize=64)
def outline(boxes: tuple[Box, ...], width: int, glyphs: Glyphs = UNICODE) -> Drawn:
    """The steps one under the other."""
    from app.scenario.picture.outline import outline as drawn_narrow
    from app.scenario.picture.text import line_of

    lines = map(line_of, drawn_narrow(boxes, width).rows) if boxes else ()
    return _drawn(lines, glyphs, is_graph=False)


def picture(boxes: tuple[Box, ...], width: int, height: int, glyphs: Glyphs = UNICODE) -> Drawn:
    """The graph where all of it has room, else the outline."""
    drawn = graph(boxes, width, glyphs)
    return drawn if drawn.is_graph and len(drawn.rows) <= height else outline(boxes, width, glyphs)


def whole_graph(boxes: tuple[Box, ...], width: int, glyphs: Glyphs = UNICODE) -> Drawn:
    """The steps as a graph in as few columns as it takes, which may be more than there are: it can be panned."""
    drawn = graph(boxes, width, glyphs)
    room = width
    while not drawn.is_graph and room < WIDEST:
        room += _WIDER
        drawn = graph(boxes, room, glyphs)
    return drawn if drawn.is_graph else graph(boxes, width, glyphs)


def panned(row: Row, left: int) -> Row:
    """The row without its first columns."""
    kept: list[Span] = []
    for span in row:
        if left >= (size := cells(span.text)):
            left -= size
            continue
        start, gone = 0, 0
        while gone < left:
            gone += cells(span.text[start])
            start += 1
        kept.append(Span(" " * (gone - left) + span.text[start:], span.style) if left else span)
        left = 0
    return tuple(kept)


def drawn_with(text: str, glyphs: Glyphs) -> str:
    """The text with the lines, arrows and marks that the terminal has; words stay as they are."""
    return text.translate(_ASCII) if glyphs is ASCII else text


def role_of(colour: str) -> str:
    """The word for the colour of one of the cast; white for one that no theme has."""
    return f"role:{colour}" if colour in ROLES else "role:white"


def _drawn(lines: Iterable[Line], glyphs: Glyphs, *, is_graph: bool) -> Drawn:
    rows = tuple(tuple(Span(_words(span, glyphs), _style(span.style)) for span in line) for line in lines)
    return Drawn(rows, max(map(width_of, rows), default=0), is_graph)


def _words(span: Written, glyphs: Glyphs) -> str:
    text = drawn_with(span.text, glyphs)
    sign, space, name = text.partition(" ")
    if glyphs is ASCII and span.style.startswith("agent.") and not sign.isascii():
        return f"{'*'.ljust(cells(sign))}{space}{name}"  # an agent's own sign may be a letter of any script
    return text


def _style(name: str) -> str:
    if name.startswith("agent."):
        return role_of(name.removeprefix("agent."))
    return _STYLES.get(name, "text")


_ASCII = str.maketrans(
    {
        **dict.fromkeys("─┄", "-"), **dict.fromkeys("│┆", "|"), "═": "=", "║": "#", "▼": "v", "↻": "@", "×": "x",
        **dict.fromkeys("╭╮╰╯├┤┬┴┼╞╡╤╧╪╘╛╒╕", "+"), **dict.fromkeys("╔╗╚╝", "#"), "·": ".", "…": "~", "–": "-",
        **{chr(code): "*" for code in (*range(0x25A0, 0x2600), *range(0x2600, 0x27C0))},
    }
    | {ord("▼"): "v"}
)  # fmt: skip
