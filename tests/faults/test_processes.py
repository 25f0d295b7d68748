"""Several processes share a workspace: each performs runs of its own, one dies, one only looks, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from app.events import Event
from app.journal import Archive
from faults.players import read_ledger
from faults.theatre import KILLED, Log, Theatre, read_logs

PERFORMERS = 4


async def test_four_processes_in_one_workspace_lose_nothing_when_one_of_them_dies(tmp_path: Path) -> None:
    await assert_nothing_is_lost(tmp_path, runs=3, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
async def test_four_processes_with_fifty_runs_each_lose_nothing_when_one_of_them_dies(
    seed: int, tmp_path: Path
) -> None:
    await assert_nothing_is_lost(tmp_path, runs=50, seed=seed)


async def assert_nothing_is_lost(folder: Path, runs: int, seed: int) -> None:
    """Four processes perform, one of them is killed by chance, and one more watches everything."""
    chance = random.Random(seed)
    theatre = Theatre.build(folder, "crowd.yaml", answers={"sign": "yes"})
    performers = [theatre.start(run="", runs=runs, seed=number) for number in range(PERFORMERS)]
    victim = chance.choice(performers)
    watched = asyncio.create_task(watch(theatre.workspace))
    try:
        await until_safe(theatre, chance.randint(50, 300 * runs))
        victim.kill()
        ended = await asyncio.gather(*(asyncio.to_thread(performer.wait) for performer in performers))
        for performer, end in zip(performers, ended, strict=True):
            assert end.code == (KILLED if performer is victim else 0), end
            assert end.stderr == ""
        interrupted = [log.run for log in read_logs(theatre.workspace) if not log.over]
        assert len(interrupted) <= runs
        for run in interrupted:
            assert (await asyncio.to_thread(theatre.perform, run=run)).said["outcome"] == "succeeded"
        await asyncio.sleep(0.2)  # the watcher looks every twentieth of a second
    finally:
        watched.cancel()
        for performer in performers:
            performer.kill()
    logs = read_logs(theatre.workspace)
    assert all(log.over for log in logs)
    assert [log.breaches() for log in logs if log.breaches()] == []
    safe = acknowledged(theatre)
    assert {run: seq for run, seq in safe.items() if seq > len(by_run(logs)[run])} == {}
    seen = await watched
    assert {run: [event.seq for event in events] for run, events in seen.items()} == {
        run: list(range(1, len(bodies) + 1)) for run, bodies in by_run(logs).items()
    }
    assert_sound(theatre.workspace)


async def watch(workspace: Path) -> dict[str, list[Event]]:
    """Follow every run there is, until nobody wants to know any more."""
    seen: dict[str, list[Event]] = defaultdict(list)
    while not workspace.exists():
        await asyncio.sleep(0.01)
    async with Archive.open(workspace) as archive:
        try:
            while True:
                for row in await archive.runs(limit=None):
                    known = seen[row.run]
                    if len(known) < row.seq:
                        known += await archive.events(row.run, after=len(known))
                await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            return dict(seen)


async def until_safe(theatre: Theatre, events: int) -> None:
    """Wait until the processes were told of so many events that they are safe."""
    async with asyncio.timeout(60):
        while sum(line.what == "durable" for line in read_ledger(theatre.ledger)) < events:
            await asyncio.sleep(0.01)


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
