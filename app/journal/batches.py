"""Batches in the archive: what each is to perform, who performs it, and how its runs stand."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from app.journal.errors import RunBusy, RunNotFound
from app.journal.lease import Holder, holder_alive
from app.journal.rows import COLUMNS, INTERRUPTED, as_typed

Change = Callable[[bytes], bytes]  # of a plan


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
    ended_early: bool = False  # the rest is left out on purpose, as whoever has read its plan knows

    @property
    def state(self) -> str:
        """Is it performed, did it stop, or is all of it done?"""
        if self.performer:
            return "running"
        return "done" if self.ended == self.items or self.ended_early else "stopped"

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
    values = (row.batch, row.title, row.mode, row.items, row.created, zlib.compress(plan, 3), str(holder), _now())
    connection.execute(_NEW, values)


def put_back(connection: sqlite3.Connection, found: Iterable[Sequence[Any]]) -> None:
    """Keep batches that were salvaged, as PLANNED names them; nobody performs them."""
    rows = ((*row, zlib.compress(plan, 3)) for *row, plan in found)
    connection.executemany(_AGAIN, rows)


def drive(connection: sqlite3.Connection, batch: str, holder: Holder, change: Change = bytes) -> tuple[bytes, str]:
    """Go on with a batch that nobody performs; return its plan, as it is changed for that, and why it was left."""
    found = connection.execute(_HELD, (batch,)).fetchone()
    if found is None:
        raise BatchNotFound(f"there is no batch {batch}", "`footlights batches` lists them")
    held_by, heartbeat, plan, stopped = found
    before = Holder.read(held_by)
    if before is not None and before.alive(heartbeat, _now()):
        raise RunBusy(f"the batch {batch} is being performed by {before.described}", "let it end, or stop it there")
    known = zlib.decompress(plan)
    changed = change(known)
    connection.execute(_DRIVEN, (str(holder), _now(), batch))
    if changed != known:
        connection.execute(_CHANGED, (zlib.compress(changed, 3), batch))
    return changed, stopped


def beat(connection: sqlite3.Connection, holders: Iterable[Holder]) -> None:
    """Give a sign of life of those who perform batches."""
    connection.executemany("UPDATE batches SET heartbeat = ? WHERE holder = ?", [(_now(), str(one)) for one in holders])


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
                item.update(inputs={}, cell=cell, erased=bool(given) or item.get("erased", False))
        small = zlib.compress(msgspec.json.encode(plan), 3)
        connection.execute(_CHANGED, (small, batch))


def keep_spent(connection: sqlite3.Connection, batch: str, run: int) -> None:
    """Remember with its batch what a run has used that will be removed: its budget is not there once more."""
    if batch and connection.execute(HAS_BATCHES).fetchone()[0]:
        connection.execute(_KEEP, {"batch": batch, "run": run})


def drop_emptied(connection: sqlite3.Connection, batch: str) -> None:
    """Remove a batch whose last run was removed just now, if nobody performs it."""
    if not batch or not connection.execute(HAS_BATCHES).fetchone()[0]:
        return
    for holder, heartbeat, begun in connection.execute(_EMPTIED, (batch,)).fetchall():
        if not begun and not holder_alive(holder, heartbeat):
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
        return BatchNotFound(f"there is no batch {as_typed(wanted)}", "`footlights batches` lists them")
    return BatchNotFound(f"{len(found)} batches begin or end with {wanted}", "write more of its name")


def _now() -> int:
    return time.time_ns() // 1000


_REMOVED = ("removed_usd", "removed_tokens", "removed_calls")
# What is known of one but for its runs.
PLANNED = ("batch", "title", "mode", "items", "created", "stopped", *_REMOVED, "plan")
HAS_BATCHES = "SELECT count(*) FROM sqlite_schema WHERE name = 'batches'"
_GOES_ON = "runs.status IN ('running', 'paused')"
# A run's last event as it was encoded: what a text holds is escaped there, so these words stand for the keys alone.
_PASSED = (
    "(runs.status = 'succeeded' OR instr(last.body, CAST('\"excused\":true' AS BLOB)))"
    " AND NOT instr(last.body, CAST('\"expected\":false' AS BLOB))"
)
LISTED = (
    "SELECT batches.batch, batches.title, batches.mode, items, created, stopped, batches.holder,"
    f" batches.heartbeat, sum(NOT {_GOES_ON}), sum({_PASSED}), sum({_GOES_ON}), sum(runs.cost_usd), sum(runs.tokens)"
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
# What runs have used; what went out, and of which nothing is known, may have to be paid in full, if it reached anybody.
_USED = (
    "SELECT cost_usd AS usd, tokens, (SELECT count(*) FROM events WHERE events.run = runs.id"
    " AND (kind = 'call.finished' OR kind = 'call.failed' AND NOT {nothing})) AS calls FROM runs WHERE {which}"
    " UNION ALL SELECT json_extract(asked.body, '$.hold.cost_usd'), json_extract(asked.body, '$.hold.tokens'), 1"
    f" FROM runs JOIN events AS asked ON asked.run = runs.id WHERE {{which}} AND {_GOES_ON}"
    " AND asked.kind = 'call.started' AND runs.mode != 'rehearsal'"
    " AND NOT ifnull(json_extract(asked.body, '$.played'), 0) AND NOT EXISTS"
    " (SELECT 1 FROM events AS over WHERE over.run = runs.id AND over.seq > asked.seq"
    " AND over.kind IN ('call.finished', 'call.failed')"
    " AND json_extract(over.body, '$.call') = json_extract(asked.body, '$.call'))"
)
# As `came_to_nothing` in app/state/cut_off.py has it.
_NOTHING = (
    "(json_extract(body, '$.failure.error') = 'interrupted' AND json_extract(body, '$.basis') = 'rehearsed'"
    " AND NOT ifnull(json_extract(body, '$.cost_usd'), 0) AND NOT ifnull(json_extract(body, '$.usage.input'), 0))"
)
_OF_BATCH = "runs.batch = :batch AND runs.batch != ''"
SPENT = (
    "SELECT ifnull(sum(usd), 0), ifnull(sum(tokens), 0), ifnull(sum(calls), 0) FROM ("
    f" {_USED.format(which=_OF_BATCH, nothing=_NOTHING)}"
    f" UNION ALL SELECT {', '.join(_REMOVED)} FROM batches WHERE batch = :batch)"
)
_KEEP = (
    f"UPDATE batches SET ({', '.join(_REMOVED)}) = (SELECT removed_usd + ifnull(sum(usd), 0),"
    " removed_tokens + ifnull(sum(tokens), 0), removed_calls + ifnull(sum(calls), 0)"
    f" FROM ({_USED.format(which='runs.id = :run', nothing=_NOTHING)})) WHERE batch = :batch"
)
MEAN_SECONDS = (
    "SELECT runs.batch, avg(json_extract(last.body, '$.mono')) / 1000 FROM runs"
    " JOIN events AS last ON last.run = runs.id AND last.seq = runs.seq"
    " WHERE runs.batch IN (SELECT value FROM json_each(:batches)) AND runs.batch != ''"
    f" AND NOT {_GOES_ON} GROUP BY runs.batch"
)
_OF_RUN = "SELECT batches.batch, plan FROM runs JOIN batches ON batches.batch = runs.batch WHERE run = ?"
_EMPTIED = (
    "SELECT holder, heartbeat, EXISTS (SELECT 1 FROM runs WHERE runs.batch = batches.batch AND runs.batch != '')"
    " FROM batches WHERE batch = ?"
)
_HELD = "SELECT holder, heartbeat, plan, stopped FROM batches WHERE batch = ?"
_CHANGED = "UPDATE batches SET plan = ? WHERE batch = ?"
_DRIVEN = "UPDATE batches SET holder = ?, heartbeat = ?, stopped = '' WHERE batch = ?"
_NEW = (
    "INSERT INTO batches (batch, title, mode, items, created, plan, holder, heartbeat) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_AGAIN = f"INSERT OR IGNORE INTO batches ({', '.join(PLANNED)}) VALUES ({', '.join('?' * len(PLANNED))})"
