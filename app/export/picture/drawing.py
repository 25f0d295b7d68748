"""Draws the cells of a terminal as an SVG that loads nothing and looks the same in every font.

Words are texts, each placed for itself. What has to meet its neighbours is drawn instead: box drawing as lines, blocks
as rectangles, the common signs as shapes. What looks alike is one path, so the files stay small.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from xml.sax.saxutils import escape

from app.export.picture.box_drawing import arms, lines
from app.export.picture.braille import dots, is_braille
from app.export.picture.cells import (
    HEIGHT,
    MARGIN,
    TITLE,
    TOP,
    WIDTH,
    Box,
    Cell,
    Look,
    Rows,
    filled,
    runs,
    short,
    x_of,
    y_of,
)
from app.export.picture.signs import blocks, is_sign, parts_of, signs

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
SIZE = 14
BASELINE = 14.0  # of letters, below the top of their cell


@dataclass(frozen=True, slots=True)
class Window:
    """What is around the cells."""

    title: str
    ground: str
    bar: str
    text: str
    faint: str
    told: str = ""  # what the picture shows, for those who do not see it


def drawn(rows: Rows, window: Window) -> str:
    """The cells in a window."""
    looks = Looks()
    parts = pieces(rows, looks)
    return framed(parts, (max(map(len, rows), default=0), len(rows)), window, looks.sheet)


def framed(parts: Sequence[str], size: tuple[int, int], window: Window, sheet: str) -> str:
    """The window of so many columns and rows, with what is drawn in it and the rules for it."""
    width = size[0] * WIDTH + 2 * MARGIN
    height = TOP + size[1] * HEIGHT + MARGIN - 4
    lamps = "".join(f'<circle cx="{18 + 16 * number}" cy="17" r="4.5"/>' for number in range(3))
    told = [f"<title>{escape(window.title)}</title><desc>{escape(window.told)}</desc>"] if window.told else []
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"'
            f' font-family="{FONTS}" font-size="{SIZE}">',
            *told,
            f"<style>{sheet}</style>",
            f'<rect width="100%" height="100%" rx="8" fill="{window.ground}"/>',
            f'<path fill="{window.bar}" d="M0 {TITLE:.0f}V8a8 8 0 0 1 8-8H{width - 8:.0f}a8 8 0 0 1 8 8v26z"/>',
            f'<g fill="{window.faint}">{lamps}</g>',
            f'<text x="{width / 2:.0f}" y="22" fill="{window.text}" text-anchor="middle">{escape(window.title)}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def pieces(rows: Rows, looks: Looks) -> list[str]:
    """The cells alone, from what is behind to what is in front; each piece stands for itself."""
    return [*_grounds(rows), *blocks(rows), *lines(rows), *signs(rows), *dots(rows), *_words(rows, looks)]


def _grounds(rows: Rows) -> Iterator[str]:
    """A path for each colour behind cells, of rectangles as high as they can be."""
    found: dict[str, dict[tuple[int, int], list[Box]]] = defaultdict(lambda: defaultdict(list))
    for number, row in enumerate(rows):
        grounds = [cell.look.ground for cell in row]
        for start, end in runs(grounds):
            above = found[grounds[start]][start, end]
            if above and above[-1].bottom == y_of(number):
                above[-1] = above[-1]._replace(bottom=y_of(number + 1))
            else:
                above.append(Box(x_of(start), y_of(number), x_of(end), y_of(number + 1)))
    for colour, boxes in found.items():
        if colour:
            yield filled((box for same in boxes.values() for box in same), colour)


class Looks:
    """A short name for each look of words."""

    def __init__(self) -> None:
        self._names: dict[Look, str] = {}

    def name(self, look: Look) -> str:
        turn, letter = divmod(len(self._names), len(ascii_lowercase))
        return self._names.setdefault(replace(look, ground=""), f"{ascii_lowercase[letter]}{turn or ''}")

    @property
    def sheet(self) -> str:
        return "".join(f".{name}{{{_rules(look)}}}" for look, name in self._names.items())


def _rules(look: Look) -> str:
    under = " ".join(["underline"] * look.underline + ["line-through"] * look.strike)
    rules = [f"fill:{look.colour}", *["font-weight:bold"] * look.bold, *["font-style:italic"] * look.italic]
    return ";".join([*rules, *[f"text-decoration:{under}"] * bool(under)])


def _words(rows: Rows, looks: Looks) -> Iterator[str]:
    """Words with one space between them, wherever they look alike; no viewer decides how wide more spaces are."""
    for number, row in enumerate(rows):
        shown = [" " if _is_drawn(cell.text) else cell.text for cell in row]
        # One character a cell: marks on a letter take none, and one that the letter before it takes as well counts.
        line = "".join(text[:1] or "\0" for text in shown)
        for found in re.finditer(r"[^ ]+(?: [^ ]+)*", line):
            for start, end in _alike(row, line, *found.span()):
                yield from _text(shown[start:end], start, number, looks.name(row[start].look))


def _text(shown: Sequence[str], start: int, row: int, look: str) -> Iterator[str]:
    seen = [at for at, text in enumerate(shown) if text != " "]
    if not seen:
        return
    first, last = seen[0], seen[-1] + 1
    word = "".join(shown[first:last])
    fits = "" if word.isascii() else ' lengthAdjust="spacingAndGlyphs"'
    yield (
        f'<text class="{look}" x="{short(x_of(start + first))}" y="{short(y_of(row) + BASELINE)}"'
        f' textLength="{short((last - first) * WIDTH)}"{fits}>{escape(word)}</text>'
    )


def _is_drawn(text: str) -> bool:
    return is_sign(text) or is_braille(text) or arms(text) is not None or bool(parts_of(text))


def _alike(row: Sequence[Cell], line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of one look; a sign that stands in other fonts with another width, if at all, is by itself."""
    kinds = [(replace(row[at].look, ground=""), at if _is_odd(line[at]) else -1) for at in range(start, end)]
    for first, last in runs(kinds):
        yield start + first, start + last


def _is_odd(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in ("So", "Sm")
