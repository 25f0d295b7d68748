"""What a run will still take."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import perform
from app.events import LoopIterated, RunFinished, StepExpanded, StepSkipped, StepStarted
from app.playback.show import Show
from app.tui.forecast import Earlier, Forecast, Outlook
from app.tui.intended import plan_of
from corpus.histories import History
from tui.plays import PLAN, begun, half_way, show_of


def ahead_of(history: History, plan: object = PLAN, earlier: tuple[Earlier, ...] = ()) -> Forecast | None:
    """What is still to come of a run that was told by hand."""
    show, outlook = show_of(history), Outlook(earlier)
    outlook.look(show.events, show.state)
    return outlook.forecast(show.state, plan_of(plan))


def known(history: History, plan: object = PLAN) -> Forecast:
    """The same, where it can be known."""
    found = ahead_of(history, plan)
    assert found is not None
    return found


def test_before_anything_was_done_nobody_knows() -> None:
    assert ahead_of(begun()) is None


def test_a_run_without_a_plan_has_no_forecast() -> None:
    assert ahead_of(half_way(), None) is None
    assert ahead_of(half_way(), ["what", {"no": "step"}]) is None


def test_what_is_left_is_worked_out_from_what_was_done() -> None:
    found = known(half_way())
    low, high = found.cost_usd
    assert low < 2 * 0.007 < high


def test_steps_side_by_side_last_as_long_as_the_longest() -> None:
    side_by_side = known(half_way())
    one_by_one = [*PLAN[:2], {**PLAN[2], "needs": ["api"]}, *PLAN[3:]]
    history = begun()
    history.act("plan", "cto", "", "Go.", took=2_000, cost=0.006)
    assert known(history).ms[1] < known(history, one_by_one).ms[1]
    assert side_by_side.ms[0] < 6_000 < side_by_side.ms[1]  # ui, then verdict: three seconds each


def test_waiting_for_people_is_never_counted_but_the_questions_are() -> None:
    assert known(half_way()).gates == 1


def test_a_step_that_was_skipped_takes_nothing() -> None:
    history = half_way()
    before = known(history)
    history.add(StepSkipped(step="ui", reason="its if is false"))
    assert known(history).cost_usd[1] < before.cost_usd[1]


def test_a_step_under_way_takes_only_what_is_left_of_it() -> None:
    history = half_way()
    history.add(StepStarted(step="verdict", agent="qa", of="agent"))
    fresh = known(history)
    history.add(StepSkipped(step="ui", reason="no"), after=2_500)
    assert known(history).ms[1] < fresh.ms[1]


def test_a_loop_may_turn_once_more() -> None:
    plan = [
        *PLAN[:1],
        {"step": "polish", "kind": "steps", "needs": ["plan"]},
        {"step": "polish/fix", "kind": "agent", "agents": ["qa"]},
    ]
    history = begun()
    history.act("plan", "cto", "", "Go.", took=2_000, cost=0.006)
    once = known(history, plan)
    history.add(StepStarted(step="polish", of="steps"))
    history.add(StepStarted(step="polish/1", of="steps"))
    again = known(history, plan)
    assert again.cost_usd[1] > once.cost_usd[1]
    history.add(LoopIterated(step="polish", turn=1, until=True))
    assert known(history, plan).ms[0] == 0


def test_a_step_for_each_item_of_a_list_is_counted_by_items() -> None:
    history = half_way()
    history.add(StepStarted(step="verdict", agent="qa", of="agent"))
    history.add(StepExpanded(step="verdict", count=10))
    many = known(history)
    for number in range(1, 9):
        history.add(StepSkipped(step=f"verdict[{number}]", reason="no"))
    assert known(history).cost_usd[1] < many.cost_usd[1] / 2


def test_a_debate_takes_a_turn_of_everybody_at_least() -> None:
    debate = {"step": "verdict", "kind": "debate", "agents": ["cto", "qa", "backend"]}
    assert known(half_way(), [*PLAN[:4], debate]).cost_usd[1] > known(half_way()).cost_usd[1]


def test_earlier_runs_are_trusted_when_there_are_enough_of_them() -> None:
    found = ahead_of(half_way(), PLAN, (Earlier(0.05, 30_000),) * 3)
    assert found is not None
    low, high = found.cost_usd
    assert low < 0.05 - 0.014 < high
    assert found.ms[0] < 24_000 < found.ms[1]


def test_one_earlier_run_is_better_than_nothing() -> None:
    found = ahead_of(begun(), PLAN, (Earlier(0.05, 30_000),))
    assert found is not None
    assert found.cost_usd[0] < 0.05 < found.cost_usd[1]


def test_a_run_that_takes_longer_than_all_before_is_judged_by_its_plan() -> None:
    assert ahead_of(half_way(), PLAN, (Earlier(0.001, 1_000),) * 5) == ahead_of(half_way())


def test_an_audience_that_goes_back_forgets_what_it_had_learned() -> None:
    show, outlook = show_of(half_way()), Outlook()
    outlook.look(show.events, show.state)
    show.start_again()
    outlook.look(show.events, show.state)
    assert outlook.forecast(show_of(begun()).state, plan_of(PLAN)) is None


def test_of_what_is_over_nothing_is_to_come() -> None:
    history = half_way()
    history.add(RunFinished(outcome="succeeded"))
    assert ahead_of(history) is None


async def test_over_a_real_run_the_time_that_is_left_lies_near_the_range(tmp_path: Path) -> None:
    run = perform("feature-sprint", mode="rehearsal", workspace=tmp_path / "workspace.db")
    await run.result()
    show, outlook, near = Show(run.value), Outlook(), []
    for event in run.events:
        show.apply(event)
        start = show.state.start
        assert start is not None
        outlook.look(show.events, show.state)
        found = outlook.forecast(show.state, plan_of(show.value(start.plan)))
        if found is not None:
            left, (low, high) = run.state.mono - show.state.mono, found.ms
            near.append(low * 0.6 <= left <= high * 1.5)
    assert len(near) > 50
    assert near.count(True) / len(near) > 0.8


@pytest.mark.parametrize("plan", [None, 3, "plan", {}, [], [None], [{"step": 1, "agents": 2, "needs": "x"}]])
def test_whatever_a_log_gives_as_a_plan_is_read(plan: object) -> None:
    assert all(plan_of(plan))
