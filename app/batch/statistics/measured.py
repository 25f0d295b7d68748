"""What a comparison of two arms says: the values that other rooms read. Needs no library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.errors import FootlightsError

Measure = Literal["success", "cost_usd", "seconds", "tokens", "score"]
Verdict = Literal["better", "worse", "same", "not enough data"]
Size = Literal["negligible", "small", "medium", "large"]

MEASURES: tuple[Measure, ...] = ("success", "cost_usd", "seconds", "tokens", "score")

# What nobody would act on. Of success and score a difference, of the others a share of what A takes.
MARGINS: dict[Measure, float] = {"success": 0.05, "cost_usd": 0.10, "seconds": 0.10, "tokens": 0.10, "score": 0.05}

FEWEST = 8  # values of an amount: with fewer, sign flips reject too easily
ALIKE = 59  # pairs: if not one of so many differs, fewer than one in twenty do


class NoStatistics(FootlightsError):
    """The extra that compares is not installed."""


def higher_is_better(measure: Measure) -> bool:
    """Whether more of it is what one wants."""
    return measure in ("success", "score")


def is_relative(measure: Measure) -> bool:
    """Whether people think of it in shares: 10 % cheaper, not two cents cheaper."""
    return not higher_is_better(measure)


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A in one measure. Differences are B - A, whichever way is better; None is what cannot be known."""

    measure: Measure
    paired: bool  # or two arms that met tasks of their own
    pairs: int  # that have both sides; unpaired, the values of the smaller arm
    dropped: int  # that lack a side; unpaired, the values that are missing
    confidence: float  # of the intervals
    margin: float  # within which two arms count as the same
    a: float | None = None  # the mean of the arm, or its rate
    b: float | None = None
    difference: float | None = None
    low: float | None = None  # the interval of the difference
    high: float | None = None
    ratio: float | None = None  # of the means, B / A; of cost, time and tokens
    ratio_low: float | None = None
    ratio_high: float | None = None
    p: float = 1.0  # 1 where nothing could be tested
    test: str = "none: no pairs"  # "McNemar, mid-p"
    effect: float = 0.0  # never beyond 10
    effect_name: str = "none"  # "Cohen's h"
    size: Size = "negligible"  # of the effect
    ahead: float | None = None  # the share of pairs in which B did better, ties counting half
    differ: int | None = None  # pairs that differ at all; 0 also of arms apart in which all is one
    verdict: Verdict = "not enough data"
    sentence: str = ""  # all of it, for people
    detectable: float | None = None  # the difference that so many pairs show four times out of five
    needed: int | None = None  # pairs for a power of 80 %, at the difference seen, or at the margin if that is larger

    @property
    def is_equal(self) -> bool:
        """Was it exactly the same in both arms of every pair?"""
        return self.paired and self.differ == 0

    @property
    def is_too_alike(self) -> bool:
        """Do so few pairs of an amount differ at all that nobody knows how widely others would?"""
        is_amount = self.measure != "success"  # for successes the score of the interval reckons with it
        return is_amount and self.differ is not None and self.differ < FEWEST and self.pairs < ALIKE
