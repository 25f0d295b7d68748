"""Several processes share a workspace: each performs runs of its own, one dies, one only looks, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.events import Event
from app.journal import Archive
from faults.performer import Kill
from faults.players import read_ledger
from faults.theatre import KILLED, LONGEST, Log, Theatre, read_logs

PERFORMERS = 4
CROWD: dict[str, Any] = {"play": "crowd.yaml", "answers": {"sign": "yes"}}


async def test_four_processes_in_one_workspace_lose_nothing_when_one_of_them_dies(tmp_path: Path) -> None:
    await assert_nothing_is_lost(tmp_path, runs=3, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
async def test_four_processes_with_fifty_runs_each_lose_nothing_when_one_of_them_dies(
    seed: int, tmp_path: Path
) -> None:
    await assert_nothing_is_lost(tmp_path, runs=50, seed=seed)


async def assert_nothing_is_lost(folder: Path, runs: int, seed: int) -> None:
    """Four processes perform, one of them dies at an event chosen by chance, and one more watches everything."""
    chance = random.Random(seed)
    alone = Theatre.build(folder / "alone", **CROWD)
    assert alone.perform().said["outcome"] == "succeeded"
    death = Kill(chance.choice(("added", "durable")), chance.randint(50, runs * len(alone.log().bodies) - 1))
    theatre = Theatre.build(folder / "together", **CROWD)
    victim = chance.randrange(PERFORMERS)
    over = asyncio.Event()
    watched = asyncio.create_task(watch(theatre.workspace, over))
    performers = [
        theatre.start(death if number == victim else None, run="", runs=runs, seed=number)
        for number in range(PERFORMERS)
    ]
    try:
        ended = await asyncio.gather(*(asyncio.to_thread(performer.wait) for performer in performers))
        for number, end in enumerate(ended):
            assert end.code == (KILLED if number == victim else 0), end
            assert end.stderr == ""
        interrupted = [log.run for log in read_logs(theatre.workspace) if not log.over]
        assert len(interrupted) <= runs
        for run in interrupted:
            assert (await asyncio.to_thread(theatre.perform, run=run)).said["outcome"] == "succeeded"
        over.set()
        seen = await watched
    finally:
        watched.cancel()
        for performer in performers:
            performer.kill()
    logs = read_logs(theatre.workspace)
    assert all(log.over for log in logs)
    assert [log.breaches() for log in logs if log.breaches()] == []
    safe = acknowledged(theatre)
    assert {run: seq for run, seq in safe.items() if seq > len(by_run(logs)[run])} == {}
    assert {run: [event.seq for event in events] for run, events in seen.items()} == {
        run: list(range(1, len(bodies) + 1)) for run, bodies in by_run(logs).items()
    }
    assert_sound(theatre.workspace)


async def watch(workspace: Path, over: asyncio.Event) -> dict[str, list[Event]]:
    """Follow every run there is, and once more when all is over."""
    seen: dict[str, list[Event]] = defaultdict(list)
    async with asyncio.timeout(LONGEST):
        while not any(log.bodies for log in read_logs(workspace)):
            await asyncio.sleep(0.01)
    async with Archive.open(workspace) as archive:
        while True:
            is_last = over.is_set()
            for row in await archive.runs(limit=None):
                known = seen[row.run]
                if len(known) < row.seq:
                    known += await archive.events(row.run, after=len(known))
            if is_last:
                return seen
            await asyncio.sleep(0.05)


def acknowledged(theatre: Theatre) -> dict[str, int]:
    """Of each run, the last event that its process was told is safe."""
    safe: dict[str, int] = {}
    for line in read_ledger(theatre.ledger):
        if line.what == "durable":
            run, seq = line.about.split()
            safe[run] = max(safe.get(run, 0), int(seq))
    return safe


def by_run(logs: list[Log]) -> dict[str, list[bytes]]:
    return {log.run: log.bodies for log in logs}


def assert_sound(workspace: Path) -> None:
    with closing(sqlite3.connect(f"{workspace.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
