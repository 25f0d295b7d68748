"""One of two runs that are compared, folded; and what it did in each of its steps, as facts that can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.events import CallFailed, Parent, Ref, RunStarted
from app.state import CallState, RunState, StepState, fold
from app.state.words import how_ended, plural

if TYPE_CHECKING:
    from app.journal.recording import Recording

UNFINISHED = "unfinished"
TOO_DEEP = "(nested too deep to be read)"
PERSON = "a person"
_NO_PERSON = ("nobody", "rehearsal", "answers file")  # who answers a question where no person does


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two runs did in a step."""

    step: StepState
    status: str
    is_taken: bool  # a fork took it over: nothing was performed
    facts: Mapping[str, str]  # what can be told of it in a few words, by name
    asked: tuple[Ref, ...] = ()  # every message that its models were sent


@dataclass(frozen=True, slots=True)
class Half:
    """A run and its fold."""

    recording: Recording = field(repr=False)
    state: RunState = field(repr=False)
    sides: Mapping[str, Side] = field(repr=False)  # by path, in order of appearance

    @classmethod
    def of(cls, recording: Recording) -> Half:
        """A recording, folded once."""
        state = fold(recording.events)
        taken = state.start.parent.taken if state.start is not None and state.start.parent is not None else 0
        told = _told_beside(recording, state)
        sides = {path: _side(step, state, taken, told.get(path, {})) for path, step in state.steps.items()}
        return cls(recording, state, sides)

    @property
    def run(self) -> str:
        """Its id."""
        return self.recording.run or self.state.run

    @property
    def start(self) -> RunStarted | None:
        """How it began."""
        return self.state.start

    @property
    def parent(self) -> Parent | None:
        """The run it was forked from."""
        return self.start.parent if self.start is not None else None

    @property
    def status(self) -> str:
        """How it ended; a recording does not tell whether what has not ended goes on somewhere."""
        if self.state.finish is not None:
            return self.state.finish.outcome
        return "paused" if self.state.status == "paused" else UNFINISHED

    @property
    def standing(self) -> str:
        """The same, or that it ended and not as was expected."""
        return self.status if self.state.finish is None else how_ended(self.state.finish)

    def value(self, ref: Ref | None) -> Any:
        """What a Ref in one of its events stands for."""
        return None if ref is None else self.recording.value(ref)

    def given(self, step: StepState) -> Any:
        """What a step gave; which person answered a question is not told: that is no difference."""
        value = self.value(step.output)
        if step.of != "approve" or not isinstance(value, dict) or value.get("by", "nobody") in _NO_PERSON:
            return value
        return {**value, "by": PERSON}


def _side(step: StepState, state: RunState, taken: int, beside: Mapping[str, str]) -> Side:
    status: str = step.status
    if not step.over:
        status = "cut off" if state.over else UNFINISHED
    facts = {
        "status": f"{status}, tolerated" if step.tolerated else status,
        "agent": step.agent,
        **_route([state.calls[name] for name in step.calls if name in state.calls]),
        "attempts": str(step.attempt) if step.attempt > 1 else "",
        "turns": str(step.turn) if step.turn else "",
        "items": str(step.count) if step.count is not None else "",
        "skipped": step.reason,
        "failure": f"{step.failure.error}: {step.failure.message}" if step.failure is not None else "",
        **beside,
    }
    told = {name: said for name, said in facts.items() if said}
    return Side(step, status, 0 < step.ended_at <= taken, told, tuple(_asked(step, state)))


def _asked(step: StepState, state: RunState) -> Iterator[Ref]:
    for name in step.calls:
        call = state.calls.get(name)
        if call is not None and call.step == step.path and call.started is not None:
            yield from call.started.messages


def _route(calls: Iterable[CallState]) -> dict[str, str]:
    """The models that were asked, one after the other, and by which rule they were chosen."""
    models: list[str] = []
    rules: dict[str, None] = {}
    failed = 0
    for call in calls:
        if call.use and models[-1:] != [call.use]:
            models.append(call.use)
        if call.routed is not None and call.routed.policy:
            rules[call.routed.policy] = None
        failed += isinstance(call.ended, CallFailed)
    return {
        "model": ", then ".join(dict.fromkeys(models)),
        "chosen by": ", ".join(rules),
        "failed calls": str(failed) if failed else "",
    }


def _told_beside(recording: Recording, state: RunState) -> dict[str, dict[str, str]]:
    """What the fold keeps apart from its steps: tools, questions and debates, by step."""
    told: dict[str, dict[str, str]] = {}
    tools: dict[str, dict[str, int]] = {}
    for tool in state.tools.values():
        if tool.tool:
            used = tools.setdefault(tool.step, {})
            used[tool.tool] = used.get(tool.tool, 0) + 1
    for path, used in tools.items():
        told.setdefault(path, {})["tools"] = ", ".join(f"{name} {count}×" for name, count in sorted(used.items()))
    for gate in state.gates.values():
        told.setdefault(gate.opened.step, {})["answer"] = answer_of(recording, state, gate.opened.gate)
    for path, debate in state.debates.items():
        facts = told.setdefault(path, {})
        facts["debate"] = plural(debate.round, "round") if debate.round else ""
        if debate.votes:
            facts["votes"] = ", ".join(
                f"{who} {in_short(recording.value(choice))}" for who, choice in sorted(debate.votes.items())
            )
        if debate.decided is not None:
            facts["decided by"] = debate.decided.how
            facts["decision"] = in_short(recording.value(debate.decided.decision))
            facts["against it"] = ", ".join(debate.decided.dissenters)
    return told


def answer_of(recording: Recording, state: RunState, name: str) -> str:
    """What was answered to a question, or why it was not."""
    gate = state.gates[name]
    if gate.answered is not None:
        return in_short(recording.value(gate.answered.choice))
    if gate.closed is not None:
        taken = f": {in_short(recording.value(gate.closed.choice))}" if gate.closed.choice is not None else ""
        return f"{gate.closed.why}{taken}"
    return "waits"


def in_short(value: Any) -> str:
    """Any value as one text."""
    return value if isinstance(value, str) else as_json(value)


def as_json(value: Any) -> str:
    """A value as text that is the same wherever the value is: keys in order, true told from 1."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        return TOO_DEEP
