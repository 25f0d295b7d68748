"""A budget is split where its last coin brings most, and a test says what it knows: sometimes that it knows nothing."""

from __future__ import annotations

from math import exp, lgamma, log, sqrt
from statistics import NormalDist, mean, variance
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.campaign.significance import (
    Sample,
    compare_means,
    compare_shares,
    newcombe,
    shares_needed,
    student_quantile,
    student_tail,
)
from app.tools.campaign.spending import Channel, even_split, plan, split
from tools.conftest import Failing, Using

amounts = some.floats(0, 10_000)
channels = some.builds(
    lambda name, most, half, floor, room: Channel(name, most, half, floor, floor + room),
    some.text("abc", min_size=1, max_size=3),
    some.floats(1, 1_000),
    some.floats(10, 10_000),
    some.floats(0, 500),
    some.floats(0, 20_000),
)


def brought(shares: list[float], over: list[Channel]) -> float:
    return sum(channel.brings(amount) for channel, amount in zip(over, shares, strict=True))


@given(some.lists(channels, min_size=1, max_size=5), some.floats(1, 20_000))
@settings(max_examples=15)
def test_a_split_keeps_to_the_budget_the_floors_and_the_caps(over: list[Channel], spare: float) -> None:
    budget = sum(channel.floor for channel in over) + spare
    shares = split(budget, over)
    assert sum(shares) <= budget * (1 + 1e-6)
    assert sum(shares) == pytest.approx(min(budget, sum(channel.cap for channel in over)), rel=1e-6, abs=1e-3)
    for channel, amount in zip(over, shares, strict=True):
        assert channel.floor - 1e-6 <= amount <= channel.cap + 1e-6


@given(some.lists(channels, min_size=2, max_size=5), some.floats(1, 20_000))
@settings(max_examples=15)
def test_no_coin_moved_elsewhere_would_bring_more(over: list[Channel], spare: float) -> None:
    shares = split(sum(channel.floor for channel in over) + spare, over)
    best = brought(shares, over)
    for giver in range(len(over)):
        for taker in range(len(over)):
            coin = min(1.0, shares[giver] - over[giver].floor, over[taker].cap - shares[taker])
            if giver != taker and coin > 0:
                moved = list(shares)
                moved[giver] -= coin
                moved[taker] += coin
                assert brought(moved, over) <= best + 1e-6 * best


@given(some.lists(channels, min_size=1, max_size=4), some.floats(1, 5_000))
@settings(max_examples=15)
def test_an_even_split_never_brings_more(over: list[Channel], spare: float) -> None:
    budget = sum(channel.floor for channel in over) + spare
    assert brought(even_split(budget, over), over) <= brought(split(budget, over), over) * (1 + 1e-6)


@given(some.lists(channels, min_size=1, max_size=5), some.floats(1, 20_000), some.sampled_from([1, 10, 250]))
@settings(max_examples=15)
def test_rounded_shares_never_come_to_more_than_the_budget(over: list[Channel], spare: float, step: float) -> None:
    budget = sum(channel.floor for channel in over) + spare
    told = plan(budget, over, step)
    assert told["spent"] <= budget + 0.01
    assert told["unspent"] == pytest.approx(budget - told["spent"], abs=0.02)
    for channel, share in zip(over, told["shares"], strict=True):
        assert channel.floor - 0.01 <= share["amount"] <= channel.cap + 0.01


async def test_what_was_spent_and_came_back_says_what_is_possible(using: Using) -> None:
    rows = "channel,spent,results,half\nletters,1000,50,1000\n"
    told = await using("campaign.split", {"budget": 3000, "channels": rows})
    assert told["shares"][0]["results"] == 75.0  # half of 100 came from 1,000, so three quarters come from 3,000


async def test_a_share_says_why_it_is_what_it_is(using: Using) -> None:
    rows = [
        {"channel": "search", "most": 500, "half": 2000, "cap": 1000},
        {"channel": "letters", "most": 10, "half": 5000, "floor": 300},
        {"channel": "radio", "most": 0, "half": 100},
        {"channel": "friends", "most": 400, "half": 3000},
    ]
    told = await using("campaign.split", {"budget": 5000, "channels": rows})
    reasons = [share["because"].split(":")[0] for share in told["shares"]]
    assert reasons == ["at its cap", "at its floor", "nothing", "its last coin brings what the last one elsewhere does"]


async def test_what_the_caps_leave_over_is_told(using: Using) -> None:
    told = await using("campaign.split", {"budget": 900, "channels": "channel,most,half,cap\nposter,9,10,400\n"})
    assert (told["spent"], told["unspent"]) == (400, 500)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ("channel,most,half\n", "there are 0 channels"),
        ("channel,most,half\n,1,1\n", "channel 1: it has no name"),
        ("channel,most,half\na,1,1\na,2,2\n", 'two channels are called "a"'),
        ("channel,most\na,1\n", 'channel 1 ("a"): half is missing'),
        ("channel,half\na,1\n", 'channel 1 ("a"): nothing says what it can bring'),
        ("channel,most,half\na,many,1\n", "channel 1 (\"a\"): most is 'many'"),
        ("channel,most,half\na,-4,1\n", 'channel 1 ("a"): most is -4'),
        ("channel,most,half,floor,cap\na,4,1,9,8\n", 'channel 1 ("a"): the cap 8 is below the floor 9'),
        ("channel,most,half,floor\na,4,1,70\nb,4,1,50\n", "the floors come to 120, and the budget is 100"),
    ],
)
async def test_a_channel_that_makes_no_sense_is_named(failing: Failing, channels: str, message: str) -> None:
    raised = await failing("campaign.split", {"budget": 100, "channels": channels})
    assert (raised.error, raised.message) == ("bad_arguments", message)


counts = some.integers(2, 5_000).flatmap(lambda n: some.tuples(some.just(n), some.integers(0, n)))


@given(counts, counts)
@settings(max_examples=15)
def test_the_square_of_z_is_chi_square(a: tuple[int, int], b: tuple[int, int]) -> None:
    told = compare_shares(Sample("", *a), Sample("", *b), 0.1, 0.95, 0.8)
    table = [[a[1], a[0] - a[1]], [b[1], b[0] - b[1]]]
    total = a[0] + b[0]
    columns = [sum(column) for column in zip(*table, strict=True)]
    if 0 in columns:
        assert told["z"] == 0
        return
    square = sum(
        (table[row][column] - side[0] * columns[column] / total) ** 2 / (side[0] * columns[column] / total)
        for row, side in enumerate((a, b))
        for column in (0, 1)
    )
    assert told["z"] ** 2 == pytest.approx(square, rel=0.01, abs=0.01)


def test_the_interval_of_a_difference_is_newcombes_own_example() -> None:
    low, high = newcombe(48, 80, 56, 70, NormalDist().inv_cdf(0.975))  # his paper of 1998, table II, line a
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


@settings(max_examples=15)
@given(counts, counts)
def test_an_interval_holds_the_difference_and_stays_between_minus_one_and_one(a: Any, b: Any) -> None:
    low, high = newcombe(a[1], a[0], b[1], b[0], 1.96)
    assert -1 <= low - 1e-12 <= b[1] / b[0] - a[1] / a[0] <= high + 1e-12 <= 1 + 1e-9 or low == -1


def density(t: float, freedom: float) -> float:
    top = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * 3.141592653589793)
    return top * exp(-(freedom + 1) / 2 * log(1 + t * t / freedom))


@given(some.floats(0, 8), some.floats(1, 200))
@settings(max_examples=15)
def test_students_tail_is_what_is_left_of_the_area(t: float, freedom: float) -> None:
    parts = 400
    width = t / parts
    inner = sum(density(number * width, freedom) * (4 if number % 2 else 2) for number in range(1, parts))
    area = (density(0, freedom) + inner + density(t, freedom)) * width / 3  # Simpson's rule
    assert student_tail(t, freedom) == pytest.approx(0.5 - area, abs=1e-6)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.7062), (5, 2.5706), (30, 2.0423), (120, 1.9799)])
def test_the_quantile_is_the_one_in_every_table(freedom: float, t: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(t, abs=1e-4)


values = some.lists(some.floats(-100, 100).map(lambda value: round(value, 3)), min_size=2, max_size=30)


@given(values, values)
@settings(max_examples=15)
async def test_welch_is_reckoned_from_means_and_variances(a: list[float], b: list[float]) -> None:
    from app.tools.campaign.significance import sample_of

    told = compare_means(sample_of({"values": a}), sample_of({"values": b}), 1.0, 0.95, 0.8)
    error = variance(a) / len(a) + variance(b) / len(b)
    assert told["difference"] == pytest.approx(mean(b) - mean(a), abs=1e-3)
    if error > 1e-6:
        assert told["t"] == pytest.approx((mean(b) - mean(a)) / sqrt(error), abs=1e-3, rel=1e-3)


async def test_welch_agrees_with_the_textbook(using: Using) -> None:
    a = {"n": 10, "mean": 20.0, "deviation": 2.0}
    b = {"n": 20, "mean": 22.0, "deviation": 4.0}
    told = await using("campaign.significance", {"a": a, "b": b, "matters": 5})
    assert (told["t"], told["freedom"]) == (1.826, 28.0)
    assert told["p"] == pytest.approx(0.0786, abs=2e-4)


async def test_a_difference_found_too_early_is_not_enough_data(using: Using) -> None:
    early = {"a": {"n": 90, "hits": 3}, "b": {"n": 90, "hits": 14}, "matters": 0.01}
    told = await using("campaign.significance", early)
    assert told["p"] < 0.05
    assert told["verdict"] == "not enough data"
    assert told["missing"] == told["needed"] - 90


@pytest.mark.parametrize(
    ("hits", "matters", "verdict"),
    [((500, 700), 0.02, "new is higher"), ((700, 500), 0.02, "old is higher"), ((500, 505), 0.02, "no difference that"),
     ((500, 555), 0.01, "no difference found")],
)  # fmt: skip
async def test_enough_data_gives_a_verdict(using: Using, hits: Any, matters: float, verdict: str) -> None:
    old, new = ({"name": name, "n": 10_000, "hits": count} for name, count in zip(("old", "new"), hits, strict=True))
    told = await using("campaign.significance", {"a": old, "b": new, "matters": matters})
    assert told["verdict"].startswith(verdict)


async def test_what_never_varies_needs_no_statistics(using: Using) -> None:
    told = await using("campaign.significance", {"a": {"values": [1, 1, 1]}, "b": {"values": [2, 2, 2]}, "matters": 1})
    assert (told["p"], told["t"], told["verdict"]) == (0.0, None, "b is higher")


@pytest.mark.parametrize(
    ("a", "message"),
    [
        ({}, "a: n is None, and at least 2 are needed to compare anything"),
        ({"n": 5, "hits": 6}, "a: 6 hits among 5"),
        ({"values": [1]}, "a: 1 values are too few to know how far they lie apart"),
        ({"n": 5, "mean": 2}, "a: there are neither hits nor a mean with its deviation"),
        ({"n": 5, "mean": 2, "deviation": 1}, "one side counts hits and the other measures a mean"),
    ],
)
async def test_a_sample_that_makes_no_sense_is_named(failing: Failing, a: dict[str, Any], message: str) -> None:
    raised = await failing("campaign.significance", {"a": a, "b": {"n": 9, "hits": 1}, "matters": 0.1})
    assert (raised.error, raised.message) == ("bad_arguments", message)


async def test_a_difference_of_shares_that_matters_is_a_share(failing: Failing) -> None:
    sides = {"a": {"n": 100, "hits": 9}, "b": {"n": 100, "hits": 9}}
    assert "shares go from 0 to 1" in (await failing("campaign.significance", {**sides, "matters": 1.5})).message


def test_where_a_share_has_no_room_the_difference_left_decides_how_many_are_needed() -> None:
    assert shares_needed(0.5, 0.6, 0.95, 0.8) == shares_needed(0.5, 0.5, 0.95, 0.8)


async def test_samples_that_hardly_vary_do_not_vary(using: Using) -> None:
    one, other = ({"n": 10, "mean": mean, "deviation": 1e-100} for mean in (1, 2))
    assert (await using("campaign.significance", {"a": one, "b": other, "matters": 1}))["p"] == 0


async def test_a_budget_far_beyond_what_channels_can_use_is_spent_all_the_same(using: Using) -> None:
    channels = [{"channel": name, "most": 0.001, "half": 10} for name in "ab"]
    told = await using("campaign.split", {"budget": 1e10, "channels": channels})
    assert told["unspent"] == 0 and told["shares"][0]["share"] == 0.5


async def test_a_channel_has_a_half_to_reckon_with(failing: Failing) -> None:
    channels = [{"channel": "a", "most": 1, "half": 1e-300}]
    assert "half is 1e-300" in (await failing("campaign.split", {"budget": 9, "channels": channels})).message
