"""Made-up daily bars: a market that never was, the same for everyone who names its seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from app.tools.backtest.measures import DAYS_A_YEAR


class Regime(NamedTuple):
    """A stretch of days with one drift and one volatility, both a year; after the last comes the first again."""

    days: int
    drift: float
    volatility: float


class Bar(NamedTuple):
    """One day of one symbol."""

    date: str
    symbol: str
    open: float
    high: float
    low: float
    close: float


@lru_cache(maxsize=4)  # a play tries several strategies on one market
def bars(
    symbols: tuple[str, ...],
    days: int,
    *,
    seed: int,
    start: date,
    price: float,
    regimes: tuple[Regime, ...],
    correlation: float = 0.0,
) -> tuple[Bar, ...]:
    """Return the bars day by day; `correlation` is how much of each symbol's moves all of them share."""
    chance = random.Random(seed)
    closes = dict.fromkeys(symbols, price)
    own, shared = math.sqrt(1 - correlation), math.sqrt(correlation)
    made: list[Bar] = []
    for day, regime in zip(_weekdays(start, days), _following(regimes), strict=False):
        common = _bell(chance)
        for symbol in symbols:
            noise = shared * common + own * _bell(chance)
            step = regime.drift / DAYS_A_YEAR + regime.volatility / math.sqrt(DAYS_A_YEAR) * noise
            gap = regime.volatility / math.sqrt(DAYS_A_YEAR) * _bell(chance) / 4
            before = closes[symbol]
            opened = max(before * (1 + gap), price / 1_000)
            closed = closes[symbol] = max(before * (1 + step), price / 1_000)
            reach = regime.volatility / math.sqrt(DAYS_A_YEAR) / 2
            high = max(opened, closed) * (1 + reach * chance.random())
            low = min(opened, closed) * (1 - reach * chance.random())
            made.append(Bar(day.isoformat(), symbol, *(round(value, 4) for value in (opened, high, low, closed))))
    return tuple(made)


def _weekdays(start: date, days: int) -> Iterator[date]:
    """Return as many days from a start as are asked for, without Saturdays and Sundays."""
    day = start
    for _ in range(days):
        while day.weekday() > 4:
            day += timedelta(days=1)
        yield day
        day += timedelta(days=1)


def _following(regimes: Sequence[Regime]) -> Iterator[Regime]:
    while True:
        for regime in regimes:
            for _ in range(regime.days):
                yield regime


def _bell(chance: random.Random) -> float:
    """Return a draw that is as good as normal, by additions alone: the same to the last bit on every machine."""
    return sum(chance.random() for _ in range(12)) - 6.0
