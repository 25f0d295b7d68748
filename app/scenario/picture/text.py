"""Styled text measured in terminal cells: what the pictures are made of, and how it is clipped and wrapped."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of text with the name of a style."""

    text: str
    style: str = ""


Line = tuple[Span, ...]
Cell = tuple[str, str]  # what one cell shows and its style; the second half of a wide character shows ""
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished drawing: rows of one width, and whether all of it is a graph."""

    rows: list[Row]
    width: int
    whole: bool


BLANK: Cell = (" ", "")
PUNCTUATION = {",", ";", ".", ":", "?"}
WITHIN_NAMES = {".", "_", "-", "/", ","}


def row(text: str, style: str = "") -> Row:
    """The cells of a text in one style."""
    return row_of([Span(text, style)])


def row_of(line: Iterable[Span]) -> Row:
    """The cells of a line; what would move the cursor or reorder the text is left out."""
    cells: Row = []
    for text, style in line:
        for character in text:
            width = cell_width(character)
            if width < 0:
                continue
            if width:
                cells.append((" " if character.isspace() else character, style))
                cells.extend([("", style)] * (width - 1))
            elif cells:
                base = -1 if cells[-1][0] else -2
                cells[base] = (cells[base][0] + character, cells[base][1])
    return cells


def line_of(cells: Row) -> Line:
    """The line that a row of cells shows, without trailing blanks."""
    end = len(cells)
    while end and cells[end - 1][0] == " ":
        end -= 1
    runs = groupby(cells[:end], key=lambda cell: cell[1])
    return tuple(Span("".join(text for text, _ in run), style) for style, run in runs)


@lru_cache(maxsize=4096)
def cell_width(character: str) -> int:
    """Cells a character takes: 2 for East Asian wide, 0 for combining, -1 for what must not be printed."""
    if character.isspace():
        return 1
    # Joiners and variation selectors make terminals disagree about widths; without them all agree.
    if not character.isprintable() or "\ufe00" <= character <= "\ufe0f":
        return -1
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def line_width(line: Iterable[Span]) -> int:
    """Cells a line takes."""
    return sum(max(0, cell_width(character)) for text, _ in line for character in text)


def clip(cells: Row, width: int) -> Row:
    """The row cut to a width, with an ellipsis where something is missing."""
    if len(cells) <= width:
        return cells
    kept = whole(cells, width - 1)
    while kept and kept[-1][0] == " ":
        kept.pop()
    return [*kept, ("…", kept[-1][1] if kept else "")]


def wrap(cells: Row, width: int, limit: int) -> list[Row]:
    """The row broken into at most `limit` rows of a width; the last one is clipped."""
    rows: list[Row] = []
    rest = cells
    while len(rest) > width and len(rows) < limit - 1:
        end = break_point(rest, width)
        rows.append(rest[:end])
        rest = rest[end:]
        while rest and rest[0][0] == " ":
            rest = rest[1:]
    return [*rows, clip(rest, width)]


def break_point(cells: Row, width: int) -> int:
    """Where to break: after a phrase, else between words, else within a long name, else where the room ends."""
    spaces = [end for end in range(width, width // 4, -1) if cells[end][0] == " " and not ends_in_symbol(cells[:end])]
    phrases = [end for end in spaces if end > width // 2 and cells[end - 1][0] in PUNCTUATION]
    parts = [end for end in range(width, width // 2, -1) if cells[end - 1][0] in WITHIN_NAMES]
    return next(iter([*phrases, *spaces, *parts]), max(1, len(whole(cells, width))))


def ends_in_symbol(cells: Row) -> bool:
    """Whether a lone symbol stands last, such as the glyph of an agent, which belongs to the name after it."""
    last, before = cells[-1][0], cells[-2][0] if len(cells) > 1 else " "
    return before == " " and last != " " and not last.isalnum()


def whole(cells: Row, width: int) -> Row:
    """The first cells of a row, without half a wide character at the end."""
    if 0 < width < len(cells) and not cells[width][0]:
        return cells[: width - 1]
    return cells[: max(0, width)]


def centred(cells: Row, width: int) -> Row:
    """The row with blanks on both sides."""
    left = (width - len(cells)) // 2
    return [*[BLANK] * left, *cells, *[BLANK] * (width - len(cells) - left)]


def padded(cells: Row, width: int) -> Row:
    """The row with blanks up to a width."""
    return [*cells, *[BLANK] * (width - len(cells))]
