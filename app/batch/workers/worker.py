"""Performs runs for a driver, whatever lies between the two: bytes come in, and bytes go out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.batch.executor import Work
from app.batch.performing import Prepared, begin, ending_of
from app.batch.workers.distant import DistantJournal
from app.batch.workers.shared import DistantEndpoints, DistantLedger
from app.batch.workers.wire import (
    Answered,
    Broken,
    Drop,
    Ended,
    Failed,
    Letters,
    Message,
    Perform,
    Ping,
    Pong,
    Safe,
    Sources,
    Stop,
    Unanswered,
    to_worker,
)
from app.engine.outcomes import Halt
from app.errors import FootlightsError, Mistake

if TYPE_CHECKING:
    from app.engine import Run
    from app.engine.endpoints import Endpoints
    from app.engine.ledger import Ledger
    from app.journal import Journal

_STOPPED = Halt("signal")


class Worker:
    """Begins what it is told to, and tells how it went. To be used in a running event loop."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        outbox: Path,
        ledger_of: Callable[[str], Ledger] | None = None,
        endpoints: Endpoints | None = None,
    ) -> None:
        """What runs share with others, the ledger of each and the endpoints, is asked of the driver unless given."""
        self._journal = DistantJournal(send, outbox.parent / "archive")
        self._asking = self._journal.asking
        self._ledger_of = ledger_of
        self._endpoints = endpoints or DistantEndpoints(self._asking)
        self._sources = Prepared(())
        self._asks_for_ledger = False
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._runs: dict[int, Run] = {}
        self._grace: float | None = None  # once it was told to stop

    def hear(self, message: bytes) -> None:
        """The driver has said something; a msgspec.MsgspecError when no driver says that."""
        match to_worker(message):
            case Safe() as safe:
                self._journal.safe(safe)
            case Perform(part, work, past):
                self._journal.expect(part, work.run, past)  # at once: letters may be right behind
                self._tasks[part] = asyncio.create_task(self._perform(part, work))
            case Answered(question, answer):
                self._asking.answered(question, answer)
            case Unanswered(question, said, hint):
                self._asking.unanswered(question, FootlightsError(said, hint))
            case Ping():
                self._journal.say(Pong())
            case Sources(sources, has_ledger):
                self._sources, self._asks_for_ledger = Prepared(sources), has_ledger
            case Letters(part, letters):
                self._journal.letters(part, letters)
            case Broken() as broken:
                self._journal.broken(broken)
            case Drop(part):
                self._drop(part)
            case Stop(grace):
                self._grace = grace
                for run in self._runs.values():
                    run.halt(_STOPPED, grace=grace)

    async def close(self) -> None:
        """End what is under way; nobody is told."""
        tasks = dict(self._tasks)
        for part in tasks:
            self._drop(part)
        for ended in await asyncio.gather(*tasks.values(), return_exceptions=True):
            if isinstance(ended, Exception):  # a mistake of ours, which must not be lost
                raise ended

    def _drop(self, part: int) -> None:
        """End a run whose events nobody takes any more."""
        if (run := self._runs.get(part)) is not None:
            self._journal.broken(Broken(part, False, "nobody waits for this run any more", ""))
            run.halt(_STOPPED, grace=0)
        elif (task := self._tasks.pop(part, None)) is not None:  # it has not begun, and would wait for ever
            task.cancel()
            self._journal.forget(part)

    async def _perform(self, part: int, work: Work) -> None:
        self._journal.end(part, await self._performed(part, work))
        del self._tasks[part]
        self._runs.pop(part, None)

    async def _performed(self, part: int, work: Work) -> Message:
        try:
            ledger, journal = self._ledger(work.run), cast("Journal", self._journal)
            run = self._runs[part] = begin(work, self._sources, journal, ledger, self._endpoints)
            if self._grace is not None:
                run.halt(_STOPPED, grace=self._grace)
            result = await run.result()
        except FootlightsError as error:
            return Failed(part, error.message, error.hint)
        except Exception as error:  # the outermost edge of a worker: whoever waits for the run is told
            mistake = Mistake.of(error)
            return Failed(part, mistake.message, mistake.hint, is_mistake=True)
        return Ended(part, ending_of(result, run.events))

    def _ledger(self, run: str) -> Ledger | None:
        if self._ledger_of is not None:
            return self._ledger_of(run)
        return DistantLedger(self._asking, run) if self._asks_for_ledger else None
