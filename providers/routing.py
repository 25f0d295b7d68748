"""Which of several models takes a call: those that cannot are out, each with its reason; the best of the rest does.

Pure: what is known goes in, the choice and its receipt come out, so that a route can be told, tested and repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.events import Candidate, Prices
from providers.catalogue import ModelFacts, Tier
from providers.pricing import worst_cost

Preference = Literal["cost", "speed", "quality", "privacy"]
Privacy = Literal["public", "private", "local"]
Out = Literal["privacy", "no key", "breaker", "context", "capability", "price"]

# What counts first counts three times what counts second, and so on: the order decides, unless it is close.
WEIGHTS = (27, 9, 3, 1)
FAIR_PRICE = 0.01  # dollars for a call; at this price the score for cost is one half
FAIR_SPEED = 60.0  # tokens a second, likewise
_USUAL_INPUT, _USUAL_OUTPUT = 1000, 500  # tokens, to compare prices by when a call's own size is not known
_TIERS: dict[Tier, int] = {"low": 0, "medium": 1, "high": 2}
_SECRECY: dict[Privacy, float] = {"public": 0.0, "private": 0.5, "local": 1.0}


@dataclass(frozen=True, slots=True)
class Option:
    """A model that may be asked, and how it stands with it just now."""

    model: str  # its name in the scenario
    use: str  # provider/model
    allowed: bool = True  # it may see what it would be shown
    has_key: bool = True  # or needs none
    tripped: bool = False  # its endpoint's breaker is open
    facts: ModelFacts | None = None
    prices: Prices | None = None  # what it costs here; None: nobody knows
    privacy: Privacy = "public"
    reserve: bool = False  # a fallback only: chosen when none of the others can


@dataclass(frozen=True, slots=True)
class Need:
    """What a call asks of a model."""

    prefer: tuple[Preference, ...] = ()
    complexity: Tier | None = None  # the least able model that will do
    input_tokens: int = 0
    output_tokens: int = 0
    tools: bool = False
    data: bool = False
    at_most: float | None = None  # dollars the call may cost at worst; a model without a price is then out


@dataclass(frozen=True, slots=True)
class Routed:
    """A choice and its receipt."""

    chosen: str | None  # the name of the model; None: every one is out
    candidates: tuple[Candidate, ...]  # in the order in which they were given
    fallbacks: tuple[str, ...]  # to try after it, in this order
    policy: str


_NO_NEED = Need()


def choose(options: Sequence[Option], need: Need = _NO_NEED, fallback: Sequence[str] = ()) -> Routed:
    """Choose a model; of equals, the one that stands first.

    A single option was somebody's own choice: how hard the work is does not rule it out.
    """
    if len(options) == 1 and need.complexity is not None:
        need = replace(need, complexity=None)
    candidates: list[Candidate] = []
    best: Option | None = None
    best_score = 0.0
    fit: set[str] = set()
    for option in options:
        out = why_out(option, need)
        if out is not None:
            candidates.append(Candidate(option.model, option.use, 0.0, out))
            continue
        score = _score(option, need)
        candidates.append(Candidate(option.model, option.use, score))
        fit.add(option.model)
        if best is None or (best.reserve, -best_score) > (option.reserve, -score):
            best, best_score = option, score
    chosen = best.model if best is not None else None
    after = tuple(name for name in fallback if name in fit and name != chosen)
    return Routed(chosen, tuple(candidates), after, _policy(options, need))


def why_out(option: Option, need: Need = _NO_NEED) -> Out | None:
    """Why a model cannot take a call; None when it can. The wall comes first: what may not see is not looked at."""
    if not option.allowed:
        return "privacy"
    if not option.has_key:
        return "no key"
    if option.tripped:
        return "breaker"
    facts = option.facts
    if facts is not None:
        if facts.context and need.input_tokens > facts.context:
            return "context"
        if (need.tools and not facts.tools) or (need.data and not facts.data):
            return "capability"
        if need.complexity is not None and _TIERS[facts.tier] < _TIERS[need.complexity]:
            return "capability"
    if need.at_most is None:
        return None
    if option.prices is None or worst_cost(need.input_tokens, need.output_tokens, option.prices) > need.at_most:
        return "price"
    return None


def _score(option: Option, need: Need) -> float:
    """Between 0 and 1, and of one model alone: what else is on offer does not change it."""
    score = total = 0.0
    for weight, preference in zip(WEIGHTS, need.prefer, strict=False):
        total += weight
        score += weight * _merit(option, need, preference)
    return round(score / total, 4) if total else 0.0


def _merit(option: Option, need: Need, preference: Preference) -> float:
    if preference == "privacy":
        return _SECRECY[option.privacy]
    if preference == "cost":
        if option.prices is None:
            return 0.0  # unknown is not cheap
        cost = worst_cost(need.input_tokens or _USUAL_INPUT, need.output_tokens or _USUAL_OUTPUT, option.prices)
        return FAIR_PRICE / (FAIR_PRICE + cost)
    facts = option.facts
    if facts is None:
        return 0.0
    return facts.speed / (facts.speed + FAIR_SPEED) if preference == "speed" else (1 + _TIERS[facts.tier]) / 3


def _policy(options: Sequence[Option], need: Need) -> str:
    if len(options) == 1:
        return "fixed"
    words = "prefer " + ", ".join(need.prefer) if need.prefer else "first that can"
    return f"{words}; complexity {need.complexity}" if need.complexity else words
