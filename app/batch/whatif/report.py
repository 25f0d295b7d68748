"""The answers to a question added up: in all, by model, agent, scenario and month, and where most would be saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from heapq import nlargest
from typing import NamedTuple, TypeVar

from app.batch.whatif.answers import Answer
from app.events import Usage
from app.state import NOTHING, Spent
from providers.routing import Verdict

Key = TypeVar("Key")

MOST = 10  # calls that are told one by one
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Some attempts together, as they were and as they would have been."""

    name: str = ""
    calls: int = 0
    usage: Usage = Usage()
    was: Spent = NOTHING
    would: Spent = NOTHING

    @property
    def difference_usd(self) -> float | None:
        """How much more it would have cost; none while a price is missing on one side alone."""
        return None if self.was.unpriced != self.would.unpriced else self.would.cost_usd - self.was.cost_usd


class Flow(NamedTuple):
    """The calls that one model took, and another would have."""

    before: str
    after: str
    tally: Tally


class Refusal(NamedTuple):
    """Calls that nobody, or not the model that was named, would have taken."""

    use: str
    why: Verdict  # of the first of them
    calls: int


def _month(answer: Answer) -> str:
    return datetime.fromtimestamp(answer.at / _MICROSECONDS, UTC).strftime("%Y-%m")


def _agent(answer: Answer) -> str:
    return f"{answer.scenario}/{answer.agent}"


BY: dict[str, Callable[[Answer], str]] = {
    "agent": _agent,
    "scenario": lambda answer: answer.scenario,
    "month": _month,
}


@dataclass(frozen=True)
class Report:
    """What comes of a question."""

    runs: int
    answers: Sequence[Answer]

    @cached_property
    def total(self) -> Tally:
        """All of it."""
        return _tallied("", self.answers)

    @cached_property
    def flows(self) -> list[Flow]:
        """Who would have answered in whose place; those that move first, and of them the most calls."""
        groups = _grouped(self.answers, lambda answer: (answer.before, _taker(answer)))
        flows = [Flow(before, after, _tallied("", some)) for (before, after), some in groups.items()]
        return sorted(flows, key=lambda flow: (flow.before == flow.after, -flow.tally.calls, flow.before))

    @property
    def refusals(self) -> list[Refusal]:
        """What would have been refused, by the model and the reason; the most calls first."""
        refused = [answer for answer in self.answers if answer.standing == "refused"]
        found = [
            Refusal(some[0].after, some[0].why, len(some))
            for some in _grouped(refused, lambda answer: (answer.after, answer.why and answer.why.out)).values()
            if some[0].why is not None
        ]
        return sorted(found, key=lambda refusal: -refusal.calls)

    @property
    def unknowns(self) -> list[tuple[str, int]]:
        """What nobody can tell, by the reason."""
        return Counter(one.why.note for one in self.answers if one.standing == "unknown" and one.why).most_common()

    @property
    def alone(self) -> int:
        """How many calls stay because there was no other model to choose."""
        return sum(answer.standing == "stays" and answer.why is not None for answer in self.answers)

    def by(self, way: str) -> list[Tally]:
        """They by agent, scenario or month: what would save most first, then what costs most more; months in order."""
        tallies = [_tallied(name, some) for name, some in _grouped(self.answers, BY[way]).items()]
        if way == "month":
            return sorted(tallies, key=lambda tally: tally.name)
        return sorted(tallies, key=_by_difference)

    def savings(self, most: int = MOST) -> list[Answer]:
        """The calls that would save most."""
        return nlargest(most, (one for one in self.answers if one.saved_usd > 0), key=lambda one: one.saved_usd)

    def standing(self, standing: str) -> int:
        """How many stand so."""
        return sum(answer.standing == standing for answer in self.answers)


def _by_difference(tally: Tally) -> tuple[bool, float, float, str]:
    more = tally.difference_usd or 0.0
    return more >= 0, -abs(more), -tally.was.cost_usd, tally.name


def _taker(answer: Answer) -> str:
    """Who takes it in the sum: what would be refused, and what nobody can tell, is counted as it was."""
    return answer.after if answer.standing == "moves" else answer.before


def _grouped(answers: Iterable[Answer], key: Callable[[Answer], Key]) -> dict[Key, list[Answer]]:
    groups: dict[Key, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    return groups


def _tallied(name: str, answers: Sequence[Answer]) -> Tally:
    return Tally(
        name,
        len(answers),
        sum((answer.usage for answer in answers), Usage()),
        sum((answer.was for answer in answers), NOTHING),
        sum((answer.would for answer in answers), NOTHING),
    )
