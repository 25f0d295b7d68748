"""Attempts at one question: a call that failed, those that came before it, and why another model takes over."""

from __future__ import annotations

from app.events import CallFailed, StepFailed
from app.state.shapes import CallState, RunState
from app.state.steps import step_of
from app.state.words import times

_WENT_WRONG = ("failed", "lost")
_LATE = 1_000  # milliseconds by which another attempt may be late
_HOW = {
    "rate_limited": "was over its rate limit",
    "overloaded": "was overloaded",
    "timeout": "did not answer in time",
    "connection": "could not be reached",
    "malformed": "said what nobody can read",
    "incomplete": "broke off",
    "empty": "said nothing",
    "quota": "had no quota left",
    "auth": "did not accept the key",
    "context_too_long": "cannot read so much at once",
    "interrupted": "was cut off",
}


def attempts_of(state: RunState, call: CallState) -> list[CallState]:
    """All calls that were made for the same answer, this one among them: those that failed, and what came after."""
    step = step_of(state, call.step)
    known = (state.calls[name] for name in step.calls) if step is not None else state.calls.values()
    same = [each for each in known if each.step == call.step and each.agent == call.agent]
    at = first = same.index(call)
    while first and same[first - 1].status in _WENT_WRONG:
        first -= 1
    while same[at].status in _WENT_WRONG and at + 1 < len(same):
        at += 1
    return same[first : at + 1]


def is_at_work(state: RunState, now: int) -> bool:
    """Is a model or a tool waited for, or the time until one is asked again, so that the run goes on by itself?"""
    if state.status != "running":
        return False
    calls = state.calls
    for agent in state.agents.values():
        if any(doing != "waiting" or id in calls for id, doing in agent.under_way.items()):
            return True
        ended = calls[agent.call].ended if agent.call in calls else None
        if isinstance(ended, CallFailed) and ended.retry_ms and now <= ended.mono + ended.retry_ms + _LATE:
            return True
    return False


def went_wrong(state: RunState) -> int:
    """How many things went wrong: what was tried again is none, and a step adds none to what failed inside it."""
    found: list[tuple[str, str, str]] = []
    for event in state.errors:
        failure = event.failure
        if isinstance(event, CallFailed) and event.retry_ms is not None:
            continue
        told = (failure.error, failure.message)
        if isinstance(event, StepFailed) and any(
            told == (error, message) and step.startswith(event.step) for step, error, message in found
        ):
            continue
        found.append((event.step, *told))
    return len(found)


def takeover(state: RunState, call: CallState) -> str:
    """Why it goes to another model than the attempt before: `openai/gpt-5 was overloaded four times`; else nothing."""
    made = attempts_of(state, call)
    before = made[: made.index(call)]
    if not before or before[-1].model == call.model:
        return ""
    gone: list[str] = []
    for each in reversed(before):
        if each.model != before[-1].model or not isinstance(each.ended, CallFailed):
            break
        gone.append(each.ended.failure.error)
    if not gone:
        return ""
    how = _HOW.get(gone[0], f"failed ({gone[0].replace('_', ' ')})")
    if len(set(gone)) == 1:
        return f"{before[-1].use} {how}{times(len(gone))}"
    return f"{before[-1].use} failed{times(len(gone))}, the last time it {how}"
