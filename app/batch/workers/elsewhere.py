"""Has runs performed by workers elsewhere, and writes down here what they say happened.

The driver holds the lease of every run and is the only one that writes. A worker is reached over a `Link`; where links
come from, a `Company` knows. When a link ends, the runs that were under way there are lost to it, not to the archive:
they are given back, and whoever asked for them asks again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from app.batch.executor import Ending, Health, NoWorkers, Stopped, Work, WorkerLost
from app.batch.plan import Source
from app.batch.workers.desk import Desk, Link
from app.batch.workers.wire import Past, Ping, Sources, encode
from app.engine.letters import EVERY
from app.errors import FootlightsError
from app.journal import Journal, RunLog
from app.journal.errors import JournalError, JournalFailure
from providers.limiter import Limiter

if TYPE_CHECKING:
    from app.engine.ledger import Ledger

DEATHS = 3  # of workers in one place, in a row and with nothing to do with any run, after which it stays empty
FRUITLESS = 20  # of workers in one place, in a row and without a run ended: it is the machine, not the runs
BEAT = 10.0  # seconds after which each worker is asked again whether it is there
FAREWELL = 2.0  # seconds in which a worker that is not needed any more ends, or says how its runs were paused


class Company(Protocol):
    """Where workers come from."""

    places: int  # how many workers there should be
    slots: int  # runs at a time, of each

    async def hire(self, number: int) -> Link:
        """A worker for one of the places; FootlightsError when there is none to be had."""
        ...


class Elsewhere:
    """An executor whose workers are not in this process."""

    def __init__(
        self,
        journal: Journal,
        sources: Sequence[Source],
        company: Company,
        ledger: Ledger | None = None,
        *,
        beat: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(BEAT),
    ) -> None:
        """`beat` lets the time go by until workers are asked again."""
        self._journal = journal
        self._ledger = ledger
        self._limiter = Limiter(time.monotonic)
        self._sources = encode(Sources(tuple(sources), ledger is not None))
        self._company = company
        self._beat = beat
        self._desks: list[Desk] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._open = company.places  # places in which there is a worker, or there will be
        self._waiting: list[asyncio.Future[None]] = []  # for a desk with room
        self._lost = 0
        self._stopped = False
        self._trouble: FootlightsError | None = None  # the last there was with a worker

    @property
    def slots(self) -> int:
        """How many runs at a time its workers perform."""
        return self._company.places * self._company.slots

    def health(self) -> Health:
        """How the workers are doing."""
        trouble = "" if self._trouble is None else "; ".join(filter(None, (self._trouble.message, self._trouble.hint)))
        return Health(len(self._desks), self._lost, sum(desk.under_way for desk in self._desks), trouble)

    async def __aenter__(self) -> Self:
        places = [self._fill(number) for number in range(1, self._company.places + 1)]
        self._tasks = [asyncio.create_task(work) for work in (*places, self._pass_letters_on())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):  # a mistake of ours, which must not be lost
                raise ended

    async def perform(self, work: Work) -> Ending:
        """Have a run performed by the worker who has the fewest."""
        if not work.alone:
            return await self._performed(work, await self._desk_with_room())
        desk = await self._desk_of_its_own()
        try:
            return await self._performed(work, desk)
        finally:
            self._give_back(desk)

    async def _performed(self, work: Work, desk: Desk) -> Ending:
        log, past = self._taken(work)
        try:
            return await desk.perform(work, log, past)
        finally:
            self._call()

    async def stop(self, grace: float) -> None:
        """Begin nothing new; workers that do not say in time how their runs ended or were paused are ended."""
        self._stopped = True
        self._call()
        await asyncio.gather(*(desk.stop(grace, FAREWELL) for desk in self._desks))

    async def _pass_letters_on(self) -> None:
        """Look for what people say to the runs, as the engine does for those that are performed here."""
        while True:
            await asyncio.sleep(EVERY)
            with suppress(FootlightsError):  # what cannot be read here, the log of a run cannot write
                for run in self._journal.addressed():
                    for desk in self._desks:
                        desk.pass_on(run)

    async def _fill(self, number: int) -> None:
        """See to it that there is a worker in a place, as long as that makes sense."""
        deaths = fruitless = 0
        try:
            while not self._stopped and deaths < DEATHS and fruitless < FRUITLESS:
                ended, was_at_work = await self._work_with_one(number)
                fruitless = 0 if ended else fruitless + 1
                deaths = 0 if ended or was_at_work else deaths + 1
        finally:
            self._open -= 1
            self._call()

    async def _work_with_one(self, number: int) -> tuple[int, bool]:
        """Hire a worker, and work with it until it is gone. How many runs has it ended, and was it lost over others?"""
        try:
            link = await self._company.hire(number)
        except FootlightsError as error:
            self._trouble = error
            return 0, False
        desk = Desk(link, self._journal, self._ledger, self._limiter)
        was_at_work = await self._work_with(desk)
        self._lost += 1
        return desk.ended, was_at_work

    async def _work_with(self, desk: Desk) -> bool:
        """Until it is gone. Was it performing anything then?"""
        why = "it was ended"
        desk.link.send(self._sources)
        desk.link.send(encode(Ping()))  # its answer says that it has begun, whatever a run then does to it
        self._desks.append(desk)
        self._call()
        watching = asyncio.create_task(desk.watch(self._beat))
        try:
            await desk.listen()
            why = desk.why
        except JournalFailure as failed:
            why = f"what it said cannot be written ({failed.message})"
        except (msgspec.MsgspecError, JournalError, ValueError) as wrong:
            why = f"it said what no worker says ({wrong})"
        finally:
            watching.cancel()
            self._desks.remove(desk)
            was_at_work, left = desk.is_at_work, ""
            try:
                left = await desk.link.close(FAREWELL)
            finally:  # whoever waits for its runs is told, also when no end could be made of it
                lost = WorkerLost(f"{desk.link.name} is gone: {why or left}")
                if not self._stopped:
                    self._trouble = lost
                desk.lose(lost)
        return was_at_work

    async def _desk_with_room(self) -> Desk:
        while True:
            if self._stopped:
                raise Stopped("nothing new is begun any more")
            desk = self._emptiest()
            if desk is not None and desk.under_way < desk.link.slots:
                return desk
            await self._turn()

    async def _desk_of_its_own(self) -> Desk:
        """One that is kept for a run, once nobody else is there; when it is lost before, another one."""
        desk: Desk | None = None
        try:
            while True:
                if self._stopped:
                    raise Stopped("nothing new is begun any more")
                if desk not in self._desks and (desk := self._emptiest()) is not None:
                    desk.is_kept = True
                if desk is not None and not desk.under_way:
                    return desk
                await self._turn()
        except BaseException:
            if desk is not None:
                self._give_back(desk)
            raise

    def _emptiest(self) -> Desk | None:
        """Of those that nobody keeps for himself."""
        free = (desk for desk in self._desks if not desk.is_kept)
        return min(free, key=lambda desk: desk.under_way, default=None)

    def _give_back(self, desk: Desk) -> None:
        desk.is_kept = False
        self._call()

    async def _turn(self) -> None:
        """Until something has changed; NoWorkers when nothing will."""
        if not self._open:
            why = self._trouble or FootlightsError("none of them could begin")
            raise NoWorkers(f"there are no workers left: {why.message}", why.hint)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _call(self) -> None:
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)

    def _taken(self, work: Work) -> tuple[RunLog, Past | None]:
        """The log of a run, and what is in it already."""
        if not work.begun:
            return self._journal.begin(work.run), None
        log = self._journal.take_over(work.run)
        try:
            events, values = self._journal.bodies(work.run), self._journal.texts(work.run)
            letters = self._journal.inbox(work.run)
        except BaseException:
            log.release()
            raise
        return log, Past(events, values, log.hash, log.standing, letters)
