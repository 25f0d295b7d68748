"""Runs that end the worker they are given to: each is blamed for what it alone did."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from app.batch.executor import NoWorkers, Stopped, Work
from app.batch.workers import wire
from app.batch.workers.elsewhere import FRUITLESS, Elsewhere
from app.journal import Journal
from corpus.batches import Noted, read, rehearsal
from corpus.companies import Beside, Ensemble, conductor
from corpus.playing import until


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


class Mortal(Beside):
    """A worker that certain runs end as soon as they are given to it, and that says what else it was given then."""

    def __init__(self, number: int, outbox: Path, slots: int, deadly: Collection[str]) -> None:
        super().__init__(number, outbox, slots)
        self.given: list[Work] = []
        self._deadly = deadly

    def send(self, message: bytes) -> None:
        super().send(message)
        match wire.to_worker(message):
            case wire.Perform(_, work, _):
                self.given.append(work)
                if work.run in self._deadly:
                    asyncio.get_running_loop().call_soon(self.die, "a run ended it")


class Mortals(Ensemble):
    """A company of such workers."""

    def __init__(self, outbox: Path, deadly: Collection[str], places: int = 2, slots: int = 8) -> None:
        super().__init__(outbox, places, slots)
        self.deadly = deadly
        self.workers: list[Mortal] = []

    async def hire(self, number: int) -> Mortal:
        worker = Mortal(len(self.workers) + 1, self._outbox, self.slots, self.deadly)
        self.workers.append(worker)
        return worker


async def test_a_run_that_ends_its_workers_is_left_and_takes_no_other_along(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=20)
    deadly = {plan.items[at].run for at in (0, 3, 9)}
    watcher = Noted()
    conducted = await conductor(journal, plan, Mortals(tmp_path / "outbox", deadly), watcher).conduct()
    left = {ending.run: ending for ending in watcher.endings if ending.status == "paused"}
    assert left.keys() == deadly
    assert conducted.left == len(deadly)
    assert {ending.reason for ending in left.values()} == {"crash"}
    assert all("the last one over it alone: worker " in ending.detail for ending in left.values())
    assert len(watcher.endings) == len(plan.items)


async def test_many_that_end_their_workers_leave_no_place_empty(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=10)
    company = Mortals(tmp_path / "outbox", {item.run for item in plan.items[:6]}, places=1, slots=4)
    assert (await conductor(journal, plan, company).conduct()).left == 6
    assert len(company.workers) <= 6 * 3 + 1


async def test_where_no_run_ever_ends_there_are_no_workers_after_a_while(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=40)
    company = Mortals(tmp_path / "outbox", {item.run for item in plan.items}, places=1, slots=4)
    with pytest.raises(NoWorkers, match="there are no workers left"):
        await conductor(journal, plan, company).conduct()
    assert len(company.workers) == FRUITLESS


async def test_a_run_that_is_performed_alone_waits_for_the_others_and_nothing_comes_between(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path), repeat=20)
    company = Mortals(tmp_path / "outbox", (), places=1)
    alone, *others = plan.items
    async with Elsewhere(journal, plan.sources, company) as executor:
        first = [asyncio.create_task(executor.perform(Work(item.run, 0))) for item in others[:4]]
        await until(lambda: executor.health().under_way == 4)
        apart = asyncio.create_task(executor.perform(Work(alone.run, 0, alone=True)))
        later = [asyncio.create_task(executor.perform(Work(item.run, 0))) for item in others[4:]]
        await until(lambda: any(work.alone for work in company.workers[0].given))
        assert executor.health().under_way <= 1  # it may be over by now
        await asyncio.gather(apart, *first, *later)
    assert [work.alone for work in company.workers[0].given].index(True) == 4


async def test_one_that_waits_to_be_performed_alone_is_not_begun_when_all_is_stopped(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path), repeat=2)
    async with Elsewhere(journal, plan.sources, Mortals(tmp_path / "outbox", (), places=1)) as executor:
        first = asyncio.create_task(executor.perform(Work(plan.items[0].run, 0)))
        await until(lambda: executor.health().under_way == 1)
        apart = asyncio.create_task(executor.perform(Work(plan.items[1].run, 0, alone=True)))
        await asyncio.sleep(0)
        await executor.stop(0.0)
        with pytest.raises(Stopped):
            await apart
        await first
