"""The scenarios and cells of a batch on its page: how often each passes, what its runs cost, and how long they take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from app.batch.groups import Group, groups_of, quantile, worst_first
from app.batch.heat import Heat, Spot
from app.batch.results import ItemResult, Results
from app.batch.statistics import level
from app.export.batch.page_plots import Point, Scale, Span, axis, course, interval, strip
from app.export.batch.page_tables import drawn, left_out, row, table
from app.export.batch.page_words import between, count, name, told_between, words
from app.state.words import percent, took

_SHOWN = 12  # rows of a drawing before the rest is folded away
_MOST = 200  # rows of a drawing; the table of all runs has the rest
_LEVELS = 9  # shades of a map
_POINTS = 160  # of a course
_FEWEST = 5  # runs below which an interval says that nearly anything may be


# The map


def heat_map(heat: Heat) -> str:
    """Pass rate and cost, each a table of its own, side by side where there is room."""
    least, most = heat.costs
    rates = _map(heat, "rates", "How often it passes", _rate)
    costs = _map(heat, "costs", "What a run costs", lambda spot: _cost(spot, least, most))
    return f'<div class="beside">{rates}{costs}</div>'


def _map(heat: Heat, look: str, title: str, told: Callable[[Spot], str]) -> str:
    heads = "".join(f'<th scope="col">{words(column)}</th>' for column in heat.columns)
    rows = ""
    for down, spots in zip(heat.rows, heat.spots, strict=True):
        cells = "".join("<td></td>" if spot is None else told(spot) for spot in spots)
        rows += f'<tr><th scope="row">{name(down)}</th>{cells}</tr>'
    axes = f"{name(heat.down)} by {name(heat.across)}"
    return table(
        f'<table class="heat {look}"><caption>{title}<span>{axes}</span></caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _rate(spot: Spot) -> str:
    if spot.rate is None:
        return "<td>–</td>"
    off = 1 - spot.rate
    look = "all" if not off else f"shade-{max(1, round(_LEVELS * off))}"
    return f'<td class="{look}"><b>{percent(spot.rate)}</b><span>{spot.passed:,} of {spot.over:,}</span></td>'


def _cost(spot: Spot, least: float, most: float) -> str:
    if spot.cost_usd is None or (spot.unpriced and not spot.cost_usd):
        return "<td>–</td>"
    share = (spot.cost_usd - least) / (most - least) if most > least else 0.0
    more = "<span>and what nobody has priced</span>" if spot.unpriced else ""
    return f'<td class="shade-{round(_LEVELS * share)}"><b>{escape(level("cost_usd", spot.cost_usd))}</b>{more}</td>'


# How often each passes


def rates(results: Results) -> str:
    """Each scenario in each cell with its interval, the worst first; nothing where there is but one."""
    groups = groups_of(results)
    if len(groups) < 2 or not results.over:
        return ""
    several = len({group.scenario for group in groups}) > 1
    ordered = worst_first(groups)
    scale = Scale(0, 1)
    rows = [_group(group, scale, several) for group in ordered[:_MOST]]
    below = axis(scale, lambda share: f"{100 * share:.0f} %")
    off = sum(group.rate != 1 for group in ordered)
    shown = drawn(
        rows, ["passed"], below,
        most=len(rows) if len(rows) <= _SHOWN else min(off, _SHOWN),
        what="in which all passed" if off <= _SHOWN else "that pass as often as the last, or more often",
    )  # fmt: skip
    return shown + left_out(len(ordered) - _MOST)


def _group(group: Group, scale: Scale, several: bool) -> str:
    over, rate = len(group.over), group.rate
    known = between(group.passed, over) if over >= _FEWEST else None
    tone = "quiet" if rate is None else "good" if rate == 1 else "error"
    seen = None if rate is None else Span(rate, *(known or (rate, rate)))
    told = "no result yet" if rate is None else f"{group.passed:,} of {over:,}, {percent(rate)}"
    told += f"<span>{told_between(known)}</span>"
    return row(name(_called(group, several)), interval(scale, seen, tone), told)


def _called(group: Group, several: bool) -> str:
    """Its scenario, where there are several, and its cell."""
    return " ".join(filter(None, (group.scenario if several or not group.cell else "", group.cell)))


# What runs cost and how long they take


class _Amount(NamedTuple):
    title: str
    of: Callable[[ItemResult], float | None]
    told: Callable[[float], str]
    least: float  # below it there is nothing to look at


_AMOUNTS = (
    _Amount(
        "What a run costs",
        lambda item: None if item.spent.unpriced else item.cost_usd,
        partial(level, "cost_usd"),
        0.0005,
    ),
    _Amount(
        "How long a run takes, of its own time", lambda item: item.seconds, lambda seconds: took(1000 * seconds), 0.001
    ),
)


def amounts(results: Results) -> str:
    """Every run as a dot, in a row for each arm, or for each scenario and cell."""
    rows = list(_rows_of(results))
    shown = "".join(_strips(amount, rows) for amount in _AMOUNTS)
    if not shown:
        return ""
    off = any(item.over and not item.passed for item in results.items)
    strokes = ", a red stroke one that did not pass" if off else ""
    key = f"A dot is a run{strokes}. Half of them are up to the line, 95 % up to the broken one."
    return f'{shown}<p class="key">{key}</p>'


def _rows_of(results: Results) -> Iterator[tuple[str, list[ItemResult]]]:
    axis = results.plan.compare
    if axis and len(results.values(axis)) > 1:
        for value in results.values(axis):
            arm = [item for item in results.over if item.item.cell.get(axis) == value]
            yield results.plan.names.of(axis, value), arm
        return
    groups = groups_of(results)
    several = len({group.scenario for group in groups}) > 1
    for group in groups:
        yield _called(group, several), list(group.over)


def _strips(amount: _Amount, rows: Sequence[tuple[str, list[ItemResult]]]) -> str:
    known = [(title, items, _known(amount, items)) for title, items in rows]
    known = [each for each in known if each[2]]
    most = max((max(values) for _, _, values in known), default=0.0)
    if most < amount.least:
        return ""
    scale = Scale(0, most * 1.02)
    if len(known) > _SHOWN:
        known.sort(key=lambda each: -(quantile(each[2], 0.5) or 0))
    strips = [_strip(amount, scale, *each) for each in known[:_MOST]]
    below = axis(scale, lambda value: amount.told(value) if value else "0")
    shown = drawn(strips, ["of the runs"], below, most=_SHOWN, what="that take less")
    return f"<h3>{amount.title}</h3>{shown}{left_out(len(known) - _MOST)}"


def _strip(amount: _Amount, scale: Scale, title: str, items: list[ItemResult], values: list[float]) -> str:
    good, bad = (_known(amount, [item for item in items if item.passed is passed]) for passed in (True, False))
    half, most = quantile(values, 0.5), quantile(values, 0.95)
    if len(values) < _FEWEST or half is None or most is None:
        ends = dict.fromkeys(map(amount.told, (min(values), max(values))))
        return row(name(title), strip(scale, good, bad), escape(" to ".join(ends)))
    told = f"half up to {escape(amount.told(half))}<span>95 % up to {escape(amount.told(most))}</span>"
    return row(name(title), strip(scale, good, bad, (("p50", half), ("p95", most))), told)


def _known(amount: _Amount, items: Sequence[ItemResult]) -> list[float]:
    return [value for item in items if (value := amount.of(item)) is not None]


# How the rate went


def settled(results: Results) -> str:
    """The pass rate after each run, in the order of the plan."""
    over = results.over
    if len(over) < _FEWEST:
        return ""
    passed, points = 0, []
    every = max(1, len(over) // _POINTS)
    for number, item in enumerate(over, 1):
        passed += item.passed
        if number % every == 0 or number in (1, len(over)):
            points.append(Point(number, passed / number, between(passed, number)))
    last = points[-1]
    told = f"{percent(last.rate)} of {count(last.runs)} passed"
    known = (
        f"; the true rate may be anywhere from {told_between(last.between)} (the band, 95 %)" if last.between else ""
    )
    half = points[len(points) // 2]
    before = f" After {half.runs:,} of them it was {percent(half.rate)}."
    return f'<figure>{course(points, told)}</figure><p class="key">In the order of the plan: {told}{known}.{before}</p>'
