"""A show as it is announced: who appears, who speaks when, and how long it takes at every pace."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from app.events import Performer
from app.safety import one_line
from app.state.words import plural
from app.tui.billing import Billing, Turn
from app.tui.look.glyphs import ASCII, Glyphs
from app.tui.paint.graph import role_of
from app.tui.paint.leaf import SECOND
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.playbill import Playbill
from app.tui.text import cells, clock, cut, fit, wrap

_FITTED = "fitted"  # what a pace is called that makes a show as long as was asked for
_LEAST_LANES = 24  # cells of a lane from which it says something


def announced(billing: Billing, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """As much of it as there is room for: the title, the cast, who speaks when, and what it takes."""
    rows: list[Row] = [(Span(cut(one_line(billing.title), width), "accent bold"),)]
    facts = [(Span(cut(said, width), "muted"),) for said in _facts(billing, width, glyphs)]
    cast = list(_cast_in_rows(billing.cast, width, glyphs))
    lanes = list(_lanes(billing, width, glyphs)) if width >= _LEAST_LANES else []
    if height >= len(lanes) + len(facts) + 4:
        air: list[Row] = [()] if height >= len(lanes) + len(facts) + 5 else []
        return [*rows, *air, *lanes, *air, *facts][:height]
    strip = [_strip(billing, width, glyphs)] if lanes else []
    kept = max(0, height - len(rows) - len(strip) - 2)
    return [*rows, *cast[:kept], *strip, *facts[: max(0, height - 1 - min(kept, len(cast)) - len(strip))]][:height]


def play_told(bill: Playbill, width: int, glyphs: Glyphs) -> list[Row]:
    """A scenario of which nothing was performed yet: what its playbill says, in short."""
    rows: list[Row] = [(Span(cut(bill.title, width), "accent bold"),)]
    cast = [Performer("", actor.title, actor.glyph, actor.role) for actor in bill.cast]
    rows += list(_cast_in_rows(cast, width, glyphs))
    rows += [(Span(line),) for line in wrap(bill.synopsis, width)]
    said = f"{plural(bill.steps, 'step')}; d rehearses it unseen and tells how long it takes"
    return [*rows, *((Span(line, "muted"),) for line in wrap(said, width))]


def dry_run(billing: Billing, pace: str, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """How long it takes at every pace, or as long as was asked for, and when each cue comes."""
    lengths = dict(billing.lengths)
    if lengths.get(pace) != billing.length:
        pace = _FITTED
        lengths[pace] = billing.length
    longest = max(lengths.values(), default=0.0) or 1.0
    rows: list[Row] = []
    for name, seconds in lengths.items():
        if not seconds:
            continue
        chosen = name == pace
        room = max(0, width - 22)
        bar = glyphs.line_full * round(seconds / longest * room)
        told = f"{clock(seconds):>7}"
        rows.append(
            (
                Span(f"{glyphs.cursor if chosen else ' '} {fit(name, 11)}", "text bold" if chosen else "muted"),
                Span(f"{told} ", "text bold" if chosen else "text"),
                Span(bar, "accent" if chosen else "edge"),
            )
        )
    if billing.possible is not None:
        least, most = billing.possible
        rows.append((Span(f"fit: anything from {clock(least)} to {clock(most)}", "muted"),))
    room = height - len(rows) - 1
    if billing.moments and room > 1:
        rows += [(), *_moments(billing, width, room)]
    return rows[:height]


def _moments(billing: Billing, width: int, room: int) -> list[Row]:
    """The cues with their times, in as many columns as they need."""
    moments = billing.moments
    columns = min(max(1, width // 20), -(-len(moments) // room))
    share = width // columns
    each = -(-len(moments) // columns) if columns > 1 or len(moments) <= room else room
    rows: list[Row] = []
    for at in range(min(each, room)):
        spans: list[Span] = []
        for moment in moments[at::each][:columns]:
            told = f"{clock(moment.at):>5} "
            spans += [Span(told, "accent"), Span(fit(one_line(moment.label), share - len(told) - 1) + " ", "muted")]
        rows.append(tuple(spans))
    return rows


def _facts(billing: Billing, width: int, glyphs: Glyphs) -> list[str]:
    cues = plural(len(billing.moments), "cue") if billing.moments else ""
    notes = "speaker notes" if billing.has_notes else ""
    shown = f"took {clock(billing.wall)} {glyphs.right} shown in {clock(billing.length)}"
    day = time.strftime("%d %b %Y", time.gmtime(billing.recorded / SECOND)).lstrip("0")
    return [
        _counted(
            (plural(billing.calls, "call"), _some(billing.handoffs, "handoff"), _some(billing.tools, "tool"),
             _some(billing.gates, "question")), width, glyphs,
        ),
        _counted((shown, cues, notes), width, glyphs),
        _counted((f"recorded {day}", f"{billing.events:,} events"), width, glyphs),
    ]  # fmt: skip


def _some(count: int, word: str) -> str:
    return plural(count, word) if count else ""


def _counted(said: Iterable[str], width: int, glyphs: Glyphs) -> str:
    """As many of some figures as have room, with dots between them."""
    row = ""
    for each in filter(None, said):
        more = f"{row} {glyphs.dot} {each}" if row else each
        if cells(more) > width:
            break
        row = more
    return row


def _sign(performer: Performer, glyphs: Glyphs) -> str:
    sign = one_line(performer.glyph)[:1] or "?"
    return one_line(performer.title or performer.id)[:1].upper() if glyphs is ASCII and not sign.isascii() else sign


def _cast_in_rows(cast: Sequence[Performer], width: int, glyphs: Glyphs) -> Iterator[Row]:
    """Everybody by name, as many in a row as there is room for."""
    row: Row = ()
    for performer in cast:
        role = role_of(performer.color)
        one: Row = (Span(f"{_sign(performer, glyphs)} ", role), Span(f"{one_line(performer.title or performer.id)}  "))
        if row and width_of((*row, *one)) - 2 > width:
            yield row
            row = ()
        row = (*row, *one)
    if row:
        yield row


def _lanes(billing: Billing, width: int, glyphs: Glyphs) -> Iterator[Row]:
    """A lane for each of the cast, and below them the edge of the stage with a lamp for each cue."""
    names = min(14, max((len(performer.title or performer.id) for performer in billing.cast), default=0)) + 3
    room = width - names
    if room < _LEAST_LANES // 2:
        names, room = 2, width - 2
    for performer in billing.cast:
        role = role_of(performer.color)
        name = fit(f"{_sign(performer, glyphs)} {one_line(performer.title or performer.id)}", names - 1) + " "
        acts = _cells_of([turn for turn in billing.turns if turn.agent == performer.id], room)
        yield (Span(name[:2], role), Span(name[2:]), *_painted(acts, role, glyphs))
    yield (Span(" " * names), *_edge(billing, room, glyphs))


def _cells_of(turns: Sequence[Turn], room: int) -> list[bool]:
    acts = [False] * room
    for turn in turns:
        first = int(turn.begins * room)
        last = max(first + 1, round(turn.ends * room))
        acts[first:last] = [True] * (min(last, room) - first)
    return acts


def _painted(acts: Sequence[bool], role: str, glyphs: Glyphs) -> Iterator[Span]:
    for lit in acts:
        yield Span(glyphs.sparks[-2] if lit else glyphs.rule, role if lit else "faint")


def _strip(billing: Billing, width: int, glyphs: Glyphs) -> Row:
    """Everybody in one row: whoever spoke last has the cell."""
    looks = [("faint", glyphs.rule)] * width
    for performer in billing.cast:
        turns = [turn for turn in billing.turns if turn.agent == performer.id]
        for at, lit in enumerate(_cells_of(turns, width)):
            if lit:
                looks[at] = (role_of(performer.color), _sign(performer, glyphs) if glyphs is ASCII else glyphs.full)
    return tuple(Span(sign, style) for style, sign in looks)


def _edge(billing: Billing, room: int, glyphs: Glyphs) -> Row:
    lamps = {min(room - 1, int(moment.at / (billing.length or 1.0) * room)) for moment in billing.moments}
    return tuple(
        Span(glyphs.lamp if at in lamps else glyphs.lamp_out, "accent" if at in lamps else "track")
        for at in range(room)
    )


def headline(billing: Billing | None, width: int) -> Row:
    """The title and the length, where there is room for nothing more."""
    if billing is None:
        return ()
    return fitted(spread((Span(one_line(billing.title)),), (Span(clock(billing.length), "accent"),), width), width)
