"""Moves what the write-ahead log holds into the database, now and then, by whoever holds the lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.journal.connection import BUSY_MS

if TYPE_CHECKING:
    from app.journal.log import Page

EVERY = 16 * 2**20  # bytes that were written, as far as that can be guessed
LARGEST = 64 * 2**20  # bytes of the log above which it is cut back to nothing
_PAGE = 4096
_PAGES_A_COMMIT = 4  # each commit writes whole pages: the ends of the tables and of their indexes
_ROUND_IT = 300  # bytes
_TRUNCATE_MS = 20  # cutting it back waits for readers; the writer should not


class Checkpoints:
    """Guesses how much was written since the last one."""

    def __init__(self, path: Path) -> None:
        self._log = path.with_name(path.name + "-wal")
        self._written = 0

    def after(self, connection: sqlite3.Connection, batch: Sequence[Page]) -> None:
        """Checkpoint when it is time, after this batch was committed."""
        self._written += _PAGES_A_COMMIT * _PAGE + sum(map(_size_of, batch))
        if self._written < EVERY:
            return
        self._written = 0
        with suppress(sqlite3.Error, OSError):  # the events are safe in the log; the next checkpoint moves them
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if self._size() > LARGEST:
                self._cut(connection)

    def last(self, connection: sqlite3.Connection) -> None:
        """Checkpoint once more before the connection closes: other processes may keep the log alive."""
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def _cut(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA busy_timeout = {_TRUNCATE_MS}")
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _size(self) -> int:
        with suppress(FileNotFoundError):
            return self._log.stat().st_size
        return 0


def _size_of(page: Page) -> int:
    """Guess what events take in the log: they, their texts, their places in the index, and the values they bring."""
    events = sum(_ROUND_IT + len(entry.body) + len(entry.text or b"") for entry in page.entries)
    return events + sum(len(body) for entry in page.entries for _, body in entry.blobs)
