"""What all runs of a batch may spend together: nobody waits for ever, nothing is forgotten, and nothing goes beyond."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.batch.comparing.words import more_room
from app.batch.driving import Drive
from app.batch.planning import Wish, planned
from app.cli.batching.endings import exit_code_of
from app.cli.batching.summary import next_lines
from app.cli.endings import EXHAUSTED
from app.engine.budgets import Budgets
from app.engine.clocks import RealClock
from app.engine.ledger import SharedLedger
from app.engine.log import Log
from app.events import Hold, Usage
from app.journal import Archive, Journal
from app.journal.chain import read_seals
from app.journal.prune import delete_runs
from app.journal.rebuild import rebuild
from app.journal.salvage import salvage
from app.scenario import load
from corpus.batches import Noted, performed, read, rehearsal, results

PLAYS = Path(__file__).parents[2] / "scenarios"

BESIDE = """\
schema: footlights/v1
name: beside
models: {dear: {use: openai/gpt-5.5, price: {input: 10000, output: 10000}, params: {max_tokens: 100}}}
agents: {host: {persona: You greet., model: dear}}
steps:
  both:
    parallel:
      one: {agent: host, prompt: Greet one., rehearsal: {reply: Good evening., takes: 5s}}
      two: {agent: host, prompt: Greet two., rehearsal: {reply: Good evening., takes: 3s}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


async def settled(task: asyncio.Task[str]) -> bool:
    """Has everything gone on that can, and this has ended?"""
    for _ in range(10):
        await asyncio.sleep(0)
    return task.done()


@pytest.mark.parametrize("workers", [0, 1, 2])
async def test_a_call_for_which_its_own_run_holds_the_room_gets_it_when_that_comes_back(
    tmp_path: Path, journal: Journal, workers: int
) -> None:
    plan = rehearsal(read(tmp_path, BESIDE, "beside"), repeat=20, budget={"cost_usd": 3.3})
    async with asyncio.timeout(30):
        conducted = await performed(journal, plan, workers=workers)
    found = await results(journal)
    assert "the batch may use $3.30" in conducted.stopped
    assert sum(item.calls for item in found.items) > 1
    assert found.cost_usd <= 3.3


TIMED = """\
schema: footlights/v1
name: timed
limits: {wall: 15m}
agents: {host: {persona: You greet.}}
steps:
  one: {agent: host, prompt: Greet one., rehearsal: {reply: Good evening.}}
  two: {agent: host, needs: [], prompt: Greet two., rehearsal: {reply: Good evening.}}
  three: {agent: host, needs: [one, two], prompt: Greet three., timeout: 1m, rehearsal: {reply: Good evening.}}
"""


@pytest.mark.parametrize("workers", [0, 1, 2])
async def test_what_the_budget_of_a_batch_paused_ends_well_when_there_is_more_and_no_time_was_lost(
    tmp_path: Path, journal: Journal, workers: int
) -> None:
    plan = rehearsal(read(tmp_path, TIMED, "timed"), repeat=3, budget={"turns": 4})
    assert (await performed(journal, plan, workers=workers)).left > 0
    again = await Drive.go_on(journal, plan.batch, {"turns": 50}).conduct(Noted(), workers=workers)
    found = await results(journal)
    assert (again.left, found.count("passed")) == (0, 3)
    assert max(item.seconds or 0.0 for item in found.items) < 60


async def test_a_budget_that_was_raised_once_stays_raised(tmp_path: Path, journal: Journal) -> None:
    plan = rehearsal(read(tmp_path), repeat=5, budget={"turns": 2, "tokens": 5000}, parallel=1)
    await performed(journal, plan)
    await Drive.go_on(journal, plan.batch, {"turns": 4}).conduct(Noted())
    again = await Drive.go_on(journal, plan.batch).conduct(Noted())
    assert "the batch may use 4 calls" in again.stopped
    assert (await results(journal)).plan.budget == {"turns": 4, "tokens": 5000}


async def test_a_run_that_waits_for_others_takes_nothing_for_which_these_would_have_to_wait(journal: Journal) -> None:
    ledger, others = SharedLedger({"tokens": 20}), Hold(tokens=12)
    assert await ledger.hold(others) == ""
    log = Log(journal.begin("01AAAAAAAAAAAAAAAAAAAAAAA1"))
    budgets = Budgets(log, RealClock(log), ledger)
    large, small = [asyncio.create_task(budgets.share((), Hold(tokens=wanted))) for wanted in (10, 6)]
    assert not await settled(small), "by its clock the larger one that waits would never end"
    ledger.settle(others, Usage(input=5), 0.0)
    assert await large == ""
    assert not await settled(small), "it waits for its own run"
    budgets.settle((), Hold(tokens=10), Usage(input=1), 0.0, 0)
    assert await small == ""


OWN = """\
schema: footlights/v1
name: own
agents: {host: {persona: You greet.}}
strategy: {matrix: {who: [a, b]}}
limits: {turns: 1, on_exceed: pause}
steps:
  one: {agent: host, prompt: Greet one., rehearsal: {reply: Good evening.}}
  two:
    agent: host
    prompt: "Greet two. ${{ steps.one.output }}"
    if: "${{ matrix.who == 'a' }}"
    rehearsal: {reply: Good evening.}
"""


async def test_a_run_that_its_own_limit_pauses_leaves_the_rest_of_the_batch_alone(
    tmp_path: Path, journal: Journal
) -> None:
    conducted = await performed(journal, rehearsal(read(tmp_path, OWN, "own"), repeat=5, parallel=2))
    found = await results(journal)
    assert (conducted.stopped, conducted.left) == ("", 5)
    assert (found.count("passed"), found.count("paused")) == (5, 5)
    assert {item.why for item in found.items if not item.over} == {"a limit of its own is used up"}
    assert exit_code_of(found, conducted) == EXHAUSTED
    told = "\n".join([*next_lines(found), *more_room(found.plan, found.items)])
    assert " raise LIMIT VALUE " in told
    assert "--budget" not in told


async def test_what_removed_runs_had_spent_stays_spent_also_when_the_archive_was_salvaged(
    tmp_path: Path, journal: Journal
) -> None:
    plan = rehearsal(read(tmp_path), repeat=5, budget={"turns": 6.0}, parallel=1)
    await performed(journal, plan)
    gone = [item.item.run for item in (await results(journal)).items if item.passed]
    assert len(gone) == 6
    async with Archive(journal.path) as archive:
        before = await archive.batch_spent(plan.batch)
        delete_runs(journal.path, gone[:5])
        assert await archive.batch_spent(plan.batch) == pytest.approx(before)
    again = await Drive.go_on(journal, plan.batch).conduct(Noted())
    assert "the batch may use 6 calls" in again.stopped
    assert (await results(journal)).count("passed") == 1
    _, remains = salvage(journal.path, tmp_path / "saved")
    rebuild(remains, read_seals(journal.path), tmp_path / "mended.db")
    async with Archive(tmp_path / "mended.db") as archive:
        assert await archive.batch_spent(plan.batch) == pytest.approx(before)


@pytest.mark.parametrize("play", ["delivery/review-lenses", "business/crisis", "engineering/security-audit"])
@pytest.mark.parametrize("budget", [{"turns": 20.0}, {"tokens": 30000.0}])
async def test_a_budget_ends_a_batch_of_plays_whose_agents_speak_side_by_side(
    journal: Journal, play: str, budget: dict[str, float]
) -> None:
    path = PLAYS / f"{play}.yaml"
    plan = planned([load(path, path.name)], Wish(mode="rehearsal", repeat=6, budget=budget))
    async with asyncio.timeout(30):
        await performed(journal, plan)
    found = await results(journal)
    assert sum(item.calls for item in found.items) <= budget.get("turns", 1000)
    assert sum(item.tokens for item in found.items) <= budget.get("tokens", 1e9)
