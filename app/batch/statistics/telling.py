"""A comparison in a sentence or two, for people."""

from __future__ import annotations

from math import floor, log10

from app.batch.statistics.measured import Comparison, Measure, higher_is_better
from app.state.words import money, percent, plural, took

_FINE = 0.001  # dollars: below it, two digits that count
_DOES: dict[Measure, tuple[str, str]] = {
    "success": ("Succeeds more often", "Succeeds less often"),
    "cost_usd": ("Costs more", "Costs less"),
    "seconds": ("Takes longer", "Takes less time"),
    "tokens": ("Uses more tokens", "Uses fewer tokens"),
    "score": ("Scores higher", "Scores lower"),
}


def told(comparison: Comparison, together: int = 1) -> str:
    """Say it all: what was seen, how sure it is, and where it is not, how much more it would take."""
    if comparison.difference is None:
        return f"Nothing to compare{_dropped(comparison)}."
    if would_count_alone(comparison):
        among = f"; alone it would count, among {together} comparisons it does not"
        return f"{_differs(comparison)}{among}{_dropped(comparison)}."
    if comparison.verdict == "same" and comparison.is_equal and comparison.low == comparison.high:
        return f"{_equal(comparison)}{_dropped(comparison)}."
    among = f" (p counts that {together} comparisons were made)" if together > 1 else ""
    return f"{_TOLD[comparison.verdict](comparison)}{among}{_dropped(comparison)}."


def rate_told(low: float, high: float) -> str:
    """Say between what a rate lies, finer where that is narrow, and all or none only where it may be: 99.6 to 100 %."""
    digits = 0 if high - low > 0.02 else 1 if high - low > 0.002 else 2
    first, last = (f"{100 * rate:.{0 if rate in (0, 1) else digits}f}" for rate in (low, high))
    return f"{first} to {last} %"


def would_count_alone(comparison: Comparison) -> bool:
    """Is it only among others that there is not enough data?"""
    if comparison.low is None or comparison.high is None or comparison.verdict != "not enough data":
        return False
    return not comparison.low <= 0 <= comparison.high


def _differs(comparison: Comparison) -> str:
    assert comparison.difference is not None
    does = _DOES[comparison.measure][comparison.difference < 0]
    found = f"{does}: {_arms(comparison)}, {_change(comparison)} {_interval(comparison)}, {_p(comparison.p)}"
    return f"{found}; a {comparison.size} effect ({comparison.effect_name} {comparison.effect:.2f})"


def _equal(comparison: Comparison) -> str:
    assert comparison.a is not None
    return f"The same in {all_pairs(comparison.pairs)}: {_value(comparison.measure, comparison.a)}"


def all_pairs(count: int) -> str:
    """So many of them, of which something is said to hold."""
    return f"all {count:,} pairs" if count > 1 else "the only pair"


def _same(comparison: Comparison) -> str:
    return (
        f"No difference that matters: {_arms(comparison)}, {_change(comparison)} {_interval(comparison)}; "
        f"what counts begins at {margin_told(comparison)}"
    )


def _undecided(comparison: Comparison) -> str:
    counted = plural(comparison.pairs, "pair" if comparison.paired else "run") + (
        "" if comparison.paired else " an arm"
    )
    seen = "No difference was seen" if comparison.difference == 0 else "Not enough to tell"
    said = _equal(comparison) if comparison.is_equal else f"{seen} in {counted}: {_arms(comparison)}"
    if comparison.low is None or comparison.high is None:
        said += "; with so few, nothing can be tested"
    elif few := few_differ_told(comparison):
        said += f", {_change(comparison)}; {few}"
    elif comparison.low == comparison.high == 0:
        share = 1 - (1 - comparison.confidence) ** (1 / comparison.pairs)
        said += f"; with so few, up to {100 * share:.0f} % of all pairs could still differ"
    elif comparison.difference == 0:
        largest = _amount(comparison, max(-comparison.low, comparison.high))
        said += f"; with so few, a difference of up to {largest} could hide"
    else:
        said += f", {_change(comparison)}, but {_interval(comparison, bare=True)} fits as well"
    return said + _outlook(comparison)


def few_differ_told(comparison: Comparison) -> str:
    """Why a difference is not known although there are pairs enough; nothing where that is not so."""
    if comparison.low is None or not (comparison.is_too_alike and comparison.differ):
        return ""
    if comparison.verdict != "not enough data":
        return ""
    differ = "1 of them differs" if comparison.differ == 1 else f"{comparison.differ} of them differ"
    return f"only {differ}, too few to know how widely others would"


def _outlook(comparison: Comparison) -> str:
    """Say what so many pairs could have shown, and how many would do."""
    word = "pair" if comparison.paired else "run"
    said = ""
    if comparison.detectable is not None:
        found = _amount(comparison, comparison.detectable)
        said += f". So many would show a difference of {found} four times out of five"
    if comparison.needed is not None and comparison.needed > comparison.pairs:
        said += f". About {plural(roughly(comparison.needed), word)} would tell"
    return said


def roughly(count: int) -> int:
    """Two digits say all that is known of such a figure."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


_TOLD = {"better": _differs, "worse": _differs, "same": _same, "not enough data": _undecided}


def _arms(comparison: Comparison) -> str:
    assert comparison.a is not None
    assert comparison.b is not None
    return f"{_value(comparison.measure, comparison.b)} against {_value(comparison.measure, comparison.a)}"


def _change(comparison: Comparison) -> str:
    if comparison.ratio is not None:
        return _share(comparison.ratio)
    assert comparison.difference is not None
    return _signed(comparison, comparison.difference)


def _interval(comparison: Comparison, *, bare: bool = False) -> str:
    assert comparison.low is not None
    assert comparison.high is not None
    if comparison.ratio_low is not None and comparison.ratio_high is not None:
        low, high = _share(comparison.ratio_low), _share(comparison.ratio_high)
    else:
        low, high = _signed(comparison, comparison.low), _signed(comparison, comparison.high)
    if bare:
        return f"anything from {low} to {high}"
    sure = "99.99+" if comparison.confidence > 0.9999 else f"{100 * comparison.confidence:.4g}"
    return f"({sure} % interval {low} to {high})"


def _share(ratio: float) -> str:
    change = 100 * (ratio - 1)
    digits = 0 if abs(change) >= 9.5 else 1
    return f"{change:+.{digits}f} %"


def _signed(comparison: Comparison, difference: float) -> str:
    if comparison.measure == "success":
        return f"{100 * difference:+.0f} points"
    sign = "-" if difference < 0 else "+"
    return f"{sign}{_value(comparison.measure, abs(difference))}"


def _amount(comparison: Comparison, difference: float) -> str:
    if comparison.measure == "success":
        return f"{100 * difference:.0f} points"
    if not higher_is_better(comparison.measure) and comparison.a:
        return f"{100 * difference / comparison.a:.0f} %"
    return _value(comparison.measure, difference)


def margin_told(comparison: Comparison) -> str:
    """From where on a difference matters: 5 points, 10 %."""
    if comparison.measure == "success":
        return f"{100 * comparison.margin:.3g} points"
    return f"{comparison.margin:.3g}" if comparison.measure == "score" else f"{100 * comparison.margin:.3g} %"


def _value(measure: Measure, value: float) -> str:
    if measure == "score":
        return f"{value:.3g}"
    return f"{level(measure, value)} tokens" if measure == "tokens" else level(measure, value)


def level(measure: Measure, value: float) -> str:
    """How an arm stands in a measure: 84 %, $0.0123, 1.2 s."""
    if measure == "success":
        return percent(value, 0)
    if measure == "cost_usd":
        return money(value) if value >= _FINE or not value else f"${value:.{1 - floor(log10(value))}f}"
    if measure == "seconds":
        return took(1000 * value)
    return f"{value:,.0f}" if measure == "tokens" else f"{value:.2f}"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {p:.2g}"


def _dropped(comparison: Comparison) -> str:
    if not comparison.dropped:
        return ""
    if comparison.paired:
        return f"; {plural(comparison.dropped, 'pair')} left out that lack a side"
    return f"; {plural(comparison.dropped, 'value')} missing"
