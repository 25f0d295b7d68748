"""A connection that only reads, beside the writer: what was kept, and whether anybody has said something."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.events import Event, decode
from app.journal import forks
from app.journal.connection import open_reader
from app.journal.damage import reading, true_to
from app.journal.errors import CLOSED, FORKED, JournalClosed, JournalError
from app.journal.lock import lock_of, locked
from app.journal.refs import unpacked

T = TypeVar("T")


class Reader:
    """Reads, and blocks for as long as that takes: little. Opened when it is first used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._closed = ""
        self._connection: sqlite3.Connection | None = None
        forks.tell(self)

    def read(self, what: Callable[[sqlite3.Connection], T]) -> T:
        """Read something."""
        if self._closed:
            raise JournalClosed(self._closed)
        if self._connection is None:
            self._connection = open_reader(self._path)
        with reading(self._path):
            return what(self._connection)

    def version(self) -> int:
        """Return a number that changes when anybody has written."""
        return int(self.read(lambda connection: connection.execute("PRAGMA data_version").fetchone())[0])

    def value(self, digest: str) -> bytes:
        """Return the JSON of a long value."""
        found = self.read(lambda connection: connection.execute(_BLOB, (digest,)).fetchone())
        if found is None:
            raise JournalError(f"the text {digest} is not in {self._path} any more", "it may have been erased")
        return true_to(digest, unpacked(*found), self._path)

    def events(self, run: str) -> list[Event]:
        """Return all events of a run."""
        bodies = self.bodies(run)
        with reading(self._path):
            return [decode(body) for body in bodies]

    def bodies(self, run: str) -> list[bytes]:
        """Return them as they are written."""
        return self.read(lambda connection: [body for (body,) in connection.execute(_EVENTS, (run,))])

    def after_fork(self) -> None:
        """Read nothing in a forked child; the parent's connection is not to be touched there, not even to close it."""
        self._closed = FORKED

    def close(self) -> None:
        """Close the connection."""
        if self._closed:
            return
        self._closed = CLOSED
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_locked(path: Path) -> sqlite3.Connection:
    """Open a reader while nobody writes: the first to open after a crash recovers the log."""
    lock = lock_of(path)
    if not os.access(lock, os.W_OK):  # a copy, or somebody else's: to be read all the same
        return open_reader(path)
    with locked(path):
        return open_reader(path)


_EVENTS = "SELECT body FROM events WHERE run = (SELECT id FROM runs WHERE run = ?) ORDER BY seq"
_BLOB = "SELECT packed, body FROM blobs WHERE digest = ?"
