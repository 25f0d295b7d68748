"""Which of several models takes a call: those that cannot are out, each with its reason; the best of the rest does.

Pure: what is known goes in, the choice and its receipt come out, so that a route can be told, tested and repeated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from app.events import Candidate
from app.state.words import money
from providers.catalogue import ModelFacts, Tier

Preference = Literal["cost", "speed", "quality", "privacy"]
Privacy = Literal["public", "private", "local"]
Out = Literal["privacy", "no key", "breaker", "context", "capability", "price"]

# What counts first counts three times what counts second, and so on: the order decides, unless it is close.
WEIGHTS = (27, 9, 3, 1)
FAIR_PRICE = 0.01  # dollars for a call; at this price the score for cost is one half
FAIR_SPEED = 60.0  # tokens a second, likewise
ENOUGH = 5  # calls, before anything is learned from them
LEAST_SUCCESS = 0.25  # what fails counts as dearer and slower, but four times at most: what is preferred decides
_TIERS: dict[Tier, float] = {"low": 0, "medium": 1, "high": 2}
_UNKNOWN_TIER = 0.5  # less than what is known to be medium
_SECRECY: dict[Privacy, int] = {"public": 0, "private": 1, "local": 2}


@dataclass(frozen=True, slots=True)
class Experience:
    """What earlier calls teach of a model; what was long ago counts less."""

    calls: int
    success: float = 1.0  # the share of them in which its endpoint did what it should
    first_ms: float | None = None  # until the first token, in the median
    speed: float | None = None  # tokens a second, in the median


class Option(msgspec.Struct, frozen=True):
    """A model that may be asked, and how it stands with it just now."""

    model: str  # its name in the scenario
    use: str  # provider/model
    privacy: Privacy = "public"  # what it may be shown at most
    why_not: str = ""  # nobody can ask it: a key or a package is missing
    tripped: float = 0.0  # seconds until its endpoint is tried again, after it has failed too often
    failed: tuple[str, str] | None = None  # in this very call: the class of the error, and in words
    facts: ModelFacts | None = None
    window: int = 0  # tokens that it takes in and gives out together; 0: nobody knows
    most_output: int = 0  # tokens of its answer
    usual_usd: float | None = None  # what such a call costs as a rule; None: nobody knows
    worst_usd: float | None = None  # what this call costs at most
    learned: Experience | None = None
    reserve: bool = False  # a fallback only: chosen when none of the others can


class Need(msgspec.Struct, frozen=True):
    """What a call asks of a model."""

    privacy: Privacy = "public"  # who may see it
    prefer: tuple[Preference, ...] = ()
    complexity: Tier | None = None  # the least able model that will do
    input_tokens: int = 0
    tools: bool = False
    data: bool = False
    window_above: int = 0  # tokens that were not enough
    at_most: float | None = None  # dollars the call may cost at worst; a model without a price is then out


class Verdict(NamedTuple):
    """Why a model is out."""

    out: str  # one of Out, or the class of the error with which it has failed
    note: str


class Routed(msgspec.Struct, frozen=True):
    """A choice and its receipt."""

    chosen: str | None  # the name of the model; None: every one is out
    candidates: tuple[Candidate, ...]  # in the order in which they were given
    policy: str
    remark: str = ""  # what the author asked for and does not get


_NO_NEED = Need()


@lru_cache(maxsize=512)
def choose(options: tuple[Option, ...], need: Need = _NO_NEED) -> Routed:
    """Choose a model; of equals, the one that stands first. Rather one that is too dear or too weak than none.

    A single option was somebody's own choice: neither how hard the work is nor its size rules it out. The runs of a
    batch ask the same again and again, so answers are remembered.
    """
    if len(options) == 1:
        need = replace(need, complexity=None, at_most=None, input_tokens=0)
    routed = _choose(options, need)
    if routed.chosen is None and need.at_most is not None:
        need = replace(need, at_most=None)
        routed = _choose(options, need)
    if routed.chosen is None and need.complexity is not None:
        eased = _choose(options, replace(need, complexity=None), ablest=True)
        if eased.chosen is not None:
            policy = f"{routed.policy}: none of them is known for it, the ablest that can was taken"
            remark = (
                f"no model that can take it is known for {need.complexity} complexity; {eased.chosen} is the ablest"
            )
            return replace(eased, policy=policy, remark=remark)
    return routed


def _choose(options: Sequence[Option], need: Need, *, ablest: bool = False) -> Routed:
    candidates: list[Candidate] = []
    fit: list[tuple[Option, float]] = []
    for option in options:
        verdict = why_out(option, need)
        if verdict is not None:
            candidates.append(Candidate(option.model, option.use, 0.0, verdict.out, note=verdict.note))
            continue
        score = _score(option, need)
        told = f"{_praise(option)}, {_work(option)}" if ablest else _praise(option)
        candidates.append(Candidate(option.model, option.use, round(score, 4), note=told))
        fit.append((option, score))
    if not fit:
        return Routed(None, tuple(candidates), _policy(options, need))
    best, _ = max(fit, key=lambda one: (not one[0].reserve, _tier(one[0]) if ablest else 0, one[1], _success(one[0])))
    if not ablest and (why := _why_dearer(best, [option for option, _ in fit], need)):
        candidates = [_with_note(one, why) if one.model == best.model else one for one in candidates]
    return Routed(best.model, tuple(candidates), _policy(options, need))


def why_out(option: Option, need: Need = _NO_NEED) -> Verdict | None:
    """Why a model cannot take a call; None when it can. The wall comes first: what may not see is not looked at."""
    if _SECRECY[option.privacy] < _SECRECY[need.privacy]:
        return Verdict("privacy", f"it is {option.privacy}, and this is {need.privacy}")
    if option.failed is not None:
        return Verdict(*option.failed)
    if option.why_not:
        return Verdict("no key", option.why_not)
    if option.tripped:
        return Verdict("breaker", f"it has failed too often; the next try is in {ceil(option.tripped)} s")
    return _too_small(option, need) or _unable(option, need) or _too_dear(option, need)


def _too_small(option: Option, need: Need) -> Verdict | None:
    if not option.window:
        return None
    if option.window <= need.window_above:
        return Verdict("context", f"its window is {option.window:,} tokens, and {need.window_above:,} were not enough")
    wanted = need.input_tokens + option.most_output
    if need.input_tokens and wanted > option.window:
        return Verdict("context", f"its window is {option.window:,} tokens, this needs about {_rounded(wanted):,}")
    return None


def _unable(option: Option, need: Need) -> Verdict | None:
    facts = option.facts
    if need.tools and facts is not None and not facts.tools:
        return Verdict("capability", "it cannot ask for tools")
    if need.data and facts is not None and not facts.data:
        return Verdict("capability", "it cannot be held to a schema")
    if need.complexity is not None and _tier(option) < _TIERS[need.complexity]:
        if option.facts is None:
            return Verdict("capability", f"nobody knows how hard its work may be, and this is {need.complexity}")
        return Verdict("capability", f"it is for {option.facts.tier} complexity, this is {need.complexity}")
    return None


def _tier(option: Option) -> float:
    return _UNKNOWN_TIER if option.facts is None else _TIERS[option.facts.tier]


def _work(option: Option) -> str:
    """How hard its work may be."""
    return "for nobody knows which complexity" if option.facts is None else f"for {option.facts.tier} complexity"


def _too_dear(option: Option, need: Need) -> Verdict | None:
    if need.at_most is None:
        return None
    if option.worst_usd is None:
        return Verdict("price", f"nobody knows its price, and {money(need.at_most)} are left")
    if option.worst_usd > need.at_most:
        return Verdict("price", f"{money(option.worst_usd)} at most, over the {money(need.at_most)} that are left")
    return None


def _praise(option: Option) -> str:
    """What speaks for a model: its price, its speed, and what was learned."""
    speed, learned = _speed(option), _learned(option)
    told = ["nobody knows its price"]
    if option.worst_usd is not None:
        told = [f"{money(option.worst_usd)} at most" if option.worst_usd else "free"]
    if speed:
        told.append(f"{speed:.0f} tokens/s")
    if learned is not None:
        told.append(f"{learned.success:.0%} of {learned.calls} calls".replace("%", " %"))
    return ", ".join(told)


def _score(option: Option, need: Need) -> float:
    """Between 0 and 1, and of one model alone: what else is on offer does not change it."""
    score = total = 0.0
    for weight, preference in zip(WEIGHTS, need.prefer, strict=False):
        total += weight
        score += weight * _merit(option, preference)
    return score / total if total else 0.0


def _merit(option: Option, preference: Preference) -> float:
    """What fails is asked again: that costs money and time, and changes neither quality nor privacy."""
    tries = 1 / max(LEAST_SUCCESS, _success(option))
    if preference == "privacy":
        return _SECRECY[option.privacy] / 2
    if preference == "cost":  # unknown is not cheap
        return 0.0 if option.usual_usd is None else FAIR_PRICE / (FAIR_PRICE + option.usual_usd * tries)
    if preference == "speed":
        speed = _speed(option) / tries
        return speed / (speed + FAIR_SPEED)
    return 0.0 if option.facts is None else (1 + _TIERS[option.facts.tier]) / 3


def _success(option: Option) -> float:
    learned = _learned(option)
    return learned.success if learned is not None else 1.0


def _with_note(candidate: Candidate, more: str) -> Candidate:
    return Candidate(candidate.model, candidate.use, candidate.score, note=f"{candidate.note}; {more}")


def _why_dearer(best: Option, fit: Sequence[Option], need: Need) -> str:
    """Why the cheapest was not taken where that is what is preferred."""
    known = [option for option in fit if option.usual_usd is not None and option.reserve == best.reserve]
    if need.prefer[:1] != ("cost",) or best.usual_usd is None or not known:
        return ""
    cheapest = min(known, key=lambda option: option.usual_usd or 0.0)
    if best.usual_usd <= (cheapest.usual_usd or 0.0):
        return ""
    if _score(replace(cheapest, learned=None), need) < _score(replace(best, learned=None), need):
        return f"dearer than {cheapest.model}, and better by what is preferred next"
    return f"dearer than {cheapest.model}, which has to be asked again more often"


def asked_for(policy: str) -> Need | None:
    """What a receipt says was preferred, and how hard the work was; none of one that was not chosen by any of it."""
    words = policy.partition(":")[0]
    if words == "fixed":
        return _NO_NEED
    wanted, _, complexity = words.partition("; complexity ")
    prefer = tuple(wanted.removeprefix("prefer ").split(", ")) if wanted.startswith("prefer ") else ()
    if wanted != "first that can" and not prefer:
        return None
    try:
        return msgspec.convert({"prefer": prefer, "complexity": complexity or None}, Need)
    except msgspec.ValidationError:
        return None


def learned_of(note: str) -> Experience | None:
    """What a receipt says had been learned of a model, as far as it is told there."""
    told = re.search(r", (\d+) % of (\d+) calls", note) if "%" in note else None
    if told is None:
        return None
    speed = re.search(r"(\d+) tokens/s", note)
    return Experience(int(told[2]), int(told[1]) / 100, speed=float(speed[1]) if speed is not None else None)


def _learned(option: Option) -> Experience | None:
    """What can be relied on of what was learned."""
    return option.learned if option.learned is not None and option.learned.calls >= ENOUGH else None


def _speed(option: Option) -> float:
    """As it was, else as the catalogue says; 0 when nobody knows."""
    learned = _learned(option)
    if learned is not None and learned.speed is not None:
        return learned.speed
    return option.facts.speed if option.facts is not None else 0.0


def _rounded(tokens: int) -> int:
    """An estimate is told as one: two digits."""
    return round(tokens, 2 - len(str(tokens)))


def _policy(options: Sequence[Option], need: Need) -> str:
    if len(options) == 1:
        return "fixed"
    words = "prefer " + ", ".join(need.prefer) if need.prefer else "first that can"
    return f"{words}; complexity {need.complexity}" if need.complexity else words
