"""The privacy wall: which models may see a step, and which of an agent's models are left."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.document.values import PRIVACY_ORDER, Privacy
from app.scenario.model import Agent, ModelChoice, Routed, Scenario
from providers.catalogue import services

ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


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
    """What a model may be shown: what the file says, else by where it runs."""
    choice = scenario.models.get(model)
    if choice is not None and choice.privacy is not None:
        return choice.privacy
    provider = (choice.use if choice else model).partition("/")[0]
    if provider == "rehearsal":
        return "local"
    if is_hosted(provider):
        return "public"
    return "local" if runs_here(provider, choice) else "public"


def is_hosted(provider: str) -> bool:
    """Is it somebody else's service, wherever an address says it is?"""
    service = services().get(provider)
    return service is not None and service.privacy == "public"


def runs_here(provider: str, choice: ModelChoice | None) -> bool:
    """Is the server on this machine? Ollama is unless its address says otherwise."""
    if choice is None or choice.base_url is None:
        return provider == "ollama"
    try:
        return urlsplit(choice.base_url).hostname in ON_THIS_MACHINE
    except ValueError:
        return False


def may_see(model: Privacy, step: Privacy) -> bool:
    """May a model of one class be shown a step of another?"""
    return PRIVACY_ORDER.index(model) >= PRIVACY_ORDER.index(step)
