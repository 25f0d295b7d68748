"""The invariants of a run's log: what must be true of every run, however it was interrupted, resumed or ended.

Each is a function over the events of one run; `audit` asks them all. It reads nothing and knows no database, so that
whoever holds a list of events can ask: the command, a test after a fault, a run that was imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from app.events import (
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    Event,
    ExpectationChecked,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LoopIterated,
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
    Usage,
    kind_of,
)
from app.journal.refs import refs_of

Found = Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold: which, at which event, and what is wrong."""

    rule: str
    seq: int
    says: str


@dataclass(frozen=True, slots=True)
class Log:
    """What is audited: the events of a run in their order, and which of the values they refer to are there."""

    events: Sequence[Event]
    values: Collection[str]
    erased: Collection[str] = field(default=frozenset())

    @property
    def over(self) -> bool:
        """Has the run ended?"""
        return bool(self.events) and isinstance(self.events[-1], RunFinished)


def audit(events: Sequence[Event], values: Collection[str], erased: Collection[str] = frozenset()) -> list[Breach]:
    """Ask every invariant; `values` and `erased` are the digests of what is kept and of what was erased on purpose."""
    log = Log(events, values, erased)
    return [Breach(rule.__name__, seq, says) for rule in RULES for seq, says in rule(log)]


def numbers_have_no_gap(log: Log) -> Found:
    """The first event is 1, and each is one more than the one before."""
    before = 0
    for event in log.events:
        if event.seq != before + 1:
            yield event.seq, f"comes after event {before}"
        before = event.seq


def all_belong_to_one_run(log: Log) -> Found:
    """Every event names the same run."""
    for event in log.events[1:]:
        if event.run != log.events[0].run:
            yield event.seq, f"belongs to run {event.run}"


def it_starts_once(log: Log) -> Found:
    """The first event, and only the first, starts the run."""
    for place, event in enumerate(log.events):
        if isinstance(event, RunStarted) != (place == 0):
            yield event.seq, "starts the run a second time" if place else f"is {kind_of(event)}, not run.started"


def it_ends_once(log: Log) -> Found:
    """Nothing comes after the end."""
    ends = [place for place, event in enumerate(log.events) if isinstance(event, RunFinished)]
    for event in log.events[ends[0] + 1 :] if ends else ():
        yield event.seq, f"comes after the end, which is event {log.events[ends[0]].seq}"


def a_paused_run_is_resumed_first(log: Log) -> Found:
    """After a pause the next event says that the run goes on."""
    for before, event in zip(log.events, log.events[1:], strict=False):
        if isinstance(before, RunPaused) and not isinstance(event, RunResumed):
            yield event.seq, f"{kind_of(event)} comes after the run was paused"


def causes_lie_in_the_past(log: Log) -> Found:
    """What led to an event came before it."""
    for event in log.events:
        if not 0 <= event.cause < event.seq:
            yield event.seq, f"names event {event.cause} as its cause"


def values_are_there(log: Log) -> Found:
    """Every value that an event refers to is kept, or was erased on purpose."""
    for event in log.events:
        for digest in refs_of(event):
            if digest not in log.values and digest not in log.erased:
                yield event.seq, f"{kind_of(event)} refers to the value {digest}, which is missing"


def steps_start_and_end_once(log: Log) -> Found:
    """Each try of a step has one start and one end; one that has ended is performed again only with those around it."""
    running: dict[str, int] = {}
    ended: dict[str, int] = {}
    for event in log.events:
        step = event.step
        if isinstance(event, StepStarted):
            if step in ended:
                yield event.seq, f"{step} starts though it ended with event {ended[step]}"
            elif step in running:
                yield event.seq, f"{step} starts though it is running since event {running[step]}"
            running[step] = event.seq
        elif isinstance(event, StepFinished | StepFailed | StepRetrying) and step not in running:
            yield event.seq, f"{kind_of(event)} of {step}, which is not running"
        if isinstance(event, StepFinished | StepFailed | StepSkipped):
            if step in ended:
                yield event.seq, f"{step} ends though it ended with event {ended[step]}"
            ended[step] = event.seq
        if isinstance(event, _ENDS_OF_A_TRY):
            running.pop(step, None)
        if isinstance(event, _CUTS_OFF):
            _forget_inside(step, running)
        if isinstance(event, StepRetrying):
            _forget_inside(step, ended)
    if log.over:
        for step, seq in running.items():
            yield seq, f"{step} starts and never ends, though the run is over"


def tries_of_a_step_are_counted(log: Log) -> Found:
    """The first try is 1; each try follows the failure of the one before, and what ends it says which it was."""
    tries: dict[str, int] = {}
    failed: dict[str, int] = {}
    for event in log.events:
        step = event.step
        if isinstance(event, StepStarted):
            due = failed.get(step, 0) + 1
            if event.attempt != due:
                yield event.seq, f"starts try {event.attempt} of {step}, but try {due} is due"
            tries[step] = event.attempt
        elif isinstance(event, StepFinished | StepFailed | StepRetrying):
            if event.attempt != tries.get(step, event.attempt):
                yield event.seq, f"{kind_of(event)} of try {event.attempt} of {step}, but try {tries[step]} is on"
            if isinstance(event, StepRetrying):
                failed[step] = event.attempt
                _forget_inside(step, tries, failed)


def steps_lie_inside_each_other(log: Log) -> Found:
    """A step inside another starts while that is running, and ends before it does, unless it is cut off with it."""
    running: set[str] = set()
    steps = {event.step for event in log.events if isinstance(event, StepStarted)}
    for event in log.events:
        step = event.step
        if isinstance(event, StepStarted):
            around = _around(step, steps)
            if around and around not in running:
                yield event.seq, f"{step} starts while {around}, which it lies in, is not running"
            running.add(step)
        elif isinstance(event, _CUTS_OFF):
            running -= {step, *_inside(step, running)}
        elif isinstance(event, StepFinished):
            for inner in sorted(_inside(step, running)):
                yield event.seq, f"{step} ends while {inner} inside it is still running"
            running.discard(step)


def work_is_done_inside_steps(log: Log) -> Found:
    """Calls and tools start while the step that they belong to is running, or when all is over but the judging."""
    running: set[str] = set()
    begun = False
    steps = {event.step for event in log.events if isinstance(event, StepStarted)}
    for event in log.events:
        if isinstance(event, StepStarted):
            running.add(event.step)
            begun = True
        elif isinstance(event, _ENDS_OF_A_TRY):
            running.discard(event.step)
        elif isinstance(event, CallStarted | ToolStarted) and (running or not begun):
            step = event.step if event.step in steps else _around(event.step, steps)
            if step not in running:
                yield event.seq, f"{kind_of(event)} in {event.step or 'no step'}, which is not running"


def calls_start_and_end_once(log: Log) -> Found:
    """Each call that ended had started once; when the run is over, each that started has ended."""
    yield from _in_pairs(log, CallStarted, (CallFinished, CallFailed), (CallSpeaking,))


def tools_start_and_end_once(log: Log) -> Found:
    """Each use of a tool that ended had started once; when the run is over, each that started has ended."""
    yield from _in_pairs(log, ToolStarted, (ToolFinished, ToolFailed), (ToolWaiting,))


def the_cost_is_that_of_all_calls(log: Log) -> Found:
    """What a run cost is what its calls cost, failed ones too; likewise its tokens, and the calls without a price."""
    if not log.over:
        return
    end = log.events[-1]
    assert isinstance(end, RunFinished)
    calls = [event for event in log.events if isinstance(event, CallFinished | CallFailed)]
    cost = sum(call.cost_usd for call in calls)
    if not isclose(end.cost_usd, cost, rel_tol=1e-9, abs_tol=1e-9):
        yield end.seq, f"the run says that it cost {end.cost_usd} US dollars, its calls say {cost}"
    usage = sum((call.usage for call in calls), Usage())
    if end.usage != usage:
        yield end.seq, f"the run says that it used {end.usage.total} tokens, its calls say {usage.total}"
    unpriced = sum(call.basis == "unpriced" for call in calls)
    if end.unpriced != unpriced:
        yield end.seq, f"the run says that {end.unpriced} calls have no price, its calls say {unpriced}"


def gates_are_settled_once(log: Log) -> Found:
    """Each gate is opened once, and then answered or closed once; when the run is over, none is open."""
    opened: dict[str, int] = {}
    settled: dict[str, int] = {}
    for event in log.events:
        if isinstance(event, GateOpened):
            if event.gate in opened:
                yield event.seq, f"the gate {event.gate} is opened again"
            opened[event.gate] = event.seq
        elif isinstance(event, GateAnswered | GateClosed):
            if event.gate not in opened:
                yield event.seq, f"{kind_of(event)} for {event.gate}, which was never opened"
            elif event.gate in settled:
                yield event.seq, f"{kind_of(event)} for {event.gate}, which event {settled[event.gate]} settled"
            settled.setdefault(event.gate, event.seq)
    if log.over:
        for gate in opened.keys() - settled.keys():
            yield opened[gate], f"the gate {gate} is still open, though the run is over"


def handoffs_stay_in_the_cast(log: Log) -> Found:
    """Who gives and who takes are in the cast; a scenario that a step uses brings a cast of its own."""
    cast = {performer.id for event in log.events if isinstance(event, RunStarted) for performer in event.cast}
    using = [event.step for event in log.events if isinstance(event, StepStarted) and event.of == "uses"]
    for event in log.events:
        if isinstance(event, Handoff):
            foreign = any(_inside(step, (event.step, event.source)) or event.source == step for step in using)
            for name in sorted({event.giver, event.taker} - cast) if not foreign else ():
                yield event.seq, f"names {name!r}, who is not in the cast"


def turns_of_a_loop_are_counted(log: Log) -> Found:
    """The turns of a loop are 1, 2, 3 and so on, and none comes after the last."""
    turns: dict[str, LoopIterated] = {}
    for event in log.events:
        if isinstance(event, LoopIterated):
            before = turns.get(event.step)
            if event.turn != (before.turn if before else 0) + 1:
                yield event.seq, f"turn {event.turn} of {event.step} comes after turn {before.turn if before else 0}"
            if before and before.last:
                yield event.seq, f"turn {event.turn} of {event.step} comes after its last turn"
            turns[event.step] = event
        elif isinstance(event, StepRetrying):
            _forget_inside(event.step, turns)


def items_are_as_many_as_said(log: Log) -> Found:
    """A step that is done for each item of a list is done once an item at most."""
    counts: dict[str, int] = {}
    for event in log.events:
        if isinstance(event, StepExpanded):
            counts[event.step] = event.count
        elif isinstance(event, StepStarted) and event.step.endswith("]"):
            step, _, item = event.step[:-1].rpartition("[")
            if not 1 <= int(item) <= counts.get(step, 0):
                yield event.seq, f"item {item} of {step} starts, which has {counts.get(step, 0)} items"


def expectations_decide_the_verdict(log: Log) -> Found:
    """A run is as expected when every expectation was met; each thing that is expected is checked once."""
    checked: dict[tuple[int, str], bool] = {}
    for event in log.events:
        if isinstance(event, ExpectationChecked):
            if (event.number, event.about) in checked:
                yield event.seq, f"expectation {event.number} is checked again"
            checked[event.number, event.about] = event.met
    if log.over:
        end = log.events[-1]
        assert isinstance(end, RunFinished)
        met = all(checked.values())
        if end.expected != met:
            yield end.seq, f"says that {'all' if end.expected else 'not all'} expectations were met, they say otherwise"


RULES: tuple[Callable[[Log], Found], ...] = (
    numbers_have_no_gap,
    all_belong_to_one_run,
    it_starts_once,
    it_ends_once,
    a_paused_run_is_resumed_first,
    causes_lie_in_the_past,
    values_are_there,
    steps_start_and_end_once,
    tries_of_a_step_are_counted,
    steps_lie_inside_each_other,
    work_is_done_inside_steps,
    calls_start_and_end_once,
    tools_start_and_end_once,
    the_cost_is_that_of_all_calls,
    gates_are_settled_once,
    handoffs_stay_in_the_cast,
    turns_of_a_loop_are_counted,
    items_are_as_many_as_said,
    expectations_decide_the_verdict,
)


def _in_pairs(log: Log, start: type[Event], ends: tuple[type[Event], ...], between: tuple[type[Event], ...]) -> Found:
    """Look at what is named by `call`: it starts, perhaps something comes between, it ends, all of it once."""
    running: dict[str, int] = {}
    ended: dict[str, int] = {}
    for event in log.events:
        call = event.call
        if isinstance(event, start):
            if call in running or call in ended:
                yield event.seq, f"{kind_of(event)}: {call} had started before"
            running[call] = event.seq
        elif isinstance(event, ends):
            if call in ended:
                yield event.seq, f"{kind_of(event)}: {call} ended with event {ended[call]}"
            elif running.pop(call, None) is None:
                yield event.seq, f"{kind_of(event)}: {call} had not started"
            ended[call] = event.seq
        elif isinstance(event, between) and call not in running:
            yield event.seq, f"{kind_of(event)}: {call} is not under way"
    if log.over:
        for call, seq in running.items():
            yield seq, f"{call} starts and never ends, though the run is over"


def _around(step: str, steps: Collection[str]) -> str:
    """Return the nearest of the steps around this one: of polish/2/verdict it is polish/2, of research[1] research."""
    while step:
        step = step[: max(step.rfind("/"), step.rfind("["), 0)]
        if step in steps:
            return step
    return ""


def _inside(step: str, steps: Iterable[str]) -> list[str]:
    return [inner for inner in steps if inner.startswith((f"{step}/", f"{step}["))]


def _forget_inside(step: str, *tables: dict[str, Any]) -> None:
    """What lies inside a step is performed anew when the step is."""
    for table in tables:
        for inner in _inside(step, table):
            del table[inner]


_CUTS_OFF = (StepFailed, StepRetrying, StepSkipped)  # whatever still runs inside ends with it
_ENDS_OF_A_TRY = (StepFinished, *_CUTS_OFF)
