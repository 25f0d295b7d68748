"""The meters in a box: a row for each figure, the rows that matter most where there is no room for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.state.words import plural
from app.tui.look.glyphs import Glyphs
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.meters import NEARLY, Limit, Reading, Share, alarm, fullest, left_of, percent, rate_of, spent
from app.tui.paint.rows import Row, Span, width_of
from app.tui.paint.spark import gauge, sparkline
from app.tui.text import cells, cut, tokens, took

_LABEL, _VALUE = 9, 8  # cells of a row
_OF_THE_RUN = ("cost", "tokens", "wall")
_BAR = 20  # cells of a bar, at most


def meter_box(reading: Reading, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """A box with a row for each figure; the rows that matter most if not all fit."""
    room = max(1, width - INSETS)
    rows = _box_rows(reading, room, max(1, height - BORDERS), glyphs)
    title: Row = (Span("METERS", "muted"),)
    right: Row = (Span(reading.unpaid.told, "muted"),) if reading.unpaid.told else ()
    return framed(rows, width, height, title=title, right=right, glyphs=glyphs)


def _box_rows(reading: Reading, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The rows in their order; those at the end of `_WISHES` go first."""
    made = {name: row(reading, width, glyphs) for name, row in _ROWS.items()}
    others = {f"limit of {limit.name}": limit for limit in reading.limits if limit.name not in _OF_THE_RUN}
    made |= {name: (_limit_row(limit, limit.name, width, glyphs),) for name, limit in others.items()}
    nearly = [name for name, limit in others.items() if limit.share >= NEARLY]
    wishes = [*nearly, *_WISHES, *(name for name in others if name not in nearly)]
    kept: set[str] = set()
    for name in wishes:
        if made[name] and len(made[name]) <= height:
            kept.add(name)
            height -= len(made[name])
    if "contexts" in kept:
        kept.discard("context")
    if "errors" in kept and "tools" not in kept:
        made["errors"] = (_errors_and_tools(reading, width, glyphs),)
    return [row for name in made if name in kept for row in made[name]]


def _row(label: str, value: str, rest: Row = (), style: str = "text") -> Row:
    value = value if cells(value) >= _VALUE else value.ljust(_VALUE)
    return (Span(label.ljust(_LABEL), "muted"), Span(value, style), *((Span(" "), *rest) if rest else ()))


def _limit_row(limit: Limit, label: str, width: int, glyphs: Glyphs, value: str = "") -> Row:
    """Spent, a bar of what is spent, held and free, and the limit."""
    value = value or limit.spent
    tail: Row = (*alarm(limit, glyphs), Span(f" of {limit.of}", "muted"))
    room = width - _LABEL - max(_VALUE, cells(value)) - 1 - width_of(tail)
    bar = gauge(spent(limit), min(room, _BAR), glyphs, limit.held) if room >= 4 else ()
    return _row(cut(label, _LABEL - 1, ellipsis=glyphs.ellipsis), value, (*bar, *tail), limit.style)


def _rows_tokens(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    limit = reading.limit("tokens")
    if limit is None:
        return (_row("tokens", tokens(reading.tokens)),)
    return (_limit_row(limit, "tokens", width, glyphs, tokens(reading.tokens)),)


def _rows_rate(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    return (_row("rate", rate_of(reading, glyphs), _spark(reading.said, width, glyphs)),)


def _rows_cost(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    limit = reading.limit("cost")
    if limit is None:
        return (_row("cost", reading.cost),)
    return (_limit_row(limit, "cost", width, glyphs, reading.cost),)


def _rows_wall(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    limit = reading.limit("wall")
    return () if limit is None else (_limit_row(limit, "wall", width, glyphs),)


def _rows_left(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    told = left_of(reading.left, glyphs, is_over=reading.is_over)
    if reading.left is not None and cells(told) > width - _LABEL:
        told = left_of(reading.left.in_the_middle, glyphs, is_over=reading.is_over)
    gates = reading.left.gates if reading.left is not None else 0
    person = f" {glyphs.dot} {plural(gates, 'question')}" if gates else ""
    if cells(told) + cells(person) > width - _LABEL:
        person = ""
    return (
        (
            Span("to come".ljust(_LABEL), "muted"),
            Span(told, "text" if reading.left else "muted"),
            Span(person, "muted"),
        ),
    )


def _rows_context(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    full = fullest(reading.contexts)
    return () if full is None else (_context_row("context", full, width, glyphs),)


def _rows_contexts(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    if len(reading.contexts) < 2:
        return ()
    names = ["context", *[""] * (len(reading.contexts) - 1)]
    return [_context_row(name, share, width, glyphs) for name, share in zip(names, reading.contexts, strict=True)]


def _context_row(label: str, share: Share, width: int, glyphs: Glyphs) -> Row:
    start: Row = (Span(label.ljust(_LABEL), "muted"), Span(share.glyph, share.style), Span(" "))
    if share.share is None:
        return (*start, Span(f"{tokens(share.tokens)} tok, model unknown", "muted"))
    full = percent(share.share, glyphs)
    air = Span(" " * max(1, _VALUE - 1 - width_of(full)))
    room = min(_BAR, width - _LABEL - _VALUE - 1)
    bar = gauge((share.share, share.style), room, glyphs) if room >= 4 else ()
    return (*start, *full, air, *bar)


def _rows_tools(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    done, failed, running = reading.tools
    under_way = f" {glyphs.dot} {running} under way" if running else ""
    told: Row = (
        Span("tools".ljust(_LABEL), "muted"), Span(f"{done} ok {glyphs.dot} ", "text"),
        Span(f"{failed} failed", "error bold" if failed else "text"), Span(under_way, "muted"),
    )  # fmt: skip
    return (told,)


def _errors_and_tools(reading: Reading, width: int, glyphs: Glyphs) -> Row:
    """Where there is no row for the tools, they stand beside the errors if there is room."""
    (errors,) = _rows_errors(reading, width, glyphs)
    done, failed, running = reading.tools
    counts = ((done, glyphs.done), (failed, glyphs.failed), (running, glyphs.running))
    told = " ".join(f"{count} {glyph}" for count, glyph in counts if count) or "0"
    tools: Row = (Span(f" {glyphs.dot} tools ", "muted"), Span(told, "text"))
    return (*errors, *tools) if width_of(errors) + width_of(tools) <= width else errors


def _rows_errors(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    mark = f"{glyphs.failed} " if reading.errors else ""
    errors = Span(f"{mark}{reading.errors}", "error bold" if reading.errors else "text")
    again = Span(str(reading.retries), "warning" if reading.retries else "text")
    return ((Span("errors".ljust(_LABEL), "muted"), errors, Span(f" {glyphs.dot} tried again ", "muted"), again),)


def _rows_first(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    if reading.first_token is None:
        return ()
    median, most = reading.first_token
    return (_row("first", took(median), (Span("p95 ", "muted"), Span(took(most), "text"))),)


def _rows_ahead(reading: Reading, width: int, glyphs: Glyphs) -> Sequence[Row]:
    if reading.ahead < 0.05:
        return ()
    return (_row("engine", f"{reading.ahead:.1f} s", (Span("ahead", "muted"),)),)


_ROWS: dict[str, Callable[[Reading, int, Glyphs], Sequence[Row]]] = {
    "tokens": _rows_tokens, "rate": _rows_rate, "cost": _rows_cost,
    "left": _rows_left, "wall": _rows_wall, "context": _rows_context, "contexts": _rows_contexts,
    "tools": _rows_tools, "errors": _rows_errors, "first": _rows_first, "ahead": _rows_ahead,
}  # fmt: skip
_WISHES = (
    "cost", "tokens", "left", "context", "errors", "tools", "rate", "wall", "contexts", "first", "ahead",
)  # fmt: skip


def _spark(series: Sequence[float], width: int, glyphs: Glyphs) -> Row:
    room = min(_BAR, width - _LABEL - _VALUE - 1)
    return (Span(sparkline(series, room, glyphs).rstrip(), "info dim"),) if room >= 4 and any(series) else ()
