"""The tools `leads.*`: leads scored by stated rules, handed to owners with reasons, a quarter's revenue foretold."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.leads.pipeline import Chances, deals_of, guessed, learned, tested_back
from app.tools.queries import Database, expression
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MAX_LEADS = 10_000
_SHOWN = 30
_NUMBER = "number of the row"  # a column of ours beside theirs, to keep the order


@dataclass(slots=True)
class Owner:
    """Somebody who takes leads: what is taken, and how much of it."""

    name: str
    regions: list[str]
    languages: list[str]
    sizes: tuple[float, float]
    capacity: int
    load: int
    taken: list[str] = field(default_factory=list)

    def objections(self, lead: Row) -> list[str]:
        """Say what stands against this lead, the hardest first: language, region, size, load."""
        said = []
        if not _fits(lead.get("language"), self.languages):
            said.append(f"language {lead.get('language')}")
        if not _fits(lead.get("region"), self.regions):
            said.append(f"region {lead.get('region')}")
        if not self.sizes[0] <= (lead.get("employees") or 0) <= self.sizes[1]:
            said.append(f"size {lead.get('employees')}")
        if self.load >= self.capacity:
            said.append("load")
        return said


async def _score(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await _leads(arguments, surroundings)
    stopped = Event()
    try:
        held = await asyncio.to_thread(_held, rows, arguments["rules"], stopped)
    finally:
        stopped.set()
    hot, warm = (arguments.get("bands", {}).get(band, usual) for band, usual in (("hot", 60), ("warm", 30)))
    scored = [_scored(row, arguments["rules"], cells, hot, warm) for row, cells in zip(rows, held, strict=True)]
    scored.sort(key=lambda one: -one["score"])
    counts = {band: sum(one["band"] == band for one in scored) for band in ("hot", "warm", "cold")}
    return {"counts": counts, "leads": scored[: arguments.get("limit", _SHOWN)]}


async def _route(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await _leads(arguments, surroundings)
    owners = [_owner(one) for one in arguments["owners"]]
    fallback = arguments["fallback"]
    routed = [_routed(row, owners, fallback) for row in rows]
    gives: dict[str, Any] = {
        "routed": routed[: arguments.get("limit", _SHOWN)],
        "load": {one.name: f"{one.load} of {one.capacity}" for one in owners},
        "fallback": [one["lead"] for one in routed if one["owner"] == fallback],
    }
    if truth := arguments.get("truth"):
        check_columns([truth], columns_of(rows))
        gives["check"] = _checked(rows, routed, truth)
    return gives


async def _forecast(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    tables = [
        await asyncio.to_thread(read_rows, arguments.get(key, []), surroundings.root) for key in ("deals", "history")
    ]
    deals, history = deals_of(tables[0], past=False), deals_of(tables[1], past=True)
    stages, typical = arguments.get("stages"), arguments.get("typical_days", 90)
    if not stages and not history:
        raise ToolError("bad_arguments", "there are neither `stages` nor `history`", "one of them tells the chances")
    chances = Chances(stages or learned(history, typical), typical)
    backtest = await asyncio.to_thread(tested_back, history, stages, typical)
    errors = [abs(one["error_percent"]) for one in backtest if one["error_percent"] is not None]
    guess = guessed(deals, chances)
    return {
        "expected": round(guess.expected),
        "low": round(guess.low),
        "high": round(guess.high),
        "stages": [
            {"stage": stage, "chance": round(chance, 3)}
            | _of_stage([one for one in deals if one.stage == stage], chances)
            for stage, chance in chances.stages.items()
        ],
        "stale": [one.id for one in deals if one.age > typical][:_SHOWN],
        "backtest": backtest,
        "mean_error_percent": round(sum(errors) / len(errors), 1) if errors else None,
    }


def _held(rows: list[Row], rules: list[dict[str, Any]], stopped: Event) -> list[tuple[Any, ...]]:
    """Ask every rule of every row: 1, 0, or None where the row does not say."""
    if not rows:
        return []
    database = Database({"rows": [row | {_NUMBER: number} for number, row in enumerate(rows)]}, stopped)
    try:
        conditions = ", ".join(f"{expression(rule['when'])} <> 0" for rule in rules)
        held = database.ask(f'SELECT {conditions} FROM rows ORDER BY "{_NUMBER}"')[1]
    finally:
        database.close()
    if len(held) != len(rows):
        raise ToolError("bad_arguments", "a rule counts rows instead of looking at one", "such as: employees >= 200")
    return held


def _scored(row: Row, rules: list[dict[str, Any]], cells: tuple[Any, ...], hot: float, warm: float) -> Row:
    points: dict[str, float] = {"fit": 0, "intent": 0}
    reasons, unknown = [], []
    for rule, holds in zip(rules, cells, strict=True):
        if holds:
            points[rule["kind"]] += rule["points"]
            reasons.append(f"{rule['points']:+g} {rule['because']}")
        elif holds is None:
            unknown.append(rule["because"])
    score = points["fit"] + points["intent"]
    band = "hot" if score >= hot else "warm" if score >= warm else "cold"
    return {"id": row["id"], "score": score, "band": band, **points, "reasons": reasons, "unknown": unknown}


def _routed(lead: Row, owners: list[Owner], fallback: str) -> Row:
    """Give a lead to whoever may have it and has the most room; of equals, to the first."""
    objections = [(one, one.objections(lead)) for one in owners]
    able = [one for one, said in objections if not said]
    if not able:
        # The nearest miss is the useful reason: what one person lacks, not what nine others lack as well.
        nearest, said = min(objections, key=lambda pair: len(pair[1]))
        return {"lead": lead["id"], "owner": fallback, "because": f"nobody fits; {nearest.name} but for {said[0]}"}
    owner = min(able, key=lambda one: one.load / one.capacity)
    because = f"{lead.get('region')}, {lead.get('language')}, {lead.get('employees')} people; "
    because += f"{owner.load} of {owner.capacity} taken" if len(able) > 1 else "nobody else could"
    owner.load += 1
    return {"lead": lead["id"], "owner": owner.name, "because": because}


def _checked(rows: list[Row], routed: list[Row], truth: str) -> dict[str, Any]:
    pairs = [(one, row[truth]) for one, row in zip(routed, rows, strict=True) if row.get(truth) is not None]
    wrong = [
        {"lead": one["lead"], "owner": one["owner"], "should_be": right}
        for one, right in pairs
        if one["owner"] != right
    ]
    share = round(1 - len(wrong) / len(pairs), 3) if pairs else None
    return {"of": len(pairs), "right": len(pairs) - len(wrong), "share": share, "wrong": wrong[:_SHOWN]}


def _of_stage(deals: list[Any], chances: Chances) -> dict[str, Any]:
    return {
        "deals": len(deals),
        "amount": round(sum(one.amount for one in deals)),
        "expected": round(guessed(deals, chances).expected),
    }


def _owner(one: dict[str, Any]) -> Owner:
    sizes = one.get("employees", [0, 1e12])
    if sizes[0] > sizes[1]:
        shown = f"{shortened(one['owner'])}: sizes from {sizes[0]:g} to {sizes[1]:g}"
        raise ToolError("bad_arguments", shown, "the smaller one first")
    return Owner(
        one["owner"], one.get("regions", []), one.get("languages", []), (sizes[0], sizes[1]), one["capacity"],
        one.get("load", 0),
    )  # fmt: skip


def _fits(value: Any, allowed: list[str]) -> bool:
    return not allowed or str(value).lower() in (word.lower() for word in allowed)


async def _leads(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    rows = await asyncio.to_thread(read_rows, arguments["leads"], surroundings.root)
    if len(rows) > _MAX_LEADS:
        raise ToolError("refused", f"these are more than {_MAX_LEADS:,} leads", "take them in parts")
    for number, row in enumerate(rows, 1):
        if row.get("id") is None:
            raise ToolError("bad_arguments", f"row {number} has no id", "each lead has one")
        size = row.get("employees")
        if size is not None and (isinstance(size, bool) or not isinstance(size, int | float)):
            raise ToolError("bad_arguments", f"row {number}, employees: {shortened(str(size))} is no number")
    return rows


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
_WORDS = {"type": "array", "items": _TEXT, "maxItems": 100}
_LIMIT = {"type": "integer", "minimum": 0, "maximum": 200, "description": "how many are told in full; 30"}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_RULES = {
    "type": "array",
    "minItems": 1,
    "maxItems": 60,
    "items": arguments_of(
        required=("because", "kind", "when", "points"),
        because=_TEXT,
        kind={"enum": ["fit", "intent"]},
        when={"type": "string", "minLength": 1, "maxLength": 2_000, "description": "SQL, such as: employees >= 200"},
        points={"type": "number", "minimum": -1_000, "maximum": 1_000},
    ),
}
_OWNERS = {
    "type": "array",
    "minItems": 1,
    "maxItems": 200,
    "items": arguments_of(
        required=("owner", "capacity"),
        owner=_TEXT,
        regions=_WORDS,
        languages=_WORDS,
        employees={"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        capacity={"type": "integer", "minimum": 1, "maximum": 100_000},
        load={"type": "integer", "minimum": 0, "maximum": 100_000},
    ),
}
_LEADS = "id,region,language,employees,demo\n1,DACH,de,240,true\n2,Nordics,fi,30,\n"

TOOLS = (
    Tool(
        "leads.score",
        "Score leads by stated rules: points for fit and for intent, each with its reason, and what is not known.",
        arguments_of(
            required=("leads", "rules"),
            leads=TABLE_SCHEMA,
            rules=_RULES,
            bands=arguments_of(hot={"type": "number"}, warm={"type": "number"}),
            limit=_LIMIT,
        ),
        _score,
        example={
            "leads": _LEADS,
            "rules": [{"because": "more than 200 people", "kind": "fit", "when": "employees > 200", "points": 40}],
        },
    ),
    Tool(
        "leads.route",
        "Give leads to owners by language, region, size and load, with reasons; what fits nobody goes to the fallback.",
        arguments_of(
            required=("leads", "owners", "fallback"),
            leads=TABLE_SCHEMA,
            owners=_OWNERS,
            fallback=_TEXT,
            truth=_TEXT | {"description": "a column with the right owner, to count how often it agrees"},
            limit=_LIMIT,
        ),
        _route,
        example={
            "leads": _LEADS,
            "owners": [{"owner": "Lena", "regions": ["DACH"], "languages": ["de"], "capacity": 20}],
            "fallback": "desk",
        },
    ),
    Tool(
        "leads.forecast",
        "Foretell a quarter from its pipeline by stage and age, with a range, and the error in quarters past.",
        arguments_of(
            required=("deals",),
            deals=TABLE_SCHEMA | {"description": "rows with id, stage, amount, age_days"},
            history=TABLE_SCHEMA | {"description": "the same of past quarters, with quarter and won"},
            stages={
                "type": "object",
                "additionalProperties": _SHARE,
                "maxProperties": 30,
                "description": "chances by stage; learned from history if left out",
            },
            typical_days={"type": "number", "exclusiveMinimum": 0, "maximum": 3_650, "description": "90"},
        ),
        _forecast,
        example={
            "deals": "id,stage,amount,age_days\nD1,proposal,10000,30\nD2,demo,8000,180\n",
            "stages": {"proposal": 0.5, "demo": 0.25},
        },
    ),
)
