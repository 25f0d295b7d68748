"""From an estimate to a verdict, alone or among several. Needs no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from statistics import NormalDist

from app.batch.statistics.estimate import Estimate
from app.batch.statistics.measured import (
    ALIKE,
    FEWEST,
    Comparison,
    Measure,
    Size,
    Verdict,
    higher_is_better,
    is_relative,
)
from app.batch.statistics.power import POWER, detectable, detectable_rates, pairs_for, pairs_for_rates
from app.batch.statistics.telling import told

# Where Cohen (1988) put the words, for h and for g alike.
_SIZES: tuple[tuple[float, Size], ...] = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"))


def judged(empty: Comparison, estimate: Estimate) -> Comparison:
    """Say what an estimate means, for a comparison of which only the counts are known."""
    measure, relative = empty.measure, is_relative(empty.measure)
    comparison = replace(
        empty,
        a=estimate.a,
        b=estimate.b,
        difference=estimate.difference,
        low=estimate.low,
        high=estimate.high,
        ratio=estimate.ratio if relative else None,
        ratio_low=estimate.ratio_low if relative else None,
        ratio_high=estimate.ratio_high if relative else None,
        p=estimate.p,
        test=estimate.test,
        effect=estimate.effect,
        effect_name=estimate.effect_name,
        size=size(estimate.effect),
        ahead=estimate.ahead if higher_is_better(measure) else 1 - estimate.ahead,
        differ=estimate.differ,
        detectable=_detectable(measure, estimate, empty.pairs, empty.confidence),
        needed=_needed(measure, estimate, empty.margin, empty.confidence),
    )
    if comparison.is_too_alike and comparison.p >= 1 - comparison.confidence:
        needed = max(comparison.needed or 0, _until_enough_differ(comparison))
        return worded(replace(comparison, verdict="not enough data", detectable=None, needed=needed))
    return worded(replace(comparison, verdict=verdict_of(comparison)))


def certain(comparison: Comparison) -> Comparison:
    """Judge pairs that leave nothing to chance: what is equal in each of them is the same."""
    if not comparison.is_equal:
        return comparison
    exact = replace(comparison, low=0.0, high=0.0, ratio_low=comparison.ratio, ratio_high=comparison.ratio)
    return worded(replace(exact, verdict="same", detectable=None, needed=None))


def worded(comparison: Comparison, together: int = 1) -> Comparison:
    """Add the sentence."""
    return replace(comparison, sentence=told(comparison, together))


def verdict_of(comparison: Comparison, together: int = 1) -> Verdict:
    """Judge; among several, an interval counts as inside the margin only if one for all of them would be."""
    low, high = comparison.low, comparison.high
    if low is None or high is None:
        return "not enough data"
    if _inside_margin(comparison, together):
        return "same"
    if comparison.p >= 1 - comparison.confidence or low <= 0 <= high:
        return "not enough data"
    return "better" if (low > 0) == higher_is_better(comparison.measure) else "worse"


def size(effect: float) -> Size:
    """Put a word to an effect."""
    return next((word for below, word in _SIZES if abs(effect) < below), "large")


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Judge several at once: the chance that any of them is called different by mere luck stays what it is for one.

    Holm (1979): the smallest p is multiplied by their number, the next by one less, and so on; none falls below the one
    before.
    """
    tested = sorted((at for at, one in enumerate(comparisons) if one.low is not None), key=lambda at: comparisons[at].p)
    together, least, judged_again = len(tested), 0.0, list(comparisons)
    for rank, at in enumerate(tested):
        least = max(least, min(1.0, comparisons[at].p * (together - rank)))
        again = replace(comparisons[at], p=least)
        if again.verdict != "not enough data":
            again = replace(again, verdict=verdict_of(again, together))
        judged_again[at] = worded(again, together)
    return judged_again


def _inside_margin(comparison: Comparison, together: int) -> bool:
    if not is_relative(comparison.measure):
        low, high, middle = comparison.low, comparison.high, comparison.difference
        smallest, largest = -comparison.margin, comparison.margin
    else:
        low, high, middle = comparison.ratio_low, comparison.ratio_high, comparison.ratio
        smallest, largest = 1 / (1 + comparison.margin), 1 + comparison.margin
    if low is None or high is None or middle is None:
        return comparison.low == comparison.high == 0
    wider = _reach(1 - (1 - comparison.confidence) / together) / _reach(comparison.confidence)
    return smallest < middle - wider * (middle - low) and middle + wider * (high - middle) < largest


def _until_enough_differ(comparison: Comparison) -> int:
    """Count the pairs of which enough differ, if as many do as so far; never more than show that hardly any does."""
    return min(ALIKE, ceil(FEWEST * comparison.pairs / comparison.differ)) if comparison.differ else ALIKE


def _reach(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _detectable(measure: Measure, estimate: Estimate, pairs: int, confidence: float) -> float | None:
    if measure == "success":
        return detectable_rates(pairs, estimate.spread**2, confidence)
    return detectable(pairs, estimate.spread, confidence)


def _needed(measure: Measure, estimate: Estimate, margin: float, confidence: float) -> int | None:
    """Count for the difference seen; or where nobody would act on it, for being sure of that, which has two sides."""
    seen = abs(estimate.difference)
    absolute = margin * abs(estimate.a) if is_relative(measure) else margin
    target, power = (seen, POWER) if seen >= absolute else (absolute, (1 + POWER) / 2)
    if measure == "success":
        return pairs_for_rates(target, estimate.spread**2, confidence, power) if target else None
    if estimate.spread == 0:
        return FEWEST if seen else ALIKE
    return max(FEWEST, pairs_for(target, estimate.spread, confidence, power)) if target else None
