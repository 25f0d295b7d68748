"""The app as a whole: help, finding, jumping, copying, leaving."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from app.engine import perform
from app.journal import Journal
from app.tui.app import PLACES, Opening, Theatre
from app.tui.copying import hand_to, helper
from app.tui.look.themes import names
from app.tui.palette import commands
from app.tui.remembered import Remembered
from app.tui.sources import Here
from corpus.commands import ROOT
from tui.bare import BareHouse, opened, text_of
from tui.places import hall
from tui.staging import performed, stage_of, staged, until

SPRINT = ROOT / "scenarios" / "engineering" / "feature-sprint.yaml"


async def test_help_shows_every_key_that_counts_here_and_goes_away() -> None:
    house = BareHouse()
    async with opened(house, (100, 50)) as pilot:
        await pilot.press("question_mark")
        assert "Find anything by its name." in text_of(house)
        await pilot.press("escape")
        assert "Find anything by its name." not in text_of(house)


async def test_the_palette_offers_the_keys_the_places_and_the_themes() -> None:
    house = BareHouse()
    async with opened(house):
        titles = [command.title for command in commands(house, house.screen)]
        assert titles.count("Go to Runs") == 1
        assert [title for title in titles if title.startswith("Wear ")] == [
            f"Wear {name}" for name in names(Path.cwd())
        ]
        assert "Go to the stage" not in titles


async def test_the_palette_offers_what_belongs_to_the_place_first_with_its_key_at_the_right() -> None:
    async with hall("home") as (house, pilot):
        await until(lambda: house.screen.bill is not None)  # type: ignore[attr-defined]
        await pilot.press("ctrl+p")
        rows = [row.strip(" │") for row in text_of(house).splitlines()]
        rehearse = next(at for at, row in enumerate(rows) if "Rehearse" in row)
        assert rows[rehearse].split("│")[0].rstrip().endswith("enter")
        assert "🔎" not in text_of(house)
        await pilot.press(*"wear matinee", "enter")
        assert house.remembered.theme == "matinee"


async def test_what_is_found_by_its_name_comes_before_what_is_found_by_its_description() -> None:
    async with hall("home") as (house, pilot):
        await pilot.press("ctrl+p", *"go to cast", "enter")
        await pilot.pause()
        assert house.screen.NAME == "cast"  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(1, 1), (20, 5)])
async def test_the_palette_can_be_paged_where_there_is_no_room_for_it(size: tuple[int, int]) -> None:
    house = BareHouse()
    async with opened(house, size) as pilot:
        await pilot.press("ctrl+p", "b", "pageup", "pagedown", "ctrl+end", "escape")
        assert house.is_running


async def test_jumping_puts_the_focus_where_the_letter_stands() -> None:
    first, second = Input(), Input()
    house = BareHouse(first, second)
    async with opened(house) as pilot:
        house.set_focus(None)
        await pilot.press("apostrophe")
        await pilot.press("s")
        assert house.focused is second


async def test_jumping_with_a_letter_that_stands_nowhere_changes_nothing() -> None:
    house = BareHouse(Input())
    async with opened(house) as pilot:
        house.set_focus(None)
        await pilot.press("apostrophe", "z")
        assert house.focused is None


async def test_jumping_leads_to_the_other_places() -> None:
    async with hall("home") as (house, pilot):
        await pilot.press("apostrophe")
        assert "FOOTLIGHTS" in text_of(house)  # what is below is dim, and still there
        await pilot.press("a")
        await pilot.pause()
        assert house.screen.NAME == "runs"  # type: ignore[attr-defined]


async def test_where_there_is_nothing_to_jump_to_that_is_said() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press("apostrophe")
        await pilot.pause()
        assert "there is nothing to jump to" in text_of(house)


async def test_of_what_is_said_the_last_two_lines_are_seen_and_none_of_them_twice() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        for text in ("first", "second", "third", "second", "second"):
            house.say(text)
        await pilot.pause()
        assert [text_of(house).count(text) for text in ("first", "second", "third")] == [0, 1, 1]
        rows = [at for at, row in enumerate(text_of(house).splitlines()) if row.strip()]
        assert 0 < min(rows) < max(rows) < 6


async def test_y_copies_what_is_in_front_of_the_person() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press("y")
        assert house.clipped == ["what is here"]


def test_the_platforms_own_helper_takes_what_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "taken"
    script = tmp_path / "wl-copy"
    script.write_text(f"#!/bin/sh\ncat > {taken}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = helper({"WAYLAND_DISPLAY": "wayland-0"})
    assert command == ("wl-copy",)
    assert hand_to(command, "grüße")
    assert taken.read_text() == "grüße"
    assert helper({}) == ()


@pytest.mark.parametrize("turns", [0, 3, 10, 30, 100])
@pytest.mark.parametrize("place", PLACES)
async def test_whoever_leaves_while_a_place_is_still_being_filled_leaves_in_order(place: str, turns: int) -> None:
    with Journal.open() as journal:
        await perform("hello", mode="rehearsal", journal=journal).result()
    house = Theatre(Opening(place=place, remembered=Remembered()))
    async with house.run_test():
        for _ in range(turns):
            await asyncio.sleep(0)
    assert house.mishaps == []


async def test_escape_on_home_leads_nowhere() -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press("escape", "escape")
        assert house.is_running
        assert house.left is None


async def test_a_stage_that_is_left_waits_with_its_rehearsal_and_is_found_again_as_it_was(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run), pace="theatrical", clock=lambda: 0.0) as pilot:
        house: Theatre = pilot.app  # type: ignore[assignment]
        stage = stage_of(pilot)
        await until(lambda: stage.playhead.head > 0)
        await pilot.press("escape")
        await pilot.pause()
        assert house.screen.NAME == "home"  # type: ignore[attr-defined]
        assert "1 waits" in text_of(house)
        assert stage.playhead.paused
        assert run.is_performed
        await pilot.press("2", "0")
        await pilot.pause()
        assert house.screen is stage
        assert not stage.playhead.paused
        await pilot.press("escape", "alt+0", "space", "escape", "alt+0")
        assert house.screen is stage
        assert stage.playhead.paused  # the person paused it: it stays as it was left
        run.cancel()
        await run.result()


async def test_what_is_performed_here_has_one_stage_however_it_is_opened(tmp_path: Path) -> None:
    run = performed(SPRINT, tmp_path / "w.db", patient=True)
    async with staged(Here(run), pace="theatrical", clock=lambda: 0.0) as pilot:
        house: Theatre = pilot.app  # type: ignore[assignment]
        stage = stage_of(pilot)
        await pilot.press("alt+2", "alt+1")
        await house.open_run(run.id)
        await pilot.pause()
        assert house.screen is stage
        assert len(house.screen_stack) == 2
        run.cancel()
        await run.result()
        await until(lambda: stage.is_over)
        await pilot.press("escape")
        await pilot.pause()
        assert house.stages == {}
        assert not stage.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_with_nothing_going_on_leaving_asks_nothing(key: str) -> None:
    house = BareHouse()
    async with opened(house) as pilot:
        await pilot.press(key)
        await pilot.pause()
    assert house.left is not None
    assert house.left.how == "ended"
