"""What a run has cost as a page: the whole, then who spent it, as bars; and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app.batch.whatif.attempts import Attempt
from app.batch.whatif.sums import Sum, grouped, summed
from app.cli.figures import compact_time, tokens
from app.cli.ink import Ink
from app.cli.spoken import is_spoken, sentence, spoken_rows
from app.cli.statuses import marked
from app.cli.tables import Cell, Giving, table
from app.document.suggest import listed
from app.events import Usage
from app.safety import one_line
from app.state import NOTHING, Spent
from app.state.words import in_full, in_short, known_usd, money, paid, plural, short_id

if TYPE_CHECKING:
    from app.batch.whatif.sums import Offers
    from app.journal import RunRow
    from app.state import RunState

_MANY = 9  # times more from which nobody reads it as a percentage any longer
_BAR = 12  # cells of the longest bar
_BUCKETS: dict[str, Callable[[Usage], int]] = {
    "fresh": lambda usage: usage.input,
    "from cache": lambda usage: usage.cache_read,
    "to cache": lambda usage: usage.cache_write,
    "written": lambda usage: usage.output,
}
_LEAVING = ("to cache", "from cache", "time", "fresh", "written", "", "calls", "differs")  # where it is narrow
_COLOURS = {"model": "cyan", "step": "blue", "call": "white"}


def lines(
    row: RunRow,
    state: RunState,
    attempts: Sequence[Attempt],
    ways: Iterable[str],
    offers: Offers | None,
    under: str,
    ink: Ink,
) -> list[str]:
    """The page."""
    total = summed(attempts, offers=offers)
    status, _ = marked(row.status)
    title = f"{short_id(row.run)}  {one_line(row.title or row.scenario)}  {status}"
    head = [ink.glyphs(ink.paint(title, "bold"))]
    if not attempts:
        return [*head, "  no model was called"]
    facts = [*_facts(total, attempts), *(_other(total, attempts, offers, under) if offers is not None else ())]
    if is_spoken():
        return [*head, *(sentence(f"{name}: {said}") for name, said in facts), *_aloud(state, attempts, ways, offers)]
    found = head + [f"  {ink.paint(f'{name:<9}', 'dim')} {ink.glyphs(said)}" for name, said in facts]
    for way in ways:
        sums = grouped(attempts, way, offers)
        found += ["", ink.paint(f"by {way}", "bold"), *_table(sums, total, way, state, ink)]
    return found


def _facts(total: Sum, attempts: Sequence[Attempt]) -> Iterable[tuple[str, str]]:
    usage = total.usage
    yield "cost", "; ".join((*in_full(total.spent), plural(total.calls, "call")))
    if total.unpriced:
        yield "unpriced", f"{listed(map(one_line, total.unpriced))}; a price in models.yaml is counted from then on"
    if inherited := [attempt for attempt in attempts if attempt.inherited]:
        new = [attempt for attempt in attempts if not attempt.inherited]
        yield "new", f"{paid(summed(new).spent)}; {paid(summed(inherited).spent)} came with the fork"
    thought = f", {usage.reasoning:,} of them thought" if usage.reasoning else ""
    yield "read", f"{usage.input:,} fresh, {usage.cache_read:,} from a cache, {usage.cache_write:,} into one"
    yield "written", f"{usage.output:,}{thought}"
    if total.saved_usd > 0:
        yield "saved", f"{money(total.saved_usd)} by caches"
    elif total.saved_usd < 0:
        yield "caches", f"cost {money(-total.saved_usd)} more than they saved"
    if total.spent.local_ms:
        pace = total.local_output / total.spent.local_ms * 1000
        yield "local", f"{compact_time(total.spent.local_ms)} of work on this machine, {pace:,.0f} tokens/s"


def _other(total: Sum, attempts: Sequence[Attempt], offers: Offers, under: str) -> Iterable[tuple[str, str]]:
    """What it would have cost, and what that rests on."""
    would = total.would or NOTHING
    yield "would be", f"{paid(would)} {one_line(under)}; {difference(total.spent, would)}"
    guesses = sum(attempt.is_a_guess for attempt in attempts)
    kept = dict.fromkeys(attempt.use for attempt in attempts if offers(attempt.use) is None)
    if kept:
        yield "", f"as it was for {listed(map(one_line, kept))}, of which the file says nothing"
    if guesses:
        yield "", f"as it was for {plural(guesses, 'call')} that nobody knows the tokens of"
    yield "", "for the same tokens: another model counts, and answers, in its own way"


def _table(sums: Sequence[Sum], total: Sum, way: str, state: RunState, ink: Ink) -> list[str]:
    shown = [*sums, *([total] if len(sums) > 1 else [])]
    columns = {way: [_name(one, total, way, state) for one in shown]} | _figures(
        shown, compares=total.would is not None
    )
    if len(sums) > 1 and total.would is None:
        bars = [Cell("", "") if one is total else _bar(one, total, way, state) for one in shown]
        columns = {way: columns.pop(way), "": bars, **columns}
    told = {head: cells for head, cells in columns.items() if any(cell.text for cell in cells)}
    heads = list(told)
    leaving = tuple(heads.index(head) for head in _LEAVING if head in told)
    rows = list(zip(*told.values(), strict=True))
    return ["  " + line for line in table(heads, rows, _narrower(ink), yielding=Giving(column=0, leaving=leaving))]


def _name(one: Sum, total: Sum, way: str, state: RunState) -> Cell:
    return Cell("all", "bold") if one is total else Cell(*_named(one.name, way, state))


def _bar(one: Sum, total: Sum, way: str, state: RunState) -> Cell:
    share = _share(one, total)
    return Cell("▆" * max(round(share * _BAR), share > 0), _named(one.name, way, state)[1])


def _figures(sums: Sequence[Sum], *, compares: bool) -> dict[str, list[Cell]]:
    """The columns of figures, by their heads."""
    found = {"cost": [paid(one.spent) for one in sums]}
    if compares:
        found["would be"] = [in_short(one.would or NOTHING) for one in sums]
        found["differs"] = [difference(one.spent, one.would or NOTHING) for one in sums]
    found |= {"calls": [f"{one.calls:,}" for one in sums]}
    found |= {
        head: [tokens(count) if (count := of(one.usage)) else "" for one in sums] for head, of in _BUCKETS.items()
    }
    found |= {"time": [compact_time(one.took_ms) for one in sums]}
    return {head: [Cell(text, right=True) for text in texts] for head, texts in found.items()}


def _narrower(ink: Ink) -> Ink:
    return Ink(colour=ink.colour, ascii=ink.ascii, width=ink.width - 2)


def _share(one: Sum, total: Sum) -> float:
    """Of the money; where there was none, of the tokens."""
    if total.spent.cost_usd > 0:
        return one.spent.cost_usd / total.spent.cost_usd
    return one.usage.total / total.usage.total if total.usage.total else 0.0


def _named(name: str, way: str, state: RunState) -> tuple[str, str]:
    if way != "agent":
        return name or "(none)", _COLOURS[way]
    known = state.agents.get(name)
    if known is None:
        return name or "(none)", "white"
    return f"{known.who.glyph} {known.who.title or name}", known.who.color.removeprefix("bright_")


def difference(spent: Spent, would: Spent) -> str:
    """How much more or less that is; nothing can be said while a price is missing."""
    if (more := _more_usd(spent, would)) is None:
        return "unknown"
    if abs(more) < 1e-9:
        return "the same"
    share = _share_more(more / spent.cost_usd) if spent.cost_usd > 0 else ""
    return f"{'+' if more > 0 else '−'}{money(abs(more))}{share}"


def _more_usd(spent: Spent, would: Spent) -> float | None:
    """Of what was paid; on what a cassette played, which was paid for before, nothing is saved."""
    return None if spent.unpriced != would.unpriced else would.cost_usd - spent.cost_usd


def _share_more(share: float) -> str:
    if share >= _MANY:
        return f" ({share + 1:,.0f} times as much)"
    return f" ({'+' if share > 0 else '−'}{abs(share):.0%})"


def _aloud(state: RunState, attempts: Sequence[Attempt], ways: Iterable[str], offers: Offers | None) -> Iterable[str]:
    for way in ways:
        sums = grouped(attempts, way, offers)
        names = {way: [Cell(_named(one.name, way, state)[0]) for one in sums]}
        columns = names | _figures(sums, compares=offers is not None)
        yield from spoken_rows(list(columns), list(zip(*columns.values(), strict=True)))


# For programs


def as_data(row: RunRow, attempts: Sequence[Attempt], ways: Iterable[str], offers: Offers | None) -> dict[str, Any]:
    """All of it, every figure with how far it can be trusted."""
    new = [attempt for attempt in attempts if not attempt.inherited]
    return {
        "run": row.run,
        "scenario": row.scenario,
        "mode": row.mode,
        "status": row.status,
        **_data(summed(attempts, offers=offers)),
        "new": _money(summed(new).spent),
        "by": {way: [{way: one.name, **_data(one)} for one in grouped(attempts, way, offers)] for way in ways},
    }


def _data(one: Sum) -> dict[str, Any]:
    usage = one.usage
    found: dict[str, Any] = {
        **_money(one.spent),
        "unpriced_models": list(one.unpriced),
        "calls": one.calls,
        "tokens": {
            "input": usage.input, "cache_read": usage.cache_read, "cache_write": usage.cache_write,
            "output": usage.output, "reasoning": usage.reasoning,
        },
        "saved_usd": round(one.saved_usd, 9),
        "took_ms": one.took_ms,
        "local_ms": one.spent.local_ms,
    }  # fmt: skip
    if one.would is not None:
        more = _more_usd(one.spent, one.would)
        found["would"] = _money(one.would) | {"difference_usd": None if more is None else round(more, 9)}
    return found


def _money(spent: Spent) -> dict[str, Any]:
    known = known_usd(spent)
    return {
        "cost_usd": None if known is None else round(known, 9),
        "estimated_usd": round(spent.estimated_usd, 9),
        "rehearsed_usd": round(spent.rehearsed_usd, 9),
        "played_usd": round(spent.played_usd, 9),
        "unpriced": spent.unpriced,
    }
