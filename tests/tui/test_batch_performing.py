"""One batch while it is performed: here or elsewhere, stopped, gone on with, left, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.batch.conducting import Conducted
from app.batch.driving import Drive
from app.batch.plan import encoded
from app.batch.planning import Wish, planned
from app.cli.batching.staging import end_batches, tell_how_it_goes
from app.journal import Archive, Journal
from app.journal.batches import BatchRow
from app.scenario import load
from app.tui.app import Left
from app.tui.batches.driving import Driven, left_before
from app.tui.batches.watch import Watch
from app.tui.screens.leaving import Leaving
from app.tui.screens.writing import Writing
from corpus.batches import GREET, Noted, read, rehearsal, results
from corpus.commands import Outcome
from corpus.probes import ALL, is_obeyed
from corpus.processes import below
from tui.batched import CLERKS, SPOKEN, Foyer, on_batch
from tui.places import hall, shown
from tui.staging import until


def workers() -> list[psutil.Process]:
    """Those that perform runs for this process."""
    return below("worker_process")


async def asked_how_much(house: Foyer) -> None:
    """Wait until what is written is heard."""
    await until(lambda: isinstance(house.screen, Writing) and house.screen.focused is not None, "it asks how much")


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


async def test_in_a_small_window_the_footer_names_the_key_that_goes_on_while_it_does(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        drive = Drive.begin(journal, rehearsal(read(tmp_path), repeat=2))
        await drive.stop(0.0, "a test stopped it")
        await drive.conduct(Noted())
    async with on_batch("last", (80, 24)) as (house, pilot):
        assert " r resume " in house.seen
        await pilot.press("r")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going and " r resume " not in house.seen, "it has ended")


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
        await shown(house, "there is no room left in the budget of the batch")
        await pilot.press("r")
        await asked_how_much(house)
        await pilot.press(*"0.000001", "enter")
        assert "did not suffice" in house.seen
        await pilot.press(*"5", "enter")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_also_of_tokens_and_calls_more_is_asked_for_and_of_several_which(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        plan = rehearsal(read(tmp_path), budget={"cost_usd": 50, "turns": 1}, parallel=1)
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    async with on_batch("last", (160, 40)) as (house, pilot):
        await shown(house, "stopped: the batch may use 1 call")
        await pilot.press("r")
        await shown(house, "1 of 1 call")
        await pilot.press("enter")
        await asked_how_much(house)
        assert "All runs together might use 1 call, and have used 1 call." in house.seen
        await pilot.press(*"1", "enter")
        await shown(house, "more than the 1 call that did not suffice")
        await pilot.press(*"9", "enter")
        await shown(house, "4 passed")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


LIMITED = GREET.replace("agents:", "limits: {tokens: 10, on_exceed: pause}\nagents:")


async def test_where_each_run_may_use_too_little_more_is_asked_for_and_given_to_all_that_are_paused(
    tmp_path: Path,
) -> None:
    with Journal.open(fast=True) as journal:
        plan = rehearsal(read(tmp_path, LIMITED), repeat=1)
        await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    async with on_batch("last", (160, 40)) as (house, pilot):
        await pilot.press("r")
        await shown(house, "2 runs of greet are paused: each may use 10 tokens. How much may it be?")
        await pilot.press("escape")
        assert not house.batches
        await pilot.press("r")
        await asked_how_much(house)
        await pilot.press(*"10", "enter")
        await shown(house, "more than the 10 tokens that did not suffice")
        await pilot.press(*"11", "enter")
        await shown(house, " tokens at least, or the next call would not fit")
        await pilot.press(*"100k", "enter")
        await shown(house, "2 passed")
        await until(lambda: not house.batches_going, "it has ended")
        assert not house.mishaps


async def test_what_was_said_to_a_paused_run_is_heard_by_the_worker_that_goes_on_with_it(tmp_path: Path) -> None:
    journal = Journal.open(fast=True)
    plan = rehearsal(read(tmp_path, LIMITED), repeat=1)
    await Drive.begin(journal, plan).conduct(Noted(), workers=0)
    _, lacking = await left_before("last", None)
    assert [(limit.scope, limit.measure, limit.most) for limit in lacking.limits] == [("run", "tokens", 10)]
    for item in plan.items:
        body = {"direction": "raise", "to": "run.tokens", "detail": 100_000}
        journal.post(item.run, "direction", "raise", body)
    assert not (await left_before("last", None))[1].limits  # whoever has said so is not asked again
    driven = Driven(journal, Drive.go_on(journal, plan.batch), workers=1)
    driven.begin(lambda _: None)
    conducted = await driven.conducted()
    assert conducted is not None
    assert conducted.left == 0


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
        await pilot.press("r")
        await until(
            lambda: house.told == ["all that is left waits for answers: 5 leads to what is asked"], "it is told"
        )
        await pilot.press("5")
        await shown(house, "Send it?")
        await shown(house, "#1 DE")
        await shown(house, f"greet {plan.batch[-8:]}")
        await pilot.press("slash", *"FR", "enter")
        assert house.chosen.row.run == plan.items[1].run
        await pilot.press("enter")
        await shown(house, "A greeting · #1 FR")
        assert not house.mishaps


async def test_what_a_batch_is_called_can_neither_drive_the_terminal_nor_pass_for_the_app_in_the_inbox(
    tmp_path: Path,
) -> None:
    evil = f"[/x] [@click=app.quit]{ALL}"
    asking = SPOKEN.replace("outputs:", "  sign: {ask: What now?, needs: [hello]}\noutputs:")
    with Journal.open(fast=True) as journal:
        wish = Wish(mode="live", repeat=1, title=evil, matrix={"market": [evil]})
        await Drive.begin(journal, planned([read(tmp_path, asking)], wish)).conduct(Noted(), workers=0)
    async with hall("inbox", (160, 40)) as (house, pilot):
        await shown(house, "[@click=app.quit]")
        await pilot.press("enter")
        await shown(house, "A greeting · #1")
        assert not is_obeyed(house.seen.replace("\n", ""))
        assert not house.mishaps


async def test_whoever_leaves_a_batch_is_asked_and_it_can_be_gone_on_with(tmp_path: Path) -> None:
    checked = load(CLERKS, CLERKS.name)
    journal = Journal.open(fast=True)
    driven = Driven(journal, Drive.begin(journal, rehearsal(checked, repeat=200, parallel=1)), workers=0)
    house = Foyer("last")
    async with house.run_test(size=(100, 30)) as pilot:
        house.perform_batch(driven)
        await pilot.press("q")
        assert isinstance(house.screen, Leaving)
        await shown(house, f"The batch two-clerks {driven.batch[-8:]} is still being performed here.")
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


async def test_of_several_batches_each_is_named_before_leaving(tmp_path: Path) -> None:
    with Journal.open(fast=True) as journal:
        checked = read(tmp_path)
        several = [
            Driven(journal, Drive.begin(journal, rehearsal(checked, title=title)), whose_journal=False)
            for title in ("one", "t\x1b[2Jwo", "three", "four")
        ]
        one, two, three, _ = (each.batch[-8:] for each in several)
        said = Leaving((), several).says
        assert said.startswith(f"4 batches (one {one}, t")
        assert said.endswith(f"wo {two}, three {three} and 1 more) are still being performed here.")
        assert "\x1b" not in said


async def test_one_that_is_left_running_tells_how_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal.open(fast=True)
    plan = rehearsal(load(CLERKS, CLERKS.name), repeat=3, parallel=1)
    driven = Driven(journal, Drive.begin(journal, plan), workers=0)
    driven.begin(lambda _: None)
    await tell_how_it_goes(driven, rest=lambda: asyncio.sleep(0))
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith(f"{plan.batch[-8:]}: ") and " of 9: " in line for line in lines)
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


class Stumbling(Drive):
    """One that fails as nobody foresaw."""

    async def conduct(self, *_: object, **__: object) -> Conducted:
        raise OSError(24, "Too many open files")


async def test_a_mistake_of_ours_that_ends_a_batch_is_told_as_well(tmp_path: Path) -> None:
    journal = Journal.open(fast=True)
    driven = Driven(journal, Stumbling.begin(journal, rehearsal(read(tmp_path))))
    house = Foyer("last")
    async with house.run_test(size=(100, 30)) as pilot:
        house.perform_batch(driven)
        await until(lambda: bool(house.told), "it is told")
        assert house.told[0].startswith("greet: OSError: [Errno 24] Too many open files")
        assert not house.batches_going
        await pilot.pause()
        assert not house.mishaps


def test_where_there_is_no_terminal_it_is_told_in_lines(tmp_path: Path, perform: Callable[..., Outcome]) -> None:
    read(tmp_path)
    told = perform("batch", str(tmp_path / "greet.yaml"), "--rehearse", "--stage")
    assert told.code == 0, told
    assert "there is no terminal for the stage here" in told.err
    assert "all 4 runs passed" in told.out
