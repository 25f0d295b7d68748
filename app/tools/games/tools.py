"""The tools `games.*`: a bracket for a tournament, how many players come back, and whether sides are balanced."""

from __future__ import annotations

import asyncio
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.figures import at_least, date_in, number_in, text_in
from app.tools.games.brackets import drawn, timed
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST_PLAYERS = 1_024
_SHOWN = 32
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


async def _bracket(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_planned, arguments, surroundings)


async def _retention(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    played = await asyncio.to_thread(_days_played, rows, arguments.get("player", "player"), arguments.get("day", "day"))
    return await asyncio.to_thread(cohorts, played, arguments.get("days", [1, 7, 30]), arguments.get("by", "week"))


async def _balance(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    rows = await asyncio.to_thread(read_rows, arguments["rows"], surroundings.root)
    return await asyncio.to_thread(_balanced, rows, arguments)


def _planned(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    players = _seeded(arguments["players"], surroundings)
    start = arguments.get("start", "18:00")
    if not _CLOCK.fullmatch(start):
        raise ToolError("bad_arguments", f'"{shortened(start)}" is no time', "write it like 18:00")
    matches, waiting = drawn(players)
    rounds = timed(
        matches, arguments.get("tables", len(players)), arguments.get("minutes", 20), arguments.get("pause", 0)
    )
    first = [match._asdict() for match in matches if match.round == 1]
    return {
        "players": len(players),
        "ends": _clock(start, rounds[-1].ends),
        "minutes": rounds[-1].ends,
        "size": 1 << (len(players) - 1).bit_length(),
        "matches": len(matches),
        "rounds": len(rounds),
        "byes": len(waiting),
        "waiting": waiting[:_SHOWN],
        "schedule": [
            {"round": r.name, "matches": r.matches, "starts": _clock(start, r.starts), "ends": _clock(start, r.ends)}
            for r in rounds
        ],
        "first_round": first[:_SHOWN],
    }


def _seeded(players: Any, surroundings: Surroundings) -> list[str]:
    """Return the names, best first: in the order of a list, or by the column seed, those without one last."""
    if isinstance(players, list) and all(isinstance(player, str) for player in players):
        rows: list[Row] = [{"player": player} for player in players]
    else:
        rows = read_rows(players, surroundings.root)
    columns = columns_of(rows)
    check_columns(["player"], columns)
    names = [text_in(row, "player", position).strip() for position, row in enumerate(rows, 1)]
    at_least(names, 2, "players")
    if len(names) > _MOST_PLAYERS:
        raise ToolError("refused", f"these are {len(names):,} players; {_MOST_PLAYERS:,} is the most")
    first: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if (before := first.setdefault(name.casefold(), position)) != position:
            raise ToolError("bad_arguments", f'row {position}: "{shortened(name)}" is already in row {before}')
    seeds = [
        number_in(row, "seed", position) if row.get("seed") is not None else math.inf
        for position, row in enumerate(rows, 1)
    ]
    return [name for _, name in sorted(zip(seeds, names, strict=True), key=lambda pair: pair[0])]


def _clock(start: str, minutes: int) -> str:
    hours, rest = divmod(int(start[:2]) * 60 + int(start[3:]) + minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{hours:02}:{rest:02}" + (f" +{days} d" if days else "")


def _days_played(rows: list[Row], player: str, day: str) -> dict[str, set[date]]:
    at_least(rows, 1, "rows")
    check_columns([player, day], columns_of(rows))
    played: dict[str, set[date]] = defaultdict(set)
    for position, row in enumerate(rows, 1):
        played[text_in(row, player, position)].add(date_in(row, day, position))
    return played


def cohorts(played: Mapping[str, set[date]], days: Iterable[int], by: str) -> dict[str, Any]:
    """Return the share of each cohort that played exactly so many days after its first; null where it is too early."""
    days = sorted(set(days))
    last = max(max(seen) for seen in played.values())
    groups: dict[str, list[set[date]]] = defaultdict(list)
    for seen in played.values():
        groups[_cohort(min(seen), by)].append(seen)
    table = [
        {"cohort": name, "players": len(groups[name])} | _kept(groups[name], days, last) for name in sorted(groups)
    ]
    overall = {"players": len(played)} | _kept(list(played.values()), days, last)
    return {"until": last.isoformat(), "overall": overall, "cohorts": table[-_SHOWN:]}


def _kept(players: list[set[date]], days: list[int], last: date) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for day in days:
        old_enough = [seen for seen in players if (last - min(seen)).days >= day]
        back = sum(min(seen) + timedelta(days=day) in seen for seen in old_enough)
        kept[f"d{day}"] = round(back / len(old_enough), 3) if old_enough else None
        kept[f"d{day}_of"] = len(old_enough)
    return kept


def _cohort(first: date, by: str) -> str:
    if by == "month":
        return first.isoformat()[:7]
    return (first - timedelta(days=first.weekday()) if by == "week" else first).isoformat()


def _balanced(rows: list[Row], arguments: Arguments) -> dict[str, Any]:
    by, won = arguments.get("by", "character"), arguments.get("won", "won")
    at_least(rows, 1, "rows")
    check_columns([by, won], columns_of(rows))
    wins: dict[str, list[bool]] = defaultdict(list)
    for position, row in enumerate(rows, 1):
        if row.get(won) not in (True, False, 0, 1):
            said = shortened(str(row.get(won)))
            raise ToolError("bad_arguments", f'row {position}, column "{won}": "{said}" is neither true nor false')
        wins[text_in(row, by, position)].append(bool(row[won]))
    fair, level = arguments.get("fair", 0.5), arguments.get("level", 0.95)
    table = [_rate(name, played, fair, level) for name, played in wins.items()]
    table.sort(key=lambda line: (-line["rate"], line["name"]))
    return {
        "played": len(rows),
        "table": table[:_SHOWN],
        "strong": [line["name"] for line in table if line["verdict"] == "too strong"],
        "weak": [line["name"] for line in table if line["verdict"] == "too weak"],
        "unsure": [line["name"] for line in table if line["verdict"] == "not known"],
    }


def _rate(name: str, played: list[bool], fair: float, level: float) -> dict[str, Any]:
    low, high = interval(sum(played), len(played), level)
    verdict = "too strong" if low > fair else "too weak" if high < fair else "balanced"
    if verdict == "balanced" and high - low > 0.2:  # so wide that either could be true
        verdict = "not known"
    return {
        "name": name,
        "played": len(played),
        "won": sum(played),
        "rate": round(sum(played) / len(played), 3),
        "low": round(low, 3),
        "high": round(high, 3),
        "verdict": verdict,
    }


def interval(won: int, played: int, level: float) -> tuple[float, float]:
    """Return between what shares the truth lies: Wilson's interval, which is honest about small samples too."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = won / played
    middle = (share + z * z / (2 * played)) / (1 + z * z / played)
    reach = z / (1 + z * z / played) * math.sqrt(share * (1 - share) / played + z * z / (4 * played * played))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


_NAME = {"type": "string", "minLength": 1, "maxLength": 100}
_NIGHTS = [
    {"player": "ana", "day": "2026-03-02"},
    {"player": "ana", "day": "2026-03-03"},
    {"player": "bo", "day": "2026-03-02"},
    {"player": "bo", "day": "2026-03-09"},
]

TOOLS = (
    Tool(
        "games.bracket",
        "Draw a single-elimination bracket: players best first (names, or rows with player and seed), byes for the "
        "best, and the times of the rounds. Gives the schedule, the first round and when it ends.",
        arguments_of(
            required=("players",),
            players={"anyOf": [{"type": "array", "items": {"type": "string"}}, *TABLE_SCHEMA["anyOf"]]},
            start={"type": "string", "description": "when the first match begins, such as 18:00"},
            minutes={"type": "integer", "minimum": 1, "maximum": 600, "description": "of a match; 20"},
            tables={"type": "integer", "minimum": 1, "maximum": 1_000, "description": "matches at once; all"},
            pause={"type": "integer", "minimum": 0, "maximum": 600, "description": "minutes between rounds; 0"},
        ),
        _bracket,
        example={"players": ["Ana", "Bo", "Chidi"], "start": "18:00", "minutes": 20},
    ),
    Tool(
        "games.retention",
        "Reckon how many players come back so many days after their first: rows of player and day. Gives a table by "
        "cohort; null stands where it is too early to say.",
        arguments_of(
            required=("rows",),
            rows=TABLE_SCHEMA,
            player=_NAME | {"description": "its column; player"},
            day=_NAME | {"description": "its column; day"},
            days={"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 365}, "minItems": 1}
            | {"maxItems": 10, "description": "1, 7 and 30 when left out"},
            by={"enum": ["day", "week", "month"], "description": "how cohorts are made; week"},
        ),
        _retention,
        example={"rows": _NIGHTS, "days": [1, 7]},
    ),
    Tool(
        "games.balance",
        "Reckon how often each character or side wins, with Wilson's interval: rows with who played and whether it "
        "won. Says which are too strong or too weak, and which nobody can tell yet.",
        arguments_of(
            required=("rows",),
            rows=TABLE_SCHEMA,
            by=_NAME | {"description": "the column of who played; character"},
            won=_NAME | {"description": "the column of whether it won; won"},
            fair={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "description": "0.5"},
            level={"type": "number", "minimum": 0.5, "maximum": 0.999, "description": "of the interval; 0.95"},
        ),
        _balance,
        example={"rows": "character,won\nowl,true\nowl,false\nfox,true\nfox,false\n"},
    ),
)
