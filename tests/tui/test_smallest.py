"""Windows that have hardly room for a letter: whatever is open in them stays, and is whole again in a larger one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from app.tui.building import SMALLEST
from tui.batched import batches as batches
from tui.batched import kept_batches as kept_batches
from tui.places import Hall, hall
from tui.settling import draw
from tui.staging import until
from tui.test_batch_form import form_of_greeting

SIZES = ((14, 36), (12, 2), (10, 36), (9, 36), (3, 36), (2, 36), (1, 1))
PLACES = ("home", "runs", "cast", "models", "inbox", "batches", "launcher")


@pytest.fixture(autouse=True)
def _each_step_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for people: what fails, fails where a picture is made."""
    monkeypatch.setattr("textual.screen.Screen._compositor_refresh", draw)


async def insist_that_it_stands(house: Hall, pilot: Pilot[Any]) -> None:
    """Pull the window through all of them; what was on top is on top, and whole."""
    stood: Screen[Any] = house.screen
    for size in SIZES:
        await pilot.resize_terminal(*size)
        assert house.return_value is None, f"{size}: {house.return_value}"
    assert house.is_too_small
    await pilot.resize_terminal(120, 36)
    await until(lambda: house.screen.size == (120, 36) and not house.is_too_small, "it has room again")
    assert house.screen is stood
    assert house.mishaps == []


@pytest.mark.parametrize("place", PLACES)
async def test_each_place_and_the_palette_over_it_stand_in_the_smallest_window(place: str, batches: Path) -> None:
    async with hall(place) as (house, pilot):
        await insist_that_it_stands(house, pilot)
        await pilot.press("ctrl+p")
        await insist_that_it_stands(house, pilot)


async def test_the_form_of_a_batch_and_its_axes_stand_in_the_smallest_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with form_of_greeting(tmp_path, monkeypatch) as (house, pilot):
        await insist_that_it_stands(house, pilot)
        await pilot.press("ctrl+n")
        await insist_that_it_stands(house, pilot)


async def test_nothing_is_laid_out_in_less_than_the_smallest_room() -> None:
    async with hall("home", (7, 2)) as (house, pilot):
        assert house.is_too_small
        assert house.screen.size == SMALLEST
        await pilot.resize_terminal(*SMALLEST)
        assert not house.is_too_small
