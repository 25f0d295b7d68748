"""The playbill of the chosen play, which can be read on and panned."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.events import MouseScrollDown, MouseScrollUp

from app.tui.canvas import Canvas
from app.tui.library import Play
from app.tui.paint.playbill import Look, Page, playbill
from app.tui.paint.rows import Row
from app.tui.playbill import NO_HISTORY, History, Playbill
from app.tui.preflight import Check
from app.tui.widgets.table import WHEEL, glyphs_of

READ_ON = 4  # rows that one key moves
PAN = 8  # columns
_PAGES: tuple[Page, ...] = ("programme", "graph")


class Poster(Canvas):
    """Draws a playbill. Whoever knows more of the play calls `show`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.play: Play | None = None
        self.bill: Playbill | None = None
        self.history: History = NO_HISTORY
        self.checks: tuple[Check, ...] = ()
        self.page: Page = "programme"
        self._down = self._left = 0
        self._below = self._beyond = 0

    def show(self, play: Play | None, bill: Playbill | None, history: History, checks: tuple[Check, ...]) -> None:
        """Show a play, with all that is known of it."""
        if play != self.play:
            self._down = self._left = 0
        self.play, self.bill, self.history, self.checks = play, bill, history, checks
        self.redraw()

    def prepare(self, bill: Playbill) -> None:
        """Draw the pictures of a play, which are kept: they may take a while, so this is done beside the event loop."""
        for page in _PAGES:
            playbill(Look(bill.play, bill, page=page), *self.size)

    def turn_to(self, page: Page) -> None:
        """Show the programme, or the graph alone."""
        self.page = page
        self._down = self._left = 0
        self.redraw()

    def read_on(self, rows: int) -> None:
        """Further down, or back up."""
        self._down = max(0, min(self._below, self._down + rows))
        self.redraw()

    def pan(self, columns: int) -> None:
        """To the right, or back to the left."""
        self._left = max(0, min(self._beyond, self._left + columns))
        self.redraw()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """As much of it as there is room for."""
        roomy = not self.screen.has_class("-compact") and height >= 30
        now = int(time.time() * 1_000_000)
        look = Look(
            self.play, self.bill, self.history, self.checks, self.page,
            self._down, self._left, now, roomy, glyphs_of(self),
        )  # fmt: skip
        painted = playbill(look, width, height)
        self._below, self._beyond = painted.below, painted.beyond
        self._down, self._left = min(self._down, self._below), min(self._left, self._beyond)
        return painted.rows

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel reads on."""
        event.stop()
        self.read_on(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel reads back."""
        event.stop()
        self.read_on(-WHEEL)
