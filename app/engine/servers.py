"""Does anybody listen where only a server on this machine can take a step? Asked right before a live run begins.

Otherwise the last step may find out, after those before it were paid for. It knocks, and says nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from app.document.suggest import listed
from app.engine.reaching import NoModel, endpoint_of, with_used
from app.scenario import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.places import Place
from app.scenario.privacy import candidates, class_of, may_see
from providers.base import NoProvider
from providers.catalogue import is_loopback
from providers.readiness import without_login

PATIENCE = 1.0  # seconds
_AT_ONCE = 8
_PORTS = {"http": 80, "https": 443}


def insist_on_servers(checked: Checked, agents: Collection[str] = ()) -> None:
    """Raise NoModel where a step needs a server on this machine and nobody listens there; for some agents, or all."""
    needed = servers_needed(checked, agents)
    addresses = list(dict.fromkeys(address for found in needed.values() for address in found.values()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        silent = {address for address, there in zip(addresses, pool.map(_listens, addresses), strict=True) if not there}
    lost = {name: found for name, found in needed.items() if silent.issuperset(found.values())}
    if not lost:
        return
    uses = {use: address for found in lost.values() for use, address in found.items()}
    told = listed([f"{use} at {without_login(address)}" for use, address in uses.items()])
    starts = "ollama serve  starts it" if any(use.startswith("ollama/") for use in uses) else "start the server"
    raise NoModel(
        f"nobody listens for {told}, and {listed(list(lost))} can speak through nothing else",
        f"{starts}, or --rehearse, which needs none",
    )


def servers_needed(checked: Checked, agents: Collection[str] = ()) -> dict[str, dict[str, str]]:
    """By agent the models and addresses on this machine, where a step that is taken in any case has no others."""
    needed: dict[str, dict[str, str]] = {}
    for part in with_used(checked):
        for place in part.places:
            if any(one.step.if_ or one.step.continue_on_error for one in (place, *place.enclosing())):
                continue  # nobody knows whether it is taken, or nothing depends on it
            for name in dict.fromkeys(name for name, _ in speakers(place)):
                if agents and name not in agents:
                    continue
                found = dict(_reached(part, place, name))
                if found and all(is_loopback(address) for address in found.values()):
                    needed.setdefault(name, {}).update(found)
    return needed


def _reached(part: Checked, place: Place, agent: str) -> Iterator[tuple[str, str]]:
    """The models that may take a step, each with where it is asked; those that cannot be asked at all are left out."""
    scenario = part.scenario
    assert scenario is not None
    level = part.privacy_at.get((place.name, agent), "local")
    for name in candidates(scenario, scenario.agents[agent]):
        choice = scenario.models.get(name)
        if not may_see(class_of(scenario, name), level):
            continue
        use = choice.use if choice is not None else name
        try:
            yield use, endpoint_of(use, choice).base_url
        except NoProvider:
            continue


def _listens(address: str) -> bool:
    parts = urlsplit(address)
    try:
        where = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
        with socket.create_connection(where, PATIENCE):
            return True
    except (OSError, ValueError):
        return False
