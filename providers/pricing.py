"""What a call costs: tokens in four buckets, each at its own price for a million."""

from __future__ import annotations

from app.events import Basis, Prices, Usage
from providers.catalogue import lookup

_MILLION = 1_000_000


def cost_of(usage: Usage, prices: Prices | None) -> float:
    """The price of what was used, in US dollars; 0 where nobody knows the price: `basis_of` tells the two apart."""
    if prices is None:
        return 0.0
    return (
        usage.input * prices.input
        + usage.cache_read * prices.cache_read
        + usage.cache_write * prices.cache_write
        + usage.output * prices.output
    ) / _MILLION


def worst_cost(input_tokens: int, output_tokens: int, prices: Prices | None) -> float:
    """The most that a call of this size can cost: nothing comes from a cache, and all of it may be written to one."""
    if prices is None:
        return 0.0
    return (input_tokens * max(prices.input, prices.cache_write) + output_tokens * prices.output) / _MILLION


def prices_for(use: str, base_url: str | None = None, override: Prices | None = None) -> Prices | None:
    """The prices of a model: those written for it, else the catalogue's; None where nobody knows."""
    if override is not None:
        return override
    facts = lookup(use, base_url)
    return facts.prices if facts is not None else None


def written_prices(
    input: float, output: float, cache_read: float | None = None, cache_write: float | None = None
) -> Prices:
    """Prices that somebody wrote down; a cache whose price is not among them is no cheaper than fresh tokens."""
    return Prices(
        input=input,
        output=output,
        cache_read=input if cache_read is None else cache_read,
        cache_write=input if cache_write is None else cache_write,
        source="the scenario",
    )


def basis_of(prices: Prices | None, *, told: bool, rehearsed: bool = False) -> Basis:
    """How far a cost can be trusted: was the usage told by the provider, and is the price known?"""
    if rehearsed:
        return "rehearsed"
    if prices is None:
        return "unpriced"
    return "exact" if told else "estimated"
