"""Tickets are scored and routed by the rules as written, and their clocks say what a calendar would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.desk.clocks import clock, clocks
from app.tools.desk.tools import scored
from tools.conftest import Failing, Using

TICKETS = """id,subject,users,plan
T-1,Refund please,1,free
T-2,Checkout is DOWN,400,pro
T-3,Where is the download?,2,pro
"""
RULES: list[dict[str, Any]] = [
    {"when": "users > 100", "points": 60, "because": "many are stuck"},
    {"words": ["down", "outage*"], "points": 20, "because": "it does not work at all"},
    {"words": ["please"], "when": "plan = 'free'", "points": -5, "because": "can wait"},
]
ROUTES: list[dict[str, Any]] = [
    {"words": ["refund*"], "to": "billing", "because": "money back"},
    {"when": "plan = 'pro'", "to": "priority", "because": "they pay for it"},
]
TARGETS: dict[str, dict[str, float]] = {
    "critical": {"respond": 15, "resolve": 240},
    "minor": {"respond": 480, "resolve": 2880},
}
TIERS: list[dict[str, Any]] = [
    {"name": "tier 2", "from": 0.5},
    {"name": "tier 1", "from": 0},
    {"name": "tier 3", "from": 1},
]


async def test_a_score_is_the_sum_of_the_rules_that_hold_each_with_its_reason(using: Using) -> None:
    found = await using("desk.score", {"tickets": TICKETS, "rules": RULES})
    first = found["tickets"][0]
    assert (first["id"], first["score"], first["level"]) == ("T-2", 80, "critical")
    assert first["reasons"] == ["+60: many are stuck", "+20: it does not work at all"]
    assert found["levels"] == {"critical": 1, "low": 2}


async def test_a_word_is_a_whole_word_unless_a_star_says_otherwise(using: Using) -> None:
    found = await using("desk.score", {"tickets": TICKETS, "rules": RULES[1:2]})
    assert [ticket["id"] for ticket in found["tickets"] if ticket["score"]] == ["T-2"]  # "download" is not "down"
    star = [{"words": ["down*"], "points": 5, "because": "down, or downstairs"}]
    found = await using("desk.score", {"tickets": TICKETS, "rules": star})
    assert [ticket["id"] for ticket in found["tickets"] if ticket["score"]] == ["T-2", "T-3"]


@given(some.lists(some.integers(-100, 100), max_size=8), some.integers(0, 255))
def test_no_score_leaves_its_range_and_its_level_is_the_highest_reached(points: list[int], bits: int) -> None:
    rules = [{"points": each, "because": "so"} for each in points]
    holds = [[bool(bits >> position & 1) for position in range(len(points))]]
    levels = [{"name": "late", "from": 40}, {"name": "calm", "from": 10}]
    (ticket,) = scored([{"id": 1}], rules, holds, levels, 9)["tickets"]
    total = sum(each for position, each in enumerate(points) if bits >> position & 1)
    assert ticket["score"] == min(100, max(0, total))
    assert ticket["level"] == ("late" if total >= 40 else "calm" if total >= 10 else "low")


async def test_the_first_rule_that_holds_decides_and_the_rest_go_to_the_fallback(using: Using) -> None:
    found = await using("desk.route", {"tickets": TICKETS + "T-4,Hello,1,free\n", "rules": ROUTES, "fallback": "front"})
    assert [(ticket["id"], ticket["to"]) for ticket in found["tickets"]] == [
        ("T-1", "billing"), ("T-2", "priority"), ("T-3", "priority"), ("T-4", "front"),
    ]  # fmt: skip
    assert found["queues"] == {"priority": 2, "billing": 1, "front": 1}
    assert (found["fell_back"], found["tickets"][3]["because"]) == (1, "no rule holds")


async def test_rules_are_measured_against_labels(using: Using) -> None:
    tickets = "id,subject,label\nA,refund,billing\nB,invoice,billing\n"
    order = {"tickets": tickets, "rules": ROUTES[:1], "fallback": "front", "expected": "label", "columns": ["id"]}
    found = await using("desk.route", order)
    assert (found["right"], found["share"]) == (1, 0.5)
    assert found["misses"] == [{"id": "B", "to": "front", "because": "no rule holds", "expected": "billing"}]


async def test_words_are_looked_for_only_in_the_fields_named(using: Using) -> None:
    tickets = "id,subject,footer\nA,Hello,refund policy\n"
    order = {"tickets": tickets, "rules": ROUTES[:1], "fallback": "front", "fields": ["subject"]}
    assert (await using("desk.route", order))["queues"] == {"front": 1}


async def test_a_desk_without_tickets_has_nothing_to_do(using: Using) -> None:
    assert await using("desk.score", {"tickets": [], "rules": RULES}) == {"levels": {}, "tickets": []}
    found = await using("desk.route", {"tickets": [], "rules": ROUTES, "fallback": "front", "expected": "label"})
    assert found["share"] is None
    assert (await using("desk.sla", {"tickets": [], "targets": TARGETS, "now": "2026-03-02"}))["tickets"] == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"when": "usrs > 100"}, 'rule 1, when: there is no column "usrs"'),
        ({"when": "count(*)"}, "rule 1, when: this is no condition"),
        ({"when": "1), (2"}, 'rule 1, when: "1), (2" is not one formula'),
        ({"when": "(SELECT"}, "rule 1, when: "),
        ({}, "rule 1: it has neither when nor words"),
    ],
)
async def test_a_rule_that_cannot_be_read_is_named(failing: Failing, rule: dict[str, Any], said: str) -> None:
    error = await failing("desk.score", {"tickets": TICKETS, "rules": [{"points": 1, "because": "so", **rule}]})
    assert error.error == "bad_arguments"
    assert error.message.startswith(said)


async def test_more_tickets_than_a_desk_can_hold_are_refused(failing: Failing) -> None:
    tickets = "id\n" + "1\n" * 20_001
    error = await failing("desk.route", {"tickets": tickets, "rules": ROUTES, "fallback": "front"})
    assert (error.error, error.message) == ("refused", "these are 20,001 tickets; 20,000 is the most")


async def test_clocks_are_held_to_the_targets_of_their_severity(using: Using) -> None:
    tickets = """id,severity,opened,answered,resolved
A,critical,2026-03-02T14:00,2026-03-02T14:20,
B,critical,2026-03-02T13:50,2026-03-02T13:55,2026-03-02T15:00
C,minor,2026-03-02T08:00,,
D,critical,2026-03-02T11:00,2026-03-02T11:05,
"""
    found = await using("desk.sla", {"tickets": tickets, "targets": TARGETS, "now": "2026-03-02T16:06", "tiers": TIERS})
    assert found["responses"] == {"met": 2, "missed": 1, "running": 0, "late": 1}
    assert found["resolutions"] == {"met": 1, "missed": 0, "running": 2, "late": 1}
    urgent = [(row["id"], row["resolution"], row["resolve_left"], row.get("tier")) for row in found["tickets"]]
    assert urgent == [
        ("D", "late", -66.0, "tier 3"), ("A", "running", 114.0, "tier 2"), ("C", "running", 2394.0, "tier 1"),
        ("B", "met", 170.0, None),
    ]  # fmt: skip


async def test_times_of_other_places_are_the_same_moment(using: Using) -> None:
    tickets = [{"id": 1, "severity": "critical", "opened": "2026-03-02T14:00+01:00"}]
    found = await using("desk.sla", {"tickets": tickets, "targets": TARGETS, "now": "2026-03-02T13:10Z"})
    assert found["tickets"][0]["response_minutes"] == 10


@given(some.integers(0, 5000), some.integers(0, 5000), some.integers(0, 5000))
def test_minutes_are_what_a_calendar_says(answered: int, resolved: int, now: int) -> None:
    opened = datetime(2026, 2, 27, 23, 30, tzinfo=UTC)
    moments = {"answered": answered, "resolved": max(answered, resolved)}
    ticket = {"id": 1, "severity": "critical", "opened": opened.isoformat()}
    ticket |= {name: (opened + timedelta(minutes=minutes)).isoformat() for name, minutes in moments.items()}
    row = clocks([ticket], (opened + timedelta(minutes=now)).isoformat(), TARGETS, [], 9)["tickets"][0]
    assert (row["response_minutes"], row["resolve_left"]) == (answered, 240 - moments["resolved"])
    assert row["response"] == ("met" if answered <= 15 else "missed")


def test_a_clock_that_runs_is_not_yet_missed() -> None:
    assert [clock(10, 15, True), clock(16, 15, True), clock(10, 15, False), clock(16, 15, False)] == [
        "met", "missed", "running", "late",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ({"severity": "critcal"}, 'tickets, row 1, severity: no target for "critcal"'),
        ({"opened": "yesterday"}, 'tickets, row 1, opened: "yesterday" is no time'),
        ({"answered": "2026-03-01T00:00"}, "tickets, row 1, answered: this is before it was opened"),
        ({"opened": "2026-03-04T00:00"}, "tickets, row 1, now: this is before it was opened"),
    ],
)
async def test_a_ticket_with_a_wrong_time_is_named(failing: Failing, ticket: dict[str, Any], said: str) -> None:
    right = {"id": "A", "severity": "critical", "opened": "2026-03-02T00:00"}
    order = {"tickets": [right | ticket], "targets": TARGETS, "now": "2026-03-03T00:00"}
    error = await failing("desk.sla", order)
    assert (error.error, error.message) == ("bad_arguments", said)


async def test_an_answer_shows_the_worst_and_counts_the_rest(using: Using) -> None:
    tickets = [{"id": number, "users": number} for number in range(300)]
    rules = [{"when": "users > 250", "points": 1, "because": "many"}] * 20
    told = await using("desk.score", {"tickets": tickets, "rules": rules, "limit": 2})
    assert [ticket["id"] for ticket in told["tickets"]] == [251, 252]
    assert (told["not_shown"], sum(told["levels"].values())) == (298, 300)
    assert told["tickets"][0]["reasons"][-1] == "and 8 more"


async def test_a_promise_of_no_time_at_all_is_none(failing: Failing) -> None:
    arguments = {"tickets": [], "now": "2026-03-02", "targets": {"c": {"respond": 1, "resolve": 1e-309}}}
    assert "less than the minimum" in (await failing("desk.sla", arguments)).message
