"""One run told in plain sentences: what the page of a run shows, for ears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from app.cli.displays import values_of
from app.cli.endings import how_to_resume
from app.cli.gates import how_to_answer
from app.cli.narrating.text import compact
from app.cli.run_page import facts, failures_of, what_became_of
from app.cli.spoken import sentence
from app.cli.statuses import standing
from app.events import Ref
from app.safety import one_line
from app.state import RunState
from app.state.words import as_said, because, took

if TYPE_CHECKING:
    from app.cli.show import Recorded


def run_sentences(recorded: Recorded, now: int) -> Iterator[str]:
    """The run from its head to its hint, a sentence a thing."""
    row, state, value_of = recorded.row, recorded.state, values_of(recorded.texts)
    yield sentence(one_line(row.title or row.scenario), row.standing)
    for name, told in facts(recorded, now):
        yield sentence(f"{name} {one_line(told)}")
    yield from _named("Input", value_of(state.start.inputs) if state.start and state.start.inputs else {})
    yield from _steps(state)
    yield from _exchanges(state, value_of)
    yield from _named("Output", value_of(state.finish.outputs) if state.finish and state.finish.outputs else {})
    for check in state.expectations.values():
        became = "met" if check.met else f"not met: {one_line(as_said(check.found, value_of))}"
        yield sentence(f"Expected: {one_line(check.about)}", became)
    for place, failure in failures_of(state):
        yield sentence(f"Error in {one_line(place)}: {one_line(because(failure))}", one_line(failure.hint))
    if hint := how_to_resume(row.status, row.run):
        yield sentence(hint)


def _steps(state: RunState) -> Iterator[str]:
    for step, _ in state.in_order():
        agent = state.agents.get(step.agent)
        who = one_line(agent.who.title or agent.who.id) if agent else one_line(step.agent)
        lasted = f"took {took(step.ended - step.began)}" if step.ended is not None and step.ended > step.began else ""
        yield sentence(f"Step {one_line(step.path)}", standing(step, state), who, one_line(step.reason), lasted)


def _exchanges(state: RunState, value_of: Callable[[Ref], Any]) -> Iterator[str]:
    for handoff in state.handoffs:
        yield sentence(f"{one_line(handoff.giver)} hands over to {one_line(handoff.taker)}")
    for gate in state.gates.values():
        opened = gate.opened
        asked = compact(value_of(opened.question)) if opened.question is not None else ""
        yield sentence(f"Question {one_line(opened.gate)}: {asked}")
        yield sentence(what_became_of(gate, value_of))
        if gate.status == "open":
            yield sentence(one_line(how_to_answer(opened.run, opened.gate, opened.options)))


def _named(what: str, values: Any) -> Iterator[str]:
    for name, value in values.items() if isinstance(values, dict) else ():
        yield sentence(f"{what} {one_line(str(name))}: {compact(value)}")
