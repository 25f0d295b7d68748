"""Unfinished text, for viewers in other processes: a small database of its own, which may be lost at any time.

Nothing waits for it, and nothing that goes wrong with it harms a run: then viewers see a text once it is finished.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from app.journal import forks
from app.journal.glance import Glance
from app.journal.lease import Holder, holder_alive
from app.journal.lock import locked
from app.safety import mask_secrets, safe_text

REST = 0.08  # seconds between two writes, and so between two of the same call
SHARE = 4  # how many times longer than it works the thread rests at least

Change = tuple[str, str]  # of which run, which call


class Live:
    """Publishes what calls have said so far, from a thread that starts with the first of them."""

    def __init__(self, workspace: Path) -> None:
        self._path = live_of(workspace)
        self._workspace = workspace
        self._changes: dict[Change, str | None] = {}  # None: the call has ended
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._rung = False
        self._closed = False
        self._thread: threading.Thread | None = None
        forks.tell(self)

    def publish(self, run: str, call: str, text: str) -> None:
        """Show what a call has said so far, in place of what was shown before."""
        self._change((run, call), text)

    def drop(self, run: str, call: str) -> None:
        """Show it no more."""
        if self._thread is not None:
            self._change((run, call), None)

    def close(self) -> None:
        """Take away everything that this process shows."""
        self._closed = True
        if self._thread is not None:
            self._bell.put(None)
            self._thread.join(1)

    def after_fork(self) -> None:
        """Publish nothing from a forked child: the thread did not come along."""
        self._closed, self._thread = True, None

    def _change(self, which: Change, text: str | None) -> None:
        if self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live", daemon=True)
            self._thread.start()
        self._changes[which] = text
        if not self._rung:
            self._rung = True
            self._bell.put(None)

    def _work(self) -> None:
        holder = Holder.new()
        with suppress(sqlite3.Error, OSError), closing(_open(self._path, self._workspace)) as connection:
            while not self._closed:
                self._bell.get()
                self._rung = False
                started = time.monotonic()
                self._write(connection, str(holder))
                self._rest(max(REST, SHARE * (time.monotonic() - started)))
            connection.execute("DELETE FROM partials WHERE holder = ?", (str(holder),))
        holder.forget()
        self._closed = True

    def _write(self, connection: sqlite3.Connection, holder: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        while self._changes:
            (run, call), text = self._changes.popitem()
            if text is None:
                connection.execute("DELETE FROM partials WHERE run = ? AND call = ?", (run, call))
            else:
                shown = safe_text(mask_secrets(text))
                connection.execute(_SHOW, (run, call, holder, time.time_ns() // 1000, shown))
        connection.execute("COMMIT")

    def _rest(self, seconds: float) -> None:
        """Rest, unless it is time to end; who rings meanwhile is heard afterwards."""
        until = time.monotonic() + seconds
        while not self._closed and (left := until - time.monotonic()) > 0:
            with suppress(Empty):
                self._bell.get(timeout=left)
        self._rung = False  # before the changes are looked at: who changes something after this rings again
        if self._changes:
            self._bell.put(None)


class Partials:
    """Reads what is shown; looks at nothing twice, so that it can be asked many times a second."""

    def __init__(self, workspace: Path) -> None:
        self._path = live_of(workspace)
        self._glance = Glance(self._path)
        self._connection: sqlite3.Connection | None = None
        self._file = 0  # which file it is: a broken one is made anew
        self._run = ""
        self._rows: list[tuple[str, str, str, int]] = []
        self._one_at_a_time = threading.Lock()  # it is closed from another thread than it is read from

    def may_have_changed(self, run: str) -> bool:
        """Tell, without blocking, whether it is of use to read again."""
        return self._glance.finds_something() or run != self._run

    def shown(self) -> dict[str, str]:
        """Return what the calls of the run had said when they were read, as far as their process is alive."""
        alive = {holder: holder_alive(holder, at) for _, _, holder, at in self._rows}
        return {call: text for call, text, holder, _ in self._rows if alive[holder]}

    def read(self, run: str) -> dict[str, str]:
        """Return what the calls of a run have said so far, by the call."""
        with self._one_at_a_time:
            try:
                connection = self._connected()
                sql = "SELECT call, text, holder, at FROM partials WHERE run = ?"
                self._rows = [] if connection is None else connection.execute(sql, (run,)).fetchall()
                self._run = run
            except (sqlite3.Error, OSError):
                self._let_go()
            return self.shown()

    def close(self) -> None:
        """Give the file back."""
        with self._one_at_a_time:
            self._let_go()

    def _connected(self) -> sqlite3.Connection | None:
        try:
            file = self._path.stat().st_ino
        except FileNotFoundError:
            file = 0
        if file != self._file:
            self._let_go()
            self._file = file
        if self._connection is None and file:
            self._connection = _connect(self._path, "ro")
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._run, self._rows = None, "", []


def live_of(workspace: Path) -> Path:
    """Return the file of unfinished text."""
    return workspace.with_name(workspace.name + ".live")


def _open(path: Path, workspace: Path) -> sqlite3.Connection:
    """Open it, made anew when it is broken: after a power cut it may be."""
    with locked(workspace):
        try:
            return _prepared(path)
        except sqlite3.DatabaseError:
            for remains in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                remains.unlink(missing_ok=True)
            return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = _connect(path, "rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(_TABLE)
    shown = connection.execute("SELECT DISTINCT holder, max(at) FROM partials GROUP BY holder").fetchall()
    gone = [(holder,) for holder, at in shown if not holder_alive(holder, at)]
    connection.executemany("DELETE FROM partials WHERE holder = ?", gone)
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=1, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = OFF")
    return connection


_TABLE = (
    "CREATE TABLE IF NOT EXISTS partials (run TEXT NOT NULL, call TEXT NOT NULL, holder TEXT NOT NULL,"
    " at INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, call)) WITHOUT ROWID"
)
_SHOW = "INSERT OR REPLACE INTO partials (run, call, holder, at, text) VALUES (?, ?, ?, ?, ?)"
