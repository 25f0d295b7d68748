"""Whoever goes on with a run in a damaged archive is told so before anything is done with what was read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.events import Ref, RunStarted, StepFinished
from app.journal import Journal
from app.journal.errors import JournalFailure

LONG = "What was said at length. " * 200


@pytest.fixture
async def left_off(tmp_path: Path) -> tuple[Path, Ref]:
    """A run that was left off, and its longer value."""
    with Journal.open(tmp_path / "workspace.db") as journal:
        log = journal.begin("RUN")
        log.keep("What was said.")
        log.add(RunStarted(scenario="relay"))
        kept = log.keep(LONG)
        log.add(StepFinished(step="plan", output=kept))
        await log.durable()
        log.release()
    return tmp_path / "workspace.db", kept


def take_over(journal: Journal, _: Ref) -> None:
    journal.take_over("RUN")


def events(journal: Journal, _: Ref) -> None:
    journal.recorded("RUN")


def texts(journal: Journal, _: Ref) -> None:
    journal.texts("RUN")


def value(journal: Journal, kept: Ref) -> None:
    journal.take_over("RUN").value(kept)


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("UPDATE events SET text = x'ff' WHERE text IS NOT NULL", take_over),
        ("UPDATE events SET text = x'ff' WHERE text IS NOT NULL", texts),
        ("UPDATE events SET text = replace(text, 'said', 'sung') WHERE text IS NOT NULL", texts),
        ("UPDATE events SET body = x'ff' WHERE seq = 2", events),
        ("UPDATE blobs SET body = x'ff'", texts),
        ("UPDATE blobs SET body = x'ff'", value),
    ],
)
def test_what_is_not_as_it_was_written_is_not_gone_on_with(
    sql: str, read: Callable[[Journal, Ref], None], left_off: tuple[Path, Ref]
) -> None:
    workspace, kept = left_off
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute(sql)
    with Journal.open(workspace) as journal, pytest.raises(JournalFailure, match="is damaged") as told:
        read(journal, kept)
    assert "footlights salvage" in told.value.hint
