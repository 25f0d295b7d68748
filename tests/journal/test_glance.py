"""A look at files that is cheap, and in doubt says that there was something."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from app.events import Narration, RunStarted
from app.journal import Archive, Journal
from app.journal.glance import SETTLED, Glance


def aged(path: Path, by: int = 10 * SETTLED) -> None:
    """Let what was written lie for a while."""
    past = time.time_ns() - by
    for file in path.parent.glob(f"{path.name}*"):
        os.utime(file, ns=(past, past))


def just_written(path: Path) -> None:
    """However long a busy machine takes until somebody looks."""
    aged(path, by=-3600 * 10**9)


def test_nothing_is_found_where_nothing_was_written_and_every_write_is(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        aged(path)
        glance = Glance(path)
        assert glance.finds_something()
        assert not glance.finds_something()
        connection.execute("INSERT INTO numbers VALUES (1)")
        just_written(path)
        assert glance.finds_something()
        assert glance.finds_something(), "one more write might bear the same time"
        aged(path)
        assert glance.finds_something()
        assert not glance.finds_something()


def test_a_database_that_is_not_there_yet_is_found_when_it_is(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    glance = Glance(path)
    assert glance.finds_something()
    assert not glance.finds_something()
    path.write_bytes(b"")
    assert glance.finds_something()


async def test_texts_are_given_from_an_event_on_short_and_long_and_those_kept_before_the_event_that_names_them(
    tmp_path: Path,
) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        log.add(RunStarted(scenario="relay", inputs=log.keep("first")))
        early, long = log.keep("kept early"), log.keep("long " * 2000)
        log.add(Narration(log.keep("second")))
        log.add(Narration(early))
        log.add(Narration(long))
        await log.durable()
        async with Archive.open(journal.path) as archive:
            later = await archive.texts_since("RUN", 2)
            assert sorted(map(len, later.values())) == [len("second"), len("kept early"), 10_000]
            assert await archive.texts_since("RUN", 5) == {}
            assert await archive.texts_since("RUN", 1) == await archive.texts("RUN")


async def test_what_became_of_a_letter_is_told(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        log.add(RunStarted(scenario="relay"))
        await log.durable()
        letter = journal.post("RUN", "direction", "pause", {"direction": "pause"})
        async with Archive.open(journal.path) as archive:
            assert await archive.verdict(letter) == ""
            journal.take_letter(letter, "nobody is called so")
            assert await archive.verdict(letter) == "nobody is called so"
            assert await archive.verdict(letter + 1) == ""
