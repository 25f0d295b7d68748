"""How many calls an endpoint gets at a time, and the pause when it says that it was too many."""

from __future__ import annotations

from math import inf, nan

import pytest

from providers.limiter import FIRST_PAUSE, LONGEST_PAUSE, Limiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_as_many_as_fit_may_enter_and_the_next_waits_for_one_to_leave(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=2)
    assert [limiter.enter("openai") for _ in range(3)] == [0, 0, inf]
    assert limiter.enter("anthropic") == 0
    limiter.leave("openai")
    assert limiter.enter("openai") == 0


def test_whoever_waited_longest_is_called_first_and_each_only_once(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    limiter.enter("openai")
    called: list[str] = []
    for name in ("first", "second"):
        limiter.when_free("openai", lambda name=name: called.append(name))  # type: ignore[misc]
    limiter.leave("openai")
    assert called == ["first"]
    limiter.leave("openai")
    limiter.leave("openai")
    assert called == ["first", "second"]


def test_who_was_cancelled_is_not_called_and_passes_on_a_call_that_came_too_late(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    limiter.enter("openai")
    called: list[str] = []

    def first() -> None:
        called.append("first")

    def second() -> None:
        called.append("second")

    limiter.when_free("openai", first)
    limiter.forget("openai", first)
    limiter.leave("openai")
    assert called == []
    limiter.when_free("openai", first)
    limiter.when_free("openai", second)
    limiter.leave("openai")
    limiter.forget("openai", first)
    assert called == ["first", "second"]


def test_a_pause_holds_everybody_for_as_long_as_was_asked(clock: Clock) -> None:
    limiter = Limiter(clock)
    assert limiter.pause("openai", 2.0) == 2.0
    assert limiter.enter("openai") == 2.0
    clock.now += 1.5
    assert limiter.wait("openai") == pytest.approx(0.5)
    assert limiter.enter("anthropic") == 0
    clock.now += 0.5
    assert limiter.enter("openai") == 0


def test_a_shorter_pause_does_not_end_a_longer_one(clock: Clock) -> None:
    limiter = Limiter(clock)
    limiter.pause("openai", 20.0)
    limiter.pause("openai", 1.0)
    assert limiter.wait("openai") == 20.0


@pytest.mark.parametrize("absurd", [None, 0.0, -5.0, nan, inf, -inf])
def test_a_pause_of_absurd_length_is_a_short_one_that_grows(clock: Clock, absurd: float | None) -> None:
    limiter = Limiter(clock)
    assert [limiter.pause("openai", absurd) for _ in range(3)] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    limiter.succeeded("openai")
    assert limiter.pause("openai", absurd) == FIRST_PAUSE


def test_no_pause_is_longer_than_a_person_would_wait(clock: Clock) -> None:
    limiter = Limiter(clock)
    assert limiter.pause("openai", 86_400.0) == LONGEST_PAUSE
    for _ in range(20):
        limiter.pause("openai")
    assert limiter.pause("openai") == LONGEST_PAUSE


def test_leaving_twice_makes_no_room_that_is_not_there(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    limiter.leave("openai")
    limiter.succeeded("nobody")
    assert [limiter.enter("openai") for _ in range(2)] == [0, inf]
