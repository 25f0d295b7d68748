"""What became of every item of a batch, read from the archive: while it goes on, and any time later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.batch.cells import value_key
from app.batch.plan import Item, Plan, decoded
from app.batch.planning import item_name
from app.batch.verdicts import OVER, PAUSED, Verdict, score_of, verdict_of
from app.events import CallFailed, CallFinished, Event, ExpectationChecked, Failure, Ref, RunFinished
from app.journal.rows import INTERRUPTED
from app.state.spending import NOTHING, Spent, spent_by
from app.state.words import as_said, because, known_usd

if TYPE_CHECKING:
    from app.journal import Archive
    from app.journal.batches import BatchRow
    from app.journal.rows import RunRow

KINDS = ("expectation.checked", "run.finished", "call.finished", "call.failed")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was expected of a run, and what was found."""

    about: str
    met: bool
    found: str
    mark: float | None = None  # by an agent that judged, from 0 to 1

    @classmethod
    def of(cls, event: ExpectationChecked, said: Mapping[str, Any]) -> Check:
        """What an event tells, with what was said in its run by digest; what is not there was erased."""
        found = as_said(event.found, lambda ref: said.get(ref.ref, "(erased)"))
        return cls(event.about, event.met, found, event.mark)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item, as it stands."""

    number: int  # from 1, in the order of the plan
    item: Item
    name: str  # for people: scenario, cell, which repeat
    scenario: str
    verdict: Verdict
    outcome: str = ""  # of the run itself: succeeded, failed, refused...
    reason: str = ""  # of a pause
    cost_usd: float = 0.0
    spent: Spent = NOTHING  # the same with how far it can be trusted
    tokens: int = 0
    seconds: float | None = None  # of the run's own time, when it is over
    calls: int = 0
    failed_calls: int = 0
    checks: tuple[Check, ...] = ()
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Has it its final result?"""
        return self.verdict in OVER

    @property
    def goes_on(self) -> bool:
        """Is it performed, or further, when the batch goes on?"""
        return not self.over and not self.item.erased

    @property
    def passed(self) -> bool:
        """Did it end as was expected?"""
        return self.verdict == "passed"

    @property
    def waits_for(self) -> str:
        """The reason of its pause, or why it waits for ever."""
        return "erased" if self.item.erased and not self.over else self.reason

    @property
    def waits_for_budget(self) -> bool:
        """Was its next call more than was left of the budget of all?"""
        return self.verdict == "paused" and self.reason == "batch"

    @property
    def met_its_limit(self) -> bool:
        """Has a limit of its own ended or paused it?"""
        return self.verdict == "exhausted" or (self.verdict == "paused" and self.reason == "budget")

    @property
    def score(self) -> float | None:
        """The mean of the marks that agents gave it; none, when nobody judged."""
        return score_of(check.mark for check in self.checks)

    @property
    def unpriced(self) -> int:
        """Calls whose price nobody knows."""
        return self.spent.unpriced

    @property
    def why(self) -> str:
        """What is to be said of one that did not pass, in one line; nothing of one that did."""
        return "" if self.passed else why_of(self.failure, self.checks, self.waits_for)


@dataclass(frozen=True, slots=True)
class Results:
    """A batch, as it stands."""

    row: BatchRow
    plan: Plan
    items: tuple[ItemResult, ...]

    @property
    def over(self) -> tuple[ItemResult, ...]:
        """The items that have their final result."""
        return tuple(item for item in self.items if item.over)

    def count(self, *verdicts: Verdict) -> int:
        """How many items stand so."""
        return sum(item.verdict in verdicts for item in self.items)

    @property
    def cost_usd(self) -> float:
        """What all of it has cost so far."""
        return sum(item.cost_usd for item in self.items)

    def values(self, axis: str) -> list[Any]:
        """The values of an axis, in the order of the plan."""
        found: dict[bytes, Any] = {}
        for item in self.plan.items:
            if axis in item.cell:
                found.setdefault(value_key(item.cell[axis]), item.cell[axis])
        return list(found.values())


def why_of(failure: Failure | None, checks: Iterable[Check], reason: str) -> str:
    """Why a run did not pass, in one line; `reason` is that of a pause. Every view and report says this sentence."""
    told = because(failure) if failure is not None else ""
    said = "; ".join(filter(None, (told, missed(checks)))) or PAUSED.get(reason, reason)
    return " ".join(said.split())


def missed(checks: Iterable[Check]) -> str:
    """The expectations that were not met, each with what was found; nothing where all were."""
    unmet = [check for check in checks if not check.met]
    said = [f"{check.about} (found: {check.found})" if check.found else check.about for check in unmet]
    return not_met("; ".join(said)) if said else ""


def not_met(expected: str) -> str:
    """What was expected, told as why a run did not pass."""
    return f"{_NOT_MET}{expected}"


def after_verdict(why: str) -> str:
    """Why a run did not pass, behind a word that says already that something is unmet."""
    return why.removeprefix(_NOT_MET)


_NOT_MET = "not met: "


async def results_of(archive: Archive, batch: str) -> Results:
    """Read a batch whole; `batch` is its id, the beginning or end of one, or `last`."""
    row = await archive.batch(batch)
    plan = decoded(await archive.batch_plan(row.batch))
    runs = {run.run: run for run in await archive.batch_runs(row.batch)}
    told: dict[str, _Told] = {}
    for run, event in await archive.batch_events(row.batch, KINDS):
        told.setdefault(run, _Told()).take(event)
    said = await archive.found_in([run for run, one in told.items() if one.quotes])
    items = tuple(
        _result(plan, number, item, runs.get(item.run), told.get(item.run, _Told()), said.get(item.run, {}))
        for number, item in enumerate(plan.items, 1)
    )
    return Results(row, plan, items)


async def result_of(archive: Archive, plan: Plan, number: int) -> ItemResult:
    """Read one item of a batch, which has begun; by its number, from 1."""
    item, told = plan.items[number - 1], _Told()
    row = await archive.find(item.run)
    async for _, events in archive.each_of([row], KINDS):
        for event in events:
            told.take(event)
    said = await archive.found_in([item.run] if told.quotes else [])
    return _result(plan, number, item, row, told, said.get(item.run, {}))


def _result(
    plan: Plan, number: int, item: Item, run: RunRow | None, told: _Told, said: Mapping[str, Any]
) -> ItemResult:  # fmt: skip
    end, checks = told.end, tuple(Check.of(event, said) for event in told.checks)
    return ItemResult(
        number=number, item=item, name=item_name(plan, item), scenario=plan.sources[item.source].scenario,
        verdict=told.verdict(run), outcome=end.outcome if end else "", reason=_reason(run),
        cost_usd=end.cost_usd if end else known_usd(told.spent) or 0.0, spent=told.spent, tokens=told.tokens,
        seconds=end.mono / 1000 if end else None, calls=told.calls, failed_calls=told.failed, checks=checks,
        failure=end.failure if end else None,
    )  # fmt: skip


def _reason(run: RunRow | None) -> str:
    """Of a pause; whoever performs a run that is cut off can give none."""
    if run is None:
        return ""
    return run.status if run.status == INTERRUPTED else run.reason


@dataclass(slots=True)
class _Told:
    """What the events of one run tell."""

    checks: list[ExpectationChecked] = field(default_factory=list)
    end: RunFinished | None = None
    spent: Spent = NOTHING
    tokens: int = 0
    calls: int = 0
    failed: int = 0

    @property
    def quotes(self) -> bool:
        """Does what was found have to be looked up?"""
        return any(isinstance(event.found, Ref) for event in self.checks)

    def take(self, event: Event) -> None:
        if isinstance(event, ExpectationChecked):
            self.checks.append(event)
        elif isinstance(event, RunFinished):
            self.end = event
        elif isinstance(event, CallFinished | CallFailed):
            self.calls += 1
            self.failed += isinstance(event, CallFailed)
            self.tokens += event.usage.total
            self.spent += spent_by(event)

    def verdict(self, run: RunRow | None) -> Verdict:
        if run is None:
            return "waiting"
        if self.end is None:
            return "running" if run.status == "running" else "paused"
        end = self.end
        return verdict_of(end.outcome, expected=end.expected, excused=end.excused)
