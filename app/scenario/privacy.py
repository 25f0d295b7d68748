"""The privacy wall: which models may see a step, and which of an agent's models are left."""

from __future__ import annotations

from app.document.values import PRIVACY_ORDER, Privacy
from app.scenario.model import Agent, ModelChoice, Routed, Scenario
from providers.catalogue import is_loopback, is_passed_on, service_of


def candidates(scenario: Scenario, agent: Agent) -> list[str]:
    """The models an agent may use, by the names written in the file; none written means any that is configured."""
    match agent.model:
        case str(model):
            return [model]
        case Routed(route=route):
            return list(
                dict.fromkeys([*(route.among if route.among is not None else scenario.models), *route.fallback])
            )
    return list(scenario.models)


def class_of(scenario: Scenario, model: str) -> Privacy:
    """What a model may be shown by what the file says, else by where it says that it runs."""
    choice = scenario.models.get(model)
    if choice is not None and choice.privacy is not None:
        return choice.privacy
    use = choice.use if choice is not None else model
    return _class_at(use, None, choice)


def class_reached(scenario: Scenario, model: str, address: str) -> Privacy:
    """What a model may be shown once it is known where it is reached: nothing elsewhere is local, whoever says so."""
    choice = scenario.models.get(model)
    use = choice.use if choice is not None else model
    found = _class_at(use, address, choice)
    if choice is None or choice.privacy is None:
        return found
    return "public" if choice.privacy == "local" != found else choice.privacy


def is_hosted(provider: str) -> bool:
    """Is it somebody else's service, wherever an address says it is?"""
    service = service_of(provider)
    return service is not None and service.privacy == "public"


def runs_here(provider: str, choice: ModelChoice | None) -> bool:
    """Is the server on this machine, by what is written?"""
    if choice is not None and choice.base_url is not None:
        return is_loopback(choice.base_url)
    service = service_of(provider)
    return service is not None and is_loopback(service.base_url)


def may_see(model: Privacy, step: Privacy) -> bool:
    """May a model of one class be shown a step of another?"""
    return PRIVACY_ORDER.index(model) >= PRIVACY_ORDER.index(step)


def _class_at(use: str, address: str | None, choice: ModelChoice | None) -> Privacy:
    """By whose service it is and where: the address, else what is written."""
    if use.startswith("rehearsal/"):
        return "local"
    service = service_of(use)
    if (service is not None and service.privacy == "public") or is_passed_on(use):
        return "public"
    if service is not None and service.privacy == "private" and (choice is None or choice.base_url is None):
        return "private"  # whose it is was said of the service, and not of another address
    here = runs_here(use, choice) if address is None else is_loopback(address)
    return "local" if here else "public"
