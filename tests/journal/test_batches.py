"""Batches in the archive: listed with how far they are, found by name, and held by one process at a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.batch.comparing.stopping import with_early_ends
from app.events import CallStarted, Event, Hold, Mode, Origin, RunPaused, RunStarted
from app.journal import Archive, Journal
from app.journal.batches import BatchNotFound, BatchRow, drive
from app.journal.errors import RunBusy
from app.journal.lease import PATIENCE, Holder
from app.journal.migrations import APPLICATION, MIGRATIONS
from app.state.cut_off import end_of

FIRST = BatchRow("01AAAAAAAAAAAAAAAAAAAAAAA1", "a first one", "rehearsal", 3, 1000, "", "")
SECOND = BatchRow("01BBBBBBBBBBBBBBBBBBBBBBB2", "a second one", "live", 5, 2000, "", "")


async def test_the_latest_batch_comes_first_and_says_who_performs_it(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        holder = journal.begin_batch(FIRST, b"{}")
        journal.begin_batch(SECOND, b"{}")
        journal.leave_batch(FIRST.batch, holder, "the budget is used up")
        async with Archive.open(tmp_path) as archive:
            second, first = await archive.batches()
    assert (first.title, first.stopped, first.performer) == ("a first one", "the budget is used up", "")
    assert second.performer.startswith("process ")
    assert (second.items, second.waiting) == (5, 5)


@pytest.mark.parametrize("wanted", ["last", "01bbb", "BBB2", SECOND.batch])
async def test_a_batch_is_found_by_a_part_of_its_name(tmp_path: Path, wanted: str) -> None:
    with Journal.open(tmp_path) as journal:
        for row in (FIRST, SECOND):
            journal.begin_batch(row, b"{}")
        async with Archive.open(tmp_path) as archive:
            assert (await archive.batch(wanted)).batch == SECOND.batch


@pytest.mark.parametrize(
    ("wanted", "said"), [("01", "2 batches begin or end with 01"), ("9", "no batch 9"), ("", "2 batches begin")]
)
async def test_a_name_that_is_none_or_two_is_told(tmp_path: Path, wanted: str, said: str) -> None:
    with Journal.open(tmp_path) as journal:
        for row in (FIRST, SECOND):
            journal.begin_batch(row, b"{}")
        async with Archive.open(tmp_path) as archive:
            with pytest.raises(BatchNotFound, match=said):
                await archive.batch(wanted)


async def test_one_that_somebody_removes_meanwhile_is_simply_not_there(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.begin_batch(FIRST, b"{}")
        async with Archive.open(tmp_path) as archive:
            with pytest.raises(BatchNotFound, match=f"there is no batch {SECOND.batch}"):
                await archive.batch_plan(SECOND.batch)
            assert [row.ended_early for row in await with_early_ends(archive, [replace(SECOND, stopped="clear")])] == [
                False
            ]


def test_a_batch_is_driven_by_one_at_a_time_and_by_the_next_when_it_is_left(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        holder = journal.begin_batch(FIRST, b'{"plan": 1}')
        with pytest.raises(RunBusy, match="is being performed by process"):
            journal.drive_batch(FIRST.batch)
        journal.leave_batch(FIRST.batch, holder)
        assert journal.drive_batch(FIRST.batch)[1] == b'{"plan": 1}'
        with pytest.raises(BatchNotFound):
            journal.drive_batch(SECOND.batch)


async def test_an_archive_of_an_older_footlights_has_no_batches_and_learns_to_keep_them(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    schema = Path(__file__).parents[2] / "app" / "journal" / MIGRATIONS[0]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(schema.read_text(encoding="utf-8"))
        connection.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1;")
    async with Archive.open(tmp_path) as archive:
        assert await archive.batches() == []
    with Journal.open(tmp_path) as journal:
        journal.begin_batch(FIRST, b"{}")
    async with Archive.open(tmp_path) as archive:
        assert [row.batch for row in await archive.batches()] == [FIRST.batch]


def test_whoever_goes_on_with_an_old_batch_holds_it_also_on_another_machine(tmp_path: Path) -> None:
    here, there = Holder("host-a/1", 11, "x.1", 1), Holder("host-b/2", 22, "y.2", 1)
    with Journal.open(tmp_path) as journal:
        journal.leave_batch(FIRST.batch, journal.begin_batch(FIRST, b"{}"))
    with closing(sqlite3.connect(tmp_path / "workspace.db", isolation_level=None)) as connection:
        drive(connection, FIRST.batch, here)
        with pytest.raises(RunBusy, match="is being performed by process 11 on host-a"):
            drive(connection, FIRST.batch, there)
        connection.execute("UPDATE batches SET heartbeat = heartbeat - ?", (PATIENCE,))
        drive(connection, FIRST.batch, there)


async def test_whoever_performs_a_batch_gives_a_sign_of_life_also_when_no_run_does(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.begin_batch(FIRST, b"{}")
        with closing(sqlite3.connect(journal.path, isolation_level=None)) as connection:
            connection.execute("UPDATE batches SET heartbeat = 0")
            journal._writer.perform(journal._writer.beat)
            assert connection.execute("SELECT heartbeat > 0 FROM batches").fetchone() == (1,)


@pytest.mark.parametrize(
    ("mode", "closed", "spent"),
    [
        ("live", False, (2.5, 1.0)),
        ("rehearsal", False, (0.0, 0.0)),
        ("live", True, (2.5, 1.0)),
        ("rehearsal", True, (0.0, 0.0)),
    ],
)
async def test_a_call_that_was_cut_off_is_charged_to_the_budget_if_it_had_reached_anybody(
    tmp_path: Path, mode: Mode, closed: bool, spent: tuple[float, float]
) -> None:
    started = CallStarted("m", hold=Hold(cost_usd=2.5, tokens=100), call="one#1", step="one", agent="a")
    events: list[Event] = [RunStarted(scenario="play", mode=mode, origin=Origin(batch=FIRST.batch)), started]
    events += [end_of(started, rehearsed=mode == "rehearsal")] if closed else []
    with Journal.open(tmp_path) as journal:
        journal.begin_batch(FIRST, b"{}")
        log = journal.begin("01CCCCCCCCCCCCCCCCCCCCCCC3")
        for event in (*events, RunPaused("signal")):
            log.add(event)
        await log.durable()
        async with Archive.open(tmp_path) as archive:
            found = await archive.batch_spent(FIRST.batch)
    assert (found["cost_usd"], found["turns"]) == spent
