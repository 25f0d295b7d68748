"""Where the time of a run went: what took time as bars in lanes, what was handed on, and what it took. Pure.

A `Gantt` follows a show: it takes over what has happened since it last looked, and begins anew after a seek back. Times
are milliseconds of the run's own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from app.events import (
    BudgetExceeded,
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    RunFinished,
    RunPaused,
    RunResumed,
    StepFailed,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
)
from app.state import NOTHING, Spent, spent_by

if TYPE_CHECKING:
    from app.playback.show import Show

Kind = Literal["waiting", "retrying", "thinking", "speaking", "tool", "gate"]
Sign = Literal["cue", "retried", "failed", "skipped", "paused", "resumed", "limit"]


@dataclass(slots=True)
class Bar:
    """Something that takes time. Its end is known when it is over."""

    kind: Kind
    began: int
    seq: int  # of the event that began it
    thing: str  # as the inspector names it
    step: str
    agent: str
    why: str = ""  # what a wait is for, the name of a tool
    ended: int | None = None
    broken: bool = False  # it failed, or nobody knows what became of it

    def until(self, now: int) -> int:
        """Its end; of what is still under way, the present."""
        return now if self.ended is None else self.ended


@dataclass(frozen=True, slots=True)
class Arrow:
    """Work that was handed on."""

    at: int
    seq: int
    giver: str
    taker: str
    source: str  # the step whose work it is
    step: str  # the step that it is for
    why: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth seeing."""

    sign: Sign
    at: int
    seq: int
    says: str
    step: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Spend:
    """What one call took, and while it spoke."""

    began: int
    spoke: int
    ended: int
    tokens: int  # all of them
    output: int
    spent: Spent


@dataclass(slots=True)
class Gantt:
    """Everything of a run that takes time, in the order in which it began."""

    bars: list[Bar] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    spends: list[Spend] = field(default_factory=list)
    spent: Spent = NOTHING
    now: int = 0
    over: bool = False
    version: int = 0  # another one means: something was added, or all of it is new
    going: dict[str, Bar] = field(default_factory=dict)  # what is under way
    calls: dict[str, tuple[int, int]] = field(default_factory=dict)  # under way: when they went out, and spoke
    _taken: int = 0

    def follow(self, show: Show) -> bool:
        """Take over what has happened; tell whether anything has."""
        events = show.events
        if len(events) == self._taken:
            return False
        if len(events) < self._taken:
            self._forget()
        for event in events[self._taken :] if self._taken else events:
            rule = _RULES.get(type(event))
            if rule is not None:
                rule(self, event)
        self._taken = len(events)
        self.now = events[-1].mono if events else 0
        self.version += 1
        return True

    def let_pass(self, show: Show, milliseconds: float) -> None:
        """So much time has passed since the last event: what is under way grows."""
        self.now = show.state.mono + int(milliseconds)
        self.version += 1

    def marked(self, *signs: Sign) -> list[Mark]:
        """The moments of these kinds."""
        return [mark for mark in self.marks if mark.sign in signs]

    def _forget(self) -> None:
        for known in (self.bars, self.arrows, self.marks, self.spends, self.going, self.calls):
            known.clear()
        self.now = self._taken = 0
        self.over = False

    def begin(self, key: str, kind: Kind, event: Event, thing: str, why: str = "") -> None:
        """Something begins that will be ended by its key."""
        bar = self.going[key] = Bar(kind, event.mono, event.seq, thing, event.step, event.agent, why)
        self.bars.append(bar)

    def end(self, key: str, at: int, *, broken: bool = False) -> None:
        """It is over; what nobody has begun is no matter."""
        bar = self.going.pop(key, None)
        if bar is None:
            return
        bar.ended, bar.broken = at, broken
        if at == bar.began and bar.kind in ("waiting", "retrying", "thinking"):
            _remove(self.bars, bar)  # no time passed, so nobody waited


def _remove(bars: list[Bar], bar: Bar) -> None:
    for index in range(len(bars) - 1, -1, -1):
        if bars[index] is bar:
            del bars[index]
            return


# Calls


def _call_waits(gantt: Gantt, event: CallRouted | CallWaiting) -> None:
    key = f"call:{event.call}"
    gantt.end(_again(event), event.mono)
    gantt.end(key, event.mono)
    gantt.begin(key, "waiting", event, key, event.waits_for if isinstance(event, CallWaiting) else "")


def _call_started(gantt: Gantt, event: CallStarted) -> None:
    key = f"call:{event.call}"
    gantt.end(_again(event), event.mono)
    gantt.end(key, event.mono)
    gantt.begin(key, "thinking", event, key)
    gantt.calls[event.call] = (event.mono, event.mono)


def _call_speaking(gantt: Gantt, event: CallSpeaking) -> None:
    key = f"call:{event.call}"
    gantt.end(key, event.mono)
    gantt.begin(key, "speaking", event, key)
    gantt.calls[event.call] = (gantt.calls.get(event.call, (event.mono, 0))[0], event.mono)


def _call_ended(gantt: Gantt, event: CallFinished | CallFailed) -> None:
    failed = isinstance(event, CallFailed)
    gantt.end(f"call:{event.call}", event.mono, broken=failed)
    began, spoke = gantt.calls.pop(event.call, (event.mono, event.mono))
    usage = event.usage
    spent = spent_by(event)
    gantt.spent += spent
    gantt.spends.append(Spend(began, spoke, event.mono, usage.total, usage.output, spent))
    if not isinstance(event, CallFailed):
        return
    retried = event.retry_ms is not None
    gantt.marks.append(_mark("retried" if retried else "failed", event, event.failure.error))
    if retried:
        gantt.begin(_again(event), "retrying", event, f"call:{event.call}", event.failure.error)


def _again(event: Event) -> str:
    """The wait between a call that failed and the next try, which is another call of the same agent in that step."""
    return f"again:{event.step}:{event.agent}"


# Tools, gates and steps


def _tool_waits(gantt: Gantt, event: ToolWaiting) -> None:
    key = f"tool:{event.call or event.step}"
    gantt.end(key, event.mono)
    gantt.begin(key, "waiting", event, key, event.reason)


def _tool_started(gantt: Gantt, event: ToolStarted) -> None:
    key = f"tool:{event.call or event.step}"
    gantt.end(key, event.mono)
    gantt.begin(key, "tool", event, key, event.tool)


def _tool_ended(gantt: Gantt, event: ToolFinished | ToolFailed) -> None:
    failed = isinstance(event, ToolFailed)
    gantt.end(f"tool:{event.call or event.step}", event.mono, broken=failed)
    if isinstance(event, ToolFailed):
        gantt.marks.append(_mark("failed", event, event.failure.error))


def _gate_opened(gantt: Gantt, event: GateOpened) -> None:
    key = f"gate:{event.gate}"
    gantt.begin(key, "gate", event, key, event.asks)


def _gate_closed(gantt: Gantt, event: GateAnswered | GateClosed) -> None:
    gantt.end(f"gate:{event.gate}", event.mono)


def _step_started(gantt: Gantt, event: StepStarted) -> None:
    gantt.end(f"retry:{event.step}", event.mono)
    if event.cue and event.attempt == 1 and not _is_again(event.step):
        gantt.marks.append(_mark("cue", event, event.cue))


def _is_again(path: str) -> bool:
    """Is it a turn or an item? Its cue is that of the whole, which was seen when that began."""
    last = path.rpartition("/")[2]
    return last.isdigit() or last.endswith("]")


def _step_retrying(gantt: Gantt, event: StepRetrying) -> None:
    gantt.marks.append(_mark("retried", event, event.failure.error))
    gantt.begin(f"retry:{event.step}", "retrying", event, f"step:{event.step}", event.failure.error)


def _step_failed(gantt: Gantt, event: StepFailed) -> None:
    gantt.end(f"retry:{event.step}", event.mono)
    gantt.marks.append(_mark("failed", event, event.failure.error))


def _step_skipped(gantt: Gantt, event: StepSkipped) -> None:
    gantt.marks.append(_mark("skipped", event, event.reason))


# The run


def _handoff(gantt: Gantt, event: Handoff) -> None:
    gantt.arrows.append(Arrow(event.mono, event.seq, event.giver, event.taker, event.source, event.step, event.why))


def _exceeded(gantt: Gantt, event: BudgetExceeded) -> None:
    gantt.marks.append(_mark("limit", event, f"{event.scope} {event.measure}"))


def _paused(gantt: Gantt, event: RunPaused) -> None:
    gantt.marks.append(_mark("paused", event, event.reason))


def _resumed(gantt: Gantt, event: RunResumed) -> None:
    gantt.marks.append(_mark("resumed", event, event.reason))
    _cut_off(gantt, event.mono, but=("gate", "retrying"))


def _finished(gantt: Gantt, event: RunFinished) -> None:
    _cut_off(gantt, event.mono)
    gantt.over = True


def _cut_off(gantt: Gantt, at: int, but: tuple[Kind, ...] = ()) -> None:
    """Nobody knows what became of what was under way; a question stays one, and a retry is still to come."""
    for key, bar in list(gantt.going.items()):
        if bar.kind not in but:
            gantt.end(key, at, broken=True)


def _mark(sign: Sign, event: Event, says: str) -> Mark:
    return Mark(sign, event.mono, event.seq, says, event.step, event.agent)


_RULES: dict[type[Event], Callable[[Gantt, Any], None]] = {
    CallRouted: _call_waits,
    CallWaiting: _call_waits,
    CallStarted: _call_started,
    CallSpeaking: _call_speaking,
    CallFinished: _call_ended,
    CallFailed: _call_ended,
    ToolWaiting: _tool_waits,
    ToolStarted: _tool_started,
    ToolFinished: _tool_ended,
    ToolFailed: _tool_ended,
    GateOpened: _gate_opened,
    GateAnswered: _gate_closed,
    GateClosed: _gate_closed,
    StepStarted: _step_started,
    StepRetrying: _step_retrying,
    StepFailed: _step_failed,
    StepSkipped: _step_skipped,
    Handoff: _handoff,
    BudgetExceeded: _exceeded,
    RunPaused: _paused,
    RunResumed: _resumed,
    RunFinished: _finished,
}
