"""What a run may cost at the very most, before it begins: by the numbers that are written, and what is assumed beside.

Answers are bounded: how many there are, and how long each may be. What is read is bounded by what stands in the file,
and by answers at their longest wherever one is inserted. The rest is assumed, and said to be.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import msgspec

from app.events import Prices
from app.scenario.bounds import Exchange, Speaking, exchanges_of, tools_of
from app.scenario.charging import tariff_in, use_of
from app.scenario.checking import Checked
from app.scenario.expressions import parse_template, references
from app.scenario.model import ModelChoice
from app.scenario.passages import passages_of_step
from app.scenario.places import Place
from app.scenario.privacy import candidates, class_of, may_see
from providers import tokens
from providers.catalogue import ModelFacts, lookup
from providers.pricing import worst_cost

MOST_OUTPUT = 4096  # tokens of an answer when the file does not say how long it may be
MOST_WITH_THOUGHTS = 16_384  # of one that also has to hold what the model says to itself
ASSUMED = 2000  # tokens of a value that is known only at run time: an input, an item, what a tool found
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")  # as services call it, in params
_FRAME = 300  # tokens of what every agent is told besides


@dataclass(frozen=True, slots=True)
class Priced:
    """One model that may be asked."""

    use: str
    most_output: int
    window: int  # 0: nobody knows
    prices: Prices | None  # None: nobody knows


@dataclass(slots=True)
class Share:
    """What one agent may spend at most."""

    agent: str
    calls: int = 0
    cost_usd: float = 0.0
    dearest: str = ""  # the model by which it is reckoned


@dataclass(frozen=True, slots=True)
class Worst:
    """All of it. Without `cost_usd` nobody can know: a list decides how often somebody is asked."""

    cost_usd: float | None = 0.0
    shares: tuple[Share, ...] = ()
    unpriced: tuple[str, ...] = ()  # models whose price nobody knows, in no figure here
    unknown: tuple[str, ...] = ()  # agents for whom no model is named
    never: tuple[str, ...] = ()  # agents who cannot be asked, since its limit could not be kept: no price is known
    lists: tuple[str, ...] = ()  # steps that are done for each item of a list known only at run time
    limit_usd: float | None = None  # what the scenario lets a run spend
    longest: int = 0  # tokens of an answer, by the models that are reckoned with

    @property
    def at_most(self) -> float | None:
        """What a run can cost, its limit counted; None when nobody can know."""
        computed = None if self.unknown or self.unpriced else self.cost_usd
        return min((usd for usd in (computed, self.limit_usd) if usd is not None), default=None)


@dataclass(slots=True)
class _Reckoning:
    shares: dict[str, Share] = field(default_factory=dict)
    unpriced: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    unbounded: dict[str, None] = field(default_factory=dict)  # agents all of whose models are unpriced
    lists: dict[str, None] = field(default_factory=dict)
    longest: int = 0
    total: float = 0.0


def worst_of(checked: Checked) -> Worst:
    """What performing a checked scenario may cost."""
    found = _Reckoning()
    for exchange in exchanges_of(checked):
        _reckon(exchange, found)
    assert checked.scenario is not None
    limits = checked.scenario.limits
    limit = limits.cost_usd if limits is not None else None
    return Worst(
        None if found.lists else found.total,
        tuple(found.shares.values()),
        tuple(found.unpriced),
        tuple(found.unknown),
        tuple(found.unbounded) if limit is not None else (),
        tuple(found.lists),
        limit,
        found.longest,
    )


def first_call(checked: Checked, usual: Sequence[str] = ()) -> float | None:
    """What has to be there for the first call of a run, at the very least: its longest answer, by the cheapest model.

    Infinite where no price is known, as no budget lets such a call out; None where nobody knows who would speak.
    `usual` are the models of those for whom the file names none.
    """
    costs: list[float] = []
    for exchange in _first_of(checked):
        for speaking in exchange.speakers:
            models = _models(exchange, speaking.agent, usual)
            if not models:
                return None
            costs += [
                math.inf if model.prices is None else worst_cost(0, model.most_output, model.prices) for model in models
            ]
    return min(costs, default=None)


def _first_of(checked: Checked) -> list[Exchange]:
    """Those that wait for no other; what is asked in a scenario that it uses may be among them."""
    needs = checked.orders[""].needs
    placed = [(each, _outermost(each.place)) for each in exchanges_of(checked) if each.place is not None]
    asking = {step for exchange, step in placed if exchange.part is checked}

    def waits(step: str) -> bool:
        return any(need in asking or waits(need) for need in needs[step])

    return [exchange for exchange, step in placed if exchange.part is not checked or not waits(step)]


def _outermost(place: Place) -> str:
    return [place, *place.enclosing()][-1].id


def most_output(choice: ModelChoice | None, facts: ModelFacts | None) -> int:
    """Tokens of the longest answer a model may give."""
    params = choice.params if choice is not None else {}
    for name in _LIMITS:
        if isinstance(written := params.get(name), int) and written > 0:
            return written
    if choice is not None and choice.max_output is not None:
        return int(choice.max_output)
    usual = MOST_WITH_THOUGHTS if facts is not None and facts.thinks else MOST_OUTPUT
    return min(usual, facts.max_output) if facts is not None and facts.max_output else usual


def _reckon(exchange: Exchange, found: _Reckoning) -> None:
    times = exchange.times
    if times is None:  # what one item costs is still worth to know
        found.lists[exchange.place.name if exchange.place is not None else ""] = None
        times = 1
    dearest = 0.0
    for speaking in exchange.speakers:
        share = found.shares.setdefault(speaking.agent, Share(speaking.agent))
        share.calls += times * speaking.calls
        models = _models(exchange, speaking.agent)
        if not models:
            found.unknown[speaking.agent] = None
        elif all(model.prices is None for model in models):
            found.unbounded[speaking.agent] = None
        cost = 0.0
        for model in models:
            if model.prices is None:
                found.unpriced[model.use] = None
                continue
            found.longest = max(found.longest, model.most_output)
            one = _conversation(exchange, speaking, model)
            if one >= cost:
                cost, share.dearest = one, model.use
        share.cost_usd += times * cost
        dearest = max(dearest, cost)
    found.total += times * dearest


def _models(exchange: Exchange, agent: str, usual: Sequence[str] = ()) -> list[Priced]:
    scenario, place = exchange.part.scenario, exchange.place
    assert scenario is not None
    level = exchange.part.privacy_at.get((place.name, agent)) if place is not None else None
    level = level or scenario.privacy or "public"
    found = []
    for name in candidates(scenario, scenario.agents[agent]) or usual:
        if not may_see(class_of(scenario, name), level):
            continue
        choice = scenario.models.get(name)
        use = use_of(scenario, name)
        base_url = choice.base_url if choice is not None else None
        facts, tariff = lookup(use, base_url), tariff_in(scenario, name)
        window = int((choice and choice.context) or (facts.context if facts is not None else 0))
        found.append(Priced(use, most_output(choice, facts), window, tariff and tariff(0, time.time())))
    return found


def _conversation(exchange: Exchange, speaking: Speaking, model: Priced) -> float:
    """Every call reads what was said in those before it, and what tools answered."""
    first = _told(exchange, speaking.agent, model) + speaking.hears * model.most_output
    place = exchange.place
    uses_tools = place is not None and bool(tools_of(exchange.part, place.step, speaking.agent))
    more = model.most_output + (ASSUMED if uses_tools else _FRAME)
    reads = (first + before * more for before in range(speaking.calls))
    bound = model.window or None
    return sum(worst_cost(min(read, bound) if bound else read, model.most_output, model.prices) for read in reads)


def _told(exchange: Exchange, agent: str, model: Priced) -> int:
    """What an agent is told at first: who it is, and the step's own texts with everything that is inserted."""
    part = exchange.part
    assert part.scenario is not None
    entry, member = part.cast.get(agent), part.scenario.agents[agent]
    texts = [member.persona or "", member.instructions if isinstance(member.instructions, str) else ""]
    if entry is not None and entry.card is not None:
        modes = [mode.prompt for mode in entry.card.modes.values()]
        texts += [entry.card.persona, max(modes, key=len, default="")]
    inserted = 0
    if exchange.place is not None:
        for passage in passages_of_step(exchange.place):
            text = passage.text if passage.file is None else _file(part, passage.file)
            texts.append(text)
            inserted += sum(_inserted(part, path, model) for path in _paths(text))
    return _FRAME + int(tokens.MARGIN * sum(map(tokens.of_text, texts))) + inserted


def _paths(text: str) -> list[tuple[Any, ...]]:
    return [reference.path for placed in parse_template(text).placed for reference in references(placed.expression)]


def _inserted(part: Checked, path: tuple[Any, ...], model: Priced) -> int:
    """Tokens of a value that is inserted."""
    if path[0] == "steps":
        return model.most_output
    assert part.scenario is not None
    if path[0] == "inputs" and len(path) > 1 and (given := part.scenario.inputs.get(str(path[1]))) is not None:
        default = tokens.of_text(msgspec.json.encode(given.default).decode()) if given.default is not None else 0
        return max(ASSUMED, int(tokens.MARGIN * default))
    return ASSUMED


def _file(part: Checked, name: str) -> str:
    source = part.sources.get(os.path.normpath(PurePath(part.name).parent / name))
    return source.text if source is not None else ""
