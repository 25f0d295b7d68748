"""The one model that somebody means, who may have left out its provider or typed it wrong."""

from __future__ import annotations

from app.document.suggest import did_you_mean, listed
from app.errors import NotFound, UsageError
from app.safety import clean
from providers.catalogue import known_models, services
from providers.naming import meant_by

_MOST_NAMED = 4


def one_model(name: str) -> str:
    """The provider/model of a name: written whole, a service's cheapest, or the only one that it can mean."""
    if "/" in name:
        if name.partition("/")[0] not in services():
            raise unknown(name)
        return name
    if name in services():
        return _cheapest(name)
    found = meant_by(name)
    if not found:
        raise unknown(name)
    if len(found) > 1:
        named = listed(found, "or") if len(found) <= _MOST_NAMED else f"{', '.join(found[:_MOST_NAMED])}, ..."
        raise UsageError(f'"{clean(name)}" may be any of {len(found)} models', f"name one: {named}")
    return found[0]


def unknown(name: str) -> NotFound:
    """Nobody knows the name, or the service in it."""
    service, slash, _ = name.partition("/")
    uses = [one.use for one in known_models()]
    hint = did_you_mean(name, [*services(), *uses, *(use.partition("/")[2] for use in uses)])
    return NotFound(f'there is no {"service" if slash else "service or model"} "{clean(service)}"', hint)


def _cheapest(service: str) -> str:
    """The model of a service that costs the least to ask."""
    mine = [one for one in known_models() if one.use.partition("/")[0] == service]
    if not mine:
        raise UsageError(f"{service} has many models, and none is known by name", f"name one: {service}/MODEL")
    return min(mine, key=lambda one: one.prices.output if one.prices is not None else float("inf")).use
