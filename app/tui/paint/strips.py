"""Strips under a timeline: tokens and money over time, as they were spent or as they add up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.tui.timeline.gantt import Spend
from app.tui.timeline.view import Window


@dataclass(frozen=True, slots=True)
class Strip:
    """A height for each column, the highest of them, and what has been spent in all."""

    heights: tuple[float, ...]
    most: float
    total: float


def spoken(spends: Sequence[Spend], window: Window) -> Strip:
    """Tokens of answers a second: each call's spread over the time in which it spoke."""
    return _rates(spends, window, lambda spend: (spend.spoke, spend.ended, spend.output))


def paid(spends: Sequence[Spend], window: Window) -> Strip:
    """Dollars a minute: each call's spread over the time that it took."""
    strip = _rates(spends, window, lambda spend: (spend.began, spend.ended, spend.spent.cost_usd * 60))
    return Strip(strip.heights, strip.most, strip.total / 60)


def all_tokens(spends: Sequence[Spend], window: Window) -> Strip:
    """All tokens until then: a call counts when it is over."""
    return _totals(spends, window, lambda spend: spend.tokens)


def all_money(spends: Sequence[Spend], window: Window) -> Strip:
    """All dollars until then."""
    return _totals(spends, window, lambda spend: spend.spent.cost_usd)


def drawn(strip: Strip, rows: int, levels: Sequence[str]) -> list[str]:
    """The heights as so many rows, the upper ones first. What is more than nothing is seen."""
    fine = len(levels)
    parts = rows * fine / strip.most if strip.most else 0.0
    filled = [max(1, round(height * parts)) if height else 0 for height in strip.heights]
    return [
        "".join(" " if level <= below else levels[min(fine, level - below) - 1] for level in filled)
        for below in range((rows - 1) * fine, -1, -fine)
    ]


def _rates(spends: Sequence[Spend], window: Window, of: Callable[[Spend], tuple[int, int, float]]) -> Strip:
    """Amounts a second in each column. A steady stretch is two changes of a running sum, however long it is."""
    columns = window.columns
    change = [0.0] * (columns + 1)
    part = [0.0] * columns
    seconds = window.scale / 1000
    total = 0.0
    for spend in spends:
        began, ended, amount = of(spend)
        total += amount
        if not amount or ended < window.start or began >= window.end:
            continue
        left, right = window.place(began), window.place(ended)
        if right - left < 1:
            middle = int((left + right) / 2)
            if 0 <= middle < columns:
                part[middle] += amount / seconds
            continue
        rate = amount / ((ended - began) / 1000)
        first, last = max(0, int(left)), min(columns, int(right))
        if left >= 0:
            part[first] -= rate * (left - first)
        if right < columns:
            part[last] += rate * (right - last)
        change[first] += rate
        change[last] -= rate
    heights = tuple(max(0.0, round(steady + own, 9)) for steady, own in zip(accumulate(change[:-1]), part, strict=True))
    return Strip(heights, max(heights, default=0.0), total)


def _totals(spends: Sequence[Spend], window: Window, of: Callable[[Spend], float]) -> Strip:
    moments = [spend.ended for spend in spends]
    sums = [0.0, *accumulate(map(of, spends))]
    heights = []
    for column in range(window.columns):
        until = window.start + (column + 1) * window.scale
        heights.append(sums[bisect_right(moments, until)] if spends else 0.0)
    return Strip(tuple(heights), sums[-1], sums[-1])
