"""How fast agents speak, how long they keep others waiting, and how full their context is.

`Rates` looks at each event of a log once, wherever the audience goes in it, so that a run of any length is told as
quickly as a short one. It knows no clock: `now` is a moment of the run, in milliseconds since it began.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from weakref import WeakKeyDictionary

from app.events import CallFailed, CallFinished, CallSpeaking, CallStarted, Event, ToolFailed, ToolFinished
from app.playback.show import Show
from app.state import CallState, RunState
from app.tui.tracks import Bookmark, Track
from providers import tokens
from providers.catalogue import lookup

LATELY = 20_000  # milliseconds that count as lately
_SOON = 250  # milliseconds of speech before it has a speed worth telling
_FINEST, _BINS = 100, 1_024  # milliseconds of a bin at first, and how many there are at most
_KEPT = 256  # speeches between two states of the bins that are kept


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


def rates_of(show: Show) -> Rates:
    """The figures of a show, where its audience is; kept as long as the show."""
    rates = _RATES.get(show)
    if rates is None:
        rates = _RATES[show] = Rates()
    rates.look(show.events)
    return rates


class Rates:
    """Figures of a run that grow with its log."""

    def __init__(self) -> None:
        self._forget()

    def look(self, events: Sequence[Event]) -> None:
        """See what is new in a log, and be where it ends now: it may be shorter than it was."""
        if not self._bookmark.fits(events):
            self._forget()
        for event in self._bookmark.unread(events):
            self._see(event)
        self._seq = events[-1].seq if events else 0

    def speed(self, state: RunState, heard: Mapping[str, str], now: int) -> float | None:
        """Tokens in a second that all agents together are saying now; None while that cannot be known.

        Somebody who has only begun is taken to speak as fast as the last time, or else as whoever spoke last.
        """
        speaking = _speaking(state)
        total = sum(_pace(call, heard.get(call.id, ""), now) or self._usual(call.agent) for call in speaking)
        return total if total or not speaking else None

    def whole(self, state: RunState, heard: Mapping[str, str], buckets: int, now: int) -> tuple[float, ...]:
        """Tokens in a second, for each of so many equal parts of the run."""
        return _series([*self._past.at(self._seq), *_under_way(state, heard, now)], buckets, 0, now)

    def lately(self, state: RunState, heard: Mapping[str, str], buckets: int, now: int) -> tuple[float, ...]:
        """The same for the last seconds."""
        since = max(0, now - LATELY)
        return _series([*self._past.ended_since(self._seq, since), *_under_way(state, heard, now)], buckets, since, now)

    def waits(self) -> Waits:
        """How long the first tokens of all answers took."""
        return self._waits.at(self._seq)

    def contexts(self, state: RunState) -> tuple[Context, ...]:
        """How full each agent's context is, in the order of the cast; who has asked nothing yet is left out."""
        asked = ((agent, track.at(self._seq, "")) for agent in state.agents if (track := self._asked.get(agent)))
        return tuple(_context(agent, state.calls[call]) for agent, call in asked if call)

    def tools(self, state: RunState) -> tuple[int, int, int]:
        """Uses of tools: those that went well, those that failed, those under way."""
        going_on = sum(name in state.tools for agent in state.agents.values() for name in agent.under_way)
        return (*self._tools.at(self._seq, (0, 0)), going_on)

    def _usual(self, agent: str) -> float:
        """How fast somebody spoke the last time, or else whoever spoke last."""
        own = self._paces.get(agent)
        return (own.at(self._seq, 0.0) if own is not None else 0.0) or self._last_pace.at(self._seq, 0.0)

    def _forget(self) -> None:
        self._bookmark = Bookmark()
        self._seq = 0
        self._began: dict[str, int] = {}  # of calls under way: when they were asked
        self._spoke: dict[str, int] = {}  # and when they began to speak
        self._waits = _FirstTokens()
        self._asked: dict[str, Track[str]] = {}  # the last call of each agent that took something
        self._paces: dict[str, Track[float]] = {}
        self._last_pace: Track[float] = Track()
        self._past = _Past()
        self._ended: dict[str, bool] = {}  # uses of tools: did they go well?
        self._tools: Track[tuple[int, int]] = Track()

    def _see(self, event: Event) -> None:
        match event:
            case CallStarted():
                self._began[event.call] = event.mono
                self._spoke.pop(event.call, None)
            case CallSpeaking():
                self._spoke[event.call] = event.mono
                measured = event.wait_ms or event.mono - self._began.get(event.call, event.mono)
                self._waits.add(event.seq, measured, event.agent)
            case CallFinished() | CallFailed():
                self._ends(event)
            case ToolFinished() | ToolFailed():
                self._use_ends(event)

    def _ends(self, event: CallFinished | CallFailed) -> None:
        self._began.pop(event.call, None)
        spoke = self._spoke.pop(event.call, None)
        if event.usage.total:
            self._asked.setdefault(event.agent, Track()).put(event.seq, event.call)
        if spoke is None or not event.usage.output:
            return
        if event.mono > spoke:
            pace = event.usage.output / (event.mono - spoke) * 1000
            self._paces.setdefault(event.agent, Track()).put(event.seq, pace)
            self._last_pace.put(event.seq, pace)
        self._past.add(event.seq, _Speech(event.usage.output, spoke, event.mono))

    def _use_ends(self, event: ToolFinished | ToolFailed) -> None:
        name, good, bad = event.call or event.step, *self._tools.at(event.seq, (0, 0))
        before, well = self._ended.get(name), isinstance(event, ToolFinished)
        self._ended[name] = well
        good += (well is True) - (before is True)
        bad += (well is False) - (before is False)
        self._tools.put(event.seq, (good, bad))


_RATES: WeakKeyDictionary[Show, Rates] = WeakKeyDictionary()


class _FirstTokens:
    """How long first tokens took, in their order; those that the audience knows of are kept sorted."""

    def __init__(self) -> None:
        self._took: Track[int] = Track()
        self._longest: Track[tuple[int, str]] = Track()
        self._sorted: list[int] = []

    def add(self, seq: int, took: int, agent: str) -> None:
        self._took.put(seq, took)
        if (took, agent) > self._longest.at(seq, (-1, "")):
            self._longest.put(seq, (took, agent))

    def at(self, seq: int) -> Waits:
        count = self._took.count(seq)
        if not count:
            return Waits()
        if 0 <= count - len(self._sorted) <= _FEW:
            for took in self._took.last(seq, count - len(self._sorted)):
                insort(self._sorted, took)
        else:
            self._sorted = sorted(self._took.last(seq, count))
        return Waits(count, self._ranked(0.5), self._ranked(0.95), *self._longest.at(seq, (0, "")))

    def _ranked(self, share: float) -> int:
        return self._sorted[max(0, ceil(share * len(self._sorted)) - 1)]


_FEW = 64  # that are put in their place one by one


class _Past:
    """What was said until when; added up in bins that grow wider with the run, so that there are never many."""

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._said: list[_Speech] = []
        self._kept: list[_Bins] = [_Bins()]  # after none, after the first `_KEPT`, and so on
        self._shown = (0, _Bins())  # after so many

    def add(self, seq: int, speech: _Speech) -> None:
        self._seqs.append(seq)
        self._said.append(speech)

    def at(self, seq: int) -> list[_Speech]:
        """What was said by an event, a piece for each bin."""
        count = bisect_right(self._seqs, seq)
        while (kept := len(self._kept)) <= count // _KEPT:
            self._kept.append(self._filled(self._kept[-1].copy(), (kept - 1) * _KEPT, kept * _KEPT))
        shown, bins = self._shown
        if not shown <= count < shown + _KEPT:
            shown, bins = count // _KEPT * _KEPT, self._kept[count // _KEPT].copy()
        self._shown = (count, self._filled(bins, shown, count))
        return bins.pieces()

    def ended_since(self, seq: int, moment: float) -> list[_Speech]:
        """What was said by an event, and ended no earlier than at a moment."""
        count = bisect_right(self._seqs, seq)
        first = bisect_left(self._said, moment, hi=count, key=_ended)
        return self._said[first:count]

    def _filled(self, bins: _Bins, first: int, last: int) -> _Bins:
        for speech in self._said[first:last]:
            bins.add(speech)
        return bins


class _Bins:
    """Tokens by when they were said."""

    def __init__(self, width: int = _FINEST, bins: Sequence[float] = ()) -> None:
        self._width = width
        self._bins = list(bins)

    def copy(self) -> _Bins:
        return _Bins(self._width, self._bins)

    def add(self, speech: _Speech) -> None:
        while speech.ended >= self._width * _BINS:
            self._bins += [0.0] * (len(self._bins) % 2)
            self._bins = [one + other for one, other in zip(self._bins[::2], self._bins[1::2], strict=True)]
            self._width *= 2
        self._bins += [0.0] * (int(speech.ended / self._width) + 1 - len(self._bins))
        _pour(self._bins, speech.tokens, speech.began / self._width, speech.ended / self._width)

    def pieces(self) -> list[_Speech]:
        width = self._width
        return [_Speech(said, at * width, (at + 1) * width) for at, said in enumerate(self._bins) if said]


def _ended(speech: _Speech) -> float:
    return speech.ended


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
