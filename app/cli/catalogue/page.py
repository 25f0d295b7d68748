"""`footlights models NAME`: a service, or a model, with everything that is known of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import get_args

import msgspec

from app.cli.catalogue.listing import (
    abilities,
    dollars,
    model_as_data,
    models_table,
    service_as_data,
    write_several,
)
from app.cli.catalogue.names import one_model, unknown
from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.workspaces import database_of
from app.events import Prices
from app.safety import clean
from app.state.words import plural, took
from providers.catalogue import ModelFacts, Service, known_models, lookup, services
from providers.naming import meant_by, probably_meant
from providers.pricing import live_prices
from providers.readiness import Readiness, readiness_of, unheeded
from providers.routing import Experience
from providers.wires.capabilities import Ability, capabilities_of

_WIDEST = 14


def write_one(args: argparse.Namespace, name: str) -> int:
    """A service, or a model; of a name that several models have, those in a table."""
    if "/" not in name and name not in services():
        found = meant_by(name)
        if len(found) > 1:
            return write_several(args, [one for one in known_models() if one.use in found])
        name = one_model(name)
    service = services().get(name.partition("/")[0])
    if service is None:
        raise unknown(name)
    standing = readiness_of(service, args.base_url)
    return _write_service(args, service, standing) if name == service.name else _write_model(args, name, standing)


def _write_service(args: argparse.Namespace, service: Service, standing: Readiness) -> int:
    mine = [one for one in known_models() if one.use.partition("/")[0] == service.name]
    if args.json:
        models = [model_as_data(one, {service.name: standing}) for one in mine]
        sys.stdout.write(as_json(service_as_data(service, standing) | {"models": models}, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    models_known = models_table(mine, {service.name: standing}, ink) if mine else ["no model of it is known by name"]
    return _write([*_portrait(service, standing, ink), "", *models_known], ink)


def _write_model(args: argparse.Namespace, name: str, standing: Readiness) -> int:
    service = services()[name.partition("/")[0]]
    facts, prices = lookup(name, args.base_url), live_prices(name, args.base_url)
    learned = _learned(standing.address, name.partition("/")[2])
    from app.journal.experience import experience_of, served

    past = experience_of(database_of(args)).get(served(name, args.base_url))
    if args.json:
        told = msgspec.structs.replace(facts or ModelFacts(), use=name, prices=prices)
        about = model_as_data(told, {service.name: standing})
        sys.stdout.write(
            as_json(about | {"known": facts is not None, "refuses": learned, "past": past and asdict(past)}, indent=2)
        )
        return 0
    ink = Ink.for_stream(sys.stdout)
    lines = [
        ink.paint(clean(name), "bold"),
        *_facts(facts, probably_meant(name, args.base_url)),
        *_charged(prices),
        *_pairs({"of late": _experience(past) if past is not None and past.calls else ""}),
        *_pairs({"refuses": f"{', '.join(learned)}; learned, and asked again after a month" if learned else ""}),
        "",
        *_portrait(service, standing, ink),
        "",
        ink.paint("in a scenario", "bold"),
        f"  models: {{smart: {{use: {clean(name)}}}}}",
    ]
    return _write(lines, ink)


def _write(lines: list[str], ink: Ink) -> int:
    sys.stdout.write("\n".join(map(ink.glyphs, lines)) + "\n")
    return 0


def _portrait(service: Service, standing: Readiness, ink: Ink) -> Iterator[str]:
    """A service, line by line."""
    yield ink.paint(clean(f"{service.title or service.name}"), "bold")
    told = {
        "standing": _stands(standing),
        "what to do": standing.hint,
        "key": standing.key or ("" if standing.why else " or ".join(service.keys)),
        "address": standing.address or "a scenario says it, as base_url",
        "not heeded": unheeded(service),
        "may see": _SEES[standing.privacy],
        "adapter": service.adapter,
        "takes": _rates(service),
    }
    yield from _pairs(told)


def _facts(facts: ModelFacts | None, near: str | None) -> Iterator[str]:
    if facts is None:
        yield "  nothing is known of it by this name; it can be used all the same"
        yield from _pairs({"perhaps": f"did you mean {near}?" if near is not None else ""})
        return
    yield from _pairs(
        {
            "work": f"{facts.tier}: how hard it may be",
            "context": f"{facts.context:,} tokens" if facts.context else "not known",
            "answers": f"at most {facts.max_output:,} tokens" if facts.max_output else "",
            "speed": f"about {facts.speed:g} tokens a second" if facts.speed else "",
            "can": ", ".join(abilities(facts)),
        }
    )


def _charged(prices: Prices | None) -> Iterator[str]:
    """What a live run pays."""
    if prices is None:
        yield from _pairs({"costs": "nobody knows"})
        return
    yield from _pairs(
        {
            "input": f"${dollars(prices.input)} for a million tokens",
            "output": f"${dollars(prices.output)}",
            "from cache": f"${dollars(prices.cache_read)}",
            "into cache": f"${dollars(prices.cache_write)}",
            "prices by": prices.source,
        }
    )


def _pairs(told: dict[str, str]) -> Iterator[str]:
    yield from (f"  {name:<{_WIDEST}}{clean(text)}" for name, text in told.items() if text)


def _learned(address: str, model: str) -> list[str]:
    known = capabilities_of(address, model)
    return [ability for ability in get_args(Ability) if not known.can(ability)]


def _experience(past: Experience) -> str:
    """How its last calls went."""
    told = [plural(past.calls, "call"), f"{past.success:.0%} answered"]
    told += [f"first token after {took(past.first_ms)}"] if past.first_ms is not None else []
    return ", ".join(told + ([f"{past.speed:.0f} tokens a second"] if past.speed is not None else []))


def _rates(service: Service) -> str:
    told = ((service.requests, "requests"), (service.tokens, "tokens"))
    return ", ".join(f"{count:,.0f} {what} a minute" for count, what in told if count)


def _stands(standing: Readiness) -> str:
    told = {"ready": "ready", "not asked": "configured, not asked", "not ready": f"not ready: {standing.why}"}
    return told[standing.standing]


_SEES = {
    "public": "what is public: it leaves this machine",
    "private": "what is public or private",
    "local": "everything: nothing leaves this machine",
}
