"""What each kind of event does to the fold: one small rule a kind, found in a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    Directed,
    Event,
    ExpectationChecked,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LimitsChanged,
    MemoryRead,
    MemoryWritten,
    Narration,
    Remark,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
)
from app.state.calls import CALL_RULES, lose_what_was_under_way
from app.state.shapes import (
    AgentState,
    GateState,
    Rules,
    RunState,
)
from app.state.steps import STEP_RULES


def apply(state: RunState, event: Event) -> None:
    """Let one more event happen to the state, in place."""
    state.seq = event.seq
    state.at = event.at
    state.mono = event.mono
    state.trail.append((event.cause, event.mono, event.step))
    _RULES[type(event)](state, event)


def fold(events: Iterable[Event]) -> RunState:
    """The state after all these events."""
    state = RunState()
    for event in events:
        apply(state, event)
    return state


# The run


def _run_started(state: RunState, event: RunStarted) -> None:
    state.run = event.run
    state.start = event
    state.status = "running"
    state.agents = {who.id: AgentState(who) for who in event.cast}
    if event.limits:
        state.limits["run"] = dict(event.limits)


def _run_paused(state: RunState, event: RunPaused) -> None:
    state.status = "paused"
    state.pause = event


def _run_resumed(state: RunState, event: RunResumed) -> None:
    state.status = "running"
    state.resumed += 1
    if event.reason == "fork":
        state.inherited = replace(state.totals)
    lose_what_was_under_way(state)


def _run_finished(state: RunState, event: RunFinished) -> None:
    state.status = event.outcome
    state.finish = event
    lose_what_was_under_way(state)


# Between agents, and with people


def _handoff(state: RunState, event: Handoff) -> None:
    state.handoffs.append(event)
    taker = state.agents.get(event.taker)
    if taker is not None:
        taker.handed = event


def _gate_opened(state: RunState, event: GateOpened) -> None:
    state.gates[event.gate] = GateState(event)


def _gate_answered(state: RunState, event: GateAnswered) -> None:
    gate = state.gates.get(event.gate)
    if gate is not None:
        gate.status = "answered"
        gate.answered = event


def _gate_closed(state: RunState, event: GateClosed) -> None:
    gate = state.gates.get(event.gate)
    if gate is not None:
        gate.status = event.why
        gate.closed = event


def _directed(state: RunState, event: Directed) -> None:
    state.directions.append(event)
    if event.direction in ("hold", "go"):
        state.held = event.direction == "hold"
    elif event.direction in ("mute", "unmute") and event.to in state.agents:
        state.agents[event.to].muted = event.direction == "mute"


# Limits


def _warned(state: RunState, event: BudgetWarned | BudgetExceeded) -> None:
    state.warnings.append(event)
    if event.limit:
        state.limits.setdefault(event.scope, {}).setdefault(event.measure, event.limit)


def _limits_changed(state: RunState, event: LimitsChanged) -> None:
    state.raised.append(event)
    state.limits.setdefault(event.scope, {})[event.measure] = event.limit


def _breaker_changed(state: RunState, event: BreakerChanged) -> None:
    if event.state == "closed":
        state.breakers.pop(event.endpoint, None)
    else:
        state.breakers[event.endpoint] = event.state


# Memory, expectations, and words for the audience


def _remembered(state: RunState, event: MemoryRead | MemoryWritten) -> None:
    state.memory.append(event)


def _expectation_checked(state: RunState, event: ExpectationChecked) -> None:
    state.expectations[event.number] = event


def _narration(state: RunState, event: Narration) -> None:
    state.narration.append(event)


def _remark(state: RunState, event: Remark) -> None:
    state.remarks.append(event)


_RULES: Rules = {
    **STEP_RULES,
    **CALL_RULES,
    RunStarted: _run_started,
    RunPaused: _run_paused,
    RunResumed: _run_resumed,
    RunFinished: _run_finished,
    Handoff: _handoff,
    GateOpened: _gate_opened,
    GateAnswered: _gate_answered,
    GateClosed: _gate_closed,
    Directed: _directed,
    BudgetWarned: _warned,
    BudgetExceeded: _warned,
    LimitsChanged: _limits_changed,
    BreakerChanged: _breaker_changed,
    MemoryRead: _remembered,
    MemoryWritten: _remembered,
    ExpectationChecked: _expectation_checked,
    Narration: _narration,
    Remark: _remark,
}
