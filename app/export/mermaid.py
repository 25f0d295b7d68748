"""A run as diagrams in Mermaid, which GitHub and others draw: who handed what to whom, and what took how long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.export.account import Account, Actor, Passed
from app.safety import one_line
from app.state import RunState
from app.tui.naming import name_of, short_path, step_name
from app.tui.text import cut

_MOST = 80  # messages, and bars: with more nobody can read a diagram
_LONGEST = 90  # characters of a message
_MEANT = str.maketrans(';:#<>[]{}"`|\\&~*', ",∶♯‹›()()''//+-·")
_TWICE = re.compile(r"([%$])\1+")  # a comment, and a formula
_HOUR = 3_600_000
_KINDS = {"succeeded": "", "failed": "crit, ", "refused": "crit, ", "exhausted": "crit, ", "running": "active, "}


def sequence(account: Account) -> Iterator[str]:
    """The lines of a sequence diagram; none, where nothing was handed on."""
    if not account.passed:
        return
    yield "sequenceDiagram"
    ids = {actor.id: f"a{number}" for number, actor in enumerate(account.actors)}
    for actor in account.actors:
        yield f"    participant {ids[actor.id]} as {_named(actor)}"
    for each in account.passed[:_MOST]:
        yield f"    {_message(each, ids)}"


def left_out(account: Account) -> int:
    """How many handoffs the diagram has no room for."""
    return max(0, len(account.passed) - _MOST)


def gantt(account: Account) -> Iterator[str]:
    """The lines of a Gantt chart, an agent a section; none, where no time passed."""
    state = account.show.state
    bars = [step for step, _ in state.in_order() if not step.children and step.ended and step.ended > step.began]
    if not bars:
        return
    longest = sorted(bars, key=lambda step: step.began - (step.ended or 0))[:_MOST]
    yield "gantt"
    yield "    dateFormat YYYY-MM-DD HH:mm:ss.SSS"
    yield f"    axisFormat {'%H:%M:%S' if state.mono >= _HOUR else '%M:%S'}"
    shown = sorted(longest, key=lambda step: step.began)
    for agent in dict.fromkeys(step.agent for step in shown):
        yield f"    section {plain(_whose(agent, state))}"
        for step in (step for step in shown if step.agent == agent):
            name = plain(f"{step_name(step.path, state)} ({short_path(step.path)})")
            kind = _KINDS.get(step.status, "")
            yield f"    {name} :{kind}{_time(step.began)}, {_time(step.ended or step.began)}"


def plain(text: str) -> str:
    """Text in which nothing means anything to Mermaid; the codes that it has for that break where it wraps lines."""
    return _TWICE.sub(r"\1", cut(one_line(text), _LONGEST)).translate(_MEANT)


def _named(actor: Actor) -> str:
    return plain(actor.name)


def _message(each: Passed, ids: dict[str, str]) -> str:
    if each.kind == "gate":
        return f"Note over {ids[each.taker]}: wrap: {plain(each.text)}"
    return f"{ids[each.giver]}->>{ids[each.taker]}: wrap: {plain(each.text)}"


def _whose(agent: str, state: RunState) -> str:
    return name_of(agent, state) if agent else "the run"


def _time(ms: int) -> str:
    """A moment of the run as Mermaid reads it, on a day that is shown nowhere."""
    seconds, rest = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"2000-01-{days + 1:02} {hour:02}:{minute:02}:{second:02}.{rest:03}"
