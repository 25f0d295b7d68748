"""The programme in a playbill: who appears, what it takes, what became of it so far, what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.state.words import plural
from app.tui.library import Mark
from app.tui.look.glyphs import ASCII, Glyphs
from app.tui.paint.graph import role_of
from app.tui.paint.leaf import ago
from app.tui.paint.library import STYLES, mark_of
from app.tui.paint.options import Option
from app.tui.paint.rows import Row, Span, spread, width_of
from app.tui.paint.spark import sparkline
from app.tui.playbill import Actor, History, Past, Playbill, Worst, usual
from app.tui.preflight import Check, Verdict
from app.tui.text import cells, clock, cut, fit, money, paid, took, wrap
from app.tui.text import tokens as counted

_LABEL = 10  # cells of what stands before a fact
_NOTED = 52  # cells from which there is room for a word about each of the cast
_MARKS: dict[str, Mark] = {"key": "key", "person": "people", "network": "network"}
_THEN = {"stop": "it stops", "pause": "it pauses", "ask": "it asks", "downgrade": "cheaper models"}


def programme(
    bill: Playbill, history: History, checks: Sequence[Check], now: int, width: int, glyphs: Glyphs, *, roomy: bool
) -> list[Row]:
    """All of it, in one column."""
    return [row for part in parts(bill, history, checks, now, width, glyphs, roomy=roomy) for row in part]


def parts(
    bill: Playbill, history: History, checks: Sequence[Check], now: int, width: int, glyphs: Glyphs, *, roomy: bool
) -> list[list[Row]]:
    """Its parts, one below the other; where there is room, with a word about each of the cast."""
    looked_at = (row for check in checks for row in _check(check, width, glyphs))
    return [
        [*_cast(bill.cast, width, glyphs, noted=roomy and width >= _NOTED)],
        [*section("it takes", width, glyphs), *_takes(bill, history, width)],
        _runs(history.runs, 5 if roomy else 3, now, width, glyphs),
        _needs(bill, width, glyphs),
        [*section("before the curtain", width, glyphs), *looked_at],
    ]


def section(name: str, width: int, glyphs: Glyphs, right: Row = ()) -> list[Row]:
    """A line of air, and the name of what follows."""
    right = (Span(" "), *right) if right else ()
    line = glyphs.rule * max(0, width - cells(name) - width_of(right) - 1)
    return [(), (Span(name, "accent"), Span(f" {line}", "faint"), *right)]


def _cast(cast: Sequence[Actor], width: int, glyphs: Glyphs, *, noted: bool) -> Iterator[Row]:
    """Who appears, and as what: with dots between, as programmes have it."""
    if cast:
        yield section("cast", width, glyphs)[1]
    for actor in cast:
        name = cut(actor.title, width - cells(actor.glyph) - 6)
        plays = cut(actor.plays, max(0, width - cells(actor.glyph) - cells(name) - 5))
        dots = width - cells(actor.glyph) - cells(name) - cells(plays) - 3
        line = (glyphs.dot * dots) if plays else ""
        style = role_of(actor.role)
        glyph = actor.title[:1].upper() if glyphs is ASCII and not actor.glyph.isascii() else actor.glyph
        yield (
            Span(f"{glyph} ", style),
            Span(f"{name} ", f"{style} bold"),
            Span(line, "faint"),
            Span(f" {plays}"),
        )
        if actor.note and noted:
            yield (Span(" " * (cells(actor.glyph) + 1)), Span(cut(actor.note, width - 3), "muted italic"))


def _takes(bill: Playbill, history: History, width: int) -> list[Row]:
    rows = _fact("live", _at_most(bill.worst), width)
    if bill.worst.answers_usd and bill.worst.cost_usd is None:
        rows += _fact("", f"{money(bill.worst.answers_usd)} if every answer had full length", width, "muted")
    if said := _usually(history):
        rows += _fact("usually", said, width)
    return [*rows, *_fact("rehearsed", "no key, no cost, no network", width, "good")]


def _at_most(worst: Worst) -> str:
    parts = [
        limit(worst.cost_usd) if worst.cost_usd is not None else "no limit on cost",
        took(worst.wall * 1000) if worst.wall is not None else "",
        f"{counted(worst.tokens).replace('.0k', 'k')} tokens" if worst.tokens is not None else "",
        plural(worst.calls, "call") if worst.calls is not None else "a list decides how many calls",
    ]
    said = ", ".join(part for part in parts if part)
    return f"at most {said}; then {_THEN.get(worst.then, worst.then)}" if worst.then else said


def limit(usd: float) -> str:
    """An amount as a person sets it: in cents, or finer where it is less than one."""
    return f"${usd:.2f}" if usd >= 0.01 else money(usd)


def _usually(history: History) -> str:
    mode, pasts = usual(history)
    if not pasts:
        return ""
    runs = plural(len(pasts), "rehearsal" if mode == "rehearsal" else "run")
    costs, times = [past.cost_usd for past in pasts], [past.took_ms / 1000 for past in pasts]
    mark = "? + " if any(past.spent.unpriced for past in pasts) else ""
    mark += "≈" if any(past.spent.estimated_usd for past in pasts) else ""
    return f"{mark}{_range(costs, money)}, {_range(times, clock)} (last {runs})"


def _range(values: Sequence[float], said: Callable[[float], str]) -> str:
    least, most = said(min(values)), said(max(values))
    return least if least == most else f"{least}–{most}"


def _fact(name: str, said: str, width: int, style: str = "text") -> list[Row]:
    lines = wrap(said, max(8, width - _LABEL))
    names = [name, *[""] * len(lines)]
    return [(Span(fit(label, _LABEL), "muted"), Span(line, style)) for label, line in zip(names, lines, strict=False)]


def _runs(runs: Sequence[Past], most: int, now: int, width: int, glyphs: Glyphs) -> list[Row]:
    if not runs:
        return [*section("last runs", width, glyphs), (Span("none yet; enter rehearses it", "muted"),)]
    costs = [past.cost_usd for past in reversed(runs)]
    times = [float(past.took_ms) for past in reversed(runs)]
    course = costs if any(costs) else times
    right = (Span(sparkline(course, len(runs), glyphs), "accent"),) if len(set(course)) > 1 else ()
    return [*section("last runs", width, glyphs, right), *(_run(past, now, width, glyphs) for past in runs[:most])]


def _run(past: Past, now: int, width: int, glyphs: Glyphs) -> Row:
    glyph, style = _status(past.status, glyphs)
    right = f"{paid(past.spent)}  {clock(past.took_ms / 1000):>5}"
    said = past.status if past.status != "succeeded" else _how(past.mode)
    left: Row = (Span(f"{glyph} ", style), Span(fit(ago(past.started, now), 12)), Span(said, "muted"))
    return spread(left, (Span(" "), Span(right)), width)


def run_option(past: Past, now: int) -> Option:
    """One of the earlier runs, to choose from."""
    how = f"{past.status}, {_how(past.mode)}"
    return Option(past.run, ago(past.started, now), f"{how}, {paid(past.spent)}, {clock(past.took_ms / 1000)}")


def _how(mode: str) -> str:
    return {"rehearsal": "rehearsed", "cassette": "from a cassette"}.get(mode, mode)


def _status(status: str, glyphs: Glyphs) -> tuple[str, str]:
    if status in ("succeeded", "running", "paused", "interrupted", "cancelled"):
        return {
            "succeeded": (glyphs.done, "good"),
            "running": (glyphs.running, "accent"),
            "paused": (glyphs.paused, "warning"),
            "interrupted": (glyphs.warned, "warning"),
            "cancelled": (glyphs.stopped, "muted"),
        }[status]
    return glyphs.failed, "error"


def _needs(bill: Playbill, width: int, glyphs: Glyphs) -> list[Row]:
    if not bill.needs:
        return []
    rows = section("live, it needs", width, glyphs)
    for need in bill.needs:
        mark = _MARKS.get(need.what)
        sign = Span(f"{mark_of(mark, glyphs) if mark else glyphs.dot} ", STYLES[mark] if mark else "muted")
        rows += _told((sign, Span(fit(need.what, _LABEL - 2), "muted")), need.verdict, need.says, width, glyphs)
    return rows


def _check(check: Check, width: int, glyphs: Glyphs) -> list[Row]:
    rows = _told((Span(fit(check.what, _LABEL), "muted"),), check.verdict, check.says, width, glyphs)
    remedy = wrap(check.remedy, max(8, width - _LABEL - 2)) if check.remedy else []
    return [*rows, *((Span(" " * (_LABEL + 2)), Span(line, "muted")) for line in remedy)]


def _told(name: Row, verdict: Verdict | None, says: str, width: int, glyphs: Glyphs) -> list[Row]:
    """A name, a verdict where there is one, and in a few lines what is said."""
    glyph, style = verdict_of(verdict, glyphs)
    first, *more = wrap(says, max(8, width - _LABEL - 2))[:3]
    return [(*name, Span(f"{glyph} ", style), Span(first)), *((Span(" " * (_LABEL + 2)), Span(line)) for line in more)]


def verdict_of(verdict: Verdict | None, glyphs: Glyphs) -> tuple[str, str]:
    """Its glyph and its style."""
    if verdict is None:
        return " ", "muted"
    glyph = {"good": glyphs.done, "warning": glyphs.warned, "error": glyphs.failed}[verdict]
    return glyph, verdict
