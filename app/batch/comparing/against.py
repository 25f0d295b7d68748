"""Holds a batch against a baseline: what has become worse or better, by more than chance and more than is tolerated.

Runs that have the same scenario, cell and seed are paired. Rehearsed, or played from cassettes, such pairs leave
nothing to chance, so there every change counts that is larger than the tolerance. Anything else is tested, and so are
rehearsals in which lines slip: they slip in other runs as soon as a prompt reads otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.batch.comparing.baseline import Baseline, BaselineRefused, Kept
from app.batch.comparing.meeting import Met, met
from app.batch.comparing.shift_words import shift_line
from app.batch.results import Results, after_verdict
from app.batch.statistics import Comparison, Measure, NoStatistics, compare, compare_unpaired, higher_is_better, holm
from app.batch.verdicts import Verdict
from app.document.suggest import listed

Kind = Literal["regression", "improvement", "same", "unclear"]
HELD: tuple[Measure, ...] = ("success", "cost_usd", "seconds")
WHOLE = "the whole"  # all places together
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may become worse without being a regression: of success a share of the runs, of others a share of before."""

    success: float = 0.02
    cost_usd: float = 0.10
    seconds: float = 0.20

    def of(self, measure: Measure) -> float:
        """The one of a measure."""
        return {"success": self.success, "cost_usd": self.cost_usd, "seconds": self.seconds}[measure]


@dataclass(frozen=True, slots=True)
class Shift:
    """How one measure moved in one place."""

    place: str  # greet market=DE, or the whole
    measure: Measure
    kind: Kind
    line: str  # for people
    before: float  # the mean, or the rate
    now: float
    paired: bool
    p: float | None  # none: the same runs, where nothing is left to chance
    runs: tuple[str, ...]  # that became worse, or better; where that is known


@dataclass(frozen=True, slots=True)
class Turned:
    """A run that both batches performed, and that ended otherwise."""

    name: str
    before: Verdict
    now: Verdict
    run_before: str
    run: str
    why: str  # of the one that did not pass

    @property
    def line(self) -> str:
        """It for people: greet #3 is unmet, it passed before: says nothing of the weather."""
        now = "passes" if self.now == "passed" else f"is {self.now}"
        before = "passed before" if self.before == "passed" else f"was {self.before}"
        return f"{self.name} {now}, it {before}{f': {after_verdict(self.why)}' if self.why else ''}"


@dataclass(frozen=True, slots=True)
class Against:
    """A batch held against a baseline."""

    name: str
    batch: str
    baseline: str  # the batch that it was made of
    mode: str
    held: int  # places that both have
    shifts: tuple[Shift, ...]
    new: tuple[str, ...]  # places that the baseline does not have, or of which it has fewer runs
    gone: tuple[str, ...]  # places that this batch does not have, or of which it has fewer runs
    changed: tuple[str, ...]  # scenarios that were otherwise
    notes: tuple[str, ...]
    turned: tuple[Turned, ...] = ()  # run by run, where the other batch is still in the archive

    def of_kind(self, kind: Kind) -> tuple[Shift, ...]:
        """What has become worse, or better, or may have."""
        return tuple(shift for shift in self.shifts if shift.kind == kind)

    @property
    def is_worse(self) -> bool:
        """Is there a regression?"""
        return bool(self.of_kind("regression"))


def insist_on_same_mode(baseline: Baseline, mode: str) -> None:
    """Scripts are not held against models."""
    if baseline.mode != mode:
        words = {"rehearsal": "rehearsed", "live": "live", "cassette": "played from cassettes"}
        raise BaselineRefused(
            f"the baseline is {words[baseline.mode]} and this batch {words[mode]}: only like is held against like",
            "--save-baseline NAME  makes one of the same kind",
        )


def held_against(results: Results, baseline: Baseline, name: str, tolerance: Tolerance | None = None) -> Against:
    """What has changed since the baseline."""
    insist_on_same_mode(baseline, results.plan.mode)
    tolerance = tolerance or Tolerance()
    places = met(results, baseline)
    both = [place for place in places if place.before and place.now]
    certain = [place for place in both if place.is_certain and place.pairs]
    others = [place for place in both if not (place.is_certain and place.pairs)]
    shifts = [shift for place in certain for shift in _certain(place, tolerance)]
    notes = list(_notes(results, both))
    try:
        shifts += [shift for measure in HELD for shift in _tested(others, measure, tolerance)]
    except NoStatistics as error:
        notes.append(f"where chance has a hand in it nothing was held against it: {error.message} ({error.hint})")
    shifts.sort(key=lambda shift: HELD.index(shift.measure))
    return Against(
        name, results.row.batch, baseline.batch, baseline.mode, len(both), tuple(shifts),
        tuple(filter(None, (place.told_new for place in places if place.now))),
        tuple(filter(None, (place.told_gone for place in places if place.before))),
        tuple(dict.fromkeys(place.scenario for place in both if place.is_changed)), tuple(notes),
    )  # fmt: skip


def _certain(place: Met, tolerance: Tolerance) -> Iterator[Shift]:
    """Each measure of rehearsals that are the same run, before and now."""
    for measure in HELD:
        known = [
            (before, now, name)
            for first, other, name in place.pairs
            if (before := first.value(measure)) is not None and (now := other.value(measure)) is not None
        ]
        if not known:
            continue
        before = sum(first for first, _, _ in known) / len(known)
        now = sum(other for _, other, _ in known) / len(known)
        turned = _beyond(measure, before, now, tolerance.of(measure))
        sign = (now > before) - (now < before)
        runs = tuple(name for first, other, name in known if (other > first) - (other < first) == sign) if sign else ()
        kind: Kind = "same" if not turned else "improvement" if turned > 0 else "regression"
        line = shift_line(place.name, measure, kind, before, now, (len(known), len(known)), None, runs)
        yield Shift(place.name, measure, kind, line, before, now, True, None, runs)


def _tested(places: Sequence[Met], measure: Measure, tolerance: Tolerance) -> Iterator[Shift]:
    """One measure in each place and, where there are several, in all of them; judged together."""
    samples = [_Sample.of(place, measure) for place in places]
    samples = [sample for sample in samples if sample.before and sample.now]
    if len(samples) > 1 and len({sample.paired for sample in samples}) == 1 and _are_mixed_alike(samples):
        samples.append(_together(samples))
    margin = tolerance.of(measure)
    distinct = {sample.values: sample for sample in samples}  # of thousands of places most have the same few
    compared = {values: sample.compared(measure, margin) for values, sample in distinct.items()}
    found = holm([compared[sample.values] for sample in samples])
    for sample, comparison in zip(samples, found, strict=True):
        assert comparison.a is not None
        assert comparison.b is not None
        turned = _beyond(measure, comparison.a, comparison.b, margin)
        kind = _kind(comparison, turned)
        counts = (len(sample.before), len(sample.now))
        line = shift_line(sample.name, measure, kind, comparison.a, comparison.b, counts, comparison.p, ())
        yield Shift(sample.name, measure, kind, line, comparison.a, comparison.b, sample.paired, comparison.p, ())


@dataclass(frozen=True, slots=True)
class _Sample:
    """The values of one measure in one place."""

    name: str
    before: tuple[float, ...]
    now: tuple[float, ...]
    paired: bool

    @classmethod
    def of(cls, place: Met, measure: Measure) -> _Sample:
        if not place.pairs:
            return cls(place.name, _known(place.before, measure), _known(place.now, measure), False)
        values = [(first.value(measure), other.value(measure)) for first, other, _ in place.pairs]
        known = [(before, now) for before, now in values if before is not None and now is not None]
        return cls(place.name, tuple(before for before, _ in known), tuple(now for _, now in known), True)

    @property
    def values(self) -> tuple[tuple[float, ...], tuple[float, ...], bool]:
        """All that a comparison asks for."""
        return self.before, self.now, self.paired

    def compared(self, measure: Measure, margin: float) -> Comparison:
        return (compare if self.paired else compare_unpaired)(measure, self.before, self.now, margin=margin)


def _are_mixed_alike(samples: Sequence[_Sample]) -> bool:
    """Has each place the same share in the whole as before? Else the whole changes where no place does."""
    before, now = (sum(map(len, side)) for side in zip(*((each.before, each.now) for each in samples), strict=True))
    return all(len(sample.before) * now == len(sample.now) * before for sample in samples)


def _together(samples: Sequence[_Sample]) -> _Sample:
    before = tuple(value for sample in samples for value in sample.before)
    now = tuple(value for sample in samples for value in sample.now)
    return _Sample(WHOLE, before, now, samples[0].paired)


def _known(runs: Sequence[Kept], measure: Measure) -> tuple[float, ...]:
    return tuple(value for run in runs if (value := run.value(measure)) is not None)


def _kind(comparison: Comparison, turned: int) -> Kind:
    if comparison.verdict in ("better", "worse") and turned:
        return "improvement" if comparison.verdict == "better" else "regression"
    return "unclear" if turned < 0 and comparison.verdict == "not enough data" else "same"


def _beyond(measure: Measure, before: float, now: float, tolerance: float) -> int:
    """1 where it has become better by more than is tolerated, -1 where it has become worse, else 0."""
    room = tolerance if higher_is_better(measure) else tolerance * before
    if abs(now - before) <= room + _ROUNDING:
        return 0
    return 1 if (now > before) == higher_is_better(measure) else -1


def _notes(results: Results, both: Sequence[Met]) -> Iterator[str]:
    if results.plan.leaves_nothing_to_chance and (slipping := dict.fromkeys(_slipping(both))):
        said = "in other runs once a prompt reads otherwise: what differs is tested as live runs are"
        yield f"lines of {listed(slipping)} slip, {said}"
    if missing := len(results.items) - len(results.over):
        yield f"{missing:,} of {len(results.items):,} runs have no result yet, and are not judged"
    if any(run.cost_usd is None for place in both for run in (*place.before, *place.now)):
        yield "where the price of a call is not known, cost is not judged"
    if results.plan.mode == "live" and both:
        yield "time is each run's own; what else this machine and the services had to do is in it"


def _slipping(both: Sequence[Met]) -> Iterator[str]:
    """The scenarios in which lines slip, and did so in other runs than before."""
    for place in both:
        if not place.is_certain and any(before != now for before, now, _ in place.pairs):
            yield place.scenario
