"""Unfinished text for other processes: soon there, soon gone, safe to show, and never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.events import RunStarted
from app.journal import Archive, Journal, RunLog
from app.journal.live import live_of


@pytest.fixture
async def log(journal: Journal) -> RunLog:
    log = journal.begin("RUN")
    log.add(RunStarted(scenario="relay"))
    await log.durable()
    return log


@pytest.fixture
async def archive(log: RunLog, journal: Journal) -> AsyncIterator[Archive]:
    async with Archive.open(journal.path) as archive:
        yield archive


async def shown(archive: Archive, wanted: dict[str, str]) -> None:
    """Wait until this is what is shown; a test that waits in vain runs into its time limit."""
    async with asyncio.timeout(60):
        while await archive.partials("RUN") != wanted:
            await asyncio.sleep(0.01)


async def test_the_latest_text_of_each_call_is_shown_until_it_ends(log: RunLog, archive: Archive) -> None:
    log.publish_partial("plan#1", "Once")
    log.publish_partial("plan#2", "A long")
    await shown(archive, {"plan#1": "Once", "plan#2": "A long"})
    for length in range(20):
        log.publish_partial("plan#1", "Once upon a time" + "." * length)
    await shown(archive, {"plan#1": "Once upon a time" + "." * 19, "plan#2": "A long"})
    log.drop_partial("plan#1")
    await shown(archive, {"plan#2": "A long"})


async def test_what_is_shown_is_safe_and_holds_no_secret(log: RunLog, archive: Archive) -> None:
    log.publish_partial("plan#1", "\x1b[31mred\x1b[0m sk-proj-abcdefghijklmnopqrstuvwxyz0123456789")
    await shown(archive, {"plan#1": "␛[31mred␛[0m sk-p•••"})


async def test_nothing_is_shown_of_a_process_that_has_closed(log: RunLog, archive: Archive, journal: Journal) -> None:
    log.publish_partial("plan#1", "Once")
    await shown(archive, {"plan#1": "Once"})
    journal.close()
    assert await archive.partials("RUN") == {}


async def test_nothing_is_made_when_nothing_is_shown(log: RunLog, archive: Archive, journal: Journal) -> None:
    log.drop_partial("plan#1")
    assert await archive.partials("RUN") == {}
    journal.close()
    assert not live_of(journal.path).exists()


async def test_a_broken_file_is_made_anew(log: RunLog, archive: Archive, journal: Journal) -> None:
    live_of(journal.path).write_bytes(b"after a power cut " * 1000)
    log.publish_partial("plan#1", "Once")
    await shown(archive, {"plan#1": "Once"})


async def test_a_place_that_cannot_be_written_to_harms_nobody(log: RunLog, archive: Archive, journal: Journal) -> None:
    live_of(journal.path).mkdir()
    log.publish_partial("plan#1", "Once")
    journal.close()
    assert len(await archive.events("RUN")) == 1
