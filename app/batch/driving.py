"""Begins a batch, or goes on with one, and sees it through: what a command or a screen calls.

drive = Drive.begin(journal, planned([checked], Wish(mode="rehearsal", repeat=100)))
conducted = await drive.conduct(watcher)
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from app.batch.conducting import Conducted, Conductor, Watcher
from app.batch.executor import Ending, Executor, Health
from app.batch.plan import Item, Plan, decoded, encoded
from app.batch.results import results_of
from app.batch.tapes import insist_on_tapes, recording_alone, take_blanks_away
from app.batch.variables import digests_of, insist_on_same, insist_on_set
from app.engine.ledger import SharedLedger
from app.errors import FootlightsError, UsageError
from app.journal.archive import Archive
from app.journal.batches import BatchRow
from app.journal.errors import JournalFailure

if TYPE_CHECKING:
    from app.batch.comparing.stopping import EarlyEnd
    from app.journal import Journal
    from app.journal.lease import Holder

MOST_WORKERS = 64
MANY = 30  # rehearsals, from which on processes of their own are worth their start


class Drive:
    """A batch that this process performs."""

    def __init__(self, journal: Journal, plan: Plan, holder: Holder, stopped: str = "") -> None:
        """`stopped` is why it was left before."""
        self.plan = plan
        self._journal = journal
        self._holder = holder
        self._conductor: Conductor | None = None
        self._stopped_before = stopped
        self._stop: tuple[float, str] | None = None

    @classmethod
    def begin(cls, journal: Journal, plan: Plan) -> Drive:
        """Keep the plan, and with it the batch; raises when a variable that it needs is not set."""
        insist_on_set(plan.sources, os.environ)
        read = sorted({name for source in plan.sources for name in source.reads})
        plan = replace(plan, variables=digests_of(read, plan.batch, os.environ))
        row = BatchRow(plan.batch, plan.title, plan.mode, len(plan.items), time.time_ns() // 1000, "", "")
        return cls(journal, plan, journal.begin_batch(row, encoded(plan)))

    @classmethod
    def go_on(
        cls,
        journal: Journal,
        batch: str,
        budget: Mapping[str, float] | None = None,
        answers: Mapping[str, str] | None = None,
        held: Mapping[str, Any] | None = None,
    ) -> Drive:
        """Go on with a batch that nobody performs; what is given here takes the place of what was planned, for good.

        `held` is what its plan says of what it is held against.
        """

        def change(body: bytes) -> bytes:
            plan = decoded(body)
            given = {"budget": {**plan.budget, **(budget or {})}, "answers": {**plan.answers, **(answers or {})}}
            return encoded(replace(plan, **given, **(held or {})))

        holder, body, stopped = journal.drive_batch(batch, change)
        return cls(journal, decoded(body), holder, stopped)

    async def conduct(
        self,
        watcher: Watcher,
        *,
        on: str = "",
        workers: int | None = None,
        enough: Callable[[Item, Ending], str] | None = None,
    ) -> Conducted:
        """Perform what is missing: here, in `workers` processes, or on a cluster that `on` names.

        `enough` says why no more need be performed; left out, a comparison that may stop early does.
        """
        stopped = ""
        try:
            with recording_alone(self.plan):
                conducted = await self._conducted(watcher, on, workers, enough)
            stopped = conducted.stopped
            return conducted
        except BaseException as error:
            stopped = self._why_left(error)
            raise
        finally:
            with suppress(JournalFailure):  # on a full disk nothing can be noted, and that nobody performs it is seen
                self._journal.leave_batch(self.plan.batch, self._holder, stopped)

    async def _conducted(
        self, watcher: Watcher, on: str, workers: int | None, enough: Callable[[Item, Ending], str] | None
    ) -> Conducted:
        async with Archive(self._journal.path) as archive:
            runs = await archive.batch_runs(self.plan.batch)
            spent = await archive.batch_spent(self.plan.batch)
            enough = enough or await self._until_it_is_clear(archive)
        ledger = SharedLedger(self.plan.budget, spent) if self.plan.budget else None
        begun = {run.run: run.over for run in runs}
        missing = [item for item in self.plan.items if not begun.get(item.run, False)]
        sources = {item.source: self.plan.sources[item.source] for item in missing}
        insist_on_same(self.plan, sources.values(), os.environ)
        insist_on_tapes(self.plan, begun)
        take_blanks_away(self.plan, begun)
        executor = _executor(self._journal, self.plan, ledger, on, workers_for(self.plan, len(missing), workers))
        self._conductor = Conductor(self._journal, self.plan, executor, watcher, begun=begun, enough=enough)
        if self._stop is not None:
            await self._conductor.stop(*self._stop)
        return await self._conductor.conduct()

    async def stop(self, grace: float, why: str) -> None:
        """Begin nothing new; what is under way ends, or is paused, within so many seconds."""
        self._stop = (grace, why)
        if self._conductor is not None:
            await self._conductor.stop(grace, why)

    def health(self) -> Health:
        """How those who perform are doing."""
        return Health() if self._conductor is None else self._conductor.health()

    @property
    def has_begun(self) -> bool:
        """Was any run handed out? What is refused before leaves a batch as it was."""
        return self._conductor is not None and self._conductor.has_begun

    def _why_left(self, error: BaseException) -> str:
        if self._stopped_before and not self.has_begun:
            return self._stopped_before
        if isinstance(error, FootlightsError):
            return error.message
        return self._stop[1] if self._stop is not None else "it was cut off"

    async def _until_it_is_clear(self, archive: Archive) -> EarlyEnd | None:
        """What ends it when its comparison is clear, if that was wished; it may be clear already."""
        if not (self.plan.looks and self.plan.compare):
            return None
        from app.batch.comparing.stopping import gone_on_with

        end = gone_on_with(await results_of(archive, self.plan.batch))
        if end.why and self._stop is None:
            self._stop = (0.0, end.why)
        return end


def workers_for(plan: Plan, missing: int, asked: int | None = None) -> int:
    """How many processes besides this one: live runs wait for models, rehearsals want all cores there are."""
    if asked is not None:
        if asked > MOST_WORKERS:
            raise UsageError(f"{asked:,} processes are too many; {MOST_WORKERS} are the most", "one a core is best")
        return min(asked, missing)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if plan.mode == "rehearsal" and missing >= MANY and cores > 1 else 0


def _executor(journal: Journal, plan: Plan, ledger: SharedLedger | None, on: str, workers: int) -> Executor:
    if on:
        from app.batch.ray.executor import OnRay

        return OnRay(on, journal, plan, ledger)
    if workers:
        from app.batch.workers.processes import Processes

        return Processes(journal, plan.sources, workers, ledger, plan.parallel)
    from app.batch.here import SLOTS, Here

    return Here(journal, plan.sources, ledger, plan.parallel or SLOTS)
