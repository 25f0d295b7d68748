"""The steps, calls or events of a run as a table for programs: comma-separated, as RFC 4180 writes it.

Numbers are as they were recorded, moments in ISO 8601 and UTC. What nobody knows is an empty cell. Text that a
spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, Event, kind_of
from app.journal.recording import Recording
from app.playback.show import Show
from app.safety import clean, covered
from app.state import fold
from app.state.words import known_usd
from app.tui.log.lines import line_of

What = Literal["steps", "calls", "events"]
Row = dict[str, str | int | float | None]

_FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMMON = frozenset(Event.__struct_fields__)


def csv_of(recording: Recording, what: What = "steps") -> str:
    """The table, with its heads."""
    heads, rows = TABLES[what]
    made = io.StringIO(newline="")
    table = csv.DictWriter(made, heads.split(), lineterminator="\r\n")
    table.writeheader()
    table.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows(recording))
    return made.getvalue()


def safe_cell(value: str | int | float | None) -> str | int | float:
    """A value as a cell that is no formula and holds no key; what nobody knows is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _moment(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds").replace("+00:00", "Z")


# Steps


def _steps(recording: Recording) -> Iterator[Row]:
    state = fold(recording.events)
    at = {event.seq: event.at for event in recording.events}
    for step, _ in state.in_order():
        tally, has_begun = step.tally, bool(step.began_at)
        yield {
            "run": recording.run,
            "step": step.path,
            "kind": step.of,
            "title": step.title,
            "agent": step.agent,
            "status": step.status,
            "tries": step.attempt,
            "began": _moment(at[step.began_at]) if has_begun else None,
            "ended": _moment(at[step.ended_at]) if step.ended_at else None,
            "took_ms": step.ended - step.began if has_begun and step.ended is not None else None,
            "calls": tally.calls,
            "input": tally.input,
            "cache_read": tally.cache_read,
            "cache_write": tally.cache_write,
            "output": tally.output,
            "cost_usd": known_usd(tally),
            "estimated_usd": tally.estimated_usd,
            "rehearsed_usd": tally.rehearsed_usd,
            "played_usd": tally.played_usd,
            "unpriced_calls": tally.unpriced,
            "reason": step.reason,
            "error": step.failure.error if step.failure else None,
            "message": step.failure.message if step.failure else None,
        }


# Calls


def _calls(recording: Recording) -> Iterator[Row]:
    """Every attempt is a row; of those that nobody knows the end of, only what was asked."""
    started: dict[str, CallStarted] = {}
    first: dict[str, int] = {}
    for event in recording.events:
        if isinstance(event, CallStarted):
            if event.call in started:
                yield _asked(started[event.call], recording)
            started[event.call] = event
            first.pop(event.call, None)
        elif isinstance(event, CallSpeaking):
            first[event.call] = event.wait_ms
        elif isinstance(event, CallFinished | CallFailed) and event.call in started:
            asked = _asked(started.pop(event.call), recording)
            yield asked | _ended(event, recording) | {"first_token_ms": first.pop(event.call, None)}
    for lost in started.values():
        yield _asked(lost, recording)


def _asked(event: CallStarted, recording: Recording) -> Row:
    return {
        "run": recording.run,
        "call": event.call,
        "step": event.step,
        "agent": event.agent,
        "model": event.use or event.model,
        "attempt": event.attempt,
        "status": "lost",
        "began": _moment(event.at),
    }


def _ended(event: CallFinished | CallFailed, recording: Recording) -> Row:
    usage, prices = event.usage, event.prices
    text = event.text if isinstance(event, CallFinished) else event.partial
    return {
        "status": "finished" if isinstance(event, CallFinished) else "failed",
        "ended": _moment(event.at),
        "took_ms": event.took_ms,
        "input": usage.input,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "output": usage.output,
        "reasoning": usage.reasoning,
        "cost_usd": None if event.basis == "unpriced" else event.cost_usd,
        "basis": "recorded" if event.played else event.basis,
        "input_usd_per_million": prices.input if prices else None,
        "output_usd_per_million": prices.output if prices else None,
        "prices": prices.source if prices else None,
        "finish": event.finish if isinstance(event, CallFinished) else None,
        "error": event.failure.error if isinstance(event, CallFailed) else None,
        "text": _text(recording.value(text)) if text is not None else None,
    }


# Events


def _events(recording: Recording) -> Iterator[Row]:
    """What an event says beyond what all of them say is JSON; texts stand there by their digests."""
    show = Show(recording.value)
    for event in recording.events:
        show.apply(event)
        more = {name: value for name, value in msgspec.to_builtins(event).items() if name not in _COMMON | {"kind"}}
        yield {
            "run": recording.run,
            "seq": event.seq,
            "at": _moment(event.at),
            "mono_ms": event.mono,
            "kind": kind_of(event),
            "step": event.step,
            "agent": event.agent,
            "call": event.call,
            "cause": event.cause or None,
            "told": line_of(event, show.state, show.words).told,
            "more": _text(covered(more)),
        }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


TABLES: dict[What, tuple[str, Callable[[Recording], Iterator[Row]]]] = {
    "steps": (
        "run step kind title agent status tries began ended took_ms calls input cache_read cache_write output"
        " cost_usd estimated_usd rehearsed_usd played_usd unpriced_calls reason error message",
        _steps,
    ),
    "calls": (
        "run call step agent model attempt status began ended first_token_ms took_ms input cache_read cache_write"
        " output reasoning cost_usd basis input_usd_per_million output_usd_per_million prices finish error text",
        _calls,
    ),
    "events": ("run seq at mono_ms kind step agent call cause told more", _events),
}
"""The heads of each table, and its rows."""
