"""What many runs may spend together: each call holds its worst case here too, beside the accounts of its own run.

The runs of a batch share one ledger. Whoever finds no room waits while others hold something that may come back; when
nobody does, the run is paused, so that it can go on once there is more to spend. Whoever waits here waits for other
runs alone: a rehearsal's own time stands still meanwhile, so what its own calls hold would never come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from app.engine.budgets import BUSY, Account, worst_case
from app.events import Hold, Measure, Usage
from app.state.words import amount


class Ledger(Protocol):
    """What the engine asks of whoever keeps it."""

    async def hold(self, hold: Hold, waits: bool = True) -> str:
        """Set aside the worst case of a call: nothing to say when that is done, else why there is no room for it.

        Who does not wait for what others hold is told that it is BUSY.
        """
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
        for name, used in (spent or {}).items():
            self.account.spent[name] += used  # type: ignore[index]
        self._waiting: list[asyncio.Future[None]] = []

    async def hold(self, hold: Hold, waits: bool = True) -> str:
        """Set it aside; while others hold something, what they give back may be waited for."""
        wanted = worst_case(hold)
        if hold.unpriced and "cost_usd" in self.account.limits:
            return self._words("cost_usd", "nobody knows what a call costs")
        while (short := self.account.lacks(wanted, held=True)) is not None:
            if self.account.lacks(wanted, held=False) is not None:
                return self._words(short, "the next call could go beyond")
            if not waits:
                return BUSY
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

    def _words(self, measure: Measure, why: str) -> str:
        return f"the batch may use {amount(measure, self.account.limits[measure])}, and {why}"
