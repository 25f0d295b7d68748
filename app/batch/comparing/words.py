"""A comparison in words: its line, what has to be known of its figures, and a warning where its direction turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.batch.statistics import (
    Comparison,
    Measure,
    all_pairs,
    few_differ_told,
    higher_is_better,
    level,
    roughly,
    would_count_alone,
)
from app.document.suggest import listed
from app.state.words import plural

if TYPE_CHECKING:
    from app.batch.comparing.arms import Arm, Comparisons, Measured, Place
    from app.batch.plan import Plan
    from app.batch.results import ItemResult, Results

CONFIDENCE = 0.95  # of an interval; of all arms and looks together
_MOST_PLACES = 3  # that are named in a warning
_IN_POINTS: tuple[Measure, ...] = ("success", "score")
_DOES: dict[Measure, tuple[str, str]] = {
    "cost_usd": ("costs {} more", "costs {} less"),
    "seconds": ("takes {} longer", "takes {} less time"),
    "tokens": ("uses {} more tokens", "uses {} fewer tokens"),
    "score": ("scores {} higher", "scores {} lower"),
}


def headline(arm: Arm, control: str) -> str:
    """All of it in a line."""
    if arm.void:
        return " ".join(filter(None, (f"Void: {arm.void}.", arm.counted)))
    if not arm.pairs:
        return f"Not enough data: no run of {arm.name} has a counterpart among those of {control}."
    first, *others = arm.measures
    said = _FIRST[first.verdict](arm, first)
    known = [each for each in others if each.verdict in ("better", "worse")]
    if not known:
        return f"{said}."
    return f"{said}; it {listed(does(each.comparison) for each in known)}."


def does(comparison: Comparison) -> str:
    """What an arm does otherwise than the control, as it follows on "it": costs 71 % less."""
    assert comparison.difference is not None
    if comparison.measure == "success":
        return passes(comparison)
    return _DOES[comparison.measure][comparison.difference < 0].format(amount(comparison))


def passes(comparison: Comparison) -> str:
    """How often it passes, and how often the control does."""
    assert comparison.a is not None
    assert comparison.b is not None
    control, arm = (round(rate * comparison.pairs) for rate in (comparison.a, comparison.b))
    return f"passes {arm:,} of {comparison.pairs:,} against {control:,} of {comparison.pairs:,}"


def amount(comparison: Comparison) -> str:
    """How large a difference is, without its sign: 24 points, 71 %, $0.02."""
    if comparison.ratio is not None:
        return _percent(abs(comparison.ratio - 1))
    return difference(comparison.measure, abs(comparison.difference or 0.0))


def signed(comparison: Comparison, value: float) -> str:
    """A change on the scale of `span`, with its sign and without its unit: -24."""
    return f"{value:+.0f}" if abs(value) >= 9.5 or comparison.measure == "success" else f"{value:+.1f}"


def change(comparison: Comparison) -> float | None:
    """What was seen, in points or per cent, so that all measures go on one scale; none if it cannot be known."""
    if comparison.measure in _IN_POINTS:
        return None if comparison.difference is None else 100 * comparison.difference
    return None if comparison.ratio is None else 100 * (comparison.ratio - 1)


def span(comparison: Comparison) -> tuple[float, float, float] | None:
    """The same with the interval around it; none where so few pairs differ that it would promise too much."""
    if comparison.is_too_alike and comparison.verdict == "not enough data":
        return None
    if comparison.measure in _IN_POINTS:
        low, high, zero = comparison.low, comparison.high, 0.0
    else:
        low, high, zero = comparison.ratio_low, comparison.ratio_high, 1.0
    middle = change(comparison)
    if middle is None or low is None or high is None:
        return None
    return middle, 100 * (low - zero), 100 * (high - zero)


def unit(measure: Measure) -> str:
    """What the numbers of `span` count."""
    return "points" if measure in _IN_POINTS else "%"


def difference(measure: Measure, value: float) -> str:
    """An amount of a measure."""
    if measure == "success":
        return f"{100 * value:.0f} points"
    return level(measure, value)


def interval(comparison: Comparison) -> str:
    """What was seen, and where the truth may lie: -24 points, 95 % between -36 and -11."""
    where = between(comparison)
    return f"{changed_by(comparison)}, {where}" if where else changed_by(comparison)


def between(comparison: Comparison) -> str:
    """Where the truth may lie; nothing where nobody can say, or where it has no room."""
    found = span(comparison)
    if found is None or found[0] == found[1] == found[2]:
        return ""
    sure = "95 %" if comparison.confidence <= CONFIDENCE else "95 % over all looks"  # each asks for more
    return f"{sure} between {signed(comparison, found[1])} and {signed(comparison, found[2])}"


def changed_by(comparison: Comparison) -> str:
    """What was seen, without how sure it is: -24 points."""
    found = change(comparison)
    return f"{signed(comparison, found)} {unit(comparison.measure)}" if found is not None else "unknown"


def shift_told(name: str, places: Sequence[Place]) -> str:
    """A warning when an arm is ahead in one place and behind in another: then the sum of all hides what matters.

    The places were judged together, so a p below 5 % is rarely luck however many there are: then only such are named.
    """
    better = [place for place in places if _turn(place.comparison) > 0]
    worse = [place for place in places if _turn(place.comparison) < 0]
    if not better or not worse:
        return ""
    sure_better, sure_worse = ([place for place in side if place.comparison.p < 0.05] for side in (better, worse))
    if sure_better and sure_worse:
        return f"{name} is ahead in {_places(sure_better)}, and behind in {_places(sure_worse)}"
    doubt = "with so few pairs in each that may be chance"
    return f"{name} is ahead in {_places(better)}, and behind in {_places(worse)}; {doubt}"


def together_told(count: int, looks: int) -> str:
    """How many comparisons are kept from finding more by luck than one does."""
    held = f"{plural(count, 'comparison')} held to one chance of error together (Holm)" if count > 1 else ""
    if not looks:
        return held
    first = f"what decides was to be looked at {plural(looks, 'time')}, each time with more proof asked for"
    return f"{first}; the other {held}" if held else first


class Counted(NamedTuple):
    """How many runs passed, the control first; and how many if all that were cut short had passed too."""

    passed: tuple[int, int]
    at_most: tuple[int, int]
    pairs: int


def counted_told(name: str, control: str, counted: Counted) -> str:
    """What is known of success in a void comparison: whatever was cut short would have come to."""
    (before, now), (most_before, most_now) = counted.passed, counted.at_most
    said = f"If what was cut short counts as not passed, {name} passes {now:,} of {counted.pairs:,}"
    return f"{said} against {before:,} of {control}; if as passed, {most_now:,} against {most_before:,}."


def more_room(plan: Plan, items: Iterable[ItemResult]) -> Iterator[str]:
    """What to do where limits have ended too much for a comparison."""
    found = list(items)
    if any(item.verdict == "exhausted" for item in found):
        which = "limits: of the file (or max: of a loop), which --limit only lowers"
        if plan.limits:
            which = "--limit NAME=VALUE, and limits: of the file where those are less"
        yield f"what a limit has ended compares when it is performed again with a larger one: {which}"
    if any(item.verdict == "paused" and item.met_its_limit for item in found):
        yield "what a limit has paused compares when it has ended: footlights direct RUN raise LIMIT VALUE"
    if any(item.waits_for_budget for item in found):
        yield "what waits for more room compares when it has ended: footlights batch --resume BATCH --budget NAME=VALUE"


def paired_told(comparisons: Comparisons) -> list[str]:
    """What was paired, and what could not be; for all arms at once where it is the same."""
    told = [_pairs_of(comparisons, arm) for arm in comparisons.arms]
    if len(set(told)) == 1:
        return told[:1]
    return [f"{arm.name}: {each}" for arm, each in zip(comparisons.arms, told, strict=True)]


def _pairs_of(comparisons: Comparisons, arm: Arm) -> str:
    told = f"{plural(arm.looked_at, 'pair')} that agree{'s' * (arm.looked_at == 1)} in all but {comparisons.axis}"
    if arm.looked_at < arm.pairs:
        told += f", of {arm.pairs:,} planned"
    if arm.missing:
        told += f"; of {arm.missing:,} a run has no result"
    if arm.alone:
        told += f"; {plural(arm.alone, 'run')} with no counterpart"
    if any(arm.cut_short) and not arm.void:
        told += f"; limits ended or hold up {arm.cut_short[0]:,} of each, and what they ended counts as not passed"
    return told


def notes_of(results: Results, items: Sequence[ItemResult]) -> tuple[str, ...]:
    """What a reader has to know of the figures."""
    found = []
    if results.plan.mode == "rehearsal":
        found.append("rehearsed: this compares scripts, not models")
    else:
        found.append("time is each run's own; runs side by side share this machine and the limits of the services")
    if any(item.spent.estimated_usd > 0 for item in items):
        found.append("a part of the cost is estimated: the service did not say what it counted")
    if any(item.spent.played for item in items):
        found.append("calls from a cassette cost nothing here")
    return tuple(found)


def _decided(arm: Arm, first: Measured) -> str:
    found = first.comparison
    how_sure = interval(found) if found.measure == "success" else between(found)
    return f"{arm.name} is {first.verdict}: it {does(found)}" + (f" ({how_sure})" if how_sure else "")


def _as_good(arm: Arm, first: Measured) -> str:
    what, found = WHAT[first.measure], first.comparison
    if found.is_equal and not between(found):
        return f"{arm.name} is as good: {what} is the same in {all_pairs(found.pairs)}"
    return f"{arm.name} is as good, as far as it matters: {what} differs by {interval(found)}"


def _undecided(arm: Arm, first: Measured) -> str:
    found = first.comparison
    if found.a is None or found.b is None:
        return f"Not enough data: {WHAT[first.measure]} is not known of any pair"
    arms = f"{arm.name} {level(first.measure, found.b)} against {level(first.measure, found.a)}"
    seen = f"{arms} in {plural(found.pairs, 'pair')} ({interval(found)})"
    among = "enough alone, and not among others" if would_count_alone(found) else ""
    said = "; ".join(filter(None, (seen, among, few_differ_told(found), _more_would_tell(found))))
    return f"Not enough data: {WHAT[first.measure]} of {said}"


def _more_would_tell(found: Comparison) -> str:
    if found.needed is None or found.needed <= found.pairs:
        return ""
    return f"about {plural(roughly(found.needed), 'pair')} would tell"


def _void(arm: Arm, first: Measured) -> str:
    return f"Void: {first.why}"


_FIRST = {"better": _decided, "worse": _decided, "same": _as_good, "not enough data": _undecided, "void": _void}

WHAT: dict[Measure, str] = {
    "success": "success",
    "cost_usd": "cost",
    "seconds": "time",
    "tokens": "tokens",
    "score": "score",
}


def _turn(comparison: Comparison) -> int:
    change = comparison.difference or 0.0
    return (change > 0) - (change < 0) if higher_is_better(comparison.measure) else (change < 0) - (change > 0)


def _places(places: Sequence[Place]) -> str:
    named = [f"{place.name} ({changed_by(place.comparison)})" for place in places[:_MOST_PLACES]]
    if (more := len(places) - _MOST_PLACES) > 0:
        named.append(f"{more:,} more")
    return listed(named)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1f} %"
