"""The app over runs that were rehearsed: opened on a terminal in memory, at any moment, and held there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen

from app.errors import FootlightsError
from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    Ref,
    RunStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
)
from app.journal.recording import Recording
from app.tui.app import Opening, Theatre
from app.tui.remembered import Remembered
from app.tui.screens.stage import Stage
from docs.rehearsed import Clock

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from app.playback.playhead import Playhead
    from app.tui.sources import Refused, Where

EFFECTS, ENDS = (CallStarted, ToolStarted), (CallFinished, CallFailed, ToolFinished, ToolFailed)
ROUNDS = 1000  # looks at whether everything is drawn, until something is wrong


class NeverStill(FootlightsError):
    """The app does not come to rest."""


class Told:
    """A recorded run, told up to a moment; where it is performed, the engine is one effect ahead of its audience."""

    refused: Refused = staticmethod(lambda refused: None)

    def __init__(self, recording: Recording, clock: Clock, seq: int, performed: Where = "nowhere") -> None:
        self.run = recording.run
        self.performed: Where = performed
        self.came_from: Where = performed
        self._recording = recording
        self._clock = clock
        self.seq = seq
        self.seconds = 0.0  # that pass after the moment

    @property
    def title(self) -> str:
        begun = self._recording.events[0]
        return begun.title if isinstance(begun, RunStarted) else ""

    @property
    def status(self) -> str:
        return "finished" if self.performed == "nowhere" else "running"

    def value(self, ref: Ref) -> Any:
        return self._recording.value(ref)

    async def feed(self, playhead: Playhead) -> None:
        """Everything at once: nothing is drawn before the moment."""
        if self.performed == "nowhere":
            await playhead.load(self._recording.events)
        for event in self._known() if self.performed != "nowhere" else ():
            playhead.feed(event)
        playhead.seek(self.seq)
        self._clock.stage += self.seconds

    def answer(self, gate: str, choice: str, note: str = "") -> None:
        """It is held where it is."""

    def direct(self, direction: str, to: str = "", detail: Any = None) -> None:
        """It is held where it is."""

    def hold(self) -> None:
        """It is held where it is."""

    go = step = hold

    def _known(self) -> tuple[Event, ...]:
        """All that there is by now: as much as happens before the next effect that the audience has to see begin."""
        events, under_way = self._recording.events, set[str]()
        for at, event in enumerate(events):
            if isinstance(event, EFFECTS):
                if event.seq > self.seq and not under_way:
                    return events[:at]
                under_way.add(event.call)
            elif isinstance(event, ENDS):
                under_way.discard(event.call)
        return events


@asynccontextmanager
async def opened(
    clock: Clock, size: tuple[int, int], theme: str = "footlights", *, scenario: str = ""
) -> AsyncIterator[Pilot[Any]]:
    """The app with its home open."""
    house = Theatre(Opening(remembered=Remembered(theme=theme, scenario=scenario)))
    house.clock = clock
    async with house.run_test(size=size) as pilot:
        yield pilot


async def still(pilot: Pilot[Any], met: Callable[[], bool] = lambda: True) -> None:
    """Wait until nothing is under way any more but what waits for a person, and what is wanted is there."""
    app = pilot.app
    for _ in range(ROUNDS):
        await pilot.pause()
        if met() and (isinstance(app.screen, ModalScreen) or all(worker.is_finished for worker in app.workers)):
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise NeverStill(f"the app does not come to rest: {list(app.workers)}")


async def stage_on(pilot: Pilot[Any], source: Told, seconds: float = 0.0, pace: str = "theatrical") -> Stage:
    """Open the stage on a run, so long after its moment."""
    source.seconds = seconds
    house: Theatre = pilot.app  # type: ignore[assignment]
    stage = Stage(source, pace, clock=house.clock)
    await house.push_screen(stage)
    await still(pilot, lambda: stage.playhead.seen >= source.seq)
    await caught_up(pilot, stage)
    return stage


async def caught_up(pilot: Pilot[Any], stage: Stage) -> None:
    """Wait until everything is seen that has happened by now."""
    await still(pilot, lambda: stage.playhead.due() != 0.0)
