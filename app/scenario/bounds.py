"""How often models are asked at the very most: the numbers that are written bound it, before anything is performed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.document.types import Text
from app.scenario.checking import Checked
from app.scenario.model import AgentStep, DebateStep, EscalateStep, Speaks, TeamStep, UsesStep
from app.scenario.model.modifiers import Step
from app.scenario.places import Place

REPAIRS = 2  # an answer that does not fit its output is asked for again at most so often
TOOL_TURNS = 8  # calls of the model in a step with tools that states no turns


@dataclass(frozen=True, slots=True)
class Speaking:
    """An agent speaks until it has answered."""

    agent: str
    calls: int  # at most: while it uses tools, and until the answer has its shape
    hears: int = 0  # answers of others that it is shown besides its prompt


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something that is asked so many times at most, each time of one of those who may answer."""

    part: Checked  # the scenario, or one that it uses
    place: Place | None  # None: what is expected of the run is judged
    speakers: tuple[Speaking, ...]
    times: int | None = 1  # None: a list known only at run time decides

    @property
    def calls(self) -> int | None:
        """Of models, at the very most, retries by the provider left out."""
        return None if self.times is None else self.times * max(speaking.calls for speaking in self.speakers)


def exchanges_of(checked: Checked) -> tuple[Exchange, ...]:
    """Everything that models are asked in a run, with what is asked in the scenarios that it uses."""
    return tuple(_exchanges(checked, {}).values())


Found = dict[tuple[int, str, int], Exchange]  # by the scenario, the step and its number there


def _exchanges(checked: Checked, known: dict[int, Found]) -> Found:
    if id(checked) not in known:
        assert checked.scenario is not None
        found: Found = {}
        for place in checked.places:
            if place.block.owner is None:
                _add(found, _in_step(place, checked, known), 1)
        for number, expected in enumerate(checked.scenario.expect):
            if expected.judged is not None:
                judging = (Speaking(expected.judged.by, _calls([], shaped=True), hears=1),)
                found[id(checked), "", number] = Exchange(checked, None, judging)
        known[id(checked)] = found
    return known[id(checked)]


def _in_step(place: Place, checked: Checked, known: dict[int, Found]) -> Found:
    step, found = place.step, Found()
    if (inner := place.inner()) is not None:
        for name, child in inner.steps.items():
            _add(found, _in_step(Place(name, child, inner), checked, known), 1)
    elif isinstance(step, UsesStep):
        used = checked.used.get(place.name)
        if used is not None and used.scenario is not None:
            _add(found, _exchanges(used, known), 1)
    else:
        for number, (speakers, times) in enumerate(_asked(place, checked)):
            found[id(checked), place.name, number] = Exchange(checked, place, speakers, times)
    repeated: Found = {}
    _add(repeated, found, _times(step))
    return repeated


def _add(found: Found, more: Found, times: int | None) -> None:
    """The same exchange, reached in two ways, is one that happens more often."""
    for name, exchange in more.items():
        often = None if times is None or exchange.times is None else times * exchange.times
        if name in found:
            before = found[name].times
            often = None if before is None or often is None else before + often
        found[name] = replace(exchange, times=often)


def _times(step: Step) -> int | None:
    if isinstance(step.for_each, str):
        return None
    items = len(step.for_each) if isinstance(step.for_each, list) else 1
    return items * (step.loop.max if step.loop else 1) * (step.retry.attempts if step.retry else 1)


def _asked(place: Place, checked: Checked) -> Iterator[tuple[tuple[Speaking, ...], int]]:
    """Who is asked in one turn of a step, and how often."""
    step = place.step
    shaped = isinstance(step, Speaks) and checked.types.declared.get(place.name) != Text()
    match step:
        case AgentStep():
            yield (Speaking(step.agent, _calls(tools_of(checked, step, step.agent), step.turns, shaped=shaped)),), 1
        case EscalateStep(escalate=escalate):  # each also says how sure it is, so that even a text has a shape
            for name in escalate.agents:
                yield (Speaking(name, _calls(tools_of(checked, step, name), shaped=True)),), 1
        case TeamStep(team=team):  # the manager hands out until the turns are over, and sums up
            yield (Speaking(team.manager, _calls(["delegate"], team.turns + 1, shaped=shaped)),), 1
            members = tuple(Speaking(name, _calls(own_tools(checked, name)), hears=1) for name in team.members)
            yield members, team.turns
        case DebateStep(debate=debate):  # a vote is the position in the last round: it takes no call
            heard = len(debate.members) * (debate.rounds - 1)
            for name in debate.members:
                yield (Speaking(name, _calls([], shaped=True), heard),), debate.rounds
            if debate.judge:
                yield (Speaking(debate.judge, _calls([], shaped=True), heard + len(debate.members)),), 1


def tools_of(checked: Checked, step: Step, name: str) -> list[str]:
    """The tools an agent may use in a step: the step's, else the agent's, else the card's."""
    if isinstance(step, Speaks) and step.tools is not None:
        return step.tools
    return own_tools(checked, name)


def own_tools(checked: Checked, name: str) -> list[str]:
    """The tools an agent may use wherever a step does not say: its own, else the card's."""
    assert checked.scenario is not None
    agent, entry = checked.scenario.agents.get(name), checked.cast.get(name)
    if agent is not None and agent.tools is not None:
        return agent.tools
    return entry.card.tools if entry is not None and entry.card is not None else []


def _calls(tools: list[str], turns: int | None = None, *, shaped: bool = False) -> int:
    """Calls until one agent has answered, at the very most: while it uses tools, and until the answer has its shape."""
    return (turns or TOOL_TURNS if tools else 1) + (REPAIRS if shaped else 0)
