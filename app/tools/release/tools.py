"""The tools `release.*`: what the next version is called, and whether measured figures let a release go on."""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.release.thresholds import Level, Rule, judged
from app.tools.release.versions import next_version
from app.tools.rows import TABLE_SCHEMA, columns_of, read_rows

MAX_FIGURES = 20_000  # five hours of one each second


async def _version(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(next_version, arguments["current"], arguments["changes"])


async def _gate(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["figures"], surroundings.root)
    if not rows:
        raise ToolError("bad_arguments", "there are no figures", "nobody goes on without any")
    if len(rows) > MAX_FIGURES:
        raise ToolError(
            "refused", f"these are {len(rows):,} rows; {MAX_FIGURES:,} is the most", "a figure a minute will do"
        )
    rules = [_rule(written) for written in arguments.get("rules", [])] or _usual(columns_of(rows))
    watch = _seconds(arguments["watch"]) if "watch" in arguments else max(rule.hold for rule in rules)
    return await asyncio.to_thread(judged, rows, rules, watch)


def _rule(written: dict[str, Any]) -> Rule:
    """Read a rule; what it triggers is named like the usual one, else like the measure."""
    measure, below = written["measure"], "below" in written
    return Rule(
        measure,
        written["level"],
        written["below" if below else "above"],
        _seconds(written["for"]),
        written.get("trigger") or next((rule.trigger for rule in USUAL if rule.measure == measure), measure),
        below,
    )


def _usual(columns: list[str]) -> list[Rule]:
    rules = [rule for rule in USUAL if rule.measure in columns]
    if not rules:
        known = ", ".join(dict.fromkeys(rule.measure for rule in USUAL))
        raise ToolError("bad_arguments", "no column has a usual rule", f"give rules, or name columns {known}")
    return rules


def _seconds(written: str) -> int:
    return int(written[:-1]) * {"s": 1, "m": 60, "h": 3600}[written[-1]]


def _both(measure: str, warn: float, critical: float, trigger: str) -> tuple[Rule, Rule]:
    """Return the usual pair: a warning after five minutes, critical after two."""
    return Rule(measure, "warn", warn, 300, trigger), Rule(measure, "critical", critical, 120, trigger)


def _once(measure: str, level: Level, line: float, hold: int, trigger: str, *, below: bool = False) -> Rule:
    return Rule(measure, level, line, hold, trigger, below)


# Shares are in per cent, latency in seconds, up is 1 while the service answers. A release usually wants stricter lines.
USUAL = (
    _once("up", "critical", 1, 60, "down", below=True),
    _once("errors", "warn", 10, 300, "errors"),
    *_both("task_failures", 10, 30, "errors"),
    *_both("latency", 1, 2, "slow"),
    _once("network_ms", "warn", 500, 300, "slow"),
    *_both("cpu", 80, 90, "exhausted"),
    *_both("memory", 80, 90, "exhausted"),
    _once("memory", "critical", 95, 60, "exhausted"),
    *_both("disk", 80, 90, "exhausted"),
    _once("disk", "critical", 95, 60, "exhausted"),
)

_HOLD = {"type": "string", "pattern": "^[1-9][0-9]{0,4}[smh]$"}
_LINE = {"type": "number", "minimum": -1e15, "maximum": 1e15}
_RULE = {
    "type": "object",
    "properties": {
        "measure": {"type": "string", "minLength": 1, "maxLength": 60},
        "level": {"enum": ["warn", "critical"]},
        "above": _LINE,
        "below": _LINE,
        "for": _HOLD | {"description": "how long it has to last, such as 5m"},
        "trigger": {"type": "string", "minLength": 1, "maxLength": 60, "description": "what it is called"},
    },
    "required": ["measure", "level", "for"],
    "oneOf": [{"required": ["above"]}, {"required": ["below"]}],
    "additionalProperties": False,
}
_FIGURES = [
    {"at": "14:00", "errors": 0.1, "up": 1},
    {"at": "14:01", "errors": 0.9, "up": 1},
    {"at": "14:02", "errors": 1.4, "up": 1},
    {"at": "14:03", "errors": 1.8, "up": 1},
]

TOOLS = (
    Tool(
        "release.version",
        "Name the next version and write its changelog, from changes told as conventional commits (feat: ..., "
        "fix(basket): ..., feat!: ...). Gives {version, bump, counts, breaking, changelog}.",
        arguments_of(
            required=("current", "changes"),
            current={"type": "string", "minLength": 1, "maxLength": 100, "description": "such as 1.4.2"},
            changes={
                "anyOf": [
                    {"type": "array", "items": {"type": "string", "maxLength": 5_000}, "maxItems": 1_000},
                    {"type": "string", "maxLength": 100_000},
                ],
                "description": "a list of texts, or one text with a line for each",
            },
        ),
        _version,
        example={"current": "1.4.2", "changes": ["feat(basket): keep it for 30 days", "fix: a total of nothing"]},
    ),
    Tool(
        "release.gate",
        "Decide go, hold or roll_back from figures over time (a column at, and one for each measure) against rules "
        "with hold times. Gives {decision, reasons, triggers, watched, measures}. What is critical rolls back; a "
        "warning, a missing figure or too short a watch holds. Without rules, the usual ones hold for the columns up, "
        "errors, task_failures, latency, network_ms, cpu, memory and disk.",
        arguments_of(
            required=("figures",),
            figures=TABLE_SCHEMA,
            rules={"type": "array", "items": _RULE, "minItems": 1, "maxItems": 100},
            watch=_HOLD | {"description": "the least time to have looked; left out, the longest of the rules"},
        ),
        _gate,
        example={
            "figures": _FIGURES,
            "rules": [{"measure": "errors", "level": "critical", "above": 0.5, "for": "2m"}],
        },
    ),
)
