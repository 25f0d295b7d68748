"""Bids are weighed, the weight that would turn the result is exact, and a price is held against what is usual."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from app.tools.bids import CRITERIA, Bid, fences, flips, marked, quartiles, score
from tools.conftest import Failing, Using

BIDS = some.lists(
    some.tuples(some.integers(1, 900), some.integers(1, 60), some.integers(0, 10), some.integers(0, 10)),
    min_size=2,
    max_size=6,
).map(lambda rows: [Bid(f"v{number}", *map(float, row)) for number, row in enumerate(rows)])
WEIGHTS = some.lists(some.integers(1, 60), min_size=4, max_size=4).map(
    lambda shares: dict(zip(CRITERIA, (share / sum(shares) for share in shares), strict=True))
)


def reweighed(weights: dict[str, float], criterion: str, weight: float) -> dict[str, float]:
    rest = 1 - weights[criterion]
    return {name: weight if name == criterion else old * (1 - weight) / rest for name, old in weights.items()}


@given(BIDS, WEIGHTS)
def test_beyond_the_weight_told_another_wins_and_before_it_nobody_else(
    bids: list[Bid], weights: dict[str, float]
) -> None:
    marks = marked(bids)
    order = sorted(marks, key=lambda vendor: -score(marks[vendor], weights))
    assume(score(marks[order[0]], weights) - score(marks[order[1]], weights) > 0.01)
    ranked = {vendor: marks[vendor] for vendor in order}
    for turn in flips(ranked, weights):
        criterion, at, now = turn["criterion"], turn["flips_at"] / 100, weights[turn["criterion"]]
        step = math.copysign(0.002, at - now)  # the weight is told to a tenth of a per cent
        for weight, wins in ((at + step, False), (at - step, True)):
            if 0 <= weight <= 1 and (weight - now) * step > 0:
                new = reweighed(weights, criterion, weight)
                best = max(score(marks[vendor], new) for vendor in order[1:])
                gap = score(marks[order[0]], new) - best
                assert gap > -0.2 if wins else gap < 0.2


@given(BIDS, WEIGHTS)
def test_whoever_is_best_at_everything_wins_whatever_the_weights(bids: list[Bid], weights: dict[str, float]) -> None:
    best = Bid("best", 0.5, 0.5, 10, 0)
    marks = marked([best, *bids])
    assert max(marks, key=lambda vendor: score(marks[vendor], weights)) == "best"
    assert score(marks["best"], weights) == pytest.approx(100)


@given(some.lists(some.integers(1, 99_999).map(float), min_size=4, max_size=40))
def test_quartiles_cut_the_sorted_prices_where_they_should(prices: list[float]) -> None:
    low, middle, high = quartiles(prices)
    ordered = sorted(prices)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = math.floor(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    assert (low, high) == pytest.approx((at(0.25), at(0.75)))
    assert middle == median(prices)
    lowest, highest = fences(prices)
    assert lowest <= low <= middle <= high <= highest


VENDORS = (
    "vendor,price,delivery_days,quality,risk,setup,yearly\n"
    "Ardo,9,10,8,2,0,100\n"
    "Belk,7,21,6,4,300,0\n"
    "Cimo,5,30,3,9,0,0\n"
)


async def test_the_price_is_all_it_costs_and_the_dearer_one_can_win(using: Using) -> None:
    given = await using("bids.compare", {"bids": VENDORS, "quantity": 100, "years": 3, "least_quality": 5})
    assert [row["vendor"] for row in given["ranking"]] == ["Ardo", "Belk"]
    assert [row["total"] for row in given["ranking"]] == [1200, 1000]
    assert (given["winner"], given["cheapest"]) == ("Ardo", "Belk")
    assert given["excluded"] == [{"vendor": "Cimo", "why": "quality 3; at least 5 is wanted"}]
    assert given["closest"]["criterion"] == "price"
    assert given["closest"]["to"] == "Belk"
    assert given["closest"]["flips_at"] > 40


@pytest.mark.parametrize(
    ("limit", "by", "over"), [(2000, "the buyer", False), (500, "the board", True), (None, None, True)]
)
async def test_who_may_sign_depends_on_the_amount(limit: int | None, by: str, over: bool, using: Using) -> None:
    approvals = [{"up_to": limit or 10, "by": "the buyer"}, {"up_to": 9000 if limit else 20, "by": "the board"}]
    given = await using("bids.compare", {"bids": VENDORS, "quantity": 100, "years": 3, "approvals": approvals})
    assert (given["approval"]["by"], given["approval"]["over_limit"]) == (by, over)


async def test_when_nobody_is_admitted_nobody_wins(using: Using) -> None:
    given = await using("bids.compare", {"bids": VENDORS, "most_days": 3})
    assert (given["winner"], given["ranking"], len(given["excluded"])) == (None, [], 3)


async def test_a_single_bid_wins_by_nothing(using: Using) -> None:
    given = await using("bids.compare", {"bids": VENDORS, "most_days": 15})
    assert (given["winner"], given["lead"], given["flips"], given["closest"]) == ("Ardo", None, [], None)


async def test_listings_are_made_alike_and_the_odd_ones_named(using: Using) -> None:
    listings = [{"listing": f"L{km}", "price": 20_000 - 0.1 * km, "km": km} for km in (10_000, 50_000, 90_000, 99_000)]
    odd = {"listing": "odd", "price": 30_000, "km": 50_000}
    arguments = {"listings": [*listings, odd], "alike": {"km": {"is": 60_000, "worth": -0.1}}, "asking": 15_000}
    band = await using("bids.price_band", arguments)
    assert (band["low"], band["mid"], band["high"], band["used"]) == (14_000, 14_000, 14_000, 4)
    assert [row["listing"] for row in band["outliers"]] == ["odd"]
    assert band["outliers"][0]["why"] == "15,000 above what is still usual (14,000)"
    assert (band["verdict"], band["to_mid"]) == ("above the band", 1000)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("compare", {"bids": []}, "bids has no rows"),
        ("compare", {"bids": "vendor,price,delivery_days,quality,risk\nA,0,1,1,1\n"},
         'bids, row 1: "price" should be from 0.0001 to 1e+12; it is 0'),
        ("compare", {"bids": "vendor,price,delivery_days,quality,risk\nA,1,1,11,1\n"},
         'bids, row 1: "quality" should be from 0 to 10; it is 11'),
        ("compare", {"bids": VENDORS, "weights": {"price": 0}}, "the weights add up to nothing"),
        ("price_band", {"listings": "price\n1\n2\n3\n"}, "listings has 3 rows"),
        ("price_band", {"listings": "price\n1\n2\n3\n0\n"},
         'listings, row 4: "price" should be from 1 to 1e+12; it is 0'),
    ],
)  # fmt: skip
async def test_what_cannot_be_compared_is_told_with_its_row(
    tool: str, arguments: dict[str, Any], message: str, failing: Failing
) -> None:
    error = await failing(f"bids.{tool}", arguments)
    assert (error.error, error.message) == ("bad_arguments", message)


async def test_more_bids_than_anybody_reads_are_refused(failing: Failing) -> None:
    bid = {"price": 1, "delivery_days": 1, "quality": 1, "risk": 1}
    bids = [{"vendor": str(number), **bid} for number in range(51)]
    assert (await failing("bids.compare", {"bids": bids})).error == "refused"
