"""How many calls an endpoint gets at a time, and a pause for all of them when it says that it was too many.

It answers questions and never sleeps: `enter` says how long to wait, `when_free` calls back when a place is given up.
The clock is given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite

Clock = Callable[[], float]  # seconds that only grow

AT_A_TIME = 8
LONGEST_PAUSE = 120.0  # seconds, whatever the endpoint asks for
FIRST_PAUSE = 1.0  # when it does not say how long; doubles until a call gets through


@dataclass(slots=True)
class _Endpoint:
    busy: int = 0
    paused_until: float = 0.0
    unsaid: float = FIRST_PAUSE  # the next pause, if it does not say how long
    waiting: deque[Callable[[], None]] = field(default_factory=deque)


class Limiter:
    """The limits of a process, by endpoint."""

    def __init__(self, clock: Clock, at_a_time: int = AT_A_TIME) -> None:
        self._clock = clock
        self._at_a_time = at_a_time
        self._endpoints: dict[str, _Endpoint] = {}

    def wait(self, endpoint: str) -> float:
        """The seconds until a call may enter: 0 now, infinity when somebody must leave first."""
        known = self._endpoints.get(endpoint)
        if known is None:
            return 0.0
        left = known.paused_until - self._clock()
        if left > 0:
            return left
        return inf if known.busy >= self._at_a_time else 0.0

    def enter(self, endpoint: str) -> float:
        """Take a place, if there is one: 0 means taken, anything else is how long to wait before asking again."""
        left = self.wait(endpoint)
        if left == 0:
            self._endpoint(endpoint).busy += 1
        return left

    def leave(self, endpoint: str) -> None:
        """Give a place up, however the call ended; the one that has waited longest is called."""
        known = self._endpoint(endpoint)
        known.busy = max(0, known.busy - 1)
        if known.waiting:
            known.waiting.popleft()()

    def when_free(self, endpoint: str, call: Callable[[], None]) -> None:
        """Be called, once, when a place is given up; then ask again, for another may have been quicker."""
        self._endpoint(endpoint).waiting.append(call)

    def forget(self, endpoint: str, call: Callable[[], None]) -> None:
        """Be called no more: whoever waited was cancelled. One that was just called passes the place on."""
        known = self._endpoint(endpoint)
        if call in known.waiting:
            known.waiting.remove(call)
        elif known.waiting:
            known.waiting.popleft()()

    def pause(self, endpoint: str, retry_after: float | None = None) -> float:
        """Nobody may enter for a while: as long as was asked for, within reason. Returns the seconds."""
        known = self._endpoint(endpoint)
        if retry_after is None or not isfinite(retry_after) or retry_after <= 0:
            seconds = known.unsaid
            known.unsaid = min(known.unsaid * 2, LONGEST_PAUSE)
        else:
            seconds = min(retry_after, LONGEST_PAUSE)
        known.paused_until = max(known.paused_until, self._clock() + seconds)
        return seconds

    def succeeded(self, endpoint: str) -> None:
        """A call got through: a pause of unsaid length begins small again."""
        known = self._endpoints.get(endpoint)
        if known is not None:
            known.unsaid = FIRST_PAUSE

    def _endpoint(self, endpoint: str) -> _Endpoint:
        return self._endpoints.setdefault(endpoint, _Endpoint())
