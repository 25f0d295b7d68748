"""The tools `bids.*`: bids side by side with what would turn the result, and what such a thing usually costs."""

from __future__ import annotations

import asyncio
from statistics import median, quantiles
from typing import Any, NamedTuple

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.cells import Cells, named_once, whole
from app.tools.rows import TABLE_SCHEMA, Row, read_rows

MAX_BIDS = 50
MAX_LISTINGS = 2_000
CRITERIA = ("price", "delivery", "quality", "risk")
WEIGHTS = {"price": 40.0, "delivery": 20.0, "quality": 25.0, "risk": 15.0}
FENCE = 1.5  # quartile distances beyond which a price is no longer one of the others (Tukey)


class Bid(NamedTuple):
    """What one vendor offers: all it costs, and a mark from 0 to 100 for each criterion."""

    vendor: str
    total: float
    days: float
    quality: float
    risk: float


async def _compare(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["bids"], surroundings.root)
    bids = _bids(rows, arguments.get("quantity", 1), arguments.get("years", 1))
    weights = _weights(arguments.get("weights", WEIGHTS))
    excluded = [{"vendor": bid.vendor, "why": why} for bid in bids if (why := _excluded(bid, arguments))]
    admitted = [bid for bid in bids if not _excluded(bid, arguments)]
    if not admitted:
        return {"winner": None, "ranking": [], "excluded": excluded, "flips": [], "closest": None, "approval": None}
    marks = marked(admitted)
    ranking = sorted(admitted, key=lambda bid: (-score(marks[bid.vendor], weights), bid.total, bid.vendor))
    winner = ranking[0]
    turns = flips({bid.vendor: marks[bid.vendor] for bid in ranking}, weights)
    return {
        "winner": winner.vendor,
        "lead": whole(score(marks[winner.vendor], weights) - score(marks[ranking[1].vendor], weights), 1)
        if len(ranking) > 1
        else None,
        "cheapest": min(ranking, key=lambda bid: bid.total).vendor,
        "ranking": [_ranked(bid, marks[bid.vendor], weights) for bid in ranking],
        "excluded": excluded,
        "flips": turns,
        "closest": min(turns, key=lambda turn: abs(turn["weight"] - turn["flips_at"]), default=None),
        "approval": _approval(winner.total, arguments.get("approvals", [])),
    }


async def _price_band(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["listings"], surroundings.root)
    if not 4 <= len(rows) <= MAX_LISTINGS:
        raise ToolError(
            "bad_arguments", f"listings has {len(rows):,} rows", f"a band takes from 4 to {MAX_LISTINGS:,} of them"
        )
    prices = [
        _adjusted(Cells(row, number, "listings"), arguments.get("alike", {})) for number, row in enumerate(rows, 1)
    ]
    lowest, highest = fences([price for _, _, price in prices])
    kept = [price for _, _, price in prices if lowest <= price <= highest]
    low, middle, high = quartiles(kept)
    band: dict[str, Any] = {
        "low": whole(low, 0),
        "mid": whole(middle, 0),
        "high": whole(high, 0),
        "used": len(kept),
        "outliers": [
            {"listing": name, "price": whole(asked), "alike": whole(price, 0), "why": _aside(price, lowest, highest)}
            for name, asked, price in prices
            if not lowest <= price <= highest
        ][:30],
    }
    if (asking := arguments.get("asking")) is not None:
        band |= {"asking": asking, "verdict": _verdict(asking, low, high), "to_mid": whole(asking - middle, 0)}
    return band


def marked(bids: list[Bid]) -> dict[str, dict[str, float]]:
    """Give each bid its marks: the cheapest and the fastest have 100, quality and risk stand for themselves."""
    cheapest, fastest = min(bid.total for bid in bids), min(bid.days for bid in bids)
    return {
        bid.vendor: {
            "price": 100 * cheapest / bid.total,
            "delivery": 100 * fastest / bid.days,
            "quality": 10 * bid.quality,
            "risk": 100 - 10 * bid.risk,
        }
        for bid in bids
    }


def score(marks: dict[str, float], weights: dict[str, float]) -> float:
    """Weigh the marks; weights add up to 1."""
    return sum(weights[criterion] * marks[criterion] for criterion in CRITERIA)


def flips(marks: dict[str, dict[str, float]], weights: dict[str, float]) -> list[dict[str, Any]]:
    """Say for each criterion at which weight somebody else would win, the others keeping their proportions.

    A score is a straight line over the weight of one criterion, so the crossing with the winner's is exact.
    """
    winner = next(iter(marks))
    found = []
    for criterion in CRITERIA:
        now, rest = weights[criterion], 1 - weights[criterion]
        if rest <= 0:
            continue
        crossings = []
        for vendor in list(marks)[1:]:
            ahead = marks[winner][criterion] - marks[vendor][criterion]
            behind = (score(marks[winner], weights) - score(marks[vendor], weights) - now * ahead) / rest
            if ahead != behind and 0 <= (at := behind / (behind - ahead)) <= 1 and _loses(ahead, behind, now, at):
                crossings.append((abs(at - now), at, vendor))
        for above in (False, True):  # the nearest on either side
            if side := [crossing for crossing in crossings if (crossing[1] >= now) is above]:
                _, at, vendor = min(side)
                found.append(
                    {
                        "criterion": criterion,
                        "weight": whole(100 * now, 1),
                        "flips_at": whole(100 * at, 1),
                        "to": vendor,
                    }
                )
    return found


def quartiles(prices: list[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    low, _, high = quantiles(prices, n=4, method="inclusive")
    return low, median(prices), high


def fences(prices: list[float]) -> tuple[float, float]:
    """Return what a price must lie between to be one of the others."""
    low, _, high = quartiles(prices)
    return low - FENCE * (high - low), high + FENCE * (high - low)


def _loses(ahead: float, behind: float, now: float, at: float) -> bool:
    """Say whether beyond the crossing, seen from now, the winner is no longer ahead; not so where it only touches."""
    beyond = at + (1e-6 if at >= now else -1e-6)
    return beyond * ahead + (1 - beyond) * behind < 0


def _bids(rows: list[Row], quantity: float, years: float) -> list[Bid]:
    if not rows:
        raise ToolError("bad_arguments", "bids has no rows", "a row for each vendor")
    if len(rows) > MAX_BIDS:
        raise ToolError("refused", f"bids has {len(rows)} rows; {MAX_BIDS} is the most", "leave out the hopeless ones")
    bids = []
    for number, row in enumerate(rows, 1):
        cells = Cells(row, number, "bids")
        once = sum(cells.maybe(column) or 0 for column in ("setup", "freight", "exit"))
        total = cells.amount("price", least=0.0001) * quantity + once + (cells.maybe("yearly") or 0) * years
        bids.append(
            Bid(
                cells.text("vendor"),
                total,
                days=cells.amount("delivery_days", least=0.1),
                quality=cells.amount("quality", most=10),
                risk=cells.amount("risk", most=10),
            )
        )
    named_once([bid.vendor for bid in bids], "bids")
    return bids


def _weights(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    if total <= 0:
        raise ToolError("bad_arguments", "the weights add up to nothing", f"such as {WEIGHTS}")
    return {criterion: weights.get(criterion, 0) / total for criterion in CRITERIA}


def _excluded(bid: Bid, arguments: Arguments) -> str:
    if bid.quality < (least := arguments.get("least_quality", 0)):
        return f"quality {bid.quality:g}; at least {least:g} is wanted"
    if bid.risk > (most := arguments.get("most_risk", 10)):
        return f"risk {bid.risk:g}; {most:g} is the most"
    if bid.days > (most := arguments.get("most_days", bid.days)):
        return f"{bid.days:g} days; {most:g} is the most"
    return ""


def _ranked(bid: Bid, marks: dict[str, float], weights: dict[str, float]) -> dict[str, Any]:
    told = {criterion: whole(marks[criterion], 1) for criterion in CRITERIA}
    return {"vendor": bid.vendor, "score": whole(score(marks, weights), 1), "total": whole(bid.total), "marks": told}


def _approval(total: float, approvals: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Say who may sign: the first whose limit is not passed, or nobody on the list."""
    if not approvals:
        return None
    steps = sorted(approvals, key=lambda step: step["up_to"])
    signs = next((step for step in steps if total <= step["up_to"]), None)
    if signs is None:
        why = f"{whole(total):,} is more than anybody on the list may sign"
        return {"by": None, "over_limit": True, "why": why}
    over = signs is not steps[0]
    return {"by": signs["by"], "over_limit": over, "why": f"{whole(total):,} is within {signs['up_to']:,}"}


def _adjusted(cells: Cells, alike: dict[str, dict[str, float]]) -> tuple[str, float, float]:
    """Return a listing's name, its price, and what it would be if the thing were like the one in question."""
    asked = cells.amount("price", least=1)
    price = asked
    for column, likeness in alike.items():
        if (value := cells.maybe(column)) is not None:
            price += (likeness["is"] - value) * likeness["worth"]
    return str(cells.row.get("listing") or f"row {cells.number}"), asked, price


def _aside(price: float, lowest: float, highest: float) -> str:
    if price < lowest:
        return f"{whole(lowest - price, 0):,} below what is still usual ({whole(lowest, 0):,})"
    return f"{whole(price - highest, 0):,} above what is still usual ({whole(highest, 0):,})"


def _verdict(asking: float, low: float, high: float) -> str:
    if asking < low:
        return "below the band"
    return "above the band" if asking > high else "in the band"


_NUMBER = {"type": "number", "minimum": 0, "maximum": 1e12}
_MARK = {"type": "number", "minimum": 0, "maximum": 10}

TOOLS = (
    Tool(
        "bids.compare",
        "Compare bids by price (all it costs), delivery, quality and risk. bids: vendor, price, delivery_days, quality "
        "(0 to 10), risk (0 to 10, less is better), optional setup, freight, exit (once) and yearly. Gives {winner, "
        "lead, ranking, excluded, flips: the weight at which another would win, closest, approval}.",
        arguments_of(
            required=("bids",),
            bids=TABLE_SCHEMA,
            quantity={"type": "number", "exclusiveMinimum": 0, "maximum": 1e9, "description": "pieces, 1"},
            years={"type": "number", "minimum": 0, "maximum": 50, "description": "for what is paid yearly, 1"},
            weights={
                "type": "object",
                "properties": dict.fromkeys(CRITERIA, _NUMBER),
                "additionalProperties": False,
                "description": "of any size; price 40, delivery 20, quality 25, risk 15",
            },
            least_quality=_MARK,
            most_risk=_MARK,
            most_days=_NUMBER,
            approvals={
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"up_to": _NUMBER, "by": {"type": "string", "minLength": 1}},
                    "required": ["up_to", "by"],
                    "additionalProperties": False,
                },
                "maxItems": 20,
                "description": "who may sign up to which amount",
            },
        ),
        _compare,
        example={
            "bids": "vendor,price,delivery_days,quality,risk\nArdo,9,10,8,2\nBelk,7,21,6,4\n",
            "quantity": 100,
        },
    ),
    Tool(
        "bids.price_band",
        "Say what such a thing usually costs. listings: price, optional listing (a name) and what alike names. alike: "
        "{km: {is: 90000, worth: -0.06}} makes listings comparable: what it is here, and what one more is worth. "
        "Gives {low, mid, high, used, outliers}, and with asking a verdict.",
        arguments_of(
            required=("listings",),
            listings=TABLE_SCHEMA,
            alike={
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"is": _NUMBER, "worth": {"type": "number", "minimum": -1e9, "maximum": 1e9}},
                    "required": ["is", "worth"],
                    "additionalProperties": False,
                },
                "maxProperties": 10,
            },
            asking=_NUMBER,
        ),
        _price_band,
        example={"listings": "listing,price\nA,9000\nB,9400\nC,9800\nD,15000\n", "asking": 9500},
    ),
)
