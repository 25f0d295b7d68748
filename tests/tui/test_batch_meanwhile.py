"""One batch on the screen while its archive changes under it: what is read, removed, added up, or there no more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.batch.driving import Drive
from app.batch.planning import Wish, planned
from app.journal import Archive, Journal
from app.journal.connection import locate
from app.journal.prune import delete_runs
from app.tui.limits import limit_in
from app.tui.screens.inbox import Inbox
from corpus.batch_plays import CLERK
from corpus.batches import Noted, performed, read, rehearsal
from tui.batched import MODEL, SPOKEN, Foyer, batches, kept_batches, on_batch, settled
from tui.places import shown
from tui.staging import until

__all__ = ["batches", "kept_batches"]  # fixtures


async def first_batch() -> str:
    """The id of the larger one."""
    async with Archive.open() as archive:
        return (await archive.batches())[-1].batch


async def test_while_a_large_batch_is_read_nobody_is_said_to_be_gone_and_then_it_is_added_up(
    batches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tui.batches.watch.PAGE", 1)
    house, said = Foyer(await first_batch()), []

    def is_all_told() -> bool:
        for each in (house.batch._notice, house.batch._state):
            if each and each not in said:
                said.append(each)
        return "all is performed" in said

    async with house.run_test(size=(160, 50), notifications=True):
        await until(is_all_told, "it is read, and added up")
        may_be_said = ["being read", "adding it up", "all is performed"]  # of what is short, a look may see nothing
        assert said == [each for each in may_be_said if each in said]
        assert "being read" in said
        await shown(house, "compared  agents.clerk.model")


async def test_what_ended_early_on_purpose_is_not_said_to_be_missing(tmp_path: Path) -> None:
    models = {MODEL: ["careful", "quick"]}
    wish = Wish(mode="rehearsal", matrix=models, compare=MODEL, repeat=40, looks=8, parallel=2)
    with Journal.open(fast=True) as journal:
        await performed(journal, planned([read(tmp_path, CLERK.replace("SHARE", "0.9"), "clerk")], wish))
    async with on_batch("last") as (house, pilot):
        await shown(house, "left out: quick is worse, clear at look ")
        assert house.batch._state == "ended early"
        assert "missing run" not in house.seen
        await pilot.press("r")
        assert house.told == ["its comparison is clear: the rest is left out"]
        await pilot.press("escape", "6")
        await shown(house, "✓ done")
        await shown(house, "ended early because")
        assert "goes on with" not in house.seen
        assert not house.mishaps


async def test_runs_that_somebody_removes_are_not_said_to_be_lost_and_with_the_last_the_batch_is_gone(
    batches: Path,
) -> None:
    async with on_batch("last") as (house, pilot):
        plan = house.batch.known.plan
        assert plan is not None
        runs = [item.run for item in plan.items]
        delete_runs(locate(None), runs[:1])
        await shown(house, "stopped: 1 run of it was removed")
        delete_runs(locate(None), runs[1:])
        await shown(house, "somebody has removed it, with all its runs")
        assert "4 waiting" in house.seen
        house.told.clear()
        await pilot.press("enter", "r")
        assert house.told == ["it was removed", "it was removed"]
        assert not house.mishaps


async def test_where_the_archive_is_gone_a_cell_that_is_opened_says_so_and_the_app_stays(batches: Path) -> None:
    async with on_batch("last") as (house, pilot):
        shutil.rmtree(batches.parent)
        await pilot.press("enter")
        await settled(house, pilot)
        assert house.told and house.told[-1].startswith("there are no runs in ")
        assert house.return_value is None


async def test_a_run_that_is_opened_while_it_waits_for_an_answer_leads_to_where_it_is_given(tmp_path: Path) -> None:
    asking = SPOKEN.replace("outputs:", "  sign: {ask: What now?, needs: [hello]}\noutputs:")
    with Journal.open(fast=True) as journal:
        plan = planned([read(tmp_path, asking)], Wish(mode="live", repeat=1))
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    async with on_batch("last") as (house, pilot):
        await pilot.press("down", "enter")
        await shown(house, "enter leads to the inbox, where it is answered")
        await pilot.press("enter")
        await until(lambda: isinstance(house.screen, Inbox), "it is open")
        await until(lambda: house.chosen is not None, "it has looked")
        assert house.chosen.row.run == plan.items[1].run
        assert not house.mishaps


async def test_the_pace_falls_on_while_a_look_waits_for_who_writes(tmp_path: Path) -> None:
    """Whoever performs it may be held with its hand on the archive."""
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=9, parallel=1))
        async with on_batch("last", (160, 40)) as (house, _):
            batch = house.batch
            await until(lambda: not batch._is_looking, "it has looked")
            batch._is_looking = True  # a look that does not end
            said = batch.head._painted
            batch.head._painted = (-1, -1)
            await until(lambda: batch.head._painted == said, "it is drawn again")
        await drive.stop(0.0, "a test stopped it")
        await drive.conduct(Noted())


@pytest.mark.parametrize("text", ["0", "-1", "nan"])
@pytest.mark.parametrize("measure", ["cost_usd", "tokens", "turns"])
def test_what_is_no_amount_is_told_in_words_of_ours(text: str, measure: str) -> None:
    _, said = limit_in(measure, text)
    assert said
    assert "Input should" not in said
