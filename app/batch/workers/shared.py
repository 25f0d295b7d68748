"""What the runs of a worker share with those of others: what they spend, whose turn it is at an endpoint."""

from __future__ import annotations

import time
from math import isinf
from typing import TYPE_CHECKING, Any

from app.batch.workers.wire import Call, Counted, Enter, Left, MayHold, Pause, Used, Withdraw
from app.engine.endpoints import Endpoints
from app.events import CallWaiting, Hold, Usage
from providers.base import ErrorClass
from providers.limiter import Ticket, Wait

if TYPE_CHECKING:
    from app.batch.workers.asking import Asking
    from app.engine.clocks import Clock
    from app.engine.log import Log


class DistantLedger:
    """The ledger of all runs, as one of them asks it."""

    def __init__(self, asking: Asking, run: str) -> None:
        self._asking = asking
        self._run = run
        self._held: list[tuple[Hold, int]] = []

    async def hold(self, hold: Hold, waits: bool = True) -> str:
        """Set aside the worst case of a call."""
        number = self._asking.number()
        try:
            why = str(await self._asking.ask(MayHold(number, self._run, hold, waits)))
        except BaseException:
            self._asking.say(Withdraw(number))
            raise
        if not why:
            self._held.append((hold, number))
        return why

    def settle(self, hold: Hold, usage: Usage, cost_usd: float) -> None:
        """A call has ended: it has used this."""
        self._asking.say(Used(self._number(hold), usage, cost_usd))

    def release(self, hold: Hold) -> None:
        """It was not made."""
        self._asking.say(Withdraw(self._number(hold)))

    def _number(self, hold: Hold) -> int:
        """Of two that are the same, one is as good as the other."""
        found = next(one for one in self._held if one[0] == hold)
        self._held.remove(found)
        return found[1]


class DistantEndpoints(Endpoints):
    """Breakers of this worker's own, and the lines of all."""

    def __init__(self, asking: Asking) -> None:
        super().__init__(time.monotonic)
        self._asking = asking
        self._places: dict[Ticket, int] = {}

    async def enter(self, ticket: Ticket, clock: Clock, log: Log, about: dict[str, Any], cause: int) -> None:
        """Wait for one's turn, and say so if it takes long."""
        place = self._places[ticket] = self._asking.number()
        call = Call(ticket.endpoint, ticket.model, ticket.tokens, ticket.of_endpoint, ticket.of_model, ticket.again)
        told = False
        try:
            while (wait := Wait(*await self._asking.ask(Enter(place, call)))).seconds:
                if not told:
                    told = True
                    shown = 0 if isinf(wait.seconds) else int(wait.seconds * 1000)
                    log.once(CallWaiting("limiter", shown, wait.why, cause=cause, **about))
        except BaseException:
            self._asking.say(Withdraw(self._places.pop(ticket)))
            raise
        self._say(log, ticket.endpoint, self._breakers.begin(ticket.endpoint))

    async def end_of_pause(self, ticket: Ticket, clock: Clock) -> None:
        """For a call that was on its way out when another was refused: it goes out after the pause."""
        await self._asking.ask(Pause(self._asking.number(), ticket.endpoint))

    def leave(self, ticket: Ticket, log: Log, error: ErrorClass | None, retry_after: float | None = None) -> None:
        """Give the place up, and tell the breaker how it went."""
        self._asking.say(Left(self._places[ticket], error, retry_after))
        if error is None:
            self._say(log, ticket.endpoint, self._breakers.succeeded(ticket.endpoint))
        else:
            self._say(log, ticket.endpoint, self._breakers.failed(ticket.endpoint, error))

    def settle(self, ticket: Ticket, used: int) -> None:
        """Count the tokens that a call did use."""
        self._asking.say(Counted(self._places.pop(ticket), used))

    def abandon(self, ticket: Ticket) -> None:
        """Give the place up without having learned anything."""
        self._asking.say(Withdraw(self._places.pop(ticket)))
        self._breakers.abandoned(ticket.endpoint)
