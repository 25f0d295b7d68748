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
from providers.limiter import AT_A_TIME, Limiter, Ticket

if TYPE_CHECKING:
    from app.engine.clocks import Clock
    from app.engine.log import Log

ENDLESS = 1_000_000  # calls at a time, where nothing leaves the machine
NOTICED = 0.05  # seconds: who waits longer says so


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one endpoint, for people."""

    breaker: State = "closed"
    wait: float = 0.0  # seconds until its breaker lets a call through
    pause: float = 0.0  # seconds for which it asked not to be called
    busy: int = 0  # calls that are under way
    in_line: int = 0  # calls that wait for their turn
    requests: int = 0  # that went out in the last minute
    tokens: int = 0


class Endpoints:
    """Breakers and limits, as one call meets them."""

    def __init__(self, clock: Callable[[], float], at_a_time: int = AT_A_TIME) -> None:
        self._breakers = Breakers(clock)
        self._limiter = Limiter(clock, at_a_time)

    def wait(self, endpoint: str) -> float:
        """The seconds until its breaker lets a call through; 0 when it may be called."""
        return self._breakers.wait(endpoint)

    def standing(self, endpoint: str) -> Standing:
        """How it stands with an endpoint just now."""
        breakers, limiter = self._breakers, self._limiter
        pause = limiter.pause_left(endpoint)
        return Standing(breakers.state(endpoint), breakers.wait(endpoint), pause, *limiter.minute(endpoint))

    async def enter(self, ticket: Ticket, clock: Clock, log: Log, about: dict[str, Any], cause: int) -> None:
        """Wait for one's turn, and say so if it takes long."""
        since, told = clock.now(), False
        self._limiter.line_up(ticket)
        try:
            while (wait := self._limiter.ask(ticket)).seconds:
                if not told and clock.now() - since + wait.seconds > NOTICED:
                    told = True
                    shown = 0 if isinf(wait.seconds) else int(wait.seconds * 1000)
                    log.once(CallWaiting("limiter", shown, wait.why, cause=cause, **about))
                await _turn(ticket, wait.seconds, clock)
        except BaseException:
            self._limiter.step_back(ticket)
            raise
        self._say(log, ticket.endpoint, self._breakers.begin(ticket.endpoint))

    async def end_of_pause(self, ticket: Ticket, clock: Clock) -> None:
        """For a call that was on its way out when another was refused: it goes out after the pause."""
        while (left := self._limiter.pause_left(ticket.endpoint)) > 0:
            await clock.sleep(left)

    def leave(self, ticket: Ticket, log: Log, error: ErrorClass | None, retry_after: float | None = None) -> None:
        """Give the place up, and tell the breaker how it went."""
        endpoint = ticket.endpoint
        if error == "rate_limited":
            self._limiter.pause(ticket, retry_after)
        self._limiter.leave(ticket)
        if error is None:
            self._limiter.succeeded(endpoint)
            self._say(log, endpoint, self._breakers.succeeded(endpoint))
        else:
            self._say(log, endpoint, self._breakers.failed(endpoint, error))

    def settle(self, ticket: Ticket, used: int) -> None:
        """Count the tokens that a call did use."""
        self._limiter.settle(ticket, used)

    def abandon(self, ticket: Ticket) -> None:
        """Give the place up without having learned anything."""
        self._limiter.leave(ticket)
        self._breakers.abandoned(ticket.endpoint)

    def _say(self, log: Log, endpoint: str, state: State | None) -> None:
        if state is not None:
            log.add(BreakerChanged(endpoint, state))


async def _turn(ticket: Ticket, seconds: float, clock: Clock) -> None:
    """Until a ticket is called, or its time has come."""
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)
            clock.enter()

    ticket.called = wake
    alarm = None if isinf(seconds) else clock.waking(seconds, wake)
    clock.leave()
    try:
        await woken
    except asyncio.CancelledError:
        if woken.cancelled():
            clock.enter()
        raise
    finally:
        ticket.called = None
        if alarm is not None:
            alarm.cancel()


@cache
def of_this_process() -> Endpoints:
    """What all live runs of this process share."""
    return Endpoints(time.monotonic)


def of_a_rehearsal(clock: Clock) -> Endpoints:
    """What one rehearsal has for itself."""
    return Endpoints(clock.now, ENDLESS)
