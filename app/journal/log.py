"""The log of one run, for whoever performs it: events are added, and are durable a moment later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from app.events import KINDS, Event, Ref, encode, kind_of
from app.journal.chain import FIRST, digest_of, link
from app.journal.errors import JournalClosed, JournalError
from app.journal.standing import CHANGES, Standing
from app.journal.values import SHORT, Packed, packed

if TYPE_CHECKING:
    from app.journal.lease import Holder

E = TypeVar("E", bound=Event)
Told = Callable[[Exception | None], object]
Listener = Callable[[Event], object]


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An event on its way to the database, with the values that it is the first to name."""

    seq: int
    at: int
    kind: str
    step: str
    body: bytes
    hash: bytes
    text: bytes | None
    blobs: tuple[tuple[str, bytes], ...]


class Page(msgspec.Struct, frozen=True, gc=False):
    """Events of a run that follow each other, and how the run stands after the last."""

    log: RunLog
    entries: Sequence[Entry]
    standing: Standing


class Writing(Protocol):
    """Where events go: into the database, or to the process that writes there."""

    def add(self, page: Page) -> None:
        """Have them written, after those that came before."""
        ...

    def hasten(self, log: RunLog) -> None:
        """Somebody waits until what was added is safe."""
        ...

    def release(self, log: RunLog) -> None:
        """Give the run back once all that was added is written."""
        ...

    def refuse_if_closed(self) -> None:
        """Raise when nothing can be written any more."""
        ...


class Reading(Protocol):
    """Where long values come from."""

    def value(self, digest: str) -> bytes:
        """The JSON of one."""
        ...


class Showing(Protocol):
    """Where unfinished text goes."""

    def publish(self, run: str, call: str, text: str) -> None:
        """Show what a call has said so far."""
        ...

    def drop(self, run: str, call: str) -> None:
        """Show it no more."""
        ...


class RunLog:
    """Adds events to a run that this process holds. Used from one thread; what is awaited, from one event loop."""

    def __init__(self, run: str, holder: Holder, writer: Writing, reader: Reading, live: Showing) -> None:
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
        self.hash = FIRST  # of the last event that was added
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
        self.hash = link(self.hash, body)
        self.seq = seq
        if change := CHANGES.get(type(event)):
            self.standing = change(self.standing, event)
        text, blobs = self._take_unwritten() if self._short or self._long else (None, ())
        entry = Entry(seq, at, kind_of(event), event.step, body, self.hash, text, blobs)
        self._writer.add(Page(self, (entry,), self.standing))
        for listener in self._listeners:
            listener(event)
        return event

    def adopt(self, entries: Sequence[Entry], standing: Standing) -> None:
        """Have events written that were added to this run elsewhere; what does not follow the last is refused."""
        self.refuse_if_broken()
        if not self._is_followed_by(entries) or standing.over != (entries[-1].kind == _END):
            raise JournalError(f"what came for the run {self.run} is not what follows its event {self.seq}")
        self.seq, self.hash, self.standing = entries[-1].seq, entries[-1].hash, standing
        self._writer.add(Page(self, entries, standing))

    def keep(self, value: Any) -> Ref:
        """Keep a value apart, with the next event; the Ref stands for it."""
        return self.keep_packed(packed(value))

    def keep_packed(self, value: Packed) -> Ref:
        """The same for one that many runs keep, and that was packed for all of them."""
        digest, body = value
        if digest not in self.values:
            self.values[digest] = body
            (self._short if len(body) <= SHORT else self._long).append(value)
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
        else:
            self._writer.hasten(self)

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
        self.hash, self.standing, self.values = last, standing, values

    def refuse_if_broken(self) -> None:
        """Raise what went wrong with this log, if anything did."""
        if self.failure is not None:
            raise self.failure.with_traceback(None)
        if self._released:
            raise JournalClosed(f"this process has given the run {self.run} back", "take it over again")
        self._writer.refuse_if_closed()

    def _is_followed_by(self, entries: Sequence[Entry]) -> bool:
        seq, previous, run = self.seq, self.hash, self.run.encode()
        for entry in entries:
            seq, previous = seq + 1, link(previous, entry.body)
            if entry.seq != seq or entry.hash != previous or not _is_whole(entry, run):
                return False
            if entry.kind == _END and entry is not entries[-1]:
                return False
        return bool(entries)

    def _take_unwritten(self) -> tuple[bytes | None, tuple[tuple[str, bytes], ...]]:
        text = b"{%b}" % b",".join(b'"%b":%b' % (d.encode(), body) for d, body in self._short) if self._short else None
        blobs = tuple(self._long)
        self._short.clear()
        self._long.clear()
        return text, blobs


def _is_whole(entry: Entry, run: bytes) -> bool:
    """Does what stands beside an event say the same as the event itself? It is not read for that."""
    within = b'"run":"%b","seq":%d,"at":%d' % (run, entry.seq, entry.at)
    if within not in entry.body or not entry.body.startswith(_HEADS.get(entry.kind, _NONE)):
        return False
    return not entry.blobs or all(digest_of(value) == digest for digest, value in entry.blobs)


_END = "run.finished"
_HEADS = {tag: b'{"kind":"%b"' % tag.encode() for tag in (str(kind.__struct_config__.tag) for kind in KINDS)}
_NONE = b"no kind"
