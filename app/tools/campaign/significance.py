"""Two samples compared: shares by a z test with Newcombe's interval, means by Welch; with the size that was needed."""

from __future__ import annotations

from math import ceil, exp, inf, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any, NamedTuple

_NORMAL = NormalDist()
_LEAST = 2  # of anything, to compare it at all
_NOTHING = 1e-12  # an error below it is the dust of sums


class Sample(NamedTuple):
    """What is known of one variant: how many, and either how many hits or a mean with its deviation."""

    name: str
    n: int
    hits: int | None = None
    mean: float = 0.0
    deviation: float = 0.0


def sample_of(given: dict[str, Any]) -> Sample:
    """Read a sample; raises ValueError with what is wrong with it."""
    name = given.get("name", "")
    if (values := given.get("values")) is not None:
        if len(values) < _LEAST:
            raise ValueError(f"{len(values)} values are too few to know how far they lie apart")
        return Sample(name, len(values), None, fmean(values), stdev(values))
    n, hits = given.get("n"), given.get("hits")
    if n is None or n < _LEAST:
        raise ValueError(f"n is {n}, and at least {_LEAST} are needed to compare anything")
    if hits is not None:
        if hits > n:
            raise ValueError(f"{hits:,} hits among {n:,}")
        return Sample(name, n, hits)
    if given.get("mean") is None or given.get("deviation") is None:
        raise ValueError("there are neither hits nor a mean with its deviation")
    return Sample(name, n, None, given["mean"], given["deviation"])


def compare_shares(a: Sample, b: Sample, matters: float, confidence: float, power: float) -> dict[str, Any]:
    """Compare two shares."""
    hits_a, hits_b = a.hits or 0, b.hits or 0
    share_a, share_b = hits_a / a.n, hits_b / b.n
    pooled = (hits_a + hits_b) / (a.n + b.n)
    error = sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n))
    z = (share_b - share_a) / error if error else 0.0
    critical = _NORMAL.inv_cdf(0.5 + confidence / 2)
    return _told(
        a,
        b,
        values=(share_a, share_b),
        p=2 * _NORMAL.cdf(-abs(z)),
        interval=newcombe(hits_a, a.n, hits_b, b.n, critical),
        needed=shares_needed(share_a, matters, confidence, power),
        matters=matters,
        confidence=confidence,
    ) | {"z": round(z, 3)}


def compare_means(a: Sample, b: Sample, matters: float, confidence: float, power: float) -> dict[str, Any]:
    """Compare two means that may spread differently."""
    spread_a, spread_b = a.deviation**2 / a.n, b.deviation**2 / b.n
    error = sqrt(spread_a + spread_b)
    difference = b.mean - a.mean
    if error > _NOTHING:
        freedom = (spread_a + spread_b) ** 2 / (spread_a**2 / (a.n - 1) + spread_b**2 / (b.n - 1))
        t = difference / error
        p = 2 * student_tail(abs(t), freedom)
    else:  # nothing varies, so any difference is one
        error = 0.0
        freedom, t, p = float(a.n + b.n - 2), inf if difference else 0.0, 0.0 if difference else 1.0
    reach = student_quantile(0.5 + confidence / 2, freedom) * error
    return _told(
        a,
        b,
        values=(a.mean, b.mean),
        p=p,
        interval=(difference - reach, difference + reach),
        needed=means_needed(a.deviation, b.deviation, matters, confidence, power),
        matters=matters,
        confidence=confidence,
    ) | {"t": round(t, 3) if t < inf else None, "freedom": round(freedom, 1)}


def newcombe(hits_a: int, n_a: int, hits_b: int, n_b: int, critical: float) -> tuple[float, float]:
    """Return the interval of a difference of shares; unlike the simple one it holds near 0 and 1."""
    (low_a, high_a), (low_b, high_b) = wilson(hits_a, n_a, critical), wilson(hits_b, n_b, critical)
    share_a, share_b = hits_a / n_a, hits_b / n_b
    difference = share_b - share_a
    below = sqrt((share_b - low_b) ** 2 + (high_a - share_a) ** 2)
    above = sqrt((high_b - share_b) ** 2 + (share_a - low_a) ** 2)
    return max(difference - below, -1.0), min(difference + above, 1.0)


def wilson(hits: int, n: int, critical: float) -> tuple[float, float]:
    """Return the interval of one share."""
    share, square = hits / n, critical**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = critical / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n**2))
    return middle - reach, middle + reach


def shares_needed(share: float, matters: float, confidence: float, power: float) -> int:
    """Return how many each side needs so that such a difference is found with that power."""
    other = share + matters if share + matters <= 1 else max(share - matters, 0.0)
    apart = abs(other - share)  # less than what matters, where neither side of the share has room for it
    alpha, beta = _NORMAL.inv_cdf(0.5 + confidence / 2), _NORMAL.inv_cdf(power)
    middle = (share + other) / 2
    root = alpha * sqrt(2 * middle * (1 - middle)) + beta * sqrt(share * (1 - share) + other * (1 - other))
    return max(ceil((root / apart) ** 2), _LEAST)


def means_needed(deviation_a: float, deviation_b: float, matters: float, confidence: float, power: float) -> int:
    """Return how many each side needs so that such a difference of means is found with that power."""
    alpha, beta = _NORMAL.inv_cdf(0.5 + confidence / 2), _NORMAL.inv_cdf(power)
    return max(ceil((deviation_a**2 + deviation_b**2) * ((alpha + beta) / matters) ** 2), _LEAST)


def student_tail(t: float, freedom: float) -> float:
    """Return the chance that Student's t exceeds a t of 0 or more."""
    return 0.5 * _beta_share(freedom / (freedom + t * t), freedom / 2, 0.5)


def student_quantile(chance: float, freedom: float) -> float:
    """Return the t which is exceeded with a chance of 1 - chance; chance is at least one half."""
    low, high = 0.0, 1.0
    while student_tail(high, freedom) > 1 - chance:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, freedom) > 1 - chance else (low, middle)
    return (low + high) / 2


def _beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_share(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    tiny = 1e-300
    fraction, upper, lower = 1.0, 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1) or tiny)
    fraction = lower
    for number in range(1, 1_000):
        even = number * (b - number) * x / ((a + 2 * number - 1) * (a + 2 * number))
        odd = -(a + number) * (a + b + number) * x / ((a + 2 * number) * (a + 2 * number + 1))
        for term in (even, odd):
            lower = 1.0 / (1.0 + term * lower or tiny)
            upper = 1.0 + term / upper or tiny
            fraction *= lower * upper
        if abs(lower * upper - 1.0) < 1e-14:
            break
    return front * fraction


def _told(
    a: Sample,
    b: Sample,
    *,
    values: tuple[float, float],
    p: float,
    interval: tuple[float, float],
    needed: int,
    matters: float,
    confidence: float,
) -> dict[str, Any]:
    names = a.name or "a", b.name or "b"
    missing = max(needed - a.n, 0), max(needed - b.n, 0)
    verdict, because = _verdict(names, values, p, interval, needed, missing, matters, confidence)
    return {
        "verdict": verdict,
        "because": because,
        "a": {"name": names[0], "n": a.n, "value": round(values[0], 4)},
        "b": {"name": names[1], "n": b.n, "value": round(values[1], 4)},
        "difference": round(values[1] - values[0], 4),
        "interval": [round(interval[0], 4), round(interval[1], 4)],
        "p": round(p, 4),
        "needed": needed,
        "missing": max(missing),
    }


def _verdict(
    names: tuple[str, str],
    values: tuple[float, float],
    p: float,
    interval: tuple[float, float],
    needed: int,
    missing: tuple[int, int],
    matters: float,
    confidence: float,
) -> tuple[str, str]:
    """Decide in words. Too few comes first: a difference found early is often gone later."""
    if any(missing):
        return "not enough data", f"each side needs {needed:,}; {missing[0]:,} and {missing[1]:,} are missing"
    if p < 1 - confidence:
        better = names[values[1] > values[0]]
        return f"{better} is higher", f"so large a difference comes by chance in {p:.1%} of such tests"
    if -matters < interval[0] and interval[1] < matters:
        return "no difference that matters", f"whatever there is, it is smaller than {matters:g}"
    return "no difference found", f"what was seen comes by chance in {p:.0%} of such tests"
