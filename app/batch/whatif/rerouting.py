"""Routes a call again, under another policy or other prices, by the facts that its receipt and its scenario keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from app.batch.whatif.answers import Policy
from app.batch.whatif.attempts import Attempt
from app.batch.whatif.cases import FALLBACK, Case, case_of, comes_out_again
from app.batch.whatif.plays import Known, Setting
from app.events import CallRouted, Candidate
from providers.pricing import Tariff
from providers.routing import Need, Option, Verdict, choose

NO_RECEIPT = "no receipt was kept of how the model was chosen"
ON_TAPE = "a cassette said who answers, and no policy"
OTHERWISE = "the receipt does not lead to its model again: what was learned then, or what is known, has changed"


class Taken(NamedTuple):
    """Who takes the call; or why nobody does, or nobody can tell."""

    use: str = ""
    known: Known | None = None
    refused: Verdict | None = None
    unknown: str = ""
    alone: bool = False  # there was no other to choose


class Rerouting:
    """A policy, and whether there are other prices to choose by."""

    def __init__(self, policy: Policy, *, by_other_prices: bool) -> None:
        self._policy = policy
        self._by_other_prices = by_other_prices

    def taken(self, attempt: Attempt, first: CallRouted | None, setting: Setting) -> Taken:
        """Who takes a call under them. The `first` receipt is that of the same work before any model failed."""
        routed = attempt.routed
        case = case_of(attempt, first, setting, _then) if first is not None else None
        if routed is None or case is None:
            return Taken(unknown=ON_TAPE if routed is not None and routed.policy == "cassette" else NO_RECEIPT)
        if not comes_out_again(case, routed):
            return Taken(unknown=OTHERWISE)
        if self._by_other_prices and first is not None:
            case = case_of(attempt, first, setting, _now) or case
        return self._chosen(case, routed, setting)

    def _chosen(self, case: Case, routed: CallRouted, setting: Setting) -> Taken:
        """Who was not asked in fact is taken to answer; who has failed in fact fails, and the fallback stays."""
        again = choose(tuple(self._as_offered(case.options)), _under(self._policy, case.need))
        failed = {option.model for option in case.options if option.failed is not None}
        chosen = routed.model if routed.policy == FALLBACK and again.chosen in failed else again.chosen
        if chosen is None:
            return Taken(refused=_why_nobody(again.candidates, routed.model))
        use = next(option.use for option in case.options if option.model == chosen)
        return Taken(use, setting.known(chosen, use), alone=len(case.options) == 1)

    def _as_offered(self, options: tuple[Option, ...]) -> Iterator[Option]:
        for option in options:
            service = option.use.partition("/")[0]
            why_not = f"{service} is left out" if service in self._policy.without else option.why_not
            yield replace(option, why_not=why_not, failed=None)


def _then(known: Known) -> Tariff | None:
    return known.then


def _now(known: Known) -> Tariff | None:
    return known.now


def _under(policy: Policy, need: Need) -> Need:
    return replace(
        need,
        prefer=policy.prefer or need.prefer,
        privacy=policy.privacy or need.privacy,
        complexity=policy.complexity or need.complexity,
    )


def _why_nobody(candidates: tuple[Candidate, ...], before: str) -> Verdict:
    """Why the one that was asked could not be; where it was alone that says it all."""
    one = next((one for one in candidates if one.model == before), candidates[0])
    return Verdict(one.out, one.note)
