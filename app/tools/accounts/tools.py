"""The tools `accounts.*`: how well customers are and where they are going, and what a small software firm is worth."""

from __future__ import annotations

import asyncio
from typing import Any

from app.document.suggest import shortened
from app.tools.accounts.health import WEIGHTS, examined
from app.tools.accounts.valuation import booked, figures, largest_of, months_of, told, valued
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.rows import TABLE_SCHEMA, read_rows

_MAX_ROWS = 50_000
_SHOWN = 30
_BANDS = {"green": 75, "amber": 55}


async def _health(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["months"], surroundings.root)
    if len(rows) > _MAX_ROWS:
        raise ToolError("refused", f"these are more than {_MAX_ROWS:,} rows", "take fewer months, or fewer accounts")
    weights = arguments.get("weights") or WEIGHTS
    if not sum(weights.values()):
        raise ToolError("bad_arguments", "all weights are 0", "at least one part has to count")
    bands = _BANDS | arguments.get("bands", {})
    found = await asyncio.to_thread(examined, rows, dict.fromkeys(WEIGHTS, 0) | weights, bands)
    counts = {band: sum(one["band"] == band for one in found) for band in ("red", "amber", "green")}
    return {"counts": counts, "accounts": found[: arguments.get("limit", _SHOWN)]}


async def _value(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    months = months_of(await asyncio.to_thread(read_rows, arguments["months"], surroundings.root))
    customers = await asyncio.to_thread(read_rows, arguments.get("customers", []), surroundings.root)
    largest = largest_of(customers, booked(months))
    found = figures(
        months,
        margin=arguments["gross_margin"],
        largest=largest[1] if largest else None,
        claimed=arguments.get("claimed_mrr"),
    )
    customer = {"customer": shortened(largest[0]), "percent": round(100 * largest[1], 1)} if largest else None
    return {**told(found), "largest_customer": customer, **valued(found, arguments.get("multiple", 3.0), months)}


_POINTS = {"type": "number", "minimum": 0, "maximum": 100}
_EXAMPLE_HEALTH = (
    "account,month,seats,active,tickets,urgent,days_overdue,sponsor_days\n"
    "Fjord Foods,2026-01,80,60,2,0,0,10\n"
    "Fjord Foods,2026-02,80,28,6,1,15,75\n"
)
_EXAMPLE_MONTHS = (
    "month,mrr_start,new,expansion,contraction,churned,mrr_end,sales_cost,customers_start,customers_new,customers_lost\n"
    "2026-01,10000,900,200,0,300,10800,3000,100,9,3\n"
    "2026-02,10800,800,200,100,200,11500,3000,106,8,2\n"
    "2026-03,11500,900,300,0,300,12400,3000,112,9,3\n"
)

TOOLS = (
    Tool(
        "accounts.health",
        "Score customers from 0 to 100 by use, tickets, payment and sponsor, with reasons and the way they are going.",
        arguments_of(
            required=("months",),
            months=TABLE_SCHEMA
            | {
                "description": "rows of account, month, seats, active, tickets, urgent, days_overdue and sponsor_days, "
                "the days since the sponsor was last seen"
            },
            weights=arguments_of(usage=_POINTS, tickets=_POINTS, payment=_POINTS, sponsor=_POINTS),
            bands=arguments_of(green=_POINTS, amber=_POINTS),
            limit={"type": "integer", "minimum": 0, "maximum": 200},
        ),
        _health,
        example={"months": _EXAMPLE_HEALTH},
    ),
    Tool(
        "accounts.value",
        "Value a small firm with subscriptions: MRR, growth, churn, LTV to CAC, a multiple with reasons, red flags.",
        arguments_of(
            required=("months", "gross_margin"),
            months=TABLE_SCHEMA | {"description": "one row a month, as in the guide to accounts"},
            gross_margin={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            customers=TABLE_SCHEMA | {"description": "rows of customer and mrr, to see the largest"},
            claimed_mrr={"type": "number", "minimum": 0, "maximum": 1e12, "description": "what the seller says"},
            multiple={"type": "number", "minimum": 0.5, "maximum": 20, "description": "to begin with; 3 if left out"},
        ),
        _value,
        example={"months": _EXAMPLE_MONTHS, "gross_margin": 0.8},
    ),
)
