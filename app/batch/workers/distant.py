"""The journal of a worker: events go to the driver, who has the archive, and are durable once the driver says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.batch.workers.asking import LinkAsking
from app.batch.workers.wire import (
    Broken,
    Learn,
    Message,
    Partial,
    Past,
    Recollect,
    Remember,
    Safe,
    Took,
    Written,
    Wrote,
    encode,
)
from app.events import Event, decode
from app.journal.errors import DiskFull, JournalError, JournalFailure
from app.journal.experience import Served
from app.journal.inbox import TAKEN, Letter
from app.journal.lease import Holder
from app.journal.log import Page, RunLog
from providers.routing import Experience

SOON = 0.25  # seconds that events stay here at most while nobody waits until they are safe
MANY = 256  # of one run that do not stay longer


class DistantJournal:
    """What the engine asks of a journal, for runs that are somebody else's to keep."""

    def __init__(self, send: Callable[[bytes], None], path: Path) -> None:
        self.path = path  # beside it is the outbox; there is no database here
        self.asking = LinkAsking(self.say)
        self._send = send
        self._holder = Holder.new()  # of all its runs: the lease that counts is the driver's
        self._parts: dict[str, int] = {}  # by run
        self._logs: dict[int, RunLog] = {}  # by part, as what follows
        self._pasts: dict[int, Past] = {}
        self._letters: dict[int, list[Letter]] = {}
        self._waiting: dict[int, list[Page]] = {}
        self._timer: asyncio.TimerHandle | None = None

    # What the worker does with it

    def expect(self, part: int, run: str, past: Past | None) -> None:
        """A run will be performed under this part; when it has begun, that is its past."""
        self._parts[run] = part
        self._letters[part] = []
        if past is not None:
            self._pasts[part] = past
            self._letters[part] = past.letters

    def end(self, part: int, message: Message) -> None:
        """It is performed here no more; how it ended the driver is told after all that was written of it."""
        self._pass_on(part)
        self._send(encode(message))
        self.forget(part)

    def forget(self, part: int) -> None:
        """It is not performed; perhaps the run was given anew meanwhile, under another part."""
        for known in (self._logs, self._pasts, self._letters):
            known.pop(part, None)
        self._parts = {run: known for run, known in self._parts.items() if known != part}

    def say(self, message: Message) -> None:
        """Tell the driver, after all that was written."""
        self._pass_all_on()
        self._send(encode(message))

    def safe(self, message: Safe) -> None:
        """The driver has written down so much."""
        for part, seq in message.parts:
            if (log := self._logs.get(part)) is not None:
                log.durable_seq = seq
                log.settle()

    def broken(self, message: Broken) -> None:
        """The driver can write down no more of a run."""
        if (log := self._logs.get(message.part)) is not None:
            log.failure = (DiskFull if message.is_full else JournalFailure)(message.message, message.hint)
            log.settle()

    def letters(self, part: int, letters: list[Letter]) -> None:
        """People have said something to a run, perhaps before it has begun."""
        if part in self._letters:
            self._letters[part] = self._letters[part] + letters

    # What the engine asks

    def begin(self, run: str) -> RunLog:
        """Begin a run."""
        log = RunLog(run, self._holder, self, self, self)
        self._logs[self._parts[run]] = log
        return log

    def take_over(self, run: str) -> RunLog:
        """Go on with one."""
        log, past = self.begin(run), self._past(run)
        log.restore(0, len(past.events), past.hash, past.standing, dict(past.values))
        return log

    def recorded(self, run: str) -> list[Event]:
        """Return the events of a run that is gone on with."""
        return [decode(body) for body in self._past(run).events]

    def texts(self, run: str) -> dict[str, bytes]:
        """Return its values."""
        return self._past(run).values

    def inbox(self, run: str) -> list[Letter]:
        """Return what people have said to a run, as far as nothing has come of it."""
        return self._letters[self._parts[run]] if run in self._parts else []

    def addressed(self) -> list[str]:
        """Return the runs for which there are letters."""
        return [run for run, part in self._parts.items() if self._letters[part]]

    def take_letter(self, letter: int, verdict: str = TAKEN) -> None:
        """Say what became of a letter."""
        for part, letters in self._letters.items():
            if any(one.id == letter for one in letters):
                self._letters[part] = [one for one in letters if one.id != letter]
                self.say(Took(part, letter, verdict))

    def remember(self, agent: str, key: str, value: Any, run: str) -> None:
        """Keep what an agent shall know in later runs."""
        self.say(Remember(agent, key, value, run))

    async def recollect(self, agent: str, words: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """Return what an agent knows from earlier runs."""
        found: list[dict[str, Any]] = await self.asking.ask(Recollect(self.asking.number(), agent, words, limit))
        return found

    async def experience(self) -> dict[Served, Experience]:
        """Return what earlier live runs taught of each model."""
        found = await self.asking.ask(Learn(self.asking.number()))
        return dict(msgspec.convert(found, list[tuple[Served, Experience]]))

    # What a log asks

    def add(self, page: Page) -> None:
        """Have events written, with what else comes of their run: a whole one costs the driver little more than one."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._pass_all_on)
        part = self._parts[page.log.run]
        pages = self._waiting.setdefault(part, [])
        pages.append(page)
        if len(pages) == MANY:
            self._pass_on(part)

    def hasten(self, log: RunLog) -> None:
        """Somebody waits until what was added is safe."""
        self._pass_on(self._parts[log.run])

    def release(self, log: RunLog) -> None:
        """The driver knows when it is given back."""

    def refuse_if_closed(self) -> None:
        """It is open as long as the worker is there."""

    def value(self, digest: str) -> bytes:
        """Return the JSON of a long value: of a run that is performed here, all are here."""
        raise JournalError(f"the text {digest} is not in the archive any more", "it may have been erased")

    def publish(self, run: str, call: str, text: str) -> None:
        """Have the driver show unfinished text."""
        self.say(Partial(self._parts[run], call, text))

    def drop(self, run: str, call: str) -> None:
        """Show it no more."""
        self.say(Partial(self._parts[run], call, None))

    def _past(self, run: str) -> Past:
        return self._pasts[self._parts[run]]

    def _pass_on(self, part: int) -> None:
        if (pages := self._waiting.pop(part, None)) is not None:
            self._send(encode(Wrote([_written(part, pages)])))

    def _pass_all_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            self._send(encode(Wrote([_written(part, pages) for part, pages in waiting.items()])))


def _written(part: int, pages: list[Page]) -> Written:
    return Written(part, [entry for page in pages for entry in page.entries], pages[-1].standing)
