"""Ends an answer that makes no progress: nobody waits for ever for a first token, or for the next one.

What counts is an answer's own pieces, and an empty chunk, which says that one grows that cannot be shown yet. A server
that only keeps the line open with comments and pings gives none, and a read timeout of the connection would never
notice; nor do numbers count, as a request's own comes long before the first token.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from math import inf

from providers.base import Chunk

AFTER_THE_END = 5.0  # seconds for the usage to follow a complete answer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may keep us waiting, in seconds."""

    first: float = 120.0
    between: float = 60.0
    total: float = 1800.0


class Stalled(Exception):
    """An answer kept us waiting for too long."""

    def __init__(self, waited_for: str, seconds: float) -> None:
        super().__init__(f"{waited_for} did not come within {seconds:g} seconds")


async def in_time(chunks: AsyncIterator[Chunk], patience: Patience) -> AsyncGenerator[Chunk, None]:
    """The chunks, each in time, or Stalled."""
    alarm = _Alarm()
    now = alarm.loop.time
    over = now() + patience.total
    limit, waited_for = patience.first, "the first token"
    due = now() + limit
    is_complete = False
    try:
        while True:
            alarm.set(min(due, over))
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except asyncio.CancelledError:
                if not alarm.was_its_doing():
                    raise
                if over < due:
                    raise Stalled("the whole answer", patience.total) from None
                raise Stalled(waited_for, limit) from None
            finally:
                alarm.rest()
            yield chunk
            if chunk.finish is not None:
                is_complete = True
                limit, waited_for = AFTER_THE_END, "the end of the stream"
                due = now() + limit
            elif not is_complete and _is_progress(chunk):
                limit, waited_for = patience.between, "the next token"
                due = now() + limit
    finally:
        alarm.end()
        if (close := getattr(chunks, "aclose", None)) is not None:
            await close()


def _is_progress(chunk: Chunk) -> bool:
    if chunk.text or chunk.thought or chunk.tool_calls:
        return True
    return chunk.usage is None and not (chunk.served or chunk.request or chunk.echo)


class _Alarm:
    """Cancels the task that waits, when its time is over.

    A timer for each chunk would cost more than reading it: this one is moved only when it goes off too early.
    """

    __slots__ = ("_at", "_cancelled_before", "_due", "_rang", "_task", "_timer", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._due = inf  # when it is to ring
        self._at = inf  # when the timer goes off
        self._timer: asyncio.Handle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelled_before = 0
        self._rang = False

    def set(self, due: float) -> None:
        """Ring then, unless it is set anew before, or put to rest."""
        self._due = due
        self._task = task = asyncio.current_task()
        if task is not None:
            self._cancelled_before = task.cancelling()
        if due < self._at:
            self._wait(due)

    def rest(self) -> None:
        """Nobody waits now."""
        self._due = inf
        if self._rang:
            self.was_its_doing()

    def was_its_doing(self) -> bool:
        """Was the task cancelled by this alarm, and by nobody else?"""
        if not self._rang or self._task is None:
            return False
        self._rang = False
        return self._task.uncancel() <= self._cancelled_before

    def end(self) -> None:
        """It will not ring any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._task = None

    def _wait(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = due
        self._timer = self.loop.call_at(due, self._look)

    def _look(self) -> None:
        """What has come while this process slept is heard first: the loop takes one more turn."""
        if self.loop.time() >= self._due:
            self._timer = self.loop.call_soon(self._ring)
        else:
            self._go_on()

    def _ring(self) -> None:
        if self.loop.time() >= self._due and self._task is not None:
            self._rang, self._at = True, inf
            self._task.cancel()
        else:
            self._go_on()

    def _go_on(self) -> None:
        self._timer, self._at = None, inf
        if self._due < inf:
            self._wait(self._due)
