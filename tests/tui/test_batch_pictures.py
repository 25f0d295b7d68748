"""The grid of a batch with failures in it shows what it showed when somebody last looked at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from docs.batched import BATCH, perform_clerks
from docs.rehearsed import Clock, still_house
from docs.told import opened, still


@pytest.fixture(scope="module")
def performed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive in which two clerks have answered, and somebody stopped them."""
    folder = tmp_path_factory.mktemp("clerks")
    with still_house(folder):
        asyncio.run(perform_clerks(left=7))
    return folder


@pytest.fixture
def clock(performed: Path, own_home: None, _steady_looks: None) -> Iterator[Clock]:
    """That archive, at a moment that does not pass."""
    with still_house(performed) as clock:
        yield clock


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36), (200, 50)], ids=str)
async def test_a_batch_as_it_is_seen_by_night_and_by_day(
    size: tuple[int, int], clock: Clock, pictured: Callable[[App[Any], str], None]
) -> None:
    async with opened(clock, size) as pilot:
        app: Any = pilot.app
        app.open_batch(BATCH)
        await still(pilot, lambda: app.screen.known.over and app.screen.reading.heat is not None)
        await pilot.press("n", "n")
        for theme in ("footlights", "matinee"):
            app.wear(theme)
            await still(pilot)
            pictured(app, f"batch-{size[0]}x{size[1]}-{theme}")
        assert app.mishaps == []
