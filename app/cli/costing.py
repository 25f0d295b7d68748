"""What the calls of a run came to, by agent, model, step or call; and what they would under other prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.events import CallFailed, CallFinished, CallStarted, Event, RunStarted, Usage, definition
from app.state import NOTHING, Spent, spent_by

if TYPE_CHECKING:
    from providers.pricing import Tariff

    Pricing = Callable[[str], Tariff | None]  # of provider/model

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call that has ended."""

    started: CallStarted
    ended: CallFinished | CallFailed
    inherited: bool = False  # made by the run that this one was forked from

    @property
    def use(self) -> str:
        """The model that was asked, as provider/model."""
        return self.started.use or self.started.model

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


@dataclass(frozen=True, slots=True)
class Sum:
    """Some attempts together."""

    name: str = ""
    calls: int = 0
    usage: Usage = Usage()
    spent: Spent = NOTHING
    saved_usd: float = 0.0
    took_ms: int = 0
    local_output: int = 0  # tokens written on a machine of one's own
    unpriced: tuple[str, ...] = ()  # models whose price nobody knows
    would: Spent | None = None  # under other prices

    def plus(self, attempt: Attempt, would: Spent | None) -> Sum:
        """With one more."""
        ended = attempt.ended
        spent = spent_by(ended)
        unpriced = (*self.unpriced, attempt.use) if spent.unpriced else self.unpriced
        return Sum(
            self.name,
            self.calls + 1,
            self.usage + ended.usage,
            self.spent + spent,
            self.saved_usd + attempt.saved_usd,
            self.took_ms + ended.took_ms,
            self.local_output + (ended.usage.output if spent.local_ms else 0),
            tuple(dict.fromkeys(unpriced)),
            None if would is None else (self.would or NOTHING) + would,
        )


BY: dict[str, Callable[[Attempt], str]] = {
    "agent": lambda attempt: attempt.started.agent,
    "model": lambda attempt: attempt.use,
    "step": lambda attempt: definition(attempt.started.step),
    "call": lambda attempt: attempt.started.call,
}


def attempts_in(events: Iterable[Event]) -> list[Attempt]:
    """Every attempt that has ended, in order."""
    begun: dict[str, CallStarted] = {}
    found: list[Attempt] = []
    taken = 0
    for event in events:
        match event:
            case RunStarted(parent=parent) if parent is not None:
                taken = parent.taken
            case CallStarted():
                begun[event.call] = event
            case CallFinished() | CallFailed() if event.call in begun:
                found.append(Attempt(begun[event.call], event, event.seq <= taken))
    return found


def summed(attempts: Iterable[Attempt], name: str = "", pricing: Pricing | None = None) -> Sum:
    """All of them together."""
    total = Sum(name)
    for attempt in attempts:
        total = total.plus(attempt, None if pricing is None else recosted(attempt, pricing))
    return total


def grouped(attempts: Sequence[Attempt], by: str, pricing: Pricing | None = None) -> list[Sum]:
    """They by agent, model, step or call: the dearest first, but calls in their order."""
    name_of = _with_addresses(attempts) if by == "model" else BY[by]
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(name_of(attempt), []).append(attempt)
    sums = [summed(group, name, pricing) for name, group in groups.items()]
    return sums if by == "call" else sorted(sums, key=lambda one: (-one.spent.cost_usd, -one.usage.total))


def _with_addresses(attempts: Sequence[Attempt]) -> Callable[[Attempt], str]:
    """What names a model: where one name is served at several addresses, these are different models."""
    served: dict[str, set[str]] = {}
    for attempt in attempts:
        served.setdefault(attempt.use, set()).add(attempt.started.address)

    def name(attempt: Attempt) -> str:
        address = attempt.started.address.partition("://")[2]
        return f"{attempt.use} at {address}" if address and len(served[attempt.use]) > 1 else attempt.use

    return name


def recosted(attempt: Attempt, pricing: Pricing) -> Spent:
    """What an attempt would have cost, for the same tokens, under other prices; where there are none, what it did."""
    from providers.pricing import cost_of

    ended = attempt.ended
    tariff = None if attempt.is_a_guess else pricing(attempt.use)
    if tariff is None:
        return spent_by(ended)
    usage = ended.usage
    prices = tariff(usage.total - usage.output, attempt.started.at / _MILLION)
    basis = "estimated" if ended.basis == "unpriced" else ended.basis
    return spent_by(replace(ended, cost_usd=round(cost_of(usage, prices), 9), prices=prices, basis=basis))
