"""What is kept between two starts: read whatever is there, written whole or not at all."""

from __future__ import annotations

import pytest

from app.settings import data_home
from app.tui.remembered import FILE, Remembered
from tui.bare import BareHouse, opened


def test_what_was_kept_is_read_again() -> None:
    Remembered(theme="paper", density="compact", captions=False).write()
    assert Remembered.read() == Remembered(theme="paper", density="compact", captions=False)
    assert (data_home() / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"theme": 3, "captions": "no", "unknown": 1}', "\x00\xff"])
def test_whatever_stands_in_the_file_the_first_day_is_not_worse(kept: str) -> None:
    data_home().mkdir(parents=True)
    (data_home() / FILE).write_text(kept)
    assert Remembered.read() == Remembered()


def test_a_home_that_cannot_be_written_to_stops_nothing() -> None:
    data_home().parent.mkdir(parents=True, exist_ok=True)
    data_home().write_text("a file where the folder should be")
    Remembered(theme="paper").write()
    assert Remembered.read() == Remembered()


async def test_the_next_theme_is_worn_and_remembered() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press("t")
        assert house.remembered.theme != "footlights"
        assert Remembered.read().theme == house.remembered.theme
        assert house.theme == house.remembered.theme


async def test_a_theme_that_is_gone_gives_way_to_the_first() -> None:
    house = BareHouse(remembered=Remembered(theme="no-such-theme"))
    async with opened(house):
        assert house.theme == "footlights"
