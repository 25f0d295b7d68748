"""Models that cannot do what is asked of them: work that is too hard for all, or a limit that nobody could keep."""

from __future__ import annotations

from app.document import Path
from app.document.suggest import listed
from app.scenario.charging import tariff_in, use_of
from app.scenario.checks.inspection import Inspection, speakers
from app.scenario.model import Routed
from app.scenario.privacy import candidates
from providers.catalogue import Tier, lookup

_TIERS: tuple[Tier, ...] = ("low", "medium", "high")


def check_complexity(case: Inspection) -> None:
    """Where the router chooses, one of the models is able enough; else it takes the ablest, and says so too late."""
    for name, agent in case.scenario.agents.items():
        if not isinstance(agent.model, Routed):
            continue
        entry, wanted = case.cast.get(name), agent.model.route.complexity
        at: Path = ("agents", name, "model", "route", "complexity")
        if wanted is None:
            routing = entry.card.routing if entry is not None and entry.card is not None else None
            wanted, at = routing.complexity if routing is not None else None, ("agents", name, "model")
        tiers = {model: _tier(case, model) for model in candidates(case.scenario, agent)}
        if wanted is None or not tiers or not all(tier and _is_below(tier, wanted) for tier in tiers.values()):
            continue
        told = listed([f"{model} ({tier})" for model, tier in tiers.items()], "or")
        case.report.warning(
            "models",
            f'"{name}" asks for {wanted} complexity, and may only use {told}: the ablest will be taken',
            f"name a model that is {wanted}, or say its tier in your models.yaml; footlights models lists them",
            at=at,
        )


def check_limits_without_price(case: Inspection) -> None:
    """Under a limit of money nobody is asked whose price nobody knows: such a run could not end well."""
    speaking = {name for place in case.places for name, _ in speakers(place)}
    for name, agent in case.scenario.agents.items():
        entry = case.cast.get(name)
        card = entry.card if entry is not None else None
        limits = (case.scenario.limits, agent.limits, card.limits if card is not None else None)
        if name not in speaking or all(limit is None or limit.cost_usd is None for limit in limits):
            continue
        models = candidates(case.scenario, agent)
        if not models or any(tariff_in(case.scenario, model) is not None for model in models):
            continue
        case.report.warning(
            "models",
            f'live, "{name}" can never be asked: there is a limit of money, and nobody knows what '
            f"{listed(list(dict.fromkeys(use_of(case.scenario, model) for model in models)))} costs",
            "write  price: {input: ..., output: ...}  of the model, in dollars for a million tokens",
            at=("agents", name),
        )


def _tier(case: Inspection, model: str) -> Tier | None:
    choice = case.scenario.models.get(model)
    facts = lookup(use_of(case.scenario, model), choice.base_url if choice is not None else None)
    return facts.tier if facts is not None else None


def _is_below(tier: Tier, wanted: Tier) -> bool:
    return _TIERS.index(tier) < _TIERS.index(wanted)
