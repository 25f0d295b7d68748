"""How fast agents speak, how long they keep others waiting, and how full their context is.

`Rates` looks at each event of a log once, so that a run of any length is told as quickly as a short one. It knows no
clock: `now` is a moment of the run, in milliseconds since it began.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, Event, ToolFailed, ToolFinished
from app.state import CallState, RunState
from providers import tokens
from providers.catalogue import lookup

LATELY = 20_000  # milliseconds that count as lately
_SOON = 250  # milliseconds of speech before it has a speed worth telling
_FINEST, _BINS = 100, 1_024  # milliseconds of a bin at first, and how many there are at most


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the first token of an answer took, in milliseconds."""

    calls: int = 0
    median: int = 0
    most: int = 0  # 95 of 100 took no longer
    longest: int = 0
    whose: str = ""  # the agent of the longest


@dataclass(frozen=True, slots=True)
class Context:
    """How much of what a model can read at once an agent's last request took."""

    agent: str
    tokens: int
    window: int  # 0: nobody knows

    @property
    def share(self) -> float | None:
        """From 0 to 1; None when nobody knows the model."""
        return self.tokens / self.window if self.window else None


@dataclass(frozen=True, slots=True)
class _Speech:
    """So many tokens from one moment to another."""

    tokens: float
    began: float
    ended: float


class Rates:
    """Figures of a run that grow with its log."""

    def __init__(self) -> None:
        self._looked = 0
        self._forget()

    def look(self, events: Sequence[Event]) -> None:
        """See what is new in a log; one that is shorter than it was is seen from its start again."""
        if len(events) < self._looked:
            self._forget()
        for place in range(self._looked, len(events)):
            self._see(events[place])
        self._looked = len(events)

    def speed(self, state: RunState, heard: Mapping[str, str], now: int) -> float | None:
        """Tokens in a second that all agents together are saying now; None while that cannot be known.

        Somebody who has only begun is taken to speak as fast as the last time, or else as whoever spoke last.
        """
        speaking = _speaking(state)
        total = sum(
            _pace(call, heard.get(call.id, ""), now) or self._paces.get(call.agent, self._last_pace)
            for call in speaking
        )
        return total if total or not speaking else None

    def whole(self, state: RunState, heard: Mapping[str, str], buckets: int, now: int) -> tuple[float, ...]:
        """Tokens in a second, for each of so many equal parts of the run."""
        return _series([*self._past.speeches(), *_under_way(state, heard, now)], buckets, 0, now)

    def lately(self, state: RunState, heard: Mapping[str, str], buckets: int, now: int) -> tuple[float, ...]:
        """The same for the last seconds."""
        return _series([*self._recent, *_under_way(state, heard, now)], buckets, max(0, now - LATELY), now)

    def waits(self) -> Waits:
        """How long the first tokens of all answers took."""
        if not self._waits:
            return Waits()
        longest, whose = self._waits[-1]
        return Waits(len(self._waits), self._ranked(0.5), self._ranked(0.95), longest, whose)

    def contexts(self, state: RunState) -> tuple[Context, ...]:
        """How full each agent's context is, in the order of the cast; who has asked nothing yet is left out."""
        return tuple(_context(agent, state.calls[self._asked[agent]]) for agent in state.agents if agent in self._asked)

    def tools(self, state: RunState) -> tuple[int, int, int]:
        """Uses of tools: those that went well, those that failed, those under way."""
        going_on = sum(name in state.tools for agent in state.agents.values() for name in agent.under_way)
        return len(self._done), len(self._failed), going_on

    def _forget(self) -> None:
        self._looked = 0
        self._began: dict[str, int] = {}  # of calls under way: when they were asked
        self._spoke: dict[str, int] = {}  # and when they began to speak
        self._waits: list[tuple[int, str]] = []  # the longest last
        self._asked: dict[str, str] = {}  # the last call of each agent that took something
        self._paces: dict[str, float] = {}
        self._last_pace = 0.0
        self._past = _Past()
        self._recent: deque[_Speech] = deque()
        self._done: set[str] = set()
        self._failed: set[str] = set()

    def _see(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._began[event.call] = event.mono
                self._spoke.pop(event.call, None)
            case CallSpeaking():
                self._spoke[event.call] = event.mono
                measured = event.wait_ms or event.mono - self._began.get(event.call, event.mono)
                insort(self._waits, (measured, event.agent))
            case CallFinished() | CallFailed():
                self._ends(event)
            case ToolFinished():
                self._done.add(event.call or event.step)
                self._failed.discard(event.call or event.step)
            case ToolFailed():
                self._failed.add(event.call or event.step)
                self._done.discard(event.call or event.step)

    def _ends(self, event: CallFinished | CallFailed) -> None:
        self._began.pop(event.call, None)
        spoke = self._spoke.pop(event.call, None)
        if event.usage.total:
            self._asked[event.agent] = event.call
        if spoke is None or not event.usage.output:
            return
        if event.mono > spoke:
            self._last_pace = self._paces[event.agent] = event.usage.output / (event.mono - spoke) * 1000
        speech = _Speech(event.usage.output, spoke, event.mono)
        self._past.add(speech)
        self._recent.append(speech)
        while self._recent[0].ended < event.mono - LATELY:
            self._recent.popleft()

    def _ranked(self, share: float) -> int:
        return self._waits[max(0, ceil(share * len(self._waits)) - 1)][0]


class _Past:
    """Tokens by when they were said, in bins that grow wider with the run so that there are never many."""

    def __init__(self) -> None:
        self._width = _FINEST
        self._bins: list[float] = []

    def add(self, speech: _Speech) -> None:
        while speech.ended >= self._width * _BINS:
            self._bins += [0.0] * (len(self._bins) % 2)
            self._bins = [one + other for one, other in zip(self._bins[::2], self._bins[1::2], strict=True)]
            self._width *= 2
        self._bins += [0.0] * (int(speech.ended / self._width) + 1 - len(self._bins))
        _pour(self._bins, speech.tokens, speech.began / self._width, speech.ended / self._width)

    def speeches(self) -> list[_Speech]:
        width = self._width
        return [_Speech(said, at * width, (at + 1) * width) for at, said in enumerate(self._bins) if said]


def _speaking(state: RunState) -> list[CallState]:
    calls = (state.calls.get(name) for agent in state.agents.values() for name in agent.under_way)
    return [call for call in calls if call is not None and call.spoke is not None and call.done is None]


def _under_way(state: RunState, heard: Mapping[str, str], now: int) -> list[_Speech]:
    return [
        _Speech(tokens.of_text(heard[call.id]), call.spoke, now)
        for call in _speaking(state)
        if call.spoke is not None and now - call.spoke >= _SOON and call.id in heard
    ]


def _series(speeches: Sequence[_Speech], buckets: int, since: int, now: int) -> tuple[float, ...]:
    found = [0.0] * buckets
    if now > since:
        width = (now - since) / max(1, buckets)
        for speech in speeches:
            _pour(found, speech.tokens / width * 1000, (speech.began - since) / width, (speech.ended - since) / width)
    return tuple(found)


def _context(agent: str, call: CallState) -> Context:
    usage = call.usage
    facts = lookup(call.started.use or call.model) if call.started is not None else None
    return Context(agent, usage.input + usage.cache_read + usage.cache_write, facts.context if facts else 0)


def _pace(call: CallState, heard: str, now: int) -> float:
    """How fast one call speaks: by what was heard of it since its first token."""
    spoken = now - (call.spoke or 0)
    return tokens.of_text(heard) / spoken * 1000 if heard and spoken >= _SOON else 0.0


def _pour(found: list[float], amount: float, start: float, end: float) -> None:
    """Spread an amount evenly over a stretch of buckets."""
    if end - start < 1e-9:
        if 0 <= start <= len(found) and found:
            found[min(int(start), len(found) - 1)] += amount
        return
    at, last = max(0.0, start), min(float(len(found)), end)
    while at < last:
        edge = min(last, float(int(at) + 1))
        found[int(at)] += amount * (edge - at) / (end - start)
        at = edge
