"""How it stands with each endpoint: its breaker, and how many calls it takes. Shared by all live runs of the process.

A rehearsal has its own, so that what other runs meet does not change it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isinf
from typing import TYPE_CHECKING, Any

from app.events import BreakerChanged, CallWaiting
from providers.base import ErrorClass
from providers.breaker import Breakers, State
from providers.limiter import Limiter

if TYPE_CHECKING:
    from app.engine.clocks import Clock
    from app.engine.log import Log

ENDLESS = 1_000_000  # calls at a time, where nothing leaves the machine


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one endpoint, for people."""

    breaker: State = "closed"
    wait: float = 0.0  # seconds until its breaker lets a call through
    pause: float = 0.0  # seconds for which it asked not to be called


class Endpoints:
    """Breakers and limits, as one call meets them."""

    def __init__(self, clock: Callable[[], float], at_a_time: int | None = None) -> None:
        self._breakers = Breakers(clock)
        self._limiter = Limiter(clock) if at_a_time is None else Limiter(clock, at_a_time)

    def is_open(self, endpoint: str) -> bool:
        """Is it not to be called for now?"""
        return self._breakers.is_open(endpoint)

    def wait(self, endpoint: str) -> float:
        """The seconds until it may be called again."""
        return self._breakers.wait(endpoint)

    def standing(self, endpoint: str) -> Standing:
        """How it stands with an endpoint just now."""
        pause = self._limiter.wait(endpoint)
        breaker = self._breakers.state(endpoint)
        return Standing(breaker, self._breakers.wait(endpoint), 0.0 if isinf(pause) else pause)

    async def enter(self, endpoint: str, clock: Clock, log: Log, about: dict[str, Any], cause: int) -> None:
        """Wait for a place, and say so if it takes long."""
        told = False
        while (wait := self._limiter.enter(endpoint)) > 0:
            if not told:
                told = True
                shown = 0 if isinf(wait) else int(wait * 1000)
                log.once(CallWaiting("limiter", shown, endpoint, cause=cause, **about))
            if isinf(wait):
                await self._free(endpoint)
            else:
                await clock.sleep(wait)
        self._say(log, endpoint, self._breakers.begin(endpoint))

    def leave(self, endpoint: str, log: Log, error: ErrorClass | None, retry_after: float | None = None) -> None:
        """Give the place up, and tell the breaker how it went."""
        self._limiter.leave(endpoint)
        if error is None:
            self._limiter.succeeded(endpoint)
            self._say(log, endpoint, self._breakers.succeeded(endpoint))
            return
        if error == "rate_limited":
            self._limiter.pause(endpoint, retry_after)
        self._say(log, endpoint, self._breakers.failed(endpoint, error))

    def abandon(self, endpoint: str) -> None:
        """Give the place up without having learned anything."""
        self._limiter.leave(endpoint)
        self._breakers.abandoned(endpoint)

    async def _free(self, endpoint: str) -> None:
        freed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def call() -> None:
            if not freed.done():
                freed.set_result(None)

        self._limiter.when_free(endpoint, call)
        try:
            await freed
        except asyncio.CancelledError:
            self._limiter.forget(endpoint, call)
            raise

    def _say(self, log: Log, endpoint: str, state: State | None) -> None:
        if state is not None:
            log.add(BreakerChanged(endpoint, state))


@cache
def of_this_process() -> Endpoints:
    """What all live runs of this process share."""
    return Endpoints(time.monotonic)


def of_a_rehearsal(clock: Clock) -> Endpoints:
    """What one rehearsal has for itself."""
    return Endpoints(clock.now, ENDLESS)
