"""What a batch was held against, on its page: the arms of a comparison with their control, and a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.batch.comparing.shift_words import against_told
from app.batch.comparing.words import WHAT, paired_told, signed, span, unit
from app.batch.statistics import Comparison, few_differ_told, is_relative, level
from app.export.batch.page_plots import Scale, Span, axis, interval
from app.export.batch.page_tables import drawn, folded, row
from app.export.batch.page_words import called, name, short, words

if TYPE_CHECKING:
    from app.batch.comparing.against import Against, Kind, Turned
    from app.batch.comparing.arms import Arm, Comparisons, Measured, Place

FARTHEST = 120.0  # points or per cent; what reaches farther ends in an arrow
_SHOWN = 16  # places before the rest is folded away
_MOST_PLACES = 200
_MOST_SHIFTS = 20
SIGNS = {
    "better": ("✓", "good"), "worse": ("✗", "error"), "same": ("=", "quiet"), "not enough data": ("?", "warning"),
    "void": ("○", "warning"),
}  # fmt: skip
_KINDS: dict[Kind, tuple[str, str, str]] = {
    "regression": ("✗", "error", "worse"),
    "improvement": ("✓", "good", "better"),
    "unclear": ("?", "warning", "unclear"),
}


def comparison(compared: Comparisons) -> str:
    """One axis: every arm against the control."""
    arms = "\n".join(_arm(compared, arm) for arm in compared.arms)
    stopped = compared.stopped and f"stopped: {compared.stopped}"
    notes = (*paired_told(compared), compared.together, *compared.notes, stopped)
    return f"{arms}{_list(filter(None, notes))}"


def arm_line(arm: Arm) -> str:
    """The finding about an arm, with its sign."""
    sign, tone = SIGNS[arm.verdict]
    return f'<b class="{tone}">{sign}</b> {words(arm.headline)}'


def _arm(compared: Comparisons, arm: Arm) -> str:
    parts = [f'<p class="finding">{arm_line(arm)}</p>']
    if not arm.void and any(span(each.comparison) for each in arm.measures):
        scale = _scale([each.comparison for each in arm.measures])
        rows = [_measure(each, scale) for each in arm.measures]
        parts += [_forest(rows, ("change", "effect", compared.control, arm.name), scale), _KEY]
        unknown = (each for each in arm.measures if each.verdict == "void" or few_differ_told(each.comparison))
        parts.append(_list(f"{WHAT[each.measure]}: {each.why}" for each in unknown))
        parts += _places(arm)
    return "\n".join(parts)


_KEY = (
    '<p class="key">A dot is what was seen, its line where the truth lies, 95 times in 100. '
    "Within the shaded band two arms count as the same; where a line crosses zero, the sign is not known.</p>"
)


def _measure(measured: Measured, scale: Scale) -> str:
    found = measured.comparison
    sign, tone = SIGNS[measured.verdict]
    arms = ["–" if value is None else level(found.measure, value) for value in (found.a, found.b)]
    head = f'{called(measured.measure)}<span class="{tone}">{sign} {measured.verdict}</span>'
    if measured.verdict == "void":
        return row(head, interval(scale, None, tone, _near(found)), "", "", *arms)
    effect = f"{found.size}<span>{_p(found)}</span>" if found.low is not None else ""
    return _line(head, found, scale, tone, effect, *arms)


def _p(found: Comparison) -> str:
    return "p &lt; 0.001" if found.p < 0.001 else f"p = {found.p:.2g}"


def _places(arm: Arm) -> Iterator[str]:
    if not arm.places:
        return
    scale = _scale([place.comparison for place in arm.places])
    rows = [_place(place, scale) for place in arm.places[:_MOST_PLACES]]
    yield f"<h3>{called(arm.places[0].comparison.measure)} in each place</h3>"
    yield _forest(rows, ("change", "pairs"), scale)
    if more := len(arm.places) - _MOST_PLACES:
        yield f'<p class="key">And {more:,} more places.</p>' if more > 0 else ""
    if arm.shift:
        yield f'<p class="finding"><b class="warning">⚠</b> {words(f"Mind that {arm.shift}.")}</p>'


def _place(place: Place, scale: Scale) -> str:
    return _line(name(place.name), place.comparison, scale, "quiet", f"{place.comparison.pairs:,}")


def _line(head: str, found: Comparison, scale: Scale, tone: str, *figures: str) -> str:
    seen, told = span(found), ""
    if seen is not None:
        middle, low, high = (signed(found, value).replace("-", "−") for value in seen)
        told = f"{middle} {unit(found.measure)}<span>{low} to {high}</span>"
    return row(head, interval(scale, Span(*seen) if seen is not None else None, tone, _near(found)), told, *figures)


def _forest(rows: Sequence[str], heads: Sequence[str], scale: Scale) -> str:
    below = axis(scale, lambda value: f"{value:+g}".replace("-", "−") if value else "0")
    return drawn(rows, heads, below, most=_SHOWN, what="places")


def _near(found: Comparison) -> tuple[float, float]:
    """Within which two arms count as the same."""
    if is_relative(found.measure):
        return 100 * (1 / (1 + found.margin) - 1), 100 * found.margin
    return -100 * found.margin, 100 * found.margin


def _scale(found: Sequence[Comparison]) -> Scale:
    """One for all, with zero and the margins in it."""
    edges = [edge for each in found for edge in (*(span(each) or ()), *_near(each))]
    wide = max(edges) - min(edges)
    return Scale(max(-FARTHEST, min(edges) - 0.04 * wide), min(FARTHEST, max(edges) + 0.04 * wide))


def baseline(against: Against) -> str:
    """What has become worse or better since."""
    rows = [_shift(*_KINDS[kind], words(shift.line)) for kind in _KINDS for shift in against.of_kind(kind)]
    rows += map(_turned, against.turned)
    parts = [f"<p>{words(against_told(against)).capitalize()}.</p>"]
    parts.append(folded(rows, lambda block: f'<ul class="shifts">{block}</ul>', most=_MOST_SHIFTS, what="changes"))
    names = (("new", against.new), ("gone", against.gone), ("changed since", against.changed))
    parts.append(_list([*(f"{title}: {', '.join(each)}" for title, each in names if each), *against.notes]))
    return "\n".join(filter(None, parts))


def _turned(run: Turned) -> str:
    sign, tone = ("✓", "good") if run.now == "passed" else ("✗", "error")
    compare = f"footlights compare {short(run.run_before)} {short(run.run)}"
    return _shift(sign, tone, "turned", f"{words(run.line)} <code>{words(compare)}</code>")


def _shift(sign: str, tone: str, word: str, told: str) -> str:
    return f'<li><b class="{tone}">{sign} {word}</b><span>{told}</span></li>'


def _list(notes: Iterable[str]) -> str:
    shown = "".join(f"<li>{words(note)}</li>" for note in notes)
    return f'<ul class="notes">{shown}</ul>' if shown else ""
