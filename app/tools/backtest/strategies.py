"""Strategies of trading: what share of the equity to hold of each symbol, decided by what is past and nothing else.

A strategy is asked once a day, after the close. It sees prices through `Past`, which ends on that day, so it cannot
look ahead even by mistake. What it wants is traded at the next day's open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

Weights = dict[str, float]
Parameters = Mapping[str, float]


class Wish(NamedTuple):
    """What a strategy wants to hold, and why, for those who read the trades."""

    weights: Weights
    reason: str


class Past:
    """Closing prices of each symbol up to today."""

    def __init__(self, closes: Mapping[str, Sequence[float]], today: int) -> None:
        self._closes = closes
        self.today = today
        self.symbols = tuple(closes)

    def last(self, symbol: str, days: int, before: int = 0) -> Sequence[float]:
        """Return the closes of the last days, today included; `before` leaves out that many of the newest."""
        end = self.today + 1 - before
        return self._closes[symbol][max(end - days, 0) : end]

    def returns(self, symbol: str, days: int) -> list[float]:
        """Return the daily returns of the last days."""
        closes = self.last(symbol, days + 1)
        return [after / earlier - 1 for earlier, after in pairwise(closes)]


class Strategy(NamedTuple):
    """A way to trade: its parameters with what they are when nobody says, and the days it needs to look back."""

    says: str
    parameters: dict[str, float]
    wishes: Callable[[Past, Parameters, Weights], Wish]
    needs: Callable[[Parameters], float] = lambda _: 0
    symbols: int = 1  # at least so many
    pair: bool = False  # exactly two


def _buy_and_hold(past: Past, _asked: Parameters, held: Weights) -> Wish:
    return Wish(held or _equal(past.symbols), "bought once")


def _momentum(past: Past, asked: Parameters, _held: Weights) -> Wish:
    gains = {symbol: _gain(past.last(symbol, int(asked["lookback"]) + 1)) for symbol in past.symbols}
    chosen = [symbol for symbol, gain in gains.items() if gain > asked["least"]]
    best = max(gains, key=lambda symbol: gains[symbol])
    return Wish(_equal(chosen, len(gains)), f"{best} {gains[best]:+.1%} in {asked['lookback']:.0f} days")


def _relative_strength(past: Past, asked: Parameters, held: Weights) -> Wish:
    if held and past.today % int(asked["every"]):
        return Wish(held, "between two looks")
    gains = {symbol: _gain(past.last(symbol, int(asked["lookback"]) + 1)) for symbol in past.symbols}
    best = sorted(gains, key=lambda symbol: -gains[symbol])[: int(asked["keep"])]
    return Wish(_equal(best), f"strongest: {', '.join(best)}")


def _moving_average(past: Past, asked: Parameters, _held: Weights) -> Wish:
    fast = {symbol: _mean(past.last(symbol, int(asked["fast"]))) for symbol in past.symbols}
    slow = {symbol: _mean(past.last(symbol, int(asked["slow"]))) for symbol in past.symbols}
    above = [symbol for symbol in past.symbols if fast[symbol] > slow[symbol]]
    return Wish(_equal(above, len(fast)), f"{len(above)} of {len(fast)} above the slow average")


def _breakout(past: Past, asked: Parameters, held: Weights) -> Wish:
    weights, reasons = dict(held), []
    share = 1 / len(past.symbols)
    for symbol in past.symbols:
        today = past.last(symbol, 1)[0]
        if today > max(past.last(symbol, int(asked["entry"]), before=1)):
            weights[symbol] = share
            reasons.append(f"{symbol} above its {asked['entry']:.0f} days")
        elif today < min(past.last(symbol, int(asked["exit"]), before=1)):
            weights[symbol] = 0.0
            reasons.append(f"{symbol} below its {asked['exit']:.0f} days")
    return Wish(weights, "; ".join(reasons) or "inside its range")


def _mean_reversion(past: Past, asked: Parameters, held: Weights) -> Wish:
    weights, reasons = dict(held), []
    for symbol in past.symbols:
        score = _score(past.last(symbol, int(asked["lookback"])))
        if score < -asked["entry"]:
            weights[symbol] = 1 / len(past.symbols)
            reasons.append(f"{symbol} {score:+.1f} deviations from its mean")
        elif score > -asked["exit"]:
            weights[symbol] = 0.0
            reasons.append(f"{symbol} is back at {score:+.1f}")
    return Wish(weights, "; ".join(reasons) or "waiting")


def _rsi(past: Past, asked: Parameters, held: Weights) -> Wish:
    weights, reasons = dict(held), []
    for symbol in past.symbols:
        returns = past.returns(symbol, int(asked["lookback"]))
        gains, losses = sum(max(r, 0) for r in returns), sum(max(-r, 0) for r in returns)
        index = 100.0 if losses == 0 else 100 - 100 / (1 + gains / losses)
        if index < asked["low"]:
            weights[symbol] = 1 / len(past.symbols)
        elif index > asked["high"]:
            weights[symbol] = 0.0
        reasons.append(f"{symbol} at {index:.0f}")
    return Wish(weights, ", ".join(reasons))


def _pairs(past: Past, asked: Parameters, held: Weights) -> Wish:
    first, second = past.symbols
    days = int(asked["lookback"])
    spread = [math.log(a) - math.log(b) for a, b in zip(past.last(first, days), past.last(second, days), strict=True)]
    score = _score(spread)
    size = asked["size"]
    if score > asked["entry"]:
        return Wish({first: -size, second: size}, f"{first} dear against {second}: {score:+.1f} deviations")
    if score < -asked["entry"]:
        return Wish({first: size, second: -size}, f"{first} cheap against {second}: {score:+.1f} deviations")
    if abs(score) < asked["exit"]:
        return Wish(dict.fromkeys(past.symbols, 0.0), f"the spread is back at {score:+.1f}")
    return Wish(held or dict.fromkeys(past.symbols, 0.0), "waiting for the spread")


def _risk_parity(past: Past, asked: Parameters, held: Weights) -> Wish:
    if held and past.today % int(asked["every"]):
        return Wish(held, "between two looks")
    calm = {symbol: 1 / max(_deviation(past, symbol, asked), 1e-9) for symbol in past.symbols}
    total = sum(calm.values())
    weights = {symbol: value / total for symbol, value in calm.items()}
    return Wish(weights, "each carries the same risk")


def _volatility_target(past: Past, asked: Parameters, held: Weights) -> Wish:
    if held and past.today % int(asked["every"]):
        return Wish(held, "between two looks")
    share = 1 / len(past.symbols)
    yearly = {symbol: _deviation(past, symbol, asked) * math.sqrt(252) for symbol in past.symbols}
    weights = {
        symbol: share * min(asked["target"] / max(value, 1e-9), asked["most"]) for symbol, value in yearly.items()
    }
    return Wish(weights, f"volatility {max(yearly.values()):.0%}, wanted {asked['target']:.0%}")


def _equal(symbols: Sequence[str], of: int | None = None) -> Weights:
    return dict.fromkeys(symbols, 1 / (of or len(symbols))) if symbols else {}


def _gain(closes: Sequence[float]) -> float:
    return closes[-1] / closes[0] - 1


def _score(values: Sequence[float]) -> float:
    deviation = _spread(values)
    return (values[-1] - _mean(values)) / deviation if deviation > 1e-12 else 0.0


def _deviation(past: Past, symbol: str, asked: Parameters) -> float:
    return _spread(past.returns(symbol, int(asked["lookback"])))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    """Return the deviation of a window; that of `statistics` is exact to the last bit, and thirty times slower."""
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def _lookback(asked: Parameters) -> float:
    return asked["lookback"]


STRATEGIES = {
    "buy_and_hold": Strategy("buy everything once, in equal parts", {}, _buy_and_hold),
    "momentum": Strategy(
        "hold what has risen by more than `least` in `lookback` days",
        {"lookback": 60, "least": 0},
        _momentum,
        _lookback,
    ),
    "relative_strength": Strategy(
        "hold the `keep` strongest of `lookback` days, looked at `every` so many days",
        {"lookback": 120, "keep": 1, "every": 21},
        _relative_strength,
        _lookback,
        symbols=2,
    ),
    "moving_average": Strategy(
        "hold what stands above: the mean of `fast` days over that of `slow`",
        {"fast": 20, "slow": 100},
        _moving_average,
        lambda asked: max(asked["fast"], asked["slow"]),
    ),
    "breakout": Strategy(
        "buy above the highest close of `entry` days, sell below the lowest of `exit`",
        {"entry": 55, "exit": 20},
        _breakout,
        lambda asked: max(asked["entry"], asked["exit"]),
    ),
    "mean_reversion": Strategy(
        "buy `entry` deviations below the mean of `lookback` days, sell when it is within `exit`",
        {"lookback": 20, "entry": 2, "exit": 0.5},
        _mean_reversion,
        _lookback,
    ),
    "rsi": Strategy(
        "buy when the strength index of `lookback` days is under `low`, sell over `high`",
        {"lookback": 14, "low": 30, "high": 60},
        _rsi,
        _lookback,
    ),
    "pairs": Strategy(
        "two symbols: sell the dear one and buy the cheap one when their spread is `entry` deviations off",
        {"lookback": 60, "entry": 2, "exit": 0.5, "size": 0.4},
        _pairs,
        _lookback,
        symbols=2,
        pair=True,
    ),
    "risk_parity": Strategy(
        "hold all, the calm ones more, so that each carries the same risk",
        {"lookback": 60, "every": 21},
        _risk_parity,
        _lookback,
        symbols=2,
    ),
    "volatility_target": Strategy(
        "hold less when it is wild and more when it is calm, up to `most` times",
        {"lookback": 40, "target": 0.1, "most": 1, "every": 5},
        _volatility_target,
        _lookback,
    ),
}
