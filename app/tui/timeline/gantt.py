"""Where the time of a run went: what took time as bars in lanes, what was handed on, and what it took. Pure.

A `Gantt` follows a show: each event is read once, and wherever the audience goes it holds what there was by then. Times
are milliseconds of the run's own clock.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from app.tui.tracks import Bookmark, Track

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
    closed: int = field(default=0, compare=False)  # seq of the event that ended it

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


class Gantt:
    """Everything of a run that takes time, in the order in which it began."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.arrows: list[Arrow] = []
        self.marks: list[Mark] = []
        self.spends: list[Spend] = []
        self.spent = NOTHING
        self.now = 0
        self.over = False
        self.version = 0  # another one means: something was added, or all of it is otherwise
        self.record = Record()
        self._bookmark = Bookmark()
        self._seq = 0

    def follow(self, show: Show) -> bool:
        """Take over what has happened, as far as the audience has come; tell whether that is elsewhere than before."""
        events = show.events
        if not self._bookmark.fits(events):
            self._bookmark, self.record, self._seq = Bookmark(), Record(), -1
        seq = events[-1].seq if events else 0
        if seq == self._seq:
            return False
        for event in self._bookmark.unread(events):
            rule = _RULES.get(type(event))
            if rule is not None:
                rule(self.record, event)
        self._seq = seq
        self.now = events[-1].mono if events else 0
        self.over = show.state.over
        self._show(self.record, seq, is_last=len(events) == self._bookmark.count)
        self.version += 1
        return True

    def let_pass(self, show: Show, milliseconds: float) -> None:
        """So much time has passed since the last event: what is under way grows."""
        self.now = show.state.mono + int(milliseconds)
        self.version += 1

    def marked(self, *signs: Sign) -> list[Mark]:
        """The moments of these kinds."""
        return [mark for mark in self.marks if mark.sign in signs]

    def _show(self, record: Record, seq: int, *, is_last: bool) -> None:
        """Everything, or what of it there was by an event."""
        self.spent = record.spent.at(seq, NOTHING)
        self.spends = record.spends[: record.spent.count(seq)]
        if is_last:
            self.bars, self.arrows, self.marks = record.bars, record.arrows, record.marks
            return
        self.bars = record.bars_by(seq, self.now)
        self.arrows = record.arrows[: bisect_right(record.arrows, seq, key=_number)]
        self.marks = record.marks[: bisect_right(record.marks, seq, key=_number)]


class Record:
    """Everything of a run as far as it was read."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.arrows: list[Arrow] = []
        self.marks: list[Mark] = []
        self.spends: list[Spend] = []
        self.spent: Track[Spent] = Track()
        self.calls: dict[str, tuple[int, int]] = {}  # under way: when they went out, and spoke
        self._going: dict[str, Bar] = {}  # what is under way
        self._brief: list[Bar] = []  # what was begun, and took no time

    def begin(self, key: str, kind: Kind, event: Event, thing: str, why: str = "") -> None:
        """Something begins that will be ended by its key."""
        bar = self._going[key] = Bar(kind, event.mono, event.seq, thing, event.step, event.agent, why)
        self.bars.append(bar)

    def end(self, key: str, event: Event, *, broken: bool = False) -> None:
        """It is over; what nobody has begun is no matter."""
        bar = self._going.pop(key, None)
        if bar is None:
            return
        bar.ended, bar.broken, bar.closed = event.mono, broken, event.seq
        if event.mono == bar.began and bar.kind in ("waiting", "retrying", "thinking"):
            _remove(self.bars, bar)  # no time passed, so nobody waited
            self._brief.append(bar)

    def cut_off(self, event: Event, but: tuple[Kind, ...] = ()) -> None:
        """Nobody knows what became of what was under way; a question stays one, and a retry is still to come."""
        for key, bar in list(self._going.items()):
            if bar.kind not in but:
                self.end(key, event, broken=True)

    def bars_by(self, seq: int, now: int) -> list[Bar]:
        """Those that had begun by an event, as they were then."""
        begun = self.bars[: bisect_right(self.bars, seq, key=_number)]
        bars = [bar if 0 < bar.closed <= seq else replace(bar, ended=None, broken=False, closed=0) for bar in begun]
        for bar in self._brief[bisect_right(self._brief, seq, key=_closed) :]:
            if bar.began > now:
                break  # whatever took no time began when it ended
            if bar.seq <= seq:
                insort(bars, replace(bar, ended=None, broken=False, closed=0), key=_number)
        return bars


def _remove(bars: list[Bar], bar: Bar) -> None:
    for index in range(len(bars) - 1, -1, -1):
        if bars[index] is bar:
            del bars[index]
            return


def _number(each: Bar | Arrow | Mark) -> int:
    return each.seq


def _closed(bar: Bar) -> int:
    return bar.closed


# Calls


def _call_waits(record: Record, event: CallRouted | CallWaiting) -> None:
    key = f"call:{event.call}"
    record.end(_again(event), event)
    record.end(key, event)
    record.begin(key, "waiting", event, key, event.waits_for if isinstance(event, CallWaiting) else "")


def _call_started(record: Record, event: CallStarted) -> None:
    key = f"call:{event.call}"
    record.end(_again(event), event)
    record.end(key, event)
    record.begin(key, "thinking", event, key)
    record.calls[event.call] = (event.mono, event.mono)


def _call_speaking(record: Record, event: CallSpeaking) -> None:
    key = f"call:{event.call}"
    record.end(key, event)
    record.begin(key, "speaking", event, key)
    record.calls[event.call] = (record.calls.get(event.call, (event.mono, 0))[0], event.mono)


def _call_ended(record: Record, event: CallFinished | CallFailed) -> None:
    failed = isinstance(event, CallFailed)
    record.end(f"call:{event.call}", event, broken=failed)
    began, spoke = record.calls.pop(event.call, (event.mono, event.mono))
    usage = event.usage
    spent = spent_by(event)
    record.spent.put(event.seq, record.spent.at(event.seq, NOTHING) + spent)
    record.spends.append(Spend(began, spoke, event.mono, usage.total, usage.output, spent))
    if not isinstance(event, CallFailed):
        return
    retried = event.retry_ms is not None
    record.marks.append(_mark("retried" if retried else "failed", event, event.failure.error))
    if retried:
        record.begin(_again(event), "retrying", event, f"call:{event.call}", event.failure.error)


def _again(event: Event) -> str:
    """The wait between a call that failed and the next try, which is another call of the same agent in that step."""
    return f"again:{event.step}:{event.agent}"


# Tools, gates and steps


def _tool_waits(record: Record, event: ToolWaiting) -> None:
    key = f"tool:{event.call or event.step}"
    record.end(key, event)
    record.begin(key, "waiting", event, key, event.reason)


def _tool_started(record: Record, event: ToolStarted) -> None:
    key = f"tool:{event.call or event.step}"
    record.end(key, event)
    record.begin(key, "tool", event, key, event.tool)


def _tool_ended(record: Record, event: ToolFinished | ToolFailed) -> None:
    failed = isinstance(event, ToolFailed)
    record.end(f"tool:{event.call or event.step}", event, broken=failed)
    if isinstance(event, ToolFailed):
        record.marks.append(_mark("failed", event, event.failure.error))


def _gate_opened(record: Record, event: GateOpened) -> None:
    key = f"gate:{event.gate}"
    record.begin(key, "gate", event, key, event.asks)


def _gate_closed(record: Record, event: GateAnswered | GateClosed) -> None:
    record.end(f"gate:{event.gate}", event)


def _step_started(record: Record, event: StepStarted) -> None:
    record.end(f"retry:{event.step}", event)
    if event.cue and event.attempt == 1 and not _is_again(event.step):
        record.marks.append(_mark("cue", event, event.cue))


def _is_again(path: str) -> bool:
    """Is it a turn or an item? Its cue is that of the whole, which was seen when that began."""
    last = path.rpartition("/")[2]
    return last.isdigit() or last.endswith("]")


def _step_retrying(record: Record, event: StepRetrying) -> None:
    record.marks.append(_mark("retried", event, event.failure.error))
    record.begin(f"retry:{event.step}", "retrying", event, f"step:{event.step}", event.failure.error)


def _step_failed(record: Record, event: StepFailed) -> None:
    record.end(f"retry:{event.step}", event)
    record.marks.append(_mark("failed", event, event.failure.error))


def _step_skipped(record: Record, event: StepSkipped) -> None:
    record.marks.append(_mark("skipped", event, event.reason))


# The run


def _handoff(record: Record, event: Handoff) -> None:
    record.arrows.append(Arrow(event.mono, event.seq, event.giver, event.taker, event.source, event.step, event.why))


def _exceeded(record: Record, event: BudgetExceeded) -> None:
    record.marks.append(_mark("limit", event, f"{event.scope} {event.measure}"))


def _paused(record: Record, event: RunPaused) -> None:
    record.marks.append(_mark("paused", event, event.reason))


def _resumed(record: Record, event: RunResumed) -> None:
    record.marks.append(_mark("resumed", event, event.reason))
    record.cut_off(event, but=("gate", "retrying"))


def _finished(record: Record, event: RunFinished) -> None:
    record.cut_off(event)


def _mark(sign: Sign, event: Event, says: str) -> Mark:
    return Mark(sign, event.mono, event.seq, says, event.step, event.agent)


_RULES: dict[type[Event], Callable[[Record, Any], None]] = {
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
