"""Writes a batch of events in one transaction: the runs they belong to, the events, and the values they name."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from app.journal.errors import JournalError, LeaseLost
from app.journal.standing import COLUMNS

if TYPE_CHECKING:
    from app.journal.log import Entry, RunLog

MOST = 512  # events a commit
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


def pack(entries: Sequence[Entry]) -> list[Blob]:
    """Make the long values of a batch small. Takes time, so it is done before anybody has to wait for the lock."""
    return [Blob(entry.log, digest, *_packed(body)) for entry in entries for digest, body in entry.blobs]


def write(connection: sqlite3.Connection, entries: Sequence[Entry], blobs: Sequence[Blob]) -> dict[RunLog, int]:
    """Write the batch, inside a transaction; return the row of each run that was new."""
    last = {entry.log: entry for entry in entries}
    now = time.time_ns() // 1000
    new = _insert_runs(connection, [log for log in last if not log.row], last, now)
    _update_runs(connection, [entry for log, entry in last.items() if log.row], now)
    _insert_events(connection, entries, new)
    if blobs:
        connection.executemany(_NEW_BLOB, [(blob.digest, blob.packed, blob.body) for blob in blobs])
        connection.executemany(_NEW_RUN_BLOB, [(blob.log.row or new[blob.log], blob.digest) for blob in blobs])
    return new


def _insert_runs(
    connection: sqlite3.Connection, logs: Iterable[RunLog], last: dict[RunLog, Entry], now: int
) -> dict[RunLog, int]:
    rows: dict[RunLog, int] = {}
    for log in logs:
        entry = last[log]
        standing = (getattr(entry.standing, column) for column in COLUMNS)
        values = (log.run, entry.seq, entry.hash, _holder_after(entry), now, *standing)
        found = connection.execute(_NEW_RUN, values).fetchone()
        if found is None:
            raise Refused([log], JournalError(f"there is a run {log.run} already", "resume it, or choose another name"))
        rows[log] = found[0]
    return rows


def _update_runs(connection: sqlite3.Connection, entries: Sequence[Entry], now: int) -> None:
    """Keep the rows of runs; a run that somebody else holds by now refuses the batch."""
    if not entries:
        return
    rows = _size_for(len(entries))
    values: list[object] = [now]
    for entry in entries:
        log, standing = entry.log, entry.standing
        values += (log.row, log.lease, entry.seq, entry.hash, standing.status, standing.reason)
        values += (standing.ended, standing.cost_usd, standing.tokens, standing.recoveries, _holder_after(entry))
    values += _no_change * (rows - len(entries))
    done = connection.execute(_run_changes(rows), values).rowcount
    if done != len(entries):
        logs = [entry.log for entry in entries]
        lost = [log for log in logs if not _holds(connection, log)]
        raise Refused(lost or logs, LeaseLost("this run is performed by another process now", "watch it there"))


def _holder_after(entry: Entry) -> str:
    """Whoever wrote the end of a run performs it no more."""
    return "" if entry.standing.over else entry.log.lease


def _insert_events(connection: sqlite3.Connection, entries: Sequence[Entry], new: dict[RunLog, int]) -> None:
    rows = _size_for(len(entries))
    values: list[object] = []
    for entry in entries:
        row = entry.log.row or new[entry.log]
        values += (row, entry.seq, entry.at, entry.kind, entry.step, entry.body, entry.hash, entry.text)
    values += _no_event * (rows - len(entries))
    connection.execute(_new_events(rows), values)


def _packed(body: bytes) -> tuple[int, bytes]:
    small = zlib.compress(body, 1)
    return (1, small) if len(small) < len(body) else (0, body)


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
