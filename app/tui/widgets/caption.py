"""The caption of the moment."""

from __future__ import annotations

from collections.abc import Sequence

from app.playback.show import Show
from app.tui.canvas import Canvas
from app.tui.paint.caption import caption
from app.tui.paint.rows import Row
from app.tui.widgets.table import glyphs_of


class Caption(Canvas):
    """What a step, a narrator or a cue said last to the audience."""

    def __init__(self, show: Show, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._show = show

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """A line or a box."""
        return caption(self._show.caption, width, height, glyphs_of(self))
