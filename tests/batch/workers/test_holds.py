"""What runs elsewhere hold of a ledger: who is granted what, and what becomes of it when a worker dies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.batch.workers.holds import Holds, begun_calls
from app.batch.workers.wire import Used, Withdraw
from app.engine.ledger import SharedLedger
from app.events import CallFinished, CallStarted, Hold, Usage

DIME = Hold(cost_usd=0.1, tokens=10)


@pytest.fixture
def ledger() -> SharedLedger:
    return SharedLedger({"cost_usd": 0.35})


@pytest.fixture
def one(ledger: SharedLedger) -> Holds:
    """Those of one worker."""
    return Holds(ledger)


@pytest.fixture
def other(ledger: SharedLedger) -> Holds:
    """Those of another."""
    return Holds(ledger)


async def waits(task: asyncio.Task[Any]) -> bool:
    """Has everything gone on that can, and this has not?"""
    for _ in range(10):
        await asyncio.sleep(0)
    return not task.done()


def spent(ledger: SharedLedger) -> tuple[float, float]:
    """Dollars spent, and held."""
    return round(ledger.account.spent["cost_usd"], 6), round(ledger.account.held["cost_usd"], 6)


async def test_who_finds_no_room_waits_for_what_another_worker_gives_back(
    ledger: SharedLedger, one: Holds, other: Holds
) -> None:
    assert [await one.hold(number, "run 1", DIME) for number in (1, 2, 3)] == [""] * 3
    fourth = asyncio.create_task(other.hold(1, "run 2", DIME))
    assert await waits(fourth)
    one.hear(Used(1, Usage(input=1), 0.01))
    assert await fourth == ""
    assert spent(ledger) == (0.01, 0.3)


async def test_who_finds_none_when_nobody_holds_anything_is_told_so(one: Holds) -> None:
    assert await one.hold(1, "run 1", Hold(0.4)) == "the batch may use $0.3500, and the next call could go beyond"


async def test_who_withdraws_holds_nothing_whether_it_was_heard_of_waits_or_was_granted(
    ledger: SharedLedger, one: Holds
) -> None:
    one.hear(Withdraw(1))
    assert await one.hold(1, "run 1", DIME) != ""
    assert [await one.hold(number, "run 1", DIME) for number in (2, 3, 4)] == [""] * 3
    waiting = asyncio.create_task(one.hold(5, "run 1", DIME))
    assert await waits(waiting)
    one.hear(Withdraw(5))
    assert await waiting != ""
    one.hear(Withdraw(4))
    assert spent(ledger) == (0.0, 0.2)


async def test_who_withdraws_in_the_very_moment_in_which_it_is_granted_holds_nothing(
    ledger: SharedLedger, one: Holds
) -> None:
    for number in (1, 2, 3):
        await one.hold(number, "run 1", DIME)
    waiting = asyncio.create_task(one.hold(4, "run 1", DIME))
    assert await waits(waiting)
    one.hear(Withdraw(1))
    one.hear(Withdraw(4))
    await waiting
    assert spent(ledger) == (0.0, 0.2)


async def test_of_a_lost_run_only_calls_that_had_gone_out_are_charged_and_not_before_that_is_known(
    ledger: SharedLedger, one: Holds, other: Holds
) -> None:
    assert [await one.hold(number, "run 1", DIME) for number in (1, 2)] == ["", ""]
    assert await other.hold(1, "run 2", DIME) == ""
    waiting = asyncio.create_task(one.hold(3, "run 1", DIME))
    assert await waits(waiting)
    one.lose("run 1", [DIME])
    assert spent(ledger) == (0.0, 0.3), "its worker lives"
    one.bury()
    assert await waiting != ""
    assert spent(ledger) == (0.0, 0.3)
    one.lose("run 1", [DIME])
    other.lose("run 1", [])
    assert spent(ledger) == (0.1, 0.1)
    one.hear(Used(2, Usage(), 5.0))
    assert await one.hold(9, "run 1", DIME) != "", "who is buried gets nothing"
    assert spent(ledger) == (0.1, 0.1)


def test_a_call_has_begun_until_its_end_is_known() -> None:
    events = [
        CallStarted("m", call="a", hold=DIME), CallStarted("m", call="b", hold=Hold(0.2)), CallFinished(call="a"),
    ]  # fmt: skip
    assert begun_calls(events) == [Hold(0.2)]
