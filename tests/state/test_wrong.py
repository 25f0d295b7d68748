"""What went wrong is counted once, and a call that was never made is not lost."""

from __future__ import annotations

from app.events import (
    CallFailed,
    CallRouted,
    CallStarted,
    DebateRound,
    Failure,
    RunFinished,
    RunStarted,
    StepFailed,
    StepStarted,
    Usage,
)
from app.state import fold, went_wrong
from app.state.receipts import cost_told
from app.state.words import a_million
from corpus.histories import History

BROKEN = Failure(error="auth", message="the key was refused")


def test_a_call_its_step_and_the_block_around_it_are_one_thing_that_went_wrong() -> None:
    history = History()
    history.add(RunStarted("play"))
    history.add(CallStarted("one", step="block/x", agent="a", call="x#1"))
    history.add(CallFailed(Failure(error="overloaded"), 500, step="block/x", agent="a", call="x#1"))
    history.add(CallFailed(BROKEN, step="block/x", agent="a", call="x#2"))
    history.add(StepFailed(step="block/x", failure=BROKEN))
    history.add(StepFailed(step="block", failure=BROKEN))
    assert went_wrong(fold(history.events)) == 1
    history.add(StepFailed(step="other", failure=BROKEN))
    assert went_wrong(fold(history.events)) == 2


def test_a_call_that_a_limit_forbade_was_not_made() -> None:
    history = History()
    history.add(RunStarted("play"))
    history.add(StepStarted(step="x", of="agent"))
    history.add(CallRouted("one", step="x", agent="a", call="x#1"))
    history.add(StepFailed(step="x", failure=Failure(error="limit"), outcome="exhausted"))
    history.add(RunFinished("exhausted"))
    assert fold(history.events).calls["x#1"].status == "not made"


def test_a_call_that_was_refused_used_nothing() -> None:
    assert cost_told(CallFailed(BROKEN)) == "nothing was used"
    assert cost_told(CallFailed(BROKEN, usage=Usage(input=3))) != "nothing was used"


def test_prices_are_in_cents_or_finer() -> None:
    assert [a_million(usd) for usd in (0.3, 15, 0.075, 1_200)] == ["$0.30", "$15.00", "$0.075", "$1,200.00"]


def test_a_step_without_a_name_is_around_nothing() -> None:
    history = History()
    history.add(RunStarted("play"))
    history.add(StepStarted(step="", of="agent"))
    history.add(StepStarted(step="x", of="debate"))
    history.add(CallStarted("one", step="x", agent="a", call="x#1"))
    history.add(CallStarted("one", step="", agent="a", call="#1"))
    history.add(DebateRound(1, step=""))
    assert fold(history.events).totals.calls == 2
