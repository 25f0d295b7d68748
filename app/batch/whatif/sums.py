"""What attempts came to together, by agent, model, step or call; and what they would have under other terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.batch.whatif.attempts import Attempt
from app.batch.whatif.prices import Offer, recosted
from app.events import Usage, definition
from app.state import NOTHING, Spent, spent_by

if TYPE_CHECKING:
    Offers = Callable[[str], Offer | None]  # what is to be asked in the place of a provider/model; None: it stays


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
    would: Spent | None = None  # under other terms

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


def summed(attempts: Iterable[Attempt], name: str = "", offers: Offers | None = None) -> Sum:
    """All of them together."""
    total = Sum(name)
    for attempt in attempts:
        total = total.plus(attempt, None if offers is None else recosted(attempt, offers(attempt.use)))
    return total


def grouped(attempts: Sequence[Attempt], by: str, offers: Offers | None = None) -> list[Sum]:
    """They by agent, model, step or call: the dearest first, but calls in their order."""
    name_of = _with_addresses(attempts) if by == "model" else BY[by]
    groups: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(name_of(attempt), []).append(attempt)
    sums = [summed(group, name, offers) for name, group in groups.items()]
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
