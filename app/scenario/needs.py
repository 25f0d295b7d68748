"""What performing a scenario takes: models, keys, people, the network, and how many calls at most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from app.document.types import Text
from app.document.values import Privacy, strictest
from app.scenario.checking import Checked
from app.scenario.checks.inspection import speakers
from app.scenario.expressions import parse_template, references
from app.scenario.model import (
    Agent,
    AgentStep,
    ApproveStep,
    AskStep,
    DebateStep,
    EscalateStep,
    ModelChoice,
    Scenario,
    Speaks,
    TeamStep,
    ToolStep,
    UsesStep,
)
from app.scenario.model.modifiers import Step
from app.scenario.passages import passages_of_step
from app.scenario.places import Place
from app.scenario.privacy import candidates, class_of, is_hosted, may_see, runs_here
from providers.catalogue import services

REPAIRS = 2  # an answer that does not fit its output is asked for again at most so often
TOOL_TURNS = 8  # calls of the model in a step with tools that states no turns


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
        _all_calls(checked, {}),
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


def _all_calls(checked: Checked, known: dict[int, int | None]) -> int | None:
    """Calls of models at the very most, judges among them; None when a computed list decides."""
    if id(checked) not in known:
        counted = [_calls(place, checked, known) for place in checked.places if place.block.owner is None]
        marks = sum(expected.judged is not None for expected in _of(checked).expect)
        judged = marks * _calls_to_speak([], shaped=True)
        known[id(checked)] = None if None in counted else judged + sum(count or 0 for count in counted)
    return known[id(checked)]


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
            found.extend(_tools_of(checked, place.step, name))
    return found


def _tools_of(checked: Checked, step: Step, name: str) -> list[str]:
    """The tools an agent may use in a step: the step's, else the agent's, else the card's."""
    if isinstance(step, Speaks) and step.tools is not None:
        return step.tools
    return _own_tools(checked, name)


def _own_tools(checked: Checked, name: str) -> list[str]:
    """The tools an agent may use wherever a step does not say: its own, else the card's."""
    assert checked.scenario is not None
    agent, entry = checked.scenario.agents.get(name), checked.cast.get(name)
    if agent is not None and agent.tools is not None:
        return agent.tools
    return entry.card.tools if entry is not None and entry.card is not None else []


def _secrets(checked: Checked) -> list[str]:
    """The names of secrets that tools are given."""
    found: list[str] = []
    for place in checked.places:
        if isinstance(place.step, ToolStep):
            for passage in passages_of_step(place):
                if passage.key == "with":
                    found.extend(secrets_in(passage.text))
    return found


def secrets_in(text: str) -> list[str]:
    """The names of the secrets that a text asks for."""
    paths = [reference.path for placed in parse_template(text).placed for reference in references(placed.expression)]
    return [str(path[1]) for path in paths if path[0] == "secrets" and len(path) > 1]


def _calls(place: Place, checked: Checked, known: dict[int, int | None]) -> int | None:
    """Calls of models at the very most, retries by the provider left out; None when a computed list decides."""
    once = _calls_once(place, checked, known)
    step = place.step
    if once == 0:
        return 0
    if once is None or isinstance(step.for_each, str):
        return None
    times = len(step.for_each) if isinstance(step.for_each, list) else 1
    return once * times * (step.loop.max if step.loop else 1) * (step.retry.attempts if step.retry else 1)


def _calls_once(place: Place, checked: Checked, known: dict[int, int | None]) -> int | None:
    step = place.step
    if (inner := place.inner()) is not None:
        counted = [_calls(Place(name, child, inner), checked, known) for name, child in inner.steps.items()]
        return None if None in counted else sum(count for count in counted if count is not None)
    shaped = isinstance(step, Speaks) and checked.types.declared.get(place.name) != Text()
    match step:
        case AgentStep():
            return _calls_to_speak(_tools_of(checked, step, step.agent), step.turns, shaped=shaped)
        case EscalateStep(escalate=escalate):  # each also says how sure it is, so that even a text has a shape
            return sum(_calls_to_speak(_tools_of(checked, step, name), shaped=True) for name in escalate.agents)
        case TeamStep(team=team):  # the manager hands out until the turns are over, and sums up
            led = _calls_to_speak(["delegate"], team.turns + 1, shaped=shaped)
            return led + team.turns * max(_calls_to_speak(_own_tools(checked, name)) for name in team.members)
        case DebateStep(debate=debate):  # a vote is the position in the last round: it takes no call
            speeches = len(debate.members) * debate.rounds + (1 if debate.judge else 0)
            return speeches * _calls_to_speak([], shaped=True)
        case UsesStep():
            used = checked.used.get(place.name)
            return _all_calls(used, known) if used is not None and used.scenario is not None else None
    return 0


def _calls_to_speak(tools: list[str], turns: int | None = None, *, shaped: bool = False) -> int:
    """Calls until one agent has answered, at the very most: while it uses tools, and until the answer has its shape."""
    return (turns or TOOL_TURNS if tools else 1) + (REPAIRS if shaped else 0)
