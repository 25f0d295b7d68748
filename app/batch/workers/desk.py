"""What the driver does for one worker: hands runs out, writes down what it says of them, tells it what is safe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.batch.executor import Ending, Work, WorkerLost
from app.batch.workers.answering import Answering
from app.batch.workers.wire import (
    Broken,
    Drop,
    Ended,
    Enter,
    Failed,
    Learn,
    Letters,
    MayHold,
    Message,
    Partial,
    Past,
    Pause,
    Perform,
    Ping,
    Pong,
    Recollect,
    Safe,
    Stop,
    Took,
    Written,
    Wrote,
    encode,
    from_worker,
)
from app.errors import FootlightsError, Mistake
from app.journal import RunLog
from app.journal.errors import DiskFull, JournalError, JournalFailure

if TYPE_CHECKING:
    from app.engine.ledger import Ledger
    from app.journal import Journal
    from providers.limiter import Limiter


BEATS = 6  # for which a worker that is asked may be silent


class Link(Protocol):
    """The way to one worker. Its messages end when the worker is gone."""

    name: str
    slots: int  # runs at a time

    def send(self, message: bytes) -> None:
        """Send it; what cannot arrive is lost, and the messages end."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def close(self, grace: float) -> str:
        """End the worker, within so many seconds; say why it was gone already, if it was. May be called twice."""
        ...


@dataclass(slots=True, eq=False)
class _Part:
    """A run as this worker was given it."""

    log: RunLog
    ending: asyncio.Future[Ending]
    letters: set[int] = field(default_factory=set)  # that were passed on to it


class Desk:
    """One worker's."""

    def __init__(self, link: Link, journal: Journal, ledger: Ledger | None, limiter: Limiter) -> None:
        self.link = link
        self._journal = journal
        self._answering = Answering(self._say, journal, ledger, limiter)
        self.why = ""  # it was ended from here, when it was
        self.ended = 0  # runs that it performed to their end, or to a pause
        self.is_kept = False  # for a run that is performed alone
        self._has_begun = False  # has it said anything?
        self._parts: dict[int, _Part] = {}
        self._given = 0
        self._silent = 0  # beats since it said anything
        self._safe: dict[int, int] = {}  # that it has yet to be told

    @property
    def under_way(self) -> int:
        """How many runs it has."""
        return len(self._parts)

    @property
    def is_at_work(self) -> bool:
        """Has it begun, and has it runs? What ends it then is rather one of them than the place."""
        return self._has_begun and bool(self._parts)

    async def perform(self, work: Work, log: RunLog, past: Past | None) -> Ending:
        """Have it perform a run, which is given back afterwards."""
        self._given += 1
        letters = {one.id for one in past.letters} if past is not None else set()
        number, part = self._given, _Part(log, asyncio.get_running_loop().create_future(), letters)
        self._parts[number] = part
        self._say(Perform(number, work, past))
        try:
            return await part.ending
        except asyncio.CancelledError:
            self._say(Drop(number))
            raise
        finally:
            del self._parts[number]
            log.release()

    async def listen(self) -> None:
        """Write down what it says, until it is gone; raises when it says what no worker says."""
        async for message in self.link:
            self._silent, self._has_begun = 0, True
            match from_worker(message):
                case Wrote(runs):
                    for written in runs:
                        self._write(written)
                case Ended(number, ending):
                    self._end(number, ending)
                case Failed(number, why, hint, is_mistake):
                    if (part := self._part(number)) is not None and not part.ending.done():
                        part.ending.set_exception(Mistake(why) if is_mistake else FootlightsError(why, hint))
                case Partial(number, call, text):
                    self._show(number, call, text)
                case Took(number, letter, verdict):
                    self._take(number, letter, verdict)
                case Recollect() | Learn() | MayHold() | Enter() | Pause() as question:
                    self._answering.ask(question)
                case Pong():
                    pass
                case news:
                    self._answering.hear(news)

    async def watch(self, beat: Callable[[], Awaitable[object]]) -> None:
        """Ask it at each beat whether it is there, and end it when it is silent for too many.

        Beats are counted, and not seconds: a driver that was stopped for an hour itself has missed one.
        """
        while self._silent < BEATS:
            await beat()
            self._silent += 1
            self._say(Ping())
        await self._end_worker("it does not answer any more")

    def pass_on(self, run: str) -> None:
        """Pass on what people have said to a run, if it is performed here."""
        for number, part in self._parts.items():
            if part.log.run == run:
                letters = [one for one in self._journal.inbox(run) if one.id not in part.letters]
                part.letters.update(one.id for one in letters)
                if letters:
                    self._say(Letters(number, letters))

    async def stop(self, grace: float, margin: float) -> None:
        """Have its runs end or pause; a worker that does not say in time how they did is ended."""
        endings = [part.ending for part in self._parts.values()]
        self._say(Stop(grace))
        if endings and (await asyncio.wait(endings, timeout=grace + margin))[1]:
            await self._end_worker("it did not stop in time")

    def lose(self, why: WorkerLost) -> None:
        """It is gone: its runs have to be asked for again, once all that it said of them is written."""
        self._answering.lose()
        for number, part in self._parts.items():
            part.log.when_durable(partial(self._lose, number, part, why))

    async def _end_worker(self, why: str) -> None:
        self.why = why
        await self.link.close(0)

    def _write(self, written: Written) -> None:
        part = self._part(written.part)
        if part is None or part.log.failure is not None:
            return
        with suppress(JournalFailure):  # it failed just now, as the worker will be told
            part.log.adopt(written.entries, written.standing)
            part.log.when_durable(partial(self._tell, written.part, part))

    def _tell(self, number: int, part: _Part, error: Exception | None) -> None:
        """What was written of a run is safe, or cannot be written."""
        if isinstance(error, FootlightsError):
            self._say(Broken(number, isinstance(error, DiskFull), error.message, error.hint))
            return
        if not self._safe:
            asyncio.get_running_loop().call_soon(self._tell_all)
        self._safe[number] = part.log.durable_seq

    def _tell_all(self) -> None:
        parts, self._safe = list(self._safe.items()), {}
        self._say(Safe(parts))

    def _end(self, number: int, ending: Ending) -> None:
        part = self._part(number)
        if part is None or part.ending.done():
            return
        log = part.log
        is_true = log.failure is not None or (ending.status == "finished") == log.standing.over
        if ending.run != log.run or not is_true:
            raise JournalError(f"what was said of the end of the run {log.run} is not how it ended")
        self.ended += 1
        part.ending.set_result(ending)

    def _lose(self, number: int, part: _Part, why: WorkerLost, error: Exception | None) -> None:
        try:
            self._answering.lose_run(part.log.run)
        finally:
            if not part.ending.done():
                part.ending.set_exception(error or why)

    def _show(self, number: int, call: str, text: str | None) -> None:
        if (part := self._part(number)) is None:
            return
        if text is None:
            part.log.drop_partial(call)
        else:
            part.log.publish_partial(call, text)

    def _take(self, number: int, letter: int, verdict: str) -> None:
        part = self._part(number)
        if part is not None and letter in part.letters:
            self._journal.take_letter(letter, verdict)

    def _part(self, number: int) -> _Part | None:
        """What it speaks of; none when that was taken from it, and something is wrong when it was never given."""
        if not 0 < number <= self._given:
            raise JournalError(f"there is no part {number}")
        return self._parts.get(number)

    def _say(self, message: Message) -> None:
        self.link.send(encode(message))
