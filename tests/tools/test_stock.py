"""Stock is forecast and ordered as the textbooks say, and what nobody can order from is refused."""

from __future__ import annotations

import math
from statistics import NormalDist, fmean
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from app.tools.stock.sums import Item, croston_rates, forecast_of, holt_states, intermittent, ordered, simple_levels
from tools.conftest import Failing, Using

SOLD = some.lists(some.integers(0, 500).map(float), min_size=1, max_size=40)
SHARES = some.floats(0.05, 0.95)


@given(SOLD, SHARES)
def test_simple_smoothing_is_a_mean_with_weights_that_fade(sold: list[float], step: float) -> None:
    weights = [step * (1 - step) ** age for age in range(len(sold))]
    expected = sum(weight * amount for weight, amount in zip(weights, reversed(sold), strict=True))
    expected += (1 - step) ** len(sold) * sold[0]
    assert math.isclose(simple_levels(sold, step)[-1], expected, rel_tol=1e-9, abs_tol=1e-9)


@given(some.floats(0, 100), some.floats(0, 10), some.integers(2, 30), SHARES, SHARES)
def test_a_straight_line_goes_on_straight(start: float, rise: float, length: int, step: float, trend: float) -> None:
    line = [start + rise * period for period in range(length)]
    level, slope = holt_states(line, step, trend)[-1]
    assert math.isclose(level, line[-1], rel_tol=1e-6, abs_tol=1e-6)
    assert math.isclose(slope, rise, rel_tol=1e-6, abs_tol=1e-6)


@given(some.integers(1, 50), some.integers(2, 6), some.integers(2, 12))
def test_what_comes_every_so_often_is_spread_over_the_time_between(size: int, every: int, times: int) -> None:
    sold = ([0.0] * (every - 1) + [float(size)]) * times
    assert math.isclose(croston_rates(sold)[-1], 0.95 * size / every, rel_tol=1e-9)


@given(SOLD, some.integers(1, 12))
def test_a_forecast_is_never_negative_and_its_error_never_more_than_its_deviation(
    sold: list[float], ahead: int
) -> None:
    forecast = forecast_of(sold, ahead)
    assert len(forecast.values) == ahead
    assert all(value >= 0 for value in forecast.values)
    assert forecast.error <= forecast.deviation + 1e-9


@given(SOLD)
def test_now_and_then_means_that_a_quarter_of_the_periods_is_empty(sold: list[float]) -> None:
    assume(any(sold))
    assert intermittent(sold) is (fmean(amount > 0 for amount in sold) <= 1 / 1.32)
    assert (forecast_of(sold, 1).method == "croston") is intermittent(sold)


ITEMS = some.builds(
    Item,
    name=some.just("lamp"),
    on_hand=some.floats(0, 500),
    on_order=some.floats(0, 100),
    demand=some.floats(0.1, 50),
    deviation=some.floats(0, 20),
    lead_days=some.floats(0, 60),
    lead_deviation=some.floats(0, 10),
    order_cost=some.floats(1, 200),
    holding_cost=some.floats(0.1, 50),
    minimum=some.integers(0, 100),
    pack=some.integers(1, 24),
)


@given(ITEMS, some.floats(0.5, 0.999))
def test_an_order_follows_from_the_formulas(item: Item, service: float) -> None:
    order = ordered(item, service, cover_days=30)
    variance = item.lead_days * item.deviation**2 + item.demand**2 * item.lead_deviation**2
    safety = NormalDist(0, 1).inv_cdf(service) * variance**0.5
    assert order.safety - 1 < safety <= order.safety + 1e-6
    assert order.point - 1 < item.demand * item.lead_days + safety <= order.point + 1e-6
    assert order.economic is not None
    assert item.holding_cost is not None
    assert item.order_cost is not None
    holding, ordering = order.economic / 2 * item.holding_cost, item.demand * 365 / order.economic * item.order_cost
    assert math.isclose(holding, ordering, rel_tol=1e-9)  # where the two are equal, their sum is least
    position = item.on_hand + item.on_order
    assert (order.quantity > 0) is (position <= order.point)
    if order.quantity:
        assert order.quantity % item.pack == 0
        assert order.quantity >= max(item.minimum, order.point - position) - 1e-6
        assert order.quantity < max(order.economic, item.minimum, order.point - position, 1) + item.pack + 1e-6


@given(ITEMS, some.floats(0.5, 0.99))
def test_more_safety_never_means_less_stock(item: Item, service: float) -> None:
    assert ordered(item, service, 30).safety <= ordered(item, service + 0.009, 30).safety


async def test_weeks_without_a_row_count_as_weeks_without_a_sale(using: Using) -> None:
    history = "item,period,quantity\n" + "".join(f"lamp,{week},4\n" for week in range(1, 13)) + "cable,3,9\ncable,9,9\n"
    lamp, cable = await using("stock.forecast", {"history": history, "ahead": 2})
    assert (lamp["method"], lamp["forecast"], lamp["error"], lamp["empty_periods"]) == ("simple", [4, 4], 0, 0)
    assert (cable["method"], cable["periods"], cable["empty_periods"]) == ("croston", 12, 10)
    assert 1 < cable["per_period"] < 2


async def test_a_forecast_feeds_the_order(using: Using) -> None:
    forecast = [{"item": "lamp", "per_period": 14, "deviation": 0}]
    items = "item,on_hand,lead_days,pack,unit_cost\nlamp,10,7,12,2.5\n"
    given = await using("stock.reorder", {"items": items, "forecast": forecast, "period_days": 7, "cover_days": 10})
    assert given["items"][0] | {"why": ""} == {
        "item": "lamp", "on_hand": 10, "on_order": 0, "days_of_cover": 5, "safety_stock": 0, "reorder_point": 14,
        "economic": None, "order": 24, "cost": 60, "runs_out_first": True, "why": "",
    }  # fmt: skip
    assert (given["count"], given["cost"], given["late"]) == (1, 60, ["lamp"])
    assert list(given["order"][0]) == ["item", "order", "cost", "why"]
    assert given["order"][0]["why"].endswith("the shelf lasts 5.0 days, the next delivery takes 7")


async def test_what_nobody_buys_is_not_ordered(using: Using) -> None:
    given = await using("stock.reorder", {"items": [{"item": "fax", "on_hand": 0, "lead_days": 9, "demand": 0}]})
    assert (given["order"], given["items"][0]["days_of_cover"]) == ([], None)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("forecast", {"history": []}, "history has no rows"),
        ("forecast", {"history": [{"item": "a", "week": 1, "quantity": 1}]}, 'there is no column "period"'),
        (
            "forecast",
            {"history": "item,period,quantity\na,1,2\nb,1,many\n"},
            """history, row 1: "quantity" should be a number; it is '2'""",
        ),
        (
            "forecast",
            {"history": "item,period,quantity\na,1,2\na,2,-1\n"},
            'history, row 2: "quantity" should be from 0 to 1e+12; it is -1',
        ),
        (
            "forecast",
            {"history": [{"item": "a", "period": p, "quantity": 1} for p in (1, "two")]},
            '"period" holds numbers and texts',
        ),
        ("reorder", {"items": []}, "items has no rows"),
        (
            "reorder",
            {"items": "item,on_hand,lead_days,demand\na,1,,1\n"},
            'items, row 1: "lead_days" should be a number; it is empty',
        ),
        (
            "reorder",
            {"items": "item,on_hand,lead_days\na,1,2\n"},
            'items, row 1: "demand" should be a number, or the item be in forecast; it is empty',
        ),
        (
            "reorder",
            {"items": "item,on_hand,lead_days,demand\na,1,2,1\na,1,2,1\n"},
            'items, row 2: "a" is in row 1 too',
        ),
    ],
)
async def test_what_cannot_be_reckoned_is_told_with_its_row(
    tool: str, arguments: dict[str, Any], message: str, failing: Failing
) -> None:
    error = await failing(f"stock.{tool}", arguments)
    assert (error.error, error.message) == ("bad_arguments", message)


async def test_too_many_items_and_periods_are_refused(failing: Failing) -> None:
    rows = [{"item": f"i{number}", "period": number, "quantity": 1} for number in range(230)]
    assert (await failing("stock.forecast", {"history": rows})).error == "refused"
    items = [{"item": str(number), "on_hand": 1, "lead_days": 1, "demand": 1} for number in range(2_001)]
    assert (await failing("stock.reorder", {"items": items})).error == "refused"


async def test_periods_are_sorted_as_the_numbers_they_are(using: Using) -> None:
    history = "item,period,quantity\na,10.5,3\na,1.5,1\na,2.5,2\n"
    (told,) = await using("stock.forecast", {"history": history, "method": "holt", "ahead": 1})
    assert told["forecast"] == [4]


async def test_a_row_without_its_period_is_named(failing: Failing) -> None:
    history = [{"item": "a", "period": 1, "quantity": 3}, {"item": "a", "quantity": 3}]
    raised = await failing("stock.forecast", {"history": history})
    assert raised.message == 'history, row 2: "period" should be a name; it is empty'


@pytest.mark.parametrize("item", [101, "a "])
async def test_an_item_is_the_same_in_both_tables_however_it_is_written(using: Using, item: Any) -> None:
    forecast = [{"item": item, "per_period": 7, "deviation": 1}]
    items = [{"item": item, "on_hand": 1, "lead_days": 2}]
    told = await using("stock.reorder", {"items": items, "forecast": forecast})
    assert told["items"][0]["days_of_cover"] == 1


async def test_to_hold_something_for_nearly_nothing_is_no_reason_to_buy_for_centuries(failing: Failing) -> None:
    item = {"item": "a", "on_hand": 1, "lead_days": 2, "demand": 1e12, "order_cost": 1e12, "holding_cost": 1e-300}
    assert '"holding_cost" should be 0 or at least' in (await failing("stock.reorder", {"items": [item]})).message
