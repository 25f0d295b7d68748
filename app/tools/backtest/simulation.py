"""A strategy performed day by day on past prices: orders, costs, and limits that refuse an order or end the test.

A wish of one evening is traded at the next day's open and pays for it. Refused is an order that would go over the most
that may be held; what has grown over it by itself is cut back. Too deep a drawdown or too bad a day ends the test: the
next open sells everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.tools.backtest.measures import DAYS_A_YEAR
from app.tools.backtest.strategies import Parameters, Past, Strategy, Weights

_NOTHING = 1e-9


class Prices(NamedTuple):
    """What was paid on each day: opens and closes by symbol, one for each date."""

    dates: Sequence[str]
    opens: Mapping[str, Sequence[float]]
    closes: Mapping[str, Sequence[float]]


class Terms(NamedTuple):
    """What trading costs, as a share of what is traded, and how much may be risked, as shares of the equity."""

    cost: float
    max_position: float | None = None
    max_leverage: float = 1.0
    max_drawdown: float | None = None
    max_daily_loss: float | None = None


class Trade(NamedTuple):
    """One order that was filled."""

    date: str
    symbol: str
    side: str
    units: float
    price: float
    reason: str


class Refusal(NamedTuple):
    """One order that was not, or not wholly, filled, and the limit that said so."""

    date: str
    symbol: str
    limit: str
    wanted: float
    allowed: float
    said: str


class Stop(NamedTuple):
    """The limit that ended the test."""

    date: str
    limit: str
    reached: float
    allowed: float


@dataclass(slots=True)
class Book:
    """What is owned, and everything that happened to it."""

    cash: float
    units: dict[str, float]
    equity: list[float] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    traded: float = 0.0
    paid: float = 0.0
    stop: Stop | None = None

    def worth(self, prices: Mapping[str, Sequence[float]], day: int) -> float:
        """Return cash and holdings at one day's prices."""
        return self.cash + sum(units * prices[symbol][day] for symbol, units in self.units.items())


def perform(prices: Prices, strategy: Strategy, asked: Parameters, terms: Terms, capital: float) -> Book:
    """Perform a strategy from the first day to the last, or until a limit ends it."""
    book = Book(capital, dict.fromkeys(prices.closes, 0.0))
    wanted: Weights = {}
    reason, changed = "", False
    peak, first = capital, math.ceil(strategy.needs(asked))
    for day, date in enumerate(prices.dates):
        if book.stop is not None:
            _trade(book, prices, day, dict.fromkeys(book.units, 0.0), terms, f"stopped by {book.stop.limit}")
            book.equity.append(book.worth(prices.closes, day))
            break
        if day:
            allowed = _within(book, prices, day, wanted if changed else None, terms)
            if allowed is not None:
                _trade(book, prices, day, allowed, terms, reason if changed else "cut back to the limit")
        book.equity.append(book.worth(prices.closes, day))
        peak = max(peak, book.equity[-1])
        book.stop = _over(book.equity, peak, date, terms)
        if book.stop is None and day >= first:
            wish = strategy.wishes(Past(prices.closes, day), asked, wanted)
            changed = _differs(wish.weights, wanted, book.units)
            wanted, reason = wish.weights, wish.reason
    return book


def turnover(book: Book) -> float:
    """Return how often a year the whole equity was traded over, buying and selling counted together."""
    mean = sum(book.equity) / len(book.equity)
    return book.traded / mean / (len(book.equity) / DAYS_A_YEAR) if mean > 0 else 0.0


def _differs(new: Weights, old: Weights, symbols: Mapping[str, float]) -> bool:
    return any(abs(new.get(symbol, 0.0) - old.get(symbol, 0.0)) > _NOTHING for symbol in symbols)


def _within(book: Book, prices: Prices, day: int, wanted: Weights | None, terms: Terms) -> Weights | None:
    """Return the weights that may be traded to, None if there is nothing to trade, and note what was refused."""
    worth = book.worth(prices.opens, day)
    if worth <= 0:
        return None
    held = {symbol: units * prices.opens[symbol][day] / worth for symbol, units in book.units.items()}
    target = dict(held)
    if wanted is not None:
        target = {symbol: wanted.get(symbol, 0.0) for symbol in held}
        for symbol, weight in target.items():
            if terms.max_position is not None and abs(weight) > terms.max_position + _NOTHING:
                _refuse(book, prices.dates[day], symbol, "max_position", abs(weight), terms.max_position)
                target[symbol] = held[symbol]
        if (gross := sum(map(abs, target.values()))) > terms.max_leverage + _NOTHING:
            _refuse(book, prices.dates[day], "all of them", "max_leverage", gross, terms.max_leverage)
            target = dict(held)
    cut = _cut_back(target, terms)
    return cut if wanted is not None or cut != target else None


def _refuse(book: Book, date: str, symbol: str, limit: str, wanted: float, allowed: float) -> None:
    said = f"an order for {wanted:.0%} of the equity; {allowed:.0%} is the most"
    book.refusals.append(Refusal(date, symbol, limit, round(wanted, 4), allowed, said))


def _cut_back(weights: Weights, terms: Terms) -> Weights:
    """Return weights that no drift has carried over a limit."""
    most = math.inf if terms.max_position is None else terms.max_position
    cut = {symbol: math.copysign(min(abs(weight), most), weight) for symbol, weight in weights.items()}
    gross = sum(map(abs, cut.values()))
    if gross <= terms.max_leverage + _NOTHING:
        return cut
    return {symbol: weight * terms.max_leverage / gross for symbol, weight in cut.items()}


def _trade(book: Book, prices: Prices, day: int, target: Weights, terms: Terms, reason: str) -> None:
    """Trade to the weights at the open, and pay for it; sells come first."""
    worth = book.worth(prices.opens, day) / (1 + terms.cost)  # something is kept back for the cost of buying
    orders = {
        symbol: target.get(symbol, 0.0) * worth / prices.opens[symbol][day] - units
        for symbol, units in book.units.items()
    }
    for symbol, units in sorted(orders.items(), key=lambda order: order[1] * prices.opens[order[0]][day]):
        price = prices.opens[symbol][day]
        value = abs(units * price)
        if value < worth * 1e-6:
            continue
        book.units[symbol] += units
        book.cash -= units * price + value * terms.cost
        book.traded += value
        book.paid += value * terms.cost
        side = "buy" if units > 0 else "sell"
        book.trades.append(Trade(prices.dates[day], symbol, side, round(abs(units), 2), round(price, 4), reason))


def _over(equity: Sequence[float], peak: float, date: str, terms: Terms) -> Stop | None:
    """Return the limit that the day has broken, if any; nobody goes on with less than nothing."""
    drawdown = 1 - equity[-1] / peak
    loss = 1 - equity[-1] / equity[-2] if len(equity) > 1 else 0.0
    for limit, reached, allowed in (
        ("max_daily_loss", loss, terms.max_daily_loss),
        ("max_drawdown", drawdown, terms.max_drawdown),
        ("ruin", drawdown, 0.99),
    ):
        if allowed is not None and reached > allowed:
            return Stop(date, limit, round(reached, 4), allowed)
    return None
