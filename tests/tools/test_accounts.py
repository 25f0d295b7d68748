"""A customer's health falls for reasons that can be read, and a firm's value follows from its months alone."""

from __future__ import annotations

import math
from statistics import linear_regression
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.accounts.health import WEIGHTS, Month, scored, slope
from app.tools.accounts.valuation import figures, months_of, valued
from tools.conftest import Failing, Using

HEAD = "account,month,seats,active,tickets,urgent,days_overdue,sponsor_days\n"
NAMES = (
    "month", "mrr_start", "new", "expansion", "contraction", "churned", "mrr_end", "sales_cost", "customers_start",
    "customers_new", "customers_lost",
)  # fmt: skip


def walk(months: list[tuple[int, ...]], **changes: Any) -> list[dict[str, Any]]:
    """Months of (new, expansion, contraction, churned, customers won and lost), from 10 000 and 100 customers."""
    rows, mrr, customers = [], 10_000, 100
    for number, (new, more, less, gone, won, lost) in enumerate(months):
        end = mrr + new + more - less - gone
        rows.append(
            dict(zip(NAMES, (f"m{number}", mrr, new, more, less, gone, end, 500, customers, won, lost), strict=True))
        )
        mrr, customers = end, customers + won - lost
    rows[-1] |= changes
    return rows


async def test_a_customer_without_a_worry_has_all_points(using: Using) -> None:
    result = await using("accounts.health", {"months": f"{HEAD}A,2026-01,10,7,2,0,0,30\n"})
    account = result["accounts"][0]
    assert (account["score"], account["band"], account["trend"], account["reasons"]) == (100.0, "green", "steady", [])


async def test_the_worst_comes_first_and_the_largest_loss_before_the_others(using: Using) -> None:
    rows = f"{HEAD}Good,2026-01,10,7,2,0,0,30\nBad,2026-01,10,1,9,3,45,80\n"
    result = await using("accounts.health", {"months": rows})
    assert [one["account"] for one in result["accounts"]] == ["Bad", "Good"]
    assert result["counts"] == {"red": 1, "amber": 0, "green": 1}
    assert result["accounts"][0]["reasons"][0] == "-34.3 1 of 10 seats in use"


async def test_the_trend_is_that_of_the_last_three_months_in_order(using: Using) -> None:
    rows = f"{HEAD}A,2026-03,10,4,2,0,0,30\nA,2026-01,10,7,2,0,0,30\nA,2026-02,10,6,2,0,0,30\n"
    account = (await using("accounts.health", {"months": rows}))["accounts"][0]
    assert account["trend"] == "falling"
    assert account["points_a_month"] == -8.6


async def test_weights_can_be_stated(using: Using) -> None:
    rows = f"{HEAD}A,2026-01,10,0,2,0,0,30\n"
    result = await using("accounts.health", {"months": rows, "weights": {"usage": 1, "payment": 3}})
    assert result["accounts"][0]["parts"] == {"usage": 0.0, "tickets": 0.0, "payment": 75.0, "sponsor": 0.0}


COUNTS = some.integers(0, 1_000)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_health_is_its_parts_and_worse_is_never_better(
    seats: int, active: int, tickets: int, urgent: int, overdue: int, sponsor: int
) -> None:
    month = Month(max(seats, active), active, max(tickets, urgent), urgent, overdue, sponsor)
    worse = Month(max(seats, active) + 9, active, max(tickets, urgent) + 1, urgent + 1, overdue + 1, sponsor + 1)
    score = scored(month, WEIGHTS)
    assert math.isclose(score.total, sum(score.parts.values()))
    assert -1e-9 <= scored(worse, WEIGHTS).total <= score.total + 1e-9 <= 100.1


@given(some.lists(some.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_the_slope_is_that_of_least_squares(values: list[float]) -> None:
    assert math.isclose(slope(values), linear_regression(range(len(values)), values).slope, rel_tol=1e-9, abs_tol=1e-6)


PART = some.integers(0, 900)


@given(
    some.lists(some.tuples(PART, PART, PART, PART, some.integers(0, 9), some.integers(0, 5)), min_size=3, max_size=12)
)
def test_the_figures_are_those_of_the_walk(months: list[tuple[int, ...]]) -> None:
    rows = walk(months)
    if min(row["mrr_end"] for row in rows) <= 0 or min(row["mrr_start"] for row in rows) < 0:
        return
    found = figures(months_of(rows), 0.8, None, None)
    whole = 10_000 + sum(new + more - less - gone for new, more, less, gone, _, _ in months)
    customers = 100 + sum(won - lost for *_, won, lost in months)
    churn = sum(lost for *_, lost in months) / sum(row["customers_start"] for row in rows)
    assert math.isclose(found.mrr, whole, abs_tol=1e-6)
    assert math.isclose((1 + found.growth) ** (len(months) / 12), whole / 10_000, rel_tol=1e-9)
    assert math.isclose(found.churn, churn)
    if churn:
        assert found.ltv is not None
        assert math.isclose(found.ltv * churn, 0.8 * whole / customers, rel_tol=1e-9)
    value = valued(found, 3.0, months_of(rows))
    assert value["value"]["low"] <= value["value"]["likely"] <= value["value"]["high"]
    moves = sum(float(line.split()[0]) for line in value["moved_by"])
    assert math.isclose(value["multiple"], max(0.5, 3.0 + moves), abs_tol=1e-9)


async def test_revenue_that_no_part_explains_is_a_red_flag_and_is_not_paid_for(using: Using) -> None:
    rows = walk([(100, 0, 0, 0, 1, 0)] * 3)
    rows[2]["mrr_end"] += 400
    result = await using("accounts.value", {"months": rows, "gross_margin": 0.8})
    assert result["mrr"] == 10_300
    assert result["red_flags"] == ["m2: MRR ends +400 off its parts"]


async def test_a_claim_above_the_books_and_one_large_customer_lower_the_price(using: Using) -> None:
    rows = walk([(100, 0, 0, 0, 1, 0)] * 3)
    plain = await using("accounts.value", {"months": rows, "gross_margin": 0.8})
    customers = "customer,mrr\nBig,3000\nBig,500\nSmall,6800\n"
    flagged = await using(
        "accounts.value", {"months": rows, "gross_margin": 0.8, "claimed_mrr": 12_000, "customers": customers}
    )
    assert flagged["largest_customer"] == {"customer": "Small", "percent": 66.0}
    assert len(flagged["red_flags"]) == 2
    assert flagged["value"]["high"] < plain["value"]["likely"]


async def test_nobody_leaving_has_no_lifetime_to_reckon(using: Using) -> None:
    result = await using("accounts.value", {"months": walk([(0, 0, 0, 0, 0, 0)] * 3), "gross_margin": 0.8})
    assert (result["ltv"], result["cac"], result["ltv_to_cac"]) == (None, None, None)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (walk([(0,) * 6] * 2), "2 months say little"),
        (walk([(0,) * 6] * 3, mrr_start=9_000), "row 3: mrr_start is 9000, the month before ended with 10000"),
        (walk([(0,) * 6] * 3, churned=-4), "row 3, churned: -4 is no number from 0 up"),
        (walk([(0,) * 6] * 3, churned=None), "row 3, churned: missing"),
        (walk([(0,) * 6] * 3, month=None), "row 3: month is missing"),
        (walk([(0,) * 6] * 3, mrr_end=0), "no recurring revenue"),
        (walk([(0,) * 6] * 3, mrr_end=90_000, churned=10_000), "do not explain any revenue"),
    ],
)
async def test_months_that_do_not_hold_together_are_said(rows: Any, says: str, failing: Failing) -> None:
    error = await failing("accounts.value", {"months": rows, "gross_margin": 0.8})
    assert says in error.message


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A,2026-01,10,11,2,0,0,30", "row 1: a part is larger than its whole"),
        ("A,2026-01,10,7,1,2,0,30", "row 1: a part is larger than its whole"),
        ("A,2026-01,ten,7,1,0,0,30", "row 1, seats: ten is no count"),
        ("A,2026-01,10,7,1,0,,30", "row 1, days_overdue: missing"),
        (",2026-01,10,7,1,0,0,30", "row 1: account is missing"),
        ("A,2026-01,10,7,1,0,0,30\nA,2026-01,10,7,1,0,0,30", "row 2: A has 2026-01 twice"),
    ],
)
async def test_a_month_that_cannot_be_is_said(row: str, says: str, failing: Failing) -> None:
    error = await failing("accounts.health", {"months": f"{HEAD}{row}\n"})
    assert says in error.message


async def test_weights_of_nothing_are_refused(failing: Failing) -> None:
    error = await failing("accounts.health", {"months": f"{HEAD}A,1,10,7,2,0,0,30\n", "weights": {"usage": 0}})
    assert error.message == "all weights are 0"


async def test_from_next_to_nothing_no_growth_is_reckoned(using: Using) -> None:
    months = walk([(900, 200, 0, 300, 9, 3)] * 3)
    months[0]["mrr_start"] = 1e-300
    assert (await using("accounts.value", {"months": months, "gross_margin": 0.8}))["growth_percent"] == 0
