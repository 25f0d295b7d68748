"""Amounts: cost, time, tokens and marks of two arms, in pairs or not. Needs scipy.

What is compared are means, skewed as they are: a bill is a sum. Logarithms would ask whether the typical run became
cheaper, and could call an arm cheaper whose bill is higher (Thompson and Barber, 2000).

Pairs: a sign-flip test and the interval that belongs to it; neither assumes a shape. Differences of pairs are far less
skewed than the amounts themselves, which is why this holds from eight pairs on. Apart: Welch's test and interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, copysign, exp, sqrt

import numpy as np
from scipy import stats

from app.batch.statistics.estimate import Estimate, around_zero
from app.batch.statistics.measured import FEWEST
from app.batch.statistics.subsets import Array, flip_p, subset_sums

_IN_A_TAIL = 5  # subsets beyond the interval; with fewer a quantile means nothing
_HEDGES = "Hedges' g"
_LARGEST_EFFECT = 10.0
_ROUNDING = 1e-9  # of floats that ought to be equal


def paired(a: Sequence[float], b: Sequence[float], confidence: float) -> Estimate:
    """Compare arms that met the same tasks."""
    left = np.asarray(a, dtype=np.float64)
    right = _but_for_rounding(left, np.asarray(b, dtype=np.float64))
    change = right - left
    count, spread = len(change), float(change.std(ddof=1)) if len(change) > 1 else 0.0
    estimate = Estimate(
        a=float(left.mean()),
        b=float(right.mean()),
        difference=float(change.mean()),
        p=1.0,
        test="none: too few pairs",
        effect=_hedges(left, right),
        effect_name=_HEDGES,
        ahead=float(((change > 0) + (change == 0) / 2).mean()),
        spread=spread if spread > _ROUNDING * abs(float(change.mean())) else 0.0,
        ratio=_ratio(left, right),
        differ=int(np.count_nonzero(change)),
    )
    if count < FEWEST:
        return estimate
    if too_thin(count, confidence) and estimate.spread > 0:
        return _by_student(estimate, left, right, confidence)
    return _by_subsets(estimate, left, right, confidence)


def too_thin(count: int, confidence: float) -> bool:
    """Whether subsets of so many values cannot tell what lies in a tail."""
    return min(1 << count, 1 << 14) * (1 - confidence) / 2 < _IN_A_TAIL


def _by_subsets(estimate: Estimate, left: Array, right: Array, confidence: float) -> Estimate:
    sums_a, change, sizes = subset_sums(np.vstack([left, right - left, np.ones_like(left)]))
    p = float(flip_p(change, float(np.abs(right - left).sum())))
    low, high = around_zero(*_quantiles(change / sizes, confidence), p, confidence)
    estimate = estimate._replace(p=p, test="sign flips of the mean", low=low, high=high)
    if estimate.ratio is None or not (sums_a > 0).all():
        return estimate
    smaller, larger = _quantiles((sums_a + change) / sums_a, confidence)
    return _with_ratio(estimate, smaller, larger, confidence)


def _by_student(estimate: Estimate, left: Array, right: Array, confidence: float) -> Estimate:
    """Go by Student's t where the tail asked for, at an early look, is thinner than subsets can tell."""
    count = len(left)
    error = estimate.spread / sqrt(count)
    reach = float(stats.t.isf((1 - confidence) / 2, count - 1))
    p = float(2 * stats.t.sf(abs(estimate.difference) / error, count - 1))
    low, high = estimate.difference - reach * error, estimate.difference + reach * error
    estimate = estimate._replace(p=p, test="Student's t of the pairs", low=low, high=high)
    if not estimate.ratio:
        return estimate
    relative = float((right - estimate.ratio * left).std(ddof=1)) / (sqrt(count) * estimate.b)
    return _with_ratio(
        estimate, estimate.ratio * exp(-reach * relative), estimate.ratio * exp(reach * relative), confidence
    )


def apart(a: Sequence[float], b: Sequence[float], confidence: float) -> Estimate:
    """Compare arms that met tasks of their own."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    fewer = min(len(left), len(right))
    enough = fewer >= FEWEST
    estimate = Estimate(
        a=float(left.mean()),
        b=float(right.mean()),
        difference=_difference(left, right),
        p=1.0,
        test="none: too few values",
        effect=_hedges(left, right),
        effect_name=_HEDGES,
        ahead=_ahead(left, right),
        spread=sqrt(left.var(ddof=1) + right.var(ddof=1)) if fewer > 1 else 0.0,
        ratio=_ratio(left, right),
        differ=0 if _all_the_same(left, right) else None,
    )
    return _by_welch(estimate, left, right, confidence) if enough else estimate


def _by_welch(estimate: Estimate, left: Array, right: Array, confidence: float) -> Estimate:
    var_a, var_b = left.var(ddof=1) / len(left), right.var(ddof=1) / len(right)
    error = sqrt(var_a + var_b)
    if error <= _ROUNDING * max(abs(estimate.a), abs(estimate.b)):  # neither arm scatters at all
        p = 2 / comb(len(left) + len(right), len(left)) if estimate.difference else 1.0
        low, high = estimate.difference, estimate.difference
        ratio = estimate.ratio
        return estimate._replace(p=p, test="labels exchanged", low=low, high=high, ratio_low=ratio, ratio_high=ratio)
    freedom = (var_a + var_b) ** 2 / (var_a**2 / (len(left) - 1) + var_b**2 / (len(right) - 1))
    reach = float(stats.t.isf((1 - confidence) / 2, freedom))
    p = float(2 * stats.t.sf(abs(estimate.difference) / error, freedom))
    low, high = estimate.difference - reach * error, estimate.difference + reach * error
    estimate = estimate._replace(p=p, test="Welch's t", low=low, high=high)
    if not estimate.ratio:
        return estimate
    relative = sqrt(var_a / estimate.a**2 + var_b / estimate.b**2)
    return _with_ratio(
        estimate, estimate.ratio * exp(-reach * relative), estimate.ratio * exp(reach * relative), confidence
    )


def _quantiles(values: Array, confidence: float) -> tuple[float, float]:
    """Give the values between which so many lie, each rounded outwards."""
    at = int((1 - confidence) / 2 * (len(values) - 1))
    ordered = np.partition(values, (at, len(values) - 1 - at))
    return float(ordered[at]), float(ordered[-1 - at])


def _with_ratio(estimate: Estimate, low: float, high: float, confidence: float) -> Estimate:
    below, above = around_zero(low - 1, high - 1, estimate.p, confidence)
    return estimate._replace(ratio_low=1 + below, ratio_high=1 + above)


def _ratio(left: Array, right: Array) -> float | None:
    """Of the means, where neither can be below nothing."""
    if left.mean() <= 0 or min(left.min(), right.min()) < 0:
        return None
    return 1 + _difference(left, right) / float(left.mean())


def _but_for_rounding(left: Array, right: Array) -> Array:
    """Give the right side of pairs; what differs by no more than floats round is equal."""
    return np.where(np.abs(right - left) <= _ROUNDING * np.maximum(np.abs(left), np.abs(right)), left, right)


def _difference(left: Array, right: Array) -> float:
    """Of the means, unless it is the dust of two sums that ought to be equal."""
    a, b = float(left.mean()), float(right.mean())
    return b - a if abs(b - a) > _ROUNDING * max(abs(a), abs(b)) else 0.0


def _hedges(left: Array, right: Array) -> float:
    """Say how far means are apart, in standard deviations of the runs, corrected for small samples."""
    difference = _difference(left, right)
    if difference == 0 or min(len(left), len(right)) < 2:
        return 0.0
    spread = sqrt((left.var(ddof=1) + right.var(ddof=1)) / 2)
    freedom = len(left) + len(right) - 2
    effect = difference / spread * (1 - 3 / (4 * freedom - 1)) if spread else copysign(_LARGEST_EFFECT, difference)
    return max(-_LARGEST_EFFECT, min(_LARGEST_EFFECT, effect))


def _ahead(left: Array, right: Array) -> float:
    """Say how often a value of the right is above one of the left: U of Mann and Whitney, as a share."""
    ordered = np.sort(left)
    below, equal_too = np.searchsorted(ordered, right, "left"), np.searchsorted(ordered, right, "right")
    return float((below + equal_too).mean() / (2 * len(left)))


def _all_the_same(left: Array, right: Array) -> bool:
    both = np.concatenate([left, right])
    return float(np.ptp(both)) <= _ROUNDING * float(np.abs(both).max())
