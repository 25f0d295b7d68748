"""What one call used and what that costs: as its provider tells, else by our own count, and how far it can be trusted.

A provider that tells nothing, or what cannot be true, is not believed; one that is far off is, since that is what will
be paid, but our own count stands beside it. An answer that broke off is charged for what had come of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.engine.streaming import Broken, Heard
from app.events import Basis, CallStarted, Hold, Prices, Usage
from app.scenario import Checked
from app.scenario.model import ModelChoice
from app.scenario.privacy import candidates
from app.state.spending import OWN_MACHINE
from providers import price_list, tokens
from providers.addresses import address_of
from providers.catalogue import service_of
from providers.pricing import Tariff, basis_of, cost_of, is_in_doubt, tariff_of, worst_cost, written_prices

if TYPE_CHECKING:
    from app.engine.calls import Asked
    from app.engine.models import Model

_FEW = 64  # tokens that say nothing: what a service adds of its own, and what is too short to be counted well
_FOR_TOOLS = 1000  # tokens that a service may add to explain how tools are asked for
_FAR = 1.2 * tokens.MARGIN  # times our own count: a fifth, beyond what that itself may be wrong by
_MOST = 2_000_000  # tokens of any context window, where nobody knows it
_MICROSECONDS = 1_000_000


class Bill(msgspec.Struct, frozen=True):
    """What a call came to."""

    usage: Usage
    cost_usd: float
    prices: Prices | None
    basis: Basis
    counted: Usage | None = None  # by our own count, where the provider's is hard to believe


UNHEARD = Bill(Usage(), 0.0, None, "rehearsed")  # of a call that was cut off, and had reached nobody


def hold_for(model: Model, asked: Asked, at: float) -> Hold:
    """What a call may cost at worst."""
    return hold_of(model, read_at_worst(asked), at)


def hold_of(model: Model, read: int, at: float) -> Hold:
    """The same for a call of which it is known how much is read at worst."""
    prices = model.tariff and model.tariff(read, at)
    return Hold(
        cost_usd=round(worst_cost(read, model.most_output, prices), 9),
        tokens=read + model.most_output,
        unpriced=prices is None,
    )


def read_at_worst(asked: Asked) -> int:
    """The tokens that a request is read as at worst: the same for every model."""
    return tokens.at_worst(asked.tokens) + _echoed(asked)


def bill_of(model: Model, heard: Heard | Broken, asked: Asked, started: CallStarted) -> Bill:
    """What a call that has ended came to, however it did."""
    answer = heard.heard if isinstance(heard, Broken) else heard
    if not answer.is_read:
        return Bill(Usage(), 0.0, None, "rehearsed" if model.rehearsed else "estimated")  # refused: nothing to pay for
    counted = _counted(answer, asked)
    told = answer.usage if answer.usage is not None and _can_be_true(answer.usage, model) else None
    usage = counted if told is None else _completed(told, counted, answer)
    prices = model.tariff and model.tariff(usage.total - usage.output, started.at / _MICROSECONDS)
    if answer.remote and prices is not None and prices.source == OWN_MACHINE:
        prices = None  # a server here handed it on, and nobody knows at which price
    basis = basis_of(prices, told=answer.is_complete and usage == told, rehearsed=model.rehearsed)
    doubted = not model.rehearsed and answer.usage is not None and not _is_near(answer.usage, counted, asked)
    return Bill(usage, round(cost_of(usage, prices), 9), prices, basis, counted if doubted else None)


def tariff_for(use: str, choice: ModelChoice | None, *, live: bool) -> Tariff | None:
    """What a model costs where a scenario has it served; None where nobody knows."""
    price = choice.price if choice is not None else None
    written = None
    if price is not None:
        written = written_prices(price.input, price.output, price.cache_read, price.cache_write)
    return tariff_of(use, _address(use, choice, live=live), written, today=live)


async def prices_ready(checked: Checked, *, live: bool) -> None:
    """Load today's prices if a run may need them: beside the event loop, and before any call waits for them."""
    if _needs_list(checked, live=live):
        await price_list.load()


def _needs_list(checked: Checked, *, live: bool) -> bool:
    scenario = checked.scenario
    assert scenario is not None
    names = [*scenario.models, *(name for agent in scenario.agents.values() for name in candidates(scenario, agent))]
    for name in dict.fromkeys(names):
        choice = scenario.models.get(name)
        use = choice.use if choice is not None else name
        if (choice is None or choice.price is None) and is_in_doubt(use, _address(use, choice, live=live), today=live):
            return True
    return any(_needs_list(used, live=live) for used in checked.used.values())


def _address(use: str, choice: ModelChoice | None, *, live: bool) -> str | None:
    """Where it is served; what this machine's environment says of that changes no rehearsal."""
    if choice is not None and choice.base_url is not None:
        return choice.base_url
    service = service_of(use)
    return address_of(service) if live and service is not None else None


def _counted(answer: Heard, asked: Asked) -> Usage:
    said = tokens.of_text(answer.text) + sum(tokens.of_text(one.arguments) for one in answer.tool_calls)
    thought = tokens.of_text(answer.thought)
    return Usage(input=asked.tokens, output=said + thought, reasoning=thought)


def _completed(told: Usage, counted: Usage, answer: Heard) -> Usage:
    """What was told, and by our own count what it leaves out: what was plainly read, and what was said since."""
    usage = told
    if told.total == told.output:
        usage = replace(usage, input=counted.input)
    if told.output < counted.output and (told.output == 0 or not answer.is_complete):
        usage = replace(usage, output=counted.output, reasoning=counted.reasoning)
    return usage


def _can_be_true(told: Usage, model: Model) -> bool:
    """Some servers report less than nothing, or more than any model can take in."""
    window = (model.facts.context if model.facts is not None else 0) or _MOST
    buckets = (told.input, told.cache_read, told.cache_write, told.output)
    return min(buckets) >= 0 and max(buckets) <= 2 * max(window, model.most_output)


def _is_near(told: Usage, counted: Usage, asked: Asked) -> bool:
    """Is what a provider tells about as much as we count ourselves?"""
    unseen = _echoed(asked) + (_FOR_TOOLS if asked.offers else 0)
    return _is_about(told.total - told.output, counted.input, unseen) and _is_about(
        told.output - told.reasoning, counted.output - counted.reasoning, 0
    )


def _is_about(told: int, counted: int, unseen: int) -> bool:
    return counted / _FAR - _FEW <= told <= counted * _FAR + _FEW + unseen


def _echoed(asked: Asked) -> int:
    """Tokens at most of what providers are sent back as it was: what a model thought before it asked for a tool."""
    return sum(len(json.dumps(one.echo)) // 2 for one in asked.messages if one.echo is not None)
