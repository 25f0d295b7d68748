"""The services models run at and the models there are: what each costs and may see, and what was spent on it so far."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.scenario.model.parts import PROVIDERS
from app.scenario.privacy import is_hosted
from app.tui.company import Record, record_of
from app.tui.history import Called, Ledger
from providers import adapter_of
from providers.base import NoProvider
from providers.catalogue import ModelFacts, known_models
from providers.catalogue import services as catalogue
from providers.routing import Privacy

REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class Service:
    """Who answers for some models, and whether it can be asked."""

    name: str
    is_ready: bool
    why: str
    key: str = ""  # where the key comes from, never what it is
    privacy: Privacy = "public"


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and what was spent on it."""

    use: str  # provider/model
    service: Service
    facts: ModelFacts | None  # nothing is known of a model that is not in the catalogue
    today: Record
    in_all: Record
    rehearsed: Record

    @property
    def name(self) -> str:
        """As its service calls it."""
        return self.use.partition("/")[2]


def services(environment: Mapping[str, str] = os.environ) -> dict[str, Service]:
    """Every service by its name, the one that is always there first."""
    return {name: _service(name, environment) for name in (REHEARSAL, *(one for one in PROVIDERS if one != REHEARSAL))}


def models(found: Mapping[str, Service], ledger: Ledger, now: float) -> list[Model]:
    """Every model of the catalogue and every other one that was called, by service."""
    midnight = int(time.mktime((*time.localtime(now)[:3], 0, 0, 0, 0, 0, -1)) * 1_000_000)
    calls: dict[str, list[Called]] = {}
    for call in ledger.calls:
        calls.setdefault(call.use, []).append(call)
    facts = {each.use: each for each in known_models()}
    made = []
    for use in dict.fromkeys((*facts, *calls)):
        service = found.get(use.partition("/")[0]) or _unknown(use.partition("/")[0])
        made.append(_model(use, service, facts.get(use), calls.get(use, []), midnight))
    order = {name: number for number, name in enumerate(found)}
    return sorted(made, key=lambda model: order.get(model.service.name, len(order)))


def _model(use: str, service: Service, facts: ModelFacts | None, calls: list[Called], midnight: int) -> Model:
    paid = [call for call in calls if not call.rehearsed]
    return Model(
        use,
        service,
        facts,
        record_of(call for call in paid if call.at >= midnight),
        record_of(paid),
        record_of(call for call in calls if call.rehearsed),
    )


def _service(name: str, environment: Mapping[str, str]) -> Service:
    if name == REHEARSAL:
        return Service(name, True, "always there: no key, no network, no cost", privacy="local")
    privacy: Privacy = "public" if is_hosted(name) else "local" if name == "ollama" else "private"
    key, has_key = _key_of(name, environment)
    try:
        adapter_of(name)
    except NoProvider as missing:
        return Service(name, False, missing.why, key, privacy)
    return Service(name, has_key, "ready" if has_key else "no key", key, privacy)


def _key_of(name: str, environment: Mapping[str, str]) -> tuple[str, bool]:
    """Where its key comes from, and whether there is one; no value is ever looked at for longer than that takes."""
    wanted = catalogue()[name].keys
    for variable in wanted:
        if environment.get(variable):
            return f"{variable} is set in the environment", True
        if file := environment.get(f"{variable}_FILE"):
            is_there = Path(file).is_file()
            return (f"from the file in {variable}_FILE" if is_there else f"{variable}_FILE names no file"), is_there
    return (f"{' or '.join(wanted)} is not set", False) if wanted else ("needs none", True)


def _unknown(name: str) -> Service:
    return Service(name, False, "no service of this name is known")
