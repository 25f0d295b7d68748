"""What was tried for one answer, and why another model took over."""

from __future__ import annotations

from typing import Any

from app.events import CallFailed, CallFinished, CallRouted, CallStarted, Candidate, Failure, RunStarted, StepStarted
from app.state import attempts_of, fold, takeover
from app.state.receipts import is_taken, why_not
from corpus.histories import History


class Tried(History):
    """A step in which one call follows the other."""

    def begin(self) -> Tried:
        self.add(RunStarted(scenario="play"))
        self.add(StepStarted(step="plan", agent="cto", of="agent"))
        return self

    def try_(self, number: int, use: str, error: str = "", **more: Any) -> None:
        where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": f"plan#{number}"}
        self.add(CallRouted(model=use.partition("/")[2], use=use, **where))
        self.add(CallStarted(model=use.partition("/")[2], use=use, **where))
        self.add(CallFailed(Failure(error=error), **where, **more) if error else CallFinished(**where, **more))


def test_what_failed_belongs_to_the_answer_that_came_in_the_end_and_to_no_other() -> None:
    story = Tried().begin()
    story.try_(1, "openai/x")
    story.try_(2, "openai/x", "timeout")
    story.try_(3, "openai/x")
    story.try_(4, "openai/x")
    state = fold(story.events)
    for name, together in (("plan#1", ["plan#1"]), ("plan#2", ["plan#2", "plan#3"]), ("plan#3", ["plan#2", "plan#3"])):
        assert [call.id for call in attempts_of(state, state.calls[name])] == together


def test_a_fallback_says_what_was_wrong_with_the_other_and_how_often() -> None:
    story = Tried().begin()
    for number in range(1, 5):
        story.try_(number, "openai/x", "overloaded")
    story.try_(5, "anthropic/y")
    state = fold(story.events)
    assert takeover(state, state.calls["plan#5"]) == "openai/x was overloaded four times"
    assert takeover(state, state.calls["plan#4"]) == ""


def test_of_several_reasons_the_last_is_told_and_one_that_nobody_knows_by_its_name() -> None:
    story = Tried().begin()
    story.try_(1, "openai/x", "overloaded")
    story.try_(2, "openai/x", "timeout")
    story.try_(3, "anthropic/y", "a_new_class")
    story.try_(4, "ollama/z")
    state = fold(story.events)
    assert takeover(state, state.calls["plan#3"]) == "openai/x failed twice, the last time it did not answer in time"
    assert takeover(state, state.calls["plan#4"]) == "anthropic/y failed (a new class)"


def test_each_attempt_has_a_cost_of_its_own() -> None:
    story = Tried().begin()
    story.try_(1, "openai/x", "timeout", cost_usd=0.01)
    story.try_(2, "openai/x", cost_usd=0.02)
    state = fold(story.events)
    assert [call.spent.cost_usd for call in attempts_of(state, state.calls["plan#2"])] == [0.01, 0.02]
    assert (state.totals.cost_usd, state.totals.estimated_usd) == (0.03, 0.01)


def test_a_receipt_says_of_every_model_how_it_stood() -> None:
    chosen = Candidate("smart", "openai/x", 0.82, note="the ablest of three")
    other = Candidate("fast", "openai/y", 0.41)
    barred = Candidate("cheap", "groq/z", out="privacy")
    tired = Candidate("old", "openai/w", out="breaker", note="the next try is in 27 s")
    routed = CallRouted("smart", "openai/x", (chosen, other, barred, tired))
    assert [why_not(each, routed) for each in routed.candidates] == [
        "score 0.82; the ablest of three", "score 0.41", "out: privacy, it may not see this",
        "out: breaker; the next try is in 27 s",
    ]  # fmt: skip
    assert [is_taken(each, routed) for each in routed.candidates] == [True, False, False, False]
    assert why_not(Candidate("only"), CallRouted("only", candidates=(Candidate("only"),))) == "taken"
