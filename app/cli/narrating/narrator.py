"""A run told in lines that people like to read: who acts, what they say, who hands what to whom, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from shlex import quote
from typing import Any

from app.cli.gates import how_to_answer
from app.cli.ink import Ink
from app.cli.narrating.calls import Waits, cost_of_failure, figures_of, refusals
from app.cli.narrating.failures import NO_ANSWER, Failures
from app.cli.narrating.handoffs import Handoffs
from app.cli.narrating.headings import Headings
from app.cli.narrating.limits import Limits
from app.cli.narrating.page import Page, Tone, page_for
from app.cli.narrating.programme import Programme
from app.cli.narrating.status import StatusLine
from app.cli.narrating.summary import summarise
from app.cli.narrating.text import compact, gist, in_a_line, unwrapped
from app.cli.narrating.words import (
    decision,
    gate_facts,
    inputs_of,
    tied,
    unneeded,
)
from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    DebateDecided,
    DebateRound,
    DebateVoted,
    Directed,
    Event,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LimitsChanged,
    LoopIterated,
    MemoryWritten,
    Narration,
    Ref,
    Remark,
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
    ToolWaiting,
    definition,
)
from app.safety import one_line
from app.state import RunState, apply, takeover
from app.state.terms import DIRECTIONS, HANDOVERS, RESUMES, SECTIONS
from app.state.words import amount, as_said, because, how_performed, plural, short_id, took


class Narrator:
    """Tells a run while it happens. Every text it is given may come from a stranger."""

    def __init__(
        self, ink: Ink, write: Callable[[str], object], values: Callable[[Ref], Any], status: StatusLine | None = None
    ) -> None:
        self._status = status
        self._sheet = page_for(ink, status.write if status else write)
        self._values = values
        self._state = RunState()
        self._programme = Programme(self._state, self._sheet.named)
        self._headings = Headings()
        self._handoffs = Handoffs()
        self._failures = Failures()
        self._limits = Limits(self._state)
        self._waits = Waits()
        self._step = ""  # where that happens which is told just now
        self._remembered: set[tuple[str, str]] = set()  # step and agent of what the tool for it need not tell again
        self._last_words = ("", "")  # who spoke last, and what they said

    def tell(self, event: Event) -> None:
        """Tell what happened, if it is worth a line."""
        if not isinstance(event, Handoff):
            self._tell_handoffs()
        apply(self._state, event)
        self._step = event.step
        rule = _RULES.get(type(event))
        if rule is not None:
            rule(self, event)

    def catch_up(self, events: Iterable[Event]) -> None:
        """Know what happened before, without telling it."""
        for event in events:
            apply(self._state, event)
            if isinstance(event, RunStarted):
                self._programme.learn(self._value(event.plan))

    def tick(self, now: int) -> None:
        """Say on a terminal who is at it, `now` milliseconds after the run began."""
        if self._status is not None and not self._state.over:
            self._status.show(self._state, now)

    def aside(self, label: str, text: str) -> None:
        """A word to the audience, from beside the play."""
        self._tell_handoffs()
        self._sheet.aside(label, text)

    def finish(self, state: RunState, more: str = "") -> None:
        """Tell how it ended, and what it took; at last what to type next, where that is not what one would think."""
        self._tell_handoffs()
        summarise(self._sheet, state, self._values, more)

    @property
    def _page(self) -> Page:
        """Where things are told: below the headings of the steps they happen in, which are shown no earlier."""
        for text, note in self._headings.above(self._step):
            self._sheet.section(text, note)
        return self._sheet

    # The run

    def _run_started(self, event: RunStarted) -> None:
        self._programme.learn(self._value(event.plan))
        rows = inputs_of(self._value(event.inputs) or {})
        notes = [
            how_performed(event) if event.mode != "live" else "",
            f"fork of {short_id(event.parent.run)}" if event.parent else "",
        ]
        cast = [self._programme.who(performer.id) for performer in event.cast]
        self._page.title(event.title or event.scenario, ", ".join(filter(None, notes)), rows, cast)

    def _run_resumed(self, event: RunResumed) -> None:
        self._page.note("again", "", RESUMES.get(event.reason, "the run goes on"))

    # Steps

    def _step_started(self, event: StepStarted) -> None:
        if event.attempt > 1 or event.step.rpartition("/")[2].isdigit():
            return  # a turn of a loop: it was announced when the loop began
        if event.of in SECTIONS:
            note = self._programme.item(event.step) or SECTIONS[event.of]
            self._headings.expect(event.step, self._programme.title(event.step), note)
        if event.caption is not None and not event.step.endswith("]"):
            self._page.aside(event.cue, self._value(event.caption))

    def _step_finished(self, event: StepFinished) -> None:
        step = self._state.steps[event.step]
        output = self._value(event.output) if step.of == "set" else None
        if isinstance(output, dict):
            self._page.line("quiet", self._programme.title(event.step), in_a_line(output))
        if event.outcome not in ("succeeded", "expired"):
            self._page.note("warning", self._programme.title(event.step), event.outcome)

    def _step_failed(self, event: StepFailed) -> None:
        told = "failed, and the run goes on" if event.tolerated else event.outcome
        self._blame("warning" if event.tolerated else "error", self._programme.title(event.step), told, event.failure)

    def _step_skipped(self, event: StepSkipped) -> None:
        told = "not needed" if unneeded(event) else f"skipped, {event.reason}"
        self._page.line("skipped", self._programme.title(event.step), told)

    def _step_retrying(self, event: StepRetrying) -> None:
        wait = f" in {took(event.wait_ms)}" if event.wait_ms else " at once"
        why = "" if self._failures.was_told(event.failure) else f": {because(event.failure)}"
        told = f"attempt {event.attempt} failed, again{wait}{why}"
        self._page.note("again", self._programme.title(event.step), told)

    def _step_expanded(self, event: StepExpanded) -> None:
        self._page.note("quiet", self._programme.title(event.step), f"once for each of {plural(event.count, 'item')}")

    def _loop_iterated(self, event: LoopIterated) -> None:
        title = self._programme.title(event.step)
        if event.until:
            self._page.note("good", title, f"done after {plural(event.turn, 'turn')}")
        elif event.last:
            self._page.note("warning", title, f"not done after {plural(event.turn, 'turn')}, and that was the last")
        else:
            self._page.note("again", title, f"turn {event.turn} is over, once more")

    # Debates

    def _debate_round(self, event: DebateRound) -> None:
        if event.round > 1:
            self._page.note("again", f"round {event.round}", f"so far they agree {event.agreement:.0%}")

    def _debate_voted(self, event: DebateVoted) -> None:
        self._page.note("quiet", self._programme.name(event.agent), f"votes for {compact(self._value(event.choice))}")

    def _debate_decided(self, event: DebateDecided) -> None:
        dissent = [self._programme.name(agent) for agent in event.dissenters]
        more = [f"{' and '.join(dissent)} did not agree; that is kept"] if dissent else []
        rounds = f" after {plural(event.rounds, 'round')}" if event.rounds else ""
        how = {"judge": "the judge has decided", "vote": "they have voted", "consensus": "they agree"}[event.how]
        decided = decision(self._value(event.decision))
        if event.how == "vote" and (tie := tied(self._state.debates.get(event.step))):
            more = [f"{tie}; {decided} stands first", *more]
        self._page.note("good", f"{how}{rounds}", decided, *more)

    # Calls and tools

    def _call_started(self, event: CallStarted) -> None:
        """Tell what an agent was told of a tool or a colleague that it asked for and that there is not."""
        for said in refusals(map(self._value, reversed(event.messages))):
            if not self._failures.is_of_tool(said):
                self._page.note("warning", self._programme.speaker(event), said)

    def _call_routed(self, event: CallRouted) -> None:
        if why := takeover(self._state, self._state.calls[event.call]):
            use = event.use or event.model
            self._page.note("again", self._programme.speaker(event), f"{why}; {use} takes over")

    def _call_waiting(self, event: CallWaiting) -> None:
        if told := self._waits.tell(event):
            self._page.note("quiet", self._programme.speaker(event), told)

    def _call_finished(self, event: CallFinished) -> None:
        self._waits.forget(event)
        said = unwrapped(self._value(event.text))
        if said in (None, "") and event.tool_calls is not None:
            return  # it only asks for tools; they tell
        figures = figures_of(self._state.calls[event.call], event)
        what, whole = self._programme.what(event.step, event.agent), self._whole(event.step)
        self._page.speech(self._programme.who(event.agent), what, said, figures, whole)
        self._last_words = (event.agent, compact(said))

    def _call_failed(self, event: CallFailed) -> None:
        who = self._programme.speaker(event)
        if event.failure.error == "interrupted":
            self._page.note("warning", who, "was cut off")
            return
        if event.retry_ms is None:
            self._failures.leave_unanswered(event.failure)
            self._blame("error", who, NO_ANSWER, event.failure)
            return
        self._failures.note(event.failure)
        told = f"asks again in {took(event.retry_ms)}: {because(event.failure)}{cost_of_failure(event)}"
        self._page.note("again", who, told)

    def _tool_waiting(self, event: ToolWaiting) -> None:
        self._page.note("quiet", self._programme.title(event.step), f"waits: {event.reason}")

    def _tool_finished(self, event: ToolFinished) -> None:
        use = self._state.tools[event.call or event.step]
        if use.tool == "memory.write" and (event.step, event.agent) in self._remembered:
            self._remembered.remove((event.step, event.agent))
            return
        given = compact(self._value(use.started.arguments)) if use.started and use.started.arguments else ""
        who = self._programme.who(event.agent) if event.agent else None
        told = given if who else self._programme.what(event.step, "")
        figures = [took(event.took_ms)] if event.took_ms else []
        self._page.tool(who, use.tool, told, gist(self._value(event.result)), figures, self._whole(event.step))

    def _tool_failed(self, event: ToolFailed) -> None:
        use = self._state.tools[event.call or event.step]
        self._failures.of_tool(event.failure)
        self._blame("warning", self._programme.title(event.step), f"the tool {use.tool} failed", event.failure)

    # Between agents, and with people

    def _handoff(self, event: Handoff) -> None:
        if event.why == "turn":
            return  # in a debate the next speaker says enough
        speaker, words = self._last_words
        self._handoffs.gather(event, self._value(event.summary), words if speaker == event.giver else "")

    def _tell_handoffs(self) -> None:
        for event, words, results in self._handoffs.over():
            self._step = event.step
            if results:
                words = f"{results} results of {self._programme.title(definition(event.source))}"
            giver, taker = self._programme.who(event.giver), self._programme.who(event.taker)
            self._page.handoff(giver, taker, HANDOVERS.get(event.why, ""), words)

    def _gate_opened(self, event: GateOpened) -> None:
        command = ""
        if self._state.start is None or self._state.start.mode == "live":
            command = how_to_answer(self._state.run, event.gate, event.options)
        self._page.question(self._programme.title(event.step), self._value(event.question), gate_facts(event), command)

    def _gate_answered(self, event: GateAnswered) -> None:
        note = self._value(event.note)
        answer = compact(self._value(event.choice))
        self._page.note("person", event.by or "somebody", f"answers: {answer}", *([str(note)] if note else []))

    def _gate_closed(self, event: GateClosed) -> None:
        taken = f": {compact(self._value(event.choice))} is taken" if event.choice is not None else ""
        told = "nobody answered in time" if event.why == "expired" else "the question is withdrawn"
        self._page.note("warning", self._programme.title(event.step), f"{told}{taken}")

    def _directed(self, event: Directed) -> None:
        to = self._programme.name(event.to) if event.to in self._state.agents else event.to
        detail = self._value(event.detail)
        said = DIRECTIONS[event.direction].replace("{to}", to or "the run")
        self._page.note("person", event.by or "somebody", said, *([compact(detail)] if detail else []))

    # Limits

    def _budget_warned(self, event: BudgetWarned) -> None:
        told, more = self._limits.warned(event)
        self._page.note("warning", self._programme.scope(event.scope), told, *more)

    def _budget_exceeded(self, event: BudgetExceeded) -> None:
        told, more = self._limits.exceeded(event)
        self._page.note("error", self._programme.scope(event.scope), told, *more)

    def _limits_changed(self, event: LimitsChanged) -> None:
        told = f"lets {self._programme.scope(event.scope)} take {amount(event.measure, event.limit)}"
        self._page.note("person", event.by or "somebody", told)

    def _breaker_changed(self, event: BreakerChanged) -> None:
        told = {"open": "fails too often and is left alone", "half-open": "is tried again", "closed": "works again"}
        tone: Tone = "good" if event.state == "closed" else "warning"
        self._page.note(tone, event.endpoint, told[event.state])

    # Memory, and words for the audience

    def _memory_written(self, event: MemoryWritten) -> None:
        self._remembered.add((event.step, event.agent))
        who = self._programme.name(event.agent) if event.agent else "the run"
        what, value = as_said(event.key, self._value), compact(self._value(event.value))
        self._page.note("quiet", who, f"remembers {what}: {value}")

    def _narration(self, event: Narration) -> None:
        self._page.aside("", self._value(event.text))

    def _remark(self, event: Remark) -> None:
        self._page.note("quiet", "", event.text)

    # What many rules need

    def _value(self, ref: Ref | None) -> Any:
        return None if ref is None else self._values(ref)

    def _whole(self, step: str) -> str:
        return f"footlights show {short_id(self._state.run)} {quote(one_line(step))}"

    def _blame(self, tone: Tone, about: str, text: str, failure: Failure) -> None:
        told, more = self._failures.telling(text, failure)
        self._page.note(tone, about, told, *more)


_RULES: dict[type[Event], Callable[[Narrator, Any], None]] = {
    RunStarted: Narrator._run_started,
    RunResumed: Narrator._run_resumed,
    StepStarted: Narrator._step_started,
    StepFinished: Narrator._step_finished,
    StepFailed: Narrator._step_failed,
    StepSkipped: Narrator._step_skipped,
    StepRetrying: Narrator._step_retrying,
    StepExpanded: Narrator._step_expanded,
    LoopIterated: Narrator._loop_iterated,
    DebateRound: Narrator._debate_round,
    DebateVoted: Narrator._debate_voted,
    DebateDecided: Narrator._debate_decided,
    CallRouted: Narrator._call_routed,
    CallStarted: Narrator._call_started,
    CallWaiting: Narrator._call_waiting,
    CallFinished: Narrator._call_finished,
    CallFailed: Narrator._call_failed,
    ToolWaiting: Narrator._tool_waiting,
    ToolFinished: Narrator._tool_finished,
    ToolFailed: Narrator._tool_failed,
    Handoff: Narrator._handoff,
    GateOpened: Narrator._gate_opened,
    GateAnswered: Narrator._gate_answered,
    GateClosed: Narrator._gate_closed,
    Directed: Narrator._directed,
    BudgetWarned: Narrator._budget_warned,
    BudgetExceeded: Narrator._budget_exceeded,
    LimitsChanged: Narrator._limits_changed,
    BreakerChanged: Narrator._breaker_changed,
    MemoryWritten: Narrator._memory_written,
    Narration: Narrator._narration,
    Remark: Narrator._remark,
}
