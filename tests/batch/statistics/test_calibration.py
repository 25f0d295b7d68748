"""Every method against data whose truth is known: as many as a test may take; `make statistics` has the full counts."""

from __future__ import annotations

import pytest

from app.batch.statistics import Monitor, compare
from bench.calibration import (
    ROUNDS,
    Row,
    Task,
    amounts,
    called_the_same,
    flips,
    one_rate,
    paired_rates,
    power_of_amounts,
    power_of_rates,
    rates_apart,
    sequential_amounts,
    sequential_rates,
    several,
    tasks,
)
from bench.truths import AMOUNTS, Amount, Rates

CHEAPER = next(truth for truth in AMOUNTS if truth.name == "20 % cheaper, sigma 0.5")
MANY = 1500
SOME = 300


def holds(row: Row) -> None:
    assert not row.broken, f"{row.method}, {row.truth}, {row.pairs} pairs: {row.shares}"


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("pairs", [20, 200])
def test_paired_successes_are_called_different_by_luck_no_more_often_than_said(
    rate: float, correlation: float, pairs: int
) -> None:
    holds(paired_rates(Rates(rate, rate, correlation), pairs, MANY))


@pytest.mark.parametrize("rate", [0.5, 0.8])
def test_so_are_successes_apart(rate: float) -> None:
    holds(rates_apart(Rates(rate, rate), 30, 2 * SOME))


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
def test_an_interval_of_a_rate_covers_it(rate: float) -> None:
    holds(one_rate(rate, 50, 4000))


@pytest.mark.parametrize("truth", AMOUNTS[:6], ids=lambda truth: truth.name)
def test_so_are_amounts_however_skewed(truth: Amount) -> None:
    holds(amounts(truth, 16, SOME))


def test_looking_again_and_again_finds_no_more_by_luck_than_looking_once() -> None:
    holds(sequential_rates(Monitor(100, 5), Rates(0.5, 0.5), 2 * SOME))


def test_nor_does_looking_at_amounts() -> None:
    holds(sequential_amounts(Monitor(60, 3, "cost_usd"), AMOUNTS[0], SOME))


def test_what_is_measured_many_at_a_time_is_what_compare_says() -> None:
    a, b = AMOUNTS[0].many(20, 20)
    alone = [compare("cost_usd", *arms).p for arms in AMOUNTS[0].arms(20, 20)]
    assert flips(b - a).tolist() == pytest.approx(alone)


def test_what_is_measured_of_looks_is_what_a_monitor_decides() -> None:
    truth, monitor = Rates(0.5, 0.7), Monitor(100, 5)
    found = [monitor.look(list(zip(a, b, strict=True))) for a, b in truth.arms(100, 40)]
    share = sum(one.comparison is not None and one.comparison.verdict == "better" for one in found) / 40
    assert sequential_rates(monitor, truth, 300).shares["power"][0] == pytest.approx(share, abs=0.15)


@pytest.mark.parametrize("truth", [Rates(0.5, 0.7), Rates(0.8, 0.9, 0.5)], ids=lambda truth: truth.name)
def test_the_pairs_that_are_said_to_tell_do(truth: Rates) -> None:
    holds(power_of_rates(truth, MANY))


def test_so_do_those_of_an_amount() -> None:
    holds(power_of_amounts(CHEAPER, 50, SOME))


def test_a_difference_as_large_as_the_margin_is_hardly_ever_called_the_same() -> None:
    holds(called_the_same(Rates(0.7, 0.8, 0.5), 400, MANY, 0.1))


def test_five_at_once_are_wrong_together_no_more_often_than_one() -> None:
    holds(several(50, 200))


@pytest.mark.soak
@pytest.mark.parametrize("task", list(tasks(ROUNDS)), ids=range(len(list(tasks(ROUNDS)))))
def test_every_row_of_the_table_keeps_its_promise(task: Task) -> None:
    holds(task())
