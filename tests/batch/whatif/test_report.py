"""Answers added up: what is saved most comes first, and what nobody knows the price of is never held against it."""

from __future__ import annotations

from typing import Any

import pytest

from app.batch.whatif.answers import Answer
from app.batch.whatif.report import Report
from app.events import Usage
from app.state import Spent
from providers.routing import Verdict

JANUARY, FEBRUARY = 1_767_600_000_000_000, 1_770_300_000_000_000  # microseconds


def answer(agent: str, was: float, would: float, **more: Any) -> Answer:
    about: dict[str, Any] = {
        "run": "R", "scenario": "sprint", "mode": "live", "step": "plan", "call": f"{agent}#1", "at": JANUARY,
        "named": "m", "before": "openai/a", "after": "openai/b", "usage": Usage(input=100, output=10),
        "standing": "moves", "was": Spent(was), "would": Spent(would),
    }  # fmt: skip
    return Answer(agent=agent, **about | more)


def test_agents_come_by_what_they_would_save_then_by_what_they_would_cost_more() -> None:
    report = Report(1, [answer("same", 9, 9), answer("more", 1, 3), answer("less", 3, 1), answer("least", 9, 1)])
    assert [tally.name for tally in report.by("agent")] == [
        "sprint/least", "sprint/less", "sprint/more", "sprint/same",
    ]  # fmt: skip
    assert [one.agent for one in report.savings()] == ["least", "less"]
    assert [one.agent for one in report.savings(1)] == ["least"]
    assert report.total.difference_usd == pytest.approx(-8)


def test_months_come_in_their_order_and_are_those_of_the_calls() -> None:
    report = Report(2, [answer("a", 9, 1, at=FEBRUARY), answer("a", 1, 1), answer("b", 2, 1)])
    assert [(tally.name, tally.calls) for tally in report.by("month")] == [("2026-01", 2), ("2026-02", 1)]


def test_what_has_no_price_on_one_side_is_not_compared_and_saves_nothing() -> None:
    unpriced = answer("a", 5, 0)._replace(would=Spent(unpriced=1))
    report = Report(1, [unpriced])
    assert report.total.difference_usd is None
    assert report.savings() == []


def test_what_is_refused_and_what_nobody_can_tell_stays_with_its_model() -> None:
    small = Verdict("context", "its window is 100 tokens, this needs about 200")
    answers = [
        answer("a", 1, 1, standing="refused", why=small),
        answer("b", 1, 1, standing="refused", why=Verdict("context", "its window is 100 tokens")),
        answer("c", 1, 1, standing="unknown", why=Verdict("unknown", "no receipt")),
        answer("d", 2, 1),
    ]
    report = Report(1, answers)
    assert [(flow.before, flow.after, flow.tally.calls) for flow in report.flows] == [
        ("openai/a", "openai/b", 1), ("openai/a", "openai/a", 3),
    ]  # fmt: skip
    assert [(one.use, one.why, one.calls) for one in report.refusals] == [("openai/b", small, 2)]
    assert report.unknowns == [("no receipt", 1)]
