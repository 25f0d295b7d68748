"""The tools `desk.*`: tickets scored and routed by rules that are written down, and held to the times promised.

A rule holds for a ticket when its condition does (SQL over the ticket's columns) and one of its words is in its texts.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from threading import Event
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.desk.clocks import clocks
from app.tools.queries import Database, expression
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

Rule = dict[str, Any]
Holds = list[list[bool]]  # for each ticket, which rules hold

MAX_TICKETS = 20_000
MAX_REASONS = 12
_SHOWN = 100  # tickets, where nobody says how many
_LEVELS = ({"name": "critical", "from": 75}, {"name": "high", "from": 50}, {"name": "medium", "from": 25})
_LOWEST = "low"


def scored(
    tickets: list[Row], rules: list[Rule], holds: Holds, levels: list[dict[str, Any]], limit: int
) -> dict[str, Any]:
    """Add up the points of the rules that hold, from 0 to 100, highest first; each point has its reason."""
    ladder = sorted(levels, key=lambda level: -level["from"])
    rows = []
    for ticket, row in zip(tickets, holds, strict=True):
        kept = [rule for rule, held in zip(rules, row, strict=True) if held]
        score = max(0, min(100, sum(rule["points"] for rule in kept)))
        level = next((step["name"] for step in ladder if score >= step["from"]), _LOWEST)
        rows.append((ticket, kept, score, level))
    rows.sort(key=lambda row: -row[2])
    return {
        "levels": {name: count for name in _names_of(ladder) if (count := sum(row[3] == name for row in rows))},
        **_not_shown(len(rows), limit),
        "tickets": [
            {**ticket, "score": score, "level": level, "reasons": _reasons(kept)}
            for ticket, kept, score, level in rows[:limit]
        ],
    }


def routed(
    tickets: list[Row],
    rules: list[Rule],
    holds: Holds,
    *,
    fallback: str,
    expected: str | None,
    wanted: list[str] | None,
    limit: int,
) -> dict[str, Any]:
    """Send each ticket where the first rule that holds says, else to the fallback; compare with what was expected."""
    rows, misses = [], []
    for ticket, row in zip(tickets, holds, strict=True):
        rule = next((rule for rule, held in zip(rules, row, strict=True) if held), None)
        to = rule["to"] if rule else fallback
        because = rule["because"] if rule else "no rule holds"
        shown = ticket if wanted is None else {name: ticket.get(name) for name in wanted}
        rows.append({**shown, "to": to, "because": because})
        if expected and ticket.get(expected) != to:
            misses.append({**shown, "to": to, "because": because, "expected": ticket.get(expected)})
    right = len(rows) - len(misses)
    measured = {"right": right, "share": round(right / len(rows), 3) if rows else None, "misses": misses[:30]}
    return {
        **(measured if expected else {}),
        "queues": dict(sorted(Counter(row["to"] for row in rows).items(), key=lambda pair: (-pair[1], pair[0]))),
        "fell_back": sum(not any(row) for row in holds),
        **_not_shown(len(rows), limit),
        "tickets": rows[:limit],
    }


def _reasons(kept: list[Rule]) -> list[str]:
    told = [f"{rule['points']:+g}: {rule['because']}" for rule in kept[:MAX_REASONS]]
    return [*told, f"and {len(kept) - MAX_REASONS} more"] if len(kept) > MAX_REASONS else told


def _not_shown(tickets: int, limit: int) -> dict[str, int]:
    return {"not_shown": tickets - limit} if tickets > limit else {}


def judge(tickets: list[Row], rules: list[Rule], fields: list[str] | None, stopped: Event) -> Holds:
    """Say for each ticket which rules hold; raises ToolError with the rule that cannot be read."""
    if not tickets:
        return []
    columns = columns_of(tickets)
    check_columns(fields or [], columns)
    texts = [
        " ".join(value for name, value in ticket.items() if isinstance(value, str) and name in (fields or columns))
        for ticket in tickets
    ]
    by_rule = []
    database = Database({"rows": tickets}, stopped)
    try:
        for number, rule in enumerate(rules, 1):
            if "when" not in rule and "words" not in rule:
                raise ToolError("bad_arguments", f"rule {number}: it has neither when nor words", "when does it hold?")
            held = _asked(database, rule["when"], number, len(tickets)) if "when" in rule else [True] * len(tickets)
            if "words" in rule:
                pattern = _pattern(rule["words"])
                held = [one and bool(pattern.search(text)) for one, text in zip(held, texts, strict=True)]
            by_rule.append(held)
    finally:
        database.close()
    return [[held[position] for held in by_rule] for position in range(len(tickets))]


def _asked(database: Database, when: str, number: int, tickets: int) -> list[bool]:
    try:
        _, found = database.ask(f"SELECT {expression(when)} FROM rows")
    except ToolError as error:
        raise ToolError(error.error, f"rule {number}, when: {error.message}", error.hint) from None
    if len(found) != tickets:
        raise ToolError("bad_arguments", f"rule {number}, when: this is no condition", "such as: users > 100")
    return [bool(value) for (value,) in found]


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Return what finds one of the words as a whole; `refund*` finds what begins so."""
    parts = [re.escape(word.removesuffix("*")) + ("" if word.endswith("*") else r"(?!\w)") for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})", re.IGNORECASE)


def _names_of(ladder: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys([*(level["name"] for level in ladder), _LOWEST]))


def _tickets(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    tickets = read_rows(arguments["tickets"], surroundings.root)
    if len(tickets) > MAX_TICKETS:
        raise ToolError("refused", f"these are {len(tickets):,} tickets; {MAX_TICKETS:,} is the most", "take a part")
    return tickets


async def _judged(arguments: Arguments, surroundings: Surroundings) -> tuple[list[Row], Holds]:
    """Read and judge the tickets in a thread; whoever cancels this makes the queries give up as well."""
    stopped = Event()

    def work() -> tuple[list[Row], Holds]:
        tickets = _tickets(arguments, surroundings)
        return tickets, judge(tickets, arguments["rules"], arguments.get("fields"), stopped)

    try:
        return await asyncio.to_thread(work)
    finally:
        stopped.set()


async def _score(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    tickets, holds = await _judged(arguments, surroundings)
    return scored(tickets, arguments["rules"], holds, arguments.get("levels", list(_LEVELS)), _limit(arguments))


async def _route(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    tickets, holds = await _judged(arguments, surroundings)
    expected, wanted = arguments.get("expected"), arguments.get("columns")
    if tickets:
        check_columns([*(wanted or []), *([expected] if expected else [])], columns_of(tickets))
    return routed(
        tickets,
        arguments["rules"],
        holds,
        fallback=arguments["fallback"],
        expected=expected,
        wanted=wanted,
        limit=_limit(arguments),
    )


async def _sla(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        tickets = _tickets(arguments, surroundings)
        return clocks(tickets, arguments["now"], arguments["targets"], arguments.get("tiers", []), _limit(arguments))

    return await asyncio.to_thread(work)


def _limit(arguments: Arguments) -> int:
    return int(arguments.get("limit", _SHOWN))


def _rules(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list of rules; besides its test and reason, each has these."""
    rule = arguments_of(
        required=("because", *properties),
        when={"type": "string", "minLength": 1, "maxLength": 2000, "description": "SQL, such as: users > 100"},
        words={"type": "array", "items": {"type": "string", "pattern": "^\\w"}, "minItems": 1, "maxItems": 200},
        because={"type": "string", "minLength": 1, "maxLength": 200},
        **properties,
    )
    return {"type": "array", "items": rule, "minItems": 1, "maxItems": 100}


_NAME = {"type": "string", "minLength": 1, "maxLength": 100}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 50}
_FIELDS = _NAMES | {"description": "columns in which words are looked for; left out, all texts"}
_STEPS = {"type": "array", "minItems": 1, "maxItems": 10}
_MINUTES = {"type": "number", "minimum": 0.1, "maximum": 1_000_000}
_LIMIT = {"type": "integer", "minimum": 0, "maximum": 2_000, "description": f"tickets to show, {_SHOWN}; all count"}
_TICKETS = "id,subject,users\nT-1,Refund please,1\nT-2,Checkout is down,400\n"

TOOLS = (
    Tool(
        "desk.score",
        "Score the risk of tickets from 0 to 100: the points of every rule that holds, each with its reason.",
        arguments_of(
            required=("tickets", "rules"),
            tickets=TABLE_SCHEMA,
            rules=_rules(points={"type": "number", "minimum": -100, "maximum": 100}),
            levels=_STEPS
            | {
                "items": arguments_of(required=("name", "from"), name=_NAME, **{"from": {"type": "number"}}),
                "description": "left out: critical from 75, high from 50, medium from 25, else low",
            },
            fields=_FIELDS,
            limit=_LIMIT,
        ),
        _score,
        example={
            "tickets": _TICKETS,
            "rules": [
                {"when": "users > 100", "points": 40, "because": "many are stuck"},
                {"words": ["down", "outage"], "points": 20, "because": "it does not work at all"},
            ],
        },
    ),
    Tool(
        "desk.route",
        "Route tickets: by the first rule that holds, else to the fallback. With `expected`, says how many are right.",
        arguments_of(
            required=("tickets", "rules", "fallback"),
            tickets=TABLE_SCHEMA,
            rules=_rules(to=_NAME),
            fallback=_NAME,
            fields=_FIELDS,
            columns=_NAMES | {"description": "what is shown of each ticket; left out, all"},
            limit=_LIMIT,
            expected=_NAME | {"description": "a column with the right answer, to measure the rules by"},
        ),
        _route,
        example={
            "tickets": _TICKETS,
            "rules": [{"words": ["refund*"], "to": "billing", "because": "money back"}],
            "fallback": "front desk",
        },
    ),
    Tool(
        "desk.sla",
        "Hold tickets to the times promised for their severity: answered, resolved, late, and whose they are now.",
        arguments_of(
            required=("tickets", "targets", "now"),
            tickets=TABLE_SCHEMA | {"description": "rows with id, severity, opened, and answered and resolved if so"},
            targets={
                "type": "object",
                "minProperties": 1,
                "maxProperties": 20,
                "additionalProperties": arguments_of(
                    required=("respond", "resolve"), respond=_MINUTES, resolve=_MINUTES
                ),
                "description": "by severity, in minutes: {critical: {respond: 15, resolve: 240}}",
            },
            limit=_LIMIT,
            now={"type": "string", "description": "the time it is, such as 2026-03-02T14:08"},
            tiers=_STEPS
            | {
                "items": arguments_of(
                    required=("name", "from"), name=_NAME, **{"from": {"type": "number", "minimum": 0}}
                ),
                "description": "who has a ticket once this share of its time to resolve is used: 0, 0.5, 1",
            },
        ),
        _sla,
        example={
            "tickets": "id,severity,opened,answered\nT-2,critical,2026-03-02T14:00,2026-03-02T14:20\n",
            "targets": {"critical": {"respond": 15, "resolve": 240}},
            "now": "2026-03-02T16:00",
            "tiers": [{"name": "tier 1", "from": 0}, {"name": "tier 2", "from": 0.5}],
        },
    ),
)
