"""Two arms compared: in pairs that met the same task, or apart. The way in; what counts is loaded when it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from math import isfinite
from types import ModuleType
from typing import TypeGuard

from app.batch.statistics.judging import judged, worded
from app.batch.statistics.measured import MARGINS, Comparison, Measure, NoStatistics

Values = Sequence[float | None]  # None, or what is not finite: it is missing


def compare(
    measure: Measure, a: Values, b: Values, *, confidence: float = 0.95, margin: float | None = None
) -> Comparison:
    """Compare pairs: the same position is the same task in both arms. A pair that lacks a side is left out."""
    pairs = [(float(x), float(y)) for x, y in zip(a, b, strict=True) if _is_there(x) and _is_there(y)]
    margin = MARGINS[measure] if margin is None else margin
    empty = Comparison(measure, True, len(pairs), len(a) - len(pairs), confidence, margin)
    if not pairs:
        return worded(empty)
    left, right = zip(*pairs, strict=True)
    return judged(empty, _methods(measure, [*left, *right]).paired(left, right, confidence))


def compare_unpaired(
    measure: Measure, a: Values, b: Values, *, confidence: float = 0.95, margin: float | None = None
) -> Comparison:
    """Compare arms that met tasks of their own: an old batch and a new one."""
    left, right = [float(x) for x in a if _is_there(x)], [float(y) for y in b if _is_there(y)]
    fewer, dropped = min(len(left), len(right)), len(a) + len(b) - len(left) - len(right)
    margin = MARGINS[measure] if margin is None else margin
    empty = Comparison(measure, False, fewer, dropped, confidence, margin)
    if not fewer:
        return worded(empty)
    return judged(empty, _methods(measure, [*left, *right]).apart(left, right, confidence))


def rate_interval(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Say where a pass rate lies (Wilson); anywhere, where nothing was seen."""
    interval: tuple[float, float] = loaded("rates").wilson(successes, n, confidence) if n else (0.0, 1.0)
    return interval


def loaded(module: str) -> ModuleType:
    """Load what counts, or say what is missing."""
    try:
        return import_module(f"app.batch.statistics.{module}")
    except ImportError as error:
        raise NoStatistics("comparing needs SciPy", "pip install 'footlights[stats]'") from error


def _methods(measure: Measure, values: Sequence[float]) -> ModuleType:
    if measure != "success":
        return loaded("amounts")
    if not set(values) <= {0.0, 1.0}:
        raise ValueError("a success is 0 or 1")
    return loaded("rates")


def _is_there(value: float | None) -> TypeGuard[float]:
    return value is not None and isfinite(value)
