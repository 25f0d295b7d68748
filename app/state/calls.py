"""Rules for calls of models and uses of tools: who does what, and what it takes."""

from __future__ import annotations

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Event,
    Performer,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
)
from app.state.shapes import (
    AgentState,
    CallState,
    Doing,
    Rules,
    RunState,
    Tally,
    ToolState,
)
from app.state.spending import spent_by
from app.state.steps import outside, step_of

_ROUNDED = 1  # milliseconds that make no difference: a log that took longer to write says so by more


def _call(state: RunState, event: Event) -> CallState:
    call = state.calls.get(event.call)
    if call is None:
        call = state.calls[event.call] = CallState(event.call, event.step, event.agent)
        call.began = event.mono
        step = step_of(state, event.step)
        if step is not None:
            step.calls.append(event.call)
            step.agent = step.agent or event.agent
    return call


def _acts(state: RunState, event: Event, doing: Doing) -> None:
    """Somebody of the cast begins something, or goes on with it in another way."""
    agent = state.agents.get(event.agent)
    if agent is None:
        if not event.agent:
            return
        agent = state.agents[event.agent] = AgentState(Performer(id=event.agent))
    agent.doing = agent.under_way[event.call or event.step] = doing
    agent.step = event.step
    agent.call = event.call


def _rests(state: RunState, event: Event) -> AgentState | None:
    """Somebody of the cast has done something; they may be at something else as well."""
    agent = state.agents.get(event.agent)
    if agent is not None:
        agent.under_way.pop(event.call or event.step, None)
        agent.doing = next(reversed(agent.under_way.values())) if agent.under_way else "idle"
    return agent


def _call_routed(state: RunState, event: CallRouted) -> None:
    call = _call(state, event)
    call.routed = event
    call.status = "routed"


def _call_waiting(state: RunState, event: CallWaiting) -> None:
    call = _call(state, event)
    call.status = "waiting"
    call.waiting = event
    call.waited_ms += event.wait_ms
    _acts(state, event, "waiting")
    if event.agent:
        state.agents[event.agent].waited_ms += event.wait_ms


def _call_started(state: RunState, event: CallStarted) -> None:
    call = _call(state, event)
    call.status = "started"
    call.started = event
    call.ended = None
    call.began = event.mono
    call.spoke = call.done = None
    _acts(state, event, "thinking")
    hold = event.hold
    for tally in _tallies(state, event):
        tally.calls += 1
        tally.held_usd += hold.cost_usd
        tally.held_tokens += hold.tokens


def _call_speaking(state: RunState, event: CallSpeaking) -> None:
    call = _call(state, event)
    call.status = "speaking"
    measured = call.began + event.wait_ms
    call.spoke = event.mono if not event.wait_ms or event.mono - measured <= _ROUNDED else measured
    _acts(state, event, "speaking")


def _call_finished(state: RunState, event: CallFinished) -> None:
    _end_call(state, event).status = "finished"
    agent = _rests(state, event)
    if agent is not None:
        agent.said = event.text


def _call_failed(state: RunState, event: CallFailed) -> None:
    _end_call(state, event).status = "failed"
    _rests(state, event)
    state.errors.append(event)
    if event.retry_ms is not None:
        state.retries.append(event)


def _end_call(state: RunState, event: CallFinished | CallFailed) -> CallState:
    call = _call(state, event)
    hold = call.started.hold if call.started is not None and call.ended is None else None
    call.ended = event
    call.done = event.mono
    spent = spent_by(event)
    call.spent += spent
    usage = event.usage
    for tally in _tallies(state, event):
        tally.input += usage.input
        tally.cache_read += usage.cache_read
        tally.cache_write += usage.cache_write
        tally.output += usage.output
        tally.took_ms += event.took_ms
        tally.cost_usd += spent.cost_usd
        tally.estimated_usd += spent.estimated_usd
        tally.rehearsed_usd += spent.rehearsed_usd
        tally.rehearsed += spent.rehearsed
        tally.unpriced += spent.unpriced
        tally.local_ms += spent.local_ms
        tally.played_usd += spent.played_usd
        tally.played += spent.played
        if hold is not None:
            tally.held_usd -= hold.cost_usd
            tally.held_tokens -= hold.tokens
    return call


def _tallies(state: RunState, event: Event) -> list[Tally]:
    """Whose account a call goes to: the run, the agent, the step and every step around it."""
    tallies = [state.totals]
    agent = state.agents.get(event.agent)
    if agent is not None:
        tallies.append(agent.tally)
    step = step_of(state, event.step)
    while step is not None:
        tallies.append(step.tally)
        step = outside(state, step)
    return tallies


# Tools


def _tool(state: RunState, event: Event) -> ToolState:
    name = event.call or event.step
    tool = state.tools.get(name)
    if tool is None:
        tool = state.tools[name] = ToolState(name, event.step, event.agent, began=event.mono)
    return tool


def _tool_started(state: RunState, event: ToolStarted) -> None:
    tool = _tool(state, event)
    tool.status = "started"
    tool.started = event
    tool.ended = None
    tool.began = event.mono
    _acts(state, event, "using tool")
    if event.agent:
        state.agents[event.agent].tools += 1


def _tool_waiting(state: RunState, event: ToolWaiting) -> None:
    tool = _tool(state, event)
    tool.status = "waiting"
    tool.reason = event.reason
    _acts(state, event, "waiting")


def _tool_finished(state: RunState, event: ToolFinished) -> None:
    _end_tool(state, event).status = "finished"


def _tool_failed(state: RunState, event: ToolFailed) -> None:
    _end_tool(state, event).status = "failed"
    state.errors.append(event)


def _end_tool(state: RunState, event: ToolFinished | ToolFailed) -> ToolState:
    tool = _tool(state, event)
    tool.ended = event
    tool.done = event.mono
    _rests(state, event)
    return tool


def lose_what_was_under_way(state: RunState) -> None:
    """Nobody knows what became of a call that was cut off. What was held for it stays charged."""
    for call in state.calls.values():
        if call.status in ("started", "speaking"):
            call.status = "lost"
        elif call.status in ("routed", "waiting"):
            call.status = "not made"
    for tool in state.tools.values():
        if tool.status in ("waiting", "started"):
            tool.status = "lost"
    for agent in state.agents.values():
        agent.under_way.clear()
        agent.doing = "idle"


CALL_RULES: Rules = {
    CallRouted: _call_routed,
    CallWaiting: _call_waiting,
    CallStarted: _call_started,
    CallSpeaking: _call_speaking,
    CallFinished: _call_finished,
    CallFailed: _call_failed,
    ToolStarted: _tool_started,
    ToolWaiting: _tool_waiting,
    ToolFinished: _tool_finished,
    ToolFailed: _tool_failed,
}
