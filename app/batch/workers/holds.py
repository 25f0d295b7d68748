"""What the runs of one worker elsewhere hold of a ledger that many share, and what becomes of it when it is gone.

What a run holds then stays held until it is known which of its calls had gone out. Those are charged with their worst
case, since they may have to be paid; the others were never made. The driver knows, for a call is in the archive before
its request goes out. The run is gone on with elsewhere, and counts them the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from app.batch.workers.wire import Used, Withdraw
from app.engine.ledger import Ledger
from app.events import CallFailed, CallFinished, CallStarted, Event, Hold, Usage

_IN_VAIN = "nobody waits for it any more"


class _Held(NamedTuple):
    run: str
    hold: Hold


class Holds:
    """Those of one worker, by the number under which it asked. The ledger is that of all of them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._held: dict[int, _Held] = {}
        self._waiting: dict[int, asyncio.Task[str]] = {}
        self._withdrawn: set[int] = set()  # before they were heard of: what a worker says may be overtaken
        self._is_buried = False

    def __contains__(self, number: int) -> bool:
        return number in self._held or number in self._waiting

    def any_of(self, run: str) -> bool:
        """Does a run hold anything?"""
        return any(held.run == run for held in self._held.values())

    async def hold(self, number: int, run: str, hold: Hold, waits: bool = True) -> str:
        """Set aside the worst case of a call; says why there is no room for it, or, to who does not wait, none now."""
        if self._is_buried or number in self._withdrawn:
            self._withdrawn.discard(number)
            return _IN_VAIN
        waiting = self._waiting[number] = asyncio.create_task(self._take(number, run, hold, waits))
        try:
            await asyncio.wait([waiting])
        finally:
            self._waiting.pop(number, None)
        return _IN_VAIN if waiting.cancelled() else waiting.result()

    def hear(self, news: Used | Withdraw) -> None:
        """What became of a call. What a worker says that is buried does not count."""
        if self._is_buried:
            return
        match news:
            case Used(number, usage, cost_usd) if number in self._held:
                self._ledger.settle(self._held.pop(number).hold, usage, cost_usd)
            case Withdraw(number) if number in self._held:
                self._ledger.release(self._held.pop(number).hold)
            case Withdraw(number) if number in self._waiting:
                self._waiting[number].cancel()
            case Withdraw(number):
                self._withdrawn.add(number)

    def bury(self) -> None:
        """The worker is gone, or as good as gone."""
        self._is_buried = True
        for waiting in self._waiting.values():
            waiting.cancel()

    def lose(self, run: str, begun: list[Hold]) -> None:
        """Of a run of a buried worker, those `begun` were held for calls that had gone out, with no word of their end.

        Of two that are the same, one is as good as the other.
        """
        if not self._is_buried:
            return
        for number in [number for number, held in self._held.items() if held.run == run]:
            hold = self._held.pop(number).hold
            if hold in begun:
                begun.remove(hold)
                self._ledger.settle(hold, Usage(input=hold.tokens), hold.cost_usd)
            else:
                self._ledger.release(hold)

    async def _take(self, number: int, run: str, hold: Hold, waits: bool) -> str:
        why = await self._ledger.hold(hold, waits)
        if not why:
            self._held[number] = _Held(run, hold)
        return why


def begun_calls(events: Iterable[Event]) -> list[Hold]:
    """What was held for the calls of a run that went out, and of which nobody knows how they ended."""
    under_way: dict[str, Hold] = {}
    for event in events:
        if isinstance(event, CallStarted):
            under_way[event.call] = event.hold
        elif isinstance(event, CallFinished | CallFailed):
            under_way.pop(event.call, None)
    return list(under_way.values())
