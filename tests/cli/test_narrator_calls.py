"""What is told of models: who takes over from whom, waits once, and money for what it is."""

from __future__ import annotations

from typing import Any

from app.events import (
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    CallWaiting,
    Failure,
    Performer,
    Prices,
    RunFinished,
    RunStarted,
    StepStarted,
    Usage,
)
from app.state.spending import OWN_MACHINE
from corpus.histories import History
from corpus.narrations import tell

BUSY = Failure(error="overloaded", message="529")


class Story(History):
    """A live run in which one agent is asked again and again."""

    def begin(self) -> Story:
        self.add(RunStarted(scenario="play", title="A play", cast=(Performer(id="cto", title="CTO", glyph="◆"),)))
        self.add(StepStarted(step="plan", agent="cto", of="agent", title="Split the work"))
        return self

    def where(self, number: int) -> dict[str, Any]:
        return {"step": "plan", "agent": "cto", "call": f"plan#{number}"}

    def ask_(self, number: int, use: str) -> dict[str, Any]:
        where = self.where(number)
        self.add(CallRouted(model=use.partition("/")[2], use=use, **where))
        self.add(CallStarted(model=use.partition("/")[2], use=use, **where))
        return where

    def answer(self, number: int, use: str, **more: Any) -> None:
        self.add(CallFinished(text=self.keep("Two tasks."), **{"took_ms": 1_000, **more}, **self.ask_(number, use)))


def test_a_fallback_is_told_with_what_was_wrong() -> None:
    story = Story().begin()
    for number in range(1, 5):
        story.add(CallFailed(BUSY, 1_000 if number < 4 else None, **story.ask_(number, "openai/x")))
    story.answer(5, "anthropic/y", cost_usd=0.01)
    story.add(RunFinished(outcome="succeeded"))
    said = tell(story)
    assert "openai/x was overloaded four times; anthropic/y takes" in said
    assert said.count("takes") == 1


def test_a_wait_is_told_once_for_each_answer() -> None:
    story = Story().begin()
    for number in range(1, 4):
        wait = CallWaiting(waits_for="limiter", wait_ms=5_000, detail="500 requests a minute", **story.where(number))
        story.add(wait)
        story.add(CallFailed(BUSY, 1_000, **story.ask_(number, "openai/x")))
    story.answer(4, "openai/x")
    story.add(CallWaiting(waits_for="limiter", wait_ms=5_000, detail="500 requests a minute", **story.where(5)))
    story.answer(5, "openai/x")
    assert tell(story).count("waits 5.0 s for the rate limit: 500 requests a minute") == 2


def test_a_wait_that_nobody_notices_is_not_told() -> None:
    story = Story().begin()
    story.add(CallWaiting(waits_for="limiter", wait_ms=400, **story.where(1)))
    story.answer(1, "openai/x")
    assert "waits" not in tell(story)


def test_what_a_failed_attempt_has_cost_is_told_where_it_cost_anything() -> None:
    story = Story().begin()
    story.add(CallFailed(BUSY, 1_000, cost_usd=0.02, **story.ask_(1, "openai/x")))
    story.add(CallFailed(BUSY, 1_000, **story.ask_(2, "openai/x")))
    assert tell(story).count("for nothing)") == 1
    assert "(≈$0.0200 for nothing)" in tell(story)


def test_every_answer_says_how_far_its_price_can_be_trusted() -> None:
    story = Story().begin()
    story.answer(1, "openai/x", cost_usd=0.01)
    story.answer(2, "openai/x", cost_usd=0.01, basis="estimated")
    story.answer(3, "ours/x", basis="unpriced")
    story.answer(4, "ollama/x", prices=Prices(source=OWN_MACHINE), took_ms=12_000)
    story.answer(5, "openai/x", cost_usd=0.01, counted=Usage(input=9))
    said = tell(story)
    for figures in (
        "0 tokens · $0.0100 · 1.0 s",
        "0 tokens · ≈$0.0100 · 1.0 s",
        "0 tokens · unpriced · 1.0 s",
        "0 tokens · local · 12.0 s",
        "$0.0100 · 1.0 s · count in doubt",
    ):
        assert figures in said
    story.add(RunFinished(outcome="succeeded"))
    told = " ".join(tell(story).split())
    assert "? + ≈$0.0300, $0.0100 of it estimated, 1 call unpriced, 12.0 s on this machine at no cost" in told


def test_a_limit_of_money_says_what_it_cannot_count() -> None:
    story = Story().begin()
    story.answer(1, "ours/x", basis="unpriced")
    story.add(BudgetWarned(scope="run", measure="cost_usd", share=0.75, spent=1.5, limit=2.0))
    story.add(BudgetWarned(scope="run", measure="tokens", share=0.75, spent=1.5, limit=2.0))
    assert tell(story).count("the price of 1 call is not known, and not in it") == 1
