"""The tools `campaign.*`: a budget split where its last coin brings most, and a test that may say "not enough data"."""

from __future__ import annotations

import asyncio
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.campaign.significance import Sample, compare_means, compare_shares, sample_of
from app.tools.campaign.spending import Channel, plan
from app.tools.rows import TABLE_SCHEMA, Row, read_rows

_MOST_CHANNELS = 50
_MOST_MONEY = 1e12
_LEAST_HALF = 1e-6
_NUMBERS = ("most", "half", "spent", "results", "floor", "cap")


async def _split(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["channels"], surroundings.root)
    if not 1 <= len(rows) <= _MOST_CHANNELS:
        raise ToolError("bad_arguments", f"there are {len(rows):,} channels", f"give 1 to {_MOST_CHANNELS}")
    channels = [_channel(row, number) for number, row in enumerate(rows, 1)]
    names = [channel.name for channel in channels]
    for name in names:
        if names.count(name) > 1:
            raise ToolError("bad_arguments", f'two channels are called "{shortened(name)}"', "name each of them once")
    budget = arguments["budget"]
    floors = sum(channel.floor for channel in channels)
    if floors > budget:
        raise ToolError(
            "bad_arguments",
            f"the floors come to {floors:g}, and the budget is {budget:g}",
            "lower a floor, or leave a channel out",
        )
    return plan(budget, channels, arguments.get("step", 1))


async def _significance(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    samples = [_sample(arguments[side], side) for side in ("a", "b")]
    counted = [sample.hits is not None for sample in samples]
    if counted[0] != counted[1]:
        raise ToolError("bad_arguments", "one side counts hits and the other measures a mean", "compare like with like")
    if counted[0] and arguments["matters"] > 1:
        raise ToolError(
            "bad_arguments",
            f"matters is {arguments['matters']:g}, and shares go from 0 to 1",
            "one and a half points of a hundred are 0.015",
        )
    compare = compare_shares if counted[0] else compare_means
    return compare(
        samples[0], samples[1], arguments["matters"], arguments.get("confidence", 0.95), arguments.get("power", 0.8)
    )


def _channel(row: Row, number: int) -> Channel:
    """Read how a channel answers to money: from `most` and `half`, or `most` from what was spent and came back."""
    place = f"channel {number}"
    name = row.get("channel")
    if not isinstance(name, str) or not name.strip():
        raise ToolError("bad_arguments", f"{place}: it has no name", "put one into the column channel")
    figures = {column: _figure(row, column, f'{place} ("{shortened(name)}")') for column in _NUMBERS}
    place = f'{place} ("{shortened(name)}")'
    half = figures["half"]
    if half is None or half < _LEAST_HALF:
        said = "missing" if not half else f"{half:g}, and {_LEAST_HALF:g} is the least"
        raise ToolError("bad_arguments", f"{place}: half is {said}", "it is the spend that brings half of the most")
    most = figures["most"]
    if most is None:
        spent, results = figures["spent"], figures["results"]
        if not spent or spent < _LEAST_HALF or results is None:
            raise ToolError(
                "bad_arguments",
                f"{place}: nothing says what it can bring",
                "give most, or spent and results of a period",
            )
        most = results * (half + spent) / spent
    floor, cap = figures["floor"] or 0.0, figures["cap"]
    if cap is not None and cap < floor:
        raise ToolError("bad_arguments", f"{place}: the cap {cap:g} is below the floor {floor:g}")
    return Channel(name, most, half, floor, _MOST_MONEY if cap is None else cap)


def _figure(row: Row, column: str, place: str) -> float | None:
    value = row.get(column)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_MONEY:
        raise ToolError(
            "bad_arguments", f"{place}: {column} is {shortened(repr(value))}", f"a number from 0 to {_MOST_MONEY:g}"
        )
    return float(value)


def _sample(given: dict[str, Any], side: str) -> Sample:
    try:
        return sample_of(given)
    except ValueError as error:
        raise ToolError(
            "bad_arguments",
            f"{side}: {error}",
            "give {n, hits}, or {n, mean, deviation}, or {values: [...]}",
        ) from None


_COUNT = {"type": "integer", "minimum": 0, "maximum": 10**12}
_ANY = {"type": "number", "minimum": -1e12, "maximum": 1e12}
_SIDE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 200},
        "n": _COUNT,
        "hits": _COUNT,
        "mean": _ANY,
        "deviation": {"type": "number", "minimum": 0, "maximum": 1e12},
        "values": {"type": "array", "items": _ANY, "maxItems": 100_000},
    },
    "additionalProperties": False,
    "description": "{n, hits} for shares; {n, mean, deviation} or {values} for means; and a name",
}
_SHARE = {"type": "number", "minimum": 0.5, "maximum": 0.9999}

TOOLS = (
    Tool(
        "campaign.split",
        "Split a budget over channels so that the results are most, with floors, caps and diminishing returns. A "
        "channel brings most * spend / (half + spend). Gives {shares with their reasons, results, as_even, unspent}.",
        arguments_of(
            required=("budget", "channels"),
            budget={"type": "number", "minimum": 0.001, "maximum": _MOST_MONEY},
            channels=TABLE_SCHEMA
            | {"description": "rows with channel, half, most (or spent and results), and perhaps floor and cap"},
            step={"type": "number", "minimum": 0.001, "maximum": 1e9, "description": "round shares to this, 1"},
        ),
        _split,
        example={
            "budget": 10_000,
            "channels": "channel,most,half,floor,cap\nsearch,400,4000,,\nletters,150,1000,500,3000\n",
            "step": 100,
        },
    ),
    Tool(
        "campaign.significance",
        "Compare two variants: shares (z test, Newcombe's interval) or means (Welch). `matters` is the least "
        'difference worth having. Gives {verdict, difference, interval, p, needed}; too few gives "not enough data".',
        arguments_of(
            required=("a", "b", "matters"),
            a=_SIDE,
            b=_SIDE,
            matters={"type": "number", "minimum": 1e-9, "maximum": 1e12, "description": "of shares a share, 0.015"},
            confidence=_SHARE | {"description": "0.95 when left out"},
            power=_SHARE | {"description": "0.8 when left out"},
        ),
        _significance,
        example={"a": {"n": 4000, "hits": 200}, "b": {"n": 4000, "hits": 264}, "matters": 0.015},
    ),
)
