"""Colour and glyphs for plain commands: ANSI styles, ASCII stand-ins and the width of text, without a drawing library.

Every meaning that a colour carries is also said by a word or a glyph, so a stream without colour loses nothing.
"""

from __future__ import annotations

import os
import unicodedata

TYPE_CHECKING = False  # `typing` is a third of the time that `footlights --help` takes: only the type checker loads it
if TYPE_CHECKING:
    from typing import TextIO

_WIDTH_WHEN_UNKNOWN = 100

# Only the sixteen colours that a terminal's own palette defines: they stay readable on light and on dark.
_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "good": "32",
    "dim": "2",
    "bold": "1",
    "accent": "1;35",
    "black": "90",  # true black would vanish on a dark ground
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "94",  # the dark blue of many palettes is too dark to read
    "magenta": "35",
    "cyan": "36",
    "white": "39",  # the terminal's own text colour, readable on either ground
}

# Each stand-in is as wide as what it stands for, so that nothing moves.
_ASCII = str.maketrans(
    {
        **dict.fromkeys("─━═╌┄┈╴╶╸╺", "-"),
        **dict.fromkeys("│┃║╎┆┊╵╷╹╻▏▎▍▌▐", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
        **dict.fromkeys("█▓▒▇▆▅", "#"),
        **dict.fromkeys("░▄▃▂▁", "."),
        **dict.fromkeys("→▶▸►»›⇒", ">"),
        **dict.fromkeys("←◀◂◄«‹⇐", "<"),
        **dict.fromkeys("↓▼▾⇓", "v"),
        **dict.fromkeys("↑▲▴⇑", "^"),
        **dict.fromkeys("•●◆■★✱", "*"),
        **dict.fromkeys("○◇□☆◌", "o"),
        **dict.fromkeys("·", "."),
        **dict.fromkeys("–—−", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "✓": "+",
        "✔": "+",
        "✗": "x",
        "✘": "x",
        "×": "x",
        "⚠": "!",
        "↻": "@",
        "…": "~",
        "≈": "~",
    }
)


class Ink:
    """How to write to one stream: with colour or without, in Unicode or ASCII, and how wide it is."""

    __slots__ = ("ascii", "colour", "width")

    def __init__(self, *, colour: bool, ascii: bool = False, width: int = _WIDTH_WHEN_UNKNOWN) -> None:
        self.colour = colour
        self.ascii = ascii
        self.width = width

    @classmethod
    def for_stream(cls, stream: TextIO) -> Ink:
        """Find out what a stream can show, and what its reader asked for in the environment."""
        return cls(colour=_wants_colour(stream), ascii=_wants_ascii(stream), width=_width_of(stream))

    def paint(self, text: str, style: str) -> str:
        """Return `text` in a style, or as it is where there is no colour. The text must be safe to show already."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def glyphs(self, text: str) -> str:
        """Return `text` with lines, arrows and marks drawn in ASCII where that was asked for."""
        return text.translate(_ASCII) if self.ascii else text


def cell_width(text: str) -> int:
    """Count the terminal cells that `text` takes: wide characters two, combining ones none, an emoji sequence two."""
    if text.isascii():
        return len(text)
    cells = width = 0
    previous = ""
    for character in text:
        if previous == "\u200d":
            width = 0  # what a joiner holds on to is drawn in the same two cells
        elif character == "\ufe0f":
            width = 1 if width == 1 else 0  # asks for the wide picture of a character that is narrow by itself
        elif unicodedata.category(character) in ("Mn", "Me", "Cf"):
            width = 0
        else:
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        cells += width
        previous = character
    return cells


def _wants_colour(stream: TextIO) -> bool:
    ask = os.environ.get
    if ask("NO_COLOR"):
        return False
    if ask("FORCE_COLOR", "0") not in ("", "0") or ask("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return stream.isatty() and ask("TERM") != "dumb" and ask("CLICOLOR") != "0"


def _wants_ascii(stream: TextIO) -> bool:
    asked = os.environ.get("FOOTLIGHTS_ASCII", "") not in ("", "0")
    return asked or not (stream.encoding or "utf-8").lower().startswith("utf")


def _width_of(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH_WHEN_UNKNOWN
    except (OSError, ValueError):
        return _WIDTH_WHEN_UNKNOWN
