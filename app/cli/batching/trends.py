"""How batches of the same kind have come out, in a line each: a small drawing, and the last figure beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.batch.trends import Trend
from app.cli.figures import compact_time
from app.cli.ink import Ink
from app.cli.spoken import is_spoken, spoken_rows
from app.cli.tables import Cell, Giving, table
from app.state.words import kind_in, money, percent, plural

HEAD = ("what", "batches", "passed", "a run costs", "a run takes")
_GIVING_WAY = Giving(0, (1, 4, 3), least=16)
_BARS = "▁▂▃▄▅▆▇█"
_ROOM = 1.3  # above the highest cost and time: full is what nobody can exceed


def trend_lines(trends: Sequence[Trend], ink: Ink) -> list[str]:
    """A table of them."""
    rows = [_row(trend) for trend in trends]
    return list(spoken_rows(HEAD, rows)) if is_spoken() else table(HEAD, rows, ink, yielding=_GIVING_WAY)


def _row(trend: Trend) -> list[Cell]:
    rates = [point.rate for point in trend.points]
    costs = [point.cost_usd for point in trend.points]
    seconds = [point.seconds for point in trend.points if point.seconds is not None]
    kind = kind_in(trend.mode).short
    return [
        Cell(f"{trend.title}, {plural(trend.runs, 'run')}{f' {kind}' if kind else ''}"),
        Cell(f"{len(trend.points):,}", right=True),
        Cell(_told(rates, percent, 1.0), "" if rates[-1] >= rates[-2] else "error"),
        Cell(_told(costs, money, _ROOM * max(costs))),
        Cell(_told(seconds, lambda value: compact_time(value * 1000), _ROOM * max(seconds)) if seconds else ""),
    ]


def _told(values: Sequence[float], words: Callable[[float], str], full: float) -> str:
    """The drawing, the last of them, and what it was before where that was otherwise."""
    now = words(values[-1])
    before = words(values[-2]) if len(values) > 1 else now
    drawn = "" if is_spoken() else f"{''.join(_bar(value / full if full else 0.0) for value in values)} "
    return f"{drawn}{now}{f', was {before}' if before != now else ''}"


def _bar(share: float) -> str:
    """Full only where all of it is there: one run of a thousand that did not pass is to be seen."""
    return _BARS[min(len(_BARS) - 1, int(share * (len(_BARS) - 1) + 1e-9))]
