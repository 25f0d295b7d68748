"""Every attempt of a call that has ended: what was asked, by which receipt, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.events import CallFailed, CallFinished, CallRouted, CallStarted, Event, RunStarted

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call that has ended."""

    started: CallStarted
    ended: CallFinished | CallFailed
    inherited: bool = False  # made by the run that this one was forked from
    routed: CallRouted | None = None  # how its model was chosen, where that was read

    @property
    def use(self) -> str:
        """The model that was asked, as provider/model."""
        return self.started.use or self.started.model

    @property
    def at(self) -> float:
        """When it began, in seconds since 1970."""
        return self.started.at / _MILLION

    @property
    def read(self) -> int:
        """Tokens that were read, fresh or from a cache."""
        usage = self.ended.usage
        return usage.total - usage.output

    @property
    def saved_usd(self) -> float:
        """What reading from the cache has saved, less what writing to it cost more."""
        usage, prices = self.ended.usage, self.ended.prices
        if prices is None:
            return 0.0
        read = usage.cache_read * (prices.input - prices.cache_read)
        return (read + usage.cache_write * (prices.input - prices.cache_write)) / _MILLION

    @property
    def is_a_guess(self) -> bool:
        """Is it charged without anybody knowing what it used? Then no other price can be put on it."""
        return self.ended.cost_usd > 0 and not self.ended.usage.total


def attempts_in(events: Iterable[Event]) -> list[Attempt]:
    """Every attempt that has ended, in order."""
    begun: dict[str, CallStarted] = {}
    receipts: dict[int | str, CallRouted] = {}  # by the call they are of, and by the event that goes back to them
    found: list[Attempt] = []
    taken = 0
    for event in events:
        match event:
            case RunStarted(parent=parent) if parent is not None:
                taken = parent.taken
            case CallRouted():
                receipts[event.call] = event
            case CallStarted():
                begun[event.call] = event
            case CallFinished() | CallFailed() if event.call in begun:
                started = begun[event.call]
                routed = receipts.get(event.call) or receipts.get(started.cause)
                if routed is not None:
                    receipts[event.seq] = routed  # another attempt with the same model has no receipt of its own
                found.append(Attempt(started, event, event.seq <= taken, routed))
    return found
