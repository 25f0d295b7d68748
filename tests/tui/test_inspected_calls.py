"""A call in the inspector: why this model, what it cost bucket by bucket, what it thought, and every attempt."""

from __future__ import annotations

from typing import Any

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Candidate,
    Failure,
    Hold,
    Performer,
    Prices,
    RunStarted,
    StepStarted,
    Usage,
)
from app.playback.show import Show
from app.tui.inspected.parts import Item, inspect
from corpus.histories import History
from golden.stories import every_kind
from tui.plays import show_of


def part(show: Show, thing: str, name: str) -> list[Item]:
    return next(each for each in inspect(show, thing).parts if each.name == name).make()


def said(items: list[Item]) -> str:
    return "\n".join(f"{item.mark}{item.label}  {item.text}" for item in items)


def with_a_fallback() -> History:
    """One question: a model that is overloaded twice, and another one that thinks before it answers."""
    history = History()
    where: dict[str, Any] = {"step": "plan", "agent": "cto"}
    history.add(RunStarted(scenario="play", cast=(Performer(id="cto", title="CTO"),)))
    history.add(StepStarted(of="agent", **where))
    dear, steady = Prices(input=10, output=50, source="a list"), Prices(input=2, output=10, source="a list")
    for number in (1, 2):
        call = {"call": f"plan#{number}", **where}
        history.add(CallRouted(model="smart", use="openai/x", **call))
        history.add(CallStarted(model="smart", use="openai/x", attempt=number, **call))
        history.add(
            CallFailed(
                Failure(error="overloaded", message="529, too busy"), 2_000 if number == 1 else None,
                history.keep("Two tasks, one"), Usage(input=100, output=4), 0.0012, dear, **call,
            )
        )  # fmt: skip
    call = {"call": "plan#3", **where}
    history.add(CallWaiting(waits_for="limiter", wait_ms=3_000, detail="500 requests a minute", **call))
    receipt = (Candidate("smart", "openai/x", out="overloaded"), Candidate("steady", "anthropic/y", 0.8, note="cheap"))
    history.add(CallRouted("steady", "anthropic/y", receipt, "fallback", **call))
    history.add(CallStarted(model="steady", use="anthropic/y", hold=Hold(cost_usd=0.02, tokens=4_000), **call))
    history.add(CallSpeaking(wait_ms=200, **call))
    usage = Usage(input=1_000, cache_read=200, output=300, reasoning=120)
    history.add(
        CallFinished(
            history.keep("Two tasks. Go."), usage=usage, cost_usd=0.005, prices=steady, took_ms=1_500,
            thought=history.keep("They want a split.\x1b[2J"), counted=Usage(input=90, output=80), served="y-2026",
            request="req_1", **call,
        )
    )  # fmt: skip
    return history


def test_the_receipt_says_who_was_chosen_instead_of_whom_and_who_answered() -> None:
    receipt = said(part(show_of(with_a_fallback()), "call:plan#3", "receipt"))
    for words in (
        "because  openai/x was overloaded twice",
        "answered by  y-2026",
        "request  req_1",
        "policy  fallback",
        "waited  3.0 s for the rate limit: 500 requests a minute",
        "  smart  out: overloaded  openai/x",
        "✓ steady  score 0.80; cheap  anthropic/y",
    ):
        assert words in receipt


def test_the_price_is_told_bucket_by_bucket_with_what_is_doubted_of_it() -> None:
    usage = said(part(show_of(with_a_fallback()), "call:plan#3", "usage"))
    for words in (
        "1,000 tokens   at  $2.00 a million     $0.0020",
        "200 tokens   at  $0.00 a million",
        "of it thought       120 tokens",
        "$0.0050, as the service counted",
        "prices  a list",
        "by our own count it is about 90 in and 80 out",
        "held for it  $0.0200, 4,000 tokens at worst",
    ):
        assert words in usage


def test_what_a_model_said_to_itself_is_a_part_of_its_own() -> None:
    show = show_of(with_a_fallback())
    thought = part(show, "call:plan#3", "thought")
    assert "no other agent was shown it" in said(thought) and "They want a split." in said(thought)
    assert "They want" not in said(part(show, "call:plan#3", "answer"))
    assert "thought" not in [each.name for each in inspect(show, "call:plan#1").parts]


def test_every_attempt_has_its_own_line_and_what_it_had_said() -> None:
    told = said(part(show_of(with_a_fallback()), "call:plan#3", "attempts"))
    assert "together  3 attempts: ≈$0.0074, $0.0024 of it estimated" in told
    assert told.count("overloaded") == 2 and told.count("had said  Two tasks, one") == 2
    assert "≈$0.0012, 104 tokens" in told and "then  tried again after 2.0 s" in told
    assert "✓ plan#3  anthropic/y: finished" in told


def test_a_call_that_says_nothing_yet_is_said_to_be_at_work_and_no_more() -> None:
    history = with_a_fallback()
    del history.events[-1]
    show = show_of(history)
    assert inspect(show, "call:plan#3").says == "thinking"
    assert "no word of the answer has come yet" in said(part(show, "call:plan#3", "answer"))
    show.hear("plan#3", "Two")
    assert inspect(show, "call:plan#3").says == "speaking"


def test_a_price_that_nobody_knows_is_said_so_on_every_side_of_a_call() -> None:
    show = show_of(every_kind())
    found = inspect(show, "call:deploy#1")
    assert "unpriced" in found.brief
    assert "unpriced: nobody knows its price" in said(part(show, "call:deploy#1", "usage"))
    assert "? + ≈$0.0060" in inspect(show, "step:deploy").brief
