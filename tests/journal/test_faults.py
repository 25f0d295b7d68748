"""No room, and other ways for writing to fail: nothing that was acknowledged is lost, and the run can go on later."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import RunStarted, StepFinished
from app.journal import Journal, RunLog
from app.journal.errors import DiskFull, JournalFailure, LeaseLost, failure_of
from corpus.journals import finish, is_whole

Start = Callable[..., "subprocess.Popen[str]"]


def limit_pages(journal: Journal, pages: int) -> None:
    """Let the database grow to so many pages and no further."""
    journal._writer.perform(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())


def pages_of(journal: Journal) -> int:
    (pages,) = journal._writer.perform(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    return int(pages)


async def fill(log: RunLog, chance: random.Random) -> int:
    """Add events until there is no room; return the number of the last that was acknowledged."""
    acknowledged = log.durable_seq
    with pytest.raises(DiskFull):
        while True:
            for _ in range(chance.randrange(1, 20)):
                log.add(StepFinished(output=log.keep(chance.randbytes(chance.randrange(2000)).hex())))
            await log.durable()
            acknowledged = log.seq
    return acknowledged


@pytest.mark.parametrize("seed", range(5))
async def test_a_full_disk_loses_nothing_and_the_run_goes_on_when_there_is_room(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        log.add(RunStarted(scenario="relay"))
        await log.durable()
        limit_pages(journal, pages_of(journal) + chance.randrange(1, 60))
        acknowledged = await fill(log, chance)
        assert acknowledged <= log.durable_seq == is_whole(journal.path, "RUN")
        with pytest.raises(DiskFull):
            log.add(StepFinished())
        with pytest.raises(DiskFull):
            await log.durable()
        limit_pages(journal, 100_000)
        again = journal.take_over("RUN")
        assert again.seq == log.durable_seq
        again.add(StepFinished(output=again.keep("there is room again")))
        await again.durable()
        assert is_whole(journal.path, "RUN") == log.durable_seq + 1


async def test_another_process_can_go_on_when_there_is_room_again(start: Start, tmp_path: Path) -> None:
    """The lease is given back as soon as that can be written, though the process that failed is alive."""
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        log.add(RunStarted(scenario="relay"))
        await log.durable()
        limit_pages(journal, pages_of(journal))
        await fill(log, random.Random(0))
        limit_pages(journal, 100_000)
        journal._writer.perform(journal._writer.beat)
        assert finish(start("write", journal.path, "RUN", log.durable_seq + 10))
        assert is_whole(journal.path, "RUN") > log.durable_seq


async def test_everyone_who_waits_is_told_that_there_is_no_room(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        logs = [journal.begin(f"RUN{number}") for number in range(20)]
        limit_pages(journal, pages_of(journal))
        for log in logs:
            log.add(StepFinished(output=log.keep(os.urandom(50_000).hex())))
        told = await asyncio.gather(*(log.durable() for log in logs for _ in range(5)), return_exceptions=True)
        assert {type(error) for error in told} == {DiskFull}
        assert "no room" in str(told[0])
        assert all(isinstance(log.failure, DiskFull) for log in logs)


def test_a_limit_on_the_size_of_files_is_no_room_either(start: Start, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace.db"
    failed, resumed = finish(start("fill up", workspace, "RUN"))
    name, acknowledged = failed.split()
    assert name == "DiskFull"
    assert int(resumed) == int(acknowledged) + 1 == is_whole(workspace, "RUN")


async def test_a_run_that_somebody_else_holds_by_now_takes_no_more_events(tmp_path: Path) -> None:
    """As after a long sleep of this machine, when another one has taken the run over."""
    with Journal.open(tmp_path / "workspace.db") as journal:
        log, other = journal.begin("RUN"), journal.begin("OTHER")
        for each in (log, other):
            each.add(RunStarted(scenario="relay"))
            await each.durable()
        journal._writer.perform(
            lambda connection: connection.execute("UPDATE runs SET holder = 'moon:1:0:1' WHERE run = 'RUN'")
        )
        log.add(StepFinished(step="too late"))
        other.add(StepFinished(step="in time"))
        await other.durable()
        with pytest.raises(LeaseLost):
            await log.durable()
        assert is_whole(journal.path, "RUN") == 1
        assert is_whole(journal.path, "OTHER") == 2


async def test_a_journal_goes_on_for_others_after_one_run_failed(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        full, fine = journal.begin("FULL"), journal.begin("FINE")
        limit_pages(journal, pages_of(journal) + 2)
        full.add(StepFinished(output=full.keep(os.urandom(100_000).hex())))
        with pytest.raises(DiskFull):
            await full.durable()
        fine.add(StepFinished())
        await fine.durable()
        assert is_whole(journal.path, "FINE") == 1


async def test_a_table_that_is_gone_fails_the_run_and_not_the_process(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        journal._writer.perform(lambda connection: connection.execute("DROP TABLE events"))
        log.add(RunStarted(scenario="relay"))
        with pytest.raises(JournalFailure, match="no such table"):
            await log.durable()


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("SQLITE_FULL", DiskFull, "no room"),
        ("SQLITE_IOERR_WRITE", DiskFull, "no room"),
        ("SQLITE_IOERR_SHMSIZE", DiskFull, "no room"),
        ("SQLITE_IOERR_FSYNC", JournalFailure, "SQLITE_IOERR_FSYNC"),
        ("SQLITE_CORRUPT", JournalFailure, "damaged"),
    ],
)
def test_every_failure_has_plain_words(name: str, kind: type[JournalFailure], says: str) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    failure = failure_of(error, "/home/ada/workspace.db")
    assert type(failure) is kind
    assert says in failure.message
    assert "/home/ada/workspace.db" in failure.message
    assert failure.hint
