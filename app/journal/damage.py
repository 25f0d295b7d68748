"""Damage, told in one way by whoever reads the archive: what is damaged, and what can still read it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.journal.chain import digest_of
from app.journal.errors import NO_ROOM, JournalFailure, failure_of

# What Python says of bytes that are not what was written: no database, no packed value, no event, no text, no number.
UNREADABLE = (sqlite3.Error, zlib.error, msgspec.MsgspecError, UnicodeDecodeError, TypeError)
_TOLD = UNREADABLE[:-1]  # a mistake of ours may be a TypeError too: only those who read columns take it for damage
# What SQLite says of a file that is busy or out of reach, and not of what is in it.
_OUT_OF_REACH = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY")
_SALVAGE = "`footlights verify` says where, `footlights salvage FOLDER` reads what can still be read"


@contextmanager
def told_as_damage(workspace: Path) -> Iterator[Path]:
    """Whatever shows that the archive is damaged, or out of reach, becomes an error in words."""
    try:
        yield workspace
    except _TOLD as error:
        raise failure_of_reading(error, workspace) from error


@contextmanager
def reading(workspace: Path) -> Iterator[Path]:
    """The same around nothing but the reading of columns, which are of another type where they are damaged."""
    try:
        yield workspace
    except UNREADABLE as error:
        raise failure_of_reading(error, workspace) from error


def failure_of_reading(error: Exception, workspace: Path) -> JournalFailure:
    """Say in plain words why something could not be read."""
    name = getattr(error, "sqlite_errorname", "")
    if name in NO_ROOM:
        return failure_of(error, str(workspace))
    if name.startswith(_OUT_OF_REACH):
        return JournalFailure(f"cannot read {workspace}: {error} ({name})", "see what is wrong there, then try again")
    return JournalFailure(f"{workspace} is damaged: {error}", _SALVAGE)


def true_to(digest: str, value: bytes, workspace: Path) -> bytes:
    """The value, if it is the one that its digest says."""
    if digest_of(value) != digest:
        raise JournalFailure(f"{workspace} is damaged: the value {digest} is not what was written", _SALVAGE)
    return value
