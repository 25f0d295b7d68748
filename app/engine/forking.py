"""Begins a run from a moment of another one, with something changed: a prompt, an input, a model, a card, an answer.

What had happened up to that moment is taken over and not paid for again. A change touches only steps that have not
begun: where one has, the moment moves back to before it. What was under way at the moment is left out, and done anew.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.engine.acting import act_out
from app.engine.bundle import checked_again
from app.engine.choices import checked_answers
from app.engine.editing import Edit, edited
from app.engine.gates import People
from app.engine.inputs import check_given
from app.engine.log import Log
from app.engine.performance import Performance
from app.engine.plan import plan_of
from app.engine.run import Run
from app.engine.starting import let_people_answer, opened_journal, run_started, settings_of
from app.engine.tapes import tapes_again
from app.engine.ulid import new_id
from app.errors import NotFound, UsageError
from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Event,
    GateAnswered,
    GateClosed,
    Origin,
    Parent,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    decode,
    definition,
    encode,
)
from app.scenario import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.passages import passages_of_step
from app.settings import who
from providers.base import Provider

if TYPE_CHECKING:
    from app.journal import Journal, RunLog

_REF = re.compile(rb'"ref":"([0-9a-f]+)"')
_OF_CALLS = (CallRouted, CallWaiting, CallStarted, CallSpeaking, CallFinished, CallFailed, ToolStarted)


def fork(
    run: str,
    *,
    at: int,
    edits: Mapping[str, Any] | None = None,
    journal: Journal | None = None,
    workspace: Path | None = None,
    answers: Mapping[str, str] | None = None,
    limits: Mapping[str, float] | None = None,
    people: People | None = None,
    patient: bool = False,
    providers: Callable[[str], Provider] | None = None,
    by: str = "",
) -> Run:
    """Begin a new run from a moment of another, and perform the rest."""
    asyncio.get_running_loop()
    changes = [Edit(address, value) for address, value in (edits or {}).items()]
    with opened_journal(journal, workspace) as (opened, ours):
        parent = _recorded(opened, run, at)
        begun, texts = parent[0], opened.texts(run)
        assert isinstance(begun, RunStarted)
        assert begun.source is not None
        assert begun.inputs is not None
        bundle = edited(_text(texts, begun.source.ref), changes)
        checked = checked_again(bundle)
        given = _text(texts, begun.inputs.ref)
        complete = check_given(checked, given | {each.name: each.value for each in changes if each.kind == "inputs"})
        answers = checked_answers(checked, answers)
        cut = _cut(parent, at, checked, changes, answers)
        taken = list(_taken(parent[1:cut]))
        settings = settings_of(begun, opened, limits, providers, tapes=tapes_again(begun.settings))
        run_log = opened.begin(new_id())
        first = run_started(checked, settings, Origin(who=by or who()))
        first.parent = Parent(run=run, seq=cut, taken=len(taken) + 1)
        first.source, first.plan = run_log.keep(bundle), run_log.keep(plan_of(checked))
        first.inputs, first.edits = run_log.keep(complete), run_log.keep(dict(edits or {}))
        recorded = [run_log.add(first), *_copied(taken, texts, run_log)]
        performance = Performance(Log(run_log, recorded), opened, settings, checked)
        let_people_answer(performance, answers, people, patient)
        going = Run(opened, run_log, recorded, owns_journal=ours)
        again = RunResumed("fork", by or who())
        going.start(performance, lambda: act_out(going, performance, checked, complete, again))
    return going


def _recorded(journal: Journal, run: str, at: int) -> list[Event]:
    """What happened in the other run, which has to have come as far as that."""
    events = journal.recorded(run)
    if not events:
        raise NotFound(f"there is no run {run}", "footlights runs lists them")
    if not 1 <= at <= len(events):
        raise UsageError(f"the run {run} has events 1 to {len(events)}, not {at}", "footlights tail shows them")
    return events


def _text(texts: Mapping[str, bytes], digest: str) -> Any:
    """A value of the other run."""
    if digest not in texts:
        raise UsageError("texts of this run were erased, so nothing can go on from it", "its log can still be verified")
    return json.loads(texts[digest])


def _cut(
    events: Sequence[Event], at: int, checked: Checked, changes: Iterable[Edit], answers: Mapping[str, str]
) -> int:
    """The last event that is taken over: before anything that a change or a new answer touches."""
    touched = set[str]()
    for change in changes:
        touched |= set(_touched(checked, change))
    cut = at
    for event in events[:at]:
        begins = isinstance(event, StepStarted | StepSkipped) and definition(event.step) in touched
        answered = isinstance(event, GateAnswered | GateClosed) and bool(
            {event.gate, event.step, definition(event.step)} & answers.keys()
        )
        if begins or answered:
            cut = min(cut, event.seq - 1)
    return max(1, cut)


def _touched(checked: Checked, change: Edit) -> Iterable[str]:
    """The steps that a change touches; in doubt, more of them."""
    for place in checked.places:
        if change.kind == "steps":
            if place.name == change.name:
                yield place.name
        elif change.kind == "agents":
            if change.name in [name for name, _ in speakers(place)]:
                yield place.name
        elif any(
            f"inputs.{change.name}" in passage.text or "vars." in passage.text or passage.file is not None
            for passage in passages_of_step(place)
        ):
            yield place.name


def _taken(events: Sequence[Event]) -> Iterable[Event]:
    """What is taken over: not how the other run was paused or ended, nor what was under way."""
    over = {event.call for event in events if isinstance(event, CallFinished | CallFailed | ToolFinished | ToolFailed)}
    for event in events:
        if isinstance(event, RunPaused | RunResumed | RunFinished):
            continue
        if isinstance(event, _OF_CALLS) and event.call not in over:
            continue
        yield event


def _copied(taken: Iterable[Event], texts: Mapping[str, bytes], run_log: RunLog) -> Iterator[Event]:
    """The events as they stand in the new run, with their texts; causes that were not taken over are left out."""
    numbers = {1: 1}
    for event in taken:
        copy = decode(encode(event))
        copy.cause = numbers.get(event.cause, 0)
        for digest in _REF.findall(encode(event)):
            run_log.keep(_text(texts, digest.decode()))
        numbers[event.seq] = run_log.add(copy).seq
        yield copy
