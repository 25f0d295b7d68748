"""Takes things out of the archive: whole runs, or only what was said in them, which leaves their chains whole.

Nothing that somebody performs right now is touched. Each run is a transaction of its own, so that the writers of other
processes wait a moment and not until all is done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.journal.batches import drop_emptied, erase_given, keep_spent
from app.journal.chain import unseal
from app.journal.change import changing, writing
from app.journal.errors import RunBusy, RunNotFound
from app.journal.lease import Holder, holder_alive
from app.journal.reader import open_locked
from app.journal.refs import ERASED

INCREMENTAL = 2


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out."""

    runs: tuple[str, ...] = ()
    events: int = 0
    values: int = 0
    failures: int = 0  # whose messages stay: they are part of what happened, and may quote what was said


def runs_over_before(workspace: Path, moment: int) -> list[str]:
    """Name the runs that were over before a moment (wall clock, microseconds), oldest first.

    A run that is paused or interrupted is not over: it can be resumed, and goes only when it is named.
    """
    with closing(open_locked(workspace)) as connection:
        sql = "SELECT run FROM runs WHERE ended > 0 AND ended < ? ORDER BY started, id"
        return [run for (run,) in connection.execute(sql, (moment,))]


def delete_runs(workspace: Path, runs: Iterable[str]) -> Removed:
    """Delete runs with all that belongs to them alone; a batch goes with its last. Their seals are marked as gone."""
    deleted: list[str] = []
    events = values = 0
    for run in runs:
        with changing(workspace) as connection:
            key, count, batch = _idle(connection, run)
            blobs = _blobs_of(connection, key)
            keep_spent(connection, batch, key)
            connection.execute("DELETE FROM words WHERE run = ?", (key,))
            connection.execute("DELETE FROM runs WHERE id = ?", (key,))  # events, inbox and run_blobs go with it
            values += _drop_unused(connection, blobs)
            drop_emptied(connection, batch)
        unseal(workspace, [run])
        deleted.append(run)
        events += count
    return Removed(tuple(deleted), events, values)


def erase_run(workspace: Path, run: str) -> Removed:
    """Erase what models, people and tools said in a run: its values, what is remembered of it, its inbox, its index.

    Its events stay, and its chain: those hold digests only. What another run said too stays with that one.
    """
    with changing(workspace) as connection:
        key, *_ = _idle(connection, run)
        blobs = _blobs_of(connection, key)
        found = connection.execute(
            "UPDATE events SET text = ? WHERE run = ? AND (text IS NOT NULL OR instr(body, ?))",
            (ERASED, key, b'{"ref":"'),
        )
        connection.execute("DELETE FROM run_blobs WHERE run = ?", (key,))
        values = _drop_unused(connection, blobs)
        erase_given(connection, run)
        connection.execute("UPDATE inbox SET body = 'null' WHERE run = ?", (key,))
        connection.execute(
            "INSERT INTO memory_words (memory_words, rowid, key, value)"
            " SELECT 'delete', id, key, value FROM memory WHERE run = ?",
            (run,),
        )
        connection.execute("DELETE FROM memory WHERE run = ?", (run,))
        connection.execute("DELETE FROM words WHERE run = ?", (key,))
        # The index keeps the words of what was deleted until its parts are merged.
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("INSERT INTO memory_words (memory_words) VALUES ('optimize')")
        connection.execute("UPDATE runs SET indexed = 0 WHERE id = ?", (key,))
        (failures,) = connection.execute(_TOLD_FAILURES, (key,)).fetchone()
    return Removed((run,), found.rowcount, values, failures)


def compact(workspace: Path) -> int:
    """Give the room of what was deleted back to the disk, and return how many bytes that were."""
    before = _size(workspace)
    with writing(workspace) as connection:
        if connection.execute("PRAGMA auto_vacuum").fetchone()[0] == INCREMENTAL:
            connection.executescript("PRAGMA incremental_vacuum")  # execute() would free one page and stop
        else:
            connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")  # from now on, without writing everything anew
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # the log, too, holds what was deleted
    return max(0, before - _size(workspace))


def _idle(connection: sqlite3.Connection, run: str) -> tuple[int, int, str]:
    """Return the row of a run, how many events it has and which batch it is of, if nobody performs it."""
    found = connection.execute("SELECT id, seq, batch, holder, heartbeat FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise RunNotFound(f"there is no run {run}", "footlights runs lists what there is")
    key, count, batch, name, heartbeat = found
    if holder_alive(name, heartbeat):
        holder = Holder.read(name)
        who = holder.described if holder else "somebody"
        raise RunBusy(f"the run {run} is being performed by {who}", "wait until it is over, or cancel it first")
    return key, count, batch


def _blobs_of(connection: sqlite3.Connection, key: int) -> list[tuple[int]]:
    return connection.execute("SELECT blob FROM run_blobs WHERE run = ?", (key,)).fetchall()


def _drop_unused(connection: sqlite3.Connection, blobs: list[tuple[int]]) -> int:
    sql = "DELETE FROM blobs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM run_blobs WHERE blob = blobs.id)"
    return sum(connection.execute(sql, blob).rowcount for blob in blobs)


_TOLD_FAILURES = "SELECT count(*) FROM events WHERE run = ? AND json_extract(body, '$.failure.message') != ''"


def _size(workspace: Path) -> int:
    log = workspace.with_name(f"{workspace.name}-wal")
    return workspace.stat().st_size + (log.stat().st_size if log.exists() else 0)
