"""What a line of the log says of each kind of event, in the words of the headless narration."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    DebateDecided,
    DebateRound,
    DebateVoted,
    Directed,
    Event,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LimitsChanged,
    LoopIterated,
    MemoryRead,
    MemoryWritten,
    Narration,
    Ref,
    Remark,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepExpanded,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
)
from app.safety import one_line
from app.state import RunState, spent_by, takeover, tally_of
from app.state.terms import ACTIONS, DIRECTIONS, HANDOVERS, RESUMES, SECTIONS, WAITS
from app.state.words import because, how_performed, paid_at_all, short_id
from app.tui.log.charts import chart_in
from app.tui.naming import LONGEST, amount, name_of, plural, short_path, step_name
from app.tui.text import paid, tokens, took
from app.tui.verdict import expectations_told

Tone = Literal["plain", "quiet", "good", "warning", "error", "person", "handoff", "story"]
Mark = Literal[
    "", "done", "failed", "waiting", "running", "retried", "skipped", "paused", "warned", "gate", "person", "to"
]

_COMMA = re.compile(r",(?=[\w\"\[{])")
_KEYS = re.compile(r'"([\w.-]{1,40})": ?')


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of an event, beyond what the event says of itself."""

    word: str
    told: str = ""
    mark: Mark = ""
    tone: Tone = "plain"
    figures: str = ""
    about: str = ""
    agent: str = ""
    taker: str = ""


class Scene:
    """What rules look things up in."""

    def __init__(self, state: RunState, words: Callable[[Ref | None], str]) -> None:
        self.state = state
        self._words = words

    def compact(self, said: str | Ref | None) -> str:
        """A value on one row; structures without the quotes of their keys."""
        whole = said if isinstance(said, str) else self._words(said)
        text = chart_in(whole) or whole[:LONGEST]
        line = " ".join(text.split())
        if text[:1] in ("{", "["):
            line = _COMMA.sub(", ", _KEYS.sub(r"\1: ", line))
            line = line.replace("{ ", "{").replace("[ ", "[").replace(" }", "}").replace(" ]", "]")
        return line

    def about(self, event: Event) -> str:
        if event.agent:
            return name_of(event.agent, self.state)
        return one_line(short_path(event.step)) or "run"

    def scope(self, scope: str) -> str:
        kind, _, name = scope.partition(":")
        if kind == "agent":
            return name_of(name, self.state)
        return step_name(name, self.state) if kind == "step" else "the run"

    def tool(self, event: Event) -> str:
        use = self.state.tools.get(event.call or event.step)
        return one_line(use.tool) if use is not None and use.tool else "a tool"


def _because(failure: Failure | None) -> str:
    return one_line(because(failure)) if failure is not None else ""


# The run


def _run_started(scene: Scene, event: RunStarted) -> Said:
    mode = "" if event.mode == "live" else f", {how_performed(event)}"
    fork = f", fork of {short_id(event.parent.run)}" if event.parent else ""
    return Said("run", one_line(f"{event.title or event.scenario}{mode}{fork}"), "running", "story")


def _run_paused(scene: Scene, event: RunPaused) -> Said:
    who = f" by {event.by}" if event.by else ""
    detail = f": {event.detail}" if event.detail else ""
    return Said("pauses", one_line(f"{event.reason}{who}{detail}"), "paused", "warning")


def _run_resumed(scene: Scene, event: RunResumed) -> Said:
    return Said("resumes", RESUMES.get(event.reason, "the run goes on"), "retried", "story")


def _run_finished(scene: Scene, event: RunFinished) -> Said:
    good = event.excused or (event.outcome == "succeeded" and event.expected)
    missed = "" if event.expected else expectations_told(scene.state)
    parts = (event.outcome, "as expected" if event.excused else "", missed, _because(event.failure))
    figures = f"{plural(event.usage.total, 'token')} · {paid(scene.state.totals)}"
    told = ", ".join(part for part in parts if part)
    return Said("ends", told, "done" if good else "failed", "good" if good else "error", figures)


# Steps


def _step_started(scene: Scene, event: StepStarted) -> Said:
    turn = event.step.rpartition("/")[2]
    if turn.isdigit():
        return Said("begins", f"turn {turn}", "running", "quiet", about=_step(event))
    again = f"attempt {event.attempt}" if event.attempt > 1 else ""
    kind = SECTIONS.get(event.of, "")
    parts = (one_line(event.cue), one_line(event.title), kind, again, scene.compact(event.caption))
    told = " · ".join(part for part in parts if part)
    return Said("begins", told, "running", "story" if event.caption or event.cue else "quiet", about=_step(event))


def _step_finished(scene: Scene, event: StepFinished) -> Said:
    if event.outcome != "succeeded":
        return Said("ends", event.outcome, "warned", "warning", about=_step(event))
    step = scene.state.steps.get(event.step)
    said = step is None or step.of not in ("agent", "narrate", "steps")  # what was said stands a row above
    parts = (paid_at_all(step.tally) if step else "", took(event.mono - step.began) if step else "")
    figures = " · ".join(part for part in parts if part and part != "0 ms")
    if step is not None and step.turn and not step.until:  # what the loop was for may never have come
        told = f"after {plural(step.turn, 'turn')}, the most there may be"
        return Said("ends", told, "warned", "quiet", figures, _step(event))
    return Said("done", scene.compact(event.output) if said else "", "done", "quiet", figures, _step(event))


def _step_failed(scene: Scene, event: StepFailed) -> Said:
    after = "the run goes on: " if event.tolerated else ""
    tone: Tone = "warning" if event.tolerated else "error"
    return Said("failed", f"{after}{_because(event.failure)}", "failed", tone, about=_step(event))


def _step_skipped(scene: Scene, event: StepSkipped) -> Said:
    reason = one_line(event.reason.removeprefix("if: "))
    because = f", because of {step_name(event.because, scene.state)}" if event.because else ""
    return Said("skipped", f"{reason}{because}", "skipped", "quiet", about=_step(event))


def _step_retrying(scene: Scene, event: StepRetrying) -> Said:
    wait = f"in {took(event.wait_ms)}" if event.wait_ms else "at once"
    told = f"attempt {event.attempt} failed, again {wait}: {_because(event.failure)}"
    return Said("again", told, "retried", "warning", about=_step(event))


def _step_expanded(scene: Scene, event: StepExpanded) -> Said:
    return Said("list", f"once for each of {plural(event.count, 'item')}", about=_step(event), tone="quiet")


def _loop_iterated(scene: Scene, event: LoopIterated) -> Said:
    about = _step(event)
    if event.until:
        return Said("turn", f"done after {plural(event.turn, 'turn')}", "done", "good", about=about)
    if event.last:
        told = f"not done after {plural(event.turn, 'turn')}, and that was the last"
        return Said("turn", told, "warned", "warning", about=about)
    return Said("turn", f"turn {event.turn} is over, once more", "retried", about=about)


def _step(event: Event) -> str:
    return one_line(short_path(event.step))


# Debates


def _debate_round(scene: Scene, event: DebateRound) -> Said:
    agree = f", so far they agree {event.agreement:.0%}" if event.round > 1 else ""
    speakers = ", ".join(name_of(agent, scene.state) for agent in event.speakers)
    return Said("round", f"round {event.round}{agree}: {speakers}", "retried" if event.round > 1 else "", "story")


def _debate_voted(scene: Scene, event: DebateVoted) -> Said:
    return Said("votes", f"for {scene.compact(event.choice)}")


def _debate_decided(scene: Scene, event: DebateDecided) -> Said:
    how = {"judge": "the judge has decided", "vote": "they have voted", "consensus": "they agree"}[event.how]
    dissent = " and ".join(name_of(agent, scene.state) for agent in event.dissenters)
    more = f" · {dissent} did not agree" if dissent else ""
    return Said("decided", f"{how}: {scene.compact(event.decision)}{more}", "done", "good")


# Calls and tools


def _call_routed(scene: Scene, event: CallRouted) -> Said:
    others = sum(1 for candidate in event.candidates if candidate.model != event.model)
    of = f", of {others + 1}" if others else ""
    use = f" · {event.use}" if event.use and event.use != event.model else ""
    if why := takeover(scene.state, scene.state.calls[event.call]) if event.call in scene.state.calls else "":
        return Said("instead", one_line(f"{event.use or event.model} takes over: {why}"), "retried", "warning")
    return Said("model", one_line(f"{event.model}{of}{use}"), tone="quiet")


def _call_waiting(scene: Scene, event: CallWaiting) -> Said:
    wait = f"{took(event.wait_ms)} " if event.wait_ms else ""
    detail = f": {event.detail}" if event.detail else ""
    return Said("waits", one_line(f"{wait}{WAITS[event.waits_for]}{detail}"), "waiting", "warning")


def _call_started(scene: Scene, event: CallStarted) -> Said:
    again = f", attempt {event.attempt}" if event.attempt > 1 else ""
    return Said("asks", one_line(f"{event.model}{again}"), "waiting", "quiet")


def _call_speaking(scene: Scene, event: CallSpeaking) -> Said:
    return Said("speaks", f"first token after {took(event.wait_ms)}", "running", "quiet")


def _call_finished(scene: Scene, event: CallFinished) -> Said:
    cut_off = {"length": "cut off at its limit: ", "refused": "refused: "}.get(event.finish, "")
    told = scene.compact(event.text) or ("asks for tools" if event.tool_calls is not None else "nothing")
    figures = f"{tokens(event.usage.output)} tok · {paid(spent_by(event))} · {took(event.took_ms)}"
    return Said("says", cut_off + told, "warned" if cut_off else "done", "warning" if cut_off else "plain", figures)


def _call_failed(scene: Scene, event: CallFailed) -> Said:
    if event.failure.error == "interrupted":
        return Said("call", "was cut off", "warned", "warning")
    if event.retry_ms is not None:
        return Said("again", f"asks again in {took(event.retry_ms)}: {_because(event.failure)}", "retried", "warning")
    return Said("call", f"got no answer: {_because(event.failure)}", "failed", "error")


def _tool_started(scene: Scene, event: ToolStarted) -> Said:
    return Said("tool", f"{one_line(event.tool)} {scene.compact(event.arguments)}".rstrip(), "running")


def _tool_waiting(scene: Scene, event: ToolWaiting) -> Said:
    return Said("tool", f"waits: {one_line(event.reason)}", "waiting", "warning")


def _tool_finished(scene: Scene, event: ToolFinished) -> Said:
    told = f"{scene.tool(event)} {scene.compact(event.result)}".rstrip()
    return Said("tool", told, "done", figures=took(event.took_ms) if event.took_ms else "")


def _tool_failed(scene: Scene, event: ToolFailed) -> Said:
    return Said("tool", f"{scene.tool(event)} failed: {_because(event.failure)}", "failed", "error")


# Between agents, and with people


def _handoff(scene: Scene, event: Handoff) -> Said:
    why = HANDOVERS.get(event.why, "")
    told = ", ".join(part for part in (why, scene.compact(event.summary)) if part)
    return Said(
        "handoff", told, "to", tone="handoff",
        about=name_of(event.giver, scene.state), agent=event.giver, taker=event.taker,
    )  # fmt: skip


def _gate_opened(scene: Scene, event: GateOpened) -> Said:
    options = one_line(" / ".join(event.options))
    told = " · ".join(part for part in (scene.compact(event.question), options) if part)
    return Said("asks you", told, "gate", "person", about=_step(event))


def _gate_answered(scene: Scene, event: GateAnswered) -> Said:
    note = f" · {scene.compact(event.note)}" if event.note else ""
    told = f"answers: {scene.compact(event.choice)}{note}"
    return Said("answer", told, "person", "person", about=one_line(event.by) or "somebody")


def _gate_closed(scene: Scene, event: GateClosed) -> Said:
    taken = f": {scene.compact(event.choice)} is taken" if event.choice is not None else ""
    told = "nobody answered in time" if event.why == "expired" else "the question is withdrawn"
    return Said("closed", f"{told}{taken}", "gate", "warning")


def _directed(scene: Scene, event: Directed) -> Said:
    to = name_of(event.to, scene.state) if event.to in scene.state.agents else one_line(event.to)
    told = DIRECTIONS[event.direction].replace("{to}", to or "the run")
    detail = scene.compact(event.detail)
    told = f"{told}: {detail}" if detail else told
    return Said("directs", told, "person", "person", about=one_line(event.by) or "somebody")


# Limits


def _budget_warned(scene: Scene, event: BudgetWarned) -> Said:
    told = f"{event.share:.0%} of its limit is used: {_used(scene, event)}"
    return Said("limit", told, "warned", "warning", about=scene.scope(event.scope))


def _budget_exceeded(scene: Scene, event: BudgetExceeded) -> Said:
    told = f"at its limit, {_used(scene, event)}: {ACTIONS[event.action]}"
    return Said("limit", told, "failed", "error", about=scene.scope(event.scope))


def _used(scene: Scene, event: BudgetWarned | BudgetExceeded) -> str:
    unpriced = tally_of(scene.state, event.scope).unpriced if event.measure == "cost_usd" else 0
    more = f", {plural(unpriced, 'call')} unpriced" if unpriced else ""
    return f"{amount(event.measure, event.spent)} of {amount(event.measure, event.limit)}{more}"


def _limits_changed(scene: Scene, event: LimitsChanged) -> Said:
    told = f"lets {scene.scope(event.scope)} take {amount(event.measure, event.limit)}"
    return Said("limit", told, "person", "person", about=one_line(event.by) or "somebody")


def _breaker_changed(scene: Scene, event: BreakerChanged) -> Said:
    told = {"open": "fails too often and is left alone", "half-open": "is tried again", "closed": "works again"}
    good = event.state == "closed"
    mark: Mark = "done" if good else "warned"
    return Said("service", told[event.state], mark, "good" if good else "warning", about=one_line(event.endpoint))


# Memory, expectations, and words for the audience


def _memory_read(scene: Scene, event: MemoryRead) -> Said:
    return Said("recalls", one_line(scene.compact(event.query or event.value)), tone="quiet")


def _memory_written(scene: Scene, event: MemoryWritten) -> Said:
    return Said("notes", f"{one_line(scene.compact(event.key))}: {scene.compact(event.value)}", tone="quiet")


def _expectation_checked(scene: Scene, event: ExpectationChecked) -> Said:
    if event.met:
        return Said("expects", one_line(event.about), "done", "good", about="run")
    found = f", found {scene.compact(event.found)}" if event.found else ""
    return Said("expects", one_line(f"not met: {event.about}{found}"), "failed", "error", about="run")


def _narration(scene: Scene, event: Narration) -> Said:
    return Said("caption", scene.compact(event.text), tone="story")


def _remark(scene: Scene, event: Remark) -> Said:
    return Said("remark", one_line(event.text), tone="quiet")


RULES: dict[type[Event], Callable[[Scene, Any], Said]] = {
    RunStarted: _run_started, RunPaused: _run_paused, RunResumed: _run_resumed, RunFinished: _run_finished,
    StepStarted: _step_started, StepFinished: _step_finished, StepFailed: _step_failed, StepSkipped: _step_skipped,
    StepRetrying: _step_retrying, StepExpanded: _step_expanded, LoopIterated: _loop_iterated,
    DebateRound: _debate_round, DebateVoted: _debate_voted, DebateDecided: _debate_decided,
    CallRouted: _call_routed, CallWaiting: _call_waiting, CallStarted: _call_started, CallSpeaking: _call_speaking,
    CallFinished: _call_finished, CallFailed: _call_failed,
    ToolStarted: _tool_started, ToolWaiting: _tool_waiting, ToolFinished: _tool_finished, ToolFailed: _tool_failed,
    Handoff: _handoff, GateOpened: _gate_opened, GateAnswered: _gate_answered, GateClosed: _gate_closed,
    Directed: _directed, BudgetWarned: _budget_warned, BudgetExceeded: _budget_exceeded,
    LimitsChanged: _limits_changed, BreakerChanged: _breaker_changed,
    MemoryRead: _memory_read, MemoryWritten: _memory_written, ExpectationChecked: _expectation_checked,
    Narration: _narration, Remark: _remark,
}  # fmt: skip
