"""The lines in front of all endpoints, for one worker elsewhere: it may be slow to ask, and it may be gone.

So a call has a number, by which it goes in, and by which it is told what became of it; and when a worker is gone, its
places are free for those of others. Where the line is, `providers.limiter` is; this only waits in it for somebody.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from math import isinf

from app.batch.workers.wire import Call, Counted, Left, Withdraw
from app.engine.endpoints import NOTICED
from providers.limiter import Limiter, Ticket, Wait

CLOSED = "the limiter was started anew, and lets a minute go by"
_IN = Wait()


@dataclass(slots=True, eq=False)
class _Place:
    ticket: Ticket
    coming_in: asyncio.Task[None] = field(init=False)
    wait: Wait = _IN
    is_inside: bool = False


class Places:
    """Those of one worker. The limiter is that of all of them."""

    def __init__(self, limiter: Limiter, opens: float = 0.0) -> None:
        """Nobody goes in before it opens."""
        self._limiter = limiter
        self._opens = opens
        self._places: dict[int, _Place] = {}
        self._given_up: set[int] = set()  # before they were heard of: what a worker says may be overtaken

    def __contains__(self, number: int) -> bool:
        return number in self._places

    async def enter(self, number: int, call: Call) -> Wait:
        """Let a call in, in its turn. If that takes long, say for what it waits, once; then it has to ask again."""
        if number in self._given_up:
            self._given_up.remove(number)
            return _IN
        place, patience = self._places.get(number), None
        if place is None:
            ticket = Ticket(call.endpoint, call.model, call.tokens, call.of_endpoint, call.of_model, call.again)
            place, patience = _Place(ticket), NOTICED
            place.coming_in = asyncio.create_task(self._come_in(place))
            self._places[number] = place
        await asyncio.wait([place.coming_in], timeout=patience)
        if not place.coming_in.done():
            return place.wait
        if not place.coming_in.cancelled():
            place.coming_in.result()
        return _IN

    async def end_of_pause(self, endpoint: str) -> None:
        """Until an endpoint does not ask any more to be left alone."""
        while (left := self._limiter.pause_left(endpoint)) > 0:
            await asyncio.sleep(left)

    def hear(self, news: Left | Counted | Withdraw) -> None:
        """What became of a call. Of one that is not known, a limiter that is gone has known."""
        match news:
            case Left(number, error, retry_after) if number in self._places:
                ticket = self._places[number].ticket
                if error == "rate_limited":
                    self._limiter.pause(ticket, retry_after)
                self._leave(self._places[number])
                if error is None:
                    self._limiter.succeeded(ticket.endpoint)
            case Counted(number, tokens) if number in self._places:
                self._limiter.settle(self._places.pop(number).ticket, tokens)
            case Withdraw(number) if number in self._places:
                self._give_up(self._places.pop(number))
            case Withdraw(number):
                self._given_up.add(number)

    def lose(self) -> None:
        """The worker is gone: who waited waits no more, and who was inside is not."""
        while self._places:
            self._give_up(self._places.popitem()[1])

    async def _come_in(self, place: _Place) -> None:
        ticket = place.ticket
        if (closed := self._opens - time.monotonic()) > 0:
            place.wait = Wait(closed, CLOSED)
            await asyncio.sleep(closed)
        self._limiter.line_up(ticket)
        try:
            while (wait := self._limiter.ask(ticket)).seconds:
                place.wait = wait
                called = asyncio.Event()
                ticket.called = called.set
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if isinf(wait.seconds) else wait.seconds):
                        await called.wait()
        except BaseException:
            self._limiter.step_back(ticket)
            raise
        finally:
            ticket.called = None
        place.is_inside = True

    def _give_up(self, place: _Place) -> None:
        place.coming_in.cancel()
        self._leave(place)

    def _leave(self, place: _Place) -> None:
        if place.is_inside:
            place.is_inside = False
            self._limiter.leave(place.ticket)
