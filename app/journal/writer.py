"""The one thread of a process that writes. It commits whatever has come in meanwhile, and never waits for more."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from app.errors import FootlightsError
from app.journal import batches, forks
from app.journal.chain import seal
from app.journal.checkpoints import Checkpoints
from app.journal.commit import MOST, Refused, pack, write
from app.journal.connection import open_writer
from app.journal.errors import CLOSED, FORKED, JournalClosed, JournalError, JournalFailure, failure_of
from app.journal.heralds import Heralds
from app.journal.lock import ProcessLock

if TYPE_CHECKING:
    from app.journal.lease import Holder
    from app.journal.log import Page, RunLog

T = TypeVar("T")

HEARTBEAT = 15.0  # seconds between signs of life for whoever cannot look at this process
NIMBLE = 0.0002  # seconds after which a busy event loop makes way: a commit asks for that at each of its statements
LONG = 2**16  # bytes of a value above which it need not stay in memory once it is in the database
RETRY = 1.0  # seconds between tries to give back what failed
PATIENCE = 30.0  # seconds that a caller waits for the writer, and the writer perhaps for another process


class Action(NamedTuple):
    """Something to do in a transaction of its own."""

    do: Callable[[sqlite3.Connection], Any]
    done: Future[Any]


class Writer:
    """Owns the only connection of the process that can write. Its thread starts with it and ends with `close`."""

    def __init__(self, path: Path, *, fast: bool) -> None:
        self.path = path
        self.held: set[RunLog] = set()
        self.driven: set[Holder] = set()  # leases of batches
        self._abandoned: set[RunLog] = set()  # they failed, but the database still says that they are held
        self._pending: list[Page] = []
        # A signal may interrupt its put() and ring itself, which no lock of Python's own would bear.
        self._bell: SimpleQueue[Action | None] = SimpleQueue()
        self._rung = False
        self._going_round: asyncio.AbstractEventLoop | None = None  # and rings when it has
        self._closed = ""
        self._heralds = Heralds()
        self._lock = _lock_beside(path)
        sys.setswitchinterval(min(NIMBLE, sys.getswitchinterval()))
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(fast, opened), name="journal", daemon=True)
        self._thread.start()
        _wait_for(opened, path)
        forks.tell(self)

    def add(self, page: Page) -> None:
        """Have events written, after those that came before: with what else comes while the event loop goes round."""
        self._pending.append(page)
        if self._rung:
            return
        loop = asyncio._get_running_loop() if len(self._pending) < MOST else None
        if loop is None:
            self._ring()
        elif loop is not self._going_round:
            self._going_round = loop
            loop.call_soon(self._ring)

    def hasten(self, log: RunLog) -> None:
        """Nothing is put off here."""

    def _ring(self) -> None:
        self._going_round = None
        if not self._rung:
            self._rung = True
            self._bell.put(None)

    def perform(self, do: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in a transaction of its own, after all events that were added before; wait until it is done."""
        self.refuse_if_closed()
        action = Action(do, Future())
        self._bell.put(action)
        done: T = _wait_for(action.done, self.path)
        return done

    def release(self, log: RunLog) -> None:
        """Give a lease back once all events that were added before are written; does not wait for it."""
        if not self._closed and not log.standing.over:  # the end of a run gives it back
            self._bell.put(Action(lambda _: self._abandon([log]), Future()))

    def close(self) -> None:
        """Write what is left, give all leases back, and end. May be called twice, and from a signal handler."""
        if not self._closed:
            self._closed = CLOSED
            self._bell.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(PATIENCE)
            if self._thread.is_alive():
                raise _kept_locked(self.path)

    def refuse_if_closed(self) -> None:
        """Raise when nothing can be written any more."""
        if self._closed:
            raise JournalClosed(self._closed)

    def after_fork(self) -> None:
        """Refuse everything in a forked child: neither thread nor connection came along. The parent's go on."""
        self._closed = FORKED
        self._thread = threading.current_thread()
        self._lock.close()

    # What follows runs in the writer's thread.

    def _work(self, fast: bool, opened: Future[None]) -> None:
        try:
            with self._lock:
                self._connection = open_writer(self.path, fast=fast)
        except Exception as error:  # the outermost edge of a thread: whoever opens the journal is told
            self._lock.close()
            opened.set_exception(error)
            return
        self._checkpoints = Checkpoints(self.path)
        self._beat_due = time.monotonic() + HEARTBEAT
        opened.set_result(None)
        while not self._closed:
            action = self._listen()
            self._commit_all()
            if action is not None:
                self._answer(action)
            if time.monotonic() >= self._beat_due:
                self._answer(Action(self.beat, Future()))
                self._beat_due = time.monotonic() + (RETRY if self._abandoned else HEARTBEAT)
        self._end()

    def _commit_all(self) -> None:
        """Write the events that are there. Those that come meanwhile have rung, and let what was asked for go first."""
        left = len(self._pending)
        while left:
            batch = self._pending[: min(left, MOST)]
            del self._pending[: len(batch)]
            left -= len(batch)
            self._commit(batch)

    def _listen(self) -> Action | None:
        """Wait for the bell, or until it is time for a sign of life."""
        left = max(0.0, self._beat_due - time.monotonic()) if self.held or self.driven or self._abandoned else None
        try:
            action = self._bell.get(timeout=left)
        except Empty:
            action = None
        self._rung = False  # before the events are looked at: who adds one after this rings again
        return action

    def _commit(self, batch: Sequence[Page]) -> None:
        """Write a batch. A log that may not be written to is left out; if there is no room, all logs of it fail."""
        while batch := [page for page in batch if page.log.failure is None]:
            try:
                rows = self._write(batch)
            except Refused as refused:
                self._fail(refused.logs, refused.why)
            except Exception as error:  # the outermost edge of a thread: whoever waits is told
                self._fail({page.log for page in batch}, failure_of(error, str(self.path)))
            else:
                self._acknowledge(batch, rows)
                return

    def _write(self, batch: Sequence[Page]) -> dict[RunLog, int]:
        blobs = pack(batch)
        with self._lock:
            rows = self._transact(lambda connection: write(connection, batch, blobs))
            self._checkpoints.after(self._connection, batch)
        return rows

    def _transact(self, do: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            done = do(self._connection)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # when the disk is full, SQLite has rolled back by itself
                self._connection.execute("ROLLBACK")
            raise
        return done

    def _acknowledge(self, batch: Sequence[Page], rows: dict[RunLog, int]) -> None:
        for log, row in rows.items():
            log.row = row
        over: list[tuple[str, bytes, int]] = []
        for page in batch:
            log, last = page.log, page.entries[-1]
            log.durable_seq = last.seq
            for entry in page.entries:
                for digest, body in entry.blobs:
                    if len(body) > LONG:
                        log.values[digest] = None
            if last.kind == "run.finished":
                self._forget(log)
                over.append((log.run, last.hash, last.seq))
        if over:
            with suppress(OSError):  # the runs have ended all the same; verify says that they were never sealed
                seal(self.path, over)
        self._heralds.tell({page.log for page in batch})

    def _answer(self, action: Action) -> None:
        try:
            with self._lock:
                if not action.done.set_running_or_notify_cancel():
                    return
                action.done.set_result(self._transact(action.do))
        except Exception as error:  # the outermost edge of a thread: whoever asked is told
            known = isinstance(error, FootlightsError)
            action.done.set_exception(error if known else failure_of(error, str(self.path)))

    def _fail(self, logs: Iterable[RunLog], why: JournalFailure | JournalError) -> None:
        """Refuse these logs from here on. Whoever takes their runs over reads on from what is durable."""
        failed = set(logs)
        for log in failed:
            log.failure = why
            self._forget(log)
        self._abandoned |= failed
        self._beat_due = time.monotonic()
        self._heralds.tell(failed)

    def _abandon(self, logs: Iterable[RunLog]) -> None:
        for log in logs:
            self._forget(log)
            self._connection.execute(_RELEASE, (log.run, log.lease))

    def _forget(self, log: RunLog) -> None:
        log.holder.forget()
        self.held.discard(log)

    def beat(self, connection: sqlite3.Connection) -> None:
        """Give a sign of life, and give back what failed as long as the disk was full."""
        now = time.time_ns() // 1000
        connection.executemany(_BEAT, [(now, log.row, log.lease) for log in tuple(self.held)])
        batches.beat(connection, tuple(self.driven))
        self._abandon(self._abandoned)
        self._abandoned.clear()

    def _end(self) -> None:
        while self._pending:
            self._commit_all()
        while not self._bell.empty():
            if left := self._bell.get():
                left.done.set_exception(JournalClosed(self._closed))
        with self._lock:
            with suppress(sqlite3.Error):  # then the leases show as what they are: those of a dead process
                self._transact(lambda _: self._abandon([*self.held, *self._abandoned]))
            with suppress(sqlite3.Error):  # the next writer checkpoints
                self._checkpoints.last(self._connection)
            self._connection.close()
        self._lock.close()


def _wait_for(future: Future[T], path: Path) -> T:
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        if not future.cancel() and future.done():
            return future.result()
        raise _kept_locked(path) from None


def _kept_locked(path: Path) -> JournalError:
    return JournalError(
        f"another process has kept {path} locked for {PATIENCE:.0f} seconds", "see whether one hangs or is stopped"
    )


def _lock_beside(path: Path) -> ProcessLock:
    try:
        return ProcessLock(path)
    except OSError as error:
        raise JournalError(f"cannot write beside {path}: {error.strerror}", "name a workspace that is yours") from error


_RELEASE = "UPDATE runs SET holder = '' WHERE run = ? AND holder = ?"
_BEAT = "UPDATE runs SET heartbeat = ? WHERE id = ? AND holder = ?"
