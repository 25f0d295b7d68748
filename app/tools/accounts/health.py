"""How well a customer is, month by month: use, tickets, payment and sponsor, each with the reason for what it lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.document.suggest import shortened
from app.tools.base import ToolError
from app.tools.rows import Row

WEIGHTS: dict[str, float] = {"usage": 40, "tickets": 20, "payment": 20, "sponsor": 20}
_COLUMNS = ("seats", "active", "tickets", "urgent", "days_overdue", "sponsor_days")
_FULL_USE = 0.7  # of the seats; more is not better, only busier
_STEADY = 3.0  # points a month, either way


@dataclass(frozen=True, slots=True)
class Month:
    """One account in one month, as counted."""

    seats: float
    active: float
    tickets: float
    urgent: float
    days_overdue: float
    sponsor_days: float  # since the sponsor was last seen

    def shares(self) -> dict[str, float]:
        """Return how much of each part is there, from 0 to 1."""
        used = self.active / self.seats if self.seats else 0.0
        return {
            "usage": min(1.0, used / _FULL_USE),
            "tickets": max(0.0, 1 - self.urgent / 4 - max(0.0, self.tickets - self.urgent - 2) / 20),
            "payment": max(0.0, 1 - self.days_overdue / 60),
            "sponsor": max(0.0, min(1.0, 1 - (self.sponsor_days - 30) / 90)),
        }

    def reasons(self) -> dict[str, str]:
        """Say in words what each part saw."""
        return {
            "usage": f"{self.active:g} of {self.seats:g} seats in use",
            "tickets": f"{self.tickets:g} tickets, {self.urgent:g} of them urgent",
            "payment": f"{self.days_overdue:g} days overdue" if self.days_overdue else "paid in time",
            "sponsor": f"sponsor seen {self.sponsor_days:g} days ago",
        }


class Score(NamedTuple):
    """A month's health, from 0 to 100."""

    total: float
    parts: dict[str, float]


def scored(month: Month, weights: Mapping[str, float]) -> Score:
    """Weigh the parts of a month; weights may add up to anything."""
    whole = sum(weights.values())
    parts = {name: 100 * weights[name] * share / whole for name, share in month.shares().items()}
    return Score(sum(parts.values()), parts)


def slope(values: list[float]) -> float:
    """Return the points a month that a straight line through the values rises (least squares)."""
    n = len(values)
    if n < 2:
        return 0.0
    middle, mean = (n - 1) / 2, sum(values) / n
    return sum((x - middle) * (y - mean) for x, y in enumerate(values)) / sum((x - middle) ** 2 for x in range(n))


def examined(rows: Iterable[Row], weights: Mapping[str, float], bands: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return each account with its health now, the way it goes, and why; the worst first."""
    months: dict[str, dict[str, Month]] = {}
    for number, row in enumerate(rows, 1):
        account, month = (_word(row, key, number) for key in ("account", "month"))
        if month in months.setdefault(account, {}):
            raise ToolError("bad_arguments", f"row {number}: {shortened(account)} has {shortened(month)} twice")
        months[account][month] = _month(row, number)
    found = [_account(name, [one for _, one in sorted(by.items())], weights, bands) for name, by in months.items()]
    return sorted(found, key=lambda one: float(one["score"]))


def _account(
    name: str, months: list[Month], weights: Mapping[str, float], bands: Mapping[str, float]
) -> dict[str, Any]:
    scores = [scored(month, weights) for month in months]
    now, rise = scores[-1], slope([score.total for score in scores[-3:]])
    whole = sum(weights.values())
    reasons = months[-1].reasons()
    lost = {part: 100 * weights[part] / whole - points for part, points in now.parts.items()}
    return {
        "account": name,
        "score": round(now.total, 1),
        "band": "green" if now.total >= bands["green"] else "amber" if now.total >= bands["amber"] else "red",
        "trend": "steady" if abs(rise) < _STEADY else "rising" if rise > 0 else "falling",
        "points_a_month": round(rise, 1),
        "parts": {part: round(points, 1) for part, points in now.parts.items()},
        "reasons": [
            f"-{lost[part]:.1f} {reasons[part]}"
            for part in sorted(lost, key=lambda one: -lost[one])
            if lost[part] > 0.05
        ],
    }


def _month(row: Row, number: int) -> Month:
    values = []
    for name in _COLUMNS:
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
            shown = "missing" if value is None else f"{shortened(str(value))} is no count"
            raise ToolError("bad_arguments", f"row {number}, {name}: {shown}", "a number from 0 up")
        values.append(float(value))
    month = Month(*values)
    if month.active > month.seats or month.urgent > month.tickets:
        raise ToolError(
            "bad_arguments", f"row {number}: a part is larger than its whole", "active of seats, urgent of tickets"
        )
    return month


def _word(row: Row, name: str, number: int) -> str:
    if row.get(name) is None:
        raise ToolError("bad_arguments", f"row {number}: {name} is missing", "each row is one account in one month")
    return str(row[name])
