"""What runs have cost, as the commands show it: marked for what it is, in a list, on a page and for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    Candidate,
    Failure,
    Performer,
    Prices,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Usage,
)
from app.journal import Journal
from corpus.commands import Outcome, data

Perform = Callable[..., Outcome]

RUN = "01JRUNS0000000000000000ONE"
PRICES = Prices(input=2, output=10, source="a list")
WHERE: dict[str, Any] = {"step": "plan", "agent": "cto"}


@pytest.fixture(autouse=True)
def archive() -> None:
    """A live run: an attempt that failed, the fallback that answered, and a model whose price nobody knows."""
    with Journal.open() as journal:
        log = journal.begin(RUN)
        usage = Usage(input=1_000, output=300, reasoning=120)
        log.add(RunStarted("play", title="A play", cast=(Performer("cto", title="CTO"),)))
        log.add(StepStarted(of="agent", title="Split the work", **WHERE))
        log.add(CallRouted("smart", "openai/x", call="plan#1", **WHERE))
        log.add(CallStarted("smart", "openai/x", call="plan#1", **WHERE))
        busy = Failure(error="overloaded", message="529")
        log.add(CallFailed(busy, usage=Usage(input=500), cost_usd=0.001, prices=PRICES, call="plan#1", **WHERE))
        receipt = (
            Candidate("smart", "openai/x", out="overloaded"),
            Candidate("fast", "anthropic/y", 0.8, note="quick"),
        )
        log.add(CallRouted("fast", "anthropic/y", receipt, "fallback", call="plan#2", **WHERE))
        log.add(CallStarted("fast", "anthropic/y", call="plan#2", **WHERE))
        log.add(
            CallFinished(
                log.keep("Two tasks."), usage=usage, cost_usd=0.005, prices=PRICES, took_ms=900, served="y-2026",
                request="req_1", thought=log.keep("A split, then."), counted=Usage(input=90, output=80),
                call="plan#2", **WHERE,
            )
        )  # fmt: skip
        log.add(StepFinished(**WHERE))
        log.add(CallStarted("ours", "ours/z", call="build#1", step="build", agent="cto"))
        log.add(CallFinished(usage=usage, basis="unpriced", call="build#1", step="build", agent="cto"))
        log.add(RunFinished("succeeded", cost_usd=0.006, unpriced=1))
        log.release()


def test_a_list_of_runs_marks_what_is_estimated_and_what_nobody_knows(perform: Perform) -> None:
    assert "? + ≈$0.0060" in perform("runs").out
    (run,) = data(perform("runs", "--json"))
    assert (run["cost_usd"], run["estimated_usd"], run["rehearsed_usd"], run["unpriced"]) == (0.006, 0.001, 0.0, 1)


def test_a_page_says_how_far_the_figure_can_be_trusted(perform: Perform) -> None:
    shown = perform("show", "last").out
    assert "? + ≈$0.0060, 3 calls, 3,100 tokens; $0.0010 of it estimated; 1 call unpriced" in shown
    run = data(perform("show", "last", "--json"))
    assert (run["estimated_usd"], run["unpriced"]) == (0.001, 1)
    assert (run["steps"][0]["estimated_usd"], run["steps"][0]["unpriced"]) == (0.001, 0)


def test_a_call_is_shown_with_its_receipt_its_price_and_every_attempt(perform: Perform) -> None:
    shown = perform("show", "last", "plan#2").out
    for words in (
        "model    anthropic/y",
        "answered y-2026",
        "request  req_1",
        "instead  openai/x was overloaded",
        "why this model (fallback)",
        "smart (openai/x)  out: overloaded",
        "✓ fast (anthropic/y)  score 0.80; quick",
        "1,000  at  $2.00 a million    $0.0020",
        "of it thought         120",
        "$0.0050, as the service counted",
        "by our own count it is about 90 in",
        "plan#1  openai/x  overloaded  ≈$0.0010",
        "> plan#2  anthropic/y  finished  $0.0050",
        "2 attempts together: ≈$0.0060",
        "what it thought\n  A split, then.",
    ):
        assert words in shown


def test_a_call_for_programs_has_all_of_that_too(perform: Perform) -> None:
    call = data(perform("show", "last", "plan#2", "--json"))
    assert (call["served"], call["request"], call["thought"]) == ("y-2026", "req_1", "A split, then.")
    assert call["counted"] == {"input": 90, "output": 80}
    assert call["usage"]["reasoning"] == 120
    assert call["prices"]["source"] == "a list"
    assert call["routed"]["policy"] == "fallback" and len(call["routed"]["candidates"]) == 2


def test_a_price_that_nobody_knows_is_said_to_be_unknown(perform: Perform) -> None:
    assert "unpriced: nobody knows its price" in perform("show", "last", "build#1").out


def test_aloud_the_marks_are_words(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    assert "cost an unknown price and about $0.0060" in perform("runs").out
    assert "cost an unknown price and about $0.0060, 3 calls" in perform("show", "last").out


def test_where_there_is_only_ascii_an_estimate_is_still_marked(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    shown = perform("runs").out
    assert shown.isascii() and "? + ~$0.0060" in shown
