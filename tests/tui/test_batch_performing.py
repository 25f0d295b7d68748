"""One batch while it is performed: here or elsewhere, stopped, gone on with, left, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.batch.driving import Drive
from app.batch.plan import encoded
from app.batch.planning import Wish, planned
from app.cli.batching.staging import end_batches, tell_how_it_goes
from app.journal import Archive, Journal
from app.journal.batches import BatchRow
from app.scenario import load
from app.tui.app import Left
from app.tui.batches.driving import Driven
from app.tui.batches.watch import Watch
from app.tui.screens.leaving import Leaving
from app.tui.screens.writing import Writing
from corpus.batches import Noted, read, rehearsal, results
from corpus.commands import Outcome
from tui.batched import CLERKS, SPOKEN, Foyer, on_batch
from tui.places import shown
from tui.staging import until


def workers() -> list[psutil.Process]:
    """Those that perform runs for this process."""
    return [child for child in psutil.Process().children() if "worker_process" in " ".join(child.cmdline())]


async def test_what_another_process_performs_is_seen_as_it_comes(tmp_path: Path) -> None:
    """The same archive, another connection: nothing passes from the performer to the screen but what is kept."""
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=3))
        async with on_batch("last") as (house, _):
            assert "6 waiting" in house.seen
            assert "performed by" in house.seen
            await drive.conduct(Noted(), workers=0)
            await shown(house, "6 passed")
            await shown(house, "all is performed")
            assert [standing.verdict for standing in house.batch.known.standings] == ["passed"] * 6


async def test_where_whoever_performed_it_is_gone_it_says_so_in_a_narrow_window_too(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path))
    with Journal.open(fast=True) as journal:
        row = BatchRow(plan.batch, plan.title, plan.mode, len(plan.items), 0, "", "")
        journal.begin_batch(row, encoded(plan)).forget()
    async with on_batch("last", (80, 24)) as (house, _):
        await shown(house, "stopped: whoever performed it is gone")
        assert "v figures" in house.seen


async def test_a_worker_that_is_lost_is_told_of_while_its_runs_go_on_with_another(tmp_path: Path) -> None:
    journal = Journal.open(fast=True)
    plan = rehearsal(load(CLERKS, CLERKS.name), repeat=200)
    driven = Driven(journal, Drive.begin(journal, plan), workers=1)
    async with on_batch("last") as (house, _):
        house.perform_batch(driven)
        await until(lambda: bool(workers()), "it has begun")
        workers()[0].kill()
        await shown(house, " is gone: SIGKILL ended it")
        await driven.stop(0.0)
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_the_pace_is_the_one_since_it_goes_on(tmp_path: Path) -> None:
    """Else the night that it stood still would make the rest look long."""
    watch = Watch("last")
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=9, parallel=1))
        await drive.conduct(Noted(), workers=0, enough=lambda item, _: "enough" * (item.repeat == 4))
        async with Archive(journal.path) as archive:
            watch.take(await watch.read(archive))
            moment = max(at for at, _ in watch.ends) + 1_000_000
            assert watch.pace(moment) > 0
            Drive.go_on(journal, watch.batch)
            watch.take(await watch.read(archive))
    assert watch.pace(moment) == 0
    assert watch.left(moment) is None


async def test_runs_from_cassettes_are_called_so(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        plan = planned([read(tmp_path)], Wish(mode="cassette", cassette=str(tmp_path)))
        Drive.begin(journal, plan)
    async with on_batch("last") as (house, pilot):
        assert "  from cassettes  market" in house.seen
        await pilot.press("escape", "6")
        await shown(house, "from cassettes: no model")


async def test_a_batch_is_performed_in_the_app_stopped_and_gone_on_with(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=2))
        await drive.stop(0.0, "a test stopped it")
        await drive.conduct(Noted())
    async with on_batch("last") as (house, pilot):
        assert "stopped: a test stopped it" in house.seen
        assert "r goes on with 4 missing runs" in house.seen
        await pilot.press("r")
        await until(lambda: house.told == ["it goes on: 4 runs to perform"], "it is told")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going, "it has ended")
        await shown(house, "all is performed")
        await pilot.press("r", "s")
        assert house.told[1:] == ["all of it is performed", "it is not performed here"]
        assert not house.mishaps


async def test_a_live_batch_without_a_model_is_not_gone_on_with(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, planned([read(tmp_path)], Wish(mode="live")))
        await drive.stop(0.0, "a test stopped it")
        await drive.conduct(Noted())
    async with on_batch("last") as (house, pilot):
        await pilot.press("r")
        await until(lambda: bool(house.told), "it is told")
        assert "rehearse it, which needs none" in house.told[0]
        assert not house.batches
        assert "4 waiting" in house.seen


async def test_where_the_budget_was_spent_it_asks_for_more_before_it_goes_on(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        plan = rehearsal(read(tmp_path), budget={"cost_usd": 0.00001}, parallel=1)
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    async with on_batch("last") as (house, pilot):
        await shown(house, "there is no room left in a budget")
        await pilot.press("r")
        await until(lambda: isinstance(house.screen, Writing), "it asks")
        await pilot.press(*"0.000001", "enter")
        assert "did not suffice" in house.seen
        await pilot.press(*"5", "enter")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_where_runs_wait_for_answers_it_says_where_these_are_given(tmp_path: Path) -> None:
    asking = SPOKEN.replace(
        "outputs:", "  sign: {approve: {ask: Send it?, options: [send, keep]}, needs: [hello]}\noutputs:"
    )
    with Journal.open(fast=True) as journal:
        plan = planned([read(tmp_path, asking)], Wish(mode="live", repeat=1))
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    async with on_batch("last") as (house, pilot):
        await shown(house, "it waits for a person's answer")
        assert "5 leads to what 2 runs ask" in house.seen
        assert "stopped: all that is left waits for a person" in house.seen
        await pilot.press("5")
        await shown(house, "Send it?")
        assert not house.mishaps


async def test_whoever_leaves_a_batch_is_asked_and_it_can_be_gone_on_with(tmp_path: Path) -> None:
    checked = load(CLERKS, CLERKS.name)
    journal = Journal.open(fast=True)
    driven = Driven(journal, Drive.begin(journal, rehearsal(checked, repeat=9, parallel=1)), workers=0)
    house = Foyer("last")
    async with house.run_test(size=(100, 30)) as pilot:
        house.perform_batch(driven)
        await pilot.press("q")
        assert isinstance(house.screen, Leaving)
        await pilot.press("s")
    left = house.return_value
    assert isinstance(left, Left)
    assert left.how == "stop"
    assert left.batches == (driven,)
    await end_batches(left)
    conducted = await driven.conducted()
    assert conducted is not None
    assert conducted.stopped == "a person stopped it"
    assert conducted.left > 0
    with Journal.open(fast=True) as journal:
        assert (await results(journal)).row.stopped == "a person stopped it"


async def test_one_that_is_left_running_tells_how_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal.open(fast=True)
    plan = rehearsal(load(CLERKS, CLERKS.name), repeat=3, parallel=1)
    driven = Driven(journal, Drive.begin(journal, plan), workers=0)
    driven.begin(lambda _: None)
    await tell_how_it_goes(driven, rest=lambda: asyncio.sleep(0))
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith(f"{plan.batch[-8:]}: ") and " of 18: " in line for line in lines)
    assert await driven.conducted() is not None


async def test_a_problem_is_told_and_ends_nothing_else(tmp_path: Path) -> None:
    journal = Journal.open(fast=True)
    driven = Driven(journal, Drive.begin(journal, rehearsal(read(tmp_path))), on="nowhere")
    house = Foyer("last")
    async with house.run_test(size=(100, 30)) as pilot:
        house.perform_batch(driven)
        await until(lambda: bool(house.told), "it is told")
        assert house.told[0].startswith("greet: ")  # that there is no such place, or no Ray here
        assert not house.batches_going
        await pilot.pause()
        assert not house.mishaps


def test_where_there_is_no_terminal_it_is_told_in_lines(tmp_path: Path, perform: Callable[..., Outcome]) -> None:
    read(tmp_path)
    told = perform("batch", str(tmp_path / "greet.yaml"), "--rehearse", "--stage")
    assert told.code == 0, told
    assert "there is no terminal for the stage here" in told.err
    assert "all 4 runs passed" in told.out
