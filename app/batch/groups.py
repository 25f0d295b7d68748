"""The items of a batch put together: by what was performed, and by why they did not pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from app.batch.heat import costs_told, spot_of
from app.batch.planning import cell_called
from app.batch.results import ItemResult, Results, not_met
from app.state import NOTHING, Spent
from app.state.words import because, took


@dataclass(frozen=True, slots=True)
class Group:
    """One scenario in one cell: its repeats."""

    scenario: str
    cell: str
    items: tuple[ItemResult, ...]

    @property
    def over(self) -> tuple[ItemResult, ...]:
        """Those that have their final result."""
        return tuple(item for item in self.items if item.over)

    @property
    def passed(self) -> int:
        """How many ended as was expected."""
        return sum(item.passed for item in self.items)

    @property
    def rate(self) -> float | None:
        """Which part of those that are over passed; none where none is."""
        return self.passed / len(self.over) if self.over else None

    @property
    def mean_cost_usd(self) -> float | None:
        """What one of those that are over has cost, as far as prices are known; none where that is nothing."""
        spot = spot_of(self.items)
        return None if spot.unpriced and not spot.cost_usd else spot.cost_usd

    @property
    def costs_told(self) -> str:
        """The same in words, with whether there is more."""
        return costs_told(spot_of(self.items))

    def seconds(self, share: float) -> float | None:
        """The run's own time within which this share of them ended: 0.5 is the middle."""
        return quantile([item.seconds for item in self.over if item.seconds is not None], share)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some did not pass."""

    why: str
    items: tuple[ItemResult, ...]


def groups_of(results: Results) -> list[Group]:
    """Every scenario in every cell, in the order of the plan."""
    found: dict[tuple[str, str], list[ItemResult]] = {}
    for item in results.items:
        found.setdefault((item.scenario, cell_called(results.plan, item.item)), []).append(item)
    return [Group(scenario, cell, tuple(items)) for (scenario, cell), items in found.items()]


def worst_first(groups: Iterable[Group]) -> list[Group]:
    """Those that pass least often first; among equals as they were."""
    return sorted(groups, key=lambda group: 2.0 if group.rate is None else group.rate)


def reasons_of(results: Results) -> list[Reason]:
    """Why runs did not pass, what happened most often first; one that missed several things counts for each."""
    found: dict[str, list[ItemResult]] = {}
    for item in results.items:
        if item.verdict in ("passed", "running", "waiting") or item.reason == "signal":
            continue
        for why in _whys(item):
            found.setdefault(why, []).append(item)
    return sorted((Reason(why, tuple(items)) for why, items in found.items()), key=lambda one: -len(one.items))


def runs_of(reasons: Iterable[Reason]) -> int:
    """How many runs there are reasons of; one may have several."""
    return len({item.number for reason in reasons for item in reason.items})


def _whys(item: ItemResult) -> list[str]:
    """What was expected, without what was found, which differs from run to run."""
    missed = [not_met(check.about) for check in item.checks if not check.met]
    if item.failure is not None and item.verdict != "unmet":
        missed = [because(item.failure)]
    return missed or [f"{item.verdict}: {item.why or item.outcome}"]


def spent_in(results: Results) -> Spent:
    """What all of it has cost, with how far it can be trusted."""
    return sum((item.spent for item in results.items), NOTHING)


def times_told(results: Results) -> str:
    """How long its runs took, of their own time; nothing while none is over."""
    times = [item.seconds for item in results.over if item.seconds is not None]
    half, most = quantile(times, 0.5), quantile(times, 0.95)
    if half is None or most is None:
        return ""
    if len(times) == 1:
        return f"took {took(1000 * half)}"
    return f"half took {took(1000 * half)} at most, 95 % {took(1000 * most)}"


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least value that this share of them does not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]
