"""The line in front of an endpoint: the order, the pauses, and what goes out in a minute."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.limiter import AT_A_TIME, DISTANCE, FIRST_PAUSE, LONGEST_PAUSE, MINUTE, Limiter, Rate, Ticket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lined_up(limiter: Limiter, endpoint: str = "openai", **about: Any) -> Ticket:
    ticket = Ticket(endpoint, **about)
    limiter.line_up(ticket)
    return ticket


def inside(limiter: Limiter, endpoint: str = "openai", **about: Any) -> Ticket:
    ticket = lined_up(limiter, endpoint, **about)
    assert limiter.ask(ticket).seconds == 0
    return ticket


# The line


def test_as_many_as_fit_may_enter_and_the_next_waits_for_one_to_leave(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=2)
    first, _ = inside(limiter), inside(limiter)
    third = lined_up(limiter)
    assert limiter.ask(third) == (inf, "openai is given 2 calls at a time")
    inside(limiter, "anthropic")
    limiter.leave(first)
    assert limiter.ask(third).seconds == 0


def test_whoever_came_first_is_called_first_and_nobody_overtakes(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    busy = inside(limiter)
    called: list[str] = []
    first, second = lined_up(limiter), lined_up(limiter)
    first.called, second.called = lambda: called.append("first"), lambda: called.append("second")
    limiter.leave(busy)
    assert called == ["first"]
    newcomer = lined_up(limiter)
    assert [limiter.ask(one).seconds for one in (newcomer, second, first)] == [inf, inf, 0]
    limiter.leave(first)
    assert (called[0], called[-1], called.count("first")) == ("first", "second", 1)
    assert limiter.ask(second).seconds == 0


def test_who_steps_back_lets_the_next_one_be_called(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    busy = inside(limiter)
    called: list[str] = []
    first, second = lined_up(limiter), lined_up(limiter)
    second.called = lambda: called.append("second")
    limiter.leave(busy)
    limiter.step_back(first)
    assert called == ["second"]
    assert limiter.ask(second).seconds == 0


def test_those_that_were_refused_go_before_those_that_never_went_in_the_order_of_their_return(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    busy = inside(limiter)
    fresh, again, last = lined_up(limiter), lined_up(limiter, again=True), lined_up(limiter, again=True)
    order = []
    for leaving in (busy, again, last):
        limiter.leave(leaving)
        order.append(next(one for one in (fresh, again, last) if one.entered is None and not limiter.ask(one).seconds))
    assert order == [again, last, fresh]


def test_what_an_endpoint_is_doing_can_be_asked(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=1)
    assert limiter.minute("openai") == (0, 0, 0, 0)
    inside(limiter, tokens=700)
    lined_up(limiter)
    assert limiter.minute("openai") == (1, 1, 1, 700)
    clock.now += MINUTE
    assert limiter.minute("openai") == (1, 1, 0, 0)


# Pauses


def test_a_pause_holds_everybody_for_as_long_as_was_asked(clock: Clock) -> None:
    limiter = Limiter(clock)
    refused = inside(limiter)
    assert limiter.pause(refused, 2.0) == 2.0
    limiter.leave(refused)
    waiting = lined_up(limiter)
    assert limiter.ask(waiting) == (2.0, "openai asked for a pause")
    clock.now += 1.5
    assert limiter.pause_left("openai") == pytest.approx(0.5)
    inside(limiter, "anthropic")
    clock.now += 0.5
    assert limiter.ask(waiting).seconds == 0


def test_after_a_pause_calls_follow_each_other_at_a_distance(clock: Clock) -> None:
    limiter = Limiter(clock, at_a_time=100)
    limiter.pause(inside(limiter), 2.0)
    waiting = [lined_up(limiter) for _ in range(AT_A_TIME + 3)]
    clock.now += 2.0
    begun = clock.now
    for ticket in waiting:
        clock.now += limiter.ask(ticket).seconds
        limiter.ask(ticket)
    entered = [ticket.entered - begun for ticket in waiting if ticket.entered is not None]
    assert entered[:AT_A_TIME] == [DISTANCE * number for number in range(AT_A_TIME)]
    assert entered[AT_A_TIME:] == [entered[AT_A_TIME - 1]] * 3


def test_a_shorter_pause_does_not_end_a_longer_one(clock: Clock) -> None:
    limiter = Limiter(clock)
    one, other = inside(limiter), inside(limiter)
    limiter.pause(one, 20.0)
    limiter.pause(other, 1.0)
    assert limiter.pause_left("openai") == 20.0


@pytest.mark.parametrize("absurd", [None, 0.0, -5.0, nan, inf, -inf])
def test_a_pause_of_absurd_length_is_a_short_one_that_grows(clock: Clock, absurd: float | None) -> None:
    limiter = Limiter(clock)
    paused = []
    for _ in range(3):
        refused = inside(limiter)
        paused.append(limiter.pause(refused, absurd))
        limiter.leave(refused)
        clock.now += LONGEST_PAUSE
    assert paused == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    limiter.succeeded("openai")
    assert limiter.pause(inside(limiter), absurd) == FIRST_PAUSE


def test_siblings_that_were_refused_together_do_not_make_the_pause_grow(clock: Clock) -> None:
    limiter = Limiter(clock)
    for refused in [inside(limiter) for _ in range(AT_A_TIME)]:
        clock.now += 0.01
        limiter.pause(refused)
        limiter.leave(refused)
    assert limiter.pause_left("openai") == pytest.approx(FIRST_PAUSE - 0.01 * (AT_A_TIME - 1))


def test_no_pause_is_longer_than_a_person_would_wait(clock: Clock) -> None:
    limiter = Limiter(clock)
    assert limiter.pause(inside(limiter), 86_400.0) == LONGEST_PAUSE
    for _ in range(20):
        clock.now += LONGEST_PAUSE
        refused = inside(limiter)
        assert limiter.pause(refused) <= LONGEST_PAUSE
        limiter.leave(refused)


# What goes out in a minute


def test_a_call_beyond_the_requests_of_a_minute_waits_until_the_first_is_a_minute_ago(clock: Clock) -> None:
    limiter = Limiter(clock)
    rate = Rate(requests=2)
    for _ in range(2):
        limiter.leave(inside(limiter, of_endpoint=rate))
        clock.now += 10
    waiting = lined_up(limiter, of_endpoint=rate)
    assert limiter.ask(waiting) == (40.0, "openai takes 2 requests a minute")
    clock.now += 40
    assert limiter.ask(waiting).seconds == 0


def test_tokens_are_counted_as_they_may_be_used_and_settled_as_they_were(clock: Clock) -> None:
    limiter = Limiter(clock)
    rate = Rate(tokens=1000)
    first = inside(limiter, tokens=900, of_endpoint=rate)
    waiting = lined_up(limiter, tokens=300, of_endpoint=rate)
    called: list[bool] = []
    waiting.called = lambda: called.append(True)
    assert limiter.ask(waiting) == (MINUTE, "openai takes 1,000 tokens a minute")
    limiter.leave(first)
    called.clear()
    limiter.settle(first, 400)
    assert called
    assert limiter.ask(waiting).seconds == 0
    assert limiter.minute("openai").tokens == 700


def test_what_is_settled_after_a_minute_changes_nothing(clock: Clock) -> None:
    limiter = Limiter(clock)
    slow = inside(limiter, tokens=900)
    clock.now += MINUTE
    limiter.leave(slow)
    limiter.settle(slow, 10)
    assert limiter.minute("openai").tokens == 0


def test_a_call_that_is_too_big_for_any_minute_has_one_for_itself_and_is_not_starved_by_small_ones(
    clock: Clock,
) -> None:
    limiter = Limiter(clock)
    rate = Rate(tokens=1000)
    inside(limiter, tokens=200, of_endpoint=rate)
    big = lined_up(limiter, tokens=50_000, of_endpoint=rate)
    small = lined_up(limiter, tokens=10, of_endpoint=rate)
    assert [limiter.ask(one).seconds for one in (small, big)] == [inf, MINUTE]
    clock.now += MINUTE
    assert [limiter.ask(one).seconds for one in (small, big)] == [inf, 0]
    assert limiter.ask(small).seconds == MINUTE


def test_a_model_that_has_had_its_share_holds_up_no_other_model(clock: Clock) -> None:
    limiter = Limiter(clock)
    limiter.leave(inside(limiter, model="openai/smart", of_model=Rate(requests=1)))
    smart = lined_up(limiter, model="openai/smart", of_model=Rate(requests=1))
    behind = lined_up(limiter, model="openai/smart")
    assert limiter.ask(smart) == (MINUTE, "openai/smart takes 1 requests a minute")
    assert limiter.ask(behind).seconds == inf
    inside(limiter, model="openai/quick", of_model=Rate(requests=100))


def test_the_stricter_of_the_endpoints_and_the_models_limit_counts(clock: Clock) -> None:
    limiter = Limiter(clock)
    both: dict[str, Any] = {"model": "openai/m", "of_endpoint": Rate(requests=3), "of_model": Rate(requests=1)}
    inside(limiter, **both)
    assert limiter.ask(lined_up(limiter, **both)).seconds == MINUTE
    other: dict[str, Any] = {"model": "openai/n", "of_endpoint": Rate(requests=1)}
    assert limiter.ask(lined_up(limiter, "openai", **other)).seconds == MINUTE


@dataclass(frozen=True)
class Call:
    after: float  # seconds since the one before came
    takes: float
    may_use: int  # tokens
    uses: int
    steps_back: bool = False  # if it has to wait


def performed(calls: list[Call], at_a_time: int, rate: Rate) -> list[Ticket]:
    """Let calls come, go in when they may, and leave; those that went in, in that order."""
    clock = Clock()
    limiter = Limiter(clock, at_a_time)
    moments = accumulate(call.after for call in calls)
    due = [(clock.now + moment, number, "comes") for number, moment in enumerate(moments)]
    heapify(due)
    tickets = [Ticket("openai", tokens=call.may_use, of_endpoint=rate) for call in calls]
    line: list[int] = []
    entered: list[Ticket] = []
    while due:
        clock.now, number, what = heappop(due)
        if what == "comes":
            limiter.line_up(tickets[number])
            line.append(number)
        elif what == "leaves":
            limiter.leave(tickets[number])
            limiter.settle(tickets[number], calls[number].uses)
        for waiting in list(line):
            wait = limiter.ask(tickets[waiting]).seconds
            if not wait:
                line.remove(waiting)
                entered.append(tickets[waiting])
                heappush(due, (clock.now + calls[waiting].takes, waiting, "leaves"))
            elif calls[waiting].steps_back:
                line.remove(waiting)
                limiter.step_back(tickets[waiting])
            elif wait < inf:
                heappush(due, (clock.now + wait, waiting, "asks"))
    assert not line, "somebody waits for ever"
    return entered


CALLS = st.lists(
    st.builds(Call, st.floats(0, 20), st.floats(0.1, 90), st.integers(1, 700), st.integers(0, 800), st.booleans()),
    min_size=1,
    max_size=25,
)


@given(CALLS, st.integers(1, 4), st.integers(1, 6), st.integers(1, 1000))
def test_no_minute_has_more_than_its_share_and_every_call_has_its_turn_in_the_order_in_which_they_came(
    calls: list[Call], at_a_time: int, requests: int, tokens: int
) -> None:
    entered = performed(calls, at_a_time, Rate(requests, tokens))
    assert len(entered) >= sum(not call.steps_back for call in calls)
    moments = [ticket.entered for ticket in entered if ticket.entered is not None]
    assert moments == sorted(moments)
    for moment in moments:
        assert sum(moment <= other < moment + MINUTE for other in moments) <= requests


@given(st.lists(st.integers(1, 700), min_size=1, max_size=25), st.integers(1, 1000))
def test_the_tokens_of_a_minute_are_never_more_than_its_share_but_for_a_call_that_is_too_big_for_any(
    sizes: list[int], tokens: int
) -> None:
    entered = performed([Call(1.0, 5.0, size, size) for size in sizes], 4, Rate(tokens=tokens))
    assert [ticket.tokens for ticket in entered] == sizes
    for ticket in entered:
        assert ticket.entered is not None
        before = [
            one.tokens for one in entered if one.entered is not None and 0 <= ticket.entered - one.entered < MINUTE
        ]
        assert sum(before) <= tokens or len(before) == 1
