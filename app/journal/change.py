"""Changes the archive from beside the writer of events: one short transaction, under the lock of the workspace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.journal.connection import no_archive, open_writer
from app.journal.errors import failure_of
from app.journal.lock import locked


@contextmanager
def writing(workspace: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that may write, with the lock held from its opening to its close."""
    if not workspace.exists():
        raise no_archive(workspace)
    with locked(workspace):
        connection = open_writer(workspace, fast=False)
        try:
            connection.execute("PRAGMA secure_delete = ON")  # what is deleted leaves nothing behind in the file
            yield connection
        except sqlite3.Error as error:
            raise failure_of(error, str(workspace)) from error
        finally:
            connection.close()


@contextmanager
def changing(workspace: Path) -> Iterator[sqlite3.Connection]:
    """Give such a connection for one transaction: all of it is done, or nothing."""
    with writing(workspace) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
