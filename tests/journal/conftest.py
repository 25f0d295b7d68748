"""What tests of the journal share: one that is open, its archive, and processes, none of which outlives its test."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from app.journal import Archive, Journal
from corpus import journals

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start one of the processes of corpus/journals.py."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: object) -> subprocess.Popen[str]:
        started.append(journals.start(*words))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace.db") as journal:
        yield journal


@pytest.fixture
async def archive(journal: Journal) -> AsyncIterator[Archive]:
    async with Archive.open(journal.path) as archive:
        yield archive
