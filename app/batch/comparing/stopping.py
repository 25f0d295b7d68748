"""Ends a comparison early, when it is clear: looks at it a few times that were planned before, in the order planned.

It keeps nothing but what has come back, so a batch that is gone on with decides as if it had never been left. Each look
asks for more than the usual proof, so that looking often does not find what is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.batch.comparing.measuring import value_of
from app.batch.comparing.pairing import Pairing, paired
from app.batch.comparing.words import CONFIDENCE
from app.batch.executor import Ending
from app.batch.plan import Item, Plan, decoded
from app.batch.results import ItemResult, Results, results_of
from app.batch.statistics import Decision, Monitor, Pair
from app.journal.batches import BatchNotFound

if TYPE_CHECKING:
    from app.journal import Archive
    from app.journal.batches import BatchRow


@dataclass(frozen=True, slots=True)
class Looked:
    """One arm as its last look has seen it."""

    decision: Decision
    pairs: int  # that it saw, from the first of the plan


class EarlyEnd:
    """Says when no more need be performed; what `drive.conduct` takes as `enough`."""

    def __init__(self, plan: Plan, settled: Iterable[ItemResult] = ()) -> None:
        """`settled` are the items that will not come back."""
        self.plan = plan
        self.pairing = paired(plan, plan.compare)
        self._settled: dict[int, float | None] = {}  # by place in the plan; none where an item has no value
        self._exhausted: set[int] = set()  # places
        self._places = {item.run: place for place, item in enumerate(plan.items)}
        self._ready = 0  # rows, from the first, of which all items are settled
        self._monitors = _monitors(plan, self.pairing)
        self._pairs: list[list[Pair]] = [[] for _ in self._monitors]
        self._due = [frozenset(monitor.due()) if monitor else frozenset() for monitor in self._monitors]
        for item in settled:
            cut_short = item.met_its_limit or item.waits_for_budget
            self._settle(item.number - 1, value_of(item, plan.primary), exhausted=cut_short)
        self._take()
        self.why = self._clear()

    def __call__(self, item: Item, ending: Ending) -> str:
        """Take one that has come back; return why it is enough, or nothing."""
        self._settle(self._places[item.run], value_of(ending, self.plan.primary), exhausted=ending.exhausted)
        if self._take() and not self.why:
            self.why = self._clear()
        return self.why

    def looked(self) -> tuple[Looked | None, ...]:
        """Each arm as its last look has seen it; none for an arm without pairs."""
        return tuple(
            _looked(monitor, pairs) if monitor else None
            for monitor, pairs in zip(self._monitors, self._pairs, strict=True)
        )

    def _settle(self, place: int, value: float | None, *, exhausted: bool) -> None:
        self._settled[place] = value
        if exhausted:
            self._exhausted.add(place)

    def _take(self) -> bool:
        """Take the rows that have become complete; tell whether a look is due since."""
        due = False
        while self._ready < len(self.pairing.rows):
            row = self.pairing.rows[self._ready]
            if any(place is not None and place not in self._settled for place in row):
                break
            self._ready += 1
            first, *others = (None if place is None else self._settled[place] for place in row)
            for arm, (place, value) in enumerate(zip(row[1:], others, strict=True)):
                if row[0] is None or place is None:
                    continue
                self._pairs[arm].append((first, value))
                due = due or len(self._pairs[arm]) in self._due[arm]
        return due

    def _clear(self) -> str:
        """Why nothing more need be known; nothing while it is open, or when all is there."""
        if self._ready == len(self.pairing.rows) or self._is_void():
            return ""
        looked = [each for each in self.looked() if each is not None]
        if not looked or not all(each.decision.stop or each.decision.futile for each in looked):
            return ""
        names = [name for name, monitor in zip(self.pairing.names[1:], self._monitors, strict=True) if monitor]
        return "; ".join(_said(name, each.decision) for name, each in zip(names, looked, strict=True))

    def _is_void(self) -> bool:
        """Has a limit ended more runs of one arm than of another? Then nothing is clear, whatever it looks like."""
        sides = zip(*self.pairing.rows[: self._ready], strict=True)
        return len({sum(place in self._exhausted for place in side) for side in sides}) > 1


def as_it_stands(results: Results) -> EarlyEnd:
    """A batch as nobody goes on with it: what was paused has no value."""
    return EarlyEnd(results.plan, [item for item in results.items if item.over or item.verdict == "paused"])


def gone_on_with(results: Results) -> EarlyEnd:
    """A batch that is performed: what was paused or cut off comes back, and is waited for."""
    return EarlyEnd(results.plan, [item for item in results.items if item.over])


def ended_early(results: Results) -> bool:
    """Is the rest of a batch left out on purpose, since its comparison is clear?"""
    return bool(results.plan.looks and results.row.stopped and as_it_stands(results).why)


async def with_early_ends(archive: Archive, rows: Iterable[BatchRow]) -> list[BatchRow]:
    """The same batches, each knowing whether that is so of it; only one that was to end so is read whole."""
    return [replace(row, ended_early=await _has_ended_early(archive, row)) for row in rows]


async def _has_ended_early(archive: Archive, row: BatchRow) -> bool:
    if row.state != "stopped" or not row.stopped:
        return False
    try:
        is_to_look = decoded(await archive.batch_plan(row.batch)).looks > 0
        return is_to_look and ended_early(await results_of(archive, row.batch))
    except BatchNotFound:  # somebody removes it just now
        return False


def _monitors(plan: Plan, pairing: Pairing) -> list[Monitor | None]:
    """One for each arm; together they are as careful as one would be."""
    counts = [sum(1 for _ in pairing.pairs(arm)) for arm in range(1, len(pairing.values))]
    watched = sum(count > 0 for count in counts) or 1
    confidence = 1 - (1 - CONFIDENCE) / watched
    return [
        Monitor(count, min(plan.looks, count), plan.primary, confidence=confidence) if count else None
        for count in counts
    ]


def _looked(monitor: Monitor, pairs: Sequence[Pair]) -> Looked:
    decision = monitor.look(pairs)
    due = monitor.due()
    return Looked(decision, min(due[decision.look - 1], len(pairs)) if decision.look else 0)


def _said(name: str, decision: Decision) -> str:
    verdict = decision.comparison.verdict if decision.comparison is not None else ""
    if decision.futile or verdict == "not enough data":
        return f"{name}: {decision.why}"
    return f"{name} is {_WORDS[verdict]}, {decision.why}"


_WORDS = {"better": "better", "worse": "worse", "same": "as good"}
