"""Ending early: when a comparison is clear, what it waits for, and that it finds no more by luck."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.batch.comparing.arms import compared
from app.batch.comparing.measuring import value_of
from app.batch.comparing.stopping import EarlyEnd, as_it_stands, gone_on_with
from app.batch.conducting import Conducted
from app.batch.plan import Item
from app.batch.statistics import MEASURES
from app.cli.batching.endings import exit_code_of
from app.cli.endings import DONE, FAILED
from app.journal import Journal
from bench.early_ends import Truth, seen
from corpus.arms import AXIS, ending, is_cheap, passed_if, plan_of, results_from
from corpus.batches import Noted, performed, read, rehearsal, results


def looking(passes: dict[str, float], looks: int = 5, pairs: int = 50) -> tuple[str, int]:
    """Why a batch ended, and after how many runs; of each arm this share passes, evenly."""
    plan = plan_of(pairs=pairs, looks=looks)
    end = EarlyEnd(plan)
    for count, item in enumerate(plan.items, 1):
        if why := end(item, ending(item, (item.repeat * 7 % 10) / 10 < passes[item.cell[AXIS]])):
            return why, count
    return "", len(plan.items)


def test_a_batch_ends_when_it_is_clear_and_says_why() -> None:
    why, count = looking({"smart": 1.0, "cheap": 0.1})
    assert why.startswith("cheap is worse, clear at look ")
    assert count < 100


def test_a_batch_ends_when_nothing_will_come_of_it() -> None:
    why, count = looking({"smart": 0.5, "cheap": 0.5})
    assert "would hardly make it clear" in why
    assert count < 100


def test_pairs_are_looked_at_in_the_order_planned_whichever_ends_first() -> None:
    plan = plan_of(looks=5)
    end = EarlyEnd(plan)
    slow, *others = plan.items[:60]
    assert not any(end(item, ending(item, not is_cheap(item))) for item in others)
    assert end(slow, ending(slow, True)).startswith("cheap is worse")


def test_a_batch_does_not_end_early_on_what_a_limit_has_cut_short() -> None:
    plan = plan_of(looks=5)
    end = EarlyEnd(plan)
    cut_short = [
        end(item, replace(ending(item, not is_cheap(item)), exhausted=is_cheap(item) and item.repeat == 0))
        for item in plan.items
    ]
    assert not any(cut_short)


def test_a_batch_that_is_gone_on_with_decides_as_if_it_had_never_been_left() -> None:
    plan = plan_of(looks=5)
    stopped = results_from(
        plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 20 else {"verdict": "waiting"}, "by hand"
    )
    assert gone_on_with(stopped).why.startswith("cheap is worse")
    begun = results_from(plan, lambda item: passed_if(True) if item.repeat < 5 else {"verdict": "waiting"})
    assert gone_on_with(begun).why == ""


def test_what_was_cut_off_is_waited_for_before_anything_is_decided() -> None:
    plan = plan_of(looks=5)

    def cut_off(item: Item) -> dict[str, object]:
        if item.repeat < 8:
            return {"verdict": "paused", "reason": "interrupted"}
        return passed_if(not is_cheap(item)) if item.repeat < 30 else {"verdict": "waiting"}

    results = results_from(plan, cut_off, "by hand")
    end = gone_on_with(results)
    assert end.why == ""
    whys = [end(item, ending(item, is_cheap(item))) for item in plan.items if item.repeat < 8]
    assert whys[-1] == ""
    (seen,) = end.looked()
    assert seen is not None
    assert seen.decision.comparison is not None
    assert (seen.decision.comparison.pairs, seen.decision.comparison.dropped) == (30, 0)
    (left,) = as_it_stands(results).looked()
    assert left is not None
    assert left.decision.comparison is not None
    assert left.decision.comparison.dropped == 8, "a view of it cannot wait"


def test_what_is_concluded_of_a_batch_that_ended_early_holds_for_all_its_looks() -> None:
    plan = plan_of(looks=5)
    found = compared(
        results_from(plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 24 else {"verdict": "waiting"})
    )
    (arm,) = found.arms
    assert (arm.verdict, arm.looked_at, arm.pairs, arm.missing) == ("worse", 20, 50, 0)
    assert arm.measures[0].comparison.confidence > 0.95
    assert "over all looks" in arm.headline
    assert found.together.startswith("what decides was to be looked at 5 times")


def test_before_the_first_look_there_is_no_verdict() -> None:
    plan = plan_of(looks=5)
    found = compared(
        results_from(plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 9 else {"verdict": "waiting"})
    )
    assert found.arms[0].verdict == "not enough data"
    assert found.arms[0].measures[0].why == "the first look comes after 10 pairs"


def test_marks_decide_too_and_a_measure_is_the_same_live_and_from_the_archive() -> None:
    plan = plan_of(looks=5, primary="score")
    end = EarlyEnd(plan)
    marked = [replace(ending(item, True), score=0.9 - 0.5 * is_cheap(item) - item.repeat / 500) for item in plan.items]
    whys = [end(item, each) for item, each in zip(plan.items, marked, strict=True)]
    assert whys[-1].startswith("cheap is worse, clear at look ")
    assert value_of(marked[0], "score") == 0.9
    assert value_of(ending(plan.items[0], True), "score") is None


def test_looking_early_finds_no_more_by_luck_and_saves_runs() -> None:
    """A hundred batches; `tests/bench/early_ends.py` takes thousands."""
    alike = seen(Truth((0.6, 0.6), pairs=30, looks=3), batches=100)
    assert alike.differs <= 0.06
    differing = seen(Truth((0.9, 0.3), pairs=30, looks=3), batches=20)
    assert differing.differs >= 0.9
    assert differing.performed < 0.8


CLERK = """\
schema: footlights/v1
name: clerk
models: {careful: {use: openai/gpt-5.5}, quick: {use: openai/gpt-5.5}}
agents: {clerk: {persona: You answer., model: careful}}
strategy: {matrix: {tone: [plain]}, repeat: 20}
steps:
  answer:
    agent: clerk
    prompt: Answer the letter.
    rehearsal: {reply: By rule 2., slips: {share: {quick: 0.9}, reply: A free locomotive.}}
expect: [{step: answer, contains: rule}]
"""


async def test_a_real_batch_ends_early_and_tells_the_same_from_its_archive(tmp_path: Path) -> None:
    checked = read(tmp_path, CLERK, "clerk")
    axis = "agents.clerk.model"
    plan = rehearsal(checked, matrix={axis: ["careful", "quick"]}, compare=axis, looks=4, parallel=2)
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        from app.batch.driving import Drive

        conducted = await Drive.begin(journal, plan).conduct(Noted(), workers=0)
        assert conducted.stopped.startswith("quick is worse, clear at look ")
        found = compared(await results(journal))
        assert found.arms[0].verdict == "worse"
        assert found.stopped == conducted.stopped
        assert found.arms[0].looked_at < found.arms[0].pairs == 20


MARKED = CLERK.replace(
    "expect: [{step: answer, contains: rule}]",
    "expect: [{step: answer, judged: {by: clerk, rubric: Is it by a rule?, at_least: 0.5}}]",
)


@pytest.mark.parametrize("workers", [0, 1])
async def test_a_run_comes_back_with_the_marks_that_the_archive_has(tmp_path: Path, workers: int) -> None:
    watcher = Noted()
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path, MARKED, "clerk"), repeat=1), watcher, workers)
        (item,) = (await results(journal)).items
    (came,) = watcher.endings
    assert item.score is not None
    for measure in MEASURES:
        assert value_of(came, measure) == value_of(item, measure)


def test_what_was_cut_off_when_it_had_become_clear_is_no_failure_and_before_that_it_is() -> None:
    plan = plan_of(looks=5, primary="cost_usd")

    def cut_off_at(repeat: int) -> int:
        def came(item: Item) -> dict[str, object]:
            if item.repeat == repeat:
                return {"verdict": "paused", "reason": "interrupted"}
            cost = (0.001 if is_cheap(item) else 0.01) + item.repeat % 7 / 10_000
            return passed_if(True, cost_usd=cost) if item.repeat < repeat else {"verdict": "waiting"}

        found = results_from(plan, came, "it was stopped")
        return exit_code_of(found, Conducted(found.row.stopped, len(found.items) - len(found.over)))

    assert (cut_off_at(5), cut_off_at(45)) == (FAILED, DONE)
