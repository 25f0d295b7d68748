"""The tools `forecast.*`: a series carried on with its error told, what is odd in it, and when something is full."""

from __future__ import annotations

import asyncio
import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.figures import at_least, at_most, number_in, numbers
from app.tools.forecast.series import METHODS
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST = 5_000
_SHOWN = 30
_MOST_PERCENT = 1e9  # of almost nothing, any error is that many per cent
_LONGEST = 1e12  # what takes longer does not come
_SHORTEST = 1e-9  # between the first measurement and the last


async def _series(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    return await asyncio.to_thread(_forecast, rows, arguments)


async def _anomalies(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    return await asyncio.to_thread(_odd, rows, arguments)


async def _exhaustion(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    return await asyncio.to_thread(_full, rows, arguments)


def _forecast(rows: list[Row], arguments: Arguments) -> dict[str, Any]:
    values = numbers(rows, arguments["value"])
    at_most(values, _MOST, "values")
    season, steps = arguments.get("season", 0), arguments.get("steps", 6)
    held_out = arguments.get("held_out", max(1, min(len(values) // 5, steps)))
    known, tail = values[:-held_out], values[-held_out:]
    at_least(known, max(2 * season, 4), "values before those held out")
    names = _methods(arguments.get("method", "auto"), season)
    said = {name: _ahead(name, known, season, held_out) for name in names}
    order = sorted(names, key=lambda name: math.dist(said[name], tail))
    name = order[0]
    fit = METHODS[name](values, season)
    z = NormalDist().inv_cdf(0.5 + arguments.get("level", 0.9) / 2)
    naive = (known[-season:] * held_out)[:held_out] if season else [known[-1]] * held_out
    return {
        "method": name,
        "error": errors(said[name], tail),
        "naive_error": errors(naive, tail),
        "total": _rounded(math.fsum(fit.ahead(step) for step in range(1, steps + 1))),
        "tried": [{"method": name} | errors(said[name], tail) for name in order],
        "forecast": [
            {
                "step": step,
                "value": _rounded(fit.ahead(step)),
                "low": _rounded(fit.ahead(step) - z * fit.spread(step)),
                "high": _rounded(fit.ahead(step) + z * fit.spread(step)),
            }
            for step in range(1, steps + 1)
        ],
        "parameters": fit.parameters,
        "values": len(values),
        "held_out": held_out,
    }


def errors(said: Sequence[float], came: Sequence[float]) -> dict[str, float | None]:
    """Return how far a forecast was off: mean absolute error, its root of squares, and per cent where none is zero."""
    off = [abs(value - real) for value, real in zip(said, came, strict=True)]
    shares = [miss / abs(real) for miss, real in zip(off, came, strict=True) if real]
    mape = 100 * math.fsum(shares) / max(len(shares), 1) if max(shares, default=0) < _MOST_PERCENT else math.inf
    return {
        "mae": _rounded(statistics.fmean(off)),
        "rmse": _rounded(math.sqrt(statistics.fmean(miss * miss for miss in off))),
        "mape": round(mape, 2) if len(shares) == len(off) and mape < _MOST_PERCENT else None,
    }


def _methods(asked: str, season: int) -> list[str]:
    if asked == "holt_winters" and season < 2:
        raise ToolError(
            "bad_arguments", "holt_winters needs a season", "say how many values it has, such as season: 12"
        )
    if asked != "auto":
        return [asked]
    return ["holt_winters", "regression"] if season >= 2 else ["simple", "holt", "regression"]


def _ahead(name: str, known: list[float], season: int, steps: int) -> list[float]:
    fit = METHODS[name](known, season)
    return [fit.ahead(step) for step in range(1, steps + 1)]


def _odd(rows: list[Row], arguments: Arguments) -> dict[str, Any]:
    column, rule = arguments["value"], arguments.get("rule", "median")
    threshold = arguments.get("threshold", 3.5 if rule == "median" else 3)
    values = numbers(rows, column)
    at_least(values, 3, "values")
    by = arguments.get("by")
    if by is not None:
        check_columns([by], columns_of(rows))
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[str(row.get(by)) if by else "all"].append(index)
    found, usual = [], []
    for name, indexes in groups.items():
        centre, spread = centre_of([values[index] for index in indexes], rule)
        usual.append({"group": name, "values": len(indexes), "centre": _rounded(centre), "spread": _rounded(spread)})
        for index in indexes:
            score = _score(values[index] - centre, spread)
            if abs(score) > threshold:
                found.append((index, score, centre))
    found.sort(key=lambda odd: -abs(odd[1]))
    return {
        "checked": len(values),
        "found": len(found),
        "anomalies": [
            {"number": index + 1, "value": values[index], "usual": _rounded(centre), "score": round(score, 1)}
            | {"row": rows[index]}
            for index, score, centre in found[:_SHOWN]
        ],
        "usual": usual[:_SHOWN],
        "rule": rule,
        "threshold": threshold,
    }


def centre_of(values: Sequence[float], rule: str) -> tuple[float, float]:
    """Return the middle and the width of what is usual; the median's are not moved by what is odd."""
    if rule == "mean":
        return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0
    middle = statistics.median(values)
    off = [abs(value - middle) for value in values]
    # Where more than half are alike their median says nothing, and the mean distance stands in for it.
    return middle, 1.4826 * statistics.median(off) or 1.2533 * statistics.fmean(off)


def _score(off: float, spread: float) -> float:
    return off / spread if spread else 0.0


def _full(rows: list[Row], arguments: Arguments) -> dict[str, Any]:
    unit, limit = arguments.get("unit", "min"), arguments["limit"]
    values = numbers(rows, arguments["value"])
    at_least(values, 3, "measurements")
    at_most(values, _MOST, "measurements")
    times = _times(rows, arguments.get("at", "at"))
    if max(times) - min(times) < _SHORTEST:
        raise ToolError("bad_arguments", "all measurements are from one moment", "a rate needs two")
    slope, start = statistics.linear_regression(times, values)
    errors_left = [value - start - slope * at for at, value in zip(times, values, strict=True)]
    width = math.fsum((at - statistics.fmean(times)) ** 2 for at in times)
    doubt = math.sqrt(math.fsum(error * error for error in errors_left) / (len(values) - 2) / width)
    now = start + slope * max(times)
    began = start + slope * min(times)
    past = (now > limit and slope > 0) or (now < limit < began)
    full_in, *rest = (
        0.0 if past else _until(now, limit, rate) for rate in (slope, slope - 1.96 * doubt, slope + 1.96 * doubt)
    )
    soonest, latest = sorted(rest, key=_late)
    return {
        "says": _past(now, limit, slope) if past else _sentence(now, limit, full_in, unit),
        "rate": _rounded(slope),
        "now": _rounded(now),
        "limit": limit,
        "full_in": _rounded(full_in),
        "soonest": _rounded(soonest),
        "latest": _rounded(latest),
        "fit": round(_explained(values, errors_left), 3),
        "unit": unit,
    }


def _until(now: float, limit: float, rate: float) -> float | None:
    """Return how long it takes from now to the limit; None when that never comes."""
    way = limit - now
    if way == 0:
        return 0.0
    if way * rate <= 0 or abs(way) > _LONGEST * abs(rate):
        return None
    return way / rate


def _late(moment: float | None) -> float:
    return math.inf if moment is None else moment


def _explained(values: Sequence[float], left: Sequence[float]) -> float:
    mean = statistics.fmean(values)
    whole = math.fsum((value - mean) ** 2 for value in values)
    return 1 - math.fsum(error * error for error in left) / whole if whole else 1.0


def _past(now: float, limit: float, rate: float) -> str:
    return f"it is past {limit:g} already: {now:.4g} now, and {'rising' if rate > 0 else 'falling'}"


def _sentence(now: float, limit: float, full_in: float | None, unit: str) -> str:
    if full_in is None:
        return f"at this rate it never reaches {limit:g}"
    return f"at this rate {limit:g} is reached in {full_in:.3g} {unit}, from {now:.4g} now"


def _times(rows: list[Row], column: str) -> list[float]:
    """Return when each row was measured: its number, or an ISO moment in minutes after the first."""
    check_columns([column], columns_of(rows))
    if all(isinstance(row.get(column), int | float) for row in rows):
        return [number_in(row, column, position) for position, row in enumerate(rows, 1)]
    moments = [_moment(row, column, position) for position, row in enumerate(rows, 1)]
    try:
        return [(moment - moments[0]).total_seconds() / 60 for moment in moments]
    except TypeError:
        raise ToolError(
            "bad_arguments", f'column "{shortened(column)}": some have a time zone, some have none'
        ) from None


def _moment(row: Row, column: str, position: int) -> datetime:
    try:
        return datetime.fromisoformat(str(row.get(column)))
    except ValueError:
        raise ToolError(
            "bad_arguments",
            f'row {position}, column "{shortened(column)}": "{shortened(str(row.get(column)))}" is no moment',
            "write 2026-03-14T09:30, or numbers",
        ) from None


def _rounded(value: float | None) -> float | None:
    """Round to what a reader decides by: six figures."""
    return None if value is None else float(f"{value:.6g}")


_COLUMN = {"type": "string", "minLength": 1, "maxLength": 100}
_TAKINGS = "month,sold\n1,10\n2,12\n3,14\n4,16\n5,18\n6,20\n"

TOOLS = (
    Tool(
        "forecast.series",
        "Carry a series on, oldest row first: smoothing, Holt, Holt-Winters or a line with its season. The last "
        "values are held out first, to say how far off it would have been. Gives errors, and steps with intervals.",
        arguments_of(
            required=("rows", "value"),
            rows=TABLE_SCHEMA,
            value=_COLUMN | {"description": "the column to carry on"},
            method={"enum": ["auto", *METHODS], "description": "auto tries those that fit and takes the best"},
            season={"type": "integer", "minimum": 0, "maximum": 400, "description": "values in one; 0 for none"},
            steps={"type": "integer", "minimum": 1, "maximum": 60, "description": "how far ahead; 6"},
            held_out={"type": "integer", "minimum": 1, "maximum": 500, "description": "values to be tested on"},
            level={"type": "number", "minimum": 0.5, "maximum": 0.999, "description": "of the intervals; 0.9"},
        ),
        _series,
        example={"rows": _TAKINGS, "value": "sold", "method": "holt", "steps": 2},
    ),
    Tool(
        "forecast.anomalies",
        "Find values that are far from what is usual. `median` (robust: the odd ones do not move it) or `mean` "
        "(z-score); `by` compares within groups, such as the hour. Gives the rows, worst first.",
        arguments_of(
            required=("rows", "value"),
            rows=TABLE_SCHEMA,
            value=_COLUMN | {"description": "the column to look at"},
            rule={"enum": ["median", "mean"], "description": "median when left out"},
            threshold={"type": "number", "minimum": 0.5, "maximum": 100, "description": "3.5 for median, 3 for mean"},
            by=_COLUMN | {"description": "a column whose groups are compared each with itself"},
        ),
        _anomalies,
        example={"rows": "hour,orders\n9,10\n10,11\n11,9\n12,10\n13,60\n", "value": "orders"},
    ),
    Tool(
        "forecast.exhaustion",
        "Lay a line through measurements and say when it reaches a limit: at this rate full in so many minutes. "
        "Gives rate, now, full_in (null for never, 0 where it is past it), soonest and latest.",
        arguments_of(
            required=("rows", "value", "limit"),
            rows=TABLE_SCHEMA,
            value=_COLUMN | {"description": "the column that grows or falls"},
            limit={"type": "number", "minimum": -1e12, "maximum": 1e12},
            at=_COLUMN | {"description": "the column of when: numbers, or moments such as 2026-03-14T09:30; at"},
            unit={"type": "string", "maxLength": 20, "description": "of `at`; min when left out"},
        ),
        _exhaustion,
        example={"rows": "at,used\n0,50\n10,60\n20,70\n", "value": "used", "limit": 100},
    ),
)
