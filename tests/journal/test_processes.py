"""Several processes and one workspace: killed, stopped by signals, set against each other, watching each other."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import Event, RunFinished
from app.journal import Archive, Journal
from corpus.journals import PATIENCE, finish, is_whole, kill, said

Start = Callable[..., "subprocess.Popen[str]"]

QUICK = 0.3  # seconds in which a watcher sees an event
WATCHED = 5000  # events of each run


def kill_again_and_again(start: Start, workspace: Path, times: int, seed: int) -> None:
    """Kill a run's performer, let the next go on with it, and find after each death what was acknowledged before."""
    chance = random.Random(seed)
    acknowledged = 0
    for _ in range(times):
        process = start("write", workspace, "RUN")
        for _ in range(chance.randrange(1, 200)):
            acknowledged = int(said(process))
        time.sleep(chance.random() * 0.002)  # somewhere within a commit
        acknowledged = max(kill(process), default=acknowledged)
        assert is_whole(workspace, "RUN") >= acknowledged
    assert acknowledged > times


def test_a_killed_process_loses_nothing_that_was_acknowledged(start: Start, tmp_path: Path) -> None:
    kill_again_and_again(start, tmp_path / "workspace.db", times=8, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(start: Start, tmp_path: Path, seed: int) -> None:
    kill_again_and_again(start, tmp_path / "workspace.db", times=50, seed=seed)


def test_the_others_go_on_when_one_of_four_is_killed(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    processes = {f"RUN{number}": start("write", workspace, f"RUN{number}", 800) for number in range(1, 4)}
    processes["RUN0"] = start("write", workspace, "RUN0")
    for _ in range(100):
        said(processes["RUN0"])
    acknowledged = max(kill(processes.pop("RUN0")), default=100)
    for run, process in processes.items():
        assert all(line.isdigit() for line in finish(process))
        assert is_whole(workspace, run) > 800
    assert is_whole(workspace, "RUN0") >= acknowledged
    finish(start("write", workspace, "RUN0", 800))
    assert is_whole(workspace, "RUN0") > 800


async def test_whoever_watches_four_writers_sees_every_event(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    processes = [start("write", workspace, f"RUN{number}", 500) for number in range(4)]
    for process in processes:
        said(process)

    async def watch(archive: Archive, run: str) -> list[Event]:
        return [event async for event in archive.follow(run)]

    async with Archive.open(workspace) as archive:
        watched = await asyncio.gather(*(watch(archive, f"RUN{number}") for number in range(4)))
    for process, seen in zip(processes, watched, strict=True):
        finish(process)
        assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
        assert len(seen) > 500
        assert isinstance(seen[-1], RunFinished)


@pytest.mark.soak
async def test_whoever_watches_four_writers_sees_each_event_within_300_ms(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    processes = [start("write", workspace, f"RUN{number}") for number in range(4)]
    for process in processes:
        said(process)
    async with Archive.open(workspace) as archive:

        async def watch(run: str) -> list[float]:
            lags: list[float] = []
            before = (await archive.find(run)).seq + 100  # what was written before anybody watched is no measure
            async for event in archive.follow(run, after=before):
                lags.append(time.time() - event.at / 1e6)
                if len(lags) == WATCHED:
                    break
            return lags

        lags = await asyncio.gather(*(watch(f"RUN{number}") for number in range(4)))
    for process in processes:
        kill(process)
    assert [len(each) for each in lags] == [WATCHED] * 4
    assert max(map(max, lags)) < QUICK  # on a quiet machine


def test_of_two_who_take_a_run_over_one_wins_and_the_other_is_told_who(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    process = start("write", workspace, "RUN")
    said(process)
    kill(process)
    claimants = [start("claim", workspace, "RUN") for _ in range(4)]
    assert [said(each) for each in claimants] == ["ready"] * 4
    for each in claimants:
        assert each.stdin is not None
        each.stdin.write("!")
        each.stdin.flush()
    outcomes = [said(each) for each in claimants]
    winner = outcomes.index("won")
    told = f"RunBusy: the run RUN is being performed by process {claimants[winner].pid} on {os.uname().nodename}"
    assert sorted(outcomes) == sorted(["won", told, told, told])
    for each in claimants:
        each.communicate(timeout=PATIENCE)


def test_a_run_shows_as_interrupted_as_soon_as_its_performer_is_dead(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    process = start("write", workspace, "RUN")
    said(process)

    async def status() -> tuple[str, str]:
        async with Archive.open(workspace) as archive:
            row = await archive.find("RUN")
            assert [each.run for each in await archive.runs(status=row.status)] == ["RUN"]
            return row.status, row.holder.split(" on ")[0]

    assert asyncio.run(status()) == ("running", f"process {process.pid}")
    process.kill()  # but nobody has asked yet how it ended, so its number is still taken
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert asyncio.run(status()) == ("interrupted", "")
    kill(process)


def test_watching_ends_when_the_performer_dies(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    process = start("write", workspace, "RUN")
    said(process)

    async def watch() -> tuple[int, int]:
        seen, acknowledged = 0, 0
        async with Archive.open(workspace) as archive:
            async for event in archive.follow("RUN"):
                seen = event.seq
                if seen == 50:
                    acknowledged = max(kill(process), default=0)
        return seen, acknowledged

    seen, acknowledged = asyncio.run(asyncio.wait_for(watch(), PATIENCE))
    # A commit that was cut off behind its last byte is found when the log is recovered; nobody was promised it.
    assert acknowledged <= seen <= is_whole(workspace, "RUN")


def test_a_signal_handler_may_close_the_journal_wherever_it_strikes(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    chance = random.Random(2)
    for number in range(4):
        process = start("leave by signal", workspace, f"RUN{number}")
        assert said(process) == "ready"
        time.sleep(chance.random() * 0.05)
        process.terminate()
        (seq,) = finish(process)
        # It may have struck after an event was handed over and before whoever added it was told its number.
        assert is_whole(workspace, f"RUN{number}") - int(seq) in (0, 1)


def test_an_interpreter_that_ends_writes_what_is_left(start: Start, tmp_path: Path) -> None:
    (seq,) = finish(start("leave without closing", tmp_path / "workspace.db", "RUN"))
    assert is_whole(tmp_path / "workspace.db", "RUN") == int(seq) > 700


def test_one_who_closes_does_not_disturb_the_others(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    process = start("write", workspace, "RUN", 1500)
    said(process)
    while process.poll() is None:
        with Journal.open(workspace) as journal:
            journal.begin(f"RUN{journal.path.stat().st_mtime_ns}{time.monotonic_ns()}").add(
                RunFinished(outcome="failed")
            )
    finish(process)
    assert is_whole(workspace, "RUN") > 1500
