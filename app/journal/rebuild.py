"""Builds a clean database of what was salvaged: of each run the events from its first up to where its chain breaks.

A run that was cut there is as if it had been interrupted there, so that it can be resumed. Every chain in the new
database is whole; a value that was lost is missing there too, and verify says so.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from app.events import Event
from app.journal.batches import put_back
from app.journal.chain import Seal, add_seals, digest_of
from app.journal.connection import open_writer, prepare
from app.journal.errors import JournalError
from app.journal.lock import locked
from app.journal.refs import ERASED, refs_of, values_beside
from app.journal.salvage import Piece, Remains, intact
from app.journal.standing import CHANGES, COLUMNS, Standing


def rebuild(remains: Remains, seals: Mapping[str, Seal], target: Path) -> dict[str, int]:
    """Write a new database, and return how many events of each run are in it."""
    if target.exists():
        raise JournalError(f"there is a file {target} already", "name a new one: nothing is written over")
    prepare(target)
    kept: dict[str, int] = {}
    with locked(target), closing(open_writer(target, fast=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for run, pieces in sorted(remains.runs.items()):
            whole = list(intact(pieces))
            if whole:
                _insert_run(connection, run, whole)
                _insert_values(connection, run, whole, remains.values)
                kept[run] = len(whole)
        _insert_memory(connection, remains.memory)
        put_back(connection, remains.batches)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    ended = {run: seal for run, seal in seals.items() if seal.count == kept.get(run)}
    add_seals(target, ended.values())
    return kept


def _insert_run(connection: sqlite3.Connection, run: str, whole: list[tuple[Piece, Event]]) -> None:
    standing = Standing()
    for _, event in whole:
        change = CHANGES.get(type(event))
        standing = change(standing, event) if change else standing
    last = whole[-1][0]
    values = (run, last.seq, last.hash, *(getattr(standing, column) for column in COLUMNS))
    key = connection.execute(_RUN, values).lastrowid
    rows = (
        (key, piece.seq, event.at, event.__struct_config__.tag, event.step, piece.body, piece.hash, _sound(piece.text))
        for piece, event in whole
    )
    connection.executemany(_EVENT, rows)


def _insert_values(
    connection: sqlite3.Connection, run: str, whole: Iterable[tuple[Piece, Event]], values: Mapping[str, bytes]
) -> None:
    """Keep as blobs what does not stand beside an event, or stands there no more."""
    beside: set[str] = set()
    for piece, event in whole:
        beside.update(values_beside(_sound(piece.text) or b""))
        if piece.text == ERASED:
            continue
        for digest in refs_of(event):
            if digest in values and digest not in beside:
                small = zlib.compress(values[digest], 1)
                connection.execute(_BLOB, (digest, small))
                connection.execute(_RUN_BLOB, (run, digest))


def _insert_memory(connection: sqlite3.Connection, memory: Iterable[tuple[object, ...]]) -> None:
    connection.executemany("INSERT OR IGNORE INTO memory (agent, key, value, run, at) VALUES (?, ?, ?, ?, ?)", memory)
    connection.execute("INSERT INTO memory_words (memory_words) VALUES ('rebuild')")


def _sound(text: bytes) -> bytes | None:
    """Return short values without those that are damaged."""
    if text == ERASED:
        return text
    sound = {digest: value for digest, value in values_beside(text).items() if digest_of(value) == digest}
    inside = b",".join(b'"%b":%b' % (digest.encode(), value) for digest, value in sound.items())
    return b"{%b}" % inside if inside else None


_RUN = f"INSERT INTO runs (run, seq, hash, {', '.join(COLUMNS)}) VALUES (?, ?, ?, {', '.join('?' * len(COLUMNS))})"
_EVENT = "INSERT INTO events (run, seq, at, kind, step, body, hash, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_BLOB = "INSERT OR IGNORE INTO blobs (digest, packed, body) VALUES (?, 1, ?)"
_RUN_BLOB = (
    "INSERT OR IGNORE INTO run_blobs (run, blob)"
    " SELECT runs.id, blobs.id FROM runs, blobs WHERE runs.run = ? AND blobs.digest = ?"
)
