"""What the checks of one scenario share: the model, its places, its files, and the report they write to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from app.cast import Entry, Registry
from app.document import Path, Report, Source
from app.document.values import Privacy, strictest
from app.scenario.model import DebateStep, EscalateStep, Scenario, TeamStep
from app.scenario.model.steps import AgentStep
from app.scenario.order import Order
from app.scenario.places import Block, Place, blocks_of, places_in
from app.scenario.scopes import Types

if TYPE_CHECKING:
    from app.scenario.checking import Checked
    from app.scenario.checks.reading import Reader

# A scenario as it is used: its file, and how private what it is given is.
Given = tuple[FilePath, Privacy, tuple[tuple[str, Privacy], ...]]
# Where agents are named in a step, under the step's own key.
Speaker = tuple[str, Path]


@dataclass
class Inspection:
    """One scenario under the checks."""

    scenario: Scenario
    report: Report
    path: FilePath
    root: FilePath
    registry: Registry
    trail: tuple[FilePath, ...] = ()  # the scenarios that use this one, outermost first
    known: dict[Given, Checked] = field(default_factory=dict)  # what any of them uses: each is checked once
    privacy: Privacy = "public"  # of the steps that use this one
    given: dict[str, Privacy] = field(default_factory=dict)  # of what they give its inputs
    cast: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, Source] = field(default_factory=dict)
    used: dict[str, Checked] = field(default_factory=dict)  # by step name
    orders: dict[str, Order] = field(default_factory=dict)  # by block name
    types: Types = field(default_factory=Types)
    referred: set[tuple[str, str]] = field(default_factory=set)  # ("inputs", "feature"): what expressions use
    inputs_of: dict[str, set[str]] = field(default_factory=dict)  # by step name: the inputs that reach its texts
    inputs_of_vars: dict[str, set[str]] = field(default_factory=dict)
    privacy_at: dict[tuple[str, str], Privacy] = field(default_factory=dict)  # by step name and agent: who may see it

    def __post_init__(self) -> None:
        self._reader: Reader | None = None
        self.blocks: list[Block] = blocks_of(self.scenario)
        self.places: list[Place] = [place for block in self.blocks for place in places_in(block)]
        self.by_name: dict[str, Place] = {place.name: place for place in self.places}

    @property
    def reader(self) -> Reader:
        """Who reads the texts; there once the references are checked."""
        assert self._reader is not None
        return self._reader

    @reader.setter
    def reader(self, reader: Reader) -> None:
        self._reader = reader

    def privacy_of(self, inputs: Iterable[str]) -> Privacy:
        """The strictest of what is said about some inputs, here and by those who give them."""
        declared = self.scenario.inputs
        said = [(declared[name].privacy if name in declared else None, self.given.get(name)) for name in inputs]
        return strictest(*(level for pair in said for level in pair))

    def required_privacy(self, place: Place, name: str) -> Privacy:
        """Who may see what an agent is shown in a step: the strictest of all that is said."""
        entry, agent = self.cast.get(name), self.scenario.agents[name]
        card = entry.card if entry else None
        return strictest(
            self.privacy,
            self.scenario.privacy,
            *(around.step.privacy for around in (place, *place.enclosing())),
            agent.privacy,
            card.routing.privacy if card and card.routing else None,
            self.privacy_of(sorted(self.inputs_of.get(place.name, ()))),
        )

    def sources(self) -> dict[str, Source]:
        """The files that problems may stand in, by the name that is shown."""
        read = (self.report.source, *self.files.values())
        return {source.name: source for source in read}


def speakers(place: Place) -> Iterator[Speaker]:
    """The agents that speak in a step, with the path where each is named."""
    match place.step:
        case AgentStep(agent=agent):
            yield agent, (*place.at, "agent")
        case TeamStep(team=team):
            yield team.manager, (*place.at, "team", "manager")
            yield from ((member, (*place.at, "team", "members", index)) for index, member in enumerate(team.members))
        case EscalateStep(escalate=escalate):
            yield from (
                (agent, (*place.at, "escalate", "agents", index)) for index, agent in enumerate(escalate.agents)
            )
        case DebateStep(debate=debate):
            yield from (
                (member, (*place.at, "debate", "members", index)) for index, member in enumerate(debate.members)
            )
            if debate.judge is not None:
                yield debate.judge, (*place.at, "debate", "judge")
