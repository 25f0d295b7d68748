"""The tables of a report: cast, steps, costs, how models were chosen, who was asked, what was expected, what failed.

A table holds words and, beside each figure, the number it is sorted by. How much a figure can be trusted is said in the
words of `app.state.words`: what nobody knows is never shown as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Directed,
    Failure,
    GateAnswered,
    StepFailed,
    ToolFailed,
    Usage,
)
from app.playback.show import Show
from app.safety import one_line
from app.state import NOTHING, CallState, GateState, RunState, Spent, spent_by, takeover
from app.state.receipts import why_not
from app.state.spending import OWN_MACHINE
from app.state.words import BASES, Spending, all_usd, as_said, notes, paid, paid_at_all, plural, spaced, took
from app.tui.log.lines import line_of
from app.tui.look.glyphs import UNICODE
from app.tui.naming import name_of, role_of, sign

_TONES = {"succeeded": "good", "skipped": "quiet", "cancelled": "warning", "truncated": "warning", "running": "warning"}


class Cell(NamedTuple):
    """One cell; a line of its own for each line."""

    text: str
    number: float | None = None  # what a figure is sorted by; none where nobody knows it
    style: str = ""  # good, warning, error, quiet, or the role of an agent


class Head(NamedTuple):
    """What a column is called, and whether it holds figures."""

    text: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; `total` stands below, and is not sorted."""

    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()


def tables_of(show: Show) -> dict[str, Table]:
    """Those that have rows, by their names."""
    made = {
        "cast": _table("Cast", _CAST, _cast(show.state)),
        "steps": _table("Steps", _STEPS, _steps(show.state)),
        "agents": _table("What each agent took", _AGENTS, _agents(show.state), _all(show.state)),
        "models": _table("What each model took", _MODELS, _models(show)),
        "routing": _table("How models were chosen", _ROUTING, _routing(show.state)),
        "people": _table("Who was asked, and who acted", _PEOPLE, _people(show)),
        "expectations": _table("What was expected", _EXPECTED, _expectations(show)),
        "errors": _table("What went wrong", _ERRORS, _errors(show.state)),
    }
    return {name: table for name, table in made.items() if table.rows}


def _table(title: str, heads: str, rows: Iterable[tuple[Cell, ...]], total: tuple[Cell, ...] = ()) -> Table:
    """Heads are written with a bar between them; figures begin with #."""
    named = tuple(Head(head.removeprefix("#"), head.startswith("#")) for head in heads.split("|"))
    return Table(title, named, tuple(rows), total)


def _who(name: str, state: RunState) -> Cell:
    known = state.agents.get(name)
    if known is None:
        return Cell(one_line(name))
    return Cell(f"{sign(known.who, UNICODE)} {name_of(name, state)}", style=role_of(known.who))


_CAST = "Agent|Card|Part|Acted in"


def _cast(state: RunState) -> Iterator[tuple[Cell, ...]]:
    for name, agent in state.agents.items():
        steps = dict.fromkeys(call.step for call in state.calls.values() if call.agent == name)
        shown = ", ".join(map(one_line, steps)) or "did not act"
        yield _who(name, state), Cell(one_line(agent.who.card)), Cell(one_line(agent.who.mode)), Cell(shown)


_STEPS = "Step|What for|Agent|How it ended|#Tries|#Tokens|#Cost|#Time"


def _steps(state: RunState) -> Iterator[tuple[Cell, ...]]:
    for step, depth in state.in_order():
        lasted = None if step.ended is None or not step.began_at else step.ended - step.began
        name = one_line(step.path[len(step.parent) :].lstrip("/"))
        ended = f"{step.status}, tolerated" if step.tolerated else step.status
        reason = one_line(step.reason.removeprefix("if: "))
        tokens = step.tally.tokens
        yield (
            Cell("\u00a0" * 4 * depth + name),
            Cell(one_line(step.title)),
            _who(step.agent, state),
            Cell(f"{ended}: {reason}" if reason else ended, style=_TONES.get(step.status, "error")),
            Cell(str(step.attempt) if step.attempt else "", step.attempt),
            Cell(f"{tokens:,}" if tokens else "", tokens),
            _money(step.tally, paid_at_all(step.tally)),
            Cell("" if lasted is None else took(lasted), lasted),
        )


_TAKEN = "#Calls|#Read|#From the cache|#Written|#Cost|How sure|#Time"
_AGENTS = f"Agent|{_TAKEN}"
_MODELS = f"Model|{_TAKEN}"


def _agents(state: RunState) -> Iterator[tuple[Cell, ...]]:
    for name, agent in state.agents.items():
        tally = agent.tally
        if tally.calls:
            yield _who(name, state), *_taken(tally.calls, tally.usage, tally, tally.took_ms)


def _all(state: RunState) -> tuple[Cell, ...]:
    totals = state.totals
    return (Cell("all"), *_taken(totals.calls, totals.usage, totals, totals.took_ms))


def _models(show: Show) -> Iterator[tuple[Cell, ...]]:
    """A model is asked in attempts; each is counted for the one that it went to."""
    asked: dict[str, str] = {}
    calls: dict[str, int] = {}
    usage: dict[str, Usage] = {}
    spent: dict[str, Spent] = {}
    lasted: dict[str, int] = {}
    for event in show.events:
        if isinstance(event, CallStarted):
            model = asked[event.call] = event.use or event.model
            calls[model] = calls.get(model, 0) + 1
        elif isinstance(event, CallFinished | CallFailed) and event.call in asked:
            model = asked[event.call]
            usage[model] = usage.get(model, Usage()) + event.usage
            spent[model] = spent.get(model, NOTHING) + spent_by(event)
            lasted[model] = lasted.get(model, 0) + event.took_ms
    for model, count in calls.items():
        figures = _taken(count, usage.get(model, Usage()), spent.get(model, NOTHING), lasted.get(model, 0))
        yield Cell(one_line(model)), *figures


def _taken(calls: int, usage: Usage, spending: Spending, lasted: int) -> tuple[Cell, ...]:
    counts = (calls, usage.input + usage.cache_write, usage.cache_read, usage.output)
    return (
        *(Cell(f"{count:,}", count) for count in counts),
        _money(spending, paid(spending)),
        Cell(_sure(spending)),
        Cell(took(lasted), lasted),
    )


def _money(spending: Spending, told: str) -> Cell:
    """What nobody knows the price of has no number."""
    return Cell(told, None if spending.unpriced else all_usd(spending))


def _sure(spending: Spending) -> str:
    told = notes(spending)
    if told:
        return "; ".join(told)
    if spending.cost_usd > 0:
        return BASES["exact"]
    return OWN_MACHINE if spending.local_ms else ""


_ROUTING = "Agent|#Calls|Model|Asked for|What was looked at"


def _routing(state: RunState) -> Iterator[tuple[Cell, ...]]:
    """One row for all calls of an agent for which the same was found."""
    found: dict[tuple[str, str, str, str], int] = {}
    for call in state.calls.values():
        if call.routed is not None:
            looked_at = "\n".join(_considered(call, state))
            row = (call.agent, call.routed.use or call.routed.model, call.routed.policy, looked_at)
            found[row] = found.get(row, 0) + 1
    for (agent, model, policy, looked_at), count in found.items():
        yield (
            _who(agent, state),
            Cell(f"{count:,}", count),
            Cell(one_line(model)),
            Cell(one_line(policy)),
            Cell(looked_at),
        )


def _considered(call: CallState, state: RunState) -> Iterator[str]:
    if why := takeover(state, call):
        yield one_line(f"takes over: {why}")
    if call.routed is not None:
        for candidate in call.routed.candidates:
            yield one_line(f"{candidate.use or candidate.model}: {why_not(candidate, call.routed)}")


_PEOPLE = "#When|Who|What|Answer|#Waited"


def _people(show: Show) -> Iterator[tuple[Cell, ...]]:
    found = [(gate.opened.seq, _gate(gate, show)) for gate in show.state.gates.values()]
    for event in show.state.directions:
        found.append((event.seq, _direction(event, show)))
    return (row for _, row in sorted(found, key=lambda item: item[0]))


def _gate(gate: GateState, show: Show) -> tuple[Cell, ...]:
    opened, ended = gate.opened, gate.answered or gate.closed
    options = f" ({' / '.join(map(one_line, opened.options))})" if opened.options else ""
    question = one_line(show.words(opened.question)) or opened.asks
    answer = one_line(show.words(ended.choice)) if ended is not None and ended.choice is not None else ""
    if gate.status != "answered":
        answer = f"{gate.status}: {answer}" if answer else gate.status
    note = one_line(show.words(gate.answered.note)) if gate.answered and gate.answered.note else ""
    who = one_line(ended.by) or "somebody" if isinstance(ended, GateAnswered) else "nobody"
    waited = None if ended is None else ended.mono - opened.mono
    return (
        Cell(took(opened.mono), opened.mono),
        Cell(who),
        Cell(question + options),
        Cell(f"{answer}\n{note}" if note else answer),
        Cell("" if waited is None else took(waited), waited),
    )


def _direction(event: Directed, show: Show) -> tuple[Cell, ...]:
    told = line_of(event, show.state, show.words)
    return Cell(took(event.mono), event.mono), Cell(told.about), Cell(told.told), Cell(""), Cell("")


_EXPECTED = "Met|What|Found"


def _expectations(show: Show) -> Iterator[tuple[Cell, ...]]:
    for check in show.state.expectations.values():
        met = Cell("yes", style="good") if check.met else Cell("no", style="error")
        yield met, Cell(one_line(check.about)), Cell(one_line(as_said(check.found, show.value)))


_ERRORS = "#When|Where|What|What was said|What came of it"


def _errors(state: RunState) -> Iterator[tuple[Cell, ...]]:
    for event in state.errors:
        failure = event.failure
        said = [one_line(line) for line in (failure.message, failure.hint) if line]
        yield (
            Cell(took(event.mono), event.mono),
            Cell(one_line(event.call or event.step)),
            _kind(failure),
            Cell("\n".join(said)),
            Cell(_came_of(event)),
        )
    ended = state.finish.failure if state.finish is not None else None
    if ended is not None and all(ended.message != event.failure.message for event in state.errors):
        at, why = Cell(took(state.mono), state.mono), Cell(one_line(ended.message))
        yield at, Cell("the run"), _kind(ended), why, Cell("it ended")


def _kind(failure: Failure) -> Cell:
    return Cell(one_line(spaced(failure.error)), style="error")


def _came_of(event: StepFailed | CallFailed | ToolFailed) -> str:
    if isinstance(event, CallFailed) and event.retry_ms is not None:
        return f"asked again after {took(event.retry_ms)}" if event.retry_ms else "asked again at once"
    if isinstance(event, StepFailed):
        tries = f" after {plural(event.attempt, 'attempt')}" if event.attempt > 1 else ""
        return "the run went on" if event.tolerated else f"the step failed{tries}"
    if isinstance(event, CallFailed):
        return "no answer"
    return "the agent was told" if event.agent else ""
