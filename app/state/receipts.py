"""The receipt of a call in words: which models were looked at, what each bucket of tokens cost, what is doubted."""

from __future__ import annotations

from typing import NamedTuple

from app.events import CallFailed, CallFinished, CallRouted, Candidate, Prices, Usage
from app.state.spending import OWN_MACHINE, spent_by
from app.state.words import AS_RECORDED, BASES, paid

_OUT = {
    "privacy": "it may not see this",
    "price": "it could cost more than is left",
    "breaker": "it fails too often just now",
    "context": "it cannot read so much at once",
    "capability": "it cannot do what is asked",
    "no key": "there is no key for it",
}


class Bucket(NamedTuple):
    """Tokens of one sort, and what they cost."""

    name: str
    tokens: int
    price: float | None = None  # dollars for a million; None: nobody knows, or there is none to pay

    @property
    def cost_usd(self) -> float:
        """What these tokens cost."""
        return self.tokens * (self.price or 0.0) / 1_000_000


def buckets(usage: Usage, prices: Prices | None) -> list[Bucket]:
    """The four that never overlap."""
    if prices is None or prices.source == OWN_MACHINE:
        prices, known = Prices(), False
    else:
        known = True
    return [
        Bucket("input", usage.input, prices.input if known else None),
        Bucket("from the cache", usage.cache_read, prices.cache_read if known else None),
        Bucket("into the cache", usage.cache_write, prices.cache_write if known else None),
        Bucket("output", usage.output, prices.output if known else None),
    ]


def cost_told(ended: CallFinished | CallFailed) -> str:
    """What one attempt cost, and how far that can be trusted."""
    if isinstance(ended, CallFailed) and not (ended.usage.total or ended.cost_usd):
        return "nothing was used"
    if ended.basis == "unpriced":
        return f"unpriced: {BASES['unpriced']}"
    spent = spent_by(ended)
    if spent.played:
        return f"{paid(spent)} {AS_RECORDED}"
    return f"{paid(spent)}, {OWN_MACHINE if spent.local_ms else BASES[ended.basis]}"


def doubt(ended: CallFinished) -> str:
    """Why the figures of the service are hard to believe, by our own count; nothing where they are not doubted."""
    counted, said = ended.counted, ended.usage
    if counted is None:
        return ""
    return (
        f"The service says {said.total - said.output:,} tokens in and {said.output:,} out; by our own count it is "
        f"about {counted.total - counted.output:,} in and {counted.output:,} out. It is charged as the service says."
    )


def why_not(candidate: Candidate, routed: CallRouted) -> str:
    """How a model stood that was looked at: taken, its score, or why it was out; and what was noted of it."""
    if candidate.out:
        reason = _OUT.get(candidate.out, "")
        told = f"out: {candidate.out}" + (f", {reason}" if reason and not candidate.note else "")
    elif len(routed.candidates) > 1 and candidate.score:
        told = f"score {candidate.score:.2f}"
    else:
        told = "taken" if is_taken(candidate, routed) else "could have taken it"
    return f"{told}; {candidate.note}" if candidate.note else told


def is_taken(candidate: Candidate, routed: CallRouted) -> bool:
    """Is it the one that was chosen?"""
    return candidate.model == routed.model and not candidate.out
