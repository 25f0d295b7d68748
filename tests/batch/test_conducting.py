"""A batch from its plan to its last run: what is performed, what is left alone, and why one ends early."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.batch.conducting import Conductor
from app.batch.driving import Drive
from app.batch.executor import Ending, Work
from app.batch.here import Here
from app.batch.plan import Item, Plan
from app.batch.planning import Wish, planned
from app.cli.batching.endings import exit_code_of
from app.cli.endings import FAILED
from app.engine import perform
from app.errors import UsageError
from app.events import Origin, RunStarted
from app.journal import Archive, Journal
from app.journal.errors import RunBusy
from app.journal.prune import delete_runs
from corpus.batch_plays import DEAR
from corpus.batches import GREET, Noted, performed, read, rehearsal, results


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


async def test_every_item_has_the_run_that_was_planned_for_it(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path))
    conducted = await performed(journal, plan)
    assert (conducted.stopped, conducted.left) == ("", 0)
    found = await results(journal)
    assert [item.item.run for item in found.items] == [item.run for item in plan.items]
    assert [item.name for item in found.items] == [
        "greet market=DE #1", "greet market=FR #1", "greet market=DE #2", "greet market=FR #2",
    ]  # fmt: skip
    assert found.count("passed") == 4
    begun = journal.recorded(plan.items[3].run)[0]
    assert isinstance(begun, RunStarted)
    assert begun.origin == Origin("batch", "", plan.batch, "market=FR", 1)
    assert begun.seed == 8


async def test_what_is_over_is_left_alone_and_what_is_missing_is_performed(tmp_path: Path, journal: Journal) -> None:
    checked = read(tmp_path)
    plan = rehearsal(checked)
    first, other = plan.items[0], Noted()
    await perform(
        checked, first.inputs, mode="rehearsal", run=first.run, matrix=first.matrix, journal=journal,
        origin=Origin("batch", batch=plan.batch),
    ).result()  # fmt: skip
    await performed(journal, plan, other)
    assert [item.run for item in other.begun] == [item.run for item in plan.items[1:]]
    assert (await results(journal)).count("passed") == 4


async def test_a_run_that_is_removed_while_the_batch_goes_on_is_missing_at_its_end(
    tmp_path: Path, journal: Journal
) -> None:
    class Removing(Noted):
        def ended(self, item: Item, ending: Ending) -> None:
            super().ended(item, ending)
            if len(self.endings) == 1:
                delete_runs(journal.path, [item.run])

    conducted = await performed(journal, rehearsal(read(tmp_path), parallel=1), Removing())
    found = await results(journal)
    assert (found.count("passed"), found.count("waiting")) == (3, 1)
    assert exit_code_of(found, conducted) == FAILED


async def test_a_run_that_was_cut_off_is_gone_on_with(tmp_path: Path, journal: Journal) -> None:
    checked = read(tmp_path)
    plan = rehearsal(checked)
    first = plan.items[0]
    run = perform(
        checked, first.inputs, mode="rehearsal", run=first.run, matrix=first.matrix, journal=journal,
        origin=Origin("batch", batch=plan.batch),
    )  # fmt: skip
    await run.stop(0.0)
    await performed(journal, plan)
    kinds = [type(event).__name__ for event in journal.recorded(first.run)]
    assert kinds.count("RunResumed") == 1
    assert kinds.count("RunFinished") == 1


async def test_a_batch_is_performed_by_one_process_at_a_time(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path))
    Drive.begin(journal, plan)
    with pytest.raises(RunBusy, match="is being performed by process"):
        Drive.go_on(journal, plan.batch)


async def test_a_batch_that_ends_early_says_why_and_can_be_gone_on_with(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), parallel=1)
    drive = Drive.begin(journal, plan)
    conducted = await drive.conduct(Noted(), enough=lambda item, ending: "one will do")
    assert (conducted.stopped, conducted.left) == ("one will do", 3)
    assert (await results(journal)).row.stopped == "one will do"
    again = await Drive.go_on(journal, plan.batch).conduct(Noted())
    assert (again.stopped, again.left) == ("", 0)
    assert (await results(journal)).row.stopped == ""


async def test_what_is_refused_before_any_run_leaves_a_batch_as_it_was(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), parallel=1)
    await Drive.begin(journal, plan).conduct(Noted(), enough=lambda item, ending: "one will do")
    with pytest.raises(UsageError, match="65 processes are too many"):
        await Drive.go_on(journal, plan.batch).conduct(Noted(), workers=65)
    assert (await results(journal)).row.stopped == "one will do"
    with pytest.raises(UsageError):
        await Drive.begin(journal, rehearsal(read(tmp_path))).conduct(Noted(), workers=65)
    assert "65 processes are too many" in (await results(journal)).row.stopped


class Failing(Noted):
    """Fails in the middle of a batch, while other runs are under way."""

    def begins(self, item: Item) -> None:
        super().begins(item)
        if len(self.begun) == 3:
            raise BrokenPipeError


async def test_no_run_goes_on_when_nobody_conducts_it_any_more(tmp_path: Path, journal: Journal) -> None:
    plan = planned([read(tmp_path, GATE, "gate")], Wish(mode="live", repeat=4, parallel=4))
    watcher = Failing()
    with pytest.raises(BrokenPipeError):
        await Drive.begin(journal, plan).conduct(watcher)
    found = await results(journal)
    assert found.row.stopped == "it was cut off"
    assert {item.reason for item in found.items if item.item in watcher.begun[:2]} == {"signal"}
    assert "running" not in {item.verdict for item in found.items}


async def test_all_runs_spend_from_one_budget_and_wait_for_more_when_it_is_used_up(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path, DEAR), repeat=20, budget={"cost_usd": 3.0}, parallel=4)
    conducted = await performed(journal, plan)
    found = await results(journal)
    assert "the batch may use $3.00" in conducted.stopped
    assert 0 < found.count("passed") < 20
    assert found.count("paused") + found.count("passed") + found.count("waiting") == 20
    assert found.cost_usd <= 3.0
    again = await Drive.go_on(journal, plan.batch, {"cost_usd": 50.0}).conduct(Noted())
    assert again.left == 0
    assert (await results(journal)).count("passed") == 20


async def test_a_stop_lets_what_is_under_way_end_and_begins_nothing_new(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=10, parallel=2)
    drive = Drive.begin(journal, plan)

    class Stopping(Noted):
        def begins(self, item: Item) -> None:
            super().begins(item)
            if len(self.begun) == 3:
                stops.append(asyncio.ensure_future(drive.stop(5.0, "a person said so")))

    stops: list[asyncio.Future[None]] = []
    conducted = await drive.conduct(Stopping())
    await asyncio.gather(*stops)
    assert conducted.stopped == "a person said so"
    assert 0 < conducted.left < 20
    async with Archive(journal.path) as archive:
        assert (await archive.batch(plan.batch)).waiting == conducted.left - (await archive.batch(plan.batch)).begun


async def test_a_comparison_that_is_stopped_before_it_is_clear_has_not_gone_well(
    tmp_path: Path, journal: Journal
) -> None:
    drive = Drive.begin(journal, rehearsal(read(tmp_path), compare="market", looks=2))
    await drive.stop(0.0, "there is no room to write")
    conducted = await drive.conduct(Noted())
    assert conducted.left == 4
    assert exit_code_of(await results(journal), conducted) == FAILED


async def test_the_list_counts_what_passed_and_not_what_merely_ended(tmp_path: Path, journal: Journal) -> None:
    unmet = GREET.replace("contains: evening", "contains: morning")
    await performed(journal, rehearsal(read(tmp_path, unmet)))
    await performed(journal, rehearsal(read(tmp_path)))
    async with Archive(journal.path) as archive:
        assert [(row.ended, row.passed) for row in await archive.batches()] == [(4, 4), (4, 0)]


GATE = """\
schema: footlights/v1
name: gate
steps: {ship: {approve: {ask: Ship it?, options: [ship, wait]}}}
"""


async def test_a_run_that_cannot_begin_does_not_end_the_batch(tmp_path: Path, journal: Journal) -> None:
    other = read(tmp_path)
    wish = Wish(mode="rehearsal", repeat=1, answers={"ship": "throw it away"})
    plan = planned([read(tmp_path, GATE, "gate"), other], wish)
    watcher = Noted()
    conducted = await performed(journal, plan, watcher)
    assert conducted.left == 1
    (lost,) = [ending for ending in watcher.endings if ending.status == "paused"]
    assert lost.detail.startswith("it cannot begin: ")
    found = await results(journal)
    assert found.count("passed") == 2
    assert found.row.stopped == conducted.stopped == lost.detail  # no log says it, so the batch does


class Stumbling(Here):
    """An executor that fails over one run as nobody foresaw."""

    over = ""

    async def perform(self, work: Work) -> Ending:
        if work.run == self.over:
            raise OSError(24, "Too many open files")
        return await super().perform(work)


async def test_a_mistake_of_ours_over_one_run_does_not_end_the_batch_and_the_run_is_tried_again(
    tmp_path: Path, journal: Journal
) -> None:
    plan, watcher = rehearsal(read(tmp_path), repeat=4), Noted()
    executor = Stumbling(journal, plan.sources, slots=2)
    executor.over = plan.items[3].run
    conducted = await Conductor(journal, plan, executor, watcher, begun={}).conduct()
    (lost,) = [ending for ending in watcher.endings if ending.status == "paused"]
    assert (len(watcher.endings), conducted.left, lost.run) == (8, 1, executor.over)
    assert "OSError: [Errno 24] Too many open files (this is a mistake in Footlights" in lost.detail
    assert "is tried again when the batch goes on" in conducted.stopped


async def test_what_waits_for_people_goes_on_with_the_answers_that_come_later(tmp_path: Path, journal: Journal) -> None:
    plan = planned([read(tmp_path, GATE, "gate")], Wish(mode="live", repeat=3))
    watcher = Noted()
    conducted = await performed(journal, plan, watcher)
    assert (conducted.left, {ending.reason for ending in watcher.endings}) == (3, {"gate"})
    again = await Drive.go_on(journal, plan.batch, answers={"ship": "ship"}).conduct(Noted())
    assert again.left == 0
    assert (await results(journal)).count("passed") == 3


async def test_a_scenario_bounds_its_own_runs_and_not_those_of_others(tmp_path: Path, journal: Journal) -> None:
    alone = read(
        tmp_path, GREET.replace("name: greet", "name: alone").replace("seed: 7", "seed: 7, max_parallel: 1"), "alone"
    )
    plan = planned([alone, read(tmp_path)], Wish(mode="rehearsal", repeat=10, parallel=8))
    watcher = Counting(plan)
    await performed(journal, plan, watcher)
    assert watcher.most["alone"] == 1
    assert watcher.most["greet"] > 1


class Counting(Noted):
    """Counts how many runs of each scenario go on at the same time."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.most: Counter[str] = Counter()
        self._plan = plan
        self._now: Counter[str] = Counter()

    def begins(self, item: Item) -> None:
        name = self._plan.sources[item.source].scenario
        self._now[name] += 1
        self.most[name] = max(self.most[name], self._now[name])

    def ended(self, item: Item, ending: Ending) -> None:
        self._now[self._plan.sources[item.source].scenario] -= 1
