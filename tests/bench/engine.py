"""Measures the whole engine: steps performed, told in events and durable, against raw SQLite that only appends them.

One process performs many runs side by side, or one long run. The rehearsal provider answers without delay, so that
what is measured is the engine: a step has some seven events and waits twice until they are on the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count, cycle
from pathlib import Path

from app.engine import Run, perform
from app.events import decode
from app.journal import Archive, Journal
from app.journal.connection import open_reader
from app.scenario import Checked
from app.state import fold
from bench.relay import relay

A_COMMIT = 64
SECONDS = 0.3  # of the floor
_WHAT_IS_WRITTEN = "SELECT CAST(body || hash || coalesce(text, x'') AS BLOB) FROM events ORDER BY pos"
_ROWS = "SELECT seq, at, kind, step, body, hash, text FROM events ORDER BY seq"

Measure = Callable[[], float]


class Stage:
    """A workspace on a real disk, kept open, in which relays are performed; and beside it the floor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = Journal.open(folder / "stage.db")
        self._perform(relay(folder, 10), 20)  # what is loaded and made by the first runs counts for none
        with closing(open_reader(folder / "stage.db")) as connection:
            self._rows = connection.execute(_WHAT_IS_WRITTEN).fetchall()
        self._floors = count()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def events_a_second(self, runs: int = 100, steps: int = 10) -> float:
        """Perform many runs side by side."""
        seconds, performed = self._perform(relay(self._folder, steps), runs)
        return sum(len(run.events) for run in performed) / seconds

    def steps_a_second(self, runs: int = 1, steps: int = 200) -> float:
        """Perform one long run, or many short ones."""
        seconds, _ = self._perform(relay(self._folder, steps), runs)
        return runs * steps / seconds

    def appended_a_second(self) -> float:
        """The floor: the same bytes, what each event brings, appended to a table without an index, 64 a commit."""
        batches = [self._rows[at : at + A_COMMIT] for at in range(0, len(self._rows) - A_COMMIT, A_COMMIT)]
        path = self._folder / f"appended{next(self._floors)}.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("CREATE TABLE events (body BLOB)")
            written, started = 0, time.perf_counter()
            for batch in cycle(batches):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT INTO events VALUES (?)", batch)
                connection.execute("COMMIT")
                written += len(batch)
                took = time.perf_counter() - started
                if took > SECONDS:
                    break
        return written / took

    def _perform(self, checked: Checked, count: int) -> tuple[float, list[Run]]:
        return asyncio.run(_perform(checked, self._journal, count))


async def _perform(checked: Checked, journal: Journal, count: int) -> tuple[float, list[Run]]:
    started = time.perf_counter()
    runs = [perform(checked, mode="rehearsal", journal=journal) for _ in range(count)]
    for run in runs:
        result = await run.result()
        if result.outcome != "succeeded":
            raise SystemExit(f"the relay {result.outcome}: {result.failure}")
    return time.perf_counter() - started, runs


async def perform_relay(folder: Path, steps: int, journal: Journal) -> tuple[str, int]:
    """Perform one run of many steps; its name, and how many events it has."""
    _, runs = await _perform(relay(folder, steps), journal, 1)
    return runs[0].id, len(runs[0].events)


def fold_against_reading(folder: Path, steps: int = 1680) -> tuple[Measure, Measure]:
    """Perform a run of ten thousand events; give the CPU time of opening and folding it, and of reading its rows."""
    workspace = folder / "long.db"
    with Journal.open(workspace, fast=True) as journal:
        run, count = asyncio.run(perform_relay(folder, steps, journal))

    async def opened() -> float:
        started = time.process_time()
        async with Archive.open(workspace) as archive:
            state = fold(await archive.events(run))
        used = time.process_time() - started
        if state.seq != count:
            raise SystemExit(f"the fold ended at {state.seq} of {count} events")
        return used

    def read() -> float:
        with closing(open_reader(workspace)) as connection:
            started = time.process_time()
            events = [decode(row[4]) for row in connection.execute(_ROWS)]
            used = time.process_time() - started
        if len(events) < count:
            raise SystemExit(f"there are {len(events)} of {count} events")
        return used

    return lambda: asyncio.run(opened()), read
