"""Holds the arms of a batch against its control, in pairs that agree in everything else, and says what can be known.

An arm is a value of the axis that is compared; the first is the control. What must not be concluded is not: when a
budget ended more runs of one arm than of the other the comparison is void, and where data is lacking it says so.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.batch.comparing.measuring import value_of
from app.batch.comparing.pairing import Pairing, paired, place_name
from app.batch.comparing.stopping import Looked, as_it_stands
from app.batch.comparing.words import (
    CONFIDENCE,
    Counted,
    counted_told,
    headline,
    more_room,
    notes_of,
    shift_told,
    together_told,
)
from app.batch.plan import Plan
from app.batch.results import ItemResult, Results
from app.batch.statistics import MEASURES, Comparison, Measure, Verdict, certain, compare, holm

Finding = Verdict | Literal["void"]
Pairs = Sequence[tuple[ItemResult, ItemResult]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of an arm against the control. In a comparison the control is A, and the arm is B."""

    measure: Measure
    verdict: Finding
    why: str  # in a sentence or two
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Place:
    """The same within one scenario and cell: the measure that decides."""

    name: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Arm:
    """One value of the axis, held against the control."""

    value: Any
    name: str
    verdict: Finding  # by the measure that decides
    headline: str  # in a line
    pairs: int  # that were planned
    looked_at: int  # of them, from the first: all, unless it was clear before
    missing: int  # of those looked at, pairs in which a run has no result
    alone: int  # runs of either side that have no counterpart in the plan
    cut_short: tuple[int, int]  # runs that a budget or a limit ended or kept from beginning: of the control, of the arm
    void: str  # why nothing follows from it
    counted: str  # how often each side passes all the same, with what was cut short counted either way
    measures: tuple[Measured, ...]  # the one that decides comes first
    places: tuple[Place, ...]  # when there are several
    shift: str  # a warning: it goes one way in one place, and the other way in another

    def measured(self, measure: Measure) -> Measured | None:
        """One of its measures, if it was taken."""
        return next((each for each in self.measures if each.measure == measure), None)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """A batch compared along one axis."""

    batch: str
    axis: str
    control: str  # its name
    mode: str
    primary: Measure  # what decides
    looks: int  # that were planned before the end; 0: only the end was looked at
    stopped: str  # why the batch ended early
    together: str  # how it is seen to that many comparisons find no more by luck than one does
    notes: tuple[str, ...]  # what else has to be known
    arms: tuple[Arm, ...]

    @property
    def is_worse(self) -> bool:
        """Does an arm succeed less often, beyond doubt?"""
        measured = [arm.measured("success") for arm in self.arms]
        return any(each is not None and each.verdict == "worse" for each in measured)


def compared(results: Results, axis: str = "") -> Comparisons:
    """Compare along an axis; along that of the plan, unless it says another."""
    plan = results.plan
    axis = axis or plan.compare
    pairing = paired(plan, axis)
    looks = plan.looks if axis == plan.compare else 0
    looked = as_it_stands(results).looked() if looks else (None,) * (len(pairing.values) - 1)
    drafts = [_Draft(results, pairing, arm, seen) for arm, seen in enumerate(looked, 1)]
    together = _judge_together(drafts, looks)
    items = [item for draft in drafts for pair in draft.pairs for item in pair]
    notes = (*more_room(plan, items if any(draft.void for draft in drafts) else ()), *notes_of(results, items))
    return Comparisons(
        results.row.batch, axis, pairing.names[0], plan.mode, plan.primary, looks, results.row.stopped, together, notes,
        tuple(draft.arm() for draft in drafts),
    )  # fmt: skip


class _Draft:
    """An arm, before all of them are judged together."""

    def __init__(self, results: Results, pairing: Pairing, arm: int, looked: Looked | None) -> None:
        self._plan = results.plan
        self._pairing = pairing
        self._number = arm
        planned = [(results.items[first], results.items[other]) for first, other in pairing.pairs(arm)]
        self._planned = len(planned)
        cut = _cut(planned)
        self._cut_short = _both(planned, cut)
        self._counted = _counted(planned, cut)
        last = looked.decision.comparison if looked is not None else None
        self._too_early = looked.decision.why if looked is not None and last is None else ""
        self.pairs: Pairs = planned if looked is None or last is None else planned[: looked.pairs]
        confidence = CONFIDENCE if last is None else last.confidence
        primary = self._plan.primary
        others = [each for each in MEASURES if each != primary and _is_known(self.pairs, each)]
        self.comparisons = [_compare(self._plan, self.pairs, each, confidence) for each in (primary, *others)]
        self.void = self._voided()
        self.without_cost = _unpriced(self.pairs)

    def arm(self) -> Arm:
        """It, as it was judged."""
        measures = tuple(self._measured(each) for each in self.comparisons)
        places = self._places()
        name, control = self._pairing.names[self._number], self._pairing.names[0]
        arm = Arm(
            self._pairing.values[self._number], name, measures[0].verdict, "", self._planned, len(self.pairs),
            sum(not (first.over and other.over) for first, other in self.pairs),
            self._pairing.alone(self._number), self._cut_short, self.void, self._either_way(),
            measures if self.pairs else (), places, shift_told(name, places),
        )  # fmt: skip
        return replace(arm, headline=headline(arm, control))

    def _measured(self, comparison: Comparison) -> Measured:
        void = self.void or (self.without_cost if comparison.measure == "cost_usd" else "")
        if void:
            return Measured(comparison.measure, "void", void, comparison)
        if self._too_early:
            return Measured(comparison.measure, "not enough data", self._too_early, comparison)
        return Measured(comparison.measure, comparison.verdict, comparison.sentence, comparison)

    def _voided(self) -> str:
        control, arm = self._cut_short
        if control == arm:
            return ""
        names = self._pairing.names
        said = f"a budget or a limit cut short {control:,} runs of {names[0]} and {arm:,} of {names[self._number]}"
        return f"{said}; what is left of them cannot be compared"

    def _either_way(self) -> str:
        names = self._pairing.names
        return counted_told(names[self._number], names[0], self._counted) if self.void else ""

    def _places(self) -> tuple[Place, ...]:
        found: dict[str, list[tuple[ItemResult, ItemResult]]] = {}
        for pair in self.pairs:
            found.setdefault(place_name(self._plan, pair[0].item, self._pairing.axis), []).append(pair)
        if len(found) < 2:
            return ()
        primary = self._plan.primary
        judged = holm([_compare(self._plan, pairs, primary, CONFIDENCE) for pairs in found.values()])
        return tuple(map(Place, found, judged))


def _judge_together(drafts: Sequence[_Draft], looks: int) -> str:
    """Judge all measures of all arms as one family; the one that looks decide by has its chance of error for itself."""
    family = [
        (draft, at)
        for draft in drafts
        for at, comparison in enumerate(draft.comparisons)
        if draft.pairs and not draft.void
        if not (looks and at == 0) and not (comparison.measure == "cost_usd" and draft.without_cost)
    ]
    judged = holm([draft.comparisons[at] for draft, at in family])
    for (draft, at), comparison in zip(family, judged, strict=True):
        draft.comparisons[at] = comparison
    return together_told(len(family), looks)


def _compare(plan: Plan, pairs: Pairs, measure: Measure, confidence: float) -> Comparison:
    left = [value_of(first, measure) for first, _ in pairs]
    right = [value_of(other, measure) for _, other in pairs]
    found = compare(measure, left, right, confidence=confidence)
    return certain(found) if all(plan.is_certain(each.item) for pair in pairs for each in pair) else found


def _is_known(pairs: Pairs, measure: Measure) -> bool:
    return measure != "score" or any(item.score is not None for pair in pairs for item in pair)


def _cut(pairs: Pairs) -> frozenset[str]:
    """The runs that a limit of their own or a budget of all has ended, or kept from beginning."""
    items = [item for pair in pairs for item in pair]
    ran_out = any(item.waits_for_budget for item in items)
    return frozenset(
        item.item.run for item in items
        if item.met_its_limit or item.waits_for_budget or (ran_out and item.verdict == "waiting")
    )  # fmt: skip


def _both(pairs: Pairs, runs: Container[str]) -> tuple[int, int]:
    """How many of these runs are of the control, and of the arm."""
    return sum(first.item.run in runs for first, _ in pairs), sum(other.item.run in runs for _, other in pairs)


def _counted(pairs: Pairs, cut: Container[str]) -> Counted:
    """How often each side passes in the pairs that are known but for what was cut short, and if all of that passed."""
    known = [pair for pair in pairs if all(each.over or each.item.run in cut for each in pair)]
    passed = sum(first.passed for first, _ in known), sum(other.passed for _, other in known)
    more = _both(known, cut)
    return Counted(passed, (passed[0] + more[0], passed[1] + more[1]), len(known))


def _unpriced(pairs: Pairs) -> str:
    calls = sum(item.spent.unpriced for pair in pairs for item in pair)
    return f"nobody knows the price of {calls:,} {'call' if calls == 1 else 'calls'}" if calls else ""
