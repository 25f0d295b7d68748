"""Series of numbers carried on: simple smoothing, Holt's trend, Holt and Winters' season, and a straight line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

_STEPS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
_SLOW_STEPS = (0.02, 0.1, 0.3, 0.6)


class Fit(NamedTuple):
    """A method fitted to a series: what it says of so many steps ahead, and how its errors grow with them."""

    parameters: dict[str, float]
    ahead: Callable[[int], float]
    spread: Callable[[int], float]  # the standard error of that step
    errors: list[float]


def simple(values: Sequence[float], _season: int) -> Fit:
    """Smooth to one level; every step ahead is that level."""
    return _best([_simple(values, alpha) for alpha in _STEPS])


def holt(values: Sequence[float], _season: int) -> Fit:
    """Smooth to a level and a trend."""
    return _best([_holt(values, alpha, beta) for alpha, beta in product(_STEPS, _SLOW_STEPS)])


def holt_winters(values: Sequence[float], season: int) -> Fit:
    """Smooth to a level, a trend and what each place of the season adds."""
    steps = product(_STEPS, _SLOW_STEPS, _SLOW_STEPS)
    return _best([_holt_winters(values, season, *step) for step in steps])


def regression(values: Sequence[float], season: int) -> Fit:
    """Lay a straight line by least squares, with a height of its own for each place of the season."""
    count, season = len(values), max(season, 1)
    places = [range(place, count, season) for place in range(season)]
    middles = [(sum(place) / len(place), math.fsum(values[t] for t in place) / len(place)) for place in places]
    inside = [(t - middles[t % season][0], values[t] - middles[t % season][1]) for t in range(count)]
    width = math.fsum(x * x for x, _ in inside)
    slope = math.fsum(x * y for x, y in inside) / width
    heights = [height - slope * middle for middle, height in middles]
    errors = [values[t] - heights[t % season] - slope * t for t in range(count)]
    deviation = _deviation(errors, season + 1)

    def spread(step: int) -> float:
        t = count - 1 + step
        place = t % season
        return deviation * math.sqrt(1 + 1 / len(places[place]) + (t - middles[place][0]) ** 2 / width)

    def ahead(step: int) -> float:
        return heights[(count - 1 + step) % season] + slope * (count - 1 + step)

    return Fit({"slope": round(slope, 6)}, ahead, spread, errors)


def _simple(values: Sequence[float], alpha: float) -> Fit:
    level, errors = values[0], []
    for value in values[1:]:
        errors.append(value - level)
        level += alpha * errors[-1]
    end, deviation = level, _deviation(errors, 1)
    return Fit({"alpha": alpha}, lambda _: end, lambda h: deviation * math.sqrt(1 + (h - 1) * alpha**2), errors)


def _holt(values: Sequence[float], alpha: float, beta: float) -> Fit:
    level, trend, errors = values[1], values[1] - values[0], []
    for value in values[2:]:
        errors.append(value - level - trend)
        level += trend + alpha * errors[-1]
        trend += alpha * beta * errors[-1]
    deviation = _deviation(errors, 2)
    last, rise = level, trend

    def spread(h: int) -> float:
        return deviation * math.sqrt(1 + sum((alpha + alpha * beta * j) ** 2 for j in range(1, h)))

    return Fit({"alpha": alpha, "beta": beta}, lambda h: last + rise * h, spread, errors)


def _holt_winters(values: Sequence[float], season: int, alpha: float, beta: float, gamma: float) -> Fit:
    first, second = (math.fsum(values[start : start + season]) / season for start in (0, season))
    trend = (second - first) / season
    level = first + trend * (season - 1) / 2  # the first season's middle, carried to its end
    places = [values[t] - first - trend * (t - (season - 1) / 2) for t in range(season)]
    errors = []
    for t in range(season, len(values)):
        place = t % season
        error = values[t] - level - trend - places[place]
        errors.append(error)
        level += trend + alpha * error
        trend += alpha * beta * error
        places[place] += gamma * (1 - alpha) * error
    deviation, count, last, rise = _deviation(errors, 3), len(values), level, trend

    def spread(h: int) -> float:
        grown = sum(
            (alpha + alpha * beta * j + (gamma * (1 - alpha) if j % season == 0 else 0)) ** 2 for j in range(1, h)
        )
        return deviation * math.sqrt(1 + grown)

    parameters = {"alpha": alpha, "beta": beta, "gamma": gamma}
    return Fit(parameters, lambda h: last + rise * h + places[(count - 1 + h) % season], spread, errors)


def _best(fits: list[Fit]) -> Fit:
    return min(fits, key=lambda fit: math.fsum(error * error for error in fit.errors))


def _deviation(errors: Sequence[float], used: int) -> float:
    return math.sqrt(math.fsum(error * error for error in errors) / max(len(errors) - used, 1))


METHODS: dict[str, Callable[[Sequence[float], int], Fit]] = {
    "simple": simple,
    "holt": holt,
    "holt_winters": holt_winters,
    "regression": regression,
}
