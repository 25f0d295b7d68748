"""Successes: how often of so many, and two arms against each other, in pairs or not. Needs scipy.

Pairs: only those count in which the arms differ. McNemar's test in its mid-p form asks whether they favour one side:
the exact form would find too little, the chi-squared one promises too much in small samples (Fagerland, Lydersen and
Laake, 2013). The interval inverts Tango's score test (1998), which still holds where hardly any pair differs.

Apart: Fisher's test, in its mid-p form as well; the interval squares and adds those of Wilson (Newcombe, 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import asin, sqrt
from statistics import NormalDist

from scipy import stats
from scipy.optimize import brentq

from app.batch.statistics.estimate import Estimate, around_zero

COHEN_H = "Cohen's h"
_EDGE = 1e-9  # from certainty, where the score has no variance
_TINY = 1e-12


def wilson(successes: int, count: int, confidence: float) -> tuple[float, float]:
    """Say where a rate lies; near 0 and 1 as well."""
    z = -NormalDist().inv_cdf((1 - confidence) / 2)
    middle, reach = successes + z * z / 2, z * sqrt(successes * (count - successes) / count + z * z / 4)
    low = (middle - reach) / (count + z * z) if successes else 0.0
    return low, (middle + reach) / (count + z * z) if successes < count else 1.0


def paired(a: Sequence[float], b: Sequence[float], confidence: float) -> Estimate:
    """Compare arms that met the same tasks."""
    count = len(a)
    lost = sum(before > after for before, after in zip(a, b, strict=True))
    won = sum(after > before for before, after in zip(a, b, strict=True))
    p = mcnemar(won, lost)
    low, high = around_zero(*tango(won, lost, count, confidence), p, confidence)
    rate_a, rate_b = sum(a) / count, sum(b) / count
    return Estimate(
        a=rate_a,
        b=rate_b,
        difference=(won - lost) / count,
        p=p,
        test="McNemar, mid-p",
        effect=cohen_h(rate_a, rate_b),
        effect_name=COHEN_H,
        ahead=(won + (count - won - lost) / 2) / count,
        spread=sqrt(
            (won + lost + 1) / (count + 2)
        ),  # one more that differs: none seen does not mean that there is none
        low=low,
        high=high,
        differ=won + lost,
    )


def apart(a: Sequence[float], b: Sequence[float], confidence: float) -> Estimate:
    """Compare arms that met tasks of their own."""
    wins_a, wins_b = round(sum(a)), round(sum(b))
    rate_a, rate_b = wins_a / len(a), wins_b / len(b)
    p = fisher(wins_a, len(a), wins_b, len(b))
    low, high = around_zero(*newcombe(wins_a, len(a), wins_b, len(b), confidence), p, confidence)
    return Estimate(
        a=rate_a,
        b=rate_b,
        difference=rate_b - rate_a,
        p=p,
        test="Fisher, mid-p",
        effect=cohen_h(rate_a, rate_b),
        effect_name=COHEN_H,
        ahead=(1 + rate_b - rate_a) / 2,
        spread=sqrt(_would_differ(_shrunk(wins_a, len(a)), _shrunk(wins_b, len(b)))),
        low=low,
        high=high,
    )


def mcnemar(won: int, lost: int) -> float:
    """Ask whether the pairs that differ favour one side: what is as rare counts half."""
    if won == lost:
        return 1.0
    rarer, differ = min(won, lost), won + lost
    return float(stats.binom.cdf([rarer - 1, rarer], differ, 0.5).sum())


def tango(won: int, lost: int, count: int, confidence: float) -> tuple[float, float]:
    """Find the differences at which the score test of a paired difference would not reject."""
    z = -NormalDist().inv_cdf((1 - confidence) / 2)
    seen = (won - lost) / count

    def score(difference: float) -> float:
        """How far what was seen lies from a true difference, in standard deviations."""
        # The likeliest share of pairs lost if the difference is true: a root of a quadratic.
        half = -won - lost + (2 * count - won + lost) * difference
        product = -lost * difference * (1 - difference)
        share = (sqrt(max(half * half - 8 * count * product, 0.0)) - half) / (4 * count)
        variance = count * max(2 * share + difference * (1 - difference), 0.0)
        return float((won - lost - count * difference) / sqrt(max(variance, _TINY)))

    return _root(lambda at: score(at) - z, -1 + _EDGE, seen), _root(lambda at: score(at) + z, seen, 1 - _EDGE)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    if low >= high or function(low) * function(high) > 0:  # the interval reaches the end of what is possible
        return max(-1.0, min(1.0, round(low if abs(low) > abs(high) else high)))
    return float(brentq(function, low, high, xtol=1e-9))


def fisher(wins_a: int, count_a: int, wins_b: int, count_b: int) -> float:
    """Ask whether successes favour one arm, given how many there are: what is as rare counts half."""
    drawn = count_a + count_b, wins_a + wins_b, count_b
    half = stats.hypergeom.pmf(wins_b, *drawn) / 2
    smaller = min(stats.hypergeom.cdf(wins_b, *drawn), stats.hypergeom.sf(wins_b - 1, *drawn))
    return float(min(1.0, 2 * (smaller - half)))


def newcombe(wins_a: int, count_a: int, wins_b: int, count_b: int, confidence: float) -> tuple[float, float]:
    """Join the intervals of two rates into that of their difference."""
    rate_a, rate_b = wins_a / count_a, wins_b / count_b
    low_a, high_a = wilson(wins_a, count_a, confidence)
    low_b, high_b = wilson(wins_b, count_b, confidence)
    difference = rate_b - rate_a
    below = sqrt((rate_b - low_b) ** 2 + (high_a - rate_a) ** 2)
    above = sqrt((high_b - rate_b) ** 2 + (rate_a - low_a) ** 2)
    return difference - below, difference + above


def cohen_h(a: float, b: float) -> float:
    """Say how far two rates are apart, in a unit that means the same near the ends."""
    return 2 * asin(sqrt(b)) - 2 * asin(sqrt(a))


def _shrunk(wins: int, count: int) -> float:
    """Take a rate as if one more had succeeded and one more failed, so that it never says that it knows everything."""
    return (wins + 1) / (count + 2)


def _would_differ(a: float, b: float) -> float:
    """Say how often two runs differ that have nothing to do with each other."""
    return a * (1 - b) + b * (1 - a)
