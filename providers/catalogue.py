"""What is known of the usual models without asking anybody: price, context, longest answer, speed and ability.

The list is short on purpose and in a file beside this one: it is read when the first model is looked up, in well under
two milliseconds. Prices and context windows are those of genai-prices 0.2.3, base rates without surcharges for very
long prompts; speed, tier and longest answer are our own judgement, good enough to route by. genai-prices itself knows
every model and costs 360 ms to import, so it will be asked for the models that are missing here, beside the first call.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from app.events import Prices

Tier = Literal["low", "medium", "high"]

_FREE = Prices(source="runs on your own machine")
_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# What may follow a name without making it another model: a date, "latest", "preview", the size of a local one.
_VARIANT = re.compile(r"(?:-(?:latest|preview|exp|\d{3,8}|\d{4}-\d\d-\d\d|\d\d-\d{4}|\d\d-\d\d)|@[\w.-]+|:[\w.-]+)+")


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One model."""

    use: str  # provider/model
    tier: Tier = "medium"  # how hard the work may be
    context: int = 0  # tokens; 0: nobody knows
    max_output: int = 0  # tokens; 0: nobody knows
    speed: float = 0.0  # tokens a second; 0: nobody knows
    prices: Prices | None = None
    tools: bool = True
    data: bool = True  # can be held to a JSON Schema


class _Catalogue(msgspec.Struct, frozen=True):
    source: str
    models: list[ModelFacts]


def lookup(use: str, base_url: str | None = None) -> ModelFacts | None:
    """Find a model by provider/model; None when nothing is known of it. On this machine it is known to be free."""
    facts = _find(use)
    if use.startswith("ollama/") or (base_url is not None and is_loopback(base_url)):
        return msgspec.structs.replace(facts or ModelFacts(use=use, tier="low"), use=use, prices=_FREE)
    if base_url is not None and use.startswith("openai-compatible/"):
        return None  # a namesake served by a stranger has the stranger's price
    return facts


def is_loopback(base_url: str) -> bool:
    """Is this the address of a server on this machine?"""
    try:
        return urlsplit(base_url).hostname in _ON_THIS_MACHINE
    except ValueError:
        return False


def known_models() -> tuple[ModelFacts, ...]:
    """All of the catalogue."""
    return tuple(_models().values())


def _find(use: str) -> ModelFacts | None:
    models = _models()
    provider, _, model = use.strip().lower().partition("/")
    if provider == "rehearsal":
        return models["rehearsal/understudy"]  # whatever it is called there, the same one answers
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


@cache
def _models() -> dict[str, ModelFacts]:
    file = Path(__file__).with_name("catalogue.json")
    catalogue = msgspec.json.decode(file.read_bytes(), type=_Catalogue)
    return {
        facts.use: msgspec.structs.replace(
            facts, prices=facts.prices and msgspec.structs.replace(facts.prices, source=catalogue.source)
        )
        for facts in catalogue.models
    }
