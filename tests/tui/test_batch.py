"""One batch: its grid, the way about in it, the runs behind its cells, and what it comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.driving import Drive
from app.batch.planning import Wish, planned
from app.journal import Archive, Journal
from app.journal.prune import delete_runs
from app.tui.gridded import Text, is_found, words_in
from app.tui.keys import keys_of
from app.tui.screens.choosing import Choosing
from app.tui.screens.stage import Stage
from corpus.batches import Noted, read, rehearsal
from corpus.probes import ALL, is_obeyed
from tui.batched import Foyer, batches, kept_batches, on_batch, settled
from tui.places import SIZES, shown
from tui.staging import until

__all__ = ["batches", "kept_batches"]  # fixtures
FAILED = 18 + 5  # the place of the fourth letter with a threat, answered by the quick clerk


async def first_batch() -> str:
    """The id of the batch with the failure."""
    async with Archive.open() as archive:
        return (await archive.batches())[-1].batch


def cursor(house: Foyer) -> int | None:
    return house.batch.grid.cursor


# What is shown


async def test_every_run_is_a_cell_and_what_did_not_pass_is_seen(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, _):
        assert "threat · quick   ■ ■ ■ U" in house.seen
        assert "return · careful ■ ■ ■ ■" in house.seen
        for words in ("24 of 24", "23 passed", "1 unmet", "rehearsed", "letter · agents.clerk.model"):
            assert words in house.seen
        assert not house.mishaps


async def test_beside_the_grid_stand_the_rate_the_map_and_the_comparison(batches: Path) -> None:
    async with on_batch(await first_batch(), (160, 50)) as (house, _):
        for words in (
            "pass rate",
            "96 %",
            "letter by agents.clerk.model",
            "3/4",
            "a run costs",
            "all is performed",
        ):
            assert words in house.seen
        await shown(house, "compared  agents.clerk.model")
        for words in ("quick", "success", "cost", "├", "●", "did not pass because", "U 1  not met: answer matches"):
            assert words in house.seen
        assert not house.mishaps


async def test_any_axis_can_be_compared_also_one_that_nobody_planned_to(batches: Path) -> None:
    async with on_batch(await first_batch(), (160, 50)) as (house, pilot):
        await pilot.press("c")
        await until(lambda: isinstance(house.screen, Choosing), "it asks along which")
        assert "agents.clerk.model  as was planned" in house.seen
        await pilot.press("1")
        await shown(house, "compared  letter")
        assert "repair" in house.seen
    async with on_batch("last", (160, 50)) as (house, pilot):
        await pilot.press("c")
        await shown(house, "compared  market")
        assert not house.mishaps


@pytest.mark.parametrize("size", [(80, 24), (110, 20)], ids=str)
async def test_whoever_asks_for_the_comparison_sees_it_also_where_there_is_little_room(
    batches: Path, size: tuple[int, int]
) -> None:
    async with on_batch("last", size) as (house, pilot):
        await until(lambda: house.batch.reading.is_concluded, "all is known")
        assert "compared  market" not in house.seen
        await pilot.press("c")
        await shown(house, "compared  market")
        assert "looking at what has ended so far" not in house.seen, "it is over"
        assert not house.mishaps


async def test_where_nothing_varies_a_comparison_says_so(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        plan = planned([read(tmp_path)], Wish(mode="rehearsal", matrix={"market": ["DE"]}, repeat=2))
        await Drive.begin(journal, plan).conduct(Noted())
    async with on_batch("last") as (house, pilot):
        await until(lambda: house.batch.reading.is_concluded, "all is known")
        await pilot.press("c")
        await shown(house, "nothing varies in it, and all else is told")


async def test_the_chosen_run_says_why_it_did_not_pass(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        await pilot.press("n")
        assert cursor(house) == FAILED
        await shown(house, "✗ answer matches [Rr]ule [12]")
        for words in ("unmet", "seed 454", "3 calls", "item 24"):
            assert words in house.seen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_fits_every_terminal(batches: Path, size: tuple[int, int]) -> None:
    async with on_batch(await first_batch(), size) as (house, pilot):
        await pilot.press("n", "f", "v", "J", "v", "slash", *"quick", "enter", "pagedown", "c", "escape", "t")
        assert "U" in house.seen
        assert not house.mishaps


async def test_where_only_ascii_can_be_drawn_every_verdict_is_a_letter_or_a_sign(
    batches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_batch(await first_batch()) as (house, _):
        await shown(house, "# # # U")
        assert house.seen.isascii()
        assert not house.mishaps


async def test_what_a_file_says_can_neither_drive_the_terminal_nor_pass_for_the_app(tmp_path: Path) -> None:
    evil = f"[/x] [@click=app.quit]{ALL}"
    with Journal.open(fast=True) as journal:
        plan = planned([read(tmp_path)], Wish(mode="rehearsal", matrix={"tone": [evil]}, title=evil))
        await Drive.begin(journal, plan).conduct(Noted())
    async with on_batch("last", (160, 50)) as (house, pilot):
        await pilot.press("n", "f", "slash", *"click", "enter")
        assert "[@click=app.quit]" in house.seen
        assert not is_obeyed(house.seen.replace("\n", ""))
        assert not house.mishaps


async def test_a_batch_that_is_not_there_is_told_of(batches: Path) -> None:
    house = Foyer("NOSUCH")
    async with house.run_test(size=(120, 36)) as pilot:
        await shown(house, "there is no batch NOSUCH")
        await pilot.press("n", "f", "enter", "slash", "escape", "r", "s", "c", "v")
        assert not house.mishaps


async def test_a_run_that_somebody_removes_waits_again_and_its_batch_may_go_with_it(batches: Path) -> None:
    async with on_batch("last") as (house, _):
        plan = house.batch.known.plan
        assert plan is not None
        runs = [item.run for item in plan.items]
        delete_runs(batches, runs[:1])
        await shown(house, "3 passed   · 1 waiting")
        delete_runs(batches, runs[1:])
        await until(lambda: bool(house.told), "it is told")
        assert "there is no batch" in house.told[0]
        assert not house.mishaps


# Moving


async def test_every_key_of_the_footer_does_something(batches: Path) -> None:
    async with on_batch("last") as (house, _):
        for key in keys_of("batch"):
            assert hasattr(house.batch, f"action_{key.action.partition('(')[0]}"), key.id


async def test_keys_move_the_cursor_and_the_mouse_does_too(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        order = house.batch.grid.grid.order
        for key, at in (("right", 1), ("l", 2), ("down", 6), ("j", 10), ("k", 6), ("left", 5), ("h", 4), ("up", 0),
                        ("end", 23), ("home", 0), ("pagedown", 20), ("pageup", 0), ("G", 23), ("g", 0)):  # fmt: skip
            await pilot.press(key)
            assert cursor(house) == order[at], key
        strip = house.batch.grid.grid.rows[5][0]
        await pilot.click(house.batch.grid, offset=(strip.cells[3] + 2, 6))
        assert cursor(house) == FAILED


async def test_after_the_last_failure_comes_the_first(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        await pilot.press("n", "n", "N")
        assert cursor(house) == FAILED
    async with on_batch("last") as (house, pilot):
        await pilot.press("n")
        assert house.told == ["none has failed"]


async def test_a_filter_and_words_leave_out_the_others_until_escape(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        await pilot.press("f", "f")
        assert "only unmet: 1" in house.seen
        assert house.batch.grid.grid.order == (FAILED,)
        await pilot.press("escape", "slash", *"repair #2", "enter")
        assert "only /repair #2: 2" in house.seen
        await pilot.press("escape")
        assert len(house.batch.grid.grid.order) == 24
        await pilot.press("escape")
        assert getattr(house.screen, "NAME", "") == "home"


async def test_a_number_is_found_and_not_all_that_begin_with_it(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        Drive.begin(journal, rehearsal(read(tmp_path), repeat=12))
        async with on_batch("last") as (house, pilot):
            await pilot.press("slash", *"#1", "enter")
            assert "only /#1: 2" in house.seen


async def test_an_item_is_found_by_its_number_and_by_the_id_of_its_run(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        plan = house.batch.known.plan
        assert plan is not None
        run = plan.items[FAILED].run
        for words in ("24", "item 24", "item 24 quick", run, run[-8:].lower(), "THREAT QUICK #4"):
            await pilot.press("slash", *words, "enter")
            assert house.batch.grid.grid.order == (FAILED,), words
            await pilot.press("escape")
        for words in ("25", "item 25", "item 24 careful", run[-4:], "#24"):
            await pilot.press("slash", *words, "enter")
            assert "No run is like that" in house.seen, words
            await pilot.press("escape")


def test_of_a_thousand_items_one_is_found_as_its_number_is_written_on_the_screen() -> None:
    text = Text("greet market=2024", "#3", 1234, "01m9t2sw5wkm89v2")
    for words in ("1234", "1,234", "item 1,234", "Item 1234", "2024", "#3", "5wkm89v2"):
        assert all(is_found(word, text) for word in words_in(words)), words
    for words in ("123", "item 123", "#1234", "#2", "9v2"):
        assert not all(is_found(word, text) for word in words_in(words)), words


async def test_what_is_said_one_after_the_other_stays_at_the_upper_edge(batches: Path) -> None:
    async with on_batch(await first_batch(), (40, 12)) as (house, pilot):
        for _ in range(4):
            await pilot.press("s", "r")
            await until(lambda: len(house.screen.query("Toast")) == 2, "both are said")
        await until(lambda: {toast.region.y for toast in house.screen.query("Toast")} == {1, 2}, "they stand above")
        house.say("something that is far too long to stand beside others in one row")
        await shown(house, "stand beside")
        assert "below ─╯" in house.seen
        assert not house.mishaps


# The runs behind it


async def test_enter_opens_the_run_and_escape_comes_back_to_the_same_place(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        await pilot.press("n", "enter")
        await until(lambda: isinstance(house.screen, Stage) and house.screen.ending.display, "the last picture")
        assert isinstance(house.screen, Stage)
        plan = house.batch.known.plan
        assert plan is not None
        assert house.screen.source.run == plan.items[FAILED].run
        await pilot.press("escape", "escape")  # the first puts away the last picture
        await until(lambda: house.screen is house.batch, "the grid is back")
        assert cursor(house) == FAILED
        assert not house.mishaps


async def test_what_has_not_begun_cannot_be_opened(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        Drive.begin(journal, rehearsal(read(tmp_path)))
        async with on_batch("last") as (house, pilot):
            assert "4 waiting" in house.seen
            await pilot.press("enter")
            assert house.told == ["it has not begun"]


async def test_nothing_is_drawn_while_nothing_happens(batches: Path) -> None:
    async with on_batch(await first_batch()) as (house, pilot):
        await settled(house, pilot)
        before = house.pictures
        for _ in range(3):
            house.batch.look_again()
            await settled(house, pilot)
        assert house.pictures == before
