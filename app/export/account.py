"""A run as it is told to somebody who was not there: everything that both reports say, in whichever format.

All text in it is fit to be shown and what looks like a key is covered; what a format has to escape, it escapes itself.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from app.events import RunStarted
from app.export.account_tables import Table, tables_of
from app.export.film import Line
from app.export.transcript import as_read, spoken, told_of
from app.journal.recording import Recording
from app.playback.show import Show, as_words
from app.safety import one_line
from app.state import RunState, meters
from app.state.brief import in_brief
from app.state.words import in_full, money, plural, short_id, took
from app.tui.look.glyphs import UNICODE
from app.tui.naming import amount, name_of, role_of, sign
from app.tui.verdict import Verdict, verdict_of

PEOPLE = "people"  # who takes part in a run without being of its cast


class Said(NamedTuple):
    """A text with a name: an input, an output."""

    name: str
    text: str


class Actor(NamedTuple):
    """Who hands things on."""

    id: str
    name: str
    glyph: str
    style: str  # role:cyan


class Passed(NamedTuple):
    """What one gave to another; or, where both are the same, what happened to that one."""

    at: int  # milliseconds since the run began
    giver: str
    taker: str
    text: str
    kind: Literal["handoff", "gate"] = "handoff"


class Command(NamedTuple):
    """What to type."""

    words: str
    says: str


@dataclass(frozen=True, slots=True)
class Account:
    """All that is told."""

    run: str
    title: str
    lead: str
    verdict: Verdict
    facts: tuple[Said, ...]
    asked: tuple[Said, ...]
    answer: tuple[Said, ...]
    actors: tuple[Actor, ...]
    passed: tuple[Passed, ...]
    tables: dict[str, Table]
    transcript: tuple[Line, ...]
    again: tuple[Command, ...]
    show: Show  # with everything seen, for what is drawn


def account_of(recording: Recording) -> Account:
    """The account of a run, told from its events alone."""
    show = Show(recording.value)
    transcript = []
    for event in recording.events:
        show.apply(event)
        line = spoken(event, show, event.mono / 1000, lambda role: role)
        if line is not None:
            transcript.append(line)
    state = show.state
    passed = tuple(_passed(show))
    return Account(
        run=recording.run,
        title=one_line(recording.title) or "A run",
        lead=told_of(state),
        verdict=verdict_of(state, recording.status) or Verdict("GOES ON", "it goes on", "warning"),
        facts=tuple(Said(name, one_line(text)) for name, text in _facts(recording, state) if text),
        asked=_values(_in_brief(show.value(state.start.inputs)) if state.start and state.start.inputs else None),
        answer=_values(show.value(state.finish.outputs) if state.finish and state.finish.outputs else None),
        actors=tuple(_actors(state, passed)),
        passed=passed,
        tables=tables_of(show),
        transcript=tuple(transcript),
        again=tuple(_again(recording, state)),
        show=show,
    )


def clock(ms: float) -> str:
    """A moment of a run: 0:05.1, 1:02:03.4."""
    minutes, left = divmod(round(ms / 100), 600)
    hours, minute = divmod(minutes, 60)
    start = f"{hours}:{minute:02}" if hours else f"{minute}"
    return f"{start}:{left // 10:02}.{left % 10}"


def _in_brief(inputs: object) -> object:
    return {name: in_brief(value) for name, value in inputs.items()} if isinstance(inputs, dict) else inputs


def _values(given: object) -> tuple[Said, ...]:
    """Inputs or outputs by their names."""
    if not isinstance(given, dict):
        return (Said("", _read(given)),) if given not in (None, "") else ()
    return tuple(Said(one_line(str(name)), _read(value)) for name, value in given.items())


def _read(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return as_read(as_words(value)) or "–"


def _facts(recording: Recording, state: RunState) -> Iterator[tuple[str, str]]:
    start, totals = state.start, state.totals
    if start is None:
        return
    yield "Scenario", start.scenario
    yield "Performed", _performed(start)
    yield "Took", took(state.mono) + (f", resumed {plural(state.resumed, 'time')}" if state.resumed else "")
    new = f"; {money(state.new_usd)} of it new" if state.inherited.calls else ""
    yield "Cost", "; ".join(in_full(totals)) + new if totals.calls else "nothing: no model was called"
    yield "Calls", f"{plural(totals.calls, 'call')}, {plural(totals.tokens, 'token')}" if totals.calls else ""
    limits = [meter for meter in meters(state) if meter.scope == "run"]
    yield (
        "Limits",
        "; ".join(f"{amount(each.measure, each.spent)} of {amount(each.measure, each.limit)}" for each in limits),
    )
    if start.parent:
        yield "Forked", f"from run {start.parent.run} after event {start.parent.seq}"
    yield "Privacy", "some of it is not public: read it before you pass it on" if start.private else ""
    yield "Run", recording.run


def _performed(start: RunStarted) -> str:
    told = _day(start.at)
    told += f" by {start.origin.who}" if start.origin.who else ""
    if start.mode == "rehearsal":
        return f"{told}, as a rehearsal: no model was asked"
    return f"{told}, from a cassette" if start.mode == "cassette" else told


def _day(at: int) -> str:
    """When that was; a log that was mended by hand may name a year that no calendar has."""
    try:
        return f"{datetime.fromtimestamp(at // 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "nobody knows when"


def _actors(state: RunState, passed: tuple[Passed, ...]) -> Iterator[Actor]:
    """Who took part, in the order of the cast."""
    named = {name for each in passed for name in (each.giver, each.taker)}
    for name, known in state.agents.items():
        if name in named or known.tally.calls:
            yield Actor(name, name_of(name, state), sign(known.who, UNICODE), role_of(known.who))
    for name in sorted(named - state.agents.keys()):
        yield Actor(name, "People" if name == PEOPLE else one_line(name), "", "role:white")


def _passed(show: Show) -> Iterator[Passed]:
    """Handoffs, questions and answers, in their order."""
    state = show.state
    found = [
        (each.seq, Passed(each.mono, each.giver, each.taker, one_line(show.words(each.summary)) or each.why))
        for each in state.handoffs
    ]
    for gate in state.gates.values():
        opened, ended = gate.opened, gate.answered or gate.closed
        question = one_line(show.words(opened.question)) or opened.asks
        choice = one_line(show.words(ended.choice)) if ended and ended.choice else ""
        told = f"says {choice}" if gate.answered else f"{gate.status}: {choice}".removesuffix(": ")
        found.append((opened.seq, Passed(opened.mono, PEOPLE, PEOPLE, f"{told}, asked: {question}", "gate")))
    return (each for _, each in sorted(found, key=lambda item: item[0]))


def _again(recording: Recording, state: RunState) -> Iterator[Command]:
    short = shlex.quote(short_id(recording.run))
    yield Command(f"footlights replay {short}", "shows it again on the stage, at any pace; nothing is performed")
    yield Command(f"footlights show {short}", "tells it in the terminal, whole or one step at a time")
    if state.finish is None:
        yield Command(f"footlights resume {short}", "goes on where it was")
    if state.start is not None and state.start.scenario:
        scenario = shlex.quote(one_line(state.start.scenario))
        yield Command(f"footlights play {scenario} --rehearse", "performs the play anew; it needs no key and no money")
