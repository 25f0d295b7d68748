"""The tools `backtest.*`: a strategy tried on past prices after costs, and a made-up market to try it on.

What comes out is a calculation about the past of some numbers. It is analysis, and advice to nobody.
"""

from __future__ import annotations

import asyncio
import csv
import io
import math
import statistics
from datetime import date
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.backtest.market import Bar, Regime, bars
from app.tools.backtest.measures import deepest, returns_of, sharpe, sortino, volatility, yearly_return
from app.tools.backtest.simulation import Book, Prices, Terms, perform, turnover
from app.tools.backtest.strategies import STRATEGIES, Strategy
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.figures import at_least, at_most, date_in, number_in, text_in
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

_MOST_BARS = 20_000
_MOST_SYMBOLS = 20
_LONGEST_LOOK = 500
_LEAST_PRICE, _MOST_PRICE = 1e-9, 1e12
_MOST_A_YEAR = 1e6  # a hundred million per cent: a few days carried on to a year say nothing any more
_SHOWN = 12
_LAST_YEAR = 9_900  # after it come no more than the days of one market


async def _run(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_tested, arguments, surroundings)


async def _bars(arguments: Arguments, _surroundings: Surroundings) -> dict[str, Any]:
    return await asyncio.to_thread(_made_up, arguments)


def _tested(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    strategy = STRATEGIES[arguments["strategy"]]
    asked = _parameters(arguments["strategy"], strategy, arguments.get("parameters", {}))
    prices = _prices(_rows(arguments, surroundings))
    at_least(prices.dates, max(3, math.ceil(strategy.needs(asked)) + 3), "days of prices")
    at_least(prices.closes, strategy.symbols, "symbols")
    if strategy.pair and len(prices.closes) != 2:
        raise ToolError("bad_arguments", f"pairs wants two symbols; these are {len(prices.closes)}")
    limits = arguments.get("limits", {})
    cost = (arguments.get("costs_bps", 5) + arguments.get("slippage_bps", 5)) / 10_000
    capital = float(arguments.get("capital", 100_000))
    book = perform(prices, strategy, asked, Terms(cost, **limits), capital)
    record = _record(prices, book, capital, arguments.get("riskless", 0.0))
    return {"strategy": arguments["strategy"]} | record | {"parameters": asked}


def _record(prices: Prices, book: Book, capital: float, riskless: float) -> dict[str, Any]:
    """Return what a person wants to know about a test."""
    equity, dates = book.equity, prices.dates[: len(book.equity)]
    returns, fall = returns_of(equity), deepest(equity)
    solvent = min(equity) > 0
    return {
        "total_return": round(equity[-1] / capital - 1, 4),
        "sharpe": _rounded(sharpe(returns, riskless)),
        "max_drawdown": round(fall.depth, 4),
        "stopped": book.stop is not None,
        "stop": book.stop._asdict() if book.stop else None,
        "from": dates[0],
        "to": dates[-1],
        "days": len(dates),
        "yearly_return": _a_year(equity) if solvent else None,
        "volatility": round(volatility(returns), 4),
        "sortino": _rounded(sortino(returns, riskless)),
        "drawdown": {
            "peak": dates[fall.peak],
            "trough": dates[fall.trough],
            "recovered": None if fall.recovered is None else dates[fall.recovered],
        },
        "turnover": round(turnover(book), 2),
        "costs": round(book.paid, 2),
        "trades": len(book.trades),
        "last_trades": [trade._asdict() for trade in book.trades[-_SHOWN:]],
        "refused": len(book.refusals),
        "refusals": [refusal._asdict() for refusal in book.refusals[:_SHOWN]],
        "equity_by_month": [
            {"month": month, "equity": round(value, 2)} for month, value in _by_month(dates, equity).items()
        ],
        "note": "a calculation about the past, and advice to nobody",
    }


def _a_year(equity: list[float]) -> float | None:
    try:
        grown = yearly_return(equity)
    except OverflowError:
        return None
    return round(grown, 4) if grown < _MOST_A_YEAR else None


def _by_month(dates: Any, equity: list[float]) -> dict[str, float]:
    return {day[:7]: value for day, value in zip(dates, equity, strict=True)}  # the last of each month stays


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _parameters(name: str, strategy: Strategy, given: dict[str, float]) -> dict[str, float]:
    """Return the parameters of a strategy, those that were given and for the others its own."""
    for word, value in given.items():
        if word not in strategy.parameters:
            hint = did_you_mean(word, strategy.parameters, "" if strategy.parameters else f"{name} has none")
            raise ToolError("bad_arguments", f'{name} has no parameter "{shortened(word)}"', hint)
        if word in ("lookback", "fast", "slow", "every", "keep") or name == "breakout":
            least = 1 if word in ("every", "keep") else 2
            if not (least <= value <= _LONGEST_LOOK and value == int(value)):
                raise ToolError("bad_arguments", f"{word} is a whole number from {least} to {_LONGEST_LOOK}")
    return strategy.parameters | given


def _prices(rows: list[Row]) -> Prices:
    """Return the prices by symbol, oldest first; every symbol needs every day."""
    at_least(rows, 1, "rows")
    columns = columns_of(rows)
    check_columns(["date", "close"], columns)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for position, row in enumerate(rows, 1):
        symbol = text_in(row, "symbol", position) if "symbol" in columns else "asset"
        day = date_in(row, "date", position).isoformat()
        close = _price(row, "close", position)
        opened = close if row.get("open") is None else _price(row, "open", position)
        if day in found.setdefault(symbol, {}):
            raise ToolError("bad_arguments", f'row {position}: "{shortened(symbol)}" has a second bar on {day}')
        found[symbol][day] = (opened, close)
    at_most(list(found), _MOST_SYMBOLS, "symbols")
    dates = sorted({day for bars_of in found.values() for day in bars_of})
    for symbol, bars_of in found.items():
        if missing := next((day for day in dates if day not in bars_of), None):
            raise ToolError(
                "bad_arguments", f'"{shortened(symbol)}" has no bar on {missing}', "every symbol needs the same days"
            )
    opens = {symbol: [found[symbol][day][0] for day in dates] for symbol in found}
    closes = {symbol: [found[symbol][day][1] for day in dates] for symbol in found}
    return Prices(dates, opens, closes)


def _price(row: Row, column: str, position: int) -> float:
    price = number_in(row, column, position, above=0)
    if not _LEAST_PRICE <= price <= _MOST_PRICE:
        raise ToolError(
            "bad_arguments",
            f"row {position}, {column}: {price:g} is no price from {_LEAST_PRICE:g} to {_MOST_PRICE:g}",
            "count in another unit",
        )
    return price


def _rows(arguments: Arguments, surroundings: Surroundings) -> list[Row]:
    """Return the bars, whether they were given or are to be made up."""
    if ("rows" in arguments) == ("market" in arguments):
        raise ToolError("bad_arguments", "backtest.run takes either rows or a market", "market: {seed: 7} makes one up")
    if "market" in arguments:
        return [bar._asdict() for bar in _made(arguments["market"])]
    rows = read_rows(arguments["rows"], surroundings.root)
    at_most(rows, _MOST_BARS, "bars")
    return rows


def _made(arguments: Arguments) -> tuple[Bar, ...]:
    symbols = arguments.get("symbols") or ["asset"]
    days = arguments.get("days", 1_260)
    if len(symbols) * days > _MOST_BARS:
        raise ToolError("refused", f"these would be {len(symbols) * days:,} bars; {_MOST_BARS:,} is the most")
    start = date_in(arguments, "start", 1) if "start" in arguments else date(2021, 1, 4)
    if start.year > _LAST_YEAR:
        raise ToolError("bad_arguments", f"start: {start} is too far ahead", f"up to the year {_LAST_YEAR}")
    usual = Regime(days, arguments.get("drift", 0.05), arguments.get("volatility", 0.18))
    regimes = [Regime(**(usual._asdict() | regime)) for regime in arguments.get("regimes", [])] or [usual]
    return bars(
        tuple(symbols),
        days,
        seed=arguments["seed"],
        start=start,
        price=arguments.get("start_price", 100),
        regimes=tuple(regimes),
        correlation=arguments.get("correlation", 0),
    )


def _made_up(arguments: Arguments) -> dict[str, Any]:
    made = _made(arguments)
    symbols = dict.fromkeys(bar.symbol for bar in made)
    return {
        "from": made[0].date,
        "to": made[-1].date,
        "days": len(made) // len(symbols),
        "symbols": {symbol: _summed_up([bar for bar in made if bar.symbol == symbol]) for symbol in symbols},
        "table": _as_csv(made),
    }


def _summed_up(made: list[Bar]) -> dict[str, float]:
    closes = [bar.close for bar in made]
    moves = returns_of(closes)
    return {
        "first": closes[0],
        "last": closes[-1],
        "low": min(bar.low for bar in made),
        "high": max(bar.high for bar in made),
        "volatility": round(volatility(moves), 4) if len(moves) > 1 else 0.0,
        "mean_day": round(statistics.fmean(moves), 6) if moves else 0.0,
    }


def _as_csv(made: tuple[Bar, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([Bar._fields, *made])
    return text.getvalue()


_SHARE = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_COST = {"type": "number", "minimum": 0, "maximum": 1_000}
_DRIFT = {"type": "number", "minimum": -2, "maximum": 2}
_VOLATILITY = {"type": "number", "exclusiveMinimum": 0, "maximum": 2}
_DAYS = {"type": "integer", "minimum": 1, "maximum": _MOST_BARS}
_WAYS = "; ".join(f"{name}: {way.says}" for name, way in STRATEGIES.items())
_MARKET = arguments_of(
    required=("seed",),
    seed={"type": "integer", "minimum": 0, "maximum": 2**31},
    days=_DAYS | {"description": "trading days; 1260, five years, when left out"},
    symbols={"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 30}, "uniqueItems": True}
    | {"minItems": 1, "maxItems": _MOST_SYMBOLS, "description": "one asset when left out"},
    start={"type": "string", "description": "the first day; 2021-01-04"},
    start_price={"type": "number", "minimum": 0.01, "maximum": 1e6, "description": "100"},
    drift=_DRIFT | {"description": "a year; 0.05"},
    volatility=_VOLATILITY | {"description": "a year; 0.18"},
    correlation={"type": "number", "minimum": 0, "maximum": 0.999, "description": "between symbols; 0"},
    regimes={
        "type": "array",
        "maxItems": 50,
        "items": arguments_of(required=("days",), days=_DAYS, drift=_DRIFT, volatility=_VOLATILITY),
        "description": "stretches of days with their own drift and volatility, one after the other",
    },
)

TOOLS = (
    Tool(
        "backtest.run",
        "Try a strategy on daily bars (date, close, and if you have them open and symbol) or on a made-up market, "
        "after costs and within limits. Gives return, volatility, Sharpe, Sortino, drawdown with its dates, trades "
        f"with reasons, refused orders, and why it stopped. Analysis, not advice. {_WAYS}.",
        arguments_of(
            required=("strategy",),
            rows=TABLE_SCHEMA,
            market=_MARKET | {"description": "instead of rows: what backtest.bars takes"},
            strategy={"enum": list(STRATEGIES)},
            parameters={"type": "object", "additionalProperties": {"type": "number", "minimum": -500, "maximum": 500}},
            capital={"type": "number", "minimum": 1, "maximum": 1e12, "description": "100000 when left out"},
            costs_bps=_COST | {"description": "of what is traded, in hundredths of a per cent; 5"},
            slippage_bps=_COST | {"description": "how much worse than the open one buys and sells; 5"},
            riskless={"type": "number", "minimum": -0.1, "maximum": 0.3, "description": "yearly, for Sharpe; 0"},
            limits={
                "type": "object",
                "properties": {
                    "max_position": _SHARE | {"maximum": 5, "description": "of the equity in one symbol"},
                    "max_leverage": _SHARE | {"maximum": 5, "description": "of all together; 1 when left out"},
                    "max_drawdown": _SHARE | {"description": "from the last peak; ends the test"},
                    "max_daily_loss": _SHARE | {"description": "ends the test"},
                },
                "additionalProperties": False,
            },
        ),
        _run,
        example={
            "rows": "date,close\n2026-01-05,100\n2026-01-06,103\n2026-01-07,99\n2026-01-08,104\n",
            "strategy": "buy_and_hold",
        },
    ),
    Tool(
        "backtest.bars",
        "Make up daily bars of a market that never was, the same for everyone who names its seed. Gives a summary, and "
        "`table`: CSV text that backtest.run takes as rows.",
        _MARKET,
        _bars,
        example={"seed": 7, "days": 3},
    ),
)
