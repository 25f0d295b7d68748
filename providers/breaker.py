"""A breaker for each endpoint: after failures in a row nobody calls it for a while, then one call tries it.

A state machine and no more: the clock is given, nothing waits and nothing is told to anybody. Each change of state is
returned to whoever caused it, who tells of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from providers.base import ErrorClass

State = Literal["closed", "open", "half-open"]
Clock = Callable[[], float]  # seconds that only grow

THRESHOLD = 5  # failures in a row
COOLING = 30.0  # seconds until one call may try; doubles with each try that fails
LONGEST_COOLING = 300.0
TRYING = 1.0  # how long to wait, at first, for the one call that tries
# What says that an endpoint is in trouble. The others are about one request, one account, or say when to come back.
COUNTED: frozenset[ErrorClass] = frozenset({"overloaded", "timeout", "connection", "malformed", "incomplete"})


@dataclass(slots=True)
class Breaker:
    """How it stands with one endpoint."""

    failures: int = 0  # in a row
    opened: float | None = None  # when; None: it is closed
    cooling: float = COOLING
    trying: bool = False  # the one call of a half-open breaker is under way

    def state(self, now: float) -> State:
        """Closed: call. Open: do not. Half-open: one may."""
        if self.opened is None:
            return "closed"
        return "half-open" if now >= self.opened + self.cooling else "open"


class Breakers:
    """The breakers of a process, by endpoint; one that was never in trouble takes no room."""

    def __init__(self, clock: Clock, threshold: int = THRESHOLD) -> None:
        self._clock = clock
        self._threshold = threshold
        self._breakers: dict[str, Breaker] = {}

    def state(self, endpoint: str) -> State:
        """How it stands with an endpoint."""
        breaker = self._breakers.get(endpoint)
        return breaker.state(self._clock()) if breaker is not None else "closed"

    def is_open(self, endpoint: str) -> bool:
        """Is it out of the question for now? So is a half-open one whose one call is under way."""
        return self.wait(endpoint) > 0

    def wait(self, endpoint: str) -> float:
        """The seconds until a call may go out; 0 means now."""
        breaker = self._breakers.get(endpoint)
        if breaker is None or breaker.opened is None:
            return 0.0
        left = breaker.opened + breaker.cooling - self._clock()
        if left > 0:
            return left
        return TRYING if breaker.trying else 0.0

    def begin(self, endpoint: str) -> State | None:
        """A call goes out. Returns the state when this changes it: half-open, when this call is the one that tries."""
        breaker = self._breakers.get(endpoint)
        if breaker is None or breaker.trying or breaker.state(self._clock()) != "half-open":
            return None
        breaker.trying = True
        return "half-open"

    def succeeded(self, endpoint: str) -> State | None:
        """A call was answered. Returns the state when this changes it."""
        breaker = self._breakers.pop(endpoint, None)
        return "closed" if breaker is not None and breaker.opened is not None else None

    def failed(self, endpoint: str, error: ErrorClass) -> State | None:
        """A call failed. Returns the state when this changes it; an error of the request proves that it answers."""
        if error not in COUNTED:
            return self.succeeded(endpoint)
        breaker = self._breakers.setdefault(endpoint, Breaker())
        breaker.failures += 1
        if breaker.opened is None:
            if breaker.failures < self._threshold:
                return None
            breaker.opened = self._clock()
            return "open"
        if breaker.state(self._clock()) == "open":
            return None  # a call from before it opened: what it says is known
        breaker.opened = self._clock()
        breaker.cooling = min(breaker.cooling * 2, LONGEST_COOLING)
        breaker.trying = False
        return "open"

    def abandoned(self, endpoint: str) -> None:
        """A call was cancelled: it has shown nothing, and another may try."""
        breaker = self._breakers.get(endpoint)
        if breaker is not None:
            breaker.trying = False
