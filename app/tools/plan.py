"""The tools `plan.*`: years carried forward from their drivers, options weighed, objectives that can be measured."""

from __future__ import annotations

import asyncio
import math
import re
from threading import Event
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.figures import LARGEST
from app.tools.queries import Database, expression, quoted

_FORCES = ("rivalry", "newcomers", "substitutes", "buyers", "suppliers")
_SIDES = ("strengths", "weaknesses", "opportunities", "threats")
_NUMBER = re.compile(r"\d")
_FROM_TO = re.compile(r"\bfrom\b.*\d.*\bto\b.*\d|\d.*(->|→).*\d", re.IGNORECASE)
_BOUND = re.compile(
    r"(at (least|most)|under|below|above|over|within|fewer than|less than|more than|[<>≤≥]).*\d", re.IGNORECASE
)
_WHEN = re.compile(
    r"\b(by|until|before|in|per|a|each)\b.*\b"
    r"(q[1-4]|20\d\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|day|week|month|quarter|year)",
    re.IGNORECASE,
)
_TASKS = ("launch", "implement", "build", "start", "roll out", "develop", "create", "introduce", "complete", "deliver")
_VAGUE = ("improve", "increase", "better", "optimise", "optimize", "enhance", "world-class", "strengthen", "more")


async def _project(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_projected, arguments)


async def _score(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    ways = {"options": _weighed, "swot": _swot, "forces": _forces}
    asked = [name for name in ways if name in arguments]
    if len(asked) != 1:
        raise ToolError("bad_arguments", "plan.score takes one of options, swot and forces")
    return ways[asked[0]](arguments)


async def _okr(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return checked(arguments["objectives"])


def _projected(arguments: Arguments) -> dict[str, Any]:
    drivers, lines = arguments["drivers"], arguments["lines"]
    if taken := next((name for name in (*drivers, *lines) if name.lower() == "year"), None):
        raise ToolError(
            "bad_arguments", f'"{taken}" is the column of the years', "call the driver or the line otherwise"
        )
    if both := next((name for name in lines if name in drivers), None):
        raise ToolError("bad_arguments", f'"{shortened(both)}" is both a driver and a line', "rename one of them")
    years = arguments.get("years", 5)
    first = arguments.get("first_year", 1)
    likely = _years(drivers, lines, years, first)
    cases = {"likely": {line: [row[line] for row in likely] for line in lines}}
    for case, changes in arguments.get("cases", {}).items():
        for name in changes:
            if name not in drivers:
                raise ToolError("bad_arguments", f'there is no driver "{shortened(name)}"', did_you_mean(name, drivers))
        changed = {name: driver | changes.get(name, {}) for name, driver in drivers.items()}
        cases[case] = {line: [row[line] for row in _years(changed, lines, years, first)] for line in lines}
    return {
        "years": likely,
        "totals": {
            case: {line: _rounded(math.fsum(values)) for line, values in told.items()} for case, told in cases.items()
        },
        "pays_back": {
            case: {line: _pays_back(values, first) for line, values in told.items()} for case, told in cases.items()
        },
        "cases": {case: told for case, told in cases.items() if case != "likely"},
    }


def driven(start: float, growth: float | list[float], years: int) -> list[float]:
    """Return a driver year by year; the last growth named goes on."""
    rates = growth if isinstance(growth, list) else [growth]
    values = [start]
    for year in range(years - 1):
        values.append(values[-1] * (1 + rates[min(year, len(rates) - 1)]))
    return values


def _years(drivers: dict[str, Any], lines: dict[str, str], years: int, first: int) -> list[dict[str, float]]:
    """Return a row for each year, each line reckoned from the drivers and the lines above it."""
    columns = {name: driven(driver["start"], driver.get("growth", 0), years) for name, driver in drivers.items()}
    rows: list[dict[str, float]] = [
        {"year": first + year} | {name: values[year] for name, values in columns.items()} for year in range(years)
    ]
    for name, formula in lines.items():
        database = Database({"years": list(rows)}, Event())
        try:
            _, found = database.ask(f"SELECT {expression(formula)} FROM years ORDER BY {quoted('year')}")
        except ToolError as error:
            raise ToolError(error.error, f'line "{shortened(name)}": {error.message}', error.hint) from None
        finally:
            database.close()
        if len(found) != len(rows):
            raise ToolError(
                "bad_arguments", f'line "{shortened(name)}" is not one number a year', "it sums no years up"
            )
        for row, (value,) in zip(rows, found, strict=True):
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
                raise ToolError("bad_arguments", f'line "{shortened(name)}" is no number in year {row["year"]}')
            row[name] = value
    return [{name: _rounded(value) if name != "year" else value for name, value in row.items()} for row in rows]


def _pays_back(values: list[float], first: int) -> int | None:
    """Return the year in which the sum so far is no longer below zero, having been so; None if that does not come."""
    total, below = 0.0, False
    for year, value in enumerate(values, first):
        total += value
        if below and total >= 0:
            return year
        below = below or total < 0
    return None


def _weighed(arguments: Arguments) -> dict[str, Any]:
    options: dict[str, dict[str, float]] = arguments["options"]
    criteria = list(next(iter(options.values())))
    weights: dict[str, float] = arguments.get("weights") or dict.fromkeys(criteria, 1.0)
    for name, scores in options.items():
        if missing := next((criterion for criterion in weights if criterion not in scores), None):
            raise ToolError("bad_arguments", f'option "{shortened(name)}" has no score for "{shortened(missing)}"')
        if extra := next((criterion for criterion in scores if criterion not in weights), None):
            raise ToolError("bad_arguments", f'"{shortened(extra)}" has no weight', "weigh it, with 0 if need be")
    if (whole := math.fsum(weights.values())) <= 0:
        raise ToolError("bad_arguments", "all weights are 0", "something has to count")
    parts = {criterion: weight / whole for criterion, weight in weights.items()}
    totals = {name: math.fsum(scores[c] * parts[c] for c in parts) for name, scores in options.items()}
    order = sorted(totals, key=lambda name: -totals[name])  # of equals the one that was named first
    best, second = order[0], order[1]
    return {
        "best": best,
        "ranking": [
            {
                "option": name,
                "score": round(totals[name], 3),
                "from": {c: round(options[name][c] * parts[c], 3) for c in parts},
            }
            for name in order
        ],
        "margin": round(totals[best] - totals[second], 3),
        "turns": [
            {"criterion": c, "weight": round(parts[c], 3), "at": round(at, 3), "then": name}
            for c in parts
            for name in order[1:]
            if (at := _turning(options[best], options[name], parts, c)) is not None
        ],
    }


def _turning(best: dict[str, float], other: dict[str, float], parts: dict[str, float], criterion: str) -> float | None:
    """Return the weight of a criterion at which the other option draws level, the rest keeping their proportions."""
    rest = 1 - parts[criterion]
    if rest <= 0:
        return None
    others = math.fsum((best[c] - other[c]) * part for c, part in parts.items() if c != criterion) / rest
    here = best[criterion] - other[criterion]
    if others == here:
        return None
    at = others / (others - here)
    return at if 0 <= at <= 1 else None


def _swot(arguments: Arguments) -> dict[str, Any]:
    """Weigh a SWOT: each entry by how much it matters and how sure it is, from 1 to 5."""
    swot = arguments["swot"]
    sums = {side: sum(entry["weight"] * entry.get("sure", 3) for entry in swot.get(side, [])) for side in _SIDES}
    unproven = [
        entry["what"] for side in _SIDES for entry in swot.get(side, []) if not _NUMBER.search(entry.get("proof", ""))
    ]
    inside, outside = sums["strengths"] - sums["weaknesses"], sums["opportunities"] - sums["threats"]
    stance = ("attack" if outside >= 0 else "defend") if inside >= 0 else ("mend first" if outside >= 0 else "retreat")
    return {"sums": sums, "inside": inside, "outside": outside, "stance": stance, "without_a_figure": unproven}


def _forces(arguments: Arguments) -> dict[str, Any]:
    """Weigh Porter's five forces, 1 weak to 5 strong: the stronger they are, the less is left to earn."""
    forces = arguments["forces"]
    strongest = max(_FORCES, key=lambda force: forces[force])
    mean = sum(forces[force] for force in _FORCES) / len(_FORCES)
    verdict = "attractive" if mean < 2.5 else "mixed" if mean < 3.5 else "unattractive"
    return {"pressure": round(mean, 2), "strongest": strongest, "verdict": verdict, "forces": forces}


def checked(objectives: list[dict[str, Any]]) -> dict[str, Any]:
    """Return whether each key result could be measured by a stranger, and what is missing where it could not."""
    problems: list[dict[str, Any]] = []
    results = [(entry["objective"], result) for entry in objectives for result in entry["results"]]
    for objective in objectives:
        if not 2 <= len(objective["results"]) <= 5:
            said = f"{len(objective['results'])} key results; 2 to 5 can be remembered"
            problems.append({"objective": objective["objective"], "result": None, "problem": said})
    at_fault = 0
    for objective, result in results:
        missing = _missing(result)
        at_fault += bool(missing)
        problems += [{"objective": objective, "result": result, "problem": problem} for problem in missing]
    return {
        "ok": not problems,
        "measurable": len(results) - at_fault,
        "results": len(results),
        "problems": problems[:30],
    }


def _missing(result: str) -> list[str]:
    """Return what keeps one key result from being measured."""
    said = result.lower().strip()
    if not _NUMBER.search(said):
        vague = next((word for word in _VAGUE if re.search(rf"\b{word}", said)), None)
        return [f'no figure: "{vague}" by how much' if vague else "no figure"]
    missing = []
    if said.startswith(_TASKS):
        missing.append("a task, not a result: what changes when it is done")
    if not (_FROM_TO.search(said) or _BOUND.search(said)):
        missing.append("no target: write from X to Y, or at least Y")
    if not _WHEN.search(said):
        missing.append("no date: by when, or in what time")
    return missing


def _rounded(value: float) -> float:
    return round(value, 2)


_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_FIGURE = {"type": "number", "minimum": -1e12, "maximum": 1e12}
_RATE = {"type": "number", "minimum": -1, "maximum": 10}
_GROWTH = {"anyOf": [_RATE, {"type": "array", "items": _RATE, "minItems": 1, "maxItems": 30}]}
_ENTRY = arguments_of(
    required=("what", "weight"),
    what=_NAME,
    weight={"type": "integer", "minimum": 1, "maximum": 5},
    sure={"type": "integer", "minimum": 1, "maximum": 5, "description": "3 when left out"},
    proof=_NAME,
)
_ENTRIES: dict[str, Any] = {"type": "array", "items": _ENTRY, "maxItems": 20}
_SCORES = {"type": "object", "minProperties": 1, "maxProperties": 30, "additionalProperties": _FIGURE}

TOOLS = (
    Tool(
        "plan.project",
        "Carry a plan forward, five years unless told: drivers that grow ({customers: {start: 900, growth: 0.2}}), "
        "lines reckoned from them in SQL ({revenue: customers * price}), cases that change drivers. Gives the years, "
        "totals, the other cases, and when the sum of a line is above zero again.",
        arguments_of(
            required=("drivers", "lines"),
            drivers={
                "type": "object",
                "minProperties": 1,
                "maxProperties": 50,
                "additionalProperties": arguments_of(required=("start",), start=_FIGURE, growth=_GROWTH),
            },
            lines={"type": "object", "minProperties": 1, "maxProperties": 50}
            | {"additionalProperties": {"type": "string", "minLength": 1, "maxLength": 500}},
            cases={
                "type": "object",
                "maxProperties": 5,
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": arguments_of(start=_FIGURE, growth=_GROWTH),
                },
                "description": "such as {low: {customers: {growth: 0.05}}}",
            },
            years={"type": "integer", "minimum": 1, "maximum": 30, "description": "5"},
            first_year={"type": "integer", "minimum": 1, "maximum": 3_000, "description": "1"},
        ),
        _project,
        example={
            "drivers": {"customers": {"start": 100, "growth": 0.5}, "price": {"start": 20}},
            "lines": {"revenue": "customers * price", "profit": "revenue - 2500"},
            "years": 2,
        },
    ),
    Tool(
        "plan.score",
        "Weigh `options` by criteria and weights (who leads, and at which weight that turns), or a `swot` whose "
        "entries have weights, or Porter's five `forces` from 1 to 5.",
        arguments_of(
            options={"type": "object", "minProperties": 2, "maxProperties": 30, "additionalProperties": _SCORES},
            weights={
                "type": "object",
                "maxProperties": 30,
                "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1_000},
                "description": "by criterion; left out, all count the same",
            },
            swot=arguments_of(strengths=_ENTRIES, weaknesses=_ENTRIES, opportunities=_ENTRIES, threats=_ENTRIES),
            forces=arguments_of(
                required=_FORCES, **{force: {"type": "number", "minimum": 1, "maximum": 5} for force in _FORCES}
            ),
        ),
        _score,
        example={
            "options": {"enter": {"gain": 8, "risk": 3}, "wait": {"gain": 4, "risk": 9}},
            "weights": {"gain": 3, "risk": 1},
        },
    ),
    Tool(
        "plan.okr",
        "Check objectives and key results: could a stranger measure each? Gives what is missing where not: a figure, a "
        "target, a date, or a result instead of a task.",
        arguments_of(
            required=("objectives",),
            objectives={
                "type": "array",
                "minItems": 1,
                "maxItems": 30,
                "items": arguments_of(
                    required=("objective", "results"),
                    objective=_NAME,
                    results={"type": "array", "items": _NAME, "maxItems": 20},
                ),
            },
        ),
        _okr,
        example={
            "objectives": [
                {
                    "objective": "People rely on us",
                    "results": ["Kept appointments from 83 to 92 % by June", "Improve the reports"],
                }
            ]
        },
    ),
)
