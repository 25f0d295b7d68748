"""Brings a database to the form that this version of Footlights uses: one transaction a step, all or nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.journal.errors import JournalError

APPLICATION = 0x466F6F74  # "Foot"
MIGRATIONS = ("schema.sql", "batches.sql")  # the file with number n leads to version n + 1
VERSION = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection, workspace: Path) -> int:
    """Return the version of a database; refuse one that is newer than this program, or that is not ours."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (things,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return judge(workspace, version, application, things)


def judge(workspace: Path, version: int, application: int, things: int) -> int:
    """Refuse what must not be touched; return the version of what may be."""
    if application != APPLICATION and (application or things):
        raise JournalError(f"{workspace} is a database, but not one of Footlights", "name another file")
    if version > VERSION:
        raise JournalError(
            f"{workspace} was written by a newer Footlights (format {version}; this one knows {VERSION})",
            "upgrade Footlights, or name another workspace",
        )
    return version


def migrate(connection: sqlite3.Connection, workspace: Path) -> None:
    """Apply what is missing."""
    for version in range(version_of(connection, workspace), VERSION):
        script = Path(__file__).with_name(MIGRATIONS[version]).read_text(encoding="utf-8")
        settled = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {version + 1};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; {settled} COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
