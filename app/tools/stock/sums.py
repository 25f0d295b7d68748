"""The sums behind `stock.*`: smoothing, Croston's method, safety stock and the economic order quantity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from statistics import NormalDist
from typing import NamedTuple

STEPS = tuple(step / 10 for step in range(1, 10))  # smoothing constants that are tried
TREND_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5)
CROSTON_STEP = 0.1
INTERMITTENT = 1.32  # mean periods between two demands from which Croston's method is better (Syntetos and Boylan)
ENOUGH_FOR_A_TREND = 5  # periods; with fewer, two of them would decide where it all goes
YEAR = 365


class Forecast(NamedTuple):
    """What is expected, and how far off the method was so far, one period ahead each time."""

    method: str
    values: list[float]
    error: float  # mean absolute error
    deviation: float  # root of the mean squared error


class Item(NamedTuple):
    """One thing on a shelf; demand is per day."""

    name: str
    on_hand: float
    on_order: float
    demand: float
    deviation: float
    lead_days: float
    lead_deviation: float = 0.0
    order_cost: float | None = None
    holding_cost: float | None = None
    minimum: float = 0.0
    pack: float = 1.0
    unit_cost: float | None = None


class Order(NamedTuple):
    """What follows for one item."""

    safety: int
    point: int
    economic: float | None
    quantity: float
    cover: float | None  # days; None when nothing is sold
    late: bool  # the shelf is empty before an order of today arrives


def forecast_of(sold: list[float], ahead: int, method: str = "auto") -> Forecast:
    """Forecast so many periods with the method asked for, or with the one that fits."""
    if method == "auto":
        if intermittent(sold):
            return _croston(sold, ahead)
        if len(sold) < ENOUGH_FOR_A_TREND:
            return _simple(sold, ahead)
        return min((_simple(sold, ahead), _holt(sold, ahead)), key=lambda forecast: forecast.deviation)
    return _METHODS[method](sold, ahead)


def intermittent(sold: list[float]) -> bool:
    """Say whether demand comes only now and then."""
    demands = sum(amount > 0 for amount in sold)
    return bool(demands) and len(sold) / demands >= INTERMITTENT


def simple_levels(sold: list[float], step: float) -> list[float]:
    """Return the level before each period and after the last: one more than there are periods."""
    levels = [sold[0]]
    for amount in sold:
        levels.append(levels[-1] + step * (amount - levels[-1]))
    return levels


def holt_states(sold: list[float], step: float, trend_step: float) -> list[tuple[float, float]]:
    """Return level and trend before the second period, and after each period from there on."""
    level, trend = sold[0], sold[1] - sold[0] if len(sold) > 1 else 0.0
    states = [(level, trend)]
    for amount in sold[1:]:
        before, level = level, step * amount + (1 - step) * (level + trend)
        trend = trend_step * (level - before) + (1 - trend_step) * trend
        states.append((level, trend))
    return states


def croston_rates(sold: list[float], step: float = CROSTON_STEP) -> list[float]:
    """Return the demand per period expected before each period and after the last, corrected for its bias."""
    size = next((amount for amount in sold if amount > 0), 0.0)
    interval, since, rates = max(1.0, len(sold) / max(1, sum(amount > 0 for amount in sold))), 1, []
    for amount in sold:
        rates.append((1 - step / 2) * size / interval)
        if amount > 0:
            size += step * (amount - size)
            interval += step * (since - interval)
            since = 1
        else:
            since += 1
    return [*rates, (1 - step / 2) * size / interval]


def ordered(item: Item, service: float, cover_days: float) -> Order:
    """Decide about one item: where its reorder point is, and whether and how much to order today."""
    spread = math.sqrt(item.lead_days * item.deviation**2 + item.demand**2 * item.lead_deviation**2)
    safety = _up(NormalDist().inv_cdf(service) * spread)
    point = _up(item.demand * item.lead_days + NormalDist().inv_cdf(service) * spread)
    economic = None
    if item.order_cost is not None and item.holding_cost:
        economic = math.sqrt(2 * item.demand * YEAR * item.order_cost / item.holding_cost)
    position = item.on_hand + item.on_order
    quantity = 0.0
    if position <= point and item.demand > 0:
        usual = economic if economic is not None else item.demand * cover_days
        quantity = _up(max(usual, item.minimum, point - position, 1) / item.pack) * item.pack
    cover = item.on_hand / item.demand if item.demand > 0 else None
    return Order(safety, point, economic, quantity, cover, cover is not None and cover < item.lead_days)


def _simple(sold: list[float], ahead: int) -> Forecast:
    def tried(step: float) -> Forecast:
        levels = simple_levels(sold, step)
        return _judged("simple", [levels[-1]] * ahead, zip(sold[1:], levels[1:], strict=False))

    return min(map(tried, STEPS), key=lambda forecast: forecast.deviation)


def _holt(sold: list[float], ahead: int) -> Forecast:
    def tried(step: float, trend_step: float) -> Forecast:
        states = holt_states(sold, step, trend_step)
        level, trend = states[-1]
        values = [max(0.0, level + trend * period) for period in range(1, ahead + 1)]
        # The first step of the trend is what it began with, so it is no test of it.
        return _judged("holt", values, ((now, sum(state)) for now, state in zip(sold[2:], states[1:], strict=False)))

    tries = (tried(step, trend_step) for step in STEPS for trend_step in TREND_STEPS)
    return min(tries, key=lambda forecast: forecast.deviation)


def _croston(sold: list[float], ahead: int) -> Forecast:
    rates = croston_rates(sold)
    return _judged("croston", [rates[-1]] * ahead, zip(sold[1:], rates[1:], strict=False))


def _judged(method: str, values: list[float], pairs: Iterable[tuple[float, float]]) -> Forecast:
    misses = [now - expected for now, expected in pairs] or [0.0]
    error = sum(map(abs, misses)) / len(misses)
    return Forecast(method, values, error, math.sqrt(sum(miss * miss for miss in misses) / len(misses)))


def _up(value: float) -> int:
    """Round up, but not because of what is only the dust of earlier sums."""
    return math.ceil(round(value, 9))


_METHODS: dict[str, Callable[[list[float], int], Forecast]] = {"simple": _simple, "holt": _holt, "croston": _croston}
