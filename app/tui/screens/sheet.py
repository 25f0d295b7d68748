"""A card that shows one thing whole, to be read and put away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key

from app.tui.card import Card, Face
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span
from app.tui.widgets.table import glyphs_of

_BY = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 10, "pageup": -10, "space": 10}


class Sheet(Card[None]):
    """Shows what `draw` gives for a width: a title and rows."""

    BINDINGS: ClassVar = [Binding("escape,q,enter,ctrl+c", "put_away", "back", show=False)]

    def __init__(self, draw: Callable[[int], tuple[Row | str, Sequence[Row]]]) -> None:
        super().__init__()
        self.draw = draw
        self.scrolled = 0

    def compose(self) -> ComposeResult:
        """One face."""
        with Vertical():
            yield _Face(self)

    def on_key(self, event: Key) -> None:
        """Read on."""
        by = _BY.get(event.key)
        if by is not None:
            event.stop()
            self.scrolled = max(0, self.scrolled + by)
            self.query_one(_Face).redraw()


class _Face(Face):
    def __init__(self, card: Sheet) -> None:
        super().__init__()
        self._card = card

    def rows(self, width: int) -> Sequence[Row]:
        card = self._card
        title, told = card.draw(max(1, width - INSETS))
        height = max(BORDERS + 1, min(len(told) + BORDERS, self.app.size.height - 2))
        seen = height - BORDERS
        card.scrolled = min(card.scrolled, max(0, len(told) - seen))
        left = len(told) - seen - card.scrolled
        foot: Row = (Span("esc ", "accent bold"), Span("back", "muted"))
        return framed(
            told[card.scrolled :], width, height, title=title, foot=foot, style="focus", glyphs=glyphs_of(self),
            foot_right=f"{left} more" if left > 0 else "",
        )  # fmt: skip
