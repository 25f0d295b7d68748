"""Forecasts say how far off they would have been, anomalies are found without being moved by them, and full is full."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from app.tools.forecast.series import METHODS
from app.tools.forecast.series import _simple as smoothed
from app.tools.forecast.tools import _full, centre_of, errors
from tools.conftest import Failing, Using

NUMBERS = some.lists(some.floats(-1_000, 1_000), min_size=6, max_size=40)


@settings(max_examples=15)
@given(NUMBERS, some.sampled_from([0.05, 0.4, 0.95]))
def test_simple_smoothing_weighs_the_past_by_powers(values: list[float], alpha: float) -> None:
    last = len(values) - 1
    level = (1 - alpha) ** last * values[0] + sum(
        alpha * (1 - alpha) ** (last - t) * values[t] for t in range(1, last + 1)
    )
    assert smoothed(values, alpha).ahead(3) == pytest.approx(level, abs=1e-6)


@settings(max_examples=15)
@given(NUMBERS, some.integers(1, 12))
def test_a_line_without_season_is_that_of_least_squares(values: list[float], step: int) -> None:
    slope, start = statistics.linear_regression(range(len(values)), values)
    fit = METHODS["regression"](values, 0)
    assert fit.ahead(step) == pytest.approx(start + slope * (len(values) - 1 + step), abs=1e-6)


@given(some.floats(-50, 50), some.floats(-5, 5), some.lists(some.floats(-20, 20), min_size=4, max_size=4))
@settings(max_examples=15)
def test_a_pure_trend_with_a_pure_season_is_carried_on_exactly(start: float, slope: float, season: list[float]) -> None:
    values = [start + slope * t + season[t % 4] for t in range(24)]
    for method in ("holt_winters", "regression"):
        fit = METHODS[method](values, 4)
        for step in (1, 2, 7):
            assert fit.ahead(step) == pytest.approx(start + slope * (23 + step) + season[(23 + step) % 4], abs=1e-6)


@settings(max_examples=15)
@given(some.floats(-50, 50), some.floats(-5, 5))
def test_holt_carries_a_straight_line_on(start: float, slope: float) -> None:
    fit = METHODS["holt"]([start + slope * t for t in range(10)], 0)
    assert fit.ahead(5) == pytest.approx(start + slope * 14, abs=1e-6)


@given(NUMBERS, some.sampled_from(sorted(METHODS)))
@settings(max_examples=15)
def test_no_forecast_is_surer_of_later_than_of_sooner(values: list[float], method: str) -> None:
    fit = METHODS[method](values, 2)
    widths = [fit.spread(step) for step in (1, 3, 5, 7)]  # the same place of the season
    assert all(later >= sooner - 1e-9 for sooner, later in pairwise(widths))


@settings(max_examples=15)
@given(some.lists(some.tuples(some.floats(-1_000, 1_000), some.floats(1, 1_000)), min_size=1, max_size=20))
def test_errors_are_the_textbook_ones(pairs: list[tuple[float, float]]) -> None:
    said, came = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = errors(said, came)
    assert found["mae"] == pytest.approx(sum(abs(a - b) for a, b in pairs) / len(pairs), rel=1e-4)
    assert found["rmse"] == pytest.approx(math.dist(said, came) / math.sqrt(len(pairs)), rel=1e-4)
    assert found["mape"] == pytest.approx(100 * sum(abs(a - b) / b for a, b in pairs) / len(pairs), abs=0.01)


async def test_the_last_values_are_held_out_and_the_best_method_is_taken(using: Using) -> None:
    rows = [{"sold": 100 + 3 * t + (20 if t % 7 > 4 else 0)} for t in range(70)]
    found = await using("forecast.series", {"rows": rows, "value": "sold", "season": 7, "steps": 7})
    assert found["held_out"] == 7
    assert found["error"]["mape"] < 0.01
    assert found["naive_error"]["mae"] == 21
    assert [line["method"] for line in found["tried"]] == sorted(
        (line["method"] for line in found["tried"]), key=lambda name: name != found["method"]
    )
    assert found["forecast"][0] == {"step": 1, "value": 310, "low": 310, "high": 310}


@settings(max_examples=15)
@given(some.lists(some.integers(-100, 100), min_size=3, max_size=30), some.integers(10_000, 10**9))
def test_the_median_rule_finds_what_the_odd_one_hides_from_the_mean(values: list[int], odd: int) -> None:
    assume(sum(value != statistics.median(values) for value in values) > len(values) / 2 + 1)
    middle, width = centre_of([*values, odd], "median")
    again = centre_of([*values, odd * 10], "median")
    assert (middle, width) == again  # however odd it is
    assert min(values) <= middle <= odd
    deviation = statistics.median(abs(value - middle) for value in [*values, odd])
    assert width == pytest.approx(1.4826 * deviation)


async def test_odd_values_are_shown_with_their_rows_worst_first(using: Using) -> None:
    rows = [{"hour": n % 2, "orders": (10 if n % 2 else 50) + n % 3} for n in range(20)] + [{"hour": 1, "orders": 50}]
    plain = await using("forecast.anomalies", {"rows": rows, "value": "orders"})
    grouped = await using("forecast.anomalies", {"rows": rows, "value": "orders", "by": "hour"})
    assert plain["found"] == 10  # the median of a mixture suits neither part
    assert [odd["row"] for odd in grouped["anomalies"]] == [{"hour": 1, "orders": 50}]
    assert grouped["anomalies"][0]["number"] == 21


def test_where_most_are_alike_a_small_step_is_not_odd_and_a_large_one_is() -> None:
    middle, width = centre_of([0, 0, 0, 0, 0, 1, 0, 2, 0, 9], "median")
    assert middle == 0
    assert width == pytest.approx(1.2533 * 1.2)


async def test_the_z_score_is_the_distance_in_deviations(using: Using) -> None:
    values = [10, 11, 9, 10, 12, 8, 10, 30]
    found = await using(
        "forecast.anomalies",
        {"rows": [{"v": value} for value in values], "value": "v", "rule": "mean", "threshold": 2},
    )
    score = (30 - statistics.mean(values)) / statistics.stdev(values)
    assert found["anomalies"][0]["score"] == round(score, 1)


@settings(max_examples=15)
@given(some.floats(0.1, 10), some.floats(0, 50), some.integers(3, 30))
def test_a_steady_rate_is_full_when_the_line_gets_there(rate: float, start: float, count: int) -> None:
    rows = [{"at": t, "used": start + rate * t} for t in range(count)]
    found = _full(rows, {"value": "used", "limit": 1_000})
    assert found["full_in"] == pytest.approx((1_000 - start - rate * (count - 1)) / rate, rel=1e-4)


async def test_full_is_told_in_minutes_and_never_is_told_as_never(using: Using) -> None:
    rows = "at,used\n2026-03-14T09:00,50\n2026-03-14T09:10,61\n2026-03-14T09:20,70\n"
    found = await using("forecast.exhaustion", {"rows": rows, "value": "used", "limit": 100})
    assert found["says"] == "at this rate 100 is reached in 29.7 min, from 70.33 now"
    assert found["soonest"] < found["full_in"] < found["latest"]
    falling = await using("forecast.exhaustion", {"rows": "at,used\n0,9\n1,8\n2,7\n", "value": "used", "limit": 10})
    assert (falling["full_in"], falling["says"]) == (None, "at this rate it never reaches 10")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("series", {"rows": "v\n1\n2\n3\n", "value": "v"},
         "there are 2 values before those held out; at least 4 are needed"),
        ("series", {"rows": "v\n1\nx\n3\n", "value": "v"}, 'row 1, column "v": "1" is no number'),
        ("series", {"rows": "v\n1\n\n", "value": "w"}, 'there is no column "w"'),
        ("series", {"rows": "v\n" + "1\n" * 9, "value": "v", "method": "holt_winters"}, "holt_winters needs a season"),
        ("exhaustion", {"rows": "at,v\n1,1\n1,2\n1,3\n", "value": "v", "limit": 9},
         "all measurements are from one moment"),
        ("exhaustion", {"rows": "at,v\nx,1\ny,2\nz,3\n", "value": "v", "limit": 9},
         'row 1, column "at": "x" is no moment'),
        ("anomalies", {"rows": "v\n1\n2\n", "value": "v"}, "there are 2 values; at least 3 are needed"),
    ],
)  # fmt: skip
async def test_what_cannot_be_foretold_is_said(
    failing: Failing, tool: str, arguments: dict[str, Any], said: str
) -> None:
    error = await failing(f"forecast.{tool}", arguments)
    assert (error.error, error.message) == ("bad_arguments", said)


async def test_what_is_past_its_limit_is_said_to_be(using: Using) -> None:
    for values, says in (((50, 60, 70), "past 60 already: 70 now, and rising"), ((70, 60, 50), "past 60 already: 50")):
        rows = [{"at": at, "used": used} for at, used in enumerate(values)]
        told = await using("forecast.exhaustion", {"rows": rows, "value": "used", "limit": 60})
        assert says in told["says"] and told["full_in"] == told["latest"] == 0


async def test_what_hardly_moves_never_gets_there(using: Using) -> None:
    rows = [{"at": at, "used": used} for at, used in enumerate((0, 5e-324, 0))]
    told = await using("forecast.exhaustion", {"rows": rows, "value": "used", "limit": 10})
    assert (told["full_in"], told["soonest"], told["latest"]) == (None, None, None)


async def test_an_error_is_no_per_cent_of_next_to_nothing(using: Using) -> None:
    rows = [{"sold": sold} for sold in (1, 2, 3, 4, 5, 6, 5e-324)]
    assert (await using("forecast.series", {"rows": rows, "value": "sold"}))["error"]["mape"] is None
