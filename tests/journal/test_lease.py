"""Who performs a run: one process at a time, told apart from those that are dead."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.events import RunPaused, RunStarted, StepFinished, StepStarted
from app.journal import Archive, Journal
from app.journal.errors import RunBusy, RunNotFound
from app.journal.lease import PATIENCE, Holder, holder_alive
from corpus.journals import is_whole

NOW = 1_700_000_000_000_000


def hold(journal: Journal, run: str, holder: object, heartbeat: int = 0) -> None:
    """Have the database say that somebody holds a run."""
    journal._writer.perform(
        lambda connection: connection.execute(
            "UPDATE runs SET holder = ?, heartbeat = ? WHERE run = ?", (str(holder), heartbeat, run)
        )
    )


async def begin(journal: Journal, run: str = "RUN") -> None:
    log = journal.begin(run)
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    log.release()


def test_a_lease_reads_back_as_it_was_written() -> None:
    holder = Holder.new()
    assert Holder.read(str(holder)) == holder
    assert holder.described == f"process {os.getpid()} on {os.uname().nodename}"


@pytest.mark.parametrize("text", ["", "nobody", "a:b:c:d", "host:1:2", "::::"])
def test_what_cannot_be_read_is_nobody(text: str) -> None:
    assert Holder.read(text) is None
    assert not holder_alive(text, NOW)


def test_a_process_of_the_same_number_is_not_the_same_process() -> None:
    holder = Holder.new()
    assert holder.alive(0, NOW)
    assert not replace(holder, started="then").alive(NOW, NOW)
    assert not replace(holder, pid=2**22 + 1).alive(NOW, NOW)


def test_a_lease_that_this_process_has_forgotten_is_nobody_s() -> None:
    holder, other = Holder.new(), Holder.new()
    holder.forget()
    assert not holder.alive(NOW, NOW)
    assert other.alive(NOW, NOW)


def test_a_process_that_was_killed_is_dead_before_its_parent_knows() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.stdin is not None
    start = Path(f"/proc/{child.pid}/stat").read_text().rsplit(")")[-1].split()[19]
    us = Holder.new()
    holder = replace(us, pid=child.pid, started=us.started.split(".")[0] + "." + start)
    assert holder.alive(0, NOW)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not holder.alive(NOW, NOW)
    child.stdin.close()
    child.wait()


def test_who_runs_elsewhere_lives_as_long_as_its_heart_beats() -> None:
    holder = replace(Holder.new(), host="moon")
    assert holder.alive(NOW - PATIENCE + 1, NOW)
    assert not holder.alive(NOW - PATIENCE, NOW)


async def test_a_run_that_is_performed_here_is_not_taken_over(journal: Journal) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    with pytest.raises(RunBusy, match=f"process {os.getpid()}"):
        journal.take_over("RUN")
    log.release()
    assert journal.take_over("RUN").seq == 1
    with pytest.raises(RunBusy), Journal.open(journal.path) as other:
        other.take_over("RUN")


async def test_a_run_of_a_living_process_elsewhere_is_not_taken_over(journal: Journal) -> None:
    await begin(journal)
    hold(journal, "RUN", "moon:7:then:1", time.time_ns() // 1000)
    with pytest.raises(RunBusy, match="process 7 on moon") as refused:
        journal.take_over("RUN")
    assert "footlights tail RUN" in refused.value.hint
    hold(journal, "RUN", "moon:7:then:1", time.time_ns() // 1000 - PATIENCE)
    assert journal.take_over("RUN").seq == 1


async def test_a_heart_beats_for_every_run_that_is_held(journal: Journal) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    hold(journal, "RUN", log.lease, 7)
    journal._writer.perform(journal._writer.beat)
    (beat,) = journal._reader.read(lambda connection: connection.execute("SELECT heartbeat FROM runs").fetchone())
    assert abs(beat - time.time_ns() // 1000) < 60_000_000


async def test_recoveries_count_deaths_until_a_step_is_done(journal: Journal) -> None:
    await begin(journal)

    async def recoveries() -> int:
        async with Archive.open(journal.path) as archive:
            return (await archive.find("RUN")).recoveries

    for deaths in (1, 2, 3):
        hold(journal, "RUN", "moon:7:then:1")
        log = journal.take_over("RUN")
        log.add(StepStarted(step="plan"))
        await log.durable()
        assert await recoveries() == deaths
        log.release()
    log = journal.take_over("RUN")  # it was given back, so nobody has died
    assert await recoveries() == 3
    log.add(StepFinished(step="plan"))
    await log.durable()
    assert await recoveries() == 0


async def test_a_paused_run_is_paused_whoever_held_it(journal: Journal) -> None:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    log.add(RunPaused(reason="gate"))
    log.release()
    async with Archive.open(journal.path) as archive:
        await journal_settled(journal)
        row = await archive.find("RUN")
    assert (row.status, row.reason, row.holder) == ("paused", "gate", "")


async def journal_settled(journal: Journal) -> None:
    journal._writer.perform(lambda connection: None)


def test_a_run_that_never_was_cannot_be_taken_over(journal: Journal) -> None:
    with pytest.raises(RunNotFound, match="NOSUCH"):
        journal.take_over("NOSUCH")


async def test_of_many_who_try_at_once_in_one_process_one_wins(journal: Journal) -> None:
    await begin(journal)
    others = [Journal.open(journal.path) for _ in range(5)]
    winners = []
    for other in others:
        with suppress(RunBusy):
            winners.append(other.take_over("RUN"))
    assert len(winners) == 1
    for other in others:
        other.close()
    assert journal.take_over("RUN").seq == 1 == is_whole(journal.path, "RUN")
