"""The pages of `footlights models`: all services and models in two tables, and one of either, whole."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from app.cli.ink import Ink
from app.cli.said import clean
from app.cli.tables import Cell, Giving, table
from app.cli.workspaces import database_of
from app.errors import NotFound
from app.state.words import plural, took
from providers.catalogue import ModelFacts, Service, known_models, lookup, services
from providers.readiness import Readiness, readiness_of
from providers.routing import Experience
from providers.wires.capabilities import Ability, capabilities_of

_SERVICES = ("service", "", "key", "address", "may see")
_MODELS = ("model", "tier", "context", "$ in", "$ out", "tok/s", "can")
_WIDEST = 14


def write_list(args: argparse.Namespace) -> int:
    """Everything, without asking anybody; with --installed also what Ollama has."""
    standing = {name: readiness_of(service) for name, service in services().items()}
    facts = [one for one in known_models() if not one.use.startswith("rehearsal/")]
    installed = None
    if args.installed:
        from app.cli.model_pull import ask_ollama, installed_lines

        installed = ask_ollama(args)
    if args.json:
        listed = [_service_as_data(services()[name], ready) for name, ready in standing.items()]
        told: dict[str, Any] = {"services": listed, "models": [_model_as_data(one, standing) for one in facts]}
        _print_json(told | ({} if installed is None else {"installed": installed}))
        return 0
    ink = Ink.for_stream(sys.stdout)
    lines = [*_services(standing, ink), "", *_models(facts, standing, ink)]
    if installed is not None:
        lines += ["", *installed_lines(installed, ink)]
    ready = sum(one.is_ready for one in standing.values())
    lines += ["", f"{ready} of {len(standing)} services ready; footlights models NAME tells more"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def write_one(args: argparse.Namespace, name: str) -> int:
    """A service, or a model, with everything that is known of it."""
    service = services().get(name.partition("/")[0])
    if service is None or (name == service.name and "/" in name):
        raise NotFound(f'there is no service "{clean(name.partition("/")[0])}"', _nearest(name))
    standing = readiness_of(service)
    if name == service.name:
        mine = [one for one in known_models() if one.use.partition("/")[0] == name]
        if args.json:
            models = [_model_as_data(one, {name: standing}) for one in mine]
            _print_json(_service_as_data(service, standing) | {"models": models})
            return 0
        ink = Ink.for_stream(sys.stdout)
        lines = list(_portrait(service, standing, ink))
        lines += ["", *_models(mine, {name: standing}, ink)] if mine else ["", "no model of it is known by name"]
    else:
        facts, address = lookup(name, args.base_url), args.base_url or standing.address
        learned = _learned(address, name.partition("/")[2])
        from app.journal.experience import experience_of

        past = experience_of(database_of(args)).get(name)
        if args.json:
            about = _model_as_data(facts or ModelFacts(use=name), {service.name: standing})
            _print_json(about | {"known": facts is not None, "refuses": learned, "past": past and asdict(past)})
            return 0
        ink = Ink.for_stream(sys.stdout)
        lines = [
            ink.paint(clean(name), "bold"),
            *_facts(facts, learned, past),
            "",
            *_portrait(service, standing, ink),
            "",
        ]
        lines += [ink.paint("in a scenario", "bold"), f"  models: {{smart: {{use: {clean(name)}}}}}"]
    sys.stdout.write("\n".join(map(ink.glyphs, lines)) + "\n")
    return 0


def _services(standing: dict[str, Readiness], ink: Ink) -> list[str]:
    rows = []
    for name, one in standing.items():
        mark = Cell("ready", "good") if one.is_ready else Cell("not ready", "dim")
        key = Cell(one.key) if one.is_ready else Cell(_lacks(one), "dim")
        rows.append([Cell(name, "bold" if one.is_ready else ""), mark, key, Cell(_host(one)), Cell(one.privacy)])
    return table(_SERVICES, rows, ink, yielding=Giving(column=2, leaving=(3, 4)))


def _models(facts: list[ModelFacts], standing: dict[str, Readiness], ink: Ink) -> list[str]:
    rows = []
    for one in facts:
        ready = standing[one.use.partition("/")[0]].is_ready
        prices = one.prices
        rows.append(
            [
                Cell(one.use, "bold" if ready else ""),
                Cell(one.tier),
                Cell(_window(one.context) if one.context else "?", "", True),
                Cell("?" if prices is None else _price(prices.input), "", True),
                Cell("?" if prices is None else _price(prices.output), "", True),
                Cell(f"{one.speed:g}" if one.speed else "?", "", True),
                Cell(", ".join(_abilities(one))),
            ]
        )
    return table(_MODELS, rows, ink, yielding=Giving(column=0, leaving=(6, 5, 2, 1)))


def _portrait(service: Service, standing: Readiness, ink: Ink) -> Iterator[str]:
    """A service, line by line."""
    yield ink.paint(clean(f"{service.title or service.name}"), "bold")
    told = {
        "standing": "ready" if standing.is_ready else f"not ready: {standing.why}",
        "what to do": standing.hint,
        "key": standing.key or f"{' or '.join(service.keys)}, which is not set",
        "address": standing.address or "a scenario says it, as base_url",
        "may see": _SEES[standing.privacy],
        "adapter": service.adapter,
        "takes": _rates(service),
    }
    yield from _pairs(told)


def _facts(facts: ModelFacts | None, learned: list[str], past: Experience | None) -> Iterator[str]:
    if facts is None:
        yield "  nothing is known of it by this name: it can be used, and what it costs is not known"
    else:
        prices = facts.prices
        yield from _pairs(
            {
                "work": f"{facts.tier}: how hard it may be",
                "context": f"{facts.context:,} tokens" if facts.context else "not known",
                "answers": f"at most {facts.max_output:,} tokens" if facts.max_output else "",
                "speed": f"about {facts.speed:g} tokens a second" if facts.speed else "",
                "can": ", ".join(_abilities(facts)),
                "input": "not known" if prices is None else f"${_price(prices.input)} for a million tokens",
                "output": "" if prices is None else f"${_price(prices.output)}",
                "from cache": "" if prices is None else f"${_price(prices.cache_read)}",
                "into cache": "" if prices is None else f"${_price(prices.cache_write)}",
                "prices by": "" if prices is None else prices.source,
            }
        )
    if past is not None and past.calls:
        yield from _pairs({"of late": _experience(past)})
    if learned:
        yield from _pairs({"refuses": f"{', '.join(learned)}; learned, and asked again after a month"})


def _pairs(told: dict[str, str]) -> Iterator[str]:
    yield from (f"  {name:<{_WIDEST}}{clean(text)}" for name, text in told.items() if text)


def _abilities(facts: ModelFacts) -> list[str]:
    named = {"tools": facts.tools, "data": facts.data, "thinks": facts.thinks}
    return [name for name, can in named.items() if can]


def _learned(address: str, model: str) -> list[str]:
    known = capabilities_of(address, model)
    return [ability for ability in get_args(Ability) if not known.can(ability)]


def _price(usd: float) -> str:
    return f"{usd:.2f}" if usd >= 0.1 or usd == 0 else f"{usd:.3g}"


def _lacks(standing: Readiness) -> str:
    """What is missing, in few words."""
    name, is_unset, _ = standing.why.partition(" is not set")
    return f"needs {name}" if is_unset else standing.why


def _window(count: int) -> str:
    return f"{count / 1_000_000:.3g}M" if count >= 999_500 else f"{count / 1000:.3g}k"


def _experience(past: Experience) -> str:
    """How its last calls went."""
    told = [plural(past.calls, "call"), f"{past.success:.0%} answered"]
    told += [f"first token after {took(past.first_ms)}"] if past.first_ms is not None else []
    return ", ".join(told + ([f"{past.speed:.0f} tokens a second"] if past.speed is not None else []))


def _rates(service: Service) -> str:
    told = ((service.requests, "requests"), (service.tokens, "tokens"))
    return ", ".join(f"{count:,.0f} {what} a minute" for count, what in told if count)


def _host(standing: Readiness) -> str:
    return urlsplit(standing.address).netloc.rpartition("@")[2] or "-"


def _nearest(name: str) -> str:
    from app.document.suggest import did_you_mean

    uses = [one.use for one in known_models()]
    return did_you_mean(name, [*services(), *uses, *(use.partition("/")[2] for use in uses)])


def _service_as_data(service: Service, standing: Readiness) -> dict[str, Any]:
    return {
        "name": service.name,
        "title": service.title,
        "ready": standing.is_ready,
        "why": standing.why,
        "hint": standing.hint,
        "key": standing.key,
        "address": standing.address,
        "privacy": standing.privacy,
        "adapter": service.adapter,
        "requests": service.requests,
        "tokens": service.tokens,
    }


def _model_as_data(facts: ModelFacts, standing: dict[str, Readiness]) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(facts)
    return {"use": facts.use, "ready": standing[facts.use.partition("/")[0]].is_ready} | told


def _print_json(data: object) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


_SEES = {
    "public": "what is public: it leaves this machine",
    "private": "what is public or private",
    "local": "everything: nothing leaves this machine",
}
