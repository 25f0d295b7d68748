"""A call as it stood when its model was chosen, made again of its receipt and of the scenario it belongs to.

What nobody kept cannot be made again: the dollars that were left are known only to have been enough for the model that
was taken. So each case is tried first: only one that leads to the model that was taken in fact is asked anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, get_args

from msgspec.structs import replace

from app.batch.whatif.attempts import Attempt
from app.batch.whatif.plays import Known, Setting
from app.engine.models import USUAL_OUTPUT
from app.events import CallRouted, Candidate
from app.scenario.privacy import class_of, may_see
from providers.catalogue import Privacy, lookup
from providers.pricing import Tariff, worst_cost
from providers.routing import Need, Option, Out, Verdict, asked_for, choose, learned_of, why_out

PriceOf = Callable[[Known], Tariff | None]  # whether it is as it was, or under other terms

FALLBACK = "fallback"  # the policy of a call after its first model has failed
_FACTS = frozenset({"privacy", "context", "capability", "price"})  # why a model is out, found again; all else is kept
_OUTS = frozenset(get_args(Out))  # anything else is how a model has failed


class Case(NamedTuple):
    """Everything that decides who takes a call."""

    options: tuple[Option, ...]
    need: Need


def case_of(attempt: Attempt, first: CallRouted, setting: Setting, price_of: PriceOf) -> Case | None:
    """The case of an attempt; none where its receipt does not say what was asked for.

    One that was made after another model had failed has a receipt of its own, and what was preferred on the `first`.
    """
    wanted = asked_for(first.policy)
    looked_at = attempt.routed.candidates if attempt.routed is not None else ()
    if wanted is None or not looked_at:
        return None
    need = replace(
        wanted,
        privacy=setting.privacy,
        input_tokens=attempt.read or _read_at_worst(attempt, setting),
        tools=bool(attempt.started.tools),
        data=attempt.started.shape is not None,
        at_most=attempt.started.hold.cost_usd if any(one.out == "price" for one in looked_at) else None,
    )
    options = tuple(_option(candidate, attempt, setting, price_of) for candidate in looked_at)
    return Case(options, need)


def comes_out_again(case: Case, routed: CallRouted) -> bool:
    """Does it lead to the model that was taken, and for no other reason?"""
    if routed.policy == FALLBACK:
        return any(option.model == routed.model and why_out(option) is None for option in case.options)
    return choose(*case).chosen == routed.model


def why_not_alone(use: str, attempt: Attempt, setting: Setting | None) -> Verdict | None:
    """Why a model that somebody names could not have taken a call; where it stood is needed for a private one alone."""
    facts = lookup(use)
    option = Option(
        use,
        use,
        "public" if setting is None else class_of(setting.scenario, use),
        facts=facts,
        window=facts.context if facts is not None else 0,
        most_output=attempt.ended.usage.output,
    )
    need = Need(
        privacy="public" if setting is None else setting.privacy,
        input_tokens=attempt.read,
        tools=bool(attempt.started.tools),
        data=attempt.started.shape is not None,
    )
    return why_out(option, need)


def _option(candidate: Candidate, attempt: Attempt, setting: Setting, price_of: PriceOf) -> Option:
    known = setting.known(candidate.model, candidate.use)
    worst = _read_at_worst(attempt, setting)
    reads = attempt.read or worst
    tariff = price_of(known)
    happened = candidate.out if candidate.out not in _FACTS else ""
    return Option(
        candidate.model,
        candidate.use,
        _privacy(candidate, known, setting),
        why_not=candidate.note if happened == "no key" else "",
        tripped=1.0 if happened == "breaker" else 0.0,
        failed=(happened, candidate.note) if happened and happened not in _OUTS else None,
        facts=known.facts,
        window=known.window,
        most_output=known.longest,
        usual_usd=None if tariff is None else worst_cost(reads, USUAL_OUTPUT, tariff(reads, attempt.at)),
        worst_usd=None if tariff is None else round(worst_cost(worst, known.longest, tariff(worst, attempt.at)), 9),
        learned=learned_of(candidate.note),
        reserve=candidate.model in setting.reserve,
    )


def _privacy(candidate: Candidate, known: Known, setting: Setting) -> Privacy:
    """What a model may be shown; one that turned out to be served elsewhere than it was written is behind the wall."""
    was_out = candidate.out == "privacy" and may_see(known.privacy, setting.privacy)
    return "public" if was_out else known.privacy


def _read_at_worst(attempt: Attempt, setting: Setting) -> int:
    """The tokens that were held for what is read: all but those of the longest answer."""
    started = attempt.started
    return max(0, started.hold.tokens - setting.known(started.model, attempt.use).longest)
