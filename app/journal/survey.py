"""Audits a workspace: the log of every run, its chain, and what the tables say of it besides."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose

from app.events import Event, decode
from app.journal.audit import Breach, audit
from app.journal.chain import Seal
from app.journal.damage import UNREADABLE
from app.journal.refs import ERASED, refs_of, values_of
from app.journal.standing import CHANGES, COLUMNS, Standing
from app.journal.verify import verify_run

_KEPT_BY_OTHERS = frozenset({"recoveries"})  # counted by whoever takes a run over, not by its events


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One run, how many events it has, and every invariant that does not hold."""

    run: str
    events: int
    breaches: tuple[Breach, ...]


def survey(connection: sqlite3.Connection, seals: Mapping[str, Seal]) -> Iterator[Surveyed]:
    """Audit every run, oldest first; then, under no name, what belongs to none."""
    for (run,) in connection.execute("SELECT run FROM runs ORDER BY started, id").fetchall():
        yield survey_run(connection, run, seals.get(run))
    yield Surveyed("", 0, tuple(_strays(connection)))


def survey_run(connection: sqlite3.Connection, run: str, seal: Seal | None) -> Surveyed:
    """Audit one run, which must be there."""
    verified = verify_run(connection, run, seal)
    damage = [Breach("the_chain_is_whole", verified.seq, verified.damage)] if verified.damage else []
    try:
        (key,) = connection.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchone()
        events, erased = _events(connection, key)
        values = values_of(connection, key)
    except UNREADABLE:
        return Surveyed(run, verified.events, tuple(damage))  # more cannot be said of what cannot be read
    breaches = [*damage, *audit(events, values, erased), *_compare_record(connection, key, events)]
    return Surveyed(run, len(events), tuple(breaches))


def _events(connection: sqlite3.Connection, key: int) -> tuple[list[Event], set[str]]:
    events: list[Event] = []
    erased: set[str] = set()
    for body, text in connection.execute("SELECT body, text FROM events WHERE run = ? ORDER BY seq", (key,)):
        event = decode(body)
        events.append(event)
        if text == ERASED:
            erased.update(refs_of(event))
    return events, erased


def _compare_record(connection: sqlite3.Connection, key: int, events: list[Event]) -> Iterator[Breach]:
    """Compare what the table of runs says of a run with what its events come to."""
    standing = Standing()
    for event in events:
        change = CHANGES.get(type(event))
        standing = change(standing, event) if change else standing
    last = events[-1].seq if events else 0
    found = connection.execute(f"SELECT indexed, {', '.join(COLUMNS)} FROM runs WHERE id = ?", (key,)).fetchone()
    if found[0] > last:
        yield Breach("its_record_is_true", last, f"search claims to know {found[0]} events")
    for name, said in zip(COLUMNS, found[1:], strict=True):
        due = getattr(standing, name)
        same = isclose(said, due, rel_tol=1e-9, abs_tol=1e-9) if isinstance(due, float) else said == due
        if not same and name not in _KEPT_BY_OTHERS:
            yield Breach("its_record_is_true", last, f"{name} is {said!r}, but the events come to {due!r}")


def _strays(connection: sqlite3.Connection) -> Iterator[Breach]:
    """Name rows that point to nothing, and blobs that nothing points to."""
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Breach("everything_belongs_somewhere", 0, f"row {row} of {table} belongs to none of {parent}")
    sql = "SELECT count(*) FROM blobs WHERE NOT EXISTS (SELECT 1 FROM run_blobs WHERE blob = blobs.id)"
    (unused,) = connection.execute(sql).fetchone()
    if unused:
        yield Breach("everything_belongs_somewhere", 0, f"{unused} blobs belong to no run")
