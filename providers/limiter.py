"""The line in front of each endpoint: who may call it, in the order in which they came, and when.

An endpoint takes so many calls at a time, and so many requests and tokens in any minute. When it says that it was too
many, nobody calls it until the time it asked for is over; then calls follow each other at a distance, those first that
were refused. It answers questions and never sleeps: `ask` says how long a call has to wait, and whoever waits without a
time is called. The clock is given.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import NamedTuple

import msgspec

Clock = Callable[[], float]  # seconds that only grow

AT_A_TIME = 8
LONGEST_PAUSE = 120.0  # seconds, whatever the endpoint asks for
FIRST_PAUSE = 1.0  # when it does not say how long; doubles until a call gets through
DISTANCE = 0.25  # seconds between two calls after a pause: time enough to be refused again
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """What may go out in any minute, and at the same time; none: as much as comes, and the usual number."""

    requests: float | None = None
    tokens: float | None = None
    at_a_time: int | None = None


NO_RATE = Rate()


class Wait(NamedTuple):
    """How long a call has to wait, and for what."""

    seconds: float = 0.0  # 0: it is in; infinity: it will be called
    why: str = ""


class Ticket(msgspec.Struct, eq=False):
    """A call's place: first in line, then inside."""

    endpoint: str
    model: str = ""
    tokens: int = 0  # that it may use, and once it is settled those that it has used
    of_endpoint: Rate = NO_RATE
    of_model: Rate = NO_RATE
    again: bool = False  # it was refused before, and goes before those that were not
    called: Callable[[], None] | None = None  # when it may be its turn
    entered: float | None = None


@dataclass(slots=True)
class _Meter:
    """What went out in the last minute."""

    went: deque[Ticket] = field(default_factory=deque)
    tokens: int = 0

    def add(self, ticket: Ticket) -> None:
        self.went.append(ticket)
        self.tokens += ticket.tokens

    def settle(self, ticket: Ticket, used: int, now: float) -> None:
        self.look(now)
        if _begun(ticket) + MINUTE > now:
            self.tokens += used - ticket.tokens

    def look(self, now: float) -> None:
        """Forget what is more than a minute ago."""
        while self.went and _begun(self.went[0]) + MINUTE <= now:
            self.tokens -= self.went.popleft().tokens

    def wait(self, rate: Rate, tokens: int, now: float, whose: str) -> Wait:
        """The seconds until a call of this size fits; one that is too big for any minute has one for itself."""
        self.look(now)
        if rate.requests is not None and (over := len(self.went) + 1 - max(1, int(rate.requests))) > 0:
            told = f"{whose} takes {rate.requests:,.0f} requests a minute"
            return Wait(_begun(self.went[over - 1]) + MINUTE - now, told)
        if rate.tokens is not None and self.went and (too_many := self.tokens + tokens - rate.tokens) > 0:
            for ticket in self.went:
                too_many -= ticket.tokens
                if too_many <= 0:
                    break
            return Wait(_begun(ticket) + MINUTE - now, f"{whose} takes {rate.tokens:,.0f} tokens a minute")
        return _NO_WAIT


@dataclass(slots=True)
class _Endpoint:
    line: list[Ticket] = field(default_factory=list)
    busy: int = 0
    meter: _Meter = field(default_factory=_Meter)
    paused_at: float = -inf
    paused_until: float = -inf
    apart: int = 0  # calls that still keep their distance after a pause
    next_at: float = -inf
    unsaid: float = FIRST_PAUSE  # the next pause, if it does not say how long


class Minute(NamedTuple):
    """What an endpoint is doing just now."""

    busy: int = 0
    in_line: int = 0
    requests: int = 0  # that went out in the last minute
    tokens: int = 0


class Limiter:
    """The lines of a process, by endpoint."""

    def __init__(self, clock: Clock, at_a_time: int = AT_A_TIME) -> None:
        self._clock = clock
        self._at_a_time = at_a_time
        self._endpoints: defaultdict[str, _Endpoint] = defaultdict(_Endpoint)
        self._models: defaultdict[tuple[str, str], _Meter] = defaultdict(_Meter)

    def line_up(self, ticket: Ticket) -> None:
        """Take a place in line, and `ask` whether it is one's turn."""
        line = self._endpoints[ticket.endpoint].line
        after = sum(one.again for one in line) if ticket.again else len(line)
        line.insert(after, ticket)

    def ask(self, ticket: Ticket) -> Wait:
        """Go in, or hear how long it takes. Whoever is called, or whose time has come, asks again."""
        endpoint = self._endpoints[ticket.endpoint]
        now = self._clock()
        wait = _NO_WAIT
        for first, wait in self._firsts(endpoint, now):
            if first is ticket:
                if not wait.seconds:
                    self._enter(endpoint, ticket, now)
                return wait
        return Wait(inf, wait.why or f"others were at {ticket.endpoint} first")

    def step_back(self, ticket: Ticket) -> None:
        """Leave the line: whoever waited was cancelled."""
        endpoint = self._endpoints[ticket.endpoint]
        endpoint.line.remove(ticket)
        self._call(endpoint)

    def leave(self, ticket: Ticket) -> None:
        """Give a place up, however the call ended."""
        endpoint = self._endpoints[ticket.endpoint]
        endpoint.busy -= 1
        self._call(endpoint)

    def settle(self, ticket: Ticket, used: int) -> None:
        """A call was counted as one that uses all it may; these are the tokens that it did use."""
        endpoint, now = self._endpoints[ticket.endpoint], self._clock()
        for meter in (endpoint.meter, self._model(ticket)):
            meter.settle(ticket, used, now)
        ticket.tokens = used
        self._call(endpoint)

    def pause(self, ticket: Ticket, retry_after: float | None = None) -> float:
        """A call was refused, so nobody goes in for as long as was asked, within reason. Returns the seconds."""
        endpoint = self._endpoints[ticket.endpoint]
        now = self._clock()
        is_news = ticket.entered is None or ticket.entered >= endpoint.paused_at
        if retry_after is not None and isfinite(retry_after) and retry_after > 0:
            seconds = min(retry_after, LONGEST_PAUSE)
        elif is_news:
            seconds = endpoint.unsaid
            endpoint.unsaid = min(endpoint.unsaid * 2, LONGEST_PAUSE)
        else:  # it went in before the others were refused, and says no more than they did
            seconds = max(0.0, endpoint.paused_until - now)
        endpoint.paused_at = now if is_news else endpoint.paused_at
        endpoint.paused_until = max(endpoint.paused_until, now + seconds)
        endpoint.apart = AT_A_TIME
        return seconds

    def succeeded(self, endpoint: str) -> None:
        """A call got through: a pause of unsaid length begins small again."""
        self._endpoints[endpoint].unsaid = FIRST_PAUSE

    def pause_left(self, endpoint: str) -> float:
        """The seconds for which an endpoint asked not to be called."""
        known = self._endpoints.get(endpoint)
        return 0.0 if known is None else max(0.0, known.paused_until - self._clock())

    def minute(self, endpoint: str) -> Minute:
        """What an endpoint is doing just now."""
        known = self._endpoints.get(endpoint)
        if known is None:
            return Minute()
        known.meter.look(self._clock())
        return Minute(known.busy, len(known.line), len(known.meter.went), known.meter.tokens)

    def _enter(self, endpoint: _Endpoint, ticket: Ticket, now: float) -> None:
        endpoint.line.remove(ticket)
        endpoint.busy += 1
        ticket.entered = now
        if endpoint.apart:
            endpoint.apart -= 1
            endpoint.next_at = now + DISTANCE
        for meter in (endpoint.meter, self._model(ticket)):
            meter.add(ticket)
        self._call(endpoint)

    def _call(self, endpoint: _Endpoint) -> None:
        if not endpoint.line:
            return
        for first, _ in list(self._firsts(endpoint, self._clock())):
            if first.called is not None:
                first.called()

    def _firsts(self, endpoint: _Endpoint, now: float) -> Iterator[tuple[Ticket, Wait]]:
        """Those with nobody before them, each with its wait: of every model one, up to the first that could go in.

        A model that has had its minute's share holds up nobody else; an endpoint that takes no more holds up all.
        """
        full: set[str] = set()
        for ticket in endpoint.line:
            if ticket.model in full:
                continue
            wait = self._closed(endpoint, ticket, now)
            if wait.seconds:
                yield ticket, wait
                return
            wait = self._model(ticket).wait(ticket.of_model, ticket.tokens, now, ticket.model)
            yield ticket, wait
            if not wait.seconds:
                return
            full.add(ticket.model)

    def _closed(self, endpoint: _Endpoint, ticket: Ticket, now: float) -> Wait:
        if endpoint.paused_until > now:
            return Wait(endpoint.paused_until - now, f"{ticket.endpoint} asked for a pause")
        if endpoint.apart and endpoint.next_at > now:
            return Wait(endpoint.next_at - now, f"{ticket.endpoint} has just asked for a pause")
        said = (ticket.of_endpoint.at_a_time, ticket.of_model.at_a_time)
        most = min((places for places in said if places is not None), default=self._at_a_time)
        if endpoint.busy >= most:
            return Wait(inf, f"{ticket.endpoint} is given {most} calls at a time")
        return endpoint.meter.wait(ticket.of_endpoint, ticket.tokens, now, ticket.endpoint)

    def _model(self, ticket: Ticket) -> _Meter:
        return self._models[ticket.endpoint, ticket.model]


_NO_WAIT = Wait()


def _begun(ticket: Ticket) -> float:
    assert ticket.entered is not None
    return ticket.entered
