"""The state of a run is the fold of its events and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import (
    KINDS,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    Directed,
    Event,
    Handoff,
    Hold,
    LimitsChanged,
    Performer,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFinished,
    StepStarted,
    ToolStarted,
    decode,
    encode,
)
from app.state import RunState, apply, critical_path, fold, meters
from corpus.histories import History, histories
from golden.logs import NAMES, read, summary


def begun(**more: object) -> History:
    history = History()
    cast = (Performer(id="cto", title="CTO"), Performer(id="qa", title="QA Engineer"))
    history.add(msgspec.structs.replace(RunStarted(scenario="play", cast=cast), **more))
    return history


@pytest.mark.parametrize("name", NAMES)
def test_folding_a_golden_log_gives_what_was_recorded(name: str) -> None:
    golden = read(name)
    assert summary(fold(golden.events)) == golden.summary


@pytest.mark.parametrize("name", NAMES)
def test_folding_a_golden_log_in_two_parts_gives_the_same_wherever_it_is_cut(name: str) -> None:
    events = read(name).events
    whole = fold(events)
    for cut in range(0, len(events), 7):
        state = fold(events[:cut])
        for event in events[cut:]:
            apply(state, event)
        assert state == whole


def test_every_kind_of_event_happens_in_a_golden_log() -> None:
    assert {type(event) for event in read("every-kind").events} == set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_log_is_encoded_to_the_very_bytes_it_was_read_from(name: str) -> None:
    for event in read(name).events:
        assert encode(decode(encode(event))) == encode(event)


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    events = read("every-kind").events
    later: list[Event] = []
    for event in events:
        data = msgspec.json.decode(encode(event)) | {"a_later_field": {"of": ["any", "shape"]}}
        later.append(decode(msgspec.json.encode(data)))
    assert fold(later) == fold(events)


@given(histories(), st.data())
def test_no_plausible_history_breaks_the_fold_and_it_may_be_cut_anywhere(history: History, data: st.DataObject) -> None:
    whole = fold(history.events)
    cut = data.draw(st.integers(0, len(history.events)))
    state = fold(history.events[:cut])
    for event in history.events[cut:]:
        apply(state, event)
    assert state == whole


@given(histories())
def test_what_a_run_cost_is_the_sum_of_its_attempts_and_of_its_outermost_steps(history: History) -> None:
    state = fold(history.events)
    attempts = [event for event in history.events if isinstance(event, CallFinished | CallFailed)]
    assert state.totals.cost_usd == pytest.approx(sum(event.cost_usd for event in attempts))
    assert state.totals.tokens == sum(event.usage.total for event in attempts)
    assert state.totals.cost_usd == pytest.approx(sum(state.steps[root].tally.cost_usd for root in state.roots))
    assert state.totals.tokens == sum(agent.tally.tokens for agent in state.agents.values())


@given(histories())
def test_steps_are_nested_as_their_paths_say(history: History) -> None:
    state = fold(history.events)
    for path, step in state.steps.items():
        assert path.startswith(step.parent)
        assert path in (state.steps[step.parent].children if step.parent else state.roots)


@given(histories())
def test_nobody_is_busy_once_a_run_is_over(history: History) -> None:
    state = fold(history.events)
    if state.over:
        assert all(agent.doing == "idle" for agent in state.agents.values())
        assert not any(call.status in ("started", "speaking") for call in state.calls.values())


def test_an_agent_is_thinking_then_speaking_then_idle() -> None:
    history = begun()
    state = fold(history.events)
    seen = []
    where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": "plan#1"}
    for event in (CallStarted(model="smart", **where), CallSpeaking(**where), CallFinished(**where)):
        apply(state, history.add(event))
        seen.append(state.agents["cto"].status)
    assert seen == ["thinking", "speaking", "idle"]


def test_an_agent_that_ends_one_of_two_calls_is_still_at_the_other() -> None:
    history = begun()
    for step in ("api", "ui"):
        history.add(CallStarted(step=step, agent="cto", call=step, model="smart"))
    history.add(CallSpeaking(step="api", agent="cto", call="api"))
    history.add(CallFinished(step="api", agent="cto", call="api"))
    assert fold(history.events).agents["cto"].status == "thinking"


def test_a_muted_agent_is_muted_until_somebody_says_otherwise() -> None:
    history = begun()
    history.add(Directed(direction="mute", to="qa", by="ada"))
    assert fold(history.events).agents["qa"].status == "muted"
    history.add(Directed(direction="unmute", to="qa", by="ada"))
    assert fold(history.events).agents["qa"].status == "idle"


def test_what_is_held_for_a_call_is_free_again_when_it_has_answered() -> None:
    history = begun(limits={"cost_usd": 1.0})
    where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": "plan#1"}
    history.add(CallStarted(model="smart", hold=Hold(cost_usd=0.5), **where))
    (meter,) = meters(fold(history.events))
    assert (meter.spent, meter.held, meter.free) == (0, 0.5, 0.5)
    history.add(CallFinished(cost_usd=0.25, **where))
    (meter,) = meters(fold(history.events))
    assert (meter.spent, meter.held, meter.free) == (0.25, 0, 0.75)


def test_what_was_held_for_a_call_that_a_crash_cut_off_stays_charged() -> None:
    history = begun(limits={"cost_usd": 1.0})
    history.add(CallStarted(step="plan", agent="cto", call="plan#1", model="smart", hold=Hold(cost_usd=0.5)))
    history.add(RunResumed(reason="crash"))
    state = fold(history.events)
    assert state.calls["plan#1"].status == "lost"
    assert state.agents["cto"].status == "idle"
    assert meters(state)[0].held == 0.5


def test_limits_of_agents_and_steps_have_meters_of_their_own() -> None:
    history = begun(limits={"cost_usd": 1.0})
    history.add(BudgetWarned(scope="agent:cto", measure="turns", share=0.5, limit=3))
    history.add(LimitsChanged(scope="step:plan", measure="tokens", limit=5_000, by="ada"))
    history.act("plan", "cto", "Split the work", "Two tasks.", tokens=(900, 100))
    history.act("check", "qa", "Try to break it", "It holds.")
    found = {(meter.scope, meter.measure): meter.spent for meter in meters(fold(history.events))}
    assert found == {("run", "cost_usd"): 0.0144, ("agent:cto", "turns"): 1, ("step:plan", "tokens"): 1_000}


def test_the_cost_of_a_fork_tells_what_it_took_over_from_what_is_new() -> None:
    history = begun()
    history.act("plan", "cto", "Split the work", "Two tasks.", cost=0.25)
    history.add(RunResumed(reason="fork"))
    history.act("check", "qa", "Try to break it", "It holds.", cost=0.5)
    state = fold(history.events)
    assert (state.totals.cost_usd, state.inherited.cost_usd, state.new_usd) == (0.75, 0.25, 0.5)


def test_a_round_of_a_debate_counts_for_the_debate() -> None:
    history = begun()
    history.add(StepStarted(step="call", of="debate", title="Argue"))
    history.ask("call/round1/qa", "qa", "No.", cost=0.25)
    assert fold(history.events).steps["call"].tally.cost_usd == 0.25


def test_a_paused_run_goes_on_and_ends() -> None:
    history = begun()
    seen = []
    state = fold(history.events)
    for event in (RunPaused(reason="person"), RunResumed(reason="person"), RunFinished(outcome="succeeded")):
        apply(state, history.add(event))
        seen.append(state.status)
    assert seen == ["paused", "running", "succeeded"]


def test_a_tool_that_an_agent_uses_shows_at_the_agent() -> None:
    history = begun()
    history.add(ToolStarted(step="plan", agent="cto", call="plan!http#1", tool="http"))
    state = fold(history.events)
    assert (state.agents["cto"].status, state.tools["plan!http#1"].tool) == ("using tool", "http")


def test_the_critical_path_follows_the_causes_back_from_the_end() -> None:
    history = begun()
    plan = history.act("plan", "cto", "Split the work", "Two tasks.", took=1_000)
    for step, took in (("api", 500), ("ui", 3_000)):
        started = history.add(StepStarted(step=step, agent="qa", of="agent", cause=plan.seq))
        said = history.ask(step, "qa", "Done.", took=took, cause=started.seq)
        last = history.add(StepFinished(step=step, cause=said.seq))
    history.add(Handoff(giver="qa", taker="cto", cause=last.seq))
    history.add(RunFinished(outcome="succeeded", cause=last.seq))
    path = critical_path(fold(history.events))
    assert [part.step for part in path] == ["plan", "ui"]
    assert path[-1].ended == 4_500


def test_a_log_whose_causes_go_in_a_circle_holds_nobody_for_ever() -> None:
    history = begun()
    started = history.add(StepStarted(step="plan", of="agent"))
    started.cause = 3
    history.add(StepFinished(step="plan", cause=2))
    assert [part.step for part in critical_path(fold(history.events))] == ["plan"]


def test_a_state_is_plain_data() -> None:
    state = fold(read("feature-sprint").events)
    assert asdict(state)["totals"]["calls"] == state.totals.calls
    assert RunState() == RunState()
