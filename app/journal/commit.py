"""Writes a batch of events in one transaction: the runs they belong to, the events, and the values they name."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.journal.errors import JournalError, LeaseLost
from app.journal.standing import COLUMNS

if TYPE_CHECKING:
    from app.journal.log import Page, RunLog

MOST = 512  # events a statement, and pages a commit
_COMMON = 2**16  # bytes of a value that may be one of many alike
_EVENT = "(?, ?, ?, ?, ?, ?, ?, ?)"
_CHANGE = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_no_event = [None] * 8
_no_change = [None] * 11


class Refused(Exception):
    """Some logs of the batch may not be written to; without them it can be tried again."""

    def __init__(self, logs: Sequence[RunLog], why: JournalError) -> None:
        super().__init__(why.message)
        self.logs = logs
        self.why = why


class Blob(NamedTuple):
    """A long value that a run uses, as it is stored."""

    log: RunLog
    digest: str
    packed: int
    body: bytes


def pack(pages: Sequence[Page]) -> list[Blob]:
    """Make the long values of a batch small. Takes time, so it is done before anybody has to wait for the lock."""
    named = [(page.log, value) for page in pages for entry in page.entries for value in entry.blobs]
    return [Blob(log, digest, *_packed(body)) for log, (digest, body) in named]


def write(connection: sqlite3.Connection, pages: Sequence[Page], blobs: Sequence[Blob]) -> dict[RunLog, int]:
    """Write the batch, inside a transaction; return the row of each run that was new."""
    last = {page.log: page for page in pages}.values()
    now = time.time_ns() // 1000
    new = _insert_runs(connection, [page for page in last if not page.log.row], now)
    _update_runs(connection, [page for page in last if page.log.row], now)
    _insert_events(connection, pages, new)
    if blobs:
        connection.executemany(_NEW_BLOB, [(blob.digest, blob.packed, blob.body) for blob in blobs])
        connection.executemany(_NEW_RUN_BLOB, [(blob.log.row or new[blob.log], blob.digest) for blob in blobs])
    return new


def _insert_runs(connection: sqlite3.Connection, pages: Iterable[Page], now: int) -> dict[RunLog, int]:
    rows: dict[RunLog, int] = {}
    for page in pages:
        log, entry = page.log, page.entries[-1]
        standing = (getattr(page.standing, column) for column in COLUMNS)
        values = (log.run, entry.seq, entry.hash, _holder_after(page), now, *standing)
        found = connection.execute(_NEW_RUN, values).fetchone()
        if found is None:
            raise Refused([log], JournalError(f"there is a run {log.run} already", "resume it, or choose another name"))
        rows[log] = found[0]
    return rows


def _update_runs(connection: sqlite3.Connection, pages: Sequence[Page], now: int) -> None:
    """Keep the rows of runs; a run that somebody else holds by now refuses the batch."""
    if not pages:
        return
    rows = _size_for(len(pages))
    values: list[object] = [now]
    for page in pages:
        log, entry, standing = page.log, page.entries[-1], page.standing
        values += (log.row, log.lease, entry.seq, entry.hash, standing.status, standing.reason)
        values += (standing.ended, standing.cost_usd, standing.tokens, standing.recoveries, _holder_after(page))
    values += _no_change * (rows - len(pages))
    done = connection.execute(_run_changes(rows), values).rowcount
    if done != len(pages):
        logs = [page.log for page in pages]
        lost = [log for log in logs if not _holds(connection, log)]
        raise Refused(lost or logs, LeaseLost("this run is performed by another process now", "watch it there"))


def _holder_after(page: Page) -> str:
    """Whoever wrote the end of a run performs it no more."""
    return "" if page.standing.over else page.log.lease


def _insert_events(connection: sqlite3.Connection, pages: Sequence[Page], new: dict[RunLog, int]) -> None:
    written: list[object] = []
    for page in pages:
        row = page.log.row or new[page.log]
        for entry in page.entries:
            written += (row, entry.seq, entry.at, entry.kind, entry.step, entry.body, entry.hash, entry.text)
    most = MOST * len(_no_event)
    for start in range(0, len(written), most):
        values = written[start : start + most]
        count = len(values) // len(_no_event)
        rows = _size_for(count)
        connection.execute(_new_events(rows), values + _no_event * (rows - count))


def _packed(body: bytes) -> tuple[int, bytes]:
    return _packed_before(body) if len(body) <= _COMMON else _packed_now(body)


def _packed_now(body: bytes) -> tuple[int, bytes]:
    small = zlib.compress(body, 1)
    return (1, small) if len(small) < len(body) else (0, body)


_packed_before = lru_cache(maxsize=32)(_packed_now)  # the runs of a batch bring the same scenario, each anew


def _holds(connection: sqlite3.Connection, log: RunLog) -> bool:
    found = connection.execute("SELECT holder FROM runs WHERE id = ?", (log.row,)).fetchone()
    return found is not None and found[0] == log.lease


def _size_for(count: int) -> int:
    """Round up to one of few sizes, so that their statements stay prepared; rows of NULL fill the rest."""
    step = 1 << max(0, count.bit_length() - 3)
    return -(-count // step) * step


@cache
def _new_events(count: int) -> str:
    return (
        "INSERT INTO events (run, seq, at, kind, step, body, hash, text)"
        f" SELECT * FROM (VALUES {', '.join([_EVENT] * count)}) WHERE column1 IS NOT NULL"
    )


@cache
def _run_changes(count: int) -> str:
    return (
        "UPDATE runs SET heartbeat = ?, seq = new.column3, hash = new.column4, status = new.column5,"
        " reason = new.column6, ended = new.column7, cost_usd = new.column8, tokens = new.column9,"
        f" recoveries = new.column10, holder = new.column11 FROM (VALUES {', '.join([_CHANGE] * count)}) AS new"
        " WHERE runs.id = new.column1 AND runs.holder = new.column2"
    )


_NEW_RUN = (
    f"INSERT INTO runs (run, seq, hash, holder, heartbeat, {', '.join(COLUMNS)})"
    f" VALUES (?, ?, ?, ?, ?, {', '.join('?' * len(COLUMNS))}) ON CONFLICT (run) DO NOTHING RETURNING id"
)
_NEW_BLOB = "INSERT INTO blobs (digest, packed, body) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING"
_NEW_RUN_BLOB = "INSERT OR IGNORE INTO run_blobs (run, blob) SELECT ?, id FROM blobs WHERE digest = ?"
