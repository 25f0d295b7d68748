"""What is asked of a history, and what comes of it for one attempt of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from app.batch.whatif.prices import Terms
from app.events import Usage
from app.state import Spent
from providers.catalogue import Privacy, Tier
from providers.routing import Preference, Verdict

Standing = Literal["stays", "moves", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Swap:
    """One model in the place of another, or in the hands of one agent."""

    new: str  # provider/model
    model: str = ""  # the one it takes the place of: provider/model, or its name in the scenario
    agent: str = ""

    @property
    def old(self) -> str:
        """Whom or what it is about, as somebody wrote it."""
        return f"agent:{self.agent}" if self.agent else self.model


@dataclass(frozen=True, slots=True)
class Policy:
    """How models are chosen; what is left out stays as it was for each call."""

    prefer: tuple[Preference, ...] = ()
    privacy: Privacy | None = None
    complexity: Tier | None = None
    without: frozenset[str] = frozenset()  # services that nobody could have asked


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be otherwise than it was."""

    everyone: str = ""  # the provider/model that takes every call
    swaps: tuple[Swap, ...] = ()
    policy: Policy | None = None  # all other calls are routed again
    terms: Terms = field(default_factory=Terms)


class Answer(NamedTuple):
    """One attempt: what it cost with whom, and what it would have cost with whom."""

    run: str
    scenario: str
    mode: str
    agent: str
    step: str
    call: str
    at: int  # wall clock, microseconds
    named: str  # its model, as the scenario calls it
    before: str  # provider/model
    after: str
    usage: Usage
    was: Spent
    would: Spent
    standing: Standing
    why: Verdict | None = None  # it would have been refused, nobody can tell, or there was no other to choose

    @property
    def is_a_guess(self) -> bool:
        """Is it charged without anybody knowing its tokens? Then no other price can be put on it."""
        return self.was.cost_usd > 0 and not self.usage.total

    @property
    def saved_usd(self) -> float:
        """What it would have cost less; nothing where a price is not known on both sides."""
        return 0.0 if self.was.unpriced or self.would.unpriced else self.was.cost_usd - self.would.cost_usd
