"""Takes the lease of a run that nobody performs any more, and reads where its log ends."""

from __future__ import annotations

import sqlite3
import time
import zlib

import msgspec

from app.journal.chain import FIRST
from app.journal.errors import RunBusy, RunNotFound, RunOver
from app.journal.lease import Holder
from app.journal.standing import COLUMNS, Standing


class Claim(msgspec.Struct, frozen=True):
    """A run that is ours now, as far as it is durable."""

    row: int
    seq: int
    hash: bytes
    standing: Standing
    values: dict[str, bytes | None]


def claim(connection: sqlite3.Connection, run: str, holder: Holder) -> Claim:
    """Take the lease or say who has it. To be called in a transaction, so that of two who try one comes second."""
    found = connection.execute(_RUN, (run,)).fetchone()
    if found is None:
        raise RunNotFound(f"there is no run {run}", "`footlights runs` lists them")
    row, held_by, heartbeat, *columns = found
    standing = Standing(*columns)
    if standing.over:
        raise RunOver(
            f"the run {run} is over ({standing.status})", "`footlights fork` goes another way from any moment"
        )
    now = time.time_ns() // 1000
    before = Holder.read(held_by)
    if before is not None and before.alive(heartbeat, now):
        raise RunBusy(f"the run {run} is being performed by {before.described}", f"`footlights tail {run}` watches it")
    if before is not None:
        standing = msgspec.structs.replace(standing, recoveries=standing.recoveries + 1)
    connection.execute(_CLAIM, (str(holder), now, standing.recoveries, row))
    seq, last = connection.execute(_LAST, (row,)).fetchone() or (0, FIRST)
    return Claim(row, seq, last, standing, _values(connection, row))


def _values(connection: sqlite3.Connection, row: int) -> dict[str, bytes | None]:
    """Return the short values of a run, and name the long ones."""
    values: dict[str, bytes | None] = {digest: None for (digest,) in connection.execute(_LONG, (row,))}
    for (text,) in connection.execute(_SHORT, (row,)):
        values.update((digest, bytes(body)) for digest, body in _raw.decode(text).items())
    return values


def texts_of(connection: sqlite3.Connection, run: str) -> dict[str, bytes]:
    """Return every value of a run, as it was encoded."""
    found = connection.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchone()
    if found is None:
        raise RunNotFound(f"there is no run {run}", "`footlights runs` lists them")
    texts = {
        digest: zlib.decompress(body) if is_packed else bytes(body)
        for digest, is_packed, body in connection.execute(_BLOBS, found)
    }
    for (text,) in connection.execute(_SHORT, found):
        texts.update((digest, bytes(body)) for digest, body in _raw.decode(text).items())
    return texts


_raw = msgspec.json.Decoder(dict[str, msgspec.Raw])

_RUN = f"SELECT id, holder, heartbeat, {', '.join(COLUMNS)} FROM runs WHERE run = ?"
_CLAIM = "UPDATE runs SET holder = ?, heartbeat = ?, recoveries = ? WHERE id = ?"
_LAST = "SELECT seq, hash FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1"
_LONG = "SELECT digest FROM run_blobs JOIN blobs ON blobs.id = run_blobs.blob WHERE run_blobs.run = ?"
_SHORT = "SELECT text FROM events WHERE run = ? AND text IS NOT NULL"
_BLOBS = "SELECT digest, packed, body FROM run_blobs JOIN blobs ON blobs.id = run_blobs.blob WHERE run_blobs.run = ?"
