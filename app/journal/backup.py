"""Copies the archive while others write to it, and puts a copy back in its place.

A backup is a workspace like any other: one database, and its seals beside it. It is verified before anybody is told
that it is there, and again before it replaces anything; what it replaces is kept aside.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.journal.chain import Seal, add_seals, read_seals, seals_of
from app.journal.connection import no_archive, open_reader, prepare
from app.journal.errors import JournalError, failure_of
from app.journal.lock import locked
from app.journal.migrations import version_of
from app.journal.reader import open_locked
from app.journal.verify import Verified, verify_run

Seals = Mapping[str, Seal]

_LONGEST_WAIT = 1000  # milliseconds until a workspace counts as in use


class InUse(JournalError):
    """Somebody has the workspace open."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A verified copy: where, how much of it, and the runs in it that are damaged, as they were in the original."""

    path: Path
    runs: int
    events: int
    bytes: int
    damaged: tuple[Verified, ...]


def back_up(workspace: Path, target: Path) -> Copied:
    """Copy a workspace, as it is at one moment, into a file that is not there yet. Others may go on writing."""
    if not workspace.exists():
        raise no_archive(workspace)
    if target.exists():
        raise JournalError(f"there is a file {target} already", "name another one: a backup replaces nothing")
    _refuse_no_folder(target)
    with _unfinished(target) as copy:
        before = read_seals(workspace)
        _copy(open_locked(workspace), workspace, copy)
        with closing(_verifiable(copy)) as connection:
            seals = _seals_for(connection, before, read_seals(workspace))
            found = _verify(connection, seals)
        add_seals(target, seals.values())
        copy.rename(target)
    _flush(target.parent)
    return Copied(target, len(found), sum(run.events for run in found), target.stat().st_size, _damaged(found))


def restore(backup: Path, workspace: Path) -> Path | None:
    """Put a backup in the place of a workspace, and return where the old one is kept, if there was one."""
    if not backup.is_file():
        raise JournalError(f"there is no backup {backup}", "name the file that `footlights backup` wrote")
    prepare(workspace)
    seals = read_seals(backup)
    with _unfinished(workspace) as copy:
        _copy(open_locked(backup), backup, copy)
        with closing(_verifiable(copy)) as connection:
            damaged = _damaged(_verify(connection, seals))
        if damaged:
            what = f"run {damaged[0].run}, event {damaged[0].seq} {damaged[0].damage}"
            raise JournalError(
                f"the backup {backup} is damaged: {what}", "`footlights salvage` takes out what is whole"
            )
        with locked(workspace):
            aside = _set_aside(workspace)
            add_seals(workspace, seals.values())
            copy.rename(workspace)
    _flush(workspace.parent)
    return aside


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Give a file beside the target that only its owner can read, and that is gone if the work fails."""
    copy = target.with_name(f"{target.name}.unfinished")
    copy.unlink(missing_ok=True)  # left behind by a process that was killed
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _copy(connection: sqlite3.Connection, source: Path, target: Path) -> None:
    """Copy a database as a reader sees it at one moment, without what was deleted, and close the reader."""
    with closing(connection):
        try:
            version_of(connection, source)
            connection.execute("PRAGMA query_only = OFF")  # it forbids the copy too; mode=ro still guards the source
            connection.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.Error as error:
            raise failure_of(error, str(source)) from error
    _flush(target)


def _verifiable(copy: Path) -> sqlite3.Connection:
    """Open a copy, if SQLite finds nothing wrong with it."""
    connection = open_reader(copy)
    try:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
        problems += [f"{table} {row} names no {parent}" for table, row, parent, _ in _dangling(connection)]
    except sqlite3.Error as error:
        problems = [str(error)]
    if problems:
        connection.close()
        raise JournalError(f"the copy is damaged: {problems[0]}", "`footlights salvage` reads what can still be read")
    return connection


def _dangling(connection: sqlite3.Connection) -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchall()


def _verify(connection: sqlite3.Connection, seals: Seals) -> list[Verified]:
    runs = [run for (run,) in connection.execute("SELECT run FROM runs ORDER BY started, id")]
    return [verify_run(connection, run, seals.get(run)) for run in runs]


def _seals_for(
    connection: sqlite3.Connection, before: Mapping[str, Seal], after: Mapping[str, Seal]
) -> dict[str, Seal]:
    """Choose the seals of the runs in a copy. A run that ended only after it was made is not sealed in it."""
    runs = connection.execute("SELECT run, ended FROM runs").fetchall()
    known = {run: before.get(run) or (after.get(run) if ended else None) for run, ended in runs}
    return {run: seal for run, seal in known.items() if seal is not None}


def _damaged(found: list[Verified]) -> tuple[Verified, ...]:
    return tuple(run for run in found if run.damage)


def _set_aside(workspace: Path) -> Path | None:
    if not workspace.exists():
        seals_of(workspace).unlink(missing_ok=True)
        return None
    _refuse_in_use(workspace)
    aside = workspace.with_name(f"{workspace.stem}.{time.strftime('%Y-%m-%d.%H%M%S')}{workspace.suffix}")
    if aside.exists():
        raise JournalError(f"there is a file {aside} already", "wait a second and try again")
    for ending in ("-wal", "-shm", ".seals.jsonl", ""):
        part = workspace.with_name(workspace.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _refuse_in_use(workspace: Path) -> None:
    """Refuse when any process has the database open: only then does SQLite not let go of the write-ahead log."""
    with closing(sqlite3.connect(f"{workspace.as_uri()}?mode=rw", uri=True, isolation_level=None)) as connection:
        try:
            connection.execute(f"PRAGMA busy_timeout = {_LONGEST_WAIT}")
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise InUse(
                    f"{workspace} is in use by another process", "end whatever performs or watches runs there"
                ) from error
            # Too damaged to be opened, so nobody works with it; its parts are set aside as they are.


def _refuse_no_folder(target: Path) -> None:
    if not target.parent.is_dir():
        raise JournalError(f"there is no folder {target.parent}", "make it first")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise JournalError(f"the folder {target.parent} cannot be written to", "name another one")


def _flush(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
