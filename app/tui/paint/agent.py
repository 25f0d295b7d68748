"""How the cast is drawn: the cells of the table, and one agent whole."""

from __future__ import annotations

from collections.abc import Callable

from app.cast import Card
from app.cast.card import Mode
from app.document.values import Limits, Routing
from app.safety import clean, one_line
from app.state.words import plural
from app.tui.company import Member, Record
from app.tui.history import Ledger
from app.tui.look.glyphs import ASCII, Glyphs
from app.tui.paint.graph import role_of
from app.tui.paint.leaf import ago, bar, columns, facts, heading, over, prose
from app.tui.paint.rows import Row, Span, spread
from app.tui.table import Column
from app.tui.text import money, paid, tokens, took, wrap

MOST_OF_A_PERSONA = 7  # lines
MOST_OF_A_PROMPT = 14
GOOD = 0.98  # share of calls that are answered, from which on there is nothing to worry about
Recorded = Callable[[Member], Record | None]


def columns_of(record: Recorded, glyphs: Glyphs) -> tuple[Column[Member], ...]:
    """What the table of agents shows."""

    def calls(member: Member) -> Row:
        known = record(member)
        return (Span(tokens(known.calls), "muted"),) if known else (Span(glyphs.idle, "faint"),)

    def success(member: Member) -> Row:
        known = record(member)
        return _share(known) if known else ()

    def cost(member: Member) -> Row:
        known = record(member)
        return (Span(paid(known.spent), "muted"),) if known else ()

    return (
        Column("agent", lambda member: who(member, glyphs), 18, grows=3, by=lambda member: member.title.lower()),
        Column("modes", _modes, 22, grows=2, leaves=6),
        Column("plays", lambda member: (Span(str(len(member.plays) or ""), "muted"),), 5, right=True, leaves=3,
               by=lambda member: len(member.plays), falls=True),
        Column("calls", calls, 6, right=True, leaves=1, by=lambda member: _of(record(member)).calls, falls=True),
        Column("answered", success, 8, right=True, leaves=5, by=lambda member: _of(record(member)).success),
        Column("cost", cost, 12, right=True, leaves=2, by=lambda member: _of(record(member)).spent.cost_usd,
               falls=True),
    )  # fmt: skip


def who(member: Member, glyphs: Glyphs) -> Row:
    """Glyph and title, in the colour that the agent has on stage."""
    card = member.entry.card
    if card is None:
        return (Span(f"{glyphs.warned} ", "error"), Span(one_line(member.title), "error"))
    glyph = (
        one_line(card.title)[:1].upper() if glyphs is ASCII and not card.glyph.isascii() else one_line(card.glyph)[:1]
    )
    return (Span(f"{glyph} ", role_of(card.color)), Span(one_line(card.title)))


def words_of(member: Member) -> str:
    """The words by which an agent is found."""
    card = member.entry.card
    told = (card.title, *card.modes, *card.tools, *card.aka, card.persona) if card is not None else ()
    return " ".join((member.entry.name, *told))


def whole(
    member: Member, mode: str, live: Record | None, rehearsed: Record | None, ledger: Ledger | None, width: int,
    now: int, glyphs: Glyphs,
) -> list[Row]:  # fmt: skip
    """One agent: who it is, how it works in a mode, what it may do, and how it did."""
    card = member.entry.card
    if card is None:
        return _mistaken(member, width, glyphs)
    rows = prose(clean(card.persona), width, most=MOST_OF_A_PERSONA)
    rows += _history(live, rehearsed, ledger, width, now, glyphs)
    rows += facts((("appears in", ", ".join(map(one_line, member.plays))),), width)
    rows += _working(card, mode, width, glyphs)
    rows += _criteria(card, width)
    rows += [
        *heading("terms"),
        *facts(
            (
                ("tools", one_line(", ".join(card.tools))),
                ("tones", one_line(", ".join(card.tones))),
                ("formats", one_line(", ".join(card.formats))),
                ("limits", limits(card.limits)),
                ("model", routing(card.routing)),
                ("card", one_line(f"{member.entry.name}, version {member.entry.version}, {member.entry.origin}")),
                ("also called", one_line(", ".join(card.aka))),
            ),
            width,
        ),
    ]
    return rows


def limits(found: Limits | None) -> str:
    """What may be spent, in words."""
    if found is None:
        return ""
    parts = (
        money(found.cost_usd) if found.cost_usd is not None else "",
        f"{tokens(found.tokens)} tokens" if found.tokens is not None else "",
        took(found.wall * 1000) if found.wall is not None else "",
        plural(found.turns, "call") if found.turns is not None else "",
    )
    return f"{', '.join(part for part in parts if part)}, then {found.on_exceed or 'stop'}"


def routing(found: Routing | None) -> str:
    """What it needs of a model, in words."""
    if found is None:
        return ""
    parts = (
        f"{found.complexity} complexity" if found.complexity else "",
        f"prefers {', '.join(found.prefer)}" if found.prefer else "",
        f"sees what is {found.privacy}" if found.privacy else "",
    )
    return ", ".join(part for part in parts if part)


def _history(
    live: Record | None, rehearsed: Record | None, ledger: Ledger | None, width: int, now: int, glyphs: Glyphs
) -> list[Row]:
    if ledger is None:
        return [*heading("history"), (Span("reading the last runs", "muted"),)]
    rows = heading("history", over(ledger) if ledger.runs else "")
    if live is None and rehearsed is None:
        return [*rows, (Span("it has not been on stage yet", "muted"),)]
    for name, record in (("live", live), ("rehearsed", rehearsed)):
        if record is not None:
            rows += _record(name, record, width, now, glyphs)
    return rows


def _record(name: str, record: Record, width: int, now: int, glyphs: Glyphs) -> list[Row]:
    style = "good" if record.success >= GOOD else "warning"
    last = (Span(f"last {ago(record.last, now)}", "muted"),)
    return [
        spread((Span(name, "text bold"), Span(f"  {plural(record.calls, 'call')}", "muted")), last, width),
        (*bar(record.success, 10, style, glyphs), Span("  "), *_share(record), Span(" answered", "muted")),
        (Span(paid(record.spent), "text"), Span(f"  {tokens(record.tokens)} tokens", "muted")),
        (Span("half within ", "muted"), Span(took(record.p50_ms)), Span(", 95 % within ", "muted"),
         Span(took(record.p95_ms))),
    ]  # fmt: skip


def _working(card: Card, mode: str, width: int, glyphs: Glyphs) -> list[Row]:
    """Its modes side by side, and the one that is chosen whole."""
    found = card.modes[mode]
    rows = [*heading("modes", "m shows the next" if len(card.modes) > 1 else ""), *_tabs(card.modes, mode, width)]
    rows += [(), *prose(clean(found.prompt), width, most=MOST_OF_A_PROMPT)]
    lines = len(card.rehearsal.get(mode, ()))
    told = (
        ("gives", shape(found.output)),
        ("offline", plural(lines, "line") if lines else "no lines of its own; it improvises"),
    )
    return [*rows, (), *facts(told, width)]


def shape(output: object) -> str:
    """What a mode hands back, in the shorthand of types."""
    from app.document.types import TypeMistake, describe, parse_type

    if output is None:
        return "text"
    try:
        return one_line(str(describe(parse_type(output))))
    except TypeMistake:
        return one_line(str(output))


def _tabs(modes: dict[str, Mode], chosen: str, width: int) -> list[Row]:
    """The names of the modes, in as many rows as they need."""
    rows: list[Row] = []
    line: list[Span] = []
    used = 0
    for name, mode in modes.items():
        text = one_line(mode.title or name)
        if line and used + len(text) + 3 > width:
            rows.append(tuple(line))
            line, used = [], 0
        line.append(Span(text, "accent bold underline" if name == chosen else "muted"))
        line.append(Span("   "))
        used += len(text) + 3
    return [*rows, tuple(line)]


def _criteria(card: Card, width: int) -> list[Row]:
    if not card.criteria:
        return []
    told: list[tuple[str, Row]] = [
        (one_line(name), (Span(one_line(text), "info"),)) for name, text in card.criteria.items()
    ]
    return [*heading("how its work is judged"), *columns(told, width)]


def _mistaken(member: Member, width: int, glyphs: Glyphs) -> list[Row]:
    rows: list[Row] = [(Span(f"{glyphs.warned} this card has mistakes", "error bold"),)]
    for problem in member.entry.problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        rows += [(), (Span(one_line(place), "muted"),), *prose(clean(problem.message), width)]
        rows += [(Span(line, "muted"),) for line in wrap(clean(problem.hint), width) if problem.hint]
    return [*rows, (), (Span("footlights cast check names all of them", "muted"),)]


def _modes(member: Member) -> Row:
    card = member.entry.card
    return (
        (Span(one_line(", ".join(card.modes)), "muted"),)
        if card is not None
        else (Span("its card has mistakes", "error"),)
    )


def _share(record: Record) -> Row:
    return (Span(f"{record.success:.0%}", "good" if record.success >= GOOD else "warning"),)


def _of(record: Record | None) -> Record:
    return record or Record()
