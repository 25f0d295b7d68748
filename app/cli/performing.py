"""What run, resume and fork share: they start a run, show it, ask the person at hand, and heed signals."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import os
import signal
import sys
import time
from collections.abc import AsyncIterable, Callable, Iterator
from typing import TYPE_CHECKING

from app.cli.displays import Display, display_for
from app.cli.endings import exit_code, how_to_go_on

if TYPE_CHECKING:
    from app.cli.asking import Prompter
    from app.engine import Result, Run
    from app.engine.gates import Answer, Opened
    from app.events import Event

GRACE = 5.0  # seconds in which what runs may end by itself after the first Ctrl+C
TICK = 0.25  # seconds between looks at the clock
AT_ONCE = 1.5  # seconds within which a run lets go of everything when it must
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def perform_and_show(args: argparse.Namespace, start: Callable[[Desk | None], Run]) -> int:
    """Perform a run from its start to its end, or until a signal; the exit code says how it went."""
    return asyncio.run(_perform_and_show(args, start))


async def _perform_and_show(args: argparse.Namespace, start: Callable[[Desk | None], Run]) -> int:
    desk = desk_for(args)
    run = start(desk)
    display = display_for(args, run, asks_here=desk is not None)
    if desk is not None:
        desk.display = display
    return await show_to_its_end(Performance(run, display))


async def show_to_its_end(performance: Performance) -> int:
    """Show a run until it ends or is stopped; the exit code says how it went."""
    run = performance.run
    with performance.heeding_signals():
        try:
            result = await performance.until_it_ends()
            if result is None:
                performance.display.say(how_to_go_on(None, run.id))
        except OSError as lost:
            if not _is_gone(lost):
                raise
            await run.stop(0.0)
            _let_go_of_the_terminal()
            hung_up = lost.errno == errno.EIO  # the signal that says so may come a moment later
            return exit_code(None, performance.signal or (signal.SIGHUP if hung_up else signal.SIGPIPE))
    return exit_code(result, performance.signal)


class Performance:
    """A run in front of somebody: its events are shown, and signals stop it."""

    def __init__(self, run: Run, display: Display, events: AsyncIterable[Event] | None = None) -> None:
        self.run = run
        self.display = display
        self.signal: int | None = None
        self._events = run if events is None else events  # they may come at the pace of who listens
        self._known = len(run.events)  # of a run that goes on
        self._stops: list[asyncio.Task[Result]] = []
        self._watching: asyncio.Task[Result] | None = None

    async def until_it_ends(self) -> Result | None:
        """Show everything; what a run came to, or nothing when it could not even stop in time."""
        self._watching = asyncio.create_task(self._watch())
        ticking = asyncio.create_task(self._tick())
        try:
            return await self._watching
        except asyncio.CancelledError:
            if self.signal is None:
                raise
            return None
        finally:
            for task in (ticking, *self._stops):
                task.cancel()
            await asyncio.gather(ticking, *self._stops, return_exceptions=True)

    async def _watch(self) -> Result:
        async for event in self._events:
            if event.seq <= self._known:
                self.display.recall(event)
            else:
                self.display.tell(event)
        result = await self.run.result()
        self.display.finish(result)
        return result

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.display.tick()

    @contextlib.contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """Stop the run when the process is told to stop; what whoever started us chose to ignore stays ignored."""
        loop = asyncio.get_running_loop()
        heeded = [number for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
        for number in heeded:
            loop.add_signal_handler(number, self.heed, number)
        try:
            yield
        finally:
            for number in heeded:
                loop.remove_signal_handler(number)

    def stop(self, reason: str = "signal") -> None:
        """Somebody wants it to stop: nothing new starts, and what runs has a while."""
        self.display.say(f"\nstopping: nothing new starts, what runs has {GRACE:.0f} s; Ctrl+C again stops at once")
        self._stops.append(asyncio.create_task(self.run.stop(GRACE, reason=reason, by=who())))

    def heed(self, number: int) -> None:
        """A signal: the first Ctrl+C lets what runs end; all others stop it at once."""
        gently = number == signal.SIGINT and not self._stops
        self.signal = number
        if gently:
            self.stop()
            return
        if self._watching is not None:
            asyncio.get_running_loop().call_later(AT_ONCE, self._watching.cancel)
        self._stops.append(asyncio.create_task(self.run.stop(0.0)))


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


def who() -> str:
    """The person at the keyboard, by the name the machine knows."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return ""


def _is_gone(lost: OSError) -> bool:
    """Is whoever was reading gone: a pipe that closed, a terminal that hung up?"""
    return isinstance(lost, BrokenPipeError) or lost.errno == errno.EIO


def _let_go_of_the_terminal() -> None:
    """Point both streams at nothing, so that the interpreter's last flush does not fail again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nothing, stream.fileno())
