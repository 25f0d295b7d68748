"""How a model is reached: where it is served, with which key. Asked before a live run begins, and at its first call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from app.document.suggest import listed
from app.errors import FootlightsError
from app.scenario import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.expressions import secrets_in
from app.scenario.model import ModelChoice
from app.scenario.privacy import candidates
from providers import adapter_of
from providers.addresses import NoAddress, address_of
from providers.base import Endpoint, NoProvider, Provider
from providers.catalogue import insist_on_sound_file, known_models, service_of, services
from providers.key_hosts import wrong_way
from providers.keys import UnreadableKey, find_key, how_to_set
from providers.readiness import readiness_of

CONNECT = 10.0  # seconds
_NO_KEY = "export OPENAI_API_KEY=... or another's, name a model in models:, or --rehearse, which needs none"


class NoModel(FootlightsError):
    """An agent has no model that can be reached."""

    exit_code = 2


def endpoint_of(use: str, choice: ModelChoice | None) -> Endpoint:
    """Where a model is served, with its key; NoProvider says what is missing."""
    service = service_of(use)
    if service is None:
        raise NoProvider(use)
    try:
        address = (choice.base_url if choice is not None else None) or address_of(service)
    except NoAddress as error:
        raise NoProvider(use, error.message, error.hint) from error
    if not address and service.name != "rehearsal":
        raise NoProvider(use, "nobody knows where it is served", "give it a base_url in models:")
    named = secrets_in(choice.secret) if choice is not None and choice.secret is not None else None
    names = service.keys if named is None else tuple(named)
    if not names:
        return Endpoint(service.name, address, connect=_connect(choice))
    if (wrong := wrong_way(service, address, names[0], is_named=named is not None)) is not None:
        raise NoProvider(use, wrong.message, wrong.hint)
    try:
        key = next(filter(None, map(find_key, names)), None)
    except UnreadableKey as error:
        raise NoProvider(use, str(error), "footlights doctor says more") from error
    if key is None:
        raise NoProvider(use, f"{listed(names, 'or')} is not set", f"{how_to_set(names[0])}; --rehearse needs none")
    if not key.value.isascii() or not key.value.isprintable() or " " in key.value:
        raise NoProvider(use, f"{key.source} holds what no key is made of", "copy it again: a key is one word")
    return Endpoint(service.name, address, key.value, key.source, _connect(choice))


def _connect(choice: ModelChoice | None) -> float:
    written = choice.timeouts.connect if choice is not None and choice.timeouts is not None else None
    return float(written or CONNECT)


def usual_models(*, ready: bool) -> list[str]:
    """The catalogue's models at services with a key: who speaks in a scenario that names no model.

    A server of one's own is not among them: nobody knows which models it has.
    """
    asked = {name for name, one in services().items() if one.keys and (not ready or readiness_of(one).is_ready)}
    return [facts.use for facts in known_models() if facts.use.partition("/")[0] in asked]


def insist_on_models(
    checked: Checked, given: Callable[[str], Provider] | None = None, agents: Collection[str] = ()
) -> None:
    """Raise NoModel when somebody would have nobody to speak through: any of the cast, or of some agents."""
    insist_on_sound_file()
    missing: dict[str, list[str]] = {}
    reasons: dict[str, NoProvider] = {}
    for part in with_used(checked):
        for agent, found in _cast(part):
            if agents and agent not in agents:
                continue
            in_the_way = [why for use, choice in found if (why := _in_the_way(use, choice, given)) is not None]
            if len(in_the_way) == len(found):
                missing[agent] = [use for use, _ in found]
                reasons.update((why.use, why) for why in in_the_way)
    if not missing:
        return
    uses = list(dict.fromkeys(use for found in missing.values() for use in found))
    through = f"; named are {listed(uses)}" if uses else ", the scenario names none, and no service has a key here"
    said = "; ".join(f"{use}: {why.why}" for use, why in reasons.items())
    hint = next((why.hint for why in reasons.values() if why.hint), _NO_KEY)
    raise NoModel(f"{listed(list(missing))} cannot reach a model{through}" + (f" ({said})" if said else ""), hint)


def _cast(part: Checked) -> Iterator[tuple[str, list[tuple[str, ModelChoice | None]]]]:
    """Everybody who speaks, with the models they may speak through."""
    scenario = part.scenario
    assert scenario is not None
    for name in dict.fromkeys(name for place in part.places for name, _ in speakers(place)):
        found = []
        for one in candidates(scenario, scenario.agents[name]) or usual_models(ready=True):
            choice = scenario.models.get(one)
            found.append((choice.use if choice is not None else one, choice))
        yield name, found


def _in_the_way(use: str, choice: ModelChoice | None, given: Callable[[str], Provider] | None) -> NoProvider | None:
    try:
        if given is not None:
            given(use)
        else:
            adapter_of(endpoint_of(use, choice).service)
    except NoProvider as missing:
        return NoProvider(use, missing.why, missing.hint)
    return None


def with_used(checked: Checked) -> list[Checked]:
    """A scenario and all that it uses, directly or not."""
    found = {id(checked): checked}
    waiting = [checked]
    while waiting:
        for used in waiting.pop().used.values():
            if id(used) not in found:
                found[id(used)] = used
                waiting.append(used)
    return list(found.values())
