"""What a pipeline will bring by the end of its quarter, how wide the guess is, and how wrong it was before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.document.suggest import did_you_mean, shortened
from app.tools.base import ToolError
from app.tools.rows import Row

_Z = 1.281552  # 80 % of a normal distribution lies within


@dataclass(frozen=True, slots=True)
class Deal:
    """Something that may be sold."""

    id: str
    stage: str
    amount: float
    age: float  # days since it was opened
    quarter: str = ""
    won: bool = False


class Chances(NamedTuple):
    """How likely a stage is to be won, and from which age on less so."""

    stages: Mapping[str, float]
    typical: float  # days; a deal twice as old has half the chance

    def of(self, deal: Deal) -> float:
        """Return the chance of a deal, from 0 to 1."""
        if deal.stage not in self.stages:
            hint = did_you_mean(deal.stage, self.stages)
            shown = f'deal "{shortened(deal.id)}": nothing is known of the stage "{shortened(deal.stage)}"'
            raise ToolError("bad_arguments", shown, hint)
        return self.stages[deal.stage] * min(1.0, self.typical / max(deal.age, 1e-9))


class Guess(NamedTuple):
    """A sum with the range in which it lies four times of five."""

    expected: float
    low: float
    high: float


def deals_of(rows: Iterable[Row], *, past: bool) -> list[Deal]:
    """Read the rows of a pipeline; of a past one also its quarter and what was won."""
    return [_deal(number, row, past=past) for number, row in enumerate(rows, 1)]


def learned(deals: Iterable[Deal], typical: float) -> dict[str, float]:
    """Learn from the past what a stage is worth: the share of its money that was won, its age taken into account."""
    won: dict[str, float] = {}
    open_money: dict[str, float] = {}
    for deal in deals:
        weight = deal.amount * min(1.0, typical / max(deal.age, 1e-9))
        open_money[deal.stage] = open_money.get(deal.stage, 0.0) + weight
        won[deal.stage] = won.get(deal.stage, 0.0) + deal.amount * deal.won
    return {stage: min(1.0, won[stage] / money) if money else 0.0 for stage, money in open_money.items()}


def guessed(deals: Iterable[Deal], chances: Chances) -> Guess:
    """Add up what deals are expected to bring; each is won or not, by itself."""
    pairs = [(deal.amount, chances.of(deal)) for deal in deals]
    expected = math.fsum(amount * chance for amount, chance in pairs)
    spread = _Z * math.sqrt(math.fsum(amount * amount * chance * (1 - chance) for amount, chance in pairs))
    most = math.fsum(amount for amount, _ in pairs)
    return Guess(expected, max(0.0, expected - spread), min(most, expected + spread))


def tested_back(history: list[Deal], given: Mapping[str, float] | None, typical: float) -> list[dict[str, Any]]:
    """Guess each past quarter from the others alone, and compare with what it brought."""
    results = []
    for quarter in dict.fromkeys(deal.quarter for deal in history):
        inside = [deal for deal in history if deal.quarter == quarter]
        others = [deal for deal in history if deal.quarter != quarter]
        if not (given or others):
            raise ToolError("bad_arguments", "one quarter alone tests nothing", "give two, or the chances of `stages`")
        expected = guessed(inside, Chances(given or learned(others, typical), typical)).expected
        actual = math.fsum(deal.amount for deal in inside if deal.won)
        error = 100 * (expected - actual) / actual if actual else None
        results.append(
            {
                "quarter": quarter,
                "expected": round(expected),
                "actual": round(actual),
                "error_percent": None if error is None else round(error, 1),
            }
        )
    return results


def _deal(number: int, row: Row, *, past: bool) -> Deal:
    for name in ("id", "stage", "amount", "age_days", *(("quarter", "won") if past else ())):
        if row.get(name) is None:
            raise ToolError("bad_arguments", f"row {number}: {name} is missing", "each deal has one")
    for name in ("amount", "age_days"):
        value = row[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e12:
            raise ToolError("bad_arguments", f"row {number}, {name}: {shortened(str(value))} is no amount from 0 up")
    if past and row["won"] not in (True, False):
        raise ToolError("bad_arguments", f"row {number}, won: {shortened(str(row['won']))} is not true or false")
    return Deal(
        id=str(row["id"]),
        stage=str(row["stage"]),
        amount=float(row["amount"]),
        age=float(row["age_days"]),
        quarter=str(row["quarter"]) if past else "",
        won=bool(row["won"]) if past else False,
    )
