"""What people say to runs of a worker elsewhere: it arrives, however close it follows on the run itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.batch.executor import Work
from app.batch.planning import Wish, planned
from app.batch.workers.wire import (
    Answered,
    Drop,
    Learn,
    Letters,
    Past,
    Perform,
    Safe,
    Sources,
    Wrote,
    encode,
    from_worker,
)
from app.batch.workers.worker import Worker
from app.journal import Journal
from corpus.batches import Noted, performed, read
from corpus.playing import until

GATE = """\
schema: footlights/v1
name: gate
steps: {ship: {approve: {ask: Ship it?, options: [ship, wait]}}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


class Driven:
    """A worker in this loop, to whom all is safe that it says, and nothing is known."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.worker = Worker(self._hear, folder / "outbox")

    def say(self, *messages: object) -> None:
        """In one read."""
        for message in messages:
            self.worker.hear(encode(message))

    def _hear(self, message: bytes) -> None:
        said = from_worker(message)
        self.said.append(type(said).__name__)
        if isinstance(said, Wrote):
            last = [(written.part, written.entries[-1].seq) for written in said.runs]
            asyncio.get_running_loop().call_soon(self.say, Safe(last))
        elif isinstance(said, Learn):
            asyncio.get_running_loop().call_soon(self.say, Answered(said.question, []))


async def test_an_answer_that_comes_in_one_read_with_its_run_is_heard(tmp_path: Path, journal: Journal) -> None:
    plan = planned([read(tmp_path, GATE, "gate")], Wish(mode="live", repeat=1))
    noted, run = Noted(), plan.items[0].run
    await performed(journal, plan, noted)
    assert noted.endings[0].reason == "gate"
    log = journal.take_over(run)
    past = Past(journal.bodies(run), journal.texts(run), log.hash, log.standing)
    journal.post(run, "answer", "ship#1", {"choice": "ship", "note": ""}, "Ada")
    driven, work = Driven(tmp_path), Work(run, 0, mode="live", begun=True)
    driven.say(Sources(plan.sources, False), Perform(1, work, past), Letters(1, journal.inbox(run)))
    await until(lambda: bool({"Ended", "Failed"} & set(driven.said)))
    assert "Took" in driven.said
    assert "Failed" not in driven.said


async def test_of_a_run_that_is_taken_back_in_one_read_with_its_letters_nothing_is_left(
    tmp_path: Path, journal: Journal
) -> None:
    plan = planned([read(tmp_path, GATE, "gate")], Wish(mode="live", repeat=2))
    first, other = (Work(item.run, 0, mode="live") for item in plan.items)
    driven = Driven(tmp_path)
    driven.say(Sources(plan.sources, False), Perform(1, first, None), Drop(1), Letters(1, []), Perform(2, other, None))
    await until(lambda: bool({"Ended", "Failed"} & set(driven.said)))
    assert driven.said.count("Ended") == 1
    await driven.worker.close()
