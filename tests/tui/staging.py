"""The stage over real runs: performed here, read from the archive while they go on, or when they are over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import getsource
from pathlib import Path
from time import monotonic
from typing import Any

from textual.pilot import Pilot

from app.engine import Run, perform
from app.tui.app import Opening, Theatre
from app.tui.remembered import Remembered
from app.tui.screens.stage import Stage
from app.tui.sources import Source

LONGEST = 60.0  # seconds until what does not come is missed, however busy the machine is


class Door:
    """Lets so many effects begin, and no more until it is opened."""

    def __init__(self, effects: int) -> None:
        self.left = effects
        self.stands_at = 0  # the number of the event before which the run waits
        self._opened = asyncio.Event()
        self._closed = asyncio.Event()

    async def __call__(self, seq: int) -> None:
        if self.left > 0:
            self.left -= 1
            return
        self.stands_at = seq
        self._closed.set()
        await self._opened.wait()

    def leads(self, run: Run) -> None:
        """Stand in the way of a run, also when a stage opens that would lead it on."""
        run.led_by(self)
        run.led_by = lambda audience: None  # type: ignore[method-assign]

    def open(self) -> None:
        self._opened.set()

    async def closed(self, run: Run) -> None:
        """Wait until the run stands before it, or is over."""
        over = asyncio.ensure_future(run.result())
        await until(lambda: self._closed.is_set() or over.done(), "the run comes to the door, or to its end")
        over.cancel()


def performed(scenario: Path | str, workspace: Path, **more: Any) -> Run:
    """A rehearsal that begins now."""
    return perform(scenario, mode="rehearsal", workspace=workspace, **more)


@asynccontextmanager
async def staged(
    source: Source,
    size: tuple[int, int] = (120, 36),
    *,
    pace: str = "instant",
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[Pilot[Any]]:
    """The app with its stage open on a run."""

    async def start() -> Source:
        return source

    house = Theatre(Opening(source=start, pace=pace, remembered=Remembered()))
    if clock is not None:
        house.clock = clock
    async with house.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def stage_of(pilot: Pilot[Any]) -> Stage:
    """The stage on it."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, Stage))


async def until(met: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so; whoever reads the whole screen to know it looks less and less often."""
    begun, pause = monotonic(), 0.002
    while not met():
        assert monotonic() - begun < LONGEST, (
            f"after {LONGEST:.0f} seconds it is not so: {what or getsource(met).strip()}"
        )
        await asyncio.sleep(pause)
        pause = min(pause * 1.15, 0.03)


async def drawn(pilot: Pilot[Any], seq: int) -> Stage:
    """Wait until the audience has seen an event and nothing else is due, and it is on the screen."""
    await until(lambda: any(isinstance(screen, Stage) for screen in pilot.app.screen_stack))
    stage = stage_of(pilot)
    await until(lambda: stage.playhead.seen >= seq and not stage.playhead.due())
    stage.frame()
    await pilot.pause()
    return stage
