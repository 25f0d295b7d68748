"""Everything that was performed in a workspace, to read: without blocking the event loop, and without ever writing."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from aiosqlite import Connection

from app.events import CallFailed, CallFinished, Event, Ref, RunFinished, decode
from app.journal import batches, live, search
from app.journal.batches import BatchRow, Stand
from app.journal.connection import locate
from app.journal.damage import UNREADABLE, reading, true_to
from app.journal.glance import Glance
from app.journal.reader import open_locked
from app.journal.refs import refs_of, unpacked
from app.journal.rows import COLUMNS, INTERRUPTED, RunRow, ambiguous, not_found, row_of
from app.state.cut_off import cut_off
from app.state.spending import NOTHING, Spent, spent_by
from app.state.words import UNMET

_GLANCE = 0.05  # seconds between looks at whether anything was written
_PULSE = 1.0  # seconds between looks at whether the performer is alive
_RUNS_AT_ONCE = 200
_PAGE = 5000  # events read in one go, so that no reading holds the log back for long


class Archive:
    """The runs of a workspace. Use it as `async with Archive.open() as archive`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: Connection
        self._partials = live.Partials(path)

    @classmethod
    def open(cls, workspace: Path | None = None) -> Archive:
        """Say which workspace is meant; it is opened by `async with`."""
        return cls(locate(workspace))

    async def __aenter__(self) -> Archive:
        opened = await asyncio.to_thread(open_locked, self.path)  # before aiosqlite has a thread that must be ended
        self._connection = await Connection(lambda: opened, 64)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._partials.close()
        await self._connection.close()

    async def runs(
        self,
        *,
        status: str | None = None,
        scenario: str | None = None,
        batch: str | None = None,
        since: int | None = None,
        tag: str | None = None,
        tests: bool = True,
        folded: bool = False,
        limit: int | None = 50,
    ) -> list[RunRow]:
        """List runs, the latest first, with the tests of models or without. `since` counts in microseconds.

        `folded` leaves of each batch the latest of its runs alone.
        """
        stored = {INTERRUPTED: "running", UNMET: None}.get(status or "", status)
        most = -1 if status is not None or limit is None else limit  # how a run stands is known only afterwards
        asked = {"status": stored, "scenario": scenario, "batch": batch, "since": since, "tests": tests, "most": most}
        asked["tag"] = None if tag is None else msgspec.json.encode(tag).decode()
        known = await self._known_batches() if folded else frozenset()
        asked["folded"] = msgspec.json.encode(known if status is None else ()).decode()
        found = await self._all(_RUNS, asked)
        with reading(self.path):
            rows = [row_of(row) for row in found]
        if status is not None:
            rows = [row for row in rows if row.standing == status]
        latest: dict[str, RunRow] = {}
        for row in rows:
            latest.setdefault(row.batch if row.batch in known else row.run, row)
        return list(latest.values())[:limit]

    async def find(self, wanted: str) -> RunRow:
        """Return the run of this name: whole, or as much of its beginning or end as tells it apart, or `last`.

        The last one is no test of a model, unless there is nothing else.
        """
        if wanted == "last":
            rows = await self._all(_LATEST, {"tests": False}) or await self._all(_LATEST, {"tests": True})
        else:
            rows = await self._all(_NAMED, {"name": wanted.upper()}) or await self._all(
                _LIKE, {"name": wanted.upper(), "length": len(wanted)}
            )
        if not rows or not wanted:
            runs = [run for (run,) in await self._all("SELECT run FROM runs ORDER BY started DESC")]
            raise not_found(wanted, runs, await self._known_batches())
        if len(rows) > 1:
            raise ambiguous(wanted, [row[0] for row in rows])
        with reading(self.path):
            return row_of(rows[0])

    async def time_of(self, run: str) -> int | None:
        """Return how far a run's own time has come, in milliseconds; none, when its last event cannot be read."""
        found = await self._all(_NEWEST, {"run": run})
        try:
            return decode(found[0][0]).mono if found else None
        except UNREADABLE:
            return None

    async def spent_in(self, row: RunRow) -> Spent:
        """Return what the calls of a run have cost, and how far that can be trusted; without those nobody can read."""
        calls: list[Event] = []
        for (body,) in await self._all(_CALLS, {"run": row.run, "begun": row.status == INTERRUPTED}):
            with suppress(*UNREADABLE):
                calls.append(decode(body))
        ends = [call for call in _with_ends(row, calls) if isinstance(call, CallFinished | CallFailed)]
        return sum(map(spent_by, ends), NOTHING)

    async def history(self, row: RunRow) -> list[Event]:
        """Return the events of a run; where it was interrupted, the calls that were under way end with it."""
        return _with_ends(row, await self.events(row.run))

    async def events(self, run: str, after: int = 0, limit: int | None = None) -> list[Event]:
        """Return the events of a run that come after a number."""
        found: list[Event] = []
        while limit is None or len(found) < limit:
            size = _PAGE if limit is None else min(_PAGE, limit - len(found))
            page = await self._page(run, after, size)
            found += page
            if len(page) < size:
                break
            after = page[-1].seq
        return found

    async def each_of(self, rows: Sequence[RunRow], kinds: Sequence[str]) -> AsyncIterator[tuple[RunRow, list[Event]]]:
        """Yield runs with their events of some kinds, many runs at a time; calls that were cut off end with them."""
        named = msgspec.json.encode(list(kinds)).decode()
        for start in range(0, len(rows), _RUNS_AT_ONCE):
            some = rows[start : start + _RUNS_AT_ONCE]
            runs = msgspec.json.encode([row.run for row in some]).decode()
            found: dict[str, list[Event]] = {row.run: [] for row in some}
            with reading(self.path):
                for run, body in await self._all(_OF_KINDS, {"runs": runs, "kinds": named}):
                    found[run].append(decode(body))
            for row in some:
                yield row, _with_ends(row, found[row.run])

    async def follow(self, run: str, after: int = 0) -> AsyncIterator[Event]:
        """Yield the events of a run as they come, until it is over or nobody performs it any more."""
        version, pulse, glance = None, 0.0, Glance(self.path)
        while True:
            performed, wrote = True, glance.finds_something()
            if time.monotonic() - pulse >= _PULSE:  # asked before reading: what a dead process wrote is all there
                pulse = time.monotonic()
                performed, wrote = bool((await self.find(run)).holder), True
            if wrote and (now := (await self._all("PRAGMA data_version"))[0]) != version:
                version = now
                while page := await self._page(run, after, _PAGE):
                    for event in page:
                        yield event
                    after = page[-1].seq
                    if isinstance(page[-1], RunFinished):
                        return
            if not performed:
                return
            await asyncio.sleep(_GLANCE)

    async def texts(self, run: str) -> dict[str, Any]:
        """Return every value that the run's events refer to, by its digest."""
        short, long = await self._all(_SHORT, {"run": run}), await self._all(_LONG, {"run": run})
        with reading(self.path):
            values: dict[str, Any] = {}
            for (text,) in short:
                values.update(msgspec.json.decode(text))
            for digest, packed, body in long:
                values[digest] = msgspec.json.decode(true_to(digest, unpacked(packed, body), self.path))
            return values

    async def texts_since(self, run: str, seq: int) -> dict[str, Any]:
        """Return the values that were kept with this event and those after it, and the long ones they refer to."""
        rows = await self._all(_LATER, {"run": run, "seq": seq})
        with reading(self.path):
            values: dict[str, Any] = {}
            wanted: set[str] = set()
            for body, text in rows:
                wanted.update(refs_of(decode(body)))
                values |= {} if text is None else msgspec.json.decode(text)
            wanted -= values.keys()
            named = msgspec.json.encode(sorted(wanted)).decode()
            for digest, packed, body in await self._all(_NAMED_BLOBS, {"digests": named}) if wanted else ():
                values[digest] = msgspec.json.decode(true_to(digest, unpacked(packed, body), self.path))
            return values

    async def value(self, run: str, ref: Ref) -> Any:
        """Return what a Ref in the events of a run stands for; none when it was erased."""
        asked = {"run": run, "digest": ref.ref, "digests": msgspec.json.encode([ref.ref]).decode()}
        long, short = await self._all(_NAMED_BLOBS, asked), await self._all(_SHORT_ONE, asked)
        with reading(self.path):
            for digest, packed, body in long:
                return msgspec.json.decode(true_to(digest, unpacked(packed, body), self.path))
            return next((msgspec.json.decode(text)[ref.ref] for (text,) in short), None)

    async def verdict(self, letter: int) -> str:
        """Return what became of a letter: taken, why it was refused, or nothing so far."""
        found = await self._all("SELECT verdict FROM inbox WHERE id = :letter", {"letter": letter})
        return str(found[0][0]) if found else ""

    async def partials(self, run: str) -> dict[str, str]:
        """Return what the calls that are going on have said so far."""
        if not self._partials.may_have_changed(run):
            return self._partials.shown()
        return await asyncio.to_thread(self._partials.read, run)

    async def search(self, text: str, limit: int = 20) -> list[search.Hit]:
        """Find words in outputs, errors, titles and names."""
        with reading(self.path):
            return await asyncio.to_thread(search.search, self.path, text, limit)

    async def batches(self, limit: int | None = 50, batch: str | None = None) -> list[BatchRow]:
        """List batches, the latest first."""
        if not (await self._all(batches.HAS_BATCHES))[0][0]:  # an older Footlights has written all there is
            return []
        found = await self._all(batches.LISTED, {"batch": batch, "most": -1 if limit is None else limit})
        return [batches.read_row(row) for row in found]

    async def _known_batches(self) -> frozenset[str]:
        has_any = (await self._all(batches.HAS_BATCHES))[0][0]
        return frozenset(name for (name,) in (await self._all("SELECT batch FROM batches") if has_any else ()))

    async def batch(self, wanted: str) -> BatchRow:
        """Return the batch of this name: whole, or as much of its beginning or end as tells it apart, or `last`."""
        asked = {"name": wanted.upper(), "length": len(wanted)}
        known = await self._all(batches.NAMED, asked) if await self.batches(limit=1) else []
        if len(known) != 1 or not wanted:
            raise batches.not_one(wanted, [name for (name,) in known])
        if not (found := await self.batches(batch=known[0][0])):  # somebody removes it just now
            raise batches.not_one(wanted, [])
        return found[0]

    async def batch_plan(self, batch: str) -> bytes:
        """Return what a batch is to perform, as it was kept."""
        if not (found := await self._all(batches.PLAN, {"batch": batch})):
            raise batches.not_one(batch, [])
        return zlib.decompress(found[0][0])

    async def batch_runs(self, batch: str) -> list[RunRow]:
        """Return the runs of a batch that have begun."""
        found = await self._all(batches.ROWS, {"batch": batch})
        with reading(self.path):
            return [row_of(row) for row in found]

    async def batch_stands(self, batch: str) -> list[Stand]:
        """Return how far each run of a batch is that has begun: quick, also for thousands, and without any event."""
        found = await self._all(batches.STANDS, {"batch": batch})
        with reading(self.path):
            return [batches.read_stand(row) for row in found]

    async def batch_counts(self, batch: str) -> list[tuple[str, bool, bool, int]]:
        """Count the runs of a batch by status, by whether all was as expected, and by whether that was excused."""
        found = await self._all(batches.COUNTED, {"batch": batch})
        return [(status, bool(expected), bool(excused), count) for status, expected, excused, count in found]

    async def batch_spent(self, batch: str) -> dict[str, float]:
        """Return what the runs of a batch have used or may have used, also those that were removed."""
        (spent,) = await self._all(batches.SPENT, {"batch": batch})
        return dict(zip(("cost_usd", "tokens", "turns"), spent, strict=True))

    async def batch_seconds(self, wanted: Iterable[str]) -> dict[str, float]:
        """Return how long a run of each of these batches took, in the mean of those that are over."""
        found = await self._all(batches.MEAN_SECONDS, {"batches": msgspec.json.encode(list(wanted)).decode()})
        return dict(found)

    async def last_events(self, runs: Sequence[str]) -> dict[str, Event]:
        """Return the last event of each of these runs: of one that is over, how it ended."""
        found = await self._all(batches.ENDS, {"runs": msgspec.json.encode(list(runs)).decode()})
        with reading(self.path):
            return {run: decode(body) for run, body in found}

    async def batch_events(self, batch: str, kinds: Sequence[str]) -> list[tuple[str, Event]]:
        """Return the events of these kinds of all runs of a batch, run by run."""
        named = msgspec.json.encode(list(kinds)).decode()
        found = await self._all(batches.EVENTS, {"batch": batch, "kinds": named})
        with reading(self.path):
            return [(run, decode(body)) for run, body in found]

    async def found_in(self, runs: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return what expectations found said in each of these runs, by digest, as far as it is kept."""
        named = {"runs": msgspec.json.encode(list(runs)).decode()}
        short, long = await self._all(_FOUND_SHORT, named), await self._all(_FOUND_LONG, named)
        found: dict[str, dict[str, Any]] = {run: {} for run in runs}
        with reading(self.path):
            for run, text in short:
                found[run] |= msgspec.json.decode(text)
            for run, digest, packed, body in long:
                found[run][digest] = msgspec.json.decode(true_to(digest, unpacked(packed, body), self.path))
        return found

    async def _page(self, run: str, after: int, limit: int) -> list[Event]:
        rows = await self._all(_EVENTS, {"run": run, "after": after, "limit": limit})
        with reading(self.path):
            return [decode(body) for (body,) in rows]

    async def _all(self, sql: str, values: dict[str, Any] | None = None) -> Sequence[Any]:
        with reading(self.path):
            return list(await self._connection.execute_fetchall(sql, values or {}))


def _with_ends(row: RunRow, events: list[Event]) -> list[Event]:
    return [*events, *cut_off(events, rehearsed=row.mode == "rehearsal")] if row.status == INTERRUPTED else events


_NO_TEST = """(:tests OR scenario != 'test' OR instr(tags, '"test"') = 0)"""  # footlights models test makes such runs
_WANTED = (
    "(:status IS NULL OR status = :status) AND (:scenario IS NULL OR scenario = :scenario)"
    " AND (:batch IS NULL OR batch = :batch)"
    f" AND (:since IS NULL OR started >= :since) AND (:tag IS NULL OR instr(tags, :tag)) AND {_NO_TEST}"
)
_RUNS = (
    f"SELECT {COLUMNS} FROM runs WHERE {_WANTED} AND (batch NOT IN (SELECT value FROM json_each(:folded)) OR id IN"
    f" (SELECT id FROM (SELECT id, max(started) FROM runs WHERE {_WANTED} AND batch != '' GROUP BY batch)))"
    " ORDER BY started DESC, id DESC LIMIT :most"
)
_LATEST = f"SELECT {COLUMNS} FROM runs WHERE {_NO_TEST} ORDER BY started DESC, id DESC LIMIT 1"
_NAMED = f"SELECT {COLUMNS} FROM runs WHERE upper(run) = :name"
_LIKE = (
    f"SELECT {COLUMNS} FROM runs"
    " WHERE upper(substr(run, 1, :length)) = :name OR upper(substr(run, -:length)) = :name ORDER BY started DESC"
)
_EVENTS = (
    "SELECT body FROM events WHERE run = (SELECT id FROM runs WHERE run = :run) AND seq > :after"
    " ORDER BY seq LIMIT :limit"
)
_NEWEST = "SELECT body FROM events WHERE run = (SELECT id FROM runs WHERE run = :run) ORDER BY seq DESC LIMIT 1"
_CALLS = (
    "SELECT body FROM events WHERE run = (SELECT id FROM runs WHERE run = :run)"
    " AND (kind IN ('call.finished', 'call.failed') OR (:begun AND kind = 'call.started')) ORDER BY seq"
)
_OF_KINDS = (
    "SELECT runs.run, events.body FROM runs JOIN events ON events.run = runs.id"
    " WHERE runs.run IN (SELECT value FROM json_each(:runs)) AND kind IN (SELECT value FROM json_each(:kinds))"
    " ORDER BY events.run, events.seq"
)
_SHORT_ONE = (
    "SELECT text FROM events WHERE run = (SELECT id FROM runs WHERE run = :run) AND json_type(text, '$.' || :digest)"
    " IS NOT NULL LIMIT 1"
)
_SHORT = "SELECT text FROM events WHERE run = (SELECT id FROM runs WHERE run = :run) AND text IS NOT NULL"
_LATER = "SELECT body, text FROM events WHERE run = (SELECT id FROM runs WHERE run = :run) AND seq >= :seq"
# What was said stands beside the event that named it first: the answer of a model, perhaps, that was found whole.
_QUOTED = (
    "WITH quoted AS MATERIALIZED (SELECT runs.id, runs.run, json_extract(body, '$.found.ref') AS digest"
    " FROM runs JOIN events ON events.run = runs.id"
    " WHERE runs.run IN (SELECT value FROM json_each(:runs)) AND kind = 'expectation.checked')"
)
_FOUND_SHORT = (
    f"{_QUOTED} SELECT DISTINCT quoted.run, text FROM quoted JOIN events ON events.run = quoted.id"
    " WHERE instr(text, digest)"
)
_FOUND_LONG = (
    f"{_QUOTED} SELECT quoted.run, digest, packed, body FROM quoted JOIN blobs USING (digest)"
    " JOIN run_blobs ON run_blobs.blob = blobs.id AND run_blobs.run = quoted.id"
)
_NAMED_BLOBS = "SELECT digest, packed, body FROM blobs WHERE digest IN (SELECT value FROM json_each(:digests))"
_LONG = (
    "SELECT digest, packed, body FROM blobs JOIN run_blobs ON run_blobs.blob = blobs.id"
    " WHERE run_blobs.run = (SELECT id FROM runs WHERE run = :run)"
)
