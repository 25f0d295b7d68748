"""The strip of all roles."""

from __future__ import annotations

from collections.abc import Sequence

from app.playback.show import Show
from app.tui.canvas import Canvas
from app.tui.entries import Speech
from app.tui.paint.rows import Row
from app.tui.paint.strip import Seen, spotlight, strip
from app.tui.script import script_of
from app.tui.standing import standing
from app.tui.widgets.table import glyphs_of


class RoleStrip(Canvas):
    """Who is on, and what each of them is at; on several rows also what is said now."""

    def __init__(self, show: Show, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._show = show

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row of everybody, or more of the one in the light."""
        show = self._show
        lit = "" if show.state.over and height == 1 else show.lit
        cast = [Seen(actor.who, standing(show, agent), agent == lit) for agent, actor in show.state.agents.items()]
        if height == 1:
            return [strip(cast, width, glyphs_of(self))]
        said = [entry.text for entry in script_of(show, lit) if isinstance(entry, Speech) and entry.text]
        return spotlight(cast, said[-1] if said else "", width, height, glyphs_of(self))
