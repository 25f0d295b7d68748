"""A line to write in: what is too long for it is cut and told of once, and letters that come fast are searched once."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste

from app.tui.screens.home import Home
from app.tui.widgets.one_line import LONGEST
from app.tui.widgets.table import Search
from tui.batched import batches as batches
from tui.batched import kept_batches as kept_batches
from tui.places import hall, shown
from tui.test_random_keys import strike


async def test_what_is_pasted_has_an_end_and_so_has_what_is_typed_behind_it(batches: Path) -> None:
    async with hall("runs") as (house, pilot):
        await pilot.press("slash")
        line = house.screen.query_one(Search)
        line.post_message(Paste("x" * 5 * LONGEST))
        await shown(house, "a line holds 10,000 letters")
        assert line.value == "x" * LONGEST
        await pilot.press(*"yyy")
        assert line.value == "x" * LONGEST
        assert house.told == ["a line holds 10,000 letters"]


async def test_of_letters_that_come_in_one_burst_only_the_last_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hall("home") as (house, pilot):
        await pilot.press("slash")
        assert isinstance(house.screen, Home)
        library = house.screen.library
        looked: list[str] = []
        find = library.find

        def look(words: str) -> None:
            looked.append(words)
            find(words)

        monkeypatch.setattr(library, "find", look)
        for key in "operations":
            strike(pilot, key)
        await pilot.pause()
        await shown(house, "operations")
        assert looked[-1] == "operations"
        assert len(looked) < len("operations")
