"""The runs of a batch on its page: why some did not pass, with how to see each, and a table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import ceil, log10
from typing import NamedTuple

from app.batch.cells import Names
from app.batch.groups import Reason, reasons_of
from app.batch.planning import SCENARIO
from app.batch.results import ItemResult, Results, not_met
from app.export.batch.page_tables import folded, left_out, table
from app.export.batch.page_words import LETTERS, TONES, command, count, cut, name, short, words

_MOST_REASONS = 30
_SHOWN = 3  # runs of a reason before the rest is folded away
_MOST_RUNS = 40  # of a reason
_LONG = 150  # runs in the table before it is folded away
_MOST_TOLD = 140  # letters of why a run did not pass, in the table
_FEWEST_DIGITS, _MOST_DIGITS = 4, 8  # of a cost, behind the point


def reasons(results: Results) -> str:
    """What happened most often first."""
    found = reasons_of(results)
    rows = [_reason(reason) for reason in found[:_MOST_REASONS]]
    shown = folded(rows, lambda block: f'<ol class="reasons">{block}</ol>', most=8, what="reasons")
    return shown + left_out(len(found) - _MOST_REASONS)


def _reason(reason: Reason) -> str:
    rows = [_of_reason(item, reason.why) for item in reason.items[:_MOST_RUNS]]
    tables = folded(rows, _seen, most=_SHOWN, what="runs")
    head = f"<h3><b>{len(reason.items):,} ×</b> {words(reason.why)}</h3>"
    failure = reason.items[0].failure
    hint = f'<p class="key">{words(failure.hint)}</p>' if failure is not None and failure.hint else ""
    return f"<li>{head}{hint}{tables}{left_out(len(reason.items) - _MOST_RUNS)}</li>\n"


def _seen(rows: str) -> str:
    return table(f'<table class="seen">{_SEEN}<tbody>{rows}</tbody></table>')


_SEEN = (
    '<thead><tr><th scope="col">run</th><th scope="col">what there was</th><th scope="col">to see it</th></tr></thead>'
)


def _of_reason(item: ItemResult, why: str) -> str:
    return (
        f'<tr><th scope="row">{name(item.name)}</th><td>{words(_found(item, why), 240)}</td>'
        f"<td><code>{words(command(item))}</code></td></tr>\n"
    )


def _found(item: ItemResult, why: str) -> str:
    """What there was instead of what was expected."""
    found = next((check.found for check in item.checks if not check.met and not_met(check.about) == why), "")
    if found:
        return found
    return item.failure.where if item.failure is not None else ""


class _Column(NamedTuple):
    head: str
    shown: Callable[[ItemResult], str]  # in HTML
    is_figure: bool = False


def runs(results: Results) -> str:
    """All of them, as text; with a script they are sorted and filtered."""
    columns = list(_columns(results))
    heads = "".join(map(_head, columns))
    rows = "".join(f"<tr>{''.join(_cell(column, item) for column in columns)}</tr>\n" for item in results.items)
    shown = table(f'<table class="runs"><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table>')
    whole = f"{_filter(results)}{shown}"
    if len(results.items) <= _LONG:
        return whole
    return f'<details class="long"><summary>All {count(len(results.items))}</summary>{whole}</details>'


def _columns(results: Results) -> Iterator[_Column]:
    yield _Column("Nr", lambda item: str(item.number), is_figure=True)
    yield _Column("Run", lambda item: words(short(item.item.run)))
    if len({item.scenario for item in results.items}) > 1:
        yield _Column("Scenario", lambda item: words(item.scenario))
    for axis in results.plan.axes:
        if axis != SCENARIO:
            yield _Column(axis, partial(_value, results.plan.names, axis))
    yield _Column("Seed", lambda item: str(item.item.seed), is_figure=True)
    yield _Column("Verdict", _verdict)
    if any(item.score is not None for item in results.items):
        yield _Column("Score", lambda item: "" if item.score is None else f"{item.score:.2f}", is_figure=True)
    digits = _digits(item.cost_usd for item in results.items)
    yield _Column("US$", lambda item: "" if item.spent.unpriced else f"{item.cost_usd:.{digits}f}", is_figure=True)
    yield _Column("Seconds", lambda item: "" if item.seconds is None else f"{item.seconds:.1f}", is_figure=True)
    yield _Column("Tokens", lambda item: f"{item.tokens:,}", is_figure=True)
    yield _Column("Why", lambda item: words(_why(item), _MOST_TOLD))


def _digits(costs: Iterable[float]) -> int:
    """So many that two of them tell of the least cost: a little is not nothing."""
    least = min((cost for cost in costs if cost > 0), default=1.0)
    return min(_MOST_DIGITS, max(_FEWEST_DIGITS, 1 + ceil(-log10(least))))


_FIGURES = ' class="figures"'


def _head(column: _Column) -> str:
    look = _FIGURES if column.is_figure else ""
    return f'<th scope="col"{look}><button type="button">{words(column.head)}</button></th>'


def _cell(column: _Column, item: ItemResult) -> str:
    return f"<td{_FIGURES if column.is_figure else ''}>{column.shown(item)}</td>"


def _value(names: Names, axis: str, item: ItemResult) -> str:
    return words(names.of(axis, item.item.cell[axis])) if axis in item.item.cell else ""


def _verdict(item: ItemResult) -> str:
    return f'<b class="{TONES.get(item.verdict, "quiet")}">{LETTERS[item.verdict]}</b> {item.verdict}'


def _why(item: ItemResult) -> str:
    if item.passed or not (item.over or item.reason):
        return ""
    return item.why or item.outcome


def _filter(results: Results) -> str:
    """What a script makes use of; without one it is not shown."""
    there = {item.verdict for item in results.items}
    options = "".join(f'<option value="{each}">{each}</option>' for each in LETTERS if each in there)
    return (
        '<div class="filter" hidden><label>Filter <input type="search" placeholder="a word of any column"></label>'
        f'<label>Verdict <select><option value="">any</option>{options}</select></label>'
        f'<output aria-live="polite">{count(len(results.items))}</output>'
        '<button type="button" hidden>Show all</button></div>'
    )


def next_commands(results: Results) -> Iterator[tuple[str, str]]:
    """What to type to see it again, or to go on."""
    batch = short(results.row.batch)
    yield f"footlights batches {batch}", "tells it again, in the terminal"
    if any(item.over and not item.passed for item in results.items):
        yield f"footlights batches {batch} --failed", "lists the runs that did not pass, each with why"
    shown = next((item for item in results.items if item.over and not item.passed), None) or next(
        iter(results.over), None
    )
    if shown is not None:
        yield command(shown), f"shows a run on the stage: {cut(shown.name, 80)}"
        yield f"footlights show {short(shown.item.run)}", "shows the same run in lines"
    if any(item.reason in ("gate", "person") for item in results.items):
        yield "footlights inbox", "lists what a person is asked"
    if any(item.goes_on for item in results.items):
        yield f"footlights batch --resume {batch}", "goes on with what is missing; nothing is performed twice"
