"""A second copy of a run's state, so that the fold can go on from it more than once.

Most of a long run is settled: no event to come will touch it. That is shared between copies and never changes again;
so a copy costs little more than its tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields

from app.events import Event
from app.state.shapes import AgentState, DebateState, RunState, StepState

_OPEN = ("routed", "waiting", "started", "speaking")  # calls and tools that the end of the run would still change


@dataclass(frozen=True, slots=True)
class Settling:
    """From which event on nothing changes any more, of each step, call and tool of a run that is known to its end."""

    steps: Mapping[str, int]  # the last seq that touches it
    calls: Mapping[str, int]  # of calls and tools

    @classmethod
    def of(cls, events: Sequence[Event]) -> Settling:
        """Find out: the last word about a thing is the first when it is read backwards."""
        steps: dict[str, int] = {}
        calls: dict[str, int] = {}
        for event in reversed(events):
            calls.setdefault(event.call or event.step, event.seq)
            path = event.step
            while path and path not in steps:  # whatever is around it was touched with it, or later
                steps[path] = event.seq
                path = path[: max(path.rfind("/"), path.rfind("["), 0)]
        return cls(steps, calls)


def copied(state: RunState, settling: Settling) -> RunState:
    """The same state, to go on with."""
    seq = state.seq
    twin = RunState()
    for field in fields(RunState):
        value = getattr(state, field.name)
        setattr(twin, field.name, copy(value) if isinstance(value, list | dict) else value)
    twin.totals, twin.inherited = copy(state.totals), copy(state.inherited)
    twin.limits = {scope: dict(limits) for scope, limits in state.limits.items()}
    twin.agents = {name: _agent(agent) for name, agent in state.agents.items()}
    twin.gates = {name: copy(gate) for name, gate in state.gates.items()}
    twin.debates = {name: _debate(debate) for name, debate in state.debates.items()}
    for path, step in state.steps.items():
        if settling.steps.get(path, seq + 1) > seq:
            twin.steps[path] = _step(step)
    for name, call in state.calls.items():
        if call.status in _OPEN or settling.calls.get(name, seq + 1) > seq:
            twin.calls[name] = copy(call)
    for name, tool in state.tools.items():
        if tool.status in _OPEN or settling.calls.get(name, seq + 1) > seq:
            twin.tools[name] = copy(tool)
    return twin


def _step(step: StepState) -> StepState:
    twin = copy(step)
    twin.children, twin.calls, twin.tally = list(step.children), list(step.calls), copy(step.tally)
    return twin


def _agent(agent: AgentState) -> AgentState:
    twin = copy(agent)
    twin.under_way, twin.tally = dict(agent.under_way), copy(agent.tally)
    return twin


def _debate(debate: DebateState) -> DebateState:
    twin = copy(debate)
    twin.votes = dict(debate.votes)
    return twin
