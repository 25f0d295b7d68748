"""Runs told in sentences at the pace of whoever listens, for whoever has a screen read to them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.cli.asking import Prompter
from app.cli.displays import Curtain, Narrated
from app.cli.ink import Ink
from app.cli.performing import Desk, Performance, someone_is_there
from app.errors import FootlightsError
from app.events import GateOpened
from app.journal.questions import question_of
from app.playback.listening import in_time
from app.playback.playhead import Playhead
from app.playback.show import Show

if TYPE_CHECKING:
    from app.engine import Run
    from app.engine.gates import Answer, Opened, People
    from app.tui.sources import Recorded


async def play_aloud(begin: Callable[[People | None], Run], args: argparse.Namespace) -> int:
    """Perform a run in sentences, at the pace of whoever listens; questions are asked where they arise."""
    from app.tui.sources import Here

    desk = Desk(Prompter(sys.stdin, sys.stderr)) if someone_is_there() else None

    async def ask(opened: Opened) -> Answer | None:
        assert desk is not None
        await playhead.shown(
            run.state.gates[opened.gate].opened.seq
        )  # nobody is asked about what they have yet to hear
        return await desk(opened)

    run = begin(None if desk is None else ask)
    here, playhead = Here(run), Playhead(Show(run.value), args.pace)
    display = Narrated(run, asks_here=desk is not None)
    if desk is not None:
        desk.display = display
    if args.step:
        here.hold()
    performance = _Aloud(run, display, in_time(playhead, here.feed(playhead)))
    performance.playhead = playhead
    return await performance.seen_through()


class _Aloud(Performance):
    """One that is told at a pace: when it stops, nobody waits for the rest to be told."""

    playhead: Playhead

    def stop(self, reason: str = "signal") -> None:
        self.playhead.pace = "instant"
        super().stop(reason)


async def look_aloud(source: Recorded, pace: str) -> int:
    """Tell a run that another process performs, or that is over; questions that wait are asked."""
    from app.cli.narrating.narrator import Narrator

    curtain = Curtain(sys.stdout)
    playhead = Playhead(Show(source.value), pace)
    narrator = Narrator(Ink.for_stream(sys.stdout), curtain.write, source.value)
    asking = _Asking(source, playhead.show, curtain)
    try:
        async for event in in_time(playhead, source.feed(playhead)):
            if not (isinstance(event, GateOpened) and asking.ask(event)):
                narrator.tell(event)
            asking.heed()
    finally:
        asking.stop()
    narrator.finish(playhead.show.state)
    return 0


class _Asking:
    """Puts the questions of a run that is performed elsewhere; what is told meanwhile waits."""

    def __init__(self, source: Recorded, show: Show, curtain: Curtain) -> None:
        self._source = source
        self._show = show
        self._curtain = curtain
        self._prompter = Prompter(sys.stdin, sys.stderr) if someone_is_there() else None
        self._going_on: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    def ask(self, event: GateOpened) -> bool:
        """Ask what a gate asks, if it still waits and there is somebody to ask."""
        waits = self._show.state.gates[event.gate].status == "open"
        if self._prompter is None or self._source.performed == "nowhere" or not waits:
            return False
        asking = asyncio.get_running_loop().create_task(self._ask(event, self._prompter))
        self._going_on[event.gate] = asking
        return True

    def heed(self) -> None:
        """What was answered elsewhere is not asked any more."""
        for gate in [gate for gate in self._going_on if self._show.state.gates[gate].status != "open"]:
            self._going_on.pop(gate).cancel()

    def stop(self) -> None:
        """Ask nothing more."""
        for asking in self._going_on.values():
            asking.cancel()

    async def _ask(self, event: GateOpened, prompter: Prompter) -> None:
        async with self._one_at_a_time:
            with self._hushed():
                said = await prompter.ask(question_of(event, self._source.value))
        if said is not None:
            with contextlib.suppress(FootlightsError):  # the next event says what became of it
                self._source.answer(event.gate, said.choice, said.note)

    @contextlib.contextmanager
    def _hushed(self) -> Iterator[None]:
        self._curtain.hold()
        try:
            yield
        finally:
            self._curtain.go_on()
