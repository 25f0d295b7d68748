"""What is known of services and models without asking anybody: addresses, keys, prices, context, speed and ability.

It stands in `models.yaml` beside this file, and in a file of the same form in a person's configuration folder, which
adds to it and overrides it. Both are read when the first service or model is looked up, in some two milliseconds.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec

from app.events import Prices
from app.state.spending import OWN_MACHINE

if TYPE_CHECKING:
    from app.errors import ScenarioRefused

Tier = Literal["low", "medium", "high"]
Privacy = Literal["public", "private", "local"]

OWN_FILE = "your models.yaml"  # the source of prices that stand there

_FREE = Prices(source=OWN_MACHINE)
_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# What may follow a name without making it another model: a date, "latest", "preview", the size of a local one.
_VARIANT = re.compile(r"(?:-(?:latest|preview|exp|\d{3,8}|\d{4}-\d\d-\d\d|\d\d-\d{4}|\d\d-\d\d)|@[\w.-]+|:[\w.-]+)+")


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who serves models."""

    name: str = ""  # what stands before the slash in provider/model
    title: str = ""
    adapter: str  # a module of `providers`, or a dotted name of one elsewhere
    base_url: str = ""  # "": a scenario has to say it
    address: str = ""  # the variable that may hold another base_url
    keys: tuple[str, ...] = ()
    privacy: Privacy | None = None  # None: local when its address is on this machine, else public
    prices: str = ""  # its name in genai-prices; "": not in there
    requests: float | None = None  # a minute
    tokens: float | None = None  # a minute
    at_a_time: int | None = None  # calls; None: the usual number


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model."""

    use: str = ""  # provider/model
    tier: Tier = "medium"  # how hard the work may be
    context: int = 0  # tokens; 0: nobody knows
    max_output: int = 0  # tokens; 0: nobody knows
    speed: float = 0.0  # tokens a second; 0: nobody knows
    prices: Prices | None = None
    tools: bool = True
    data: bool = True  # can be held to a JSON Schema
    thinks: bool = False  # its answers need room for what it says to itself


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of services and models."""

    source: str = ""
    services: dict[str, Service] = {}
    models: dict[str, ModelFacts] = {}


def services() -> dict[str, Service]:
    """All services by name."""
    return _known(_own_folder())[0].services


def service_of(use: str) -> Service | None:
    """Who serves `provider/model`."""
    return services().get(use.partition("/")[0])


def insist_on_sound_file() -> None:
    """Raise what is wrong with a person's own file; until somebody insists, what is built in counts alone."""
    _, refused = _known(_own_folder())
    if refused is not None:
        raise refused


def lookup(use: str, base_url: str | None = None) -> ModelFacts | None:
    """Find a model by provider/model; None when nothing is known of it. A server of one's own, here, is free.

    Somebody else's service is not, also where it is reached through something on this machine.
    """
    known, _ = _known(_own_folder())
    facts, service = find_in(known, use), known.services.get(use.partition("/")[0])
    address = base_url or (service.base_url if service is not None else "")
    is_hosted = service is not None and service.privacy == "public"
    if address and is_loopback(address) and not is_hosted and not _has_own_price(facts):
        return msgspec.structs.replace(facts or ModelFacts(use=use, tier="low"), use=use, prices=_FREE)
    if address and not is_loopback(address) and facts is not None and facts.prices == _FREE:
        return msgspec.structs.replace(facts, prices=None)  # another machine, and nobody knows whose
    return facts


def _has_own_price(facts: ModelFacts | None) -> bool:
    """Did somebody write down what it costs, because they know better?"""
    return (
        facts is not None and facts.prices is not None and facts.prices.source not in (built_in().source, OWN_MACHINE)
    )


def is_loopback(base_url: str) -> bool:
    """Is this the address of a server on this machine?"""
    try:
        return urlsplit(base_url).hostname in _ON_THIS_MACHINE
    except ValueError:
        return False


def is_passed_on(use: str) -> bool:
    """Ollama on this machine hands some models on to its own cloud: gpt-oss:120b-cloud."""
    return use.strip().lower().partition(":")[2].endswith("cloud")


def known_models() -> tuple[ModelFacts, ...]:
    """All of the catalogue."""
    return tuple(_known(_own_folder())[0].models.values())


def find_in(catalogue: Catalogue, use: str) -> ModelFacts | None:
    """The model of a name in a catalogue, or the one that it is a dated name of."""
    models = catalogue.models
    provider, _, model = use.strip().lower().partition("/")
    if provider == "rehearsal":
        return models.get("rehearsal/understudy")  # whatever it is called there, the same one answers
    model = model.removeprefix("models/")  # as Gemini lists its own
    exact = models.get(f"{provider}/{model}")
    if exact is not None:
        return exact
    prefix = f"{provider}/"
    known = (name.removeprefix(prefix) for name in models if name.startswith(prefix))
    for name in sorted(known, key=len, reverse=True):
        if model.startswith(name) and _VARIANT.fullmatch(model, len(name)):
            return models[prefix + name]
    return None


def _prices(use: str, facts: ModelFacts, found: Catalogue) -> Prices | None:
    service = found.services.get(use.partition("/")[0])
    if service is not None and service.privacy != "public" and is_loopback(service.base_url):
        return _FREE
    return facts.prices and msgspec.structs.replace(facts.prices, source=found.source)


def _own_folder() -> Path:
    from app.settings import config_folder

    return config_folder()


@cache
def _known(folder: Path) -> tuple[Catalogue, ScenarioRefused | None]:
    """What is built in with a person's own file laid over it; and what is wrong with that file."""
    ours, own = built_in(), folder / "models.yaml"
    if not os.path.lexists(own):
        return ours, None
    from app.errors import ScenarioRefused
    from providers.own_models import read_own

    try:
        theirs = read_own(own)
    except ScenarioRefused as refused:
        return ours, refused
    return Catalogue(ours.source, ours.services | theirs.services, ours.models | theirs.models), None


@cache
def built_in() -> Catalogue:
    """What came with Footlights."""
    import yaml

    file = Path(__file__).with_name("models.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return named(msgspec.convert(yaml.load(file.read_bytes(), loader), Catalogue))


def named(found: Catalogue) -> Catalogue:
    """The catalogue with its names in its entries, and its source at its prices."""
    replace = msgspec.structs.replace
    return Catalogue(
        found.source,
        {name: replace(service, name=name) for name, service in found.services.items()},
        {use: replace(facts, use=use, prices=_prices(use, facts, found)) for use, facts in found.models.items()},
    )
