"""Shows of recorded runs, and the app with one place open on them: for the timeline and the inspector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from textual.pilot import Pilot
from textual.screen import Screen

from app.events import Event, Handoff, Ref
from app.playback.show import Show
from app.tui.app import Opening, Theatre
from app.tui.intake import Intake
from app.tui.remembered import Remembered
from app.tui.screens.inspector import Inspector
from app.tui.screens.timeline import Timeline
from golden.logs import read
from tui.bare import text_of

SIZES = ((40, 12), (80, 24), (120, 36), (200, 50))


class Told:
    """A run that nobody performs, as a source."""

    performed = came_from = "nowhere"
    status = "succeeded"
    title = "a run"

    def __init__(self, value: Callable[[Ref], Any]) -> None:
        self.run = "01K7GOLDEN0000000000000000"
        self.value = value


class Looker(Theatre):
    """The app, open at one place; it notes what it says and copies."""

    def __init__(self, show: Show, first: Callable[[Show, Any], Screen[None]]) -> None:
        super().__init__(Opening(remembered=Remembered()))
        self.seen_show = show
        self.said: list[str] = []
        self.clipped: list[str] = []
        self._first = first

    def place(self, name: str) -> Screen[None]:
        return self._first(self.seen_show, Told(self.seen_show.value))

    def say(self, text: str, *, severity: Any = "information", stays: bool = False) -> None:
        self.said.append(text)
        super().say(text, severity=severity, stays=stays)

    def copy_to_clipboard(self, text: str) -> None:
        self.clipped.append(text)

    @property
    def read(self) -> str:
        """All that can be read."""
        return text_of(self)


def show_of(name: str, until: int | None = None) -> Show:
    """A recorded run as the audience saw it after so many of its events."""
    golden = read(name)
    show = Show(golden.value)
    for event in golden.events[:until]:
        show.apply(event)
    return show


def long_show(events: int) -> Show:
    """A run that does the same again and again, until so many things have happened."""
    golden = read("market-scan")
    told: list[Event] = [golden.events[0]]
    turn, later = 0, 0
    while len(told) < events:
        turn, before = turn + 1, len(told) - 1
        told += [_again(event, turn, before, later) for event in golden.events[1:-1]]
        later += golden.events[-1].mono
    show = Show(golden.value)
    for event in told:
        show.apply(event)
    return show


def _again(event: Event, turn: int, before: int, later: int) -> Event:
    changes: dict[str, Any] = {"seq": event.seq + before, "mono": event.mono + later}
    changes["cause"] = event.cause + before if event.cause > 1 else event.cause
    for name in ("step", "call", *(["source"] if isinstance(event, Handoff) else [])):
        if said := getattr(event, name):
            changes[name] = f"r{turn}/{said}"
    return msgspec.structs.replace(event, **changes)


@asynccontextmanager
async def timeline(show: Show, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Looker, Timeline, Pilot[Any]]]:
    """The timeline of a show."""
    house = Looker(show, lambda show, source: Timeline(show, source, Intake(show, "instant")))
    async with house.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        assert isinstance(house.screen, Timeline)
        yield house, house.screen, pilot


@asynccontextmanager
async def inspector(
    show: Show, thing: str, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Looker, Inspector, Pilot[Any]]]:
    """The inspector on one thing of a show."""
    house = Looker(show, lambda show, source: Inspector(show, source, thing))
    async with house.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        assert isinstance(house.screen, Inspector)
        yield house, house.screen, pilot
