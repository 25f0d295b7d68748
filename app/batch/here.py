"""Performs the runs of a batch in this process, side by side: for live runs, which mostly wait for models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.batch.executor import Ending, Health, Stopped, Work
from app.batch.performing import Prepared, begin, ending_of
from app.batch.plan import Source

if TYPE_CHECKING:
    from app.engine.ledger import Ledger
    from app.engine.run import Run
    from app.journal import Journal

SLOTS = 8  # runs at a time, when nobody says how many
FAREWELL = 2.0  # seconds in which runs that nobody waits for any more are paused


class Here:
    """The executor that needs nobody else."""

    def __init__(
        self, journal: Journal, sources: Sequence[Source], ledger: Ledger | None = None, slots: int = SLOTS
    ) -> None:
        self.slots = slots
        self._journal = journal
        self._prepared = Prepared(sources)
        self._ledger = ledger
        self._runs: set[Run] = set()
        self._stopped = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await self.stop(0.0)

    async def perform(self, work: Work) -> Ending:
        """Perform a run to its end."""
        if self._stopped:
            raise Stopped("the batch is being stopped")
        run = begin(work, self._prepared, self._journal, self._ledger)
        self._runs.add(run)
        try:
            result = await run.result()
        finally:
            if not run.is_performed:  # one that nobody waits for any more is ended on the way out
                self._runs.discard(run)
        return ending_of(result, run.events)

    async def stop(self, grace: float) -> None:
        """Begin nothing new; what is under way ends, or is paused, within so many seconds."""
        self._stopped = True
        await asyncio.gather(*(run.stop(grace) for run in tuple(self._runs)), return_exceptions=True)

    def health(self) -> Health:
        """How it is doing just now."""
        return Health(workers=1, under_way=len(self._runs))
