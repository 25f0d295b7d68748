"""What a chart shows, before anybody draws it: labels, values, and the numbers beside an axis."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Picture(NamedTuple):
    """A chart to be drawn, as text or as SVG; `grid` and `columns` are the heat map's alone."""

    kind: str
    title: str
    labels: list[str]
    values: list[float]
    low: float
    high: float
    width: int
    height: int
    columns: list[str]
    grid: list[list[float | None]]


def compact(value: float) -> str:
    """Write a number as an axis has it: 1.2k, 3.4M, 0.05."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            unit = 1e3 if letter == "k" else size
            return f"{value / unit:.3g}{letter}"
    return f"{value:.{4 if abs(value) >= 1e-99 else 3}g}"  # never longer than ten signs


def shares(values: Sequence[float]) -> list[float]:
    """Return the part of the whole that each value is."""
    total = math.fsum(values)
    return [value / total for value in values]


def column_means(values: Sequence[float], room: int) -> list[float]:
    """Return as many values as there is room for: the means of neighbours, or each several times."""
    count = len(values)
    if count > room:
        edges = [round(column * count / room) for column in range(room + 1)]
        return [statistics.fmean(values[start:end]) for start, end in pairwise(edges)]
    each = max(min(room // count, 12), 1)
    return [value for value in values for _ in range(each)]


def bounds(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    """Return the least and the most of an axis; they are never the same."""
    low, high = min(values), max(values)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    return (low, high) if high > low else (low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2)
