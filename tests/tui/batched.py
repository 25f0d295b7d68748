"""A batch with failures in it, performed once and kept for every test that looks at one; and the app open on it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.batch.planning import Wish, planned
from app.journal import Journal
from app.journal.connection import locate
from app.scenario import load
from app.tui.app import Opening
from app.tui.remembered import Remembered
from app.tui.screens.batch import Batch
from corpus.batches import GREET, performed, read, rehearsal
from corpus.commands import ROOT
from tui.places import Hall
from tui.staging import until

MODEL = "agents.clerk.model"
CLERKS = ROOT / "scenarios" / "operations" / "two-clerks.yaml"
SPOKEN = GREET.replace(  # by somebody who needs neither key nor network, so that it can be performed live
    "agents: {host: {persona: You greet.}}",
    "models: {here: {use: rehearsal/anyone}}\nagents: {host: {persona: You greet., model: here}}",
)
MANY = 4  # repeats of each of its six cells; the fourth of the quick clerk's threats does not pass


@pytest.fixture(scope="session")
def kept_batches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a workspace: two clerks first, then a greeting in which all passed."""
    folder = tmp_path_factory.mktemp("batches")

    async def perform() -> None:
        with Journal.open(folder / "workspace.db", fast=True) as journal:
            wish = Wish(mode="rehearsal", matrix={MODEL: ["careful", "quick"]}, compare=MODEL, repeat=MANY)
            clerks = planned([load(CLERKS, CLERKS.name)], wish)
            await performed(journal, clerks)
            await performed(journal, rehearsal(read(folder), repeat=2))

    asyncio.run(perform())
    return folder / "workspace.db"


@pytest.fixture
def batches(kept_batches: Path, own_home: None) -> Path:
    """The same in the home of one test."""
    path = locate(None)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(kept_batches, path)
    return path


class Foyer(Hall):
    """The app, open on one batch from its first moment."""

    def __init__(self, wanted: str) -> None:
        super().__init__("home")

        async def then(house: Any) -> None:
            house.open_batch(wanted)

        self._opening = Opening(then=then, remembered=Remembered())
        self.pictures = 0

    def _display(self, screen: Any, renderable: Any) -> None:
        self.pictures += 1
        super()._display(screen, renderable)

    @property
    def batch(self) -> Batch:
        """The screen of the batch, whatever stands over it."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Batch))


@asynccontextmanager
async def on_batch(wanted: str, size: tuple[int, int] = (120, 36)) -> AsyncIterator[tuple[Foyer, Pilot[Any]]]:
    """The app on a batch of the archive, once it has read it."""
    house = Foyer(wanted)
    async with house.run_test(size=size, notifications=True) as pilot:
        await until(lambda: house.batch.known.plan is not None, "the batch is read")
        await settled(house, pilot)
        yield house, pilot


async def settled(house: Foyer, pilot: Pilot[Any]) -> None:
    """Wait until what was looked up is on the screen."""
    await pilot.pause()
    await until(lambda: all(worker.is_finished for worker in house.workers), "all is looked up")
    await pilot.pause()
