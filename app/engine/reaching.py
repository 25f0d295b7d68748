"""Can every agent of a live run reach a model? Asked before anything begins, so that nothing stops half way for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.document.suggest import listed
from app.errors import FootlightsError
from app.scenario import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.privacy import candidates
from providers.base import NoProvider, Provider


class NoModel(FootlightsError):
    """An agent has no model that this version can reach."""

    exit_code = 2


def insist_on_models(checked: Checked, provider: Callable[[str], Provider]) -> None:
    """Raise NoModel when somebody would have nobody to speak through."""
    missing: dict[str, list[str]] = {}
    for part in _with_used(checked):
        for agent, uses in _cast(part):
            if not any(_reaches(provider, use) for use in uses):
                missing[agent] = uses
    if not missing:
        return
    uses = list(dict.fromkeys(use for found in missing.values() for use in found))
    through = f"; named are {listed(uses)}" if uses else ", and the scenario names none"
    raise NoModel(
        f"{listed(list(missing))} cannot reach a model{through}",
        "--rehearse performs it without one; services come with the next version of Footlights",
    )


def _cast(part: Checked) -> Iterator[tuple[str, list[str]]]:
    """Everybody who speaks, with the models they may speak through."""
    scenario = part.scenario
    assert scenario is not None
    for name in dict.fromkeys(name for place in part.places for name, _ in speakers(place)):
        named = candidates(scenario, scenario.agents[name])
        yield name, [scenario.models[one].use if one in scenario.models else one for one in named]


def _reaches(provider: Callable[[str], Provider], use: str) -> bool:
    try:
        provider(use)
    except NoProvider:
        return False
    return True


def _with_used(checked: Checked) -> list[Checked]:
    found = {id(checked): checked}
    waiting = [checked]
    while waiting:
        for used in waiting.pop().used.values():
            if id(used) not in found:
                found[id(used)] = used
                waiting.append(used)
    return list(found.values())
