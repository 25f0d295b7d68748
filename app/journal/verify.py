"""Proves that a run is as it was written, or names the first event that is not and what is wrong with it.

The chain of hashes is computed anew from the stored bytes; what stands beside them (columns, short texts, blobs, the
run's own record) is compared with them, and the end of a finished run with its seal. Values that were erased on purpose
are no damage: they are counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from app.events import Event, decode, kind_of
from app.journal.chain import FIRST, Seal, digest_of, link
from app.journal.damage import UNREADABLE
from app.journal.refs import ERASED, refs_of, unpacked, values_beside
from app.journal.standing import ENDED

Row = tuple[int, int, str, str, bytes, bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying a run found. `damage` is empty when all is well, else it says what is wrong at event `seq`.

    A run that is over and has no seal may be whole; but whoever shortened it could have written a new end.
    """

    run: str
    events: int = 0
    erased: int = 0
    sealed: bool = False
    over: bool = False
    seq: int = 0
    damage: str = ""


def verify_workspace(connection: sqlite3.Connection, seals: Mapping[str, Seal]) -> Iterator[Verified]:
    """Verify every run, oldest first, and miss those that have a seal and are gone."""
    runs = [run for (run,) in connection.execute("SELECT run FROM runs ORDER BY started, id")]
    for run in runs:
        yield verify_run(connection, run, seals.get(run))
    for run in sorted(seals.keys() - set(runs)):
        yield Verified(run, sealed=True, seq=1, damage="the run has a seal, and is gone")


def verify_run(connection: sqlite3.Connection, run: str, seal: Seal | None = None) -> Verified:
    """Verify one run, which must be there, as far as it can be read."""
    sealed = seal is not None
    try:
        record = msgspec.convert(connection.execute(_RECORD, (run,)).fetchone(), tuple[int, int, bytes, str])
    except UNREADABLE as error:
        return Verified(run, sealed=sealed, seq=1, damage=f"cannot be found, the run's own record is damaged: {error}")
    key, count, last, status = record
    try:
        reading = _Reading(run, _values_in_blobs(connection, key))
    except UNREADABLE as error:
        return Verified(run, sealed=sealed, seq=1, damage=f"its longer values cannot be read: {error}")
    found = reading.read(_events_of(connection, key))
    if not found.damage:
        found = _compare_end(found, reading.hash, count, last.hex(), "the run's own record")
    if seal is not None and not found.damage:
        found = _compare_end(found, reading.hash, seal.count, seal.hash, "the seal")
    return replace(found, sealed=sealed, over=status in ENDED)


class _Reading:
    """Reads the events of one run in their order, and stops at the first that is damaged."""

    def __init__(self, run: str, values: dict[str, bool]) -> None:
        self.run = run
        self.hash = FIRST
        self._values = values  # by digest: is the value what its digest says?
        self._erased: set[str] = set()

    def read(self, rows: Iterator[Row]) -> Verified:
        seq = 0
        try:
            for row in rows:
                damage = self._look(seq + 1, row)
                if damage:
                    return Verified(self.run, seq, len(self._erased), seq=seq + 1, damage=damage)
                seq += 1
        except UNREADABLE as error:
            return Verified(self.run, seq, len(self._erased), seq=seq + 1, damage=f"cannot be read: {error}")
        return Verified(self.run, seq, len(self._erased))

    def _look(self, due: int, row: Row) -> str:
        seq, at, kind, step, body, hash, text = row
        if seq != due:
            return f"is missing; event {seq} comes next"
        if not isinstance(body, bytes):
            return "its body is not what was written"
        self.hash = link(self.hash, body)
        if self.hash != hash:
            return "its hash does not follow from its body and the event before"
        try:
            event = decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return f"its body is no event that this version knows: {error}"
        if (event.run, event.seq, event.at, kind_of(event), event.step) != (self.run, seq, at, kind, step):
            return f"the columns beside its body say something else: {_difference(event, self.run, row)}"
        if text is not None:
            self._values |= {digest: digest_of(value) == digest for digest, value in values_beside(text).items()}
        return self._look_at_values(event, text == ERASED)

    def _look_at_values(self, event: Event, erased: bool) -> str:
        for digest in refs_of(event):
            if digest not in self._values:
                if erased:
                    self._erased.add(digest)
                elif digest not in self._erased:
                    return f"refers to the value {digest}, which is missing"
            elif not self._values[digest]:
                return f"the value {digest} is not what was written"
        return ""


_RECORD = "SELECT id, seq, hash, status FROM runs WHERE run = ?"


def _events_of(connection: sqlite3.Connection, run: int) -> Iterator[Row]:
    sql = "SELECT seq, at, kind, step, body, hash, text FROM events WHERE run = ? ORDER BY seq"
    return iter(connection.execute(sql, (run,)))


def _values_in_blobs(connection: sqlite3.Connection, run: int) -> dict[str, bool]:
    sql = "SELECT digest, packed, body FROM run_blobs JOIN blobs ON blobs.id = blob WHERE run = ?"
    return {
        digest: digest_of(unpacked(packed, body)) == digest for digest, packed, body in connection.execute(sql, (run,))
    }


def _difference(event: Event, run: str, row: Row) -> str:
    seq, at, kind, step, *_ = row
    columns = {"run": run, "seq": seq, "at": at, "kind": kind, "step": step}
    body = {"run": event.run, "seq": event.seq, "at": event.at, "kind": kind_of(event), "step": event.step}
    return ", ".join(f"{name} is {columns[name]!r}, not {body[name]!r}" for name in body if body[name] != columns[name])


def _compare_end(found: Verified, hash: bytes, count: int, last: str, witness: str) -> Verified:
    if found.events < count:
        return replace(found, seq=found.events + 1, damage=f"is missing; {witness} counts {count} events")
    if found.events > count:
        return replace(found, seq=count + 1, damage=f"was added; {witness} counts {count} events")
    if hash.hex() != last:
        return replace(found, seq=found.events, damage=f"its hash is not the one in {witness}")
    return found
