"""Batches in the archive: what each is to perform, who performs it, and how its runs stand."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from app.journal.errors import RunBusy, RunNotFound
from app.journal.lease import Holder, holder_alive
from app.journal.rows import COLUMNS, INTERRUPTED


class BatchNotFound(RunNotFound):
    """No batch is called so."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as a list shows it."""

    batch: str
    title: str
    mode: str
    items: int
    created: int  # wall clock, microseconds
    stopped: str  # why it was ended before all its runs were
    performer: str  # for people; empty when nobody performs it
    ended: int = 0  # runs that are over
    passed: int = 0  # of them: they ended as was expected
    begun: int = 0  # runs that are under way, paused or cut off
    cost_usd: float = 0.0
    tokens: int = 0

    @property
    def state(self) -> str:
        """Is it performed, did it stop, or is all of it done?"""
        if self.performer:
            return "running"
        return "done" if self.ended == self.items else "stopped"

    @property
    def waiting(self) -> int:
        """Runs that have not begun."""
        return self.items - self.ended - self.begun


class Stand(NamedTuple):
    """How far one run of a batch is: what changes while it goes on, and no more."""

    run: str
    status: str  # as in RunRow
    reason: str
    seq: int
    cost_usd: float
    tokens: int
    ended: int  # wall clock, microseconds; 0 while it is not


def begin(connection: sqlite3.Connection, row: BatchRow, plan: bytes, holder: Holder) -> None:
    """Keep a batch that begins."""
    values = (row.batch, row.title, row.mode, row.items, row.created, zlib.compress(plan, 3), str(holder))
    connection.execute(_NEW, values)


def put_back(connection: sqlite3.Connection, found: Iterable[Sequence[Any]]) -> None:
    """Keep batches that were salvaged, as PLANNED names them; nobody performs them."""
    rows = ((*row, zlib.compress(plan, 3)) for *row, plan in found)
    connection.executemany(_AGAIN, rows)


def drive(connection: sqlite3.Connection, batch: str, holder: Holder) -> tuple[bytes, str]:
    """Go on with a batch that nobody performs; return its plan, and why it was left."""
    found = connection.execute(_HELD, (batch,)).fetchone()
    if found is None:
        raise BatchNotFound(f"there is no batch {batch}", "`footlights batches` lists them")
    held_by, heartbeat, plan, stopped = found
    before = Holder.read(held_by)
    if before is not None and before.alive(heartbeat, _now()):
        raise RunBusy(f"the batch {batch} is being performed by {before.described}", "let it end, or stop it there")
    connection.execute("UPDATE batches SET holder = ?, stopped = '' WHERE batch = ?", (str(holder), batch))
    return zlib.decompress(plan), stopped


def leave(connection: sqlite3.Connection, batch: str, holder: Holder, stopped: str) -> None:
    """Perform it no more; `stopped` says why, when not all of it is done."""
    values = (stopped, batch, str(holder))
    connection.execute("UPDATE batches SET holder = '', stopped = ? WHERE batch = ? AND holder = ?", values)


def erase_given(connection: sqlite3.Connection, run: str) -> None:
    """Forget what a run was given, where its batch keeps it; its place in the batch stays."""
    if not connection.execute(HAS_BATCHES).fetchone()[0]:
        return
    for batch, packed in connection.execute(_OF_RUN, (run,)).fetchall():
        plan = msgspec.json.decode(zlib.decompress(packed))
        for item in plan["items"]:
            if item["run"] == run:
                given = item["inputs"]
                cell = {
                    name: value for name, value in item["cell"].items() if name.removeprefix("inputs.") not in given
                }
                item.update(inputs={}, cell=cell, erased=True)
        small = zlib.compress(msgspec.json.encode(plan), 3)
        connection.execute("UPDATE batches SET plan = ? WHERE batch = ?", (small, batch))


def drop_emptied(connection: sqlite3.Connection, batch: str) -> None:
    """Remove a batch whose last run was removed just now, if nobody performs it."""
    if not batch or not connection.execute(HAS_BATCHES).fetchone()[0]:
        return
    for holder, begun in connection.execute(_EMPTIED, (batch,)).fetchall():
        if not begun and not holder_alive(holder, _now()):
            connection.execute("DELETE FROM batches WHERE batch = ?", (batch,))


def read_row(values: Sequence[Any]) -> BatchRow:
    """Read a row of LISTED."""
    batch, title, mode, items, created, stopped, holder, heartbeat, *sums = values
    found = Holder.read(holder)
    alive = found is not None and holder_alive(holder, heartbeat)
    performer = found.described if found is not None and alive else ""
    ended, passed, begun, cost, tokens = (number or 0 for number in sums)
    return BatchRow(batch, title, mode, items, created, stopped, performer, ended, passed, begun, float(cost), tokens)


def read_stand(values: Sequence[Any]) -> Stand:
    """Read a row of STANDS; who performs a run is asked only of those that go on."""
    run, status, reason, seq, cost, tokens, ended, holder, heartbeat = values
    if status == "running" and not holder_alive(holder, heartbeat):
        status = INTERRUPTED
    return Stand(run, status, reason, seq, cost, tokens, ended)


def not_one(wanted: str, found: Sequence[str]) -> BatchNotFound:
    """Say that no batch is called so, or that several are."""
    if not found and wanted.lower() == "last":
        return BatchNotFound("there is no batch yet", "`footlights batch` performs one")
    if not found:
        return BatchNotFound(f"there is no batch {wanted}", "`footlights batches` lists them")
    return BatchNotFound(f"{len(found)} batches begin or end with {wanted}", "write more of its name")


def _now() -> int:
    return time.time_ns() // 1000


# A sign of life of whoever performs a batch is one of any of its runs.
_HEARTBEAT = "max(batches.created, ifnull(max(runs.heartbeat), 0))"
PLANNED = ("batch", "title", "mode", "items", "created", "stopped", "plan")  # what is known of one but for its runs
HAS_BATCHES = "SELECT count(*) FROM sqlite_schema WHERE name = 'batches'"
_GOES_ON = "runs.status IN ('running', 'paused')"
# A run's last event as it was encoded: what a text holds is escaped there, so these words stand for the keys alone.
_PASSED = (
    "(runs.status = 'succeeded' OR instr(last.body, CAST('\"excused\":true' AS BLOB)))"
    " AND NOT instr(last.body, CAST('\"expected\":false' AS BLOB))"
)
LISTED = (
    "SELECT batches.batch, batches.title, batches.mode, items, created, stopped, batches.holder,"
    f" {_HEARTBEAT}, sum(NOT {_GOES_ON}), sum({_PASSED}), sum({_GOES_ON}), sum(runs.cost_usd), sum(runs.tokens)"
    " FROM batches LEFT JOIN runs ON runs.batch = batches.batch AND runs.batch != ''"
    " LEFT JOIN events AS last ON last.run = runs.id AND last.seq = runs.seq"
    " WHERE :batch IS NULL OR batches.batch = :batch GROUP BY batches.id ORDER BY batches.id DESC LIMIT :most"
)
NAMED = (
    "SELECT batch FROM batches WHERE upper(substr(batch, 1, :length)) = :name OR upper(substr(batch, -:length)) = :name"
    " OR (:name = 'LAST' AND id = (SELECT max(id) FROM batches))"
)
PLAN = "SELECT plan FROM batches WHERE batch = :batch"
ROWS = f"SELECT {COLUMNS} FROM runs WHERE batch = :batch AND batch != '' ORDER BY run"
STANDS = (
    "SELECT run, status, reason, seq, cost_usd, tokens, ended, holder, heartbeat FROM runs"
    " WHERE batch = :batch AND batch != '' ORDER BY id"
)
ENDS = (
    "SELECT runs.run, events.body FROM runs JOIN events ON events.run = runs.id AND events.seq = runs.seq"
    " WHERE runs.run IN (SELECT value FROM json_each(:runs))"
)
COUNTED = (
    "SELECT runs.status, ifnull(json_extract(events.body, '$.expected'), 1),"
    " ifnull(json_extract(events.body, '$.excused'), 0), count(*)"
    " FROM runs LEFT JOIN events ON events.run = runs.id AND events.seq = runs.seq AND events.kind = 'run.finished'"
    " WHERE batch = :batch AND batch != '' GROUP BY 1, 2, 3"
)
EVENTS = (
    "SELECT runs.run, events.body FROM runs JOIN events ON events.run = runs.id WHERE runs.batch = :batch"
    " AND runs.batch != '' AND events.kind IN (SELECT value FROM json_each(:kinds)) ORDER BY runs.id, events.seq"
)
CALLS = (
    "SELECT count(*) FROM runs JOIN events ON events.run = runs.id"
    " WHERE batch = :batch AND batch != '' AND kind IN ('call.finished', 'call.failed')"
)
MEAN_SECONDS = (
    "SELECT runs.batch, avg(json_extract(last.body, '$.mono')) / 1000 FROM runs"
    " JOIN events AS last ON last.run = runs.id AND last.seq = runs.seq"
    " WHERE runs.batch IN (SELECT value FROM json_each(:batches)) AND runs.batch != ''"
    f" AND NOT {_GOES_ON} GROUP BY runs.batch"
)
_OF_RUN = "SELECT batches.batch, plan FROM runs JOIN batches ON batches.batch = runs.batch WHERE run = ?"
_EMPTIED = (
    "SELECT holder, EXISTS (SELECT 1 FROM runs WHERE runs.batch = batches.batch AND runs.batch != '')"
    " FROM batches WHERE batch = ?"
)
UNANSWERED = (
    "SELECT asked.body FROM runs JOIN events AS asked ON asked.run = runs.id"
    f" WHERE runs.batch = :batch AND runs.batch != '' AND {_GOES_ON} AND asked.kind = 'call.started' AND NOT EXISTS"
    " (SELECT 1 FROM events AS over WHERE over.run = runs.id AND over.seq > asked.seq"
    " AND over.kind IN ('call.finished', 'call.failed')"
    " AND json_extract(over.body, '$.call') = json_extract(asked.body, '$.call'))"
)
_HELD = (
    f"SELECT batches.holder, {_HEARTBEAT}, plan, stopped FROM batches LEFT JOIN runs ON runs.batch = batches.batch"
    " AND runs.batch != '' WHERE batches.batch = ? GROUP BY batches.id"
)
_NEW = "INSERT INTO batches (batch, title, mode, items, created, plan, holder) VALUES (?, ?, ?, ?, ?, ?, ?)"
_AGAIN = f"INSERT OR IGNORE INTO batches ({', '.join(PLANNED)}) VALUES ({', '.join('?' * len(PLANNED))})"
