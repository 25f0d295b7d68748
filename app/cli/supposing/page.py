"""A what-if as a page: before and after, who would have answered, where most would be saved, and what nobody knows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.cli.cost_page import difference
from app.cli.figures import MICROSECONDS, tokens
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import wrap
from app.cli.spoken import is_spoken, sentence, spoken_rows
from app.cli.supposing.words import asked, in_a_sentence, unknowable
from app.cli.tables import Cell, Giving, table
from app.safety import one_line
from app.state.words import in_full, in_short, money, plural, short_id

if TYPE_CHECKING:
    from app.batch.whatif.answers import Answer, Question
    from app.batch.whatif.report import Report, Tally

_LEAST = 20  # cells of a name
_FACTS = 12  # cells before a fact
_BAR = 14  # cells of the longest bar
_ROWS = 10  # of a table, before the rest is only counted
_HEADS = {
    "model": "who would have answered", "agent": "by agent", "scenario": "by scenario", "month": "by month",
    "call": "the calls that would save most",
}  # fmt: skip
_MONTHS = 12
_BARS = "░ saved ▓ more"
_LEAVING = ("tokens", _BARS, "was", "would be", "calls", "differs")  # where it is narrow

Columns = dict[str, list[Cell]]


def lines(question: Question, report: Report, ways: Iterable[str], ink: Ink) -> list[str]:
    """The page."""
    tables = [(way, columns, more) for way in ways for columns, more in [_table(report, way)] if _is_told(way, columns)]
    left = list(_refused(report)), list(unknowable(question, report))
    if is_spoken():
        return list(_aloud(question, report, tables, left))
    title = wrap(ink.glyphs(f"what if: {asked(question)}"), ink.width)
    found = [*(ink.paint(line, "bold") for line in title), *_facts(report, ink)]
    for way, columns, more in tables:
        found += ["", ink.paint(_HEADS[way], "bold"), *_drawn(columns, ink)]
        found += [f"  {ink.paint(f'and {more:,} more', 'dim')}"] if more else []
    for head, notes in zip(("would have been refused", "what cannot be known"), left, strict=True):
        if notes:
            found += ["", ink.paint(head, "bold"), *_wrapped(notes, ink)]
    return [*found, "", *wrap(ink.glyphs(in_a_sentence(question, report)), ink.width)]


def _facts(report: Report, ink: Ink) -> Iterator[str]:
    total = report.total
    usage = total.usage
    most = max(total.was.cost_usd, total.would.cost_usd)
    yield from _fact("runs", f"{plural(report.runs, 'run')}, {_days(report.answers)}", ink)
    read = f"{tokens(usage.total - usage.output)} tokens read, {tokens(usage.output)} written"
    yield from _fact(
        "calls", f"{plural(total.calls, 'call')}, {report.standing('moves'):,} with another model; {read}", ink
    )
    for name, spent in (("was", total.was), ("would be", total.would)):
        bar = "▆" * _share(spent.cost_usd, most)
        yield from _fact(name, f"{bar:<{_BAR}} {'; '.join(in_full(spent))}" if most else "; ".join(in_full(spent)), ink)
    yield from _fact("differs", difference(total.was, total.would), ink)


def _fact(name: str, said: str, ink: Ink) -> Iterator[str]:
    for line in [said] if cell_width(said) <= ink.width - _FACTS else wrap(said, ink.width - _FACTS):
        yield f"  {ink.paint(f'{name:<9}', 'dim')} {ink.glyphs(line)}"
        name = ""


def _days(answers: Sequence[Answer]) -> str:
    first, last = (
        time.strftime("%d %b %Y", time.gmtime(at / MICROSECONDS)).lstrip("0")
        for at in (min(one.at for one in answers), max(one.at for one in answers))
    )
    return first if first == last else f"{first} to {last}"


def _table(report: Report, way: str) -> tuple[Columns, int]:
    """Its columns, and how many rows more there are."""
    if way == "call":
        return _savings(report), 0
    if way == "model":
        flows, name = report.flows, _names(report)
        who = [
            Cell(name(one.before))
            if one.after == one.before
            else Cell(f"{name(one.before)} → {name(one.after)}", "cyan")
            for one in flows[:_ROWS]
        ]
        return {way: who} | _figures([flow.tally for flow in flows[:_ROWS]]), max(0, len(flows) - _ROWS)
    tallies = report.by(way)
    shown = tallies[-_MONTHS:] if way == "month" else tallies[:_ROWS]
    is_one = len({answer.scenario for answer in report.answers}) == 1
    names = [one.name.rpartition("/")[2] if is_one and way == "agent" else one.name for one in shown]
    return {way: [Cell(name or "(none)") for name in names]} | _figures(shown), len(tallies) - len(shown)


def _flow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _names(report: Report) -> Callable[[str], str]:
    """Models without their providers, where no two of them are called the same."""
    uses = {use for answer in report.answers for use in (answer.before, answer.after)}
    short_names = Counter(use.partition("/")[2] for use in uses)
    return lambda use: name if (name := use.partition("/")[2]) and short_names[name] == 1 else use


def _is_told(way: str, columns: Columns) -> bool:
    """One scenario, and one month, says no more than the whole."""
    rows = len(next(iter(columns.values())))
    return rows > 1 if way in ("scenario", "month") else rows > 0


def _figures(tallies: Sequence[Tally]) -> Columns:
    most = max((max(one.was.cost_usd, one.would.cost_usd) for one in tallies), default=0.0)
    columns: Columns = {_BARS: [Cell(_bar(one, most)) for one in tallies]} if most else {}
    return columns | {
        "calls": [Cell(f"{one.calls:,}", right=True) for one in tallies],
        "tokens": [Cell(tokens(one.usage.total), right=True) for one in tallies],
        "was": [Cell(in_short(one.was), right=True) for one in tallies],
        "would be": [Cell(in_short(one.would), right=True) for one in tallies],
        "differs": [Cell(difference(one.was, one.would), _colour(one), right=True) for one in tallies],
    }


def _bar(tally: Tally, most: float) -> str:
    """What would be paid, and beside it what would be saved, or come on top."""
    was, would = _share(tally.was.cost_usd, most), _share(tally.would.cost_usd, most)
    return "▆" * min(was, would) + "░" * (was - would) + "▓" * (would - was)


def _share(usd: float, most: float) -> int:
    return max(round(usd / most * _BAR), usd > 0) if most else 0


def _colour(tally: Tally) -> str:
    more = tally.difference_usd
    if more is None or abs(more) < 1e-9:
        return "dim"
    return "yellow" if more > 0 else "green"


def _savings(report: Report) -> Columns:
    answers, name = report.savings(_ROWS), _names(report)
    return {
        "run": [Cell(short_id(one.run), "accent") for one in answers],
        "call": [Cell(one.call) for one in answers],
        "model": [Cell(_flow(name(one.before), name(one.after)), "cyan") for one in answers],
        "was": [Cell(in_short(one.was), right=True) for one in answers],
        "saves": [Cell(money(one.saved_usd), "green", right=True) for one in answers],
    }


def _drawn(columns: Columns, ink: Ink) -> Iterator[str]:
    told = {head: cells for head, cells in columns.items() if any(cell.text for cell in cells)}
    heads = list(told)
    yields = heads.index("model") if "model" in heads else 0
    leaving = tuple(heads.index(head) for head in _LEAVING if head in told)
    rows = list(zip(*told.values(), strict=True))
    narrower = Ink(colour=ink.colour, ascii=ink.ascii, width=ink.width - 2)
    for line in table(heads, rows, narrower, yielding=Giving(yields, leaving, least=_LEAST)):
        yield f"  {line}"


def _refused(report: Report) -> Iterator[str]:
    for one in report.refusals:
        first = "" if one.calls == 1 else ", the first of them"
        yield f"{plural(one.calls, 'call')} to {one_line(one.use)}{first}: {one_line(one.why.note)}"


def _wrapped(notes: Iterable[str], ink: Ink) -> Iterator[str]:
    for note in notes:
        yield from (f"  {ink.glyphs(line)}" for line in wrap(note, ink.width - 2))


def _aloud(
    question: Question, report: Report, tables: list[tuple[str, Columns, int]], left: tuple[list[str], list[str]]
) -> Iterator[str]:
    yield sentence(f"what if: {asked(question)}")
    for way, columns, more in tables:
        yield f"{_HEADS[way]}:"
        told = {head: cells for head, cells in columns.items() if head != _BARS}
        yield from spoken_rows(list(told), zip(*told.values(), strict=True))
        if more:
            yield sentence(f"and {more:,} more")
    yield from (sentence(f"refused: {note}") for note in left[0])
    yield from map(sentence, left[1])
    yield in_a_sentence(question, report)
