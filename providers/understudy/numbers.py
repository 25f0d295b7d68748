"""Numbers that make sense for what they are called, and that a JSON Schema allows."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any

# By a word in the name: the least, the most, and how many decimals.
_RANGES: tuple[tuple[str, tuple[float, float, int]], ...] = (
    ("risk severity priority effort impact complexity difficulty urgency stars level", (1, 5, 0)),
    ("confidence probability likelihood share ratio fraction agreement similarity certainty", (0.55, 0.95, 2)),
    ("percent percentage pct", (4, 92, 0)),
    ("rate", (0.02, 0.4, 2)),
    ("rating", (3, 5, 0)),
    ("score grade points", (60, 95, 0)),
    ("cost price budget usd eur amount revenue spend fee salary total", (120, 4800, 0)),
    ("ms latency milliseconds", (40, 900, 0)),
    ("seconds minutes hours", (2, 45, 0)),
    ("days weeks months", (1, 12, 0)),
    ("year", (2024, 2028, 0)),
    ("age", (18, 70, 0)),
    ("index rank position", (1, 5, 0)),
    ("size population users customers visitors", (200, 9000, 0)),
)
_ANY = (2.0, 40.0, 0)


def usual_range(words: Iterable[str], *, whole: bool) -> tuple[float, float, int]:
    """The range and the decimals that a number with these words in its name usually has."""
    words = {word.removesuffix("s") for word in words}
    for names, (low, high, decimals) in _RANGES:
        if words & {name.removesuffix("s") for name in names.split()}:
            return (100 * low, 100 * high, 0) if whole and high <= 1 else (low, high, decimals)
    return _ANY


def within(schema: dict[str, Any], guess: float, *, whole: bool) -> int | float:
    """The number nearest to a guess that the schema allows."""
    unit = schema.get("multipleOf")
    if unit is None and not whole:
        return _between(schema, guess)
    step = Fraction(str(unit)) if unit is not None else Fraction(1)
    if whole:
        step = Fraction(step.numerator)  # of the multiples of 3/2, every third half is whole
    count = round(Fraction(guess) / step)
    for key, rounded in (("minimum", ceil), ("exclusiveMinimum", lambda bound: floor(bound) + 1)):
        if key in schema:
            count = max(count, rounded(Fraction(str(schema[key])) / step))
    for key, rounded in (("maximum", floor), ("exclusiveMaximum", lambda bound: ceil(bound) - 1)):
        if key in schema:
            count = min(count, rounded(Fraction(str(schema[key])) / step))
    return int(count * step) if whole else float(count * step)


def _between(schema: dict[str, Any], guess: float) -> float:
    low = max((schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema), default=None)
    high = min((schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema), default=None)
    if (low is None or low < guess) and (high is None or guess < high):
        return guess
    if low is None:
        return high - 1 if high == schema.get("exclusiveMaximum") else high  # type: ignore[operator,return-value]
    if high is None:
        return low + 1 if low == schema.get("exclusiveMinimum") else low  # type: ignore[no-any-return]
    return (low + high) / 2 if low < high else low  # type: ignore[no-any-return]
