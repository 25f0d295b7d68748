"""Other prices: of a file, of a date, of another model; and what an attempt would have cost by them.

The tokens stay as they were: another model counts, and answers, in its own way, which nobody knows before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.document.suggest import did_you_mean, shortened
from app.errors import NotFound, UsageError
from app.state import Spent, spent_by
from providers.catalogue import Catalogue, find_in, known_models, lookup, services

if TYPE_CHECKING:
    from app.batch.whatif.attempts import Attempt
    from providers.pricing import Tariff


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as it would be paid."""

    tariff: Tariff | None  # nobody knows its price
    speed: float = 0.0  # tokens a second, of a model that was not asked then; 0: as long as it took


def recosted(attempt: Attempt, offer: Offer | None) -> Spent:
    """What an attempt would have cost, for the same tokens; what it did, where nobody offers anything else.

    What used nothing, or nobody knows how much, has nothing that another price could be put on.
    """
    from providers.pricing import cost_of

    ended, usage = attempt.ended, attempt.ended.usage
    if offer is None or not usage.total:
        return spent_by(ended)
    took_ms = round(usage.output / offer.speed * 1000) if offer.speed else ended.took_ms
    if offer.tariff is None:
        return spent_by(replace(ended, cost_usd=0.0, prices=None, basis="unpriced", took_ms=took_ms))
    prices = offer.tariff(attempt.read, attempt.at)
    basis = "estimated" if ended.basis == "unpriced" else ended.basis
    cost = round(cost_of(usage, prices), 9)
    return spent_by(replace(ended, cost_usd=cost, prices=prices, basis=basis, took_ms=took_ms))


def price_file(path: str | None) -> Catalogue:
    """The prices of a file of the form of models.yaml; without a file, none."""
    if path is None:
        return Catalogue()
    from providers.own_models import read_catalogue

    return read_catalogue(Path(path))


def price_in(listed: Catalogue, use: str) -> Tariff | None:
    """The price of a model in a file; none where the file has none of its own for it."""
    facts = find_in(listed, use)
    prices = facts.prices if facts is not None else None
    return None if prices is None or prices.source != listed.source else lambda read, at: prices


@dataclass(frozen=True, slots=True)
class Terms:
    """Prices other than those that were paid: of a file, as far as it goes, and those of a moment."""

    listed: Catalogue = field(default_factory=Catalogue)
    on: float | None = None  # in seconds since 1970

    @property
    def are_other(self) -> bool:
        """Is anything to be paid at another price at all?"""
        return bool(self.listed.models) or self.on is not None

    def price(self, use: str, address: str = "", *, is_written: bool = False) -> Tariff | None:
        """What a model costs by them, served where it was; None where they say nothing of it.

        A date changes the prices of hosted services alone, and none that is written in a scenario.
        """
        from providers import price_list
        from providers.pricing import tariff_of

        tariff = price_in(self.listed, use)
        if tariff is not None or self.on is None or is_written or not price_list.may_know(use):
            return tariff
        if not price_list.is_loaded():
            price_list.load_now()
        return self._then(tariff_of(use, address or None, today=True))

    def offer(self, model: str) -> Offer:
        """A model that somebody names: its price by them, else by whoever knows it; raises where nobody does."""
        facts = lookup(model)
        tariff = self.price(model) or known_price(model)
        return Offer(tariff, facts.speed if facts is not None else 0.0)

    def _then(self, tariff: Tariff | None) -> Tariff | None:
        at = self.on
        return tariff if tariff is None or at is None else lambda read, _: tariff(read, at)


def insist_on_model(model: str) -> None:
    """Raise UsageError for what is no provider/model, or is of a provider that nobody knows."""
    from providers.naming import no_service_hint

    service, slash, name = model.partition("/")
    if not slash or not name:
        raise UsageError(f'"{shortened(model)}" names no model', "write provider/model, such as openai/gpt-5.5")
    if service not in services():
        raise UsageError(f'there is no provider "{shortened(service)}"', no_service_hint(service))


def known_price(model: str) -> Tariff:
    """The price of a model, by whoever knows it: a person's own list, today's, the catalogue."""
    from providers import price_list
    from providers.pricing import is_in_doubt, tariff_of

    insist_on_model(model)
    if is_in_doubt(model, today=True):
        price_list.load_now()
    tariff = tariff_of(model, today=True)
    if tariff is None:
        near = did_you_mean(model, [facts.use for facts in known_models()], otherwise="")
        hint = near or "write its price into a file, and name that with --prices"
        raise NotFound(f"nobody knows what {shortened(model)} costs", hint)
    return tariff
