"""How much data it takes: the difference that so many pairs would show, and the pairs that a difference needs.

Normal approximations. "Would show" means four times out of five.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from math import ceil, sqrt
from statistics import NormalDist

POWER = 0.8


def pairs_for(difference: float, spread: float, confidence: float, power: float = POWER) -> int:
    """Count the pairs that show a difference of an amount. Half a square more is for not knowing the scatter."""
    reach, turn = _quantile((1 + confidence) / 2), _quantile(power)
    return ceil(((reach + turn) * spread / difference) ** 2 + reach * reach / 2)


def pairs_for_rates(difference: float, differ: float, confidence: float, power: float = POWER) -> int:
    """Count the pairs that show a difference of rates, of which so large a share differs (Connor, 1987)."""
    differ = max(differ, abs(difference))
    reach, turn = _quantile((1 + confidence) / 2), _quantile(power)
    return ceil(((reach * sqrt(differ) + turn * sqrt(differ - difference**2)) / difference) ** 2)


def detectable(pairs: int, spread: float, confidence: float) -> float | None:
    """Find the smallest difference of an amount that so many pairs show."""
    reach, turn = _quantile((1 + confidence) / 2), _quantile(POWER)
    count = pairs - reach * reach / 2
    return (reach + turn) * spread / sqrt(count) if count > 0 and spread > 0 else None


def detectable_rates(pairs: int, differ: float, confidence: float) -> float | None:
    """Find the smallest difference of rates that so many pairs show, in whole points; none where nothing would."""
    points = [point / 100 for point in range(1, 101)]  # the larger the difference, the fewer pairs it needs
    found = bisect_left(points, -pairs, key=lambda point: -pairs_for_rates(point, differ, confidence))
    return points[found] if found < len(points) else None


@lru_cache(maxsize=64)
def _quantile(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
