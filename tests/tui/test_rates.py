"""Figures of speed, waits and context."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from app.events import (
    CallFinished,
    CallSpeaking,
    CallStarted,
    Failure,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.state import RunState
from app.tui.rates import Context, Rates
from corpus.histories import History, histories
from tui.plays import begun, half_way, show_of


def speaking(history: History, agent: str = "qa", after: int = 500) -> str:
    """Somebody has begun to speak."""
    where: dict[str, Any] = {"step": "verdict", "agent": agent, "call": "verdict#1"}
    history.add(CallStarted(model="smart", use="anthropic/claude-sonnet-5-5", **where))
    history.add(CallSpeaking(wait_ms=after, **where), after=after)
    return "verdict#1"


def measured(history: History) -> tuple[Rates, RunState]:
    """A run that was told by hand, looked at once."""
    show, rates = show_of(history), Rates()
    rates.look(show.events)
    return rates, show.state


def said(series: tuple[float, ...], over: float) -> float:
    """All tokens of a series over so many milliseconds."""
    return sum(series) * over / len(series) / 1000


def tools_of(history: History) -> tuple[int, int, int]:
    """Uses of tools that went well, that failed, that are under way."""
    rates, state = measured(history)
    return rates.tools(state)


# How fast


def test_where_nobody_speaks_nothing_is_said() -> None:
    rates, state = measured(half_way())
    assert rates.speed(state, {}, state.mono) == 0


def test_who_speaks_is_measured_by_what_was_heard() -> None:
    history = begun()
    call = speaking(history)
    rates, state = measured(history)
    assert rates.speed(state, {call: "word " * 200}, state.mono + 4_000) == pytest.approx(50, rel=0.2)


@pytest.mark.parametrize("agent", ["backend", "qa"], ids=["as the last time", "as whoever spoke last"])
def test_who_has_only_begun_is_taken_to_speak_as_fast_as_is_usual(agent: str) -> None:
    history = half_way()
    call = speaking(history, agent)
    rates, state = measured(history)
    assert rates.speed(state, {call: "Well"}, state.mono) == pytest.approx(300 / 3.2)


def test_of_a_first_speaker_nobody_knows_the_speed_yet() -> None:
    history = begun()
    speaking(history)
    rates, state = measured(history)
    assert rates.speed(state, {}, state.mono) is None


# When


def test_the_series_holds_every_token_that_was_said() -> None:
    rates, state = measured(half_way())
    found = rates.whole(state, {}, 15, state.mono)
    assert said(found, state.mono) == pytest.approx(400)
    assert found[0] == 0  # while the first one thought, nothing was said


def test_the_last_seconds_have_a_series_of_their_own() -> None:
    rates, state = measured(half_way())
    assert said(rates.lately(state, {}, 4, state.mono), state.mono) == pytest.approx(400)
    history = half_way()
    history.ask("verdict", "qa", "No.", took=40_000, tokens=(10, 80))
    rates, state = measured(history)
    assert rates.lately(state, {}, 4, state.mono) == pytest.approx([80 / 32] * 4)


def test_a_long_run_keeps_every_token_in_wider_bins() -> None:
    history = begun()
    for number in range(400):
        history.ask(f"step{number}", "cto", "Yes.", took=1_000, tokens=(10, 50))
    rates, state = measured(history)
    found = rates.whole(state, {}, 20, state.mono)
    assert said(found, state.mono) == pytest.approx(400 * 50)
    assert max(found) < min(found) * 1.3


def test_what_is_being_said_counts_as_far_as_it_was_heard() -> None:
    history = begun()
    call = speaking(history)
    rates, state = measured(history)
    quiet, loud = (rates.whole(state, {call: text}, 5, state.mono + 1_000) for text in ("", "word " * 100))
    assert sum(quiet) == 0 < sum(loud)


def test_before_anything_happened_the_series_is_empty() -> None:
    rates, state = measured(begun())
    assert rates.whole(state, {}, 3, 0) == (0, 0, 0)
    assert rates.lately(state, {}, 0, 1_000) == ()


def test_an_answer_that_came_at_once_is_counted_where_it_came() -> None:
    history = begun()
    where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": "plan#1"}
    history.add(CallStarted(model="smart", **where))
    history.add(CallSpeaking(**where), after=1_500)
    history.add(CallFinished(usage=Usage(output=80), **where))
    rates, state = measured(history)
    assert rates.whole(state, {}, 2, 2_000) == (0, 80)
    assert rates.lately(state, {}, 2, 2_000) == (0, 80)


# How long, and how full


def test_waits_for_first_tokens_tell_the_usual_and_the_longest() -> None:
    found = measured(half_way())[0].waits()
    assert (found.calls, found.median, found.most, found.longest, found.whose) == (2, 400, 800, 800, "backend")


def test_where_nobody_answered_there_are_no_waits() -> None:
    assert measured(begun())[0].waits().calls == 0


def test_context_is_what_the_last_request_took_of_what_its_model_can_read() -> None:
    history = begun()
    call = speaking(history)
    usage = Usage(input=10_000, cache_read=30_000, cache_write=10_000, output=50)
    history.add(CallFinished(usage=usage, step="verdict", agent="qa", call=call))
    rates, state = measured(history)
    (found,) = rates.contexts(state)
    assert (found.agent, found.tokens, found.share) == ("qa", 50_000, 50_000 / found.window)


def test_a_model_that_nobody_knows_has_no_share() -> None:
    rates, state = measured(half_way())
    assert rates.contexts(state) == (Context("cto", 2_000, 0), Context("backend", 2_000, 0))
    assert rates.contexts(state)[0].share is None


def test_uses_of_tools_are_counted_by_how_they_ended_the_last_time() -> None:
    history = begun()
    for call in ("one", "two", "three"):
        history.add(ToolStarted(tool="file.read", agent="cto", call=call))
    history.add(ToolFailed(agent="cto", call="one", failure=Failure(error="timeout")))
    history.add(ToolFinished(agent="cto", call="two"))
    assert tools_of(history) == (1, 1, 1)
    history.add(ToolFinished(agent="cto", call="one"))
    assert tools_of(history) == (2, 0, 1)


# Looked at in pieces


@given(histories())
def test_whoever_looks_at_every_event_sees_what_those_see_who_come_late(history: History) -> None:
    show, early, late = show_of(history), Rates(), Rates()
    for count in range(len(show.events) + 1):
        early.look(show.events[:count])
    late.look(show.events)
    state = show.state
    assert early.whole(state, {}, 20, state.mono) == late.whole(state, {}, 20, state.mono)
    assert early.lately(state, {}, 20, state.mono) == late.lately(state, {}, 20, state.mono)
    assert (early.waits(), early.contexts(state), early.tools(state)) == (
        late.waits(),
        late.contexts(state),
        late.tools(state),
    )


def test_an_audience_that_goes_back_sees_what_it_saw_then() -> None:
    history = half_way()
    rates, _ = measured(history)
    rates.look(history.events[:2])
    assert rates.waits().calls == 0
