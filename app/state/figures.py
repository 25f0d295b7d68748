"""Figures worked out from the fold when somebody looks: what is left of each limit, and what the run waited for."""

from __future__ import annotations

from dataclasses import dataclass

from app.state.shapes import RunState, Tally
from app.state.words import all_usd


@dataclass(frozen=True, slots=True)
class Meter:
    """A limit and how far it is used."""

    scope: str
    measure: str
    spent: float
    held: float
    limit: float

    @property
    def free(self) -> float:
        """What is left beyond what is spent and held; never below nothing."""
        return max(0.0, self.limit - self.spent - self.held)

    @property
    def share(self) -> float:
        """How much of it is spent, from 0 to 1 and beyond."""
        return self.spent / self.limit if self.limit else 1.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the critical path: a step, and from when to when the run waited for it."""

    step: str
    began: int
    ended: int


def meters(state: RunState, now: int | None = None) -> list[Meter]:
    """Every limit there is, in the order in which they were set; `now` is a moment of the run after its last event."""
    now = state.mono if now is None else now
    found = []
    for scope, measures in state.limits.items():
        kind, _, name = scope.partition(":")
        for measure, limit in measures.items():
            spent, held = _used(state, kind, name, measure, now)
            found.append(Meter(scope, measure, spent, held, limit))
    return found


def critical_path(state: RunState) -> list[Stretch]:
    """The chain of causes that ended last, first things first; neighbouring events of one step are one stretch."""
    stretches: list[Stretch] = []
    seq = _last_link(state)
    while 0 < seq <= len(state.trail):
        cause, mono, step = state.trail[seq - 1]
        if stretches and stretches[-1].step == step:
            stretches[-1] = Stretch(step, mono, stretches[-1].ended)
        elif step:
            stretches.append(Stretch(step, mono, mono))
        if cause >= seq:
            break  # a cause comes before what it causes; a log that says otherwise must not hold us for ever
        seq = cause
    stretches.reverse()
    return stretches


def _last_link(state: RunState) -> int:
    if state.finish is not None and state.finish.cause:
        return state.finish.cause
    ended = [step for step in state.steps.values() if step.ended is not None]
    return max(ended, key=lambda step: (step.ended or 0, step.ended_at)).ended_at if ended else 0


def tally_of(state: RunState, scope: str) -> Tally:
    """What a scope has taken: run, agent:cto, step:polish."""
    kind, _, name = scope.partition(":")
    return _scope(state, kind, name, state.mono)[0]


def _used(state: RunState, kind: str, name: str, measure: str, now: int) -> tuple[float, float]:
    tally, wall = _scope(state, kind, name, now)
    match measure:
        case "cost_usd":
            return all_usd(tally), tally.held_usd  # a limit counts as when it was recorded
        case "tokens":
            return tally.tokens, tally.held_tokens
        case "turns":
            return tally.calls, 0
        case _:
            return wall / 1000, 0


def _scope(state: RunState, kind: str, name: str, now: int) -> tuple[Tally, int]:
    """What a scope has taken, and the milliseconds that passed in it."""
    if kind == "agent" and name in state.agents:
        tally = state.agents[name].tally
        return tally, tally.took_ms
    if kind == "step" and name in state.steps:
        step = state.steps[name]
        return step.tally, (now if step.ended is None else step.ended) - step.began
    return (state.totals, now) if kind == "run" else (Tally(), 0)
