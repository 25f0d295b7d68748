"""A cat on the keyboard: whatever is pressed, on whatever screen, with a run going, nothing breaks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from app.tui.app import Opening, Theatre
from app.tui.keys import KEYS
from app.tui.remembered import Remembered
from app.tui.sources import Here
from corpus.commands import ROOT
from tui.settling import draw
from tui.staging import performed

# Textual makes coroutines for work that is called off before it begins.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

PRESSED = sorted(
    {key for entry in KEYS for key in entry.keys.split(",")}
    | set("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789")
    | {"enter", "space", "tab", "shift+tab", "backspace", "delete", "left", "right", "escape", "ctrl+a", "f2"}
)
SIZES = ((120, 36), (80, 24), (60, 15), (40, 12), (20, 5), (1, 1), (200, 50))
PLACES = ("stage", "home", "runs", "cast", "models", "inbox")


@pytest.fixture(autouse=True)
def _each_step_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for people, who see what is only on the way as well."""
    monkeypatch.setattr("textual.screen.Screen._compositor_refresh", draw)


@pytest.mark.parametrize("place", PLACES)
async def test_two_hundred_random_keys_break_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some keys write a file
    await press_at_random(place, tmp_path, presses=200, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("place", PLACES)
async def test_thousands_of_random_keys_break_nothing(
    place: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await press_at_random(place, tmp_path, presses=2000, seed=seed)


async def press_at_random(place: str, folder: Path, *, presses: int, seed: int) -> None:
    """Press keys; whenever that led out of the house, come back in."""
    chance = random.Random(f"{place} {seed}")
    pressed: list[str] = []
    try:
        while presses > 0:
            run = performed(
                ROOT / "scenarios" / "engineering" / "feature-sprint.yaml", folder / "workspace.db", patient=True
            )
            here = Here(run)

            async def start(source: Here = here) -> Here:
                return source

            opening = Opening(
                place=place, source=start, pace="brisk", workspace=folder / "workspace.db", remembered=Remembered()
            )
            house = Theatre(opening)
            async with house.run_test(size=chance.choice(SIZES), notifications=True) as pilot:
                if place != "stage":
                    await house.action_go(place)
                while presses > 0 and house.return_value is None:
                    if chance.random() < 0.02:
                        await pilot.resize_terminal(*chance.choice(SIZES))
                    keys = [chance.choice(PRESSED) for _ in range(chance.randint(1, 20))]
                    presses -= len(keys)
                    pressed += keys
                    for key in keys:
                        strike(pilot, key)
                    await pilot.pause()
            assert house.mishaps == []
            run.led_by(None)
            await run.stop(0.0)
    except BaseException:
        print("pressed:", " ".join(pressed[-40:]))
        raise


def strike(pilot: Pilot[Any], key: str) -> None:
    """Press a key as a terminal does, without waiting for what comes of it."""
    driver = pilot.app._driver
    assert driver is not None
    struck = events.Key(key, key if len(key) == 1 else None)
    struck.set_sender(pilot.app)
    driver.send_message(struck)
