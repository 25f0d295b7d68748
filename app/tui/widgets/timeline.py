"""The timeline in small, on a stage that has room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.playback.show import Show
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.rows import Row, Span
from app.tui.widgets.gantt import GanttView
from app.tui.widgets.table import glyphs_of


class SmallTimeline(GanttView):
    """The same lanes in a box; v opens the large one, where they can be looked at."""

    def __init__(self, show: Show) -> None:
        super().__init__(show)
        self._told = -1  # events of which the cursor has heard

    def redraw(self) -> None:
        """Follow the show, and draw; whenever the audience goes on, or back, the cursor goes with it."""
        if self._told != len(self._show.events):
            self._told = len(self._show.events)
            self._follows = True
            self._gantt.follow(self._show)
            self.view = replace(self.view, lane=0, top=0)  # what is in sight tells nothing of where one came from
            self._stand_at_now()
        super().redraw()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The picture in its box."""
        rows = super().paint(width - INSETS, height - BORDERS)
        title, right = (Span("TIMELINE", "muted"),), (Span("v opens it", "muted"),)
        return framed(rows, width, height, title=title, right=right, glyphs=glyphs_of(self))
