"""`footlights models`: all services and all models that are known by name, in two tables."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.tables import Cell, Giving, table
from providers.catalogue import ModelFacts, Service, built_in, known_models, services
from providers.readiness import Readiness, readiness_of

_SERVICES = ("service", "", "key", "address", "may see")
_MODELS = ("model", "tier", "context", "$ in", "$ out", "tok/s", "can")
_WHOLE_KEY = 24  # cells


def write_list(args: argparse.Namespace) -> int:
    """Everything, without asking anybody; with --installed first what Ollama has."""
    standing = {name: readiness_of(service) for name, service in services().items()}
    facts = [one for one in known_models() if not one.use.startswith("rehearsal/")]
    installed = None
    if args.installed:
        from app.cli.catalogue.pulling import ask_ollama, installed_lines

        installed = ask_ollama(args)
        standing["ollama"] = replace(standing["ollama"], is_certain=True)
    if args.json:
        listed = [service_as_data(services()[name], ready) for name, ready in standing.items()]
        told: dict[str, Any] = {"services": listed, "models": [model_as_data(one, standing) for one in facts]}
        sys.stdout.write(as_json(told | ({} if installed is None else {"installed": installed}), indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    lines = [] if installed is None else [*installed_lines(installed, ink), ""]
    lines += [*_services(standing, ink), "", *models_table(facts, standing, ink), ""]
    lines += [f"prices by the {built_in().source}; footlights models NAME tells what a live run pays, and more"]
    lines += [_count(standing)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def write_several(args: argparse.Namespace, facts: list[ModelFacts]) -> int:
    """The models that a part of a name may mean."""
    names = dict.fromkeys(one.use.partition("/")[0] for one in facts)
    standing = {name: readiness_of(services()[name]) for name in names}
    if args.json:
        sys.stdout.write(as_json({"models": [model_as_data(one, standing) for one in facts]}, indent=2))
        return 0
    sys.stdout.write("\n".join(models_table(facts, standing, Ink.for_stream(sys.stdout))) + "\n")
    return 0


def _services(standing: dict[str, Readiness], ink: Ink) -> list[str]:
    rows = []
    for name, one in standing.items():
        mark = Cell(one.standing, "good" if one.standing == "ready" else "dim")
        key = Cell(one.key.removesuffix(" in the environment")) if one.is_ready else Cell(_lacks(one), "dim")
        rows.append([Cell(name, "bold" if one.is_ready else ""), mark, key, Cell(_host(one)), Cell(one.privacy)])
    return table(_SERVICES, rows, ink, yielding=Giving(column=2, leaving=(3, 4), least=_WHOLE_KEY))


def models_table(facts: list[ModelFacts], standing: dict[str, Readiness], ink: Ink) -> list[str]:
    """One line a model, with the catalogue's prices."""
    rows = []
    for one in facts:
        ready = standing[one.use.partition("/")[0]].is_ready
        prices = one.prices
        rows.append(
            [
                Cell(one.use, "bold" if ready else ""),
                Cell(one.tier),
                Cell(_window(one.context) if one.context else "?", "", True),
                Cell("?" if prices is None else dollars(prices.input), "", True),
                Cell("?" if prices is None else dollars(prices.output), "", True),
                Cell(f"{one.speed:g}" if one.speed else "?", "", True),
                Cell(", ".join(abilities(one))),
            ]
        )
    return table(_MODELS, rows, ink, yielding=Giving(column=0, leaving=(6, 5, 2, 1)))


def abilities(facts: ModelFacts) -> list[str]:
    """What it can do, by name."""
    named = {"tools": facts.tools, "data": facts.data, "thinks": facts.thinks}
    return [name for name, can in named.items() if can]


def dollars(usd: float) -> str:
    """A price, with as many places as it needs."""
    return f"{usd:.2f}" if usd >= 0.1 or usd == 0 else f"{usd:.3g}"


def _lacks(standing: Readiness) -> str:
    """What is missing, in few words."""
    name, is_unset, _ = standing.why.partition(" is not set")
    return f"needs {name.partition(' or ')[0]}" if is_unset else standing.why


def _window(count: int) -> str:
    return f"{count / 1_000_000:.3g}M" if count >= 999_500 else f"{count / 1000:.3g}k"


def _count(standing: dict[str, Readiness]) -> str:
    ways = Counter(one.standing for one in standing.values())
    not_asked = f", {ways['not asked']} not asked" if ways["not asked"] else ""
    return f"{ways['ready']} of {len(standing)} services ready{not_asked}"


def _host(standing: Readiness) -> str:
    return urlsplit(standing.address).netloc.rpartition("@")[2] or "-"


def service_as_data(service: Service, standing: Readiness) -> dict[str, Any]:
    """A service, for programs."""
    return {
        "name": service.name,
        "title": service.title,
        "ready": standing.is_ready,
        "standing": standing.standing,
        "why": standing.why,
        "hint": standing.hint,
        "key": standing.key,
        "address": standing.address,
        "privacy": standing.privacy,
        "adapter": service.adapter,
        "requests": service.requests,
        "tokens": service.tokens,
    }


def model_as_data(facts: ModelFacts, standing: dict[str, Readiness]) -> dict[str, Any]:
    """A model, for programs."""
    told: dict[str, Any] = msgspec.to_builtins(facts)
    return {"use": facts.use, "ready": standing[facts.use.partition("/")[0]].is_ready} | told
