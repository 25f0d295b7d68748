"""The calls of a run whose process was killed: each is charged its worst case, and every view counts the same calls."""

from __future__ import annotations

import pytest

from app.batch.whatif.attempts import attempts_in
from app.batch.whatif.sums import summed
from app.events import CallFinished, CallStarted, Event, Hold, RunStarted, Usage
from app.state import fold
from app.state.cut_off import came_to_nothing, cut_off
from app.state.spending import spent_by

FIRST = CallStarted("m", hold=Hold(cost_usd=2.5, tokens=100), seq=2, call="one#1", step="one", agent="a")
SAID = CallFinished(None, usage=Usage(input=5, output=5), cost_usd=1.0, basis="exact", seq=3, call="one#1", agent="a")
SECOND = CallStarted("m", hold=Hold(cost_usd=2.5, tokens=100), seq=4, mono=9, call="two#1", step="two", agent="a")
KILLED: list[Event] = [RunStarted(scenario="play", run="R", seq=1), FIRST, SAID, SECOND]


def test_a_call_that_has_no_end_is_charged_its_worst_case_as_an_estimate() -> None:
    [end] = cut_off(KILLED, rehearsed=False)
    assert (end.call, end.step, end.cause, end.mono) == ("two#1", "two", SECOND.seq, SECOND.mono)
    assert (end.cost_usd, spent_by(end).estimated_usd) == (2.5, 2.5)


def test_the_page_of_the_run_and_the_page_of_its_cost_agree() -> None:
    events = [*KILLED, *cut_off(KILLED, rehearsed=False)]
    totals, summed_up = fold(events).totals, summed(attempts_in(events))
    assert (totals.calls, totals.cost_usd, totals.held_usd) == (2, 3.5, 0.0)
    assert (summed_up.calls, summed_up.spent.cost_usd) == (2, 3.5)


@pytest.mark.parametrize("events", [[], KILLED[:1], KILLED[:3]])
def test_where_everything_has_ended_nothing_is_added(events: list[Event]) -> None:
    assert cut_off(events, rehearsed=False) == []


def test_a_rehearsed_call_reached_nobody_so_it_costs_nothing_and_no_limit_counts_it() -> None:
    [end] = cut_off(KILLED, rehearsed=True)
    assert (end.cost_usd, spent_by(end).rehearsed_usd, came_to_nothing(end)) == (0.0, 0.0, True)


def test_a_call_that_was_played_reached_nobody_either() -> None:
    played = CallStarted("m", hold=Hold(cost_usd=2.5), seq=2, call="one#1", step="one", agent="a", played=True)
    [end] = cut_off([KILLED[0], played], rehearsed=False)
    assert (end.cost_usd, end.played, came_to_nothing(end)) == (0.0, True, True)


def test_what_reached_somebody_counts() -> None:
    assert not came_to_nothing(cut_off(KILLED, rehearsed=False)[0])
    assert not came_to_nothing(SAID)
