"""Every screen shows what it showed when somebody last looked at it: at three sizes, by night and by day.

`python -m pytest tests/tui/test_snapshots.py --keep-pictures` keeps what they show now; look at the difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from app.journal.recording import Recording
from app.tui.app import Theatre
from app.tui.screens.home import Home
from app.tui.screens.inputs import Inputs
from docs.rehearsed import perform_some, still_house
from docs.stage_pictures import (
    House,
    Scene,
    asking,
    at_home,
    comparing,
    handing_over,
    inspector,
    place,
    presenting,
    speaking,
    timeline,
)
from docs.told import opened, still
from tui.keeping import Shot, kept, shot

FOLDER = Path(__file__).parent / "snapshots" / "screens"
SIZES = ((80, 24), (120, 36), (200, 50))
THEMES = ("footlights", "matinee")


async def helped(pilot: Pilot[Any], house: House) -> None:
    """Every key of the stage."""
    await speaking(pilot, house)
    await pilot.app.run_action("help")


async def directing(pilot: Pilot[Any], house: House) -> None:
    """The menu of directions."""
    await speaking(pilot, house)
    await pilot.app.screen.run_action("direct")


async def filling_in(pilot: Pilot[Any], house: House) -> None:
    """The form of a play that is given something."""
    await at_home(pilot, house)
    home = pilot.app.screen
    assert isinstance(home, Home)
    assert home.bill is not None
    await pilot.app.push_screen(Inputs(home.bill, {}, live=True))


SCREENS: dict[str, Scene] = {
    "home": at_home,
    "stage": speaking,
    "handoff": handing_over,
    "gate": asking,
    "directions": directing,
    "help": helped,
    "inputs": filling_in,
    "timeline": timeline,
    "inspector": inspector,
    "presenter": presenting,
    "compare": comparing,
    **{name: place(name) for name in ("runs", "cast", "models", "inbox")},
}


@pytest.fixture(scope="module")
def performed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Recording]]:
    """A folder with an archive of runs that are the same every time."""
    folder = tmp_path_factory.mktemp("house")
    with still_house(folder) as clock:
        return folder, asyncio.run(perform_some(folder, clock))


@pytest.fixture
def house(performed: tuple[Path, dict[str, Recording]], own_home: None, _steady_looks: None) -> Iterator[House]:
    """That archive, at a moment that does not pass."""
    folder, runs = performed
    with still_house(folder) as clock:
        yield House(runs, clock)


@pytest.fixture
def is_as_kept(request: pytest.FixtureRequest) -> Callable[[str, list[Shot]], None]:
    """Hold a screen against the file that is kept of it."""

    def hold(name: str, shots: list[Shot]) -> None:
        path, now = FOLDER / f"{name}.txt", kept(shots)
        if request.config.getoption("--keep-pictures"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(now, encoding="utf-8")
        assert path.exists(), f"{path.name} is not kept yet: --keep-pictures keeps it"
        assert now == path.read_text(encoding="utf-8")

    return hold


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_shows_what_it_showed(
    name: str, size: tuple[int, int], house: House, is_as_kept: Callable[[str, list[Shot]], None]
) -> None:
    shots = []
    async with opened(house.clock, size, scenario="software/feature-sprint") as pilot:
        app: Theatre = pilot.app  # type: ignore[assignment]
        await SCREENS[name](pilot, house)
        for written in (*app.screen.query(Input), *app.screen.query(TextArea)):
            written.cursor_blink = False
        for theme in THEMES:
            app.wear(theme)
            await still(pilot)
            shots.append(shot(app))
        assert app.mishaps == []
    is_as_kept(f"{name}-{size[0]}x{size[1]}", shots)


def test_nothing_is_kept_of_a_screen_that_is_no_more() -> None:
    assert {path.stem.rpartition("-")[0] for path in FOLDER.iterdir()} == set(SCREENS)
