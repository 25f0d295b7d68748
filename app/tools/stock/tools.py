"""The tools `stock.*`: what will be asked for, from what was, and what to order today so that it is there.

The sums are in stock_sums; here arguments are read, and the reasons are put into words.
"""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.cells import Cells, named_once, whole
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows
from app.tools.stock.sums import Forecast, Item, Order, forecast_of, ordered

MAX_CELLS = 20_000  # items times periods, since a period without a row counts as one in which nothing was sold
MAX_ITEMS = 2_000
LEAST_COST = 1e-6  # of holding one for a year; with less, one would order for centuries


async def _forecast(arguments: Arguments, surroundings: Surroundings) -> list[dict[str, Any]]:
    rows = await asyncio.to_thread(read_rows, arguments["history"], surroundings.root)
    names = [arguments.get(part, part) for part in ("item", "period", "quantity")]
    series = _series_of(rows, *names)
    ahead, method = arguments.get("ahead", 4), arguments.get("method", "auto")

    def forecasts() -> list[dict[str, Any]]:
        return [_told(item, sold, forecast_of(sold, ahead, method)) for item, sold in series.items()]

    return await asyncio.to_thread(forecasts)


async def _reorder(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["items"], surroundings.root)
    if not rows:
        raise ToolError("bad_arguments", "items has no rows", "a row for each item, with on_hand and lead_days")
    if len(rows) > MAX_ITEMS:
        raise ToolError("refused", f"items has {len(rows):,} rows; {MAX_ITEMS:,} is the most", "ask in parts")
    days = arguments.get("period_days", 7)
    demand = {
        cells.text("item"): (cells.amount("per_period") / days, cells.amount("deviation") / days**0.5)
        for cells in (Cells(row, number, "forecast") for number, row in enumerate(arguments.get("forecast", []), 1))
    }
    items = [_item(Cells(row, number, "items"), demand) for number, row in enumerate(rows, 1)]
    named_once([item.name for item in items], "items")
    service, cover = arguments.get("service", 0.95), arguments.get("cover_days", 30)
    orders = [ordered(item, service, cover) for item in items]
    told = [_order(item, order, service) for item, order in zip(items, orders, strict=True)]
    due = [{name: row[name] for name in ("item", "order", "cost", "why")} for row in told if row["order"]]
    return {
        "count": len(due),
        "cost": whole(sum(row["cost"] or 0 for row in due)),
        "late": [row["item"] for row in told if row["runs_out_first"]],
        "order": due,
        "items": told,
    }


def _series_of(rows: list[Row], item: str, period: str, quantity: str) -> dict[str, list[float]]:
    """Return what was sold of each item in each period, in order of the periods."""
    if not rows:
        raise ToolError("bad_arguments", "history has no rows", "a row for each item and period, with its quantity")
    check_columns((item, period, quantity), columns_of(rows))
    cells = [Cells(row, number, "history") for number, row in enumerate(rows, 1)]
    moments = [_moment(cell, period) for cell in cells]
    try:
        places = {name: place for place, name in enumerate(sorted(set(moments)))}
    except TypeError:
        raise ToolError("bad_arguments", f'"{period}" holds numbers and texts', "write all periods alike") from None
    names = dict.fromkeys(cell.text(item) for cell in cells)
    if len(names) * len(places) > MAX_CELLS:
        raise ToolError(
            "refused",
            f"{len(names):,} items in {len(places):,} periods are too many",
            f"{MAX_CELLS:,} together at most",
        )
    series = {name: [0.0] * len(places) for name in names}
    for cell, moment in zip(cells, moments, strict=True):
        series[cell.text(item)][places[moment]] += cell.amount(quantity)
    return series


def _moment(cell: Cells, period: str) -> Any:
    """Return a period as it is sorted: a number as one, anything else as a text."""
    value = cell.row.get(period)
    return value if isinstance(value, int | float) and value == value else cell.text(period)


def _told(item: str, sold: list[float], forecast: Forecast) -> dict[str, Any]:
    mean = sum(sold) / len(sold)
    return {
        "item": item,
        "method": forecast.method,
        "per_period": whole(sum(forecast.values) / len(forecast.values)),
        "forecast": [whole(value) for value in forecast.values],
        "deviation": whole(forecast.deviation),
        "error": whole(forecast.error),
        "error_percent": whole(100 * forecast.error / mean, 1) if mean else None,
        "last": whole(sold[-1]),
        "mean": whole(mean),
        "periods": len(sold),
        "empty_periods": sum(amount == 0 for amount in sold),
    }


def _item(cells: Cells, forecast: dict[Any, tuple[float, float]]) -> Item:
    name = cells.text("item")
    demand, deviation = cells.maybe("demand"), cells.maybe("deviation")
    if demand is None and name in forecast:
        demand, deviation = forecast[name]
    if demand is None:
        cells.wrong("demand", "should be a number, or the item be in forecast", None)
    return Item(
        name,
        on_hand=cells.amount("on_hand"),
        on_order=cells.maybe("on_order") or 0.0,
        demand=demand,
        deviation=deviation or 0.0,
        lead_days=cells.amount("lead_days", most=1_000),
        lead_deviation=cells.maybe("lead_deviation", most=1_000) or 0.0,
        order_cost=cells.maybe("order_cost"),
        holding_cost=_holding_cost(cells),
        minimum=cells.maybe("minimum") or 0.0,
        pack=cells.maybe("pack", least=1) or 1.0,
        unit_cost=cells.maybe("unit_cost"),
    )


def _holding_cost(cells: Cells) -> float | None:
    cost = cells.maybe("holding_cost")
    if cost and cost < LEAST_COST:
        cells.wrong("holding_cost", f"should be 0 or at least {LEAST_COST:g}", cost)
    return cost


def _order(item: Item, order: Order, service: float) -> dict[str, Any]:
    return {
        "item": item.name,
        "on_hand": whole(item.on_hand),
        "on_order": whole(item.on_order),
        "days_of_cover": None if order.cover is None else whole(order.cover, 1),
        "safety_stock": order.safety,
        "reorder_point": order.point,
        "economic": None if order.economic is None else whole(order.economic, 0),
        "order": whole(order.quantity),
        "cost": None if item.unit_cost is None else whole(order.quantity * item.unit_cost),
        "runs_out_first": order.late,
        "why": _why(item, order, service),
    }


def _why(item: Item, order: Order, service: float) -> str:
    held = f"{item.on_hand + item.on_order:g} held and on their way"
    if not order.quantity:
        return f"{held}, over the reorder point of {order.point}"
    share = f"{service * 100:g} %"
    why = f"{held}, not over the reorder point of {order.point} ({order.safety} of it to be safe in {share} of cases)"
    if order.late and order.cover is not None:
        why += f"; the shelf lasts {order.cover:.1f} days, the next delivery takes {item.lead_days:g}"
    return why


_NAME = {"type": "string", "minLength": 1}

TOOLS = (
    Tool(
        "stock.forecast",
        "Forecast demand per item from what was sold in each period (a period without a row counts as none sold). "
        "method: auto takes Croston's for demand that comes now and then, else the better of simple and Holt's "
        "smoothing. Gives a list of {item, method, per_period, forecast, deviation, error, error_percent, ...}.",
        arguments_of(
            required=("history",),
            history=TABLE_SCHEMA,
            item=_NAME | {"description": "the column with the item, item"},
            period=_NAME | {"description": "the column with the period, period; sorted as it stands"},
            quantity=_NAME | {"description": "the column with what was sold, quantity"},
            ahead={"type": "integer", "minimum": 1, "maximum": 104, "description": "periods to forecast, 4"},
            method={"enum": ["auto", "simple", "holt", "croston"]},
        ),
        _forecast,
        example={"history": "item,period,quantity\nlamp,1,10\nlamp,2,12\nlamp,3,14\n", "ahead": 2},
    ),
    Tool(
        "stock.reorder",
        "Say what to order today and why. items: item, on_hand, lead_days; demand and deviation per day, or from "
        "forecast (what stock.forecast gives, in periods of period_days); optional on_order, lead_deviation, "
        "order_cost, holding_cost (a unit, a year), minimum, pack, unit_cost. Gives {items, order, count, cost, late}.",
        arguments_of(
            required=("items",),
            items=TABLE_SCHEMA,
            forecast={"type": "array", "items": {"type": "object"}, "maxItems": MAX_ITEMS},
            period_days={"type": "number", "minimum": 1, "maximum": 366, "description": "days in a period, 7"},
            service={"type": "number", "minimum": 0.5, "maximum": 0.9999, "description": "share without a gap, 0.95"},
            cover_days={
                "type": "number",
                "minimum": 1,
                "maximum": 366,
                "description": "to order where no costs are, 30",
            },
        ),
        _reorder,
        example={"items": "item,on_hand,lead_days,demand,deviation\nlamp,20,9,4,2\n"},
    ),
)
