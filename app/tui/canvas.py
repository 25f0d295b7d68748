"""A widget that is drawn row by row, and repaints only the rows that changed.

Streaming text at sixty pieces a second is affordable only like this: no layout, no markup, no repaint of what stands.
It is also the second line of defence: whatever control character a painter lets through ends here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from app.safety import safe_text
from app.tui.look.glyphs import ASCII
from app.tui.look.styles import Palette
from app.tui.paint.rows import Row, Span, fitted, on
from app.tui.punctual import Punctual
from app.tui.text import wrap

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def guarded(text: str) -> str:
    """The text without anything that could drive a terminal; it holds when a painter was not."""
    return _CONTROL.sub("�", text) if _CONTROL.search(text) else text


def plain(text: str) -> str:
    """The same with ASCII for whatever is drawn and is no letter, whoever wrote it; each as wide as what it was."""
    return guarded(text) if text.isascii() else guarded(text).translate(_STAND_INS)


class Canvas(Punctual, Widget):
    """Draws what `paint` gives. Call `redraw` when it may have changed."""

    ALLOW_SELECT = False
    GROUND: ClassVar[str] = "ground"  # what is behind whatever names no ground of its own

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()
        self._strips: dict[int, Strip] = {}
        self._painted: tuple[int, int] = (-1, -1)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The picture, in at most so many rows."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Paint anew, and show what differs. What nobody sees is not painted until it is seen."""
        width, height = self.size
        if not self.is_attached or not width or not height or not self.is_on_screen:
            self._painted = (-1, -1)
            return
        shown, self._rows = self._rows, self._picture(width, height)
        if self._painted != (width, height):
            self._painted = (width, height)
            self._strips.clear()
            self.refresh()
            return
        changed = [
            y for y in range(max(len(shown), len(self._rows))) if _at(shown, y) != _at(self._rows, y) and y < height
        ]
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def repaint(self) -> None:
        """Everything looks different now: another theme, other glyphs."""
        self._painted = (-1, -1)
        self.redraw()

    @property
    def is_on_screen(self) -> bool:
        """Can anybody see it?"""
        return self.is_attached and self.display and self.screen.is_current

    @property
    def palette(self) -> Palette:
        """How the words of a style look in the present theme."""
        found: Palette = self.app.palette  # type: ignore[attr-defined]
        return found

    def render_line(self, y: int) -> Strip:
        """One row as Textual draws it."""
        width, height = self.size
        if self._painted != (width, height):
            self._rows = self._picture(width, height)
            self._painted = (width, height)
            self._strips.clear()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._strip(_at(self._rows, y), width)
        return strip

    def _picture(self, width: int, height: int) -> tuple[Row, ...]:
        """What `paint` gives; a painter that fails costs its own picture, never the app or the run."""
        try:
            return tuple(self.paint(width, height))
        except Exception as error:  # the edge between a picture and the house
            self.app.mishap(self, error)  # type: ignore[attr-defined]
            return card_of(error, width, height)

    def _strip(self, spans: Row, width: int) -> Strip:
        style = self.palette.style
        drawn = on(fitted(spans, width), self.GROUND)
        write = plain if self.app.glyphs is ASCII else guarded  # type: ignore[attr-defined]
        texts = (write(span.text) for span in drawn)
        return Strip([Segment(text, style(span.style)) for text, span in zip(texts, drawn, strict=True)], width)


def card_of(error: Exception, width: int, height: int) -> tuple[Row, ...]:
    """What stands in the place of a picture that could not be drawn."""
    said = [
        *wrap("This part could not be drawn. The run goes on.", width - 2),
        *wrap(f"{type(error).__name__}: {safe_text(str(error))}", width - 2),
    ]
    rows = [(Span(f" {line}", "error" if number == 0 else "muted"),) for number, line in enumerate(said)]
    return ((), *rows)[:height]


def _at(rows: Sequence[Row], y: int) -> Row:
    return rows[y] if y < len(rows) else ()


class _StandIns(dict[int, str]):
    """ASCII for signs: those that are known by what they look like, any other as a star. Letters stay."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_sign = not character.isascii() and unicodedata.category(character)[0] in "SP"
        is_narrow = unicodedata.east_asian_width(character) not in "WF"
        self[code] = "*" if is_sign and is_narrow else character
        return self[code]


_STAND_INS = _StandIns(
    (ord(sign), stand_in)
    for signs, stand_in in (
        ("─━═╌┄┈╴╶╸╺–—−‐‑", "-"), ("│┃║╎┆┊╵╷╹╻▏▎▍▌▐├", "|"), ("┌┐└┘┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
        ("█▓▒▇▆▅▋▊▉■", "#"), ("░▄▃▂▁·", "."), ("→▶▸►»›⇒", ">"), ("←◀◂◄«‹⇐", "<"), ("↓▼▾⇓", "v"), ("↑▲▴⇑", "^"),
        ("○◇□☆◌", "o"), ("‘’", "'"), ("“”„", '"'), ("✓✔", "+"), ("✗✘×", "x"), ("⚠", "!"), ("↻", "@"), ("…≈", "~"),
        ("§", "$"), ("�", "?"),
    )
    for sign in signs
)  # fmt: skip
