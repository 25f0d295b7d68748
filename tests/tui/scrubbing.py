"""Stages that stand still, for tests that go to and fro in a run: what is seen at a place, and what should be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from app.events import Event, Ref
from app.playback.playhead import Playhead
from app.playback.reel import Reel
from app.tui.app import Theatre
from app.tui.screens.stage import Stage
from tui.pictures import rows_of
from tui.settling import settled
from tui.staging import stage_of, staged, until


class Shelf:
    """A run that is over, without an archive."""

    performed = came_from = "nowhere"
    status = "succeeded"
    title = "a run"
    run = "01K7GOLDEN0000000000000000"

    def __init__(self, events: Sequence[Event], values: Callable[[Ref], Any]) -> None:
        self.events = list(events)
        self.values = values
        self._loaded: Playhead | None = None

    def value(self, ref: Ref) -> Any:
        return self.values(ref)

    async def feed(self, playhead: Playhead) -> None:
        """Whoever comes first loads it; whoever comes later knows the score too, and has no keyframe to begin from."""
        first = self._loaded
        if first is None:
            await playhead.load(self.events)
            self._loaded = playhead
            return
        for event in self.events:
            playhead._know(event)
        playhead.show.whole = playhead._fed
        reel = Reel(playhead._fed)
        assert first._reel is not None
        reel._spoken = first._reel._spoken
        playhead._reel, playhead._score = reel, first._score


@asynccontextmanager
async def shelved(shelf: Shelf, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Pilot[Any], Stage]]:
    """The stage on it, which stands still at its beginning."""
    async with staged(shelf, size, pace="theatrical", clock=lambda: 0.0) as pilot:  # type: ignore[arg-type]
        stage = stage_of(pilot)
        stage.playhead.paused = True
        await until(lambda: stage.playhead.length is not None, "the run is loaded")
        yield pilot, stage


async def seen_from_scratch(pilot: Pilot[Any], shelf: Shelf, seq: int) -> list[str]:
    """What a stage shows there that was nowhere else; it is gone afterwards."""
    house: Theatre = pilot.app  # type: ignore[assignment]
    house.open_stage(shelf, "theatrical")  # type: ignore[arg-type]
    await settled(house)
    stage = house.screen
    assert isinstance(stage, Stage)
    stage.playhead.paused = True
    await until(lambda: stage.playhead.length is not None, "the run is loaded")
    shown = await seen_at(pilot, stage, seq)
    house.pop_screen()
    await settled(house)
    return shown


async def seen_at(pilot: Pilot[Any], stage: Stage, seq: int) -> list[str]:
    """What is on the screen when the audience has gone to an event."""
    stage.playhead.seek(seq)
    stage.frame()
    stage.frame()
    await settled(pilot.app)
    return looks(pilot.app)


def looks(app: Theatre | Any) -> list[str]:
    """Every row, with what it looks like."""
    return [f"{text} {styles}" for text, styles in rows_of(app)]
