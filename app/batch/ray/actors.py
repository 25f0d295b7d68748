"""What all workers ask, as asyncio actors: the ledger of a batch, and the limiter of all batches on the cluster."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import ray
from ray.exceptions import RayError

from app.batch.workers.holds import Holds
from app.batch.workers.lines import Places
from app.batch.workers.wire import Counted, Enter, Left, MayHold, Pause, Used, Withdraw
from app.engine.ledger import SharedLedger
from app.events import Hold
from providers.limiter import MINUTE, Limiter, Wait

IDLE = 30.0  # seconds without a worker, after which the limiter ends


class LedgerActor:
    """What the runs of a batch may spend together, wherever they are performed."""

    def __init__(self, limits: Mapping[str, float], spent: Mapping[str, float]) -> None:
        ledger = SharedLedger(limits, spent)
        self._workers: defaultdict[str, Holds] = defaultdict(lambda: Holds(ledger))

    async def answer(self, handle: Any, worker: str, question: MayHold) -> str:
        """May a run set something aside?"""
        return await self._workers[worker].hold(question.question, question.run, question.hold, question.waits)

    async def hear(self, handle: Any, worker: str, news: list[Used | Withdraw]) -> None:
        """What became of calls."""
        for one in news:
            self._workers[worker].hear(one)

    async def bury(self, worker: str) -> None:
        """A worker is gone."""
        self._workers[worker].bury()

    async def lose(self, run: str, begun: list[Hold]) -> None:
        """The worker of a run is buried; `begun` is what the run held for calls that had gone out."""
        for holds in self._workers.values():
            holds.lose(run, begun)


class LimiterActor:
    """The lines in front of all endpoints; it ends when it has had no worker for a while.

    Should its process die, Ray starts it anew. It does not know then what went out before, and lets a minute go by.
    """

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        self._opens = time.monotonic() + MINUTE if context.was_current_actor_reconstructed else 0.0
        self._limiter = Limiter(time.monotonic)
        self._me = context.current_actor
        self._workers: dict[str, Places] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    async def join(self, handle: Any, worker: str) -> None:
        """A worker will ask."""
        self._places(handle, worker)

    async def answer(self, handle: Any, worker: str, question: Enter | Pause) -> Wait:
        """May a call go in? Is a pause over?"""
        places = self._places(handle, worker)
        if isinstance(question, Enter):
            return await places.enter(question.question, question.call)
        await places.end_of_pause(question.endpoint)
        return Wait()

    async def hear(self, handle: Any, worker: str, news: list[Left | Counted | Withdraw]) -> None:
        """What became of calls."""
        for one in news:
            self._places(handle, worker).hear(one)

    async def ready(self) -> None:
        """It is there."""

    def _places(self, handle: Any, worker: str) -> Places:
        """Those of a worker, of whom it may not have heard, or not any more."""
        if worker not in self._workers:
            if self._alarm is not None:
                self._alarm.cancel()
            self._workers[worker] = Places(self._limiter, self._opens)
            task = asyncio.create_task(self._until_gone(handle, worker))
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)
        return self._workers[worker]

    async def _until_gone(self, handle: Any, worker: str) -> None:
        with suppress(RayError):
            await handle.gone.remote()
        self._workers.pop(worker).lose()
        if not self._workers:
            self._alarm = asyncio.get_running_loop().call_later(IDLE, self._end)

    def _end(self) -> None:
        """End, unless somebody came meanwhile. An actor that calls itself to exit waits for that call, for ever."""
        if not self._workers:
            ray.kill(self._me)
