"""What a call costs: tokens in four buckets, each at its own price for a million, by whoever knows the price best.

Whose price counts: the scenario's; that of a person's own models.yaml; nothing for a server on this machine; for a live
run today's price list, as soon as it is loaded; the catalogue's. Where nobody knows, the call is unpriced, never free.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.events import Basis, Prices, Usage
from app.state.spending import OWN_MACHINE
from providers import price_list
from providers.catalogue import built_in, is_passed_on, lookup

_MILLION = 1_000_000

# The prices for a call that reads so many tokens and begins at a moment, in seconds since 1970.
Tariff = Callable[[int, float], Prices]


def tariff_of(
    use: str, base_url: str | None = None, written: Prices | None = None, *, today: bool = False
) -> Tariff | None:
    """What a model costs where it is served; None where nobody knows.

    A rehearsal asks the catalogue before today's list, so that it costs the same tomorrow.
    """
    facts = lookup(use, base_url)
    known = written or (facts.prices if facts is not None else None)
    if known is not None and known.source != built_in().source:
        return None if known.source == OWN_MACHINE and is_passed_on(use) else _always(known)
    in_catalogue = None if known is None else _always(known)
    return price_list.listed(use) or in_catalogue if today else in_catalogue or price_list.listed(use)


def is_in_doubt(use: str, base_url: str | None = None, *, today: bool = False) -> bool:
    """Would today's price list have a say in what a model costs?"""
    facts = lookup(use, base_url)
    if facts is None or facts.prices is None:
        return price_list.may_know(use)
    return today and facts.prices.source == built_in().source and price_list.may_know(use)


def live_prices(use: str, base_url: str | None = None) -> Prices | None:
    """What a live call would be charged just now, a short one. It may take a third of a second to load the list."""
    if is_in_doubt(use, base_url, today=True):
        price_list.load_now()
    tariff = tariff_of(use, base_url, today=True)
    return tariff(0, time.time()) if tariff is not None else None


def _always(prices: Prices) -> Tariff:
    return lambda read, at: prices


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
    if prices is None:
        return "unpriced"
    if rehearsed:
        return "rehearsed"
    return "exact" if told else "estimated"
