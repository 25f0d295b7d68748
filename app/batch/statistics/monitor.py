"""Looking before the end: stops a comparison when it is clear, without finding differences that are not there.

A monitor keeps nothing: from the same pairs it always decides the same, so a batch that is resumed goes on as if it had
never stopped. Pairs come in the order in which they were planned, not in which they ended: quick runs end first, and a
look at those alone would be a look at another play.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p
from types import ModuleType

from app.batch.statistics.comparing import compare, loaded
from app.batch.statistics.measured import Comparison, Measure, is_relative
from app.batch.statistics.telling import margin_told

Pair = tuple[float | None, float | None]

_HOPELESS = 0.1  # of a clear answer, and the rest is not worth its price
_DRIFT = 2.8  # of z over the whole, for a difference that the planned pairs show four times out of five
_NEVER = 1e-9  # a level below this is as good as none, and too thin to compute with


@dataclass(frozen=True, slots=True)
class Decision:
    """What the looks so far say."""

    stop: bool  # it is clear, or everything has been looked at
    futile: bool  # even the rest would hardly make it clear, neither that they differ nor that they do not
    why: str
    look: int  # that it is based on, from 1; 0 where none was due
    looks: int
    comparison: Comparison | None  # its interval holds however often was looked; none where no look was due


@dataclass(frozen=True, slots=True)
class Monitor:
    """Looks at one measure at planned moments. Watching several, give each its share: confidence 1 - 0.05 / 3."""

    planned: int  # pairs
    looks: int = 5  # how many, evenly
    measure: Measure = "success"
    confidence: float = 0.95
    margin: float | None = None

    def due(self) -> tuple[int, ...]:
        """Say after how many pairs a look is due; the last comes after all."""
        if self.planned < 1 or self.looks < 1:
            raise ValueError("there is nothing to look at, or no look")
        return tuple(sorted({-(-look * self.planned // self.looks) for look in range(1, self.looks + 1)}))

    def boundaries(self) -> tuple[float, ...]:
        """Give the |z| that each look must reach."""
        fractions = tuple(count / self.planned for count in self.due())
        found: tuple[float, ...] = _methods().boundaries(fractions, round(1 - self.confidence, 12))
        return found

    def levels(self) -> tuple[float, ...]:
        """Give the p below which each look stops."""
        return tuple(max(_methods().chance_beyond(boundary), _NEVER) for boundary in self.boundaries())

    def look(self, pairs: Sequence[Pair]) -> Decision:
        """Decide by the first look that is clear, else by the last that is due."""
        due = self.due()
        decision = Decision(False, False, f"the first look comes after {due[0]:,} pairs", 0, len(due), None)
        for look, level in enumerate(self.levels(), start=1):
            if due[look - 1] > len(pairs):
                break
            seen = pairs if look == len(due) else pairs[: due[look - 1]]
            decision = self._decide(look, level, seen)
            if decision.stop:
                break
        return decision

    def _decide(self, look: int, level: float, pairs: Sequence[Pair]) -> Decision:
        looks = len(self.due())
        a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        comparison = compare(self.measure, a, b, confidence=1 - level, margin=self.margin)
        here = f"look {look} of {looks}, after {len(pairs):,} pairs"
        if comparison.verdict != "not enough data":
            return Decision(True, False, f"clear at {here}: {_clear(comparison, level)}", look, looks, comparison)
        if look == looks:
            return Decision(True, False, f"not clear at {here}, the last", look, looks, comparison)
        chance = self._chance_of_an_answer(look, comparison)
        if chance >= _HOPELESS:
            return Decision(
                False, False, f"not clear at {here}: {_against(comparison.p, level)}", look, looks, comparison
            )
        why = f"even the rest would hardly make it clear at {here}: the chance is {100 * chance:.0f} %"
        return Decision(False, True, why, look, looks, comparison)

    def _chance_of_an_answer(self, look: int, comparison: Comparison) -> float:
        """Suppose that the rest shows as much as the planned pairs were to find, or that it shows nothing at all."""
        methods = _methods()
        fraction, last = self.due()[look - 1] / self.planned, self.boundaries()[-1]
        differ = float(methods.conditional_power(methods.z_of(comparison.p), fraction, last, _DRIFT))
        beside = _beside_the_margin(comparison)
        if beside is None:
            return differ
        seen, margin, reach = beside
        error = reach / methods.z_of(1 - comparison.confidence)
        return max(differ, float(methods.chance_of_same(seen / error, margin / error, fraction, last)))


def _beside_the_margin(comparison: Comparison) -> tuple[float, float, float] | None:
    """The difference, the margin, and how far the interval reaches to either side; of shares, their logarithms."""
    low, high, margin = comparison.low, comparison.high, comparison.margin
    if is_relative(comparison.measure):
        low, high, margin = _log(comparison.ratio_low), _log(comparison.ratio_high), log1p(margin)
    if low is None or high is None or low >= high:
        return None
    return (low + high) / 2, margin, (high - low) / 2


def _log(ratio: float | None) -> float | None:
    return log(ratio) if ratio else None


def _methods() -> ModuleType:
    return loaded("looks")


def _clear(comparison: Comparison, level: float) -> str:
    if comparison.verdict == "same":  # then the interval decides, and p tells nothing
        return f"no more than {margin_told(comparison)} apart"
    return _against(comparison.p, level)


def _against(p: float, level: float) -> str:
    return f"p {p:.2g}, where {level:.2g} is asked"
