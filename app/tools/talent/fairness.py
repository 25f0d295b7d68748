"""Looks at who was chosen: rates by group with intervals, and whether a score moves when only the person is swapped."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_Z = 1.959964  # 95 % of a normal distribution lies within
_PAIRS = (
    ("she", "he"), ("her", "his"), ("hers", "his"), ("him", "her"), ("herself", "himself"), ("woman", "man"),
    ("women", "men"), ("female", "male"), ("mother", "father"), ("sister", "brother"), ("chairwoman", "chairman"),
    ("forewoman", "foreman"), ("daughter", "son"), ("wife", "husband"), ("mrs", "mr"), ("ms", "mr"), ("girls", "boys"),
)  # fmt: skip
_SWAPPED = {right: left for left, right in reversed(_PAIRS)} | dict(_PAIRS)
_GENDERED = re.compile(rf"\b({'|'.join(_SWAPPED)})\b", re.IGNORECASE)
_NAMED = re.compile(r"^\W*name\s*:\s*(.+)$", re.IGNORECASE)
STAND_INS = ("Ana Sousa", "Mohammed Aziz", "Greta Lindqvist", "Chidi Okafor")


class Rate(NamedTuple):
    """How many of a group were chosen."""

    selected: int
    applied: int

    @property
    def share(self) -> float:
        """Return the rate of selection, from 0 to 1."""
        return self.selected / self.applied

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's interval: where the rate may really lie, with 95 % confidence."""
        n, p, z2 = self.applied, self.share, _Z * _Z
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


def compared(rates: Mapping[str, Rate], least: int) -> dict[str, Any]:
    """Hold each group to four fifths of the highest rate; groups smaller than `least` say nothing, either way."""
    told = {group: rate for group, rate in rates.items() if rate.applied >= least}
    best = max((rate.share for rate in told.values()), default=0.0)
    groups = [_row(group, rate, best if group in told else None) for group, rate in rates.items()]
    below = [row["group"] for row in groups if row["verdict"] == "below four fifths"]
    verdict = "fails" if below else "passes"
    if len(told) < 2 or best == 0:
        verdict = "too few to say"
    return {"verdict": verdict, "below": below, "groups": groups}


def swapped(lines: Iterable[str], name: str) -> list[str]:
    """Return the lines as another person's: another name, and every he, she, brother and sister turned round."""
    lines = list(lines)
    names = [match[1].strip() for line in lines if (match := _NAMED.match(line))]
    parts = [part for whole in names for part in [whole, *whole.split()]]
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, parts))})\b") if parts else None
    turned = [_GENDERED.sub(_turned, line) for line in lines]
    return [pattern.sub(name, line) if pattern else line for line in turned]


def _row(group: str, rate: Rate, best: float | None) -> dict[str, Any]:
    low, high = rate.interval
    ratio = rate.share / best if best else None
    verdict = "too few to say" if ratio is None else "below four fifths" if ratio < 0.8 - 1e-9 else "within"
    return {
        "group": group,
        "applied": rate.applied,
        "selected": rate.selected,
        "rate": round(rate.share, 3),
        "interval": [round(low, 3), round(high, 3)],
        "ratio": None if ratio is None else round(ratio, 3),
        "verdict": verdict,
    }


def _turned(word: re.Match[str]) -> str:
    other = _SWAPPED[word[1].lower()]
    return other.capitalize() if word[1][0].isupper() else other
