"""What became of every item of a batch, read from the archive: while it goes on, and any time later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.batch.cells import value_key
from app.batch.plan import Item, Plan, decoded
from app.batch.planning import item_name
from app.batch.verdicts import OVER, PAUSED, Verdict, verdict_of
from app.events import CallFailed, CallFinished, Event, ExpectationChecked, Failure, RunFinished
from app.journal.rows import INTERRUPTED
from app.state.spending import NOTHING, Spent, spent_by

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
    retries: int = 0  # calls that failed
    checks: tuple[Check, ...] = ()
    failure: Failure | None = None

    @property
    def over(self) -> bool:
        """Has it its final result?"""
        return self.verdict in OVER

    @property
    def passed(self) -> bool:
        """Did it end as was expected?"""
        return self.verdict == "passed"

    @property
    def waits_for_budget(self) -> bool:
        """Was its next call more than was left of the budget of all?"""
        return self.verdict == "paused" and self.reason == "budget"

    @property
    def score(self) -> float | None:
        """The mean of the marks that agents gave it; none, when nobody judged."""
        marks = [check.mark for check in self.checks if check.mark is not None]
        return sum(marks) / len(marks) if marks else None

    @property
    def why(self) -> str:
        """What is to be said of one that did not pass, in one line."""
        whys = [missed(check.about, check.found) for check in self.checks if not check.met]
        if self.failure is not None:
            whys.insert(0, self.failure.message)
        return "; ".join(whys) or PAUSED.get(self.reason, self.reason)


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


def missed(about: str, found: str) -> str:
    """One expectation that was not met."""
    return f"{about} (found: {found})" if found else about


async def results_of(archive: Archive, batch: str) -> Results:
    """Read a batch whole; `batch` is its id, the beginning or end of one, or `last`."""
    row = await archive.batch(batch)
    plan = decoded(await archive.batch_plan(row.batch))
    runs = {run.run: run for run in await archive.batch_runs(row.batch)}
    told: dict[str, _Told] = {}
    for run, event in await archive.batch_events(row.batch, KINDS):
        told.setdefault(run, _Told()).take(event)
    items = tuple(
        _result(plan, number, item, runs.get(item.run), told.get(item.run, _Told()))
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
    return _result(plan, number, item, row, told)


def _result(plan: Plan, number: int, item: Item, run: RunRow | None, told: _Told) -> ItemResult:
    end = told.end
    return ItemResult(
        number=number, item=item, name=item_name(plan, item), scenario=plan.sources[item.source].scenario,
        verdict=told.verdict(run), outcome=end.outcome if end else "", reason=_reason(run),
        cost_usd=end.cost_usd if end else told.spent.cost_usd, spent=told.spent, tokens=told.tokens,
        seconds=end.mono / 1000 if end else None, calls=told.calls, retries=told.failed, checks=tuple(told.checks),
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

    checks: list[Check] = field(default_factory=list)
    end: RunFinished | None = None
    spent: Spent = NOTHING
    tokens: int = 0
    calls: int = 0
    failed: int = 0

    def take(self, event: Event) -> None:
        if isinstance(event, ExpectationChecked):
            self.checks.append(Check(event.about, event.met, event.found, event.mark))
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
