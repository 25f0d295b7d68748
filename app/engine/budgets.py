"""What may be spent, by the run, by an agent and in a step; a call holds its worst case in all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.document.values import Limits
from app.engine.clocks import Clock, Signal
from app.engine.log import Log
from app.events import BudgetWarned, CallFailed, CallFinished, Event, Hold, LimitsChanged, Measure, Usage
from app.state.cut_off import came_to_nothing

if TYPE_CHECKING:
    from app.engine.ledger import Ledger

Action = Literal["stop", "pause", "ask", "downgrade"]
_DUST = 5e-10  # US dollars: costs are told to a billionth, and sums of them may be off by less than half of one
BUSY = "busy"  # of a ledger: there is no room now, but others hold something that may come back
MEASURES: tuple[Measure, ...] = ("cost_usd", "tokens", "turns", "wall")


@dataclass(slots=True)
class Account:
    """One scope with limits, what is spent of them, and what calls that are under way hold."""

    scope: str
    limits: dict[Measure, float]
    path: str = ""  # of the step whose calls it counts, with all inside; "": of the whole run
    agent: str = ""  # whose calls it counts; "": everybody's
    warn_at: tuple[float, ...] = ()
    action: Action = "stop"
    spent: dict[Measure, float] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0.0))
    held: dict[Measure, float] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0.0))
    holds: int = 0  # calls that hold something
    downgraded: bool = False

    @classmethod
    def of(cls, scope: str, limits: Limits, path: str = "", agent: str = "") -> Account:
        """The account for limits that stand in a file."""
        named = {name: getattr(limits, name) for name in MEASURES}
        return cls(
            scope,
            {name: float(value) for name, value in named.items() if value is not None},
            path,
            agent,
            tuple(limits.warn_at or ()),
            limits.on_exceed or "stop",
        )

    def covers(self, call: Event) -> bool:
        """Does a call count here?"""
        inside = not self.path or call.step == self.path or call.step.startswith((f"{self.path}/", f"{self.path}["))
        return inside and self.agent in ("", call.agent)

    def tighten(self, limits: Mapping[str, float]) -> None:
        """The lower of two limits holds."""
        for name in MEASURES:
            if (value := limits.get(name)) is not None:
                self.limits[name] = min(float(value), self.limits.get(name, float(value)))

    def recall(self, recorded: Iterable[Event]) -> None:
        """What was spent, and what was raised, before the run was resumed."""
        for event in recorded:
            if isinstance(event, CallFinished | CallFailed) and self.covers(event):
                self.take(event)
            elif isinstance(event, LimitsChanged) and event.scope == self.scope:
                self.limits[event.measure] = event.limit

    def take(self, ended: CallFinished | CallFailed) -> None:
        """Count a call that is over."""
        if not came_to_nothing(ended):
            self.charge(ended.usage, ended.cost_usd)

    def charge(self, usage: Usage, cost_usd: float) -> None:
        """Count what a call used."""
        self.spent["cost_usd"] += cost_usd
        self.spent["tokens"] += usage.total
        self.spent["turns"] += 1

    def lacks(self, wanted: dict[Measure, float], *, held: bool) -> Measure | None:
        """Which limit a call does not fit under; with or without what others hold."""
        for name, limit in self.limits.items():
            if name == "wall":
                continue
            more = self.spent[name] + wanted.get(name, 0.0) + (self.held[name] if held else 0.0)
            if more > limit + _DUST:
                return name
        return None

    def hold(self, wanted: dict[Measure, float]) -> None:
        """Set aside what a call may take at most."""
        self.holds += 1
        for name, amount in wanted.items():
            self.held[name] += amount

    def give_back(self, wanted: dict[Measure, float]) -> None:
        """What was set aside is free again; when nobody holds anything, nothing is left of it, not even dust."""
        self.holds -= 1
        for name, amount in wanted.items():
            self.held[name] = max(0.0, self.held[name] - amount) if self.holds else 0.0


def stricter(one: Limits | None, other: Limits | None) -> Limits | None:
    """Both limits at once: the lower of each measure, and else what the first one says."""
    if one is None or other is None:
        return one or other
    both = {
        name: [value for value in (getattr(one, name), getattr(other, name)) if value is not None] for name in MEASURES
    }
    return one.model_copy(update={name: min(values) for name, values in both.items() if values})


class Budgets:
    """All accounts of a run, and those who wait for room in them."""

    def __init__(self, log: Log, clock: Clock, shared: Ledger | None = None) -> None:
        self._log = log
        self._shared = shared  # with other runs
        self._shares = 0  # calls of this run that hold something there
        self._asking = asyncio.Lock()  # who asks there, perhaps waiting: one call at a time
        self._room = Signal(clock)
        self._said: set[tuple[str, str, float]] = set()
        for event in log.recorded:
            if isinstance(event, BudgetWarned):
                self._said.add((event.scope, event.measure, event.share))

    def hold(self, accounts: tuple[Account, ...], hold: Hold) -> tuple[Account, Measure, bool] | None:
        """Hold a call's worst case everywhere, or say where it does not fit, and whether waiting may help."""
        wanted = worst_case(hold)
        for account in accounts:
            if (missing := account.lacks(wanted, held=True)) is not None:
                alone = account.lacks(wanted, held=False) is not None
                return account, missing, not alone
        for account in accounts:
            account.hold(wanted)
        return None

    def settle(self, accounts: tuple[Account, ...], hold: Hold, usage: Usage, cost_usd: float, cause: int) -> None:
        """Give back what was held and charge what was used; warn where a share is passed."""
        wanted = worst_case(hold)
        if self._shared is not None:
            self._shares -= 1
            self._shared.settle(hold, usage, cost_usd)
        for account in accounts:
            account.give_back(wanted)
            account.charge(usage, cost_usd)
            if account.warn_at:
                self._warn(account, cause)
        self._room.fire()

    def release(self, accounts: tuple[Account, ...], hold: Hold) -> None:
        """Give back what was held for a call that was not made."""
        if self._shared is not None:
            self._shares -= 1
            self._shared.release(hold)
        self._release(accounts, hold)

    async def share(self, accounts: tuple[Account, ...], hold: Hold) -> str:
        """Hold it in what other runs spend from too, or say why there is no room; then it is held nowhere."""
        if self._shared is None:
            return ""
        try:
            while (why := await self._asked(self._shared, hold)) == BUSY:
                if self._shares:  # unless it came back while that was said
                    await self._room.wait()
        except BaseException:
            self._release(accounts, hold)
            raise
        if why:
            self._release(accounts, hold)
        return why

    async def _asked(self, shared: Ledger, hold: Hold) -> str:
        """Other runs live by other clocks, and while one waits for them the time of this one stands still.

        So only a run that holds nothing there waits there, and nothing more of it is held until that has ended.
        """
        async with self._asking:
            why = await shared.hold(hold, waits=not self._shares)
            self._shares += not why
            return why

    def _release(self, accounts: tuple[Account, ...], hold: Hold) -> None:
        for account in accounts:
            account.give_back(worst_case(hold))
        self._room.fire()

    async def room(self) -> None:
        """Until somebody gives something back."""
        await self._room.wait()

    def raised(self) -> None:
        """A limit was raised: those who wait look again."""
        self._room.fire()

    def warn_of_time(self, account: Account, share: float) -> None:
        """A share of the time is over."""
        limit = account.limits["wall"]
        self._log.add(BudgetWarned(account.scope, "wall", share, limit * share, 0.0, limit))

    def _warn(self, account: Account, cause: int) -> None:
        for name, limit in account.limits.items():
            share = account.spent[name] / limit
            for mark in account.warn_at:
                if share >= mark and (account.scope, name, mark) not in self._said:
                    self._said.add((account.scope, name, mark))
                    self._log.add(
                        BudgetWarned(
                            account.scope, name, mark, account.spent[name], account.held[name], limit, cause=cause
                        )
                    )


def worst_case(hold: Hold) -> dict[Measure, float]:
    """What a call takes of each limit at most."""
    return {"cost_usd": hold.cost_usd, "tokens": float(hold.tokens), "turns": 1.0}
