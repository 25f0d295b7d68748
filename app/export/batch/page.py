"""A batch as a page of HTML with charts: for whoever decides by it and was not there.

It loads nothing and sends nothing, reads without its script and on paper, and says in text whatever a drawing shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.batch.comparing.shift_words import against_told
from app.batch.groups import groups_of, reasons_of, runs_of, spent_in, times_told
from app.batch.heat import heat_of
from app.export.batch.page_cells import amounts, heat_map, rates, settled
from app.export.batch.page_comparing import arm_line, baseline, comparison
from app.export.batch.page_plots import bar, patterns, swatch
from app.export.batch.page_runs import next_commands, reasons, runs
from app.export.batch.page_values import values
from app.export.batch.page_words import (
    LETTERS,
    between,
    count,
    cut,
    meaning,
    told_between,
    words,
)
from app.export.batch.verdict import sign_of, standing
from app.export.sheet import Front, Section, again, sheet
from app.state.words import in_full, percent
from footlights import __version__

if TYPE_CHECKING:
    from app.batch.comparing.against import Against
    from app.batch.comparing.arms import Comparisons
    from app.batch.results import Results

_MOST_VALUES = 8  # of an axis that are named
_TONES = {"✓": "good", "✗": "error", "○": "warning"}
_MODES = {
    "rehearsal": "rehearsed: written lines, no model was asked",
    "cassette": "played back from cassettes",
    "live": "live: models were asked",
}


def page(results: Results, comparisons: Sequence[Comparisons] = (), against: Against | None = None) -> str:
    """The page."""
    sign = sign_of(results, against)
    worse = f", and it is worse than {cut(against.name, 60)}" if against is not None and against.is_worse else ""
    verdict = f"{sign} {standing(results)}{worse}"
    title = cut(results.plan.title, 200)
    front = Front("the report of a batch", title, _TONES[sign], verdict, _lead(results), list(_facts(results)))
    made = f"Made by Footlights {__version__} from the archive. What looked like a key is covered."
    opening = _findings(comparisons, against) + _bar(results)
    return sheet(front, _sections(results, comparisons, against), made=made, opening=opening, also="batch")


def _sections(results: Results, comparisons: Sequence[Comparisons], against: Against | None) -> Iterator[Section]:
    """In the order in which somebody who was not there asks for it."""
    if against is not None:
        yield Section("baseline", f"Against {words(against.name, 60)}", baseline(against))
    for number, compared in enumerate(comparisons, 1):
        arms = " and ".join(arm.name for arm in compared.arms[:3]) if len(compared.arms) < 4 else "all others"
        title = f"{words(compared.axis)}: {words(arms)} against {words(compared.control)}"
        yield Section(f"comparison-{number}", title, comparison(compared))
    heat = heat_of(results) if results.over else None
    yield Section("map", "Where it passes, and what it costs there", heat_map(heat) if heat else "")
    yield Section("rates", "How often each passes, the worst first", rates(results))
    yield Section("reasons", f"Why {count(runs_of(reasons_of(results)))} did not pass", reasons(results))
    yield Section("amounts", "What runs cost, and how long they take", amounts(results))
    yield Section("settled", "Whether the rate has settled", settled(results))
    yield Section("values", "What varies, in full", values(results))
    yield Section("runs", "All runs", runs(results))
    yield Section("again", "To see it again", again(next_commands(results)))


def _lead(results: Results) -> str:
    """What there is to say of it in a sentence or two."""
    over, passed = len(results.over), results.count("passed")
    if not over:
        return "Nothing can be said of it yet."
    known = between(passed, over)
    likely = f"; with so many, the true rate may be anywhere from {told_between(known)}" if known else ""
    told = f"{percent(passed / over)} of {count(over)} passed{likely}."
    found = reasons_of(results)
    if not found:
        return told
    first = found[0]
    return f"{told} What went wrong most often, {len(first.items):,} ×: {cut(first.why, 160)}."


def _findings(comparisons: Sequence[Comparisons], against: Against | None) -> str:
    found = []
    if against is not None:
        sign, tone = ("✗", "error") if against.is_worse else ("✓", "good") if against.held else ("?", "warning")
        told = f"Against {words(against.name, 60)}: {against_told(against)}."
        found.append(f'<a href="#baseline"><b class="{tone}">{sign}</b> {told}</a>')
    for number, compared in enumerate(comparisons, 1):
        found += [f'<a href="#comparison-{number}">{arm_line(arm)}</a>' for arm in compared.arms[:6]]
    return f'<ul class="findings">{"".join(f"<li>{each}</li>" for each in found)}</ul>' if found else ""


def _bar(results: Results) -> str:
    """How all runs stand, as one bar with its legend."""
    found = Counter(item.verdict for item in results.items)
    counts = {verdict: found[verdict] for verdict in LETTERS if found[verdict]}
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    legend = "".join(
        f"<li>{swatch(verdict, LETTERS[verdict])}<b>{found[verdict]:,} {verdict}</b> {meaning(verdict)}</li>"
        for verdict in LETTERS
        if found[verdict]
    )
    drawn = bar(counts, LETTERS, told)
    return f'{patterns(list(LETTERS))}<figure class="bare">{drawn}</figure><ul class="legend">{legend}</ul>'


def _facts(results: Results) -> Iterator[tuple[str, str]]:
    """How it was performed."""
    plan = results.plan
    yield "How", _MODES.get(plan.mode, plan.mode)
    yield "What", "\n".join(cut(line, 300) for line in _what(results))
    yield "Seeds", _seeds([item.seed for item in plan.items])
    yield "When", f"{datetime.fromtimestamp(results.row.created / 1e6, UTC):%d %B %Y, %H:%M} UTC"
    yield "Cost", "; ".join(in_full(spent_in(results)))
    if times := times_told(results):
        yield "A run", times
    for name, amounts_of in (("Limits of a run", plan.limits), ("Budget of all", plan.budget)):
        if amounts_of:
            yield name, ", ".join(f"{cut(key, 40)} {value:g}" for key, value in amounts_of.items())
    if results.row.stopped:
        yield "Ended early", cut(results.row.stopped, 300)
    if results.over and between(1, 2) is None:
        yield "Intervals", "left out, SciPy is not installed: pip install 'footlights[stats]'"
    yield "Batch", cut(results.row.batch, 60)


def _what(results: Results) -> Iterator[str]:
    names = list(dict.fromkeys(item.scenario for item in results.items))
    yield f"{count(len(results.items))}, {f'{len(names):,} scenarios' if len(names) > 1 else names[0] if names else ''}"
    for axis in results.plan.axes:
        values = [results.plan.names.of(axis, value) for value in results.values(axis)]
        more = f" and {len(values) - _MOST_VALUES:,} more" if len(values) > _MOST_VALUES else ""
        if values and axis != "scenario":
            yield f"{axis}: {', '.join(values[:_MOST_VALUES])}{more}"
    times = sorted({len(group.items) for group in groups_of(results)})
    if times and times[-1] > 1:
        yield f"each {times[0]:,} times" if len(times) == 1 else f"each {times[0]:,} to {times[-1]:,} times"


def _seeds(seeds: Sequence[int]) -> str:
    """Those that follow each other together: 0, 7 to 26."""
    runs: list[list[int]] = []
    for seed in sorted(set(seeds)):
        if runs and seed == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], seed]
        else:
            runs.append([seed])
    more = f" and {len(runs) - _MOST_VALUES:,} more" if len(runs) > _MOST_VALUES else ""
    return ", ".join(" to ".join(map(str, run)) for run in runs[:_MOST_VALUES]) + more
