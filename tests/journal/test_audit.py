"""The audit: an honest log breaks no invariant wherever it stops, and each invariant has logs that break it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import pytest

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
    Narration,
    Ref,
    Remark,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFinished,
    StepRetrying,
    StepStarted,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.journal.audit import RULES, audit
from corpus.logs import Notebook, told

E = TypeVar("E", bound=Event)
Change = Callable[[Notebook], None]


@pytest.mark.parametrize("seed", range(5))
def test_an_honest_log_breaks_no_invariant(seed: int) -> None:
    log = told(seed, steps=seed)
    assert audit(log.events, log.values) == []


def test_a_run_that_was_cut_off_anywhere_breaks_no_invariant() -> None:
    log = told()
    for end in range(len(log.events)):
        assert audit(log.events[:end], log.values) == []


def test_what_was_erased_is_not_missing() -> None:
    log = told()
    assert audit(log.events, {}, erased=log.values) == []


def first(log: Notebook, kind: type[E], where: Callable[[E], bool] = lambda event: True) -> E:
    return next(event for event in log.events if isinstance(event, kind) and where(event))


def without(kind: type[E], where: Callable[[E], bool] = lambda event: True) -> Change:
    def change(log: Notebook) -> None:
        log.events.remove(first(log, kind, where))

    return change


def twice(kind: type[Event]) -> Change:
    def change(log: Notebook) -> None:
        event = first(log, kind)
        log.events.insert(log.events.index(event) + 1, msgspec.structs.replace(event))

    return change


def different(kind: type[Event], **fields: object) -> Change:
    def change(log: Notebook) -> None:
        event = first(log, kind)
        for name, value in fields.items():
            setattr(event, name, value)

    return change


def after(kind: type[Event], added: Event) -> Change:
    def change(log: Notebook) -> None:
        log.events.insert(log.events.index(first(log, kind)) + 1, msgspec.structs.replace(added, run=log.run))

    return change


def moved_before(kind: type[E], before: type[Event], where: Callable[[E], bool] = lambda event: True) -> Change:
    def change(log: Notebook) -> None:
        event = first(log, kind, where)
        log.events.remove(event)
        log.events.insert(log.events.index(first(log, before)), event)

    return change


BREACHES: list[tuple[str, Change]] = [
    ("all_belong_to_one_run", different(CallStarted, run="01JANOTHER")),
    ("it_starts_once", without(RunStarted)),
    ("it_starts_once", twice(RunStarted)),
    ("it_ends_once", after(RunFinished, Remark(text="one word more"))),
    ("it_ends_once", twice(RunFinished)),
    ("a_paused_run_is_resumed_first", without(RunResumed)),
    ("causes_lie_in_the_past", different(CallStarted, cause=500)),
    ("causes_lie_in_the_past", different(CallStarted, cause=-1)),
    ("values_are_there", different(Narration, text=Ref("0" * 32))),
    ("values_are_there", different(CallStarted, messages=(Ref("0" * 32),))),
    ("steps_start_and_end_once", without(StepFinished, lambda event: event.step == "plan1")),
    ("steps_start_and_end_once", without(StepStarted, lambda event: event.step == "plan1")),
    ("steps_start_and_end_once", twice(StepStarted)),
    ("steps_start_and_end_once", twice(StepFinished)),
    ("steps_start_and_end_once", after(StepFinished, StepStarted(step="plan1"))),
    ("tries_of_a_step_are_counted", different(StepStarted, attempt=2)),
    ("tries_of_a_step_are_counted", different(StepRetrying, attempt=2)),
    ("tries_of_a_step_are_counted", different(StepFinished, attempt=2)),
    ("tries_of_a_step_are_counted", without(StepRetrying)),
    ("steps_lie_inside_each_other", moved_before(StepStarted, LoopIterated, lambda event: event.step == "polish")),
    ("steps_lie_inside_each_other", moved_before(StepFinished, LoopIterated, lambda event: event.step == "polish")),
    ("work_is_done_inside_steps", moved_before(CallStarted, StepStarted)),
    ("work_is_done_inside_steps", moved_before(ToolStarted, StepStarted)),
    ("calls_start_and_end_once", without(CallStarted)),
    ("calls_start_and_end_once", without(CallFinished)),
    ("calls_start_and_end_once", without(CallFailed)),
    ("calls_start_and_end_once", twice(CallStarted)),
    ("calls_start_and_end_once", twice(CallFinished)),
    ("calls_start_and_end_once", after(CallFinished, CallSpeaking(step="plan1", call="plan1#1"))),
    ("tools_start_and_end_once", without(ToolStarted)),
    ("tools_start_and_end_once", without(ToolFinished)),
    ("the_cost_is_that_of_all_calls", different(CallFailed, cost_usd=1.0)),
    ("the_cost_is_that_of_all_calls", different(RunFinished, cost_usd=0.0)),
    ("the_cost_is_that_of_all_calls", different(CallFinished, usage=Usage())),
    ("the_cost_is_that_of_all_calls", different(CallFinished, basis="unpriced")),
    ("gates_are_settled_once", twice(GateAnswered)),
    ("gates_are_settled_once", twice(GateOpened)),
    ("gates_are_settled_once", without(GateOpened)),
    ("gates_are_settled_once", without(GateAnswered)),
    ("gates_are_settled_once", after(GateAnswered, GateClosed(gate="release", why="expired"))),
    ("handoffs_stay_in_the_cast", different(Handoff, giver="nobody")),
    ("handoffs_stay_in_the_cast", different(Handoff, taker="nobody")),
    ("turns_of_a_loop_are_counted", different(LoopIterated, turn=2)),
    ("turns_of_a_loop_are_counted", different(LoopIterated, last=True)),
    ("items_are_as_many_as_said", after(StepStarted, StepStarted(step="research[4]"))),
    ("expectations_decide_the_verdict", different(ExpectationChecked, met=False)),
    ("expectations_decide_the_verdict", different(RunFinished, expected=False)),
    ("expectations_decide_the_verdict", twice(ExpectationChecked)),
]


@pytest.mark.parametrize(("rule", "change"), BREACHES, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(BREACHES)])
def test_a_log_that_breaks_an_invariant_is_found_out(rule: str, change: Change) -> None:
    log = told(steps=1)
    change(log)
    for seq, event in enumerate(log.events, start=1):
        event.seq = seq
    assert rule in {breach.rule for breach in audit(log.events, log.values)}


@pytest.mark.parametrize("change", [without(CallStarted), twice(RunPaused), moved_before(CallFinished, CallStarted)])
def test_numbers_with_a_gap_or_out_of_order_are_found_out(change: Change) -> None:
    log = told()
    change(log)
    assert "numbers_have_no_gap" in {breach.rule for breach in audit(log.events, log.values)}


def test_every_invariant_has_a_log_that_breaks_it() -> None:
    assert {rule.__name__ for rule in RULES} == {rule for rule, _ in BREACHES} | {"numbers_have_no_gap"}


def test_a_breach_says_where_and_what() -> None:
    log = told(steps=1)
    first(log, CallFinished).call = "plan9#1"
    found = {(breach.seq, breach.says) for breach in audit(log.events, log.values)}
    assert (5, "call.finished: plan9#1 had not started") in found
    assert (4, "plan1#1 starts and never ends, though the run is over") in found
