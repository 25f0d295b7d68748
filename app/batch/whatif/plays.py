"""What the runs of a history were made of: the models and routes of each call, and who was to see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.engine.billing import tariff_for
from app.engine.bundle import checked_again
from app.errors import FootlightsError
from app.events import definition
from app.scenario.model import Routed
from app.scenario.privacy import class_of
from app.scenario.worst import most_output
from providers import price_list
from providers.catalogue import lookup
from providers.pricing import is_in_doubt

if TYPE_CHECKING:
    from app.batch.whatif.prices import Terms
    from app.document.values import Privacy
    from app.events import RunStarted
    from app.journal import Archive
    from app.scenario import Checked
    from app.scenario.model import ModelChoice, Route, Scenario
    from providers.catalogue import ModelFacts
    from providers.pricing import Tariff


@dataclass(frozen=True, slots=True)
class Known:
    """A model as a scenario has it served."""

    facts: ModelFacts | None
    privacy: Privacy  # what it may be shown at most
    window: int  # tokens; 0: nobody knows
    longest: int  # tokens of its answer
    then: Tariff | None  # what it cost
    now: Tariff | None  # what it would, under other terms


@dataclass(frozen=True, slots=True)
class Setting:
    """Where in its scenario an agent was asked."""

    scenario: Scenario
    privacy: Privacy  # who may see it
    reserve: frozenset[str]  # the models to which the agent goes on when one fails, and nothing else
    _models: _Models

    def known(self, model: str, use: str) -> Known:
        """What is known of a model, by its name in the scenario; or of one that was named apart from it."""
        return self._models.known(self.scenario, model, use)


@dataclass(frozen=True, slots=True)
class _Models:
    """The models of one scenario, each looked up once however many calls it took."""

    terms: Terms
    live: bool
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)

    def known(self, scenario: Scenario, model: str, use: str) -> Known:
        if (model, use) not in self._known:
            choice = scenario.models.get(model)
            own = choice if choice is not None and choice.use == use else None
            self._known[model, use] = self._look_up(scenario, model if own is not None else use, use, own)
        return self._known[model, use]

    def _look_up(self, scenario: Scenario, name: str, use: str, choice: ModelChoice | None) -> Known:
        base_url = choice.base_url if choice is not None else None
        if not price_list.is_loaded() and is_in_doubt(use, base_url, today=self.live):
            price_list.load_now()
        facts, then = lookup(use, base_url), tariff_for(use, choice, live=self.live)
        is_written = choice is not None and choice.price is not None
        return Known(
            facts,
            class_of(scenario, name),
            int((choice and choice.context) or (facts.context if facts is not None else 0)),
            most_output(choice, facts),
            then,
            self.terms.price(use, base_url or "", is_written=is_written) or then,
        )


class Play:
    """A scenario with all that it uses, for runs that were rehearsed or not."""

    def __init__(self, checked: Checked, terms: Terms, *, live: bool) -> None:
        self._checked = checked
        self._terms = terms
        self._live = live
        self._settings: dict[tuple[str, str], Setting | None] = {}
        self._models: dict[int, _Models] = {}  # by the part of the play

    def setting(self, step: str, agent: str) -> Setting | None:
        """Where a call stood, by the path of its step; none when the scenario knows of no such place."""
        place = definition(step), agent
        if place not in self._settings:
            self._settings[place] = self._found(*place)
        return self._settings[place]

    def _found(self, path: str, agent: str) -> Setting | None:
        part = self._checked
        while (used := next((name for name in part.used if path.startswith(f"{name}/")), None)) is not None:
            part, path = part.used[used], path[len(used) + 1 :]
        while path and (path, agent) not in part.privacy_at:
            path = path.rpartition("/")[0]  # what a step is made of goes by its parts: a round of a debate
        scenario = part.scenario
        if not path or scenario is None:
            return None
        route = _route(scenario, agent)
        fallback = frozenset(route.fallback) if route is not None else frozenset()
        among = route.among if route is not None and route.among is not None else scenario.models
        models = self._models.setdefault(id(part), _Models(self._terms, self._live))
        return Setting(scenario, part.privacy_at[path, agent], fallback - frozenset(among), models)


def _route(scenario: Scenario, agent: str) -> Route | None:
    written = scenario.agents[agent].model if agent in scenario.agents else None
    return written.route if isinstance(written, Routed) else None


class Plays:
    """The plays of a history, each read and checked once however many runs were made of it."""

    def __init__(self, archive: Archive, terms: Terms) -> None:
        self._archive = archive
        self._terms = terms
        self._known: dict[tuple[str, bool], Play | None] = {}

    async def of(self, begun: RunStarted) -> Play | None:
        """The play of a run; none when it was erased, or cannot be read any more."""
        if begun.source is None:
            return None
        key = begun.source.ref, begun.mode != "rehearsal"
        if key not in self._known:
            self._known[key] = await self._read(begun)
        return self._known[key]

    async def _read(self, begun: RunStarted) -> Play | None:
        assert begun.source is not None
        bundle, live = await self._archive.value(begun.run, begun.source), begun.mode != "rehearsal"
        try:
            return None if bundle is None else Play(checked_again(bundle), self._terms, live=live)
        except FootlightsError:
            return None
