"""The house without an audience: the app itself in memory, on a clock that only whoever films moves.

Nothing of the machine or of the person comes into the picture: no settings, no keys of their own, no colours of a
terminal. A step of the clock lets happen what is due, and `cells` draws what a terminal would show.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rich.cells import split_graphemes
from textual.app import App
from textual.message_pump import MessagePump
from textual.strip import Strip

from app.errors import FootlightsError
from app.export.picture.cells import Cell, Look, Row
from app.journal.recording import Recording
from app.playback.cues import CueSheet
from app.tui.app import Opening, Theatre
from app.tui.arrangement import arrange
from app.tui.filed import Filed
from app.tui.look.glyphs import UNICODE
from app.tui.remembered import Remembered
from app.tui.screens.stage import Stage

if TYPE_CHECKING:
    from rich.color import Color
    from rich.style import Style
    from textual.notifications import SeverityLevel
    from textual.widget import Widget

ROUNDS = 1000  # turns of the loop until something is wrong


class NeverStill(FootlightsError):
    """The app does not come to rest."""


class CannotShow(FootlightsError):
    """The stage cannot show a run, or a part of it."""


class Clock:
    """Seconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class House(Theatre):
    """The app as it is for a person who has set nothing, on a terminal that can show everything."""

    is_attended = False

    def __init__(self, theme: str, clock: Clock, *, has_captions: bool) -> None:
        super().__init__(Opening(remembered=Remembered(theme=theme, captions=has_captions)))
        self.clock = clock
        self.wrong: list[str] = []
        self.animation_level = "none"
        self.glyphs, self.moves, self.has_colour = UNICODE, True, True
        self.set_class(False, "-ascii")
        self._filters.clear()  # what NO_COLOR and others ask of a terminal
        self.ansi_color = False
        self.palette = self._dress()

    async def on_mount(self) -> None:
        """Open nothing: what is filmed is put on the stage."""

    def mishap(self, widget: Widget, error: Exception) -> None:
        """No run goes on here: a film with a hole in it is none."""
        self.wrong.append(f"this part of the stage cannot be drawn: {type(widget).__name__}")

    def say(self, text: str, *, severity: SeverityLevel = "information", stays: bool = False) -> None:
        """Nobody sits there. What went wrong is told to whoever films."""
        if severity != "information":
            self.wrong.append(text)

    def insist_on_all(self) -> None:
        """Raise what cannot be shown, where anything cannot."""
        if self.wrong:
            raise CannotShow(self.wrong[0])


class FilmedStage(Stage):
    """The stage, drawn when a picture of it is taken and not before."""

    def _compositor_refresh(self) -> None:
        """Draw nothing for the terminal: there is none."""
        self._compositor._dirty_regions.clear()
        self._dirty_widgets.clear()


@asynccontextmanager
async def opened(
    recording: Recording,
    sheet: CueSheet | None,
    size: tuple[int, int],
    theme: str,
    pace: str,
    *,
    has_captions: bool,
) -> AsyncIterator[Studio]:
    """The stage with a run on it, before its first event."""
    clock = Clock()
    house = House(theme, clock, has_captions=has_captions)
    async with house.run_test(size=_with_keys(size)):
        stage = FilmedStage(Filed(recording, sheet), pace, clock=clock)
        await house.push_screen(stage)
        stage.frames.stop()
        await house.workers.wait_for_complete()
        await still(house)
        house.insist_on_all()
        yield Studio(house, stage, clock, size[1])


def _with_keys(size: tuple[int, int]) -> tuple[int, int]:
    """Room for the row that says which keys count, where the stage has one: in a film none do, so it is left out."""
    width, height = size
    return width, height + ("keys" in arrange(width, height + 1, 1).parts)


class Studio:
    """The stage on its own clock, and what would be seen of it."""

    def __init__(self, house: House, stage: Stage, clock: Clock, rows: int) -> None:
        self.house = house
        self.stage = stage
        self._clock = clock
        self._height = rows
        self._strips: list[Strip] = []
        self._rows: list[Row] = []
        self._look = looks(house.theme_variables["text"], house.theme_variables["ground"])

    async def show(self, now: float) -> float | None:
        """Let it be a moment; the seconds until something changes, none when nothing will."""
        self._clock.now = now
        due = self.stage.frame()
        await still(self.house)
        self.house.insist_on_all()
        return due

    def cells(self) -> tuple[Row, ...]:
        """What is on the screen; a row that did not change is the same object as before."""
        strips = self.stage._compositor.render_strips()[: self._height]
        self.house.insist_on_all()
        known = zip(self._strips, self._rows, strict=True) if self._strips else [(None, ())] * len(strips)
        self._rows = [
            row if was is not None and was._segments == strip._segments else row_of(strip, self._look)
            for strip, (was, row) in zip(strips, known, strict=True)
        ]
        self._strips = strips
        return tuple(self._rows)


async def still(house: App[Any]) -> None:
    """Wait until everything that was asked for is done."""
    for _ in range(ROUNDS):
        await _handled([house, *house.screen.walk_children(with_self=True)])
        if not house.screen._layout_required:
            return
        house.screen._on_timer_update()
    raise NeverStill("the app does not come to rest")


async def _handled(pumps: Sequence[MessagePump]) -> None:
    """Wait until each has handled what was sent to it so far."""
    left = len(pumps)
    done = asyncio.Event()

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    for pump in pumps:
        if not pump.call_later(count):
            count()
    await done.wait()


def screen_cells(app: App[Any]) -> list[Row]:
    """What any screen of the app shows now."""
    look = looks(app.theme_variables["text"], app.theme_variables["ground"])
    return [row_of(strip, look) for strip in app.screen._compositor.render_strips()]


def row_of(strip: Strip, look: Callable[[Style | None], Look]) -> Row:
    """A row of the screen, cell by cell."""
    row: list[Cell] = []
    for segment in strip:
        style = look(segment.style)
        if segment.text.isascii():
            row += [Cell(character, style) for character in segment.text]
            continue
        for start, end, size in split_graphemes(segment.text)[0]:
            character = segment.text[start:end]
            if size:
                row += [Cell(character, style), *[Cell("", style)] * (size - 1)]
            elif row:
                row[-1] = row[-1]._replace(text=row[-1].text + character)
    return tuple(row)


def looks(text: str, ground: str) -> Callable[[Style | None], Look]:
    """How a style looks where text and ground have these colours; the same style gives the same object."""
    plain = Look(text)
    known: dict[Style | None, Look] = {}

    def look(style: Style | None) -> Look:
        found = known.get(style)
        if found is None and style is not None:
            found = known[style] = _look(style, text, ground)
        return found or plain

    return look


def _look(style: Style, text: str, ground: str) -> Look:
    colour, behind = _hex(style.color, text), _hex(style.bgcolor, ground)
    if style.reverse:
        colour, behind = behind, colour
    return Look(
        colour, behind if behind != ground else "", bool(style.bold), bool(style.italic), bool(style.underline),
        bool(style.strike),
    )  # fmt: skip


def _hex(colour: Color | None, usual: str) -> str:
    return usual if colour is None or colour.is_default else colour.get_truecolor().hex
