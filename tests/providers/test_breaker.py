"""When an endpoint is left alone for a while, and how it is trusted again."""

from __future__ import annotations

from typing import get_args

import pytest

from providers.base import ErrorClass
from providers.breaker import COOLING, COUNTED, LONGEST_COOLING, THRESHOLD, Breakers


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(clock)


def trip(breakers: Breakers, endpoint: str = "anthropic") -> None:
    for _ in range(THRESHOLD):
        breakers.failed(endpoint, "overloaded")


def test_it_opens_after_failures_in_a_row_and_says_so_once(breakers: Breakers) -> None:
    said = [breakers.failed("anthropic", "overloaded") for _ in range(THRESHOLD + 2)]
    assert said == [None] * (THRESHOLD - 1) + ["open"] + [None, None]
    assert breakers.is_open("anthropic")
    assert breakers.wait("anthropic") == COOLING
    assert not breakers.is_open("openai")


def test_a_success_between_failures_starts_the_count_again(breakers: Breakers) -> None:
    for _ in range(3):
        for _ in range(THRESHOLD - 1):
            assert breakers.failed("anthropic", "timeout") is None
        assert breakers.succeeded("anthropic") is None
    assert breakers.state("anthropic") == "closed"


@pytest.mark.parametrize("error", sorted(set(get_args(ErrorClass)) - COUNTED))
def test_what_is_wrong_with_a_request_is_not_held_against_the_endpoint(breakers: Breakers, error: ErrorClass) -> None:
    for _ in range(THRESHOLD * 2):
        assert breakers.failed("anthropic", error) is None
    assert breakers.state("anthropic") == "closed"


def test_after_a_while_one_call_may_try_and_no_other(breakers: Breakers, clock: Clock) -> None:
    trip(breakers)
    assert breakers.begin("anthropic") is None
    clock.now += COOLING
    assert breakers.state("anthropic") == "half-open"
    assert not breakers.is_open("anthropic")
    assert breakers.begin("anthropic") == "half-open"
    assert breakers.is_open("anthropic")
    assert breakers.begin("anthropic") is None


def test_the_one_that_tries_decides(breakers: Breakers, clock: Clock) -> None:
    trip(breakers)
    clock.now += COOLING
    breakers.begin("anthropic")
    assert breakers.failed("anthropic", "timeout") == "open"
    assert breakers.wait("anthropic") == COOLING * 2
    clock.now += COOLING * 2
    breakers.begin("anthropic")
    assert breakers.succeeded("anthropic") == "closed"
    assert breakers.wait("anthropic") == 0
    trip(breakers)
    assert breakers.wait("anthropic") == COOLING


def test_the_wait_grows_and_does_not_grow_for_ever(breakers: Breakers, clock: Clock) -> None:
    trip(breakers)
    for _ in range(12):
        clock.now += breakers.wait("anthropic")
        breakers.begin("anthropic")
        breakers.failed("anthropic", "connection")
    assert breakers.wait("anthropic") == LONGEST_COOLING


def test_a_try_that_was_cancelled_leaves_room_for_another(breakers: Breakers, clock: Clock) -> None:
    trip(breakers)
    clock.now += COOLING
    breakers.begin("anthropic")
    breakers.abandoned("anthropic")
    assert breakers.begin("anthropic") == "half-open"
    breakers.abandoned("somebody else")


def test_answers_to_calls_from_before_it_opened_do_not_lengthen_the_wait(breakers: Breakers, clock: Clock) -> None:
    trip(breakers)
    clock.now += 10
    breakers.failed("anthropic", "timeout")
    assert breakers.wait("anthropic") == COOLING - 10
