"""Conducts a batch: gives its runs to whoever performs them, so many at a time, until each has had its one end.

What is over is left alone, what was cut off is gone on with, and what was lost with its worker is done again by another
one, from where it was. So a batch that was killed is conducted once more, and nothing is performed twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.batch.cells import cell_name
from app.batch.executor import Ending, Executor, Health, NoWorkers, Stopped, Work, WorkerLost
from app.batch.performing import ending_recorded
from app.batch.plan import Item, Plan
from app.batch.tapes import UNTAPED, tapes_of
from app.batch.verdicts import PAUSED
from app.errors import FootlightsError, Mistake
from app.events import Origin
from app.journal.errors import JournalFailure, RunBusy, RunOver
from app.state.words import plural, short_id

if TYPE_CHECKING:
    from app.journal import Journal

MOST_LOSSES = 3  # of workers, over one run and at last over it alone, after which it is left for a person to look at


class Watcher(Protocol):
    """Whoever is told what goes on."""

    def begins(self, item: Item) -> None:
        """A run is handed out."""
        ...

    def ended(self, item: Item, ending: Ending) -> None:
        """It has come back."""
        ...


@dataclass(frozen=True, slots=True)
class Conducted:
    """How far it came."""

    stopped: str = ""  # why not everything was performed
    left: int = 0  # runs that were not performed to their end


class Conductor:
    """One who conducts one batch, once."""

    def __init__(
        self,
        journal: Journal,
        plan: Plan,
        executor: Executor,
        watcher: Watcher,
        *,
        begun: Mapping[str, bool],
        enough: Callable[[Item, Ending], str] | None = None,
    ) -> None:
        """`begun` says of each run that is known whether it is over; `enough` why no more need be performed."""
        self._journal = journal
        self._plan = plan
        self._executor = executor
        self._watcher = watcher
        self._begun = begun
        self._enough = enough
        self._tapes = tapes_of(plan)
        self.has_begun = False  # was any run handed out?
        self._stopped = ""
        self._held: list[str] = []  # why runs were left whose logs do not say so
        self._left = 0
        self._room = {  # of a scenario that bounds how many of its runs go on at the same time
            source.scenario: asyncio.Semaphore(source.max_parallel)
            for source in plan.sources
            if source.max_parallel is not None
        }

    async def conduct(self) -> Conducted:
        """Perform what is missing."""
        missing = [item for item in self._plan.items if not self._begun.get(item.run, False)]
        self._left = len(missing)
        if missing and not self._stopped:
            await self._perform_all(missing)
        return Conducted(self._why() if self._left else "", self._left)

    async def stop(self, grace: float, why: str) -> None:
        """Begin nothing new; what is under way ends, or is paused, within so many seconds."""
        self._stopped = self._stopped or why
        await self._executor.stop(grace)

    def health(self) -> Health:
        """How those who perform are doing."""
        return self._executor.health()

    def _why(self) -> str:
        """Why not everything was performed, as it stays with the batch."""
        if self._stopped or not self._held:
            return self._stopped
        first, *others = self._held
        return f"{first} (and {plural(len(others), 'other run')})" if others else first

    async def _perform_all(self, missing: Sequence[Item]) -> None:
        async with self._executor as executor:
            places = min(self._plan.parallel or executor.slots, executor.slots, len(missing))
            if self._plan.looks:  # whoever may end early hands out no more than is looked at next
                places = min(places, max(1, len(self._plan.items) // self._plan.looks))
            rest = iter(missing)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(places):
                        group.create_task(self._perform_some(rest))
            except ExceptionGroup as several:
                raise _first_of(several) from None

    async def _perform_some(self, rest: Iterator[Item]) -> None:
        for item in rest:
            async with self._room.get(self._plan.sources[item.source].scenario, nullcontext()):
                if self._stopped:
                    return
                self.has_begun = True
                self._watcher.begins(item)
                try:
                    ending = await self._performed(item)
                except Stopped:
                    return
            self._left -= ending.status == "finished"
            self._watcher.ended(item, ending)
            if ending.status == "paused" and ending.reason in ("batch", "disk"):
                self._stopped = self._stopped or ending.detail or ending.reason
            elif self._enough is not None and (why := self._enough(item, ending)):
                self._stopped = self._stopped or why

    async def _performed(self, item: Item) -> Ending:
        if item.erased:
            return self._left_alone(item, "erased", PAUSED["erased"])
        for attempt in range(1, MOST_LOSSES + 1):
            work = self._work(item, alone=attempt == MOST_LOSSES)  # what others did is not to be its fault
            try:
                return await self._executor.perform(work)
            except WorkerLost as lost:
                reason = lost
            except RunOver:  # it had ended, and only the news of it was lost
                ended = ending_recorded(self._journal.recorded(item.run))
                assert ended is not None
                return ended
            except RunBusy as busy:
                return self._left_alone(item, "busy", busy.message)
            except (Stopped, NoWorkers, JournalFailure):
                raise
            except FootlightsError as error:  # of this one; the others are none the worse for it
                return self._left_alone(item, "lost", _beyond_help(work, error))
            except Exception as error:  # the outermost edge of a run: a mistake of ours must not take the others along
                return self._left_alone(item, "lost", _beyond_help(work, Mistake.of(error)))
        said = f"{MOST_LOSSES} workers were lost over it, the last one over it alone: {reason.message}"
        return self._left_alone(item, "crash", said)

    def _left_alone(self, item: Item, reason: str, detail: str) -> Ending:
        self._held.append(detail)
        return Ending(item.run, "paused", reason=reason, detail=detail)

    def _work(self, item: Item, *, alone: bool) -> Work:
        plan = self._plan
        # This stands in an event, whole and for good: inputs are kept where they can be erased.
        cell = {name: value for name, value in item.cell.items() if name.removeprefix("inputs.") not in item.inputs}
        taped = self._tapes.get(item.run, UNTAPED)
        return Work(
            run=item.run, source=item.source, inputs=item.inputs, seed=item.seed, mode=plan.mode,
            matrix=item.matrix or None, origin=Origin("batch", plan.by, plan.batch, cell_name(cell), item.repeat),
            limits=plan.limits, hosts=plan.hosts, answers=plan.answers,
            begun=self._journal.knows(item.run), cassette=taped.cassette, record=taped.record, alone=alone,
        )  # fmt: skip


def _beyond_help(work: Work, error: FootlightsError) -> str:
    """Of one run that cannot be performed, refused, erased or damaged: the others are none the worse for it."""
    if isinstance(error, Mistake):
        return f"it was cut off, and is tried again when the batch goes on: {error.message} ({error.hint})"
    if not work.begun:
        return f"it cannot begin: {error.message}"
    again = f"footlights runs rm {short_id(work.run)}"
    return f"it cannot be gone on with, but begins anew after  {again}  ({error.message})"


def _first_of(several: ExceptionGroup[Exception]) -> Exception:
    """What ended the batch: what a person can act on goes before what is a mistake of ours."""
    known = several.subgroup(FootlightsError)
    first: BaseException = known or several
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, Exception)
    return first
