"""Today's prices of hosted models, by genai-prices: as they are at a moment, and for prompts of a length.

It takes a third of a second to load, so that is done once, where it is needed, beside the event loop. It reads what
came with the package, and asks nobody.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from app.events import Prices
from providers.catalogue import service_of

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, TieredPrices

    from providers.pricing import Tariff

_LOADED = threading.Event()
_WHOLE = {"input_mtok", "output_mtok"}  # a model without one of them is no model that writes
_BEYOND = {"requests_kcount", "output_reasoning_mtok"}  # what four prices for tokens cannot say


async def load() -> None:
    """Make it ready, in a thread: whoever performs something meanwhile does not stand still."""
    if not is_loaded():
        import asyncio

        await asyncio.to_thread(load_now)


def load_now() -> None:
    """Make it ready, here and now."""
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()
    _LOADED.set()


def is_loaded() -> bool:
    """Can it be asked without delay?"""
    return _LOADED.is_set()


def may_know(use: str) -> bool:
    """Is the service that serves a model in the list at all?"""
    service = service_of(use)
    return service is not None and bool(service.prices)


def listed(use: str) -> Tariff | None:
    """What a hosted model costs, by the list; None while that is not loaded, and for what it does not know whole."""
    service = service_of(use)
    if service is None or not service.prices or not is_loaded():
        return None  # not yet: until then the catalogue has to do
    model = _model(service.prices, use.partition("/")[2].removeprefix("models/"))
    if model is None:
        return None

    def tariff(read: int, at: float) -> Prices:
        charged = {name: _at(price, read) for name, price in _charged(model, at).items()}
        fresh = charged["input_mtok"]
        return Prices(
            input=fresh,
            output=charged["output_mtok"],
            cache_read=charged.get("cache_read_mtok", fresh),
            cache_write=charged.get("cache_write_mtok", fresh),
            source=_source(),
        )

    return tariff


@cache
def _model(provider: str, name: str) -> ModelInfo | None:
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, model = get_snapshot().find_provider_model(name, None, provider, None)
    except LookupError:
        return None
    charged = _charged(model, datetime.now(UTC).timestamp()).keys()
    return model if charged >= _WHOLE and not charged & _BEYOND else None


def _charged(model: ModelInfo, at: float) -> dict[str, Decimal | TieredPrices]:
    prices = model.get_prices(datetime.fromtimestamp(at, UTC))
    return {name: price for name, price in vars(prices).items() if price is not None}


def _at(price: Decimal | TieredPrices, read: int) -> float:
    """A price for a prompt of a length: one that is longer than a threshold is dearer as a whole."""
    if isinstance(price, Decimal):
        return float(price)
    passed = [tier.price for tier in price.tiers if read > tier.start]
    return float(passed[-1] if passed else price.base)


@cache
def _source() -> str:
    from genai_prices import __version__

    return f"genai-prices {__version__}"
