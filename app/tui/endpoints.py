"""The services models run at and the models there are: what each costs and may see, and how its calls went so far."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from app.tui.company import Record, record_of
from app.tui.history import Called, Ledger
from providers.catalogue import ModelFacts, known_models, lookup
from providers.catalogue import services as catalogue
from providers.readiness import Readiness, readiness_of
from providers.routing import Privacy
from providers.wires.capabilities import Ability, capabilities_of

REHEARSAL = "rehearsal"
ANY = "*"  # stands for the models of a service of which the catalogue names none
_UNSEEN = Readiness(False, "being looked at", "", "", "", "public")


@dataclass(frozen=True, slots=True)
class Service:
    """Who answers for some models, and whether it can be asked."""

    name: str
    title: str = ""
    standing: Readiness = _UNSEEN
    requests: float | None = None  # a minute
    tokens: float | None = None

    @property
    def is_ready(self) -> bool:
        """Could it be asked now?"""
        return self.standing.is_ready

    @property
    def why(self) -> str:
        """That it is ready, or what is missing."""
        if self.name == REHEARSAL:
            return "always there: no key, no network, no cost"
        return self.standing.why or "ready"

    @property
    def key(self) -> str:
        """Where its key comes from, never what it is."""
        return self.standing.key

    @property
    def privacy(self) -> Privacy:
        """What it may be shown, if no scenario says otherwise."""
        return self.standing.privacy


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and how its calls went."""

    use: str  # provider/model
    service: Service
    facts: ModelFacts | None  # nothing is known of a model that is not in the catalogue
    today: Record
    in_all: Record
    rehearsed: Record
    refuses: tuple[Ability, ...] = ()  # what it has shown that it cannot do

    @property
    def name(self) -> str:
        """As its service calls it."""
        return self.use.partition("/")[2]

    @property
    def is_named(self) -> bool:
        """Is it one model, and not any that its service has?"""
        return self.name != ANY


def listed() -> dict[str, Service]:
    """Every service by its name as the catalogue knows it, before anybody looked whether it is ready."""
    names = sorted(catalogue(), key=lambda name: name != REHEARSAL)
    return {name: Service(name, catalogue()[name].title) for name in names}


def services() -> dict[str, Service]:
    """Every service and how it stands. A keyring that is locked may take seconds."""
    found = {}
    for name in listed():
        known = catalogue()[name]
        found[name] = Service(name, known.title, readiness_of(known), known.requests, known.tokens)
    return found


def models(found: Mapping[str, Service], ledger: Ledger, now: float) -> list[Model]:
    """Every model of the catalogue and every other one that has answered, by service: those that are ready first.

    A service of which no model is known has one that stands for all.
    """
    midnight = int(time.mktime((*time.localtime(now)[:3], 0, 0, 0, 0, 0, -1)) * 1_000_000)
    calls: dict[str, list[Called]] = {}
    for call in ledger.calls:
        calls.setdefault(call.use, []).append(call)
    answered = (use for use, made in calls.items() if any(call.ok for call in made))  # others may be slips
    uses = dict.fromkeys((*(each.use for each in known_models()), *answered))
    with_models = {use.partition("/")[0] for use in uses}
    made = []
    for use in (*uses, *(f"{name}/{ANY}" for name in found if name not in with_models)):
        service = found.get(use.partition("/")[0]) or _unknown(use.partition("/")[0])
        made.append(_model(use, service, calls.get(use, []), midnight))
    order = {name: number for number, name in enumerate(found)}

    def place(model: Model) -> tuple[bool, int]:
        return not model.service.is_ready, order.get(model.service.name, len(order))

    return sorted(made, key=place)


def _model(use: str, service: Service, calls: list[Called], midnight: int) -> Model:
    paid = [call for call in calls if not call.rehearsed]
    known = capabilities_of(service.standing.address, use.partition("/")[2])
    return Model(
        use,
        service,
        lookup(use),
        record_of(call for call in paid if call.at >= midnight),
        record_of(paid),
        record_of(call for call in calls if call.rehearsed),
        tuple(ability for ability in get_args(Ability) if not known.can(ability)),
    )


def _unknown(name: str) -> Service:
    return Service(name, standing=Readiness(False, "no service of this name is known", "", "", "", "public"))
