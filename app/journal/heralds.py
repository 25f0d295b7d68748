"""Tells those who wait that what they added is safe: each on its own event loop, and a few of them at a time.

A commit can make hundreds of runs go on. Let loose at once they would keep the loop from everything else, timers and
keys too, until the last of them waits again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from app.journal.log import RunLog

AT_A_TIME = 16  # logs, before the event loop goes round


class Herald:
    """Tells the logs of one event loop."""

    def __init__(self) -> None:
        self._logs: deque[RunLog] = deque()
        self._is_at_work = False

    def tell(self, logs: Iterable[RunLog]) -> None:
        """Have these logs tell who waits for them. To be called by the event loop."""
        self._logs.extend(logs)
        if not self._is_at_work:
            self._go_on()

    def _go_on(self) -> None:
        for _ in range(min(AT_A_TIME, len(self._logs))):
            self._logs.popleft().settle()
        self._is_at_work = bool(self._logs)
        if self._is_at_work:
            asyncio.get_running_loop().call_soon(self._go_on)


class Heralds:
    """One for each event loop; called by the writer's thread."""

    def __init__(self) -> None:
        self._heralds: WeakKeyDictionary[asyncio.AbstractEventLoop, Herald] = WeakKeyDictionary()

    def tell(self, logs: Iterable[RunLog]) -> None:
        """Have those told who wait and need wait no longer: one hop a loop and commit."""
        loops: dict[asyncio.AbstractEventLoop, list[RunLog]] = {}
        for log in logs:
            if log.waiting and log.loop is not None:
                loops.setdefault(log.loop, []).append(log)
        for loop, told in loops.items():
            herald = self._heralds.setdefault(loop, Herald())
            with suppress(RuntimeError):  # the loop was closed, so nobody waits
                loop.call_soon_threadsafe(herald.tell, told)
