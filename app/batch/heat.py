"""The cells of a batch as a map: how often each passes and what a run of it costs, along two axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.batch.results import ItemResult, Results
from app.batch.statistics import level

MOST_ROWS = 40
MOST_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell of the map."""

    passed: int
    over: int
    cost_usd: float | None  # of one run, in the mean; none where none is over
    unpriced: bool

    @property
    def rate(self) -> float | None:
        """Which part of those that are over passed."""
        return self.passed / self.over if self.over else None


@dataclass(frozen=True, slots=True)
class Heat:
    """The map. A place without any run is none."""

    down: str  # the axes that go down, by name
    across: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    spots: tuple[tuple[Spot | None, ...], ...]

    @property
    def costs(self) -> tuple[float, float]:
        """The least and the most that a run costs."""
        found = [spot.cost_usd for row in self.spots for spot in row if spot is not None and spot.cost_usd is not None]
        return (min(found), max(found)) if found else (0.0, 0.0)


def heat_of(results: Results) -> Heat | None:
    """The map of a batch that has two axes at least, and not so many values that nobody could look at it."""
    axes = [axis for axis in results.plan.axes if len(results.values(axis)) > 1]
    if len(axes) < 2:
        return None
    across = results.plan.compare if results.plan.compare in axes else axes[-1]
    down = [axis for axis in axes if axis != across]
    names = results.plan.names
    found: dict[tuple[str, str], list[ItemResult]] = {}
    for item in results.items:
        cell = item.item.cell
        if across in cell and all(axis in cell for axis in down):
            place = (" ".join(names.of(axis, cell[axis]) for axis in down), names.of(across, cell[across]))
            found.setdefault(place, []).append(item)
    rows = tuple(dict.fromkeys(row for row, _ in found))
    columns = tuple(dict.fromkeys(column for _, column in found))
    if not 0 < len(rows) <= MOST_ROWS or len(columns) > MOST_COLUMNS:
        return None
    spots = tuple(
        tuple(spot_of(found[row, column]) if (row, column) in found else None for column in columns) for row in rows
    )
    return Heat(" ".join(down), across, rows, columns, spots)


def spot_of(items: Sequence[ItemResult]) -> Spot:
    """The runs of one cell."""
    over = [item for item in items if item.over]
    cost = sum(item.cost_usd for item in over) / len(over) if over else None
    return Spot(sum(item.passed for item in over), len(over), cost, any(item.spent.unpriced for item in over))


def costs_told(spot: Spot, *, short: bool = False) -> str:
    """What a run of it costs, never nothing where prices are not known: $0.0123, $0.0123 and more, unpriced."""
    if spot.cost_usd is None:
        return ""
    if not spot.unpriced:
        return level("cost_usd", spot.cost_usd)
    return f"{level('cost_usd', spot.cost_usd)}{'+' if short else ' and more'}" if spot.cost_usd else "unpriced"
