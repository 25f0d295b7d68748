"""Batches: the list of them, the way into one, and a batch that begins at home."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.driving import Drive
from app.journal import Archive, Journal
from app.tui.batches.watch import verdicts_of
from app.tui.screens.batch import Batch
from app.tui.screens.batch_form import BatchForm
from app.tui.screens.home import Home
from corpus.batches import Noted, read, rehearsal
from corpus.probes import ALL, is_obeyed
from tui.batched import batches, kept_batches
from tui.places import SIZES, Hall, hall, insist_on_every_key, shown
from tui.staging import until

__all__ = ["batches", "kept_batches"]  # fixtures


def at(house: Hall) -> str:
    """Where one is."""
    return str(getattr(house.screen, "NAME", ""))


async def test_every_batch_stands_in_it_the_latest_first(batches: Path) -> None:
    async with hall("batches", (200, 50)) as (house, pilot):
        assert "Batches  2" in house.seen
        lines = house.seen.splitlines()
        greeting = next(number for number, line in enumerate(lines) if "✓ done      greet" in line)
        clerks = next(number for number, line in enumerate(lines) if "✓ done      two-clerks" in line)
        assert greeting < clerks
        assert "━━━━━━━━━━━U" in lines[clerks]
        assert "96 %" in lines[clerks]
        await pilot.press("j")
        for words in ("23 passed", "1 unmet", "rehearsed: no model is asked or paid"):
            assert words in house.seen
        assert not house.mishaps


async def test_when_there_is_none_it_says_what_to_press() -> None:
    async with hall("batches") as (house, pilot):
        assert "No batch was performed yet" in house.seen
        await pilot.press("enter", "r", "s")
        assert house.told == ["there is no batch here"] * 3
        assert not house.mishaps


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(batches: Path, size: tuple[int, int]) -> None:
    async with hall("batches", size) as (house, pilot):
        await pilot.press("j", "J", "K", "S", "slash", "x", "escape", "escape")
        assert not house.mishaps


async def test_every_key_of_the_place_does_something() -> None:
    await insist_on_every_key("batches")


async def test_the_key_of_the_place_leads_there_and_enter_into_a_batch(batches: Path) -> None:
    async with hall("home") as (house, pilot):
        await pilot.press("alt+6")
        await until(lambda: at(house) == "batches" and house.chosen is not None, "the list is read")
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Batch), "it is open")
        await shown(house, "4 of 4")
        await pilot.press("escape")
        assert at(house) == "batches"
        await pilot.press("escape")
        assert at(house) == "home"


async def test_one_that_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=2))
        await drive.stop(0.0, "a test stopped it")
        await drive.conduct(Noted())
    async with hall("batches") as (house, pilot):
        for words in ("stopped", "0 of 4", "a test stopped it", "goes on with what is missing"):
            assert words in house.seen
        await pilot.press("r")
        await until(lambda: isinstance(house.screen, Batch), "it is open")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_a_title_can_neither_drive_the_terminal_nor_pass_for_the_app(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), title=f"[/x] [@click=app.quit]{ALL}"))
        await drive.stop(0.0, ALL)
        await drive.conduct(Noted())
    async with hall("batches", (200, 50)) as (house, _):
        assert "[@click=app.quit]" in house.seen
        assert not is_obeyed(house.seen.replace("\n", ""))
        assert not house.mishaps


async def test_a_batch_of_a_play_begins_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").mkdir()
    read(tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    async with hall("home") as (house, pilot):
        home = house.screen
        assert isinstance(home, Home)
        home._search_for("greet")
        await until(lambda: home.bill is not None and home.bill.name == "greet", "the play is read")
        await pilot.press("b")
        await until(lambda: isinstance(house.screen, BatchForm), "it asks how often")
        await pilot.press("backspace", "backspace", "enter")
        assert "a whole number from 1 to 10,000" in house.seen
        await pilot.press("3", "enter")
        await until(lambda: isinstance(house.screen, Batch), "the grid is open")
        await shown(house, "6 of 6")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_the_archive_counts_as_the_grid_does(batches: Path) -> None:
    async with Archive.open() as archive:
        clerks = (await archive.batches())[-1]
        counts = verdicts_of(await archive.batch_counts(clerks.batch), clerks.waiting)
    assert {verdict: count for verdict, count in counts.items() if count} == {"passed": 23, "unmet": 1}


def test_what_is_paused_or_cut_off_is_open_and_what_was_excused_passed() -> None:
    counts = [("running", True, False, 1), ("paused", True, False, 2), ("interrupted", True, False, 3),
              ("failed", True, True, 4), ("exhausted", True, False, 5), ("failed", True, False, 6)]  # fmt: skip
    found = verdicts_of(counts, 7)
    assert found == {"running": 1, "paused": 5, "passed": 4, "exhausted": 5, "failed": 6, "waiting": 7}
