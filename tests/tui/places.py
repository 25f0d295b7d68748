"""One place of the house over a real archive, as a person at the keyboard meets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from textual.pilot import Pilot

from app.engine import Run
from app.journal import Archive, Journal
from app.tui.app import Opening, Theatre
from app.tui.keys import keys_of
from app.tui.listed import ListPlace
from app.tui.remembered import Remembered
from corpus.playing import House
from tui.bare import text_of
from tui.staging import LONGEST, until

SIZES = ((40, 12), (80, 24), (120, 36), (200, 50))


class Hall(Theatre):
    """The app, which notes what it says and copies."""

    def __init__(self, place: str) -> None:
        super().__init__(Opening(place=place, remembered=Remembered()))
        self.clipped: list[str] = []
        self.told: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.clipped.append(text)

    def say(self, text: str, *, severity: Any = "information", stays: bool = False) -> None:
        self.told.append(text)
        super().say(text, severity=severity, stays=stays)

    @property
    def listed(self) -> ListPlace[Any]:
        """The place with the list that was opened first."""
        return next(screen for screen in self.screen_stack if isinstance(screen, ListPlace))

    @property
    def chosen(self) -> Any:
        """What the cursor stands on."""
        return self.listed.table.listing.chosen

    @property
    def seen(self) -> str:
        """All that can be read."""
        return text_of(self)


@asynccontextmanager
async def hall(place: str, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Hall, Pilot[Any]]]:
    """The app at one of its places, once it has looked for the first time."""
    house = Hall(place)
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: all(worker.is_finished for worker in house.workers), f"{place} has looked")
        await pilot.pause()
        yield house, pilot


async def shown(house: Hall, words: str) -> None:
    """Wait until something can be read."""
    await until(lambda: words in house.seen, words)


async def kept(run: Run) -> None:
    """Wait until all that has happened in a run so far is in the archive."""
    last = run.events[-1].seq
    async with Archive.open() as archive:
        begun = monotonic()
        while not await archive.events(run.id, after=last - 1):
            assert monotonic() - begun < LONGEST, f"event {last} is not kept"
            await asyncio.sleep(0.002)


async def insist_on_every_key(place: str) -> None:
    """Each key that the footer and the help name does something there."""
    async with hall(place) as (house, _):
        screen = house.listed
        for key in keys_of(*screen.SPOTS):
            assert hasattr(screen, f"action_{key.action.partition('(')[0]}"), key.id


@pytest.fixture
def play(tmp_path: Path) -> Iterator[House]:
    """A workspace in which one scenario after the other is performed."""
    with Journal.open() as journal:
        yield House(journal, tmp_path)
