"""One event with what led to it and what it led to; a question to a person; a limit. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from app.events import BudgetExceeded, BudgetWarned, Event, Failure, Handoff, LimitsChanged, Ref, kind_of
from app.playback.show import Show
from app.state import GateState, meters, tally_of
from app.state.words import notes
from app.tui.inspected.parts import (
    Inspected,
    Item,
    Part,
    as_text,
    event_item,
    events_where,
    fact,
    facts,
    failure_items,
    gap,
    title,
    to_agent,
    to_step,
    whole,
)
from app.tui.log.lines import line_of
from app.tui.naming import amount, name_of
from app.tui.text import clock, took

_DEEPEST = 60  # causes above an event that are shown; beyond that it says so
_HEAD = ("run", "seq", "at", "mono", "step", "agent", "call", "cause")


def event(show: Show, seq: int) -> Inspected:
    """One event, every field of it, and the chain of causes it stands in."""
    found = show.events[seq - 1]
    line = line_of(found, show.state, show.words)
    first = Part("handoff", lambda: _handoff(show, found)) if isinstance(found, Handoff) else None
    parts = [
        *([first] if first is not None else []),
        Part("event", lambda: list(_fields(show, found))),
        Part("causes", lambda: list(_causes(show, found))),
    ]
    failure = getattr(found, "failure", None)
    if isinstance(failure, Failure):
        parts.append(Part("error", lambda: list(failure_items(show, failure))))
    says = f"{line.about} {line.word}".strip()
    style = {"error": "error", "warning": "warning", "good": "good"}.get(line.tone, "muted")
    return Inspected(
        thing=f"seq:{seq}",
        kind=kind_of(found),
        title=f"#{seq}",
        says=says,
        style=style,
        brief=tuple(part for part in (clock(found.mono / 1000), found.step, line.figures) if part),
        parts=tuple(parts),
        seq=seq,
        agent=line.agent,
    )


def _fields(show: Show, event: Event) -> Iterator[Item]:
    yield from facts(
        fact("kind", kind_of(event), "text bold"),
        fact("event", f"#{event.seq}"),
        fact("at", f"{clock(event.mono / 1000)}, {took(event.mono)} after the run began"),
        fact("step", event.step, thing=to_step(show, event.step)),
        fact("agent", name_of(event.agent, show.state) if event.agent else "", thing=to_agent(show, event.agent)),
        fact("call", event.call, thing=_thing_of_call(show, event.call)),
        fact("run", event.run, "muted"),
    )
    yield gap()
    for field in msgspec.structs.fields(event):
        value = getattr(event, field.name)
        if field.name in _HEAD or value in (None, "", (), {}) or value == field.default:
            continue
        yield from _field(show, field.encode_name, value)


def _thing_of_call(show: Show, call: str) -> str:
    if call in show.state.calls:
        return f"call:{call}"
    return f"tool:{call}" if call in show.state.tools else ""


def _field(show: Show, name: str, value: Any) -> Iterator[Item]:
    plain = _plain(show, value)
    text = as_text(plain)
    if "\n" in text or len(text) > 60:
        yield title(name)
        yield whole(plain)
        yield gap()
    else:
        yield fact(name, text)


def _plain(show: Show, value: Any) -> Any:
    """A value with what its Refs stand for."""
    if isinstance(value, Ref):
        return show.value(value)
    if isinstance(value, tuple):
        return [_plain(show, each) for each in value]
    if isinstance(value, str | int | float):
        return value
    return msgspec.to_builtins(value)


def _handoff(show: Show, event: Handoff) -> list[Item]:
    state = show.state
    items = facts(
        fact("from", name_of(event.giver, state), "text bold", to_agent(show, event.giver)),
        fact("to", name_of(event.taker, state), "text bold", to_agent(show, event.taker)),
        fact("work of", event.source, thing=to_step(show, event.source)),
        fact("for", event.step, thing=to_step(show, event.step)),
        fact("why", {"needs": "the step needs it", "turn": "it is the other's turn"}.get(event.why, event.why)),
    )
    if event.summary is not None:
        items += [gap(), title("what was handed on"), whole(show.value(event.summary))]
    return items


def _causes(show: Show, event: Event) -> Iterator[Item]:
    yield title("what led to it")
    chain: list[int] = []
    cause = event.cause
    while 0 < cause < (chain[-1] if chain else event.seq) and cause <= len(show.events):
        chain.append(cause)
        cause = show.events[cause - 1].cause
    if len(chain) > _DEEPEST:
        yield Item(f"{len(chain) - _DEEPEST} earlier ones are not shown", "muted")
    for seq in reversed(chain[:_DEEPEST]):
        yield event_item(show, seq)
    if not chain:
        yield Item("nothing in the run", "muted")
    yield gap()
    yield title("this")
    yield event_item(show, event.seq)
    yield gap()
    yield title("what it led to")
    effects = [each.seq for each in show.events[event.seq :] if each.cause == event.seq]
    if not effects:
        yield Item("nothing so far" if not show.state.over else "nothing", "muted")
    yield from (event_item(show, seq) for seq in effects)


# Questions


def gate(show: Show, gate: GateState) -> Inspected:
    """A question to a person, and what became of it."""
    name = gate.opened.gate
    parts = (
        Part("question", lambda: list(_question(show, gate))),
        Part("events", lambda: events_where(show, lambda event: getattr(event, "gate", "") == name)),
    )
    style = {"open": "gate", "answered": "good"}.get(gate.status, "warning")
    return Inspected(
        thing=f"gate:{name}",
        kind="question",
        title=name,
        says=gate.status,
        style=style,
        brief=tuple(part for part in (gate.opened.step, " / ".join(gate.opened.options)) if part),
        parts=parts,
        seq=gate.opened.seq,
        lasts=gate.status == "open",
    )


def _question(show: Show, gate: GateState) -> Iterator[Item]:
    opened, answered, closed = gate.opened, gate.answered, gate.closed
    if opened.question is not None:
        yield whole(show.value(opened.question))
        yield gap()
    ended = answered or closed
    yield from facts(
        fact("asks for", {"approve": "consent", "ask": "an answer"}.get(opened.asks, opened.asks)),
        fact("options", " / ".join(opened.options)),
        fact("of", opened.role),
        fact("step", opened.step, thing=to_step(show, opened.step)),
        fact("opened", clock(opened.mono / 1000)),
        fact("waited", took(ended.mono - opened.mono) if ended is not None else ""),
        fact("expires", f"after {took(opened.expires_ms)}" if opened.expires_ms else ""),
        fact("default", opened.default or ""),
    )
    yield gap()
    if answered is not None:
        yield fact("answer", as_text(show.value(answered.choice)), "good bold")
        yield fact("by", answered.by or "somebody")
        if answered.note is not None:
            yield fact("note", as_text(show.value(answered.note)))
    elif closed is not None:
        yield fact("closed", closed.why, "warning")
        if closed.choice is not None:
            yield fact("taken", as_text(show.value(closed.choice)))
    else:
        yield Item("it waits for an answer", "gate bold")


# Limits


def limit(show: Show, scope: str) -> Inspected:
    """What a scope may take, what it has taken, and who allowed more."""
    parts = (
        Part("limit", lambda: list(_limit(show, scope))),
        Part("events", lambda: events_where(show, lambda event: getattr(event, "scope", "") == scope)),
    )
    reached = any(isinstance(each, BudgetExceeded) and each.scope == scope for each in show.state.warnings)
    says = "reached" if reached else "within it" if any(m.scope == scope for m in meters(show.state)) else "none is set"
    return Inspected(
        thing=f"limit:{scope}",
        kind="limit",
        title=scope,
        says=says,
        style="error" if reached else "good",
        parts=parts,
        seq=show.state.seq,
        lasts=not show.state.over,
    )


def _limit(show: Show, scope: str) -> Iterator[Item]:
    found = [meter for meter in meters(show.state) if meter.scope == scope]
    if not found:
        yield Item("nothing limits it", "muted")
    for meter in found:
        yield title({"cost_usd": "cost", "wall": "time", "turns": "calls"}.get(meter.measure, meter.measure))
        yield fact("limit", amount(meter.measure, meter.limit))
        yield fact("spent", f"{amount(meter.measure, meter.spent)}, {meter.share:.0%}", "text bold")
        if meter.measure == "cost_usd":
            yield from (fact("", note, "warning") for note in notes(tally_of(show.state, scope)))
        yield fact("held", amount(meter.measure, meter.held))
        yield fact("free", amount(meter.measure, meter.free), "good" if meter.free else "error")
        yield gap()
    for warned in show.state.warnings:
        if warned.scope == scope:
            yield from _warned(show, warned)
    for raised in show.state.raised:
        if raised.scope == scope:
            yield from _raised(raised)


def _warned(show: Show, event: BudgetWarned | BudgetExceeded) -> Iterator[Item]:
    yield event_item(show, event.seq)


def _raised(event: LimitsChanged) -> Iterator[Item]:
    by = event.by or "somebody"
    yield fact("raised", f"to {amount(event.measure, event.limit)} by {by}", "warning", f"seq:{event.seq}")
