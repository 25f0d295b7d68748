"""The log of one run, for whoever performs it: events are added, and are durable a moment later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from app.events import Event, Ref, encode, kind_of
from app.journal.chain import FIRST, link
from app.journal.errors import JournalClosed
from app.journal.standing import CHANGES, Standing
from app.journal.values import SHORT, packed

if TYPE_CHECKING:
    from app.journal.lease import Holder
    from app.journal.live import Live
    from app.journal.reader import Reader
    from app.journal.writer import Writer

E = TypeVar("E", bound=Event)
Told = Callable[[Exception | None], object]
Listener = Callable[[Event], object]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event on its way to the database, with how the run stands after it and what it is the first to name."""

    log: RunLog
    seq: int
    at: int
    kind: str
    step: str
    body: bytes
    hash: bytes
    standing: Standing
    text: bytes | None
    blobs: tuple[tuple[str, bytes], ...]


class RunLog:
    """Adds events to a run that this process holds. Used from one thread; what is awaited, from one event loop."""

    def __init__(self, run: str, holder: Holder, writer: Writer, reader: Reader, live: Live) -> None:
        self.run = run
        self.holder = holder
        self.lease = str(holder)  # as it stands in the database
        self.row = 0  # in the table of runs; known once the first event is written
        self.seq = 0
        self.durable_seq = 0
        self.failure: Exception | None = None
        self.standing = Standing()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.waiting: deque[tuple[int, Told]] = deque()
        self.values: dict[str, bytes | None] = {}  # of every value that is kept; None: long, and in the database
        self._hash = FIRST
        self._writer = writer
        self._reader = reader
        self._live = live
        self._released = False
        self._listeners: tuple[Listener, ...] = ()
        self._short: list[tuple[str, bytes]] = []
        self._long: list[tuple[str, bytes]] = []

    def add(self, event: E) -> E:
        """Number an event, and hand it over to be written. What fails is told here only later, and to who waits."""
        self.refuse_if_broken()
        event.run = self.run
        event.seq = seq = self.seq + 1
        event.at = at = time.time_ns() // 1000
        body = encode(event)
        self._hash = link(self._hash, body)
        self.seq = seq
        if change := CHANGES.get(type(event)):
            self.standing = change(self.standing, event)
        text, blobs = self._take_unwritten() if self._short or self._long else (None, ())
        self._writer.add(Entry(self, seq, at, kind_of(event), event.step, body, self._hash, self.standing, text, blobs))
        for listener in self._listeners:
            listener(event)
        return event

    def keep(self, value: Any) -> Ref:
        """Keep a value apart, with the next event; the Ref stands for it."""
        digest, body = packed(value)
        if digest not in self.values:
            self.values[digest] = body
            (self._short if len(body) <= SHORT else self._long).append((digest, body))
        return Ref(digest)

    def value(self, ref: Ref) -> Any:
        """Return what a Ref stands for."""
        body = self.values.get(ref.ref)
        return msgspec.json.decode(self._reader.value(ref.ref) if body is None else body)

    async def durable(self) -> None:
        """Wait until everything that was added so far is safe; raise what went wrong."""
        if self.failure is None and self.durable_seq >= self.seq:
            return
        self.refuse_if_broken()
        future = asyncio.get_running_loop().create_future()

        def told(error: Exception | None) -> None:
            if future.done():  # who waited was cancelled; the events are written all the same
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self.when_durable(told)
        await future

    def when_durable(self, callback: Told) -> None:
        """Have `callback` called by the event loop once everything that was added so far is safe, or has failed."""
        self.loop = asyncio.get_running_loop()
        self.waiting.append((self.seq, callback))
        if self.durable_seq >= self.seq or self.failure is not None:
            self.loop.call_soon(self.settle)

    def settle(self) -> None:
        """Tell those who wait and need wait no longer. Called by the event loop after a commit."""
        while self.waiting and self.waiting[0][0] <= self.durable_seq:
            self._tell(self.waiting.popleft()[1], None)
        while self.waiting and self.failure is not None:
            self._tell(self.waiting.popleft()[1], self.failure)

    def _tell(self, callback: Told, error: Exception | None) -> None:
        try:
            callback(error)
        except Exception as wrong:  # the outermost edge of the event loop: the others must be told all the same
            assert self.loop is not None
            self.loop.call_exception_handler({"message": "a callback of the journal failed", "exception": wrong})

    def add_listener(self, listener: Listener) -> None:
        """Have every event that is added told to `listener`, at once and in this process."""
        self._listeners = (*self._listeners, listener)

    def remove_listener(self, listener: Listener) -> None:
        """Tell it no more."""
        self._listeners = tuple(each for each in self._listeners if each != listener)

    def publish_partial(self, call: str, text: str) -> None:
        """Show other processes what a call has said so far. Never waits, and may skip what is outrun."""
        self._live.publish(self.run, call, text)

    def drop_partial(self, call: str) -> None:
        """Show it no more: the call has ended."""
        self._live.drop(self.run, call)

    def release(self) -> None:
        """Perform the run no more; whoever resumes it may have it, once what was added is written."""
        self._released = True
        self._writer.release(self)

    def restore(self, row: int, seq: int, last: bytes, standing: Standing, values: dict[str, bytes | None]) -> None:
        """Go on after the last durable event of a run that was taken over."""
        self.row, self.seq, self.durable_seq = row, seq, seq
        self._hash, self.standing, self.values = last, standing, values

    def refuse_if_broken(self) -> None:
        """Raise what went wrong with this log, if anything did."""
        if self.failure is not None:
            raise self.failure.with_traceback(None)
        if self._released:
            raise JournalClosed(f"this process has given the run {self.run} back", "take it over again")
        self._writer.refuse_if_closed()

    def _take_unwritten(self) -> tuple[bytes | None, tuple[tuple[str, bytes], ...]]:
        text = b"{%b}" % b",".join(b'"%b":%b' % (d.encode(), body) for d, body in self._short) if self._short else None
        blobs = tuple(self._long)
        self._short.clear()
        self._long.clear()
        return text, blobs
