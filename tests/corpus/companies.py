"""Workers in the event loop of a test: what they and the driver say goes as bytes, as it does elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from app.batch.conducting import Conductor
from app.batch.plan import Plan
from app.batch.workers.elsewhere import Company, Elsewhere
from app.batch.workers.worker import Worker
from app.engine.ledger import Ledger
from app.events import RunFinished
from app.journal import Journal
from corpus.batches import Noted

Overheard = Callable[[bytes], Sequence[bytes]]


class Beside:
    """A worker and the way to it. `on_the_way` may change what it says, or end it."""

    def __init__(self, number: int, outbox: Path, slots: int) -> None:
        self.name = f"worker {number}"
        self.slots = slots
        self.on_the_way: Overheard = lambda message: [message]
        self._said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._worker = Worker(self._say, outbox)
        self._is_gone = False
        self._why = "it was told to"

    def send(self, message: bytes) -> None:
        asyncio.get_running_loop().call_soon(self._hear, message)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (said := await self._said.get()) is not None:
            yield said

    async def close(self, grace: float) -> str:
        self.die(self._why)
        await self._worker.close()
        return self._why

    def die(self, why: str) -> None:
        """Be gone from one moment to the next: nothing more is heard, and nothing said."""
        if not self._is_gone:
            self._is_gone, self._why = True, why
            self._said.put_nowait(None)

    def _hear(self, message: bytes) -> None:
        if not self._is_gone:
            self._worker.hear(message)

    def _say(self, message: bytes) -> None:
        for one in self.on_the_way(message):
            if not self._is_gone:
                self._said.put_nowait(one)


class Ensemble:
    """A company of such workers."""

    def __init__(self, outbox: Path, places: int = 2, slots: int = 4) -> None:
        self.places = places
        self.slots = slots
        self.hired: list[Beside] = []
        self.on_the_way: Callable[[Beside], Overheard] | None = None
        self._outbox = outbox

    async def hire(self, number: int) -> Beside:
        worker = Beside(len(self.hired) + 1, self._outbox, self.slots)
        if self.on_the_way is not None:
            worker.on_the_way = self.on_the_way(worker)
        self.hired.append(worker)
        return worker


def conductor(
    journal: Journal, plan: Plan, company: Company, watcher: Noted | None = None, ledger: Ledger | None = None
) -> Conductor:
    """One who has a batch performed elsewhere, as far as it is not over."""
    begun = {item.run: _is_over(journal, item.run) for item in plan.items}
    return Conductor(journal, plan, Elsewhere(journal, plan.sources, company, ledger), watcher or Noted(), begun=begun)


def _is_over(journal: Journal, run: str) -> bool:
    return journal.knows(run) and isinstance(journal.recorded(run)[-1], RunFinished)
