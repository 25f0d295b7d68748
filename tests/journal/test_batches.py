"""Batches in the archive: listed with how far they are, found by name, and held by one process at a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.journal import Archive, Journal
from app.journal.batches import BatchNotFound, BatchRow
from app.journal.errors import RunBusy
from app.journal.migrations import APPLICATION, MIGRATIONS

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
