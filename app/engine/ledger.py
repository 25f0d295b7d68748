"""What many runs may spend together: each call holds its worst case here too, beside the accounts of its own run.

The runs of a batch share one ledger. Whoever finds no room waits while others hold something that may come back; when
nobody does, the run is paused, so that it can go on once there is more to spend.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from app.engine.budgets import Account, worst_case
from app.events import Hold, Usage
from app.state.words import money, plural


class Ledger(Protocol):
    """What the engine asks of whoever keeps it."""

    async def hold(self, hold: Hold) -> str:
        """Set aside the worst case of a call: nothing to say when that is done, else why there is no room for it."""
        ...

    def settle(self, hold: Hold, usage: Usage, cost_usd: float) -> None:
        """A call has ended: it has used this."""
        ...

    def release(self, hold: Hold) -> None:
        """It was not made."""
        ...


class SharedLedger:
    """One for the runs of this process, in dollars, tokens and calls. Counts on from what was spent before."""

    def __init__(self, limits: Mapping[str, float], spent: Mapping[str, float] | None = None) -> None:
        self.account = Account("batch", {})
        self.account.tighten(limits)
        for name, amount in (spent or {}).items():
            self.account.spent[name] += amount  # type: ignore[index]
        self._waiting: list[asyncio.Future[None]] = []

    async def hold(self, hold: Hold) -> str:
        """Set it aside; while others hold something, wait for what they give back."""
        wanted = worst_case(hold)
        if hold.unpriced and "cost_usd" in self.account.limits:
            return f"the batch may use {money(self.account.limits['cost_usd'])}, and nobody knows what a call costs"
        while (short := self.account.lacks(wanted, held=True)) is not None:
            if self.account.lacks(wanted, held=False) is not None:
                return self._words(short)
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self.account.hold(wanted)
        return ""

    def settle(self, hold: Hold, usage: Usage, cost_usd: float) -> None:
        """Give back what was held, and charge what was used."""
        self.account.give_back(worst_case(hold))
        self.account.charge(usage, cost_usd)
        self._call()

    def release(self, hold: Hold) -> None:
        """Give it back."""
        self.account.give_back(worst_case(hold))
        self._call()

    def _call(self) -> None:
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)

    def _words(self, measure: str) -> str:
        limit = self.account.limits[measure]  # type: ignore[index]
        word = "token" if measure == "tokens" else "call"
        said = money(limit) if measure == "cost_usd" else plural(round(limit), word)
        return f"the batch may use {said}, and the next call could go beyond"
