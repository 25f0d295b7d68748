"""What performing a scenario takes: models, keys, people, the network, and how many calls at most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from app.document.values import Privacy, strictest
from app.scenario.bounds import exchanges_of, tools_of
from app.scenario.checking import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.expressions import secrets_in
from app.scenario.model import (
    Agent,
    ApproveStep,
    AskStep,
    ModelChoice,
    Scenario,
    ToolStep,
)
from app.scenario.passages import passages_of_step
from app.scenario.privacy import candidates, class_of, is_hosted, may_see, runs_here
from providers.catalogue import services


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast, as it will appear."""

    name: str
    title: str
    glyph: str
    color: str
    card: str
    mode: str
    models: tuple[str, ...]
    privacy: Privacy
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may be called."""

    name: str
    use: str
    privacy: Privacy
    keys: tuple[str, ...]  # any one of these variables
    network: str  # the host that is reached; "" when it is this machine


@dataclass(frozen=True, slots=True)
class Gate:
    """A moment that waits for a person."""

    step: str
    kind: str
    role: str
    timeout: float | None
    default: str | None


@dataclass(frozen=True, slots=True)
class Needs:
    """All of it."""

    cast: tuple[Member, ...]
    models: tuple[Candidate, ...]
    gates: tuple[Gate, ...]
    tools: tuple[str, ...]
    secrets: tuple[str, ...]
    environment: tuple[str, ...]
    calls: int | None  # None: a list known only at run time decides

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the network is reached by models; tools say their own addresses."""
        return tuple(dict.fromkeys(model.network for model in self.models if model.network))


def needs_of(checked: Checked) -> Needs:
    """What performing a checked scenario takes, with what it uses; each of these counts once, however often used."""
    assert checked.scenario is not None
    parts = _with_used(checked)
    casts = [_cast(part) for part in parts]
    candidates = [found for part, cast in zip(parts, casts, strict=True) for found in _candidates(_of(part), cast)]
    return Needs(
        casts[0],
        tuple({(model.name, model.use): model for model in candidates}.values()),
        tuple(
            gate
            for part in parts
            for gate in _gates(part, "" if part is checked else f" in {PurePath(part.name).name}")
        ),
        tuple(dict.fromkeys(tool for part in parts for tool in _tools(part))),
        tuple(dict.fromkeys(secret for part in parts for secret in _secrets(part))),
        tuple(dict.fromkeys(name for part in parts for name, default in _of(part).env.items() if default is None)),
        _all_calls(checked),
    )


def _with_used(checked: Checked) -> list[Checked]:
    """The scenario and all that it uses, directly or not."""
    found = {id(checked): checked}
    waiting = [checked]
    while waiting:
        for used in waiting.pop().used.values():
            if used.scenario is not None and id(used) not in found:
                found[id(used)] = used
                waiting.append(used)
    return list(found.values())


def _of(checked: Checked) -> Scenario:
    assert checked.scenario is not None
    return checked.scenario


def _all_calls(checked: Checked) -> int | None:
    """Calls of models at the very most, judges among them; None when a computed list decides."""
    counted = [exchange.calls for exchange in exchanges_of(checked)]
    return None if None in counted else sum(count for count in counted if count is not None)


def _cast(checked: Checked) -> tuple[Member, ...]:
    scenario = _of(checked)
    return tuple(_member(checked, scenario, name, agent) for name, agent in scenario.agents.items())


def _member(checked: Checked, scenario: Scenario, name: str, agent: Agent) -> Member:
    entry = checked.cast.get(name)
    card = entry.card if entry else None
    places = [place for place in checked.places if name in [speaker for speaker, _ in speakers(place)]]
    level = strictest(*(checked.privacy_at[place.name, name] for place in places))
    return Member(
        name,
        agent.title or (card.title if card else name),
        agent.glyph or (card.glyph if card else "●"),
        agent.color or (card.color if card else "white"),
        entry.name if entry else "",
        agent.mode or (card.first_mode if card else ""),
        tuple(model for model in candidates(scenario, agent) if may_see(class_of(scenario, model), level)),
        level,
        tuple(place.name for place in places),
    )


def _candidates(scenario: Scenario, cast: tuple[Member, ...]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for member in cast:
        for name in member.models if member.steps else ():
            choice = scenario.models.get(name)
            found[name] = _candidate(scenario, name, choice)
    return list(found.values())


def _candidate(scenario: Scenario, name: str, choice: ModelChoice | None) -> Candidate:
    use = choice.use if choice else name
    provider = use.partition("/")[0]
    service = services().get(provider)
    keys: tuple[str, ...] = service.keys if service is not None else ()
    if choice is not None and choice.secret is not None:
        keys = tuple(secrets_in(choice.secret))
    return Candidate(name, use, class_of(scenario, name), keys, _host(provider, choice))


def _host(provider: str, choice: ModelChoice | None) -> str:
    if choice is not None and choice.base_url is not None:
        return "" if runs_here(provider, choice) else choice.base_url.split("/")[2]
    return provider if is_hosted(provider) else ""


def _gates(checked: Checked, where: str) -> list[Gate]:
    found = []
    for place in checked.places:
        match place.step:
            case ApproveStep(approve=gate):
                found.append(Gate(place.name + where, "approve", gate.role or "", gate.timeout, gate.default))
            case AskStep(ask=asked):
                found.append(Gate(place.name + where, "ask", asked.role or "", asked.timeout, asked.default))
    return found


def _tools(checked: Checked) -> list[str]:
    """Those of tool steps, and those that agents may use in their steps."""
    found: list[str] = []
    for place in checked.places:
        if isinstance(place.step, ToolStep):
            found.append(place.step.tool)
        for name, _ in speakers(place):
            found.extend(tools_of(checked, place.step, name))
    return found


def _secrets(checked: Checked) -> list[str]:
    """The names of secrets that tools are given."""
    found: list[str] = []
    for place in checked.places:
        if isinstance(place.step, ToolStep):
            for passage in passages_of_step(place):
                if passage.key == "with":
                    found.extend(secrets_in(passage.text))
    return found
