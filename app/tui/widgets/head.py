"""The first line of the stage, and that of every other screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Click

from app.safety import one_line
from app.state.words import how_performed
from app.tui.canvas import Canvas
from app.tui.paint.bar import called
from app.tui.paint.head import Heading, app_bar, place_at, title_line
from app.tui.paint.rows import Row
from app.tui.verdict import verdict_of
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.playback.cues import Placed
    from app.playback.playhead import Playhead
    from app.playback.show import Show
    from app.tui.intake import Intake
    from app.tui.sources import Source

PLACES = (
    ("home", "Home"), ("runs", "Runs"), ("cast", "Cast"), ("models", "Models"), ("inbox", "Inbox"),
    ("batches", "Batches"),
)  # fmt: skip
_ID = 4  # characters of a run's id that tell it apart on a screen


class Head(Canvas):
    """What is shown, and how it goes."""

    DEFAULT_CSS = "Head { height: 1; }"

    def __init__(self, show: Show, playhead: Intake, source: Source) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._source = source

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return (title_line(heading_of(self._show, self._playhead, self._source), width, glyphs_of(self)),)


class AppBar(Canvas):
    """The wordmark, and the places of the house with the one where you are."""

    DEFAULT_CSS = "AppBar { dock: top; height: 1; }"

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current
        self.waiting = 0  # questions in the inbox

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row."""
        return (app_bar(PLACES, self._current, width, glyphs_of(self), waiting=self.waiting),)

    def place_at(self, x: int) -> str:
        """The place whose name is at a cell of it; "" between them."""
        return place_at(PLACES, self._current, x, self.size.width, waiting=self.waiting)

    async def on_click(self, event: Click) -> None:
        """Go to the place whose name was clicked."""
        if place := self.place_at(event.x):
            await self.run_action(f"app.go('{place}')")


def heading_of(show: Show, playhead: Intake, source: Source) -> Heading:
    """The first line of a show that comes from somewhere."""
    title = show.start.scenario if show.start is not None else source.title
    return Heading(
        title=one_line(title),
        run=one_line(source.run[-_ID:]),
        badges=badges_of(show, playhead, source),
        verdict=verdict_of(show.state, source.status if source.performed == "nowhere" else ""),
        pace=playhead.pace,
        speed=playhead.speed,
        is_playing=not playhead.paused,
        cue=_cue(playhead.cue),
        standby=_cue(playhead.standby) if playhead.length is not None else "",
        seconds=show.now / 1000,
        asks=source.performed != "nowhere" and bool(playhead.behind and playhead.asking),
        lag=playhead.lag if source.performed != "nowhere" else None,
    )


def _cue(placed: Placed | None) -> str:
    """The cue of the moment."""
    return called(placed.cue.name, one_line(placed.cue.label)) if placed is not None else ""


def badges_of(show: Show, playhead: Playhead, source: Source) -> tuple[str, ...]:
    """What everybody must know of what they see: is it real, is it now, and does it go on?"""
    start, found = show.start, []
    mode = start.mode if start is not None else "live"
    if mode != "live" or source.came_from == "here":
        found.append(mode.upper())
    if source.came_from == "elsewhere":
        found.append("ATTACHED")
    elif source.came_from == "nowhere":
        found.append("recorded" if found else "RECORDED")
    if mode == "cassette" and start is not None and start.asks_models:
        found.append(how_performed(start).partition(", ")[2])
    if source.performed == "nowhere" and source.came_from != "nowhere" and playhead.behind:
        found.append(f"performed, you are at {playhead.seen} of {playhead.head}")
    if start is not None and start.private:
        found.append("private")
    return tuple(found)
