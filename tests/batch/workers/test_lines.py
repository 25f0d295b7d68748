"""The line in front of an endpoint for workers elsewhere: in turn, and given back by those that are gone."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.batch.workers.lines import CLOSED, Places
from app.batch.workers.wire import Call, Counted, Left, Withdraw
from providers.limiter import NO_RATE, Limiter, Rate, Wait

HERE = "http://here.example"
ONE_AT_A_TIME = Call(HERE, "m", 0, Rate(at_a_time=1), NO_RATE, again=False)
IN = Wait()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits says so at once."""
    monkeypatch.setattr("app.batch.workers.lines.NOTICED", 0.0)


@pytest.fixture
def limiter() -> Limiter:
    return Limiter(time.monotonic)


@pytest.fixture
def one(limiter: Limiter) -> Places:
    """Those of one worker."""
    return Places(limiter)


@pytest.fixture
def other(limiter: Limiter) -> Places:
    """Those of another."""
    return Places(limiter)


def asks_again(places: Places, number: int) -> asyncio.Task[Wait]:
    """For one that was told for what it waits."""
    return asyncio.create_task(places.enter(number, ONE_AT_A_TIME))


async def settled(limiter: Limiter) -> tuple[int, int]:
    """How many are inside and in line, when everybody has gone on who can."""
    for _ in range(10):
        await asyncio.sleep(0)
    return limiter.minute(HERE)[:2]


async def test_a_call_goes_in_when_the_one_of_another_worker_has_left(
    limiter: Limiter, one: Places, other: Places
) -> None:
    assert await one.enter(1, ONE_AT_A_TIME) == IN
    assert (await other.enter(1, ONE_AT_A_TIME)).why == f"{HERE} is given 1 calls at a time"
    waiting = asks_again(other, 1)
    one.hear(Left(1, None, None))
    one.hear(Counted(1, 5))
    assert await waiting == IN
    assert await settled(limiter) == (1, 0)
    assert limiter.minute(HERE).tokens == 5


async def test_a_worker_that_is_gone_gives_back_what_it_has_inside_and_in_line_and_nothing_twice(
    limiter: Limiter, one: Places, other: Places
) -> None:
    await one.enter(1, ONE_AT_A_TIME)
    one.hear(Left(1, None, None))
    await one.enter(2, ONE_AT_A_TIME)
    await one.enter(3, ONE_AT_A_TIME)
    await other.enter(1, ONE_AT_A_TIME)
    waiting = asks_again(other, 1)
    one.lose()
    assert await waiting == IN
    assert await settled(limiter) == (1, 0)


async def test_a_pause_holds_everybody(limiter: Limiter, one: Places, other: Places) -> None:
    await one.enter(1, ONE_AT_A_TIME)
    one.hear(Left(1, "rate_limited", 60.0))
    assert (await other.enter(1, ONE_AT_A_TIME)).why == f"{HERE} asked for a pause"
    other.hear(Withdraw(1))
    assert await settled(limiter) == (0, 0)


async def test_who_gives_up_takes_no_place_whether_it_was_heard_of_waits_or_is_inside(
    limiter: Limiter, one: Places
) -> None:
    one.hear(Withdraw(1))
    await one.enter(1, ONE_AT_A_TIME)
    await one.enter(2, ONE_AT_A_TIME)
    await one.enter(3, ONE_AT_A_TIME)
    one.hear(Withdraw(3))
    assert await settled(limiter) == (1, 0)
    one.hear(Withdraw(2))
    assert await settled(limiter) == (0, 0)


async def test_nobody_goes_in_before_a_line_opens(limiter: Limiter) -> None:
    places = Places(limiter, opens=time.monotonic() + 3600)
    assert (await places.enter(1, ONE_AT_A_TIME)).why == CLOSED
    places.hear(Withdraw(1))
    assert await settled(limiter) == (0, 0)


async def test_what_only_a_limiter_that_is_gone_has_known_is_passed_over(limiter: Limiter, one: Places) -> None:
    one.hear(Left(7, "rate_limited", 60.0))
    one.hear(Counted(7, 5))
    assert await one.enter(1, ONE_AT_A_TIME) == IN
