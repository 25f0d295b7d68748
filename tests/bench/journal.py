"""Measures how quickly events become durable, against a floor: the same bytes appended by nothing but SQLite.

The floor is a table without an index, 64 rows a commit, in one thread, with nobody to tell. Both take turns in one run.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from app.events import CallFinished, Usage, encode
from app.journal import Journal, RunLog

PRODUCERS = 1000
RUNS = 100
ROUNDS = 5
SECONDS = 1.0  # of each round
A_COMMIT = 64
ALONE = 500  # events of a producer that has the journal for itself


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was reached, in events a second, and how long one producer waits."""

    ours: float
    floor: float
    ratio: float  # the median of the rounds' own
    alone_ms: float
    alone_p99_ms: float


def measure(folder: Path) -> Throughput:
    """Take turns between the floor and ours."""
    rounds = [(floor(folder / f"floor{turn}.db"), crowd(folder / f"ours{turn}.db")) for turn in range(ROUNDS)]
    waits = [wait * 1000 for wait in alone(folder / "alone.db")]
    return Throughput(
        ours=median(ours for _, ours in rounds),
        floor=median(raw for raw, _ in rounds),
        ratio=median(ours / raw for raw, ours in rounds),
        alone_ms=median(waits),
        alone_p99_ms=quantiles(waits, n=100)[98],
    )


def durable_event(folder: Path) -> Callable[[], float]:
    """Measure what one of a crowd's events takes, in seconds: for the table of all benches."""
    files = count()
    return lambda: 1 / crowd(folder / f"crowd{next(files)}.db")


def appended_row(folder: Path) -> Callable[[], float]:
    """Measure what one row of the floor takes, in seconds."""
    files = count()
    return lambda: 1 / floor(folder / f"floor{next(files)}.db")


def floor(path: Path) -> float:
    """Append the same bytes with raw SQLite."""
    body = encode(_event(1))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (body BLOB)")
    written, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?)", [(body,)] * A_COMMIT)
        connection.execute("COMMIT")
        written += A_COMMIT
    took = time.perf_counter() - started
    connection.close()
    return written / took


def crowd(path: Path) -> float:
    """Let many producers each wait until their event is durable before they add the next."""

    async def produce(log: RunLog, until: float) -> int:
        written = 0
        while time.perf_counter() < until:
            log.add(_event(written))
            await log.durable()
            written += 1
        return written

    async def perform() -> float:
        logs = [journal.begin(f"RUN{number}") for number in range(RUNS)]
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(produce(logs[n % RUNS], started + SECONDS)) for n in range(PRODUCERS)]
        return sum(task.result() for task in tasks) / (time.perf_counter() - started)

    with Journal.open(path) as journal:
        return asyncio.run(perform())


def alone(path: Path) -> list[float]:
    """Return how long each event of a single producer took to be durable, in seconds."""

    async def perform() -> list[float]:
        log = journal.begin("RUN")
        waits = []
        for number in range(ALONE):
            started = time.perf_counter()
            log.add(_event(number))
            await log.durable()
            waits.append(time.perf_counter() - started)
        return waits

    with Journal.open(path) as journal:
        return asyncio.run(perform())


def _event(number: int) -> CallFinished:
    return CallFinished(
        run="01JEXAMPLE0000000000000000",
        seq=number,
        at=1_700_000_000_000_000,
        mono=number,
        step="polish/2/verdict",
        agent="cto",
        call=f"polish/2/verdict#{number}",
        usage=Usage(input=1200, output=300, cache_read=64),
        cost_usd=0.0123,
        took_ms=4200,
        offsets="0,12,40,90,133,180,222,260,301,344,390,431,470,512,555,601,644",
    )
