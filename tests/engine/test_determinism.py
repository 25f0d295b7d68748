"""Two rehearsals with one seed are the same to the letter, whatever the machine does meanwhile and whoever watches."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.engine import Run, perform
from app.events import encode
from app.journal import Journal
from corpus.bundled import FEW, KINDS

PLAYS = (*FEW, KINDS)
SEED = 11


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace.db", fast=True) as opened:
        yield opened


def begin(play: Path, journal: Journal, seed: int = SEED) -> Run:
    return perform(play, mode="rehearsal", seed=seed, journal=journal)


async def log_of(run: Run) -> list[bytes]:
    """What the run recorded, but for its name and the hour."""
    await run.result()
    said = []
    for event in run.events:
        event.run, event.at = "", 0
        said.append(encode(event))
    return said


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
async def test_two_rehearsals_with_one_seed_are_the_same(play: Path, journal: Journal) -> None:
    first, second = await log_of(begin(play, journal)), await log_of(begin(play, journal))
    assert first == second


async def test_another_seed_makes_another_rehearsal(journal: Journal) -> None:
    play = PLAYS[0]
    assert await log_of(begin(play, journal)) != await log_of(begin(play, journal, seed=SEED + 1))


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
async def test_a_rehearsal_that_is_watched_is_the_same(play: Path, journal: Journal) -> None:
    heard: list[str] = []
    watched = begin(play, journal)
    watched.watch(lambda started, text: heard.append(text))
    assert await log_of(watched) == await log_of(begin(play, journal))
    assert heard


async def test_rehearsals_are_the_same_while_the_machine_is_busy(journal: Journal) -> None:
    quiet = [await log_of(begin(play, journal)) for play in PLAYS]
    with all_cores_burning():
        for play, log in zip(PLAYS, quiet, strict=True):
            assert await log_of(begin(play, journal)) == log, play.stem


async def test_a_hundred_rehearsals_at_once_are_each_the_same_as_alone(journal: Journal) -> None:
    alone = {play: await log_of(begin(play, journal)) for play in PLAYS}
    chosen = [PLAYS[number % len(PLAYS)] for number in range(100)]
    together = await asyncio.gather(*(log_of(run) for run in [begin(play, journal) for play in chosen]))
    for play, log in zip(chosen, together, strict=True):
        assert log == alone[play], play.stem


@contextmanager
def all_cores_burning() -> Iterator[None]:
    """Other processes that want every core, and more of it than there is."""
    burning = [subprocess.Popen([sys.executable, "-ISc", "while True: pass"]) for _ in range(4)]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()
