"""How a budget is split: each channel gets money until its next coin brings no more than a coin elsewhere."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any, NamedTuple

_HALVINGS = 200
_NEAR = 1e-9
_CHEAPEST = 1e-290  # so that products of prices stay numbers


class Channel(NamedTuple):
    """How a channel answers to money: `most * spend / (half + spend)`, between a floor and a cap."""

    name: str
    most: float
    half: float
    floor: float
    cap: float

    def brings(self, spend: float) -> float:
        return self.most * spend / (self.half + spend)

    def slope(self, spend: float) -> float:
        """Say what one more coin brings."""
        return self.most * self.half / (self.half + spend) ** 2

    def wanted(self, price: float) -> float:
        """Say how much it takes before its next coin brings less than this."""
        spend = sqrt(self.most * self.half / price) - self.half
        return min(max(spend, self.floor), self.cap)


def plan(budget: float, channels: list[Channel], step: float) -> dict[str, Any]:
    """Split a budget, and say why each share is what it is; floors must fit into the budget."""
    amounts = rounded(split(budget, channels), channels, budget, step)
    results = sum(channel.brings(amount) for channel, amount in zip(channels, amounts, strict=True))
    spent = sum(amounts)
    even = even_split(budget, channels)
    return {
        "budget": budget,
        "spent": round(spent, 2),
        "unspent": round(budget - spent, 2),
        "results": round(results, 1),
        "per_result": round(spent / results, 2) if results else None,
        "as_even": round(sum(channel.brings(amount) for channel, amount in zip(channels, even, strict=True)), 1),
        "shares": [
            {
                "channel": channel.name,
                "amount": round(amount, 2),
                "share": round(amount / budget, 3),
                "results": round(channel.brings(amount), 1),
                "per_result": round(amount / channel.brings(amount), 2) if channel.brings(amount) else None,
                "next_100_bring": round(100 * channel.slope(amount), 2),
                "because": _because(channel, amount, step),
            }
            for channel, amount in zip(channels, amounts, strict=True)
        ],
    }


def split(budget: float, channels: list[Channel]) -> list[float]:
    """Return the amounts that bring most: where neither floor nor cap holds, the last coin brings the same."""
    if sum(channel.cap for channel in channels) <= budget:
        return [channel.cap for channel in channels]
    # So cheap that each would take the whole budget alone; who brings nothing at any price does not count.
    low = max(min((slope for channel in channels if (slope := channel.slope(budget))), default=1.0), _CHEAPEST)
    high = max((channel.slope(0.0) for channel in channels), default=1.0) + 1.0  # so dear that all stay at the floor
    for _ in range(_HALVINGS):
        price = sqrt(low * high)
        if sum(channel.wanted(price) for channel in channels) > budget:
            low = price
        else:
            high = price
    return [channel.wanted(high) for channel in channels]


def even_split(budget: float, channels: list[Channel]) -> list[float]:
    """Return what an even split would be, within floors and caps."""
    low, high = 0.0, budget
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        if sum(min(max(level, channel.floor), channel.cap) for channel in channels) > budget:
            high = level
        else:
            low = level
    return [min(max(low, channel.floor), channel.cap) for channel in channels]


def rounded(amounts: list[float], channels: list[Channel], budget: float, step: float) -> list[float]:
    """Round down to the step, then give what is left to whoever makes most of it; never past a cap."""
    whole = [
        max(floor(amount / step + _NEAR) * step, channel.floor)
        for amount, channel in zip(amounts, channels, strict=True)
    ]
    left = min(budget, sum(amounts) + step * _NEAR) - sum(whole)
    while left >= step * (1 - _NEAR):
        open_to_more = [
            number for number, channel in enumerate(channels) if whole[number] + step <= channel.cap * (1 + _NEAR)
        ]
        if not open_to_more:
            break
        best = max(open_to_more, key=lambda number: channels[number].slope(whole[number]))
        whole[best] += step
        left -= step
    return whole


def _because(channel: Channel, amount: float, step: float) -> str:
    if channel.floor and amount <= channel.floor + step * _NEAR:
        return "at its floor: left to itself it would get less"
    if amount > channel.cap - step:
        return "at its cap: more would still pay, and is not allowed"
    if amount == 0:
        return "nothing: even its first coin brings less than the last one elsewhere"
    return "its last coin brings what the last one elsewhere does"
