"""What a record of daily equity says about itself: return, volatility, Sharpe, Sortino and drawdown."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

DAYS_A_YEAR = 252


class Drawdown(NamedTuple):
    """The deepest fall from a peak: its depth as a share, and the days on which it began, ended and was made good."""

    depth: float
    peak: int
    trough: int
    recovered: int | None


def returns_of(equity: Sequence[float]) -> list[float]:
    """Return the daily returns of a record."""
    return [after / before - 1 for before, after in pairwise(equity)]


def yearly_return(equity: Sequence[float]) -> float:
    """Return the growth a year that would have given the same end."""
    growth = equity[-1] / equity[0]
    return float(growth ** (DAYS_A_YEAR / (len(equity) - 1)) - 1)


def volatility(returns: Sequence[float]) -> float:
    """Return the yearly standard deviation of daily returns."""
    return statistics.stdev(returns) * math.sqrt(DAYS_A_YEAR)


def sharpe(returns: Sequence[float], riskless: float = 0.0) -> float | None:
    """Return the yearly excess return per unit of volatility, or None where nothing moved."""
    return _ratio(returns, riskless, statistics.stdev(returns))


def sortino(returns: Sequence[float], riskless: float = 0.0) -> float | None:
    """Return the same with the losing days alone as the risk, or None where there is none."""
    daily = riskless / DAYS_A_YEAR
    losses = math.fsum(min(0.0, value - daily) ** 2 for value in returns)
    return _ratio(returns, riskless, math.sqrt(losses / len(returns)))


def deepest(equity: Sequence[float]) -> Drawdown:
    """Return the deepest drawdown, measured from the last peak before it; of equals the first."""
    found, peak = Drawdown(0.0, 0, 0, 0), 0
    for day, value in enumerate(equity):
        if value > equity[peak]:
            peak = day
        if (depth := 1 - value / equity[peak]) > found.depth:
            found = Drawdown(depth, peak, day, None)
    if found.depth == 0:
        return found
    top = equity[found.peak]
    back = next((day for day in range(found.trough, len(equity)) if equity[day] >= top), None)
    return found._replace(recovered=back)


def _ratio(returns: Sequence[float], riskless: float, risk: float) -> float | None:
    if risk < 1e-12:  # what rounding alone moves is no risk
        return None
    return (statistics.fmean(returns) - riskless / DAYS_A_YEAR) / risk * math.sqrt(DAYS_A_YEAR)
