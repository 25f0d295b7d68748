"""What run, resume and fork share: they start a run, show it, and ask the person at hand."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterable, Callable, Iterator
from typing import TYPE_CHECKING

from app.cli.displays import Display, display_for
from app.cli.endings import exit_code, how_to_go_on
from app.cli.heeding import GRACE, Attended
from app.settings import who

if TYPE_CHECKING:
    from app.cli.asking import Prompter
    from app.engine import Result, Run
    from app.engine.gates import Answer, Opened
    from app.events import Event


def perform_and_show(args: argparse.Namespace, start: Callable[[Desk | None], Run]) -> int:
    """Perform a run from its start to its end, or until a signal; the exit code says how it went."""
    return asyncio.run(_perform_and_show(args, start))


async def _perform_and_show(args: argparse.Namespace, start: Callable[[Desk | None], Run]) -> int:
    desk = desk_for(args)
    run = start(desk)
    display = display_for(args, run, asks_here=desk is not None)
    if desk is not None:
        desk.display = display
    return await Performance(run, display).seen_through()


class Performance(Attended["Result"]):
    """A run in front of somebody: its events are shown, and signals stop it."""

    def __init__(self, run: Run, display: Display, events: AsyncIterable[Event] | None = None) -> None:
        super().__init__()
        self.run = run
        self.display = display
        self._events = run if events is None else events  # they may come at the pace of who listens
        self._known = len(run.events)  # of a run that goes on

    async def whole(self) -> int:
        """Show everything; the exit code says how it went."""
        result = await self.until_it_ends(self._watch())
        if result is None:
            self.display.say(how_to_go_on(None, self.run.id))
        return exit_code(result, self.signal)

    async def _watch(self) -> Result:
        async for event in self._events:
            if event.seq <= self._known:
                self.display.recall(event)
            else:
                self.display.tell(event)
        result = await self.run.result()
        self.display.finish(result)
        return result

    def tick(self) -> None:
        self.display.tick()

    def stop(self, reason: str = "signal") -> None:
        """Somebody wants it to stop: nothing new starts, and what runs has a while."""
        self.display.say(f"\nstopping: nothing new starts, what runs has {GRACE:.0f} s; Ctrl+C again stops at once")
        self.is_stopped_by(self.run.stop(GRACE, reason=reason, by=who()))

    async def stop_at_once(self) -> None:
        await self.run.stop(0.0)


class Desk:
    """Where the person at this terminal is asked, one question after the other."""

    def __init__(self, prompter: Prompter) -> None:
        self.display: Display | None = None  # what it shows is held back while somebody is asked
        self._prompter = prompter
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, opened: Opened) -> Answer | None:
        """Ask; nothing, when the person leaves it open."""
        from app.engine.gates import Answer
        from app.journal.questions import Question

        asked, now = opened.question, time.time_ns() // 1000
        expires = 0 if opened.seconds_left is None else now + int(opened.seconds_left * 1_000_000)
        question = Question(
            opened.gate, asked.path, asked.asks, asked.text, asked.options, asked.default, now, expires, asked.role
        )
        async with self._one_at_a_time:
            with self._display_held():
                said = await self._prompter.ask(question)
        return None if said is None else Answer(said.choice, said.note, who())

    @contextlib.contextmanager
    def _display_held(self) -> Iterator[None]:
        if self.display is None:
            yield
            return
        self.display.hold()
        try:
            yield
        finally:
            self.display.go_on()


def desk_for(args: argparse.Namespace) -> Desk | None:
    """A desk, when there is somebody to ask; a rehearsal answers itself unless it was told to wait."""
    if (getattr(args, "rehearse", False) and not args.wait) or not someone_is_there():
        return None
    from app.cli.asking import Prompter  # most performances ask nobody

    return Desk(Prompter(sys.stdin, sys.stderr))


def someone_is_there() -> bool:
    """Is there a person: do we read from a terminal that listens to us, and can we show the question?"""
    try:
        foreground = os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
    return foreground and sys.stdin.isatty() and sys.stderr.isatty()
