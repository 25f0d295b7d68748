"""A run told in lines that people like to read: who acts, what they say, who hands what to whom, what it costs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from shlex import quote
from typing import Any, TextIO

from app.cli.gates import how_to_answer
from app.cli.ink import Ink
from app.cli.narrator_calls import Waits, beyond_price, cost_of_failure, figures_of
from app.cli.narrator_page import Tone, page_for
from app.cli.narrator_programme import Programme
from app.cli.narrator_status import StatusLine
from app.cli.narrator_summary import summarise
from app.cli.narrator_text import compact, one_line, plural, took, unwrapped
from app.cli.narrator_words import (
    ACTIONS,
    DIRECTIONS,
    HANDOVERS,
    RESUMES,
    SECTIONS,
    amount,
    because,
    decision,
    details,
    gate_facts,
    reached,
    tied,
    used,
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
)
from app.state import RunState, apply, takeover, tally_of
from app.state.brief import in_brief
from app.state.words import how_performed

_INPUTS = 6
_REMEMBERED = 20
_NO_ANSWER = "got no answer"
_REFUSAL = "error: "  # what a model is told begins so, when it asked for something that cannot be


class Narrator:
    """Tells a run while it happens. Every text it is given may come from a stranger."""

    def __init__(
        self, ink: Ink, write: Callable[[str], object], values: Callable[[Ref], Any], status: StatusLine | None = None
    ) -> None:
        self._status = status
        self._page = page_for(ink, status.write if status else write)
        self._values = values
        self._state = RunState()
        self._programme = Programme(self._state, self._page.named)
        self._blamed: Failure | None = None  # what was told last, so that it is not told again one level up
        self._failed_tools: deque[str] = deque(maxlen=_REMEMBERED)  # what was said of the last that failed
        self._downgraded: set[str] = set()  # scopes in which cheaper models were looked for already
        self._unanswered = ("", "")  # the failure of the last call that got none; its step says only that it failed
        self._waits = Waits()
        self._last_words = ("", "")  # who spoke last, and what they said

    def tell(self, event: Event) -> None:
        """Tell what happened, if it is worth a line."""
        apply(self._state, event)
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
        self._page.aside(label, text)

    def finish(self, state: RunState, more: str = "") -> None:
        """Tell how it ended, and what it took; at last what to type next, where that is not what one would think."""
        summarise(self._page, state, self._values, more)

    # The run

    def _run_started(self, event: RunStarted) -> None:
        self._programme.learn(self._value(event.plan))
        inputs = self._value(event.inputs) or {}
        rows = [(name, compact(in_brief(value))) for name, value in inputs.items()]
        if len(rows) > _INPUTS:
            rows = [*rows[:_INPUTS], ("", f"and {len(rows) - _INPUTS} more")]
        notes = [
            how_performed(event) if event.mode != "live" else "",
            f"fork of {event.parent.run[-8:]}" if event.parent else "",
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
            self._page.section(
                self._programme.title(event.step), self._programme.item(event.step) or SECTIONS[event.of]
            )
        if event.caption is not None and not event.step.endswith("]"):
            self._page.aside(event.cue, self._value(event.caption))

    def _step_finished(self, event: StepFinished) -> None:
        step = self._state.steps[event.step]
        output = self._value(event.output) if step.of == "set" else None
        if isinstance(output, dict):
            told = " · ".join(f"{name} {compact(value)}" for name, value in output.items())
            self._page.note("quiet", self._programme.title(event.step), told)
        if event.outcome not in ("succeeded", "expired"):
            self._page.note("warning", self._programme.title(event.step), event.outcome)

    def _step_failed(self, event: StepFailed) -> None:
        told = "failed, and the run goes on" if event.tolerated else event.outcome
        self._blame("warning" if event.tolerated else "error", self._programme.title(event.step), told, event.failure)

    def _step_skipped(self, event: StepSkipped) -> None:
        self._page.note("skipped", self._programme.title(event.step), f"skipped, {event.reason.removeprefix('if: ')}")

    def _step_retrying(self, event: StepRetrying) -> None:
        wait = f" in {took(event.wait_ms)}" if event.wait_ms else " at once"
        told = f"attempt {event.attempt} failed, again{wait}: {because(event.failure)}"
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
        for ref in reversed(event.messages):
            message = self._value(ref)
            if not isinstance(message, dict) or message.get("role") != "tool":
                return
            said = str(message.get("content", ""))
            if said.startswith(_REFUSAL) and not any(failure in said for failure in self._failed_tools):
                self._page.note("warning", self._programme.speaker(event), said.removeprefix(_REFUSAL))

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
            self._unanswered = (event.failure.error, event.failure.message)
            self._blame("error", who, _NO_ANSWER, event.failure)
            return
        self._blamed = event.failure
        told = f"asks again in {took(event.retry_ms)}: {because(event.failure)}{cost_of_failure(event)}"
        self._page.note("again", who, told)

    def _tool_waiting(self, event: ToolWaiting) -> None:
        self._page.note("quiet", self._programme.title(event.step), f"waits: {event.reason}")

    def _tool_finished(self, event: ToolFinished) -> None:
        use = self._state.tools[event.call or event.step]
        given = compact(self._value(use.started.arguments)) if use.started and use.started.arguments else ""
        who = self._programme.who(event.agent) if event.agent else None
        told = given if who else self._programme.what(event.step, "")
        figures = [took(event.took_ms)] if event.took_ms else []
        self._page.tool(who, use.tool, told, self._value(event.result), figures, self._whole(event.step))

    def _tool_failed(self, event: ToolFailed) -> None:
        use = self._state.tools[event.call or event.step]
        self._failed_tools.append(event.failure.message)
        self._blame("warning", self._programme.title(event.step), f"the tool {use.tool} failed", event.failure)

    # Between agents, and with people

    def _handoff(self, event: Handoff) -> None:
        if event.why == "turn":
            return  # in a debate the next speaker says enough
        summary = self._value(event.summary)
        speaker, words = self._last_words
        if summary is not None and speaker == event.giver and compact(summary).rstrip("….") in words:
            summary = None  # it was said a moment ago
        self._page.handoff(
            self._programme.who(event.giver), self._programme.who(event.taker), HANDOVERS.get(event.why, ""), summary
        )

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
        spent = used(event.measure, event.spent, event.limit)
        told = f"{event.share:.0%} of its limit is used: {spent}"
        self._page.note("warning", self._programme.scope(event.scope), told, *self._beyond_price(event))

    def _budget_exceeded(self, event: BudgetExceeded) -> None:
        told = reached(event.measure, event.spent, event.limit)
        then = ACTIONS[event.action]
        if event.action == "downgrade":
            then = "there is no cheaper model" if event.scope in self._downgraded else then
            self._downgraded.add(event.scope)
        self._page.note("error", self._programme.scope(event.scope), f"{told}: {then}", *self._beyond_price(event))

    def _beyond_price(self, event: BudgetWarned | BudgetExceeded) -> list[str]:
        return beyond_price(tally_of(self._state, event.scope)) if event.measure == "cost_usd" else []

    def _limits_changed(self, event: LimitsChanged) -> None:
        told = f"lets {self._programme.scope(event.scope)} take {amount(event.measure, event.limit)}"
        self._page.note("person", event.by or "somebody", told)

    def _breaker_changed(self, event: BreakerChanged) -> None:
        told = {"open": "fails too often and is left alone", "half-open": "is tried again", "closed": "works again"}
        tone: Tone = "good" if event.state == "closed" else "warning"
        self._page.note(tone, event.endpoint, told[event.state])

    # Memory, and words for the audience

    def _memory_written(self, event: MemoryWritten) -> None:
        who = self._programme.name(event.agent) if event.agent else "the run"
        self._page.note("quiet", who, f"remembers {event.key}: {compact(self._value(event.value))}")

    def _narration(self, event: Narration) -> None:
        self._page.aside("", self._value(event.text))

    def _remark(self, event: Remark) -> None:
        self._page.note("quiet", "", event.text)

    # What many rules need

    def _value(self, ref: Ref | None) -> Any:
        return None if ref is None else self._values(ref)

    def _whole(self, step: str) -> str:
        return f"footlights show {self._state.run[-8:]} {quote(one_line(step))}"

    def _blame(self, tone: Tone, about: str, text: str, failure: Failure) -> None:
        """Tell a failure with its reason, and what to do unless that was told a moment ago, one level below."""
        again, last = self._was_told(failure), self._blamed
        self._blamed = failure
        more = [details(failure)] if not again else []
        more += [f"at {failure.where}"] if failure.where and not (again and last and last.where) else []
        more += [f"hint: {failure.hint}"] if failure.hint and not again else []
        why = because(failure).removeprefix(f"{text}: ")
        is_told = again and (failure.error, failure.message) == self._unanswered and text != _NO_ANSWER
        self._page.note(tone, about, text if is_told else f"{text}: {why}", *filter(None, more))

    def _was_told(self, failure: Failure) -> bool:
        last = self._blamed
        return last is not None and last.error == failure.error and failure.message.endswith(last.message)


def narrator_for(stream: TextIO, values: Callable[[Ref], Any]) -> Narrator:
    """A narrator that writes to a stream as it can show it: with a status line on a terminal, without in a file."""
    ink = Ink.for_stream(stream)
    status = StatusLine(ink, stream.write) if stream.isatty() else None
    return Narrator(ink, stream.write, values, status)


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
