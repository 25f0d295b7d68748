"""Rules for steps, loops and debates."""

from __future__ import annotations

from app.events import (
    DebateDecided,
    DebateRound,
    DebateVoted,
    LoopIterated,
    StepExpanded,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
)
from app.state.shapes import (
    DebateState,
    Rules,
    RunState,
    StepState,
)


def _step_started(state: RunState, event: StepStarted) -> None:
    step = state.steps.get(event.step) or _new_step(state, event.step)
    step.status = "running"
    step.attempt = event.attempt
    step.of = event.of
    step.title = event.title
    step.agent = event.agent or step.agent
    if event.attempt == 1:
        step.began = event.mono
        step.began_at = event.seq
    if event.cue:
        step.cue = event.cue
        state.cues.append(event)
    if event.caption is not None:
        step.caption = state.caption = event.caption


def _new_step(state: RunState, path: str) -> StepState:
    parent = _around(state, path)
    step = state.steps[path] = StepState(path, parent)
    (state.steps[parent].children if parent else state.roots).append(path)
    return step


def _around(state: RunState, path: str) -> str:
    """The nearest step around a path that has begun. A round of a debate has no step of its own."""
    while path:
        path = path[: max(path.rfind("/"), path.rfind("["), 0)]
        if path in state.steps:
            break
    return path


def step_of(state: RunState, path: str) -> StepState | None:
    """The step of a path, or the nearest one around it."""
    return state.steps.get(path) or state.steps.get(_around(state, path))


def outside(state: RunState, step: StepState) -> StepState | None:
    """The step around a step. None is around one at the root, whatever a log may call a step."""
    return state.steps.get(step.parent) if step.parent else None


def _end(state: RunState, event: StepFinished | StepFailed | StepSkipped) -> StepState:
    step = state.steps.get(event.step)
    if step is None:
        step = _new_step(state, event.step)
        step.began = event.mono
        step.began_at = event.seq
    step.ended = event.mono
    step.ended_at = event.seq
    return step


def _step_finished(state: RunState, event: StepFinished) -> None:
    step = _end(state, event)
    step.status = event.outcome
    step.output = event.output
    step.failure = None


def _step_failed(state: RunState, event: StepFailed) -> None:
    step = _end(state, event)
    step.status = event.outcome
    step.output = event.output
    step.failure = event.failure
    step.tolerated = event.tolerated
    state.errors.append(event)


def _step_skipped(state: RunState, event: StepSkipped) -> None:
    step = _end(state, event)
    step.status = "skipped"
    step.reason = event.reason
    step.because = event.because
    state.skips.append(event)


def _step_retrying(state: RunState, event: StepRetrying) -> None:
    state.retries.append(event)
    step = step_of(state, event.step)
    if step is not None:
        step.status = "retrying"
        step.failure = event.failure


def _step_expanded(state: RunState, event: StepExpanded) -> None:
    step = step_of(state, event.step)
    if step is not None:
        step.count = event.count
        step.items = event.items


def _loop_iterated(state: RunState, event: LoopIterated) -> None:
    state.turns.append(event)
    step = step_of(state, event.step)
    if step is not None:
        step.turn = event.turn
        step.until = event.until


# Debates


def _debate(state: RunState, path: str) -> DebateState:
    """The debate that a path lies in: debate/round2/qa belongs to debate."""
    step = step_of(state, path)
    while step is not None and step.of != "debate":
        step = outside(state, step)
    name = step.path if step else path
    return state.debates.setdefault(name, DebateState(name))


def _debate_round(state: RunState, event: DebateRound) -> None:
    debate = _debate(state, event.step)
    debate.round = event.round
    debate.speakers = event.speakers
    debate.agreement = event.agreement


def _debate_voted(state: RunState, event: DebateVoted) -> None:
    _debate(state, event.step).votes[event.agent] = event.choice


def _debate_decided(state: RunState, event: DebateDecided) -> None:
    _debate(state, event.step).decided = event


STEP_RULES: Rules = {
    StepStarted: _step_started,
    StepFinished: _step_finished,
    StepFailed: _step_failed,
    StepSkipped: _step_skipped,
    StepRetrying: _step_retrying,
    StepExpanded: _step_expanded,
    LoopIterated: _loop_iterated,
    DebateRound: _debate_round,
    DebateVoted: _debate_voted,
    DebateDecided: _debate_decided,
}
