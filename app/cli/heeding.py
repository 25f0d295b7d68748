"""What runs and batches share in front of somebody: the clock ticks meanwhile, and signals stop them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Generic, TypeVar

from app.cli.endings import SIGNALLED

GRACE = 5.0  # seconds in which what is under way may end by itself after the first Ctrl+C
TICK = 0.25  # seconds between looks at the clock
AT_ONCE = 1.5  # seconds within which everything is let go of when it must
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

T = TypeVar("T")


class Attended(ABC, Generic[T]):
    """Something that is performed while somebody attends, until it ends or signals stop it."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.stops_at_once = False
        self._performing: asyncio.Future[T] | None = None
        self._stops: list[asyncio.Task[object]] = []

    @abstractmethod
    async def whole(self) -> int:
        """All that is done, from its first word to its last; the exit code says how it went."""

    @abstractmethod
    def tick(self) -> None:
        """Time has passed."""

    @abstractmethod
    def stop(self) -> None:
        """Ctrl+C: say that nothing new begins, and let what is under way end."""

    @abstractmethod
    async def stop_at_once(self) -> None:
        """Any other signal, or a second one, or nobody is there any more."""

    async def seen_through(self) -> int:
        """Do all of it, and heed signals; the exit code, also when whoever was reading leaves in the middle."""
        with heeding_signals(self.heed):
            try:
                return await self.whole()
            except OSError as lost:
                if not _is_gone(lost):
                    raise
                await self.stop_at_once()
                _let_go_of_the_terminal()
                hung_up = lost.errno == errno.EIO  # the signal that says so may come a moment later
                return SIGNALLED + (self.signal or (signal.SIGHUP if hung_up else signal.SIGPIPE))

    async def until_it_ends(self, performing: Awaitable[T]) -> T | None:
        """What it came to; nothing, when it could not even stop in time. It ends when nothing can be shown."""
        performed = self._performing = asyncio.ensure_future(performing)
        ticking = asyncio.create_task(self._ticking())
        ticking.add_done_callback(lambda _: performed.cancel())
        try:
            return await performed
        except asyncio.CancelledError:
            if ticking.done():
                ticking.result()
            if self.signal is None:
                raise
            return None
        finally:
            for task in (ticking, *self._stops):
                task.cancel()
            await asyncio.gather(ticking, *self._stops, return_exceptions=True)

    def heed(self, number: int) -> None:
        """A signal: the first Ctrl+C lets what is under way end; all others stop it at once."""
        gently = number == signal.SIGINT and not self._stops
        self.signal = number
        if gently:
            self.stop()
            return
        self.stops_at_once = True
        if self._performing is not None:
            asyncio.get_running_loop().call_later(AT_ONCE, self._performing.cancel)
        self.is_stopped_by(self.stop_at_once())

    def is_stopped_by(self, stopping: Coroutine[Any, Any, object]) -> None:
        """Stop it meanwhile; whatever is not stopped when it has ended is let go of."""
        self._stops.append(asyncio.create_task(stopping))

    async def _ticking(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(TICK)


@contextlib.contextmanager
def heeding_signals(heed: Callable[[int], None]) -> Iterator[None]:
    """Let somebody heed them; what whoever started us chose to ignore stays ignored."""
    loop = asyncio.get_running_loop()
    heeded = [number for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, heed, number)
    try:
        yield
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


def _is_gone(lost: OSError) -> bool:
    """Is whoever was reading gone: a pipe that closed, a terminal that hung up?"""
    return isinstance(lost, BrokenPipeError) or lost.errno == errno.EIO


def _let_go_of_the_terminal() -> None:
    """Point both streams at nothing, so that the interpreter's last flush does not fail again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nothing, stream.fileno())
