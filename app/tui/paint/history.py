"""How runs are drawn: the cells of their table, and one of them whole in the pane beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from math import sqrt

from app.events import RunStarted
from app.journal import Hit, RunRow
from app.safety import clean, one_line
from app.state import Meter, RunState, meters, tally_of
from app.state.words import how_performed, in_a_cell, is_played, kind_of, notes, plural
from app.tui.history import STRETCHES, Detail, Figures
from app.tui.look.glyphs import Glyphs
from app.tui.paint.graph import role_of
from app.tui.paint.leaf import ago, bar, columns, excerpt, facts, heading, prose
from app.tui.paint.rows import Row, Span
from app.tui.paint.spark import sparkline
from app.tui.table import Column
from app.tui.text import cells, cut, money, paid, tokens, took

MOST_LINES = 10  # of one text
MOST_ERRORS = 6
SHORT = 8  # letters of a run's id that name it

_SAYS = {"true": "yes", "false": "no", "[]": "none", "{}": "none", "": "nothing"}
_STATUSES = {
    "running": ("running", "accent"),
    "paused": ("paused", "warning"),
    "interrupted": ("warned", "warning"),
    "succeeded": ("done", "good"),
    "unmet": ("failed", "error"),
    "failed": ("failed", "error"),
    "exhausted": ("failed", "error"),
    "refused": ("failed", "error"),
    "truncated": ("failed", "error"),
    "expired": ("failed", "error"),
    "cancelled": ("stopped", "muted"),
    "skipped": ("skipped", "muted"),
}


def status(name: str, glyphs: Glyphs) -> Row:
    """How a run stands: glyph, word and colour."""
    glyph, style = _STATUSES.get(name, ("idle", "muted"))
    word = "muted" if name == "succeeded" else style  # what went well needs no shouting
    return (Span(f"{getattr(glyphs, glyph)} ", style), Span(name, word))


def title_of(row: RunRow) -> str:
    """What people call it."""
    return one_line(row.title or row.scenario or row.run)


def cost(row: RunRow, figures: Figures | None) -> Row:
    """What it cost, marked for what it is; bare until its calls were looked at."""
    if figures is None:
        return (Span(money(row.cost_usd), "muted"),)
    spent = figures.spent
    style = "muted" if kind_of(spent).word else "warning" if spent.unpriced or spent.estimated_usd else "text"
    return (Span(in_a_cell(spent), style),)


def columns_of(
    figures: Callable[[RunRow], Figures | None], busiest: Callable[[], int], now: Callable[[], int], glyphs: Glyphs
) -> tuple[Column[RunRow], ...]:
    """What the table of runs shows."""

    def duration(row: RunRow) -> Row:
        known = figures(row)
        return (Span(took(known.took_ms) if known else "", "muted"),)

    def activity(row: RunRow) -> Row:
        known = figures(row)
        if known is None:
            return ()
        # All on one scale, so that they can be compared; by the root, so that small ones are seen beside large ones.
        heights = [sqrt(tokens) for tokens in (*known.activity, busiest())]
        style = "accent" if row.status == "running" else "muted"
        return (Span(sparkline(heights, STRETCHES + 1, glyphs)[:STRETCHES], style),)

    return (
        Column("status", lambda row: status(row.standing, glyphs), 13, by=lambda row: row.standing),
        Column("play", lambda row: (Span(title_of(row)),), 18, grows=3,
               by=lambda row: (row.title or row.scenario).lower()),
        Column("when", lambda row: (Span(ago(row.started, now()), "muted"),), 11, leaves=1, right=True,
               by=lambda row: row.started, falls=True),
        Column("took", duration, 10, leaves=4, right=True, by=lambda row: _took(figures(row)), falls=True),
        Column("cost", lambda row: cost(row, figures(row)), 12, leaves=2, right=True,
               by=lambda row: row.cost_usd, falls=True),
        Column("tokens", lambda row: (Span(tokens(row.tokens), "muted"),), 7, leaves=5, right=True,
               by=lambda row: row.tokens, falls=True),
        Column("activity", activity, STRETCHES, leaves=6),
        Column("from", lambda row: (Span(_origin(row), "muted"),), 9, leaves=8, by=_origin),
        Column("tags", lambda row: (Span(one_line(" ".join(row.tags)), "info"),), 10, grows=1, leaves=7),
    )  # fmt: skip


def words_of(row: RunRow) -> str:
    """The words by which a run is found in the list."""
    return " ".join((row.title, row.scenario, row.run, row.standing, row.mode, row.batch, *row.tags))


def told(
    detail: Detail, forks: Sequence[RunRow], hits: Iterable[Hit], width: int, now: int, glyphs: Glyphs
) -> list[Row]:
    """One run for a glance."""
    row, state = detail.row, detail.state
    rows = _standing(detail, width, now, glyphs)
    rows += _found(hits, state, width)
    rows += _errors(state, width, glyphs)
    rows += _texts("what came of it", detail.outputs, width, glyphs)
    rows += _cast(state, width, glyphs)
    rows += _limits(state, width, glyphs)
    rows += _texts("what it was given", detail.inputs, width, glyphs)
    rows += _family(row, state, forks, width, glyphs)
    return rows


def _standing(detail: Detail, width: int, now: int, glyphs: Glyphs) -> list[Row]:
    row, state = detail.row, detail.state
    totals = state.totals
    spent: list[Span] = [Span(paid(totals), "text bold"), Span(f"  {tokens(totals.tokens)} tokens", "muted")]
    spent.append(Span(f"  {plural(totals.calls, 'call')}", "muted"))
    rows: list[Row] = [
        (*status(row.standing, glyphs), Span(f"  {ago(row.started, now)}, {took(state.mono)}", "muted")),
        tuple(spent),
    ]
    if row.mode == "rehearsal":
        rows.append((Span("rehearsed: no model was asked or paid", "muted"),))
    elif is_played(totals):
        rows.append((Span("from a cassette: no model was asked or paid", "muted"),))
    else:
        rows += [line for note in notes(totals) for line in prose(note, width, "warning")]
    if row.status in ("paused", "interrupted"):
        why = f" ({one_line(row.reason)})" if row.reason else ""
        rows.append((Span(f"it can go on{why}: R resumes it", "warning"),))
    return rows


def _found(hits: Iterable[Hit], state: RunState, width: int) -> list[Row]:
    rows: list[Row] = []
    for hit in hits:
        if hit.step:
            rows += [_speaker(hit.step, state), *_snippet(hit.parts, width)]
        else:
            rows += [(Span("the run", "muted"),), *_snippet(_names(hit, state) or hit.parts, width)]
    return [*heading("where it is said"), *rows] if rows else []


def _speaker(path: str, state: RunState) -> Row:
    """Whose words they are, and in which step."""
    step = state.steps.get(path)
    agent = state.agents.get(step.agent) if step is not None else None
    if agent is None:
        return (Span(one_line(path), "muted"),)
    who = agent.who
    return (Span(one_line(who.title or who.id), role_of(who.color)), Span(f"  {one_line(path)}", "muted"))


def _names(hit: Hit, state: RunState) -> list[tuple[str, bool]]:
    """The title of the run, or those of its cast, that have what was found; for the index they are one text."""
    if state.start is None or hit.seq != state.start.seq:
        return []
    wanted = {text.casefold() for text, is_match in hit.parts if is_match}
    named = [state.start.title, *(agent.who.title for agent in state.agents.values())]
    found = [name for name in named if any(word in name.casefold() for word in wanted)]
    return [
        (piece, piece.casefold() in wanted)
        for piece in re.split(f"({'|'.join(map(re.escape, wanted))})", ", ".join(found), flags=re.IGNORECASE)
        if piece
    ]


def _snippet(parts: Iterable[tuple[str, bool]], width: int) -> list[Row]:
    """The words around what was found, wrapped as they were written; what was found stands out."""
    room = width - 2
    rows: list[list[Span]] = [[]]
    used = 0
    for part, is_match in parts:
        for piece in re.findall(r"\s+|\S+", clean(part)):
            word = " " if piece.isspace() else cut(piece, room)
            if used + cells(word) > room:
                rows.append([])
                used = 0
            if used or word != " ":
                rows[-1].append(Span(word, "accent bold underline" if is_match and word != " " else "text"))
                used += cells(word)
    return [(Span("  "), *line) for line in rows if line]


def _errors(state: RunState, width: int, glyphs: Glyphs) -> list[Row]:
    rows: list[Row] = []
    for error in state.errors[-MOST_ERRORS:]:
        place = one_line(error.step or "the run")
        rows.append((Span(f"{glyphs.failed} {place}", "error"), Span(f"  {one_line(error.failure.error)}", "muted")))
        rows += prose(clean(error.failure.message), width, most=4, indent=2)
        where = " ".join(filter(None, (one_line(error.failure.where), one_line(error.failure.hint))))
        rows += prose(where, width, "muted", most=2, indent=2) if where else []
    if not rows:
        return []
    more = len(state.errors) - MOST_ERRORS
    return [*heading("what went wrong", f"the last {MOST_ERRORS} of {len(state.errors)}" if more > 0 else ""), *rows]


def _texts(title: str, named: Sequence[tuple[str, str]], width: int, glyphs: Glyphs) -> list[Row]:
    rows: list[Row] = []
    for name, text in named:
        short = _SAYS.get(text, text)
        if "\n" not in short and cells(short) + cells(name) + 2 <= width:
            rows.append((Span(f"{name}  ", "muted"), Span(short)))
        else:
            rows += [(Span(name, "muted"),), *excerpt(text, width, glyphs, most=MOST_LINES)]
    return [*heading(title), *rows] if rows else []


def _cast(state: RunState, width: int, glyphs: Glyphs) -> list[Row]:
    lines: list[tuple[str, Row]] = []
    most = max((agent.tally.tokens for agent in state.agents.values()), default=0)
    for agent in state.agents.values():
        tally, who = agent.tally, agent.who
        style = role_of(who.color)
        said: Row = (
            *bar(tally.tokens / most if most else 0, max(4, min(10, width - 36)), style, glyphs),
            Span(f" {tally.calls:>3}", "text" if tally.calls else "muted"),
            Span(f"  {paid(tally)}", "muted"),
        )
        lines.append((f"{one_line(who.glyph)[:1]} {one_line(who.title or who.id)}", said))
    return [*heading("cast", "calls and cost"), *columns(lines, width)] if lines else []


def _limits(state: RunState, width: int, glyphs: Glyphs) -> list[Row]:
    lines: list[tuple[str, Row]] = []
    for meter in meters(state):
        style = "error" if meter.share >= 1 else "warning" if meter.share >= 0.75 else "good"
        name = {"cost_usd": "cost", "wall": "time"}.get(meter.measure, meter.measure)
        scope = "" if meter.scope == "run" else f" {one_line(meter.scope.partition(':')[2])}"
        used = f"  {_spent(meter, state)} of {_amount(meter.measure, meter.limit)}"
        lines.append((f"{name}{scope}", (*bar(meter.share, 10, style, glyphs), Span(used, "muted"))))
    return [*heading("limits"), *columns(lines, width)] if lines else []


def _spent(meter: Meter, state: RunState) -> str:
    return paid(tally_of(state, meter.scope)) if meter.measure == "cost_usd" else _amount(meter.measure, meter.spent)


def _amount(measure: str, value: float) -> str:
    match measure:
        case "cost_usd":
            return money(value)
        case "wall":
            return took(value * 1000)
    return tokens(value)


def _family(row: RunRow, state: RunState, forks: Sequence[RunRow], width: int, glyphs: Glyphs) -> list[Row]:
    start = state.start
    parent = start.parent if start is not None else None
    return [
        *heading("where it comes from"),
        *facts(
            (
                ("run", row.run),
                ("play", one_line(f"{row.scenario}  version {row.digest[:8]}" if row.digest else row.scenario)),
                ("how", one_line(_how(start) if start is not None else row.mode)),
                ("by", one_line(start.origin.who or start.origin.kind) if start is not None else ""),
                ("performs it", one_line(row.holder)),
                ("batch", one_line(row.batch)),
                ("forked from", f"{parent.run[-SHORT:]} at #{parent.seq}" if parent is not None else ""),
                ("its forks", ", ".join(fork.run[-SHORT:] for fork in forks)),
                ("tags", one_line(" ".join(row.tags))),
            ),
            width,
        ),
    ]


def _how(start: RunStarted) -> str:
    return f"rehearsed, seed {start.seed}" if start.mode == "rehearsal" else how_performed(start)


def _took(figures: Figures | None) -> int:
    return figures.took_ms if figures else 0


def _origin(row: RunRow) -> str:
    return row.mode if row.mode != "live" else row.origin or "person"
