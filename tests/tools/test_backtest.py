"""A backtest reckons as others do, pays for every trade, never looks ahead, and stops where a limit says so."""

from __future__ import annotations

import math
import statistics
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.backtest.market import Regime, bars
from app.tools.backtest.measures import DAYS_A_YEAR, deepest, returns_of, sharpe, sortino, volatility, yearly_return
from app.tools.backtest.simulation import Prices, Terms, perform, turnover
from app.tools.backtest.strategies import STRATEGIES
from tools.conftest import Failing, Using

PRICES = some.lists(some.floats(1, 1_000), min_size=3, max_size=60)
TABLE = "date,close\n" + "".join(f"2026-01-{day:02},{100 + day % 5}\n" for day in range(1, 31))


def made(seed: int, days: int = 260, symbols: tuple[str, ...] = ("A", "B")) -> Prices:
    """Prices of a made-up market."""
    market = bars(
        symbols, days, seed=seed, start=date(2024, 1, 1), price=100, regimes=(Regime(days, 0.05, 0.3),), correlation=0.5
    )
    dates = list(dict.fromkeys(bar.date for bar in market))
    return Prices(
        dates,
        {name: [bar.open for bar in market if bar.symbol == name] for name in symbols},
        {name: [bar.close for bar in market if bar.symbol == name] for name in symbols},
    )


def shortened(prices: Prices, days: int) -> Prices:
    """Return the same prices, as they were known after so many days."""
    return Prices(
        prices.dates[:days],
        {name: values[:days] for name, values in prices.opens.items()},
        {name: values[:days] for name, values in prices.closes.items()},
    )


@settings(max_examples=15)
@given(PRICES)
def test_the_sharpe_ratio_is_mean_over_deviation_by_the_root_of_a_year(equity: list[float]) -> None:
    growth = [equity[i] / equity[i - 1] - 1 for i in range(1, len(equity))]
    mean = sum(growth) / len(growth)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in growth) / (len(growth) - 1))
    found = sharpe(returns_of(equity))
    if found is None:
        assert deviation < 1e-11
    else:
        assert found == pytest.approx(mean / deviation * 252**0.5, rel=1e-6, abs=1e-6)


@settings(max_examples=15)
@given(PRICES)
def test_the_sortino_ratio_counts_the_losing_days_alone(equity: list[float]) -> None:
    growth = [after / before - 1 for before, after in pairwise(equity)]
    below = math.sqrt(sum(value**2 for value in growth if value < 0) / len(growth))
    found = sortino(growth)
    if found is not None:
        assert found == pytest.approx(statistics.mean(growth) / below * math.sqrt(DAYS_A_YEAR), rel=1e-6, abs=1e-6)


@settings(max_examples=15)
@given(PRICES)
def test_the_drawdown_is_the_worst_of_all_pairs_of_days(equity: list[float]) -> None:
    worst = max(1 - equity[j] / equity[i] for i in range(len(equity)) for j in range(i, len(equity)))
    found = deepest(equity)
    assert found.depth == pytest.approx(worst)
    assert 1 - equity[found.trough] / equity[found.peak] == pytest.approx(worst)
    assert found.peak <= found.trough


def test_a_drawdown_is_measured_from_the_last_peak_and_is_over_when_that_is_reached_again() -> None:
    assert deepest([100, 120, 90, 110, 120, 115]) == (0.25, 1, 2, 4)
    assert deepest([100, 120, 90, 119]).recovered is None
    assert deepest([1, 2, 3]).depth == 0


@settings(max_examples=15)
@given(some.floats(-0.5, 1.0), some.integers(20, 600))
def test_a_steady_growth_gives_its_yearly_return_whatever_the_length(rate: float, days: int) -> None:
    daily = (1 + rate) ** (1 / DAYS_A_YEAR)
    equity = [100 * daily**day for day in range(days)]
    assert yearly_return(equity) == pytest.approx(rate, abs=1e-6)
    assert volatility(returns_of(equity)) == pytest.approx(0, abs=1e-6)
    assert sharpe([0.0, 0.0, 0.0]) is None


@settings(max_examples=15)
@given(PRICES)
def test_to_buy_and_hold_without_costs_earns_what_the_asset_does_from_the_first_trade(closes: list[float]) -> None:
    dates = [f"2026-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(len(closes))]
    prices = Prices(dates, {"A": closes}, {"A": closes})
    book = perform(prices, STRATEGIES["buy_and_hold"], {}, Terms(0), 1_000)
    if book.stop is None:
        assert book.equity[-1] == pytest.approx(1_000 * closes[-1] / closes[1])
        assert len(book.trades) == 1


@settings(max_examples=10)
@given(some.integers(0, 10_000), some.sampled_from(sorted(STRATEGIES)), some.integers(150, 259))
def test_no_strategy_knows_what_comes(seed: int, name: str, days: int) -> None:
    prices, strategy = made(seed), STRATEGIES[name]
    whole = perform(prices, strategy, strategy.parameters, Terms(0.001), 1_000)
    known = perform(shortened(prices, days), strategy, strategy.parameters, Terms(0.001), 1_000)
    assert known.equity == whole.equity[:days]
    assert known.trades == [trade for trade in whole.trades if trade.date <= prices.dates[days - 1]]


@settings(max_examples=10)
@given(some.integers(0, 10_000), some.sampled_from(sorted(STRATEGIES)), some.floats(0, 0.01))
def test_money_is_neither_made_nor_lost_but_by_prices_and_costs(seed: int, name: str, cost: float) -> None:
    strategy = STRATEGIES[name]
    prices = made(seed)
    book = perform(prices, strategy, strategy.parameters, Terms(cost), 1_000)
    held = dict.fromkeys(prices.closes, 0.0)
    gained = 0.0
    for day, when in enumerate(prices.dates):
        for symbol in held:
            if day:
                gained += held[symbol] * (prices.opens[symbol][day] - prices.closes[symbol][day - 1])
            traded = sum(
                trade.units * (1 if trade.side == "buy" else -1)
                for trade in book.trades
                if (trade.date, trade.symbol) == (when, symbol)
            )
            held[symbol] += traded
            gained += held[symbol] * (prices.closes[symbol][day] - prices.opens[symbol][day])
    assert book.equity[-1] == pytest.approx(1_000 + gained - book.paid, abs=5)  # units of trades are rounded
    assert book.paid == pytest.approx(book.traded * cost)
    assert turnover(book) >= 0


@settings(max_examples=10)
@given(some.integers(0, 10_000), some.sampled_from(sorted(STRATEGIES)), some.floats(0.05, 0.6))
def test_no_position_is_ever_opened_over_its_limit(seed: int, name: str, most: float) -> None:
    prices, strategy = made(seed), STRATEGIES[name]
    book = perform(prices, strategy, strategy.parameters, Terms(0, max_position=most), 1_000)
    units = dict.fromkeys(prices.closes, 0.0)
    for day, when in enumerate(prices.dates[: len(book.equity)]):
        for trade in book.trades:
            if trade.date == when:
                units[trade.symbol] += trade.units if trade.side == "buy" else -trade.units
                before = 1_000 if day == 0 else book.equity[day - 1]
                assert abs(units[trade.symbol]) * prices.opens[trade.symbol][day] <= most * before * 1.25
    for refusal in book.refusals:
        assert refusal.wanted > refusal.allowed == pytest.approx(most, abs=1e-4)


async def test_an_order_over_the_limit_is_refused_and_named(using: Using) -> None:
    found = await using("backtest.run", {"rows": TABLE, "strategy": "buy_and_hold", "limits": {"max_position": 0.5}})
    assert found["trades"] == 0
    assert found["refusals"][0] == {
        "date": "2026-01-02",
        "symbol": "asset",
        "limit": "max_position",
        "wanted": 1.0,
        "allowed": 0.5,
        "said": "an order for 100% of the equity; 50% is the most",
    }


@pytest.mark.parametrize(
    ("limit", "closes"), [("max_daily_loss", "100 100 100 85 99 99"), ("max_drawdown", "100 100 96 92 88 99")]
)
async def test_a_broken_limit_sells_at_the_next_open_and_ends_the_test(using: Using, limit: str, closes: str) -> None:
    rows = [{"date": f"2026-01-{day:02}", "close": float(value)} for day, value in enumerate(closes.split(), 1)]
    found = await using("backtest.run", {"rows": rows, "strategy": "buy_and_hold", "limits": {limit: 0.1}})
    assert found["stopped"]
    assert found["stop"]["limit"] == limit
    assert found["stop"]["reached"] > 0.1
    assert found["last_trades"][-1]["side"] == "sell"
    assert found["last_trades"][-1]["reason"] == f"stopped by {limit}"
    assert found["to"] == found["last_trades"][-1]["date"]


async def test_a_made_up_market_is_the_same_for_everyone_who_names_its_seed(using: Using) -> None:
    first, again, other = [await using("backtest.bars", {"seed": seed, "days": 30}) for seed in (7, 7, 8)]
    assert first == again
    assert first["table"] != other["table"]
    assert first["table"].splitlines()[1] == "2021-01-04,asset,99.4434,100.7679,99.2023,100.3807"


async def test_a_market_is_the_same_whether_it_is_named_or_passed_on(using: Using) -> None:
    market = {"seed": 7, "days": 200}
    named = await using("backtest.run", {"market": market, "strategy": "momentum"})
    passed_on = (await using("backtest.bars", market))["table"]
    assert named == await using("backtest.run", {"rows": passed_on, "strategy": "momentum"})


async def test_a_made_up_day_lies_between_its_low_and_its_high_and_on_no_weekend() -> None:
    for bar in bars(("A",), 500, seed=3, start=date(2024, 1, 6), price=50, regimes=(Regime(9, 0.1, 0.9),)):
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert date.fromisoformat(bar.date).weekday() < 5


def test_made_up_symbols_move_together_as_told() -> None:
    moves = [returns_of(made(5, 2_000).closes[name]) for name in ("A", "B")]
    assert statistics.correlation(*moves) == pytest.approx(0.5, abs=0.06)
    assert volatility(moves[0]) == pytest.approx(0.3, abs=0.02)


async def test_five_years_go_through_every_strategy(using: Using) -> None:
    market = await using("backtest.bars", {"seed": 7, "symbols": ["A", "B"], "correlation": 0.7})
    for name in STRATEGIES:
        found = await using("backtest.run", {"rows": market["table"], "strategy": name})
        assert found["days"] == 1_260
        assert len(found["equity_by_month"]) == 58
        assert 0 <= found["max_drawdown"] < 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": "date,close\n2026-01-05,1\n2026-01-05,2\n"}, 'row 2: "asset" has a second bar on 2026-01-05'),
        ({"rows": "date,close\n2026-01-05,1\nsoon,2\n"}, 'row 2, column "date": "soon" is no day such as 2026-03-14'),
        ({"rows": "date,close\n2026-01-05,1\n2026-01-06,-2\n"}, 'row 2, column "close": "-2" must be more than 0'),
        ({"rows": "date,close\n2026-01-05,1\n"}, "there are 1 days of prices; at least 3 are needed"),
        ({"rows": "date,price\n2026-01-05,1\n"}, 'there is no column "close"'),
        (
            {"rows": "date,symbol,close\n2026-01-05,A,1\n2026-01-06,A,1\n2026-01-06,B,1\n"},
            '"B" has no bar on 2026-01-05',
        ),
        ({"market": {"seed": 1}}, "backtest.run takes either rows or a market"),
        ({"strategy": "pairs"}, "there are 30 days of prices; at least 63 are needed"),
        ({"strategy": "momentum", "parameters": {"lookbak": 3}}, 'momentum has no parameter "lookbak"'),
        ({"strategy": "momentum", "parameters": {"lookback": 2.5}}, "lookback is a whole number from 2 to 500"),
        ({"strategy": "risk_parity", "parameters": {"lookback": 5}}, "there are 1 symbols; at least 2 are needed"),
    ],
)
async def test_what_cannot_be_tested_is_said(failing: Failing, changed: dict[str, Any], said: str) -> None:
    error = await failing("backtest.run", {"rows": TABLE, "strategy": "buy_and_hold"} | changed)
    assert (error.error, error.message) == ("bad_arguments", said)


async def test_too_many_bars_are_refused(failing: Failing) -> None:
    assert (await failing("backtest.bars", {"seed": 1, "days": 20_000, "symbols": ["A", "B"]})).error == "refused"


async def test_what_a_few_wild_days_would_be_in_a_year_is_not_told(using: Using, failing: Failing) -> None:
    def days(second: float) -> list[dict[str, Any]]:
        return [{"date": f"2026-01-{5 + day:02}", "close": close} for day, close in enumerate((1, second, 99, 104))]

    told = await using("backtest.run", {"rows": days(0.5), "strategy": "buy_and_hold"})
    assert told["yearly_return"] is None
    raised = await failing("backtest.run", {"rows": days(5e-324), "strategy": "buy_and_hold"})
    assert raised.message.startswith("row 2, close: ")


async def test_a_market_does_not_begin_at_the_end_of_all_days(failing: Failing) -> None:
    assert "too far ahead" in (await failing("backtest.bars", {"seed": 1, "start": "9999-12-30"})).message
