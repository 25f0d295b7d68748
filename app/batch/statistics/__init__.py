"""Comparisons that are honest: two arms in numbers, what differs, how surely, and when there is not enough data.

Pure functions over numbers. They know nothing of runs, events or archives. Whatever counts needs the extra `stats`,
and says so where it is missing; importing this loads no library.
"""

from app.batch.statistics.comparing import compare, compare_unpaired, rate_interval
from app.batch.statistics.judging import certain, holm
from app.batch.statistics.measured import (
    MARGINS,
    MEASURES,
    Comparison,
    Measure,
    NoStatistics,
    Size,
    Verdict,
    higher_is_better,
    is_relative,
)
from app.batch.statistics.monitor import Decision, Monitor, Pair
from app.batch.statistics.telling import all_pairs, few_differ_told, level, rate_told, roughly, would_count_alone

__all__ = [
    "MARGINS",
    "MEASURES",
    "Comparison",
    "Decision",
    "Measure",
    "Monitor",
    "NoStatistics",
    "Pair",
    "Size",
    "Verdict",
    "all_pairs",
    "certain",
    "compare",
    "compare_unpaired",
    "few_differ_told",
    "higher_is_better",
    "holm",
    "is_relative",
    "level",
    "rate_interval",
    "rate_told",
    "roughly",
    "would_count_alone",
]
