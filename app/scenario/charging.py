"""Whose price counts for a model of a scenario: what the file says, else by whoever knows it best."""

from __future__ import annotations

from app.scenario.model import Scenario
from providers import price_list
from providers.pricing import Tariff, is_in_doubt, tariff_of, written_prices


def use_of(scenario: Scenario, name: str) -> str:
    """A model as provider/model, by its name in the file."""
    choice = scenario.models.get(name)
    return choice.use if choice is not None else name


def tariff_in(scenario: Scenario, name: str) -> Tariff | None:
    """What a model costs, before anything is performed; None where nobody knows.

    Today's list is loaded for those that the catalogue does not have, and for no other: it takes a moment.
    """
    choice, use = scenario.models.get(name), use_of(scenario, name)
    base_url = choice.base_url if choice is not None else None
    if choice is not None and (price := choice.price) is not None:
        written = written_prices(price.input, price.output, price.cache_read, price.cache_write)
        return tariff_of(use, base_url, written)
    if is_in_doubt(use, base_url):
        price_list.load_now()
    return tariff_of(use, base_url)
