"""What every method gives back: the difference of two arms, how surely it is known, and how widely pairs scatter."""

from __future__ import annotations

from typing import NamedTuple


class Estimate(NamedTuple):
    """B against A as one method sees it, before anything is judged."""

    a: float
    b: float
    difference: float
    p: float
    test: str
    effect: float
    effect_name: str
    ahead: float  # the share of pairs in which B is larger, ties counting half
    spread: float  # standard deviation of the difference within a pair
    low: float | None = None
    high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    differ: int | None = None  # pairs that differ at all; 0 also where all values of arms that are apart are one


def around_zero(low: float, high: float, p: float, confidence: float) -> tuple[float, float]:
    """Let the interval hold zero where the test does not reject it, so that the two never say different things."""
    return (low, high) if p < 1 - confidence else (min(low, 0.0), max(high, 0.0))
