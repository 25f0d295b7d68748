"""What earlier live runs teach of each model where it is served: how often that did what it should, and how quickly.

Faults on our own side teach nothing of a model: no network, an address at which nobody listens, a key. Nor do tests of
one, which people make while something is amiss. Only the latest calls of a workspace are looked at, so that it takes a
few milliseconds however long the archive is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.errors import FootlightsError
from app.journal.connection import open_reader
from app.journal.damage import reading
from providers.breaker import COUNTED
from providers.routing import Experience

MOST_RUNS = 50
MOST_EVENTS = 3000  # of calls, in all of these runs
MOST_CALLS = 200  # of one model
HALF_LIFE = 7 * 86_400.0  # seconds after which a call counts half

FAULTS = COUNTED | {"rate_limited", "empty"}
LINE = "connection"  # counts only once something has come: before that, nobody knows whose fault it was
ANSWERS = frozenset({"refused", "truncated"})  # the endpoint did what it should
_LEAST_TIME, _LEAST_TOKENS = 0.25, 16  # seconds and tokens of an answer from which a speed can be told
_MICROSECONDS = 1_000_000

Served = tuple[str, str]  # provider/model, and the address if a scenario says it


def served(use: str, base_url: str | None) -> Served:
    """A model where it is served: under one name there may be different ones at different addresses."""
    return use, (base_url or "").rstrip("/")


def experience_of(path: Path, now: float | None = None) -> dict[Served, Experience]:
    """What can be learned from a workspace; nothing from one that cannot be read just now."""
    try:
        with closing(open_reader(path)) as connection, reading(path):
            return _learned(_calls(connection), time.time() if now is None else now)
    except FootlightsError:
        return {}


# Of the events only what is looked at: the rest need not be read to be skipped.
class _Event(msgspec.Struct, tag_field="kind"):
    at: int = 0
    call: str = ""


class _Started(_Event, tag="call.started"):
    use: str = ""
    address: str = ""


class _Speaking(_Event, tag="call.speaking"):
    wait_ms: int = 0


class _Usage(msgspec.Struct, frozen=True):
    output: int = 0


class _Finished(_Event, tag="call.finished"):
    usage: _Usage = _Usage()
    took_ms: int = 0


class _Failure(msgspec.Struct):
    error: str


class _Failed(_Event, tag="call.failed", kw_only=True):
    failure: _Failure


_decode = msgspec.json.Decoder(_Started | _Speaking | _Finished | _Failed).decode


class _Call(NamedTuple):
    served: Served
    at: float
    good: bool
    first_ms: int | None
    speed: float | None


def _learned(calls: Iterator[_Call], now: float) -> dict[Served, Experience]:
    by_server: dict[Served, list[_Call]] = {}
    for call in calls:
        known = by_server.setdefault(call.served, [])
        if len(known) < MOST_CALLS:
            known.append(call)
    return {one: _summed_up(known, now) for one, known in by_server.items()}


def _summed_up(calls: list[_Call], now: float) -> Experience:
    weights = [0.5 ** (max(0.0, now - call.at) / HALF_LIFE) for call in calls]
    total = sum(weights)
    good = sum(weight for call, weight in zip(calls, weights, strict=True) if call.good)
    return Experience(
        len(calls),
        good / total if total else 1.0,
        _median([(call.first_ms, weight) for call, weight in zip(calls, weights, strict=True)]),
        _median([(call.speed, weight) for call, weight in zip(calls, weights, strict=True)]),
    )


def _median(weighed: list[tuple[float | None, float]]) -> float | None:
    """The value in the middle, by weight."""
    known = sorted((value, weight) for value, weight in weighed if value is not None)
    half = sum(weight for _, weight in known) / 2
    for value, weight in known:
        half -= weight
        if half <= 0:
            return value
    return None


def _calls(connection: sqlite3.Connection) -> Iterator[_Call]:
    """The latest calls that are over, the last one first."""
    left = MOST_EVENTS
    for (run,) in connection.execute(_RUNS, (MOST_RUNS,)).fetchall():
        ended: dict[str, _Finished | _Failed] = {}
        spoke: dict[str, _Speaking] = {}
        for (body,) in connection.execute(_EVENTS, (run, left)):
            left -= 1
            event = _decode(body)
            match event:
                case _Finished() | _Failed():
                    ended[event.call] = event
                case _Speaking():
                    spoke[event.call] = event
                case _Started() if event.call in ended:
                    yield from _call(event, ended.pop(event.call), spoke.pop(event.call, None))
        if left <= 0:
            return


def _call(started: _Started, ended: _Finished | _Failed, spoke: _Speaking | None) -> Iterator[_Call]:
    at, asked = ended.at / _MICROSECONDS, served(started.use, started.address)
    first_ms = None if spoke is None else spoke.wait_ms
    if isinstance(ended, _Finished):
        yield _Call(asked, at, True, first_ms, _speed(ended, first_ms))
    elif ended.failure.error in ANSWERS:
        yield _Call(asked, at, True, first_ms, None)
    elif ended.failure.error in FAULTS and (ended.failure.error != LINE or spoke is not None):
        yield _Call(asked, at, False, None, None)


def _speed(ended: _Finished, first_ms: int | None) -> float | None:
    """Tokens a second, from the first one on; none where all came at once."""
    seconds = (ended.took_ms - (first_ms or 0)) / 1000
    told = ended.usage.output
    return told / seconds if seconds >= _LEAST_TIME and told >= _LEAST_TOKENS else None


_RUNS = (
    "SELECT id FROM runs WHERE mode = 'live' AND NOT EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'test')"
    " ORDER BY started DESC, id DESC LIMIT ?"
)
_EVENTS = (
    "SELECT body FROM events WHERE run = ?"
    " AND kind IN ('call.started', 'call.speaking', 'call.finished', 'call.failed') ORDER BY seq DESC LIMIT ?"
)
