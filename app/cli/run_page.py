"""One run on one page: how it stands, its steps as a tree, what was handed on, asked and given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from app.cli.displays import values_of
from app.cli.endings import how_to_resume
from app.cli.figures import MICROSECONDS, ago, date_and_time
from app.cli.gates import how_to_answer
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import compact, describe, shortened, wrap
from app.cli.narrating.words import details
from app.cli.receipts import considered
from app.cli.statuses import CUT_OFF, marked, standing
from app.events import Failure, Handoff, Origin, Ref, RunStarted
from app.safety import clean, one_line
from app.state import GateState, RunState, StepState
from app.state.brief import in_brief
from app.state.words import (
    all_usd,
    as_said,
    because,
    how_performed,
    in_full,
    money,
    paid_at_all,
    plural,
    short_id,
    took,
)

if TYPE_CHECKING:
    from app.cli.show import Recorded

_WIDEST = 120
_INDENT = 2
_NEARLY, _NEARLY_SHARE = 1000, 0.2  # milliseconds, or a share of the time, that make no difference
_LEAST_NAME = 12  # cells of a step's name below which its figures leave
_LEAST = 8  # cells below which saying more about a step says nothing
Values = Callable[[Ref], Any]


def run_lines(recorded: Recorded, ink: Ink, now: int, *, routing: bool) -> list[str]:
    """The page."""
    state, value_of = recorded.state, values_of(recorded.texts)
    width = min(ink.width, _WIDEST)
    sections = [
        _head(recorded, value_of, ink, now, width),
        _section("steps", _tree(state, ink, width), ink),
        _section("handoffs", [_handoff(handoff, state, value_of, width) for handoff in state.handoffs], ink),
        _section(
            "questions", [line for gate in state.gates.values() for line in _gate(gate, value_of, ink, width)], ink
        ),
        _section("outputs", _outputs(state, value_of, width), ink),
        _section("expectations", list(_expectations(state, value_of, ink, width)), ink),
        _section("what went wrong", list(_failures(state, ink, width)), ink),
        _section(
            "how models were chosen", [shortened(line, width) for line in _receipts(state)] if routing else [], ink
        ),
    ]
    lines = [line for section in sections for line in section]
    if hint := how_to_resume(recorded.row.status, recorded.row.run):
        lines += ["", ink.paint(hint, "dim")]
    return lines


def _head(recorded: Recorded, value_of: Values, ink: Ink, now: int, width: int) -> list[str]:
    row, state = recorded.row, recorded.state
    status, style = marked(row.standing)
    title = one_line(row.title or row.scenario)
    title = shortened(title, width - cell_width(status) - 2)
    lines = [f"{ink.paint(status, style)}  {ink.paint(title, 'bold')}"]
    for name, said in facts(recorded, now):
        lines.append(f"  {ink.paint(f'{name:<9}', 'dim')} {shortened(one_line(said), width - 12)}")
    inputs = value_of(state.start.inputs) if state.start and state.start.inputs else {}
    for index, (name, value) in enumerate(inputs.items() if isinstance(inputs, dict) else ()):
        label = "inputs" if index == 0 else ""
        told = f"{one_line(name)}: {compact(in_brief(value))}"
        lines.append(f"  {ink.paint(f'{label:<9}', 'dim')} {shortened(told, width - 12)}")
    return lines


def facts(recorded: Recorded, now: int) -> Iterator[tuple[str, str]]:
    """What there is to know of a run besides what happened in it."""
    row, state, start = recorded.row, recorded.state, recorded.state.start
    yield "run", row.run
    yield "scenario", ", ".join(part for part in (row.scenario, start.file if start else "") if part)
    by = f", by {start.origin.who}" if start and start.origin.who else ""
    yield "started", f"{date_and_time(row.started)}, {ago(row.started, now)}{by}"
    if row.mode != "live":
        yield "mode", _mode(start) if start else row.mode
    if start and start.origin.batch:
        yield "batch", f"{_part_of(start.origin)}; footlights batches {short_id(start.origin.batch)}"
    if start and start.parent:
        yield "forked", f"from {start.parent.run} after event {start.parent.seq}"
    if row.holder:
        yield "held by", row.holder
    if row.reason:
        yield "paused", row.reason
    yield "took", _took(recorded) + (f", resumed {plural(state.resumed, 'time')}" if state.resumed else "")
    yield "cost", cost(state)


def _mode(start: RunStarted) -> str:
    tape = start.settings.get("cassette")
    return f"{how_performed(start)}, seed {start.seed}" + (f", {tape}" if tape else "")


def _part_of(origin: Origin) -> str:
    return ", ".join(filter(None, (short_id(origin.batch), origin.cell, f"repeat {origin.repeat + 1}")))


def _took(recorded: Recorded) -> str:
    """The run's own time, and the clock's beside it where they differ by much: a rehearsal, a run that was resumed."""
    own, row = recorded.state.mono, recorded.row
    real = (row.ended - row.started) / 1000 if row.ended else own
    if abs(real - own) <= max(_NEARLY, own * _NEARLY_SHARE):
        return took(own)
    return f"{took(own)}; by the clock {took(max(0, real))}"


def cost(state: RunState) -> str:
    """What a run has cost, in one line."""
    totals = state.totals
    spent, *more = in_full(totals)
    told = "; ".join((f"{spent}, {plural(totals.calls, 'call')}, {plural(totals.tokens, 'token')}", *more))
    if state.inherited.calls:
        told += f"; {money(state.new_usd)} of it new"
    return told


def _section(title: str, lines: list[str], ink: Ink) -> list[str]:
    return ["", ink.paint(title, "bold"), *lines] if lines else []


def _tree(state: RunState, ink: Ink, width: int) -> list[str]:
    steps = list(state.in_order())
    columns = [_figures(step) for step, _ in steps]
    widths = [max(map(cell_width, column)) for column in zip(*columns, strict=True)]
    figures = [
        "  ".join(" " * (room - cell_width(part)) + part for part, room in zip(parts, widths, strict=True) if room)
        for parts in columns
    ]
    return [_step(step, state, depth + 1, told, ink, width) for (step, depth), told in zip(steps, figures, strict=True)]


def _step(step: StepState, state: RunState, depth: int, figures: str, ink: Ink, width: int) -> str:
    status = standing(step, state)
    glyph, style = (
        marked("skipped" if status == "waiting" else status)[0][0],
        "warning" if step.tolerated else marked(status)[1],
    )
    name = one_line(step.path[len(step.parent) :].lstrip("/"))
    told = "  ".join(fact for fact in (_who(step, state), _told(step, status)) if fact)
    indent = " " * _INDENT * depth
    room = width - len(indent) - 4 - cell_width(figures)
    if room < _LEAST_NAME:
        figures, room = "", width - len(indent) - 2
    name = shortened(name, max(_LEAST, room))
    told = shortened(told, room - cell_width(name) - 2) if room - cell_width(name) > _LEAST else ""
    gap = " " * max(2, room + 2 - cell_width(name) - (cell_width(told) + 2 if told else 0))
    text = f"{name}  {ink.paint(told, 'dim')}" if told else name
    return f"{indent}{ink.paint(glyph, style) if style else glyph} {text}{gap}{ink.paint(figures, 'dim')}"


def _who(step: StepState, state: RunState) -> str:
    known = state.agents.get(step.agent)
    return one_line(known.who.title or known.who.id) if known else one_line(step.agent)


def _told(step: StepState, status: str) -> str:
    if status == CUT_OFF:
        return CUT_OFF
    if step.status == "skipped":
        return f"skipped: {one_line(step.reason)}"
    if step.failure is not None:
        return one_line(because(step.failure))
    if step.turn:
        return plural(step.turn, "turn")
    if step.count is not None:
        return plural(step.count, "item")
    parts = [one_line(step.title), f"attempt {step.attempt}" if step.attempt > 1 else ""]
    if step.status not in ("succeeded", "waiting"):
        parts.append(step.status)
    return ", ".join(part for part in parts if part)


def _figures(step: StepState) -> tuple[str, str, str]:
    spent = paid_at_all(step.tally)
    lasted = took(step.ended - step.began) if step.ended is not None and step.ended > step.began else ""
    return spent, lasted, f"#{step.began_at}" if step.began_at else ""


def _handoff(handoff: Handoff, state: RunState, value_of: Values, width: int) -> str:
    ends = []
    for name in (handoff.giver, handoff.taker):
        known = state.agents.get(name)
        ends.append(one_line(known.who.title or name) if known else one_line(name))
    said = compact(value_of(handoff.summary)) if handoff.summary is not None else ""
    why = "" if handoff.why == "needs" else f" ({handoff.why})"
    return shortened(f"  {' → '.join(ends)}{why}  {said}".rstrip(), width)


def _gate(gate: GateState, value_of: Values, ink: Ink, width: int) -> Iterator[str]:
    opened = gate.opened
    question = compact(value_of(opened.question)) if opened.question is not None else ""
    asked = shortened(f"{one_line(opened.gate)}  {question}".rstrip(), width - 4)
    yield f"  {ink.paint('?', 'warning')} {asked}"
    yield from _below(what_became_of(gate, value_of), width)
    if gate.status == "open":
        yield f"    {ink.paint(one_line(how_to_answer(opened.run, opened.gate, opened.options)), 'accent')}"


def what_became_of(gate: GateState, value_of: Values) -> str:
    """The answer to a question, or why there is none."""
    if gate.answered is not None:
        note = f", {compact(value_of(gate.answered.note))}" if gate.answered.note is not None else ""
        return f"{compact(value_of(gate.answered.choice))}, by {one_line(gate.answered.by or 'somebody')}{note}"
    if gate.closed is not None:
        taken = f": {compact(value_of(gate.closed.choice))}" if gate.closed.choice is not None else ""
        return f"{gate.closed.why}{taken}"
    return f"waits for an answer: {' / '.join(map(one_line, gate.opened.options)) or 'in words'}"


def _below(text: str, width: int, indent: str = "    ") -> Iterator[str]:
    return (indent + line for line in wrap(text, width - len(indent)))


def _outputs(state: RunState, value_of: Values, width: int) -> list[str]:
    if state.finish is None or state.finish.outputs is None:
        return []
    return [f"  {line}".rstrip() for line in describe(value_of(state.finish.outputs), width - 2)]


def _expectations(state: RunState, value_of: Values, ink: Ink, width: int) -> Iterator[str]:
    for check in state.expectations.values():
        mark = ink.paint("✓", "good") if check.met else ink.paint("✗", "error")
        there = "" if check.met else one_line(as_said(check.found, value_of))
        found = f"  found: {there}" if there else ""
        first, *more = _below(one_line(check.about) + found, width)
        yield from (f"  {mark} {first.strip()}", *more)


def _failures(state: RunState, ink: Ink, width: int) -> Iterator[str]:
    for place, failure in failures_of(state):
        where = f"  {one_line(failure.where)}" if failure.where else ""
        first, *more = _below(f"{one_line(place)}: {one_line(because(failure))}{where}", width)
        yield from (f"  {ink.paint('✗', 'error')} {first.strip()}", *more)
        yield from _below(clean(details(failure)), width, "      ") if details(failure) else ()
        if failure.hint:
            yield from _below(f"hint: {one_line(failure.hint)}", width)


def failures_of(state: RunState) -> list[tuple[str, Failure]]:
    """What went wrong, and where."""
    failures = [(step.path, step.failure) for step in state.steps.values() if step.failure is not None]
    ended = state.finish.failure if state.finish is not None else None
    if ended is not None and (ended.error, ended.message) not in [(each.error, each.message) for _, each in failures]:
        failures.append(("the run", ended))
    return failures


def _receipts(state: RunState) -> Iterator[str]:
    for call in state.calls.values():
        if call.routed is not None:
            yield f"  {one_line(call.id)}  {one_line(call.routed.model)}  {one_line(call.routed.policy)}".rstrip()
            yield from (f"    {line}" for line in considered(call.routed))


def run_data(recorded: Recorded) -> dict[str, Any]:
    """The same for programs, with everything in it."""
    from app.cli.part_page import step_data

    row, state, value_of = recorded.row, recorded.state, values_of(recorded.texts)
    finish, start = state.finish, state.start
    return {
        "run": row.run,
        "scenario": row.scenario,
        "title": row.title,
        "mode": row.mode,
        "status": row.status,
        "reason": row.reason,
        "started": row.started / MICROSECONDS,
        "ended": row.ended / MICROSECONDS if row.ended else None,
        "took_ms": state.mono,
        "events": len(recorded.events),
        "parent": {"run": start.parent.run, "seq": start.parent.seq} if start and start.parent else None,
        "cost_usd": all_usd(state.totals),
        "estimated_usd": state.totals.estimated_usd,
        "rehearsed_usd": state.totals.rehearsed_usd,
        "played_usd": state.totals.played_usd,
        "unpriced": state.totals.unpriced,
        "new_usd": state.new_usd + state.totals.played_usd - state.inherited.played_usd,
        "tokens": state.totals.tokens,
        "calls": state.totals.calls,
        "inputs": value_of(start.inputs) if start and start.inputs else {},
        "outputs": value_of(finish.outputs) if finish and finish.outputs else {},
        "steps": [step_data(step, state, value_of, calls=False) for step in state.steps.values()],
        "handoffs": [
            {"from": each.giver, "to": each.taker, "why": each.why,
             "summary": value_of(each.summary) if each.summary else None}
            for each in state.handoffs
        ],
        "gates": [
            {"gate": gate.opened.gate, "status": gate.status, "options": list(gate.opened.options),
             "choice": value_of(gate.answered.choice) if gate.answered else None}
            for gate in state.gates.values()
        ],
        "expectations": [
            {"about": check.about, "met": check.met, "found": as_said(check.found, value_of)}
            for check in state.expectations.values()
        ],
    }  # fmt: skip
