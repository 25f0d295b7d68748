"""The clocks of tickets: how long each has waited, what was promised, and who has it by now. They never stand still."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.base import ToolError
from app.tools.rows import Row, check_columns, columns_of


def clocks(
    tickets: list[Row], now: str, targets: dict[str, dict[str, float]], tiers: list[dict[str, Any]], limit: int
) -> dict[str, Any]:
    """Read both clocks of every ticket, the most urgent first; times are minutes."""
    if tickets:
        check_columns(("id", "severity", "opened"), columns_of(tickets))
    moment = _time(now, "now")
    ladder = sorted(tiers, key=lambda tier: tier["from"])
    rows = [_read(ticket, row, moment, targets, ladder) for row, ticket in enumerate(tickets, 1)]
    rows.sort(key=lambda row: (row["resolution"] in ("met", "missed"), row["resolve_left"]))
    states = ("met", "missed", "running", "late")
    return (
        {
            name: {state: counts[state] for state in states}
            for name, counts in (
                ("responses", Counter(row["response"] for row in rows)),
                ("resolutions", Counter(row["resolution"] for row in rows)),
            )
        }
        | ({"not_shown": len(rows) - limit} if len(rows) > limit else {})
        | {"tickets": rows[:limit]}
    )


def clock(minutes: float, target: float, over: bool) -> str:
    """Say how a clock stands: stopped in time or not, or still running, within its target or beyond."""
    if over:
        return "met" if minutes <= target else "missed"
    return "running" if minutes <= target else "late"


def _read(
    ticket: Row, row: int, now: datetime, targets: dict[str, dict[str, float]], ladder: list[dict[str, Any]]
) -> dict[str, Any]:
    place, severity = f"tickets, row {row}", ticket["severity"]
    target = targets.get(str(severity))
    if target is None:
        hint = did_you_mean(str(severity), targets)
        raise ToolError("bad_arguments", f'{place}, severity: no target for "{shortened(str(severity))}"', hint)
    opened = _time(ticket["opened"], f"{place}, opened")
    stops = {
        name: None if ticket.get(name) is None else _time(ticket[name], f"{place}, {name}")
        for name in ("answered", "resolved")
    }
    for name, moment in (*stops.items(), ("now", now)):
        if moment is not None and moment < opened:
            raise ToolError("bad_arguments", f"{place}, {name}: this is before it was opened", "are they swapped?")
    responded = _minutes(opened, stops["answered"] or stops["resolved"] or now)
    resolved = _minutes(opened, stops["resolved"] or now)
    over = stops["resolved"] is not None
    used = round(resolved / target["resolve"], 2)
    tier = next((tier["name"] for tier in reversed(ladder) if used >= tier["from"]), None)
    return {
        "id": ticket["id"],
        "severity": severity,
        "response": clock(responded, target["respond"], over or stops["answered"] is not None),
        "response_minutes": responded,
        "resolution": clock(resolved, target["resolve"], over),
        "resolve_left": round(target["resolve"] - resolved, 1),
        "used": used,
        **({"tier": tier} if ladder and not over else {}),
    }


def _minutes(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() / 60, 1)


def _time(value: Any, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ToolError(
            "bad_arguments", f'{place}: "{shortened(str(value))}" is no time', "write it as 2026-03-02T14:08"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
