"""A scenario as it is performed, with its inputs, its variables and its cast: the run's own, or one a step uses."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from app.cast.card import Card
from app.document.types import Type
from app.document.values import FileText
from app.engine.budgets import Account, stricter
from app.engine.expressions import render_all
from app.engine.once import once
from app.engine.outcomes import Giver, Mishap, Tally
from app.events import Performer
from app.scenario import Checked
from app.scenario.model import Agent, Lines, Scenario
from app.scenario.places import Place

if TYPE_CHECKING:
    from app.engine.models import Model
    from app.engine.performance import Performance
    from providers.routing import Option


@dataclass(slots=True)
class Speaker:
    """An agent of the cast: what its scenario says of it, over what its card says."""

    id: str
    agent: Agent
    card: Card | None
    version: str = ""
    card_name: str = ""
    account: Account | None = None

    @property
    def title(self) -> str:
        """What people read."""
        return self.agent.title or (self.card.title if self.card else self.id)

    def mode(self, chosen: str | None = None) -> str:
        """The mode it works in."""
        return chosen or self.agent.mode or (self.card.first_mode if self.card else "")

    def tools(self, chosen: list[str] | None) -> list[str]:
        """The tools it may use in a step."""
        if chosen is not None:
            return chosen
        if self.agent.tools is not None:
            return self.agent.tools
        return self.card.tools if self.card else []

    def performer(self) -> Performer:
        """As the audience sees it."""
        return Performer(
            id=self.id,
            title=self.title,
            glyph=self.agent.glyph or (self.card.glyph if self.card else "●"),
            color=self.agent.color or (self.card.color if self.card else "white"),
            card=self.card_name,
            version=self.version,
            mode=self.mode(),
        )

    def as_value(self, mode: str) -> dict[str, Any]:
        """What `agent` is in its prompts."""
        return {
            "id": self.id,
            "title": self.title,
            "mode": mode or None,
            "company": self.card.company if self.card else None,
        }


@dataclass(slots=True)
class Play:
    """One scenario in a run."""

    performance: Performance
    checked: Checked
    path: str  # of the step that uses it, with a slash; "" for the run's own
    inputs: dict[str, Any]
    accounts: tuple[Account, ...]
    tallies: tuple[Tally, ...]
    values: dict[str, Any] = field(default_factory=dict)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)  # by name, as they are first asked for
    options: dict[tuple[str, str | None], list[Option]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        performance: Performance,
        checked: Checked,
        inputs: dict[str, Any],
        path: str = "",
        accounts: tuple[Account, ...] = (),
        tallies: tuple[Tally, ...] = (),
    ) -> Play:
        """Make a checked scenario ready to be performed."""
        play = cls(performance, checked, path, inputs, accounts, tallies)
        scenario = play.scenario
        if scenario.limits is not None:
            scope = f"step:{path.rstrip('/')}" if path else "run"
            play.accounts = (*accounts, performance.account(scope, scenario.limits, path))
        elif not path:
            play.accounts = (*accounts, performance.account("run", None, ""))
        play.values = {
            "inputs": play.inputs,
            "env": performance.environment(scenario.env),
            "matrix": performance.matrix,
            "run": performance.facts,
            "steps": {},
        }
        play.values["vars"] = made = {}
        for name, written in scenario.vars.items():
            made[name] = render_all(written, play.values)
        versions = once(checked, _versions)
        for name, agent in scenario.agents.items():
            entry = checked.cast.get(name)
            card = entry.card if entry else None
            speaker = Speaker(name, agent, card, versions.get(name, ""), entry.name if entry else "")
            limits = stricter(agent.limits, card.limits if card else None)
            if limits is not None:
                speaker.account = performance.account(f"agent:{path}{name}", limits, path, agent=name)
            play.speakers[name] = speaker
        return play

    @property
    def scenario(self) -> Scenario:
        """What the file says."""
        assert self.checked.scenario is not None
        return self.checked.scenario

    def text(self, written: str | FileText) -> str:
        """A text that stands in the file, or in one of its own."""
        return written if isinstance(written, str) else self.file(written.file)

    def file(self, name: str) -> str:
        """The text of a file that the scenario names."""
        shown = os.path.normpath(PurePath(self.checked.name).parent / name)
        source = self.checked.sources.get(shown)
        if source is None:
            raise Mishap("bad_request", f'the file "{name}" was not read with the scenario')
        return source.text

    def where(self, place: Place) -> str:
        """file:line of a step."""
        line = self.scenario.line_of(place.name)
        return f"{self.checked.name}:{line}" if line else self.checked.name

    def type_of(self, place: Place) -> Type | None:
        """What a step that speaks has to give."""
        return self.checked.types.declared.get(place.name)

    def lines(self, place: Place, agent: str | None = None) -> Lines | None:
        """What is rehearsed in a step, by one of those who speak in it."""
        rehearsal = place.step.rehearsal
        if rehearsal is None:
            return None
        if agent is not None and agent in rehearsal.by:
            return rehearsal.by[agent]
        return rehearsal if rehearsal.model_fields_set - {"by"} else None


def _versions(checked: Checked) -> dict[str, str]:
    """Of the cards of the cast."""
    return {name: entry.version for name, entry in checked.cast.items()}


@dataclass(slots=True)
class Scene:
    """The steps of one block while they are performed: what they can refer to, and how each has ended."""

    play: Play
    path: str  # of the steps inside: "" or "polish/2/"
    values: dict[str, Any]
    accounts: tuple[Account, ...]
    tallies: tuple[Tally, ...]
    incoming: tuple[Giver, ...] = ()
    turn: int | None = None  # of the loop around
    item: int | None = None  # of the for_each around
    cause: int = 0
    ended: dict[str, Any] = field(default_factory=dict)
